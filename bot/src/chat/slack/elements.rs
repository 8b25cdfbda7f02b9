//! The element of a field: <https://docs.slack.dev/reference/block-kit/block-elements>.

use commands::{Choice, Field, FieldKind};
use serde_json::{Map, Value, json};

use super::{
    escape::{plain_cut, width},
    options::{self, option},
    render::{is_member_id, plain},
    rich_text,
};

/// The longest that a text input holds.
pub const INPUT: usize = 3000;
/// Options that are all shown at once: as radio buttons, and as boxes to tick (of which Slack draws ten).
const RADIOS: usize = 5;
const BOXES: usize = 10;

/// The right widget; a plain box where what was typed would not fit into it, so that it is kept. `labels` are what
/// picked values are called.
pub fn element(field: &Field, given: &[String], labels: &Map<String, Value>) -> Value {
    let first = given.first().map(String::as_str);
    let id = &field.name;
    if field.lookup.is_some() {
        return external(field, given, labels);
    }
    let fits = |reads: &dyn Fn(&str) -> bool| !field.many && first.is_none_or(reads);
    match &field.kind {
        FieldKind::Choice(choices) if choices.len() <= options::LIMIT => choice(field, choices, given),
        FieldKind::Choice(_) => external(field, given, labels),
        FieldKind::Flag => {
            let label = if field.help.trim().is_empty() { field.label() } else { field.help.clone() };
            let on = json!({ "text": plain(&label, 75), "value": "true" });
            let ticked = first.is_some_and(|it| matches!(it, "true" | "yes" | "on" | "1"));
            let element = json!({ "type": "checkboxes", "action_id": id, "options": [on] });
            with(element, "initial_options", ticked.then(|| json!([on])))
        }
        FieldKind::Person => people(field, given),
        FieldKind::Channel => channels(field, given),
        FieldKind::File => json!({ "type": "file_input", "action_id": id, "max_files": if field.many { 10 } else { 1 } }),
        FieldKind::Date if fits(&|it| it.parse::<jiff::civil::Date>().is_ok()) => {
            with(json!({ "type": "datepicker", "action_id": id }), "initial_date", first.map(Value::from))
        }
        FieldKind::Time if fits(&|it| it.len() == 5 && it.parse::<jiff::civil::Time>().is_ok()) => {
            with(json!({ "type": "timepicker", "action_id": id }), "initial_time", first.map(Value::from))
        }
        FieldKind::Moment if fits(&|it| moment(it).is_some()) => {
            let element = json!({ "type": "datetimepicker", "action_id": id });
            with(element, "initial_date_time", first.and_then(moment).map(Value::from))
        }
        FieldKind::Integer { min, max } if fits(&|it| it.parse::<i64>().is_ok()) => {
            let bounds = (min.map(|it| it.to_string()), max.map(|it| it.to_string()));
            number(field, first, Value::Bool(false), bounds)
        }
        FieldKind::Number { min, max } if fits(&|it| it.parse::<f64>().is_ok_and(f64::is_finite)) => {
            let bounds = (min.map(|it| it.to_string()), max.map(|it| it.to_string()));
            number(field, first, Value::Bool(true), bounds)
        }
        FieldKind::Link if fits(&|it| url::Url::parse(it).is_ok()) => {
            with(json!({ "type": "url_text_input", "action_id": id }), "initial_value", first.map(Value::from))
        }
        FieldKind::Email if fits(&|it| it.contains('@')) => {
            with(json!({ "type": "email_text_input", "action_id": id }), "initial_value", first.map(Value::from))
        }
        // Rich text has no length that Slack could keep people to.
        FieldKind::LongText if !field.many && field.length.max.is_none() => {
            let text = given.join("\n");
            let initial = rich_text::from_markdown(&text).filter(|_| width(&text) <= INPUT);
            if text.trim().is_empty() || initial.is_some() {
                return with(json!({ "type": "rich_text_input", "action_id": id }), "initial_value", initial);
            }
            text_input(field, given, Lines::Many)
        }
        FieldKind::LongText => text_input(field, given, Lines::Many),
        FieldKind::Secret => text_input(field, &[], Lines::One),
        _ => text_input(field, given, Lines::One),
    }
}

fn with(mut element: Value, key: &str, value: Option<Value>) -> Value {
    if let Some(value) = value {
        element[key] = value;
    }
    element
}

