//! When something repeats: a cron line, read in a time zone.
//!
//! Where the line names its hours (`30 2 * * *`), every named time of day comes once a day, also on
//! the two days a year on which clocks are changed: one that is left out comes when the clock has
//! jumped, and one that there is twice comes the first time. Where the line counts (`*/20 * * * *`),
//! it counts real time: it goes through the repeated hour twice. Both as Vixie's cron does
//! (<https://man7.org/linux/man-pages/man8/cron.8.html>, "Daylight Saving Time").
//!
//! The search is croner's; which real moment a named time of day is, is decided here, because croner
//! does so for lines of one time only, and leaves out or doubles `0 2,14 * * *`.

use std::fmt;

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// What a cron line is made of, each with its range and an example.
const FIELDS: [(&str, &str, &str); 5] = [
    ("minute", "0 to 59", "0 9 * * *"),
    ("hour", "0 to 23", "0 9 * * *"),
    ("day of the month", "1 to 31, L for the last", "0 9 1 * *"),
    ("month", "1 to 12 or JAN to DEC", "0 9 1 JAN *"),
    ("day of the week", "0 to 7 (0 and 7 are Sunday) or SUN to SAT", "0 9 * * MON-FRI"),
];
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Why a line or a zone is none. Shown to people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoTimetable(String);

/// A cron line of five fields (minute, hour, day of the month, month, day of the week) in a time zone.
#[derive(Clone)]
pub struct Timetable {
    line: String,
    cron: Cron,
    zone: TimeZone,
    hours: Hours,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hours {
    Named,
    Counted,
}

impl Timetable {
    /// Reads `line`, or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually`,
    /// in the IANA time zone `zone`.
    ///
    /// # Errors
    /// A sentence that names the field that cannot be read, and an example.
    pub fn parse(line: &str, zone: &str) -> Result<Timetable, NoTimetable> {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let fields = expand(&line)?;
        let cron = read(&fields)?;
        let zone = self::zone(zone)?;
        let words: Vec<&str> = fields.split(' ').collect();
        let hours = if words[0].contains('*') || words[1].contains('*') { Hours::Counted } else { Hours::Named };
        let timetable = Timetable { line, cron, zone, hours };
        if timetable.after(Timestamp::UNIX_EPOCH).is_none() {
            return Err(NoTimetable(format!(
                "`{}` never comes: no month of it has such a day. Write `0 9 L * *` for the last day of every month.",
                timetable.line
            )));
        }
        Ok(timetable)
    }

    /// As it was written.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The IANA name of the time zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The first step after `time`; none past the year 4999.
    pub fn after(&self, time: Timestamp) -> Option<Timestamp> {
        let from = time.to_zoned(self.zone.clone());
        if self.hours == Hours::Counted {
            return self.cron.find_next_occurrence(&from, false).ok().as_ref().map(Zoned::timestamp);
        }
        let mut civil = from.datetime();
        loop {
            civil = self.cron.find_next_occurrence(&civil, false).ok()?;
            // In the second half of a repeated hour, what comes next on the clock has been.
            if let Some(step) = self.moment(civil).filter(|step| *step > time) {
                return Some(step);
            }
        }
    }

    /// The last step at or before `time`.
    pub fn latest(&self, time: Timestamp) -> Option<Timestamp> {
        let from = time.to_zoned(self.zone.clone());
        if self.hours == Hours::Counted {
            return self.cron.find_previous_occurrence(&from, true).ok().as_ref().map(Zoned::timestamp);
        }
        // In a repeated hour, times of day that are still to come have been.
        let mut civil = from.datetime().checked_add(1.day()).ok()?;
        loop {
            civil = self.cron.find_previous_occurrence(&civil, false).ok()?;
            if let Some(step) = self.moment(civil).filter(|step| *step <= time) {
                return Some(step);
            }
        }
    }

    /// The next `count` steps after `time`.
    pub fn next(&self, time: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.after(time), |step| self.after(*step)).take(count).collect()
    }

    /// When a time of day is: of two the first, and of none the moment at which the clock jumps over it.
    fn moment(&self, civil: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                let before = ambiguous.earlier().ok()?;
                self.zone.following(before).next().map(|transition| transition.timestamp())
            }
            _ => ambiguous.earlier().ok(),
        }
    }

    /// For people: `every weekday at 09:00 (Europe/Berlin)`.
    pub fn words(&self) -> String {
        format!("{} ({})", self.without_zone(), self.zone())
    }

    fn without_zone(&self) -> String {
        let fields = expand(&self.line).unwrap_or_default();
        let words: Vec<&str> = fields.split(' ').collect();
        if let [minute, hour, day, month, weekday] = words[..]
            && let (Some(times), Some(days)) = (times(minute, hour), days(day, month, weekday))
        {
            return match (times, days.as_str()) {
                (Times::At(times), days) => format!("{days} at {times}"),
                (Times::Every(every), "every day") => every,
                (Times::Every(every), days) => format!("{every}, {days}"),
            };
        }
        let described = self.cron.describe();
        let described = described.trim_end_matches('.');
        let mut letters = described.chars();
        letters.next().map(|first| first.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
    }
}

