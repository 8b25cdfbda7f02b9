//! What people call things: numbers, links, names.

use commands::{Result, event::Object};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{AzureDevOps, problem::at};

/// A work item: `42`, `#42`, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Item(pub String);

/// A pull request: `7`, `!7`, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Pull(pub String);

/// A run of a pipeline: its number, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Run(pub String);

/// A project, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "project", "x-needs" = []))]
pub struct Project(pub String);

/// A kind of work item, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "type", "x-needs" = ["project"]))]
pub struct Type(pub String);

/// A state of work items, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "state", "x-needs" = ["project", "item", "type"]))]
pub struct State(pub String);

/// A repository, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "repository", "x-needs" = ["project"]))]
pub struct Repository(pub String);

/// A branch, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "branch", "x-needs" = ["project", "repo"]))]
pub struct Branch(pub String);

/// An area, by its path.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "area", "x-needs" = ["project"]))]
pub struct Area(pub String);

/// An iteration, by its path.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "iteration", "x-needs" = ["project"]))]
pub struct Iteration(pub String);

/// A saved query, by name, path or id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "query", "x-needs" = ["project"]))]
pub struct Saved(pub String);

/// A pipeline, by name or number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "pipeline", "x-needs" = ["project"]))]
pub struct Pipeline(pub String);

/// What a link or a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Item,
    Pull,
    Run,
}

/// What a number or a link into the organization at `base` stands for; a bare number is a work item.
pub(super) fn read(text: &str, base: &str) -> Option<(Option<Noun>, u64)> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let text = text.split('|').next().unwrap_or(text);
    if let Some(path) = text.strip_prefix(base.trim_end_matches('/')).filter(|it| it.starts_with('/')) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = path.split('#').next().unwrap_or(path);
        let after = |mark: &str| {
            let rest = &path[path.find(mark)? + mark.len()..];
            rest.split('/').find_map(|it| it.parse().ok())
        };
        let build = query.split('&').find_map(|it| it.strip_prefix("buildId=")).and_then(|it| it.parse().ok());
        // A board's link names its open work item in the query.
        let opened = query.split('&').find_map(|it| it.strip_prefix("workitem=")).and_then(|it| it.parse().ok());
        let found = after("/_workitems/").map(|it| (Noun::Item, it));
        let found = found.or_else(|| after("/pullrequest/").map(|it| (Noun::Pull, it)));
        let found = found.or(build.map(|it| (Noun::Run, it))).or(opened.map(|it| (Noun::Item, it)));
        return found.map(|(noun, id)| (Some(noun), id));
    }
    let (noun, digits) = match text.chars().next()? {
        '#' => (Some(Noun::Item), &text[1..]),
        '!' => (Some(Noun::Pull), &text[1..]),
        _ => (None, text),
    };
    digits.parse().ok().filter(|it| *it > 0).map(|id| (noun, id))
}

impl AzureDevOps {
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`.
    pub(super) fn number(&self, field: &str, text: &str, noun: Noun) -> Result<u64> {
        let what = match noun {
            Noun::Item => "work item",
            Noun::Pull => "pull request",
            Noun::Run => "run of a pipeline",
        };
        match read(text, self.http.base()) {
            Some((found, id)) if found.is_none_or(|it| it == noun) => Ok(id),
            _ => Err(at(field, format!("`{}` is no {what}. Write its number, such as 42, or paste its link.", text.trim()))),
        }
    }

    /// The project that was given, else the connection's own.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `project`.
    pub(super) fn project_of(&self, given: Option<&Project>) -> Result<String> {
        let given = given.map(|it| it.0.trim()).filter(|it| !it.is_empty()).map(str::to_owned);
        given.or_else(|| self.project.clone()).ok_or_else(|| at("project", "Which project? Write it as project=demo."))
    }
}

/// Where an event's object is, for events that hold no address: work items are found by their number alone.
pub(super) fn link(base: &str, object: &Object) -> Option<String> {
    let id: u64 = object.key.strip_prefix('#')?.parse().ok()?;
    Some(format!("{base}/_workitems/edit/{id}"))
}
