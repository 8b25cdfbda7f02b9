//! A schedule, as it stands in a document.

use commands::FieldProblem;
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rota::{Every, Hours, Turns};
use crate::{config::Destination, people::moment, resources::Declared};

/// Who is on call, by turns or by a calendar, and where that is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Where its times are read, such as `Europe/Berlin`.
    pub zone: String,
    /// Turns that people take. A later one is higher: where it has somebody, those below do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rotation: Vec<Rotation>,
    /// An iCal address whose events are shifts, below all rotations; in the configuration file, also the path of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Days on which the turns do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holidays>,
    /// User groups that hold who is on call: `slack:@oncall`, `zulip:@oncall`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Where handoffs are told: `slack:#platform`, `zulip:platform>on call`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Whether the channel's header says who is on call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// How long before a shift its people are reminded of it: `1d`, `2h`. A day when left out; none when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<Vec<String>>,
}

/// Turns that people take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// What it is called among several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In the order of their turns: `ana@example.org`, `slack:U0123`, `zulip:10`; `team:platform` is one turn of a whole team.
    pub people: Vec<String>,
    /// What a turn is counted in.
    #[serde(default)]
    pub turn: Turn,
    /// How many of these a turn lasts.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 1))]
    pub every: u32,
    /// The first day of the first turn: `2026-11-23`. Weekly turns change on its day of the week, monthly ones on its day of the month.
    pub start: String,
    /// When turns change, there and then: `09:00`.
    #[serde(default = "nine")]
    pub handoff: String,
    /// The day on which the last turn ends, at the time of the handoff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Only then: `mon-fri 09:00-17:00`, `fri 22:00-06:00`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<String>,
}

/// What turns are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Every day
    #[serde(alias = "days")]
    Daily,
    /// Every week
    #[default]
    #[serde(alias = "weeks")]
    Weekly,
    /// Every month
    #[serde(alias = "months")]
    Monthly,
    /// Every so many hours
    #[serde(alias = "hours")]
    Hourly,
}

/// Days on which the turns do not count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// An iCal address whose events are holidays; in the configuration file, also the path of a file.
    pub calendar: String,
    /// Who is on call then, all together; nobody when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
}

fn one() -> u32 {
    1
}

fn is_one(every: &u32) -> bool {
    *every == 1
}

fn nine() -> String {
    "09:00".into()
}

/// The most turns' length that is counted right: a hundred years of days.
const LONGEST: u32 = 36_525;

impl Rotation {
    /// Its turns, on the wall clock.
    ///
    /// # Errors
    /// What is wrong, with the key that it is at.
    pub fn turns(&self) -> Result<Turns, (&'static str, String)> {
        let start = read_date(&self.start).map_err(|it| ("start", it))?;
        let handoff = self.read_handoff()?;
        if self.every == 0 || self.every > LONGEST {
            return Err(("every", format!("A turn lasts 1 to {LONGEST} of these, not {}.", self.every)));
        }
        let count = i64::from(self.every);
        let every = match self.turn {
            Turn::Hourly => Every::Hours(count),
            Turn::Daily => Every::Days(count),
            Turn::Weekly => Every::Days(7 * count),
            Turn::Monthly => Every::Months(count),
        };
        Ok(Turns { start: start.to_datetime(handoff), every })
    }

    fn read_handoff(&self) -> Result<Time, (&'static str, String)> {
        moment::time(&self.handoff)
            .ok_or_else(|| ("handoff", format!("`{}` is no time of a day: write it like 09:00.", self.handoff)))
    }

    /// When its last turn ends.
    ///
    /// # Errors
    /// As [`Rotation::turns`].
    pub fn end(&self, zone: &TimeZone) -> Result<Option<Timestamp>, (&'static str, String)> {
        let Some(until) = &self.until else { return Ok(None) };
        let date = read_date(until).map_err(|it| ("until", it))?;
        let wall = date.to_datetime(self.read_handoff()?);
        Ok(zone.to_zoned(wall).ok().map(|it| it.timestamp()))
    }

    /// # Errors
    /// As [`Rotation::turns`].
    pub fn read_hours(&self) -> Result<Vec<Hours>, (&'static str, String)> {
        self.hours.iter().map(|it| Hours::parse(it).map_err(|problem| ("hours", problem))).collect()
    }

    /// `weekly at 09:00`, `every 2 days at 09:00, mon-fri 09:00-17:00`
    pub fn words(&self) -> String {
        let noun = match self.turn {
            Turn::Hourly => "hour",
            Turn::Daily => "day",
            Turn::Weekly => "week",
            Turn::Monthly => "month",
        };
        let every = match self.every {
            1 => format!("every {noun}"),
            count => format!("every {count} {noun}s"),
        };
        let hours = if self.hours.is_empty() { String::new() } else { format!(", only {}", self.hours.join(" and ")) };
        format!("{every} at {} from {}{hours}", self.handoff, self.start)
    }
}

fn read_date(text: &str) -> Result<Date, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is no date: write it like 2026-11-23."))
}

