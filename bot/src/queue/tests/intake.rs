//! Accepting: durable, once, together, or refused.

use super::*;

#[tokio::test]
async fn a_repeat_is_known_by_its_key() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let first = queue.accept(acceptance("1", vec![plain("a"), plain("b")])).await;
        assert!(matches!(&first, Ok(Accepted::New(ids)) if ids.len() == 2), "{first:?}");
        assert_eq!(queue.accept(acceptance("1", vec![plain("a")])).await, Ok(Accepted::Duplicate));
        let other = Acceptance { source: "zulip".into(), ..acceptance("1", vec![]) };
        assert_eq!(queue.accept(other).await, Ok(Accepted::New(vec![])));

        let all = join_all((0..20).map(|_| queue.accept(acceptance("2", vec![plain("c")])))).await;
        let new = all.iter().filter(|it| matches!(it, Ok(Accepted::New(_)))).count();
        let repeats = all.iter().filter(|it| matches!(it, Ok(Accepted::Duplicate))).count();
        assert_eq!((new, repeats), (1, 19));
        assert_eq!(jobs(&bench.store).await, ["ready test 0"; 3]);
    })
    .await;
}

#[tokio::test]
async fn what_arrives_together_is_committed_together() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let keys: Vec<String> = (0..128).map(|n| n.to_string()).collect();
        let all = join_all(keys.iter().map(|key| queue.accept(acceptance(key, vec![plain("a")])))).await;
        assert!(all.iter().all(|it| matches!(it, Ok(Accepted::New(_)))));
        let commits = queue.0.writer.progress().commits();
        assert!((1..=4).contains(&commits), "128 acceptances took {commits} commits");
    })
    .await;
}

#[tokio::test]
async fn one_that_cannot_be_stored_does_not_spoil_the_others() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        // PostgreSQL stores no NUL; SQLite stores anything, unless it is told not to.
        let refusal =
            "CREATE TRIGGER refusal BEFORE INSERT ON job WHEN hex(new.lane) = '00' BEGIN SELECT RAISE(ABORT, 'no NUL'); END";
        if let Db::Sqlite { write, .. } = bench.store.db() {
            sqlx::query(refusal).execute(write).await.expect("a trigger");
        }
        let bad = in_lane("bad", "\0");
        let good = |key| queue.accept(acceptance(key, vec![plain("good")]));
        let (first, bad, last) = tokio::join!(good("1"), queue.accept(acceptance("2", vec![bad])), good("3"));
        assert!(matches!(first, Ok(Accepted::New(_))) && matches!(last, Ok(Accepted::New(_))));
        assert_eq!(bad, Err(Refused::not_stored("The database cannot store this request.")));
        assert_eq!(jobs(&bench.store).await, ["ready test 0"; 2]);
        // Nothing of it stayed, so that a repeat is not taken for a duplicate.
        assert!(matches!(queue.accept(acceptance("2", vec![])).await, Ok(Accepted::New(_))));
    })
    .await;
}

#[tokio::test]
async fn a_full_backlog_refuses() {
    on_each(|bench| async move {
        let queue = Queue::with_backlog(&bench.store, 2);
        let mut tx = bench.store.begin().await.expect("a transaction");
        if bench.store.dialect() == Dialect::Postgres {
            sql("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE").execute(&mut tx).await.expect("a lock");
        }
        let waiting: Vec<_> = ["1", "2"]
            .map(|key| {
                let queue = queue.clone();
                tokio::spawn(async move { queue.accept(acceptance(key, vec![])).await })
            })
            .into();
        until("both wait", || async { queue.0.intake.under_way() == 2 }).await;
        let refused = queue.accept(acceptance("3", vec![])).await.expect_err("no room");
        assert_eq!(refused.reason, "Too many requests are waiting to be stored. Try again in a moment.");
        tx.rollback().await.expect("a rollback");
        for waiting in waiting {
            assert_eq!(waiting.await.expect("no panic"), Ok(Accepted::New(vec![])));
        }
        assert_eq!(queue.accept(acceptance("3", vec![])).await, Ok(Accepted::New(vec![])));
    })
    .await;
}

