//! What the simulated GitHub holds.

use jiff::Timestamp;
use serde_json::Value;

use super::Caller;
use crate::standin::{
    consent::Consents,
    report::{Listener, Report},
};

/// Everything, at a moment.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub users: Vec<User>,
    pub repos: Vec<Repo>,
    /// Team → its members.
    pub teams: Vec<(String, Vec<String>)>,
    /// As the events API lists them, the newest last.
    pub events: Vec<Value>,
    pub hooks: Vec<super::hooks::Hook>,
    /// What is to be reported to them, once the state is let go.
    pub reports: Vec<Report>,
    /// Set up by hand, for everything.
    pub listeners: Vec<Listener>,
    /// Stands still in tests.
    pub clock: Option<Timestamp>,
    pub used: u64,
    /// Of the bot's token; none for one that is fine-grained.
    pub scopes: Option<String>,
    pub token_ends: Option<String>,
    pub token_is_dead: bool,
    /// Parts of paths, and operations, that the bot lacks the permission for.
    pub lacks: Vec<&'static str>,
    /// Of the App's installation.
    pub permissions: Value,
    /// The version, where it is an Enterprise Server.
    pub enterprise: Option<String>,
    pub next_id: u64,
    /// Who let an OAuth app in.
    pub consents: Consents,
}

#[derive(Clone, Debug)]
pub struct User {
    pub login: String,
    pub name: String,
    /// Shown to everybody; none where they keep it to themselves.
    pub email: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Repo {
    pub id: u64,
    pub owner: String,
    pub name: String,
    pub description: String,
    pub private: bool,
    pub issues: Vec<Issue>,
    pub labels: Vec<(String, String, String)>,
    pub milestones: Vec<Milestone>,
    /// Login → role.
    pub roles: Vec<(String, String)>,
    /// Name → commit.
    pub branches: Vec<(String, String)>,
    pub commits: Vec<Commit>,
    pub checks: Vec<Check>,
    pub workflows: Vec<Workflow>,
    pub runs: Vec<Run>,
    pub deployments: Vec<Deployment>,
    pub releases: Vec<Release>,
    /// Name → commit.
    pub tags: Vec<(String, String)>,
    /// Path → content.
    pub files: Vec<(String, String)>,
    /// Scanner → alert, as GitHub shows it.
    pub alerts: Vec<(String, Value)>,
    /// Scanners that are switched off.
    pub unscanned: Vec<&'static str>,
    pub methods: Vec<&'static str>,
    /// Issues that were here, by their number: the repository's id and the number that they have now; none for one that was deleted.
    pub left: Vec<(u64, Option<(u64, u64)>)>,
    /// What it was called before, in full.
    pub former: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub state: String,
    pub state_reason: Option<String>,
    pub author: String,
    pub assignees: Vec<String>,
    pub labels: Vec<String>,
    pub milestone: Option<u64>,
    pub comments: Vec<Comment>,
    pub reactions: Vec<(String, String)>,
    pub locked: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub pull: Option<Pull>,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Default)]
pub struct Pull {
    pub head: String,
    pub base: String,
    pub sha: String,
    pub draft: bool,
    pub merged_at: Option<Timestamp>,
    pub merged_by: Option<String>,
    /// `clean`, `behind`, `dirty`, `blocked`.
    pub mergeable: String,
    pub reviewers: Vec<String>,
    pub teams: Vec<String>,
    pub reviews: Vec<Review>,
    pub threads: Vec<Thread>,
    pub auto_merge: Option<String>,
    pub queued: bool,
    pub files: Vec<(String, u64, u64)>,
}

