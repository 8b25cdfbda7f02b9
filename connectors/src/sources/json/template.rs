//! What an administrator says of a payload: a line a field, `title: {{ build.name }} #{{ build.number }}`.
//!
//! What is not said is guessed, as without a template; what is said and comes to nothing is left out.

use commands::{Error, Event, Result};
use minijinja::{Environment, Value, value::ValueKind};
use serde_json::Value as Json;

use super::{
    expression,
    ready::{Ready, names_of, reason},
};
use crate::{Delivery, sources::guess};

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
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    /// From one.
    pub(super) number: usize,
    pub(super) field: &'static str,
    pub(super) pieces: Vec<Piece>,
}

pub(super) enum Piece {
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
