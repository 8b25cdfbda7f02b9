//! Where everything is kept: SQLite in one file, or PostgreSQL.
//!
//! `store.url` chooses. Statements are written once ([`sql()`]) and run on both; what cannot be said
//! the same way asks [`Store::dialect`]. On SQLite one connection writes, in `BEGIN IMMEDIATE`
//! transactions of a WAL database with `synchronous=FULL`, so that a commit that returned survives a
//! power cut; any number of others read. The file belongs to one process: `<file>.lock` holds it.

pub mod backup;
mod clock;
mod cursors;
mod faults;
mod migrations;
mod open;
mod portable;
pub(crate) mod presence;
mod prune;
mod rehearsal;
pub mod restore;
mod sql;

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection, PgConnection, PgPool, SqlitePool};
use tokio::sync::watch;
use uuid::Uuid;

pub(crate) use self::faults::fault;
pub use self::{
    clock::{CLOCK_TOLERANCE, Clock, ManualClock, SystemClock},
    faults::unreadable,
    portable::Facts,
    prune::{DELIVERIES_KEPT, HISTORY_KEPT, Pruned, RHYTHM_KEPT},
    rehearsal::Rehearsal,
    sql::{Arg, Dialect, Executor, Inside, Row, Statement, delivery_of, given, pieces, rows_of, sql, table_of},
};

/// What comes of asking the database.
pub type Asked<T> = sqlx::Result<T>;

/// The pools of the database that was chosen.
#[derive(Clone)]
pub enum Db {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    /// `ahead` is one connection, [`Store::begin_ahead`]'s: its statements are prepared once, and not on each of the others too.
    Pg {
        pool: PgPool,
        ahead: PgPool,
    },
}

/// An open database whose schema is up to date. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Arc<dyn Clock>,
    instance: Uuid,
    /// This process, among those on one PostgreSQL.
    process: String,
    /// Counts commits that brought new work: whoever waits for work watches it.
    work: watch::Sender<u64>,
    /// True until somebody asks: leases that an earlier process held on this file are over.
    inherited: AtomicBool,
    lock: Option<File>,
    /// Who begins a transaction stands in this line, but for the queue's writer: it waits for one of them at most.
    line: tokio::sync::Mutex<()>,
    cursors: cursors::Cursors,
}

/// How long one stands in line: as long as one waits for a connection then.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which clock a store goes by.
enum Time {
    /// The one of the database's machine: on PostgreSQL its server's, on SQLite this machine's.
    Databases(Arc<dyn Clock>),
    Given(Arc<dyn Clock>),
}

impl Store {
    /// Opens `sqlite://path`, which is created when missing, `sqlite::memory:`, or `postgres://…`,
    /// and brings the schema up to date.
    ///
    /// # Errors
    /// A sentence that names the URL's file or host and what to do: a path that cannot be written, a
    /// file that another process holds, a schema that is newer than this binary.
    pub async fn open(url: &str) -> anyhow::Result<Store> {
        Store::opened(url, Time::Databases(Arc::new(SystemClock)), open::Holding::Alone).await
    }

