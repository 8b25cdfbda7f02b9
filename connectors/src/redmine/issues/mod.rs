//! Issues: what can be done to them, and what the actions have in common.

use commands::{Ctx, Error, ErrorKind, Message, Reply, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    api::Acting,
    card,
    names::{self, is_none, pick},
    param, problem, wire,
};

mod change;
mod create;
mod custom;
mod list;
mod show;
mod tasks;

pub use change::{Assign, Close, Comment, SetStatus, Update};
pub use create::Create;
pub(super) use create::Offer;
pub(super) use custom::Custom;
pub use list::{List, Search};
pub(super) use list::{listed, with_note};
pub use show::Show;

/// An answer that holds one issue.
#[derive(Deserialize)]
pub(super) struct One {
    pub issue: wire::Issue,
}

/// What a person wants an issue's attributes to be, as typed.
#[derive(Default)]
struct Wanted<'a> {
    tracker: Option<&'a param::Tracker>,
    status: Option<&'a param::Status>,
    priority: Option<&'a param::Priority>,
    assignee: Option<&'a str>,
    category: Option<&'a param::Category>,
    version: Option<&'a param::Version>,
    parent: Option<&'a param::IssueId>,
    fields: &'a [String],
}

impl Acting<'_> {
    /// The issue, with what its card shows.
    pub async fn issue(&self, id: u64) -> Result<wire::Issue> {
        self.issue_with(id, "attachments,allowed_statuses,watchers").await
    }

    pub async fn issue_with(&self, id: u64, include: &str) -> Result<wire::Issue> {
        let include = [("include", include)];
        // An empty one is none of those that there are.
        let include = if include[0].1.is_empty() { &[] } else { &include[..] };
        let answer = self.get::<One>(&format!("/issues/{id}.json"), include).await;
        answer.map(|it| it.issue).map_err(|error| match error.kind {
            // Redmine answers 403 for an issue that exists in a project that the person cannot see.
            ErrorKind::NotFound | ErrorKind::Permission => Error::new(
                error.kind,
                format!("There is no issue #{id} in Redmine that {} can see. Is the number right?", self.viewer()),
            ),
            _ => error,
        })
    }

    fn viewer(&self) -> &'static str {
        if self.account.is_some() { "you" } else { "the bot" }
    }

    /// Names → ids, in Redmine's own attribute names. Every problem is found at once.
    async fn attributes(
        &self,
        wanted: Wanted<'_>,
        project: &wire::Project,
        issue: Option<&wire::Issue>,
    ) -> Result<Map<String, Value>> {
        let redmine = self.redmine;
        let mut ids = Map::new();
        let mut problems = Vec::new();
        let mut take = |key: &str, value: Result<Value>| match value {
            Ok(value) => drop(ids.insert(key.to_owned(), value)),
            Err(error) => problems.push(error),
        };
        if let Some(tracker) = wanted.tracker {
            take("tracker_id", pick("tracker", "tracker", &tracker.0, &project.trackers).map(|it| json!(it.id)));
        }
        if let Some(status) = wanted.status {
            take("status_id", redmine.entry(names::List::Status, "status", &status.0).await.map(|it| json!(it.id)));
        }
        if let Some(priority) = wanted.priority {
            take("priority_id", redmine.entry(names::List::Priority, "priority", &priority.0).await.map(|it| json!(it.id)));
        }
        match wanted.assignee {
            Some(text) if is_none(text) => take("assigned_to_id", Ok(json!(NOBODY))),
            Some(text) => take("assigned_to_id", self.person("assignee", text, Some(project.id)).await.map(|it| json!(it.id))),
            None => {}
        }
        match wanted.category {
            Some(text) if is_none(&text.0) => take("category_id", Ok(Value::Null)),
            Some(text) => {
                take("category_id", pick("category", "category", &text.0, &project.issue_categories).map(|it| json!(it.id)));
            }
            None => {}
        }
        match wanted.version {
            Some(text) if is_none(&text.0) => take("fixed_version_id", Ok(Value::Null)),
            Some(text) => take("fixed_version_id", self.version(project.id, "version", &text.0).await.map(|it| json!(it.id))),
            None => {}
        }
        match wanted.parent {
            Some(parent) if parent.is_none() => take("parent_issue_id", Ok(Value::Null)),
            Some(parent) => take("parent_issue_id", parent.number("parent").map(|it| json!(it))),
            None => {}
        }
        match self.custom_fields(wanted.fields, project.id, issue).await {
            Ok(values) if values.is_empty() => {}
            Ok(values) => take("custom_fields", Ok(Value::Array(values))),
            Err(error) => take("custom_fields", Err(error)),
        }
        match problem::all(problems) {
            Some(error) => Err(error),
            None => Ok(ids),
        }
    }
}

