//! Repeated events: <https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10>, as far as shifts and holidays repeat: by days, weeks
//! on some days, months and years, also on the second Tuesday, and on the last day.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

/// A rule.
pub struct Rule {
    every: Every,
    interval: i64,
    count: Option<usize>,
    until: Option<Timestamp>,
    /// In weeks, those days; in months, which of them: 2 is the second, -1 the last, none is each.
    days: Vec<(Option<i64>, Weekday)>,
    days_of_month: Vec<i64>,
    months: Vec<i8>,
    week_begins: Weekday,
}

#[derive(Clone, Copy, PartialEq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// So many times an event is repeated at most.
const MOST: usize = 10_000;
/// So many days, weeks, months or years without any occurrence are looked through.
const MOST_PERIODS: i64 = 40_000;

/// None for one that goes by anything else.
pub fn rule(text: &str, begin: DateTime, zone: &TimeZone) -> Option<Rule> {
    let mut rule = Rule {
        every: Every::Day,
        interval: 1,
        count: None,
        until: None,
        days: Vec::new(),
        days_of_month: Vec::new(),
        months: Vec::new(),
        week_begins: Weekday::Monday,
    };
    let mut has_every = false;
    for part in text.split(';').filter(|it| !it.trim().is_empty()) {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().to_uppercase();
        match name.trim().to_uppercase().as_str() {
            "FREQ" => {
                has_every = true;
                rule.every = match value.as_str() {
                    "DAILY" => Every::Day,
                    "WEEKLY" => Every::Week,
                    "MONTHLY" => Every::Month,
                    "YEARLY" => Every::Year,
                    _ => return None,
                };
            }
            "INTERVAL" => rule.interval = value.parse().ok().filter(|it| (1..=10_000).contains(it))?,
            "COUNT" => rule.count = Some(value.parse().ok()?),
            "UNTIL" => rule.until = Some(until(&value, zone)?),
            "BYDAY" => rule.days = value.split(',').map(day).collect::<Option<_>>()?,
            "BYMONTHDAY" => {
                rule.days_of_month = value.split(',').map(|it| it.parse().ok()).collect::<Option<_>>()?;
            }
            "BYMONTH" => rule.months = value.split(',').map(|it| it.parse().ok()).collect::<Option<_>>()?,
            "WKST" => rule.week_begins = day(&value)?.1,
            _ => return None,
        }
    }
    let is_known = match rule.every {
        Every::Day => rule.days_of_month.is_empty() && rule.days.iter().all(|it| it.0.is_none()),
        Every::Week => rule.days_of_month.is_empty() && rule.days.iter().all(|it| it.0.is_none()),
        Every::Month => rule.days.is_empty() || rule.days_of_month.is_empty(),
        // The twentieth Monday of a year is no day that anybody has off.
        Every::Year => rule.days.is_empty() || (!rule.months.is_empty() && rule.days_of_month.is_empty()),
    };
    if rule.every == Every::Week && rule.days.is_empty() {
        rule.days.push((None, begin.weekday()));
    }
    (has_every && is_known).then_some(rule)
}

fn until(value: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (plain, zone) = match value.strip_suffix('Z') {
        Some(plain) => (plain, TimeZone::UTC),
        None => (value, zone.clone()),
    };
    let digits = |range: std::ops::Range<usize>| plain.get(range).and_then(|it| it.parse::<i16>().ok());
    let small = |range| digits(range).and_then(|it| i8::try_from(it).ok());
    let date = Date::new(digits(0..4)?, small(4..6)?, small(6..8)?).ok()?;
    // A date is the whole of that day.
    let wall = match plain.len() {
        8 => date.at(23, 59, 59, 0),
        15 => date.to_datetime(jiff::civil::Time::new(small(9..11)?, small(11..13)?, small(13..15)?.min(59), 0).ok()?),
        _ => return None,
    };
    wall.to_zoned(zone).ok().map(|it| it.timestamp())
}

/// `MO`, `2TU`, `-1FR`.
fn day(text: &str) -> Option<(Option<i64>, Weekday)> {
    let text = text.trim();
    let name = text.get(text.len().checked_sub(2)?..)?;
    let day = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let number = text.get(..text.len() - 2)?;
    let number = if number.is_empty() { None } else { Some(number.parse().ok().filter(|it: &i64| *it != 0)?) };
    Some((number, day))
}

