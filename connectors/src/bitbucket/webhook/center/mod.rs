//! Data Center's events.

use commands::{
    Event,
    event::{Change, Commit, Concern, Object, Severity, Why},
};
use jiff::Timestamp;
use serde_json::Value;

use super::{Told, about, change, named, numbered, owned, push_title, told, unknown_kind, whole};
use crate::payload::{first, first_line, list, mentioned, pushed, said, short, shown, text, when};

mod pull;

pub(super) fn read(key: &str, body: &Value) -> Told {
    let events = match key {
        "repo:refs_changed" => pushes(body),
        "repo:modified" => vec![modified(body)],
        "repo:forked" => vec![forked(body)],
        "repo:comment:added" => vec![commit_comment("commit.commented", body)],
        "repo:comment:edited" => vec![commit_comment("commit.comment_edited", body)],
        "repo:comment:deleted" => vec![commit_comment("commit.comment_deleted", body)],
        "repo:secret_detected" => vec![secret(body)],
        "project:modified" => vec![project(body)],
        "mirror:repo_synchronized" => vec![mirrored(body)],
        key if body["pullRequest"].is_object() => vec![pull::read(key, body)],
        other => vec![unknown(other, body)],
    };
    let actor = &body["actor"];
    Told { at: time(&body["date"]), actor: person(actor), actor_id: login(actor), events }
}

/// `2019-03-26T15:52:24+0530`; of some a number.
fn time(date: &Value) -> Option<Timestamp> {
    let read = |it: &str| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", it).ok();
    date.as_str().and_then(read).or_else(|| when(date, &[""]))
}

fn person(user: &Value) -> Option<String> {
    first(user, &["/displayName", "/name", "/slug"]).map(owned)
}

/// What they sign in with, and are mentioned by.
fn login(user: &Value) -> Option<String> {
    first(user, &["/name", "/slug"]).map(owned)
}

fn concern(user: &Value, why: Why) -> Option<Concern> {
    Some(Concern { name: person(user)?, id: login(user), why })
}

/// Who is named in what the actor wrote: by what they sign in with.
fn named_in(said: &str, body: &Value) -> Vec<Concern> {
    let actor = login(&body["actor"]);
    let found = mentioned(said, actor.as_deref());
    found.into_iter().map(|it| Concern { id: Some(it.name.clone()), ..it }).collect()
}

/// Older versions put a null into it.
fn page(object: &Value) -> Option<String> {
    text(object, "/links/self/0/href").map(owned)
}

/// `DEMO/website`.
fn place(repository: &Value) -> Option<String> {
    Some(format!("{}/{}", text(repository, "/project/key")?, first(repository, &["/slug", "/name"])?))
}

/// Where it is on the web, without the page's own view at its end; of one without links, below its project.
fn address(repository: &Value) -> Option<String> {
    let own = page(repository).map(|it| it.trim_end_matches("/browse").to_owned());
    own.or_else(|| Some(format!("{}/repos/{}", page(&repository["project"])?, text(repository, "/slug")?)))
}

fn repository_of(repository: &Value) -> Object {
    let mut object = whole(place(repository), page(repository).or_else(|| address(repository)));
    if let Some(name) = text(repository, "/name").filter(|it| *it != object.key) {
        object.title = name.to_owned();
    }
    object
}

fn commit_page(repository: &Value, hash: &str) -> Option<String> {
    (!hash.is_empty()).then(|| Some(format!("{}/commits/{hash}", address(repository)?)))?
}

/// One event for each branch or tag that was pushed. Which commits, newer versions tell.
fn pushes(body: &Value) -> Vec<Event> {
    let changes = list(body, "/changes");
    if changes.is_empty() {
        return vec![Event { kind: "commit.pushed".into(), object: repository_of(&body["repository"]), ..Event::default() }];
    }
    changes.iter().map(|it| push(body, it, changes.len() == 1)).collect()
}

