//! Alertmanager: each route that ends at a receiver is a rule; what a route's children take is not its own.
//! <https://prometheus.io/docs/alerting/latest/configuration/>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Channels, Imported,
    intervals::{Window, windows},
    quoted,
    read::text,
};

/// The hook that Alertmanager reports to, and its kind.
const SOURCE: &str = "alertmanager";
const ALERT_RULE: &str = "alert_rule";
const INHIBIT: &str = "inhibit";
const MAINTENANCE: &str = "maintenance";
/// What a receiver may have, besides channels and addresses.
const OTHERS: [(&str, &str); 12] = [
    ("webhook_configs", "a webhook: connect it with kind webhook, and name it in an escalation"),
    ("pagerduty_configs", "PagerDuty: an escalation pages people here"),
    ("opsgenie_configs", "Opsgenie: an escalation pages people here"),
    ("victorops_configs", "VictorOps: an escalation pages people here"),
    ("msteams_configs", "Teams: name its channel in [teams], and subscribe it"),
    ("msteamsv2_configs", "Teams: name its channel in [teams], and subscribe it"),
    ("pushover_configs", "Pushover"),
    ("telegram_configs", "Telegram"),
    ("discord_configs", "Discord"),
    ("webex_configs", "Webex"),
    ("sns_configs", "Amazon SNS"),
    ("wechat_configs", "WeChat"),
];

pub(super) fn read(yaml: &str, channels: &Channels) -> Result<Imported, String> {
    let file: Value = yaml_serde::from_str(yaml).map_err(|err| format!("this is not YAML: {err}"))?;
    let Some(route) = file.get("route").filter(|it| it.is_object()) else {
        return Err("there is no `route` in it: give alertmanager.yml".into());
    };
    let mut imported = Imported::default();
    imported.put_hook(SOURCE, SOURCE);
    let mut walk = Walk { file: &file, channels, imported: &mut imported, names: Vec::new(), windows: BTreeMap::new() };
    walk.route(route, &Inherited::default(), "");
    for (nth, rule) in list(file.get("inhibit_rules")).into_iter().enumerate() {
        let side =
            |side: &str| conditions(rule, &format!("{side}_match"), &format!("{side}_match_re"), &format!("{side}_matchers"));
        match (side("source"), side("target")) {
            (Ok(source), Ok(target)) if !source.is_empty() && !target.is_empty() => {
                let body = json!({ "source": source.join(" "), "target": target.join(" "), "equal": rule.get("equal") });
                imported.put(INHIBIT, &format!("inhibit-{}", nth + 1), body);
            }
            (Err(problem), _) | (_, Err(problem)) => imported.leave(format!("Inhibit rule {}: {problem}", nth + 1)),
            _ => imported.leave(format!("Inhibit rule {} has no source or no target.", nth + 1)),
        }
    }
    if !list(file.get("templates")).is_empty() {
        imported.leave("Templates are not carried over: cards are drawn here.");
    }
    imported.leave(
        "Alertmanager must send here: a receiver with webhook_configs, url /hooks/alertmanager, and the secret \
         ALERTMANAGER_HOOK_SECRET as its bearer token. Its own routes then all lead to that receiver.",
    );
    Ok(imported)
}

/// What a route has of those above it.
#[derive(Clone, Default)]
struct Inherited {
    conditions: Vec<String>,
    receiver: String,
    group_by: Option<Value>,
    repeat: Option<String>,
}

struct Walk<'a> {
    file: &'a Value,
    channels: &'a Channels,
    imported: &'a mut Imported,
    names: Vec<String>,
    /// How many windows each time interval has led to.
    windows: BTreeMap<String, usize>,
}

