//! Environments, and what is deployed to them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::position};

/// A deployment with the job that does it, and its environment in short.
fn shown(state: &State, it: &Value) -> Value {
    let mut it = it.clone();
    let environment = state.environments.iter().find(|all| all["id"] == it["environment"]["id"]);
    it["environment"] =
        environment.map_or(Value::Null, |it| json!({ "id": it["id"], "name": it["name"], "external_url": it["external_url"] }));
    let job = state.jobs.iter().find(|all| all["id"] == it["job"]);
    it["deployable"] = job.map_or(Value::Null, |job| {
        let mut job = state.placed(job, "jobs", "id");
        job["commit"] = it["commit"].clone();
        job
    });
    it
}

pub fn environments(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let Some((id, rest)) = rest.split_first() else {
        let fits = |it: &&Value| {
            it["project_id"] == of
                && asked.get("name").is_none_or(|name| it["name"] == name)
                && asked.get("states").is_none_or(|one| it["state"] == one)
        };
        return asked.page(state.environments.iter().filter(fits).cloned().collect());
    };
    let Some(at) = position(&state.environments, of, "id", id) else { return Answer::not_found("Environment") };
    match (method, rest) {
        ("GET", []) => {
            let mut it = state.environments[at].clone();
            let last = state.deployments.iter().rev().find(|all| all["environment"]["id"] == it["id"]);
            it["last_deployment"] = last.map_or(Value::Null, |it| shown(state, it));
            if let Some(last) = it["last_deployment"].as_object_mut() {
                last.remove("environment");
            }
            Answer::json(it)
        }
        ("POST", ["stop"]) => {
            state.environments[at]["state"] = json!("stopped");
            state.environments[at]["stopped_by_force"] = json!(asked.body["force"] == true);
            Answer::json(state.environments[at].clone())
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}

pub fn deployments(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let Some((id, rest)) = rest.split_first() else {
        let named = |it: &Value| asked.get("environment").is_none_or(|name| it["environment"]["name"] == name);
        let of_it = state.deployments.iter().filter(|it| it["project_id"] == of);
        let mut found: Vec<Value> = of_it.map(|it| shown(state, it)).filter(named).collect();
        found.retain(|it| asked.get("status").is_none_or(|status| it["status"] == status));
        if asked.get("sort") == Some("desc") {
            found.reverse();
        }
        return asked.page(found);
    };
    let Some(at) = position(&state.deployments, of, "id", id) else { return Answer::not_found("Deployment") };
    match (method, rest) {
        ("GET", []) => Answer::json(shown(state, &state.deployments[at])),
        ("POST", ["approval"]) => {
            if !state.version.ends_with("-ee") {
                return Answer::said(StatusCode::NOT_FOUND, "404 Not Found");
            }
            let by = state.user(asked.caller);
            let it = &mut state.deployments[at];
            if it["status"] != "blocked" {
                return Answer::said(StatusCode::BAD_REQUEST, "This deployment is not waiting for approvals.");
            }
            if it["user"]["id"] == asked.caller {
                return Answer::said(StatusCode::BAD_REQUEST, "You cannot approve your own deployment.");
            }
            let status = asked.text("status").unwrap_or_default().to_owned();
            let approval = json!({ "user": by, "status": status, "comment": asked.body["comment"] });
            if let Some(all) = it["approvals"].as_array_mut() {
                all.push(approval.clone());
            }
            it["pending_approval_count"] = json!(0);
            it["status"] = json!(if status == "approved" { "created" } else { "failed" });
            Answer::created(approval)
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}
