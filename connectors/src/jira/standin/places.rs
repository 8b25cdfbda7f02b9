//! Projects with their versions and components; filters; the lists that are the same everywhere.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{
    Answer, Asked, change, jql,
    state::{Component, Filter, LINKS, PRIORITIES, Project, RESOLUTIONS, STATUSES, State, TYPES, Version},
    values,
};

pub fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Answer> {
    let list = |all: &[&str]| Answer::json(all.iter().map(|it| values::named(all, it)).collect());
    let projects = |state: &State| -> Vec<Value> { state.projects.iter().map(|it| values::project(state, &it.key)).collect() };
    Some(match (method.as_str(), path) {
        ("GET", ["field"]) => Answer::json(change::all(state)),
        ("GET", ["priority"]) => list(PRIORITIES),
        ("GET", ["resolution"]) => list(RESOLUTIONS),
        ("GET", ["issuetype"]) => list(TYPES),
        ("GET", ["status"]) => Answer::json((0..STATUSES.len()).map(values::status).collect()),
        ("GET", ["label"]) if state.is_cloud() => {
            let mut all: Vec<String> = state.issues.iter().flat_map(|it| it.labels.clone()).collect();
            all.sort();
            all.dedup();
            asked.page("values", all.into_iter().map(Value::String).collect())
        }
        ("GET", ["issueLinkType"]) => {
            let one = |it: &(&str, &str, &str)| json!({ "id": it.0, "name": it.0, "outward": it.1, "inward": it.2 });
            Answer::json(json!({ "issueLinkTypes": LINKS.iter().map(one).collect::<Vec<_>>() }))
        }
        ("GET", ["project", "search"]) if state.is_cloud() => asked.page("values", projects(state)),
        ("GET", ["project"]) if !state.is_cloud() => Answer::json(projects(state).into()),
        ("POST", ["project"]) => create_project(state, asked),
        (_, ["project", key, ..]) if state.project(key).is_none() => {
            Answer::not_found(format!("No project could be found with key '{key}'."))
        }
        ("GET", ["project", key]) => {
            let mut project = values::project(state, key);
            project["description"] = json!(state.project(key)?.description);
            project["issueTypes"] = TYPES.iter().map(|it| values::named(TYPES, it)).collect();
            Answer::json(project)
        }
        ("DELETE", ["project", key]) => {
            let key = state.project(key)?.key.clone();
            state.projects.retain(|it| it.key != key);
            state.issues.retain(|it| it.project != key);
            Answer::no_content()
        }
        ("GET", ["project", _, "statuses"]) => {
            let statuses: Vec<Value> = (0..STATUSES.len()).map(values::status).collect();
            Answer::json(TYPES.iter().map(|it| json!({ "id": it, "name": it, "statuses": statuses })).collect())
        }
        ("GET", ["project", key, "versions"]) => {
            let key = state.project(key)?.key.clone();
            Answer::json(state.versions.iter().filter(|it| it.project == key).map(|it| values::version(state, it)).collect())
        }
        ("GET", ["project", key, "components"]) => {
            let key = state.project(key)?.key.clone();
            Answer::json(state.components.iter().filter(|it| it.project == key).map(|it| values::component(state, it)).collect())
        }
        ("POST", ["version"]) => create_version(state, asked),
        ("PUT", ["version", id]) => release(state, id, asked),
        ("POST", ["version", id, "removeAndSwap"]) => {
            let Some(id) = state.versions.iter().find(|it| it.id.to_string() == *id).map(|it| it.id) else {
                return Some(no_version(id));
            };
            state.versions.retain(|it| it.id != id);
            state.issues.iter_mut().for_each(|it| it.fix_versions.retain(|it| *it != id));
            Answer::no_content()
        }
        ("POST", ["component"]) => create_component(state, asked),
        ("DELETE", ["component", id]) => {
            let Ok(id) = id.parse::<u64>() else { return Some(Answer::not_found("The component does not exist.")) };
            state.components.retain(|it| it.id != id);
            state.issues.iter_mut().for_each(|it| it.components.retain(|it| *it != id));
            Answer::no_content()
        }
        ("GET", ["filter", "search"]) if state.is_cloud() => {
            let text = asked.get("filterName").unwrap_or_default().to_lowercase();
            let all =
                state.filters.iter().filter(|it| it.name.to_lowercase().contains(&text)).map(|it| filter(state, it)).collect();
            asked.page("values", all)
        }
        ("GET", ["filter", "favourite"]) => Answer::json(state.filters.iter().map(|it| filter(state, it)).collect()),
        ("POST", ["filter"]) => {
            let jql = asked.body["jql"].as_str().unwrap_or_default().to_owned();
            if let Err(message) = jql::find(state, &jql, asked.caller) {
                return Some(Answer::invalid(message));
            }
            let name = asked.body["name"].as_str().unwrap_or_default().to_owned();
            if state.filters.iter().any(|it| it.name == name) {
                return Some(Answer::field("filterName", "Filter with same name already exists."));
            }
            let made = Filter { id: state.next_id(), name, jql, owner: asked.caller };
            let answer = filter(state, &made);
            state.filters.push(made);
            Answer::json(answer)
        }
        (_, ["filter", id]) => {
            let Some(at) = state.filters.iter().position(|it| it.id.to_string() == *id) else {
                return Some(Answer::invalid(format!(
                    "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed. ({id})"
                )));
            };
            if method == Method::DELETE {
                state.filters.remove(at);
                return Some(Answer::no_content());
            }
            Answer::json(filter(state, &state.filters[at]))
        }
        _ => return None,
    })
}

