//! The bot's own way to Zulip: [`connectors::zulip::client`] says what is asked, this how it leaves.
//!
//! One client, one time-out, no redirects and no proxy, so that the API key goes to the configured
//! site and nowhere else. Everything passes one gate (budget, pauses, breaker); nothing is tried twice here, as the queue
//! of posts knows better when and whether. Errors are by class and hold Zulip's own words, never the request.
//! See <https://zulip.com/api/rest-error-handling>.

use std::{sync::Arc, time::Duration};

use commands::{BoxFuture, Download, Error, ErrorKind, Result, param::Secret};
use connectors::{
    http::{Allowance, Errand, Gate, Health, Quota},
    zulip::client::{
        Client,
        way::{Answer, Body, Outgoing, Turn, Way, succeeded},
    },
};
use futures::StreamExt;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::Deserialize;
use url::Url;

use crate::chat::is_urgent;

const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a read waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same for what reads the event queue: events do not go away meanwhile.
const TURN: Duration = Duration::from_secs(20);
/// Of one bot, for all that it asks: a server allows 200 a minute unless its administrator decided otherwise
/// (<https://zulip.com/api/rest-error-handling>), and others may use the same bot's key. Reads of an event queue are counted
/// apart from all else; several events come in one.
const ALLOWANCE: Allowance = Allowance { a_minute: 150, burst: 30 };
/// Of pages, beside that: what else is asked in a busy minute takes none of it, and both together stay below what a server allows.
const PAGES: Allowance = Allowance { a_minute: 45, burst: 15 };
/// How long a page waits for its turn, rather than going back to the queue.
const PAGE_PATIENCE: Duration = Duration::from_secs(5);
/// What a pause and the budget are of: everything.
const ALL: &str = "all";
/// Of a JSON answer: the user list of a large organization is a few MiB.
const ANSWER_LIMIT: usize = 32 * 1024 * 1024;
/// Of an attached file that is passed on.
const FILE_LIMIT: usize = 25 * 1024 * 1024;

/// The way to one organization.
pub struct Own {
    gate: Gate,
    /// Of the reads of the event queue, which Zulip counts apart.
    polls: Gate,
    /// None where our only limit is Zulip's own.
    allowance: Option<Allowance>,
    http: reqwest::Client,
    site: Url,
    email: String,
    api_key: Secret,
}

#[derive(Deserialize)]
struct Failure {
    msg: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default, rename = "retry-after")]
    retry_after: Option<f64>,
}

/// Headers and body of an answer of success.
type Raw = (header::HeaderMap, Vec<u8>);

