//! Zulip's REST API, typed: a file a noun. <https://zulip.com/api/rest>
//!
//! Zulip speaks forms, not JSON: text goes as it is, everything else is written as JSON first
//! ([`Form`]). Its permission errors are 400s, so the class of a failure is read from Zulip's code
//! and words ([`problem`]); for the words to be the same everywhere we ask for English. A parameter
//! that a server does not know is ignored with a note in a success
//! (`ignored_parameters_unsupported`): for a change that is a failure, since not all was done.

pub mod channels;
pub mod drafts;
pub mod groups;
pub mod messages;
pub mod mutes;
pub mod presence;
mod problem;
pub mod reactions;
pub mod scheduled;
pub mod server;
pub mod subscriptions;
pub mod topics;
pub mod uploads;
pub mod users;

use base64::{Engine, prelude::BASE64_STANDARD};
use commands::{Error, ErrorKind, Result, param::Secret};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Http,
    http::{Repeatable, Request},
};

/// A client of one bot in one organization.
pub struct Client {
    http: Http,
}

/// Parameters of a request, in the form that Zulip reads them in.
#[derive(Debug, Default)]
pub struct Form(Vec<(&'static str, String)>);

impl Form {
    pub fn new() -> Form {
        Form::default()
    }

    /// Text, which Zulip takes as it is.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Form {
        self.0.push((name, value.into()));
        self
    }

    /// Anything else, which Zulip takes as JSON.
    #[must_use]
    pub fn json(mut self, name: &'static str, value: impl Serialize) -> Form {
        // What is sent is numbers, words and lists of them, which can always be written.
        self.0.push((name, serde_json::to_value(value).unwrap_or_default().to_string()));
        self
    }

    #[must_use]
    pub fn some_text(self, name: &'static str, value: Option<&str>) -> Form {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    #[must_use]
    pub fn some_json(self, name: &'static str, value: Option<impl Serialize>) -> Form {
        match value {
            Some(value) => self.json(name, value),
            None => self,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Client {
    /// A client that signs in as the bot `email` with its key.
    pub fn new(http: Http, email: &str, api_key: &Secret) -> Client {
        let basic = BASE64_STANDARD.encode(format!("{}:{}", email.trim(), api_key.expose().trim()));
        let http = http.with_secret_header("authorization", &format!("Basic {basic}"));
        Client { http: http.with_errors(problem::read).with_codes(problem::code) }
    }

    /// The organization's address, without a trailing slash.
    pub fn site(&self) -> &str {
        self.http.base()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T> {
        let request = self.http.get(&format!("/api/v1/{path}"));
        let request = if query.is_empty() { request } else { request.query(query) };
        let (value, ignored) = answer(request).await?;
        if !ignored.is_empty() {
            // An older server shows more or less than we asked for; what it shows is right.
            tracing::debug!(path, ?ignored, "Zulip ignored parameters");
        }
        read(value)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, form: Form) -> Result<T> {
        self.change(Method::POST, path, form, Repeatable::No).await
    }

    /// A POST that does the same when it is done twice.
    async fn put_right<T: DeserializeOwned>(&self, path: &str, form: Form) -> Result<T> {
        self.change(Method::POST, path, form, Repeatable::Yes).await
    }

    pub(in crate::zulip) async fn patch<T: DeserializeOwned>(&self, path: &str, form: Form) -> Result<T> {
        self.change(Method::PATCH, path, form, Repeatable::Yes).await
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str, form: Form) -> Result<T> {
        self.change(Method::DELETE, path, form, Repeatable::Yes).await
    }

    async fn change<T: DeserializeOwned>(&self, method: Method, path: &str, form: Form, repeatable: Repeatable) -> Result<T> {
        let request = self.http.request(method, &format!("/api/v1/{path}")).repeatable(repeatable);
        let request = if form.is_empty() { request } else { request.form(&form.0) };
        let (value, ignored) = answer(request).await?;
        if !ignored.is_empty() {
            let message = format!("This Zulip is too old for part of that, and left it out: {}.", ignored.join(", "));
            return Err(Error::new(ErrorKind::Validation, message));
        }
        read(value)
    }
}

/// What a successful answer holds, and the parameters that the server did not know.
async fn answer(request: Request) -> Result<(Value, Vec<String>)> {
    let sent = request.header("accept-language", "en").send::<Map<String, Value>>().await;
    let mut answer = sent.map_err(problem::explain)?;
    // A server that is in the way may answer 200 with an object of its own.
    if answer.get("result").and_then(Value::as_str) != Some("success") {
        return Err(Error::new(ErrorKind::Server, "Zulip's answer made no sense: does the address lead to Zulip itself?"));
    }
    let ignored = answer.remove("ignored_parameters_unsupported");
    let ignored = ignored.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
    Ok((Value::Object(answer), ignored))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|err| Error::new(ErrorKind::Server, format!("Zulip's answer is not as Zulip documents it: {err}.")))
}

/// An answer that says only that it was done.
#[derive(serde::Deserialize)]
struct Done {}
