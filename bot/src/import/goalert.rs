//! GoAlert: the answer of its GraphQL to a query for `services`, `escalationPolicies`, `schedules`, `rotations` and `users`, each with
//! its `nodes`; docs/configuration.md has the query. <https://github.com/target/goalert/blob/master/graphql2/schema.graphql>

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    Channels, Imported, quoted,
    read::{list, number, text, with_id},
    word,
};
use crate::notify::own;

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) fn read(json: &str, channels: &Channels) -> Result<Imported, String> {
    let file: Value = serde_json::from_str(json).map_err(|err| format!("this is not JSON: {err}"))?;
    let data = file.get("data").unwrap_or(&file);
    let names = ["services", "escalationPolicies", "schedules", "rotations"];
    if !names.iter().any(|it| data.get(it).is_some()) {
        return Err(format!("it has none of {}: the answer to the query of docs/configuration.md", names.join(", ")));
    }
    let all = |key: &str| list(data.get(key));
    let export = Export { users: all("users"), rotations: all("rotations"), policies: all("escalationPolicies"), channels };
    let mut imported = Imported::default();
    for schedule in all("schedules") {
        export.schedule(&mut imported, schedule);
    }
    for policy in &export.policies {
        export.policy(&mut imported, policy);
    }
    for service in all("services") {
        export.service(&mut imported, service);
    }
    Ok(imported)
}

struct Export<'a> {
    users: Vec<&'a Value>,
    rotations: Vec<&'a Value>,
    policies: Vec<&'a Value>,
    channels: &'a Channels,
}

