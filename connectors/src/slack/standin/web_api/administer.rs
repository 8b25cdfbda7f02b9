//! What an app may change about a channel and who is in it.

use serde_json::{Value, json};

use super::{
    Answer, ApiError, Args,
    conversations::{exit, free_name, member, public, visible},
};
use crate::slack::standin::{
    channels::{self, Archived},
    state::State,
};

/// <https://docs.slack.dev/reference/methods/conversations.setPurpose>
pub(super) fn set_purpose(state: &mut State, args: &Args) -> Answer {
    let id = member(state, args)?;
    let purpose = args.text("purpose").unwrap_or_default();
    if purpose.chars().count() > 250 {
        return Err(ApiError::new("too_long"));
    }
    if let Some(channel) = state.channel_mut(&id) {
        channel.purpose = purpose;
    }
    let json = state.channel_json(&id, &state.app.bot_user);
    state.changes.push(("channel", json.clone()));
    Ok(json!({"channel": json}))
}

/// Only for who created the channel, or an admin, which an app is not.
/// <https://docs.slack.dev/reference/methods/conversations.rename>
pub(super) fn rename(state: &mut State, args: &Args) -> Answer {
    let id = public(state, args)?;
    member(state, args)?;
    if state.channel(&id).is_some_and(|it| it.creator != state.app.bot_user) {
        return Err(ApiError::new("not_authorized"));
    }
    let name = free_name(state, args)?;
    channels::rename(state, &id, &name).map_err(|_| ApiError::new("name_taken"))?;
    Ok(json!({"channel": state.channel_json(&id, &state.app.bot_user)}))
}

/// <https://docs.slack.dev/reference/methods/conversations.kick>
pub(super) fn kick(state: &mut State, args: &Args) -> Answer {
    let id = public(state, args)?;
    member(state, args)?;
    let user = args.required("user")?;
    if state.user(&user).is_none() {
        return Err(ApiError::new("user_not_found"));
    }
    if user == state.app.bot_user {
        return Err(ApiError::new("cant_kick_self"));
    }
    match state.channel(&id) {
        Some(channel) if channel.name == "general" => Err(ApiError::new("cant_kick_from_general")),
        Some(channel) if !channel.members.contains(&user) => Err(ApiError::new("not_in_channel")),
        _ => {
            exit(state, &id, &user);
            Ok(json!({"errors": {}}))
        }
    }
}

/// <https://docs.slack.dev/reference/methods/conversations.archive>
pub(super) fn archive(state: &mut State, args: &Args) -> Answer {
    let id = visible(state, args)?;
    match state.channel(&id) {
        Some(channel) if channel.name == "general" => return Err(ApiError::new("cant_archive_general")),
        Some(channel) if channel.archived => return Err(ApiError::new("already_archived")),
        _ => member(state, args)?,
    };
    let bot = state.app.bot_user.clone();
    channels::archive(state, &bot, &id, Archived::Yes).map_err(|_| ApiError::new("channel_not_found"))?;
    Ok(Value::Object(serde_json::Map::new()))
}

/// Slack's own page says that bot tokens cannot be used for this: whoever asks must be in the channel, and archiving took
/// the app out. <https://docs.slack.dev/reference/methods/conversations.unarchive>
pub(super) fn unarchive(state: &mut State, args: &Args) -> Answer {
    let id = visible(state, args)?;
    match state.channel(&id) {
        Some(channel) if !channel.archived => Err(ApiError::new("not_archived")),
        _ => Err(ApiError::new("not_in_channel")),
    }
}
