//! PagerDuty's webhooks: version 3 (<https://developer.pagerduty.com/docs/webhooks-overview>), and the extensions of versions
//! 1 and 2 that old accounts still have.

use commands::{
    Event, Result,
    event::{Change, Concern, Object, Severity, Why},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "pagerduty",
    title: "PagerDuty",
    webhook: Webhook {
        verify,
        key: Some(key),
        parse,
        handshake: None,
        // PagerDuty shows it once, when the subscription is made.
        secret: SecretFrom::Vendor,
        steps: include_str!("pagerduty.md"),
    },
};

/// Version 3 signs; the older ones do not, and show a token.
fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    match delivery.header("x-pagerduty-signature") {
        Some(list) => read::checked(read::signed(list, secret, delivery.body), "X-PagerDuty-Signature", SOURCE.title),
        None => token::verify(delivery, secret),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    if let Some(id) = text(&body, "/event/id") {
        return Some(id.to_owned());
    }
    let ids: Vec<&str> = list(&body, "/messages").iter().filter_map(|it| text(it, "/id")).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    if let Some(event) = body.get("event").filter(|it| text(it, "/event_type").is_some()) {
        return Ok(read::told([subscribed(delivery, event)]));
    }
    let messages = list(&body, "/messages").iter().filter(|it| it.is_object());
    let events: Vec<Event> = messages.map(|it| extended(delivery, it)).collect();
    Ok(read::told(if events.is_empty() { vec![guess::untaught(delivery, SOURCE.title, None, &body)] } else { events }))
}

/// Version 3: `{"event": {"event_type": "incident.triggered", "agent": …, "data": …}}`.
fn subscribed(delivery: &Delivery<'_>, event: &Value) -> Event {
    let data = event.get("data").unwrap_or(&Value::Null);
    let word = text(event, "/event_type").unwrap_or("incident.updated");
    let (noun, verb) = word.split_once('.').unwrap_or(("incident", word));
    let verb = match read::snake(verb).as_str() {
        "annotated" => "commented".to_owned(),
        "priority_updated" => "priority_changed".to_owned(),
        verb => verb.to_owned(),
    };
    let id = text(event, "/id").map_or_else(|| read::identity([event.to_string().as_str()]), str::to_owned);
    let at = read::time(event, &["/occurred_at"]);
    if word == "pagey.ping" {
        let object = Object { key: "ping".into(), title: "PagerDuty tries the webhook out".into(), ..Object::default() };
        return Event { object, ..read::event(delivery, "hook.pinged", id, at) };
    }
    // A note, a status update, a responder: the incident they belong to is told in short.
    let incident = data.get("incident").filter(|it| it.is_object());
    let subject = incident.unwrap_or(data);
    let object = match noun {
        "service" => service(data),
        _ => object(subject, first(data, &["/service/summary", "/incident/service/summary"])),
    };
    let names = |path: &str| list(data, path).iter().filter_map(|it| text(it, "/summary")).collect::<Vec<_>>().join(", ");
    let to = |field: &str, value: Option<&str>| value.map(|it| Change { field: field.into(), from: None, to: Some(it.into()) });
    let assignees = names("/assignees");
    let changes = match verb.as_str() {
        "priority_changed" => to("priority", text(data, "/priority/summary").or(Some("none"))),
        "reassigned" | "escalated" => to("assignee", Some(assignees.as_str()).filter(|it| !it.is_empty())),
        "delegated" => to("escalation policy", text(data, "/escalation_policy/summary")),
        "service_updated" => to("service", text(data, "/service/summary")),
        "conference_bridge_updated" => to("conference", first(data, &["/conference_url", "/conference_numbers/0/number"])),
        "responder_added" => to("responder", first(data, &["/user/summary", "/escalation_policy/summary"])),
        "responder_replied" => to("response", text(data, "/state")),
        "workflow_started" | "workflow_completed" => to("workflow", first(data, &["/incident_workflow/summary", "/summary"])),
        "role_assigned" | "role_unassigned" => to("role", first(data, &["/role/summary", "/role/name"])),
        "custom_field_values_updated" => custom_field(data),
        "action_invocation_created" | "action_invocation_updated" | "action_invocation_terminated" => {
            to("action", first(data, &["/action/summary", "/action/name"]))
        }
        "incident_type_changed" => to("type", first(data, &["/incident_type/name", "/incident_type"])),
        other => moved(other),
    };
    let conference = text(data, "/conference_url").filter(|it| it.starts_with("http"));
    let said_now = first(data, &["/content", "/message", "/body", "/resolve_reason/type"]).and_then(said);
    Event {
        actor: text(event, "/agent/summary").map(str::to_owned),
        actor_id: text(event, "/agent/id").map(str::to_owned),
        about: incident.and_then(|it| text(it, "/html_url")).map(str::to_owned).into_iter().collect(),
        changes: changes.into_iter().collect(),
        labels: labels(data),
        text: said_now,
        url: conference.map(str::to_owned),
        severity: severity(data),
        concerns: concerns(data, &verb),
        object,
        ..read::event(delivery, format!("{}.{verb}", read::snake(noun)), id, at)
    }
}

