//! Hours of the week, as the wall clock shows them: `mon-fri 09:00-17:00`, `fri 22:00-06:00`.
//!
//! An hour that comes twice is in them twice, and one that the clocks skip is not.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use super::wall;
use crate::people::moment;

/// From one time of some days to another, of the next day where it is not later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From Monday.
    days: [bool; 7],
    /// Seconds from midnight.
    from: i32,
    /// The same; 86,400 is the end of the day.
    to: i32,
}

const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAY: i32 = 86_400;
/// The farthest from one edge to the next, in days, and some.
const WEEK: i64 = 9;

impl Hours {
    /// Reads `mon-fri 09:00-17:00`, `sat,sun`, `18:00-08:00`.
    ///
    /// # Errors
    /// A sentence that says how it is written.
    pub fn parse(text: &str) -> Result<Hours, String> {
        let unreadable = || format!("`{text}` are no hours of the week: write them like `mon-fri 09:00-17:00` or `sat,sun`.");
        let plain = text.trim().to_lowercase().replace(['–', '—', '−'], "-");
        let (days, time) = match plain.split_once(char::is_whitespace) {
            Some((days, time)) => (Some(days), Some(time.replace(' ', ""))),
            None if plain.starts_with(|it: char| it.is_ascii_digit()) => (None, Some(plain.clone())),
            None => (Some(plain.as_str()), None),
        };
        let days = match days {
            None | Some("daily") => [true; 7],
            Some("weekdays") => std::array::from_fn(|it| it < 5),
            Some("weekends" | "weekend") => std::array::from_fn(|it| it >= 5),
            Some(days) => read_days(days).ok_or_else(unreadable)?,
        };
        let (from, to) = match time {
            None => (0, DAY),
            Some(time) => {
                let (from, to) = time.split_once('-').ok_or_else(unreadable)?;
                let second = |it: jiff::civil::Time| i32::from(it.hour()) * 3_600 + i32::from(it.minute()) * 60;
                let from = second(moment::time(from).ok_or_else(unreadable)?);
                let to = if matches!(to, "24:00" | "24") { DAY } else { second(moment::time(to).ok_or_else(unreadable)?) };
                (from, if to == 0 { DAY } else { to })
            }
        };
        Ok(Hours { days, from, to })
    }

    #[cfg(test)]
    pub(super) fn new(days: [bool; 7], from: i32, to: i32) -> Hours {
        Hours { days, from, to }
    }

    fn is_over_midnight(&self) -> bool {
        self.to <= self.from
    }

    /// Whether the wall clock shows one of them.
    pub fn hold(&self, wall: DateTime) -> bool {
        let on = |day: Weekday| self.days[day.to_monday_zero_offset().rem_euclid(7) as usize];
        let second = i32::from(wall.hour()) * 3_600 + i32::from(wall.minute()) * 60 + i32::from(wall.second());
        let today = wall.weekday();
        match self.is_over_midnight() {
            false => on(today) && (self.from..self.to).contains(&second),
            true => on(today) && second >= self.from || on(today.previous()) && second < self.to,
        }
    }

    /// When they begin and end around the day of `at`, a week to either side: no moment between two neighbours is an edge.
    fn edges(&self, at: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
        let today = zone.to_datetime(at).date();
        let mut edges = Vec::new();
        for ahead in -WEEK..=WEEK {
            let Ok(date) = today.checked_add(ahead.days()) else { continue };
            if !self.days[date.weekday().to_monday_zero_offset().rem_euclid(7) as usize] {
                continue;
            }
            let end = if self.is_over_midnight() { self.to + DAY } else { self.to };
            for second in [self.from, end] {
                edges.extend(on_day(date, second).into_iter().flat_map(|it| wall::all(it, zone)));
            }
        }
        edges
    }

    /// The first edge after `at`.
    pub fn next(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.edges(at, zone).into_iter().filter(|it| *it > at).min()
    }

    /// The last edge at or before `at`.
    pub fn last(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.edges(at, zone).into_iter().filter(|it| *it <= at).max()
    }
}

fn on_day(date: Date, second: i32) -> Option<DateTime> {
    date.at(0, 0, 0, 0).checked_add(i64::from(second).seconds()).ok()
}

/// `mon-fri`, `sat,sun`, `fri-mon`.
fn read_days(text: &str) -> Option<[bool; 7]> {
    let day = |word: &str| NAMES.iter().position(|it| word.len() >= 2 && it.starts_with(word));
    let mut days = [false; 7];
    for part in text.split(',').filter(|it| !it.is_empty()) {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        let mut at = first;
        loop {
            days[at] = true;
            if at == last {
                break;
            }
            at = (at + 1) % 7;
        }
    }
    days.contains(&true).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_as_people_write_them() {
        let held = |text: &str, wall: &str| Hours::parse(text).expect(text).hold(wall.parse().expect("a time"));
        // 2026-11-23 is a Monday.
        for (text, wall, expected) in [
            ("mon-fri 09:00-17:00", "2026-11-23T09:00", true),
            ("mon-fri 09:00-17:00", "2026-11-23T17:00", false),
            ("mon-fri 09:00-17:00", "2026-11-22T12:00", false),
            ("Mon–Fri 9–17", "2026-11-27T16:59:59", true),
            ("fri 22:00-06:00", "2026-11-28T05:59", true),
            ("fri 22:00-06:00", "2026-11-27T05:59", false),
            ("sat,sun", "2026-11-22T00:00", true),
            ("sat,sun", "2026-11-23T00:00", false),
            ("fri-mon", "2026-11-23T23:59", true),
            ("18:00-08:00", "2026-11-25T03:00", true),
            ("weekdays 00:00-24:00", "2026-11-25T23:59", true),
            ("sun 12:00-0:00", "2026-11-22T23:59", true),
        ] {
            assert_eq!(held(text, wall), expected, "{text} at {wall}");
        }
        for text in ["", "mon-fri 9", "someday 9-17", "mon-fri 25:00-26:00", "mon-fri, 09:00", "-", "m"] {
            assert!(Hours::parse(text).is_err(), "{text}");
        }
    }
}
