//! Logs on stderr, metrics for Prometheus, and traces for a collector.

mod log;
pub mod process;
pub mod traces;

use std::{sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

pub use self::log::log;

/// The process's metrics; the first call installs them.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = buckets(PrometheusBuilder::new()).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let handle = recorder.handle();
        let _ = metrics::set_global_recorder(recorder);
        describe();
        handle
    })
}

/// Seconds, but for what counts something else or takes days.
fn buckets(builder: PrometheusBuilder) -> Result<PrometheusBuilder, BuildError> {
    let seconds = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
    // From a job's acceptance to its end: 10 ms to the three days after which it is given up.
    let latency = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 36_000.0, 259_200.0];
    let attempts = [1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0];
    let requests = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
    let named = |name: &str| Matcher::Full(name.to_owned());
    builder
        .set_buckets(&seconds)?
        .set_buckets_for_metric(named("bellhop_job_latency_seconds"), &latency)?
        .set_buckets_for_metric(named("bellhop_job_attempts"), &attempts)?
        .set_buckets_for_metric(named("bellhop_queue_batch_requests"), &requests)
}

/// Keeps histograms from growing between scrapes.
pub async fn upkeep() {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        process::measure();
        metrics().run_upkeep();
    }
}

fn describe() {
    process::describe();
    metrics::describe_counter!("bellhop_commands_total", "Commands taken, by group, action and outcome");
    metrics::describe_histogram!("bellhop_command_seconds", metrics::Unit::Seconds, "From a command's acceptance to its reply");
    metrics::describe_counter!("bellhop_sends_total", "Messages handed to a chat, by chat and outcome: ok, or a failure's class");
    metrics::describe_gauge!("bellhop_socket_connections", "WebSockets to Slack that Slack uses");
    metrics::describe_counter!("bellhop_socket_reconnects_total", "WebSockets to Slack that were replaced, by reason");
    metrics::describe_counter!("bellhop_socket_envelopes_total", "Requests of Slack's by WebSocket, by kind and outcome");
    metrics::describe_histogram!(
        "bellhop_socket_seconds",
        metrics::Unit::Seconds,
        "Time to take a request of Slack's by WebSocket, by kind"
    );
    metrics::describe_counter!("bellhop_http_in_total", "Requests served, by route and status");
    metrics::describe_histogram!("bellhop_http_in_seconds", metrics::Unit::Seconds, "Time to answer a request, by route");
}
