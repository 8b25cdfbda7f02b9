//! Names that people type, and what to say when there is no such name.

use commands::{Error, Result};

use super::problem::at;

pub(super) fn same(name: &str, typed: &str) -> bool {
    name.trim().to_lowercase() == typed.trim().to_lowercase()
}

/// Words that empty a field.
pub(super) fn is_none(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "none" | "nobody" | "-")
}

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
    if let Some(near) = nearest(typed, &names) {
        message.push_str(&format!(" Did you mean `{near}`?"));
    }
    match names.len() {
        0 => message.push_str(&format!(" There is no {word} to choose from.")),
        1..=20 => message.push_str(&format!(" It can be {}.", either(&names))),
        _ => {}
    }
    at(field, message)
}

/// `a, b or c`.
pub(super) fn either(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The name that was probably meant.
fn nearest<'a>(typed: &str, names: &[&'a str]) -> Option<&'a str> {
    let typed = typed.trim().to_lowercase();
    let near = |name: &&&str| {
        let name = name.to_lowercase();
        !typed.is_empty() && (name.starts_with(&typed) || distance(&name, &typed) <= 1 + typed.chars().count() / 4)
    };
    names.iter().filter(near).min_by_key(|name| distance(&name.to_lowercase(), &typed)).copied()
}

/// How many letters to insert, drop or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// A value in a query: quoted, so that it is nothing but a value.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.trim().replace('\\', "\\\\").replace('"', "\\\""))
}

/// At most `most` characters, ending in … when there were more.
pub(super) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
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
