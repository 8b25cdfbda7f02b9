//! What GitHub refuses, in words that help, at the field it is about.

use commands::{Error, ErrorKind, FieldProblem};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

use super::place::{RepoName, Right};
use crate::http::VendorError;
pub(super) use crate::words::at;

/// What GitHub asks for where it does not say how long to wait.
const SECONDARY: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(default)]
    errors: Value,
}

/// `{"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "missing_field"}]}`.
/// A sentence about a field begins with the field's name: `title: is missing`, by which [`place`] finds it.
pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let Refusal { message, errors } = serde_json::from_slice(body).ok()?;
    let sentences: Vec<String> = match &errors {
        Value::Array(all) => all.iter().filter_map(sentence).collect(),
        Value::String(one) => vec![one.clone()],
        _ => Vec::new(),
    };
    // Those say what failed; the message only says that something did.
    Some(VendorError { messages: if sentences.is_empty() { vec![message] } else { sentences } })
}

fn sentence(error: &Value) -> Option<String> {
    let text = |key: &str| error[key].as_str().filter(|it| !it.is_empty());
    if let Some(text) = error.as_str() {
        return Some(text.to_owned());
    }
    let said = match (text("message"), text("code")) {
        (Some(message), _) => message.to_owned(),
        (None, Some("missing")) => "does not exist".into(),
        (None, Some("missing_field")) => "is missing".into(),
        (None, Some("already_exists")) => "exists already".into(),
        (None, Some("invalid")) => match &error["value"] {
            Value::Null => "is not valid".into(),
            Value::String(value) => format!("cannot be {value}"),
            value => format!("cannot be {value}"),
        },
        (None, code) => code?.replace('_', " "),
    };
    Some(text("field").map_or(said.clone(), |field| format!("{field}: {said}")))
}

/// GitHub has no codes: its message is what tells one refusal from another.
pub(super) fn read_code(body: &[u8]) -> Option<String> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    Some(refusal.message.chars().take(200).collect())
}

/// Failures whose class only GitHub's client knows: too many requests are a 403, what cannot be merged a 405.
pub(super) fn explain(error: Error) -> Error {
    let code = error.code.clone().unwrap_or_default();
    let holds = |text: &str| code.to_lowercase().contains(text);
    match error.kind {
        ErrorKind::Permission if holds("rate limit") || holds("abuse detection") => {
            let after = error.retry_after.unwrap_or(SECONDARY);
            let message = format!("GitHub asks the bot to slow down. Try again in {} s.", after.as_secs().max(1));
            Error::new(ErrorKind::RateLimited, message).with_retry_after(Some(after)).with_code(error.code)
        }
        ErrorKind::Auth => {
            let message = "GitHub does not accept the bot's credentials: the token ended or was taken back, or the App's key is \
                           another. An administrator can give the connection new ones.";
            Error { message: message.into(), ..error }
        }
        _ => error,
    }
}

/// Whether GitHub sends on to where something is now. Its sentence is the same for all of the statuses that do.
pub(super) fn is_elsewhere(error: &Error) -> bool {
    error.kind == ErrorKind::BadConfig && error.code.as_deref() == Some("Moved Permanently")
}

/// What the bot lacks in this repository.
pub(super) fn in_repo(error: Error, repo: &RepoName, right: Right) -> Error {
    let code = error.code.clone().unwrap_or_default();
    let message = match error.kind {
        _ if is_elsewhere(&error) => {
            format!("{repo} was renamed, or moved to another owner. GitHub has it under another name now: write that instead.")
        }
        ErrorKind::Permission if code.starts_with("Resource not accessible by") || code.starts_with("Must have") => format!(
            "GitHub does not let the bot do this in {repo}. It takes the permission “{}”: who administers {} can give it to the bot's App \
             or token.",
            right.title(),
            repo.owner
        ),
        ErrorKind::NotFound if code == "Not Found" => format!(
            "GitHub has nothing like this in {repo}, or hides it from the bot. See that the name is right, and that the bot may see the \
             repository."
        ),
        _ => return error,
    };
    Error { message, ..error }
}

/// The same failure, with each of GitHub's sentences at the parameter that holds the field it names.
pub(super) fn place(error: Error, known: &[(&str, &str)]) -> Error {
    if error.kind != ErrorKind::Validation {
        return error;
    }
    // `GitHub refused the values: title: is missing; labels: … . Correct them and try again.`
    let said = error.message.split_once(": ").map_or("", |(_, said)| said);
    let said = said.strip_suffix(" Correct them and try again.").unwrap_or(said);
    let find = |sentence: &str| {
        let (field, what) = sentence.split_once(": ")?;
        let (_, parameter) = known.iter().find(|(name, _)| *name == field)?;
        Some(FieldProblem::new(*parameter, format!("{}.", what.trim_end_matches('.'))))
    };
    let fields = said.split("; ").filter_map(find).collect();
    error.with_fields(fields)
}

/// Several mistakes as one failure.
pub(super) fn all(errors: Vec<Error>) -> Option<Error> {
    let mut errors = errors.into_iter();
    let first = errors.next()?;
    Some(errors.fold(first, |mut all, next| {
        all.message = format!("{} {}", all.message, next.message);
        all.fields.extend(next.fields);
        all
    }))
}

/// GitHub's own sentence, for refusals that explain themselves.
pub(super) fn said(error: &Error) -> String {
    error.code.as_deref().unwrap_or(&error.message).trim_end_matches('.').to_owned()
}
