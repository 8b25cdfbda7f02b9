//! What Cloud and Data Center can both do, by noun; each implements these in files of the same names.
//!
//! What only Cloud has (pipelines, its issue tracker, code search) is not here: [`Vendor::cloud`] leads to it, or to the
//! sentence that says why not.

use commands::{BoxFuture, Error, ErrorKind, Result};

use super::{
    center::Center,
    cloud::Cloud,
    model::{
        Account, After, AtPath, Branch, BuildStatus, Comment, Commit, FileChange, Hook, Merged, Merging, NewComment, NewPull,
        NewRepository, Opinion, Paged, Project, Pull, PullChange, PullFilter, RepoId, Repository, Tag, Task, Theirs, Verdict,
        Window,
    },
};

pub(super) type Answer<'a, T> = BoxFuture<'a, Result<T>>;

/// The edition that a connection is of.
pub(super) enum Vendor {
    Cloud(Cloud),
    Center(Center),
}

impl Vendor {
    pub fn api(&self) -> &dyn Api {
        match self {
            Vendor::Cloud(it) => it,
            Vendor::Center(it) => it,
        }
    }

    /// Cloud, for what Data Center lacks.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`], saying why.
    pub fn cloud(&self, what: Only) -> Result<&Cloud> {
        match self {
            Vendor::Cloud(it) => Ok(it),
            Vendor::Center(_) => Err(Error::new(ErrorKind::BadInput, what.why())),
        }
    }
}

/// What only Cloud has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Only {
    Pipelines,
    Issues,
    CodeSearch,
    Workspaces,
    Downloads,
}

impl Only {
    pub fn why(self) -> &'static str {
        match self {
            Only::Pipelines => {
                "Bitbucket Data Center has no Pipelines. Its builds run elsewhere, such as in Jenkins or Bamboo; `commit statuses` shows \
                 what they report."
            }
            Only::Issues => {
                "Bitbucket Data Center has no issue tracker. Issues are kept elsewhere, such as in Jira: connect that."
            }
            Only::CodeSearch => {
                "Bitbucket Data Center has no published API to search code. Search on its web page; `repo list text=…` finds repositories."
            }
            Only::Downloads => {
                "Bitbucket Data Center offers no files for download. Its builds run elsewhere, and keep what they make there, such as in \
                 Artifactory or Nexus."
            }
            Only::Workspaces => "Bitbucket Data Center has no workspaces. `project list` shows its projects.",
        }
    }
}

pub(super) trait Api: Pulls + Discussions + Refs + Repositories + People {}

impl<T: Pulls + Discussions + Refs + Repositories + People> Api for T {}

pub(super) trait Pulls: Sync {
    fn pulls<'a>(&'a self, repo: &'a RepoId, filter: &'a PullFilter, window: &'a Window) -> Answer<'a, Paged<Pull>>;
    /// What somebody wrote, or is asked to review, in all repositories.
    fn pulls_of<'a>(&'a self, person: &'a Account, role: Role, filter: &'a PullFilter, window: &'a Window) -> Answer<'a, Theirs>;
    fn pull<'a>(&'a self, repo: &'a RepoId, id: u64) -> Answer<'a, Pull>;
    fn create_pull<'a>(&'a self, repo: &'a RepoId, new: &'a NewPull) -> Answer<'a, Pull>;
    fn change_pull<'a>(&'a self, pull: &'a Pull, change: &'a PullChange) -> Answer<'a, Pull>;
    /// Says so under the bot's own account.
    fn review<'a>(&'a self, pull: &'a Pull, verdict: Verdict) -> Answer<'a, ()>;
    fn merge<'a>(&'a self, pull: &'a Pull, merging: &'a Merging) -> Answer<'a, Merged>;
    fn decline<'a>(&'a self, pull: &'a Pull, comment: Option<&'a str>) -> Answer<'a, After>;
    fn reopen<'a>(&'a self, pull: &'a Pull) -> Answer<'a, Pull>;
    fn changed_files<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<FileChange>>;
    fn pull_commits<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Commit>>;
}

/// What a pull request has to do with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Author,
    Reviewer,
}

