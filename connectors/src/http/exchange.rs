//! One request on its way: as whom it is sent, through budget and breaker, how often, and what came of each try.

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
    Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use tokio::time::Instant;
use tracing::{Instrument, field};
use url::Url;

use super::{
    DEPARTURE, Http, LONGEST_BODY, REQUEST_ID, Repeatable, Shared,
    address::Refused,
    breaker::Health,
    cache,
    errors::{self, Distrust, Lost, Unusable},
    observe::{self, Quota, Whose},
    retry::{self, Fate},
    traced,
};
use crate::{auth::Credentials, trace};

/// What is read of the body of an error.
const LONGEST_ERROR: usize = 64 << 10;

/// What is a good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Success, and no web page.
    Data,
    /// Success, whatever it is, of so many bytes at most.
    File { limit: usize },
    /// The same, or the address where it lies.
    Kept { limit: usize },
    /// Another address.
    Elsewhere,
    /// Success, or 308 where more is expected (<https://developers.google.com/workspace/drive/api/guides/manage-uploads>).
    Part,
}

/// Headers and body; no body where nothing changed since the answer that is kept (304).
pub(super) type Answered = (HeaderMap, Option<Bytes>);

/// A try that did not give an answer to use.
pub(super) struct Failure {
    pub error: Error,
    pub fate: Fate,
    pub status: Option<StatusCode>,
}

impl Http {
    /// Sends a request as whoever `as_whom` says, else as its headers do, and once more when a token turns out to have ended.
    pub(super) async fn sent(
        &self,
        mut request: reqwest::Request,
        as_whom: Option<Arc<dyn Credentials>>,
        repeatable: Repeatable,
        wanted: Wanted,
    ) -> Result<Answered> {
        if let Ok(id) = REQUEST_ID.try_with(|id| HeaderValue::from_str(id))
            && let Ok(id) = id
        {
            request.headers_mut().insert("x-request-id", id);
        }
        let Some(credentials) = as_whom else {
            leave(repeatable).await?;
            return self.tried(&request, repeatable, wanted).await.map_err(|it| it.into_error(&self.shared.title, repeatable));
        };
        let mut http = self.clone();
        let mut value = credentials.header().await?;
        leave(repeatable).await?;
        let mut renewed = false;
        loop {
            let mut header = HeaderValue::from_str(value.expose())
                .map_err(|_| Error::new(ErrorKind::BadConfig, format!("The token for {} cannot be sent.", self.shared.title)))?;
            header.set_sensitive(true);
            http.redactor.learn(value.expose());
            request.headers_mut().insert(header::AUTHORIZATION, header);
            match http.tried(&request, repeatable, wanted).await {
                // Nothing was done for a token that is not accepted.
                Err(failure) if failure.status == Some(StatusCode::UNAUTHORIZED) && !renewed => {
                    credentials.refused(&value).await;
                    value = credentials.header().await?;
                    renewed = true;
                }
                result => return result.map_err(|it| it.into_error(&self.shared.title, repeatable)),
            }
        }
    }

    /// Sends a request as often as it may be, until there is an answer.
    async fn tried(&self, request: &reqwest::Request, repeatable: Repeatable, wanted: Wanted) -> Result<Answered, Failure> {
        let answered = self.tried_again(request, repeatable, wanted).await;
        if let (Ok(_), Repeatable::No, Ok(departure)) = (&answered, repeatable, DEPARTURE.try_with(Arc::clone)) {
            departure.done();
        }
        answered
    }

    async fn tried_again(&self, request: &reqwest::Request, repeatable: Repeatable, wanted: Wanted) -> Result<Answered, Failure> {
        let (shared, tries) = (&*self.shared, AtomicUsize::new(0));
        let mut left = retry::WAITING;
        (|| self.attempt(request, tries.fetch_add(1, Ordering::Relaxed) + 1, wanted))
            .retry(retry::backoff(shared.policy.retries))
            .when(|failure: &Failure| retry::again(failure.fate, repeatable))
            .adjust(|failure, planned| {
                let pause = retry::pause(planned, failure.error.retry_after, left, rand::random())?;
                left -= pause;
                Some(pause)
            })
            .notify(|_, _| observe::retried(&shared.name))
            .await
    }
}

