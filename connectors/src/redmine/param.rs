//! Parameters of Redmine's actions that are looked up in Redmine as one types.

use commands::{Error, FieldProblem, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::is_none;

/// An issue: `42`, `#42`, or a link to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct IssueId(String);

impl IssueId {
    /// Whether it says that there shall be no issue.
    pub(super) fn is_none(&self) -> bool {
        is_none(&self.0)
    }

    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`.
    pub(super) fn number(&self, field: &str) -> Result<u64> {
        let text = self.0.trim();
        let tail = text.split(['?', '#']).find(|it| it.contains("/issues/")).and_then(|it| it.rsplit('/').next());
        let digits = tail.unwrap_or_else(|| text.strip_prefix('#').unwrap_or(text)).trim_end_matches(".json");
        digits.parse().ok().filter(|it| *it > 0).ok_or_else(|| {
            let message = format!("`{text}` is no issue. Write its number, such as 42 or #42, or paste its link.");
            Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new(field, message)])
        })
    }
}

/// Logged time, by its number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct EntryId(String);

impl EntryId {
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`.
    pub(super) fn number(&self, field: &str) -> Result<u64> {
        let text = self.0.trim().trim_start_matches('#');
        text.parse().ok().filter(|it| *it > 0).ok_or_else(|| {
            let message = format!("`{text}` is no logged time. Write its number, as `time list` shows it.");
            Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new(field, message)])
        })
    }
}

/// The answer to "are you sure".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

/// A project, by identifier or name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "project", "x-needs" = []))]
pub struct Project(pub String);

/// A tracker, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "tracker", "x-needs" = ["project", "issue"]))]
pub struct Tracker(pub String);

/// A status, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "status", "x-needs" = []))]
pub struct Status(pub String);

/// A priority, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "priority", "x-needs" = []))]
pub struct Priority(pub String);

/// A category of the project, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "category", "x-needs" = ["project", "issue"]))]
pub struct Category(pub String);

/// A version of the project, by name or number (`#12`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "version", "x-needs" = ["project", "issue"]))]
pub struct Version(pub String);

/// What time was spent on, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "activity", "x-needs" = ["project", "issue"]))]
pub struct Activity(pub String);

/// A role, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "role", "x-needs" = []))]
pub struct Role(pub String);

impl From<String> for IssueId {
    fn from(text: String) -> IssueId {
        IssueId(text)
    }
}
