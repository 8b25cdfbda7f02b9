//! Pushes, pipelines, jobs, deployments, releases.

use commands::event::Object;
use serde_json::Value;

use super::{Told, moment, number, place, text};

/// What stands for "none" where a commit's hash is expected.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";
/// As many commits are told of a push.
const COMMITS: usize = 10;

fn short(sha: &Value) -> Option<String> {
    let sha = text(sha)?;
    Some(sha.get(..8).unwrap_or(&sha).to_owned())
}

pub(super) fn push(body: &Value, kind: &str) -> Told {
    let (noun, prefix, path) = match kind {
        "tag_push" => ("tag", "refs/tags/", "tags"),
        _ => ("branch", "refs/heads/", "commits"),
    };
    let name = text(&body["ref"]).unwrap_or_default();
    let name = name.strip_prefix(prefix).unwrap_or(&name).to_owned();
    let is_none = |value: &Value| value.as_str() == Some(NO_COMMIT);
    let kind = match (is_none(&body["before"]), is_none(&body["after"]), noun) {
        (_, true, noun) => format!("{noun}.deleted"),
        (true, _, "tag") => "tag.created".into(),
        (true, ..) if body["commits"].as_array().is_none_or(Vec::is_empty) => "branch.created".into(),
        _ => "push.pushed".into(),
    };
    let count = body["total_commits_count"].as_u64().unwrap_or_default();
    let title = match (kind.as_str(), count) {
        ("push.pushed", 1) => format!("1 commit to {name}"),
        ("push.pushed", _) => format!("{count} commits to {name}"),
        _ => name.clone(),
    };
    let project = text(&body["project"]["web_url"]).or_else(|| text(&body["project"]["homepage"]));
    let url = project.map(|project| match (kind.as_str(), text(&body["before"]).zip(text(&body["after"]))) {
        ("push.pushed", Some((before, after))) if before != NO_COMMIT => format!("{project}/-/compare/{before}...{after}"),
        (kind, _) if kind.ends_with("deleted") => project,
        _ => format!("{project}/-/{path}/{name}"),
    });
    let line = |commit: &Value| {
        let message = text(&commit["message"])?;
        let author = text(&commit["author"]["name"]).map(|it| format!(" ({it})")).unwrap_or_default();
        Some(format!("{} {}{author}", short(&commit["id"])?, message.lines().next().unwrap_or_default()))
    };
    let commits: Vec<String> = body["commits"].as_array().into_iter().flatten().take(COMMITS).filter_map(line).collect();
    let object = Object { key: name, title, url, place: place(body), state: None };
    Told { text: Some(commits.join("\n")), ..Told::new(kind, body, object) }
}

/// GitLab's status as something that happened.
fn happened(status: &str) -> &str {
    match status {
        "success" => "succeeded",
        "running" => "started",
        "canceled" | "canceling" => "cancelled",
        "manual" => "blocked",
        "failed" | "skipped" | "created" | "scheduled" => status,
        _ => "queued",
    }
}

pub(super) fn pipeline(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let status = text(&of["status"]).unwrap_or_default();
    let branch = text(&of["ref"]).unwrap_or_default();
    let id = number(&of["id"]).unwrap_or_default();
    let project = text(&body["project"]["web_url"]);
    let url = text(&of["url"]).or_else(|| project.map(|it| format!("{it}/-/pipelines/{id}")));
    let commit = text(&body["commit"]["message"]).unwrap_or_default();
    let title = format!("{branch}: {}", commit.lines().next().unwrap_or_default());
    let key = format!("pipeline {id}");
    let object = Object { key, title, url, place: place(body), state: Some(status.clone()) };
    let failed = |it: &&Value| it["status"] == "failed" && it["allow_failure"] != true;
    let failed: Vec<String> = body["builds"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(failed)
        .filter_map(|it| Some(format!("{}: {} failed", text(&it["stage"])?, text(&it["name"])?)))
        .collect();
    let mut told = Told::new(format!("pipeline.{}", happened(&status)), body, object);
    told.labels = vec![branch];
    told.text = Some(failed.join("\n"));
    told.at = moment(&of["finished_at"]).or_else(|| moment(&of["created_at"]));
    told
}

pub(super) fn job(body: &Value) -> Told {
    let status = text(&body["build_status"]).unwrap_or_default();
    let (name, stage) = (text(&body["build_name"]).unwrap_or_default(), text(&body["build_stage"]).unwrap_or_default());
    let branch = text(&body["ref"]).unwrap_or_default();
    let id = number(&body["build_id"]).unwrap_or_default();
    let project = text(&body["project"]["web_url"]).or_else(|| text(&body["repository"]["homepage"]));
    let object = Object {
        key: format!("job {id}"),
        title: format!("{stage}: {name} on {branch}"),
        url: project.map(|it| format!("{it}/-/jobs/{id}")),
        place: place(body),
        state: Some(status.clone()),
    };
    let mut told = Told::new(format!("job.{}", happened(&status)), body, object);
    told.labels = vec![branch];
    told.text = text(&body["build_failure_reason"]).filter(|_| status == "failed").map(|it| it.replace('_', " "));
    told.at = moment(&body["build_finished_at"]).or_else(|| moment(&body["build_started_at"]));
    told
}

pub(super) fn deployment(body: &Value) -> Told {
    let status = text(&body["status"]).unwrap_or_default();
    let environment = text(&body["environment"]).unwrap_or_default();
    let id = number(&body["deployment_id"]).unwrap_or_default();
    let commit = text(&body["commit_title"]).unwrap_or_default();
    let object = Object {
        key: format!("deployment {id}"),
        title: format!("{environment}: {commit}"),
        url: text(&body["deployable_url"]),
        place: place(body),
        state: Some(status.clone()),
    };
    let mut told = Told::new(format!("deployment.{}", happened(&status)), body, object);
    told.labels = vec![environment];
    told.at = moment(&body["status_changed_at"]);
    told
}

pub(super) fn release(body: &Value) -> Told {
    let verb = match body["action"].as_str().unwrap_or_default() {
        "create" => "created",
        "delete" => "deleted",
        _ => "updated",
    };
    let tag = text(&body["tag"]).unwrap_or_default();
    let title = text(&body["name"]).unwrap_or_else(|| tag.clone());
    let object = Object { key: tag, title, url: text(&body["url"]), place: place(body), state: None };
    let mut told = Told::new(format!("release.{verb}"), body, object);
    told.actor = told.actor.or_else(|| text(&body["commit"]["author"]["name"]));
    told.text = text(&body["description"]);
    told.at = moment(&body["released_at"]);
    told
}

pub(super) fn wiki_page(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let verb = match of["action"].as_str().unwrap_or_default() {
        "create" => "created",
        "delete" => "deleted",
        _ => "updated",
    };
    let title = text(&of["title"]).unwrap_or_default();
    let key = text(&of["slug"]).unwrap_or_else(|| title.clone());
    let object = Object { key, title, url: text(&of["url"]), place: place(body), state: None };
    Told { text: text(&of["message"]), ..Told::new(format!("wiki_page.{verb}"), body, object) }
}

pub(super) fn feature_flag(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let name = text(&of["name"]).unwrap_or_default();
    let state = if of["active"] == true { "on" } else { "off" };
    let url = text(&body["project"]["web_url"]).map(|it| format!("{it}/-/feature_flags"));
    let object = Object { key: name.clone(), title: name, url, place: place(body), state: Some(state.into()) };
    Told { text: text(&of["description"]), ..Told::new(format!("feature_flag.switched_{state}"), body, object) }
}
