//! Requests to GitHub, below one repository or anywhere.

use std::time::Duration;

use commands::{Error, Result};
use reqwest::{Method, header::HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{GitHub, place::Place, problem};
use crate::http::{
    Repeatable, Request,
    pages::{self, next_link},
};

/// The dated version of the REST API that all this is written for.
const VERSION: &str = "2022-11-28";

/// Some of a list.
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// Whether there is a next page.
    pub more: bool,
}

/// Where people see it: `https://github.com` for `https://api.github.com`, `https://git.example.org` for its `/api/v3`.
pub(super) fn site(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if let Some(site) = url.strip_suffix("/api/v3") {
        return site.to_owned();
    }
    match url.strip_prefix("https://api.") {
        Some(host) if host == "github.com" || host.ends_with(".ghe.com") => format!("https://{host}"),
        _ => url.to_owned(),
    }
}

/// `/graphql` is beside REST at api.github.com, and below `/api` of an Enterprise Server.
pub(super) fn graphql_base(url: &str) -> String {
    url.strip_suffix("/v3").unwrap_or(url).to_owned()
}

pub(super) fn versioned(request: Request) -> Request {
    request.header("accept", "application/vnd.github+json").header("x-github-api-version", VERSION)
}

impl GitHub {
    /// `path` starts with `/` and is percent-encoded.
    pub(super) fn request(&self, method: Method, path: &str) -> Request {
        versioned(self.http.request(method, path))
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.get_with_headers(path, query).await.map(|(_, answer)| answer)
    }

    pub(super) async fn get_with_headers<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<(HeaderMap, T)> {
        let request = self.request(Method::GET, path);
        let request = if query.is_empty() { request } else { request.query(query) };
        request.send_with_headers().await.map_err(problem::explain)
    }

    /// What does not change from one moment to the next.
    pub(super) async fn get_cached<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], fresh: Duration) -> Result<T> {
        let request = self.request(Method::GET, path);
        let request = if query.is_empty() { request } else { request.query(query) };
        request.cached(fresh).send().await.map_err(problem::explain)
    }

    /// One page of a list, the first being 1.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        per_page: u32,
        page: u32,
    ) -> Result<Page<T>> {
        let (headers, items) = self.get_with_headers(path, &paged(query, &per_page.to_string(), &page.to_string())).await?;
        Ok(Page { items, more: next_link(&headers).is_some() })
    }

    /// The first `most` of a list, a hundred at a time.
    pub(super) async fn first<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        most: usize,
    ) -> Result<pages::Part<T>> {
        let all = pages::pages(|next: Option<String>| async move {
            let (headers, items) = match &next {
                None => {
                    let mut query = query.to_vec();
                    query.push(("per_page", "100"));
                    self.get_with_headers(path, &query).await?
                }
                Some(next) => self.get_with_headers(next, &[]).await?,
            };
            Ok(pages::Page { items, next: self.below(&headers) })
        });
        pages::first(most, all).await
    }

    /// The path of the next page.
    pub(super) fn below(&self, headers: &HeaderMap) -> Option<String> {
        next_link(headers).and_then(|it| self.http.below(&it).map(str::to_owned))
    }

    /// Asks GraphQL. `document` names its operation, by which GitHub's own logs know it.
    pub(super) async fn ask<T: DeserializeOwned>(&self, document: &str, variables: Value) -> Result<T> {
        let query = self.graphql.graphql("/graphql", document, &variables);
        query.send().await.map_err(problem::explain)
    }

    /// A GraphQL mutation that, done twice, is done once.
    pub(super) async fn tell(&self, document: &str, variables: Value) -> Result<Value> {
        let query = self.graphql.graphql("/graphql", document, &variables).repeatable(Repeatable::Yes);
        query.send().await.map_err(problem::explain)
    }
}

fn paged<'a>(query: &[(&'a str, &'a str)], per_page: &'a str, page: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut query = query.to_vec();
    query.push(("per_page", per_page));
    if page != "1" {
        query.push(("page", page));
    }
    query
}

/// Paths are below the repository: `/issues/7`.
impl Place<'_> {
    pub fn path(&self, path: &str) -> String {
        format!("/repos/{}{path}", self.repo)
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.github.get(&self.path(path), query).await.map_err(|it| self.explain(it))
    }

    pub async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        per_page: u32,
        page: u32,
    ) -> Result<Page<T>> {
        self.github.page(&self.path(path), query, per_page, page).await.map_err(|it| self.explain(it))
    }

    pub async fn first<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], most: usize) -> Result<pages::Part<T>> {
        self.github.first(&self.path(path), query, most).await.map_err(|it| self.explain(it))
    }

    /// Makes something. Never repeated by itself.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let request = self.github.request(Method::POST, &self.path(path)).json(body);
        request.send().await.map_err(|it| self.explain(problem::explain(it)))
    }

    /// Starts something where the answer says nothing.
    pub async fn start(&self, path: &str, body: Option<&Value>) -> Result<()> {
        let request = self.github.request(Method::POST, &self.path(path));
        let request = if let Some(body) = body { request.json(body) } else { request };
        request.send_empty().await.map_err(|it| self.explain(problem::explain(it)))
    }

    /// Sets fields: doing it twice is doing it once.
    pub async fn patch<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let request = self.github.request(Method::PATCH, &self.path(path)).json(body).repeatable(Repeatable::Yes);
        request.send().await.map_err(|it| self.explain(problem::explain(it)))
    }

    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value, repeatable: Repeatable) -> Result<T> {
        let request = self.github.request(Method::PUT, &self.path(path)).json(body).repeatable(repeatable);
        request.send().await.map_err(|it| self.explain(problem::explain(it)))
    }

    pub async fn put_empty(&self, path: &str, body: Option<&Value>) -> Result<()> {
        let request = self.github.request(Method::PUT, &self.path(path));
        let request = if let Some(body) = body { request.json(body) } else { request };
        request.send_empty().await.map_err(|it| self.explain(problem::explain(it)))
    }

    pub async fn delete(&self, path: &str) -> Result<()> {
        let request = self.github.request(Method::DELETE, &self.path(path));
        request.send_empty().await.map_err(|it| self.explain(problem::explain(it)))
    }

    /// What GitHub's refusal means here: which permission the bot lacks.
    pub fn explain(&self, error: Error) -> Error {
        problem::in_repo(error, &self.repo, self.right)
    }
}
