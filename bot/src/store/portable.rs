//! A database as one file that either database can be filled from.
//!
//! The file is a SQLite database with this project's own SQLite schema, at the version of the database
//! it was taken from: both databases have the same tables and columns under the same numbers, and know
//! integers, text and bytes only. What is copied is read off the schema, so that a new table is in
//! every backup without being named here. One table more, `backup`, says what the file is.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::open;

/// Where a database is.
pub(super) enum Place {
    File(PathBuf),
    Server { options: Box<PgConnectOptions>, shown: String },
}

impl Place {
    /// Reads `store.url`.
    pub(super) fn of(url: &str) -> anyhow::Result<Place> {
        match url.split_once(':') {
            Some(("sqlite", ":memory:")) => bail!("a database in memory cannot be backed up or restored"),
            Some(("sqlite", path)) => Ok(Place::File(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))),
            _ => {
                let (options, shown) = open::server_options(url)?;
                Ok(Place::Server { options: Box::new(options), shown })
            }
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::File(path) => write!(f, "The database `{}`", path.display()),
            Place::Server { shown, .. } => f.write_str(shown),
        }
    }
}

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    pub taken_at: Timestamp,
    /// `sqlite` or `postgres`.
    pub from: String,
    /// The version of the program that took it.
    pub bellhop: String,
    /// The number of the newest migration in it.
    pub schema: i64,
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
}

impl Facts {
    /// All rows.
    pub fn total(&self) -> i64 {
        self.rows.values().sum()
    }