/// What an incident's state was before, where the word itself tells.
fn moved(verb: &str) -> Option<Change> {
    let (from, to) = match verb {
        "acknowledged" => (Some("triggered"), "acknowledged"),
        "unacknowledged" => (Some("acknowledged"), "triggered"),
        "reopened" => (Some("resolved"), "triggered"),
        "resolved" => (None, "resolved"),
        _ => return None,
    };
    Some(Change { field: "status".into(), from: from.map(str::to_owned), to: Some(to.to_owned()) })
}

/// The first of the fields that changed, which are named by their ids.
fn custom_field(data: &Value) -> Option<Change> {
    let changed = list(data, "/changed_field_ids");
    let field = list(data, "/custom_fields").iter().find(|it| changed.is_empty() || changed.contains(&it["id"]))?;
    let name = first(field, &["/display_name", "/name"])?;
    Some(Change { field: name.to_owned(), from: None, to: shown(field, "/value") })
}

/// The number is left out where an incident is only referred to; version 2 writes it into the title, `[#33] My incident`.
fn object(incident: &Value, service: Option<&str>) -> Object {
    let said = first(incident, &["/title", "/summary", "/description"]).unwrap_or_default();
    let numbered = said.strip_prefix("[#").and_then(|it| it.split_once("] "));
    let number = shown(incident, "/number").or_else(|| shown(incident, "/incident_number"));
    let number = number.or_else(|| numbered.map(|(number, _)| number.to_owned()));
    let title = numbered.map_or(said, |(_, title)| title);
    let about = ["subject", "description"].iter().find_map(|it| text(incident, &format!("/trigger_summary_data/{it}")));
    let title =
        Some(title).filter(|it| !it.is_empty()).or(about).or_else(|| text(incident, "/incident_key")).unwrap_or("Incident");
    Object {
        key: number.map(|it| format!("#{it}")).or_else(|| shown(incident, "/id")).unwrap_or_else(|| "incident".into()),
        title: title.to_owned(),
        url: text(incident, "/html_url").map(str::to_owned),
        place: service.or_else(|| first(incident, &["/service/summary", "/service/name"])).map(str::to_owned),
        state: text(incident, "/status").map(str::to_owned),
    }
}

fn service(data: &Value) -> Object {
    Object {
        key: shown(data, "/id").unwrap_or_else(|| "service".into()),
        title: first(data, &["/summary", "/name"]).unwrap_or("Service").to_owned(),
        url: text(data, "/html_url").map(str::to_owned),
        place: text(data, "/teams/0/summary").map(str::to_owned),
        state: text(data, "/status").map(str::to_owned),
    }
}

