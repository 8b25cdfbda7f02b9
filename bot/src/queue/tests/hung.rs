//! A transaction of the writer that neither ends nor fails.

use jiff::SignedDuration;
use tokio::task::JoinHandle;

use super::*;
use crate::{
    queue::{HUNG_AFTER, progress::Progress},
    store::ManualClock,
};

/// Longer than whatever answers needs.
const SOON: Duration = Duration::from_secs(10);

fn accept(queue: &Queue, key: &'static str) -> JoinHandle<Result<Accepted, Refused>> {
    let queue = queue.clone();
    tokio::spawn(async move { queue.accept(acceptance(key, vec![plain(key)])).await })
}

/// Turns the clock until only a restart helps: the database answers, and the transaction does not go on.
async fn until_it_hangs(bench: &Bench, queue: &Queue) {
    until("it hangs", || async {
        bench.clock.advance(Duration::from_mins(1));
        queue.needs_restart(SOON).await.is_some()
    })
    .await;
}

#[tokio::test]
async fn one_that_is_held_up_is_noticed_until_it_goes_on() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let held = bench.hold_up().await;
        assert_eq!(queue.hung_for(), None);
        let waiting = accept(&queue, "waits");
        until_it_hangs(&bench, &queue).await;
        assert!(queue.hung_for().is_some_and(|it| it > HUNG_AFTER));

        held.rollback().await.expect("undone");
        assert!(matches!(waiting.await.expect("no panic"), Ok(Accepted::New(_))));
        bench.clock.advance(Duration::from_hours(1));
        assert_eq!((queue.hung_for(), queue.needs_restart(SOON).await), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_refuses_is_waited_for() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        bench.store.close().await;
        accept(&queue, "refused").await.expect("no panic").expect_err("it is closed");
        bench.clock.advance(Duration::from_hours(1));
        assert_eq!((queue.hung_for(), queue.needs_restart(SOON).await), (None, None));
    })
    .await;
}

#[tokio::test]
async fn what_hangs_on_a_server_that_is_away_is_given_time_when_it_is_back() {
    on_each(|bench| async move {
        let Db::Pg { pool, .. } = bench.store.db() else { return };
        let queue = Queue::open(&bench.store);
        let held = bench.hold_up().await;
        let waiting = accept(&queue, "waits");
        until_it_hangs(&bench, &queue).await;
        let there = pool.connect_options();
        pool.set_connect_options((*there).clone().socket("/nowhere"));
        assert_eq!(queue.needs_restart(SOON).await, None);
        assert!(queue.hung_for().is_some(), "whoever asks whether it is ready hears no");

        pool.set_connect_options((*there).clone());
        assert_eq!(queue.needs_restart(SOON).await, None, "it has only come back");
        bench.clock.advance(HUNG_AFTER.unsigned_abs() + Duration::from_secs(1));
        assert!(queue.needs_restart(SOON).await.is_some());
        held.rollback().await.expect("undone");
        assert!(waiting.await.expect("no panic").is_ok());
    })
    .await;
}

#[tokio::test]
async fn each_step_has_its_own_time_and_a_failure_is_an_end() {
    let bench = Bench::sqlite().await;
    let progress = Progress::new(&bench.store);
    let clock: &ManualClock = &bench.clock;
    let limit = HUNG_AFTER.unsigned_abs();
    let over = Some(HUNG_AFTER + SignedDuration::from_secs(1));
    let second = Duration::from_secs(1);

    progress.begins();
    clock.advance(limit);
    assert_eq!(progress.hung_for(), None);
    progress.goes_on();
    clock.advance(limit);
    assert_eq!(progress.hung_for(), None, "it goes on");
    clock.advance(second);
    assert_eq!(progress.hung_for(), over);
    progress.failed(&sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()));
    assert_eq!(progress.hung_for(), None);

    // Whoever has the only connection may be what hangs: the next one goes on waiting.
    progress.begins();
    clock.advance(limit);
    progress.failed(&sqlx::Error::PoolTimedOut);
    clock.advance(second);
    progress.begins();
    assert_eq!(progress.hung_for(), over);
    progress.committed();
    assert_eq!((progress.hung_for(), progress.commits()), (None, 1));
}
