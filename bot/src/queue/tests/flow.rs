//! Doing jobs: order, retries, ends.

use connectors::http::{Errand, Gate};

use super::*;

#[tokio::test]
async fn the_more_urgent_goes_first() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let with = |name, priority| NewJob { priority, ..plain(name) };
        put(
            &queue,
            vec![
                with("chatter", Priority::Chatter),
                with("command 1", Priority::Command),
                with("page", Priority::Page),
                with("command 2", Priority::Command),
            ],
        )
        .await;
        let (handlers, mut seen) = probe(|_, _| done());
        let _workers = queue.start(handlers, 1);
        for name in ["page", "command 1", "command 2", "chatter"] {
            assert_eq!(next(&mut seen).await, ran(name, 1));
        }
        until_jobs(&bench.store, &["done test 1"; 4]).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_begun_is_ended_before_more_is_begun() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| {
            let answer = NewJob { kind: "tell", ..plain("answer") };
            Box::pin(async { Outcome::Done(Writes { jobs: vec![answer], ..Writes::default() }) })
        });
        put(&queue, vec![plain("command 1"), plain("command 2")]).await;
        put(&queue, vec![plain("command 3")]).await;
        let _workers = queue.start(handlers, 1);
        for name in ["command 1", "answer", "command 2", "answer", "command 3", "answer"] {
            assert_eq!(next(&mut seen).await, ran(name, 1));
        }
    })
    .await;
}

#[tokio::test]
async fn a_failing_head_holds_its_lane_for_a_quarter_of_an_hour() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|job, _| match name(job).as_str() {
            "head" => retry_in(Duration::from_hours(1)),
            _ => done(),
        });
        put(&queue, vec![in_lane("head", "a"), in_lane("behind", "a"), in_lane("last", "a")]).await;
        let _workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("head", 1));
        until_jobs(&bench.store, &["ready test 1: no luck", "ready test 0", "ready test 0"]).await;

        bench.clock.advance(Duration::from_mins(14));
        // The younger job of another lane runs, so those behind the head were looked at and left.
        put(&queue, vec![in_lane("elsewhere", "b")]).await;
        assert_eq!(next(&mut seen).await, ran("elsewhere", 1));

        bench.clock.advance(Duration::from_mins(2));
        assert_eq!(next(&mut seen).await, ran("behind", 1));
        assert_eq!(next(&mut seen).await, ran("last", 1));
        bench.clock.advance(Duration::from_hours(1));
        assert_eq!(next(&mut seen).await, ran("head", 2));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_not_due_holds_nobody() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| done());
        let later = NewJob { run_at: Some(start() + Duration::from_mins(5)), ..in_lane("later", "a") };
        put(&queue, vec![later, in_lane("now", "a")]).await;
        let _workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("now", 1));
        bench.clock.advance(Duration::from_mins(5));
        assert_eq!(next(&mut seen).await, ran("later", 1));
    })
    .await;
}

#[tokio::test]
async fn an_end_and_what_follows_are_one() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|job, _| {
            let name = name(job);
            Box::pin(async move {
                let mut writes = Writes { cursors: vec![("redmine".into(), name.clone())], ..Writes::default() };
                if name == "first" {
                    writes.jobs.push(NewJob { unique: Some("poll".into()), ..in_lane("second", "a") });
                }
                Outcome::Done(writes)
            })
        });
        let first = NewJob { unique: Some("poll".into()), ..in_lane("first", "a") };
        put(&queue, vec![first.clone()]).await;
        assert!(put(&queue, vec![first]).await.is_empty(), "one live job with this key");
        let _workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("first", 1));
        assert_eq!(next(&mut seen).await, ran("second", 1));
        until_jobs(&bench.store, &["done test 1", "done test 1"]).await;
        assert_eq!(bench.store.cursor("redmine").await.expect("a read"), Some("second".into()));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_for_three_days_is_a_dead_letter_and_told() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| retry_in(Duration::from_hours(8)));
        let id = put(&queue, vec![plain("a")]).await[0];
        let _workers = queue.start(handlers, 8);
        for attempt in 1..=9 {
            assert_eq!(next(&mut seen).await, ran("a", attempt));
            until_jobs(&bench.store, &[&format!("ready test {attempt}: no luck")]).await;
            bench.clock.advance(Duration::from_hours(8));
        }
        assert_eq!(next(&mut seen).await, ran("a", 10));
        let reason = "no luck; given up after 10 attempts in three days";
        assert_eq!(next(&mut seen).await, ran(&format!("a died: {reason}"), 1));
        let dead = queue.dead(10).await.expect("dead letters");
        assert_eq!((dead.len(), dead[0].id, dead[0].reason.as_str()), (1, id, reason));
        assert_eq!(dead[0].payload, json!({ "name": "a" }));
    })
    .await;
}

