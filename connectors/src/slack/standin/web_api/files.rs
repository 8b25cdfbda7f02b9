//! Files: the upload in three steps, their information and their content.
//! <https://docs.slack.dev/messaging/working-with-files#upload>

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Path, Request, State as Extract},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{Answer, ApiError, Args, chat};
use crate::slack::standin::{
    SlackSim,
    state::{File, Message, State},
};

pub(super) fn get_upload_url(state: &mut State, args: &Args) -> Answer {
    let name = args.required("filename")?;
    args.required("length")?;
    let expected = args.number("length").and_then(|it| usize::try_from(it).ok()).filter(|it| *it > 0);
    let expected = expected.ok_or(ApiError::new("invalid_arguments"))?;
    let (id, upload) = (state.ids.slack("F"), state.ids.alphanumeric(40));
    let url = format!("{}/upload/v1/{upload}", state.base);
    let bot = state.app.bot_user.clone();
    let file = new_file(state, &id, &name, &bot);
    state.files.insert(id.clone(), File { expected, upload, ..file });
    Ok(json!({"upload_url": url, "file_id": id}))
}

/// A file without content.
pub(in crate::slack::standin) fn new_file(state: &State, id: &str, name: &str, user: &str) -> File {
    let mimetype = match name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase().as_str() {
        "txt" | "log" | "md" => "text/plain",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "pdf" => "application/pdf",
        "csv" => "text/csv",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    File {
        id: id.to_owned(),
        name: name.to_owned(),
        title: name.to_owned(),
        mimetype: mimetype.into(),
        user: user.to_owned(),
        created: state.seconds(),
        content: Vec::new(),
        expected: 0,
        complete: false,
        channels: Vec::new(),
        upload: String::new(),
    }
}

/// `POST /upload/v1/{token}`: the content, raw or as a form's only file. No token is needed.
pub async fn upload(Extract(sim): Extract<SlackSim>, Path(token): Path<String>, request: Request) -> Response {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let content = if content_type.starts_with("multipart/form-data") {
        let Ok(mut form) = Multipart::from_request(request, &()).await else {
            return (StatusCode::BAD_REQUEST, "invalid form").into_response();
        };
        match form.next_field().await {
            Ok(Some(field)) => field.bytes().await.ok(),
            _ => None,
        }
    } else {
        Bytes::from_request(request, &()).await.ok()
    };
    let Some(content) = content else { return (StatusCode::BAD_REQUEST, "no content").into_response() };
    sim.with(|state| match state.files.values_mut().find(|it| it.upload == token && !token.is_empty()) {
        None => (StatusCode::NOT_FOUND, "not found").into_response(),
        Some(file) if file.expected != content.len() => (StatusCode::BAD_REQUEST, "length mismatch").into_response(),
        Some(file) => {
            file.content = content.to_vec();
            (StatusCode::OK, format!("OK - {}", content.len())).into_response()
        }
    })
}

pub(super) fn complete(state: &mut State, args: &Args) -> Answer {
    let missing = || ApiError::invalid(vec!["[ERROR] missing required field: files".into()]);
    let files = args.json("files", "invalid_arguments")?.ok_or_else(missing)?;
    let files = files.as_array().filter(|it| !it.is_empty()).ok_or_else(missing)?;
    let mut ids = Vec::new();
    for given in files {
        let id = given["id"].as_str().unwrap_or_default();
        let file = state.files.get(id).filter(|it| !it.complete).ok_or(ApiError::new("file_not_found"))?;
        if file.content.len() != file.expected {
            return Err(ApiError::new("file_not_found"));
        }
        ids.push((id.to_owned(), given["title"].as_str().map(str::to_owned)));
    }
    // Shares like any post: the channel must be one to post to.
    let channels = args.text("channel_id").into_iter().chain(args.list("channels")).collect::<Vec<_>>();
    let mut messages: Vec<Message> = Vec::new();
    for channel in channels.iter().filter(|it| !it.is_empty()) {
        let mut share = Map::from_iter([("channel".to_owned(), json!(channel)), ("text".to_owned(), json!("file"))]);
        // What is said with it: a comment, else blocks.
        if let Some(blocks) = args.json("blocks", "invalid_blocks_format")?.filter(|_| args.text("initial_comment").is_none()) {
            share.insert("blocks".into(), blocks);
        }
        if let Some(thread_ts) = args.text("thread_ts") {
            share.insert("thread_ts".into(), json!(thread_ts));
        }
        messages.push(chat::message(state, &Args(share))?);
    }
    for (id, title) in &ids {
        if let Some(file) = state.files.get_mut(id) {
            file.complete = true;
            file.title = title.clone().unwrap_or_else(|| file.title.clone());
            file.channels = messages.iter().map(|it| it.channel.clone()).collect();
        }
    }
    for message in messages {
        let files = ids.iter().map(|(id, _)| id.clone()).collect();
        state.post(Message { text: args.text("initial_comment").unwrap_or_default(), files, ..message });
    }
    let files: Vec<Value> = ids.iter().filter_map(|(id, _)| state.files.get(id)).map(|it| state.file_json(it)).collect();
    Ok(json!({"files": files}))
}

pub(super) fn info(state: &mut State, args: &Args) -> Answer {
    let id = args.required("file")?;
    let file = state.files.get(&id).filter(|it| it.complete).ok_or(ApiError::new("file_not_found"))?;
    Ok(json!({"file": state.file_json(file), "comments": [], "response_metadata": super::next_cursor("")}))
}

pub(super) fn list(state: &mut State, args: &Args) -> Answer {
    let channel = args.text("channel");
    let wanted =
        state.files.values().filter(|it| it.complete && channel.as_ref().is_none_or(|channel| it.channels.contains(channel)));
    let files: Vec<Value> = wanted.map(|it| state.file_json(it)).collect();
    Ok(json!({"paging": {"count": 100, "total": files.len(), "page": 1, "pages": 1}, "files": files}))
}

pub(super) fn delete(state: &mut State, args: &Args) -> Answer {
    let id = args.required("file")?;
    match state.files.get(&id) {
        None => Err(ApiError::new("file_not_found")),
        Some(file) if file.user != state.app.bot_user => Err(ApiError::new("cant_delete_file")),
        Some(_) => {
            state.files.remove(&id);
            Ok(json!({}))
        }
    }
}

/// `url_private`: the content for whoever shows the token, else the page to sign in, with 200.
pub async fn download(Extract(sim): Extract<SlackSim>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    sim.with(|state| {
        if authorization.strip_prefix("Bearer ") != Some(state.app.bot_token.as_str()) {
            return Html("<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Example</body></html>")
                .into_response();
        }
        content(state, path.split('/').next().unwrap_or_default().split_once('-').map_or("", |(_, id)| id))
    })
}

/// A file's content, as a download.
pub(in crate::slack::standin) fn content(state: &State, id: &str) -> Response {
    match state.files.get(id).filter(|it| it.complete) {
        None => (StatusCode::NOT_FOUND, "File not found").into_response(),
        Some(file) => {
            let headers = [(header::CONTENT_TYPE, file.mimetype.clone()), (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into())];
            (headers, Body::from(file.content.clone())).into_response()
        }
    }
}

/// The text fields of a form that was sent in parts.
pub(super) fn multipart_fields(content_type: &str, body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    let invalid = || ApiError::new("invalid_form_data");
    let boundary = content_type.split("boundary=").nth(1).map(|it| it.trim_matches('"')).ok_or_else(invalid)?;
    let text = String::from_utf8_lossy(body);
    let mut fields = Map::new();
    for part in text.split(&format!("--{boundary}")).filter(|it| !it.trim_matches(['\r', '\n', '-']).is_empty()) {
        let (head, value) = part.split_once("\r\n\r\n").ok_or_else(invalid)?;
        let name = head.split("name=\"").nth(1).and_then(|it| it.split('"').next());
        if let Some(name) = name.filter(|_| !head.contains("filename=")) {
            fields.insert(name.to_owned(), json!(value.strip_suffix("\r\n").unwrap_or(value)));
        }
    }
    Ok(fields)
}
