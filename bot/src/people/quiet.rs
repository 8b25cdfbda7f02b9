//! When a person is left alone: hours of every day, and whole days, in their own time zone.
//!
//! All is reckoned on the calendar and turned into moments last, so that "until 08:00" is eight o'clock also on the
//! morning after the clocks were changed. Where a local time comes twice, quiet begins with the first and ends with the
//! second of them.

use std::collections::BTreeSet;

use jiff::{
    Timestamp,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nobody is left alone for longer than this without a moment in between: two weeks of what comes together.
const LONGEST: usize = 16;

/// When a person is left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Every day.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// From midnight to midnight.
    #[serde(default)]
    pub days: BTreeSet<Day>,
}

/// From one time of the day to another, the next day's where it is not later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub from: Time,
    pub to: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    fn of(date: Date) -> Day {
        match date.weekday() {
            Weekday::Monday => Day::Monday,
            Weekday::Tuesday => Day::Tuesday,
            Weekday::Wednesday => Day::Wednesday,
            Weekday::Thursday => Day::Thursday,
            Weekday::Friday => Day::Friday,
            Weekday::Saturday => Day::Saturday,
            Weekday::Sunday => Day::Sunday,
        }
    }
}

impl Hours {
    /// Reads `20:00-08:00`, with any dash, and `20-8`.
    pub fn parse(text: &str) -> Option<Hours> {
        let (from, to) = text.split_once(['-', '–', '—', '−'])?;
        let (from, to) = (super::moment::time(from.trim())?, super::moment::time(to.trim())?);
        // From a time to itself is all day, which is what days are for.
        (from != to).then_some(Hours { from, to })
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

impl Quiet {
    /// When it ends, if it is quiet at `now`: the end of all quiet times that follow one another without a gap.
    pub fn until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut end = now;
        for _ in 0..LONGEST {
            match self.period_end(end, zone) {
                Some(later) if later > end => end = later,
                _ => break,
            }
        }
        (end > now).then_some(end)
    }

    /// The latest end of the quiet times that hold `at`.
    fn period_end(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = at.to_zoned(zone.clone()).date();
        // The hours that began yesterday may still last.
        let nights = [today.yesterday().ok(), Some(today)].into_iter().flatten().filter_map(|date| {
            let hours = self.hours?;
            let last = if hours.to > hours.from { date } else { date.tomorrow().ok()? };
            Some((first(date, hours.from, zone)?, second(last, hours.to, zone)?))
        });
        let day = self.days.contains(&Day::of(today)).then(|| {
            let tomorrow = today.tomorrow().ok()?;
            Some((first(today, Time::midnight(), zone)?, first(tomorrow, Time::midnight(), zone)?))
        });
        nights.chain(day.flatten()).filter(|(from, to)| (*from..*to).contains(&at)).map(|(_, to)| to).max()
    }

    /// Whether there is no moment that is not quiet.
    pub fn is_endless(&self) -> bool {
        self.days.len() == 7
    }

    /// `20:00-08:00 every day, and on saturday, sunday`.
    pub fn words(&self) -> String {
        let days = self.days.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(", ");
        match (self.hours, days.as_str()) {
            (None, "") => "none".into(),
            (Some(hours), "") => format!("{hours} every day"),
            (None, days) => format!("all of {days}"),
            (Some(hours), days) => format!("{hours} every day, and all of {days}"),
        }
    }
}

/// A local time as a moment: the first, where it comes twice; the moment of the change, where it does not come.
fn first(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(time)).earlier().ok()
}

