//! Honeybadger's integration *WebHook*, versions 2 and 3: <https://docs.honeybadger.io/guides/integrations/webhook/>.

use commands::{
    Event, Result,
    event::{Change, Concern, Object, Severity, Why},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, mentioned, said, short, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "honeybadger",
    title: "Honeybadger",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("honeybadger.md"),
    },
};

/// Only an occurrence, a comment and a deploy have an id of their own.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let own = ["/notice/id", "/comment/id", "/deploy/id", "/outage/id"].iter().find_map(|it| shown(&body, it))?;
    Some(format!("{} {own}", text(&body, "/event")?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    Ok(read::told([match text(&body, "/event") {
        Some(word) => happened(delivery, &body, word),
        None => guess::untaught(delivery, SOURCE.title, key(delivery), &body),
    }]))
}

fn happened(delivery: &Delivery<'_>, body: &Value, word: &str) -> Event {
    let (kind, severity) = match word {
        "occurred" => ("error.occurred", Some(Severity::Error)),
        "rate_exceeded" | "volume_spike" => ("error.escalated", Some(Severity::Critical)),
        "resolved" => ("error.resolved", Some(Severity::Error)),
        "unresolved" => ("error.reopened", Some(Severity::Error)),
        "assigned" => ("error.assigned", None),
        "commented" => ("error.commented", None),
        "deployed" => ("deployment.created", None),
        "down" => ("monitor.down", Some(Severity::Error)),
        "up" => ("monitor.up", Some(Severity::Error)),
        "check_in_missing" => ("monitor.down", Some(Severity::Error)),
        "check_in_reporting" => ("monitor.up", Some(Severity::Error)),
        "cert_will_expire" => ("monitor.certificate_expiring", Some(Severity::Warning)),
        "alarm_alert" => ("alert.firing", Some(Severity::Error)),
        "alarm_ok" => ("alert.resolved", Some(Severity::Error)),
        other => {
            let event = guess::untaught(delivery, SOURCE.title, key(delivery), body);
            return Event { kind: format!("error.{}", read::snake(other)), ..event };
        }
    };
    let subject =
        ["fault", "site", "check_in", "alarm", "deploy"].iter().find_map(|it| body.get(*it).filter(|it| it.is_object()));
    let subject = subject.unwrap_or(&Value::Null);
    let class = first(subject, &["/klass", "/error_class"]);
    let said_there = first(subject, &["/message", "/name"]);
    let title = match (class, said_there) {
        (Some(class), Some(message)) => format!("{class}: {message}"),
        (class, other) => class.or(other).or_else(|| text(body, "/message")).unwrap_or("Honeybadger").to_owned(),
    };
    // A line about the event that says no more than its title is left out.
    let summary = text(body, "/message").filter(|it| *it != title && !said_there.is_some_and(|message| it.contains(message)));
    let actor = first(body, &["/actor/name", "/actor/email", "/deploy/local_username"]);
    let assignee = first(body, &["/assignee/name", "/assignee/email", "/fault/assignee"]).filter(|_| word == "assigned");
    let status = |from: &str, to: &str| Some(Change { field: "status".into(), from: Some(from.into()), to: Some(to.into()) });
    let change = match kind {
        "error.resolved" => status("unresolved", "resolved"),
        "error.reopened" => status("resolved", "unresolved"),
        "monitor.down" => status("up", "down"),
        "monitor.up" => status("down", "up"),
        "alert.resolved" => status("firing", "resolved"),
        "error.assigned" => read::change("assignee", None, assignee.map(str::to_owned)),
        _ => None,
    };
    let comment = first(body, &["/comment/body", "/comment/text"]);
    let project = first(body, &["/project/name", "/fault/project_name"]);
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    let environment = first(body, &["/fault/environment", "/deploy/environment"]).map(|it| format!("environment={it}"));
    let component = match (text(subject, "/component"), text(subject, "/action")) {
        (Some(component), Some(action)) => Some(format!("{component}#{action}")),
        (one, other) => one.or(other).map(str::to_owned),
    };
    let mut concerns: Vec<Concern> = assignee
        .map(|it| Concern { name: it.to_owned(), id: text(body, "/assignee/email").map(str::to_owned), why: Why::Assigned })
        .into_iter()
        .collect();
    concerns.extend(mentioned(comment.unwrap_or_default(), actor));
    let revision = first(body, &["/deploy/revision"]);
    Event {
        actor: actor.map(str::to_owned),
        actor_id: text(body, "/actor/email").map(str::to_owned),
        object: Object {
            key: revision
                .map(|it| short(it).to_owned())
                .or_else(|| shown(subject, "/id").map(|it| format!("#{it}")))
                .unwrap_or_else(|| "event".into()),
            title,
            url: first(
                body,
                &[
                    "/fault/url",
                    "/fault/links/web",
                    "/site/links/web",
                    "/site/url",
                    "/check_in/url",
                    "/alarm/url",
                    "/deploy/url",
                    "/project/links/web",
                ],
            )
            .map(str::to_owned),
            place: project.map(str::to_owned),
            state: first(subject, &["/state"])
                .map(read::words)
                .or_else(|| change.as_ref().filter(|it| it.field == "status").and_then(|it| it.to.clone())),
        },
        changes: change.into_iter().collect(),
        labels: read::labels(subject, "/tags").into_iter().chain(environment).collect(),
        text: comment.and_then(said).or_else(|| read::lines([summary, component.as_deref()])),
        url: first(body, &["/notice/url", "/notice/links/web", "/comment/url", "/comment/links/web"]).map(str::to_owned),
        severity,
        concerns,
        ..read::event(
            delivery,
            kind,
            id,
            read::time(
                body,
                &["/notice/created_at", "/comment/created_at", "/deploy/created_at", "/outage/up_at", "/outage/down_at"],
            ),
        )
    }
}
