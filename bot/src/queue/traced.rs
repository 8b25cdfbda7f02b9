//! The queue in traces: each try of a job is a span, and so is each wait for a commit.
//!
//! A job carries the `traceparent` of what it follows from, so that a trace goes on in another process, and after a restart.
//! What is done much later than it was asked for, as a timer or the last of many tries, is a trace of its own that points to the
//! first one: no collector shows a trace well that lasts for days.

use std::time::{Duration, Instant};

use connectors::trace::{Span, SpanKind, Under, is_on, milliseconds};
use jiff::{SignedDuration, Timestamp};

use super::{
    Priority,
    claim::{Claimed, Fate},
    writer::Request,
};
use crate::store::Dialect;

/// A job that is tried later than this after it was made begins a trace of its own.
const TOGETHER: SignedDuration = SignedDuration::from_hours(1);

/// One try of a job.
pub(super) fn attempt(claimed: &Claimed, now: Timestamp) -> Span {
    if !is_on() {
        return Span::none();
    }
    let job = &claimed.job;
    let under = match &job.trace {
        None => Under::Nothing,
        Some(trace) if now.duration_since(job.created_at) > TOGETHER => Under::After(trace),
        Some(trace) => Under::Remote(trace),
    };
    let span = Span::entry(format!("job {}", job.kind), SpanKind::Consumer, under);
    let since = |at: Timestamp| milliseconds(Duration::try_from(now.duration_since(at)).unwrap_or_default());
    span.note_with("bellhop.job.kind", || job.kind.clone());
    span.note("bellhop.job.id", job.id);
    span.note("bellhop.job.attempt", i64::from(job.attempt));
    span.note("bellhop.job.priority", word(job.priority));
    span.note("bellhop.job.waited_ms", since(claimed.ready_since()));
    span.note("bellhop.job.age_ms", since(job.created_at));
    if let Some(lane) = &job.lane {
        span.note_with("bellhop.job.lane", || nameless(lane));
    }
    if claimed.fate == Fate::Unknown {
        // Nothing is done again: it is found out what became of the try before.
        span.note("bellhop.job.looks_into", true);
    }
    span
}

/// The try ended.
pub(super) fn ended(span: &Span, outcome: &'static str) {
    span.note("bellhop.job.outcome", outcome);
    if matches!(outcome, "dead" | "retry" | "ambiguous") {
        span.fail(outcome);
    }
}

fn word(priority: Priority) -> &'static str {
    match priority {
        Priority::Page => "page",
        Priority::Command => "command",
        Priority::Chatter => "chatter",
    }
}

/// A lane without mail addresses and telephone numbers, by which some places are called.
fn nameless(lane: &str) -> String {
    let parts = lane.split(':').map(|it| if it.contains('@') || it.starts_with('+') { "…" } else { it });
    parts.collect::<Vec<_>>().join(":")
}

/// The wait of whoever asked for something to be written, until it is committed with others.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(Option<(Span, Instant)>);

impl Waiting {
    pub fn begin(request: &Request, dialect: Dialect) -> Waiting {
        if !is_on() {
            return Waiting(None);
        }
        let operation = match request {
            Request::Accept { .. } => "accept",
            Request::Sending(_) => "mark as sending",
            Request::End(..) => "end",
            Request::Fold { .. } => "fold",
            Request::Heartbeat(_)
            | Request::Release(_)
            | Request::Hire { .. }
            | Request::Look
            | Request::GoOn
            | Request::Scan => return Waiting(None),
        };
        let span = Span::below("commit", SpanKind::Client);
        if !span.is_on() {
            return Waiting(None);
        }
        let system = match dialect {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgresql",
        };
        span.note("db.system.name", system);
        span.note("db.operation.name", operation);
        Waiting(Some((span, Instant::now())))
    }

    /// Its transaction begins, with `together` requests in all.
    pub fn is_over(&self, together: usize) {
        if let Waiting(Some((span, since))) = self {
            span.note("bellhop.commit.waited_ms", milliseconds(since.elapsed()));
            span.note("bellhop.commit.requests", i64::try_from(together).unwrap_or(i64::MAX));
        }
    }

    /// It is committed, or refused.
    pub fn end(&self, is_committed: bool) {
        if let Waiting(Some((span, _))) = self {
            if !is_committed {
                span.fail("refused");
            }
            span.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_names_nobody() {
        assert_eq!(nameless("slack:T1:C1:17.2"), "slack:T1:C1:17.2");
        assert_eq!(nameless("page:email::ana@example.org"), "page:email::…");
        assert_eq!(nameless("sms:+4915112345678"), "sms:…");
    }
}
