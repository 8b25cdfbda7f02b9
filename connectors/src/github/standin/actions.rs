//! Actions: workflows, runs, jobs and their logs, deployments that wait.

use axum::{
    body::Body,
    http::{Response, StatusCode},
};
use serde_json::json;

use super::{
    Answer, Asked, Caller, State, shown,
    state::{Artifact, Repo, Run},
};

pub fn route(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method, path) {
        ("GET", ["actions", "workflows"]) => {
            let repo = &state.repos[at];
            asked.page_in("workflows", repo.workflows.iter().map(|it| shown::workflow(repo, it, asked)).collect())
        }
        (_, ["actions", "workflows", id, what]) => workflow(state, at, method, id, what, asked),
        ("GET", ["actions", "runs"]) => list(&state.repos[at], None, asked),
        (_, ["actions", "runs", id, rest @ ..]) => {
            let found = state.repos[at].runs.iter().position(|it| it.id.to_string() == *id);
            found.map_or_else(Answer::not_found, |found| run(state, at, found, method, rest, asked))
        }
        ("GET", ["actions", "artifacts"]) => {
            let repo = &state.repos[at];
            let all = repo.runs.iter().rev().flat_map(|run| run.artifacts.iter().rev().map(move |it| (run, it)));
            artifacts(repo, all, asked)
        }
        ("GET", ["actions", "artifacts", id, "zip"]) => {
            let mut all = state.repos[at].runs.iter().flat_map(|it| &it.artifacts);
            match all.find(|it| it.id.to_string() == *id) {
                Some(it) if it.expired => Answer::refused(StatusCode::GONE, "Artifact has expired"),
                Some(_) => {
                    let place = format!("{}/_artifacts/{id}?sig=c3d4", asked.origin);
                    Answer { status: StatusCode::FOUND, body: None, headers: vec![("location", place)] }
                }
                None => Answer::not_found(),
            }
        }
        ("GET", ["actions", "jobs", id, "logs"]) => {
            let is_there = state.repos[at].runs.iter().flat_map(|it| &it.jobs).any(|it| it.id.to_string() == *id);
            if !is_there {
                return Answer::not_found();
            }
            let place = format!("{}/_logs/{id}?sig=a1b2", asked.origin);
            Answer { status: StatusCode::FOUND, body: None, headers: vec![("location", place)] }
        }
        _ => Answer::not_found(),
    }
}

/// What lies at the address that a log's request is sent on to.
pub fn log_file(state: &State, job: &str) -> Response<Body> {
    let jobs = state.repos.iter().flat_map(|it| &it.runs).flat_map(|it| &it.jobs);
    let log = jobs.into_iter().find(|it| it.id.to_string() == job).map(|it| it.log.clone());
    let mut response = Response::new(Body::from(log.clone().unwrap_or_default()));
    if log.is_none() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// What lies at the address that an artifact's request is sent on to.
pub fn archive(state: &State, artifact: &str) -> Response<Body> {
    let mut all = state.repos.iter().flat_map(|it| &it.runs).flat_map(|it| &it.artifacts);
    match all.find(|it| it.id.to_string() == artifact) {
        Some(it) => Response::new(Body::from(it.bytes)),
        None => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    }
}

fn artifacts<'a>(repo: &Repo, all: impl Iterator<Item = (&'a Run, &'a Artifact)>, asked: &Asked<'_>) -> Answer {
    let is_meant = |(_, it): &(&Run, &Artifact)| asked.get("name").is_none_or(|name| it.name == name);
    asked.page_in("artifacts", all.filter(is_meant).map(|(run, it)| shown::artifact(repo, run, it, asked)).collect())
}

fn list(repo: &Repo, workflow: Option<u64>, asked: &Asked<'_>) -> Answer {
    let is = |key: &str, value: &str| asked.get(key).is_none_or(|it| it == value);
    let is_so =
        |it: &Run| asked.get("status").is_none_or(|status| it.status == status || it.conclusion.as_deref() == Some(status));
    let is_wanted = |it: &&Run| {
        workflow.is_none_or(|id| it.workflow == id) && is("branch", &it.branch) && is("actor", &it.actor) && is_so(it)
    };
    asked.page_in("workflow_runs", repo.runs.iter().rev().filter(is_wanted).map(|it| shown::run(repo, it, asked)).collect())
}

