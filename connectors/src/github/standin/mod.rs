//! A simulated GitHub: REST and what is used of GraphQL, with state, permissions, pages and limits as the real one has them.
//!
//! It was written from GitHub's published description and documentation; what it answers is what its clients go by: status
//! codes, `message` and `errors` of refusals, `Link` headers, `X-RateLimit-*`, node ids, the 405 of a merge that cannot be.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};

use crate::standin::{Panel, Standin, report};

mod actions;
mod alerts;
mod answer;
mod contents;
mod figures;
mod graphql;
mod hooks;
mod issues;
mod organize;
mod page;
mod people;
mod pulls;
mod search;
mod shown;
mod state;
mod world;

pub(super) use answer::{Answer, Asked};
pub(super) use state::State;
#[cfg(test)]
pub(super) use state::{Commit, Issue, Pull, Run};

/// The bot's token, of an account that may do everything.
pub(super) const TOKEN: &str = "github-token-of-bellhop";
/// A token of Ana's, which proves who she is.
pub(super) const TOKEN_OF_ANA: &str = "github-token-of-ana";
/// Given out to the App for a while.
pub(super) const INSTALLATION_TOKEN: &str = "github-token-of-the-installation";
/// The OAuth app by which people let the bot in, and its secret.
pub(super) const CLIENT: (&str, &str) = ("Ov23bellhopoauth0001", "github-secret-of-the-oauth-app");
/// The App that knows the key in `fixtures/app.pem`.
pub(super) const APP_ID: &str = "Iv23bellhop";
/// The only installation of the App.
pub(super) const INSTALLATION: u64 = 4242;
const APP_KEY: &[u8] = include_bytes!("app.pub.pem");

/// A GitHub with two repositories and three people.
#[derive(Clone)]
pub(super) struct Simulated {
    state: Arc<Mutex<State>>,
}

impl Default for Simulated {
    fn default() -> Simulated {
        Simulated { state: Arc::new(Mutex::new(world::world())) }
    }
}

pub(super) fn new() -> Box<dyn Standin> {
    Box::new(Simulated::default())
}

impl Simulated {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held leaves plain data behind, which is still good to serve.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standin for Simulated {
    fn router(&self) -> Router {
        Router::new().fallback(serve).with_state(self.clone())
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        Map::from_iter([
            ("url".to_owned(), json!(url)),
            ("token".to_owned(), json!(TOKEN)),
            ("client_id".to_owned(), json!(CLIENT.0)),
            ("client_secret".to_owned(), json!(CLIENT.1)),
            ("repo".to_owned(), json!("example/demo")),
        ])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(report::Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let mut rows = Vec::new();
        for repo in &state.repos {
            for issue in repo.issues.iter().rev() {
                let kind = if issue.pull.is_some() { "pull request" } else { "issue" };
                let key = format!("{}#{}", repo.full_name(), issue.number);
                rows.push(vec![
                    json!(key),
                    json!(kind),
                    json!(issue.title),
                    json!(issue.shown_state()),
                    json!(issue.assignees.join(", ")),
                ]);
            }
        }
        let header = ["#", "What", "Title", "State", "Assignees"].map(str::to_owned).to_vec();
        Panel { title: "Issues and pull requests".into(), header, rows }
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Account(String),
    /// The App itself, by its signature.
    App,
    /// The App in its installation.
    Installation,
}

impl Caller {
    /// As whom it writes.
    pub fn login(&self) -> &str {
        match self {
            Caller::Account(login) => login,
            Caller::App | Caller::Installation => "bellhop[bot]",
        }
    }
}

fn caller(state: &State, headers: &HeaderMap) -> Option<Caller> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let token = given.strip_prefix("Bearer ").or_else(|| given.strip_prefix("token "))?;
    match token {
        TOKEN if !state.token_is_dead => return Some(Caller::Account("bellhop-bot".into())),
        TOKEN_OF_ANA => return Some(Caller::Account("ana".into())),
        INSTALLATION_TOKEN => return Some(Caller::Installation),
        _ => {}
    }
    if let Some((login, _)) = state.consents.owner(token) {
        return Some(Caller::Account(login.to_owned()));
    }
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[APP_ID]);
    validation.set_required_spec_claims(&["iat", "exp", "iss"]);
    let key = DecodingKey::from_rsa_pem(APP_KEY).ok()?;
    jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok().then_some(Caller::App)
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 5 << 20).await else {
        return respond(Answer::refused(StatusCode::PAYLOAD_TOO_LARGE, "Payload too large"), None);
    };
    let host = parts.headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("localhost");
    let origin = format!("http://{host}");
    let mut state = simulated.state();
    // Where logs and archives lie is another server, which wants no credentials.
    if let Some(job) = parts.uri.path().strip_prefix("/_logs/") {
        return actions::log_file(&state, job);
    }
    if let Some(artifact) = parts.uri.path().strip_prefix("/_artifacts/") {
        return actions::archive(&state, artifact);
    }
    if let Some(answer) = sign_in(&mut state, &parts, &bytes) {
        return answer;
    }
    let is_browser = parts.method == Method::GET && !parts.headers.contains_key(header::AUTHORIZATION);
    if is_browser && let Some(page) = page::respond(&state, parts.uri.path()) {
        return page;
    }
    if !parts.headers.contains_key(header::USER_AGENT) {
        return respond(Answer::refused(StatusCode::FORBIDDEN, "Request forbidden by administrative rules."), None);
    }
    let Some(caller) = caller(&state, &parts.headers) else {
        return respond(Answer::refused(StatusCode::UNAUTHORIZED, "Bad credentials"), None);
    };
    let body = match read(&bytes) {
        Ok(body) => body,
        Err(answer) => return respond(answer, None),
    };
    state.used += 1;
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let path = parts.uri.path().to_owned();
    // An Enterprise Server has its API below these.
    let below = path.strip_prefix("/api/v3").or_else(|| path.strip_prefix("/api").filter(|it| *it == "/graphql"));
    let decoded: Vec<String> = below.unwrap_or(&path).trim_matches('/').split('/').map(decode).collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let asked = Asked { caller, query, body, origin, path, headers: &parts.headers };
    let answer = route(&mut state, &parts.method, &segments, &asked);
    report::send(std::mem::take(&mut state.reports));
    respond(answer, Some(&state))
}

