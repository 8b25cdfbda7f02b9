//! Channels. <https://zulip.com/api/get-streams>

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::state::{State, Stream, To};

const LONGEST_NAME: usize = 60;
/// What groups may be given in a channel, as far as the simulator knows it.
const RIGHTS: &[&str] = &[
    "can_add_subscribers_group",
    "can_remove_subscribers_group",
    "can_administer_channel_group",
    "can_send_message_group",
    "can_create_topics_group",
    "can_subscribe_group",
];

pub(super) fn json(state: &State, stream: &Stream) -> Value {
    let first = state.messages.values().find(|it| matches!(&it.to, To::Stream { id, .. } if *id == stream.id));
    let mut json = json!({
        "stream_id": stream.id, "name": stream.name, "description": stream.description,
        "rendered_description": format!("<p>{}</p>", stream.description), "invite_only": stream.private, "is_web_public": false,
        "is_archived": stream.archived, "history_public_to_subscribers": stream.shared_history, "date_created": 1_767_225_600,
        "creator_id": stream.creator, "first_message_id": first.map(|it| it.id), "message_retention_days": null,
        "stream_post_policy": 1, "is_announcement_only": false, "stream_weekly_traffic": null, "is_recently_active": true,
        "subscriber_count": stream.subscribers.len(),
    });
    for name in RIGHTS {
        json[*name] = stream.right(name);
    }
    json
}

/// Whether this user is shown the channel.
pub(super) fn is_shown(state: &State, stream: &Stream, me: i64) -> bool {
    let guest = state.user(me).is_some_and(|it| it.role >= 600);
    stream.subscribers.contains(&me) || (!stream.private && !guest)
}

pub(super) fn list(state: &State, params: &Params) -> Value {
    for name in ["include_public", "include_web_public", "include_subscribed", "include_all", "include_default"] {
        params.flag(name);
    }
    let archived = params.flag("exclude_archived") == Some(false);
    let shown = state.streams.iter().filter(|it| is_shown(state, it, params.me) && (archived || !it.archived));
    json!({"streams": shown.map(|it| json(state, it)).collect::<Vec<_>>()})
}

/// A channel that the user sees, by its id. Administrators see that there are private ones.
pub(super) fn by_id<'a>(state: &'a State, id: &str, me: i64) -> Result<&'a Stream, Refusal> {
    let found = id.parse().ok().and_then(|id| state.stream(id));
    found.filter(|it| is_shown(state, it, me) || state.administers(me)).ok_or_else(|| Refusal::bad("Invalid channel ID"))
}

pub(super) fn get(state: &State, id: &str, params: &Params) -> Answer {
    Ok(json!({"stream": json(state, by_id(state, id, params.me)?)}))
}

pub(super) fn members(state: &State, id: &str, params: &Params) -> Answer {
    Ok(json!({"subscribers": by_id(state, id, params.me)?.subscribers}))
}

pub(super) fn email(state: &State, id: &str, params: &Params) -> Answer {
    params.number("sender_id")?;
    let stream = by_id(state, id, params.me)?;
    Ok(json!({"email": format!("{}.{:032x}@chat.example.org", stream.name.to_lowercase(), stream.id)}))
}

pub(super) fn id_of(state: &State, params: &Params) -> Answer {
    let name = params.required("stream")?;
    let found = state.stream_named(&name).filter(|it| is_shown(state, it, params.me));
    Ok(json!({"stream_id": found.ok_or_else(|| Refusal::no_stream(&name))?.id}))
}

/// A channel for somebody who may change it.
fn administered(state: &State, id: &str, me: i64) -> Result<i64, Refusal> {
    let stream = by_id(state, id, me)?;
    if state.administers(me) || state.is_in(me, &stream.right("can_administer_channel_group")) {
        return Ok(stream.id);
    }
    let message = "You do not have permission to administer this channel.";
    Err(Refusal::coded(StatusCode::BAD_REQUEST, "CANNOT_ADMINISTER_CHANNEL", message))
}

/// A name that no other channel has.
pub(super) fn checked_name(state: &State, name: &str, mine: Option<i64>) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::bad("Channel name can't be empty."));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad("Channel name too long (limit: 60 characters)."));
    }
    if state.stream_named(name).is_some_and(|it| Some(it.id) != mine) {
        return Err(Refusal::bad("Channel name already in use."));
    }
    Ok(name.to_owned())
}

/// The settings for groups that a request names, `{"new": …}` where `wrapped`.
pub(super) fn rights(state: &State, params: &Params, wrapped: Wrapped) -> Result<Vec<(String, Value)>, Refusal> {
    let mut all = Vec::new();
    for name in RIGHTS {
        let Some(value) = params.json(name)? else { continue };
        let value = if wrapped == Wrapped::AsChange { value["new"].clone() } else { value };
        match value.as_i64() {
            Some(id) if !state.has_group(id) => return Err(Refusal::bad("Invalid user group")),
            None if !value.is_object() => return Err(Refusal::bad(format!("{name} is not valid"))),
            _ => all.push(((*name).to_owned(), value)),
        }
    }
    Ok(all)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapped {
    AsChange,
    Bare,
}

pub(super) fn update(state: &mut State, id: &str, params: &Params) -> Answer {
    let id = administered(state, id, params.me)?;
    let (name, description) = (params.text("new_name"), params.text("description"));
    let (private, shared) = (params.flag("is_private"), params.flag("history_public_to_subscribers"));
    let default = params.flag("is_default_stream");
    let rights = rights(state, params, Wrapped::AsChange)?;
    let stream = state.stream(id).ok_or_else(|| Refusal::bad("Invalid channel ID"))?;
    let name = match name {
        Some(name) if name.trim() == stream.name => return Err(Refusal::bad("Channel already has that name.")),
        Some(name) => Some(checked_name(state, &name, Some(id))?),
        None => None,
    };
    let will_be_private = private.unwrap_or(stream.private);
    if private.is_some() && stream.private && !stream.subscribers.contains(&params.me) {
        return Err(Refusal::bad("Channel content access is required."));
    }
    if !will_be_private && shared == Some(false) {
        return Err(Refusal::bad("Invalid parameters"));
    }
    if will_be_private && default.unwrap_or(stream.default) {
        return Err(Refusal::bad("A default channel cannot be private."));
    }
    if let Some(stream) = state.streams.iter_mut().find(|it| it.id == id) {
        stream.name = name.unwrap_or_else(|| std::mem::take(&mut stream.name));
        stream.description = description.map_or_else(|| std::mem::take(&mut stream.description), |it| it.replace('\n', " "));
        stream.shared_history = shared.or(private.map(|it| !it)).unwrap_or(stream.shared_history);
        stream.private = will_be_private;
        stream.default = default.unwrap_or(stream.default);
        stream.rights.extend(rights);
    }
    state.changes.push(("channels", json!({})));
    Ok(json!({}))
}

pub(super) fn archive(state: &mut State, id: &str, params: &Params) -> Answer {
    let id = administered(state, id, params.me)?;
    let stream = state.streams.iter_mut().find(|it| it.id == id && !it.archived);
    stream.ok_or_else(|| Refusal::bad("Invalid channel ID"))?.archived = true;
    state.changes.push(("channels", json!({})));
    Ok(json!({}))
}
