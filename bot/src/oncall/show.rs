//! Two weeks of a schedule, drawn with letters: a line a person, a column half a day, which reads the same in both chats.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::{Loaded, rota::Shift};

/// What nobody's line is called.
const NOBODY: &str = "(nobody)";
/// As much of a name as is shown.
const NAME: usize = 16;
/// Of one look.
pub const DAYS: i64 = 14;

/// The first moment of a day, by the schedule's zone.
pub fn midnight(loaded: &Loaded, date: Date) -> Timestamp {
    date.to_zoned(loaded.zone.clone()).map_or(Timestamp::UNIX_EPOCH, |it| it.timestamp())
}

/// Days from `first` on: `█` is on call all of that half of the day, `▒` a part of it, `·` not.
pub fn chart(loaded: &Loaded, first: Date) -> String {
    let days: Vec<Date> = (0..DAYS).filter_map(|it| first.checked_add(it.days()).ok()).collect();
    let end = first.checked_add(DAYS.days()).unwrap_or(first);
    let shifts = loaded.rota.shifts(midnight(loaded, first), midnight(loaded, end));
    let mut rows: Vec<&str> = Vec::new();
    for duty in shifts.iter().flat_map(|it| &it.on) {
        if !rows.contains(&duty.person.as_str()) {
            rows.push(&duty.person);
        }
    }
    rows.sort_by_key(|it| loaded.label(it).to_lowercase());
    let width = rows.iter().map(|it| loaded.label(it).chars().count()).chain([NOBODY.len()]).max().unwrap_or(0).min(NAME);
    let mut text = String::new();
    for format in ["%a", "%-d"] {
        text.push_str(&" ".repeat(width));
        for day in &days {
            let name = day.strftime(format).to_string();
            text.push_str(&format!(" {:>2}", name.chars().take(2).collect::<String>()));
        }
        text.push('\n');
    }
    let mut line = |label: &str, is_on: &dyn Fn(&Shift) -> bool| {
        let label: String = label.chars().take(width).collect();
        text.push_str(&format!("{label:<width$}"));
        for day in &days {
            let next = day.tomorrow().unwrap_or(*day);
            let (from, to) = (midnight(loaded, *day), midnight(loaded, next));
            // Noon of a day on which the clocks change is not half of it.
            let noon = day.at(12, 0, 0, 0).to_zoned(loaded.zone.clone()).map_or(to, |it| it.timestamp());
            text.push(' ');
            text.push(cell(&shifts, from, noon, is_on));
            text.push(cell(&shifts, noon, to, is_on));
        }
        text.push('\n');
    };
    for key in rows {
        line(loaded.label(key), &|shift| shift.has(key));
    }
    if shifts.iter().any(|it| it.on.is_empty()) {
        line(NOBODY, &|shift| shift.on.is_empty());
    }
    text
}

fn cell(shifts: &[Shift], from: Timestamp, to: Timestamp, is_on: &dyn Fn(&Shift) -> bool) -> char {
    let here = shifts.iter().filter(|it| it.from < to && it.until > from && is_on(it));
    let covered = here.map(|it| it.until.min(to).duration_since(it.from.max(from))).sum::<SignedDuration>();
    match covered {
        it if it <= SignedDuration::ZERO => '·',
        it if it >= to.duration_since(from) => '█',
        _ => '▒',
    }
}
