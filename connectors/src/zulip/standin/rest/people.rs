//! Users, channels and the server.

use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::state::{FEATURE_LEVEL, State, Stream, To, User, UserKind};

pub(super) fn server_settings(state: &State) -> Value {
    json!({
        "authentication_methods": {"password": true, "dev": false, "email": true, "ldap": false, "remoteuser": false},
        "zulip_version": "10.2", "zulip_merge_base": "10.2", "zulip_feature_level": FEATURE_LEVEL,
        "push_notifications_enabled": false, "is_incompatible": false, "email_auth_enabled": true,
        "require_email_format_usernames": true, "realm_url": state.base, "realm_uri": state.base, "realm_name": "Example",
        "realm_icon": "", "realm_description": "<p>A simulated organization.</p>", "realm_web_public_access_enabled": false,
        "external_authentication_methods": [],
    })
}

/// System bots are not among a realm's users.
fn listed(state: &State) -> impl Iterator<Item = &User> {
    state.users.iter().filter(|it| it.kind != UserKind::SystemBot)
}

pub(super) fn list(state: &State) -> Value {
    json!({"members": listed(state).map(|it| state.user_json(it)).collect::<Vec<_>>()})
}

pub(super) fn me(state: &State, params: &Params) -> Answer {
    let user = state.user(params.me).ok_or_else(|| Refusal::bad("No such user"))?;
    let mut json = state.user_json(user);
    json["max_message_id"] = json!(state.messages.last_key_value().map_or(-1, |(id, _)| *id));
    Ok(json)
}

pub(super) fn get(state: &State, wanted: &str) -> Answer {
    let found = listed(state)
        .find(|it| wanted.parse() == Ok(it.id) || it.email == wanted || it.delivery_email.as_deref() == Some(wanted));
    Ok(json!({"user": state.user_json(found.ok_or_else(|| Refusal::bad("No such user"))?)}))
}

fn stream_json(state: &State, stream: &Stream) -> Value {
    json!({
        "stream_id": stream.id, "name": stream.name, "description": stream.description,
        "rendered_description": format!("<p>{}</p>", stream.description), "invite_only": stream.private, "is_web_public": false,
        "is_archived": false, "history_public_to_subscribers": true, "date_created": 1_767_225_600, "creator_id": state.owner,
        "first_message_id": state.messages.values().find(|it| matches!(&it.to, To::Stream { id, .. } if *id == stream.id)).map(|it| it.id),
        "message_retention_days": null, "stream_post_policy": 1, "is_announcement_only": false, "stream_weekly_traffic": null,
        "subscriber_count": stream.subscribers.len(),
    })
}

pub(super) fn streams(state: &State) -> Value {
    json!({"streams": state.streams.iter().filter(|it| !it.private).map(|it| stream_json(state, it)).collect::<Vec<_>>()})
}

fn by_id<'a>(state: &'a State, id: &str) -> Result<&'a Stream, Refusal> {
    id.parse().ok().and_then(|id| state.stream(id)).ok_or_else(|| Refusal::bad("Invalid channel ID"))
}

pub(super) fn stream(state: &State, id: &str) -> Answer {
    Ok(json!({"stream": stream_json(state, by_id(state, id)?)}))
}

pub(super) fn members(state: &State, id: &str) -> Answer {
    Ok(json!({"subscribers": by_id(state, id)?.subscribers}))
}

pub(super) fn stream_id(state: &State, params: &Params) -> Answer {
    let name = params.required("stream")?;
    let found = state.stream_named(&name).ok_or_else(|| Refusal::no_stream(&name))?;
    Ok(json!({"stream_id": found.id}))
}

pub(super) fn subscriptions(state: &State, params: &Params) -> Value {
    let with_people = params.text("include_subscribers").is_some_and(|it| it == "true");
    let mine = state.streams.iter().filter(|it| it.subscribers.contains(&params.me)).map(|it| {
        let mut json = stream_json(state, it);
        json["color"] = json!("#76ce90");
        json["is_muted"] = json!(false);
        json["pin_to_top"] = json!(false);
        if with_people {
            json["subscribers"] = json!(it.subscribers);
        }
        json
    });
    json!({"subscriptions": mine.collect::<Vec<_>>()})
}

pub(super) fn subscribe(state: &mut State, params: &Params) -> Answer {
    let wanted = params.json("subscriptions")?.ok_or_else(|| Refusal::missing("subscriptions"))?;
    let me = state.user(params.me).map(|it| it.id.to_string()).unwrap_or_default();
    let (mut new, mut already) = (Vec::new(), Vec::new());
    for wanted in wanted.as_array().into_iter().flatten() {
        let name = wanted["name"].as_str().ok_or_else(|| Refusal::bad("subscriptions is not a list of channels"))?;
        if name.is_empty() || name.chars().count() > 60 {
            return Err(Refusal::bad("Channel name too long (limit: 60 characters)."));
        }
        if state.stream_named(name).is_none() {
            let id = state.streams.iter().map(|it| it.id).max().unwrap_or(0) + 1;
            let description = wanted["description"].as_str().unwrap_or_default().to_owned();
            state.streams.push(Stream { id, name: name.to_owned(), description, private: false, subscribers: Vec::new() });
        }
        if let Some(stream) = state.streams.iter_mut().find(|it| it.name.eq_ignore_ascii_case(name)) {
            if stream.subscribers.contains(&params.me) {
                already.push(stream.name.clone());
            } else {
                stream.subscribers.push(params.me);
                new.push(stream.name.clone());
            }
        }
    }
    state.changes.push(("channels", json!({})));
    Ok(json!({"subscribed": {me.as_str(): new}, "already_subscribed": {me.as_str(): already}}))
}

pub(super) fn unsubscribe(state: &mut State, params: &Params) -> Answer {
    let wanted = params.json("subscriptions")?.ok_or_else(|| Refusal::missing("subscriptions"))?;
    let (mut removed, mut not) = (Vec::new(), Vec::new());
    for name in wanted.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let stream =
            state.streams.iter_mut().find(|it| it.name.eq_ignore_ascii_case(name)).ok_or_else(|| Refusal::no_stream(name))?;
        let was = stream.subscribers.contains(&params.me);
        stream.subscribers.retain(|it| *it != params.me);
        if was { removed.push(name) } else { not.push(name) }
    }
    Ok(json!({"removed": removed, "not_removed": not}))
}

/// A channel's topics, the most recent first.
pub(super) fn topics(state: &State, stream: &str, params: &Params) -> Answer {
    params.text("allow_empty_topic_name");
    let stream = by_id(state, stream)?;
    let mut topics: Vec<(String, i64)> = Vec::new();
    for message in state.messages.values().rev() {
        if let To::Stream { id, topic } = &message.to
            && *id == stream.id
            && !topics.iter().any(|(name, _)| name == topic)
        {
            topics.push((topic.clone(), message.id));
        }
    }
    Ok(json!({"topics": topics.into_iter().map(|(name, max_id)| json!({"name": name, "max_id": max_id})).collect::<Vec<_>>()}))
}
