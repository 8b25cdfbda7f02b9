//! A realm: its people, channels, messages and event queues.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::{
    organization::{ADMINISTRATORS, EVERYONE, Group, NOBODY, Organization},
    render::render,
    settings::Options,
    widgets::{check_widget, poll},
};
use crate::standin::chat::ids::Ids;

pub const MESSAGE_LIMIT: usize = 10_000;
const TOPIC_LIMIT: usize = 60;
/// More messages than anybody lets be said in one run.
const IDS_OF_A_RUN: i64 = 1_000_000;
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
    /// The first message's id is the next after it.
    pub before_first: i64,
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
    pub organization: Organization,
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
    pub active: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    Person,
    OutgoingWebhookBot,
    /// One that reads its event queue.
    GenericBot,
    /// The realm's own bot, which tells owners of failures.
    SystemBot,
}

pub struct Stream {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub private: bool,
    pub subscribers: Vec<i64>,
    pub archived: bool,
    /// Whether a subscriber sees what was said before they came.
    pub shared_history: bool,
    /// Whether newcomers are subscribed.
    pub default: bool,
    pub creator: i64,
    /// `can_send_message_group` and the like: a group's id, or people.
    pub rights: Map<String, Value>,
}

impl Stream {
    pub fn new(id: i64, name: &str, description: &str, creator: i64) -> Stream {
        Stream {
            id,
            name: name.to_owned(),
            description: description.to_owned(),
            private: false,
            subscribers: Vec::new(),
            archived: false,
            shared_history: true,
            default: false,
            creator,
            rights: Map::new(),
        }
    }

    /// Who has a right in it.
    pub fn right(&self, name: &str) -> Value {
        let default = match name {
            "can_send_message_group" | "can_create_topics_group" => EVERYONE,
            "can_remove_subscribers_group" => ADMINISTRATORS,
            _ => NOBODY,
        };
        self.rights.get(name).cloned().unwrap_or_else(|| json!(default))
    }
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
    /// What it said before each edit of its content: when that was edited, and the content. The newest comes first.
    pub history: Vec<(i64, String)>,
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
                active: true,
            });
        }
        for (id, email, name, kind) in [
            (26, "bellhop-bot@chat.example.org", "Bellhop", options.bot),
            (5, "notification-bot@chat.example.org", "Notification Bot", UserKind::SystemBot),
        ] {
            let given = options.api_key.clone().filter(|_| kind != UserKind::SystemBot);
            let api_key = given.unwrap_or_else(|| ids.alphanumeric(32));
            let role = if kind == UserKind::OutgoingWebhookBot { options.bot_role } else { 400 };
            users.push(User {
                id,
                email: email.into(),
                delivery_email: None,
                full_name: name.into(),
                api_key,
                role,
                kind,
                active: true,
            });
        }
        let streams = [(1, "general", "Everyone"), (2, "dev", "What we build"), (3, "ops", "What we run")];
        let streams = streams
            .into_iter()
            .map(|(id, name, description)| Stream { subscribers: vec![8, 9, 10], ..Stream::new(id, name, description, 8) });
        let now = options.clock.micros();
        let on_call = Group {
            id: 31,
            name: "oncall".into(),
            description: "Who is called".into(),
            // The bot may change what it made.
            creator: 26,
            members: vec![8],
            active: true,
        };
        let mut organization = Organization::default();
        organization.groups.push(on_call);
        organization.presence = [(8, ("active", now)), (9, ("idle", now))].into();
        State {
            now,
            organization,
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
            before_first: 100 + i64::from(options.run) * IDS_OF_A_RUN,
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
        let id = self.messages.last_key_value().map_or(self.before_first, |(id, _)| *id) + 1;
        // White space at the end is taken off; what is only unseen stays.
        let content = truncated(content.trim_end(), MESSAGE_LIMIT, "\n[message truncated]");
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
            history: Vec::new(),
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
        let calls = self.user(self.bot).is_some_and(|it| it.kind == UserKind::OutgoingWebhookBot);
        if by_person && calls && !self.webhook_url.is_empty() {
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

    /// A message as an event for every queue that may have it.
    fn queue_message(&mut self, message: &Message) {
        let seen: Vec<String> =
            self.queues.iter().filter(|(_, queue)| self.hears(queue, message, Reach::Sent)).map(|(id, _)| id.clone()).collect();
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
        let set = self.organization.flags.get(&(user, message.id));
        flags.extend(["read", "starred", "collapsed"].into_iter().filter(|it| set.is_some_and(|set| set.contains(*it))));
        flags.dedup();
        flags
    }

    /// `reach` is what happened: of what becomes of a message, only those hear who have it or are subscribed.
    fn hears(&self, queue: &Queue, message: &Message, reach: Reach) -> bool {
        let subscribed = match &message.to {
            To::Direct(people) => people.contains(&queue.user),
            To::Stream { id, .. } => self.stream(*id).is_some_and(|it| {
                it.subscribers.contains(&queue.user)
                    || (reach == Reach::Sent && queue.all_public_streams && !it.private)
                    || message.mentioned.contains(&queue.user)
            }),
        };
        subscribed && queue.narrow.iter().all(|term| super::narrow::matches(self, message, term, queue.user))
    }

    /// Another event about a message, for those who see it.
    pub fn queue_event(&mut self, message: &Message, kind: &str, event: &Value) {
        let seen: Vec<String> = self
            .queues
            .iter()
            .filter(|(_, queue)| self.hears(queue, message, Reach::Changed))
            .map(|(id, _)| id.clone())
            .collect();
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

/// What happened to a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Sent,
    Changed,
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
