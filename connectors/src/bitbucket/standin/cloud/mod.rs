//! Cloud's door: <https://developer.atlassian.com/cloud/bitbucket/rest/>.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, Outcome, Refusal, State, state::Repo};

mod builds;
mod pulls;
mod query;
pub mod render;
mod repositories;
mod scopes;

pub use repositories::blank;

/// The only workspace there is.
const WORKSPACE: &str = "example";

pub fn unauthorized() -> Answer {
    let message = "Token is invalid, expired, or not supported for this endpoint.";
    Answer::with(StatusCode::UNAUTHORIZED, json!({ "type": "error", "error": { "message": message } }))
}

pub fn answer(state: &mut State, asked: &Asked) -> Answer {
    let answer = scopes::refused(state, asked).unwrap_or_else(|| route(state, asked).unwrap_or_else(refuse));
    answer
        .header("x-oauth-scopes", state.scopes.clone())
        .header("x-accepted-oauth-scopes", "repository")
        .header("x-ratelimit-resource", "api-2.0")
        .header("x-ratelimit-limit", "1000")
        .header("x-ratelimit-nearlimit", "false")
}

fn refuse(refusal: Refusal) -> Answer {
    let body = |message: &str| json!({ "type": "error", "error": { "message": message } });
    match refusal {
        Refusal::Missing(message) => Answer::with(StatusCode::NOT_FOUND, body(&message)),
        Refusal::Forbidden(message) => Answer::with(StatusCode::FORBIDDEN, body(&message)),
        Refusal::Conflict(message) => Answer::with(StatusCode::CONFLICT, body(&message)),
        Refusal::Invalid(field, message) => {
            let error = json!({ "message": "Bad request", "fields": { field: [message] } });
            Answer::with(StatusCode::BAD_REQUEST, json!({ "type": "error", "error": error }))
        }
        Refusal::Outdated => Answer::with(StatusCode::CONFLICT, body("The pull request was changed meanwhile.")),
        Refusal::Vetoed(message) => Answer::with(StatusCode::BAD_REQUEST, body(&message)),
    }
}

fn route(state: &mut State, asked: &Asked) -> Outcome {
    let parts: Vec<&str> = asked.path.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    let missing = || Refusal::Missing("Resource not found".to_owned());
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["user"]) => Ok(Answer::json(render::user(&state.people[asked.who], asked))),
        ("GET", ["user", "workspaces"]) => {
            let workspace = json!({ "type": "workspace", "slug": WORKSPACE, "uuid": super::state::uuid(WORKSPACE) });
            let access = json!({ "type": "workspace_access", "administrator": false, "workspace": workspace });
            Ok(list(asked, vec![access]))
        }
        (_, ["workspaces" | "repositories", workspace, ..]) if *workspace != WORKSPACE => {
            Err(Refusal::Missing(format!("No workspace with identifier '{workspace}'.")))
        }
        ("GET", ["workspaces", _, "members"]) => members(state, asked),
        ("GET", ["workspaces", _, "projects"]) => {
            Ok(list(asked, state.projects.iter().map(|it| render::project(it, asked)).collect()))
        }
        ("POST", ["workspaces", _, "projects"]) => repositories::create_project(state, asked),
        ("GET", ["workspaces", _, "pullrequests", uuid]) => pulls::of_person(state, uuid, asked),
        ("GET", ["workspaces", _, "search", "code"]) => repositories::search(state, asked),
        ("GET", ["repositories", _]) => Ok(list(asked, state.repos.iter().map(|it| render::repository(it, asked)).collect())),
        ("POST", ["repositories", _, slug]) => repositories::create(state, slug, asked),
        (_, ["repositories", _, slug, rest @ ..]) => {
            state.repo(slug).map_err(|_| {
                Refusal::Missing(format!(
                    "You may not have access to this repository or it no longer exists in this workspace: {slug}."
                ))
            })?;
            in_repository(state, slug, rest, asked)
        }
        _ => Err(missing()),
    }
}

fn in_repository(state: &mut State, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    match rest {
        ["pullrequests", rest @ ..] => pulls::answer(state, slug, rest, asked),
        ["diffstat", spec @ ..] => pulls::diffstat(state, slug, &spec.join("/"), asked),
        ["pipelines", rest @ ..] => builds::pipelines(state, slug, rest, asked),
        ["issues", rest @ ..] => builds::issues(state, slug, rest, asked),
        rest => repositories::answer(state, slug, rest, asked),
    }
}

/// Whoever is in the workspace. Their addresses are told to nobody, and searched by administrators only.
fn members(state: &State, asked: &Asked) -> Outcome {
    let wanted = asked.get("q").and_then(|it| it.strip_prefix("user.email IN ("));
    if wanted.is_some() && !state.tells_addresses {
        return Err(Refusal::Forbidden("Filtering by email address is for workspace administrators.".into()));
    }
    let wanted: Option<Vec<&str>> =
        wanted.map(|it| it.trim_end_matches(')').split(',').map(|it| it.trim().trim_matches('"')).collect());
    let fits = |email: &str| wanted.as_ref().is_none_or(|all| all.iter().any(|it| it.eq_ignore_ascii_case(email)));
    let member = |it: &super::state::Person| json!({ "type": "workspace_membership", "user": render::user(it, asked) });
    let all: Vec<Value> = state.people.iter().filter(|it| fits(&it.email)).map(member).collect();
    Ok(page(asked, all))
}

/// Filtered, sorted, and cut into pages.
fn list(asked: &Asked, items: Vec<Value>) -> Answer {
    let filtered = match asked.get("q") {
        Some(filter) => items.into_iter().filter(|it| query::matches(filter, it)).collect(),
        None => items,
    };
    page(asked, query::sorted(filtered, asked.get("sort").unwrap_or_default()))
}

/// `{"values": [...], "page": 1, "pagelen": 10, "size": 3, "next": "…"}`.
fn page(asked: &Asked, items: Vec<Value>) -> Answer {
    let (number, length) = (asked.number("page").unwrap_or(1).max(1), asked.number("pagelen").unwrap_or(10).clamp(1, 100));
    let size = items.len();
    let values: Vec<Value> = items.into_iter().skip((number - 1) * length).take(length).collect();
    let mut body = json!({ "values": values, "page": number, "pagelen": length, "size": size });
    // Whoever names the fields that they want gets no others.
    let is_wanted = asked.get("fields").is_none_or(|it| it.starts_with(['+', '-']) || it.split(',').any(|it| it == "next"));
    if number * length < size && is_wanted {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(asked.query.iter().filter(|(key, _)| key != "page"));
        query.append_pair("page", &(number + 1).to_string());
        let path: Vec<String> = asked.path.iter().map(|it| crate::bitbucket::place::encoded(it)).collect();
        body["next"] = json!(format!("{}/2.0/{}?{}", asked.origin, path.join("/"), query.finish()));
    }
    Answer::json(body)
}

/// The text of a body's field.
fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}

fn full_name(repo: &Repo) -> String {
    format!("{WORKSPACE}/{}", repo.slug)
}
