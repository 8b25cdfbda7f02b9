//! Putting a backup in place, so that nothing old is sent again.
//!
//! The backup is copied, the copy brought up to date and settled (what was under way becomes a dead
//! letter, what repeats begins anew), and only then put in place at once: on SQLite by a rename, on
//! PostgreSQL in one transaction. Whatever goes wrong before leaves the target as it was.

mod fill;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};

use super::{
    Clock, Store, Time, Tx,
    backup::{Part, Watch, sync_folder},
    migrations, open,
    portable::{self, Facts, Place},
    sql,
};

/// What to do about rows that a server's database holds already. A file is kept beside the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupied {
    Refuse,
    Replace,
}

/// What becomes of the file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Old {
    /// It holds what somebody may miss.
    Kept,
    Dropped,
}

/// Job numbers go on so far after the last one of the backup: the lost time's numbers stand in old
/// messages, whose buttons must not mean another job.
const NUMBERS_SKIPPED: i64 = 100_000;

/// A backup on its way back, as a store of its own that nobody else sees yet.
pub struct Restoring {
    pub facts: Facts,
    store: Store,
    // Dropped last: the copy goes when everything else is done with it.
    target: Target,
    copy: Part,
}

enum Target {
    /// With its lock, which keeps bots away.
    File {
        path: PathBuf,
        old: Old,
        _lock: File,
    },
    Server {
        connection: Box<PgConnection>,
        shown: String,
    },
}

/// What restoring made of what was under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Jobs that are dead letters now.
    pub dead_letters: u64,
    /// Polls that begin anew.
    pub polls: u64,
}

/// What became of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where the SQLite file that was there is kept.
    pub replaced: Option<PathBuf>,
}

impl Restoring {
    /// Checks `file` and the target at `url`, and makes the copy.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file, or in the way at the target.
    pub async fn begin(file: &Path, url: &str, occupied: Occupied, clock: Arc<dyn Clock>) -> anyhow::Result<Restoring> {
        let facts = check(file).await?;
        let (target, beside) = match Place::of(url)? {
            Place::File(path) => (claim_file(&path).await?, path),
            Place::Server { options, shown } => {
                let connection = options.connect().await;
                let connection =
                    connection.with_context(|| format!("{shown} cannot be reached. Check `store.url`, and that it runs."))?;
                (claim_server(connection, shown, occupied).await?, std::env::temp_dir().join("bellhop.db"))
            }
        };
        let copy = Part::create(&beside, "restore").context("there is no place for a copy of the backup")?;
        let (from, to) = (file.to_owned(), copy.0.clone());
        let copying = tokio::task::spawn_blocking(move || -> io::Result<u64> {
            io::copy(&mut File::open(from)?, &mut OpenOptions::new().write(true).open(to)?)
        });
        copying.await?.with_context(|| format!("there is no room for a copy of the backup beside `{}`", beside.display()))?;
        let store = Store::opened(&format!("sqlite://{}", copy.0.display()), Time::Given(clock), open::Holding::Beside).await?;
        Ok(Restoring { facts, store, target, copy })
    }

