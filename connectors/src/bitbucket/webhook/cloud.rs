//! Cloud's events.

use commands::event::{Change, Object};
use jiff::Timestamp;
use serde_json::Value;

use super::{Happened, Part, change, commit_lines, text, unknown_kind, whole};
use crate::bitbucket::model::short;

pub(super) fn read(key: Option<&str>, body: &Value) -> Happened {
    // The samples that people pass around have lost their header.
    let key = key.map(str::to_owned).unwrap_or_else(|| guess(body));
    let repository = text(&body["repository"]["full_name"]);
    let (kind, parts) = match key.as_str() {
        "repo:push" => ("push".to_owned(), pushes(body)),
        "repo:commit_comment_created" => ("commit.commented".to_owned(), vec![commit_comment(body)]),
        "repo:commit_status_created" | "repo:commit_status_updated" => (status_kind(body), vec![status(body)]),
        "repo:fork" => ("repository.forked".to_owned(), vec![fork(body)]),
        "repo:updated" => ("repository.updated".to_owned(), vec![updated(body)]),
        "repo:transfer" => ("repository.transferred".to_owned(), vec![Part::of(repository_of(body))]),
        "repo:deleted" => ("repository.deleted".to_owned(), vec![Part::of(repository_of(body))]),
        key if key.starts_with("pullrequest:") => (pull_kind(key), vec![pull(key, body)]),
        key if key.starts_with("issue:") => (issue_kind(key, body), vec![issue(key, body)]),
        other => {
            let mut part = Part::of(whole(repository, text(&body["repository"]["links"]["html"]["href"])));
            part.text = text(&body["comment"]["content"]["raw"]);
            (unknown_kind(other), vec![part])
        }
    };
    Happened { kind, at: time(&key, body), actor: person(&body["actor"]), parts }
}

/// What an event is, by what it holds.
fn guess(body: &Value) -> String {
    let has = |key: &str| body.get(key).is_some();
    match () {
        () if has("push") => "repo:push",
        () if has("pullrequest") && has("comment") => "pullrequest:comment_created",
        () if has("approval") => "pullrequest:approved",
        () if has("changes_request") => "pullrequest:changes_request_created",
        () if has("pullrequest") => match body["pullrequest"]["state"].as_str() {
            Some("MERGED") => "pullrequest:fulfilled",
            Some("DECLINED" | "SUPERSEDED") => "pullrequest:rejected",
            _ => "pullrequest:updated",
        },
        () if has("commit_status") => "repo:commit_status_updated",
        () if has("issue") && has("changes") => "issue:updated",
        () if has("issue") && has("comment") => "issue:comment_created",
        () if has("issue") => "issue:created",
        () if has("comment") && has("commit") => "repo:commit_comment_created",
        () if has("fork") => "repo:fork",
        () => "bitbucket:happened",
    }
    .to_owned()
}

/// When it happened, as far as the object tells; a deletion happens when it is told.
fn time(key: &str, body: &Value) -> Option<Timestamp> {
    let places: &[&str] = match key {
        "repo:push" => return None,
        it if it.ends_with("comment_created") => &["/comment/created_on"],
        it if it.ends_with("comment_updated") => &["/comment/updated_on"],
        it if it.ends_with("_deleted") || it.ends_with("_removed") || it.ends_with("unapproved") => &[],
        "pullrequest:created" => &["/pullrequest/created_on"],
        "issue:created" => &["/issue/created_on"],
        _ => &[
            "/approval/date",
            "/changes_request/date",
            "/commit_status/updated_on",
            "/pullrequest/updated_on",
            "/issue/updated_on",
        ],
    };
    places.iter().find_map(|it| body.pointer(it)?.as_str()?.parse().ok())
}

pub(super) fn person(user: &Value) -> Option<String> {
    text(&user["display_name"]).or_else(|| text(&user["nickname"])).or_else(|| text(&user["username"]))
}

fn html(object: &Value) -> Option<String> {
    text(&object["links"]["html"]["href"])
}

fn place(body: &Value) -> Option<String> {
    text(&body["repository"]["full_name"])
}

fn repository_of(body: &Value) -> Object {
    whole(place(body), html(&body["repository"]))
}

