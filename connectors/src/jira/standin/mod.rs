//! A simulated Jira, Cloud or Data Center: a server with state that answers as the real ones do, with their status codes,
//! their sentences, and each its own pages, people and texts. It knows enough of JQL to play with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{Method, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Deployment;
use crate::standin::{
    Panel, Standin,
    report::{self, Listener},
};

mod agile;
mod change;
mod issues;
mod jql;
mod people;
mod places;
mod seed;
mod state;
mod told;
mod values;

pub(super) use state::{Issue, State};

/// The address of the bot's account on Cloud, and its token on both.
pub(super) const BOT_EMAIL: &str = "bellhop@example.org";
pub(super) const BOT_TOKEN: &str = "jira-token-of-bellhop";
/// Another person's token, which proves who they are.
#[cfg(test)]
pub(super) const ANA_TOKEN: &str = "jira-token-of-ana";

/// A Jira with two projects and three people.
#[derive(Clone)]
pub(super) struct Simulated {
    state: Arc<Mutex<State>>,
}

pub(super) fn new() -> Box<dyn Standin> {
    Box::new(Simulated::at(Deployment::Cloud, Timestamp::now()))
}

impl Simulated {
    /// One whose history leads up to `now`.
    pub(super) fn at(deployment: Deployment, now: Timestamp) -> Simulated {
        Simulated { state: Arc::new(Mutex::new(seed::state(deployment, now))) }
    }

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
        let mut settings = Map::from_iter([("url".to_owned(), json!(url)), ("token".to_owned(), json!(BOT_TOKEN))]);
        if self.state().deployment == Deployment::Cloud {
            settings.insert("email".into(), json!(BOT_EMAIL));
        }
        settings
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &Issue| {
            let assignee = it.assignee.map(|at| state.people[at].name).unwrap_or_default();
            let status = state::STATUSES[it.status].1;
            let sprint = it.sprints.last().and_then(|id| state.sprints.iter().find(|it| it.id == *id)).map(|it| it.name.clone());
            vec![
                json!(it.key),
                json!(it.summary),
                json!(status),
                json!(it.priority),
                json!(assignee),
                json!(sprint.unwrap_or_default()),
            ]
        };
        Panel {
            title: "Issues".into(),
            header: ["Key", "Summary", "Status", "Priority", "Assignee", "Sprint"].map(str::to_owned).to_vec(),
            rows: state.issues.iter().rev().map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
struct Asked<'a> {
    /// Who asks: a place among the people.
    caller: usize,
    query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    body: Value,
    bytes: &'a Bytes,
    /// Where links lead.
    origin: String,
}

impl Asked<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.get(key)?.parse().ok()
    }

    /// Part of a list as most of Jira's paths give it.
    fn page(&self, key: &str, all: Vec<Value>) -> Answer {
        let (start, most) = (self.number("startAt").unwrap_or(0), self.number("maxResults").unwrap_or(50).clamp(1, 1000));
        let total = all.len();
        let items: Vec<Value> = all.into_iter().skip(start).take(most).collect();
        let last = start + items.len() >= total;
        Answer::json(json!({ key: items, "startAt": start, "maxResults": most, "total": total, "isLast": last }))
    }
}

struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// Where it is instead.
    location: Option<String>,
    /// What is no JSON.
    file: Option<Box<[u8]>>,
}

impl Answer {
    fn of(status: StatusCode, body: Option<Value>) -> Answer {
        Answer { status, body, location: None, file: None }
    }

    fn elsewhere(location: String) -> Answer {
        Answer { location: Some(location), ..Answer::of(StatusCode::SEE_OTHER, None) }
    }

    /// What a file holds.
    fn stored(state: &State, id: &str) -> Answer {
        match state.attachment(id) {
            Some(it) => Answer { file: Some(it.content.as_slice().into()), ..Answer::of(StatusCode::OK, None) },
            None => Answer::nowhere(),
        }
    }

    fn json(body: Value) -> Answer {
        Answer::of(StatusCode::OK, Some(body))
    }

    fn created(body: Value) -> Answer {
        Answer::of(StatusCode::CREATED, Some(body))
    }

    fn no_content() -> Answer {
        Answer::of(StatusCode::NO_CONTENT, None)
    }

    fn refused(status: StatusCode, message: impl Into<String>) -> Answer {
        Answer::of(status, Some(json!({ "errorMessages": [message.into()], "errors": {} })))
    }

    fn invalid(message: impl Into<String>) -> Answer {
        Answer::refused(StatusCode::BAD_REQUEST, message)
    }

    fn fields(errors: Map<String, Value>) -> Answer {
        Answer::of(StatusCode::BAD_REQUEST, Some(json!({ "errorMessages": [], "errors": errors })))
    }

    fn field(name: &str, message: impl Into<String>) -> Answer {
        Answer::fields(Map::from_iter([(name.to_owned(), json!(message.into()))]))
    }

