//! What Nextcloud tells us by itself: the app Webhook Listeners, from Nextcloud 30 on
//! (<https://docs.nextcloud.com/server/latest/admin_manual/webhook_listeners/index.html>).
//!
//! `{"event": {"class": …, …}, "user": {"uid", "displayName"}, "time": …}`, without a signature: a header that was given at
//! registration proves who sends it. There is no id of a delivery either; what is the same to the last letter is the same.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::path;
use crate::{Delivery, SecretFrom, Webhook, signature::tokens_match};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

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

#[derive(Deserialize)]
struct Payload {
    event: Map<String, Value>,
    #[serde(default)]
    user: Option<User>,
    #[serde(default)]
    time: Option<i64>,
}

#[derive(Deserialize)]
struct User {
    uid: String,
    #[serde(rename = "displayName", default)]
    name: String,
}

/// A file as an event names it; one that is gone has no number.
#[derive(Deserialize)]
struct Node {
    id: Option<u64>,
    path: String,
}

/// `/ana/files/Reports/a.txt` → whose it is, and `/Reports/a.txt`.
fn place(full: &str) -> (Option<&str>, &str) {
    let Some((owner, rest)) = full.trim_start_matches('/').split_once('/') else { return (None, full) };
    let rest = rest.strip_prefix("files_trashbin/").unwrap_or(rest);
    match rest.strip_prefix("files") {
        Some(path) if path.is_empty() || path.starts_with('/') => (Some(owner), if path.is_empty() { "/" } else { path }),
        _ => (None, full),
    }
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let unreadable = |what: &str| Error::bad_input(format!("This is no webhook of Nextcloud that I know: {what}."));
    let payload: Payload = serde_json::from_slice(delivery.body).map_err(|err| unreadable(&err.to_string()))?;
    let class = payload.event.get("class").and_then(Value::as_str).ok_or_else(|| unreadable("`event` has no `class`"))?;
    let kind = kind_of(class);
    let node = |name: &str| payload.event.get(name).and_then(|it| serde_json::from_value::<Node>(it.clone()).ok());
    let (object, changes) = match (node("node").or_else(|| node("target")), node("source")) {
        (Some(node), source) => (file(&node), moved(&kind, source.as_ref(), &node)),
        (None, _) => (other(&kind, &payload.event), Vec::new()),
    };
    let at = payload.time.and_then(|it| Timestamp::from_second(it).ok()).unwrap_or(delivery.received);
    let actor = payload.user.map(|it| if it.name.is_empty() { it.uid } else { it.name });
    let labels = tags(&payload.event);
    let id = key(delivery).unwrap_or_default();
    Ok(vec![Event {
        id,
        source: delivery.hook.to_owned(),
        kind,
        at,
        actor,
        object,
        changes,
        labels,
        text: None,
        ..Event::default()
    }])
}

/// `OCP\Files\Events\Node\NodeCreatedEvent` → `file.created`; `…\CalendarObjectMovedToTrashEvent` → `calendar-object.moved-to-trash`.
fn kind_of(class: &str) -> String {
    let name = class.rsplit('\\').next().unwrap_or(class);
    let name = name.strip_suffix("Event").filter(|it| !it.is_empty()).unwrap_or(name);
    let known = match name {
        "NodeWritten" => "file.changed",
        "NodeRenamed" => "file.moved",
        "TagAssigned" => "file.tagged",
        "TagUnassigned" => "file.untagged",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for character in name.chars() {
        match words.last_mut() {
            Some(word) if !character.is_uppercase() => word.push(character),
            _ => words.push(character.to_lowercase().collect()),
        }
    }
    // "Before" stands first in Nextcloud's names, and last in ours: `file.created-before`.
    let before = words.first().is_some_and(|it| it == "before");
    if before {
        words.remove(0);
    }
    if words.first().is_some_and(|it| it == "node") {
        words[0] = "file".to_owned();
    }
    // The verb is the first word that is one, by its ending; the last word where none is.
    let verb = words
        .iter()
        .skip(1)
        .position(|it| it.ends_with("ed") || it.ends_with("en") || matches!(it.as_str(), "read" | "sent"))
        .map(|it| it + 1);
    let (noun, verb) = words.split_at(verb.unwrap_or(words.len().saturating_sub(1)));
    let before = if before { "-before" } else { "" };
    match noun.is_empty() {
        true => format!("nextcloud.{}{before}", verb.join("-")),
        false => format!("{}.{}{before}", noun.join("-"), verb.join("-")),
    }
}

fn file(node: &Node) -> Object {
    let (owner, path) = place(&node.path);
    let folder = path::parent(path);
    Object {
        key: node.id.map_or_else(|| path.to_owned(), |it| format!("#{it}")),
        title: path::name(path).to_owned(),
        url: None,
        place: Some(owner.map_or_else(|| folder.to_owned(), |owner| format!("{owner}: {folder}"))),
        state: None,
    }
}

/// From where to where it went.
fn moved(kind: &str, source: Option<&Node>, target: &Node) -> Vec<Change> {
    let Some(source) = source else { return Vec::new() };
    let field = if kind.starts_with("file.copied") { "copy of" } else { "path" };
    let path = |node: &Node| Some(place(&node.path).1.to_owned());
    vec![Change { field: field.to_owned(), from: path(source), to: path(target) }]
}

/// An event that is about no file: what it says of itself, as far as that can be read.
fn other(kind: &str, event: &Map<String, Value>) -> Object {
    let text = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let noun = kind.split('.').next().unwrap_or(kind);
    if let Some(ids) = event.get("objectIds").and_then(Value::as_array) {
        let ids: Vec<String> = ids.iter().filter_map(text).collect();
        let title = if ids.len() == 1 { "1 file".to_owned() } else { format!("{} files", ids.len()) };
        let key = ids.first().map_or_else(|| noun.to_owned(), |it| format!("#{it}"));
        return Object { key, title, url: None, place: None, state: None };
    }
    let first = |names: &[&str]| {
        // What an event is about stands before what holds that: an entry before its calendar.
        let about = event.get("objectData").into_iter().chain(event.values());
        let inside = about.filter_map(Value::as_object).collect::<Vec<_>>();
        names.iter().find_map(|name| event.get(*name).or_else(|| inside.iter().find_map(|it| it.get(*name))).and_then(text))
    };
    let id = first(&["uri", "id", "rowId", "uid", "userId", "formId", "calendarId", "tableId"]);
    let title = first(&["title", "displayName", "name", "summary", "uri", "uid", "userId"]);
    let words = noun.replace('-', " ");
    Object {
        key: id.clone().map_or_else(|| noun.to_owned(), |id| format!("{noun} {id}")),
        title: title.or(id).unwrap_or(words),
        url: None,
        place: None,
        state: None,
    }
}

/// The numbers of the tags that were put on or taken off.
fn tags(event: &Map<String, Value>) -> Vec<String> {
    let all = event.get("tagIds").and_then(Value::as_array).into_iter().flatten();
    all.map(|it| format!("tag {}", it.as_str().map_or_else(|| it.to_string(), str::to_owned))).collect()
}
