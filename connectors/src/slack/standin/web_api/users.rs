//! People.

use serde_json::{Value, json};

use super::{Answer, ApiError, Args, next_cursor};
use crate::slack::standin::state::{State, User};

fn user<'a>(state: &'a State, args: &Args) -> Result<&'a User, ApiError> {
    let id = args.required("user")?;
    state.user(&id).ok_or(ApiError::new("user_not_found"))
}

pub(super) fn list(state: &mut State, args: &Args) -> Answer {
    let members: Vec<Value> = state.users.iter().map(|it| state.user_json(it)).collect();
    let (members, cursor) = args.page(members, 1000)?;
    Ok(json!({"members": members, "cache_ts": state.seconds(), "response_metadata": next_cursor(&cursor)}))
}

pub(super) fn info(state: &mut State, args: &Args) -> Answer {
    Ok(json!({"user": state.user_json(user(state, args)?)}))
}

pub(super) fn by_email(state: &mut State, args: &Args) -> Answer {
    let email = args.required("email")?;
    let found = state.users.iter().find(|it| it.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(&email)));
    Ok(json!({"user": state.user_json(found.ok_or(ApiError::new("users_not_found"))?)}))
}

pub(super) fn presence(state: &mut State, args: &Args) -> Answer {
    user(state, args)?;
    Ok(json!({"presence": "active"}))
}

pub(super) fn profile(state: &mut State, args: &Args) -> Answer {
    let user = state.user_json(user(state, args)?);
    Ok(json!({"profile": user["profile"]}))
}

pub(super) fn conversations(state: &mut State, args: &Args) -> Answer {
    let id = args.text("user").unwrap_or_else(|| state.app.bot_user.clone());
    if state.user(&id).is_none() {
        return Err(ApiError::new("user_not_found"));
    }
    let kinds = args.list("types");
    let wanted = state.channels.iter().filter(|it| {
        let kind = match state.channel_type(&it.id) {
            "channel" => "public_channel",
            "group" => "private_channel",
            other => other,
        };
        // Another person's private channels only where the app is as well.
        let shared = kind == "public_channel" || it.members.contains(&state.app.bot_user);
        let kept = !(it.archived && args.flag("exclude_archived") == Some(true));
        it.members.contains(&id)
            && shared
            && kept
            && if kinds.is_empty() { kind == "public_channel" } else { kinds.iter().any(|it| it == kind) }
    });
    let items = wanted.map(|it| state.channel_json(&it.id, &id)).collect();
    let (items, cursor) = args.page(items, 100)?;
    Ok(json!({"channels": items, "response_metadata": next_cursor(&cursor)}))
}
