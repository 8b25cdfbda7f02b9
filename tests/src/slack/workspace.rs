//! What the simulated workspace holds, and how it answers.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{BOT, CHANNEL, DIRECT, TEAM};
use crate::{
    far_end::{Recorded, lock},
    people::{self, Person},
};

const BOT_ID: &str = "B0BOT0001";

#[derive(Default)]
pub(super) struct Workspace {
    pub views: Mutex<HashMap<String, Value>>,
    pub opened: Notify,
    pub serial: AtomicU64,
    /// What everybody in a channel sees, as `conversations.history` shows it, with its `channel`.
    pub messages: Mutex<Vec<Value>>,
    /// The `ts` of those that were deleted.
    pub deleted: Mutex<Vec<Value>>,
    pub history_closed: AtomicBool,
    pub emails_hidden: AtomicBool,
    /// What the channel is called since it was renamed.
    pub renamed: Mutex<Option<String>>,
    /// Who is in the one user group, `@oncall`.
    pub oncall: Mutex<Vec<String>>,
    /// The channel's topic.
    pub topic: Mutex<String>,
    /// Texts of files, by id.
    pub uploads: Mutex<HashMap<String, String>>,
    /// What those are called that people attached.
    pub attached: Mutex<HashMap<String, String>>,
}

impl Workspace {
    /// Later than all before, by the clock of this machine.
    pub fn ts(&self) -> String {
        format!("{}.{:06}", Timestamp::now().as_second(), self.serial.fetch_add(1, Ordering::Relaxed))
    }

    pub fn keep(&self, channel: &str, ts: &str, given: &Value) {
        let mut message =
            json!({"type": "message", "subtype": "bot_message", "user": BOT, "bot_id": BOT_ID, "ts": ts, "channel": channel});
        for name in ["text", "blocks", "attachments", "thread_ts", "metadata"] {
            if let Some(value) = given.get(name) {
                message[name] = value.clone();
            }
        }
        lock(&self.messages).push(message);
    }

    /// `chat.update`: <https://docs.slack.dev/reference/methods/chat.update>. False when there is no such message.
    pub fn edit(&self, given: &Value) -> bool {
        let mut messages = lock(&self.messages);
        let Some(message) = messages.iter_mut().find(|it| it["ts"] == given["ts"]) else { return false };
        for name in ["text", "blocks", "attachments", "metadata"] {
            message[name] = given[name].clone();
        }
        true
    }

    /// `conversations.history` and `conversations.replies`: <https://docs.slack.dev/reference/methods/conversations.history>.
    pub fn history(&self, given: &Value, thread: Option<&Value>) -> Value {
        if self.history_closed.load(Ordering::Relaxed) {
            return json!({"ok": false, "error": "missing_scope", "needed": "channels:history", "provided": "chat:write"});
        }
        let text = |name: &str| given[name].as_str().unwrap_or_default();
        let all = text("include_all_metadata") == "true";
        let messages = lock(&self.messages);
        let wanted = messages.iter().filter(|it| {
            it["channel"] == given["channel"]
                && it.get("thread_ts") == thread
                && it["ts"].as_str().is_some_and(|it| it > text("oldest"))
        });
        let mut shown: Vec<Value> = wanted.cloned().collect();
        for message in shown.iter_mut().filter_map(Value::as_object_mut) {
            message.remove("channel");
            if !all {
                message.remove("metadata");
            }
        }
        // The newest first, but for a thread.
        if thread.is_none() {
            shown.reverse();
        }
        json!({"ok": true, "messages": shown, "has_more": false})
    }
}

/// A message by `response_url`: <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>.
pub(super) async fn respond(State(workspace): State<Arc<Workspace>>, body: Bytes) -> &'static str {
    let given: Value = serde_json::from_slice(&body).unwrap_or_default();
    if given["response_type"] == "in_channel" {
        workspace.keep(CHANNEL, &workspace.ts(), &given);
    }
    "ok"
}

/// Takes a file's bytes, from whoever knows the address.
pub(super) async fn upload(State(workspace): State<Arc<Workspace>>, Path(id): Path<String>, body: Bytes) -> String {
    let length = body.len();
    lock(&workspace.uploads).insert(id, String::from_utf8_lossy(&body).into_owned());
    format!("OK - {length}")
}

