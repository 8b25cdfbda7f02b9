//! The simulated OpenProject's time entries.

use axum::http::Method;
use serde_json::json;

use super::{
    Answer, Asked, Outcome, filter, forms, number,
    state::{ACTIVITIES, BOT, Right, State, TimeEntry},
    values, whole,
};

pub(super) fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Option<Outcome> {
    Some(match (method.as_str(), path) {
        ("GET", ["time_entries"]) => list(state, asked),
        ("POST", ["time_entries"]) => create(state, asked),
        ("POST", ["time_entries", "form"]) => Ok(form(state)),
        ("POST", ["time_entries", id, "form"]) => at(state, id, asked).map(|_| form(state)),
        ("GET", ["time_entries", "available_projects"]) => Ok(available(state, asked)),
        ("GET", ["time_entries", id]) => {
            at(state, id, asked).map(|at| Answer::json(values::time_entry(state, &state.entries[at])))
        }
        ("PATCH", ["time_entries", id]) => update(state, id, asked),
        ("DELETE", ["time_entries", id]) => at(state, id, asked).map(|at| {
            state.entries.remove(at);
            Answer::no_content()
        }),
        _ => return None,
    })
}

fn form(state: &State) -> Answer {
    let activity =
        json!({ "href": format!("/api/v3/time_entries/activities/{}", ACTIVITIES[0].id), "title": ACTIVITIES[0].name });
    Answer::json(forms::form(forms::time_entry(state), json!({ "_links": { "activity": activity } })))
}

/// Where the caller may log time.
fn available(state: &State, asked: &Asked<'_>) -> Answer {
    let mine = state.projects.iter().filter(|it| state.may(asked.caller, Right::Edit, it.id));
    whole(mine.map(|it| values::project(state, it)).collect())
}

fn at(state: &State, id: &str, asked: &Asked<'_>) -> Result<usize, Answer> {
    let id = number(id)?;
    let seen = |it: &TimeEntry| it.id == id && state.may(asked.caller, Right::View, it.project);
    state.entries.iter().position(seen).ok_or_else(Answer::not_found)
}

fn list(state: &State, asked: &Asked<'_>) -> Outcome {
    let is_new = state.version.starts_with("16");
    let known: &[&str] = match is_new {
        true => &["entity_type", "entity_id", "project", "user", "spent_on", "activity", "updated_at"],
        false => &["work_package", "project", "user", "spent_on", "activity", "updated_at"],
    };
    let conditions = filter::read(asked, known)?;
    let passes = |it: &&TimeEntry| {
        state.may(asked.caller, Right::View, it.project)
            && conditions.iter().all(|condition| match condition.name.as_str() {
                "entity_id" | "work_package" => condition.has(Some(it.package)),
                "project" => condition.has(Some(it.project)),
                "user" => condition.has(Some(it.user)),
                "spent_on" => condition.spans_day(Some(it.spent_on)),
                _ => true,
            })
    };
    let mut found: Vec<&TimeEntry> = state.entries.iter().filter(passes).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.spent_on));
    Ok(asked.page(found.into_iter().map(|it| values::time_entry(state, it)).collect()))
}

fn create(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let of = if state.version.starts_with("16") { "entity" } else { "workPackage" };
    let Some(package) = asked.linked(of).and_then(|id| state.package(id)) else {
        return Err(Answer::invalid(&[(of, "Work package is invalid.")]));
    };
    let (package, project) = (package.id, package.project);
    if !state.may(asked.caller, Right::Edit, project) {
        return Err(Answer::forbidden());
    }
    let user = asked.linked("user").unwrap_or(asked.caller.id);
    if !state.is_member(user, project) && user != BOT {
        return Err(Answer::invalid(&[("user", "User is invalid.")]));
    }
    let entry = TimeEntry {
        id: state.next_id(),
        project,
        package,
        user,
        activity: asked.linked("activity").unwrap_or(ACTIVITIES[0].id),
        hours: asked.text("hours").unwrap_or_default(),
        comment: asked.text("comment").unwrap_or_default(),
        spent_on: asked.body["spentOn"].as_str().and_then(|it| it.parse().ok()).unwrap_or_default(),
        updated: state.now(),
    };
    state.entries.push(entry.clone());
    Ok(Answer::created(values::time_entry(state, &entry)))
}

fn update(state: &mut State, id: &str, asked: &Asked<'_>) -> Outcome {
    let at = at(state, id, asked)?;
    if !state.may(asked.caller, Right::Edit, state.entries[at].project) {
        return Err(Answer::forbidden());
    }
    let entry = &mut state.entries[at];
    for (key, slot) in [("hours", &mut entry.hours), ("comment", &mut entry.comment)] {
        if let Some(text) = asked.text(key) {
            *slot = text;
        }
    }
    if let Some(day) = asked.body["spentOn"].as_str().and_then(|it| it.parse().ok()) {
        entry.spent_on = day;
    }
    if let Some(activity) = asked.linked("activity") {
        entry.activity = activity;
    }
    Ok(Answer::json(values::time_entry(state, &state.entries[at])))
}
