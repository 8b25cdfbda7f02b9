//! Merge requests: opened, pushed to, approved, merged.

use commands::{
    Event,
    event::{Commit, Object},
};
use serde_json::Value;

use super::{
    Payload, add,
    changes::{change, labels},
    event, object,
    work::{state, updated, written},
};
use crate::payload::{first_line, list, short, shown, text};

pub(super) fn numbered(payload: &Payload<'_>, of: &Value) -> Object {
    let title = text(of, "/title").unwrap_or("merge request");
    let iid = shown(of, "/iid").unwrap_or_default();
    let url = text(of, "/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/merge_requests/{iid}")));
    Object { state: state(of), ..object(payload.key('!', of), title, url) }
}

pub(super) fn merge_request(payload: &Payload<'_>) -> Option<Event> {
    let body = payload.body;
    let of = body.get("object_attributes")?;
    let is_pushed = text(of, "/oldrev").is_some();
    let verb = match text(of, "/action") {
        Some("open") => "created",
        Some("close") => "closed",
        Some("reopen") => "reopened",
        Some("merge") => "merged",
        // One person's, and the last that was missing.
        Some("approval" | "approved") => "approved",
        // GitLab itself takes approvals back when somebody pushes.
        Some("unapproval" | "unapproved") if of["system"] == true => "approvals_reset",
        Some("unapproval" | "unapproved") => "unapproved",
        _ if is_pushed => "pushed",
        _ => updated(body).unwrap_or("updated"),
    };
    let mut told = event("merge_request", verb, numbered(payload, of));
    told.labels = labels(list(body, "/labels"));
    if told.labels.is_empty() {
        told.labels = labels(list(of, "/labels"));
    }
    let source = text(of, "/source_branch");
    told.branch = source.map(str::to_owned);
    told.about = payload.refers(text(of, "/title").unwrap_or_default());
    add(&mut told.about, payload.refers_by_branch(source.unwrap_or_default()));
    written(payload, &mut told, of, verb);
    match verb {
        "pushed" => {
            let (before, after) = (text(of, "/oldrev").map(short), text(of, "/last_commit/id").map(short));
            told.changes.push(change("head", before, after));
            told.commits = last_commit(of).into_iter().collect();
            told.text = text(of, "/last_commit/message").map(first_line).map(str::to_owned);
        }
        "merged" => told.changes.push(change("into", None, text(of, "/target_branch"))),
        "approvals_reset" => told.text = text(of, "/system_action").map(|it| it.replace('_', " ")),
        _ => {}
    }
    if verb == "merged" {
        // It is locked while it is being merged, which nobody did.
        told.changes.retain(|it| it.field != "state");
    }
    let has_state = told.changes.iter().any(|it| it.field == "state");
    let meant = match verb {
        "merged" => Some(("opened", "merged")),
        "closed" => Some(("opened", "closed")),
        "reopened" => Some(("closed", "opened")),
        _ => None,
    };
    if let Some((from, to)) = meant.filter(|_| !has_state) {
        told.changes.insert(0, change("state", Some(from), Some(to)));
    }
    Some(told)
}

fn last_commit(of: &Value) -> Option<Commit> {
    let commit = of.get("last_commit")?;
    Some(Commit {
        id: text(commit, "/id")?.to_owned(),
        title: first_line(text(commit, "/message").unwrap_or_default()).to_owned(),
        author: text(commit, "/author/name").map(str::to_owned),
        url: text(commit, "/url").map(str::to_owned),
    })
}
