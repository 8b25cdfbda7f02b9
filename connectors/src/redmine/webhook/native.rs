//! Redmine 7's own webhook: `{"type": "issue.updated", "timestamp": "…", "data": {…}}`
//! ([its source](https://github.com/redmine/redmine/blob/master/app/models/webhook_payload.rb)).
//!
//! The data is what the REST API shows of the object to the webhook's owner: issues, wiki pages, time entries, news and
//! versions, each created, updated and deleted. It has no addresses.

use commands::{
    Event,
    event::{Concern, Object, Why},
};
use jiff::Timestamp;
use serde_json::Value;

use super::now::{self, Now};
use crate::{
    Delivery, payload,
    redmine::changes::{self, Happened, Turn},
};

pub(super) fn event(delivery: &Delivery<'_>, body: &Value) -> Option<Event> {
    let kind = payload::text(body, "/type")?;
    let at = payload::when(body, &["/timestamp"]).unwrap_or(delivery.received);
    let data = &body["data"];
    let (noun, verb) = kind.split_once('.').unwrap_or((kind, "changed"));
    // It wraps the object as its REST API does.
    let held = |noun: &str| if data[noun][noun].is_object() { data[noun][noun].clone() } else { data[noun].clone() };
    let object = held(noun);
    if object["is_private"] == true || data["journal"]["private_notes"] == true {
        return None;
    }
    if noun == "issue" {
        return issue(delivery, verb, at, &object, &data["journal"]);
    }
    Some(other(delivery, noun, verb, at, &object))
}

fn issue(delivery: &Delivery<'_>, verb: &str, at: Timestamp, issue: &Value, journal: &Value) -> Option<Event> {
    let it = Now::of(issue, None);
    let id = it.facts.id;
    let happened = match (verb, journal.is_object()) {
        ("created", _) => Happened {
            id: format!("issue-{id}"),
            kind: "issue.created".into(),
            at,
            actor: now::who(&issue["author"]),
            assigned: it.assignee.clone(),
            text: payload::text(issue, "/description").map(str::to_owned),
            ..Happened::default()
        },
        (_, true) => {
            let at = payload::when(journal, &["/created_on"]).unwrap_or(at);
            let (details, notes) = (now::details(journal), payload::text(journal, "/notes"));
            // From one closed status to another is no closing; only that sets `closed_on`.
            let closed = payload::when(issue, &["/closed_on"]);
            let is_now = closed.is_none_or(|it| (it.as_second() - at.as_second()).abs() <= 1);
            let is_closed = issue["status"]["is_closed"] == true && is_now;
            let turn = if changes::is_moved(&details) && is_closed { Turn::Closed } else { Turn::None };
            let journal_id = journal["id"].as_u64();
            Happened {
                id: journal_id.map_or_else(|| format!("issue-{id}-{}", at.as_second()), |it| format!("journal-{it}")),
                kind: changes::kind_of(turn, notes, &details).into(),
                at,
                actor: now::who(&journal["user"]),
                assigned: it.assignee.clone().filter(|_| changes::is_assigned(&details)),
                changes: it.changes(&details),
                text: notes.map(str::to_owned),
                journal: journal_id,
            }
        }
        // A journal that the webhook's owner may not see is left out: nothing that can be told.
        ("updated", false) => return None,
        (verb, false) => {
            let id = if verb == "deleted" { format!("deleted-{id}") } else { format!("issue-{id}-{verb}-{}", at.as_second()) };
            Happened { id, kind: format!("issue.{verb}"), at, ..Happened::default() }
        }
    };
    Some(changes::event(Some(delivery.hook), &it.facts, happened))
}

/// What is no issue: its name, where it is, and what it says.
fn other(delivery: &Delivery<'_>, noun: &str, verb: &str, at: Timestamp, it: &Value) -> Event {
    let words = noun.replace('_', " ");
    let text = |path: &str| payload::text(it, path).map(str::to_owned);
    let actor = now::who(&it["author"]).or_else(|| now::who(&it["user"]));
    let place = text("/project/name");
    let number = it["id"].as_u64();
    let mut about = Vec::new();
    let (object, said) = match noun {
        "time_entry" => {
            let issue = it["issue"]["id"].as_u64().map(|it| format!("#{it}"));
            let hours = payload::shown(it, "/hours").map(|it| format!("{it} h"));
            let parts = [hours, text("/activity/name"), text("/spent_on")].into_iter().flatten();
            let said = parts.collect::<Vec<_>>().join(", ");
            let said = match text("/comments") {
                Some(comment) => format!("{said}: {comment}"),
                None => said,
            };
            about.extend(issue.clone());
            let title = text("/issue/subject").unwrap_or_else(|| "time entry".into());
            (Object { key: issue.unwrap_or_else(|| "time".into()), title, place, ..Object::default() }, Some(said))
        }
        "news" => {
            let said = text("/description").or_else(|| text("/summary"));
            (named("news", text("/title"), place, None), said)
        }
        "version" => (named("version", text("/name"), place, text("/status")), text("/description")),
        "wiki_page" => {
            let said = text("/comments").or_else(|| text("/text").filter(|_| verb == "created"));
            // Spaces are written as underscores in a page's name.
            (named("wiki", text("/title").map(|it| it.replace('_', " ")), place, None), said)
        }
        _ => {
            let title = ["/title", "/subject", "/name"].iter().find_map(|it| text(it));
            let object = named(&words, title.or_else(|| number.map(|it| format!("{words} {it}"))), place, text("/status/name"));
            (object, text("/description"))
        }
    };
    let text = said.and_then(|it| payload::said(&it));
    let named = text.as_deref().map(payload::mentions).unwrap_or_default().into_iter();
    let concerns = named.map(|name| Concern { id: Some(name.clone()), name, why: Why::Mentioned }).collect();
    about.extend(text.as_deref().map(payload::numbers).unwrap_or_default());
    about.retain(|it| *it != object.key);
    // A version of a page is told once, and so is what has neither a number nor a version.
    let of = number.map(|it| it.to_string()).or_else(|| payload::text(it, "/title").map(str::to_owned)).unwrap_or_default();
    Event {
        id: format!("{noun}-{of}-{verb}-{}", at.as_second()),
        source: delivery.hook.to_owned(),
        kind: format!("{noun}.{verb}"),
        at,
        actor_id: actor.as_ref().and_then(|it| it.login.clone()),
        actor: actor.map(|it| it.name),
        object,
        text,
        concerns,
        about,
        ..Event::default()
    }
}

fn named(key: &str, title: Option<String>, place: Option<String>, state: Option<String>) -> Object {
    Object { key: key.to_owned(), title: title.unwrap_or_else(|| format!("a {key} in Redmine")), url: None, place, state }
}
