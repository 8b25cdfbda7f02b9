//! The plugin's payload: `{"action": "opened" | "updated", "issue": {…}, "journal": {…}, "url": "…"}`.

use commands::Event;
use serde_json::Value;

use super::now::{self, Now};
use crate::{
    Delivery, payload,
    redmine::changes::{self, Happened, Turn},
};

/// None of what is private: channels hold people who may not see it.
pub(super) fn event(delivery: &Delivery<'_>, told: &Value) -> Option<Event> {
    let (issue, journal) = (&told["issue"], &told["journal"]);
    if issue["is_private"] == true || journal["private_notes"] == true {
        return None;
    }
    // "not yet" is what the plugin sends where Redmine could not tell its own address.
    let url = payload::text(told, "/url").filter(|it| it.starts_with("http")).map(str::to_owned);
    let it = Now::of(issue, url);
    let created = payload::when(issue, &["/created_on"]).unwrap_or(delivery.received);
    let id = it.facts.id;
    let action = payload::first(told, &["/action", "/event"]).unwrap_or("updated");
    let happened = match (action, journal.is_object()) {
        ("opened" | "created" | "issue_created", _) => Happened {
            id: format!("issue-{id}"),
            kind: "issue.created".into(),
            at: created,
            actor: now::who(&issue["author"]),
            assigned: it.assignee.clone(),
            text: payload::text(issue, "/description").map(str::to_owned),
            ..Happened::default()
        },
        (_, true) => {
            let at = payload::when(journal, &["/created_on"]).unwrap_or(delivery.received);
            let (details, notes) = (now::details(journal), payload::text(journal, "/notes"));
            // Only a closing sets `closed_on`, at the same second as its journal.
            let closed = payload::when(issue, &["/closed_on"]);
            let is_closed = closed.is_some_and(|it| (it.as_second() - at.as_second()).abs() <= 1);
            let turn = if changes::is_moved(&details) && is_closed { Turn::Closed } else { Turn::None };
            let journal_id = journal["id"].as_u64();
            Happened {
                id: journal_id.map_or_else(|| format!("issue-{id}-{}", at.as_second()), |it| format!("journal-{it}")),
                kind: changes::kind_of(turn, notes, &details).into(),
                at,
                actor: now::who(&journal["author"]).or_else(|| now::who(&journal["user"])),
                assigned: it.assignee.clone().filter(|_| changes::is_assigned(&details)),
                changes: it.changes(&details),
                text: notes.map(str::to_owned),
                journal: journal_id,
            }
        }
        (action, false) => {
            let at = payload::when(issue, &["/updated_on"]).unwrap_or(delivery.received);
            let verb: String = action.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
            let kind = format!("issue.{}", if verb.is_empty() { "updated" } else { &verb });
            Happened { id: format!("issue-{id}-{verb}-{}", at.as_second()), kind, at, ..Happened::default() }
        }
    };
    Some(changes::event(Some(delivery.hook), &it.facts, happened))
}
