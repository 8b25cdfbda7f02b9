//! Zulip's REST API, typed: a file a noun. <https://zulip.com/api/rest>
//!
//! Zulip speaks forms, not JSON: text goes as it is, everything else is written as JSON first
//! ([`Form`]). Its permission errors are 400s, so the class of a failure is read from Zulip's code
//! and words ([`problem`]); for the words to be the same everywhere we ask for English. A parameter
//! that a server does not know is ignored with a note in a success
//! (`ignored_parameters_unsupported`): for a change that is a failure, since not all was done.

pub mod channels;
pub mod drafts;
pub mod events;
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
pub mod way;

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use commands::{Error, ErrorKind, Result, param::Secret};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::way::{Body, Connection, Outgoing, Turn, Way};
use crate::{Http, http::Repeatable};

/// A client of one bot in one organization.
pub struct Client {
    way: Arc<dyn Way>,
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
        Client::over(Arc::new(Connection(http.with_errors(problem::read).with_codes(problem::code))))
    }

    /// A client whose requests leave by `way`.
    pub fn over(way: Arc<dyn Way>) -> Client {
        Client { way }
    }

    /// The organization's address, without a trailing slash.
    pub fn site(&self) -> &str {
        self.way.site()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&'static str, String)]) -> Result<T> {
        let request = Outgoing {
            method: Method::GET,
            path: path.to_owned(),
            query: query.to_vec(),
            body: Body::None,
            repeatable: Repeatable::Yes,
            turn: Turn::Usual,
        };
        let (value, ignored) = self.answer(request).await?;
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
        let body = if form.is_empty() { Body::None } else { Body::Form(form.0) };
        self.send_body(method, path, body, repeatable).await
    }

    async fn send_body<T: DeserializeOwned>(&self, method: Method, path: &str, body: Body, repeatable: Repeatable) -> Result<T> {
        let request = Outgoing { method, path: path.to_owned(), query: Vec::new(), body, repeatable, turn: Turn::Usual };
        let (value, ignored) = self.answer(request).await?;
        if !ignored.is_empty() {
            let message = format!("This Zulip is too old for part of that, and left it out: {}.", ignored.join(", "));
            return Err(Error::new(ErrorKind::Validation, message));
        }
        // It was done, whatever cannot be read of it.
        read(value).map_err(|err| if repeatable == Repeatable::No { err.maybe_done() } else { err })
    }

    /// What a successful answer holds, and the parameters that the server did not know.
    async fn answer(&self, request: Outgoing) -> Result<(Value, Vec<String>)> {
        let (_, mut answer) = self.way.send(request).await?;
        let ignored = answer.remove("ignored_parameters_unsupported");
        let ignored = ignored.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
        Ok((Value::Object(answer), ignored))
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|err| Error::new(ErrorKind::Server, format!("Zulip's answer is not as Zulip documents it: {err}.")))
}

/// An answer that says only that it was done.
#[derive(serde::Deserialize)]
struct Done {}
