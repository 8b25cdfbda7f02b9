//! Durable jobs: what was accepted is done, or its asker is told why not.
//!
//! [`Queue::accept`] commits an inbound request and its jobs in one (grouped) transaction and only
//! then returns; workers claim jobs under a lease, and a job's end commits together with what
//! follows from it (the transactional outbox). States:
//! `ready → leased → sending → done | retry (ready, later) | ambiguous | cancelled | dead`. A job that was `sending` when
//! its worker died has an unknown fate, and its handler decides.

mod budget;
mod claim;
mod duty;
mod end;
mod findings;
mod gauges;
mod inspect;
mod intake;
mod lease;
mod payload;
mod pen;
mod progress;
mod repair;
mod rescue;
mod retry;
mod schedule;
mod standing;
mod store;
mod timetable;
mod traced;
mod worker;
mod writer;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use commands::BoxFuture;
use jiff::Timestamp;

pub use self::{
    duty::Hold,
    findings::{Finding, Findings, What},
    inspect::{About, Count, DeadLetter, Filter, LOOKED_INTO, Listed, LongestLane, Overview, Pressure, Subjects},
    intake::{Flood, Place},
    lease::Lease,
    payload::Payload,
    progress::HUNG_AFTER,
    repair::{By, Cancelled, Discarded, Hurried, Redriven, RedrivenAll},
    schedule::{CatchUp, Changed, Fired, Paused, Repeating, Schedule},
    standing::Standing,
    timetable::{NoTimetable, Timetable},
    worker::Workers,
};
use self::{
    intake::Intake,
    writer::{Answer, Request, Writer},
};
use crate::{
    audit,
    hooks::arrival::Arrival,
    notify::news::{Decision, Landed, News},
    store::{Store, Tx},
};

/// How long an acceptance may take: chat platforms wait 3 s.
const ACCEPT_WITHIN: Duration = Duration::from_millis(2500);

/// A job to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Which handler runs it: `run`, `post`, `hook`, `poll`.
    pub kind: &'static str,
    /// Jobs of one lane run one after the other, in order; a job without a lane waits for nobody.
    pub lane: Option<String>,
    pub priority: Priority,
    pub payload: Payload,
    /// Not before this.
    pub run_at: Option<Timestamp>,
    /// After this it is not worth doing any more: it becomes a dead letter.
    pub expires: Option<Timestamp>,
    /// At most one live job with this key.
    pub unique: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    Page,
    Command,
    Chatter,
}

/// A job that was claimed.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub lane: Option<String>,
    pub priority: Priority,
    pub payload: Payload,
    /// This one included, from 1.
    pub attempt: u32,
    pub created_at: Timestamp,
    pub expires: Option<Timestamp>,
    /// The `traceparent` of what it follows from, where traces were on then.
    pub trace: Option<String>,
}

/// What a handler makes of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Writes),
    /// It failed, and is tried again later; `after` overrules the backoff (5 s doubling to 10 h, full jitter).
    Retry {
        after: Option<Duration>,
        reason: String,
        writes: Writes,
    },
    /// Not now, for a reason that says nothing about the job (429, breaker open): no attempt is counted,
    /// and its lane waits with it.
    Snooze {
        after: Duration,
        reason: String,
        writes: Writes,
    },
    /// Bytes left and nobody knows what became of them: after `after`, [`Handler::unknown_fate`] looks.
    Ambiguous {
        after: Duration,
        reason: String,
        writes: Writes,
    },
    /// Not wanted any more: it ends without having been done.
    Cancel {
        reason: String,
        writes: Writes,
    },
    /// Never again by itself: a dead letter with its reason.
    Dead {
        reason: String,
        writes: Writes,
    },
}

/// What a post takes from a budget: one of `burst` that are there at once and come back one per `interval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// `slack:T1:C1`: whoever names the same budget shares it, in all processes on this database.
    pub budget: String,
    pub interval: Duration,
    pub burst: u32,
}

/// When bytes leave for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departs {
    /// When the handler says so, by [`Lease::sending`].
    WhenTold,
    /// With its claim, which takes these charges; while one cannot be taken, the job waits its turn.
    AtOnce(Vec<Charge>),
    /// When the handler says so, by [`Lease::sending_in`]; the claim takes these charges all the same.
    Charged(Vec<Charge>),
}

/// What is committed together with a job's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Writes {
    pub jobs: Vec<NewJob>,
    /// Name and new value of stored cursors.
    pub cursors: Vec<(String, String)>,
    /// What was reported, and what it led to.
    pub news: Vec<News>,
    /// All that was decided of news that were written down before, by their rows.
    pub decided: Vec<(i64, Vec<Decision>)>,
    /// Where what was posted stands.
    pub landed: Vec<Landed>,
    /// Lines of the audit log.
    pub audits: Vec<audit::Record>,
    /// Replaces the job's own payload, when it is retried.
    pub payload: Option<Payload>,
}

impl Writes {
    /// Both; the payload of `other` counts, where it has one.
    #[must_use]
    pub fn and(mut self, other: Writes) -> Writes {
        self.jobs.extend(other.jobs);
        self.cursors.extend(other.cursors);
        self.news.extend(other.news);
        self.decided.extend(other.decided);
        self.landed.extend(other.landed);
        self.audits.extend(other.audits);
        self.payload = other.payload.or(self.payload);
        self
    }
}

/// Does one kind of job.
pub trait Handler: Send + Sync {
    /// Runs `job`. A handler that is about to do what must not be done twice calls
    /// [`Lease::sending`] first.
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome>;

