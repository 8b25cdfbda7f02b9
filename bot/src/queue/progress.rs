//! How the task that writes gets on.
//!
//! A database that refuses, is full or cannot be reached answers with an error, and the next transaction finds out whether it is
//! well again. A statement that never returns answers nothing: whoever asks waits behind it, for good, in a process that looks
//! alive. So each step of a transaction (its beginning, what it says, its commit) is noted when it starts, and who asks for
//! how long nothing has come of it ([`Queue::hung_for`]) can have the process started anew ([`Queue::needs_restart`]).

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;

use super::Queue;
use crate::store::{Clock, Dialect, Store};

/// A step that takes longer hangs. A beginning ends after 15 s at the latest: 10 s for a connection, and on SQLite 5 s for the
/// file's lock (`store/open.rs`). What is said then, and the commit, take milliseconds, on a disk that stalls a few seconds; and
/// whoever sent something has long been told that it was not stored (`ACCEPT_WITHIN`).
pub const HUNG_AFTER: SignedDuration = SignedDuration::from_secs(20);

/// No such moment.
const NONE: i64 = i64::MIN;

/// What the task that writes tells of itself.
pub(super) struct Progress {
    clock: Arc<dyn Clock>,
    dialect: Dialect,
    /// When the step began that is under way, in microseconds.
    since: AtomicI64,
    /// When the database was last found away while a step hung.
    away: AtomicI64,
    commits: AtomicU64,
}

impl Progress {
    pub fn new(store: &Store) -> Progress {
        let (clock, dialect) = (store.clock(), store.dialect());
        let never = || AtomicI64::new(NONE);
        Progress { clock, dialect, since: never(), away: never(), commits: AtomicU64::new(0) }
    }

    /// A transaction is about to begin. One that follows on one that found no connection goes on waiting.
    pub fn begins(&self) {
        let _ = self.since.compare_exchange(NONE, self.now(), Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The next step of it begins.
    pub fn goes_on(&self) {
        self.since.store(self.now(), Ordering::Relaxed);
    }

    /// It was committed.
    pub fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.over();
    }

    /// It failed, which is an end, and the next one may do better. But on SQLite the one connection is kept by another
    /// transaction of this process where there was none to be had, which may be the one that hangs.
    pub fn failed(&self, err: &sqlx::Error) {
        if !(self.dialect == Dialect::Sqlite && matches!(err, sqlx::Error::PoolTimedOut)) {
            self.over();
        }
    }

    /// For how long a step has been under way, where that is longer than any takes that ends.
    pub fn hung_for(&self) -> Option<SignedDuration> {
        let since = Some(self.since.load(Ordering::Relaxed)).filter(|it| *it != NONE)?;
        self.longer_than_any(since)
    }

    /// The same, of the time in which the database was there.
    fn hung_with_database(&self) -> Option<SignedDuration> {
        let since = Some(self.since.load(Ordering::Relaxed)).filter(|it| *it != NONE)?;
        self.longer_than_any(since.max(self.away.load(Ordering::Relaxed)))
    }

    fn longer_than_any(&self, since: i64) -> Option<SignedDuration> {
        let hung = SignedDuration::from_micros(self.now().saturating_sub(since));
        (hung > HUNG_AFTER).then_some(hung)
    }

    fn found_away(&self) {
        self.away.store(self.now(), Ordering::Relaxed);
    }

    #[cfg(test)]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn over(&self) {
        self.since.store(NONE, Ordering::Relaxed);
    }

    fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }
}

impl Queue {
    /// For how long a transaction of the queue has neither gone on nor failed; none where that is no longer than
    /// [`HUNG_AFTER`].
    pub fn hung_for(&self) -> Option<SignedDuration> {
        self.0.writer.progress().hung_for()
    }

    /// The same, where only a restart helps: the database is there for others, whom it answers `within` this time. One that cannot
    /// be reached is waited for, and when it is back, what hangs on it is given as long again to fail or to go on.
    pub async fn needs_restart(&self, within: Duration) -> Option<SignedDuration> {
        let progress = self.0.writer.progress();
        let hung = progress.hung_for()?;
        let why = match tokio::time::timeout(within, self.0.store.answers_others()).await {
            // It may have gone on meanwhile.
            Ok(Ok(())) => return progress.hung_with_database(),
            Ok(Err(err)) => err.to_string(),
            Err(_) => "it does not answer".to_owned(),
        };
        tracing::warn!("A transaction is under way for {} s, and the database cannot be reached: {why}", hung.as_secs());
        progress.found_away();
        None
    }
}
