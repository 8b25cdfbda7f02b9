//! The rota itself: pure, from what a schedule says to who is on call.
//!
//! Layers stand one over the other, and the highest that has somebody at a moment counts. Holidays take the place of all layers, and
//! overrides are laid over that, in the order in which they were made. Nothing is computed ahead: who is on call at a moment is
//! asked of that moment, and when that changes is found by asking at each moment at which anything can change
//! ([`Rota::next_edge`]). People are keys here, whatever they stand for.

mod hours;
#[cfg(test)]
mod tests;
mod turns;
mod wall;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

pub use self::{
    hours::Hours,
    turns::{Every, Turns},
};
use super::Why;

/// Who is on call when.
#[derive(Clone, Debug, PartialEq)]
pub struct Rota {
    pub zone: TimeZone,
    /// A later one is higher.
    pub layers: Vec<Layer>,
    pub holidays: Vec<Holiday>,
    /// In the order in which they were made.
    pub overrides: Vec<Override>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    Rotation(Rotation),
    /// Shifts that stand in a calendar; those at the same time are together.
    Calendar(Vec<Fixed>),
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Rotation {
    /// Those of a turn are on call together.
    pub people: Vec<Vec<String>>,
    pub turns: Turns,
    /// Not from then on.
    pub until: Option<Timestamp>,
    /// Only in these; always where there are none.
    pub hours: Vec<Hours>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    pub from: Timestamp,
    pub until: Timestamp,
    pub people: Vec<String>,
}

/// A time at which the layers do not count.
#[derive(Clone, Debug, PartialEq)]
pub struct Holiday {
    pub from: Timestamp,
    pub until: Timestamp,
    /// Who is on call then; nobody where there is none.
    pub people: Vec<String>,
}

/// A time at which somebody is on call instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    pub from: Timestamp,
    pub until: Timestamp,
    pub person: String,
    /// Whom they stand in for, where that one is on call; all where there is none.
    pub replaces: Option<String>,
}

/// Somebody on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub person: String,
    pub why: Why,
}

/// A time in which the same people are on call; nobody in a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub from: Timestamp,
    pub until: Timestamp,
    pub on: Vec<Duty>,
}

impl Shift {
    pub fn has(&self, person: &str) -> bool {
        self.on.iter().any(|it| it.person == person)
    }
}

/// How far is looked for a change.
const HORIZON: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);
/// How many moments are looked at for it.
const MOST_EDGES: usize = 20_000;

fn covers(from: Timestamp, until: Timestamp, at: Timestamp) -> bool {
    from <= at && at < until
}

impl Rotation {
    fn at(&self, at: Timestamp, zone: &TimeZone) -> &[String] {
        if self.until.is_some_and(|it| it <= at) || self.people.is_empty() {
            return &[];
        }
        if !self.hours.is_empty() {
            let wall = zone.to_datetime(at);
            if !self.hours.iter().any(|it| it.hold(wall)) {
                return &[];
            }
        }
        let count = i64::try_from(self.people.len()).unwrap_or(i64::MAX);
        let turn = self.turns.at(at, zone).and_then(|n| usize::try_from(n.rem_euclid(count)).ok());
        turn.and_then(|it| self.people.get(it)).map_or(&[], Vec::as_slice)
    }
}

impl Rota {
    /// Who is on call at that moment.
    pub fn on_call(&self, at: Timestamp) -> Vec<Duty> {
        let mut on: Vec<Duty> = Vec::new();
        let put = |on: &mut Vec<Duty>, person: &str, why: Why| {
            if !on.iter().any(|it| it.person == person) {
                on.push(Duty { person: person.to_owned(), why });
            }
        };
        for person in self.scheduled(at) {
            put(&mut on, person, Why::Shift);
        }
        for it in self.overrides.iter().filter(|it| covers(it.from, it.until, at)) {
            match &it.replaces {
                None => on.clear(),
                Some(replaced) => {
                    let before = on.len();
                    on.retain(|duty| duty.person != *replaced);
                    if on.len() == before {
                        continue;
                    }
                }
            }
            put(&mut on, &it.person, Why::Override);
        }
        on
    }

    /// As it would be without overrides.
    fn scheduled(&self, at: Timestamp) -> Vec<&str> {
        let holidays: Vec<&Holiday> = self.holidays.iter().filter(|it| covers(it.from, it.until, at)).collect();
        if !holidays.is_empty() {
            return holidays.iter().flat_map(|it| &it.people).map(String::as_str).collect();
        }
        let people = self.layers.iter().rev().map(|layer| match layer {
            Layer::Rotation(rotation) => rotation.at(at, &self.zone).iter().map(String::as_str).collect::<Vec<_>>(),
            Layer::Calendar(shifts) => {
                let here = shifts.iter().filter(|it| covers(it.from, it.until, at));
                here.flat_map(|it| &it.people).map(String::as_str).collect()
            }
        });
        people.into_iter().find(|it| !it.is_empty()).unwrap_or_default()
    }

