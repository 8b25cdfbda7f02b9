//! A simulator on a port, with its fault switch.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use crate::standin::Fault;
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

/// How a simulator misbehaves at present. Clones share the switch.
#[derive(Clone)]
pub struct Switch(Arc<watch::Sender<Fault>>);

impl Default for Switch {
    fn default() -> Switch {
        Switch(Arc::new(watch::channel(Fault::None).0))
    }
}

impl Switch {
    pub fn set(&self, fault: Fault) {
        self.0.send_replace(fault);
    }

    pub fn get(&self) -> Fault {
        *self.0.borrow()
    }

    pub(crate) async fn until(&self, wanted: impl FnMut(&Fault) -> bool) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(wanted).await;
    }
}

/// A served simulator. Dropping it stops it.
pub struct Served {
    /// `http://127.0.0.1:4001`
    pub url: String,
    pub addr: SocketAddr,
    stop: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Served {
    /// Waits for as long as it serves.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }
}

/// Serves `router`; [`Fault::Down`] closes the port and connections until the fault is gone.
pub(crate) async fn serve(addr: SocketAddr, switch: Switch, router: impl FnOnce(&str) -> Router) -> io::Result<Served> {
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    let url = format!("http://{addr}");
    let router = router(&url);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        let mut listener = Some(listener);
        while !stopped.is_cancelled() {
            if switch.get() == Fault::Down {
                listener = None;
                tokio::select! {
                    () = switch.until(|fault| *fault != Fault::Down) => {}
                    () = stopped.cancelled() => return,
                }
            }
            let socket = match listener.take() {
                Some(listener) => listener,
                None => match TcpListener::bind(addr).await {
                    Ok(listener) => listener,
                    Err(error) => {
                        tracing::warn!(%error, %addr, "Cannot listen again");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            let ending = CancellationToken::new();
            let graceful = ending.clone();
            let serving = axum::serve(socket, router.clone()).with_graceful_shutdown(async move { graceful.cancelled().await });
            tokio::select! {
                result = async { serving.await } => {
                    if let Err(error) = result {
                        tracing::warn!(%error, %addr, "Stopped serving");
                    }
                }
                () = switch.until(|fault| *fault == Fault::Down) => {}
                () = stopped.cancelled() => {}
            }
            // Idle connections close; those that are answering finish on their own.
            ending.cancel();
        }
    });
    Ok(Served { url, addr, stop })
}

/// Middleware that answers as the switch says.
pub(crate) async fn misbehave(State(switch): State<Switch>, request: Request, next: Next) -> Response {
    let zulip = request.uri().path().starts_with("/api/v1");
    let refusal = |status: StatusCode, slack: &str, code: &str| {
        let body = match zulip {
            true => json!({"result": "error", "msg": slack, "code": code}),
            false => json!({"ok": false, "error": slack}),
        };
        (status, axum::Json(body)).into_response()
    };
    match switch.get() {
        Fault::None | Fault::Down => next.run(request).await,
        Fault::Slow => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            next.run(request).await
        }
        Fault::Failing => refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "INTERNAL_SERVER_ERROR"),
        Fault::RateLimiting => {
            let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, "ratelimited", "RATE_LIMIT_HIT");
            let seconds = if zulip { "2.500" } else { "3" };
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(seconds));
            response
        }
        // Slack says so with 200, Zulip with the status.
        Fault::Unauthorized if zulip => refusal(StatusCode::UNAUTHORIZED, "Invalid API key", "INVALID_API_KEY"),
        Fault::Unauthorized => refusal(StatusCode::OK, "invalid_auth", ""),
        Fault::Forbidden if zulip => refusal(StatusCode::FORBIDDEN, "Account is deactivated", "USER_DEACTIVATED"),
        Fault::Forbidden => refusal(StatusCode::OK, "missing_scope", ""),
        Fault::Html => Html("<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>").into_response(),
        Fault::Hanging => std::future::pending().await,
    }
}
