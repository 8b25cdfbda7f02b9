//! Answers that are kept: so that what did not change is not sent again (RFC 9110, 13: conditional requests), and so
//! that something can be shown, with its age, while a system is out of reach.

use std::{
    future::Future,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use commands::Error;
use jiff::Timestamp;
use moka::sync::Cache;
use reqwest::header::{self, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// What the answers of all connections together may take up, in bytes. All tests share it, and would push out one another's.
const LARGEST: u64 = if cfg!(test) { 256 << 20 } else { 8 << 20 };
/// What one answer may be to be kept, in bytes: a file or a log would push out what people look at.
const LARGEST_ONE: usize = 512 << 10;
/// How long an answer is worth showing when there is no newer one.
const WORTH: Duration = Duration::from_secs(24 * 3600);

tokio::task_local! {
    static AGE: Arc<Mutex<Option<Aged>>>;
}

/// Something old was used, because there was nothing newer to be had.
#[derive(Clone, Debug, PartialEq)]
pub struct Aged {
    /// When the system said so: the oldest of all that was used.
    pub since: Timestamp,
    /// Why it was not asked again.
    pub why: Error,
}

/// Runs `future`, which may use old answers for want of new ones, and tells whether it did. For what only looks: whoever
/// changes something, or wants to know whether the system works, has to ask it.
pub async fn telling_age<F: Future>(future: F) -> (F::Output, Option<Aged>) {
    let age = Arc::<Mutex<Option<Aged>>>::default();
    let output = AGE.scope(age.clone(), future).await;
    let age = age.lock().unwrap_or_else(PoisonError::into_inner).take();
    (output, age)
}

/// Whether whoever asks tells how old what they got is.
pub(super) fn is_age_told() -> bool {
    AGE.try_with(|_| ()).is_ok()
}

/// The answers of one connection, by its number among those that there ever were.
pub(super) struct Answers(u64);

/// The connection's number, and what [`key`] says.
type Whose = (u64, [u8; 32]);

/// Those of all connections: what is asked for often stays, whosever it is.
static ALL: LazyLock<Cache<Whose, Arc<Kept>>> = LazyLock::new(|| {
    let size = |_: &Whose, it: &Arc<Kept>| u32::try_from(it.size()).unwrap_or(u32::MAX);
    Cache::builder().max_capacity(LARGEST).weigher(size).time_to_live(WORTH).build()
});

/// An answer as it is kept.
pub(super) struct Kept {
    pub headers: HeaderMap,
    pub body: Bytes,
    at: Timestamp,
    seen: Instant,
}

impl Default for Answers {
    fn default() -> Answers {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Answers(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Answers {
    pub(super) fn get(&self, key: [u8; 32]) -> Option<Arc<Kept>> {
        ALL.get(&(self.0, key))
    }

    pub(super) fn keep(&self, key: [u8; 32], headers: &HeaderMap, body: &Bytes) {
        if body.len() > LARGEST_ONE {
            return ALL.invalidate(&(self.0, key));
        }
        // Copies: what was read from a socket are slices of a buffer, which lives as long as any of them.
        let headers =
            headers.iter().filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_bytes(value.as_bytes()).ok()?)));
        let kept =
            Kept { headers: headers.collect(), body: Bytes::copy_from_slice(body), at: Timestamp::now(), seen: Instant::now() };
        ALL.insert((self.0, key), Arc::new(kept));
    }
}

impl Kept {
    /// About what it takes up, in bytes, with its place in the cache.
    fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 128).sum();
        self.body.len() + headers + 512
    }

    pub(super) fn is_fresh(&self, for_so_long: Duration) -> bool {
        self.seen.elapsed() < for_so_long
    }

    /// Asks for an answer only when there is another than this.
    pub(super) fn unless_changed(&self, headers: &mut HeaderMap) {
        let pairs = [(header::ETAG, header::IF_NONE_MATCH), (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE)];
        for (of, condition) in pairs {
            if let Some(value) = self.headers.get(&of) {
                headers.insert(condition, value.clone());
            }
        }
    }

    /// Whether it is used although it is old: only where somebody tells how old.
    pub(super) fn stands_in(&self, why: &Error) -> bool {
        let noted = AGE.try_with(|it| {
            let mut age = it.lock().unwrap_or_else(PoisonError::into_inner);
            if age.as_ref().is_none_or(|known| self.at < known.since) {
                *age = Some(Aged { since: self.at, why: why.clone() });
            }
        });
        noted.is_ok()
    }
}