fn push(body: &Value, it: &Value, alone: bool) -> Event {
    let repository = &body["repository"];
    let full = first(it, &["/refId", "/ref/id"]).unwrap_or_default();
    let name = text(it, "/ref/displayId").unwrap_or(crate::payload::branch(full));
    let name = if name.is_empty() { "an unnamed branch" } else { name };
    let noun = if it["ref"]["type"] == "TAG" || full.starts_with("refs/tags/") { "tag" } else { "branch" };
    // What is not there has the hash of zeros.
    let hash = |path: &str| text(it, path).filter(|it| it.bytes().any(|it| it != b'0'));
    let (from, to) = (hash("/fromHash"), hash("/toHash"));
    // They are those of the whole push, and begin with the newest.
    let is_theirs = alone || to.is_some() && text(body, "/toCommit/id") == to;
    let commits = if is_theirs { list(body, "/commits") } else { &[] };
    let commits: Vec<Commit> = commits.iter().rev().filter_map(|it| commit(repository, it)).collect();
    let count = commits.len();
    let kind = match it["type"].as_str() {
        Some("DELETE") => format!("{noun}.deleted"),
        Some("ADD") => format!("{noun}.created"),
        _ if noun == "tag" => "tag.moved".to_owned(),
        _ => "commit.pushed".to_owned(),
    };
    let is_push = kind == "commit.pushed";
    let place = place(repository);
    let title = if is_push { push_title(count, false, name) } else { format!("{noun} {name}") };
    let compare = from
        .zip(to)
        .filter(|_| is_push)
        .and_then(|(from, to)| Some(format!("{}/compare/commits?targetBranch={from}&sourceBranch={to}", address(repository)?)));
    let messages: Vec<&str> = commits.iter().map(|it| it.title.as_str()).collect();
    let about = about(None, &[&[name], messages.as_slice()].concat());
    let (commits, text) = pushed(commits, count);
    let short = |it: Option<&str>| it.map(|it| short(it).to_owned());
    Event {
        object: Object {
            key: short(to).filter(|_| is_push).unwrap_or_else(|| name.to_owned()),
            title,
            url: to.and_then(|to| commit_page(repository, to)).or_else(|| repository_of(repository).url),
            place,
            state: None,
        },
        kind,
        changes: told(change(noun, short(from), short(to))),
        branch: Some(name.to_owned()),
        commits,
        text,
        url: compare,
        about,
        ..Event::default()
    }
}

fn commit(repository: &Value, commit: &Value) -> Option<Commit> {
    let id = text(commit, "/id")?;
    Some(Commit {
        id: id.to_owned(),
        title: text(commit, "/message").map(first_line).unwrap_or_default().to_owned(),
        author: person(&commit["author"]),
        url: commit_page(repository, id),
    })
}

fn modified(body: &Value) -> Event {
    let (old, new) = (&body["old"], &body["new"]);
    let mut changes = changed(old, new, &["name", "description", "public", "archived", "defaultBranch"]);
    let moved = change("project", text(old, "/project/key").map(owned), text(new, "/project/key").map(owned));
    if moved.from != moved.to {
        changes.push(moved);
    }
    Event { kind: "repository.updated".into(), object: repository_of(new), changes, ..Event::default() }
}

fn project(body: &Value) -> Event {
    let (old, new) = (&body["old"], &body["new"]);
    let key = text(new, "/key").unwrap_or("project").to_owned();
    let title = text(new, "/name").filter(|it| *it != key).map_or_else(|| format!("the project {key}"), owned);
    Event {
        kind: "project.updated".into(),
        object: Object { key: key.clone(), title, url: page(new), place: Some(key), state: None },
        changes: changed(old, new, &["name", "key", "description", "public"]),
        ..Event::default()
    }
}

