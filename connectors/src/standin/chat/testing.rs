//! The far end of the simulators' own tests: an app over real HTTP.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::ManualClock;

pub(crate) fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) fn clock() -> ManualClock {
    ManualClock::starting_at(Timestamp::from_second(1_790_000_000).expect("a time in range"))
}

/// An app under test: what it was sent, and what it answers to the nth request.
pub(crate) struct App {
    pub(crate) url: String,
    pub(crate) requests: mpsc::UnboundedReceiver<(HeaderMap, String)>,
}

impl App {
    pub(crate) async fn answering(answer: impl Fn(usize) -> Response + Send + Sync + 'static) -> App {
        let (sender, requests) = mpsc::unbounded_channel();
        let answer = Arc::new(answer);
        let counter = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (sender, answer, counter) = (sender.clone(), answer.clone(), counter.clone());
            async move {
                let number = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                sender.send((headers, String::from_utf8_lossy(&body).into_owned())).ok();
                answer(number)
            }
        });
        App { url: listen(router).await, requests }
    }

    /// Takes requests and never answers.
    pub(crate) async fn hanging() -> App {
        let (sender, requests) = mpsc::unbounded_channel();
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            sender.send((headers, String::from_utf8_lossy(&body).into_owned())).ok();
            std::future::pending::<Response>()
        });
        App { url: listen(router).await, requests }
    }

    pub(crate) async fn next(&mut self) -> (HeaderMap, String) {
        self.requests.recv().await.expect("the app is still served")
    }
}

pub(crate) async fn listen(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind(anywhere()).await.expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

pub(crate) fn empty(_: usize) -> Response {
    ().into_response()
}
