//! UptimeRobot's alert contact *Webhook*: its fields are filled into a JSON that our steps dictate, or sent as a form or in
//! the address, as older contacts do. <https://uptimerobot.com/help/webhook-alert-contact/>

use commands::{
    Event, Result,
    event::{Object, Severity},
};
use serde_json::{Map, Value};

use super::{guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "uptimerobot",
    title: "UptimeRobot",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("uptimerobot.md"),
    },
};

/// The fields, by UptimeRobot's own names without their asterisks, in lower case and without underscores.
fn fields(delivery: &Delivery<'_>) -> Result<Value> {
    let named = |name: &str| name.trim_matches('*').replace('_', "").to_lowercase();
    // What the contact's sender has no value for stays as it is written.
    let filled = |value: &Value| !value.as_str().is_some_and(|it| it.len() > 2 && it.starts_with('*') && it.ends_with('*'));
    let json = serde_json::from_slice::<Value>(delivery.body);
    let given: Vec<(String, Value)> = match json {
        Ok(Value::Object(fields)) => fields.into_iter().collect(),
        Ok(other) => return Ok(other),
        Err(problem) => {
            let mut form = read::form(delivery.body);
            form.extend(read::form(delivery.query.as_bytes()));
            if !form.iter().any(|(name, _)| named(name).starts_with("monitor") || named(name).starts_with("alert")) {
                return Err(commands::Error::bad_input(format!(
                    "This is no webhook of UptimeRobot: it is not JSON ({problem})."
                )));
            }
            form.into_iter().filter(|(name, _)| name != "token").map(|(name, value)| (name, Value::String(value))).collect()
        }
    };
    Ok(Value::Object(given.into_iter().filter(|(_, it)| filled(it)).map(|(name, it)| (named(&name), it)).collect::<Map<_, _>>()))
}

/// None without the time of the alert: a monitor goes down more than once.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let fields = fields(delivery).ok()?;
    let monitor = ["/monitorid", "/monitorurl"].iter().find_map(|it| shown(&fields, it))?;
    Some(format!("{monitor} {} {}", shown(&fields, "/alerttype")?, shown(&fields, "/alertdatetime")?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let fields = fields(delivery)?;
    let known = ["/alerttype", "/alerttypefriendlyname", "/monitorfriendlyname", "/monitorid"];
    let event = match known.iter().any(|it| shown(&fields, it).is_some()) {
        true => monitor(delivery, &fields),
        false => guess::untaught(delivery, SOURCE.title, key(delivery), &fields),
    };
    Ok(read::told([event]))
}

fn monitor(delivery: &Delivery<'_>, fields: &Value) -> Event {
    let said = text(fields, "/alerttypefriendlyname").unwrap_or_default();
    let (verb, severity) = match (shown(fields, "/alerttype").as_deref(), said.to_lowercase().as_str()) {
        (Some("1"), _) | (_, "down") => ("down", Severity::Error),
        (Some("2"), _) | (_, "up") => ("up", Severity::Error),
        (Some("3"), _) => ("certificate_expiring", Severity::Warning),
        _ if said.to_lowercase().contains("ssl") => ("certificate_expiring", Severity::Warning),
        _ => ("updated", Severity::Warning),
    };
    let address = text(fields, "/monitorurl");
    let page = address.map(|it| if it.contains("://") { it.to_owned() } else { format!("http://{it}") });
    let host = page.as_deref().and_then(|it| url::Url::parse(it).ok()).and_then(|it| it.host_str().map(str::to_owned));
    let name = text(fields, "/monitorfriendlyname").or(address).unwrap_or("Monitor").to_owned();
    let lasted = text(fields, "/alertfriendlyduration").or_else(|| text(fields, "/alertduration")).filter(|_| verb == "up");
    let lasted = lasted
        .map(|it| format!("It was down for {it}{}.", if it.chars().all(|it| it.is_ascii_digit()) { " seconds" } else { "" }));
    let days = shown(fields, "/sslexpirydaysleft").map(|it| format!("The certificate ends in {it} days."));
    let (from, to) = match verb {
        "down" => (Some("up"), Some("down")),
        "up" => (Some("down"), Some("up")),
        _ => (None, None),
    };
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &fields.to_string()]));
    Event {
        object: Object {
            key: shown(fields, "/monitorid")
                .map(|it| format!("monitor {it}"))
                .or_else(|| address.map(str::to_owned))
                .filter(|it| *it != name)
                .unwrap_or_else(|| "monitor".into()),
            title: name,
            url: page,
            place: host,
            state: to.map(str::to_owned),
        },
        changes: read::change("status", from.map(str::to_owned), to.map(str::to_owned)).into_iter().collect(),
        text: read::lines([text(fields, "/alertdetails"), lasted.as_deref(), days.as_deref()]),
        severity: Some(severity),
        ..read::event(delivery, format!("monitor.{verb}"), id, read::time(fields, &["/alertdatetime"]))
    }
}
