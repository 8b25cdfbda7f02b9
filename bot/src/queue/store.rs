//! The queue's SQL.
//!
//! A job's lane is free when no other job of it is claimed and no older one stands ahead: one that is
//! due, or that failed less than 15 minutes ago. The claim checks exactly that, and a unique index
//! holds it. `blocked` only spares the claim from looking at jobs deep in a lane: it may be 1 for a
//! second too long, until [`unblock`], and 0 says nothing.

use std::time::Duration;

use jiff::Timestamp;

use super::{Job, NewJob, Priority, retry::LANE_BLOCKED};
use crate::store::{Dialect, Row, Tx, sql};

/// How long a claim holds without a heartbeat.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// A job under a lease of ours.
pub(super) struct Claimed {
    pub job: Job,
    pub epoch: i64,
    pub failing_since: Option<Timestamp>,
    pub fate: Fate,
}

/// Whether bytes may have left for a job before it was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    NotSent,
    Unknown,
}

/// A claimed job, as changes to it are fenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fence {
    pub id: i64,
    pub epoch: i64,
}

/// Whether the lease that a change was fenced by still held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    No,
}

const COLUMNS: &str = "id, kind, lane, payload, attempts, created_at, expires, priority, epoch, failing_since";

fn claimed(row: &Row, fate: Fate) -> sqlx::Result<Claimed> {
    Ok(Claimed { job: job(row)?, epoch: row.int(8)?, failing_since: row.maybe_time(9)?, fate })
}

/// From the first eight of [`COLUMNS`].
fn job(row: &Row) -> sqlx::Result<Job> {
    Ok(Job {
        id: row.int(0)?,
        kind: row.text(1)?,
        lane: row.maybe_text(2)?,
        payload: row.json(3)?,
        attempt: u32::try_from(row.int(4)?).unwrap_or(u32::MAX),
        created_at: row.time(5)?,
        expires: row.maybe_time(6)?,
        priority: Priority::of(row.int(7)?),
    })
}

fn before(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn after(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

impl Priority {
    /// The table holds 0 to 2 and nothing else.
    pub(super) fn of(number: i64) -> Priority {
        match number {
            0 => Priority::Page,
            1 => Priority::Command,
            _ => Priority::Chatter,
        }
    }

    pub(super) fn number(self) -> i64 {
        match self {
            Priority::Page => 0,
            Priority::Command => 1,
            Priority::Chatter => 2,
        }
    }
}

/// A job to be inserted; a redriven one has no static kind.
pub(super) struct Insert<'a> {
    pub kind: &'a str,
    pub lane: Option<&'a str>,
    pub priority: i64,
    pub payload: String,
    pub run_at: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub unique: Option<&'a str>,
}

pub(super) async fn insert(tx: &mut Tx, job: &NewJob) -> sqlx::Result<Option<i64>> {
    let insert = Insert {
        kind: job.kind,
        lane: job.lane.as_deref(),
        priority: job.priority.number(),
        payload: job.payload.to_string(),
        run_at: job.run_at,
        expires: job.expires,
        unique: job.unique.as_deref(),
    };
    insert_row(tx, insert).await
}

pub(super) async fn insert_row(tx: &mut Tx, job: Insert<'_>) -> sqlx::Result<Option<i64>> {
    let now = tx.now();
    let row = sql("INSERT INTO job (kind, lane, priority, payload, run_at, created_at, expires, unique_key, blocked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN EXISTS (
             SELECT 1 FROM job h WHERE h.lane = $2 AND (h.state <> 'ready' OR h.run_at <= $6 OR h.failing_since > $9)
         ) THEN 1 ELSE 0 END)
         ON CONFLICT (unique_key) DO NOTHING RETURNING id")
    .bind(job.kind)
    .bind(job.lane)
    .bind(job.priority)
    .bind(job.payload)
    .bind(job.run_at.unwrap_or(now))
    .bind(now)
    .bind(job.expires)
    .bind(job.unique)
    .bind(before(now, LANE_BLOCKED))
    .first(&mut *tx)
    .await?;
    tx.brings_work();
    row.map(|row| row.int(0)).transpose()
}