fn second(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(time)).later().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(hours: &str, days: &[Day]) -> Quiet {
        Quiet { hours: Hours::parse(hours), days: days.iter().copied().collect() }
    }

    /// Until when it is quiet at a moment, both as people of the zone read them.
    fn until(quiet: &Quiet, zone: &str, now: &str) -> String {
        let zone = TimeZone::get(zone).expect("a time zone");
        let now: Timestamp = now.parse().expect("a moment");
        let end = quiet.until(now, &zone);
        end.map_or_else(|| "no".into(), |it| it.to_zoned(zone).strftime("%a %d %H:%M %:z").to_string())
    }

    #[test]
    fn a_night_lasts_until_the_morning() {
        let night = quiet("20:00-08:00", &[]);
        for (now, expected) in [
            ("2026-11-23T19:59:59+01:00", "no"),
            ("2026-11-23T20:00:00+01:00", "Tue 24 08:00 +01:00"),
            ("2026-11-24T00:30:00+01:00", "Tue 24 08:00 +01:00"),
            ("2026-11-24T07:59:59+01:00", "Tue 24 08:00 +01:00"),
            ("2026-11-24T08:00:00+01:00", "no"),
        ] {
            assert_eq!(until(&night, "Europe/Berlin", now), expected, "{now}");
        }
        // The same moment is day elsewhere.
        assert_eq!(until(&night, "America/New_York", "2026-11-23T20:00:00+01:00"), "no");
        assert_eq!(until(&quiet("12:00-13:00", &[]), "UTC", "2026-11-23T12:30:00Z"), "Mon 23 13:00 +00:00");
    }

    #[test]
    fn days_and_nights_run_together() {
        let weekend = quiet("20:00-08:00", &[Day::Saturday, Day::Sunday]);
        assert_eq!(until(&weekend, "Europe/Berlin", "2026-11-20T21:00:00+01:00"), "Mon 23 08:00 +01:00");
        assert_eq!(until(&weekend, "Europe/Berlin", "2026-11-22T12:00:00+01:00"), "Mon 23 08:00 +01:00");
        let sundays = quiet("", &[Day::Sunday]);
        assert_eq!(until(&sundays, "Europe/Berlin", "2026-11-22T00:00:00+01:00"), "Mon 23 00:00 +01:00");
        assert_eq!(until(&sundays, "Europe/Berlin", "2026-11-21T23:59:59+01:00"), "no");
    }

    #[test]
    fn the_clock_that_is_changed_changes_nothing_about_the_hour_on_the_wall() {
        let night = quiet("20:00-08:00", &[]);
        // 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00.
        assert_eq!(until(&night, "Europe/Berlin", "2026-03-28T22:00:00+01:00"), "Sun 29 08:00 +02:00");
        assert_eq!(until(&night, "Europe/Berlin", "2026-10-24T22:00:00+02:00"), "Sun 25 08:00 +01:00");
        // An end that does not come is the moment of the change; one that comes twice is its second.
        let short = quiet("23:00-02:30", &[]);
        assert_eq!(until(&short, "Europe/Berlin", "2026-03-29T00:30:00+01:00"), "Sun 29 03:30 +02:00");
        assert_eq!(until(&short, "Europe/Berlin", "2026-10-25T02:15:00+01:00"), "Sun 25 02:30 +01:00");
        // A beginning that comes twice is its first.
        let late = quiet("02:30-06:00", &[]);
        assert_eq!(until(&late, "Europe/Berlin", "2026-10-25T02:10:00+01:00"), "Sun 25 06:00 +01:00");
        // A day without a midnight of its own begins with its first moment.
        let sunday = quiet("", &[Day::Sunday]);
        assert_eq!(until(&sunday, "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"), "Mon 05 00:00 -02:00");
    }

    #[test]
    fn hours_as_people_write_them() {
        for (text, expected) in [
            ("20:00-08:00", Some("20:00-08:00")),
            ("20–8", Some("20:00-08:00")),
            ("8pm - 7:30am", Some("20:00-07:30")),
            ("9:00-9:00", None),
            ("night", None),
            ("25:00-08:00", None),
            ("20:00", None),
        ] {
            assert_eq!(Hours::parse(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
        }
        assert_eq!(quiet("20-8", &[Day::Sunday]).words(), "20:00-08:00 every day, and all of Sunday");
    }
}
