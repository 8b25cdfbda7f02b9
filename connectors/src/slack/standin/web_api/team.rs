//! The workspace, the app, the token.

use serde_json::{Value, json};

use super::{Answer, ApiError, Args};
use crate::slack::standin::state::State;

pub(super) fn api_test(_: &mut State, args: &Args) -> Answer {
    if let Some(error) = args.text("error") {
        return Ok(json!({"ok": false, "error": error, "args": args.0}));
    }
    Ok(if args.0.is_empty() { json!({}) } else { json!({"args": args.0}) })
}

pub(super) fn auth_test(state: &mut State, _: &Args) -> Answer {
    Ok(json!({"url": format!("{}/", state.base), "team": state.team_name, "user": "bellhop", "team_id": state.team,
        "user_id": state.app.bot_user, "bot_id": state.app.bot_id, "enterprise_id": state.organization, "is_enterprise_install": false}))
}

pub(super) fn info(state: &mut State, _: &Args) -> Answer {
    Ok(json!({"team": {"id": state.team, "name": state.team_name, "url": format!("{}/", state.base), "domain": "example",
        "email_domain": "example.org", "icon": {"image_default": true}}}))
}

pub(super) fn bots_info(state: &mut State, args: &Args) -> Answer {
    if args.text("bot").is_some_and(|id| id != state.app.bot_id) {
        return Err(ApiError::new("bot_not_found"));
    }
    let mut bot = state.bot_profile();
    bot["user_id"] = json!(state.app.bot_user);
    Ok(json!({"bot": bot}))
}

/// The one user group: those on call.
fn group(state: &State) -> Value {
    let users = &state.on_call;
    json!({"id": "S0ONCALL0001", "team_id": state.team, "is_usergroup": true, "name": "On call", "description": "", "handle": "oncall",
        "is_external": false, "date_create": 1_700_000_000, "date_update": 1_700_000_000, "date_delete": 0, "user_count": users.len(),
        "users": users, "prefs": {"channels": [], "groups": []}})
}

pub(super) fn usergroups_list(state: &mut State, args: &Args) -> Answer {
    let mut group = group(state);
    if args.flag("include_users") != Some(true)
        && let Some(group) = group.as_object_mut()
    {
        group.remove("users");
    }
    Ok(json!({"usergroups": [group]}))
}

pub(super) fn usergroups_users_list(state: &mut State, args: &Args) -> Answer {
    let group = group(state);
    if group["id"] == args.required("usergroup")? {
        Ok(json!({"users": group["users"]}))
    } else {
        Err(ApiError::new("no_such_subteam"))
    }
}

/// Replaces all of them. <https://docs.slack.dev/reference/methods/usergroups.users.update>
pub(super) fn usergroups_users_update(state: &mut State, args: &Args) -> Answer {
    if group(state)["id"] != args.required("usergroup")? {
        return Err(ApiError::new("no_such_subteam"));
    }
    let users = args.list("users");
    if users.is_empty() {
        return Err(ApiError::new("no_users_provided"));
    }
    if users.iter().any(|id| state.user(id).is_none_or(|it| it.is_bot)) {
        return Err(ApiError::new("invalid_users"));
    }
    state.on_call = users;
    Ok(json!({"usergroup": group(state)}))
}

pub(super) fn emoji_list(_: &mut State, _: &Args) -> Answer {
    Ok(json!({"emoji": {}, "cache_ts": "1700000000.000000"}))
}
