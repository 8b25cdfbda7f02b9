//! Repositories and what is in them.

use serde::Deserialize;

use super::{Id, User, time};
use crate::bitbucket::model::{Branch, BuildStatus, Commit, Hook, Last, Outcome, Tag};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct Ref {
    #[serde(default)]
    pub id: String,
    pub display_id: String,
    #[serde(default)]
    pub latest_commit: String,
    #[serde(default, alias = "default")]
    pub is_default: bool,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Metadata {
    #[serde(rename = "com.atlassian.bitbucket.server.bitbucket-branch:latest-commit-metadata")]
    latest: Option<RawCommit>,
}

impl Ref {
    pub fn branch(self, url: String) -> Branch {
        let last = self.metadata.latest.map(|it| Last {
            author: it.author.title(),
            message: it.message.lines().next().unwrap_or_default().to_owned(),
            at: time(it.author_timestamp),
        });
        Branch { name: self.display_id, hash: self.latest_commit, is_main: self.is_default, last, url }
    }

    pub fn tag(self, url: String) -> Tag {
        Tag { name: self.display_id, hash: self.latest_commit, message: None, url }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::bitbucket) struct RawCommit {
    pub id: String,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub author: User,
    #[serde(default)]
    pub author_timestamp: i64,
    #[serde(default)]
    pub parents: Vec<Id>,
}

impl RawCommit {
    pub fn read(self, url: String) -> Commit {
        Commit {
            author: self.author.title(),
            at: time(self.author_timestamp),
            parents: self.parents.into_iter().map(|it| it.id).collect(),
            hash: self.id,
            message: self.message,
            url,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Status {
    #[serde(default)]
    key: String,
    name: Option<String>,
    #[serde(default)]
    state: String,
    description: Option<String>,
    url: Option<String>,
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
pub(in crate::bitbucket) struct RawHook {
    pub id: u64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub events: Vec<String>,
    #[serde(default)]
    pub active: bool,
}

impl RawHook {
    pub fn read(self) -> Hook {
        Hook { id: self.id.to_string(), name: self.name, url: self.url, events: self.events, active: self.active }
    }
}
