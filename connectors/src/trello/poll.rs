//! Finding changes by asking, for where Trello cannot reach the bot.
//!
//! Boards say when something last happened on them, so that only those are asked for their actions, ten in a batch. The
//! cursor is the time of the last action that was seen and the ids of those near it: nothing is missed at equal times, and
//! nothing comes twice.

use std::collections::BTreeSet;

use commands::{Error, Event, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Trello, api, happened, wire};
use crate::{Connector, Polled};

/// How far a poll looks back, for actions that were written late.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);
/// Actions of a board in the batch; where there are more, they are asked for by themselves.
const MOST: usize = 1000;

#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    /// The last action that was seen, in Trello's time.
    until: Timestamp,
    /// Ids of the actions that were reported for the time since [`OVERLAP`] before it.
    seen: BTreeSet<String>,
}

pub(super) async fn run(on: &Trello, cursor: Option<&str>, now: Timestamp) -> Result<Polled> {
    let cursor: Option<Cursor> = match cursor {
        Some(text) => Some(
            serde_json::from_str(text)
                .map_err(|err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}")))?,
        ),
        None => None,
    };
    let boards = on.boards().await?;
    let last = boards.iter().filter_map(|it| it.date_last_activity).max();
    let start = cursor.as_ref().map_or_else(|| last.unwrap_or(now), |it| it.until);
    let since = start - OVERLAP;
    // A board without a date may have anything on it.
    let changed: Vec<&wire::Board> = boards.iter().filter(|it| it.date_last_activity.is_none_or(|at| at >= since)).collect();
    let paths: Vec<String> = changed.iter().map(|it| format!("/boards/{}/actions?limit={MOST}&since={since}", it.id)).collect();
    let mut found: Vec<(wire::Action, Event)> = Vec::new();
    let mut until = start;
    for (board, answer) in changed.iter().zip(on.batch(&paths).await?) {
        let mut actions: Vec<wire::Action> = api::read(answer?)?;
        if actions.len() == MOST {
            actions = on.history(&board.id, since, None).await?.actions;
        }
        until = actions.iter().map(|it| it.date).fold(until, Timestamp::max);
        found.extend(actions.into_iter().map(|it| {
            let event = happened::event(Trello::NAME, &it);
            (it, event)
        }));
    }
    found.sort_by(|(a, _), (b, _)| (a.date, &a.id).cmp(&(b.date, &b.id)));
    let seen = cursor.as_ref().map(|it| &it.seen);
    let is_new = |(action, _): &&(wire::Action, Event)| seen.is_some_and(|seen| !seen.contains(&action.id));
    let events = found.iter().filter(is_new).map(|(_, event)| event.clone()).collect();
    let recent = found.iter().filter(|(it, _)| it.date >= until - OVERLAP).map(|(it, _)| it.id.clone());
    let cursor = Cursor { until, seen: recent.collect() };
    let cursor = serde_json::to_string(&cursor).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}
