//! A realm: its people, channels, messages and event queues.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::{render::render, settings::Options};
use crate::sandbox::ids::Ids;

pub const MESSAGE_LIMIT: usize = 10_000;
const TOPIC_LIMIT: usize = 60;
/// As observed: Zulip 10.
pub const FEATURE_LEVEL: i64 = 372;

pub struct State {
    /// Microseconds since 1970, as of the present call.
    pub now: i64,
    pub base: String,
    pub ids: Ids,
    pub users: Vec<User>,
    pub bot: i64,
    pub owner: i64,
    pub notifier: i64,
    pub webhook_token: String,
    pub webhook_url: String,
    pub per_minute: u32,
    pub streams: Vec<Stream>,
    pub messages: BTreeMap<i64, Message>,
    pub queues: HashMap<String, Queue>,
    /// By path: `1/ab/cdef/name.txt`
    pub files: HashMap<String, Vec<u8>>,
    /// Temporary links: secret → path and when made.
    pub links: HashMap<String, (String, i64)>,
    /// The last minute's requests of each bucket.
    pub requests: HashMap<String, VecDeque<i64>>,
    /// Messages that the outgoing webhook must hear of, with the trigger.
    pub outbox: Vec<(i64, &'static str)>,
    pub changes: Vec<(&'static str, Value)>,
    next_submessage: i64,
}

#[derive(Clone)]
pub struct User {
    pub id: i64,
    /// The address that the API uses.
    pub email: String,
    pub delivery_email: Option<String>,
    pub full_name: String,
    pub api_key: String,
    /// Zulip's role numbers: 200 administrator, 400 member.
    pub role: i64,
    pub kind: UserKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    Person,
    OutgoingWebhookBot,
    /// The realm's own bot, which tells owners of failures.
    SystemBot,
}

pub struct Stream {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub private: bool,
    pub subscribers: Vec<i64>,
}

#[derive(Clone, PartialEq)]
pub enum To {
    Stream {
        id: i64,
        topic: String,
    },
    /// Everyone in it, the sender too; sorted.
    Direct(Vec<i64>),
}

#[derive(Clone)]
pub struct Message {
    pub id: i64,
    pub sender: i64,
    pub to: To,
    pub content: String,
    pub rendered: String,
    pub mentioned: Vec<i64>,
    pub timestamp: i64,
    pub client: String,
    pub edited: Option<i64>,
    /// Emoji name, code, type, who.
    pub reactions: Vec<(String, String, String, i64)>,
    pub submessages: Vec<Value>,
}

pub struct Queue {
    pub user: i64,
    pub events: Vec<Value>,
    pub next_id: i64,
    /// None: all.
    pub types: Option<Vec<String>>,
    pub all_public_streams: bool,
    pub apply_markdown: bool,
    pub narrow: Vec<Value>,
    pub last_read: i64,
}

/// Where a message stands: `#narrow/channel/3-dev/topic/build`.
pub fn narrow(stream: &Stream, topic: Option<&str>) -> String {
    let encoded = |text: &str| {
        let bytes = text.bytes();
        bytes.fold(String::new(), |out, it| {
            if it.is_ascii_alphanumeric() || it == b'-' || it == b'_' {
                out + &char::from(it).to_string()
            } else {
                format!("{out}.{it:02X}")
            }
        })
    };
    let topic = topic.map(|it| format!("/topic/{}", encoded(it))).unwrap_or_default();
    format!("#narrow/channel/{}-{}{topic}", stream.id, encoded(&stream.name.replace(' ', "-")))
}

impl State {
    pub fn new(options: &Options) -> State {
        let mut ids = Ids::seeded(options.seed);
        let mut users: Vec<User> = Vec::new();
        for (id, name, role) in [(8, "Ana", 200), (9, "Ben", 400), (10, "Chloe", 400)] {
            users.push(User {
                id,
                email: format!("user{id}@chat.example.org"),
                delivery_email: Some(format!("{}@example.org", name.to_lowercase())),
                full_name: name.into(),
                api_key: ids.alphanumeric(32),
                role,
                kind: UserKind::Person,
            });
        }
        for (id, email, name, kind) in [
            (26, "bellhop-bot@chat.example.org", "Bellhop", UserKind::OutgoingWebhookBot),
            (5, "notification-bot@chat.example.org", "Notification Bot", UserKind::SystemBot),
        ] {
            let given = options.api_key.clone().filter(|_| kind == UserKind::OutgoingWebhookBot);
            let api_key = given.unwrap_or_else(|| ids.alphanumeric(32));
            users.push(User { id, email: email.into(), delivery_email: None, full_name: name.into(), api_key, role: 400, kind });
        }
        let streams = [(1, "general", "Everyone"), (2, "dev", "What we build"), (3, "ops", "What we run")];
        let streams = streams.into_iter().map(|(id, name, description)| Stream {
            id,
            name: name.into(),
            description: description.into(),
            private: false,
            subscribers: vec![8, 9, 10],
        });
        State {
            now: options.clock.micros(),
            base: String::new(),
            users,
            bot: 26,
            owner: 8,
            notifier: 5,
            webhook_token: options.webhook_token.clone().unwrap_or_else(|| ids.alphanumeric(32)),
            webhook_url: options.webhook_url.clone(),
            per_minute: options.rate.per_minute,
            streams: streams.collect(),
            messages: BTreeMap::new(),
            queues: HashMap::new(),
            files: HashMap::new(),
            links: HashMap::new(),
            requests: HashMap::new(),
            outbox: Vec::new(),
            changes: Vec::new(),
            next_submessage: 1,
            ids,
        }
    }

    pub fn user(&self, id: i64) -> Option<&User> {
        self.users.iter().find(|it| it.id == id)
    }

    pub fn stream(&self, id: i64) -> Option<&Stream> {
        self.streams.iter().find(|it| it.id == id)
    }

    pub fn stream_named(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    pub fn may_see(&self, user: i64, message: &Message) -> bool {
        match &message.to {
            To::Stream { id, .. } => self.stream(*id).is_some_and(|it| !it.private || it.subscribers.contains(&user)),
            To::Direct(people) => people.contains(&user),
        }
    }

    /// Sends a message; starts the outgoing webhook where it mentions the bot or is said to it.
    ///
    /// # Errors
    /// What is wrong with the widget, as Zulip says it.
    pub fn send(&mut self, sender: i64, to: To, content: &str, widget: Option<&str>, client: &str) -> Result<i64, String> {
        let widget = match widget {
            Some(given) => Some(check_widget(given)?),
            None => poll(content),
        };
        let id = self.messages.last_key_value().map_or(100, |(id, _)| *id) + 1;
        let content = truncated(content, MESSAGE_LIMIT, "\n[message truncated]");
        let to = match to {
            To::Stream { id, topic } => To::Stream { id, topic: truncated(topic.trim(), TOPIC_LIMIT, "...") },
            To::Direct(mut people) => {
                people.push(sender);
                people.sort_unstable();
                people.dedup();
                To::Direct(people)
            }
        };
        let rendered = render(self, &content);
        let mut message = Message {
            id,
            sender,
            to,
            content,
            rendered: rendered.html,
            mentioned: rendered.mentioned,
            timestamp: self.now / 1_000_000,
            client: client.to_owned(),
            edited: None,
            reactions: Vec::new(),
            submessages: Vec::new(),
        };
        if let Some(widget) = widget {
            let submessage = json!({"id": self.next_submessage, "message_id": id, "sender_id": sender, "msg_type": "widget", "content": widget.to_string()});
            self.next_submessage += 1;
            message.submessages.push(submessage);
        }
        self.messages.insert(id, message.clone());
        self.changed(&message);
        self.queue_message(&message);
        let by_person = self.user(sender).is_some_and(|it| it.kind == UserKind::Person);
        if by_person && !self.webhook_url.is_empty() {
            match &message.to {
                To::Direct(people) if people.contains(&self.bot) => self.outbox.push((id, "direct_message")),
                _ if message.mentioned.contains(&self.bot) => self.outbox.push((id, "mention")),
                _ => {}
            }
        }
        Ok(id)
    }

    pub fn changed(&mut self, message: &Message) {
        let shown = self.shown(message);
        self.changes.push(("message", shown));
    }

    /// A message with everything a client needs to draw it.
    pub fn shown(&self, message: &Message) -> Value {
        let mut json = self.message_json(message, Content::Markdown);
        json["rendered_content"] = json!(message.rendered);
        json["is_edited"] = json!(message.edited.is_some());
        json
    }

    pub fn message_json(&self, message: &Message, content: Content) -> Value {
        let mut json = Map::new();
        let sender = self.user(message.sender);
        let (content, content_type) = match content {
            Content::Html => (&message.rendered, "text/html"),
            Content::Markdown => (&message.content, "text/x-markdown"),
        };
        json.insert("id".into(), json!(message.id));
        json.insert("sender_id".into(), json!(message.sender));
        json.insert("content".into(), json!(content));
        json.insert("recipient_id".into(), json!(self.recipient(&message.to)));
        json.insert("timestamp".into(), json!(message.timestamp));
        json.insert("client".into(), json!(message.client));
        let topic = if let To::Stream { topic, .. } = &message.to { topic.as_str() } else { "" };
        json.insert("subject".into(), json!(topic));
        json.insert("topic_links".into(), json!([]));
        json.insert("is_me_message".into(), json!(message.content.starts_with("/me ")));
        let reactions = message.reactions.iter().map(|(name, code, kind, user)| self.reaction_json((name, code, kind), *user));
        json.insert("reactions".into(), json!(reactions.collect::<Vec<_>>()));
        json.insert("submessages".into(), json!(message.submessages));
        json.insert("sender_full_name".into(), json!(sender.map(|it| &it.full_name)));
        json.insert("sender_email".into(), json!(sender.map(|it| &it.email)));
        json.insert("sender_realm_str".into(), json!(""));
        match &message.to {
            To::Stream { id, .. } => {
                json.insert("display_recipient".into(), json!(self.stream(*id).map(|it| &it.name)));
                json.insert("type".into(), json!("stream"));
                json.insert("stream_id".into(), json!(id));
            }
            To::Direct(people) => {
                let people = people.iter().filter_map(|id| self.user(*id));
                let people =
                    people.map(|it| json!({"id": it.id, "email": it.email, "full_name": it.full_name, "is_mirror_dummy": false}));
                json.insert("display_recipient".into(), json!(people.collect::<Vec<_>>()));
                json.insert("type".into(), json!("private"));
            }
        }
        if let Some(at) = message.edited {
            json.insert("last_edit_timestamp".into(), json!(at));
        }
        json.insert("avatar_url".into(), json!(format!("{}/avatar/{}", self.base, message.sender)));
        json.insert("content_type".into(), json!(content_type));
        Value::Object(json)
    }

    pub fn reaction_json(&self, (name, code, kind): (&str, &str, &str), user: i64) -> Value {
        let (email, full_name) = self.user(user).map(|it| (it.email.as_str(), it.full_name.as_str())).unwrap_or_default();
        json!({"emoji_name": name, "emoji_code": code, "reaction_type": kind, "user_id": user,
            "user": {"id": user, "email": email, "full_name": full_name, "is_mirror_dummy": false}})
    }

    fn recipient(&self, to: &To) -> i64 {
        match to {
            To::Stream { id, .. } => 100 + id,
            To::Direct(people) => people.iter().fold(1000, |sum, id| sum * 31 + id) % 100_000 + 1000,
        }
    }

    pub fn user_json(&self, user: &User) -> Value {
        let bot = user.kind != UserKind::Person;
        json!({
            "user_id": user.id, "email": user.email, "delivery_email": user.delivery_email, "full_name": user.full_name,
            "is_bot": bot, "is_active": true, "is_admin": user.role <= 200, "is_owner": false, "is_guest": false,
            "role": user.role, "timezone": "UTC", "date_joined": "2026-01-01T00:00:00+00:00", "is_imported_stub": false,
            "avatar_url": format!("{}/avatar/{}", self.base, user.id), "avatar_version": 1,
            "bot_type": if bot { json!(3) } else { Value::Null }, "bot_owner_id": if bot { json!(self.owner) } else { Value::Null },
        })
    }

    /// A message as an event for every queue that may have it.
    fn queue_message(&mut self, message: &Message) {
        let seen: Vec<String> =
            self.queues.iter().filter(|(_, queue)| self.hears(queue, message)).map(|(id, _)| id.clone()).collect();
        for id in seen {
            let Some((user, markdown)) = self.queues.get(&id).map(|it| (it.user, it.apply_markdown)) else { continue };
            let json = self.message_json(message, if markdown { Content::Html } else { Content::Markdown });
            let flags = self.flags(user, message);
            if let Some(queue) = self.queues.get_mut(&id) {
                queue.push("message", json!({"message": json, "flags": flags}));
            }
        }
    }

    pub fn flags(&self, user: i64, message: &Message) -> Vec<&'static str> {
        let mut flags = Vec::new();
        if message.sender == user {
            flags.push("read");
        }
        if message.mentioned.contains(&user) {
            flags.push("mentioned");
        }
        flags
    }

    fn hears(&self, queue: &Queue, message: &Message) -> bool {
        let subscribed = match &message.to {
            To::Direct(people) => people.contains(&queue.user),
            To::Stream { id, .. } => self.stream(*id).is_some_and(|it| {
                it.subscribers.contains(&queue.user)
                    || (queue.all_public_streams && !it.private)
                    || message.mentioned.contains(&queue.user)
            }),
        };
        subscribed && queue.narrow.iter().all(|term| super::narrow::matches(self, message, term, queue.user))
    }

    /// Another event about a message, for those who see it.
    pub fn queue_event(&mut self, message: &Message, kind: &str, event: &Value) {
        let seen: Vec<String> =
            self.queues.iter().filter(|(_, queue)| self.hears(queue, message)).map(|(id, _)| id.clone()).collect();
        for id in seen {
            if let Some(queue) = self.queues.get_mut(&id) {
                queue.push(kind, event.clone());
            }
        }
    }

    pub fn submessage(&mut self, message_id: i64, sender: i64, kind: &str, content: &str) -> Option<()> {
        let submessage = json!({"id": self.next_submessage, "message_id": message_id, "sender_id": sender, "msg_type": kind, "content": content});
        let message = self.messages.get_mut(&message_id)?;
        message.submessages.push(submessage);
        let message = message.clone();
        let event = json!({"msg_type": kind, "content": content, "message_id": message_id, "sender_id": sender, "submessage_id": self.next_submessage});
        self.next_submessage += 1;
        self.changed(&message);
        self.queue_event(&message, "submessage", &event);
        Some(())
    }

    /// Who has talked to whom, directly.
    pub fn conversations(&self) -> Vec<Vec<i64>> {
        let mut all: Vec<Vec<i64>> = Vec::new();
        for message in self.messages.values() {
            if let To::Direct(people) = &message.to
                && !all.contains(people)
            {
                all.push(people.clone());
            }
        }
        all
    }
}

impl Queue {
    pub fn push(&mut self, kind: &str, mut event: Value) {
        if self.types.as_ref().is_some_and(|types| !types.iter().any(|it| it == kind)) {
            return;
        }
        event["type"] = json!(kind);
        event["id"] = json!(self.next_id);
        self.next_id += 1;
        self.events.push(event);
    }
}

/// Which form of a message's content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Html,
    Markdown,
}

fn truncated(text: &str, limit: usize, mark: &str) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - mark.chars().count()).collect::<String>() + mark
}

