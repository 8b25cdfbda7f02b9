//! What OpenProject tells us by itself: <https://www.openproject.org/docs/system-admin-guide/api-and-webhooks/>.
//!
//! A delivery is `{"action": "work_package:updated", "work_package": {…}}`, the object as the API writes it, signed with
//! `X-OP-Signature: sha1=<HMAC-SHA1 of the body>`. It has no id, and it says neither who changed what nor what it was
//! before: for a change, the state that it led to is all there is to tell. Nor has it any address but paths of the API.

use commands::{Error, ErrorKind, Event, Result};
use serde_json::Value;

use super::hal::Resource;
use crate::{Delivery, SecretFrom, Webhook, signature::verify_hmac_sha1_hex};

mod happened;

use happened::Happened;

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(given) = delivery.header("x-op-signature") else {
        let message = "There is no signature. Write the hook's secret into OpenProject's webhook, as its signature secret.";
        return Err(Error::new(ErrorKind::Auth, message));
    };
    if verify_hmac_sha1_hex(secret, delivery.body, given.strip_prefix("sha1=").unwrap_or(given)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Auth, "X-OP-Signature does not fit the body: is the signature secret in OpenProject this hook's?"))
}

/// What happened to which object in which state: a delivery that is repeated says the same.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let (action, object) = read(delivery).ok()?;
    Some(identity(&action, &object))
}

fn identity(action: &str, object: &Resource) -> String {
    let state = ["lockVersion", "version"].iter().find_map(|it| object.0[*it].as_u64()).map(|it| it.to_string());
    let state = state.unwrap_or_else(|| object.text("updatedAt").to_owned());
    format!("{action} {} {state}", object.id()).trim_end().to_owned()
}

fn read(delivery: &Delivery<'_>) -> Result<(String, Resource)> {
    let unreadable = |why: String| Error::bad_input(format!("This is no webhook of OpenProject that I know: {why}."));
    let body: Value = serde_json::from_slice(delivery.body).map_err(|err| unreadable(err.to_string()))?;
    let Some(action) = body["action"].as_str().map(str::to_owned) else { return Err(unreadable("it has no `action`".into())) };
    let object = body.as_object().into_iter().flatten().find(|(name, it)| *name != "action" && it.is_object());
    Ok((action, Resource(object.map(|(_, it)| it.clone()).unwrap_or_default())))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let (action, it) = read(delivery)?;
    let (noun, verb) = action.split_once(':').unwrap_or((&action, "happened"));
    let at = it.moment("updatedAt").or_else(|| it.moment("createdAt")).unwrap_or(delivery.received);
    // Channels hold people who may not read them.
    if noun == "work_package_comment" && (verb == "internal_comment" || it.flag("internal")) {
        return Ok(Vec::new());
    }
    let happened = Happened::of(&it, noun, verb);
    Ok(vec![happened.event(delivery.hook, identity(&action, &it), at)])
}
