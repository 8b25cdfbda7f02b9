//! Finding changes by asking, which works with every Redmine and needs no plugin.
//!
//! Issues are asked for in the order of their last change, from the last one seen. Redmine keeps
//! whole seconds and commits out of order, so each poll looks [`OVERLAP`] seconds back, and the
//! cursor remembers what was reported there: nothing is missed at equal times, nothing comes twice.
//! The times are all Redmine's own. Private comments and private issues never become events, as
//! channels hold people who may not see them.

use std::collections::BTreeSet;

use commands::{Error, ErrorKind, Event, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Redmine,
    api::Page,
    card,
    changes::{self, Facts, Happened, Turn},
    wire,
};
use crate::Polled;

/// How far a poll looks back, for changes that were committed late.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);
/// Issues in one request.
const PAGE: usize = 100;
/// Requests for issues in one poll; the rest comes with the next.
const PAGES: usize = 5;

#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    /// The last change that was seen, in Redmine's time.
    updated_on: Timestamp,
    /// Ids of the events that were reported for the time since [`OVERLAP`] before it.
    seen: BTreeSet<String>,
}

pub(super) async fn run(on: &Redmine, cursor: Option<&str>, now: Timestamp) -> Result<Polled> {
    let cursor: Option<Cursor> = match cursor {
        Some(text) => Some(
            serde_json::from_str(text)
                .map_err(|err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}")))?,
        ),
        None => None,
    };
    let start = match &cursor {
        Some(cursor) => cursor.updated_on,
        None => on.last_change().await?.unwrap_or(now),
    };
    let since = start - OVERLAP;
    let (found, until) = on.since(since).await?;
    let seen = cursor.as_ref().map(|it| &it.seen);
    let is_new = |event: &&Event| seen.is_some_and(|seen| !seen.contains(&event.id));
    let mut events: Vec<Event> = found.iter().filter(is_new).cloned().collect();
    events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let updated_on = until.max(start);
    let recent = found.iter().filter(|it| it.at >= updated_on - OVERLAP).map(|it| it.id.clone());
    let cursor = Cursor { updated_on, seen: recent.collect() };
    let cursor = serde_json::to_string(&cursor).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}

impl Redmine {
    async fn last_change(&self) -> Result<Option<Timestamp>> {
        let query = [("status_id", "*"), ("sort", "updated_on:desc"), ("limit", "1")];
        let page: Page<wire::Issue> = self.as_bot().list("/issues.json", "issues", &query).await?;
        Ok(page.items.first().map(|it| it.updated_on))
    }

    /// What happened since then, and up to when that is all.
    async fn since(&self, since: Timestamp) -> Result<(Vec<Event>, Timestamp)> {
        let mut events = Vec::new();
        let mut known = BTreeSet::new();
        let (mut from, mut offset) = (since, 0);
        for _ in 0..PAGES {
            // Redmine refuses fractions of a second: "Updated is invalid".
            let after = from.strftime(">=%Y-%m-%dT%H:%M:%SZ").to_string();
            let (skip, limit) = (offset.to_string(), PAGE.to_string());
            let query = [
                ("status_id", "*"),
                ("updated_on", after.as_str()),
                ("sort", "updated_on"),
                ("limit", &limit),
                ("offset", &skip),
            ];
            let page: Page<wire::Issue> = self.as_bot().list("/issues.json", "issues", &query).await?;
            for issue in &page.items {
                if known.insert((issue.id, issue.updated_on)) {
                    events.extend(self.happened(issue, since).await?);
                }
            }
            let Some(last) = page.items.last() else { break };
            // The next page starts at a time, not at a count: an issue that changes meanwhile moves
            // to the end, and would pull another one over the border unseen.
            if last.updated_on > from {
                (from, offset) = (last.updated_on, 0);
            } else {
                offset += page.items.len();
            }
            if page.items.len() < PAGE {
                break;
            }
        }
        Ok((events, from))
    }

    /// What happened to this issue since then.
    async fn happened(&self, changed: &wire::Issue, since: Timestamp) -> Result<Vec<Event>> {
        let issue = match self.as_bot().issue_with(changed.id, "journals").await {
            Ok(issue) => issue,
            // It was deleted, or moved out of sight, since the list was made.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        if issue.is_private {
            return Ok(Vec::new());
        }
        let facts = Facts::of(&issue, Some(card::url(self.http.base(), issue.id)));
        let mut events = Vec::new();
        if issue.created_on >= since {
            let created = Happened {
                id: format!("issue-{}", issue.id),
                kind: "issue.created".into(),
                at: issue.created_on,
                actor: self.who(issue.author.as_ref()).await,
                // Who got it later is told by a journal.
                assigned: match issue.journals.iter().any(|it| changes::is_assigned(&it.details)) {
                    true => None,
                    false => self.who(issue.assigned_to.as_ref()).await,
                },
                text: issue.description.clone(),
                ..Happened::default()
            };
            events.push(changes::event(None, &facts, created));
        }
        for journal in issue.journals.iter().filter(|it| it.created_on >= since && !it.private_notes) {
            let assigned =
                journal.details.iter().rev().find(|it| it.name == "assigned_to_id").and_then(|it| it.new_value.as_ref());
            let assigned = match assigned.and_then(|it| it.parse().ok()) {
                Some(id) => self.person_known(id).await,
                None => None,
            };
            let happened = Happened {
                id: format!("journal-{}", journal.id),
                kind: changes::kind_of(self.turn(journal).await?, journal.notes.as_deref(), &journal.details).into(),
                at: journal.created_on,
                actor: self.who(journal.user.as_ref()).await,
                assigned,
                changes: self.changes(journal, &issue).await,
                text: journal.notes.clone(),
                journal: Some(journal.id),
            };
            events.push(changes::event(None, &facts, happened));
        }
        Ok(events)
    }

    /// What the journal's change of status came to.
    async fn turn(&self, journal: &wire::Journal) -> Result<Turn> {
        let Some(detail) = journal.details.iter().find(|it| it.property == "attr" && it.name == "status_id") else {
            return Ok(Turn::None);
        };
        let statuses = self.entries(super::names::List::Status).await?;
        let is_closed = |value: &Option<String>| {
            value.as_ref().is_some_and(|id| statuses.iter().any(|it| it.is_closed && it.id.to_string() == *id))
        };
        Ok(match (is_closed(&detail.old_value), is_closed(&detail.new_value)) {
            (false, true) => Turn::Closed,
            (true, false) => Turn::Reopened,
            _ => Turn::None,
        })
    }
}
