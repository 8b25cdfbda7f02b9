//! How a team fares in a period: pull requests, issues, commits (T01).
//!
//! Figures over many objects are what GraphQL is for: a hundred pull requests with their reviews and comments are one
//! request. A search shows no more than its first thousand; what is beyond that is said, not hidden.

use commands::{Result, param::Date};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use super::{GitHub, card, problem};

mod commits;
mod issues;
mod pulls;

pub use commits::Commits;
pub use issues::Issues;
pub use pulls::Pulls;

/// As many pages of a hundred as a search has, and as are read of a history.
const PAGES: usize = 10;

/// A period in whole days, the last one included; UTC, as GitHub's own searches are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    from: civil::Date,
    to: civil::Date,
}

impl Period {
    /// The last thirty days where nothing is said.
    fn of(since: Option<Date>, until: Option<Date>, now: Timestamp) -> Result<Period> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let to = until.map_or(today, |it| it.0);
        let from = since.map_or_else(|| to.checked_sub(jiff::ToSpan::days(29)).unwrap_or(to), |it| it.0);
        if from > to {
            return Err(problem::at("since", format!("The first day, {from}, is after the last, {to}.")));
        }
        Ok(Period { from, to })
    }

    fn days(self) -> i64 {
        i64::from((self.to - self.from).get_days()) + 1
    }

    fn starts(self) -> String {
        format!("{}T00:00:00Z", self.from)
    }

    fn ends(self) -> String {
        format!("{}T23:59:59Z", self.to)
    }

    fn words(self) -> String {
        format!("{} to {}", self.from, self.to)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<T> {
    #[serde(alias = "issueCount")]
    total_count: u64,
    page_info: PageInfo,
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Author {
    login: String,
}

/// What a search found, and how many it found in all.
struct Found<T> {
    items: Vec<T>,
    total: u64,
}

impl GitHub {
    /// All that a GraphQL search finds; `document` takes `$query` and `$after`.
    async fn search_all<T: DeserializeOwned>(&self, document: &str, query: &str) -> Result<Found<T>> {
        #[derive(Deserialize)]
        struct Answer<T> {
            search: Connection<T>,
        }
        let (mut items, mut after, mut total) = (Vec::new(), None::<String>, 0);
        for _ in 0..PAGES {
            let answer: Answer<T> = self.ask(document, json!({ "query": query, "after": after })).await?;
            total = answer.search.total_count;
            items.extend(answer.search.nodes);
            after = answer.search.page_info.end_cursor.filter(|_| answer.search.page_info.has_next_page);
            if after.is_none() {
                break;
            }
        }
        Ok(Found { items, total })
    }
}

/// The middle one; the mean of the two in the middle.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => values.get(middle).copied(),
        _ => Some((values.get(middle - 1)? + values.get(middle)?) / 2),
    }
}

/// The value below which nine of ten are.
fn ninetieth(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let at = (values.len() * 9).div_ceil(10).checked_sub(1)?;
    values.get(at).copied()
}

/// `5 h (90 % within 2 d)`.
fn spread(values: &[i64]) -> String {
    match (median(values.to_vec()), ninetieth(values.to_vec())) {
        (Some(median), Some(ninetieth)) => format!("{} (90 % within {})", card::span(median), card::span(ninetieth)),
        _ => "none".into(),
    }
}

fn percent(part: usize, whole: usize) -> String {
    (part * 100 + whole / 2).checked_div(whole).map_or_else(|| "none".into(), |it| format!("{it} %"))
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second() - from.as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_school_book() {
        assert_eq!((median(vec![]), ninetieth(vec![])), (None, None));
        assert_eq!((median(vec![7]), ninetieth(vec![7])), (Some(7), Some(7)));
        assert_eq!((median(vec![9, 1, 5]), median(vec![9, 1, 5, 7])), (Some(5), Some(6)));
        assert_eq!(ninetieth((1..=10).collect()), Some(9));
        assert_eq!(ninetieth((1..=20).rev().collect()), Some(18));
        assert_eq!((percent(1, 3).as_str(), percent(2, 3).as_str(), percent(0, 0).as_str()), ("33 %", "67 %", "none"));
    }

    #[test]
    fn a_period_holds_its_last_day() {
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        let usual = Period::of(None, None, now).unwrap();
        assert_eq!((usual.words().as_str(), usual.days()), ("2026-10-23 to 2026-11-21", 30));
        let day = Date(civil::date(2026, 11, 1));
        assert_eq!(Period::of(Some(day), Some(day), now).unwrap().days(), 1);
        assert!(Period::of(Some(Date(civil::date(2026, 12, 1))), None, now).is_err());
    }
}
