//! The simulated OpenProject's projects, versions, lists and the root of its API.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::{
    Answer, Asked, Outcome, filter, number,
    state::{Copying, PRIORITIES, PROJECT_STATUSES, Project, Right, STATUSES, State, TYPES, Version},
    values, whole,
};

pub(super) fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    Some(match (method.as_str(), path) {
        ("GET", []) => Ok(root(state, asked)),
        ("GET", ["configuration"]) => {
            Ok(Answer::json(json!({ "_type": "Configuration", "maximumAttachmentFileSize": state.largest_file })))
        }
        ("GET", ["types"]) => Ok(whole(values::list("Type", "types", &TYPES))),
        ("GET", ["statuses"]) => Ok(whole(values::list("Status", "statuses", &STATUSES))),
        ("GET", ["priorities"]) => Ok(whole(values::list("Priority", "priorities", &PRIORITIES))),
        ("GET", ["projects"]) => projects(state, asked),
        ("POST", ["projects"]) => create(state, asked),
        ("GET", ["projects", id]) => seen(state, id, asked).map(|it| Answer::json(values::project(state, it))),
        ("PATCH", ["projects", id]) => update(state, id, asked),
        ("DELETE", ["projects", id]) => delete(state, id, asked),
        ("POST", ["projects", id, "copy"]) => copy(state, id, asked),
        ("GET", ["job_statuses", id]) => job(state, id, asked),
        ("GET", ["projects", id, "types"]) => {
            // The moon needs no bugs.
            let all = |it: &Project| if it.id == 2 { &TYPES[..3] } else { &TYPES[..] };
            seen(state, id, asked).map(|it| whole(values::list("Type", "types", all(it))))
        }
        ("GET", ["projects", id, "versions"]) => seen(state, id, asked).map(|it| {
            whole(state.versions.iter().filter(|version| version.is_for(it.id)).map(|it| values::version(state, it)).collect())
        }),
        ("GET", ["projects", id, "categories"]) => seen(state, id, asked).map(|it| {
            whole(
                state
                    .categories
                    .iter()
                    .filter(|part| part.project == it.id)
                    .map(|it| values::part(state, "Category", it))
                    .collect(),
            )
        }),
        ("GET", ["projects", id, "budgets"]) => budgets(state, id, asked),
        ("POST", ["versions"]) => make_version(state, asked),
        ("PATCH", ["versions", id]) => change_version(state, id, asked),
        ("DELETE", ["versions", id]) => delete_version(state, id, asked),
        _ => return None,
    })
}

fn root(state: &State, asked: &Asked<'_>) -> Answer {
    let link = |place: &str| json!({ "href": format!("/api/v3/{place}") });
    let mut all = json!({
        "_type": "Root", "instanceName": "OpenProject",
        "_links": {
            "self": link(""), "configuration": link("configuration"), "priorities": link("priorities"),
            "relations": link("relations"), "statuses": link("statuses"), "types": link("types"),
            "user": link(&format!("users/{}", asked.caller.id)), "workPackages": link("work_packages"),
        },
    });
    for module in &state.modules {
        all["_links"][module] = link(module);
    }
    if asked.caller.admin {
        all["coreVersion"] = json!(state.version);
    }
    Answer::json(all)
}

fn seen<'a>(state: &'a State, id: &str, asked: &Asked<'_>) -> Result<&'a Project, Answer> {
    let project = state.project(number(id)?).ok_or_else(Answer::not_found)?;
    if state.may(asked.caller, Right::View, project.id) { Ok(project) } else { Err(Answer::not_found()) }
}

