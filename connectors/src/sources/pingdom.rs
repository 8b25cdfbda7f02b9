//! Pingdom's webhook integration: <https://www.pingdom.com/resources/webhooks/>. It signs nothing and sets no header.

use commands::{
    Event, Result,
    event::{Object, Severity},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "pingdom",
    title: "Pingdom",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("pingdom.md"),
    },
};

/// A check changes its state once at a time.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let at = shown(&body, "/state_changed_timestamp").or_else(|| shown(&body, "/state_changed_utc_time"))?;
    Some(format!("{} {} {at}", shown(&body, "/check_id")?, text(&body, "/current_state")?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let event = match text(&body, "/current_state") {
        Some(state) => check(delivery, &body, state),
        None => guess::untaught(delivery, SOURCE.title, key(delivery), &body),
    };
    Ok(read::told([event]))
}

fn check(delivery: &Delivery<'_>, body: &Value, state: &str) -> Event {
    // A transaction check fails and succeeds, the others go down and up.
    let (verb, severity) = match state.to_uppercase().as_str() {
        "DOWN" | "FAILING" => ("down", Severity::Error),
        "UP" | "SUCCESS" => ("up", Severity::Error),
        _ => ("updated", Severity::Warning),
    };
    let severity = match (verb, text(body, "/importance_level")) {
        ("down" | "up", Some("HIGH")) => Severity::Critical,
        ("down" | "up", Some("LOW")) => Severity::Warning,
        _ => severity,
    };
    let host = text(body, "/check_params/hostname");
    let address = first(body, &["/check_params/full_url", "/check_params/url"]).filter(|it| it.starts_with("http"));
    let kind = text(body, "/check_type").map(|it| format!("type={}", it.to_lowercase()));
    let seen_from = first(body, &["/first_probe/location", "/second_probe/location"]).map(|it| format!("Seen from {it}."));
    let number = shown(body, "/check_id");
    let name = text(body, "/check_name").or(host).unwrap_or("Check").to_owned();
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    let at = read::time(body, &["/state_changed_timestamp", "/state_changed_utc_time"]);
    Event {
        object: Object {
            key: number.map(|it| format!("check {it}")).unwrap_or_else(|| "check".into()),
            title: name,
            url: address.map(str::to_owned),
            place: host.map(str::to_owned),
            state: Some(read::words(state)),
        },
        changes: read::change("status", text(body, "/previous_state").map(read::words), Some(read::words(state)))
            .into_iter()
            .collect(),
        labels: read::labels(body, "/tags").into_iter().chain(kind).collect(),
        text: read::lines([
            text(body, "/custom_message"),
            first(body, &["/description"]).filter(|_| text(body, "/long_description").is_none()),
            text(body, "/long_description"),
            seen_from.as_deref().filter(|_| verb == "down"),
        ]),
        severity: Some(severity),
        ..read::event(delivery, format!("monitor.{verb}"), id, at)
    }
}
