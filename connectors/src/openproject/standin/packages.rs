//! The simulated OpenProject's work packages: lists, forms, creating, changing, deleting.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer, Asked, Outcome,
    filter::{self, OF_PACKAGES},
    forms, number,
    state::{Activity, BUG, MILESTONE, PRIORITIES, Package, Right, SEVERITIES, STATUSES, State, TYPES, name_in},
    values, whole,
};

pub(super) fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    Some(match (method.as_str(), path) {
        ("GET", ["work_packages"]) => list(state, asked),
        ("POST", ["work_packages"]) => create(state, asked),
        ("POST", ["projects", project, "work_packages", "form"]) => new_form(state, project, asked),
        ("GET", ["work_packages", "schemas"]) => schemas(state, asked),
        ("GET", ["work_packages", "schemas", key]) => schema(state, key),
        ("GET", ["work_packages", id]) => find(state, id, asked).map(|it| Answer::json(values::package(state, it, asked.caller))),
        ("PATCH", ["work_packages", id]) => update(state, id, asked),
        ("DELETE", ["work_packages", id]) => delete(state, id, asked),
        ("POST", ["work_packages", id, "form"]) => form(state, id, asked),
        ("POST", ["custom_actions", "1", "execute"]) => escalate(state, asked),
        _ => return None,
    })
}

/// A work package that the caller can see.
pub(super) fn find<'a>(state: &'a State, id: &str, asked: &Asked<'_>) -> Result<&'a Package, Answer> {
    let package = state.package(number(id)?).ok_or_else(Answer::not_found)?;
    if state.may(asked.caller, Right::View, package.project) { Ok(package) } else { Err(Answer::not_found()) }
}

/// The place of one that the caller may change.
pub(super) fn editable(state: &State, id: &str, asked: &Asked<'_>) -> Result<usize, Answer> {
    let package = find(state, id, asked)?;
    if !state.may(asked.caller, Right::Edit, package.project) {
        return Err(Answer::forbidden());
    }
    state.packages.iter().position(|it| it.id == package.id).ok_or_else(Answer::not_found)
}

fn list(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, OF_PACKAGES)?;
    let seen = |it: &&Package| state.may(asked.caller, Right::View, it.project);
    let mut found: Vec<&Package> = state
        .packages
        .iter()
        .filter(seen)
        .filter(|it| conditions.iter().all(|condition| filter::passes(state, it, condition)))
        .collect();
    sort(&mut found, asked.get("sortBy").unwrap_or(r#"[["id","asc"]]"#));
    Ok(asked.page_of(found, |it| values::package(state, it, asked.caller)))
}

fn sort(found: &mut [&Package], by: &str) {
    let keys: Vec<(String, String)> = serde_json::from_str(by).unwrap_or_default();
    for (name, direction) in keys.iter().rev() {
        found.sort_by_key(|it| match name.as_str() {
            "updatedAt" => it.updated.as_microsecond(),
            "priority" => it.priority as i64,
            // Those without a date come last.
            "dueDate" => it.due.map_or(i64::MAX, |due| i64::from(due.year()) * 400 + i64::from(due.day_of_year())),
            _ => it.id as i64,
        });
        if direction == "desc" {
            found.reverse();
        }
    }
}

fn new_form(state: &State, project: &str, asked: &Asked<'_>) -> Outcome {
    let project =
        state.project(number(project)?).filter(|it| state.may(asked.caller, Right::View, it.id)).ok_or_else(Answer::not_found)?;
    if !state.may(asked.caller, Right::Edit, project.id) {
        return Err(Answer::forbidden());
    }
    let kind = asked.linked("type").unwrap_or(TYPES[0].id);
    let payload = json!({ "_links": { "type": { "href": format!("/api/v3/types/{kind}"), "title": name_in(&TYPES, kind) } } });
    Ok(Answer::json(forms::form(forms::package(state, project, kind, None), payload)))
}

fn form(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let package = &state.packages[editable(state, id, asked)?];
    check_lock(package, asked)?;
    let project = state.project(package.project).ok_or_else(Answer::not_found)?;
    let schema = forms::package(state, project, asked.linked("type").unwrap_or(package.kind), Some(package.status));
    Ok(Answer::json(forms::form(schema, json!({ "lockVersion": package.lock }))))
}

fn schema(state: &State, key: &str) -> Outcome {
    let (project, kind) = key.split_once('-').ok_or_else(Answer::not_found)?;
    let project = state.project(number(project)?).ok_or_else(Answer::not_found)?;
    Ok(Answer::json(forms::package(state, project, number(kind)?, None)))
}

/// Those of the ids that it is asked for; without any it answers none.
fn schemas(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["id"])?;
    let Some(wanted) = conditions.first() else {
        return Err(Answer::error(StatusCode::BAD_REQUEST, "InvalidQuery", "Filters Id filter has to be provided.", None));
    };
    let all: Result<Vec<Value>, Answer> =
        wanted.values.iter().map(|key| Ok(schema(state, key)?.body.unwrap_or_default())).collect();
    Ok(whole(all?))
}

