//! Payloads that nobody taught us: what can be found in them is told, as silence would hide a new kind of event.

use commands::{Event, event::Object};
use serde_json::Value;

use super::read;
use crate::{
    Delivery,
    payload::{first, first_line, said},
};

/// The noun of an event whose kind says none.
const NOUN: &str = "event";
/// Objects that are looked at, at most.
const MOST: usize = 40;
/// How vendors name what happened.
const KINDS: [&str; 10] = [
    "/event/event_type",
    "/event_type",
    "/eventType",
    "/event_name",
    "/event",
    "/type",
    "/action",
    "/alert_type",
    "/status",
    "/state",
];
const TITLES: [&str; 10] =
    ["/fallback", "/title", "/name", "/summary", "/subject", "/display_name", "/short_description", "/message", "/text", "/msg"];
const TEXTS: [&str; 7] = ["/description", "/message", "/text", "/comment", "/body", "/details", "/content"];
const ACTORS: [&str; 15] = [
    "/actor/name",
    "/actor/login",
    "/user/name",
    "/user/username",
    "/user/login",
    "/user/email",
    "/sender/login",
    "/author/name",
    "/agent/summary",
    "/actor",
    "/user",
    "/username",
    "/triggeredBy",
    "/createdBy",
    "/created_by",
];
const KEYS: [&str; 7] = ["/key", "/number", "/iid", "/shortId", "/id", "/uuid", "/event_id"];
const ADDRESSES: [&str; 12] = [
    "/html_url",
    "/web_url",
    "/webUrl",
    "/permalink",
    "/full_url",
    "/url",
    "/link",
    "/href",
    "/buildUrl",
    "/build_url",
    "/alert_url",
    "/self",
];
const PLACES: [&str; 10] = [
    "/project/name",
    "/repository/full_name",
    "/service/name",
    "/service/summary",
    "/project",
    "/repository",
    "/service",
    "/environment",
    "/project_slug",
    "/projectSlug",
];
/// What is about the delivery or about whoever did it, not about what it was done to.
const BESIDES: [&str; 14] = [
    "actor",
    "user",
    "sender",
    "author",
    "agent",
    "installation",
    "organization",
    "org",
    "account",
    "webhook",
    "meta",
    "headers",
    "source",
    "client",
];

/// The event of a payload of `title`'s that no parser knows.
pub(super) fn event(delivery: &Delivery<'_>, title: &str, id: Option<String>, body: &Value) -> Event {
    let parts = parts(body);
    let find = |paths: &[&str]| parts.iter().find_map(|it| first(it, paths)).map(str::to_owned);
    let kind = find(&KINDS).map(|it| kind(&it)).unwrap_or_else(|| format!("{NOUN}.reported"));
    let text = find(&TEXTS).and_then(|it| said(&it));
    let named = || parts.iter().find_map(|it| named(it)).map(str::to_owned);
    let said_title = find(&TITLES).or_else(named).or_else(|| body.as_str().map(str::to_owned)).or_else(|| text.clone());
    let said_title = said_title.map(|it| first_line(&it).to_owned()).filter(|it| !it.is_empty());
    // Where nothing says what it is about, the payload itself is all that can be shown.
    let whole = || said_title.is_none().then(|| body.to_string()).and_then(|it| said(&it));
    let text = text.or_else(whole);
    let title = said_title.unwrap_or_else(|| format!("A message from {title}"));
    let key = parts.iter().find_map(|it| KEYS.iter().find_map(|path| crate::payload::shown(it, path)));
    let is_page = |it: &&str| it.starts_with("http") && !it.contains("/api/") && !it.contains("://api.");
    let url = parts
        .iter()
        .find_map(|it| ADDRESSES.iter().filter_map(|path| crate::payload::text(it, path)).find(is_page))
        .map(str::to_owned);
    let object = Object {
        key: key.unwrap_or_else(|| "message".into()),
        title,
        url,
        place: find(&PLACES),
        state: find(&["/state", "/status"]),
    };
    let at = parts
        .iter()
        .find_map(|it| read::time(it, &["/occurred_at", "/timestamp", "/happened_at", "/updated_at", "/created_at", "/date"]));
    let id = id.unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    let text = text.filter(|it| *it != object.title);
    let severity = find(&["/severity", "/level", "/priority"]).and_then(|it| read::severity(&it));
    Event { actor: find(&ACTORS), object, text, severity, ..read::event(delivery, kind, id, at) }
}

/// The payload, and the objects in it and in those: the nearest to its root come first.
fn parts(body: &Value) -> Vec<&Value> {
    let near = children(body);
    let far = near.iter().flat_map(|it| children(it)).take(MOST);
    let far: Vec<&Value> = far.collect();
    [body].into_iter().chain(near).chain(far).collect()
}

fn children(value: &Value) -> Vec<&Value> {
    let inner: Vec<&Value> = match value {
        Value::Object(fields) => fields.iter().filter(|(name, _)| !BESIDES.contains(&name.as_str())).map(|(_, it)| it).collect(),
        Value::Array(items) => items.iter().take(MOST).collect(),
        _ => Vec::new(),
    };
    inner.into_iter().filter(|it| it.is_object() || it.is_array()).take(MOST).collect()
}

/// A text in a field that is called something's name or title: `artifactName`, `check_title`.
fn named(value: &Value) -> Option<&str> {
    let fields = value.as_object()?.iter().take(MOST);
    let is_name = |name: &str| {
        let name = name.to_lowercase();
        (name.ends_with("name") || name.ends_with("title")) && !name.contains("user") && !name.contains("event")
    };
    fields.filter(|(name, _)| is_name(name)).find_map(|(_, it)| it.as_str().map(str::trim).filter(|it| !it.is_empty()))
}

/// `Foo.BarHappened` → `foo.bar_happened`; a word without a dot is a verb.
fn kind(word: &str) -> String {
    let (noun, verb) = word.split_once(['.', ':']).unwrap_or((NOUN, word));
    match (read::snake(noun), read::snake(verb)) {
        (noun, verb) if !noun.is_empty() && !verb.is_empty() && verb != "unknown" => format!("{noun}.{verb}"),
        _ => format!("{NOUN}.reported"),
    }
}
