//! What GitLab sends, as far as we read it: <https://docs.gitlab.com/api/rest/>.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

mod deployments;

pub(super) use deployments::{Deployment, DeploymentApproval, Environment, Schedule, Variable};

#[derive(Clone, Debug, Deserialize)]
pub(super) struct User {
    pub id: u64,
    pub username: String,
    pub name: String,
    /// `active`, `blocked`, …
    pub state: Option<String>,
    /// For administrators, and of oneself.
    pub email: Option<String>,
    pub public_email: Option<String>,
    #[serde(default)]
    pub is_admin: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct References {
    /// `demo/printer#4`, `demo/printer!2`.
    pub full: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct TimeStats {
    pub human_time_estimate: Option<String>,
    pub human_total_time_spent: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    pub iid: u64,
    pub title: String,
    pub description: Option<String>,
    /// `opened`, `closed`.
    pub state: String,
    #[serde(default)]
    pub labels: Vec<String>,
    pub milestone: Option<Milestone>,
    pub author: Option<User>,
    #[serde(default)]
    pub assignees: Vec<User>,
    pub due_date: Option<Date>,
    #[serde(default)]
    pub confidential: bool,
    pub web_url: String,
    pub references: References,
    pub time_stats: Option<TimeStats>,
    pub weight: Option<i64>,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct MergeRequest {
    pub iid: u64,
    pub title: String,
    pub description: Option<String>,
    /// `opened`, `closed`, `locked`, `merged`.
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    #[serde(default)]
    pub labels: Vec<String>,
    pub milestone: Option<Milestone>,
    pub author: Option<User>,
    #[serde(default)]
    pub assignees: Vec<User>,
    #[serde(default)]
    pub reviewers: Vec<User>,
    pub source_branch: String,
    pub target_branch: String,
    pub sha: Option<String>,
    pub web_url: String,
    pub references: References,
    /// Since GitLab 15.6.
    pub detailed_merge_status: Option<String>,
    pub head_pipeline: Option<Pipeline>,
    /// `12`, `1000+`; of a single merge request.
    pub changes_count: Option<String>,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Approvals {
    pub approvals_required: Option<u64>,
    pub approvals_left: Option<u64>,
    #[serde(default)]
    pub approved_by: Vec<ApprovedBy>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ApprovedBy {
    pub user: User,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Diff {
    pub old_path: String,
    pub new_path: String,
    #[serde(default)]
    pub new_file: bool,
    #[serde(default)]
    pub renamed_file: bool,
    #[serde(default)]
    pub deleted_file: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Note {
    pub body: String,
    pub author: User,
    pub created_at: Timestamp,
    #[serde(default)]
    pub system: bool,
    #[serde(default)]
    pub internal: bool,
    /// Whether it is part of a thread that can be resolved.
    #[serde(default)]
    pub resolvable: bool,
    #[serde(default)]
    pub resolved: bool,
    /// Where in the changes, unless it is about all of them.
    pub position: Option<Position>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Position {
    pub new_path: Option<String>,
    pub old_path: Option<String>,
    pub new_line: Option<u64>,
    pub old_line: Option<u64>,
}

/// A thread, or a comment that stands alone: <https://docs.gitlab.com/api/discussions/>.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Discussion {
    pub id: String,
    #[serde(default)]
    pub notes: Vec<Note>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pipeline {
    pub id: u64,
    pub status: String,
    #[serde(rename = "ref")]
    pub branch: Option<String>,
    pub sha: String,
    pub source: Option<String>,
    pub web_url: String,
    pub user: Option<User>,
    /// Seconds.
    pub duration: Option<f64>,
    pub yaml_errors: Option<String>,
    pub updated_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Job {
    pub id: u64,
    pub name: String,
    pub stage: String,
    pub status: String,
    #[serde(rename = "ref")]
    pub branch: Option<String>,
    #[serde(default)]
    pub allow_failure: bool,
    pub failure_reason: Option<String>,
    pub duration: Option<f64>,
    pub web_url: String,
    pub user: Option<User>,
    pub pipeline: Option<OfPipeline>,
    /// The archive of what it left behind, while GitLab has it.
    pub artifacts_file: Option<ArtifactsFile>,
    pub artifacts_expire_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ArtifactsFile {
    /// `artifacts.zip`.
    pub filename: String,
    #[serde(default)]
    pub size: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct OfPipeline {
    pub id: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Milestone {
    pub id: u64,
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    /// `active`, `closed`.
    #[serde(default)]
    pub state: String,
    pub due_date: Option<Date>,
    pub start_date: Option<Date>,
    pub web_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Label {
    pub id: u64,
    pub name: String,
    pub color: String,
    pub description: Option<String>,
    #[serde(default)]
    pub open_issues_count: u64,
    #[serde(default)]
    pub open_merge_requests_count: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Release {
    pub tag_name: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub released_at: Option<Timestamp>,
    pub author: Option<User>,
    #[serde(default)]
    pub milestones: Vec<Milestone>,
    pub assets: Option<Assets>,
    #[serde(rename = "_links")]
    pub links: Option<Links>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Assets {
    #[serde(default)]
    pub links: Vec<Asset>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asset {
    pub name: String,
    pub url: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Links {
    #[serde(rename = "self")]
    pub this: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Branch {
    pub name: String,
    #[serde(default)]
    pub merged: bool,
    #[serde(default)]
    pub protected: bool,
    #[serde(default)]
    pub default: bool,
    pub web_url: String,
    pub commit: Commit,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Commit {
    pub id: String,
    pub short_id: String,
    pub title: String,
    #[serde(default)]
    pub message: String,
    pub author_name: String,
    pub committed_date: Option<Timestamp>,
    pub web_url: Option<String>,
    pub stats: Option<Stats>,
    pub last_pipeline: Option<Pipeline>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Stats {
    pub additions: u64,
    pub deletions: u64,
}

/// <https://docs.gitlab.com/api/tags/>
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tag {
    pub name: String,
    /// Of an annotated one.
    pub message: Option<String>,
    #[serde(default)]
    pub protected: bool,
    pub commit: Commit,
    pub release: Option<OfRelease>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct OfRelease {
    pub tag_name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Member {
    pub username: String,
    pub name: String,
    pub access_level: u32,
    pub expires_at: Option<Date>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Project {
    pub id: u64,
    pub name: String,
    pub path_with_namespace: String,
    pub description: Option<String>,
    pub default_branch: Option<String>,
    pub visibility: Option<String>,
    pub web_url: String,
    #[serde(default)]
    pub archived: bool,
    pub open_issues_count: Option<u64>,
    pub star_count: Option<u64>,
    pub last_activity_at: Option<Timestamp>,
}
