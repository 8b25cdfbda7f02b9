//! Alertmanager's webhook, version 4: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.
//!
//! A notification is about a group of alerts, of which each becomes an event of its own: one may be resolved while its
//! neighbour still fires. Grafana sends the same shape with more in it, so its alerts are read here, too.

use commands::{
    Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "alertmanager",
    title: "Alertmanager",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("alertmanager.md"),
    },
};

/// Labels that say where an alert belongs, the widest first.
const PLACES: [&str; 12] = [
    "cluster",
    "environment",
    "env",
    "project",
    "namespace",
    "service",
    "app",
    "grafana_folder",
    "job",
    "instance",
    "host",
    "node",
];

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let events = group(delivery, &body);
    Ok(read::told(events.unwrap_or_else(|| vec![guess::untaught(delivery, SOURCE.title, key(delivery), &body)])))
}

/// The group, and each alert of it with its state and times: Alertmanager repeats what is still so every few hours, and that
/// is known; what has changed is new.
pub(super) fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let group = text(&body, "/groupKey")?;
    let alerts = list(&body, "/alerts").iter().map(|it| identity(&body, it));
    let mut parts: Vec<String> = alerts.collect();
    // The order of a group's alerts says nothing.
    parts.sort();
    parts.insert(0, group.to_owned());
    parts.push(text(&body, "/status").unwrap_or_default().to_owned());
    Some(read::identity(parts.iter().map(String::as_str)))
}

/// The events of a body that has alerts in it; none of one that has not.
pub(super) fn group(delivery: &Delivery<'_>, body: &Value) -> Option<Vec<Event>> {
    let alerts: Vec<&Value> = list(body, "/alerts").iter().filter(|it| it.is_object()).collect();
    if alerts.is_empty() {
        return None;
    }
    let mut events: Vec<Event> = alerts.into_iter().map(|it| alert(delivery, body, it)).collect();
    let left_out = body.pointer("/truncatedAlerts").and_then(Value::as_u64).unwrap_or_default();
    if let Some(last) = events.last_mut().filter(|_| left_out > 0) {
        let note = format!("{left_out} more of this group were left out by the sender.");
        last.text = read::lines([last.text.as_deref(), Some(&note)]);
    }
    Some(events)
}

fn alert(delivery: &Delivery<'_>, body: &Value, alert: &Value) -> Event {
    // What all alerts of the group have in common is told once by old senders.
    let label = |name: &str| {
        let own = format!("/labels/{name}");
        let common = format!("/commonLabels/{name}");
        text(alert, &own).or_else(|| text(body, &common)).or_else(|| text(body, &format!("/groupLabels/{name}")))
    };
    let note =
        |name: &str| text(alert, &format!("/annotations/{name}")).or_else(|| text(body, &format!("/commonAnnotations/{name}")));
    let status = status(body, alert);
    let resolved = status == "resolved";
    // Grafana calls its own trouble with a rule so, and the rule in another label.
    let about_rule = label("rulename").zip(label("alertname").filter(|it| it.starts_with("Datasource")));
    let about_rule = about_rule.map(|(rule, name)| format!("{name}: {rule}"));
    let title = about_rule
        .as_deref()
        .or_else(|| label("alertname"))
        .or_else(|| note("summary"))
        .or_else(|| note("title"))
        .or_else(|| first(body, &["/title", "/message"]))
        .unwrap_or("Alert");
    let pages = [first(alert, &["/panelURL", "/dashboardURL"]).map(str::to_owned), alert_page(body, alert)];
    let rule = text(alert, "/generatorURL").map(str::to_owned);
    let page = pages.iter().flatten().next().cloned();
    let severity =
        ["severity", "priority", "level"].iter().find_map(|it| read::severity(label(it)?)).unwrap_or(Severity::Warning);
    let runbook = note("runbook_url").or_else(|| note("runbook")).map(|it| format!("Runbook: {it}"));
    let values = values(alert).map(|it| format!("Value: {it}"));
    let reason = note("grafana_state_reason").map(|it| format!("State: {it}"));
    let texts = [note("summary"), note("description"), note("message"), reason.as_deref(), values.as_deref(), runbook.as_deref()];
    let starts = read::time(alert, &["/startsAt"]);
    let at = if resolved { read::time(alert, &["/endsAt"]).or(starts) } else { starts };
    let mut labels = read::labels(alert, "/labels");
    if labels.is_empty() {
        labels = read::labels(body, "/commonLabels");
    }
    Event {
        object: Object {
            key: fingerprint(body, alert),
            title: title.to_owned(),
            url: rule.clone().or_else(|| page.clone()).or_else(|| text(alert, "/silenceURL").map(str::to_owned)),
            place: PLACES.iter().find_map(|it| label(it)).map(str::to_owned),
            state: Some(status.clone()),
        },
        changes: if resolved {
            vec![Change { field: "status".into(), from: Some("firing".into()), to: Some(status.clone()) }]
        } else {
            Vec::new()
        },
        labels,
        text: read::lines(texts.into_iter().filter(|it| *it != Some(title))).or_else(|| text(body, "/message").and_then(said)),
        url: page.filter(|_| rule.is_some()),
        severity: Some(severity),
        about: text(body, "/groupKey").map(str::to_owned).into_iter().collect(),
        ..read::event(delivery, format!("alert.{}", read::snake(&status)), identity(body, alert), at)
    }
}

