//! What a person filled in → typed parameters, and back.

use serde_json::{Map, Number, Value};

use super::{
    Choice, Field, FieldKind, Length, date,
    moment::{self, Now},
};
use crate::{FieldProblem, nearest::nearest};

/// Reads what a person filled in, field by field, into parameters.
///
/// `raw` holds a string, or a list of strings for a field with several values; a blank string is
/// no value. Booleans and numbers are read as if they had been typed. `now` resolves words such
/// as `tomorrow`; a date does where no moment is asked for. Values of other names are left out.
///
/// # Errors
/// Every field that is missing or cannot be read, each with what to write instead.
pub fn read(fields: &[Field], raw: &Map<String, Value>, now: impl Into<Now>) -> Result<Map<String, Value>, Vec<FieldProblem>> {
    let now = now.into();
    let mut values = Map::new();
    let mut problems = Vec::new();
    for field in fields {
        match value_at(field, raw.get(&field.name).unwrap_or(&Value::Null), &now) {
            Ok(Some(value)) => drop(values.insert(field.name.clone(), value)),
            Ok(None) => match absent(field) {
                Ok(Some(value)) => drop(values.insert(field.name.clone(), value)),
                Ok(None) => {}
                Err(message) => problems.push(FieldProblem::new(&field.name, message)),
            },
            Err(message) => problems.push(FieldProblem::new(&field.name, message)),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// What it means that a field was left empty: a box that is not ticked says no.
fn absent(field: &Field) -> Result<Option<Value>, String> {
    match (&field.kind, field.required) {
        (FieldKind::Flag, true) => Ok(Some(Value::Bool(false))),
        (_, true) => Err(format!("{} is required. {}", field.label(), field.help).trim_end().to_owned()),
        (_, false) => Ok(None),
    }
}

/// Reads one field; none when what was filled in is blank.
///
/// # Errors
/// A sentence that says what to write instead.
pub fn value(field: &Field, raw: &Value, now: impl Into<Now>) -> Result<Option<Value>, String> {
    value_at(field, raw, &now.into())
}

fn value_at(field: &Field, raw: &Value, now: &Now) -> Result<Option<Value>, String> {
    // A flag that is drawn as a box to tick comes as the list of ticked ones.
    if field.kind == FieldKind::Flag
        && let Value::Array(ticked) = raw
    {
        return Ok(Some((!ticked.is_empty()).into()));
    }
    let mut texts = match raw {
        Value::String(text) if field.many => split(field, text),
        Value::Array(items) => items.iter().map(|it| show(field, it)).collect(),
        raw => vec![show(field, raw)],
    };
    texts.retain(|it| !it.trim().is_empty());
    if field.many {
        let (mut values, mut problems) = (Vec::new(), Vec::new());
        for text in &texts {
            match scalar(field, text, now) {
                Ok(value) => values.push(value),
                Err(problem) => problems.push(problem),
            }
        }
        return match (values.is_empty(), problems.is_empty()) {
            (_, false) => Err(problems.join(" ")),
            (true, true) => Ok(None),
            (false, true) => Ok(Some(Value::Array(values))),
        };
    }
    match texts.as_slice() {
        [] => Ok(None),
        [text] => scalar(field, text, now).map(Some),
        texts => Err(format!("{} takes one value, and {} were given: keep one of them.", field.label(), texts.len())),
    }
}

fn scalar(field: &Field, text: &str, now: &Now) -> Result<Value, String> {
    let trimmed = text.trim();
    let today = now.date();
    match &field.kind {
        FieldKind::LongText => sized(text, field.length).map(Value::from),
        FieldKind::Text => sized(&one_line(trimmed), field.length).map(Value::from),
        FieldKind::Secret => sized(trimmed, field.length).map(Value::from),
        FieldKind::Person | FieldKind::Channel => Ok(trimmed.into()),
        FieldKind::Email => email(trimmed),
        FieldKind::Time => moment::time_of_day(trimmed)
            .map(|it| moment::shown(it).into())
            .ok_or_else(|| format!("`{}` is not a time of day: write one like 9:00, 14:30 or 2pm.", short(trimmed))),
        FieldKind::Moment => moment::read(trimmed, now).map(|it| it.to_string().into()).ok_or_else(|| {
            format!("`{}` is no moment: write one like {today} 14:30, tomorrow 9:00, friday 9:00, +2h or 17:30.", short(trimmed))
        }),
        FieldKind::File => Ok(unwrapped(trimmed).into()),
        FieldKind::Link => link(trimmed),
        FieldKind::Integer { min, max } => integer(trimmed, *min, *max),
        FieldKind::Number { min, max } => number(trimmed, *min, *max),
        FieldKind::Flag => flag(trimmed),
        FieldKind::Choice(choices) => choice(trimmed, choices),
        FieldKind::Date => date::read(trimmed, today).map(|it| it.to_string().into()).ok_or_else(|| {
            format!("`{}` is not a date: write one like {today}, today, tomorrow, friday, +3d or -1w.", short(trimmed))
        }),
    }
}

/// `text`, if it is as long as it has to be.
fn sized(text: &str, Length { min, max }: Length) -> Result<&str, String> {
    let length = text.chars().count();
    let (low, high) = (min.is_some_and(|it| length < it as usize), max.is_some_and(|it| length > it as usize));
    match (low || high, min, max) {
        (true, _, Some(max)) if high => Err(format!("That is {length} characters long, and {max} are allowed: shorten it.")),
        (true, Some(min), _) if low => Err(format!("That is {length} characters long: write at least {min}.")),
        _ => Ok(text),
    }
}

/// Also `<mailto:ana@example.org|ana@example.org>`, as Slack hands on what looks like an address.
fn email(text: &str) -> Result<Value, String> {
    let bare = match text.strip_prefix("<mailto:").and_then(|it| it.strip_suffix('>')) {
        Some(inner) => inner.split('|').next().unwrap_or(inner),
        None => text,
    };
    let odd = |it: char| it.is_whitespace() || it.is_control() || matches!(it, '<' | '>' | ',' | ';' | '"');
    match bare.rsplit_once('@') {
        Some((name, host)) if !name.is_empty() && !name.contains('@') && is_host(host) && !bare.contains(odd) => Ok(bare.into()),
        _ => Err(format!("`{}` is not an email address: write one like ana@example.org.", short(text))),
    }
}

fn is_host(host: &str) -> bool {
    host.contains('.') && host.split('.').all(|it| !it.is_empty())
}

/// A line break cannot be entered in a box of one line; where one is pasted, it is a space.
fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.split(['\n', '\r']).map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

fn integer(text: &str, min: Option<i64>, max: Option<i64>) -> Result<Value, String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    let Ok(number) = digits.parse::<i64>() else {
        return Err(format!(
            "`{}` is not a whole number: write one such as {}.",
            short(text),
            min.unwrap_or(0).max(42).min(max.unwrap_or(42))
        ));
    };
    in_range(text, min.is_some_and(|it| number < it), max.is_some_and(|it| number > it), min, max)?;
    Ok(number.into())
}

/// A comma stands for the decimal point, except where it could as well separate thousands.
fn number(text: &str, min: Option<f64>, max: Option<f64>) -> Result<Value, String> {
    let unreadable = || format!("`{}` is not a number: write one such as 2 or 1.5.", short(text));
    let plain = match text.split_once(',') {
        Some((_, fraction)) if fraction.contains([',', '.']) => return Err(unreadable()),
        Some((whole, fraction)) if fraction.len() == 3 && whole.trim_start_matches('-') != "0" => {
            return Err(format!("`{}` can be read in two ways: write {whole}{fraction} or {whole}.{fraction}.", short(text)));
        }
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => text.to_owned(),
    };
    let value = plain.parse::<f64>().ok().filter(|it| it.is_finite()).ok_or_else(unreadable)?;
    in_range(text, min.is_some_and(|it| value < it), max.is_some_and(|it| value > it), min, max)?;
    // `3` stays `3`: a number that was written without a fraction is not given one.
    match plain.parse::<i64>() {
        Ok(whole) => Ok(whole.into()),
        Err(_) => Number::from_f64(value).map(Value::Number).ok_or_else(unreadable),
    }
}

fn in_range<T: std::fmt::Display>(text: &str, low: bool, high: bool, min: Option<T>, max: Option<T>) -> Result<(), String> {
    let text = short(text);
    match (low || high, min, max) {
        (true, Some(min), Some(max)) => Err(format!("{text} is out of range: write a number from {min} to {max}.")),
        (true, Some(min), None) => Err(format!("{text} is too small: write at least {min}.")),
        (true, None, Some(max)) => Err(format!("{text} is too large: write at most {max}.")),
        _ => Ok(()),
    }
}

fn flag(text: &str) -> Result<Value, String> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "on" | "true" | "1" => Ok(true.into()),
        "no" | "n" | "off" | "false" | "0" => Ok(false.into()),
        _ => Err(format!("`{}` is neither yes nor no: write yes or no.", short(text))),
    }
}

