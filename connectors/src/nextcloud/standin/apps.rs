//! What other apps of Nextcloud answer: capabilities, status, search, activity, webhooks.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, BOT, State};
use crate::nextcloud::path;

const VERSION: &str = "32.0.1";

pub fn status() -> Answer {
    let body = json!({
        "installed": true, "maintenance": false, "needsDbUpgrade": false, "version": "32.0.1.2", "versionstring": VERSION,
        "edition": "", "productname": "Nextcloud", "extendedSupport": false,
    });
    Answer::bytes("application/json", body.to_string().into_bytes())
}

pub fn capabilities(state: &State) -> Answer {
    let is_on = |app: &str| !state.off.contains(app);
    let mut all = json!({
        "core": { "pollinterval": 60, "webdav-root": "remote.php/webdav" },
        "files": { "bigfilechunking": true, "undelete": is_on("files_trashbin"), "versioning": is_on("files_versions") },
        "files_sharing": { "api_enabled": is_on("sharing"), "public": { "enabled": is_on("links"), "password": { "enforced": false } } },
        "systemtags": { "enabled": is_on("systemtags") },
        "user_status": { "enabled": is_on("user_status"), "supports_emoji": true },
    });
    if is_on("activity") {
        all["activity"] = json!({ "apiv2": ["filters", "filters-api", "previews", "rich-strings"] });
    }
    if is_on("files_lock") {
        all["files"]["locking"] = json!("1.0");
    }
    let version = json!({ "major": 32, "minor": 0, "micro": 1, "string": VERSION, "edition": "", "extendedSupport": false });
    Answer::ocs(json!({ "version": version, "capabilities": all }))
}

pub fn status_of(user: &str, status: &str, message: Option<&str>, icon: Option<&str>) -> Value {
    json!({ "userId": user, "status": status, "message": message, "icon": icon, "clearAt": null })
}

pub fn user_status(state: &mut State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let body = asked.json();
    let mine = state.statuses.get(BOT).cloned().unwrap_or_else(|| status_of(BOT, "online", None, None));
    match (asked.method, rest) {
        ("GET", ["statuses"]) => Answer::ocs(json!(state.statuses.values().collect::<Vec<_>>())),
        ("GET", ["statuses", user]) => match state.statuses.get(*user) {
            Some(status) => Answer::ocs(status.clone()),
            None => Answer::refused(StatusCode::NOT_FOUND, 404, "No status for the requested userId"),
        },
        ("GET", ["user_status"]) => Answer::ocs(mine),
        ("PUT", ["user_status", "status"]) => {
            let known = ["online", "away", "dnd", "busy", "invisible", "offline"];
            let kind = body["statusType"].as_str().filter(|it| known.contains(it));
            let Some(kind) = kind else { return Answer::refused(StatusCode::BAD_REQUEST, 400, "Invalid status type") };
            let mut mine = mine;
            mine["status"] = json!(kind);
            state.statuses.insert(BOT.into(), mine.clone());
            Answer::ocs(mine)
        }
        ("PUT", ["user_status", "message", "custom"]) => {
            let message = body["message"].as_str().unwrap_or_default();
            let icon = body["statusIcon"].as_str();
            if message.chars().count() > 80 || icon.is_some_and(|it| it.is_ascii()) {
                return Answer::refused(StatusCode::BAD_REQUEST, 400, "Status-Icon is longer than one character");
            }
            let mut mine = mine;
            (mine["message"], mine["icon"], mine["clearAt"]) = (json!(message), json!(icon), body["clearAt"].clone());
            state.statuses.insert(BOT.into(), mine.clone());
            Answer::ocs(mine)
        }
        ("DELETE", ["user_status", "message"]) => {
            state.statuses.remove(BOT);
            Answer::ocs(json!([]))
        }
        _ => Answer::refused(StatusCode::NOT_FOUND, 998, "Invalid query"),
    }
}

