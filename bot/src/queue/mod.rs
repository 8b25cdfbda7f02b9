//! Durable jobs: what was accepted is done, or its asker is told why not.
//!
//! [`Queue::accept`] commits an inbound request and its jobs in one (grouped) transaction and only
//! then returns; workers claim jobs under a lease, and a job's end commits together with what
//! follows from it (the transactional outbox). States:
//! `ready → leased → sending → done | retry (ready, later) | dead`. A job that was `sending` when
//! its worker died has an unknown fate, and its handler decides.

use std::time::Duration;

use bytes::Bytes;
use commands::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

/// A job to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Which handler runs it: `run`, `post`, `hook`, `poll`.
    pub kind: &'static str,
    /// Jobs of one lane run one after the other, in order; a job without a lane waits for nobody.
    pub lane: Option<String>,
    pub priority: Priority,
    pub payload: Value,
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
    pub payload: Value,
    /// This one included, from 1.
    pub attempt: u32,
    pub created_at: Timestamp,
    pub expires: Option<Timestamp>,
}

/// What a handler makes of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Writes),
    /// Again later; `after` overrules the backoff (5 s doubling to 10 h, full jitter). `counted` is
    /// false where the failure says nothing about the job (429, breaker open).
    Retry {
        after: Option<Duration>,
        counted: Counted,
        reason: String,
        writes: Writes,
    },
    /// Never again by itself: a dead letter with its reason.
    Dead {
        reason: String,
        writes: Writes,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Yes,
    No,
}

/// What is committed together with a job's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Writes {
    pub jobs: Vec<NewJob>,
    /// Name and new value of stored cursors.
    pub cursors: Vec<(String, String)>,
    /// Replaces the job's own payload, when it is retried.
    pub payload: Option<Value>,
}

/// Does one kind of job.
pub trait Handler: Send + Sync {
    /// Runs `job`. A handler that is about to do what must not be done twice calls
    /// [`Lease::sending`] first.
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome>;

    /// The worker died while the job was `sending`: it may have been done.
    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome>;
}

/// The right to work on a job.
pub struct Lease(());

/// The lease was lost: another worker has the job, so stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseLost;

impl Lease {
    /// Notes durably that bytes are about to leave.
    pub async fn sending(&self) -> Result<(), LeaseLost> {
        unimplemented!()
    }
}

/// An inbound request to be accepted.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// With `key`, known once: `slack`, `zulip`, `hook:ci`.
    pub source: String,
    pub key: String,
    /// As received.
    pub body: Bytes,
    pub audit: Option<Audit>,
    pub jobs: Vec<NewJob>,
}

/// Who asked for what: one line of the audit log, in the same transaction.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Audit {
    pub actor: String,
    /// The command line, secrets left out.
    pub action: String,
    pub request_id: String,
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
}

/// The queue. Cheap to clone.
#[derive(Clone)]
pub struct Queue(());

impl Queue {
    /// Commits it, together with others that arrive at the same time (≤ 64, ≤ 5 ms).
    pub async fn accept(&self, acceptance: Acceptance) -> Result<Accepted, Refused> {
        let _ = acceptance;
        unimplemented!()
    }
}