fn labels(incident: &Value) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    labels.extend(first(incident, &["/priority/summary", "/priority/name"]).map(|it| format!("priority={it}")));
    labels.extend(text(incident, "/urgency").map(|it| format!("urgency={it}")));
    labels.extend(list(incident, "/teams").iter().filter_map(|it| text(it, "/summary")).map(|it| format!("team={it}")));
    labels
}

fn severity(incident: &Value) -> Option<Severity> {
    let priority = first(incident, &["/priority/summary", "/priority/name"]).and_then(read::severity);
    priority.or_else(|| match text(incident, "/urgency")? {
        "high" => Some(Severity::Error),
        _ => Some(Severity::Warning),
    })
}

/// Whom this event gave the incident to.
fn concerns(data: &Value, verb: &str) -> Vec<Concern> {
    let given: Vec<&Value> = match verb {
        "triggered" | "reassigned" | "escalated" | "delegated" | "assigned" => list(data, "/assignees")
            .iter()
            .chain(list(data, "/assignments").iter().filter_map(|it| it.get("assignee")))
            .chain(list(data, "/assigned_to").iter().filter_map(|it| it.get("object")))
            .collect(),
        "responder_added" => data.get("user").into_iter().collect(),
        _ => Vec::new(),
    };
    let concern = |it: &Value| {
        let name = first(it, &["/summary", "/name"])?.to_owned();
        Some(Concern { name, id: first(it, &["/email", "/id"]).map(str::to_owned), why: Why::Assigned })
    };
    given.into_iter().filter_map(concern).collect()
}

/// Versions 1 and 2: `{"messages": [{"type" or "event": "incident.trigger", "incident": …}]}`.
fn extended(delivery: &Delivery<'_>, message: &Value) -> Event {
    let incident = message.pointer("/incident").or_else(|| message.pointer("/data/incident")).filter(|it| it.is_object());
    let (Some(incident), Some(word)) = (incident, first(message, &["/event", "/type"])) else {
        return guess::untaught(delivery, SOURCE.title, shown(message, "/id"), message);
    };
    let verb = match word.rsplit('.').next().unwrap_or(word) {
        "trigger" => "triggered",
        "acknowledge" => "acknowledged",
        "unacknowledge" => "unacknowledged",
        "resolve" => "resolved",
        "assign" => "assigned",
        "escalate" => "escalated",
        "delegate" => "delegated",
        "annotate" => "commented",
        other => other,
    };
    let concerns = concerns(incident, verb);
    let names = concerns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
    let given = matches!(verb, "assigned" | "escalated" | "delegated") && !names.is_empty();
    let assigned = Change { field: "assignee".into(), from: None, to: Some(names) };
    // A service that changes its own incident is no one who did it.
    let person = |path: &str| {
        let who = message.pointer(path).or_else(|| incident.pointer(path)).filter(|it| it.is_object())?;
        let is_person = text(who, "/type").is_none_or(|it| it.starts_with("user"));
        is_person.then(|| (first(who, &["/summary", "/name"]), text(who, "/id")))
    };
    let actor = person("/log_entries/0/agent")
        .or_else(|| person("/last_status_change_by"))
        .filter(|_| verb != "triggered" || message.get("log_entries").is_some());
    let details = first(message, &["/log_entries/0/channel/details", "/log_entries/0/channel/summary", "/log_entries/0/summary"]);
    let object = object(incident, None);
    let text = details.filter(|it| *it != object.title).and_then(said);
    let id = shown(message, "/id").unwrap_or_else(|| read::identity([message.to_string().as_str()]));
    Event {
        actor: actor.and_then(|(name, _)| name).map(str::to_owned),
        actor_id: actor.and_then(|(_, id)| id).map(str::to_owned),
        changes: if given { vec![assigned] } else { moved(verb).into_iter().collect() },
        labels: labels(incident),
        severity: severity(incident).or(Some(Severity::Error)),
        text,
        concerns,
        object,
        ..read::event(delivery, format!("incident.{}", read::snake(verb)), id, read::time(message, &["/created_on"]))
    }
}
