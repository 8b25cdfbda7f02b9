//! Service hooks at Azure DevOps' end: <https://learn.microsoft.com/azure/devops/service-hooks/create-subscription>.
//!
//! A subscription is for one type of event, so that a hook is made of many, and its id is theirs.

use commands::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AzureDevOps, api, problem::about};
use crate::{HookMade, HookWanted};

/// What is subscribed to: publisher, type of event, and the version of its payload that we read.
///
/// Not those that tell again what another tells: comments on work items are updates, the merge of a pull request is one as
/// well, and a pipeline's run is a build.
const EVENTS: &[(&str, &str, &str)] = &[
    ("tfs", "git.push", "1.0"),
    ("tfs", "git.pullrequest.created", "1.0"),
    ("tfs", "git.pullrequest.updated", "1.0"),
    ("tfs", "ms.vss-code.git-pullrequest-comment-event", "2.0"),
    ("tfs", "workitem.created", "1.0"),
    ("tfs", "workitem.updated", "1.0"),
    ("tfs", "workitem.deleted", "1.0"),
    ("tfs", "workitem.restored", "1.0"),
    ("tfs", "build.complete", "2.0"),
    ("tfs", "git.repo.created", "1.0-preview.1"),
    ("tfs", "git.repo.deleted", "1.0-preview.1"),
    ("tfs", "git.repo.renamed", "1.0-preview.1"),
    ("pipelines", "ms.vss-pipelinechecks-events.approval-pending", "5.1-preview.1"),
    ("pipelines", "ms.vss-pipelinechecks-events.approval-completed", "5.1-preview.1"),
    ("rm", "ms.vss-release.release-created-event", "3.0-preview.1"),
    ("rm", "ms.vss-release.deployment-completed-event", "3.0-preview.1"),
    ("rm", "ms.vss-release.deployment-approval-pending-event", "3.0-preview.1"),
    ("rm", "ms.vss-release.deployment-approval-completed-event", "3.0-preview.1"),
];

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// See [`crate::Hooking::create`]: in one project, the connection's own where none is named.
pub(super) async fn create(on: &AzureDevOps, wanted: HookWanted<'_>) -> Result<HookMade> {
    let name = wanted.of.map(str::trim).filter(|it| !it.is_empty()).or(on.project.as_deref());
    let name = name.ok_or_else(|| Error::bad_input("In which project? Name one, such as `demo`."))?;
    let acting = on.as_bot();
    let asked = acting.get::<Made>(&format!("/_apis/projects/{}", api::segment(name)), &[]).await;
    let project = asked.map_err(|error| about(error, &format!("project `{name}`")))?.id;
    let mut ids: Vec<String> = Vec::new();
    let mut refused: Option<Error> = None;
    for (publisher, event, version) in EVENTS {
        let body = subscription(&project, publisher, event, version, wanted);
        match acting.post::<Made>("/_apis/hooks/subscriptions", &body).await {
            Ok(made) => ids.push(made.id),
            // An older server, or one without classic releases, does not know each of them.
            Err(error) if matches!(error.kind, ErrorKind::Validation | ErrorKind::NotFound) => refused = Some(error),
            Err(error) => return Err(undone(on, &ids, error).await),
        }
    }
    match refused.filter(|_| ids.is_empty()) {
        Some(error) => Err(error),
        None => Ok(HookMade { id: ids.join(","), of: Some(name.to_owned()) }),
    }
}

fn subscription(project: &str, publisher: &str, event: &str, version: &str, wanted: HookWanted<'_>) -> Value {
    json!({
        "publisherId": publisher, "eventType": event, "resourceVersion": version,
        "consumerId": "webHooks", "consumerActionId": "httpRequest",
        "publisherInputs": { "projectId": project },
        "consumerInputs": {
            "url": wanted.url, "basicAuthUsername": "bellhop", "basicAuthPassword": wanted.secret.expose(),
            "resourceDetailsToSend": "all", "messagesToSend": "all", "detailedMessagesToSend": "all",
        },
    })
}

/// Takes back what was made before this failure, and says where that did not work either.
async fn undone(on: &AzureDevOps, ids: &[String], error: Error) -> Error {
    let made = HookMade { id: ids.join(","), of: None };
    match remove(on, &made).await {
        Ok(()) => error,
        Err(_) => {
            let message = format!(
                "{} Some service hooks were made before and could not be taken back: delete those that lead to Bellhop under Project settings → Service hooks.",
                error.message
            );
            Error { message, ..error }
        }
    }
}

/// See [`crate::Hooking::remove`].
pub(super) async fn remove(on: &AzureDevOps, made: &HookMade) -> Result<()> {
    let acting = on.as_bot();
    for id in made.id.split(',').filter(|it| !it.is_empty()) {
        match acting.delete(&format!("/_apis/hooks/subscriptions/{}", api::segment(id))).await {
            Err(error) if error.kind != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
