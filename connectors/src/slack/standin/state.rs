//! A workspace: who is in it, what was said, what is open on whose screen.
//!
//! Everything here is plain data and synchronous. What must happen outside (events to the app,
//! news for the pages that watch) is left in [`State::outbox`] and [`State::changes`].

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

use super::settings::{AppSettings, Options, Rate};
use crate::standin::chat::ids::Ids;

pub struct State {
    /// Microseconds since 1970, as of the present call.
    pub now: i64,
    /// `http://127.0.0.1:4001`
    pub base: String,
    pub ids: Ids,
    pub team: String,
    pub team_name: String,
    /// The id of the organization that it is in.
    pub organization: Option<String>,
    pub app: App,
    pub settings: AppSettings,
    pub rate: Rate,
    pub users: Vec<User>,
    pub channels: Vec<Channel>,
    /// By channel and `ts`.
    pub messages: BTreeMap<(String, String), Message>,
    pub files: BTreeMap<String, File>,
    pub views: HashMap<String, View>,
    /// Open modals by person, the visible one last.
    pub stacks: HashMap<String, Vec<String>>,
    /// Published Home tabs by person.
    pub homes: HashMap<String, String>,
    pub triggers: HashMap<String, Trigger>,
    pub response_urls: HashMap<String, ResponseUrl>,
    /// For WebSockets that were asked for and not opened yet.
    pub tickets: HashSet<String>,
    pub scheduled: Vec<Scheduled>,
    /// Pinned messages by channel and `ts`, the first one first.
    pub pins: Vec<(String, String)>,
    /// As Slack writes them, of all channels.
    pub bookmarks: Vec<Value>,
    pub buckets: HashMap<String, (i64, f64)>,
    /// Who is in the user group of those on call.
    pub on_call: Vec<String>,
    /// What external menus loaded, by `block_id` and `action_id`.
    loaded: HashMap<(String, String), Vec<Value>>,
    /// Events that were sent as often as Slack does, and never taken.
    pub given_up: Vec<Value>,
    /// Links that the app was told of, by `unfurl_id`.
    pub shared: HashMap<String, super::links::Shared>,
    /// What the app shows of links that somebody is writing, by person and link.
    pub previews: HashMap<(String, String), Value>,
    /// Events for the app, in order.
    pub outbox: Vec<Value>,
    /// News for whoever watches: kind and data.
    pub changes: Vec<(&'static str, Value)>,
    last_ts: i64,
}

/// The app under test, as installed.
pub struct App {
    pub app_id: String,
    pub bot_id: String,
    pub bot_user: String,
    pub bot_token: String,
    pub signing_secret: String,
    /// For Socket Mode.
    pub app_token: String,
    /// The deprecated token in every payload.
    pub verification_token: String,
    pub client_id: String,
    pub client_secret: String,
    pub scopes: &'static str,
}

#[derive(Clone)]
pub struct User {
    pub id: String,
    /// `ana`
    pub name: String,
    /// `Ana`
    pub real_name: String,
    pub email: Option<String>,
    pub is_admin: bool,
    pub is_bot: bool,
    pub tz: &'static str,
    pub tz_offset: i64,
}

pub struct Channel {
    pub id: String,
    /// Empty for direct messages.
    pub name: String,
    /// The last one first.
    pub previous_names: Vec<String>,
    pub kind: ChannelKind,
    pub topic: String,
    pub purpose: String,
    pub creator: String,
    pub created: i64,
    pub archived: bool,
    pub members: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Public,
    Private,
    Direct,
    Group,
}

#[derive(Clone, Default)]
pub struct Message {
    pub channel: String,
    pub ts: String,
    pub thread_ts: Option<String>,
    pub user: String,
    /// Set for the app's posts.
    pub bot_id: Option<String>,
    pub username: Option<String>,
    pub icons: Option<Value>,
    pub subtype: Option<&'static str>,
    pub text: String,
    pub blocks: Vec<Value>,
    pub attachments: Vec<Value>,
    pub metadata: Option<Value>,
    pub files: Vec<String>,
    /// Emoji name and who, in order.
    pub reactions: Vec<(String, Vec<String>)>,
    /// Who edited it, and when.
    pub edited: Option<(String, String)>,
    /// Only this person sees it.
    pub only_for: Option<String>,
    /// What people entered in its elements: `block_id` → `action_id` → element state.
    pub values: Map<String, Value>,
    pub client_msg_id: Option<String>,
}

pub struct File {
    pub id: String,
    pub name: String,
    pub title: String,
    pub mimetype: String,
    pub user: String,
    pub created: i64,
    pub content: Vec<u8>,
    /// Announced length, while an upload is under way.
    pub expected: usize,
    pub complete: bool,
    pub channels: Vec<String>,
    /// The secret part of its upload address.
    pub upload: String,
}

#[derive(Clone)]
pub struct View {
    pub id: String,
    pub user: String,
    /// What the app sent: type, title, blocks, submit …
    pub given: Map<String, Value>,
    pub hash: String,
    pub root: String,
    pub previous: Option<String>,
    pub values: Map<String, Value>,
    /// Errors at the fields, by `block_id`, as the app's last answer has it.
    pub errors: Map<String, Value>,
}

pub struct Trigger {
    pub user: String,
    pub at: i64,
    pub used: bool,
}

pub struct ResponseUrl {
    pub channel: String,
    pub user: String,
    /// The message that was acted on.
    pub message: Option<String>,
    pub thread_ts: Option<String>,
    pub at: i64,
    pub uses: u32,
}

pub struct Scheduled {
    pub id: String,
    pub post_at: i64,
    pub message: Message,
}

const SCOPES: &str = "app_mentions:read,bookmarks:read,bookmarks:write,channels:history,channels:join,channels:manage,channels:read,chat:write,\
chat:write.public,commands,files:read,files:write,groups:history,groups:read,groups:write,im:history,im:read,im:write,links:read,links:write,\
mpim:history,mpim:read,mpim:write,pins:read,pins:write,reactions:read,reactions:write,team:read,usergroups:read,usergroups:write,users:read,\
users:read.email";

impl State {
    pub fn new(options: &Options) -> State {
        let mut ids = Ids::seeded(options.seed);
        let team = ids.slack("T");
        let people = [("ana", "Ana", true, "Europe/Amsterdam"), ("ben", "Ben", false, "UTC"), ("chloe", "Chloe", false, "UTC")];
        let mut users: Vec<User> = people
            .into_iter()
            .map(|(name, real_name, is_admin, tz)| User {
                id: ids.slack("U"),
                name: name.into(),
                real_name: real_name.into(),
                email: Some(format!("{name}@example.org")),
                is_admin,
                is_bot: false,
                tz,
                tz_offset: if tz == "UTC" { 0 } else { 3600 },
            })
            .collect();
        // Of a generator of its own: everything else keeps the ids that it had without it.
        let mut own = Ids::seeded(!options.seed);
        let mut app = App {
            app_token: format!("xapp-1-{}-{}-{}", own.slack("A"), own.digits(13), own.hexadecimal(64)),
            app_id: ids.slack("A"),
            bot_id: ids.slack("B"),
            bot_user: ids.slack("U"),
            bot_token: options
                .bot_token
                .clone()
                .unwrap_or_else(|| format!("xoxb-{}-{}-{}", ids.digits(12), ids.digits(13), ids.alphanumeric(24))),
            signing_secret: options.signing_secret.clone().unwrap_or_else(|| ids.hexadecimal(32)),
            verification_token: ids.alphanumeric(24),
            client_id: String::new(),
            client_secret: String::new(),
            scopes: SCOPES,
        };
        users.push(User {
            id: app.bot_user.clone(),
            name: "bellhop".into(),
            real_name: "Bellhop".into(),
            email: None,
            is_admin: false,
            is_bot: true,
            tz: "UTC",
            tz_offset: 0,
        });
        let now = options.clock.micros();
        let members: Vec<String> = users.iter().map(|user| user.id.clone()).collect();
        let channels = [("general", "Company-wide announcements"), ("dev", "What we build"), ("ops", "What we run")]
            .into_iter()
            .map(|(name, topic)| Channel {
                id: ids.slack("C"),
                name: name.into(),
                previous_names: Vec::new(),
                kind: ChannelKind::Public,
                topic: topic.into(),
                purpose: String::new(),
                creator: members[0].clone(),
                created: now / 1_000_000,
                archived: false,
                members: members.clone(),
            })
            .collect();
        // Drawn by themselves: everything else stays as it was for the same seed.
        let mut more = Ids::seeded(options.seed ^ 0x0A07);
        app.client_id = format!("{}.{}", more.digits(12), more.digits(13));
        app.client_secret = more.hexadecimal(32);
        State {
            now,
            base: String::new(),
            ids: ids.of_run(options.run),
            team,
            team_name: options.team_name.clone(),
            organization: None,
            app,
            settings: options.app.clone(),
            rate: options.rate,
            users,
            channels,
            messages: BTreeMap::new(),
            files: BTreeMap::new(),
            views: HashMap::new(),
            stacks: HashMap::new(),
            homes: HashMap::new(),
            triggers: HashMap::new(),
            response_urls: HashMap::new(),
            tickets: HashSet::new(),
            scheduled: Vec::new(),
            pins: Vec::new(),
            bookmarks: Vec::new(),
            buckets: HashMap::new(),
            on_call: members[..2].to_vec(),
            loaded: HashMap::new(),
            given_up: Vec::new(),
            shared: HashMap::new(),
            previews: HashMap::new(),
            outbox: Vec::new(),
            changes: Vec::new(),
            last_ts: 0,
        }
    }

