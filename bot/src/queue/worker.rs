//! Doing jobs: take what was claimed, run, end.
//!
//! The writer claims as work is committed; each claimed job runs in a task of its own. What no commit of
//! ours brings is looked for: when another process says so, when the next job is due, when somebody is
//! free again and there was more, and each second to find what a lost process left behind. Before it
//! looks for lost leases a process renews its own, so that it never takes a job from itself.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use connectors::trace::Span;
use futures::FutureExt;
use jiff::Timestamp;
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, error, info, warn};

use super::{
    Handler, Handlers, Lease, Outcome, Queue, Writes,
    claim::{Claimed, Fate},
    duty,
    end::{End, end, look_into, panic_text},
    gauges,
    store::{Fence, Held},
    traced,
    writer::{Answer, Claims, Hands, Inherited, Request},
};
use crate::{
    store::{Clock, Db},
    vital,
};

pub(super) const SCAN_EVERY: Duration = Duration::from_secs(1);
/// What is at work for longer waits for something that is slow, though it said nothing of it, and leaves its place all the same.
const PROMPT: Duration = Duration::from_secs(1);
/// Jobs that may wait for another system. They cost nothing but memory and a socket.
const WAITING: usize = 1_000;
/// One place of so many is for pages alone: nobody waits for one behind a thousand commands.
const PAGES: usize = 8;
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(10);
/// A database that does not answer keeps nobody from stopping.
const LAST_WORDS: Duration = Duration::from_secs(2);

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
    hands: Arc<Hands>,
    clock: Arc<dyn Clock>,
    /// Claimed jobs, each with what stops its task when its lease is lost.
    at_work: Mutex<HashMap<Fence, CancellationToken>>,
    /// Somebody is free, and there was more.
    free: Notify,
    /// When to look again, as the last claim said.
    next_look: watch::Sender<Option<Timestamp>>,
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
        let handlers = Arc::new(handlers);
        let (deliver, claims) = mpsc::unbounded_channel();
        let hands = Arc::new(Hands {
            closed: AtomicBool::new(kinds.is_empty()),
            kinds,
            handlers: Arc::clone(&handlers),
            free: AtomicUsize::new(concurrency.max(1)),
            for_pages: concurrency / PAGES,
            patience: AtomicUsize::new(WAITING),
            more: AtomicBool::new(false),
            deliver,
        });
        let crew = Arc::new(Crew {
            clock: queue.0.store.clock(),
            queue,
            handlers,
            hands,
            at_work: Mutex::default(),
            free: Notify::new(),
            next_look: watch::Sender::new(None),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            ended: CancellationToken::new(),
        });
        let mut tasks = vec![vital::spawn("upkeep", Arc::clone(&crew).upkeep_loop())];
        if !crew.hands.kinds.is_empty() {
            tasks.push(vital::spawn("claims", Arc::clone(&crew).take_loop(claims)));
            tasks.push(vital::spawn("looks", Arc::clone(&crew).look_loop()));
        }
        tasks.push(vital::spawn("duties", duty::run(crew.queue.clone(), crew.hands.kinds.clone().into(), crew.stopping.clone())));
        match crew.queue.0.store.db() {
            Db::Pg { .. } => tasks.push(vital::spawn("notifications", Arc::clone(&crew).listen_loop())),
            Db::Sqlite { .. } => tasks.push(vital::spawn("checkpoints", Arc::clone(&crew).checkpoint_loop())),
        }
        Workers { crew, tasks }
    }

    /// Has `task` end with the workers: it is told when they stop, and waited for.
    pub fn along<F: Future<Output = ()> + Send + 'static>(&mut self, task: impl FnOnce(CancellationToken) -> F) {
        self.tasks.push(tokio::spawn(task(self.crew.stopping.clone())));
    }

    /// Claims nothing more and lets what runs come to its end; after `deadline` it is stopped: what
    /// had not sent anything is given back, what had is looked into by whoever takes it over.
    pub async fn shutdown(mut self, deadline: Duration) {
        let crew = &self.crew;
        crew.hands.closed.store(true, Ordering::Relaxed);
        crew.stopping.cancel();
        // Whatever was being claimed has been handed out when this is answered.
        let _ = tokio::time::timeout(LAST_WORDS.min(deadline), crew.ask(Request::Look)).await;
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
        crew.tasks.close();
        if tokio::time::timeout(deadline, crew.tasks.wait()).await.is_ok() && crew.at_work().is_empty() {
            info!("All jobs that ran came to their end");
        }
        crew.ended.cancel();
        crew.tasks.wait().await;
        let left: Vec<Fence> = crew.at_work().keys().copied().collect();
        if !left.is_empty() {
            info!("Gave back {} jobs", left.len());
            let _ = tokio::time::timeout(LAST_WORDS, crew.queue.0.writer.ask(Request::Release(left))).await;
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.crew.hands.closed.store(true, Ordering::Relaxed);
        self.crew.stopping.cancel();
        self.crew.ended.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// One job's place among those at work, given back when its handler ends, however it ends.
///
/// Those who have one need a core or the database. A job that waits for another system leaves its place to the next, so that a
/// slow system holds up nobody else; and of a backlog that one process cannot cope with no more is claimed, and lost with it, than it
/// was at.
struct Slot {
    crew: Arc<Crew>,
    /// Its place was left to the next.
    waits: AtomicBool,
}

impl Slot {
    /// Leaves the place to the next, unless too many wait already.
    fn step_aside(&self) {
        // One task alone asks for it.
        if self.waits.load(Ordering::Relaxed) {
            return;
        }
        let patience = &self.crew.hands.patience;
        let taken = patience.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if taken.is_ok() {
            self.waits.store(true, Ordering::Relaxed);
            self.crew.free_place();
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.waits.load(Ordering::Relaxed) {
            self.crew.hands.patience.fetch_add(1, Ordering::Relaxed);
        } else {
            self.crew.free_place();
        }
    }
}

impl Crew {
    fn at_work(&self) -> std::sync::MutexGuard<'_, HashMap<Fence, CancellationToken>> {
        // Nothing panics while it is held.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free_place(&self) {
        self.hands.free.fetch_add(1, Ordering::Relaxed);
        if self.hands.more.load(Ordering::Relaxed) {
            self.free.notify_one();
        }
    }

    async fn ask(&self, request: Request) -> Option<Answer> {
        self.queue.0.writer.ask(request).await.ok()
    }

    async fn take_loop(self: Arc<Crew>, mut claims: mpsc::UnboundedReceiver<Claims>) {
        loop {
            let claims = tokio::select! {
                biased;
                Some(claims) = claims.recv() => claims,
                () = self.stopping.cancelled() => {
                    // The look that `shutdown` waits for comes after every claim that is on the way.
                    let _ = tokio::time::timeout(LAST_WORDS, self.ask(Request::Look)).await;
                    while let Ok(claims) = claims.try_recv() {
                        claims.jobs.into_iter().for_each(|it| self.take(it));
                    }
                    return;
                }
            };
            claims.jobs.into_iter().for_each(|it| self.take(it));
            self.next_look.send_if_modified(|next| {
                let is_new = *next != claims.next_look;
                *next = claims.next_look;
                is_new
            });
        }
    }

    async fn look_loop(self: Arc<Crew>) {
        let mut work = self.queue.0.store.work();
        let mut planned = self.next_look.subscribe();
        let inherited = if self.queue.0.store.take_inheritance() { Inherited::Yes } else { Inherited::No };
        while !self.stopping.is_cancelled()
            && self.ask(Request::Hire { hands: Arc::clone(&self.hands), inherited }).await.is_none()
        {
            self.pause(self.clock.now()).await;
        }
        let mut next_scan = self.clock.now();
        let mut next_heartbeat = later(next_scan, HEARTBEAT_EVERY);
        let mut is_free = false;
        while !self.stopping.is_cancelled() {
            let now = self.clock.now();
            let is_due = planned.borrow().is_some_and(|it| it <= now);
            let is_told = work.has_changed().unwrap_or(true);
            let goes_on = std::mem::take(&mut is_free) && !is_due && !is_told;
            // What is committed from here on wakes us again.
            work.borrow_and_update();
            if now >= next_heartbeat {
                if !self.heartbeat().await {
                    self.pause(now).await;
                    continue;
                }
                next_heartbeat = later(now, HEARTBEAT_EVERY);
            }
            let looked = if now >= next_scan {
                next_scan = later(now, SCAN_EVERY);
                self.ask(Request::Scan).await
            } else if goes_on {
                self.ask(Request::GoOn).await
            } else {
                self.ask(Request::Look).await
            };
            if looked.is_none() {
                self.pause(now).await;
                continue;
            }
            loop {
                let next_look = *planned.borrow_and_update();
                let wake = next_look.map_or(next_scan, |next| next.min(next_scan)).min(next_heartbeat);
                tokio::select! {
                    changed = planned.changed() => if changed.is_err() { return },
                    _ = work.changed() => break,
                    () = self.free.notified() => {
                        is_free = true;
                        break;
                    }
                    () = self.clock.wait_until(wake) => break,
                    () = self.stopping.cancelled() => return,
                }
            }
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

    /// Gauges up to date.
    async fn upkeep_loop(self: Arc<Crew>) {
        gauges::describe(&self.hands.kinds);
        while !self.stopping.is_cancelled() {
            let now = self.clock.now();
            if let Err(err) = self.queue.publish_gauges(&self.hands.kinds).await {
                debug!("Jobs could not be counted: {err}");
            }
            tokio::select! {
                () = self.clock.wait_until(later(now, HEARTBEAT_EVERY)) => (),
                () = self.stopping.cancelled() => (),
            }
        }
    }

    /// Copying the log back takes tens of milliseconds, which no commit has to wait for.
    async fn checkpoint_loop(self: Arc<Crew>) {
        while !self.stopping.is_cancelled() {
            if let Err(err) = self.queue.0.store.checkpoint().await {
                debug!("The log was not copied back: {err}");
            }
            tokio::select! {
                () = self.clock.wait_until(later(self.clock.now(), CHECKPOINT_EVERY)) => (),
                () = self.stopping.cancelled() => (),
            }
        }
    }

    /// Other processes on the same PostgreSQL say when they bring work.
    async fn listen_loop(self: Arc<Crew>) {
        let Db::Pg { pool, .. } = self.queue.0.store.db() else { return };
        while !self.stopping.is_cancelled() {
            let listening = async {
                let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
                listener.listen("bellhop_jobs").await?;
                loop {
                    // What we bring ourselves we have claimed already.
                    if listener.recv().await?.payload() != self.queue.0.boot {
                        self.queue.0.store.announce_work();
                    }
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
        let slot = Arc::new(Slot { crew: Arc::clone(self), waits: AtomicBool::new(false) });
        let Some(handler) = self.handlers.get(claimed.job.kind.as_str()).map(Arc::clone) else {
            return; // Only these kinds are claimed.
        };
        let fence = claimed.fence();
        let lost = CancellationToken::new();
        self.at_work().insert(fence, lost.clone());
        let crew = Arc::clone(self);
        self.tasks.spawn(async move {
            let ended = tokio::select! {
                biased;
                () = crew.ended.cancelled() => return,
                // Before the loss: a heartbeat in the same transaction as the end finds no lease any more.
                held = crew.try_job(handler.as_ref(), &claimed, slot) => held,
                () = lost.cancelled() => Held::No,
            };
            if ended == Held::No {
                gauges::lease_lost(&claimed.job.kind);
                warn!(job.id = %fence.id, "Job {} belongs to another worker now", fence.id);
            }
            crew.at_work().remove(&fence);
        });
    }

    /// One try, to the commit of its end, which is where what follows from it begins.
    async fn try_job(&self, handler: &dyn Handler, claimed: &Claimed, slot: Arc<Slot>) -> Held {
        let span = traced::attempt(claimed, self.clock.now());
        span.around(self.do_job(handler, claimed, slot, &span)).await
    }

    async fn do_job(&self, handler: &dyn Handler, claimed: &Claimed, slot: Arc<Slot>, span: &Span) -> Held {
        let (job, fence) = (&claimed.job, claimed.fence());
        let started = Instant::now();
        let doing = async {
            match claimed.fate {
                Fate::NotSent | Fate::Sending => self.run(handler, claimed).await,
                Fate::Unknown => look_into(handler, job).await,
            }
        };
        // Weak: the place is given back when the handler ends, not with what is left of its future.
        let place = Arc::downgrade(&slot);
        let told = move || place.upgrade().iter().for_each(|it| it.step_aside());
        let doing = connectors::http::waiting(Arc::new(told), doing);
        tokio::pin!(doing);
        let outcome = tokio::select! {
            outcome = &mut doing => outcome,
            () = self.clock.wait_until(later(self.clock.now(), PROMPT)) => {
                slot.step_aside();
                doing.await
            }
        };
        // Whoever waits for the end to be written needs no place any more.
        drop(slot);
        let now = self.clock.now();
        let (name, mut end) = end(handler, claimed, outcome, now);
        end.keep_place(claimed.run_at, now);
        metrics::histogram!("bellhop_job_seconds", "kind" => job.kind.clone()).record(started.elapsed().as_secs_f64());
        traced::ended(span, name);
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

    async fn run(&self, handler: &dyn Handler, claimed: &Claimed) -> Outcome {
        let job = &claimed.job;
        let shared = &self.queue.0;
        let lease = Lease::new(claimed.fence(), claimed.fate, shared.writer.clone(), shared.store.clone(), &shared.boot);
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
}
