//! People, their groups, and what the bot's account may do.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Answer, Asked, state::State, values};

pub fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Answer> {
    let asked_for = || asked.get("accountId").or(asked.get("username")).or(asked.get("name"));
    Some(match (method.as_str(), path) {
        ("GET", ["myself"]) => Answer::json(values::user(state, asked.caller)),
        ("GET", ["user"]) => match asked_for().and_then(|it| state.person(it)) {
            Some(at) => {
                let mut user = values::user(state, at);
                if asked.get("expand").is_some() {
                    let groups = groups_of(state, at);
                    user["groups"] = json!({ "size": groups.len(), "items": groups });
                }
                Answer::json(user)
            }
            None => Answer::not_found(format!("The user with the id '{}' does not exist", asked_for().unwrap_or_default())),
        },
        ("GET", ["user", "groups"]) if state.is_cloud() => match asked_for().and_then(|it| state.person(it)) {
            Some(at) => Answer::json(groups_of(state, at).into()),
            None => Answer::not_found("The user does not exist."),
        },
        ("GET", ["users", "search"]) if state.is_cloud() => {
            Answer::json((0..state.people.len()).map(|it| values::user(state, it)).collect())
        }
        ("GET", ["user", "search"] | ["user", "assignable", "search"]) => search(state, path, asked),
        ("GET", ["groups", "picker"]) => {
            let text = asked.get("query").unwrap_or_default().to_lowercase();
            let all: Vec<Value> =
                (0..state.groups.len()).filter(|it| state.groups[*it].0.contains(&text)).map(|it| group(state, it)).collect();
            Answer::json(json!({ "header": "", "total": all.len(), "groups": all }))
        }
        ("GET", ["group", "member"]) => match found(state, asked) {
            Some(at) => {
                let members = state.groups[at].1.iter().map(|it| values::user(state, *it)).collect();
                asked.page("values", members)
            }
            None => Answer::not_found("The group does not exist."),
        },
        ("POST", ["group", "user"]) => {
            let id = asked.body["accountId"].as_str().or(asked.body["name"].as_str()).unwrap_or_default();
            match (found(state, asked), state.person(id)) {
                (Some(at), Some(person)) if !state.groups[at].1.insert(person) => Answer::invalid(format!(
                    "Cannot add user. '{}' is already a member of '{}'",
                    state.people[person].name, state.groups[at].0
                )),
                (Some(at), Some(_)) => Answer::created(group(state, at)),
                _ => Answer::not_found("The group or the user does not exist."),
            }
        }
        ("DELETE", ["group", "user"]) => match (found(state, asked), asked_for().and_then(|it| state.person(it))) {
            (Some(at), Some(person)) if state.groups[at].1.remove(&person) => Answer::of(StatusCode::OK, None),
            (Some(at), Some(person)) => Answer::invalid(format!(
                "Cannot remove user '{}' from group '{}' since user is not a member of '{}'",
                state.people[person].name, state.groups[at].0, state.groups[at].0
            )),
            _ => Answer::not_found("The group or the user does not exist."),
        },
        ("GET", ["mypermissions"]) => {
            let one = |it: &str| (it.to_owned(), json!({ "id": "1", "key": it, "name": it, "havePermission": state.may(it) }));
            let all: Map<String, Value> = asked.get("permissions").unwrap_or_default().split(',').map(one).collect();
            Answer::json(json!({ "permissions": all }))
        }
        _ => return None,
    })
}

fn search(state: &State, path: &[&str], asked: &Asked<'_>) -> Answer {
    let text = asked.get(if state.is_cloud() { "query" } else { "username" }).unwrap_or_default().to_lowercase();
    let assignable = path.len() == 3;
    if assignable {
        let issue = asked.get("issueKey").map(|it| state.issue(it).is_some());
        let project = asked.get("project").map(|it| state.project(it).is_some());
        if issue == Some(false) || project == Some(false) {
            return Answer::not_found("The issue or project does not exist, or you do not have permission to see it.");
        }
    }
    let matches = |at: &usize| {
        let it = &state.people[*at];
        let parts = || it.name.split_whitespace().chain([it.email, it.login]).map(str::to_lowercase);
        text.is_empty() || text == "." || it.name.to_lowercase().starts_with(&text) || parts().any(|it| it.starts_with(&text))
    };
    let found = (0..state.people.len()).filter(|it| !(assignable && *it == 0)).filter(matches);
    Answer::json(found.map(|it| values::user(state, it)).collect())
}

fn id(at: usize) -> String {
    format!("276f955c-63d7-42c8-9520-92d01dca06{at:02}")
}

fn group(state: &State, at: usize) -> Value {
    let name = &state.groups[at].0;
    if state.is_cloud() {
        json!({ "name": name, "groupId": id(at), "html": name })
    } else {
        json!({ "name": name, "html": name })
    }
}

fn groups_of(state: &State, person: usize) -> Vec<Value> {
    (0..state.groups.len()).filter(|it| state.groups[*it].1.contains(&person)).map(|it| group(state, it)).collect()
}

fn found(state: &State, asked: &Asked<'_>) -> Option<usize> {
    let (by_id, by_name) = (asked.get("groupId"), asked.get("groupname"));
    (0..state.groups.len()).find(|at| by_id == Some(&id(*at)) || by_name == Some(state.groups[*at].0.as_str()))
}