/// The last moment at which a request that must not be sent twice can be kept back.
async fn leave(repeatable: Repeatable) -> Result<()> {
    match DEPARTURE.try_with(Arc::clone) {
        Ok(departure) if repeatable == Repeatable::No => departure.leave().await,
        _ => Ok(()),
    }
}

impl Failure {
    pub(super) fn into_error(self, title: &str, repeatable: Repeatable) -> Error {
        match (self.fate, repeatable) {
            (Fate::Unknown, Repeatable::No) => errors::unknown_fate(self.error, title),
            _ => self.error,
        }
    }

    /// Nothing was sent, and nothing will be for now.
    fn kept_back(error: Error) -> Failure {
        Failure { error, fate: Fate::Final, status: None }
    }

    /// Nothing was sent, and it is when the time that the error names is over.
    fn waited_for(error: Error) -> Failure {
        Failure { error, fate: Fate::NotDone, status: None }
    }
}

impl Http {
    /// One try, through budget and breaker, in a span of its own.
    async fn attempt(&self, request: &reqwest::Request, attempt: usize, wanted: Wanted) -> Result<Answered, Failure> {
        let Shared { name, title, policy, budget, breaker, breakers, seen, .. } = &*self.shared;
        let pattern = observe::pattern(request.url().path());
        let whose = Whose::of(request.headers());
        super::waits();
        if let Some(wait) = seen.used_up(whose, &pattern, Timestamp::now()) {
            return Err(Failure::waited_for(errors::quota(title, wait)));
        }
        if let Some(until) = seen.held_until(whose, &pattern) {
            return Err(Failure::waited_for(errors::paused(title, until.saturating_duration_since(Instant::now()))));
        }
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
            path = %pattern,
            request_id = REQUEST_ID.try_with(String::clone).unwrap_or_default(),
            attempt,
            status = field::Empty,
            outcome = field::Empty,
            elapsed_ms = field::Empty,
        );
        let traced =
            trace::is_on().then(|| traced::client(request.method(), &traced::template(&pattern), request.url(), attempt));
        let traced = traced.unwrap_or_default();
        traced.note_with("bellhop.connection", || name.clone());
        let start = Instant::now();
        let exchange = self.exchange(request, &pattern, wanted, traced::headers(&traced));
        let result = traced.around(exchange.instrument(span.clone())).await;
        let now = Instant::now();

