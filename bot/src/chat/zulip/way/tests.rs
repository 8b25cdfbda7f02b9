//! Against a far end that answers as Zulip does (contract: error bodies, float Retry-After, pages).

use std::sync::atomic::{AtomicU32, Ordering};

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header::HeaderName},
    response::IntoResponse,
    routing::{any, get, post},
};
use connectors::zulip::client::messages::Recipient;
use serde_json::json;

use super::*;
use crate::chat::urgently;

async fn serve(router: Router) -> Arc<Own> {
    // Another test may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    way(&format!("http://{address}"))
}

fn way(site: &str) -> Arc<Own> {
    Arc::new(Own::new(site, "bellhop-bot@chat.example.org", Secret::from("canary-key".to_owned())).expect("a way"))
}

fn to() -> Recipient {
    Recipient::topic(3, "printers")
}

/// Sends a message to a Zulip that answers like this.
async fn refused(status: u16, headers: &'static [(&'static str, &'static str)], body: &'static str) -> Error {
    let answer = move || async move {
        let headers: Vec<(HeaderName, &str)> =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), *value)).collect();
        (StatusCode::from_u16(status).expect("a status"), axum::response::AppendHeaders(headers), body)
    };
    let client = serve(Router::new().route("/api/v1/messages", post(answer))).await.client();
    let error = client.send(&to(), "hello", None).await.expect_err("a refusal");
    assert!(!format!("{error:?}").contains("canary-key"));
    error
}

#[tokio::test]
async fn a_message_is_sent_as_the_api_wants_it() {
    let answer = |request: Request| async move {
        let authorization = request.headers()["authorization"].to_str().expect("text").to_owned();
        assert!(authorization.starts_with("Basic "));
        let body = axum::body::to_bytes(request.into_body(), 10_000).await.expect("a body");
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
        let value = |name: &str| form.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default();
        assert_eq!((value("type"), value("to"), value("topic")), ("stream".into(), "3".into(), "printers".into()));
        let widget: serde_json::Value = serde_json::from_str(&value("widget_content")).expect("JSON in a string");
        assert_eq!(widget["widget_type"], "zform");
        axum::Json(json!({"result": "success", "msg": "", "id": 77}))
    };
    let client = serve(Router::new().route("/api/v1/messages", post(answer))).await.client();
    let id = client.send(&to(), "hello", Some(&json!({"widget_type": "zform"}))).await;
    assert_eq!(id, Ok(77));
}

#[tokio::test]
async fn refusals_by_class() {
    let unauthorized = refused(401, &[], r#"{"result":"error","msg":"Invalid API key","code":"INVALID_API_KEY"}"#).await;
    assert_eq!((unauthorized.kind, unauthorized.maybe_done), (ErrorKind::Auth, false));

    let channel = r#"{"result":"error","msg":"Channel with ID '3' does not exist","code":"STREAM_DOES_NOT_EXIST","stream":"3"}"#;
    let error = refused(400, &[], channel).await;
    assert_eq!(error.kind, ErrorKind::Closed);
    assert!(error.message.contains("Channel with ID '3' does not exist"), "{}", error.message);

    let limited =
        r#"{"result":"error","msg":"API usage exceeded rate limit","code":"RATE_LIMIT_HIT","retry-after":45.12660527229309}"#;
    let error = refused(429, &[("retry-after", "45.12660527229309")], limited).await;
    assert_eq!((error.kind, error.retry_after.map(|it| it.as_secs())), (ErrorKind::RateLimited, Some(45)));
    let error = refused(429, &[("retry-after", "-1e400")], limited).await;
    assert_eq!((error.kind, error.retry_after), (ErrorKind::RateLimited, None));

    assert_eq!(refused(404, &[("content-type", "text/html")], "<html>Not found</html>").await.kind, ErrorKind::BadConfig);
    assert_eq!(refused(302, &[("location", "http://example.org/")], "").await.kind, ErrorKind::BadConfig);

    let down = refused(502, &[], "<html>Bad gateway</html>").await;
    assert_eq!((down.kind, down.maybe_done), (ErrorKind::Server, true));
    let login = refused(200, &[("content-type", "text/html")], "<html>Log in</html>").await;
    assert_eq!((login.kind, login.maybe_done), (ErrorKind::Server, true));
    let busy = refused(503, &[("retry-after", "2.5")], "").await;
    assert_eq!((busy.kind, busy.maybe_done, busy.retry_after), (ErrorKind::Server, false, Some(Duration::from_millis(2500))));
    for other in ["", "{}", r#"{"ok": false}"#, r#"{"result": "error", "msg": "no"}"#] {
        let error = refused(200, &[], other).await;
        assert_eq!((error.kind, error.maybe_done), (ErrorKind::Server, true), "{other:?}");
    }
    let long = refused(400, &[], r#"{"result":"error","msg":"Message too long","code":"BAD_REQUEST"}"#).await;
    assert_eq!(long.kind, ErrorKind::Validation);
}

#[tokio::test]
async fn nobody_there_is_certainly_not_done() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let error = way(&format!("http://{address}")).client().send(&to(), "hello", None).await.expect_err("nobody");
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::Network, false));
}

