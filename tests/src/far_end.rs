//! The far end of a connection: a real HTTP server that records what it is asked, and misbehaves on demand.
//!
//! Every request is also a line of the file named by `BELLHOP_RECORD`, for `tests/contract/run`:
//! `{"system": "redmine", "method": "POST", "url": "/issues.json", "headers": {…}, "body": "…"}`.
//! A request that meets a fault is recorded too: what is judged is what the bot sent.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
};
use connectors::standin::Fault;
use serde::Serialize;
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime, sync::Notify, time::Instant};

/// How long a story waits for anything before it fails: longer than the lease of a killed worker and its next
/// retry, on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How long a rate limit asks to wait, in seconds: longer than the bot waits in the middle of a request.
const RETRY_AFTER: &str = "6";

/// A request as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    pub system: &'static str,
    pub method: String,
    /// Path and query.
    pub url: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Recorded {
    /// The path alone.
    pub fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    /// The body's fields: of JSON, or of a form, whose values that are JSON are read as such.
    pub fn fields(&self) -> Value {
        if let Ok(json) = serde_json::from_str(&self.body) {
            return json;
        }
        let pairs = crate::form_pairs(&self.body).into_iter();
        pairs.map(|(name, text)| (name, structured(&text).unwrap_or(Value::String(text)))).collect()
    }
}

/// A list or an object that is written as text; a number or a word stays the text it is.
fn structured(text: &str) -> Option<Value> {
    text.starts_with(['[', '{']).then(|| serde_json::from_str(text).ok()).flatten()
}

#[derive(Default)]
struct Log {
    /// With whether a story has seen it.
    requests: Mutex<Vec<(Recorded, bool)>>,
    arrived: Notify,
    trouble: Mutex<Trouble>,
}

/// How a far end misbehaves at the moment, and at which requests.
#[derive(Clone, Copy)]
enum Trouble {
    Fault(Fault, fn(&Recorded) -> bool),
    /// It does what it is asked, and its answer never arrives.
    LostAnswers(fn(&Recorded) -> bool),
}

impl Default for Trouble {
    fn default() -> Trouble {
        Trouble::Fault(Fault::None, |_| true)
    }
}

/// A server of its own, on a port that it keeps when it goes down and comes back.
pub struct FarEnd {
    system: &'static str,
    address: SocketAddr,
    router: Router,
    log: Arc<Log>,
    /// A runtime of its own: dropping it cuts every connection, as a crash does.
    runtime: Option<Runtime>,
}

impl FarEnd {
    pub async fn serve(system: &'static str, router: Router) -> FarEnd {
        let mut it =
            FarEnd { system, address: ([127, 0, 0, 1], crate::free_port()).into(), router, log: Arc::default(), runtime: None };
        it.start().await;
        it
    }

    /// `http://127.0.0.1:23456`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it misbehaves like this, or not any more.
    pub async fn set(&mut self, fault: Fault) {
        self.set_at(fault, |_| true).await;
    }

    /// From now on it misbehaves at these requests, and answers all others as it should.
    pub async fn set_at(&mut self, fault: Fault, wanted: fn(&Recorded) -> bool) {
        *lock(&self.log.trouble) = Trouble::Fault(fault, wanted);
        match (fault, &self.runtime) {
            (Fault::Down, _) => self.stop(),
            (_, None) => self.start().await,
            _ => {}
        }
    }

    /// From now on it does these requests, and its answers to them never arrive.
    pub fn lose_answers(&mut self, wanted: fn(&Recorded) -> bool) {
        *lock(&self.log.trouble) = Trouble::LostAnswers(wanted);
    }

