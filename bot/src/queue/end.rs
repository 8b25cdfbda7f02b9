//! How a try of a job ends: what its outcome means, and what is committed with it.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use super::{
    Handler, Job, Outcome, Payload, Writes,
    claim::{Claimed, Fate},
    retry,
    store::Final,
    worker::later,
};

/// A job that took longer than that does not put what follows from it before everything else, and nobody takes that for long overdue.
const LONGEST_PLACE: SignedDuration = SignedDuration::from_secs(10);

/// How a claimed job ends, with what is committed with it.
#[derive(Clone)]
pub(super) enum End {
    Final { end: Final, reason: Option<String>, writes: Writes },
    Again { run_at: Timestamp, reason: String, failed: Failed, uncounted: i64, writes: Writes },
    Ambiguous { until: Timestamp, reason: String, writes: Writes },
}

/// Whether a job that comes again has failed, since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    Since(Timestamp),
    No,
}

impl End {
    pub fn writes(&self) -> &Writes {
        match self {
            End::Final { writes, .. } | End::Again { writes, .. } | End::Ambiguous { writes, .. } => writes,
        }
    }

    /// Has the jobs that follow at once stand in line where theirs stood, before those that came with it: what was begun is ended
    /// before more is begun, so that of a crowd the first are answered while the last still wait.
    pub fn keep_place(&mut self, stood: Timestamp, now: Timestamp) {
        let longest = now.saturating_sub(LONGEST_PLACE).unwrap_or(now);
        let place = stood.saturating_sub(SignedDuration::from_micros(1)).unwrap_or(stood).clamp(longest, now);
        let (End::Final { writes, .. } | End::Again { writes, .. } | End::Ambiguous { writes, .. }) = self;
        for job in &mut writes.jobs {
            job.run_at.get_or_insert(place);
        }
    }

    pub fn payload(&self) -> Option<Payload> {
        self.writes().payload.clone()
    }
}

/// The outcome's name in metrics, and what to write.
pub(super) fn end(handler: &dyn Handler, claimed: &Claimed, outcome: Outcome, now: Timestamp) -> (&'static str, End) {
    let job = &claimed.job;
    match outcome {
        Outcome::Done(writes) => ("done", End::Final { end: Final::Done, reason: None, writes }),
        Outcome::Dead { reason, writes } => {
            warn!(job.id = %job.id, job.kind = %job.kind, "Job {} is a dead letter: {reason}", job.id);
            ("dead", End::Final { end: Final::Dead, reason: Some(reason), writes })
        }
        Outcome::Cancel { reason, writes } => ("cancelled", End::Final { end: Final::Cancelled, reason: Some(reason), writes }),
        Outcome::Retry { reason, writes, .. }
            if job.attempt >= retry::LEAST && retry::is_hopeless(claimed.failing_since, now) =>
        {
            given_up(handler, job, &reason, writes)
        }
        // It was looked into, and for three days nobody could tell.
        Outcome::Ambiguous { reason, writes, .. }
            if claimed.fate == Fate::Unknown && retry::is_hopeless(claimed.failing_since, now) =>
        {
            given_up(handler, job, &reason, writes)
        }
        Outcome::Retry { after, reason, writes } => {
            let run_at = later(now, after.unwrap_or_else(|| retry::backoff(job.attempt)));
            let failed = Failed::Since(claimed.failing_since.unwrap_or(now));
            ("retry", End::Again { run_at, reason, failed, uncounted: 0, writes })
        }
        Outcome::Snooze { after, reason, writes } => {
            // A claim of a job whose fate was unknown did not count as an attempt.
            let uncounted = if claimed.fate == Fate::Unknown { 0 } else { 1 };
            ("snoozed", End::Again { run_at: later(now, after), reason, failed: Failed::No, uncounted, writes })
        }
        Outcome::Ambiguous { after, reason, writes } => {
            ("ambiguous", End::Ambiguous { until: later(now, after), reason, writes })
        }
    }
}

/// A dead letter of what failed for three days.
fn given_up(handler: &dyn Handler, job: &Job, reason: &str, writes: Writes) -> (&'static str, End) {
    let reason = format!("{reason}; given up after {} attempts in three days", job.attempt);
    warn!(job.id = %job.id, job.kind = %job.kind, "Job {} is a dead letter: {reason}", job.id);
    let writes = writes.and(Writes { payload: None, ..died(handler, job, &reason) });
    ("dead", End::Final { end: Final::Dead, reason: Some(reason), writes })
}

pub(super) async fn look_into(handler: &dyn Handler, job: &Job) -> Outcome {
    match AssertUnwindSafe(async { handler.unknown_fate(job).await }).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => {
            let reason = format!("it may have been done, and looking into it panicked: {}", panic_text(&*panic));
            let writes = died(handler, job, &reason);
            Outcome::Dead { reason, writes }
        }
    }
}

/// What the handler wants told about a job that the queue gave up on. Should it panic, nothing is told
/// and the job is a dead letter all the same.
pub(super) fn died(handler: &dyn Handler, job: &Job, reason: &str) -> Writes {
    std::panic::catch_unwind(AssertUnwindSafe(|| handler.died(job, reason))).unwrap_or_else(|panic| {
        error!(job.id = %job.id, job.kind = %job.kind, "Nobody is told of the end of job {}: {}", job.id, panic_text(&*panic));
        Writes::default()
    })
}

pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
