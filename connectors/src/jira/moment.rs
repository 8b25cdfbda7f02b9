//! Jira's times: `2026-11-20T09:00:00.000+0000`, and with a colon or a Z where boards are concerned.

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date, fmt::strtime, tz::TimeZone};

/// None for what is no time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok())
}

/// As Jira wants a moment: with milliseconds, and an offset without a colon.
pub(super) fn write(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The first moment of a day, in UTC.
pub(super) fn start_of(day: Date) -> Timestamp {
    // Only the last hours of the year 9999 have no such moment.
    day.to_zoned(TimeZone::UTC).map(|it: Zoned| it.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `4.5 d`, `3 h`, `20 min`.
pub(super) fn span(time: SignedDuration) -> String {
    let hours = time.as_secs_f64() / 3600.0;
    let number = |it: f64| ((it * 10.0).round() / 10.0 + 0.0).to_string();
    match hours {
        it if it >= 24.0 => format!("{} d", number(it / 24.0)),
        it if it >= 1.0 => format!("{} h", number(it)),
        it => format!("{} min", (it * 60.0).round()),
    }
}

/// Seconds of work as Jira writes them: a week of five days of eight hours.
pub(super) fn work(seconds: u64) -> String {
    let mut rest = seconds / 60;
    let mut parts = Vec::new();
    for (letter, minutes) in [("w", 5 * 8 * 60), ("d", 8 * 60), ("h", 60), ("m", 1)] {
        if rest >= minutes {
            parts.push(format!("{}{letter}", rest / minutes));
            rest %= minutes;
        }
    }
    if parts.is_empty() { "0m".to_owned() } else { parts.join(" ") }
}

/// Whether it is an amount of work as Jira reads them: `3h 20m`, `1d`, `1.5h`.
pub(super) fn is_work(text: &str) -> bool {
    let part = |it: &str| {
        let number = it.strip_suffix(['w', 'd', 'h', 'm']).unwrap_or_default();
        !number.is_empty() && number.parse::<f64>().is_ok_and(|it| it > 0.0) && !number.starts_with(['+', '-'])
    };
    !text.trim().is_empty() && text.split_whitespace().all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_of_jiras_forms() {
        for text in ["2026-11-20T09:00:00.000+0000", "2026-11-20T10:00:00.000+01:00", "2026-11-20T09:00:00.000Z"] {
            assert_eq!(read(text).map(write).as_deref(), Some("2026-11-20T09:00:00.000+0000"), "{text}");
        }
        assert_eq!(read("2026-11-20"), None);
        assert_eq!(day(read("2026-11-20T23:30:00.000-0200").unwrap()).to_string(), "2026-11-21");
    }

    #[test]
    fn spans_and_work_are_written_as_people_say_them() {
        assert_eq!([20, 90, 60 * 108].map(|it| span(SignedDuration::from_mins(it))), ["20 min", "1.5 h", "4.5 d"]);
        assert_eq!([0, 60 * 200, 3600 * 8, 3600 * 41].map(work), ["0m", "3h 20m", "1d", "1w 1h"]);
        assert!(["3h 20m", "1d", "1.5h", "2w"].iter().all(|it| is_work(it)));
        assert!(["", "3", "h", "-1h", "3 h", "soon"].iter().all(|it| !is_work(it)));
    }
}
