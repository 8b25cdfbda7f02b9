//! Help, usage lines, completion and documentation pages, all read off the actions.

use crate::{ActionSpec, Group, Message};

/// `redmine issue create <subject…> project=… [tracker=…] [private]`
pub fn usage(group: &str, spec: &ActionSpec) -> String {
    let _ = (group, spec);
    unimplemented!()
}

/// The first line of the action's doc comment.
pub fn summary(spec: &ActionSpec) -> String {
    let _ = spec;
    unimplemented!()
}

/// What a person sees on `help`, `redmine help`, `redmine help issue create`. `groups` holds only
/// what the person may run.
pub fn message(groups: &[Group], group: Option<&str>, action: Option<&str>) -> Message {
    let _ = (groups, group, action);
    unimplemented!()
}

/// One line of a completion list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// The whole line with this completion taken.
    pub line: String,
    /// What is shown.
    pub label: String,
    pub help: String,
}

/// What can come next after `line`, which starts with a group's name; at most `limit`.
///
/// Values of look-up fields are not known here: for those, [`completing`] says which field it is.
pub fn complete(groups: &[Group], line: &str, limit: usize) -> Vec<Completion> {
    let _ = (groups, line, limit);
    unimplemented!()
}

/// The field whose value is being typed at the end of `line`, the value's beginning, and the line before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Completing {
    pub group: String,
    pub action: String,
    pub field: crate::Field,
    pub typed: String,
    pub before: String,
    /// What was given before it, for look-ups that depend on it.
    pub given: serde_json::Map<String, serde_json::Value>,
}

pub fn completing(groups: &[Group], line: &str) -> Option<Completing> {
    let _ = (groups, line);
    unimplemented!()
}

/// The connector's reference page in Markdown: every command with usage, fields and examples.
pub fn page(group: &Group) -> String {
    let _ = group;
    unimplemented!()
}
