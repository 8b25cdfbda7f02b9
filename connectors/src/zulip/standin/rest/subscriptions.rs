//! Subscriptions. <https://zulip.com/api/subscribe>

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal, channels};
use crate::zulip::standin::state::{State, Stream};

const PROPERTIES: &[&str] = &[
    "color",
    "is_muted",
    "in_home_view",
    "pin_to_top",
    "desktop_notifications",
    "audible_notifications",
    "push_notifications",
    "email_notifications",
    "wildcard_mentions_notify",
];

pub(super) fn mine(state: &State, params: &Params) -> Value {
    let with_people = params.flag("include_subscribers") == Some(true);
    let mine = state.streams.iter().filter(|it| it.subscribers.contains(&params.me) && !it.archived).map(|it| {
        let mut json = channels::json(state, it);
        json["color"] = json!("#76ce90");
        for name in ["is_muted", "pin_to_top"] {
            json[name] = json!(false);
        }
        for name in [
            "desktop_notifications",
            "audible_notifications",
            "push_notifications",
            "email_notifications",
            "wildcard_mentions_notify",
        ] {
            json[name] = Value::Null;
        }
        for (name, value) in state.organization.subscription_settings.get(&(params.me, it.id)).into_iter().flatten() {
            json[name.as_str()] = value.clone();
        }
        if with_people {
            json["subscribers"] = json!(it.subscribers);
        }
        json
    });
    json!({"subscriptions": mine.collect::<Vec<_>>()})
}

pub(super) fn of(state: &State, user: &str, stream: &str, params: &Params) -> Answer {
    let user = user.parse().ok().and_then(|id| state.user(id)).ok_or_else(Refusal::no_user)?;
    let stream = channels::by_id(state, stream, params.me)?;
    Ok(json!({"is_subscribed": stream.subscribers.contains(&user.id)}))
}

/// Whom a request is for: ids or the API's addresses; the asker when nobody is named.
fn principals(state: &State, params: &Params) -> Result<Vec<i64>, Refusal> {
    let Some(given) = params.json("principals")? else { return Ok(vec![params.me]) };
    let given = given.as_array().cloned().unwrap_or_default();
    if given.is_empty() {
        return Ok(vec![params.me]);
    }
    let one = |wanted: &Value| {
        let is = |it: &&crate::zulip::standin::state::User| wanted.as_i64() == Some(it.id) || wanted.as_str() == Some(&it.email);
        let found = state.users.iter().find(is).filter(|it| it.active);
        found.map(|it| it.id).ok_or_else(|| {
            let shown = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
            let message = format!("User not authorized to execute queries on behalf of '{shown}'");
            let refusal = Refusal::coded(StatusCode::FORBIDDEN, "UNAUTHORIZED_PRINCIPAL", message);
            refusal.with("principal", wanted.clone())
        })
    };
    given.iter().map(one).collect()
}

pub(super) fn subscribe(state: &mut State, params: &Params) -> Answer {
    let wanted = params.json("subscriptions")?.ok_or_else(|| Refusal::missing("subscriptions"))?;
    let people = principals(state, params)?;
    let (private, shared) = (params.flag("invite_only") == Some(true), params.flag("history_public_to_subscribers"));
    let default = params.flag("is_default_stream") == Some(true);
    params.flag("announce");
    let fatal = params.flag("authorization_errors_fatal") != Some(false);
    let rights = channels::rights(state, params, channels::Wrapped::Bare)?;
    let (mut new, mut already) = (BTreeMap::<String, Vec<String>>::new(), BTreeMap::<String, Vec<String>>::new());
    let mut unauthorized = Vec::new();
    for wanted in wanted.as_array().into_iter().flatten() {
        let name = wanted["name"].as_str().ok_or_else(|| Refusal::bad("subscriptions is not a list of channels"))?.trim();
        let id = match state.stream_named(name) {
            Some(stream) if stream.archived => return Err(Refusal::bad(format!("Unable to access channel ({name})."))),
            Some(stream) if stream.private && !stream.subscribers.contains(&params.me) => {
                if fatal {
                    return Err(Refusal::bad(format!("Unable to access channel ({}).", stream.name)));
                }
                unauthorized.push(stream.name.clone());
                continue;
            }
            Some(stream) => stream.id,
            None => {
                let name = channels::checked_name(state, name, None)?;
                let id = state.streams.iter().map(|it| it.id).max().unwrap_or(0) + 1;
                let description = wanted["description"].as_str().unwrap_or_default();
                state.streams.push(Stream {
                    private,
                    shared_history: shared.unwrap_or(!private),
                    default,
                    rights: rights.iter().cloned().collect(),
                    ..Stream::new(id, &name, description, params.me)
                });
                id
            }
        };
        let Some(stream) = state.streams.iter_mut().find(|it| it.id == id) else { continue };
        for person in &people {
            let list = if stream.subscribers.contains(person) { &mut already } else { &mut new };
            list.entry(person.to_string()).or_default().push(stream.name.clone());
            if !stream.subscribers.contains(person) {
                stream.subscribers.push(*person);
            }
        }
    }
    state.changes.push(("channels", json!({})));
    let mut answer = json!({"subscribed": new, "already_subscribed": already});
    if !fatal {
        answer["unauthorized"] = json!(unauthorized);
    }
    Ok(answer)
}

pub(super) fn unsubscribe(state: &mut State, params: &Params) -> Answer {
    let wanted = params.json("subscriptions")?.ok_or_else(|| Refusal::missing("subscriptions"))?;
    let people = principals(state, params)?;
    let others = people.iter().any(|it| *it != params.me);
    let (mut removed, mut not) = (Vec::new(), Vec::new());
    for name in wanted.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let stream = state.stream_named(name.trim()).ok_or_else(|| Refusal::no_stream(name))?;
        if others && !state.is_in(params.me, &stream.right("can_remove_subscribers_group")) && !state.administers(params.me) {
            return Err(Refusal::no_permission());
        }
        let id = stream.id;
        let Some(stream) = state.streams.iter_mut().find(|it| it.id == id) else { continue };
        for person in &people {
            let list = if stream.subscribers.contains(person) { &mut removed } else { &mut not };
            list.push(stream.name.clone());
            stream.subscribers.retain(|it| it != person);
        }
    }
    state.changes.push(("channels", json!({})));
    Ok(json!({"removed": removed, "not_removed": not}))
}

/// `POST /users/me/subscriptions/properties`
pub(super) fn properties(state: &mut State, params: &Params) -> Answer {
    let data = params.json("subscription_data")?.ok_or_else(|| Refusal::missing("subscription_data"))?;
    for change in data.as_array().into_iter().flatten() {
        let (id, property) = (change["stream_id"].as_i64().unwrap_or_default(), change["property"].as_str().unwrap_or_default());
        if !PROPERTIES.contains(&property) {
            return Err(Refusal::bad(format!("Unknown subscription property: {property}")));
        }
        if !state.stream(id).is_some_and(|it| it.subscribers.contains(&params.me)) {
            return Err(Refusal::bad(format!("Not subscribed to channel id {id}")));
        }
        let fits = if property == "color" { change["value"].is_string() } else { change["value"].is_boolean() };
        if !fits {
            let kind = if property == "color" { "a string" } else { "a boolean" };
            return Err(Refusal::bad(format!("{property} is not {kind}")));
        }
        let settings = state.organization.subscription_settings.entry((params.me, id)).or_default();
        settings.insert(property.to_owned(), change["value"].clone());
    }
    Ok(json!({}))
}
