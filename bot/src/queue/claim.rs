//! Claiming: which jobs are next, and whether they may leave.
//!
//! A claim looks first and decides then: of each lane only the head is a candidate; one whose bytes leave
//! at once is charged to its budgets and marked `sending`, or put back until the budget has one
//! again. All that is decided is written in one statement a decision.

use jiff::Timestamp;

use super::{
    Charge, Departs, Handlers, Job, Priority,
    budget::{Ledger, Queueing},
    store::{Fence, JOB, LEASE, after, for_update, job},
};
use crate::store::{Arg, Row, Tx, pieces, sql, table_of};

/// A job under a lease of ours.
pub(super) struct Claimed {
    pub job: Job,
    pub epoch: i64,
    pub failing_since: Option<Timestamp>,
    /// Where it stood in line.
    pub run_at: Timestamp,
    pub fate: Fate,
}

/// Whether bytes may have left for a job before it was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    NotSent,
    /// Marked with the claim.
    Sending,
    Unknown,
}

impl Claimed {
    pub fn fence(&self) -> Fence {
        Fence { id: self.job.id, epoch: self.epoch }
    }

    /// From the columns of [`JOB`], `epoch`, `failing_since` and `run_at`.
    fn read(row: &Row, fate: Fate) -> sqlx::Result<Claimed> {
        let (epoch, failing_since, run_at) = (row.int(9)?, row.maybe_time(10)?, row.time(11)?);
        Ok(Claimed { job: job(row)?, epoch, failing_since, run_at, fate })
    }

    /// Since when it could have been claimed.
    pub fn ready_since(&self) -> Timestamp {
        self.run_at.max(self.job.created_at)
    }
}

/// Who claims.
pub(super) struct Claimer<'a> {
    pub boot: &'a str,
    pub kinds: &'a [&'static str],
    pub handlers: &'a Handlers,
}

/// How often a claim looks for more of one priority, so that a flood that waits for one budget does not make it long.
const ROUNDS: usize = 8;

/// Claims up to `limit` jobs, the more urgent and then the longer due first.
pub(super) async fn claim(
    tx: &mut Tx,
    claimer: &Claimer<'_>,
    queueing: &mut Queueing,
    limit: usize,
    for_pages: usize,
) -> sqlx::Result<Vec<Claimed>> {
    let mut claimed = Vec::new();
    let limits = [Priority::Page, Priority::Command, Priority::Chatter]
        .map(|it| (it, if it == Priority::Page { limit } else { limit.saturating_sub(for_pages) }));
    // All three are looked at in one statement: mostly one of them has anything.
    let mut all = heads(tx, claimer.kinds, &limits).await?;
    for (priority, limit) in limits {
        let mut heads: Vec<Claimed> = all.extract_if(.., |it| it.job.priority == priority).collect();
        for more in (0..ROUNDS).rev() {
            let left = limit.saturating_sub(claimed.len());
            if left == 0 {
                return Ok(claimed);
            }
            heads.truncate(left);
            let found = heads.len();
            if found > 0 {
                claimed.extend(depart(tx, claimer, queueing, heads).await?);
            }
            let room = limit.saturating_sub(claimed.len());
            if found < left || room == 0 || more == 0 {
                break;
            }
            // What is put back makes room for those behind it, whose budgets are others.
            heads = self::heads(tx, claimer.kinds, &[(priority, room)]).await?;
        }
    }
    Ok(claimed)
}

/// The heads of free lanes, and jobs without a lane, that are due: of each of these priorities so many, the longer due first.
async fn heads(tx: &mut Tx, kinds: &[&'static str], limits: &[(Priority, usize)]) -> sqlx::Result<Vec<Claimed>> {
    let now = tx.now();
    let kinds = listed(kinds);
    // Of two that reach for the same rows the first gets them; the other looks further.
    let lock = for_update(tx, "OF j SKIP LOCKED");
    let of_priority = |(nth, (priority, _)): (usize, &(Priority, usize))| {
        // `+ 0`: SQLite looks at the value of a bare parameter in LIMIT when it plans, and so would plan
        // the statement again each time that a value is bound.
        format!(
            "SELECT * FROM (SELECT {JOB}, epoch, failing_since, run_at FROM job j
             WHERE j.state = 'ready' AND j.blocked = 0 AND j.priority = {} AND j.run_at <= $1
                 AND (j.expires IS NULL OR j.expires > $1) AND j.kind IN ({kinds})
                 AND (j.lane IS NULL OR (
                     NOT EXISTS (SELECT 1 FROM job r WHERE r.lane = j.lane AND r.state <> 'ready')
                     AND NOT EXISTS (SELECT 1 FROM job h WHERE h.lane = j.lane AND h.id < j.id AND h.state = 'ready'
                         AND (h.run_at <= $1 OR h.holds_until > $1))))
             ORDER BY j.run_at, j.id LIMIT ${} + 0 {lock}) heads{nth}",
            priority.number(),
            nth + 2,
        )
    };
    let text: Vec<String> = limits.iter().enumerate().map(of_priority).collect();
    let rows = sql(text.join(" UNION ALL "))
        .bind(now)
        .bind_all(limits.iter().map(|(_, limit)| Arg::from(i64::try_from(*limit).unwrap_or(i64::MAX))))
        .all(tx)
        .await?;
    let mut heads: Vec<Claimed> = rows.iter().map(|row| Claimed::read(row, Fate::NotSent)).collect::<sqlx::Result<_>>()?;
    heads.sort_by_key(|it| (it.run_at, it.job.id));
    Ok(heads)
}

