//! The best guess at what any JSON says: who, what, where, by the names that most systems have for these.
//!
//! Names are looked for in the payload, then in the objects inside of it, the nearest first. Nobody is asked to agree with the
//! guess: a template says it exactly ([`super::json`]).

use std::collections::VecDeque;

use commands::{
    Event,
    event::{Change, Commit, Object},
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{body, words};
use crate::{Delivery, payload};

/// How many objects are looked at, the nearest first, and how deep they lie.
const OBJECTS: usize = 200;
const DEPTH: usize = 4;
/// How many labels and changes are told.
const SEVERAL: usize = 20;

const TITLE: &[&str] = &[
    "title",
    "subject",
    "summary",
    "headline",
    "name",
    "display_name",
    "displayName",
    "full_name",
    "alert_name",
    "alertname",
    "alertName",
    "check_name",
    "checkName",
    "rule_name",
    "ruleName",
    "job_name",
    "jobName",
    "monitor_name",
    "label",
];
const TEXT: &[&str] =
    &["message", "text", "description", "body", "comment", "content", "details", "detail", "reason", "note", "output"];
const KEY: &[&str] =
    &["key", "number", "iid", "identifier", "reference", "ref_id", "id", "uuid", "guid", "_id", "sid", "messageSid", "callSid"];
const URL: &[&str] = &[
    "html_url",
    "htmlUrl",
    "web_url",
    "webUrl",
    "permalink",
    "link",
    "url",
    "href",
    "uri",
    "dashboard_url",
    "dashboardUrl",
    "details_url",
    "detailsUrl",
    "target_url",
    "incident_url",
    "build_url",
    "alert_url",
    "console_url",
];
const STATE: &[&str] =
    &["state", "status", "result", "outcome", "conclusion", "phase", "current_state", "new_state", "new_status"];
const SEVERITY: &[&str] = &["severity", "level", "priority", "urgency", "alert_level", "severity_level", "importance"];
const PLACE: &[&str] = &[
    "project",
    "repository",
    "repo",
    "service",
    "application",
    "app",
    "component",
    "environment",
    "env",
    "workspace",
    "namespace",
    "cluster",
    "host",
    "hostname",
    "server",
    "instance",
    "site",
    "organization",
    "organisation",
    "team",
    "channel",
    "bucket",
];
const ACTOR: &[&str] = &[
    "actor",
    "user",
    "author",
    "sender",
    "triggered_by",
    "triggeredBy",
    "created_by",
    "createdBy",
    "updated_by",
    "updatedBy",
    "requested_by",
    "requestedBy",
    "performed_by",
    "initiator",
    "initiated_by",
    "by",
    "pusher",
    "committer",
    "creator",
    "owner",
    "reporter",
    "from",
    "username",
    "user_name",
    "userName",
    "login",
    "actor_name",
    "author_name",
    "user_email",
    "email",
];
const PERSON: &[&str] = &[
    "display_name",
    "displayName",
    "full_name",
    "fullName",
    "real_name",
    "name",
    "username",
    "user_name",
    "login",
    "email",
    "id",
];
const PLACED: &[&str] = &["full_name", "path_with_namespace", "fullName", "name", "title", "slug", "key", "id"];
const BRANCH: &[&str] = &["branch", "head_branch", "source_branch", "git_branch", "branch_name", "branchName", "ref"];
const KIND: &[&str] = &[
    "event_type",
    "eventType",
    "event_name",
    "eventName",
    "webhook_event",
    "webhookEvent",
    "event",
    "type",
    "topic",
    "trigger",
    "notification_type",
    "notificationType",
    "object_kind",
    "kind",
    "action",
];
const HAPPENED: &[&str] = &[
    "occurred_at",
    "occurredAt",
    "timestamp",
    "time",
    "event_time",
    "eventTime",
    "updated_at",
    "updatedAt",
    "created_at",
    "createdAt",
    "date",
    "created",
    "ts",
];
const LABELS: &[&str] = &["labels", "tags"];

/// Objects that only wrap what the payload is about, so that their name is no noun.
const WRAPPERS: &[&str] = &[
    "data",
    "payload",
    "event",
    "object",
    "body",
    "content",
    "detail",
    "details",
    "resource",
    "attributes",
    "item",
    "record",
    "message",
];
/// Objects that are never what the payload is about.
const ASIDE: &[&str] = &[
    "headers",
    "metadata",
    "meta",
    "links",
    "_links",
    "tags",
    "labels",
    "config",
    "settings",
    "authorization",
    "changes",
    "previous",
    "previous_attributes",
    "old",
    "before",
    "context",
    "request",
];

/// The event that the payload most likely reports. `named` is the vendor's name of it, where it stands outside of the payload.
pub(super) fn event(delivery: &Delivery<'_>, id: &str, payload: &Value, named: Option<&str>) -> Event {
    let objects = objects(payload);
    // What it is about: the first object with a title, else with a text, else the whole.
    let titled = objects.iter().find(|it| it.is_subject && field(it.value, TITLE).is_some());
    let about = titled.or_else(|| objects.iter().find(|it| it.is_subject && field(it.value, TEXT).is_some()));
    let empty = Map::new();
    let about = about.copied().unwrap_or(Found { name: None, value: payload.as_object().unwrap_or(&empty), is_subject: true });
    // Of several objects the one that it is about comes first.
    let near: Vec<&Map<String, Value>> = [about.value].into_iter().chain(objects.iter().map(|it| it.value)).collect();
    let seek = |names: &[&str]| near.iter().find_map(|it| field(it, names));

    let state = near.iter().find_map(|it| named_field(it, STATE, &["name", "value", "state", "text"]));
    let text = seek(TEXT).or_else(|| payload.as_str().map(str::to_owned));
    let commits = objects.iter().find_map(|it| commits(it.value)).unwrap_or_default();
    let kind = named.map(str::to_owned).or_else(|| objects.iter().take(3).find_map(|it| field(it.value, KIND)));
    let noun = about.name.map(|it| it.trim_end_matches('s').to_lowercase()).or_else(|| noun_of(about.value));
    let severity = seek(SEVERITY).and_then(|it| words::severity(&it));
    let noun = noun.or_else(|| match &text {
        _ if !commits.is_empty() => Some("push".to_owned()),
        _ if severity.is_some() || state.as_deref().is_some_and(words::is_bad) => Some("alert".to_owned()),
        Some(_) if titled.is_none() => Some("message".to_owned()),
        _ => None,
    });
    let done = ["action", "event_action", "operation"].iter().find_map(|it| words::past(payload.get(it)?.as_str()?));
    let done = done.or_else(|| state.as_deref().and_then(words::past)).map(str::to_lowercase);
    let kind = kind_of(kind.as_deref(), noun.as_deref(), done.as_deref());
    let own = noun.as_ref().map(|it| format!("{it}_id"));
    let key = field(about.value, KEY).or_else(|| field(about.value, &[own.as_deref()?])).map(|it| match it.parse::<u64>() {
        Ok(number) if !about.value.contains_key("key") => format!("#{number}"),
        _ => it,
    });
    let title = field(about.value, TITLE).or_else(|| text.as_deref().map(|it| payload::first_line(it).to_owned()));
    let title = match commits.len() {
        1 => Some("1 commit".to_owned()),
        2.. => Some(format!("{} commits", commits.len())),
        _ => title,
    };
    let title = title.filter(|it| !it.is_empty() && Some(it) != key.as_ref()).unwrap_or_else(|| sentence(&kind));
    let people: Vec<_> = objects.iter().take(40).map(|it| it.value).collect();
    let actor = people.iter().find_map(|it| named_field(it, ACTOR, PERSON));
    let severity = severity.or_else(|| state.as_deref().filter(|it| words::is_bad(it)).map(|_| commands::event::Severity::Error));
    let branch = seek(BRANCH).map(|it| payload::branch(&it).to_owned());
    let listed: String = commits.iter().map(|it| format!("{}\n", it.title)).collect();
    let said = text.as_deref().filter(|_| commits.is_empty()).filter(|it| *it != title).or(Some(&listed)).and_then(payload::said);
    let mut tickets = payload::tickets(&cut(&title, 500));
    tickets.extend(branch.as_deref().map(|it| payload::tickets(&cut(it, 500))).unwrap_or_default());
    tickets.dedup();
    Event {
        id: id.to_owned(),
        source: delivery.hook.to_owned(),
        at: objects.iter().find_map(|it| happened(it.value)).unwrap_or(delivery.received),
        concerns: said.as_deref().map(|it| payload::mentioned(it, actor.as_deref())).unwrap_or_default(),
        actor,
        object: Object {
            key: key.unwrap_or_default(),
            title: cut(&title, 300),
            url: url_of(&near),
            place: near.iter().find_map(|it| named_field(it, PLACE, PLACED)).filter(|it| *it != title),
            state,
        },
        changes: changes(&objects),
        labels: near.iter().find_map(|it| labels(it)).unwrap_or_default(),
        text: said,
        branch,
        commits,
        severity,
        about: tickets,
        kind,
        ..Event::default()
    }
}

#[derive(Clone, Copy)]
struct Found<'a> {
    /// The property that holds it, where that says what it is.
    name: Option<&'a str>,
    value: &'a Map<String, Value>,
    /// Whether the payload may be about it, rather than about what holds it.
    is_subject: bool,
}

