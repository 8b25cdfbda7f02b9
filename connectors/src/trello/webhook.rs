//! What Trello tells us by itself.
//!
//! Trello signs the body followed by the address it was told to call, with the Power-Up's secret
//! (<https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures>), so the hook's own
//! address must be known. A webhook is made at Trello by a HEAD to that address, which the bot's server answers.

use commands::{Error, ErrorKind, Event, Result};
use serde::Deserialize;

use super::{happened, wire};
use crate::{Delivery, SecretFrom, Webhook, signature::verify_hmac_sha1_base64};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Vendor, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(signature) = delivery.header("x-trello-webhook") else {
        return Err(Error::new(ErrorKind::Auth, "There is no X-Trello-Webhook: this did not come from Trello."));
    };
    let Some(url) = delivery.url else {
        let message = "Trello signs the hook's address, and the bot does not know its own: set server.public_url.";
        return Err(Error::new(ErrorKind::Auth, message));
    };
    if verify_hmac_sha1_base64(secret, &[delivery.body, url.as_bytes()], signature) {
        return Ok(());
    }
    let message = format!(
        "X-Trello-Webhook does not fit the body and {url}: is the hook's secret the Power-Up's secret, and that the address that \
         Trello was told?"
    );
    Err(Error::new(ErrorKind::Auth, message))
}

/// The action's id, which repeats and a poll have as well.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    read(delivery).ok().map(|it| it.action.id)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    Ok(vec![happened::event(delivery.hook, &read(delivery)?.action)])
}

#[derive(Deserialize)]
struct Payload {
    action: wire::Action,
}

fn read(delivery: &Delivery<'_>) -> Result<Payload> {
    serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of Trello that I know: {err}.")))
}