#[tokio::test]
async fn uploads_come_through_the_temporary_link() {
    let router = Router::new()
        .route(
            "/api/v1/user_uploads/2/ab/fire.txt",
            get(|| async { axum::Json(json!({"result": "success", "msg": "", "url": "/user_uploads/temporary/x/fire.txt"})) }),
        )
        .route(
            "/user_uploads/temporary/x/fire.txt",
            get(|request: Request| async move {
                assert!(!request.headers().contains_key("authorization"), "the key is for the API only");
                ([("content-type", "text/plain")], "smoke").into_response()
            }),
        )
        .route(
            "/api/v1/user_uploads/2/ab/away.txt",
            get(|| async { axum::Json(json!({"result": "success", "msg": "", "url": "http://192.0.2.1/user_uploads/x"})) }),
        )
        .fallback(any(|| async { StatusCode::NOT_FOUND }));
    let way = serve(router).await;
    let client = way.client();
    let upload = async |path: &str| {
        let link = client.open_link(path).await?;
        way.fetch(path, &link).await
    };
    let file = upload("/user_uploads/2/ab/fire.txt").await.expect("a file");
    assert_eq!(
        (file.name.as_str(), file.content_type.as_str(), file.bytes.as_slice()),
        ("fire.txt", "text/plain", &b"smoke"[..])
    );
    assert_eq!(upload("/user_uploads/2/ab/away.txt").await.expect_err("elsewhere").kind, ErrorKind::Server);
    assert_eq!(upload("/user_uploads/../api/v1/users/me").await.expect_err("outside").kind, ErrorKind::BadInput);
    assert_eq!(upload("//192.0.2.1/user_uploads/x").await.expect_err("elsewhere").kind, ErrorKind::BadInput);
}

#[test]
fn sites_are_whole_and_bare() {
    let kind = |site: &str| Own::new(site, "a@example.org", Secret::from("k".to_owned())).err().map(|it| it.kind);
    for wrong in ["chat.example.org", "ftp://chat.example.org", "https://chat.example.org/api", "https://u:p@chat.example.org"] {
        assert_eq!(kind(wrong), Some(ErrorKind::BadConfig), "{wrong}");
    }
}

/// Status and headers of an answer.
type Given = (u16, Vec<(&'static str, String)>);

/// A Zulip that counts what it is asked and answers `GET /users/me` and `POST /messages` like this.
async fn counted(answer: fn(u32) -> Given) -> (Arc<Own>, Client, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    let router = Router::new().fallback(any(move || async move {
        let (status, headers) = answer(counter.fetch_add(1, Ordering::SeqCst));
        let headers: Vec<(HeaderName, String)> =
            headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), value)).collect();
        let body = json!({"result": "success", "msg": "", "user_id": 26, "full_name": "Bellhop", "email": "bellhop-bot@chat.example.org", "id": 77});
        (StatusCode::from_u16(status).expect("a status"), axum::response::AppendHeaders(headers), axum::Json(body))
    }));
    let way = serve(router).await;
    let client = way.client();
    (way, client, count)
}

fn asked(count: &AtomicU32) -> u32 {
    count.load(Ordering::SeqCst)
}

