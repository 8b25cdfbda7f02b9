//! Setting right what the queue could not do by itself: again, now, not at all.

use jiff::Timestamp;

use super::{
    Filter, NewJob, Queue, Standing, Subjects,
    store::{self, Final, Insert},
};
use crate::{
    audit,
    store::{Tx, sql},
};

/// Dead letters that are put back in one transaction.
const AT_ONCE: i64 = 200;

/// What became of a wish to do a dead letter again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redriven {
    /// It is this live job now.
    As(i64),
    /// No dead letter has this id, or it was put back before.
    NotFound,
    /// A live job does the same already.
    Live,
}

/// What became of a wish to do many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RedrivenAll {
    pub put_back: u64,
    /// Left as they are: a live job does the same already.
    pub live: u64,
}

/// What became of a wish not to do a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    Yes,
    /// It is at work, has ended, or never was.
    TooLate,
}

/// What became of a wish to do a job without waiting any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurried {
    Yes,
    /// It is due already, at work, has ended, or never was.
    NotWaiting,
}

/// What became of a wish to leave a dead letter dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discarded {
    Yes,
    /// No dead letter has this id, or it was put back before.
    NotFound,
}

/// Who sets something right, for the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// `{platform}:{workspace}:{person}`.
    pub actor: String,
    pub request_id: String,
}

impl By {
    fn record(&self, action: String) -> audit::Record {
        audit::Record { actor: self.actor.clone(), action, request_id: self.request_id.clone() }
    }
}

impl Queue {
    /// Puts a dead letter back as a new job, with all its attempts before it.
    pub async fn redrive(&self, id: i64) -> anyhow::Result<Redriven> {
        let mut tx = self.0.store.begin().await?;
        let redriven = put_back(&mut tx, id).await?;
        tx.commit().await?;
        Ok(redriven)
    }

