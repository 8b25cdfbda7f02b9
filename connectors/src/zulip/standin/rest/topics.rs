//! Topics. <https://zulip.com/api/get-stream-topics>

use serde_json::json;

use super::{Answer, Params, Refusal, channels::by_id, messages};
use crate::zulip::standin::state::{Message, State, To};

/// A channel's topics, the most recent first.
pub(super) fn list(state: &State, stream: &str, params: &Params) -> Answer {
    params.flag("allow_empty_topic_name");
    let stream = by_id(state, stream, params.me)?;
    let mut topics: Vec<(String, i64)> = Vec::new();
    for message in state.messages.values().rev().filter(|it| state.may_see(params.me, it)) {
        if let To::Stream { id, topic } = &message.to
            && *id == stream.id
            && !topics.iter().any(|(name, _)| name == topic)
        {
            topics.push((topic.clone(), message.id));
        }
    }
    Ok(json!({"topics": topics.into_iter().map(|(name, max_id)| json!({"name": name, "max_id": max_id})).collect::<Vec<_>>()}))
}

pub(super) fn delete(state: &mut State, stream: &str, params: &Params) -> Answer {
    let topic = params.required("topic_name")?;
    if !state.administers(params.me) {
        return Err(Refusal::not_administrator());
    }
    let id = by_id(state, stream, params.me)?.id;
    let is_in =
        |it: &&Message| matches!(&it.to, To::Stream { id: at, topic: name } if *at == id && name.eq_ignore_ascii_case(&topic));
    let gone: Vec<Message> = state.messages.values().filter(is_in).cloned().collect();
    gone.iter().for_each(|it| messages::erase(state, it));
    Ok(json!({"complete": true}))
}

/// `POST /user_topics`
pub(super) fn set_visibility(state: &mut State, params: &Params) -> Answer {
    let id = params.number("stream_id")?.ok_or_else(|| Refusal::missing("stream_id"))?;
    let (topic, policy) = (params.required("topic")?, params.number("visibility_policy")?);
    let policy = policy.ok_or_else(|| Refusal::missing("visibility_policy"))?;
    if !(0..=3).contains(&policy) {
        return Err(Refusal::bad("Invalid visibility_policy"));
    }
    by_id(state, &id.to_string(), params.me)?;
    state.organization.topics.insert((params.me, id, topic.to_lowercase()), policy);
    Ok(json!({}))
}
