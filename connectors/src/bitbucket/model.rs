//! What both editions of Bitbucket hold, in one shape: the actions know no other.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A repository's address: the workspace and the slug in Cloud, the project's key and the slug in Data Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RepoId {
    pub owner: String,
    pub slug: String,
}

impl RepoId {
    pub fn new(owner: impl Into<String>, slug: impl Into<String>) -> RepoId {
        RepoId { owner: owner.into(), slug: slug.into() }
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.slug)
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub limit: u32,
    /// What the last part said is next; none for the start.
    pub after: Option<String>,
}

impl Window {
    pub fn first(limit: u32) -> Window {
        Window { limit, after: None }
    }
}

/// A part of a list.
#[derive(Clone, Debug)]
pub(super) struct Paged<T> {
    pub items: Vec<T>,
    /// For [`Window::after`]; none at the end.
    pub next: Option<String>,
}

impl<T> Default for Paged<T> {
    fn default() -> Paged<T> {
        Paged { items: Vec::new(), next: None }
    }
}

impl<T> Paged<T> {
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// What the API wants: the uuid in Cloud, the user name in Data Center.
    pub id: String,
    /// What addresses hold: the slug in Data Center, the uuid in Cloud.
    pub slug: String,
    /// What people know them by in short: the nickname, the user name.
    pub login: String,
    pub name: String,
    pub email: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PullState {
    Open,
    Merged,
    Declined,
    /// Cloud: another one brought the same change.
    Superseded,
}

impl PullState {
    pub fn read(text: &str) -> PullState {
        match text {
            "MERGED" => PullState::Merged,
            "DECLINED" => PullState::Declined,
            "SUPERSEDED" => PullState::Superseded,
            _ => PullState::Open,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            PullState::Open => "Open",
            PullState::Merged => "Merged",
            PullState::Declined => "Declined",
            PullState::Superseded => "Superseded",
        }
    }
}

/// Pull requests in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    #[default]
    Open,
    Merged,
    Declined,
    /// Whatever their state.
    All,
}

/// What somebody asked for a review thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opinion {
    Waiting,
    Approved,
    ChangesRequested,
}