/// The assignee of an issue that is nobody's. Redmine 5 empties every other attribute by null, but ignores it here.
const NOBODY: &str = "";

/// Puts an attribute where there is one.
fn put(body: &mut Map<String, Value>, key: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), json!(value));
    }
}

/// What Redmine dropped without a word: it ignores attributes that the person may not set, and
/// statuses that the workflow does not allow.
fn ignored(asked: &Map<String, Value>, got: &wire::Issue) -> Option<String> {
    let id = |it: &Option<wire::Named>| it.as_ref().map(|it| it.id);
    let kept: [(&str, &str, Option<u64>); 8] = [
        ("status_id", "status", Some(got.status.id)),
        ("tracker_id", "tracker", Some(got.tracker.id)),
        ("priority_id", "priority", Some(got.priority.id)),
        ("assigned_to_id", "assignee", id(&got.assigned_to)),
        ("category_id", "category", id(&got.category)),
        ("fixed_version_id", "version", id(&got.fixed_version)),
        ("parent_issue_id", "parent", id(&got.parent)),
        ("is_private", "private", Some(u64::from(got.is_private))),
    ];
    let as_id = |value: &Value| value.as_u64().or_else(|| value.as_bool().map(u64::from));
    let mut names: Vec<String> = kept
        .iter()
        .filter(|(key, _, got)| asked.get(*key).is_some_and(|asked| as_id(asked) != *got))
        .map(|(_, name, _)| (*name).to_owned())
        .collect();
    if let (Some(asked), Some(got)) = (asked.get("watcher_user_ids").and_then(Value::as_array), &got.watchers)
        && asked.iter().any(|id| got.iter().all(|it| Some(it.id) != id.as_u64()))
    {
        names.push("watchers".to_owned());
    }
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("Redmine did not take: {names}. The workflow or the role in this project does not allow it.")
    })
}

/// A reply with the issue's card below what was done.
fn done(acting: &Acting<'_>, issue: &wire::Issue, ctx: &Ctx, did: &str, notes: Vec<Option<String>>) -> Reply {
    let said = notes.into_iter().flatten().fold(Message::text(did), Message::context);
    let shown = card::card(acting.redmine.http.base(), issue, ctx);
    card::reply(acting.redmine.http.base(), issue, ctx, said, shown)
}

/// The parameters that hold an issue's attributes, for placing Redmine's complaints.
const PLACES: &[&str] = &[
    "subject",
    "description",
    "project",
    "tracker",
    "status",
    "priority",
    "assignee",
    "category",
    "version",
    "parent",
    "start_date",
    "due_date",
    "estimate",
    "done_ratio",
    "private",
    "field",
];

/// A reply with the issue as it is now. What was done is done: failing to read the issue again must
/// not look like failing to change it.
pub(super) async fn after(acting: &Acting<'_>, ctx: &Ctx, id: u64, did: &str) -> Result<Reply> {
    match acting.issue(id).await {
        Ok(issue) => Ok(done(acting, &issue, ctx, did, vec![acting.note()])),
        Err(_) => Ok(Reply::to_channel(did)),
    }
}