    /// Puts the dead letters that fit `filter` back, the oldest first and at most `limit`; each is a
    /// line of the audit log.
    ///
    /// # Errors
    /// When the database cannot be written to; those before stay put back.
    pub async fn redrive_all(&self, filter: &Filter, subjects: Subjects, limit: u64, by: &By) -> anyhow::Result<RedrivenAll> {
        let mut all = RedrivenAll::default();
        let mut last = (Timestamp::MIN.as_microsecond(), i64::MIN);
        while all.put_back < limit {
            let left = i64::try_from(limit - all.put_back).unwrap_or(i64::MAX).min(AT_ONCE);
            let mut tx = self.0.store.begin().await?;
            let statement = sql(format!(
                "SELECT id, ended_at FROM (SELECT id, ended_at, kind, {} AS subject FROM job_history
                     WHERE state = 'dead' AND redriven_as IS NULL AND (ended_at > $1 OR (ended_at = $1 AND id > $2))) dead
                 WHERE {} ORDER BY ended_at, id LIMIT $3",
                subjects.sql(tx.dialect()),
                Filter::sql(4)
            ))
            .bind(last.0)
            .bind(last.1)
            .bind(left);
            let rows = filter.bind(statement).all(&mut tx).await?;
            for row in &rows {
                let id = row.int(0)?;
                last = (row.int(1)?, id);
                match put_back(&mut tx, id).await? {
                    Redriven::As(_) => {
                        audit::append(&mut tx, &by.record(format!("bellhop redrive {id}"))).await?;
                        all.put_back += 1;
                    }
                    Redriven::Live => all.live += 1,
                    Redriven::NotFound => {}
                }
            }
            tx.commit().await?;
            if rows.is_empty() {
                break;
            }
        }
        Ok(all)
    }

    /// How many dead letters fit `filter`.
    pub async fn count_dead(&self, filter: &Filter, subjects: Subjects) -> anyhow::Result<i64> {
        let statement = sql(format!(
            "SELECT COUNT(*) FROM (SELECT kind, {} AS subject FROM job_history
                 WHERE state = 'dead' AND redriven_as IS NULL) dead WHERE {}",
            subjects.sql(self.0.store.dialect()),
            Filter::sql(1)
        ));
        let row = filter.bind(statement).first(self.0.store.read()).await?;
        Ok(row.map(|row| row.int(0)).transpose()?.unwrap_or_default())
    }

    /// Takes a job back that nobody works on, with what is told of it, if it is in time.
    pub async fn cancel(&self, id: i64, reason: &str, told: Option<NewJob>) -> anyhow::Result<Cancelled> {
        let mut tx = self.0.store.begin().await?;
        let gone = store::finish_unclaimed(&mut tx, &[id], Final::Cancelled, reason).await?;
        if !gone.contains(&id) {
            return Ok(Cancelled::TooLate);
        }
        if let Some(told) = told {
            Queue::enqueue(&mut tx, &told).await?;
        }
        tx.commit().await?;
        Ok(Cancelled::Yes)
    }

    /// Makes a job due now that waits for its time, or for its next try.
    pub async fn hurry(&self, id: i64) -> anyhow::Result<Hurried> {
        let mut tx = self.0.store.begin().await?;
        let now = tx.now();
        let changed = sql("UPDATE job SET run_at = $2 WHERE id = $1 AND state = 'ready' AND run_at > $2")
            .bind(id)
            .bind(now)
            .execute(&mut tx)
            .await?;
        tx.brings_work();
        tx.commit().await?;
        Ok(if changed == 0 { Hurried::NotWaiting } else { Hurried::Yes })
    }

    /// The same for all jobs of a lane; how many were waiting.
    pub async fn hurry_lane(&self, lane: &str) -> anyhow::Result<u64> {
        let mut tx = self.0.store.begin().await?;
        let now = tx.now();
        let changed = sql("UPDATE job SET run_at = $2 WHERE lane = $1 AND state = 'ready' AND run_at > $2")
            .bind(lane)
            .bind(now)
            .execute(&mut tx)
            .await?;
        tx.brings_work();
        tx.commit().await?;
        Ok(changed)
    }

    /// Gives a dead letter up for good. It stays in the history for as long as what was cancelled, and
    /// says who did it.
    pub async fn discard(&self, id: i64, by: &str) -> anyhow::Result<Discarded> {
        let mut tx = self.0.store.begin().await?;
        let now = tx.now();
        let changed = sql(format!(
            "UPDATE job_history SET state = '{}', reason = reason || $2, ended_at = $3
             WHERE id = $1 AND state = 'dead' AND redriven_as IS NULL",
            Standing::Cancelled.name()
        ))
        .bind(id)
        .bind(format!("; given up for good by {by}"))
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(if changed == 0 { Discarded::NotFound } else { Discarded::Yes })
    }

    /// Adds a line to the audit log, for what is set right from outside of a chat.
    pub async fn note(&self, by: &By, action: &str) -> anyhow::Result<()> {
        let mut tx = self.0.store.begin().await?;
        audit::append(&mut tx, &by.record(action.to_owned())).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn put_back(tx: &mut Tx, id: i64) -> sqlx::Result<Redriven> {
    // The row is taken first, so that two who redrive it at once do not both insert.
    let row = sql("UPDATE job_history SET redriven_as = 0 WHERE id = $1 AND state = 'dead' AND redriven_as IS NULL
         RETURNING kind, lane, priority, payload, unique_key")
    .bind(id)
    .first(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(Redriven::NotFound) };
    let (kind, lane, unique) = (row.text(0)?, row.maybe_text(1)?, row.maybe_text(4)?);
    let insert = Insert {
        kind: &kind,
        lane: lane.as_deref(),
        priority: row.int(2)?,
        payload: row.text(3)?.into(),
        run_at: None,
        expires: None,
        unique: unique.as_deref(),
        // Whoever redrives it begins anew.
        trace: None,
    };
    let new = store::insert_all(tx, &[insert]).await?.pop().flatten();
    sql("UPDATE job_history SET redriven_as = $1 WHERE id = $2").bind(new).bind(id).execute(tx).await?;
    Ok(new.map_or(Redriven::Live, Redriven::As))
}