    fn forbidden(message: &str) -> Answer {
        Answer::refused(StatusCode::FORBIDDEN, message)
    }

    fn no_issue() -> Answer {
        Answer::refused(StatusCode::NOT_FOUND, "Issue does not exist or you do not have permission to see it.")
    }

    fn not_found(message: impl Into<String>) -> Answer {
        Answer::refused(StatusCode::NOT_FOUND, message)
    }

    /// Of a path that there is not: a page, as Jira's.
    fn nowhere() -> Answer {
        Answer::of(StatusCode::NOT_FOUND, None)
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 20 << 20).await else {
        return respond(Answer::refused(StatusCode::PAYLOAD_TOO_LARGE, "The attachment is too large."));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let origin = format!("http://{}", text("host").unwrap_or("localhost"));
    let mut state = simulated.state();
    let path: Vec<String> = parts.uri.path().trim_matches('/').split('/').map(decoded).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let is_cloud = state.deployment == Deployment::Cloud;
    let (api, rest) = match path.as_slice() {
        ["rest", "api", "2", rest @ ..] => ("2", rest),
        ["rest", "api", "3", rest @ ..] if is_cloud => ("3", rest),
        ["rest", "agile", "1.0", rest @ ..] if state.software => ("agile", rest),
        // Data Center moved them with version 10.
        ["rest", "webhooks", "1.0", rest @ ..] if !state.has_new_webhooks() => ("webhooks", rest),
        ["rest", "jira-webhook", "1.0", rest @ ..] if state.has_new_webhooks() => ("webhooks", rest),
        ["secure", "attachment", ..] if !is_cloud => ("files", &path[2..]),
        ["_media", id] if is_cloud => return respond(Answer::stored(&state, id)),
        _ => return respond(Answer::nowhere()),
    };
    if rest == ["serverInfo"] {
        return respond(Answer::json(values::server(&state, &origin)));
    }
    let Some(caller) = caller(&state, text("authorization")) else {
        let message = if is_cloud {
            "Client must be authenticated to access this resource."
        } else {
            "You are not authenticated. Authentication required to perform this operation."
        };
        return respond(Answer::of(StatusCode::UNAUTHORIZED, Some(json!({ "message": message, "status-code": 401 }))));
    };
    if !state.may("SCOPES") {
        let body = json!({ "code": 401, "message": "Unauthorized; scope does not match" });
        return respond(Answer::of(StatusCode::UNAUTHORIZED, Some(body)));
    }
    let is_file = text("content-type").is_some_and(|it| it.starts_with("multipart/form-data"));
    if is_file && text("x-atlassian-token") != Some("no-check") {
        return respond(Answer::of(StatusCode::FORBIDDEN, Some(json!("XSRF check failed"))));
    }
    let body = match is_file || bytes.is_empty() {
        true => Value::Null,
        false => match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) => return respond(Answer::invalid("Unexpected character in the JSON of the request.")),
        },
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { caller, query, body, bytes: &bytes, origin };
    let before = (parts.method != Method::GET).then(|| told::Before::of(&state));
    let answer = match api {
        "agile" => agile::route(&mut state, &parts.method, rest, &asked),
        "webhooks" => told::webhooks(&mut state, &parts.method, rest, &asked),
        "files" => Answer::stored(&state, rest.first().copied().unwrap_or_default()),
        _ => route(&mut state, &parts.method, rest, &asked),
    };
    report::send(before.map(|it| it.told(&state, &asked)).unwrap_or_default());
    respond(answer)
}

fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    issues::route(state, method, path, asked)
        .or_else(|| people::route(state, method, path, asked))
        .or_else(|| places::route(state, method, path, asked))
        .unwrap_or_else(Answer::nowhere)
}

fn caller(state: &State, authorization: Option<&str>) -> Option<usize> {
    let given = authorization?;
    if let Some(basic) = given.strip_prefix("Basic ").filter(|_| state.deployment == Deployment::Cloud) {
        let text = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
        let (email, token) = text.split_once(':')?;
        return state.people.iter().position(|it| it.email == email && it.token == Some(token));
    }
    let token = given.strip_prefix("Bearer ").filter(|_| state.deployment == Deployment::DataCenter)?;
    state.people.iter().position(|it| it.token == Some(token))
}

fn decoded(part: &str) -> String {
    let form = part.replace('+', "%2B");
    let pair = format!("a={form}");
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, it)| it.into_owned()).unwrap_or_default()
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", header::HeaderValue::from_static("350"));
    headers.insert("x-ratelimit-remaining", header::HeaderValue::from_static("340"));
    if let Some(location) = answer.location.and_then(|it| header::HeaderValue::from_str(&it).ok()) {
        headers.insert(header::LOCATION, location);
    }
    if let Some(file) = answer.file {
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/octet-stream"));
        *response.body_mut() = Body::from(file.into_vec());
    } else if let Some(body) = answer.body {
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json;charset=UTF-8"));
        *response.body_mut() = Body::from(body.to_string());
    }
    response
}
