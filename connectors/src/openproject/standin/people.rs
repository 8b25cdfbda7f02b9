//! The simulated OpenProject's people: users, groups, principals, memberships, capabilities.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer, Asked, Outcome, filter, number,
    state::{Group, Membership, ROLES, Right, State, User},
    values, whole,
};

pub(super) fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    Some(match (method.as_str(), path) {
        ("GET", ["users"]) => users(state, asked),
        ("POST", ["users"]) => invite(state, asked),
        ("GET", ["users", "me"]) => user(state, &asked.caller.id.to_string(), asked),
        ("GET", ["users", id]) => user(state, id, asked),
        ("PATCH", ["users", id]) => change(state, id, asked),
        ("DELETE", ["users", id]) => remove(state, id, asked),
        ("POST", ["users", id, "lock"]) => set_status(state, id, asked, "locked"),
        ("DELETE", ["users", id, "lock"]) => set_status(state, id, asked, "active"),
        ("GET", ["principals"]) => principals(state, asked),
        ("GET", ["projects", id, "available_assignees"]) => assignees(state, id, asked),
        ("GET", ["groups"]) => Ok(whole(state.groups.iter().map(|it| values::group(state, it)).collect())),
        ("POST", ["groups"]) => make_group(state, asked),
        ("GET", ["groups", id]) => group_at(state, id).map(|at| Answer::json(values::group(state, &state.groups[at]))),
        ("PATCH", ["groups", id]) => change_group(state, id, asked),
        ("DELETE", ["groups", id]) => remove_group(state, id, asked),
        ("GET", ["memberships"]) => memberships(state, asked),
        ("POST", ["memberships"]) => join(state, asked),
        ("PATCH", ["memberships", id]) => change_roles(state, id, asked),
        ("DELETE", ["memberships", id]) => leave(state, id, asked),
        ("GET", ["roles"]) => Ok(whole(values::list("Role", "roles", &ROLES))),
        ("GET", ["capabilities"]) => capabilities(state, asked),
        _ => return None,
    })
}

fn admin(asked: &Asked<'_>) -> Result<(), Answer> {
    if asked.caller.admin { Ok(()) } else { Err(Answer::forbidden()) }
}

fn at(state: &State, id: &str) -> Result<usize, Answer> {
    let id = number(id)?;
    state.users.iter().position(|it| it.id == id).ok_or_else(Answer::not_found)
}

fn users(state: &State, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let conditions = filter::read(asked, &["name", "login", "status", "group", "blocked"])?;
    let passes = |it: &&User| {
        conditions.iter().all(|condition| match condition.name.as_str() {
            "name" => condition.contains(&format!("{} {} {}", it.name(), it.login, it.mail)),
            "login" => condition.is(&it.login),
            "status" => condition.is(&it.status),
            _ => true,
        })
    };
    let mut found: Vec<&User> = state.users.iter().filter(passes).collect();
    found.sort_by_key(|it| it.name());
    Ok(asked.page(found.into_iter().map(|it| values::user(it, asked.caller)).collect()))
}

fn user(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    Ok(Answer::json(values::user(&state.users[at(state, id)?], asked.caller)))
}

fn invite(state: &mut State, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let text = |name: &str| asked.text(name).unwrap_or_default();
    let mut user = User {
        id: 0,
        login: text("login"),
        first: text("firstName"),
        last: text("lastName"),
        mail: text("email"),
        admin: asked.body["admin"] == true,
        status: text("status"),
        token: String::new(),
    };
    check_user(state, &user)?;
    user.id = state.next_id();
    state.users.push(user.clone());
    Ok(Answer::created(values::user(&user, asked.caller)))
}

