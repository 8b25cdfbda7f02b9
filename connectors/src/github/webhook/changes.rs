//! What an event changed: field, from, to.

use commands::event::Change;
use serde_json::Value;

use super::read::text;

/// Paths of a push that are named: filters such as `path:infra/**` look at them.
const PATHS: usize = 300;
/// What is kept of a long value.
const LONGEST: usize = 200;

pub(super) fn read(name: &str, payload: &Value) -> Vec<Change> {
    let mut changes = said(payload);
    changes.extend(meant(name, payload));
    if name == "push" {
        changes.extend(paths(payload));
    }
    changes
}

fn change(field: &str, from: Option<&str>, to: Option<&str>) -> Change {
    let short = |it: &str| super::super::card::shorten(it, LONGEST);
    Change { field: field.to_owned(), from: from.map(short), to: to.map(short) }
}

/// `"changes": {"title": {"from": "Fire"}}`, with what it is now in the object.
fn said(payload: &Value) -> Vec<Change> {
    let Some(all) = payload["changes"].as_object() else { return Vec::new() };
    let objects =
        ["issue", "pull_request", "comment", "review", "release", "label", "milestone", "discussion", "repository", "team"];
    let now = |field: &str| objects.iter().find_map(|it| payload[*it][field].as_str());
    let one = |(field, value): (&String, &Value)| {
        // What was written is long; that it changed is enough.
        if field == "body" {
            return Some(change("body", None, None));
        }
        let from = text(value, "/from").or_else(|| text(value, "/ref/from"));
        let to = text(value, "/to").or_else(|| now(field));
        (from.is_some() || to.is_some()).then(|| change(field, from, to))
    };
    all.iter().filter_map(one).collect()
}

/// What the action alone says.
fn meant(name: &str, payload: &Value) -> Option<Change> {
    let action = text(payload, "/action")?;
    let is_item = matches!(name, "issues" | "pull_request" | "discussion");
    match action {
        "labeled" => Some(change("label", None, text(payload, "/label/name"))),
        "unlabeled" => Some(change("label", text(payload, "/label/name"), None)),
        "assigned" => Some(change("assignee", None, text(payload, "/assignee/login"))),
        "unassigned" => Some(change("assignee", text(payload, "/assignee/login"), None)),
        "milestoned" => Some(change("milestone", None, text(payload, "/milestone/title"))),
        "demilestoned" => Some(change("milestone", text(payload, "/milestone/title"), None)),
        "review_requested" => Some(change("reviewer", None, reviewer(payload))),
        "review_request_removed" => Some(change("reviewer", reviewer(payload), None)),
        "closed" if payload["pull_request"]["merged"] == true => Some(change("state", Some("open"), Some("merged"))),
        "closed" if is_item => Some(change("state", Some("open"), Some("closed"))),
        "reopened" if is_item => Some(change("state", Some("closed"), Some("open"))),
        "converted_to_draft" => Some(change("state", Some("open"), Some("draft"))),
        "ready_for_review" => Some(change("state", Some("draft"), Some("open"))),
        "synchronize" => Some(change("head", text(payload, "/before").map(short), text(payload, "/after").map(short))),
        _ => None,
    }
}

fn reviewer(payload: &Value) -> Option<&str> {
    text(payload, "/requested_reviewer/login").or_else(|| text(payload, "/requested_team/name"))
}

/// Each file that a push changes, once.
fn paths(payload: &Value) -> Vec<Change> {
    let commits = payload["commits"].as_array().into_iter().flatten();
    let files =
        commits.flat_map(|it| ["added", "modified", "removed"].map(|key| it[key].as_array()).into_iter().flatten().flatten());
    let files: std::collections::BTreeSet<&str> = files.filter_map(Value::as_str).collect();
    files.into_iter().take(PATHS).map(|it| change("path", None, Some(it))).collect()
}

fn short(sha: &str) -> &str {
    sha.get(..10).unwrap_or(sha)
}
