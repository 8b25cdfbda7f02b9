//! Data Center's events.

use commands::event::{Change, Object};
use jiff::Timestamp;
use serde_json::Value;

use super::{Happened, Part, change, text, unknown_kind, whole};
use crate::bitbucket::model::short;

pub(super) fn read(key: &str, body: &Value) -> Happened {
    let (kind, parts) = match key {
        "repo:refs_changed" => ("push".to_owned(), pushes(body)),
        "repo:modified" => ("repository.updated".to_owned(), vec![modified(body)]),
        "repo:forked" => ("repository.forked".to_owned(), vec![forked(body)]),
        "repo:comment:added" => ("commit.commented".to_owned(), vec![commit_comment(body)]),
        "repo:comment:edited" => ("commit.comment_updated".to_owned(), vec![commit_comment(body)]),
        "repo:comment:deleted" => ("commit.comment_deleted".to_owned(), vec![commit_comment(body)]),
        "project:modified" => ("project.updated".to_owned(), vec![project(body)]),
        "mirror:repo_synchronized" => ("mirror.synchronized".to_owned(), vec![Part::of(repository_of(&body["repository"]))]),
        key if key.starts_with("pr:") && body["pullRequest"].is_object() => (pull_kind(key), vec![pull(key, body)]),
        other => (unknown_kind(other), vec![Part::of(repository_of(&body["repository"]))]),
    };
    Happened { kind, at: time(&body["date"]), actor: person(&body["actor"]), parts }
}

/// `2019-03-26T15:52:24+0530`.
fn time(date: &Value) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", date.as_str()?).ok()
}

fn person(user: &Value) -> Option<String> {
    text(&user["displayName"]).or_else(|| text(&user["name"]))
}

/// Older versions put a null into it.
fn page(object: &Value) -> Option<String> {
    text(&object["links"]["self"][0]["href"])
}

/// `DEMO/website`.
fn place(repository: &Value) -> Option<String> {
    Some(format!("{}/{}", text(&repository["project"]["key"])?, text(&repository["slug"])?))
}

/// Where it is on the web, without the page's own view at its end.
fn address(repository: &Value) -> Option<String> {
    page(repository).map(|it| it.trim_end_matches("/browse").to_owned())
}

fn repository_of(repository: &Value) -> Object {
    whole(place(repository), page(repository))
}

