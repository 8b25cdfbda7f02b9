//! What Cloud sends, as far as we read it. Accounts that are gone are null, and lists hold less than single objects.

use jiff::Timestamp;
use serde::Deserialize;

use crate::bitbucket::model::{self, Account, End, FileChange, Opinion, PullState, RepoId, Review, Task};

mod code;

pub(in crate::bitbucket) use code::{RawCommit, RawHook, RawProject, RawRepository, Ref, Status};

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
    pub close_source_branch: bool,
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
            close_source: self.close_source_branch,
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
            let asked = participant.role == "REVIEWER" || self.reviewers.iter().any(|it| it.uuid == user.uuid);
            // Who approves without having been asked is shown with those who were.
            if asked || said(participant) != Opinion::Waiting {
                reviews.push(Review { person: user.account(), opinion: said(participant), asked });
            }
        }
        for user in &self.reviewers {
            if !reviews.iter().any(|it| it.person.id == user.uuid) {
                reviews.push(Review { person: user.account(), opinion: Opinion::Waiting, asked: true });
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
