//! What Nextcloud tells us by itself: the app Webhook Listeners, from Nextcloud 30 on
//! (<https://docs.nextcloud.com/server/latest/admin_manual/webhook_listeners/index.html>).
//!
//! `{"event": {"class": …, …}, "user": {"uid", "displayName"}, "time": …}`, without a signature: a header that was given at
//! registration proves who sends it. There is no id of a delivery either; what is the same to the last letter is the same.

use commands::{Error, ErrorKind, Event, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Delivery, SecretFrom, Webhook, payload, signature::tokens_match};

mod file;
mod kind;
mod other;

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let bearer = delivery.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let query = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "token");
    match bearer.map(str::to_owned).or(query.map(|(_, value)| value.into_owned())) {
        Some(given) if tokens_match(&given, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "The token is not this hook's. Register it anew: webhook create.")),
        None => Err(Error::new(
            ErrorKind::Auth,
            "There is no `Authorization: Bearer …`. Register it by webhook create, which gives Nextcloud that header to send.",
        )),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    Some(hex::encode(&Sha256::digest(delivery.body)[..16]))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let unreadable = |what: &str| Error::bad_input(format!("This is no webhook of Nextcloud that I know: {what}."));
    let body: Value = serde_json::from_slice(delivery.body).map_err(|err| unreadable(&err.to_string()))?;
    let it = &body["event"];
    let class = payload::text(it, "/class").ok_or_else(|| unreadable("`event` has no `class`"))?;
    // 1 is private, 2 is confidential: its owner shows it to nobody, or only that there is something.
    if it["objectData"]["classification"].as_u64().is_some_and(|it| it > 0) {
        return Ok(Vec::new());
    }
    let kind = kind::of(class);
    let uid = payload::text(&body, "/user/uid");
    let known = Event {
        id: key(delivery).unwrap_or_default(),
        source: delivery.hook.to_owned(),
        kind,
        at: payload::when(&body, &["/time"]).unwrap_or(delivery.received),
        actor: payload::text(&body, "/user/displayName").or(uid).map(str::to_owned),
        actor_id: uid.map(str::to_owned),
        ..Event::default()
    };
    Ok(vec![file::event(it, &known).unwrap_or_else(|| other::event(it, class, &known))])
}
