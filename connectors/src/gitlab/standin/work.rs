//! Issues, merge requests and what is said on them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, State,
    state::{is_number, position},
};

/// Whether something fits the words, people, labels and state that a list is asked for.
fn fits(state: &State, it: &Value, asked: &Asked) -> bool {
    let has_user = |list: &Value, key: &str, value: &str| {
        let all = list.as_array().into_iter().flatten();
        all.into_iter().any(|it| it[key].as_str() == Some(value) || is_number(&it[key], value))
    };
    asked.query.iter().all(|(name, value)| match name.as_str() {
        "state" => value == "all" || it["state"] == *value,
        "search" => ["title", "description"]
            .iter()
            .any(|key| it[key].as_str().is_some_and(|text| text.to_lowercase().contains(&value.to_lowercase()))),
        "labels" => value.split(',').all(|label| it["labels"].as_array().is_some_and(|all| all.contains(&json!(label)))),
        "milestone" => it["milestone"]["title"] == *value,
        "author_username" => it["author"]["username"] == *value,
        "assignee_username[]" => has_user(&it["assignees"], "username", value),
        "reviewer_username" => has_user(&it["reviewers"], "username", value),
        "assignee_id" if value == "None" => it["assignees"].as_array().is_none_or(Vec::is_empty),
        "reviewer_id" if value == "None" => it["reviewers"].as_array().is_none_or(Vec::is_empty),
        "assignee_id" => has_user(&it["assignees"], "id", value),
        "target_branch" => it["target_branch"] == *value,
        "wip" => it["draft"] == (value == "yes"),
        "updated_after" => it["updated_at"].as_str().is_some_and(|at| at >= value.as_str()),
        _ => true,
    }) && state.level(it["project_id"].as_u64().unwrap_or_default(), asked.caller) > 0
        && (it["confidential"] != true || state.level(it["project_id"].as_u64().unwrap_or_default(), asked.caller) >= 20)
}

fn listed(state: &State, all: &[Value], of: Option<u64>, asked: &Asked) -> Answer {
    let is_in = |it: &&Value| of.is_none_or(|of| it["project_id"] == of) && fits(state, it, asked);
    let mut found: Vec<Value> = all.iter().filter(is_in).map(|it| state.shown(it)).collect();
    let key = asked.get("order_by").unwrap_or("created_at");
    found.sort_by(|a, b| a[key].as_str().cmp(&b[key].as_str()));
    if asked.get("sort") != Some("asc") {
        found.reverse();
    }
    asked.page(found)
}

pub fn issues(state: &State, of: Option<u64>, asked: &Asked) -> Answer {
    listed(state, &state.issues, of, asked)
}

pub fn merge_requests(state: &State, of: Option<u64>, asked: &Asked) -> Answer {
    listed(state, &state.merge_requests, of, asked)
}

fn next_iid(all: &[Value], of: u64) -> u64 {
    all.iter().filter(|it| it["project_id"] == of).filter_map(|it| it["iid"].as_u64()).max().unwrap_or(0) + 1
}

