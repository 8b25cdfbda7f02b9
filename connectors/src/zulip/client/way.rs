//! How a request of the client leaves.
//!
//! What Zulip can be asked is the same for everybody. As which limits it counts, how often it is tried and how a failure reads
//! is not: a connection's requests leave by its [`Http`], as those of any connection; the bot's own chat has a gate
//! that its queue of posts knows, and tries nothing twice by itself. Each is a [`Way`], and [`super::Client`] goes by either.

use std::time::Duration;

use commands::{BoxFuture, Error, ErrorKind, Result};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Map, Value};

use super::problem;
use crate::{Http, http::Repeatable};

/// The way to one organization, as one bot.
pub trait Way: Send + Sync {
    /// The organization's address, without a trailing slash.
    fn site(&self) -> &str;

    /// Sends a request; the headers and the object of an answer that says `success` ([`succeeded`]).
    ///
    /// # Errors
    /// By class, in words for people. [`Error::maybe_done`] where nobody can tell whether it was done, and doing it again is not the same.
    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Answer>>;
}

/// Headers and body.
pub type Answer = (HeaderMap, Map<String, Value>);

/// A request, as Zulip wants it.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub method: Method,
    /// Below `/api/v1/`.
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub body: Body,
    pub repeatable: Repeatable,
    pub turn: Turn,
}

#[derive(Clone, Debug)]
pub enum Body {
    None,
    Form(Vec<(&'static str, String)>),
    Bytes { content_type: String, bytes: Vec<u8> },
}

/// When it may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// With everything else.
    Usual,
    /// As one of those that read an event queue, which must not wait behind a flood of posts; and how long the answer may take,
    /// where that is unusual.
    Listening(Option<Duration>),
}

/// The object of an answer, if it is one of Zulip's: a server that is in the way may answer 200 with an object of its own.
///
/// # Errors
/// [`ErrorKind::Server`] when it is something else.
pub fn succeeded(answer: Value) -> Result<Map<String, Value>> {
    match answer {
        Value::Object(answer) if answer.get("result").and_then(Value::as_str) == Some("success") => Ok(answer),
        _ => Err(Error::new(ErrorKind::Server, "Zulip's answer made no sense: does the address lead to Zulip itself?")),
    }
}

/// The way of a connection.
pub(super) struct Connection(pub Http);

impl Way for Connection {
    fn site(&self) -> &str {
        self.0.base()
    }

    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Answer>> {
        let Outgoing { method, path, query, body, repeatable, turn } = request;
        let request = self.0.request(method, &format!("/api/v1/{path}")).repeatable(repeatable);
        let request = if query.is_empty() { request } else { request.query(&query) };
        let request = match body {
            Body::None => request,
            Body::Form(form) => request.form(&form),
            Body::Bytes { content_type, bytes } => request.bytes(&content_type, bytes),
        };
        let request = match turn {
            Turn::Listening(Some(longest)) => request.timeout(longest),
            Turn::Listening(None) | Turn::Usual => request,
        };
        Box::pin(async move {
            // The words of a refusal tell its class.
            let sent = request.header("accept-language", "en").send_with_headers::<Value>().await;
            let (headers, answer) = sent.map_err(problem::explain)?;
            Ok((headers, succeeded(answer)?))
        })
    }
}
