//! A Slack that records and answers, and the requests that a real one sends, signed.

mod forms;
mod workspace;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    routing::{any, post},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::forms::Filled;
use self::{
    forms::holding,
    workspace::{Workspace, attached, call, respond, upload},
};
use crate::{
    far_end::{FarEnd, PATIENCE, Recorded, lock},
    people::Person,
};

pub const TEAM: &str = "T0BELL001";
pub const CHANNEL: &str = "C0DEMO001";
pub const DIRECT: &str = "D0DIRECT1";
const BOT: &str = "U0BOT0001";

/// The simulated workspace.
pub struct Slack {
    pub far_end: FarEnd,
    /// Where the bot is told to answer commands: the far end itself, or a proxy before it.
    pub answers_at: String,
    workspace: Arc<Workspace>,
    serial: AtomicU64,
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