/// `kind IN ($n, …)` for kinds bound from `$n` on.
fn kinds_in(first: usize, count: usize) -> String {
    let list: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    format!("kind IN ({})", list.join(", "))
}

/// Claims up to `limit` jobs, the more urgent and then the longer due first. Of each lane only the head.
pub(super) async fn claim(tx: &mut Tx, boot: &str, kinds: &[&'static str], limit: usize) -> sqlx::Result<Vec<Claimed>> {
    let now = tx.now();
    // The older transaction of two that reach for the same rows gets them; the other looks further.
    let skip = if tx.dialect() == Dialect::Postgres { "FOR UPDATE OF j SKIP LOCKED" } else { "" };
    // `$4 + 0`: SQLite looks at the value of a bare parameter in LIMIT when it plans, and so would plan
    // the statement again each time that a value is bound.
    let text = format!(
        "WITH head AS MATERIALIZED (
            SELECT j.id FROM job j
            WHERE j.state = 'ready' AND j.blocked = 0 AND j.priority = $1 AND j.run_at <= $2
                AND (j.expires IS NULL OR j.expires > $2) AND j.{kinds}
                AND (j.lane IS NULL OR NOT EXISTS (
                    SELECT 1 FROM job h WHERE h.lane = j.lane AND h.id <> j.id
                        AND (h.state <> 'ready' OR (h.id < j.id AND (h.run_at <= $2 OR h.failing_since > $3)))))
            ORDER BY j.run_at, j.id LIMIT $4 + 0 {skip})
         UPDATE job SET state = 'leased', boot = $5, epoch = epoch + 1, lease_until = $6, attempts = attempts + 1
         WHERE id IN (SELECT id FROM head) RETURNING {COLUMNS}",
        kinds = kinds_in(7, kinds.len()),
    );
    let mut all = Vec::new();
    for priority in [Priority::Page, Priority::Command, Priority::Chatter] {
        let left = limit.saturating_sub(all.len());
        if left == 0 {
            break;
        }
        let statement = sql(text.clone())
            .bind(priority.number())
            .bind(now)
            .bind(before(now, LANE_BLOCKED))
            .bind(i64::try_from(left).unwrap_or(i64::MAX))
            .bind(boot)
            .bind(after(now, LEASE));
        let rows = kinds.iter().fold(statement, |statement, kind| statement.bind(*kind)).all(&mut *tx).await?;
        let mut found = rows.iter().map(|row| claimed(row, Fate::NotSent)).collect::<sqlx::Result<Vec<_>>>()?;
        found.sort_by_key(|it| it.job.id);
        all.extend(found);
    }
    Ok(all)
}

/// Takes over jobs that were being sent when their worker went away.
pub(super) async fn claim_unknown(tx: &mut Tx, boot: &str, kinds: &[&'static str]) -> sqlx::Result<Vec<Claimed>> {
    let now = tx.now();
    let statement = sql(format!(
        "UPDATE job SET boot = $1, epoch = epoch + 1, lease_until = $2
         WHERE state = 'sending' AND lease_until <= $3 AND {} RETURNING {COLUMNS}",
        kinds_in(4, kinds.len())
    ))
    .bind(boot)
    .bind(after(now, LEASE))
    .bind(now);
    let rows = kinds.iter().fold(statement, |statement, kind| statement.bind(*kind)).all(&mut *tx).await?;
    rows.iter().map(|row| claimed(row, Fate::Unknown)).collect()
}

/// When the next job that is not due yet will be.
pub(super) async fn next_run(tx: &mut Tx) -> sqlx::Result<Option<Timestamp>> {
    let row = sql("SELECT MIN(run_at) FROM job WHERE state = 'ready' AND run_at > $1").bind(tx.now()).first(&mut *tx).await?;
    row.map_or(Ok(None), |row| row.maybe_time(0))
}

/// Notes that bytes are about to leave.
pub(super) async fn sending(tx: &mut Tx, boot: &str, fence: Fence) -> sqlx::Result<Held> {
    held(
        sql("UPDATE job SET state = 'sending' WHERE id = $1 AND boot = $2 AND epoch = $3")
            .bind(fence.id)
            .bind(boot)
            .bind(fence.epoch)
            .execute(tx)
            .await?,
    )
}

pub(super) async fn heartbeat(tx: &mut Tx, boot: &str, fence: Fence) -> sqlx::Result<Held> {
    held(
        sql("UPDATE job SET lease_until = $4 WHERE id = $1 AND boot = $2 AND epoch = $3")
            .bind(fence.id)
            .bind(boot)
            .bind(fence.epoch)
            .bind(after(tx.now(), LEASE))
            .execute(tx)
            .await?,
    )
}

fn held(rows: u64) -> sqlx::Result<Held> {
    Ok(if rows == 0 { Held::No } else { Held::Yes })
}

/// How a job leaves the live table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Final {
    Done,
    Dead,
    Cancelled,
}

