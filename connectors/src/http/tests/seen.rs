//! What requests leave behind: ids, spans, metrics, quotas, and no secret in any of them.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tracing::{Event, Subscriber, field, span};

use super::*;

/// Keeps every span, field and event of every crate as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl field::Visit for &Log {
    fn record_debug(&mut self, field: &field::Field, value: &dyn fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        self.0.lock().unwrap().push_str(&format!("\n{}", attributes.metadata().name()));
        attributes.record(&mut &*self);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push('\n');
        event.record(&mut &*self);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn a_request_is_followed_by_its_id_and_betrays_no_secret() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    // A test on another thread may just be entering the span for the first time, and so settle for
    // the process that nobody listens.
    let before = Vendor::start([Act::json("{}")]).await;
    for _ in 0..100 {
        client_of(&before).get("/").send_empty().await.unwrap();
        // What the HTTP client itself says is heard sooner.
        if log.text().contains("http.request") {
            break;
        }
        tracing::callsite::rebuild_interest_cache();
    }
    let echo = r#"{"errors":["hunter22 is no key"]}"#;
    let vendor = Vendor::start([Act::answer("503 Busy", "retry-after: 0\r\n", ""), Act::answer("403 No", "", echo)]).await;
    let http = client_of(&vendor).with_secret_header("authorization", "Bearer xoxb-98765");
    let call = http.get("/issues/42.json").query(&[("key", "query-secret")]).send_empty();
    let error = scope("req-7", call).await.unwrap_err();

    for request in vendor.requests() {
        assert!(
            request.contains("\r\nx-request-id: req-7\r\n") && request.contains("\r\nx-redmine-api-key: hunter22\r\n"),
            "{request}"
        );
    }
    let log = log.text();
    for expected in [
        "http.request service=Redmine connection=redmine method=GET path=/issues/{}.json request_id=\"req-7\" attempt=1",
        " attempt=2",
        " outcome=\"server\"",
        " status=503",
        " outcome=\"permission\"",
        " status=403",
    ] {
        assert!(log.contains(expected), "{expected} is not in {log}");
    }
    let kept = serde_json::to_string(&http.condition()).unwrap();
    for secret in ["hunter22", "xoxb-98765", "query-secret"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
        assert!(!format!("{error:?} {kept}").contains(secret), "{error:?} {kept}");
    }
    http.get("/").send_empty().await.unwrap_err();
    assert!(!vendor.requests()[2].contains("x-request-id"));
}

/// Keeps the last value of each metric, by name and labels.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<std::collections::BTreeMap<String, f64>>>);

struct Metric(String, Metrics);

impl Metric {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut all = self.1.0.lock().unwrap();
        let value = all.entry(self.0.clone()).or_default();
        *value = change(*value);
    }
}

impl CounterFn for Metric {
    fn increment(&self, by: u64) {
        self.change(|it| it + by as f64);
    }

    fn absolute(&self, to: u64) {
        self.change(|_| to as f64);
    }
}

impl GaugeFn for Metric {
    fn increment(&self, by: f64) {
        self.change(|it| it + by);
    }

    fn decrement(&self, by: f64) {
        self.change(|it| it - by);
    }

    fn set(&self, to: f64) {
        self.change(|_| to);
    }
}

impl HistogramFn for Metric {
    /// Counts the samples.
    fn record(&self, _: f64) {
        self.change(|it| it + 1.0);
    }
}

impl Metrics {
    fn of(&self, key: &Key) -> Arc<Metric> {
        let labels: Vec<_> = key.labels().map(|it| format!("{}={}", it.key(), it.value())).collect();
        Arc::new(Metric(format!("{}{{{}}}", key.name(), labels.join(",")), self.clone()))
    }
}

impl Recorder for Metrics {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.of(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.of(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.of(key))
    }
}

#[tokio::test]
async fn tries_are_counted_and_quotas_known() {
    let seen = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&seen);
    let headers = "x-ratelimit-limit: 100\r\nx-ratelimit-remaining: 97\r\n";
    let vendor = Vendor::start([Act::answer("503 Busy", "retry-after: 0\r\n", ""), Act::answer("200 OK", headers, "{}")]).await;
    let http = client_of(&vendor);
    http.get("/issues/42.json").send_empty().await.unwrap();

    let metrics: Vec<_> = seen.0.lock().unwrap().iter().map(|(name, value)| format!("{name} {value}")).collect();
    expect_test::expect![[r#"
        bellhop_breaker_state{connection=redmine} 0
        bellhop_http_request_seconds{connection=redmine,method=GET} 2
        bellhop_http_requests_total{connection=redmine,method=GET,outcome=ok} 1
        bellhop_http_requests_total{connection=redmine,method=GET,outcome=server} 1
        bellhop_http_retries_total{connection=redmine} 1
        bellhop_quota_limit{connection=redmine,resource=} 100
        bellhop_quota_remaining{connection=redmine,resource=} 97"#]]
    .assert_eq(&metrics.join("\n"));
    assert_eq!(http.condition().quota, Some(Quota { limit: Some(100), remaining: 97, resets: None }));
}
