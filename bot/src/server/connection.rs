//! One connection, from its opening to its end.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Version};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tower::ServiceExt;

use super::{Peer, READ_TIMEOUT, drain::Drain};

/// A connection that was just opened may be silent for this long even when the bot stops: its first request is on its way.
const FIRST_REQUEST: Duration = Duration::from_secs(1);

/// What is known about a connection besides its bytes.
#[derive(Default)]
struct Activity {
    requests: AtomicU64,
    is_http2: AtomicBool,
}

impl Activity {
    fn has_begun(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0
    }
}

/// How connections are served; made once.
pub(super) fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(READ_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(READ_TIMEOUT);
    builder
}

/// Serves `stream` until its end, or ours.
pub(super) async fn run(stream: TcpStream, builder: Arc<auto::Builder<TokioExecutor>>, routes: Router, drain: Drain) {
    let opened = Instant::now();
    let activity = Arc::new(Activity::default());
    let seen = activity.clone();
    let peer = stream.peer_addr().ok().map(|it| Peer(it.ip()));
    let service = service_fn(move |mut request: Request<Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        seen.requests.fetch_add(1, Ordering::Relaxed);
        seen.is_http2.store(request.version() == Version::HTTP_2, Ordering::Relaxed);
        let routes = routes.clone();
        async move {
            let Ok(response) = routes.oneshot(request.map(Body::new)).await;
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let mut silence = pin!(never_began(opened, &activity));
    let mut leave = pin!(time_to_leave(opened, &activity, &drain));
    let mut cut = pin!(drain.cut());
    let mut was_told = false;
    loop {
        tokio::select! {
            // Whatever has arrived is a request before the time to leave is looked at.
            biased;
            ended = connection.as_mut() => {
                if let Err(err) = ended {
                    tracing::debug!("A connection ended early: {err}");
                }
                return;
            }
            () = silence.as_mut() => return tracing::debug!("A connection that asked for nothing was closed"),
            () = cut.as_mut() => return tracing::warn!("A connection did not end in time and was cut"),
            () = leave.as_mut(), if !was_told => {
                connection.as_mut().graceful_shutdown();
                was_told = true;
            }
        }
    }
}

/// Resolves when a connection had its time for a first request and sent none. HTTP/1's own timer starts only once the
/// first bytes told the version.
async fn never_began(opened: Instant, activity: &Activity) {
    sleep_until(opened + READ_TIMEOUT).await;
    if activity.has_begun() {
        std::future::pending::<()>().await;
    }
}

/// Resolves when the connection is to end as soon as it is idle.
async fn time_to_leave(opened: Instant, activity: &Activity, drain: &Drain) {
    drain.begun().await;
    if activity.is_http2.load(Ordering::Relaxed) {
        // HTTP/2 says which requests it still answers: none is lost.
        return;
    }
    drain.is_time_to_go().await;
    if !activity.has_begun() {
        sleep_until(opened + FIRST_REQUEST).await;
    }
}
