//! New Relic: what a workflow's default template sends
//! (<https://docs.newrelic.com/docs/alerts/get-notified/custom-variables-incident-workflows/>), notification channels before
//! them, and the alerts and deployments of the oldest.

use commands::{
    Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, first_line, list, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "newrelic",
    title: "New Relic",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("newrelic.md"),
    },
};

/// An issue's id with its state and when it came to it; none where a template left these out.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    // The oldest are forms, and tell when they were made.
    let Ok(body) = read::body(delivery, SOURCE.title) else {
        return std::str::from_utf8(delivery.body).ok().map(|it| read::identity([it]));
    };
    let id = ["/id", "/issueId", "/incident_id"].iter().find_map(|it| shown(&body, it)).or_else(|| in_address(&body))?;
    let state = first(&body, &["/state", "/current_state"])?.to_lowercase();
    let at = ["/updatedAt", "/closedAt", "/timestamp"].iter().find_map(|it| shown(&body, it));
    Some(format!("{id} {state} {}", at?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    // The oldest are forms with a JSON in a field.
    for (name, value) in read::form(delivery.body) {
        if let ("alert" | "deployment", Ok(body)) = (name.as_str(), serde_json::from_str::<Value>(&value)) {
            return Ok(read::told([if name == "alert" { old_alert(delivery, &body) } else { deployment(delivery, &body) }]));
        }
    }
    let body = read::body(delivery, SOURCE.title)?;
    let known = ["/title", "/issueUrl", "/condition_name", "/incident_id", "/alertConditionNames/0", "/issueId"];
    let states = ["created", "activated", "active", "open", "acknowledged", "closed"];
    let in_state = first(&body, &["/state", "/current_state"]).is_some_and(|it| states.contains(&it.to_lowercase().as_str()));
    let event = match in_state || first(&body, &known).is_some() || shown(&body, "/incident_id").is_some() {
        true => issue(delivery, &body),
        false => guess::untaught(delivery, SOURCE.title, None, &body),
    };
    Ok(read::told([event]))
}

/// The issue's id in its address, where a template left the field out.
fn in_address(body: &Value) -> Option<String> {
    let (_, rest) = first(body, &["/issueUrl", "/issuePageUrl"])?.split_once("/issues/")?;
    rest.split(['?', '/']).next().filter(|it| !it.is_empty()).map(str::to_owned)
}

fn issue(delivery: &Delivery<'_>, body: &Value) -> Event {
    let state = first(body, &["/state", "/current_state", "/status"]).unwrap_or("activated").to_lowercase();
    let by_person = text(body, "/trigger").is_some_and(|it| it.to_uppercase().contains("ACKNOWLEDGE"));
    let verb = match state.as_str() {
        "closed" | "resolved" => "resolved",
        "acknowledged" => "acknowledged",
        _ if by_person || shown(body, "/acknowledgedAt").is_some() => "acknowledged",
        // What a person did to an issue that stays as it is.
        "activated" | "active" if text(body, "/trigger") == Some("USER_ACTION") => "updated",
        "created" | "activated" | "active" | "open" | "opened" => "firing",
        _ => "updated",
    };
    let entities = read::names(body, "/impactedEntities");
    let targets = read::names(body, "/targets");
    let policy = first(body, &["/alertPolicyNames/0", "/policy_name", "/policyName"]);
    let condition = first(body, &["/alertConditionNames/0", "/condition_name", "/conditionName"]);
    let title =
        first(body, &["/title", "/issueTitle"]).or(condition).or_else(|| text(body, "/details").map(first_line)).or(policy);
    let owner = text(body, "/owner").filter(|it| *it != "N/A");
    let severity = first(body, &["/priority", "/severity"]).and_then(read::severity);
    let severity = severity.unwrap_or(Severity::Warning);
    let mut labels: Vec<String> = policy.map(|it| format!("policy={it}")).into_iter().collect();
    labels.extend(list(body, "/alertConditionNames").iter().filter_map(Value::as_str).map(|it| format!("condition={it}")));
    labels.extend(text(body, "/condition_name").map(|it| format!("condition={it}")));
    labels.extend(entities.iter().chain(&targets).map(|it| format!("entity={it}")));
    let number = shown(body, "/incident_id").map(|it| format!("#{it}"));
    let key_of = number.or_else(|| ["/id", "/issueId"].iter().find_map(|it| shown(body, it))).or_else(|| in_address(body));
    let key_of = key_of.map(|it| if it.chars().all(|it| it.is_ascii_digit()) { format!("#{it}") } else { it });
    let at = match verb {
        "resolved" => ["/closedAt", "/updatedAt", "/timestamp"],
        "acknowledged" => ["/acknowledgedAt", "/updatedAt", "/timestamp"],
        _ => ["/updatedAt", "/timestamp", "/createdAt"],
    };
    let changed = |from: &str, to: &str| vec![Change { field: "status".into(), from: Some(from.into()), to: Some(to.into()) }];
    let incidents = shown(body, "/totalIncidents").filter(|it| it != "0" && it != "1").map(|it| format!("{it} incidents"));
    let title = title.unwrap_or("Issue").to_owned();
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    Event {
        actor: owner.filter(|_| verb == "acknowledged").map(str::to_owned),
        object: Object {
            key: key_of.unwrap_or_else(|| "issue".into()),
            url: first(body, &["/issueUrl", "/issuePageUrl", "/incident_url", "/violationChartUrl"]).map(str::to_owned),
            place: entities.first().or(targets.first()).map(String::as_str).or(policy).map(str::to_owned),
            state: Some(if verb == "acknowledged" { verb.to_owned() } else { read::words(&state) }),
            title,
        },
        changes: match verb {
            "acknowledged" => changed("open", "acknowledged"),
            "resolved" => changed("open", "closed"),
            _ => Vec::new(),
        },
        labels,
        text: read::lines([first(body, &["/details", "/description"]), incidents.as_deref(), text(body, "/runbook_url")]),
        severity: Some(severity),
        ..read::event(delivery, format!("alert.{verb}"), id, read::time(body, &at))
    }
}

fn old_alert(delivery: &Delivery<'_>, body: &Value) -> Event {
    let said_short = first(body, &["/short_description", "/message"]).unwrap_or("Alert");
    let lower = said_short.to_lowercase();
    let ended = ["closed", "ended", "recovered", "resolved"].iter().any(|it| lower.contains(it));
    let severity = text(body, "/severity").and_then(read::severity);
    let url = text(body, "/alert_url").map(str::to_owned);
    let number = url.as_deref().and_then(|it| it.split_once("/incidents/")).map(|(_, it)| format!("#{it}"));
    let at = read::time(body, &["/created_at"]);
    Event {
        object: Object {
            key: number.unwrap_or_else(|| "alert".into()),
            title: first(body, &["/message", "/short_description"]).unwrap_or("Alert").to_owned(),
            url,
            place: first(body, &["/application_name", "/account_name"]).map(str::to_owned),
            state: Some(if ended { "closed" } else { "open" }.to_owned()),
        },
        text: read::lines([Some(said_short), text(body, "/long_description")]),
        severity: Some(severity.unwrap_or(Severity::Warning)),
        ..read::event(
            delivery,
            if ended { "alert.resolved" } else { "alert.firing" },
            read::identity([body.to_string().as_str()]),
            at,
        )
    }
}

fn deployment(delivery: &Delivery<'_>, body: &Value) -> Event {
    let application = first(body, &["/application_name", "/account_name"]);
    let revision = shown(body, "/revision");
    let description = first(body, &["/description", "/changelog"]);
    let title = description.map(first_line).or(application).unwrap_or("Deployment").to_owned();
    Event {
        actor: first(body, &["/deployed_by", "/user"]).map(str::to_owned),
        object: Object {
            key: revision.unwrap_or_else(|| "deployment".into()),
            title,
            url: text(body, "/deployment_url").map(str::to_owned),
            place: application.map(str::to_owned),
            state: None,
        },
        text: text(body, "/changelog").and_then(said),
        ..read::event(
            delivery,
            "deployment.created",
            read::identity([body.to_string().as_str()]),
            read::time(body, &["/created_at"]),
        )
    }
}
