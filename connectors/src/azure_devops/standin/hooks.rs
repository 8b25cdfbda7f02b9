//! Service hooks: <https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions>.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State};

pub(super) fn answer(state: &mut State, method: &str, path: &[&str], asked: &Asked) -> Answer {
    match (method, path) {
        ("GET", []) => Answer::list(state.subscriptions.iter().map(masked).collect()),
        ("POST", []) => create(state, &asked.body),
        ("DELETE", [id]) => match state.subscriptions.iter().position(|it| it["id"] == *id) {
            Some(at) => {
                state.subscriptions.remove(at);
                Answer::empty(StatusCode::NO_CONTENT)
            }
            None => Answer::not_found("SubscriptionNotFoundException", "The subscription cannot be found."),
        },
        _ => Answer::empty(StatusCode::METHOD_NOT_ALLOWED),
    }
}

fn create(state: &mut State, body: &Value) -> Answer {
    let refused = |said: &str| Answer::refused(StatusCode::BAD_REQUEST, "SubscriptionInputException", said);
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if (text("/consumerId"), text("/consumerActionId")) != ("webHooks", "httpRequest") {
        return refused("The consumer is not known.");
    }
    if !text("/consumerInputs/url").starts_with("https://") {
        return refused("The URL must begin with https.");
    }
    if state.unknown_event == Some(text("/eventType")) {
        return refused(&format!("The event type {} is not supported by the publisher.", text("/eventType")));
    }
    if !state.projects.iter().any(|it| state.project(it)["id"] == body["publisherInputs"]["projectId"]) {
        return refused("The project cannot be found.");
    }
    let id = format!("5b5b5b5b-0000-4000-8000-{:012}", state.next_id());
    let mut made = body.clone();
    made["id"] = json!(id);
    made["status"] = json!("enabled");
    let shown = masked(&made);
    state.subscriptions.push(made);
    Answer::json(shown)
}

/// As it is shown: without its password.
fn masked(subscription: &Value) -> Value {
    let mut shown = subscription.clone();
    shown["consumerInputs"]["basicAuthPassword"] = json!("********");
    shown
}