    pub fn seconds(&self) -> i64 {
        self.now / 1_000_000
    }

    /// A new `ts`: the time in microseconds, later than every one before.
    pub fn ts(&mut self) -> String {
        self.last_ts = self.now.max(self.last_ts + 1);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.get(&(channel.to_owned(), ts.to_owned()))
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.messages.get_mut(&(channel.to_owned(), ts.to_owned()))
    }

    /// A channel's messages, oldest first.
    pub fn messages_in<'a>(&'a self, channel: &'a str) -> impl DoubleEndedIterator<Item = &'a Message> {
        self.messages.values().filter(move |message| message.channel == channel)
    }

    pub fn trigger(&mut self, user: &str) -> String {
        let id = format!("{}.{}.{}", self.ids.digits(13), self.ids.digits(12), self.ids.hexadecimal(32));
        self.triggers.insert(id.clone(), Trigger { user: user.to_owned(), at: self.now, used: false });
        id
    }

    pub fn response_url(&mut self, channel: &str, user: &str, message: Option<&Message>) -> String {
        let token = format!("{}/{}/{}", self.team, self.ids.digits(13), self.ids.alphanumeric(24));
        let url = format!("{}/response/{token}", self.base);
        let response_url = ResponseUrl {
            channel: channel.to_owned(),
            user: user.to_owned(),
            message: message.map(|message| message.ts.clone()),
            thread_ts: message.and_then(|message| message.thread_ts.clone()),
            at: self.now,
            uses: 0,
        };
        self.response_urls.insert(token, response_url);
        url
    }

