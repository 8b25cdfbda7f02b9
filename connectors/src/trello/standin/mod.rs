//! A simulated Trello: a server with state that answers as the real one does, down to its plain words for what is wrong
//! (`invalid id`, `unauthorized permission requested`) and its headers that say how much is left.
//!
//! Objects are kept as Trello writes them, so that a field that is set is a field that is answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::standin::{
    Panel, Standin,
    report::{self, Listener},
};

mod actions;
mod boards;
mod cards;
mod checklists;
mod fields;
mod members;
mod page;
mod seed;
mod state;
mod told;

pub(super) use state::State;

/// The Power-Up's key.
pub(super) const KEY: &str = "5f0key0of0bellhop";
/// The token of the bot's member.
pub(super) const TOKEN: &str = "ATTAtoken0of0bellhop";

/// A Trello with two boards and three people.
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
        Map::from_iter([("url".to_owned(), json!(url)), ("api_key".to_owned(), json!(KEY)), ("token".to_owned(), json!(TOKEN))])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &Value| {
            let members =
                it["idMembers"].as_array().into_iter().flatten().map(|id| state.name_of(&state.members, id, "username"));
            vec![
                it["shortLink"].clone(),
                json!(state.name_of(&state.boards, &it["idBoard"], "name")),
                json!(state.name_of(&state.lists, &it["idList"], "name")),
                it["name"].clone(),
                json!(members.collect::<Vec<_>>().join(", ")),
                it["dateLastActivity"].clone(),
            ]
        };
        Panel {
            title: "Cards".into(),
            header: ["Card", "Board", "List", "Name", "Members", "Last activity"].map(str::to_owned).to_vec(),
            rows: state.cards.iter().rev().filter(|it| it["closed"] == false).map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
pub(super) struct Asked<'a> {
    /// The id of the member whose token it is.
    caller: String,
    query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    body: Value,
    bytes: &'a [u8],
    /// Where links lead.
    origin: String,
}

impl Asked<'_> {
    /// A parameter, which Trello takes from the query and from the body alike.
    fn get(&self, key: &str) -> Option<Value> {
        let of_query = self.query.iter().find(|(name, _)| name == key).map(|(_, value)| json!(value));
        of_query.or_else(|| self.body.get(key).cloned())
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.as_str().map(str::to_owned)
    }

    /// `true`, or a text that is.
    fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(it) => Some(it),
            Value::String(it) => Some(it == "true"),
            _ => None,
        }
    }

    /// Ids as an array, or as text with commas between.
    fn ids(&self, key: &str) -> Option<Vec<String>> {
        Some(match self.get(key)? {
            Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(all) => all.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            _ => Vec::new(),
        })
    }
}

/// What is answered: an object, or why not.
pub(super) type Answer = Result<Value, Refusal>;

/// Trello's refusals are a status and a line of text.
#[derive(Debug)]
pub(super) struct Refusal(u16, &'static str);

pub(super) const NOT_FOUND: Refusal = Refusal(404, "The requested resource was not found.");
pub(super) const MAY_NOT: Refusal = Refusal(401, "unauthorized permission requested");

pub(super) fn invalid(why: &'static str) -> Refusal {
    Refusal(400, why)
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 12 << 20).await else { return refuse(&Refusal(413, "Payload too large")) };
    let origin = format!("http://{}", parts.headers.get("host").and_then(|it| it.to_str().ok()).unwrap_or("localhost"));
    let mut state = simulated.state();
    let Some(path) = parts.uri.path().strip_prefix("/1/") else { return page::respond(&state, parts.uri.path()) };

    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let caller = match authorize(&state, &parts.headers, &query) {
        Ok(caller) => caller,
        Err(refusal) => return refuse(&refusal),
    };
    let body = match read_body(&parts.headers, &bytes) {
        Ok(body) => body,
        Err(refusal) => return refuse(&refusal),
    };
    let asked = Asked { caller, query, body, bytes: &bytes, origin };
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    // Files are handed out only to who shows the key in the header.
    if let ["cards", card, "attachments", id, "download", _] = path.as_slice() {
        let in_query = asked.query.iter().any(|(name, _)| name == "key");
        return match cards::file(&state, card, id, &asked) {
            Ok(_) if in_query => refuse(&Refusal(401, "unauthorized permission requested")),
            Ok(bytes) => {
                let mut response = Response::new(Body::from(bytes));
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
                response
            }
            Err(refusal) => refuse(&refusal),
        };
    }
    let known = state.actions.len();
    let answer = route(&mut state, &parts.method, &path, &asked);
    report::send(told::told(&state, known));
    match answer {
        Ok(answer) => respond(StatusCode::OK, "application/json; charset=utf-8", answer.to_string()),
        Err(refusal) => refuse(&refusal),
    }
}