#[tokio::test]
async fn what_was_tried_a_few_times_in_three_days_is_not_given_up() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| retry_in(Duration::from_hours(24)));
        put(&queue, vec![plain("a")]).await;
        let _workers = queue.start(handlers, 8);
        for attempt in 1..=7 {
            assert_eq!(next(&mut seen).await, ran("a", attempt));
            until_jobs(&bench.store, &[&format!("ready test {attempt}: no luck")]).await;
            bench.clock.advance(Duration::from_hours(24));
        }
        assert_eq!(next(&mut seen).await, ran("a", 8));
        until_jobs(&bench.store, &["dead test 8: no luck; given up after 8 attempts in three days", "done tell 1"]).await;
    })
    .await;
}

#[tokio::test]
async fn some_places_are_for_pages_alone() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| Box::pin(std::future::pending()));
        put(&queue, (0..200).map(|it| plain(&it.to_string())).collect()).await;
        let _workers = queue.start(handlers, 32);
        for _ in 0..28 {
            next(&mut seen).await;
        }
        put(&queue, vec![NewJob { priority: Priority::Page, ..plain("page") }]).await;
        assert_eq!(next(&mut seen).await, ran("page", 1), "before the other 172");
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_another_system_leaves_the_place_to_the_next_up_to_a_number() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let gate = Arc::new(Gate::new("slow", "Slow"));
        let (handlers, mut seen) = probe(move |_, _| {
            let gate = Arc::clone(&gate);
            Box::pin(async move {
                // As every request of a connection or a chat does.
                let _pass = gate.pass(Errand { pauses: &[], budget: None, patience: Duration::ZERO }).await;
                std::future::pending().await
            })
        });
        put(&queue, (0..1_100).map(|it| plain(&it.to_string())).collect()).await;
        let _workers = queue.start(handlers, 8);
        // A thousand that wait, and eight places, of which one is for pages.
        for nth in 0..1_007 {
            assert_eq!(next(&mut seen).await, ran(&nth.to_string(), 1));
        }
        put(&queue, vec![NewJob { priority: Priority::Page, ..plain("page") }]).await;
        assert_eq!(next(&mut seen).await, ran("page", 1), "before the other 93");
    })
    .await;
}

#[tokio::test]
async fn a_failure_that_says_nothing_about_the_job_is_no_attempt() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|job, _| {
            let first = job.payload.value().get("again").is_none();
            Box::pin(async move {
                if first {
                    let writes = Writes { payload: Some(json!({ "name": "a", "again": true }).into()), ..Writes::default() };
                    Outcome::Snooze { after: Duration::from_millis(1500), reason: "429".into(), writes }
                } else {
                    Outcome::Done(Writes::default())
                }
            })
        });
        put(&queue, vec![plain("a")]).await;
        let _workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("a", 1));
        until_jobs(&bench.store, &["ready test 0: 429"]).await;
        bench.clock.advance(Duration::from_millis(1500));
        assert_eq!(next(&mut seen).await, ran("a", 1));
        until_jobs(&bench.store, &["done test 1"]).await;
    })
    .await;
}

