//! What one bot does for all that share a database: firing schedules, auditing, pruning.
//!
//! Each duty is a row with a lease, in the database's time. Its holder renews it, gives it up when it
//! stops, and is replaced [`LEASE`] after it was last heard of; each new holder raises the row's epoch,
//! and everything that a holder writes is fenced by it, so that one that was paused past its lease
//! changes nothing when it goes on. Those of a process that is known to be gone are free at once ([`super::rescue::end_leases_of`]). A SQLite file has one bot, which takes the duties at its start and
//! seldom needs to renew them; the code is the same.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Queue, schedule, worker::later};
use crate::store::{Clock, Dialect, Store, sql};

/// How long a duty is held without being renewed. Its loss shows after this and one [`SEEK_EVERY`].
const LEASE: Duration = Duration::from_secs(12);
/// The same where nobody else could take it: each renewal is a commit.
const LEASE_ALONE: Duration = Duration::from_hours(1);
/// How often somebody who does not hold a duty looks whether it is free.
const SEEK_EVERY: Duration = Duration::from_secs(3);
/// How often due schedules are looked for.
const SCAN_EVERY: Duration = Duration::from_secs(1);
const AUDIT_EVERY: Duration = Duration::from_mins(1);
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// Something that one bot does for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    Schedules,
    Auditor,
    Prune,
    /// Somebody else's, who asks for it by [`Queue::duty`].
    Named(&'static str),
}

impl Duty {
    pub(super) fn name(self) -> &'static str {
        match self {
            Duty::Schedules => "schedules",
            Duty::Auditor => "auditor",
            Duty::Prune => "prune",
            Duty::Named(name) => name,
        }
    }
}

/// What a holder's writes are fenced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    pub boot: Arc<str>,
    pub epoch: i64,
}

/// Whether it is this bot's turn to do a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Ours,
    NotNow,
}