    pub(super) async fn write(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        sqlx::raw_sql("CREATE TABLE backup (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
            .execute(&mut *connection)
            .await?;
        let own = [
            ("taken_at", self.taken_at.to_string()),
            ("from", self.from.clone()),
            ("bellhop", self.bellhop.clone()),
            ("schema", self.schema.to_string()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let rows = self.rows.iter().map(|(table, rows)| (format!("rows:{table}"), rows.to_string()));
        for (name, value) in own.chain(rows) {
            sqlx::query("INSERT INTO backup (name, value) VALUES (?, ?)")
                .bind(name)
                .bind(value)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn read(connection: &mut SqliteConnection) -> anyhow::Result<Facts> {
        let rows = sqlx::query("SELECT name, value FROM backup").fetch_all(connection).await?;
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        for row in rows {
            all.insert(row.try_get(0)?, row.try_get(1)?);
        }
        let of = |name: &str| all.get(name).with_context(|| format!("it does not say `{name}`"));
        let mut counts = BTreeMap::new();
        for (name, value) in &all {
            if let Some(table) = name.strip_prefix("rows:") {
                counts.insert(table.to_owned(), value.parse()?);
            }
        }
        Ok(Facts {
            taken_at: of("taken_at")?.parse()?,
            from: of("from")?.clone(),
            bellhop: of("bellhop")?.clone(),
            schema: of("schema")?.parse()?,
            rows: counts,
        })
    }
}

/// A table to be copied.
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The column that the database itself counts up, and never uses a number of again.
    pub counted: Option<String>,
}

pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
}

/// All that columns of both databases hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bytes,
}

/// A value on its way from one database to the other.
pub(super) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Table {
    /// `"id", "kind"`
    pub(super) fn names(&self) -> String {
        self.columns.iter().map(|it| format!("\"{}\"", it.name)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn values_of_sqlite(&self, row: &SqliteRow) -> sqlx::Result<Vec<Value>> {
        let read = |(at, column): (usize, &Column)| {
            Ok(match column.kind {
                Kind::Int => Value::Int(row.try_get(at)?),
                Kind::Text => Value::Text(row.try_get(at)?),
                Kind::Bytes => Value::Bytes(row.try_get(at)?),
            })
        };
        self.columns.iter().enumerate().map(read).collect()
    }

    pub(super) fn values_of_postgres(&self, row: &PgRow) -> sqlx::Result<Vec<Value>> {
        let read = |(at, column): (usize, &Column)| {
            Ok(match column.kind {
                Kind::Int => Value::Int(row.try_get(at)?),
                Kind::Text => Value::Text(row.try_get(at)?),
                Kind::Bytes => Value::Bytes(row.try_get(at)?),
            })
        };
        self.columns.iter().enumerate().map(read).collect()
    }
}

/// The tables of a SQLite file, each after those that its rows refer to.
pub(super) async fn tables(connection: &mut SqliteConnection) -> anyhow::Result<Vec<Table>> {
    let rows = sqlx::query(
        "SELECT name, sql FROM main.sqlite_schema
         WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' AND name NOT IN ('_sqlx_migrations', 'backup') ORDER BY name",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut waiting = Vec::new();
    for row in rows {
        let (name, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let of_columns = sqlx::query("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid").bind(&name);
        let mut table = Table { name: name.clone(), columns: Vec::new(), counted: None };
        for row in of_columns.fetch_all(&mut *connection).await? {
            let (column, kind, key): (String, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if key == 1 && text.contains("AUTOINCREMENT") {
                table.counted = Some(column.clone());
            }
            let kind = match kind.as_str() {
                "INTEGER" => Kind::Int,
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Bytes,
                other => bail!("the column {column} of table {name} is {other}, which cannot be copied"),
            };
            table.columns.push(Column { name: column, kind });
        }
        let parents = sqlx::query("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?)").bind(&name);
        let parents = parents.fetch_all(&mut *connection).await?;
        let parents = parents.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<String>>>()?;
        waiting.push((table, parents));
    }
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_free = |(table, parents): &(Table, Vec<String>)| {
            parents.iter().all(|parent| *parent == table.name || ordered.iter().any(|it| it.name == *parent))
        };
        let at = waiting.iter().position(is_free).context("tables refer to each other in a circle")?;
        ordered.push(waiting.remove(at).0);
    }
    Ok(ordered)
}

/// The newest migration in the file or database that `rows` of `_sqlx_migrations` (version, checksum)
/// come from, if this program has all of them.
///
/// # Errors
/// With the sentence about a newer, or another, bellhop.
pub(super) fn schema_of(what: &str, rows: &[(i64, Vec<u8>)], known: &Migrator) -> anyhow::Result<i64> {
    let newest = rows.iter().map(|it| it.0).max().with_context(|| format!("{what} has no schema of bellhop's."))?;
    for (version, checksum) in rows {
        match known.iter().find(|it| it.version == *version) {
            None => bail!(
                "{what} was written by a newer bellhop (its schema is at version {newest}; this binary knows {}). Use that newer \
                 version.",
                known.iter().map(|it| it.version).max().unwrap_or_default()
            ),
            Some(migration) if migration.checksum.as_ref() != checksum.as_slice() => {
                bail!("{what} has a schema of another build (migration {version} differs). Use the bellhop that wrote it.")
            }
            Some(_) => {}
        }
    }
    Ok(newest)
}

/// Opens a SQLite file with no more than the given options; nothing is created.
pub(super) async fn connect(path: &Path, options: &str) -> sqlx::Result<SqliteConnection> {
    // Only the query string is parsed: a path may hold any character.
    let options = SqliteConnectOptions::from_str(&format!("sqlite://x{options}"))?
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(false)
        .busy_timeout(std::time::Duration::from_secs(5))
        .disable_statement_logging();
    SqliteConnection::connect_with(&options).await
}

/// The migrations that a SQLite file went through.
pub(super) async fn migrations(connection: &mut SqliteConnection) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version").fetch_all(connection);
    rows.await?.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// What is wrong with a SQLite file inside, if anything.
pub(super) async fn damage(connection: &mut SqliteConnection) -> sqlx::Result<Option<String>> {
    let checked = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
    let said: String = checked.try_get(0)?;
    if said != "ok" {
        return Ok(Some(said));
    }
    let astray = sqlx::query("PRAGMA foreign_key_check").fetch_optional(connection).await?;
    Ok(match astray {
        Some(row) => Some(format!("table {} refers to rows that are not there", row.try_get::<String, _>(0)?)),
        None => None,
    })
}

pub(super) async fn count(connection: &mut SqliteConnection, table: &str) -> sqlx::Result<i64> {
    sqlx::query(AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\""))).fetch_one(connection).await?.try_get(0)
}
