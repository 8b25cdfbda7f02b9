//! Modals and Home tabs.

use serde_json::{Map, Value, json};

use super::{Answer, ApiError, Args};
use crate::slack::standin::{
    blocks, elements,
    state::{State, View},
};

/// How long a `trigger_id` is good for, in microseconds.
const TRIGGER_LIFE: i64 = 3_000_000;
const STACK_LIMIT: usize = 3;

fn given(args: &Args, wanted: &str) -> Result<Map<String, Value>, ApiError> {
    let Some(view) = args.json("view", "invalid_arguments")? else {
        return Err(ApiError::invalid(vec!["[ERROR] missing required field: view".into()]));
    };
    let mut problems = blocks::check_view(&view);
    if problems.is_empty() && view["type"] != wanted {
        problems.push(format!("[ERROR] must be {wanted} [json-pointer:/view/type]"));
    }
    match view {
        Value::Object(view) if problems.is_empty() => Ok(view),
        _ => Err(ApiError::invalid(problems)),
    }
}

/// Whose screen a trigger opens on; uses it up.
fn exchange(state: &mut State, args: &Args) -> Result<String, ApiError> {
    let id = args.required("trigger_id")?;
    let now = state.now;
    let trigger = state.triggers.get_mut(&id).ok_or(ApiError::new("invalid_trigger_id"))?;
    if trigger.used {
        return Err(ApiError::new("exchanged_trigger_id"));
    }
    if now - trigger.at > TRIGGER_LIFE {
        return Err(ApiError::new("expired_trigger_id"));
    }
    trigger.used = true;
    Ok(trigger.user.clone())
}

fn announce(state: &mut State, user: &str) {
    let stack = state.stacks.get(user).cloned().unwrap_or_default();
    let views: Vec<Value> = stack.iter().filter_map(|id| state.views.get(id)).map(|it| shown(state, it)).collect();
    state.changes.push(("views", json!({"user": user, "views": views})));
}

/// A view with the errors at its fields, as a client draws it.
pub(in crate::slack::standin) fn shown(state: &State, view: &View) -> Value {
    let mut json = state.view_json(view);
    json["errors"] = json!(view.errors);
    json
}

