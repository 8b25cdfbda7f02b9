//! A stand-in on a port of this machine, with faults that can be switched on and off.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use jiff::Timestamp;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::{Mutex, broadcast, oneshot},
    task::{JoinHandle, JoinSet},
};

use super::{
    Exchange, Fault, Standin,
    record::{self, Record},
};

const SLOW: Duration = Duration::from_secs(5);
/// Longer than the bot waits in one call, so that what it does with a long wait is seen.
const RETRY_AFTER: &str = "30";
const BACKLOG: u32 = 1024;
const LONGEST_BODY: usize = 64 << 20;

/// A running stand-in. Dropping it stops it; [`Server::stop`] also waits until its port is free.
pub struct Server {
    standin: Arc<dyn Standin>,
    shared: Arc<Shared>,
    address: SocketAddr,
    door: Mutex<Door>,
}

#[derive(Default)]
struct Shared {
    fault: StdMutex<Fault>,
    record: Record,
}

enum Door {
    Open {
        /// Dropping it closes the listener and every connection.
        stop: oneshot::Sender<()>,
        task: JoinHandle<()>,
    },
    /// The socket is bound and does not listen: connections are refused, and nobody takes the port.
    Closed(TcpSocket),
    Stopped,
}

impl Server {
    /// Serves `standin` at `port` of 127.0.0.1, or at a free one for 0.
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn start(standin: Arc<dyn Standin>, port: u16) -> io::Result<Server> {
        Server::start_at(standin, SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
    }

    /// The same at any IPv4 address.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_at(standin: Arc<dyn Standin>, address: SocketAddr) -> io::Result<Server> {
        let listener = bind(address)?.listen(BACKLOG)?;
        let (address, shared) = (listener.local_addr()?, Arc::<Shared>::default());
        let door = Mutex::new(open(listener, &standin, &shared));
        Ok(Server { standin, shared, address, door })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn standin(&self) -> &Arc<dyn Standin> {
        &self.standin
    }

    pub fn fault(&self) -> Fault {
        *self.shared.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes it misbehave from now on; for [`Fault::Down`], returns once the port is closed, and for
    /// any other once it is open.
    ///
    /// # Errors
    /// When the port cannot be bound again.
    pub async fn set_fault(&self, fault: Fault) -> io::Result<()> {
        let mut door = self.door.lock().await;
        *self.shared.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        *door = match (std::mem::replace(&mut *door, Door::Stopped), fault) {
            (Door::Open { stop, task }, Fault::Down) => {
                close(stop, task).await;
                Door::Closed(bind(self.address)?)
            }
            (Door::Closed(socket), fault) if fault != Fault::Down => open(socket.listen(BACKLOG)?, &self.standin, &self.shared),
            (door, _) => door,
        };
        Ok(())
    }

    /// The last 200 exchanges, oldest first.
    pub fn exchanges(&self) -> Vec<Arc<Exchange>> {
        self.shared.record.all()
    }

    /// The exchanges from now on.
    pub fn watch(&self) -> broadcast::Receiver<Arc<Exchange>> {
        self.shared.record.watch()
    }

    /// Closes the port and every connection.
    pub async fn stop(self) {
        if let Door::Open { stop, task } = self.door.into_inner() {
            close(stop, task).await;
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections that ended a moment ago would keep the port otherwise.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn open(listener: TcpListener, standin: &Arc<dyn Standin>, shared: &Arc<Shared>) -> Door {
    let router = standin.router().layer(from_fn_with_state(shared.clone(), exchange));
    let (stop, stopped) = oneshot::channel();
    Door::Open { stop, task: tokio::spawn(serve(listener, router, stopped)) }
}

async fn close(stop: oneshot::Sender<()>, task: JoinHandle<()>) {
    drop(stop);
    // It cannot be cancelled by anybody else, and a panic in it was reported where it happened.
    let _ = task.await;
}

/// Serves until `stopped`, and then drops what is under way, as a machine that loses power does.
async fn serve(listener: TcpListener, router: Router, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let service = TowerToHyperService::new(router.clone());
                connections.spawn(async move {
                    // How a client ends its connection is its own affair.
                    let _ = Builder::new(TokioExecutor::new()).serve_connection_with_upgrades(TokioIo::new(stream), service).await;
                });
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Answers, or misbehaves, and keeps a record of either.
async fn exchange(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (at, start) = (Timestamp::now(), Instant::now());
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let mut exchange = Exchange {
        at,
        method: parts.method.to_string(),
        path: record::path(&parts.uri),
        headers: record::headers(&parts.headers),
        body: record::body(&body),
        status: None,
        answer: String::new(),
        elapsed: Duration::ZERO,
    };
    let fault = *shared.fault.lock().unwrap_or_else(PoisonError::into_inner);
    if fault == Fault::Hanging {
        shared.record.add(exchange);
        return std::future::pending().await;
    }
    let response = match misbehave(fault).await {
        Some(response) => response,
        None => next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    let (parts, body) = response.into_parts();
    let streams = parts.headers.get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
    let (answer, body) = if streams {
        ("(a stream)".into(), body)
    } else {
        let Ok(bytes) = to_bytes(body, LONGEST_BODY).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        (record::body(&bytes), Body::from(bytes))
    };
    exchange.status = Some(parts.status.as_u16());
    exchange.answer = answer;
    exchange.elapsed = start.elapsed();
    shared.record.add(exchange);
    Response::from_parts(parts, body)
}

/// The answer of a server with this fault; none where the vendor itself answers.
async fn misbehave(fault: Fault) -> Option<Response> {
    Some(match fault {
        Fault::None | Fault::Hanging | Fault::Down => return None,
        Fault::Slow => {
            tokio::time::sleep(SLOW).await;
            return None;
        }
        Fault::Failing => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::RateLimiting => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, RETRY_AFTER)]).into_response(),
        Fault::Unauthorized => StatusCode::UNAUTHORIZED.into_response(),
        Fault::Forbidden => StatusCode::FORBIDDEN.into_response(),
        Fault::Html => Html("<!doctype html><title>Sign in</title><h1>Sign in</h1>").into_response(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Http, http::Policy, standin::Panel};
    use axum::{Json, routing::post};
    use commands::ErrorKind;
    use serde_json::{Map, Value, json};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Counts what it is told.
    #[derive(Default)]
    struct Counter(Arc<AtomicU32>);

    impl Standin for Counter {
        fn router(&self) -> Router {
            let count = self.0.clone();
            Router::new().route(
                "/count",
                post(async move |Json(by): Json<u32>| Json(json!({ "count": count.fetch_add(by, Ordering::Relaxed) + by }))),
            )
        }

        fn connection(&self, url: &str) -> Map<String, Value> {
            Map::from_iter([("url".to_owned(), url.into())])
        }

        fn panel(&self) -> Panel {
            Panel { title: "Count".into(), header: Vec::new(), rows: Vec::new() }
        }
    }

    async fn served(timeout: Duration) -> (Server, Http) {
        let server = Server::start(Arc::new(Counter::default()), 0).await.unwrap();
        let http = client_of(&server, timeout);
        (server, http)
    }

    fn client_of(server: &Server, timeout: Duration) -> Http {
        let policy = Policy { timeout, retries: 0, per_second: 0 };
        Http::new("counter", "Counter", &server.url(), policy).unwrap().with_secret_header("x-api-key", "hunter22")
    }

    async fn count(http: &Http) -> Result<u64, commands::Error> {
        Ok(http.post("/count?token=abc").json(&1).send::<Value>().await?["count"].as_u64().unwrap())
    }

    #[tokio::test]
    async fn every_fault_is_met_with_its_class_and_ends() {
        let (server, http) = served(Duration::from_millis(400)).await;
        for (fault, kind, maybe_done) in [
            (Fault::Slow, ErrorKind::Timeout, true),
            (Fault::Failing, ErrorKind::Server, true),
            (Fault::Unauthorized, ErrorKind::Auth, false),
            (Fault::Forbidden, ErrorKind::Permission, false),
            (Fault::Html, ErrorKind::Server, false),
            (Fault::Hanging, ErrorKind::Timeout, true),
            (Fault::Down, ErrorKind::Network, false),
            (Fault::RateLimiting, ErrorKind::RateLimited, false),
        ] {
            server.set_fault(fault).await.unwrap();
            assert_eq!(server.fault(), fault);
            let error = count(&http).await.unwrap_err();
            assert_eq!((error.kind, error.maybe_done), (kind, maybe_done), "{fault:?}: {error}");
            assert_eq!(error.retry_after, (fault == Fault::RateLimiting).then_some(Duration::from_secs(30)));
        }
        server.set_fault(Fault::None).await.unwrap();
        // The other one was asked to wait.
        let http = client_of(&server, Duration::from_millis(400));
        assert_eq!(count(&http).await, Ok(1), "no fault let a request through, and the state survived");
        assert_eq!(format!("http://{}", server.address()), http.base());
    }

    #[tokio::test]
    async fn going_down_breaks_what_is_under_way() {
        let (server, http) = served(Duration::from_secs(10)).await;
        let mut watch = server.watch();
        server.set_fault(Fault::Hanging).await.unwrap();
        let call = tokio::spawn(async move { count(&http).await });
        watch.recv().await.unwrap();
        server.set_fault(Fault::Down).await.unwrap();
        let error = call.await.unwrap().unwrap_err();
        assert_eq!((error.kind, error.maybe_done), (ErrorKind::Network, true));
    }

    #[tokio::test]
    async fn exchanges_are_recorded_without_secrets() {
        let (server, http) = served(Duration::from_secs(10)).await;
        let mut first = server.watch();
        for _ in 0..205 {
            count(&http).await.unwrap();
        }
        let exchanges = server.exchanges();
        assert_eq!((exchanges.len(), exchanges[0].answer.as_str()), (200, r#"{"count":6}"#));
        let last = &exchanges[199];
        assert_eq!(last.request_line(), "POST /count?token=[hidden] 1");
        assert_eq!((last.status, last.answer.as_str()), (Some(200), r#"{"count":205}"#));
        assert!(last.headers.contains(&("x-api-key".into(), "[hidden]".into())));
        assert_eq!(first.recv().await.unwrap().answer, r#"{"count":1}"#);
    }

    #[tokio::test]
    async fn stopping_frees_the_port() {
        let (server, http) = served(Duration::from_secs(10)).await;
        let port = server.address().port();
        count(&http).await.unwrap();
        server.stop().await;
        assert_eq!(count(&http).await.unwrap_err().kind, ErrorKind::Network);
        let again = Server::start(Arc::new(Counter::default()), port).await.unwrap();
        assert_eq!(count(&http).await, Ok(1));
        again.stop().await;
    }
}
