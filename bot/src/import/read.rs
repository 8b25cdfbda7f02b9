//! Reading what APIs answer.

use serde_json::Value;

/// The objects of a list: `[…]`, `{"results": […]}`, `{"nodes": […]}`.
pub fn list(value: Option<&Value>) -> Vec<&Value> {
    let all = value.map(|it| it.get("results").or_else(|| it.get("nodes")).unwrap_or(it));
    all.and_then(Value::as_array).map(|it| it.iter().collect()).unwrap_or_default()
}

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub fn number(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// The one with that id.
pub fn with_id<'a>(all: &[&'a Value], id: &str) -> Option<&'a Value> {
    all.iter().copied().find(|it| text(it, "id") == id)
}

/// `09:00` of `2026-03-02T09:00:00` and of `09:00:00Z`; the date before it where there is one.
pub fn date_and_time(text: &str) -> Option<(String, String)> {
    let (date, time) = text.split_once('T')?;
    Some((date.to_owned(), time.get(..5)?.to_owned()))
}

/// So many seconds after a time of the day; 24 hours later it is the same.
pub fn later(time: &str, seconds: i64) -> Option<String> {
    let (hours, minutes) = time.split_once(':')?;
    let start = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    let end = (start + seconds / 60).rem_euclid(24 * 60);
    Some(format!("{:02}:{:02}", end / 60, end % 60))
}
