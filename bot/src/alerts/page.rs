//! How a page reads: what wakes somebody, and what stands there once somebody has seen to it.

use commands::{Block, Button, Message, Text};
use serde_json::json;

use super::{
    State,
    card::{self, LABELS, call},
    severity_name,
    store::{Firing, Row},
};
use crate::{escalation::whom::same, people::PersonId};

/// As much of what was reported as somebody reads who was just woken.
const TEXT: usize = 300;

/// The page, with what fires; `reader` is whom it went to, none of a channel.
pub(super) fn draw(row: &Row, firing: &Firing, reader: Option<&PersonId>) -> Message {
    let mut facts = vec![
        ("State".to_owned(), card::state(row)),
        ("Severity".to_owned(), Text::new().bold(severity_name(row.severity))),
        ("From".to_owned(), Text::new().plain(row.source.clone())),
    ];
    let is_open = row.state != State::Resolved;
    if is_open {
        facts.extend(card::instances(row, firing));
        facts.extend(card::runbook(row));
    }
    if !row.labels.is_empty() && is_open {
        let shown: Vec<String> = row.labels.iter().take(LABELS).map(|it| super::apply::cut(it, 60)).collect();
        facts.push(("Labels".to_owned(), Text::new().plain(shown.join(", "))));
    }
    let mut message = Message::text(card::title(row)).tone(card::tone(row.state, row.severity)).facts(facts);
    if let Some(text) = row.text.as_ref().filter(|_| is_open) {
        message = message.block(Block::Quote(Text::from(super::apply::cut(text, TEXT))));
    }
    let message = message.context(format!("Alert {}", row.id));
    let timeline = || Button::run("Timeline", call("alert timeline", row.id, json!({})));
    match row.state {
        State::Firing => card::buttons(message, row.id, row.state, card::Escalation::Offered),
        // Whoever has it goes on from here; for all others there is nothing left to do.
        State::Acknowledged if is_theirs(row, reader) => message.buttons(vec![
            Button::run("Resolve", call("alert resolve", row.id, json!({}))).primary(),
            Button::run("Unacknowledge", call("alert unack", row.id, json!({}))),
            Button::form("Note", call("alert note", row.id, json!({}))),
            timeline(),
        ]),
        State::Acknowledged | State::Resolved => message.buttons(vec![timeline()]),
    }
}

fn is_theirs(row: &Row, reader: Option<&PersonId>) -> bool {
    let person = |it: &Option<String>| it.as_deref().and_then(PersonId::parse);
    let theirs = [person(&row.acknowledged_by), person(&row.assigned_to)];
    reader.is_some_and(|reader| theirs.iter().flatten().any(|it| same(it, reader)))
}
