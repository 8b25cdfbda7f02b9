//! Of Actions and deployments.

use jiff::Timestamp;
use serde::Deserialize;

use super::User;

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Runs {
    pub workflow_runs: Vec<Run>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Run {
    pub id: u64,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub display_title: String,
    #[serde(default)]
    pub run_number: u64,
    #[serde(default)]
    pub run_attempt: Option<u64>,
    /// `queued`, `in_progress`, `waiting`, `completed`, …
    pub status: Option<String>,
    pub conclusion: Option<String>,
    #[serde(default)]
    pub event: String,
    #[serde(default)]
    pub head_branch: Option<String>,
    #[serde(default)]
    pub head_sha: String,
    pub html_url: String,
    #[serde(default)]
    pub actor: Option<User>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default)]
    pub run_started_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Jobs {
    pub jobs: Vec<Job>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Job {
    pub id: u64,
    pub name: String,
    pub conclusion: Option<String>,
    #[serde(default)]
    pub html_url: Option<String>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Step {
    pub name: String,
    pub conclusion: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Pending {
    pub environment: Environment,
    #[serde(default)]
    pub current_user_can_approve: bool,
    #[serde(default)]
    pub reviewers: Vec<Reviewer>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Environment {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Reviewer {
    /// Either has a name: `login` of a person, `slug` of a team.
    pub reviewer: AnyReviewer,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct AnyReviewer {
    #[serde(default)]
    pub login: Option<String>,
    #[serde(default)]
    pub slug: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Workflows {
    pub workflows: Vec<Workflow>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Workflow {
    pub id: u64,
    pub name: String,
    pub path: String,
    pub state: String,
    #[serde(default)]
    pub html_url: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Deployment {
    pub id: u64,
    #[serde(rename = "ref")]
    pub reference: String,
    pub sha: String,
    pub environment: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct DeploymentStatus {
    pub state: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Artifacts {
    pub artifacts: Vec<Artifact>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct Artifact {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub size_in_bytes: u64,
    #[serde(default)]
    pub expired: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub workflow_run: Option<OfRun>,
}

/// What of its run an artifact tells.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::github) struct OfRun {
    pub id: Option<u64>,
    pub head_branch: Option<String>,
}
