//! Zulip's refusals by class. <https://zulip.com/api/rest-error-handling>
//!
//! Nearly every refusal is a 400 with the code `BAD_REQUEST`; only the words tell a missing right
//! from a wrong value.

use commands::{Error, ErrorKind};
use reqwest::StatusCode;
use serde::Deserialize;

use crate::http::VendorError;

#[derive(Deserialize)]
struct Refusal {
    msg: String,
    code: Option<String>,
}

/// `{"result": "error", "msg": "Invalid message(s)", "code": "BAD_REQUEST"}`.
pub(super) fn read(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    serde_json::from_slice(body).ok().map(|it: Refusal| VendorError { messages: vec![it.msg] })
}

pub(super) fn code(body: &[u8]) -> Option<String> {
    serde_json::from_slice(body).ok().and_then(|it: Refusal| it.code)
}

/// Whether a failure is Zulip's `code`.
pub(super) fn is(error: &Error, code: &str) -> bool {
    error.code.as_deref() == Some(code)
}

/// The same failure in its class, with what to do about it.
pub(super) fn explain(error: Error) -> Error {
    if error.kind != ErrorKind::Validation {
        return error;
    }
    // `Zulip refused the values: Invalid message(s). Correct them and try again.`
    let said = error.message.split_once(": ").map_or(error.message.as_str(), |(_, said)| said);
    let said = said.strip_suffix(" Correct them and try again.").unwrap_or(said).trim_end_matches('.').to_owned();
    let about = |kind: ErrorKind, message: String| Error { kind, message, ..error.clone() };
    let lower = said.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|it| lower.contains(it));
    match error.code.as_deref().unwrap_or_default() {
        "STREAM_DOES_NOT_EXIST" => {
            about(ErrorKind::NotFound, format!("{said}, or the bot may not see it: subscribe the bot to it."))
        }
        "USER_DEACTIVATED" | "REALM_DEACTIVATED" => {
            about(ErrorKind::Auth, format!("Zulip says: {said}. An administrator can reactivate it."))
        }
        "UNAUTHORIZED_PRINCIPAL" | "MOVE_MESSAGES_TIME_LIMIT_EXCEEDED" | "CANNOT_ADMINISTER_CHANNEL" => {
            about(ErrorKind::Permission, format!("Zulip does not let the bot do that: {said}."))
        }
        _ if says(&["no such user", "invalid user id", "no such bot"]) => {
            about(ErrorKind::NotFound, format!("Zulip does not know that person: {said}."))
        }
        _ if says(&["invalid message"]) => {
            about(ErrorKind::NotFound, "Zulip has no such message, or the bot may not see it.".to_owned())
        }
        _ if says(&["invalid channel id", "invalid stream id"]) => {
            about(ErrorKind::NotFound, "Zulip has no such channel, or the bot may not see it.".to_owned())
        }
        _ if says(&["invalid user group"]) => about(ErrorKind::NotFound, "Zulip has no such group.".to_owned()),
        _ if says(&["permission", "must be an organization", "not authorized", "administrative rights", "not allowed"]) => about(
            ErrorKind::Permission,
            format!("Zulip does not let the bot do that: {said}. An administrator can give the bot's account another role."),
        ),
        _ if !said.is_empty() => about(ErrorKind::Validation, format!("Zulip refused that: {said}.")),
        _ => error,
    }
}
