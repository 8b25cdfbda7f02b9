//! Better Stack's outgoing webhooks, whose bodies are objects of its API:
//! <https://betterstack.com/docs/uptime/api/incidents-api-response-params>. Its status pages send what Statuspage sends.

use commands::{
    Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;

use super::{guess, read, statuspage, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "betterstack",
    title: "Better Stack",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("betterstack.md"),
    },
};

/// What an incident came to, and when.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let Some(id) = shown(&body, "/data/id") else { return statuspage::key(delivery) };
    let at = "/data/attributes";
    let when = ["resolved_at", "acknowledged_at", "started_at", "updated_at"]
        .iter()
        .find_map(|it| text(&body, &format!("{at}/{it}")))?;
    Some(format!("{id} {} {when}", verb(&body)))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let event = match body.pointer("/data/attributes").filter(|it| it.is_object()) {
        Some(attributes) => incident(delivery, &body, attributes),
        None => {
            statuspage::told(delivery, &body).unwrap_or_else(|| guess::untaught(delivery, SOURCE.title, key(delivery), &body))
        }
    };
    Ok(read::told([event]))
}

fn verb(body: &Value) -> &'static str {
    let has = |name: &str| text(body, &format!("/data/attributes/{name}")).is_some();
    match text(body, "/data/attributes/status").unwrap_or_default().to_lowercase().as_str() {
        "resolved" => "resolved",
        "acknowledged" => "acknowledged",
        _ if has("resolved_at") => "resolved",
        _ if has("acknowledged_at") => "acknowledged",
        _ => "triggered",
    }
}

fn incident(delivery: &Delivery<'_>, body: &Value, it: &Value) -> Event {
    let verb = verb(body);
    let noun = text(body, "/data/type").map(read::snake).unwrap_or_else(|| "incident".into());
    let address = text(it, "/url");
    let host = address.and_then(|it| url::Url::parse(it).ok()).and_then(|it| it.host_str().map(str::to_owned));
    let (actor, at) = match verb {
        "resolved" => (Some("/resolved_by"), "/resolved_at"),
        "acknowledged" => (Some("/acknowledged_by"), "/acknowledged_at"),
        _ => (None, "/started_at"),
    };
    let change = |from: &str, to: &str| vec![Change { field: "status".into(), from: Some(from.into()), to: Some(to.into()) }];
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    let regions = list(it, "/regions").iter().filter_map(Value::as_str).map(|it| format!("region={it}"));
    Event {
        actor: actor.and_then(|path| first(it, &[path, &format!("{path}/name")])).map(str::to_owned),
        object: Object {
            key: shown(body, "/data/id").map(|it| format!("#{it}")).unwrap_or_else(|| noun.clone()),
            title: first(it, &["/name", "/pronounceable_name", "/cause"]).unwrap_or("Incident").to_owned(),
            url: first(it, &["/origin_url"]).or(address).map(str::to_owned),
            place: text(it, "/team_name").map(str::to_owned).or(host),
            state: Some(verb.to_owned()),
        },
        changes: match verb {
            "resolved" => change("started", "resolved"),
            "acknowledged" => change("started", "acknowledged"),
            _ => Vec::new(),
        },
        labels: read::labels(it, "/metadata").into_iter().chain(regions).collect(),
        text: read::lines([text(it, "/cause"), text(it, "/response_content")]),
        url: first(it, &["/screenshot_url", "/response_url"]).map(str::to_owned),
        severity: Some(if it.pointer("/critical_alert") == Some(&Value::Bool(true)) {
            Severity::Critical
        } else {
            Severity::Error
        }),
        ..read::event(delivery, format!("{noun}.{verb}"), id, read::time(it, &[at]))
    }
}
