//! The trace that a request, a job or a message is part of, where traces are on.
//!
//! A [`Span`] is made below the one that is at work, and is nothing where none is: neither a branch more in the code that
//! makes it, nor an allocation. What travels from one process to another is a W3C `traceparent`
//! (<https://www.w3.org/TR/trace-context/>): in a header to outside systems, in its row with a job.
//!
//! These are not the spans of the log (`tracing`). What stands in those is meant for whoever runs the bot, and changes as
//! the log does; what stands in these leaves for a collector under names that others agreed on
//! (<https://opentelemetry.io/docs/specs/semconv/>), so it is said here, attribute by attribute: no text of a message, no secret,
//! no name of a person.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures::future::Either;
use opentelemetry::{
    Context, KeyValue, Value, global,
    trace::{FutureExt, SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer, get_active_span},
};

pub use opentelemetry::trace::SpanKind;

/// As collectors know who made a span.
const SCOPE: &str = "bellhop";

static ON: AtomicBool = AtomicBool::new(false);

/// From here on there are spans. Who calls this has told OpenTelemetry where they go.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// A piece of a trace; nothing where traces are off. It ends when it is told to, or with the last clone of it.
#[derive(Clone, Debug, Default)]
pub struct Span(Option<Context>);

/// What a span is part of.
#[derive(Clone, Copy, Debug)]
pub enum Under<'a> {
    /// A new trace.
    Nothing,
    /// The trace of this `traceparent`; a new one where it is none.
    Remote(&'a str),
    /// A new trace that points to the one of this `traceparent`, which is too old to be added to.
    After(&'a str),
}

impl Span {
    pub const fn none() -> Span {
        Span(None)
    }

    /// What is at work here, to be taken along to another task.
    pub fn here() -> Span {
        Span(is_on().then(Context::current).filter(Context::has_active_span))
    }

    /// A span below what is at work here; none where nothing is.
    pub fn below(name: impl Into<Cow<'static, str>>, kind: SpanKind) -> Span {
        match Span::here() {
            Span(Some(parent)) => Span(Some(start(name.into(), kind, &parent, None))),
            none => none,
        }
    }

    /// A span in which everything that follows begins: what was asked for from outside, or a try of a job.
    pub fn entry(name: impl Into<Cow<'static, str>>, kind: SpanKind, under: Under<'_>) -> Span {
        if !is_on() {
            return Span::none();
        }
        let (parent, link) = match under {
            Under::Nothing => (None, None),
            Under::Remote(text) => (read(text), None),
            Under::After(text) => (None, read(text)),
        };
        let parent = parent.map_or_else(Context::new, |it| Context::new().with_remote_span_context(it));
        Span(Some(start(name.into(), kind, &parent, link)))
    }

    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Says something about it.
    pub fn note(&self, key: &'static str, value: impl Into<Value>) {
        if let Some(context) = &self.0 {
            context.span().set_attribute(KeyValue::new(key, value));
        }
    }

    /// The same, where making the value costs something.
    pub fn note_with<V: Into<Value>>(&self, key: &'static str, value: impl FnOnce() -> V) {
        if let Some(context) = self.0.as_ref().filter(|it| it.span().is_recording()) {
            context.span().set_attribute(KeyValue::new(key, value()));
        }
    }

    /// It did not succeed; `class` is one of a few words, or a status.
    pub fn fail(&self, class: impl Into<Value>) {
        if let Some(context) = &self.0 {
            let span = context.span();
            span.set_attribute(KeyValue::new("error.type", class));
            // What an error says may hold what people wrote.
            span.set_status(Status::error(""));
        }
    }

    /// Does `future` as part of it.
    pub fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        // No `async fn`, which would have room for the future twice.
        match &self.0 {
            None => Either::Left(future),
            Some(context) => Either::Right(future.with_context(context.clone())),
        }
    }

    /// Ends it here, though somebody else may hold it still.
    pub fn end(&self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }

    /// What carries it to another process.
    pub fn traceparent(&self) -> Option<String> {
        self.0.as_ref().map(|it| write(it.span().span_context()))
    }
}

/// What carries the trace that is at work here to another process, or to a later time.
pub fn traceparent() -> Option<String> {
    Span::here().traceparent()
}

/// Says something about what is at work here.
pub fn note(key: &'static str, value: impl Into<Value>) {
    if is_on() {
        get_active_span(|span| span.set_attribute(KeyValue::new(key, value)));
    }
}

/// Points from what is at work here to the trace of another `traceparent`.
pub fn link(traceparent: &str) {
    if let Some(context) = Some(traceparent).filter(|_| is_on()).and_then(read) {
        get_active_span(|span| span.add_link(context.clone(), Vec::new()));
    }
}

/// The ids of the trace and of the span that are at work here, in hex, for the log.
pub fn ids() -> Option<(String, String)> {
    if !is_on() {
        return None;
    }
    Context::map_current(|context| {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| (ids.trace_id().to_string(), ids.span_id().to_string()))
    })
}

/// Milliseconds, as attributes say times.
pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn start(name: Cow<'static, str>, kind: SpanKind, parent: &Context, link: Option<SpanContext>) -> Context {
    let tracer = global::tracer(SCOPE);
    let mut builder = tracer.span_builder(name).with_kind(kind);
    if let Some(link) = link {
        builder = builder.with_links(vec![opentelemetry::trace::Link::with_context(link)]);
    }
    parent.with_span(builder.start_with_context(&tracer, parent))
}

fn write(context: &SpanContext) -> String {
    let flags = u8::from(context.is_sampled());
    format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id())
}

/// By the grammar of <https://www.w3.org/TR/trace-context/#traceparent-header>: what a later version adds at its end is passed over.
fn read(text: &str) -> Option<SpanContext> {
    let is_hex =
        |it: &str, digits: usize| it.len() == digits && it.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    let mut parts = text.trim().splitn(5, '-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let fits = is_hex(version, 2) && version != "ff" && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    if !fits || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    // Not what other tools say in `tracestate`: it comes from outside, and nothing here is for them.
    Some(SpanContext::new(trace, span, flags, true, TraceState::NONE)).filter(SpanContext::is_valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_as_the_standard_says() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(read(good).map(|it| write(&it)).as_deref(), Some(good));
        let unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        assert_eq!(read(unsampled).map(|it| write(&it)).as_deref(), Some(unsampled));
        // A later version, with more at its end and flags that nobody knows yet.
        let later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-what-the-future-brings";
        assert_eq!(read(later).map(|it| write(&it)).as_deref(), Some(good));
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47é6-00f067aa0ba902b7-01",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }

    #[tokio::test]
    async fn where_traces_are_off_there_is_nothing() {
        let span =
            Span::entry("request", SpanKind::Server, Under::Remote("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        assert!(!span.is_on());
        let seen = span.around(async { (traceparent(), Span::below("a", SpanKind::Client).is_on(), ids()) }).await;
        assert_eq!(seen, (None, false, None));
    }
}
