//! [`Call`] → the line that a person would type for it.

use serde_json::{Map, Value};

use super::{
    Parsed, Setting, parse,
    words::{self, Shape},
};
use crate::{ActionSpec, Call, Field, FieldKind, Group, form};

/// The command that a person would type for `call`: parsing it gives the same call.
///
/// A secret is left out: a line is shown, logged and stored in buttons.
pub fn print(groups: &[Group], call: &Call) -> String {
    let Some((group, spec)) = known(groups, call) else { return unknown(call) };
    let plain = line(group, spec, call, Quotes::WhereNeeded);
    // A number means nothing but itself: a line with nothing else needs not be read back.
    if call.params.values().all(Value::is_u64) {
        return plain;
    }
    if reads_back(groups, call, &plain) { plain } else { line(group, spec, call, Quotes::Everywhere) }
}

/// Like [`print()`], with the word that makes [`parse`] answer [`Parsed::Form`].
pub fn print_form(groups: &[Group], call: &Call) -> String {
    format!("{} --form", print(groups, call))
}

/// How free text is written. Which words of a text mean something depends on the action's fields
/// and on its neighbours' names, so the readable way is tried, and the safe one is there.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    WhereNeeded,
    Everywhere,
}

fn known<'a>(groups: &'a [Group], call: &Call) -> Option<(&'a Group, &'a ActionSpec)> {
    let group = groups.iter().find(|it| it.name == call.group)?;
    Some((group, group.find(&call.action)?))
}

fn reads_back(groups: &[Group], call: &Call, line: &str) -> bool {
    let setting = Setting { defaults: &Map::new(), today: jiff::civil::Date::constant(2000, 1, 1) };
    match parse(groups, &setting, line) {
        Ok(Parsed::Call(read)) => read == *call,
        Ok(Parsed::Form(draft)) => draft.call == *call,
        _ => false,
    }
}

fn line(group: &Group, spec: &ActionSpec, call: &Call, quotes: Quotes) -> String {
    let fields = spec.fields();
    let mut line = format!("{} {}", group.name, spec.name);
    let places: Vec<&Field> = fields.iter().filter(|it| it.positional).collect();
    // Once one is missing, the next word would take its place: those after it go by name.
    let placed = places.iter().take_while(|it| call.params.get(&it.name).is_some_and(is_placeable)).count();
    for (at, field) in places.iter().take(placed).enumerate() {
        let Some(value) = call.params.get(&field.name) else { continue };
        for text in texts(field, value) {
            let is_free = at + 1 == places.len() && matches!(field.kind, FieldKind::Text | FieldKind::LongText) && !field.many;
            line.push(' ');
            match quotes {
                Quotes::WhereNeeded if is_free && is_plain_text(&text) => line.push_str(&text),
                Quotes::WhereNeeded if is_plain_word(&text) => line.push_str(&text),
                _ => quote(&mut line, &text),
            }
        }
    }
    let by_place: Vec<&str> = places.iter().take(placed).map(|it| it.name.as_str()).collect();
    for field in fields.iter().filter(|it| !by_place.contains(&it.name.as_str()) && it.kind != FieldKind::Secret) {
        match call.params.get(&field.name) {
            None | Some(Value::Null) => {}
            Some(Value::Bool(false)) if field.required => {}
            Some(Value::Bool(true)) if field.kind == FieldKind::Flag => line.push_str(&format!(" --{}", field.name)),
            Some(value) => texts(field, value).iter().for_each(|text| pair(&mut line, &field.name, text)),
        }
    }
    for (name, value) in call.params.iter().filter(|(name, _)| !fields.iter().any(|it| it.name == **name)) {
        pair(&mut line, name, &text_of(value));
    }
    line
}

/// A list of several takes several words, which only the last place has room for; by name it always fits.
fn is_placeable(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.len() == 1,
        Value::Null => false,
        _ => true,
    }
}

/// What [`print()`] can say about an action that is not, or no longer, there.
fn unknown(call: &Call) -> String {
    let mut line = format!("{} {}", call.group, call.action);
    call.params.iter().for_each(|(name, value)| pair(&mut line, name, &text_of(value)));
    line
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One text for each value.
fn texts(field: &Field, value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|it| form::show(field, it)).collect(),
        value => vec![form::show(field, value)],
    }
}

fn pair(line: &mut String, name: &str, text: &str) {
    line.push(' ');
    line.push_str(name);
    line.push('=');
    line.push_str(&word(text));
}

fn quote(line: &mut String, text: &str) {
    line.push('"');
    for it in text.chars() {
        if it == '\\' || words::quote(it) == Some(0) {
            line.push('\\');
        }
        line.push(it);
    }
    line.push('"');
}

/// A value as it is typed after `name=`.
pub(crate) fn word(text: &str) -> String {
    if is_plain_value(text) {
        return text.to_owned();
    }
    let mut quoted = String::new();
    quote(&mut quoted, text);
    quoted
}

/// Whether the text is one word that means nothing but itself.
fn is_plain_word(text: &str) -> bool {
    matches!(words::split(text).as_slice(), [word] if word.shape == Shape::Plain && word.raw == text) && is_plain_value(text)
}

/// Whether the text can follow `name=` without quotes.
fn is_plain_value(text: &str) -> bool {
    let odd =
        |it: char| it.is_whitespace() || it.is_control() || matches!(it, '\\' | '<' | '*' | ',') || words::quote(it) == Some(0);
    !text.is_empty() && !text.contains(odd) && !text.starts_with(|it| it == '=' || words::quote(it).is_some())
}

/// Whether free text means the same without quotes around it.
fn is_plain_text(text: &str) -> bool {
    text.trim() == text && !text.is_empty() && words::split(text).iter().all(|it| it.shape == Shape::Plain)
}
