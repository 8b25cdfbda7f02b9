//! What an outside system reported, in one shape for all of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened in an outside system.
///
/// Shaped after CloudEvents 1.0: `id` and `source` identify it, so a repeated delivery is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unique within `source`: a journal's number, a delivery's id.
    pub id: String,
    /// The connection or hook that reported it.
    pub source: String,
    /// Noun and verb in the past: `issue.created`, `issue.updated`.
    pub kind: String,
    pub at: Timestamp,
    /// Who did it, as the system names them.
    pub actor: Option<String>,
    /// What their account is known by where the system is asked for accounts: a login, an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    pub object: Object,
    /// What changed: field, from, to.
    #[serde(default)]
    pub changes: Vec<Change>,
    #[serde(default)]
    pub labels: Vec<String>,
    /// What was said, short.
    pub text: Option<String>,
    /// Where what happened is seen, if not at the object's address: the comment, the build, the comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The branch or tag it happened on; of a pull request, the one that is to be merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The newest last, at most [`Event::COMMITS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<Commit>,
    /// Files that were touched, by their paths from the repository's root, at most [`Event::PATHS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Of alerts, incidents and failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whom it is for: who was assigned, asked for a review, mentioned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<Concern>,
    /// Other objects it belongs to, by address or key: the pull request of a check, the ticket in a branch's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
}

impl Event {
    /// The most commits that an event carries; [`Event::text`] says how many there were.
    pub const COMMITS: usize = 20;
    /// The most paths that an event carries.
    pub const PATHS: usize = 200;
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// As people write it: `#42`, `octo/widgets#7`.
    pub key: String,
    pub title: String,
    pub url: Option<String>,
    /// The project, repository or space that holds it.
    pub place: Option<String>,
    pub state: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The whole hash.
    pub id: String,
    /// The message's first line.
    pub title: String,
    pub author: Option<String>,
    pub url: Option<String>,
}

/// How bad it is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
    Critical,
}

/// Somebody whom an event is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// As the system names them.
    pub name: String,
    /// As [`Event::actor_id`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub why: Why,
}

/// Why an event is for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was given to them by this event.
    Assigned,
    /// Their review was asked for by this event.
    ReviewAsked,
    /// They are named in what was written.
    Mentioned,
}
