//! What Redmine tells us by itself.
//!
//! Two shapes exist. The plugin [redmine_webhook](https://github.com/suer/redmine_webhook) posts
//! `{"payload": {"action": "opened"|"updated", …}}`. Most of its versions sign nothing, so its address carries the
//! token, `/hooks/redmine?token=…`; later ones sign with `X-RedmineWebhook-HMAC-Signature: <HMAC-SHA1 of the body>`. Redmine 7 has webhooks of its own: `{"type": "issue.updated",
//! "timestamp": …, "data": {…}}`, signed with `X-Redmine-Signature-256: sha256=<HMAC of the body>`.
//! Both become the events that polling finds, with the same ids. What a delivery leaves out is left out of its event.

use commands::{Error, ErrorKind, Event, Result};
use serde_json::Value;

use crate::{
    Delivery, SecretFrom, Webhook,
    signature::{tokens_match, verify_hmac_sha1_hex, verify_hmac_sha256_hex},
};

mod native;
mod now;
mod plugin;

/// Neither shape has an id of its own. A journal's is one, as is the for its creation.
pub(super) const WEBHOOK: Webhook = Webhook { verify, key: None, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    if let Some(signature) = delivery.header("x-redmine-signature-256") {
        let given = signature.strip_prefix("sha256=").unwrap_or(signature);
        return if verify_hmac_sha256_hex(secret, delivery.body, given) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Auth, "X-Redmine-Signature-256 does not fit the body: is the secret the same in Redmine?"))
        };
    }
    if let Some(signature) = delivery.header("x-redminewebhook-hmac-signature") {
        let is_right = match delivery.header("x-redminewebhook-hmac-alg") {
            Some("sha256") => verify_hmac_sha256_hex(secret, delivery.body, signature),
            _ => verify_hmac_sha1_hex(secret, delivery.body, signature),
        };
        return if is_right {
            Ok(())
        } else {
            let message =
                "X-RedmineWebhook-HMAC-Signature does not fit the body: is the secret key the same in the plugin's settings?";
            Err(Error::new(ErrorKind::Auth, message))
        };
    }
    let bearer = delivery.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let query = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "token");
    let given = delivery.header("x-redmine-token").or(bearer).map(str::to_owned).or(query.map(|(_, value)| value.into_owned()));
    match given {
        Some(token) if tokens_match(&token, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "The token is not this hook's.")),
        None => Err(Error::new(
            ErrorKind::Auth,
            "There is neither a signature nor a token. Add ?token=… to the address in Redmine, or set the webhook's secret.",
        )),
    }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let unreadable = |why: &str| Error::bad_input(format!("This is no webhook of Redmine that I know: {why}."));
    let body: Value = serde_json::from_slice(delivery.body).map_err(|err| unreadable(&err.to_string()))?;
    let payload = if body["payload"].is_object() { &body["payload"] } else { &body };
    if payload["issue"].is_object() {
        return Ok(plugin::event(delivery, payload).into_iter().collect());
    }
    if body["type"].is_string() && body["data"].is_object() {
        return Ok(native::event(delivery, &body).into_iter().collect());
    }
    Err(unreadable("it has neither an issue nor a `type` with `data`"))
}
