//! A simulated OpenProject 16: a server with state that answers as the real one does: HAL with links by what the account
//! may do, forms with their schema, `lockVersion` conflicts, pages with `nextByOffset`, and errors with their identifiers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderValue, Method, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::standin::{
    Panel, Standin,
    report::{self, Listener},
};

mod discussion;
mod filter;
mod forms;
mod packages;
mod page;
mod people;
mod places;
mod queries;
mod seed;
pub(super) mod state;
mod time;
mod told;
mod values;

use state::{Caller, State};

/// The API token of the bot's account, which is an administrator's.
pub(super) const BOT_TOKEN: &str = "openproject-token-of-bellhop";
/// An OAuth application whose Client Credentials User is the bot.
pub(super) const CLIENT: (&str, &str) = ("bellhop-client", "bellhop-client-secret");
const OAUTH_TOKEN: &str = "openproject-oauth-token";

/// An OpenProject with two projects and three people.
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
        Map::from_iter([("url".to_owned(), json!(url)), ("api_key".to_owned(), json!(BOT_TOKEN))])
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let row = |it: &state::Package| {
            vec![
                json!(it.id),
                json!(state.project(it.project).map(|it| it.identifier.clone())),
                json!(state::name_in(&state::TYPES, it.kind)),
                json!(it.subject),
                json!(state::name_in(&state::STATUSES, it.status)),
                json!(it.assignee.map(|id| state.user_name(id)).unwrap_or_default()),
                json!(it.updated.to_string()),
            ]
        };
        Panel {
            title: "Work packages".into(),
            header: ["#", "Project", "Type", "Subject", "Status", "Assignee", "Updated"].map(str::to_owned).to_vec(),
            rows: state.packages.iter().rev().map(row).collect(),
        }
    }
}

/// A request as the handlers see it.
struct Asked<'a> {
    caller: Caller,
    path: &'a str,
    query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    body: Value,
    bytes: &'a Bytes,
}

impl Asked<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The number at the end of a link of the body; none where it leads nowhere, as where it is not given.
    fn linked(&self, name: &str) -> Option<u64> {
        values::id_of(&self.body["_links"][name])
    }

    /// Whether the body says where a link leads, be it nowhere.
    fn links(&self, name: &str) -> bool {
        self.body["_links"].get(name).is_some()
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = &self.body[name];
        value.as_str().or_else(|| value["raw"].as_str()).map(str::to_owned)
    }

    /// A collection, of which one page is answered.
    fn page(&self, items: Vec<Value>) -> Answer {
        self.page_of(items, |it| it)
    }

    /// The same of what is written only where it is on that page.
    fn page_of<T>(&self, items: Vec<T>, write: impl Fn(T) -> Value) -> Answer {
        let number = |name: &str| self.get(name).and_then(|it| it.parse::<usize>().ok());
        let (offset, size) = (number("offset").unwrap_or(1).max(1), number("pageSize").unwrap_or(20).clamp(1, 1000));
        let total = items.len();
        let elements: Vec<Value> = items.into_iter().skip((offset - 1) * size).take(size).map(write).collect();
        let at = |offset: usize| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            let kept = self.query.iter().filter(|(name, _)| !matches!(name.as_str(), "offset" | "pageSize"));
            query.extend_pairs(kept).append_pair("offset", &offset.to_string()).append_pair("pageSize", &size.to_string());
            json!({ "href": format!("{}?{}", self.path, query.finish()) })
        };
        let mut links = json!({ "self": at(offset) });
        if offset * size < total {
            links["nextByOffset"] = at(offset + 1);
        }
        if self.path.ends_with("/work_packages") {
            links["representations"] =
                json!([{ "href": "/work_packages.pdf", "identifier": "pdf", "type": "application/pdf", "title": "PDF" }]);
        }
        Answer::json(json!({
            "_type": "Collection", "total": total, "count": elements.len(), "pageSize": size, "offset": offset,
            "_embedded": { "elements": elements }, "_links": links,
        }))
    }
}

/// A collection that comes whole.
fn whole(items: Vec<Value>) -> Answer {
    Answer::json(json!({
        "_type": "Collection", "total": items.len(), "count": items.len(), "_embedded": { "elements": items }, "_links": {},
    }))
}

struct Answer {
    status: StatusCode,
    body: Option<Value>,
    location: Option<String>,
    /// What is no JSON.
    file: Option<Box<[u8]>>,
}

impl Answer {
    fn json(body: Value) -> Answer {
        Answer { body: Some(body), ..Answer::empty(StatusCode::OK) }
    }

    fn created(body: Value) -> Answer {
        Answer { status: StatusCode::CREATED, ..Answer::json(body) }
    }

    fn empty(status: StatusCode) -> Answer {
        Answer { status, body: None, location: None, file: None }
    }

    fn no_content() -> Answer {
        Answer::empty(StatusCode::NO_CONTENT)
    }

