//! What payloads of monitors and build servers have in common, beside what [`crate::payload`] reads of any.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Severity},
};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Delivery,
    payload::{at, moment, said},
    signature::verify_hmac_sha256_hex,
};

/// The most labels that an event carries: a monitor may send hundreds.
const LABELS: usize = 40;
/// The longest title, label or other fact, in characters.
const FACT: usize = 300;
/// The longest address: Slack's limit for a link is 3,000 characters, and those of monitors hold whole queries.
const ADDRESS: usize = 2_500;

/// The delivery's JSON, be it the body itself or a form's field `payload`.
///
/// # Errors
/// [`commands::ErrorKind::BadInput`] where it is neither.
pub(super) fn body(delivery: &Delivery<'_>, title: &str) -> Result<Value> {
    let json = match serde_json::from_slice(delivery.body) {
        Ok(value) => return Ok(value),
        Err(problem) => problem,
    };
    let payload = form(delivery.body).into_iter().find(|(name, _)| name == "payload");
    payload
        .and_then(|(_, value)| serde_json::from_str(&value).ok())
        .ok_or_else(|| Error::bad_input(format!("This is no webhook of {title}: it is not JSON ({json}).")))
}

/// The fields of a form or a query string, in their order.
pub(super) fn form(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Whether one of a list of signatures, `v1=<hex>,v1=<hex>`, is the body's HMAC-SHA256: vendors send several while a secret
/// is being changed.
pub(super) fn signed(list: &str, secret: &str, body: &[u8]) -> bool {
    let signatures = list.split(',').filter_map(|it| it.trim().strip_prefix("v1="));
    signatures.fold(false, |fits, it| verify_hmac_sha256_hex(secret, body, it) | fits)
}

/// What a check of a signature says.
///
/// # Errors
/// [`ErrorKind::Auth`] where it does not fit.
pub(super) fn checked(fits: bool, header: &str, title: &str) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Auth, format!("{header} does not fit the body: is the secret the same in {title}?"))),
    }
}

/// Whether a signed time, in seconds since 1970, is about now: an older delivery may be somebody's copy.
///
/// # Errors
/// [`ErrorKind::Auth`] where it is not.
pub(super) fn is_recent(delivery: &Delivery<'_>, seconds: &str) -> Result<()> {
    let apart = seconds.trim().parse::<i64>().ok().and_then(|it| delivery.received.as_second().checked_sub(it));
    match apart {
        Some(-300..=300) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "The signed time is more than 5 minutes from now: are both clocks right?")),
        None => Err(Error::new(ErrorKind::Auth, "The signed time is no number of seconds.")),
    }
}

/// The event's beginning: where it came from and when.
pub(super) fn event(delivery: &Delivery<'_>, kind: impl Into<String>, id: String, at: Option<Timestamp>) -> Event {
    let at = at.unwrap_or(delivery.received);
    Event { id, source: delivery.hook.to_owned(), kind: kind.into(), at, ..Event::default() }
}

/// What is told of what was read: nothing empty, no change that changes nothing, and a title that says something, whatever
/// was sent.
pub(super) fn told(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    let tidy = |mut event: Event| {
        event.changes.retain(|it| it.from != it.to);
        event.labels.dedup();
        // A vendor's word may hold no letter at all.
        let (noun, verb) = event.kind.split_once('.').unwrap_or(("", ""));
        if verb.is_empty() || noun.is_empty() || verb == "unknown" {
            event.kind = format!("{}.reported", if noun.is_empty() { "event" } else { noun });
        }
        let object = &mut event.object;
        for address in [&mut object.url, &mut event.url] {
            *address = address.take().filter(|it| !it.trim().is_empty() && it.len() <= ADDRESS);
        }
        event.about.retain(|it| it.len() <= ADDRESS);
        let facts = [&mut object.place, &mut object.state, &mut event.branch, &mut event.actor, &mut event.actor_id];
        for fact in facts {
            *fact = fact.take().filter(|it| !it.trim().is_empty()).map(cut);
        }
        let changed = event.changes.iter_mut().flat_map(|it| [&mut it.from, &mut it.to]).flatten();
        let texts = event.labels.iter_mut().chain(changed).chain([&mut object.key, &mut object.title]);
        texts.for_each(|it| *it = cut(std::mem::take(it)));
        if object.title == object.key {
            let noun = event.kind.split('.').next().unwrap_or_default();
            let noun: String = noun.chars().take(1).flat_map(char::to_uppercase).chain(noun.chars().skip(1)).collect();
            object.title = if object.key.eq_ignore_ascii_case(&noun) {
                format!("{noun} without a name")
            } else {
                format!("{noun} {}", object.key)
            };
        }
        event
    };
    events.into_iter().map(tidy).collect()
}

