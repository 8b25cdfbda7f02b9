//! Moments as people say them, and as they read them: in their own time zone and their own way of writing.

use commands::form;
use jiff::{
    SignedDuration, Timestamp, ToSpan, Zoned,
    civil::{Date, Time},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How dates and times are written for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Locale {
    /// 2026-11-21 17:00
    #[default]
    #[serde(rename = "iso")]
    Iso,
    /// Nov 21, 2026, 5:00 PM
    #[serde(rename = "en-US")]
    UnitedStates,
    /// 21 Nov 2026, 17:00
    #[serde(rename = "en-GB")]
    Britain,
    /// 21.11.2026, 17:00
    #[serde(rename = "de-DE")]
    Germany,
    /// 21/11/2026 17:00
    #[serde(rename = "fr-FR")]
    France,
}

impl Locale {
    pub const ALL: [Locale; 5] = [Locale::Iso, Locale::UnitedStates, Locale::Britain, Locale::Germany, Locale::France];

    /// As it is stored and typed.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Iso => "iso",
            Locale::UnitedStates => "en-US",
            Locale::Britain => "en-GB",
            Locale::Germany => "de-DE",
            Locale::France => "fr-FR",
        }
    }

    /// The one of that tag, or of its language: a chat says `de-AT` as well.
    pub fn of(tag: &str) -> Option<Locale> {
        let exact = Locale::ALL.into_iter().find(|it| it.tag().eq_ignore_ascii_case(tag));
        let language = |tag: &str| tag.split(['-', '_']).next().map(str::to_lowercase);
        exact.or_else(|| {
            // English is written differently in most places than in the United States.
            let order = [Locale::Britain, Locale::Germany, Locale::France];
            order.into_iter().find(|it| language(it.tag()) == language(tag))
        })
    }

    fn pattern(self) -> &'static str {
        match self {
            Locale::Iso => "%Y-%m-%d %H:%M",
            Locale::UnitedStates => "%b %-d, %Y, %-I:%M %p",
            Locale::Britain => "%-d %b %Y, %H:%M",
            Locale::Germany => "%d.%m.%Y, %H:%M",
            Locale::France => "%d/%m/%Y %H:%M",
        }
    }
}

/// The moment as the person's wall shows it.
pub fn say(at: Timestamp, zone: &TimeZone, locale: Locale) -> String {
    at.to_zoned(zone.clone()).strftime(locale.pattern()).to_string()
}

/// Words that are read in somebody's time zone: whether there is any in a line.
pub fn names_a_time(line: &str) -> bool {
    // Any day of the calendar will do: only whether the word depends on it counts.
    let today = Date::constant(2000, 1, 1);
    let words = line.split(|it: char| it.is_whitespace() || matches!(it, '=' | ',' | '"' | '\'' | '“' | '”'));
    words.filter(|it| !it.is_empty()).any(|word| match word.starts_with(|it: char| it.is_ascii_digit()) {
        // `9:00`, `9am`; a number alone is most often that of an issue.
        true => word.contains(':') || word.ends_with(['m', 'M']),
        false => form::day(word, today).is_some() || matches!(word, "noon" | "midnight"),
    })
}

/// `friday` (when it begins), `tomorrow 9:00`, `2026-11-24 17:30`, `9:00` (the next), `2h`, `30m`, `3d`, `1w`.
///
/// A local time that the clocks skip is the moment they are put forward to; one that comes twice is its first.
pub fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim().to_lowercase();
    let here = now.to_zoned(zone.clone());
    if let Some(then) = span(&text, &here) {
        return Some(then);
    }
    if let Some(time) = time(&text) {
        let today = at(here.date(), time, zone)?;
        return if today > now { Some(today) } else { at(here.date().tomorrow().ok()?, time, zone) };
    }
    match text.split_once(char::is_whitespace) {
        Some((day, clock)) => {
            let clock = clock.trim().trim_start_matches("at ");
            at(form::day(day, here.date())?, time(clock)?, zone)
        }
        None => at(form::day(&text, here.date())?, Time::midnight(), zone),
    }
}

fn at(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    date.to_datetime(time).to_zoned(zone.clone()).ok().map(|it| it.timestamp())
}