impl PartialEq for Timetable {
    fn eq(&self, other: &Timetable) -> bool {
        self.line == other.line && self.zone() == other.zone()
    }
}

impl fmt::Debug for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in {}", self.line, self.zone())
    }
}

/// The five fields, in capitals.
fn expand(line: &str) -> Result<String, NoTimetable> {
    let Some(nickname) = line.strip_prefix('@') else { return Ok(line.to_ascii_uppercase()) };
    let fields = match nickname.to_ascii_lowercase().as_str() {
        "hourly" => "0 * * * *",
        "daily" | "midnight" => "0 0 * * *",
        "weekly" => "0 0 * * SUN",
        "monthly" => "0 0 1 * *",
        "yearly" | "annually" => "0 0 1 1 *",
        _ => {
            return Err(NoTimetable(format!(
                "`{line}` is no time that is known by name. There is @hourly, @daily, @weekly, @monthly and @yearly; or write five \
                 fields, such as `0 9 * * MON-FRI`."
            )));
        }
    };
    Ok(fields.to_owned())
}

fn read(fields: &str) -> Result<Cron, NoTimetable> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let words: Vec<&str> = fields.split(' ').filter(|it| !it.is_empty()).collect();
    if words.len() != FIELDS.len() {
        return Err(NoTimetable(format!(
            "`{fields}` has {} of five fields: minute, hour, day of the month, month and day of the week. At nine every weekday is \
             `0 9 * * MON-FRI`.",
            words.len()
        )));
    }
    for (at, (word, (name, range, example))) in words.iter().zip(FIELDS).enumerate() {
        // One field among stars: what cannot be read then is this one.
        let mut alone = ["*"; 5];
        alone[at] = word;
        if !names_fit(at, word) || parser.parse(&alone.join(" ")).is_err() {
            return Err(NoTimetable(format!(
                "The {name} `{word}` cannot be read: it is {range}, with `*` for all, and with `,`, `-` and `/`. An example: \
                 `{example}`."
            )));
        }
    }
    parser.parse(fields).map_err(|err| NoTimetable(format!("`{fields}` cannot be read: {err} An example: `0 9 * * MON-FRI`.")))
}

/// Whether the letters of a field are names that belong there. croner takes `MON` for a month, and `SUN` for an hour.
fn names_fit(field: usize, word: &str) -> bool {
    let mut names = word.split(|it: char| !it.is_ascii_alphabetic()).filter(|it| !it.is_empty());
    names.all(|name| match field {
        2 => ["L", "W"].contains(&name),
        3 => MONTHS.contains(&name),
        4 => name == "L" || DAYS.contains(&name),
        _ => false,
    })
}

fn zone(name: &str) -> Result<TimeZone, NoTimetable> {
    let unknown = || {
        NoTimetable(format!(
            "`{name}` is no time zone. Write one of the IANA database, such as `Europe/Berlin`, `America/New_York` or `UTC`."
        ))
    };
    if name.eq_ignore_ascii_case("utc") {
        return Ok(TimeZone::UTC);
    }
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    if zone.iana_name().is_some() { Ok(zone) } else { Err(unknown()) }
}

enum Times {
    At(String),
    Every(String),
}

fn numbers(field: &str) -> Option<Vec<u8>> {
    field.split(',').map(|it| it.parse().ok()).collect()
}

fn times(minute: &str, hour: &str) -> Option<Times> {
    if let Some(step) = minute.strip_prefix("*/").filter(|_| hour == "*") {
        return Some(Times::Every(format!("every {step} minutes")));
    }
    match (numbers(minute)?.as_slice(), hour) {
        ([0], "*") => Some(Times::Every("every hour".into())),
        ([minute], "*") => Some(Times::Every(format!("every hour at minute {minute}"))),
        ([minute], hours) => {
            let hours = numbers(hours)?;
            Some(Times::At(listed(&hours.iter().map(|hour| format!("{hour:02}:{minute:02}")).collect::<Vec<_>>())))
        }
        _ => None,
    }
}

fn days(day: &str, month: &str, weekday: &str) -> Option<String> {
    match (day, month, weekday) {
        ("*", "*", "*") => Some("every day".into()),
        ("*", "*", "1-5" | "MON-FRI") => Some("every weekday".into()),
        ("*", "*", weekdays) => {
            let name = |it: &str| -> Option<String> {
                let number = match DAYS.iter().position(|name| *name == it) {
                    Some(number) => number,
                    None => it.parse::<usize>().ok()?,
                };
                let names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
                names.get(number).map(|it| (*it).to_owned())
            };
            Some(format!("every {}", listed(&weekdays.split(',').map(name).collect::<Option<Vec<_>>>()?)))
        }
        ("L", "*", "*") => Some("on the last day of every month".into()),
        (day, "*", "*") => {
            let ordinal = |day: &u8| {
                let ending = match day {
                    1 | 21 | 31 => "st",
                    2 | 22 => "nd",
                    3 | 23 => "rd",
                    _ => "th",
                };
                format!("{day}{ending}")
            };
            Some(format!("on the {} of every month", listed(&numbers(day)?.iter().map(ordinal).collect::<Vec<_>>())))
        }
        _ => None,
    }
}

/// `a, b and c`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests;