impl Walk<'_> {
    /// Its own filter, where it takes everything that reaches it; none where it cannot be told.
    fn route(&mut self, route: &Value, above: &Inherited, path: &str) -> Option<Vec<String>> {
        let own = match conditions(route, "match", "match_re", "matchers") {
            Ok(own) => own,
            Err(problem) => {
                self.imported.leave(format!("The route {}: {problem}", place(path)));
                return None;
            }
        };
        let given = |key: &str| Some(text(route, key).to_owned()).filter(|it| !it.is_empty());
        let mut here = Inherited {
            conditions: above.conditions.iter().chain(&own).cloned().collect(),
            receiver: given("receiver").unwrap_or_else(|| above.receiver.clone()),
            group_by: route.get("group_by").cloned().or_else(|| above.group_by.clone()),
            repeat: given("repeat_interval").or_else(|| above.repeat.clone()),
        };
        if !list(route.get("active_time_intervals")).is_empty() {
            self.imported.leave(format!(
                "`active_time_intervals` of the route {}: make a maintenance window of the times in which nobody is to be paged.",
                place(path)
            ));
        }
        // Alertmanager asks the children in order; one that matches takes the alert, unless it says `continue`.
        let mut taken: Vec<String> = Vec::new();
        let mut children_take: Vec<String> = Vec::new();
        for (nth, child) in list(route.get("routes")).into_iter().enumerate() {
            let path = format!("{path}/{}", nth + 1);
            let with = Inherited { conditions: here.conditions.iter().chain(&taken).cloned().collect(), ..here.clone() };
            let Some(own) = self.route(child, &with, &path) else { continue };
            let not = match own.len() {
                0 => continue,
                1 => format!("-{}", own[0]),
                _ => format!("-({})", own.join(" ")),
            };
            children_take.push(not.clone());
            if child.get("continue") != Some(&Value::Bool(true)) {
                taken.push(not);
            }
        }
        here.conditions.extend(children_take);
        self.rule(&here, path);
        // What its children take is not muted with it.
        for name in list(route.get("mute_time_intervals")).into_iter().filter_map(Value::as_str) {
            self.mute(name, &here, path);
        }
        Some(own)
    }

    /// The times at which a route tells nobody.
    fn mute(&mut self, name: &str, here: &Inherited, path: &str) {
        let file = self.file;
        let mut known = ["time_intervals", "mute_time_intervals"].into_iter().flat_map(|key| list(file.get(key)));
        let Some(interval) = known.find(|it| text(it, "name") == name) else {
            self.imported.leave(format!("The route {} names the time interval `{name}`, which there is not.", place(path)));
            return;
        };
        let windows = match windows(interval) {
            Ok(windows) => windows,
            Err(problem) => {
                self.imported.leave(format!("The time interval `{name}` of the route {}: {problem}.", place(path)));
                return;
            }
        };
        self.imported.leave("While Alertmanager muted a route, nobody is paged here; its cards are shown all the same.");
        let filter =
            std::iter::once(format!("source:{SOURCE}")).chain(here.conditions.iter().cloned()).collect::<Vec<_>>().join(" ");
        for Window { cron, lasts, zone } in windows {
            let number = self.windows.entry(super::word(name)).or_default();
            *number += 1;
            let window = if *number == 1 { super::word(name) } else { format!("{}-{number}", super::word(name)) };
            let body = json!({ "filter": filter, "cron": cron, "lasts": lasts, "zone": zone, "why": name });
            self.imported.put(MAINTENANCE, &window, body);
        }
    }

    fn rule(&mut self, here: &Inherited, path: &str) {
        let receivers = list(self.file.get("receivers"));
        let Some(receiver) = receivers.into_iter().find(|it| text(it, "name") == here.receiver) else {
            self.imported.leave(format!("The route {} names the receiver `{}`, which there is not.", place(path), here.receiver));
            return;
        };
        let filter = here.conditions.join(" ");
        let group_by: Vec<&str> =
            here.group_by.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let group_by = match group_by.contains(&"...") {
            true => {
                self.imported
                    .leave(format!("`group_by: [...]` of the route {}: here, alerts of one title belong together.", place(path)));
                Vec::new()
            }
            false => group_by.into_iter().map(|it| if it == "alertname" { "title" } else { it }).collect(),
        };
        let repeat = here.repeat.clone().filter(|it| !it.is_empty());
        let mut told = 0;
        for config in list(receiver.get("slack_configs")) {
            let channel = text(config, "channel").trim();
            let to = match self.channels.by_room.get(channel) {
                Some(to) => Some(to.clone()),
                None if channel.contains("{{") || channel.starts_with('@') || channel.is_empty() => None,
                None if channel.starts_with(['#', 'C', 'G']) => Some(format!("slack:{channel}")),
                None => Some(format!("slack:#{channel}")),
            };
            let Some(to) = to else {
                self.imported.leave(format!("The receiver `{}` writes to `{channel}` in Slack: name a channel.", here.receiver));
                continue;
            };
            told += 1;
            let name = self.name(&here.receiver);
            let body = json!({ "from": SOURCE, "filter": filter, "to": to, "group_by": group_by, "repeat": repeat });
            self.imported.put(ALERT_RULE, &name, body);
        }
        for config in list(receiver.get("email_configs")) {
            for address in text(config, "to").split(',').map(str::trim).filter(|it| it.contains('@')) {
                told += 1;
                let body = json!({ "from": SOURCE, "filter": filter, "to": format!("email:{address}"), "mode": "full" });
                self.imported.put_subscription(body);
            }
        }
        for (key, what) in OTHERS {
            if !list(receiver.get(key)).is_empty() {
                self.imported.leave(format!("The receiver `{}` tells {what}.", here.receiver));
            }
        }
        // Alertmanager learns new ones.
        let unknown = receiver.as_object().into_iter().flatten().filter_map(|(key, all)| {
            let tool = key.strip_suffix("_configs")?;
            let is_known = ["slack", "email"].contains(&tool) || OTHERS.iter().any(|it| it.0 == key);
            (!is_known && !list(Some(all)).is_empty()).then_some(tool)
        });
        for tool in unknown {
            self.imported.leave(format!("The receiver `{}` tells {tool}, which has no counterpart.", here.receiver));
        }
        if told == 0 {
            self.imported.leave(format!("What the route {} takes ({}) is told to nobody here.", place(path), shown(&filter)));
        }
    }

    /// The receiver's, with a number from the second rule on.
    fn name(&mut self, receiver: &str) -> String {
        let word = super::word(receiver);
        let before = self.names.iter().filter(|it| **it == word).count();
        self.names.push(word.clone());
        if before == 0 { word } else { format!("{word}-{}", before + 1) }
    }
}

