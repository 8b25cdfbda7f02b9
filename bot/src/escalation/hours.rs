//! Hours of the week: `mon-fri@08:00-18:00`, `sat,sun`, `22:00-06:00`.

use jiff::{Timestamp, civil::Weekday, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::people::quiet::Hours;

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// A part of each week. Kept as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WeekHours {
    /// Monday is 0; all of them where none is named.
    days: Vec<usize>,
    /// None: the whole day. What goes over midnight belongs to the day on which it begins.
    hours: Option<(jiff::civil::Time, jiff::civil::Time)>,
    text: String,
}

impl WeekHours {
    /// # Errors
    /// How it is written.
    pub fn parse(text: &str) -> Result<WeekHours, String> {
        let wrong = || format!("`{text}` are no hours of the week: write mon-fri@08:00-18:00, sat,sun or 22:00-06:00");
        let text = text.trim().to_lowercase();
        let (days, hours) = match text.split_once('@') {
            Some((days, hours)) => (Some(days), Some(hours)),
            None if text.starts_with(|it: char| it.is_ascii_digit()) => (None, Some(text.as_str())),
            None => (Some(text.as_str()), None),
        };
        let hours = match hours {
            None => None,
            Some(hours) => {
                let Hours { from, to } = Hours::parse(hours).ok_or_else(wrong)?;
                Some((from, to))
            }
        };
        let days = match days {
            None => (0..7).collect(),
            Some(days) => read_days(days).ok_or_else(wrong)?,
        };
        Ok(WeekHours { days, hours, text })
    }

    /// Whether `at` lies in it, by the clocks of `zone`.
    pub fn contains(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let here = at.to_zoned(zone.clone());
        let (today, time) = (usize::from(here.weekday().to_monday_zero_offset().unsigned_abs()), here.time());
        let on = |day: usize| self.days.contains(&day);
        match self.hours {
            None => on(today),
            Some((from, to)) if from < to => on(today) && from <= time && time < to,
            Some((from, to)) => (on(today) && from <= time) || (on((today + 6) % 7) && time < to),
        }
    }
}

fn read_days(text: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|(short, _)| name.len() >= 3 && name.starts_with(short));
    let mut days = Vec::new();
    for part in text.split(',').map(str::trim) {
        match part.split_once('-') {
            Some((first, last)) => {
                let (first, last) = (day(first.trim())?, day(last.trim())?);
                let count = (last + 7 - first) % 7 + 1;
                days.extend((0..count).map(|it| (first + it) % 7));
            }
            None => days.push(day(part)?),
        }
    }
    Some(days)
}

impl TryFrom<String> for WeekHours {
    type Error = String;

    fn try_from(text: String) -> Result<WeekHours, String> {
        WeekHours::parse(&text)
    }
}

impl From<WeekHours> for String {
    fn from(hours: WeekHours) -> String {
        hours.text
    }
}

impl std::fmt::Display for WeekHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_hold_by_the_clocks_of_their_zone() {
        let zone = TimeZone::get("Europe/Zurich").expect("a zone");
        let holds = |text: &str, at: &str| {
            WeekHours::parse(text).expect(text).contains(at.parse::<Timestamp>().expect("a moment"), &zone)
        };
        // 2026-11-20 is a Friday; Zurich is an hour ahead.
        assert!(holds("mon-fri@08:00-18:00", "2026-11-20T07:00:00Z") && !holds("mon-fri@08:00-18:00", "2026-11-20T06:59:59Z"));
        assert!(!holds("mon-fri@08:00-18:00", "2026-11-20T17:00:00Z") && !holds("mon-fri@08:00-18:00", "2026-11-21T10:00:00Z"));
        // Over midnight it is still Friday's.
        assert!(holds("fri@22:00-06:00", "2026-11-21T03:00:00Z") && !holds("fri@22:00-06:00", "2026-11-20T03:00:00Z"));
        assert!(holds("sat,sun", "2026-11-22T10:00:00Z") && holds("22:00-06:00", "2026-11-25T23:00:00Z"));
        assert!(holds("fri-mon", "2026-11-22T10:00:00Z") && !holds("fri-mon", "2026-11-24T10:00:00Z"));
        for wrong in ["", "someday", "mon-fri@", "@08:00-18:00", "mon@25:00-26:00", "mo"] {
            assert!(WeekHours::parse(wrong).is_err(), "{wrong}");
        }
    }
}