fn status(body: &Value, alert: &Value) -> String {
    text(alert, "/status").or_else(|| text(body, "/status")).unwrap_or("firing").to_lowercase()
}

/// What tells an alert from all others through its life: Alertmanager's own, which is of its labels.
fn fingerprint(body: &Value, alert: &Value) -> String {
    if let Some(own) = shown(alert, "/fingerprint") {
        return own;
    }
    let mut labels = read::labels(alert, "/labels");
    labels.sort();
    let group = text(body, "/groupKey").unwrap_or_default().to_owned();
    let whole = read::identity(labels.iter().map(String::as_str).chain([group.as_str()]));
    whole.chars().take(16).collect()
}

/// The alert, its state and since when: the same however often it is repeated.
fn identity(body: &Value, alert: &Value) -> String {
    let status = status(body, alert);
    let since = read::time(alert, &["/startsAt"]).map(|it| it.as_second()).unwrap_or_default();
    let until = read::time(alert, &["/endsAt"]).filter(|_| status == "resolved").map(|it| format!("-{}", it.as_second()));
    format!("{} {status} {since}{}", fingerprint(body, alert), until.unwrap_or_default())
}

/// Alertmanager's own page, showing nothing but this alert. Grafana sends its address in the same field, and has no such page.
fn alert_page(body: &Value, alert: &Value) -> Option<String> {
    let page = text(body, "/externalURL").filter(|it| it.starts_with("http") && body.get("orgId").is_none())?;
    let labels = alert.pointer("/labels").and_then(Value::as_object)?.iter();
    let matchers =
        labels.filter_map(|(name, value)| Some(format!("{name}={:?}", value.as_str()?))).collect::<Vec<_>>().join(", ");
    let filter: String = url::form_urlencoded::byte_serialize(format!("{{{matchers}}}").as_bytes()).collect();
    // In the part after `#` a plus is a plus.
    Some(format!("{}/#/alerts?filter={}", page.trim_end_matches('/'), filter.replace('+', "%20")))
}

/// What was measured, as Grafana tells it: `B = 17, C = 1`.
fn values(alert: &Value) -> Option<String> {
    let told = read::labels(alert, "/values").join(", ");
    if !told.is_empty() {
        return Some(told.replace('=', " = "));
    }
    // `[ var='B' labels={instance=bar} value=17 ], [ … ]` in older ones.
    let parts = text(alert, "/valueString")?.split(" ], ").filter_map(|part| {
        let value = part.rsplit_once("value=")?.1.trim_end_matches([' ', ']']);
        let name = part.split_once("var='").or_else(|| part.split_once("metric='"));
        let name = name.and_then(|(_, rest)| rest.split_once('\'')).map_or("", |(name, _)| name);
        Some(if name.is_empty() { value.to_owned() } else { format!("{name} = {value}") })
    });
    Some(parts.collect::<Vec<_>>().join(", ")).filter(|it| !it.is_empty())
}