/// `OAuth oauth_consumer_key="…", oauth_token="…"`, or both in the query.
fn authorize(state: &State, headers: &HeaderMap, query: &[(String, String)]) -> Result<String, Refusal> {
    let header = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).and_then(|it| it.strip_prefix("OAuth "));
    let given = |in_header: &str, in_query: &str| {
        let of_header = header.and_then(|it| {
            let value = it.split(", ").find_map(|it| it.strip_prefix(in_header)?.strip_prefix('='))?;
            Some(value.trim_matches('"').to_owned())
        });
        of_header.or_else(|| query.iter().find(|(name, _)| name == in_query).map(|(_, value)| value.clone()))
    };
    if given("oauth_consumer_key", "key").as_deref() != Some(KEY) {
        return Err(Refusal(401, "invalid key"));
    }
    let token = given("oauth_token", "token").unwrap_or_default();
    let owner = state.members.iter().find(|it| it["token"] == token.as_str());
    owner.and_then(|it| it["id"].as_str()).map(str::to_owned).ok_or(Refusal(401, "invalid token"))
}

fn read_body(headers: &HeaderMap, bytes: &Bytes) -> Result<Value, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if bytes.is_empty() || !content_type.starts_with("application/json") {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|_| invalid("invalid JSON"))
}

fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["batch"]) => batch(state, asked),
        (_, ["boards", ..]) => boards::boards(state, method, &path[1..], asked),
        (_, ["lists", ..]) => boards::lists(state, method, &path[1..], asked),
        (_, ["labels", ..]) => boards::labels(state, method, &path[1..], asked),
        (_, ["cards", ..]) => cards::cards(state, method, &path[1..], asked),
        (_, ["checklists", ..]) => checklists::checklists(state, method, &path[1..], asked),
        (_, ["customFields", ..]) => fields::fields(state, method, &path[1..], asked),
        (_, ["members" | "organizations", ..]) => members::members(state, method, path, asked),
        (_, ["tokens" | "webhooks", ..]) => members::tokens(state, method, path, asked),
        ("GET", ["search"]) => cards::search(state, asked),
        ("GET", ["search", "members"]) => members::search(state, asked),
        _ => Err(NOT_FOUND),
    }
}

/// Up to ten GETs as one, each answered by its status.
fn batch(state: &mut State, asked: &Asked<'_>) -> Answer {
    let urls = asked.text("urls").unwrap_or_default();
    let urls: Vec<&str> = urls.split(',').filter(|it| !it.is_empty()).collect();
    if urls.is_empty() || urls.len() > 10 {
        return Err(invalid("Must provide 1 to 10 urls"));
    }
    let mut answers = Vec::new();
    for url in urls {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let path: Vec<&str> = path.trim_matches('/').split('/').collect();
        let one = Asked { caller: asked.caller.clone(), query, body: Value::Null, bytes: &[], origin: asked.origin.clone() };
        let answer = if path == ["batch"] { Err(NOT_FOUND) } else { route(state, &Method::GET, &path, &one) };
        answers.push(match answer {
            Ok(answer) => json!({ "200": answer }),
            Err(Refusal(status, why)) => json!({ "name": "Error", "message": why, "statusCode": status }),
        });
    }
    Ok(answers.into())
}

fn refuse(Refusal(status, why): &Refusal) -> Response<Body> {
    respond(StatusCode::from_u16(*status).unwrap_or_default(), "text/plain; charset=utf-8", (*why).to_owned())
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let left = [
        ("content-type", content_type),
        ("x-rate-limit-api-token-interval-ms", "10000"),
        ("x-rate-limit-api-token-max", "100"),
        ("x-rate-limit-api-token-remaining", "99"),
        ("x-rate-limit-api-key-interval-ms", "10000"),
        ("x-rate-limit-api-key-max", "300"),
        ("x-rate-limit-api-key-remaining", "299"),
    ];
    for (name, value) in left {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
