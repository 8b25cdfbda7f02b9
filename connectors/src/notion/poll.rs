//! Finding changes by asking: what was edited last, until what was seen before.
//!
//! Notion keeps the minute of an edit, so each poll looks [`OVERLAP`] back, and the cursor remembers what was reported there
//! with the time it had: an edit in the same minute as another is reported with the next.

use std::{collections::BTreeSet, pin::pin};

use commands::{Error, Event, Result, event::Object};
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Notion, property::words, wire};
use crate::{Connector, Polled};

const OVERLAP: SignedDuration = SignedDuration::from_mins(2);
/// Pages that are looked at in one poll. More than that edited at once is told as far as this goes.
const MOST: usize = 500;

#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    /// The last edit that was seen, in Notion's time.
    until: Timestamp,
    /// Pages with the times of the edits that were reported since [`OVERLAP`] before it.
    seen: BTreeSet<String>,
}

pub(super) async fn run(on: &Notion, cursor: Option<&str>, now: Timestamp) -> Result<Polled> {
    let cursor: Option<Cursor> = match cursor {
        Some(text) => Some(
            serde_json::from_str(text)
                .map_err(|err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}")))?,
        ),
        None => None,
    };
    let mut pages: Vec<wire::Page> = Vec::new();
    let mut until = cursor.as_ref().map(|it| it.until);
    let mut found = pin!(on.search("", Some("page")));
    while let Some(it) = found.try_next().await? {
        let wire::Found::Page(page) = it else { continue };
        // The last edited come first.
        let start = *until.get_or_insert(page.last_edited_time);
        if page.last_edited_time < cursor.as_ref().map_or(start, |it| it.until) - OVERLAP {
            break;
        }
        if pages.len() == MOST {
            tracing::warn!(pages = MOST, "More pages of Notion were edited than a poll reads");
            break;
        }
        pages.push(page);
    }
    let until = pages.iter().map(|it| it.last_edited_time).fold(until.unwrap_or(now), Timestamp::max);
    let mark = |it: &wire::Page| format!("{} {}", it.id, it.last_edited_time);
    let seen = cursor.as_ref().map(|it| &it.seen);
    let mut events = Vec::new();
    for page in pages.iter().rev().filter(|it| seen.is_some_and(|seen| !seen.contains(&mark(it)))) {
        let since = cursor.as_ref().map_or(until, |it| it.until) - OVERLAP;
        let known = seen.is_some_and(|seen| seen.iter().any(|it| it.starts_with(&page.id)));
        let is_new = page.created_time >= since && !known;
        events.push(event(on, page, if is_new { "page.created" } else { "page.updated" }).await);
    }
    let recent = pages.iter().filter(|it| it.last_edited_time >= until - OVERLAP).map(mark);
    let cursor = Cursor { until, seen: recent.collect() };
    let cursor = serde_json::to_string(&cursor).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}

async fn event(on: &Notion, page: &wire::Page, kind: &str) -> Event {
    // Names are a courtesy: the integration may not know people, or the database not any more.
    let people = on.people().await.unwrap_or_default();
    let editor = page.last_edited_by.as_ref().and_then(|it| people.iter().find(|user| user.id == it.id));
    let place = super::view::source_of(on, page).await.map(|it| it.name());
    let of = |kind: &str| page.properties.values().find(|it| it["type"] == kind).and_then(words);
    Event {
        id: format!("{}-{}", page.id, page.last_edited_time.as_second()),
        source: Notion::NAME.into(),
        kind: kind.into(),
        at: page.last_edited_time,
        actor: editor.map(|it| it.name().to_owned()),
        actor_id: page.last_edited_by.as_ref().map(|it| it.id.clone()),
        object: Object {
            key: "page".into(),
            title: page.title(),
            url: Some(page.url.clone()),
            place,
            state: of("status").or_else(|| of("select")),
        },
        labels: of("multi_select").map(|it| it.split(", ").map(str::to_owned).collect()).unwrap_or_default(),
        ..Event::default()
    }
}
