//! The one way out to other systems.
//!
//! An [`Http`] belongs to one connection. Every request it sends passes, in this order: the
//! address check ([`address`]: no private or metadata target but the connection's own), the
//! connection's budget ([`budget`]), the breaker ([`breaker`]), the time-out, and the retry of what may
//! be repeated ([`retry`]: idempotent by its method, or certainly never begun), honouring `Retry-After`.
//! Every try is a span of the log and a metric ([`observe`]), a span of the trace it is part of ([`traced`]), and every failure one sentence for people
//! ([`errors`]). No secret reaches any of them ([`redact`]). The HTTP client's own conveniences are
//! off: it follows no redirects and reads no proxy from the environment.
//!
//! A client that cannot be an [`Http`], as those of the chats, borrows the limits from a [`Gate`].

mod address;
mod breaker;
mod budget;
mod cache;
mod errors;
mod exchange;
mod gate;
mod graphql;
mod multipart;
mod observe;
pub mod pages;
mod pauses;
mod public;
mod redact;
mod request;
mod retry;
pub mod traced;
mod trust;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::civil::Date;
use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use self::{
    address::Guard,
    breaker::{Breaker, Breakers},
    budget::Budget,
    cache::Answers,
    observe::Seen,
    redact::Redactor,
};
use crate::auth::Credentials;

use self::trust::Tls;
pub use self::{
    breaker::BreakerState,
    cache::{Aged, telling_age},
    gate::{Allowance, Errand, Gate, Health, Pass},
    multipart::Part,
    observe::{Condition, Quota},
    request::{Repeatable, Request},
    trust::Trust,
};

/// What the bot reads of one answer.
const LONGEST_BODY: usize = 16 << 20;
const LONGEST_CONNECT: Duration = Duration::from_secs(5);

tokio::task_local! {
    static REQUEST_ID: String;
    static DEPARTURE: Arc<dyn Departure>;
    static WAIT: Arc<dyn Fn() + Send + Sync>;
}

/// Told before a request leaves that must not be sent twice.
pub trait Departure: Send + Sync {
    /// # Errors
    /// The request must not leave; nothing was sent then.
    fn leave(&self) -> BoxFuture<'_, Result<()>>;

    /// One of them was done: from now on the whole cannot be begun anew.
    fn done(&self) {}
}

/// Runs `future` so that `departure` is told before each request that is not [`Repeatable`]: what an
/// action looked up before that can be looked up again.
pub fn departing<F: Future>(departure: Arc<dyn Departure>, future: F) -> impl Future<Output = F::Output> {
    DEPARTURE.scope(departure, future)
}

/// Runs `future` so that `told` is called each time that it begins to wait for another system: for its turn there, then for
/// the answer. What a future hands to tasks of its own is not seen.
pub fn waiting<F: Future>(told: Arc<dyn Fn() + Send + Sync>, future: F) -> impl Future<Output = F::Output> {
    WAIT.scope(told, future)
}

/// Tells whoever wants to know that what runs here waits for another system from now on.
fn waits() {
    let _ = WAIT.try_with(|told| told());
}

/// Runs `future` for the request `request_id`: everything it sends carries the id (`X-Request-Id`),
/// in spans as well, so that one action can be followed from chat to the vendor's log.
pub fn scope<F: Future>(request_id: impl Into<String>, future: F) -> impl Future<Output = F::Output> {
    REQUEST_ID.scope(request_id.into(), future)
}

/// Installs the TLS provider for the process; doing it again does nothing.
pub fn install_crypto() {
    // The only failure is that one is installed already, which is what we want.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// A client for one connection's API. Cloning is cheap and shares budget, breaker and pool.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
    headers: HeaderMap,
    /// The name of a secret header whose value no header can carry.
    unusable: Option<&'static str>,
    credentials: Option<Arc<dyn Credentials>>,
    /// What somebody agreed to for this connection, for connectors to use in place of a token of their own.
    grant: Option<Arc<dyn Credentials>>,
    /// Whose credentials they are: answers that are kept for one are not shown to another.
    identity: u64,
    redactor: Redactor,
    read_errors: ReadErrors,
    read_code: ReadCode,
    read_status: ReadStatus,
}

type ReadErrors = fn(StatusCode, &[u8]) -> Option<VendorError>;
type ReadCode = fn(&[u8]) -> Option<String>;
type ReadStatus = fn(StatusCode, &[u8]) -> StatusCode;

/// What all clones have in common.
struct Shared {
    name: String,
    title: String,
    /// Without a trailing slash.
    base: String,
    url: Url,
    policy: Policy,
    guard: Guard,
    tls: Tls,
    client: reqwest::Client,
    budget: Arc<Budget>,
    /// Of its server, and of all that the connection talks to.
    breaker: Arc<Breaker>,
    breakers: Breakers,
    seen: Arc<Seen>,
    answers: Answers,
}

