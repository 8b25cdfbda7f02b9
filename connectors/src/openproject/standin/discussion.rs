//! What belongs to work packages of the simulated OpenProject: comments, files, relations, watchers.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer, Asked, Outcome, filter, number,
    packages::{editable, find},
    state::{Activity, File, Relation, Right, State},
    values, whole,
};
use crate::standin::form;

const KINDS: [&str; 11] = [
    "relates",
    "duplicates",
    "duplicated",
    "blocks",
    "blocked",
    "precedes",
    "follows",
    "includes",
    "partof",
    "requires",
    "required",
];

pub(super) fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    Some(match (method.as_str(), path) {
        ("GET", ["work_packages", id, "activities"]) => activities(state, id, asked),
        ("POST", ["work_packages", id, "activities"]) => comment(state, id, asked),
        ("GET", ["work_packages", id, "attachments"]) => files(state, id, asked),
        ("POST", ["work_packages", id, "attachments"]) => attach(state, id, asked),
        ("GET", ["attachments", id, "content"]) => content(state, id),
        ("DELETE", ["attachments", id]) => detach(state, id),
        ("GET", ["relations"]) => relations(state, asked),
        ("POST", ["work_packages", id, "relations"]) => relate(state, id, asked),
        ("DELETE", ["relations", id]) => unrelate(state, id),
        ("GET", ["work_packages", id, "watchers"]) => watchers(state, id, asked),
        ("POST", ["work_packages", id, "watchers"]) => watch(state, id, asked),
        ("DELETE", ["work_packages", id, "watchers", user]) => unwatch(state, id, user, asked),
        _ => return None,
    })
}

fn activity(state: &State, it: &Activity, package: u64) -> Value {
    let details: Vec<Value> = it.details.iter().map(|it| values::formattable(it)).collect();
    let mut all = json!({
        "_type": if it.comment.is_empty() { "Activity" } else { "Activity::Comment" },
        "id": it.id, "version": it.id, "comment": values::formattable(&it.comment), "details": details,
        "createdAt": it.at, "updatedAt": it.at,
        // As the real one does, without a name.
        "_links": {
            "self": { "href": format!("/api/v3/activities/{}", it.id) },
            "workPackage": { "href": format!("/api/v3/work_packages/{package}") },
            "user": { "href": format!("/api/v3/users/{}", it.user) },
        },
    });
    if state.version.starts_with("16") {
        all["internal"] = json!(it.internal);
    }
    all
}

fn activities(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let package = find(state, id, asked)?;
    Ok(whole(package.activities.iter().map(|it| activity(state, it, package.id)).collect()))
}

fn comment(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = editable(state, id, asked)?;
    let Some(text) = asked.text("comment").filter(|it| !it.trim().is_empty()) else {
        return Err(Answer::invalid(&[("comment", "Comment can't be blank.")]));
    };
    let (now, id) = (state.now(), state.next_id());
    let internal = asked.body["internal"] == true;
    let new = Activity { id, user: asked.caller.id, comment: text, internal, details: Vec::new(), at: now };
    let package = &mut state.packages[at];
    package.updated = now;
    // What follows a change by the same person at once is one with it.
    let last =
        package.activities.last_mut().filter(|it| !internal && it.user == new.user && it.comment.is_empty() && it.at == now);
    match last {
        Some(last) => last.comment = new.comment,
        None => package.activities.push(new),
    }
    let package = &state.packages[at];
    let said = package.activities.last().ok_or_else(Answer::not_found)?;
    Ok(Answer::created(activity(state, said, package.id)))
}

fn files(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let package = find(state, id, asked)?;
    Ok(whole(package.files.iter().map(|it| values::file(state, it, package)).collect()))
}

fn attach(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = editable(state, id, asked)?;
    let Some((metadata, content)) = parts(asked) else {
        let message = "The request is missing a part: metadata and file are needed.";
        return Err(Answer::error(StatusCode::BAD_REQUEST, "InvalidRequestBody", message, None));
    };
    if content.len() > state.largest_file {
        return Err(Answer::invalid(&[("file", "File is too large (maximum size is 5242880 Bytes).")]));
    }
    let id = state.next_id();
    let file = File {
        id,
        name: metadata["fileName"].as_str().unwrap_or_default().to_owned(),
        description: metadata["description"]["raw"].as_str().unwrap_or_default().to_owned(),
        content,
        author: asked.caller.id,
    };
    let now = state.now();
    state.packages[at].updated = now;
    state.packages[at].files.push(file.clone());
    Ok(Answer::json(values::file(state, &file, &state.packages[at])))
}

