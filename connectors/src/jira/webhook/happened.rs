//! From an issue and what was done to it to an event. Shared by webhooks and polling, so that both give the same ids.

use commands::{
    Event,
    event::{Change, Concern, Object, Why},
};
use jiff::Timestamp;
use serde_json::Value;

use super::written;
use crate::{
    jira::{moment, wire},
    payload::tickets,
};

/// The longest value of a change; texts only say that they changed.
const LONGEST: usize = 120;

/// What an event is made of beside its issue.
#[derive(Default)]
pub(in crate::jira) struct Happened<'a> {
    /// Unique in this Jira: `history-57`.
    pub id: String,
    pub kind: String,
    pub at: Timestamp,
    pub by: Option<wire::User>,
    pub items: &'a [wire::Item],
    /// What was written, as Jira keeps texts.
    pub written: Option<&'a Value>,
    /// The number of the comment that it is about.
    pub comment: Option<String>,
}

pub(in crate::jira) fn event_of(source: &str, issue: &wire::Issue, url: Option<String>, happened: Happened<'_>) -> Event {
    let named = |field: &str| issue.named(field).map(|it| it.name).filter(|it| !it.is_empty());
    let Happened { id, kind, at, by, items, written, comment } = happened;
    let is_new = kind == "issue.created";
    let user = |field: &str| issue.fields.get(field).and_then(super::read::user);
    let assignee = user("assignee");
    let known = [assignee.clone(), user("reporter"), user("creator"), by.clone()];
    let known: Vec<wire::User> = known.into_iter().flatten().collect();
    let (text, mentioned) = written.map(|it| written::read(it, &known, by.as_ref())).unwrap_or_default();
    let mut changes = changes(items);
    let mut concerns = assigned(items);
    if is_new {
        // What a new issue is like is told by itself.
        changes.retain(|it| {
            !matches!(it.field.as_str(), "summary" | "status" | "priority" | "reporter" | "description" | "label" | "type")
        });
    }
    if let Some(user) = assignee.filter(|_| is_new && concerns.is_empty()) {
        changes.push(Change { field: "assignee".into(), from: None, to: Some(user.label().to_owned()) });
        concerns.push(Concern { name: user.label().to_owned(), id: id_of(&user), why: Why::Assigned });
    }
    // What was said of another time concerns nobody now.
    let mentioned =
        mentioned.into_iter().filter(|_| is_new || !matches!(kind.as_str(), "issue.comment_edited" | "issue.comment_deleted"));
    for concern in mentioned {
        if !concerns.iter().any(|it| it.name == concern.name) {
            concerns.push(concern);
        }
    }
    let permalink = url.as_ref().zip(comment).map(|(url, comment)| format!("{url}?focusedCommentId={comment}"));
    let permalink = permalink.filter(|_| kind != "issue.comment_deleted");
    let project = issue.project();
    let title = issue.text("summary").map_or_else(|| "an issue without a summary".to_owned(), |it| it.trim().to_owned());
    Event {
        id,
        source: source.to_owned(),
        at,
        actor: by.as_ref().map(|it| it.label().to_owned()).filter(|it| !it.is_empty()),
        actor_id: by.as_ref().and_then(id_of),
        about: about(issue, items, &title),
        object: Object {
            key: issue.key.clone(),
            title,
            place: [project.key, issue.key.split('-').next().unwrap_or_default().to_owned()]
                .into_iter()
                .find(|it| !it.is_empty()),
            state: Some(issue.status().name).filter(|it| !it.is_empty()),
            url,
        },
        changes,
        labels: issue.labels().into_iter().chain(named("issuetype")).chain(named("priority")).collect(),
        text,
        url: permalink,
        concerns,
        kind,
        ..Event::default()
    }
}

/// What an account is known by: its id on Cloud, its login on Data Center.
pub(super) fn id_of(user: &wire::User) -> Option<String> {
    user.account_id.clone().or_else(|| user.name.clone()).filter(|it| !it.is_empty())
}

/// To whom an issue was given.
fn assigned(items: &[wire::Item]) -> Vec<Concern> {
    let given = items.iter().filter(|it| it.field == "assignee");
    let concern = |it: &wire::Item| {
        let name = it.to_string.clone().or_else(|| it.to.clone()).filter(|it| !it.is_empty())?;
        Some(Concern { name, id: it.to.clone().filter(|it| !it.is_empty()), why: Why::Assigned })
    };
    given.filter_map(concern).collect()
}

