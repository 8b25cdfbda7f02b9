//! Opening a database, and the sentences for when that does not work.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use sqlx::{
    ConnectOptions, Connection,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

use super::{
    Db, Executor,
    migrations::{POSTGRES, SQLITE},
    presence, sql,
};

/// The kernel tells nobody who waits for a lock with an end to their patience.
const LOCK_ASKED_EVERY: Duration = Duration::from_millis(20);

/// Whose a SQLite file is while it is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holding {
    /// A bot's, which does the jobs: on SQLite this process's alone, on PostgreSQL shared among bots.
    Alone,
    /// The same, once another process has let go of it, for which one waits as long as this.
    AloneWithin(Duration),
    /// A command's, beside a bot that may be at work on it.
    Beside,
}

/// `process` is what this process is called among the bots on one PostgreSQL.
pub(super) async fn open(url: &str, holding: Holding, process: &str) -> anyhow::Result<(Db, Option<File>)> {
    match url.split_once(':') {
        Some(("sqlite", ":memory:")) => Ok((memory().await?, None)),
        Some(("sqlite", path)) => file(Path::new(path.strip_prefix("//").unwrap_or(path)), holding).await,
        Some(("postgres" | "postgresql", _)) => Ok((server(url, holding, process).await?, None)),
        // The URL itself is not repeated: it may hold a password.
        _ => bail!("`store.url` is neither `sqlite://PATH` nor `postgres://USER@HOST/DATABASE`. Write one of the two."),
    }
}

/// The file that a URL names; none for a database that is no file.
pub(super) fn path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:").filter(|it| *it != ":memory:")?;
    Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
}

pub(super) fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        // A statement's own journal needs no file of its own.
        .pragma("temp_store", "MEMORY")
        // The log is copied back beside the commits (`Store::checkpoint`), and by one of them only past 64 MB.
        .pragma("wal_autocheckpoint", "16000")
        // 16 MB: with the 2 MB that SQLite has of itself, the pages of indices by random keys were read anew for each transaction,
        // and written before its end. It grows with use. <https://www.sqlite.org/pragma.html#pragma_cache_size>
        .pragma("cache_size", "-16384")
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

/// One connection for everything: each connection to `:memory:` would be a database of its own.
async fn memory() -> anyhow::Result<Db> {
    let options = SqliteConnectOptions::from_str("sqlite::memory:")?.foreign_keys(true).disable_statement_logging();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
        .context("SQLite cannot open a database in memory.")?;
    SQLITE.run(&pool).await.map_err(|err| migration("The database in memory", err))?;
    Ok(Db::Sqlite { write: pool.clone(), read: pool })
}

pub(super) async fn file(path: &Path, holding: Holding) -> anyhow::Result<(Db, Option<File>)> {
    let shown = path.display();
    if path.as_os_str().is_empty() {
        bail!("`store.url` names no file. Write the path after `sqlite://`, such as `sqlite://bellhop.db`.");
    }
    if path.is_dir() {
        bail!(
            "`{shown}` is a folder. Name a file in it in `store.url`, such as `sqlite://{}`.",
            path.join("bellhop.db").display()
        );
    }
    let lock = match holding {
        Holding::Alone => Some(lock(path, Duration::ZERO).await?),
        Holding::AloneWithin(patience) => Some(lock(path, patience).await?),
        Holding::Beside => None,
    };
    let options = sqlite_options().filename(path).create_if_missing(true);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
        // What lies in this process is not lost between two uses, and to ask costs two switches between threads.
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // One that nobody ended is ended now.
                    connection.ping().await?;
                }
                // One that a full disk has undone is none, which SQLite says and sqlx does not see: with a new connection it does.
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options.clone())
        .await
        .with_context(|| {
            format!(
                "The database `{shown}` cannot be opened. `store.url` must name a SQLite database, or a new file in a folder \
                 that this user can write to."
            )
        })?;
    SQLITE.run(&write).await.map_err(|err| migration(&format!("The database `{shown}`"), err))?;
    let read = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        // Each of them has a cache of its own, and none needs the pages of a whole transaction.
        .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "ON").pragma("cache_size", "-4096"));
    Ok((Db::Sqlite { write, read }, lock))
}

/// Holds `<path>.lock` for as long as the file that it returns is open and locked.
pub(super) async fn lock(path: &Path, patience: Duration) -> anyhow::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name).with_context(|| {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        format!(
            "The database `{}` cannot be created or opened: `{}` must be a folder that exists and that this user can write to.",
            path.display(),
            folder.display()
        )
    })?;
    let end = Instant::now() + patience;
    let mut locked = file.try_lock();
    if matches!(locked, Err(TryLockError::WouldBlock)) && !patience.is_zero() {
        tracing::info!("Waiting up to {} s for another bellhop to let go of `{}`", patience.as_secs(), path.display());
        while matches!(locked, Err(TryLockError::WouldBlock)) && Instant::now() < end {
            tokio::time::sleep(LOCK_ASKED_EVERY).await;
            locked = file.try_lock();
        }
    }
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "The database `{}` is in use by another running bellhop, which holds `{}`. Stop that one first, start this one with \
             --take-over, give it another `store.url`, or let both use PostgreSQL.",
            path.display(),
            name.display()
        ),
        Err(TryLockError::Error(err)) => {
            Err(err).with_context(|| format!("`{}` cannot be locked. Put the database on a local disk.", name.display()))
        }
    }
}