/// Hands a file out, as Slack's `url_private` does.
pub(super) async fn attached(State(workspace): State<Arc<Workspace>>, Path(id): Path<String>) -> Result<String, StatusCode> {
    lock(&workspace.uploads).get(&id).cloned().ok_or(StatusCode::NOT_FOUND)
}

/// Answers a call of the Web API with what its documentation shows.
pub(super) async fn call(
    State(workspace): State<Arc<Workspace>>,
    Path(method): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Json<Value> {
    if !headers.get("authorization").is_some_and(|it| it.as_bytes().starts_with(b"Bearer xoxb-")) {
        return Json(json!({"ok": false, "error": "not_authed"}));
    }
    let recorded = Recorded {
        system: "slack",
        method: String::new(),
        url: String::new(),
        headers: Default::default(),
        body: if body.is_empty() {
            uri.query().unwrap_or_default().to_owned()
        } else {
            String::from_utf8_lossy(&body).into_owned()
        },
    };
    let given = recorded.fields();
    let serial = workspace.serial.fetch_add(1, Ordering::Relaxed);
    let ts = workspace.ts();
    Json(match method.as_str() {
        "auth.test" => json!({"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "bellhop",
            "team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID, "is_enterprise_install": false}),
        "chat.postMessage" if lock(&workspace.deleted).iter().any(|it| given["thread_ts"] == *it) => {
            json!({"ok": false, "error": "thread_not_found"})
        }
        "chat.postMessage" => {
            workspace.keep(given["channel"].as_str().unwrap_or_default(), &ts, &given);
            json!({"ok": true, "channel": given["channel"], "ts": ts,
                "message": {"type": "message", "subtype": "bot_message", "text": given["text"], "ts": ts, "user": BOT, "bot_id": BOT_ID}})
        }
        "chat.update" if !workspace.edit(&given) => json!({"ok": false, "error": "message_not_found"}),
        "chat.update" => json!({"ok": true, "channel": given["channel"], "ts": given["ts"], "text": given["text"],
            "message": {"type": "message", "text": given["text"], "ts": given["ts"], "user": "U0BOT0001"}}),
        "chat.postEphemeral" => json!({"ok": true, "message_ts": ts}),
        "files.info" if lock(&workspace.uploads).contains_key(given["file"].as_str().unwrap_or_default()) => {
            let host = headers.get("host").and_then(|it| it.to_str().ok()).unwrap_or_default();
            let id = given["file"].as_str().unwrap_or_default();
            let name = lock(&workspace.attached).get(id).cloned().unwrap_or_else(|| "file.txt".into());
            json!({"ok": true, "file": {"id": id, "name": name, "mimetype": "text/plain",
                "url_private": format!("http://{host}/upload/v1/{id}")}})
        }
        "files.getUploadURLExternal" => {
            let host = headers.get("host").and_then(|it| it.to_str().ok()).unwrap_or_default();
            let id = format!("F0FILE{serial:04}");
            json!({"ok": true, "upload_url": format!("http://{host}/upload/v1/{id}"), "file_id": id})
        }
        "files.completeUploadExternal" => {
            let files = given["files"].as_array().cloned().unwrap_or_default();
            if files.iter().any(|it| !it["id"].as_str().is_some_and(|it| lock(&workspace.uploads).contains_key(it))) {
                return Json(json!({"ok": false, "error": "file_not_found"}));
            }
            workspace.keep(given["channel_id"].as_str().unwrap_or_default(), &ts, &given);
            json!({"ok": true, "files": files})
        }
        "chat.getPermalink" => json!({"ok": true, "channel": given["channel"],
            "permalink": format!("https://example.slack.com/archives/{CHANNEL}/p1795218300000001")}),
        "conversations.open" => json!({"ok": true, "channel": {"id": DIRECT}}),
        "conversations.info" => {
            let renamed = lock(&workspace.renamed).clone();
            let before = if renamed.is_some() { json!(["dev"]) } else { json!([]) };
            let name = renamed.unwrap_or_else(|| "dev".to_owned());
            json!({"ok": true, "channel": {"id": given["channel"], "name": name, "previous_names": before, "is_channel": true,
                "created": 1_795_000_000, "topic": {"value": *lock(&workspace.topic), "creator": "", "last_set": 0}}})
        }
        "conversations.setTopic" => {
            *lock(&workspace.topic) = given["topic"].as_str().unwrap_or_default().to_owned();
            json!({"ok": true, "channel": {"id": given["channel"], "topic": {"value": given["topic"]}}})
        }
        "users.conversations" => {
            json!({"ok": true, "channels": [{"id": CHANNEL, "name": "dev", "is_channel": true, "created": 1_795_000_000}],
            "response_metadata": {"next_cursor": ""}})
        }
        "pins.add" => {
            let is_it = |it: &&Value| it["channel"] == given["channel"] && it["ts"] == given["timestamp"];
            match lock(&workspace.messages).iter().find(is_it) {
                Some(_) => json!({"ok": true}),
                None => json!({"ok": false, "error": "message_not_found"}),
            }
        }
        "chat.unfurl" => json!({"ok": true}),
        "views.publish" => {
            let mut view = given["view"].clone();
            (view["id"], view["hash"]) = (json!("V0HOME001"), json!(format!("{serial}.home")));
            json!({"ok": true, "view": view})
        }
        "conversations.list" => {
            json!({"ok": true, "channels": [{"id": CHANNEL, "name": "dev", "is_channel": true, "created": 1_795_000_000}],
            "response_metadata": {"next_cursor": ""}})
        }
        "conversations.history" => workspace.history(&given, None),
        "conversations.replies" => workspace.history(&given, Some(&given["ts"])),
        "users.info" => match people::ALL.iter().find(|it| given["user"] == it.slack) {
            Some(person) => {
                let mut user = user(*person);
                if workspace.emails_hidden.load(Ordering::Relaxed) {
                    user["profile"]["email"] = Value::Null;
                }
                json!({"ok": true, "user": user})
            }
            None => json!({"ok": false, "error": "user_not_found"}),
        },
        "users.lookupByEmail" => match people::ALL.iter().find(|it| given["email"] == it.email) {
            Some(person) => json!({"ok": true, "user": user(*person)}),
            None => json!({"ok": false, "error": "users_not_found"}),
        },
        "users.list" => {
            json!({"ok": true, "members": people::ALL.map(user), "cache_ts": 1_795_218_500, "response_metadata": {"next_cursor": ""}})
        }
        "usergroups.list" => json!({"ok": true, "usergroups": [{"id": "S0ONCALL1", "team_id": TEAM, "is_usergroup": true,
            "name": "On call", "handle": "oncall", "date_delete": 0, "users": *lock(&workspace.oncall)}]}),
        "usergroups.users.update" => {
            let users = given["users"].as_str().unwrap_or_default().split(',').filter(|it| !it.is_empty()).map(str::to_owned);
            *lock(&workspace.oncall) = users.collect();
            json!({"ok": true, "usergroup": {"id": given["usergroup"], "users": *lock(&workspace.oncall)}})
        }
        "views.open" | "views.push" | "views.update" => {
            let mut view = given["view"].clone();
            let id = given["view_id"].as_str().map_or_else(|| format!("V0VIEW{serial:04}"), Into::into);
            for (name, value) in
                [("id", json!(id)), ("team_id", json!(TEAM)), ("app_id", json!("A0BELL001")), ("bot_id", json!("B0BOT0001"))]
            {
                view[name] = value;
            }
            view["hash"] = json!(format!("{serial}.hash"));
            view["state"] = json!({"values": {}});
            let mut kept = view.clone();
            kept["trigger_id"] = given["trigger_id"].clone();
            lock(&workspace.views).insert(id, kept);
            workspace.opened.notify_waiters();
            json!({"ok": true, "view": view})
        }
        _ => json!({"ok": false, "error": "unknown_method", "req_method": method}),
    })
}

fn user(person: Person) -> Value {
    json!({"id": person.slack, "team_id": TEAM, "name": person.login, "deleted": false, "real_name": person.name, "tz": "Europe/Berlin",
        "is_admin": person.login == "chloe", "is_owner": false, "is_bot": false, "updated": 1_795_000_000,
        "profile": {"real_name": person.name, "display_name": person.login, "email": person.email}})
}
