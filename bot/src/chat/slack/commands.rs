//! Slash commands: <https://docs.slack.dev/interactivity/implementing-slash-commands>.

use bytes::Bytes;
use commands::Group;
use serde::Deserialize;

use super::escape::unescape;
use crate::{
    chat::{Answering, Place},
    dispatch::Line,
};

/// Own commands that are typed often enough to stand alone: `/oncall now` is `/bellhop oncall now`.
pub const OWN: &[(&str, &str, &str)] = &[
    ("oncall", "Who is on call, and swapping shifts", "now | next | show | mine | swap @ben | override @ben to=… | help"),
    ("page", "Page somebody now: a person, a team, or whoever is on call", "@platform Printer on fire"),
];

/// The fields of a slash command that matter here; Slack sends more.
#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    ssl_check: Option<String>,
    #[serde(default)]
    team_id: String,
    #[serde(default)]
    channel_id: String,
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    command: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    response_url: Option<String>,
    #[serde(default)]
    trigger_id: String,
}

/// What a request to the commands address is.
#[derive(Debug)]
pub enum Slash {
    Line(Box<Line>),
    /// Slack looks whether our certificate is still good.
    SslCheck,
}

/// Reads a verified body.
///
/// # Errors
/// What is missing, in words for the log.
pub fn read(groups: &[Group], body: &Bytes, request_id: &str) -> Result<Slash, String> {
    let payload: Payload = fields(body)?;
    if payload.ssl_check.as_deref() == Some("1") {
        return Ok(Slash::SslCheck);
    }
    for (name, value) in [("user_id", &payload.user_id), ("command", &payload.command), ("trigger_id", &payload.trigger_id)] {
        if value.is_empty() {
            return Err(format!("the command has no {name}"));
        }
    }
    let typed = unescape(&payload.text);
    let name = payload.command.trim_start_matches('/');
    let text = match name {
        "bellhop" => line(groups, &typed),
        // A connection may have such a name as well, and its commands no other way.
        own if OWN.iter().any(|it| it.0 == own) && !groups.iter().any(|it| it.name == own) => {
            format!("bellhop {own} {}", typed.trim()).trim_end().to_owned()
        }
        group => format!("{group} {}", typed.trim()).trim_end().to_owned(),
    };
    Ok(Slash::Line(Box::new(Line {
        key: payload.trigger_id.clone(),
        raw: body.clone(),
        to: Answering {
            place: Place { platform: "slack".into(), workspace: payload.team_id, channel: payload.channel_id, thread: None },
            asker: payload.user_id,
            response_url: payload.response_url,
            pressed: None,
        },
        text,
        trigger: Some(payload.trigger_id),
        request_id: request_id.into(),
    })))
}

/// A line typed to the bot itself: it starts with a connection's name, or means the bot.
pub fn line(groups: &[Group], typed: &str) -> String {
    let typed = typed.trim();
    let (first, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    match groups.iter().find(|it| it.name.eq_ignore_ascii_case(first)) {
        Some(group) => format!("{} {}", group.name, rest.trim_start()).trim_end().to_owned(),
        None => format!("bellhop {typed}").trim_end().to_owned(),
    }
}

/// An `application/x-www-form-urlencoded` body as a struct of strings.
pub fn fields<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, String> {
    let fields = url::form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    serde_json::from_value(serde_json::Value::Object(fields)).map_err(|err| format!("the form cannot be read: {err}"))
}
