//! A simulated Redmine 5.0: a server with state that answers as the real one does, down to the
//! empty bodies of its 401, 403, 404 and 412 and the wording of its 422.
//!
//! What it does was compared with a real Redmine 5.0.4; the tests in `real.rs` run the same
//! commands against one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{Method, Response, StatusCode, header},
};
use serde_json::{Map, Value, json};

use crate::standin::{Panel, Standin, report};

mod custom;
mod issues;
mod objects;
mod page;
mod people;
mod state;
mod values;
mod webhooks;

pub(super) use state::{Issue, State};

/// The key of the bot's account, which is an administrator's.
pub(super) const BOT_KEY: &str = "redmine-key-of-bellhop";

/// A Redmine with two projects and three people.
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
        Map::from_iter([("url".to_owned(), json!(url)), ("api_key".to_owned(), json!(BOT_KEY))])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().webhooks.push(report::Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &Issue| {
            let assignee = it.assigned_to.map(|id| state.user_name(id)).unwrap_or_default();
            let status = state.name_of(&state.statuses, it.status);
            let project = state.project(it.project).map(|it| it.identifier.clone()).unwrap_or_default();
            vec![
                json!(it.id),
                json!(project),
                json!(it.subject),
                json!(status),
                json!(assignee),
                json!(it.updated_on.to_string()),
            ]
        };
        Panel {
            title: "Issues".into(),
            header: ["#", "Project", "Subject", "Status", "Assignee", "Updated"].map(str::to_owned).to_vec(),
            rows: state.issues.iter().rev().map(row).collect(),
        }
    }
}

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    id: u64,
    admin: bool,
}

/// A request as the handlers see it.
struct Asked<'a> {
    caller: Caller,
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

    fn includes(&self, what: &str) -> bool {
        self.get("include").is_some_and(|all| all.split(',').any(|it| it == what))
    }

    /// `{"<key>": [...], "total_count": …, "offset": …, "limit": …}`.
    fn page(&self, key: &str, items: Vec<Value>) -> Answer {
        let number = |name: &str| self.get(name).and_then(|it| it.parse::<usize>().ok());
        let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(25).clamp(1, 100));
        let total = items.len();
        let items: Vec<Value> = items.into_iter().skip(offset).take(limit).collect();
        Answer::json(json!({ key: items, "total_count": total, "offset": offset, "limit": limit }))
    }
}

struct Answer {
    status: StatusCode,
    body: Option<Value>,
}

impl Answer {
    fn json(body: Value) -> Answer {
        Answer { status: StatusCode::OK, body: Some(body) }
    }

    fn created(body: Value) -> Answer {
        Answer { status: StatusCode::CREATED, body: Some(body) }
    }

    fn empty(status: StatusCode) -> Answer {
        Answer { status, body: None }
    }

    fn no_content() -> Answer {
        Answer::empty(StatusCode::NO_CONTENT)
    }

    fn not_found() -> Answer {
        Answer::empty(StatusCode::NOT_FOUND)
    }

    fn forbidden() -> Answer {
        Answer::empty(StatusCode::FORBIDDEN)
    }

