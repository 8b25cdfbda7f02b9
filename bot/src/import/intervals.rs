//! Alertmanager's time intervals as maintenance windows: when each begins, as a cron line, and how long it takes.
//! <https://prometheus.io/docs/alerting/latest/configuration/#time_interval>

use serde_json::Value;

use super::read::{list, text};

/// A time that comes again and again.
#[derive(Debug, PartialEq)]
pub(super) struct Window {
    pub cron: String,
    /// `8h`, `7h30m`
    pub lasts: String,
    pub zone: String,
}

const DAY: i64 = 24 * 60;

/// All windows of an interval: any of its parts, and in each any of its times.
///
/// # Errors
/// What of it cannot be said here, as the end of a sentence.
pub(super) fn windows(interval: &Value) -> Result<Vec<Window>, String> {
    let mut all = Vec::new();
    for part in list(interval.get("time_intervals")) {
        all.extend(windows_of(part)?);
    }
    if all.is_empty() {
        return Err("it holds no time".into());
    }
    Ok(all)
}

fn windows_of(part: &Value) -> Result<Vec<Window>, String> {
    if !list(part.get("years")).is_empty() {
        return Err("it goes by years".into());
    }
    let zone = match text(part, "location") {
        "" => "UTC",
        "Local" => return Err("its times are those of the machine that Alertmanager runs on".into()),
        zone => zone,
    };
    let weekdays = field(part, "weekdays", name)?;
    let days = field(part, "days_of_month", |it| match it.parse::<i64>() {
        Ok(-1) => Some("L".into()),
        Ok(day @ 1..=31) => Some(day.to_string()),
        _ => None,
    })?;
    let months = field(part, "months", |it| match it.parse::<i64>() {
        Ok(month) => (1..=12).contains(&month).then(|| month.to_string()),
        Err(_) => name(it),
    })?;
    // A cron line with both means either.
    if weekdays != "*" && days != "*" {
        return Err("it goes by days of the week and of the month at once".into());
    }
    let times = list(part.get("times"));
    let spans = match times.is_empty() {
        true => vec![(0, DAY)],
        false => times.into_iter().map(span).collect::<Result<_, _>>()?,
    };
    let window = |(start, end): (i64, i64)| Window {
        cron: format!("{} {} {days} {months} {weekdays}", start % 60, start / 60),
        lasts: lasts(end - start),
        zone: zone.to_owned(),
    };
    Ok(spans.into_iter().map(window).collect())
}

/// A list of values and of ranges of them, as a field of a cron line; `*` where there is none.
fn field(part: &Value, key: &str, read: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut said = Vec::new();
    for value in list(part.get(key)) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let ends: Option<Vec<String>> = value.split(':').map(|it| read(&it.trim().to_lowercase())).collect();
        match ends.as_deref() {
            Some([one]) => said.push(one.clone()),
            // The last of a month is a day, and ends no range.
            Some([from, to]) if from != "L" && to != "L" => said.push(format!("{from}-{to}")),
            _ => return Err(format!("its `{key}` {value} cannot be said in a cron line")),
        }
    }
    Ok(if said.is_empty() { "*".into() } else { said.join(",") })
}

/// `mon` of `monday`, `jan` of `january`.
fn name(text: &str) -> Option<String> {
    let is_name = text.len() >= 3 && text.chars().all(|it| it.is_ascii_lowercase());
    is_name.then(|| text[..3].to_owned())
}

/// Minutes of the day; a time ends before its end.
fn span(time: &Value) -> Result<(i64, i64), String> {
    let minutes = |key: &str| {
        let (hours, minutes) = text(time, key).split_once(':')?;
        Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
    };
    match (minutes("start_time"), minutes("end_time")) {
        (Some(start), Some(end)) if (0..end).contains(&start) && end <= DAY => Ok((start, end)),
        _ => Err(format!("its time {} to {} cannot be read", text(time, "start_time"), text(time, "end_time"))),
    }
}

fn lasts(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(part: Value) -> String {
        match windows(&json!({ "name": "it", "time_intervals": [part] })) {
            Ok(all) => all.iter().map(|it| format!("{} for {} in {}", it.cron, it.lasts, it.zone)).collect::<Vec<_>>().join("; "),
            Err(problem) => problem,
        }
    }

    /// F08, M07: what a cron line says is carried over, and what it cannot say is named.
    #[test]
    fn an_interval_is_when_it_begins_and_how_long_it_takes() {
        let nights = json!([{ "start_time": "22:00", "end_time": "24:00" }, { "start_time": "00:00", "end_time": "06:30" }]);
        assert_eq!(
            said(json!({ "times": nights, "weekdays": ["monday:friday", "Sunday"], "location": "Europe/Zurich" })),
            "0 22 * * mon-fri,sun for 2h in Europe/Zurich; 0 0 * * mon-fri,sun for 6h30m in Europe/Zurich"
        );
        assert_eq!(said(json!({ "weekdays": ["saturday", "sunday"] })), "0 0 * * sat,sun for 24h in UTC");
        assert_eq!(
            said(json!({ "days_of_month": ["1:5", "-1"], "months": ["1:3", "may:august", 12] })),
            "0 0 1-5,L 1-3,may-aug,12 * for 24h in UTC"
        );
        for (part, problem) in [
            (json!({ "years": ["2026"] }), "it goes by years"),
            (json!({ "days_of_month": ["-3:-1"] }), "its `days_of_month` -3:-1 cannot be said in a cron line"),
            (json!({ "days_of_month": ["1"], "weekdays": ["monday"] }), "it goes by days of the week and of the month at once"),
            (json!({ "location": "Local" }), "its times are those of the machine that Alertmanager runs on"),
            (json!({ "times": [{ "start_time": "9", "end_time": "10:00" }] }), "its time 9 to 10:00 cannot be read"),
        ] {
            assert_eq!(said(part), problem);
        }
        assert_eq!(windows(&json!({ "name": "empty" })), Err("it holds no time".into()));
    }

    #[test]
    fn what_it_makes_is_a_timetable() {
        let part = json!({ "days_of_month": ["1:5", "-1"], "months": ["1:3", "may:august"], "times": [{ "start_time": "08:15", "end_time": "09:00" }] });
        let all = windows(&json!({ "time_intervals": [part, { "weekdays": ["sunday:monday"] }] })).expect("windows");
        for it in all {
            crate::queue::Timetable::parse(&it.cron, &it.zone).unwrap_or_else(|err| panic!("{}: {err}", it.cron));
        }
    }
}
