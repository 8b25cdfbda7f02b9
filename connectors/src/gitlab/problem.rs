//! Refusals in words, at the field they are about.

pub(super) use crate::words::{at, either};
use commands::{Error, ErrorKind, FieldProblem};

/// How GitLab calls an attribute at the start of a sentence, and the parameter that holds it.
const FIELDS: &[(&str, &str)] = &[
    ("title", "title"),
    ("description", "description"),
    ("due date", "due"),
    ("start date", "start"),
    ("source branch", "source"),
    ("target branch", "target"),
    ("branch", "branch"),
    ("ref", "ref"),
    ("tag name", "tag"),
    ("tag", "tag"),
    ("name", "name"),
    ("color", "color"),
    ("milestone", "milestone"),
    ("milestones", "milestone"),
    ("labels", "label"),
    ("expires at", "expires"),
    ("access level", "role"),
    ("user", "person"),
    ("invalid reference name", "ref"),
    ("reference not found", "ref"),
    ("invalid reference name", "from"),
    ("milestone(s)", "milestone"),
    ("duration", "time"),
    ("time spent", "time"),
    ("time estimate", "time"),
    ("cron timezone", "timezone"),
    ("cron", "cron"),
    ("target", "from"),
];

/// The same failure, with each of GitLab's sentences at the field it begins with, where `known` has that field.
pub(super) fn place(error: Error, known: &[&str]) -> Error {
    if !matches!(error.kind, ErrorKind::Validation | ErrorKind::Conflict) {
        return error;
    }
    // `GitLab refused the values: title can't be blank; … . Correct them and try again.`
    let said = error.message.split_once(": ").map_or("", |(_, said)| said);
    let said = said.split_once(". Correct them").map_or(said, |(said, _)| said);
    let field_of = |sentence: &str| {
        let lower = sentence.to_lowercase();
        let starts = |label: &str| lower.strip_prefix(label).is_some_and(|it| it.is_empty() || it.starts_with([' ', ':']));
        FIELDS.iter().find(|(label, field)| starts(label) && known.contains(field)).map(|(_, field)| *field)
    };
    let problems = said.split("; ").filter_map(|it| Some((field_of(it)?, it)));
    let fields = problems.map(|(field, it)| FieldProblem::new(field, format!("{}.", it.trim_end_matches('.')))).collect();
    error.with_fields(fields)
}

/// A failure about something that people name: what is missing, and how else to look for it.
pub(super) fn about(error: Error, what: &str) -> Error {
    match error.kind {
        ErrorKind::NotFound => {
            let message = format!("GitLab has no {what}, or hides it from the bot's account. Look at the name and number again.");
            Error { message, ..error }
        }
        _ => error,
    }
}
