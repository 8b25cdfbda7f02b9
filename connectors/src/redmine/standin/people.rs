//! The simulated Redmine's people and their memberships.

use serde_json::{Value, json};

use super::{
    Answer, Asked, State, objects,
    state::{Member, Right, User},
    values,
};

/// Administrators only, as in Redmine.
pub fn users(state: &State, asked: &Asked<'_>) -> Answer {
    if !asked.caller.admin {
        return Answer::forbidden();
    }
    let locked = asked.get("status") == Some("3");
    let typed = asked.get("name").unwrap_or_default().to_lowercase();
    let matches = |it: &&User| {
        let name = format!("{} {}", it.firstname, it.lastname);
        let found = [&it.login, &it.mail, &name].iter().any(|text| text.to_lowercase().contains(&typed));
        it.locked == locked && found
    };
    asked.page("users", state.users.iter().filter(matches).map(|it| values::user(it, asked)).collect())
}

pub fn user(state: &State, id: &str, asked: &Asked<'_>) -> Answer {
    let is_it = |it: &&User| if id == "current" { it.id == asked.caller.id } else { it.id.to_string() == id };
    let Some(user) = state.users.iter().find(is_it) else { return Answer::not_found() };
    let mut all = values::user(user, asked);
    if asked.includes("memberships") {
        let own = state.members.iter().filter(|it| it.user == user.id && state.sees(asked.caller, it.project));
        all["memberships"] = own.map(|it| written(state, it, false)).collect();
    }
    Answer::json(json!({ "user": all }))
}

pub fn memberships(state: &State, key: &str, asked: &Asked<'_>) -> Answer {
    match objects::find(state, key, asked) {
        Ok(project) => {
            let own = state.members.iter().filter(|it| it.project == project.id);
            asked.page("memberships", own.map(|it| written(state, it, true)).collect())
        }
        Err(answer) => answer,
    }
}

pub fn add_member(state: &mut State, key: &str, asked: &Asked<'_>) -> Answer {
    let project = match objects::find(state, key, asked) {
        Ok(project) => project.id,
        Err(answer) => return answer,
    };
    if !state.may(asked.caller, Right::ManageMembers, project) {
        return Answer::forbidden();
    }
    let body = &asked.body["membership"];
    let roles: Vec<u64> = body["role_ids"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let Some(user) = body["user_id"].as_u64().filter(|id| state.users.iter().any(|it| it.id == *id)) else {
        return Answer::invalid(vec!["Principal cannot be blank"]);
    };
    if state.members.iter().any(|it| it.project == project && it.user == user) {
        return Answer::invalid(vec!["User has already been taken"]);
    }
    if roles.is_empty() {
        return Answer::invalid(vec!["Role cannot be empty"]);
    }
    let member = Member { id: state.next_id(), project, user, roles };
    state.members.push(member.clone());
    Answer::created(json!({ "membership": written(state, &member, true) }))
}

pub fn remove_member(state: &mut State, id: &str, asked: &Asked<'_>) -> Answer {
    let Some(at) = state.members.iter().position(|it| it.id.to_string() == id) else { return Answer::not_found() };
    if !state.may(asked.caller, Right::ManageMembers, state.members[at].project) {
        return Answer::forbidden();
    }
    state.members.remove(at);
    Answer::no_content()
}

fn written(state: &State, it: &Member, full: bool) -> Value {
    let mut all = json!({ "id": it.id, "project": values::project_reference(state, it.project) });
    if full {
        all["user"] = values::person(state, it.user);
    }
    all["roles"] = it.roles.iter().map(|id| values::reference(&state.roles, *id)).collect();
    all
}
