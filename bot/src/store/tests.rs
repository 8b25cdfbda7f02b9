//! Opening, refusing, migrating and pruning.

use std::{fs, path::Path, sync::Arc, time::Duration};

use expect_test::{Expect, expect};
use sqlx::AssertSqlSafe;

use super::{
    DELIVERIES_KEPT, Db, Dialect, ManualClock, Pruned, Store, migrations, sql,
    testing::{Bench, empty_on_each, on_each, start},
};

/// The sentence that opening `url` is refused with; the test's folder is called `DIR`.
async fn refuses(url: &str, folder: &Path, expected: Expect) {
    let err = Store::open(url).await.expect_err("refused");
    expected.assert_eq(&err.to_string().replace(&folder.display().to_string(), "DIR"));
}

#[tokio::test]
async fn what_cannot_be_opened_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    fs::write(dir.join("notes.txt"), "not a database, but long enough to be looked at as one; ".repeat(100)).expect("a file");
    let at = |name: &str| format!("sqlite://{}", dir.join(name).display());
    refuses(
        "mysql://ana:hunter2@localhost/x",
        dir,
        expect!["`store.url` is neither `sqlite://PATH` nor `postgres://USER@HOST/DATABASE`. Write one of the two."],
    )
    .await;
    refuses(
        "sqlite://",
        dir,
        expect!["`store.url` names no file. Write the path after `sqlite://`, such as `sqlite://bellhop.db`."],
    )
    .await;
    refuses(&at(""), dir, expect!["`DIR/` is a folder. Name a file in it in `store.url`, such as `sqlite://DIR/bellhop.db`."])
        .await;
    refuses(&at("missing/bellhop.db"), dir, expect!["The database `DIR/missing/bellhop.db` cannot be created or opened: `DIR/missing` must be a folder that exists and that this user can write to."]).await;
    refuses(&at("notes.txt"), dir, expect!["The database `DIR/notes.txt` cannot be opened. `store.url` must name a SQLite database, or a new file in a folder that this user can write to."]).await;
    refuses("postgres://ana:hunter2@127.0.0.1:1/bellhop", dir, expect!["The PostgreSQL database `bellhop` at 127.0.0.1:1 cannot be reached. Check `store.url`, and that the server runs and lets this user in."]).await;
}

#[tokio::test]
async fn a_file_belongs_to_one_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("bellhop.db").display());
    let first = Store::open(&url).await.expect("opened");
    refuses(&url, folder.path(), expect!["The database `DIR/bellhop.db` is in use by another running bellhop, which holds `DIR/bellhop.db.lock`. Stop that one first, start this one with --take-over, give it another `store.url`, or let both use PostgreSQL."]).await;
    let instance = first.instance();
    first.close().await;
    drop(first);
    assert_eq!(Store::open(&url).await.expect("opened again").instance(), instance);
}

#[tokio::test]
async fn of_any_number_of_rows_each_is_written_and_none_besides() {
    on_each(|bench| async move {
        for count in [1, 2, 3, 5, 63, 64, 65, 130] {
            let names: Vec<String> = (0..count).map(|nth| format!("{count}/{nth:03}")).collect();
            let mut tx = bench.store.begin().await.expect("a transaction");
            tx.set_cursors(names.iter().map(|it| (it.as_str(), "kept"))).await.expect("written");
            tx.commit().await.expect("committed");
            let mut found = bench.store.cursors(&names).await.expect("read");
            found.sort_unstable();
            assert_eq!(found, names.iter().map(|it| (it.clone(), "kept".to_owned())).collect::<Vec<_>>());
        }
        let rows = sql("SELECT COUNT(*), COUNT(DISTINCT name) FROM cursor").first(bench.store.read()).await.expect("read");
        let row = rows.expect("a row");
        assert_eq!((row.int(0).expect("a number"), row.int(1).expect("a number")), (333, 333));
    })
    .await;
}

#[tokio::test]
async fn memory_is_a_database_too() {
    let store = Store::open("sqlite::memory:").await.expect("opened");
    let mut tx = store.begin().await.expect("a transaction");
    tx.set_cursor("a", "1").await.expect("set");
    tx.set_cursor("a", "2").await.expect("set");
    tx.commit().await.expect("a commit");
    assert_eq!(store.cursor("a").await.expect("a read"), Some("2".into()));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    on_each(|bench| async move {
        let row = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, ";
        let bytes = if bench.store.dialect() == Dialect::Sqlite { "x'00', 0)" } else { "'\\x00', 0)" };
        let mut tx = bench.store.begin().await.expect("a transaction");
        sql(format!("{row}{bytes}")).execute(&mut tx).await.expect("a later migration");
        tx.commit().await.expect("a commit");
        bench.store.close().await;
        let (url, clock) = (bench.url, bench.clock);
        drop(bench.store);
        let err = Store::open_with(&url, clock).await.expect_err("refused").to_string();
        let newest = migrations::SQLITE.iter().map(|it| it.version).max().expect("migrations");
        let expected = format!(
            "was written by a newer bellhop (its schema is at version 9999; this binary knows {newest}). Run that newer version, or \
             restore a backup from before the upgrade."
        );
        assert!(err.ends_with(&expected), "{err}");
    })
    .await;
}