impl Own {
    /// # Errors
    /// [`ErrorKind::BadConfig`] when `site` is no http(s) address without a path.
    pub fn new(site: &str, email: &str, api_key: Secret) -> Result<Own> {
        let bad = |what: &str| {
            let message = format!("zulip.site `{site}` {what}: write it as in the browser, like https://chat.example.org.");
            Error::new(ErrorKind::BadConfig, message)
        };
        let site = Url::parse(site).map_err(|_| bad("is no web address"))?;
        if !matches!(site.scheme(), "http" | "https") || site.host_str().is_none() {
            return Err(bad("is no web address"));
        }
        if site.path() != "/" || site.query().is_some() || site.fragment().is_some() || !site.username().is_empty() {
            return Err(bad("holds more than scheme, host and port"));
        }
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("Bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("The HTTP client for Zulip could not be built: is TLS set up?"))?;
        let (gate, polls) = (Gate::new("zulip", "Zulip"), Gate::new("zulip_events", "Zulip's event queue"));
        Ok(Own { gate, polls, allowance: Some(ALLOWANCE), http, site, email: email.to_owned(), api_key })
    }

    /// The same without a budget of ours: it goes as fast as Zulip allows, which says so when it is too fast.
    pub fn unbudgeted(mut self) -> Own {
        self.allowance = None;
        self
    }

    /// A client whose requests leave this way.
    pub fn client(self: &Arc<Own>) -> Client {
        Client::over(self.clone())
    }

    /// What keeps requests back at the moment, in words for people.
    pub fn kept_back(&self) -> Option<Error> {
        self.gate.kept_back()
    }

    /// Requests a minute that are left, as Zulip said last, and of how many.
    pub fn quota(&self) -> Option<Quota> {
        self.gate.condition().quota
    }

    /// Fetches an upload by its temporary link, which works for whoever holds it: the key is not sent along.
    /// <https://zulip.com/api/get-file-temporary-url>
    ///
    /// # Errors
    /// A link that leads elsewhere is not followed.
    pub async fn fetch(&self, upload: &str, link: &str) -> Result<Download> {
        let link = self.site.join(link).map_err(|_| nonsense())?;
        if link.origin() != self.site.origin() || !link.path().starts_with("/user_uploads/") {
            return Err(nonsense());
        }
        let response = self.http.get(link).send().await.map_err(|err| unreachable_zulip(&err, Fate::Known))?;
        if !response.status().is_success() {
            return Err(failure(response.status(), None, None, Fate::Known));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
        let bytes = body(response, FILE_LIMIT, Fate::Known).await?;
        let name = upload.split(['?', '#']).next().and_then(|it| it.rsplit('/').next()).unwrap_or("file");
        let name = url::form_urlencoded::parse(name.replace('+', "%2B").as_bytes()).next().map(|(name, _)| name.into_owned());
        Ok(Download { name: name.filter(|it| !it.is_empty()).unwrap_or_else(|| "file".into()), content_type, bytes })
    }

    fn request(&self, request: Outgoing) -> Result<RequestBuilder> {
        let url = self.site.join("api/v1/").and_then(|base| base.join(&request.path));
        let url = url.map_err(|_| Error::internal("An address of Zulip's API could not be put together."))?;
        let built = self.http.request(request.method, url).basic_auth(&self.email, Some(self.api_key.expose()));
        // The words of a refusal tell its class.
        let built = built.header(header::ACCEPT_LANGUAGE, "en");
        let built = if request.query.is_empty() { built } else { built.query(&request.query) };
        let built = match request.body {
            Body::None => built,
            Body::Form(form) => built.form(&form),
            Body::Bytes { content_type, bytes } => built.header(header::CONTENT_TYPE, content_type).body(bytes),
        };
        Ok(match request.turn {
            Turn::Listening(Some(longest)) => built.timeout(longest),
            Turn::Listening(None) | Turn::Usual => built,
        })
    }

    /// Sends it through pauses, budget and breaker; an answer that is no success becomes an error.
    async fn answer(&self, request: Outgoing) -> Result<Answer> {
        let (gate, allowance, patience) = match request.turn {
            Turn::Usual if is_urgent() => (&self.gate, self.allowance.map(|_| PAGES), PAGE_PATIENCE),
            Turn::Usual => (&self.gate, self.allowance, PATIENCE),
            Turn::Listening(_) => (&self.polls, Some(ALLOWANCE), TURN),
        };
        let (client, request) = self.request(request)?.build_split();
        let request = request.map_err(|_| Error::internal("A request to Zulip could not be put together."))?;
        let fate = if request.method() == Method::GET { Fate::Known } else { Fate::Unknown };
        let method = request.method().clone();
        // A post goes back to the queue, which knows what else can be done meanwhile.
        let patience = if fate == Fate::Known || is_urgent() { patience } else { Duration::ZERO };
        let budget = if is_urgent() { "pages" } else { ALL };
        let pass = gate.pass(Errand { pauses: &[ALL], budget: allowance.map(|it| (budget, it)), patience }).await?;
        let (health, result) = match client.execute(request).await {
            Ok(response) => judged(gate, response, fate).await,
            Err(err) => (Health::Failed, Err(unreachable_zulip(&err, fate))),
        };
        pass.report(&method, health, result.as_ref().err());
        let (headers, body) = result.inspect_err(|err| {
            if let (ErrorKind::RateLimited, Some(wait)) = (err.kind, err.retry_after) {
                gate.pause(ALL, wait);
            }
        })?;
        // Any object would do else, such as that of whatever stands in front of Zulip.
        let answer = serde_json::from_slice(&body).map_err(|_| nonsense()).and_then(|it| succeeded(it).map_err(|_| nonsense()));
        Ok((headers, answer.map_err(|err| fate.of(err))?))
    }
}

impl Way for Own {
    fn site(&self) -> &str {
        self.site.as_str().trim_end_matches('/')
    }

    fn send(&self, request: Outgoing) -> BoxFuture<'_, Result<Answer>> {
        Box::pin(self.answer(request))
    }
}

/// What a response says about Zulip, and to whoever asked.
async fn judged(gate: &Gate, response: Response, fate: Fate) -> (Health, Result<Raw>) {
    let (status, headers) = (response.status(), response.headers().clone());
    heed(gate, &headers);
    let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let read = body(response, ANSWER_LIMIT, fate).await;
    if !status.is_success() {
        let after = text(header::RETRY_AFTER).and_then(|it| it.parse().ok());
        let said = read.ok().and_then(|it| serde_json::from_slice::<Failure>(&it).ok());
        let health = if status.is_server_error() { Health::Failed } else { Health::Answered };
        return (health, Err(failure(status, said, after, fate)));
    }
    match read {
        // A login page comes with 200.
        Ok(_) if text(header::CONTENT_TYPE).is_some_and(|it| it.starts_with("text/html")) => {
            (Health::Failed, Err(fate.of(nonsense())))
        }
        Ok(body) => (Health::Answered, Ok((headers, body))),
        Err(err) => (Health::Failed, Err(err)),
    }
}

/// Stops before Zulip has to: nothing left is as good as a refusal.
fn heed(gate: &Gate, headers: &header::HeaderMap) {
    if let Some(Quota { remaining: 0, resets: Some(resets), .. }) = gate.note_quota(headers) {
        let wait = Duration::try_from(resets.duration_since(jiff::Timestamp::now())).unwrap_or_default();
        // The window is a minute; more than that is a clock that is wrong.
        gate.pause(ALL, wait.min(Duration::from_secs(60)));
    }
}

/// Whether a request that broke off changed nothing, or may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Known,
    Unknown,
}

