//! Parameters of Bitbucket's actions that are looked up as one types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A repository: `website`, `example/website`, or a link to it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "repository", "x-needs" = []))]
pub struct Repo(pub String);

/// A pull request: `42`, `example/website#42`, or a link to it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "pull", "x-needs" = ["repo"]))]
pub struct Pull(pub String);

/// An issue: `42`, `example/website#42`, or a link to it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "issue", "x-needs" = ["repo"]))]
pub struct Issue(pub String);

/// A run of a pipeline: `12`, `example/website#12`, or a link to it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "pipeline", "x-needs" = ["repo"]))]
pub struct Pipeline(pub String);

/// A branch, by name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "branch", "x-needs" = ["repo", "pull"]))]
pub struct Branch(pub String);

/// A tag, by name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "tag", "x-needs" = ["repo"]))]
pub struct Tag(pub String);

/// A project, by its key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "project", "x-needs" = []))]
pub struct Project(pub String);

/// Somebody, as [`commands::param::Person`], offered from Bitbucket.
pub use commands::param::Person;

/// The answer to "are you sure".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}
