//! Bitbucket Data Center's REST API: <https://developer.atlassian.com/server/bitbucket/rest/>.

use commands::{Error, ErrorKind, Result};
use reqwest::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    model::{Paged, RepoId, Window},
    place::encoded,
};
use crate::{
    Http,
    http::{Request, VendorError},
};

mod discussions;
pub(super) mod people;
mod pulls;
mod refs;
mod repositories;
pub(super) mod wire;

/// A connected Data Center; its requests are below `/rest`, where each of its plugins has a name and a version.
pub(in crate::bitbucket) struct Center {
    pub http: Http,
    /// Where its pages are.
    pub web: String,
}

/// A part of a list: <https://developer.atlassian.com/server/bitbucket/how-tos/command-line-rest/#paging>.
#[derive(Deserialize)]
struct Page<T> {
    #[serde(default = "Vec::new")]
    values: Vec<T>,
    #[serde(default, rename = "isLastPage")]
    is_last: bool,
    #[serde(default, rename = "nextPageStart")]
    next: Option<u64>,
}

impl<T> Page<T> {
    fn part(self) -> Paged<T> {
        let next = self.next.filter(|_| !self.is_last).map(|it| it.to_string());
        Paged { items: self.values, next }
    }
}

impl Center {
    pub fn new(http: Http, web: String) -> Center {
        Center { http: http.with_errors(read_errors).with_codes(read_code), web }
    }

    /// `/api/latest/projects/{key}/repos/{slug}` and what follows.
    pub fn of(&self, repo: &RepoId, rest: &str) -> String {
        format!("/api/latest/{}{rest}", path(repo))
    }

    /// The same of its plugin for branches, or for git.
    pub fn plugin(&self, plugin: &str, repo: &RepoId, rest: &str) -> String {
        format!("/{plugin}/latest/{}{rest}", path(repo))
    }

    /// Where its page is.
    pub fn page_of(&self, repo: &RepoId, rest: &str) -> String {
        match repo.owner.strip_prefix('~') {
            Some(user) => format!("{}/users/{}/repos/{}{rest}", self.web, encoded(user), encoded(&repo.slug)),
            None => format!("{}/{}{rest}", self.web, path(repo)),
        }
    }

    pub async fn page<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], window: &Window) -> Result<Paged<T>> {
        let (limit, start) = (window.limit.to_string(), window.after.clone().unwrap_or_else(|| "0".to_owned()));
        if start.parse::<u64>().is_err() {
            return Err(Error::bad_input("That is not where the list goes on. Ask for it from the start."));
        }
        let mut query = query.to_vec();
        query.push(("limit", &limit));
        if start != "0" {
            query.push(("start", &start));
        }
        self.read_page(self.http.get(path).query(&query)).await
    }

    async fn read_page<T: DeserializeOwned>(&self, request: Request) -> Result<Paged<T>> {
        request.send::<Page<T>>().await.map(Page::part)
    }

    /// A whole list of at most `most` items, hundreds; `next` says that there are more.
    pub async fn all<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], most: usize) -> Result<Paged<T>> {
        let (mut items, mut window) = (Vec::new(), Window::first(100));
        loop {
            let page = self.page(path, query, &window).await?;
            items.extend(page.items);
            match page.next {
                Some(next) if items.len() < most => window.after = Some(next),
                next => return Ok(Paged { items, next }),
            }
        }
    }
}

/// A personal repository belongs to the project `~name`.
fn path(repo: &RepoId) -> String {
    format!("projects/{}/repos/{}", encoded(&repo.owner), encoded(&repo.slug))
}

#[derive(Deserialize)]
struct Refusals {
    errors: Vec<Refusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    context: Option<String>,
    message: Option<String>,
    exception_name: Option<String>,
    /// What keeps a pull request from being merged.
    #[serde(default)]
    vetoes: Vec<Veto>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Veto {
    #[serde(default)]
    summary_message: String,
    #[serde(default)]
    detailed_message: String,
}

/// `{"errors": [{"context": "name", "message": "…", "exceptionName": "…"}]}`.
fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let refusals: Refusals = serde_json::from_slice(body).ok()?;
    let mut messages = Vec::new();
    for refusal in refusals.errors {
        let message = refusal.message.unwrap_or_default();
        messages.push(match refusal.context.filter(|it| !it.is_empty()) {
            Some(field) => format!("{field}: {message}"),
            None => message,
        });
        for veto in refusal.vetoes {
            messages.push(if veto.detailed_message.is_empty() { veto.summary_message } else { veto.detailed_message });
        }
    }
    Some(VendorError { messages })
}

/// `com.atlassian.bitbucket.pull.PullRequestMergeVetoedException` → `PullRequestMergeVetoedException`.
fn read_code(body: &[u8]) -> Option<String> {
    let refusals: Refusals = serde_json::from_slice(body).ok()?;
    let name = refusals.errors.into_iter().find_map(|it| it.exception_name)?;
    Some(name.rsplit('.').next().unwrap_or(&name).to_owned())
}

/// Whether an answer means that the state which we had seen is not the state any more.
pub(super) fn is_outdated(error: &Error) -> bool {
    error.kind == ErrorKind::Conflict && error.code.as_deref().is_some_and(|it| it.contains("OutOfDate"))
}