impl Fate {
    fn of(self, error: Error) -> Error {
        match self {
            Fate::Known => error,
            Fate::Unknown => error.maybe_done(),
        }
    }
}

async fn body(response: Response, limit: usize, fate: Fate) -> Result<Vec<u8>> {
    let too_large = || {
        let message = format!("What Zulip sent is larger than {} MiB, which is more than is passed on.", limit / 1024 / 1024);
        // A file is somebody's choice; no answer of Zulip's own is as large.
        let kind = if limit == FILE_LIMIT { ErrorKind::Validation } else { ErrorKind::Server };
        fate.of(Error::new(kind, message))
    };
    if response.content_length().is_some_and(|it| it > limit as u64) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(|err| unreachable_zulip(&err, fate))?);
        if bytes.len() > limit {
            return Err(too_large());
        }
    }
    Ok(bytes)
}

fn nonsense() -> Error {
    Error::new(ErrorKind::Server, "Zulip's answer made no sense: does zulip.site lead to Zulip, and not to a login page?")
}

/// reqwest's own words may hold the address: they are not repeated.
fn unreachable_zulip(err: &reqwest::Error, fate: Fate) -> Error {
    if err.is_connect() {
        // Nothing was sent, so nothing was done.
        return Error::new(ErrorKind::Network, "Zulip could not be reached: is its address right, and is it up?");
    }
    if err.is_timeout() {
        return fate.of(Error::new(ErrorKind::Timeout, "Zulip did not answer within 10 s."));
    }
    fate.of(Error::new(ErrorKind::Network, "The connection to Zulip broke off."))
}

/// Zulip's refusals by class. <https://zulip.com/api/rest-error-handling>
fn failure(status: StatusCode, said: Option<Failure>, after: Option<f64>, fate: Fate) -> Error {
    let code = said.as_ref().and_then(|it| it.code.clone());
    classed(status, said, after, fate).with_code(code)
}

fn classed(status: StatusCode, said: Option<Failure>, after: Option<f64>, fate: Fate) -> Error {
    let words = said.as_ref().map(|it| it.msg.chars().take(300).collect::<String>());
    let words = words.map(|it| format!(" Zulip says: {it}")).unwrap_or_default();
    let code = said.as_ref().and_then(|it| it.code.as_deref()).unwrap_or_default();
    match (status.as_u16(), code) {
        (429, _) | (_, "RATE_LIMIT_HIT") => {
            // A float of seconds, in the header and in the body.
            let after = after.or(said.and_then(|it| it.retry_after)).and_then(|it| Duration::try_from_secs_f64(it).ok());
            Error::new(ErrorKind::RateLimited, "Zulip asks us to slow down.").with_retry_after(after)
        }
        (_, "BAD_EVENT_QUEUE_ID") => Error::not_found(format!("Zulip has given the event queue up.{words}")),
        (_, "STREAM_DOES_NOT_EXIST") => Error::new(
            ErrorKind::Closed,
            format!("That channel is not there, or the bot may not see it: add the bot to it.{words}"),
        ),
        (401, _) | (_, "INVALID_API_KEY" | "UNAUTHORIZED") => Error::new(
            ErrorKind::Auth,
            format!("Zulip refuses the bot's key: copy email and key from its zuliprc (Settings > Bots) again.{words}"),
        ),
        (_, "USER_DEACTIVATED" | "REALM_DEACTIVATED") => {
            Error::new(ErrorKind::Auth, format!("The bot or its organization is deactivated: reactivate it in Zulip.{words}"))
        }
        (403, _) => Error::new(ErrorKind::Permission, format!("The bot may not do that in Zulip: an owner can allow it.{words}")),
        // Every endpoint that we use exists: a page in its place is something else's.
        (404 | 405, "") => Error::new(
            ErrorKind::BadConfig,
            "Zulip's API is not at zulip.site: write the organization's address, like https://chat.example.org.",
        ),
        (300..400, _) => {
            Error::new(ErrorKind::BadConfig, "zulip.site sends us elsewhere: write the address that the browser ends up at.")
        }
        (404, _) => Error::not_found(format!("Zulip has no such thing, or hides it from the bot.{words}")),
        (413, _) => Error::new(ErrorKind::Validation, format!("That is too large for Zulip.{words}")),
        // Turned away at the door: nothing was begun.
        (503, _) => {
            let after = after.and_then(|it| Duration::try_from_secs_f64(it).ok());
            Error::new(ErrorKind::Server, "Zulip is not available at the moment.").with_retry_after(after)
        }
        (502 | 504, _) => fate.of(Error::new(ErrorKind::Server, "Zulip is not available at the moment.")),
        (500.., _) => fate.of(Error::new(ErrorKind::Server, format!("Zulip failed ({}).{words}", status.as_u16()))),
        // `Invalid user ID`, `No such user`: Zulip tells by words only.
        (400, _) if words.contains("No such user") || words.contains("Invalid user") => {
            Error::not_found(format!("Zulip does not know that person.{words}"))
        }
        _ => Error::new(ErrorKind::Validation, format!("Zulip refuses this ({}).{words}", status.as_u16())),
    }
}

#[cfg(test)]
mod tests;
