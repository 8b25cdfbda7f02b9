//! Whose turn it is, by number.
//!
//! Turn `n` begins the first time that the wall clock shows its handoff or later, and lasts until the next one begins. So
//! every turn begins at the same time of the day, and one around a change of the clocks is an hour shorter or longer. A handoff that
//! the clocks skip happens as they are put forward; one that comes twice happens the first time. Where turns are so short that
//! several begin at one moment, the last of them counts.

use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};

use super::wall;

/// How long a turn is, on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Hours(i64),
    Days(i64),
    /// On the day of the month on which the first began, or on the month's last.
    Months(i64),
}

/// Turns from a first one on.
#[derive(Clone, Debug, PartialEq)]
pub struct Turns {
    /// On the wall clock.
    pub start: DateTime,
    pub every: Every,
}

/// So many turns begin within one change of the clocks at most: the longest is a day.
const AROUND_A_CHANGE: i64 = 50;

impl Turns {
    /// When turn `n` begins on the wall clock.
    fn wall(&self, n: i64) -> Option<DateTime> {
        let span = match self.every {
            Every::Hours(hours) => Span::new().try_hours(n.checked_mul(hours)?),
            Every::Days(days) => Span::new().try_days(n.checked_mul(days)?),
            Every::Months(months) => Span::new().try_months(n.checked_mul(months)?),
        };
        self.start.checked_add(span.ok()?).ok()
    }

    /// When turn `n` begins; none beyond the calendar.
    pub fn begin(&self, n: i64, zone: &TimeZone) -> Option<Timestamp> {
        wall::first(self.wall(n)?, zone)
    }

    /// The turn at `at`; none before the first.
    pub fn at(&self, at: Timestamp, zone: &TimeZone) -> Option<i64> {
        let here = zone.to_datetime(at);
        let since = here.duration_since(self.start);
        // Down, also just before the first: a moment less is none yet.
        let seconds = since.as_secs() - i64::from(since.subsec_nanos() < 0);
        let mut n = match self.every {
            Every::Hours(hours) => seconds.div_euclid(hours.max(1).saturating_mul(3_600)),
            Every::Days(days) => seconds.div_euclid(days.max(1).saturating_mul(86_400)),
            Every::Months(months) => {
                let years = i64::from(here.year()) - i64::from(self.start.year());
                let n = (years * 12 + i64::from(here.month()) - i64::from(self.start.month())).div_euclid(months.max(1));
                if self.wall(n).is_none_or(|it| it > here) { n - 1 } else { n }
            }
        };
        n = n.max(-1);
        // In an hour that comes a second time, the wall clock has shown later times before.
        for _ in 0..AROUND_A_CHANGE {
            match self.begin(n + 1, zone) {
                Some(next) if next <= at => n += 1,
                _ => break,
            }
        }
        (n >= 0).then_some(n)
    }

    /// When the next turn begins after `at`.
    pub fn next(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let n = self.at(at, zone).unwrap_or(-1);
        self.begin(n + 1, zone).filter(|it| *it > at)
    }

    /// When the turn began that `at` is in.
    pub fn last(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.begin(self.at(at, zone)?, zone)
    }
}
