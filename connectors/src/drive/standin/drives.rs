//! Shared drives of the simulated Drive, and what it says about itself.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, seed,
    state::{READER, SharedDrive, State},
    values,
};

pub fn answer(state: &mut State, asked: &Asked, path: &[&str]) -> Answer {
    let seen = |state: &State, id: &str| state.file(id).is_some_and(|it| state.rank_of(&asked.caller, it) >= READER);
    match (asked.method.as_str(), path) {
        ("GET", []) => {
            let all = state.drives.iter().filter(|it| seen(state, &it.id)).map(written).collect();
            Answer::selected(&asked.page("drives", 10, 100, all), asked, "kind,nextPageToken,drives(kind,id,name)")
        }
        ("GET", [id]) => match state.drives.iter().find(|it| it.id == *id && seen(state, id)) {
            Some(drive) => Answer::selected(&written(drive), asked, "kind,id,name"),
            None => Answer::refused(404, "notFound", &format!("Shared drive not found: {id}")),
        },
        ("POST", []) => create(state, asked),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn written(drive: &SharedDrive) -> Value {
    json!({ "kind": "drive#drive", "id": drive.id, "name": drive.name, "createdTime": drive.created.to_string() })
}

fn create(state: &mut State, asked: &Asked) -> Answer {
    let Some(request) = asked.get("requestId") else {
        return Answer::refused(400, "required", "Required parameter: requestId");
    };
    let body = asked.body();
    let Some(name) = body["name"].as_str().filter(|it| !it.is_empty()) else {
        return Answer::refused(400, "required", "The name field is required.");
    };
    if state.requests.contains_key(request) {
        return Answer::refused(409, "duplicate", "A shared drive already exists with the provided request ID.");
    }
    let (id, now) = (state.new_id("0ADrive"), state.now());
    state.requests.insert(request.to_owned(), id.clone());
    let drive = SharedDrive { id: id.clone(), name: name.to_owned(), created: now };
    let answer = Answer::selected(&written(&drive), asked, "kind,id,name");
    state.drives.push(drive);
    seed::add(state, &id, "Drive", "application/vnd.google-apps.folder", None, None, now);
    seed::share(state, &id, &asked.caller, "organizer");
    answer
}

pub fn about(state: &State, asked: &Asked) -> Answer {
    let Some(fields) = asked.get("fields") else {
        return Answer::refused(400, "required", "The 'fields' parameter is required for this method.");
    };
    let service = asked.caller == seed::SERVICE;
    let mut quota = json!({
        "usage": state.used.to_string(),
        "usageInDrive": (state.used / 2).to_string(),
        "usageInDriveTrash": (state.used / 100).to_string(),
    });
    if let Some(limit) = state.limit {
        quota["limit"] = json!(if service { 0 } else { limit }.to_string());
    }
    let about = json!({
        "kind": "drive#about",
        "user": values::user(state, &asked.caller, &asked.caller),
        "storageQuota": quota,
        "canCreateDrives": !service,
    });
    Answer::json(&super::fields::select(&about, fields))
}
