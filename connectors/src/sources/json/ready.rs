//! A template at work on one payload: its expressions compiled, its lines an event's fields.

use std::{collections::BTreeMap, fmt::Write};

use commands::{Error, Event, Result, event::Change};
use jiff::Timestamp;
use minijinja::{Environment, Expression, Value, value::ValueKind};
use serde_json::Value as Json;

use super::{
    expression::Limited,
    template::{Line, Piece, Template},
};
use crate::{
    Delivery, payload,
    sources::{guess, words},
};

/// What expressions see.
pub(super) fn names_of(payload: &Json, delivery: &Delivery<'_>) -> BTreeMap<String, Value> {
    let mut names: BTreeMap<String, Value> = BTreeMap::new();
    let whole = Value::from_serialize(payload);
    for name in payload.as_object().into_iter().flat_map(|it| it.keys()) {
        names.insert(name.clone(), whole.get_attr(name).unwrap_or_default());
    }
    let is_secret =
        |it: &str| ["authorization", "cookie", "token", "signature", "secret", "api-key"].iter().any(|word| it.contains(word));
    let told = delivery.headers.iter().filter(|(name, _)| !is_secret(name)).take(100);
    let headers: BTreeMap<String, Value> =
        told.map(|(name, value)| (name.replace('-', "_"), Value::from(guess::cut(value, 1_000)))).collect();
    names.insert("payload".to_owned(), whole);
    names.insert("headers".to_owned(), Value::from_iter(headers));
    names
}

/// A template whose expressions are compiled.
pub(super) struct Ready<'e, 's> {
    lines: Vec<ReadyLine<'e, 's>>,
}

pub(super) struct ReadyLine<'e, 's> {
    number: usize,
    field: &'static str,
    pieces: Vec<ReadyPiece<'e, 's>>,
}

enum ReadyPiece<'e, 's> {
    Text(&'s str),
    Expression(Expression<'e, 's>),
}

impl<'e, 's> Ready<'e, 's> {
    pub(super) fn new(template: &'s Template, env: &'e Environment<'s>) -> Result<Ready<'e, 's>> {
        let piece = |piece: &'s Piece| {
            Ok(match piece {
                Piece::Text(text) => ReadyPiece::Text(text),
                Piece::Expression(text) => ReadyPiece::Expression(env.compile_expression(text)?),
            })
        };
        let line = |line: &'s Line| {
            let pieces: std::result::Result<Vec<_>, minijinja::Error> = line.pieces.iter().map(piece).collect();
            let pieces = pieces.map_err(|err| bad(line.number, &err))?;
            Ok(ReadyLine { number: line.number, field: line.field, pieces })
        };
        Ok(Ready { lines: template.lines.iter().map(line).collect::<Result<_>>()? })
    }

    pub(super) fn line(&self, field: &str) -> Option<&ReadyLine<'e, 's>> {
        self.lines.iter().find(|it| it.field == field)
    }

    /// None where `when` is false.
    pub(super) fn event(&self, names: &Value, guessed: &Json, delivery: &Delivery<'_>, id: &str) -> Result<Option<Event>> {
        if let Some(when) = self.line("when")
            && !when.value(names)?.is_true()
        {
            return Ok(None);
        }
        let mut event = guess::event(delivery, id, guessed, super::named(delivery));
        let said = |field: &str| self.line(field).map(|it| it.text(names)).transpose();
        if let Some(kind) = said("kind")? {
            event.kind = kind_of(&kind).unwrap_or(event.kind);
        }
        if let Some(title) = said("title")? {
            let title = payload::first_line(&title);
            if !title.is_empty() {
                event.object.title = guess::cut(title, 300);
            }
        }
        for (field, place) in [
            ("actor", &mut event.actor),
            ("place", &mut event.object.place),
            ("state", &mut event.object.state),
            ("branch", &mut event.branch),
        ] {
            if let Some(text) = said(field)? {
                *place = Some(guess::cut(payload::first_line(&text), 200)).filter(|it| !it.is_empty());
            }
        }
        if let Some(key) = said("key")? {
            event.object.key = guess::cut(payload::first_line(&key), 200);
        }
        if let Some(url) = said("url")? {
            let is_page = |it: &String| url::Url::parse(it).is_ok_and(|it| matches!(it.scheme(), "http" | "https"));
            event.object.url = Some(url).filter(|it| it.len() <= 2_000).filter(is_page);
        }
        if let Some(text) = said("text")? {
            event.text = payload::said(&text);
        }
        if let Some(severity) = said("severity")? {
            event.severity = words::severity(&severity);
        }
        if let Some(at) = said("at")? {
            event.at = time(&at).unwrap_or(event.at);
        }
        if self.line("label").is_some() {
            event.labels = self.several("label", names)?;
        }
        if self.line("about").is_some() {
            event.about = self.several("about", names)?;
        }
        if self.line("change").is_some() {
            event.changes = self.several("change", names)?.iter().filter_map(|it| change(it)).collect();
        }
        if event.object.title == event.object.key {
            event.object.key = String::new();
        }
        if event.object.title.trim().is_empty() {
            event.object.title = guess::sentence(&event.kind);
        }
        Ok(Some(event))
    }

    /// What all lines of a field come to; of a list each element.
    fn several(&self, field: &str, names: &Value) -> Result<Vec<String>> {
        let mut found: Vec<String> = Vec::new();
        for line in self.lines.iter().filter(|it| it.field == field) {
            let values = match line.pieces.as_slice() {
                [ReadyPiece::Expression(expression)] => {
                    let value = expression.eval(names).map_err(|err| line.bad(&err))?;
                    match value.kind() {
                        ValueKind::Seq | ValueKind::Iterable => {
                            value.try_iter().map_err(|err| line.bad(&err))?.take(20).collect()
                        }
                        _ => vec![value],
                    }
                }
                _ => vec![Value::from(line.text(names)?)],
            };
            for value in &values {
                let mut text = Limited::default();
                // Labels of some systems are objects with a name.
                text.show(&value.get_attr("name").ok().filter(|it| !it.is_undefined()).unwrap_or_else(|| value.clone()));
                let text = guess::cut(payload::first_line(&text.text), 200);
                if !text.is_empty() && !found.contains(&text) && found.len() < 50 {
                    found.push(text);
                }
            }
        }
        Ok(found)
    }
}

