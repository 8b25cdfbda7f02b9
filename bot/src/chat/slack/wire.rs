//! The one way to Slack's servers: time-out, size limit, and errors by class.
//!
//! It is the HTTP connector under slack-morphism's typed calls ([`typed`]), in place of its own: that one has
//! no time-out and no size limit, takes a page that is no JSON for an empty answer, hides response
//! headers (scopes, clock, Retry-After) and puts bodies into its errors. Nothing that Slack or a
//! proxy wrote reaches an error from here, except Slack's error codes, and no token ever does.

mod refusal;
mod typed;

use std::time::Duration;

use commands::{BoxFuture, Error, ErrorKind, Result};
use connectors::http::{Errand, Gate, Health, traced};
use reqwest::{Method, StatusCode, header::HeaderMap, redirect};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use self::refusal::{failed, not_slack, rate_limited, refused, retry_after};
pub use self::typed::ours;
use super::{
    install::credential::{Bearer, Credential},
    tiers,
};

/// The whole of one call, in time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a read waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// The largest answer that is read.
const LIMIT: usize = 4 << 20;

pub struct Wire {
    /// Before the Web API.
    gate: Gate,
    /// Before the host of every `response_url`, which is another than the API's.
    answers: Gate,
    http: reqwest::Client,
    base: Url,
    credential: Credential,
    /// The workspace that is meant, where the token is of a whole organization.
    team: Option<String>,
}

/// An answer that Slack gave with `"ok": true`.
#[derive(Debug)]
pub struct Reply {
    pub headers: HeaderMap,
    pub body: Value,
}

