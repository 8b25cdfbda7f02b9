//! Many jobs, each once, each lane in order.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_workers_drain_ten_thousand_jobs() {
    const LANES: u64 = 97;
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| done());
        let workers = queue.start(handlers, 8);
        let total: u64 = 10_000;
        let job = |n: u64| match n % 3 {
            0 => plain(&n.to_string()),
            _ => in_lane(&n.to_string(), &(n % LANES).to_string()),
        };
        for batch in 0..total / 100 {
            put(&queue, (batch * 100..(batch + 1) * 100).map(job).collect()).await;
        }
        let mut last: HashMap<u64, u64> = HashMap::new();
        let mut times = vec![0_u32; usize::try_from(total).expect("small")];
        for _ in 0..total {
            let Saw::Run { name, attempt: 1 } = next(&mut seen).await else { panic!("each runs once") };
            let n: u64 = name.parse().expect("a number");
            times[usize::try_from(n).expect("small")] += 1;
            if !n.is_multiple_of(3) {
                let before = last.insert(n % LANES, n);
                assert!(before.is_none_or(|before| before < n), "{n} after {before:?}");
            }
        }
        assert!(times.iter().all(|it| *it == 1));
        workers.shutdown(Duration::from_secs(20)).await;
        let rows =
            sql("SELECT state, COUNT(*) FROM job_history GROUP BY state UNION ALL SELECT 'live', COUNT(*) FROM job ORDER BY 1");
        let rows = rows.all(bench.store.read()).await.expect("rows");
        let rows: Vec<(String, i64)> = rows.iter().map(|row| (row.text(0).expect("text"), row.int(1).expect("int"))).collect();
        assert_eq!(rows, [("done".into(), 10_000), ("live".into(), 0)]);
        assert!(seen.try_recv().is_err(), "nothing ran twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_bots_share_the_work() {
    on_each(|bench| async move {
        // On PostgreSQL each has connections of its own; a SQLite file belongs to one process.
        let other = match bench.store.dialect() {
            Dialect::Postgres => Store::open_with(&bench.url, bench.clock.clone()).await.expect("the same database"),
            Dialect::Sqlite => bench.store.clone(),
        };
        let gate = Arc::new(tokio::sync::Barrier::new(2));
        let handlers = || {
            let gate = Arc::clone(&gate);
            probe(move |job, _| {
                // The first job of each bot waits for the other's: both take part.
                let gate = name(job).starts_with("gate").then(|| Arc::clone(&gate));
                Box::pin(async move {
                    if let Some(gate) = gate {
                        gate.wait().await;
                    }
                    Outcome::Done(Writes::default())
                })
            })
        };
        let ((one, mut seen_by_one), (two, mut seen_by_two)) = (handlers(), handlers());
        let (first, second) = (Queue::open(&bench.store), Queue::open(&other));
        put(&first, vec![plain("gate 1"), plain("gate 2")]).await;
        let workers = [first.start(one, 1), second.start(two, 1)];
        assert!(matches!(next(&mut seen_by_one).await, Saw::Run { attempt: 1, .. }));
        assert!(matches!(next(&mut seen_by_two).await, Saw::Run { attempt: 1, .. }));

        let total = 600;
        for hundred in 0..6 {
            let job = |n: u64| in_lane(&n.to_string(), &(n % 7).to_string());
            put(&first, (hundred * 100..(hundred + 1) * 100).map(job).collect()).await;
        }
        let mut times = vec![0; 600];
        for _ in 0..total {
            let saw = tokio::select! { saw = next(&mut seen_by_one) => saw, saw = next(&mut seen_by_two) => saw };
            let Saw::Run { name, attempt: 1 } = saw else { panic!("each runs once: {saw:?}") };
            let n: u64 = name.parse().expect("a number");
            times[usize::try_from(n).expect("small")] += 1;
        }
        assert!(times.iter().all(|it| *it == 1));
        for workers in workers {
            workers.shutdown(Duration::from_secs(20)).await;
        }
        let counts = first.counts().await.expect("counts");
        assert!(counts.is_empty(), "{counts:?}");
    })
    .await;
}
