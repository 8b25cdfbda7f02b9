//! A backup of each database, into each database.

use std::{fs, os::unix::fs::PermissionsExt};

use super::*;
use crate::store::{
    Dialect, ManualClock,
    backup::{Existing, backup},
    testing::{Bench, on_each, start},
};

/// A row in every table, a live job of every sort, one of whose ids is not the last that was given.
async fn fill_with_rows(store: &Store) {
    let mut tx = store.begin().await.expect("a transaction");
    for file in [
        "0001_delivery",
        "0002_forms_and_connections",
        "0003_shorthand",
        "0004_engine",
        "0005_schedules",
        "0006_slack_installs",
        "0028_oauth",
    ] {
        let path = format!("{}/../migrations/data/{file}.sql", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).expect("rows");
        let text: String = text.lines().filter(|it| !it.starts_with("--")).collect::<Vec<_>>().join("\n");
        for statement in text.split(";\n").map(str::trim).filter(|it| !it.is_empty() && !it.contains("INTO meta")) {
            let statement = match tx.dialect() {
                Dialect::Sqlite => statement.to_owned(),
                Dialect::Postgres => statement.replace("x'", "'\\x"),
            };
            sql(statement).execute(&mut tx).await.expect("a row");
        }
    }
    let poll = "INSERT INTO job (kind, priority, payload, run_at, created_at, unique_key)
                VALUES ('poll', 2, '{\"connection\":\"redmine\"}', 1, 1, 'poll:redmine')";
    sql(poll).execute(&mut tx).await.expect("a poll");
    sql("INSERT INTO cursor (name, value, updated_at) VALUES ('poll:redmine', 'x', 1)").execute(&mut tx).await.expect("a cursor");
    let expired = "INSERT INTO job (kind, priority, payload, run_at, created_at, expires, reason)
                   VALUES ('post', 1, '{\"name\":\"\u{e4}\"}', 1, 1, 2, '500')";
    sql(expired).execute(&mut tx).await.expect("a job that expires");
    sql("INSERT INTO job (kind, priority, payload, run_at, created_at) VALUES ('run', 1, '{}', 1, 1)")
        .execute(&mut tx)
        .await
        .expect("a job");
    sql("DELETE FROM job WHERE id = 7").execute(&mut tx).await.expect("gone");
    tx.commit().await.expect("a commit");
}

fn quiet() -> Watch<'static> {
    &|_| {}
}

async fn restore(file: &Path, url: &str, occupied: Occupied) -> anyhow::Result<(Settled, Placed)> {
    let clock = Arc::new(ManualClock::at(start()));
    let restoring = Restoring::begin(file, url, occupied, clock).await?;
    let mut tx = restoring.store().begin().await?;
    let settled = restoring.settle(&mut tx).await?;
    tx.commit().await?;
    Ok((settled, restoring.finish(quiet()).await?))
}

/// Columns of the history that restoring fills, by id; then what else there is.
async fn rows(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    let history = sql("SELECT id, kind, state, reason, unique_key FROM job_history ORDER BY id").all(store.read()).await;
    for row in history.expect("rows") {
        let texts: Vec<String> = (1..5).map(|at| row.maybe_text(at).expect("text").unwrap_or_default()).collect();
        all.push(format!("{} {}", row.int(0).expect("an id"), texts.join(" ")).trim_end().to_owned());
    }
    for table in ["job", "cursor", "delivery", "form", "connection", "secret", "shorthand", "audit", "schedule", "duty", "budget"]
    {
        let row = sql(format!("SELECT COUNT(*) FROM {table}")).first(store.read()).await.expect("rows").expect("a row");
        all.push(format!("{table}: {}", row.int(0).expect("a count")));
    }
    all
}

const RESTORED: &str = "restored from the backup of TAKEN: it may have been done since; redrive it if it was not";

