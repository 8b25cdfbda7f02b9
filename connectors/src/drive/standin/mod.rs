//! A simulated Google Drive with its sign-in: a server with state that answers as the real one does, down to the reasons in
//! its refusals, partial answers (`fields`) and the language of its searches.
//!
//! Its service account's key is the stand-in's own and good for nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, header},
};
use serde_json::{Map, Value, json};

use crate::standin::{Panel, Standin, report};

mod auth;
mod batch;
mod changes;
mod comments;
mod drives;
mod fields;
mod files;
mod permissions;
mod proposals;
mod query;
mod revisions;
mod seed;
mod state;
mod told;
mod upload;
mod values;

#[cfg(test)]
pub(super) use permissions::of as permission_of;
pub(super) use state::State;

/// A Drive with a shared drive, a few files and three people.
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
        let templates = "standard:\n  01 Brief\n  02 Design\n    Drafts\n  03 Delivery\nworkshop: \
                         https://drive.google.com/drive/folders/1TemplateWorkshop00000000001";
        let settings = json!({
            "url": url,
            "service_account": auth::key_file(url),
            "subject": seed::BELLHOP,
            "act_as": "asker",
            "domain": "example.org",
            "home": format!("https://drive.google.com/drive/folders/{}", seed::PROJECTS),
            "templates": templates,
        });
        match settings {
            Value::Object(settings) => settings,
            _ => Map::new(),
        }
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        let (id, resource) = ("by-hand".to_owned(), "changes-by-hand".to_owned());
        self.state().channels.push(state::Channel { id, resource, address: url.to_owned(), token: secret.to_owned() });
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let place = |id: &Option<String>| match id.as_deref() {
            Some(id) if state.drives.iter().any(|it| it.id == id) => {
                state.drives.iter().find(|it| it.id == id).map(|it| it.name.clone()).unwrap_or_default()
            }
            Some(id) => state.file(id).map(|it| it.name.clone()).unwrap_or_default(),
            None => String::new(),
        };
        let row = |it: &state::File| {
            let shared: Vec<&str> =
                it.permissions.iter().filter(|it| it.role != "owner").filter_map(|it| it.email.as_deref()).collect();
            let name = if it.trashed { format!("{} (in the trash)", it.name) } else { it.name.clone() };
            vec![
                json!(name),
                json!(crate::drive::card::what(&it.mime)),
                json!(place(&it.parent)),
                json!(it.owner.clone().unwrap_or_default()),
                json!(shared.join(", ")),
                json!(it.modified.to_string()),
            ]
        };
        let is_root = |it: &&state::File| it.parent.is_some();
        Panel {
            title: "Files".into(),
            header: ["Name", "Kind", "In", "Owner", "Shared with", "Changed"].map(str::to_owned).to_vec(),
            rows: state.files.iter().rev().filter(is_root).map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
pub(super) struct Asked {
    pub method: Method,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub content_type: String,
    pub range: String,
    pub upload_type: String,
    pub bytes: Bytes,
    /// Where this server is.
    pub origin: String,
    /// The email address of the account that asks.
    pub caller: String,
}

impl Asked {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The JSON body, null where there is none.
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    fn number(&self, key: &str, default: usize, most: usize) -> usize {
        self.get(key).and_then(|it| it.parse().ok()).unwrap_or(default).clamp(1, most)
    }

    /// One page of a list, with the token of the next.
    pub fn page(&self, key: &str, default: usize, most: usize, items: Vec<Value>) -> Value {
        let from = self.get("pageToken").and_then(|it| it.strip_prefix("~!!~")?.parse::<usize>().ok()).unwrap_or(0);
        let size = self.number("pageSize", default, most);
        let total = items.len();
        let items: Vec<Value> = items.into_iter().skip(from).take(size).collect();
        let mut page = json!({ key: items });
        if from + size < total {
            page["nextPageToken"] = json!(format!("~!!~{}", from + size));
        }
        page
    }
}

pub(super) struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub fn json(body: &Value) -> Answer {
        Answer::written(StatusCode::OK, body)
    }

    pub fn written(status: StatusCode, body: &Value) -> Answer {
        let content_type = "application/json; charset=UTF-8".to_owned();
        Answer { status, content_type, body: body.to_string().into_bytes(), headers: Vec::new() }
    }

    /// What of `body` was asked for, or what is sent unasked.
    pub fn selected(body: &Value, asked: &Asked, unasked: &str) -> Answer {
        Answer::json(&fields::select(body, asked.get("fields").unwrap_or(unasked)))
    }

    pub fn empty(status: StatusCode) -> Answer {
        Answer { status, content_type: "text/html".into(), body: Vec::new(), headers: Vec::new() }
    }

    pub fn bytes(content_type: &str, body: Vec<u8>) -> Answer {
        Answer { status: StatusCode::OK, content_type: content_type.to_owned(), body, headers: Vec::new() }
    }

    /// <https://developers.google.com/workspace/drive/api/guides/handle-errors>
    pub fn refused(status: u16, reason: &str, message: &str) -> Answer {
        let errors = json!([{ "message": message, "domain": "global", "reason": reason }]);
        let body = json!({ "error": { "code": status, "message": message, "errors": errors } });
        Answer::written(StatusCode::from_u16(status).unwrap_or_default(), &body)
    }

    pub fn no_file(id: &str) -> Answer {
        Answer::refused(404, "notFound", &format!("File not found: {id}."))
    }

    pub fn not_allowed() -> Answer {
        let message = "The user does not have sufficient permissions for this file.";
        Answer::refused(403, "insufficientFilePermissions", message)
    }

    pub fn invalid(message: &str) -> Answer {
        Answer::refused(400, "invalid", message)
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 64 << 20).await else {
        return respond(Answer::refused(413, "uploadTooLarge", "Request Too Large."));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let mut asked = Asked {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        content_type: text("content-type"),
        range: text("content-range"),
        upload_type: text("x-upload-content-type"),
        bytes,
        origin: format!("http://{}", text("host")),
        caller: String::new(),
    };
    let mut state = simulated.state();
    if let Some(answer) = auth::answer(&mut state, &asked) {
        return respond(answer);
    }
    let Some((email, scope)) = text("authorization").strip_prefix("Bearer ").and_then(|it| state.tokens.get(it).cloned()) else {
        let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
                       authentication credential.";
        return respond(Answer::refused(401, "authError", message));
    };
    let reads = parts.method == Method::GET;
    if !reads && !scope.split(' ').any(|it| it == crate::drive::credentials::SCOPE) {
        return respond(Answer::refused(403, "insufficientPermissions", "Insufficient Permission"));
    }
    if state.slow > 0 {
        state.slow -= 1;
        return respond(Answer::refused(403, "userRateLimitExceeded", "User Rate Limit Exceeded"));
    }
    asked.caller = email;
    let known = state.changes.len();
    let answer = route(&mut state, &asked);
    report::send(told::told(known, &state, &asked.origin));
    respond(answer)
}

/// What a batch calls as well.
fn route(state: &mut State, asked: &Asked) -> Answer {
    let segments: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    match (asked.method.as_str(), segments.as_slice()) {
        ("POST", ["batch", "drive", "v3"]) => batch::run(state, asked),
        (_, ["upload", "drive", "v3", "files", rest @ ..]) => upload::answer(state, asked, rest),
        ("GET", ["drive", "v3", "about"]) => drives::about(state, asked),
        (_, ["drive", "v3", "drives", rest @ ..]) => drives::answer(state, asked, rest),
        (_, ["drive", "v3", "changes", rest @ ..]) => changes::answer(state, asked, rest),
        ("POST", ["drive", "v3", "channels", "stop"]) => changes::stop(state, asked),
        (_, ["drive", "v3", "files", id, "permissions", rest @ ..]) => permissions::answer(state, asked, id, rest),
        (_, ["drive", "v3", "files", id, "comments", rest @ ..]) => comments::answer(state, asked, id, rest),
        (_, ["drive", "v3", "files", id, "revisions", rest @ ..]) => revisions::answer(state, asked, id, rest),
        (_, ["drive", "v3", "files", id, "accessproposals", rest @ ..]) => proposals::answer(state, asked, id, rest),
        ("POST", ["drive", "v3", "files", id, "watch"]) => changes::watch_file(state, asked, id),
        (_, ["drive", "v3", "files", rest @ ..]) => files::answer(state, asked, rest),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if answer.status != StatusCode::NO_CONTENT {
        let content_type = HeaderValue::from_str(&answer.content_type);
        headers.insert(header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