/// The longest time before a shift at which anybody is reminded of it.
const EARLIEST: i64 = 30 * 24 * 60;

impl Schedule {
    /// # Errors
    /// A sentence that names the zone.
    pub fn time_zone(&self) -> Result<TimeZone, String> {
        TimeZone::get(self.zone.trim()).map_err(|_| {
            let known = jiff::tz::db().available().map(|it| it.to_string()).collect::<Vec<_>>();
            let hint = crate::config::source::nearest(&self.zone, known.iter().map(String::as_str));
            let end = if hint.is_empty() { "." } else { "" };
            format!("`{}` is no time zone, which is like Europe/Berlin{hint}{end}", self.zone)
        })
    }

    /// How long before a shift its people are reminded, in minutes, the longest first.
    ///
    /// # Errors
    /// A sentence that names what is none.
    pub fn reminders(&self) -> Result<Vec<i64>, String> {
        let Some(remind) = &self.remind else { return Ok(vec![24 * 60]) };
        let mut all = Vec::new();
        for text in remind {
            let text = text.trim();
            let (number, unit) = text.split_at(text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len()));
            let factor = match unit.trim() {
                "m" | "min" => Some(1),
                "h" => Some(60),
                "d" => Some(24 * 60),
                _ => None,
            };
            let minutes = number.parse::<i64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
            all.push(
                minutes
                    .filter(|it| (1..=EARLIEST).contains(it))
                    .ok_or_else(|| format!("`{text}` is no time before a shift: write 1d, 2h or 30m, 30d at most."))?,
            );
        }
        all.sort_unstable_by(|one, other| other.cmp(one));
        all.dedup();
        Ok(all)
    }

    /// Where handoffs are told.
    pub fn place(&self) -> Option<Destination> {
        self.channel.as_deref().and_then(|it| Destination::parse(it).ok())
    }

    /// Whether the channel's header is to say who is on call.
    pub fn has_header(&self) -> bool {
        self.header.unwrap_or(true) && self.place().is_some()
    }

    /// All calendars that it reads.
    pub fn calendars(&self) -> impl Iterator<Item = &str> {
        self.calendar.iter().map(String::as_str).chain(self.holidays.iter().map(|it| it.calendar.as_str()))
    }

    /// All names of people and teams in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let rotations = self.rotation.iter().flat_map(|it| &it.people);
        rotations.chain(self.holidays.iter().flat_map(|it| &it.people)).map(String::as_str)
    }
}

/// Whether a calendar is fetched, not read from a file.
pub fn is_address(calendar: &str) -> bool {
    ["https://", "http://", "webcal://"].iter().any(|it| calendar.starts_with(it))
}

/// A name of a person, or of a team.
pub fn team_of(name: &str) -> Option<&str> {
    name.trim().strip_prefix("team:").map(str::trim)
}

impl Declared for Schedule {
    const KIND: &str = "schedule";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut note = |field: String, message: String| problems.push(FieldProblem::new(field, message));
        let zone = self.time_zone();
        if let Err(problem) = &zone {
            note("zone".into(), problem.clone());
        }
        if self.rotation.is_empty() && self.calendar.is_none() {
            note("rotation".into(), "It has neither a rotation nor a calendar, so nobody would ever be on call.".into());
        }
        for (number, rotation) in self.rotation.iter().enumerate() {
            let at = |key: &str| format!("rotation.{number}.{key}");
            if rotation.people.iter().all(|it| it.trim().is_empty()) {
                note(at("people"), "It needs people: those who take turns, in their order.".into());
            }
            if let Err((key, problem)) = rotation.turns() {
                note(at(key), problem);
            }
            if let Err((key, problem)) = rotation.end(&TimeZone::UTC) {
                note(at(key), problem);
            }
            if let Err((key, problem)) = rotation.read_hours() {
                note(at(key), problem);
            }
        }
        for (number, _) in self.holidays.iter().enumerate().filter(|(_, it)| it.calendar.trim().is_empty()) {
            note(format!("holidays.{number}.calendar"), "It needs the address of a calendar.".into());
        }
        if let Err(problem) = self.reminders() {
            note("remind".into(), problem);
        }
        if let Some(channel) = &self.channel {
            match Destination::parse(channel) {
                Err(problem) => note("channel".into(), format!("{problem}.")),
                Ok(it) if !["slack", "zulip"].contains(&it.platform.as_str()) || it.person().is_some() => {
                    note("channel".into(), format!("`{channel}` is no channel of Slack or Zulip."));
                }
                Ok(_) => {}
            }
        }
        for (number, group) in self.groups.iter().enumerate() {
            let is_group =
                group.split_once(':').is_some_and(|(chat, name)| ["slack", "zulip"].contains(&chat) && !name.trim().is_empty());
            if !is_group {
                note(format!("groups.{number}"), format!("`{group}` is no user group: write slack:@oncall or zulip:@oncall."));
            }
        }
        problems
    }
}

/// The Monday on or before a date: where weekly turns begin when nobody says.
pub fn monday(date: Date) -> Date {
    let back = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(back.days()).unwrap_or(date)
}
