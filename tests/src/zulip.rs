//! A Zulip that records and answers, and the requests that its outgoing webhook sends.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    Answer,
    far_end::{FarEnd, Recorded, lock},
    people::{self, Person},
};

pub const BOT_EMAIL: &str = "bellhop-bot@example.org";
pub const BOT_ID: u64 = 26;
pub const STREAM: u64 = 3;

pub struct Zulip {
    pub far_end: FarEnd,
    organization: Arc<Organization>,
    serial: AtomicU64,
}

#[derive(Default)]
struct Organization {
    /// As `GET /messages` shows them, with whom or what they went `to`.
    messages: Mutex<Vec<Value>>,
    history_closed: AtomicBool,
    /// Who is in the one user group, `oncall`.
    oncall: Mutex<Vec<u64>>,
    /// What people uploaded, by its path.
    uploads: Mutex<HashMap<String, String>>,
    /// Of the channel `dev`.
    description: Mutex<String>,
}

impl Organization {
    fn keep(&self, given: &[(String, String)]) -> u64 {
        let value = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let mut messages = lock(&self.messages);
        let id = 5000 + messages.len() as u64;
        // Ids are numbers or a list of them; a channel goes by its name as well.
        let to: Value = value("to").map_or(Value::Null, |it| serde_json::from_str(it).unwrap_or_else(|_| json!(it)));
        messages.push(json!({"id": id, "sender_id": BOT_ID, "sender_email": BOT_EMAIL, "content": value("content"), "subject": value("topic"),
            "timestamp": Timestamp::now().as_second(), "type": value("type"), "to": to, "content_type": "text/x-markdown"}));
        id
    }

    /// `PATCH /messages/{id}`: <https://zulip.com/api/update-message>. False when there is no such message.
    fn edit(&self, id: &str, given: &[(String, String)]) -> bool {
        let mut messages = lock(&self.messages);
        let Some(message) = messages.iter_mut().find(|it| it["id"].as_u64() == id.parse().ok()) else { return false };
        for (name, value) in given {
            message[name] = json!(value);
        }
        true
    }

    /// `GET /messages`: <https://zulip.com/api/get-messages>; none for a narrow that is not understood.
    fn list(&self, query: &HashMap<String, String>) -> Option<Value> {
        let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let narrow: Vec<Value> = serde_json::from_str(text("narrow")).ok()?;
        if self.history_closed.load(Ordering::Relaxed) {
            return None;
        }
        let anchor: u64 = if text("anchor") == "newest" { u64::MAX } else { text("anchor").parse().ok()? };
        let fits = |message: &Value| {
            narrow.iter().all(|term| match term["operator"].as_str() {
                Some("stream" | "channel" | "dm") => message["to"] == term["operand"],
                Some("sender") => message["sender_id"] == term["operand"],
                Some("topic") => message["subject"] == term["operand"],
                other => panic!("no narrow that this Zulip knows: {other:?}"),
            })
        };
        let messages = lock(&self.messages);
        let older: Vec<&Value> = messages.iter().filter(|it| fits(it) && it["id"].as_u64() < Some(anchor)).collect();
        let start = older.len().saturating_sub(text("num_before").parse().ok()?);
        Some(
            json!({"messages": older[start..], "found_oldest": start == 0, "found_newest": anchor == u64::MAX, "found_anchor": false,
            "history_limited": false, "anchor": 10_000_000_000_000_000_u64}),
        )
    }
}

/// A message that the bot sent.
#[derive(Clone, Debug)]
pub struct Post {
    pub content: String,
    /// `channel` (or `stream`), `direct` (or `private`).
    pub kind: String,
    pub topic: Option<String>,
    pub raw: Value,
}

impl Zulip {
    pub async fn start() -> Zulip {
        let organization = Arc::<Organization>::default();
        let router = Router::new()
            .route("/api/v1/{*path}", any(call))
            .route("/user_uploads/temporary/{*path}", any(upload))
            .with_state(organization.clone());
        Zulip { far_end: FarEnd::serve("zulip", router).await, organization, serial: AtomicU64::new(101) }
    }

    /// What stands in the channels and conversations now, oldest first.
    pub fn messages(&self) -> Vec<String> {
        lock(&self.organization.messages).iter().filter_map(|it| it["content"].as_str().map(str::to_owned)).collect()
    }

    /// People rename every topic.
    pub fn rename_topics(&self, name: &str) {
        lock(&self.organization.messages).iter_mut().for_each(|it| it["subject"] = json!(name));
    }

    /// Somebody puts exactly these people into the user group `oncall`.
    pub fn set_group(&self, people: &[Person]) {
        *lock(&self.organization.oncall) = people.iter().map(|it| it.zulip).collect();
    }

