//! What an outside system reported, in one shape for all of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened in an outside system.
///
/// Shaped after CloudEvents 1.0: `id` and `source` identify it, so a repeated delivery is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub object: Object,
    /// What changed: field, from, to.
    #[serde(default)]
    pub changes: Vec<Change>,
    #[serde(default)]
    pub labels: Vec<String>,
    /// What was said, short.
    pub text: Option<String>,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// As people write it: `#42`, `octo/widgets#7`.
    pub key: String,
    pub title: String,
    pub url: Option<String>,
    /// The project, repository or space that holds it.
    pub place: Option<String>,
    pub state: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub from: Option<String>,
    pub to: Option<String>,
}
