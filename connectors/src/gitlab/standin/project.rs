//! Projects, people, milestones, labels, search.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::position};

pub fn me(state: &State, asked: &Asked) -> Answer {
    let found = state.users.iter().find(|it| it["id"] == asked.caller);
    found.map_or_else(|| Answer::not_found("User"), |it| Answer::json(it.clone()))
}

/// Administrators find people by their private address, and are shown it.
pub fn users(state: &State, asked: &Asked) -> Answer {
    let admin = state.is_admin(asked.caller);
    let holds =
        |it: &Value, key: &str, text: &str| it[key].as_str().is_some_and(|it| it.to_lowercase().contains(&text.to_lowercase()));
    let fits = |it: &&Value| {
        asked.get("username").is_none_or(|login| it["username"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(login)))
            && asked.get("search").is_none_or(|text| {
                holds(it, "name", text) || holds(it, "username", text) || (admin && it["email"] == text.to_lowercase())
            })
    };
    let show = |it: &Value| if admin { it.clone() } else { state.user(it["id"].as_u64().unwrap_or_default()) };
    asked.page(state.users.iter().filter(fits).map(show).collect())
}

pub fn shown(state: &State, of: u64) -> Value {
    let Some(project) = state.projects.iter().find(|it| it["id"] == of) else { return Value::Null };
    let mut project = project.clone();
    project["web_url"] = json!(format!("{}/{}", state.origin, state.path_of(of)));
    let open = state.issues.iter().filter(|it| it["project_id"] == of && it["state"] == "opened").count();
    project["open_issues_count"] = json!(open);
    project
}

pub fn projects(state: &State, asked: &Asked) -> Answer {
    let ids = state.projects.iter().filter_map(|it| it["id"].as_u64()).filter(|id| state.level(*id, asked.caller) > 0);
    let fits = |it: &Value| {
        let text = asked.get("search").unwrap_or_default().to_lowercase();
        ["name", "path_with_namespace"].iter().any(|key| it[key].as_str().is_some_and(|it| it.to_lowercase().contains(&text)))
    };
    asked.page(ids.map(|id| shown(state, id)).filter(fits).collect())
}

pub fn search(state: &State, of: Option<u64>, asked: &Asked) -> Answer {
    let (Some(scope), Some(words)) = (asked.get("scope"), asked.get("search")) else {
        return Answer::wrong("scope is missing, search is missing");
    };
    let words = words.to_lowercase();
    let holds =
        |it: &Value, keys: &[&str]| keys.iter().any(|key| it[key].as_str().is_some_and(|it| it.to_lowercase().contains(&words)));
    let is_in = |it: &Value| {
        let id = it["project_id"].as_u64().unwrap_or_default();
        of.is_none_or(|of| of == id) && state.level(id, asked.caller) > 0
    };
    let found: Vec<Value> = match scope {
        "issues" => {
            let all = state.issues.iter().filter(|it| is_in(it) && holds(it, &["title", "description"]));
            all.map(|it| state.shown(it)).collect()
        }
        "merge_requests" => {
            let all = state.merge_requests.iter().filter(|it| is_in(it) && holds(it, &["title", "description"]));
            all.map(|it| state.shown(it)).collect()
        }
        "projects" => {
            let ids = state.projects.iter().filter_map(|it| it["id"].as_u64());
            ids.map(|id| shown(state, id)).filter(|it| holds(it, &["name", "path_with_namespace"])).collect()
        }
        "milestones" => {
            let all = state.milestones.iter().filter(|it| is_in(it) && holds(it, &["title"]));
            all.map(|it| state.placed(it, "milestones", "iid")).collect()
        }
        "commits" if of.is_some() => {
            let all = state.commits.iter().filter(|it| is_in(it) && holds(it, &["message"]));
            all.map(|it| state.placed(it, "commit", "id")).collect()
        }
        "blobs" if of.is_some() => vec![json!({
            "path": "src/fan.rs", "filename": "src/fan.rs", "ref": "main", "startline": 3, "project_id": of,
            "data": "fn slower(fan: &mut Fan) {\n",
        })],
        "notes" if of.is_some() => {
            let all = state.notes.values().flatten().filter(|it| holds(it, &["body"]));
            all.map(|it| {
                let mut note = it.clone();
                note["noteable_type"] = json!("Issue");
                note["noteable_iid"] = json!(1);
                note
            })
            .collect()
        }
        _ => return Answer::said(StatusCode::BAD_REQUEST, "Scope supported only with advanced search"),
    };
    asked.page(found)
}

