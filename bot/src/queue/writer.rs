//! The task that writes: what many ask for at the same time is one transaction.
//!
//! A durable commit costs milliseconds whatever is in it, so while one is on its way, everything
//! else that is asked for (acceptances, claims, ends) waits and then goes together, up to
//! [`TOGETHER`]. One that comes alone does not wait. When a transaction fails because of what is in
//! it, each request is tried by itself, so that only the bad one fails.

use std::{fmt, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tracing::{error, warn};

use super::{
    Acceptance, Accepted, Handlers, Writes, gauges,
    store::{self, Again, Claimed, Fence, Final, Held, Which},
    worker::died,
};
use crate::{
    audit,
    store::{Store, Tx, sql},
};

/// Requests in one transaction.
const TOGETHER: usize = 64;

pub(super) enum Request {
    Accept {
        acceptance: Box<Acceptance>,
        /// Its place in the backlog, given back once it is answered.
        _waiting: OwnedSemaphorePermit,
    },
    Claim {
        kinds: Arc<[&'static str]>,
        limit: usize,
    },
    Sending(Fence),
    End(Fence, End),
    Heartbeat(Vec<Fence>),
    Release(Vec<Fence>),
    Scan {
        handlers: Arc<Handlers>,
        kinds: Arc<[&'static str]>,
        inherited: Inherited,
    },
}

/// Whether the leases in the database are those of a process that is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inherited {
    Yes,
    No,
}

/// How a claimed job ends, with what is committed with it.
#[derive(Clone)]
pub(super) enum End {
    Final { end: Final, reason: Option<String>, writes: Writes },
    Again { run_at: jiff::Timestamp, reason: String, uncounted: i64, writes: Writes },
    Ambiguous { until: jiff::Timestamp, reason: String, writes: Writes },
}

#[derive(Debug)]
pub(super) enum Answer {
    Accepted(Accepted),
    Claimed(Claims),
    Held(Held),
    /// Those whose lease is gone.
    Lost(Vec<Fence>),
    Nothing,
}

pub(super) struct Claims {
    pub jobs: Vec<Claimed>,
    /// When to look again at the latest.
    pub next_run: Option<jiff::Timestamp>,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({})", self.jobs.len())
    }
}

/// Why nothing was written: a sentence without anything of the database's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub reason: String,
}

struct Asked {
    request: Request,
    reply: oneshot::Sender<Result<Answer, Failure>>,
}

/// The way to the task. It ends when the last of these is dropped.
#[derive(Clone)]
pub(super) struct Writer(mpsc::UnboundedSender<Asked>);

impl Writer {
    pub(super) fn spawn(store: Store, boot: String) -> Writer {
        let (ask, asked) = mpsc::unbounded_channel();
        tokio::spawn(run(store, boot, asked));
        Writer(ask)
    }

