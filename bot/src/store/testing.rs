//! Databases for tests: every story runs on SQLite, and on PostgreSQL where there is one.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

use super::{ManualClock, Store};

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
}

/// Runs `story` on each database, each time on a new one. PostgreSQL is the one that
/// `BELLHOP_TEST_PG` (a URL) names, in a schema of the test's own.
pub(crate) async fn on_each<F: Future<Output = ()>>(story: impl Fn(Bench) -> F) {
    let mut bench = Bench::sqlite().await;
    // A story that does not mention the folder would drop it before it begins.
    let folder = bench.folder.take();
    story(bench).await;
    drop(folder);
    let Ok(server) = std::env::var("BELLHOP_TEST_PG") else {
        eprintln!("PostgreSQL part skipped: BELLHOP_TEST_PG is not set");
        return;
    };
    let schema = format!("test_{}", Uuid::new_v4().simple());
    let mut admin = PgConnection::connect(&server).await.expect("the PostgreSQL of BELLHOP_TEST_PG");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut admin).await.expect("a schema");
    let separator = if server.contains('?') { '&' } else { '?' };
    story(Bench::open(format!("{server}{separator}options[search_path]={schema}"), None).await).await;
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"))).execute(&mut admin).await.expect("no schema");
}