/// A widget as `widget_content` gives it: JSON in a string.
fn check_widget(given: &str) -> Result<Value, String> {
    let widget: Value =
        serde_json::from_str(given).map_err(|_| "Widgets: API programmer sent invalid JSON content".to_owned())?;
    if !widget.is_object() {
        return Err("Widgets: widget_content is not a dict".into());
    }
    let Some(kind) = widget["widget_type"].as_str() else { return Err("Widgets: widget_type is not in widget_content".into()) };
    let extra = &widget["extra_data"];
    if !extra.is_object() {
        return Err("Widgets: extra_data is not a dict".into());
    }
    if kind != "zform" {
        return Err(format!("Widgets: unknown widget type: {kind}"));
    }
    if extra["type"] != "choices" {
        return Err(format!("Widgets: unknown zform type: {}", extra["type"].as_str().unwrap_or_default()));
    }
    if !extra["heading"].is_string() {
        return Err("Widgets: extra_data[\"heading\"] is not a string".into());
    }
    let Some(choices) = extra["choices"].as_array() else { return Err("Widgets: extra_data[\"choices\"] is not a list".into()) };
    for (index, choice) in choices.iter().enumerate() {
        for name in ["type", "short_name", "long_name", "reply"] {
            if !choice[name].is_string() {
                return Err(format!("Widgets: extra_data[\"choices\"][{index}][\"{name}\"] is not a string"));
            }
        }
    }
    Ok(widget)
}

/// `/poll Question` and a line for each option.
fn poll(content: &str) -> Option<Value> {
    let (question, options) = content.strip_prefix("/poll")?.split_once('\n').unwrap_or((content.strip_prefix("/poll")?, ""));
    let options: Vec<&str> =
        options.lines().map(|it| it.trim_start_matches(['-', '*', ' ']).trim()).filter(|it| !it.is_empty()).collect();
    Some(json!({"widget_type": "poll", "extra_data": {"question": question.trim(), "options": options}}))
}