fn changed(old: &Value, new: &Value, fields: &[&str]) -> Vec<Change> {
    let plain = |it: &Value| shown(it, "");
    let one = |field: &&str| match *field {
        "description" if old[field] != new[field] => Some(change(field, None, None)),
        "description" => None,
        "defaultBranch" => Some(change("default branch", plain(&old[field]), plain(&new[field]))).filter(|it| it.from != it.to),
        field => Some(change(field, plain(&old[field]), plain(&new[field]))).filter(|it| it.from != it.to),
    };
    fields.iter().filter_map(one).collect()
}

fn forked(body: &Value) -> Event {
    let fork = &body["repository"];
    let origin = if fork["origin"].is_object() { &fork["origin"] } else { fork };
    Event {
        kind: "repository.forked".into(),
        object: repository_of(origin),
        changes: vec![change("fork", None, place(fork))],
        url: page(fork),
        ..Event::default()
    }
}

fn commit_comment(kind: &str, body: &Value) -> Event {
    let (repository, comment) = (&body["repository"], &body["comment"]);
    let hash = first(body, &["/commit", "/commit/id"]).unwrap_or_default();
    let url = commit_page(repository, hash);
    let words = text(comment, "/text").and_then(said);
    Event {
        kind: kind.to_owned(),
        object: Object {
            key: short(hash).to_owned(),
            title: format!("the commit {}", short(hash)),
            url: url.clone().or_else(|| address(repository)),
            place: place(repository),
            state: None,
        },
        url: url
            .zip(shown(comment, "/id"))
            .filter(|_| !kind.ends_with("deleted"))
            .map(|(url, id)| format!("{url}?commentId={id}")),
        paths: first(comment, &["/anchor/path", "/properties/path"]).map(owned).into_iter().collect(),
        concerns: words.as_deref().filter(|_| kind == "commit.commented").map(|it| named_in(it, body)).unwrap_or_default(),
        changes: edited(body),
        text: words,
        ..Event::default()
    }
}

/// That a comment's text was changed, where it is told what it was.
fn edited(body: &Value) -> Vec<Change> {
    body["previousComment"].as_str().map(|_| change("comment", None, None)).into_iter().collect()
}

/// That a commit holds what looks like a secret: where, never what.
fn secret(body: &Value) -> Event {
    let places = list(body, "/secretLocations");
    let found = places.first().unwrap_or(&Value::Null);
    let repository = if body["repository"].is_object() { &body["repository"] } else { &found["repository"] };
    let hash = first(found, &["/commitId", "/commit/id", "/commit"]).unwrap_or_default();
    let mut paths: Vec<String> = places.iter().filter_map(|it| text(it, "/path").map(owned)).take(Event::PATHS).collect();
    paths.dedup();
    let mut object = repository_of(repository);
    object.title = match places.len() {
        0 | 1 => "A secret was pushed".to_owned(),
        count => format!("{count} secrets were pushed"),
    };
    Event {
        kind: "secret.detected".into(),
        object,
        url: commit_page(repository, hash),
        severity: Some(Severity::Critical),
        paths,
        ..Event::default()
    }
}

fn mirrored(body: &Value) -> Event {
    let repository = &body["repository"];
    let branches: Vec<&str> = list(body, "/changes").iter().filter_map(|it| text(it, "/ref/displayId")).take(20).collect();
    Event {
        kind: "mirror.synchronized".into(),
        object: repository_of(repository),
        changes: text(body, "/mirrorServer/name").map(|it| change("mirror", None, Some(it.to_owned()))).into_iter().collect(),
        text: said(&branches.join(", ")),
        ..Event::default()
    }
}

fn unknown(key: &str, body: &Value) -> Event {
    let mut event = Event { kind: unknown_kind(key), object: repository_of(&body["repository"]), ..Event::default() };
    if let Some((what, part, title)) = named(body) {
        event.object.key = ["/key", "/id", "/slug"].iter().find_map(|it| shown(part, it)).unwrap_or_else(|| owned(what));
        event.object.title = title.to_owned();
        event.object.url = page(part).or(event.object.url);
    }
    event.text = text(&body["comment"], "/text").and_then(said);
    event
}
