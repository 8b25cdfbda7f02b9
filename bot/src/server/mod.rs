//! Routes, and the listener they are served on.
//!
//! Every request gets an id, a span of the log and one of a trace ([`traced`]), metrics, and timers against senders that trickle. [`serve`]
//! ends as `drain` says; [`take_over`] hands the listening socket to the next process.

mod body;
mod connection;
mod drain;
pub mod listen;
pub mod policy;
pub mod take_over;
mod traced;

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, Version, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use connectors::trace::Span;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use uuid::Uuid;

pub use self::drain::Drain;
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
    /// Proxies whose `X-Forwarded-For` is believed, such as `127.0.0.1` or `10.0.0.0/8`.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
}

/// Whose connection a request came by, among the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub std::net::IpAddr);

fn listen() -> String {
    "127.0.0.1:8080".into()
}

/// A header may take this long to arrive, and so may a small body (slow-loris).
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// <https://prometheus.io/docs/instrumenting/exposition_formats/#basic-info>
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";
/// After this a request is given up, whatever it waits for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves `routes` on `listeners` until `drain` begins and comes to its end. New connections are let in until `held`
/// resolves (jobs that must end before the next process may start) and whoever is connected went away, but not
/// beyond what `drain` allows.
pub async fn serve(listeners: Vec<TcpListener>, routes: Router, drain: Drain, held: impl Future<Output = ()>) {
    let routes = routes
        .route("/metrics", get(async || ([(header::CONTENT_TYPE, EXPOSITION)], telemetry::metrics().render())))
        .layer(middleware::from_fn_with_state(drain.clone(), observe));
    let builder = Arc::new(connection::builder());
    // Those from before the end began, which may be idle, and those from after it, which never are: each is closed
    // with its first answer.
    let (early, late) = (TaskTracker::new(), TaskTracker::new());
    let accepting = async {
        loop {
            let stream = accept(&listeners).await;
            let _ = stream.set_nodelay(true);
            let connections = if drain.has_begun() { &late } else { &early };
            connections.spawn(connection::run(stream, builder.clone(), routes.clone(), drain.clone()));
        }
    };
    let leaving = async {
        let began = drain.begun().await;
        early.close();
        let quiet = timeout_at(drain.silence_over(began), early.wait());
        let _ = timeout_at(drain.entry_over(began), async { tokio::join!(held, quiet) }).await;
    };
    tokio::select! {
        () = accepting => (),
        () = leaving => (),
    }
    drop(listeners);
    drain.close();
    late.close();
    // They end by themselves in time; this is for one that cannot.
    let _ = timeout(drain.left(), async { tokio::join!(early.wait(), late.wait()) }).await;
}

/// The next connection, of any listener.
async fn accept(listeners: &[TcpListener]) -> TcpStream {
    loop {
        let accepted = std::future::poll_fn(|context| {
            let accepted = listeners.iter().map(|it| it.poll_accept(context)).find(|it| it.is_ready());
            accepted.unwrap_or(std::task::Poll::Pending)
        });
        match accepted.await {
            Ok((stream, _)) => return stream,
            Err(err) => {
                // Out of file descriptors, most likely: wait for some to be freed.
                tracing::error!("Cannot accept a connection: {err}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// What every route gets: a request id, a span, metrics, time-outs, plain headers, and an end.
async fn observe(State(drain): State<Drain>, mut request: Request, next: Next) -> Response {
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
    let is_http1 = request.version() < Version::HTTP_2;
    // Streams of events live as long as their page.
    let is_stream = request.headers().get(header::ACCEPT).is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
    // Who asks whether we are ready decides where to send requests: elsewhere, from now on.
    let is_refused = drain.has_begun() && request.uri().path() == "/readyz";
    let fate = body::Fate::default();
    // A page that is kept up to date is no doing with an end.
    let traced = if is_stream { Span::none() } else { traced::begin(&request, &route, &id) };
    let request = request.map(|it| body::arriving(it, &drain, &fate));
    let answering = async { if is_refused { body::stopping() } else { next.run(request).await } };
    let mut answering = pin!(traced.around(answering.instrument(span.clone())));
    let mut response = tokio::select! {
        response = answering.as_mut() => response,
        () = sleep(ANSWER_TIMEOUT), if !is_stream => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "this took too long\n").into_response()
        }
        () = drain.answers_over() => body::stopping(),
    };
    if let Some(given_up) = fate.get()
        && !response.status().is_success()
    {
        response = given_up.into_response();
    }
    traced::end(&traced, response.status());
    let status = response.status().as_u16().to_string();
    metrics::counter!("bellhop_http_in_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("bellhop_http_in_seconds", "route" => route).record(started.elapsed().as_secs_f64());
    span.in_scope(|| tracing::debug!(http.status = response.status().as_u16(), "Answered"));

    let headers = response.headers_mut();
    if let Ok(value) = header_value {
        headers.insert("x-request-id", value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_http1 && drain.has_begun() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream")) {
        return response.map(|it| body::until_stop(it, &drain));
    }
    response
}
