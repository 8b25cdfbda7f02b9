//! Pipelines and jobs.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::position};

fn shown(state: &State, it: &Value) -> Value {
    state.placed(it, "pipelines", "id")
}

fn shown_job(state: &State, it: &Value) -> Value {
    state.placed(it, "jobs", "id")
}

pub fn list(state: &State, of: u64, asked: &Asked) -> Answer {
    let fits = |it: &&Value| {
        it["project_id"] == of
            && asked.get("ref").is_none_or(|name| it["ref"] == name)
            && asked.get("status").is_none_or(|status| it["status"] == status)
    };
    asked.page(state.pipelines.iter().rev().filter(fits).map(|it| shown(state, it)).collect())
}

pub fn run(state: &mut State, of: u64, asked: &Asked) -> Answer {
    let Some(name) = asked.text("ref") else { return Answer::wrong("ref is missing") };
    let Some(branch) = position(&state.branches, of, "name", name) else {
        return Answer::invalid("base", "Reference not found");
    };
    let (name, sha) = (name.to_owned(), state.branches[branch]["commit"]["id"].clone());
    let id = state.next_id();
    let pipeline = json!({
        "id": id, "iid": id - 1000, "project_id": of, "status": "created", "ref": name, "sha": sha, "source": "api",
        "user": state.user(asked.caller), "duration": null, "created_at": state.now(), "updated_at": state.now(),
        "variables": asked.body["variables"],
    });
    let job = json!({
        "id": state.next_id(), "project_id": of, "pipeline": { "id": id }, "name": "compile", "stage": "build", "status": "created",
        "ref": name, "allow_failure": false, "duration": null, "user": state.user(asked.caller), "created_at": state.now(),
    });
    state.pipelines.push(pipeline.clone());
    state.jobs.push(job);
    Answer::created(shown(state, &pipeline))
}

pub fn one(state: &mut State, method: &str, of: u64, id: &str, rest: &[&str], asked: &Asked) -> Answer {
    if (method, id) == ("GET", "latest") {
        let found = state.pipelines.iter().rev();
        let mut found = found.filter(|it| it["project_id"] == of && it["ref"] == asked.get("ref").unwrap_or("main"));
        return found.next().map_or_else(|| Answer::not_found("Pipeline"), |it| Answer::json(shown(state, it)));
    }
    let Some(at) = position(&state.pipelines, of, "id", id) else { return Answer::said(StatusCode::NOT_FOUND, "404 Not found") };
    let number = state.pipelines[at]["id"].clone();
    match (method, rest) {
        ("GET", []) => Answer::json(shown(state, &state.pipelines[at])),
        ("GET", ["jobs"]) => {
            let all = state.jobs.iter().rev().filter(|it| it["pipeline"]["id"] == number);
            asked.page(all.map(|it| shown_job(state, it)).collect())
        }
        ("POST", [what @ ("retry" | "cancel")]) => {
            let (from, to): (&[&str], &str) = match *what {
                "retry" => (&["failed", "canceled"], "pending"),
                _ => (&["created", "pending", "running"], "canceled"),
            };
            let now = state.now();
            for job in state.jobs.iter_mut().filter(|it| it["pipeline"]["id"] == number) {
                if from.iter().any(|it| job["status"] == *it) {
                    job["status"] = json!(to);
                }
            }
            state.pipelines[at]["status"] = json!(if *what == "retry" { "running" } else { "canceled" });
            state.pipelines[at]["updated_at"] = now;
            Answer::created(shown(state, &state.pipelines[at]))
        }
        ("DELETE", []) => {
            state.jobs.retain(|it| it["pipeline"]["id"] != number);
            state.pipelines.remove(at);
            Answer::no_content()
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}

pub fn jobs(state: &State, of: u64, asked: &Asked) -> Answer {
    asked.page(state.jobs.iter().rev().filter(|it| it["project_id"] == of).map(|it| shown_job(state, it)).collect())
}

pub fn job(state: &mut State, method: &str, of: u64, id: &str, rest: &[&str], asked: &Asked) -> Answer {
    let Some(at) = position(&state.jobs, of, "id", id) else { return Answer::said(StatusCode::NOT_FOUND, "404 Not found") };
    let status = state.jobs[at]["status"].as_str().unwrap_or_default().to_owned();
    match (method, rest) {
        ("GET", []) => Answer::json(shown_job(state, &state.jobs[at])),
        ("GET", ["trace"]) if status == "failed" => Answer::plain(
            "\u{1b}[0KRunning with gitlab-runner\nsection_start:1:step_script\r\u{1b}[0K\n$ make test\n\u{1b}[31;1mtest fan ... FAILED\u{1b}[0;m\n",
        ),
        ("GET", ["trace"]) => Answer::plain(""),
        (_, ["artifacts", ..]) if state.jobs[at]["artifacts_file"].is_null() => {
            Answer::said(StatusCode::NOT_FOUND, "404 Not Found")
        }
        // As where object storage is: the file lies elsewhere.
        ("GET", ["artifacts"]) => {
            let place = format!("{}/-/storage/{id}/artifacts.zip?X-Amz-Signature=e5f6", state.origin);
            Answer { headers: vec![("location", place)], ..Answer::empty(StatusCode::FOUND) }
        }
        ("GET", ["artifacts", "widgets.txt"]) => Answer::plain("Built.\n"),
        ("POST", ["artifacts", "keep"]) => {
            state.jobs[at]["artifacts_expire_at"] = Value::Null;
            Answer::json(shown_job(state, &state.jobs[at]))
        }
        ("POST", ["play"]) if status != "manual" => Answer::said(StatusCode::BAD_REQUEST, "400 Bad request - Unplayable Job"),
        ("POST", ["play"]) => {
            state.jobs[at]["status"] = json!("pending");
            state.jobs[at]["user"] = state.user(asked.caller);
            Answer::json(shown_job(state, &state.jobs[at]))
        }
        ("POST", ["retry"]) if ["created", "pending", "running", "manual"].contains(&status.as_str()) => {
            Answer::said(StatusCode::FORBIDDEN, "403 Forbidden - Job is not retryable")
        }
        ("POST", ["retry"]) => {
            let mut again = state.jobs[at].clone();
            again["id"] = json!(state.next_id());
            again["status"] = json!("pending");
            again["user"] = state.user(asked.caller);
            state.jobs.push(again.clone());
            Answer::created(shown_job(state, &again))
        }
        ("POST", ["cancel"]) => {
            state.jobs[at]["status"] = json!("canceled");
            Answer::created(shown_job(state, &state.jobs[at]))
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}
