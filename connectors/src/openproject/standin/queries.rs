//! The simulated OpenProject's saved queries and notifications.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, Outcome,
    filter::{self, Condition, OF_PACKAGES},
    number,
    state::{COLUMNS, Notification, Package, Query, Right, State},
    values, whole,
};

pub(super) fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    Some(match (method.as_str(), path) {
        ("GET", ["queries"]) => list(state, asked),
        ("POST", ["queries"]) => create(state, asked),
        ("GET", ["queries", id]) => show(state, id, asked),
        ("PATCH", ["queries", id]) => change(state, id, asked),
        ("DELETE", ["queries", id]) => at(state, id).map(|at| {
            state.queries.remove(at);
            Answer::no_content()
        }),
        ("PATCH", ["queries", id, verb @ ("star" | "unstar")]) => at(state, id).map(|at| {
            state.queries[at].starred = *verb == "star";
            Answer::json(query(state, &state.queries[at]))
        }),
        ("GET", ["notifications"]) => notifications(state, asked),
        ("POST", ["notifications", "read_ian"]) => {
            state.notifications.iter_mut().for_each(|it| it.read = true);
            Ok(Answer::no_content())
        }
        ("POST", ["notifications", id, "read_ian"]) => read(state, id),
        _ => return None,
    })
}

fn at(state: &State, id: &str) -> Result<usize, Answer> {
    let id = number(id)?;
    state.queries.iter().position(|it| it.id == id).ok_or_else(Answer::not_found)
}

fn query(state: &State, it: &Query) -> Value {
    let column = |(key, title): &(&str, &str)| json!({ "href": format!("/api/v3/queries/columns/{key}"), "title": title });
    json!({
        "_type": "Query", "id": it.id, "name": it.name, "public": it.public, "starred": it.starred,
        "_links": {
            "self": { "href": format!("/api/v3/queries/{}", it.id), "title": it.name },
            "project": it.project.map_or(json!({ "href": null }), |id| values::project_link(state, id)),
            "columns": it.columns.iter().map(column).collect::<Vec<_>>(),
        },
    })
}

fn list(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["project", "id", "updated_at"])?;
    let passes = |it: &&Query| conditions.iter().all(|condition| condition.name != "project" || condition.has(it.project));
    Ok(whole(state.queries.iter().filter(passes).map(|it| query(state, it)).collect()))
}

fn show(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let it = &state.queries[at(state, id)?];
    let condition = |(name, operator, values): &(String, String, Vec<String>)| Condition {
        name: name.clone(),
        operator: operator.clone(),
        values: values.clone(),
    };
    let conditions: Vec<Condition> = it.filters.iter().map(condition).collect();
    let passes = |package: &&Package| {
        state.may(asked.caller, Right::View, package.project)
            && it.project.is_none_or(|id| package.project == id)
            && conditions.iter().all(|condition| filter::passes(state, package, condition))
    };
    let found = state.packages.iter().filter(passes).collect();
    let mut all = query(state, it);
    all["_embedded"] = json!({ "results": asked.page_of(found, |it| values::package(state, it, asked.caller)).body });
    Ok(Answer::json(all))
}

fn create(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let name = asked.text("name").unwrap_or_default();
    if name.trim().is_empty() {
        return Err(Answer::invalid(&[("name", "Name can't be blank.")]));
    }
    let filters = filters_of(asked)?;
    let new = Query {
        id: state.next_id(),
        name,
        project: asked.linked("project"),
        public: asked.body["public"] == true,
        starred: false,
        filters,
        columns: COLUMNS.to_vec(),
    };
    state.queries.push(new.clone());
    Ok(Answer::created(query(state, &new)))
}

fn change(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = at(state, id)?;
    let filters = asked.body["filters"].is_array().then(|| filters_of(asked)).transpose()?;
    let it = &mut state.queries[at];
    match asked.text("name") {
        Some(name) if name.trim().is_empty() => return Err(Answer::invalid(&[("name", "Name can't be blank.")])),
        Some(name) => it.name = name,
        None => {}
    }
    if let Some(public) = asked.body["public"].as_bool() {
        it.public = public;
    }
    if let Some(filters) = filters {
        it.filters = filters;
    }
    Ok(Answer::json(query(state, &state.queries[at])))
}

/// Name, operator and values of each filter of a query that is sent.
fn filters_of(asked: &Asked<'_>) -> Result<Vec<(String, String, Vec<String>)>, Answer> {
    let mut filters = Vec::new();
    for it in asked.body["filters"].as_array().into_iter().flatten() {
        let last =
            |key: &str| it["_links"][key]["href"].as_str().and_then(|it| it.rsplit('/').next()).unwrap_or_default().to_owned();
        let filter = last("filter");
        if !OF_PACKAGES.contains(&filter.as_str()) {
            return Err(Answer::invalid(&[("filters", "Filters filter does not exist.")]));
        }
        let operator =
            url::form_urlencoded::parse(format!("o={}", last("operator")).as_bytes()).next().map(|(_, it)| it.into_owned());
        let linked = it["_links"]["values"].as_array().into_iter().flatten().filter_map(values::id_of).map(|it| it.to_string());
        let plain = it["values"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        filters.push((filter, operator.unwrap_or_default(), linked.chain(plain).collect()));
    }
    Ok(filters)
}

fn notifications(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["readIAN", "id", "project", "reason"])?;
    let passes = |it: &&Notification| {
        conditions.iter().all(|condition| condition.name != "readIAN" || condition.is(if it.read { "t" } else { "f" }))
    };
    let write = |it: &Notification| {
        let package = state.package(it.package);
        json!({
            "_type": "Notification", "id": it.id, "reason": it.reason, "readIAN": it.read, "createdAt": state.now(),
            "_links": {
                "actor": values::principal_link(state, Some(it.actor)),
                "project": package.map(|it| values::project_link(state, it.project)),
                "resource": package.map(|it| json!({ "href": format!("/api/v3/work_packages/{}", it.id), "title": it.subject })),
            },
        })
    };
    Ok(asked.page(state.notifications.iter().rev().filter(passes).map(write).collect()))
}

fn read(state: &mut State, id: &str) -> Outcome {
    let id = number(id)?;
    let it = state.notifications.iter_mut().find(|it| it.id == id).ok_or_else(Answer::not_found)?;
    it.read = true;
    Ok(Answer::no_content())
}