fn place(path: &str) -> String {
    if path.is_empty() { "at the top".into() } else { format!("`{path}`") }
}

fn shown(filter: &str) -> &str {
    if filter.is_empty() { "everything" } else { filter }
}

fn list(value: Option<&Value>) -> Vec<&Value> {
    value.and_then(Value::as_array).map(|it| it.iter().collect()).unwrap_or_default()
}

/// What a route or one side of a rule asks for, as parts of a filter.
fn conditions(of: &Value, plain: &str, regex: &str, matchers: &str) -> Result<Vec<String>, String> {
    let none = Map::new();
    let mut found = Vec::new();
    let map = |key: &str| of.get(key).and_then(Value::as_object).unwrap_or(&none).clone();
    for (name, value) in map(plain) {
        found.push(condition(&name, "=", value.as_str().unwrap_or_default())?);
    }
    for (name, value) in map(regex) {
        found.push(condition(&name, "=~", value.as_str().unwrap_or_default())?);
    }
    let written: Vec<String> = match of.get(matchers) {
        Some(Value::String(one)) => separate(one.trim().trim_matches(['{', '}'])),
        Some(Value::Array(all)) => {
            all.iter().filter_map(|it| it.as_str().map(|it| it.trim_matches(['{', '}']).to_owned())).collect()
        }
        _ => Vec::new(),
    };
    for matcher in written.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
        let operator = ["=~", "!~", "!=", "="]
            .into_iter()
            .filter_map(|it| Some((matcher.find(it)?, it)))
            .min_by_key(|it| (it.0, 2 - it.1.len()));
        let Some((at, operator)) = operator else { return Err(format!("the matcher `{matcher}` cannot be read")) };
        let value = matcher[at + operator.len()..].trim().trim_matches('"');
        found.push(condition(matcher[..at].trim().trim_matches('"'), operator, value)?);
    }
    Ok(found)
}

/// Matchers in one text: a comma within quotes separates nothing.
fn separate(text: &str) -> Vec<String> {
    let (mut all, mut is_quoted) = (vec![String::new()], false);
    for char in text.chars() {
        is_quoted ^= char == '"';
        match (char, all.last_mut()) {
            (',', _) if !is_quoted => all.push(String::new()),
            (char, Some(last)) => last.push(char),
            (_, None) => {}
        }
    }
    all
}

fn condition(name: &str, operator: &str, value: &str) -> Result<String, String> {
    let is_not = operator.starts_with('!');
    let positive = match operator.ends_with('~') {
        false => one(name, value),
        true => {
            let patterns = alternatives(value).ok_or_else(|| {
                format!("`{name}{operator}\"{value}\"` is more than a filter can say: write it with `*` and `or`")
            })?;
            let all: Vec<String> = patterns.iter().map(|it| one(name, it)).collect();
            if all.len() == 1 { all[0].clone() } else { format!("({})", all.join(" or ")) }
        }
    };
    Ok(if is_not { format!("-{positive}") } else { positive })
}

fn one(name: &str, value: &str) -> String {
    match name {
        "alertname" => format!("title:{}", quoted(value)),
        // Of a label that is not there Alertmanager says that it is empty.
        _ if value.is_empty() => format!("-label:{}", quoted(&format!("{name}=*"))),
        _ => format!("label:{}", quoted(&format!("{name}={value}"))),
    }
}

/// `a|b-.*` as patterns; none of what `*` cannot say. The whole value must match, there and here.
pub(super) fn alternatives(regex: &str) -> Option<Vec<String>> {
    let inside = regex.trim_start_matches('^').trim_end_matches('$');
    let inside =
        inside.strip_prefix("(?:").or_else(|| inside.strip_prefix('(')).and_then(|it| it.strip_suffix(')')).unwrap_or(inside);
    let parts = inside.split('|').map(|part| {
        let glob = part.replace(".*", "\u{1}").replace(".+", "\u{1}").replace("\\.", "\u{2}").replace("\\-", "-");
        let is_plain = !glob.contains(['.', '*', '+', '?', '[', ']', '(', ')', '{', '}', '\\', '^', '$']);
        is_plain.then(|| glob.replace('\u{1}', "*").replace('\u{2}', "."))
    });
    parts.collect()
}