impl ReadyLine<'_, '_> {
    pub(super) fn value(&self, names: &Value) -> Result<Value> {
        match self.pieces.as_slice() {
            [ReadyPiece::Expression(expression)] => expression.eval(names).map_err(|err| self.bad(&err)),
            _ => Ok(Value::UNDEFINED),
        }
    }

    fn text(&self, names: &Value) -> Result<String> {
        let mut text = Limited::default();
        for piece in &self.pieces {
            match piece {
                ReadyPiece::Text(part) => drop(text.write_str(part)),
                ReadyPiece::Expression(expression) => text.show(&expression.eval(names).map_err(|err| self.bad(&err))?),
            }
        }
        Ok(text.text.trim().to_owned())
    }

    pub(super) fn bad(&self, err: &minijinja::Error) -> Error {
        bad(self.number, err)
    }
}

fn bad(number: usize, err: &minijinja::Error) -> Error {
    Error::bad_input(format!("Line {number}: {}.", reason(err)))
}

/// What the engine says, without the place, which is the line's.
pub(super) fn reason(err: &minijinja::Error) -> String {
    guess::cut(err.detail().map_or_else(|| err.kind().to_string(), str::to_owned).trim_end_matches('.'), 300)
}

fn kind_of(text: &str) -> Option<String> {
    let text = guess::cut(payload::first_line(text), 80).trim_end_matches('…').to_lowercase();
    let is_word = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-'));
    match text.split_once('.') {
        Some((noun, verb)) if is_word(noun) && is_word(verb) && verb != "unknown" && noun != "unknown" => {
            Some(format!("{noun}.{}", words::past(verb).unwrap_or(verb)))
        }
        _ => words::kind_of(&text),
    }
}

/// RFC 3339, or seconds or milliseconds since 1970.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| payload::moment(text.split('.').next()?.parse().ok()?))
}

/// `state: open -> closed`.
fn change(text: &str) -> Option<Change> {
    let (field, sides) = text.split_once(':')?;
    let (from, to) = sides.split_once("->").or_else(|| sides.split_once('→')).unwrap_or(("", sides));
    let side = |it: &str| Some(it.trim().to_owned()).filter(|it| !it.is_empty());
    let (from, to) = (side(from), side(to));
    (from != to).then(|| Change { field: field.trim().to_owned(), from, to })
}
