//! How an alert reads: its card.

use commands::{Block, Button, Call, Message, Text, Tone, event::Severity};
use serde_json::{Value, json};

use super::{
    State, severity_name,
    store::{self, Firing, Row},
};
use crate::{
    alerts::rule::AlertRule,
    app::{App, OWN},
    resources::Origin,
    store::Store,
};

/// How many of what fires are named, and how many titles are counted.
const NAMED: i64 = 8;
const TITLES: i64 = 5;
/// How many labels are shown.
pub(super) const LABELS: usize = 8;
/// How long people are offered to silence it, as they are typed and as they read.
const SILENCES: [(&str, &str); 6] = [
    ("30m", "30 minutes"),
    ("1h", "1 hour"),
    ("2h", "2 hours"),
    ("4h", "4 hours"),
    ("24h", "24 hours"),
    ("resolved", "until resolved"),
];

impl App {
    /// The card of an alert as it is now, and which version that is; none where there is no such alert any more.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn alert_card(&self, id: i64) -> anyhow::Result<Option<(Message, i64)>> {
        let Some(row) = store::seen(&self.store, id).await? else { return Ok(None) };
        let mut card = draw(&row, &firing(&self.store, id).await?);
        // What stands in the file is changed there.
        let rule = row.rule.as_deref().and_then(|it| self.resources.get::<AlertRule>(it)).filter(|it| it.origin == Origin::Chat);
        if let Some(rule) = rule.filter(|_| row.state != State::Resolved) {
            let edit = Call::new(OWN, "alert rule edit", json!({ "name": rule.name }));
            card = card.buttons(vec![Button::form("Edit rule…", edit)]);
        }
        Ok(Some((card, row.version)))
    }
}

/// What fires of an alert, as much as is shown of it.
pub(super) async fn firing(store: &Store, id: i64) -> anyhow::Result<Firing> {
    Ok(store::firing_shown(store, id, NAMED, TITLES).await?)
}

pub(super) fn call(action: &str, alert: i64, mut more: Value) -> Call {
    more["alert"] = json!(alert);
    Call::new(OWN, action, more)
}

pub(super) fn tone(state: State, severity: Severity) -> Tone {
    match (state, severity) {
        (State::Resolved, _) => Tone::Good,
        (State::Acknowledged, _) | (State::Firing, Severity::Info | Severity::Warning) => Tone::Warning,
        (State::Firing, _) => Tone::Bad,
    }
}

/// `Firing since …`, `Acknowledged by Ana …`
pub(super) fn state(row: &Row) -> Text {
    match row.state {
        State::Firing if row.flapping_until.is_some() => Text::new().bold("Flapping").plain(" since ").time(row.opened_at),
        State::Firing => Text::new().bold("Firing").plain(" since ").time(row.opened_at),
        State::Acknowledged => {
            let mut text = Text::new().bold("Acknowledged");
            if let Some(name) = &row.acknowledged_name {
                text = text.plain(format!(" by {name}"));
            }
            if let Some(at) = row.acknowledged_at {
                text = text.plain(" ").time(at);
            }
            row.acknowledged_until.map_or(text.clone(), |until| text.plain(", until ").time(until))
        }
        State::Resolved => {
            let mut text = Text::new().bold("Resolved");
            if let Some(by) = &row.resolved_by {
                text = text.plain(format!(" by {by}"));
            }
            row.resolved_at.map_or(text.clone(), |at| {
                let after = super::rule::say_span(at.duration_since(row.opened_at));
                text.plain(" ").time(at).plain(format!(", after {after}"))
            })
        }
    }
}

/// What it is about: its name, which leads to where it was reported.
pub(super) fn title(row: &Row) -> Text {
    match &row.url {
        Some(url) => Text::new().link(url.clone(), row.title.clone()),
        None => Text::new().bold(row.title.clone()),
    }
}