    /// A file that a person uploads; the link to it, as their message holds it.
    pub fn attach(&self, name: &str, text: &str) -> String {
        let mut uploads = lock(&self.organization.uploads);
        let path = format!("2/ab/{}/{name}", uploads.len());
        uploads.insert(path.clone(), text.into());
        format!("[{name}](/user_uploads/{path})")
    }

    /// Somebody describes the channel `dev`.
    pub fn set_description(&self, text: &str) {
        text.clone_into(&mut lock(&self.organization.description));
    }

    /// What stands above the channel `dev`.
    pub fn description(&self) -> String {
        lock(&self.organization.description).clone()
    }

    /// Who is in the user group `oncall`.
    pub fn on_call(&self) -> Vec<u64> {
        lock(&self.organization.oncall).clone()
    }

    /// From now on the bot is shown no history.
    pub fn close_history(&self) {
        self.organization.history_closed.store(true, Ordering::Relaxed);
    }

    /// The next message that the bot sends and that holds this text.
    pub async fn post(&self, containing: &str) -> Post {
        let what = format!("a message with {containing:?}");
        let wanted = |it: &Recorded| read_post(it).is_some_and(|it| it.content.contains(containing));
        read_post(&self.far_end.next(&what, wanted).await).expect("it was one")
    }

    /// What the person hears who caused this answer: Zulip posts what the answer holds, and what comes by the API.
    pub async fn hears(&self, answer: &Answer, containing: &str) -> String {
        match answer.json()["content"].as_str() {
            Some(said) if said.contains(containing) => said.to_owned(),
            _ => self.post(containing).await.content,
        }
    }

    pub fn posts(&self) -> Vec<Post> {
        self.far_end.requests().iter().filter_map(read_post).collect()
    }

    /// What the outgoing webhook sends when a person mentions the bot: `@**Bellhop** redmine …`.
    pub fn mention(&self, person: Person, topic: &str, text: &str, token: &str) -> Value {
        let content = format!("@**Bellhop** {text}");
        self.delivery(
            person,
            token,
            "mention",
            &content,
            json!({"type": "stream", "stream_id": STREAM, "display_recipient": "dev", "subject": topic, "recipient_id": 8}),
        )
    }

    /// What it sends when a person writes to the bot alone.
    pub fn direct(&self, person: Person, text: &str, token: &str) -> Value {
        let people = json!([
            {"id": BOT_ID, "email": BOT_EMAIL, "full_name": "Bellhop", "is_mirror_dummy": false},
            {"id": person.zulip, "email": person.email, "full_name": person.name, "is_mirror_dummy": false},
        ]);
        self.delivery(
            person,
            token,
            "direct_message",
            text,
            json!({"type": "private", "display_recipient": people, "subject": "", "recipient_id": 13}),
        )
    }

    /// What it sends when a person writes to the bot and others together.
    pub fn group(&self, person: Person, others: &[Person], text: &str, token: &str) -> Value {
        let one = |it: &Person| json!({"id": it.zulip, "email": it.email, "full_name": it.name, "is_mirror_dummy": false});
        let bot = json!({"id": BOT_ID, "email": BOT_EMAIL, "full_name": "Bellhop", "is_mirror_dummy": false});
        let people: Vec<Value> = [bot, one(&person)].into_iter().chain(others.iter().map(one)).collect();
        let place = json!({"type": "private", "display_recipient": people, "subject": "", "recipient_id": 14});
        self.delivery(person, token, "direct_message", text, place)
    }

    fn delivery(&self, person: Person, token: &str, trigger: &str, content: &str, place: Value) -> Value {
        let mut message = json!({
            "id": self.serial.fetch_add(1, Ordering::Relaxed), "sender_id": person.zulip, "content": content, "timestamp": 1_795_218_421,
            "client": "website", "topic_links": [], "rendered_content": format!("<p>{content}</p>"), "is_me_message": false, "reactions": [],
            "submessages": [], "sender_full_name": person.name, "sender_email": person.email, "sender_realm_str": "example",
            "avatar_url": null, "content_type": "text/x-markdown",
        });
        for (name, value) in place.as_object().expect("an object") {
            message[name] = value.clone();
        }
        json!({"data": content, "message": message, "bot_email": BOT_EMAIL, "bot_full_name": "Bellhop", "token": token, "trigger": trigger})
    }
}

fn read_post(request: &Recorded) -> Option<Post> {
    if request.method != "POST" || request.path() != "/api/v1/messages" {
        return None;
    }
    let raw = request.fields();
    let text = |name: &str| raw[name].as_str().map(str::to_owned);
    Some(Post { content: text("content")?, kind: text("type")?, topic: text("topic").or_else(|| text("subject")), raw })
}

