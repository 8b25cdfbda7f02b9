//! Event queues: `POST /register`, and the long poll. <https://zulip.com/api/real-time-events>

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::{
    ZulipSim,
    state::{FEATURE_LEVEL, Queue, State, UserKind},
};

pub(super) fn register(state: &mut State, params: &Params) -> Answer {
    let strings = |value: Option<Value>| {
        value.and_then(|it| {
            it.as_array().map(|it| it.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect::<Vec<String>>())
        })
    };
    let types = strings(params.json("event_types")?);
    let fetch = strings(params.json("fetch_event_types")?).or_else(|| types.clone());
    let narrow = params.json("narrow")?.and_then(|it| it.as_array().cloned()).unwrap_or_default();
    let (apply_markdown, all_public_streams) =
        (params.flag("apply_markdown") == Some(true), params.flag("all_public_streams") == Some(true));
    for name in ["client_gravatar", "slim_presence", "include_subscribers", "client_capabilities"] {
        params.text(name);
    }
    let id = format!(
        "{}-{}-{}-{}-{}",
        state.ids.hexadecimal(8),
        state.ids.hexadecimal(4),
        state.ids.hexadecimal(4),
        state.ids.hexadecimal(4),
        state.ids.hexadecimal(12)
    );
    let queue = Queue {
        user: params.me,
        events: Vec::new(),
        next_id: 0,
        types,
        all_public_streams,
        apply_markdown,
        narrow,
        last_read: state.now,
    };
    state.queues.insert(id.clone(), queue);
    let mut answer = json!({"queue_id": id, "last_event_id": -1, "zulip_version": "10.2", "zulip_merge_base": "10.2",
        "zulip_feature_level": FEATURE_LEVEL, "max_message_id": state.messages.last_key_value().map_or(-1, |(id, _)| *id),
        "event_queue_longpoll_timeout_seconds": 90});
    let wants = |kind: &str| fetch.as_ref().is_none_or(|it| it.iter().any(|it| it == kind));
    if wants("realm_bot") {
        let bot = state.user(state.bot).cloned();
        let bot = bot.map(|it| {
            let kind = if it.kind == UserKind::GenericBot { 1 } else { 3 };
            json!({"user_id": it.id, "email": it.email, "full_name": it.full_name, "bot_type": kind, "is_active": true,
            "api_key": it.api_key, "owner_id": state.owner, "default_all_public_streams": false, "avatar_url": "",
            "services": [{"base_url": state.webhook_url, "interface": 1, "token": state.webhook_token}]})
        });
        answer["realm_bots"] = json!([bot]);
    }
    if wants("realm_user") {
        let people: Vec<Value> = state.users.iter().map(|it| state.user_json(it)).collect();
        answer["realm_users"] = json!(people);
    }
    if wants("message") {
        answer["max_message_length"] = json!(10_000);
        answer["max_topic_length"] = json!(60);
        answer["max_stream_name_length"] = json!(60);
    }
    Ok(answer)
}

/// What a reader of a queue asks for.
pub(super) struct Wanted {
    queue: String,
    after: i64,
    wait: Wait,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    ForEvents,
    No,
}

pub(super) fn wanted(params: &Params) -> Result<Wanted, Refusal> {
    let wait = if params.flag("dont_block") == Some(true) { Wait::No } else { Wait::ForEvents };
    Ok(Wanted { queue: params.required("queue_id")?, after: params.number("last_event_id")?.unwrap_or(-1), wait })
}

fn bad_queue(id: &str) -> Refusal {
    Refusal::coded(StatusCode::BAD_REQUEST, "BAD_EVENT_QUEUE_ID", format!("Bad event queue ID: {id}")).with("queue_id", json!(id))
}

pub(super) fn delete(state: &mut State, params: &Params) -> Answer {
    let id = params.required("queue_id")?;
    match state.queues.get(&id).is_some_and(|it| it.user == params.me) {
        true => state.queues.remove(&id).map(|_| json!({})).ok_or_else(|| bad_queue(&id)),
        false => Err(bad_queue(&id)),
    }
}

/// Waits until the queue has events after the last one seen, or says that nothing happened.
pub(super) async fn poll(sim: &ZulipSim, me: i64, wanted: Wanted) -> Answer {
    let life = i64::try_from(sim.0.options.queue_life.as_micros()).unwrap_or(i64::MAX);
    let deadline = tokio::time::Instant::now() + sim.0.options.heartbeat;
    loop {
        let mut news = sim.0.news.subscribe();
        let events = sim.with(|state| {
            let now = state.now;
            state.queues.retain(|_, queue| now - queue.last_read < life);
            let queue = state.queues.get_mut(&wanted.queue).filter(|it| it.user == me).ok_or_else(|| bad_queue(&wanted.queue))?;
            queue.last_read = now;
            // Asking for what follows an event acknowledges all up to it.
            queue.events.retain(|it| it["id"].as_i64().is_none_or(|id| id > wanted.after));
            Ok(queue.events.clone())
        })?;
        if !events.is_empty() || wanted.wait == Wait::No {
            return Ok(json!({"events": events, "queue_id": wanted.queue}));
        }
        if tokio::time::timeout_at(deadline, news.changed()).await.is_err() {
            return sim.with(|state| {
                let now = state.now;
                let queue = state.queues.get_mut(&wanted.queue).ok_or_else(|| bad_queue(&wanted.queue))?;
                queue.last_read = now;
                let id = queue.next_id;
                queue.next_id += 1;
                Ok(json!({"events": [{"type": "heartbeat", "id": id}], "queue_id": wanted.queue}))
            });
        }
    }
}
