//! Requests to Azure DevOps, always by the bot's account.

use std::time::Duration;

use bytes::Bytes;
use commands::{Ctx, Error, ErrorKind, Result};
use reqwest::{StatusCode, header::HeaderMap};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{AzureDevOps, wire};
pub(super) use crate::words::segment;
use crate::{
    Http,
    auth::is_person,
    http::{Repeatable, Request, VendorError},
};

/// <https://learn.microsoft.com/rest/api/azure/devops/>, the version that Azure DevOps Server 2022.2 speaks as well.
const VERSION: &str = "7.1";
/// Comments of work items.
pub(super) const COMMENTS: &str = "7.1-preview.4";
/// What is still a preview in that version: who we are, stages.
pub(super) const PREVIEW: &str = "7.1-preview.1";

/// What a large file may take.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

/// Azure DevOps for somebody who asks, or for nobody in particular.
pub(super) struct Acting<'a> {
    pub on: &'a AzureDevOps,
    /// `Ana in Slack`.
    asker: Option<String>,
    /// Who `me` is: a login, which is an email address.
    pub me: Option<String>,
}

/// A list as Azure DevOps wraps it.
#[derive(Debug, Deserialize)]
pub(super) struct Listed<T> {
    pub value: Vec<T>,
}

impl AzureDevOps {
    pub(super) fn as_bot(&self) -> Acting<'_> {
        Acting { on: self, asker: None, me: None }
    }

    pub(super) fn acting(&self, ctx: &Ctx) -> Acting<'_> {
        let platform = match ctx.actor.platform.as_str() {
            "slack" => "Slack",
            "zulip" => "Zulip",
            "api" => "the API",
            "cli" => "the command line",
            other => other,
        };
        let me = ctx.account.clone().or_else(|| ctx.actor.email.clone()).filter(|it| !it.is_empty());
        Acting { on: self, asker: (!is_person()).then(|| format!("{} in {platform}", ctx.actor.name)), me }
    }
}

/// What every request has: without the header a wrong token is answered with a sign-in page.
fn request(request: Request, version: &str) -> Request {
    request.header("x-tfs-fedauthredirect", "Suppress").query(&[("api-version", version)])
}

