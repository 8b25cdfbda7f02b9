//! Webhooks of repositories and organizations: kept as they were set up, and called with what happens there
//! (<https://docs.github.com/en/webhooks/webhook-events-and-payloads>).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, shown};
use crate::standin::report::{self, Listener, signed};

/// A webhook, by whose it is.
#[derive(Clone, Debug)]
pub struct Hook {
    pub id: u64,
    /// `example/demo`, or an organization's name.
    pub of: String,
    pub url: String,
    /// Never shown.
    pub secret: Option<String>,
    pub events: Vec<String>,
}

pub fn route(state: &mut State, of: &str, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    // What is hidden from who may not administer it is not there.
    if state.lacks.contains(&"hooks") || asked.caller.login() == "ana" {
        return Answer::not_found();
    }
    match (method, path) {
        ("GET", []) => asked.page(state.hooks.iter().filter(|it| it.of == of).map(|it| shown(it, asked)).collect()),
        ("POST", []) => create(state, of, asked),
        ("DELETE", [id]) => match state.hooks.iter().position(|it| it.of == of && it.id.to_string() == *id) {
            Some(at) => {
                state.hooks.remove(at);
                Answer::no_content()
            }
            None => Answer::not_found(),
        },
        _ => Answer::not_found(),
    }
}

/// Notes that something happened in a repository, for the webhooks of it and of its owner.
pub fn report(state: &mut State, at: usize, event: &str, action: &str, mut payload: Value, asked: &Asked<'_>) {
    let repo = &state.repos[at];
    let (full, owner) = (repo.full_name(), repo.owner.clone());
    payload["action"] = json!(action);
    payload["repository"] = shown::repo(repo, asked);
    payload["sender"] = shown::account(asked.caller.login());
    let hears = |it: &&Hook| it.events.iter().any(|it| it == "*" || it == event);
    let listener = |it: &Hook| Listener { url: it.url.clone(), secret: it.secret.clone().unwrap_or_default(), of: it.of.clone() };
    let registered = state.hooks.iter().filter(hears).map(listener);
    let listeners: Vec<Listener> = registered.chain(state.listeners.iter().cloned()).collect();
    let headers = |it: &Listener, body: &str| {
        let mut headers = vec![("x-github-event", event.to_owned()), ("x-github-delivery", report::id())];
        if !it.secret.is_empty() {
            headers.push(("x-hub-signature-256", signed(&it.secret, body)));
        }
        headers
    };
    let reports = report::to(&listeners, &[&full, &owner], &payload, headers);
    state.reports.extend(reports);
}

fn create(state: &mut State, of: &str, asked: &Asked<'_>) -> Answer {
    let config = &asked.body["config"];
    let Some(url) = config["url"].as_str().filter(|it| it.starts_with("http")) else {
        return Answer::invalid("Hook", "url", "missing_field");
    };
    if asked.text("name").is_some_and(|it| it != "web") {
        return Answer::custom("Hook", "The \"name\" must be web");
    }
    if state.hooks.iter().any(|it| it.of == of && it.url == url) {
        return Answer::custom("Hook", "Hook already exists on this repository");
    }
    let events = asked.texts("events").unwrap_or_else(|| vec!["push".into()]);
    let secret = config["secret"].as_str().map(str::to_owned);
    let hook = Hook { id: state.id(), of: of.to_owned(), url: url.to_owned(), secret, events };
    let answer = Answer::of(StatusCode::CREATED, shown(&hook, asked));
    state.hooks.push(hook);
    answer
}

fn shown(it: &Hook, asked: &Asked<'_>) -> Value {
    let folder = if it.of.contains('/') { "repos" } else { "orgs" };
    let secret = it.secret.as_ref().map(|_| "********");
    json!({
        "type": if folder == "repos" { "Repository" } else { "Organization" },
        "id": it.id,
        "name": "web",
        "active": true,
        "events": it.events,
        "config": { "url": it.url, "content_type": "json", "insecure_ssl": "0", "secret": secret },
        "url": format!("{}/{folder}/{}/hooks/{}", asked.origin, it.of, it.id),
    })
}
