//! What may be written: schemas with their allowed values, as forms answer them.

use serde_json::{Value, json};

use super::{
    state::{ACTIVITIES, BUG, MILESTONE, PRIORITIES, Project, SEVERITIES, STATUSES, State, TYPES},
    values,
};

/// One attribute of a schema.
fn attribute(kind: &str, name: &str) -> Value {
    json!({ "type": kind, "name": name, "required": false, "hasDefault": false, "writable": true })
}

fn required(mut attribute: Value) -> Value {
    attribute["required"] = json!(true);
    attribute
}

/// One whose values are resources that the schema lists.
fn choice(kind: &str, name: &str, allowed: Vec<Value>) -> Value {
    let mut it = attribute(kind, name);
    it["location"] = json!("_links");
    it["_links"] = json!({ "allowedValues": allowed.iter().map(|it| it["_links"]["self"].clone()).collect::<Vec<_>>() });
    it["_embedded"] = json!({ "allowedValues": allowed });
    it
}

/// One whose values are asked for elsewhere.
fn person(name: &str, project: u64) -> Value {
    let mut it = attribute("User", name);
    it["location"] = json!("_links");
    it["_links"] = json!({ "allowedValues": { "href": format!("/api/v3/projects/{project}/available_assignees") } });
    it
}

/// The schema of a work package of this type that is in this status; none is a new one.
pub fn package(state: &State, project: &Project, kind: u64, status: Option<u64>) -> Value {
    let statuses = match status {
        Some(status) => State::allowed_statuses(status),
        None => STATUSES.iter().filter(|it| !State::is_closed(it.id)).collect(),
    };
    let statuses = statuses.into_iter().map(|it| values::entry_of("Status", "statuses", it)).collect();
    let versions = state.versions.iter().filter(|it| it.is_for(project.id) && it.status == "open");
    let versions = versions.map(|it| values::version(state, it)).collect();
    let parts = |all: &[super::state::Part], kind: &str| {
        all.iter().filter(|it| it.project == project.id).map(|it| values::part(state, kind, it)).collect::<Vec<_>>()
    };
    let mut parent = attribute("WorkPackage", "Parent");
    parent["location"] = json!("_links");
    let mut all = json!({
        "_type": "Schema", "_dependencies": [],
        "subject": required(attribute("String", "Subject")),
        "description": attribute("Formattable", "Description"),
        "type": required(choice("Type", "Type", values::list("Type", "types", &TYPES))),
        "status": required(choice("Status", "Status", statuses)),
        "priority": required(choice("Priority", "Priority", values::list("Priority", "priorities", &PRIORITIES))),
        "version": choice("Version", "Version", versions),
        "category": choice("Category", "Category", parts(&state.categories, "Category")),
        "budget": choice("Budget", "Budget", parts(&state.budgets, "Budget")),
        "assignee": person("Assignee", project.id),
        "responsible": person("Accountable", project.id),
        "parent": parent,
        "estimatedTime": attribute("Duration", "Work"),
        "remainingTime": attribute("Duration", "Remaining work"),
        "percentageDone": attribute("Integer", "% Complete"),
        "customField1": attribute("Integer", "Story points"),
    });
    all["priority"]["hasDefault"] = json!(true);
    all["status"]["hasDefault"] = json!(true);
    all["type"]["hasDefault"] = json!(true);
    let mut spent = attribute("Duration", "Spent time");
    spent["writable"] = json!(false);
    all["spentTime"] = spent;
    if kind == MILESTONE {
        all["date"] = attribute("Date", "Date");
    } else {
        all["startDate"] = attribute("Date", "Start date");
        all["dueDate"] = attribute("Date", "Finish date");
    }
    if kind == BUG {
        let options = SEVERITIES.iter().map(|it| {
            json!({ "_type": "CustomOption", "id": it.id, "value": it.name,
                    "_links": { "self": { "href": format!("/api/v3/custom_options/{}", it.id), "title": it.name } } })
        });
        all["customField2"] = choice("CustomOption", "Severity", options.collect());
    }
    all
}

/// The schema of a time entry.
pub fn time_entry(state: &State) -> Value {
    let mut all = json!({
        "_type": "Schema",
        "hours": required(attribute("Duration", "Hours")),
        "spentOn": required(attribute("Date", "Date")),
        "comment": attribute("Formattable", "Comment"),
        "activity": choice("TimeEntriesActivity", "Activity", values::list("TimeEntriesActivity", "time_entries/activities", &ACTIVITIES)),
        "user": required(person("User", 1)),
    });
    let mut of = required(attribute("WorkPackage", "Work package"));
    of["location"] = json!("_links");
    all[if state.version.starts_with("16") { "entity" } else { "workPackage" }] = of;
    all
}

pub fn form(schema: Value, payload: Value) -> Value {
    json!({ "_type": "Form", "_embedded": { "payload": payload, "schema": schema, "validationErrors": {} }, "_links": {} })
}
