//! Grafana OnCall: one JSON object of what its API answers, by name: `users`, `schedules`, `on_call_shifts`,
//! `escalation_chains`, `escalation_policies`, `integrations`, `routes`, `user_groups`.
//! <https://grafana.com/docs/oncall/latest/oncall-api-reference/>

use serde_json::{Value, json};

use super::{
    Channels, Imported,
    alertmanager::alternatives,
    quoted,
    read::{date_and_time, later, list, number, text, with_id},
    word,
};

const DAY: i64 = 86_400;
/// As often as OnCall itself does.
const REPEATS: u32 = 5;

pub(super) fn read(json: &str, channels: &Channels) -> Result<Imported, String> {
    let file: Value = serde_json::from_str(json).map_err(|err| format!("this is not JSON: {err}"))?;
    let names = [
        "users",
        "schedules",
        "on_call_shifts",
        "escalation_chains",
        "escalation_policies",
        "integrations",
        "routes",
        "user_groups",
    ];
    if !names.iter().any(|it| file.get(it).is_some()) {
        return Err(format!("it has none of {}: one JSON object with what the API answers, by name", names.join(", ")));
    }
    let all = |key: &str| list(file.get(key));
    let export = Export {
        users: all("users"),
        schedules: all("schedules"),
        shifts: all("on_call_shifts"),
        chains: all("escalation_chains"),
        groups: all("user_groups"),
    };
    let mut imported = Imported::default();
    for schedule in &export.schedules {
        export.schedule(&mut imported, schedule);
    }
    for chain in &export.chains {
        let mut policies: Vec<&Value> =
            all("escalation_policies").into_iter().filter(|it| text(it, "escalation_chain_id") == text(chain, "id")).collect();
        policies.sort_by_key(|it| number(it, "position"));
        export.chain(&mut imported, chain, &policies);
    }
    for integration in all("integrations") {
        let mut routes: Vec<&Value> =
            all("routes").into_iter().filter(|it| text(it, "integration_id") == text(integration, "id")).collect();
        routes.sort_by_key(|it| number(it, "position"));
        export.integration(&mut imported, integration, &routes, channels);
    }
    Ok(imported)
}

struct Export<'a> {
    users: Vec<&'a Value>,
    schedules: Vec<&'a Value>,
    shifts: Vec<&'a Value>,
    chains: Vec<&'a Value>,
    groups: Vec<&'a Value>,
}

