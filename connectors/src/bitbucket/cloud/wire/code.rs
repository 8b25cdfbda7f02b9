//! Repositories and what is in them.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Hash, Href, Links, Named, User, repo_id};
use crate::bitbucket::model::{Branch, BuildStatus, Commit, Hook, Last, Outcome, Project, Repository, Tag};

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
    clone: Vec<CloneAddress>,
}

#[derive(Clone, Debug, Deserialize)]
struct CloneAddress {
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
