//! Zulip's REST API below `/api/v1`. <https://zulip.com/api/rest>

mod channels;
mod drafts;
mod events;
mod groups;
pub(super) mod messages;
mod news;
mod people;
pub(super) mod reactions;
mod scheduled;
mod subscriptions;
mod topics;
pub(super) mod uploads;

use std::cell::RefCell;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State as Extract},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use super::{ZulipSim, state::State};

pub use uploads::{temporary, upload, user_upload};

/// A refusal: the status, and the body's `code`, `msg` and further fields.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    pub status: StatusCode,
    pub body: Value,
}

impl Refusal {
    pub fn bad(message: impl Into<String>) -> Refusal {
        Refusal::coded(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub fn coded(status: StatusCode, code: &str, message: impl Into<String>) -> Refusal {
        Refusal { status, body: json!({"result": "error", "msg": message.into(), "code": code}) }
    }

    fn with(mut self, name: &str, value: Value) -> Refusal {
        self.body[name] = value;
        self
    }

    fn missing(name: &str) -> Refusal {
        Refusal::coded(StatusCode::BAD_REQUEST, "REQUEST_VARIABLE_MISSING", format!("Missing '{name}' argument"))
            .with("var_name", json!(name))
    }

    fn no_stream(given: &str) -> Refusal {
        Refusal::coded(StatusCode::BAD_REQUEST, "STREAM_DOES_NOT_EXIST", format!("Channel '{given}' does not exist"))
            .with("stream", json!(given))
    }

    fn not_administrator() -> Refusal {
        Refusal::coded(StatusCode::BAD_REQUEST, "UNAUTHORIZED_PRINCIPAL", "Must be an organization administrator")
    }

    fn no_permission() -> Refusal {
        Refusal::bad("Insufficient permission")
    }

    fn no_user() -> Refusal {
        Refusal::bad("No such user")
    }

    fn no_message() -> Refusal {
        Refusal::bad("Invalid message(s)")
    }
}

pub type Answer = Result<Value, Refusal>;

/// A request's parameters; remembers which were asked for, since Zulip names the others.
pub struct Params {
    given: Map<String, Value>,
    used: RefCell<Vec<String>>,
    /// Who asks.
    pub me: i64,
    /// The program that asks, by its `User-Agent`.
    pub client: String,
}

impl Params {
    fn text(&self, name: &str) -> Option<String> {
        self.used.borrow_mut().push(name.to_owned());
        self.given.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    /// A parameter that is encoded as JSON.
    fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        let parsed = self.text(name).map(|text| serde_json::from_str(&text));
        parsed.transpose().map_err(|_| Refusal::bad(format!("{name} is not valid JSON")))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let parsed = self.text(name).map(|text| text.parse());
        parsed.transpose().map_err(|_| Refusal::bad(format!("{name} is not an integer")))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|text| text.eq_ignore_ascii_case("true"))
    }
}

/// Everything below `/api/v1` but the long poll and uploads.
pub async fn call(
    Extract(sim): Extract<ZulipSim>,
    Path(path): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let Some(methods) = allowed(&segments) else {
        let page = Html(
            "<!DOCTYPE html><html><head><title>Page not found | Zulip</title></head><body>Page not found (404)</body></html>",
        );
        return (StatusCode::NOT_FOUND, page).into_response();
    };
    if !methods.contains(&method.as_str()) {
        let body = json!({"result": "error", "msg": "Method Not Allowed", "allowed_methods": methods});
        return (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response();
    }
    let given = given(query.as_deref().unwrap_or_default(), &body);
    if segments == ["server_settings"] {
        return sim.with(|state| respond(Ok(people::server_settings(state)), None, None));
    }
    let (me, quota) = match sim.with(|state| admit(state, &headers, if segments == ["events"] { "events" } else { "api" })) {
        Ok(admitted) => admitted,
        Err((refusal, quota)) => return respond(Err(refusal), quota, None),
    };
    let params = Params { given, used: RefCell::default(), me, client: client(&headers) };
    if segments == ["events"] && method == Method::GET {
        let wanted = match events::wanted(&params) {
            Ok(wanted) => wanted,
            Err(refusal) => return respond(Err(refusal), Some(quota), None),
        };
        drop(params);
        return respond(events::poll(&sim, me, wanted).await, Some(quota), None);
    }
    let response = sim.with(|state| {
        let changes_channels = matches!(segments.as_slice(), ["streams", ..] | ["users", "me", "subscriptions"]);
        let before = (method != Method::GET && changes_channels).then(|| news::Sight::of(state));
        let answer = route(state, &method, &segments, &params);
        if let Some(before) = before {
            before.tell(state);
        }
        respond(answer, Some(quota), Some(&params))
    });
    if segments.first() == Some(&"scheduled_messages") {
        scheduled::deliver_in_time(&sim);
    }
    response
}

/// The methods of a path; none when there is no such path.
fn allowed(segments: &[&str]) -> Option<&'static [&'static str]> {
    Some(match segments {
        ["server_settings"] => &["GET"],
        ["messages"] => &["GET", "POST"],
        ["messages", "flags"] | ["messages", "render"] | ["register"] | ["typing"] | ["submessage"] => &["POST"],
        ["messages", _] => &["GET", "PATCH", "DELETE"],
        ["messages", _, "reactions"] => &["POST", "DELETE"],
        ["messages", _, "history" | "read_receipts"] => &["GET"],
        ["streams"] | ["get_stream_id"] | ["user_groups"] => &["GET"],
        ["users"] => &["GET", "POST"],
        ["users", "me", "subscriptions"] => &["GET", "POST", "DELETE"],
        ["users", "me", "subscriptions", "properties"] | ["users", "me", "presence"] | ["user_topics"] => &["POST"],
        ["users", "me", "muted_users", _] => &["POST", "DELETE"],
        ["users", "me", _, "topics"] | ["users", "me"] | ["realm", "presence"] => &["GET"],
        ["users", _, "presence" | "status"] | ["users", _, "subscriptions", _] => &["GET"],
        ["users", _, "reactivate"] => &["POST"],
        ["users", _] => &["GET", "PATCH", "DELETE"],
        ["streams", _, "members" | "email_address"] => &["GET"],
        ["streams", _, "delete_topic"] => &["POST"],
        ["streams", _] => &["GET", "PATCH", "DELETE"],
        ["user_groups", "create"] | ["user_groups", _, "deactivate"] => &["POST"],
        ["user_groups", _, "members"] => &["GET", "POST"],
        ["user_groups", _] => &["PATCH"],
        ["scheduled_messages"] | ["drafts"] => &["GET", "POST"],
        ["scheduled_messages", _] | ["drafts", _] => &["PATCH", "DELETE"],
        ["events"] => &["GET", "DELETE"],
        ["user_uploads", _, ..] => &["GET"],
        _ => return None,
    })
}

fn route(state: &mut State, method: &Method, segments: &[&str], params: &Params) -> Answer {
    match (method.as_str(), segments) {
        ("POST", ["messages"]) => messages::send(state, params),
        ("GET", ["messages"]) => messages::list(state, params),
        ("POST", ["messages", "flags"]) => messages::flags(state, params),
        ("POST", ["messages", "render"]) => messages::render(state, params),
        ("GET", ["messages", id]) => messages::get(state, id, params),
        ("PATCH", ["messages", id]) => messages::edit(state, id, params),
        ("DELETE", ["messages", id]) => messages::delete(state, id, params),
        ("POST", ["messages", id, "reactions"]) => reactions::add(state, id, params),
        ("DELETE", ["messages", id, "reactions"]) => reactions::remove(state, id, params),
        ("POST", ["submessage"]) => messages::submessage(state, params),
        ("POST", ["typing"]) => messages::typing(state, params),
        ("GET", ["messages", id, "history"]) => messages::history(state, id, params),
        ("GET", ["messages", id, "read_receipts"]) => messages::readers(state, id, params),
        ("GET", ["users"]) => Ok(people::list(state)),
        ("POST", ["users"]) => people::create(state, params),
        ("GET", ["users", "me"]) => people::me(state, params),
        ("GET", ["users", "me", "subscriptions"]) => Ok(subscriptions::mine(state, params)),
        ("POST", ["users", "me", "subscriptions"]) => subscriptions::subscribe(state, params),
        ("DELETE", ["users", "me", "subscriptions"]) => subscriptions::unsubscribe(state, params),
        ("POST", ["users", "me", "subscriptions", "properties"]) => subscriptions::properties(state, params),
        ("POST", ["users", "me", "presence"]) => Err(Refusal::bad("Presence is not supported for bot users.")),
        ("POST", ["users", "me", "muted_users", user]) => people::mute(state, user, params),
        ("DELETE", ["users", "me", "muted_users", user]) => people::unmute(state, user, params),
        ("GET", ["users", "me", stream, "topics"]) => topics::list(state, stream, params),
        ("GET", ["users", user, "presence"]) => people::presence(state, user),
        ("GET", ["realm", "presence"]) => Ok(people::presences(state)),
        ("GET", ["users", user, "status"]) => people::status(state, user),
        ("GET", ["users", user, "subscriptions", stream]) => subscriptions::of(state, user, stream, params),
        ("POST", ["users", user, "reactivate"]) => people::reactivate(state, user, params),
        ("GET", ["users", user]) => people::get(state, user),
        ("PATCH", ["users", user]) => people::update(state, user, params),
        ("DELETE", ["users", user]) => people::deactivate(state, user, params),
        ("POST", ["user_topics"]) => topics::set_visibility(state, params),
        ("GET", ["streams"]) => Ok(channels::list(state, params)),
        ("GET", ["streams", stream]) => channels::get(state, stream, params),
        ("PATCH", ["streams", stream]) => channels::update(state, stream, params),
        ("DELETE", ["streams", stream]) => channels::archive(state, stream, params),
        ("GET", ["streams", stream, "members"]) => channels::members(state, stream, params),
        ("GET", ["streams", stream, "email_address"]) => channels::email(state, stream, params),
        ("POST", ["streams", stream, "delete_topic"]) => topics::delete(state, stream, params),
        ("GET", ["get_stream_id"]) => channels::id_of(state, params),
        ("GET", ["user_groups"]) => Ok(json!({"user_groups": state.groups_json()})),
        ("POST", ["user_groups", "create"]) => groups::create(state, params),
        ("PATCH", ["user_groups", group]) => groups::update(state, group, params),
        ("POST", ["user_groups", group, "deactivate"]) => groups::deactivate(state, group, params),
        ("GET", ["user_groups", group, "members"]) => groups::members(state, group, params),
        ("POST", ["user_groups", group, "members"]) => groups::change_members(state, group, params),
        ("GET", ["scheduled_messages"]) => Ok(scheduled::list(state, params)),
        ("POST", ["scheduled_messages"]) => scheduled::create(state, params),
        ("PATCH", ["scheduled_messages", id]) => scheduled::update(state, id, params),
        ("DELETE", ["scheduled_messages", id]) => scheduled::delete(state, id, params),
        ("GET", ["drafts"]) => Ok(drafts::list(state, params)),
        ("POST", ["drafts"]) => drafts::create(state, params),
        ("PATCH", ["drafts", id]) => drafts::update(state, id, params),
        ("DELETE", ["drafts", id]) => drafts::delete(state, id, params),
        ("POST", ["register"]) => events::register(state, params),
        ("DELETE", ["events"]) => events::delete(state, params),
        ("GET", ["user_uploads", path @ ..]) => uploads::link(state, &path.join("/")),
        _ => Err(Refusal::bad("Unknown request")),
    }
}

fn given(query: &str, body: &Bytes) -> Map<String, Value> {
    let pairs = url::form_urlencoded::parse(query.as_bytes()).chain(url::form_urlencoded::parse(body));
    pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}

fn client(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    agent.split('/').next().unwrap_or_default().to_owned()
}

/// The limit, what remains of it, and when it is full again (unix seconds).
type Quota = (u32, usize, i64);

/// Who asks, when they may. Zulip counts each user's requests, reads of an event queue apart.
pub(super) fn admit(state: &mut State, headers: &HeaderMap, bucket: &str) -> Result<(i64, Quota), (Refusal, Option<Quota>)> {
    let unauthorized = |message: &str| (Refusal::coded(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message), None);
    let basic = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).and_then(|it| it.strip_prefix("Basic "));
    let basic = basic.ok_or_else(|| unauthorized("Not logged in: API authentication or user session required"))?;
    let decoded = BASE64_STANDARD.decode(basic).ok().and_then(|it| String::from_utf8(it).ok()).unwrap_or_default();
    let Some((email, key)) = decoded.split_once(':') else {
        return Err(unauthorized("Invalid authorization header for basic auth"));
    };
    let user = state.users.iter().find(|it| it.email == email || it.delivery_email.as_deref() == Some(email));
    let Some(user) = user.filter(|it| it.api_key == key) else {
        return Err((Refusal::coded(StatusCode::UNAUTHORIZED, "INVALID_API_KEY", "Invalid API key"), None));
    };
    if !user.active {
        return Err((Refusal::coded(StatusCode::UNAUTHORIZED, "USER_DEACTIVATED", "Account is deactivated"), None));
    }
    let (me, now, limit) = (user.id, state.now, state.per_minute);
    let recent = state.requests.entry(format!("{bucket}:{me}")).or_default();
    while recent.front().is_some_and(|at| now - at >= 60_000_000) {
        recent.pop_front();
    }
    let first = recent.front().copied().unwrap_or(now);
    let reset = (first + 60_000_000) / 1_000_000;
    if recent.len() >= limit as usize {
        #[allow(clippy::cast_precision_loss, reason = "at most a minute in microseconds")]
        let wait = (first + 60_000_000 - now) as f64 / 1e6;
        let refusal = Refusal::coded(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_HIT", "API usage exceeded rate limit");
        return Err((refusal.with("retry-after", json!(wait)), Some((limit, 0, reset))));
    }
    recent.push_back(now);
    Ok((me, (limit, limit as usize - recent.len(), reset)))
}

/// The answer with its headers, and with the parameters that nobody asked for.
fn respond(answer: Answer, quota: Option<Quota>, params: Option<&Params>) -> Response {
    let (status, body) = match answer {
        Ok(mut answer) => {
            let mut whole = json!({"result": "success", "msg": ""});
            if let (Some(whole), Some(answer)) = (whole.as_object_mut(), answer.as_object_mut()) {
                whole.append(answer);
            }
            if let Some(params) = params {
                let used = params.used.borrow();
                let ignored: Vec<&String> = params.given.keys().filter(|it| !used.contains(it)).collect();
                if !ignored.is_empty() {
                    whole["ignored_parameters_unsupported"] = json!(ignored);
                }
            }
            (StatusCode::OK, whole)
        }
        Err(refusal) => (refusal.status, refusal.body),
    };
    let retry_after = body.get("retry-after").map(Value::to_string);
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    if let Some((limit, remaining, reset)) = quota {
        headers.insert("x-ratelimit-limit", HeaderValue::from(limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(reset));
    }
    if let Some(seconds) = retry_after.and_then(|it| HeaderValue::from_str(&it).ok()) {
        headers.insert(header::RETRY_AFTER, seconds);
    }
    response
}
