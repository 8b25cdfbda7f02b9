//! Workers that go away, and leases that are lost.

use super::*;

/// A handler that gets stuck, before or after it has sent.
fn stuck() -> (Handlers, mpsc::UnboundedReceiver<Saw>, Arc<Notify>) {
    let reached = Arc::new(Notify::new());
    let reach = Arc::clone(&reached);
    let (handlers, seen) = probe(move |job, lease| {
        let reach = Arc::clone(&reach);
        Box::pin(async move {
            if name(job) == "sending" {
                lease.sending().await.expect("our lease");
            }
            reach.notify_one();
            std::future::pending().await
        })
    });
    (handlers, seen, reached)
}

#[tokio::test]
async fn after_a_crash_what_was_sent_is_looked_into_and_the_rest_done_again() {
    on_each(|bench| async move {
        let crashed = Queue::open(&bench.store);
        let (handlers, mut seen, reached) = stuck();
        for name in ["leased", "sending"] {
            put(&crashed, vec![plain(name)]).await;
        }
        let workers = crashed.start(handlers, 8);
        for _ in 0..2 {
            next(&mut seen).await;
            reached.notified().await;
        }
        until_jobs(&bench.store, &["leased test 1", "sending test 1"]).await;
        drop(workers);

        let (handlers, mut seen) = probe(|_, _| done());
        let queue = Queue::open(&bench.store);
        let _workers = queue.start(handlers, 1);
        bench.clock.advance(Duration::from_secs(29));
        put(&queue, vec![plain("other")]).await;
        assert_eq!(next(&mut seen).await, ran("other", 1), "the leases still hold");
        until_jobs(&bench.store, &["leased test 1", "sending test 1", "done test 1"]).await;

        bench.clock.advance(Duration::from_secs(2));
        let mut both = [next(&mut seen).await, next(&mut seen).await];
        both.sort_by_key(|it| matches!(it, Saw::Run { .. }));
        assert_eq!(both, [Saw::Unknown { name: "sending".into() }, ran("leased", 2)]);
        until_jobs(&bench.store, &["done test 2", "done test 1", "done test 1"]).await;
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_a_restart_does_not_wait_for_leases() {
    let bench = Bench::sqlite().await;
    let queue = Queue::open(&bench.store);
    let (handlers, mut seen, reached) = stuck();
    put(&queue, vec![plain("sending")]).await;
    let workers = queue.start(handlers, 8);
    next(&mut seen).await;
    reached.notified().await;
    drop((workers, queue));
    bench.store.close().await;
    let Bench { store, clock, url, folder: _folder } = bench;
    drop(store);
    // The tasks of what was dropped let go of the file as they end.
    let store = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            match Store::open_with(&url, clock.clone()).await {
                Ok(store) => return store,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    })
    .await
    .expect("the lock is free");
    let (handlers, mut seen) = probe(|_, _| done());
    let _workers = Queue::open(&store).start(handlers, 8);
    assert_eq!(next(&mut seen).await, Saw::Unknown { name: "sending".into() });
}

/// Another process on the same PostgreSQL.
async fn beside(bench: &Bench) -> Store {
    Store::open_with(&bench.url, bench.clock.clone()).await.expect("the same database once more")
}

/// The connections that hold the lock of the process `$1`.
const HOLDING: &str = "pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
     AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended('bellhop process ' || $1, 0)";

/// What the kernel does for a process that is killed; the server has heard of it when this returns.
async fn cut(bench: &Bench, store: &Store) {
    let Db::Pg { pool, ahead } = store.db() else { panic!("only a server has connections") };
    ahead.close().await;
    pool.close().await;
    until("the server has heard that it is gone", || async {
        let left = sql(format!("SELECT l.pid::bigint FROM {HOLDING}")).bind(store.process());
        left.all(bench.store.read()).await.expect("connections").is_empty()
    })
    .await;
}

/// Has a bot of its own on `store` take two jobs, and stop in the middle of one before and one after its bytes left.
async fn two_under_way(bench: &Bench, store: &Store) -> Workers {
    let queue = Queue::open(store);
    let (handlers, mut seen, reached) = stuck();
    for name in ["leased", "sending"] {
        put(&queue, vec![plain(name)]).await;
    }
    let workers = queue.start(handlers, 8);
    for _ in 0..2 {
        next(&mut seen).await;
        reached.notified().await;
    }
    until_jobs(&bench.store, &["leased test 1", "sending test 1"]).await;
    workers
}

#[tokio::test]
async fn on_postgres_what_a_killed_bot_held_does_not_wait_for_its_leases() {
    on_each(|bench| async move {
        if bench.store.dialect() == Dialect::Sqlite {
            return;
        }
        let killed = beside(&bench).await;
        // Its hands are gone, and would take what comes; its connections are not.
        drop(two_under_way(&bench, &killed).await);
        let (handlers, mut seen) = probe(|_, _| done());
        let queue = Queue::open(&bench.store);
        let _workers = queue.start(handlers, 1);
        bench.clock.advance(Duration::from_secs(5));
        put(&queue, vec![plain("other")]).await;
        assert_eq!(next(&mut seen).await, ran("other", 1), "whoever is connected is there");
        until_jobs(&bench.store, &["leased test 1", "sending test 1", "done test 1"]).await;

        cut(&bench, &killed).await;
        // Looks follow the clock, which stands still meanwhile.
        until("it is missed", || async {
            assert_eq!(gone(&bench).await, [""; 0]);
            is_missed(&bench, &killed).await
        })
        .await;
        bench.clock.advance(Duration::from_secs(2));
        let mut both = [next(&mut seen).await, next(&mut seen).await];
        both.sort_by_key(|it| matches!(it, Saw::Run { .. }));
        assert_eq!(both, [Saw::Unknown { name: "sending".into() }, ran("leased", 2)]);
        until_jobs(&bench.store, &["done test 2", "done test 1", "done test 1"]).await;
    })
    .await;
}

/// Whether its lock was found free, and it was not back since.
async fn is_missed(bench: &Bench, store: &Store) -> bool {
    let asked = sql("SELECT COUNT(*) FROM process WHERE id = $1 AND gone_since IS NOT NULL").bind(store.process());
    asked.first(bench.store.read()).await.expect("rows").expect("a row").int(0).expect("a number") == 1
}

/// The ids of the processes that the next look finds gone, in a transaction of its own.
async fn gone(bench: &Bench) -> Vec<String> {
    let mut tx = bench.store.begin().await.expect("a transaction");
    let gone = crate::store::presence::gone(&mut tx).await.expect("an answer");
    tx.commit().await.expect("a commit");
    gone
}

#[tokio::test]
async fn a_process_counts_as_gone_only_where_its_free_lock_says_so() {
    on_each(|bench| async move {
        if bench.store.dialect() == Dialect::Sqlite {
            assert_eq!(gone(&bench).await, [""; 0]);
            return;
        }
        let change = async |statement: &'static str| {
            let mut tx = bench.store.begin().await.expect("a transaction");
            assert_eq!(sql(statement).bind(bench.store.process()).execute(&mut tx).await.expect("a change"), 1);
            tx.commit().await.expect("a commit");
        };
        let (a, b) = (beside(&bench).await, beside(&bench).await);
        for _ in 0..2 {
            assert_eq!(gone(&bench).await, [""; 0], "both are connected");
            bench.clock.advance(Duration::from_secs(60));
        }
        // One that ends by itself has given back what it held.
        b.close().await;
        for _ in 0..2 {
            assert_eq!(gone(&bench).await, [""; 0], "it took its leave");
            bench.clock.advance(Duration::from_secs(60));
        }
        cut(&bench, &a).await;
        // A server that was restarted since has forgotten every lock.
        change("UPDATE process SET server = server - 1 WHERE id <> $1").await;
        for _ in 0..2 {
            assert_eq!(gone(&bench).await, [""; 0], "the server was another one");
            bench.clock.advance(Duration::from_secs(60));
        }
        change("UPDATE process SET server = server + 1 WHERE id <> $1").await;
        assert_eq!(gone(&bench).await, [""; 0], "it may be back in a moment");
        bench.clock.advance(Duration::from_millis(1400));
        assert_eq!(gone(&bench).await, [""; 0], "it still may");
        // As a connection of it does that is back.
        change("UPDATE process SET gone_since = NULL WHERE id <> $1").await;
        bench.clock.advance(Duration::from_millis(200));
        assert_eq!(gone(&bench).await, [""; 0], "it was back in between");
        bench.clock.advance(Duration::from_millis(1500));
        assert_eq!(gone(&bench).await, [a.process()]);
        assert_eq!(gone(&bench).await, [""; 0], "it is told once");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_new_says_that_its_process_is_back() {
    on_each(|bench| async move {
        if bench.store.dialect() == Dialect::Sqlite {
            return;
        }
        let flapping = beside(&bench).await;
        let end = sql(format!("SELECT pg_terminate_backend(l.pid)::int::bigint FROM {HOLDING}"));
        assert!(!end.bind(flapping.process()).all(bench.store.read()).await.expect("connections").is_empty());
        until("its lock is free", || async {
            assert_eq!(gone(&bench).await, [""; 0]);
            is_missed(&bench, &flapping).await
        })
        .await;
        // It asks for something, on a connection that is new.
        until("it is connected again", || async { flapping.ping().await.is_ok() }).await;
        assert!(!is_missed(&bench, &flapping).await);
        bench.clock.advance(Duration::from_secs(60));
        assert_eq!(gone(&bench).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn duties_of_a_process_that_is_gone_are_free() {
    on_each(|bench| async move {
        let mine = Queue::open(&bench.store).duty("watch");
        assert!(mine.is_ours().await.expect("an answer"));
        let other = Queue::open(&bench.store).duty("watch");
        if bench.store.dialect() == Dialect::Postgres {
            assert!(!other.is_ours().await.expect("an answer"));
        }
        let mut tx = bench.store.begin().await.expect("a transaction");
        assert_eq!(rescue::end_leases_of(&mut tx, &["somebody else".into()]).await.expect("ended"), 0);
        assert_eq!(rescue::end_leases_of(&mut tx, &[bench.store.process().to_owned()]).await.expect("ended"), 1);
        tx.commit().await.expect("a commit");
        assert!(other.is_ours().await.expect("an answer"));
    })
    .await;
}

#[tokio::test]
async fn a_lost_lease_ends_nothing() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let gate = Arc::new(Notify::new());
        let (told, mut tell) = mpsc::unbounded_channel();
        let open = Arc::clone(&gate);
        let (handlers, mut seen) = probe(move |_, lease| {
            let (gate, told) = (Arc::clone(&gate), told.clone());
            Box::pin(async move {
                gate.notified().await;
                let _ = told.send(lease.sending().await);
                let jobs = vec![plain("must not be")];
                Outcome::Done(Writes { jobs, cursors: vec![("c".into(), "1".into())], ..Writes::default() })
            })
        });
        put(&queue, vec![plain("a")]).await;
        let workers = queue.start(handlers, 8);
        next(&mut seen).await;
        // Another bot takes it over.
        let stolen = sql("UPDATE job SET boot = 'other', epoch = epoch + 1");
        let mut tx = bench.store.begin().await.expect("a transaction");
        stolen.execute(&mut tx).await.expect("stolen");
        tx.commit().await.expect("a commit");
        open.notify_one();
        assert_eq!(tell.recv().await, Some(Err(LeaseLost)));
        workers.shutdown(Duration::from_secs(20)).await;
        assert_eq!(jobs(&bench.store).await, ["leased test 1"]);
        assert_eq!(bench.store.cursor("c").await.expect("a read"), None);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_lost_stops_its_handler() {
    struct Alive(mpsc::UnboundedSender<Saw>);
    impl Drop for Alive {
        fn drop(&mut self) {
            let _ = self.0.send(Saw::Stopped { name: "a".into() });
        }
    }
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (stopped, mut stop) = mpsc::unbounded_channel();
        let (handlers, mut seen) = probe(move |_, _| {
            let alive = Alive(stopped.clone());
            Box::pin(async move {
                let _alive = alive;
                std::future::pending().await
            })
        });
        put(&queue, vec![plain("a")]).await;
        let _workers = queue.start(handlers, 8);
        next(&mut seen).await;
        let mut tx = bench.store.begin().await.expect("a transaction");
        sql("UPDATE job SET boot = 'other', epoch = epoch + 1, lease_until = lease_until + 60000000")
            .execute(&mut tx)
            .await
            .expect("stolen");
        tx.commit().await.expect("a commit");
        bench.clock.advance(Duration::from_secs(10));
        assert_eq!(next(&mut stop).await, Saw::Stopped { name: "a".into() });
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_keeps_a_long_job() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen, reached) = stuck();
        put(&queue, vec![plain("leased")]).await;
        let _workers = queue.start(handlers, 8);
        next(&mut seen).await;
        reached.notified().await;
        for minute in 1..=12_i64 {
            bench.clock.advance(Duration::from_secs(10));
            let expected = start().as_microsecond() + minute * 10_000_000 + 30_000_000;
            until("the lease is renewed", || async {
                let row = sql("SELECT lease_until FROM job").first(bench.store.read()).await.expect("rows").expect("a job");
                row.maybe_int(0).expect("a number") == Some(expected)
            })
            .await;
        }
        assert_eq!(jobs(&bench.store).await, ["leased test 1"]);
        assert!(seen.try_recv().is_err(), "it ran once");
    })
    .await;
}

#[tokio::test]
async fn a_shutdown_gives_back_what_it_had_not_sent() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen, reached) = stuck();
        for name in ["leased", "sending"] {
            put(&queue, vec![plain(name)]).await;
        }
        let workers: Workers = queue.start(handlers, 8);
        for _ in 0..2 {
            next(&mut seen).await;
            reached.notified().await;
        }
        workers.shutdown(Duration::ZERO).await;
        assert_eq!(jobs(&bench.store).await, ["ready test 0", "sending test 1"]);

        let (handlers, mut seen) = probe(|_, _| done());
        let workers = Queue::open(&bench.store).start(handlers, 8);
        let mut both = [next(&mut seen).await, next(&mut seen).await];
        both.sort_by_key(|it| matches!(it, Saw::Run { .. }));
        assert_eq!(both, [Saw::Unknown { name: "sending".into() }, ran("leased", 1)]);
        workers.shutdown(Duration::from_secs(20)).await;
        assert_eq!(jobs(&bench.store).await, ["done test 1", "done test 1"]);
    })
    .await;
}

#[tokio::test]
async fn fences_hold_in_the_database() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        put(&queue, vec![in_lane("a", "l"), in_lane("b", "l")]).await;
        let (handlers, _) = probe(|_, _| done());
        let claimer = |boot| claim::Claimer { boot, kinds: &["test"], handlers: &handlers };
        let mut queueing = budget::Queueing::default();
        let mut tx = bench.store.begin().await.expect("a transaction");
        let first = claim::claim(&mut tx, &claimer("one"), &mut queueing, 8, 0).await.expect("claims");
        assert_eq!(first.len(), 1, "only the head of the lane");
        let one = first[0].fence();
        tx.commit().await.expect("a commit");

        bench.clock.advance(store::LEASE);
        let mut tx = bench.store.begin().await.expect("a transaction");
        assert_eq!(rescue::reclaim(&mut tx).await.expect("reclaimed"), 1);
        let second = claim::claim(&mut tx, &claimer("two"), &mut queueing, 8, 0).await.expect("claims");
        let two = second[0].fence();
        assert_eq!((two.id, second[0].job.attempt), (one.id, 2));
        for (boot, fence) in [("one", one), ("one", two), ("two", one)] {
            assert_eq!(store::sending(&mut tx, boot, &[fence]).await.expect("an answer"), [store::Held::No]);
            assert_eq!(store::heartbeat(&mut tx, boot, &[fence]).await.expect("an answer"), [store::Held::No]);
            let ended = store::Ended { fence, end: store::Final::Done, reason: None };
            assert_eq!(store::finish(&mut tx, boot, &[ended]).await.expect("an answer"), [store::Held::No]);
        }
        assert_eq!(store::sending(&mut tx, "two", &[two]).await.expect("an answer"), [store::Held::Yes]);
        tx.commit().await.expect("a commit");

        // The schema itself lets one job of a lane run.
        let mut tx = bench.store.begin().await.expect("a transaction");
        let forced =
            sql("UPDATE job SET state = 'leased', boot = 'three', lease_until = 0 WHERE state = 'ready'").execute(&mut tx).await;
        assert!(forced.is_err_and(|err| err.as_database_error().is_some_and(|err| err.is_unique_violation())));
    })
    .await;
}
