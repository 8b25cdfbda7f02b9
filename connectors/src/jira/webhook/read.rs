//! The bodies of webhooks and of Automation's web requests.

use commands::{Event, event::Change};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    happened::{Happened, event_of, kind_of},
    other,
};
use crate::{
    Delivery,
    jira::{card, param, wire},
    payload::{first, list, shown, text, when},
};

/// None for what no channel may hold.
pub(super) fn events(delivery: &Delivery<'_>, body: &Value) -> Option<Event> {
    // Of a comment or a work log some say it only here.
    let name = match body["issue_event_type_name"].as_str() {
        Some("issue_comment_edited") => "comment_updated",
        Some("issue_comment_deleted") => "comment_deleted",
        Some("issue_work_logged") => logged(body).unwrap_or("worklog_created"),
        Some("issue_worklog_updated") => "worklog_updated",
        Some("issue_worklog_deleted") => "worklog_deleted",
        _ => body["webhookEvent"].as_str().unwrap_or_default().trim_start_matches("jira:"),
    };
    let name: String = name.chars().take(100).collect();
    let issue = issue_of(body);
    if issue.as_ref().is_some_and(card::is_restricted) {
        return None;
    }
    let hidden = |it: &Value| it.get("visibility").is_some_and(|it| !it.is_null());
    if hidden(&body["comment"]) || hidden(&body["worklog"]) || body["comment"]["jsdPublic"] == false {
        return None;
    }
    Some(match issue {
        Some(issue) => of_issue(delivery, body, &name, &issue),
        None => other::read(delivery, body, &name),
    })
}

/// What was done to a work log: Data Center calls an edit by the name of a first log.
fn logged(body: &Value) -> Option<&'static str> {
    let item = list(body, "/changelog/items").iter().find(|it| it["field"] == "WorklogId")?;
    match (text(item, "/from").is_some(), text(item, "/to").is_some()) {
        (true, true) => Some("worklog_updated"),
        (true, false) => Some("worklog_deleted"),
        _ => None,
    }
}

/// The issue that it is about; Automation sends it as the whole body.
fn issue_of(body: &Value) -> Option<wire::Issue> {
    let issue = if body["issue"].is_object() { &body["issue"] } else { body };
    let key = text(issue, "/key").filter(|_| body["issue"].is_object() || body["fields"].is_object())?;
    Some(wire::Issue {
        id: shown(issue, "/id").unwrap_or_default(),
        key: key.to_owned(),
        fields: issue["fields"].as_object().cloned().unwrap_or_default(),
        transitions: None,
        changelog: None,
    })
}

pub(super) fn at(delivery: &Delivery<'_>, body: &Value) -> Timestamp {
    when(body, &["/timestamp"]).unwrap_or(delivery.received)
}

/// Whoever a part of a body names; some of them have values of types of their own.
pub(super) fn user(value: &Value) -> Option<wire::User> {
    let get = |path: &str| text(value, path).map(str::to_owned);
    let user = wire::User {
        account_id: get("/accountId"),
        name: get("/name").or_else(|| get("/key").filter(|_| value["displayName"].is_string())),
        display_name: get("/displayName").unwrap_or_default(),
        ..wire::User::default()
    };
    let is_somebody = user.account_id.is_some() || user.name.is_some() || !user.display_name.is_empty();
    is_somebody.then_some(user)
}

/// Who did it, wherever that is told.
fn by(body: &Value, name: &str) -> Option<wire::User> {
    let edited = name.ends_with("_updated").then_some(["/comment/updateAuthor", "/worklog/updateAuthor"]);
    let places = ["/user", "/comment/author", "/worklog/author", "/attachment/author", "/initiator", "/changelog/author"];
    let created = (name == "issue_created").then_some(["/issue/fields/creator", "/issue/fields/reporter"]);
    let last = ["/comment/updateAuthor"];
    let all = places[..1].iter().chain(edited.iter().flatten()).chain(&places[1..]).chain(created.iter().flatten()).chain(&last);
    all.filter_map(|it| user(body.pointer(it)?)).next()
}

/// Where people see it, from where the API has it: `https://jira.example.org/rest/api/2/issue/10001`.
pub(super) fn site(body: &Value) -> Option<&str> {
    const ADDRESSES: &[&str] = &[
        "/issue/self",
        "/self",
        "/comment/self",
        "/worklog/self",
        "/attachment/self",
        "/sprint/self",
        "/version/self",
        "/project/self",
        "/board/self",
        "/configuration/self",
        "/filter/self",
        "/user/self",
        "/issue/fields/status/self",
        "/issue/fields/project/self",
        "/issue/fields/issuetype/self",
        "/issue/fields/reporter/self",
        "/fields/status/self",
        "/fields/project/self",
        "/comment/author/self",
        "/worklog/author/self",
        "/attachment/author/self",
    ];
    let sites = ADDRESSES.iter().filter_map(|it| text(body, it)?.split_once("/rest/"));
    // The gateway of apps shows nothing to people.
    sites.map(|(site, _)| site).find(|it| it.starts_with("http") && !it.contains("api.atlassian.com"))
}

/// Of a delivery without a better one.
pub(super) fn id_of(delivery: &Delivery<'_>, name: &str, object: &str, at: Timestamp) -> String {
    let own = delivery.header("x-atlassian-webhook-identifier");
    own.map_or_else(|| format!("{name}-{object}-{}", at.as_millisecond()), str::to_owned)
}

