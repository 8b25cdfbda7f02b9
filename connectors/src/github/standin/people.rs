//! Accounts, roles, teams, the App; and what is counted.

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Answer, Asked, Caller, INSTALLATION, INSTALLATION_TOKEN, State, shown};

pub fn user(state: &State, login: &str) -> Answer {
    state.user(login).map_or_else(Answer::not_found, |it| Answer::ok(shown::user(it)))
}

/// Everybody reads what is public; whoever is not known has no role.
pub fn permission(state: &State, at: usize, login: &str) -> Answer {
    let repo = &state.repos[at];
    if state.user(login).is_none() {
        return Answer::refused(StatusCode::NOT_FOUND, &format!("{login} is not a user"));
    }
    let role = repo.role(login).unwrap_or(if repo.private { "none" } else { "read" });
    let permission = match role {
        "maintain" => "write",
        "triage" => "read",
        role => role,
    };
    Answer::ok(json!({ "permission": permission, "role_name": role, "user": shown::account(login) }))
}

pub fn repositories(state: &State, asked: &Asked<'_>) -> Answer {
    asked.page(state.repos.iter().map(|it| shown::repo(it, asked)).collect())
}

pub fn installed(state: &State, asked: &Asked<'_>) -> Answer {
    if asked.caller != Caller::Installation {
        return Answer::forbidden(
            "You must authenticate with an installation access token in order to list repositories for an installation.",
        );
    }
    asked.page_in("repositories", state.repos.iter().map(|it| shown::repo(it, asked)).collect())
}

pub fn membership(state: &State, org: &str, team: &str, login: &str) -> Answer {
    let is_here = state.repos.iter().any(|it| it.owner == org);
    let found = state.teams.iter().find(|(name, _)| is_here && name == team);
    match found {
        Some((_, members)) if members.iter().any(|it| it.eq_ignore_ascii_case(login)) => {
            Answer::ok(json!({ "state": "active", "role": "member" }))
        }
        _ => Answer::not_found(),
    }
}

pub fn rate_limit(state: &State) -> Answer {
    let core = json!({ "limit": State::LIMIT, "remaining": State::LIMIT.saturating_sub(state.used), "reset": state.resets(), "used": state.used });
    Answer::ok(json!({ "resources": { "core": core, "search": core, "graphql": core }, "rate": core }))
}

/// The newest first, with an `ETag` by which what did not change is not sent again.
pub fn events(state: &State, asked: &Asked<'_>, is_there: impl Fn(&str) -> bool) -> Answer {
    let there = |it: &&Value| it["repo"]["name"].as_str().is_some_and(&is_there);
    let all: Vec<Value> = state.events.iter().rev().filter(there).cloned().collect();
    let mut answer = asked.page(all);
    let tag = format!("W/\"{}\"", hex::encode(Sha256::digest(answer.body.as_ref().map(Value::to_string).unwrap_or_default())));
    if known(asked.headers) == Some(tag.as_str()) {
        answer = Answer { status: StatusCode::NOT_MODIFIED, body: None, headers: Vec::new() };
    }
    answer.headers.extend([("etag", tag), ("x-poll-interval", "60".to_owned())]);
    answer
}

fn known(headers: &HeaderMap) -> Option<&str> {
    headers.get("if-none-match")?.to_str().ok()
}

/// What the App may ask about itself.
pub fn app(state: &State, method: &str, path: &[&str]) -> Answer {
    let installation = json!({
        "id": INSTALLATION,
        "account": shown::account("example"),
        "permissions": state.permissions,
        "suspended_at": null,
    });
    let id = INSTALLATION.to_string();
    match (method, path) {
        ("GET", ["app", "installations"]) => Answer::ok(json!([installation])),
        ("GET", ["app", "installations", asked]) if *asked == id => Answer::ok(installation),
        ("POST", ["app", "installations", asked, "access_tokens"]) if *asked == id => {
            let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
            Answer::created(
                json!({ "token": INSTALLATION_TOKEN, "expires_at": ends.to_string(), "permissions": state.permissions }),
            )
        }
        _ => Answer::not_found(),
    }
}