/// Does the duties that fall to this bot until `stopping`, then gives them up. `kinds` are those of the jobs that it
/// can do, and so the schedules that it fires.
pub(super) async fn run(queue: Queue, kinds: Arc<[&'static str]>, stopping: CancellationToken) {
    let store = queue.0.store.clone();
    let boot: Arc<str> = store.holder().into();
    let hold = |duty| Hold::new(store.clone(), duty, Arc::clone(&boot));
    let (schedules, auditor, prune) = (hold(Duty::Schedules), hold(Duty::Auditor), hold(Duty::Prune));
    tokio::join!(
        fire_schedules(&schedules, &kinds, &stopping),
        audit(&queue, &auditor, &stopping),
        drop_old_rows(&prune, &stopping),
    );
    for hold in [schedules, auditor, prune] {
        if let Err(err) = hold.give_up().await {
            warn!("The duty {} could not be given up; another bot takes it within {LEASE:?}: {err}", hold.duty.name());
        }
    }
}

impl Queue {
    /// A duty of another module: one bot does it for all that share the database.
    pub fn duty(&self, name: &'static str) -> Hold {
        Hold::new(self.0.store.clone(), Duty::Named(name), self.0.boot.as_str().into())
    }
}

/// One bot's hold on one duty.
pub struct Hold {
    store: Store,
    duty: Duty,
    boot: Arc<str>,
    held: Mutex<Option<Held>>,
    lease: Duration,
}

#[derive(Clone, Copy)]
struct Held {
    epoch: i64,
    until: Timestamp,
}

impl Hold {
    pub(super) fn new(store: Store, duty: Duty, boot: Arc<str>) -> Hold {
        let lease = match store.dialect() {
            Dialect::Sqlite => LEASE_ALONE,
            Dialect::Postgres => LEASE,
        };
        Hold { store, duty, boot, held: Mutex::default(), lease }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        // Nothing panics while it is held.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the duty if it is free, or renews the hold on it when a third of it has passed.
    pub(super) async fn seek(&self) -> sqlx::Result<Option<Fence>> {
        let now = self.store.now();
        let held = *self.held();
        let fence = |held: Held| Some(Fence { boot: Arc::clone(&self.boot), epoch: held.epoch });
        if let Some(held) = held
            && later(now, self.lease * 2 / 3) < held.until
        {
            return Ok(fence(held));
        }
        let name = self.duty.name();
        let row = sql("SELECT boot, until FROM duty WHERE name = $1").bind(name).first(self.store.read()).await?;
        if let Some(row) = row {
            let (boot, until) = (row.text(0)?, row.time(1)?);
            // Who opened the SQLite file alone finds the duties of a process that is gone.
            let inherited = held.is_none() && self.store.dialect() == Dialect::Sqlite;
            if *boot != *self.boot && until > now && !inherited {
                self.lose();
                return Ok(None);
            }
        }
        let until = later(now, self.lease);
        let mut tx = self.store.begin().await?;
        let alone = i64::from(self.store.dialect() == Dialect::Sqlite);
        let row = sql("INSERT INTO duty (name, boot, epoch, until) VALUES ($1, $2, 1, $3)
             ON CONFLICT (name) DO UPDATE SET boot = excluded.boot, until = excluded.until,
                 epoch = duty.epoch + CASE WHEN duty.boot = excluded.boot THEN 0 ELSE 1 END
             WHERE duty.boot = excluded.boot OR duty.until <= $4 OR $5 = 1
             RETURNING epoch")
        .bind(name)
        .bind(&*self.boot)
        .bind(until)
        .bind(now)
        .bind(alone)
        .first(&mut tx)
        .await?;
        tx.commit().await?;
        let Some(row) = row else {
            self.lose();
            return Ok(None);
        };
        let new = Held { epoch: row.int(0)?, until };
        if self.held().replace(new).is_none() {
            info!("This bot does the duty {name}");
            self.publish(1.0);
        }
        Ok(fence(new))
    }

    /// Takes the duty if it is free, renews the hold on it, and tells whether it is held. To be asked every few seconds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_ours(&self) -> sqlx::Result<bool> {
        Ok(self.seek().await?.is_some())
    }

    fn lose(&self) {
        if self.held().take().is_some() {
            warn!("Another bot does the duty {} now", self.duty.name());
        }
        self.publish(0.0);
    }

    fn publish(&self, held: f64) {
        metrics::gauge!("bellhop_duty_held", "duty" => self.duty.name()).set(held);
    }

    /// Whether the duty is still held and was not done for `every`; then it counts as done now, whoever did it last.
    pub(super) async fn turn(&self, fence: &Fence, every: Duration) -> sqlx::Result<Turn> {
        let now = self.store.now();
        let mut tx = self.store.begin().await?;
        let ours = sql("UPDATE duty SET ran_at = $1 WHERE name = $2 AND boot = $3 AND epoch = $4 AND until > $1
             AND (ran_at IS NULL OR ran_at <= $5 OR ran_at > $1)")
        .bind(now)
        .bind(self.duty.name())
        .bind(&*fence.boot)
        .bind(fence.epoch)
        .bind(now.saturating_sub(every).unwrap_or(Timestamp::MIN))
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(if ours == 1 { Turn::Ours } else { Turn::NotNow })
    }

    /// Leaves the duty to whoever looks next.
    ///
    /// # Errors
    /// Those of the database: then its lease has to end.
    pub async fn give_up(&self) -> sqlx::Result<()> {
        if self.held().take().is_none() {
            return Ok(());
        }
        self.publish(0.0);
        let mut tx = self.store.begin().await?;
        sql("UPDATE duty SET until = $1 WHERE name = $2 AND boot = $3 AND until > $1")
            .bind(tx.now())
            .bind(self.duty.name())
            .bind(&*self.boot)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    /// Waits for `until`, or for less where the hold must be seen to before.
    async fn wait(&self, until: Timestamp, stopping: &CancellationToken) {
        let seek = later(self.store.now(), SEEK_EVERY);
        tokio::select! {
            () = wait_until(self.store.clock(), until.min(seek)) => (),
            () = stopping.cancelled() => (),
        }
    }
}

async fn wait_until(clock: Arc<dyn Clock>, at: Timestamp) {
    clock.wait_until(at).await;
}

async fn fire_schedules(hold: &Hold, kinds: &[&'static str], stopping: &CancellationToken) {
    let store = &hold.store;
    while !stopping.is_cancelled() {
        let mut wake = later(store.now(), SEEK_EVERY);
        let round = async {
            let Some(fence) = hold.seek().await? else { return Ok(None) };
            let (due, next) = schedule::due(store, kinds).await?;
            schedule::fire(store, kinds, &due, &fence).await?;
            Ok::<_, sqlx::Error>(Some(next))
        };
        match round.await {
            Ok(Some(next)) => {
                let scan = later(store.now(), SCAN_EVERY);
                wake = next.map_or(scan, |next| next.min(scan));
            }
            Ok(None) => (),
            Err(err) => warn!("Schedules could not be looked through: {err}"),
        }
        hold.wait(wake, stopping).await;
    }
}

async fn audit(queue: &Queue, hold: &Hold, stopping: &CancellationToken) {
    let store = &hold.store;
    let mut next_shown = store.now();
    while !stopping.is_cancelled() {
        let round = async {
            if let Some(fence) = hold.seek().await?
                && hold.turn(&fence, AUDIT_EVERY).await? == Turn::Ours
            {
                queue.audit(&fence).await?;
                next_shown = store.now();
            }
            if store.now() >= next_shown {
                // Every bot shows what one has found.
                queue.publish_findings().await?;
                next_shown = later(store.now(), AUDIT_EVERY);
            }
            anyhow::Ok(())
        };
        if let Err(err) = round.await {
            warn!("The queue could not be audited: {err:#}");
        }
        hold.wait(later(store.now(), SEEK_EVERY), stopping).await;
    }
}

async fn drop_old_rows(hold: &Hold, stopping: &CancellationToken) {
    let store = &hold.store;
    while !stopping.is_cancelled() {
        let round = async {
            if let Some(fence) = hold.seek().await?
                && hold.turn(&fence, PRUNE_EVERY).await? == Turn::Ours
            {
                store.prune().await?;
            }
            anyhow::Ok(())
        };
        tokio::select! {
            done = round => {
                if let Err(err) = done {
                    warn!("Old rows could not be dropped: {err:#}");
                }
            }
            // What is left is dropped an hour later, by whoever does it then.
            () = stopping.cancelled() => return,
        }
        hold.wait(later(store.now(), SEEK_EVERY), stopping).await;
    }
}
