//! What GitHub tells us by itself: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>.
//!
//! [`read()`] makes an event of any of them; those that people care for most have words of their own, and one that is not
//! known yet is told by what all of them have: a name, an action, an object with an address.

use commands::{Error, ErrorKind, Event, Result};
use serde_json::Value;

use crate::{Delivery, SecretFrom, Webhook, signature::verify_hmac_sha256_hex};

mod changes;
mod object;
mod read;

pub(super) use read::{Happened, read};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refused = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    match delivery.header("x-hub-signature-256").map(|it| it.strip_prefix("sha256=")) {
        Some(Some(given)) if verify_hmac_sha256_hex(secret, delivery.body, given) => Ok(()),
        Some(_) => refused("X-Hub-Signature-256 does not fit the body: is the secret the same at GitHub?"),
        None => refused("There is no X-Hub-Signature-256. Set a secret for the webhook at GitHub, the same as this hook's."),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    delivery.header("x-github-delivery").map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let name = delivery
        .header("x-github-event")
        .ok_or_else(|| Error::bad_input("This is no webhook of GitHub: it has no X-GitHub-Event."))?;
    let unreadable = |err: serde_json::Error| Error::bad_input(format!("GitHub's `{name}` cannot be read: {err}."));
    let payload: Value = if delivery.body.starts_with(b"payload=") {
        // Content type application/x-www-form-urlencoded, which is what GitHub offers first.
        let form = url::form_urlencoded::parse(delivery.body).find(|(key, _)| key == "payload");
        serde_json::from_str(&form.map(|(_, value)| value).unwrap_or_default()).map_err(unreadable)?
    } else {
        serde_json::from_slice(delivery.body).map_err(unreadable)?
    };
    if !payload.is_object() {
        return Err(Error::bad_input(format!("GitHub's `{name}` holds no object.")));
    }
    let id = key(delivery).unwrap_or_else(|| format!("{name}-{}", delivery.received.as_microsecond()));
    Ok(vec![read(&Happened { name, payload: &payload, id, source: delivery.hook, received: delivery.received })])
}