fn check_lock(package: &Package, asked: &Asked<'_>) -> Result<(), Answer> {
    let given = asked.body["lockVersion"].as_u64().or_else(|| asked.body["lockVersion"].as_str()?.parse().ok());
    if given == Some(package.lock) {
        return Ok(());
    }
    let message = "Couldn't update the resource because of conflicting modifications.";
    Err(Answer::error(StatusCode::CONFLICT, "UpdateConflict", message, None))
}

fn create(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let Some(project) = asked.linked("project").filter(|id| state.may(asked.caller, Right::View, *id)) else {
        return Err(Answer::invalid(&[("project", "Project can't be blank.")]));
    };
    if !state.may(asked.caller, Right::Edit, project) {
        return Err(Answer::forbidden());
    }
    let now = state.now();
    // Work packages are numbered by themselves, as in a new OpenProject.
    let id = state.packages.iter().map(|it| it.id).max().unwrap_or(0) + 1;
    let mut package = Package {
        id,
        lock: 0,
        project,
        kind: TYPES[0].id,
        status: STATUSES[0].id,
        priority: 8,
        author: asked.caller.id,
        assignee: None,
        responsible: None,
        version: None,
        category: None,
        budget: None,
        parent: None,
        subject: String::new(),
        description: String::new(),
        start: None,
        due: None,
        work: None,
        remaining: None,
        done: 0,
        points: None,
        severity: None,
        created: now,
        updated: now,
        watchers: Default::default(),
        files: Vec::new(),
        activities: Vec::new(),
    };
    write(state, &mut package, asked)?;
    package.activities = vec![Activity {
        id: state.next_id(),
        user: asked.caller.id,
        comment: String::new(),
        internal: false,
        details: Vec::new(),
        at: now,
    }];
    let answer = values::package(state, &package, asked.caller);
    state.packages.push(package);
    Ok(Answer::created(answer))
}

fn update(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = editable(state, id, asked)?;
    if let Some(change) = state.meanwhile.take() {
        change(&mut state.packages[at]);
        state.packages[at].lock += 1;
    }
    let mut package = state.packages[at].clone();
    check_lock(&package, asked)?;
    let before = package.clone();
    write(state, &mut package, asked)?;
    let mut details = Vec::new();
    let mut moved = |what: &str, from: String, to: String| {
        if from != to {
            details.push(match from.is_empty() {
                true => format!("{what} set to {to}"),
                false => format!("{what} changed from {from} to {to}"),
            });
        }
    };
    let person = |id: Option<u64>| id.map(|id| state.user_name(id)).unwrap_or_default();
    moved("Status", name_in(&STATUSES, before.status).into(), name_in(&STATUSES, package.status).into());
    moved("Priority", name_in(&PRIORITIES, before.priority).into(), name_in(&PRIORITIES, package.priority).into());
    moved("Assignee", person(before.assignee), person(package.assignee));
    moved("Subject", before.subject.clone(), package.subject.clone());
    moved("% Complete", before.done.to_string(), package.done.to_string());
    package.lock += 1;
    package.updated = state.now();
    let activity = Activity {
        id: state.next_id(),
        user: asked.caller.id,
        comment: String::new(),
        internal: false,
        details,
        at: package.updated,
    };
    package.activities.push(activity);
    state.packages[at] = package.clone();
    Ok(Answer::json(values::package(state, &package, asked.caller)))
}

