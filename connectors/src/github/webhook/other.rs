//! Repositories and what surrounds them, and what nobody has words for yet.

use commands::Event;
use serde_json::Value;

use super::{
    Payload,
    changes::{self, change, plain},
    event, number, object,
};
use crate::payload::{branch, first, list, text};

/// Parts of every payload that it is not about, unless there is nothing else.
const SURROUNDINGS: &[&str] =
    &["repository", "sender", "organization", "installation", "enterprise", "changes", "client_payload"];

pub(super) fn repository(payload: &Payload<'_>) -> Option<Event> {
    let repository = payload.part("repository")?;
    let name = text(repository, "/full_name")?;
    let title = text(repository, "/description").unwrap_or("repository");
    let about = object(name, title, text(repository, "/html_url").map(str::to_owned));
    let verb = match (payload.name, payload.action) {
        ("fork", _) => "forked".to_owned(),
        ("star", "deleted") => "unstarred".to_owned(),
        ("star" | "watch", _) => "starred".to_owned(),
        ("public", _) => "publicized".to_owned(),
        ("create", _) => "created".to_owned(),
        ("repository_dispatch", _) => "dispatched".to_owned(),
        ("custom_property_values", _) => "properties_updated".to_owned(),
        ("security_and_analysis", _) => "security_updated".to_owned(),
        ("repository_import", _) => match payload.text("/status") {
            Some("failure") => "import_failed".to_owned(),
            Some("cancelled") => "import_cancelled".to_owned(),
            _ => "imported".to_owned(),
        },
        _ => payload.done(),
    };
    let mut told = event("repository", &verb, about);
    match payload.name {
        "fork" => {
            told.url = payload.text("/forkee/html_url").map(str::to_owned);
            told.changes.push(change("fork", None, payload.text("/forkee/full_name")));
        }
        "repository_dispatch" => {
            told.branch = payload.text("/branch").map(|it| branch(it).to_owned());
            told.changes.push(change("event", None, payload.text("/action")));
        }
        "custom_property_values" => told.changes = properties(payload),
        "security_and_analysis" => told.changes = security(payload),
        _ => told.changes = changes::told(payload),
    }
    match payload.action {
        "archived" => told.object.state = Some("archived".into()),
        "privatized" => told.changes.push(change("visibility", Some("public"), Some("private"))),
        "publicized" => told.changes.push(change("visibility", Some("private"), Some("public"))),
        _ => {}
    }
    Some(told)
}

fn properties(payload: &Payload<'_>) -> Vec<changes::Change> {
    let old = list(payload.body, "/old_property_values");
    let read = |it: &Value| {
        let name = text(it, "/property_name")?;
        let (to, from) = (plain(&it["value"]), old.iter().find(|it| text(it, "/property_name") == Some(name)));
        let from = from.and_then(|it| plain(&it["value"]));
        (from != to).then(|| change(name, from.as_deref(), to.as_deref()))
    };
    list(payload.body, "/new_property_values").iter().filter_map(read).collect()
}

/// `{"from": {"security_and_analysis": {"secret_scanning": {"status": "disabled"}}}}`.
fn security(payload: &Payload<'_>) -> Vec<changes::Change> {
    let from = &payload.body["changes"]["from"]["security_and_analysis"];
    let read = |(name, it): (&String, &Value)| {
        let to = payload.body.pointer("/repository/security_and_analysis").map(|it| &it[name.as_str()]["status"]);
        Some(change(&name.replace('_', " "), text(it, "/status"), to.and_then(Value::as_str)))
    };
    from.as_object().into_iter().flatten().filter_map(read).collect()
}

pub(super) fn label(payload: &Payload<'_>) -> Option<Event> {
    let label = payload.part("label")?;
    let name = text(label, "/name")?;
    let url = payload.web(&format!("/labels/{}", super::super::issues::encoded(name)));
    let mut told = event("label", &payload.done(), object(name, "label", url));
    told.changes = changes::told(payload);
    told.text = text(label, "/description").filter(|_| payload.action == "created").map(str::to_owned);
    Some(told)
}

pub(super) fn milestone(payload: &Payload<'_>) -> Option<Event> {
    let milestone = payload.part("milestone")?;
    let page = text(milestone, "/html_url").map(str::to_owned);
    let url = page.or_else(|| payload.web(&format!("/milestone/{}", number(milestone, "number"))));
    let mut told = event("milestone", &payload.done(), object(text(milestone, "/title")?, "milestone", url));
    told.object.state = text(milestone, "/state").map(str::to_owned);
    told.changes = changes::told(payload);
    if payload.action == "created" {
        let due = milestone.get("due_on").and_then(plain);
        told.changes.extend(due.map(|it| change("due on", None, Some(&it))));
        told.text = text(milestone, "/description").map(str::to_owned);
    }
    Some(told)
}

