//! Databases for tests: every story runs on SQLite, and on PostgreSQL where there is one.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, sqlite::SqlitePoolOptions};
use tempfile::TempDir;
use uuid::Uuid;

use super::{Db, Dialect, ManualClock, Store, Tx, sql};

/// A new, empty database with a clock that stands still.
pub(crate) struct Bench {
    pub store: Store,
    pub clock: Arc<ManualClock>,
    /// What opens the same database again.
    pub url: String,
    /// Where the SQLite file is.
    pub folder: Option<TempDir>,
}

pub(crate) fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("a time")
}

impl Bench {
    pub async fn sqlite() -> Bench {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let url = format!("sqlite://{}", folder.path().join("bellhop.db").display());
        Bench::open(url, Some(folder)).await
    }

    async fn open(url: String, folder: Option<TempDir>) -> Bench {
        let clock = Arc::new(ManualClock::at(start()));
        let store = Store::open_with(&url, clock.clone()).await.expect("an open database");
        Bench { store, clock, url, folder }
    }

    /// Begins a transaction that keeps all others from being written until it ends, and fails none.
    pub async fn hold_up(&self) -> Tx {
        let mut tx = self.store.begin().await.expect("a transaction");
        // SQLite has one that writes.
        if self.store.dialect() == Dialect::Postgres {
            sql("LOCK TABLE delivery, job IN ACCESS EXCLUSIVE MODE").execute(&mut tx).await.expect("a lock");
        }
        tx
    }
}

/// Runs `story` on each database, each time on a new one. PostgreSQL is the one that
/// `BELLHOP_TEST_PG` (a URL) names, in a schema of the test's own.
pub(crate) async fn on_each<F: Future<Output = ()>>(story: impl Fn(Bench) -> F) {
    let mut bench = Bench::sqlite().await;
    // A story that does not mention the folder would drop it before it begins.
    let folder = bench.folder.take();
    story(bench).await;
    drop(folder);
    if let Some(schema) = Schema::create().await {
        story(Bench::open(schema.url.clone(), None).await).await;
        schema.drop().await;
    }
}

/// The same, on databases without any tables.
pub(crate) async fn empty_on_each<F: Future<Output = ()>>(story: impl Fn(Db) -> F) {
    let write = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.expect("a database");
    story(Db::Sqlite { read: write.clone(), write }).await;
    if let Some(schema) = Schema::create().await {
        let pool = PgPool::connect(&schema.url).await.expect("a database");
        story(Db::Pg { pool: pool.clone(), ahead: pool.clone() }).await;
        pool.close().await;
        schema.drop().await;
    }
}

/// A PostgreSQL schema of a test's own. One of a test that failed stays to be looked at.
pub(crate) struct Schema {
    name: String,
    pub url: String,
    admin: PgConnection,
}

impl Schema {
    pub async fn create() -> Option<Schema> {
        let Ok(server) = std::env::var("BELLHOP_TEST_PG") else {
            eprintln!("PostgreSQL part skipped: BELLHOP_TEST_PG is not set");
            return None;
        };
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(&server).await.expect("the PostgreSQL of BELLHOP_TEST_PG");
        sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&mut admin).await.expect("a schema");
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={name}");
        Some(Schema { name, url, admin })
    }

    pub async fn drop(mut self) {
        let text = format!("DROP SCHEMA {} CASCADE", self.name);
        let is_deadlock = |err: &sqlx::Error| err.as_database_error().and_then(|it| it.code()).is_some_and(|it| it == "40P01");
        // Workers that nobody waits for may be at their last transaction.
        for _ in 0..5 {
            match sqlx::query(AssertSqlSafe(text.clone())).execute(&mut self.admin).await {
                Err(err) if is_deadlock(&err) => (),
                dropped => {
                    dropped.expect("no schema");
                    return;
                }
            }
        }
        panic!("somebody goes on working in {}", self.name);
    }
}
