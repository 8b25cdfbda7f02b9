//! What Drive refuses, in words with a way out: <https://developers.google.com/workspace/drive/api/guides/handle-errors>.

use commands::{Error, ErrorKind, FieldProblem};
use reqwest::StatusCode;
use serde::Deserialize;

use crate::http::VendorError;
pub(super) use crate::words::at;

#[derive(Deserialize)]
struct Body {
    error: Refusal,
}

/// `{"error": {"code": 403, "message": "…", "errors": [{"reason": "userRateLimitExceeded", …}]}}`.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    reason: String,
}

pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let Body { error } = serde_json::from_slice(body).ok()?;
    Some(VendorError { messages: vec![for_people(&error.message)] })
}

/// What is meant for people of `Bad Request. User message: "You are trying to invite …"`.
fn for_people(message: &str) -> String {
    match message.split_once("User message: \"") {
        Some((_, said)) => said.trim_end_matches('"').replace("\\\"", "\""),
        None => message.to_owned(),
    }
}

/// The reason, which says more than the status.
pub(super) fn read_code(body: &[u8]) -> Option<String> {
    let Body { error } = serde_json::from_slice(body).ok()?;
    error.errors.into_iter().map(|it| it.reason).find(|it| !it.is_empty())
}

/// Google says 403 where it wants us to slow down, as well as where it forbids.
pub(super) fn read_status(status: StatusCode, body: &[u8]) -> StatusCode {
    let slow_down = || matches!(read_code(body).as_deref(), Some("userRateLimitExceeded" | "rateLimitExceeded"));
    if status == StatusCode::FORBIDDEN && slow_down() { StatusCode::TOO_MANY_REQUESTS } else { status }
}

/// The same failure in words that fit, where Drive's reason says what is the matter. `who` is the account that acts.
pub(super) fn explain(error: Error, who: &str) -> Error {
    use ErrorKind::{Conflict, NotFound, Permission, Validation};
    let (kind, message) = match error.code.as_deref() {
        Some("notFound") => (NotFound, format!("There is no such file in Google Drive, or {who} may not see it.")),
        Some("insufficientFilePermissions" | "insufficientParentPermissions" | "forbidden") => {
            (Permission, format!("{} may not do this with the file. Somebody who manages it can give the right.", capital(who)))
        }
        Some("insufficientPermissions") => (
            Permission,
            "The bot's token does not cover this. An administrator can give the connection the scope \
             https://www.googleapis.com/auth/drive."
                .to_owned(),
        ),
        Some("storageQuotaExceeded" | "teamDriveFileLimitExceeded" | "numChildrenInNonRootLimitExceeded") => (
            Validation,
            format!(
                "There is no room for it: {}. Empty the trash, delete what is not needed, or put it into another shared drive.",
                said(&error)
            ),
        ),
        Some("sharingRateLimitExceeded") => {
            (Permission, format!("{} shared so much today that Google takes no more. Try again tomorrow.", capital(who)))
        }
        Some("exportSizeLimitExceeded") => (
            Validation,
            "It is more than 10 MB when exported, which Google does not do. Open it and download it there.".to_owned(),
        ),
        Some("fileNotDownloadable") => {
            (Validation, "A Google document has no bytes of its own: export it, as in `file export … to=pdf`.".to_owned())
        }
        Some("cannotDownloadFile" | "cannotDownloadAbusiveFile") => {
            (Permission, "Its owner, or Google, does not let it be downloaded.".to_owned())
        }
        Some("accessNotConfigured") => (
            Permission,
            "The Google Drive API is switched off in the Google Cloud project of the credentials. An administrator can switch it on: APIs & \
             Services → Library → Google Drive API → Enable."
                .to_owned(),
        ),
        Some("channelIdNotUnique") => (Conflict, "There is a channel of that name already. Start it again.".to_owned()),
        Some("domainPolicy") => (
            Permission,
            "The organization's administrators do not let apps use Drive: they can switch it on in the Admin console.".to_owned(),
        ),
        _ => return error,
    };
    Error { kind, message, ..error }
}