fn workflow(state: &mut State, at: usize, method: &str, id: &str, what: &str, asked: &Asked<'_>) -> Answer {
    let (now, new) = (state.now(), state.id());
    let repo = &mut state.repos[at];
    let Some(found) = repo.workflows.iter().position(|it| it.id.to_string() == id || it.file == id) else {
        return Answer::not_found();
    };
    match (method, what) {
        ("GET", "runs") => list(repo, Some(repo.workflows[found].id), asked),
        ("PUT", "enable") => {
            repo.workflows[found].state = "active".into();
            Answer::no_content()
        }
        ("PUT", "disable") => {
            repo.workflows[found].state = "disabled_manually".into();
            Answer::no_content()
        }
        ("POST", "dispatches") => {
            let workflow = repo.workflows[found].clone();
            let reference = asked.text("ref").unwrap_or_default();
            if !workflow.by_hand {
                return Answer::unprocessable("Workflow does not have 'workflow_dispatch' trigger");
            }
            let Some(sha) = repo.branch(reference).map(str::to_owned) else {
                return Answer::unprocessable(&format!("No ref found for: {reference}"));
            };
            let inputs = asked.body["inputs"].as_object();
            if let Some(unknown) = inputs.and_then(|it| it.keys().find(|key| *key != "version")) {
                return Answer::unprocessable(&format!("Unexpected inputs provided: [\"{unknown}\"]"));
            }
            let number = repo.runs.iter().filter(|it| it.workflow == workflow.id).map(|it| it.number).max().unwrap_or(0) + 1;
            repo.runs.push(Run {
                id: 30_000 + new,
                number,
                attempt: 1,
                workflow: workflow.id,
                title: workflow.name,
                branch: reference.to_owned(),
                sha,
                event: "workflow_dispatch".into(),
                actor: asked.caller.login().into(),
                status: "queued".into(),
                created_at: now,
                updated_at: now,
                ..Run::default()
            });
            Answer::no_content()
        }
        _ => Answer::not_found(),
    }
}

fn run(state: &mut State, at: usize, found: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let now = state.now();
    let is_admin = asked.caller == Caller::Account("bellhop-bot".into());
    let repo = &mut state.repos[at];
    match (method, path) {
        ("GET", []) => return Answer::ok(shown::run(repo, &repo.runs[found], asked)),
        ("GET", ["jobs"]) => {
            let run = &repo.runs[found];
            return asked.page_in("jobs", run.jobs.iter().map(|it| shown::job(repo, run, it, asked)).collect());
        }
        ("GET", ["artifacts"]) => {
            let run = &repo.runs[found];
            return artifacts(repo, run.artifacts.iter().rev().map(|it| (run, it)), asked);
        }
        ("GET", ["pending_deployments"]) => {
            return Answer::ok(json!(repo.runs[found].waiting.iter().map(|it| shown::waiting(it, is_admin)).collect::<Vec<_>>()));
        }
        _ => {}
    }
    let run = &mut repo.runs[found];
    run.updated_at = now;
    match (method, path) {
        ("POST", ["rerun" | "rerun-failed-jobs"]) if run.status != "completed" => {
            Answer::forbidden("This workflow is already running")
        }
        ("POST", [how @ ("rerun" | "rerun-failed-jobs")]) => {
            let failed_only = *how == "rerun-failed-jobs";
            for job in run.jobs.iter_mut().filter(|it| !failed_only || it.conclusion.as_deref() == Some("failure")) {
                job.conclusion = None;
            }
            (run.status, run.conclusion, run.attempt) = ("queued".into(), None, run.attempt + 1);
            Answer::created(json!({}))
        }
        ("POST", ["cancel" | "force-cancel"]) if run.status == "completed" => {
            Answer::refused(StatusCode::CONFLICT, "Cannot cancel a workflow run that is completed.")
        }
        ("POST", ["cancel" | "force-cancel"]) => {
            (run.status, run.conclusion) = ("completed".into(), Some("cancelled".into()));
            Answer::accepted()
        }
        ("POST", ["approve"]) if run.conclusion.as_deref() != Some("action_required") => {
            Answer::forbidden("This run is not from a fork pull request")
        }
        ("POST", ["approve"]) => {
            (run.status, run.conclusion) = ("queued".into(), None);
            Answer::created(json!({}))
        }
        ("POST", ["pending_deployments"]) => {
            let ids: Vec<u64> =
                asked.body["environment_ids"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_u64).collect();
            if !is_admin || !ids.iter().all(|id| run.waiting.iter().any(|it| it.id == *id)) {
                return Answer::unprocessable("There were one or more errors approving deployments");
            }
            decided(run, asked, |it| ids.contains(&it.id));
            Answer::ok(json!([]))
        }
        ("POST", ["deployment_protection_rule"]) if asked.caller == Caller::Installation => {
            let name = asked.text("environment_name").unwrap_or_default().to_owned();
            decided(run, asked, |it| it.environment == name);
            Answer::no_content()
        }
        _ => Answer::not_found(),
    }
}

fn decided(run: &mut Run, asked: &Asked<'_>, is_it: impl Fn(&super::state::Waiting) -> bool) {
    run.waiting.retain(|it| !is_it(it));
    if asked.text("state") == Some("rejected") {
        (run.status, run.conclusion) = ("completed".into(), Some("failure".into()));
    } else if run.waiting.is_empty() {
        run.status = "in_progress".into();
    }
}
