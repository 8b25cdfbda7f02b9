//! What the queue sets right by itself, from time to time: jobs whose worker was lost, lanes that wait for nobody, jobs
//! that are not worth doing any more.

use jiff::Timestamp;

use super::{
    Job,
    claim::listed,
    retry::{GIVE_UP, LEAST},
    store::{JOB, come_forward, job},
};
use crate::store::{Tx, sql};

/// Ends the leases of a process that is known to be gone; what is to be looked into waits all the same.
pub(super) async fn end_leases(tx: &mut Tx) -> sqlx::Result<u64> {
    sql("UPDATE job SET lease_until = $1 WHERE state <> 'ready' AND state <> 'ambiguous'").bind(tx.now()).execute(tx).await
}

/// The same for processes that are known to be gone ([`crate::store::presence`]), where others are at work as well: their jobs, and their duties.
pub(super) async fn end_leases_of(tx: &mut Tx, processes: &[String]) -> sqlx::Result<u64> {
    let now = tx.now();
    let mut ended = 0;
    for (table, until, is_held) in
        [("job", "lease_until", "state <> 'ready' AND state <> 'ambiguous'"), ("duty", "until", "true")]
    {
        for process in processes {
            let update = format!("UPDATE {table} SET {until} = $1 WHERE {is_held} AND {until} > $1 AND boot LIKE $2 || '/%'");
            ended += sql(update).bind(now).bind(process.as_str()).execute(&mut *tx).await?;
        }
    }
    Ok(ended)
}

/// Makes jobs ready whose worker was lost before it sent anything. The first time at once, and then
/// later each time, and for three days at most: the job may be what kills its worker. Somebody waits for a page, which many others may
/// be lost with: it comes back within a second thirty times, and only then later and later.
pub(super) async fn reclaim(tx: &mut Tx) -> sqlx::Result<u64> {
    let now = tx.now();
    let reclaimed = sql("UPDATE job SET state = 'ready', boot = NULL, lease_until = NULL, reason = 'its worker was lost',
             run_at = $1 + CASE WHEN priority <> 0 THEN (attempts - 1) * 30000000 WHEN attempts > 30 THEN (attempts - 30) * 30000000
                 WHEN attempts > 7 THEN 1000000 ELSE (attempts - 1) * (attempts - 1) * 20000 END, failing_since = COALESCE(failing_since, $1),
             holds_until = COALESCE(failing_since, $1) + 900000000, expires = CASE WHEN failing_since <= $2 AND attempts >= $3 THEN $1 ELSE expires END
         WHERE state = 'leased' AND state <> 'ready' AND lease_until <= $1")
    .bind(now)
    .bind(now.saturating_sub(GIVE_UP).unwrap_or(Timestamp::MIN))
    .bind(i64::from(LEAST))
    .execute(&mut *tx)
    .await?;
    if reclaimed > 0 {
        tx.brings_work();
    }
    Ok(reclaimed)
}

/// Lets the next jobs come forward of lanes whose head has held them up for long enough.
pub(super) async fn step_aside(tx: &mut Tx) -> sqlx::Result<()> {
    let now = tx.now();
    let rows = sql("UPDATE job SET holds_until = NULL WHERE holds_until <= $1 AND state = 'ready' RETURNING lane, run_at")
        .bind(now)
        .all(&mut *tx)
        .await?;
    let mut lanes = Vec::new();
    for row in &rows {
        // A head that is due now stays ahead.
        if row.time(1)? > now {
            lanes.extend(row.maybe_text(0)?);
        }
    }
    come_forward(tx, lanes).await
}

/// Two transactions of different bots can miss one another: one adds a job to a lane, the other ends
/// the job ahead; or one adds a job behind another that is numbered after it. Lanes in which nothing is at work and nothing
/// ahead of the first is looked at come forward here.
pub(super) async fn unstick(tx: &mut Tx) -> sqlx::Result<u64> {
    let now = tx.now();
    sql("WITH RECURSIVE lanes (lane) AS (
             SELECT MIN(lane) FROM job WHERE blocked = 1
             UNION ALL
             SELECT (SELECT MIN(j.lane) FROM job j WHERE j.blocked = 1 AND j.lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL)
         UPDATE job SET blocked = 0 WHERE id IN (
             SELECT front.id FROM (
                 SELECT lane, (SELECT MIN(b.id) FROM job b WHERE b.blocked = 1 AND b.lane = lanes.lane) AS id FROM lanes
                 WHERE lane IS NOT NULL) AS front
             WHERE NOT EXISTS (SELECT 1 FROM job r WHERE r.lane = front.lane AND r.state <> 'ready')
                 AND NOT EXISTS (SELECT 1 FROM job h WHERE h.lane = front.lane AND h.blocked = 0 AND h.id < front.id
                     AND (h.run_at <= $1 OR h.holds_until > $1)))")
    .bind(now)
    .execute(tx)
    .await
}

/// Unclaimed jobs that are not worth doing any more.
pub(super) async fn expired(tx: &mut Tx, kinds: &[&'static str]) -> sqlx::Result<Vec<Job>> {
    let rows = sql(format!(
        "SELECT {JOB} FROM job WHERE state = 'ready' AND expires IS NOT NULL AND expires <= $1 AND kind IN ({}) ORDER BY id LIMIT 64",
        listed(kinds)
    ))
    .bind(tx.now())
    .all(tx)
    .await?;
    rows.iter().map(job).collect()
}
