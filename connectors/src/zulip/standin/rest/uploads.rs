//! Files. <https://zulip.com/api/upload-file>

use axum::{
    extract::{Multipart, Path, State as Extract},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Answer, Refusal, admit, respond};
use crate::zulip::standin::{ZulipSim, state::State};

const LIMIT: usize = 100 * 1024 * 1024;
/// How long a temporary link is good for, in microseconds.
const LINK_LIFE: i64 = 60_000_000;

/// `POST /api/v1/user_uploads`: one file.
pub async fn upload(
    Extract(sim): Extract<ZulipSim>,
    headers: HeaderMap,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let quota = match sim.with(|state| admit(state, &headers, "api")) {
        Ok((_, quota)) => quota,
        Err((refusal, quota)) => return respond(Err(refusal), quota, None),
    };
    let mut files = Vec::new();
    if let Ok(mut form) = form {
        while let Ok(Some(field)) = form.next_field().await {
            let name = field.file_name().unwrap_or_default().to_owned();
            if let Ok(content) = field.bytes().await
                && !name.is_empty()
            {
                files.push((name, content));
            }
        }
    }
    let answer = match <[_; 1]>::try_from(files) {
        Ok([(_, content)]) if content.len() > LIMIT => {
            Err(Refusal::bad("Uploaded file is larger than the allowed limit of 100 MiB"))
        }
        Ok([(name, content)]) => sim.with(|state| Ok(keep(state, &name, content.to_vec()))),
        Err(files) if files.is_empty() => Err(Refusal::bad("You must specify a file to upload")),
        Err(_) => Err(Refusal::bad("You may only upload one file at a time")),
    };
    respond(answer, Some(quota), None)
}

/// Keeps a file and says where it is.
pub(in crate::zulip::standin) fn keep(state: &mut State, name: &str, content: Vec<u8>) -> serde_json::Value {
    let safe: String =
        name.chars().map(|it| if it.is_alphanumeric() || matches!(it, '.' | '-' | '_') { it } else { '-' }).collect();
    let path = format!("2/{}/{}/{safe}", state.ids.hexadecimal(2), state.ids.alphanumeric(24));
    state.files.insert(path.clone(), content);
    let url = format!("/user_uploads/{path}");
    json!({"url": url, "uri": url, "filename": name})
}

/// `GET /api/v1/user_uploads/…`: a link that is open to everyone for a minute.
pub(super) fn link(state: &mut State, path: &str) -> Answer {
    if !state.files.contains_key(path) {
        return Err(Refusal::coded(StatusCode::NOT_FOUND, "BAD_REQUEST", "Invalid file"));
    }
    let secret = state.ids.alphanumeric(32);
    state.links.insert(secret.clone(), (path.to_owned(), state.now));
    let name = path.rsplit('/').next().unwrap_or_default();
    Ok(json!({"url": format!("/user_uploads/temporary/{secret}/{name}")}))
}

/// `GET /user_uploads/temporary/{secret}/{name}`
pub async fn temporary(Extract(sim): Extract<ZulipSim>, Path((secret, _)): Path<(String, String)>) -> Response {
    sim.with(|state| {
        let link = state.links.get(&secret).filter(|(_, at)| state.now - at < LINK_LIFE);
        match link.and_then(|(path, _)| state.files.get(path)) {
            Some(content) => download(content),
            None => (StatusCode::FORBIDDEN, "Invalid token").into_response(),
        }
    })
}

/// `GET /user_uploads/…` is for signed-in browsers: programs are sent to the login page.
pub async fn user_upload() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, "/login/")]).into_response()
}

/// A file's bytes, never as a page of this origin.
pub(in crate::zulip::standin) fn download(content: &[u8]) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "attachment"),
    ];
    (headers, content.to_vec()).into_response()
}
