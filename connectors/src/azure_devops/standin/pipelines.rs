//! Pipelines, their runs, stages and approvals.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::is_number};
use crate::standin::ARCHIVE;

pub fn answer(state: &mut State, caller: &str, method: &str, project: Option<&str>, path: &[&str], asked: &Asked) -> Answer {
    if project != Some("demo") {
        return Answer::list(Vec::new());
    }
    match (method, path) {
        ("GET", ["pipelines"]) => Answer::paged(asked, state.pipelines.clone()),
        ("POST", ["pipelines", id, "runs"]) => run(state, caller, id, asked),
        ("GET", ["pipelines", "approvals"]) => Answer::list(
            state.approvals.iter().filter(|it| asked.get("state").is_none_or(|state| it["status"] == state)).cloned().collect(),
        ),
        ("GET", ["pipelines", "approvals", id]) => match state.approvals.iter().find(|it| it["id"] == *id) {
            Some(approval) => Answer::json(approval.clone()),
            None => Answer::not_found("ApprovalNotFoundException", "The approval was not found."),
        },
        ("PATCH", ["pipelines", "approvals"]) => decide(state, asked),
        ("GET", ["build", "builds"]) => {
            let fits = |it: &&Value| {
                asked.query.iter().all(|(name, value)| match name.as_str() {
                    "definitions" => is_number(&it["definition"]["id"], value),
                    "branchName" => it["sourceBranch"] == *value,
                    "statusFilter" => it["status"] == *value,
                    "resultFilter" => it["result"] == *value,
                    _ => true,
                })
            };
            Answer::paged(asked, state.builds.iter().rev().filter(fits).cloned().collect())
        }
        (_, ["build", "builds", id, rest @ ..]) => {
            let Some(at) = state.builds.iter().position(|it| is_number(&it["id"], id)) else {
                return Answer::not_found("BuildNotFoundException", &format!("The requested build {id} could not be found."));
            };
            build(state, method, at, rest, asked)
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn run(state: &mut State, caller: &str, id: &str, asked: &Asked) -> Answer {
    let Some(pipeline) = state.pipelines.iter().find(|it| is_number(&it["id"], id)).cloned() else {
        return Answer::not_found("PipelineDoesNotExistException", &format!("Pipeline {id} does not exist."));
    };
    let branch = asked.body["resources"]["repositories"]["self"]["refName"].as_str().unwrap_or("refs/heads/main").to_owned();
    let Some(sha) = state.branches.get(branch.trim_start_matches("refs/heads/")).cloned() else {
        let said = format!("PipelineValidationException: Could not find the branch {branch}.");
        return Answer::refused(StatusCode::BAD_REQUEST, "PipelineValidationException", &said);
    };
    let id = state.next_id();
    let build = json!({
        "id": id, "buildNumber": format!("20261121.{id}"), "status": "notStarted", "result": null,
        "definition": { "id": pipeline["id"], "name": pipeline["name"] }, "project": state.project("demo"), "sourceBranch": branch,
        "sourceVersion": sha, "requestedFor": state.person(caller), "queueTime": state.now(), "asked": asked.body,
    });
    state.builds.push(build);
    Answer::json(json!({ "id": id, "name": format!("20261121.{id}"), "state": "inProgress", "pipeline": pipeline }))
}

fn build(state: &mut State, method: &str, at: usize, path: &[&str], asked: &Asked) -> Answer {
    let id = state.builds[at]["id"].as_u64().unwrap_or_default();
    match (method, path) {
        ("GET", []) => Answer::json(state.builds[at].clone()),
        ("PATCH", []) => {
            if asked.body["status"] == "cancelling" {
                state.builds[at]["status"] = json!("completed");
                state.builds[at]["result"] = json!("canceled");
                state.builds[at]["finishTime"] = state.now();
            }
            Answer::json(state.builds[at].clone())
        }
        ("GET", ["timeline"]) => match state.stages.get(&id) {
            Some(records) => Answer::json(json!({ "id": "t1", "records": records })),
            None => Answer::empty(StatusCode::NO_CONTENT),
        },
        ("GET", ["artifacts"]) if id == 101 => {
            let held = json!({
                "type": "PipelineArtifact", "data": "9B01", "properties": { "artifactsize": ARCHIVE.len().to_string() },
                "downloadUrl": format!("{}/_apis/artifact/cGlwZWxpbmU/content?format=zip", state.origin),
            });
            Answer::list(vec![
                json!({ "id": 1, "name": "drop", "source": "Job-Linux", "resource": held }),
                json!({ "id": 2, "name": "shared", "resource": { "type": "FilePath", "data": "\\\\files\\drops" } }),
            ])
        }
        ("GET", ["artifacts"]) => Answer::list(Vec::new()),
        ("GET", ["logs", "4"]) => Answer::file(
            "text/plain",
            b"2026-11-20T09:01:00.0000000Z Starting: cargo test\n2026-11-20T09:01:19.0000000Z ##[error]test fan ... FAILED\n",
        ),
        ("GET", ["logs", "2"]) => Answer::file("text/plain", b"2026-11-20T09:00:30.0000000Z Finishing: Linux\n"),
        ("PATCH", ["stages", stage]) => {
            let records = state.stages.entry(id).or_default();
            let found = records.iter_mut().find(|it| it["type"] == "Stage" && it["identifier"] == *stage);
            let Some(found) = found else {
                return Answer::not_found("StageNotFoundException", &format!("Stage {stage} was not found."));
            };
            let retries = asked.body["state"] == "retry";
            if retries && found["state"] != "completed" {
                return Answer::refused(
                    StatusCode::CONFLICT,
                    "StageNotRetryableException",
                    "The stage is still running and cannot be retried.",
                );
            }
            found["state"] = json!(if retries { "pending" } else { "completed" });
            found["result"] = if retries { Value::Null } else { json!("canceled") };
            if retries {
                state.builds[at]["status"] = json!("inProgress");
                state.builds[at]["result"] = Value::Null;
            }
            Answer::empty(StatusCode::NO_CONTENT)
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn decide(state: &mut State, asked: &Asked) -> Answer {
    let mut decided = Vec::new();
    for update in asked.body.as_array().into_iter().flatten() {
        let Some(approval) = state.approvals.iter_mut().find(|it| it["id"] == update["approvalId"]) else {
            return Answer::not_found("ApprovalNotFoundException", "The approval was not found.");
        };
        if approval["status"] != "pending" {
            return Answer::refused(StatusCode::BAD_REQUEST, "ApprovalUpdateException", "The approval has been decided already.");
        }
        approval["status"] = update["status"].clone();
        approval["comment"] = update["comment"].clone();
        decided.push(approval.clone());
    }
    Answer::list(decided)
}
