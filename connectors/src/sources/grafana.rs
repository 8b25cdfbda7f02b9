//! Grafana's webhook contact point, and what its alerting sent until version 8:
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.

use commands::{
    Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;

use super::{alertmanager, guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{list, shown, text},
    signature::verify_hmac_sha256_hex,
};

pub(super) const SOURCE: Source = Source {
    name: "grafana",
    title: "Grafana",
    webhook: Webhook {
        verify,
        key: Some(alertmanager::key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("grafana.md"),
    },
};

/// The default names of its headers.
const SIGNATURE: &str = "x-grafana-alerting-signature";
const TIMESTAMP: &str = "x-grafana-alerting-timestamp";

/// Since version 12 it can sign: the body, or the time, a colon and the body. Else it shows a token.
fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(signature) = delivery.header(SIGNATURE) else { return token::verify(delivery, secret) };
    let fits = match delivery.header(TIMESTAMP) {
        Some(at) => {
            read::is_recent(delivery, at)?;
            verify_hmac_sha256_hex(secret, &[at.as_bytes(), b":", delivery.body].concat(), signature)
        }
        None => verify_hmac_sha256_hex(secret, delivery.body, signature),
    };
    read::checked(fits, "X-Grafana-Alerting-Signature", "Grafana")
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    if let Some(events) = alertmanager::group(delivery, &body) {
        return Ok(read::told(events));
    }
    let event = match text(&body, "/ruleName") {
        Some(name) => rule(delivery, &body, name),
        None => guess::untaught(delivery, SOURCE.title, None, &body),
    };
    Ok(read::told([event]))
}

/// A rule of the alerting that Grafana 11 dropped. It tells neither a time nor an id, so that a reminder cannot be told from
/// a rule that fires again: none of them is held back.
fn rule(delivery: &Delivery<'_>, body: &Value, name: &str) -> Event {
    let state = text(body, "/state").unwrap_or("alerting").to_lowercase();
    let (kind, severity) = match state.as_str() {
        "alerting" => ("firing", Severity::Error),
        "ok" => ("resolved", Severity::Error),
        "no_data" | "nodata" => ("no_data", Severity::Warning),
        "paused" => ("paused", Severity::Info),
        "pending" => ("pending", Severity::Info),
        _ => ("updated", Severity::Info),
    };
    let matches = list(body, "/evalMatches");
    let values = matches.iter().filter_map(|it| Some(format!("{}: {}", text(it, "/metric")?, shown(it, "/value")?)));
    let values: Vec<String> = values.collect();
    let mut labels = read::labels(body, "/tags");
    labels.extend(matches.iter().flat_map(|it| read::labels(it, "/tags")));
    labels.dedup();
    let now = delivery.received.to_string();
    let title = name.to_owned();
    let told = labels.iter().find_map(|it| read::severity(it.strip_prefix("severity=")?));
    Event {
        object: Object {
            key: format!("rule {}", shown(body, "/ruleId").unwrap_or_else(|| title.clone())),
            title,
            url: text(body, "/ruleUrl").map(str::to_owned),
            place: labels
                .iter()
                .find_map(|it| it.strip_prefix("cluster=").or_else(|| it.strip_prefix("service=")))
                .map(str::to_owned),
            state: Some(state.replace('_', " ")),
        },
        changes: if kind == "resolved" {
            vec![Change { field: "status".into(), from: Some("alerting".into()), to: Some("ok".into()) }]
        } else {
            Vec::new()
        },
        text: read::lines([text(body, "/message")].into_iter().chain(values.iter().map(|it| Some(it.as_str())))),
        url: text(body, "/imageUrl").map(str::to_owned),
        severity: Some(told.unwrap_or(severity)),
        labels,
        ..read::event(delivery, format!("alert.{kind}"), read::identity([now.as_str(), &body.to_string()]), None)
    }
}
