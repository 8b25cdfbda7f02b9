//! Opsgenie's webhook integration, and Jira Service Management's that took it over:
//! <https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/>.

use commands::{
    Event, Result,
    event::{Concern, Object, Severity, Why},
};
use serde_json::Value;

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, mentioned, said, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "opsgenie",
    title: "Opsgenie",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("opsgenie.md"),
    },
};

/// No delivery has an id, but each action changes the alert, at a time told to the nanosecond.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let at = shown(&body, "/alert/updatedAt")?;
    Some(format!("{} {} {at}", text(&body, "/alert/alertId")?, text(&body, "/action")?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let event = match (body.get("alert").filter(|it| it.is_object()), text(&body, "/action")) {
        (Some(alert), Some(action)) => happened(delivery, &body, alert, action),
        _ => guess::untaught(delivery, SOURCE.title, key(delivery), &body),
    };
    Ok(read::told([event]))
}

fn happened(delivery: &Delivery<'_>, body: &Value, alert: &Value, action: &str) -> Event {
    let verb = match action {
        "Create" => "firing",
        "Close" => "resolved",
        "Acknowledge" => "acknowledged",
        "UnAcknowledge" => "unacknowledged",
        "Snooze" => "silenced",
        "SnoozeEnded" | "UnSnooze" => "unsilenced",
        "AddNote" => "commented",
        "AddTags" => "labeled",
        "RemoveTags" => "unlabeled",
        "AssignOwnership" | "TakeOwnership" => "assigned",
        "AddRecipient" | "AddResponder" => "responder_added",
        "AddTeam" => "team_added",
        "Delete" => "deleted",
        "Escalate" | "EscalateNext" => "escalated",
        "UpdatePriority" => "priority_changed",
        "UpdateMessage" => "renamed",
        "UpdateDescription" => "updated",
        other => &read::snake(other),
    };
    let own = |name: &str| shown(alert, &format!("/{name}"));
    let set =
        |field: &str, from: Option<String>, to: Option<String>| read::change(field, from, to).into_iter().collect::<Vec<_>>();
    let status = |from: &str, to: &str| set("status", Some(from.into()), Some(to.into()));
    let actor = first(alert, &["/username", "/updatedBy"]);
    let owner = own("owner").or_else(|| actor.filter(|_| action == "TakeOwnership").map(str::to_owned));
    let next = first(body, &["/escalationNotify/name", "/escalationNotify/id"]).map(str::to_owned);
    let responder =
        own("recipient").or_else(|| own("responder")).or_else(|| first(alert, &["/responder/name"]).map(str::to_owned));
    let responder = responder.or_else(|| read::names(alert, "/addedResponders").into_iter().next());
    let changes = match verb {
        "resolved" => set("status", Some("open".into()), Some("closed".into())),
        "acknowledged" => status("open", "acknowledged"),
        "unacknowledged" => status("acknowledged", "open"),
        "silenced" => set("snoozed until", None, own("snoozeEndDate").or_else(|| own("snoozedUntil"))),
        "labeled" => tags(alert, "addedTags").into_iter().flat_map(|it| set("label", None, Some(it))).collect(),
        "unlabeled" => tags(alert, "removedTags").into_iter().flat_map(|it| set("label", Some(it), None)).collect(),
        "assigned" => set("assignee", None, owner.clone()),
        "responder_added" => set("responder", None, responder.clone()),
        "team_added" => set("team", None, own("addedTeam").or_else(|| own("team"))),
        "escalated" => set("escalated to", None, next.clone()),
        "priority_changed" => set("priority", own("oldPriority"), priority(alert)),
        "renamed" => set("title", own("oldMessage"), own("message")),
        _ => Vec::new(),
    };
    let concern = match verb {
        "assigned" => owner,
        "responder_added" => responder,
        "escalated" => next,
        _ => None,
    };
    let texts = match verb {
        "firing" | "updated" => [text(alert, "/description"), text(alert, "/note")],
        "escalated" => [text(alert, "/note"), text(body, "/escalationName")],
        _ => [text(alert, "/note"), None],
    };
    let note = read::lines(texts);
    let mut concerns: Vec<Concern> =
        concern.into_iter().map(|name| Concern { id: Some(name.clone()), name, why: Why::Assigned }).collect();
    concerns.extend(mentioned(note.as_deref().unwrap_or_default(), actor));
    let alert_id = text(alert, "/alertId");
    let severity = priority(alert).and_then(|it| read::severity(&it)).unwrap_or(Severity::Warning);
    let escalation = text(body, "/escalationName").map(|it| format!("Escalation {it}"));
    let state = match verb {
        "resolved" => "closed",
        "acknowledged" => "acknowledged",
        "silenced" => "snoozed",
        "deleted" => "deleted",
        "firing" | "unacknowledged" => "open",
        _ => "",
    };
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    Event {
        actor: actor.map(str::to_owned),
        actor_id: actor.map(str::to_owned),
        object: Object {
            key: own("tinyId")
                .map(|it| format!("#{it}"))
                .or_else(|| alert_id.map(str::to_owned))
                .unwrap_or_else(|| "alert".into()),
            title: own("message").or(escalation).unwrap_or_else(|| "Alert".into()),
            url: alert_id.map(|it| format!("https://app.opsgenie.com/alert/detail/{it}/details")),
            place: first(alert, &["/entity", "/team", "/teams/0", "/teams/0/name"])
                .or_else(|| text(body, "/integrationName"))
                .map(str::to_owned),
            state: Some(state.to_owned()).filter(|it| !it.is_empty()),
        },
        changes,
        labels: list(alert, "/tags").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        text: note.as_deref().and_then(said),
        severity: Some(severity),
        concerns,
        ..read::event(delivery, format!("alert.{verb}"), id, read::time(alert, &["/updatedAt", "/createdAt"]))
    }
}

/// `P3`, which some write as `3`.
fn priority(alert: &Value) -> Option<String> {
    let told = shown(alert, "/priority")?;
    Some(if told.starts_with(['P', 'p']) { told.to_uppercase() } else { format!("P{told}") })
}

/// Tags come as a list, or as one text with commas in it.
fn tags(alert: &Value, name: &str) -> Vec<String> {
    read::labels(alert, &format!("/{name}"))
}
