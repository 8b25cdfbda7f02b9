//! Accounts and groups: the provisioning API.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    Answer, Asked, BOT, State,
    state::{Group, User},
};

fn written(state: &State, user: &User) -> Value {
    let groups: Vec<&str> = state
        .groups
        .iter()
        .filter(|it| it.members.contains(&user.id) && (it.id != "admin" || user.id != BOT || state.is_admin))
        .map(|it| it.id.as_str())
        .collect();
    let used: u64 = if user.id == BOT { state.nodes.iter().map(|it| it.bytes.len() as u64).sum() } else { 12_000_000 };
    let quota = match user.quota {
        Some(most) => json!({ "free": most.saturating_sub(used), "used": used, "total": most, "relative": 0.2, "quota": most }),
        None => {
            json!({ "free": 50_000_000_000_u64, "used": used, "total": 50_000_000_000_u64 + used, "relative": 0.1, "quota": -3 })
        }
    };
    json!({
        "id": user.id, "displayname": user.name, "display-name": user.name, "email": user.email, "enabled": user.enabled,
        "groups": groups, "subadmin": user.administers, "quota": quota, "lastLogin": 0, "language": user.language,
        "manager": user.manager, "backend": "Database", "locale": "", "phone": "", "address": "",
    })
}

pub fn myself(state: &State, caller: &str) -> Answer {
    match state.user(caller) {
        Some(user) => Answer::ocs(written(state, user)),
        None => Answer::refused(StatusCode::UNAUTHORIZED, 997, "Current user is not logged in"),
    }
}

fn forbidden() -> Answer {
    Answer::refused(StatusCode::FORBIDDEN, 403, "Logged in account must be an admin or sub admin")
}

fn not_found(what: &str) -> Answer {
    Answer::refused(StatusCode::NOT_FOUND, 404, what)
}

pub fn users(state: &mut State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    if !state.is_admin {
        return forbidden();
    }
    let body = asked.json();
    let text = |key: &str| body[key].as_str().unwrap_or_default().trim().to_owned();
    match (asked.method, rest) {
        ("GET", []) => Answer::ocs(json!({ "users": state.users.iter().map(|it| &it.id).collect::<Vec<_>>() })),
        ("GET", ["disabled"]) => {
            let off = state.users.iter().filter(|it| !it.enabled);
            let off: Map<String, Value> = off.map(|it| (it.id.clone(), written(state, it))).collect();
            let off = if off.is_empty() { json!([]) } else { Value::Object(off) };
            Answer::ocs(json!({ "users": off }))
        }
        ("GET", ["details"]) => {
            let typed = asked.get("search").unwrap_or_default().to_lowercase();
            let number = |key: &str| asked.get(key).and_then(|it| it.parse::<usize>().ok());
            let holds = |it: &&User| [&it.id, &it.name, &it.email].iter().any(|it| it.to_lowercase().contains(&typed));
            let found =
                state.users.iter().filter(holds).skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(usize::MAX));
            let users: Map<String, Value> = found.map(|it| (it.id.clone(), written(state, it))).collect();
            // PHP's empty map.
            let users = if users.is_empty() { json!([]) } else { Value::Object(users) };
            Answer::ocs(json!({ "users": users }))
        }
        ("POST", []) => create(state, &body),
        (method, [id, rest @ ..]) => {
            let Some(at) = state.users.iter().position(|it| it.id.eq_ignore_ascii_case(id)) else {
                return not_found("User does not exist");
            };
            let group =
                if asked.method == "DELETE" { asked.get("groupid").unwrap_or_default().to_owned() } else { text("groupid") };
            match (method, rest) {
                ("GET", []) => Answer::ocs(written(state, &state.users[at])),
                ("PUT", []) => change(state, at, &text("key"), &text("value")),
                ("DELETE", []) => {
                    let user = state.users.remove(at);
                    for group in &mut state.groups {
                        group.members.remove(&user.id);
                    }
                    Answer::ocs(json!([]))
                }
                ("PUT", ["enable" | "disable"]) => {
                    state.users[at].enabled = rest == ["enable"];
                    Answer::ocs(json!([]))
                }
                ("POST", ["welcome"]) if state.users[at].email.is_empty() => Answer::invalid(101, "Email address not available"),
                ("POST", ["welcome"]) => {
                    state.users[at].mails.push("Welcome".into());
                    Answer::ocs(json!([]))
                }
                ("POST" | "DELETE", ["groups"]) => membership(state, at, &group, method == "POST"),
                ("POST" | "DELETE", ["subadmins"]) => administration(state, at, &group, method == "POST"),
                _ => not_found("Invalid query"),
            }
        }
        _ => not_found("Invalid query"),
    }
}

fn create(state: &mut State, body: &Value) -> Answer {
    let text = |key: &str| body[key].as_str().unwrap_or_default().trim().to_owned();
    let (id, email) = (text("userid"), text("email"));
    if state.user(&id).is_some() {
        return Answer::invalid(102, "User already exists");
    }
    let groups: Vec<String> =
        body["groups"].as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect();
    if let Some(missing) = groups.iter().find(|it| state.groups.iter().all(|group| group.id != **it)) {
        return Answer::invalid(104, &format!("Group {missing} does not exist"));
    }
    if text("password").is_empty() && email.is_empty() {
        return Answer::invalid(108, "An email address is required, to send a password link to the user.");
    }
    let name = if text("displayName").is_empty() { id.clone() } else { text("displayName") };
    let quota = match bytes(&text("quota")) {
        Ok(quota) => quota,
        Err(answer) => return answer,
    };
    state.users.push(User {
        id: id.clone(),
        name,
        email,
        enabled: true,
        quota,
        language: text("language"),
        manager: text("manager"),
        app_password: format!("nextcloud-app-password-of-{id}"),
        administers: BTreeSet::new(),
        mails: vec!["Your account was created: set your password".into()],
        password: text("password"),
    });
    for group in state.groups.iter_mut().filter(|it| groups.contains(&it.id)) {
        group.members.insert(id.clone());
    }
    Answer::ocs(json!({ "id": id }))
}

