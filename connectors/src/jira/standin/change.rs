//! What may be set on issues, and setting it.

use serde_json::{Map, Value, json};

use super::{
    Answer, Asked, issues,
    state::{EPIC_LINK, Issue, NOTES, POINTS, PRIORITIES, SEVERITIES, SEVERITY, SPRINT, State, TYPES},
    values,
};

/// `issuetypes`, and one type's fields below it.
pub fn screen(state: &State, project: &str, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let Some(project) = state.project(project) else {
        return Answer::not_found(format!("No project could be found with key '{project}'."));
    };
    if !state.may("CREATE_ISSUES") {
        return asked.page(if state.is_cloud() { "issueTypes" } else { "values" }, Vec::new());
    }
    match rest {
        [] => {
            let types = TYPES.iter().filter(|it| project.kind == "software" || matches!(**it, "Task" | "Sub-task"));
            asked.page(if state.is_cloud() { "issueTypes" } else { "values" }, types.map(|it| values::named(TYPES, it)).collect())
        }
        [id] => {
            let kind = TYPES.iter().enumerate().find(|(at, _)| (at + 1).to_string() == *id).map_or("", |(_, it)| it);
            let fields = fields(state, &project.key.clone(), kind).into_iter().map(|(id, mut field)| {
                field["fieldId"] = json!(id);
                if state.is_cloud() {
                    field["key"] = json!(id);
                }
                field
            });
            asked.page(if state.is_cloud() { "fields" } else { "values" }, fields.collect())
        }
        _ => Answer::nowhere(),
    }
}

pub fn editmeta(state: &State, at: usize) -> Answer {
    if !state.may("EDIT_ISSUES") {
        return Answer::json(json!({ "fields": {} }));
    }
    let issue = &state.issues[at];
    let fields: Map<String, Value> = fields(state, &issue.project, &issue.kind)
        .into_iter()
        .filter(|(id, _)| *id != "project")
        .map(|(id, it)| (id.to_owned(), it))
        .collect();
    Answer::json(json!({ "fields": fields }))
}

fn fields<'a>(state: &State, project: &str, kind: &str) -> Vec<(&'a str, Value)> {
    let field = |name: &str, kind: &str, required: bool| json!({ "name": name, "required": required, "hasDefaultValue": name == "Reporter", "operations": ["set"], "schema": { "type": kind, "system": name.to_lowercase() } });
    let with = |mut field: Value, allowed: Vec<Value>| {
        field["allowedValues"] = Value::Array(allowed);
        field
    };
    let array = |name: &str, items: &str| json!({ "name": name, "required": false, "operations": ["add", "set", "remove"], "schema": { "type": "array", "items": items } });
    let custom = |name: &str, kind: &str, type_: &str| json!({ "name": name, "required": false, "operations": ["set"], "schema": { "type": kind, "custom": type_, "customId": 1 } });
    let usual = "com.atlassian.jira.plugin.system.customfieldtypes";
    let versions: Vec<Value> =
        state.versions.iter().filter(|it| it.project == project).map(|it| values::version(state, it)).collect();
    let components = state.components.iter().filter(|it| it.project == project).map(|it| values::component(state, it)).collect();
    let severities =
        SEVERITIES.iter().enumerate().map(|(at, it)| json!({ "id": (10_030 + at).to_string(), "value": it })).collect();
    let types = TYPES.iter().map(|it| values::named(TYPES, it)).collect();
    let priorities = PRIORITIES.iter().map(|it| values::named(PRIORITIES, it)).collect();
    let mut all = vec![
        ("summary", field("Summary", "string", true)),
        ("issuetype", with(field("Issue Type", "issuetype", true), types)),
        ("project", field("Project", "project", true)),
        ("description", field("Description", "string", false)),
        ("priority", with(field("Priority", "priority", false), priorities)),
        ("assignee", field("Assignee", "user", false)),
        ("labels", array("Labels", "string")),
        ("duedate", field("Due date", "date", false)),
        ("components", with(array("Components", "component"), components)),
        ("fixVersions", with(array("Fix versions", "version"), versions.clone())),
        ("versions", with(array("Affects versions", "version"), versions)),
        ("timetracking", field("Time tracking", "timetracking", false)),
        (NOTES, custom("Notes", "string", &format!("{usual}:textarea"))),
    ];
    if state.may("MODIFY_REPORTER") {
        all.push(("reporter", field("Reporter", "user", true)));
    }
    if kind == "Sub-task" || (state.is_cloud() && kind != "Epic") {
        all.push(("parent", field("Parent", "issuelink", kind == "Sub-task")));
    }
    if project == "APO" {
        all.push((SPRINT, json!({ "name": "Sprint", "required": false, "operations": ["set"], "schema": { "type": "array", "items": "json", "custom": "com.pyxis.greenhopper.jira:gh-sprint" } })));
        all.push((POINTS, custom("Story point estimate", "number", "com.pyxis.greenhopper.jira:jsw-story-points")));
    }
    if kind == "Bug" {
        let mut severity = with(custom("Severity", "option", &format!("{usual}:select")), severities);
        severity["required"] = json!(true);
        severity["hasDefaultValue"] = json!(true);
        all.push((SEVERITY, severity));
    }
    all
}

