//! Downloads: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-downloads/>.

use std::time::Duration;

use bytes::Bytes;
use commands::Result;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Cloud, wire};
use crate::{
    bitbucket::{
        model::{Paged, RepoId, Window},
        place::encoded,
    },
    http::{Part, Repeatable},
};

/// What a large file may take.
const LONGEST: Duration = Duration::from_secs(60);

/// A file that a repository offers.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Download {
    pub name: String,
    #[serde(default)]
    pub size: u64,
    #[serde(default)]
    pub downloads: u64,
    pub user: Option<wire::User>,
    pub created_on: Timestamp,
}

impl Cloud {
    pub async fn downloads(&self, repo: &RepoId, window: &Window) -> Result<Paged<Download>> {
        self.page(&self.of(repo, "/downloads"), &[], window).await
    }

    pub async fn all_downloads(&self, repo: &RepoId, most: usize) -> Result<Vec<Download>> {
        Ok(self.all(&self.of(repo, "/downloads"), &[], most).await?.items)
    }

    /// What is in it: Bitbucket sends on to where it lies.
    pub async fn download(&self, repo: &RepoId, name: &str) -> Result<Bytes> {
        let request = self.http.get(&self.of(repo, &format!("/downloads/{}", encoded(name)))).timeout(LONGEST);
        request.send_for_file(commands::File::LIMIT).await
    }

    /// One of the same name gives way to it, so that twice is as good as once.
    pub async fn add_download(&self, repo: &RepoId, file: &commands::Download) -> Result<()> {
        let request = self.http.post(&self.of(repo, "/downloads")).multipart(&[Part::file("files", file)]);
        request.timeout(LONGEST).repeatable(Repeatable::Yes).send_empty().await
    }

    pub async fn delete_download(&self, repo: &RepoId, name: &str) -> Result<()> {
        self.http.delete(&self.of(repo, &format!("/downloads/{}", encoded(name)))).send_empty().await
    }
}
