//! The queue's metrics: what each is called, and where its numbers come from.
//!
//! Gauges are set from the database when workers start and then every ten seconds. Counting a backlog
//! takes as long as the backlog is long (a million jobs on SQLite: half a second), so it is done less
//! often the longer it takes: never for more than a hundredth of the time. What an index answers at
//! once (the oldest due job, the oldest dead letter) is always up to date.

use std::{collections::BTreeMap, sync::PoisonError, time::Instant};

use jiff::{SignedDuration, Timestamp};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::{Queue, Standing};
use crate::store::sql;

/// Counting takes at most this part of the time.
const SHARE: u32 = 100;

/// What was counted last.
#[derive(Default)]
pub(super) struct Gauges {
    jobs: BTreeMap<(Standing, String), i64>,
    /// Not before this.
    next_count: Option<Instant>,
}

impl Queue {
    /// Sets the gauges; `kinds` are there from the beginning, also with no job.
    pub(super) async fn publish_gauges(&self, kinds: &[&'static str]) -> anyhow::Result<()> {
        let now = self.0.store.now();
        for priority in 0..=2 {
            let since = self.due_since().await?.into_iter().find(|it| it.0 == priority).map(|it| it.1);
            gauge!("bellhop_job_due_oldest_seconds", "priority" => priority_name(priority)).set(age(now, since));
        }
        let dead = sql("SELECT MIN(ended_at) FROM job_history WHERE state = 'dead' AND redriven_as IS NULL");
        let oldest = dead.first(self.0.store.read()).await?.map_or(Ok(None), |row| row.maybe_time(0))?;
        gauge!("bellhop_dead_letter_oldest_seconds").set(age(now, oldest));

        let started = Instant::now();
        if self.gauges().next_count.is_some_and(|next| started < next) {
            return Ok(());
        }
        let counts = self.counts().await?;
        let mut known = self.gauges();
        known.next_count = Some(started + started.elapsed() * SHARE);
        // A state that emptied is shown as 0, not as it was.
        for jobs in known.jobs.values_mut() {
            *jobs = 0;
        }
        for kind in kinds {
            for standing in Standing::OPEN {
                known.jobs.entry((standing, (*kind).to_owned())).or_insert(0);
            }
        }
        for count in counts {
            known.jobs.insert((count.state, count.kind), count.jobs);
        }
        for ((standing, kind), jobs) in &known.jobs {
            gauge!("bellhop_jobs", "state" => standing.name(), "kind" => kind.clone()).set(*jobs as f64);
        }
        Ok(())
    }

    fn gauges(&self) -> std::sync::MutexGuard<'_, Gauges> {
        self.0.gauges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn age(now: Timestamp, since: Option<Timestamp>) -> f64 {
    since.map_or(SignedDuration::ZERO, |since| now.duration_since(since)).as_secs_f64().max(0.0)
}

fn priority_name(priority: i64) -> &'static str {
    match priority {
        0 => "page",
        1 => "command",
        _ => "chatter",
    }
}

/// A job left the live table: `outcome` is `done`, `dead` or `cancelled`.
pub(super) fn ended(kind: &str, attempts: u32, created_at: Timestamp, now: Timestamp) {
    histogram!("bellhop_job_attempts", "kind" => kind.to_owned()).record(f64::from(attempts));
    histogram!("bellhop_job_latency_seconds", "kind" => kind.to_owned()).record(age(now, Some(created_at)));
}

/// So many requests wait for the writer.
/// A request to be stored, as `outcome`.
pub(super) fn acceptance(outcome: &'static str) {
    counter!("bellhop_acceptances_total", "outcome" => outcome).increment(1);
}

pub(super) fn backlog(requests: usize) {
    gauge!("bellhop_queue_backlog_requests").set(requests as f64);
}

/// A worker lost its job to another.
pub(super) fn lease_lost(kind: &str) {
    counter!("bellhop_lease_losses_total", "kind" => kind.to_owned()).increment(1);
}

/// Says what each metric is, and shows those that count from 0: an alert on a counter's rise
/// sees the first one.
pub(super) fn describe(kinds: &[&'static str]) {
    describe_gauge!("bellhop_jobs", "Jobs by kind and state: waiting, scheduled, working, sending, unknown, retrying, dead");
    describe_gauge!(
        "bellhop_job_due_oldest_seconds",
        Unit::Seconds,
        "For how long the oldest due job has waited, by priority; 0 when none waits"
    );
    describe_gauge!(
        "bellhop_dead_letter_oldest_seconds",
        Unit::Seconds,
        "Age of the oldest dead letter that nobody has seen to; 0 without any"
    );
    describe_counter!("bellhop_job_outcomes_total", "Ends of attempts: done, dead, cancelled, retry, snoozed, ambiguous");
    describe_histogram!("bellhop_job_seconds", Unit::Seconds, "How long an attempt took, by kind");
    describe_histogram!("bellhop_job_latency_seconds", Unit::Seconds, "From a job's acceptance to its end, by kind");
    describe_histogram!("bellhop_job_attempts", "Attempts that a job had when it ended, by kind");
    describe_counter!("bellhop_acceptances_total", "Requests to be stored: new, duplicate, refused");
    describe_histogram!("bellhop_queue_batch_requests", "Requests in one transaction of the writer");
    describe_histogram!("bellhop_queue_commit_seconds", Unit::Seconds, "How long a transaction of the writer took");
    describe_histogram!("bellhop_queue_claim_seconds", Unit::Seconds, "How long claiming took, within a transaction");
    describe_gauge!("bellhop_queue_backlog_requests", "Requests that wait for the writer");
    describe_counter!("bellhop_lease_losses_total", "Jobs that a worker lost to another, by kind");
    describe_counter!("bellhop_budget_waits_total", "Jobs that waited for their turn in a budget");
    for kind in kinds {
        for outcome in ["done", "dead", "cancelled", "retry", "snoozed", "ambiguous"] {
            counter!("bellhop_job_outcomes_total", "kind" => *kind, "outcome" => outcome).increment(0);
        }
        counter!("bellhop_lease_losses_total", "kind" => *kind).increment(0);
    }
    for outcome in ["new", "duplicate", "refused"] {
        counter!("bellhop_acceptances_total", "outcome" => outcome).increment(0);
    }
    counter!("bellhop_budget_waits_total").increment(0);
    backlog(0);
}
