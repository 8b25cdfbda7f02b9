//! Sprints, versions, projects, boards, people, links, and comments and work logs whose issue is not told; and what is none
//! of these.

use commands::{
    Event,
    event::{Change, Object},
};
use serde_json::Value;

use super::{
    happened,
    read::{at, id_of, kind_from, site, user},
    written,
};
use crate::{
    Delivery,
    jira::param,
    payload::{first, said, shown, text},
};

/// Parts of a body that an event may be about, the likeliest first. Who did it comes along with everything.
const NOUNS: &[&str] = &[
    "sprint",
    "version",
    "worklog",
    "comment",
    "attachment",
    "issueLink",
    "issuelink",
    "board",
    "configuration",
    "filter",
    "issueType",
    "issuetype",
    "property",
    "project",
    "user",
];

pub(super) fn read(delivery: &Delivery<'_>, body: &Value, name: &str) -> Event {
    let at = at(delivery, body);
    let of_people = name.starts_with("user");
    let noun = NOUNS.iter().copied().find(|it| body[*it].is_object() && (*it != "user" || of_people));
    let part = noun.map_or(body, |it| &body[it]);
    let number = ["/id", "/key", "/accountId", "/name"].iter().find_map(|it| shown(part, it)).unwrap_or_default();
    let edited = if name.ends_with("_updated") { &part["updateAuthor"] } else { &Value::Null };
    let by = [&body["user"], edited, &part["author"], &part["updateAuthor"], &body["initiator"]];
    let by = by.into_iter().filter(|_| !of_people).find_map(user);
    let mut event = Event {
        id: id_of(delivery, if name.is_empty() { "automation" } else { name }, &number, at),
        source: delivery.hook.to_owned(),
        kind: kind_from(name),
        at,
        actor: by.as_ref().map(|it| it.label().to_owned()).filter(|it| !it.is_empty()),
        actor_id: by.as_ref().and_then(happened::id_of),
        ..Event::default()
    };
    let address = site(body);
    let below = |path: String| address.map(|it| format!("{it}{path}"));
    match noun {
        Some("sprint") => {
            let board = shown(part, "/originBoardId");
            event.object.url =
                board.and_then(|board| below(format!("/secure/RapidBoard.jspa?rapidView={board}&sprint={number}")));
            event.object.state = text(part, "/state").map(str::to_lowercase);
            event.text = text(part, "/goal").and_then(said);
            event.changes = changed(&body["oldValue"], part, &["name", "goal", "state", "startDate", "endDate"]);
            name_it(&mut event, "sprint", part);
        }
        Some("version") => {
            let project = shown(part, "/projectId").unwrap_or_default();
            event.object.url = below(format!("/projects/{project}/versions/{number}")).filter(|_| !name.ends_with("deleted"));
            event.object.state = Some(match (&part["archived"], &part["released"]) {
                (Value::Bool(true), _) => "archived".to_owned(),
                (_, Value::Bool(true)) => "released".to_owned(),
                _ => "unreleased".to_owned(),
            });
            event.text = text(part, "/description").and_then(said);
            event.changes = changed(&body["oldValue"], part, &["name", "description", "releaseDate"]);
            if let Some(other) = text(body, "/mergedTo/name") {
                event.kind = "version.merged".into();
                event.changes.push(Change {
                    field: "version".into(),
                    from: text(part, "/name").map(str::to_owned),
                    to: Some(other.to_owned()),
                });
            }
            name_it(&mut event, "version", part);
        }
        Some("project") => {
            let key = text(part, "/key").unwrap_or("project").to_owned();
            event.object = Object {
                title: text(part, "/name").filter(|it| *it != key).map_or_else(|| format!("project {key}"), str::to_owned),
                url: text(part, "/key").and_then(|it| below(format!("/browse/{it}"))),
                place: Some(key.clone()),
                key,
                state: None,
            };
        }
        Some(noun @ ("board" | "configuration")) => {
            event.object.url = below(format!("/secure/RapidBoard.jspa?rapidView={number}")).filter(|_| !number.is_empty());
            name_it(&mut event, if noun == "board" { noun } else { "board" }, part);
        }
        Some("filter") => {
            event.object.url = below(format!("/issues/?filter={number}"));
            name_it(&mut event, "filter", part);
        }
        Some("user") => {
            let somebody = user(part);
            event.object.key = somebody.as_ref().and_then(happened::id_of).unwrap_or_else(|| "user".to_owned());
            event.object.title =
                somebody.map(|it| format!("account of {}", it.label())).unwrap_or_else(|| "an account".to_owned());
        }
        Some(noun @ ("comment" | "worklog")) => {
            let place = text(part, "/self").and_then(|it| it.split_once("/issue/")).and_then(|(_, it)| it.split('/').next());
            let issue = shown(part, "/issueId").or_else(|| place.map(str::to_owned));
            on_issue(&mut event, issue, address);
            event.object.title = match text(part, "/timeSpent") {
                Some(spent) => format!("{spent} of work"),
                None if noun == "worklog" => "some work".to_owned(),
                None => "Jira does not tell its summary".to_owned(),
            };
            let known: Vec<_> = [user(&part["author"]), user(&part["updateAuthor"])].into_iter().flatten().collect();
            let (text, concerns) = written::read(part.get("body").unwrap_or(&part["comment"]), &known, by.as_ref());
            event.text = text;
            if noun == "comment" {
                let verb = name.trim_start_matches("comment_");
                let verb = match verb {
                    "created" => "commented",
                    "updated" => "comment_edited",
                    "deleted" => "comment_deleted",
                    other => other,
                };
                event.kind = format!("issue.{verb}");
                event.concerns = if verb == "commented" { concerns } else { Vec::new() };
            }
        }
        Some("attachment") => {
            let file = text(part, "/filename").unwrap_or("a file").to_owned();
            event.object.title = format!("file {file}");
            event.object.key = file;
            event.object.url =
                text(part, "/content").filter(|it| it.starts_with("http") && !name.ends_with("deleted")).map(str::to_owned);
        }
        Some("issueLink" | "issuelink") => {
            let (from, to) = (shown(part, "/sourceIssueId"), shown(part, "/destinationIssueId"));
            let how = first(part, &["/issueLinkType/outwardName", "/issueLinkType/outward", "/issueLinkType/name"])
                .unwrap_or("relates to");
            let called = |it: &Option<String>| it.as_ref().map_or_else(|| "an issue".to_owned(), |it| format!("issue {it}"));
            on_issue(&mut event, from.clone(), address);
            event.object.title = format!("{} {how} {}", called(&from), called(&to));
        }
        _ => unknown(&mut event, part, name),
    }
    event
}