#[tokio::test]
async fn whoever_asks_us_to_wait_is_left_alone_by_all_requests() {
    let (_, client, count) = counted(|_| (429, vec![("retry-after", "45.126".into())])).await;
    assert_eq!(client.me().await.expect_err("refused").kind, ErrorKind::RateLimited);
    for error in [client.me().await.expect_err("held up"), client.send(&to(), "hello", None).await.expect_err("held up")] {
        assert_eq!((error.kind, error.maybe_done), (ErrorKind::RateLimited, false));
        assert!(error.retry_after.is_some_and(|it| it.as_secs() == 45 || it.as_secs() == 44), "{error:?}");
    }
    assert_eq!(asked(&count), 1);
}

#[tokio::test]
async fn nothing_left_is_as_good_as_a_refusal() {
    let (way, client, count) = counted(|_| {
        let reset = (jiff::Timestamp::now().as_second() + 30).to_string();
        (200, vec![("x-ratelimit-limit", "200".into()), ("x-ratelimit-remaining", "0".into()), ("x-ratelimit-reset", reset)])
    })
    .await;
    client.me().await.expect("the last one");
    let error = client.me().await.expect_err("held up");
    assert!(error.kind == ErrorKind::RateLimited && error.retry_after.is_some_and(|it| it.as_secs() >= 28), "{error:?}");
    assert_eq!((asked(&count), way.quota().map(|it| (it.remaining, it.limit))), (1, Some((0, Some(200)))));
}

#[tokio::test]
async fn posts_and_reads_take_from_one_budget() {
    let (_, client, count) = counted(|_| (200, Vec::new())).await;
    for _ in 0..15 {
        client.me().await.expect("within the burst");
        client.send(&to(), "hello", None).await.expect("within the burst");
    }
    let error = client.send(&to(), "hello", None).await.expect_err("over it");
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::RateLimited, false));
    assert!(error.retry_after.is_some_and(|it| it <= Duration::from_millis(500)), "{error:?}");
    client.me().await.expect("a read waits its turn");
    assert_eq!(asked(&count), 31);
}

#[tokio::test]
async fn a_page_leaves_though_the_budget_is_used_up() {
    let (_, client, count) = counted(|_| (200, Vec::new())).await;
    while client.send(&to(), "hello", None).await.is_ok() {}
    let before = asked(&count);
    for _ in 0..15 {
        urgently(client.send(&to(), "page", None)).await.expect("a page has a budget of its own");
    }
    assert_eq!(asked(&count), before + 15);
    assert_eq!(client.send(&to(), "hello", None).await.expect_err("still over it").kind, ErrorKind::RateLimited);
}

#[tokio::test]
async fn without_a_budget_only_zulip_slows_us_down() {
    let (way, _, count) = counted(|_| (200, Vec::new())).await;
    let client = Arc::new(Arc::into_inner(way).expect("ours alone").unbudgeted()).client();
    for _ in 0..100 {
        client.send(&to(), "hello", None).await.expect("no limit of ours");
    }
    assert_eq!(asked(&count), 100);
    let (way, _, _) = counted(|_| (429, vec![("retry-after", "45.126".into())])).await;
    let client = Arc::new(Arc::into_inner(way).expect("ours alone").unbudgeted()).client();
    assert_eq!(client.me().await.expect_err("refused").kind, ErrorKind::RateLimited);
    let error = client.send(&to(), "hello", None).await.expect_err("held up");
    assert!(error.kind == ErrorKind::RateLimited && !error.maybe_done, "{error:?}");
}

#[tokio::test]
async fn a_zulip_that_keeps_failing_is_left_alone() {
    let (way, client, count) = counted(|_| (502, Vec::new())).await;
    for _ in 0..20 {
        assert_eq!(client.me().await.expect_err("failing").kind, ErrorKind::Server);
    }
    let error = client.send(&to(), "hello", None).await.expect_err("kept back");
    assert_eq!((error.kind, error.maybe_done, asked(&count)), (ErrorKind::BreakerOpen, false, 20));
    assert!(error.retry_after.is_some() && way.kept_back().is_some());
}
