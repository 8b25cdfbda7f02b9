//! Taking a backup while bots are at work.
//!
//! Everything is read in one transaction, so that the backup is the database as it was at one moment,
//! and nobody waits: on SQLite a reader keeps no writer waiting, on PostgreSQL neither. It is written
//! into a file beside the wanted one, read back, checked against what was counted, flushed, and only
//! then given its name: under that name there is a whole backup or none.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use futures::TryStreamExt;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, SqliteConnection};
use uuid::Uuid;

use super::{
    migrations,
    portable::{self, Facts, Kind, Place, Table, Value},
};

/// What to do about a file that has the wanted name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    Keep,
    Replace,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    pub table: &'a str,
    pub rows: i64,
}

/// Told of each table that is done.
pub type Watch<'a> = &'a (dyn Fn(Progress<'_>) + Send + Sync);

/// Rows that are written in one statement.
const AT_ONCE: usize = 100;

/// Backs the database at `url` up into `file`.
///
/// # Errors
/// A sentence that says what is in the way; then there is no new file.
pub async fn backup(url: &str, file: &Path, existing: Existing, watch: Watch<'_>) -> anyhow::Result<Facts> {
    if existing == Existing::Keep && file.exists() {
        bail!("`{}` exists already. Choose another name, or replace it with --force.", file.display());
    }
    let place = Place::of(url)?;
    let part = Part::create(file, "part").with_context(|| {
        format!("`{}` cannot be written. Choose a folder that exists and that this user can write to.", file.display())
    })?;
    let facts = match &place {
        Place::File(path) => from_sqlite(&place, path, &part, watch).await,
        Place::Server { options, .. } => {
            let connection = options.connect().await;
            let connection =
                connection.with_context(|| format!("{place} cannot be reached. Check `store.url`, and that it runs."))?;
            from_postgres(&place, connection, &part, watch).await
        }
    };
    let facts = facts.map_err(|err| full(err, file))?;
    verify(&part.0, &facts).await.map_err(|err| full(err, file))?;
    part.publish(file, existing).map_err(|err| match err.kind() {
        io::ErrorKind::AlreadyExists => {
            anyhow::anyhow!("`{}` was made by somebody else meanwhile. Choose another name.", file.display())
        }
        _ => anyhow::Error::new(err).context(format!("The backup cannot be given its name `{}`.", file.display())),
    })?;
    Ok(facts)
}

/// The sentence for a disk that does not take the backup.
fn full(err: anyhow::Error, file: &Path) -> anyhow::Error {
    // A migration's own error may stand around it.
    let of_database = err.chain().find_map(|it| it.downcast_ref::<sqlx::Error>()?.as_database_error());
    let code = of_database.and_then(|it| it.code()?.parse::<u32>().ok());
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match code.map(|code| code & 0xff) {
        Some(13) => anyhow::anyhow!(
            "There is no room for the backup in `{}`. Nothing was kept: free some, or choose another folder.",
            folder.display()
        ),
        Some(10) => anyhow::anyhow!(
            "The disk does not take the backup in `{}` (or does not give the database). Nothing was kept: look at the disk, or choose another folder.",
            folder.display()
        ),
        _ => err,
    }
}

/// A file that is not done yet: gone when this is dropped.
pub(super) struct Part(pub PathBuf);

impl Part {
    /// Beside `file`, for this user's eyes only.
    pub(super) fn create(file: &Path, ending: &str) -> io::Result<Part> {
        let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let part = Part(file.with_file_name(format!(".{}.{}.{ending}", name.to_string_lossy(), Uuid::new_v4().simple())));
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part.0)?;
        Ok(part)
    }

    fn publish(self, file: &Path, existing: Existing) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        match existing {
            Existing::Replace => fs::rename(&self.0, file)?,
            // Unlike a rename, this fails where somebody else was faster.
            Existing::Keep => match fs::hard_link(&self.0, file) {
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => return Err(err),
                // Not every file system has links.
                Err(_) => fs::rename(&self.0, file)?,
                Ok(()) => {}
            },
        }
        sync_folder(file)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(ending);
            // Most of them are not there.
            let _ = fs::remove_file(name);
        }
    }
}

