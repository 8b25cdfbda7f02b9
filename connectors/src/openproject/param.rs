//! Parameters of OpenProject's actions: what is looked up there as one types, and numbers that may be links.

use commands::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{names::is_none, problem::at};

/// A work package: `42`, `#42`, or a link to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct PackageId(String);

impl PackageId {
    /// Whether it says that there shall be none.
    pub(super) fn is_none(&self) -> bool {
        is_none(&self.0)
    }

    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`.
    pub(super) fn number(&self, field: &str) -> Result<u64> {
        let text = self.0.trim();
        // …/work_packages/42/activity, …/wp/42, …/work_packages/details/42/overview
        let is_place = |it: &str| matches!(it, "work_packages" | "wp");
        let mut tail = text.split(['?', '#']).next().unwrap_or_default().split('/').skip_while(|it| !is_place(it)).skip(1);
        let in_link = tail.find(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
        let digits = in_link.unwrap_or_else(|| text.strip_prefix('#').unwrap_or(text));
        digits.parse().ok().filter(|it| *it > 0).ok_or_else(|| {
            at(field, format!("`{text}` is no work package. Write its number, such as 42 or #42, or paste its link."))
        })
    }
}

/// A project, by identifier or name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "project", "x-needs" = []))]
pub struct Project(pub String);

/// A type of work package, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "type", "x-needs" = ["project", "package"]))]
pub struct Type(pub String);

/// A status, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "status", "x-needs" = ["package"]))]
pub struct Status(pub String);

/// A priority, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "priority", "x-needs" = []))]
pub struct Priority(pub String);

/// A category of the project, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "category", "x-needs" = ["project", "package"]))]
pub struct Category(pub String);

/// A version of the project, by name or number (`#12`).
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "version", "x-needs" = ["project", "package"]))]
pub struct Version(pub String);

/// What time was spent on, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "activity", "x-needs" = ["project", "package"]))]
pub struct Activity(pub String);

/// A role, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "role", "x-needs" = []))]
pub struct Role(pub String);

/// A group, by name or number.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "group", "x-needs" = []))]
pub struct Group(pub String);

/// A saved query, by name or number.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "query", "x-needs" = []))]
pub struct SavedQuery(pub String);

/// A budget of the project, by subject or number.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "budget", "x-needs" = ["project", "package"]))]
pub struct Budget(pub String);

/// Says that something that cannot be undone shall be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

/// A yes or a no that may also be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    Yes,
    No,
}

/// Hours as people write them: `1.5`, `1,5`, `1:30`, `90m`, `1h30m`, `2h`.
///
/// # Errors
/// [`commands::ErrorKind::BadInput`] at `field`.
pub(super) fn read_hours(field: &str, text: &str) -> Result<f64> {
    let typed = text.trim().to_lowercase().replace(',', ".").replace(' ', "");
    let number = |text: &str| text.parse::<f64>().ok().filter(|it| it.is_finite() && *it >= 0.0);
    let minutes =
        |text: &str| if text.is_empty() { Some(0.0) } else { number(text.trim_end_matches("min").trim_end_matches('m')) };
    let hours = if let Some((hours, rest)) = typed.split_once([':', 'h']) {
        number(hours).zip(minutes(rest)).map(|(hours, minutes)| hours + minutes / 60.0)
    } else if typed.ends_with('m') || typed.ends_with("min") {
        minutes(&typed).map(|it| it / 60.0)
    } else {
        number(&typed)
    };
    hours
        .filter(|it| *it >= 0.0 && *it < 100_000.0)
        .map(|it| (it * 60.0).round() / 60.0)
        .ok_or_else(|| at(field, format!("`{}` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.", text.trim())))
}
