//! Boolean filters on events: `pulls -author:*[bot] (label:urgent or path:infra/**)`.
//!
//! | written | passes |
//! |---|---|
//! | `issues`, `issue` | events on issues, whatever happened to them |
//! | `issue.created`, `*.closed` | events of that kind |
//! | `author:ana` | what Ana did |
//! | `label:urgent`, `project:demo`, `source:ci`, `key:#42`, `kind:issue.*` | by what the event says of its object |
//! | `state:open` | objects in that state now |
//! | `changed:status` | events that changed that field |
//! | `status:Closed`, `path:infra/**` | events that changed that field to this; `status` also looks at the state |
//! | `text:"out of paper"` | events whose title or text holds this |
//! | `a b`, `a and b` · `a or b` · `-a`, `not a` · `( … )` | both · either · not · grouping |
//!
//! `*` stands for any run of characters, and case does not matter.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::{Error, Event};

/// A filter that was understood. It prints as text that reads back as the same filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Expr);

#[derive(Clone, Debug, PartialEq)]
enum Expr {
    All,
    /// A noun or a whole kind, in lower case.
    Kind(String),
    /// What to look at, and the pattern it must match.
    Has(Key, String),
    Not(Box<Expr>),
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
}

/// What of an event a pattern is about.
#[derive(Clone, Debug, PartialEq)]
enum Key {
    Author,
    Label,
    Project,
    State,
    Kind,
    Text,
    Object,
    Source,
    /// The name of a field that changed.
    Changed,
    /// The new value of the field of that name.
    Field(String),
}

/// How keys are written; the first name of each is how it is printed.
const KEYS: &[(&str, Key)] = &[
    ("author", Key::Author),
    ("by", Key::Author),
    ("label", Key::Label),
    ("project", Key::Project),
    ("place", Key::Project),
    ("repo", Key::Project),
    ("state", Key::State),
    ("kind", Key::Kind),
    ("text", Key::Text),
    ("key", Key::Object),
    ("source", Key::Source),
    ("changed", Key::Changed),
];

impl Filter {
    /// Everything passes.
    pub fn all() -> Filter {
        Filter(Expr::All)
    }

    /// # Errors
    /// [`crate::ErrorKind::BadInput`], naming the word that is wrong and what can stand there.
    pub fn parse(text: &str) -> Result<Filter, Error> {
        parse::parse(text).map(Filter)
    }

    pub fn matches(&self, event: &Event) -> bool {
        self.0.matches(event)
    }
}

impl Expr {
    fn matches(&self, event: &Event) -> bool {
        match self {
            Expr::All => true,
            Expr::Kind(word) => is_kind(word, &event.kind),
            Expr::Has(key, pattern) => key.matches(pattern, event),
            Expr::Not(inner) => !inner.matches(event),
            Expr::And(all) => all.iter().all(|it| it.matches(event)),
            Expr::Or(any) => any.iter().any(|it| it.matches(event)),
        }
    }
}

impl Key {
    fn matches(&self, pattern: &str, event: &Event) -> bool {
        let is = |value: &str| glob(pattern, value);
        let may_be = |value: &Option<String>| value.as_deref().is_some_and(is);
        match self {
            Key::Author => may_be(&event.actor),
            Key::Label => event.labels.iter().any(|it| is(it)),
            Key::Project => may_be(&event.object.place),
            Key::State => may_be(&event.object.state),
            Key::Kind => is(&event.kind),
            Key::Text => {
                let holds = |value: &str| glob(&format!("*{pattern}*"), value);
                holds(&event.object.title) || event.text.as_deref().is_some_and(holds)
            }
            Key::Object => is(&event.object.key),
            Key::Source => is(&event.source),
            Key::Changed => event.changes.iter().any(|it| is(&it.field)),
            Key::Field(name) => {
                let changed = event.changes.iter().any(|it| it.field.eq_ignore_ascii_case(name) && may_be(&it.to));
                changed || (name == "status" && may_be(&event.object.state))
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Key::Field(name) => name,
            key => KEYS.iter().find(|(_, it)| it == key).map_or("", |(name, _)| name),
        }
    }
}

/// `issues`, `issue` and `issue.created` are words for the kind `issue.created`; `pulls` is one for
/// `pull_request.opened`.
fn is_kind(word: &str, kind: &str) -> bool {
    if word.contains(['.', '*']) {
        return glob(word, kind);
    }
    let kind = kind.to_lowercase();
    let noun = kind.split('.').next().unwrap_or_default();
    let begins = |word: &str| noun.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-']));
    begins(word)
        || word.strip_suffix('s').is_some_and(begins)
        || word.strip_suffix("es").is_some_and(begins)
        || word.strip_suffix("ies").is_some_and(|it| begins(&format!("{it}y")))
}

/// Whether `*` in the pattern can be filled in so that it is the text. Linear in memory, and never
/// worse than the product of both lengths.
fn glob(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, from));
            at += 1;
        } else if pattern.get(at) == Some(&text[from]) {
            at += 1;
            from += 1;
        } else if let Some((starred, taken)) = star {
            star = Some((starred, taken + 1));
            at = starred + 1;
            from = taken + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|it| *it == '*')
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => Ok(()),
            Expr::Kind(word) => f.write_str(word),
            Expr::Has(key, pattern) => {
                write!(f, "{}:", key.name())?;
                match parse::is_bare(pattern) {
                    true => f.write_str(pattern),
                    false => write!(f, "\"{}\"", parse::escaped(pattern)),
                }
            }
            Expr::Not(inner) => match **inner {
                Expr::And(_) | Expr::Or(_) => write!(f, "-({inner})"),
                _ => write!(f, "-{inner}"),
            },
            Expr::And(all) => join(f, all, " ", |it| matches!(it, Expr::And(_) | Expr::Or(_))),
            Expr::Or(any) => join(f, any, " or ", |it| matches!(it, Expr::Or(_))),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str, grouped: fn(&Expr) -> bool) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { between })?;
        match grouped(part) {
            true => write!(f, "({part})")?,
            false => write!(f, "{part}")?,
        }
    }
    Ok(())
}
