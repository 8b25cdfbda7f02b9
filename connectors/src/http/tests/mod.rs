//! The pipeline against servers that misbehave, over real sockets.

mod faults;
mod seen;
mod tls;
mod vendor;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use commands::{Error, ErrorKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use vendor::{Act, Vendor};

fn quick() -> Policy {
    Policy { timeout: Duration::from_millis(300), retries: 2, per_second: 0 }
}

fn read_errors(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let messages = body["errors"].as_array()?.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
    Some(VendorError { messages })
}

fn client_of(vendor: &Vendor) -> Http {
    Http::new("redmine", "Redmine", &vendor.url(), quick())
        .unwrap()
        .with_secret_header("x-redmine-api-key", "hunter22")
        .with_errors(read_errors)
}

#[tokio::test]
async fn addresses_that_nobody_may_use_are_no_base() {
    for base in [
        "redmine.example.org",
        "ftp://redmine.example.org",
        "",
        "https://",
        "https://ana:hunter22@redmine.example.org",
        "https://redmine.example.org/?key=hunter22",
        "https://redmine.example.org/#x",
        "http://169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://metadata.google.internal./",
        "http://0.0.0.0:3000",
    ] {
        let error = Http::new("redmine", "Redmine", base, quick()).err().expect(base);
        assert_eq!(error.kind, ErrorKind::BadConfig, "{base}");
        assert!(error.message.contains("Redmine") && !error.message.contains("hunter22"), "{error}");
    }
    for base in ["http://127.0.0.1:3000", "https://10.0.0.1/redmine/", "http://localhost", "https://redmine.example.org//"] {
        assert_eq!(Http::new("redmine", "Redmine", base, quick()).unwrap().base(), base.trim_end_matches('/'));
    }
}

#[tokio::test]
async fn no_path_leaves_the_base() {
    let vendor = Vendor::start([Act::json("{}")]).await;
    let http = Http::new("redmine", "Redmine", &format!("{}/redmine", vendor.url()), quick()).unwrap();
    for path in ["/../admin", "/%2e%2e/admin", "/a/../../admin", "x", "/..", "\\..\\admin"] {
        assert_eq!(http.get(path).send_empty().await.unwrap_err().kind, ErrorKind::Internal, "{path}");
    }
    let http = Http::new("redmine", "Redmine", &vendor.url(), quick()).unwrap();
    for path in ["@example.org/", ".example.org/", "0/"] {
        http.get(path).send_empty().await.unwrap_err();
    }
    assert_eq!(vendor.requests(), [] as [String; 0]);
    http.get("/issues.json").query(&[("a", "b&c")]).send_empty().await.unwrap();
    assert!(vendor.requests()[0].starts_with("GET /issues.json?a=b%26c HTTP/1.1"));
}

#[tokio::test]
async fn a_name_is_resolved_by_the_guard() {
    let vendor = Vendor::start([Act::json("7")]).await;
    let base = vendor.url().replace("127.0.0.1", "localhost");
    let http = Http::new("redmine", "Redmine", &base, quick()).unwrap();
    assert_eq!(http.get("/").send::<u8>().await, Ok(7));
    // The name is fine, and leads to where links may not.
    let guarded = client(Guard::public(), Duration::from_secs(1), Tls::default()).unwrap();
    let error = guarded.get(&base).send().await.unwrap_err();
    assert_eq!(exchange::how_lost(&error).0, errors::Lost::Refused(address::Refused::Inside));
    assert_eq!(vendor.requests().len(), 1);
}

#[tokio::test]
async fn the_budget_holds_and_says_how_long() {
    let vendor = Vendor::start([Act::json("{}")]).await;
    let http = Http::new("redmine", "Redmine", &vendor.url(), Policy { per_second: 1, ..quick() }).unwrap();
    http.get("/").send_empty().await.unwrap();
    let error = http.clone().get("/").send_empty().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.retry_after.unwrap() > Duration::from_millis(500));
    assert_eq!(vendor.requests().len(), 1);
}

#[tokio::test]
async fn who_answers_and_asks_for_patience_is_given_it() {
    // Nothing is left for an hour, but whoever waits is answered.
    let reset = Timestamp::now().as_second() + 3600;
    let slow = |wait: &str| {
        let headers = format!("x-ratelimit-remaining: 0\r\nx-ratelimit-reset: {reset}\r\nretry-after: {wait}\r\n");
        Act::answer("200 OK", &headers, "{}")
    };
    let vendor = Vendor::start([slow("0.3"), slow("30")]).await;
    let http = Http::new("azure", "Azure DevOps", &vendor.url(), Policy { retries: 1, ..quick() }).unwrap();
    http.get("/items").send_empty().await.unwrap();
    let start = Instant::now();
    http.get("/items").send_empty().await.expect("a short wait is waited for");
    assert!(start.elapsed() >= Duration::from_millis(250), "it waited");
    let error = http.get("/items").send_empty().await.unwrap_err();
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::RateLimited, false));
    assert!(error.message.starts_with("Azure DevOps lets the bot make no more requests for now. Try again in "), "{error}");
    let wait = error.retry_after.unwrap();
    assert!((Duration::from_secs(25)..=Duration::from_secs(30)).contains(&wait), "{wait:?}");
    assert_eq!(vendor.requests().len(), 2);
}

