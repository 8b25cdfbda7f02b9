//! Issues of Cloud's own tracker.

use commands::{
    Event,
    event::{Object, Severity, Why},
};
use serde_json::Value;

use super::{
    about, address, change, changes, concern, html, id_of, mentioned, numbered, owned, person, place, unknown_kind, written,
};
use crate::payload::{shown, text};

fn is_closed(status: &Value) -> bool {
    matches!(status.as_str(), Some("resolved" | "closed" | "invalid" | "duplicate" | "wontfix"))
}

fn kind(key: &str, body: &Value) -> String {
    let changed = &body["changes"];
    let status = if changed["status"].is_object() { &changed["status"] } else { &changed["state"] };
    match key {
        "issue:comment_created" => "issue.commented",
        "issue:created" => "issue.created",
        "issue:updated" if is_closed(&status["new"]) && !is_closed(&status["old"]) => "issue.closed",
        "issue:updated" if is_closed(&status["old"]) && status["new"].is_string() && !is_closed(&status["new"]) => {
            "issue.reopened"
        }
        "issue:updated" if assignee(body).is_object() => "issue.assigned",
        "issue:updated" if changed["assignee"].is_object() || changed["responsible"].is_object() => "issue.unassigned",
        "issue:updated" => "issue.updated",
        other => return unknown_kind(other),
    }
    .to_owned()
}

/// To whom it was given; old payloads have only their name.
fn assignee(body: &Value) -> &Value {
    &body["changes"]["assignee"]["new"]
}

pub(super) fn read(key: &str, body: &Value) -> Event {
    let (issue, comment) = (&body["issue"], &body["comment"]);
    let kind = kind(key, body);
    let place = place(body).or_else(|| text(issue, "/repository/full_name").map(owned));
    let number = shown(issue, "/id").unwrap_or_default();
    let actor = person(&body["actor"]);
    let page = html(issue).or_else(|| Some(format!("{}/issues/{number}", address(body)?)));
    let title = text(issue, "/title").map_or_else(|| format!("an issue {number}").trim_end().to_owned(), owned);
    let priority = text(issue, "/priority").map(owned);
    let is_new = kind == "issue.created";
    let content = if is_new { &issue["content"] } else { &comment["content"] };
    let mut event = Event {
        text: written(content),
        concerns: mentioned(content, actor.as_deref()),
        about: about(place.as_deref(), &[&title]),
        labels: text(issue, "/kind").map(owned).into_iter().chain(priority.clone()).collect(),
        changes: changes(&body["changes"]),
        severity: (is_new && priority.as_deref() == Some("blocker")).then_some(Severity::Critical),
        ..Event::default()
    };
    // What was changed in the text is seen there; the issue's own number in its title is no other object.
    let key = numbered(place.as_deref(), &number, "issue");
    event.about.retain(|it| *it != key);
    for component in ["/component/name", "/milestone/name", "/version/name"] {
        event.labels.extend(text(issue, component).map(owned));
    }
    event.changes.retain(|it| it.field != "responsible" || !body["changes"]["assignee"].is_object());
    let given = if is_new { &issue["assignee"] } else { assignee(body) };
    if let Some(concern) = concern(given, Why::Assigned) {
        if is_new {
            event.changes.push(change("assignee", None, Some(concern.name.clone())));
        }
        event.concerns.retain(|it| it.name != concern.name);
        event.concerns.insert(0, concern);
    }
    event.concerns.retain(|it| it.id.is_none() || it.id != id_of(&body["actor"]) || it.why == Why::Assigned);
    event.url = html(comment).filter(|_| !is_new && event.text.is_some());
    if event.url.is_none()
        && kind == "issue.commented"
        && let Some((page, id)) = page.as_ref().zip(shown(comment, "/id"))
    {
        event.url = Some(format!("{page}#comment-{id}"));
    }
    let state = text(issue, "/state").map(owned);
    Event { kind, object: Object { key, title, url: page, place, state }, ..event }
}