/// How one service wants to be treated.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The whole of one try, in time.
    pub timeout: Duration,
    /// Tries beyond the first, for what may be repeated.
    pub retries: usize,
    /// Requests a second that we allow ourselves; a short burst of as many is fine. 0 is no limit.
    pub per_second: u32,
}

impl Policy {
    /// What most services are content with.
    pub const USUAL: Policy = Policy { timeout: Duration::from_secs(10), retries: 2, per_second: 20 };
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::USUAL
    }
}

/// What a service says about a failure in its own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorError {
    /// Each a sentence as the service wrote it.
    pub messages: Vec<String>,
}

/// For connectors that need the raw JSON.
pub type Json = Value;

impl Http {
    /// A client for the connection `name` of a service that people know as `title` (`Redmine`).
    /// `base` is the address that the administrator configured: its host and port may be private,
    /// and no other private address is ever connected to.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadConfig`] when `base` is no http(s) address, or a metadata address.
    pub fn new(name: &str, title: &str, base: &str, policy: Policy) -> Result<Http> {
        let (base, url, guard) = address_of(title, base)?;
        let breakers = Breakers::default();
        Ok(Http {
            shared: Arc::new(Shared {
                name: name.into(),
                title: title.into(),
                base,
                client: client(guard.clone(), policy.timeout, Tls::default())?,
                guard,
                tls: Tls::default(),
                budget: Arc::new(Budget::new(policy.per_second)),
                policy,
                breaker: breakers.of(&url.origin()),
                breakers,
                url,
                seen: Arc::default(),
                answers: Answers::default(),
            }),
            headers: HeaderMap::new(),
            unusable: None,
            credentials: None,
            grant: None,
            identity: 0,
            redactor: Redactor::default(),
            read_errors: |_, _| None,
            read_code: |_| None,
            read_status: |status, _| status,
        })
    }

