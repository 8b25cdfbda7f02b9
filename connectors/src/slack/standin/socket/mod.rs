//! Slack's side of Socket Mode: <https://docs.slack.dev/apis/events-api/using-socket-mode>.
//!
//! `apps.connections.open` gives an address that is good for one WebSocket. Requests are spread over an app's connections, ten
//! at most, and each wants its acknowledgement on the connection that brought it: without one in time a command shows
//! `operation_timeout`, and an event is sent again. [`line`](mod@line) is one connection.

mod line;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::Instant,
};

use axum::{
    extract::{Query, Request, State as Extract},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};

use self::line::{Line, Say};
use super::{
    SlackSim,
    deliver::{Answered, Unanswered},
    state::State,
    web_api::{Answer, ApiError},
};
use crate::standin::chat::traffic::Direction;

/// The most connections of an app.
const MOST: usize = 10;

/// An app's connections.
pub(super) struct Sockets {
    lines: Mutex<Lines>,
    /// How many there are to which requests may go.
    usable: watch::Sender<usize>,
}

impl Default for Sockets {
    fn default() -> Sockets {
        Sockets { lines: Mutex::default(), usable: watch::Sender::new(0) }
    }
}

#[derive(Default)]
struct Lines {
    serial: u64,
    /// Whose turn it is.
    next: usize,
    open: Vec<Arc<Line>>,
}

/// What happens to connections, now and then or when a test wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disturbance {
    /// The app is told that it closes in a moment, and it does.
    Warn,
    /// The same, for it has been open for long enough.
    Refresh,
    /// It breaks without a word.
    Cut,
    /// Nothing comes or goes any more, and it stays: a firewall forgot it.
    Freeze,
}

/// Which connections a [`Disturbance`] happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The one that has been open for the longest time.
    Oldest,
    All,
}

impl Sockets {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self) {
        let usable = self.lines().open.iter().filter(|it| it.is_usable()).count();
        self.usable.send_replace(usable);
    }

    /// The connection whose turn it is.
    fn pick(&self) -> Option<Arc<Line>> {
        let mut lines = self.lines();
        let usable: Vec<&Arc<Line>> = lines.open.iter().filter(|it| it.is_usable()).collect();
        let picked = usable.get(lines.next.checked_rem(usable.len())?).map(|it| Arc::clone(it));
        lines.next = lines.next.wrapping_add(1);
        picked
    }
}

/// `apps.connections.open`: <https://docs.slack.dev/reference/methods/apps.connections.open>.
pub(super) fn open(state: &mut State, token: &str) -> Answer {
    if !token.starts_with("xapp-") {
        return Err(ApiError::new("not_allowed_token_type"));
    }
    if token != state.app.app_token {
        return Err(ApiError::new("invalid_auth"));
    }
    let ticket = state.ids.hexadecimal(36);
    state.tickets.insert(ticket.clone());
    let host = state.base.trim_start_matches("http://");
    Ok(json!({"ok": true, "url": format!("ws://{host}/link/?ticket={ticket}&app_id={}", state.app.app_id)}))
}

#[derive(Deserialize)]
pub(super) struct Ticket {
    ticket: String,
}

/// `GET /link/`: the upgrade.
pub(super) async fn link(
    Extract(sim): Extract<SlackSim>,
    Query(Ticket { ticket }): Query<Ticket>,
    headers: HeaderMap,
    mut request: Request,
) -> Response {
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(|it| derive_accept_key(it.as_bytes()));
    let Some(accept) = key else {
        return (StatusCode::UPGRADE_REQUIRED, "a WebSocket, please\n").into_response();
    };
    if !sim.with(|state| state.tickets.remove(&ticket)) {
        return (StatusCode::FORBIDDEN, "this ticket is not, or no longer, good\n").into_response();
    }
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        line::serve(sim, stream).await;
    });
    let headers =
        [(header::CONNECTION, "Upgrade"), (header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_ACCEPT, accept.as_str())];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