/// The payload's objects, the nearest first; of a list the first element.
fn objects(payload: &Value) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([(None, payload, 0, true)]);
    while let Some((name, value, depth, is_subject)) = waiting.pop_front() {
        let value = match value {
            Value::Array(list) => list.first().unwrap_or(&Value::Null),
            value => value,
        };
        let Value::Object(object) = value else { continue };
        found.push(Found { name, value: object, is_subject });
        if depth == DEPTH || found.len() >= OBJECTS {
            continue;
        }
        for (key, value) in object.iter().take(OBJECTS) {
            if value.is_object() || value.is_array() && !LABELS.contains(&key.as_str()) {
                let noun = Some(key.as_str()).filter(|it| !WRAPPERS.contains(it));
                let aside = |names: &[&str]| names.contains(&key.as_str());
                let is_subject =
                    is_subject && !aside(ASIDE) && !aside(ACTOR) && !aside(PLACE) && !aside(&["commits", "assignee"]);
                waiting.push_back((noun.or(name), value, depth + 1, is_subject));
            }
        }
    }
    found
}

/// The first of these properties that is a text, a number or a truth.
fn field(object: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| scalar(object.get(*name)?))
}

/// The same, where an object that holds one of `inner` will do.
fn named_field(object: &Map<String, Value>, names: &[&str], inner: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match object.get(*name)? {
        Value::Object(object) => field(object, inner),
        value => scalar(Some(value)?),
    })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What is named so: `check_name` is of a check.