#[test]
fn both_databases_have_the_same_migrations_each_with_data() {
    let names = |migrator: &sqlx::migrate::Migrator| -> Vec<String> {
        migrator.iter().map(|it| format!("{:04}_{}.sql", it.version, it.description.replace(' ', "_"))).collect()
    };
    let all = names(&migrations::SQLITE);
    assert_eq!(all, names(&migrations::POSTGRES));
    for folder in ["sqlite", "postgres", "data"] {
        assert_eq!(all, files(folder).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), "in migrations/{folder}");
    }
}

/// What is in a folder of the migrations, in order; in `data`, the rows that belong to each.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(folder);
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .expect("a folder of migrations")
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().into_string().expect("a name"), fs::read_to_string(entry.path()).expect("SQL"))
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn migrations_keep_the_rows_that_are_there() {
    empty_on_each(|db| async move {
        for (name, rows) in files("data") {
            let version = name.split('_').next().and_then(|it| it.parse().ok()).expect("a file's name begins with its version");
            match &db {
                Db::Sqlite { write, .. } => {
                    migrations::SQLITE.run_to(version, write).await.expect("migrated");
                    sqlx::raw_sql(AssertSqlSafe(rows)).execute(write).await.expect("rows");
                }
                Db::Pg { pool, .. } => {
                    migrations::POSTGRES.run_to(version, pool).await.expect("migrated");
                    sqlx::raw_sql(AssertSqlSafe(rows.replace("x'", "'\\x"))).execute(pool).await.expect("rows");
                }
            }
        }
        let count = sql("SELECT (SELECT COUNT(*) FROM job) + (SELECT COUNT(*) FROM job_history) + (SELECT COUNT(*) FROM secret)");
        let rows = match &db {
            Db::Sqlite { write, .. } => count.first(super::Executor::Sqlite(write)).await,
            Db::Pg { pool, .. } => count.first(super::Executor::Pg(pool)).await,
        };
        assert_eq!(rows.expect("rows").expect("a row").int(0).expect("a number"), 8);
    })
    .await;
}

#[tokio::test]
async fn the_schema_refuses_what_cannot_be() {
    on_each(|bench| async move {
        let job = |columns: &str, values: &str| {
            sql(format!(
                "INSERT INTO job (kind, priority, payload, run_at, created_at{columns}) VALUES ('run', 1, '{{}}', 0, 0{values})"
            ))
        };
        for (columns, values) in [
            (", state", ", 'asleep'"),
            (", state", ", 'leased'"),
            (", boot", ", 'b'"),
            (", attempts", ", -1"),
            (", blocked", ", 2"),
        ] {
            let mut tx = bench.store.begin().await.expect("a transaction");
            let err = job(columns, values).execute(&mut tx).await.expect_err(values);
            assert!(err.as_database_error().is_some_and(|err| err.is_check_violation()), "{columns}{values}: {err}");
        }
        let mut tx = bench.store.begin().await.expect("a transaction");
        let dead = "INSERT INTO job_history (id, kind, priority, payload, state, attempts, created_at, ended_at)
                    VALUES (1, 'run', 1, '{}', 'dead', 1, 0, 0)";
        sql(dead).execute(&mut tx).await.expect_err("a dead letter has a reason");
    })
    .await;
}

#[tokio::test]
async fn what_is_dropped_is_rolled_back_and_readers_do_not_wait() {
    on_each(|bench| async move {
        let mut tx = bench.store.begin().await.expect("a transaction");
        tx.set_cursor("a", "1").await.expect("set");
        assert_eq!(bench.store.cursor("a").await.expect("a read during a write"), None);
        drop(tx);
        let mut tx = bench.store.begin().await.expect("the next transaction");
        let row = sql("SELECT COUNT(*) FROM cursor").first(&mut tx).await.expect("rows").expect("a row");
        assert_eq!(row.int(0).expect("a number"), 0);
    })
    .await;
}

