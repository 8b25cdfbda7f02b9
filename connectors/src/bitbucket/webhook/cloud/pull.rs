//! Pull requests of Cloud.

use commands::{
    Event,
    event::{Object, Why},
};
use serde_json::Value;

use super::{
    about, address, change, html, id_of, mentioned, numbered, owned, people, person, place, told, unknown_kind, written,
};
use crate::payload::{said, shown, text};

fn kind(key: &str) -> String {
    let verb = match key.trim_start_matches("pullrequest:") {
        "created" => "created",
        "updated" => "updated",
        "push" => "pushed",
        "fulfilled" => "merged",
        "rejected" => "declined",
        "approved" => "approved",
        "unapproved" => "unapproved",
        "changes_request_created" => "changes_requested",
        "changes_request_removed" => "changes_request_withdrawn",
        "comment_created" => "commented",
        "comment_updated" => "comment_edited",
        "comment_deleted" => "comment_deleted",
        "comment_resolved" => "thread_resolved",
        "comment_reopened" => "thread_unresolved",
        other => return unknown_kind(&format!("pullrequest:{other}")),
    };
    format!("pull.{verb}")
}

pub(super) fn read(key: &str, body: &Value) -> Event {
    let (pull, comment) = (&body["pullrequest"], &body["comment"]);
    let kind = kind(key);
    let place = place(body);
    let number = shown(pull, "/id").unwrap_or_default();
    let branch = |end: &str| text(&pull[end], "/branch/name").map(owned);
    let state = match text(pull, "/state") {
        Some("OPEN") if pull["draft"] == true => Some("draft".to_owned()),
        state => state.map(str::to_lowercase),
    };
    let page = html(pull).or_else(|| Some(format!("{}/pull-requests/{number}", address(body)?)).filter(|_| !number.is_empty()));
    let title = text(pull, "/title").map_or_else(|| format!("a pull request {number}").trim_end().to_owned(), owned);
    let actor = person(&body["actor"]);
    let mut event = Event {
        about: about(place.as_deref(), &[branch("source").as_deref().unwrap_or_default(), &title]),
        object: Object { key: numbered(place.as_deref(), &number, "pull request"), title, url: page, place, state },
        branch: branch("source"),
        ..Event::default()
    };
    let onto = || change("branch", branch("source"), branch("destination"));
    let was = |state: &str| change("state", Some("open".into()), Some(state.to_owned()));
    match kind.as_str() {
        "pull.created" => {
            event.text = written(&pull["summary"]).or_else(|| text(pull, "/description").and_then(said));
            event.changes = told(onto());
            event.concerns = people(pull, "/reviewers", Why::ReviewAsked);
            event.concerns.retain(|it| it.id.is_none() || it.id != id_of(&body["actor"]));
            event.concerns.extend(mentioned(&pull["summary"], actor.as_deref()));
        }
        "pull.merged" => event.changes = [vec![was("merged")], told(onto())].concat(),
        "pull.declined" => {
            event.changes = vec![was(event.object.state.as_deref().filter(|it| *it == "superseded").unwrap_or("declined"))];
            event.text = text(pull, "/reason").and_then(said);
        }
        _ if comment.is_object() => {
            event.text = written(&comment["content"]);
            event.url = html(comment);
            if event.url.is_none()
                && let Some((page, id)) = event.object.url.as_ref().zip(shown(comment, "/id"))
            {
                event.url = Some(format!("{page}#comment-{id}"));
            }
            if kind == "pull.comment_deleted" {
                event.url = None;
            }
            event.paths = text(comment, "/inline/path").map(owned).into_iter().collect();
            if kind == "pull.commented" {
                event.concerns = mentioned(&comment["content"], actor.as_deref());
            }
        }
        _ => {}
    }
    Event { kind, ..event }
}
