//! `SEARCH` (RFC 5323) and `REPORT` with Nextcloud's filter.

use axum::http::StatusCode;

use super::{
    Answer, Asked, BOT, State,
    properties::{Wanted, response},
    state::Node,
};
use crate::nextcloud::{dav::Element, path};

pub fn search(state: &State, asked: &Asked<'_>) -> Answer {
    let bad = |message: &str| Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", message);
    let Some(request) = Element::parse(asked.body).filter(|it| it.name == "searchrequest") else {
        return bad("Expected a searchrequest");
    };
    let Some(basic) = request.child("basicsearch") else { return bad("Expected a basicsearch") };
    let scope = basic.child("from").and_then(|it| it.child("scope")).and_then(|it| it.text_of("href")).map(path::decode);
    let start = format!("/files/{BOT}");
    let Some(folder) = scope.as_deref().and_then(|it| it.strip_prefix(&start)) else {
        return bad("Search is only supported on user's files");
    };
    let folder = if folder.is_empty() { "/" } else { folder };
    if state.at(folder.trim_end_matches('/')).is_none() && folder != "/" {
        return Answer::not_found(folder);
    }
    let start = path::join(folder, "");
    let Some(test) = basic.child("where").and_then(|it| it.children.first()) else { return bad("Expected a where") };
    let wanted = basic.child("select").map_or(Wanted::All, Wanted::read);
    let limit = basic.child("limit").and_then(|it| it.text_of("nresults")).and_then(|it| it.parse().ok()).unwrap_or(usize::MAX);
    let mut found: Vec<&Node> = Vec::new();
    for node in state.nodes.iter().filter(|it| it.path.starts_with(&start) && it.path != "/") {
        match holds(state, node, test) {
            Some(true) => found.push(node),
            Some(false) => {}
            None => return bad("requested property is not a valid property for this scope"),
        }
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.modified));
    Answer::multistatus(&found.into_iter().take(limit).map(|it| response(state, it, &wanted)).collect::<String>())
}

/// None for a test that Nextcloud does not know.
fn holds(state: &State, node: &Node, test: &Element) -> Option<bool> {
    if test.name == "and" || test.name == "or" {
        let all: Vec<bool> = test.children.iter().map(|it| holds(state, node, it)).collect::<Option<_>>()?;
        return Some(if test.name == "and" { all.into_iter().all(|it| it) } else { all.into_iter().any(|it| it) });
    }
    let property = &test.child("prop")?.children.first()?.name;
    let literal = test.child("literal")?.text.trim().to_owned();
    let mime = if node.is_folder { "httpd/unix-directory" } else { &node.mime };
    match (property.as_str(), test.name.as_str()) {
        ("displayname", "like") => Some(like(path::name(&node.path), &literal)),
        ("getcontenttype", "like") => Some(like(mime, &literal)),
        ("getcontenttype", "eq") => Some(mime == literal),
        ("size", "gt") => Some(state.size(node) > literal.parse().ok()?),
        ("getlastmodified", "gte") => Some(node.modified >= literal.parse().ok()?),
        ("favorite", "eq") => Some(node.is_favorite == (literal == "yes" || literal == "1")),
        ("fileid", "eq") => Some(node.id.to_string() == literal),
        _ => None,
    }
}

/// SQL's LIKE with `%` at the ends, in any case.
fn like(text: &str, pattern: &str) -> bool {
    let (text, inner) = (text.to_lowercase(), pattern.trim_matches('%').to_lowercase());
    match (pattern.starts_with('%'), pattern.ends_with('%')) {
        (true, true) => text.contains(&inner),
        (true, false) => text.ends_with(&inner),
        (false, true) => text.starts_with(&inner),
        (false, false) => text == inner,
    }
}

pub fn report(state: &State, asked: &Asked<'_>) -> Answer {
    let Some(request) = Element::parse(asked.body).filter(|it| it.name == "filter-files") else {
        return Answer::sabre(StatusCode::UNSUPPORTED_MEDIA_TYPE, "ReportNotSupported", "This report is not supported");
    };
    let wanted = Wanted::read(&request);
    let rules = request.child("filter-rules");
    let tag = rules.and_then(|it| it.text_of("systemtag"));
    let favorite = rules.and_then(|it| it.text_of("favorite")).is_some();
    if tag.is_none() && !favorite {
        return Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", "Missing filter-rule block in request");
    }
    if tag.is_some_and(|tag| state.tags.iter().all(|it| it.id.to_string() != tag)) {
        return Answer::sabre(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", "Cannot filter by non-existing tag");
    }
    let fits = |it: &&Node| (!favorite || it.is_favorite) && tag.is_none_or(|tag| it.tags.iter().any(|it| it.to_string() == tag));
    Answer::multistatus(&state.nodes.iter().filter(fits).map(|it| response(state, it, &wanted)).collect::<String>())
}
