//! Chat platforms: what they have in common, and nothing of any one of them.
//!
//! A platform's `inbound` verifies raw bytes and turns them into a [`crate::dispatch::Line`] or a
//! [`crate::dispatch::Submission`]; what comes back leaves through [`Platform`], always from a job.

pub mod email;
pub mod links;
pub mod slack;
pub mod sms;
mod surfaces;
pub mod teams;
#[cfg(test)]
mod tests;
mod whole;
pub mod zulip;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::http::HeaderMap;
use commands::{Actor, Audience, Download, Field, FieldProblem, Message, Result};
use connectors::Check;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::surfaces::{Change, Preview, Sharing, Stage};
use crate::dispatch::Dispatch;

/// What follows a request through the logs to the vendor's server: the id that the server gave it
/// (`X-Request-Id`), or a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("x-request-id").and_then(|it| it.to_str().ok());
    given.map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned)
}

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// `slack`, `zulip`, `teams`, `email`, `sms`; `cli` and `api` have no place of their own to post to.
    pub platform: String,
    /// Slack's team id; Zulip's site.
    pub workspace: String,
    /// Slack: the conversation's id. Zulip: `channel:3`, or `dm:10,26` with the other people's ids. Teams: a name of
    /// the configuration. Email and SMS: the address, the number.
    pub channel: String,
    /// Slack: the thread's `ts`. Zulip: the topic.
    pub thread: Option<String>,
}

impl Place {
    /// The channel as one word, without the thread.
    pub fn channel_key(&self) -> String {
        format!("{}:{}:{}", self.platform, self.workspace, self.channel)
    }
}

/// A message on its way out, as it is stored in a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub to: Target,
    pub message: Message,
    /// Tells a repeat of this post from another post: goes into the platform's message metadata.
    pub key: String,
    #[serde(default)]
    pub reach: Reach,
    /// Sent after what it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// The object it tells of, by whatever names it: mail programs show mails about one object together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl Post {
    pub fn new(to: Target, message: Message, key: impl Into<String>) -> Post {
        Post { to, message, key: key.into(), reach: Reach::Place, files: Vec::new(), about: None }
    }
}

/// How far a reply in a thread is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Where it is said.
    #[default]
    Place,
    /// In the thread's channel as well, where the chat can do that: Slack's `reply_broadcast`. Zulip shows topics in their
    /// channel anyway.
    Channel,
}

/// A file that is sent with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// `burndown.png`
    pub name: String,
    pub title: String,
    #[serde(with = "base64_text")]
    pub content: Vec<u8>,
}

impl From<commands::message::document::File> for File {
    fn from(file: commands::message::document::File) -> File {
        File { name: file.name, title: file.title, content: file.text.into_bytes() }
    }
}

/// Bytes in a job's JSON.
mod base64_text {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// In answer to someone, where they asked.
    Answer { to: Answering, audience: Audience },
    /// To a place, of our own accord.
    Place(Place),
    /// To one person, privately.
    Person { platform: String, workspace: String, id: String },
}

impl Target {
    /// The channel or the person it goes to, as one word, without the thread.
    pub fn key(&self) -> String {
        match self {
            Target::Answer { to, .. } => to.place.channel_key(),
            Target::Place(place) => place.channel_key(),
            Target::Person { platform, workspace, id } => format!("{platform}:{workspace}:@{id}"),
        }
    }

    /// The channel's or the person's own name on the platform: `C0123`, `ana@example.org`.
    pub fn address(&self) -> &str {
        match self {
            Target::Answer { to, .. } => &to.place.channel,
            Target::Place(place) => &place.channel,
            Target::Person { id, .. } => id,
        }
    }

    /// The workspace that it goes to; empty for the configuration's.
    pub fn workspace(&self) -> &str {
        match self {
            Target::Answer { to, .. } => &to.place.workspace,
            Target::Place(place) => &place.workspace,
            Target::Person { workspace, .. } => workspace,
        }
    }

