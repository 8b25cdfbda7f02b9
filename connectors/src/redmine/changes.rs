//! From a journal to what changed, in people's words. Shared by polling and webhooks.

use commands::{
    Event,
    event::{Change, Object},
};
use jiff::Timestamp;

use super::{Redmine, card::shorten, names, wire};
use crate::Connector;

/// Attributes as Redmine's journals name them, and as people do.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("status_id", "status"),
    ("assigned_to_id", "assignee"),
    ("priority_id", "priority"),
    ("tracker_id", "tracker"),
    ("category_id", "category"),
    ("fixed_version_id", "version"),
    ("project_id", "project"),
    ("parent_id", "parent"),
    ("estimated_hours", "estimate"),
    ("is_private", "private"),
];

/// Where an id's name can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// The value is what people read.
    Plain,
    Status,
    Priority,
    Tracker,
    Person,
    Category,
    Version,
    Project,
    CustomField,
}

/// What kind of value this change has.
pub(super) fn names_of(detail: &wire::Detail) -> Names {
    match (detail.property.as_str(), detail.name.as_str()) {
        ("attr", "status_id") => Names::Status,
        ("attr", "priority_id") => Names::Priority,
        ("attr", "tracker_id") => Names::Tracker,
        ("attr", "assigned_to_id") => Names::Person,
        ("attr", "category_id") => Names::Category,
        ("attr", "fixed_version_id") => Names::Version,
        ("attr", "project_id") => Names::Project,
        ("cf", _) => Names::CustomField,
        _ => Names::Plain,
    }
}

/// How people call what changed.
pub(super) fn field_of(detail: &wire::Detail, issue: &Facts) -> String {
    match detail.property.as_str() {
        "attr" => {
            let known = ATTRIBUTES.iter().find(|(name, _)| *name == detail.name);
            known.map_or_else(|| detail.name.clone(), |(_, name)| (*name).to_owned())
        }
        "cf" => {
            let named = issue.custom_fields.iter().find(|it| it.id.to_string() == detail.name);
            named.map_or_else(|| format!("custom field {}", detail.name), |it| it.name.clone())
        }
        other => other.to_owned(),
    }
}

/// What an event says of its issue.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub id: u64,
    pub subject: String,
    pub project: String,
    pub tracker: String,
    pub priority: String,
    pub status: String,
    pub url: Option<String>,
    pub custom_fields: Vec<wire::Named>,
}

impl Facts {
    pub fn of(issue: &wire::Issue, url: Option<String>) -> Facts {
        Facts {
            id: issue.id,
            subject: issue.subject.clone(),
            project: issue.project.name.clone(),
            tracker: issue.tracker.name.clone(),
            priority: issue.priority.name.clone(),
            status: issue.status.name.clone(),
            url,
            custom_fields: issue.custom_fields.iter().map(|it| wire::Named { id: it.id, name: it.name.clone() }).collect(),
        }
    }
}

/// What an event is made of beside its issue.
pub(super) struct Happened {
    /// Unique in this Redmine, and the same whether it was polled or pushed: `journal-57`.
    pub id: String,
    pub kind: &'static str,
    pub at: Timestamp,
    pub actor: Option<String>,
    pub changes: Vec<Change>,
    pub text: Option<String>,
}

pub(super) fn event(source: Option<&str>, issue: &Facts, happened: Happened) -> Event {
    let Happened { id, kind, at, actor, changes, text } = happened;
    let text = text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    Event {
        id,
        source: source.unwrap_or(Redmine::NAME).to_owned(),
        kind: kind.to_owned(),
        at,
        actor,
        object: Object {
            key: format!("#{}", issue.id),
            title: issue.subject.clone(),
            url: issue.url.clone(),
            place: Some(issue.project.clone()).filter(|it| !it.is_empty()),
            state: Some(issue.status.clone()).filter(|it| !it.is_empty()),
        },
        changes,
        labels: [&issue.tracker, &issue.priority].into_iter().filter(|it| !it.is_empty()).cloned().collect(),
        text: text.map(|it| shorten(&it, 1000)),
        ..Event::default()
    }
}

/// What a journal is called: closing outweighs commenting, which outweighs the rest.
pub(super) fn kind_of(closed: bool, notes: Option<&str>) -> &'static str {
    if closed {
        "issue.closed"
    } else if notes.is_some_and(|it| !it.trim().is_empty()) {
        "issue.commented"
    } else {
        "issue.updated"
    }
}

/// Long texts say only that they changed.
pub(super) fn is_long(detail: &wire::Detail) -> bool {
    detail.property == "attr" && detail.name == "description"
}

impl Redmine {
    /// The changes of a journal, with names asked of Redmine.
    pub(super) async fn changes(&self, journal: &wire::Journal, issue: &wire::Issue) -> Vec<Change> {
        let facts = Facts::of(issue, None);
        let mut changes = Vec::new();
        for detail in &journal.details {
            let field = field_of(detail, &facts);
            let (from, to) = if is_long(detail) {
                (None, None)
            } else {
                (
                    self.named(detail, detail.old_value.as_deref(), issue).await,
                    self.named(detail, detail.new_value.as_deref(), issue).await,
                )
            };
            changes.push(Change { field, from, to });
        }
        changes
    }

    /// The name of a value, or the value where Redmine does not tell its name (any more).
    async fn named(&self, detail: &wire::Detail, value: Option<&str>, issue: &wire::Issue) -> Option<String> {
        let value = value.filter(|it| !it.is_empty())?;
        let Ok(id) = value.parse::<u64>() else { return Some(value.to_owned()) };
        let current = |named: &Option<wire::Named>| named.as_ref().filter(|it| it.id == id).map(|it| it.name.clone());
        let name = match names_of(detail) {
            Names::Plain | Names::CustomField => None,
            Names::Status => self.entry_name(names::List::Status, id).await,
            Names::Priority => self.entry_name(names::List::Priority, id).await,
            Names::Tracker => self.entry_name(names::List::Tracker, id).await,
            Names::Person => match current(&issue.assigned_to) {
                Some(name) => Some(name),
                None => self.person_name(id).await,
            },
            Names::Category => current(&issue.category),
            Names::Version => match current(&issue.fixed_version) {
                Some(name) => Some(name),
                None => {
                    let all = self.as_bot().versions(issue.project.id).await.unwrap_or_default();
                    all.into_iter().find(|it| it.id == id).map(|it| it.name)
                }
            },
            Names::Project => current(&Some(issue.project.clone())),
        };
        Some(name.unwrap_or_else(|| value.to_owned()))
    }

    async fn entry_name(&self, list: names::List, id: u64) -> Option<String> {
        let entries = self.entries(list).await.ok()?;
        entries.iter().find(|it| it.id == id).map(|it| it.name.clone())
    }

    async fn person_name(&self, id: u64) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct One {
            user: wire::User,
        }
        if let Some(name) = self.people.get(&id).await {
            return Some(name);
        }
        let name = self.as_bot().get::<One>(&format!("/users/{id}.json"), &[]).await.ok()?.user.name();
        self.people.insert(id, name.clone()).await;
        Some(name)
    }
}
