//! Groups of people. <https://zulip.com/api/create-user-group>

use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::{organization::Group, state::State};

const LONGEST_NAME: usize = 100;

fn people(state: &State, params: &Params, name: &str) -> Result<Vec<i64>, Refusal> {
    let given = params.json(name)?.unwrap_or_default();
    let one = |it: &Value| {
        let id = it.as_i64().unwrap_or_default();
        state.user(id).map(|it| it.id).ok_or_else(|| Refusal::bad(format!("Invalid user ID: {id}")))
    };
    given.as_array().into_iter().flatten().map(one).collect()
}

fn checked_name(state: &State, name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::bad("User group name can't be empty!"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad("User group name cannot exceed 100 characters."));
    }
    if let Some(prefix) = ["@", "role:", "user:", "stream:", "channel:"].into_iter().find(|it| name.starts_with(it)) {
        return Err(Refusal::bad(format!("User group name cannot start with '{prefix}'.")));
    }
    if state.organization.groups.iter().any(|it| it.name == name) {
        return Err(Refusal::bad(format!("User group '{name}' already exists.")));
    }
    Ok(name.to_owned())
}

pub(super) fn create(state: &mut State, params: &Params) -> Answer {
    let name = checked_name(state, &params.required("name")?)?;
    let description = params.required("description")?;
    let members = people(state, params, "members")?;
    let id = state.organization.next_id();
    state.organization.groups.push(Group { id, name, description, creator: params.me, members, active: true });
    Ok(json!({"group_id": id}))
}

/// A group for somebody who may change it: its creator, and administrators.
fn managed<'a>(state: &'a mut State, id: &str, me: i64) -> Result<&'a mut Group, Refusal> {
    let admin = state.administers(me);
    let group = state.organization.groups.iter_mut().find(|it| id.parse() == Ok(it.id) && it.active);
    let group = group.ok_or_else(|| Refusal::bad("Invalid user group"))?;
    if admin || group.creator == me { Ok(group) } else { Err(Refusal::no_permission()) }
}

pub(super) fn update(state: &mut State, id: &str, params: &Params) -> Answer {
    let name = params.text("name").map(|it| checked_name(state, &it)).transpose()?;
    let description = params.text("description");
    if name.is_none() && description.is_none() {
        return Err(Refusal::bad("No new data supplied"));
    }
    let group = managed(state, id, params.me)?;
    group.name = name.unwrap_or_else(|| std::mem::take(&mut group.name));
    group.description = description.unwrap_or_else(|| std::mem::take(&mut group.description));
    Ok(json!({}))
}

pub(super) fn deactivate(state: &mut State, id: &str, params: &Params) -> Answer {
    managed(state, id, params.me)?.active = false;
    Ok(json!({}))
}

pub(super) fn members(state: &State, id: &str, params: &Params) -> Answer {
    params.flag("direct_member_only");
    let id = id.parse::<i64>().ok().filter(|id| state.has_group(*id)).ok_or_else(|| Refusal::bad("Invalid user group"))?;
    let all: Vec<i64> = state.users.iter().filter(|it| it.active && state.is_in(it.id, &json!(id))).map(|it| it.id).collect();
    Ok(json!({"members": all}))
}

pub(super) fn change_members(state: &mut State, id: &str, params: &Params) -> Answer {
    let (add, delete) = (people(state, params, "add")?, people(state, params, "delete")?);
    if add.is_empty() && delete.is_empty() {
        return Err(Refusal::bad("Nothing to do. Specify at least one of \"add\" or \"delete\"."));
    }
    let group = managed(state, id, params.me)?;
    if let Some(known) = add.iter().find(|it| group.members.contains(it)) {
        return Err(Refusal::bad(format!("User {known} is already a member of this group")));
    }
    if let Some(unknown) = delete.iter().find(|it| !group.members.contains(it)) {
        return Err(Refusal::bad(format!("There is no member '{unknown}' in this user group")));
    }
    group.members.extend(add);
    group.members.retain(|it| !delete.contains(it));
    Ok(json!({}))
}
