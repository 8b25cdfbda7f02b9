//! Failures whose meaning only Notion's client knows, and mistakes at their fields.

pub(super) use crate::words::at;
use commands::{Error, ErrorKind, FieldProblem};

pub(super) fn explain(error: Error) -> Error {
    let message = match (error.kind, error.code.as_deref()) {
        (ErrorKind::Auth, _) => {
            "Notion refuses the integration's secret. An administrator can put a new one into this connection: \
             notion.so/profile/integrations, the integration, Configuration."
        }
        (ErrorKind::Permission, _) => {
            "The Notion integration lacks a capability for this. Whoever administers it can tick it: \
             notion.so/profile/integrations, the integration, Capabilities."
        }
        (ErrorKind::NotFound, _) => {
            "Notion has no such object, or it is not shared with the integration: open the page, •••, Connections, and add it there."
        }
        _ => return error,
    };
    Error { message: message.to_owned(), ..error }
}

/// What Notion refused of a property's value, which it names, at `field`.
pub(super) fn place(error: Error, field: &str) -> Error {
    match error.kind {
        ErrorKind::Validation => {
            let message = error.message.clone();
            error.with_fields(vec![FieldProblem::new(field, message)])
        }
        _ => error,
    }
}

/// `a, b and c`, of at most twenty.
pub(super) fn all_of(names: &[&str]) -> String {
    let shown = &names[..names.len().min(20)];
    let more = if names.len() > shown.len() { ", …" } else { "" };
    match shown {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}{more}", first.join(", ")),
    }
}
