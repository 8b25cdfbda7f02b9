//! Channels and direct conversations.

use serde_json::{Value, json};

use super::{Answer, ApiError, Args, by_id, next_cursor};
use crate::slack::standin::state::{Channel, ChannelKind, Message, State};

pub(super) fn list(state: &mut State, args: &Args) -> Answer {
    let kinds = args.list("types");
    let kinds = if kinds.is_empty() { vec!["public_channel".to_owned()] } else { kinds };
    let known = ["public_channel", "private_channel", "im", "mpim"];
    if kinds.iter().any(|it| !known.contains(&it.as_str())) {
        return Err(ApiError::new("invalid_types"));
    }
    let bot = state.app.bot_user.clone();
    let wanted = state.channels.iter().filter(|it| {
        let kind = match it.kind {
            ChannelKind::Public => "public_channel",
            ChannelKind::Private => "private_channel",
            ChannelKind::Direct => "im",
            ChannelKind::Group => "mpim",
        };
        kinds.iter().any(|wanted| wanted == kind)
            && (it.kind == ChannelKind::Public || it.members.contains(&bot))
            && !(it.archived && args.flag("exclude_archived") == Some(true))
    });
    let items = wanted.map(|it| state.channel_json(&it.id, &bot)).collect();
    let (items, cursor) = args.page(items, 100)?;
    Ok(json!({"channels": items, "response_metadata": next_cursor(&cursor)}))
}

pub(super) fn info(state: &mut State, args: &Args) -> Answer {
    let id = visible(state, args)?;
    Ok(json!({"channel": state.channel_json(&id, &state.app.bot_user)}))
}

/// A channel that the app may look into.
pub(super) fn visible(state: &State, args: &Args) -> Result<String, ApiError> {
    let id = by_id(state, args)?;
    let seen = |it: &Channel| it.kind == ChannelKind::Public || it.members.contains(&state.app.bot_user);
    state.channel(&id).filter(|it| seen(it)).map(|it| it.id.clone()).ok_or(ApiError::new("channel_not_found"))
}

pub(super) fn open(state: &mut State, args: &Args) -> Answer {
    let bot = state.app.bot_user.clone();
    let before = state.channels.len();
    let id = match args.text("channel").filter(|it| !it.is_empty()) {
        Some(_) => visible(state, args)?,
        None => {
            let users = args.list("users");
            if users.is_empty() {
                return Err(ApiError::new("users_list_not_supplied"));
            }
            if users.len() > 8 {
                return Err(ApiError::new("too_many_users"));
            }
            if users.iter().any(|id| state.user(id).is_none()) {
                return Err(ApiError::new("user_not_found"));
            }
            let mut people = vec![bot.clone()];
            people.extend(users.into_iter().filter(|it| *it != bot));
            state.direct(&people)
        }
    };
    let existed = state.channels.len() == before;
    let channel = match args.flag("return_im") {
        Some(true) => state.channel_json(&id, &bot),
        _ => json!({"id": id}),
    };
    Ok(json!({"no_op": existed, "already_open": existed, "channel": channel}))
}

/// The messages between `oldest` and `latest`.
fn between<'a>(args: &Args, messages: impl Iterator<Item = &'a Message>) -> Vec<&'a Message> {
    let (oldest, latest) = (args.text("oldest").unwrap_or_default(), args.text("latest").unwrap_or_default());
    let inclusive = args.flag("inclusive") == Some(true);
    // All have ten digits before the point, so comparing text compares time.
    let padded = |ts: &str| if ts.contains('.') { ts.to_owned() } else { format!("{ts}.000000") };
    messages
        .filter(|it| oldest.is_empty() || oldest == "0" || it.ts > padded(&oldest) || (inclusive && it.ts == padded(&oldest)))
        .filter(|it| latest.is_empty() || it.ts < padded(&latest) || (inclusive && it.ts == padded(&latest)))
        .collect()
}