impl Final {
    pub(super) fn name(self) -> &'static str {
        match self {
            Final::Done => "done",
            Final::Dead => "dead",
            Final::Cancelled => "cancelled",
        }
    }
}

/// Which live job a final change means: one that we hold, or one that nobody has claimed.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    Held { boot: &'a str, fence: Fence },
    Unclaimed(i64),
}

/// Moves a job to the history and lets the next of its lane come forward.
pub(super) async fn finish(tx: &mut Tx, which: Which<'_>, end: Final, reason: Option<&str>) -> sqlx::Result<Held> {
    const GONE: &str = "RETURNING id, kind, lane, priority, payload, attempts, created_at, unique_key";
    let delete = match which {
        Which::Held { boot, fence } => sql(format!("DELETE FROM job WHERE id = $1 AND boot = $2 AND epoch = $3 {GONE}"))
            .bind(fence.id)
            .bind(boot)
            .bind(fence.epoch),
        Which::Unclaimed(id) => sql(format!("DELETE FROM job WHERE id = $1 AND state = 'ready' {GONE}")).bind(id),
    };
    let Some(row) = delete.first(&mut *tx).await? else {
        return Ok(Held::No);
    };
    let lane = row.maybe_text(2)?;
    // What is done need not be done again, so its payload is not kept.
    let payload = if end == Final::Done { None } else { Some(row.text(4)?) };
    sql("INSERT INTO job_history (id, kind, lane, priority, payload, state, attempts, created_at, ended_at, reason, unique_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(row.int(0)?)
    .bind(row.text(1)?)
    .bind(lane.clone())
    .bind(row.int(3)?)
    .bind(payload)
    .bind(end.name())
    .bind(row.int(5)?)
    .bind(row.int(6)?)
    .bind(tx.now())
    .bind(reason)
    .bind(row.maybe_text(7)?)
    .execute(&mut *tx)
    .await?;
    if let Some(lane) = lane {
        sql("UPDATE job SET blocked = 0 WHERE id = (SELECT MIN(id) FROM job WHERE lane = $1 AND blocked = 1)")
            .bind(lane)
            .execute(&mut *tx)
            .await?;
        tx.brings_work();
    }
    Ok(Held::Yes)
}

/// What changes when a job is to be tried again.
pub(super) struct Again<'a> {
    pub run_at: Timestamp,
    pub reason: &'a str,
    /// Taken off the attempts: 1 where the failure said nothing about the job.
    pub uncounted: i64,
    pub payload: Option<String>,
}

pub(super) async fn again(tx: &mut Tx, boot: &str, fence: Fence, again: Again<'_>) -> sqlx::Result<Held> {
    tx.brings_work();
    held(
        sql(
            "UPDATE job SET state = 'ready', boot = NULL, lease_until = NULL, run_at = $4, reason = $5, attempts = attempts - $6,
                 payload = COALESCE($7, payload), failing_since = COALESCE(failing_since, $8)
             WHERE id = $1 AND boot = $2 AND epoch = $3",
        )
        .bind(fence.id)
        .bind(boot)
        .bind(fence.epoch)
        .bind(again.run_at)
        .bind(again.reason)
        .bind(again.uncounted)
        .bind(again.payload)
        .bind(tx.now())
        .execute(tx)
        .await?,
    )
}

