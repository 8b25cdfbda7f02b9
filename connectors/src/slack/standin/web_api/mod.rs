//! Slack's Web API: `POST /api/{method}`, with arguments as a form, as JSON, or in the query.
//!
//! It answers 200 with `ok: false` and a code for nearly every refusal, as Slack does; the codes are
//! those on each method's page at <https://docs.slack.dev/reference/methods>.

mod administer;
mod chat;
pub(super) mod conversations;
pub(super) mod files;
mod kept;
pub(super) mod reactions;
mod schedule;
mod team;
mod users;
mod views;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State as Extract},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{SlackSim, state::State};

pub(super) use chat::{content, link_names, metadata};
pub(super) use files::{content as file_content, download, upload};
pub(super) use views::{HowMany, OnTop, close, open_view, set_view, shown, touch};

/// A refusal.
#[derive(Debug, PartialEq)]
pub struct ApiError {
    pub code: &'static str,
    /// What `response_metadata.messages` says.
    pub messages: Vec<String>,
    /// Seconds, for `ratelimited`.
    pub retry_after: Option<u32>,
}

impl ApiError {
    pub fn new(code: &'static str) -> ApiError {
        ApiError { code, messages: Vec::new(), retry_after: None }
    }

    pub fn invalid(messages: Vec<String>) -> ApiError {
        ApiError { code: "invalid_arguments", messages, retry_after: None }
    }

    pub fn rate_limited(seconds: u32) -> ApiError {
        ApiError { code: "ratelimited", messages: Vec::new(), retry_after: Some(seconds) }
    }

    pub fn json(&self) -> Value {
        let mut json = json!({"ok": false, "error": self.code});
        if !self.messages.is_empty() {
            json["response_metadata"] = json!({"messages": self.messages});
        }
        json
    }
}

pub type Answer = Result<Value, ApiError>;

/// A method's arguments, wherever they stood in the request.
pub struct Args(pub Map<String, Value>);

impl Args {
    /// A text; numbers and booleans as they are written.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    pub fn required(&self, name: &str) -> Result<String, ApiError> {
        let missing = || ApiError::invalid(vec![format!("[ERROR] missing required field: {name}")]);
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(missing)
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|text| matches!(text.as_str(), "true" | "1" | "True"))
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// A structure: JSON itself, or a string of JSON.
    pub fn json(&self, name: &str, error: &'static str) -> Result<Option<Value>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| ApiError::new(error)),
            Some(other) => Ok(Some(other.clone())),
        }
    }

    /// Values separated by commas, or a JSON list.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            _ => self
                .text(name)
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// One page of `items`, and the cursor of the next.
    pub fn page(&self, items: Vec<Value>, default: usize) -> Result<(Vec<Value>, String), ApiError> {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let limit = match self.number("limit") {
            None | Some(0) => default,
            Some(limit) => usize::try_from(limit).ok().filter(|it| *it <= 1000).ok_or(ApiError::new("invalid_limit"))?,
        };
        let start = match self.text("cursor").filter(|it| !it.is_empty()) {
            None => 0,
            Some(cursor) => {
                let decoded = BASE64_STANDARD.decode(cursor).ok().and_then(|it| String::from_utf8(it).ok());
                let start = decoded.as_deref().and_then(|it| it.strip_prefix("next:")).and_then(|it| it.parse::<usize>().ok());
                start.ok_or(ApiError::new("invalid_cursor"))?
            }
        };
        let next = match start + limit < items.len() {
            true => BASE64_STANDARD.encode(format!("next:{}", start + limit)),
            false => String::new(),
        };
        Ok((items.into_iter().skip(start).take(limit).collect(), next))
    }
}