fn noun_of(object: &Map<String, Value>) -> Option<String> {
    let name = TITLE.iter().find(|it| object.contains_key(**it))?;
    let noun = name.strip_suffix("_name").or_else(|| name.strip_suffix("Name"))?;
    Some(noun.to_lowercase()).filter(|it| !matches!(it.as_str(), "full" | "display"))
}

fn kind_of(named: Option<&str>, noun: Option<&str>, done: Option<&str>) -> String {
    match (named.and_then(words::kind_of), noun) {
        // The sender says what was done, and its object what it was done to.
        (Some(kind), Some(noun)) if kind.starts_with("event.") => format!("{noun}.{}", &kind["event.".len()..]),
        // "build", and that it failed.
        (Some(kind), _) if kind.ends_with(".received") => match done {
            Some(done) => format!("{}.{done}", kind.trim_end_matches(".received")),
            None => kind,
        },
        (Some(kind), _) => kind,
        (None, Some("push")) => "push.pushed".to_owned(),
        (None, Some("message")) => format!("message.{}", done.unwrap_or("posted")),
        (None, noun) => format!("{}.{}", noun.unwrap_or("event"), done.unwrap_or("received")),
    }
}

/// `issue.created` as a title, where there is none: `Issue created`.
pub(super) fn sentence(kind: &str) -> String {
    let text = kind.replace(['.', '_'], " ");
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The first address that a person can open; one of an API only where there is no other.
fn url_of(near: &[&Map<String, Value>]) -> Option<String> {
    let addresses = || {
        near.iter().take(20).flat_map(|it| {
            let own = URL.iter().filter_map(|name| it.get(*name)?.as_str());
            let links = ["links", "_links"].into_iter().filter_map(|name| it.get(name));
            own.chain(links.filter_map(|it| payload::first(it, &["/html/href", "/html", "/web/href", "/self/href", "/self"])))
        })
    };
    let api = |it: &&str| it.contains("://api.") || it.contains("/api/") || it.contains("/rest/");
    let page = addresses().filter(|it| !api(it)).find_map(body::web);
    // `hosted_invoice_url`, whatever it is of, but for pictures and people.
    let other = || {
        let named = near.iter().take(3).flat_map(|it| it.iter()).filter(|(name, _)| {
            let name = name.to_lowercase();
            let aside = ["avatar", "icon", "image", "logo", "callback", "hook", "api", "feed", "user", "clone", "git_", "ssh"];
            name.ends_with("url") && !aside.iter().any(|it| name.contains(it))
        });
        named.filter_map(|(_, value)| value.as_str()).filter(|it| !api(it)).find_map(body::web)
    };
    page.or_else(other).or_else(|| addresses().find_map(body::web))
}

fn happened(object: &Map<String, Value>) -> Option<Timestamp> {
    HAPPENED.iter().find_map(|name| match object.get(*name)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => payload::moment(number.as_i64().or_else(|| number.as_f64().map(|it| it as i64))?)
            // A small number is a duration, or a count.
            .filter(|it| it.as_second() > 1_000_000_000),
        _ => None,
    })
}

