//! The log of changes of the simulated Drive, and the channels that report them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, files,
    state::{Channel, READER, State},
    values,
};

pub fn answer(state: &mut State, asked: &Asked, path: &[&str]) -> Answer {
    match (asked.method.as_str(), path) {
        ("GET", ["startPageToken"]) => {
            Answer::json(&json!({ "kind": "drive#startPageToken", "startPageToken": (state.changes.len() + 1).to_string() }))
        }
        ("GET", []) => list(state, asked),
        ("POST", ["watch"]) if asked.get("pageToken").is_none() => {
            Answer::refused(400, "required", "Required parameter: pageToken")
        }
        ("POST", ["watch"]) => watch(state, asked, &format!("changes-of-{}", asked.caller.replace(['@', '.'], "-")), "changes"),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn list(state: &State, asked: &Asked) -> Answer {
    let number = asked.get("pageToken").and_then(|it| it.parse::<usize>().ok());
    let Some(from) = number.and_then(|it| it.checked_sub(1)).filter(|it| *it >= state.kept_from && *it <= state.changes.len())
    else {
        return Answer::refused(400, "invalid", "Invalid Value");
    };
    let size = asked.get("pageSize").and_then(|it| it.parse::<usize>().ok()).unwrap_or(100).clamp(1, 1000);
    let to = (from + size).min(state.changes.len());
    let all_drives = asked.get("includeItemsFromAllDrives") == Some("true");
    let mut changes: Vec<Value> = Vec::new();
    for (at, change) in state.changes.iter().enumerate().take(to).skip(from) {
        // A file stands in the log once, where it changed last.
        if state.changes[at + 1..].iter().any(|it| it.id == change.id) {
            continue;
        }
        // A shared drive has a log of its own; the account's holds of it what the account did.
        let here = match asked.get("driveId") {
            Some(drive) => change.drive.as_deref() == Some(drive),
            None => change.drive.is_none() || state.file(&change.id).is_none_or(|it| it.modified_by == asked.caller),
        };
        if !here {
            continue;
        }
        let mut written = json!({
            "kind": "drive#change", "changeType": "file", "time": change.at.to_string(), "removed": change.removed, "fileId": change.id,
        });
        match state.file(&change.id) {
            Some(file) if state.rank_of(&asked.caller, file) >= READER && (all_drives || file.drive.is_none()) => {
                written["file"] = values::file(state, file, &asked.caller);
            }
            None if change.seen_by.contains(&asked.caller) => {}
            _ => continue,
        }
        changes.push(written);
    }
    let mut page = json!({ "kind": "drive#changeList", "changes": changes });
    let next = if to < state.changes.len() { "nextPageToken" } else { "newStartPageToken" };
    page[next] = json!((to + 1).to_string());
    Answer::selected(&page, asked, "*")
}

pub fn watch_file(state: &mut State, asked: &Asked, id: &str) -> Answer {
    match files::find(state, asked, id) {
        Ok(file) => {
            let id = file.id.clone();
            watch(state, asked, &format!("resource-of-{id}"), &format!("files/{id}"))
        }
        Err(answer) => answer,
    }
}

fn watch(state: &mut State, asked: &Asked, resource: &str, path: &str) -> Answer {
    let body = asked.body();
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let (id, address) = (text("id"), text("address"));
    if id.is_empty() || id.len() > 64 || text("type") != "web_hook" {
        return Answer::refused(400, "invalid", "Invalid channel.");
    }
    if !address.starts_with("https://") {
        return Answer::refused(401, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS: ");
    }
    if state.channels.iter().any(|it| it.id == id) {
        return Answer::refused(400, "channelIdNotUnique", &format!("Channel id {id} not unique"));
    }
    state.channels.push(Channel { id: id.clone(), resource: resource.to_owned(), address, token: text("token") });
    Answer::json(&json!({
        "kind": "api#channel",
        "id": id,
        "resourceId": resource,
        "resourceUri": format!("{}/drive/v3/{path}", asked.origin),
        "expiration": text("expiration"),
    }))
}

pub fn stop(state: &mut State, asked: &Asked) -> Answer {
    let body = asked.body();
    let before = state.channels.len();
    state.channels.retain(|it| body["id"] != json!(it.id) || body["resourceId"] != json!(it.resource));
    match state.channels.len() == before {
        true => Answer::refused(404, "notFound", "Channel not found for project"),
        false => Answer::empty(StatusCode::NO_CONTENT),
    }
}
