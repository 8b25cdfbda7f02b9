//! From an issue and what was done to it to an event. Shared by webhooks and polling, so that both give the same ids.

use commands::{
    Event,
    event::{Change, Object},
};
use jiff::Timestamp;

use crate::jira::{names::shorten, wire};

/// The longest text of an event.
const LONGEST: usize = 1000;

/// What an event is made of beside its issue.
pub(in crate::jira) struct Happened {
    /// Unique in this Jira: `history-57`.
    pub id: String,
    pub kind: String,
    pub at: Timestamp,
    pub actor: Option<String>,
    pub changes: Vec<Change>,
    pub text: Option<String>,
}

pub(in crate::jira) fn event_of(source: &str, issue: &wire::Issue, url: Option<String>, happened: Happened) -> Event {
    let named = |field: &str| issue.named(field).map(|it| it.name).filter(|it| !it.is_empty());
    let Happened { id, kind, at, actor, changes, text } = happened;
    let text = text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    let project = issue.project();
    Event {
        id,
        source: source.to_owned(),
        kind,
        at,
        actor,
        object: Object {
            key: issue.key.clone(),
            title: issue.text("summary").unwrap_or_default().to_owned(),
            url,
            place: [project.key, project.name].into_iter().find(|it| !it.is_empty()),
            state: Some(issue.status().name).filter(|it| !it.is_empty()),
        },
        changes,
        labels: issue.labels().into_iter().chain(named("issuetype")).chain(named("priority")).collect(),
        text: text.map(|it| shorten(&it, LONGEST)),
        ..Event::default()
    }
}

/// What changed, in people's words. Long texts say only that they changed.
pub(in crate::jira) fn changes(items: &[wire::Item]) -> Vec<Change> {
    let is_long = |it: &wire::Item| {
        let long = |text: &Option<String>| text.as_ref().is_some_and(|it| it.chars().count() > 120);
        matches!(it.field.as_str(), "description" | "environment" | "Comment") || long(&it.from_string) || long(&it.to_string)
    };
    // The order in the backlog says nothing to anybody.
    let told = items.iter().filter(|it| it.field != "Rank");
    let value = |text: &Option<String>| text.clone().filter(|it| !it.is_empty());
    let change = |it: &wire::Item| {
        let (from, to) = if is_long(it) { (None, None) } else { (value(&it.from_string), value(&it.to_string)) };
        let field = if it.field == "duedate" { "due".to_owned() } else { it.field.clone() };
        Change { field, from, to }
    };
    told.map(change).collect()
}

/// What a change is called: closing outweighs commenting, which outweighs the rest.
pub(in crate::jira) fn kind_of(issue: &wire::Issue, items: &[wire::Item], has_comment: bool) -> &'static str {
    let moved = items.iter().any(|it| it.field == "status");
    if moved && issue.status().is_done() {
        "issue.closed"
    } else if has_comment {
        "issue.commented"
    } else {
        "issue.updated"
    }
}