#[tokio::test]
async fn a_full_or_read_only_disk_refuses_until_it_is_mended() {
    let bench = Bench::sqlite().await;
    let queue = Queue::open(&bench.store);
    let Db::Sqlite { write, .. } = bench.store.db() else { unreachable!("a bench of SQLite") };
    let pragma = |text: &'static str| sqlx::query(text).execute(write);
    let large = |key: &str| Acceptance { body: vec![7; 1 << 20].into(), ..acceptance(key, vec![plain("a")]) };

    pragma("PRAGMA max_page_count = 1").await.expect("as small as it is");
    let both = tokio::join!(queue.accept(large("1")), queue.accept(large("2")));
    let full = Err(Refused::not_stored(
        "The database's disk is full. Nothing was stored; try again in a moment, or tell an administrator.",
    ));
    assert_eq!(both, (full.clone(), full));
    pragma("PRAGMA max_page_count = 1000000").await.expect("room");
    assert!(matches!(queue.accept(large("1")).await, Ok(Accepted::New(_))));

    pragma("PRAGMA query_only = ON").await.expect("read-only");
    let refused = queue.accept(acceptance("3", vec![])).await.expect_err("read-only");
    assert!(refused.reason.starts_with("The database is read-only."), "{}", refused.reason);
    pragma("PRAGMA query_only = OFF").await.expect("writable");
    assert!(matches!(queue.accept(acceptance("3", vec![])).await, Ok(Accepted::New(_))));
    assert_eq!(jobs(&bench.store).await, ["ready test 0"]);
}

#[tokio::test]
async fn a_closed_database_refuses() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        bench.store.close().await;
        let refused = queue.accept(acceptance("1", vec![])).await.expect_err("gone");
        assert!(refused.reason.starts_with("The database cannot be reached."), "{}", refused.reason);
    })
    .await;
}

#[tokio::test]
async fn whoever_gives_up_waiting_is_told_whether_it_may_be_stored() {
    let bench = Bench::sqlite().await;
    let queue = Queue::open(&bench.store);
    let Db::Sqlite { write, .. } = bench.store.db() else { unreachable!("a bench of SQLite") };
    let held = write.acquire().await.expect("the only connection that writes");
    tokio::time::pause();
    let first = tokio::spawn({
        let queue = queue.clone();
        async move { queue.accept(acceptance("1", vec![])).await }
    });
    // The writer has taken the first, and waits for the connection; the second waits behind it.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let second = queue.accept(acceptance("2", vec![])).await.expect_err("nothing is written");
    let first = first.await.expect("no panic").expect_err("nothing is written");
    assert_eq!((first.maybe_stored, second.maybe_stored), (true, false), "{first:?}, {second:?}");
    tokio::time::resume();
    drop(held);
    assert_eq!(queue.accept(acceptance("1", vec![])).await, Ok(Accepted::Duplicate));
    assert!(matches!(queue.accept(acceptance("2", vec![])).await, Ok(Accepted::New(_))));
}

#[tokio::test]
async fn the_audit_line_is_in_the_same_transaction() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let audit = audit::Record { actor: "slack/T1/U1".into(), action: "redmine issue create".into(), request_id: "r1".into() };
        let accepted = Acceptance { audit: Some(audit), ..acceptance("1", vec![]) };
        assert_eq!(queue.accept(accepted.clone()).await, Ok(Accepted::New(vec![])));
        assert_eq!(queue.accept(accepted).await, Ok(Accepted::Duplicate));
        let lines = audit::list(&bench.store, 10, &Default::default()).await.expect("lines");
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].actor.as_str(), lines[0].at), ("slack/T1/U1", start()));
    })
    .await;
}
