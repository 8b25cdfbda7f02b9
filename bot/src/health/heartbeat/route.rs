//! Where jobs say that they ran: `/heartbeats/{token}`, and below it `/start`, `/fail`, `/log` and exit codes.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::any,
};

use super::Signal;
use crate::app::App;

/// A body longer than this is refused; cron jobs send their output.
const TAKEN: usize = 100 * 1024;
/// So much of it is kept.
const KEPT: usize = 1024;

pub fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/heartbeats/{token}", any(succeeded))
        .route("/heartbeats/{token}/{signal}", any(signaled))
        .with_state(app)
}

async fn succeeded(State(app): State<Arc<App>>, Path(token): Path<String>, body: Body) -> Response {
    take(&app, &token, (Signal::Success, None), body).await
}

async fn signaled(State(app): State<Arc<App>>, Path((token, signal)): Path<(String, String)>, body: Body) -> Response {
    match Signal::parse(&signal) {
        Some(signal) => take(&app, &token, signal, body).await,
        None => (StatusCode::NOT_FOUND, "say start, fail, log or an exit code from 0 to 255\n").into_response(),
    }
}

async fn take(app: &App, token: &str, (signal, exit_code): (Signal, Option<i64>), body: Body) -> Response {
    let Ok(body) = to_bytes(body, TAKEN).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "at most 100 KiB\n").into_response();
    };
    // A cut through a character leaves a mark, and what no database takes is left out.
    let text = String::from_utf8_lossy(&body[..body.len().min(KEPT)]).replace('\0', "");
    match app.beat(token, signal, exit_code, text.trim()).await {
        Ok(true) => "OK\n".into_response(),
        Ok(false) => (StatusCode::NOT_FOUND, "there is no such heartbeat\n").into_response(),
        Err(err) => {
            tracing::error!("A heartbeat cannot be kept: {err:#}");
            (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "5")], "it cannot be kept now\n").into_response()
        }
    }
}
