//! A simulated Bitbucket: one world with two doors, Cloud's API below `/2.0` and Data Center's below `/rest`.
//!
//! Both doors lead to the same repositories, pull requests and people, so that the same commands can be tried, and tested,
//! with either. What a door refuses, it refuses with the status and the body that its vendor has for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as From},
    http::{HeaderMap, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::standin::{
    Panel, Standin,
    report::{self, Listener},
};

mod center;
mod cloud;
mod page;
mod seed;
mod state;
mod told;
mod work;

#[cfg(test)]
pub(super) use state::{Build, Hook, Person, Pull, Ref, Repo, Run, Task, uuid};
pub(super) use state::{Opinion, State};

/// What the bot signs in with.
pub(super) const BOT_TOKEN: &str = "bitbucket-token-of-bellhop";
pub(super) const CLIENT_ID: &str = "consumer-of-bellhop";
pub(super) const CLIENT_SECRET: &str = "secret-of-the-consumer";

/// Which API the connection of the sandbox speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Door {
    #[default]
    Cloud,
    Center,
}

/// A Bitbucket with two projects and three people.
#[derive(Clone, Default)]
pub(super) struct Simulated {
    state: Arc<Mutex<State>>,
    door: Door,
}

pub(super) fn new() -> Box<dyn Standin> {
    Box::new(Simulated::default())
}

impl Simulated {
    #[cfg(test)]
    pub(super) fn at(door: Door) -> Simulated {
        Simulated { door, ..Simulated::default() }
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
        let (edition, workspace) = match self.door {
            Door::Cloud => ("cloud", "example"),
            Door::Center => ("data_center", "DEMO"),
        };
        let pairs = [("url", url), ("edition", edition), ("workspace", workspace), ("token", BOT_TOKEN)];
        pairs.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect()
    }

    fn add_webhook(&self, url: &str, secret: &str) {
        self.state().listeners.push(Listener::of_all(url, secret));
    }

