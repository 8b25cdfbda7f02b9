//! Code search and workspaces.

use commands::Result;
use serde::Deserialize;

use super::{Cloud, wire};
use crate::bitbucket::{
    model::{Paged, Window},
    place::encoded,
};

/// A file that holds what was looked for.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Found {
    pub file: File,
    #[serde(default)]
    content_matches: Vec<Match>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct File {
    pub path: String,
    #[serde(default)]
    pub links: SelfLink,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct SelfLink {
    #[serde(rename = "self")]
    own: Option<wire::Href>,
}

#[derive(Clone, Debug, Deserialize)]
struct Match {
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Clone, Debug, Deserialize)]
struct Line {
    line: u64,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, Deserialize)]
struct Segment {
    #[serde(default)]
    text: String,
    #[serde(default, rename = "match")]
    is_match: bool,
}

impl Found {
    /// The first line that holds it, with its number.
    pub fn line(&self) -> Option<(u64, String)> {
        let lines = || self.content_matches.iter().flat_map(|it| &it.lines);
        let line = lines().find(|it| it.segments.iter().any(|it| it.is_match)).or_else(|| lines().next())?;
        let text: String = line.segments.iter().map(|it| it.text.as_str()).collect();
        Some((line.line, text.trim().to_owned()))
    }

    /// Workspace, slug and commit, which stand only in its API's address.
    pub fn place(&self) -> Option<(&str, &str, &str)> {
        let href = &self.file.links.own.as_ref()?.href;
        let mut parts = href.split_once("/repositories/")?.1.split('/');
        let (workspace, slug) = (parts.next()?, parts.next()?);
        (parts.next()? == "src").then_some(())?;
        Some((workspace, slug, parts.next()?))
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Access {
    #[serde(default)]
    pub administrator: bool,
    pub workspace: Workspace,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Workspace {
    pub slug: String,
}

impl Cloud {
    /// <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/#api-workspaces-workspace-search-code-get>.
    pub async fn search_code(&self, words: &str, window: &Window) -> Result<Paged<Found>> {
        let path = format!("/workspaces/{}/search/code", encoded(&self.workspace));
        // By itself it tells where a file is only within the API.
        let query = [("search_query", words), ("fields", "+values.file.links.self")];
        self.page(&path, &query, window).await
    }

    /// In place of `/2.0/workspaces`, which is gone since February 2026:
    /// <https://developer.atlassian.com/cloud/bitbucket/changelog/#CHANGE-3022>.
    pub async fn workspaces(&self) -> Result<Vec<Access>> {
        Ok(self.all("/user/workspaces", &[], 100).await?.items)
    }
}
