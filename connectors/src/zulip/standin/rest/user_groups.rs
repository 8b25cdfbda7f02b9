//! User groups. <https://zulip.com/api/get-user-groups>

use serde_json::{Value, json};

use super::{Answer, Params, Refusal};
use crate::zulip::standin::state::{State, User, UserGroup, UserKind};

/// The one of everybody, which the server keeps by itself, and those that people made.
pub(super) fn list(state: &State, params: &Params) -> Value {
    params.flag("include_deactivated_groups");
    let person = |it: &&User| it.kind == UserKind::Person;
    let everyone: Vec<i64> = state.users.iter().filter(person).map(|it| it.id).collect();
    let system = shown(11, "role:members", &everyone, true);
    let made = state.groups.iter().map(|it| shown(it.id, &it.name, &it.members, false));
    json!({"user_groups": std::iter::once(system).chain(made).collect::<Vec<_>>()})
}

pub(super) fn members(state: &State, id: &str) -> Answer {
    let group = state.groups.iter().find(|it| it.id.to_string() == id).ok_or_else(no_group)?;
    Ok(json!({"members": group.members}))
}

/// All or nothing. <https://zulip.com/api/update-user-group-members>
pub(super) fn change(state: &mut State, id: &str, params: &Params) -> Answer {
    let ids = |name: &str| -> Result<Vec<i64>, Refusal> {
        let given = params.json(name)?.unwrap_or_else(|| json!([]));
        serde_json::from_value(given).map_err(|_| Refusal::bad(format!("{name} is not a list")))
    };
    let (add, delete) = (ids("add")?, ids("delete")?);
    if add.is_empty() && delete.is_empty() {
        return Err(Refusal::bad("Nothing to do. Specify at least one of \"add\" or \"delete\"."));
    }
    if add.iter().chain(&delete).any(|id| state.user(*id).is_none()) {
        return Err(Refusal::bad("Invalid user ID"));
    }
    let group: &mut UserGroup = state.groups.iter_mut().find(|it| it.id.to_string() == id).ok_or_else(no_group)?;
    if let Some(id) = add.iter().find(|id| group.members.contains(id)) {
        return Err(Refusal::bad(format!("User {id} is already a member of this group")));
    }
    if let Some(id) = delete.iter().find(|id| !group.members.contains(id)) {
        return Err(Refusal::bad(format!("There is no member '{id}' in this user group")));
    }
    group.members.retain(|it| !delete.contains(it));
    group.members.extend(add);
    Ok(json!({}))
}

fn no_group() -> Refusal {
    Refusal::bad("Invalid user group")
}

fn shown(id: i64, name: &str, members: &[i64], system: bool) -> Value {
    json!({"id": id, "name": name, "description": "", "members": members, "direct_subgroup_ids": [], "is_system_group": system,
        "deactivated": false, "date_created": null, "creator_id": null})
}
