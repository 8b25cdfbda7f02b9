//! Times of day and moments as people say them, and what "now" is while they are read.

use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::date;

/// The moment and the place on earth that words such as `tomorrow 9:00` are read at.
///
/// Where only a date is known, it is that date's first minute in UTC: enough for dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Now(Zoned);

impl Now {
    pub fn date(&self) -> Date {
        self.0.date()
    }

    pub fn timestamp(&self) -> Timestamp {
        self.0.timestamp()
    }

    pub fn time_zone(&self) -> &TimeZone {
        self.0.time_zone()
    }
}

impl From<Zoned> for Now {
    fn from(now: Zoned) -> Now {
        Now(now)
    }
}

impl From<Date> for Now {
    fn from(today: Date) -> Now {
        let midnight = today.to_zoned(TimeZone::UTC);
        // Only the last hours of the year 9999 have no such moment.
        Now(midnight.unwrap_or_else(|_| Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)))
    }
}

/// `9:00`, `09:30`, `9:30:15`, `9am`, `9:30 pm`, `noon`, `midnight`.
pub(crate) fn time(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "noon" => return Some(Time::constant(12, 0, 0, 0)),
        "midnight" => return Some(Time::midnight()),
        _ => {}
    }
    let half = |suffix: &str| text.strip_suffix(suffix).map(str::trim_end);
    let (digits, afternoon) = match (half("am"), half("pm")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        _ => (text.as_str(), None),
    };
    let mut parts = digits.split(':');
    let number = |part: Option<&str>| -> Option<i8> {
        let part = part?;
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
        if fits { part.parse().ok() } else { None }
    };
    let hour = number(parts.next())?;
    let minute = match (parts.next(), afternoon) {
        (Some(minute), _) if minute.len() == 2 => number(Some(minute))?,
        (None, Some(_)) => 0,
        // A bare `9` is a number.
        _ => return None,
    };
    let second = match parts.next() {
        Some(second) if second.len() == 2 => number(Some(second))?,
        Some(_) => return None,
        None => 0,
    };
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(more) => hour % 12 + more,
        None => hour,
    };
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, 0).ok() }
}

/// The same where a time is asked for: `9` and `9.30` are times as well.
pub(super) fn time_of_day(text: &str) -> Option<Time> {
    let text = text.trim();
    time(text).or_else(|| match text.parse::<i8>() {
        Ok(hour) if text.len() <= 2 => Time::new(hour, 0, 0, 0).ok(),
        Ok(_) => None,
        Err(_) => time(&text.replacen('.', ":", 1)),
    })
}

/// As a time is written everywhere: `09:00`, or with seconds where there are any.
pub(super) fn shown(time: Time) -> String {
    let format = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.strftime(format).to_string()
}

/// `now`, `+2h`, `2h`, `for 30m`, `-30m`, `+1h30m`, `9:00` (the next one), `tomorrow 9:00`, `friday at 14:30`,
/// `2026-11-21 14:30`, `2026-11-21T14:30`, the same with `Z` or an offset, and a date alone: its beginning.
pub(super) fn read(text: &str, now: &Now) -> Option<Timestamp> {
    let text = text.trim();
    let lower = text.to_lowercase();
    if lower == "now" {
        return Some(now.timestamp());
    }
    let from_now = lower.strip_prefix("for ").or(lower.strip_prefix("in ")).unwrap_or(&lower);
    if let Some(apart) = offset(from_now) {
        return now.timestamp().checked_add(apart).ok();
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let at = |date: Date, time: Time| {
        let zoned = date.to_datetime(time).to_zoned(now.time_zone().clone());
        zoned.ok().map(|it| it.timestamp())
    };
    if let Some(time) = time(&lower) {
        let today = at(now.date(), time)?;
        return if today > now.timestamp() { Some(today) } else { at(now.date().tomorrow().ok()?, time) };
    }
    if let Some(date) = date::read(&lower, now.date()) {
        return at(date, Time::midnight());
    }
    let (day, clock) =
        match lower.split_once('t').filter(|(day, _)| day.len() == 10 && day.starts_with(|it: char| it.is_ascii_digit())) {
            Some(parts) => parts,
            None => lower.split_once(char::is_whitespace)?,
        };
    let clock = clock.trim();
    let clock = clock.strip_prefix("at ").unwrap_or(clock);
    at(date::read(day.trim_end_matches(','), now.date())?, time(clock)?)
}

/// `+2h`, `2h`, `-30m`, `+1h30m`, `+3d`, `+1w`: hours are hours, whatever the clocks do meanwhile.
fn offset(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let mut chars = text.chars();
    let (sign, rest) = match chars.next()? {
        '+' => (1, chars.as_str()),
        '-' | '\u{2212}' | '\u{2013}' => (-1, chars.as_str()),
        it if it.is_ascii_digit() => (1, text),
        _ => return None,
    };
    let mut rest = rest.trim_start();
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit())?;
        let count = i64::from(rest[..end].parse::<u32>().ok()?);
        rest = rest[end..].trim_start();
        let unit_end = rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..unit_end] {
            "s" | "sec" => 1,
            "m" | "min" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            _ => return None,
        };
        rest = rest[unit_end..].trim_start();
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
    }
    (text.len() > 1).then(|| SignedDuration::from_secs(sign * seconds))
}
