//! From a journal to what changed, in people's words. Shared by polling and webhooks.

use commands::{
    Event,
    event::{Change, Concern, Object, Why},
};
use jiff::Timestamp;

use super::{Redmine, card::shorten, names, wire};
use crate::{Connector, payload};

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
    ("child_id", "subtask"),
    ("is_private", "private"),
    ("done_ratio", "done"),
    ("start_date", "start date"),
    ("due_date", "due date"),
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
    /// Another issue, by its number.
    Issue,
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
        ("attr", "parent_id" | "child_id") | ("relation", _) => Names::Issue,
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
        // `relates`, `blocked`, `copied_to`: how it is related.
        "relation" => detail.name.replace('_', " "),
        other => other.to_owned(),
    }
}

/// An issue's number as people write it.
pub(super) fn key_of(number: &str) -> String {
    if number.starts_with(|it: char| it.is_ascii_digit()) { format!("#{number}") } else { number.to_owned() }
}

/// Somebody of Redmine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub name: String,
    /// Not told to everybody.
    pub login: Option<String>,
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
#[derive(Debug, Default)]
pub(super) struct Happened {
    /// Unique in this Redmine, and the same whether it was polled or pushed: `journal-57`.
    pub id: String,
    pub kind: String,
    pub at: Timestamp,
    pub actor: Option<Who>,
    /// Whom it was given to by this.
    pub assigned: Option<Who>,
    pub changes: Vec<Change>,
    pub text: Option<String>,
    /// The journal's number, at which the issue's page shows it.
    pub journal: Option<u64>,
}

pub(super) fn event(source: Option<&str>, issue: &Facts, happened: Happened) -> Event {
    let Happened { id, kind, at, actor, assigned, changes, text, journal } = happened;
    let text = text.and_then(|it| payload::said(&it));
    let key = if issue.id == 0 { "issue".to_owned() } else { format!("#{}", issue.id) };
    let assigned = assigned.into_iter().map(|it| Concern { name: it.name, id: it.login, why: Why::Assigned });
    let written = text.as_deref().unwrap_or_default();
    // Redmine mentions people by their logins.
    let is_actor = |login: &String| actor.as_ref().is_some_and(|it| it.login.as_ref() == Some(login) || it.name == *login);
    let named = payload::mentions(written).into_iter().filter(|it| !is_actor(it));
    let named = named.map(|name| Concern { id: Some(name.clone()), name, why: Why::Mentioned });
    let mut about = payload::numbers(&format!("{} {written}", issue.subject));
    let related = changes.iter().flat_map(|it| [&it.from, &it.to]).flatten().filter(|it| it.starts_with('#'));
    about.extend(related.cloned());
    about.retain(|it| *it != key);
    let mut known = std::collections::BTreeSet::new();
    about.retain(|it| known.insert(it.clone()));
    let page = issue.url.as_ref().filter(|it| it.contains("/issues/"));
    Event {
        id,
        source: source.unwrap_or(Redmine::NAME).to_owned(),
        kind,
        at,
        actor_id: actor.as_ref().and_then(|it| it.login.clone()),
        concerns: assigned.chain(named).collect(),
        actor: actor.as_ref().map(|it| it.name.clone()),
        object: Object {
            key,
            title: Some(issue.subject.clone()).filter(|it| !it.is_empty()).unwrap_or_else(|| "an issue in Redmine".into()),
            url: issue.url.clone(),
            place: Some(issue.project.clone()).filter(|it| !it.is_empty()),
            state: Some(issue.status.clone()).filter(|it| !it.is_empty()),
        },
        changes,
        labels: [&issue.tracker, &issue.priority].into_iter().filter(|it| !it.is_empty()).cloned().collect(),
        text,
        // A page counts its notes, including those that the bot cannot see; by its own number a journal is found as well.
        url: journal.zip(page).map(|(journal, page)| format!("{page}#change-{journal}")),
        about,
        ..Event::default()
    }
}

/// What a change of status came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Closed,
    Reopened,
    None,
}

/// What a journal is called: closing outweighs commenting, which outweighs the rest.
pub(super) fn kind_of(turn: Turn, notes: Option<&str>, details: &[wire::Detail]) -> &'static str {
    let attribute = |name: &str| details.iter().find(|it| it.property == "attr" && it.name == name);
    let is_set = |value: &Option<String>| value.as_ref().is_some_and(|it| !it.is_empty());
    match turn {
        Turn::Closed => return "issue.closed",
        Turn::Reopened => return "issue.reopened",
        Turn::None => {}
    }
    if notes.is_some_and(|it| !it.trim().is_empty()) {
        return "issue.commented";
    }
    if is_assigned(details) {
        return "issue.assigned";
    }
    match attribute("assigned_to_id") {
        Some(detail) if is_set(&detail.old_value) => return "issue.unassigned",
        _ => {}
    }
    if attribute("project_id").is_some() {
        return "issue.moved";
    }
    if !details.is_empty() && details.iter().all(|it| it.property == "attachment" && is_set(&it.new_value)) {
        return "issue.attached";
    }
    "issue.updated"
}

/// Whether it was given to somebody by this.
pub(super) fn is_assigned(details: &[wire::Detail]) -> bool {
    let is_set = |it: &wire::Detail| it.new_value.as_ref().is_some_and(|it| !it.is_empty());
    details.iter().any(|it| it.property == "attr" && it.name == "assigned_to_id" && is_set(it))
}

/// Whether its status changed.
pub(super) fn is_moved(details: &[wire::Detail]) -> bool {
    details.iter().any(|it| it.property == "attr" && it.name == "status_id")
}

/// Whether its values are long texts, of which people see where they begin.
pub(super) fn is_long(detail: &wire::Detail) -> bool {
    detail.property == "attr" && detail.name == "description"
}

/// Where a long text begins.
pub(super) fn beginning(text: &str) -> Option<String> {
    let line = payload::first_line(text);
    Some(shorten(line, 100)).filter(|it| !it.is_empty())
}

impl Redmine {
    /// The changes of a journal, with names asked of Redmine.
    pub(super) async fn changes(&self, journal: &wire::Journal, issue: &wire::Issue) -> Vec<Change> {
        let facts = Facts::of(issue, None);
        let mut changes = Vec::new();
        for detail in &journal.details {
            let field = field_of(detail, &facts);
            let (from, to) = if is_long(detail) {
                let begins = |it: &Option<String>| beginning(it.as_deref()?);
                (begins(&detail.old_value), begins(&detail.new_value))
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
            Names::Issue => Some(key_of(value)),
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
        Some(self.person_known(id).await?.name)
    }

    /// Who has this number, as far as Redmine tells the bot.
    pub(super) async fn person_known(&self, id: u64) -> Option<Who> {
        #[derive(serde::Deserialize)]
        struct One {
            user: wire::User,
        }
        let ask = async {
            let user = self.as_bot().get::<One>(&format!("/users/{id}.json"), &[]).await?.user;
            Ok(Who { name: user.name(), login: Some(user.login).filter(|it| !it.is_empty()) })
        };
        self.people.or_ask(id, ask).await.ok()
    }

    /// Whom a reference means, with the login where Redmine tells it.
    pub(super) async fn who(&self, named: Option<&wire::Named>) -> Option<Who> {
        let named = named?;
        let login = self.person_known(named.id).await.and_then(|it| it.login);
        Some(Who { name: named.name.clone(), login })
    }
}
