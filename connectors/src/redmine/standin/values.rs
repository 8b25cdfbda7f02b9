//! The simulated Redmine's objects as it writes them.

use serde_json::{Map, Value, json};

use super::{
    Asked,
    state::{Issue, Named, Project, SEVERITIES, SEVERITY, State, User, Version},
};

pub fn named(list: &[Named]) -> Vec<Value> {
    list.iter().map(|it| json!({ "id": it.id, "name": it.name })).collect()
}

pub fn reference(list: &[Named], id: u64) -> Value {
    json!({ "id": id, "name": list.iter().find(|it| it.id == id).map_or("", |it| it.name) })
}

pub fn person(state: &State, id: u64) -> Value {
    json!({ "id": id, "name": state.user_name(id) })
}

pub fn project_reference(state: &State, id: u64) -> Value {
    json!({ "id": id, "name": state.project(id).map(|it| it.name.as_str()) })
}

pub fn status(state: &State, id: u64) -> Value {
    json!({ "id": id, "name": state.name_of(&state.statuses, id), "is_closed": State::is_closed(id) })
}

pub fn statuses(state: &State) -> Vec<Value> {
    state.statuses.iter().map(|it| status(state, it.id)).collect()
}

pub fn trackers(state: &State) -> Vec<Value> {
    let fields = [
        "assigned_to_id",
        "category_id",
        "fixed_version_id",
        "parent_issue_id",
        "start_date",
        "due_date",
        "estimated_hours",
        "done_ratio",
        "description",
    ];
    let tracker = |it: &Named| {
        json!({
            "id": it.id, "name": it.name, "default_status": { "id": 1, "name": "New" }, "description": null,
            "enabled_standard_fields": fields,
        })
    };
    state.trackers.iter().map(tracker).collect()
}

pub fn enumeration(list: &[Named], default: u64) -> Vec<Value> {
    list.iter().map(|it| json!({ "id": it.id, "name": it.name, "is_default": it.id == default, "active": true })).collect()
}

pub fn severity(state: &State) -> Value {
    json!({
        "id": SEVERITY, "name": "Severity", "customized_type": "issue", "field_format": "list", "regexp": "",
        "min_length": null, "max_length": null, "is_required": false, "is_filter": true, "searchable": false,
        "multiple": false, "default_value": null, "visible": true,
        "possible_values": SEVERITIES.map(|it| json!({ "value": it, "label": it })),
        "trackers": named(&state.trackers), "roles": [],
    })
}

pub fn issue(state: &State, it: &Issue, asked: &Asked<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    let mut put = |key: &str, value: Value| all.insert(key.to_owned(), value);
    put("id", json!(it.id));
    put("project", project_reference(state, it.project));
    put("tracker", reference(&state.trackers, it.tracker));
    put("status", status(state, it.status));
    put("priority", reference(&state.priorities, it.priority));
    put("author", person(state, it.author));
    if let Some(id) = it.assigned_to {
        put("assigned_to", person(state, id));
    }
    if let Some(category) = it.category.and_then(|id| state.categories.iter().find(|it| it.id == id)) {
        put("category", json!({ "id": category.id, "name": category.name }));
    }
    if let Some(version) = it.version.and_then(|id| state.versions.iter().find(|it| it.id == id)) {
        put("fixed_version", json!({ "id": version.id, "name": version.name }));
    }
    if let Some(id) = it.parent {
        put("parent", json!({ "id": id }));
    }
    put("subject", json!(it.subject));
    put("description", json!(it.description));
    put("start_date", json!(it.start_date));
    put("due_date", json!(it.due_date));
    put("done_ratio", json!(it.done_ratio));
    put("is_private", json!(it.is_private));
    put("estimated_hours", json!(it.estimated_hours));
    put("total_estimated_hours", json!(it.estimated_hours));
    let spent: f64 = state.time_entries.iter().filter(|entry| entry.issue == Some(it.id)).map(|entry| entry.hours).sum();
    put("spent_hours", json!(spent));
    put("total_spent_hours", json!(spent));
    put("custom_fields", state.custom_values(it));
    put("created_on", json!(it.created_on));
    put("updated_on", json!(it.updated_on));
    put("closed_on", json!(it.closed_on));
    if asked.includes("attachments") {
        let attachment = |file: &super::state::Attachment| {
            json!({
                "id": file.id, "filename": file.filename, "filesize": file.content.len(), "content_type": file.content_type,
                "description": "", "content_url": format!("{}/attachments/download/{}/{}", asked.origin, file.id, file.filename),
                "author": person(state, file.author), "created_on": file.created_on,
            })
        };
        put("attachments", it.attachments.iter().map(attachment).collect());
    }
    if asked.includes("journals") {
        let seen = |journal: &&super::state::Journal| {
            !journal.private || state.may(asked.caller, super::state::Right::PrivateNotes, it.project)
        };
        let journal = |journal: &super::state::Journal| {
            json!({
                "id": journal.id, "user": person(state, journal.user), "notes": journal.notes,
                "created_on": journal.created_on, "private_notes": journal.private, "details": journal.details,
            })
        };
        put("journals", it.journals.iter().filter(seen).map(journal).collect());
    }
    if asked.includes("watchers") && state.may(asked.caller, super::state::Right::Watchers, it.project) {
        put("watchers", it.watchers.iter().map(|id| person(state, *id)).collect());
    }
    if asked.includes("allowed_statuses") {
        put("allowed_statuses", state.allowed_statuses(asked.caller, it).into_iter().map(|id| status(state, id)).collect());
    }
    all
}

pub fn project(state: &State, it: &Project, asked: &Asked<'_>) -> Value {
    let mut all = json!({
        "id": it.id, "name": it.name, "identifier": it.identifier, "description": it.description,
        "status": 1, "is_public": it.is_public, "inherit_members": false,
    });
    if let Some(parent) = it.parent {
        all["parent"] = project_reference(state, parent);
    }
    if asked.includes("trackers") {
        all["trackers"] = named(&state.trackers).into();
    }
    if asked.includes("issue_categories") {
        let own = state.categories.iter().filter(|category| category.project == it.id);
        all["issue_categories"] = own.map(|it| json!({ "id": it.id, "name": it.name })).collect();
    }
    if asked.includes("time_entry_activities") {
        all["time_entry_activities"] = named(&state.activities).into();
    }
    if asked.includes("enabled_modules") {
        all["enabled_modules"] = json!([{ "id": 1, "name": "issue_tracking" }, { "id": 2, "name": "time_tracking" }]);
    }
    if asked.includes("issue_custom_fields") {
        // A field that is for all projects is in none's own list.
        all["issue_custom_fields"] = json!([]);
    }
    all["created_on"] = json!(it.created_on);
    all["updated_on"] = json!(it.created_on);
    all
}

pub fn version(state: &State, it: &Version) -> Value {
    json!({
        "id": it.id, "project": project_reference(state, it.project), "name": it.name, "description": it.description,
        "status": it.status, "due_date": it.due_date, "sharing": if it.shared { "system" } else { "none" }, "wiki_page_title": null,
        "created_on": it.created_on, "updated_on": it.created_on,
    })
}

/// Others' addresses are hidden from who is no administrator, as with Redmine's “Hide my email address”.
pub fn user(it: &User, asked: &Asked<'_>) -> Value {
    let mut all =
        json!({ "id": it.id, "login": it.login, "admin": it.admin, "firstname": it.firstname, "lastname": it.lastname });
    if asked.caller.admin {
        all["mail"] = json!(it.mail);
    }
    all["created_on"] = json!("2026-01-05T08:00:00Z");
    all["last_login_on"] = Value::Null;
    all
}