fn projects(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["active", "name_and_identifier", "ancestor", "id", "parent_id", "typeahead"])?;
    let passes = |it: &&Project| {
        state.may(asked.caller, Right::View, it.id)
            && conditions.iter().all(|condition| match condition.name.as_str() {
                "active" => condition.is(if it.active { "t" } else { "f" }),
                "name_and_identifier" => condition.contains(&format!("{} {}", it.name, it.identifier)),
                "ancestor" => condition.has(it.parent),
                "id" => condition.has(Some(it.id)),
                _ => true,
            })
    };
    let mut found: Vec<&Project> = state.projects.iter().filter(passes).collect();
    found.sort_by_key(|it| it.name.to_lowercase());
    Ok(asked.page(found.into_iter().map(|it| values::project(state, it)).collect()))
}

fn create(state: &mut State, asked: &Asked<'_>) -> Outcome {
    if !asked.caller.admin {
        return Err(Answer::forbidden());
    }
    let name = asked.text("name").unwrap_or_default();
    let made = || name.to_lowercase().split(|it: char| !it.is_ascii_alphanumeric()).collect::<Vec<_>>().join("-");
    let identifier = asked.text("identifier").unwrap_or_else(made);
    check(state, &name, &identifier)?;
    let project = Project {
        id: state.next_id(),
        identifier,
        name,
        description: asked.text("description").unwrap_or_default(),
        active: true,
        public: asked.body["public"] == true,
        parent: asked.linked("parent"),
        status: None,
        explanation: String::new(),
        updated: state.now(),
    };
    state.projects.push(project.clone());
    Ok(Answer::created(values::project(state, &project)))
}

fn check(state: &State, name: &str, identifier: &str) -> Result<(), Answer> {
    let mut wrong = Vec::new();
    if name.trim().is_empty() {
        wrong.push(("name", "Name can't be blank."));
    }
    if state.projects.iter().any(|it| it.identifier == identifier) {
        wrong.push(("identifier", "Identifier has already been taken."));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Answer::invalid(&wrong)) }
}

fn managed(state: &State, id: &str, asked: &Asked<'_>) -> Result<usize, Answer> {
    let id = seen(state, id, asked)?.id;
    if !state.may(asked.caller, Right::Manage, id) {
        return Err(Answer::forbidden());
    }
    state.projects.iter().position(|it| it.id == id).ok_or_else(Answer::not_found)
}

fn update(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let (at, now) = (managed(state, id, asked)?, state.now());
    let mut project = state.projects[at].clone();
    for (key, slot) in
        [("name", &mut project.name), ("description", &mut project.description), ("statusExplanation", &mut project.explanation)]
    {
        if let Some(text) = asked.text(key) {
            *slot = text;
        }
    }
    project.active = asked.body["active"].as_bool().unwrap_or(project.active);
    project.public = asked.body["public"].as_bool().unwrap_or(project.public);
    if asked.links("parent") {
        project.parent = asked.linked("parent");
        if project.parent == Some(project.id) {
            return Err(Answer::invalid(&[("parent", "Subproject of is invalid.")]));
        }
    }
    if asked.links("status") {
        let id = asked.body["_links"]["status"]["href"].as_str().and_then(|it| it.rsplit('/').next());
        project.status = id.filter(|it| PROJECT_STATUSES.iter().any(|(known, _)| known == it)).map(str::to_owned);
    }
    project.updated = now;
    state.projects[at] = project;
    Ok(Answer::json(values::project(state, &state.projects[at])))
}

fn delete(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    if !asked.caller.admin {
        return Err(Answer::forbidden());
    }
    let id = seen(state, id, asked)?.id;
    state.projects.retain(|it| it.id != id && it.parent != Some(id));
    state.packages.retain(|it| it.project != id);
    Ok(Answer::no_content())
}

fn copy(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = managed(state, id, asked)?;
    let name = asked.text("name").unwrap_or_default();
    let identifier = asked.text("identifier").unwrap_or_else(|| name.to_lowercase().replace(' ', "-"));
    check(state, &name, &identifier)?;
    let copied = Project { id: state.next_id(), name, identifier, ..state.projects[at].clone() };
    let id = format!("2a4b6c8d-0000-4000-8000-{:012}", state.copies.len() + 1);
    let project = (state.copying != "failure").then_some(copied.id);
    state.copies.push(Copying { id: id.clone(), user: asked.caller.id, project });
    state.projects.extend(project.map(|_| copied));
    Ok(Answer { location: Some(format!("/api/v3/job_statuses/{id}")), ..Answer::empty(StatusCode::FOUND) })
}

