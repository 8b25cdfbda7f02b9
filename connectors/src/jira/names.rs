//! Names that people type, and what to say when there is no such name.

use commands::{Error, Result};

use super::problem::at;
use crate::words::instead;
pub(super) use crate::words::{either, is_none, same, shorten};

/// The one of `all` that is called `typed`, by name or id.
///
/// # Errors
/// At `field`, with the nearest name and the list of all.
pub(super) fn pick<'a, T>(
    word: &str,
    field: &str,
    typed: &str,
    all: &'a [T],
    name: impl Fn(&T) -> (&str, &str),
) -> Result<&'a T> {
    let by = |test: &dyn Fn(&str, &str) -> bool| all.iter().find(|it| test(name(it).0, name(it).1));
    let found = by(&|_, name| same(name, typed)).or_else(|| by(&|id, _| id == typed.trim()));
    found.ok_or_else(|| no_such(word, field, typed, all.iter().map(|it| name(it).1)))
}

/// `Jira has no priority `Hi`. Did you mean `High`? It can be Low, Medium or High.`
pub(super) fn no_such<'a>(word: &str, field: &str, typed: &str, names: impl Iterator<Item = &'a str>) -> Error {
    let mut names: Vec<&str> = names.collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|it| seen.insert(*it));
    let mut message = format!("Jira has no {word} `{}` here.", typed.trim());
    message.push_str(&instead(word, typed, &names));
    at(field, message)
}

/// A value in a query: quoted, so that it is nothing but a value.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.trim().replace('\\', "\\\\").replace('"', "\\\""))
}

/// `1 issue`, `3 issues`.
pub(super) fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {noun}s"),
    }
}

/// `2.5`, `3`.
pub(super) fn number(value: f64) -> String {
    // The sum of nothing is -0, which adding 0 mends.
    ((value * 100.0).round() / 100.0 + 0.0).to_string()
}
