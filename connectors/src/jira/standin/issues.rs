//! Issues: asked for, found, made, changed, moved, deleted; what hangs on them.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    Answer, Asked, change, jql,
    state::{Attachment, Comment, Issue, Link, RESOLUTIONS, STATUSES, State, TRANSITIONS, Worklog},
    values,
};
use crate::{jira::moment, standin::form};

pub fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Answer> {
    let at = match path {
        ["issue", key, ..] if !matches!(*key, "createmeta" | "bulkfetch") => state.issue(key),
        _ => None,
    };
    Some(match (method.as_str(), path) {
        ("POST", ["search", "jql"]) if state.is_cloud() => match state.index.take() {
            Some(index) => {
                let now = std::mem::replace(&mut state.issues, index);
                let answer = search(state, asked);
                state.index = Some(std::mem::replace(&mut state.issues, now));
                answer
            }
            None => search(state, asked),
        },
        ("POST", ["issue", "bulkfetch"]) if state.is_cloud() => {
            let wanted: Vec<&str> = asked.body["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let asked_for: Vec<&str> =
                asked.body["issueIdsOrKeys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if asked_for.is_empty() || asked_for.len() > 100 {
                return Some(Answer::invalid("Between 1 and 100 issues can be fetched at once."));
            }
            let found = asked_for.iter().filter_map(|it| state.issue(it));
            let issues: Vec<Value> = found.map(|at| values::issue(state, &state.issues[at], &wanted, "")).collect();
            Answer::json(json!({ "expand": "schema,names", "issues": issues, "issueErrors": [] }))
        }
        ("POST", ["search", "approximate-count"]) if state.is_cloud() => {
            match jql::find(state, text(&asked.body, "jql"), asked.caller) {
                Ok(found) => Answer::json(json!({ "count": found.len() })),
                Err(message) => Answer::invalid(message),
            }
        }
        // Cloud took it away in 2025.
        ("POST" | "GET", ["search"]) if state.is_cloud() => Answer::refused(
            StatusCode::GONE,
            "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
        ),
        ("POST", ["search"]) => search(state, asked),
        ("POST", ["issue"]) => change::create(state, asked),
        ("GET", ["issue", "createmeta", project, "issuetypes", rest @ ..]) => change::screen(state, project, rest, asked),
        (_, ["issue", ..]) if at.is_none() => Answer::no_issue(),
        ("GET", ["issue", _]) => {
            let fields = asked.get("fields").unwrap_or("*all");
            let wanted: Vec<&str> = fields.split(',').collect();
            Answer::json(values::issue(state, &state.issues[at?], &wanted, asked.get("expand").unwrap_or_default()))
        }
        ("PUT", ["issue", _]) => change::edit(state, at?, asked),
        ("DELETE", ["issue", key]) => delete(state, key, asked),
        ("GET", ["issue", _, "editmeta"]) => change::editmeta(state, at?),
        ("PUT", ["issue", _, "assignee"]) => assign(state, at?, asked),
        ("GET", ["issue", _, "transitions"]) => {
            Answer::json(json!({ "expand": "transitions", "transitions": transitions(&state.issues[at?]) }))
        }
        ("POST", ["issue", _, "transitions"]) => transition(state, at?, asked),
        ("GET", ["issue", _, "changelog"]) if state.is_cloud() => {
            asked.page("values", values::histories(state, &state.issues[at?]))
        }
        ("GET", ["issue", _, "comment"]) => {
            let mut all: Vec<Value> = state.issues[at?].comments.iter().map(|it| values::comment(state, it)).collect();
            if asked.get("orderBy") == Some("-created") {
                all.reverse();
            }
            asked.page("comments", all)
        }
        ("POST", ["issue", _, "comment"]) => comment(state, at?, asked),
        (_, ["issue", _, "comment", id]) => one_comment(state, method, at?, id, asked),
        ("GET", ["issue", _, "worklog"]) => {
            let all = state.issues[at?].worklogs.iter().map(|it| values::worklog(state, it)).collect();
            asked.page("worklogs", all)
        }
        ("POST", ["issue", _, "worklog"]) => log(state, at?, asked),
        (_, ["issue", _, "worklog", id]) => one_worklog(state, method, at?, id),
        ("POST", ["issue", _, "attachments"]) => attach(state, at?, asked),
        // Cloud sends on to its store of files.
        ("GET", ["attachment", "content", id]) if state.is_cloud() => match state.attachment(id) {
            Some(_) => Answer::elsewhere(format!("{}/_media/{id}?token=a7b8", asked.origin)),
            None => Answer::not_found(format!("The attachment with id '{id}' does not exist.")),
        },
        ("DELETE", ["attachment", id]) => {
            let issue = state.issues.iter_mut().find(|it| it.attachments.iter().any(|it| it.id.to_string() == *id));
            match issue {
                Some(issue) => {
                    issue.attachments.retain(|it| it.id.to_string() != *id);
                    Answer::no_content()
                }
                None => Answer::not_found(format!("The attachment with id '{id}' does not exist.")),
            }
        }
        ("GET", ["issue", _, "watchers"]) => {
            let watchers: Vec<Value> = state.issues[at?].watchers.iter().map(|it| values::user(state, *it)).collect();
            Answer::json(json!({ "watchCount": watchers.len(), "isWatching": false, "watchers": watchers }))
        }
        ("POST", ["issue", _, "watchers"]) => match asked.body.as_str().and_then(|it| state.person(it)) {
            Some(person) => {
                state.issues[at?].watchers.insert(person);
                Answer::no_content()
            }
            None => Answer::invalid("The user does not exist."),
        },
        ("DELETE", ["issue", _, "watchers"]) => {
            match asked.get("accountId").or(asked.get("username")).and_then(|it| state.person(it)) {
                Some(person) => {
                    state.issues[at?].watchers.remove(&person);
                    Answer::no_content()
                }
                None => Answer::not_found("The user does not exist."),
            }
        }
        ("POST", ["issue", _, "remotelink"]) => {
            let key = state.issues[at?].key.clone();
            let url = text(&asked.body["object"], "url").to_owned();
            state.web_links.retain(|it| *it != (key.clone(), url.clone()));
            state.web_links.push((key, url));
            Answer::created(json!({ "id": state.next_id(), "self": "" }))
        }
        ("POST", ["issueLink"]) => link(state, asked),
        ("DELETE", ["issueLink", id]) => {
            state.links.retain(|it| it.id.to_string() != *id);
            Answer::no_content()
        }
        _ => return None,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn search(state: &State, asked: &Asked<'_>) -> Answer {
    let found = match jql::find(state, text(&asked.body, "jql"), asked.caller) {
        Ok(found) => found,
        Err(message) => return Answer::invalid(message),
    };
    let most = asked.body["maxResults"].as_u64().unwrap_or(50).min(100) as usize;
    let token = asked.body["nextPageToken"].as_str();
    let start = match token {
        Some(token) => match token.strip_prefix("page-").and_then(|it| it.parse().ok()) {
            Some(start) => start,
            None => return Answer::invalid("Invalid nextPageToken"),
        },
        None => asked.body["startAt"].as_u64().unwrap_or(0) as usize,
    };
    let wanted: Vec<&str> = asked.body["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let expand = asked.body["expand"].as_str().map(str::to_owned).unwrap_or_else(|| {
        asked.body["expand"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
    });
    let page: Vec<Value> =
        found.iter().skip(start).take(most).map(|at| values::issue(state, &state.issues[*at], &wanted, &expand)).collect();
    let next = start + page.len();
    if !state.is_cloud() {
        return Answer::json(json!({ "startAt": start, "maxResults": most, "total": found.len(), "issues": page }));
    }
    let last = next >= found.len();
    let mut answer = json!({ "issues": page, "isLast": last });
    if !last {
        answer["nextPageToken"] = json!(format!("page-{next}"));
    }
    Answer::json(answer)
}

fn delete(state: &mut State, key: &str, asked: &Asked<'_>) -> Answer {
    if !state.may("DELETE_ISSUES") {
        return Answer::forbidden("You do not have permission to delete issues in this project.");
    }
    let Some(at) = state.issue(key) else { return Answer::no_issue() };
    let key = state.issues[at].key.clone();
    let is_child = |it: &Issue| it.kind == "Sub-task" && it.parent.as_deref() == Some(&key);
    if state.issues.iter().any(is_child) && asked.get("deleteSubtasks") != Some("true") {
        return Answer::invalid(format!(
            "The issue '{key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks."
        ));
    }
    state.issues.retain(|it| it.key != key && !is_child(it));
    state.links.retain(|it| it.from != key && it.to != key);
    Answer::no_content()
}

fn assign(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    if !state.may("ASSIGN_ISSUES") {
        return Answer::forbidden("You do not have permission to assign issues.");
    }
    let wanted = &asked.body[if state.is_cloud() { "accountId" } else { "name" }];
    let person = match wanted.as_str() {
        None => None,
        Some(id) => match state.person(id) {
            Some(person) => Some(person),
            None => return Answer::field("assignee", format!("User '{id}' cannot be assigned issues.")),
        },
    };
    let name = |it: Option<usize>| it.map(|it| state.people[it].name);
    let item = json!({ "field": "assignee", "fieldId": "assignee", "fieldtype": "jira", "fromString": name(state.issues[at].assignee), "toString": name(person) });
    state.issues[at].assignee = person;
    state.note(at, asked.caller, vec![item]);
    Answer::no_content()
}

/// What the workflow offers: anything but standing still; Done asks how, and of a bug it wants to know.
pub fn transitions(issue: &Issue) -> Value {
    let offered = TRANSITIONS.iter().filter(|it| it.2 != issue.status && (STATUSES[issue.status].2 != "done" || it.2 == 0));
    let one = |it: &(&str, &str, usize)| {
        let mut fields = Map::new();
        if STATUSES[it.2].2 == "done" {
            let allowed: Vec<Value> = RESOLUTIONS.iter().map(|name| values::named(RESOLUTIONS, name)).collect();
            let is_bug = issue.kind == "Bug";
            fields.insert(
                "resolution".into(),
                json!({ "required": is_bug, "hasDefaultValue": !is_bug, "name": "Resolution",
                "schema": { "type": "resolution", "system": "resolution" }, "operations": ["set"], "allowedValues": allowed }),
            );
        }
        json!({ "id": it.0, "name": it.1, "to": values::status(it.2), "hasScreen": !fields.is_empty(), "isAvailable": true, "fields": fields })
    };
    offered.map(one).collect()
}

fn transition(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    if !state.may("TRANSITION_ISSUES") {
        return Answer::forbidden("You do not have permission to transition this issue.");
    }
    let id = text(&asked.body["transition"], "id");
    let offered = transitions(&state.issues[at]);
    let Some(chosen) = offered.as_array().into_iter().flatten().find(|it| it["id"] == id) else {
        return Answer::invalid(format!(
            "It seems that you have tried to perform an illegal workflow operation. (transition {id})"
        ));
    };
    let resolution = asked.body["fields"]["resolution"]["name"].as_str();
    let wants = &chosen["fields"]["resolution"];
    if wants["required"] == true && resolution.is_none() {
        return Answer::field("resolution", "Resolution is required.");
    }
    if resolution.is_some_and(|it| !RESOLUTIONS.contains(&it)) {
        return Answer::field("resolution", "The resolution you chose does not exist.");
    }
    let to = STATUSES.iter().position(|it| chosen["to"]["id"] == it.0).unwrap_or(0);
    let (before, now) = (state.issues[at].status, state.now());
    let issue = &mut state.issues[at];
    issue.status = to;
    let is_done = STATUSES[to].2 == "done";
    issue.resolution = is_done.then(|| resolution.unwrap_or("Done").to_owned());
    issue.resolved = is_done.then_some(now);
    let item = json!({ "field": "status", "fieldId": "status", "fieldtype": "jira", "from": STATUSES[before].0, "fromString": STATUSES[before].1,
        "to": STATUSES[to].0, "toString": STATUSES[to].1 });
    state.note(at, asked.caller, vec![item]);
    for added in asked.body["update"]["comment"].as_array().into_iter().flatten() {
        let id = state.next_id();
        state.issues[at].comments.push(Comment {
            id,
            author: asked.caller,
            body: added["add"]["body"].clone(),
            at: now,
            role: None,
        });
    }
    Answer::no_content()
}

fn comment(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    if !state.may("ADD_COMMENTS") {
        return Answer::forbidden(&format!(
            "{}, you do not have the permission to comment on this issue.",
            state.people[asked.caller].name
        ));
    }
    let body = &asked.body["body"];
    if body.is_string() == state.is_cloud() || body.is_null() {
        return Answer::field(
            "comment",
            if state.is_cloud() { "Comment body is not valid!" } else { "Comment body can not be empty!" },
        );
    }
    let role = asked.body["visibility"]["value"].as_str().map(str::to_owned);
    if role.as_deref().is_some_and(|it| !matches!(it, "Administrators" | "Developers")) {
        return Answer::field("commentLevel", format!("Role '{}' does not exist.", role.unwrap_or_default()));
    }
    let (id, now) = (state.next_id(), state.now());
    let comment = Comment { id, author: asked.caller, body: body.clone(), at: now, role };
    let answer = values::comment(state, &comment);
    state.issues[at].comments.push(comment);
    state.issues[at].updated = now;
    Answer::created(answer)
}

fn one_comment(state: &mut State, method: &Method, at: usize, id: &str, asked: &Asked<'_>) -> Answer {
    let Some(place) = state.issues[at].comments.iter().position(|it| it.id.to_string() == id) else {
        return Answer::not_found(format!("Can not find a comment for the id: {id}."));
    };
    match method.as_str() {
        "GET" => Answer::json(values::comment(state, &state.issues[at].comments[place])),
        "PUT" if state.issues[at].comments[place].author != asked.caller && !state.may("EDIT_ALL_COMMENTS") => {
            Answer::invalid("You do not have permission to edit this comment.")
        }
        "PUT" => {
            state.issues[at].comments[place].body = asked.body["body"].clone();
            Answer::json(values::comment(state, &state.issues[at].comments[place]))
        }
        _ => {
            state.issues[at].comments.remove(place);
            Answer::no_content()
        }
    }
}

fn log(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    if !state.may("WORK_ON_ISSUES") {
        return Answer::forbidden("You do not have the permission to associate a worklog to this issue.");
    }
    let spent = text(&asked.body, "timeSpent");
    let Some(seconds) = seconds(spent) else { return Answer::field("timeLogged", "Invalid time duration entered.") };
    let id = state.next_id();
    let worklog = Worklog {
        id,
        author: asked.caller,
        comment: asked.body["comment"].clone(),
        started: text(&asked.body, "started").to_owned(),
        seconds,
    };
    let answer = values::worklog(state, &worklog);
    let now = state.now();
    let issue = &mut state.issues[at];
    issue.worklogs.push(worklog);
    issue.updated = now;
    if let Some(rest) = asked.get("newEstimate").and_then(self::seconds) {
        issue.estimate = rest + issue.worklogs.iter().map(|it| it.seconds).sum::<u64>();
    }
    Answer::created(answer)
}

/// `1d 30m`, of days of eight hours.
pub fn seconds(text: &str) -> Option<u64> {
    if !moment::is_work(text) {
        return None;
    }
    let part = |it: &str| {
        let (number, unit) = it.split_at(it.len() - 1);
        let hours = match unit {
            "w" => 40.0,
            "d" => 8.0,
            "h" => 1.0,
            _ => 1.0 / 60.0,
        };
        (number.parse::<f64>().unwrap_or(0.0) * hours * 3600.0) as u64
    };
    Some(text.split_whitespace().map(part).sum())
}

fn one_worklog(state: &mut State, method: &Method, at: usize, id: &str) -> Answer {
    let Some(place) = state.issues[at].worklogs.iter().position(|it| it.id.to_string() == id) else {
        return Answer::not_found(format!("Cannot find worklog with id: '{id}'."));
    };
    match method.as_str() {
        "GET" => Answer::json(values::worklog(state, &state.issues[at].worklogs[place])),
        _ => {
            state.issues[at].worklogs.remove(place);
            Answer::no_content()
        }
    }
}

fn attach(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    if !state.may("CREATE_ATTACHMENTS") {
        return Answer::forbidden("You do not have permission to create attachments for this issue.");
    }
    let Some((name, content)) = form::part(asked.bytes, "file") else {
        return Answer::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A file is expected.");
    };
    let (name, content) = (name.unwrap_or_else(|| "file".to_owned()), content.to_vec());
    let id = state.next_id();
    let file = Attachment { id, name, content, author: asked.caller };
    let answer = json!([values::attachment(state, &file)]);
    state.issues[at].attachments.push(file);
    Answer::json(answer)
}

fn link(state: &mut State, asked: &Asked<'_>) -> Answer {
    if !state.may("LINK_ISSUES") {
        return Answer::forbidden("No Link Issue Permission for issue.");
    }
    let name = text(&asked.body["type"], "name");
    let Some(kind) = super::state::LINKS.iter().position(|it| it.0 == name) else {
        return Answer::not_found(format!("No issue link type with name '{name}' found."));
    };
    let keys = ["inwardIssue", "outwardIssue"]
        .map(|it| state.issue(text(&asked.body[it], "key")).map(|at| state.issues[at].key.clone()));
    let [Some(from), Some(to)] = keys else { return Answer::no_issue() };
    if !state.links.iter().any(|it| it.kind == kind && it.from == from && it.to == to) {
        let id = state.next_id();
        state.links.push(Link { id, kind, from, to });
    }
    Answer::created(Value::Null)
}
