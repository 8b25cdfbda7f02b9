//! The raw requests in both directions, for the page's panel and for tests. Tokens are masked
//! before anything is kept: what is not stored cannot leak.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Instant,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::feed::Feed;

/// The largest request a simulator reads: Zulip's largest upload, and a little.
pub const BODY_LIMIT: usize = 101 * 1024 * 1024;
/// How much of a body is kept to be shown.
const SHOWN: usize = 64 * 1024;
const KEPT: usize = 500;

/// Who asked whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The platform called the app: a command, an interaction, an event.
    ToApp,
    /// The app called the platform's API.
    ToPlatform,
}

/// A request and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    pub id: u64,
    pub direction: Direction,
    pub at: Timestamp,
    pub method: String,
    /// Path and query for requests to the platform, the whole address for those to the app.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// None when no answer came: see `error`.
    pub status: Option<u16>,
    pub answer_headers: Vec<(String, String)>,
    pub answer: String,
    pub elapsed_ms: u64,
    pub error: Option<String>,
}

/// The last exchanges.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Inner>);

#[derive(Default)]
struct Inner {
    secrets: RwLock<Vec<String>>,
    kept: Mutex<(u64, VecDeque<Exchange>)>,
    feed: Feed,
}

impl Traffic {
    /// From now on `secret` is shown as dots, also where it stands in a basic authorization with `user`.
    pub fn mask(&self, user: Option<&str>, secret: &str) {
        let mut secrets = self.0.secrets.write().unwrap_or_else(PoisonError::into_inner);
        secrets.push(secret.to_owned());
        if let Some(user) = user {
            secrets.push(BASE64_STANDARD.encode(format!("{user}:{secret}")));
        }
    }

    fn masked(&self, text: &str) -> String {
        let secrets = self.0.secrets.read().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "••••••"))
    }

    fn masked_headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.to_string(), self.masked(&String::from_utf8_lossy(value.as_bytes())))).collect()
    }

    fn shown(&self, headers: &HeaderMap, body: &[u8]) -> String {
        match std::str::from_utf8(body) {
            Ok(text) if body.len() <= SHOWN => self.masked(text),
            Ok(text) => {
                let end = (0..=SHOWN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                format!("{}… ({} bytes)", self.masked(&text[..end]), body.len())
            }
            Err(_) => {
                let kind = headers.get(header::CONTENT_TYPE).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
                format!("({} bytes of {})", body.len(), kind.unwrap_or_else(|| "unknown type".into()))
            }
        }
    }

    /// Keeps an exchange; the strings may still hold secrets.
    #[allow(clippy::too_many_arguments, reason = "the two halves of an exchange, each used once")]
    pub fn record(
        &self,
        direction: Direction,
        at: Timestamp,
        (method, url): (&str, &str),
        (headers, body): (&HeaderMap, &[u8]),
        answer: Result<(StatusCode, &HeaderMap, &[u8]), &str>,
        elapsed: std::time::Duration,
    ) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let exchange = Exchange {
            id: kept.0,
            direction,
            at,
            method: method.to_owned(),
            url: self.masked(url),
            headers: self.masked_headers(headers),
            body: self.shown(headers, body),
            status: answer.ok().map(|(status, ..)| status.as_u16()),
            answer_headers: answer.map(|(_, headers, _)| self.masked_headers(headers)).unwrap_or_default(),
            answer: answer.map(|(_, headers, body)| self.shown(headers, body)).unwrap_or_default(),
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            error: answer.err().map(|error| self.masked(error)),
        };
        self.0.feed.publish("exchange", json!(exchange));
        kept.1.push_back(exchange);
        if kept.1.len() > KEPT {
            kept.1.pop_front();
        }
    }

    /// Everything kept, oldest first.
    pub fn all(&self) -> Vec<Exchange> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner).1.iter().cloned().collect()
    }

    pub fn feed(&self) -> &Feed {
        &self.0.feed
    }
}

/// Middleware that records what an app asks of a simulated platform.
pub async fn record(State(traffic): State<Traffic>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let (at, started) = (Timestamp::now(), Instant::now());
    let (method, url, headers) = (parts.method.to_string(), parts.uri.to_string(), parts.headers.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    let (parts, answer) = response.into_parts();
    let Ok(answer) = to_bytes(answer, BODY_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    traffic.record(
        Direction::ToPlatform,
        at,
        (&method, &url),
        (&headers, &body),
        Ok((parts.status, &parts.headers, &answer)),
        started.elapsed(),
    );
    Response::from_parts(parts, Body::from(answer))
}
