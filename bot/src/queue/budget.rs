//! Outgoing budgets: a leaky bucket each, kept in the database so that all bots share it and a
//! restart does not forget it.
//!
//! The generic cell rate algorithm (ITU-T I.371, annex A): a budget is one time, that at which the whole
//! burst is there again. Taking one moves it on by an interval; where that would lie further ahead than the
//! burst allows, it is too early. So in any stretch of time no more than the burst and one an interval are taken.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use super::{
    Charge,
    store::{after, for_update},
};
use crate::store::{Arg, Dialect, Tx, given, pieces, sql, table_of};

/// A job that could not be charged looks again after this at the latest.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Budgets that a transaction charges.
pub(super) struct Ledger {
    now: Timestamp,
    /// By name, when the whole budget is there again, and whether this transaction charged it.
    whole_at: HashMap<String, (Timestamp, Changed)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Yes,
    No,
}

/// A budget that is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    pub budget: String,
    pub interval: Duration,
    /// When one is there again.
    pub until: Timestamp,
}

impl Charge {
    /// How far ahead of `now` a budget may be whole again before one is taken.
    fn tolerance(&self) -> Duration {
        self.interval.saturating_mul(self.burst.saturating_sub(1))
    }
}

impl Ledger {
    /// Reads the named budgets, and holds them until the transaction ends.
    pub async fn open(tx: &mut Tx, names: &[String]) -> sqlx::Result<Ledger> {
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        // Always in the same order, so that two bots do not wait for one another.
        names.sort_unstable();
        names.dedup();
        let mut whole_at = read(tx, &names).await?;
        if tx.dialect() == Dialect::Postgres {
            // A row that is not there cannot be held: two bots would both find the whole of it.
            let missing: Vec<&str> = names.into_iter().filter(|it| !whole_at.contains_key(*it)).collect();
            for piece in pieces(&missing) {
                let rows = given("*", &table_of(1, 2, piece.len()));
                sql(format!("INSERT INTO budget (name, whole_at) {rows} ON CONFLICT (name) DO NOTHING"))
                    .bind_rows(piece.iter().map(|it| [Arg::from(*it), Arg::from(0)]))
                    .execute(&mut *tx)
                    .await?;
            }
            whole_at.extend(read(tx, &missing).await?);
        }
        Ok(Ledger { now: tx.now(), whole_at })
    }

    /// Takes one from each, or none at all.
    pub fn charge(&mut self, charges: &[Charge]) -> Result<(), Spent> {
        for charge in charges {
            let whole_at = self.whole_at.get(&charge.budget).map_or(self.now, |(at, _)| *at);
            let until = whole_at.saturating_sub(charge.tolerance()).unwrap_or(self.now);
            if until > self.now {
                return Err(Spent { budget: charge.budget.clone(), interval: charge.interval, until });
            }
        }
        for charge in charges {
            let now = self.now;
            let (whole_at, changed) = self.whole_at.entry(charge.budget.clone()).or_insert((now, Changed::No));
            *whole_at = after((*whole_at).max(now), charge.interval);
            *changed = Changed::Yes;
        }
        Ok(())
    }

    /// Writes what was charged.
    pub async fn close(self, tx: &mut Tx) -> sqlx::Result<()> {
        let mut changed: Vec<(String, Timestamp)> = self
            .whole_at
            .into_iter()
            .filter(|(_, (_, changed))| *changed == Changed::Yes)
            .map(|(name, (at, _))| (name, at))
            .collect();
        changed.sort_unstable();
        for piece in pieces(&changed) {
            sql(format!(
                "INSERT INTO budget (name, whole_at) {} ON CONFLICT (name) DO UPDATE SET whole_at = excluded.whole_at",
                given("*", &table_of(1, 2, piece.len()))
            ))
            .bind_rows(piece.iter().map(|(name, at)| [Arg::from(name.as_str()), Arg::from(*at)]))
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}

async fn read(tx: &mut Tx, names: &[&str]) -> sqlx::Result<HashMap<String, (Timestamp, Changed)>> {
    let lock = for_update(tx, "");
    let mut whole_at = HashMap::with_capacity(names.len());
    for piece in pieces(names) {
        let list = table_of(1, 1, piece.len());
        let text = format!("SELECT name, whole_at FROM budget WHERE name IN ({list}) ORDER BY name {lock}");
        for row in sql(text).bind_rows(piece.iter().map(|it| [Arg::from(*it)])).all(&mut *tx).await? {
            whole_at.insert(row.text(0)?, (row.time(1)?, Changed::No));
        }
    }
    Ok(whole_at)
}

/// When those that wait for the same budget look again: one after the other, not all at once. It is
/// no promise: whoever comes when one is there gets it.
#[derive(Default)]
pub(super) struct Queueing(HashMap<String, Timestamp>);

impl Queueing {
    pub fn next_look(&mut self, spent: &Spent, now: Timestamp) -> Timestamp {
        if self.0.len() > 10_000 {
            self.0.retain(|_, at| *at > now);
        }
        let free = self.0.get(&spent.budget).copied().unwrap_or(spent.until).max(spent.until);
        let at = if free > after(now, LONGEST_WAIT) { spent.until } else { free };
        self.0.insert(spent.budget.clone(), after(at, spent.interval));
        at
    }
}