#[tokio::test]
async fn who_asks_for_patience_is_not_asked_for_anything_else() {
    let long = Act::answer("429 Too Many Requests", "retry-after: 30\r\n", "");
    let vendor = Vendor::start([long, Act::json("{}")]).await;
    let http = client_of(&vendor);
    assert_eq!(http.get("/issues.json").send_empty().await.unwrap_err().kind, ErrorKind::RateLimited);
    for _ in 0..3 {
        let error = http.clone().post("/projects.json").send_empty().await.unwrap_err();
        assert_eq!((error.kind, error.maybe_done), (ErrorKind::RateLimited, false));
        assert!(error.retry_after.unwrap() > Duration::from_secs(25), "{error:?}");
        assert!(error.message.starts_with("Redmine asked the bot to slow down. Try again in "), "{error}");
    }
    assert_eq!(vendor.requests().len(), 1);
    let other = http.get("/issues.json").header("authorization", "Bearer ana");
    other.send_empty().await.expect("somebody else's requests are counted apart");

    let short = Act::answer("429 Too Many Requests", "retry-after: 0.3\r\n", "");
    let vendor = Vendor::start([short, Act::json("{}")]).await;
    let http = Http::new("redmine", "Redmine", &vendor.url(), Policy { retries: 1, ..quick() }).unwrap();
    let (start, once) = (Instant::now(), async |path| http.get(path).send_empty().await);
    let asked = tokio::join!(once("/issues.json"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        once("/projects.json").await
    });
    assert!(asked.0.is_ok() && asked.1.is_ok(), "{asked:?}");
    assert!(start.elapsed() >= Duration::from_millis(300), "both waited");
    assert_eq!(vendor.requests().len(), 3);
}

#[tokio::test]
async fn a_system_that_keeps_failing_is_left_alone() {
    let vendor = Vendor::start([Act::status(500)]).await;
    let http = Http::new("redmine", "Redmine", &vendor.url(), Policy { retries: 0, ..quick() }).unwrap();
    for _ in 0..20 {
        assert_eq!(http.get("/").send_empty().await.unwrap_err().kind, ErrorKind::Server);
    }
    let error = http.clone().post("/").send_empty().await.unwrap_err();
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::BreakerOpen, false));
    assert!(error.retry_after.unwrap() > Duration::from_secs(25), "{error:?}");
    assert!(error.message.ends_with("The last failure: Redmine failed (500 Internal Server Error). Try again in a minute."));
    assert_eq!(vendor.requests().len(), 20);
    let condition = http.condition();
    assert_eq!(condition.breaker, BreakerState::Open);
    assert_eq!(condition.last_error.unwrap().1.kind, ErrorKind::Server);
}

#[tokio::test]
async fn refusals_do_not_open_the_breaker() {
    let vendor = Vendor::start([Act::status(404)]).await;
    let http = client_of(&vendor);
    for _ in 0..30 {
        assert_eq!(http.get("/issues/1.json").send_empty().await.unwrap_err().kind, ErrorKind::NotFound);
    }
    assert_eq!(http.condition().breaker, BreakerState::Closed);
    assert_eq!(http.condition().last_error, None);
}

#[tokio::test]
async fn public_files_are_fetched_with_care() {
    let vendor = Vendor::start([
        Act::answer("302 Found", "location: /b?signature=abc\r\n", ""),
        Act::answer("200 OK", "content-type: text/plain\r\ncontent-disposition: attachment; filename=\"a.txt\"\r\n", "hello"),
    ])
    .await;
    let own = || Guard::with_own(&Url::parse(&vendor.url()).unwrap()).unwrap();
    let second = Duration::from_secs(1);
    let file = public::fetch(own(), &format!("{}/a", vendor.url()), 5, second).await.unwrap();
    let expected = commands::Download { name: "a.txt".into(), content_type: "text/plain".into(), bytes: b"hello".to_vec() };
    assert_eq!(file, expected);
    let requests = vendor.requests();
    assert!(requests[0].starts_with("GET /a ") && requests[1].starts_with("GET /b?signature=abc "), "{requests:?}");

    let error = public::fetch(own(), &format!("{}/b?key=hunter22", vendor.url()), 4, second).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadInput);
    assert!(!error.message.contains("hunter22"), "{error}");

    for to in
        ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "http://2130706433/", "file:///etc/passwd", "http://localhost/"]
    {
        let vendor = Vendor::start([Act::redirect(to)]).await;
        let own = Guard::with_own(&Url::parse(&vendor.url()).unwrap()).unwrap();
        let error = public::fetch(own, &vendor.url(), 100, second).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadInput, "{to}: {error}");
        assert_eq!(vendor.requests().len(), 1);
    }

    let circle = Vendor::start([Act::redirect("/again")]).await;
    let own = Guard::with_own(&Url::parse(&circle.url()).unwrap()).unwrap();
    assert_eq!(public::fetch(own, &circle.url(), 100, second).await.unwrap_err().kind, ErrorKind::BadInput);
    assert_eq!(circle.requests().len(), 4);

    let before = circle.requests().len();
    let error = client_of(&circle).fetch_public(&circle.url(), 100).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadInput, "the connection's own address is private to links");
    assert_eq!(circle.requests().len(), before);
}