    /// The platform that delivers it.
    pub fn platform(&self) -> &str {
        match self {
            Target::Answer { to, .. } => &to.place.platform,
            Target::Place(place) => &place.platform,
            Target::Person { platform, .. } => platform,
        }
    }
}

/// What it takes to answer someone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answering {
    pub place: Place,
    /// The person's id on the platform.
    pub asker: String,
    /// Slack's `response_url`: 30 minutes, five uses; then the API takes over.
    pub response_url: Option<String>,
    /// The message whose button was pressed.
    pub pressed: Option<Pressed>,
}

/// A message whose button was pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    /// The message's id on the platform.
    pub id: String,
    /// The mark of the object that the message is the card of ([`crate::dispatch::post::card::mark`]), if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
}

/// What the platform said about a delivered message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The message's id (Slack's `ts`), where the platform tells.
    pub id: Option<String>,
}

/// Whether a post that may have been delivered is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Yes(Posted),
    No,
    /// The chat shows no history of such posts: what only one person saw, a channel closed to us.
    CannotTell,
}

/// How many posts of some sort a chat takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What shares it: `slack:C0123`, `slack:chat.postEphemeral`.
    pub name: String,
    /// One comes back in this time.
    pub interval: Duration,
    /// There are at most so many at once.
    pub burst: u32,
}

impl Limit {
    /// So many a second, and `burst` at once: in any time of T seconds no more than `burst + rate * T`.
    pub fn new(name: impl Into<String>, rate: f64, burst: u32) -> Limit {
        // Up to whole microseconds, which is what budgets are kept in: never a post too many.
        let interval = Duration::from_micros((1e6 / rate).ceil() as u64);
        Limit { name: name.into(), interval, burst }
    }

    /// So many in any minute, a third of them at once.
    pub fn in_any_minute(name: impl Into<String>, posts: u32) -> Limit {
        let burst = (posts / 3).max(1);
        let steady = posts.saturating_sub(burst).max(1);
        Limit::new(name, f64::from(steady) / 60.0, burst)
    }
}

/// How far a chat's clock may be from ours before nothing of Slack's is taken any more, and a post looks
/// older than the job that it came from.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(300);

/// From when on a post may be found that was sent after `since`, by the chat's clock.
fn earliest(since: Timestamp) -> Timestamp {
    since.saturating_sub(CLOCKS_APART).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH)
}

/// A workspace that the bot lives in, of a chat that can have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledWorkspace {
    /// The chat's own.
    pub id: String,
    pub name: String,
    /// The id of the person who installed it, and when; none when it stands in the configuration.
    pub installed: Option<(String, Timestamp)>,
    /// In words: whether it works, and for how long.
    pub state: String,
    /// It is kept only to say why.
    pub gone: bool,
}

/// A form, ready to be drawn: a modal, a conversation, a web page.
#[derive(Clone, Debug, PartialEq)]
pub struct FormView {
    /// The stored form's id: the only thing that travels through the platform.
    pub id: String,
    /// `Create Redmine issue`.
    pub title: String,
    /// What it does, in a sentence.
    pub help: String,
    /// The fields of this step.
    pub fields: Vec<Field>,
    /// Values by field: strings, or lists of strings; also those of earlier steps.
    pub values: Map<String, Value>,
    /// Shown at their fields; one with an empty field name, or of a field that is not here, on top.
    pub problems: Vec<FieldProblem>,
    pub step: u8,
    pub steps: u8,
    /// `Create`, `Next`.
    pub submit: String,
    /// Where it can be shown what sending it would do.
    pub preview: Option<Foresight>,
}

/// What sending a form would do, shown in it before it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Foresight {
    /// The fields that it goes by: when one changes, it is made anew.
    pub by: &'static [&'static str],
    /// None until somebody asks for it.
    pub shown: Option<Message>,
}

/// What a chat says of a person, for those who set nothing themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The IANA name of their time zone.
    pub zone: Option<String>,
    /// A BCP 47 tag: `en-US`.
    pub locale: Option<String>,
}