pub fn milestones(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, it: &Value| state.placed(it, "milestones", "iid");
    if let ("GET", []) = (method, rest) {
        let fits = |it: &&Value| it["project_id"] == of && asked.get("state").is_none_or(|state| it["state"] == state);
        return asked.page(state.milestones.iter().filter(fits).map(|it| show(state, it)).collect());
    }
    let mut it = match rest {
        [] => json!({ "id": state.next_id(), "iid": state.milestones.len() + 1, "project_id": of, "state": "active",
                      "description": "", "due_date": null, "start_date": null }),
        [id, ..] => match position(&state.milestones, of, "id", id) {
            Some(at) if method == "DELETE" => {
                state.milestones.remove(at);
                return Answer::no_content();
            }
            Some(at) => state.milestones.remove(at),
            None => return Answer::not_found("Milestone"),
        },
    };
    if let Some(title) = asked.text("title") {
        if state.milestones.iter().any(|it| it["project_id"] == of && it["title"] == title) {
            if !rest.is_empty() {
                state.milestones.push(it);
            }
            return Answer::invalid("title", "already being used for another group or project milestone.");
        }
        it["title"] = json!(title);
    }
    for key in ["description", "due_date", "start_date"] {
        if let Some(value) = asked.body.get(key) {
            it[key] = value.clone();
        }
    }
    match asked.text("state_event") {
        Some("close") => it["state"] = json!("closed"),
        Some("activate") => it["state"] = json!("active"),
        _ => {}
    }
    state.milestones.push(it.clone());
    let shown = show(state, &it);
    if rest.is_empty() { Answer::created(shown) } else { Answer::json(shown) }
}

pub fn labels(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, it: &Value| {
        let mut it = it.clone();
        let has = |all: &[Value]| {
            let open = all.iter().filter(|all| all["project_id"] == of && all["state"] == "opened");
            open.filter(|all| all["labels"].as_array().is_some_and(|labels| labels.contains(&it["name"]))).count()
        };
        let (issues, requests) = (has(&state.issues), has(&state.merge_requests));
        it["open_issues_count"] = json!(issues);
        it["open_merge_requests_count"] = json!(requests);
        it
    };
    if let ("GET", []) = (method, rest) {
        let text = asked.get("search").unwrap_or_default().to_lowercase();
        let fits =
            |it: &&Value| it["project_id"] == of && it["name"].as_str().is_some_and(|it| it.to_lowercase().contains(&text));
        return asked.page(state.labels.iter().filter(fits).map(|it| show(state, it)).collect());
    }
    let name = asked.text("name").or(asked.text("new_name")).map(str::to_owned);
    if let Some(name) = &name
        && state.labels.iter().any(|it| it["project_id"] == of && it["name"] == **name)
    {
        return Answer::said(StatusCode::CONFLICT, "Label already exists");
    }
    if asked.text("color").is_some_and(|it| !it.starts_with('#') && !["red", "green", "blue", "black"].contains(&it)) {
        return Answer::invalid("color", "must be a valid color code");
    }
    let mut it = match rest {
        [] if name.is_none() => return Answer::wrong("name is missing"),
        [] => json!({ "id": state.next_id(), "project_id": of, "description": null }),
        [id, ..] => match position(&state.labels, of, "id", id) {
            Some(at) if method == "DELETE" => {
                state.labels.remove(at);
                return Answer::no_content();
            }
            Some(at) => state.labels.remove(at),
            None => return Answer::not_found("Label"),
        },
    };
    if let Some(name) = name {
        it["name"] = json!(name);
    }
    for key in ["color", "description"] {
        if let Some(value) = asked.body.get(key) {
            it[key] = value.clone();
        }
    }
    state.labels.push(it.clone());
    let shown = show(state, &it);
    if rest.is_empty() { Answer::created(shown) } else { Answer::json(shown) }
}

pub fn members(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, user: u64, level: u64| {
        let mut it = state.user(user);
        it["access_level"] = json!(level);
        it["expires_at"] = Value::Null;
        it
    };
    let level = asked.body["access_level"].as_u64();
    match (method, rest) {
        ("GET", [] | ["all"]) => {
            let all = state.members.iter().filter(|(project, ..)| *project == of);
            asked.page(all.map(|(_, user, level)| show(state, *user, *level)).collect())
        }
        ("POST", []) => {
            let (Some(user), Some(level)) = (asked.body["user_id"].as_u64(), level) else {
                return Answer::wrong("access_level is missing");
            };
            if state.members.iter().any(|(project, of_user, _)| (*project, *of_user) == (of, user)) {
                return Answer::said(StatusCode::CONFLICT, "Member already exists");
            }
            state.members.push((of, user, level));
            Answer::created(show(state, user, level))
        }
        (_, [user]) => {
            let Some(at) = state.members.iter().position(|(project, it, _)| *project == of && it.to_string() == **user) else {
                return Answer::said(StatusCode::NOT_FOUND, "404 Not found");
            };
            match method {
                "DELETE" => {
                    state.members.remove(at);
                    return Answer::no_content();
                }
                "PUT" => state.members[at].2 = level.unwrap_or(state.members[at].2),
                _ => {}
            }
            let (_, user, level) = state.members[at];
            Answer::json(show(state, user, level))
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}