        let (status, outcome, health) = match &result {
            Ok((status, ..)) => (Some(*status), "ok", Health::Answered),
            Err(failure) => (failure.status, failure.error.kind.name(), failure.health()),
        };
        permit.report(health, now);
        traced::answered(&traced, status, Some(outcome).filter(|_| result.is_err()));
        // At once: what is formatted already is formatted again with each.
        let (status, elapsed_ms) = (status.map(|it| it.as_u16()), (now - start).as_millis() as u64);
        tracing::record_all!(span, status = status, outcome = outcome, elapsed_ms = elapsed_ms);
        observe::tried(name, request.method(), outcome, now - start);
        observe::breaker(name, breakers.state(now).0);
        result.map(|(_, headers, body)| (headers, body)).inspect_err(|failure| {
            // A wrong number or value is somebody's mistake, and says nothing about the connection.
            if !matches!(failure.error.kind, ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Validation) {
                seen.note_error(&failure.error);
            }
        })
    }

    async fn exchange(
        &self,
        request: &reqwest::Request,
        pattern: &str,
        wanted: Wanted,
        besides: HeaderMap,
    ) -> Result<(StatusCode, HeaderMap, Option<Bytes>), Failure> {
        let Shared { name, title, client, seen, url, .. } = &*self.shared;
        let asks_for_changes = cache::is_conditional(request.headers());
        let mut request =
            request.try_clone().ok_or_else(|| Failure::kept_back(Error::internal("a streamed body cannot be sent")))?;
        request.headers_mut().extend(besides);
        let whose = Whose::of(request.headers());
        let response = client.execute(request).await.map_err(|err| lost(title, &err))?;
        let (status, mut headers) = (response.status(), response.headers().clone());
        if status.is_success() && matches!(wanted, Wanted::Kept { .. }) {
            // The file is here, whatever this says.
            headers.remove(header::LOCATION);
        }
        let now = Timestamp::now();
        seen.note_clock(&headers, now);
        let resource = headers.get("x-ratelimit-resource").and_then(|it| it.to_str().ok()).unwrap_or_default();
        if let Some(quota) = Quota::read(&headers, now) {
            seen.note_quota(name, whose, pattern, resource, quota);
        }
        let is_good = match wanted {
            Wanted::Data | Wanted::File { .. } => status.is_success(),
            Wanted::Kept { .. } => status.is_success() || is_elsewhere(status, &headers),
            Wanted::Elsewhere => is_elsewhere(status, &headers),
            Wanted::Part => {
                status.is_success() || (status == StatusCode::PERMANENT_REDIRECT && !headers.contains_key(header::LOCATION))
            }
        };
        if status == StatusCode::NOT_MODIFIED && asks_for_changes {
            return Ok((status, headers, None));
        }
        if !is_good {
            // What it says about the failure is welcome, but not needed.
            let body = read(response, LONGEST_ERROR).await.unwrap_or_default();
            let status = (self.read_status)(status, &body);
            let error = self.refusal(status, &headers, &body, url);
            if let (ErrorKind::RateLimited, Some(wait)) = (error.kind, error.retry_after) {
                seen.hold(whose, resource, wait);
            }
            return Err(Failure { error, fate: retry::fate(status), status: Some(status) });
        }
        let unusable = |how, fate| Failure { error: errors::unusable(title, how), fate, status: Some(status) };
        let limit = match wanted {
            Wanted::File { limit } | Wanted::Kept { limit } => limit,
            Wanted::Data | Wanted::Elsewhere | Wanted::Part => LONGEST_BODY,
        };
        let body = match read(response, limit).await {
            Ok(body) => body,
            Err(Unread::TooLong) => return Err(unusable(Unusable::TooLong { limit }, Fate::Unknown)),
            Err(Unread::Lost(err)) => return Err(Failure { status: Some(status), ..lost(title, &err) }),
        };
        // Google calls the empty body of a 308 a page.
        if matches!(wanted, Wanted::Data | Wanted::Part) && status.is_success() && is_web_page(&headers, &body) {
            // Whatever put itself in front of the system did not let the request through.
            return Err(unusable(Unusable::WebPage, Fate::Final));
        }
        Ok((status, headers, Some(body)))
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

fn is_elsewhere(status: StatusCode, headers: &HeaderMap) -> bool {
    status.is_redirection() && status != StatusCode::NOT_MODIFIED && headers.contains_key(header::LOCATION)
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
        } else if let Some(err) = find::<rustls::Error>(err) {
            return (untrusted(err), Fate::Final);
        } else {
            Lost::Connect
        };
        return (how, Fate::NotDone);
    }
    // A server of TLS 1.3 says so only once it was sent the request, and has not read it.
    if let Some(rustls::Error::AlertReceived(alert)) = find(err)
        && wants_certificate(*alert)
    {
        return (Lost::CertificateWanted, Fate::Final);
    }
    (if err.is_timeout() { Lost::Timeout } else { Lost::Broken }, Fate::Unknown)
}

pub(super) fn untrusted(err: &rustls::Error) -> Lost {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, UnknownIssuer,
    };
    match err {
        rustls::Error::AlertReceived(alert) if wants_certificate(*alert) => Lost::CertificateWanted,
        rustls::Error::InvalidCertificate(why) => Lost::Distrusted(match why {
            UnknownIssuer => Distrust::Stranger,
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => Distrust::Ended,
            NotValidForName | NotValidForNameContext { .. } => Distrust::AnothersName,
            _ => Distrust::Other,
        }),
        _ => Lost::NoTls,
    }
}

/// RFC 8446, section 6.2: what servers say of no certificate, or of one that they do not accept.
fn wants_certificate(alert: rustls::AlertDescription) -> bool {
    use rustls::AlertDescription as Alert;
    [
        Alert::CertificateRequired,
        Alert::BadCertificate,
        Alert::UnknownCA,
        Alert::CertificateExpired,
        Alert::CertificateRevoked,
        Alert::CertificateUnknown,
    ]
    .contains(&alert)
}

/// The error of type `E` that `err` comes from.
fn find<E: std::error::Error + 'static>(err: &reqwest::Error) -> Option<&E> {
    let mut source = err.source();
    while let Some(err) = source {
        if let Some(found) = err.downcast_ref() {
            return Some(found);
        }
        // An io::Error hides the error it is made of from `source()`, and that may be one of its own kind.
        let made_of = err.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        source = match made_of {
            Some(inner) => Some(inner),
            None => err.source(),
        };
    }
    None
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
