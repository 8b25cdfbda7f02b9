//! Chat platforms: what they have in common, and nothing of any one of them.
//!
//! A platform's `inbound` verifies raw bytes and turns them into a [`crate::dispatch::Line`] or a
//! [`crate::dispatch::Submission`]; what comes back leaves through [`Platform`], always from a job.

pub mod email;
pub mod links;
pub mod markup;
mod platform;
mod post;
pub mod slack;
pub mod sms;
mod surfaces;
pub mod teams;
#[cfg(test)]
mod tests;
pub mod traced;
mod whole;
pub mod zulip;

use std::time::Duration;

use axum::http::HeaderMap;
use commands::{Actor, Field, FieldProblem, Message};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use commands::{File, Pin};

pub use self::{
    platform::{Ear, Platform},
    post::{Answering, Found, Place, Post, Posted, Pressed, Reach, Target, missing_part},
    surfaces::{Change, Preview, Sharing, Stage},
};

/// What follows a request through the logs to the vendor's server: the id that the server gave it
/// (`X-Request-Id`), or a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("x-request-id").and_then(|it| it.to_str().ok());
    given.map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned)
}

tokio::task_local! {
    static URGENT: ();
}

/// Runs `future` as what goes ahead of all else that a chat is asked: a page.
pub fn urgently<F: Future>(future: F) -> impl Future<Output = F::Output> {
    URGENT.scope((), future)
}

/// Whether this is part of what goes ahead.
pub fn is_urgent() -> bool {
    URGENT.try_with(|()| ()).is_ok()
}

/// Credentials of a chat that end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Whose they are: `the Slack workspace Example (T0123)`.
    pub of: String,
    pub at: Timestamp,
    /// Why, and what to do.
    pub reason: String,
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
