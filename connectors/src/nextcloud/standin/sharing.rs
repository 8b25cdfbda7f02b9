//! Shares.

use axum::http::StatusCode;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{Answer, Asked, BOT, State, state::Node};

#[derive(Clone, Debug)]
pub struct Share {
    pub id: u64,
    pub node: u64,
    /// 0 person, 1 group, 3 link, 4 mail.
    pub kind: u64,
    pub with: String,
    pub permissions: u64,
    pub token: String,
    pub expires: Option<Date>,
    pub password: String,
    pub note: String,
    pub label: String,
    pub hides_download: bool,
    pub at: Timestamp,
}

impl Share {
    pub fn seeded(id: u64, node: u64, kind: u64, with: &str, permissions: u64) -> Share {
        let token = if kind == 3 { format!("kFy9Hek5sm928x{id}") } else { String::new() };
        Share {
            id,
            node,
            kind,
            with: with.into(),
            permissions,
            token,
            expires: None,
            password: String::new(),
            note: String::new(),
            label: String::new(),
            hides_download: false,
            at: Timestamp::now(),
        }
    }

    pub fn whom(&self) -> String {
        if self.kind == 3 { "link".to_owned() } else { self.with.clone() }
    }
}

fn written(state: &State, share: &Share, origin: &str) -> Value {
    let node = state.node(share.node);
    let name = match share.kind {
        0 => state.user(&share.with).map(|it| it.name.clone()),
        _ => None,
    };
    let path = node.map(|it| it.path.clone()).unwrap_or_default();
    let is_folder = node.is_some_and(|it| it.is_folder);
    let secret = (!share.password.is_empty()).then_some("***");
    let mut value = json!({
        "id": share.id.to_string(), "share_type": share.kind, "uid_owner": BOT, "displayname_owner": "Bellhop",
        "permissions": share.permissions, "can_edit": true, "can_delete": true, "stime": share.at.as_second(), "parent": null,
        "expiration": share.expires.map(|it| format!("{it} 00:00:00")), "token": (share.kind == 3).then_some(&share.token),
        "uid_file_owner": BOT, "note": share.note, "label": share.label, "displayname_file_owner": "Bellhop", "path": path,
        "item_type": if is_folder { "folder" } else { "file" }, "mimetype": node.map(|it| it.mime.clone()).unwrap_or_default(),
        "has_preview": false, "storage_id": "home::bellhop", "storage": 1, "item_source": share.node, "file_source": share.node,
        "file_parent": 1, "file_target": path, "item_size": node.map_or(0, |it| state.size(it)), "item_mtime": share.at.as_second(),
        "mail_send": 0, "hide_download": u8::from(share.hides_download), "attributes": null,
    });
    if share.kind == 3 {
        value["share_with"] = json!(secret);
        value["password"] = json!(secret);
        value["share_with_displayname"] = json!("(Shared link)");
        value["url"] = json!(format!("{origin}/s/{}", share.token));
    } else {
        value["share_with"] = json!(share.with);
        value["share_with_displayname"] = json!(name.unwrap_or_else(|| share.with.clone()));
    }
    value
}

pub fn shares(state: &mut State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    match (asked.method, rest) {
        ("GET", []) => {
            let node = match asked.get("path") {
                Some(path) => match state.at(path) {
                    Some(at) => Some(state.nodes[at].id),
                    None => return Answer::refused(StatusCode::NOT_FOUND, 404, "Wrong path, file/folder does not exist"),
                },
                None => None,
            };
            let fits = |it: &&Share| node.is_none_or(|node| it.node == node);
            let all: Vec<Value> = state.shares.iter().filter(fits).map(|it| written(state, it, &asked.origin)).collect();
            Answer::ocs(json!(all))
        }
        ("POST", []) => create(state, asked),
        (method, [id]) => {
            let Some(at) = state.shares.iter().position(|it| it.id.to_string() == *id) else {
                return Answer::refused(StatusCode::NOT_FOUND, 404, "Wrong share ID, share does not exist");
            };
            match method {
                "GET" => Answer::ocs(json!([written(state, &state.shares[at], &asked.origin)])),
                "PUT" => update(state, at, asked),
                "DELETE" => {
                    state.shares.remove(at);
                    Answer::ocs(json!([]))
                }
                _ => Answer::refused(StatusCode::METHOD_NOT_ALLOWED, 405, "Method not allowed"),
            }
        }
        _ => Answer::refused(StatusCode::NOT_FOUND, 998, "Invalid query"),
    }
}

fn date(text: &str) -> Result<Option<Date>, Answer> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Answer::refused(StatusCode::NOT_FOUND, 404, "Invalid date. Format must be YYYY-MM-DD");
    text.parse().map(Some).map_err(|_| wrong())
}

fn weak(password: &str) -> Option<Answer> {
    let message = "Password needs to be at least 10 characters long.";
    (!password.is_empty() && password.chars().count() < 10).then(|| Answer::refused(StatusCode::BAD_REQUEST, 400, message))
}