/// All fields of this Jira.
pub fn all(state: &State) -> Value {
    let mut all: Vec<Value> = ["summary", "description", "status", "priority", "labels"]
        .iter()
        .map(|it| json!({ "id": it, "key": it, "name": it, "custom": false, "schema": { "type": "string", "system": it } }))
        .collect();
    let custom = fields(state, "APO", "Bug").into_iter().filter(|(id, _)| id.starts_with("customfield_"));
    all.extend(custom.map(|(id, it)| json!({ "id": id, "key": id, "name": it["name"], "custom": true, "schema": it["schema"] })));
    if !state.is_cloud() {
        all.push(json!({ "id": EPIC_LINK, "name": "Epic Link", "custom": true, "schema": { "type": "any", "custom": "com.pyxis.greenhopper.jira:gh-epic-link" } }));
    }
    all.into()
}

pub fn create(state: &mut State, asked: &Asked<'_>) -> Answer {
    let fields = &asked.body["fields"];
    let key = fields["project"]["key"].as_str().or(fields["project"]["id"].as_str()).unwrap_or_default();
    let Some(project) = state.project(key).map(|it| it.key.clone()) else {
        return Answer::field("project", "valid project is required");
    };
    if !state.may("CREATE_ISSUES") {
        return Answer::forbidden("You do not have permission to create issues in this project.");
    }
    let kind = TYPES
        .iter()
        .enumerate()
        .find(|(at, name)| is_id(&fields["issuetype"]["id"], *at as u64 + 1) || fields["issuetype"]["name"] == **name);
    let Some((_, kind)) = kind else { return Answer::field("issuetype", "Specify a valid issue type") };
    let number = state
        .issues
        .iter()
        .filter(|it| it.project == project)
        .filter_map(|it| it.key.rsplit_once('-')?.1.parse::<u64>().ok())
        .max()
        .unwrap_or(0)
        + 1;
    let (id, now) = (state.next_id(), state.now());
    let template = state.issues.first().cloned();
    let mut issue = Issue {
        id,
        key: format!("{project}-{number}"),
        project: project.clone(),
        kind: (*kind).to_owned(),
        summary: String::new(),
        description: Value::Null,
        status: 0,
        resolution: None,
        resolved: None,
        priority: "Medium".into(),
        assignee: None,
        reporter: asked.caller,
        labels: Vec::new(),
        due: None,
        parent: None,
        components: Vec::new(),
        fix_versions: Vec::new(),
        affects: Vec::new(),
        estimate: 0,
        points: None,
        severity: (*kind == "Bug").then_some(0),
        notes: Value::Null,
        sprints: Vec::new(),
        rank: template.map_or(0.0, |_| id as f64),
        restricted: false,
        watchers: Default::default(),
        comments: Vec::new(),
        worklogs: Vec::new(),
        attachments: Vec::new(),
        created: now,
        updated: now,
        histories: Vec::new(),
    };
    let mut errors = set(state, &mut issue, fields);
    if issue.summary.trim().is_empty() {
        errors.insert("summary".into(), json!("You must specify a summary of the issue."));
    }
    if !errors.is_empty() {
        return Answer::fields(errors);
    }
    let key = issue.key.clone();
    state.issues.push(issue);
    Answer::created(json!({ "id": id.to_string(), "key": key, "self": format!("{}/rest/api/3/issue/{id}", asked.origin) }))
}

pub fn edit(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    if !state.may("EDIT_ISSUES") {
        return Answer::forbidden("You do not have permission to edit issues in this project.");
    }
    let mut issue = state.issues[at].clone();
    let errors = set(state, &mut issue, &asked.body["fields"]);
    if !errors.is_empty() {
        return Answer::fields(errors);
    }
    if asked.body["update"]["parent"][0]["set"]["none"] == true {
        issue.parent = None;
    }
    for change in asked.body["update"]["labels"].as_array().into_iter().flatten() {
        if let Some(label) = change["add"].as_str().filter(|it| !issue.labels.iter().any(|label| label == it)) {
            issue.labels.push(label.to_owned());
        }
        issue.labels.retain(|it| change["remove"] != it.as_str());
    }
    let (before, after) = (values::fields(state, &state.issues[at]), values::fields(state, &issue));
    let said = |value: &Value| crate::jira::fields::plain(value);
    let changed = after
        .iter()
        .filter(|(name, value)| !matches!(name.as_str(), "updated" | "comment" | "worklog") && before.get(*name) != Some(value));
    let items = changed.map(|(name, value)| {
        let (from, to) = (said(before.get(name).unwrap_or(&Value::Null)), said(value));
        json!({ "field": name, "fieldId": name, "fieldtype": "jira", "fromString": from, "toString": to })
    });
    let items: Vec<Value> = items.collect();
    state.issues[at] = issue;
    state.note(at, asked.caller, items);
    Answer::no_content()
}

