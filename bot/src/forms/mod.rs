//! Forms that are open somewhere: what was asked, what was typed so far, where the answer goes.
//!
//! Platforms carry only a form's id. A form lives for a day, so that a slow typist loses nothing.

pub mod page;
mod store;
mod ticket;

use commands::{Call, Field, FieldProblem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::{store::Forms, ticket::Tickets};
use crate::chat::Answering;

/// In the place of a page's number: the form is not cut into pages.
pub const WHOLE: u8 = 0;

/// How long a conversation that nobody goes on with is kept: a day until it is set aside, and a week after that.
pub const CONVERSATION: jiff::SignedDuration = jiff::SignedDuration::from_hours(8 * 24);
/// From when on silence sets a conversation aside.
pub const SILENCE: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// An open form, as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Random: whoever holds it can fill the form in on the web.
    pub id: String,
    /// What it will run: group and action; `params` are those that were given before it opened.
    pub call: Call,
    /// What was typed so far, by field: strings, or lists of strings.
    pub values: Map<String, Value>,
    pub problems: Vec<FieldProblem>,
    /// The page, from 1; [`WHOLE`] where all are one.
    pub step: u8,
    pub to: Answering,
    /// Which field a conversation is asking for.
    pub asking: Option<String>,
    /// Fields that the channel's defaults filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaulted: Vec<String>,
    pub expires: Timestamp,
    /// When it was taken: nothing but this is known of it from then on.
    #[serde(default)]
    pub sent: Option<Timestamp>,
}

impl Form {
    /// Someone said something in its conversation: its day of silence begins anew.
    pub fn heard(&mut self, now: Timestamp) {
        self.expires = now.saturating_add(CONVERSATION).unwrap_or(Timestamp::MAX);
    }

    /// Whether nobody said anything in its conversation for a day.
    pub fn is_silent(&self, now: Timestamp) -> bool {
        self.expires.duration_since(now) < CONVERSATION - SILENCE
    }
}

impl Form {
    /// A field as this form shows it: what a default of the channel filled in says so.
    pub fn explained(&self, field: &Field) -> Field {
        let mut field = field.clone();
        if self.defaulted.contains(&field.name) {
            field.help = format!("{} Filled in by this channel's default.", field.help).trim().to_owned();
        }
        field
    }
}

#[cfg(test)]
mod tests;
