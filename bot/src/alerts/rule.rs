//! What administrators set up: which events are alerts, when nobody is to be paged, and what explains what.

use std::sync::{Arc, PoisonError, RwLock};

use commands::{
    Event, FieldProblem, Text,
    event::Severity,
    filter::{Filter, Subject},
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{app::App, config::Destination, queue::Timetable, resources::Declared};

/// A rule that makes alerts of events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// The hook or connection whose events it takes; `bellhop` for what the bot itself reports.
    pub from: String,
    /// Which of them, as subscriptions say it; all, where nothing stands here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// Where its cards stand: `slack:#ops`, `zulip:ops>alerts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The escalation policy by which people are paged; without it, nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<String>,
    /// How bad it is, whatever the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Level>,
    /// How long it must hold before anybody hears of it: `5m`.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// What alerts that belong together have in common: `title`, `place`, `source`, `severity`, `key`, `branch`, or the name
    /// of a label; `title`, where nothing stands here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// How often it is said again while nobody has acknowledged it: `1h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    /// How long an acknowledgement holds, if it is not said otherwise: `4h`. Without it, for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_for: Option<String>,
    /// It is taken to be over when its source has said nothing for so long: `1d`. Without it, only what says so ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_after: Option<String>,
    /// The team whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The address of what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Info,
    Warning,
    Error,
    Critical,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Severity {
        match level {
            Level::Info => Severity::Info,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
            Level::Critical => Severity::Critical,
        }
    }
}

/// A time in which nobody is paged for what is worked on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// Which alerts it is about; all, where nothing stands here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// When it begins, where it comes once: `2026-12-01T22:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When it ends, where it comes once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When it begins, where it repeats, as a cron line: `0 2 * * sun`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// How long it takes, where it repeats: `2h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<String>,
    /// The time zone of the cron line: `Europe/Berlin`; UTC, where nothing stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What is done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// That one thing explains another: while the source fires, nobody is paged for the target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inhibit {
    /// What explains, as a filter: `severity:critical title:ClusterDown`.
    pub source: String,
    /// What is explained by it, as a filter.
    pub target: String,
    /// Labels that both must have with the same value; what neither has is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equal: Vec<String>,
}

/// `30m`, `1h30m`, `2d`.
pub fn span(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok().filter(SignedDuration::is_positive)
}

/// `90 min` as people say it: `1 h 30 min`.
pub fn say_span(span: SignedDuration) -> String {
    // What was measured a moment after it was said is not a minute less.
    let minutes = if span.as_mins() > 0 { (span.as_secs() + 30) / 60 } else { (span.as_secs() + 1) / 60 };
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
    let said: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if said.is_empty() { format!("{} s", span.as_secs()) } else { said.join(" ") }
}

/// One text after the other.
pub fn then(mut text: Text, more: Text) -> Text {
    text.0.extend(more.0);
    text
}

fn wrong_filter(field: &str, text: &str) -> Option<FieldProblem> {
    Filter::parse(text).err().map(|err| FieldProblem::new(field, err.message))
}

fn wrong_span(field: &str, text: Option<&String>) -> Option<FieldProblem> {
    let text = text?;
    let message = format!("`{text}` is no length of time: write it like 30m, 2h or 1d.");
    span(text).is_none().then(|| FieldProblem::new(field, message))
}

/// Whether a card that stands there can be changed.
pub(super) fn has_cards(to: &Destination) -> bool {
    matches!(to.platform.as_str(), "slack" | "zulip") && to.person().is_none()
}

impl Declared for AlertRule {
    const KIND: &str = "alert_rule";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut found: Vec<FieldProblem> = wrong_filter("filter", &self.filter).into_iter().collect();
        if self.from.trim().is_empty() {
            found.push(FieldProblem::new("from", "It names no source: write the name of a hook or connection, or bellhop."));
        }
        match self.to.as_deref().map(Destination::parse) {
            Some(Err(message)) => found.push(FieldProblem::new("to", message)),
            Some(Ok(to)) if !has_cards(&to) => found.push(FieldProblem::new(
                "to",
                "An alert's card stands in a channel of Slack or Zulip; whom else to tell is what an escalation policy says.",
            )),
            None if self.escalation.is_none() => {
                found.push(FieldProblem::new("to", "Nobody would hear of it: say `to`, `escalation`, or both."));
            }
            _ => {}
        }
        found.extend(wrong_span("for", self.holds.as_ref()));
        found.extend(wrong_span("repeat", self.repeat.as_ref()));
        found.extend(wrong_span("acknowledged_for", self.acknowledged_for.as_ref()));
        found.extend(wrong_span("resolve_after", self.resolve_after.as_ref()));
        if let Some(runbook) = self.runbook.as_ref().filter(|it| !it.starts_with("https://") && !it.starts_with("http://")) {
            let message = format!("`{runbook}` is no address: it begins with https://.");
            found.push(FieldProblem::new("runbook", message));
        }
        found
    }

    fn needs(&self) -> Vec<(&'static str, String)> {
        self.escalation.iter().map(|it| ("escalation", it.clone())).collect()
    }
}

