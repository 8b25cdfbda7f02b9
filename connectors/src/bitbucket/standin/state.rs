//! What the simulated Bitbucket holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Outcome, Refusal, seed};
use crate::standin::report::Listener;

#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub login: String,
    pub email: String,
    pub uuid: String,
    pub token: String,
}

#[derive(Clone, Debug)]
pub struct Project {
    pub key: String,
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug)]
pub struct Repo {
    pub project: String,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub private: bool,
    /// Empty while nothing was pushed.
    pub main: String,
    pub has_issues: bool,
    pub has_pipelines: bool,
    pub branches: Vec<Ref>,
    pub tags: Vec<Ref>,
    /// The newest first.
    pub commits: Vec<Commit>,
    pub files: BTreeMap<String, String>,
    pub builds: Vec<Build>,
    pub pulls: Vec<Pull>,
    pub issues: Vec<Issue>,
    pub runs: Vec<Run>,
    pub hooks: Vec<Hook>,
    /// Who is asked to review everything.
    pub default_reviewers: Vec<usize>,
    /// Files that it offers, by name.
    pub downloads: BTreeMap<String, Vec<u8>>,
    pub updated: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Ref {
    pub name: String,
    pub hash: String,
    pub message: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub hash: String,
    pub message: String,
    pub author: usize,
    pub at: Timestamp,
    pub parents: Vec<String>,
    pub paths: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Build {
    pub hash: String,
    pub key: String,
    pub state: &'static str,
    pub description: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    Waiting,
    Approved,
    ChangesRequested,
}

#[derive(Clone, Debug)]
pub struct Review {
    pub who: usize,
    pub opinion: Opinion,
    /// Not asked, but has said something all the same.
    pub asked: bool,
}

#[derive(Clone, Debug)]
pub struct Pull {
    pub id: u64,
    pub version: u64,
    pub title: String,
    pub description: String,
    /// `OPEN`, `MERGED`, `DECLINED`.
    pub state: &'static str,
    pub draft: bool,
    pub author: usize,
    pub source: String,
    pub source_hash: String,
    /// The repository that its changes are in, where it is another: `ana/website`.
    pub fork: Option<String>,
    pub target: String,
    pub reviews: Vec<Review>,
    pub comments: Vec<Comment>,
    pub tasks: Vec<Task>,
    pub close_source: bool,
    pub merge_commit: Option<String>,
    pub merge_strategy: Option<String>,
    /// Whether its changes fit no longer.
    pub conflicts: bool,
    /// Path, what, lines added, lines removed.
    pub files: Vec<(String, &'static str, u64, u64)>,
    pub created: Timestamp,
    pub updated: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub author: usize,
    pub text: String,
    pub parent: Option<u64>,
    pub place: Option<(String, Option<u64>)>,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub id: u64,
    pub version: u64,
    pub author: usize,
    pub text: String,
    pub done: bool,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub id: u64,
    pub title: String,
    pub content: String,
    pub state: String,
    pub kind: String,
    pub priority: String,
    pub reporter: usize,
    pub assignee: Option<usize>,
    pub comments: Vec<Comment>,
    pub created: Timestamp,
    pub updated: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Run {
    pub number: u64,
    /// Or a tag.
    pub branch: String,
    /// `branch`, `tag`; none of a commit.
    pub ref_type: Option<&'static str>,
    pub hash: String,
    pub custom: Option<String>,
    pub variables: Vec<(String, String)>,
    pub creator: usize,
    pub created: Timestamp,
    /// `SUCCESSFUL`, `FAILED`, `STOPPED`; none while it runs.
    pub result: Option<&'static str>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub name: &'static str,
    pub result: Option<&'static str>,
    pub seconds: u64,
    /// None until something was written.
    pub log: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Hook {
    pub id: u64,
    pub name: String,
    pub url: String,
    pub events: Vec<String>,
    pub secret: Option<String>,
}

pub struct State {
    pub people: Vec<Person>,
    pub projects: Vec<Project>,
    pub repos: Vec<Repo>,
    /// As `X-OAuth-Scopes` says them.
    pub scopes: String,
    /// Whether Cloud finds people by address for the bot: it does so for administrators only.
    pub tells_addresses: bool,
    /// How many entries of a folder Data Center shows at once (`page.max.directory.children`).
    pub children: usize,
    /// Whether merges take longer than Cloud waits for them.
    pub slow_merges: bool,
    /// What a webhook may ask for elsewhere, and not here.
    pub untold: Vec<&'static str>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    /// Stands still in tests.
    pub clock: Option<Timestamp>,
    next: u64,
}

impl Default for State {
    fn default() -> State {
        State {
            people: seed::people(),
            projects: seed::projects(),
            repos: seed::repos(),
            scopes:
                "account, project:admin, repository:admin, repository:write, pullrequest:write, pipeline:write, issue:write, \
                     webhook"
                    .into(),
            tells_addresses: true,
            children: 500,
            slow_merges: false,
            untold: Vec::new(),
            listeners: Vec::new(),
            clock: None,
            next: 101,
        }
    }
}

/// What a commit of that text is called.
pub fn hash(text: &str) -> String {
    let mut hash = hex::encode(Sha256::digest(text.as_bytes()));
    hash.truncate(40);
    hash
}

/// What Cloud calls things by: made of what they are.
pub fn uuid(text: &str) -> String {
    let hash = hash(text);
    format!("{{{}-{}-4{}-8{}-{}}}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}

impl State {
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    pub fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub fn repo(&self, slug: &str) -> Outcome<&Repo> {
        self.repos.iter().find(|it| it.slug == slug).ok_or_else(|| Refusal::Missing(format!("Repository {slug} not found")))
    }

    pub fn repo_mut(&mut self, slug: &str) -> Outcome<&mut Repo> {
        self.repos.iter_mut().find(|it| it.slug == slug).ok_or_else(|| Refusal::Missing(format!("Repository {slug} not found")))
    }

    pub fn person_with_uuid(&self, uuid: &str) -> Option<usize> {
        self.people.iter().position(|it| it.uuid == uuid)
    }

    pub fn person_with_login(&self, login: &str) -> Option<usize> {
        self.people.iter().position(|it| it.login.eq_ignore_ascii_case(login))
    }
}

impl Repo {
    pub fn pull(&self, id: &str) -> Outcome<&Pull> {
        self.pulls
            .iter()
            .find(|it| it.id.to_string() == id)
            .ok_or_else(|| Refusal::Missing(format!("Pull request {id} does not exist")))
    }

    pub fn pull_mut(&mut self, id: &str) -> Outcome<&mut Pull> {
        let missing = || Refusal::Missing(format!("Pull request {id} does not exist"));
        self.pulls.iter_mut().find(|it| it.id.to_string() == id).ok_or_else(missing)
    }

    pub fn branch(&self, name: &str) -> Option<&Ref> {
        let name = name.trim_start_matches("refs/heads/");
        self.branches.iter().find(|it| it.name == name)
    }

    pub fn commit(&self, hash: &str) -> Option<&Commit> {
        self.commits.iter().find(|it| hash.len() >= 7 && it.hash.starts_with(hash))
    }

    /// The commit that a branch, a tag or a hash means.
    pub fn at(&self, name: &str) -> Option<&Commit> {
        let tag = name.trim_start_matches("refs/tags/");
        let named = self.branch(name).or_else(|| self.tags.iter().find(|it| it.name == tag));
        self.commit(named.map_or(name, |it| it.hash.as_str()))
    }

    /// A commit and those before it, the newest first.
    pub fn history(&self, from: &str) -> Vec<&Commit> {
        let (mut found, mut waiting) = (Vec::new(), vec![from.to_owned()]);
        while let Some(hash) = waiting.pop() {
            let Some(commit) = self.commit(&hash) else { continue };
            if !found.iter().any(|it: &&Commit| it.hash == commit.hash) {
                found.push(commit);
                waiting.extend(commit.parents.iter().cloned());
            }
        }
        found.sort_by_key(|it| std::cmp::Reverse(it.at));
        found
    }
}