/// Sets what the body says; a refusal is an answer.
fn assign(state: &mut State, it: &mut Value, of: u64, asked: &Asked) -> Result<(), Box<Answer>> {
    let body = &asked.body;
    if let Some(title) = asked.text("title") {
        if title.is_empty() {
            return Err(Box::new(Answer::invalid("title", "can't be blank")));
        }
        it["title"] = json!(title);
        if it["source_branch"].is_string() {
            let draft = title.starts_with("Draft:");
            it["draft"] = json!(draft);
            it["detailed_merge_status"] = json!(if draft { "draft_status" } else { "mergeable" });
        }
    }
    for key in ["description", "weight", "confidential", "target_branch", "issue_type", "due_date"] {
        if let Some(value) = body.get(key) {
            it[key] = if key == "due_date" && value == "" { Value::Null } else { value.clone() };
        }
    }
    for (key, list) in [("assignee_ids", "assignees"), ("reviewer_ids", "reviewers")] {
        if let Some(ids) = body[key].as_array() {
            let ids = ids.iter().filter_map(Value::as_u64).filter(|id| *id != 0);
            it[list] = ids.map(|id| state.user(id)).filter(|it| !it.is_null()).collect();
        }
    }
    if let Some(id) = body["milestone_id"].as_u64() {
        let found = state.milestones.iter().find(|it| it["id"] == id && it["project_id"] == of);
        it["milestone"] = found.map_or(Value::Null, |it| json!({ "id": it["id"], "title": it["title"] }));
    }
    let names = |value: &Value| -> Vec<Value> { value.as_array().cloned().unwrap_or_default() };
    if body.get("labels").is_some() {
        it["labels"] = json!(names(&body["labels"]));
    }
    let mut labels = names(&it["labels"]);
    labels.extend(names(&body["add_labels"]));
    labels.dedup();
    labels.retain(|label| !names(&body["remove_labels"]).contains(label));
    it["labels"] = json!(labels);
    match asked.text("state_event") {
        Some("close") => it["state"] = json!("closed"),
        Some("reopen") => it["state"] = json!("opened"),
        _ => {}
    }
    it["updated_at"] = state.now();
    Ok(())
}

pub fn create_issue(state: &mut State, of: u64, asked: &Asked) -> Answer {
    if asked.text("title").is_none() {
        return Answer::wrong("title is missing");
    }
    let (id, iid) = (state.next_id(), next_iid(&state.issues, of));
    let mut it = json!({
        "id": id, "iid": iid, "project_id": of, "title": "", "state": "opened", "labels": [], "milestone": null,
        "description": null, "author": state.user(asked.caller), "assignees": [], "due_date": null, "confidential": false,
        "weight": null, "issue_type": "issue", "created_at": state.now(), "time_stats": {},
    });
    match assign(state, &mut it, of, asked) {
        Ok(()) => {
            state.issues.push(it.clone());
            Answer::created(state.shown(&it))
        }
        Err(answer) => *answer,
    }
}

pub fn issue(state: &mut State, method: &str, of: u64, iid: &str, rest: &[&str], asked: &Asked) -> Answer {
    let Some(at) = position(&state.issues, of, "iid", iid) else { return Answer::not_found("Issue") };
    let id = state.issues[at]["id"].as_u64().unwrap_or_default();
    match (method, rest) {
        ("GET", []) => Answer::json(state.shown(&state.issues[at])),
        ("PUT", []) => {
            let mut it = state.issues[at].clone();
            match assign(state, &mut it, of, asked) {
                Ok(()) => {
                    state.issues[at] = it.clone();
                    Answer::json(state.shown(&it))
                }
                Err(answer) => *answer,
            }
        }
        ("DELETE", []) => {
            state.issues.remove(at);
            Answer::no_content()
        }
        (_, ["notes"]) => notes(state, method, &format!("issue-{id}"), asked),
        ("POST", ["links"]) => {
            let target = asked.text("target_project_id").and_then(|it| state.project(it, asked.caller));
            let other = target.and_then(|of| position(&state.issues, of, "iid", asked.text("target_issue_iid")?));
            let Some(other) = other else { return Answer::not_found("Not found") };
            let link = json!({
                "source_issue": state.shown(&state.issues[at]), "target_issue": state.shown(&state.issues[other]),
                "link_type": asked.body["link_type"],
            });
            state.links.push(link.clone());
            Answer::created(link)
        }
        ("POST", ["move"]) => {
            let target = asked.body["to_project_id"].as_u64().unwrap_or_default();
            if target == of {
                return Answer::said(StatusCode::BAD_REQUEST, "Cannot move issue to project it originates from!");
            }
            let mut moved = state.issues[at].clone();
            moved["id"] = json!(state.next_id());
            moved["iid"] = json!(next_iid(&state.issues, target));
            moved["project_id"] = json!(target);
            moved["milestone"] = Value::Null;
            state.issues[at]["state"] = json!("closed");
            state.issues.push(moved.clone());
            Answer::created(state.shown(&moved))
        }
        ("POST", ["time_estimate"]) => {
            let duration = asked.text("duration").unwrap_or_default().to_owned();
            if !duration.chars().any(|it| it.is_ascii_digit()) {
                return Answer::invalid("time_estimate", "is invalid");
            }
            state.issues[at]["time_stats"]["human_time_estimate"] = json!(duration);
            Answer::json(state.issues[at]["time_stats"].clone())
        }
        ("POST", ["reset_time_estimate"]) => {
            state.issues[at]["time_stats"]["human_time_estimate"] = Value::Null;
            Answer::json(state.issues[at]["time_stats"].clone())
        }
        ("POST", ["add_spent_time"]) => {
            let duration = asked.text("duration").unwrap_or_default().to_owned();
            if !duration.chars().any(|it| it.is_ascii_digit()) {
                return Answer::invalid("time_spent", "is invalid");
            }
            state.issues[at]["time_stats"]["human_total_time_spent"] = json!(duration);
            Answer::created(state.issues[at]["time_stats"].clone())
        }
        _ => Answer::not_found("Not found"),
    }
}

