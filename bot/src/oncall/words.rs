//! Moments and shifts, as a schedule's own wall shows them.

use jiff::{Timestamp, Unit, tz::TimeZone};

use super::{Loaded, rota::Shift};

/// `Mon 23 Nov 09:00`
pub fn wall(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string()
}

/// `Mon 09:00` of a shift that is no longer than a week, else with its date. The same whenever it is asked.
pub fn end_of(shift: &Shift, zone: &TimeZone) -> String {
    let days = shift.until.since((Unit::Hour, shift.from)).map_or(i32::MAX, |it| it.get_hours() / 24);
    if days < 7 || days == 7 && shift.until.to_zoned(zone.clone()).time() == shift.from.to_zoned(zone.clone()).time() {
        shift.until.to_zoned(zone.clone()).strftime("%a %H:%M").to_string()
    } else {
        wall(shift.until, zone)
    }
}

/// What stands in a channel's header: `On call: Ana until Mon 09:00`. What people are called is no markup there.
pub fn header(loaded: &Loaded, at: Timestamp) -> String {
    let shift = loaded.rota.shift_at(at);
    let keys: Vec<&str> = shift.on.iter().map(|it| it.person.as_str()).collect();
    let names: String = loaded.labels(keys).chars().filter(|it| !it.is_control() && !"@#*_`~<>[]|".contains(*it)).collect();
    match loaded.rota.next_change(at) {
        Some(_) => format!("On call: {names} until {}", end_of(&shift, &loaded.zone)),
        None => format!("On call: {names}"),
    }
}
