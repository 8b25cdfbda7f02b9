//! What Jira tells us by itself.
//!
//! Webhooks of an administrator (System → WebHooks, Cloud and Data Center) say what happened in `webhookEvent`. With a secret
//! they are signed, `X-Hub-Signature: sha256=<HMAC of the body>`, in both editions
//! (<https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks>,
//! <https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html>); older Data Centers sign nothing, and
//! neither do web requests of Automation, so that these carry a token, in the address (`?token=…`) or as `Authorization: Bearer …`.
//! What a channel may not hold is left out: issues with a security level, comments for a role or not for customers.

mod happened;
mod other;
mod read;
mod written;

pub(super) use happened::{Happened, changes, event_of, kind_of};

use commands::{Error, ErrorKind, Event, Result};

use crate::{
    Delivery, SecretFrom, Webhook,
    signature::{tokens_match, verify_hmac_sha256_hex},
};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    if let Some(signature) = delivery.header("x-hub-signature") {
        let given = signature.strip_prefix("sha256=").unwrap_or_default();
        return match verify_hmac_sha256_hex(secret, delivery.body, given) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Auth, "X-Hub-Signature does not fit the body: is the secret the same in Jira?")),
        };
    }
    let bearer = delivery.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let query = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "token");
    let given = delivery.header("x-webhook-token").or(bearer).map(str::to_owned).or(query.map(|(_, value)| value.into_owned()));
    match given {
        Some(token) if tokens_match(&token, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "The token is not this hook's.")),
        None => Err(Error::new(
            ErrorKind::Auth,
            "There is neither a signature nor a token. Set the webhook's secret in Jira, or add ?token=… to its address.",
        )),
    }
}

/// Cloud names each delivery, and keeps the name when it repeats one. Data Center names none, and repeats none.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    delivery.header("x-atlassian-webhook-identifier").filter(|it| !it.is_empty()).map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body: serde_json::Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of Jira that I know: {err}.")))?;
    Ok(read::events(delivery, &body).into_iter().collect())
}