    /// The copy.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Lets nothing that the backup holds be done by itself: see docs/operations.md.
    ///
    /// # Errors
    /// Those of the copy; the target is as it was.
    pub async fn settle(&self, tx: &mut Tx) -> sqlx::Result<Settled> {
        let now = tx.now();
        let taken = self.facts.taken_at.strftime("%Y-%m-%d %H:%M UTC");
        // What repeats begins anew from now: what happened in between would be told a second time.
        let polls = sql("DELETE FROM job WHERE kind = 'poll'").execute(&mut *tx).await?;
        sql("DELETE FROM cursor WHERE name LIKE 'poll:%'").execute(&mut *tx).await?;
        // So does what is read of a chat: what was said since the backup was done before.
        sql("DELETE FROM cursor WHERE name LIKE 'zulip:%'").execute(&mut *tx).await?;
        // And tasks that are kept the same: those of the lost time have no pair, and are known by their titles at a first look.
        sql("DELETE FROM cursor WHERE name LIKE 'sync:%'").execute(&mut *tx).await?;
        // The run that was under way told it when it ended.
        sql("UPDATE sync_pair SET untold = NULL WHERE untold IS NOT NULL").execute(&mut *tx).await?;
        let dead_letters = sql("INSERT INTO job_history
                 (id, kind, lane, priority, payload, state, attempts, created_at, ended_at, reason, unique_key)
             SELECT id, kind, lane, priority, payload, 'dead', attempts, created_at, $1,
                 CASE WHEN expires <= $1 THEN $2 ELSE $3 END || COALESCE('; its last try: ' || reason, ''), unique_key
             FROM job")
        .bind(now)
        .bind(format!("restored from the backup of {taken}, and it has expired since: it is not worth doing any more"))
        .bind(format!("restored from the backup of {taken}: it may have been done since; redrive it if it was not"))
        .execute(&mut *tx)
        .await?;
        sql("DELETE FROM job").execute(&mut *tx).await?;
        sql("UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = 'job'").bind(NUMBERS_SKIPPED).execute(&mut *tx).await?;
        // Nobody is paged for what fired before the backup: its timers are dead letters, and a new alert begins anew.
        sql("UPDATE escalation SET state = 'stopped', tick = tick + 1, due = NULL, changed_at = $1 WHERE state = 'running'")
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sql("UPDATE page SET state = 'off', changed_at = $1 WHERE state IN ('waiting', 'sending')")
            .bind(now)
            .execute(&mut *tx)
            .await?;
        // What was to be typed back has ended long ago.
        sql("DELETE FROM reach_code").execute(&mut *tx).await?;
        // Shifts have changed hands since: what is on call now is set, and not told as news. Nobody waits for an answer any more.
        sql("UPDATE oncall_state SET told = NULL").execute(&mut *tx).await?;
        sql("UPDATE oncall_swap SET state = 'expired', decided_at = $1 WHERE state = 'asked'")
            .bind(now)
            .execute(&mut *tx)
            .await?;
        // Who would have agreed then may not agree now.
        sql("DELETE FROM secret WHERE connection LIKE 'approval:%'").execute(&mut *tx).await?;
        sql("DELETE FROM planned").execute(&mut *tx).await?;
        sql("UPDATE approval SET state = 'expired', ended = $1 WHERE state = 'waiting'").bind(now).execute(&mut *tx).await?;
        // What was failing or silent then is found anew, and heartbeats are expected from their next one on: nobody beat here since.
        sql("DELETE FROM health_standing").execute(&mut *tx).await?;
        sql("UPDATE heartbeat SET state = CASE WHEN state = 'paused' THEN 'paused' ELSE 'new' END, started_at = NULL, overdue_at = NULL")
            .execute(&mut *tx)
            .await?;
        // Who begins to let the bot in begins anew. Of a renewal that was under way then nobody knows the end, which its row goes on saying.
        sql("DELETE FROM oauth_start").execute(&mut *tx).await?;
        // Whoever was let in then may have been sent away since.
        sql("DELETE FROM dashboard_session").execute(&mut *tx).await?;
        // Whoever held these is not there any more.
        sql("DELETE FROM duty").execute(&mut *tx).await?;
        sql("DELETE FROM process").execute(&mut *tx).await?;
        // What posts took from a chat's limits was written by another clock, perhaps one that is ahead.
        sql("DELETE FROM budget").execute(&mut *tx).await?;
        // What fired then may be over, and its timers are gone; what still fires is reported again, and is new.
        sql("UPDATE alert SET state = 'resolved', resolved_at = $1, resolved_by = 'a restored backup', firing = 0, paging = 0,
             repeat_at = NULL, flapping_until = NULL, holds_until = NULL, version = version + 1 WHERE state <> 'resolved'")
        .bind(now)
        .execute(&mut *tx)
        .await?;
        sql("UPDATE alert_instance SET is_firing = 0, since = $1 WHERE is_firing = 1").bind(now).execute(&mut *tx).await?;
        sql("DELETE FROM alert_event").execute(&mut *tx).await?;
        sql("DROP TABLE backup").execute(&mut *tx).await?;
        Ok(Settled { dead_letters, polls })
    }

    /// Puts the copy in place.
    ///
    /// # Errors
    /// The target is as it was.
    pub async fn finish(self, watch: Watch<'_>) -> anyhow::Result<Placed> {
        // The last to leave empties the write-ahead log into the file.
        self.store.close().await;
        drop(self.store);
        let placed = match self.target {
            Target::File { path, old, _lock } => {
                let replaced = put_file(&self.copy, &path, old).await?;
                Placed { replaced }
            }
            Target::Server { connection, shown } => {
                fill::fill(*connection, &self.copy, watch)
                    .await
                    .with_context(|| format!("{shown} could not be filled. It is as it was."))?;
                Placed { replaced: None }
            }
        };
        Ok(placed)
    }
}

/// Whether `file` is a whole backup that this program can read.
async fn check(file: &Path) -> anyhow::Result<Facts> {
    let shown = file.display();
    let mut header = [0; 32];
    let mut opened = File::open(file).with_context(|| format!("`{shown}` cannot be read."))?;
    let is_whole = opened.read_exact(&mut header).is_ok();
    if !is_whole || !header.starts_with(b"SQLite format 3\0") {
        bail!("`{shown}` is not a backup made by `bellhop backup`. Nothing was changed.");
    }
    // https://www.sqlite.org/fileformat2.html#the_database_header
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    let length = opened.seek(io::SeekFrom::End(0))?;
    if length < page * pages {
        bail!(
            "`{shown}` is cut short: {length} bytes of {} are there. Copy it again, or use another backup. Nothing was changed.",
            page * pages
        );
    }
    let damaged = |what: String| {
        anyhow::anyhow!("`{shown}` is damaged ({what}). Copy it again, or use another backup. Nothing was changed.")
    };
    let mut connection =
        portable::connect(file, "?mode=ro&immutable=true").await.map_err(|_| damaged("it cannot be opened".into()))?;
    let tables = sqlx::query("SELECT name FROM sqlite_schema WHERE name IN ('backup', '_sqlx_migrations')");
    let tables = tables.fetch_all(&mut connection).await.map_err(|_| damaged("its tables cannot be listed".into()))?;
    let has = |name: &str| tables.iter().any(|row| row.try_get::<String, _>(0).is_ok_and(|it| it == name));
    if !has("_sqlx_migrations") {
        bail!("`{shown}` is not a backup made by `bellhop backup`. Nothing was changed.");
    }
    if !has("backup") {
        bail!(
            "`{shown}` is a database of bellhop's, but not a backup: `store.url` can name it as it is. Nothing was changed. \
             `bellhop backup` makes backups."
        );
    }
    let migrations = portable::migrations(&mut connection).await.map_err(|_| damaged("its schema cannot be read".into()))?;
    let schema = portable::schema_of(&format!("The backup `{shown}`"), &migrations, &migrations::SQLITE)?;
    if let Some(damage) = portable::damage(&mut connection).await.unwrap_or_else(|err| Some(err.to_string())) {
        return Err(damaged(damage.lines().last().unwrap_or_default().to_owned()));
    }
    let facts = Facts::read(&mut connection).await.map_err(|err| damaged(err.to_string()))?;
    for (table, rows) in &facts.rows {
        let found = portable::count(&mut connection, table).await.unwrap_or_default();
        if found != *rows {
            return Err(damaged(format!("table {table} has {found} rows of {rows}")));
        }
    }
    connection.close().await?;
    if facts.schema != schema {
        return Err(damaged(format!("it says schema {}, and has {schema}", facts.schema)));
    }
    Ok(facts)
}

async fn claim_file(path: &Path) -> anyhow::Result<Target> {
    ensure!(!path.as_os_str().is_empty() && !path.is_dir(), "`store.url` must name a file, such as `sqlite://bellhop.db`.");
    let lock = open::lock(path, Duration::ZERO).await?;
    let rows = match portable::connect(path, "?mode=ro").await {
        Ok(mut connection) => held(&mut connection).await,
        Err(err) => Err(err.into()),
    };
    // What cannot be read may be worth mending.
    let old = if rows.is_ok_and(|it| it == 0) { Old::Dropped } else { Old::Kept };
    Ok(Target::File { path: path.to_owned(), old, _lock: lock })
}

/// Rows that somebody would miss. What a database knows of itself is in every new one.
/// Tables whose rows a bot writes by running alone: no loss to anybody.
const NOBODYS: [&str; 6] = ["meta", "duty", "budget", "health_sample", "health_hour", "health_standing"];

async fn held(connection: &mut sqlx::SqliteConnection) -> anyhow::Result<i64> {
    let mut rows = 0;
    for table in portable::tables(connection).await?.iter().filter(|it| !NOBODYS.contains(&it.name.as_str())) {
        rows += portable::count(connection, &table.name).await?;
    }
    Ok(rows)
}

async fn claim_server(mut connection: PgConnection, shown: String, occupied: Occupied) -> anyhow::Result<Target> {
    // The server needs a moment to notice that a bot has ended.
    sqlx::raw_sql("SET lock_timeout = '3s'").execute(&mut connection).await?;
    if let Err(err) = sqlx::query(open::ALONE).execute(&mut connection).await {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available
        let is_held = err.as_database_error().and_then(|it| it.code()).is_some_and(|code| code == "55P03");
        ensure!(!is_held, "{shown} is in use by a running bellhop. Nothing was changed. Stop every bot that uses it first.");
        return Err(err.into());
    }
    sqlx::raw_sql("SET lock_timeout = 0").execute(&mut connection).await?;
    migrations::POSTGRES.run(&mut connection).await.map_err(|err| open::migration(&shown, err))?;
    if occupied == Occupied::Refuse {
        let tables = sqlx::query(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()
             AND table_type = 'BASE TABLE' AND table_name NOT IN
                 ('_sqlx_migrations', 'meta', 'duty', 'budget', 'health_sample', 'health_hour', 'health_standing')",
        );
        let mut rows = 0;
        for row in tables.fetch_all(&mut connection).await? {
            let count = format!("SELECT COUNT(*) FROM \"{}\"", row.try_get::<String, _>(0)?);
            rows += sqlx::query(AssertSqlSafe(count)).fetch_one(&mut connection).await?.try_get::<i64, _>(0)?;
        }
        ensure!(
            rows == 0,
            "{shown} holds {rows} rows already. Nothing was changed. Restore into another database, or say --force: what is there is \
             deleted then."
        );
    }
    Ok(Target::Server { connection: Box::new(connection), shown })
}

/// Gives the copy the target's name, and keeps what had it unless that was found to be empty.
async fn put_file(copy: &Part, path: &Path, old: Old) -> anyhow::Result<Option<PathBuf>> {
    File::open(&copy.0)?.sync_all()?;
    let with = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let mut replaced = None;
    if path.exists() {
        let aside = with(path, &format!(".replaced-{}", Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ")));
        // Whatever its write-ahead log holds belongs to it, and not to the new file.
        if let Ok(mut there) = portable::connect(path, "").await {
            let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut there).await;
            let _ = there.close().await;
        }
        for ending in ["-wal", "-shm"].into_iter().filter(|it| with(path, it).exists()) {
            match old {
                Old::Dropped => fs::remove_file(with(path, ending))?,
                Old::Kept => fs::rename(with(path, ending), with(&aside, ending))?,
            }
        }
        if old == Old::Kept {
            // Not every file system has links; then there is a moment without a database.
            if fs::hard_link(path, &aside).is_err() {
                fs::rename(path, &aside)?;
            }
            replaced = Some(aside);
        }
    }
    fs::rename(&copy.0, path).with_context(|| format!("`{}` cannot be put in place", path.display()))?;
    sync_folder(path)?;
    Ok(replaced)
}

#[cfg(test)]
mod tests;