fn cut(text: String) -> String {
    match text.char_indices().nth(FACT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// One id of several parts, the same for the same parts only.
pub(super) fn identity<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..16])
}

/// The first of several paths that holds a time, in any of the ways vendors write them: RFC 3339, seconds, milliseconds or
/// nanoseconds since 1970, a broken number of seconds, or TeamCity's `20261121T100000+0000`.
///
/// A time before 1971 is what an empty one becomes (Go's year 1), so it is none.
pub(super) fn time(value: &Value, paths: &[&str]) -> Option<Timestamp> {
    paths.iter().find_map(|path| {
        let found = match at(value, path)? {
            Value::String(text) => written(text.trim()),
            Value::Number(number) => match number.as_i64() {
                Some(number) if number.unsigned_abs() > 10_u64.pow(17) => Timestamp::from_millisecond(number / 1_000_000).ok(),
                Some(number) => moment(number),
                None => number.as_f64().and_then(|it| moment((it * 1000.0) as i64)),
            },
            _ => None,
        };
        found.filter(|it| it.as_second() > 31_536_000)
    })
}

fn written(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix(" UTC").map_or_else(|| text.to_owned(), |it| format!("{it}Z"));
    let parsed = text.parse().ok();
    let parsed = parsed.or_else(|| Timestamp::strptime("%Y%m%dT%H%M%S%z", &text).ok());
    let parsed = parsed.or_else(|| Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", &text).ok());
    let parsed = parsed.or_else(|| format!("{text}Z").parse().ok());
    parsed.or_else(|| text.parse().ok().and_then(moment))
}

/// Labels as `name=value`: of an object, of pairs `[name, value]` or of `{"key": …, "value": …}`; texts as they are.
pub(super) fn labels(value: &Value, path: &str) -> Vec<String> {
    let shown = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(it) => it.to_string(),
        _ => String::new(),
    };
    let pair = |name: &str, value: &Value| match shown(value) {
        text if text.is_empty() => name.trim().to_owned(),
        text => format!("{}={text}", name.trim()),
    };
    let all: Vec<String> = match at(value, path) {
        Some(Value::Object(fields)) => fields.iter().map(|(name, value)| pair(name, value)).collect(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| match item {
                Value::Array(both) => match both.as_slice() {
                    [Value::String(name), value, ..] => pair(name, value),
                    _ => String::new(),
                },
                Value::Object(fields) => {
                    let name = ["key", "name", "label"].iter().find_map(|it| fields.get(*it)?.as_str());
                    name.map(|it| pair(it, fields.get("value").unwrap_or(&Value::Null))).unwrap_or_default()
                }
                other => shown(other),
            })
            .collect(),
        Some(Value::String(text)) => text.split(',').map(|it| it.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    all.into_iter().filter(|it| !it.is_empty()).take(LABELS).collect()
}

/// The names in a list of texts or of objects with a name.
pub(super) fn names(value: &Value, path: &str) -> Vec<String> {
    let list = crate::payload::list(value, path).iter();
    let name = |it: &Value| crate::payload::first(it, &["", "/name", "/summary"]).map(str::to_owned);
    list.filter_map(name).collect()
}

/// How bad it is, by any vendor's word for it.
///
/// What ends has the severity that it began with, and where the vendor does not tell it, one that is no lower: a filter that let
/// the beginning through must not hold back the end. That it is over is what its kind says.
pub(super) fn severity(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "crit" | "fatal" | "emergency" | "disaster" | "page" | "p1" | "p0" | "sev1" | "sev-1" | "1" => {
            Severity::Critical
        }
        "error" | "err" | "high" | "major" | "severe" | "p2" | "sev2" | "sev-2" | "2" => Severity::Error,
        "warning" | "warn" | "medium" | "average" | "moderate" | "minor" | "low" | "p3" | "sev3" | "sev-3" | "3" => {
            Severity::Warning
        }
        "info" | "information" | "informational" | "notice" | "debug" | "none" | "ok" | "p4" | "p5" | "4" | "5" => Severity::Info,
        _ => return None,
    })
}