#[tokio::test]
async fn an_expired_job_is_a_dead_letter_and_told() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|_, _| done());
        let expires = Some(start() + Duration::from_secs(10));
        put(&queue, vec![NewJob { run_at: Some(start() + Duration::from_hours(1)), expires, ..plain("a") }]).await;
        let _workers = queue.start(handlers, 8);
        bench.clock.advance(Duration::from_secs(11));
        assert_eq!(next(&mut seen).await, ran("a died: it expired before it could be done", 1));
        until_jobs(&bench.store, &["dead test 0: it expired before it could be done", "done tell 1"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_an_attempt() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) = probe(|job, lease| {
            Box::pin(async move {
                match (name(job).as_str(), job.attempt) {
                    ("before", 1) => panic!("oh no"),
                    ("after", 1) => {
                        lease.sending().await.expect("our lease");
                        panic!("oh no");
                    }
                    _ => Outcome::Done(Writes::default()),
                }
            })
        });
        put(&queue, vec![plain("before")]).await;
        let _workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("before", 1));
        until_jobs(&bench.store, &["ready test 1: the handler panicked: oh no"]).await;
        bench.clock.advance(Duration::from_secs(5));
        assert_eq!(next(&mut seen).await, ran("before", 2));
        // Once bytes may have left, a panic does not send them again.
        put(&queue, vec![plain("after")]).await;
        assert_eq!(next(&mut seen).await, ran("after", 1));
        assert_eq!(next(&mut seen).await, Saw::Unknown { name: "after".into() });
        until_jobs(&bench.store, &["done test 2", "done test 1"]).await;
    })
    .await;
}

#[tokio::test]
async fn dead_letters_are_put_back_and_waiting_jobs_taken_back() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let (handlers, mut seen) =
            probe(|_, _| Box::pin(async { Outcome::Dead { reason: "422".into(), writes: Writes::default() } }));
        let job = NewJob { unique: Some("a".into()), ..plain("a") };
        let id = put(&queue, vec![job.clone()]).await[0];
        let workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("a", 1));
        until_jobs(&bench.store, &["dead test 1: 422"]).await;
        workers.shutdown(Duration::from_secs(20)).await;

        let live = put(&queue, vec![job]).await[0];
        assert_eq!(queue.redrive(id).await.expect("an answer"), Redriven::Live);
        assert_eq!(queue.cancel(live, "cancelled", None).await.expect("an answer"), Cancelled::Yes);
        assert_eq!(queue.cancel(live, "cancelled", None).await.expect("an answer"), Cancelled::TooLate);
        let Redriven::As(again) = queue.redrive(id).await.expect("an answer") else { panic!("a dead letter is put back") };
        assert!(again > live);
        assert_eq!(queue.redrive(id).await.expect("an answer"), Redriven::NotFound);
        assert_eq!(queue.dead(10).await.expect("dead letters"), []);
        let counts = queue.counts().await.expect("counts");
        assert_eq!(
            (counts.len(), counts[0].state, counts[0].jobs, counts[0].oldest),
            (1, crate::queue::Standing::Waiting, 1, start())
        );
    })
    .await;
}

#[test]
fn waits_double_up_to_ten_hours() {
    let seconds: Vec<u64> = [1, 2, 3, 13, 14, 1000].map(|attempt| retry::ceiling(attempt).as_secs()).into();
    assert_eq!(seconds, [5, 10, 20, 20480, 36000, 36000]);
    for attempt in 1..200 {
        let wait = retry::backoff(attempt);
        assert!(wait >= Duration::from_millis(500) && wait <= retry::ceiling(attempt), "{attempt}: {wait:?}");
    }
    let now: Timestamp = start();
    assert!(!retry::is_hopeless(None, now));
    assert!(!retry::is_hopeless(Some(now - Duration::from_hours(71)), now));
    assert!(retry::is_hopeless(Some(now - Duration::from_hours(72)), now));
}