#[derive(Clone, Debug)]
pub(super) struct Review {
    pub person: Account,
    pub opinion: Opinion,
    /// Cloud: some say what they think without having been asked.
    pub asked: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Pull {
    pub repo: RepoId,
    pub id: u64,
    /// Data Center: what changes with every change, and must be named to make one.
    pub version: u64,
    pub title: String,
    pub description: String,
    pub state: PullState,
    pub draft: bool,
    pub author: Option<Account>,
    pub source: End,
    pub target: End,
    pub reviews: Vec<Review>,
    /// Cloud: whether merging it deletes its branch.
    pub close_source: bool,
    pub comments: u64,
    pub open_tasks: u64,
    pub merge_commit: Option<String>,
    pub url: String,
    pub updated: Timestamp,
}

impl Pull {
    /// Who is asked to review it.
    pub fn reviewers(&self) -> Vec<Account> {
        self.reviews.iter().filter(|it| it.asked).map(|it| it.person.clone()).collect()
    }
}

/// One end of a pull request.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub branch: String,
    pub hash: String,
    /// Another repository than the pull request's own: a fork.
    pub repo: Option<RepoId>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct PullFilter {
    pub which: Which,
    pub author: Option<Account>,
    pub reviewer: Option<Account>,
    /// Only those that the reviewer has said nothing of yet.
    pub waiting: bool,
    /// The branch that it is to be merged into.
    pub into: Option<String>,
    pub text: Option<String>,
}

impl PullFilter {
    /// Whether a pull request is one of those; its state and its reviewers every list can be asked for.
    pub fn fits(&self, pull: &Pull) -> bool {
        let has = |it: &String| pull.title.to_lowercase().contains(&it.to_lowercase());
        let waits = |of: &Account| pull.reviews.iter().any(|it| it.person.id == of.id && it.opinion == Opinion::Waiting);
        self.text.as_ref().is_none_or(has)
            && self.into.as_ref().is_none_or(|it| pull.target.branch == *it)
            && self.author.as_ref().is_none_or(|it| pull.author.as_ref().is_some_and(|author| author.id == it.id))
            && (!self.waiting || self.reviewer.as_ref().is_some_and(waits))
    }
}

/// Somebody's pull requests in all repositories.
#[derive(Clone, Debug)]
pub(super) struct Theirs {
    pub pulls: Paged<Pull>,
    /// Where nobody looked: a sentence.
    pub unseen: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct NewPull {
    pub title: String,
    pub description: String,
    pub source: String,
    /// None is the repository's main branch.
    pub target: Option<String>,
    pub reviewers: Vec<Account>,
    pub close_source: bool,
    pub draft: bool,
}

/// What of a pull request is to be another.
#[derive(Clone, Debug, Default)]
pub(super) struct PullChange {
    pub title: Option<String>,
    pub description: Option<String>,
    pub target: Option<String>,
    /// All of them, not only the new ones.
    pub reviewers: Option<Vec<Account>>,
    pub draft: Option<bool>,
}

/// What the bot's account says of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Approve,
    RequestChanges,
    /// Neither any more.
    Withdraw(Opinion),
}

/// How the changes of a pull request reach their branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Merge commit.
    MergeCommit,
    /// Squash into one commit.
    Squash,
    /// Fast-forward.
    FastForward,
    /// Squash, fast-forward only.
    SquashFastForward,
    /// Rebase, fast-forward.
    RebaseFastForward,
    /// Rebase, then a merge commit.
    RebaseMerge,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Merging {
    pub strategy: Option<Strategy>,
    pub message: Option<String>,
    pub close_source: Option<bool>,
}

/// A pull request after something was done to it.
#[derive(Clone, Debug)]
pub(super) struct After {
    pub pull: Pull,
    /// What was asked for besides, and is not done: a sentence.
    pub undone: Option<String>,
}

impl From<Pull> for After {
    fn from(pull: Pull) -> After {
        After { pull, undone: None }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Merged {
    Done(Box<After>),
    /// It takes longer, and goes on in Bitbucket.
    UnderWay,
}

#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub id: u64,
    pub author: String,
    pub text: String,
    pub at: Timestamp,
    /// `src/main.rs:12`.
    pub place: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct NewComment<'a> {
    pub text: &'a str,
    pub reply_to: Option<u64>,
    /// A file of the change, and its line.
    pub path: Option<&'a str>,
    pub line: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub id: u64,
    pub text: String,
    pub author: String,
    pub done: bool,
    /// Data Center: as [`Pull::version`].
    pub version: u64,
}

#[derive(Clone, Debug)]
pub(super) struct FileChange {
    pub path: String,
    /// `added`, `modified`, `removed`, `renamed`.
    pub what: String,
    /// Lines added and removed, where the edition tells.
    pub lines: Option<(u64, u64)>,
}

#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub name: String,
    pub hash: String,
    pub is_main: bool,
    pub last: Option<Last>,
    pub url: String,
}

/// A branch's last commit.
#[derive(Clone, Debug)]
pub(super) struct Last {
    pub author: String,
    pub message: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub name: String,
    pub hash: String,
    pub message: Option<String>,
    pub url: String,
}

#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub hash: String,
    pub message: String,
    pub author: String,
    pub at: Timestamp,
    pub parents: Vec<String>,
    pub url: String,
}

impl Commit {
    pub fn title(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// How a hash is shown.
pub(super) fn short(hash: &str) -> &str {
    hash.get(..9).unwrap_or(hash)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Running,
    Failed,
    Stopped,
}

/// What a build said of a commit.
#[derive(Clone, Debug)]
pub(super) struct BuildStatus {
    pub name: String,
    pub outcome: Outcome,
    pub description: String,
    pub url: String,
}

impl Outcome {
    pub fn read(state: &str) -> Outcome {
        match state {
            "SUCCESSFUL" => Outcome::Passed,
            "FAILED" => Outcome::Failed,
            "STOPPED" | "CANCELLED" => Outcome::Stopped,
            _ => Outcome::Running,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Running => "running",
            Outcome::Failed => "failed",
            Outcome::Stopped => "stopped",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Repository {
    pub id: RepoId,
    pub name: String,
    pub description: String,
    pub private: bool,
    pub project: String,
    /// None while nothing was pushed.
    pub main_branch: Option<String>,
    pub language: Option<String>,
    pub updated: Option<Timestamp>,
    /// Cloud: whether it has an issue tracker.
    pub has_issues: bool,
    pub url: String,
    pub clone_https: Option<String>,
    pub clone_ssh: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct NewRepository {
    pub name: String,
    pub description: Option<String>,
    pub private: bool,
    pub main_branch: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Project {
    pub key: String,
    pub name: String,
    pub description: String,
    pub url: String,
}

#[derive(Clone, Debug)]
pub(super) struct Hook {
    pub id: String,
    pub name: String,
    pub url: String,
    pub events: Vec<String>,
    pub active: bool,
}

/// What lies at a path.
#[derive(Clone, Debug)]
pub(super) enum AtPath {
    File(Vec<u8>),
    /// Paths, folders with a slash at their end.
    Folder(Paged<String>),
}
