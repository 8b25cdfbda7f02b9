//! A job carries what it follows from, in both databases, and nothing where traces are off.

use super::*;
use crate::queue::store::Insert;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_job_keeps_what_it_follows_from_until_it_ends() {
    on_each(|bench| async move {
        let mut tx = bench.store.begin().await.expect("a transaction");
        let (with, without) = (in_lane("with", "a"), in_lane("without", "b"));
        let jobs = [Insert::of(&with, Some(TRACE)), Insert::of(&without, None)];
        let ids: Vec<i64> = store::insert_all(&mut tx, &jobs).await.expect("inserted").into_iter().flatten().collect();
        tx.commit().await.expect("committed");

        let (seen, mut jobs) = mpsc::unbounded_channel();
        let (handlers, _saw) = probe(move |job, _| {
            let _ = seen.send((job.id, job.attempt, job.trace.clone()));
            match job.attempt {
                1 => retry_in(Duration::ZERO),
                _ => done(),
            }
        });
        let queue = Queue::open(&bench.store);
        let _workers = queue.start(handlers, 4);
        let mut all = Vec::new();
        for _ in 0..4 {
            let next = tokio::time::timeout(Duration::from_secs(20), jobs.recv()).await.expect("it runs").expect("workers live");
            all.push(next);
        }
        all.sort();
        let trace = Some(TRACE.to_owned());
        assert_eq!(all, [(ids[0], 1, trace.clone()), (ids[0], 2, trace), (ids[1], 1, None), (ids[1], 2, None)]);
    })
    .await;
}

#[tokio::test]
async fn where_traces_are_off_no_row_says_a_word() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        put(&queue, vec![plain("one"), in_lane("two", "a")]).await;
        let mut tx = bench.store.begin().await.expect("a transaction");
        Queue::enqueue(&mut tx, &plain("three")).await.expect("inserted");
        let row = sql("SELECT COUNT(*), COUNT(trace) FROM job").first(&mut tx).await.expect("read").expect("a row");
        assert_eq!((row.int(0).expect("a number"), row.int(1).expect("a number")), (3, 0));
    })
    .await;
}
