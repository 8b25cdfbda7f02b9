//! Atlassian Statuspage's subscription by webhook: <https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/>.
//! Whoever can read a status page can subscribe to it, so nothing is signed. Better Stack's status pages send the same.

use commands::{
    Event, Result,
    event::{Object, Severity},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "statuspage",
    title: "Statuspage",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("statuspage.md"),
    },
};

/// The update's own id, with the time it was last edited.
pub(super) fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    if let Some(id) = shown(&body, "/component_update/id") {
        return Some(id);
    }
    let happening = happening(&body)?.1;
    let update = newest(happening).first().copied().unwrap_or(happening);
    Some(format!("{} {}", shown(update, "/id")?, first(update, &["/updated_at", "/created_at"]).unwrap_or_default()))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    Ok(read::told([told(delivery, &body).unwrap_or_else(|| guess::untaught(delivery, SOURCE.title, key(delivery), &body))]))
}

/// The event of an incident or of a component; none of anything else.
pub(super) fn told(delivery: &Delivery<'_>, body: &Value) -> Option<Event> {
    if let Some((noun, incident)) = happening(body) {
        return Some(published(delivery, body, noun, incident));
    }
    let component = body.get("component").filter(|it| it.is_object())?;
    Some(component_changed(delivery, body, component))
}

fn happening(body: &Value) -> Option<(&'static str, &Value)> {
    let nouns = [("incident", "incident"), ("maintenance", "maintenance"), ("maintenance", "scheduled_maintenance")];
    nouns.iter().find_map(|(noun, field)| Some((*noun, body.get(*field).filter(|it| it.is_object())?)))
}

/// An incident's updates, the newest first: Statuspage sends them in that order, and not everybody who sends the same does.
fn newest(incident: &Value) -> Vec<&Value> {
    let fields = ["/incident_updates", "/maintenance_updates"];
    let mut updates: Vec<&Value> = fields.iter().flat_map(|it| list(incident, it)).filter(|it| it.is_object()).collect();
    updates.sort_by_key(|it| std::cmp::Reverse(read::time(it, &["/created_at", "/display_at", "/updated_at"])));
    updates
}

fn published(delivery: &Delivery<'_>, body: &Value, noun: &str, incident: &Value) -> Event {
    let updates = newest(incident);
    let latest = updates.first().copied().unwrap_or(&Value::Null);
    let status = text(latest, "/status").or_else(|| first(incident, &["/status", "/state"])).unwrap_or_default().to_lowercase();
    let before = updates.get(1).and_then(|it| text(it, "/status"));
    let planned = matches!(status.as_str(), "scheduled" | "in_progress" | "verifying" | "completed");
    let noun = if planned { "maintenance" } else { noun };
    let verb = match status.as_str() {
        "resolved" => "resolved",
        "scheduled" if before.is_some_and(|it| it == "scheduled") => "updated",
        "in_progress" => "started",
        "scheduled" | "verifying" | "completed" => status.as_str(),
        _ if updates.len() <= 1 => "created",
        _ => "updated",
    };
    let impact = first(incident, &["/impact_override", "/impact"]);
    let severity = match impact {
        Some("critical") => Severity::Critical,
        Some("major") => Severity::Error,
        Some("minor") => Severity::Warning,
        None if noun == "incident" => Severity::Warning,
        _ => Severity::Info,
    };
    let mut changes: Vec<_> = read::change("status", before.map(read::words), Some(read::words(&status)))
        .filter(|_| before.is_some() && !status.is_empty())
        .into_iter()
        .collect();
    for component in list(latest, "/affected_components") {
        let name = text(component, "/name").unwrap_or("component");
        let of = |field: &str| text(component, field).map(read::words);
        changes.extend(read::change(name, of("/old_status"), of("/new_status")));
    }
    let mut labels: Vec<String> = impact.map(|it| format!("impact={it}")).into_iter().collect();
    labels.extend(read::names(incident, "/components").into_iter().map(|it| format!("component={it}")));
    let planned_for =
        first(incident, &["/scheduled_for", "/starts_at"]).map(|from| match first(incident, &["/scheduled_until", "/ends_at"]) {
            Some(until) => format!("Planned from {from} until {until}."),
            None => format!("Planned from {from}."),
        });
    let id = key(delivery).unwrap_or_else(|| read::identity([body.to_string().as_str()]));
    Event {
        object: Object {
            key: shown(incident, "/id").unwrap_or_else(|| noun.to_owned()),
            title: first(incident, &["/name", "/title"]).unwrap_or("Incident").to_owned(),
            url: first(incident, &["/shortlink", "/url"]).map(str::to_owned),
            place: place(body),
            state: Some(read::words(&status)).filter(|it| !it.is_empty()),
        },
        changes,
        labels,
        text: read::lines([
            first(latest, &["/body", "/message"]),
            planned_for.as_deref(),
            text(incident, "/postmortem_body").filter(|_| status == "postmortem"),
        ]),
        severity: Some(severity),
        ..read::event(
            delivery,
            format!("{noun}.{verb}"),
            id,
            read::time(latest, &["/updated_at", "/created_at"]).or_else(|| read::time(incident, &["/updated_at", "/created_at"])),
        )
    }
}

fn component_changed(delivery: &Delivery<'_>, body: &Value, component: &Value) -> Event {
    let status = first(body, &["/component_update/new_status", "/component/status"]).unwrap_or("updated").to_lowercase();
    let before = text(body, "/component_update/old_status");
    let verb = match status.as_str() {
        "operational" => "recovered",
        "degraded_performance" => "degraded",
        "partial_outage" | "major_outage" => "failed",
        "under_maintenance" => "maintained",
        _ => "updated",
    };
    let severity = match if verb == "recovered" { before.unwrap_or_default() } else { status.as_str() } {
        "major_outage" => Severity::Critical,
        "partial_outage" => Severity::Error,
        "under_maintenance" | "operational" => Severity::Info,
        _ => Severity::Warning,
    };
    let id = key(delivery).unwrap_or_else(|| read::identity([body.to_string().as_str()]));
    Event {
        object: Object {
            key: shown(component, "/id").unwrap_or_else(|| "component".into()),
            title: text(component, "/name").unwrap_or("Component").to_owned(),
            url: page(body),
            place: place(body),
            state: Some(read::words(&status)),
        },
        changes: read::change("status", before.map(read::words), Some(read::words(&status))).into_iter().collect(),
        text: text(component, "/description").and_then(said),
        severity: Some(severity),
        ..read::event(
            delivery,
            format!("component.{verb}"),
            id,
            read::time(body, &["/component_update/created_at", "/component/updated_at"]),
        )
    }
}

/// The status page's address: nothing tells it but the link that ends the subscription.
fn page(body: &Value) -> Option<String> {
    let link = first(body, &["/page/url", "/meta/unsubscribe"])?;
    let parsed = url::Url::parse(link).ok()?;
    Some(format!("{}://{}", parsed.scheme(), parsed.host_str()?))
}

fn place(body: &Value) -> Option<String> {
    let host = || page(body).and_then(|it| Some(it.split_once("://")?.1.to_owned()));
    text(body, "/page/name").map(str::to_owned).or_else(host)
}
