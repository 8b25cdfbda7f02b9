//! A Slack that records and answers, and the requests that a real one sends, signed.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    routing::{any, post},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    far_end::{FarEnd, PATIENCE, Recorded, lock},
    people::{self, Person},
};

pub const TEAM: &str = "T0BELL001";
pub const CHANNEL: &str = "C0DEMO001";
pub const DIRECT: &str = "D0DIRECT1";
const BOT: &str = "U0BOT0001";
const BOT_ID: &str = "B0BOT0001";

/// The simulated workspace.
pub struct Slack {
    pub far_end: FarEnd,
    /// Where the bot is told to answer commands: the far end itself, or a proxy before it.
    pub answers_at: String,
    workspace: Arc<Workspace>,
    serial: AtomicU64,
}

#[derive(Default)]
struct Workspace {
    views: Mutex<HashMap<String, Value>>,
    opened: Notify,
    serial: AtomicU64,
    /// What everybody in a channel sees, as `conversations.history` shows it, with its `channel`.
    messages: Mutex<Vec<Value>>,
    /// The `ts` of those that were deleted.
    deleted: Mutex<Vec<Value>>,
    history_closed: AtomicBool,
    emails_hidden: AtomicBool,
    /// What the channel is called since it was renamed.
    renamed: Mutex<Option<String>>,
    /// Who is in the one user group, `@oncall`.
    oncall: Mutex<Vec<String>>,
    /// The channel's topic.
    topic: Mutex<String>,
    /// Texts of files, by id.
    uploads: Mutex<HashMap<String, String>>,
    /// What those are called that people attached.
    attached: Mutex<HashMap<String, String>>,
}

impl Workspace {
    /// Later than all before, by the clock of this machine.
    fn ts(&self) -> String {
        format!("{}.{:06}", Timestamp::now().as_second(), self.serial.fetch_add(1, Ordering::Relaxed))
    }