/// Other issues: its parent, those it was linked to, those that its summary names.
fn about(issue: &wire::Issue, items: &[wire::Item], title: &str) -> Vec<String> {
    let parent = issue.read::<wire::Issue>("parent").map(|it| it.key);
    let linked =
        items.iter().filter(|it| matches!(it.field.as_str(), "Link" | "Epic Link" | "Parent" | "IssueParentAssociation"));
    let linked = linked.flat_map(|it| [&it.from_string, &it.to_string]).flatten().flat_map(|it| tickets(it));
    let mut all: Vec<String> = Vec::new();
    for key in parent.into_iter().chain(linked).chain(tickets(title)) {
        if !key.is_empty() && key != issue.key && !all.contains(&key) {
            all.push(key);
        }
    }
    all
}

/// What changed, in people's words. Long texts say only that they changed.
pub(in crate::jira) fn changes(items: &[wire::Item]) -> Vec<Change> {
    // The order in the backlog says nothing to anybody, nor does a work log's number, and a comment is told by itself.
    let told = items
        .iter()
        .filter(|it| !matches!(it.field.as_str(), "Rank" | "WorklogId" | "Comment" | "timeestimate" | "Workflow" | ""));
    let mut all = Vec::new();
    for it in told {
        let change = |from: Option<String>, to: Option<String>, field: &str| Change { field: field.to_owned(), from, to };
        match it.field.as_str() {
            // Several in one text, with spaces between them.
            "labels" => {
                let words = |text: &Option<String>| {
                    text.iter().flat_map(|it| it.split_whitespace()).map(str::to_owned).collect::<Vec<_>>()
                };
                let (old, new) = (words(&it.from_string), words(&it.to_string));
                all.extend(old.iter().filter(|it| !new.contains(it)).map(|it| change(Some(it.clone()), None, "label")));
                all.extend(new.iter().filter(|it| !old.contains(it)).map(|it| change(None, Some(it.clone()), "label")));
            }
            field => all.push(change(value(it, &it.from_string, &it.from), value(it, &it.to_string, &it.to), named(field))),
        }
    }
    all
}

/// A field as people call it.
fn named(field: &str) -> &str {
    match field {
        "duedate" => "due",
        "timespent" => "time spent",
        "timeoriginalestimate" => "estimate",
        "issuetype" => "type",
        "Attachment" => "attachment",
        "Key" => "key",
        "Sprint" => "sprint",
        "Link" | "RemoteIssueLink" | "RemoteWorkItemLink" => "link",
        "Fix Version" => "fix version",
        "IssueParentAssociation" => "parent",
        other => other,
    }
}

fn value(item: &wire::Item, name: &Option<String>, id: &Option<String>) -> Option<String> {
    let text = name.as_ref().or(id.as_ref()).map(|it| it.trim()).filter(|it| !it.is_empty())?;
    let is_long = matches!(item.field.as_str(), "description" | "environment") || text.chars().count() > LONGEST;
    match item.field.as_str() {
        _ if is_long => None,
        "timespent" | "timeoriginalestimate" => Some(text.parse().map_or_else(|_| text.to_owned(), moment::work)),
        // `2026-11-20 00:00:00.0`
        "duedate" => Some(text.chars().take(10).collect()),
        _ => Some(text.to_owned()),
    }
}

/// Names of statuses that end the work, where Jira does not say which do.
fn is_done(name: &str) -> bool {
    matches!(
        name.trim().to_lowercase().as_str(),
        "done" | "closed" | "resolved" | "complete" | "completed" | "cancelled" | "canceled" | "declined"
    )
}

/// What a change is called: the weightiest of them.
pub(in crate::jira) fn kind_of(issue: &wire::Issue, items: &[wire::Item], has_comment: bool) -> &'static str {
    let of = |field: &str| items.iter().find(|it| it.field == field);
    let status = issue.status();
    let moved = of("status").map(|it| {
        let name = it.to_string.as_deref().unwrap_or(&status.name);
        let said = status.status_category.is_some() && name == status.name;
        let now = if said { status.is_done() } else { is_done(name) };
        (it.from_string.as_deref().is_some_and(is_done), now)
    });
    let given = |it: &&wire::Item| it.to.as_deref().or(it.to_string.as_deref()).is_some_and(|it| !it.is_empty());
    let resolved = of("resolution").map(|it| given(&it));
    let words = |text: &Option<String>| text.as_deref().map_or(0, |it| it.split_whitespace().count());
    let labelled = of("labels").filter(|_| items.iter().all(|it| it.field == "labels"));
    match (moved, resolved) {
        (Some((before, true)), _) if !before || resolved == Some(true) => "issue.closed",
        (Some((true, false)), _) | (Some(_), Some(false)) => "issue.reopened",
        _ if of("assignee").is_some_and(|it| given(&it)) => "issue.assigned",
        _ if of("assignee").is_some() => "issue.unassigned",
        _ if has_comment => "issue.commented",
        _ if of("Key").is_some() && of("project").is_some() => "issue.moved",
        _ => match labelled {
            Some(it) if words(&it.to_string) > words(&it.from_string) => "issue.labeled",
            Some(_) => "issue.unlabeled",
            None => "issue.updated",
        },
    }
}
