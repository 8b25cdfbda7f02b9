//! The simulated Redmine's issues.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

use super::{
    Answer, Asked, State,
    state::{Attachment, Issue, Journal, Right, SEVERITIES, SEVERITY},
    values, webhooks,
};

pub fn list(state: &State, asked: &Asked<'_>) -> Answer {
    let mut project = None;
    if let Some(key) = asked.get("project_id") {
        match state.find_project(key) {
            None => return Answer::not_found(),
            Some(it) if !state.sees(asked.caller, it.id) => return Answer::forbidden(),
            Some(it) => project = Some(it.id),
        }
    }
    let matches = |it: &&Issue| {
        project.is_none_or(|id| it.project == id)
            && state.sees_issue(asked.caller, it)
            && asked.query.iter().all(|(key, value)| passes(asked, it, key, value))
            && (asked.get("status_id").is_some() || !State::is_closed(it.status))
    };
    let mut found: Vec<&Issue> = state.issues.iter().filter(matches).collect();
    for key in asked.get("sort").unwrap_or("id:desc").split(',').rev() {
        let (name, direction) = key.split_once(':').unwrap_or((key, "asc"));
        let order = |it: &&Issue| match name {
            "updated_on" => it.updated_on.as_second(),
            "created_on" => it.created_on.as_second(),
            "priority" => it.priority as i64,
            // Redmine sorts issues without a date last.
            "due_date" => it.due_date.map_or(i64::MAX, |date| i64::from(date.year()) * 400 + i64::from(date.day_of_year())),
            _ => it.id as i64,
        };
        found.sort_by_key(order);
        if direction == "desc" {
            found.reverse();
        }
    }
    asked.page("issues", found.into_iter().map(|it| Value::Object(values::issue(state, it, asked))).collect())
}

fn passes(asked: &Asked<'_>, it: &Issue, key: &str, value: &str) -> bool {
    let is_id = |id: Option<u64>| match value {
        "!*" => id.is_none(),
        "*" => id.is_some(),
        "me" => id == Some(asked.caller.id),
        text => text.split('|').any(|it| it.parse().ok() == id && id.is_some()),
    };
    match key {
        "status_id" => match value {
            "open" | "o" => !State::is_closed(it.status),
            "closed" | "c" => State::is_closed(it.status),
            "*" => true,
            _ => is_id(Some(it.status)),
        },
        "tracker_id" => is_id(Some(it.tracker)),
        "priority_id" => is_id(Some(it.priority)),
        "assigned_to_id" => is_id(it.assigned_to),
        "author_id" => is_id(Some(it.author)),
        "fixed_version_id" => is_id(it.version),
        "issue_id" => is_id(Some(it.id)),
        "subject" => it.subject.to_lowercase().contains(&value.trim_start_matches('~').to_lowercase()),
        "updated_on" => {
            let after = value.trim_start_matches(">=");
            match after.parse::<Timestamp>() {
                Ok(at) => it.updated_on >= at,
                Err(_) => it.updated_on.to_string().as_str() >= after,
            }
        }
        _ => true,
    }
}

fn find<'a>(state: &'a State, id: &str, asked: &Asked<'_>) -> Result<&'a Issue, Answer> {
    let issue = state.issues.iter().find(|it| it.id.to_string() == id).ok_or_else(Answer::not_found)?;
    if state.sees_issue(asked.caller, issue) { Ok(issue) } else { Err(Answer::forbidden()) }
}

pub fn show(state: &State, id: &str, asked: &Asked<'_>) -> Answer {
    match find(state, id, asked) {
        Ok(issue) => Answer::json(json!({ "issue": values::issue(state, issue, asked) })),
        Err(answer) => answer,
    }
}