/// `Apollo 4`, titled `sprint Apollo 4`.
fn name_it(event: &mut Event, noun: &str, part: &Value) {
    let called = first(part, &["/name", "/title"]).map(str::to_owned).or_else(|| shown(part, "/id"));
    event.object.key = called.clone().unwrap_or_else(|| noun.to_owned());
    event.object.title = called.map_or_else(|| format!("a {noun} without a name"), |it| format!("{noun} {it}"));
}

/// An issue of which only the number is known: Jira finds it by that.
fn on_issue(event: &mut Event, id: Option<String>, site: Option<&str>) {
    event.object.key = id.as_ref().map_or_else(|| "an issue".to_owned(), |it| format!("issue {it}"));
    let digits = id.filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
    event.object.url = site.zip(digits).map(|(site, id)| format!("{site}/issues/?jql=id%3D{id}"));
}

/// What has a name is called so; what has none, after the event. A rule of Automation may send anything at all.
fn unknown(event: &mut Event, body: &Value, name: &str) {
    const NAMES: &[&str] = &["/summary", "/name", "/title", "/displayName", "/message", "/username", "/key"];
    let own = body.as_object().into_iter().flatten().map(|(_, it)| it).filter(|it| it.is_object());
    let named = |it: &&Value| first(it, NAMES).is_some();
    let part = std::iter::once(body).chain(own).find(named).unwrap_or(body);
    event.object.title = match (first(part, NAMES), name) {
        (Some(title), _) => title.to_owned(),
        (None, "") => "something that Jira does not name".to_owned(),
        (None, name) => name.replace('_', " "),
    };
    let own = ["/key", "/issueKey", "/id"].iter().find_map(|it| shown(part, it)).filter(|it| *it != event.object.title);
    event.object.key = own.unwrap_or_else(|| event.kind.split('.').next().unwrap_or("jira").to_owned());
    if param::is_key(&event.object.key) {
        event.object.place = event.object.key.split('-').next().map(str::to_owned);
        if name.is_empty() {
            event.kind = "issue.reported".into();
        }
    }
    event.object.state = first(part, &["/status", "/status/name", "/state"]).map(str::to_owned);
    if let Some(value) = shown(part, "/value") {
        event.changes.push(Change { field: "value".into(), from: None, to: Some(value.chars().take(120).collect()) });
    }
    event.text = first(part, &["/description", "/text", "/comment"]).and_then(said);
    event.object.url =
        first(part, &["/url", "/link"]).filter(|it| it.starts_with("http") && !it.contains("/rest/")).map(str::to_owned);
}

/// What was another before.
fn changed(old: &Value, new: &Value, fields: &[&str]) -> Vec<Change> {
    if !old.is_object() {
        return Vec::new();
    }
    let day = |it: String| if it.parse::<jiff::Timestamp>().is_ok() { it.chars().take(10).collect() } else { it };
    let value = |of: &Value, field: &str| shown(of, &format!("/{field}")).map(day).filter(|it| it.chars().count() <= 120);
    let named = |field: &str| {
        match field {
            "startDate" => "start",
            "endDate" => "end",
            "releaseDate" => "release",
            other => other,
        }
        .to_owned()
    };
    let one = |field: &&str| Change { field: named(field), from: value(old, field), to: value(new, field) };
    fields.iter().filter(|it| old[**it] != new[**it]).map(one).collect()
}