/// What a request asks for, and as whom: its headers say that, but for what differs from one request to the next.
/// The header of credentials that change is not among them yet; `identity` stands for it, or the person who is acted as.
pub(super) fn key(request: &reqwest::Request, identity: u64, whose: &str) -> [u8; 32] {
    let mut headers: Vec<(&str, &[u8])> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers.retain(|(name, _)| *name != "x-request-id");
    headers.sort_unstable();
    let identity = identity.to_be_bytes();
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let parts = headers.iter().flat_map(|(name, value)| [name.as_bytes(), *value]).chain([
        request.method().as_str().as_bytes(),
        body,
        request.url().as_str().as_bytes(),
        &identity,
        whose.as_bytes(),
    ]);
    parts
        .fold(Sha256::new(), |hash, part| hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part))
        .finalize()
        .into()
}

/// Whether this request asked only for what changed.
pub(super) fn is_conditional(headers: &HeaderMap<HeaderValue>) -> bool {
    headers.contains_key(header::IF_NONE_MATCH) || headers.contains_key(header::IF_MODIFIED_SINCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Http,
        auth::{Token, Tokens},
        http::Policy,
    };
    use commands::ErrorKind;
    use serde_json::{Value, json};
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{header, method, path},
    };

    async fn ask(http: &Http, fresh: Duration) -> Result<u64, Error> {
        Ok(http.get("/notes").cached(fresh).send::<Value>().await?["count"].as_u64().unwrap())
    }

    #[tokio::test]
    async fn what_did_not_change_is_not_sent_again_and_shows_its_age_in_an_outage() {
        let server = MockServer::start().await;
        let unchanged = Mock::given(header("if-none-match", "\"v1\"")).respond_with(ResponseTemplate::new(304)).with_priority(1);
        let unchanged = unchanged.expect(1).mount_as_scoped(&server).await;
        let answer = ResponseTemplate::new(200).insert_header("etag", "\"v1\"").set_body_json(json!({"count": 3}));
        let first = Mock::given(method("GET")).and(path("/notes")).respond_with(answer).expect(1).mount_as_scoped(&server).await;
        let http = Http::new("notes", "Notes", &server.uri(), Policy { retries: 0, ..Policy::default() }).unwrap();

        assert_eq!(ask(&http, Duration::ZERO).await, Ok(3));
        assert_eq!(ask(&http, Duration::from_secs(60)).await, Ok(3), "it is fresh: nobody is asked");
        assert_eq!(telling_age(ask(&http, Duration::ZERO)).await, (Ok(3), None), "asked, and unchanged");
        drop((first, unchanged));

        Mock::given(path("/notes")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
        let (count, age) = telling_age(ask(&http, Duration::ZERO)).await;
        assert_eq!(count, Ok(3));
        assert_eq!(age.map(|it| it.why.kind), Some(ErrorKind::Server));
        assert_eq!(ask(&http, Duration::ZERO).await.map_err(|it| it.kind), Err(ErrorKind::Server), "nobody would tell the age");
        assert_eq!(ask(&http, Duration::from_secs(60)).await, Ok(3), "what was confirmed a moment ago is fresh");
        // Another account sees something else.
        let other = http.clone().with_secret_header("x-api-key", "another");
        assert_eq!(ask(&other, Duration::from_secs(60)).await.map_err(|it| it.kind), Err(ErrorKind::Server));
        let token = |text: &'static str| {
            Tokens::new(move || Box::pin(async move { Ok(Token { secret: text.to_owned().into(), lasts: None }) }))
        };
        let other = http.with_credentials(Arc::new(token("another")));
        assert_eq!(ask(&other, Duration::from_secs(60)).await.map_err(|it| it.kind), Err(ErrorKind::Server));
    }

    async fn look(http: &Http, path: &str) -> Result<u64, Error> {
        Ok(http.get(path).send::<Value>().await?["count"].as_u64().unwrap_or_default())
    }

    #[tokio::test]
    async fn who_tells_its_age_is_shown_any_data_that_was_seen() {
        let server = MockServer::start().await;
        let http = Http::new("notes", "Notes", &server.uri(), Policy { retries: 0, ..Policy::default() }).unwrap();
        let large = json!({"count": 3, "log": "x".repeat(LARGEST_ONE)});
        let up = [("/notes", json!({"count": 3})), ("/large", large), ("/file", json!({})), ("/unseen", json!({"count": 3}))];
        let mut mocks = Vec::new();
        for (at, body) in up {
            mocks.push(
                Mock::given(path(at)).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount_as_scoped(&server).await,
            );
        }
        let search = |what: &'static str| {
            let request = http.post("/notes").json(&json!({ "search": what })).asking();
            async move { request.send::<Value>().await }
        };
        assert_eq!(telling_age(look(&http, "/notes")).await, (Ok(3), None));
        assert_eq!(telling_age(look(&http, "/large")).await, (Ok(3), None));
        assert!(telling_age(http.get("/file").send_for_bytes(99)).await.0.is_ok());
        assert!(telling_age(search("paper")).await.0.is_ok());
        assert_eq!(look(&http, "/unseen").await, Ok(3), "nobody would tell its age, so it is not kept");
        assert_eq!(server.received_requests().await.unwrap().len(), 5);
        assert_eq!(telling_age(look(&http, "/notes")).await, (Ok(3), None));
        assert_eq!(server.received_requests().await.unwrap().len(), 6, "it is asked each time");
        drop(mocks);

        // Refused with a success, which does not replace what was said before.
        let refused = ResponseTemplate::new(200).set_body_json(json!({"refused": true}));
        let refused = Mock::given(path("/notes")).respond_with(refused).mount_as_scoped(&server).await;
        let picky = || http.get("/notes").kept_if(|body| !body.starts_with(b"{\"refused\"")).send::<Value>();
        assert!(telling_age(picky()).await.1.is_none());
        drop(refused);

        Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
        let (count, age) = telling_age(look(&http, "/notes")).await;
        assert!(count == Ok(3) && age.is_some(), "{count:?}");
        assert!(telling_age(search("paper")).await.1.is_some());
        assert!(telling_age(search("ink")).await.0.is_err(), "another question");
        for never in ["/large", "/unseen"] {
            assert!(telling_age(look(&http, never)).await.0.is_err(), "{never}");
        }
        assert!(telling_age(http.get("/file").send_for_bytes(99)).await.0.is_err());
        assert!(look(&http, "/notes").await.is_err(), "nobody would tell the age");
    }

    #[tokio::test]
    async fn what_the_system_says_is_true_however_old_our_answer() {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_json(json!({"count": 3}));
        let first = Mock::given(path("/notes")).respond_with(answer).mount_as_scoped(&server).await;
        let http = Http::new("notes", "Notes", &server.uri(), Policy::default()).unwrap();
        assert_eq!(ask(&http, Duration::ZERO).await, Ok(3));
        drop(first);
        for (status, kind) in [(404, ErrorKind::NotFound), (403, ErrorKind::Permission), (401, ErrorKind::Auth)] {
            let refusal = Mock::given(path("/notes")).respond_with(ResponseTemplate::new(status)).mount_as_scoped(&server).await;
            assert_eq!(ask(&http, Duration::ZERO).await.map_err(|it| it.kind), Err(kind));
            drop(refusal);
        }
    }
}
