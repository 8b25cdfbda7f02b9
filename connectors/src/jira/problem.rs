//! What Jira refuses, in people's words and at the form field it is about.

use std::collections::BTreeMap;

use commands::{Error, ErrorKind, FieldProblem};
use serde::Deserialize;

use crate::http::VendorError;
pub(super) use crate::words::at;

/// Jira's error bodies: `{"errorMessages": ["…"], "errors": {"summary": "You must specify a summary of the issue."}}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    error_messages: Vec<String>,
    #[serde(default)]
    errors: BTreeMap<String, String>,
    /// Of the agile API, and of gateways.
    message: Option<String>,
}

/// Jira's own names of fields, and the parameter that holds each.
const FIELDS: &[(&str, &str)] = &[
    ("issuetype", "type"),
    ("duedate", "due"),
    ("fixVersions", "fix_version"),
    ("versions", "affects"),
    ("components", "component"),
    ("labels", "label"),
    ("fixVersion", "fix_version"),
    ("timetracking", "estimate"),
    ("timetracking_originalestimate", "estimate"),
    ("timeLogged", "spent"),
    ("comment", "text"),
    ("commentLevel", "role"),
    ("projectKey", "key"),
    ("projectName", "name"),
    ("projectLead", "lead"),
    ("jql", "jql"),
];
/// As much of a sentence as fits below a field.
const LONGEST: usize = 300;

pub(super) fn read_errors(_: reqwest::StatusCode, body: &[u8]) -> Option<VendorError> {
    let body: Body = serde_json::from_slice(body).ok()?;
    let all = body.error_messages.into_iter().chain(body.errors.into_values()).chain(body.message);
    Some(VendorError { messages: all.collect() })
}

/// The fields that a refusal is about, to travel in [`Error::code`] as far as [`explained`].
pub(super) fn read_fields(body: &[u8]) -> Option<String> {
    let errors = serde_json::from_slice::<Body>(body).ok()?.errors;
    if errors.is_empty() { None } else { serde_json::to_string(&errors).ok() }
}

/// The same failure with what only Jira's client knows of it.
pub(super) fn explained(mut error: Error) -> Error {
    let fields = error.code.take().and_then(|it| serde_json::from_str::<BTreeMap<String, String>>(&it).ok());
    if error.kind == ErrorKind::Validation {
        error.fields = fields.unwrap_or_default().into_iter().map(|(name, why)| problem(&name, &why)).collect();
    }
    // Of a token that is good and too narrow Atlassian's gateway says so.
    if error.kind == ErrorKind::Auth && error.message.contains("scope") {
        error.message = "The bot's API token lacks a scope that this needs. An administrator can give the connection a token with the scopes \
                         that its documentation names, or one without scopes."
            .to_owned();
    } else if error.kind == ErrorKind::Auth {
        error.message =
            "Jira does not accept the bot's credentials. An administrator can give the connection a new token: on Cloud \
                         from id.atlassian.com, on Data Center from the profile of the bot's account."
                .to_owned();
    }
    error
}

fn problem(name: &str, why: &str) -> FieldProblem {
    let custom = name.starts_with("customfield_").then_some("field");
    let field = FIELDS.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours).or(custom).unwrap_or(name);
    FieldProblem::new(field, why.chars().take(LONGEST).collect::<String>())
}

/// A query that Jira does not take: at the query, and at the field of a form that it was made of.
pub(super) fn at_jql(error: Error, jql: &str) -> Error {
    if error.kind != ErrorKind::Validation {
        return error;
    }
    let said = error.message.split_once(": ").map_or(error.message.as_str(), |(_, said)| said);
    let said = said.strip_suffix(" Correct them and try again.").unwrap_or(said).to_owned();
    let named = said.split_once("the field '").and_then(|(_, it)| it.split_once('\'')).map(|(it, _)| it);
    let fields = named.into_iter().map(|it| problem(it, &said)).chain([FieldProblem::new("jql", said.as_str())]).collect();
    let message = format!("{} It was: {jql}", error.message);
    Error { message, ..error }.with_fields(fields)
}

/// A failure about an object that people name, and the permission that is missing.
pub(super) fn about(error: Error, what: &str, permission: &str) -> Error {
    let message = match error.kind {
        ErrorKind::NotFound => format!("Jira has no {what}, or hides it from the bot's account. Check the key or the name."),
        ErrorKind::Permission => {
            let said = error.message.split_once(": ").map(|(_, it)| it).unwrap_or_default();
            let said = said.split(". Somebody who administers").next().unwrap_or_default().trim_end_matches('.');
            let said = if said.is_empty() { String::new() } else { format!(" Jira says: {said}.") };
            format!(
                "The bot's Jira account may not do this with {what}: it takes the permission “{permission}”.{said} An administrator of \
                 the project can give it."
            )
        }
        _ => return error,
    };
    Error { message, ..error }
}

/// All problems as one.
pub(super) fn all(errors: Vec<Error>) -> Option<Error> {
    let mut errors = errors.into_iter();
    let first = errors.next()?;
    Some(errors.fold(first, |mut all, next| {
        all.message = format!("{} {}", all.message, next.message);
        all.fields.extend(next.fields);
        all
    }))
}

/// The same failure with the problems of one field at another, where an action calls it differently.
pub(super) fn renamed(mut error: Error, from: &str, to: &str) -> Error {
    error.fields.iter_mut().filter(|it| it.field == from).for_each(|it| it.field = to.to_owned());
    error
}