impl Declared for Maintenance {
    const KIND: &str = "maintenance";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut found: Vec<FieldProblem> = wrong_filter("filter", &self.filter).into_iter().collect();
        let moment = |text: &String| text.parse::<Timestamp>().ok();
        match (&self.from, &self.to, &self.cron, &self.lasts) {
            (Some(from), Some(to), None, None) => match (moment(from), moment(to)) {
                (Some(from), Some(to)) if from < to => {}
                (Some(_), Some(_)) => found.push(FieldProblem::new("to", "It ends before it begins.")),
                (None, _) => found.push(FieldProblem::new("from", "It is no moment: write it like 2026-12-01T22:00:00Z.")),
                (_, None) => found.push(FieldProblem::new("to", "It is no moment: write it like 2026-12-02T02:00:00Z.")),
            },
            (None, None, Some(cron), Some(_)) => {
                if let Err(err) = Timetable::parse(cron, self.zone.as_deref().unwrap_or("UTC")) {
                    found.push(FieldProblem::new("cron", err.to_string()));
                }
                found.extend(wrong_span("lasts", self.lasts.as_ref()));
            }
            _ => found.push(FieldProblem::new(
                "from",
                "Say `from` and `to` of what comes once, or `cron` and `lasts` of what repeats.",
            )),
        }
        found
    }
}

/// Whether documents of this kind say of what nobody is paged.
pub fn holds_back(kind: &str) -> bool {
    [Maintenance::KIND, Inhibit::KIND].contains(&kind)
}

impl Maintenance {
    /// Until when it goes on, if it is on.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let (from, to) = match (&self.from, &self.to, &self.cron, &self.lasts) {
            (Some(from), Some(to), ..) => (from.parse().ok()?, to.parse().ok()?),
            (.., Some(cron), Some(lasts)) => {
                let timetable = Timetable::parse(cron, self.zone.as_deref().unwrap_or("UTC")).ok()?;
                let from = timetable.latest(now)?;
                (from, from.checked_add(span(lasts)?).ok()?)
            }
            _ => return None,
        };
        (from <= now && now < to).then_some(to)
    }

    /// When it begins next; none of what came once.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        match (&self.from, &self.cron) {
            (Some(from), _) => from.parse().ok().filter(|from| *from > now),
            (None, Some(cron)) => Timetable::parse(cron, self.zone.as_deref().unwrap_or("UTC")).ok()?.after(now),
            (None, None) => None,
        }
    }

    /// When it is, as people read it: `on until 14:00`, `every Sunday at 02:00 (UTC) for 1 h, next 2026-12-06 02:00`.
    pub fn said(&self, now: Timestamp) -> Text {
        let is_on = self.until(now).map(|until| Text::new().bold("on").plain(" until ").time(until));
        match (&self.from, &self.to, &self.cron, &self.lasts) {
            (Some(_), Some(_), ..) if is_on.is_some() => is_on.unwrap_or_default(),
            (Some(from), Some(to), ..) => {
                let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>()) else { return Text::default() };
                match to <= now {
                    true => Text::new().plain("over since ").time(to),
                    false => Text::new().time(from).plain(" to ").time(to),
                }
            }
            (.., Some(cron), Some(lasts)) => {
                let when = Timetable::parse(cron, self.zone.as_deref().unwrap_or("UTC"));
                let when = when.map_or_else(|_| cron.clone(), |it| it.words());
                let lasts = span(lasts).map_or_else(|| lasts.clone(), say_span);
                let text = Text::new().plain(format!("{when} for {lasts}, "));
                match (is_on, self.next(now)) {
                    (Some(on), _) => then(text, on),
                    (None, Some(next)) => text.plain("next ").time(next),
                    (None, None) => text.plain("never"),
                }
            }
            _ => Text::default(),
        }
    }
}

impl Declared for Inhibit {
    const KIND: &str = "inhibit";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut found: Vec<FieldProblem> = Vec::new();
        for (field, text) in [("source", &self.source), ("target", &self.target)] {
            match text.trim().is_empty() {
                true => found.push(FieldProblem::new(field, "It would be about everything: say what it is about.")),
                false => found.extend(wrong_filter(field, text)),
            }
        }
        found
    }
}

/// A rule that was read.
#[derive(Clone, Debug)]
pub struct Ready {
    pub name: String,
    pub rule: AlertRule,
    pub filter: Filter,
    pub to: Option<Destination>,
}

impl Ready {
    pub fn wants(&self, event: &Event, subject: &Subject<'_>) -> bool {
        self.rule.from == event.source && self.filter.admits(subject)
    }
}

/// All rules, read once for each change of them.
#[derive(Default)]
pub struct Rules(RwLock<Option<(i64, Arc<Vec<Ready>>)>>);

impl App {
    /// All rules: those by which somebody is paged first, then by name. The first that wants an event governs its alert.
    pub fn alert_rules(&self) -> Arc<Vec<Ready>> {
        let generation = self.resources.generation();
        let known = self.rules.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, rules)) = known.filter(|(of, _)| *of == generation) {
            return rules;
        }
        let mut rules: Vec<Ready> = self
            .resources
            .all::<AlertRule>()
            .into_iter()
            .filter_map(|it| {
                let filter = Filter::parse(&it.value.filter).ok()?;
                let to = it.value.to.as_deref().and_then(|it| Destination::parse(it).ok());
                Some(Ready { name: it.name, rule: it.value, filter, to })
            })
            .collect();
        rules.sort_by(|one, other| {
            (one.rule.escalation.is_none(), &one.name).cmp(&(other.rule.escalation.is_none(), &other.name))
        });
        let rules = Arc::new(rules);
        *self.rules.0.write().unwrap_or_else(PoisonError::into_inner) = Some((generation, rules.clone()));
        rules
    }

    /// The rule of that name, as it is now.
    pub(super) fn alert_rule(&self, name: Option<&str>) -> Option<Ready> {
        let name = name?;
        self.alert_rules().iter().find(|it| it.name == name).cloned()
    }
}
