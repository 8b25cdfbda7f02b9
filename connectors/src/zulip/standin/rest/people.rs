//! Users and the server.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::state::{FEATURE_LEVEL, State, User, UserKind};

const SHORTEST_PASSWORD: usize = 6;
const LONGEST_NAME: usize = 100;

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

/// Whom a path means: an id, or an address.
fn found<'a>(state: &'a State, wanted: &str) -> Result<&'a User, Refusal> {
    let is = |it: &&User| wanted.parse() == Ok(it.id) || it.email == wanted || it.delivery_email.as_deref() == Some(wanted);
    listed(state).find(is).ok_or_else(Refusal::no_user)
}

/// The same, for somebody who may administer them.
fn administered(state: &State, wanted: &str, params: &Params) -> Result<i64, Refusal> {
    let user = found(state, wanted)?;
    // An owner is administered by owners alone.
    let enough = state.user(params.me).is_some_and(|it| it.role <= 200 && (user.role > 100 || it.role <= 100));
    if enough { Ok(user.id) } else { Err(Refusal::no_permission()) }
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad("Name too long!"));
    }
    if name.is_empty() || name.contains(['*', '`', '\\', '>', '"', '@']) {
        return Err(Refusal::bad("Invalid characters in name!"));
    }
    Ok(name.to_owned())
}

/// A bot that is an administrator may create users here; on a real server that is one more right, which its
/// administrator gives: <https://zulip.com/api/create-user>.
pub(super) fn create(state: &mut State, params: &Params) -> Answer {
    let (email, password) = (params.required("email")?, params.required("password")?);
    let name = checked_name(&params.required("full_name")?)?;
    if !state.administers(params.me) {
        return Err(Refusal::not_administrator());
    }
    if !email.contains('@') {
        return Err(Refusal::bad("Enter a valid email address."));
    }
    if state.users.iter().any(|it| it.delivery_email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(&email))) {
        return Err(Refusal::bad("Email is already in use."));
    }
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Refusal::bad("The password is too weak."));
    }
    let id = state.users.iter().map(|it| it.id).max().unwrap_or(0) + 1;
    let api_key = state.ids.alphanumeric(32);
    state.users.push(User {
        id,
        email: format!("user{id}@chat.example.org"),
        delivery_email: Some(email),
        full_name: name,
        api_key,
        role: 400,
        kind: UserKind::Person,
        active: true,
    });
    state.streams.iter_mut().filter(|it| it.default).for_each(|it| it.subscribers.push(id));
    state.changes.push(("people", json!({})));
    Ok(json!({"user_id": id}))
}

pub(super) fn update(state: &mut State, wanted: &str, params: &Params) -> Answer {
    let id = administered(state, wanted, params)?;
    let name = params.text("full_name").map(|it| checked_name(&it)).transpose()?;
    let role = params.number("role")?;
    let email = params.text("new_email");
    if let Some(role) = role {
        if ![100, 200, 300, 400, 600].contains(&role) {
            return Err(Refusal::bad("Invalid role"));
        }
        if role == 100 && state.user(params.me).is_some_and(|it| it.role > 100) {
            return Err(Refusal::coded(StatusCode::BAD_REQUEST, "UNAUTHORIZED_PRINCIPAL", "Must be an organization owner"));
        }
    }
    if let Some(user) = state.users.iter_mut().find(|it| it.id == id) {
        user.full_name = name.unwrap_or_else(|| user.full_name.clone());
        user.role = role.unwrap_or(user.role);
        user.delivery_email = email.or_else(|| user.delivery_email.take());
    }
    state.changes.push(("people", json!({})));
    Ok(json!({}))
}

pub(super) fn deactivate(state: &mut State, wanted: &str, params: &Params) -> Answer {
    params.text("deactivation_notification_comment");
    let id = administered(state, wanted, params)?;
    let owner = state.user(id).is_some_and(|it| it.role <= 100);
    if owner && state.users.iter().filter(|it| it.role <= 100 && it.active).count() == 1 {
        return Err(Refusal::bad("Cannot deactivate the only organization owner"));
    }
    state.users.iter_mut().filter(|it| it.id == id).for_each(|it| it.active = false);
    state.changes.push(("people", json!({})));
    Ok(json!({}))
}

pub(super) fn reactivate(state: &mut State, wanted: &str, params: &Params) -> Answer {
    let id = administered(state, wanted, params)?;
    state.users.iter_mut().filter(|it| it.id == id).for_each(|it| it.active = true);
    state.changes.push(("people", json!({})));
    Ok(json!({}))
}

pub(super) fn mute(state: &mut State, wanted: &str, params: &Params) -> Answer {
    let id = found(state, wanted)?.id;
    if id == params.me {
        return Err(Refusal::bad("Cannot mute self"));
    }
    if !state.organization.muted.insert((params.me, id)) {
        return Err(Refusal::bad("User already muted"));
    }
    Ok(json!({}))
}

pub(super) fn unmute(state: &mut State, wanted: &str, params: &Params) -> Answer {
    let id = found(state, wanted)?.id;
    if !state.organization.muted.remove(&(params.me, id)) {
        return Err(Refusal::bad("User is not muted"));
    }
    Ok(json!({}))
}

pub(super) fn presence(state: &State, wanted: &str) -> Answer {
    let user = found(state, wanted)?;
    if user.kind != UserKind::Person {
        return Err(Refusal::bad("Presence is not supported for bot users."));
    }
    let said = state.organization.presence.get(&user.id);
    let (status, at) = said.ok_or_else(|| Refusal::bad(format!("No presence data for {wanted}")))?;
    let one = json!({"status": status, "timestamp": at / 1_000_000});
    Ok(json!({"presence": {"website": one, "aggregated": one}}))
}

pub(super) fn presences(state: &State) -> Value {
    let all = state.organization.presence.iter().filter_map(|(id, (status, at))| {
        let one = json!({"client": "website", "status": status, "timestamp": at / 1_000_000});
        Some((state.user(*id)?.email.clone(), json!({"website": one, "aggregated": one})))
    });
    json!({"presences": all.collect::<serde_json::Map<_, _>>(), "server_timestamp": state.now / 1_000_000})
}

pub(super) fn status(state: &State, wanted: &str) -> Answer {
    let user = found(state, wanted)?;
    let Some((text, emoji)) = state.organization.statuses.get(&user.id) else { return Ok(json!({"status": {}})) };
    Ok(json!({"status": {"status_text": text, "emoji_name": emoji, "emoji_code": "", "reaction_type": "unicode_emoji"}}))
}