fn create(state: &mut State, asked: &Asked<'_>) -> Answer {
    let body = asked.json();
    let text = |key: &str| body[key].as_str().unwrap_or_default();
    let not_found = |message: &str| Answer::refused(StatusCode::NOT_FOUND, 404, message);
    let Some(node) = state.at(text("path")).map(|at| state.nodes[at].clone()) else {
        return not_found("Wrong path, file/folder does not exist");
    };
    let kind = body["shareType"].as_u64().unwrap_or(99);
    if let Some(refusal) = refusal(state, &node, kind, text("shareWith")) {
        return refusal;
    }
    if let Some(answer) = weak(text("password")) {
        return answer;
    }
    let expires = match date(text("expireDate")) {
        Ok(expires) => expires,
        Err(answer) => return answer,
    };
    let id = state.shares.iter().map(|it| it.id).max().unwrap_or(0) + 1;
    let mut share = Share::seeded(id, node.id, kind, text("shareWith"), body["permissions"].as_u64().unwrap_or(1));
    share.expires = expires;
    (share.password, share.note, share.label) = (text("password").into(), text("note").into(), text("label").into());
    share.at = state.now();
    let value = written(state, &share, &asked.origin);
    state.shares.push(share);
    state.note("shared", BOT, "shared", node.id, &node.path);
    Answer::ocs(value)
}

fn refusal(state: &State, node: &Node, kind: u64, with: &str) -> Option<Answer> {
    let not_found = |message: &str| Some(Answer::refused(StatusCode::NOT_FOUND, 404, message));
    if !state.may_write(&node.path) {
        return not_found("Could not lock node. Sharing is not allowed for this file or folder");
    }
    match kind {
        0 if state.user(with).is_none_or(|it| !it.enabled) => not_found("Please specify a valid account to share with"),
        1 if state.groups.iter().all(|it| it.id != with) => not_found("Please specify a valid group"),
        3 if state.off.contains("links") => {
            Some(Answer::refused(StatusCode::FORBIDDEN, 403, "Public link sharing is disabled by the administrator"))
        }
        4 if !with.contains('@') => not_found("Please specify a valid email address"),
        0 | 1 | 4 if state.shares.iter().any(|it| it.node == node.id && it.kind == kind && it.with == with) => Some(
            Answer::refused(StatusCode::FORBIDDEN, 403, "Sharing failed, because this item is already shared with the account"),
        ),
        0 | 1 | 3 | 4 => None,
        _ => Some(Answer::refused(StatusCode::BAD_REQUEST, 400, "Unknown share type")),
    }
}

fn update(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let body = asked.json();
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    if let Some(answer) = text("password").and_then(|it| weak(&it)) {
        return answer;
    }
    let expires = match text("expireDate").map(|it| date(&it)).transpose() {
        Ok(expires) => expires,
        Err(answer) => return answer,
    };
    let share = &mut state.shares[at];
    share.permissions = body["permissions"].as_u64().unwrap_or(share.permissions);
    share.expires = expires.unwrap_or(share.expires);
    share.password = text("password").unwrap_or_else(|| share.password.clone());
    share.note = text("note").unwrap_or_else(|| share.note.clone());
    share.label = text("label").unwrap_or_else(|| share.label.clone());
    share.hides_download = text("hideDownload").map_or(share.hides_download, |it| it == "true");
    let share = state.shares[at].clone();
    Answer::ocs(written(state, &share, &asked.origin))
}

/// Whom could be shared with.
pub fn sharees(state: &State, asked: &Asked<'_>) -> Answer {
    let typed = asked.get("search").unwrap_or_default().to_lowercase();
    let holds = |texts: &[&str]| texts.iter().any(|it| it.to_lowercase().contains(&typed));
    let one = |kind: u64, id: &str, name: &str, unique: &str| json!({ "label": name, "value": { "shareType": kind, "shareWith": id }, "shareWithDisplayNameUnique": unique });
    let users = state.users.iter().filter(|it| it.id != BOT && it.enabled && holds(&[&it.id, &it.name, &it.email]));
    let users: Vec<(bool, Value)> = users.map(|it| (it.id == typed, one(0, &it.id, &it.name, &it.email))).collect();
    let groups = state.groups.iter().filter(|it| holds(&[&it.id, &it.name]));
    let groups: Vec<(bool, Value)> = groups.map(|it| (it.id == typed, one(1, &it.id, &it.name, ""))).collect();
    let number = |key: &str, usual: usize| asked.get(key).and_then(|it| it.parse().ok()).unwrap_or(usual);
    let (page, size) = (number("page", 1), number("perPage", 200));
    let exact = |all: &[(bool, Value)]| all.iter().filter(|it| it.0).map(|it| it.1.clone()).collect::<Vec<_>>();
    let near = |all: &[(bool, Value)]| {
        all.iter().filter(|it| !it.0).skip((page - 1) * size).take(size).map(|it| it.1.clone()).collect::<Vec<_>>()
    };
    Answer::ocs(json!({
        "exact": { "users": exact(&users), "groups": exact(&groups) }, "users": near(&users), "groups": near(&groups),
        "lookupEnabled": false,
    }))
}