    /// Opens it for a command that runs beside a bot: on SQLite, another process may hold the file.
    /// Such a store does no jobs.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_beside(url: &str) -> anyhow::Result<Store> {
        Store::opened(url, Time::Databases(Arc::new(SystemClock)), open::Holding::Beside).await
    }

    /// Opens it as [`Store::open`] does, once the process that holds it has let go of it.
    ///
    /// # Errors
    /// As [`Store::open`]; also when that process holds it for longer than `patience`.
    pub async fn open_within(url: &str, patience: Duration) -> anyhow::Result<Store> {
        Store::opened(url, Time::Databases(Arc::new(SystemClock)), open::Holding::AloneWithin(patience)).await
    }

    /// The same, with a clock of one's own.
    pub async fn open_with(url: &str, clock: Arc<dyn Clock>) -> anyhow::Result<Store> {
        Store::opened(url, Time::Given(clock), open::Holding::Alone).await
    }

    /// [`Store::open`] on a machine with this clock.
    #[cfg(test)]
    pub(crate) async fn open_on(url: &str, machine: Arc<dyn Clock>) -> anyhow::Result<Store> {
        Store::opened(url, Time::Databases(machine), open::Holding::Alone).await
    }

    async fn opened(url: &str, time: Time, holding: open::Holding) -> anyhow::Result<Store> {
        let process = Uuid::new_v4().to_string();
        let (db, lock) = open::open(url, holding, &process).await?;
        let clock = match (time, &db) {
            (Time::Databases(machine), Db::Pg { pool, .. }) => clock::DatabaseClock::open(pool, machine).await?,
            (Time::Databases(clock), Db::Sqlite { .. }) | (Time::Given(clock), _) => clock,
        };
        Store::over(db, lock, clock, process).await
    }

    /// `lock` is that of a file which this process holds alone.
    async fn over(db: Db, lock: Option<File>, clock: Arc<dyn Clock>, process: String) -> anyhow::Result<Store> {
        let instance = open::instance(&db).await?;
        // Only who holds the file alone may take it that nobody else works on it.
        let inherited = AtomicBool::new(lock.is_some());
        let (work, line) = (watch::Sender::new(0), tokio::sync::Mutex::default());
        let cursors = cursors::Cursors::spawn(db.clone());
        Ok(Store(Arc::new(Shared { db, clock, instance, process, work, inherited, lock, line, cursors })))
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// By how much this machine's clock is ahead of the database's, where that is another machine's.
    /// More than [`CLOCK_TOLERANCE`] is worth a warning: what people and vendors are told is this machine's time.
    pub fn machine_ahead(&self) -> Option<SignedDuration> {
        self.0.clock.machine_ahead()
    }

    /// Identifies this database for good.
    pub fn instance(&self) -> Uuid {
        self.0.instance
    }

    /// What this process is called among the bots on one PostgreSQL ([`presence`]).
    pub(crate) fn process(&self) -> &str {
        &self.0.process
    }

    /// A new name to hold leases under, which begins with [`Store::process`] and a `/`.
    pub(crate) fn holder(&self) -> String {
        format!("{}/{}", self.0.process, Uuid::new_v4().simple())
    }

    pub fn dialect(&self) -> Dialect {
        match self.0.db {
            Db::Sqlite { .. } => Dialect::Sqlite,
            Db::Pg { .. } => Dialect::Postgres,
        }
    }

    /// The pools themselves, for what the portable statements cannot do.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Reads outside of a transaction.
    pub fn read(&self) -> Executor<'_> {
        match &self.0.db {
            Db::Sqlite { read, .. } => Executor::Sqlite(read),
            Db::Pg { pool, .. } => Executor::Pg(pool),
        }
    }

    /// Starts a transaction that may write. On SQLite it is the only one: keep it short, and never
    /// wait for the network in it. Dropped without [`Tx::commit`], it is rolled back.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        let standing = tokio::time::timeout(PATIENCE, self.0.line.lock());
        let _first = standing.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        self.transaction(false).await
    }

    /// The same ahead of all who only begin: for what many wait for together, and people for three seconds at most.
    pub(crate) async fn begin_ahead(&self) -> sqlx::Result<Tx> {
        self.transaction(true).await
    }

    async fn transaction(&self, is_ahead: bool) -> sqlx::Result<Tx> {
        let inside = match &self.0.db {
            Db::Sqlite { write, .. } => Inside::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Pg { pool, ahead } => Inside::Pg(if is_ahead { ahead } else { pool }.begin().await?),
        };
        Ok(Tx { inside, store: self.clone(), work: Work::None })
    }

    /// Copies what SQLite's write-ahead log holds into the database, without holding up who writes:
    /// <https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>.
    pub(crate) async fn checkpoint(&self) -> sqlx::Result<()> {
        if let Db::Sqlite { read, .. } = &self.0.db {
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(read).await?;
        }
        Ok(())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> anyhow::Result<()> {
        sql("SELECT 1").first(self.read()).await?;
        Ok(())
    }

    /// Whether the database is there for whoever asks it now: on PostgreSQL on a connection of its own, since those of the pool may
    /// all wait for the same lock. What SQLite says of itself needs neither its file nor a lock.
    pub(crate) async fn answers_others(&self) -> sqlx::Result<()> {
        match &self.0.db {
            Db::Sqlite { .. } => Ok(()),
            Db::Pg { pool, .. } => {
                let mut other = PgConnection::connect_with(&pool.connect_options()).await?;
                other.ping().await?;
                other.close().await
            }
        }
    }

    /// How far something was read.
    pub async fn cursor(&self, name: &str) -> anyhow::Result<Option<String>> {
        let row = sql("SELECT value FROM cursor WHERE name = $1").bind(name).first(self.read()).await?;
        Ok(row.map(|row| row.text(0)).transpose()?)
    }

    /// The cursors of these names that there are.
    pub async fn cursors(&self, names: &[String]) -> anyhow::Result<Vec<(String, String)>> {
        Ok(self.0.cursors.read(self.db(), names).await?)
    }

    /// Changes whenever work was committed by this process, or as the database hints by another.
    pub(crate) fn work(&self) -> watch::Receiver<u64> {
        self.0.work.subscribe()
    }

    pub(crate) fn announce_work(&self) {
        self.0.work.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// True once, and only where no other process can share the database: leases found in it belong
    /// to a process that is gone.
    pub(crate) fn take_inheritance(&self) -> bool {
        self.0.inherited.swap(false, Ordering::Relaxed)
    }

    /// Ends all connections, after those at work have finished, and lets go of the file.
    pub async fn close(&self) {
        match &self.0.db {
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Pg { pool, ahead } => {
                // Where this cannot be said, its connections' end says it a moment later.
                if let Err(err) = presence::leave(pool, &self.0.process).await {
                    tracing::debug!("The database was not told that this bot ends: {err}");
                }
                ahead.close().await;
                pool.close().await;
            }
        }
        // Whoever still holds a clone of this cannot write any more, and must not keep the next process waiting.
        if let Some(lock) = &self.0.lock
            && let Err(err) = lock.unlock()
        {
            tracing::warn!("The database's lock is kept until this process ends: {err}");
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("dialect", &self.dialect()).field("instance", &self.instance()).finish()
    }
}

/// An open transaction.
pub struct Tx {
    inside: Inside,
    store: Store,
    work: Work,
}

/// Whether a commit brings work that somebody should be woken for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    None,
    Some,
}

impl Tx {
    pub fn dialect(&self) -> Dialect {
        self.store.dialect()
    }

    pub fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// Has PostgreSQL plan what it runs on this connection for the tables as they are by now. It plans a statement once and keeps to that:
    /// an empty queue is read by any of its indices as well as by the right one, and may be a million rows when this is noticed, up to a
    /// minute later, by what analyzes its tables.
    /// <https://www.postgresql.org/docs/current/sql-discard.html>
    pub(crate) async fn plan_anew(&mut self) -> sqlx::Result<()> {
        if self.dialect() == Dialect::Postgres {
            sql("DISCARD PLANS").execute(self).await?;
        }
        Ok(())
    }

    /// Workers are to be woken when this commits.
    pub(crate) fn brings_work(&mut self) {
        self.work = Work::Some;
    }

    /// Whoever claims it is part of this transaction: nobody else needs to be woken.
    pub(crate) fn work_is_taken(&mut self) {
        self.work = Work::None;
    }

    pub async fn set_cursor(&mut self, name: &str, value: &str) -> sqlx::Result<()> {
        self.set_cursors([(name, value)]).await
    }

    /// Of several values for one name the last one stays. They are written in the order of their names, so that two processes
    /// do not wait for each other.
    pub(crate) async fn set_cursors<'a>(&mut self, all: impl IntoIterator<Item = (&'a str, &'a str)>) -> sqlx::Result<()> {
        let now = self.now();
        let all: Vec<(&str, &str)> = all.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
        for piece in pieces(&all) {
            sql(format!(
                "INSERT INTO cursor (name, value, updated_at) {}
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                given("*", &table_of(1, 3, piece.len()))
            ))
            .bind_rows(piece.iter().map(|(name, value)| [Arg::from(*name), (*value).into(), now.into()]))
            .execute(&mut *self)
            .await?;
        }
        Ok(())
    }

    pub(crate) fn has_work(&self) -> bool {
        self.work == Work::Some
    }

    pub async fn commit(self) -> sqlx::Result<()> {
        let (store, work) = (self.store.clone(), self.work);
        self.commit_as("").await?;
        if work == Work::Some {
            store.announce_work();
        }
        Ok(())
    }

    /// The same for `boot`, who looks after the work itself: only other processes are told.
    pub(crate) async fn commit_as(mut self, boot: &str) -> sqlx::Result<()> {
        if self.work == Work::Some && self.dialect() == Dialect::Postgres {
            // Only wakes: a hint that is lost costs a second, until the next scan.
            sql("SELECT pg_notify('bellhop_jobs', $1)::text").bind(boot).execute(&mut self).await?;
        }
        match self.inside {
            Inside::Sqlite(tx) => tx.commit().await,
            Inside::Pg(tx) => tx.commit().await.map_err(faults::unknown_end),
        }
    }

    /// Undoes it now, rather than when the connection is used next.
    pub async fn rollback(self) -> sqlx::Result<()> {
        match self.inside {
            Inside::Sqlite(tx) => tx.rollback().await,
            Inside::Pg(tx) => tx.rollback().await,
        }
    }
}

impl<'a> From<&'a mut Tx> for Executor<'a> {
    fn from(tx: &'a mut Tx) -> Executor<'a> {
        Executor::Tx(&mut tx.inside)
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
