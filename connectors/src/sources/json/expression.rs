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

pub(super) fn environment<'a>() -> Environment<'a> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_fuel(Some(FUEL));
    env.add_filter("abs", filters::abs);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("count", filters::length);
    env.add_filter("d", filters::default);
    env.add_filter("default", filters::default);
    env.add_filter("first", filters::first);
    env.add_filter("float", filters::float);
    env.add_filter("int", filters::int);
    env.add_filter("items", filters::items);
    env.add_filter("last", filters::last);
    env.add_filter("length", filters::length);
    env.add_filter("lower", filters::lower);
    env.add_filter("max", filters::max);
    env.add_filter("min", filters::min);
    env.add_filter("reject", filters::reject);
    env.add_filter("rejectattr", filters::rejectattr);
    env.add_filter("reverse", filters::reverse);
    env.add_filter("round", filters::round);
    env.add_filter("select", filters::select);
    env.add_filter("selectattr", filters::selectattr);
    env.add_filter("sort", filters::sort);
    env.add_filter("string", filters::string);
    env.add_filter("sum", filters::sum);
    env.add_filter("title", filters::title);
    env.add_filter("trim", filters::trim);
    env.add_filter("unique", filters::unique);
    env.add_filter("upper", filters::upper);
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

fn join(value: &Value, separator: Option<String>) -> Result<String, Error> {
    let mut out = Limited::default();
    for (index, item) in value.try_iter()?.take(PARTS).enumerate() {
        if index > 0 {
            out.write_str(separator.as_deref().unwrap_or_default()).ok();
        }
        if write!(out, "{item}").is_err() {
            break;
        }
    }
    Ok(out.text)
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
    Ok(value.try_iter()?.take(PARTS).map(pluck).collect())
}

fn replace(text: String, from: String, to: String) -> String {
    let mut out = Limited::default();
    for (index, part) in text.split(from.as_str()).enumerate() {
        if index > 0 && out.write_str(&to).is_err() || out.write_str(part).is_err() {
            break;
        }
    }
    out.text
}

fn split(text: String, separator: Option<String>) -> Vec<String> {
    match separator.as_deref() {
        Some(separator) => text.split(separator).take(PARTS).map(str::to_owned).collect(),
        None => text.split_whitespace().take(PARTS).map(str::to_owned).collect(),
    }
}

fn truncate(text: String, letters: Option<usize>) -> String {
    super::super::guess::cut(&text, letters.unwrap_or(100))
}

/// A text that takes no more than [`LIMIT`].
#[derive(Default)]
pub(super) struct Limited {
    pub(super) text: String,
}

impl Limited {
    /// A value as people read it: nothing where there is nothing.
    pub(super) fn show(&mut self, value: &Value) {
        if !matches!(value.kind(), ValueKind::Undefined | ValueKind::None) {
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

/// What stands outside of quotes, one letter each.
pub(super) fn bare(expression: &str) -> impl Iterator<Item = char> + '_ {
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
