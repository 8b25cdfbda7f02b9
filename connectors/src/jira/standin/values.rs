//! Objects as Jira writes them.

use serde_json::{Map, Value, json};

use super::state::{self, EPIC_LINK, Issue, LINKS, NOTES, POINTS, RESOLUTIONS, SEVERITIES, SEVERITY, SPRINT, STATUSES, State};
use crate::jira::moment;

pub fn server(state: &State, origin: &str) -> Value {
    match state.is_cloud() {
        true => json!({ "baseUrl": origin, "version": "1001.0.0-SNAPSHOT", "deploymentType": "Cloud", "serverTitle": "Jira" }),
        false => {
            json!({ "baseUrl": origin, "version": state.version, "deploymentType": "Server", "serverTitle": "Jira of Example" })
        }
    }
}

pub fn user(state: &State, at: usize) -> Value {
    let person = &state.people[at];
    let mut user = match state.is_cloud() {
        true => {
            json!({ "accountId": person.account_id, "accountType": "atlassian", "displayName": person.name, "emailAddress": person.email,
            "active": true, "timeZone": "Europe/Berlin" })
        }
        false => {
            json!({ "name": person.login, "key": format!("JIRAUSER1010{at}"), "displayName": person.name, "emailAddress": person.email,
            "active": true, "timeZone": "Europe/Berlin" })
        }
    };
    if state.hides_addresses {
        user["emailAddress"] = json!("");
    }
    user
}

pub fn status(at: usize) -> Value {
    let (id, name, category) = STATUSES[at];
    json!({ "id": id, "name": name, "statusCategory": { "id": 2, "key": category, "name": name } })
}

pub fn named(all: &[&str], name: &str) -> Value {
    let at = all.iter().position(|it| *it == name).unwrap_or(0);
    json!({ "id": (at + 1).to_string(), "name": name })
}

pub fn project(state: &State, key: &str) -> Value {
    state.project(key).map_or(Value::Null, |it| {
        json!({ "id": it.id.to_string(), "key": it.key, "name": it.name, "projectTypeKey": it.kind, "lead": user(state, it.lead) })
    })
}

