//! The bodies of webhooks and of Automation's web requests.

use commands::{Event, event::Object};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::happened::{Happened, changes, event_of, kind_of};
use crate::{
    Delivery,
    jira::{card, param, wire},
};

/// None for what no channel may hold.
pub(super) fn events(delivery: &Delivery<'_>, body: &Value) -> Option<Event> {
    // Of a comment some say it only here.
    let name = match body["issue_event_type_name"].as_str() {
        Some("issue_comment_edited") => "comment_updated",
        Some("issue_comment_deleted") => "comment_deleted",
        _ => body["webhookEvent"].as_str().unwrap_or_default().trim_start_matches("jira:"),
    };
    let issue = issue_of(body);
    if issue.as_ref().is_some_and(card::is_restricted) {
        return None;
    }
    let comment = read::<wire::Comment>(&body["comment"]);
    if comment.as_ref().is_some_and(|it| it.visibility.as_ref().is_some_and(|it| !it.is_null()) || it.jsd_public == Some(false)) {
        return None;
    }
    Some(match issue {
        Some(issue) => of_issue(delivery, body, name, &issue, comment),
        None => of_another(delivery, body, name),
    })
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    if value.is_object() { T::deserialize(value).ok() } else { None }
}

/// The issue that it is about; Automation sends it as the whole body.
fn issue_of(body: &Value) -> Option<wire::Issue> {
    let issue = read::<wire::Issue>(&body["issue"]).or_else(|| body["fields"].is_object().then(|| read(body)).flatten());
    issue.filter(|it| !it.key.is_empty())
}

fn at(delivery: &Delivery<'_>, body: &Value) -> Timestamp {
    let milliseconds = body["timestamp"].as_i64().and_then(|it| Timestamp::from_millisecond(it).ok());
    milliseconds.unwrap_or(delivery.received)
}

fn actor(value: &Value) -> Option<String> {
    let user: wire::User = read(value)?;
    Some(user.label().to_owned())
}

/// Where people see it, from where the API has it: `https://jira.example.org/rest/api/2/issue/10001`.
fn site(body: &Value) -> Option<&str> {
    let addresses = [
        &body["issue"]["self"],
        &body["self"],
        &body["sprint"]["self"],
        &body["version"]["self"],
        &body["project"]["self"],
        &body["comment"]["self"],
    ];
    let address = addresses.into_iter().find_map(Value::as_str)?;
    let (site, _) = address.split_once("/rest/")?;
    // The gateway of apps shows nothing to people.
    (site.starts_with("http") && !site.contains("api.atlassian.com")).then_some(site)
}

/// Of a delivery without a better one.
fn id_of(delivery: &Delivery<'_>, name: &str, object: &str, at: Timestamp) -> String {
    let own = delivery.header("x-atlassian-webhook-identifier");
    own.map_or_else(|| format!("{name}-{object}-{}", at.as_millisecond()), str::to_owned)
}

/// `comment_created` → `comment.created`, and nothing → what Automation did.
fn kind_from(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((noun, verb)) => format!("{noun}.{verb}"),
        None if name.is_empty() => "jira.event".to_owned(),
        None => format!("jira.{name}"),
    }
}