/// Kinds as a statement has them: they are our own words and always the same, and so need not be bound each time.
pub(super) fn listed(kinds: &[&'static str]) -> String {
    let all: Vec<String> = kinds.iter().map(|it| format!("'{}'", it.replace('\'', "''"))).collect();
    all.join(", ")
}

/// Those of `heads` that may leave, claimed; the others are put back.
async fn depart(tx: &mut Tx, claimer: &Claimer<'_>, queueing: &mut Queueing, heads: Vec<Claimed>) -> sqlx::Result<Vec<Claimed>> {
    let now = tx.now();
    let departs: Vec<Departs> = heads
        .iter()
        .map(|it| claimer.handlers.get(it.job.kind.as_str()).map_or(Departs::WhenTold, |handler| handler.departs(&it.job)))
        .collect();
    let names: Vec<String> = departs.iter().flat_map(charges).map(|it| it.budget.clone()).collect();
    let mut ledger = Ledger::open(tx, &names).await?;
    let mut claimed = Vec::with_capacity(heads.len());
    let mut put_back: Vec<(i64, Timestamp, String)> = Vec::new();
    for (mut head, departs) in heads.into_iter().zip(departs) {
        let (charges, fate) = match departs {
            Departs::WhenTold => (Vec::new(), Fate::NotSent),
            Departs::Charged(charges) => (charges, Fate::NotSent),
            Departs::AtOnce(charges) => (charges, Fate::Sending),
        };
        match ledger.charge(&charges) {
            Ok(()) => {
                head.fate = fate;
                claimed.push(head);
            }
            Err(spent) => put_back.push((head.job.id, queueing.next_look(&spent, now), spent.budget)),
        }
    }
    ledger.close(tx).await?;
    for piece in pieces(&put_back) {
        sql(format!(
            "WITH v (id, run_at, budget) AS (VALUES {})
             UPDATE job SET run_at = v.run_at, holds_until = v.run_at, reason = 'waits for its turn in ' || v.budget FROM v
             WHERE job.id = v.id",
            table_of(1, 3, piece.len())
        ))
        .bind_rows(piece.iter().map(|(id, at, budget)| [Arg::from(*id), (*at).into(), budget.as_str().into()]))
        .execute(&mut *tx)
        .await?;
    }
    metrics::counter!("bellhop_budget_waits_total").increment(put_back.len() as u64);
    for piece in pieces(&claimed) {
        sql(format!(
            "WITH v (id, state) AS (VALUES {})
             UPDATE job SET state = v.state, boot = $1, lease_until = $2, epoch = job.epoch + 1, attempts = job.attempts + 1
             FROM v WHERE job.id = v.id",
            table_of(3, 2, piece.len())
        ))
        .bind(claimer.boot)
        .bind(after(now, LEASE))
        .bind_rows(piece.iter().map(|it| [Arg::from(it.job.id), state(it.fate).into()]))
        .execute(&mut *tx)
        .await?;
    }
    for it in &mut claimed {
        it.epoch += 1;
        it.job.attempt = it.job.attempt.saturating_add(1);
    }
    Ok(claimed)
}

fn charges(departs: &Departs) -> &[Charge] {
    match departs {
        Departs::WhenTold => &[],
        Departs::AtOnce(charges) | Departs::Charged(charges) => charges,
    }
}

fn state(fate: Fate) -> &'static str {
    match fate {
        Fate::NotSent => "leased",
        Fate::Sending | Fate::Unknown => "sending",
    }
}

/// Takes over jobs that were being sent when their worker went away, and those that are to be looked into now.
///
/// By `lease_until` and not by `id`: to have them by id, SQLite would read the whole table.
pub(super) async fn claim_unknown(tx: &mut Tx, claimer: &Claimer<'_>, limit: usize) -> sqlx::Result<Vec<Claimed>> {
    let now = tx.now();
    let rows = sql(format!(
        "UPDATE job SET state = 'sending', boot = $1, epoch = epoch + 1, lease_until = $2 WHERE id IN (
             SELECT id FROM job WHERE state IN ('sending', 'ambiguous') AND state <> 'ready' AND lease_until <= $3 AND kind IN ({})
             ORDER BY lease_until LIMIT $4 + 0 {})
         RETURNING {JOB}, epoch, failing_since, run_at",
        listed(claimer.kinds),
        for_update(tx, "SKIP LOCKED"),
    ))
    .bind(claimer.boot)
    .bind(after(now, LEASE))
    .bind(now)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .all(tx)
    .await?;
    rows.iter().map(|row| Claimed::read(row, Fate::Unknown)).collect()
}

/// When to look again at the latest: the next job that is not due yet, or that is to be looked into.
pub(super) async fn next_look(tx: &mut Tx) -> sqlx::Result<Option<Timestamp>> {
    let now = tx.now();
    let next = |priority: i64| {
        format!(
            "SELECT MIN(run_at) AS at FROM job WHERE state = 'ready' AND blocked = 0 AND priority = {priority} AND run_at > $1"
        )
    };
    let row = sql(format!(
        "SELECT MIN(at) FROM ({} UNION ALL {} UNION ALL {}
             UNION ALL SELECT MIN(lease_until) AS at FROM job WHERE state <> 'ready' AND state = 'ambiguous' AND lease_until > $1) n",
        next(0),
        next(1),
        next(2)
    ))
    .bind(now)
    .first(&mut *tx)
    .await?;
    row.map_or(Ok(None), |row| row.maybe_time(0))
}
