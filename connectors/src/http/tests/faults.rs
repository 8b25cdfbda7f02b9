//! Every way in which a request fails: its class, whether it may have been done, and how often it is sent.

use super::*;

use Repeatable::{No, Yes};

#[tokio::test]
async fn each_failure_has_its_class_and_is_repeated_only_where_that_is_safe() {
    let ok = || Act::json("{}");
    let get = Method::GET;
    let post = Method::POST;
    let asks = |wait: &str| Act::answer("429 Too Many Requests", &format!("retry-after: {wait}\r\n"), "");
    let html = Act::answer("200 OK", "content-type: text/html; charset=utf-8\r\n", "<html>Sign in</html>");
    let bare_html = Act::answer("200 OK", "", " \n<!DOCTYPE html><p>Sign in");
    let long = Act::Answer("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".into());
    use ErrorKind::{Network, RateLimited, Server, Timeout, Validation};
    for (method, repeatable, acts, expected) in [
        (&get, None, vec![Act::status(500)], (Some(Server), false, 3)),
        (&get, None, vec![Act::status(500), ok()], (None, false, 2)),
        (&get, None, vec![Act::status(502), Act::status(504), ok()], (None, false, 3)),
        (&get, None, vec![Act::status(501)], (Some(Server), false, 1)),
        (&get, None, vec![Act::status(422)], (Some(Validation), false, 1)),
        (&get, None, vec![Act::BreakOff, ok()], (None, false, 2)),
        (&get, None, vec![Act::Reset, Act::Reset, Act::Reset, ok()], (Some(Network), false, 3)),
        (&get, None, vec![Act::Hang, ok()], (None, false, 2)),
        (&get, None, vec![Act::Drip, ok()], (None, false, 2)),
        (&get, None, vec![html.clone()], (Some(Server), false, 1)),
        (&get, None, vec![bare_html], (Some(Server), false, 1)),
        (&get, Some(No), vec![Act::Hang], (Some(Timeout), true, 1)),
        (&post, None, vec![Act::status(500)], (Some(Server), true, 1)),
        (&post, None, vec![Act::status(502)], (Some(Server), true, 1)),
        (&post, None, vec![Act::status(504)], (Some(Server), true, 1)),
        (&post, None, vec![Act::status(503), ok()], (None, false, 2)),
        (&post, None, vec![asks("0"), ok()], (None, false, 2)),
        (&post, None, vec![asks("0.05"), ok()], (None, false, 2)),
        (&post, None, vec![asks("30"), ok()], (Some(RateLimited), false, 1)),
        (&post, None, vec![Act::BreakOff], (Some(Network), true, 1)),
        (&post, None, vec![Act::Reset], (Some(Network), true, 1)),
        (&post, None, vec![Act::Hang], (Some(Timeout), true, 1)),
        (&post, None, vec![Act::Drip], (Some(Timeout), true, 1)),
        (&post, None, vec![html], (Some(Server), false, 1)),
        (&post, None, vec![long], (Some(Server), true, 1)),
        (&post, Some(Yes), vec![Act::Reset, Act::status(502), ok()], (None, false, 3)),
        (&Method::PUT, None, vec![Act::Reset, ok()], (None, false, 2)),
        (&Method::PUT, Some(No), vec![Act::Reset, ok()], (Some(Network), true, 1)),
        (&Method::DELETE, None, vec![Act::status(504), ok()], (None, false, 2)),
        (&Method::PATCH, None, vec![Act::Reset, ok()], (Some(Network), true, 1)),
    ] {
        let label = format!("{method} {repeatable:?} {acts:?}");
        let vendor = Vendor::start(acts).await;
        let mut request = client_of(&vendor).request(method.clone(), "/issues.json").bytes("text/plain", b"x".to_vec());
        if let Some(repeatable) = repeatable {
            request = request.repeatable(repeatable);
        }
        let result = request.send_empty().await;
        assert_eq!(summary(result, &vendor), expected, "{label}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let vendor = Vendor::start([Act::Flood]).await;
    let policy = Policy { timeout: Duration::from_secs(20), ..quick() };
    let http = Http::new("redmine", "Redmine", &vendor.url(), policy).unwrap();
    let error = http.get("/").repeatable(No).send_empty().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server);
    assert!(error.message.contains("more than 16 MiB"), "{error}");
}

#[tokio::test]
async fn a_closed_port_is_a_network_failure_that_left_nothing_behind() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = Http::new("redmine", "Redmine", &format!("http://{closed}"), quick()).unwrap();
    for method in [Method::GET, Method::POST] {
        let error = http.request(method, "/").send_empty().await.unwrap_err();
        assert_eq!((error.kind, error.maybe_done), (ErrorKind::Network, false));
        assert_eq!(error.message, "Redmine cannot be reached. Check that it is running and that its address is right.");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_not_trusted() {
    let vendor = Vendor::start([Act::json("{}")]).await;
    let base = vendor.url().replace("http://", "https://");
    let http = Http::new("redmine", "Redmine", &base, Policy { retries: 0, ..quick() }).unwrap();
    let error = http.post("/").send_empty().await.unwrap_err();
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::Network, false), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_not_the_data_is_a_failure() {
    let vendor = Vendor::start([Act::json("[1, 2"), Act::json("{\"issue\": 3}")]).await;
    let http = client_of(&vendor);
    let error = http.get("/").send::<Vec<u8>>().await.unwrap_err();
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::Server, false));
    let error = http.post("/").send::<Vec<u8>>().await.unwrap_err();
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::Server, true), "it said yes, in words we do not know");
}