/// When it begins on the wall clock, in order, before `end`. The first is `begin` itself, whatever the rule says of it.
pub fn begins(rule: &Rule, begin: DateTime, zone: &TimeZone, end: Timestamp) -> Vec<DateTime> {
    let mut all = vec![begin];
    let most = rule.count.unwrap_or(MOST).min(MOST);
    for period in 0..MOST_PERIODS {
        let Some(dates) = rule.dates(begin.date(), period) else { break };
        let mut is_over = false;
        for date in dates.into_iter().filter(|it| *it > begin.date()) {
            let wall = date.to_datetime(begin.time());
            let Ok(moment) = wall.to_zoned(zone.clone()).map(|it| it.timestamp()) else { break };
            is_over |= moment >= end || rule.until.is_some_and(|it| moment > it) || all.len() >= most;
            if is_over {
                break;
            }
            all.push(wall);
        }
        // A month without such a day is not the end; its first day tells how far it is.
        let first = rule.period(begin.date(), period).and_then(|it| it.to_zoned(zone.clone()).ok());
        if is_over || first.is_none_or(|it| it.timestamp() >= end) {
            break;
        }
    }
    all
}

impl Rule {
    /// The first day of a period of the rule: a day, a week, a month, a year.
    fn period(&self, begin: Date, number: i64) -> Option<Date> {
        let ahead = number.checked_mul(self.interval)?;
        match self.every {
            Every::Day => begin.checked_add(jiff::Span::new().try_days(ahead).ok()?).ok(),
            Every::Week => {
                let back = i64::from(begin.weekday().since(self.week_begins));
                begin.checked_sub(back.days()).ok()?.checked_add(jiff::Span::new().try_weeks(ahead).ok()?).ok()
            }
            Every::Month => begin.first_of_month().checked_add(jiff::Span::new().try_months(ahead).ok()?).ok(),
            Every::Year => begin.first_of_year().checked_add(jiff::Span::new().try_years(ahead).ok()?).ok(),
        }
    }

    /// Its days in that period, in order; none beyond the calendar.
    fn dates(&self, begin: Date, number: i64) -> Option<Vec<Date>> {
        let first = self.period(begin, number)?;
        let in_month = |it: &Date| self.months.is_empty() || self.months.contains(&it.month());
        let mut dates = match self.every {
            Every::Day => {
                let is_day = self.days.is_empty() || self.days.iter().any(|it| it.1 == first.weekday());
                if is_day { vec![first] } else { Vec::new() }
            }
            Every::Week => {
                let week = (0..7_i64).filter_map(|it| first.checked_add(it.days()).ok());
                week.filter(|date| self.days.iter().any(|it| it.1 == date.weekday())).collect()
            }
            Every::Month => self.of_month(first, begin.day()),
            Every::Year => {
                let months = if self.months.is_empty() { vec![begin.month()] } else { self.months.clone() };
                let firsts = months.into_iter().filter_map(|it| Date::new(first.year(), it, 1).ok());
                firsts.flat_map(|it| self.of_month(it, begin.day())).collect()
            }
        };
        dates.retain(in_month);
        dates.sort_unstable();
        dates.dedup();
        Some(dates)
    }

    fn of_month(&self, first: Date, day: i8) -> Vec<Date> {
        let length = i64::from(first.days_in_month());
        let all = (1..=length).filter_map(|it| Date::new(first.year(), first.month(), i8::try_from(it).ok()?).ok());
        let wanted = |date: &Date| {
            let of = i64::from(date.day());
            if !self.days.is_empty() {
                return self.days.iter().any(|(number, weekday)| {
                    *weekday == date.weekday() && number.is_none_or(|it| it == (of - 1) / 7 + 1 || it == -((length - of) / 7 + 1))
                });
            }
            if !self.days_of_month.is_empty() {
                return self.days_of_month.iter().any(|it| *it == of || *it == of - length - 1);
            }
            date.day() == day
        };
        all.filter(wanted).collect()
    }
}