pub fn create(state: &mut State, asked: &Asked<'_>) -> Answer {
    let body = &asked.body["issue"];
    let key = body["project_id"].as_u64().map(|it| it.to_string()).or_else(|| body["project_id"].as_str().map(str::to_owned));
    let project = key.and_then(|key| state.find_project(&key)).map(|it| it.id);
    let Some(project) = project.filter(|id| state.may(asked.caller, Right::AddIssues, *id)) else {
        return Answer::invalid(vec!["Project cannot be blank", "Tracker cannot be blank", "Status cannot be blank"]);
    };
    let now = state.now();
    let mut issue = Issue {
        id: state.next_issue(),
        project,
        tracker: 1,
        status: 1,
        priority: 2,
        author: asked.caller.id,
        assigned_to: None,
        category: None,
        version: None,
        parent: None,
        subject: String::new(),
        description: String::new(),
        start_date: Some(state.today()),
        due_date: None,
        done_ratio: 0,
        is_private: false,
        estimated_hours: None,
        severity: String::new(),
        custom: BTreeMap::new(),
        created_on: now,
        updated_on: now,
        closed_on: None,
        watchers: Vec::new(),
        attachments: Vec::new(),
        journals: Vec::new(),
    };
    let errors = assign(state, &mut issue, body, asked);
    if !errors.is_empty() {
        return Answer::invalid(errors);
    }
    if let Some(all) = body["watcher_user_ids"].as_array().filter(|_| state.may(asked.caller, Right::Watchers, project)) {
        issue.watchers = all.iter().filter_map(Value::as_u64).collect();
    }
    if let Err(answer) = attach(state, &mut issue, body, asked) {
        return answer;
    }
    state.issues.push(issue.clone());
    webhooks::report(state, "issue.created", &issue, None, asked);
    Answer::created(json!({ "issue": values::issue(state, &issue, asked) }))
}

pub fn update(state: &mut State, id: &str, asked: &Asked<'_>) -> Answer {
    let before = match find(state, id, asked) {
        Ok(issue) => issue.clone(),
        Err(answer) => return answer,
    };
    let (edits, notes) =
        (state.may(asked.caller, Right::EditIssues, before.project), state.may(asked.caller, Right::AddNotes, before.project));
    if !edits && !notes {
        return Answer::forbidden();
    }
    let body = &asked.body["issue"];
    let mut issue = before.clone();
    // Who may only comment can still move an issue along the workflow; all else is ignored.
    let only_status: Value;
    let attributes = if edits {
        body
    } else {
        let status = body.get("status_id").map(|it| ("status_id".to_owned(), it.clone()));
        only_status = Value::Object(Map::from_iter(status));
        &only_status
    };
    let errors = assign(state, &mut issue, attributes, asked);
    if !errors.is_empty() {
        return Answer::invalid(errors);
    }
    if let Err(answer) = attach(state, &mut issue, body, asked) {
        return answer;
    }
    let details = details(&before, &issue);
    let text = body["notes"].as_str().unwrap_or_default().to_owned();
    let private = body["private_notes"].as_bool().unwrap_or(false) && state.may(asked.caller, Right::PrivateNotes, issue.project);
    let now = state.now();
    let (user, created_on) = (asked.caller.id, now);
    // A private comment on a change is a journal of its own, so that the change stays visible.
    if private && !details.is_empty() {
        let id = state.next_id();
        issue.journals.push(Journal { id, user, notes: String::new(), private: false, created_on, details });
        let id = state.next_id();
        issue.journals.push(Journal { id, user, notes: text, private, created_on, details: Vec::new() });
    } else if !details.is_empty() || !text.is_empty() {
        let id = state.next_id();
        issue.journals.push(Journal { id, user, notes: text, private, created_on, details });
    }
    if issue.journals.len() > before.journals.len() {
        issue.updated_on = now;
    }
    if State::is_closed(issue.status) && !State::is_closed(before.status) {
        issue.closed_on = Some(now);
    }
    if let Some(place) = state.issues.iter_mut().find(|it| it.id == issue.id) {
        *place = issue.clone();
    }
    for journal in issue.journals.iter().skip(before.journals.len()) {
        webhooks::report(state, "issue.updated", &issue, Some(journal), asked);
    }
    Answer::no_content()
}

