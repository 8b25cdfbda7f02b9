//! The best guess at what any JSON says: who, what, where, by the names that most systems have for these.
//!
//! Names are looked for in the payload, then in the objects inside of it, the nearest first. Nobody is asked to agree with the
//! guess: a template says it exactly ([`super::json`]).

use commands::{
    Event,
    event::{Object, Severity},
};
use serde_json::{Map, Value};

use super::{read, words};
use crate::{Delivery, payload};

mod found;
mod told;

use found::{ACTOR, Found, PLACE, field, named_field, objects};
use told::{PLACED, changes, commits, happened, labels, url_of};

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
const STATE: &[&str] =
    &["state", "status", "result", "outcome", "conclusion", "phase", "current_state", "new_state", "new_status"];
const SEVERITY: &[&str] = &["severity", "level", "priority", "urgency", "alert_level", "severity_level", "importance"];
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

    let state = near
        .iter()
        .find_map(|it| named_field(it, STATE, &["name", "value", "state", "text"]))
        // A condition that holds or does not is no state of a thing.
        .filter(|it| !["true", "false"].iter().any(|word| it.eq_ignore_ascii_case(word)));
    let text = seek(TEXT).or_else(|| payload.as_str().map(str::to_owned));
    let commits = objects.iter().find_map(|it| commits(it.value)).unwrap_or_default();
    let kind = named.map(str::to_owned).or_else(|| objects.iter().take(3).find_map(|it| field(it.value, KIND)));
    let noun = about.name.and_then(words::noun_of).or_else(|| noun_of(about.value));
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
    let is_bad = state.as_deref().is_some_and(words::is_bad) || words::is_failure(&kind);
    let severity = severity.or_else(|| is_bad.then_some(Severity::Error));
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

/// The event of a payload of `title`'s that no parser knows: what can be found in it is told, as silence would hide a new kind
/// of event.
pub(super) fn untaught(delivery: &Delivery<'_>, title: &str, id: Option<String>, payload: &Value) -> Event {
    let id = id.unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &payload.to_string()]));
    let mut event = event(delivery, &id, payload, None);
    let Object { key, title: said, .. } = &mut event.object;
    if *said != sentence(&event.kind) {
        // It says what it is about.
    } else if let Some(name) = objects(payload).iter().filter(|it| it.is_subject).find_map(|it| named(it.value)) {
        *said = cut(name, 300);
    } else {
        *said = format!("A message from {title}");
        // Where nothing says what it is about, the payload itself is all that can be shown.
        event.text = event.text.or_else(|| payload::said(&payload.to_string()));
    }
    if key.is_empty() {
        "message".clone_into(key);
    }
    event
}

/// A text in a field that is called something's name or title: `artifactName`.
fn named(object: &Map<String, Value>) -> Option<&str> {
    let is_name = |name: &str| {
        let name = name.to_lowercase();
        (name.ends_with("name") || name.ends_with("title")) && !name.contains("user") && !name.contains("event")
    };
    let fields = object.iter().take(40).filter(|(name, _)| is_name(name));
    fields.filter_map(|(_, it)| it.as_str().map(str::trim)).find(|it| !it.is_empty())
}

/// What is named so: `check_name` is of a check.
fn noun_of(object: &Map<String, Value>) -> Option<String> {
    let name = TITLE.iter().find(|it| object.contains_key(**it))?;
    let noun = name.strip_suffix("_name").or_else(|| name.strip_suffix("Name"))?;
    words::noun_of(noun).filter(|it| !matches!(it.as_str(), "full" | "display"))
}

fn kind_of(named: Option<&str>, noun: Option<&str>, done: Option<&str>) -> String {
    // Some say both in one word: `incident.triggered`.
    let done = done.and_then(|it| it.rsplit('.').find(|it| !it.is_empty()));
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

/// At most so many letters.
pub(super) fn cut(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
