//! Webhooks that are set up and taken down by Jira's own API, for administrators of Jira:
//! <https://developer.atlassian.com/cloud/jira/platform/webhooks/#registering-a-webhook-using-the-rest-api--for-admins->,
//! <https://developer.atlassian.com/server/jira/platform/webhooks/>.
//!
//! One is for all projects, or for one. Data Center has them elsewhere and in another form from version 10 on; before it signs
//! nothing, and a token in the address proves who sends.

use commands::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Deployment, Jira, api::Server, names::quoted};
use crate::{HookMade, HookWanted, Hooking, words::segment};

pub(super) const HOOKING: Hooking<Jira> = Hooking {
    of: Some("project"),
    create: |it, wanted| Box::pin(create(it, wanted)),
    remove: |it, made| Box::pin(remove(it, made)),
    lasts: None,
};

/// Where webhooks are set up, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Cloud, which signs what it sends.
    Cloud,
    /// Data Center before 10, which signs nothing.
    Old,
    /// Data Center from 10 on: <https://jira.atlassian.com/browse/JRASERVER-78733>.
    New,
}

impl Form {
    fn of(server: &Server) -> Form {
        match server.deployment() {
            Deployment::Cloud => Form::Cloud,
            Deployment::DataCenter if major(&server.version) >= NEW => Form::New,
            Deployment::DataCenter => Form::Old,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Form::Cloud | Form::Old => "/rest/webhooks/1.0/webhook",
            Form::New => "/rest/jira-webhook/1.0/webhooks",
        }
    }

    fn body(self, wanted: HookWanted<'_>, filter: &str) -> Value {
        let (secret, sections) = (wanted.secret.expose(), json!({ "issue-related-events-section": filter }));
        let body = json!({ "name": "Bellhop", "events": EVENTS });
        let more = match self {
            Form::Cloud => json!({ "url": wanted.url, "filters": sections, "excludeBody": false, "secret": secret }),
            Form::Old => json!({ "url": with_token(wanted), "filters": sections, "excludeBody": false }),
            // No page of Atlassian's names the setting that the secret has here. If it is another than that of their other
            // servers, Jira signs nothing, and the token proves who sends.
            Form::New => json!({
                "url": with_token(wanted),
                "configuration": { "FILTERS": filter, "EXCLUDE_BODY": "false", "secret": secret },
                "active": true,
                "sslVerificationRequired": true,
            }),
        };
        body.as_object()
            .into_iter()
            .chain(more.as_object())
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// Data Center's first version with the new form.
const NEW: u32 = 10;

/// What both editions tell of that becomes events here.
const EVENTS: &[&str] = &[
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "worklog_created",
    "worklog_updated",
    "worklog_deleted",
    "issuelink_created",
    "issuelink_deleted",
    "jira:version_created",
    "jira:version_updated",
    "jira:version_released",
    "jira:version_unreleased",
    "jira:version_deleted",
    "jira:version_moved",
    "project_created",
    "project_updated",
    "project_deleted",
    "sprint_created",
    "sprint_updated",
    "sprint_started",
    "sprint_closed",
    "sprint_deleted",
    "board_created",
    "board_updated",
    "board_deleted",
    "board_configuration_changed",
];

#[derive(Deserialize)]
struct Made {
    /// The new form tells its number.
    id: Option<u64>,
    /// `https://example.atlassian.net/rest/webhooks/1.0/webhook/72`: the only sign of it in the others.
    #[serde(default, rename = "self")]
    address: String,
}

async fn create(on: &Jira, wanted: HookWanted<'_>) -> Result<HookMade> {
    let api = on.as_bot().await?;
    let project = wanted.of.map(str::trim).filter(|it| !it.is_empty());
    let key = match project {
        // A wrong one would be a filter that lets nothing through, and nobody would know.
        Some(name) => Some(api.project(name).await?.key),
        None => None,
    };
    let form = Form::of(&on.server().await?);
    let filter = key.as_deref().map(|key| format!("project = {}", quoted(key))).unwrap_or_default();
    let made: Result<Made> = on.http.post(form.path()).json(&form.body(wanted, &filter)).send().await;
    let made = made.map_err(explain)?;
    let id = made.id.map(|it| it.to_string());
    let id = id.unwrap_or_else(|| made.address.rsplit('/').next().unwrap_or_default().to_owned());
    Ok(HookMade { id, of: key })
}

async fn remove(on: &Jira, made: &HookMade) -> Result<()> {
    if made.id.is_empty() || !made.id.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::bad_input(format!("`{}` is no webhook of Jira: its number is missing.", made.id)));
    }
    let form = Form::of(&on.server().await?);
    match on.http.delete(&format!("{}/{}", form.path(), made.id)).send_empty().await {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        outcome => outcome.map_err(explain),
    }
}

/// What does not sign proves itself by a token.
fn with_token(wanted: HookWanted<'_>) -> String {
    format!("{}?token={}", wanted.url, segment(wanted.secret.expose()))
}

/// The first number of a version.
fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|it| it.parse().ok()).unwrap_or_default()
}

fn explain(error: Error) -> Error {
    let message = match error.kind {
        ErrorKind::Permission | ErrorKind::Auth => {
            "Jira lets only administrators set up webhooks: the bot's account needs the global permission “Administer Jira”, and on \
             Cloud its token may not be one with scopes. It can be set up by hand too, under System → WebHooks."
        }
        ErrorKind::NotFound => {
            "This Jira offers no webhooks by its API at this address (a token with scopes leads to `api_url`, which has none). Set it \
             up by hand, under System → WebHooks."
        }
        ErrorKind::Conflict => {
            "Jira has a webhook to this address already. Delete it under System → WebHooks, or set its secret there."
        }
        _ => return error,
    };
    Error { message: message.to_owned(), ..error }
}