/// Takes the attributes that the caller may set; the sentences are Redmine's.
fn assign(state: &State, issue: &mut Issue, body: &Value, asked: &Asked<'_>) -> Vec<String> {
    let mut errors = Vec::new();
    // A custom field's complaint comes first in Redmine's answer.
    for field in body["custom_fields"].as_array().into_iter().flatten() {
        let value = field["value"].as_str().unwrap_or_default();
        match field["id"].as_u64() {
            Some(SEVERITY) if value.is_empty() || SEVERITIES.contains(&value) => issue.severity = value.to_owned(),
            Some(SEVERITY) => errors.push("Severity is not included in the list".to_owned()),
            Some(id) => errors.extend(state.set_custom(issue, id, &field["value"])),
            None => {}
        }
    }
    let id = |key: &str| body.get(key).map(|it| it.as_u64().or_else(|| it.as_str()?.parse().ok()));
    let known = |list: &[super::state::Named], id: u64| list.iter().any(|it| it.id == id);
    if let Some(Some(tracker)) = id("tracker_id").filter(|it| it.is_some_and(|id| known(&state.trackers, id))) {
        issue.tracker = tracker;
    }
    if let Some(Some(status)) = id("status_id") {
        // Redmine ignores a status that the workflow does not allow.
        if state.allowed_statuses(asked.caller, issue).contains(&status) {
            issue.status = status;
        }
    }
    if let Some(text) = body["subject"].as_str() {
        issue.subject = text.to_owned();
    }
    if issue.subject.trim().is_empty() {
        errors.push("Subject cannot be blank".to_owned());
    }
    if issue.subject.chars().count() > 255 {
        errors.push("Subject is too long (maximum is 255 characters)".to_owned());
    }
    match id("priority_id") {
        Some(Some(priority)) if known(&state.priorities, priority) => issue.priority = priority,
        Some(_) => errors.push("Priority cannot be blank".to_owned()),
        None => {}
    }
    match body.get("done_ratio").map(Value::as_u64) {
        Some(Some(ratio)) if ratio <= 100 => issue.done_ratio = ratio,
        Some(_) => errors.push("% Done is not included in the list".to_owned()),
        None => {}
    }
    match body.get("estimated_hours").map(|it| it.as_f64().or_else(|| it.as_str()?.parse().ok())) {
        Some(Some(hours)) if hours >= 0.0 => issue.estimated_hours = Some(hours),
        Some(_) => errors.push("Estimated time is invalid".to_owned()),
        None => {}
    }
    let date = |key: &str| body[key].as_str().map(str::parse::<Date>);
    for (key, label) in [("start_date", "Start date"), ("due_date", "Due date")] {
        match date(key) {
            Some(Ok(day)) if key == "start_date" => issue.start_date = Some(day),
            Some(Ok(day)) => issue.due_date = Some(day),
            Some(Err(_)) => errors.push(format!("{label} is not a valid date")),
            None => {}
        }
    }
    if let (Some(start), Some(due)) = (issue.start_date, issue.due_date)
        && due < start
    {
        errors.push("Due date must be greater than start date".to_owned());
    }
    // Redmine 5 takes an empty string for nobody, and ignores null.
    match id("assigned_to_id").filter(|_| !body["assigned_to_id"].is_null()) {
        Some(Some(user)) if state.members.iter().any(|it| it.project == issue.project && it.user == user) => {
            issue.assigned_to = Some(user);
        }
        Some(Some(_)) => errors.push("Assignee is invalid".to_owned()),
        Some(None) => issue.assigned_to = None,
        None => {}
    }
    match id("parent_issue_id") {
        Some(Some(parent)) if parent != issue.id && state.issues.iter().any(|it| it.id == parent) => issue.parent = Some(parent),
        Some(Some(_)) => errors.push("Parent task is invalid".to_owned()),
        Some(None) => issue.parent = None,
        None => {}
    }
    if let Some(category) = id("category_id") {
        issue.category = category.filter(|id| state.categories.iter().any(|it| it.id == *id && it.project == issue.project));
    }
    if let Some(version) = id("fixed_version_id") {
        issue.version = version.filter(|id| state.versions.iter().any(|it| it.id == *id && it.is_of(issue.project)));
    }
    if let Some(text) = body["description"].as_str() {
        issue.description = text.to_owned();
    }
    if let Some(private) = body["is_private"].as_bool().filter(|_| state.may(asked.caller, Right::PrivateIssues, issue.project)) {
        issue.is_private = private;
    }
    errors
}

