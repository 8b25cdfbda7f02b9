//! What an event changed: field, from, to.

pub(super) use commands::event::Change;
use jiff::Timestamp;
use serde_json::Value;

use super::Payload;
use crate::payload::{list, text};

/// What is kept of a long value, in characters.
const LONGEST: usize = 200;

/// Parts of `changes` that are whole objects, and told as what moved.
const MOVES: &[&str] = &["new_issue", "new_repository", "old_issue", "old_repository", "new_discussion", "issue"];

/// What a payload is about, in which a field's value is what it is now.
const OBJECTS: &[&str] = &[
    "issue",
    "pull_request",
    "comment",
    "review",
    "release",
    "label",
    "milestone",
    "discussion",
    "team",
    "rule",
    "repository_ruleset",
    "sponsorship",
    "projects_v2",
    "projects_v2_item",
    "project",
    "project_column",
    "organization",
    "account",
    "repository",
];

pub(super) fn change(field: &str, from: Option<&str>, to: Option<&str>) -> Change {
    let short = |it: &str| super::super::card::shorten(it, LONGEST);
    Change { field: field.to_owned(), from: from.map(short), to: to.map(short) }
}

/// `{"title": {"from": "Fire"}}`, with what it is now in the object.
pub(super) fn told(payload: &Payload<'_>) -> Vec<Change> {
    let Some(all) = payload.body["changes"].as_object() else { return Vec::new() };
    let read = all.iter().filter(|(field, _)| !MOVES.contains(&field.as_str())).filter_map(|(field, it)| one(payload, field, it));
    read.filter(|it| it.from.is_none() || it.from != it.to).collect()
}

fn one(payload: &Payload<'_>, field: &str, it: &Value) -> Option<Change> {
    let now = |field: &str| OBJECTS.iter().find_map(|object| payload.body[*object].get(field));
    match field {
        // What was written is long; that it changed is enough.
        "body" => return Some(change("body", None, None)),
        "base" => {
            let (from, to) = (text(it, "/ref/from")?, payload.text("/pull_request/base/ref"));
            return Some(change("base", Some(from), to));
        }
        "field_value" => {
            let name = text(it, "/field_name").or_else(|| text(it, "/field_type"))?;
            return Some(change(name, plain(&it["from"]).as_deref(), plain(&it["to"]).as_deref()));
        }
        "repository" => {
            let (from, to) = (text(it, "/name/from")?, payload.text("/repository/name"));
            return Some(change("name", Some(from), to));
        }
        "owner" => {
            let (from, to) = (plain(&it["from"])?, payload.text("/repository/owner/login"));
            return Some(change("owner", Some(&from), to));
        }
        _ => {}
    }
    let name = field.trim_start_matches("old_").replace('_', " ");
    // Ids say nothing to people.
    if name.ends_with(" id") {
        return Some(change(name.trim_end_matches(" id"), None, None));
    }
    let from = it.get("from").map_or_else(|| plain(it), plain);
    let to = match it.get("to").or_else(|| now(field.trim_start_matches("old_"))) {
        Some(to) => plain(to),
        // Nothing in the payload says what it is now.
        None => from.is_some().then(|| "another".to_owned()),
    };
    (from.is_some() || to.is_some()).then(|| change(&name, from.as_deref(), to.as_deref()))
}

/// A value as people read it; none where there is nothing to read.
pub(super) fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => date(text.trim()).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(all) => all.iter().take(20).filter_map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(_) => {
            const NAMES: &[&str] =
                &["/name", "/title", "/login", "/full_name", "/user/login", "/organization/login", "/slug", "/value", "/from"];
            crate::payload::first(value, NAMES)?.to_owned()
        }
        Value::Null => return None,
    };
    Some(text).filter(|it| !it.is_empty())
}

/// Of a moment its day.
fn date(text: &str) -> &str {
    match text.get(..10) {
        Some(day) if text.len() >= 20 && text.parse::<Timestamp>().is_ok() => day,
        _ => text,
    }
}