fn check_user(state: &State, user: &User) -> Result<(), Answer> {
    let others = || state.users.iter().filter(|it| it.id != user.id);
    let mut wrong = Vec::new();
    if !user.mail.contains('@') {
        wrong.push(("email", "Email is not a valid email address."));
    }
    if others().any(|it| it.mail == user.mail) {
        wrong.push(("email", "Email has already been taken."));
    }
    if others().any(|it| it.login == user.login) {
        wrong.push(("login", "Username has already been taken."));
    }
    if user.first.is_empty() {
        wrong.push(("firstName", "First name can't be blank."));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Answer::invalid(&wrong)) }
}

fn change(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let at = at(state, id)?;
    let mut user = state.users[at].clone();
    for (key, slot) in
        [("login", &mut user.login), ("firstName", &mut user.first), ("lastName", &mut user.last), ("email", &mut user.mail)]
    {
        if let Some(text) = asked.text(key) {
            *slot = text;
        }
    }
    user.admin = asked.body["admin"].as_bool().unwrap_or(user.admin);
    check_user(state, &user)?;
    state.users[at] = user;
    Ok(Answer::json(values::user(&state.users[at], asked.caller)))
}

fn remove(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let at = at(state, id)?;
    let id = state.users.remove(at).id;
    state.memberships.retain(|it| it.principal != id);
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

fn set_status(state: &mut State, id: &str, asked: &Asked<'_>, status: &str) -> Outcome {
    admin(asked)?;
    let at = at(state, id)?;
    let from = if status == "locked" { "active" } else { "locked" };
    if state.users[at].status != from {
        let message = format!("The requested status transition is not allowed for a user who is {}.", state.users[at].status);
        return Err(Answer::error(StatusCode::BAD_REQUEST, "InvalidUserStatusTransition", &message, None));
    }
    state.users[at].status = status.into();
    Ok(Answer::json(values::user(&state.users[at], asked.caller)))
}

fn principals(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["type", "member", "name", "any_name_attribute", "status", "id"])?;
    let mut found: Vec<(String, Value)> = Vec::new();
    for it in &state.users {
        let number = match it.status.as_str() {
            "active" => "1",
            "registered" => "2",
            "locked" => "3",
            _ => "4",
        };
        let passes = conditions.iter().all(|condition| match condition.name.as_str() {
            "type" => condition.is("User"),
            "member" => {
                condition.values.iter().any(|project| project.parse().is_ok_and(|project| state.is_member(it.id, project)))
            }
            "name" => condition.contains(&it.name()),
            "any_name_attribute" => condition.contains(&format!("{} {} {}", it.name(), it.login, it.mail)),
            "status" => condition.is(number),
            _ => true,
        });
        if passes {
            found.push((it.name(), values::user(it, asked.caller)));
        }
    }
    for it in &state.groups {
        let passes = conditions.iter().all(|condition| match condition.name.as_str() {
            "type" => condition.is("Group"),
            "member" => {
                condition.values.iter().any(|project| project.parse().is_ok_and(|project| state.is_member(it.id, project)))
            }
            "name" | "any_name_attribute" => condition.contains(&it.name),
            _ => true,
        });
        if passes {
            found.push((it.name.clone(), values::group(state, it)));
        }
    }
    Ok(asked.page(found.into_iter().map(|(_, it)| it).collect()))
}

fn assignees(state: &State, project: &str, asked: &Asked<'_>) -> Outcome {
    let project = number(project)?;
    let members = state.users.iter().filter(|it| state.is_member(it.id, project));
    Ok(whole(members.map(|it| values::user(it, asked.caller)).collect()))
}

fn group_at(state: &State, id: &str) -> Result<usize, Answer> {
    let id = number(id)?;
    state.groups.iter().position(|it| it.id == id).ok_or_else(Answer::not_found)
}

/// The members that the body gives, where it does.
fn members(asked: &Asked<'_>) -> Option<Vec<u64>> {
    Some(asked.body["_links"]["members"].as_array()?.iter().filter_map(values::id_of).collect())
}

fn check_name(state: &State, id: u64, name: &str) -> Result<(), Answer> {
    if name.trim().is_empty() {
        return Err(Answer::invalid(&[("name", "Name can't be blank.")]));
    }
    if state.groups.iter().any(|it| it.id != id && it.name.eq_ignore_ascii_case(name)) {
        return Err(Answer::invalid(&[("name", "Name has already been taken.")]));
    }
    Ok(())
}

