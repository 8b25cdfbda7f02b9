//! Pipelines, jobs, deployments: the verb says how they went.

use commands::{
    Event,
    event::{Commit, Severity},
};
use serde_json::Value;

use super::{Payload, add, event, moment, object};
use crate::payload::{branch, first_line, list, short, shown, text};

/// GitLab's status as something that happened, in the words of its pages.
fn outcome(status: &str) -> &str {
    match status {
        "success" => "passed",
        "running" => "started",
        "canceled" | "canceling" => "cancelled",
        "manual" | "waiting_for_resource" | "waiting_for_callback" => "waiting",
        "failed" | "skipped" | "created" | "scheduled" => status,
        _ => "queued",
    }
}

/// The merge request that it ran for, and its commit; where a request's own pipeline ran, its branch is that of the request.
fn belongs(payload: &Payload<'_>, told: &mut Event, reference: &str, sha: Option<&str>) {
    let source = payload.text("/merge_request/source_branch");
    let name = if reference.starts_with("refs/merge-requests/") { source.unwrap_or(reference) } else { branch(reference) };
    told.branch = Some(name.to_owned()).filter(|it| !it.is_empty());
    told.about = payload.text("/merge_request/url").map(str::to_owned).into_iter().collect();
    let commit = payload.text("/commit/url").or_else(|| payload.text("/commit_url")).map(str::to_owned);
    add(&mut told.about, commit.clone().or_else(|| payload.web(&format!("/-/commit/{}", sha?))));
    add(&mut told.about, payload.refers_by_branch(name));
    let title = payload.text("/commit/message").or_else(|| payload.text("/commit_title"));
    let author = payload.text("/commit/author/name").or_else(|| payload.text("/commit/author_name"));
    let id = sha.or_else(|| commit.as_deref().and_then(|it| it.rsplit('/').next()));
    let url = commit.clone().or_else(|| payload.web(&format!("/-/commit/{}", id?)));
    let commit = id.zip(title).map(|(id, title)| Commit {
        id: id.to_owned(),
        title: first_line(title).to_owned(),
        author: author.map(str::to_owned),
        url,
    });
    told.commits = commit.into_iter().collect();
}

pub(super) fn pipeline(payload: &Payload<'_>) -> Option<Event> {
    let of = payload.body.get("object_attributes")?;
    let status = text(of, "/status").unwrap_or_default();
    let reference = text(of, "/ref").unwrap_or_default();
    let id = shown(of, "/id").unwrap_or_default();
    let page = text(of, "/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/pipelines/{id}")));
    let commit = payload.text("/commit/message").map(first_line);
    let on = format!("on {}", branch(reference));
    let title = text(of, "/name").or(commit).unwrap_or(&on);
    let mut told = event("pipeline", outcome(status), object(format!("pipeline #{id}"), title, page));
    told.object.state = Some(status.to_owned()).filter(|it| !it.is_empty());
    told.severity = (status == "failed").then_some(Severity::Error);
    let failed = |it: &&Value| it["status"] == "failed" && it["allow_failure"] != true;
    let failed = list(payload.body, "/builds").iter().filter(failed);
    let failed = failed.filter_map(|it| Some(format!("{}: {} failed", text(it, "/stage")?, text(it, "/name")?)));
    told.text = Some(failed.collect::<Vec<_>>().join("\n"));
    told.at = moment(payload.body, &["/object_attributes/finished_at", "/object_attributes/created_at"]).unwrap_or_default();
    belongs(payload, &mut told, reference, text(of, "/sha"));
    Some(told)
}

pub(super) fn job(payload: &Payload<'_>) -> Option<Event> {
    let status = payload.text("/build_status")?;
    let name = payload.text("/build_name").unwrap_or("job");
    let stage = payload.text("/build_stage").unwrap_or("job");
    let reference = payload.text("/ref").unwrap_or_default();
    let id = shown(payload.body, "/build_id").unwrap_or_default();
    let title = match (stage == name, branch(reference)) {
        (_, "") => format!("job #{id}"),
        (true, branch) => format!("job #{id} on {branch}"),
        (false, branch) => format!("{stage} on {branch}"),
    };
    // `test` runs in the stage `test-all`: one of both is enough.
    let title = if title.contains(name) { format!("job #{id}") } else { title };
    let mut told = event("job", outcome(status), object(name, title, payload.web(&format!("/-/jobs/{id}"))));
    told.object.state = Some(status.to_owned());
    told.severity = match (status, payload.body["build_allow_failure"] == true) {
        ("failed", true) => Some(Severity::Warning),
        ("failed", false) => Some(Severity::Error),
        _ => None,
    };
    let reason = payload.text("/build_failure_reason").filter(|it| status == "failed" && *it != "unknown_failure");
    told.text = reason.map(|it| it.replace('_', " "));
    told.at = moment(payload.body, &["/build_finished_at", "/build_started_at", "/build_created_at"]).unwrap_or_default();
    belongs(payload, &mut told, reference, payload.text("/sha"));
    let pipeline = shown(payload.body, "/pipeline_id");
    add(&mut told.about, pipeline.and_then(|it| payload.web(&format!("/-/pipelines/{it}"))));
    Some(told)
}

pub(super) fn deployment(payload: &Payload<'_>) -> Event {
    let status = payload.text("/status").unwrap_or_default();
    let environment = payload.text("/environment").unwrap_or("an environment");
    let reference = payload.text("/ref").unwrap_or_default();
    let title = match (branch(reference), payload.text("/commit_title")) {
        ("", Some(commit)) => format!("{environment}: {commit}"),
        ("", None) => environment.to_owned(),
        (branch, _) => format!("{branch} to {environment}"),
    };
    let verb = match status {
        "success" => "succeeded",
        "blocked" => "waiting",
        "approved" | "rejected" => status,
        status => outcome(status),
    };
    let key = payload.text("/short_sha").map_or_else(|| "deployment".to_owned(), |it| short(it).to_owned());
    let page = payload.text("/deployable_url").map(str::to_owned).or_else(|| payload.web("/-/environments"));
    let mut told = event("deployment", verb, object(key, title, page));
    told.object.state = Some(status.to_owned()).filter(|it| !it.is_empty());
    told.severity = (status == "failed").then_some(Severity::Error);
    told.url = payload.text("/environment_external_url").map(str::to_owned);
    told.text = payload.text("/approval/comment").map(str::to_owned);
    told.actor = payload.text("/approver/name").filter(|_| matches!(status, "approved" | "rejected")).map(str::to_owned);
    if told.actor.is_some() {
        told.actor_id = payload.text("/approver/username").map(str::to_owned);
    }
    belongs(payload, &mut told, reference, None);
    told
}
