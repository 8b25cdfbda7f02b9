//! The objects of a payload, the nearest first, and what stands in them by one of several names.

use std::collections::VecDeque;

use serde_json::{Map, Value};

/// How many objects are looked at, the nearest first, and how deep they lie.
const OBJECTS: usize = 200;
const DEPTH: usize = 4;

pub(super) const ACTOR: &[&str] = &[
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
pub(super) const PLACE: &[&str] = &[
    "project",
    "project_slug",
    "projectSlug",
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
pub(super) const LABELS: &[&str] = &["labels", "tags"];

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

#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    /// The property that holds it, where that says what it is.
    pub(super) name: Option<&'a str>,
    pub(super) value: &'a Map<String, Value>,
    /// Whether the payload may be about it, rather than about what holds it.
    pub(super) is_subject: bool,
}

/// The payload's objects, the nearest first; of a list the first element.
pub(super) fn objects(payload: &Value) -> Vec<Found<'_>> {
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
pub(super) fn field(object: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| scalar(object.get(*name)?))
}

/// The same, where an object that holds one of `inner` will do.
pub(super) fn named_field(object: &Map<String, Value>, names: &[&str], inner: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match object.get(*name)? {
        Value::Object(object) => field(object, inner),
        value => scalar(Some(value)?),
    })
}

pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
