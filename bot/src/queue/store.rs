//! The queue's SQL: what many ask for at the same time is one statement.
//!
//! A job's lane is free when no other job of it is claimed and no older one stands ahead: one that is
//! due, or that the lane waits for ([`Again::holds_until`]). The claim ([`super::claim`]) checks exactly that,
//! and a unique index holds it. `blocked` only spares the claim from looking at jobs deep in a lane: it is
//! taken off the next job of a lane when the one ahead ends or steps aside, and 0 says nothing.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use jiff::Timestamp;

use super::{Job, NewJob, Payload, Priority};
use crate::store::{Arg, Dialect, Row, Tx, pieces, sql, table_of};

/// How long a claim holds without a heartbeat.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// A claimed job, as changes to it are fenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fence {
    pub id: i64,
    pub epoch: i64,
}

impl Fence {
    fn args(self) -> [Arg; 2] {
        [self.id.into(), self.epoch.into()]
    }
}

/// Whether the lease that a change was fenced by still held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    No,
}

/// What [`job`] reads.
pub(super) const JOB: &str = "id, kind, lane, payload, attempts, created_at, expires, priority, trace";

/// From the columns of [`JOB`].
pub(super) fn job(row: &Row) -> sqlx::Result<Job> {
    Ok(Job {
        id: row.int(0)?,
        kind: row.text(1)?,
        lane: row.maybe_text(2)?,
        payload: row.text(3)?.into(),
        attempt: u32::try_from(row.int(4)?).unwrap_or(u32::MAX),
        created_at: row.time(5)?,
        expires: row.maybe_time(6)?,
        priority: Priority::of(row.int(7)?),
        trace: row.maybe_text(8)?,
    })
}

pub(super) fn after(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Holds the rows that a SELECT finds; on SQLite whoever writes is alone anyway.
pub(super) fn for_update(tx: &Tx, how: &'static str) -> String {
    match tx.dialect() {
        Dialect::Sqlite => String::new(),
        Dialect::Postgres => format!("FOR UPDATE {how}"),
    }
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
    pub payload: Payload,
    pub run_at: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub unique: Option<&'a str>,
    pub trace: Option<&'a str>,
}

impl<'a> Insert<'a> {
    /// `job`, which follows from what is done under this `traceparent`.
    pub(super) fn of(job: &'a NewJob, trace: Option<&'a str>) -> Insert<'a> {
        Insert {
            kind: job.kind,
            lane: job.lane.as_deref(),
            priority: job.priority.number(),
            payload: job.payload.clone(),
            run_at: job.run_at,
            expires: job.expires,
            unique: job.unique.as_deref(),
            trace,
        }
    }
}

