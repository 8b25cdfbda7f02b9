//! A simulated GitLab 18: a server with state that answers as the real one does, with its pages, its error bodies and its roles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State as From},
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
};
use serde_json::{Map, Value, json};

use crate::standin::{
    ARCHIVE, Panel, Standin,
    report::{self, Listener},
};

mod answer;
mod deployments;
mod graphql;
mod hooks;
mod pipelines;
mod project;
mod repository;
mod route;
mod schedules;
mod seed;
mod state;
mod told;
mod work;

pub(super) use answer::{Answer, Asked};
pub(super) use state::State;

/// The token of the bot's account, which is an administrator's.
pub(super) const BOT_TOKEN: &str = "glpat-of-bellhop-0123456";

/// The OAuth application by which people let the bot in, and its secret.
pub(super) const CLIENT: (&str, &str) = ("bellhop-application-0001", "gloas-of-bellhop-0123456");

/// A GitLab with the projects `demo/printer` and `apollo/lander`, and three people.
#[derive(Clone, Default)]
pub(super) struct Simulated {
    state: Arc<Mutex<State>>,
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
            ("token".to_owned(), json!(BOT_TOKEN)),
            ("client_id".to_owned(), json!(CLIENT.0)),
            ("client_secret".to_owned(), json!(CLIENT.1)),
            ("project".to_owned(), json!("demo/printer")),
        ])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &Value, mark: char| {
            let project = state.path_of(it["project_id"].as_u64().unwrap_or_default());
            let people: Vec<&str> =
                it["assignees"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str()).collect();
            let key = format!("{project}{mark}{}", it["iid"]);
            vec![json!(key), it["title"].clone(), it["state"].clone(), json!(people.join(", "))]
        };
        let requests = state.merge_requests.iter().rev().map(|it| row(it, '!'));
        Panel {
            title: "Merge requests and issues".into(),
            header: ["#", "Title", "State", "Assignees"].map(str::to_owned).to_vec(),
            rows: requests.chain(state.issues.iter().rev().map(|it| row(it, '#'))).collect(),
        }
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, 5 << 20).await else {
        return respond(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let origin = format!("http://{}", text("host").unwrap_or("localhost"));
    let mut state = simulated.state();
    state.origin = origin;
    if parts.uri.path().starts_with("/-/storage/") {
        return Response::new(Body::from(ARCHIVE));
    }
    if let Some(answer) = sign_in(&mut state, &parts, &bytes) {
        return answer;
    }
    let bearer = text("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let token = text("private-token").or(bearer).unwrap_or_default();
    let Some((owner, scopes)) = state.owner_of(token) else {
        if !parts.uri.path().starts_with("/api/") {
            return page();
        }
        return respond(Answer::said(StatusCode::UNAUTHORIZED, "401 Unauthorized"));
    };
    let mut caller = owner;
    if let Some(login) = text("sudo") {
        if !(state.is_admin(owner) && scopes.iter().any(|it| it == "sudo")) {
            return respond(Answer::said(StatusCode::FORBIDDEN, "403 Forbidden - Must be admin to use sudo"));
        }
        match state.user_called(login) {
            Some(user) => caller = user,
            None => {
                let said = format!("404 User with ID or username '{login}' Not Found");
                return respond(Answer::said(StatusCode::NOT_FOUND, &said));
            }
        }
    }
    let reads = matches!(parts.method.as_str(), "GET" | "HEAD") || parts.uri.path() == "/api/graphql";
    if !scopes.iter().any(|it| it == "api" || (it == "read_api" && reads)) {
        return respond(Answer::insufficient_scope());
    }
    let body = match bytes.is_empty() {
        true => Value::Null,
        false => match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) => return respond(Answer::wrong("The request body is not valid JSON")),
        },
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { caller, query, body, scopes };
    if parts.uri.path() == "/api/graphql" {
        return respond(graphql::answer(&state, &asked));
    }
    let Some(path) = parts.uri.path().strip_prefix("/api/v4/") else { return page() };
    let segments: Vec<String> = path.split('/').map(answer::decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let before = (!reads).then(|| told::Before::of(&state));
    let answer = route::route(&mut state, parts.method.as_str(), &segments, &asked);
    report::send(before.map(|it| it.told(&state, caller)).unwrap_or_default());
    respond(answer)
}

/// The pages and the token server of OAuth applications, which want no token; none for what is the API's.
fn sign_in(state: &mut State, parts: &Parts, bytes: &Bytes) -> Option<Response<Body>> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    match parts.uri.path() {
        "/oauth/authorize" => {
            let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
            let people: Vec<(String, String)> = state.users.iter().map(|it| (text(it, "username"), text(it, "name"))).collect();
            Some(state.consents.agree("GitLab", &people, &query))
        }
        "/oauth/token" => Some(state.consents.token(&parts.headers, bytes)),
        "/oauth/revoke" => Some(state.consents.revoke(&parts.headers, bytes)),
        "/-/user_settings/applications" => Some(state.consents.settings("GitLab", &query)),
        _ => None,
    }
}

/// What a browser is shown: there is nothing to see.
fn page() -> Response<Body> {
    let text = "<!doctype html><title>GitLab</title><p>A simulated GitLab. Its API is below /api/v4.</p>";
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let kind = if answer.plain.is_some() { "text/plain; charset=utf-8" } else { "application/json" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("ratelimit-limit", HeaderValue::from_static("2000"));
    headers.insert("ratelimit-remaining", HeaderValue::from_static("1999"));
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(*name, value);
        }
    }
    *response.body_mut() = match (answer.plain, answer.body) {
        (Some(text), _) => Body::from(text),
        (None, Some(body)) => Body::from(body.to_string()),
        (None, None) => Body::empty(),
    };
    response
}
