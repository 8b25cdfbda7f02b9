//! Healthchecks' integration *Webhook*: a JSON that our steps dictate, its placeholders filled in by Healthchecks.

use commands::{
    Event, Result,
    event::{Object, Severity},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "healthchecks",
    title: "Healthchecks",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("healthchecks.md"),
    },
};

fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    Some(format!("{} {} {}", shown(&body, "/code")?, text(&body, "/status")?, text(&body, "/now")?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let known = text(&body, "/status").is_some() && first(&body, &["/code", "/name", "/slug", "/unique_key"]).is_some();
    Ok(read::told([if known { check(delivery, &body) } else { guess::untaught(delivery, SOURCE.title, key(delivery), &body) }]))
}

fn check(delivery: &Delivery<'_>, body: &Value) -> Event {
    let status = text(body, "/status").unwrap_or("down").to_lowercase();
    let (verb, severity, before) = match status.as_str() {
        "up" => ("up", Severity::Error, Some("down")),
        "down" => ("down", Severity::Error, Some("up")),
        _ => ("updated", Severity::Warning, None),
    };
    let code = first(body, &["/code", "/unique_key"]);
    let name = first(body, &["/name", "/slug"]).unwrap_or("Check").to_owned();
    let last = text(body, "/body").filter(|it| !it.starts_with('$')).and_then(said);
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    // Healthchecks divides tags by spaces.
    let tags = text(body, "/tags").unwrap_or_default().split_whitespace().map(str::to_owned);
    Event {
        object: Object {
            key: code.map(str::to_owned).filter(|it| *it != name).unwrap_or_else(|| "check".into()),
            title: name,
            url: first(body, &["/url", "/details_url"]).filter(|it| it.starts_with("http")).map(str::to_owned),
            place: first(body, &["/project"]).map(str::to_owned),
            state: Some(status.clone()),
        },
        changes: read::change("status", before.map(str::to_owned), Some(status))
            .into_iter()
            .filter(|_| before.is_some())
            .collect(),
        labels: tags.collect(),
        text: last.or_else(|| text(body, "/desc").and_then(said)),
        severity: Some(severity),
        ..read::event(delivery, format!("monitor.{verb}"), id, read::time(body, &["/now"]))
    }
}
