//! Versions of files in the simulated Drive.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, files,
    state::{File, Revision, State, WRITER},
    values,
};

pub fn answer(state: &mut State, asked: &Asked, id: &str, path: &[&str]) -> Answer {
    let file = match files::find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    if state.rank_by_link(&asked.caller, &file) < WRITER {
        return Answer::not_allowed();
    }
    if file.mime.ends_with(".folder") {
        return Answer::refused(403, "revisionsNotSupported", "The file does not support revisions.");
    }
    let Some((number, rest)) = path.split_first() else {
        let all = file.revisions.iter().enumerate().map(|(at, it)| written(state, asked, &file, at, it)).collect();
        let page = asked.page("revisions", 200, 1000, all);
        return Answer::selected(&page, asked, "nextPageToken,revisions(id,modifiedTime)");
    };
    let at = number.parse::<usize>().ok().and_then(|it| it.checked_sub(1)).filter(|it| *it < file.revisions.len());
    let Some(at) = at.filter(|_| rest.is_empty()) else {
        return Answer::refused(404, "notFound", &format!("Revision not found: {number}."));
    };
    let native = file.mime.starts_with("application/vnd.google-apps.");
    match asked.method.as_str() {
        "GET" if asked.get("alt") == Some("media") && native => {
            let message = "Only files with binary content can be downloaded. Use Export with Docs Editors files.";
            Answer::refused(403, "fileNotDownloadable", message)
        }
        "GET" if asked.get("alt") == Some("media") => {
            Answer::bytes(&file.mime, file.revisions[at].content.clone().unwrap_or_else(|| file.content.clone()))
        }
        "GET" => Answer::selected(&written(state, asked, &file, at, &file.revisions[at]), asked, "kind,id,modifiedTime"),
        "PATCH" => {
            let Some(keep) = asked.body()["keepForever"].as_bool().filter(|_| !native) else {
                return Answer::invalid("Invalid Value");
            };
            let mut changed = file.revisions[at].clone();
            changed.keep = keep;
            if let Some(file) = state.file_mut(&file.id) {
                file.revisions[at] = changed.clone();
            }
            Answer::selected(&written(state, asked, &file, at, &changed), asked, "kind,id,modifiedTime")
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn written(state: &State, asked: &Asked, file: &File, at: usize, it: &Revision) -> Value {
    let id = (at + 1).to_string();
    let mut all = json!({
        "kind": "drive#revision",
        "id": id,
        "mimeType": file.mime,
        "modifiedTime": it.at.to_string(),
        "lastModifyingUser": values::user(state, &it.by, &asked.caller),
    });
    let exports = values::exports(&file.mime);
    if exports.is_empty() {
        all["keepForever"] = json!(it.keep);
    } else {
        let address = |mime: &&str| format!("https://docs.google.com/export?id={}&revision={id}&mime={mime}", file.id);
        all["exportLinks"] = exports.iter().map(|it| ((*it).to_owned(), json!(address(it)))).collect();
    }
    if let Some(size) = it.size {
        all["size"] = json!(size.to_string());
    }
    all
}