/// Makes a new name in `file`'s folder survive a power cut.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// An empty database in `part`, with the tables of that version.
async fn prepare(part: &Part, schema: i64) -> anyhow::Result<Vec<Table>> {
    let mut connection = portable::connect(&part.0, "").await?;
    migrations::SQLITE.run_to(schema, &mut connection).await?;
    let tables = portable::tables(&mut connection).await?;
    connection.close().await?;
    Ok(tables)
}

fn facts(from: &str, schema: i64) -> Facts {
    let bellhop = env!("CARGO_PKG_VERSION").to_owned();
    Facts { taken_at: Timestamp::now(), from: from.into(), bellhop, schema, rows: Default::default() }
}

async fn from_sqlite(place: &Place, path: &Path, part: &Part, watch: Watch<'_>) -> anyhow::Result<Facts> {
    let connection = portable::connect(path, "").await;
    let mut connection =
        connection.with_context(|| format!("{place} cannot be opened. Check `store.url`, and that it was started once."))?;
    let migrations = portable::migrations(&mut connection).await;
    let migrations = migrations.with_context(|| format!("{place} is no database of bellhop's: it has no schema."))?;
    let schema = portable::schema_of(&place.to_string(), &migrations, &migrations::SQLITE)?;
    let tables = prepare(part, schema).await?;
    sqlx::query("ATTACH ? AS part").bind(part.0.to_string_lossy().as_ref()).execute(&mut connection).await?;
    // Flushed once, at the end; one that is interrupted is thrown away.
    sqlx::raw_sql("PRAGMA part.journal_mode = OFF; PRAGMA part.synchronous = OFF").execute(&mut connection).await?;
    let mut facts = facts("sqlite", schema);
    sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
    for table in &tables {
        let name = &table.name;
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT COUNT(*) FROM main.\"{name}\""))).fetch_one(&mut connection);
        let rows: i64 = rows.await?.try_get(0)?;
        // A migration may have put rows of its own there.
        sqlx::raw_sql(AssertSqlSafe(format!("DELETE FROM part.\"{name}\""))).execute(&mut connection).await?;
        // The same schema: SQLite copies whole pages, if no column is named.
        sqlx::raw_sql(AssertSqlSafe(format!("INSERT INTO part.\"{name}\" SELECT * FROM main.\"{name}\"")))
            .execute(&mut connection)
            .await?;
        facts.rows.insert(name.clone(), rows);
        watch(Progress { table: name, rows });
    }
    sqlx::raw_sql(
        "DELETE FROM part.sqlite_sequence; INSERT INTO part.sqlite_sequence SELECT * FROM main.sqlite_sequence; COMMIT",
    )
    .execute(&mut connection)
    .await?;
    sqlx::raw_sql("DETACH part").execute(&mut connection).await?;
    connection.close().await?;
    let mut connection = portable::connect(&part.0, "").await?;
    facts.write(&mut connection).await?;
    connection.close().await?;
    Ok(facts)
}

