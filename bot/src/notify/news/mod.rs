//! What was reported, what it led to, and where that is seen: the memory that `bellhop why` asks.
//!
//! A row an event, written in the transaction that brings what follows from it; a row a post, written by the end of the job
//! that posted it. Only what was told is written down; why something else was not is found by asking the subscriptions again.

pub(super) mod store;

use std::time::Duration;

use commands::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::store::Named;

/// An event that was taken, and what was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub event: Event,
    /// The key of the delivery that brought it; none of what was asked for.
    pub delivery: Option<String>,
    pub decisions: Vec<Decision>,
}

/// That an event is told, where, and by what rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// As a destination is written: `slack:T1/C1`.
    pub to: String,
    /// The filter that let it pass; empty where everything passes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// `thread`, `digest` …
    pub mode: String,
    /// The key of its post.
    pub post: String,
    /// When it was, where that was only decided by what its object got later: a label, a state, an assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Timestamp>,
}

/// News as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: i64,
    pub at: Timestamp,
    pub news: News,
}

/// Where a post that told something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The post's, as in [`Decision::post`].
    pub key: String,
    /// The hook or connection that reported.
    pub source: String,
    pub platform: String,
    pub workspace: String,
    /// As [`crate::chat::Place::channel`].
    pub channel: String,
    pub thread: Option<String>,
    /// The message's id, where the chat tells.
    pub message: Option<String>,
    /// From when it was taken; none of what waited on purpose.
    pub took: Option<Duration>,
}

/// The same as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    pub at: Timestamp,
    pub landed: Landed,
}

/// The digits at a key's end: `acme/widgets#512` → `512`.
pub fn number(key: &str) -> &str {
    &key[key.trim_end_matches(|it: char| it.is_ascii_digit()).len()..]
}

/// Every source and event id that a post's key may be made of: `{source}:{event}:{destination}`, each of which may hold colons.
fn origins(key: &str) -> Vec<(&str, &str)> {
    let Some((source, rest)) = key.split_once(':') else { return Vec::new() };
    rest.match_indices(':').map(|(at, _)| (source, &rest[..at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_of_what_it_may_be() {
        assert_eq!(number("acme/widgets#512"), "512");
        assert_eq!(number("PROJ"), "");
        assert_eq!(origins("ci:7:slack:#dev"), [("ci", "7"), ("ci", "7:slack")]);
        assert_eq!(origins("ci"), []);
    }
}
