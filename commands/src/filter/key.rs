//! What of an event a condition is about.

use crate::{
    Error, event,
    event::Severity,
    filter::pattern::{Comparison, Glob, Paths, Pattern, Test},
    nearest::nearest,
};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    Author,
    Label,
    Project,
    State,
    Kind,
    Text,
    Title,
    Commit,
    Object,
    Source,
    Branch,
    Path,
    Severity,
    /// Who was given it, is asked for a review, is named: by what this event says.
    Concern(event::Why),
    /// What set a run off: a push, a pull request.
    Trigger,
    /// The name of a field that changed.
    Changed,
    /// The new value of the field of that name.
    Field(String),
}

/// How keys are written; the first name of each is how it is printed.
pub(super) const KEYS: &[(&str, Key)] = &[
    ("author", Key::Author),
    ("actor", Key::Author),
    ("by", Key::Author),
    ("label", Key::Label),
    ("in", Key::Project),
    ("repo", Key::Project),
    ("project", Key::Project),
    ("place", Key::Project),
    ("repository", Key::Project),
    ("state", Key::State),
    ("kind", Key::Kind),
    ("text", Key::Text),
    ("title", Key::Title),
    ("name", Key::Title),
    ("commit", Key::Commit),
    ("key", Key::Object),
    ("source", Key::Source),
    ("branch", Key::Branch),
    ("path", Key::Path),
    ("file", Key::Path),
    ("severity", Key::Severity),
    ("assignee", Key::Concern(event::Why::Assigned)),
    ("mentions", Key::Concern(event::Why::Mentioned)),
    ("mention", Key::Concern(event::Why::Mentioned)),
    ("reviewer", Key::Concern(event::Why::ReviewAsked)),
    ("review", Key::Concern(event::Why::ReviewAsked)),
    ("event", Key::Trigger),
    ("changed", Key::Changed),
];

/// Fields that systems have, and that are no slip for a key.
const FIELDS: &[&str] = &["status", "stage", "type", "date", "team", "tracker", "version", "milestone", "sprint", "priority"];

const SEVERITIES: &[(&str, Severity)] = &[
    ("info", Severity::Info),
    ("warning", Severity::Warning),
    ("error", Severity::Error),
    ("critical", Severity::Critical),
    ("low", Severity::Info),
    ("warn", Severity::Warning),
    ("medium", Severity::Warning),
    ("high", Severity::Error),
    ("fatal", Severity::Critical),
];

impl Key {
    /// A key, or the name of a field that can change; a slip in a key is not taken for a field.
    pub fn named(name: &str) -> Result<Key, Error> {
        let lower = name.to_lowercase();
        let singular = lower.strip_suffix('s').unwrap_or(&lower);
        if let Some((_, key)) = KEYS.iter().find(|(it, _)| *it == lower || *it == singular) {
            return Ok(key.clone());
        }
        match nearest(&lower, KEYS.iter().map(|(it, _)| *it)).filter(|_| !FIELDS.contains(&lower.as_str())) {
            Some(near) => Err(refuse(format!("There is no `{name}:` to filter by. Did you mean `{near}:`?"))),
            None => Ok(Key::Field(lower)),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Key::Field(name) => name,
            key => KEYS.iter().find(|(_, it)| it == key).map_or("", |(name, _)| name),
        }
    }

    /// What the text in quotes says.
    pub fn quoted(&self, text: &str) -> Result<Pattern, Error> {
        let test = match self {
            Key::Severity => return severity(Comparison::Equal, text, text),
            Key::Text | Key::Commit => Test::Is(Glob::inside(text)),
            Key::Project => Test::Place(Glob::new(text), Glob::new(&format!("{}/*", text.trim_end_matches('/')))),
            Key::Path => Test::Path(Paths::new(text)),
            _ => Test::Is(Glob::new(text)),
        };
        Ok(Pattern { text: text.to_owned(), test })
    }

    /// The same of text without quotes, which may compare.
    pub fn bare(&self, text: &str) -> Result<Pattern, Error> {
        let Some((comparison, bound)) = Comparison::split(text) else { return self.quoted(text) };
        let name = self.name();
        match self {
            Key::Severity => severity(comparison, bound, text),
            Key::Field(_) => match bound.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Pattern { text: text.to_owned(), test: Test::Number(comparison, number) }),
                _ => Err(refuse(format!(
                    "`{name}:{text}` compares with what is no number: write one, as in `{name}:>=5`, or `{name}:\"{text}\"` \
                     for those very signs."
                ))),
            },
            _ => Err(refuse(format!(
                "`{name}:{text}` cannot be compared: only a severity is more or less, as in `severity:>=warning`, and a field \
                 that is a number. Write `{name}:\"{text}\"` for those very signs."
            ))),
        }
    }
}

fn severity(comparison: Comparison, name: &str, text: &str) -> Result<Pattern, Error> {
    let lower = name.to_lowercase();
    let names = || SEVERITIES.iter().map(|(it, _)| *it);
    match SEVERITIES.iter().find(|(it, _)| *it == lower) {
        Some((_, severity)) => Ok(Pattern { text: text.to_owned(), test: Test::Severity(comparison, *severity) }),
        None => {
            let hint = nearest(&lower, names()).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
            Err(refuse(format!("`{name}` is no severity: write info, warning, error or critical.{hint}")))
        }
    }
}

pub(super) fn refuse(sentence: impl Into<String>) -> Error {
    Error::bad_input(sentence)
}
