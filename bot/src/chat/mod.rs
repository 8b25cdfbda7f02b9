//! Chat platforms: what they have in common, and nothing of any one of them.
//!
//! A platform's `inbound` verifies raw bytes and turns them into a [`crate::dispatch::Line`] or a
//! [`crate::dispatch::Submission`]; what comes back leaves through [`Platform`], always from a job.

pub mod slack;
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
    /// `slack`, `zulip`; `cli` and `api` have no place of their own to post to.
    pub platform: String,
    /// Slack's team id; Zulip's site.
    pub workspace: String,
    /// Slack: the conversation's id. Zulip: `channel:3`, or `dm:10,26` with the other people's ids.
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
    /// The message whose button was pressed, to be replaced by the answer where that makes sense.
    pub pressed: Option<String>,
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

    /// The person that `text` mentions, in the platform's own way (`<@U123>`, `@**Ana**`), or by a
    /// bare `@name`; none when it is no mention, or nobody's.
    async fn mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>>;

    /// Fetches a file that was attached in this chat; none when `file` is not one of this chat.
    async fn download(&self, workspace: &str, file: &str) -> Result<Option<Download>>;

    /// A permanent link to a message, for cards that point back.
    async fn permalink(&self, place: &Place, message: &str) -> Result<Option<String>>;

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