/// `sprint_started` → `sprint.started`, and nothing → what Automation did.
pub(super) fn kind_from(name: &str) -> String {
    let (noun, verb) = match name.strip_prefix("issue_property_") {
        Some(verb) => ("property", verb),
        None => name.split_once('_').unwrap_or(("jira", name)),
    };
    match (noun, verb) {
        (_, "") => "jira.event".to_owned(),
        ("issuelink", verb) => format!("link.{verb}"),
        (noun, verb) => format!("{noun}.{verb}").to_lowercase(),
    }
}

/// Single changes, whatever their types are.
fn items(body: &Value) -> Vec<wire::Item> {
    let item = |it: &Value| wire::Item {
        // Some call it so when an issue is created.
        field: text(it, "/field").map_or("", |it| if it == "Status" { "status" } else { it }).to_owned(),
        field_id: text(it, "/fieldId").map(str::to_owned),
        from: shown(it, "/from"),
        to: shown(it, "/to"),
        from_string: shown(it, "/fromString"),
        to_string: shown(it, "/toString"),
    };
    let mut all: Vec<wire::Item> = list(body, "/changelog/items").iter().take(200).map(item).collect();
    // Transitions of old workflows say it in a form of their own.
    let (from, to) = (text(body, "/transition/from_status"), text(body, "/transition/to_status"));
    if let Some((from, to)) = from.zip(to)
        && !all.iter().any(|it| it.field == "status")
    {
        let (from_string, to_string) = (Some(from.to_owned()), Some(to.to_owned()));
        all.push(wire::Item { field: "status".into(), from_string, to_string, ..wire::Item::default() });
    }
    all
}

fn of_issue(delivery: &Delivery<'_>, body: &Value, name: &str, issue: &wire::Issue) -> Event {
    let at = at(delivery, body);
    let items = items(body);
    let comment = &body["comment"];
    let has_comment = comment.is_object() && !comment["body"].is_null();
    let number = shown(comment, "/id").filter(|_| has_comment);
    let of_comment = || number.as_ref().map(|it| format!("comment-{it}"));
    let same = || id_of(delivery, name, &issue.id, at);
    let mut written = Some(&comment["body"]).filter(|_| has_comment);
    let history = || shown(body, "/changelog/id").map(|it| format!("history-{it}"));
    let (kind, id) = match name {
        "issue_created" => {
            written = issue.fields.get("description").filter(|it| !it.is_null());
            ("issue.created".to_owned(), format!("issue-{}", issue.id))
        }
        "issue_deleted" => ("issue.deleted".to_owned(), format!("deleted-{}", issue.id)),
        // The same happening is told as a comment and as a change, where both are asked for.
        "comment_created" => ("issue.commented".to_owned(), of_comment().unwrap_or_else(same)),
        "comment_updated" => ("issue.comment_edited".to_owned(), same()),
        "comment_deleted" => ("issue.comment_deleted".to_owned(), same()),
        "issue_updated" | "issue_generic" | "issue_unknown" if has_comment && items.is_empty() => {
            ("issue.commented".to_owned(), of_comment().unwrap_or_else(same))
        }
        "issue_updated" | "issue_generic" | "issue_unknown" | "issue_closed" | "issue_resolved" | "issue_reopened"
        | "issue_assigned" | "issue_moved" | "issue_commented" => {
            let kind = match (kind_of(issue, &items, has_comment), first(body, &["/issue_event_type_name"]).unwrap_or(name)) {
                ("issue.updated", "issue_closed" | "issue_resolved") => "issue.closed",
                ("issue.updated", "issue_reopened") => "issue.reopened",
                ("issue.updated", "issue_moved") => "issue.moved",
                (kind, _) => kind,
            };
            (kind.to_owned(), history().unwrap_or_else(same))
        }
        "" if !items.is_empty() => (kind_of(issue, &items, has_comment).to_owned(), same()),
        "" => ("issue.reported".to_owned(), id_of(delivery, "automation", &issue.id, issue.moment("updated").unwrap_or(at))),
        _ if body["worklog"].is_object() => {
            written = Some(&body["worklog"]["comment"]).filter(|it| !it.is_null());
            (kind_from(name), same())
        }
        _ => (kind_from(name), same()),
    };
    let url = site(body).filter(|_| param::is_key(&issue.key)).map(|it| format!("{it}/browse/{}", issue.key));
    let happened = Happened { id, kind, at, by: by(body, name), items: &items, written, comment: number };
    let mut event = event_of(delivery.hook, issue, url, happened);
    let (log, file) = (&body["worklog"], &body["attachment"]);
    if let Some(spent) = text(log, "/timeSpent") {
        let change = Change { field: "time spent".into(), from: None, to: Some(spent.to_owned()) };
        event.changes.push(if name.ends_with("deleted") { Change { from: change.to, to: None, ..change } } else { change });
    }
    if let Some(name_of_file) = text(file, "/filename") {
        let told = Some(name_of_file.to_owned());
        let (from, to) = if name.ends_with("deleted") { (told, None) } else { (None, told) };
        event.changes.push(Change { field: "attachment".into(), from, to });
        event.url = text(file, "/content").filter(|it| it.starts_with("http") && !name.ends_with("deleted")).map(str::to_owned);
    }
    event
}
