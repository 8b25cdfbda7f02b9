//! Sentry's webhooks: those of the integration platform (<https://docs.sentry.io/integrations/integration-platform/webhooks/>)
//! and of the legacy plugin *WebHooks*.
//!
//! What Sentry calls an issue is an error that happened, maybe often: its events are `error.…`, so that they are not taken
//! for issues of a tracker. A rule that fired is an `alert`, as of any monitor, about that error.

use commands::{
    Event, Result,
    event::{Change, Concern, Object, Severity, Why},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, mentioned, said, shown, text},
    signature::verify_hmac_sha256_hex,
};

pub(super) const SOURCE: Source = Source {
    name: "sentry",
    title: "Sentry",
    webhook: Webhook {
        verify,
        key: Some(key),
        parse,
        handshake: None,
        // An integration's client secret is made by Sentry.
        secret: SecretFrom::Vendor,
        steps: include_str!("sentry.md"),
    },
};

/// Tags that tell of a person: not for a channel.
const PRIVATE: [&str; 4] = ["user", "ip", "email", "url"];

/// An integration signs; the legacy plugin shows a token.
fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    match delivery.header("sentry-hook-signature") {
        Some(given) => read::checked(verify_hmac_sha256_hex(secret, delivery.body, given), "Sentry-Hook-Signature", SOURCE.title),
        None => token::verify(delivery, secret),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    if let Some(id) = delivery.header("request-id").filter(|it| !it.is_empty()) {
        return Some(id.to_owned());
    }
    let body = read::body(delivery, SOURCE.title).ok()?;
    Some(format!("{} {}", shown(&body, "/id")?, first(&body, &["/event/event_id", "/event/id"])?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let Some(data) = body.get("data").filter(|it| it.is_object()) else {
        let legacy = body.get("event").is_some_and(Value::is_object) || text(&body, "/project_name").is_some();
        return Ok(read::told([if legacy {
            plugin(delivery, &body)
        } else {
            guess::untaught(delivery, SOURCE.title, key(delivery), &body)
        }]));
    };
    let has = |name: &str| data.get(name).is_some_and(Value::is_object);
    let resource = delivery.header("sentry-hook-resource").unwrap_or_default();
    let action = text(&body, "/action").unwrap_or("updated");
    let event = match resource {
        "comment" => comment(&body, data, action),
        "seer" => seer(&body, data, action),
        _ if has("metric_alert") => metric_alert(&body, data, action),
        _ if has("activity") && has("issue") => activity(&body, data),
        _ if has("issue") => issue(&body, data, action),
        _ if has("event") => occurrence(&body, data, &data["event"], "alert.firing"),
        _ if has("error") => occurrence(&body, data, &data["error"], "error.occurred"),
        _ if has("installation") => installation(&body, data, action),
        _ if data.get("comment_id").is_some() => comment(&body, data, action),
        _ if data.get("run_id").is_some() => seer(&body, data, action),
        _ => return Ok(read::told([guess::untaught(delivery, SOURCE.title, key(delivery), &body)])),
    };
    let at = [data, &data["issue"], &data["event"], &data["error"], &data["metric_alert"]];
    let at = at.iter().find_map(|it| read::time(it, &["/timestamp", "/datetime", "/received", "/date_detected"]));
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    let begun = read::event(delivery, "", id, at.filter(|_| resource != "issue"));
    Ok(read::told([Event { id: begun.id, source: begun.source, at: begun.at, ..event }]))
}

fn actor(body: &Value) -> Event {
    Event {
        actor: text(body, "/actor/name").map(str::to_owned),
        actor_id: shown(body, "/actor/id").filter(|_| text(body, "/actor/type") == Some("user")),
        ..Event::default()
    }
}

/// `data.issue`, as the issue, activity and alert webhooks have it.
fn object(issue: &Value) -> Object {
    let organization = text(issue, "/url").and_then(|it| it.split_once("/api/0/organizations/"));
    let built = organization.and_then(|(host, rest)| {
        let (organization, rest) = rest.split_once("/issues/")?;
        Some(format!("{host}/organizations/{organization}/issues/{}/", rest.trim_end_matches('/')))
    });
    Object {
        key: first(issue, &["/shortId"]).map(str::to_owned).or_else(|| shown(issue, "/id")).unwrap_or_else(|| "issue".into()),
        title: title(issue).unwrap_or_else(|| "Error".into()),
        url: first(issue, &["/web_url", "/permalink"]).map(str::to_owned).or(built),
        place: first(issue, &["/project/slug", "/project/name"]).map(str::to_owned),
        state: text(issue, "/status").map(read::words),
    }
}

fn title(it: &Value) -> Option<String> {
    let said = first(it, &["/title", "/metadata/title", "/message", "/logentry/formatted"]).map(crate::payload::first_line);
    let kind = text(it, "/metadata/type");
    let built = kind.map(|kind| format!("{kind}: {}", text(it, "/metadata/value").unwrap_or_default()));
    said.map(str::to_owned).or(built)
}

fn severity(it: &Value) -> Option<Severity> {
    text(it, "/level").and_then(|level| match level {
        "fatal" => Some(Severity::Critical),
        "sample" => Some(Severity::Info),
        other => read::severity(other),
    })
}

fn issue(body: &Value, data: &Value, action: &str) -> Event {
    let issue = &data["issue"];
    let verb = match action {
        "unresolved" => "reopened",
        "archived" | "ignored" => "silenced",
        other => other,
    };
    let assignee = [data, issue].iter().find_map(|it| {
        let who = it.get("assignedTo").or_else(|| it.get("assignee")).filter(|it| it.is_object())?;
        Some(who)
    });
    // The issue's own is a team's name as people write it, the delivery's its display name.
    let assignee = issue.get("assignedTo").filter(|it| it.is_object()).or(assignee);
    let name = assignee.and_then(|it| first(it, &["/name", "/email"])).map(str::to_owned);
    let archived = text(issue, "/substatus").is_some_and(|it| it.starts_with("archived")) || action == "archived";
    let state = if archived { Some("archived".to_owned()) } else { text(issue, "/status").map(read::words) };
    let why = text(issue, "/substatus")
        .map(|it| it.trim_start_matches("archived_"))
        .filter(|it| !matches!(*it, "new" | "ongoing"))
        .map(read::words);
    let now = match (&state, why) {
        (Some(state), Some(why)) => Some(format!("{state} ({why})")),
        (state, why) => state.clone().or(why),
    };
    let change =
        |field: &str, from: Option<&str>, to: Option<String>| Change { field: field.into(), from: from.map(str::to_owned), to };
    let mut changes = match verb {
        "resolved" | "silenced" => vec![change("status", Some("unresolved"), now)],
        "reopened" => vec![change("status", None, now)],
        "assigned" => vec![change("assignee", None, name.clone())],
        _ => Vec::new(),
    };
    if let Some(release) =
        first(issue, &["/statusDetails/inRelease", "/statusDetails/inRelease/version"]).filter(|_| verb == "resolved")
    {
        changes.push(change("resolved in", None, Some(release.to_owned())));
    }
    let id = assignee.and_then(|it| first(it, &["/email"]).map(str::to_owned).or_else(|| shown(it, "/id")));
    let concerns = name.filter(|_| verb == "assigned").map(|name| Concern { name, id, why: Why::Assigned });
    let mut labels: Vec<String> = text(issue, "/level").map(|it| format!("level={it}")).into_iter().collect();
    labels.extend(text(issue, "/priority").map(|it| format!("priority={it}")));
    Event {
        kind: format!("error.{}", read::snake(verb)),
        object: Object { state, ..object(issue) },
        changes,
        labels,
        text: text(issue, "/culprit").and_then(said),
        severity: severity(issue),
        concerns: concerns.into_iter().collect(),
        // Where an alert about the same error has no short id.
        about: shown(issue, "/id").filter(|it| text(issue, "/shortId") != Some(it)).into_iter().collect(),
        ..actor(body)
    }
}

/// One time that an error happened; `data.event` of an issue alert, `data.error`, or the plugin's `event`.
fn occurrence(body: &Value, data: &Value, event: &Value, kind: &str) -> Event {
    let page = first(event, &["/web_url"]);
    // The error's page is what the occurrence's stands below.
    let error = page.map(|it| it.split_once("/events/").map_or(it.to_owned(), |(error, _)| format!("{error}/")));
    let numbered = first(event, &["/issue_url"]).and_then(|it| it.trim_end_matches('/').rsplit('/').next());
    let key = shown(event, "/issue_id").or_else(|| numbered.map(str::to_owned)).or_else(|| shown(event, "/event_id"));
    let project = text(event, "/url").and_then(|it| it.split_once("/projects/")?.1.split('/').nth(1));
    let mut labels = tags(event);
    labels.extend(first(data, &["/triggered_rule"]).map(|it| format!("rule={it}")));
    labels.extend(text(event, "/release").map(|it| format!("release={it}")));
    let object = Object {
        key: key.unwrap_or_else(|| "event".into()),
        title: title(event).unwrap_or_else(|| "Error".into()),
        url: error,
        place: project.or_else(|| first(event, &["/project_name", "/project_slug", "/environment"])).map(str::to_owned),
        state: None,
    };
    Event {
        kind: kind.to_owned(),
        labels,
        text: details(event, &object.title),
        url: page.filter(|it| Some(*it) != object.url.as_deref()).map(str::to_owned),
        severity: severity(event).or(Some(Severity::Error)),
        object,
        ..actor(body)
    }
}

fn tags(event: &Value) -> Vec<String> {
    let is_private = |tag: &str| {
        let name = tag.strip_prefix("sentry:").unwrap_or(tag).split(['=', '.']).next();
        PRIVATE.iter().any(|it| name == Some(it))
    };
    read::labels(event, "/tags").into_iter().filter(|it| !is_private(it)).collect()
}

/// What was said, where it happened, and the line of the innermost frame of our own.
fn details(event: &Value, title: &str) -> Option<String> {
    let message = first(event, &["/message", "/logentry/formatted"]).filter(|it| *it != title && !title.contains(*it));
    let values = list(event, "/exception/values").last();
    let frames = values.map(|it| list(it, "/stacktrace/frames")).unwrap_or_default();
    let own = frames.iter().rev().find(|it| it.get("in_app") == Some(&Value::Bool(true))).or(frames.last());
    let line = own.and_then(|it| Some(format!("{}:{}", text(it, "/filename")?, shown(it, "/lineno")?)));
    let location = line.or_else(|| first(event, &["/location", "/metadata/filename"]).map(str::to_owned));
    let place = match (text(event, "/culprit"), location) {
        (Some(culprit), Some(location)) => Some(format!("{culprit} ({location})")),
        (culprit, location) => culprit.map(str::to_owned).or(location),
    };
    read::lines([message, place.as_deref()])
}

fn metric_alert(body: &Value, data: &Value, action: &str) -> Event {
    let alert = &data["metric_alert"];
    let resolved = action == "resolved";
    let title =
        first(alert, &["/alert_rule/name", "/title"]).or_else(|| text(data, "/description_title")).unwrap_or("Metric alert");
    let change = Change { field: "status".into(), from: Some("firing".into()), to: Some("resolved".into()) };
    Event {
        kind: if resolved { "alert.resolved" } else { "alert.firing" }.to_owned(),
        object: Object {
            key: shown(alert, "/identifier")
                .map(|it| format!("#{it}"))
                .or_else(|| shown(alert, "/id"))
                .unwrap_or_else(|| "alert".into()),
            title: title.to_owned(),
            url: text(data, "/web_url").map(str::to_owned),
            place: list(alert, "/projects").iter().find_map(Value::as_str).map(str::to_owned),
            state: Some(action.to_owned()),
        },
        changes: if resolved { vec![change] } else { Vec::new() },
        labels: first(alert, &["/alert_rule/environment"]).map(|it| format!("environment={it}")).into_iter().collect(),
        // Sentry writes line breaks as `\n` in it.
        text: text(data, "/description_text").and_then(|it| said(&it.replace("\\n", "\n"))),
        severity: match action {
            "warning" => Some(Severity::Warning),
            _ => Some(Severity::Critical),
        },
        ..actor(body)
    }
}

fn comment(body: &Value, data: &Value, action: &str) -> Event {
    let project = text(data, "/project_slug");
    let verb = match action {
        "created" => "commented",
        "deleted" => "comment_deleted",
        _ => "comment_updated",
    };
    let event = actor(body);
    let said_now = text(data, "/comment").and_then(said);
    Event {
        kind: format!("error.{verb}"),
        object: Object {
            key: shown(data, "/issue_id").unwrap_or_else(|| "issue".into()),
            title: project.map_or_else(|| "An error".to_owned(), |it| format!("An error of {it}")),
            place: project.map(str::to_owned),
            ..Object::default()
        },
        concerns: mentioned(said_now.as_deref().unwrap_or_default(), event.actor.as_deref()),
        text: said_now,
        ..event
    }
}

/// What the automatic analysis found of an error.
fn seer(body: &Value, data: &Value, action: &str) -> Event {
    let pulls: Vec<String> = list(data, "/pull_requests")
        .iter()
        .filter_map(|it| first(it, &["/pull_request/pr_url", "/url"]))
        .map(str::to_owned)
        .collect();
    Event {
        kind: format!("error.{}", read::snake(action)),
        object: Object {
            key: shown(data, "/group_id").or_else(|| shown(data, "/run_id")).unwrap_or_else(|| "issue".into()),
            title: "Analysis by Seer".into(),
            place: first(data, &["/root_cause/relevant_repo", "/pull_requests/0/repo_name"]).map(str::to_owned),
            ..Object::default()
        },
        text: first(data, &["/root_cause/one_line_description", "/solution/one_line_summary"]).and_then(said),
        url: pulls.first().cloned(),
        about: pulls,
        ..actor(body)
    }
}

/// An alert on what happened to an issue, by now what Seer did.
fn activity(body: &Value, data: &Value) -> Event {
    let about = issue(body, data, text(data, "/activity/type").unwrap_or("updated"));
    let found = first(data, &["/activity/details/summary", "/activity/details/text"]).and_then(said);
    let rule = text(data, "/alert/title").map(|it| format!("rule={it}"));
    Event { text: found.or_else(|| about.text.clone()), labels: about.labels.iter().cloned().chain(rule).collect(), ..about }
}

/// The `code` in it lets its holder in: it is not told.
fn installation(body: &Value, data: &Value, action: &str) -> Event {
    let installation = &data["installation"];
    Event {
        kind: format!("installation.{}", read::snake(action)),
        object: Object {
            key: first(installation, &["/app/slug", "/uuid"]).unwrap_or("installation").to_owned(),
            title: "Sentry integration".into(),
            place: text(installation, "/organization/slug").map(str::to_owned),
            state: text(installation, "/status").map(str::to_owned),
            ..Object::default()
        },
        ..actor(body)
    }
}

/// The legacy plugin, which calls for each event that a rule lets through.
fn plugin(delivery: &Delivery<'_>, body: &Value) -> Event {
    let event = body.get("event").unwrap_or(&Value::Null);
    let page = text(body, "/url").map(|it| it.split('?').next().unwrap_or(it).to_owned());
    let rules = list(body, "/triggering_rules").iter().filter_map(Value::as_str).map(|it| format!("rule={it}"));
    let told = title(event).or_else(|| title(body)).unwrap_or_else(|| "Error".into());
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    Event {
        labels: tags(event).into_iter().chain(rules).collect(),
        text: details(event, &told).or_else(|| text(body, "/culprit").and_then(said)),
        severity: severity(body).or_else(|| severity(event)).or(Some(Severity::Error)),
        object: Object {
            key: shown(body, "/id").unwrap_or_else(|| "event".into()),
            title: told,
            url: page,
            place: first(body, &["/project_slug", "/project_name", "/project"]).map(str::to_owned),
            state: None,
        },
        ..read::event(delivery, "alert.firing", id, read::time(event, &["/timestamp", "/received"]))
    }
}
