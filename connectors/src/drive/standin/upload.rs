//! Uploads to the simulated Drive: in one request, or in parts.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, files,
    state::{Revision, Session, State, WRITER},
};

/// Parts but the last come in multiples of this.
const STEP: usize = 256 << 10;

pub fn answer(state: &mut State, asked: &Asked, path: &[&str]) -> Answer {
    match (asked.method.as_str(), asked.get("uploadType"), asked.get("upload_id")) {
        ("PUT", _, Some(id)) => part(state, asked, id),
        ("POST" | "PATCH", Some("resumable"), _) => open(state, asked, path),
        ("POST" | "PATCH", Some("multipart"), _) => match two_parts(asked) {
            Some((description, mime, bytes)) => store(state, asked, path.first().copied(), &description, &mime, bytes),
            None => Answer::refused(400, "badContent", "Malformed multipart body."),
        },
        _ => Answer::refused(400, "badRequest", "Bad Request"),
    }
}

fn store(state: &mut State, asked: &Asked, replaces: Option<&str>, description: &Value, mime: &str, bytes: Vec<u8>) -> Answer {
    let Some(id) = replaces else { return files::create(state, asked, description, bytes, Some(mime)) };
    match files::find(state, asked, id) {
        Err(answer) => return answer,
        Ok(file) if state.rank_by_link(&asked.caller, file) < WRITER => return Answer::not_allowed(),
        Ok(_) => {}
    }
    let (now, by) = (state.now(), asked.caller.clone());
    if let Some(file) = state.file_mut(id) {
        let before = std::mem::take(&mut file.content);
        if let Some(last) = file.revisions.last_mut() {
            (last.size, last.content) = (Some(before.len()), Some(before));
        }
        file.revisions.push(Revision { at: now, by: by.clone(), size: Some(bytes.len()), content: None, keep: false });
        (file.content, file.modified, file.modified_by) = (bytes, now, by);
    }
    state.note(id);
    files::written(state, asked, id)
}

/// The description, and the file's type and bytes.
fn two_parts(asked: &Asked) -> Option<(Value, String, Vec<u8>)> {
    let boundary = asked.content_type.strip_prefix("multipart/related; boundary=")?.trim_matches('"');
    let mark = format!("--{boundary}");
    let bytes = &asked.bytes[..];
    let find = |from: usize, what: &[u8]| bytes[from..].windows(what.len()).position(|it| it == what).map(|at| from + at);
    let first = find(0, mark.as_bytes())?;
    let second = find(first + mark.len(), format!("\r\n{mark}").as_bytes())?;
    let last = find(second + 2 + mark.len(), format!("\r\n{mark}--").as_bytes())?;
    let body = find(first, b"\r\n\r\n")? + 4;
    let description = serde_json::from_slice(&bytes[body..second]).ok()?;
    let body = find(second + 2, b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[second..body]).ok()?.to_lowercase();
    let mime = head.lines().find_map(|it| it.strip_prefix("content-type:"))?.trim().to_owned();
    Some((description, mime, bytes[body..last].to_vec()))
}

fn open(state: &mut State, asked: &Asked, path: &[&str]) -> Answer {
    let id = state.new_id("AHmUploadSession");
    let replaces = path.first().map(|it| (*it).to_owned());
    let (description, mime) = (asked.body(), asked.upload_type.clone());
    let fields = asked.get("fields").map(str::to_owned);
    state.sessions.insert(id.clone(), Session { description, replaces, mime, bytes: Vec::new(), fields });
    let location = format!("{}{}?uploadType=resumable&upload_id={id}", asked.origin, asked.path);
    let mut answer = Answer::empty(StatusCode::OK);
    answer.content_type = "text/plain; charset=utf-8".into();
    answer.headers.push(("location", location));
    answer
}

fn part(state: &mut State, asked: &Asked, id: &str) -> Answer {
    let Some(mut session) = state.sessions.remove(id) else { return Answer::empty(StatusCode::NOT_FOUND) };
    if asked.range.starts_with("bytes */") {
        return arrived(state, id, session);
    }
    // `bytes 0-8388607/20000000`
    let read = || {
        let (range, total) = asked.range.strip_prefix("bytes ")?.split_once('/')?;
        let (from, to) = range.split_once('-')?;
        Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?, total.parse::<usize>().ok()?))
    };
    let Some((from, to, total)) = read() else {
        return Answer::refused(400, "badRequest", "Failed to parse Content-Range header.");
    };
    let is_last = to + 1 == total;
    if from != session.bytes.len() || to + 1 - from != asked.bytes.len() || (!is_last && !asked.bytes.len().is_multiple_of(STEP))
    {
        return Answer::refused(400, "badRequest", "Invalid range.");
    }
    if state.breaks > 0 {
        state.breaks -= 1;
        let half = asked.bytes.len() / 2 / STEP * STEP;
        session.bytes.extend_from_slice(&asked.bytes[..half]);
        state.sessions.insert(id.to_owned(), session);
        return Answer::refused(503, "backendError", "Service Unavailable");
    }
    session.bytes.extend_from_slice(&asked.bytes);
    if is_last {
        let query = [("fields", session.fields.as_deref()), ("supportsAllDrives", Some("true"))];
        let query = query.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect();
        let asked = Asked { query, path: asked.path.clone(), ..again(asked) };
        return store(state, &asked, session.replaces.as_deref(), &session.description, &session.mime, session.bytes);
    }
    arrived(state, id, session)
}

/// How much of an upload is there.
fn arrived(state: &mut State, id: &str, session: Session) -> Answer {
    let mut answer = Answer::empty(StatusCode::PERMANENT_REDIRECT);
    if let Some(last) = session.bytes.len().checked_sub(1) {
        answer.headers.push(("range", format!("bytes=0-{last}")));
    }
    state.sessions.insert(id.to_owned(), session);
    answer
}

/// The same request without its bytes.
pub fn again(asked: &Asked) -> Asked {
    Asked {
        method: asked.method.clone(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        content_type: String::new(),
        range: String::new(),
        upload_type: String::new(),
        bytes: json!({}).to_string().into(),
        origin: asked.origin.clone(),
        caller: asked.caller.clone(),
    }
}