/// One event for each branch or tag that was pushed. Which commits, it does not tell.
fn pushes(body: &Value) -> Vec<Part> {
    let repository = &body["repository"];
    let changes = body["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    changes.iter().map(|it| push(repository, it)).collect()
}

fn push(repository: &Value, it: &Value) -> Part {
    let name = text(&it["ref"]["displayId"]).unwrap_or_default();
    let noun = if it["ref"]["type"] == "TAG" { "tag" } else { "branch" };
    let (kind, title) = match (it["type"].as_str(), noun) {
        (Some("DELETE"), noun) => (format!("{noun}.deleted"), format!("deleted the {noun} {name}")),
        (Some("ADD"), noun) => (format!("{noun}.created"), format!("made the {noun} {name}")),
        _ => ("push".to_owned(), format!("pushed to {name}")),
    };
    // What is not there has the hash of zeros.
    let hash = |it: &Value| text(it).filter(|it| it.bytes().any(|it| it != b'0'));
    let (from, to) = (hash(&it["fromHash"]), hash(&it["toHash"]));
    let place = place(repository);
    let url = to.as_ref().and_then(|to| Some(format!("{}/commits/{to}", address(repository)?))).or_else(|| page(repository));
    let key = format!("{}@{name}", place.clone().unwrap_or_default());
    let mut part = Part::of(Object { key, title, url, place, state: None });
    part.kind = Some(kind);
    let short = |it: Option<String>| it.map(|it| short(&it).to_owned());
    part.changes = vec![change(noun, short(from), short(to))];
    part.labels = vec![name];
    part
}

fn modified(body: &Value) -> Part {
    let (old, new) = (&body["old"], &body["new"]);
    let mut part = Part::of(repository_of(new));
    part.changes = changed(old, new, &["name", "slug", "description", "public"]);
    let moved = change("project", text(&old["project"]["key"]), text(&new["project"]["key"]));
    if moved.from != moved.to {
        part.changes.push(moved);
    }
    part
}

fn project(body: &Value) -> Part {
    let (old, new) = (&body["old"], &body["new"]);
    let key = text(&new["key"]).unwrap_or_default();
    let title = text(&new["name"]).unwrap_or_else(|| key.clone());
    let mut part = Part::of(Object { key: key.clone(), title, url: page(new), place: Some(key), state: None });
    part.changes = changed(old, new, &["name", "key", "description", "public"]);
    part
}

fn changed(old: &Value, new: &Value, fields: &[&str]) -> Vec<Change> {
    let plain = |it: &Value| match it {
        Value::Bool(it) => Some(it.to_string()),
        it => text(it),
    };
    let all = fields.iter().map(|field| change(field, plain(&old[*field]), plain(&new[*field])));
    all.filter(|it| it.from != it.to).collect()
}

fn forked(body: &Value) -> Part {
    let fork = &body["repository"];
    let origin = &fork["origin"];
    let mut part = Part::of(repository_of(if origin.is_object() { origin } else { fork }));
    part.object.title = format!("forked to {}", place(fork).unwrap_or_default());
    part.object.url = page(fork).or(part.object.url);
    part
}

fn commit_comment(body: &Value) -> Part {
    let repository = &body["repository"];
    let hash = text(&body["commit"]).unwrap_or_default();
    let place = place(repository);
    let key = format!("{}@{}", place.clone().unwrap_or_default(), short(&hash));
    let url = address(repository).map(|it| format!("{it}/commits/{hash}"));
    let mut part = Part::of(Object { title: key.clone(), key, url, place, state: None });
    part.text = text(&body["comment"]["text"]);
    part
}

fn pull_kind(key: &str) -> String {
    let verb = match key.trim_start_matches("pr:") {
        "opened" => "opened",
        "merged" => "merged",
        "declined" => "declined",
        "deleted" => "deleted",
        "modified" => "updated",
        "from_ref_updated" => "pushed",
        "to_ref_updated" => "target_pushed",
        "reviewer:approved" => "approved",
        "reviewer:unapproved" => "unapproved",
        "reviewer:needs_work" | "reviewer:changes_requested" => "changes_requested",
        "reviewer:updated" => "reviewers_updated",
        "comment:added" => "commented",
        "comment:edited" => "comment_updated",
        "comment:deleted" => "comment_deleted",
        other => return unknown_kind(&format!("pr:{other}")),
    };
    format!("pull_request.{verb}")
}

fn pull(key: &str, body: &Value) -> Part {
    let pull = &body["pullRequest"];
    let repository = &pull["toRef"]["repository"];
    let place = place(repository);
    let number = pull["id"].as_u64().unwrap_or_default();
    let url = page(pull).or_else(|| Some(format!("{}/pull-requests/{number}", address(repository)?)));
    let object = Object {
        key: format!("{}#{number}", place.clone().unwrap_or_default()),
        title: text(&pull["title"]).unwrap_or_default(),
        url,
        place,
        state: text(&pull["state"]).map(|it| it.to_lowercase()),
    };
    let mut part = Part::of(object);
    let branch = |end: &str| text(&pull[end]["displayId"]);
    part.labels = branch("toRef").into_iter().collect();
    part.text = match key {
        _ if key.starts_with("pr:comment:") => text(&body["comment"]["text"]),
        "pr:opened" => text(&pull["description"]),
        _ => None,
    };
    let short_hash = |it: &Value| text(it).map(|it| short(&it).to_owned());
    let names = |list: &Value| {
        let all: Vec<String> = list.as_array().into_iter().flatten().filter_map(person).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    part.changes = match key {
        "pr:opened" => vec![change("branch", branch("fromRef"), branch("toRef"))],
        "pr:merged" => vec![change("state", Some("open".into()), Some("merged".into()))],
        "pr:declined" => vec![change("state", Some("open".into()), Some("declined".into()))],
        "pr:from_ref_updated" => {
            vec![change("commit", short_hash(&body["previousFromHash"]), short_hash(&pull["fromRef"]["latestCommit"]))]
        }
        "pr:reviewer:updated" => vec![change("reviewers", names(&body["removedReviewers"]), names(&body["addedReviewers"]))],
        "pr:modified" => {
            let target = change("target", text(&body["previousTarget"]["displayId"]), branch("toRef"));
            let title = change("title", text(&body["previousTitle"]), text(&pull["title"]));
            let mut all: Vec<Change> = [title, target].into_iter().filter(|it| it.from.is_some() && it.from != it.to).collect();
            if body["previousDescription"] != pull["description"] {
                all.push(change("description", None, None));
            }
            all
        }
        _ => Vec::new(),
    };
    part
}
