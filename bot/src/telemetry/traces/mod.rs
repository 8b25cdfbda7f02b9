//! Traces: what is made of [`connectors::trace`]'s spans, where somebody asked for them.
//!
//! [`settings`] says whether and where to; [`export`] sends, over [`collector`]; nothing of it is there where traces are off. How a
//! trace runs through the bot is in `docs/tracing.md`.

mod collector;
mod export;
mod settings;

use std::{sync::OnceLock, time::Duration};

use connectors::{Check, trace};
use jiff::Timestamp;
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};

pub use self::settings::{Config, Settings, Variables, read};
use self::{
    collector::{Collector, Untaken},
    export::{Condition, Sending},
};

static SENDING: OnceLock<Sending> = OnceLock::new();

/// From here on there are traces; a second call changes nothing.
///
/// # Errors
/// Why they cannot be sent.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    if SENDING.get().is_some() {
        return Ok(());
    }
    let attributes = settings.resource.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    let resource = Resource::builder_empty().with_attributes(attributes).build();
    let (outbox, sending) = Sending::start(settings, &resource)?;
    let begun_here = Sampler::TraceIdRatioBased(settings.sampling.ratio);
    let sampler = if settings.sampling.follows { Sampler::ParentBased(Box::new(begun_here)) } else { begun_here };
    let provider = SdkTracerProvider::builder().with_resource(resource).with_sampler(sampler).with_span_processor(outbox).build();
    opentelemetry::global::set_tracer_provider(provider);
    let _ = SENDING.set(sending);
    metrics::describe_counter!(
        "bellhop_trace_spans_total",
        "Spans of traces: exported, failed (the collector did not take them), dropped (too many were waiting)"
    );
    for outcome in ["exported", "failed", "dropped"] {
        metrics::counter!("bellhop_trace_spans_total", "outcome" => outcome).increment(0);
    }
    trace::switch_on();
    Ok(())
}

/// Sends what there is, within this time.
pub async fn flush(within: Duration) {
    if let Some(sending) = SENDING.get() {
        sending.flush(within).await;
    }
}

/// How sending fares in this process; where another one does it, whether the collector takes spans. None without traces.
pub async fn check(settings: Option<&Settings>) -> Option<Check> {
    if let Some(sending) = SENDING.get() {
        return Some(of_condition(sending.condition()));
    }
    let settings = settings?;
    let collector = match Collector::new(settings) {
        Ok(collector) => collector,
        Err(_) => {
            let fix = "OTEL_EXPORTER_OTLP_CERTIFICATE must name a PEM file with certificates.";
            return Some(Check::warning(NAME, "the certificate for the collector cannot be used", fix));
        }
    };
    // A request without spans is one that every collector takes.
    Some(match collector.send(&ExportTraceServiceRequest::default()).await {
        Ok(_) => Check::ok(NAME, format!("{} takes them", collector.origin())),
        Err(untaken) => warning(&untaken, &format!("{} does not take them", collector.origin())),
    })
}

/// As it is called among checks.
const NAME: &str = "traces";

fn of_condition(condition: Condition) -> Check {
    let at = |it: Timestamp| it.strftime("%H:%M UTC").to_string();
    match (condition.failing, condition.last_taken) {
        (Some((since, untaken)), _) => warning(&untaken, &format!("the collector has not taken them since {}", at(since))),
        (None, Some(last)) => Check::ok(NAME, format!("the collector took the last ones at {}", at(last))),
        (None, None) => Check::ok(NAME, "none was sent yet"),
    }
}

/// Nothing but traces is lost.
fn warning(untaken: &Untaken, what: &str) -> Check {
    Check::warning(NAME, format!("{what}: {}", untaken.reason), untaken.fix)
}