impl Export<'_> {
    fn person(&self, imported: &mut Imported, id: &str, of: &str) -> Option<String> {
        let within = || self.rotations.iter().flat_map(|it| list(it.get("users"))).find(|it| text(it, "id") == id);
        let email = with_id(&self.users, id).or_else(within).map(|it| text(it, "email")).filter(|it| it.contains('@'));
        if email.is_none() {
            imported.leave(format!("{of} names the user {id}, whose address `users` does not tell."));
        }
        email.map(str::to_owned)
    }

    fn schedule(&self, imported: &mut Imported, schedule: &Value) {
        let name = word(text(schedule, "name"));
        let zone = text(schedule, "timeZone");
        let mut rotations = Vec::new();
        for target in list(schedule.get("targets")) {
            let hours: Vec<Option<String>> = list(target.get("rules")).into_iter().map(hours).collect();
            let of = format!("The schedule `{name}`");
            let target = target.get("target").unwrap_or(&Value::Null);
            let mut rotation = match text(target, "type") {
                "rotation" => match with_id(&self.rotations, text(target, "id")) {
                    Some(rotation) => self.rotation(imported, rotation, zone),
                    None => {
                        imported
                            .leave(format!("{of} has the rotation `{}`, which `rotations` does not tell.", text(target, "name")));
                        None
                    }
                },
                // Always the same person: when the first turn began does not matter.
                "user" => self
                    .person(imported, text(target, "id"), &of)
                    .map(|it| json!({ "people": [it], "start": "2026-01-01", "handoff": "00:00" })),
                other => {
                    imported.leave(format!("{of} has a {other} in it, which has no counterpart."));
                    None
                }
            };
            // A rule without limits is always; several are any of them.
            if let Some(rotation) = rotation.as_mut().filter(|_| !hours.is_empty() && hours.iter().all(Option::is_some)) {
                rotation["hours"] = json!(hours.into_iter().flatten().collect::<Vec<_>>());
            }
            rotations.extend(rotation);
        }
        if !list(schedule.get("temporarySchedules")).is_empty() {
            imported.leave(format!("The schedule `{name}` has temporary schedules: make them with `bellhop oncall override`."));
        }
        if rotations.len() > 1 {
            imported.leave(format!(
                "In the schedule `{name}` several may be on call at once; here a later rotation counts before those above it."
            ));
        }
        match rotations.is_empty() {
            true => imported.leave(format!("The schedule `{name}` is left out: nobody is in it.")),
            false => imported.put("schedule", &name, json!({ "zone": zone, "rotation": rotations })),
        }
    }

    fn rotation(&self, imported: &mut Imported, rotation: &Value, zone: &str) -> Option<Value> {
        let name = text(rotation, "name");
        let of = format!("The rotation `{name}`");
        let ids: Vec<String> = match rotation.get("userIDs").and_then(Value::as_array) {
            Some(ids) => ids.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            None => list(rotation.get("users")).iter().map(|it| text(it, "id").to_owned()).collect(),
        };
        let people: Vec<String> = ids.iter().filter_map(|it| self.person(imported, it, &of)).collect();
        let turn = text(rotation, "type");
        if !["hourly", "daily", "weekly", "monthly"].contains(&turn) {
            imported.leave(format!("{of} is of type {turn}, which has no counterpart."));
            return None;
        }
        let zoned = TimeZone::get(zone).ok();
        let start = text(rotation, "start").parse::<Timestamp>().ok().zip(zoned).map(|(at, zone)| at.to_zoned(zone));
        let Some(start) = start.filter(|_| !people.is_empty()) else {
            imported.leave(format!("{of} is left out: it has nobody in it, or no start that can be read."));
            return None;
        };
        Some(json!({
            "name": name, "people": people, "turn": turn, "every": number(rotation, "shiftLength").unwrap_or(1).max(1),
            "start": start.date().to_string(), "handoff": start.strftime("%H:%M").to_string(),
        }))
    }

    fn policy(&self, imported: &mut Imported, policy: &Value) {
        let name = word(text(policy, "name"));
        let of = format!("The escalation policy `{name}`");
        let mut steps: Vec<&Value> = list(policy.get("steps"));
        steps.sort_by_key(|it| number(it, "stepNumber").unwrap_or(0));
        let mut lines = Vec::new();
        for step in steps {
            let mut whom = Vec::new();
            for target in list(step.get("targets")) {
                let (id, called) = (text(target, "id"), text(target, "name"));
                match text(target, "type") {
                    "user" => whom.extend(self.person(imported, id, &of)),
                    "schedule" => whom.push(format!("schedule:{}", word(called))),
                    "rotation" => {
                        let rotation = with_id(&self.rotations, id);
                        let zone = rotation.map_or("UTC", |it| text(it, "timeZone"));
                        let schedule = word(called);
                        let is_there = imported.items.iter().any(|it| it.kind == "schedule" && it.name == schedule);
                        let turns = rotation.filter(|_| !is_there).and_then(|it| self.rotation(imported, it, zone));
                        if let Some(turns) = turns {
                            imported.put("schedule", &schedule, json!({ "zone": zone, "rotation": [turns] }));
                        }
                        whom.push(format!("schedule:{schedule}"));
                    }
                    "slackChannel" => {
                        let own = format!("slack:#{}", called.trim_start_matches('#'));
                        whom.push(self.channels.by_room.get(called).cloned().unwrap_or(own));
                    }
                    other => imported.leave(format!("{of} pages a {other} (`{called}`), which has no counterpart.")),
                }
            }
            let wait = number(step, "delayMinutes").unwrap_or(15).max(1);
            if !whom.is_empty() {
                lines.push(format!("{} wait={wait}m", whom.join(" ")));
            }
        }
        let repeat = number(policy, "repeat").filter(|it| *it > 0);
        match lines.is_empty() {
            true => imported.leave(format!("{of} is left out: it pages nobody.")),
            false => imported.put("escalation", &name, json!({ "steps": lines, "repeat": repeat })),
        }
    }

    fn service(&self, imported: &mut Imported, service: &Value) {
        let name = word(text(service, "name"));
        let escalation = with_id(&self.policies, text(service, "escalationPolicyID")).map(|it| word(text(it, "name")));
        let Some(escalation) = escalation else {
            imported.leave(format!("The service `{name}` is left out: its escalation policy is not told."));
            return;
        };
        for key in list(service.get("integrationKeys")) {
            let kind = match text(key, "type") {
                "prometheusAlertmanager" => "alertmanager",
                "grafana" => "grafana",
                "generic" => "json",
                "email" => "mail",
                other => {
                    imported.leave(format!(
                        "The key `{}` of the service `{name}` is of type {other}, which no hook here reads.",
                        text(key, "name")
                    ));
                    continue;
                }
            };
            let hook = word(&format!("{name}-{}", text(key, "name")));
            imported.put_hook(&hook, kind);
            imported.leave(format!(
                "What sends to the key `{}` must send to /hooks/{hook}, with the secret of that hook.",
                text(key, "name")
            ));
            imported.put("alert_rule", &hook, json!({ "from": hook, "escalation": escalation }));
        }
        for monitor in list(service.get("heartbeatMonitors")) {
            let minutes = number(monitor, "timeoutMinutes").unwrap_or(0).max(1);
            let heartbeat = word(&format!("{name}-{}", text(monitor, "name")));
            imported.put("heartbeat", &heartbeat, json!({ "every": format!("{minutes}m"), "grace": "1m" }));
            let rule = word(&format!("{heartbeat}-heartbeat"));
            let filter = format!("title:{}", quoted(&format!("The heartbeat {heartbeat}")));
            imported.put("alert_rule", &rule, json!({ "from": own::SOURCE, "filter": filter, "escalation": escalation }));
            imported.leave(format!(
                "What called the heartbeat `{}` of the service `{name}` must call another address: `bellhop heartbeat renew {heartbeat}` \
                 tells it.",
                text(monitor, "name")
            ));
        }
    }
}

/// `mon,tue 09:00-17:00`; none of a rule without limits.
fn hours(rule: &Value) -> Option<String> {
    let (start, end) = (text(rule, "start"), text(rule, "end"));
    let days: Vec<&str> = rule
        .get("weekdayFilter")
        .and_then(Value::as_array)
        .map(|all| all.iter().zip(DAYS).filter(|(on, _)| **on == Value::Bool(true)).map(|it| it.1).collect())
        .unwrap_or_default();
    let is_all_day = start == end;
    let is_every_day = days.is_empty() || days.len() == 7;
    let end = if end == "00:00" { "24:00" } else { end };
    match (is_every_day, is_all_day) {
        (true, true) => None,
        (true, false) => Some(format!("{start}-{end}")),
        (false, true) => Some(days.join(",")),
        (false, false) => Some(format!("{} {start}-{end}", days.join(","))),
    }
}
