//! Collaborative tags, and the files that have them.

use axum::http::StatusCode;

use super::{Answer, Asked, State, properties::described, state::Tag, unknown_method};
use crate::nextcloud::dav::{OWNCLOUD, escaped};

fn responses<'a>(base: &str, all: impl Iterator<Item = &'a Tag>) -> Answer {
    let one = |it: &Tag| {
        let truth = |it: bool| Some(it.to_string());
        let all = [
            (OWNCLOUD, "id", Some(it.id.to_string())),
            (OWNCLOUD, "display-name", Some(escaped(&it.name))),
            (OWNCLOUD, "user-visible", truth(true)),
            (OWNCLOUD, "user-assignable", truth(it.can_assign)),
            (OWNCLOUD, "can-assign", truth(it.can_assign)),
        ];
        described(&format!("{base}{}", it.id), all.into_iter())
    };
    let top = described(base, [(OWNCLOUD, "id", None)].into_iter());
    Answer::multistatus(&format!("{top}{}", all.map(one).collect::<String>()))
}

pub fn tags(state: &mut State, rest: &str, asked: &Asked<'_>) -> Answer {
    let id = rest.trim_matches('/');
    match (asked.method, id) {
        ("PROPFIND", "") => responses("/remote.php/dav/systemtags/", state.tags.iter()),
        ("POST", "") => {
            let body = asked.json();
            let name = body["name"].as_str().unwrap_or_default().trim().to_owned();
            if name.is_empty() {
                return Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", "Missing \"name\" attribute");
            }
            if state.tags.iter().any(|it| it.name == name) {
                return Answer::sabre(StatusCode::CONFLICT, "Conflict", "Tag already exists");
            }
            let id = state.tags.iter().map(|it| it.id).max().unwrap_or(0) + 1;
            state.tags.push(Tag { id, name, can_assign: true });
            Answer::status(StatusCode::CREATED).with("content-location", format!("/remote.php/dav/systemtags/{id}"))
        }
        ("DELETE", id) => match state.tags.iter().position(|it| it.id.to_string() == id) {
            Some(_) if !state.is_admin => Answer::forbidden(),
            Some(at) => {
                let tag = state.tags.remove(at);
                for node in &mut state.nodes {
                    node.tags.remove(&tag.id);
                }
                Answer::status(StatusCode::NO_CONTENT)
            }
            None => Answer::not_found(id),
        },
        (other, _) => unknown_method(other),
    }
}

/// `rest` is `{file}/` or `{file}/{tag}`.
pub fn relations(state: &mut State, rest: &str, asked: &Asked<'_>) -> Answer {
    let (file, tag) = rest.split_once('/').unwrap_or((rest, ""));
    let Some(at) = state.nodes.iter().position(|it| it.id.to_string() == file) else { return Answer::not_found(file) };
    let found = state.tags.iter().find(|it| it.id.to_string() == tag).cloned();
    match (asked.method, found) {
        ("PROPFIND", _) if tag.is_empty() => {
            let tags = state.tags.iter().filter(|it| state.nodes[at].tags.contains(&it.id));
            responses(&format!("/remote.php/dav/systemtags-relations/files/{file}/"), tags)
        }
        ("PUT", Some(tag)) if !tag.can_assign => {
            Answer::sabre(StatusCode::FORBIDDEN, "Forbidden", &format!("No permission to assign tag {}", tag.id))
        }
        ("PUT", Some(tag)) => match state.nodes[at].tags.insert(tag.id) {
            true => Answer::status(StatusCode::CREATED),
            false => Answer::sabre(StatusCode::CONFLICT, "Conflict", &format!("Tag with id {} is already assigned", tag.id)),
        },
        ("DELETE", Some(tag)) => match state.nodes[at].tags.remove(&tag.id) {
            true => Answer::status(StatusCode::NO_CONTENT),
            false => Answer::not_found(&tag.id.to_string()),
        },
        (_, None) => Answer::not_found(tag),
        (other, _) => unknown_method(other),
    }
}
