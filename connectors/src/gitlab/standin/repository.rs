//! Branches, tags, commits and releases.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::position};

pub fn branches(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, it: &Value| state.placed(it, "tree", "name");
    match (method, rest) {
        ("GET", []) => {
            let text = asked.get("search").unwrap_or_default().to_lowercase();
            let fits =
                |it: &&Value| it["project_id"] == of && it["name"].as_str().is_some_and(|it| it.to_lowercase().contains(&text));
            asked.page(state.branches.iter().filter(fits).map(|it| show(state, it)).collect())
        }
        ("POST", []) => {
            let (Some(name), Some(from)) = (asked.text("branch"), asked.text("ref")) else {
                return Answer::wrong("branch is missing, ref is missing");
            };
            if position(&state.branches, of, "name", name).is_some() {
                return Answer::said(StatusCode::BAD_REQUEST, "Branch already exists");
            }
            let Some(at) = position(&state.branches, of, "name", from) else {
                return Answer::said(StatusCode::BAD_REQUEST, "Invalid reference name: it does not exist");
            };
            let commit = state.branches[at]["commit"].clone();
            let branch = json!({ "name": name, "project_id": of, "merged": false, "protected": false, "default": false, "commit": commit });
            state.branches.push(branch.clone());
            Answer::created(show(state, &branch))
        }
        (_, [name]) => match position(&state.branches, of, "name", name) {
            None => Answer::not_found("Branch"),
            Some(at) if method == "GET" => Answer::json(show(state, &state.branches[at])),
            Some(at) if state.branches[at]["protected"] == true => {
                Answer::said(StatusCode::FORBIDDEN, "Protected branch cannot be removed")
            }
            Some(at) => {
                state.branches.remove(at);
                Answer::no_content()
            }
        },
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}

pub fn tags(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, it: &Value| {
        let mut it = it.clone();
        let released = position(&state.releases, of, "tag_name", it["name"].as_str().unwrap_or_default());
        it["release"] = released.map_or(
            Value::Null,
            |at| json!({ "tag_name": state.releases[at]["tag_name"], "description": state.releases[at]["description"] }),
        );
        it
    };
    match (method, rest) {
        ("GET", []) => {
            let text = asked.get("search").unwrap_or_default().to_lowercase();
            let (text, is_begin) = text.strip_prefix('^').map_or((text.as_str(), false), |it| (it, true));
            let fits = |it: &&Value| {
                let name = it["name"].as_str().unwrap_or_default().to_lowercase();
                it["project_id"] == of && if is_begin { name.starts_with(text) } else { name.contains(text) }
            };
            asked.page(state.tags.iter().rev().filter(fits).map(|it| show(state, it)).collect())
        }
        ("POST", []) => {
            let (Some(name), Some(from)) = (asked.text("tag_name"), asked.text("ref")) else {
                return Answer::wrong("tag_name is missing, ref is missing");
            };
            if position(&state.tags, of, "name", name).is_some() {
                return Answer::said(StatusCode::BAD_REQUEST, &format!("Tag {name} already exists"));
            }
            let commit = position(&state.branches, of, "name", from).map(|at| state.branches[at]["commit"].clone());
            let commit = commit.or_else(|| position(&state.tags, of, "name", from).map(|at| state.tags[at]["commit"].clone()));
            let Some(commit) = commit else {
                return Answer::said(StatusCode::BAD_REQUEST, &format!("Target {from} is invalid"));
            };
            let tag = json!({
                "project_id": of, "name": name, "message": asked.body["message"], "target": commit["id"], "protected": false,
                "commit": commit, "created_at": null,
            });
            state.tags.push(tag.clone());
            Answer::created(show(state, &tag))
        }
        (_, [name]) => match position(&state.tags, of, "name", name) {
            None => Answer::not_found("Tag"),
            Some(at) if method == "GET" => Answer::json(show(state, &state.tags[at])),
            Some(at) => {
                state.tags.remove(at);
                Answer::no_content()
            }
        },
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}

pub fn protected(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let name = rest.first().copied().or(asked.text("name")).unwrap_or_default().to_owned();
    let at = position(&state.branches, of, "name", &name);
    match (method, at) {
        ("POST", Some(at)) if state.branches[at]["protected"] == true => {
            Answer::said(StatusCode::CONFLICT, &format!("Protected branch '{name}' already exists"))
        }
        ("POST", at) => {
            if let Some(at) = at {
                state.branches[at]["protected"] = json!(true);
            }
            Answer::created(json!({ "id": 1, "name": name }))
        }
        ("DELETE", Some(at)) if state.branches[at]["protected"] == true => {
            state.branches[at]["protected"] = json!(false);
            Answer::no_content()
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}

pub fn commits(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, it: &Value| state.placed(it, "commit", "id");
    let Some((sha, rest)) = rest.split_first() else {
        let fits = |it: &&Value| {
            it["project_id"] == of
                && asked.get("author").is_none_or(|who| it["author_name"].as_str().is_some_and(|it| it.contains(who)))
        };
        if let Some(name) = asked.get("ref_name")
            && position(&state.branches, of, "name", name).is_none()
        {
            return Answer::not_found("Reference");
        }
        return asked.page(state.commits.iter().filter(fits).map(|it| show(state, it)).collect());
    };
    let is_it = |it: &Value| it["project_id"] == of && it["id"].as_str().is_some_and(|it| it.starts_with(sha));
    let Some(at) = state.commits.iter().position(is_it) else { return Answer::not_found("Commit") };
    match (method, rest) {
        ("GET", []) => Answer::json(show(state, &state.commits[at])),
        ("POST", ["comments"]) => {
            let Some(note) = asked.text("note") else { return Answer::wrong("note is missing") };
            let note = json!({ "note": note, "author": state.user(asked.caller), "created_at": state.now() });
            state
                .notes
                .entry(format!("commit-{}", state.commits[at]["short_id"].as_str().unwrap_or_default()))
                .or_default()
                .push(note.clone());
            Answer::created(note)
        }
        ("POST", [what @ ("revert" | "cherry_pick")]) => {
            let Some(branch) = asked.text("branch") else { return Answer::wrong("branch is missing") };
            if position(&state.branches, of, "name", branch).is_none() {
                return Answer::not_found("Branch");
            }
            let title = state.commits[at]["title"].as_str().unwrap_or_default();
            let title = if *what == "revert" { format!("Revert \"{title}\"") } else { title.to_owned() };
            let short = format!("{:08x}", state.next_id());
            let author = state.user(asked.caller)["name"].clone();
            let commit = json!({
                "id": short.repeat(5), "short_id": short, "project_id": of, "title": title, "message": title,
                "author_name": author, "committed_date": state.now(),
            });
            state.commits.insert(0, commit.clone());
            Answer::created(show(state, &commit))
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}

pub fn releases(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let show = |state: &State, it: &Value| {
        let mut it = it.clone();
        it["_links"] = json!({ "self": state.url(of, &format!("releases/{}", it["tag_name"].as_str().unwrap_or_default())) });
        it
    };
    let milestones = |state: &State| -> Option<Value> {
        let titles = asked.body["milestones"].as_array()?;
        let named = |title: &Value| state.milestones.iter().find(|it| it["project_id"] == of && it["title"] == *title).cloned();
        titles.iter().map(named).collect()
    };
    let unknown = asked.body.get("milestones").is_some() && milestones(state).is_none();
    match (method, rest) {
        ("GET", []) => {
            asked.page(state.releases.iter().rev().filter(|it| it["project_id"] == of).map(|it| show(state, it)).collect())
        }
        ("POST", []) => {
            let Some(tag) = asked.text("tag_name").map(str::to_owned) else { return Answer::wrong("tag_name is missing") };
            if position(&state.releases, of, "tag_name", &tag).is_some() {
                return Answer::said(StatusCode::CONFLICT, "Release already exists");
            }
            if unknown {
                return Answer::said(StatusCode::BAD_REQUEST, "Milestone(s) not found");
            }
            let release = json!({
                "project_id": of, "tag_name": tag, "name": asked.text("name").unwrap_or(&tag), "description": asked.body["description"],
                "released_at": state.now(), "created_at": state.now(), "author": state.user(asked.caller),
                "milestones": milestones(state).unwrap_or_else(|| json!([])), "assets": { "links": [] },
            });
            state.releases.push(release.clone());
            Answer::created(show(state, &release))
        }
        (_, [tag]) => {
            let Some(at) = position(&state.releases, of, "tag_name", tag) else {
                return Answer::said(StatusCode::NOT_FOUND, "404 Not found");
            };
            if method == "DELETE" {
                return Answer::json(state.releases.remove(at));
            }
            if method == "PUT" {
                for key in ["name", "description"] {
                    if let Some(value) = asked.body.get(key) {
                        state.releases[at][key] = value.clone();
                    }
                }
                if let Some(milestones) = milestones(state) {
                    state.releases[at]["milestones"] = milestones;
                }
            }
            Answer::json(show(state, &state.releases[at]))
        }
        _ => Answer::said(StatusCode::NOT_FOUND, "404 Not found"),
    }
}
