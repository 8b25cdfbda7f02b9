//! One language for what a template says: minijinja's expressions (<https://docs.rs/minijinja/latest/minijinja/syntax/>), as
//! far as what they cost has an end.
//!
//! An expression binds no names and knows no loop, so that it is evaluated once from its leaves to its root, and what it makes
//! is as large as the texts of its leaves; only `*`, which repeats, is left out. Filters that could make more out of less are
//! our own and cut what they make. Fuel ends the rest.

use std::fmt::{self, Write};

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value, filters, tests,
    value::{Kwargs, ValueKind},
};
use serde_json::{Map, Value as Json};

use crate::sources::guess;

/// How many instructions one expression may take.
const FUEL: u64 = 5_000;
/// The longest text that one of our filters makes, in bytes, and that becomes of one field.
pub(super) const LIMIT: usize = 8_000;
/// The most parts that a text is split into.
const PARTS: usize = 1_000;
/// What is kept of a payload for templates: letters of a text, bytes of all texts, and values.
const TEXT: usize = 4_000;
const TEXTS: usize = 128 * 1024;
const VALUES: usize = 20_000;

/// The filters there are.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "first",
    "float",
    "int",
    "join",
    "json",
    "last",
    "length",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "round",
    "select",
    "selectattr",
    "sort",
    "split",
    "trim",
    "truncate",
    "unique",
    "upper",
];

pub(super) fn environment<'a>() -> Environment<'a> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_fuel(Some(FUEL));
    env.add_filter("abs", filters::abs);
    env.add_filter("capitalize", capitalize);
    env.add_filter("count", length);
    env.add_filter("d", filters::default);
    env.add_filter("default", filters::default);
    env.add_filter("first", first);
    env.add_filter("float", float);
    env.add_filter("int", int);
    env.add_filter("last", last);
    env.add_filter("length", length);
    env.add_filter("lower", |text: Option<String>| text.unwrap_or_default().to_lowercase());
    env.add_filter("max", filters::max);
    env.add_filter("min", filters::min);
    env.add_filter("reject", filters::reject);
    env.add_filter("rejectattr", filters::rejectattr);
    env.add_filter("round", filters::round);
    env.add_filter("select", filters::select);
    env.add_filter("selectattr", filters::selectattr);
    env.add_filter("sort", filters::sort);
    env.add_filter("trim", |text: Option<String>| text.unwrap_or_default().trim().to_owned());
    env.add_filter("unique", filters::unique);
    env.add_filter("upper", |text: Option<String>| text.unwrap_or_default().to_uppercase());
    env.add_filter("join", join);
    env.add_filter("json", json);
    env.add_filter("map", map);
    env.add_filter("replace", replace);
    env.add_filter("split", split);
    env.add_filter("truncate", truncate);
    env.add_test("defined", tests::is_defined);
    env.add_test("undefined", tests::is_undefined);
    env.add_test("none", tests::is_none);
    env.add_test("string", tests::is_string);
    env.add_test("number", tests::is_number);
    env.add_test("mapping", tests::is_mapping);
    env.add_test("sequence", tests::is_sequence);
    env.add_test("startingwith", tests::is_startingwith);
    env.add_test("endingwith", tests::is_endingwith);
    env.add_test("in", tests::is_in);
    env.add_test("eq", tests::is_eq);
    env.add_test("equalto", tests::is_eq);
    env.add_test("ne", tests::is_ne);
    env.add_test("gt", tests::is_gt);
    env.add_test("lt", tests::is_lt);
    env.add_test("true", tests::is_true);
    env.add_test("false", tests::is_false);
    env
}