    async fn start(&mut self) {
        let state = (self.system, self.log.clone());
        let router = self.router.clone().layer(middleware::from_fn_with_state(state, receive));
        let address = self.address;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts");
        let serving = runtime.spawn(async move {
            // The socket of the time before may take a moment to close.
            let end = Instant::now() + PATIENCE;
            let listener = loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => break listener,
                    Err(err) => assert!(Instant::now() < end, "{address}: {err}"),
                }
                tokio::task::yield_now().await;
            };
            tokio::spawn(async move { axum::serve(listener, router).await });
        });
        serving.await.expect("the server starts");
        self.runtime = Some(runtime);
    }

    fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Waits for a request that no story has taken yet, and takes it.
    ///
    /// # Panics
    /// When none came in time, with those that did.
    pub async fn next(&self, what: &str, wanted: impl Fn(&Recorded) -> bool) -> Recorded {
        let end = Instant::now() + PATIENCE;
        loop {
            let arrived = self.log.arrived.notified();
            if let Some((request, seen)) = lock(&self.log.requests).iter_mut().find(|(request, seen)| !*seen && wanted(request)) {
                *seen = true;
                return request.clone();
            }
            if tokio::time::timeout_at(end, arrived).await.is_err() {
                panic!("{} was not asked for {what} within {PATIENCE:?}; it got {:#?}", self.system, self.requests());
            }
        }
    }

    /// Everything it was asked, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.log.requests).iter().map(|(request, _)| request.clone()).collect()
    }

    pub fn count(&self, wanted: impl Fn(&Recorded) -> bool) -> usize {
        lock(&self.log.requests).iter().filter(|(request, _)| wanted(request)).count()
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A story that failed elsewhere must not hide behind a poisoned lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn receive(State((system, log)): State<(&'static str, Arc<Log>)>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 32 << 20).await else { return StatusCode::BAD_REQUEST.into_response() };
    let recorded = record(system, &parts, &body);
    let trouble = *lock(&log.trouble);
    let fault = match trouble {
        Trouble::Fault(fault, wanted) if wanted(&recorded) => fault,
        Trouble::LostAnswers(wanted) if wanted(&recorded) => {
            let _ = next.run(Request::from_parts(parts, Body::from(body))).await;
            // Only now does a story see it: what it asks for is done.
            log.keep(recorded);
            return std::future::pending().await;
        }
        _ => Fault::None,
    };
    log.keep(recorded);
    let error = |status: StatusCode| (status, [(header::CONTENT_TYPE, "application/json")], "{\"errors\":[]}").into_response();
    match fault {
        // The socket is gone with the runtime; a request that was under way gets no answer.
        Fault::Hanging | Fault::Down => std::future::pending().await,
        Fault::Slow => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            next.run(Request::from_parts(parts, Body::from(body))).await
        }
        Fault::Failing => error(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::RateLimiting => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, RETRY_AFTER)]).into_response(),
        Fault::Unauthorized => error(StatusCode::UNAUTHORIZED),
        Fault::Forbidden => error(StatusCode::FORBIDDEN),
        Fault::Html => Html("<!doctype html><title>Sign in</title><form>Please sign in to the proxy</form>").into_response(),
        _ => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

/// Reads a request, and writes it to the file of `BELLHOP_RECORD`.
fn record(system: &'static str, parts: &axum::http::request::Parts, body: &Bytes) -> Recorded {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let recorded = Recorded {
        system,
        method: parts.method.to_string(),
        url: parts.uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(body).into_owned(),
    };
    // No contract describes an answer to a response_url, which is no call of the Web API, nor a far end that is nobody's.
    // Nor that a file is fetched from the address that the vendor gave.
    let is_fetched = parts.method == axum::http::Method::GET
        && ["/upload/", "/user_uploads/temporary/"].iter().any(|it| recorded.url.starts_with(it));
    let is_described = !system.is_empty() && !recorded.url.starts_with("/response/") && !is_fetched;
    if let Some(file) = std::env::var_os("BELLHOP_RECORD").filter(|_| is_described) {
        let mut line = serde_json::to_string(&recorded).expect("a record is JSON");
        line.push('\n');
        // One write: lines of tests that run at the same time do not mix.
        let written =
            OpenOptions::new().create(true).append(true).open(&file).and_then(|mut file| file.write_all(line.as_bytes()));
        written.unwrap_or_else(|err| panic!("BELLHOP_RECORD {}: {err}", file.display()));
    }
    recorded
}

impl Log {
    fn keep(&self, request: Recorded) {
        lock(&self.requests).push((request, false));
        self.arrived.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::post;

    use super::*;

    #[tokio::test]
    async fn goes_down_comes_back_and_remembers() {
        let mut far_end = FarEnd::serve("", Router::new().route("/issues.json", post(|| async { "done" }))).await;
        let ask = |body: &'static str| crate::client().post(format!("{}/issues.json?key=1", far_end.url())).body(body).send();
        assert_eq!(ask("subject=Printer+on+fire&list=[1]").await.expect("it answers").text().await.expect("text"), "done");
        far_end.set(Fault::Down).await;
        let url = format!("{}/issues.json", far_end.url());
        assert!(crate::client().post(&url).send().await.is_err_and(|err| err.is_connect()));
        far_end.set(Fault::Forbidden).await;
        assert_eq!(crate::client().post(&url).send().await.expect("it answers").status(), 403);
        far_end.set_at(Fault::Forbidden, |it| it.method == "GET").await;
        assert_eq!(crate::client().post(&url).send().await.expect("it answers").status(), 200);
        let first = far_end.next("the first request", |it| it.body.starts_with("subject")).await;
        assert_eq!((first.path(), first.url.as_str()), ("/issues.json", "/issues.json?key=1"));
        assert_eq!(first.fields(), serde_json::json!({"subject": "Printer on fire", "list": [1]}));
        assert_eq!(far_end.count(|_| true), 3);
    }
}