/// Puts a view on someone's screen: alone, or on top of the others.
pub fn open_view(state: &mut State, user: &str, mut given: Map<String, Value>, on_top: OnTop) -> View {
    let id = state.ids.slack("V");
    name_blocks(state, &mut given);
    let stack = state.stacks.entry(user.to_owned()).or_default();
    if on_top == OnTop::No {
        stack.drain(..).for_each(|old| {
            state.views.remove(&old);
        });
    }
    let (root, previous) = (stack.first().cloned().unwrap_or_else(|| id.clone()), stack.last().cloned());
    stack.push(id.clone());
    let hash = hash(state);
    let values = elements::states(blocks_of(&given), &Map::new());
    let view = View { id: id.clone(), user: user.to_owned(), given, hash, root, previous, values, errors: Map::new() };
    state.views.insert(id, view.clone());
    announce(state, user);
    view
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OnTop {
    Yes,
    No,
}

fn blocks_of(given: &Map<String, Value>) -> &[Value] {
    given.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn name_blocks(state: &mut State, given: &mut Map<String, Value>) {
    if let Some(list) = given.get_mut("blocks").and_then(Value::as_array_mut) {
        blocks::name(list, &mut state.ids);
    }
}

fn hash(state: &mut State) -> String {
    format!("{}.{}", state.seconds(), state.ids.alphanumeric(8))
}

/// Replaces a view's content; what was entered in elements that are still there stays.
pub fn set_view(state: &mut State, id: &str, mut given: Map<String, Value>) -> Option<View> {
    name_blocks(state, &mut given);
    let hash = hash(state);
    let view = state.views.get_mut(id)?;
    view.values = elements::states(blocks_of(&given), &view.values);
    view.given = given;
    view.hash = hash;
    view.errors = Map::new();
    let view = view.clone();
    announce(state, &view.user);
    Some(view)
}

/// Changes a view in place, such as what was entered, and tells its person's client.
pub(in crate::slack::standin) fn touch(state: &mut State, id: &str, change: impl FnOnce(&mut View)) {
    if let Some(view) = state.views.get_mut(id) {
        change(view);
        let user = view.user.clone();
        announce(state, &user);
    }
}

/// Takes the top view, or all, from someone's screen.
pub(in crate::slack::standin) fn close(state: &mut State, user: &str, how_many: HowMany) {
    let stack = state.stacks.entry(user.to_owned()).or_default();
    let keep = if how_many == HowMany::All { 0 } else { stack.len().saturating_sub(1) };
    for id in stack.split_off(keep) {
        state.views.remove(&id);
    }
    announce(state, user);
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::slack::standin) enum HowMany {
    One,
    All,
}

pub(super) fn open(state: &mut State, args: &Args) -> Answer {
    let given = given(args, "modal")?;
    let user = exchange(state, args)?;
    let view = open_view(state, &user, given, OnTop::No);
    Ok(json!({"view": state.view_json(&view)}))
}

pub(super) fn push(state: &mut State, args: &Args) -> Answer {
    let given = given(args, "modal")?;
    let user = exchange(state, args)?;
    match state.stacks.get(&user).map_or(0, Vec::len) {
        0 => return Err(ApiError::new("not_found")),
        STACK_LIMIT.. => return Err(ApiError::new("push_limit_reached")),
        _ => {}
    }
    let view = open_view(state, &user, given, OnTop::Yes);
    Ok(json!({"view": state.view_json(&view)}))
}

pub(super) fn update(state: &mut State, args: &Args) -> Answer {
    let given = given(args, "modal")?;
    let external = args.text("external_id");
    let id = match args.text("view_id") {
        Some(id) => id,
        None if external.is_some() => {
            let named =
                state.views.values().find(|it| it.given.get("external_id").and_then(Value::as_str) == external.as_deref());
            named.map(|it| it.id.clone()).ok_or(ApiError::new("not_found"))?
        }
        None => return Err(ApiError::invalid(vec!["[ERROR] missing required field: view_id".into()])),
    };
    let view = state.views.get(&id).ok_or(ApiError::new("not_found"))?;
    if args.text("hash").is_some_and(|hash| hash != view.hash) {
        return Err(ApiError::new("hash_conflict"));
    }
    let view = set_view(state, &id, given).ok_or(ApiError::new("not_found"))?;
    Ok(json!({"view": state.view_json(&view)}))
}

pub(super) fn publish(state: &mut State, args: &Args) -> Answer {
    if state.settings.home_tab == Some(false) {
        return Err(ApiError::new("not_enabled"));
    }
    let mut given = given(args, "home")?;
    let user = args.required("user_id")?;
    if state.user(&user).is_none() {
        return Err(ApiError::new("user_not_found"));
    }
    name_blocks(state, &mut given);
    let old = state.homes.get(&user).and_then(|id| state.views.get(id)).map(|it| (it.id.clone(), it.hash.clone()));
    if let (Some(wanted), Some((_, hash))) = (args.text("hash"), &old)
        && wanted != *hash
    {
        return Err(ApiError::new("hash_conflict"));
    }
    let id = old.map(|(id, _)| id).unwrap_or_else(|| state.ids.slack("V"));
    let hash = hash(state);
    let values = elements::states(blocks_of(&given), &Map::new());
    let view =
        View { id: id.clone(), user: user.clone(), given, hash, root: id.clone(), previous: None, values, errors: Map::new() };
    let json = state.view_json(&view);
    state.views.insert(id.clone(), view);
    state.homes.insert(user.clone(), id);
    state.changes.push(("home", json!({"user": user, "view": json})));
    Ok(json!({"view": json}))
}
