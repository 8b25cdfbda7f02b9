//! Routes, and the listener they are served on.

use std::{convert::Infallible, future::Future, time::Duration};

use anyhow::Context;
use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tracing::Instrument;
use uuid::Uuid;

use crate::telemetry;

/// `[server]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one.
    #[serde(default = "listen")]
    pub listen: String,
    /// Where people's browsers and the chats reach the bot, such as `https://bot.example.org`.
    pub public_url: Option<String>,
}

fn listen() -> String {
    "127.0.0.1:8080".into()
}

/// A header may take this long to arrive, and so may a body (slow-loris).
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// After this a request is given up, whatever it waits for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// `routes` with what every route gets: request ids, a span, metrics, time-outs, plain headers.
pub fn observed(routes: Router) -> Router {
    routes.route("/metrics", get(async || telemetry::metrics().render())).layer(middleware::from_fn(observe))
}

async fn observe(mut request: Request, next: Next) -> Response {
    let given = request.headers().get("x-request-id").and_then(|it| it.to_str().ok());
    let is_sane =
        |it: &&str| (8..=64).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    let id = given.filter(is_sane).map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned);
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request.id = %id, http.route = %route, http.method = %request.method());
    // It follows the request through the logs to the vendor's server: whoever handles it finds it here.
    let header_value = HeaderValue::from_str(&id);
    if let Ok(value) = &header_value {
        request.headers_mut().insert("x-request-id", value.clone());
    }

    let started = std::time::Instant::now();
    // Streams of events live as long as their page.
    let is_stream = request.headers().get(header::ACCEPT).is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
    let answer = next.run(request).instrument(span.clone());
    let mut response = if is_stream {
        answer.await
    } else {
        tokio::time::timeout(ANSWER_TIMEOUT, answer).await.unwrap_or_else(|_| {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "this took too long\n").into_response()
        })
    };
    let status = response.status().as_u16().to_string();
    metrics::counter!("bellhop_http_in_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("bellhop_http_in_seconds", "route" => route).record(started.elapsed().as_secs_f64());
    span.in_scope(|| tracing::debug!(http.status = response.status().as_u16(), "Answered"));

    let headers = response.headers_mut();
    if let Ok(value) = header_value {
        headers.insert("x-request-id", value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Listens on `address`.
///
/// # Errors
/// With the address and the way out.
pub async fn listen_on(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is something else there? Choose another with --listen or [server] listen")
    })
}

/// Serves until `shutdown` resolves, then lets what is under way end for at most `grace`.
pub async fn serve(listener: TcpListener, routes: Router, shutdown: impl Future<Output = ()>, grace: Duration) {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(READ_TIMEOUT);
    server.http2().timer(TokioTimer::new()).keep_alive_interval(READ_TIMEOUT);
    let graceful = hyper_util::server::graceful::GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(err) => {
                    // Out of file descriptors, most likely: wait for some to be freed.
                    tracing::error!("Cannot accept a connection: {err}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let routes = routes.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let routes = routes.clone();
            async move {
                let Ok(response) = routes.oneshot(request.map(Body::new)).await;
                Ok::<_, Infallible>(response)
            }
        });
        let connection = graceful.watch(server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            if let Err(err) = connection.await {
                tracing::debug!("A connection ended early: {err}");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("Some connections did not end in {} s and were cut", grace.as_secs());
    }
}
