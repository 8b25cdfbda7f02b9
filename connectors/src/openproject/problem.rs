//! From what OpenProject refuses to the form field it is about, and mistakes of people as sentences.

pub(super) use crate::words::{at, either};
use commands::{Error, ErrorKind, FieldProblem};

/// How OpenProject names its attributes, and the parameter that holds each.
const FIELDS: &[(&str, &str)] = &[
    ("responsible", "accountable"),
    ("startDate", "start_date"),
    ("endDate", "due_date"),
    ("dueDate", "due_date"),
    ("estimatedTime", "estimate"),
    ("remainingTime", "remaining"),
    ("percentageDone", "done"),
    ("spentOn", "date"),
    ("workPackage", "package"),
    ("entity", "package"),
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("to", "other"),
    ("roles", "role"),
    ("principal", "who"),
    ("statusExplanation", "explanation"),
];

/// The same failure, with each of OpenProject's sentences at its field, where `known` has that field; custom fields are
/// at `field`.
pub(super) fn place(error: Error, known: &[&str]) -> Error {
    let field = |attribute: &str| {
        let attribute = attribute.trim_end_matches("Id");
        let named = FIELDS.iter().find(|(name, _)| *name == attribute).map_or(attribute, |(_, field)| *field);
        let named = if named.starts_with("customField") { "field" } else { named };
        known.iter().find(|it| **it == named).copied()
    };
    let refused = refused(&error);
    let fields = refused.into_iter().filter_map(|(attribute, sentence)| Some(FieldProblem::new(field(&attribute)?, sentence)));
    let fields = fields.collect();
    error.with_fields(fields)
}

/// The same failure, with each of OpenProject's sentences at its own name of the attribute.
pub(super) fn named(error: Error) -> Error {
    let fields = refused(&error).into_iter().map(|(attribute, sentence)| FieldProblem::new(attribute, sentence)).collect();
    error.with_fields(fields)
}

/// The attributes that were refused, each with what OpenProject says about it.
fn refused(error: &Error) -> Vec<(String, String)> {
    let Some((_, attributes)) = error.code.as_deref().and_then(|it| it.split_once(' ')) else { return Vec::new() };
    // `OpenProject refused the values: Subject can't be blank; … . Correct them and try again.`
    let said = error.message.split_once(": ").map_or(error.message.as_str(), |(_, said)| said);
    let said = said.strip_suffix(" Correct them and try again.").unwrap_or(said).trim_end_matches('.');
    let attributes: Vec<&str> = attributes.split(' ').collect();
    let sentences: Vec<&str> = said.split("; ").collect();
    // A sentence may hold a semicolon itself: then nobody knows where one ends.
    let sentence = |at: usize| if sentences.len() == attributes.len() { sentences[at] } else { said };
    let pair = |(at, attribute): (usize, &&str)| ((*attribute).to_owned(), format!("{}.", sentence(at).trim_end_matches('.')));
    attributes.iter().enumerate().filter(|(_, it)| **it != "-").map(pair).collect()
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

/// What only an administrator's account may do, for [`about`].
pub(super) const ADMINISTRATOR: &str = "";

/// A failure about an object that people name: that there is none, or the permission that is missing.
pub(super) fn about(error: Error, what: &str, right: &str) -> Error {
    let message = match error.kind {
        ErrorKind::NotFound => {
            format!("There is no {what} in OpenProject that the bot can see. Look at the number or name again.")
        }
        ErrorKind::Permission if right == ADMINISTRATOR => format!(
            "The bot's account in OpenProject may not do this with the {what}: it takes an administrator's account. Somebody who \
             administers OpenProject can make it one, or do this there."
        ),
        ErrorKind::Permission => format!(
            "The bot's account in OpenProject may not do this with the {what}: it takes the permission “{right}”. Somebody who \
             administers OpenProject can give it a role that has it."
        ),
        _ => return error,
    };
    Error { message, ..error }
}