/// A refusal to share, at the field that names with whom.
pub(super) fn sharing(error: Error, field: &str) -> Error {
    match error.code.as_deref() {
        Some("invalidSharingRequest" | "invalid" | "badRequest" | "shareOutNotPermitted" | "shareOutNotPermittedForContent") => {
            let message = said(&error);
            error.with_fields(vec![FieldProblem::new(field, format!("{message}."))])
        }
        _ => error,
    }
}

/// What Google itself said: `Google Drive refused the values: … . Correct them and try again.`
pub(super) fn said(error: &Error) -> String {
    let said = error.message.split_once(": ").map_or(error.message.as_str(), |(_, said)| said);
    let ends = [". Correct them and try again.", ". Somebody who administers Google Drive can give it the permission."];
    ends.iter().find_map(|it| said.strip_suffix(it)).unwrap_or(said).trim_end_matches('.').to_owned()
}

fn capital(text: &str) -> String {
    // An address is written as it is.
    if text.contains('@') {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    #[test]
    fn every_reason_that_is_known_has_a_way_out() {
        let mut text = String::new();
        for (status, reason) in [
            (404, "notFound"),
            (403, "insufficientFilePermissions"),
            (403, "insufficientPermissions"),
            (403, "storageQuotaExceeded"),
            (403, "sharingRateLimitExceeded"),
            (403, "exportSizeLimitExceeded"),
            (403, "fileNotDownloadable"),
            (403, "cannotDownloadFile"),
            (403, "accessNotConfigured"),
            (403, "domainPolicy"),
            (403, "userRateLimitExceeded"),
            (400, "somethingNew"),
        ] {
            let body = json!({ "error": { "message": "Google's words.", "errors": [{ "reason": reason }] } }).to_string();
            let status = StatusCode::from_u16(status).unwrap();
            let meant = read_status(status, body.as_bytes());
            let said = read_errors(status, body.as_bytes()).map(|it| it.messages.join(" ")).unwrap_or_default();
            let error =
                Error::new(ErrorKind::Permission, format!("Google Drive refused: {said}")).with_code(read_code(body.as_bytes()));
            let error = explain(error, "the bot's account");
            text.push_str(&format!("{} {reason}: {:?}: {}\n", meant.as_u16(), error.kind, error.message));
        }
        expect![[r#"
            404 notFound: NotFound: There is no such file in Google Drive, or the bot's account may not see it.
            403 insufficientFilePermissions: Permission: The bot's account may not do this with the file. Somebody who manages it can give the right.
            403 insufficientPermissions: Permission: The bot's token does not cover this. An administrator can give the connection the scope https://www.googleapis.com/auth/drive.
            403 storageQuotaExceeded: Validation: There is no room for it: Google's words. Empty the trash, delete what is not needed, or put it into another shared drive.
            403 sharingRateLimitExceeded: Permission: The bot's account shared so much today that Google takes no more. Try again tomorrow.
            403 exportSizeLimitExceeded: Validation: It is more than 10 MB when exported, which Google does not do. Open it and download it there.
            403 fileNotDownloadable: Validation: A Google document has no bytes of its own: export it, as in `file export … to=pdf`.
            403 cannotDownloadFile: Permission: Its owner, or Google, does not let it be downloaded.
            403 accessNotConfigured: Permission: The Google Drive API is switched off in the Google Cloud project of the credentials. An administrator can switch it on: APIs & Services → Library → Google Drive API → Enable.
            403 domainPolicy: Permission: The organization's administrators do not let apps use Drive: they can switch it on in the Admin console.
            429 userRateLimitExceeded: Permission: Google Drive refused: Google's words.
            400 somethingNew: Permission: Google Drive refused: Google's words.
        "#]].assert_eq(&text);
        assert_eq!((read_code(b"<html>"), read_errors(StatusCode::BAD_GATEWAY, b"")), (None, None));
    }
}
