//! What GitHub's REST API answers, as far as it is used.

use jiff::Timestamp;
use serde::Deserialize;

mod actions;

pub(super) use actions::{Artifact, Artifacts, Deployment, DeploymentStatus, Job, Jobs, Pending, Run, Runs, Workflow, Workflows};

#[derive(Clone, Debug, Deserialize)]
pub(super) struct User {
    pub login: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub html_url: String,
    #[serde(default)]
    pub company: Option<String>,
    #[serde(default)]
    pub location: Option<String>,
    #[serde(default)]
    pub bio: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Team {
    pub slug: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Label {
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub color: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Milestone {
    pub number: u64,
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub html_url: String,
    #[serde(default)]
    pub due_on: Option<Timestamp>,
    #[serde(default)]
    pub open_issues: u64,
    #[serde(default)]
    pub closed_issues: u64,
}

/// An issue; a pull request is one too.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    pub number: u64,
    #[serde(default)]
    pub node_id: String,
    pub title: String,
    #[serde(default)]
    pub body: Option<String>,
    pub state: String,
    #[serde(default)]
    pub state_reason: Option<String>,
    pub html_url: String,
    pub user: Option<User>,
    #[serde(default)]
    pub assignees: Vec<User>,
    #[serde(default)]
    pub labels: Vec<Label>,
    pub milestone: Option<Milestone>,
    #[serde(default)]
    pub comments: u64,
    #[serde(default)]
    pub locked: bool,
    #[serde(default)]
    pub draft: bool,
    pub updated_at: Timestamp,
    /// There for a pull request.
    pub pull_request: Option<PullLink>,
    #[serde(default)]
    pub repository_url: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PullLink {
    #[serde(default)]
    pub merged_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comment {
    pub html_url: String,
    #[serde(default)]
    pub body: Option<String>,
    pub user: Option<User>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pull {
    pub number: u64,
    pub node_id: String,
    pub title: String,
    #[serde(default)]
    pub body: Option<String>,
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    /// In the answer to one, not in lists.
    #[serde(default)]
    pub merged: bool,
    #[serde(default)]
    pub merged_at: Option<Timestamp>,
    #[serde(default)]
    pub merged_by: Option<User>,
    pub html_url: String,
    pub user: Option<User>,
    #[serde(default)]
    pub assignees: Vec<User>,
    #[serde(default)]
    pub requested_reviewers: Vec<User>,
    #[serde(default)]
    pub requested_teams: Vec<Team>,
    #[serde(default)]
    pub labels: Vec<Label>,
    pub milestone: Option<Milestone>,
    pub head: Branch,
    pub base: Branch,
    /// `clean`, `dirty`, `blocked`, `behind`, `unstable`, `draft`, `unknown`.
    #[serde(default)]
    pub mergeable_state: Option<String>,
    #[serde(default)]
    pub auto_merge: Option<AutoMerge>,
    #[serde(default)]
    pub additions: u64,
    #[serde(default)]
    pub deletions: u64,
    #[serde(default)]
    pub changed_files: u64,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct AutoMerge {
    pub merge_method: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Branch {
    #[serde(rename = "ref")]
    pub name: String,
    pub sha: String,
    /// Gone when the fork is.
    pub repo: Option<Repo>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Repo {
    pub full_name: String,
    #[serde(default)]
    pub html_url: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub private: bool,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub default_branch: String,
    #[serde(default)]
    pub open_issues_count: u64,
    #[serde(default)]
    pub stargazers_count: u64,
    #[serde(default)]
    pub language: Option<String>,
    #[serde(default)]
    pub pushed_at: Option<Timestamp>,
    /// Told only to those who may push.
    #[serde(default)]
    pub allow_merge_commit: Option<bool>,
    #[serde(default)]
    pub allow_squash_merge: Option<bool>,
    #[serde(default)]
    pub allow_rebase_merge: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Review {
    pub id: u64,
    pub user: Option<User>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`.
    pub state: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CheckRuns {
    pub check_runs: Vec<CheckRun>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CheckRun {
    pub name: String,
    /// `queued`, `in_progress`, `completed`, …
    pub status: String,
    pub conclusion: Option<String>,
    #[serde(default)]
    pub html_url: Option<String>,
}

/// The older way to say how a commit fares.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Statuses {
    #[serde(default)]
    pub statuses: Vec<Status>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    pub context: String,
    pub state: String,
    #[serde(default)]
    pub target_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ChangedFile {
    pub filename: String,
    pub status: String,
    #[serde(default)]
    pub additions: u64,
    #[serde(default)]
    pub deletions: u64,
    #[serde(default)]
    pub previous_filename: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Commit {
    pub sha: String,
    pub html_url: String,
    pub commit: CommitText,
    pub author: Option<User>,
    #[serde(default)]
    pub stats: Option<Stats>,
    #[serde(default)]
    pub files: Vec<ChangedFile>,
    #[serde(default)]
    pub repository: Option<Repo>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Stats {
    pub additions: u64,
    pub deletions: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CommitText {
    pub message: String,
    pub author: Option<Signature>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Signature {
    #[serde(default)]
    pub name: String,
    pub date: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Release {
    pub id: u64,
    pub tag_name: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub body: Option<String>,
    pub html_url: String,
    #[serde(default)]
    pub draft: bool,
    #[serde(default)]
    pub prerelease: bool,
    pub author: Option<User>,
    pub created_at: Timestamp,
    #[serde(default)]
    pub published_at: Option<Timestamp>,
    #[serde(default)]
    pub assets: Vec<Asset>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asset {
    pub name: String,
    pub browser_download_url: String,
    #[serde(default)]
    pub size: u64,
}

/// An answer of a search.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Found<T> {
    pub total_count: u64,
    pub items: Vec<T>,
}

impl Issue {
    pub fn is_pull(&self) -> bool {
        self.pull_request.is_some()
    }

    /// `open`, `closed`, `merged`, `draft`.
    pub fn state(&self) -> &str {
        match &self.pull_request {
            Some(PullLink { merged_at: Some(_) }) => "merged",
            Some(_) if self.draft && self.state == "open" => "draft",
            _ => &self.state,
        }
    }

    /// Of what a search finds, `https://api.github.com/repos/octo/widgets`.
    pub fn repo(&self) -> Option<super::place::RepoName> {
        let (_, name) = self.repository_url.rsplit_once("/repos/")?;
        super::place::RepoName::parse(name)
    }
}

impl Pull {
    pub fn is_merged(&self) -> bool {
        self.merged || self.merged_at.is_some()
    }

    pub fn author(&self) -> Option<&str> {
        self.user.as_ref().map(|it| it.login.as_str())
    }
}
