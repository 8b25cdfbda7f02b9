//! Socket Mode's frames: what Slack says about a connection, and the requests in their envelopes.
//!
//! HTTP carries commands and interactions as forms, an envelope carries them as JSON. They are put back into the form, so
//! that there is one reader of each kind, and a stored delivery looks alike whichever way it came.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::inbound::Sort;

/// What Slack said.
#[derive(Debug)]
pub enum Frame {
    /// The connection is up, and for about how long it will be.
    Hello {
        lasts: Option<Duration>,
    },
    /// The connection is about to be closed.
    Leaving(Reason),
    Envelope(Envelope),
    /// Something that nothing here waits for.
    Other(String),
}

/// Why Slack closes a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It closes in about ten seconds.
    Warning,
    /// It has been open for long enough.
    Refresh,
    /// Socket Mode was turned off in the app's settings.
    Disabled,
    /// The app has more connections than Slack allows.
    TooMany,
    Other(String),
}

impl Reason {
    fn read(reason: &str) -> Reason {
        match reason {
            "warning" => Reason::Warning,
            "refresh_requested" => Reason::Refresh,
            "link_disabled" => Reason::Disabled,
            "too_many_websockets" => Reason::TooMany,
            other => Reason::Other(other.chars().filter(|it| it.is_ascii_graphic()).take(40).collect()),
        }
    }

    /// As metrics and logs have it.
    pub fn word(&self) -> &'static str {
        match self {
            Reason::Warning => "warning",
            Reason::Refresh => "refresh",
            Reason::Disabled => "disabled",
            Reason::TooMany => "too_many",
            Reason::Other(_) => "other",
        }
    }
}

/// A request.
#[derive(Debug)]
pub struct Envelope {
    /// By which it is acknowledged, on the connection that brought it.
    pub id: String,
    /// None for what is of a later Slack than this program.
    pub sort: Option<Sort>,
    pub payload: Value,
    /// Whether the acknowledgement may say something.
    pub takes_payload: bool,
    /// How often it was sent before, and why again.
    pub again: Option<(u64, String)>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    envelope_id: Option<String>,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    accepts_response_payload: bool,
    #[serde(default)]
    retry_attempt: Option<u64>,
    #[serde(default)]
    retry_reason: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    debug_info: Value,
}

/// Reads a text frame.
///
/// # Errors
/// What cannot be read, in words for the log.
pub fn read(text: &str) -> Result<Frame, String> {
    let wire: Wire = serde_json::from_str(text).map_err(|err| format!("the frame cannot be read: {err}"))?;
    if let Some(id) = wire.envelope_id {
        let sort = match wire.kind.as_str() {
            "slash_commands" => Some(Sort::Command),
            "interactive" => Some(Sort::Interaction),
            "events_api" => Some(Sort::Event),
            _ => None,
        };
        let again = wire.retry_attempt.filter(|it| *it > 0).map(|it| (it, wire.retry_reason.unwrap_or_default()));
        let takes_payload = wire.accepts_response_payload;
        return Ok(Frame::Envelope(Envelope { id, sort, payload: wire.payload, takes_payload, again }));
    }
    Ok(match wire.kind.as_str() {
        "hello" => {
            let seconds = wire.debug_info["approximate_connection_time"].as_u64();
            Frame::Hello { lasts: seconds.filter(|it| *it > 0).map(Duration::from_secs) }
        }
        "disconnect" => Frame::Leaving(Reason::read(wire.reason.as_deref().unwrap_or_default())),
        _ => Frame::Other(wire.kind),
    })
}

impl Envelope {
    /// The payload as HTTP carries it.
    pub fn body(&self, sort: Sort) -> Bytes {
        match sort {
            Sort::Event => self.payload.to_string().into(),
            Sort::Interaction => form([("payload", self.payload.to_string())]),
            Sort::Command => {
                let fields = self.payload.as_object().into_iter().flatten();
                form(fields.filter(|(_, value)| !value.is_null()).map(|(name, value)| {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    (name.as_str(), text)
                }))
            }
        }
    }
}

fn form<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> Bytes {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into()
}

/// The acknowledgement of an envelope.
pub fn acknowledgement(id: &str, payload: Option<&Value>) -> String {
    match payload {
        Some(payload) => json!({ "envelope_id": id, "payload": payload }),
        None => json!({ "envelope_id": id }),
    }
    .to_string()
}
