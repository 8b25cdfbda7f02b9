//! Issues, merge requests, comments, milestones.

use commands::event::Object;
use serde_json::Value;

use super::{
    Told,
    changes::{labels, read},
    moment, number, place, text,
};

/// An issue or merge request, by its attributes; `mark` is `#` or `!`.
fn object(body: &Value, of: &Value, mark: char) -> Object {
    Object {
        key: number(&of["iid"]).map_or_else(|| "?".into(), |it| format!("{mark}{it}")),
        title: text(&of["title"]).unwrap_or_default(),
        url: text(&of["url"]),
        place: place(body),
        state: text(&of["state"]),
    }
}

pub(super) fn issue(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let verb = match of["action"].as_str().unwrap_or("update") {
        "open" => "created",
        "close" => "closed",
        "reopen" => "reopened",
        _ => "updated",
    };
    let mut told = Told::new(format!("issue.{verb}"), body, object(body, of, '#'));
    told.labels = labels(&body["labels"]);
    told.changes = read(body);
    told.text = text(&of["description"]).filter(|_| verb == "created");
    told.at = moment(&of["updated_at"]);
    told
}

pub(super) fn merge_request(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let pushed = of["oldrev"].is_string();
    let verb = match of["action"].as_str().unwrap_or("update") {
        "open" => "opened",
        "close" => "closed",
        "reopen" => "reopened",
        "merge" => "merged",
        // One person's, and the last that was missing.
        "approval" | "approved" => "approved",
        "unapproval" | "unapproved" => "unapproved",
        _ if pushed => "pushed",
        _ => "updated",
    };
    let mut told = Told::new(format!("merge_request.{verb}"), body, object(body, of, '!'));
    told.labels = labels(&body["labels"]);
    told.changes = read(body);
    told.text = match verb {
        "opened" => text(&of["description"]),
        "pushed" => text(&of["last_commit"]["message"]),
        _ => None,
    };
    told.at = moment(&of["updated_at"]);
    told
}

/// A comment is about what it is on.
pub(super) fn note(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let (kind, mut object) = match of["noteable_type"].as_str().unwrap_or_default() {
        "Issue" => ("issue.commented", object(body, &body["issue"], '#')),
        "MergeRequest" => ("merge_request.commented", object(body, &body["merge_request"], '!')),
        "Commit" => {
            let commit = &body["commit"];
            let id = text(&commit["id"]).unwrap_or_default();
            let title = text(&commit["message"]).unwrap_or_default();
            let (key, title) = (id.get(..8).unwrap_or(&id).to_owned(), title.lines().next().unwrap_or_default().to_owned());
            ("commit.commented", Object { key, title, url: None, place: place(body), state: None })
        }
        "Snippet" => {
            let snippet = &body["snippet"];
            let key = number(&snippet["id"]).map_or_else(|| "?".into(), |it| format!("${it}"));
            let title = text(&snippet["title"]).unwrap_or_default();
            ("snippet.commented", Object { key, title, url: None, place: place(body), state: None })
        }
        other => {
            let key = other.to_lowercase();
            ("comment.created", Object { title: key.clone(), key, url: None, place: place(body), state: None })
        }
    };
    // The comment's own place in the page.
    object.url = text(&of["url"]).or(object.url);
    let mut told = Told::new(kind, body, object);
    told.labels = labels(&body["issue"]["labels"]);
    told.labels.extend(labels(&body["merge_request"]["labels"]));
    told.text = text(&of["note"]);
    told.at = moment(&of["updated_at"]);
    told
}

pub(super) fn milestone(body: &Value) -> Told {
    let of = &body["object_attributes"];
    let verb = match body["action"].as_str().unwrap_or_default() {
        "create" => "created",
        "close" => "closed",
        "reopen" => "reopened",
        "delete" => "deleted",
        _ => "updated",
    };
    let title = text(&of["title"]).unwrap_or_default();
    let place_url = text(&body["project"]["web_url"]);
    let url = place_url.zip(number(&of["iid"])).map(|(project, iid)| format!("{project}/-/milestones/{iid}"));
    let object = Object { key: format!("%{title}"), title, url, place: place(body), state: text(&of["state"]) };
    Told { at: moment(&of["updated_at"]), ..Told::new(format!("milestone.{verb}"), body, object) }
}

/// A reaction is about what it is on.
pub(super) fn emoji(body: &Value) -> Told {
    let verb = if body["event_type"].as_str().or(body["object_attributes"]["action"].as_str()) == Some("revoke") {
        "unreacted"
    } else {
        "reacted"
    };
    let on = ["issue", "merge_request", "note"].iter().find(|it| body[**it].is_object());
    let (noun, object) = match on {
        Some(&"merge_request") => ("merge_request", object(body, &body["merge_request"], '!')),
        _ => ("issue", object(body, &body["issue"], '#')),
    };
    let emoji = text(&body["object_attributes"]["name"]).map(|it| format!(":{it}:"));
    Told { text: emoji, ..Told::new(format!("{noun}.{verb}"), body, object) }
}
