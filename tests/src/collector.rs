//! A collector of traces, as the bot sees one: it takes OTLP over HTTP and keeps what it got, decoded by the official messages.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::{AnyValue, KeyValue, any_value},
    trace::v1::span::SpanKind,
};
use prost::Message;
use tokio::{sync::Notify, time::Instant};

use crate::far_end::{FarEnd, PATIENCE, lock};

/// A span as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What its resource calls the service.
    pub service: String,
    pub trace: String,
    pub id: String,
    /// Empty of one that begins a trace.
    pub parent: String,
    pub name: String,
    pub kind: SpanKind,
    pub attributes: BTreeMap<String, String>,
    /// The traces that it points to.
    pub links: Vec<String>,
    pub failed: bool,
    /// What happened in it, by name.
    pub events: Vec<String>,
    pub nanoseconds: u64,
}

impl Seen {
    /// An attribute; empty where it has none of that name.
    pub fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// What goes on with it: `00-…-…-01`.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-01", self.trace, self.id)
    }
}

#[derive(Default)]
struct Kept {
    spans: Mutex<Vec<Seen>>,
    arrived: Notify,
}

pub struct Collector {
    /// To have it misbehave.
    pub far_end: FarEnd,
    kept: Arc<Kept>,
}

impl Collector {
    pub async fn start() -> Collector {
        let kept = Arc::<Kept>::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(kept.clone());
        Collector { far_end: FarEnd::serve("", router).await, kept }
    }

    /// All spans so far.
    pub fn spans(&self) -> Vec<Seen> {
        lock(&self.kept.spans).clone()
    }

    /// Waits until the spans that arrived show what is wanted.
    ///
    /// # Panics
    /// When they do not in time, with those that did.
    pub async fn until<T>(&self, what: &str, wanted: impl Fn(&[Seen]) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let arrived = self.kept.arrived.notified();
            if let Some(found) = wanted(&lock(&self.kept.spans)) {
                return found;
            }
            if tokio::time::timeout_at(end, arrived).await.is_err() {
                panic!("the spans do not show {what} within {PATIENCE:?}: {:#?}", self.spans());
            }
        }
    }

    /// Waits for such a span.
    ///
    /// # Panics
    /// As [`Collector::until`].
    pub async fn span(&self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        self.until(what, |spans| spans.iter().find(|it| wanted(it)).cloned()).await
    }
}

async fn take(State(kept): State<Arc<Kept>>, headers: HeaderMap, body: Bytes) -> Response {
    if headers.get(header::CONTENT_TYPE).is_none_or(|it| it != "application/x-protobuf") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(request) = ExportTraceServiceRequest::decode(body) else { return StatusCode::BAD_REQUEST.into_response() };
    let mut spans = Vec::new();
    for of_resource in request.resource_spans {
        let service = of_resource.resource.map(|it| attributes(it.attributes)).unwrap_or_default();
        let service = service.get("service.name").cloned().unwrap_or_default();
        for span in of_resource.scope_spans.into_iter().flat_map(|it| it.spans) {
            spans.push(Seen {
                service: service.clone(),
                trace: hex::encode(&span.trace_id),
                id: hex::encode(&span.span_id),
                parent: hex::encode(&span.parent_span_id),
                kind: span.kind(),
                name: span.name,
                attributes: attributes(span.attributes),
                links: span.links.iter().map(|it| hex::encode(&it.trace_id)).collect(),
                failed: span.status.is_some_and(|it| it.code == 2),
                events: span.events.into_iter().map(|it| it.name).collect(),
                nanoseconds: span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano),
            });
        }
    }
    lock(&kept.spans).extend(spans);
    kept.arrived.notify_waiters();
    let answer = ExportTraceServiceResponse::default().encode_to_vec();
    ([(header::CONTENT_TYPE, "application/x-protobuf")], answer).into_response()
}

fn attributes(all: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|it| it.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::DoubleValue(number)) => number.to_string(),
        Some(any_value::Value::BoolValue(yes)) => yes.to_string(),
        other => format!("{other:?}"),
    };
    all.into_iter().map(|it| (it.key, text(it.value))).collect()
}