/// Answers as a server of feature level 372 does.
/// The file behind the link that [`call`] gives: <https://zulip.com/api/get-file-temporary-url>.
async fn upload(State(organization): State<Arc<Organization>>, Path(path): Path<String>) -> Response {
    match lock(&organization.uploads).get(&path) {
        Some(text) => text.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn call(
    State(organization): State<Arc<Organization>>,
    method: Method,
    Path(path): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if !headers.get("authorization").is_some_and(|it| it.as_bytes().starts_with(b"Basic ")) {
        let body = json!({"result": "error", "msg": "Not logged in: API authentication or user session required", "code": "UNAUTHORIZED"});
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    let parts: Vec<_> = path.split('/').collect();
    let found = match (&method, parts.as_slice()) {
        (&Method::POST, ["messages"]) => {
            Some(json!({"id": organization.keep(&crate::form_pairs(&body)), "automatic_new_visibility_policy": null}))
        }
        (&Method::POST, ["user_uploads"]) => Some(json!({"url": "/user_uploads/2/ab/file.txt", "filename": "file.txt"})),
        (&Method::GET, ["user_uploads", path @ ..]) => {
            Some(json!({"url": format!("/user_uploads/temporary/{}", path.join("/"))}))
        }
        (&Method::PATCH, ["messages", id]) => organization.edit(id, &crate::form_pairs(&body)).then(|| json!({})),
        // As an organization answers that lets bots delete.
        (&Method::DELETE, ["messages", _]) => Some(json!({})),
        (&Method::POST, ["messages", _, "reactions"]) => Some(json!({})),
        (&Method::GET, ["messages"]) => organization.list(&query),
        (&Method::GET, ["users", "me"]) => Some(
            json!({"user_id": BOT_ID, "email": BOT_EMAIL, "full_name": "Bellhop", "is_bot": true, "is_admin": false, "is_active": true, "role": 400}),
        ),
        (&Method::GET, ["users", who]) if *who == BOT_ID.to_string() => Some(json!({"user": {
            "user_id": BOT_ID, "email": BOT_EMAIL, "full_name": "Bellhop", "is_bot": true, "bot_type": 3, "is_admin": false,
            "is_active": true, "role": 400,
        }})),
        (&Method::GET, ["users"]) => Some(json!({"members": people::ALL.map(user)})),
        (&Method::GET, ["users", who]) => people::ALL
            .iter()
            .find(|it| it.zulip.to_string() == *who || it.email == *who)
            .map(|person| json!({"user": user(*person)})),
        (&Method::GET, ["user_groups"]) => Some(json!({"user_groups": [
            {"id": 11, "name": "role:members", "description": "", "members": people::ALL.map(|it| it.zulip), "is_system_group": true},
            {"id": 31, "name": "oncall", "description": "", "members": *lock(&organization.oncall), "is_system_group": false},
        ]})),
        (&Method::POST, ["user_groups", "31", "members"]) => {
            let given = crate::form_pairs(&body);
            let ids = |name: &str| -> Vec<u64> {
                let list = given.iter().find(|(key, _)| key == name);
                list.and_then(|(_, ids)| serde_json::from_str(ids).ok()).unwrap_or_default()
            };
            let (add, delete) = (ids("add"), ids("delete"));
            let mut oncall = lock(&organization.oncall);
            let fits = add.iter().all(|it| !oncall.contains(it)) && delete.iter().all(|it| oncall.contains(it));
            oncall.retain(|it| !delete.contains(it));
            oncall.extend(add);
            fits.then(|| json!({}))
        }
        (&Method::GET, ["server_settings"]) => {
            Some(json!({"zulip_version": "11.0", "zulip_feature_level": 372, "realm_name": "Example"}))
        }
        (&Method::GET, ["streams"]) => {
            let description = lock(&organization.description).clone();
            Some(json!({"streams": [{"stream_id": STREAM, "name": "dev", "description": description, "invite_only": false}]}))
        }
        (&Method::PATCH, ["streams", id]) if *id == STREAM.to_string() => {
            let given = crate::form_pairs(&body);
            given.iter().find(|(name, _)| name == "description").map(|(_, text)| {
                text.clone_into(&mut lock(&organization.description));
                json!({})
            })
        }
        (&Method::PATCH, ["streams", _]) => Some(json!({})),
        (&Method::GET, ["get_stream_id"]) => Some(json!({"stream_id": STREAM})),
        _ => None,
    };
    match found {
        Some(mut body) => {
            body["result"] = json!("success");
            body["msg"] = json!("");
            Json(body).into_response()
        }
        None => (StatusCode::BAD_REQUEST, Json(json!({"result": "error", "msg": "Invalid request", "code": "BAD_REQUEST"})))
            .into_response(),
    }
}

fn user(person: Person) -> Value {
    json!({"user_id": person.zulip, "email": person.email, "delivery_email": person.email, "full_name": person.name, "is_active": true,
        "is_bot": false, "is_admin": person.login == "chloe", "is_owner": false, "is_guest": false, "role": 400, "timezone": "Europe/Berlin",
        "avatar_url": null, "date_joined": "2026-01-02T03:04:05Z"})
}
