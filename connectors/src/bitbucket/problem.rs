//! From what Bitbucket refuses to the form field it is about, and to what a person can do.

use commands::{Error, ErrorKind, FieldProblem, Result};

/// The same failure, with each sentence of Bitbucket's that begins with a field's name (`title: …`) at the parameter of that
/// name; `known` pairs both names.
pub(super) fn place(error: Error, known: &[(&str, &str)]) -> Error {
    if !matches!(error.kind, ErrorKind::Validation | ErrorKind::Conflict) {
        return error;
    }
    // `Bitbucket refused the values: title: This field is required; … . Correct them and try again.`
    let said = error.message.split_once(": ").map_or(error.message.as_str(), |(_, said)| said);
    let said = said.strip_suffix(" Correct them and try again.").unwrap_or(said);
    let mut fields = Vec::new();
    for sentence in said.split("; ") {
        let Some((name, what)) = sentence.split_once(": ") else { continue };
        if let Some((_, field)) = known.iter().find(|(theirs, _)| *theirs == name) {
            fields.push(FieldProblem::new(*field, format!("{}.", what.trim_end_matches('.'))));
        }
    }
    error.with_fields(fields)
}

/// The end of something that was there a moment ago: when it is not there any more, a repeat of the request found out that
/// it was done before.
pub(super) fn gone(deleted: Result<()>) -> Result<()> {
    match deleted {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        deleted => deleted,
    }
}

/// A failure about an object that people name.
pub(super) fn about(error: Error, what: &str) -> Error {
    match error.kind {
        ErrorKind::NotFound => Error {
            message: format!("There is no {what} in Bitbucket, or it is hidden from the bot's account. Look at the name again."),
            ..error
        },
        _ => error,
    }
}