async fn from_postgres(place: &Place, mut source: PgConnection, part: &Part, watch: Watch<'_>) -> anyhow::Result<Facts> {
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut source).await?;
    let rows =
        sqlx::query("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version").fetch_all(&mut source);
    let rows = rows.await.with_context(|| format!("{place} is no database of bellhop's: it has no schema."))?;
    let migrations = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<Vec<_>>>()?;
    let schema = portable::schema_of(&place.to_string(), &migrations, &migrations::POSTGRES)?;
    let tables = prepare(part, schema).await?;
    let mut target = portable::connect(&part.0, "").await?;
    sqlx::raw_sql("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN").execute(&mut target).await?;
    let mut facts = facts("postgres", schema);
    for table in &tables {
        let rows = copy(&mut source, &mut target, table).await?;
        if let Some(column) = &table.counted {
            let last = last_number(&mut source, &table.name, column).await?;
            sqlx::query("DELETE FROM sqlite_sequence WHERE name = ?").bind(&table.name).execute(&mut target).await?;
            let insert = sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)").bind(&table.name).bind(last);
            insert.execute(&mut target).await?;
        }
        facts.rows.insert(table.name.clone(), rows);
        watch(Progress { table: &table.name, rows });
    }
    facts.write(&mut target).await?;
    sqlx::raw_sql("COMMIT").execute(&mut target).await?;
    target.close().await?;
    source.close().await?;
    Ok(facts)
}

async fn copy(source: &mut PgConnection, target: &mut SqliteConnection, table: &Table) -> anyhow::Result<i64> {
    sqlx::raw_sql(AssertSqlSafe(format!("DELETE FROM \"{}\"", table.name))).execute(&mut *target).await?;
    let column = |it: &portable::Column| match it.kind {
        Kind::Int => format!("\"{}\"::bigint", it.name),
        Kind::Text => format!("\"{}\"::text", it.name),
        Kind::Bytes => format!("\"{}\"", it.name),
    };
    let columns = table.columns.iter().map(column).collect::<Vec<_>>().join(", ");
    let select = format!("SELECT {columns} FROM \"{}\"", table.name);
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(source);
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(AT_ONCE);
    let mut total = 0;
    while let Some(row) = rows.try_next().await? {
        waiting.push(table.values_of_postgres(&row)?);
        total += 1;
        if waiting.len() == AT_ONCE {
            insert(target, table, std::mem::take(&mut waiting)).await?;
        }
    }
    if !waiting.is_empty() {
        insert(target, table, waiting).await?;
    }
    Ok(total)
}

async fn insert(target: &mut SqliteConnection, table: &Table, rows: Vec<Vec<Value>>) -> sqlx::Result<()> {
    let one = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let values = vec![one.as_str(); rows.len()].join(", ");
    let text = format!("INSERT INTO \"{}\" ({}) VALUES {values}", table.name, table.names());
    let query = sqlx::query(AssertSqlSafe(text)).persistent(rows.len() == AT_ONCE);
    let query = rows.into_iter().flatten().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    });
    query.execute(target).await?;
    Ok(())
}

/// The last number that the database gave to a row of this table.
async fn last_number(source: &mut PgConnection, table: &str, column: &str) -> anyhow::Result<i64> {
    let text = format!(
        "SELECT GREATEST(COALESCE(pg_sequence_last_value(pg_get_serial_sequence('\"{table}\"', '{column}')::regclass), 0),
                         COALESCE((SELECT MAX(\"{column}\") FROM \"{table}\"), 0))"
    );
    Ok(sqlx::query(AssertSqlSafe(text)).fetch_one(source).await?.try_get(0)?)
}

/// Reads the file back.
async fn verify(part: &Path, facts: &Facts) -> anyhow::Result<()> {
    let mut connection = portable::connect(part, "?mode=ro").await?;
    if let Some(damage) = portable::damage(&mut connection).await? {
        bail!("The backup that was written is damaged ({damage}). Nothing was kept: look at the disk, and try again.");
    }
    let migrations = portable::migrations(&mut connection).await?;
    let schema = portable::schema_of("The backup", &migrations, &migrations::SQLITE)?;
    let mut counted = Facts { schema, rows: Default::default(), ..facts.clone() };
    for table in portable::tables(&mut connection).await? {
        counted.rows.insert(table.name.clone(), portable::count(&mut connection, &table.name).await?);
    }
    anyhow::ensure!(counted == *facts, "The backup that was written does not hold what was read. Nothing was kept: try again.");
    connection.close().await?;
    Ok(())
}
