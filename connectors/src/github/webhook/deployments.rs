//! Deployments, how they went, and who has to allow them.

use commands::{
    Event,
    event::{Concern, Object, Severity, Why},
};
use serde_json::Value;

use super::{Payload, add, event, object, pulls};
use crate::payload::{branch, first, first_line, list, short, text, tickets};

/// What is deployed where; `run` is the workflow's.
fn about(payload: &Payload<'_>, deployment: &Value, run: &Value) -> Option<Object> {
    let reference = text(deployment, "/ref").or_else(|| text(run, "/head_branch")).map(branch);
    let places = ["/deployment_status/environment", "/deployment/environment", "/environment", "/workflow_job_run/environment"];
    let environment = first(payload.body, &places).or_else(|| text(&payload.body["workflow_job_runs"][0], "/environment"));
    let title = match (reference, environment) {
        (Some(reference), Some(environment)) => format!("{reference} to {environment}"),
        (reference, environment) => reference.or(environment)?.to_owned(),
    };
    let sha = text(deployment, "/sha").or_else(|| text(run, "/head_sha"));
    let log = ["/deployment_status/log_url", "/deployment_status/target_url", "/workflow_run/html_url"];
    let log = log.iter().filter_map(|it| payload.text(it)).find(|it| it.starts_with("http")).map(str::to_owned);
    let page = || payload.web(&format!("/deployments/{}", super::super::issues::encoded(environment.unwrap_or("activity_log"))));
    Some(object(sha.map_or("deployment", short), title, log.or_else(page)))
}

/// The branch, the commit, the pull requests and tickets that it belongs to.
fn belongs(payload: &Payload<'_>, told: &mut Event, deployment: &Value, run: &Value) {
    let reference = text(deployment, "/ref").or_else(|| text(run, "/head_branch")).map(branch);
    told.branch = reference.map(str::to_owned);
    told.about = pulls::of(payload, payload.body);
    add(&mut told.about, pulls::of(payload, run));
    let sha = text(deployment, "/sha").or_else(|| text(run, "/head_sha"));
    add(&mut told.about, sha.and_then(|it| payload.commit(it)));
    add(&mut told.about, payload.text("/workflow_run/html_url").map(str::to_owned));
    add(&mut told.about, tickets(reference.unwrap_or_default()));
}

pub(super) fn deployment(payload: &Payload<'_>) -> Option<Event> {
    let deployment = payload.part("deployment")?;
    let run = &payload.body["workflow_run"];
    let state = payload.text("/deployment_status/state").map(str::to_lowercase);
    let verb = match state.as_deref() {
        None => "created",
        Some("success") => "succeeded",
        Some("failure" | "error") => "failed",
        Some("in_progress") => "started",
        Some("inactive") => "deactivated",
        Some(other) => other,
    };
    let mut told = event("deployment", verb, about(payload, deployment, run)?);
    told.severity = (verb == "failed").then_some(Severity::Error);
    told.object.state = state;
    told.text = payload.text("/deployment_status/description").or_else(|| text(deployment, "/description")).map(str::to_owned);
    let site = payload.text("/deployment_status/environment_url");
    told.url = site.filter(|it| it.starts_with("http")).map(str::to_owned);
    belongs(payload, &mut told, deployment, run);
    Some(told)
}

/// Somebody has to look at it, or has.
pub(super) fn review(payload: &Payload<'_>) -> Option<Event> {
    let run = payload.part("workflow_run")?;
    let verb = if payload.action == "requested" { "review_requested".to_owned() } else { payload.done() };
    let mut told = event("deployment", &verb, about(payload, &Value::Null, run)?);
    let message = first_line(text(run, "/head_commit/message").unwrap_or_default());
    told.text = payload.text("/comment").or(Some(message)).map(str::to_owned);
    told.object.state = Some(if verb == "review_requested" { "waiting".into() } else { verb.clone() });
    told.actor = first(payload.body, &["/approver/login", "/requestor/login"]).map(str::to_owned);
    if verb == "review_requested" {
        let owner = payload.text("/organization/login");
        let name = |it: &Value| match text(it, "/reviewer/login") {
            Some(login) => Some(login.to_owned()),
            None => Some(format!("{}/{}", owner?, text(it, "/reviewer/slug")?)),
        };
        let names = list(payload.body, "/reviewers").iter().filter_map(name);
        told.concerns = names.map(|name| Concern { name, id: None, why: Why::ReviewAsked }).collect();
    }
    belongs(payload, &mut told, &Value::Null, run);
    Some(told)
}

/// An App is asked whether it may go on.
pub(super) fn rule(payload: &Payload<'_>) -> Option<Event> {
    let deployment = payload.part("deployment").unwrap_or(&Value::Null);
    let mut told = event("deployment", "protection_requested", about(payload, deployment, &Value::Null)?);
    told.object.state = Some("waiting".into());
    belongs(payload, &mut told, deployment, &Value::Null);
    Some(told)
}
