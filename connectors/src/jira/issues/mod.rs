//! Issues: what can be done to them, and what the actions have in common.

use commands::{Button, Ctx, Message, Reply, Result, Text};
use serde_json::{Map, Value, json};

use super::{
    api::{Api, Found},
    card,
    fields::Field,
    names::{count, is_none, pick},
    param, problem,
    wire::{self, Issue},
};

mod change;
mod create;
mod delete;
mod list;
mod show;
mod transition;

pub(super) use change::no_parent;
pub use change::{Assign, Label, Update};
pub use create::Create;
pub use delete::Delete;
pub(super) use list::found;
pub use list::{Jql, List, Search};
pub use show::{History, Show};
pub use transition::{Close, Transition};

/// What a line about an issue needs.
pub(super) const LINE: &[&str] = &["summary", "status", "assignee", "priority", "issuetype", "duedate", "updated", "security"];

impl Api<'_> {
    /// The issue, with what its card shows.
    pub async fn issue(&self, key: &str) -> Result<Issue> {
        self.issue_with(key, "*all,-comment,-worklog", Some("transitions,transitions.fields")).await
    }

    pub async fn issue_with(&self, key: &str, fields: &str, expand: Option<&str>) -> Result<Issue> {
        let mut query = vec![("fields", fields)];
        query.extend(expand.map(|it| ("expand", it)));
        let issue = self.get(&format!("/issue/{key}"), &query).await;
        issue.map_err(|error| problem::about(error, &format!("issue {key}"), "Browse Projects"))
    }
}

/// A reply with the issue's card below what was done.
pub(super) async fn shown(api: &Api<'_>, ctx: &Ctx, issue: &Issue, said: Message) -> Reply {
    // Without the fields' names the card says a little less.
    let known = api.all_fields().await.unwrap_or_default();
    card::reply(api, issue, ctx, said, card::card(api, issue, &known, ctx))
}

/// A reply with the issue as it is now. What was done is done: failing to read the issue again must not look like
/// failing to change it.
pub(super) async fn after(api: &Api<'_>, ctx: &Ctx, key: &str, did: &str) -> Reply {
    match api.issue(key).await {
        Ok(issue) => shown(api, ctx, &issue, Message::text(did)).await,
        Err(_) => Reply::to_channel(did),
    }
}

/// Puts a field where there is a value.
fn put(body: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value);
    }
}

/// Names of versions and components as Jira takes them; each is looked for first, as Jira names none of those it misses.
async fn named_parts(
    api: &Api<'_>,
    project: &str,
    versions: &[(&'static str, &[param::Version])],
    components: &[param::Component],
) -> Result<Map<String, Value>> {
    let mut body = Map::new();
    let mut problems = Vec::new();
    if versions.iter().any(|(_, all)| !all.is_empty()) {
        let known: Vec<wire::Version> = api.versions(project).await?;
        for (key, wanted) in versions.iter().filter(|(_, all)| !all.is_empty()) {
            let field = if *key == "versions" { "affects" } else { "fix_version" };
            let wanted = wanted.iter().filter(|it| !is_none(&it.0));
            match wanted.map(|it| pick("version", field, &it.0, &known, |it| (&it.id, &it.name))).collect::<Result<Vec<_>>>() {
                Ok(found) => drop(body.insert((*key).to_owned(), found.iter().map(|it| json!({ "id": it.id })).collect())),
                Err(error) => problems.push(error),
            }
        }
    }
    if !components.is_empty() {
        let known = api.components(project).await?;
        let wanted = components.iter().filter(|it| !is_none(&it.0));
        match wanted.map(|it| pick("component", "component", &it.0, &known, |it| (&it.id, &it.name))).collect::<Result<Vec<_>>>()
        {
            Ok(found) => drop(body.insert("components".to_owned(), found.iter().map(|it| json!({ "id": it.id })).collect())),
            Err(error) => problems.push(error),
        }
    }
    match problem::all(problems) {
        Some(error) => Err(error),
        None => Ok(body),
    }
}

/// Labels hold no blanks in Jira, so that people's become dashes.
fn label(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("-")
}

/// A priority, by name, among those that the screen offers.
fn priority(fields: &[Field], typed: &str) -> Result<Value> {
    let names = fields.iter().find(|it| it.id == "priority").map(Field::choices).unwrap_or_default();
    if names.is_empty() {
        return Ok(json!({ "name": typed.trim() }));
    }
    let found = pick("priority", "priority", typed, &names, |it| (it, it))?;
    Ok(json!({ "name": found }))
}

/// Issues that were found, with how many there are and a button for the next ones.
pub(super) fn listed(api: &Api<'_>, found: &Found, total: Option<usize>, more: impl FnOnce(&str) -> Button) -> Message {
    let shown: Vec<Text> = found.issues.iter().filter(|it| !card::is_restricted(it)).map(|it| card::line(api.jira, it)).collect();
    let hidden = found.issues.len() - shown.len();
    if found.issues.is_empty() {
        return Message::text("No issue matches.");
    }
    let head = match (total, &found.next) {
        (Some(total), Some(_)) => format!("{} of {}", shown.len() + hidden, count(total, "issue")),
        (None, Some(_)) => format!("{}, and more", count(shown.len() + hidden, "issue")),
        (_, None) => count(shown.len() + hidden, "issue"),
    };
    let mut message = Message::text(Text::new().bold(head)).list(shown);
    if hidden > 0 {
        message = message.context(format!(
            "{} with a security level {} left out.",
            count(hidden, "issue"),
            if hidden == 1 { "is" } else { "are" }
        ));
    }
    match &found.next {
        Some(next) => message.buttons(vec![more(next)]),
        None => message,
    }
}
