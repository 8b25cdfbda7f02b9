//! Types of parameters that are more than text: each chooses its widget, its look-up and its checks.
//!
//! A connector adds its own newtypes with a look-up:
//! `#[schemars(inline, extend("x-lookup" = "project"))] struct Project(String);`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Long text in Markdown: a box of several lines.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "markdown"))]
pub struct Markdown(pub String);

/// A person: `@ana`, `me`, an email address, or a login of the system.
///
/// A mention of the chat is replaced by the person's email address before the action runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "person"))]
pub struct Person(pub String);

/// A file attached in chat, or a public link to one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "file"))]
pub struct File(pub String);

/// What a chat's reader writes in a line for a file that was attached to the message.
const ATTACHED: [&str; 2] = ["slack-file:", "zulip-file:"];

impl File {
    /// Whether a word of a line is such a file. It belongs to the action's file wherever it stands.
    pub fn is_attached(word: &str) -> bool {
        ATTACHED.iter().any(|it| word.strip_prefix(it).is_some_and(|id| !id.is_empty()))
    }
}

/// A web address, `https://…`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "uri"))]
pub struct Link(pub String);

/// A calendar date, `2026-11-21`; people may also say `today`, `tomorrow`, `+3d`, `friday`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "date"))]
pub struct Date(#[schemars(with = "String")] pub jiff::civil::Date);

/// Something that must never be shown again: a dialog field of dots, refused in a typed command.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "password"))]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Secret {
        Secret(secret)
    }
}