impl SlackSim {
    /// Sends a request by one of the app's connections, and waits for its acknowledgement.
    pub(super) async fn send_envelope(
        &self,
        kind: &'static str,
        payload: &Value,
        retry: Option<(usize, &str)>,
    ) -> Result<Answered, Unanswered> {
        let (at, started) = (Timestamp::now(), Instant::now());
        let id = self.with(|state| {
            let parts = [8, 4, 4, 4, 12].map(|length| state.ids.hexadecimal(length));
            parts.join("-")
        });
        let takes_payload = match kind {
            "slash_commands" => true,
            "interactive" => ["view_submission", "block_suggestion"].iter().any(|it| payload["type"] == *it),
            _ => false,
        };
        let mut envelope =
            json!({"envelope_id": id, "payload": payload, "type": kind, "accepts_response_payload": takes_payload});
        if kind == "events_api" {
            let (attempt, reason) = retry.unwrap_or_default();
            envelope["retry_attempt"] = json!(attempt);
            envelope["retry_reason"] = json!(reason);
        }
        let (text, line) = (envelope.to_string(), self.0.sockets.pick());
        let result = match &line {
            None => Err(Unanswered::Refused),
            Some(line) => {
                let (sender, acknowledged) = oneshot::channel();
                line.waiting().insert(id.clone(), sender);
                // A line that has just ended keeps nobody waiting.
                if line.say(Say::Text(text.clone())).is_err() {
                    line.waiting().remove(&id);
                }
                let result = tokio::time::timeout(self.0.options.answer_within, acknowledged).await;
                line.waiting().remove(&id);
                match result {
                    Ok(Ok(body)) => Ok(Answered { status: StatusCode::OK, headers: HeaderMap::new(), body }),
                    Ok(Err(_)) => Err(Unanswered::Refused),
                    Err(_) => Err(Unanswered::Timeout),
                }
            }
        };
        let answer = match &result {
            Ok(answered) => Ok((answered.status, &answered.headers, answered.body.as_slice())),
            Err(Unanswered::Timeout) => Err("no acknowledgement in time"),
            Err(Unanswered::Refused) => Err("no connection, or a broken one"),
        };
        let url = format!("{kind} by connection {}", line.map_or(0, |it| it.number));
        let (headers, elapsed) = (HeaderMap::new(), started.elapsed());
        self.0.traffic.record(Direction::ToApp, at, ("WS", &url), (&headers, text.as_bytes()), answer, elapsed);
        result
    }

    /// How many connections the app has to which requests may go.
    pub fn sockets(&self) -> usize {
        *self.0.sockets.usable.borrow()
    }

    /// Waits until the app has so many connections.
    pub async fn sockets_are(&self, count: usize) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.sockets.usable.subscribe().wait_for(|it| *it == count).await;
    }

    /// Does something to connections that are open. Returns how many there were to do it to.
    pub fn disturb(&self, disturbance: Disturbance, which: Which) -> usize {
        let open = self.0.sockets.lines().open.clone();
        let mut usable: Vec<Arc<Line>> = open.into_iter().filter(|it| it.is_usable()).collect();
        if which == Which::Oldest {
            usable.truncate(1);
        }
        for line in &usable {
            match disturbance {
                Disturbance::Warn => line.leave("warning"),
                Disturbance::Refresh => line.leave("refresh_requested"),
                Disturbance::Cut => line.cut.cancel(),
                Disturbance::Freeze => line.frozen.cancel(),
            }
        }
        self.0.sockets.count();
        usable.len()
    }

    /// Turns Socket Mode on or off in the app's settings. Off, its connections are told, and closed.
    pub fn set_socket_mode(&self, is_on: bool) {
        self.with(|state| state.settings.socket_mode = is_on);
        if !is_on {
            for line in &self.0.sockets.lines().open {
                line.leave("link_disabled");
            }
            self.0.sockets.count();
        }
    }

    pub(super) fn is_in_socket_mode(&self) -> bool {
        self.look(|state| state.settings.socket_mode)
    }

    /// Gives a new connection its place, or says why there is none.
    fn admit(&self, line: impl FnOnce(u64) -> Arc<Line>) -> Result<(Arc<Line>, usize), &'static str> {
        if !self.is_in_socket_mode() {
            return Err("link_disabled");
        }
        let mut lines = self.0.sockets.lines();
        if lines.open.len() >= MOST {
            return Err("too_many_websockets");
        }
        lines.serial += 1;
        let line = line(lines.serial);
        lines.open.push(line.clone());
        let count = lines.open.len();
        Ok((line, count))
    }

    /// A connection has ended, and whoever waits on it need not.
    fn dismiss(&self, line: &Arc<Line>) {
        line.is_over.store(true, Ordering::SeqCst);
        self.0.sockets.lines().open.retain(|it| it.number != line.number);
        std::mem::take::<HashMap<_, _>>(&mut line.waiting());
        self.0.sockets.count();
    }
}
