//! Pipelines that run by the clock.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, pipelines, state::position};

/// Sets what the body says; a refusal is an answer.
fn assign(it: &mut Value, asked: &Asked) -> Result<(), Box<Answer>> {
    if asked.text("cron").is_some_and(|it| it.split_whitespace().count() != 5) {
        return Err(Box::new(Answer::invalid("cron", "syntax is invalid")));
    }
    if asked.text("cron_timezone").is_some_and(|it| it != "UTC" && !it.contains('/')) {
        return Err(Box::new(Answer::invalid("cron_timezone", "syntax is invalid")));
    }
    for key in ["description", "cron", "cron_timezone", "active", "ref"] {
        if let Some(value) = asked.body.get(key) {
            it[key] = value.clone();
        }
    }
    Ok(())
}

/// In lists there is less of it.
fn in_list(it: &Value) -> Value {
    let mut it = it.clone();
    if let Some(fields) = it.as_object_mut() {
        fields.remove("last_pipeline");
        fields.remove("variables");
    }
    it
}

pub fn route(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let Some((id, rest)) = rest.split_first() else {
        if method == "GET" {
            return asked.page(state.schedules.iter().filter(|it| it["project_id"] == of).map(in_list).collect());
        }
        for name in ["description", "ref", "cron"] {
            if asked.text(name).is_none_or(str::is_empty) {
                return Answer::wrong(&format!("{name} is missing"));
            }
        }
        let mut it = json!({
            "id": state.next_id(), "project_id": of, "cron_timezone": "UTC", "active": true, "next_run_at": "2026-11-23T04:00:00Z",
            "owner": state.user(asked.caller), "last_pipeline": null, "variables": [], "created_at": state.now(),
        });
        return match assign(&mut it, asked) {
            Ok(()) => {
                state.schedules.push(it.clone());
                Answer::created(it)
            }
            Err(answer) => *answer,
        };
    };
    let Some(at) = position(&state.schedules, of, "id", id) else { return Answer::not_found("Pipeline Schedule") };
    match (method, rest) {
        ("GET", []) => Answer::json(state.schedules[at].clone()),
        ("PUT", []) => match assign(&mut state.schedules[at], asked) {
            Ok(()) => Answer::json(state.schedules[at].clone()),
            Err(answer) => *answer,
        },
        ("DELETE", []) => {
            state.schedules.remove(at);
            Answer::no_content()
        }
        ("POST", ["take_ownership"]) => {
            state.schedules[at]["owner"] = state.user(asked.caller);
            Answer::created(state.schedules[at].clone())
        }
        ("POST", ["play"]) => {
            let name = state.schedules[at]["ref"].as_str().unwrap_or_default().trim_start_matches("refs/heads/").to_owned();
            let run = Asked { caller: asked.caller, query: Vec::new(), body: json!({ "ref": name }), scopes: Vec::new() };
            pipelines::run(state, of, &run);
            Answer::said(StatusCode::CREATED, "201 Created")
        }
        ("POST", ["variables"]) => {
            let Some(key) = asked.text("key").filter(|it| it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')) else {
                return Answer::invalid("key", "can contain only letters, digits and '_'.");
            };
            let variable = json!({ "key": key, "variable_type": "env_var", "value": asked.body["value"] });
            if let Some(all) = state.schedules[at]["variables"].as_array_mut() {
                all.push(variable.clone());
            }
            Answer::created(variable)
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}
