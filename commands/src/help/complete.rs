//! What can come next, as a person types.

use serde_json::{Map, Value};

use crate::{
    Choice, Field, FieldKind, Group, form,
    grammar::{self, Cut},
};

/// One line of a completion list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// The whole line with this completion taken.
    pub line: String,
    /// What is shown.
    pub label: String,
    pub help: String,
}

/// The field whose value is being typed at the end of `line`, the value's beginning, and the line before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Completing {
    pub group: String,
    pub action: String,
    pub field: Field,
    pub typed: String,
    pub before: String,
    /// What was given before it, for look-ups that depend on it.
    pub given: Map<String, Value>,
}

/// What can come next after `line`, which starts with a group's name; at most `limit`.
///
/// Values of look-up fields are not known here: for those, [`completing`] says which field it is.
pub fn complete(groups: &[Group], line: &str, limit: usize) -> Vec<Completion> {
    let mut found = match grammar::cut(groups, line) {
        Cut::Group { before, typed } => names(groups, &before, &typed),
        Cut::Action { group, before, done, typed } => actions(group, &before, &done, &typed),
        Cut::Argument(at) => match &at.value {
            Some((field, typed)) if at.named => values(field, &at.before, typed),
            value => {
                let mut found = value.as_ref().map(|(field, typed)| values(field, &at.before, typed)).unwrap_or_default();
                found.extend(fields(at.fields, &at.given, &at.before, &at.typed));
                found
            }
        },
        Cut::Nothing => Vec::new(),
    };
    found.truncate(limit);
    found
}

/// Where a look-up is to be asked: the field at the end of `line` whose value is being typed.
pub fn completing(groups: &[Group], line: &str) -> Option<Completing> {
    let Cut::Argument(at) = grammar::cut(groups, line) else { return None };
    let (field, typed) = at.value?;
    Some(Completing { group: at.group, action: at.action, field, typed, before: at.before, given: at.given })
}

impl Completing {
    /// The line with a looked-up value taken.
    pub fn offer(&self, choice: &Choice) -> Completion {
        let value = grammar::word(&choice.value);
        Completion { line: format!("{}{value} ", self.before), label: choice.value.clone(), help: choice.label.clone() }
    }
}

fn begins(word: &str, typed: &str) -> bool {
    word.to_lowercase().starts_with(&typed.to_lowercase())
}

fn names(groups: &[Group], before: &str, typed: &str) -> Vec<Completion> {
    let mut found: Vec<_> = groups
        .iter()
        .filter(|it| begins(&it.name, typed))
        .map(|it| Completion { line: format!("{before}{} ", it.name), label: it.name.clone(), help: it.title.clone() })
        .collect();
    if begins("help", typed) {
        found.push(Completion { line: format!("{before}help"), label: "help".into(), help: "What can be done here.".into() });
    }
    found
}

/// Whole names of actions: one choice takes all the words that are left.
fn actions(group: &Group, before: &str, done: &[String], typed: &str) -> Vec<Completion> {
    let mut found = Vec::new();
    let typed_so_far = done.iter().map(String::as_str).chain([typed]).collect::<Vec<_>>().join(" ");
    for spec in &group.actions {
        let short = group.noun.and_then(|noun| spec.name.strip_prefix(noun)?.strip_prefix(' '));
        let Some(name) = [Some(spec.name), short].into_iter().flatten().find(|it| begins(it, &typed_so_far)) else { continue };
        found.push(Completion { line: format!("{before}{name} "), label: name.to_owned(), help: spec.summary().to_owned() });
    }
    if done.is_empty() && begins("help", typed) {
        found.push(Completion {
            line: format!("{before}help"),
            label: "help".into(),
            help: format!("What {} can do.", group.title),
        });
    }
    found
}

/// The names that have not been given yet.
fn fields(fields: &[Field], given: &Map<String, Value>, before: &str, typed: &str) -> Vec<Completion> {
    let typed = typed.trim_start_matches(['-', '—', '–']);
    let open =
        |it: &&Field| !it.hidden && !it.positional && it.kind != FieldKind::Secret && (it.many || !given.contains_key(&it.name));
    let mut all: Vec<&Field> = fields.iter().filter(open).filter(|it| begins(&it.name, typed)).collect();
    all.sort_by_key(|it| !it.required);
    let completion = |it: &Field| match it.kind {
        FieldKind::Flag => {
            Completion { line: format!("{before}--{} ", it.name), label: format!("--{}", it.name), help: it.help.clone() }
        }
        _ => Completion { line: format!("{before}{}=", it.name), label: format!("{}=", it.name), help: it.help.clone() },
    };
    all.into_iter().map(completion).collect()
}

fn values(field: &Field, before: &str, typed: &str) -> Vec<Completion> {
    let offered: Vec<(String, String)> = match &field.kind {
        FieldKind::Choice(choices) => choices.iter().map(|it| (it.value.clone(), it.label.clone())).collect(),
        FieldKind::Flag => ["yes", "no"].map(|it| (it.to_owned(), it.to_owned())).into(),
        FieldKind::Date => ["today", "tomorrow", "+1w"].map(|it| (it.to_owned(), field.help.clone())).into(),
        FieldKind::Time => ["9:00", "noon", "17:00"].map(|it| (it.to_owned(), field.help.clone())).into(),
        FieldKind::Moment => ["+1h", "tomorrow 9:00", "+1w"].map(|it| (it.to_owned(), field.help.clone())).into(),
        _ => Vec::new(),
    };
    let typed = typed.trim_start_matches(['"', '\'', '“', '‘']);
    let mut found: Vec<_> = offered
        .into_iter()
        .filter(|(value, label)| begins(value, typed) || begins(label, typed))
        .map(|(value, label)| Completion { line: format!("{before}{} ", grammar::word(&value)), label: value, help: label })
        .collect();
    if let Some(default) = field.default.as_ref().map(|it| form::show(field, it)) {
        found.sort_by_key(|it| it.label != default);
    }
    found
}
