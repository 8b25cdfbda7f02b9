//! Bitbucket Cloud's REST API 2.0: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/>.

use std::time::Duration;

use commands::{Error, Result};
use reqwest::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    model::{Paged, RepoId, Window},
    place::encoded,
};
use crate::{
    Http,
    http::{Request, VendorError},
};

mod discussions;
pub(super) mod downloads;
pub(super) mod issues;
mod people;
pub(super) mod pipelines;
mod pulls;
mod refs;
mod repositories;
pub(super) mod search;
pub(super) mod wire;

/// How long a list that people choose from is good.
pub(super) const FRESH: Duration = Duration::from_secs(30);

/// A connected Cloud.
pub(in crate::bitbucket) struct Cloud {
    pub http: Http,
    /// Where its pages are.
    pub web: String,
    pub workspace: String,
}

/// A part of a list: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination>.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    #[serde(default = "Vec::new")]
    pub values: Vec<T>,
    pub next: Option<String>,
}

impl Cloud {
    pub fn new(http: Http, web: String, workspace: String) -> Cloud {
        Cloud { http: http.with_errors(read_errors), web, workspace }
    }

    /// `/repositories/{workspace}/{slug}` and what follows.
    pub fn of(&self, repo: &RepoId, rest: &str) -> String {
        format!("/repositories/{}/{}{rest}", encoded(&repo.owner), encoded(&repo.slug))
    }

    /// One part of the list at `path`. What Cloud says is next is an address with a query of its own: only that is kept.
    pub async fn page<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], window: &Window) -> Result<Paged<T>> {
        let request = match &window.after {
            Some(after) => self.http.get(&format!("{path}?{}", clean(after)?)),
            None => {
                let limit = window.limit.to_string();
                let mut query = query.to_vec();
                query.push(("pagelen", &limit));
                self.http.get(path).query(&query)
            }
        };
        self.read_page(request).await
    }

    pub async fn read_page<T: DeserializeOwned>(&self, request: Request) -> Result<Paged<T>> {
        let page: Page<T> = request.send().await?;
        let next = page.next.and_then(|it| it.split_once('?').map(|(_, query)| query.to_owned()));
        Ok(Paged { items: page.values, next })
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

/// A query that came back from a button: it is put behind our own path, and nothing else.
fn clean(query: &str) -> Result<&str> {
    let is_query = query.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'#' | b'?' | b'"' | b'<' | b'>'));
    if is_query { Ok(query) } else { Err(astray()) }
}

pub(super) fn astray() -> Error {
    Error::bad_input("That is not where the list goes on. Ask for it from the start.")
}

/// A text within a filter: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering>.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `{"type": "error", "error": {"message": …, "fields": {"title": ["…"]}, "detail": …}}`.
pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    #[derive(Deserialize)]
    struct Body {
        error: Refusal,
    }
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(default)]
        message: String,
        #[serde(default)]
        detail: Value,
        #[serde(default)]
        fields: Value,
    }
    let Refusal { message, detail, fields } = serde_json::from_slice::<Body>(body).ok()?.error;
    let mut messages = Vec::new();
    for (field, said) in fields.as_object().into_iter().flatten() {
        let said = match said {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            Value::String(one) => one.clone(),
            _ => continue,
        };
        messages.push(format!("{field}: {}", said.trim().trim_end_matches('.')));
    }
    let scopes = |key: &str| {
        let all: Vec<&str> = detail[key].as_array()?.iter().filter_map(Value::as_str).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    if let Some(required) = scopes("required") {
        messages.push(format!("the token lacks a scope: it takes {required}"));
    } else if messages.is_empty() {
        messages.push(message);
        messages.extend(detail.as_str().map(str::to_owned));
    }
    Some(VendorError { messages })
}