/// A user group of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserGroup {
    pub id: String,
    /// As people mention it: `@oncall`.
    pub name: String,
    /// The ids of the people in it, sorted.
    pub people: Vec<String>,
}

/// How a form is opened on a platform: Slack's `trigger_id` (3 s), or the place to talk in.
#[derive(Clone, Debug, PartialEq)]
pub struct Opener {
    pub trigger: Option<String>,
    pub to: Answering,
}

/// A chat platform, as the rest of the bot knows it.
#[async_trait]
pub trait Platform: Send + Sync {
    fn name(&self) -> &'static str;

    /// Delivers a message.
    ///
    /// # Errors
    /// By class; [`commands::Error::maybe_done`] when it may have been delivered.
    async fn post(&self, post: &Post) -> Result<Posted>;

    /// The limits that a post to `to` counts against. Asked inside a claim: no waiting, no network.
    fn limits(&self, to: &Target) -> Vec<Limit> {
        let _ = to;
        Vec::new()
    }

    /// Those who administer the workspace and can be written to, the most responsible first, five at most.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn administrators(&self) -> Result<Vec<Target>> {
        Ok(Vec::new())
    }

    /// Looks for a post whose delivery was not confirmed, by its [`Post::key`], among what was said
    /// since `since`. Of a post that the chat takes as several messages, what is missing is added.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn find(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let _ = (post, since);
        Ok(Found::CannotTell)
    }

    /// Puts what `post` says in the place of what the bot said there before, in the message `id`. Doing it twice changes
    /// nothing.
    ///
    /// # Errors
    /// [`commands::ErrorKind::NotFound`] when the message is gone, [`commands::ErrorKind::Permission`] when it can no longer
    /// be edited: then it has to be posted anew.
    async fn update(&self, post: &Post, id: &str) -> Result<()>;

    /// Opens a form where the person is.
    async fn open_form(&self, opener: &Opener, form: &FormView) -> Result<()>;

    /// Who that is: name, email, whether they administer the workspace. Cached.
    async fn person(&self, workspace: &str, id: &str) -> Result<Actor>;

    /// The one active person whose verified email address this is; none where the chat has no such person, or does not say.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn person_of(&self, email: &str) -> Result<Option<Actor>> {
        let _ = email;
        Ok(None)
    }

    /// The configuration's workspace, as its people have it; empty where a chat has none, or several and none of its own.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn home(&self) -> Result<String> {
        Ok(String::new())
    }

    /// What stands in a channel's header: Slack's topic, Zulip's description; none where a chat shows none.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn header(&self, place: &Place) -> Result<Option<String>> {
        let _ = place;
        Ok(None)
    }

    /// Puts it there. Doing it twice changes nothing.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::Validation`] when it is longer than the chat takes.
    async fn set_header(&self, place: &Place, text: &str) -> Result<()> {
        let _ = text;
        Err(commands::Error::bad_input(format!("{} has no header in `{}` that could be changed.", self.name(), place.channel)))
    }

    /// Where and how somebody reads, as far as the chat says.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn profile(&self, workspace: &str, id: &str) -> Result<Profile> {
        let _ = (workspace, id);
        Ok(Profile::default())
    }

    /// A user group by its id, or by its name with or without `@`; none when there is none.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn group(&self, workspace: &str, group: &str) -> Result<Option<UserGroup>> {
        let _ = (workspace, group);
        Ok(None)
    }

    /// Puts exactly these people into a user group. Doing it twice changes nothing.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::Validation`] when the chat takes no such group, as Slack takes no empty one.
    async fn set_group(&self, workspace: &str, group: &str, people: &[String]) -> Result<()> {
        let _ = (workspace, people);
        Err(commands::Error::bad_input(format!("{} has no user group `{group}` that could be changed.", self.name())))
    }

    /// The person that `text` mentions, in the platform's own way (`<@U123>`, `@**Ana**`), or by a
    /// bare `@name`; none when it is no mention, or nobody's.
    async fn mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>>;

    /// Fetches a file that was attached in this chat; none when `file` is not one of this chat.
    async fn download(&self, workspace: &str, file: &str) -> Result<Option<Download>>;

    /// A permanent link to a message, for cards that point back.
    async fn permalink(&self, place: &Place, message: &str) -> Result<Option<String>>;

    /// The workspaces that the bot lives in, where a chat can have several.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn workspaces(&self) -> Result<Vec<InstalledWorkspace>> {
        Ok(Vec::new())
    }

    /// Forgets a workspace that is gone.
    ///
    /// # Errors
    /// [`commands::ErrorKind::NotFound`] when there is none of this id that is gone.
    async fn forget_workspace(&self, id: &str) -> Result<()> {
        Err(commands::Error::not_found(format!("There is no workspace `{id}` to forget.")))
    }

    /// Shows a person the page of their own, section by section; what to give as `seen` the next time. With `seen`, nothing
    /// is shown where another page has been shown since.
    ///
    /// # Errors
    /// [`commands::ErrorKind::Conflict`] when another page has been shown since `seen`; by class.
    async fn show_page(&self, workspace: &str, person: &str, page: &[Message], seen: Option<&str>) -> Result<Option<String>> {
        let _ = (workspace, person, page, seen);
        Err(commands::Error::not_found("This chat has no pages of one's own."))
    }

    /// Shows these cards below their links in a message.
    ///
    /// # Errors
    /// By class.
    async fn show_links(&self, sharing: &Sharing, cards: &[(String, Message)]) -> Result<()> {
        let _ = (sharing, cards);
        Ok(())
    }

    /// Tells who shared links, and nobody else, what keeps them from being shown.
    ///
    /// # Errors
    /// By class.
    async fn hint_at_links(&self, sharing: &Sharing, hint: &Message) -> Result<()> {
        let _ = (sharing, hint);
        Ok(())
    }

    /// Whether a person is in the channel of `place`; none where the chat does not tell.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn is_in(&self, person: &str, place: &Place) -> Result<Option<bool>> {
        let _ = (person, place);
        Ok(None)
    }

    /// What a channel is called and was called before, as people write it (`#dev`), the present name first; empty where
    /// nobody can tell. What was remembered of it is forgotten.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn names_of(&self, workspace: &str, channel: &str) -> Result<Vec<String>> {
        let _ = (workspace, channel);
        Ok(Vec::new())
    }

    /// Whether our credentials work, what they lack.
    async fn health(&self) -> Vec<Check>;

    /// How it hears what it has to ask for; none when all comes by requests.
    fn ear(self: Arc<Self>) -> Option<Arc<dyn Ear>> {
        None
    }
}