    /// The direct conversation of exactly these people, opened when there is none.
    pub fn direct(&mut self, people: &[String]) -> String {
        let wanted: HashSet<&String> = people.iter().collect();
        let existing = self.channels.iter().find(|channel| {
            matches!(channel.kind, ChannelKind::Direct | ChannelKind::Group)
                && channel.members.iter().collect::<HashSet<_>>() == wanted
        });
        if let Some(channel) = existing {
            return channel.id.clone();
        }
        let kind = if people.len() > 2 { ChannelKind::Group } else { ChannelKind::Direct };
        let id = self.ids.slack(if kind == ChannelKind::Group { "G" } else { "D" });
        let created = self.seconds();
        self.channels.push(Channel {
            id: id.clone(),
            name: String::new(),
            previous_names: Vec::new(),
            kind,
            topic: String::new(),
            purpose: String::new(),
            creator: people.first().cloned().unwrap_or_default(),
            created,
            archived: false,
            members: people.to_vec(),
        });
        let channel = self.channel_json(&id, &self.app.bot_user.clone());
        self.changes.push(("channel", channel));
        id
    }

    pub fn channel_type(&self, channel: &str) -> &'static str {
        match self.channel(channel).map(|it| it.kind) {
            Some(ChannelKind::Private) => "group",
            Some(ChannelKind::Direct) => "im",
            Some(ChannelKind::Group) => "mpim",
            _ => "channel",
        }
    }

    /// Posts what was scheduled for a time that has come.
    pub fn post_due(&mut self) {
        let now = self.seconds();
        let (due, later) = std::mem::take(&mut self.scheduled).into_iter().partition(|it| it.post_at <= now);
        self.scheduled = later;
        let due: Vec<Scheduled> = due;
        for scheduled in due {
            self.post(scheduled.message);
        }
    }

    /// The options that an external menu has shown so far.
    pub fn loaded_options(&self, (block_id, action_id): (&str, &str)) -> Vec<Value> {
        self.loaded.get(&(block_id.to_owned(), action_id.to_owned())).cloned().unwrap_or_default()
    }

    pub fn keep_options(&mut self, (block_id, action_id): (&str, &str), options: &[Value]) {
        let kept = self.loaded.entry((block_id.to_owned(), action_id.to_owned())).or_default();
        for option in options.iter().filter(|option| !kept.contains(option)).cloned().collect::<Vec<_>>() {
            kept.push(option);
        }
    }

    /// Whether one more message fits into a channel's rate.
    pub fn take_token(&mut self, channel: &str) -> Result<(), super::web_api::ApiError> {
        let Rate::PerSecond { burst } = self.rate else { return Ok(()) };
        let burst = f64::from(burst.max(1));
        let (at, tokens) = self.buckets.get(channel).copied().unwrap_or((self.now, burst));
        #[allow(clippy::cast_precision_loss, reason = "differences of microseconds are small")]
        let tokens = (tokens + (self.now - at) as f64 / 1e6).min(burst);
        let enough = tokens >= 1.0;
        self.buckets.insert(channel.to_owned(), (self.now, if enough { tokens - 1.0 } else { tokens }));
        if enough { Ok(()) } else { Err(super::web_api::ApiError::rate_limited(1)) }
    }
}