/// What the action alone says of an issue, a pull request or a discussion.
pub(super) fn meant(payload: &Payload<'_>) -> Vec<Change> {
    let to = |path: &str| payload.text(path);
    let one = match payload.action {
        "labeled" => change("label", None, to("/label/name")),
        "unlabeled" => change("label", to("/label/name"), None),
        "assigned" => change("assignee", None, to("/assignee/login")),
        "unassigned" => change("assignee", to("/assignee/login"), None),
        "milestoned" => change("milestone", None, to("/milestone/title").or_else(|| to("/pull_request/milestone/title"))),
        "demilestoned" => change("milestone", to("/milestone/title"), None),
        "typed" => change("type", None, to("/type/name").or_else(|| to("/issue/type/name"))),
        "untyped" => change("type", to("/type/name"), None),
        "review_requested" => return reviewers(payload).iter().map(|it| change("reviewer", None, Some(it))).collect(),
        "review_request_removed" => return reviewers(payload).iter().map(|it| change("reviewer", Some(it), None)).collect(),
        "merged" => change("state", Some("open"), Some("merged")),
        "closed" if payload.body["pull_request"]["merged"] == true => change("state", Some("open"), Some("merged")),
        "closed" => {
            let reason = to("/issue/state_reason").or_else(|| to("/discussion/state_reason"));
            let reason = reason.filter(|it| !it.eq_ignore_ascii_case("completed")).map(|it| it.to_lowercase().replace('_', " "));
            let closed = reason.map_or_else(|| "closed".to_owned(), |it| format!("closed as {it}"));
            change("state", Some("open"), Some(&closed))
        }
        "reopened" => change("state", Some("closed"), Some("open")),
        "converted_to_draft" => change("state", Some("open"), Some("draft")),
        "ready_for_review" => change("state", Some("draft"), Some("open")),
        "locked" => {
            let reason = to("/issue/active_lock_reason").or_else(|| to("/pull_request/active_lock_reason"));
            let locked = reason.map_or_else(|| "locked".to_owned(), |it| format!("locked as {it}"));
            change("conversation", Some("open"), Some(&locked))
        }
        "unlocked" => change("conversation", Some("locked"), Some("open")),
        "synchronize" => {
            let short = |path: &str| to(path).map(crate::payload::short);
            change("head", short("/before"), short("/after"))
        }
        "transferred" => change("repository", Some(payload.repo()), to("/changes/new_repository/full_name")),
        "opened" if to("/changes/old_repository/full_name").is_some() => {
            change("repository", to("/changes/old_repository/full_name"), Some(payload.repo()))
        }
        _ => return Vec::new(),
    };
    vec![one]
}

/// Who is asked by this event; deliveries of older servers name all who are asked.
fn reviewers<'a>(payload: &Payload<'a>) -> Vec<&'a str> {
    if let Some(one) = payload.text("/requested_reviewer/login").or_else(|| payload.text("/requested_team/name")) {
        return vec![one];
    }
    let people = list(payload.body, "/pull_request/requested_reviewers").iter().filter_map(|it| text(it, "/login"));
    people.chain(list(payload.body, "/pull_request/requested_teams").iter().filter_map(|it| text(it, "/name"))).collect()
}

/// What somebody who opens an issue or a pull request gives it at once.
pub(super) fn given(it: &Value) -> Vec<Change> {
    let mut all = Vec::new();
    if let Some(base) = text(it, "/base/ref") {
        all.push(change("into", None, Some(base)));
    }
    let people = [
        ("assignee", "/assignees", "/login"),
        ("reviewer", "/requested_reviewers", "/login"),
        ("reviewer", "/requested_teams", "/name"),
    ];
    for (field, path, name) in people {
        all.extend(list(it, path).iter().filter_map(|it| text(it, name)).map(|it| change(field, None, Some(it))));
    }
    if let Some(milestone) = text(it, "/milestone/title") {
        all.push(change("milestone", None, Some(milestone)));
    }
    all
}