/// Bots share this lock, on every connection, for as long as they run: a restore holds it alone.
const SHARED: &str = "SELECT pg_advisory_lock_shared(1650814060, hashtext(COALESCE(current_schema(), '')))";
/// Waits until no bot runs on this database; then none will until the connection ends.
pub(super) const ALONE: &str = "SELECT pg_advisory_lock(1650814060, hashtext(COALESCE(current_schema(), '')))";

/// How to connect, and what to call the database in a sentence: a URL may hold a password.
pub(super) fn server_options(url: &str) -> anyhow::Result<(PgConnectOptions, String)> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| anyhow::anyhow!("`store.url` cannot be read. Write it like `postgres://USER:PASSWORD@HOST:5432/DATABASE`."))?
        .application_name("bellhop")
        .disable_statement_logging();
    let shown = format!(
        "The PostgreSQL database `{}` at {}:{}",
        options.get_database().unwrap_or("?"),
        options.get_host(),
        options.get_port()
    );
    Ok((options, shown))
}

/// A bot that stops in the middle of a transaction (paused, cut off) would keep its rows from the others.
///
/// Statements are planned once, most while their tables are empty. Reading the whole of an empty table is quickest, and that plan
/// stays until the server analyzes the table, which takes up to a minute: long enough to read 47,000 rows for each 128 names. So what has an
/// index goes by it from the beginning. What has none is taken for dear then, and would be compiled to machine code each time.
/// <https://www.postgresql.org/docs/current/runtime-config-query.html>
const SESSION: &str = "SET idle_in_transaction_session_timeout = '15s'; SET enable_seqscan = off; SET jit = off";
/// The same few statements over and over: each is planned once, and then when `Tx::plan_anew` says so.
const AHEAD: &str = "SET plan_cache_mode = force_generic_plan";

/// Connections of a bot, beside the writer's and the one that listens.
const POOL: u32 = 10;

async fn server(url: &str, holding: Holding, process: &str) -> anyhow::Result<Db> {
    let (options, shown) = server_options(url)?;
    let is_migrated = Arc::new(AtomicBool::new(false));
    let name = Arc::<str>::from(process);
    // Said on each new connection and not with it: a pooler that keeps sessions may refuse what it does not know.
    let connections = |at_most: u32, settings: &'static [&'static str]| {
        let (is_entered, name) = (Arc::clone(&is_migrated), Arc::clone(&name));
        PgPoolOptions::new().max_connections(at_most).acquire_timeout(Duration::from_secs(10)).after_connect(
            move |connection, _| {
                let (is_entered, name) = (Arc::clone(&is_entered), Arc::clone(&name));
                Box::pin(async move {
                    for settings in settings {
                        sqlx::raw_sql(*settings).execute(&mut *connection).await?;
                    }
                    if holding != Holding::Beside {
                        sqlx::query(SHARED).execute(&mut *connection).await?;
                        presence::hold(connection, &name).await?;
                        if is_entered.load(Ordering::Relaxed) {
                            presence::enter(connection, &name).await?;
                        }
                    }
                    Ok(())
                })
            },
        )
    };
    let ahead = connections(1, &[SESSION, AHEAD]).connect_lazy_with(options.clone());
    let pool = connections(POOL, &[SESSION]).connect_with(options).await.with_context(|| {
        format!("{shown} cannot be reached. Check `store.url`, and that the server runs and lets this user in.")
    })?;
    POSTGRES.run(&pool).await.map_err(|err| migration(&shown, err))?;
    if holding != Holding::Beside {
        // The first connection was there before the table was.
        presence::enter(&mut *pool.acquire().await?, process).await?;
        is_migrated.store(true, Ordering::Relaxed);
        // The first who waits for the writer does not wait for its connection.
        ahead.acquire().await.with_context(|| {
            format!(
                "{shown} lets a first connection in and no second one. A bot has up to {} of them: raise the server's \
                 `max_connections`, or this user's CONNECTION LIMIT.",
                POOL + 2
            )
        })?;
    }
    Ok(Db::Pg { pool, ahead })
}

pub(super) fn migration(what: &str, err: MigrateError) -> anyhow::Error {
    match err {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => anyhow::anyhow!(
            "{what} was written by a newer bellhop (its schema is at version {version}; this binary knows {}). Run that newer \
             version, or restore a backup from before the upgrade.",
            SQLITE.iter().map(|it| it.version).max().unwrap_or_default()
        ),
        MigrateError::VersionMismatch(version) => anyhow::anyhow!(
            "{what} has a schema of another build (migration {version} differs). Run the bellhop that created it."
        ),
        err => anyhow::Error::new(err)
            .context(format!("{what} could not be brought up to date. Nothing was changed by the failed step.")),
    }
}

/// The database's own id, drawn when it is first opened.
pub(super) async fn instance(db: &Db) -> anyhow::Result<Uuid> {
    let write = || match db {
        Db::Sqlite { write, .. } => Executor::Sqlite(write),
        Db::Pg { pool, .. } => Executor::Pg(pool),
    };
    let read = || sql("SELECT value FROM meta WHERE name = 'instance'").first(write());
    let row = match read().await? {
        Some(row) => row,
        None => {
            sql("INSERT INTO meta (name, value) VALUES ('instance', $1) ON CONFLICT (name) DO NOTHING")
                .bind(Uuid::new_v4().to_string())
                .execute(write())
                .await?;
            read().await?.context("The database did not keep its own id.")?
        }
    };
    row.text(0)?.parse().context("The database's id in table `meta` is not a UUID. Restore a backup.")
}
