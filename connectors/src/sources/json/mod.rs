//! Any JSON: what is most likely meant, or what the hook's template makes of it.
//!
//! A sender that signs is checked by its signature, whichever of the usual ones it is; any other brings the hook's secret.

mod template;

mod expression;
mod ready;

pub use template::Template;

use commands::{Error, ErrorKind, Event, Result};

use super::{body, cloudevents, guess, standard, token};
use crate::{
    Delivery, SecretFrom, Webhook, payload,
    signature::{verify_hmac_sha1_hex, verify_hmac_sha256_base64, verify_hmac_sha256_hex},
};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: include_str!("../json.md") };

/// Headers in which senders sign the body with HMAC-SHA256, in hexadecimal or Base64, with or without `sha256=`.
const SIGNATURES: &[&str] = &[
    "x-hub-signature-256",
    "x-signature",
    "x-signature-256",
    "x-webhook-signature",
    "x-webhook-signature-256",
    "x-hub-signature",
];
/// Headers in which senders name a delivery.
const IDS: &[&str] = &["x-delivery-id", "x-webhook-id", "x-event-id", "x-request-id", "idempotency-key"];
/// The same bytes in so many seconds are a repeat, where the sender names nothing; after them they are news.
const REPEAT: i64 = 300;

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    if standard::is_signed(delivery) {
        return standard::verify(delivery, secret);
    }
    let Some((name, given)) = SIGNATURES.iter().find_map(|name| Some((*name, delivery.header(name)?))) else {
        return token::verify(delivery, secret);
    };
    let fits = match given.split_once('=') {
        Some(("sha1", given)) => verify_hmac_sha1_hex(secret, delivery.body, given),
        Some(("sha256", given)) => is_hmac(secret, delivery.body, given),
        // The `=` is at the end of Base64.
        _ => is_hmac(secret, delivery.body, given),
    };
    match fits {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::Auth,
            format!("{name} is no HMAC of the body under this hook's secret: is the secret the same at the sender?"),
        )),
    }
}

fn is_hmac(secret: &str, body: &[u8], given: &str) -> bool {
    verify_hmac_sha256_hex(secret, body, given) || verify_hmac_sha256_base64(secret.as_bytes(), &[body], given)
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    let named = standard::key(delivery).or_else(|| IDS.iter().find_map(|it| delivery.header(it)).map(str::to_owned));
    let named = named.filter(|it| !it.is_empty() && it.len() <= 200);
    Some(named.unwrap_or_else(|| format!("{}-{}", body::digest(delivery.body), delivery.received.as_second().div_euclid(REPEAT))))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let payload = body::json(delivery, "any system")?;
    let guessed = || {
        cloudevents::structured(delivery, &payload)
            .unwrap_or_else(|| vec![guess::event(delivery, &key(delivery).unwrap_or_default(), &payload, named(delivery))])
    };
    let Some(text) = delivery.template.filter(|it| !it.trim().is_empty()) else { return Ok(guessed()) };
    match Template::parse(text).and_then(|it| it.events(&payload, delivery)) {
        Ok(events) => Ok(events),
        // Something happened, whatever the template makes of it.
        Err(err) => {
            let mut events = guessed();
            for event in &mut events {
                let said = event.text.take().unwrap_or_default();
                event.text = payload::said(&format!("{said}\n\n(The hook's template does not fit this: {})", err.message));
            }
            Ok(events)
        }
    }
}

/// The event's name in a header, as `X-GitHub-Event` and its kin: `x-…-event`.
fn named<'a>(delivery: &'a Delivery<'_>) -> Option<&'a str> {
    let is_name =
        |it: &str| it.starts_with("x-") && ["-event", "-event-type", "-event-key", "-topic"].iter().any(|end| it.ends_with(end));
    delivery.headers.iter().find(|(name, _)| is_name(name)).map(|(_, value)| value.as_str()).filter(|it| it.len() <= 100)
}

#[cfg(test)]
mod tests;