/// `2h`, `+30m`, `3d`, `1w`. Days and weeks are the calendar's: the same time on the wall.
fn span(text: &str, here: &Zoned) -> Option<Timestamp> {
    let text = text.trim_start_matches('+').trim_start_matches("for ").trim();
    let split = text.find(|it: char| !it.is_ascii_digit()).filter(|at| *at > 0)?;
    let count: i64 = text[..split].parse().ok().filter(|it| (1..=10_000).contains(it))?;
    let then = match text[split..].trim() {
        "m" | "min" | "minutes" => here.checked_add(SignedDuration::from_mins(count)),
        "h" | "hour" | "hours" => here.checked_add(SignedDuration::from_hours(count)),
        "d" | "day" | "days" => here.checked_add(count.days()),
        "w" | "week" | "weeks" => here.checked_add(count.weeks()),
        _ => return None,
    };
    then.ok().map(|it| it.timestamp())
}

/// A time of the day: `9:00`, `17:30`, `20`, `8pm`, `7:30 am`.
pub fn time(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase();
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(rest), _) => (rest.trim_end(), Some(0)),
        (_, Some(rest)) => (rest.trim_end(), Some(12)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "00"));
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse::<i8>().ok()).flatten();
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
    };
    Time::new(hour, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a time zone")
    }

    #[test]
    fn moments_are_read_where_the_person_is() {
        // Saturday, 09:30 in Berlin; 03:30 in New York.
        let now: Timestamp = "2026-11-21T08:30:00Z".parse().expect("a moment");
        for (text, berlin, new_york) in [
            ("9:00", Some("2026-11-22T08:00:00Z"), Some("2026-11-21T14:00:00Z")),
            ("17:30", Some("2026-11-21T16:30:00Z"), Some("2026-11-21T22:30:00Z")),
            ("friday", Some("2026-11-26T23:00:00Z"), Some("2026-11-27T05:00:00Z")),
            ("Tomorrow 9:00", Some("2026-11-22T08:00:00Z"), Some("2026-11-22T14:00:00Z")),
            ("2026-12-24 at 6pm", Some("2026-12-24T17:00:00Z"), Some("2026-12-24T23:00:00Z")),
            ("2h", Some("2026-11-21T10:30:00Z"), Some("2026-11-21T10:30:00Z")),
            ("+3d", Some("2026-11-24T08:30:00Z"), Some("2026-11-24T08:30:00Z")),
            ("the end", None, None),
            ("25:00", None, None),
            ("0h", None, None),
            ("", None, None),
        ] {
            let moment = |text: Option<&str>| text.map(|it| it.parse::<Timestamp>().expect("a moment"));
            assert_eq!(read(text, now, &zone("Europe/Berlin")), moment(berlin), "{text} in Berlin");
            assert_eq!(read(text, now, &zone("America/New_York")), moment(new_york), "{text} in New York");
        }
    }

    #[test]
    fn days_are_the_calendars_when_the_clocks_change() {
        let now: Timestamp = "2026-03-28T08:00:00Z".parse().expect("a moment");
        let read = |text| read(text, now, &zone("Europe/Berlin")).map(|it| it.to_string());
        // 09:00 on either side of the change is 24 hours less one.
        assert_eq!(read("1d").as_deref(), Some("2026-03-29T07:00:00Z"));
        assert_eq!(read("24h").as_deref(), Some("2026-03-29T08:00:00Z"));
        // 02:30 does not come on that morning.
        assert_eq!(read("tomorrow 2:30").as_deref(), Some("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn each_reader_reads_it_in_their_own_way() {
        let at: Timestamp = "2026-11-21T16:00:00Z".parse().expect("a moment");
        let said = Locale::ALL.map(|locale| say(at, &zone("Europe/Berlin"), locale));
        assert_eq!(
            said,
            ["2026-11-21 17:00", "Nov 21, 2026, 5:00 PM", "21 Nov 2026, 17:00", "21.11.2026, 17:00", "21/11/2026 17:00"]
        );
        let of = |tag: &str| Locale::of(tag).map(Locale::tag);
        assert_eq!(
            ["en-us", "en-AU", "de_AT", "fr", "nl-NL"].map(of),
            [Some("en-US"), Some("en-GB"), Some("de-DE"), Some("fr-FR"), None]
        );
    }

    #[test]
    fn lines_that_name_a_day_are_told_from_others() {
        for line in ["redmine issue create Fire due_date=tomorrow", "x due=+3d", "x \"friday\"", "x --due monday", "x due=Today,"]
        {
            assert!(names_a_time(line), "{line}");
        }
        for line in ["redmine issue create Printer on fire", "x due=2026-11-21", "redmine 42", "x 3d", ""] {
            assert!(!names_a_time(line), "{line}");
        }
    }
}
