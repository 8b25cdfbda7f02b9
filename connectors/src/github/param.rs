//! Parameters of GitHub's actions that are more than text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A repository: `octo/widgets`, or its link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "repo", "x-needs" = []))]
pub struct Repo(pub String);

/// An issue or a pull request: `42`, `octo/widgets#42`, or its link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "issue", "x-needs" = ["repo"]))]
pub struct Number(pub String);

/// A pull request: `42`, `octo/widgets#42`, or its link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "pr", "x-needs" = ["repo"]))]
pub struct Pull(pub String);

/// A run of a workflow: its id, or its link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "run", "x-needs" = ["repo"]))]
pub struct Run(pub String);

/// A label of the repository.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "label", "x-needs" = ["repo", "issue", "pr"]))]
pub struct Label(pub String);

/// A milestone of the repository, by title.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "milestone", "x-needs" = ["repo", "issue"]))]
pub struct Milestone(pub String);

/// A branch.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "branch", "x-needs" = ["repo"]))]
pub struct Branch(pub String);

/// A workflow, by name or file.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "workflow", "x-needs" = ["repo"]))]
pub struct Workflow(pub String);

/// An environment of the repository.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "environment", "x-needs" = ["repo"]))]
pub struct Environment(pub String);

/// A release, by tag.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "release", "x-needs" = ["repo"]))]
pub struct Release(pub String);

/// A tag.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "tag", "x-needs" = ["repo"]))]
pub struct Tag(pub String);

/// An alert: `dependabot/3`, `code/3`, `secret/3`, or its link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Alert(pub String);

/// The answer to "really?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

impl Pull {
    pub(super) fn number(&self) -> Number {
        Number(self.0.clone())
    }
}
