//! From GitLab's `changes` to what people call them.

use commands::event::Change;
use serde_json::Value;

use super::super::card::shorten;
use crate::payload::{first, list, text};

/// What is kept of a long value, in characters.
const LONGEST: usize = 200;

/// What says nothing to people, or is said by another attribute.
const NOISE: &[&str] = &[
    "updated_at",
    "updated_by_id",
    "created_at",
    "last_edited_at",
    "last_edited_by_id",
    "relative_position",
    "author_id",
    "project_id",
    "id",
    "iid",
    "closed_at",
    "closed_by_id",
    "merged_at",
    "merge_status",
    "merge_user_id",
    "merge_params",
    "merge_commit_sha",
    "in_progress_merge_commit_sha",
    "prepared_at",
    "title_html",
    "description_html",
    "lock_version",
    "time_estimate",
    "total_time_spent",
    "time_change",
    "state",
    "assignee_id",
    "assignee_ids",
    "head_pipeline_id",
    "latest_merge_request_diff_id",
    "work_in_progress",
    "source_project_id",
    "target_project_id",
];

pub(super) fn change(field: &str, from: Option<&str>, to: Option<&str>) -> Change {
    let short = |it: &str| shorten(it.trim(), LONGEST);
    Change { field: field.to_owned(), from: from.map(short), to: to.map(short) }
}

/// The changes of a payload; older servers put them into the attributes.
pub(super) fn of(body: &Value) -> &Value {
    match &body["changes"] {
        Value::Object(_) => &body["changes"],
        _ => &body["object_attributes"]["changes"],
    }
}

/// What came to a list of people or labels, and what left it.
pub(super) fn moved<'a>(changes: &'a Value, field: &str) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let (before, now) = (list(&changes[field], "/previous"), list(&changes[field], "/current"));
    let is_same = |a: &Value, b: &Value| name(a) == name(b);
    let without =
        |all: &'a [Value], those: &[Value]| all.iter().filter(|it| !those.iter().any(|other| is_same(it, other))).collect();
    (without(now, before), without(before, now))
}

/// What changed: field, from, to. Long texts say only that they changed.
pub(super) fn read(body: &Value) -> Vec<Change> {
    let all = of(body);
    let Some(fields) = all.as_object() else { return Vec::new() };
    let mut changes = Vec::new();
    for (field, it) in fields {
        let (from, to) = (&it["previous"], &it["current"]);
        if NOISE.contains(&field.as_str()) || from == to {
            continue;
        }
        match field.as_str() {
            "labels" | "assignees" | "reviewers" | "assignee" if from.is_array() || to.is_array() => {
                let (came, left) = moved(all, field);
                let field = field.trim_end_matches('s');
                changes.extend(left.iter().filter_map(|it| name(it)).map(|it| change(field, Some(it), None)));
                changes.extend(came.iter().filter_map(|it| name(it)).map(|it| change(field, None, Some(it))));
            }
            "description" => changes.push(change(field, None, None)),
            // Ids say nothing to people, unless the payload says whose they are.
            "milestone_id" => {
                let to = first(body, &["/object_attributes/milestone/title", "/milestone/title"]).filter(|_| !to.is_null());
                changes.push(change("milestone", None, to));
            }
            "state_id" => changes.push(change("state", state(from), state(to))),
            "discussion_locked" => {
                let word = |it: &Value| if *it == true { "locked" } else { "open" };
                changes.push(change("conversation", Some(word(from)), Some(word(to))));
            }
            "draft" => {
                let word = |it: &Value| if *it == true { "draft" } else { "ready" };
                changes.push(change("state", Some(word(from)), Some(word(to))));
            }
            field if field.ends_with("_id") || field.ends_with("_ids") || field.ends_with("_sha") => {
                let name = field.trim_end_matches("_ids").trim_end_matches("_id").trim_end_matches("_sha").replace('_', " ");
                changes.push(change(&name, None, None));
            }
            field => {
                let (from, to) = (plain(from), plain(to));
                if from.is_some() || to.is_some() {
                    changes.push(change(&field.replace('_', " "), from.as_deref(), to.as_deref()));
                }
            }
        }
    }
    changes
}

/// As the API writes it: 1 is opened, 2 closed, 3 merged, 4 locked.
fn state(id: &Value) -> Option<&'static str> {
    Some(match id.as_u64()? {
        1 => "opened",
        2 => "closed",
        3 => "merged",
        _ => "locked",
    })
}

/// Whether the payload says that it was closed, or opened again.
pub(super) fn state_now(body: &Value) -> Option<&'static str> {
    let it = &of(body)["state_id"];
    state(&it["previous"]).and_then(|_| state(&it["current"]))
}

/// A value as people read it; none where there is nothing to read.
pub(super) fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => date(text.trim()).to_owned(),
        Value::Array(all) => all.iter().filter_map(name).collect::<Vec<_>>().join(", "),
        Value::Object(_) => name(value)?.to_owned(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
    };
    Some(text).filter(|it| !it.is_empty())
}

/// Of a moment its day.
fn date(text: &str) -> &str {
    let is_moment = text.len() >= 19 && text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(13) == Some(&b':');
    text.get(..10).filter(|_| is_moment).unwrap_or(text)
}

fn name(value: &Value) -> Option<&str> {
    first(value, &["/name", "/title", "/username"])
}

/// What somebody who opens it gives it at once, where no change tells it.
pub(super) fn given(body: &Value, of: &Value) -> Vec<Change> {
    let mut all = Vec::new();
    if let Some(target) = text(of, "/target_branch") {
        all.push(change("into", None, Some(target)));
    }
    let assignees = list(body, "/assignees").iter().chain(body.get("assignee").filter(|_| list(body, "/assignees").is_empty()));
    all.extend(assignees.filter_map(name).map(|it| change("assignee", None, Some(it))));
    all.extend(list(body, "/reviewers").iter().filter_map(name).map(|it| change("reviewer", None, Some(it))));
    if let Some(due) = of.get("due_date").and_then(plain) {
        all.push(change("due date", None, Some(&due)));
    }
    all
}

/// Labels' titles.
pub(super) fn labels(all: &[Value]) -> Vec<String> {
    all.iter().filter_map(name).map(str::to_owned).collect()
}
