//! What Trello tells us by itself.
//!
//! Trello signs the body followed by the address it was told to call, with the Power-Up's secret
//! (<https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures>), so the hook's own
//! address must be known. Before it makes a webhook, Trello asks that
//! address by HEAD, without a signature, and wants to hear 200.

use commands::{Error, ErrorKind, Event, Result};
use serde_json::{Value, json};

use super::{happened, wire};
use crate::{Answer, Delivery, SecretFrom, Webhook, payload, signature::verify_hmac_sha1_base64};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: Some(handshake), secret: SecretFrom::Vendor, steps: STEPS };

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

/// Trello tries the address out.
fn handshake(delivery: &Delivery<'_>, _: &str) -> Option<Answer> {
    let answer = Answer { status: 200, content_type: "text/plain", body: String::new(), headers: Vec::new(), tell: None };
    (delivery.method == "HEAD").then_some(answer)
}

/// The action's id, which repeats and a poll have as well.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    Some(read(delivery).ok()?.id).filter(|it| !it.is_empty())
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    Ok(vec![happened::event(delivery.hook, &read(delivery)?)])
}

fn read(delivery: &Delivery<'_>) -> Result<wire::Action> {
    let unreadable = |why: String| Error::bad_input(format!("This is no webhook of Trello that I know: {why}."));
    let body: Value = serde_json::from_slice(delivery.body).map_err(|err| unreadable(err.to_string()))?;
    if !body["action"].is_object() {
        return Err(unreadable("it has no `action`".into()));
    }
    let mut action = wire::Action::of(&body["action"], delivery.received);
    // What the webhook watches is told beside the action; a few actions leave it out.
    let watched = payload::first(&body, &["/model/shortUrl", "/model/url"]).and_then(|it| it.split_once("/b/"));
    let is_elsewhere = ["board", "organization", "enterprise"].iter().any(|it| !action.data[*it].is_null());
    let is_open = !is_elsewhere && (action.data.is_object() || action.data.is_null());
    if let Some((_, rest)) = watched.filter(|_| is_open) {
        let link = rest.split('/').next().unwrap_or(rest);
        action.data["board"] = json!({ "name": body["model"]["name"], "shortLink": link });
    }
    Ok(action)
}