impl Wire {
    pub fn new(api_url: Url, credential: Credential, team: Option<String>) -> Result<Wire> {
        let base = base(api_url)?;
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT / 2)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("The HTTP client for Slack could not be set up."))?;
        Ok(Wire {
            gate: Gate::new("slack", "Slack"),
            answers: Gate::new("slack-responses", "Slack's response_url"),
            http,
            base,
            credential,
            team,
        })
    }

    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The workspace that is meant, where the token is of a whole organization.
    pub fn team(&self) -> Option<&str> {
        self.team.as_deref()
    }

    /// What keeps requests back at the moment, in words for people.
    pub fn kept_back(&self) -> Vec<Error> {
        [&self.gate, &self.answers].into_iter().filter_map(Gate::kept_back).collect()
    }

    /// Calls a Web API method with JSON arguments.
    pub async fn post<T: Serialize + ?Sized>(&self, method: &str, arguments: &T) -> Result<Reply> {
        self.send(self.http.post(self.method(method)?).json(arguments), method, None).await
    }

    /// Posts a message to a channel, which has a limit of its own within the method's.
    pub async fn say<T: Serialize + ?Sized>(&self, method: &str, channel: &str, arguments: &T) -> Result<Reply> {
        self.send(self.http.post(self.method(method)?).json(arguments), method, Some(channel)).await
    }

    /// Calls a method that only reads; those take no JSON.
    pub async fn get(&self, method: &str, arguments: &[(&str, &str)]) -> Result<Reply> {
        let mut request = self.http.get(self.method(method)?).query(arguments);
        if let Some(team) = self.team.as_ref().filter(|_| asks_which_team(method)) {
            request = request.query(&[("team_id", team)]);
        }
        self.send(request, method, None).await
    }

    /// Posts to a `response_url`, which needs no token and answers in its own way.
    pub async fn respond<T: Serialize + Sync>(&self, url: &Url, message: &T) -> Result<(StatusCode, String)> {
        let pass = self.answers.pass(Errand { pauses: &[url.as_str()], budget: None, patience: Duration::ZERO }).await?;
        let result = Box::pin(self.exchange_response(url, message)).await;
        let health = match &result {
            Ok(_) => Health::Answered,
            Err(err) if err.kind == ErrorKind::RateLimited => Health::Answered,
            Err(_) => Health::Failed,
        };
        pass.report(&Method::POST, health, result.as_ref().err());
        result.inspect_err(|err| {
            if let (ErrorKind::RateLimited, Some(wait)) = (err.kind, err.retry_after) {
                self.answers.pause(url.as_str(), wait);
            }
        })
    }

    async fn exchange_response<T: Serialize + Sync>(&self, url: &Url, message: &T) -> Result<(StatusCode, String)> {
        // Its path is a secret.
        let span = traced::client(&Method::POST, "response_url", url, 1);
        let request = self.http.post(url.clone()).headers(traced::headers(&span)).json(message);
        let answer = request.send().await.map_err(|err| unreachable(&err, Repeats::Yes));
        let failure = answer.as_ref().err().map(|err| err.kind.name());
        traced::answered(&span, answer.as_ref().ok().map(reqwest::Response::status), failure);
        let answer = answer?;
        let status = answer.status();
        let after = retry_after(answer.headers());
        let body = read(answer, LIMIT).await.map_err(|err| maybe(err, Repeats::Yes))?;
        match status {
            StatusCode::TOO_MANY_REQUESTS => Err(rate_limited(after)),
            StatusCode::SERVICE_UNAVAILABLE => Err(failed(status).with_retry_after(after)),
            status if status.is_server_error() => Err(maybe(failed(status), Repeats::Yes)),
            // Slack answers `ok`, and whatever stands in front of it answers 200 too.
            _ if is_page(&body) => Err(not_slack()),
            status => Ok((status, String::from_utf8_lossy(&body).into_owned())),
        }
    }

    /// Fetches a file that the bot may see. The caller has checked where the address leads.
    pub async fn fetch(&self, url: Url, limit: usize) -> Result<(HeaderMap, Vec<u8>)> {
        let bearer = self.credential.bearer().await?;
        let answer =
            self.http.get(url).bearer_auth(bearer.expose()).send().await.map_err(|err| unreachable(&err, Repeats::No))?;
        if answer.status() != StatusCode::OK {
            return Err(failed(answer.status()));
        }
        Ok((answer.headers().clone(), read(answer, limit).await?))
    }

    /// Sends a file's bytes to the address that Slack gave for them, which needs no token. Nobody sees it yet.
    pub async fn upload(&self, url: Url, bytes: Vec<u8>) -> Result<()> {
        let answer = self.http.post(url).body(bytes).send().await.map_err(|err| unreachable(&err, Repeats::No))?;
        let (status, after) = (answer.status(), retry_after(answer.headers()));
        match status {
            StatusCode::OK => Ok(()),
            StatusCode::TOO_MANY_REQUESTS => Err(rate_limited(after)),
            status => Err(failed(status)),
        }
    }

    fn method(&self, method: &str) -> Result<Url> {
        self.base.join(method).map_err(|_| Error::internal(format!("`{method}` is no method of Slack's.")))
    }

    /// One request, through pauses, budget and breaker. Slack counts per method; of a post it may mean
    /// the channel alone, so only when a second channel is refused as well the method waits as a whole.
    ///
    /// A token that Slack does not take is renewed, or the newer one taken, and the request made once more.
    fn send<'a>(
        &'a self,
        request: reqwest::RequestBuilder,
        method: &'a str,
        channel: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(self.sent(request, method, channel))
    }

    async fn sent(&self, request: reqwest::RequestBuilder, method: &str, channel: Option<&str>) -> Result<Reply> {
        let again = request.try_clone();
        let bearer = self.credential.bearer().await?;
        let (code, err) = match self.send_with(&bearer, request, method, channel).await {
            Ok(reply) => return Ok(reply),
            Err(Unsent { token: Some(code), err }) => (code, err),
            Err(Unsent { token: None, err }) => return Err(err),
        };
        let bearer = self.credential.after_refusal(code, &bearer, err.clone()).await?;
        let Some(again) = again else { return Err(err) };
        match Box::pin(self.send_with(&bearer, again, method, channel)).await {
            Ok(reply) => Ok(reply),
            Err(Unsent { token: Some(code), err }) => {
                Err(self.credential.after_refusal(code, &bearer, err.clone()).await.err().unwrap_or(err))
            }
            Err(Unsent { token: None, err }) => Err(err),
        }
    }

    async fn send_with(
        &self,
        bearer: &Bearer,
        request: reqwest::RequestBuilder,
        method: &str,
        channel: Option<&str>,
    ) -> Result<Reply, Unsent> {
        let (client, request) = request.bearer_auth(bearer.expose()).build_split();
        let mut request = request.map_err(|_| Error::internal("A request to Slack could not be put together."))?;
        let verb = request.method().clone();
        let in_channel = format!("{method} {}", channel.unwrap_or_default());
        let repeats = repeats(method);
        let errand = Errand {
            pauses: &[method, &in_channel],
            budget: tiers::allowance(method).map(|it| (method, it)),
            // A post goes back to the queue, which knows what else can be done meanwhile.
            patience: if repeats == Repeats::Yes { Duration::ZERO } else { PATIENCE },
        };
        let pass = self.gate.pass(errand).await?;
        let span = traced::client(&verb, method, &self.base, 1);
        request.headers_mut().extend(traced::headers(&span));
        let (status, (health, result)) = match client.execute(request).await {
            Ok(answer) => (Some(answer.status()), judged(answer, repeats).await),
            Err(err) => (None, (Health::Failed, Err(unreachable(&err, repeats).into()))),
        };
        traced::answered(&span, status, result.as_ref().err().map(|it| it.err.kind.name()));
        pass.report(&verb, health, result.as_ref().err().map(|it| &it.err));
        result.inspect_err(|Unsent { err, .. }| {
            let (ErrorKind::RateLimited, Some(wait)) = (err.kind, err.retry_after) else { return };
            let all = channel.is_none() || self.gate.pauses_another(&format!("{method} "), &in_channel);
            self.gate.pause(if all { method } else { &in_channel }, wait);
        })
    }
}