/// Takes the values of the body, if they are good.
fn write(state: &State, it: &mut Package, asked: &Asked<'_>) -> Result<(), Answer> {
    let was = it.status;
    let is_new = it.subject.is_empty();
    if let Some(subject) = asked.text("subject") {
        it.subject = subject;
    }
    if let Some(description) = asked.text("description") {
        it.description = description;
    }
    let body = &asked.body;
    let day = |key: &str| body[key].as_str().and_then(|it| it.parse().ok());
    if body.get("startDate").is_some() {
        it.start = day("startDate");
    }
    for key in ["dueDate", "date"] {
        if body.get(key).is_some() {
            it.due = day(key);
        }
    }
    for (key, slot) in [("estimatedTime", &mut it.work), ("remainingTime", &mut it.remaining)] {
        if let Some(value) = body.get(key) {
            *slot = value.as_str().map(str::to_owned);
        }
    }
    it.done = body["percentageDone"].as_u64().unwrap_or(it.done);
    if let Some(points) = body.get("customField1") {
        it.points = points.as_i64();
    }
    for (key, slot) in
        [("type", &mut it.kind), ("status", &mut it.status), ("priority", &mut it.priority), ("project", &mut it.project)]
    {
        *slot = asked.linked(key).unwrap_or(*slot);
    }
    let links = [
        ("assignee", &mut it.assignee),
        ("responsible", &mut it.responsible),
        ("version", &mut it.version),
        ("category", &mut it.category),
        ("budget", &mut it.budget),
        ("parent", &mut it.parent),
        ("customField2", &mut it.severity),
    ];
    for (key, slot) in links {
        if asked.links(key) {
            *slot = asked.linked(key);
        }
    }
    // What another project does not have is left behind.
    it.version = it.version.filter(|id| state.versions.iter().any(|version| version.id == *id && version.is_for(it.project)));
    it.category = it.category.filter(|id| state.categories.iter().any(|part| part.id == *id && part.project == it.project));
    it.budget = it.budget.filter(|id| state.budgets.iter().any(|part| part.id == *id && part.project == it.project));
    let mut wrong: Vec<(&str, &str)> = Vec::new();
    if it.subject.trim().is_empty() {
        wrong.push(("subject", "Subject can't be blank."));
    }
    if it.due.zip(it.start).is_some_and(|(due, start)| due < start) {
        wrong.push(("dueDate", "Finish date must be greater than or equal to the start date."));
    }
    if !is_new && !State::allowed_statuses(was).iter().any(|known| known.id == it.status) {
        wrong.push((
            "status",
            "Status is invalid because no valid transition exists from old to new status for the current user's roles.",
        ));
    }
    if it.assignee.is_some_and(|id| !state.is_member(id, it.project)) {
        wrong.push(("assignee", "Assignee is not a member of this project."));
    }
    if it.parent.is_some_and(|id| id == it.id || state.package(id).is_none()) {
        wrong.push(("parent", "Parent does not exist."));
    }
    if it.kind != BUG && it.severity.is_some() && body["_links"].get("customField2").is_some() {
        wrong.push(("customField2", "Severity was attempted to be written but is not writable."));
    }
    if it.severity.is_some_and(|id| SEVERITIES.iter().all(|it| it.id != id)) {
        wrong.push(("customField2", "Severity is not set to one of the allowed values."));
    }
    if it.kind == MILESTONE && it.start.is_some() && body.get("startDate").is_some() {
        wrong.push(("startDate", "Start date was attempted to be written but is not writable."));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Answer::invalid(&wrong)) }
}

fn delete(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let id = state.packages[editable(state, id, asked)?].id;
    let mut gone = vec![id];
    let mut at = 0;
    while let Some(parent) = gone.get(at).copied() {
        gone.extend(state.packages.iter().filter(|it| it.parent == Some(parent)).map(|it| it.id));
        at += 1;
    }
    state.packages.retain(|it| !gone.contains(&it.id));
    state.relations.retain(|it| !gone.contains(&it.from) && !gone.contains(&it.to));
    state.entries.retain(|it| !gone.contains(&it.package));
    Ok(Answer::no_content())
}

/// The custom action “Escalate” makes a work package immediate.
fn escalate(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let id = asked.linked("workPackage").ok_or_else(Answer::not_found)?;
    let at = editable(state, &id.to_string(), asked)?;
    check_lock(&state.packages[at], asked)?;
    let now = state.now();
    let package = &mut state.packages[at];
    (package.priority, package.lock, package.updated) = (10, package.lock + 1, now);
    let answer: Value = values::package(state, &state.packages[at], asked.caller);
    Ok(Answer::json(answer))
}
