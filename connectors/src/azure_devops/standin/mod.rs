//! A simulated Azure DevOps Services, one organization: a server with state that answers as the real one does.
//!
//! It may be asked with the organization's name in front (`/example/…`, as the cloud is) or without (as a server's
//! collection of its own is), and gives out tokens to an app of Entra at `/login`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State as From},
    http::{HeaderValue, Method, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::standin::{
    ARCHIVE, Panel, Standin,
    report::{self, Listener},
};

mod git;
mod hooks;
mod items;
mod parts;
mod pipelines;
mod reviews;
mod state;
mod told;
mod wiki;
mod wiql;

pub(super) use state::State;

/// The bot's personal access token.
pub(super) const TOKEN: &str = "azure-token-of-bellhop-0123456789";
/// The secret of the bot's app in Entra, and the token that it is given for it.
pub(super) const APP_SECRET: &str = "azure-secret-of-the-app";
const APP_TOKEN: &str = "entra-token-of-bellhop";

/// An organization with the projects `demo` and `apollo`, and three people.
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
        let organization = json!(format!("{url}/example"));
        Map::from_iter([
            ("url".to_owned(), organization.clone()),
            ("identity_url".to_owned(), organization.clone()),
            ("search_url".to_owned(), organization),
            ("token".to_owned(), json!(TOKEN)),
            ("project".to_owned(), json!("demo")),
        ])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &Value| {
            let fields = &it["fields"];
            let assignee = fields["System.AssignedTo"]["displayName"].as_str().unwrap_or_default();
            vec![
                it["id"].clone(),
                fields["System.WorkItemType"].clone(),
                fields["System.Title"].clone(),
                fields["System.State"].clone(),
                json!(assignee),
            ]
        };
        Panel {
            title: "Work items".into(),
            header: ["#", "Type", "Title", "State", "Assigned to"].map(str::to_owned).to_vec(),
            rows: state.items.iter().rev().map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
pub(super) struct Asked {
    query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    body: Value,
    /// The body as it came.
    bytes: Vec<u8>,
    /// The version that is to be changed.
    if_match: Option<String>,
}

impl Asked {
    fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    fn number(&self, key: &str, default: usize) -> usize {
        self.get(key).and_then(|it| it.parse().ok()).unwrap_or(default)
    }
}

pub(super) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// What is no JSON: its type, and what it holds.
    file: Option<(&'static str, Vec<u8>)>,
    /// What leads to the next page.
    next: Option<String>,
    /// Of what is written about, where it has any.
    version: Option<String>,
}

impl Answer {
    fn json(body: Value) -> Answer {
        Answer { body: Some(body), ..Answer::empty(StatusCode::OK) }
    }

    fn file(kind: &'static str, bytes: impl Into<Vec<u8>>) -> Answer {
        Answer { file: Some((kind, bytes.into())), ..Answer::empty(StatusCode::OK) }
    }

    fn list(all: Vec<Value>) -> Answer {
        Answer::json(json!({ "count": all.len(), "value": all }))
    }

    /// One page, by `$top` and a token.
    fn paged(asked: &Asked, all: Vec<Value>) -> Answer {
        let (top, from) = (asked.number("$top", 100), asked.number("continuationToken", 0));
        let next = (from + top < all.len()).then(|| (from + top).to_string());
        Answer { next, ..Answer::list(all.into_iter().skip(from).take(top).collect()) }
    }

    fn empty(status: StatusCode) -> Answer {
        Answer { status, body: None, file: None, next: None, version: None }
    }

    fn refused(status: StatusCode, kind: &str, message: &str) -> Answer {
        let body = json!({
            "$id": "1", "innerException": null, "message": message, "typeName": format!("Microsoft.{kind}, Microsoft"),
            "typeKey": kind, "errorCode": 0, "eventId": 3000,
        });
        Answer { body: Some(body), ..Answer::empty(status) }
    }

    fn not_found(kind: &str, message: &str) -> Answer {
        Answer::refused(StatusCode::NOT_FOUND, kind, message)
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, 5 << 20).await else {
        return respond(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let path: Vec<String> = parts.uri.path().trim_matches('/').split('/').map(decoded).collect();
    let mut path: Vec<&str> = path.iter().map(String::as_str).collect();
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().collect();
    if let ["login", .., "token"] = path.as_slice() {
        let secret = form.iter().any(|(name, value)| name == "client_secret" && value == APP_SECRET);
        return respond(match secret {
            true => Answer::json(json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": APP_TOKEN })),
            false => Answer {
                body: Some(
                    json!({ "error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided." }),
                ),
                ..Answer::empty(StatusCode::UNAUTHORIZED)
            },
        });
    }
    let mut state = simulated.state();
    let basic = format!("Basic {}", STANDARD.encode(format!(":{TOKEN}")));
    let given = text("authorization");
    let person =
        state.people.iter().find(|it| given == format!("Basic {}", STANDARD.encode(format!(":azure-token-of-{}", it.0))));
    let caller = match person {
        Some(person) => person.0,
        None if given == basic || given == format!("Bearer {APP_TOKEN}") => "bellhop",
        // Who asks for no page to sign in at is told so.
        None if text("x-tfs-fedauthredirect") == "Suppress" => return respond(Answer::empty(StatusCode::UNAUTHORIZED)),
        None => {
            let page = "<!doctype html><title>Azure DevOps Services | Sign In</title>";
            let mut response = Response::new(Body::from(page));
            *response.status_mut() = StatusCode::NON_AUTHORITATIVE_INFORMATION;
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            return response;
        }
    };
    if path.first() == Some(&"example") {
        path.remove(0);
    }
    state.origin = format!("http://{}/example", text("host"));
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
    let if_match = Some(text("if-match").to_owned()).filter(|it| !it.is_empty());
    let asked = Asked { query, body, bytes: bytes.to_vec(), if_match };
    // Where files lie, there is another API than this one.
    if let ["_apis", "artifact", _, "content"] = path.as_slice() {
        return respond(Answer::file("application/zip", ARCHIVE));
    }
    if asked.get("api-version").is_none() {
        let said = "No api-version was supplied for the request. It is required.";
        return respond(Answer::refused(StatusCode::BAD_REQUEST, "VssVersionNotSpecifiedException", said));
    }
    let is_patch = text("content-type") == "application/json-patch+json";
    if path.contains(&"wit") && path.contains(&"workitems") && matches!(parts.method.as_str(), "POST" | "PATCH") && !is_patch {
        return respond(Answer::refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "VssRequestContentTypeNotSupportedException",
            "TF400898: no JSON Patch",
        ));
    }
    let before = (parts.method != Method::GET).then(|| told::Before::of(&state));
    let answer = route(&mut state, caller, parts.method.as_str(), &path, &asked);
    report::send(before.map(|it| it.told(&state, caller)).unwrap_or_default());
    respond(answer)
}

fn route(state: &mut State, caller: &'static str, method: &str, path: &[&str], asked: &Asked) -> Answer {
    let (project, path) = match path {
        ["_apis", rest @ ..] => (None, rest),
        [project, "_apis", rest @ ..] => match state.projects.iter().find(|it| it.eq_ignore_ascii_case(project)) {
            Some(found) => (Some(*found), rest),
            None => {
                let said = format!("TF200016: The following project does not exist: {project}. Verify that the name is correct.");
                return Answer::not_found("ProjectDoesNotExistWithNameException", &said);
            }
        },
        _ => return Answer::empty(StatusCode::NOT_FOUND),
    };
    match (method, path) {
        ("GET", ["connectionData"]) => Answer::json(json!({ "authenticatedUser": state.identity(caller) })),
        ("GET", ["projects"]) => Answer::paged(asked, state.projects.iter().map(|it| state.project(it)).collect()),
        ("GET", ["identities"]) => {
            let words = asked.get("filterValue").unwrap_or_default().to_lowercase();
            let found = state.people.iter().filter(|(login, name)| {
                name.to_lowercase().starts_with(&words)
                    || format!("{login}@example.org") == words
                    || name.to_lowercase().split(' ').any(|it| it == words)
            });
            Answer::list(found.map(|(login, _)| state.identity(login)).collect())
        }
        (_, ["wit", rest @ ..]) => items::answer(state, caller, method, project, rest, asked),
        ("POST", ["search", "workitemsearchresults"]) => items::search(state, project, asked),
        (_, ["git", rest @ ..]) => git::answer(state, caller, method, project, rest, asked),
        (_, ["wiki", rest @ ..]) => wiki::answer(state, method, project, rest, asked),
        (_, ["hooks", "subscriptions", rest @ ..]) => hooks::answer(state, method, rest, asked),
        ("GET", ["projects", name]) => match state.projects.iter().find(|it| it.eq_ignore_ascii_case(name)) {
            Some(found) => Answer::json(state.project(found)),
            None => Answer::not_found(
                "ProjectDoesNotExistWithNameException",
                &format!("TF200016: The following project does not exist: {name}."),
            ),
        },
        ("GET", ["policy", "evaluations"]) => reviews::policies(state, asked),
        ("PATCH", ["policy", "evaluations", id]) => {
            state.requeued.push((*id).to_owned());
            Answer::json(json!({ "evaluationId": id, "status": "queued" }))
        }
        (_, ["pipelines" | "build", ..]) => pipelines::answer(state, caller, method, project, path, asked),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn decoded(segment: &str) -> String {
    let form = format!("it={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8; api-version=7.1"));
    if let Some(next) = answer.next.and_then(|it| HeaderValue::from_str(&it).ok()) {
        headers.insert("x-ms-continuationtoken", next);
    }
    if let Some(version) = answer.version.and_then(|it| HeaderValue::from_str(&format!("\"{it}\"")).ok()) {
        headers.insert(header::ETAG, version);
    }
    if let Some((kind, bytes)) = answer.file {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        *response.body_mut() = Body::from(bytes);
    }
    if let Some(body) = answer.body {
        *response.body_mut() = Body::from(body.to_string());
    }
    response
}
