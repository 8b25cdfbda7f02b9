//! Queues that are broken on purpose, to see that the checks find them.

use crate::{
    queue::store::Fence,
    store::{Store, sql},
};

/// What a broken queue does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    IgnoresTheFence,
    SkipsTheLane,
    LosesTheLane,
    LosesAJob,
    ForgetsBudgets,
    RunsAgainWhatWasSent,
    CountsAnAttemptTwice,
    FiresAgain,
}

impl Flaw {
    /// Each, and what must be said of it.
    pub const ALL: [(Flaw, &str); 8] = [
        (Flaw::IgnoresTheFence, "the answer is Yes and not No"),
        (Flaw::SkipsTheLane, "is ahead in its lane"),
        (Flaw::LosesTheLane, "nobody looks at it"),
        (Flaw::LosesAJob, "a job is lost"),
        (Flaw::ForgetsBudgets, "the budget"),
        (Flaw::RunsAgainWhatWasSent, "is run, but Held"),
        (Flaw::CountsAnAttemptTwice, "attempt"),
        (Flaw::FiresAgain, "again"),
    ];

    /// Does it now and then, behind the queue's back.
    pub async fn strike(self, store: &Store) -> sqlx::Result<()> {
        let now = store.now().as_microsecond();
        let statements = match self {
            Flaw::IgnoresTheFence => return Ok(()),
            Flaw::SkipsTheLane => vec![
                format!(
                    "UPDATE job SET run_at = {now} + 1000000, holds_until = NULL WHERE id IN (SELECT MIN(id) FROM job GROUP BY lane)"
                ),
                "UPDATE job SET blocked = 0".into(),
            ],
            Flaw::LosesTheLane => vec!["UPDATE job SET blocked = 1 WHERE state = 'ready'".into()],
            Flaw::LosesAJob => vec!["DELETE FROM job WHERE id = (SELECT MAX(id) FROM job WHERE state = 'ready')".into()],
            Flaw::ForgetsBudgets => vec!["DELETE FROM budget".into()],
            Flaw::RunsAgainWhatWasSent => vec![format!(
                "UPDATE job SET state = 'ready', boot = NULL, lease_until = NULL WHERE state = 'sending' AND lease_until <= {now}"
            )],
            Flaw::CountsAnAttemptTwice => vec!["UPDATE job SET attempts = attempts + 1 WHERE state = 'ready'".into()],
            Flaw::FiresAgain => vec![
                "UPDATE job SET unique_key = NULL WHERE kind = 'cron'".into(),
                "UPDATE schedule SET next_run = last_run, last_run = NULL, fired_at = NULL WHERE last_run IS NOT NULL".into(),
            ],
        };
        let mut tx = store.begin().await?;
        for statement in statements {
            sql(statement).execute(&mut tx).await?;
        }
        tx.commit().await
    }

    /// Lets a write that was fenced off take all the same.
    pub async fn steal(store: &Store, boot: &str, fence: Fence) -> sqlx::Result<()> {
        let mut tx = store.begin().await?;
        sql("UPDATE job SET boot = $1, epoch = $2 WHERE id = $3 AND state <> 'ready'")
            .bind(boot)
            .bind(fence.epoch)
            .bind(fence.id)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }
}
