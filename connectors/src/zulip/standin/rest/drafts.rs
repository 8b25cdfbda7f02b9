//! Drafts. <https://zulip.com/api/create-drafts>

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::state::State;

pub(super) fn list(state: &State, params: &Params) -> Value {
    let mine: Vec<&Value> = state.organization.drafts.iter().filter(|it| it.0 == params.me).map(|it| &it.1).collect();
    json!({"count": mine.len(), "drafts": mine})
}

fn checked(state: &State, draft: &Value) -> Result<Value, Refusal> {
    let to = draft["to"].as_array().ok_or_else(|| Refusal::bad("to is not a list"))?;
    if draft["type"] == "stream" {
        let [stream] = to.as_slice() else { return Err(Refusal::bad("Must specify exactly 1 channel ID for channel messages")) };
        stream.as_i64().and_then(|id| state.stream(id)).ok_or_else(|| Refusal::bad("Invalid channel ID"))?;
    }
    if draft["content"].as_str().is_none_or(|it| it.trim().is_empty()) {
        return Err(Refusal::bad("content is blank"));
    }
    let mut kept = draft.clone();
    if kept["timestamp"].is_null() {
        kept["timestamp"] = json!(state.now / 1_000_000);
    }
    Ok(kept)
}

pub(super) fn create(state: &mut State, params: &Params) -> Answer {
    let drafts = params.json("drafts")?.ok_or_else(|| Refusal::missing("drafts"))?;
    let mut ids = Vec::new();
    for draft in drafts.as_array().into_iter().flatten() {
        let mut kept = checked(state, draft)?;
        let id = state.organization.next_id();
        kept["id"] = json!(id);
        state.organization.drafts.push((params.me, kept));
        ids.push(id);
    }
    Ok(json!({"ids": ids}))
}

fn place(state: &State, id: &str, me: i64) -> Result<usize, Refusal> {
    let found = state.organization.drafts.iter().position(|it| it.0 == me && it.1["id"].as_i64() == id.parse().ok());
    found.ok_or_else(|| Refusal::coded(StatusCode::NOT_FOUND, "BAD_REQUEST", "Draft does not exist"))
}

pub(super) fn update(state: &mut State, id: &str, params: &Params) -> Answer {
    let draft = params.json("draft")?.ok_or_else(|| Refusal::missing("draft"))?;
    let at = place(state, id, params.me)?;
    let mut kept = checked(state, &draft)?;
    kept["id"] = state.organization.drafts[at].1["id"].clone();
    state.organization.drafts[at].1 = kept;
    Ok(json!({}))
}

pub(super) fn delete(state: &mut State, id: &str, params: &Params) -> Answer {
    let at = place(state, id, params.me)?;
    state.organization.drafts.remove(at);
    Ok(json!({}))
}
