//! Failures whose meaning only Trello's client knows, and mistakes at their fields.

pub(super) use crate::words::at;
use commands::{Error, ErrorKind, FieldProblem};

/// Trello answers 401 for a token that is none, and for what a good one may not do; and 400 for an id that is none.
pub(super) fn explain(error: Error) -> Error {
    let said = |it: &str| error.message.to_lowercase().contains(it);
    let (kind, message) = match error.kind {
        ErrorKind::Auth if said("permission") || said("unauthorized") => (ErrorKind::Permission, MAY_NOT.to_owned()),
        ErrorKind::Permission => (ErrorKind::Permission, MAY_NOT.to_owned()),
        ErrorKind::Auth => (
            ErrorKind::Auth,
            "Trello refuses the bot's key or token. An administrator can put new ones into this connection: \
             trello.com/power-ups/admin, the Power-Up, API key, Token."
                .to_owned(),
        ),
        ErrorKind::Validation if said("invalid id") => {
            (ErrorKind::NotFound, "Trello has no such object. Check the link or the name.".to_owned())
        }
        ErrorKind::NotFound => (
            ErrorKind::NotFound,
            "Trello has no such object, or hides it from the bot: is the bot's member on that board? Check the link or the name."
                .to_owned(),
        ),
        _ => return error,
    };
    Error { kind, message, ..error }
}

const MAY_NOT: &str = "The bot's Trello member may not do this. Invite it to the board as a member, or as an administrator for \
                       what only those may; and give it a token that may write.";

/// What Trello refused, at the field it names.
pub(super) fn place(error: Error, places: &[(&str, &str)]) -> Error {
    if error.kind != ErrorKind::Validation {
        return error;
    }
    let said = error.message.to_lowercase();
    let Some((_, field)) = places.iter().find(|(word, _)| said.contains(word)) else { return error };
    let message = error.message.clone();
    error.with_fields(vec![FieldProblem::new(*field, message)])
}

/// `a, b or c`, of at most twenty.
pub(super) fn either(names: &[&str]) -> String {
    let shown = &names[..names.len().min(20)];
    let more = if names.len() > shown.len() { ", …" } else { "" };
    match shown {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}{more}", first.join(", ")),
    }
}
