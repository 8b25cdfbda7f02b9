//! What Cloud sends, as far as we read it. Accounts that are gone are null, and lists hold less than single objects.

use jiff::Timestamp;
use serde::Deserialize;

use crate::bitbucket::model::{
    self, Account, Branch, BuildStatus, Commit, End, FileChange, Hook, Last, Opinion, Outcome, Project, PullState, RepoId,
    Repository, Review, Tag, Task,
};

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct User {
    #[serde(default)]
    pub uuid: String,
    #[serde(default)]
    pub display_name: String,
    pub nickname: Option<String>,
    pub account_id: Option<String>,
}

impl User {
    pub fn name(&self) -> String {
        match (self.display_name.trim(), &self.nickname) {
            ("", Some(nickname)) => nickname.clone(),
            ("", None) => "somebody".to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    pub fn account(&self) -> Account {
        let login = self.nickname.clone().unwrap_or_else(|| self.name());
        Account { id: self.uuid.clone(), slug: self.uuid.clone(), login, name: self.name(), email: None }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct Links {
    html: Option<Href>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Href {
    pub href: String,
}

impl Links {
    pub fn page(&self) -> String {
        self.html.as_ref().map(|it| it.href.clone()).unwrap_or_default()
    }
}

/// `example/website`.
pub(in crate::bitbucket) fn repo_id(full_name: &str) -> RepoId {
    let (owner, slug) = full_name.split_once('/').unwrap_or(("", full_name));
    RepoId::new(owner, slug)
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Named {
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Hash {
    pub hash: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Place {
    pub full_name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct Ends {
    pub branch: Option<Named>,
    pub commit: Option<Hash>,
    /// None where a fork is gone.
    pub repository: Option<Place>,
}

impl Ends {
    fn end(&self, own: Option<&str>) -> End {
        let elsewhere = self.repository.as_ref().map(|it| it.full_name.as_str()).filter(|it| own.is_some_and(|own| own != *it));
        End {
            branch: self.branch.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
            hash: self.commit.as_ref().map(|it| it.hash.clone()).unwrap_or_default(),
            repo: elsewhere.map(repo_id),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Participant {
    pub user: Option<User>,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub approved: bool,
    pub state: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Pull {
    pub id: u64,
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    pub author: Option<User>,
    #[serde(default)]
    pub source: Ends,
    #[serde(default)]
    pub destination: Ends,
    #[serde(default)]
    pub participants: Vec<Participant>,
    #[serde(default)]
    pub reviewers: Vec<User>,
    #[serde(default)]
    pub links: Links,
    #[serde(default)]
    pub comment_count: u64,
    #[serde(default)]
    pub task_count: u64,
    pub merge_commit: Option<Hash>,
    pub created_on: Timestamp,
    pub updated_on: Option<Timestamp>,
}

impl Pull {
    /// `repo` is where it was asked for, for when it does not say so itself.
    pub fn read(self, repo: Option<&RepoId>) -> model::Pull {
        let place = self.destination.repository.as_ref().map(|it| repo_id(&it.full_name));
        let own = self.destination.repository.as_ref().map(|it| it.full_name.as_str());
        let reviews = self.reviews();
        model::Pull {
            repo: place.or_else(|| repo.cloned()).unwrap_or_else(|| RepoId::new("", "")),
            id: self.id,
            version: 0,
            state: PullState::read(&self.state),
            draft: self.draft,
            author: self.author.as_ref().map(User::account),
            source: self.source.end(own),
            target: self.destination.end(own),
            reviews,
            comments: self.comment_count,
            open_tasks: self.task_count,
            merge_commit: self.merge_commit.as_ref().map(|it| it.hash.clone()),
            url: self.links.page(),
            updated: self.updated_on.unwrap_or(self.created_on),
            title: self.title,
            description: self.description.unwrap_or_default(),
        }
    }

    fn reviews(&self) -> Vec<Review> {
        let said = |it: &Participant| match it.state.as_deref() {
            _ if it.approved => Opinion::Approved,
            Some("changes_requested") => Opinion::ChangesRequested,
            _ => Opinion::Waiting,
        };
        let mut reviews: Vec<Review> = Vec::new();
        for participant in &self.participants {
            let Some(user) = &participant.user else { continue };
            // Who approves without having been asked is as good a reviewer.
            if participant.role == "REVIEWER" || said(participant) != Opinion::Waiting {
                reviews.push(Review { person: user.account(), opinion: said(participant) });
            }
        }
        for user in &self.reviewers {
            if !reviews.iter().any(|it| it.person.id == user.uuid) {
                reviews.push(Review { person: user.account(), opinion: Opinion::Waiting });
            }
        }
        reviews
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct Content {
    #[serde(default)]
    pub raw: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Comment {
    pub id: u64,
    #[serde(default)]
    pub content: Content,
    pub user: Option<User>,
    pub created_on: Option<Timestamp>,
    #[serde(default)]
    pub deleted: bool,
    pub inline: Option<Inline>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Inline {
    pub path: String,
    pub to: Option<u64>,
    pub from: Option<u64>,
}

impl Comment {
    pub fn read(self) -> model::Comment {
        let line = |it: &Inline| match it.to.or(it.from) {
            Some(line) => format!("{}:{line}", it.path),
            None => it.path.clone(),
        };
        model::Comment {
            id: self.id,
            author: self.user.as_ref().map_or_else(|| "somebody".to_owned(), User::name),
            text: self.content.raw,
            at: self.created_on.unwrap_or_default(),
            place: self.inline.as_ref().map(line),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct PullTask {
    pub id: u64,
    #[serde(default)]
    pub content: Content,
    #[serde(default)]
    pub state: String,
    pub creator: Option<User>,
}

impl PullTask {
    pub fn read(self) -> Task {
        let author = self.creator.as_ref().map_or_else(|| "somebody".to_owned(), User::name);
        Task { id: self.id, text: self.content.raw, author, done: self.state == "RESOLVED", version: 0 }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct DiffStat {
    #[serde(default)]
    status: String,
    lines_added: Option<u64>,
    lines_removed: Option<u64>,
    old: Option<FileAt>,
    new: Option<FileAt>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct FileAt {
    pub path: String,
    #[serde(default, rename = "type")]
    pub kind: String,
}

impl DiffStat {
    pub fn read(self) -> FileChange {
        let path = self.new.or(self.old).map(|it| it.path).unwrap_or_default();
        FileChange { path, what: self.status, lines: self.lines_added.zip(self.lines_removed) }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct RawCommit {
    pub hash: String,
    #[serde(default)]
    pub message: String,
    pub date: Option<Timestamp>,
    pub author: Option<Author>,
    #[serde(default)]
    pub parents: Vec<Hash>,
    #[serde(default)]
    pub links: Links,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Author {
    /// `Ana Example <ana@example.org>`.
    #[serde(default)]
    pub raw: String,
    pub user: Option<User>,
}

impl Author {
    pub fn name(&self) -> String {
        match &self.user {
            Some(user) => user.name(),
            None => self.raw.split('<').next().unwrap_or_default().trim().to_owned(),
        }
    }
}

impl RawCommit {
    pub fn author(&self) -> String {
        self.author.as_ref().map(Author::name).unwrap_or_default()
    }

    pub fn read(self) -> Commit {
        Commit {
            author: self.author(),
            url: self.links.page(),
            hash: self.hash,
            message: self.message,
            at: self.date.unwrap_or_default(),
            parents: self.parents.into_iter().map(|it| it.hash).collect(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Ref {
    pub name: String,
    pub target: Option<RawCommit>,
    pub message: Option<String>,
    #[serde(default)]
    pub links: Links,
}

impl Ref {
    pub fn branch(self, main: Option<&str>) -> Branch {
        let last = self.target.as_ref().map(|it| Last {
            author: it.author(),
            message: it.message.lines().next().unwrap_or_default().to_owned(),
            at: it.date.unwrap_or_default(),
        });
        Branch {
            is_main: main == Some(self.name.as_str()),
            hash: self.target.map(|it| it.hash).unwrap_or_default(),
            last,
            url: self.links.page(),
            name: self.name,
        }
    }

    pub fn tag(self) -> Tag {
        let message = self.message.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        Tag { hash: self.target.map(|it| it.hash).unwrap_or_default(), message, url: self.links.page(), name: self.name }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Status {
    #[serde(default)]
    pub key: String,
    pub name: Option<String>,
    #[serde(default)]
    pub state: String,
    pub description: Option<String>,
    pub url: Option<String>,
}

impl Status {
    pub fn read(self) -> BuildStatus {
        BuildStatus {
            name: self.name.filter(|it| !it.is_empty()).unwrap_or(self.key),
            outcome: Outcome::read(&self.state),
            description: self.description.unwrap_or_default(),
            url: self.url.unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct RawRepository {
    pub full_name: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub is_private: bool,
    pub project: Option<RawProject>,
    pub mainbranch: Option<Named>,
    pub language: Option<String>,
    pub updated_on: Option<Timestamp>,
    #[serde(default)]
    pub has_issues: bool,
    #[serde(default)]
    pub links: RepositoryLinks,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct RepositoryLinks {
    html: Option<Href>,
    #[serde(default)]
    clone: Vec<Clone_>,
}

#[derive(Clone, Debug, Deserialize)]
struct Clone_ {
    name: String,
    href: String,
}

impl RawRepository {
    pub fn read(self) -> Repository {
        let clone = |name: &str| self.links.clone.iter().find(|it| it.name == name).map(|it| it.href.clone());
        Repository {
            id: repo_id(&self.full_name),
            clone_https: clone("https"),
            clone_ssh: clone("ssh"),
            name: self.name,
            description: self.description.unwrap_or_default(),
            private: self.is_private,
            project: self.project.map(|it| it.key).unwrap_or_default(),
            main_branch: self.mainbranch.map(|it| it.name),
            language: self.language.filter(|it| !it.is_empty()),
            updated: self.updated_on,
            has_issues: self.has_issues,
            url: self.links.html.map(|it| it.href).unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct RawProject {
    pub key: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub links: Links,
}

impl RawProject {
    pub fn read(self) -> Project {
        Project { url: self.links.page(), key: self.key, name: self.name, description: self.description.unwrap_or_default() }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct RawHook {
    pub uuid: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub events: Vec<String>,
    #[serde(default)]
    pub active: bool,
}

impl RawHook {
    pub fn read(self) -> Hook {
        let id = self.uuid.trim_matches(['{', '}']).to_owned();
        Hook { id, name: self.description.unwrap_or_default(), url: self.url, events: self.events, active: self.active }
    }
}