fn choice(field: &Field, choices: &[Choice], given: &[String]) -> Value {
    let all: Vec<Value> = choices.iter().filter_map(option).collect();
    if all.is_empty() {
        return text_input(field, given, Lines::One);
    }
    let chosen: Vec<Value> = all.iter().filter(|it| given.iter().any(|given| it["value"] == given.as_str())).cloned().collect();
    // Radio buttons cannot be left again, so that only what must be answered has them.
    let kind = match (field.many, all.len()) {
        (true, ..=BOXES) => "checkboxes",
        (true, _) => "multi_static_select",
        (false, ..=RADIOS) if field.required => "radio_buttons",
        (false, _) => "static_select",
    };
    let element = json!({ "type": kind, "action_id": field.name, "options": all });
    if field.many {
        return with(element, "initial_options", (!chosen.is_empty()).then_some(Value::Array(chosen)));
    }
    with(element, "initial_option", chosen.into_iter().next())
}

/// Seconds since 1970, of the ten digits that Slack takes.
fn moment(text: &str) -> Option<i64> {
    let seconds = text.parse::<jiff::Timestamp>().ok()?.as_second();
    (1_000_000_000..=9_999_999_999).contains(&seconds).then_some(seconds)
}

/// How many lines a box has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

fn text_input(field: &Field, given: &[String], lines: Lines) -> Value {
    let text = given.join("\n");
    let multiline = lines == Lines::Many || field.many || text.contains('\n');
    // What was typed must fit, or Slack would not open the form.
    let longest = field.length.max.filter(|_| !field.many).map_or(INPUT, |it| (it as usize).max(width(&text)).min(INPUT));
    let mut element =
        json!({ "type": "plain_text_input", "action_id": field.name, "multiline": multiline, "max_length": longest });
    if let Some(least) = field.length.min.filter(|it| (1..=longest).contains(&(*it as usize)) && !field.many) {
        element["min_length"] = least.into();
    }
    if !text.is_empty() {
        element["initial_value"] = if width(&text) > INPUT { plain_cut(&text, INPUT) } else { text }.into();
    }
    element
}

fn number(field: &Field, first: Option<&str>, decimal: Value, bounds: (Option<String>, Option<String>)) -> Value {
    let mut element = json!({ "type": "number_input", "action_id": field.name, "is_decimal_allowed": decimal });
    for (key, value) in [("min_value", bounds.0), ("max_value", bounds.1), ("initial_value", first.map(str::to_owned))] {
        element = with(element, key, value.map(Value::from));
    }
    element
}

fn external(field: &Field, given: &[String], labels: &Map<String, Value>) -> Value {
    let named = |value: &String| {
        let label = labels.get(value).and_then(Value::as_str).unwrap_or(value);
        option(&Choice::new(value, label))
    };
    let chosen: Vec<Value> = given.iter().filter_map(named).collect();
    let kind = if field.many { "multi_external_select" } else { "external_select" };
    let element = json!({ "type": kind, "action_id": field.name, "min_query_length": 0 });
    if field.many {
        return with(element, "initial_options", (!chosen.is_empty()).then_some(Value::Array(chosen)));
    }
    with(element, "initial_option", chosen.into_iter().next())
}

fn people(field: &Field, given: &[String]) -> Value {
    let Some(ids) = given.iter().map(|it| member(it)).collect::<Option<Vec<&str>>>() else {
        return text_input(field, given, Lines::One);
    };
    ids_of(field, ("users_select", "initial_user"), &ids)
}

/// Public and private channels alike, without direct messages.
fn channels(field: &Field, given: &[String]) -> Value {
    let Some(ids) = given.iter().map(|it| channel(it)).collect::<Option<Vec<&str>>>() else {
        return text_input(field, given, Lines::One);
    };
    let mut element = ids_of(field, ("conversations_select", "initial_conversation"), &ids);
    element["filter"] = json!({ "include": ["public", "private"], "exclude_bot_users": true });
    if field.required && ids.is_empty() && !field.many {
        element["default_to_current_conversation"] = true.into();
    }
    element
}

fn ids_of(field: &Field, (kind, initial): (&str, &str), ids: &[&str]) -> Value {
    if field.many {
        let element = json!({ "type": format!("multi_{kind}"), "action_id": field.name });
        return with(element, &format!("{initial}s"), (!ids.is_empty()).then(|| json!(ids)));
    }
    with(json!({ "type": kind, "action_id": field.name }), initial, ids.first().map(|it| json!(it)))
}

/// The id in `<@U1>` or `<@U1|ana>`.
pub fn member(mention: &str) -> Option<&str> {
    let inside = mention.trim().strip_prefix("<@")?.strip_suffix('>')?;
    let id = inside.split('|').next()?;
    is_member_id(id).then_some(id)
}

/// The id in `<#C1>`, `<#C1|dev>` or `slack:C1`.
fn channel(mention: &str) -> Option<&str> {
    let mention = mention.trim();
    let id = match mention.strip_prefix("<#").and_then(|it| it.strip_suffix('>')) {
        Some(inside) => inside.split('|').next()?,
        None => mention.strip_prefix("slack:")?,
    };
    let is_id = id.starts_with(['C', 'G']) && id.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
    is_id.then_some(id)
}
