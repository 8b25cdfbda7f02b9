//! What Nextcloud refuses, in words that lead on, at the field it is about.

use commands::{Error, ErrorKind, FieldProblem};
use reqwest::StatusCode;
use serde::Deserialize;

use super::dav::Element;
use crate::http::VendorError;
pub(super) use crate::words::{at, either};

/// The same failure, at a field of the form.
pub(super) fn placed(error: Error, field: &str) -> Error {
    let message = error.message.clone();
    error.with_fields(vec![FieldProblem::new(field, message)])
}

#[derive(Deserialize)]
struct Envelope {
    ocs: Ocs,
}

#[derive(Deserialize)]
struct Ocs {
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    statuscode: Option<i64>,
    message: Option<String>,
}

fn ocs(body: &[u8]) -> Option<Meta> {
    serde_json::from_slice(body).ok().map(|it: Envelope| it.ocs.meta)
}

fn sabre(body: &[u8]) -> Option<Element> {
    if !body.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    Element::parse(body).filter(|it| it.name == "error")
}

/// OCS says it in JSON (`{"ocs":{"meta":{"message":…}}}`), WebDAV in XML (`<d:error><s:message>…`).
pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let message = match ocs(body) {
        Some(meta) => meta.message?,
        None => sabre(body)?.child("message")?.text.clone(),
    };
    Some(VendorError { messages: vec![message] })
}

/// OCS's status code (`102`), or the last part of WebDAV's exception (`InsufficientStorage`).
pub(super) fn read_code(body: &[u8]) -> Option<String> {
    if let Some(meta) = ocs(body) {
        return meta.statuscode.map(|it| it.to_string());
    }
    let exception = sabre(body)?.child("exception")?.text.clone();
    exception.rsplit('\\').next().map(str::to_owned)
}

/// Whether WebDAV's exception is one of these.
fn is(error: &Error, codes: &[&str]) -> bool {
    error.code.as_deref().is_some_and(|it| codes.contains(&it))
}

/// A failure about the file or folder at `path`.
pub(super) fn about(error: Error, path: &str) -> Error {
    let message = match error.kind {
        ErrorKind::NotFound => format!("There is no `{path}` in Nextcloud that the bot can see. Is the path right?"),
        ErrorKind::Permission => {
            format!(
                "The bot's account may not do this with `{path}`. Its owner can share it with that account, with the right to edit."
            )
        }
        _ if is(&error, &["InsufficientStorage", "EntityTooLarge"]) => {
            let message = format!("There is no room for `{path}`: the quota of the bot's account or the disk is used up.");
            return Error { kind: ErrorKind::Validation, message, ..error };
        }
        ErrorKind::Conflict if is(&error, &["Locked", "FileLocked", "ConflictingLock"]) => {
            format!("`{path}` is locked by somebody who is working on it. Try again when they are done, or unlock it.")
        }
        ErrorKind::Validation if is(&error, &["InvalidPath"]) => {
            format!("Nextcloud does not take the name of `{path}`. {}", error.message)
        }
        _ => return error,
    };
    Error { message, ..error }
}

/// A failure of what only administrators may do.
pub(super) fn administer(error: Error, what: &str) -> Error {
    match error.kind {
        // OCS answers 403 both to people without the right and where it wants the password again.
        ErrorKind::Permission if error.message.to_lowercase().contains("password confirmation") => {
            let way = "Nextcloud takes it here only with the account's own password instead of an app password.";
            Error { message: format!("Nextcloud wants the bot's password confirmed before it lets it {what}. {way}"), ..error }
        }
        ErrorKind::Permission => {
            let way = "An administrator of Nextcloud can add that account to the group `admin`.";
            Error { message: format!("The bot's account may not {what}: it is no administrator. {way}"), ..error }
        }
        _ => error,
    }
}
