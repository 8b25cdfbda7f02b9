//! Reading a calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{
    Calendar, Event,
    repeat::{self, Rule},
};

/// So many are read of one calendar.
const MOST_EVENTS: usize = 20_000;
/// So many problems are told.
const MOST_PROBLEMS: usize = 10;

/// A content line: `DTSTART;TZID=Europe/Berlin:20261123T090000`.
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Line {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// The events of `text` that touch the time between `from` and `until`. Times without a zone, and in one that nobody knows, are in `zone`.
///
/// # Errors
/// It is no calendar.
pub fn read(text: &str, zone: &TimeZone, from: Timestamp, until: Timestamp) -> Result<Calendar, String> {
    let lines = unfolded(text);
    if !lines.iter().any(|it| it.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err("It holds no calendar: it does not begin with BEGIN:VCALENDAR.".into());
    }
    let mut calendar = Calendar::default();
    let mut components: Vec<Vec<Line>> = Vec::new();
    // An event's own properties are at depth 1; those of its alarms are deeper.
    let (mut depth, mut event) = (0_usize, Vec::new());
    for line in lines.iter().filter_map(|it| split(it)) {
        let is_event = line.value.eq_ignore_ascii_case("VEVENT");
        match line.name.as_str() {
            "BEGIN" if is_event && depth == 0 => depth = 1,
            "BEGIN" if depth > 0 => depth += 1,
            "END" if depth == 1 && is_event => {
                depth = 0;
                components.push(std::mem::take(&mut event));
            }
            "END" if depth > 1 => depth -= 1,
            _ if depth == 1 => event.push(line),
            _ => {}
        }
    }
    let known: Vec<Component> = components
        .iter()
        .take(MOST_EVENTS)
        .filter_map(|it| match component(it, zone) {
            Ok(component) => component,
            Err(problem) => {
                if calendar.problems.len() < MOST_PROBLEMS {
                    calendar.problems.push(problem);
                }
                None
            }
        })
        .collect();
    // An occurrence that was moved or changed stands by itself, and not where the rule has it.
    let moved: BTreeSet<(&str, Timestamp)> = known.iter().filter_map(|it| Some((it.uid.as_str(), it.instead_of?))).collect();
    let mut events: BTreeMap<(Timestamp, Timestamp, String, String), Event> = BTreeMap::new();
    for it in &known {
        for (begin, end) in it.occurrences(until) {
            let is_moved = it.instead_of.is_none() && moved.contains(&(it.uid.as_str(), begin));
            if is_moved || it.is_cancelled || end <= from || begin >= until || events.len() >= MOST_EVENTS {
                continue;
            }
            let event = Event {
                uid: it.uid.clone(),
                summary: it.summary.clone(),
                attendees: it.attendees.clone(),
                from: begin,
                until: end,
            };
            events.insert((begin, end, it.uid.clone(), it.summary.clone()), event);
        }
    }
    calendar.events = events.into_values().collect();
    Ok(calendar)
}

/// An event as it is written.
struct Component {
    uid: String,
    summary: String,
    attendees: Vec<String>,
    begin: DateTime,
    zone: TimeZone,
    length: Length,
    rule: Option<Rule>,
    except: Vec<Timestamp>,
    also: Vec<DateTime>,
    instead_of: Option<Timestamp>,
    is_cancelled: bool,
}

/// How long an event is.
enum Length {
    /// Days and weeks are the calendar's.
    Wall(jiff::Span),
    Real(SignedDuration),
}

impl Component {
    /// When it begins and ends, each time before `until`.
    fn occurrences(&self, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut begins = vec![self.begin];
        if let Some(rule) = &self.rule {
            begins = repeat::begins(rule, self.begin, &self.zone, until);
        }
        begins.extend(&self.also);
        let moment = |wall: DateTime| wall.to_zoned(self.zone.clone()).ok();
        let spans = begins.into_iter().filter_map(|wall| {
            let begin = moment(wall)?;
            let end = match &self.length {
                Length::Wall(span) => begin.checked_add(*span).ok()?.timestamp(),
                Length::Real(length) => begin.timestamp().checked_add(*length).ok()?,
            };
            (!self.except.contains(&begin.timestamp())).then_some((begin.timestamp(), end))
        });
        spans.filter(|(begin, end)| begin < end).collect()
    }
}

/// None: it has no time, as notes have.
fn component(lines: &[Line], zone: &TimeZone) -> Result<Option<Component>, String> {
    let find = |name: &str| lines.iter().find(|it| it.name == name);
    let text = |name: &str| find(name).map(|it| unescaped(&it.value)).unwrap_or_default();
    let summary = text("SUMMARY");
    let shown: String = summary.chars().take(60).collect();
    let bad = |what: &str, value: &str| format!("The event “{shown}” is left out: its {what} `{value}` cannot be read.");
    let Some(start) = find("DTSTART") else { return Ok(None) };
    let (begin, own_zone, is_day) = time(start, zone).ok_or_else(|| bad("DTSTART", &start.value))?;
    let length = match (find("DTEND"), find("DURATION")) {
        (Some(end), _) => {
            let (end_wall, end_zone, _) = time(end, zone).ok_or_else(|| bad("DTEND", &end.value))?;
            if is_day {
                Length::Wall(i64::from(begin.date().until(end_wall.date()).map_or(0, |it| it.get_days())).days())
            } else {
                let moments = begin.to_zoned(own_zone.clone()).ok().zip(end_wall.to_zoned(end_zone).ok());
                let (from, to) = moments.ok_or_else(|| bad("DTEND", &end.value))?;
                Length::Real(to.timestamp().duration_since(from.timestamp()))
            }
        }
        (None, Some(line)) => duration(&line.value).ok_or_else(|| bad("DURATION", &line.value))?,
        // A day without an end is that day; a moment is no shift.
        (None, None) if is_day => Length::Wall(1.day()),
        (None, None) => return Ok(None),
    };
    let rule = match find("RRULE") {
        Some(line) => Some(repeat::rule(&line.value, begin, &own_zone).ok_or_else(|| bad("repetition", &line.value))?),
        None => None,
    };
    let moments = |name: &str| -> Vec<(DateTime, TimeZone)> {
        let lines = lines.iter().filter(|it| it.name == name);
        lines
            .flat_map(|line| {
                let values = line.value.split(',');
                values
                    .filter_map(|value| {
                        let one = Line { name: line.name.clone(), parameters: line.parameters.clone(), value: value.to_owned() };
                        time(&one, zone).map(|(wall, zone, _)| (wall, zone))
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let stamp = |(wall, zone): (DateTime, TimeZone)| wall.to_zoned(zone).ok().map(|it| it.timestamp());
    let attendees = lines.iter().filter(|it| it.name == "ATTENDEE").filter_map(|it| {
        let address = it.value.get(..7).filter(|it| it.eq_ignore_ascii_case("mailto:")).and_then(|_| it.value.get(7..))?;
        let is_person = it.parameter("CUTYPE").is_none_or(|it| it.eq_ignore_ascii_case("INDIVIDUAL"));
        let is_out = it.parameter("PARTSTAT").is_some_and(|it| it.eq_ignore_ascii_case("DECLINED"));
        (is_person && !is_out).then(|| address.trim().to_owned())
    });
    Ok(Some(Component {
        uid: text("UID"),
        attendees: attendees.collect(),
        begin,
        length,
        rule,
        except: moments("EXDATE").into_iter().filter_map(stamp).collect(),
        also: moments("RDATE").into_iter().filter_map(|it| Some(stamp(it)?.to_zoned(own_zone.clone()).datetime())).collect(),
        instead_of: moments("RECURRENCE-ID").into_iter().next().and_then(stamp),
        is_cancelled: text("STATUS").eq_ignore_ascii_case("CANCELLED"),
        zone: own_zone,
        summary,
    }))
}

/// A date or a time, on which wall clock, and whether it is a whole day.
fn time(line: &Line, zone: &TimeZone) -> Option<(DateTime, TimeZone, bool)> {
    let value = line.value.trim();
    let (value, zone) = match value.strip_suffix(['Z', 'z']) {
        Some(value) => (value, TimeZone::UTC),
        None => {
            let named = line.parameter("TZID").and_then(|it| TimeZone::get(it.trim_start_matches('/')).ok());
            (value, named.unwrap_or_else(|| zone.clone()))
        }
    };
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse::<i16>().ok()).flatten();
    let part = |range: std::ops::Range<usize>| value.get(range).and_then(digits);
    let small = |range: std::ops::Range<usize>| part(range).and_then(|it| i8::try_from(it).ok());
    let date = Date::new(part(0..4)?, small(4..6)?, small(6..8)?).ok()?;
    match value.len() {
        8 => Some((date.to_datetime(Time::midnight()), zone, true)),
        15 if value.as_bytes()[8] == b'T' => {
            // A leap second is the one before it.
            let time = Time::new(small(9..11)?, small(11..13)?, small(13..15)?.min(59), 0).ok()?;
            Some((date.to_datetime(time), zone, false))
        }
        _ => None,
    }
}

/// `P1D`, `PT8H30M`, `P2W`.
fn duration(text: &str) -> Option<Length> {
    let text = text.trim().trim_start_matches('+');
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let read = |text: &str, units: &[char]| -> Option<Vec<(i64, char)>> {
        let (mut all, mut number) = (Vec::new(), String::new());
        for it in text.chars() {
            if it.is_ascii_digit() {
                number.push(it);
            } else {
                let count = number.parse::<i64>().ok().filter(|it| *it < 1_000_000)?;
                all.push((count, *units.iter().find(|unit| **unit == it)?));
                number.clear();
            }
        }
        number.is_empty().then_some(all)
    };
    let days = read(days, &['W', 'D'])?.into_iter().map(|(count, unit)| if unit == 'W' { 7 * count } else { count }).sum::<i64>();
    let seconds = read(time, &['H', 'M', 'S'])?.into_iter().map(|(count, unit)| match unit {
        'H' => 3_600 * count,
        'M' => 60 * count,
        _ => count,
    });
    let seconds = seconds.sum::<i64>();
    match (days, seconds) {
        (days, 0) => jiff::Span::new().try_days(days).ok().map(Length::Wall),
        (days, seconds) => Some(Length::Real(SignedDuration::from_secs(86_400 * days + seconds))),
    }
}

/// Lines, put together again where they were folded, whatever ends them.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').split('\n').map(|it| it.strip_suffix('\r').unwrap_or(it)) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn split(line: &str) -> Option<Line> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut is_quoted = false;
    let mut value = None;
    for (at, it) in line.char_indices() {
        match it {
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => parts.push(String::new()),
            ':' if !is_quoted => {
                value = line.get(at + 1..);
                break;
            }
            _ => parts.last_mut()?.push(it),
        }
    }
    let mut parts = parts.into_iter();
    let name = parts.next()?.trim().to_uppercase();
    let parameters = parts.filter_map(|it| it.split_once('=').map(|(name, value)| (name.to_uppercase(), value.to_owned())));
    Some(Line { name, parameters: parameters.collect(), value: value?.to_owned() })
}

/// Text without `\,`, `\;`, `\n` and `\\`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(it) = chars.next() {
        match (it, it == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            (other, false) => out.push(other),
        }
    }
    out.trim().to_owned()
}