pub fn search(state: &State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let providers = [("files", "Files"), ("fulltextsearch", "Full text search"), ("calendar", "Events")];
    match rest {
        [] => {
            let one = |(id, name): &(&str, &str)| json!({ "id": id, "name": name, "appId": id, "icon": "", "order": 0, "triggers": [], "filters": {}, "inAppSearch": false });
            Answer::ocs(json!(providers.iter().map(one).collect::<Vec<_>>()))
        }
        [id, "search"] => {
            let Some((id, name)) = providers.iter().find(|it| it.0 == *id) else {
                return Answer::refused(StatusCode::BAD_REQUEST, 400, "Provider is unknown");
            };
            let term = asked.get("term").unwrap_or_default().to_lowercase();
            let number = |key: &str| asked.get(key).and_then(|it| it.parse::<usize>().ok());
            let (limit, from) = (number("limit").unwrap_or(5).min(25), number("cursor").unwrap_or(0));
            let holds = |it: &&super::state::Node| match *id {
                "files" => path::name(&it.path).to_lowercase().contains(&term),
                "fulltextsearch" => std::str::from_utf8(&it.bytes).is_ok_and(|it| it.to_lowercase().contains(&term)),
                _ => false,
            };
            let found: Vec<&super::state::Node> = state.nodes.iter().filter(|it| it.path != "/").filter(holds).collect();
            let one = |it: &&super::state::Node| {
                json!({
                    "thumbnailUrl": "", "title": path::name(&it.path), "subline": format!("in {}", path::parent(&it.path)),
                    "resourceUrl": format!("/index.php/f/{}", it.id), "icon": "", "rounded": false, "attributes": { "fileId": it.id.to_string() },
                })
            };
            let entries: Vec<Value> = found.iter().skip(from).take(limit).map(one).collect();
            let more = from + entries.len() < found.len();
            let cursor = if more { json!(from + entries.len()) } else { Value::Null };
            Answer::ocs(json!({ "name": name, "isPaginated": more, "entries": entries, "cursor": cursor }))
        }
        _ => Answer::refused(StatusCode::NOT_FOUND, 998, "Invalid query"),
    }
}

pub fn activity(state: &State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let number = |key: &str| asked.get(key).and_then(|it| it.parse::<u64>().ok());
    let of_object = |it: &&Value| match (rest, number("object_id")) {
        (["filter"], Some(id)) => it["object_id"].as_u64() == Some(id),
        _ => true,
    };
    let id = |it: &Value| it["activity_id"].as_u64().unwrap_or(0);
    let is_ascending = asked.get("sort") == Some("asc");
    let since = number("since").unwrap_or(0);
    let follows = |it: &&Value| since == 0 || if is_ascending { id(it) > since } else { id(it) < since };
    let mut found: Vec<&Value> = state.activities.iter().filter(of_object).filter(follows).collect();
    if !is_ascending {
        found.reverse();
    }
    found.truncate(number("limit").unwrap_or(50) as usize);
    match found.last() {
        None => Answer::status(StatusCode::NOT_MODIFIED),
        Some(last) => Answer::ocs(json!(found)).with("x-activity-last-given", id(last)),
    }
}

pub fn webhooks(state: &mut State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    if state.off.contains("webhook_listeners") {
        return Answer::refused(StatusCode::NOT_FOUND, 998, "Invalid query, please check the syntax.");
    }
    if !state.is_admin {
        return Answer::refused(
            StatusCode::FORBIDDEN,
            403,
            "Logged in account must be an admin or have authorization for this setting.",
        );
    }
    match (asked.method, rest) {
        ("GET", []) => Answer::ocs(json!(state.webhooks)),
        ("POST", []) => {
            let mut body = asked.json();
            let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
            if text("uri").is_empty() || text("event").is_empty() || text("httpMethod").is_empty() {
                return Answer::refused(StatusCode::BAD_REQUEST, 400, "uri, event and httpMethod are needed");
            }
            let app = text("event").trim_start_matches('\\').split('\\').nth(1).unwrap_or_default().to_lowercase();
            if state.off.contains(app.as_str()) {
                return Answer::refused(StatusCode::BAD_REQUEST, 400, "The event class does not exist");
            }
            if !matches!(text("authMethod").as_str(), "" | "none" | "header") {
                return Answer::refused(StatusCode::BAD_REQUEST, 400, "This auth method does not exist");
            }
            let id = state.webhooks.iter().filter_map(|it| it["id"].as_str()?.parse::<u64>().ok()).max().unwrap_or(0) + 1;
            body["id"] = json!(id.to_string());
            body["userId"] = json!(BOT);
            state.webhooks.push(body.clone());
            // What proves who sends is told to nobody.
            if let Some(body) = body.as_object_mut() {
                body.remove("authData");
            }
            Answer::ocs(body)
        }
        ("DELETE", [id]) => {
            let before = state.webhooks.len();
            state.webhooks.retain(|it| it["id"] != **id);
            Answer::ocs(json!(state.webhooks.len() < before))
        }
        _ => Answer::refused(StatusCode::NOT_FOUND, 998, "Invalid query"),
    }
}
