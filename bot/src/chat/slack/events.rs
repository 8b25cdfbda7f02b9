//! The Events API: <https://docs.slack.dev/apis/events-api>.

use bytes::Bytes;
use commands::Group;
use jiff::Timestamp;
use serde::Deserialize;

use super::{commands::line, escape::unescape, install::Left};
use crate::{
    chat::{Answering, Place},
    dispatch::Line,
};

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    challenge: Option<String>,
    #[serde(default)]
    team_id: Option<String>,
    #[serde(default)]
    enterprise_id: Option<String>,
    #[serde(default)]
    event_time: Option<i64>,
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    authorizations: Vec<Authorization>,
    #[serde(default)]
    event: Option<Inner>,
}

#[derive(Deserialize)]
struct Authorization {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    is_bot: bool,
    #[serde(default)]
    is_enterprise_install: bool,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    subtype: Option<String>,
    #[serde(default)]
    bot_id: Option<String>,
    #[serde(default)]
    user: Option<serde_json::Value>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    channel: Option<serde_json::Value>,
    #[serde(default)]
    channel_type: Option<String>,
    #[serde(default)]
    ts: Option<String>,
    #[serde(default)]
    thread_ts: Option<String>,
    /// Whose tokens were revoked, by sort.
    #[serde(default)]
    tokens: Option<Revoked>,
}

#[derive(Deserialize)]
struct Revoked {
    #[serde(default)]
    bot: Vec<String>,
}

/// What a request to the events address is.
#[derive(Debug)]
pub enum Event {
    /// Slack wants to see its own word again, when the address is entered in the app's settings.
    Challenge(String),
    Line(Box<Line>),
    /// The app was removed.
    Left(Left),
    /// Not for us, and why.
    Ignored(&'static str),
}

/// Reads a verified body.
///
/// # Errors
/// What cannot be read, in words for the log.
pub fn read(groups: &[Group], body: &Bytes, request_id: &str) -> Result<Event, String> {
    let mut envelope: Envelope = serde_json::from_slice(body).map_err(|err| format!("the event cannot be read: {err}"))?;
    match envelope.kind.as_str() {
        "url_verification" => return envelope.challenge.map(Event::Challenge).ok_or_else(|| "no challenge".into()),
        "event_callback" => {}
        "app_rate_limited" => return Ok(Event::Ignored("Slack limits our events: more than 30,000 an hour")),
        _ => return Ok(Event::Ignored("an envelope of an unknown type")),
    }
    let event = envelope.event.take().ok_or("an event_callback without event")?;
    let revoked = event.tokens.as_ref().is_some_and(|it| !it.bot.is_empty());
    let left = match event.kind.as_str() {
        "app_uninstalled" => Some("the app was uninstalled in Slack"),
        "tokens_revoked" if revoked => Some("its token was revoked in Slack"),
        _ => None,
    };
    if let Some(why) = left {
        return Ok(envelope.left(why).map_or(Event::Ignored("an uninstall that names no workspace"), Event::Left));
    }
    let direct = match event.kind.as_str() {
        "app_mention" => false,
        "message" if event.channel_type.as_deref() == Some("im") => true,
        "message" => return Ok(Event::Ignored("a message that is not to the bot")),
        _ => return Ok(Event::Ignored("an event that nothing here waits for")),
    };
    let myself = envelope.authorizations.iter().filter(|it| it.is_bot).find_map(|it| it.user_id.as_deref());
    let user = event.user.as_ref().and_then(|it| it.as_str());
    if event.bot_id.is_some() || event.subtype.as_deref() == Some("bot_message") || (user.is_some() && user == myself) {
        return Ok(Event::Ignored("a bot's message"));
    }
    if event.subtype.as_deref().is_some_and(|it| !matches!(it, "file_share" | "thread_broadcast")) {
        return Ok(Event::Ignored("a message that was changed or says what happened"));
    }
    let (Some(user), Some(channel), Some(ts), Some(event_id)) =
        (user, event.channel.as_ref().and_then(|it| it.as_str()), event.ts, envelope.event_id)
    else {
        return Err("the event has no user, channel, ts or event_id".into());
    };
    let text = without_mention(event.text.as_deref().unwrap_or_default(), myself);
    // In a channel the answer goes into a thread; a direct conversation stays as its person has it.
    let thread = if direct { event.thread_ts } else { event.thread_ts.or(Some(ts)) };
    let workspace = envelope.team_id.or(envelope.enterprise_id).unwrap_or_default();
    let place = Place { platform: "slack".into(), workspace, channel: channel.into(), thread };
    Ok(Event::Line(Box::new(Line {
        key: event_id,
        raw: body.clone(),
        to: Answering { place, asker: user.into(), response_url: None, pressed: None },
        text: line(groups, &unescape(text)),
        trigger: None,
        request_id: request_id.into(),
    })))
}

impl Envelope {
    /// An organization's install is over where no workspace is named, or it is said to be the organization's.
    fn left(&self, why: &'static str) -> Option<Left> {
        let team = self.team_id.as_ref().filter(|_| !self.authorizations.iter().any(|it| it.is_enterprise_install));
        let id = team.or(self.enterprise_id.as_ref()).or(self.team_id.as_ref())?.clone();
        let said = Timestamp::from_second(self.event_time?).ok()?;
        Some(Left { id, said, why })
    }
}

/// The text after the mention of the bot that it begins with; where Slack does not say who we are,
/// after any mention.
fn without_mention<'a>(text: &'a str, myself: Option<&str>) -> &'a str {
    let text = text.trim_start();
    let Some((mention, rest)) = text.strip_prefix("<@").and_then(|it| it.split_once('>')) else { return text };
    let id = mention.split('|').next().unwrap_or_default();
    if myself.is_none_or(|it| it == id) { rest.trim_start_matches([':', ',']).trim_start() } else { text }
}