/// One event for each branch or tag that was pushed.
fn pushes(body: &Value) -> Vec<Part> {
    let changes = body["push"]["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    changes.iter().map(|it| push(body, it)).collect()
}

fn push(body: &Value, change_: &Value) -> Part {
    let (old, new) = (&change_["old"], &change_["new"]);
    let some = if new.is_object() { new } else { old };
    let name = text(&some["name"]).unwrap_or_default();
    let noun = if matches!(some["type"].as_str(), Some("tag" | "annotated_tag")) { "tag" } else { "branch" };
    let flag = |key: &str| change_[key].as_bool().unwrap_or(false);
    let is_new = flag("created") || old.is_null();
    let is_gone = flag("closed") || new.is_null();
    let commits: Vec<_> = change_["commits"].as_array().into_iter().flatten().filter_map(commit).collect();
    let count = match (commits.len(), flag("truncated")) {
        (count, true) => format!("{count} or more commits"),
        (1, _) => "1 commit".to_owned(),
        (count, _) => format!("{count} commits"),
    };
    let (kind, title) = match (is_gone, is_new, noun) {
        (true, _, noun) => (format!("{noun}.deleted"), format!("deleted the {noun} {name}")),
        (_, true, "tag") => ("tag.created".to_owned(), format!("made the tag {name}")),
        (_, true, _) if commits.is_empty() => ("branch.created".to_owned(), format!("made the branch {name}")),
        _ if flag("forced") => ("push".to_owned(), format!("{count} to {name}, forced")),
        _ => ("push".to_owned(), format!("{count} to {name}")),
    };
    let place = place(body);
    let key = format!("{}@{name}", place.clone().unwrap_or_default());
    let hash = |it: &Value| text(&it["target"]["hash"]).map(|it| short(&it).to_owned());
    let url = text(&change_["links"]["html"]["href"]).or_else(|| html(some));
    let mut part = Part::of(Object { key, title, url, place, state: None });
    part.kind = Some(kind);
    part.changes = vec![change(noun, hash(old), hash(new))];
    part.labels = vec![name];
    part.text = Some(commit_lines(&commits));
    part
}

fn commit(commit: &Value) -> Option<(String, String, Option<String>)> {
    let author = person(&commit["author"]["user"]).or_else(|| {
        let raw = text(&commit["author"]["raw"])?;
        Some(raw.split('<').next().unwrap_or(&raw).trim().to_owned()).filter(|it| !it.is_empty())
    });
    Some((text(&commit["hash"])?, text(&commit["message"]).unwrap_or_default(), author))
}

fn commit_comment(body: &Value) -> Part {
    let hash = text(&body["commit"]["hash"]).unwrap_or_default();
    let place = place(body);
    let title = text(&body["commit"]["message"]).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    let url = html(&body["comment"]).or_else(|| html(&body["commit"]));
    let key = format!("{}@{}", place.clone().unwrap_or_default(), short(&hash));
    let mut part = Part::of(Object { key, title, url, place, state: None });
    part.text = text(&body["comment"]["content"]["raw"]);
    part
}

fn status_kind(body: &Value) -> String {
    let verb = match body["commit_status"]["state"].as_str() {
        Some("SUCCESSFUL") => "passed",
        Some("FAILED") => "failed",
        Some("STOPPED") => "stopped",
        _ => "started",
    };
    format!("build.{verb}")
}

fn status(body: &Value) -> Part {
    let status = &body["commit_status"];
    let place = place(body).or_else(|| text(&status["repository"]["full_name"]));
    let hash = text(&status["commit"]["hash"]).or_else(|| {
        let href = text(&status["links"]["commit"]["href"])?;
        href.rsplit('/').next().map(str::to_owned)
    });
    let title = text(&status["name"]).or_else(|| text(&status["key"])).unwrap_or_else(|| "Build".to_owned());
    let key = format!("{}@{}", place.clone().unwrap_or_default(), short(&hash.unwrap_or_default()));
    let state = text(&status["state"]).map(|it| it.to_lowercase());
    let mut part = Part::of(Object { key, title, url: text(&status["url"]), place, state });
    part.labels = text(&status["refname"]).into_iter().collect();
    part.text = text(&status["description"]);
    part
}

fn fork(body: &Value) -> Part {
    let mut part = Part::of(repository_of(body));
    let name = text(&body["fork"]["full_name"]).unwrap_or_default();
    part.object.title = format!("forked to {name}");
    part.object.url = html(&body["fork"]).or(part.object.url);
    part
}

fn updated(body: &Value) -> Part {
    let mut part = Part::of(repository_of(body));
    part.changes = changes(&body["changes"]);
    part
}

/// `{"title": {"old": "a", "new": "b"}}`; what holds no plain values is named without them.
fn changes(all: &Value) -> Vec<Change> {
    let plain = |it: &Value| match it {
        Value::String(text) => Some(text.clone()).filter(|it| !it.is_empty()),
        Value::Object(object) => ["display_name", "name", "title", "full_name"].iter().find_map(|key| text(object.get(*key)?)),
        Value::Bool(_) | Value::Number(_) => Some(it.to_string()),
        _ => None,
    };
    let is_long = |name: &str| matches!(name, "content" | "description");
    let one = |(name, it): (&String, &Value)| match is_long(name) {
        true => change(name, None, None),
        false => change(name, plain(&it["old"]), plain(&it["new"])),
    };
    all.as_object().into_iter().flatten().filter(|(name, _)| *name != "links").map(one).collect()
}

fn pull_kind(key: &str) -> String {
    let verb = match key.trim_start_matches("pullrequest:") {
        "created" => "opened",
        "fulfilled" => "merged",
        "rejected" => "declined",
        "changes_request_created" => "changes_requested",
        "changes_request_removed" => "changes_request_withdrawn",
        "comment_created" => "commented",
        "comment_updated" => "comment_updated",
        other => other,
    };
    format!("pull_request.{verb}")
}

fn pull(key: &str, body: &Value) -> Part {
    let pull = &body["pullrequest"];
    let place = place(body).or_else(|| text(&pull["destination"]["repository"]["full_name"]));
    let number = pull["id"].as_u64().unwrap_or_default();
    let state = text(&pull["state"]).map(|it| it.to_lowercase());
    let is_comment = key.contains("comment");
    let url = html(&body["comment"]).filter(|_| is_comment).or_else(|| html(pull));
    let object = Object {
        key: format!("{}#{number}", place.clone().unwrap_or_default()),
        title: text(&pull["title"]).unwrap_or_default(),
        url,
        place,
        state,
    };
    let mut part = Part::of(object);
    let branch = |end: &str| text(&pull[end]["branch"]["name"]);
    part.labels = branch("destination").into_iter().collect();
    part.text = match key {
        _ if is_comment => text(&body["comment"]["content"]["raw"]),
        "pullrequest:created" => text(&pull["description"]),
        "pullrequest:rejected" => text(&pull["reason"]),
        _ => None,
    };
    match key {
        "pullrequest:created" => part.changes = vec![change("branch", branch("source"), branch("destination"))],
        "pullrequest:fulfilled" => part.changes = vec![change("state", Some("open".into()), Some("merged".into()))],
        "pullrequest:rejected" => part.changes = vec![change("state", Some("open".into()), Some("declined".into()))],
        _ => {}
    }
    part
}

fn issue_kind(key: &str, body: &Value) -> String {
    let is_closed = |it: &Value| matches!(it.as_str(), Some("resolved" | "closed" | "invalid" | "duplicate" | "wontfix"));
    let status = &body["changes"]["status"];
    let status = if status.is_object() { status } else { &body["changes"]["state"] };
    match key {
        "issue:comment_created" => "issue.commented",
        "issue:updated" if is_closed(&status["new"]) && !is_closed(&status["old"]) => "issue.closed",
        "issue:updated" if is_closed(&status["old"]) && status["new"].is_string() => "issue.reopened",
        "issue:updated" => "issue.updated",
        "issue:created" => "issue.created",
        other => return unknown_kind(other),
    }
    .to_owned()
}

fn issue(key: &str, body: &Value) -> Part {
    let issue = &body["issue"];
    let place = place(body).or_else(|| text(&issue["repository"]["full_name"]));
    let number = issue["id"].as_u64().unwrap_or_default();
    let object = Object {
        key: format!("{}#{number}", place.clone().unwrap_or_default()),
        title: text(&issue["title"]).unwrap_or_default(),
        url: html(issue),
        place,
        state: text(&issue["state"]),
    };
    let mut part = Part::of(object);
    part.labels = ["kind", "priority"].iter().filter_map(|it| text(&issue[*it])).collect();
    part.changes = changes(&body["changes"]);
    part.text = match key {
        "issue:created" => text(&issue["content"]["raw"]),
        _ => text(&body["comment"]["content"]["raw"]),
    };
    part
}