/// The whole API as a table: what is not here is `unknown_method`.
fn method(name: &str) -> Option<fn(&mut State, &Args) -> Answer> {
    Some(match name {
        // Only an app-level token opens it: see `run`.
        "apps.connections.open" => team::api_test,
        "api.test" => team::api_test,
        "auth.test" => team::auth_test,
        "team.info" => team::info,
        "bots.info" => team::bots_info,
        "usergroups.list" => team::usergroups_list,
        "usergroups.users.list" => team::usergroups_users_list,
        "usergroups.users.update" => team::usergroups_users_update,
        "emoji.list" => team::emoji_list,
        "chat.postMessage" => chat::post,
        "chat.postEphemeral" => chat::post_ephemeral,
        "chat.update" => chat::update,
        "chat.unfurl" => super::links::unfurl,
        "chat.delete" => chat::delete,
        "chat.getPermalink" => chat::permalink,
        "chat.scheduleMessage" => schedule::schedule,
        "chat.deleteScheduledMessage" => schedule::delete,
        "chat.scheduledMessages.list" => schedule::list,
        "conversations.list" => conversations::list,
        "conversations.info" => conversations::info,
        "conversations.open" => conversations::open,
        "conversations.history" => conversations::history,
        "conversations.replies" => conversations::replies,
        "conversations.members" => conversations::members,
        "conversations.join" => conversations::join,
        "conversations.leave" => conversations::leave,
        "conversations.create" => conversations::create,
        "conversations.invite" => conversations::invite,
        "conversations.setTopic" => conversations::set_topic,
        "conversations.setPurpose" => administer::set_purpose,
        "conversations.rename" => administer::rename,
        "conversations.kick" => administer::kick,
        "conversations.archive" => administer::archive,
        "conversations.unarchive" => administer::unarchive,
        "users.list" => users::list,
        "users.info" => users::info,
        "users.lookupByEmail" => users::by_email,
        "users.getPresence" => users::presence,
        "users.conversations" => users::conversations,
        "users.profile.get" => users::profile,
        "reactions.add" => reactions::add,
        "reactions.remove" => reactions::remove,
        "reactions.get" => reactions::get,
        "pins.add" => kept::pin,
        "pins.remove" => kept::unpin,
        "pins.list" => kept::pins,
        "bookmarks.add" => kept::bookmark,
        "bookmarks.list" => kept::bookmarks,
        "views.open" => views::open,
        "views.push" => views::push,
        "views.update" => views::update,
        "views.publish" => views::publish,
        "files.getUploadURLExternal" => files::get_upload_url,
        "files.completeUploadExternal" => files::complete,
        "files.info" => files::info,
        "files.list" => files::list,
        "files.delete" => files::delete,
        _ => return None,
    })
}

/// `/api/{method}`
pub async fn call(
    Extract(sim): Extract<SlackSim>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (token, args) = match arguments(query.as_deref().unwrap_or_default(), &headers, &body) {
        Ok(read) => read,
        Err(error) => return answer(&Err(error), None),
    };
    if let Some(result) = sim.about_tokens(&name, token.as_deref(), &args) {
        return answer(&result.map(whole), None);
    }
    let now = sim.0.options.clock.micros();
    let granted = token.as_deref().and_then(|token| sim.grants(|it| it.check(token, now)));
    match granted {
        Some(Err(error)) => answer(&Err(error), None),
        Some(Ok(allowed)) => {
            let Some(sim) = meant(&sim, &allowed.of, &args) else {
                return answer(&Err(ApiError::new("missing_argument")), Some(&allowed.scope));
            };
            sim.with(|state| {
                let own = state.app.bot_token.clone();
                answer(&run(state, &name, Some(&own), &args), Some(&allowed.scope))
            })
        }
        None => sim.with(|state| {
            let result = run(state, &name, token.as_deref(), &args);
            answer(&result, Some(state.app.scopes))
        }),
    }
}

/// The workspace that a call is about: the token's, or of an organization's the one that its arguments name.
fn meant(sim: &SlackSim, of: &str, args: &Args) -> Option<SlackSim> {
    if let Some(workspace) = sim.workspace(of) {
        return Some(workspace);
    }
    if let Some(team) = args.text("team_id").filter(|it| !it.is_empty()) {
        return sim.workspace(&team);
    }
    let knows = |state: &State| {
        let channel = args.text("channel").is_some_and(|it| state.channel(&it).is_some());
        let people = args.list("users").iter().chain(args.text("user").iter()).any(|it| state.user(it).is_some());
        channel || people
    };
    let named = ["channel", "user", "users"].iter().any(|it| args.text(it).is_some());
    sim.workspaces().into_iter().find(|it| !named || it.look(knows))
}

