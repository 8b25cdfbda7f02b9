//! Webhooks of projects and groups: kept as they were set up, but for their tokens.

use serde_json::{Value, json};

use super::{Answer, Asked, State, state::is_number};

/// `of` is `projects/11` or `groups/demo`.
pub fn route(state: &mut State, method: &str, of: &str, path: &[&str], asked: &Asked) -> Answer {
    match (method, path) {
        ("GET", []) => asked.page(state.hooks.iter().filter(|it| it["of"] == of).map(shown).collect()),
        ("POST", []) => {
            let Some(url) = asked.text("url").filter(|it| it.starts_with("http")) else {
                return Answer::invalid("url", "is blocked");
            };
            let mut hook = asked.body.clone();
            hook["url"] = json!(url);
            hook["of"] = json!(of);
            hook["id"] = json!(state.next_id());
            hook["created_at"] = state.now();
            let answer = Answer::created(shown(&hook));
            state.hooks.push(hook);
            answer
        }
        ("DELETE", [id]) => match state.hooks.iter().position(|it| it["of"] == of && is_number(&it["id"], id)) {
            Some(at) => {
                state.hooks.remove(at);
                Answer::no_content()
            }
            None => Answer::not_found("Hook"),
        },
        _ => Answer::not_found("Hook"),
    }
}

/// A token is never told again.
fn shown(hook: &Value) -> Value {
    let mut shown = hook.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|field, _| field != "token" && field != "of");
    }
    shown
}
