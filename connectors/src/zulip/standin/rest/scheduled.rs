//! Messages for later. <https://zulip.com/api/create-scheduled-message>

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal, messages};
use crate::zulip::standin::{
    ZulipSim,
    organization::Scheduled,
    render::render,
    state::{State, To},
};

fn shown(state: &State, it: &Scheduled) -> Value {
    let rendered = render(state, &it.content).html;
    let mut json = json!({"scheduled_message_id": it.id, "content": it.content, "rendered_content": rendered,
        "scheduled_delivery_timestamp": it.at, "failed": false});
    match &it.to {
        To::Stream { id, topic } => {
            json["type"] = json!("stream");
            json["to"] = json!(id);
            json["topic"] = json!(topic);
        }
        To::Direct(people) => {
            json["type"] = json!("private");
            json["to"] = json!(people);
        }
    }
    json
}

pub(super) fn list(state: &State, params: &Params) -> Value {
    let mut mine: Vec<&Scheduled> = state.organization.scheduled.iter().filter(|it| it.sender == params.me).collect();
    mine.sort_by_key(|it| it.at);
    json!({"scheduled_messages": mine.into_iter().map(|it| shown(state, it)).collect::<Vec<_>>()})
}

fn moment(state: &State, params: &Params) -> Result<Option<i64>, Refusal> {
    let Some(at) = params.number("scheduled_delivery_timestamp")? else { return Ok(None) };
    if at <= state.now / 1_000_000 {
        let message = "Scheduled delivery time must be in the future.";
        return Err(Refusal::coded(StatusCode::BAD_REQUEST, "DELIVERY_TIME_NOT_IN_FUTURE", message));
    }
    Ok(Some(at))
}

pub(super) fn create(state: &mut State, params: &Params) -> Answer {
    let (kind, content) = (params.required("type")?, params.required("content")?);
    let to = params.json("to")?.ok_or_else(|| Refusal::missing("to"))?;
    params.flag("read_by_sender");
    let topic = params.text("topic");
    let at = moment(state, params)?.ok_or_else(|| Refusal::missing("scheduled_delivery_timestamp"))?;
    if content.trim().is_empty() {
        return Err(Refusal::bad("Message must not be empty"));
    }
    let to = match kind.as_str() {
        "stream" | "channel" => {
            To::Stream { id: messages::stream_of(state, &to, params.me)?, topic: topic.ok_or_else(|| Refusal::missing("topic"))? }
        }
        "direct" | "private" => To::Direct(messages::people_of(state, to.as_array().map(Vec::as_slice).unwrap_or_default())?),
        _ => return Err(Refusal::bad("Invalid type")),
    };
    let id = state.organization.next_id();
    state.organization.scheduled.push(Scheduled { id, sender: params.me, to, content, at });
    Ok(json!({"scheduled_message_id": id}))
}

fn mine<'a>(state: &'a mut State, id: &str, me: i64) -> Result<&'a mut Scheduled, Refusal> {
    let found = state.organization.scheduled.iter_mut().find(|it| id.parse() == Ok(it.id) && it.sender == me);
    found.ok_or_else(|| Refusal::coded(StatusCode::NOT_FOUND, "BAD_REQUEST", "Scheduled message does not exist"))
}

pub(super) fn update(state: &mut State, id: &str, params: &Params) -> Answer {
    let (content, topic) = (params.text("content"), params.text("topic"));
    let at = moment(state, params)?;
    if content.is_none() && topic.is_none() && at.is_none() {
        return Err(Refusal::bad("Nothing to change"));
    }
    let message = mine(state, id, params.me)?;
    message.content = content.unwrap_or_else(|| std::mem::take(&mut message.content));
    message.at = at.unwrap_or(message.at);
    if let (Some(new), To::Stream { topic, .. }) = (topic, &mut message.to) {
        *topic = new;
    }
    Ok(json!({}))
}

pub(super) fn delete(state: &mut State, id: &str, params: &Params) -> Answer {
    let id = mine(state, id, params.me)?.id;
    state.organization.scheduled.retain(|it| it.id != id);
    Ok(json!({}))
}

/// Sends what is due when it is due, and not only when somebody next asks for something.
pub(super) fn deliver_in_time(sim: &ZulipSim) {
    let next = sim.look(|state| {
        let at = state.organization.scheduled.iter().map(|it| it.at).min()?;
        u64::try_from(at - state.now / 1_000_000).ok()
    });
    if let Some(seconds) = next {
        let sim = sim.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(seconds + 1)).await;
            sim.with(|_| {});
        });
    }
}
