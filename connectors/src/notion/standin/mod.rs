//! A simulated Notion: a workspace with state that answers as the real one does, with its error codes, its cursors, and times
//! that know only the minute.
//!
//! Objects are kept as Notion writes them, so that a property that is set is a property that is answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, header},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::standin::{
    Panel, Standin,
    report::{self, Listener},
};

mod blocks;
mod page;
mod pages;
mod query;
mod schemas;
mod seed;
mod state;
mod told;

pub(super) use state::{State, title};

/// The integration's secret.
pub(super) const TOKEN: &str = "ntn_secret0of0bellhop";

/// A workspace with two databases and three people.
#[derive(Clone)]
pub(super) struct Simulated {
    state: Arc<Mutex<State>>,
}

pub(super) fn new() -> Box<dyn Standin> {
    Box::new(Simulated::since(Timestamp::now(), None))
}

impl Simulated {
    /// The small world as it is at `now`; with a clock, time stands still.
    pub(super) fn since(now: Timestamp, clock: Option<Timestamp>) -> Simulated {
        Simulated { state: Arc::new(Mutex::new(State::seeded(now, clock))) }
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
        Map::from_iter([("url".to_owned(), json!(url)), ("token".to_owned(), json!(TOKEN))])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &Value| {
            let source = it["parent"]["data_source_id"].as_str().and_then(|id| state.sources.iter().find(|it| it["id"] == id));
            let place = source.map(|it| state::plain(&it["title"])).unwrap_or_default();
            let status = it["properties"].as_object().into_iter().flat_map(|it| it.values()).find(|it| it["type"] == "status");
            let status = status.map(|it| it["status"]["name"].clone()).unwrap_or_default();
            vec![json!(title(it)), json!(place), status, it["in_trash"].clone(), it["last_edited_time"].clone()]
        };
        Panel {
            title: "Pages".into(),
            header: ["Title", "Database", "Status", "In the trash", "Edited"].map(str::to_owned).to_vec(),
            rows: state.pages.iter().rev().map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
pub(super) struct Asked {
    query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    body: Value,
    /// A body that is none of JSON.
    raw: Bytes,
    /// Where links lead.
    origin: String,
}

impl Asked {
    fn get(&self, key: &str) -> Option<&str> {
        let of_query = self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        of_query.or_else(|| self.body.get(key).and_then(Value::as_str))
    }

    /// `{"object": "list", "results": […], "next_cursor": …, "has_more": …}`; a cursor is how many came before.
    fn list(&self, all: Vec<Value>) -> Answer {
        let size = self.get("page_size").and_then(|it| it.parse().ok()).or(self.body["page_size"].as_u64()).unwrap_or(100);
        if !(1..=100).contains(&size) {
            return Err(invalid("body failed validation: body.page_size should be ≤ `100`."));
        }
        let start = match self.get("start_cursor") {
            None => 0,
            Some(cursor) => cursor.parse().map_err(|_| invalid("The start_cursor provided is invalid."))?,
        };
        let (size, total) = (size as usize, all.len());
        let results: Vec<Value> = all.into_iter().skip(start).take(size).collect();
        let more = start + results.len() < total;
        let next = more.then(|| (start + results.len()).to_string());
        Ok(json!({ "object": "list", "results": results, "next_cursor": next, "has_more": more }))
    }
}

/// What is answered: an object, or why not.
pub(super) type Answer = Result<Value, Refusal>;

/// A status, Notion's code for it, and what it says.
#[derive(Debug)]
pub(super) struct Refusal(u16, &'static str, String);

pub(super) fn invalid(why: impl Into<String>) -> Refusal {
    Refusal(400, "validation_error", why.into())
}

pub(super) fn missing(what: &str, id: &str) -> Refusal {
    let why = format!(
        "Could not find {what} with ID: {id}. Make sure the relevant pages and databases are shared with your integration."
    );
    Refusal(404, "object_not_found", why)
}

fn restricted() -> Refusal {
    Refusal(403, "restricted_resource", "Insufficient permissions for this endpoint.".into())
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 512 << 10).await else {
        return refuse(&invalid("body failed validation: the body is too large."));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let mut state = simulated.state();
    let Some(path) = parts.uri.path().strip_prefix("/v1/") else { return page::respond(&state, parts.uri.path()) };
    if text(header::AUTHORIZATION.as_str()) != Some(format!("Bearer {TOKEN}").as_str()) {
        return refuse(&Refusal(401, "unauthorized", "API token is invalid.".into()));
    }
    if text("notion-version") != Some("2025-09-03") {
        let why = "Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.";
        return refuse(&Refusal(400, "missing_version", why.into()));
    }
    let is_form = text(header::CONTENT_TYPE.as_str()).is_some_and(|it| it.starts_with("multipart/form-data"));
    let Ok(body) = (if bytes.is_empty() || is_form { Ok(Value::Null) } else { serde_json::from_slice(&bytes) }) else {
        return refuse(&Refusal(400, "invalid_json", "Error parsing JSON body.".into()));
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { query, body, raw: bytes.clone(), origin: format!("http://{}", text("host").unwrap_or("localhost")) };
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    let before = (parts.method != Method::GET).then(|| told::Before::of(&state));
    let answer = route(&mut state, &parts.method, &path, &asked);
    report::send(before.map(|it| it.told(&state)).unwrap_or_default());
    match answer {
        Ok(answer) => respond(StatusCode::OK, &answer),
        Err(refusal) => refuse(&refusal),
    }
}

fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["users", "me"]) => Ok(state.users[0].clone()),
        ("GET", ["users"]) if state.reads_people => asked.list(state.users.clone()),
        ("GET", ["users", id]) if state.reads_people => {
            state.users.iter().find(|it| it["id"] == *id).cloned().ok_or_else(|| missing("user", id))
        }
        ("GET", ["users", ..]) => Err(restricted()),
        ("POST", ["search"]) => query::search(state, asked),
        ("POST", ["pages"]) => pages::create(state, asked),
        ("GET", ["pages", id]) => pages::show(state, id, asked),
        ("PATCH", ["pages", id]) => pages::update(state, id, asked),
        ("POST", ["pages", id, "move"]) => pages::move_to(state, id, asked),
        ("GET", ["databases", id]) => {
            state.databases.iter().find(|it| it["id"] == *id).cloned().ok_or_else(|| missing("database", id))
        }
        ("POST", ["databases"]) => schemas::create(state, asked),
        ("PATCH", ["databases", id]) => schemas::set(state, id, asked),
        ("POST", ["file_uploads"]) => {
            let id = state.id();
            state.uploads.push(json!({
                "object": "file_upload", "id": id, "status": "pending", "filename": asked.body["filename"],
                "content_type": asked.body["content_type"],
            }));
            Ok(state.uploads.last().cloned().unwrap_or_default())
        }
        ("POST", ["file_uploads", id, "send"]) => {
            let upload = state.uploads.iter_mut().find(|it| it["id"] == *id).ok_or_else(|| missing("file upload", id))?;
            let text = String::from_utf8_lossy(&asked.raw);
            // A form with the file in the field `file`.
            let content = text.split_once("name=\"file\"").and_then(|(_, rest)| rest.split_once("\r\n\r\n"));
            let Some((_, content)) = content else { return Err(invalid("body failed validation: file should be defined.")) };
            let content = content.rsplit_once("\r\n--").map_or(content, |(content, _)| content);
            (upload["status"], upload["content"]) = (json!("uploaded"), json!(content));
            Ok(upload.clone())
        }
        ("PATCH", ["data_sources", id]) => schemas::update(state, id, asked),
        ("GET", ["data_sources", id]) => Ok(state.source(id)?.clone()),
        ("POST", ["data_sources", id, "query"]) => query::query(state, id, asked),
        (_, ["blocks", ..]) => blocks::blocks(state, method, &path[1..], asked),
        (_, ["comments"]) if state.comments_allowed => blocks::comments(state, method, asked),
        (_, ["comments"]) => Err(restricted()),
        _ => Err(Refusal(400, "invalid_request_url", "Invalid request URL.".into())),
    }
}

fn refuse(Refusal(status, code, message): &Refusal) -> Response<Body> {
    let body = json!({ "object": "error", "status": status, "code": code, "message": message, "request_id": "r-1" });
    respond(StatusCode::from_u16(*status).unwrap_or_default(), &body)
}

fn respond(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    for (name, value) in [("content-type", "application/json; charset=utf-8"), ("x-notion-request-id", "r-1")] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