fn notes(state: &mut State, method: &str, on: &str, asked: &Asked) -> Answer {
    if method == "GET" {
        let mut all = state.notes.get(on).cloned().unwrap_or_default();
        if asked.get("sort") != Some("asc") {
            all.reverse();
        }
        return asked.page(all);
    }
    let Some(text) = asked.text("body").filter(|it| !it.is_empty()) else { return Answer::wrong("body is missing") };
    let note = json!({
        "id": state.next_id(), "body": text, "author": state.user(asked.caller), "created_at": state.now(), "updated_at": state.now(),
        "system": false, "internal": asked.body["internal"] == true,
    });
    state.notes.entry(on.to_owned()).or_default().push(note.clone());
    Answer::created(note)
}

pub fn create_merge_request(state: &mut State, of: u64, asked: &Asked) -> Answer {
    for name in ["source_branch", "target_branch", "title"] {
        if asked.text(name).is_none() {
            return Answer::wrong(&format!("{name} is missing"));
        }
    }
    let source = asked.text("source_branch").unwrap_or_default().to_owned();
    let Some(branch) = position(&state.branches, of, "name", &source) else {
        return Answer::invalid("source_branch", "does not exist");
    };
    let other = state.merge_requests.iter().find(|it| it["source_branch"] == source && it["state"] == "opened");
    if let Some(other) = other {
        let said = format!("Another open merge request already exists for this source branch: !{}", other["iid"]);
        return Answer { body: Some(json!({ "message": [said] })), ..Answer::empty(StatusCode::CONFLICT) };
    }
    let mut it = json!({
        "id": state.next_id(), "iid": next_iid(&state.merge_requests, of), "project_id": of, "title": "", "state": "opened",
        "draft": false, "labels": [], "milestone": null, "description": null, "author": state.user(asked.caller), "assignees": [],
        "reviewers": [], "source_branch": source, "target_branch": "main", "sha": state.branches[branch]["commit"]["id"],
        "detailed_merge_status": "checking", "changes_count": "1", "created_at": state.now(),
    });
    match assign(state, &mut it, of, asked) {
        Ok(()) => {
            state.merge_requests.push(it.clone());
            Answer::created(state.shown(&it))
        }
        Err(answer) => *answer,
    }
}

