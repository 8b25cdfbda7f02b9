//! Data Center's door: <https://developer.atlassian.com/server/bitbucket/rest/>.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, Outcome, Refusal, State};

mod pulls;
pub mod render;
mod repositories;

const VERSION: &str = "9.4.1";

fn error(status: StatusCode, context: Option<&str>, message: &str, exception: &str) -> Answer {
    let name = format!("com.atlassian.bitbucket.{exception}");
    Answer::with(status, json!({ "errors": [{ "context": context, "message": message, "exceptionName": name }] }))
}

pub fn unauthorized() -> Answer {
    let message = "Authentication failed. Please check your credentials and try again.";
    error(StatusCode::UNAUTHORIZED, None, message, "auth.IncorrectPasswordAuthenticationException")
}

pub fn answer(state: &mut State, asked: &Asked) -> Answer {
    let name = state.people[asked.who].login.clone();
    let answer = route(state, asked).unwrap_or_else(refuse);
    answer
        .header("x-ausername", name)
        .header("x-arequestid", "@1A2B3Cx600x1x0")
        .header("x-ratelimit-limit", "60")
        .header("x-ratelimit-remaining", "59")
        .header("x-ratelimit-interval-seconds", "1")
        .header("x-ratelimit-fillrate", "5")
}

fn refuse(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Missing(message) => error(StatusCode::NOT_FOUND, None, &message, "NoSuchEntityException"),
        Refusal::Forbidden(message) => error(StatusCode::FORBIDDEN, None, &message, "AuthorisationException"),
        Refusal::Conflict(message) => error(StatusCode::CONFLICT, None, &message, "IntegrityException"),
        Refusal::Invalid(field, message) => {
            error(StatusCode::BAD_REQUEST, Some(field), &message, "validation.ArgumentValidationException")
        }
        Refusal::Outdated => {
            let message = "You are attempting to modify a pull request based on out-of-date information.";
            error(StatusCode::CONFLICT, None, message, "pull.PullRequestOutOfDateException")
        }
        Refusal::Vetoed(message) => {
            let veto = json!({ "summaryMessage": "Not all checks have passed.", "detailedMessage": message });
            let name = "com.atlassian.bitbucket.pull.PullRequestMergeVetoedException";
            let said = "Merging the pull request has been vetoed.";
            let body = json!({ "errors": [{ "context": null, "message": said, "exceptionName": name, "vetoes": [veto] }] });
            Answer::with(StatusCode::CONFLICT, body)
        }
    }
}

fn route(state: &mut State, asked: &Asked) -> Outcome {
    let parts: Vec<&str> = asked.path.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    let missing = || Refusal::Missing("null for uri".to_owned());
    let (plugin, rest) = match parts.as_slice() {
        [plugin, "latest" | "1.0", rest @ ..] => (*plugin, rest),
        _ => return Err(missing()),
    };
    match (plugin, asked.method.as_str(), rest) {
        ("api", "GET", ["application-properties"]) => Ok(Answer::json(
            json!({ "version": VERSION, "buildNumber": "9004001", "buildDate": "1731283200000", "displayName": "Bitbucket" }),
        )),
        ("api", "GET", ["users"]) => {
            let wanted = asked.get("filter").unwrap_or_default().to_lowercase();
            let holds = |it: &&super::state::Person| {
                [&it.name, &it.login, &it.email].iter().any(|it| it.to_lowercase().contains(&wanted))
            };
            Ok(page(asked, state.people.iter().filter(holds).map(render::user).collect()))
        }
        ("api", "GET", ["projects"]) => {
            let wanted = asked.get("name").unwrap_or_default().to_lowercase();
            let all = state.projects.iter().filter(|it| it.name.to_lowercase().contains(&wanted));
            Ok(page(asked, all.map(|it| render::project(it, asked)).collect()))
        }
        ("api", "POST", ["projects"]) => repositories::create_project(state, asked),
        ("api", "POST", ["projects", key, "repos"]) => repositories::create(state, key, asked),
        ("api", "GET", ["repos"]) => {
            let name = asked.get("name").unwrap_or_default().to_lowercase();
            let key = asked.get("projectkey");
            let fits = |it: &&super::state::Repo| {
                it.name.to_lowercase().contains(&name) && key.is_none_or(|key| key.eq_ignore_ascii_case(&it.project))
            };
            Ok(page(asked, state.repos.iter().filter(fits).map(|it| render::repository(it, asked)).collect()))
        }
        ("api", "GET", ["dashboard", "pull-requests"]) => pulls::dashboard(state, asked),
        ("build-status", "GET", ["commits", hash]) => {
            let all = state.repos.iter().flat_map(|it| &it.builds).filter(|it| it.hash == *hash);
            Ok(page(asked, all.map(|it| render::status(it, asked)).collect()))
        }
        (plugin, _, ["projects", key, "repos", slug, rest @ ..]) => {
            let repo = state.repo(slug).ok().filter(|it| it.project.eq_ignore_ascii_case(key));
            if repo.is_none() {
                return Err(Refusal::Missing(format!("Repository {key}/{slug} does not exist.")));
            }
            match rest {
                ["pull-requests", rest @ ..] if plugin == "api" => pulls::answer(state, slug, rest, asked),
                rest => repositories::answer(state, plugin, slug, rest, asked),
            }
        }
        _ => Err(missing()),
    }
}

/// `{"values": [...], "size": 2, "limit": 25, "isLastPage": false, "start": 0, "nextPageStart": 25}`.
fn page(asked: &Asked, items: Vec<Value>) -> Answer {
    let (start, limit) = (asked.number("start").unwrap_or(0), asked.number("limit").unwrap_or(25).clamp(1, 1000));
    let total = items.len();
    let values: Vec<Value> = items.into_iter().skip(start).take(limit).collect();
    let is_last = start + limit >= total;
    let mut body = json!({ "size": values.len(), "limit": limit, "isLastPage": is_last, "start": start, "values": values });
    if !is_last {
        body["nextPageStart"] = json!(start + limit);
    }
    Answer::json(body)
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}