impl Acting<'_> {
    /// A person's Markdown as it is written: with who asked.
    pub fn sign(&self, text: &str) -> String {
        match &self.asker {
            Some(asker) if text.trim().is_empty() => format!("Asked by {asker}."),
            Some(asker) => format!("{}\n\n*Asked by {asker}.*", text.trim()),
            None => text.trim().to_owned(),
        }
    }

    /// Goes on only where `what` is not the asker's own: where the bot approves, Azure DevOps cannot know for whom.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for its author, and for whom Azure DevOps does not know.
    pub async fn approves(&self, ctx: &Ctx, what: &str, author: Option<&wire::Person>) -> Result<()> {
        if self.asker.is_none() {
            return Ok(());
        }
        let asker = match &self.me {
            Some(login) => self.on.identity(login).await?,
            None => None,
        };
        let Some(asker) = asker else {
            let message = format!(
                "To approve something I have to know who you are in Azure DevOps. Tell me with `/bellhop link {} ADDRESS`.",
                ctx.group
            );
            return Err(Error::new(ErrorKind::Permission, message));
        };
        if author.is_some_and(|it| it.id == asker.id || it.unique_name.eq_ignore_ascii_case(asker.login())) {
            let message = format!("{what} is your own: somebody else has to approve it.");
            return Err(Error::new(ErrorKind::Permission, message));
        }
        Ok(())
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T> {
        self.get_as(VERSION, path, query).await
    }

    pub async fn get_as<T: DeserializeOwned>(&self, version: &str, path: &str, query: &[(&str, String)]) -> Result<T> {
        self.send(&self.on.http, request(self.on.http.get(path).query(query), version)).await
    }

    /// With the headers, which say of some things in which version they were read.
    pub async fn get_with_headers<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<(HeaderMap, T)> {
        request(self.on.http.get(path).query(query), VERSION).send_with_headers().await.map_err(explain)
    }

    /// One page of a list, and the token that leads to the next.
    pub async fn page<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<(Vec<T>, Option<String>)> {
        let asked = request(self.on.http.get(path).query(query), VERSION);
        let (headers, page) = asked.send_with_headers::<Listed<T>>().await.map_err(explain)?;
        let next = headers.get("x-ms-continuationtoken").and_then(|it| it.to_str().ok()).filter(|it| !it.is_empty());
        Ok((page.value, next.map(str::to_owned)))
    }

    /// A whole list, up to `most`.
    pub async fn all<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)], most: usize) -> Result<Vec<T>> {
        let (mut all, mut token) = (Vec::new(), None::<String>);
        loop {
            let mut query = query.to_vec();
            query.extend(token.iter().map(|it| ("continuationToken", it.clone())));
            let (page, next) = self.page(path, &query).await?;
            all.extend(page);
            token = next;
            if token.is_none() || all.len() >= most {
                all.truncate(most);
                return Ok(all);
            }
        }
    }

    /// Makes something. Never repeated by itself.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.post_as(VERSION, path, body).await
    }

    pub async fn post_as<T: DeserializeOwned>(&self, version: &str, path: &str, body: &Value) -> Result<T> {
        self.send(&self.on.http, request(self.on.http.post(path), version).json(body)).await
    }

    /// Asks a question that is too long for an address.
    pub async fn ask<T: DeserializeOwned>(&self, http: &Http, path: &str, query: &[(&str, String)], body: &Value) -> Result<T> {
        self.send(http, request(http.post(path).query(query), VERSION).json(body).asking()).await
    }

    /// Sets something: twice is as good as once.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(&self.on.http, request(self.on.http.put(path), VERSION).json(body)).await
    }

    /// Sets something that is still in the version that was read; makes it where none was. Never repeated by itself.
    pub async fn put_if<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        body: &Value,
        version: Option<&str>,
    ) -> Result<T> {
        let asked = self.on.http.put(path).query(query).json(body).repeatable(Repeatable::No);
        let asked = match version {
            Some(version) => asked.header("if-match", version),
            None => asked,
        };
        self.send(&self.on.http, request(asked, VERSION)).await
    }

    pub async fn patch<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(&self.on.http, request(self.on.http.patch(path), VERSION).json(body)).await
    }

    /// The same where it is done in the same way however often it is asked for.
    pub async fn patch_done(&self, version: &str, path: &str, query: &[(&str, String)], body: &Value) -> Result<()> {
        let asked = request(self.on.http.patch(path).query(query), version).json(body);
        asked.send_empty().await.map_err(explain)
    }

    /// Changes a work item as JSON Patch (RFC 6902); `create` by its method.
    pub async fn patch_item<T: DeserializeOwned>(&self, method: reqwest::Method, path: &str, operations: &[Value]) -> Result<T> {
        let body = Value::Array(operations.to_vec()).to_string().into_bytes();
        let asked = self.on.http.request(method, path).bytes("application/json-patch+json", body);
        self.send(&self.on.http, request(asked, VERSION)).await
    }

    /// A file of `limit` bytes at most, which may lie elsewhere.
    pub async fn file(&self, path: &str, query: &[(&str, String)], kind: &str, limit: usize) -> Result<Bytes> {
        let asked = self.on.http.get(path).query(query).header("accept", kind);
        request(asked, VERSION).send_for_file(limit).await.map_err(explain)
    }

    /// Hands a file in, as it is. Never repeated by itself.
    pub async fn upload<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)], content: Vec<u8>) -> Result<T> {
        let asked = self.on.http.post(path).query(query).bytes("application/octet-stream", content).timeout(LONGEST);
        self.send(&self.on.http, request(asked, VERSION)).await
    }

    pub async fn delete(&self, path: &str) -> Result<()> {
        request(self.on.http.delete(path), VERSION).send_empty().await.map_err(explain)
    }

    pub async fn get_from<T: DeserializeOwned>(&self, http: &Http, path: &str, query: &[(&str, String)]) -> Result<T> {
        self.send(http, request(http.get(path).query(query), VERSION)).await
    }

    async fn send<T: DeserializeOwned>(&self, _: &Http, request: Request) -> Result<T> {
        request.send().await.map_err(explain)
    }
}

/// Failures whose meaning only this client knows.
pub(super) fn explain(error: Error) -> Error {
    let message = match error.kind {
        ErrorKind::Auth => {
            "Azure DevOps refuses the bot's credentials: the token is wrong, revoked or expired. An administrator can \
                            make a new one under User settings → Personal access tokens."
                .to_owned()
        }
        ErrorKind::Permission => match said(&error.message) {
            Some(said) => format!("The bot's Azure DevOps account may not do this: {said}."),
            None => "The bot's Azure DevOps account may not do this, or its token has not the scope for it.".to_owned(),
        },
        _ => return error,
    };
    Error { message, ..error }
}

/// What Azure DevOps itself said, in a message that holds it.
pub(super) fn said(message: &str) -> Option<&str> {
    let (_, said) = message.split_once(": ")?;
    let end = [". Somebody who", ". Correct them", ". Look at it", ". Check the number"].iter().find_map(|it| said.find(it));
    Some(&said[..end.unwrap_or(said.len())]).filter(|it| !it.is_empty())
}

/// `{"message": "TF401232: Work item 99 does not exist, or …", "typeKey": "WorkItemUnauthorizedAccessException", …}`.
#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(rename = "typeKey")]
    kind: Option<String>,
}

pub(super) fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let Refusal { message, .. } = serde_json::from_slice(body).ok()?;
    // People need no number of a message.
    let text = match message.split_once(": ") {
        Some((code, text)) if ["TF", "VS"].iter().any(|it| code.starts_with(it)) => text,
        _ => &message,
    };
    Some(VendorError { messages: vec![text.lines().next().unwrap_or_default().to_owned()] })
}

pub(super) fn read_code(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Refusal>(body).ok()?.kind
}
