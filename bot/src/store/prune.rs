//! What is dropped with age. Dead letters and the audit log never are.

use std::time::Duration;

use super::{Store, sql};

/// How long a delivery is kept, and so how long its repeats are known.
pub const DELIVERIES_KEPT: Duration = Duration::from_hours(7 * 24);
/// How long done and cancelled jobs, and dead letters that were put back, are kept.
pub const HISTORY_KEPT: Duration = Duration::from_hours(30 * 24);
/// How long a card is edited after its object changed last.
pub const CARDS_KEPT: Duration = Duration::from_hours(30 * 24);
/// How long is remembered what is not done again for a while (`once:…`).
pub const ONCE_KEPT: Duration = Duration::from_hours(2 * 24);
/// Rows dropped in one transaction: few enough that nobody waits for it.
const AT_ONCE: i64 = 500;

/// How many rows were dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub deliveries: u64,
    pub jobs: u64,
    pub forms: u64,
    pub cards: u64,
    /// Documents, and long calls.
    pub documents: u64,
}

impl Store {
    /// Drops what is too old. Once an hour one of the bots on this database does.
    pub async fn prune(&self) -> anyhow::Result<Pruned> {
        let now = self.now();
        let deliveries = "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE received_at < $1 LIMIT $2)";
        let jobs = "DELETE FROM job_history WHERE id IN (SELECT id FROM job_history \
                    WHERE (state <> 'dead' OR redriven_as IS NOT NULL) AND ended_at < $1 LIMIT $2)";
        // Names of cards are hexadecimal after their prefix, so this is a range of the key in SQLite as well.
        let cards =
            "DELETE FROM cursor WHERE name IN (SELECT name FROM cursor WHERE name LIKE 'card:%' AND updated_at < $1 LIMIT $2)";
        let files = "DELETE FROM form_file WHERE id IN (SELECT id FROM form_file WHERE expires <= $1 LIMIT $2)";
        let forms = "DELETE FROM form WHERE id IN (SELECT id FROM form WHERE expires <= $1 LIMIT $2)";
        let documents = "DELETE FROM document WHERE id IN (SELECT id FROM document WHERE expires <= $1 LIMIT $2)";
        let calls = "DELETE FROM long_call WHERE id IN (SELECT id FROM long_call WHERE expires <= $1 LIMIT $2)";
        // Longer than anything is kept from being done again.
        let once = "DELETE FROM cursor WHERE name IN (SELECT name FROM cursor \
                    WHERE name >= 'once:' AND name < 'once;' AND updated_at < $1 LIMIT $2)";
        let news = "DELETE FROM news WHERE id IN (SELECT id FROM news WHERE at < $1 LIMIT $2)";
        let arrivals = "DELETE FROM hook_delivery WHERE id IN (SELECT id FROM hook_delivery WHERE at < $1 LIMIT $2)";
        let posted = "DELETE FROM posted WHERE key IN (SELECT key FROM posted WHERE at < $1 LIMIT $2)";
        for table in [news, arrivals, posted] {
            self.prune_table(table, now.saturating_sub(DELIVERIES_KEPT)?.as_microsecond()).await?;
        }
        self.prune_table(once, now.saturating_sub(ONCE_KEPT)?.as_microsecond()).await?;
        // A budget that is whole again is the same as none.
        let mut tx = self.begin().await?;
        sql("DELETE FROM budget WHERE whole_at < $1").bind(now).execute(&mut tx).await?;
        sql("DELETE FROM hook_refused WHERE hour < $1").bind(now.saturating_sub(DELIVERIES_KEPT)?).execute(&mut tx).await?;
        tx.commit().await?;
        // One that is under way stays, however long it takes.
        let setups = "DELETE FROM setup WHERE id IN (SELECT id FROM setup WHERE state <> 'open' AND changed < $1 LIMIT $2)";
        self.prune_table(setups, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?;
        self.prune_table(files, now.as_microsecond()).await?;
        Ok(Pruned {
            deliveries: self.prune_table(deliveries, now.saturating_sub(DELIVERIES_KEPT)?.as_microsecond()).await?,
            jobs: self.prune_table(jobs, now.saturating_sub(HISTORY_KEPT)?.as_microsecond()).await?,
            forms: self.prune_table(forms, now.as_microsecond()).await?,
            cards: self.prune_table(cards, now.saturating_sub(CARDS_KEPT)?.as_microsecond()).await?,
            documents: self.prune_table(documents, now.as_microsecond()).await?
                + self.prune_table(calls, now.as_microsecond()).await?,
        })
    }

    async fn prune_table(&self, statement: &'static str, before: i64) -> anyhow::Result<u64> {
        let mut total = 0;
        loop {
            let mut tx = self.begin().await?;
            let dropped = sql(statement).bind(before).bind(AT_ONCE).execute(&mut tx).await?;
            tx.commit().await?;
            total += dropped;
            if dropped < AT_ONCE.unsigned_abs() {
                return Ok(total);
            }
        }
    }
}