/// The metadata and the file of a form with both.
fn parts(asked: &Asked<'_>) -> Option<(Value, Vec<u8>)> {
    let (_, metadata) = form::part(asked.bytes, "metadata")?;
    let (_, file) = form::part(asked.bytes, "file")?;
    Some((serde_json::from_slice(metadata).ok()?, file.to_vec()))
}

fn content(state: &State, id: &str) -> Outcome {
    let id = number(id)?;
    let file = state.packages.iter().flat_map(|it| &it.files).find(|it| it.id == id).ok_or_else(Answer::not_found)?;
    Ok(Answer { file: Some(file.content.as_slice().into()), ..Answer::empty(StatusCode::OK) })
}

fn detach(state: &mut State, id: &str) -> Outcome {
    let id = number(id)?;
    let package = state.packages.iter_mut().find(|it| it.files.iter().any(|it| it.id == id)).ok_or_else(Answer::not_found)?;
    package.files.retain(|it| it.id != id);
    Ok(Answer::no_content())
}

fn relations(state: &State, asked: &Asked<'_>) -> Outcome {
    let conditions = filter::read(asked, &["involved", "from", "to", "type", "id"])?;
    let passes = |it: &&Relation| {
        conditions.iter().all(|condition| match condition.name.as_str() {
            "involved" => condition.has(Some(it.from)) || condition.has(Some(it.to)),
            "from" => condition.has(Some(it.from)),
            "to" => condition.has(Some(it.to)),
            _ => true,
        })
    };
    Ok(asked.page(state.relations.iter().filter(passes).map(|it| values::relation(state, it)).collect()))
}

fn relate(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let from = state.packages[editable(state, id, asked)?].id;
    let Some(to) = asked.linked("to").filter(|it| state.package(*it).is_some()) else {
        return Err(Answer::invalid(&[("to", "To work package does not exist.")]));
    };
    let kind = asked.text("type").unwrap_or_default();
    if !KINDS.contains(&kind.as_str()) {
        return Err(Answer::invalid(&[("type", "Type is not set to one of the allowed values.")]));
    }
    if from == to {
        return Err(Answer::invalid(&[("to", "To can't be the same as the work package itself.")]));
    }
    if state.relations.iter().any(|it| (it.from, it.to) == (from, to) || (it.from, it.to) == (to, from)) {
        return Err(Answer::invalid(&[("to", "Related work package has already been taken.")]));
    }
    let relation =
        Relation { id: state.next_id(), from, to, kind, description: asked.text("description"), lag: asked.body["lag"].as_i64() };
    state.relations.push(relation.clone());
    Ok(Answer::created(values::relation(state, &relation)))
}

fn unrelate(state: &mut State, id: &str) -> Outcome {
    let (id, before) = (number(id)?, state.relations.len());
    state.relations.retain(|it| it.id != id);
    if state.relations.len() < before { Ok(Answer::no_content()) } else { Err(Answer::not_found()) }
}

fn watchers(state: &State, id: &str, asked: &Asked<'_>) -> Outcome {
    let package = find(state, id, asked)?;
    let users = state.users.iter().filter(|it| package.watchers.contains(&it.id));
    Ok(whole(users.map(|it| values::user(it, asked.caller)).collect()))
}

fn watch(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = editable(state, id, asked)?;
    let project = state.packages[at].project;
    let sees = |it: &&super::state::User| state.may(super::Caller { id: it.id, admin: it.admin }, Right::View, project);
    let user = values::id_of(&asked.body["user"]).and_then(|id| state.users.iter().find(|it| it.id == id)).filter(sees);
    let Some(user) = user.cloned() else {
        return Err(Answer::invalid(&[("user", "User is not allowed to view this resource.")]));
    };
    state.packages[at].watchers.insert(user.id);
    Ok(Answer::created(values::user(&user, asked.caller)))
}

fn unwatch(state: &mut State, id: &str, user: &str, asked: &Asked<'_>) -> Outcome {
    let (at, user) = (editable(state, id, asked)?, number(user)?);
    if state.packages[at].watchers.remove(&user) { Ok(Answer::no_content()) } else { Err(Answer::not_found()) }
}
