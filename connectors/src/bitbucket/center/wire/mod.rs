//! What Data Center sends, as far as we read it. Times are milliseconds.

use jiff::Timestamp;
use serde::Deserialize;

use crate::bitbucket::model::{self, Account, End, FileChange, Opinion, Project, PullState, RepoId, Repository, Review, Task};

mod code;

pub(in crate::bitbucket) use code::{RawCommit, RawHook, Ref, Status};

pub(in crate::bitbucket) fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct User {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub slug: String,
    pub display_name: Option<String>,
    pub email_address: Option<String>,
    #[serde(default)]
    pub active: Option<bool>,
}

impl User {
    pub fn title(&self) -> String {
        self.display_name.clone().filter(|it| !it.is_empty()).unwrap_or_else(|| self.name.clone())
    }

    pub fn account(&self) -> Account {
        let slug = if self.slug.is_empty() { self.name.clone() } else { self.slug.clone() };
        Account { id: self.name.clone(), slug, login: self.name.clone(), name: self.title(), email: self.email_address.clone() }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct Links {
    /// Older versions put a null into it.
    #[serde(default, rename = "self")]
    own: Vec<Option<Href>>,
    #[serde(default)]
    clone: Vec<Href>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Href {
    pub href: String,
    pub name: Option<String>,
}

impl Links {
    pub fn page(&self) -> Option<String> {
        self.own.iter().flatten().map(|it| it.href.clone()).next()
    }

    fn clone(&self, name: &str) -> Option<String> {
        self.clone.iter().find(|it| it.name.as_deref() == Some(name)).map(|it| it.href.clone())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct RawProject {
    pub key: String,
    #[serde(default)]
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub links: Links,
}

impl RawProject {
    pub fn read(self) -> Project {
        Project {
            url: self.links.page().unwrap_or_default(),
            key: self.key,
            name: self.name,
            description: self.description.unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct RawRepository {
    pub slug: String,
    #[serde(default)]
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub public: bool,
    #[serde(default)]
    pub project: RawProject,
    pub default_branch: Option<String>,
    #[serde(default)]
    pub links: Links,
}

impl RawRepository {
    pub fn id(&self) -> RepoId {
        RepoId::new(self.project.key.clone(), self.slug.clone())
    }

    pub fn read(self) -> Repository {
        Repository {
            id: self.id(),
            clone_https: self.links.clone("http").or_else(|| self.links.clone("https")),
            clone_ssh: self.links.clone("ssh"),
            url: self.links.page().unwrap_or_default(),
            name: self.name,
            description: self.description.unwrap_or_default(),
            private: !self.public,
            project: self.project.key,
            main_branch: self.default_branch.map(|it| it.trim_start_matches("refs/heads/").to_owned()),
            language: None,
            updated: None,
            has_issues: false,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct Ends {
    #[serde(default)]
    pub display_id: String,
    #[serde(default)]
    pub latest_commit: String,
    #[serde(default)]
    pub repository: RawRepository,
}

impl Ends {
    fn end(&self, own: &RepoId) -> End {
        let repo = self.repository.id();
        End {
            branch: self.display_id.clone(),
            hash: self.latest_commit.clone(),
            repo: (repo != *own && !repo.slug.is_empty()).then_some(repo),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Participant {
    #[serde(default)]
    pub user: User,
    #[serde(default)]
    pub status: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct Properties {
    #[serde(default)]
    comment_count: u64,
    #[serde(default)]
    open_task_count: u64,
    merge_commit: Option<Id>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Id {
    pub id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct Pull {
    pub id: u64,
    #[serde(default)]
    pub version: u64,
    pub title: String,
    pub description: Option<String>,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    #[serde(default)]
    pub updated_date: i64,
    #[serde(default)]
    pub from_ref: Ends,
    #[serde(default)]
    pub to_ref: Ends,
    pub author: Option<Participant>,
    #[serde(default)]
    pub reviewers: Vec<Participant>,
    #[serde(default)]
    pub properties: Properties,
    #[serde(default)]
    pub links: Links,
}

impl Pull {
    pub fn read(self) -> model::Pull {
        let repo = self.to_ref.repository.id();
        let opinion = |status: &str| match status {
            "APPROVED" => Opinion::Approved,
            "NEEDS_WORK" => Opinion::ChangesRequested,
            _ => Opinion::Waiting,
        };
        let review = |it: &Participant| Review { person: it.user.account(), opinion: opinion(&it.status), asked: true };
        model::Pull {
            id: self.id,
            version: self.version,
            state: PullState::read(&self.state),
            draft: self.draft,
            author: self.author.as_ref().map(|it| it.user.account()),
            source: self.from_ref.end(&repo),
            target: self.to_ref.end(&repo),
            reviews: self.reviewers.iter().map(review).collect(),
            close_source: false,
            comments: self.properties.comment_count,
            open_tasks: self.properties.open_task_count,
            merge_commit: self.properties.merge_commit.as_ref().map(|it| it.id.clone()),
            url: self.links.page().unwrap_or_default(),
            updated: time(self.updated_date),
            title: self.title,
            description: self.description.unwrap_or_default(),
            repo,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct Comment {
    pub id: u64,
    #[serde(default)]
    pub version: u64,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub author: User,
    #[serde(default)]
    pub created_date: i64,
    #[serde(default)]
    pub state: String,
    pub anchor: Option<Anchor>,
    /// Replies.
    #[serde(default)]
    pub comments: Vec<Comment>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Anchor {
    #[serde(default)]
    path: serde_json::Value,
    line: Option<u64>,
}

impl Anchor {
    pub fn place(&self) -> Option<String> {
        // A text, or an object with the parts of it.
        let path = self.path.as_str().or_else(|| self.path["toString"].as_str())?;
        Some(self.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}")))
    }
}

impl Comment {
    pub fn read(self, anchor: Option<&Anchor>) -> model::Comment {
        model::Comment {
            id: self.id,
            author: self.author.title(),
            at: time(self.created_date),
            place: self.anchor.as_ref().or(anchor).and_then(Anchor::place),
            text: self.text,
        }
    }

    pub fn task(self) -> Task {
        Task { id: self.id, author: self.author.title(), done: self.state == "RESOLVED", version: self.version, text: self.text }
    }
}

/// What happened to a pull request; comments are among it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct Activity {
    #[serde(default)]
    pub action: String,
    #[serde(default)]
    pub comment_action: String,
    pub comment: Option<Comment>,
    pub comment_anchor: Option<Anchor>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Change {
    #[serde(default, rename = "type")]
    kind: String,
    path: Whole,
}

#[derive(Clone, Debug, Deserialize)]
struct Whole {
    #[serde(default)]
    components: Vec<String>,
}

impl Change {
    pub fn read(self) -> FileChange {
        let what = match self.kind.as_str() {
            "ADD" | "COPY" => "added",
            "DELETE" => "removed",
            "MOVE" => "renamed",
            _ => "modified",
        };
        FileChange { path: self.path.components.join("/"), what: what.to_owned(), lines: None }
    }
}