#[tokio::test]
async fn cursors_that_many_ask_for_at_once_reach_each_who_asked() {
    on_each(|bench| async move {
        let mut tx = bench.store.begin().await.expect("a transaction");
        for n in (0..700).step_by(2) {
            tx.set_cursor(&format!("c{n}"), &n.to_string()).await.expect("set");
        }
        tx.commit().await.expect("a commit");
        let ask = |n: usize| {
            let store = bench.store.clone();
            let names = [format!("c{n}"), format!("c{}", n + 1), format!("c{n}"), "shared".to_owned()];
            async move { store.cursors(&names).await }
        };
        let answers = futures::future::join_all((0..700).map(ask)).await;
        for (n, found) in answers.into_iter().enumerate() {
            let even = n + n % 2;
            let expected = if even < 700 { vec![(format!("c{even}"), even.to_string())] } else { Vec::new() };
            assert_eq!(found.expect("read"), expected);
        }
        assert_eq!(bench.store.cursors(&[]).await.expect("read"), []);
        // Whoever gave up does not keep the answer from others.
        drop(tokio::spawn(ask(1)));
        assert_eq!(ask(0).await.expect("read").len(), 1);
        bench.store.close().await;
        for refused in futures::future::join_all((0..3).map(ask)).await {
            refused.expect_err("the database is closed");
        }
    })
    .await;
}

#[tokio::test]
async fn old_rows_are_dropped_and_dead_letters_never() {
    on_each(|bench| async move {
        let (old, now) = (start().as_microsecond(), (start() + DELIVERIES_KEPT + Duration::from_secs(1)).as_microsecond());
        let mut tx = bench.store.begin().await.expect("a transaction");
        for n in 0..1200 {
            let delivery = sql("INSERT INTO delivery (source, key, body, received_at) VALUES ('slack', $1, $2, $3)");
            let at = if n < 1100 { old } else { now };
            delivery.bind(n.to_string()).bind(vec![1_u8]).bind(at).execute(&mut tx).await.expect("a delivery");
        }
        for (id, state) in [(1, "done"), (2, "dead"), (3, "cancelled")] {
            sql("INSERT INTO job_history (id, kind, priority, payload, state, attempts, created_at, ended_at, reason)
                 VALUES ($1, 'run', 1, '{}', $2, 1, $3, $3, 'r')")
            .bind(id)
            .bind(state)
            .bind(old)
            .execute(&mut tx)
            .await
            .expect("an ended job");
        }
        tx.commit().await.expect("a commit");
        bench.clock.advance(DELIVERIES_KEPT + Duration::from_secs(1));
        assert_eq!(bench.store.prune().await.expect("pruned"), Pruned { deliveries: 1100, ..Pruned::default() });
        bench.clock.advance(Duration::from_hours(24 * 365));
        assert_eq!(bench.store.prune().await.expect("pruned"), Pruned { deliveries: 100, jobs: 2, ..Pruned::default() });
        let left = sql("SELECT state FROM job_history").all(bench.store.read()).await.expect("rows");
        assert_eq!(left.iter().map(|row| row.text(0).expect("text")).collect::<Vec<_>>(), ["dead"]);
    })
    .await;
}

#[tokio::test]
async fn a_bot_that_stands_still_in_a_transaction_does_not_keep_its_rows() {
    on_each(|bench| async move {
        if bench.store.dialect() == Dialect::Postgres {
            let row = sql("SHOW idle_in_transaction_session_timeout").first(bench.store.read()).await.expect("an answer");
            assert_eq!(row.expect("a row").text(0).expect("text"), "15s");
        }
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_turned_wakes_who_waits() {
    let bench = Bench::sqlite().await;
    let clock: Arc<ManualClock> = Arc::clone(&bench.clock);
    let waiting = tokio::spawn({
        let clock = bench.store.clock();
        async move { clock.wait_until(start() + Duration::from_secs(5)).await }
    });
    clock.advance(Duration::from_secs(4));
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    clock.advance(Duration::from_secs(1));
    waiting.await.expect("woken");
}

#[tokio::test]
async fn who_writes_for_many_waits_for_one_other_at_most() {
    on_each(|bench| async move {
        // A server has connections for ten.
        if bench.store.dialect() == Dialect::Postgres {
            return;
        }
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let enters = |is_ahead: bool| {
            let (store, told) = (bench.store.clone(), told.clone());
            tokio::spawn(async move {
                let tx = if is_ahead { store.begin_ahead().await } else { store.begin().await };
                told.send(is_ahead).expect("somebody hears");
                tx.expect("a transaction").rollback().await.expect("it ends");
            })
        };
        let held = bench.store.begin().await.expect("a transaction");
        let mut all: Vec<_> = (0..5).map(|_| enters(false)).collect();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        all.push(enters(true));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        held.rollback().await.expect("it ends");
        for one in all {
            one.await.expect("no panic");
        }
        let order: Vec<bool> = std::iter::from_fn(|| order.try_recv().ok()).collect();
        assert_eq!(order, [false, true, false, false, false, false]);
    })
    .await;
}