fn of_issue(delivery: &Delivery<'_>, body: &Value, name: &str, issue: &wire::Issue, comment: Option<wire::Comment>) -> Event {
    let at = at(delivery, body);
    let items: Vec<wire::Item> = serde_json::from_value(body["changelog"]["items"].clone()).unwrap_or_default();
    let said = comment.as_ref().map(|it| card::markdown(&it.body));
    let by_comment = comment.as_ref().and_then(|it| it.author.as_ref()).map(|it| it.label().to_owned());
    let of_comment = |it: &wire::Comment| format!("comment-{}", it.id);
    let (kind, id, text) = match (name, &comment) {
        ("issue_created", _) => {
            ("issue.created".to_owned(), format!("issue-{}", issue.id), issue.fields.get("description").map(card::markdown))
        }
        ("issue_deleted", _) => ("issue.deleted".to_owned(), format!("deleted-{}", issue.id), None),
        // The same happening is told as a comment and as a change, where both are asked for.
        ("comment_created", Some(comment)) => ("issue.commented".to_owned(), of_comment(comment), said),
        ("issue_updated", Some(comment)) if items.is_empty() => ("issue.commented".to_owned(), of_comment(comment), said),
        ("issue_updated", _) => {
            let history = body["changelog"]["id"].as_str().map(|it| format!("history-{it}"));
            (
                kind_of(issue, &items, comment.is_some()).to_owned(),
                history.unwrap_or_else(|| id_of(delivery, name, &issue.id, at)),
                said,
            )
        }
        ("", _) => {
            ("issue.reported".to_owned(), id_of(delivery, "automation", &issue.id, issue.moment("updated").unwrap_or(at)), None)
        }
        _ => (kind_from(name), id_of(delivery, name, &issue.id, at), said),
    };
    let mut changes = changes(&items);
    // Transitions of old workflows say it in a form of their own.
    if let (Some(from), Some(to)) = (body["transition"]["from_status"].as_str(), body["transition"]["to_status"].as_str()) {
        changes.push(commands::event::Change { field: "status".into(), from: Some(from.into()), to: Some(to.into()) });
    }
    let moved = name.is_empty() && body["transition"].is_object();
    let kind = if moved {
        kind_of(issue, &[wire::Item { field: "status".into(), ..wire::Item::default() }], false).to_owned()
    } else {
        kind
    };
    let url = site(body).filter(|_| param::is_key(&issue.key)).map(|it| format!("{it}/browse/{}", issue.key));
    let actor = actor(&body["user"]).or(by_comment).or_else(|| actor(&body["initiator"]));
    event_of(delivery.hook, issue, url, Happened { id, kind, at, actor, changes, text })
}

/// Sprints, versions, projects, boards, files, worklogs, links, people; and what is none of these.
fn of_another(delivery: &Delivery<'_>, body: &Value, name: &str) -> Event {
    let at = at(delivery, body);
    let text = |value: &Value| value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|it| it.to_string()));
    // Who did it comes along with everything.
    let noun = [
        "sprint",
        "version",
        "project",
        "board",
        "attachment",
        "worklog",
        "issueLink",
        "issuelink",
        "filter",
        "user",
        "comment",
        "property",
    ];
    let found = noun.into_iter().find(|it| body[*it].is_object() && (*it != "user" || name.starts_with("user")));
    let object = found.map_or(body, |it| &body[it]);
    let number = ["id", "key", "accountId"].iter().find_map(|it| text(&object[*it])).unwrap_or_default();
    let names = ["name", "filename", "displayName", "summary", "title", "message"];
    let title = names.iter().find_map(|it| text(&object[*it]).filter(|it| !it.is_empty()));
    let title = title.unwrap_or_else(|| match found {
        Some("worklog") => format!("{} logged", object["timeSpent"].as_str().unwrap_or("Time")),
        Some("issueLink" | "issuelink") => {
            format!("Issues were linked: {}", object["issueLinkType"]["name"].as_str().unwrap_or("relates"))
        }
        Some("comment") => "A comment".to_owned(),
        _ if name.is_empty() => "Jira reported something".to_owned(),
        _ => name.replace('_', " "),
    });
    let key = match found {
        Some("project") => text(&object["key"]).unwrap_or_else(|| number.clone()),
        Some("worklog") => text(&object["issueId"]).unwrap_or_else(|| number.clone()),
        _ => title.clone(),
    };
    let site = site(body);
    let url = match (found, site) {
        (Some("project"), Some(site)) => text(&object["key"]).map(|it| format!("{site}/browse/{it}")),
        (Some("version"), Some(site)) => {
            Some(format!("{site}/projects/{}/versions/{number}", text(&object["projectId"]).unwrap_or_default()))
        }
        _ => None,
    };
    let state = match found {
        Some("sprint") => text(&object["state"]),
        Some("version") => Some(if object["released"] == true { "released" } else { "unreleased" }.to_owned()),
        _ => None,
    };
    let said = ["goal", "description"]
        .iter()
        .find_map(|it| text(&object[*it]))
        .or_else(|| found.filter(|it| *it == "worklog").map(|_| card::markdown(&object["comment"])));
    let by = [&body["user"], &object["author"], &object["lead"]].into_iter().find_map(actor);
    Event {
        id: id_of(delivery, if name.is_empty() { "automation" } else { name }, &number, at),
        source: delivery.hook.to_owned(),
        kind: kind_from(name),
        at,
        actor: by,
        object: Object { key, title, url, place: None, state },
        changes: Vec::new(),
        labels: Vec::new(),
        text: said.filter(|it| !it.trim().is_empty()),
        ..Event::default()
    }
}
