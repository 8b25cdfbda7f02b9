//! What the simulated Jira reports: <https://developer.atlassian.com/cloud/jira/platform/webhooks/>; and the webhooks that are
//! registered there by its API.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer, Asked,
    state::{Issue, State},
    values,
};
use crate::standin::report::{self, Change, Listener, Report, changes, signed};

/// What is held against what is there after a request.
pub struct Before(Vec<Issue>);

impl Before {
    pub fn of(state: &State) -> Before {
        Before(state.issues.clone())
    }

    pub fn told(&self, state: &State, asked: &Asked<'_>) -> Vec<Report> {
        let mut all = Vec::new();
        let same = |a: &Issue, b: &Issue| a.histories.len() == b.histories.len() && a.comments.len() == b.comments.len();
        for change in changes(&self.0, &state.issues, |it| it.id, same) {
            match change {
                Change::Made(it) => all.extend(of_issue(state, asked, it, "jira:issue_created", json!({}))),
                Change::Gone(it) => all.extend(of_issue(state, asked, it, "jira:issue_deleted", json!({}))),
                Change::Changed { from, to } => {
                    for history in to.histories.iter().skip(from.histories.len()) {
                        let changelog = json!({ "id": history.id.to_string(), "items": history.items });
                        all.extend(of_issue(state, asked, to, "jira:issue_updated", json!({ "changelog": changelog })));
                    }
                    for comment in to.comments.iter().skip(from.comments.len()) {
                        let mut shown = values::comment(state, comment);
                        shown["body"] = json!(written(&comment.body));
                        all.extend(of_issue(state, asked, to, "comment_created", json!({ "comment": shown })));
                    }
                }
            }
        }
        all
    }
}

/// Webhooks write texts in markup, whatever the API speaks.
fn written(text: &Value) -> String {
    match text {
        Value::String(text) => text.clone(),
        Value::Object(it) => {
            let inside: Vec<String> = it.get("content").and_then(Value::as_array).into_iter().flatten().map(written).collect();
            let own = it.get("text").and_then(Value::as_str).unwrap_or_default();
            let end = if matches!(it.get("type").and_then(Value::as_str), Some("paragraph" | "heading")) { "\n" } else { "" };
            format!("{own}{}{end}", inside.concat())
        }
        _ => String::new(),
    }
}

fn of_issue(state: &State, asked: &Asked<'_>, it: &Issue, event: &str, more: Value) -> Vec<Report> {
    let mut fields = values::fields(state, it);
    fields.retain(|name, _| !matches!(name.as_str(), "comment" | "worklog"));
    fields.insert("description".into(), json!(Some(written(&it.description)).filter(|it| !it.is_empty())));
    let address = format!("{}/rest/api/2/issue/{}", asked.origin, it.id);
    let mut body = json!({
        "timestamp": state.now().as_millisecond(), "webhookEvent": event,
        "issue": { "id": it.id.to_string(), "self": address, "key": it.key, "fields": fields },
    });
    if !event.starts_with("comment") {
        body["user"] = values::user(state, asked.caller);
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let heard = |it: &&Hook| it.events.iter().any(|it| it == event);
    let registered = state.webhooks.iter().filter(heard).map(|it| it.listener.clone());
    let listeners: Vec<Listener> = registered.chain(state.listeners.iter().cloned()).collect();
    report::to(&listeners, &[&it.project], &body, |it, body| {
        vec![("x-atlassian-webhook-identifier", report::id()), ("x-hub-signature", signed(&it.secret, body))]
    })
}

/// One that an administrator registered.
#[derive(Clone, Debug)]
pub struct Hook {
    pub id: u64,
    pub listener: Listener,
    pub events: Vec<String>,
}

/// `/rest/webhooks/1.0/webhook`, and `/rest/jira-webhook/1.0/webhooks` of Data Center from version 10 on, for administrators.
pub fn webhooks(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    if !state.may("ADMINISTER") {
        return Answer::forbidden("You are not authorized to perform this operation. Administrator privileges are required.");
    }
    let is_new = state.has_new_webhooks();
    let text = |key: &str| asked.body[key].as_str().unwrap_or_default().to_owned();
    match (method.as_str(), path) {
        ("POST", [what]) if *what == if is_new { "webhooks" } else { "webhook" } => {
            let url = text("url");
            if text("name").is_empty() || !url.starts_with("http") {
                return Answer::invalid("The name and the URL of a webhook are needed.");
            }
            if state.webhooks.iter().any(|it| it.listener.url == url) {
                return Answer::refused(StatusCode::CONFLICT, "A webhook with this URL and these events is registered already.");
            }
            let events: Vec<String> =
                asked.body["events"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            let configuration = &asked.body["configuration"];
            // The new ones ignore what only the old ones knew, and the other way round.
            let (filter, secret) = match is_new {
                true => (&configuration["FILTERS"], &configuration["secret"]),
                false => (&asked.body["filters"]["issue-related-events-section"], &asked.body["secret"]),
            };
            // Of the query language only what the bot writes: `project = "APO"`.
            let filter = filter.as_str().unwrap_or_default();
            let of = filter.strip_prefix("project = ").unwrap_or_default().trim_matches('"').to_owned();
            let secret = secret.as_str().unwrap_or_default().to_owned();
            let id = state.next_id();
            let shown = match is_new {
                true => {
                    json!({ "id": id, "name": text("name"), "url": url, "events": events, "configuration": {}, "active": true })
                }
                false => json!({
                    "name": text("name"), "url": url, "events": events, "filters": asked.body["filters"], "excludeBody": false,
                    "enabled": true, "self": format!("{}/rest/webhooks/1.0/webhook/{id}", asked.origin),
                }),
            };
            state.webhooks.push(Hook { id, listener: Listener { url, secret, of }, events });
            Answer::created(shown)
        }
        ("DELETE", [_, id]) => match state.webhooks.iter().position(|it| it.id.to_string() == *id) {
            Some(at) => {
                state.webhooks.remove(at);
                Answer::no_content()
            }
            None => Answer::not_found("The webhook does not exist."),
        },
        _ => Answer::nowhere(),
    }
}
