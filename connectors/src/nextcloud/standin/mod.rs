//! A simulated Nextcloud 32: WebDAV and OCS over one state, with the status codes and error bodies of the real one.
//!
//! It knows one account that may do everything (the bot's), and the app passwords of the people, who may only ask who they are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::standin::{
    Panel, Standin,
    report::{self, Listener},
};

mod answer;
mod apps;
mod bins;
mod files;
mod page;
mod people;
mod properties;
mod search;
mod seed;
mod sharing;
mod state;
mod tags;
mod told;

use answer::Answer;
pub(super) use state::State;
#[cfg(test)]
pub(super) use state::{Group, User};

/// The bot's account and its app password.
pub(super) const BOT: &str = "bellhop";
pub(super) const PASSWORD: &str = "nextcloud-app-password-of-bellhop";

/// A Nextcloud with a few folders and three people.
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
        let config = json!({
            "url": url,
            "user": BOT,
            "app_password": PASSWORD,
            "templates": ["standard: Contracts, Designs/Drafts, Reports"],
            "template_folder": "/Templates",
        });
        config.as_object().cloned().unwrap_or_default()
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &state::Node| {
            let shared: Vec<String> = state.shares.iter().filter(|share| share.node == it.id).map(sharing::Share::whom).collect();
            let size = if it.is_folder { String::new() } else { super::path::size(it.bytes.len() as u64) };
            vec![json!(it.id), json!(it.path), json!(size), json!(shared.join(", ")), json!(it.modified.to_string())]
        };
        Panel {
            title: "Files".into(),
            header: ["#", "Path", "Size", "Shared with", "Changed"].map(str::to_owned).to_vec(),
            rows: state.nodes.iter().filter(|it| it.path != "/").map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
struct Asked<'a> {
    method: &'a str,
    headers: &'a HeaderMap,
    query: Vec<(String, String)>,
    body: &'a Bytes,
    /// Where links lead.
    origin: String,
}

impl Asked<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|it| it.to_str().ok())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The JSON body; null where there is none.
    fn json(&self) -> Value {
        serde_json::from_slice(self.body).unwrap_or_default()
    }

    /// The decoded path of a `Destination` that is below `start`.
    fn destination(&self, start: &str) -> Option<String> {
        let path = self.header("destination")?.strip_prefix(&self.origin)?;
        super::path::decode(path).strip_prefix(start).map(str::to_owned)
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 << 20).await else {
        return respond(Answer::status(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let asked = Asked {
        method: parts.method.as_str(),
        headers: &parts.headers,
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        body: &body,
        origin: format!("http://{}", text("host").unwrap_or("localhost")),
    };
    let path = super::path::decode(parts.uri.path());
    let mut state = simulated.state();
    let reads = matches!(asked.method, "GET" | "HEAD" | "PROPFIND" | "REPORT" | "SEARCH" | "OPTIONS");
    let before = (!reads).then(|| state.nodes.clone());
    let answer = route(&mut state, &path, &asked);
    report::send(before.map(|it| told::told(&it, &state)).unwrap_or_default());
    respond(answer)
}

/// Whose name and password came along.
fn caller(state: &State, asked: &Asked<'_>) -> Option<String> {
    let encoded = asked.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    let user = state.users.iter().find(|it| it.id == name && it.enabled)?;
    (user.app_password == password).then(|| name.to_owned())
}

fn route(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    if path == "/status.php" {
        return apps::status();
    }
    if let Some(rest) = path.strip_prefix("/ocs/v2.php/") {
        if asked.header("ocs-apirequest").is_none() {
            return Answer::refused(StatusCode::PRECONDITION_FAILED, 997, "CSRF check failed");
        }
        let Some(caller) = caller(state, asked) else {
            return Answer::refused(StatusCode::UNAUTHORIZED, 997, "Current user is not logged in");
        };
        return ocs(state, rest.trim_matches('/'), &caller, asked);
    }
    if let Some(rest) = path.strip_prefix("/remote.php/dav/") {
        return match caller(state, asked).as_deref() {
            Some(BOT) => dav(state, rest, asked),
            _ => Answer::sabre(
                StatusCode::UNAUTHORIZED,
                "NotAuthenticated",
                "No public access to this resource., Username or password was incorrect",
            ),
        };
    }
    page::respond(state, path.strip_prefix("/index.php").unwrap_or(path))
}

fn dav(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let (area, rest) = path.split_once('/').unwrap_or((path, ""));
    let own = format!("{BOT}/");
    match area {
        "" if asked.method == "SEARCH" => search::search(state, asked),
        "files" if rest == BOT || rest.starts_with(&own) => {
            files::respond(state, &format!("/{}", rest.strip_prefix(&own).unwrap_or_default()), asked)
        }
        "uploads" => bins::uploads(state, rest.strip_prefix(&own).unwrap_or_default(), asked),
        "trashbin" => bins::trash(state, rest.strip_prefix(&own).unwrap_or_default(), asked),
        "versions" => bins::versions(state, rest.strip_prefix(&own).unwrap_or_default(), asked),
        "systemtags" => tags::tags(state, rest, asked),
        "systemtags-relations" => tags::relations(state, rest.strip_prefix("files/").unwrap_or_default(), asked),
        _ => Answer::sabre(StatusCode::NOT_FOUND, "NotFound", &format!("File not found: {path}")),
    }
}

fn ocs(state: &mut State, path: &str, caller: &str, asked: &Asked<'_>) -> Answer {
    let parts: Vec<&str> = path.split('/').collect();
    if let ["cloud", "user"] = parts.as_slice() {
        return people::myself(state, caller);
    }
    if caller != BOT {
        return Answer::refused(StatusCode::FORBIDDEN, 403, "Logged in account must be an admin");
    }
    match parts.as_slice() {
        ["cloud", "capabilities"] => apps::capabilities(state),
        ["cloud", "users", rest @ ..] => people::users(state, rest, asked),
        ["cloud", "groups", rest @ ..] => people::groups(state, rest, asked),
        ["apps", "files_sharing", "api", "v1", "shares", rest @ ..] => sharing::shares(state, rest, asked),
        ["apps", "files_sharing", "api", "v1", "sharees"] => sharing::sharees(state, asked),
        ["apps", "user_status", "api", "v1", rest @ ..] => apps::user_status(state, rest, asked),
        ["apps", "webhook_listeners", "api", "v1", "webhooks", rest @ ..] => apps::webhooks(state, rest, asked),
        ["apps", "activity", "api", "v2", "activity", rest @ ..] => apps::activity(state, rest, asked),
        ["search", "providers", rest @ ..] => apps::search(state, rest, asked),
        _ => Answer::refused(StatusCode::NOT_FOUND, 998, "Invalid query, please check the syntax."),
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&answer.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Nextcloud\""));
    }
    response
}

/// What no area of WebDAV knows.
fn unknown_method(method: &str) -> Answer {
    let is_http = Method::from_bytes(method.as_bytes()).is_ok();
    let status = if is_http { StatusCode::NOT_IMPLEMENTED } else { StatusCode::BAD_REQUEST };
    Answer::sabre(
        status,
        "NotImplemented",
        &format!("There was no plugin in the system that was willing to handle this {method} method."),
    )
}