/// How a copy goes, which is told to whoever asked for it.
fn job(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let copying = state.copies.iter().find(|it| it.id == id && it.user == asked.caller.id).ok_or_else(Answer::not_found)?;
    let mut all = json!({ "_type": "JobStatus", "jobId": id, "status": state.copying, "message": null, "payload": null });
    if state.copying == "success" {
        all["payload"] = json!({ "title": "Copy project", "redirect": "/projects/copy", "errors": state.copying_problems });
        all["payload"]["_links"]["project"] = copying.project.map_or(json!(null), |id| values::project_link(state, id));
    } else if state.copying == "failure" {
        all["message"] = json!("Failed to copy the project.");
        all["payload"] = json!({ "title": "Copy project", "errors": state.copying_problems });
    }
    Ok(Answer::json(all))
}

/// The module is switched on in the first project only.
fn budgets(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let project = seen(state, id, asked)?;
    if project.id != 1 {
        return Err(Answer::forbidden());
    }
    Ok(whole(state.budgets.iter().filter(|it| it.project == project.id).map(|it| values::part(state, "Budget", it)).collect()))
}

fn make_version(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let project = asked.linked("definingProject").unwrap_or_default();
    if !state.may(asked.caller, Right::Manage, project) {
        return Err(Answer::forbidden());
    }
    let day = |key: &str| asked.body[key].as_str().and_then(|it| it.parse().ok());
    let version = Version {
        id: state.next_id(),
        project,
        name: asked.text("name").unwrap_or_default(),
        description: asked.text("description").unwrap_or_default(),
        status: "open".into(),
        sharing: "none",
        start: day("startDate"),
        end: day("endDate"),
    };
    check_version(state, &version)?;
    state.versions.push(version.clone());
    Ok(Answer::created(values::version(state, &version)))
}

fn check_version(state: &State, version: &Version) -> Result<(), Answer> {
    let mut wrong = Vec::new();
    if state.versions.iter().any(|it| it.id != version.id && it.project == version.project && it.name == version.name) {
        wrong.push(("name", "Name has already been taken."));
    }
    if version.end.zip(version.start).is_some_and(|(end, start)| end < start) {
        wrong.push(("endDate", "Finish date must be greater than or equal to the start date."));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Answer::invalid(&wrong)) }
}

fn version_at(state: &State, id: &str, asked: &Asked<'_>) -> Result<usize, Answer> {
    let id = number(id)?;
    let at = state.versions.iter().position(|it| it.id == id).ok_or_else(Answer::not_found)?;
    if state.may(asked.caller, Right::Manage, state.versions[at].project) { Ok(at) } else { Err(Answer::forbidden()) }
}

fn change_version(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = version_at(state, id, asked)?;
    let mut version = state.versions[at].clone();
    for (key, slot) in [("name", &mut version.name), ("description", &mut version.description), ("status", &mut version.status)] {
        if let Some(text) = asked.text(key) {
            *slot = text;
        }
    }
    for (key, slot) in [("startDate", &mut version.start), ("endDate", &mut version.end)] {
        if let Some(day) = asked.body.get(key) {
            *slot = day.as_str().and_then(|it| it.parse().ok());
        }
    }
    check_version(state, &version)?;
    state.versions[at] = version;
    Ok(Answer::json(values::version(state, &state.versions[at])))
}

fn delete_version(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = version_at(state, id, asked)?;
    let id = state.versions[at].id;
    if state.packages.iter().any(|it| it.version == Some(id)) {
        return Err(Answer::invalid(&[("base", "The version cannot be deleted as it has work packages attached.")]));
    }
    state.versions.remove(at);
    Ok(Answer::no_content())
}