fn link(text: &str) -> Result<Value, String> {
    let link = unwrapped(text);
    let lower = link.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let host = rest.map(|it| it.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        Some(host) if !host.is_empty() && !link.contains(|it: char| it.is_whitespace() || it.is_control()) => Ok(link.into()),
        Some(_) => Err(format!("`{}` is not a complete address: write one like https://example.org/page.", short(text))),
        None => Err(format!("`{}` is not a web address: write one that starts with https://.", short(text))),
    }
}

/// Slack wraps the links that people paste: `<https://example.org|example.org>`.
pub(crate) fn unwrapped(text: &str) -> &str {
    match text.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        Some(inner) if inner.starts_with("http") => inner.split('|').next().unwrap_or(inner),
        _ => text,
    }
}

fn choice(text: &str, choices: &[Choice]) -> Result<Value, String> {
    if let Some(choice) = choice_of(choices, text) {
        return Ok(choice.value.as_str().into());
    }
    const SHOWN: usize = 12;
    let mut names = choices.iter().take(SHOWN).map(|it| it.value.as_str()).collect::<Vec<_>>().join(", ");
    if choices.len() > SHOWN {
        names += &format!(" and {} more", choices.len() - SHOWN);
    }
    let near = nearest(text, choices.iter().flat_map(|it| [it.value.as_str(), it.label.as_str()]));
    let hint = near.and_then(|it| choice_of(choices, it)).map(|it| format!(" Did you mean {}?", it.value)).unwrap_or_default();
    Err(format!("`{}` is not one of {names}.{hint}", short(text)))
}