fn listed(state: &State, args: &Args, messages: &[&Message]) -> Vec<Value> {
    let all_metadata = args.flag("include_all_metadata") == Some(true);
    let json = messages.iter().map(|message| {
        let mut json = state.message_json(message);
        if !all_metadata && let Some(json) = json.as_object_mut() {
            json.remove("metadata");
        }
        json
    });
    json.collect()
}

pub(super) fn member(state: &State, args: &Args) -> Result<String, ApiError> {
    let id = visible(state, args)?;
    let member = state.channel(&id).is_some_and(|it| it.members.contains(&state.app.bot_user));
    if member { Ok(id) } else { Err(ApiError::new("not_in_channel")) }
}

pub(super) fn history(state: &mut State, args: &Args) -> Answer {
    let id = member(state, args)?;
    let top = state.messages_in(&id).rev().filter(|it| it.only_for.is_none() && it.thread_ts.is_none());
    let messages = between(args, top);
    let (items, cursor) = args.page(listed(state, args, &messages), 100)?;
    let mut answer = json!({"messages": items, "has_more": !cursor.is_empty(), "pin_count": 0});
    if !cursor.is_empty() {
        answer["response_metadata"] = next_cursor(&cursor);
    }
    Ok(answer)
}

pub(super) fn replies(state: &mut State, args: &Args) -> Answer {
    let id = member(state, args)?;
    let ts = args.required("ts")?;
    let named = state.message(&id, &ts).filter(|it| it.only_for.is_none()).ok_or(ApiError::new("thread_not_found"))?;
    let root = named.thread_ts.clone().unwrap_or(ts);
    let thread = state.message(&id, &root).into_iter().chain(state.replies(&id, &root));
    let messages = between(args, thread);
    let (items, cursor) = args.page(listed(state, args, &messages), 1000)?;
    let mut answer = json!({"messages": items, "has_more": !cursor.is_empty()});
    if !cursor.is_empty() {
        answer["response_metadata"] = next_cursor(&cursor);
    }
    Ok(answer)
}

pub(super) fn members(state: &mut State, args: &Args) -> Answer {
    let id = visible(state, args)?;
    let members = state.channel(&id).map(|it| it.members.iter().map(|id| json!(id)).collect()).unwrap_or_default();
    let (items, cursor) = args.page(members, 100)?;
    Ok(json!({"members": items, "response_metadata": next_cursor(&cursor)}))
}

/// Adds someone to a channel and tells the app.
pub(in crate::slack::standin) fn enter(state: &mut State, channel: &str, user: &str, inviter: Option<&str>) {
    let Some(target) = state.channel_mut(channel).filter(|it| !it.members.iter().any(|member| member == user)) else { return };
    target.members.push(user.to_owned());
    let ts = state.ts();
    let kind = if state.channel_type(channel) == "group" { "G" } else { "C" };
    let mut event = json!({"type": "member_joined_channel", "user": user, "channel": channel, "channel_type": kind, "team": state.team, "event_ts": ts});
    if let Some(inviter) = inviter {
        event["inviter"] = json!(inviter);
    }
    state.event("member_joined_channel", event);
    state.changes.push(("channel", state.channel_json(channel, user)));
}

/// Takes someone out of a channel and tells the app.
pub(in crate::slack::standin) fn exit(state: &mut State, channel: &str, user: &str) {
    let Some(target) = state.channel_mut(channel) else { return };
    target.members.retain(|it| it != user);
    let ts = state.ts();
    let event = json!({"type": "member_left_channel", "user": user, "channel": channel, "channel_type": "C", "team": state.team, "event_ts": ts});
    state.event("member_left_channel", event);
    state.changes.push(("channel", state.channel_json(channel, user)));
}

pub(super) fn public(state: &State, args: &Args) -> Result<String, ApiError> {
    let id = visible(state, args)?;
    match state.channel(&id) {
        Some(channel) if channel.archived => Err(ApiError::new("is_archived")),
        Some(channel) if matches!(channel.kind, ChannelKind::Public | ChannelKind::Private) => Ok(id),
        _ => Err(ApiError::new("method_not_supported_for_channel_type")),
    }
}

