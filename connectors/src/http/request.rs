//! One request: how it is put together, sent, repeated and read.

use std::{
    error::Error as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use backon::Retryable;
use bytes::{Bytes, BytesMut};
use commands::{Error, ErrorKind, Result};
use jiff::Timestamp;
use reqwest::{
    Method, Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;
use tracing::{Instrument, field};
use url::Url;

use super::{
    DEPARTURE, Http, LONGEST_BODY, REQUEST_ID, Shared,
    address::Refused,
    breaker::Health,
    errors::{self, Lost, Unusable},
    observe::{self, Quota},
    retry::{self, Fate},
};

/// What is read of the body of an error.
const LONGEST_ERROR: usize = 64 << 10;

/// A request being put together.
pub struct Request {
    http: Http,
    inner: reqwest::RequestBuilder,
    repeatable: Repeatable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    Yes,
    No,
}

/// A try that did not give an answer to use.
struct Failure {
    error: Error,
    fate: Fate,
    status: Option<StatusCode>,
}

impl Request {
    pub(super) fn new(http: Http, method: Method, path: &str) -> Request {
        let repeatable = retry::by_method(&method);
        let inner = http.shared.client.request(method, format!("{}{path}", http.shared.base)).headers(http.headers.clone());
        Request { http, inner, repeatable }
    }

    #[must_use]
    pub fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Request {
        self.inner = self.inner.query(query);
        self
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Request {
        self.inner = self.inner.header(name, value);
        self
    }

    #[must_use]
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Request {
        self.inner = self.inner.json(body);
        self
    }

    /// A body of names and values, as an HTML form sends them.
    #[must_use]
    pub fn form<T: Serialize + ?Sized>(mut self, body: &T) -> Request {
        self.inner = self.inner.form(body);
        self
    }

    #[must_use]
    pub fn bytes(mut self, content_type: &str, body: Vec<u8>) -> Request {
        self.inner = self.inner.header(header::CONTENT_TYPE, content_type).body(body);
        self
    }

    /// Says that doing this twice is the same as doing it once, whatever its method (or that it is
    /// not, for a PUT that appends).
    #[must_use]
    pub fn repeatable(mut self, yes: Repeatable) -> Request {
        self.repeatable = yes;
        self
    }

    /// Sends it and reads a JSON answer; an empty one is read as `null`.
    ///
    /// # Errors
    /// By class ([`ErrorKind`]) with a sentence that names the service and the way out.
    /// [`Error::maybe_done`] is set when a request that is not repeatable left us and its fate is
    /// unknown (time-out or broken connection after it was sent, 502, 504, an answer that cannot
    /// be read). An HTML page with 200 is [`ErrorKind::Server`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<T> {
        self.send_with_headers().await.map(|(_, answer)| answer)
    }

    /// The same with the answer's headers, for systems that say there what the credentials allow.
    ///
    /// # Errors
    /// As [`Request::send`].
    pub async fn send_with_headers<T: DeserializeOwned>(self) -> Result<(HeaderMap, T)> {
        let (http, repeatable) = (self.http.clone(), self.repeatable);
        let (headers, body) = self.answer().await?;
        let json: &[u8] = if body.is_empty() { b"null" } else { &body };
        let answer = serde_json::from_slice(json).map_err(|err| {
            let Shared { name, title, seen, .. } = &*http.shared;
            // The position, and never the text: it may be anything.
            tracing::warn!(connection = %name, line = err.line(), column = err.column(), "Answer cannot be read as the data expected");
            let failure = Failure { error: errors::unusable(title, Unusable::NotTheData), fate: Fate::Unknown, status: None };
            let error = failure.into_error(title, repeatable);
            seen.note_error(&error);
            error
        })?;
        Ok((headers, answer))
    }

    /// Sends it where the answer has no body that matters (204, or ignored).
    ///
    /// # Errors
    /// As [`Request::send`].
    pub async fn send_empty(self) -> Result<()> {
        self.answer().await.map(drop)
    }

    /// Headers and body of a good answer.
    async fn answer(self) -> Result<(HeaderMap, Bytes)> {
        let Request { http, inner, repeatable } = self;
        let shared = &*http.shared;
        let title = &shared.title;
        if let Some(name) = http.unusable {
            let message = format!("The value for `{name}` of {title} holds characters that cannot be sent. Enter it again.");
            return Err(Error::new(ErrorKind::BadConfig, message));
        }
        let mut request =
            inner.build().map_err(|err| Error::internal(format!("a request to {title} cannot be built: {}", cause(&err))))?;
        if !is_below(request.url(), &shared.url) {
            return Err(Error::internal(format!("a request to {title} would leave its address")));
        }
        shared.guard.check(request.url()).map_err(|why| errors::lost(title, Lost::Refused(why)))?;
        if let Ok(id) = REQUEST_ID.try_with(|id| HeaderValue::from_str(id))
            && let Ok(id) = id
        {
            request.headers_mut().insert("x-request-id", id);
        }

        if repeatable == Repeatable::No
            && let Ok(departure) = DEPARTURE.try_with(Arc::clone)
        {
            departure.leave().await?;
        }

        let (http, request, tries) = (&http, &request, AtomicUsize::new(0));
        let mut left = retry::WAITING;
        (|| http.attempt(request, tries.fetch_add(1, Ordering::Relaxed) + 1))
            .retry(retry::backoff(shared.policy.retries))
            .when(|failure: &Failure| retry::again(failure.fate, repeatable))
            .adjust(|failure, planned| {
                let pause = retry::pause(planned, failure.error.retry_after, left, rand::random())?;
                left -= pause;
                Some(pause)
            })
            .notify(|_, _| observe::retried(&shared.name))
            .await
            .map_err(|failure| failure.into_error(title, repeatable))
    }
}

impl Failure {
    fn into_error(self, title: &str, repeatable: Repeatable) -> Error {
        match (self.fate, repeatable) {
            (Fate::Unknown, Repeatable::No) => errors::unknown_fate(self.error, title),
            _ => self.error,
        }
    }

    /// Nothing was sent, and nothing will be for now.
    fn kept_back(error: Error) -> Failure {
        Failure { error, fate: Fate::Final, status: None }
    }
}

impl Http {
    /// One try, through budget and breaker, in a span of its own.
    async fn attempt(&self, request: &reqwest::Request, attempt: usize) -> Result<(HeaderMap, Bytes), Failure> {
        let Shared { name, title, policy, budget, breaker, seen, .. } = &*self.shared;
        budget.turn(policy.timeout).await.map_err(|wait| Failure::kept_back(errors::budget(title, wait)))?;
        let permit = breaker.admit(Instant::now()).map_err(|wait| {
            let last = seen.last_error();
            Failure::kept_back(errors::breaker(title, wait, last.as_ref().map(|(_, error)| error.message.as_str())))
        })?;

        let span = tracing::info_span!(
            "http.request",
            service = %title,
            connection = %name,
            method = %request.method(),
            path = %observe::pattern(request.url().path()),
            request_id = REQUEST_ID.try_with(String::clone).unwrap_or_default(),
            attempt,
            status = field::Empty,
            outcome = field::Empty,
            elapsed_ms = field::Empty,
        );
        let start = Instant::now();
        let result = self.exchange(request).instrument(span.clone()).await;
        let now = Instant::now();

        let (status, outcome, health) = match &result {
            Ok((status, ..)) => (Some(*status), "ok", Health::Answered),
            Err(failure) => (failure.status, failure.error.kind.name(), failure.health()),
        };
        permit.report(health, now);
        span.record("outcome", outcome).record("elapsed_ms", (now - start).as_millis() as u64);
        if let Some(status) = status {
            span.record("status", status.as_u16());
        }
        observe::tried(name, request.method(), outcome, now - start);
        observe::breaker(name, breaker.state(now).0);
        result.map(|(_, headers, body)| (headers, body)).inspect_err(|failure| {
            // A wrong number or value is somebody's mistake, and says nothing about the connection.
            if !matches!(failure.error.kind, ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Validation) {
                seen.note_error(&failure.error);
            }
        })
    }

    async fn exchange(&self, request: &reqwest::Request) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
        let Shared { name, title, client, seen, url, .. } = &*self.shared;
        let request = request.try_clone().ok_or_else(|| Failure::kept_back(Error::internal("a streamed body cannot be sent")))?;
        let response = client.execute(request).await.map_err(|err| lost(title, &err))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(quota) = Quota::read(&headers, Timestamp::now()) {
            seen.note_quota(name, quota);
        }
        if !status.is_success() {
            // What it says about the failure is welcome, but not needed.
            let body = read(response, LONGEST_ERROR).await.unwrap_or_default();
            return Err(Failure {
                error: self.refusal(status, &headers, &body, url),
                fate: retry::fate(status),
                status: Some(status),
            });
        }
        let unusable = |how, fate| Failure { error: errors::unusable(title, how), fate, status: Some(status) };
        let body = match read(response, LONGEST_BODY).await {
            Ok(body) => body,
            Err(Unread::TooLong) => return Err(unusable(Unusable::TooLong { limit: LONGEST_BODY }, Fate::Unknown)),
            Err(Unread::Lost(err)) => return Err(Failure { status: Some(status), ..lost(title, &err) }),
        };
        if is_web_page(&headers, &body) {
            // Whatever put itself in front of the system did not let the request through.
            return Err(unusable(Unusable::WebPage, Fate::Final));
        }
        Ok((status, headers, body))
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap, body: &[u8], base: &Url) -> Error {
        let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
        let said = (self.read_errors)(status, body).map(|it| it.messages).unwrap_or_default();
        let said: Vec<_> = said.iter().map(|it| it.trim().trim_end_matches('.')).filter(|it| !it.is_empty()).collect();
        let said = self.redactor.clean(&said.join("; "));
        let wait = text("retry-after").and_then(|it| retry::retry_after(it, Timestamp::now()));
        let elsewhere = text("location").and_then(|it| base.join(it).ok()).map(|it| self.redactor.clean(it.as_str()));
        errors::status(&self.shared.title, status, &said, wait, elsewhere.as_deref()).with_code((self.read_code)(body))
    }
}

impl Failure {
    /// What it says about the system: a refusal is an answer of one that works.
    fn health(&self) -> Health {
        match self.status {
            Some(status) if !status.is_success() && !status.is_server_error() => Health::Answered,
            None if self.error.kind == ErrorKind::BadConfig => Health::Answered,
            _ => Health::Failed,
        }
    }
}

/// Why a body was not read.
pub(super) enum Unread {
    TooLong,
    Lost(reqwest::Error),
}

/// Reads a body of at most `limit` bytes, counted after decompression.
pub(super) async fn read(mut response: Response, limit: usize) -> Result<Bytes, Unread> {
    if response.content_length().is_some_and(|it| it > limit as u64) {
        return Err(Unread::TooLong);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Unread::Lost)? {
        if body.len() + chunk.len() > limit {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// How a request without an answer ended, and whether it may have been carried out.
fn lost(title: &str, err: &reqwest::Error) -> Failure {
    let (how, fate) = how_lost(err);
    Failure { error: errors::lost(title, how), fate, status: None }
}

pub(super) fn how_lost(err: &reqwest::Error) -> (Lost, Fate) {
    if let Some(why) = find::<Refused>(err) {
        return (Lost::Refused(*why), Fate::Final);
    }
    if err.is_connect() {
        let how = if err.is_dns() {
            Lost::NoSuchName
        } else if find::<rustls::Error>(err).is_some() {
            Lost::Certificate
        } else {
            Lost::Connect
        };
        return (how, Fate::NotDone);
    }
    (if err.is_timeout() { Lost::Timeout } else { Lost::Broken }, Fate::Unknown)
}

/// The error of type `E` that `err` comes from.
fn find<E: std::error::Error + 'static>(err: &reqwest::Error) -> Option<&E> {
    let mut source = err.source();
    while let Some(err) = source {
        // An io::Error hides the error it is made of from `source()`.
        let inner = err.downcast_ref::<io::Error>().and_then(|err| err.get_ref());
        if let Some(found) = err.downcast_ref().or_else(|| inner.and_then(|err| err.downcast_ref())) {
            return Some(found);
        }
        source = err.source();
    }
    None
}

/// What a request cannot be built for, without the values that are in it.
fn cause(err: &reqwest::Error) -> &'static str {
    if err.is_builder() { "a header, the query or the body cannot be written" } else { "it is not valid" }
}

/// Whether `url` is of the base's server and below its path: a path such as `@example.org/` or
/// `/../admin` is not.
fn is_below(url: &Url, base: &Url) -> bool {
    let path = base.path().trim_end_matches('/');
    url.origin() == base.origin()
        && url.username().is_empty()
        && url.path().strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A proxy's login page comes with 200, and sometimes as no type at all.
fn is_web_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let start = body.trim_ascii_start();
    let starts_with = |tag: &[u8]| start.get(..tag.len()).is_some_and(|it| it.eq_ignore_ascii_case(tag));
    kind.starts_with("text/html")
        || kind.starts_with("application/xhtml")
        || starts_with(b"<!doctype html")
        || starts_with(b"<html")
}