#[derive(Clone, Debug)]
pub struct Review {
    pub id: u64,
    pub author: String,
    pub state: String,
    pub body: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Thread {
    pub id: String,
    pub path: String,
    pub line: u64,
    pub author: String,
    pub text: String,
    pub resolved: bool,
}

#[derive(Clone, Debug)]
pub struct Milestone {
    pub number: u64,
    pub title: String,
    pub description: String,
    pub state: String,
    pub due_on: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub sha: String,
    pub message: String,
    pub author: String,
    pub email: String,
    pub at: Timestamp,
    pub files: Vec<(String, u64, u64)>,
    /// The branches that it is on, besides the default branch where this is empty.
    pub only_on: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Check {
    pub sha: String,
    pub name: String,
    /// None while it runs.
    pub conclusion: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Workflow {
    pub id: u64,
    pub name: String,
    pub file: String,
    pub state: String,
    pub by_hand: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Run {
    pub id: u64,
    pub number: u64,
    pub attempt: u64,
    pub workflow: u64,
    pub title: String,
    pub branch: String,
    pub sha: String,
    pub event: String,
    pub actor: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub jobs: Vec<Job>,
    pub artifacts: Vec<Artifact>,
    /// Environments that wait, with their reviewers: `ben`, or `crew` as a team.
    pub waiting: Vec<Waiting>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub id: u64,
    pub name: String,
    pub expired: bool,
    /// The archive.
    pub bytes: &'static [u8],
}

#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: u64,
    pub environment: String,
    pub people: Vec<String>,
    pub teams: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Job {
    pub id: u64,
    pub name: String,
    pub conclusion: Option<String>,
    pub log: String,
}

#[derive(Clone, Debug)]
pub struct Deployment {
    pub id: u64,
    pub reference: String,
    pub sha: String,
    pub environment: String,
    pub description: String,
    pub creator: String,
    pub state: String,
    pub url: Option<String>,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Release {
    pub id: u64,
    pub tag: String,
    pub name: String,
    pub body: String,
    pub draft: bool,
    pub prerelease: bool,
    pub author: String,
    pub at: Timestamp,
    pub assets: Vec<(String, u64)>,
}

impl State {
    /// Requests an hour.
    pub const LIMIT: u64 = 5_000;

    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    pub fn resets(&self) -> u64 {
        u64::try_from(Timestamp::now().as_second()).unwrap_or_default() + 3_600
    }

    pub fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Whether the repository with this id is shown to whoever calls; an App's installation has all of them.
    pub fn shows(&self, repo: u64, caller: &Caller) -> bool {
        let is_theirs = |it: &Repo| !it.private || *caller == Caller::Installation || it.role(caller.login()).is_some();
        self.repos.iter().any(|it| it.id == repo && is_theirs(it))
    }

    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|it| it.login.eq_ignore_ascii_case(login))
    }
}

impl Repo {
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub fn role(&self, login: &str) -> Option<&str> {
        self.roles.iter().find(|(it, _)| it.eq_ignore_ascii_case(login)).map(|(_, role)| role.as_str())
    }

    pub fn issue(&self, number: u64) -> Option<&Issue> {
        self.issues.iter().find(|it| it.number == number)
    }

    pub fn issue_mut(&mut self, number: u64) -> Option<&mut Issue> {
        self.issues.iter_mut().find(|it| it.number == number)
    }

    /// No issue is given the number of another.
    pub fn next_number(&self) -> u64 {
        let numbers = self.issues.iter().map(|it| it.number).chain(self.left.iter().map(|(number, _)| *number));
        numbers.max().unwrap_or(0) + 1
    }

    pub fn branch(&self, name: &str) -> Option<&str> {
        self.branches.iter().find(|(it, _)| it == name).map(|(_, sha)| sha.as_str())
    }

    /// Of a branch, a tag or a hash, also one that is cut short.
    pub fn commit(&self, reference: &str) -> Option<&Commit> {
        let sha = self.branch(reference).unwrap_or(reference);
        self.commits.iter().find(|it| sha.len() >= 4 && it.sha.starts_with(sha))
    }
}

impl Issue {
    pub fn shown_state(&self) -> &str {
        match &self.pull {
            Some(pull) if pull.merged_at.is_some() => "merged",
            Some(pull) if pull.draft && self.state == "open" => "draft",
            _ => &self.state,
        }
    }
}