    /// All that begins and ends by itself.
    fn spells(&self) -> impl Iterator<Item = Timestamp> {
        let fixed = self.layers.iter().flat_map(|layer| match layer {
            Layer::Calendar(shifts) => shifts.as_slice(),
            Layer::Rotation(_) => &[],
        });
        let fixed = fixed.flat_map(|it| [it.from, it.until]);
        let ends = self.rotations().filter_map(|it| it.until);
        let holidays = self.holidays.iter().flat_map(|it| [it.from, it.until]);
        fixed.chain(ends).chain(holidays).chain(self.overrides.iter().flat_map(|it| [it.from, it.until]))
    }

    fn rotations(&self) -> impl Iterator<Item = &Rotation> {
        self.layers.iter().filter_map(|it| match it {
            Layer::Rotation(rotation) => Some(rotation),
            Layer::Calendar(_) => None,
        })
    }

    /// The first moment after `at` at which anybody may begin or end.
    pub fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let turns = self.rotations().filter_map(|it| it.turns.next(at, &self.zone));
        let hours = self.rotations().flat_map(|it| &it.hours).filter_map(|it| it.next(at, &self.zone));
        let clocks = self.has_hours().then(|| wall::changed_after(at, &self.zone)).flatten();
        self.spells().filter(|it| *it > at).chain(turns).chain(hours).chain(clocks).min()
    }

    /// The last such moment at or before `at`.
    fn last_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let turns = self.rotations().filter_map(|it| it.turns.last(at, &self.zone));
        let hours = self.rotations().flat_map(|it| &it.hours).filter_map(|it| it.last(at, &self.zone));
        let clocks = self.has_hours().then(|| wall::changed_before(at, &self.zone)).flatten();
        self.spells().chain(turns).chain(hours).chain(clocks).filter(|it| *it <= at).max()
    }

    fn has_hours(&self) -> bool {
        self.rotations().any(|it| !it.hours.is_empty())
    }

    /// When others are on call than at `at`, or for another reason: the next handoff. None within two years.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        self.until(at, |now, then| now == then)
    }

    /// When somebody who is on call at `at` is not any more.
    pub fn until_of(&self, person: &str, at: Timestamp) -> Option<Timestamp> {
        self.until(at, |_, then| then.iter().any(|it| it.person == person))
    }

    /// When somebody who is on call at `at` began; `at` less two years where that is longer ago.
    pub fn since_of(&self, person: &str, at: Timestamp) -> Timestamp {
        self.since(at, |_, then| then.iter().any(|it| it.person == person))
    }

    fn until(&self, at: Timestamp, same: impl Fn(&[Duty], &[Duty]) -> bool) -> Option<Timestamp> {
        let now = self.on_call(at);
        let end = at.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
        let mut edge = at;
        for _ in 0..MOST_EDGES {
            edge = self.next_edge(edge).filter(|it| *it <= end)?;
            if !same(&now, &self.on_call(edge)) {
                return Some(edge);
            }
        }
        None
    }

    fn since(&self, at: Timestamp, same: impl Fn(&[Duty], &[Duty]) -> bool) -> Timestamp {
        let now = self.on_call(at);
        let end = at.saturating_sub(HORIZON).unwrap_or(Timestamp::MIN);
        let mut since = at;
        for _ in 0..MOST_EDGES {
            let Some(edge) = self.last_edge(since).filter(|it| *it >= end) else { return end };
            since = edge;
            let Ok(before) = edge.checked_sub(SignedDuration::from_nanos(1)) else { break };
            if !same(&now, &self.on_call(before)) {
                break;
            }
            since = before;
        }
        since
    }

    /// The shift that `at` is in, whole: gaps are shifts of nobody. Without an end it ends two years on.
    pub fn shift_at(&self, at: Timestamp) -> Shift {
        let until = self.next_change(at).unwrap_or_else(|| at.saturating_add(HORIZON).unwrap_or(Timestamp::MAX));
        Shift { from: self.since(at, |now, then| now == then), until, on: self.on_call(at) }
    }

    /// Who is on call between two moments, without a hole: gaps are shifts of nobody.
    pub fn shifts(&self, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        let mut at = from;
        for _ in 0..MOST_EDGES {
            if at >= until {
                break;
            }
            let end = self.next_edge(at).unwrap_or(until).min(until);
            let on = self.on_call(at);
            match shifts.last_mut() {
                Some(last) if last.on == on => last.until = end,
                _ => shifts.push(Shift { from: at, until: end, on }),
            }
            at = end;
        }
        shifts
    }

    /// When somebody is on call between two moments, with whom ever else: each time as a whole, also beyond them.
    pub fn shifts_of(&self, person: &str, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut spells: Vec<(Timestamp, Timestamp)> = Vec::new();
        for shift in self.shifts(from, until).into_iter().filter(|it| it.has(person)) {
            match spells.last_mut() {
                Some(last) if last.1 == shift.from => last.1 = shift.until,
                _ => spells.push((shift.from, shift.until)),
            }
        }
        if let Some(first) = spells.first_mut().filter(|it| it.0 == from) {
            first.0 = self.since_of(person, from);
        }
        if let Some(last) = spells.last_mut().filter(|it| it.1 == until) {
            // At the very end they may be off already.
            if self.on_call(until).iter().any(|it| it.person == person) {
                last.1 = self.until_of(person, until).unwrap_or(until);
            }
        }
        spells
    }
}
