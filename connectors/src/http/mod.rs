//! The one way out to other systems.
//!
//! An [`Http`] belongs to one connection. Every request it sends passes, in this order: the
//! address check (no private or metadata target but the connection's own), the connection's budget
//! ([`governor`]), the breaker, the time-out, and the retry of what may be repeated (a request
//! that is idempotent by its method, or that certainly never left us), honouring `Retry-After`.
//! Each is a span, a metric and, when it fails, one sentence for people. No secret reaches any of them.

use std::time::Duration;

use commands::{Error, Result};
use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A client for one connection's API. Cloning is cheap and shares budget, breaker and pool.
#[derive(Clone)]
pub struct Http(());

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

impl Http {
    /// A client for the connection `name` of a service that people know as `title` (`Redmine`).
    /// `base` is the address that the administrator configured: its host and port may be private,
    /// and no other private address is ever connected to.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadConfig`] when `base` is no http(s) address, or a metadata address.
    pub fn new(name: &str, title: &str, base: &str, policy: Policy) -> Result<Http> {
        let _ = (name, title, base, policy);
        unimplemented!()
    }

    /// This client with a header on every request, such as an API key; the value is never logged.
    #[must_use]
    pub fn with_secret_header(self, name: &'static str, value: &str) -> Http {
        let _ = (name, value);
        unimplemented!()
    }

    /// This client with the service's own reading of error bodies: the sentences of its error
    /// format and the fields they are about; none where the body is not in that format.
    #[must_use]
    pub fn with_errors(self, read: fn(StatusCode, &[u8]) -> Option<VendorError>) -> Http {
        let _ = read;
        unimplemented!()
    }

    /// The configured address, without a trailing slash.
    pub fn base(&self) -> &str {
        unimplemented!()
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
        let _ = (method, path);
        unimplemented!()
    }

    /// Fetches a public file that a person linked to: up to `limit` bytes, no private address at
    /// all, up to 3 redirects, each checked; none of the connection's headers is sent.
    pub async fn fetch_public(&self, url: &str, limit: usize) -> Result<commands::Download> {
        let _ = (url, limit);
        unimplemented!()
    }
}

/// What a service says about a failure in its own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorError {
    /// Each a sentence as the service wrote it.
    pub messages: Vec<String>,
}

/// A request being put together.
pub struct Request(());

impl Request {
    #[must_use]
    pub fn query<T: Serialize + ?Sized>(self, query: &T) -> Request {
        let _ = query;
        unimplemented!()
    }

    #[must_use]
    pub fn header(self, name: &'static str, value: &str) -> Request {
        let _ = (name, value);
        unimplemented!()
    }

    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Request {
        let _ = body;
        unimplemented!()
    }

    #[must_use]
    pub fn bytes(self, content_type: &str, body: Vec<u8>) -> Request {
        let _ = (content_type, body);
        unimplemented!()
    }

    /// Says that doing this twice is the same as doing it once, whatever its method (or that it is
    /// not, for a PUT that appends).
    #[must_use]
    pub fn repeatable(self, yes: Repeatable) -> Request {
        let _ = yes;
        unimplemented!()
    }

    /// Sends it and reads a JSON answer.
    ///
    /// # Errors
    /// By class ([`commands::ErrorKind`]) with a sentence that names the service and the way out.
    /// [`Error::maybe_done`] is set when a request that is not repeatable left us and its fate is
    /// unknown (time-out or broken connection after it was sent, 502, 504). An HTML page with 200
    /// is [`commands::ErrorKind::Server`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<T> {
        unimplemented!()
    }

    /// Sends it where the answer has no body that matters (204, or ignored).
    pub async fn send_empty(self) -> Result<()> {
        unimplemented!()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    Yes,
    No,
}

/// For connectors that need the raw JSON.
pub type Json = Value;

const _: fn(Error) -> bool = |error| error.maybe_done;
