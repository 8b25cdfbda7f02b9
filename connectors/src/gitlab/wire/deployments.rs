//! What is deployed where, and what runs by the clock.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Commit, User};

/// <https://docs.gitlab.com/api/environments/>
#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct Environment {
    pub id: u64,
    pub name: String,
    pub external_url: Option<String>,
    /// `available`, `stopping`, `stopped`; not told where it is a part of something else.
    pub state: Option<String>,
    /// `production`, `staging`, `testing`, `development`, `other`.
    pub tier: Option<String>,
    pub auto_stop_at: Option<Timestamp>,
    /// Only of a single one.
    pub last_deployment: Option<Box<Deployment>>,
}

/// <https://docs.gitlab.com/api/deployments/>
#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct Deployment {
    pub id: u64,
    #[serde(rename = "ref")]
    pub branch: String,
    pub sha: String,
    /// `created`, `running`, `success`, `failed`, `canceled`, `skipped`, `blocked` (which waits for approvals).
    pub status: String,
    pub created_at: Timestamp,
    pub user: Option<User>,
    pub environment: Option<Environment>,
    pub deployable: Option<Deployable>,
    /// With GitLab Premium.
    pub pending_approval_count: Option<u64>,
    #[serde(default)]
    pub approvals: Vec<DeploymentApproval>,
}

/// The job that deploys.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct Deployable {
    pub id: u64,
    pub name: String,
    pub web_url: Option<String>,
    pub commit: Option<Commit>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct DeploymentApproval {
    pub user: User,
    /// `approved`, `rejected`.
    pub status: String,
    pub comment: Option<String>,
}

/// <https://docs.gitlab.com/api/pipeline_schedules/>
#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct Schedule {
    pub id: u64,
    pub description: String,
    /// `refs/heads/main`, or `main`.
    #[serde(rename = "ref")]
    pub branch: String,
    pub cron: String,
    pub cron_timezone: Option<String>,
    pub next_run_at: Option<Timestamp>,
    #[serde(default)]
    pub active: bool,
    pub owner: Option<User>,
    /// Only of a single one, as are the variables.
    pub last_pipeline: Option<LastPipeline>,
    #[serde(default)]
    pub variables: Vec<Variable>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct LastPipeline {
    pub id: u64,
    pub status: String,
}

/// Its value may be a secret, and is not read.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::gitlab) struct Variable {
    pub key: String,
}