fn is_id(value: &Value, id: u64) -> bool {
    value.as_str().is_some_and(|it| it.parse() == Ok(id))
}

/// Takes the fields that may be set; the sentences are Jira's.
fn set(state: &State, issue: &mut Issue, fields: &Value) -> Map<String, Value> {
    let mut errors = Map::new();
    let person = |value: &Value| {
        let id = value[if state.is_cloud() { "accountId" } else { "name" }].as_str();
        id.map(|it| state.person(it).ok_or(()))
    };
    // By id or by name, as Jira takes them.
    let ids = |value: &Value, known: Vec<(u64, &str)>| -> Vec<u64> {
        let is = |it: &&Value, (id, name): &(u64, &str)| is_id(&it["id"], *id) || it["name"] == *name;
        let all = value.as_array().into_iter().flatten();
        all.filter_map(|it| known.iter().find(|one| is(&it, one)).map(|it| it.0)).collect()
    };
    let versions = || state.versions.iter().map(|it| (it.id, it.name.as_str())).collect();
    let components = || state.components.iter().map(|it| (it.id, it.name.as_str())).collect();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let mut wrong = |message: &str| drop(errors.insert(name.clone(), json!(message)));
        match name.as_str() {
            "project" | "issuetype" if !value["name"].is_string() => {}
            "issuetype" => match TYPES.iter().find(|it| value["name"] == **it) {
                Some(kind) => issue.kind = (*kind).to_owned(),
                None => wrong("Specify a valid issue type"),
            },
            "summary" => match value.as_str().unwrap_or_default() {
                text if text.chars().count() > 255 => wrong("Summary must be less than 255 characters."),
                text if text.trim().is_empty() => wrong("You must specify a summary of the issue."),
                text => issue.summary = text.to_owned(),
            },
            "description" if value.is_string() && state.is_cloud() => {
                wrong("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
            }
            "description" => issue.description = value.clone(),
            NOTES => issue.notes = value.clone(),
            "priority" => {
                match PRIORITIES.iter().enumerate().find(|(at, it)| value["name"] == **it || is_id(&value["id"], *at as u64 + 1))
                {
                    Some((_, priority)) => issue.priority = (*priority).to_owned(),
                    None => wrong("Priority name is not valid"),
                }
            }
            "assignee" | "reporter" => match person(value) {
                Some(Err(())) => wrong("Specify a valid value for assignee"),
                Some(Ok(at)) if name == "reporter" => issue.reporter = at,
                Some(Ok(at)) => issue.assignee = Some(at),
                None => issue.assignee = None,
            },
            "labels" => {
                let labels: Vec<String> =
                    value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect();
                match labels.iter().find(|it| it.contains(' ')) {
                    Some(label) => wrong(&format!("The label '{label}' contains spaces which is invalid.")),
                    None => issue.labels = labels,
                }
            }
            "duedate" => issue.due = value.as_str().map(str::to_owned),
            "parent" | EPIC_LINK => {
                let key = value["key"].as_str().or(value.as_str());
                match key.map(|it| state.issue(it)) {
                    Some(None) => wrong("Could not find issue by id or key."),
                    Some(Some(at)) => issue.parent = Some(state.issues[at].key.clone()),
                    None => issue.parent = None,
                }
            }
            "components" => issue.components = ids(value, components()),
            "fixVersions" => issue.fix_versions = ids(value, versions()),
            "versions" => issue.affects = ids(value, versions()),
            "timetracking" => match value["originalEstimate"].as_str().and_then(issues::seconds) {
                Some(seconds) => issue.estimate = seconds,
                None => wrong("The original estimate specified is not valid."),
            },
            POINTS => issue.points = value.as_f64(),
            SPRINT => issue.sprints = value.as_u64().into_iter().collect(),
            SEVERITY => {
                let at = SEVERITIES
                    .iter()
                    .enumerate()
                    .find(|(at, it)| value["value"] == **it || is_id(&value["id"], 10_030 + *at as u64));
                match at {
                    Some((at, _)) => issue.severity = Some(at),
                    None => wrong("Option id is not valid"),
                }
            }
            other => wrong(&format!("Field '{other}' cannot be set. It is not on the appropriate screen, or unknown.")),
        }
    }
    errors
}