    fn keep(&self, channel: &str, ts: &str, given: &Value) {
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
    fn edit(&self, given: &Value) -> bool {
        let mut messages = lock(&self.messages);
        let Some(message) = messages.iter_mut().find(|it| it["ts"] == given["ts"]) else { return false };
        for name in ["text", "blocks", "attachments", "metadata"] {
            message[name] = given[name].clone();
        }
        true
    }

    /// `conversations.history` and `conversations.replies`: <https://docs.slack.dev/reference/methods/conversations.history>.
    fn history(&self, given: &Value, thread: Option<&Value>) -> Value {
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

/// A message that the bot sent, in whichever way.
#[derive(Clone, Debug)]
pub struct Post {
    /// All text in it, in reading order.
    pub text: String,
    pub channel: Option<String>,
    /// Only its reader sees it.
    pub private: bool,
    pub raw: Value,
}

impl Slack {
    pub async fn start() -> Slack {
        let workspace = Arc::<Workspace>::default();
        let router = Router::new()
            .route("/api/{method}", any(call))
            .route("/response/{id}", post(respond))
            .route("/upload/v1/{id}", post(upload).get(attached))
            .with_state(workspace.clone());
        let far_end = FarEnd::serve("slack", router).await;
        Slack { answers_at: far_end.url(), far_end, workspace, serial: AtomicU64::new(1) }
    }

    /// The texts of what everybody in the channels and conversations sees now, oldest first.
    pub fn messages(&self) -> Vec<String> {
        let text = |message: &Value| {
            let mut text = String::new();
            collect_text(message, &mut text);
            text
        };
        lock(&self.workspace.messages).iter().map(text).collect()
    }

    /// Somebody puts exactly these people into the user group `@oncall`.
    pub fn set_group(&self, people: &[Person]) {
        *lock(&self.workspace.oncall) = people.iter().map(|it| it.slack.to_owned()).collect();
    }

    /// The channel's topic.
    pub fn topic(&self) -> String {
        lock(&self.workspace.topic).clone()
    }

    /// Somebody writes the channel's topic.
    pub fn set_topic(&self, topic: &str) {
        topic.clone_into(&mut lock(&self.workspace.topic));
    }

    /// Who is in the user group `@oncall`.
    pub fn group(&self) -> Vec<String> {
        lock(&self.workspace.oncall).clone()
    }

    /// What everybody in a channel sees outside of threads now, oldest first: ts and text.
    pub fn seen_in(&self, channel: &str) -> Vec<(String, String)> {
        self.seen(|it| it["channel"] == channel && it.get("thread_ts").is_none())
    }

    /// What stands in a thread now.
    pub fn thread(&self, ts: &str) -> Vec<(String, String)> {
        self.seen(|it| it["thread_ts"] == ts)
    }

    fn seen(&self, wanted: impl Fn(&Value) -> bool) -> Vec<(String, String)> {
        let read = |message: &Value| {
            let mut text = String::new();
            collect_text(message, &mut text);
            (message["ts"].as_str().unwrap_or_default().to_owned(), text)
        };
        lock(&self.workspace.messages).iter().filter(|it| wanted(it)).map(read).collect()
    }

    /// Somebody deletes all messages.
    pub fn delete_all(&self) {
        let gone = std::mem::take(&mut *lock(&self.workspace.messages));
        lock(&self.workspace.deleted).extend(gone.iter().map(|it| it["ts"].clone()));
    }

    /// A file that a person attaches to what they say; its id.
    pub fn attach(&self, name: &str, text: &str) -> String {
        let id = format!("F0{}", name.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>());
        let id = format!("{id}{}", lock(&self.workspace.uploads).len());
        lock(&self.workspace.uploads).insert(id.clone(), text.into());
        lock(&self.workspace.attached).insert(id.clone(), name.into());
        id
    }

    /// The texts of the files that were uploaded.
    pub fn uploads(&self) -> Vec<String> {
        lock(&self.workspace.uploads).values().cloned().collect()
    }

    /// From now on the app may not read the history: its scope is gone.
    pub fn close_history(&self) {
        self.workspace.history_closed.store(true, Ordering::Relaxed);
    }

    /// From now on nobody's email address is shown to the app.
    pub fn hide_emails(&self) {
        self.workspace.emails_hidden.store(true, Ordering::Relaxed);
    }

    /// Somebody renames the channel; what Slack then sends.
    pub fn rename_channel(&self, name: &str) -> String {
        *lock(&self.workspace.renamed) = Some(name.to_owned());
        self.happens(json!({"type": "channel_rename", "channel": {"id": CHANNEL, "name": name, "created": 1_795_000_000}}))
    }

    /// The next Home tab that the bot shows and that holds this text.
    pub async fn home(&self, containing: &str) -> Value {
        let wanted = |it: &Recorded| it.path() == "/api/views.publish" && it.body.contains(containing);
        self.far_end.next(&format!("a Home tab with {containing:?}"), wanted).await.fields()
    }

    /// What Slack sends when a person presses a button of their Home tab.
    pub fn press_at_home(&self, person: Person, published: &Value, label: &str) -> String {
        let blocks = published["view"]["blocks"].as_array().into_iter().flatten();
        let mut elements = blocks.flat_map(|it| it["elements"].as_array().into_iter().flatten());
        let element = elements.find(|it| it["text"]["text"] == label);
        let element = element.unwrap_or_else(|| panic!("no button {label:?} in {published:#}"));
        let mut view = published["view"].clone();
        (view["id"], view["hash"]) = (json!("V0HOME001"), json!("0.home"));
        let action = json!({"type": "button", "block_id": "b1", "action_id": element["action_id"], "text": element["text"],
            "value": element["value"], "action_ts": "1795218400.000100"});
        let container = json!({"type": "view", "view_id": "V0HOME001"});
        self.payload(
            person,
            self.serial(),
            json!({"type": "block_actions", "actions": [action], "container": container, "view": view}),
        )
    }

    /// What Slack sends of any other event.
    pub fn happens(&self, event: Value) -> String {
        self.envelope(event)
    }

    /// The next message that the bot sends and that holds this text.
    pub async fn post(&self, containing: &str) -> Post {
        self.post_where(&format!("a message with {containing:?}"), |it| it.text.contains(containing)).await
    }

    /// The next message that the bot sends and that is such.
    pub async fn post_where(&self, what: &str, wanted: impl Fn(&Post) -> bool) -> Post {
        let wanted = |it: &Recorded| read_post(it).is_some_and(|it| wanted(&it));
        read_post(&self.far_end.next(what, wanted).await).expect("it was one")
    }

    /// Every message the bot sent so far.
    pub fn posts(&self) -> Vec<Post> {
        self.far_end.requests().iter().filter_map(read_post).collect()
    }

    /// The next modal that the bot opens, as Slack holds it.
    pub async fn view(&self) -> Value {
        let request = self.far_end.next("a modal", |it| it.path() == "/api/views.open").await;
        let trigger = request.fields()["trigger_id"].as_str().unwrap_or_default().to_owned();
        // The request is known a moment before its answer is made.
        let opened = async {
            loop {
                let opened = self.workspace.opened.notified();
                let found = lock(&self.workspace.views).values().find(|view| view["trigger_id"] == trigger.as_str()).cloned();
                match found {
                    Some(view) => return view,
                    None => opened.await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, opened).await.expect("the modal was opened")
    }

    /// What Slack sends when a person types a slash command: `/redmine issue create …`.
    pub fn command(&self, person: Person, line: &str) -> String {
        let (command, text) = line.split_once(' ').unwrap_or((line, ""));
        // Slack escapes these three in whatever a person types.
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let serial = self.serial();
        crate::form(&[
            ("token", "deprecated"),
            ("team_id", TEAM),
            ("team_domain", "example"),
            ("channel_id", CHANNEL),
            ("channel_name", "dev"),
            ("user_id", person.slack),
            ("user_name", person.login),
            ("command", command),
            ("text", &text),
            ("api_app_id", "A0BELL001"),
            ("is_enterprise_install", "false"),
            ("response_url", &format!("{}/response/{serial}", self.answers_at)),
            ("trigger_id", &trigger(serial)),
        ])
    }

    /// What Slack sends when a person presses the button with this label in a message.
    pub async fn press(&self, person: Person, post: &Post, label: &str) -> String {
        let attached = post.raw["attachments"].as_array().into_iter().flatten();
        let lists = attached.map(|it| &it["blocks"]).chain([&post.raw["blocks"]]);
        let blocks: Vec<Value> = lists.flat_map(|it| it.as_array().cloned().unwrap_or_default()).collect();
        let (block, element) = blocks
            .iter()
            .flat_map(|block| {
                block["elements"].as_array().into_iter().flatten().chain(block.get("accessory")).map(move |it| (block, it))
            })
            .find(|(_, element)| element["text"]["text"] == label)
            .unwrap_or_else(|| panic!("no button {label:?} in {:#}", post.raw));
        let serial = self.serial();
        let ts = self.ts_of(post).await;
        let action = json!({"type": "button", "block_id": block["block_id"], "action_id": element["action_id"], "text": element["text"],
            "value": element["value"], "action_ts": format!("17952184{serial:02}.000100")});
        self.payload(
            person,
            serial,
            json!({"type": "block_actions", "actions": [action], "channel": {"id": CHANNEL, "name": "dev"},
            "container": {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": post.private},
            "message": {"type": "message", "ts": ts, "user": BOT, "text": "", "blocks": blocks}}),
        )
    }

    /// The id of a message in the channel; of one that only its reader sees, or that is deleted, some other.
    async fn ts_of(&self, post: &Post) -> Value {
        let key = &post.raw["metadata"];
        // The request is known a moment before its answer is made.
        for _ in 0..if key.is_null() || post.private { 0 } else { 200 } {
            let found = lock(&self.workspace.messages).iter().find(|it| it["metadata"] == *key).map(|it| it["ts"].clone());
            if let Some(ts) = found {
                return ts;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        json!("1795218400.000001")
    }

    /// What Slack sends when a person chooses a message shortcut on a message of another.
    pub fn shortcut(&self, person: Person, callback: &str, author: Person, text: &str) -> String {
        let serial = self.serial();
        self.payload(
            person,
            serial,
            json!({"type": "message_action", "callback_id": callback, "action_ts": format!("17952184{serial:02}.000100"),
            "message_ts": "1795218300.000001", "channel": {"id": CHANNEL, "name": "dev"},
            "message": {"type": "message", "user": author.slack, "ts": "1795218300.000001", "text": text}}),
        )
    }

    /// What Slack sends when a person submits a modal with these values, by label; a value of a
    /// menu is one of its choices' texts.
    pub fn submit(&self, person: Person, view: &Value, values: &[(&str, Filled)]) -> String {
        let view = holding(view, values);
        self.payload(person, self.serial(), json!({"type": "view_submission", "view": view, "response_urls": []}))
    }

    /// What Slack sends when a person uses an element of a modal that tells at once: a button, or an input with
    /// `dispatch_action`.
    pub fn turn(&self, person: Person, view: &Value, action: &str, values: &[(&str, Filled)]) -> String {
        let blocks = view["blocks"].as_array().into_iter().flatten();
        let mut elements = blocks.flat_map(|block| {
            let many = block["elements"].as_array().into_iter().flatten();
            let one = block.get("element").filter(|_| block["dispatch_action"] == true);
            many.chain(one).map(move |element| (block, element))
        });
        let (block, element) = elements
            .find(|(_, element)| element["action_id"] == action)
            .unwrap_or_else(|| panic!("nothing called {action} that tells at once in {view:#}"));
        let used = json!({"type": element["type"], "block_id": block["block_id"], "action_id": action, "value": element["value"],
            "action_ts": "1795218400.000100"});
        let view = holding(view, values);
        self.payload(
            person,
            self.serial(),
            json!({"type": "block_actions", "actions": [used], "view": view, "container": {"type": "view", "view_id": view["id"]}}),
        )
    }

    /// What Slack sends when a person closes a modal.
    pub fn closed(&self, person: Person, view: &Value, values: &[(&str, Filled)]) -> String {
        let view = holding(view, values);
        self.payload(person, self.serial(), json!({"type": "view_closed", "view": view, "is_cleared": false}))
    }

    /// What Slack sends when a person chooses a global shortcut.
    pub fn global_shortcut(&self, person: Person, callback: &str) -> String {
        self.payload(
            person,
            self.serial(),
            json!({"type": "shortcut", "callback_id": callback, "action_ts": "1795218400.000100"}),
        )
    }

    /// What the bot puts in the place of an open modal next.
    pub async fn updated(&self) -> Value {
        let request = self.far_end.next("an updated modal", |it| it.path() == "/api/views.update").await.fields();
        let mut view = request["view"].clone();
        view["id"] = request["view_id"].clone();
        view["hash"] = json!(format!("{}.next", request["hash"].as_str().unwrap_or_default()));
        view
    }

    /// What Slack sends when a person types into a menu whose choices are loaded.
    pub fn options(&self, person: Person, view: &Value, label: &str, typed: &str) -> String {
        let blocks = view["blocks"].as_array().into_iter().flatten();
        let block = blocks
            .clone()
            .find(|it| it["label"]["text"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(label)))
            .unwrap_or_else(|| panic!("no field {label:?} in {view:#}"));
        let kind = block["element"]["type"].as_str().unwrap_or_default();
        assert!(kind.ends_with("external_select"), "the choices of {label} are loaded, not {kind}");
        self.payload(
            person,
            self.serial(),
            json!({"type": "block_suggestion", "block_id": block["block_id"], "action_id": block["element"]["action_id"], "value": typed,
            "view": view, "container": {"type": "view", "view_id": view["id"]}}),
        )
    }

    /// What Slack sends when a person mentions the bot in the channel; the answer goes into a thread.
    pub fn mention(&self, person: Person, text: &str) -> String {
        self.event(person, json!({"type": "app_mention", "channel": CHANNEL, "text": format!("<@{BOT}> {text}")}))
    }

    /// What Slack sends when a person writes to the bot alone.
    pub fn direct(&self, person: Person, text: &str) -> String {
        self.event(person, json!({"type": "message", "channel_type": "im", "channel": DIRECT, "text": text}))
    }

    fn event(&self, person: Person, mut event: Value) -> String {
        let ts = self.workspace.ts();
        event["user"] = json!(person.slack);
        event["ts"] = json!(ts);
        event["event_ts"] = json!(ts);
        self.envelope(event)
    }

    fn envelope(&self, event: Value) -> String {
        let envelope = json!({"type": "event_callback", "token": "deprecated", "team_id": TEAM, "api_app_id": "A0BELL001", "event": event,
            "event_id": format!("Ev{:08}", self.serial()), "event_time": Timestamp::now().as_second(),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": true, "is_enterprise_install": false}]});
        envelope.to_string()
    }

    fn payload(&self, person: Person, serial: u64, mut payload: Value) -> String {
        payload["team"] = json!({"id": TEAM, "domain": "example"});
        payload["user"] = json!({"id": person.slack, "username": person.login, "name": person.login, "team_id": TEAM});
        payload["api_app_id"] = json!("A0BELL001");
        payload["token"] = json!("deprecated");
        payload["trigger_id"] = json!(trigger(serial));
        if payload.get("channel").is_some() {
            payload["response_url"] = json!(format!("{}/response/{serial}", self.answers_at));
        }
        crate::form(&[("payload", &payload.to_string())])
    }

    fn serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }
}

/// A field's value as a person gives it.
#[derive(Clone, Debug)]
pub enum Filled {
    Text(String),
    Choice {
        text: String,
        value: String,
    },
    /// As the state of the view has it, such as `{"selected_users": […]}`.
    Held(Value),
}

impl From<&str> for Filled {
    fn from(text: &str) -> Filled {
        Filled::Text(text.into())
    }
}

/// The view with what its inputs hold: `values` by label, else what they held when they were drawn.
fn holding(view: &Value, values: &[(&str, Filled)]) -> Value {
    let mut state = serde_json::Map::new();
    let mut labels = Vec::new();
    for block in view["blocks"].as_array().into_iter().flatten().filter(|it| it["type"] == "input") {
        let element = &block["element"];
        let label = block["label"]["text"].as_str().unwrap_or_default();
        labels.push(label);
        let filled = values.iter().find(|(name, _)| label.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let kind = element["type"].as_str().unwrap_or_default();
        let held = match filled {
            Some(Filled::Text(text)) => typed(kind, text),
            Some(Filled::Choice { text, value }) => {
                json!({"type": kind, "selected_option": {"text": {"type": "plain_text", "text": text}, "value": value}})
            }
            Some(Filled::Held(held)) => held.clone(),
            None => initial(kind, element),
        };
        let action = element["action_id"].as_str().expect("an action_id");
        let block_id = block["block_id"].as_str().expect("a block_id").to_owned();
        state.insert(block_id, json!({ action: held }));
    }
    for (name, _) in values {
        assert!(labels.iter().any(|label| label.eq_ignore_ascii_case(name)), "the modal has no field {name:?}, but {labels:?}");
    }
    let mut view = view.clone();
    view["state"] = json!({ "values": state });
    view
}

/// What the state of a view holds once a text was typed into a box.
fn typed(kind: &str, text: &str) -> Value {
    match kind {
        "rich_text_input" => json!({"type": kind, "rich_text_value": {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]}}),
        "datepicker" => json!({"type": kind, "selected_date": text}),
        "timepicker" => json!({"type": kind, "selected_time": text}),
        _ => json!({"type": kind, "value": text}),
    }
}

/// What it holds of an input that nobody touched.
fn initial(kind: &str, element: &Value) -> Value {
    let list = |value: &Value| if value.is_null() { json!([]) } else { value.clone() };
    match kind {
        "rich_text_input" => json!({"type": kind, "rich_text_value": element["initial_value"]}),
        "datepicker" => json!({"type": kind, "selected_date": element["initial_date"]}),
        "timepicker" => json!({"type": kind, "selected_time": element["initial_time"]}),
        "users_select" => json!({"type": kind, "selected_user": element["initial_user"]}),
        "multi_users_select" => json!({"type": kind, "selected_users": list(&element["initial_users"])}),
        "checkboxes" | "multi_static_select" | "multi_external_select" => {
            json!({"type": kind, "selected_options": list(&element["initial_options"])})
        }
        "static_select" | "external_select" | "radio_buttons" => {
            json!({"type": kind, "selected_option": element["initial_option"]})
        }
        "file_input" => json!({"type": kind, "files": []}),
        _ => json!({"type": kind, "value": element["initial_value"]}),
    }
}

/// `X-Slack-Signature`: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
pub fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

fn trigger(serial: u64) -> String {
    format!("{serial}.100.abcdef")
}

fn read_post(request: &Recorded) -> Option<Post> {
    let path = request.path();
    let answer = path.starts_with("/response/");
    if !answer && !["/api/chat.postMessage", "/api/chat.postEphemeral", "/api/chat.update"].contains(&path) {
        return None;
    }
    let raw = request.fields();
    let mut text = String::new();
    collect_text(&raw, &mut text);
    let private = path.ends_with("postEphemeral") || (answer && raw["response_type"] != "in_channel");
    Some(Post { text, channel: raw["channel"].as_str().map(Into::into), private, raw })
}

/// Text fields anywhere below, in order, with Slack's three escapes undone.
fn collect_text(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_text(item, text)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(part) if ["text", "fallback", "url", "title"].contains(&name.as_str()) => {
                        text.push_str(&part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
                        text.push('\n');
                    }
                    _ => collect_text(value, text),
                }
            }
        }
        _ => {}
    }
}

/// A message by `response_url`: <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>.
async fn respond(State(workspace): State<Arc<Workspace>>, body: Bytes) -> &'static str {
    let given: Value = serde_json::from_slice(&body).unwrap_or_default();
    if given["response_type"] == "in_channel" {
        workspace.keep(CHANNEL, &workspace.ts(), &given);
    }
    "ok"
}

/// Answers a call of the Web API with what its documentation shows.
/// Takes a file's bytes, from whoever knows the address.
async fn upload(State(workspace): State<Arc<Workspace>>, Path(id): Path<String>, body: Bytes) -> String {
    let length = body.len();
    lock(&workspace.uploads).insert(id, String::from_utf8_lossy(&body).into_owned());
    format!("OK - {length}")
}

/// Hands a file out, as Slack's `url_private` does.
async fn attached(State(workspace): State<Arc<Workspace>>, Path(id): Path<String>) -> Result<String, StatusCode> {
    lock(&workspace.uploads).get(&id).cloned().ok_or(StatusCode::NOT_FOUND)
}

async fn call(
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
