//! Which handler answers a path.

use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, Asked, State, deployments, hooks, pipelines, project, repository, schedules, work};

pub fn route(state: &mut State, method: &str, path: &[&str], asked: &Asked) -> Answer {
    match (method, path) {
        ("GET", ["user"]) => project::me(state, asked),
        ("GET", ["users"]) => project::users(state, asked),
        ("GET", ["version"]) => Answer::json(json!({ "version": state.version, "revision": "0d1c2b3" })),
        ("GET", ["metadata"]) => {
            let enterprise = state.version.ends_with("-ee");
            Answer::json(json!({ "version": state.version, "revision": "0d1c2b3", "enterprise": enterprise }))
        }
        ("GET", ["personal_access_tokens", "self"]) => {
            Answer::json(json!({ "id": 9, "name": "bellhop", "active": true, "scopes": asked.scopes, "expires_at": null }))
        }
        ("GET", ["issues"]) => work::issues(state, None, asked),
        ("GET", ["merge_requests"]) => work::merge_requests(state, None, asked),
        ("GET", ["search"]) => project::search(state, None, asked),
        ("GET", ["projects"]) => project::projects(state, asked),
        (_, ["groups", group, "hooks", rest @ ..]) => {
            let below = format!("{group}/");
            let is_there =
                state.projects.iter().any(|it| it["path_with_namespace"].as_str().is_some_and(|it| it.starts_with(&below)));
            // Group webhooks are of the paid editions, and of owners.
            if !is_there || !state.version.ends_with("-ee") || !state.is_admin(asked.caller) {
                return Answer::not_found("Group");
            }
            hooks::route(state, method, &format!("groups/{group}"), rest, asked)
        }
        (_, ["projects", name, rest @ ..]) => match state.project(name, asked.caller) {
            Some(project) => of_project(state, method, project, rest, asked),
            None => Answer::not_found("Project"),
        },
        _ => Answer { body: Some(json!({ "error": "404 Not Found" })), ..Answer::empty(StatusCode::NOT_FOUND) },
    }
}

/// The level that a change takes: <https://docs.gitlab.com/user/permissions/>.
fn needed(method: &str, path: &[&str]) -> u64 {
    match (method, path) {
        ("GET", ["hooks", ..]) => 40,
        ("GET", ["pipelines" | "jobs", ..]) => 20,
        ("GET", _) => 10,
        (_, ["issues"] | ["issues", _, "notes"] | ["merge_requests", _, "notes"]) => 10,
        ("DELETE", ["issues" | "pipelines", _]) => 50,
        (_, ["issues" | "milestones" | "labels", ..] | ["merge_requests", _, "discussions", _, "notes"]) => 20,
        (_, ["members" | "protected_branches" | "hooks", ..]) => 40,
        _ => 30,
    }
}

fn of_project(state: &mut State, method: &str, of: u64, path: &[&str], asked: &Asked) -> Answer {
    if state.level(of, asked.caller) < needed(method, path) {
        return Answer::forbidden();
    }
    match (method, path) {
        ("GET", []) => Answer::json(project::shown(state, of)),
        ("GET", ["search"]) => project::search(state, Some(of), asked),
        ("GET", ["issues"]) => work::issues(state, Some(of), asked),
        ("POST", ["issues"]) => work::create_issue(state, of, asked),
        (_, ["issues", iid, rest @ ..]) => work::issue(state, method, of, iid, rest, asked),
        ("GET", ["merge_requests"]) => work::merge_requests(state, Some(of), asked),
        ("POST", ["merge_requests"]) => work::create_merge_request(state, of, asked),
        (_, ["merge_requests", iid, rest @ ..]) => work::merge_request(state, method, of, iid, rest, asked),
        ("GET", ["pipelines"]) => pipelines::list(state, of, asked),
        ("POST", ["pipeline"]) => pipelines::run(state, of, asked),
        (_, ["pipelines", id, rest @ ..]) => pipelines::one(state, method, of, id, rest, asked),
        ("GET", ["jobs"]) => pipelines::jobs(state, of, asked),
        (_, ["jobs", id, rest @ ..]) => pipelines::job(state, method, of, id, rest, asked),
        (_, ["milestones", rest @ ..]) => project::milestones(state, method, of, rest, asked),
        (_, ["labels", rest @ ..]) => project::labels(state, method, of, rest, asked),
        (_, ["members", rest @ ..]) => project::members(state, method, of, rest, asked),
        (_, ["hooks", rest @ ..]) => hooks::route(state, method, &format!("projects/{of}"), rest, asked),
        (_, ["releases", rest @ ..]) => repository::releases(state, method, of, rest, asked),
        (_, ["environments", rest @ ..]) => deployments::environments(state, method, of, rest, asked),
        (_, ["deployments", rest @ ..]) => deployments::deployments(state, method, of, rest, asked),
        (_, ["pipeline_schedules", rest @ ..]) => schedules::route(state, method, of, rest, asked),
        (_, ["repository", "tags", rest @ ..]) => repository::tags(state, method, of, rest, asked),
        (_, ["repository", "branches", rest @ ..]) => repository::branches(state, method, of, rest, asked),
        (_, ["protected_branches", rest @ ..]) => repository::protected(state, method, of, rest, asked),
        (_, ["repository", "commits", rest @ ..]) => repository::commits(state, method, of, rest, asked),
        _ => Answer { body: Some(json!({ "error": "404 Not Found" })), ..Answer::empty(StatusCode::NOT_FOUND) },
    }
}
