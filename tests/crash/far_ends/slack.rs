//! Slack's Web API, as much of it as posting and looking for a post needs, and `response_url`s.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::Uri,
    response::{IntoResponse, Response},
    routing::{any, post},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{people, slack::TEAM};

use super::{COMMANDS, FarEnd, json, to_the_end};
use crate::parameters;

struct Slack {
    far_end: Arc<FarEnd>,
    said: Mutex<Said>,
}

/// What was said, by channel and oldest first.
#[derive(Default)]
struct Said {
    channels: HashMap<String, Vec<(i64, Value)>>,
    /// Microseconds since 1970: a message's `ts` is unique.
    last: i64,
}

pub fn router(far_end: Arc<FarEnd>) -> Router {
    let slack = Arc::new(Slack { far_end, said: Mutex::default() });
    Router::new().route("/api/{method}", any(call)).route("/response/{serial}", post(respond)).with_state(slack)
}

async fn respond(State(slack): State<Arc<Slack>>, Path(serial): Path<u64>, body: Bytes) -> Response {
    to_the_end(async move {
        let work = async {
            slack.answered(serial, &body);
            "ok".into_response()
        };
        slack.far_end.answer(work).await
    })
    .await
}

async fn call(State(slack): State<Arc<Slack>>, Path(method): Path<String>, uri: Uri, body: Bytes) -> Response {
    let given = parameters(&uri, &body);
    to_the_end(
        async move { slack.far_end.answer(async { json(slack.done(&method, &given, &String::from_utf8_lossy(&body))) }).await },
    )
    .await
}

impl Slack {
    /// What Slack answers to a call. Each method: `https://docs.slack.dev/reference/methods/{method}`.
    fn done(&self, method: &str, given: &Value, raw: &str) -> Value {
        let channel = given["channel"].as_str().unwrap_or_default();
        match method {
            "auth.test" => json!({"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "bellhop",
                "team_id": TEAM, "user_id": "U0BOT0001", "bot_id": "B0BOT0001", "is_enterprise_install": false}),
            "users.info" => match people::ALL.iter().find(|it| given["user"] == it.slack) {
                Some(person) => json!({"ok": true, "user": {"id": person.slack, "team_id": TEAM, "name": person.login,
                    "deleted": false, "real_name": person.name, "is_admin": false, "is_owner": false, "is_bot": false,
                    "profile": {"real_name": person.name, "display_name": person.login, "email": person.email}}}),
                None => json!({"ok": false, "error": "user_not_found"}),
            },
            "chat.postMessage" => {
                let ts = self.keep(channel, given, raw);
                json!({"ok": true, "channel": channel, "ts": ts, "message": {"type": "message", "subtype": "bot_message",
                    "text": given["text"], "ts": ts, "user": "U0BOT0001", "bot_id": "B0BOT0001"}})
            }
            "chat.postEphemeral" => {
                self.far_end.told(None, raw);
                json!({"ok": true, "message_ts": "1795218500.000001"})
            }
            "conversations.open" => json!({"ok": true, "channel": {"id": "D0DIRECT1"}}),
            "conversations.info" => json!({"ok": true, "channel": {"id": channel, "name": "dev", "is_channel": true,
                "is_archived": false, "is_member": true, "created": 1_795_000_000}}),
            "conversations.history" | "conversations.replies" => self.history(channel, given),
            _ => json!({"ok": false, "error": "unknown_method", "req_method": method}),
        }
    }

    /// By a `response_url`: everybody's message, and in the history like any other, or only the asker's.
    /// <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>
    fn answered(&self, serial: u64, body: &Bytes) {
        let given: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if given["response_type"] == "in_channel" {
            said.keep(COMMANDS, &given);
        }
        self.far_end.told(Some(serial), &String::from_utf8_lossy(body));
    }

    fn keep(&self, channel: &str, given: &Value, raw: &str) -> String {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let ts = said.keep(channel, given);
        // Still inside the lock: whoever sees it in the history sees it in the journal.
        if channel == COMMANDS || channel.starts_with('D') {
            self.far_end.told(None, raw);
        } else {
            self.far_end.posted(format!("slack:{channel}"), raw);
        }
        ts
    }

    /// <https://docs.slack.dev/reference/methods/conversations.history>: newest first; `oldest` and `latest`
    /// themselves are left out unless `inclusive`.
    fn history(&self, channel: &str, given: &Value) -> Value {
        let number = |name: &str| given[name].as_str().map(str::to_owned).or_else(|| Some(given[name].as_f64()?.to_string()));
        let micros = |name: &str| number(name).and_then(|it| it.parse::<f64>().ok()).map(|it| (it * 1e6).round() as i64);
        let limit = number("limit").and_then(|it| it.parse::<usize>().ok()).unwrap_or(100).clamp(1, 999);
        let (oldest, latest) = (micros("oldest").unwrap_or(0), micros("latest").unwrap_or(i64::MAX));
        let edge = i64::from(matches!(number("inclusive").as_deref(), Some("true" | "1")) || given["inclusive"] == true);
        let latest = number("cursor").and_then(|it| it.parse().ok()).unwrap_or(latest.saturating_add(edge));
        let with_metadata =
            matches!(number("include_all_metadata").as_deref(), Some("true" | "1")) || given["include_all_metadata"] == true;
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let all = said.channels.get(channel).map_or(&[][..], Vec::as_slice);
        let end = all.partition_point(|(at, _)| *at < latest);
        let found: Vec<&(i64, Value)> =
            all[..end].iter().rev().take_while(|(at, _)| *at > oldest - edge).take(limit + 1).collect();
        let has_more = found.len() > limit;
        let page = &found[..found.len().min(limit)];
        let cursor = page.last().filter(|_| has_more).map_or_else(String::new, |(at, _)| at.to_string());
        let shown = page.iter().map(|(_, message)| {
            let mut message = message.clone();
            if !with_metadata && let Some(fields) = message.as_object_mut() {
                fields.remove("metadata");
            }
            message
        });
        let messages: Vec<Value> = shown.collect();
        json!({"ok": true, "messages": messages, "has_more": has_more, "response_metadata": {"next_cursor": cursor}})
    }
}

impl Said {
    fn keep(&mut self, channel: &str, given: &Value) -> String {
        self.last = Timestamp::now().as_microsecond().max(self.last + 1);
        let ts = ts(self.last);
        let message = json!({"type": "message", "subtype": "bot_message", "user": "U0BOT0001", "bot_id": "B0BOT0001", "ts": ts,
            "text": given["text"], "metadata": given["metadata"], "thread_ts": given["thread_ts"]});
        self.channels.entry(channel.to_owned()).or_default().push((self.last, message));
        ts
    }
}

fn ts(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
