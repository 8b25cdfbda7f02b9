//! Refusals in words, at the field they are about.

pub(super) use crate::words::{at, either};
use commands::{Error, ErrorKind, FieldProblem};

/// How Azure DevOps calls a work item's field within a sentence, and the parameter that holds it.
const FIELDS: &[(&str, &str)] = &[
    ("field title", "title"),
    ("field 'title'", "title"),
    ("field state", "state"),
    ("field 'state'", "state"),
    ("field assigned to", "assignee"),
    ("field 'assigned to'", "assignee"),
    ("unknown identity", "assignee"),
    ("field area path", "area"),
    ("tree name", "area"),
    ("field iteration path", "iteration"),
    ("field priority", "priority"),
    ("work item type", "type"),
    ("source branch", "source"),
    ("target branch", "target"),
];

/// The same failure, at the field that its sentence names, where `known` has that field.
pub(super) fn place(error: Error, known: &[&str]) -> Error {
    if !matches!(error.kind, ErrorKind::Validation | ErrorKind::NotFound | ErrorKind::Conflict) {
        return error;
    }
    let lower = error.message.to_lowercase();
    let found = FIELDS.iter().find(|(words, field)| known.contains(field) && lower.contains(words));
    match found {
        Some((_, field)) => {
            let said = super::api::said(&error.message).unwrap_or(&error.message).trim_end_matches('.').to_owned();
            let kind = if error.kind == ErrorKind::Conflict { error.kind } else { ErrorKind::Validation };
            Error { kind, ..error }.with_fields(vec![FieldProblem::new(*field, format!("{said}."))])
        }
        None => error,
    }
}

/// A failure about something that people name.
pub(super) fn about(error: Error, what: &str) -> Error {
    match error.kind {
        ErrorKind::NotFound => {
            let message =
                format!("Azure DevOps has no {what}, or hides it from the bot's account. Look at the name and number again.");
            Error { message, ..error }
        }
        _ => error,
    }
}