/// The choice that a person means: by value, else by label; in any case, with spaces, dashes and
/// underscores alike.
fn choice_of<'a>(choices: &'a [Choice], text: &str) -> Option<&'a Choice> {
    let folded = fold(text);
    choices
        .iter()
        .find(|it| it.value == text)
        .or_else(|| choices.iter().find(|it| fold(&it.value) == folded))
        .or_else(|| choices.iter().find(|it| fold(&it.label) == folded))
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase().replace(['_', '-'], " ")
}

/// Takes a list apart at its commas, where a comma cannot be part of a value. Mentions such as
/// `@**Ana, B**` stay whole.
pub(crate) fn split(field: &Field, text: &str) -> Vec<String> {
    let whole = match &field.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Secret | FieldKind::File | FieldKind::Link => true,
        // `friday, 9:00` is one.
        FieldKind::Moment => moment::read(text, &Now::from(jiff::civil::Date::constant(2000, 1, 1))).is_some(),
        FieldKind::Choice(choices) => choice_of(choices, text).is_some(),
        _ => false,
    };
    if whole {
        return vec![text.to_owned()];
    }
    let (mut parts, mut start, mut starred, mut angled) = (Vec::new(), 0, false, false);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'*' if bytes.get(at + 1) == Some(&b'*') => {
                starred = !starred;
                at += 1;
            }
            b'<' => angled = true,
            b'>' => angled = false,
            b',' if !starred && !angled => {
                parts.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(text[start..].trim().to_owned());
    parts.retain(|it| !it.is_empty());
    parts
}

/// A typed value as a person would write it: what [`read`] takes. A list is joined with commas;
/// see [`raw`] where its items must stay apart.
pub fn show(field: &Field, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) if field.kind == FieldKind::Flag => "yes".into(),
        Value::Bool(false) if field.kind == FieldKind::Flag => "no".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|it| show(field, it)).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// A typed value as a form holds it: a string, or a list of strings where there may be several.
pub fn raw(field: &Field, value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|it| show(field, it)).collect::<Vec<_>>().into(),
        value => show(field, value).into(),
    }
}

/// Enough of what was typed to know it again.
fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = one_line(text);
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(['…']).collect() }
}