    fn invalid(errors: Vec<impl Into<String>>) -> Answer {
        let errors: Vec<String> = errors.into_iter().map(Into::into).collect();
        Answer { status: StatusCode::UNPROCESSABLE_ENTITY, body: Some(json!({ "errors": errors })) }
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 5 << 20).await else {
        return respond(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let origin = format!("http://{}", text("host").unwrap_or("localhost"));
    let mut state = simulated.state();
    let file = parts.uri.path().strip_prefix("/attachments/download/");
    let Some(path) = file.or_else(|| parts.uri.path().strip_suffix(".json")) else {
        return page::respond(&state, parts.uri.path());
    };

    let Some(owner) = text("x-redmine-api-key").and_then(|key| state.users.iter().find(|it| it.key == key)) else {
        return respond(Answer::empty(StatusCode::UNAUTHORIZED));
    };
    // Only administrators may switch; Redmine ignores the header from everybody else.
    let user = match text("x-redmine-switch-user").filter(|_| owner.admin) {
        Some(login) => match state.users.iter().find(|it| it.login == login && !it.locked) {
            Some(user) => user,
            None => return respond(Answer::empty(StatusCode::PRECONDITION_FAILED)),
        },
        None => owner,
    };
    let caller = Caller { id: user.id, admin: user.admin };
    if file.is_some() {
        return objects::download(&state, path, caller);
    }
    let is_upload = path == "/uploads";
    if is_upload && text("content-type") != Some("application/octet-stream") {
        return respond(Answer::empty(StatusCode::NOT_ACCEPTABLE));
    }
    let body = match is_upload || bytes.is_empty() {
        true => Value::Null,
        false => match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) => return respond(Answer::empty(StatusCode::BAD_REQUEST)),
        },
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { caller, query, body, bytes: &bytes, origin };
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let answer = route(&mut state, &parts.method, &segments, &asked);
    report::send(std::mem::take(&mut state.reports));
    respond(answer)
}

fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["issues"]) => issues::list(state, asked),
        ("POST", ["issues"]) => issues::create(state, asked),
        ("GET", ["issues", id]) => issues::show(state, id, asked),
        ("PUT", ["issues", id]) => issues::update(state, id, asked),
        ("GET", ["search"]) => issues::search(state, None, asked),
        ("GET", ["projects", project, "search"]) => issues::search(state, Some(project), asked),
        ("POST", ["uploads"]) => objects::upload(state, asked),
        ("GET", ["time_entries"]) => objects::time_entries(state, asked),
        ("POST", ["time_entries"]) => objects::log_time(state, asked),
        (method, ["time_entries", id]) => objects::time_entry(state, method, id, asked),
        ("GET", ["projects"]) => objects::projects(state, asked),
        ("POST", ["projects"]) => objects::create_project(state, asked),
        ("GET", ["projects", id]) => objects::project(state, id, asked),
        ("GET", ["projects", id, "versions"]) => objects::versions(state, id, asked),
        ("POST", ["projects", id, "versions"]) => objects::create_version(state, id, asked),
        ("PUT", ["versions", id]) => objects::update_version(state, id, asked),
        ("GET", ["projects", id, "memberships"]) => people::memberships(state, id, asked),
        ("POST", ["projects", id, "memberships"]) => people::add_member(state, id, asked),
        ("DELETE", ["memberships", id]) => people::remove_member(state, id, asked),
        ("GET", ["users"]) => people::users(state, asked),
        ("GET", ["users", id]) => people::user(state, id, asked),
        ("GET", ["roles"]) => Answer::json(json!({ "roles": values::named(&state.roles) })),
        ("GET", ["trackers"]) => Answer::json(json!({ "trackers": values::trackers(state) })),
        ("GET", ["issue_statuses"]) => Answer::json(json!({ "issue_statuses": values::statuses(state) })),
        ("GET", ["enumerations", "issue_priorities"]) => {
            Answer::json(json!({ "issue_priorities": values::enumeration(&state.priorities, 2) }))
        }
        ("GET", ["enumerations", "time_entry_activities"]) => {
            Answer::json(json!({ "time_entry_activities": values::enumeration(&state.activities, 0) }))
        }
        ("GET", ["custom_fields"]) if asked.caller.admin => {
            let all: Vec<Value> = std::iter::once(values::severity(state)).chain(state.custom_fields.iter().cloned()).collect();
            Answer::json(json!({ "custom_fields": all }))
        }
        ("GET", ["custom_fields"]) => Answer::forbidden(),
        _ => Answer::not_found(),
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
    if answer.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Basic realm=\"Redmine API\""));
    }
    if let Some(body) = answer.body {
        *response.body_mut() = Body::from(body.to_string());
    }
    response
}
