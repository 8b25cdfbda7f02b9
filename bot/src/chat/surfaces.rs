//! What a chat shows besides messages: a page of a person's own, and what stands below a link.

use serde::{Deserialize, Serialize};

use super::Place;

/// A message that links were shared in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sharing {
    /// Where it is, or will be said: while it is being written, nobody tells.
    pub place: Place,
    /// Who wrote it.
    pub person: String,
    /// The message's id; Slack's `message_ts`.
    pub message: String,
    /// How Slack wants the answer addressed, where it says so.
    pub preview: Option<Preview>,
    pub stage: Stage,
}

/// Slack's `unfurl_id` and `source`, which belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub id: String,
    pub source: String,
}

/// How far a message with a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its author sees a preview while writing.
    Writing,
    Said,
}

/// Something that happened to a channel that the bot knows of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// To this name, without `#`.
    Renamed(String),
    /// Of this name, without `#`: if another had it before, it is this one's now.
    Created(String),
    Archived,
    Unarchived,
    Deleted,
    /// The bot is no longer in it.
    Removed,
    /// The bot was put into it, by whom where that is told.
    Added(Option<String>),
}
