//! Datadog's webhooks integration: a JSON that our steps dictate, or the one that Datadog offers by itself.
//! <https://docs.datadoghq.com/integrations/webhooks/>

use commands::{
    Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "datadog",
    title: "Datadog",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("datadog.md"),
    },
};

/// Each notification is an event of Datadog's own.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    shown(&body, "/id")
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let known = first(&body, &["/title", "/alert_title", "/event_type", "/transition", "/alert_transition"]).is_some();
    Ok(read::told([if known { alert(delivery, &body) } else { guess::untaught(delivery, SOURCE.title, key(delivery), &body) }]))
}

fn alert(delivery: &Delivery<'_>, body: &Value) -> Event {
    let title = first(body, &["/alert_title", "/title"]).unwrap_or("Alert");
    let word = first(body, &["/transition", "/alert_transition"]).map(str::to_lowercase);
    // The default payload tells the transition in its title only: `[Triggered on {host:web-1}] Too hot`.
    let (tagged, bare) = match title.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((tag, rest)) if !rest.trim().is_empty() => (tag.to_lowercase(), rest.trim()),
        _ => (String::new(), title),
    };
    let said_now = word.clone().unwrap_or(tagged);
    let (verb, severity) = match said_now.as_str() {
        it if it.contains("recovered") => ("resolved", Severity::Error),
        it if it.contains("no data") => ("no_data", Severity::Warning),
        it if it.contains("warn") => ("firing", Severity::Warning),
        it if it.contains("triggered") || it.contains("renotify") => ("firing", Severity::Error),
        _ => match text(body, "/alert_type") {
            Some("success") => ("resolved", Severity::Error),
            Some("error") => ("firing", Severity::Error),
            Some("warning") => ("firing", Severity::Warning),
            _ => ("reported", Severity::Info),
        },
    };
    let priority =
        first(body, &["/priority", "/alert_priority"]).filter(|_| matches!(verb, "firing" | "resolved")).and_then(read::severity);
    // A monitor of many hosts alerts for each: the cycle is of one of them.
    let monitor = ["/alert_id", "/monitor_id"].iter().find_map(|it| shown(body, it)).map(|it| format!("monitor {it}"));
    let cycle = first(body, &["/alert_cycle_key", "/aggreg_key"]).map(str::to_owned);
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    let change = Change { field: "status".into(), from: Some("firing".into()), to: Some("resolved".into()) };
    Event {
        actor: first(body, &["/user", "/username"]).map(str::to_owned),
        object: Object {
            key: cycle.or(monitor).or_else(|| shown(body, "/id")).unwrap_or_else(|| "alert".into()),
            title: bare.to_owned(),
            url: first(body, &["/link", "/url", "/alert_url"]).map(str::to_owned),
            place: first(body, &["/hostname", "/scope", "/alert_scope", "/org/name"]).map(str::to_owned),
            state: Some(word.unwrap_or_else(|| verb.replace('_', " "))),
        },
        changes: if verb == "resolved" { vec![change] } else { Vec::new() },
        labels: read::labels(body, "/tags").into_iter().map(|it| it.replacen(':', "=", 1)).collect(),
        text: first(body, &["/body", "/text_only_msg", "/event_msg", "/alert_status"]).and_then(said),
        severity: Some(priority.unwrap_or(severity)),
        ..read::event(delivery, format!("alert.{verb}"), id, read::time(body, &["/date", "/last_updated"]))
    }
}