/// How many things fire, which they are, and where.
pub(super) fn instances(row: &Row, firing: &Firing) -> Vec<(String, Text)> {
    let names = &firing.names;
    let mut facts = Vec::new();
    if row.total > 1 || names.len() > 1 {
        let mut text = match row.state {
            State::Resolved => Text::new().plain(format!("{} in all", row.total)),
            _ => Text::new().bold(format!("{} of {}", row.firing, row.total)).plain(" on"),
        };
        if !names.is_empty() {
            let more = if firing.more > 0 { format!(" and {} more", firing.more) } else { String::new() };
            text = text.plain(format!(": {}{more}", names.join(", ")));
        }
        facts.push(("Instances".to_owned(), text));
    } else if let Some(name) = names.first().filter(|it| **it != row.title && !it.is_empty()) {
        facts.push(("Where".to_owned(), Text::new().plain(name.clone())));
    }
    if !firing.titles.is_empty() {
        let counted = firing.titles.iter().map(|(title, count)| match count {
            1 => super::apply::cut(title, 60),
            count => format!("{} ×{count}", super::apply::cut(title, 60)),
        });
        let more = if firing.others > 0 { format!(" and {} others", firing.others) } else { String::new() };
        facts.push(("What".to_owned(), Text::new().plain(format!("{}{more}", counted.collect::<Vec<_>>().join(", ")))));
    }
    facts
}

pub(super) fn runbook(row: &Row) -> Option<(String, Text)> {
    let runbook = row.runbook.as_ref()?;
    Some(("Runbook".to_owned(), Text::new().link(runbook.clone(), "what to do")))
}

/// The card, with what fires.
pub(super) fn draw(row: &Row, firing: &Firing) -> Message {
    let mut message = Message::text(title(row)).tone(tone(row.state, row.severity));
    let mut facts =
        vec![("State".to_owned(), state(row)), ("Severity".to_owned(), Text::new().bold(severity_name(row.severity)))];
    facts.extend(instances(row, firing));
    if let Some(why) = row.muted.as_ref().filter(|_| row.state == State::Firing) {
        let mut text = Text::new().plain(capital(why));
        if let Some(until) = row.muted_until {
            text = text.plain(", until ").time(until);
        }
        facts.push(("Nobody is paged".to_owned(), text));
    }
    for (name, value) in [("Assigned to", &row.assigned_name), ("Owner", &row.owner), ("Escalation", &row.policy)] {
        if let Some(value) = value {
            facts.push((name.to_owned(), Text::new().plain(value.clone())));
        }
    }
    facts.extend(runbook(row));
    if !row.labels.is_empty() && row.state != State::Resolved {
        let mut text = Text::new();
        for (at, label) in row.labels.iter().take(LABELS).enumerate() {
            text = text.plain(if at > 0 { " " } else { "" }).code(super::apply::cut(label, 60));
        }
        let more = row.labels.len().saturating_sub(LABELS);
        facts.push(("Labels".to_owned(), if more > 0 { text.plain(format!(" and {more} more")) } else { text }));
    }
    message = message.facts(facts);
    if let Some(text) = row.text.as_ref().filter(|_| row.state != State::Resolved) {
        message = message.block(Block::Quote(Text::from(super::apply::cut(text, 600))));
    }
    let rule = row.rule.as_ref().map(|it| format!(" · rule {it}")).unwrap_or_default();
    message = message.context(format!("Alert {} · from {}{rule}", row.id, row.source));
    let escalation = if row.policy.is_some() { Escalation::Offered } else { Escalation::None };
    buttons(message, row.id, row.state, escalation)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|it| it.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Whether there is anybody more to tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escalation {
    Offered,
    None,
}

pub(super) fn buttons(message: Message, id: i64, state: State, escalation: Escalation) -> Message {
    let plain = || json!({});
    let mut buttons = Vec::new();
    match state {
        State::Firing => {
            buttons.push(Button::run("Acknowledge", call("alert ack", id, plain())).primary());
            buttons.push(Button::run("Resolve", call("alert resolve", id, plain())));
        }
        State::Acknowledged => {
            buttons.push(Button::run("Resolve", call("alert resolve", id, plain())).primary());
            buttons.push(Button::run("Unacknowledge", call("alert unack", id, plain())));
        }
        State::Resolved => {}
    }
    if state != State::Resolved {
        if escalation == Escalation::Offered {
            buttons.push(Button::run("Escalate", call("alert escalate", id, plain())));
        }
        buttons.push(Button::form("Assign", call("alert assign", id, plain())));
    }
    buttons.push(Button::form("Note", call("alert note", id, plain())));
    buttons.push(Button::run("Timeline", call("alert timeline", id, plain())));
    let message = message.buttons(buttons);
    if state == State::Resolved {
        return message;
    }
    let options = SILENCES.map(|(span, label)| Button::run(label, call("alert silence", id, json!({ "for": span }))));
    message.block(Block::Menu { label: "Silence".into(), options: options.into() })
}