fn labels(object: &Map<String, Value>) -> Option<Vec<String>> {
    let labels: Vec<String> = match LABELS.iter().find_map(|it| object.get(*it))? {
        Value::Array(list) => list
            .iter()
            .filter_map(|it| scalar(it).or_else(|| field(it.as_object()?, &["name", "title", "label"])))
            .take(SEVERAL)
            .collect(),
        Value::Object(pairs) => {
            pairs.iter().filter_map(|(name, value)| Some(format!("{name}:{}", scalar(value)?))).take(SEVERAL).collect()
        }
        Value::String(text) => text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).take(SEVERAL).collect(),
        _ => Vec::new(),
    };
    (!labels.is_empty()).then_some(labels)
}

/// `changes`: a pair a field, or `old_state` beside `new_state`.
fn changes(objects: &[Found<'_>]) -> Vec<Change> {
    let told = objects.iter().find_map(|it| it.value.get("changes")?.as_object());
    if let Some(told) = told {
        let change = |(field, it): (&String, &Value)| {
            let side = |names: &[&str], index: usize| {
                let value = names.iter().find_map(|name| it.get(*name)).or_else(|| it.get(index))?;
                scalar(value).or_else(|| self::field(value.as_object()?, PLACED))
            };
            let from = side(&["from", "old", "previous", "before"], 0);
            let to = side(&["to", "new", "current", "after"], 1);
            (from.is_some() || to.is_some()).then(|| Change { field: field.clone(), from, to })
        };
        return told.iter().filter_map(change).take(SEVERAL).collect();
    }
    let mut found = Vec::new();
    for object in objects.iter().take(10) {
        for (name, value) in object.value {
            let Some(field) = ["old_", "previous_", "from_", "prev_"].iter().find_map(|it| name.strip_prefix(it)) else {
                continue;
            };
            let to = ["new_", "current_", "to_", ""].iter().find_map(|it| scalar(object.value.get(&format!("{it}{field}"))?));
            let from = scalar(value);
            if from.is_some() && from != to && found.len() < SEVERAL {
                found.push(Change { field: field.replace('_', " "), from, to });
            }
        }
    }
    found
}

fn commits(object: &Map<String, Value>) -> Option<Vec<Commit>> {
    let list = object.get("commits")?.as_array()?;
    let commit = |it: &Value| {
        let id = payload::first(it, &["/id", "/sha", "/hash"])?.to_owned();
        let title = cut(payload::first_line(payload::first(it, &["/message", "/title"])?), 200);
        let author = payload::first(it, &["/author/name", "/author/username", "/author"]).map(str::to_owned);
        Some(Commit { id, title, author, url: payload::first(it, &["/html_url", "/web_url", "/url"]).map(str::to_owned) })
    };
    Some(list.iter().rev().take(Event::COMMITS).filter_map(commit).collect::<Vec<_>>().into_iter().rev().collect())
}

/// At most so many letters.
pub(super) fn cut(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
