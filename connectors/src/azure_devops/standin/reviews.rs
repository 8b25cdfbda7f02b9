//! What is looked at in a pull request: discussions, policies, what other systems said, files, commits, work items.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::is_number};

pub fn answer(state: &mut State, method: &str, at: usize, part: &str, rest: &[&str], asked: &Asked) -> Answer {
    let pull = state.pulls[at].clone();
    let id = pull["pullRequestId"].as_u64().unwrap_or_default();
    match (method, part, rest) {
        ("GET", "threads", []) => Answer::list(state.threads.get(&id).cloned().unwrap_or_default()),
        ("PATCH", "threads", [thread]) => {
            let found = state.threads.entry(id).or_default().iter_mut().find(|it| is_number(&it["id"], thread));
            match found {
                Some(found) => {
                    found["status"] = asked.body["status"].clone();
                    Answer::json(found.clone())
                }
                None => Answer::not_found("GitPullRequestThreadNotFoundException", "TF401180: The thread was not found."),
            }
        }
        ("GET", "statuses", []) if id == 7 => Answer::list(vec![
            json!({ "id": 1, "state": "pending", "context": { "name": "sonar", "genre": "quality" } }),
            json!({ "id": 2, "state": "failed", "description": "2 smells", "targetUrl": "https://sonar.example.org/7", "context": { "name": "sonar", "genre": "quality" } }),
        ]),
        ("GET", "statuses", []) => Answer::list(Vec::new()),
        ("GET", "iterations", []) => Answer::list(vec![json!({ "id": 1 }), json!({ "id": 2 })]),
        ("GET", "iterations", ["2", "changes"]) => {
            let all = [
                json!({ "changeType": "edit", "item": { "path": "/src/fan.rs" } }),
                json!({ "changeType": "edit, rename", "item": { "path": "/src/hum.rs" }, "originalPath": "/src/noise.rs" }),
                json!({ "changeType": "delete", "item": {}, "originalPath": "/src/roar.rs" }),
            ];
            // Two at a time: longer lists come in parts.
            let skip = asked.number("$skip", 0);
            let page: Vec<Value> = all.iter().skip(skip).take(2).cloned().collect();
            let next = (skip + 2 < all.len()).then_some(skip + 2);
            Answer::json(json!({ "changeEntries": page, "nextSkip": next, "nextTop": next.map(|_| 2) }))
        }
        ("GET", "commits", []) => Answer::paged(asked, state.commits.iter().take(1).cloned().collect()),
        ("GET", "workitems", []) => {
            let mark = format!("%2F{id}");
            let links = |it: &&Value| {
                let all = it["relations"].as_array().into_iter().flatten();
                all.clone().any(|it| it["rel"] == "ArtifactLink" && it["url"].as_str().is_some_and(|it| it.ends_with(&mark)))
            };
            Answer::list(state.items.iter().filter(links).map(|it| json!({ "id": it["id"].to_string() })).collect())
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

/// The policies of the target branch: only `!7` has any.
pub fn policies(state: &State, asked: &Asked) -> Answer {
    let about = asked.get("artifactId").unwrap_or_default();
    if about != "vstfs:///CodeReview/CodeReviewId/demo-id/7" {
        return Answer::list(Vec::new());
    }
    let policy = |kind: &str, name: Option<&str>, blocking: bool, status: &str, context: Value| {
        json!({
            "evaluationId": format!("e-{kind}"), "artifactId": about, "status": status, "context": context,
            "configuration": { "isEnabled": true, "isBlocking": blocking, "type": { "displayName": kind }, "settings": { "displayName": name } },
        })
    };
    let approved = state.pulls.iter().any(|it| {
        it["pullRequestId"] == 7 && it["reviewers"].as_array().is_some_and(|all| all.iter().any(|it| it["vote"] == 10))
    });
    Answer::list(vec![
        policy("Minimum number of reviewers", None, true, if approved { "approved" } else { "queued" }, Value::Null),
        policy("Build", Some("build"), true, "approved", json!({ "buildId": 101 })),
        policy("Comment requirements", None, false, "notApplicable", Value::Null),
        policy("Work item linking", None, false, "rejected", Value::Null),
    ])
}
