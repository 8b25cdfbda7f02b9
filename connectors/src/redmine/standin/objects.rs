//! The simulated Redmine's projects, versions, time entries and files.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{
    Answer, Asked, Caller, State,
    state::{Project, Right, TimeEntry, Version},
    values,
};

/// The project of that number or identifier, if the caller can see it.
pub(super) fn find<'a>(state: &'a State, key: &str, asked: &Asked<'_>) -> Result<&'a Project, Answer> {
    let project = state.find_project(key).ok_or_else(Answer::not_found)?;
    if state.sees(asked.caller, project.id) { Ok(project) } else { Err(Answer::forbidden()) }
}

pub fn projects(state: &State, asked: &Asked<'_>) -> Answer {
    let mut all: Vec<&Project> = state.projects.iter().filter(|it| state.sees(asked.caller, it.id)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    asked.page("projects", all.into_iter().map(|it| values::project(state, it, asked)).collect())
}

pub fn project(state: &State, key: &str, asked: &Asked<'_>) -> Answer {
    match find(state, key, asked) {
        Ok(project) => Answer::json(json!({ "project": values::project(state, project, asked) })),
        Err(answer) => answer,
    }
}

pub fn create_project(state: &mut State, asked: &Asked<'_>) -> Answer {
    if !asked.caller.admin {
        return Answer::forbidden();
    }
    let body = &asked.body["project"];
    let text = |key: &str| body[key].as_str().unwrap_or_default().trim().to_owned();
    let (name, identifier) = (text("name"), text("identifier"));
    let mut errors = Vec::new();
    if name.is_empty() {
        errors.push("Name cannot be blank");
    }
    if identifier.is_empty() {
        errors.push("Identifier cannot be blank");
    } else if state.projects.iter().any(|it| it.identifier == identifier) {
        errors.push("Identifier has already been taken");
    } else if identifier.chars().any(|it| !(it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '-' | '_'))) {
        errors.push("Identifier is invalid");
    }
    if !errors.is_empty() {
        return Answer::invalid(errors);
    }
    let project = Project {
        id: state.next_id(),
        name,
        identifier,
        description: text("description"),
        is_public: body["is_public"].as_bool().unwrap_or(true),
        parent: body["parent_id"].as_u64(),
        created_on: state.now(),
    };
    state.projects.push(project.clone());
    Answer::created(json!({ "project": values::project(state, &project, asked) }))
}

pub fn versions(state: &State, key: &str, asked: &Asked<'_>) -> Answer {
    let project = match find(state, key, asked) {
        Ok(project) => project.id,
        Err(answer) => return answer,
    };
    let all: Vec<Value> = state.versions.iter().filter(|it| it.is_of(project)).map(|it| values::version(state, it)).collect();
    let total = all.len();
    Answer::json(json!({ "versions": all, "total_count": total }))
}

pub fn create_version(state: &mut State, key: &str, asked: &Asked<'_>) -> Answer {
    let project = match find(state, key, asked) {
        Ok(project) => project.id,
        Err(answer) => return answer,
    };
    if !state.may(asked.caller, Right::ManageVersions, project) {
        return Answer::forbidden();
    }
    let body = &asked.body["version"];
    let name = body["name"].as_str().unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Answer::invalid(vec!["Name cannot be blank"]);
    }
    if state.versions.iter().any(|it| it.project == project && it.name == name) {
        return Answer::invalid(vec!["Name has already been taken"]);
    }
    let version = Version {
        id: state.next_id(),
        project,
        name,
        description: body["description"].as_str().unwrap_or_default().to_owned(),
        status: "open".into(),
        shared: body["sharing"] == "system",
        due_date: body["due_date"].as_str().and_then(|it| it.parse().ok()),
        created_on: state.now(),
    };
    state.versions.push(version.clone());
    Answer::created(json!({ "version": values::version(state, &version) }))
}

pub fn update_version(state: &mut State, id: &str, asked: &Asked<'_>) -> Answer {
    let Some(at) = state.versions.iter().position(|it| it.id.to_string() == id) else { return Answer::not_found() };
    if !state.may(asked.caller, Right::ManageVersions, state.versions[at].project) {
        return Answer::forbidden();
    }
    match asked.body["version"]["status"].as_str() {
        Some(status @ ("open" | "locked" | "closed")) => state.versions[at].status = status.to_owned(),
        Some(_) => return Answer::invalid(vec!["Status is not included in the list"]),
        None => {}
    }
    Answer::no_content()
}

pub fn upload(state: &mut State, asked: &Asked<'_>) -> Answer {
    let id = state.next_id();
    let token =
        format!("{id}.{:x}", asked.bytes.iter().fold(17_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte))));
    state.uploads.insert(token.clone(), asked.bytes.to_vec());
    Answer::created(json!({ "upload": { "id": id, "token": token } }))
}

