use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Router, http::StatusCode, response::Html, routing::post};
use opentelemetry::{
    InstrumentationScope,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};

use super::{super::settings, *};

fn span(nth: u64) -> SpanData {
    let ids = SpanContext::new(TraceId::from(7), SpanId::from(nth + 1), TraceFlags::SAMPLED, false, TraceState::NONE);
    SpanData {
        span_context: ids,
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "a".into(),
        start_time: std::time::SystemTime::UNIX_EPOCH,
        end_time: std::time::SystemTime::UNIX_EPOCH,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: Default::default(),
        links: Default::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

/// The way to a collector that answers like this, with some settings of its own.
async fn to(router: Router, variables: &[(&str, &str)]) -> (Outbox, Sending) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let config = settings::Config {
        endpoint: Some(format!("http://{}", listener.local_addr().expect("an address"))),
        ..Default::default()
    };
    tokio::spawn(async move { axum::serve(listener, router).await });
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (settings, problems) = settings::read(Some(&config), &variables);
    assert!(problems.is_empty(), "{problems:?}");
    Sending::start(&settings.expect("traces are on"), &Resource::builder_empty().build()).expect("a thread")
}

/// Flushes; what is known then.
async fn flushed(sending: &Sending) -> Option<String> {
    sending.flush(Duration::from_secs(20)).await;
    sending.condition().failing.map(|(_, untaken)| untaken.reason)
}

#[tokio::test]
async fn spans_are_gathered_and_a_flush_sends_them_all() {
    let requests = Arc::<AtomicUsize>::default();
    let counted = requests.clone();
    let taken = async move || {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    let router = Router::new().route("/v1/traces", post(taken));
    let (outbox, sending) = to(router, &[("OTEL_BSP_SCHEDULE_DELAY", "600000"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")]).await;
    for nth in 0..10 {
        outbox.on_end(span(nth));
    }
    assert_eq!(flushed(&sending).await, None);
    assert_eq!(requests.load(Ordering::Relaxed), 3, "four, four, two");
    assert!(sending.condition().last_taken.is_some());
    sending.flush(Duration::from_secs(20)).await;
    assert_eq!(requests.load(Ordering::Relaxed), 3, "there is nothing more");
}

#[tokio::test]
async fn what_is_no_collector_is_told_by_what_it_answers() {
    for (router, words) in [
        (Router::new().route("/v1/traces", post(async || Html("<title>Sign in</title>"))), "a web page"),
        (Router::new().route("/v1/traces", post(async || "<!doctype html>")), "a web page"),
        (Router::new().route("/v1/traces", post(async || StatusCode::UNAUTHORIZED)), "answered 401"),
        (Router::new().route("/v1/traces", post(async || StatusCode::SERVICE_UNAVAILABLE)), "answered 503"),
        (Router::new(), "answered 404"),
    ] {
        let (outbox, sending) = to(router, &[]).await;
        outbox.on_end(span(1));
        let reason = flushed(&sending).await.unwrap_or_default();
        assert!(reason.contains(words), "{words:?} is not in {reason:?}");
    }
}

#[tokio::test]
async fn a_collector_that_hangs_holds_up_neither_spans_nor_the_end() {
    let router = Router::new().route("/v1/traces", post(std::future::pending::<()>));
    let variables = [("OTEL_BSP_MAX_QUEUE_SIZE", "8"), ("OTEL_BSP_SCHEDULE_DELAY", "1")];
    let (outbox, sending) = to(router, &variables).await;
    let began = Instant::now();
    for nth in 0..10_000 {
        outbox.on_end(span(nth));
    }
    assert_eq!(outbox.0.max_capacity(), 8, "no more wait than may");
    sending.flush(Duration::from_millis(200)).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_can_be_taken_later_is_sent_again() {
    let requests = Arc::<AtomicUsize>::default();
    let counted = requests.clone();
    let router = Router::new().route(
        "/v1/traces",
        post(async move || match counted.fetch_add(1, Ordering::Relaxed) {
            0 => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]),
            _ => (StatusCode::OK, [("retry-after", "")]),
        }),
    );
    let (outbox, sending) = to(router, &[("OTEL_BSP_SCHEDULE_DELAY", "1")]).await;
    outbox.on_end(span(1));
    let taken = async {
        while sending.condition().last_taken.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taken).await.expect("it is sent again");
    assert_eq!((requests.load(Ordering::Relaxed), sending.condition().failing), (2, None));
}
