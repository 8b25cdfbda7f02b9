//! Requests to Notion, which are all the integration's.

use std::time::Duration;

use commands::{Ctx, Download, Result};
use futures::Stream;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{Notion, VERSION, problem, wire};
use crate::http::{
    Part, Repeatable, Request, VendorError,
    pages::{Page, pages},
};

/// As many as Notion gives at once.
const PAGE: u64 = 100;
/// What one request that carries a file may take.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Deserialize)]
struct Said {
    code: String,
    message: String,
}

/// `{"object": "error", "status": 400, "code": "validation_error", "message": "…"}`.
pub(super) fn read_errors(_: reqwest::StatusCode, body: &[u8]) -> Option<VendorError> {
    serde_json::from_slice(body).ok().map(|it: Said| VendorError { messages: vec![it.message] })
}

pub(super) fn read_code(body: &[u8]) -> Option<String> {
    serde_json::from_slice(body).ok().map(|it: Said| it.code)
}

/// Who asked, for texts that the integration writes.
pub(super) fn asked(ctx: &Ctx) -> String {
    let platform = match ctx.actor.platform.as_str() {
        "slack" => "Slack",
        "zulip" => "Zulip",
        "api" => "the API",
        "cli" => "the command line",
        other => other,
    };
    format!("Asked by {} in {platform}.", ctx.actor.name)
}

/// A list as Notion gives it.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub results: Vec<T>,
    pub next_cursor: Option<String>,
}

impl<T> From<List<T>> for Page<T> {
    fn from(list: List<T>) -> Page<T> {
        Page { items: list.results, next: list.next_cursor }
    }
}

impl Notion {
    async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        request.header("Notion-Version", VERSION).send().await.map_err(problem::explain)
    }

    /// A GET whose answer is kept for when Notion is out of reach.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.send(self.http.get(path).cached(Duration::ZERO)).await
    }

    /// Creates something. Never repeated by itself: Notion has no key that would stop a double.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.http.post(path).json(body)).await
    }

    /// Asks by POST, as searches and queries are.
    pub(super) async fn ask<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.http.post(path).json(body).repeatable(Repeatable::Yes)).await
    }

    /// Sets something to what it shall be, which may be done twice.
    pub(super) async fn patch<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(self.http.patch(path).json(body).repeatable(Repeatable::Yes)).await
    }

    /// Adds something by PATCH: twice would be there twice.
    pub(super) async fn add(&self, path: &str, body: &Value) -> Result<()> {
        self.send::<Value>(self.http.patch(path).json(body).repeatable(Repeatable::No)).await.map(drop)
    }

    /// Hands a file over, and its id: it is nowhere to be seen before it is put somewhere, and gone after an hour if it is not.
    pub(super) async fn upload(&self, file: &Download) -> Result<String> {
        #[derive(Deserialize)]
        struct Made {
            id: String,
        }
        let mut body = json!({ "mode": "single_part", "filename": file.name });
        if !file.content_type.trim().is_empty() {
            body["content_type"] = json!(file.content_type.trim());
        }
        let made: Made = self.ask("/v1/file_uploads", &body).await?;
        let path = format!("/v1/file_uploads/{}/send", made.id);
        let request = self.http.post(&path).multipart(&[Part::file("file", file)]).timeout(PATIENCE);
        self.send::<Made>(request).await.map(|it| it.id)
    }

    /// All of a list that is asked for by GET.
    pub(super) fn all<T: DeserializeOwned>(
        &self,
        path: String,
        query: Vec<(&'static str, String)>,
    ) -> impl Stream<Item = Result<T>> {
        pages(move |cursor| {
            let (path, mut query) = (path.clone(), query.clone());
            query.push(("page_size", PAGE.to_string()));
            query.extend(cursor.map(|it| ("start_cursor", it)));
            async move {
                let request = self.http.get(&path).query(&query).cached(Duration::ZERO);
                self.send::<List<T>>(request).await.map(Page::from)
            }
        })
    }

    /// All of a list that is asked for by POST.
    pub(super) fn found<T: DeserializeOwned>(&self, path: String, body: Map<String, Value>) -> impl Stream<Item = Result<T>> {
        pages(move |cursor| {
            let (path, mut body) = (path.clone(), body.clone());
            body.entry("page_size").or_insert(json!(PAGE));
            if let Some(cursor) = cursor {
                body.insert("start_cursor".into(), json!(cursor));
            }
            async move {
                let request = self.http.post(&path).json(&Value::Object(body)).asking();
                self.send::<List<T>>(request).await.map(Page::from)
            }
        })
    }

    /// What Notion's search finds, the last edited first: pages, data sources, or both.
    pub(super) fn search(&self, words: &str, what: Option<&str>) -> impl Stream<Item = Result<wire::Found>> {
        let mut body = Map::new();
        if !words.trim().is_empty() {
            body.insert("query".into(), json!(words.trim()));
        }
        if let Some(what) = what {
            body.insert("filter".into(), json!({ "property": "object", "value": what }));
        }
        body.insert("sort".into(), json!({ "timestamp": "last_edited_time", "direction": "descending" }));
        self.found("/v1/search".into(), body)
    }
}