pub fn merge_request(state: &mut State, method: &str, of: u64, iid: &str, rest: &[&str], asked: &Asked) -> Answer {
    let Some(at) = position(&state.merge_requests, of, "iid", iid) else { return Answer::not_found("Merge Request") };
    let id = state.merge_requests[at]["id"].as_u64().unwrap_or_default();
    let other_sha = asked.text("sha").is_some_and(|sha| state.merge_requests[at]["sha"] != sha);
    match (method, rest) {
        ("GET", []) => Answer::json(state.shown(&state.merge_requests[at])),
        ("PUT", []) => {
            let mut it = state.merge_requests[at].clone();
            match assign(state, &mut it, of, asked) {
                Ok(()) => {
                    state.merge_requests[at] = it.clone();
                    Answer::json(state.shown(&it))
                }
                Err(answer) => *answer,
            }
        }
        ("GET", ["approvals"]) => Answer::json(approvals(state, id)),
        ("POST", ["approve"]) if other_sha => Answer::said(StatusCode::CONFLICT, "SHA does not match HEAD of source branch"),
        ("POST", ["approve"]) => {
            let by = state.approvals.entry(id).or_default();
            if by.contains(&asked.caller) {
                return Answer::said(StatusCode::UNAUTHORIZED, "401 Unauthorized");
            }
            by.push(asked.caller);
            Answer::created(approvals(state, id))
        }
        ("POST", ["unapprove"]) => {
            let by = state.approvals.entry(id).or_default();
            if !by.contains(&asked.caller) {
                return Answer::not_found("Not found");
            }
            by.retain(|it| *it != asked.caller);
            Answer::created(json!({}))
        }
        ("PUT", ["merge"]) if other_sha => Answer::said(StatusCode::CONFLICT, "SHA does not match HEAD of source branch"),
        ("PUT", ["merge"]) => {
            let it = &state.merge_requests[at];
            if it["state"] != "opened" || (it["detailed_merge_status"] != "mergeable" && asked.body["auto_merge"] != true) {
                return Answer::said(StatusCode::METHOD_NOT_ALLOWED, "405 Method Not Allowed");
            }
            if it["detailed_merge_status"] == "mergeable" {
                state.merge_requests[at]["state"] = json!("merged");
                state.merge_requests[at]["detailed_merge_status"] = json!("not_open");
            }
            Answer::json(state.shown(&state.merge_requests[at]))
        }
        ("PUT", ["rebase"]) => {
            Answer { body: Some(json!({ "rebase_in_progress": true })), ..Answer::empty(StatusCode::ACCEPTED) }
        }
        ("GET", ["diffs"]) => {
            let file = |old: &str, new: &str, is_new: bool| json!({ "old_path": old, "new_path": new, "new_file": is_new, "renamed_file": old != new, "deleted_file": false });
            asked.page(vec![file("src/fan.rs", "src/fan.rs", false), file("docs/fan.md", "docs/fan.md", true)])
        }
        (_, ["discussions", rest @ ..]) => discussions(state, method, id, rest, asked),
        (_, ["notes"]) => notes(state, method, &format!("mr-{id}"), asked),
        _ => Answer::not_found("Not found"),
    }
}

fn approvals(state: &State, id: u64) -> Value {
    let by: Vec<Value> = state.approvals.get(&id).into_iter().flatten().map(|it| json!({ "user": state.user(*it) })).collect();
    let left = 1_u64.saturating_sub(by.len() as u64);
    json!({ "approved": left == 0, "approvals_required": 1, "approvals_left": left, "approved_by": by })
}

fn discussions(state: &mut State, method: &str, of: u64, rest: &[&str], asked: &Asked) -> Answer {
    let (number, by, now) = (state.next_id(), state.user(asked.caller), state.now());
    let all = state.discussions.entry(of).or_default();
    let Some((id, rest)) = rest.split_first() else { return asked.page(all.clone()) };
    let Some(thread) = all.iter_mut().find(|it| it["id"] == *id) else { return Answer::not_found("Discussion") };
    match (method, rest) {
        ("PUT", []) => {
            let Some(resolved) = asked.get("resolved") else { return Answer::wrong("resolved is missing") };
            if thread["individual_note"] == true {
                return Answer::forbidden();
            }
            for note in thread["notes"].as_array_mut().into_iter().flatten() {
                note["resolved"] = json!(resolved == "true");
            }
            Answer::json(thread.clone())
        }
        ("POST", ["notes"]) => {
            let Some(text) = asked.text("body").filter(|it| !it.is_empty()) else { return Answer::wrong("body is missing") };
            let note = json!({
                "id": number, "body": text, "author": by, "created_at": now, "updated_at": now, "system": false, "internal": false,
                "resolvable": true, "resolved": false,
            });
            if let Some(all) = thread["notes"].as_array_mut() {
                all.push(note.clone());
            }
            Answer::created(note)
        }
        _ => Answer::not_found("Not found"),
    }
}
