//! What happened on a board, and what became of each card by it: the ground of all its figures.

use std::collections::BTreeMap;

use commands::Result;
use jiff::{SignedDuration, Timestamp};

use crate::trello::{Trello, wire};

/// Actions in one request.
const PAGE: usize = 1000;
/// What is read of a board's past at most; a board with more in that time says so.
const PAGES: usize = 5;

/// Actions since a moment, the oldest first.
pub(in crate::trello) struct History {
    pub actions: Vec<wire::Action>,
    /// Whether there was more than is read.
    pub cut: bool,
}

/// What is known of a card's way over the board.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// When it was created, if that was in the time looked at.
    pub created: Option<Timestamp>,
    /// The lists it came to, in their order, and when.
    pub stops: Vec<(Timestamp, String)>,
}

impl Trello {
    /// What happened on a board since then: only the kinds in `filter`, or everything.
    pub(in crate::trello) async fn history(&self, board: &str, since: Timestamp, filter: Option<&str>) -> Result<History> {
        let (since, limit) = (since.to_string(), PAGE.to_string());
        let path = format!("/1/boards/{board}/actions");
        let mut actions: Vec<wire::Action> = Vec::new();
        for _ in 0..PAGES {
            let mut query = vec![("limit", limit.as_str()), ("since", since.as_str())];
            query.extend(filter.map(|it| ("filter", it)));
            let before = actions.last().map(|it| it.id.clone());
            query.extend(before.as_deref().map(|it| ("before", it)));
            let page: Vec<wire::Action> = self.get(&path, &query).await?;
            let last = page.len() < PAGE;
            actions.extend(page);
            if last {
                actions.reverse();
                return Ok(History { actions, cut: false });
            }
        }
        actions.reverse();
        Ok(History { actions, cut: true })
    }
}

impl History {
    /// The ways of the cards that were created or moved, by their ids.
    pub(super) fn ways(&self) -> BTreeMap<String, Way> {
        let mut ways: BTreeMap<String, Way> = BTreeMap::new();
        for action in &self.actions {
            let data = &action.data;
            let Some(card) = data["card"]["id"].as_str() else { continue };
            let name = |list: &str| data[list]["name"].as_str().map(str::to_owned);
            match action.kind.as_str() {
                "createCard" | "copyCard" | "emailCard" | "convertToCardFromCheckItem" => {
                    let way = ways.entry(card.to_owned()).or_default();
                    way.created = Some(action.date);
                    way.stops.extend(name("list").map(|it| (action.date, it)));
                }
                "updateCard" => {
                    let Some(to) = name("listAfter") else { continue };
                    let way = ways.entry(card.to_owned()).or_default();
                    if way.stops.is_empty()
                        && let Some(from) = name("listBefore")
                    {
                        // It was there before the time that is looked at, nobody knows since when.
                        way.stops.push((Timestamp::MIN, from));
                    }
                    way.stops.push((action.date, to));
                }
                _ => {}
            }
        }
        ways
    }
}

/// When a Trello object was created: its id begins with the second
/// (<https://support.atlassian.com/trello/docs/getting-the-time-a-card-or-board-was-created/>).
pub(super) fn created(id: &str) -> Option<Timestamp> {
    let seconds = i64::from_str_radix(id.get(..8)?, 16).ok()?;
    Timestamp::from_second(seconds).ok()
}

/// The value that this share of all is not above; none of nothing. Sorts what it is given.
pub(super) fn percentile(all: &mut [SignedDuration], share: f64) -> Option<SignedDuration> {
    all.sort();
    let last = all.len().checked_sub(1)?;
    all.get((last as f64 * share).round() as usize).copied()
}

pub(super) fn mean(all: &[SignedDuration]) -> Option<SignedDuration> {
    let count = i64::try_from(all.len()).ok().filter(|it| *it > 0)?;
    Some(SignedDuration::from_secs(all.iter().map(|it| it.as_secs()).sum::<i64>() / count))
}

/// `3.5 d`, `4 h`, `12 min`.
pub(super) fn span(time: SignedDuration) -> String {
    let minutes = time.as_secs() as f64 / 60.0;
    let (value, unit) = match minutes {
        it if it >= 1440.0 => (it / 1440.0, "d"),
        it if it >= 60.0 => (it / 60.0, "h"),
        it => (it.floor(), "min"),
    };
    format!("{} {unit}", (value * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_what_there_is() {
        let hours = |all: &[i64]| all.iter().map(|it| SignedDuration::from_hours(*it)).collect::<Vec<_>>();
        assert_eq!(percentile(&mut hours(&[9, 1, 5]), 0.5), Some(SignedDuration::from_hours(5)));
        assert_eq!(percentile(&mut hours(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 0.85), Some(SignedDuration::from_hours(9)));
        assert_eq!((percentile(&mut [], 0.5), mean(&[])), (None, None));
        assert_eq!(mean(&hours(&[1, 2, 6])), Some(SignedDuration::from_hours(3)));
        let spans = [30, 90, 36 * 60, 0].map(|it| span(SignedDuration::from_mins(it)));
        assert_eq!(spans, ["30 min", "1.5 h", "1.5 d", "0 min"]);
    }

    #[test]
    fn an_id_tells_its_age() {
        assert_eq!(created("4d5ea62fd76aa1136000000c").unwrap().to_string(), "2011-02-18T17:02:39Z");
        assert_eq!(created("short"), None);
        assert_eq!(created("zzzzzzzz"), None);
    }
}