fn filter(state: &State, it: &Filter) -> Value {
    json!({ "id": it.id.to_string(), "name": it.name, "jql": it.jql, "owner": values::user(state, it.owner) })
}

fn no_version(id: &str) -> Answer {
    Answer::not_found(format!("Could not find version for id '{id}'"))
}

fn create_project(state: &mut State, asked: &Asked<'_>) -> Answer {
    let text = |key: &str| asked.body[key].as_str().unwrap_or_default().to_owned();
    let key = text("key");
    let mut errors = Map::new();
    if state.project(&key).is_some() {
        let name = state.project(&key).map(|it| it.name.clone()).unwrap_or_default();
        errors.insert("projectKey".into(), json!(format!("Project '{name}' uses this project key.")));
    } else if key.len() < 2 || !key.bytes().all(|it| it.is_ascii_uppercase()) {
        errors.insert(
            "projectKey".into(),
            json!("Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters."),
        );
    }
    if state.projects.iter().any(|it| it.name.eq_ignore_ascii_case(&text("name"))) {
        errors.insert("projectName".into(), json!("A project with that name already exists."));
    }
    let Some(lead) = state.person(&text(if state.is_cloud() { "leadAccountId" } else { "lead" })) else {
        return Answer::field("projectLead", "You must specify a valid project lead.");
    };
    if !errors.is_empty() {
        return Answer::fields(errors);
    }
    let id = state.next_id();
    state.projects.push(Project {
        id,
        key: key.clone(),
        name: text("name"),
        description: text("description"),
        kind: text("projectTypeKey"),
        lead,
    });
    Answer::created(json!({ "id": id, "key": key, "self": "" }))
}

fn create_version(state: &mut State, asked: &Asked<'_>) -> Answer {
    let project = asked.body["projectId"]
        .as_u64()
        .map(|it| it.to_string())
        .or(asked.body["project"].as_str().map(str::to_owned))
        .unwrap_or_default();
    let Some(project) = state.project(&project).map(|it| it.key.clone()) else {
        return Answer::not_found("The project does not exist.");
    };
    let text = |key: &str| asked.body[key].as_str().map(str::to_owned);
    let name = text("name").unwrap_or_default();
    if state.versions.iter().any(|it| it.project == project && it.name == name) {
        return Answer::field("name", "A version with this name already exists in this project.");
    }
    let version = Version {
        id: state.next_id(),
        project,
        name,
        description: text("description").unwrap_or_default(),
        released: false,
        release_date: text("releaseDate"),
    };
    let answer = values::version(state, &version);
    state.versions.push(version);
    Answer::created(answer)
}

fn release(state: &mut State, id: &str, asked: &Asked<'_>) -> Answer {
    let Some(at) = state.versions.iter().position(|it| it.id.to_string() == id) else { return no_version(id) };
    let before = state.versions[at].id;
    if let Some(next) = asked.body["moveUnfixedIssuesTo"].as_str().and_then(|it| it.rsplit('/').next()?.parse::<u64>().ok()) {
        for issue in state.issues.iter_mut().filter(|it| STATUSES[it.status].2 != "done" && it.fix_versions.contains(&before)) {
            issue.fix_versions.retain(|it| *it != before);
            issue.fix_versions.push(next);
        }
    }
    let version = &mut state.versions[at];
    version.released = asked.body["released"].as_bool().unwrap_or(version.released);
    if let Some(day) = asked.body["releaseDate"].as_str() {
        version.release_date = Some(day.to_owned());
    }
    let version = version.clone();
    Answer::json(values::version(state, &version))
}

fn create_component(state: &mut State, asked: &Asked<'_>) -> Answer {
    let text = |key: &str| asked.body[key].as_str().map(str::to_owned);
    let Some(project) = state.project(&text("project").unwrap_or_default()).map(|it| it.key.clone()) else {
        return Answer::not_found("The project does not exist.");
    };
    let name = text("name").unwrap_or_default();
    if state.components.iter().any(|it| it.project == project && it.name == name) {
        return Answer::field("name", "A component with the name already exists in this project.");
    }
    let lead = text("leadAccountId").or(text("leadUserName")).and_then(|it| state.person(&it));
    let component = Component { id: state.next_id(), project, name, description: text("description").unwrap_or_default(), lead };
    let answer = values::component(state, &component);
    state.components.push(component);
    Answer::created(answer)
}