#[tokio::test]
async fn files_are_fetched_where_they_lie_without_who_we_are() {
    let elsewhere = Vendor::start([Act::answer("200 OK", "content-type: text/html\r\nlocation: /odd\r\n", "<b>hello</b>")]).await;
    let vendor = Vendor::start([Act::redirect(&format!("{}/b?signature=abc", elsewhere.url()))]).await;
    let file = client_of(&vendor).get("/files/1").send_for_file(100).await.unwrap();
    assert_eq!(file, "<b>hello</b>");
    let (asked, fetched) = (vendor.requests(), elsewhere.requests());
    assert!(asked[0].starts_with("GET /files/1 ") && asked[0].contains("hunter22"), "{asked:?}");
    assert!(fetched[0].starts_with("GET /b?signature=abc ") && !fetched[0].contains("hunter22"), "{fetched:?}");

    // Below its own address it is still asked as who we are.
    let vendor = Vendor::start([Act::redirect("/files/1/fire.txt"), Act::answer("200 OK", "", "It burns.")]).await;
    assert_eq!(client_of(&vendor).get("/files/1").send_for_file(9).await.unwrap(), "It burns.");
    assert!(vendor.requests()[1].contains("hunter22"));
    let error = client_of(&vendor).get("/files/1").send_for_file(8).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server);

    // Not into our own network, and not in circles.
    for to in ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://localhost:1/", "file:///etc/passwd"] {
        let vendor = Vendor::start([Act::redirect(to)]).await;
        let error = client_of(&vendor).get("/files/1").send_for_file(100).await.unwrap_err();
        assert_eq!((error.kind, vendor.requests().len()), (ErrorKind::BadConfig, 1), "{to}: {error}");
    }
    let circle = Vendor::start([Act::redirect("/again")]).await;
    assert_eq!(client_of(&circle).get("/files/1").send_for_file(100).await.unwrap_err().kind, ErrorKind::Server);
    assert_eq!(circle.requests().len(), 4);
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_said_so() {
    let vendor = Vendor::start([Act::json("{}")]).await;
    let http = client_of(&vendor).with_secret_header("x-key", "line\nbreak");
    let error = http.get("/").send_empty().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadConfig);
    assert!(error.message.contains("`x-key`") && !error.message.contains("line"), "{error}");
}

#[tokio::test]
async fn empty_answers_are_null() {
    let vendor = Vendor::start([Act::answer("204 No Content", "", "")]).await;
    let http = client_of(&vendor);
    assert_eq!(http.put("/").json(&json!({"a": 1})).send::<Option<Value>>().await, Ok(None));
    http.delete("/").send_empty().await.unwrap();
    assert!(vendor.requests()[0].ends_with("{\"a\":1}"));
}

/// Kind, whether it may be done, and the requests that it took.
fn summary(result: Result<(), Error>, vendor: &Vendor) -> (Option<ErrorKind>, bool, usize) {
    let (kind, maybe_done) = result.map_or_else(|error| (Some(error.kind), error.maybe_done), |()| (None, false));
    (kind, maybe_done, vendor.requests().len())
}

/// Counts who leaves, and lets nobody go once it is closed.
struct Gate {
    left: AtomicUsize,
    done: AtomicUsize,
    open: bool,
}

impl Departure for Gate {
    fn leave(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.left.fetch_add(1, Ordering::SeqCst);
            if self.open { Ok(()) } else { Err(Error::internal("closed")) }
        })
    }

    fn done(&self) {
        self.done.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn only_what_must_not_be_repeated_is_told_before_it_leaves() {
    let vendor =
        Vendor::start([Act::answer("200 OK", "", "{}"), Act::answer("200 OK", "", "{}"), Act::answer("201 Created", "", "{}")])
            .await;
    let http = client_of(&vendor);
    let gate = |open| Arc::new(Gate { left: 0.into(), done: 0.into(), open });
    let left = |gate: &Gate| gate.left.load(Ordering::SeqCst);

    let open = gate(true);
    departing(open.clone(), async {
        http.get("/projects.json").send_empty().await.unwrap();
        http.put("/issues/1.json").send_empty().await.unwrap();
        assert_eq!(left(&open), 0);
        http.post("/issues.json").send_empty().await.unwrap();
    })
    .await;
    assert_eq!((left(&open), vendor.requests().len()), (1, 3));
    assert_eq!(open.done.load(Ordering::SeqCst), 1, "what may be repeated is not counted");

    let closed = gate(false);
    let refused = departing(closed.clone(), http.post("/issues.json").send_empty()).await;
    assert_eq!(refused.map_err(|it| it.message), Err("closed".into()));
    assert_eq!((left(&closed), vendor.requests().len()), (1, 3));
    assert_eq!(closed.done.load(Ordering::SeqCst), 0);
}
