//! Finding changes by asking, where no administrator of Jira makes a webhook.
//!
//! Issues are asked for in the order of their last change, from the last one seen. Jira's queries know minutes, in the time
//! zone of who asks; so each poll asks from the minute that holds the last change, and the cursor remembers what was reported:
//! nothing is missed, nothing comes twice. The times are all Jira's own.

use std::collections::BTreeSet;

use commands::{Error, Event, Result};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    Jira,
    api::Api,
    card, moment,
    webhook::{Happened, changes, event_of, kind_of},
    wire,
};
use crate::{Connector, Polled};

/// Issues in one poll; the rest comes with the next. More than all that one edit of many changes within a minute, as a
/// query cannot begin in the midst of one.
const MOST: usize = 2000;
/// How far a poll looks back, as Jira's search is behind by some seconds.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
const FIELDS: &[&str] = &[
    "summary",
    "status",
    "project",
    "labels",
    "issuetype",
    "priority",
    "created",
    "updated",
    "reporter",
    "creator",
    "assignee",
    "parent",
    "description",
    "comment",
    "security",
    "issuerestriction",
];

#[derive(Serialize, Deserialize)]
struct Cursor {
    /// The last change that was seen, in Jira's time.
    updated: Timestamp,
    /// What was reported of the time since [`OVERLAP`] before it.
    seen: BTreeSet<String>,
}

pub(super) async fn run(on: &Jira, cursor: Option<&str>, now: Timestamp) -> Result<Polled> {
    let api = on.as_bot().await?;
    let Some(cursor) = cursor else {
        return Ok(Polled { events: Vec::new(), cursor: written(&Cursor { updated: now, seen: BTreeSet::new() })? });
    };
    let cursor: Cursor = serde_json::from_str(cursor)
        .map_err(|err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}")))?;
    let since = cursor.updated - OVERLAP;
    let jql = format!("updated >= {} ORDER BY updated ASC", api.minute(since).await?);
    let found = api.search_all(&jql, FIELDS, Some("changelog"), MOST).await?;
    let mut events: Vec<Event> = Vec::new();
    for issue in found.items.iter().filter(|it| !card::is_restricted(it)) {
        events.extend(happened(&api, issue, since).await?);
    }
    events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let updated = found.items.iter().filter_map(|it| it.moment("updated")).max().unwrap_or(cursor.updated).max(cursor.updated);
    let seen = events.iter().filter(|it| it.at >= updated - OVERLAP).map(|it| it.id.clone()).collect();
    events.retain(|it| !cursor.seen.contains(&it.id));
    Ok(Polled { events, cursor: written(&Cursor { updated, seen })? })
}

fn written(cursor: &Cursor) -> Result<String> {
    serde_json::to_string(cursor).map_err(|err| Error::internal(err.to_string()))
}

/// What happened to this issue since then.
async fn happened(api: &Api<'_>, issue: &wire::Issue, since: Timestamp) -> Result<Vec<Event>> {
    let url = || Some(api.jira.link(&issue.key));
    let mut events = Vec::new();
    if let Some(at) = issue.moment("created").filter(|it| *it >= since) {
        let by = issue.user("creator").or_else(|| issue.user("reporter"));
        let written = issue.fields.get("description").filter(|it| !it.is_null());
        let created =
            Happened { id: format!("issue-{}", issue.id), kind: "issue.created".into(), at, by, written, ..Happened::default() };
        events.push(event_of(Jira::NAME, issue, url(), created));
    }
    for history in api.whole_changelog(issue).await? {
        let Some(at) = history.at().filter(|it| *it >= since) else { continue };
        if changes(&history.items).is_empty() {
            continue;
        }
        let kind = kind_of(issue, &history.items, false).to_owned();
        let id = format!("history-{}", history.id);
        let changed = Happened { id, kind, at, by: history.author, items: &history.items, ..Happened::default() };
        events.push(event_of(Jira::NAME, issue, url(), changed));
    }
    let comments = issue.fields.get("comment").map(|it| it["comments"].clone()).unwrap_or_default();
    let comments: Vec<wire::Comment> = serde_json::from_value(comments).unwrap_or_default();
    for comment in comments.iter().filter(|it| it.visibility.is_none() && it.jsd_public != Some(false)) {
        let Some(at) = moment::read(&comment.created).filter(|it| *it >= since) else { continue };
        let said = Happened {
            id: format!("comment-{}", comment.id),
            kind: "issue.commented".into(),
            at,
            by: comment.author.clone(),
            written: Some(&comment.body),
            comment: Some(comment.id.clone()),
            ..Happened::default()
        };
        events.push(event_of(Jira::NAME, issue, url(), said));
    }
    Ok(events)
}

impl Api<'_> {
    /// The minute that holds a moment, as a query of the bot's account means it.
    pub async fn minute(&self, at: Timestamp) -> Result<String> {
        let me: wire::User = self.get_kept("/myself", &[]).await?;
        let zone = me.time_zone.as_deref().and_then(|it| TimeZone::get(it).ok()).unwrap_or(TimeZone::UTC);
        Ok(format!("\"{}\"", at.to_zoned(zone).strftime("%Y-%m-%d %H:%M")))
    }
}
