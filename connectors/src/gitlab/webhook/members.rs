//! Who and what comes and goes: members, people, keys, groups, projects. GitLab does not say who did it.

use commands::{
    Event,
    event::{Object, Severity},
};

use super::{
    Payload,
    changes::{change, plain},
    event, object,
};
use crate::payload::first;

/// `user_add_to_group`, `user_access_request_to_project`.
pub(super) fn member(payload: &Payload<'_>) -> Option<Event> {
    let kind = payload.kind;
    let verb = match kind {
        _ if kind.starts_with("user_add_to") => "added",
        _ if kind.starts_with("user_remove_from") => "removed",
        _ if kind.starts_with("user_update_for") => "updated",
        _ if kind.starts_with("user_access_request_denied") => "access_denied",
        _ if kind.starts_with("user_access_request_revoked") => "access_request_withdrawn",
        _ if kind.starts_with("user_access_request") => "access_requested",
        _ => return None,
    };
    let login = payload.text("/user_username").or_else(|| payload.text("/user_name"))?;
    let name = payload.text("/user_name").filter(|it| !it.contains(login)).unwrap_or("member");
    let mut told = event("member", verb, object(login, name, None));
    told.object.place = payload.place();
    // Who asks does so themselves; of the others it is told only whom it is done to.
    told.actor = match verb {
        "access_requested" | "access_request_withdrawn" => payload.actor(),
        _ => Some("GitLab".into()),
    };
    told.actor_id = Some(login.to_owned()).filter(|_| told.actor.as_deref() != Some("GitLab")).or_else(|| Some("GitLab".into()));
    let role = first(payload.body, &["/group_access", "/access_level"]);
    told.changes.extend(match verb {
        "removed" | "access_denied" | "access_request_withdrawn" => None,
        _ => role.map(|it| change("role", None, Some(it))),
    });
    let ends = payload.body.get("expires_at").and_then(plain).filter(|_| matches!(verb, "added" | "updated"));
    told.changes.extend(ends.map(|it| change("until", None, Some(&it))));
    Some(told)
}

/// Accounts of the server.
pub(super) fn user(payload: &Payload<'_>) -> Option<Event> {
    let verb = match payload.kind {
        "user_create" => "created",
        "user_destroy" => "deleted",
        "user_rename" => "renamed",
        "user_failed_login" => "login_failed",
        kind => kind.strip_prefix("user_")?,
    };
    let login = payload.text("/username")?;
    let name = payload.text("/name").filter(|it| !it.contains(login)).unwrap_or("account");
    let mut told = event("user", verb, object(login, name, None));
    told.severity = (verb == "login_failed").then_some(Severity::Warning);
    told.object.state = payload.text("/state").map(str::to_owned);
    told.changes.extend(payload.text("/old_username").map(|it| change("login", Some(it), Some(login))));
    told.actor = Some(if verb == "login_failed" { login.to_owned() } else { "GitLab".into() });
    told.object.place = Some("GitLab".into());
    Some(told)
}

/// A key is told by whose it is, never by what it is.
pub(super) fn key(payload: &Payload<'_>) -> Option<Event> {
    let verb = if payload.kind.ends_with("destroy") { "deleted" } else { "created" };
    let login = payload.text("/username")?;
    let mut told = event("ssh_key", verb, object(login, "SSH key", None));
    told.actor = Some(login.to_owned());
    told.object.place = Some("GitLab".into());
    Some(told)
}

/// `project_create`, `subgroup_destroy`, `group_rename`.
fn verb(kind: &str) -> &str {
    match kind.rsplit('_').next().unwrap_or(kind) {
        "create" => "created",
        "destroy" => "deleted",
        "rename" => "renamed",
        "transfer" => "transferred",
        "update" => "updated",
        other => other,
    }
}

fn owned(payload: &Payload<'_>, noun: &str, about: Object, old: Option<&str>) -> Event {
    let mut told = event(noun, verb(payload.kind), about);
    let field = if told.kind.ends_with("transferred") { "place" } else { "path" };
    let now = told.object.key.clone();
    told.changes.extend(old.map(|it| change(field, Some(it), Some(&now))));
    told.actor = payload.actor().or_else(|| Some("GitLab".into()));
    told
}

pub(super) fn group(payload: &Payload<'_>) -> Option<Event> {
    let path = first(payload.body, &["/full_path", "/path", "/group_path"])?;
    let name = payload.text("/name").filter(|it| !it.contains(path)).unwrap_or("group");
    let about = Object { place: Some(payload.text("/parent_full_path").unwrap_or(path).to_owned()), ..object(path, name, None) };
    let noun = if payload.kind.starts_with("subgroup") { "subgroup" } else { "group" };
    Some(owned(payload, noun, about, payload.text("/old_full_path").or_else(|| payload.text("/old_path"))))
}

pub(super) fn project(payload: &Payload<'_>) -> Option<Event> {
    let path = first(payload.body, &["/path_with_namespace", "/project/path_with_namespace"])?;
    let name = payload.text("/name").filter(|it| !it.contains(path)).unwrap_or("project");
    let mut told = owned(payload, "project", object(path, name, payload.web("")), payload.text("/old_path_with_namespace"));
    let seen = payload.text("/project_visibility").filter(|_| told.kind == "project.created");
    told.changes.extend(seen.map(|it| change("visibility", None, Some(it))));
    Some(told)
}