#[tokio::test]
async fn the_vendors_own_words_are_carried_and_cleaned() {
    let body =
        r#"{"errors":["Subject cannot be blank.","Key hunter22 \u0007is\nold","See https://ana:pw@example.org/x?token=abc"]}"#;
    for (status, kind, expected) in [
        (422, ErrorKind::Validation, "Redmine refused the values: SAID. Correct them and try again."),
        (
            401,
            ErrorKind::Auth,
            "Redmine does not accept the bot's credentials: SAID. An administrator can give the connection new ones.",
        ),
        (501, ErrorKind::Server, "Redmine failed (501 Not Implemented): SAID. Try again in a minute."),
    ] {
        let vendor = Vendor::start([Act::answer(&format!("{status} Status"), "", body)]).await;
        let error = client_of(&vendor).post("/").send_empty().await.unwrap_err();
        let said = "Subject cannot be blank; Key [hidden] is old; See https://example.org/x";
        assert_eq!((error.kind, error.message), (kind, expected.replace("SAID", said)));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_but_shown() {
    let vendor = Vendor::start([Act::redirect("https://ana:pw@redmine.example.org/login?back=hunter22")]).await;
    let error = client_of(&vendor).get("/").send_empty().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadConfig);
    assert!(error.message.contains(" https://redmine.example.org/login "), "{error}");
    assert_eq!(vendor.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_what_it_means_and_a_part_that_arrived_is_none() {
    let vendor = Vendor::start([
        Act::answer("403 Forbidden", "", "slow down"),
        Act::answer("308 Resume Incomplete", "range: bytes=0-41\r\ncontent-type: text/html\r\n", ""),
        Act::redirect("/elsewhere"),
    ])
    .await;
    let http = Http::new("x", "X", &vendor.url(), Policy { retries: 0, ..Policy::default() }).unwrap();
    let http = http.with_statuses(|status, body| if body == b"slow down" { StatusCode::TOO_MANY_REQUESTS } else { status });
    assert_eq!(http.get("/a").send_empty().await.unwrap_err().kind, ErrorKind::RateLimited);
    let (headers, body) = http.put("/a").send_part().await.unwrap();
    assert_eq!((headers["range"].to_str().unwrap(), body.len()), ("bytes=0-41", 0));
    assert_eq!(http.put("/a").send_part().await.unwrap_err().kind, ErrorKind::BadConfig, "it leads elsewhere");
}
