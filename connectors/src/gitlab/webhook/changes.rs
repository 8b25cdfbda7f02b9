//! From GitLab's `changes` to what people call them.

use commands::event::Change;
use serde_json::Value;

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
    "merge_status",
    "prepared_at",
    "title_html",
    "description_html",
    "lock_version",
    "time_estimate",
    "total_time_spent",
    "state",
];

/// What changed: field, from, to. Long texts say only that they changed.
pub(super) fn read(body: &Value) -> Vec<Change> {
    let Some(changes) = body["changes"].as_object() else { return Vec::new() };
    let read = |(name, change): (&String, &Value)| {
        let (from, to) = (&change["previous"], &change["current"]);
        if NOISE.contains(&name.as_str()) || from == to {
            return None;
        }
        let field = match name.as_str() {
            "state_id" => "state",
            "milestone_id" => "milestone",
            "assignee" => "assignees",
            other => other.trim_end_matches("_id"),
        };
        let field = field.replace('_', " ");
        if name == "description" {
            return Some(Change { field, from: None, to: None });
        }
        Some(Change { field, from: value(name, from), to: value(name, to) })
    };
    changes.iter().filter_map(read).collect()
}

fn value(name: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        // People and labels, by name.
        Value::Array(all) => all.iter().filter_map(named).collect::<Vec<_>>().join(", "),
        Value::Object(_) => named(value)?,
        Value::Number(_) if name == "state_id" => match value.as_u64() {
            Some(1) => "opened".into(),
            Some(2) => "closed".into(),
            Some(3) => "merged".into(),
            _ => "locked".into(),
        },
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => other.to_string(),
    };
    Some(text).filter(|it| !it.is_empty())
}

fn named(value: &Value) -> Option<String> {
    ["name", "title"].iter().find_map(|it| value[it].as_str()).map(str::to_owned)
}

/// Labels' titles.
pub(super) fn labels(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(named).collect()
}