    /// The same connection at another of the service's addresses (uploads, sign-in): it shares the budget and what is
    /// seen of the quota, and has the breaker of that server. Headers and credentials are not taken along.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn at(&self, base: &str) -> Result<Http> {
        let Shared { name, title, policy, tls, client, budget, breakers, seen, .. } = &*self.shared;
        let (base, url, guard) = address_of(title, base)?;
        let is_here = url.origin() == self.shared.url.origin();
        let client = if is_here { client.clone() } else { self::client(guard.clone(), policy.timeout, tls.clone())? };
        let breaker = breakers.of(&url.origin());
        let (name, title, policy, tls) = (name.clone(), title.clone(), policy.clone(), tls.clone());
        let (budget, breakers, seen, answers) = (budget.clone(), breakers.clone(), seen.clone(), Answers::default());
        let shared = Shared { name, title, base, url, policy, guard, tls, client, budget, breaker, breakers, seen, answers };
        let (headers, credentials, redactor) = (HeaderMap::new(), None, self.redactor.clone());
        Ok(Http { shared: Arc::new(shared), headers, credentials, redactor, unusable: None, ..self.clone() })
    }

    /// This client trusting whom `trust` says, and showing the certificate that it has.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] at the field, when a certificate cannot be read.
    pub fn trusting(self, trust: &Trust) -> Result<Http> {
        let (guard, tls) = (self.shared.guard.clone(), trust.read()?);
        self.connecting_by(guard, tls).map_err(|err| trust.unusable(err))
    }

    /// The day on which the certificate ends that it shows of itself, where it shows one.
    pub fn certificate_ends(&self) -> Option<Date> {
        self.shared.tls.ends
    }

    /// This client connecting to public addresses only: its own address was typed by somebody who may not reach into our
    /// network through us.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadConfig`] when its address is seen to be private; a name that leads inside fails each request.
    pub fn to_public(self) -> Result<Http> {
        let guard = Guard::public();
        guard.check(&self.shared.url).map_err(|why| {
            let message = format!("{} cannot be used: {why}. An administrator can allow that in its settings.", self.shared.base);
            Error::new(ErrorKind::BadConfig, message)
        })?;
        let tls = self.shared.tls.clone();
        self.connecting_by(guard, tls)
    }

    fn connecting_by(self, guard: Guard, tls: Tls) -> Result<Http> {
        let Shared { name, title, base, url, policy, budget, breaker, breakers, seen, .. } = &*self.shared;
        let shared = Shared {
            name: name.clone(),
            title: title.clone(),
            base: base.clone(),
            url: url.clone(),
            client: client(guard.clone(), policy.timeout, tls.clone())?,
            guard,
            tls,
            policy: policy.clone(),
            budget: budget.clone(),
            breaker: breaker.clone(),
            breakers: breakers.clone(),
            seen: seen.clone(),
            answers: Answers::default(),
        };
        Ok(Http { shared: Arc::new(shared), ..self })
    }

    /// This client as whoever `credentials` say, on every request.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Arc<dyn Credentials>) -> Http {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.credentials = Some(credentials);
        self.identity = NEXT.fetch_add(1, Ordering::Relaxed);
        self
    }

    /// This client handing `grant` on to the connector that it is for: see [`Http::grant`].
    #[must_use]
    pub fn with_grant(mut self, grant: Arc<dyn Credentials>) -> Http {
        self.grant = Some(grant);
        self
    }

    /// What somebody agreed to on the vendor's page, where the connection is to come in that way
    /// ([`crate::auth::consent::Consent::own`]); also at other addresses of the service ([`Http::at`]).
    pub fn grant(&self) -> Option<Arc<dyn Credentials>> {
        self.grant.clone()
    }

    /// Whether its requests say who the connection is.
    fn shows_somebody(&self) -> bool {
        self.credentials.is_some() || self.headers.values().any(HeaderValue::is_sensitive)
    }

    /// This client with a header on every request, such as an API key; the value is never logged.
    /// A value that no header can carry makes every request fail, saying so.
    #[must_use]
    pub fn with_secret_header(mut self, name: &'static str, value: &str) -> Http {
        self.redactor.learn(value);
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
            _ => self.unusable = Some(name),
        }
        self
    }

    /// This client never repeating this secret, which a service wants in an address rather than in a header.
    #[must_use]
    pub fn hiding(mut self, secret: &str) -> Http {
        self.redactor.learn(secret);
        self
    }

    /// This client with the service's own reading of error bodies: the sentences of its error
    /// format and the fields they are about; none where the body is not in that format.
    #[must_use]
    pub fn with_errors(mut self, read: fn(StatusCode, &[u8]) -> Option<VendorError>) -> Http {
        self.read_errors = read;
        self
    }

    /// This client with the service's own code of a failure, by its body; it becomes [`Error::code`].
    #[must_use]
    pub fn with_codes(mut self, read: fn(&[u8]) -> Option<String>) -> Http {
        self.read_code = read;
        self
    }

    /// This client with the service's refusals read as the status that they mean, by status and body: some answer 403
    /// where they want us to slow down, which is 429.
    #[must_use]
    pub fn with_statuses(mut self, read: fn(StatusCode, &[u8]) -> StatusCode) -> Http {
        self.read_status = read;
        self
    }

    /// The configured address, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.shared.base
    }

    /// How this connection's requests fare: breaker, quota, what went wrong last.
    pub fn condition(&self) -> Condition {
        let Shared { breakers, seen, .. } = &*self.shared;
        let (breaker, kept_back) = breakers.state(Instant::now());
        Condition { breaker, kept_back, quota: seen.quota(), last_error: seen.last_error(), clock: seen.clock() }
    }

    /// Lets the next request out although the breaker would keep it back: what the system needs is known to work again.
    pub fn half_open(&self) {
        self.shared.breakers.half_open(Instant::now());
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

    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(self.clone(), method, path)
    }

    /// What of `address`, which the service gave out, is below the base, to be asked for with [`Http::get`]; the next
    /// page of a list is. None where it leads elsewhere: the credentials do not go there.
    pub fn below<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address.strip_prefix(&self.shared.base)?;
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
    }

    /// Fetches a public file that a person linked to: up to `limit` bytes, no private address at
    /// all, up to 3 redirects, each checked; none of the connection's headers is sent.
    pub async fn fetch_public(&self, url: &str, limit: usize) -> Result<commands::Download> {
        public::fetch(Guard::public(), url, limit, self.shared.policy.timeout).await
    }
}

/// A service's address without a slash at its end, and what may be reached there.
fn address_of(title: &str, base: &str) -> Result<(String, Url, Guard)> {
    let bad = |why: &str| {
        let message = format!("The address of {title} cannot be used: {why}. It is like https://example.org.");
        Error::new(ErrorKind::BadConfig, message)
    };
    let base = base.trim().trim_end_matches('/');
    let url = Url::parse(base).map_err(|err| bad(&err.to_string()))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it goes on after the path, with ? or #"));
    }
    let guard = Guard::with_own(&url).map_err(|err| bad(&err.to_string()))?;
    Ok((base.to_owned(), url, guard))
}

/// The one place that makes an HTTP client: `timeout` is the whole of one try.
fn client(guard: Guard, timeout: Duration, tls: Tls) -> Result<reqwest::Client> {
    install_crypto();
    tls.apply(reqwest::Client::builder())
        .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(guard))
        // Half, so that a connection that does not come about is never taken for a lost answer.
        .connect_timeout(LONGEST_CONNECT.min(timeout / 2))
        .timeout(timeout)
        .build()
        .map_err(|err| Error::internal(format!("the HTTP client cannot be built: {err}")))
}

#[cfg(test)]
mod tests;