fn make_group(state: &mut State, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let name = asked.text("name").unwrap_or_default();
    check_name(state, 0, &name)?;
    let group = Group { id: state.next_id(), name, members: members(asked).unwrap_or_default() };
    state.groups.push(group.clone());
    Ok(Answer::created(values::group(state, &group)))
}

fn change_group(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let at = group_at(state, id)?;
    if let Some(name) = asked.text("name") {
        check_name(state, state.groups[at].id, &name)?;
        state.groups[at].name = name;
    }
    if let Some(members) = members(asked) {
        state.groups[at].members = members;
    }
    Ok(Answer::json(values::group(state, &state.groups[at])))
}

fn remove_group(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    admin(asked)?;
    let at = group_at(state, id)?;
    state.groups.remove(at);
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

fn memberships(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions =
        filter::read(asked, &["project", "principal", "any_name_attribute", "role", "name", "status", "group", "blocked"])?;
    let passes = |it: &&Membership| {
        state.may(asked.caller, Right::View, it.project)
            && conditions.iter().all(|condition| match condition.name.as_str() {
                "project" => condition.has(Some(it.project)),
                "principal" => condition.has(Some(it.principal)),
                _ => true,
            })
    };
    Ok(asked.page(state.memberships.iter().filter(passes).map(|it| values::membership(state, it)).collect()))
}

fn roles(asked: &Asked<'_>) -> Vec<u64> {
    asked.body["_links"]["roles"].as_array().into_iter().flatten().filter_map(values::id_of).collect()
}

fn join(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let project = asked.linked("project").unwrap_or_default();
    if !state.may(asked.caller, Right::Manage, project) {
        return Err(Answer::forbidden());
    }
    let Some(principal) = asked.linked("principal") else {
        return Err(Answer::invalid(&[("principal", "Principal can't be blank.")]));
    };
    if state.is_member(principal, project) {
        return Err(Answer::invalid(&[("principal", "Principal has already been taken.")]));
    }
    let membership = Membership { id: state.next_id(), project, principal, roles: roles(asked) };
    if membership.roles.is_empty() {
        return Err(Answer::invalid(&[("roles", "Roles need to be assigned.")]));
    }
    state.memberships.push(membership.clone());
    Ok(Answer::created(values::membership(state, &membership)))
}

fn membership_at(state: &State, id: &str, asked: &Asked<'_>) -> Result<usize, Answer> {
    let id = number(id)?;
    let at = state.memberships.iter().position(|it| it.id == id).ok_or_else(Answer::not_found)?;
    if state.may(asked.caller, Right::Manage, state.memberships[at].project) { Ok(at) } else { Err(Answer::forbidden()) }
}

fn change_roles(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = membership_at(state, id, asked)?;
    state.memberships[at].roles = roles(asked);
    Ok(Answer::json(values::membership(state, &state.memberships[at])))
}

fn leave(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = membership_at(state, id, asked)?;
    state.memberships.remove(at);
    Ok(Answer::no_content())
}

/// What the roles of a member come to.
fn capabilities(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["principal", "action", "context"])?;
    let mut found = Vec::new();
    for (action, right) in [("work_packages/create", Right::Edit), ("memberships/create", Right::Manage)] {
        for user in &state.users {
            for project in &state.projects {
                let passes = conditions.iter().all(|condition| match condition.name.as_str() {
                    "principal" => condition.has(Some(user.id)),
                    "action" => condition.is(action),
                    _ => true,
                });
                if passes && state.may(super::Caller { id: user.id, admin: user.admin }, right, project.id) {
                    found.push(json!({ "_type": "Capability", "id": format!("{action}/p{}-{}", project.id, user.id) }));
                }
            }
        }
    }
    Ok(asked.page(found))
}
