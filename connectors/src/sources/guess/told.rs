//! What takes more than a name to find: an address, a time, labels, changes, commits.

use commands::{
    Event,
    event::{Change, Commit},
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    cut,
    found::{Found, LABELS, field, scalar},
};
use crate::{payload, sources::body};

/// How many labels and changes are told.
const SEVERAL: usize = 20;

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
/// What an object is called, where it stands for itself.
pub(super) const PLACED: &[&str] = &["full_name", "path_with_namespace", "fullName", "name", "title", "slug", "key", "id"];

/// The first address that a person can open; one of an API only where there is no other.
pub(super) fn url_of(near: &[&Map<String, Value>]) -> Option<String> {
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

pub(super) fn happened(object: &Map<String, Value>) -> Option<Timestamp> {
    HAPPENED.iter().find_map(|name| match object.get(*name)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => payload::moment(number.as_i64().or_else(|| number.as_f64().map(|it| it as i64))?)
            // A small number is a duration, or a count.
            .filter(|it| it.as_second() > 1_000_000_000),
        _ => None,
    })
}

pub(super) fn labels(object: &Map<String, Value>) -> Option<Vec<String>> {
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
pub(super) fn changes(objects: &[Found<'_>]) -> Vec<Change> {
    let told = objects.iter().find_map(|it| it.value.get("changes")?.as_object());
    if let Some(told) = told {
        let change = |(name, it): (&String, &Value)| {
            let side = |names: &[&str], index: usize| {
                let value = names.iter().find_map(|name| it.get(*name)).or_else(|| it.get(index))?;
                scalar(value).or_else(|| field(value.as_object()?, PLACED))
            };
            let from = side(&["from", "old", "previous", "before"], 0);
            let to = side(&["to", "new", "current", "after"], 1);
            (from.is_some() || to.is_some()).then(|| Change { field: name.clone(), from, to })
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

pub(super) fn commits(object: &Map<String, Value>) -> Option<Vec<Commit>> {
    let list = object.get("commits")?.as_array()?;
    let commit = |it: &Value| {
        let id = payload::first(it, &["/id", "/sha", "/hash"])?.to_owned();
        let title = cut(payload::first_line(payload::first(it, &["/message", "/title"])?), 200);
        let author = payload::first(it, &["/author/name", "/author/username", "/author"]).map(str::to_owned);
        Some(Commit { id, title, author, url: payload::first(it, &["/html_url", "/web_url", "/url"]).map(str::to_owned) })
    };
    Some(list.iter().rev().take(Event::COMMITS).filter_map(commit).collect::<Vec<_>>().into_iter().rev().collect())
}