    fn panel(&self) -> Panel {
        let state = self.state();
        let rows = state.repos.iter().flat_map(|repo| {
            repo.pulls.iter().rev().map(|pull| {
                let approved = pull.reviews.iter().filter(|it| it.opinion == Opinion::Approved).count();
                vec![
                    json!(format!("{}#{}", repo.slug, pull.id)),
                    json!(pull.title),
                    json!(pull.state),
                    json!(format!("{} → {}", pull.source, pull.target)),
                    json!(state.people[pull.author].name),
                    json!(format!("{approved} of {}", pull.reviews.len())),
                ]
            })
        });
        Panel {
            title: "Pull requests".into(),
            header: ["#", "Title", "State", "Branches", "Author", "Approved"].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

/// A request as the handlers see it.
struct Asked {
    method: String,
    /// Decoded.
    path: Vec<String>,
    query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    body: Value,
    /// The body as it came.
    bytes: Bytes,
    /// Where links lead: `http://127.0.0.1:8080`.
    origin: String,
    /// Whose token it was.
    who: usize,
}

impl Asked {
    fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.get(key)?.parse().ok()
    }
}

pub(super) struct Answer {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn json(body: Value) -> Answer {
        Answer::with(StatusCode::OK, body)
    }

    fn created(body: Value) -> Answer {
        Answer::with(StatusCode::CREATED, body)
    }

    fn with(status: StatusCode, body: Value) -> Answer {
        let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        Answer { status, headers, body: body.to_string().into_bytes() }
    }

    fn no_content() -> Answer {
        Answer { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Vec::new() }
    }

    fn text(text: &str) -> Answer {
        let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
        Answer { status: StatusCode::OK, headers, body: text.as_bytes().to_vec() }
    }

    fn elsewhere(location: String) -> Answer {
        Answer { status: StatusCode::FOUND, headers: vec![("location", location)], body: Vec::new() }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// What either door refuses, each in its own words.
#[derive(Debug)]
pub(super) enum Refusal {
    /// What is not there.
    Missing(String),
    /// A field, and what is wrong with it.
    Invalid(&'static str, String),
    Conflict(String),
    Forbidden(String),
    /// Data Center: another version than the one that was seen.
    Outdated,
    /// What keeps a pull request from being merged.
    Vetoed(String),
}

pub(super) type Outcome<T = Answer> = Result<T, Refusal>;

async fn serve(From(simulated): From<Simulated>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 5 << 20).await else {
        return respond(Answer::with(StatusCode::PAYLOAD_TOO_LARGE, Value::Null));
    };
    let host = parts.headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("localhost");
    let origin = format!("http://{host}");
    let mut state = simulated.state();
    let path = parts.uri.path();
    let all: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    let door = match all.first().map(String::as_str) {
        Some("2.0") => Door::Cloud,
        Some("rest") => Door::Center,
        Some("_files") => return respond(file(&state, &all)),
        Some("site") if path == "/site/oauth2/access_token" => return respond(token(&parts.headers, &bytes)),
        _ => return page::respond(&state, &all),
    };
    let Some(who) = signed_in(&state, &parts.headers) else {
        return respond(match door {
            Door::Cloud => cloud::unauthorized(),
            Door::Center => center::unauthorized(),
        });
    };
    let is_form = parts.headers.get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"multipart/form-data"));
    let body = match (bytes.is_empty() || is_form, serde_json::from_slice(&bytes)) {
        (true, _) => Value::Null,
        (false, Ok(body)) => body,
        (false, Err(_)) => return respond(Answer::with(StatusCode::BAD_REQUEST, Value::Null)),
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked { method: parts.method.to_string(), path: all[1..].to_vec(), query, body, bytes, origin, who };
    let before = (asked.method != "GET").then(|| state.repos.clone());
    let answer = match door {
        Door::Cloud => cloud::answer(&mut state, &asked),
        Door::Center => center::answer(&mut state, &asked),
    };
    report::send(before.map(|it| told::told(&it, &state, &asked, &door)).unwrap_or_default());
    respond(answer)
}

/// What lies where a download's request is sent on to: another server, which wants no credentials.
fn file(state: &State, path: &[String]) -> Answer {
    let found = match path {
        [_, slug, name] => state.repo(slug).ok().and_then(|it| it.downloads.get(name)),
        _ => None,
    };
    match found {
        Some(bytes) => Answer { status: StatusCode::OK, headers: Vec::new(), body: bytes.clone() },
        None => Answer::with(StatusCode::NOT_FOUND, Value::Null),
    }
}

fn decoded(part: &str) -> String {
    // Only `+` means something else in a form than in a path.
    let part = format!("p={}", part.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(part.as_bytes()).next().map(|(_, it)| it.into_owned()).unwrap_or_default()
}

/// Whose token it is: as a bearer's, or as the password of an address or a login.
fn signed_in(state: &State, headers: &HeaderMap) -> Option<usize> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let of = |token: &str| state.people.iter().position(|it| it.token == token);
    if let Some(token) = value.strip_prefix("Bearer ") {
        return of(token);
    }
    let text = String::from_utf8(STANDARD.decode(value.strip_prefix("Basic ")?).ok()?).ok()?;
    let (name, token) = text.split_once(':')?;
    of(token).filter(|who| state.people[*who].email == name || state.people[*who].login == name)
}

/// OAuth's client credentials grant (RFC 6749, 4.4), the only one that needs nobody.
fn token(headers: &HeaderMap, body: &Bytes) -> Answer {
    let shown = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    let grant = url::form_urlencoded::parse(body).any(|(key, value)| key == "grant_type" && value == "client_credentials");
    match (shown == expected, grant) {
        (true, true) => Answer::json(
            json!({"access_token": BOT_TOKEN, "token_type": "bearer", "expires_in": 7200, "scopes": "pullrequest:write"}),
        ),
        (true, false) => Answer::with(
            StatusCode::BAD_REQUEST,
            json!({"error": "unsupported_grant_type", "error_description": "This grant type is not supported."}),
        ),
        (false, _) => Answer::with(
            StatusCode::BAD_REQUEST,
            json!({"error": "unauthorized_client", "error_description": "Invalid OAuth client credentials"}),
        ),
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        if let Ok(value) = header::HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