fn capitalize(text: Option<String>) -> String {
    let text = text.unwrap_or_default().to_lowercase();
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Letters, elements or names; of what is not there, none.
fn length(value: &Value) -> usize {
    value.len().unwrap_or_default()
}

fn first(value: &Value) -> Option<Value> {
    items(value).next()
}

fn last(value: &Value) -> Option<Value> {
    items(value).take(VALUES).last()
}

/// The elements, or the letters of a text; nothing else has any.
fn items(value: &Value) -> impl Iterator<Item = Value> + use<> {
    let letters: Vec<Value> = value.as_str().map(|it| it.chars().take(PARTS).map(Value::from).collect()).unwrap_or_default();
    let elements = Some(value).filter(|it| it.as_str().is_none()).and_then(|it| it.try_iter().ok());
    letters.into_iter().chain(elements.into_iter().flatten())
}

/// A whole number; zero of what is none, as in Jinja.
fn int(value: &Value) -> i64 {
    let text = value.to_string();
    text.trim().parse().unwrap_or_else(|_| float(value) as i64)
}

fn float(value: &Value) -> f64 {
    value.to_string().trim().parse().unwrap_or_default()
}

fn join(value: &Value, separator: Option<String>) -> String {
    let mut out = Limited::default();
    for (index, item) in items(value).take(PARTS).enumerate() {
        if index > 0 {
            out.write_str(separator.as_deref().unwrap_or_default()).ok();
        }
        if write!(out, "{item}").is_err() {
            break;
        }
    }
    out.text
}

fn json(value: &Value) -> Result<String, Error> {
    let mut out = Limited::default();
    let text = serde_json::to_string(value).map_err(|err| Error::new(ErrorKind::BadSerialization, err.to_string()))?;
    out.write_str(&text).ok();
    Ok(out.text)
}

/// `|map(attribute="user.name")`.
fn map(value: &Value, options: Kwargs) -> Result<Vec<Value>, Error> {
    let path: String = options.get("attribute")?;
    options.assert_all_used()?;
    let pluck = |item: Value| path.split('.').try_fold(item, |value, name| value.get_attr(name)).unwrap_or_default();
    Ok(items(value).take(PARTS).map(pluck).collect())
}

fn replace(text: Option<String>, from: String, to: String) -> String {
    let text = text.unwrap_or_default();
    let mut out = Limited::default();
    for (index, part) in text.split(from.as_str()).enumerate() {
        if index > 0 && out.write_str(&to).is_err() || out.write_str(part).is_err() {
            break;
        }
    }
    out.text
}

fn split(text: Option<String>, separator: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    match separator.as_deref() {
        Some(separator) => text.split(separator).take(PARTS).map(str::to_owned).collect(),
        None => text.split_whitespace().take(PARTS).map(str::to_owned).collect(),
    }
}

fn truncate(text: Option<String>, letters: Option<usize>) -> String {
    guess::cut(&text.unwrap_or_default(), letters.unwrap_or(100))
}

/// A text that takes no more than [`LIMIT`].
#[derive(Default)]
pub(super) struct Limited {
    pub(super) text: String,
}

impl Limited {
    /// A value as people read it: nothing where there is nothing.
    pub(super) fn show(&mut self, value: &Value) {
        let is_empty = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) && value.len() == Some(0);
        if !is_empty && !matches!(value.kind(), ValueKind::Undefined | ValueKind::None) {
            // An error says that it is full, and what did not fit is left out.
            write!(self, "{value}").ok();
        }
    }
}

impl Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LIMIT - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let end = (0..=room).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        self.text.push_str(&text[..end]);
        Err(fmt::Error)
    }
}

/// What in an expression cannot stand there, though the engine knows it; none where all may.
pub(super) fn barred(expression: &str) -> Option<&'static str> {
    let text: String = bare(expression).collect();
    if text.contains('*') {
        return Some("`*` cannot stand in an expression.");
    }
    // They end an expression inside of a template, and the engine (2.24) is at its wit's end where there is none around it.
    if ["}}", "%}"].iter().any(|it| text.contains(it)) {
        return Some("`}}` and `%}` cannot stand inside of an expression: put a space between, or quotes around.");
    }
    // Of backward steps through nothing, the engine takes what is not there.
    let mut colons = vec![0];
    for letter in text.chars() {
        match letter {
            '[' | '{' | '(' => colons.push(0),
            ']' | '}' | ')' => {
                colons.pop();
            }
            ':' => colons.iter_mut().last().into_iter().for_each(|it| *it += 1),
            _ => {}
        }
        if colons.last().is_some_and(|it| *it > 1) {
            return Some("a step, as in `[::2]`, cannot stand in an expression; `[2:8]` can.");
        }
    }
    None
}

/// The first filter that there is not.
pub(super) fn stranger(expression: &str) -> Option<String> {
    let text: String = bare(expression).collect();
    let names = text.split('|').skip(1).map(|it| it.trim_start().split(|it: char| !(it.is_alphanumeric() || it == '_')).next());
    names.flatten().find(|it| !it.is_empty() && !FILTERS.contains(it)).map(str::to_owned)
}

/// How often it puts texts together.
pub(super) fn sums(expression: &str) -> usize {
    bare(expression).filter(|it| matches!(it, '~' | '+')).count()
}

/// What stands outside of quotes, one letter each.
fn bare(expression: &str) -> impl Iterator<Item = char> + '_ {
    let (mut quote, mut escaped) = (None, false);
    expression.chars().filter(move |letter| match quote {
        Some(open) => {
            if !escaped && *letter == open {
                quote = None;
            }
            escaped = !escaped && *letter == '\\';
            false
        }
        None => {
            if matches!(letter, '"' | '\'') {
                quote = Some(*letter);
            }
            quote.is_none()
        }
    })
}

/// The payload as templates see it: long texts are cut, and of too many values the first are kept.
pub(super) fn kept(payload: &Json) -> Json {
    let mut room = (TEXTS, VALUES);
    keep(payload, &mut room)
}

fn keep(value: &Json, room: &mut (usize, usize)) -> Json {
    room.1 = room.1.saturating_sub(1);
    match value {
        Json::String(text) => {
            let end = text.char_indices().nth(TEXT).map_or(text.len(), |(end, _)| end);
            let end = (0..=end.min(room.0)).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
            room.0 -= end;
            Json::String(text[..end].to_owned())
        }
        Json::Array(list) => {
            let mut kept = Vec::new();
            for item in list {
                if room.1 == 0 {
                    break;
                }
                kept.push(keep(item, room));
            }
            Json::Array(kept)
        }
        Json::Object(object) => {
            let mut kept = Map::new();
            for (name, item) in object {
                if room.1 == 0 || room.0 < name.len() {
                    break;
                }
                room.0 -= name.len();
                kept.insert(name.clone(), keep(item, room));
            }
            Json::Object(kept)
        }
        other => other.clone(),
    }
}