fn attach(state: &mut State, issue: &mut Issue, body: &Value, asked: &Asked<'_>) -> Result<(), Answer> {
    let mut lost = 0;
    for upload in body["uploads"].as_array().into_iter().flatten() {
        let Some(content) = upload["token"].as_str().and_then(|token| state.uploads.remove(token)) else {
            lost += 1;
            continue;
        };
        let (id, created_on) = (state.next_id(), state.now());
        issue.attachments.push(Attachment {
            id,
            filename: upload["filename"].as_str().unwrap_or("file").to_owned(),
            content_type: upload["content_type"].as_str().unwrap_or("application/octet-stream").to_owned(),
            content,
            author: asked.caller.id,
            created_on,
        });
    }
    if lost == 0 { Ok(()) } else { Err(Answer::invalid(vec![format!("{lost} file(s) could not be saved.")])) }
}

fn details(before: &Issue, after: &Issue) -> Vec<Value> {
    let mut all = Vec::new();
    let mut changed = |property: &str, name: &str, old: Option<String>, new: Option<String>| {
        if old != new {
            all.push(json!({ "property": property, "name": name, "old_value": old, "new_value": new }));
        }
    };
    let text = |id: Option<u64>| id.map(|it| it.to_string());
    let day = |date: Option<Date>| date.map(|it| it.to_string());
    changed("attr", "tracker_id", text(Some(before.tracker)), text(Some(after.tracker)));
    changed("attr", "status_id", text(Some(before.status)), text(Some(after.status)));
    changed("attr", "priority_id", text(Some(before.priority)), text(Some(after.priority)));
    changed("attr", "assigned_to_id", text(before.assigned_to), text(after.assigned_to));
    changed("attr", "category_id", text(before.category), text(after.category));
    changed("attr", "fixed_version_id", text(before.version), text(after.version));
    changed("attr", "parent_id", text(before.parent), text(after.parent));
    changed("attr", "subject", Some(before.subject.clone()), Some(after.subject.clone()));
    changed("attr", "description", Some(before.description.clone()), Some(after.description.clone()));
    changed("attr", "start_date", day(before.start_date), day(after.start_date));
    changed("attr", "due_date", day(before.due_date), day(after.due_date));
    changed("attr", "done_ratio", text(Some(before.done_ratio)), text(Some(after.done_ratio)));
    let hours = |it: &Issue| it.estimated_hours.map(|it| it.to_string());
    changed("attr", "estimated_hours", hours(before), hours(after));
    let flag = |it: &Issue| Some(u8::from(it.is_private).to_string());
    changed("attr", "is_private", flag(before), flag(after));
    changed("cf", "1", Some(before.severity.clone()), Some(after.severity.clone()));
    let held = |it: &Issue, id: u64| match it.custom.get(&id) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(value) => Some(value.to_string()),
        None => None,
    };
    for id in after.custom.keys() {
        changed("cf", &id.to_string(), held(before, *id), held(after, *id));
    }
    for file in after.attachments.iter().skip(before.attachments.len()) {
        changed("attachment", &file.id.to_string(), None, Some(file.filename.clone()));
    }
    all
}

pub fn search(state: &State, project: Option<&str>, asked: &Asked<'_>) -> Answer {
    let mut within = None;
    if let Some(key) = project {
        match state.find_project(key) {
            None => return Answer::not_found(),
            Some(it) if !state.sees(asked.caller, it.id) => return Answer::forbidden(),
            Some(it) => within = Some(it.id),
        }
    }
    let words: Vec<String> = asked.get("q").unwrap_or_default().to_lowercase().split_whitespace().map(str::to_owned).collect();
    let matches = |it: &&Issue| {
        let notes = it.journals.iter().filter(|it| !it.private).map(|it| it.notes.as_str()).collect::<Vec<_>>().join("\n");
        let text = format!("{}\n{}\n{notes}", it.subject, it.description).to_lowercase();
        within.is_none_or(|id| it.project == id)
            && state.sees_issue(asked.caller, it)
            && (asked.get("open_issues").is_none() || !State::is_closed(it.status))
            && !words.is_empty()
            && words.iter().all(|word| text.contains(word.as_str()))
    };
    let result = |it: &Issue| {
        let (tracker, status) = (state.name_of(&state.trackers, it.tracker), state.name_of(&state.statuses, it.status));
        json!({
            "id": it.id, "title": format!("{tracker} #{} ({status}): {}", it.id, it.subject), "type": "issue",
            "url": format!("{}/issues/{}", asked.origin, it.id), "description": it.description, "datetime": it.created_on,
        })
    };
    asked.page("results", state.issues.iter().rev().filter(matches).map(result).collect())
}
