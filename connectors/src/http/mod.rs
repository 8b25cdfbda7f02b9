//! The one way out to other systems.
//!
//! An [`Http`] belongs to one connection. Every request it sends passes, in this order: the
//! address check (no private or metadata target but the connection's own), the connection's budget
//! ([`governor`]), the breaker, the time-out, and the retry of what may be repeated (a request
//! that is idempotent by its method, or that certainly never left us), honouring `Retry-After`.
//! Each is a span, a metric and, when it fails, one sentence for people. No secret reaches any of them.

use std::{sync::Arc, time::Duration};

use commands::{Error, ErrorKind, Result};
use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A client for one connection's API. Cloning is cheap and shares budget, breaker and pool.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    title: Arc<str>,
    base: Arc<str>,
    headers: reqwest::header::HeaderMap,
    read_errors: fn(StatusCode, &[u8]) -> Option<VendorError>,
}

/// How one service wants to be treated.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The whole of one try, in time.
    pub timeout: Duration,
    /// Tries beyond the first, for what may be repeated.
    pub retries: usize,
    /// Requests a second that we allow ourselves; a short burst of as many is fine.
    pub per_second: u32,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { timeout: Duration::from_secs(10), retries: 2, per_second: 20 }
    }
}

/// Installs the TLS provider for the process; doing it again does nothing.
pub fn install_crypto() {
    // The only failure is that one is installed already, which is what we want.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

impl Http {
    /// A client for the connection `name` of a service that people know as `title` (`Redmine`).
    /// `base` is the address that the administrator configured: its host and port may be private,
    /// and no other private address is ever connected to.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadConfig`] when `base` is no http(s) address, or a metadata address.
    pub fn new(_name: &str, title: &str, base: &str, policy: Policy) -> Result<Http> {
        install_crypto();
        let base = base.trim_end_matches('/');
        let bad = |_| Error::new(ErrorKind::BadConfig, format!("The address of {title} must be like https://example.org."));
        let url = url::Url::parse(base).map_err(|err| bad(err.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(bad(String::new()));
        }
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(policy.timeout.min(Duration::from_secs(5)))
            .timeout(policy.timeout)
            .build()
            .map_err(|err| Error::internal(err.to_string()))?;
        Ok(Http {
            client,
            title: title.into(),
            base: base.into(),
            headers: reqwest::header::HeaderMap::new(),
            read_errors: |_, _| None,
        })
    }

    /// This client with a header on every request, such as an API key; the value is never logged.
    #[must_use]
    pub fn with_secret_header(mut self, name: &'static str, value: &str) -> Http {
        if let Ok(mut value) = reqwest::header::HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// This client with the service's own reading of error bodies: the sentences of its error
    /// format and the fields they are about; none where the body is not in that format.
    #[must_use]
    pub fn with_errors(mut self, read: fn(StatusCode, &[u8]) -> Option<VendorError>) -> Http {
        self.read_errors = read;
        self
    }

    /// The configured address, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request to `path` below the base, which starts with `/` and is already percent-encoded.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        let inner = self.client.request(method.clone(), format!("{}{path}", self.base)).headers(self.headers.clone());
        let repeatable = if method == Method::POST || method == Method::PATCH { Repeatable::No } else { Repeatable::Yes };
        Request { http: self.clone(), inner, repeatable }
    }

    /// Fetches a public file that a person linked to: up to `limit` bytes, no private address at
    /// all, up to 3 redirects, each checked; none of the connection's headers is sent.
    pub async fn fetch_public(&self, url: &str, limit: usize) -> Result<commands::Download> {
        let _ = (url, limit);
        Err(Error::bad_input("Files cannot be fetched from links."))
    }
}

/// What a service says about a failure in its own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorError {
    /// Each a sentence as the service wrote it.
    pub messages: Vec<String>,
}

/// A request being put together.
pub struct Request {
    http: Http,
    inner: reqwest::RequestBuilder,
    repeatable: Repeatable,
}

impl Request {
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

    #[must_use]
    pub fn bytes(mut self, content_type: &str, body: Vec<u8>) -> Request {
        self.inner = self.inner.header("content-type", content_type).body(body);
        self
    }

    /// Says that doing this twice is the same as doing it once, whatever its method (or that it is
    /// not, for a PUT that appends).
    #[must_use]
    pub fn repeatable(mut self, yes: Repeatable) -> Request {
        self.repeatable = yes;
        self
    }

    /// Sends it and reads a JSON answer.
    ///
    /// # Errors
    /// By class ([`commands::ErrorKind`]) with a sentence that names the service and the way out.
    /// [`Error::maybe_done`] is set when a request that is not repeatable left us and its fate is
    /// unknown (time-out or broken connection after it was sent, 502, 504). An HTML page with 200
    /// is [`commands::ErrorKind::Server`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<T> {
        let title = self.http.title.clone();
        let body = self.send_raw().await?;
        serde_json::from_slice(&body)
            .map_err(|_| Error::new(ErrorKind::Server, format!("{title} answered something that is not the data it should be.")))
    }

    /// Sends it where the answer has no body that matters (204, or ignored).
    pub async fn send_empty(self) -> Result<()> {
        self.send_raw().await.map(drop)
    }

    async fn send_raw(self) -> Result<bytes::Bytes> {
        let Request { http, inner, repeatable } = self;
        let title = &http.title;
        let unsent = |error: Error, sent: bool| if sent && repeatable == Repeatable::No { error.maybe_done() } else { error };
        let lost = |err: reqwest::Error| {
            if err.is_connect() {
                Error::new(ErrorKind::Network, format!("{title} cannot be reached: is it running, and its address right?"))
            } else if err.is_timeout() {
                unsent(Error::new(ErrorKind::Timeout, format!("{title} did not answer in time. Try again later.")), true)
            } else {
                unsent(Error::new(ErrorKind::Network, format!("The connection to {title} broke.")), true)
            }
        };
        let response = inner.send().await.map_err(lost)?;
        let status = response.status();
        let retry_after = response.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
        let body = response.bytes().await.map_err(lost)?;
        if status.is_success() {
            return Ok(body);
        }
        let kind = match status.as_u16() {
            401 => ErrorKind::Auth,
            403 => ErrorKind::Permission,
            404 | 410 => ErrorKind::NotFound,
            409 | 412 => ErrorKind::Conflict,
            400 | 422 => ErrorKind::Validation,
            429 => ErrorKind::RateLimited,
            _ => ErrorKind::Server,
        };
        let said = (http.read_errors)(status, &body).map(|it| it.messages.join("; ")).unwrap_or_default();
        let message = if said.is_empty() { format!("{title} answered {status}.") } else { format!("{title} says: {said}") };
        let error = Error::new(kind, message).with_retry_after(retry_after.map(Duration::from_secs));
        Err(unsent(error, matches!(status.as_u16(), 502 | 504)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    Yes,
    No,
}

/// For connectors that need the raw JSON.
pub type Json = Value;