/// How a build, a job or a run ended, by any server's word for it; none for a word that says something else.
pub(super) fn outcome(word: &str) -> Option<&'static str> {
    Some(match word.trim().to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
        "success" | "successful" | "succeeded" | "passed" | "pass" | "fixed" | "ok" | "normal" | "no_tests" => "passed",
        "failure"
        | "failed"
        | "fail"
        | "error"
        | "errored"
        | "broken"
        | "still_failing"
        | "timedout"
        | "timed_out"
        | "timeout"
        | "infrastructure_fail"
        | "unauthorized"
        | "crashed" => "failed",
        "unstable" => "unstable",
        "canceled" | "cancelled" | "aborted" | "interrupted" | "killed" | "stopped" => "cancelled",
        "skipped" | "not_run" | "not_built" | "not_running" => "skipped",
        "started" | "running" | "received" | "retried" => "started",
        "queued" | "scheduled" | "pending" | "created" | "on_hold" => "queued",
        _ => return None,
    })
}

/// A failure's severity; nothing else of a build has one.
pub(super) fn severity_of(outcome: &str) -> Option<Severity> {
    match outcome {
        "failed" => Some(Severity::Error),
        "unstable" => Some(Severity::Warning),
        _ => None,
    }
}

/// From → to; none where nothing changed.
pub(super) fn change(field: &str, from: Option<String>, to: Option<String>) -> Option<Change> {
    (from != to).then(|| Change { field: field.to_owned(), from, to })
}

/// `TestAction`, `incident.responder.added`, `STATE_CHANGE` → `test_action`, `incident_responder_added`, `state_change`.
pub(super) fn snake(word: &str) -> String {
    let mut snake = String::new();
    let mut before = ' ';
    for letter in word.trim().chars().take(80) {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        } else if !snake.ends_with('_') && !snake.is_empty() {
            snake.push('_');
        }
        before = letter;
    }
    snake.trim_end_matches('_').to_owned()
}

/// `degraded_performance` → `degraded performance`.
pub(super) fn words(word: &str) -> String {
    word.trim().replace('_', " ").to_lowercase()
}

/// Several texts one below the other, each once; what is kept of them.
pub(super) fn lines<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    let mut lines: Vec<&str> = Vec::new();
    for part in parts.into_iter().flatten().map(str::trim).filter(|it| !it.is_empty()) {
        if !lines.contains(&part) {
            lines.push(part);
        }
    }
    said(&lines.join("\n"))
}

/// `https://github.com/demo/apollo` of a repository's address in any form; none of what is on no web server.
pub(super) fn repository(address: &str) -> Option<String> {
    let address = address.trim().trim_end_matches('/');
    let address = address.strip_suffix(".git").unwrap_or(address);
    if let Some(rest) = address.strip_prefix("git@") {
        let (host, path) = rest.split_once(':')?;
        return Some(format!("https://{host}/{path}"));
    }
    let web = ["https://", "http://"].iter().find(|it| address.starts_with(**it))?;
    // A user or a token may stand before the host.
    let rest = &address[web.len()..];
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or(host);
    Some(format!("{web}{host}/{path}"))
}

/// The page of a commit in a repository.
pub(super) fn commit_page(repository: &str, hash: &str) -> Option<String> {
    let folder = match repository {
        it if it.contains("bitbucket") => "commits",
        it if it.contains("gitlab") => "-/commit",
        _ => "commit",
    };
    (!hash.is_empty()).then(|| format!("{repository}/{folder}/{hash}"))
}
