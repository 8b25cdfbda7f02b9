//! One request: how it is put together, and what is made of its answer.

use std::time::Duration;

use bytes::Bytes;
use commands::{BoxFuture, Error, ErrorKind, Result};
use reqwest::{
    Method,
    header::{self, HeaderMap},
};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::{
    Http, Part, Shared, cache,
    errors::{self, Lost, Unusable},
    exchange::{Failure, Wanted},
    multipart,
    retry::{self, Fate},
};
use crate::auth::person;

/// As often is a file looked for elsewhere.
const REDIRECTS: usize = 3;

/// A request being put together.
pub struct Request {
    http: Http,
    inner: reqwest::RequestBuilder,
    repeatable: Repeatable,
    wanted: Wanted,
    /// How old a kept answer may be that is used without asking.
    fresh: Option<Duration>,
    /// Whether it only asks, although its method does not say so.
    asks: bool,
    /// Which good answers are worth keeping.
    keeps: fn(&[u8]) -> bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    Yes,
    No,
}

impl Request {
    pub(super) fn new(http: Http, method: Method, path: &str) -> Request {
        let repeatable = retry::by_method(&method);
        let inner = http.shared.client.request(method, format!("{}{path}", http.shared.base)).headers(http.headers.clone());
        Request { http, inner, repeatable, wanted: Wanted::Data, fresh: None, asks: false, keeps: |_| true }
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

    /// A form with files (`multipart/form-data`).
    #[must_use]
    pub fn multipart(self, parts: &[Part]) -> Request {
        let (boundary, body) = multipart::encode(parts);
        self.bytes(&format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// Parts that belong together (`multipart/related`), the first of which describes the others.
    #[must_use]
    pub fn related(self, parts: &[Part]) -> Request {
        let (boundary, body) = multipart::encode(parts);
        self.bytes(&format!("multipart/related; boundary={boundary}"), body)
    }

    /// Another time for one try than the connection's policy says, for what is large.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Request {
        self.inner = self.inner.timeout(timeout);
        self
    }

    /// For a GET: keeps the answer, whoever asks. It is used again for as long as it is `fresh`; after that the system is
    /// asked whether it changed, where its answers say how; and while the system is out of reach it is used by those
    /// who tell its age ([`super::telling_age`]). For them the data of every GET is kept, without this.
    #[must_use]
    pub fn cached(mut self, fresh: Duration) -> Request {
        self.fresh = Some(fresh);
        self
    }

    /// Says that this changes nothing and hands nothing out, though it is no GET (a search, a `PROPFIND`): for those who
    /// tell its age the answer is kept as that of a GET is.
    #[must_use]
    pub fn asking(mut self) -> Request {
        self.repeatable = Repeatable::Yes;
        self.asks = true;
        self
    }

    /// Keeps only answers that are `good`, where refusals come as a success too: they must not stand in for what was
    /// said before.
    #[must_use]
    pub fn kept_if(mut self, good: fn(&[u8]) -> bool) -> Request {
        self.keeps = good;
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

    /// Sends it and gives the answer as it is, of at most `limit` bytes: a file, XML, text.
    ///
    /// # Errors
    /// As [`Request::send`], but for what the answer holds.
    pub async fn send_for_bytes(mut self, limit: usize) -> Result<(HeaderMap, Bytes)> {
        self.wanted = Wanted::File { limit };
        self.answer().await
    }

    /// Sends it and gives the file that it asks for, of at most `limit` bytes. Many systems keep files elsewhere, and send on
    /// to an address that is good for a minute: that is followed without who we are, to public addresses, and to the
    /// service's own host and those below it.
    ///
    /// # Errors
    /// As [`Request::send`], but for what the answer holds.
    pub async fn send_for_file(mut self, limit: usize) -> Result<Bytes> {
        self.wanted = Wanted::Kept { limit };
        let (http, mut here) = (self.http.clone(), self.http.shared.url.clone());
        let (mut headers, mut body) = self.answer().await?;
        for _ in 0..REDIRECTS {
            let Some(location) = headers.get(header::LOCATION) else { return Ok(body) };
            let place = location.to_str().ok().and_then(|it| here.join(it).ok());
            let place = place.ok_or_else(|| errors::unusable(&http.shared.title, Unusable::NotTheData))?;
            let mut next = http.towards(&place)?;
            next.wanted = Wanted::Kept { limit };
            (headers, body) = next.answer().await?;
            here = place;
        }
        match headers.contains_key(header::LOCATION) {
            true => Err(errors::unusable(&http.shared.title, Unusable::NotTheData)),
            false => Ok(body),
        }
    }

    /// Sends it where the good answer is another address (`Location`), such as the link to a file.
    ///
    /// # Errors
    /// As [`Request::send`]; an answer without such an address is [`ErrorKind::Server`].
    pub async fn send_for_location(mut self) -> Result<Url> {
        self.wanted = Wanted::Elsewhere;
        let (title, base) = (self.http.shared.title.clone(), self.http.shared.url.clone());
        let (headers, _) = self.answer().await?;
        let location = headers.get(header::LOCATION).and_then(|it| base.join(it.to_str().ok()?).ok());
        location.ok_or_else(|| errors::unusable(&title, Unusable::NotTheData))
    }

    /// Sends one part of what is uploaded in several, where the good answer before the last is 308: its headers say how
    /// much has arrived, and its body is empty.
    ///
    /// # Errors
    /// As [`Request::send`].
    pub async fn send_part(mut self) -> Result<(HeaderMap, Bytes)> {
        self.wanted = Wanted::Part;
        self.answer().await
    }

    /// Headers and body of a good answer, kept or new. A future of its own on the heap: an action that sends some requests one
    /// after the other is made, moved and kept many times more often than it is at one of them.
    fn answer(self) -> BoxFuture<'static, Result<(HeaderMap, Bytes)>> {
        Box::pin(self.asked())
    }

    async fn asked(self) -> Result<(HeaderMap, Bytes)> {
        let Request { http, inner, repeatable, wanted, fresh, asks, keeps } = self;
        let shared = http.shared.clone();
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
        let person = person::acting(&shared.name).filter(|_| http.shows_somebody());
        if person.is_some() {
            // What says who the connection is gives way to what says who the person is.
            for (name, _) in http.headers.iter().filter(|(_, value)| value.is_sensitive()) {
                request.headers_mut().remove(name);
            }
        }
        let as_whom = person.as_ref().map(|it| it.credentials.clone()).or_else(|| http.credentials.clone());
        let is_get = request.method() == Method::GET;
        let for_its_age = (asks || (is_get && wanted == Wanted::Data)) && cache::is_age_told();
        let Some(fresh) = fresh.filter(|_| is_get).or(for_its_age.then_some(Duration::ZERO)) else {
            let (headers, body) = http.sent(request, as_whom, repeatable, wanted).await?;
            return Ok((headers, body.unwrap_or_default()));
        };

        let key = cache::key(&request, http.identity, person.as_ref().map_or("", |it| &it.whose));
        let kept = shared.answers.get(key);
        // Who has a condition of their own knows what 304 means by it.
        let own_condition = cache::is_conditional(request.headers());
        if let Some(kept) = &kept {
            if kept.is_fresh(fresh) {
                return Ok((kept.headers.clone(), kept.body.clone()));
            }
            if is_get && !own_condition {
                kept.unless_changed(request.headers_mut());
            }
        }
        let (headers, body) = match (http.sent(request, as_whom, repeatable, wanted).await, kept) {
            // 304: as it was.
            (Ok((_, None)), Some(kept)) if !own_condition => (kept.headers.clone(), kept.body.clone()),
            (Ok((headers, body)), _) => (headers, body.unwrap_or_default()),
            (Err(error), Some(kept)) if error.is_temporary() && kept.stands_in(&error) => {
                return Ok((kept.headers.clone(), kept.body.clone()));
            }
            (Err(error), _) => return Err(error),
        };
        if keeps(&body) {
            shared.answers.keep(key, &headers, &body);
        }
        Ok((headers, body))
    }
}

impl Http {
    /// A request for what the service says lies at `place`: as who we are where that is below our own address, else as
    /// nobody, and inside our network only at the service's own host and those below it.
    fn towards(&self, place: &Url) -> Result<Request> {
        let (own, base) = (&self.shared.url, self.shared.base.as_str());
        if is_below(place, own)
            && let Some(rest) = place.as_str().strip_prefix(base)
        {
            return Ok(self.get(rest));
        }
        let http = self.at(&place.origin().ascii_serialization())?;
        let (host, own) = (place.host_str().unwrap_or_default(), own.host_str().unwrap_or_default());
        let is_its_own = host == own || (own.parse::<std::net::IpAddr>().is_err() && host.ends_with(&format!(".{own}")));
        let http = if is_its_own { http } else { http.to_public()? };
        let mut path = place.path().to_owned();
        if let Some(query) = place.query() {
            path.push('?');
            path.push_str(query);
        }
        Ok(http.get(&path))
    }
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
