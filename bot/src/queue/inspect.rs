//! Looking at the queue, and setting right what it could not do by itself.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    Queue,
    store::{self, Final, Insert},
};
use crate::store::sql;

/// Jobs of one kind in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// `ready`, `leased`, `sending`; `dead` for dead letters that nobody put back.
    pub state: String,
    pub kind: String,
    pub jobs: i64,
    /// When the oldest of them was created.
    pub oldest: Timestamp,
}

/// A job that will not be done unless somebody says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadLetter {
    pub id: i64,
    pub kind: String,
    pub lane: Option<String>,
    pub payload: Value,
    pub reason: String,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub died_at: Timestamp,
}

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

/// What became of a wish not to do a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    Yes,
    /// It is at work, has ended, or never was.
    TooLate,
}

impl Queue {
    /// Live jobs by kind and state, and dead letters by kind.
    pub async fn counts(&self) -> anyhow::Result<Vec<Count>> {
        let rows = sql("SELECT state, kind, COUNT(*), MIN(created_at) FROM job GROUP BY state, kind
             UNION ALL
             SELECT 'dead', kind, COUNT(*), MIN(ended_at) FROM job_history WHERE state = 'dead' AND redriven_as IS NULL GROUP BY kind
             ORDER BY 1, 2")
        .all(self.0.store.read())
        .await?;
        let count = |row: &crate::store::Row| -> sqlx::Result<Count> {
            Ok(Count { state: row.text(0)?, kind: row.text(1)?, jobs: row.int(2)?, oldest: row.time(3)? })
        };
        Ok(rows.iter().map(count).collect::<sqlx::Result<_>>()?)
    }

    /// The newest dead letters that nobody put back.
    pub async fn dead(&self, limit: u32) -> anyhow::Result<Vec<DeadLetter>> {
        let rows = sql("SELECT id, kind, lane, payload, reason, attempts, created_at, ended_at FROM job_history
             WHERE state = 'dead' AND redriven_as IS NULL ORDER BY ended_at DESC, id DESC LIMIT $1")
        .bind(i64::from(limit))
        .all(self.0.store.read())
        .await?;
        let letter = |row: &crate::store::Row| -> sqlx::Result<DeadLetter> {
            Ok(DeadLetter {
                id: row.int(0)?,
                kind: row.text(1)?,
                lane: row.maybe_text(2)?,
                payload: row.json(3)?,
                reason: row.text(4)?,
                attempts: row.int(5)?,
                created_at: row.time(6)?,
                died_at: row.time(7)?,
            })
        };
        Ok(rows.iter().map(letter).collect::<sqlx::Result<_>>()?)
    }

    /// Puts a dead letter back as a new job, with all its attempts before it.
    pub async fn redrive(&self, id: i64) -> anyhow::Result<Redriven> {
        let mut tx = self.0.store.begin().await?;
        // The row is taken first, so that two who redrive it at once do not both insert.
        let row = sql("UPDATE job_history SET redriven_as = 0 WHERE id = $1 AND state = 'dead' AND redriven_as IS NULL
             RETURNING kind, lane, priority, payload, unique_key")
        .bind(id)
        .first(&mut tx)
        .await?;
        let Some(row) = row else {
            tx.rollback().await?;
            return Ok(Redriven::NotFound);
        };
        let (kind, lane, unique) = (row.text(0)?, row.maybe_text(1)?, row.maybe_text(4)?);
        let insert = Insert {
            kind: &kind,
            lane: lane.as_deref(),
            priority: row.int(2)?,
            payload: row.text(3)?,
            run_at: None,
            expires: None,
            unique: unique.as_deref(),
        };
        let Some(new) = store::insert_all(&mut tx, &[insert]).await?.pop().flatten() else {
            tx.rollback().await?;
            return Ok(Redriven::Live);
        };
        sql("UPDATE job_history SET redriven_as = $1 WHERE id = $2").bind(new).bind(id).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(Redriven::As(new))
    }

    /// What a live job is to do; none when it has ended, or never was.
    pub async fn payload(&self, id: i64) -> anyhow::Result<Option<Value>> {
        let row = sql("SELECT payload FROM job WHERE id = $1").bind(id).first(self.0.store.read()).await?;
        Ok(row.map(|row| row.text(0)).transpose()?.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Takes a job back that nobody works on.
    pub async fn cancel(&self, id: i64) -> anyhow::Result<Cancelled> {
        let mut tx = self.0.store.begin().await?;
        let gone = store::finish_unclaimed(&mut tx, &[id], Final::Cancelled, "cancelled").await?;
        tx.commit().await?;
        Ok(if gone.contains(&id) { Cancelled::Yes } else { Cancelled::TooLate })
    }

    /// Sets `bellhop_jobs{state,kind}` and `bellhop_dead_letter_oldest_seconds`.
    pub(super) async fn publish_gauges(&self) -> anyhow::Result<()> {
        let now = self.0.store.now();
        let counts = self.counts().await?;
        let mut known = self.0.gauges.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A state that emptied is shown as 0, not as it was.
        for jobs in known.values_mut() {
            *jobs = 0;
        }
        let mut oldest = 0.0_f64;
        for count in counts {
            if count.state == "dead" {
                oldest = oldest.max(now.duration_since(count.oldest).as_secs_f64());
            }
            known.insert((count.state, count.kind), count.jobs);
        }
        for ((state, kind), jobs) in known.iter() {
            metrics::gauge!("bellhop_jobs", "state" => state.clone(), "kind" => kind.clone()).set(*jobs as f64);
        }
        metrics::gauge!("bellhop_dead_letter_oldest_seconds").set(oldest);
        Ok(())
    }
}
