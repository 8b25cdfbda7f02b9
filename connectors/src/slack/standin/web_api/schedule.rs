//! Messages for later.

use serde_json::{Value, json};

use super::{Answer, ApiError, Args, chat};
use crate::slack::standin::state::{Scheduled, State};

/// 120 days.
const FURTHEST: i64 = 120 * 24 * 3600;

pub(super) fn schedule(state: &mut State, args: &Args) -> Answer {
    args.required("post_at")?;
    let post_at = args.number("post_at").ok_or(ApiError::new("invalid_time"))?;
    match post_at - state.seconds() {
        ..=0 => return Err(ApiError::new("time_in_past")),
        FURTHEST.. => return Err(ApiError::new("time_too_far")),
        _ => {}
    }
    let message = chat::message(state, args)?;
    let id = state.ids.slack("Q");
    let answer = json!({"channel": message.channel, "scheduled_message_id": id, "post_at": post_at, "message": state.message_json(&message)});
    state.scheduled.push(Scheduled { id, post_at, message });
    Ok(answer)
}

pub(super) fn delete(state: &mut State, args: &Args) -> Answer {
    let (channel, id) = (args.required("channel")?, args.required("scheduled_message_id")?);
    let before = state.scheduled.len();
    state.scheduled.retain(|it| it.id != id || it.message.channel != channel);
    if state.scheduled.len() == before { Err(ApiError::new("invalid_scheduled_message_id")) } else { Ok(json!({})) }
}

pub(super) fn list(state: &mut State, args: &Args) -> Answer {
    let channel = args.text("channel");
    let wanted = state.scheduled.iter().filter(|it| channel.as_ref().is_none_or(|channel| it.message.channel == *channel));
    let items: Vec<Value> = wanted
        .map(|it| json!({"id": it.id, "channel_id": it.message.channel, "post_at": it.post_at, "date_created": state.seconds(), "text": it.message.text}))
        .collect();
    let (items, cursor) = args.page(items, 100)?;
    Ok(json!({"scheduled_messages": items, "response_metadata": super::next_cursor(&cursor)}))
}
