//! What Bitbucket tells us by itself, in both of its shapes.
//!
//! Cloud: <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>, Data Center:
//! <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>. Both name the event in `X-Event-Key` and
//! sign the body: `X-Hub-Signature: sha256=<HMAC>`. Data Center writes the key into the body as well, which tells them apart.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde_json::Value;

use super::lists::shorten;
use crate::{Delivery, SecretFrom, Webhook, signature::verify_hmac_sha256_hex};

mod center;
mod cloud;

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

/// What is kept of a description or a comment.
const LONGEST_TEXT: usize = 1000;

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
    // Data Center's test, and its diagnosis, say nothing that happened.
    let name = delivery.header("x-event-key");
    if matches!(name, Some("diagnostics:ping")) {
        return Ok(Vec::new());
    }
    let body: Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of Bitbucket that I know: {err}.")))?;
    if body.get("test") == Some(&Value::Bool(true)) {
        return Ok(Vec::new());
    }
    if !body.is_object() {
        return Err(Error::bad_input("This is no webhook of Bitbucket that I know: it is no JSON object."));
    }
    let happened = match body["eventKey"].as_str() {
        Some(key) => center::read(key, &body),
        None => cloud::read(name, &body),
    };
    let id = key(delivery).unwrap_or_else(|| format!("{}-{}", happened.kind, delivery.received.as_millisecond()));
    let one = happened.parts.len() == 1;
    let events = happened.parts.into_iter().enumerate().map(|(at, part)| Event {
        id: if one { id.clone() } else { format!("{id}-{at}") },
        source: delivery.hook.to_owned(),
        kind: part.kind.unwrap_or(happened.kind.clone()),
        at: happened.at.unwrap_or(delivery.received),
        actor: happened.actor.clone(),
        object: part.object,
        changes: part.changes,
        labels: part.labels,
        text: part.text.map(|it| shorten(it.trim(), LONGEST_TEXT)).filter(|it| !it.is_empty()),
        ..Event::default()
    });
    Ok(events.collect())
}

/// What a delivery says: one thing, or a push's several.
struct Happened {
    kind: String,
    at: Option<Timestamp>,
    actor: Option<String>,
    parts: Vec<Part>,
}

struct Part {
    /// Where it is another than the delivery's.
    kind: Option<String>,
    object: Object,
    changes: Vec<Change>,
    labels: Vec<String>,
    text: Option<String>,
}

impl Part {
    fn of(object: Object) -> Part {
        Part { kind: None, object, changes: Vec::new(), labels: Vec::new(), text: None }
    }
}

/// A text of the body, where there is one that is not empty.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).filter(|it| !it.is_empty())
}

fn change(field: &str, from: Option<String>, to: Option<String>) -> Change {
    Change { field: field.to_owned(), from, to }
}

/// What an event that we do not know is about: the repository, or only Bitbucket.
fn whole(place: Option<String>, url: Option<String>) -> Object {
    let key = place.clone().unwrap_or_else(|| "Bitbucket".to_owned());
    Object { title: key.clone(), key, url, place, state: None }
}

/// `pullrequest:some_thing` → `pull_request.some_thing`: what there will be one day is readable as well.
fn unknown_kind(key: &str) -> String {
    let key = key.trim().to_lowercase();
    let (noun, verb) = key.split_once(':').unwrap_or((&key, "happened"));
    let noun = match noun {
        "pullrequest" | "pr" => "pull_request",
        "repo" => "repository",
        other => other,
    };
    format!("{noun}.{}", verb.replace(':', "_"))
}

/// Commits of a push, those first that people read first: `0123456 Dim the lamps (Ana)`.
fn commit_lines(commits: &[(String, String, Option<String>)]) -> String {
    let line = |(hash, message, author): &(String, String, Option<String>)| {
        let by = author.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{} {}{by}", super::model::short(hash), message.lines().next().unwrap_or_default())
    };
    let mut lines: Vec<String> = commits.iter().take(10).map(line).collect();
    if commits.len() > 10 {
        lines.push(format!("… and {} more", commits.len() - 10));
    }
    lines.join("\n")
}
