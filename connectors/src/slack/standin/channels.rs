//! What people do to channels: rename, archive, delete them, invite and remove people and the app.

use serde_json::{Value, json};

use super::{
    client::Outcome,
    state::{ChannelKind, State},
    web_api::conversations,
};

/// A channel by id or name, whatever its state.
fn named(state: &State, channel: &str) -> Result<String, String> {
    let name = channel.trim_start_matches('#');
    let found = state.channels.iter().find(|it| it.id == channel || (!it.name.is_empty() && it.name == name));
    found.map(|it| it.id.clone()).ok_or_else(|| format!("There is no channel {channel}."))
}

fn person(state: &State, person: &str) -> Result<String, String> {
    let found = state.users.iter().find(|it| it.id == person || it.name == person);
    found.map(|it| it.id.clone()).ok_or_else(|| format!("There is nobody called {person}."))
}

pub(super) fn rename(state: &mut State, channel: &str, name: &str) -> Outcome {
    let id = named(state, channel)?;
    let name = name.trim_start_matches('#');
    if state.channels.iter().any(|it| it.name == name) {
        return Err(format!("There is a channel #{name} already."));
    }
    if let Some(channel) = state.channel_mut(&id) {
        let old = std::mem::replace(&mut channel.name, name.to_owned());
        channel.previous_names.insert(0, old);
    }
    let event_ts = state.ts();
    let created = state.channel(&id).map(|it| it.created);
    let channel =
        json!({"id": id, "name": name, "name_normalized": name, "created": created, "is_channel": true, "is_mpim": false});
    tell(state, &id, "rename", json!({"channel": channel, "event_ts": event_ts}));
    Ok(json!({}))
}

/// Whether a channel takes messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Archived {
    Yes,
    No,
}

pub(super) fn archive(state: &mut State, me: &str, channel: &str, archived: Archived) -> Outcome {
    let id = named(state, channel)?;
    if let Some(channel) = state.channel_mut(&id) {
        channel.archived = archived == Archived::Yes;
    }
    let event_ts = state.ts();
    let what = if archived == Archived::Yes { "archive" } else { "unarchive" };
    tell(state, &id, what, json!({"channel": id, "user": me, "event_ts": event_ts}));
    Ok(json!({}))
}

pub(super) fn delete(state: &mut State, me: &str, channel: &str) -> Outcome {
    let id = named(state, channel)?;
    let event_ts = state.ts();
    tell(state, &id, "deleted", json!({"channel": id, "actor_id": me, "event_ts": event_ts}));
    state.messages.retain(|(channel, _), _| *channel != id);
    state.channels.retain(|it| it.id != id);
    Ok(json!({}))
}

pub(super) fn invite(state: &mut State, me: &str, channel: &str, who: &str) -> Outcome {
    let (id, who) = (named(state, channel)?, person(state, who)?);
    conversations::enter(state, &id, &who, Some(me));
    Ok(json!({}))
}

pub(super) fn kick(state: &mut State, me: &str, channel: &str, who: &str) -> Outcome {
    let (id, who) = (named(state, channel)?, person(state, who)?);
    let is_app = who == state.app.bot_user;
    conversations::exit(state, &id, &who);
    if is_app {
        let event_ts = state.ts();
        tell(state, &id, "left", json!({"channel": id, "actor_id": me, "event_ts": event_ts}));
    }
    Ok(json!({}))
}

/// `channel_…` to the app, or `group_…` of a private channel; of those only where it is a member.
fn tell(state: &mut State, id: &str, what: &str, mut event: Value) {
    let private = state.channel(id).is_some_and(|it| it.kind == ChannelKind::Private);
    let kind = format!("{}_{what}", if private { "group" } else { "channel" });
    event["type"] = json!(kind);
    let is_told = !private || what == "left" || state.channel(id).is_some_and(|it| it.members.contains(&state.app.bot_user));
    if is_told {
        state.event(&kind, event);
    }
    let shown = state.channel_json(id, &state.app.bot_user);
    state.changes.push(("channel", shown));
}