fn run(state: &mut State, name: &str, token: Option<&str>, args: &Args) -> Answer {
    let Some(method) = method(name) else {
        let mut error = ApiError::new("unknown_method").json();
        error["req_method"] = json!(name);
        return Ok(error);
    };
    match token {
        Some(token) if name == "apps.connections.open" => return super::socket::open(state, token),
        _ if name == "api.test" => {}
        None | Some("") => return Err(ApiError::new("not_authed")),
        Some(token) if token.starts_with("xapp-") => return Err(ApiError::new("not_allowed_token_type")),
        Some(token) if token != state.app.bot_token => return Err(ApiError::new("invalid_auth")),
        Some(_) => {}
    }
    method(state, args).map(whole)
}

/// With `ok: true` in front, where a method says nothing of it.
fn whole(mut answer: Value) -> Value {
    if answer.get("ok").is_some() {
        return answer;
    }
    let mut whole = json!({"ok": true});
    if let (Some(whole), Some(answer)) = (whole.as_object_mut(), answer.as_object_mut()) {
        whole.append(answer);
    }
    whole
}

fn answer(result: &Answer, scopes: Option<&str>) -> Response {
    let status = match result {
        Err(ApiError { retry_after: Some(_), .. }) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::OK,
    };
    let json = match result {
        Ok(json) => json.clone(),
        Err(error) => error.json(),
    };
    let mut response = (status, Json(json)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    if let Some(scopes) = scopes.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert("x-oauth-scopes", scopes);
        headers.insert("x-accepted-oauth-scopes", HeaderValue::from_static("chat:write"));
    }
    if let Err(ApiError { retry_after: Some(seconds), .. }) = result {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// The token and the arguments of a request.
fn arguments(query: &str, headers: &HeaderMap, body: &Bytes) -> Result<(Option<String>, Args), ApiError> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut args: Map<String, Value> = form(query.as_bytes());
    let content_type = text(header::CONTENT_TYPE).to_ascii_lowercase();
    let mut from_json = false;
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => match serde_json::from_slice(body) {
            Ok(Value::Object(json)) => {
                from_json = true;
                args.extend(json);
            }
            Ok(_) => return Err(ApiError::new("json_not_object")),
            Err(_) if body.is_empty() => {}
            Err(_) => return Err(ApiError::new("invalid_json")),
        },
        "application/x-www-form-urlencoded" => args.extend(form(body)),
        "multipart/form-data" => args.extend(files::multipart_fields(&content_type_raw(headers), body)?),
        "" => {}
        _ if body.is_empty() => {}
        _ => return Err(ApiError::new("invalid_post_type")),
    }
    let authorization = text(header::AUTHORIZATION);
    let bearer = authorization.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    // An app's own credentials come so too: Slack asks for it, and its SDKs do it.
    let basic = authorization.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    if let Some((id, secret)) = basic.and_then(|(_, encoded)| credentials(encoded)) {
        args.insert("client_id".into(), id.into());
        args.insert("client_secret".into(), secret.into());
    }
    let given = args.remove("token").and_then(|it| it.as_str().map(str::to_owned));
    // With a JSON body, a token in the body does not count.
    let token = bearer.map(|(_, token)| token.trim().to_owned()).or(given.filter(|_| !from_json));
    Ok((token, Args(args)))
}

/// The two parts of a basic authorization.
fn credentials(encoded: &str) -> Option<(String, String)> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn content_type_raw(headers: &HeaderMap) -> String {
    headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
}

fn form(encoded: &[u8]) -> Map<String, Value> {
    url::form_urlencoded::parse(encoded).map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}

/// The channel that an argument names: its id, or `#name` and `name` where Slack allows it.
fn channel_id(state: &State, given: &str) -> Result<String, ApiError> {
    let name = given.trim_start_matches('#');
    let found = state.channels.iter().find(|it| it.id == given || (!it.name.is_empty() && it.name == name));
    found.map(|it| it.id.clone()).ok_or(ApiError::new("channel_not_found"))
}

/// As [`channel_id`], by id alone.
fn by_id(state: &State, args: &Args) -> Result<String, ApiError> {
    let given = args.required("channel")?;
    state.channel(&given).map(|it| it.id.clone()).ok_or(ApiError::new("channel_not_found"))
}

fn next_cursor(cursor: &str) -> Value {
    json!({"next_cursor": cursor})
}
