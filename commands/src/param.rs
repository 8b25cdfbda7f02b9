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

/// A channel: `#dev`, a mention of it, or one of another chat in full, such as `zulip:ops>alerts`.
///
/// Before the action runs it is made the full address, as in the configuration file: `slack:C0123`,
/// `slack:#dev`, `zulip:dev>printers`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "channel"))]
pub struct Channel(pub String);

impl Channel {
    /// The full address of what was typed in a chat of that name: `<#C0123|dev>` and `#dev` in
    /// `slack`, `#**dev>printers**` and `#dev` in `zulip`. A full address stays as it is.
    pub fn address(&self, platform: &str) -> String {
        let text = self.0.trim();
        if let Some(inside) = text.strip_prefix("<#").and_then(|it| it.strip_suffix('>')) {
            return format!("slack:{}", inside.split('|').next().unwrap_or(inside));
        }
        if let Some(inside) = text.strip_prefix("#**").and_then(|it| it.strip_suffix("**")) {
            return format!("zulip:{inside}");
        }
        match text.split_once(':') {
            Some((chat, rest)) if !rest.is_empty() && chat.bytes().all(|it| it.is_ascii_lowercase()) && chat != "channel" => {
                text.to_owned()
            }
            _ if platform == "slack" && is_slack_id(text) => format!("slack:{text}"),
            _ if platform == "slack" => format!("slack:#{}", text.trim_start_matches('#')),
            _ => format!("{platform}:{}", text.trim_start_matches('#').trim_start_matches("channel:")),
        }
    }
}

/// `C0123ABCD`: a conversation's id, which nobody types but a button may hold.
fn is_slack_id(text: &str) -> bool {
    text.len() >= 9
        && text.starts_with(['C', 'G', 'D'])
        && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
        && text.bytes().any(|it| it.is_ascii_digit())
}

/// An email address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "email"))]
pub struct Email(pub String);

/// A time of day, `09:00`; people may also say `9:00`, `2pm`, `noon`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "time"))]
pub struct Time(#[schemars(with = "String")] pub jiff::civil::Time);

/// A moment, `2026-11-21T14:30:00Z`; people may also say `tomorrow 9:00`, `+2h`, `17:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "date-time"))]
pub struct Moment(#[schemars(with = "String")] pub jiff::Timestamp);

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
