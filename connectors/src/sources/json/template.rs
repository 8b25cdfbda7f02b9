//! What an administrator says of a payload: a line a field, `title: {{ build.name }} #{{ build.number }}`.
//!
//! What is not said is guessed, as without a template; what is said and comes to nothing is left out.

use std::{collections::BTreeMap, fmt::Write};

use commands::{
    Error, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use minijinja::{Environment, Expression, Value, value::ValueKind};
use serde_json::Value as Json;

use super::expression::{self, Limited};
use crate::{
    Delivery, payload,
    sources::{guess, words},
};

/// How a hook's payloads become events.
///
/// ```text
/// # a build server
/// each: builds
/// when: item.status != "running"
/// kind: build.{{ item.status }}
/// actor: {{ item.started_by.name }}
/// key: #{{ item.number }}
/// title: {{ item.plan }}
/// url: {{ item.links.html }}
/// state: {{ item.status }}
/// label: {{ item.tags }}
/// ```
///
/// A value is text in which `{{ … }}` stands for what an expression comes to; `when` and `each` are expressions. They see the
/// payload's own names, the whole as `payload`, an element of `each` as `item`, and the request's `headers`, whose dashes are
/// underscores.
pub struct Template {
    lines: Vec<Line>,
}

struct Line {
    /// From one.
    number: usize,
    field: &'static str,
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    Expression(String),
}

/// What a line can begin with, and what it says.
pub const FIELDS: &[(&str, &str)] = &[
    ("kind", "what happened, as noun.verb: build.failed"),
    ("actor", "who did it"),
    ("key", "how people write it: #42"),
    ("title", "what it is called"),
    ("url", "its page"),
    ("place", "what holds it: a project, a host"),
    ("state", "its state now"),
    ("text", "what was said"),
    ("severity", "critical, error, warning or info"),
    ("label", "a label, or a list of them; may stand several times"),
    ("change", "field: from -> to; may stand several times"),
    ("branch", "the branch it happened on"),
    ("about", "the key or address of what it belongs to; may stand several times"),
    ("at", "when it happened"),
    ("when", "an expression: no event where it is false"),
    ("each", "an expression that gives a list: an event for each item"),
];
/// Those that may stand several times.
const SEVERAL: &[&str] = &["label", "change", "about"];
/// Those that are expressions.
const CONDITIONS: &[&str] = &["when", "each"];

impl Template {
    /// The longest template, in bytes.
    pub const LIMIT: usize = 4 * 1024;
    /// The most events that one payload becomes.
    pub const EVENTS: usize = 100;
    /// The longest line and the longest expression, in bytes: a deep one would take the stack.
    const LINE: usize = 1_000;
    const EXPRESSION: usize = 500;
    /// The most times that texts are put together with `~` or `+`.
    const SUMS: usize = 40;

    /// # Errors
    /// [`commands::ErrorKind::BadInput`], naming the line and what can stand there.
    pub fn parse(text: &str) -> Result<Template> {
        if text.len() > Template::LIMIT {
            return Err(Error::bad_input(format!(
                "The template is {} bytes long; {} are the most.",
                text.len(),
                Template::LIMIT
            )));
        }
        let env = expression::environment();
        let mut lines: Vec<Line> = Vec::new();
        let mut sums = 0;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = |what: String| Error::bad_input(format!("Line {number}: {what}"));
            if line.len() > Template::LINE {
                return Err(bad(format!("it is {} bytes long; {} are the most.", line.len(), Template::LINE)));
            }
            let Some((name, value)) = line.split_once(':') else {
                return Err(bad(format!("there is no colon. Write `title: …`; a line begins with {}.", names())));
            };
            let name = name.trim().to_lowercase();
            let Some(&(field, _)) = FIELDS.iter().find(|(it, _)| *it == name) else {
                let near = near(&name).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
                return Err(bad(format!("there is no field `{}`.{near} A line begins with {}.", guess::cut(&name, 40), names())));
            };
            if !SEVERAL.contains(&field) && lines.iter().any(|it| it.field == field) {
                return Err(bad(format!("`{field}` stands there already. Only {} may stand several times.", SEVERAL.join(", "))));
            }
            let pieces = pieces(field, value.trim()).map_err(bad)?;
            for expression in pieces.iter().filter_map(Piece::expression) {
                sums += check(&env, expression).map_err(bad)?;
            }
            if sums > Template::SUMS {
                return Err(bad(format!("texts are put together with ~ or + more than {} times.", Template::SUMS)));
            }
            lines.push(Line { number, field, pieces });
        }
        if lines.is_empty() {
            return Err(Error::bad_input(format!("The template says nothing. Write a line for each field: {}.", names())));
        }
        Ok(Template { lines })
    }

    /// The events of a payload that came in this delivery, whose body is not looked at. None where `when` is false.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`], naming the line whose expression cannot be worked out for this payload.
    pub fn events(&self, payload: &Json, delivery: &Delivery<'_>) -> Result<Vec<Event>> {
        let env = expression::environment();
        let ready = Ready::new(self, &env)?;
        let kept = expression::kept(payload);
        let id = super::key(delivery).unwrap_or_default();
        let mut names = names_of(&kept, delivery);
        let Some(each) = ready.line("each") else {
            let event = ready.event(&Value::from_iter(names), payload, delivery, &id)?;
            return Ok(event.into_iter().collect());
        };
        let list = each.value(&Value::from_iter(names.clone()))?;
        let items: Vec<Value> = match list.kind() {
            ValueKind::Undefined | ValueKind::None => Vec::new(),
            ValueKind::Seq | ValueKind::Iterable => {
                list.try_iter().map_err(|err| each.bad(&err))?.take(Template::EVENTS).collect()
            }
            _ => vec![list],
        };
        let mut events = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let guessed = serde_json::to_value(&item).unwrap_or_default();
            names.insert("item".to_owned(), item);
            events.extend(ready.event(&Value::from_iter(names.clone()), &guessed, delivery, &format!("{id}-{index}"))?);
        }
        Ok(events)
    }
}