pub(super) trait Discussions: Sync {
    /// The newest first.
    fn comments<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Comment>>;
    fn comment<'a>(&'a self, pull: &'a Pull, new: &'a NewComment<'a>) -> Answer<'a, Comment>;
    /// The first of them, and whether there are more.
    fn tasks<'a>(&'a self, pull: &'a Pull) -> Answer<'a, Paged<Task>>;
    fn add_task<'a>(&'a self, pull: &'a Pull, text: &'a str) -> Answer<'a, Task>;
    fn set_task<'a>(&'a self, pull: &'a Pull, task: &'a Task, state: TaskState) -> Answer<'a, Task>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskState {
    Open,
    Done,
}

pub(super) trait Refs: Sync {
    fn branches<'a>(&'a self, repo: &'a RepoId, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Branch>>;
    fn branch<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, Branch>;
    /// `from` is a branch, a tag or a commit.
    fn create_branch<'a>(&'a self, repo: &'a RepoId, name: &'a str, from: &'a str) -> Answer<'a, Branch>;
    fn delete_branch<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, ()>;
    fn tags<'a>(&'a self, repo: &'a RepoId, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Tag>>;
    fn tag<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, Tag>;
    fn create_tag<'a>(&'a self, repo: &'a RepoId, name: &'a str, at: &'a str, message: Option<&'a str>) -> Answer<'a, Tag>;
    fn delete_tag<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, ()>;
    /// Of a branch, tag or commit, or the main branch; those that touched `path`.
    fn commits<'a>(
        &'a self,
        repo: &'a RepoId,
        at: Option<&'a str>,
        path: Option<&'a str>,
        window: &'a Window,
    ) -> Answer<'a, Paged<Commit>>;
    fn commit<'a>(&'a self, repo: &'a RepoId, at: &'a str) -> Answer<'a, Commit>;
    /// The first of them, and whether there are more.
    fn statuses<'a>(&'a self, repo: &'a RepoId, hash: &'a str) -> Answer<'a, Paged<BuildStatus>>;
    /// A file of `limit` bytes at most, or a folder.
    fn at_path<'a>(&'a self, repo: &'a RepoId, at: Option<&'a str>, path: &'a str, limit: usize) -> Answer<'a, AtPath>;
}

pub(super) trait Repositories: Sync {
    fn repositories<'a>(
        &'a self,
        owner: Option<&'a str>,
        text: Option<&'a str>,
        window: &'a Window,
    ) -> Answer<'a, Paged<Repository>>;
    fn repository<'a>(&'a self, repo: &'a RepoId) -> Answer<'a, Repository>;
    fn create_repository<'a>(&'a self, project: &'a str, new: &'a NewRepository) -> Answer<'a, Repository>;
    fn projects<'a>(&'a self, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Project>>;
    fn create_project<'a>(&'a self, key: &'a str, name: &'a str, description: Option<&'a str>) -> Answer<'a, Project>;
    fn hooks<'a>(&'a self, repo: &'a RepoId, window: &'a Window) -> Answer<'a, Paged<Hook>>;
    fn create_hook<'a>(&'a self, repo: &'a RepoId, url: &'a str, secret: &'a str, events: &'a [String]) -> Answer<'a, Hook>;
    fn delete_hook<'a>(&'a self, repo: &'a RepoId, id: &'a str) -> Answer<'a, ()>;
}

pub(super) trait People: Sync {
    /// Whose credentials the bot has.
    fn myself(&self) -> Answer<'_, Account>;
    /// Who `key` is of: an access token, or `email:token`.
    fn owner_of<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>>;
    fn by_email<'a>(&'a self, email: &'a str) -> Answer<'a, Option<Account>>;
    /// Those whose name or login holds `text`.
    fn people<'a>(&'a self, text: &'a str) -> Answer<'a, Vec<Account>>;
}

/// What an open review was, for [`Verdict::Withdraw`].
pub(super) fn opinion_of(pull: &Pull, id: &str) -> Opinion {
    pull.reviews.iter().find(|it| it.person.id == id).map_or(Opinion::Waiting, |it| it.opinion)
}