    /// Returns once `request` is committed.
    pub(super) async fn ask(&self, request: Request) -> Result<Answer, Failure> {
        let (reply, answer) = oneshot::channel();
        let stopped = || Failure { reason: "The bot is stopping. Try again in a moment.".into() };
        self.0.send(Asked { request, reply }).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn run(store: Store, boot: String, mut asked: mpsc::UnboundedReceiver<Asked>) {
    while let Some(first) = asked.recv().await {
        let mut batch = vec![first];
        // Those that are about to ask get to do so.
        tokio::task::yield_now().await;
        while batch.len() < TOGETHER
            && let Ok(next) = asked.try_recv()
        {
            batch.push(next);
        }
        // Who gave up waiting was told that nothing is stored.
        batch.retain(|it| !(it.reply.is_closed() && matches!(it.request, Request::Accept { .. })));
        // Last, so that it finds what the others bring.
        batch.sort_by_key(|it| matches!(it.request, Request::Claim { .. }));
        gauges::backlog(asked.len());
        write(&store, &boot, batch).await;
    }
}

async fn write(store: &Store, boot: &str, batch: Vec<Asked>) {
    let alone = batch.len() == 1;
    match together(store, boot, &batch).await {
        Ok(answers) => {
            for (asked, answer) in batch.into_iter().zip(answers) {
                let _ = asked.reply.send(Ok(answer));
            }
        }
        Err(err) if alone || !is_about_content(&err) => {
            error!("The database refused {} requests: {err}", batch.len());
            let failure = Failure { reason: reason(&err) };
            for asked in batch {
                let _ = asked.reply.send(Err(failure.clone()));
            }
        }
        Err(err) => {
            warn!("A batch of {} failed and is tried one by one: {err}", batch.len());
            for asked in batch {
                let result = together(store, boot, std::slice::from_ref(&asked)).await;
                let result = result.map(|mut answers| answers.pop().unwrap_or(Answer::Nothing)).map_err(|err| {
                    error!("The database refused a request: {err}");
                    Failure { reason: reason(&err) }
                });
                let _ = asked.reply.send(result);
            }
        }
    }
}

async fn together(store: &Store, boot: &str, batch: &[Asked]) -> sqlx::Result<Vec<Answer>> {
    let started = std::time::Instant::now();
    let mut tx = store.begin().await?;
    let mut answers = Vec::with_capacity(batch.len());
    for asked in batch {
        match apply(&mut tx, boot, &asked.request).await {
            Ok(answer) => answers.push(answer),
            Err(err) => {
                // A transaction that a full disk has already undone says so again here.
                let _ = tx.rollback().await;
                return Err(err);
            }
        }
    }
    tx.commit().await?;
    gauges::committed(batch.len(), started.elapsed());
    Ok(answers)
}

async fn apply(tx: &mut Tx, boot: &str, request: &Request) -> sqlx::Result<Answer> {
    Ok(match request {
        Request::Accept { acceptance, .. } => Answer::Accepted(accept(tx, acceptance).await?),
        Request::Claim { kinds, limit } => {
            let mut jobs = store::claim_unknown(tx, boot, kinds).await?;
            jobs.extend(store::claim(tx, boot, kinds, *limit).await?);
            Answer::Claimed(Claims { jobs, next_run: store::next_run(tx).await? })
        }
        Request::Sending(fence) => Answer::Held(store::sending(tx, boot, *fence).await?),
        Request::End(fence, end) => Answer::Held(finish(tx, boot, *fence, end).await?),
        Request::Heartbeat(fences) => {
            let mut lost = Vec::new();
            for fence in fences {
                if store::heartbeat(tx, boot, *fence).await? == Held::No {
                    lost.push(*fence);
                }
            }
            Answer::Lost(lost)
        }
        Request::Release(fences) => {
            for fence in fences {
                store::release(tx, boot, *fence).await?;
            }
            Answer::Nothing
        }
        Request::Scan { handlers, kinds, inherited } => {
            if *inherited == Inherited::Yes {
                store::end_leases(tx).await?;
            }
            store::reclaim(tx).await?;
            store::unblock(tx).await?;
            expire(tx, handlers, kinds).await?;
            Answer::Nothing
        }
    })
}

async fn accept(tx: &mut Tx, acceptance: &Acceptance) -> sqlx::Result<Accepted> {
    let now = tx.now();
    let new = sql("INSERT INTO delivery (source, key, body, received_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (source, key) DO NOTHING RETURNING id")
    .bind(acceptance.source.as_str())
    .bind(acceptance.key.as_str())
    .bind(acceptance.body.as_ref())
    .bind(now)
    .first(&mut *tx)
    .await?;
    if new.is_none() {
        return Ok(Accepted::Duplicate);
    }
    if let Some(record) = &acceptance.audit {
        audit::append(tx, record).await?;
    }
    let mut ids = Vec::with_capacity(acceptance.jobs.len());
    for job in &acceptance.jobs {
        ids.extend(store::insert(tx, job).await?);
    }
    Ok(Accepted::New(ids))
}

async fn finish(tx: &mut Tx, boot: &str, fence: Fence, end: &End) -> sqlx::Result<Held> {
    let (held, writes) = match end {
        End::Final { end, reason, writes } => {
            (store::finish(tx, Which::Held { boot, fence }, *end, reason.as_deref()).await?, writes)
        }
        End::Again { run_at, reason, uncounted, writes } => {
            let payload = writes.payload.as_ref().map(|it| it.to_string());
            let again = Again { run_at: *run_at, reason, uncounted: *uncounted, payload };
            (store::again(tx, boot, fence, again).await?, writes)
        }
        End::Ambiguous { until, reason, writes } => {
            let payload = writes.payload.as_ref().map(|it| it.to_string());
            (store::ambiguous(tx, boot, fence, *until, reason, payload).await?, writes)
        }
    };
    if held == Held::Yes {
        follow(tx, writes).await?;
    }
    Ok(held)
}

/// What follows from a job's end.
async fn follow(tx: &mut Tx, writes: &Writes) -> sqlx::Result<()> {
    for job in &writes.jobs {
        store::insert(tx, job).await?;
    }
    for (name, value) in &writes.cursors {
        tx.set_cursor(name, value).await?;
    }
    Ok(())
}

async fn expire(tx: &mut Tx, handlers: &Handlers, kinds: &[&'static str]) -> sqlx::Result<()> {
    for job in store::expired(tx, kinds).await? {
        let reason = "it expired before it could be done";
        if store::finish(tx, Which::Unclaimed(job.id), Final::Dead, Some(reason)).await? == Held::Yes {
            warn!(job.id = %job.id, job.kind = %job.kind, "Job {} expired", job.id);
            metrics::counter!("bellhop_job_outcomes_total", "kind" => job.kind.clone(), "outcome" => "dead").increment(1);
            gauges::ended(&job.kind, job.attempt, job.created_at, tx.now());
            if let Some(handler) = handlers.get(job.kind.as_str()) {
                follow(tx, &died(handler.as_ref(), &job, reason)).await?;
            }
        }
    }
    Ok(())
}

/// Whether the same transaction may work without one of its requests: the database answered, and
/// what it answered is not about itself.
fn is_about_content(err: &sqlx::Error) -> bool {
    match err {
        sqlx::Error::Database(_) => fault(err).is_none(),
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        _ => false,
    }
}

fn reason(err: &sqlx::Error) -> String {
    if let Some(fault) = fault(err) {
        return format!("{fault} Nothing was stored; try again in a moment, or tell an administrator.");
    }
    match err {
        sqlx::Error::Database(_) | sqlx::Error::Encode(_) => "The database cannot store this request.".into(),
        _ => "The database cannot be reached. Nothing was stored; try again in a moment, or tell an administrator.".into(),
    }
}

/// What is wrong with the database itself, by SQLite's result code (<https://sqlite.org/rescode.html>)
/// or PostgreSQL's SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn fault(err: &sqlx::Error) -> Option<&'static str> {
    let code = err.as_database_error()?.code()?;
    if let Ok(code) = code.parse::<u32>()
        && code < 0x10000
        && err.as_database_error()?.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
    {
        return match code & 0xff {
            5 | 6 => Some("The database is locked."),
            8 => Some("The database is read-only."),
            10 | 11 | 14 | 26 => Some("The database's disk does not work."),
            13 => Some("The database's disk is full."),
            _ => None,
        };
    }
    match code.get(..2)? {
        "53" => Some("The database has no room left."),
        "08" | "57" | "58" => Some("The database is not available."),
        "25" => Some("The database is read-only."),
        "40" | "55" => Some("The database is busy."),
        _ => None,
    }
}