pub fn log_time(state: &mut State, asked: &Asked<'_>) -> Answer {
    let body = &asked.body["time_entry"];
    let issue = body["issue_id"].as_u64();
    let found = issue.and_then(|id| state.issues.iter().find(|it| it.id == id));
    let by_key = body["project_id"].as_u64().and_then(|id| state.project(id)).map(|it| it.id);
    let project = found.map(|it| it.project).or(by_key);
    let mut errors = Vec::new();
    match project {
        Some(id) if !state.may(asked.caller, Right::LogTime, id) => return Answer::forbidden(),
        Some(_) => {}
        None if issue.is_some() => errors.extend(["Project cannot be blank", "Project is invalid", "Issue is invalid"]),
        None => errors.push("Project is invalid"),
    }
    let activity = body["activity_id"].as_u64().filter(|id| state.activities.iter().any(|it| it.id == *id));
    if activity.is_none() {
        errors.insert(0, "Activity cannot be blank");
    }
    let hours = body["hours"].as_f64().filter(|it| *it > 0.0 && *it < 1000.0);
    if hours.is_none() {
        errors.push("Hours is invalid");
    }
    let user = body["user_id"].as_u64().unwrap_or(asked.caller.id);
    // Only who may log time for others can name another person.
    if user != asked.caller.id && !asked.caller.admin {
        errors.push("User is invalid");
    }
    let (Some(project), Some(activity), Some(hours), true) = (project, activity, hours, errors.is_empty()) else {
        return Answer::invalid(errors);
    };
    let entry = TimeEntry {
        id: state.next_id(),
        project,
        issue,
        user,
        activity,
        hours,
        comments: body["comments"].as_str().unwrap_or_default().to_owned(),
        spent_on: body["spent_on"].as_str().and_then(|it| it.parse().ok()).unwrap_or_else(|| state.today()),
        created_on: state.now(),
    };
    state.time_entries.push(entry.clone());
    Answer::created(json!({ "time_entry": written(state, &entry) }))
}

pub fn time_entries(state: &State, asked: &Asked<'_>) -> Answer {
    let mut within = None;
    if let Some(key) = asked.get("project_id") {
        match find(state, key, asked) {
            Ok(project) => within = Some(project.id),
            Err(answer) => return answer,
        }
    }
    let day = |key: &str| asked.get(key).and_then(|it| it.parse::<Date>().ok());
    let user = asked.get("user_id").map(|it| if it == "me" { asked.caller.id.to_string() } else { it.to_owned() });
    let matches = |it: &&TimeEntry| {
        within.is_none_or(|id| it.project == id)
            && state.sees(asked.caller, it.project)
            && day("from").is_none_or(|from| it.spent_on >= from)
            && day("to").is_none_or(|to| it.spent_on <= to)
            && user.as_ref().is_none_or(|id| it.user.to_string() == *id)
            && asked.get("activity_id").is_none_or(|id| it.activity.to_string() == id)
            && asked.get("issue_id").is_none_or(|id| it.issue.is_some_and(|it| it.to_string() == id))
    };
    let mut found: Vec<&TimeEntry> = state.time_entries.iter().filter(matches).collect();
    if asked.get("sort") == Some("spent_on:desc") {
        found.sort_by_key(|it| std::cmp::Reverse((it.spent_on, it.id)));
    }
    asked.page("time_entries", found.into_iter().map(|it| written(state, it)).collect())
}

/// One of them, which only whoever logged it may change, and an administrator.
pub fn time_entry(state: &mut State, method: &str, id: &str, asked: &Asked<'_>) -> Answer {
    let at = state.time_entries.iter().position(|it| it.id.to_string() == id && state.sees(asked.caller, it.project));
    let Some(at) = at else { return Answer::not_found() };
    if method == "GET" {
        return Answer::json(json!({ "time_entry": written(state, &state.time_entries[at]) }));
    }
    if state.time_entries[at].user != asked.caller.id && !asked.caller.admin {
        return Answer::forbidden();
    }
    if method == "DELETE" {
        state.time_entries.remove(at);
        return Answer::no_content();
    }
    let body = &asked.body["time_entry"];
    if body["hours"].as_f64().is_some_and(|it| !(0.0..1000.0).contains(&it)) {
        return Answer::invalid(vec!["Hours is invalid"]);
    }
    let entry = &mut state.time_entries[at];
    entry.hours = body["hours"].as_f64().unwrap_or(entry.hours);
    entry.activity = body["activity_id"].as_u64().unwrap_or(entry.activity);
    entry.spent_on = body["spent_on"].as_str().and_then(|it| it.parse().ok()).unwrap_or(entry.spent_on);
    if let Some(comments) = body["comments"].as_str() {
        entry.comments = comments.to_owned();
    }
    Answer::no_content()
}

fn written(state: &State, it: &TimeEntry) -> Value {
    let mut all = json!({ "id": it.id, "project": values::project_reference(state, it.project) });
    if let Some(issue) = it.issue {
        all["issue"] = json!({ "id": issue });
    }
    all["user"] = values::person(state, it.user);
    all["activity"] = values::reference(&state.activities, it.activity);
    all["hours"] = json!(it.hours);
    all["comments"] = json!(it.comments);
    all["spent_on"] = json!(it.spent_on);
    all["created_on"] = json!(it.created_on);
    all["updated_on"] = json!(it.created_on);
    all
}

/// `/attachments/download/7/fire.jpg`; Redmine goes by the number alone.
pub fn download(state: &State, path: &str, caller: Caller) -> Response<Body> {
    let id = path.split('/').next().unwrap_or_default();
    let found = state.issues.iter().flat_map(|issue| issue.attachments.iter().map(move |file| (issue, file)));
    let mut found = found.filter(|(_, file)| file.id.to_string() == id);
    let (status, kind, body) = match found.next() {
        Some((issue, file)) if state.sees_issue(caller, issue) => {
            (StatusCode::OK, file.content_type.as_str(), file.content.clone())
        }
        Some(_) => (StatusCode::FORBIDDEN, "text/plain", Vec::new()),
        None => (StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