/// A chat that is listened to by asking it. What it heard is kept by [`Dispatch::hear`], and comes back here from a job.
#[async_trait]
pub trait Ear: Send + Sync {
    /// Follows what is said until `stopping`.
    async fn listen(&self, dispatch: Dispatch, stopping: CancellationToken);

    /// Does what was heard, and tells what to say to it, in the chat's own form. Doing it twice does nothing twice.
    ///
    /// # Errors
    /// By class: temporary ones are tried again.
    async fn understand(&self, dispatch: &Dispatch, heard: &Value, request_id: &str) -> Result<Option<Value>>;

    /// Says it; `key` tells it from all others.
    ///
    /// # Errors
    /// By class; [`commands::Error::maybe_done`] when it may have been said.
    async fn say(&self, said: &Value, key: &str) -> Result<Posted>;

    /// Looks for what may have been said, among all since `since`.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn find_said(&self, said: &Value, key: &str, since: Timestamp) -> Result<Found>;
}

/// Somebody of whom only the address is known where messages go to them.
fn only_an_address(platform: &str, id: &str, email: Option<&str>) -> Actor {
    Actor {
        platform: platform.into(),
        workspace: String::new(),
        id: id.into(),
        name: id.into(),
        email: email.map(str::to_owned),
        admin: false,
    }
}