impl Export<'_> {
    /// By their address, which the chats know them by.
    fn people(&self, imported: &mut Imported, ids: Option<&Value>, of: &str) -> Vec<String> {
        let ids: Vec<&str> = ids.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut people = Vec::new();
        for id in ids {
            match with_id(&self.users, id).map(|it| text(it, "email")).filter(|it| it.contains('@')) {
                Some(email) => people.push(email.to_owned()),
                None => imported.leave(format!("{of} names the user {id}, whose address `users` does not tell.")),
            }
        }
        people
    }

    fn schedule(&self, imported: &mut Imported, schedule: &Value) {
        let name = word(text(schedule, "name"));
        let zone = Some(text(schedule, "time_zone")).filter(|it| !it.is_empty()).unwrap_or("UTC");
        let mut rotations: Vec<(i64, Value)> = Vec::new();
        let shifts: Vec<&str> =
            schedule.get("shifts").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for id in shifts {
            match with_id(&self.shifts, id) {
                Some(shift) => rotations.extend(self.rotation(imported, shift, &name, zone)),
                None => {
                    imported.leave(format!("The schedule `{name}` has the shift {id}, which `on_call_shifts` does not tell."))
                }
            }
        }
        // There as here a higher level counts where it has somebody: the later ones are higher.
        rotations.sort_by_key(|it| it.0);
        let rotations: Vec<Value> = rotations.into_iter().map(|it| it.1).collect();
        let calendar = Some(text(schedule, "ical_url_primary")).filter(|it| !it.is_empty());
        if !text(schedule, "ical_url_overrides").is_empty() {
            imported.leave(format!(
                "The schedule `{name}` has overrides in a calendar: make them here with `bellhop oncall override`."
            ));
        }
        if text(schedule, "type") == "web" && rotations.is_empty() {
            imported.leave(format!(
                "The shifts of the schedule `{name}` were made in OnCall's pages, and its API does not tell them."
            ));
        }
        let slack = schedule.get("slack").unwrap_or(&Value::Null);
        let channel = Some(text(slack, "channel_id")).filter(|it| !it.is_empty()).map(|it| format!("slack:{it}"));
        let group = text(slack, "user_group_id");
        let filled = self.handle(|it| it.get("slack").is_some_and(|it| text(it, "id") == group));
        if !group.is_empty() && filled.is_none() {
            imported.leave(format!(
                "The schedule `{name}` fills the Slack user group {group}, which `user_groups` does not tell: name it in `groups`, as \
                 slack:@handle."
            ));
        }
        let groups: Vec<String> = filled.map(|it| format!("slack:@{it}")).into_iter().collect();
        if rotations.is_empty() && calendar.is_none() {
            imported.leave(format!("The schedule `{name}` is left out: nobody is in it."));
            return;
        }
        imported.put(
            "schedule",
            &name,
            json!({ "zone": zone, "calendar": calendar, "channel": channel, "groups": groups, "rotation": rotations }),
        );
    }

    /// What Slack calls a user group, without its @.
    fn handle(&self, is_it: impl Fn(&Value) -> bool) -> Option<&str> {
        let found = self.groups.iter().find(|it| is_it(it))?.get("slack")?;
        Some(text(found, "handle")).filter(|it| !it.is_empty())
    }

    /// With its level.
    fn rotation(&self, imported: &mut Imported, shift: &Value, schedule: &str, zone: &str) -> Option<(i64, Value)> {
        let name = text(shift, "name");
        let of = format!("The shift `{name}` of the schedule `{schedule}`");
        let kind = text(shift, "type");
        if kind == "single_event" {
            imported.leave(format!("{of} is once, from {}: make it with `bellhop oncall override`.", text(shift, "start")));
            return None;
        }
        let own_zone = text(shift, "time_zone");
        if !own_zone.is_empty() && own_zone != zone {
            imported.leave(format!("{of} is in the time zone {own_zone}, and a schedule here has one: it is read as {zone}."));
        }
        for key in ["by_month", "by_monthday"] {
            if shift.get(key).and_then(Value::as_array).is_some_and(|it| !it.is_empty()) {
                imported.leave(format!("{of} goes by `{key}`, which cannot be said here: it is left out."));
                return None;
            }
        }
        let Some((date, time)) = date_and_time(text(shift, "start")) else {
            imported.leave(format!("{of} has no start that can be read: it is left out."));
            return None;
        };
        let people = match kind {
            "rolling_users" => {
                let turns = shift.get("rolling_users").and_then(Value::as_array).cloned().unwrap_or_default();
                if turns.iter().any(|it| it.as_array().is_some_and(|it| it.len() > 1)) {
                    imported.leave(format!(
                        "{of} has turns of several people at once: put them into a team, and write team:NAME. It is left out."
                    ));
                    return None;
                }
                let mut people: Vec<String> = turns.iter().flat_map(|it| self.people(imported, Some(it), &of)).collect();
                let first = usize::try_from(number(shift, "start_rotation_from_user_index").unwrap_or(0)).unwrap_or(0);
                if !people.is_empty() {
                    let first = first % people.len();
                    people.rotate_left(first);
                }
                people
            }
            _ => self.people(imported, shift.get("users"), &of),
        };
        if people.is_empty() {
            imported.leave(format!("{of} has nobody in it: it is left out."));
            return None;
        }
        if kind != "rolling_users" && people.len() > 1 {
            imported
                .leave(format!("{of} has several people at once: put them into a team, and write team:NAME. It is left out."));
            return None;
        }
        let (frequency, interval) = (text(shift, "frequency"), number(shift, "interval").unwrap_or(1).max(1));
        let seconds = number(shift, "duration").unwrap_or(DAY);
        let days: Vec<String> =
            shift.get("by_day").and_then(Value::as_array).into_iter().flatten().filter_map(|it| day(it.as_str()?)).collect();
        let whole = match frequency {
            "weekly" => 7 * DAY * interval,
            "daily" => DAY * interval,
            "hourly" => 3600 * interval,
            _ => seconds,
        };
        let end = later(&time, seconds)?;
        let hours = match (days.is_empty(), seconds) {
            (true, it) if it >= whole => None,
            (false, it) if it >= DAY => Some(days.join(",")),
            (false, _) => Some(format!("{} {time}-{end}", days.join(","))),
            (true, it) if it < DAY && frequency != "weekly" => Some(format!("{time}-{end}")),
            _ => {
                imported.leave(format!("{of} does not fill its turn: say with `hours` when it counts."));
                None
            }
        };
        let until = date_and_time(text(shift, "until")).map(|it| it.0);
        let turn = if ["daily", "weekly", "monthly", "hourly"].contains(&frequency) { frequency } else { "weekly" };
        let mut rotation = json!({
            "name": name, "people": people, "turn": turn, "every": interval, "start": date, "handoff": time,
        });
        if let Some(hours) = hours {
            rotation["hours"] = json!([hours]);
        }
        if let Some(until) = until {
            rotation["until"] = json!(until);
        }
        Some((number(shift, "level").unwrap_or(0), rotation))
    }

    fn chain(&self, imported: &mut Imported, chain: &Value, policies: &[&Value]) {
        let name = word(text(chain, "name"));
        let of = format!("The escalation chain `{name}`");
        // Whom, whether all or one in turn, and how long to wait then.
        let mut steps: Vec<(Vec<String>, &str, Option<i64>)> = Vec::new();
        let mut repeat = 0;
        for policy in policies {
            let (whom, turn) = match text(policy, "type") {
                "wait" => {
                    match steps.last_mut() {
                        Some(last) => last.2 = Some(last.2.unwrap_or(0) + number(policy, "duration").unwrap_or(300)),
                        None => imported.leave(format!("{of} begins by waiting: it pages at once here.")),
                    }
                    continue;
                }
                "repeat_escalation" => {
                    repeat = REPEATS;
                    continue;
                }
                "notify_on_call_from_schedule" => {
                    let id = text(policy, "notify_on_call_from_schedule");
                    match with_id(&self.schedules, id) {
                        Some(schedule) => (vec![format!("schedule:{}", word(text(schedule, "name")))], "all"),
                        None => {
                            imported.leave(format!("{of} pages the schedule {id}, which `schedules` does not tell."));
                            continue;
                        }
                    }
                }
                "notify_persons" => (self.people(imported, policy.get("persons_to_notify"), &of), "all"),
                "notify_person_next_each_time" => {
                    (self.people(imported, policy.get("persons_to_notify_next_each_time"), &of), "next")
                }
                "notify_user_group" => {
                    let id = text(policy, "group_to_notify");
                    match self.handle(|it| text(it, "id") == id) {
                        Some(handle) => (vec![format!("group:slack:@{handle}")], "all"),
                        None => {
                            imported.leave(format!("{of} pages the user group {id}, which `user_groups` does not tell."));
                            continue;
                        }
                    }
                }
                other => {
                    imported.leave(format!("{of} has a step `{other}`, which has no counterpart."));
                    continue;
                }
            };
            match steps.last_mut() {
                _ if whom.is_empty() => {}
                // Nothing is waited for between them: they are paged together.
                Some(last) if last.2.is_none() && last.1 == "all" && turn == "all" => last.0.extend(whom),
                _ => steps.push((whom, turn, None)),
            }
        }
        if steps.is_empty() {
            imported.leave(format!("{of} is left out: it pages nobody."));
            return;
        }
        let lines: Vec<String> = steps
            .iter()
            .map(|(whom, turn, wait)| {
                let turn = if *turn == "next" { " turn=next" } else { "" };
                let wait = wait.map(|it| format!(" wait={}m", (it / 60).max(1))).unwrap_or_default();
                format!("{}{turn}{wait}", whom.join(" "))
            })
            .collect();
        imported.put("escalation", &name, json!({ "steps": lines, "repeat": (repeat > 0).then_some(repeat) }));
    }

    fn integration(&self, imported: &mut Imported, integration: &Value, routes: &[&Value], channels: &Channels) {
        let name = word(text(integration, "name"));
        let kind = match text(integration, "type") {
            "alertmanager" => "alertmanager",
            "grafana" | "grafana_alerting" | "legacy_grafana_alerting" => "grafana",
            "webhook" | "formatted_webhook" => "json",
            known if connectors::webhook(known).is_some() => known,
            other => {
                imported.leave(format!("The integration `{name}` is of type {other}, which no hook here reads."));
                return;
            }
        };
        imported.put_hook(&name, kind);
        imported
            .leave(format!("What sends to the integration `{name}` must send to /hooks/{name}, with the secret of that hook."));
        let mut before: Vec<String> = Vec::new();
        let default = integration
            .get("default_route")
            .filter(|_| !routes.iter().any(|it| it.get("is_the_last_route") == Some(&Value::Bool(true))));
        for (nth, route) in routes.iter().copied().chain(default).enumerate() {
            let of = format!("Route {} of the integration `{name}`", nth + 1);
            let is_last = route.get("is_the_last_route") == Some(&Value::Bool(true)) || route.get("routing_regex").is_none();
            let regex = text(route, "routing_regex");
            let own = match text(route, "routing_type") {
                _ if is_last || matches!(regex, ".*" | "") => String::new(),
                "jinja2" => {
                    imported.leave(format!("{of} goes by a template in Jinja: write what it takes as a filter. It is left out."));
                    continue;
                }
                _ => match alternatives(&inner(regex)) {
                    Some(all) => {
                        let all: Vec<String> = all.iter().map(|it| format!("text:{}", quoted(it.trim_matches('*')))).collect();
                        imported.leave(format!(
                            "{of} looks for `{regex}` in the whole payload, a filter here in the text of the alert."
                        ));
                        if all.len() == 1 { all[0].clone() } else { format!("({})", all.join(" or ")) }
                    }
                    None => {
                        imported.leave(format!("{of} looks for `{regex}`, which is more than a filter can say. It is left out."));
                        continue;
                    }
                },
            };
            let filter: Vec<String> = before.iter().cloned().chain(Some(own.clone()).filter(|it| !it.is_empty())).collect();
            if !own.is_empty() {
                before.push(format!("-{own}"));
            }
            let escalation = with_id(&self.chains, text(route, "escalation_chain_id")).map(|it| word(text(it, "name")));
            let slack = route.get("slack").map_or("", |it| text(it, "channel_id"));
            let to =
                channels.by_room.get(slack).cloned().or_else(|| Some(format!("slack:{slack}")).filter(|_| !slack.is_empty()));
            if escalation.is_none() && to.is_none() {
                imported.leave(format!("{of} tells nobody: it is left out."));
                continue;
            }
            let rule = if nth == 0 { name.clone() } else { format!("{name}-{}", nth + 1) };
            imported.put(
                "alert_rule",
                &rule,
                json!({ "from": name, "filter": filter.join(" "), "to": to, "escalation": escalation }),
            );
        }
    }
}

/// OnCall searches: what may stand around it is not said.
fn inner(regex: &str) -> String {
    // `us-(east|west)` is `us-east|us-west`.
    match (regex.find('('), regex.rfind(')')) {
        (Some(open), Some(close)) if open > 0 || close + 1 < regex.len() => {
            let (head, tail) = (&regex[..open], &regex[close + 1..]);
            let inside = regex[open + 1..close].trim_start_matches("?:");
            inside.split('|').map(|it| format!("{head}{it}{tail}")).collect::<Vec<_>>().join("|")
        }
        _ => regex.to_owned(),
    }
}

fn day(name: &str) -> Option<String> {
    let days = [("MO", "mon"), ("TU", "tue"), ("WE", "wed"), ("TH", "thu"), ("FR", "fri"), ("SA", "sat"), ("SU", "sun")];
    days.iter().find(|it| it.0 == name).map(|it| it.1.to_owned())
}