pub(super) fn join(state: &mut State, args: &Args) -> Answer {
    let id = public(state, args)?;
    let bot = state.app.bot_user.clone();
    let was_in = state.channel(&id).is_some_and(|it| it.members.contains(&bot));
    enter(state, &id, &bot, None);
    let mut answer = json!({"channel": state.channel_json(&id, &bot)});
    if was_in {
        answer["warning"] = json!("already_in_channel");
        answer["response_metadata"] = json!({"warnings": ["already_in_channel"]});
    }
    Ok(answer)
}

pub(super) fn leave(state: &mut State, args: &Args) -> Answer {
    let id = public(state, args)?;
    let bot = state.app.bot_user.clone();
    if !state.channel(&id).is_some_and(|it| it.members.contains(&bot)) {
        return Ok(json!({"ok": false, "not_in_channel": true}));
    }
    exit(state, &id, &bot);
    Ok(json!({}))
}

/// A name that a channel may have.
pub(super) fn free_name(state: &State, args: &Args) -> Result<String, ApiError> {
    let name = args.text("name").filter(|it| !it.is_empty()).ok_or(ApiError::new("invalid_name_required"))?;
    if name.chars().count() > 80 {
        return Err(ApiError::new("invalid_name_maxlength"));
    }
    if !name.chars().all(|it| it.is_alphanumeric() && !it.is_uppercase() || matches!(it, '-' | '_')) {
        return Err(ApiError::new("invalid_name_specials"));
    }
    if state.channels.iter().any(|it| it.name == name) {
        return Err(ApiError::new("name_taken"));
    }
    Ok(name)
}

pub(super) fn create(state: &mut State, args: &Args) -> Answer {
    let name = free_name(state, args)?;
    let bot = state.app.bot_user.clone();
    let id = state.ids.slack("C");
    let kind = if args.flag("is_private") == Some(true) { ChannelKind::Private } else { ChannelKind::Public };
    let created = state.seconds();
    let members = vec![bot.clone()];
    state.channels.push(Channel {
        id: id.clone(),
        name,
        previous_names: Vec::new(),
        kind,
        topic: String::new(),
        purpose: String::new(),
        creator: bot.clone(),
        created,
        archived: false,
        members,
    });
    let json = state.channel_json(&id, &bot);
    state.changes.push(("channel", json.clone()));
    Ok(json!({"channel": json}))
}

pub(super) fn invite(state: &mut State, args: &Args) -> Answer {
    let id = public(state, args)?;
    member(state, args)?;
    let bot = state.app.bot_user.clone();
    let users = args.list("users");
    if users.is_empty() {
        return Err(ApiError::new("no_user"));
    }
    for user in &users {
        if state.user(user).is_none() {
            return Err(ApiError::new("user_not_found"));
        }
        if *user == state.app.bot_user {
            return Err(ApiError::new("cant_invite_self"));
        }
        if state.channel(&id).is_some_and(|it| it.members.contains(user)) {
            return Err(ApiError::new("already_in_channel"));
        }
    }
    users.iter().for_each(|user| enter(state, &id, user, Some(&bot)));
    Ok(json!({"channel": state.channel_json(&id, &state.app.bot_user)}))
}

pub(super) fn set_topic(state: &mut State, args: &Args) -> Answer {
    let id = member(state, args)?;
    let topic = args.text("topic").unwrap_or_default();
    if topic.chars().count() > 250 {
        return Err(ApiError::new("too_long"));
    }
    if let Some(channel) = state.channel_mut(&id) {
        channel.topic = topic;
    }
    let json = state.channel_json(&id, &state.app.bot_user);
    state.changes.push(("channel", json.clone()));
    Ok(json!({"channel": json}))
}