/// The pages and the token server of OAuth apps, which want no token; none for what is the API's.
fn sign_in(state: &mut State, parts: &Parts, bytes: &Bytes) -> Option<Response<Body>> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    match parts.uri.path() {
        "/login/oauth/authorize" => {
            let people: Vec<(String, String)> = state.users.iter().map(|it| (it.login.clone(), it.name.clone())).collect();
            Some(state.consents.agree("GitHub", &people, &query))
        }
        "/login/oauth/access_token" => Some(state.consents.token(&parts.headers, bytes)),
        "/settings/applications" => Some(state.consents.settings("GitHub", &query)),
        path if parts.method == Method::DELETE && path.ends_with("/grant") && path.contains("/applications/") => {
            Some(state.consents.give_back(&parts.headers, bytes))
        }
        _ => None,
    }
}

fn read(bytes: &Bytes) -> Result<Value, Answer> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|_| Answer::refused(StatusCode::BAD_REQUEST, "Problems parsing JSON"))
}

fn decode(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = segment.get(at + 1..at + 3).and_then(|it| u8::from_str_radix(it, 16).ok());
        match hex.filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    let method = method.as_str();
    if asked.caller == Caller::App {
        return people::app(state, method, path);
    }
    match (method, path) {
        ("GET", ["user"]) if asked.caller == Caller::Installation => {
            Answer::refused(StatusCode::FORBIDDEN, "Resource not accessible by integration")
        }
        ("GET", ["user"]) => people::user(state, asked.caller.login()).with_scopes(state),
        ("GET", ["users", login]) => people::user(state, login),
        ("GET", ["user", "repos"]) => people::repositories(state, asked),
        ("GET", ["installation", "repositories"]) => people::installed(state, asked),
        ("GET", ["orgs", org, "teams", team, "memberships", login]) => people::membership(state, org, team, login),
        ("GET", ["orgs", org, "events"]) => people::events(state, asked, |it| it.starts_with(&format!("{org}/"))),
        (_, ["orgs", org, "hooks", rest @ ..]) => {
            let of = (*org).to_owned();
            if state.repos.iter().all(|it| it.owner != of) {
                return Answer::not_found();
            }
            hooks::route(state, &of, method, rest, asked)
        }
        ("GET", ["rate_limit"]) => people::rate_limit(state),
        ("GET", ["search", what]) => search::search(state, what, asked),
        ("POST", ["graphql"]) => graphql::serve(state, asked),
        (_, ["repos", owner, name, rest @ ..]) => {
            let full = format!("{owner}/{name}");
            let Some(at) = state.repos.iter().position(|it| it.full_name().eq_ignore_ascii_case(&full)) else {
                let renamed = state.repos.iter().find(|it| it.former.contains(&full));
                return renamed.map_or_else(Answer::not_found, |it| Answer::moved(asked, it.id, rest));
            };
            repository(state, at, method, rest, asked)
        }
        // What it sends on to.
        (_, ["repositories", id, rest @ ..]) => match state.repos.iter().position(|it| it.id.to_string() == *id) {
            Some(at) => repository(state, at, method, rest, asked),
            None => Answer::not_found(),
        },
        _ => Answer::not_found(),
    }
}

fn repository(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    if path.iter().any(|it| state.lacks.contains(it)) {
        return Answer::forbidden("Resource not accessible by personal access token");
    }
    match (method, path) {
        ("GET", []) => Answer::ok(shown::repo(&state.repos[at], asked)),
        ("GET", ["collaborators", login, "permission"]) => people::permission(state, at, login),
        ("GET", ["events"]) => {
            let full = state.repos[at].full_name();
            people::events(state, asked, |it| it == full)
        }
        (_, ["hooks", rest @ ..]) => {
            let of = state.repos[at].full_name();
            hooks::route(state, &of, method, rest, asked)
        }
        (_, ["issues", ..]) => issues::route(state, at, method, path, asked),
        (_, ["labels" | "milestones", ..]) => organize::route(state, at, method, path, asked),
        (_, ["pulls", ..]) => pulls::route(state, at, method, path, asked),
        (_, ["dependabot" | "code-scanning" | "secret-scanning", ..]) => alerts::route(state, at, method, path, asked),
        (_, ["actions", ..]) => actions::route(state, at, method, path, asked),
        _ => contents::route(state, at, method, path, asked),
    }
}

fn respond(answer: Answer, state: Option<&State>) -> Response<Body> {
    let mut response = Response::new(answer.body.map_or_else(Body::empty, |it| Body::from(it.to_string())));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    if let Some(state) = state {
        let left = State::LIMIT.saturating_sub(state.used);
        for (name, value) in
            [("x-ratelimit-limit", State::LIMIT), ("x-ratelimit-remaining", left), ("x-ratelimit-reset", state.resets())]
        {
            headers.insert(name, HeaderValue::from(value));
        }
        headers.insert("x-ratelimit-resource", HeaderValue::from_static("core"));
        if let Some(version) = state.enterprise.as_deref().and_then(|it| HeaderValue::from_str(it).ok()) {
            headers.insert("x-github-enterprise-version", version);
        }
    }
    response
}