pub fn sprint(it: &state::Sprint) -> Value {
    let mut value = json!({ "id": it.id, "name": it.name, "state": it.state, "originBoardId": it.board, "boardId": it.board, "goal": it.goal });
    for (key, at) in [("startDate", it.start), ("endDate", it.end), ("completeDate", it.complete)] {
        if let Some(at) = at {
            value[key] = json!(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        }
    }
    value
}

pub fn version(state: &State, it: &state::Version) -> Value {
    let late = it.release_date.as_ref().is_some_and(|day| !it.released && *day < moment::day(state.now()).to_string());
    let mut value = json!({ "id": it.id.to_string(), "name": it.name, "description": it.description, "released": it.released, "archived": false });
    if let Some(day) = &it.release_date {
        value["releaseDate"] = json!(day);
        value["overdue"] = json!(late);
    }
    value
}

pub fn component(state: &State, it: &state::Component) -> Value {
    let mut value = json!({ "id": it.id.to_string(), "name": it.name, "description": it.description, "project": it.project });
    if let Some(lead) = it.lead {
        value["lead"] = user(state, lead);
    }
    value
}

pub fn comment(state: &State, it: &state::Comment) -> Value {
    let at = moment::write(it.at);
    let mut value = json!({ "id": it.id.to_string(), "author": user(state, it.author), "body": it.body, "created": at, "updated": at, "jsdPublic": true });
    if let Some(role) = &it.role {
        value["visibility"] = json!({ "type": "role", "value": role });
    }
    value
}

pub fn worklog(state: &State, it: &state::Worklog) -> Value {
    json!({ "id": it.id.to_string(), "author": user(state, it.author), "comment": it.comment, "started": it.started,
        "timeSpent": moment::work(it.seconds), "timeSpentSeconds": it.seconds })
}

pub fn attachment(state: &State, it: &state::Attachment) -> Value {
    json!({ "id": it.id.to_string(), "filename": it.name, "size": it.content.len(), "author": user(state, it.author) })
}

/// An issue as others refer to it.
fn brief(state: &State, key: &str) -> Value {
    state.issue(key).map_or(Value::Null, |at| {
        let it = &state.issues[at];
        json!({ "id": it.id.to_string(), "key": it.key, "fields": { "summary": it.summary, "status": status(it.status),
            "priority": named(state::PRIORITIES, &it.priority), "issuetype": named(state::TYPES, &it.kind) } })
    })
}

/// All fields of an issue.
pub fn fields(state: &State, it: &Issue) -> Map<String, Value> {
    let versions =
        |ids: &[u64]| -> Value { state.versions.iter().filter(|it| ids.contains(&it.id)).map(|it| version(state, it)).collect() };
    let spent: u64 = it.worklogs.iter().map(|it| it.seconds).sum();
    let mut time = json!({});
    if it.estimate > 0 {
        time = json!({ "originalEstimate": moment::work(it.estimate), "originalEstimateSeconds": it.estimate });
    }
    if spent > 0 {
        time["timeSpent"] = json!(moment::work(spent));
        time["timeSpentSeconds"] = json!(spent);
    }
    let links = state.links.iter().filter_map(|link| {
        let (name, outward, inward) = LINKS[link.kind];
        let kind = json!({ "name": name, "inward": inward, "outward": outward });
        if link.from == it.key {
            Some(json!({ "id": link.id.to_string(), "type": kind, "outwardIssue": brief(state, &link.to) }))
        } else {
            (link.to == it.key)
                .then(|| json!({ "id": link.id.to_string(), "type": kind, "inwardIssue": brief(state, &link.from) }))
        }
    });
    let subtasks = state.issues.iter().filter(|sub| sub.kind == "Sub-task" && sub.parent.as_deref() == Some(&it.key));
    let sprints = state.sprints.iter().filter(|sprint| it.sprints.contains(&sprint.id));
    let comments: Vec<Value> = it.comments.iter().map(|it| comment(state, it)).collect();
    let worklogs: Vec<Value> = it.worklogs.iter().map(|it| worklog(state, it)).collect();
    let components = state.components.iter().filter(|component| it.components.contains(&component.id));
    let severity = it.severity.map(|at| json!({ "id": (10_030 + at).to_string(), "value": SEVERITIES[at] }));
    let (is_epic_child, cloud) = (it.parent.is_some() && it.kind != "Sub-task", state.is_cloud());
    let all = json!({
        "summary": it.summary, "description": it.description, "status": status(it.status), "issuetype": named(state::TYPES, &it.kind),
        "priority": named(state::PRIORITIES, &it.priority), "assignee": it.assignee.map(|at| user(state, at)), "reporter": user(state, it.reporter),
        "creator": user(state, it.reporter), "project": project(state, &it.project), "labels": it.labels, "duedate": it.due,
        "components": components.map(|it| component(state, it)).collect::<Vec<_>>(), "fixVersions": versions(&it.fix_versions),
        "versions": versions(&it.affects), "resolution": it.resolution.as_ref().map(|name| named(RESOLUTIONS, name)),
        "resolutiondate": it.resolved.map(moment::write), "timetracking": time, "created": moment::write(it.created),
        "updated": moment::write(it.updated), "issuelinks": links.collect::<Vec<_>>(),
        "subtasks": subtasks.map(|it| brief(state, &it.key)).collect::<Vec<_>>(),
        "attachment": it.attachments.iter().map(|it| attachment(state, it)).collect::<Vec<_>>(),
        "comment": { "comments": comments, "total": it.comments.len(), "startAt": 0, "maxResults": 20 },
        "worklog": { "worklogs": worklogs, "total": it.worklogs.len(), "startAt": 0, "maxResults": 20 },
        "security": if it.restricted { json!({ "id": "1", "name": "Board only" }) } else { Value::Null },
        SPRINT: sprints.map(sprint).collect::<Vec<_>>(), POINTS: it.points, SEVERITY: severity, NOTES: it.notes,
    });
    let mut all = all.as_object().cloned().unwrap_or_default();
    match (&it.parent, is_epic_child && !cloud) {
        (Some(parent), true) => drop(all.insert(EPIC_LINK.into(), json!(parent))),
        (Some(parent), false) => drop(all.insert("parent".into(), brief(state, parent))),
        _ => {}
    }
    all
}

/// An issue with the fields that were asked for: `*all,-comment`.
pub fn issue(state: &State, it: &Issue, wanted: &[&str], expand: &str) -> Value {
    let all = fields(state, it);
    let wants = |name: &str| {
        let named = wanted.contains(&name);
        let every = wanted.iter().any(|it| matches!(*it, "*all" | "*navigable"));
        (named || every) && !wanted.iter().any(|it| it.strip_prefix('-') == Some(name))
    };
    let kept: Map<String, Value> = all.into_iter().filter(|(name, _)| wants(name)).collect();
    let mut value = json!({ "id": it.id.to_string(), "key": it.key, "fields": kept });
    if expand.split(',').any(|it| it == "transitions") {
        value["transitions"] = super::issues::transitions(it);
    }
    if expand.split(',').any(|it| it == "changelog") {
        value["changelog"] = changelog(state, it, if state.is_cloud() { 20 } else { usize::MAX });
    }
    value
}

pub fn changelog(state: &State, it: &Issue, most: usize) -> Value {
    let all = histories(state, it);
    let total = all.len();
    json!({ "startAt": 0, "maxResults": most.min(total), "total": total, "histories": all.into_iter().take(most).collect::<Vec<_>>() })
}

pub fn histories(state: &State, it: &Issue) -> Vec<Value> {
    let one = |it: &state::History| json!({ "id": it.id.to_string(), "author": user(state, it.author), "created": moment::write(it.at), "items": it.items });
    it.histories.iter().map(one).collect()
}