/// Leaves a job to be looked into at `until`.
pub(super) async fn ambiguous(
    tx: &mut Tx,
    boot: &str,
    fence: Fence,
    until: Timestamp,
    reason: &str,
    payload: Option<String>,
) -> sqlx::Result<Held> {
    tx.brings_work();
    held(
        sql("UPDATE job SET state = 'sending', lease_until = $4, reason = $5, payload = COALESCE($6, payload),
                 failing_since = COALESCE(failing_since, $7)
             WHERE id = $1 AND boot = $2 AND epoch = $3")
        .bind(fence.id)
        .bind(boot)
        .bind(fence.epoch)
        .bind(until)
        .bind(reason)
        .bind(payload)
        .bind(tx.now())
        .execute(tx)
        .await?,
    )
}

/// Gives a job back as it was before it was claimed; one that is being sent is left to expire now.
pub(super) async fn release(tx: &mut Tx, boot: &str, fence: Fence) -> sqlx::Result<()> {
    tx.brings_work();
    let now = tx.now();
    sql("UPDATE job SET state = 'ready', boot = NULL, lease_until = NULL, attempts = attempts - 1
         WHERE id = $1 AND boot = $2 AND epoch = $3 AND state = 'leased'")
    .bind(fence.id)
    .bind(boot)
    .bind(fence.epoch)
    .execute(&mut *tx)
    .await?;
    sql("UPDATE job SET lease_until = $4 WHERE id = $1 AND boot = $2 AND epoch = $3 AND state = 'sending'")
        .bind(fence.id)
        .bind(boot)
        .bind(fence.epoch)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends the leases of a process that is known to be gone.
pub(super) async fn end_leases(tx: &mut Tx) -> sqlx::Result<u64> {
    sql("UPDATE job SET lease_until = $1 WHERE state <> 'ready'").bind(tx.now()).execute(tx).await
}

/// Makes jobs ready whose worker was lost before it sent anything. The first time at once, and then
/// later each time: the job may be what kills its worker.
pub(super) async fn reclaim(tx: &mut Tx) -> sqlx::Result<u64> {
    let now = tx.now();
    sql("UPDATE job SET state = 'ready', boot = NULL, lease_until = NULL, reason = 'its worker was lost',
             run_at = $1 + (attempts - 1) * 30000000, failing_since = COALESCE(failing_since, $1)
         WHERE state = 'leased' AND lease_until <= $1")
    .bind(now)
    .execute(tx)
    .await
}

/// Lets jobs come forward that nothing is ahead of any more.
pub(super) async fn unblock(tx: &mut Tx) -> sqlx::Result<u64> {
    let now = tx.now();
    sql("UPDATE job SET blocked = 0 WHERE blocked = 1 AND NOT EXISTS (
             SELECT 1 FROM job h WHERE h.lane = job.lane AND h.id < job.id
                 AND (h.state <> 'ready' OR h.run_at <= $1 OR h.failing_since > $2))")
    .bind(now)
    .bind(before(now, LANE_BLOCKED))
    .execute(tx)
    .await
}

/// Unclaimed jobs that are not worth doing any more.
pub(super) async fn expired(tx: &mut Tx, kinds: &[&'static str]) -> sqlx::Result<Vec<Job>> {
    let statement = sql(format!(
        "SELECT {COLUMNS} FROM job WHERE state = 'ready' AND expires IS NOT NULL AND expires <= $1 AND {} ORDER BY id LIMIT 64",
        kinds_in(2, kinds.len())
    ))
    .bind(tx.now());
    let rows = kinds.iter().fold(statement, |statement, kind| statement.bind(*kind)).all(tx).await?;
    rows.iter().map(job).collect()
}