impl Piece {
    fn expression(&self) -> Option<&str> {
        match self {
            Piece::Expression(text) => Some(text),
            Piece::Text(_) => None,
        }
    }
}

/// What expressions see.
fn names_of(payload: &Json, delivery: &Delivery<'_>) -> BTreeMap<String, Value> {
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
struct Ready<'e, 's> {
    lines: Vec<ReadyLine<'e, 's>>,
}

struct ReadyLine<'e, 's> {
    number: usize,
    field: &'static str,
    pieces: Vec<ReadyPiece<'e, 's>>,
}

enum ReadyPiece<'e, 's> {
    Text(&'s str),
    Expression(Expression<'e, 's>),
}

impl<'e, 's> Ready<'e, 's> {
    fn new(template: &'s Template, env: &'e Environment<'s>) -> Result<Ready<'e, 's>> {
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

    fn line(&self, field: &str) -> Option<&ReadyLine<'e, 's>> {
        self.lines.iter().find(|it| it.field == field)
    }

    /// None where `when` is false.
    fn event(&self, names: &Value, guessed: &Json, delivery: &Delivery<'_>, id: &str) -> Result<Option<Event>> {
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
        let Object { title, .. } = &mut event.object;
        if title.trim().is_empty() {
            *title = guess::sentence(&event.kind);
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
    fn value(&self, names: &Value) -> Result<Value> {
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

    fn bad(&self, err: &minijinja::Error) -> Error {
        bad(self.number, err)
    }
}

fn bad(number: usize, err: &minijinja::Error) -> Error {
    Error::bad_input(format!("Line {number}: {}.", reason(err)))
}

/// What the engine says, without the place, which is the line's.
fn reason(err: &minijinja::Error) -> String {
    guess::cut(err.detail().map_or_else(|| err.kind().to_string(), str::to_owned).trim_end_matches('.'), 300)
}

/// The text and the expressions of a line's value.
fn pieces(field: &str, value: &str) -> std::result::Result<Vec<Piece>, String> {
    if value.contains("{%") {
        return Err("`{% … %}` cannot stand there. Write `{{ a if b else c }}`, and `each` for a list.".to_owned());
    }
    if CONDITIONS.contains(&field) {
        let inner = value.strip_prefix("{{").and_then(|it| it.strip_suffix("}}")).unwrap_or(value).trim();
        return match inner.is_empty() {
            true => Err(format!(
                "`{field}` needs an expression, such as `{field}: {}`.",
                if field == "each" { "alerts" } else { "status == \"failed\"" }
            )),
            false => Ok(vec![Piece::Expression(inner.to_owned())]),
        };
    }
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("{{") {
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let Some(end) = end(after) else {
            return Err("`{{` has no `}}` after it.".to_owned());
        };
        let inner = after[..end].trim_matches('-').trim();
        if inner.is_empty() {
            return Err("there is nothing between `{{` and `}}`. Write a name of the payload, such as `{{ title }}`.".to_owned());
        }
        pieces.push(Piece::Expression(inner.to_owned()));
        rest = &after[end + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// Where the `}}` is that stands in no quotes; `{"a": {}}` has its braces closed before.
fn end(text: &str) -> Option<usize> {
    let (mut quote, mut escaped, mut depth) = (None, false, 0_usize);
    for (at, letter) in text.char_indices() {
        match quote {
            Some(open) => {
                if !escaped && letter == open {
                    quote = None;
                }
                escaped = !escaped && letter == '\\';
            }
            None => match letter {
                '"' | '\'' => quote = Some(letter),
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                '}' if text[at..].starts_with("}}") => return Some(at),
                _ => {}
            },
        }
    }
    None
}

/// How often it puts texts together.
fn check(env: &Environment<'_>, expression: &str) -> std::result::Result<usize, String> {
    if expression.len() > Template::EXPRESSION {
        return Err(format!("an expression is {} bytes long; {} are the most.", expression.len(), Template::EXPRESSION));
    }
    if let Some(why) = expression::barred(expression) {
        return Err(why.to_owned());
    }
    if let Some(name) = expression::stranger(expression) {
        return Err(format!("there is no filter `{}`. There are {}.", guess::cut(&name, 40), expression::FILTERS.join(", ")));
    }
    // Compiled from its own copy, as the environment outlives what is checked.
    env.compile_expression_owned(expression.to_owned())
        .map_err(|err| format!("`{}` cannot be read: {}.", guess::cut(expression, 80), reason(&err)))?;
    Ok(expression::sums(expression))
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

fn names() -> String {
    FIELDS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The field of which the first three letters were written, or all its letters in another order.
fn near(name: &str) -> Option<&'static str> {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().take(20).collect();
        letters.sort_unstable();
        letters
    };
    let begins = |it: &str| name.len() >= 3 && name.is_char_boundary(3) && it.starts_with(&name[..3]);
    let synonyms = [
        ("link", "url"),
        ("labels", "label"),
        ("tags", "label"),
        ("tag", "label"),
        ("user", "actor"),
        ("author", "actor"),
        ("project", "place"),
        ("status", "state"),
        ("message", "text"),
        ("body", "text"),
        ("id", "key"),
        ("number", "key"),
        ("level", "severity"),
        ("if", "when"),
        ("name", "title"),
        ("for", "each"),
        ("time", "at"),
        ("type", "kind"),
        ("event", "kind"),
        ("changes", "change"),
        ("host", "place"),
    ];
    let same = synonyms.iter().find(|(word, _)| *word == name).map(|(_, field)| *field);
    same.or_else(|| FIELDS.iter().map(|(it, _)| *it).find(|it| begins(it) || sorted(it) == sorted(name)))
}