    fn error(status: StatusCode, identifier: &str, message: &str, attribute: Option<&str>) -> Answer {
        let mut body = json!({
            "_type": "Error", "errorIdentifier": format!("urn:openproject-org:api:v3:errors:{identifier}"), "message": message,
        });
        if let Some(attribute) = attribute {
            body["_embedded"] = json!({ "details": { "attribute": attribute } });
        }
        Answer { status, ..Answer::json(body) }
    }

    fn not_found() -> Answer {
        Answer::error(StatusCode::NOT_FOUND, "NotFound", "The requested resource could not be found.", None)
    }

    fn forbidden() -> Answer {
        Answer::error(StatusCode::FORBIDDEN, "MissingPermission", "You are not authorized to access this resource.", None)
    }

    /// One refusal, or several as OpenProject joins them.
    fn invalid(errors: &[(&str, &str)]) -> Answer {
        let one = |(attribute, message): &(&str, &str)| {
            Answer::error(StatusCode::UNPROCESSABLE_ENTITY, "PropertyConstraintViolation", message, Some(attribute))
        };
        if let [error] = errors {
            return one(error);
        }
        let parts: Vec<Value> = errors.iter().filter_map(|it| one(it).body).collect();
        let message = "Multiple field constraints have been violated.";
        let mut answer = Answer::error(StatusCode::UNPROCESSABLE_ENTITY, "MultipleErrors", message, None);
        answer.body = answer.body.map(|mut it| {
            it["_embedded"] = json!({ "errors": parts });
            it
        });
        answer
    }
}

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 32 << 20).await else {
        return respond(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut state = simulated.state();
    let path = parts.uri.path();
    if path == "/oauth/token" && parts.method == Method::POST {
        return respond(token(&bytes));
    }
    if !path.starts_with("/api/v3") {
        return page::respond(&state, path);
    }
    let Some(caller) = caller(&state, text("authorization")) else {
        let message = "You need to be authenticated to access this resource.";
        return respond(Answer::error(StatusCode::UNAUTHORIZED, "Unauthenticated", message, None));
    };
    let content_type = text("content-type");
    let writes = parts.method == Method::POST || parts.method == Method::PATCH;
    if writes && content_type.is_empty() {
        return respond(Answer::error(StatusCode::NOT_ACCEPTABLE, "TypeNotSupported", "Missing content-type header", None));
    }
    let body = match content_type.starts_with("application/json") && !bytes.is_empty() {
        true => match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) => {
                let message = "The request body was not a single JSON object.";
                return respond(Answer::error(StatusCode::BAD_REQUEST, "InvalidRequestBody", message, None));
            }
        },
        false => Value::Null,
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { caller, path, query, body, bytes: &bytes };
    let segments: Vec<&str> = path.trim_matches('/').split('/').skip(2).collect();
    let before = (parts.method != Method::GET).then(|| told::Before::of(&state));
    let answer = route(&mut state, &parts.method, &segments, &asked).unwrap_or_else(|it| it);
    report::send(before.map(|it| it.told(&state, caller)).unwrap_or_default());
    respond(answer)
}

fn caller(state: &State, authorization: &str) -> Option<Caller> {
    let user = match authorization.split_once(' ')? {
        ("Basic", encoded) => {
            let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
            let token = pair.strip_prefix("apikey:")?.to_owned();
            state.users.iter().find(|it| it.token == token && it.status == "active")?
        }
        ("Bearer", OAUTH_TOKEN) => state.users.iter().find(|it| it.id == state::BOT)?,
        _ => return None,
    };
    Some(Caller { id: user.id, admin: user.admin })
}

fn token(bytes: &Bytes) -> Answer {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(bytes).into_owned().collect();
    let is = |key: &str, wanted: &str| form.iter().any(|(name, value)| name == key && value == wanted);
    match is("grant_type", "client_credentials") && is("client_id", CLIENT.0) && is("client_secret", CLIENT.1) {
        true => {
            Answer::json(json!({ "access_token": OAUTH_TOKEN, "token_type": "Bearer", "expires_in": 7200, "scope": "api_v3" }))
        }
        false => Answer {
            status: StatusCode::UNAUTHORIZED,
            ..Answer::json(json!({ "error": "invalid_client", "error_description": "Client authentication failed." }))
        },
    }
}

/// An answer, or the refusal that came first.
type Outcome = Result<Answer, Answer>;

fn route(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Outcome {
    let routes = [packages::route, discussion::route, people::route, places::route, queries::route, time::route];
    let known = routes.iter().find_map(|it| it(state, method, path, asked));
    known.unwrap_or_else(|| Err(Answer::not_found()))
}

/// The number in a path.
fn number(text: &str) -> Result<u64, Answer> {
    text.parse().map_err(|_| Answer::not_found())
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if answer.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"OpenProject API\""));
    }
    if let Some(location) = answer.location.and_then(|it| HeaderValue::from_str(&it).ok()) {
        headers.insert(header::LOCATION, location);
    }
    if let Some(file) = answer.file {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        *response.body_mut() = Body::from(file.into_vec());
    } else if let Some(body) = answer.body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/hal+json; charset=utf-8"));
        *response.body_mut() = Body::from(body.to_string());
    }
    response
}