/// `5 GB`; none for no limit.
fn bytes(text: &str) -> Result<Option<u64>, Answer> {
    if matches!(text, "" | "none" | "default") {
        return Ok(None);
    }
    let wrong = || Answer::invalid(102, &format!("Invalid quota value: {text}"));
    let (number, unit) = text.split_once(' ').ok_or_else(wrong)?;
    let times = match unit {
        "B" => 1.0,
        "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        _ => return Err(wrong()),
    };
    number.parse::<f64>().map(|it| Some((it * times) as u64)).map_err(|_| wrong())
}

fn change(state: &mut State, at: usize, key: &str, value: &str) -> Answer {
    let quota = match bytes(if key == "quota" { value } else { "" }) {
        Ok(quota) => quota,
        Err(answer) => return answer,
    };
    let is_known = value.is_empty() || state.user(value).is_some();
    let user = &mut state.users[at];
    match key {
        "displayname" => user.name = value.to_owned(),
        "email" if value.contains('@') || value.is_empty() => user.email = value.to_owned(),
        "email" => return Answer::invalid(101, "Invalid email address"),
        "language" if (2..=5).contains(&value.len()) => user.language = value.to_owned(),
        "language" => return Answer::invalid(101, "Invalid language"),
        "manager" if is_known => user.manager = value.to_owned(),
        "quota" => user.quota = quota,
        "password" if value.chars().count() >= 10 => user.password = value.to_owned(),
        "password" => return Answer::invalid(107, "Password needs to be at least 10 characters long."),
        _ => return Answer::invalid(103, "Unknown field or value"),
    }
    Answer::ocs(json!([]))
}

fn membership(state: &mut State, at: usize, group: &str, joins: bool) -> Answer {
    let user = state.users[at].id.clone();
    let Some(group) = state.groups.iter_mut().find(|it| it.id == group) else {
        return Answer::invalid(102, "Group does not exist");
    };
    if joins {
        group.members.insert(user);
    } else {
        group.members.remove(&user);
    }
    Answer::ocs(json!([]))
}

fn administration(state: &mut State, at: usize, group: &str, begins: bool) -> Answer {
    if state.groups.iter().all(|it| it.id != group) {
        return Answer::invalid(102, &format!("Group does not exist: {group}"));
    }
    if group == "admin" {
        return Answer::invalid(103, "Cannot create sub-admins for admin group");
    }
    let administers = &mut state.users[at].administers;
    if begins {
        administers.insert(group.to_owned());
    } else if !administers.remove(group) {
        return Answer::invalid(102, "User is not a sub-admin of this group");
    }
    Answer::ocs(json!([]))
}

pub fn groups(state: &mut State, rest: &[&str], asked: &Asked<'_>) -> Answer {
    if !state.is_admin {
        return forbidden();
    }
    let body = asked.json();
    let text = |key: &str| body[key].as_str().unwrap_or_default().trim().to_owned();
    match (asked.method, rest) {
        ("GET", ["details"]) => {
            let typed = asked.get("search").unwrap_or_default().to_lowercase();
            let number = |key: &str| asked.get(key).and_then(|it| it.parse().ok());
            let (limit, offset) = (number("limit").unwrap_or(usize::MAX), number("offset").unwrap_or(0));
            let holds = |it: &&Group| it.id.to_lowercase().contains(&typed) || it.name.to_lowercase().contains(&typed);
            let all = state.groups.iter().filter(holds).skip(offset).take(limit);
            let all: Vec<Value> =
                all.map(|it| json!({ "id": it.id, "displayname": it.name, "usercount": it.members.len() })).collect();
            Answer::ocs(json!({ "groups": all }))
        }
        ("POST", []) => {
            let id = text("groupid");
            if id.is_empty() {
                return Answer::invalid(101, "Invalid group name");
            }
            if state.groups.iter().any(|it| it.id == id) {
                return Answer::invalid(102, "group exists");
            }
            state.groups.push(Group { name: id.clone(), id, members: BTreeSet::new() });
            Answer::ocs(json!([]))
        }
        (method, [id, rest @ ..]) => {
            let Some(at) = state.groups.iter().position(|it| it.id == *id) else {
                return not_found("The requested group could not be found");
            };
            match (method, rest) {
                ("GET", ["users"]) => Answer::ocs(json!({ "users": state.groups[at].members })),
                ("GET", ["subadmins"]) => {
                    let all: Vec<&str> =
                        state.users.iter().filter(|it| it.administers.contains(*id)).map(|it| it.id.as_str()).collect();
                    Answer::ocs(json!(all))
                }
                ("PUT", []) if text("key") == "displayname" => {
                    state.groups[at].name = text("value");
                    Answer::ocs(json!([]))
                }
                ("DELETE", []) if *id == "admin" => Answer::invalid(102, "Group admin cannot be deleted"),
                ("DELETE", []) => {
                    state.groups.remove(at);
                    state.shares.retain(|it| it.kind != 1 || it.with != *id);
                    Answer::ocs(json!([]))
                }
                _ => not_found("Invalid query"),
            }
        }
        _ => not_found("Invalid query"),
    }
}
