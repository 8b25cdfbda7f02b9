//! Forms that are open somewhere: what was asked, what was typed so far, where the answer goes.
//!
//! Platforms carry only a form's id. A form lives for a day, so that a slow typist loses nothing.

pub mod page;
mod store;

use commands::{Call, Field, FieldProblem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::store::Forms;
use crate::chat::Answering;

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
    /// The page, from 1.
    pub step: u8,
    pub to: Answering,
    /// Which field a conversation is asking for.
    pub asking: Option<String>,
    /// Fields that the channel's defaults filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaulted: Vec<String>,
    pub expires: Timestamp,
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
