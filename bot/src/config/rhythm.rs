//! How and when something is told: modes, and the rhythm of digests.

use std::time::Duration;

use jiff::{
    Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::source::nearest;

/// How a subscription's events are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One message an object, edited as it changes, with each event in its thread.
    #[default]
    #[serde(alias = "live")]
    Thread,
    /// One message an object, edited as it changes, and nothing else.
    Compact,
    /// Each event is a message.
    #[serde(alias = "each")]
    Full,
    /// All that came in some time in one message.
    Digest,
}

impl Mode {
    pub const ALL: [Mode; 4] = [Mode::Thread, Mode::Compact, Mode::Full, Mode::Digest];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Thread => "thread",
            Mode::Compact => "compact",
            Mode::Full => "full",
            Mode::Digest => "digest",
        }
    }

    /// In a few words.
    pub fn help(self) -> &'static str {
        match self {
            Mode::Thread => "a card for each object, with its history in the thread",
            Mode::Compact => "a card for each object",
            Mode::Full => "a message for each event",
            Mode::Digest => "all in one message, now and then",
        }
    }

    /// The mode of that name, or of the name it had before; the usual one where there is none.
    pub fn named(name: &str) -> Mode {
        Mode::find(name).unwrap_or_default()
    }

    fn find(name: &str) -> Option<Mode> {
        match name {
            "live" => Some(Mode::Thread),
            "each" => Some(Mode::Full),
            name => Mode::ALL.into_iter().find(|it| it.name() == name),
        }
    }
}

/// What is said in a card's thread and shown in the channel as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Broadcast {
    /// Nothing.
    #[default]
    Never,
    /// All of it.
    Always,
    /// What failed, broke or was refused.
    Failures,
}

impl Broadcast {
    pub const ALL: [Broadcast; 3] = [Broadcast::Never, Broadcast::Always, Broadcast::Failures];

    pub fn name(self) -> &'static str {
        match self {
            Broadcast::Never => "never",
            Broadcast::Always => "always",
            Broadcast::Failures => "failures",
        }
    }

    /// By its name, or as people say yes and no.
    pub fn named(word: &str) -> Option<Broadcast> {
        let word = word.trim().to_lowercase();
        match word.as_str() {
            "no" | "off" | "false" | "none" => Some(Broadcast::Never),
            "yes" | "on" | "true" | "all" => Some(Broadcast::Always),
            "failure" | "failed" => Some(Broadcast::Failures),
            word => Broadcast::ALL.into_iter().find(|it| it.name() == word),
        }
    }

    /// As it is read from what a version before wrote, too: there it was yes or no.
    pub fn written(value: &serde_json::Value) -> Option<Broadcast> {
        match value {
            serde_json::Value::Bool(true) => Some(Broadcast::Always),
            serde_json::Value::Bool(false) => Some(Broadcast::Never),
            serde_json::Value::String(word) => Broadcast::named(word),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Broadcast {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Broadcast, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let unreadable = || serde::de::Error::custom(format!("`{value}` is not never, always or failures"));
        Broadcast::written(&value).ok_or_else(unreadable)
    }
}

/// When a digest tells what came meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub enum Rhythm {
    /// At whole multiples of it, in UTC.
    Every(Duration),
    /// At that time of day, on these days; on all where there are none.
    At { days: Vec<Weekday>, time: Time, zone: TimeZone },
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm::Every(Duration::from_hours(1))
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

impl Rhythm {
    /// Reads `4h`, `every 4h`, `09:00`, `mon,09:00`, `weekdays 8:30`.
    ///
    /// # Errors
    /// A sentence that says how it is written.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Rhythm, String> {
        let forms = "write how often, from 15m to 1d, such as 30m or 4h; or when, such as 09:00 or mon,09:00";
        let unreadable = || format!("`{text}` is no time for a digest: {forms}");
        let plain = text.trim().to_lowercase();
        if let Some(every) = interval(plain.strip_prefix("every ").unwrap_or(&plain)) {
            return Ok(Rhythm::Every(every));
        }
        let mut days = Vec::new();
        let mut time = None;
        for word in plain.split([',', ' ']).filter(|it| !matches!(*it, "" | "at" | "on" | "daily" | "every" | "day")) {
            let is_day = |name: &str| word.len() >= 3 && name.starts_with(word);
            if matches!(word, "weekdays" | "workdays") {
                days.extend(DAYS[..5].iter().map(|it| it.1));
            } else if let Some((_, day)) = DAYS.iter().find(|it| is_day(it.0)) {
                days.push(*day);
            } else if time.is_none()
                && let Some(read) = crate::people::moment::time(word)
            {
                time = Some(read);
            } else {
                return Err(unreadable());
            }
        }
        days.sort_by_key(|it| it.to_monday_zero_offset());
        days.dedup();
        let time = time.ok_or_else(unreadable)?;
        Ok(Rhythm::At { days, time, zone: zone.clone() })
    }

    /// As [`Rhythm::parse`] reads it, but for the time zone: `4h`, `mon,thu,09:00`.
    pub fn written(&self) -> String {
        match self {
            Rhythm::Every(every) if every.as_secs() % 3600 == 0 => format!("{}h", every.as_secs() / 3600),
            Rhythm::Every(every) => format!("{}m", every.as_secs() / 60),
            Rhythm::At { days, time, .. } => {
                let names = DAYS.iter().filter(|it| days.contains(&it.1)).map(|it| format!("{},", &it.0[..3]));
                format!("{}{}", names.collect::<String>(), time.strftime("%H:%M"))
            }
        }
    }

    /// When the digest after `now` is told.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        match self {
            Rhythm::Every(every) => {
                let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
                let at = (now.as_second() / every + 1).saturating_mul(every);
                Timestamp::from_second(at).unwrap_or(Timestamp::MAX)
            }
            Rhythm::At { days, time, zone } => {
                let today = now.to_zoned(zone.clone()).date();
                // A week from today is that day again, when its time is past.
                let dates = (0..8).filter_map(|ahead| today.checked_add(jiff::Span::new().days(ahead)).ok());
                let dates = dates.filter(|it| days.is_empty() || days.contains(&it.weekday()));
                let mut moments = dates.filter_map(|it| Some(it.to_datetime(*time).to_zoned(zone.clone()).ok()?.timestamp()));
                moments.find(|it| *it > now).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

/// What stands in `mode`: `digest@09:00`, `digest every 4h`.
///
/// # Errors
/// A sentence that names what can stand there.
pub fn manner(text: &str, zone: &TimeZone) -> Result<(Mode, Option<Rhythm>), String> {
    let plain = text.trim().to_lowercase();
    let (name, when) = match plain.split_once(['@', ' ']) {
        Some((name, when)) => (name, Some(when)),
        None => (plain.as_str(), None),
    };
    let mode = Mode::find(name).ok_or_else(|| {
        let hint = nearest(name, Mode::ALL.iter().map(|it| it.name()));
        format!("`{text}` is no way to be told{hint}")
    })?;
    match when {
        None => Ok((mode, None)),
        Some(when) if mode == Mode::Digest => Ok((mode, Some(Rhythm::parse(when, zone)?))),
        Some(_) => Err(format!("`{text}`: only a digest is told at a time, as in digest@09:00")),
    }
}

/// `30m`, `1h`, `1d`.
pub fn interval(text: &str) -> Option<Duration> {
    let span: jiff::SignedDuration =
        text.trim().parse::<jiff::Span>().ok()?.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    let every = Duration::try_from(span).ok()?;
    (Duration::from_mins(15)..=Duration::from_hours(24)).contains(&every).then_some(every)
}
