//! What a token may do: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication>.

use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, Asked, State};

/// The refusal of a request that takes a scope which the token lacks.
pub fn refused(state: &State, asked: &Asked) -> Option<Answer> {
    let wanted = wanted(asked);
    let held: Vec<String> = state.scopes.split([',', ' ']).filter(|it| !it.is_empty()).map(classic).collect();
    if held.iter().any(|it| implies(it, wanted)) {
        return None;
    }
    let message = "Your credentials lack one or more required privilege scopes.";
    let detail = json!({ "granted": held, "required": [wanted] });
    let error = json!({ "message": message, "detail": detail });
    Some(Answer::with(StatusCode::FORBIDDEN, json!({ "type": "error", "error": error })))
}

fn wanted(asked: &Asked) -> &'static str {
    let parts: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    let reads = asked.method == "GET";
    match parts.as_slice() {
        ["user", ..] | ["workspaces", _, "members", ..] => "account",
        ["workspaces", _, "pullrequests", ..] => "pullrequest",
        ["workspaces", _, "projects", ..] if reads => "project",
        ["workspaces", _, "projects", ..] => "project:admin",
        ["repositories", _, _, "pullrequests" | "diffstat" | "effective-default-reviewers", ..] if reads => "pullrequest",
        ["repositories", _, _, "pullrequests", ..] => "pullrequest:write",
        ["repositories", _, _, "pipelines", ..] if reads => "pipeline",
        ["repositories", _, _, "pipelines", ..] => "pipeline:write",
        ["repositories", _, _, "issues", ..] if reads => "issue",
        ["repositories", _, _, "issues", ..] => "issue:write",
        ["repositories", _, _, "hooks", ..] => "webhook",
        ["repositories", _, _] if !reads => "repository:admin",
        _ if reads => "repository",
        _ => "repository:write",
    }
}

/// An API token's scope, as the others call it: `write:pullrequest:bitbucket` → `pullrequest:write`.
fn classic(scope: &str) -> String {
    let parts: Vec<&str> = scope.split(':').collect();
    match parts.as_slice() {
        ["read", "user" | "workspace", "bitbucket"] => "account".to_owned(),
        [_, "webhook", "bitbucket"] => "webhook".to_owned(),
        ["read", what, "bitbucket"] => (*what).to_owned(),
        [verb, what, "bitbucket"] => format!("{what}:{verb}"),
        _ => scope.to_owned(),
    }
}

/// Who may write may read, and whoever sees pull requests sees their repositories.
fn implies(held: &str, wanted: &str) -> bool {
    let (noun, verb) = held.split_once(':').unwrap_or((held, ""));
    held == wanted
        || (wanted == noun && !verb.is_empty())
        || (noun == "pullrequest" && wanted == "repository")
        || (held == "pullrequest:write" && wanted == "repository:write")
        || (noun == "repository" && wanted == "project")
}
