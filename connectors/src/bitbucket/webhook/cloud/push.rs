//! Pushes to Cloud: an event for each branch or tag that changed.

use commands::{
    Event,
    event::{Commit, Object},
};
use serde_json::Value;

use super::{about, address, change, commit_author, commit_page, html, owned, place, told};
use crate::{
    bitbucket::webhook::push_title,
    payload::{first_line, list, pushed, short, text},
};

pub(super) fn read(body: &Value) -> Vec<Event> {
    let changes = list(body, "/push/changes");
    if changes.is_empty() {
        // One that moved nothing is told as well.
        let object = super::whole(place(body), address(body));
        return vec![Event { kind: "commit.pushed".into(), object, ..Event::default() }];
    }
    changes.iter().map(|it| one(body, it)).collect()
}

fn one(body: &Value, it: &Value) -> Event {
    let (old, new) = (&it["old"], &it["new"]);
    let some = if new.is_object() { new } else { old };
    let name = text(some, "/name").unwrap_or("an unnamed branch");
    let noun = if matches!(some["type"].as_str(), Some("tag" | "annotated_tag")) { "tag" } else { "branch" };
    let flag = |key: &str| it[key] == true;
    let is_new = flag("created") || !old.is_object();
    let is_gone = flag("closed") || !new.is_object();
    // Theirs begins with the newest.
    let commits: Vec<Commit> = list(it, "/commits").iter().rev().filter_map(|it| commit(body, it)).collect();
    let count = commits.len();
    let kind = match (is_gone, is_new) {
        (true, _) => format!("{noun}.deleted"),
        (_, true) if noun == "tag" || commits.is_empty() => format!("{noun}.created"),
        _ if flag("forced") => "commit.force_pushed".to_owned(),
        _ => "commit.pushed".to_owned(),
    };
    let is_push = kind.starts_with("commit.");
    let place = place(body);
    let hash = |it: &Value| text(it, "/target/hash").map(|it| short(it).to_owned());
    let head = text(new, "/target/hash").unwrap_or_default();
    let page = html(some).or_else(|| commit_page(body, head)).filter(|_| !is_gone).or_else(|| address(body));
    let url = text(it, "/links/html/href").map(owned).filter(|it| !is_gone && Some(it) != page.as_ref());
    let title = if is_push { push_title(count, flag("truncated"), name) } else { format!("{noun} {name}") };
    let messages: Vec<&str> = commits.iter().map(|it| it.title.as_str()).collect();
    let about = about(place.as_deref(), &[&[name], messages.as_slice()].concat());
    let (commits, text) = pushed(commits, count);
    let key = if is_push { Some(short(head)).filter(|it| !it.is_empty()).unwrap_or(name) } else { name };
    Event {
        kind,
        object: Object { key: key.to_owned(), title, url: page, place, state: None },
        changes: told(change(noun, hash(old), hash(new))),
        branch: Some(name.to_owned()),
        commits,
        text,
        url,
        about,
        ..Event::default()
    }
}

fn commit(body: &Value, commit: &Value) -> Option<Commit> {
    let id = text(commit, "/hash")?;
    Some(Commit {
        id: id.to_owned(),
        title: text(commit, "/message").map(first_line).unwrap_or_default().to_owned(),
        author: commit_author(commit),
        url: html(commit).or_else(|| commit_page(body, id)),
    })
}
