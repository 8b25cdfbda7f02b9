//! Dates as people say them.

use jiff::{Span, ToSpan, civil::Date};

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// `2026-11-21`, `today`, `tomorrow`, `yesterday`, `+3d`, `-1w`, `+2m`, `friday` (the next one
/// after today).
pub fn read(text: &str, today: Date) -> Option<Date> {
    let text = text.to_lowercase();
    match text.as_str() {
        "today" => return Some(today),
        "tomorrow" => return today.tomorrow().ok(),
        "yesterday" => return today.yesterday().ok(),
        _ => {}
    }
    if let Some(weekday) = weekday(&text) {
        let ahead = (weekday - i64::from(today.weekday().to_monday_zero_offset()) + 6) % 7 + 1;
        return today.checked_add(ahead.days()).ok();
    }
    match offset(&text) {
        Some(span) => today.checked_add(span).ok(),
        None => iso(&text),
    }
}

/// Monday is 0. `fri` will do.
fn weekday(text: &str) -> Option<i64> {
    let at = WEEKDAYS.iter().position(|day| *day == text || (text.len() >= 3 && day.starts_with(text)))?;
    i64::try_from(at).ok()
}

/// `+3d`, `-1w`, `+2m`, `+1y`.
fn offset(text: &str) -> Option<Span> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' | '\u{2013}' => -1,
        _ => return None,
    };
    let rest: String = text.chars().skip(1).collect();
    let unit = rest.chars().last()?;
    let count = i64::from(rest.strip_suffix(unit)?.trim().parse::<u16>().ok()?) * sign;
    match unit {
        'd' => Some(count.days()),
        'w' => Some(count.weeks()),
        'm' => Some(count.months()),
        'y' => Span::new().try_years(count).ok(),
        _ => None,
    }
}

/// Exactly `YYYY-MM-DD`: jiff would also take `20261121` and a time of day, which nobody means here.
fn iso(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, it)| if at == 4 || at == 7 { it == b'-' } else { it.is_ascii_digit() });
    if shape { text.parse().ok() } else { None }
}