    /// Whether bytes leave as soon as `job` is claimed. Asked inside the claim: no waiting, no network.
    fn departs(&self, job: &Job) -> Departs {
        let _ = job;
        Departs::WhenTold
    }

    /// The worker died while the job was `sending`, or its end was [`Outcome::Ambiguous`]: it may have been done.
    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome>;

    /// The queue itself gave up on `job`: it expired, or failed for too long. What this returns is
    /// committed together with the dead letter, so that whoever waits is told.
    fn died(&self, job: &Job, reason: &str) -> Writes {
        let _ = (job, reason);
        Writes::default()
    }
}

/// Who does which kind of job.
pub type Handlers = HashMap<&'static str, Arc<dyn Handler>>;

/// The lease was lost: another worker has the job, so stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseLost;

/// An inbound request to be accepted.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// With `key`, known once: `slack`, `zulip`, `hook:ci`.
    pub source: String,
    pub key: String,
    /// As received.
    pub body: Bytes,
    /// Its line of the audit log, in the same transaction.
    pub audit: Option<audit::Record>,
    pub jobs: Vec<NewJob>,
    /// What was reported by it, and what it led to.
    pub news: Vec<News>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The ids of its jobs.
    New(Vec<i64>),
    Duplicate,
}

/// The store cannot take it now: full backlog, full disk, read-only, gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub reason: String,
    /// The transaction was under way when the time was over. Whoever asks again is told whether it was stored: by its key.
    pub maybe_stored: bool,
}

impl Refused {
    fn not_stored(reason: impl Into<String>) -> Refused {
        Refused { reason: reason.into(), maybe_stored: false }
    }
}

/// The queue. Cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Shared>);

struct Shared {
    store: Store,
    boot: String,
    writer: Writer,
    intake: Arc<Intake>,
    gauges: Mutex<gauges::Gauges>,
    /// What the auditor's findings were about that the log last told of.
    shown: Mutex<HashSet<What>>,
}

impl Queue {
    /// The queue in `store`. Spawns the task that writes, so it needs a running tokio.
    pub fn open(store: &Store) -> Queue {
        Queue::with_backlog(store, intake::BACKLOG)
    }

    fn with_backlog(store: &Store, backlog: usize) -> Queue {
        // This process's run: with a lease's epoch, what every change to a claimed job is fenced by.
        let boot = store.holder();
        let intake = Arc::new(Intake::new(backlog));
        let writer = Writer::spawn(store.clone(), boot.clone(), Arc::clone(&intake));
        Queue(Arc::new(Shared { store: store.clone(), boot, writer, intake, gauges: Mutex::default(), shown: Mutex::default() }))
    }

    /// A place for one of many requests that may come at once, before any of it is read: [`Queue::accept_arrival`] takes it.
    ///
    /// # Errors
    /// [`Refused`] while those ahead wait for too long: the sender should try again.
    pub fn admit(&self) -> Result<Place, Refused> {
        self.0.intake.admit_one_of_many()
    }

    /// What was turned away of late, if anything.
    pub fn flood(&self) -> Option<Flood> {
        self.0.intake.flood()
    }

    /// Commits it, together with others that arrive at the same time.
    ///
    /// # Errors
    /// [`Refused`]: the sender should try again. A repeat is known where it was stored all the same.
    pub async fn accept(&self, acceptance: Acceptance) -> Result<Accepted, Refused> {
        let place = self.0.intake.admit()?;
        self.accept_at(place, acceptance, None).await
    }

    /// The same for what came to a hook, with what the inspector is to show of it.
    ///
    /// # Errors
    /// As [`Queue::accept`].
    pub async fn accept_arrival(&self, place: Place, acceptance: Acceptance, arrival: Arrival) -> Result<Accepted, Refused> {
        self.accept_at(place, acceptance, Some(Box::new(arrival))).await
    }

    async fn accept_at(&self, place: Place, acceptance: Acceptance, arrival: Option<Box<Arrival>>) -> Result<Accepted, Refused> {
        let taken = Arc::<AtomicBool>::default();
        let acceptance = Box::new(acceptance);
        let answer = self.0.writer.ask(Request::Accept { acceptance, arrival, taken: Arc::clone(&taken), place });
        let result = match tokio::time::timeout(ACCEPT_WITHIN, answer).await {
            Ok(Ok(Answer::Accepted(accepted))) => Ok(accepted),
            Ok(Ok(_)) => unreachable!("an acceptance is answered with Accepted"),
            Ok(Err(failure)) => Err(Refused::not_stored(failure.reason)),
            Err(_) => Err(Refused {
                reason: "The database did not answer in time. Try again in a moment.".into(),
                maybe_stored: taken.load(Ordering::SeqCst),
            }),
        };
        gauges::acceptance(match &result {
            Ok(Accepted::New(_)) => "new",
            Ok(Accepted::Duplicate) => "duplicate",
            Err(_) => "refused",
        });
        result
    }

    /// Adds a job to a transaction of one's own; its id, or none when a live job has its
    /// [`NewJob::unique`] key.
    pub async fn enqueue(tx: &mut Tx, job: &NewJob) -> sqlx::Result<Option<i64>> {
        let trace = connectors::trace::traceparent();
        Ok(store::insert_all(tx, &[store::Insert::of(job, trace.as_deref())]).await?.pop().flatten())
    }

    /// Starts doing jobs of the kinds that `handlers` know, at most `concurrency` at a time.
    pub fn start(&self, handlers: Handlers, concurrency: usize) -> Workers {
        Workers::start(self.clone(), handlers, concurrency)
    }
}

#[cfg(test)]
mod tests;