/// Inserts them in order; their ids, or none where a live job has the same unique key.
pub(super) async fn insert_all(tx: &mut Tx, jobs: &[Insert<'_>]) -> sqlx::Result<Vec<Option<i64>>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    tx.brings_work();
    let mut ids = Vec::with_capacity(jobs.len());
    let mut rest = jobs;
    while let Some(first) = rest.first() {
        let plain = rest.iter().position(|it| it.unique.is_some()).unwrap_or(rest.len());
        for piece in pieces(&rest[..plain]) {
            ids.extend(insert_rows(tx, piece).await?.into_iter().map(Some));
        }
        rest = &rest[plain..];
        if plain == 0 {
            ids.push(insert_rows(tx, std::slice::from_ref(first)).await?.pop());
            rest = &rest[1..];
        }
    }
    Ok(ids)
}

async fn insert_rows(tx: &mut Tx, jobs: &[Insert<'_>]) -> sqlx::Result<Vec<i64>> {
    let now = tx.now();
    // The statement does not see its own rows: of each lane, only the first can be without one ahead. What is not due
    // is never `blocked`: come forward it would keep its place until it is due, and those behind it theirs.
    let mut due_lanes = HashSet::new();
    let rows = jobs.iter().map(|job| {
        let is_due = job.run_at.is_none_or(|it| it <= now);
        let behind = is_due && job.lane.is_some_and(|lane| !due_lanes.insert(lane));
        [
            Arg::from(job.kind),
            job.lane.into(),
            job.priority.into(),
            job.payload.as_str().into(),
            job.run_at.unwrap_or(now).into(),
            job.expires.into(),
            job.unique.into(),
            i64::from(behind).into(),
            job.trace.into(),
        ]
    });
    let inserted = sql(format!(
        "WITH v (kind, lane, priority, payload, run_at, expires, unique_key, behind, trace) AS (VALUES {})
         INSERT INTO job (kind, lane, priority, payload, run_at, created_at, expires, unique_key, blocked, trace)
         SELECT kind, lane, priority, payload, run_at, $1, expires, unique_key, CASE
             WHEN run_at > $1 THEN 0
             WHEN behind = 1 THEN 1
             WHEN lane IS NOT NULL AND EXISTS (SELECT 1 FROM job h WHERE h.lane = v.lane
                 AND (h.state <> 'ready' OR h.run_at <= $1 OR h.holds_until > $1)) THEN 1
             ELSE 0 END, trace
         FROM v WHERE kind IS NOT NULL
         ON CONFLICT (unique_key) DO NOTHING RETURNING id",
        table_of(2, 9, jobs.len())
    ))
    .bind(now)
    .bind_rows(rows)
    .all(&mut *tx)
    .await?;
    inserted.iter().map(|row| row.int(0)).collect()
}

/// The ids that `rows` begin with.
fn ids(rows: &[Row]) -> sqlx::Result<HashSet<i64>> {
    rows.iter().map(|row| row.int(0)).collect()
}

/// Whether each fence is one of the rows that were changed. A bot that was frozen may ask with two leases of the same job,
/// one of which it lost to itself: the later one is the row's.
fn held(fences: &[Fence], ids: &HashSet<i64>) -> Vec<Held> {
    let mut latest = HashMap::with_capacity(fences.len());
    for it in fences {
        let epoch = latest.entry(it.id).or_insert(it.epoch);
        *epoch = it.epoch.max(*epoch);
    }
    fences.iter().map(|it| if ids.contains(&it.id) && latest[&it.id] == it.epoch { Held::Yes } else { Held::No }).collect()
}

/// Changes jobs that `boot` holds, and has not left to be looked into: `set` may use `$2`, if there is an `arg`.
async fn update(tx: &mut Tx, boot: &str, fences: &[Fence], set: &str, arg: Option<Arg>) -> sqlx::Result<Vec<Held>> {
    let mut found = HashSet::with_capacity(fences.len());
    for piece in pieces(fences) {
        let first = if arg.is_some() { 3 } else { 2 };
        let rows = sql(format!(
            "WITH v (id, epoch) AS (VALUES {}) UPDATE job SET {set} FROM v
             WHERE job.id = v.id AND job.epoch = v.epoch AND job.boot = $1 AND job.state <> 'ambiguous' RETURNING job.id",
            table_of(first, 2, piece.len())
        ))
        .bind(boot)
        .bind_all(arg.clone())
        .bind_rows(piece.iter().map(|it| it.args()))
        .all(&mut *tx)
        .await?;
        found.extend(ids(&rows)?);
    }
    Ok(held(fences, &found))
}

/// Notes that bytes are about to leave.
pub(super) async fn sending(tx: &mut Tx, boot: &str, fences: &[Fence]) -> sqlx::Result<Vec<Held>> {
    update(tx, boot, fences, "state = 'sending'", None).await
}

pub(super) async fn heartbeat(tx: &mut Tx, boot: &str, fences: &[Fence]) -> sqlx::Result<Vec<Held>> {
    let until = after(tx.now(), LEASE);
    update(tx, boot, fences, "lease_until = $2", Some(until.into())).await
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

/// A claimed job's end.
pub(super) struct Ended<'a> {
    pub fence: Fence,
    pub end: Final,
    pub reason: Option<&'a str>,
}

/// Moves jobs that `boot` holds to the history and lets the next of their lanes come forward.
pub(super) async fn finish(tx: &mut Tx, boot: &str, ended: &[Ended<'_>]) -> sqlx::Result<Vec<Held>> {
    let mut gone = HashMap::with_capacity(ended.len());
    for piece in pieces(ended) {
        let rows = piece.iter().map(|it| [Arg::from(it.fence.id), it.fence.epoch.into(), it.end.name().into(), it.reason.into()]);
        gone.extend(bury(tx, "j.epoch = v.epoch AND j.boot = $2", Some(boot.into()), rows.collect()).await?);
    }
    let found: HashSet<i64> = gone.keys().copied().collect();
    come_forward(tx, gone.into_values().flatten().collect()).await?;
    Ok(held(&ended.iter().map(|it| it.fence).collect::<Vec<_>>(), &found))
}

/// The same for jobs that nobody has claimed; the ids of those that were.
pub(super) async fn finish_unclaimed(tx: &mut Tx, jobs: &[i64], end: Final, reason: &str) -> sqlx::Result<HashSet<i64>> {
    let mut gone = HashMap::with_capacity(jobs.len());
    for piece in pieces(jobs) {
        let rows = piece.iter().map(|id| [Arg::from(*id), 0.into(), end.name().into(), reason.into()]);
        gone.extend(bury(tx, "j.state = 'ready'", None, rows.collect()).await?);
    }
    let found = gone.keys().copied().collect();
    come_forward(tx, gone.into_values().flatten().collect()).await?;
    Ok(found)
}

/// The ids of the jobs that were moved, each with its lane. `rows`: id, epoch, state and reason of each;
/// `whose` may use `$2`, if there is an `arg`.
async fn bury(
    tx: &mut Tx,
    whose: &'static str,
    arg: Option<Arg>,
    rows: Vec<[Arg; 4]>,
) -> sqlx::Result<HashMap<i64, Option<String>>> {
    let now = tx.now();
    let lock = for_update(tx, "OF j");
    // What is done need not be done again, so its payload is not kept.
    let moved = sql(format!(
        "WITH v (id, epoch, state, reason) AS (VALUES {})
         INSERT INTO job_history (id, kind, lane, priority, payload, state, attempts, created_at, ended_at, reason, unique_key)
         SELECT j.id, j.kind, j.lane, j.priority, CASE WHEN v.state = 'done' THEN NULL ELSE j.payload END, v.state, j.attempts,
             j.created_at, $1, v.reason, j.unique_key
         FROM v CROSS JOIN job j WHERE j.id = v.id AND {whose} {lock}
         RETURNING id, lane",
        table_of(if arg.is_some() { 3 } else { 2 }, 4, rows.len())
    ))
    .bind(now)
    .bind_all(arg)
    .bind_rows(rows)
    .all(&mut *tx)
    .await?;
    let gone: HashMap<i64, Option<String>> =
        moved.iter().map(|row| Ok((row.int(0)?, row.maybe_text(1)?))).collect::<sqlx::Result<_>>()?;
    let ids: Vec<i64> = gone.keys().copied().collect();
    for piece in pieces(&ids) {
        sql(format!("DELETE FROM job WHERE id IN ({})", table_of(1, 1, piece.len())))
            .bind_rows(piece.iter().map(|it| [Arg::from(*it)]))
            .execute(&mut *tx)
            .await?;
    }
    Ok(gone)
}

/// The next job of each of these lanes is looked at by the next claim.
pub(super) async fn come_forward(tx: &mut Tx, mut lanes: Vec<String>) -> sqlx::Result<()> {
    lanes.sort_unstable();
    lanes.dedup();
    for piece in pieces(&lanes) {
        let freed = sql(format!(
            "WITH v (lane) AS (VALUES {})
             UPDATE job SET blocked = 0 WHERE id IN (
                 SELECT (SELECT MIN(b.id) FROM job b WHERE b.blocked = 1 AND b.lane = v.lane) FROM v)",
            table_of(1, 1, piece.len())
        ))
        .bind_rows(piece.iter().map(|it| [Arg::from(it.as_str())]))
        .execute(&mut *tx)
        .await?;
        if freed > 0 {
            tx.brings_work();
        }
    }
    Ok(())
}

/// What changes when a job is to be tried again.
pub(super) struct Again<'a> {
    pub run_at: Timestamp,
    /// The lane waits for it that long, due or not.
    pub holds_until: Timestamp,
    pub reason: &'a str,
    /// Taken off the attempts: 1 where the failure said nothing about the job.
    pub uncounted: i64,
    /// When it began to fail; none where this was no failure.
    pub failing_since: Option<Timestamp>,
    pub payload: Option<Payload>,
}

pub(super) async fn again(tx: &mut Tx, boot: &str, fence: Fence, again: Again<'_>) -> sqlx::Result<Held> {
    tx.brings_work();
    let changed =
        sql("UPDATE job SET state = 'ready', boot = NULL, lease_until = NULL, run_at = $4, holds_until = $5, reason = $6,
             attempts = attempts - $7, failing_since = COALESCE(failing_since, $8), payload = COALESCE($9, payload)
         WHERE id = $1 AND boot = $2 AND epoch = $3")
        .bind(fence.id)
        .bind(boot)
        .bind(fence.epoch)
        .bind(again.run_at)
        .bind(again.holds_until)
        .bind(again.reason)
        .bind(again.uncounted)
        .bind(again.failing_since)
        .bind(again.payload.as_ref().map(Payload::as_str))
        .execute(tx)
        .await?;
    Ok(if changed == 0 { Held::No } else { Held::Yes })
}

/// Leaves a job to be looked into at `until`.
pub(super) async fn ambiguous(
    tx: &mut Tx,
    boot: &str,
    fence: Fence,
    until: Timestamp,
    reason: &str,
    payload: Option<Payload>,
) -> sqlx::Result<Held> {
    tx.brings_work();
    let now = tx.now();
    let changed = sql("UPDATE job SET state = 'ambiguous', lease_until = $4, reason = $5, payload = COALESCE($6, payload),
             failing_since = COALESCE(failing_since, $7)
         WHERE id = $1 AND boot = $2 AND epoch = $3")
    .bind(fence.id)
    .bind(boot)
    .bind(fence.epoch)
    .bind(until)
    .bind(reason)
    .bind(payload.as_ref().map(Payload::as_str))
    .bind(now)
    .execute(tx)
    .await?;
    Ok(if changed == 0 { Held::No } else { Held::Yes })
}

/// Replaces the payload of a claimed job.
pub(super) async fn rewrite(tx: &mut Tx, boot: &str, fence: Fence, payload: &Payload) -> sqlx::Result<Held> {
    Ok(update(tx, boot, &[fence], "payload = $2", Some(payload.as_str().into())).await?[0])
}

/// Gives jobs back as they were before they were claimed; one that is being sent is left to be looked into now.
pub(super) async fn release(tx: &mut Tx, boot: &str, fences: &[Fence]) -> sqlx::Result<()> {
    tx.brings_work();
    let now = tx.now();
    for fence in fences {
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
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Younger jobs of a lane that nobody has claimed, oldest first.
pub(super) fn behind(lane: &str, id: i64, limit: u32) -> crate::store::Statement {
    sql(format!("SELECT {JOB} FROM job WHERE lane = $1 AND id > $2 AND state = 'ready' ORDER BY id LIMIT $3 + 0"))
        .bind(lane)
        .bind(id)
        .bind(i64::from(limit))
}