fn expected(facts: &Facts) -> Vec<String> {
    let all = [
        format!("1 run dead {RESTORED}"),
        format!("2 post dead {RESTORED} post/1"),
        format!("3 post dead {RESTORED}; its last try: the chat was away"),
        format!("4 post dead {RESTORED}"),
        "6 post dead restored from the backup of TAKEN, and it has expired since: it is not worth doing any more; its last try: 500"
            .to_owned(),
        "1001 run done".to_owned(),
        "1002 run dead HTTP 422".to_owned(),
    ];
    let taken = facts.taken_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let counts = [
        "job: 0",
        "cursor: 1",
        "delivery: 1",
        "form: 1",
        "connection: 1",
        "secret: 1",
        "shorthand: 1",
        "audit: 1",
        "schedule: 1",
        "duty: 0",
        "budget: 0",
    ];
    all.iter().map(|it| it.replace("TAKEN", &taken)).chain(counts.map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_backup_of_either_goes_into_either_and_nothing_old_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    on_each(|source| async move {
        fill_with_rows(&source.store).await;
        let file = folder.join(format!("{:?}.backup", source.store.dialect()));
        // The bot is at work meanwhile.
        let facts = backup(&source.url, &file, Existing::Keep, quiet()).await.expect("a backup");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(folder)
                .expect("a folder")
                .filter(|it| it.as_ref().is_ok_and(|it| it.file_name().to_string_lossy().starts_with('.')))
                .count(),
            0
        );
        let again = backup(&source.url, &file, Existing::Keep, quiet()).await.expect_err("refused").to_string();
        assert!(again.contains("exists already"), "{again}");
        let (before, instance) = (rows(&source.store).await, source.store.instance());
        let (file, facts) = (&file, &facts);
        on_each(|target| async move {
            let err = restore(file, &target.url, Occupied::Refuse).await.expect_err("refused").to_string();
            assert!(err.contains("in use by") && err.contains("running bellhop"), "{err}");
            let Bench { store, url, clock, .. } = target;
            store.close().await;
            drop(store);
            let (settled, placed) = restore(file, &url, Occupied::Refuse).await.expect("restored");
            assert_eq!(settled, Settled { dead_letters: 5, polls: 1 });
            assert_eq!(placed.replaced, None, "an empty database is not worth keeping");
            let store = Store::open_with(&url, clock.clone()).await.expect("opened");
            assert_eq!(rows(&store).await, expected(facts));
            assert_eq!(store.instance(), instance, "secrets are sealed for it");

            // Numbers that were given, also to what is gone, are not given again.
            let mut tx = store.begin().await.expect("a transaction");
            let new =
                sql("INSERT INTO job (kind, priority, payload, run_at, created_at) VALUES ('run', 1, '{}', 1, 1) RETURNING id");
            let id = new.first(&mut tx).await.expect("a row").expect("an id").int(0).expect("a number");
            assert_eq!(id, 7 + NUMBERS_SKIPPED + 1);
            tx.commit().await.expect("a commit");
            sql("DELETE FROM audit").execute(&mut store.begin().await.expect("a transaction")).await.expect_err("append-only");
            store.close().await;
            drop(store);

            let placed = match restore(file, &url, Occupied::Refuse).await {
                Ok((_, placed)) => placed,
                Err(err) => {
                    let err = err.to_string();
                    assert!(err.contains("rows already. Nothing was changed") && err.contains("--force"), "{err}");
                    restore(file, &url, Occupied::Replace).await.expect("restored").1
                }
            };
            // A file loses nothing by it, and is not asked about.
            assert_eq!(placed.replaced.is_some_and(|it| it.exists()), url.starts_with("sqlite"));
            let store = Store::open_with(&url, clock).await.expect("opened");
            assert_eq!(rows(&store).await, expected(facts));
        })
        .await;
        assert_eq!(rows(&source.store).await, before, "a backup changes nothing");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_nothing_is_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let source = Bench::sqlite().await;
    fill_with_rows(&source.store).await;
    backup(&source.url, &at("good"), Existing::Keep, quiet()).await.expect("a backup");
    source.store.close().await;
    let whole = fs::read(at("good")).expect("bytes");
    fs::write(at("short"), &whole[..whole.len() - 5000]).expect("a file");
    fs::write(at("text"), "nothing of the sort, and long enough to be looked at").expect("a file");
    fs::write(at("empty"), "").expect("a file");
    let mut scrambled = whole.clone();
    // The body of every page but the first.
    for page in scrambled.chunks_mut(4096).skip(1) {
        page[100..2000].fill(0x5a);
    }
    fs::write(at("scrambled"), scrambled).expect("a file");
    let live = source.url.trim_start_matches("sqlite://");
    let change = async |name: &str, text: &'static str| {
        fs::copy(at("good"), at(name)).expect("a copy");
        let mut connection = portable::connect(&at(name), "").await.expect("a connection");
        sqlx::raw_sql(text).execute(&mut connection).await.expect("a change");
        connection.close().await.expect("closed");
    };
    change("newer", "INSERT INTO _sqlx_migrations VALUES (9999, 'later', 0, TRUE, x'00', 0)").await;
    change("another", "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2").await;
    change("fewer", "DELETE FROM delivery").await;
    change("foreign", "DROP TABLE backup; DROP TABLE _sqlx_migrations").await;
    let url = format!("sqlite://{}", at("target.db").display());
    for (name, expected) in [
        ("missing", "cannot be read"),
        ("short", "is cut short"),
        ("text", "is not a backup made by `bellhop backup`"),
        ("empty", "is not a backup made by `bellhop backup`"),
        ("foreign", "is not a backup made by `bellhop backup`"),
        ("scrambled", "is damaged"),
        ("fewer", "is damaged (table delivery has 0 rows of 1)"),
        ("newer", "was written by a newer bellhop (its schema is at version 9999"),
        ("another", "has a schema of another build (migration 2 differs)"),
        (live, "is a database of bellhop's, but not a backup"),
    ] {
        let err = restore(&at(name), &url, Occupied::Replace).await.expect_err(name).to_string();
        assert!(err.contains(expected), "{name}: {err}");
        assert!(!at("target.db").exists(), "{name}");
    }
}

#[tokio::test]
async fn an_older_backup_is_brought_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("old.db");
    File::create(&old).expect("a file");
    let mut connection = portable::connect(&old, "").await.expect("a connection");
    migrations::SQLITE.run_to(1, &mut connection).await.expect("migrated");
    sqlx::raw_sql("INSERT INTO job (kind, priority, payload, run_at, created_at) VALUES ('run', 1, '{}', 1, 1)")
        .execute(&mut connection)
        .await
        .expect("a job");
    connection.close().await.expect("closed");
    let file = folder.path().join("old.backup");
    let facts = backup(&format!("sqlite://{}", old.display()), &file, Existing::Keep, quiet()).await.expect("a backup");
    assert_eq!(facts.schema, 1);
    on_each(|target| {
        let file = &file;
        async move {
            target.store.close().await;
            drop(target.store);
            let (settled, _) = restore(file, &target.url, Occupied::Refuse).await.expect("restored");
            assert_eq!(settled.dead_letters, 1);
            let store = Store::open_with(&target.url, target.clock).await.expect("opened");
            assert_eq!(
                rows(&store).await[1..],
                [
                    "job: 0",
                    "cursor: 0",
                    "delivery: 0",
                    "form: 0",
                    "connection: 0",
                    "secret: 0",
                    "shorthand: 0",
                    "audit: 0",
                    "schedule: 0",
                    "duty: 0",
                    "budget: 0"
                ]
            );
        }
    })
    .await;
}
