//! What an event means for an alert: that it fires, that it is over, and which one it is about.

use commands::{Event, Tone};
use sha2::{Digest, Sha256};

use super::rule::AlertRule;
use crate::notify::card::{tone, verb};

/// What an event says of what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Fires,
    Ends,
    Acknowledged,
    Unacknowledged,
    /// Something was said of it or done with it, and it goes on as before.
    Told,
}

impl Signal {
    pub fn of(event: &Event) -> Signal {
        match verb(&event.kind) {
            "acknowledged" => Signal::Acknowledged,
            "unacknowledged" => Signal::Unacknowledged,
            "cleared" | "inactive" | "stopped" => Signal::Ends,
            // Only of what else is good news at once.
            "noted"
            | "commented"
            | "comment_created"
            | "annotated"
            | "assigned"
            | "unassigned"
            | "reassigned"
            | "delegated"
            | "updated"
            | "edited"
            | "changed"
            | "labeled"
            | "unlabeled"
            | "priority_changed"
            | "priority_updated"
            | "paused"
            | "snoozed"
            | "unsnoozed"
            | "silenced"
            | "suppressed"
            | "tags_added"
            | "tags_removed"
            | "responder_added"
            | "responder_replied"
            | "status_update_published"
            | "custom_action"
            | "renamed"
            | "started"
            | "postmortem"
            // Of mail: somebody's absence is no alert.
            | "auto_replied" => Signal::Told,
            _ if tone::of_verb(&event.kind) == Tone::Good => Signal::Ends,
            "deleted" | "closed" => Signal::Ends,
            _ => Signal::Fires,
        }
    }
}

/// What tells one instance from all others through its life.
pub fn fingerprint(event: &Event) -> String {
    let object = &event.object;
    let key = if object.key.trim().is_empty() { &object.title } else { &object.key };
    digest(["instance", &event.source, object.place.as_deref().unwrap_or_default(), key])
}

/// What the alerts that belong together have in common.
pub fn group(event: &Event, rule: Option<(&str, &AlertRule)>) -> String {
    let name = rule.map_or("", |(name, _)| name);
    let by: Vec<&str> = match rule {
        Some((_, rule)) if !rule.group_by.is_empty() => rule.group_by.iter().map(String::as_str).collect(),
        _ => vec!["title"],
    };
    let values: Vec<String> = by.into_iter().map(|it| value(event, it)).collect();
    digest(["group", &event.source, name].into_iter().chain(values.iter().map(String::as_str)))
}

/// What stands for all of one source and rule while too many alerts begin at once.
pub(super) fn storm(source: &str, rule: Option<&str>) -> String {
    digest(["storm", source, rule.unwrap_or_default()])
}

fn value(event: &Event, field: &str) -> String {
    let object = &event.object;
    match field {
        "title" if object.title.trim().is_empty() => object.key.clone(),
        "title" => object.title.clone(),
        "source" => event.source.clone(),
        "key" => object.key.clone(),
        "place" => object.place.clone().unwrap_or_default(),
        "state" => object.state.clone().unwrap_or_default(),
        "branch" => event.branch.clone().unwrap_or_default(),
        "severity" => event.severity.map(super::severity_name).unwrap_or_default().to_owned(),
        "kind" => tone::noun(&event.kind).to_owned(),
        label => self::label(event, label.trim_start_matches("label:")).unwrap_or_default(),
    }
}

/// The value of the label of that name.
pub fn label(event: &Event, name: &str) -> Option<String> {
    event.labels.iter().find_map(|it| {
        let (key, value) = it.split_once(['=', ':'])?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// What people call one of several that fire for one reason.
pub fn instance_name(event: &Event) -> String {
    let named = ["instance", "host", "node", "pod"].iter().find_map(|it| label(event, it)).filter(|it| !it.is_empty());
    let place = || event.object.place.clone().filter(|it| !it.is_empty());
    let name = named.or_else(place).unwrap_or_else(|| event.object.key.clone());
    name.chars().take(60).collect()
}

pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let digest = parts.into_iter().fold(Sha256::new(), |hash, part| hash.chain_update(part.as_bytes()).chain_update([0]));
    hex::encode(&digest.finalize()[..16])
}
