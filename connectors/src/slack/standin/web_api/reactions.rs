//! Reactions.

use serde_json::json;

use super::{Answer, ApiError, Args};
use crate::slack::standin::state::State;

fn target(state: &State, args: &Args) -> Result<(String, String), ApiError> {
    let (Some(channel), Some(ts)) = (args.text("channel"), args.text("timestamp")) else {
        return Err(ApiError::new("no_item_specified"));
    };
    state.channel(&channel).ok_or(ApiError::new("channel_not_found"))?;
    state.message(&channel, &ts).filter(|it| it.only_for.is_none()).ok_or(ApiError::new("message_not_found"))?;
    Ok((channel, ts))
}

fn emoji(args: &Args) -> Result<String, ApiError> {
    let name = args.required("name")?.trim_matches(':').to_owned();
    let valid = name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '_' | '-' | '+' | ':'));
    if valid { Ok(name) } else { Err(ApiError::new("invalid_name")) }
}

/// Adds or removes a reaction and tells everyone.
pub(in crate::slack::standin) fn set(
    state: &mut State,
    (channel, ts): (&str, &str),
    name: &str,
    user: &str,
    wanted: Wanted,
) -> Result<(), ApiError> {
    let message = state.message_mut(channel, ts).ok_or(ApiError::new("message_not_found"))?;
    let author = message.user.clone();
    let present = message.reactions.iter().any(|(it, users)| it == name && users.iter().any(|it| it == user));
    match wanted {
        Wanted::Present if present => return Err(ApiError::new("already_reacted")),
        Wanted::Absent if !present => return Err(ApiError::new("no_reaction")),
        Wanted::Present => match message.reactions.iter_mut().find(|(it, _)| it == name) {
            Some((_, users)) => users.push(user.to_owned()),
            None => message.reactions.push((name.to_owned(), vec![user.to_owned()])),
        },
        Wanted::Absent => {
            message.reactions.iter_mut().filter(|(it, _)| it == name).for_each(|(_, users)| users.retain(|it| it != user));
            message.reactions.retain(|(_, users)| !users.is_empty());
        }
    }
    let message = message.clone();
    state.changed(&message);
    let kind = if wanted == Wanted::Present { "reaction_added" } else { "reaction_removed" };
    let event_ts = state.ts();
    let event = json!({"type": kind, "user": user, "reaction": name, "item_user": author, "event_ts": event_ts,
        "item": {"type": "message", "channel": channel, "ts": ts}});
    state.event(kind, event);
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::slack::standin) enum Wanted {
    Present,
    Absent,
}

pub(super) fn add(state: &mut State, args: &Args) -> Answer {
    let ((channel, ts), name) = (target(state, args)?, emoji(args)?);
    set(state, (&channel, &ts), &name, &state.app.bot_user.clone(), Wanted::Present).map(|()| json!({}))
}

pub(super) fn remove(state: &mut State, args: &Args) -> Answer {
    let ((channel, ts), name) = (target(state, args)?, emoji(args)?);
    set(state, (&channel, &ts), &name, &state.app.bot_user.clone(), Wanted::Absent).map(|()| json!({}))
}

pub(super) fn get(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = target(state, args)?;
    let message = state.message(&channel, &ts).ok_or(ApiError::new("message_not_found"))?;
    Ok(json!({"type": "message", "channel": channel, "message": state.message_json(message)}))
}