/// Keys, rules and properties: what an administrator sets.
pub(super) fn setting(payload: &Payload<'_>) -> Option<Event> {
    let (noun, name, title, url) = match payload.name {
        "deploy_key" => ("deploy_key", payload.text("/key/title")?, "deploy key", payload.web("/settings/keys")),
        "branch_protection_rule" => {
            ("branch_protection", payload.text("/rule/name")?, "branch protection", payload.web("/settings/branches"))
        }
        "branch_protection_configuration" => {
            ("branch_protection", payload.repo(), "branch protection", payload.web("/settings/branches"))
        }
        "repository_ruleset" => {
            let page = payload.text("/repository_ruleset/_links/html/href").map(str::to_owned);
            let page = page.or_else(|| payload.web("/rules")).or_else(|| payload.org("/rules"));
            ("ruleset", payload.text("/repository_ruleset/name")?, "ruleset", page)
        }
        _ => {
            let name = payload.text("/definition/property_name")?;
            ("custom_property", name, "custom property", payload.org("/settings/custom-properties"))
        }
    };
    let mut told = event(noun, &payload.done(), object(name, title, url));
    told.changes = changes::told(payload);
    if noun == "branch_protection" && payload.name == "branch_protection_rule" {
        told.branch = Some(name.to_owned());
    }
    if noun == "deploy_key" && payload.action == "created" {
        let right = if payload.body["key"]["read_only"] == true { "read" } else { "write" };
        told.changes.push(change("access", None, Some(right)));
    }
    Some(told)
}

/// Boards, of both kinds.
pub(super) fn project(payload: &Payload<'_>) -> Option<Event> {
    let noun = match payload.name {
        "projects_v2" | "project" => "project",
        "projects_v2_item" => "project_item",
        "projects_v2_status_update" => "project_status",
        "project_card" => "card",
        _ => "column",
    };
    let part = payload.part(payload.name)?;
    let board = payload.part("projects_v2").unwrap_or(part);
    let field = &payload.body["changes"]["field_value"];
    let numbers = [number(board, "number"), number(part, "project_number"), number(field, "project_number")];
    let number = numbers.into_iter().find(|it| !it.is_empty());
    let page = text(part, "/html_url").map(str::to_owned);
    let url = page.or_else(|| payload.org(&format!("/projects/{}", number.clone()?))).or_else(|| payload.org("/projects"));
    let url = url.or_else(|| payload.web("/projects"));
    let named = first(part, &["/title", "/name"]).or_else(|| text(part, "/note").map(crate::payload::first_line));
    let sort = text(part, "/content_type").map(|it| match it {
        "PullRequest" => "pull request",
        "DraftIssue" => "draft issue",
        _ => "issue",
    });
    let title = named.or(sort).or(text(part, "/status")).unwrap_or("project").to_owned();
    let key = number.map_or_else(|| noun.replace('_', " "), |it| format!("project #{it}"));
    let title = if title == key { "item of a project".to_owned() } else { title };
    let mut told = event(noun, &payload.done(), object(key, title, url));
    told.object.state = text(part, "/state").or_else(|| text(part, "/status")).map(str::to_owned);
    told.changes = changes::told(payload);
    let body = first(part, &["/body", "/short_description"]);
    told.text = body.filter(|_| payload.action == "created" || noun == "project_status").map(str::to_owned);
    Some(told)
}

/// A hook that GitHub tries out, or one that is gone.
pub(super) fn hook(payload: &Payload<'_>) -> Option<Event> {
    let id = number(payload.body, "hook_id");
    let url = payload.web(&format!("/settings/hooks/{id}")).or_else(|| payload.text("/organization/html_url").map(str::to_owned));
    let verb = if payload.name == "ping" { "pinged".to_owned() } else { payload.done() };
    let mut told =
        event("hook", &verb, object(format!("webhook {id}").trim(), payload.text("/zen").unwrap_or("webhook of GitHub"), url));
    let events = list(payload.body, "/hook/events").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    told.changes = Some(events).filter(|it| !it.is_empty()).map(|it| change("events", None, Some(&it))).into_iter().collect();
    Some(told)
}

/// What is not known yet, or lacks what it is about: told by whatever has a name.
pub(super) fn read(payload: &Payload<'_>) -> Event {
    let about = part_with_a_name(payload).or_else(|| {
        let repository = payload.part("repository")?;
        let title = payload.name.replace('_', " ");
        Some(object(text(repository, "/full_name")?, title, text(repository, "/html_url").map(str::to_owned)))
    });
    let who = || first(payload.body, &["/organization/login", "/sender/login"]).unwrap_or("GitHub").to_owned();
    let about = about.unwrap_or_else(|| object(who(), payload.name.replace('_', " "), None));
    let mut told = event(noun(payload.name), &payload.done(), about);
    told.changes = changes::told(payload);
    told.text = first(payload.body, &["/comment/body", "/message", "/description"]).map(str::to_owned);
    told
}

/// The same words as where the payload is whole.
fn noun(name: &str) -> &str {
    match name {
        "issues" | "issue_comment" => "issue",
        "workflow_run" => "run",
        "workflow_job" => "job",
        "check_run" => "check",
        "commit_comment" => "commit",
        "gollum" => "wiki_page",
        "discussion_comment" => "discussion",
        "" => "github",
        name if name.starts_with("pull_request") => "pull",
        name if name.starts_with("deployment") => "deployment",
        name if name.ends_with("_alert") => "alert",
        name => name,
    }
}

/// The first part that has a name or a title of its own.
fn part_with_a_name(payload: &Payload<'_>) -> Option<commands::event::Object> {
    let is_part = |(key, it): &(&String, &Value)| it.is_object() && !SURROUNDINGS.contains(&key.as_str());
    payload.body.as_object()?.iter().filter(is_part).find_map(|(part, it)| {
        let name = first(it, &["/title", "/name", "/slug", "/login", "/summary"])?;
        let what = part.replace('_', " ");
        let key = ["number", "id"].iter().map(|key| number(it, key)).find(|it| !it.is_empty());
        let key = key.map_or_else(|| what.clone(), |it| format!("{what} {it}"));
        let mut about = object(key, name, text(it, "/html_url").map(str::to_owned));
        about.state = text(it, "/state").map(str::to_owned);
        Some(about)
    })
}
