//! Slack's Events API, of another app than the bot's own: what happens in a workspace, to be told elsewhere
//! (<https://docs.slack.dev/apis/events-api/>).
//!
//! Slack tries an address with a `challenge`, signed as all that follows. What is written in direct messages is nobody else's,
//! and makes no event; what is written in private channels is told without its words.

mod happened;

use commands::{Error, ErrorKind, Event, Result};
use jiff::Timestamp;
use serde_json::Value;

use super::body;
use crate::{
    Answer, Delivery, SecretFrom, Webhook, payload,
    signature::{fresh, verify_slack_v0},
};

pub(super) const WEBHOOK: Webhook = Webhook {
    verify,
    key: Some(key),
    parse,
    handshake: Some(handshake),
    secret: SecretFrom::Vendor,
    steps: include_str!("slack_events.md"),
};

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    let (Some(signature), Some(time)) = (delivery.header("x-slack-signature"), delivery.header("x-slack-request-timestamp"))
    else {
        return refuse("There is no X-Slack-Signature, or no X-Slack-Request-Timestamp: this did not come from Slack.");
    };
    if !time.parse().ok().and_then(|it| Timestamp::from_second(it).ok()).is_some_and(|it| fresh(it, delivery.received)) {
        return refuse("X-Slack-Request-Timestamp is more than five minutes away: is the clock of this server right?");
    }
    match verify_slack_v0(secret, time, delivery.body, signature) {
        true => Ok(()),
        false => refuse("X-Slack-Signature does not fit the body: is the hook's secret the app's signing secret?"),
    }
}

/// The challenge of whoever has the signing secret.
fn handshake(delivery: &Delivery<'_>, secret: &str) -> Option<Answer> {
    // The word stands in the body, so that other deliveries are not read twice.
    if !delivery.body.windows(b"url_verification".len()).any(|it| it == b"url_verification") {
        return None;
    }
    let payload: Value = serde_json::from_slice(delivery.body).ok()?;
    let challenge =
        payload::text(&payload, "/challenge").filter(|_| payload::text(&payload, "/type") == Some("url_verification"))?;
    verify(delivery, secret).ok()?;
    Some(Answer { status: 200, content_type: "text/plain", body: challenge.to_owned(), headers: Vec::new(), tell: None })
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    let payload = read(delivery).ok()?;
    payload::first(&payload, &["/event_id", "/trigger_id"]).map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = read(delivery)?;
    if payload::text(&payload, "/type") == Some("url_verification") {
        return Ok(Vec::new());
    }
    Ok(happened::event(delivery, &payload).into_iter().collect())
}

/// Events are JSON; commands are a form, and what is pressed is JSON in a form.
fn read(delivery: &Delivery<'_>) -> Result<Value> {
    if delivery.body.first().is_some_and(|it| matches!(it, b'{' | b'[' | b' ' | b'\n' | b'\r' | b'\t')) {
        return body::json(delivery, "Slack");
    }
    let form = body::form(delivery.body);
    match body::field(&form, "payload") {
        Some(payload) => serde_json::from_str(payload)
            .map_err(|err| Error::bad_input(format!("The field `payload` is none of Slack's that I know: {err}."))),
        None if form.iter().any(|(name, _)| name == "team_id" || name == "command") => {
            Ok(Value::Object(form.into_iter().map(|(name, value)| (name, Value::String(value))).collect()))
        }
        None => body::json(delivery, "Slack"),
    }
}

#[cfg(test)]
mod tests;
