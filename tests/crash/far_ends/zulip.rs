//! Zulip's API, as much of it as posting and looking for a post needs: <https://zulip.com/api/rest>.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::any,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::zulip::{BOT_EMAIL, BOT_ID};

use super::{FarEnd, json, to_the_end};
use crate::parameters;

struct Zulip {
    far_end: Arc<FarEnd>,
    said: Mutex<Vec<Value>>,
}

pub fn router(far_end: Arc<FarEnd>) -> Router {
    let zulip = Arc::new(Zulip { far_end, said: Mutex::default() });
    Router::new().route("/api/v1/{*path}", any(call)).with_state(zulip)
}

async fn call(State(zulip): State<Arc<Zulip>>, method: Method, Path(path): Path<String>, uri: Uri, body: Bytes) -> Response {
    let given = parameters(&uri, &body);
    to_the_end(async move {
        let work = async {
            match zulip.done(&method, &path, &given) {
                Some(mut found) => {
                    found["result"] = json!("success");
                    found["msg"] = json!("");
                    json(found)
                }
                None => {
                    let body = json!({"result": "error", "msg": "Invalid request", "code": "BAD_REQUEST"});
                    (StatusCode::BAD_REQUEST, json(body)).into_response()
                }
            }
        };
        zulip.far_end.answer(work).await
    })
    .await
}

impl Zulip {
    fn done(&self, method: &Method, path: &str, given: &Value) -> Option<Value> {
        let me = || {
            json!({"user_id": BOT_ID, "email": BOT_EMAIL, "delivery_email": BOT_EMAIL, "full_name": "Bellhop",
            "is_bot": true, "bot_type": 3, "is_admin": false, "is_active": true, "role": 400})
        };
        let parts: Vec<&str> = path.split('/').collect();
        Some(match (method, parts.as_slice()) {
            (&Method::POST, ["messages"]) => self.keep(given),
            (&Method::GET, ["messages"]) => self.history(given),
            (&Method::GET, ["users", "me"]) => me(),
            (&Method::GET, ["users", _]) => json!({"user": me()}),
            (&Method::GET, ["server_settings"]) => {
                json!({"zulip_version": "11.0", "zulip_feature_level": 372, "realm_name": "Example"})
            }
            _ => return None,
        })
    }

    fn keep(&self, given: &Value) -> Value {
        let text = |name: &str| given[name].as_str().unwrap_or_default();
        let (channel, topic, content) = (text("to").trim_matches('"'), text("topic"), text("content"));
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let id = said.len() + 5000;
        said.push(
            json!({"id": id, "sender_id": BOT_ID, "sender_email": BOT_EMAIL, "sender_full_name": "Bellhop", "type": "stream",
            "display_recipient": channel, "stream_id": 3, "subject": topic, "content": content, "content_type": "text/x-markdown",
            "timestamp": Timestamp::now().as_second(), "client": "Bellhop", "reactions": [], "flags": ["read"],
            "local_id": given["local_id"]}),
        );
        self.far_end.posted(format!("zulip:{channel}>{topic}"), content);
        json!({"id": id, "automatic_new_visibility_policy": null})
    }

    /// <https://zulip.com/api/get-messages>: around the anchor, oldest first.
    fn history(&self, given: &Value) -> Value {
        let count = |name: &str| {
            let value = &given[name];
            value.as_u64().or_else(|| value.as_str()?.parse().ok()).and_then(|it| usize::try_from(it).ok()).unwrap_or(0)
        };
        let narrow = match &given["narrow"] {
            Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        };
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let found: Vec<&Value> =
            said.iter().filter(|it| narrow.as_array().into_iter().flatten().all(|term| passes(it, term))).collect();
        let anchor = match given["anchor"].as_str() {
            Some("oldest") => 0,
            Some("newest") | None => found.len(),
            Some(id) => found.partition_point(|it| it["id"].as_u64() < id.parse().ok()),
        };
        let (first, last) = (anchor.saturating_sub(count("num_before")), (anchor + count("num_after")).min(found.len()));
        json!({"messages": found[first..last], "found_oldest": first == 0, "found_newest": last == found.len(), "found_anchor": false,
            "history_limited": false, "anchor": found.get(anchor).map_or(0, |it| it["id"].as_u64().unwrap_or(0))})
    }
}

/// One term of a narrow, written as an object or as a pair.
fn passes(message: &Value, term: &Value) -> bool {
    let (operator, operand) = match term {
        Value::Array(pair) => (pair.first(), pair.get(1)),
        object => (object.get("operator"), object.get("operand")),
    };
    let operand = operand.unwrap_or(&Value::Null);
    let is = |field: &str| &message[field] == operand;
    match operator.and_then(Value::as_str).unwrap_or_default() {
        "channel" | "stream" => is("display_recipient") || is("stream_id"),
        "topic" | "subject" => is("subject"),
        "sender" | "from" => is("sender_email") || is("sender_id"),
        // What we do not know finds nothing: a search that relies on it must not look as if it worked.
        _ => false,
    }
}