/// Why there is no reply.
struct Unsent {
    /// Slack's code, where it is the token that Slack did not take.
    token: Option<&'static str>,
    err: Error,
}

impl From<Error> for Unsent {
    fn from(err: Error) -> Unsent {
        Unsent { token: None, err }
    }
}

/// The address of the API, with a slash at its end.
///
/// # Errors
/// [`ErrorKind::BadConfig`] when it cannot be one.
pub fn base(mut base: Url) -> Result<Url> {
    if !matches!(base.scheme(), "https" | "http")
        || base.host().is_none()
        || !base.username().is_empty()
        || base.query().is_some()
    {
        let message = format!("`api_url` in [slack] is no address of an API: write one such as {}", super::api_url());
        return Err(Error::new(ErrorKind::BadConfig, message));
    }
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    Ok(base)
}

/// Methods that take no other word for the workspace than `team_id`, with the token of an organization:
/// <https://docs.slack.dev/enterprise/developing-for-enterprise-orgs>.
fn asks_which_team(method: &str) -> bool {
    matches!(
        method,
        "conversations.list" | "users.list" | "users.conversations" | "usergroups.list" | "emoji.list" | "files.list"
    )
}

/// What an answer says about Slack, and to whoever asked.
async fn judged(answer: reqwest::Response, repeats: Repeats) -> (Health, Result<Reply, Unsent>) {
    let (status, headers) = (answer.status(), answer.headers().clone());
    if status == StatusCode::TOO_MANY_REQUESTS {
        return (Health::Answered, Err(rate_limited(retry_after(&headers)).into()));
    }
    if status != StatusCode::OK {
        let err = failed(status).with_retry_after(retry_after(&headers));
        // A 503 is of those that did not begin.
        let err = if matches!(status.as_u16(), 500 | 502 | 504) { maybe(err, repeats) } else { err };
        return (if status.is_server_error() { Health::Failed } else { Health::Answered }, Err(err.into()));
    }
    let bytes = match read(answer, LIMIT).await {
        Ok(bytes) => bytes,
        Err(err) => return (Health::Failed, Err(maybe(err, repeats).into())),
    };
    let Ok(body) = serde_json::from_slice::<Value>(&bytes) else {
        // A login page let nothing through; what is cut or empty may be Slack's own.
        let err = if is_page(&bytes) { not_slack() } else { maybe(not_slack(), repeats) };
        return (Health::Failed, Err(err.into()));
    };
    match body["ok"].as_bool() {
        Some(true) => (Health::Answered, Ok(Reply { headers, body })),
        Some(false) => {
            let err = refused(&body, &headers);
            match body["error"].as_str() {
                // "It's possible some aspect of the operation succeeded", says Slack of these two.
                Some("internal_error" | "fatal_error") => (Health::Failed, Err(maybe(err, repeats).into())),
                Some("service_unavailable" | "request_timeout") => (Health::Failed, Err(err.into())),
                code => (Health::Answered, Err(Unsent { token: code.and_then(of_the_token), err })),
            }
        }
        None => {
            let message = "Slack's address answered without saying whether it worked. Is `slack.api_url` right?";
            (Health::Failed, Err(maybe(Error::new(ErrorKind::Server, message), repeats).into()))
        }
    }
}

/// The codes that say that it is the token.
fn of_the_token(code: &str) -> Option<&'static str> {
    ["token_expired", "token_revoked", "account_inactive", "invalid_auth"].into_iter().find(|it| *it == code)
}

/// Whether doing a call twice is seen by people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeats {
    Yes,
    No,
}

fn repeats(method: &str) -> Repeats {
    if method.starts_with("chat.post") || method == "files.completeUploadExternal" { Repeats::Yes } else { Repeats::No }
}

fn maybe(err: Error, repeats: Repeats) -> Error {
    match repeats {
        Repeats::Yes => err.maybe_done(),
        Repeats::No => err,
    }
}

/// reqwest's own words may hold addresses, and a `response_url` is a secret: they are not used.
fn unreachable(err: &reqwest::Error, repeats: Repeats) -> Error {
    if err.is_connect() {
        return Error::new(ErrorKind::Network, "Slack could not be reached. Check the network, and `slack.api_url`.");
    }
    let (kind, message) = match err.is_timeout() {
        true => (ErrorKind::Timeout, "Slack did not answer within 10 seconds."),
        false => (ErrorKind::Network, "The connection to Slack broke."),
    };
    maybe(Error::new(kind, message), repeats)
}

async fn read(mut answer: reqwest::Response, limit: usize) -> Result<Vec<u8>> {
    let large = || Error::new(ErrorKind::Server, format!("Slack's answer is larger than {} MB.", limit >> 20));
    if answer.content_length().is_some_and(|it| it > limit as u64) {
        return Err(large());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|err| unreachable(&err, Repeats::No))? {
        if bytes.len() + chunk.len() > limit {
            return Err(large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Whether it is a web page, such as a proxy's for logging in.
fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}
