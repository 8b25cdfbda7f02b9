//! Webhooks that are set up and taken down by GitLab's own API, of a project or (Premium) of a group:
//! <https://docs.gitlab.com/api/project_webhooks/>, <https://docs.gitlab.com/api/group_webhooks/>.

use commands::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::json;

use super::{GitLab, api::segment, param, problem};
use crate::{HookMade, HookWanted, Hooking};

pub(super) const HOOKING: Hooking<GitLab> = Hooking {
    of: Some("project"),
    create: |it, wanted| Box::pin(create(it, wanted)),
    remove: |it, made| Box::pin(remove(it, made)),
    lasts: None,
};

/// What stands before a group's path, as in GitLab's own addresses.
const GROUP: &str = "groups/";

/// Everything that a hook can be told, but for what is confidential. What a version or an edition lacks, it ignores.
const EVENTS: &[&str] = &[
    "push_events",
    "tag_push_events",
    "issues_events",
    "note_events",
    "merge_requests_events",
    "job_events",
    "pipeline_events",
    "wiki_page_events",
    "deployment_events",
    "feature_flag_events",
    "releases_events",
    "milestone_events",
    "emoji_events",
    "resource_access_token_events",
    "vulnerability_events",
];

/// What only a group's hook is told.
const GROUP_EVENTS: &[&str] = &["subgroup_events", "member_events", "project_events"];

#[derive(Deserialize)]
struct Made {
    id: u64,
}

/// Where the hooks of a place are.
fn path(of: &str) -> String {
    match of.strip_prefix(GROUP) {
        Some(group) => format!("/groups/{}/hooks", segment(group)),
        None => format!("/projects/{}/hooks", segment(of)),
    }
}

/// A project, by whatever people call it; a group by its address or by `groups/` before its path.
async fn place(on: &GitLab, of: Option<&str>) -> Result<String> {
    let of = of.map(|it| it.trim().trim_matches('/')).filter(|it| !it.is_empty());
    let below = of.and_then(|it| it.strip_prefix(on.http.base().trim_end_matches('/'))).map(|it| it.trim_matches('/'));
    let of = below.or(of);
    match of.filter(|it| it.starts_with(GROUP)) {
        Some(group) => Ok(group.split("/-/").next().unwrap_or(group).to_owned()),
        None => on.project_of(of.map(|it| param::Project(it.to_owned())).as_ref()).await,
    }
}

async fn create(on: &GitLab, wanted: HookWanted<'_>) -> Result<HookMade> {
    let place = place(on, wanted.of).await?;
    let mut body = json!({
        "url": wanted.url,
        "token": wanted.secret.expose(),
        "enable_ssl_verification": true,
        // What is confidential is not told anyway: it need not leave GitLab.
        "confidential_issues_events": false,
        "confidential_note_events": false,
    });
    let of_groups = if place.starts_with(GROUP) { GROUP_EVENTS } else { &[] };
    for event in EVENTS.iter().chain(of_groups) {
        body[*event] = json!(true);
    }
    let made: Result<Made> = on.as_bot().post(&path(&place), &body).await;
    let made = made.map_err(|it| explain(it, &place))?;
    Ok(HookMade { id: made.id.to_string(), of: Some(place) })
}

async fn remove(on: &GitLab, made: &HookMade) -> Result<()> {
    let place = place(on, made.of.as_deref()).await?;
    if made.id.is_empty() || !made.id.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::bad_input(format!("`{}` is no webhook of GitLab: its number is missing.", made.id)));
    }
    match on.as_bot().delete(&format!("{}/{}", path(&place), made.id)).await {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        outcome => outcome.map_err(|it| explain(it, &place)),
    }
}

/// What the bot lacks, or what is in the way.
fn explain(error: Error, place: &str) -> Error {
    let name = place.trim_start_matches(GROUP);
    let message = match (error.kind, place.starts_with(GROUP)) {
        // GitLab says the same where the edition has no such hooks.
        (ErrorKind::NotFound | ErrorKind::Permission, true) => format!(
            "GitLab does not let the bot set up webhooks of the group {name}. It takes GitLab Premium and the role Owner in the group; \
             a webhook of each project needs neither."
        ),
        (ErrorKind::Permission, false) => format!(
            "The bot's GitLab account may not set up webhooks of {name}. It takes the role Maintainer in the project. It can be set up \
             by hand too."
        ),
        (ErrorKind::Validation, _) if error.message.to_lowercase().contains("is blocked") => format!(
            "GitLab does not send to this address: {}. An administrator can allow it under Admin → Settings → Network → Outbound requests.",
            error.message.trim_end_matches('.')
        ),
        _ => return problem::about(error, &format!("project {name}")),
    };
    Error { message, ..error }
}
