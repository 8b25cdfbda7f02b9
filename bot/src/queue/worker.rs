//! Doing jobs: claim, run, end.
//!
//! One loop claims for all; each claimed job runs in a task of its own. The loop wakes when work was
//! committed, when a worker is free again, when the next job is due, and each second to find what a
//! lost process left behind. Before it looks for lost leases it renews its own, so that it never
//! takes a job from itself.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures::FutureExt;
use jiff::Timestamp;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, error, info, warn};

use super::{
    Handler, Handlers, Job, Lease, Outcome, Queue, Writes, duty, gauges, retry,
    store::{Claimed, Fate, Fence, Final, Held},
    writer::{Answer, End, Inherited, Request},
};
use crate::store::{Clock, Db};

pub(super) const SCAN_EVERY: Duration = Duration::from_secs(1);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(10);

pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Running workers. Dropping them ends them where they stand, as a crash would; see [`Workers::shutdown`].
pub struct Workers {
    crew: Arc<Crew>,
    tasks: Vec<JoinHandle<()>>,
}

struct Crew {
    queue: Queue,
    handlers: Arc<Handlers>,
    kinds: Arc<[&'static str]>,
    concurrency: usize,
    clock: Arc<dyn Clock>,
    /// Claimed jobs, each with what stops its task when its lease is lost.
    at_work: Mutex<HashMap<Fence, CancellationToken>>,
    free: Notify,
    tasks: TaskTracker,
    /// No more claims.
    stopping: CancellationToken,
    /// Tasks end where they stand.
    ended: CancellationToken,
}

impl Workers {
    pub(super) fn start(queue: Queue, handlers: Handlers, concurrency: usize) -> Workers {
        let mut kinds: Vec<&'static str> = handlers.keys().copied().collect();
        kinds.sort_unstable();
        let crew = Arc::new(Crew {
            clock: queue.0.store.clock(),
            queue,
            handlers: Arc::new(handlers),
            kinds: kinds.into(),
            concurrency: concurrency.max(1),
            at_work: Mutex::default(),
            free: Notify::new(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            ended: CancellationToken::new(),
        });
        let mut tasks = Vec::new();
        if !crew.kinds.is_empty() {
            tasks.push(tokio::spawn(Arc::clone(&crew).claim_loop()));
        }
        tasks.push(tokio::spawn(Arc::clone(&crew).upkeep_loop()));
        tasks.push(tokio::spawn(duty::run(crew.queue.clone(), Arc::clone(&crew.kinds), crew.stopping.clone())));
        if matches!(crew.queue.0.store.db(), Db::Pg(_)) {
            tasks.push(tokio::spawn(Arc::clone(&crew).listen_loop()));
        }
        Workers { crew, tasks }
    }

    /// Claims nothing more and lets what runs come to its end; after `deadline` it is stopped: what
    /// had not sent anything is given back, what had is looked into by whoever takes it over.
    pub async fn shutdown(mut self, deadline: Duration) {
        let crew = &self.crew;
        crew.stopping.cancel();
        crew.tasks.close();
        if tokio::time::timeout(deadline, crew.tasks.wait()).await.is_ok() && crew.at_work().is_empty() {
            info!("All jobs that ran came to their end");
        }
        crew.ended.cancel();
        // The loop first: a claim of its that is on the way still becomes a job at work.
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
        crew.tasks.wait().await;
        let left: Vec<Fence> = crew.at_work().keys().copied().collect();
        if !left.is_empty() {
            info!("Gave back {} jobs", left.len());
            let _ = crew.queue.0.writer.ask(Request::Release(left)).await;
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.crew.stopping.cancel();
        self.crew.ended.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Crew {
    fn at_work(&self) -> std::sync::MutexGuard<'_, HashMap<Fence, CancellationToken>> {
        // Nothing panics while it is held.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, request: Request) -> Option<Answer> {
        self.queue.0.writer.ask(request).await.ok()
    }

    async fn claim_loop(self: Arc<Crew>) {
        let mut work = self.queue.0.store.work();
        let mut next_scan = self.clock.now();
        let mut next_heartbeat = later(next_scan, HEARTBEAT_EVERY);
        while !self.stopping.is_cancelled() {
            // What is committed from here on wakes us again.
            work.borrow_and_update();
            let now = self.clock.now();
            if now >= next_heartbeat {
                if !self.heartbeat().await {
                    self.pause(now).await;
                    continue;
                }
                next_heartbeat = later(now, HEARTBEAT_EVERY);
            }
            if now >= next_scan {
                self.scan().await;
                next_scan = later(now, SCAN_EVERY);
            }
            let mut wake = next_scan.min(next_heartbeat);
            let free = self.concurrency.saturating_sub(self.at_work().len());
            if free > 0 {
                match self.ask(Request::Claim { kinds: Arc::clone(&self.kinds), limit: free }).await {
                    Some(Answer::Claimed(claims)) => {
                        wake = claims.next_run.map_or(wake, |next| wake.min(next));
                        let all = claims.jobs.len() >= free;
                        for claimed in claims.jobs {
                            self.take(claimed);
                        }
                        if !all {
                            self.sleep(&mut work, wake, None).await;
                            continue;
                        }
                    }
                    _ => {
                        self.pause(now).await;
                        continue;
                    }
                }
            }
            self.sleep(&mut work, wake, Some(&self.free)).await;
        }
    }

    async fn sleep(&self, work: &mut tokio::sync::watch::Receiver<u64>, until: Timestamp, free: Option<&Notify>) {
        let freed = async {
            match free {
                Some(free) => free.notified().await,
                None => std::future::pending().await,
            }
        };
        // With all workers busy, new work is no reason to wake up.
        let brought = async {
            if free.is_some() {
                std::future::pending::<()>().await;
            }
            let _ = work.changed().await;
        };
        tokio::select! {
            () = brought => (),
            () = freed => (),
            () = self.clock.wait_until(until) => (),
            () = self.stopping.cancelled() => (),
        }
    }

    /// The database does not answer: not so fast.
    async fn pause(&self, now: Timestamp) {
        tokio::select! {
            () = self.clock.wait_until(later(now, SCAN_EVERY)) => (),
            () = self.stopping.cancelled() => (),
        }
    }

    async fn heartbeat(&self) -> bool {
        let fences: Vec<Fence> = self.at_work().keys().copied().collect();
        let Some(Answer::Lost(lost)) = self.ask(Request::Heartbeat(fences)).await else {
            return false;
        };
        for fence in lost {
            // One that ended in the meantime is not there any more.
            if let Some(stop) = self.at_work().get(&fence) {
                warn!(job.id = %fence.id, "Lost the lease of job {}", fence.id);
                stop.cancel();
            }
        }
        true
    }

    async fn scan(&self) {
        let inherited = if self.queue.0.store.take_inheritance() { Inherited::Yes } else { Inherited::No };
        let handlers = Arc::clone(&self.handlers);
        self.ask(Request::Scan { handlers, kinds: Arc::clone(&self.kinds), inherited }).await;
    }

    /// Gauges up to date.
    async fn upkeep_loop(self: Arc<Crew>) {
        gauges::describe(&self.kinds);
        while !self.stopping.is_cancelled() {
            let now = self.clock.now();
            if let Err(err) = self.queue.publish_gauges(&self.kinds).await {
                debug!("Jobs could not be counted: {err}");
            }
            tokio::select! {
                () = self.clock.wait_until(later(now, HEARTBEAT_EVERY)) => (),
                () = self.stopping.cancelled() => (),
            }
        }
    }

    /// Other processes on the same PostgreSQL say when they bring work.
    async fn listen_loop(self: Arc<Crew>) {
        let Db::Pg(pool) = self.queue.0.store.db() else { return };
        while !self.stopping.is_cancelled() {
            let listening = async {
                let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
                listener.listen("bellhop_jobs").await?;
                loop {
                    listener.recv().await?;
                    self.queue.0.store.announce_work();
                }
            };
            let ended: sqlx::Result<()> = tokio::select! {
                ended = listening => ended,
                () = self.stopping.cancelled() => return,
            };
            if let Err(err) = ended {
                warn!("Not told about other bots' jobs until the database is back; found each second instead: {err}");
            }
            self.pause(self.clock.now()).await;
        }
    }

    fn take(self: &Arc<Crew>, claimed: Claimed) {
        let Some(handler) = self.handlers.get(claimed.job.kind.as_str()).map(Arc::clone) else {
            return; // Only these kinds are claimed.
        };
        let fence = Fence { id: claimed.job.id, epoch: claimed.epoch };
        let lost = CancellationToken::new();
        self.at_work().insert(fence, lost.clone());
        let crew = Arc::clone(self);
        self.tasks.spawn(async move {
            let ended = tokio::select! {
                biased;
                () = crew.ended.cancelled() => return,
                () = lost.cancelled() => Held::No,
                held = crew.do_job(handler.as_ref(), &claimed, fence) => held,
            };
            if ended == Held::No {
                gauges::lease_lost(&claimed.job.kind);
                warn!(job.id = %fence.id, "Job {} belongs to another worker now", fence.id);
            }
            crew.at_work().remove(&fence);
            crew.free.notify_one();
        });
    }

    async fn do_job(&self, handler: &dyn Handler, claimed: &Claimed, fence: Fence) -> Held {
        let job = &claimed.job;
        let started = Instant::now();
        let outcome = match claimed.fate {
            Fate::NotSent => self.run(handler, job, fence).await,
            Fate::Unknown => look_into(handler, job).await,
        };
        let (name, end) = self.end(handler, claimed, outcome);
        metrics::histogram!("bellhop_job_seconds", "kind" => job.kind.clone()).record(started.elapsed().as_secs_f64());
        // The handler's word is kept until it is written: another attempt might do it all again.
        loop {
            match self.ask(Request::End(fence, end.clone())).await {
                Some(Answer::Held(held)) => {
                    if held == Held::Yes {
                        debug!(job.id = %job.id, job.kind = %job.kind, outcome = name, "Ran job {}", job.id);
                        metrics::counter!("bellhop_job_outcomes_total", "kind" => job.kind.clone(), "outcome" => name)
                            .increment(1);
                        if matches!(end, End::Final { .. }) {
                            gauges::ended(&job.kind, job.attempt, job.created_at, self.clock.now());
                        }
                    }
                    return held;
                }
                _ => self.clock.wait_until(later(self.clock.now(), SCAN_EVERY)).await,
            }
        }
    }

    async fn run(&self, handler: &dyn Handler, job: &Job, fence: Fence) -> Outcome {
        let writer = self.queue.0.writer.clone();
        let lease = Lease::new(fence, writer, Arc::clone(&self.clock));
        match AssertUnwindSafe(async { handler.run(job, &lease).await }).catch_unwind().await {
            Ok(outcome) => outcome,
            Err(panic) => {
                let reason = format!("the handler panicked: {}", panic_text(&*panic));
                error!(job.id = %job.id, job.kind = %job.kind, "Job {}: {reason}", job.id);
                if lease.has_sent() {
                    return look_into(handler, job).await;
                }
                Outcome::Retry { after: None, reason, writes: Writes::default() }
            }
        }
    }

    /// The outcome's name in metrics, and what to write.
    fn end(&self, handler: &dyn Handler, claimed: &Claimed, outcome: Outcome) -> (&'static str, End) {
        let now = self.clock.now();
        let job = &claimed.job;
        match outcome {
            Outcome::Done(writes) => ("done", End::Final { end: Final::Done, reason: None, writes }),
            Outcome::Dead { reason, writes } => {
                warn!(job.id = %job.id, job.kind = %job.kind, "Job {} is a dead letter: {reason}", job.id);
                ("dead", End::Final { end: Final::Dead, reason: Some(reason), writes })
            }
            Outcome::Cancel { reason, writes } => {
                ("cancelled", End::Final { end: Final::Cancelled, reason: Some(reason), writes })
            }
            Outcome::Retry { reason, mut writes, .. } if retry::is_hopeless(claimed.failing_since, now) => {
                let reason = format!("{reason}; given up after {} attempts in three days", job.attempt);
                warn!(job.id = %job.id, job.kind = %job.kind, "Job {} is a dead letter: {reason}", job.id);
                let last = died(handler, job, &reason);
                writes.jobs.extend(last.jobs);
                writes.cursors.extend(last.cursors);
                ("dead", End::Final { end: Final::Dead, reason: Some(reason), writes })
            }
            Outcome::Retry { after, reason, writes } => {
                let run_at = later(now, after.unwrap_or_else(|| retry::backoff(job.attempt)));
                ("retry", End::Again { run_at, reason, uncounted: 0, writes })
            }
            Outcome::Snooze { after, reason, writes } => {
                // A claim of a job whose fate was unknown did not count as an attempt.
                let uncounted = if claimed.fate == Fate::NotSent { 1 } else { 0 };
                ("snoozed", End::Again { run_at: later(now, after), reason, uncounted, writes })
            }
            Outcome::Ambiguous { after, reason, writes } => {
                ("ambiguous", End::Ambiguous { until: later(now, after), reason, writes })
            }
        }
    }
}

async fn look_into(handler: &dyn Handler, job: &Job) -> Outcome {
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

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
