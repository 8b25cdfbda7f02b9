//! From what Redmine refuses to the form field it is about.

pub(super) use crate::words::{at, either};
use commands::{Error, ErrorKind, FieldProblem};

/// How Redmine names its attributes in English, and the parameter that holds each. Longer names
/// stand before those they begin with.
const FIELDS: &[(&str, &str)] = &[
    ("Subject", "subject"),
    ("Description", "description"),
    ("Project", "project"),
    ("Tracker", "tracker"),
    ("Status", "status"),
    ("Priority", "priority"),
    ("Assignee", "assignee"),
    ("Category", "category"),
    ("Target version", "version"),
    ("Parent task", "parent"),
    ("Start date", "start_date"),
    ("Due date", "due_date"),
    ("Estimated time", "estimate"),
    ("% Done", "done_ratio"),
    ("Private", "private"),
    ("Issue", "issue"),
    ("Hours", "hours"),
    ("Activity", "activity"),
    ("Comment", "comment"),
    ("Date", "date"),
    ("User", "user"),
    ("Role", "role"),
    ("Name", "name"),
    ("Identifier", "identifier"),
    ("Date", "due_date"),
];

/// The same failure, with each of Redmine's sentences at the field it begins with, where `known`
/// has that field; `custom` says of the names of custom fields which field each leads to.
pub(super) fn place(error: Error, known: &[&str], custom: &[(String, String)]) -> Error {
    if error.kind != ErrorKind::Validation {
        return error;
    }
    // `Redmine refused the values: Subject cannot be blank; … . Correct them and try again.`
    let said = error.message.split_once(": ").map_or(error.message.as_str(), |(_, said)| said);
    let said = said.strip_suffix(" Correct them and try again.").unwrap_or(said);
    let field_of = |sentence: &str| -> Option<&str> {
        let is_about = |label: &str| sentence.strip_prefix(label).is_some_and(|rest| rest.starts_with(' '));
        if let Some((_, field)) = custom.iter().find(|(name, _)| is_about(name)) {
            return Some(field);
        }
        FIELDS.iter().find(|(label, field)| is_about(label) && known.contains(field)).map(|(_, field)| *field)
    };
    let mut fields: Vec<FieldProblem> = Vec::new();
    for sentence in said.split("; ") {
        let Some(field) = field_of(sentence) else { continue };
        fields.push(FieldProblem::new(field, format!("{}.", sentence.trim_end_matches('.'))));
    }
    error.with_fields(fields)
}

/// Several mistakes as one failure, none forgotten.
pub(super) fn all(errors: Vec<Error>) -> Option<Error> {
    let mut errors = errors.into_iter();
    let first = errors.next()?;
    Some(errors.fold(first, |mut all, next| {
        all.message = format!("{} {}", all.message, next.message);
        all.fields.extend(next.fields);
        all
    }))
}

/// A failure about an object that people name: what is missing, and the right that is missing.
pub(super) fn about(error: Error, what: &str, right: &str) -> Error {
    let message = match error.kind {
        ErrorKind::NotFound => format!("There is no {what} in Redmine. Look at the number or name again."),
        ErrorKind::Permission => {
            let who = error.message.split(" may not ").next().unwrap_or("The bot's Redmine account");
            format!("{who} may not do this with {what}: it takes the right “{right}”. A manager of the project can give it.")
        }
        _ => return error,
    };
    Error { message, ..error }
}
