//! What Bitbucket tells us by itself, in both of its shapes.
//!
//! Cloud: <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>, Data Center:
//! <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>. Both name the event in `X-Event-Key` and
//! sign the body: `X-Hub-Signature: sha256=<HMAC>`. Data Center writes the key into the body as well, which tells them apart.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use serde_json::Value;

use crate::{
    Delivery, SecretFrom, Webhook,
    payload::{numbers, text, tickets},
    signature::verify_hmac_sha256_hex,
};

mod center;
mod cloud;

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(signature) = delivery.header("x-hub-signature") else {
        return Err(Error::new(
            ErrorKind::Auth,
            "There is no X-Hub-Signature: the webhook has no secret. Give it the hook's, in Bitbucket under Repository settings → Webhooks.",
        ));
    };
    match signature.strip_prefix("sha256=") {
        Some(given) if verify_hmac_sha256_hex(secret, delivery.body, given) => Ok(()),
        Some(_) => {
            Err(Error::new(ErrorKind::Auth, "X-Hub-Signature does not fit the body: is the secret the same in Bitbucket?"))
        }
        None => Err(Error::new(ErrorKind::Auth, "X-Hub-Signature is of a kind that I do not know: it begins with sha256=.")),
    }
}

/// Cloud's `X-Request-UUID` stays the same when a delivery is tried again, as does Data Center's `X-Request-Id`.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let id = delivery.header("x-request-uuid").or_else(|| delivery.header("x-request-id"))?;
    Some(id.to_owned()).filter(|it| !it.is_empty())
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let name = delivery.header("x-event-key");
    let body: Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of Bitbucket that I know: {err}.")))?;
    if name == Some("diagnostics:ping") || body.get("test") == Some(&Value::Bool(true)) {
        return Ok(vec![tried_out(delivery)]);
    }
    if !body.is_object() {
        return Err(Error::bad_input("This is no webhook of Bitbucket that I know: it is no JSON object."));
    }
    let told = match body["eventKey"].as_str() {
        Some(key) => center::read(key, &body),
        None => cloud::read(name, &body),
    };
    let kind = told.events.first().map(|it| it.kind.clone()).unwrap_or_default();
    let id = key(delivery).unwrap_or_else(|| format!("{kind}-{}", delivery.received.as_millisecond()));
    let one = told.events.len() == 1;
    let events = told.events.into_iter().enumerate().map(|(at, event)| Event {
        id: if one { id.clone() } else { format!("{id}-{at}") },
        source: delivery.hook.to_owned(),
        at: told.at.unwrap_or(delivery.received),
        actor: event.actor.or_else(|| told.actor.clone()),
        actor_id: event.actor_id.or_else(|| told.actor_id.clone()),
        ..event
    });
    Ok(events.collect())
}

/// Data Center's *Test connection*: whoever set the webhook up sees that it leads here.
fn tried_out(delivery: &Delivery<'_>) -> Event {
    let title = "Bitbucket tried the webhook out".to_owned();
    Event {
        id: key(delivery).unwrap_or_else(|| format!("ping-{}", delivery.received.as_millisecond())),
        source: delivery.hook.to_owned(),
        kind: "hook.pinged".into(),
        at: delivery.received,
        object: Object { key: delivery.hook.to_owned(), title, ..Object::default() },
        ..Event::default()
    }
}

/// What a delivery says: one thing, or a push's several. Ids, times and who did it are filled in afterwards.
struct Told {
    at: Option<jiff::Timestamp>,
    actor: Option<String>,
    actor_id: Option<String>,
    events: Vec<Event>,
}

fn change(field: &str, from: Option<String>, to: Option<String>) -> Change {
    Change { field: field.to_owned(), from, to }
}

/// A change, where it is told what it was or is.
fn told(change: Change) -> Vec<Change> {
    if change.from.is_some() || change.to.is_some() { vec![change] } else { Vec::new() }
}

/// `example/website#7`; of what has no number, what it is.
fn numbered(place: Option<&str>, number: &str, what: &str) -> String {
    match (place, number) {
        (_, "") => what.to_owned(),
        (place, number) => format!("{}#{number}", place.unwrap_or_default()),
    }
}

fn owned(it: &str) -> String {
    it.to_owned()
}

/// What an event that we do not know is about: a part of it with a name, or the repository, or only Bitbucket.
fn whole(place: Option<String>, url: Option<String>) -> Object {
    let (key, title) = match &place {
        Some(place) => (place.clone(), format!("the repository {place}")),
        None => ("Bitbucket".to_owned(), "something that Bitbucket does not name".to_owned()),
    };
    Object { key, title, url, place, state: None }
}

/// The first part of a body that has a name of its own, but for who did it and where: its kind and its name.
fn named(body: &Value) -> Option<(&str, &Value, &str)> {
    let parts = body.as_object()?.iter().filter(|(key, _)| !matches!(key.as_str(), "actor" | "repository" | "changes"));
    parts.into_iter().find_map(|(key, part)| {
        let title = ["/title", "/name", "/displayName", "/display_name"].iter().find_map(|it| text(part, it))?;
        Some((key.as_str(), part, title))
    })
}

/// Tickets that are named, and issues of the same repository: `APOLLO-42`, `#42` as `example/website#42`.
fn about(place: Option<&str>, texts: &[&str]) -> Vec<String> {
    let all = texts.join(" ");
    let numbers = numbers(&all).into_iter().filter_map(|it| place.map(|place| format!("{place}{it}")));
    tickets(&all).into_iter().chain(numbers).collect()
}

/// `pullrequest:some_thing` → `pull.some_thing`: what there will be one day is readable as well.
fn unknown_kind(key: &str) -> String {
    let key: String = key.trim().to_lowercase().chars().take(100).collect();
    let (noun, verb) = key.split_once(':').unwrap_or((&key, "happened"));
    let noun = match noun {
        "pullrequest" | "pr" => "pull",
        "repo" => "repository",
        "" => "bitbucket",
        other => other,
    };
    format!("{noun}.{}", verb.replace(':', "_"))
}

/// How a push is called, and its title: `3 commits to main`.
fn push_title(count: usize, more: bool, branch: &str) -> String {
    match (count, more) {
        (0, _) => format!("Push to {branch}"),
        (count, true) => format!("{count} or more commits to {branch}"),
        (1, _) => format!("1 commit to {branch}"),
        (count, _) => format!("{count} commits to {branch}"),
    }
}
