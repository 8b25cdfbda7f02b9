//! Schedules and duties on both databases: what fires, when, and by whom.

use std::{sync::Arc, time::Duration};

use commands::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{CatchUp, Changed, Due, Paused, Repeating, due, fire};
use crate::{
    queue::{
        Handler, Handlers, Job, Lease, NewJob, Outcome, Priority, Queue, Timetable, Writes,
        duty::{self, Duty, Fence, Hold, Turn},
    },
    store::{
        Clock, Dialect, Store, sql,
        testing::{Schema, on_each},
    },
};

const KINDS: &[&str] = &["report"];
const HOUR: Duration = Duration::from_hours(1);

/// Every hour from the tests' start, 2026-03-02 09:00 UTC, on.
fn repeating(cron: &str) -> Repeating {
    Repeating {
        name: "report".into(),
        timetable: Timetable::parse(cron, "UTC").expect("a timetable"),
        job: NewJob {
            kind: "report",
            lane: Some("slack:C1".into()),
            priority: Priority::Command,
            payload: json!({ "to": "#dev" }).into(),
            run_at: None,
            expires: None,
            unique: None,
        },
        catch_up: CatchUp::Latest,
        who: "Ana".into(),
    }
}

async fn repeat(store: &Store, repeating: &Repeating) {
    let mut tx = store.begin().await.expect("a transaction");
    Queue::repeat(&mut tx, repeating).await.expect("a schedule");
    tx.commit().await.expect("a commit");
}

async fn change(store: &Store, statement: &'static str) -> u64 {
    let mut tx = store.begin().await.expect("a transaction");
    let changed = sql(statement).execute(&mut tx).await.expect("changed");
    tx.commit().await.expect("a commit");
    changed
}

/// The steps that live jobs were inserted for.
async fn fired(store: &Store) -> Vec<String> {
    let rows = sql("SELECT payload FROM job ORDER BY id").all(store.read()).await.expect("rows");
    let step = |payload: Value| payload["schedule"]["step"].as_str().expect("a step").to_owned();
    rows.iter().map(|row| step(row.json(0).expect("JSON"))).collect()
}

fn hold(store: &Store, boot: &str) -> Hold {
    Hold::new(store.clone(), Duty::Schedules, boot.into())
}

async fn take(hold: &Hold) -> Fence {
    hold.seek().await.expect("an answer").expect("the duty is free")
}

async fn found_due(store: &Store) -> Vec<Due> {
    due(store, KINDS).await.expect("an answer").0
}

#[tokio::test]
async fn each_step_is_fired_once_and_says_what_it_is() {
    on_each(|bench| async move {
        let store = &bench.store;
        repeat(store, &repeating("@hourly")).await;
        let (none, next) = due(store, KINDS).await.expect("an answer");
        assert_eq!((none.len(), next.map(|it| it.to_string())), (0, Some("2026-03-02T10:00:00Z".into())));

        bench.clock.advance(HOUR + Duration::from_millis(400));
        let fence = take(&hold(store, "a")).await;
        let found = found_due(store).await;
        assert_eq!(fire(store, KINDS, &found, &fence).await.expect("fired"), 1);
        // Read before it was fired, or read again: there is nothing more to fire.
        assert_eq!(fire(store, KINDS, &found, &fence).await.expect("fired"), 0);
        assert_eq!(found_due(store).await.len(), 0);

        let row = sql("SELECT kind, lane, priority, payload, unique_key FROM job").first(store.read()).await;
        let row = row.expect("a read").expect("a job");
        assert_eq!((row.text(0).expect("kind"), row.text(1).expect("lane")), ("report".into(), "slack:C1".into()));
        assert_eq!(row.int(2).expect("priority"), 1);
        let payload: Value = row.json(3).expect("JSON");
        let schedule = json!({ "name": "report", "step": "2026-03-02T10:00:00Z", "late_seconds": 0 });
        assert_eq!(payload, json!({ "to": "#dev", "schedule": schedule }));
        assert_eq!(row.text(4).expect("key"), "schedule:report:2026-03-02T10:00:00Z");

        let all = Queue::open(store).schedules().await.expect("schedules");
        let [it] = &all[..] else { panic!("{all:?}") };
        assert_eq!((&*it.words, &*it.who, it.paused), ("every hour (UTC)", "Ana", Paused::No));
        assert_eq!(
            [it.next, it.then[0], it.then[1]].map(|it| it.to_string()),
            ["2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z"]
        );
        assert_eq!(it.last.expect("fired").late(), Duration::from_millis(400));
    })
    .await;
}

#[tokio::test]
async fn after_downtime_the_latest_step_is_fired_and_no_other() {
    on_each(|bench| async move {
        let store = &bench.store;
        repeat(store, &repeating("@hourly")).await;
        repeat(store, &Repeating { name: "skipped".into(), catch_up: CatchUp::Skip, ..repeating("@hourly") }).await;
        bench.clock.advance(HOUR * 75 + Duration::from_mins(20));
        let fence = take(&hold(store, "a")).await;
        assert_eq!(fire(store, KINDS, &found_due(store).await, &fence).await.expect("fired"), 1);
        assert_eq!(fired(store).await, ["2026-03-05T12:00:00Z"]);
        let late = sql("SELECT payload FROM job").first(store.read()).await.expect("a read").expect("a job");
        assert_eq!(late.json::<Value>(0).expect("JSON")["schedule"]["late_seconds"], 20 * 60);

        // Both go on from here.
        bench.clock.advance(Duration::from_mins(40));
        let fence = take(&hold(store, "b")).await;
        assert_eq!(fire(store, KINDS, &found_due(store).await, &fence).await.expect("fired"), 2);
        assert_eq!(fired(store).await, ["2026-03-05T12:00:00Z", "2026-03-05T13:00:00Z", "2026-03-05T13:00:00Z"]);
    })
    .await;
}

#[tokio::test]
async fn a_holder_that_was_paused_past_its_lease_fires_nothing() {
    on_each(|bench| async move {
        let store = &bench.store;
        repeat(store, &repeating("@hourly")).await;
        let (first, second) = (hold(store, "a"), hold(store, "b"));
        let old = take(&first).await;
        bench.clock.advance(HOUR + Duration::from_mins(1));
        // The first has read what is due, and stands still. The second takes over and reads the same.
        let read = found_due(store).await;
        let new = take(&second).await;
        assert_eq!(new.epoch, old.epoch + 1);
        let read_too = found_due(store).await;
        assert_eq!(fire(store, KINDS, &read, &old).await.expect("an answer"), 0, "fenced");
        assert_eq!(fire(store, KINDS, &read_too, &new).await.expect("an answer"), 1);
        // Were there no fence, the row itself would not be fired twice.
        assert_eq!(fire(store, KINDS, &read, &new).await.expect("an answer"), 0);
        assert_eq!(fired(store).await, ["2026-03-02T10:00:00Z"]);
        assert_eq!(first.turn(&old, Duration::ZERO).await.expect("an answer"), Turn::NotNow);
        assert_eq!(second.turn(&new, Duration::ZERO).await.expect("an answer"), Turn::Ours);
    })
    .await;
}

#[tokio::test]
async fn a_duty_is_one_bots_until_it_stops_or_is_lost() {
    on_each(|bench| async move {
        let store = &bench.store;
        let (first, second) = (hold(store, "a"), hold(store, "b"));
        let held = take(&first).await;
        if store.dialect() == Dialect::Postgres {
            // Renewed in time, it is never free.
            for _ in 0..10 {
                bench.clock.advance(Duration::from_secs(5));
                assert_eq!(take(&first).await, held);
                assert_eq!(second.seek().await.expect("an answer"), None);
            }
            bench.clock.advance(Duration::from_secs(13));
        }
        let taken = take(&second).await;
        assert_eq!(taken.epoch, held.epoch + 1);
        second.give_up().await.expect("given up");
        assert_eq!(take(&hold(store, "c")).await.epoch, taken.epoch + 1, "at once");
    })
    .await;
}

#[tokio::test]
async fn a_change_neither_fires_twice_nor_forgets() {
    on_each(|bench| async move {
        let store = &bench.store;
        repeat(store, &repeating("@hourly")).await;
        bench.clock.advance(HOUR);
        let hold = hold(store, "a");
        let fence = take(&hold).await;
        let stale = found_due(store).await;
        // Said again, as at a start: the step that is due stays due, with the new payload.
        let mut again = repeating("@hourly");
        again.job.payload = json!({ "to": "#ops" }).into();
        repeat(store, &again).await;
        assert_eq!(fire(store, KINDS, &stale, &fence).await.expect("fired"), 1);
        let row = sql("SELECT payload FROM job").first(store.read()).await.expect("a read").expect("a job");
        assert_eq!(row.json::<Value>(0).expect("JSON")["to"], "#ops");
        // The step that was just fired is a step of the new timetable too.
        repeat(store, &repeating("0 */2 * * *")).await;
        assert_eq!(found_due(store).await.len(), 0);
        bench.clock.advance(HOUR * 2);
        let stale = found_due(store).await;
        assert_eq!(stale.len(), 1);
        let fence = take(&hold).await;
        repeat(store, &repeating("30 * * * *")).await;
        assert_eq!(fire(store, KINDS, &stale, &fence).await.expect("an answer"), 0, "read before the change");
        assert_eq!(fired(store).await, ["2026-03-02T10:00:00Z"]);

        let mut tx = store.begin().await.expect("a transaction");
        assert_eq!(Queue::pause(&mut tx, "report").await.expect("an answer"), Changed::Yes);
        assert_eq!(Queue::pause(&mut tx, "other").await.expect("an answer"), Changed::NotFound);
        tx.commit().await.expect("a commit");
        bench.clock.advance(HOUR * 5);
        repeat(store, &repeating("30 * * * *")).await;
        assert_eq!(found_due(store).await.len(), 0, "paused");
        let mut tx = store.begin().await.expect("a transaction");
        assert_eq!(Queue::resume(&mut tx, "report").await.expect("an answer"), Changed::Yes);
        tx.commit().await.expect("a commit");
        let next = due(store, KINDS).await.expect("an answer").1.expect("a next step");
        assert_eq!(next.to_string(), "2026-03-02T17:30:00Z", "what it rested through is not made up for");
        let mut tx = store.begin().await.expect("a transaction");
        assert_eq!(Queue::end_repeating(&mut tx, "report").await.expect("an answer"), Changed::Yes);
        assert_eq!(Queue::end_repeating(&mut tx, "report").await.expect("an answer"), Changed::NotFound);
        tx.commit().await.expect("a commit");
        assert_eq!(Queue::open(store).schedules().await.expect("schedules"), []);
    })
    .await;
}

#[tokio::test]
async fn what_was_restored_does_not_fire_what_it_missed() {
    on_each(|bench| async move {
        let store = &bench.store;
        repeat(store, &repeating("@hourly")).await;
        bench.clock.advance(HOUR * 3 + Duration::from_secs(1));
        let mut tx = store.begin().await.expect("a transaction");
        assert_eq!(Queue::forget_missed(&mut tx).await.expect("forgotten"), 1);
        tx.commit().await.expect("a commit");
        let (none, next) = due(store, KINDS).await.expect("an answer");
        assert_eq!((none.len(), next.map(|it| it.to_string())), (0, Some("2026-03-02T13:00:00Z".into())));
    })
    .await;
}

#[tokio::test]
async fn what_another_version_wrote_stops_nobody() {
    on_each(|bench| async move {
        let store = &bench.store;
        for (name, kind) in [("later", "unknown"), ("report", "report"), ("odd", "report")] {
            let mut it = Repeating { name: name.into(), ..repeating("@hourly") };
            it.job.kind = kind;
            repeat(store, &it).await;
        }
        change(store, "UPDATE schedule SET cron = 'at noon' WHERE name = 'odd'").await;
        bench.clock.advance(HOUR);
        let fence = take(&hold(store, "a")).await;
        assert_eq!(fire(store, KINDS, &found_due(store).await, &fence).await.expect("fired"), 1);
        let all = Queue::open(store).schedules().await.expect("schedules");
        let shown: Vec<_> = all.iter().map(|it| format!("{} {} {}", it.name, it.words, it.next)).collect();
        assert_eq!(
            shown,
            [
                "later every hour (UTC) 2026-03-02T10:00:00Z",
                "odd at noon (UTC) 2026-03-02T10:00:00Z",
                "report every hour (UTC) 2026-03-02T11:00:00Z"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn the_duties_are_done_while_a_bot_runs_and_given_up_when_it_stops() {
    on_each(|bench| async move {
        let store = &bench.store;
        repeat(store, &repeating("@hourly")).await;
        change(
            store,
            "INSERT INTO form (id, platform, workspace, channel, thread, person, asking, saved, body, expires)
             VALUES ('f', 'slack', 'T1', 'C1', '', 'U1', 0, 1, '{}', 0)",
        )
        .await;
        let stopping = CancellationToken::new();
        let queue = Queue::open(store);
        let running = tokio::spawn(duty::run(queue.clone(), KINDS.into(), stopping.clone()));
        let count = async |text: &'static str| -> i64 {
            sql(text).first(store.read()).await.expect("a read").expect("a row").int(0).expect("a number")
        };
        let settled = async {
            while count("SELECT COUNT(*) FROM duty WHERE boot IS NOT NULL").await < 3
                || count("SELECT COUNT(*) FROM form").await > 0
                || queue.findings().await.expect("findings").is_none()
            {
                tokio::task::yield_now().await;
            }
            bench.clock.advance(HOUR);
            while fired(store).await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), settled).await.expect("all duties are done");
        stopping.cancel();
        running.await.expect("stopped");
        let now = store.now().as_microsecond();
        let held = sql("SELECT COUNT(*) FROM duty WHERE until > $1").bind(now).first(store.read()).await.expect("a read");
        assert_eq!(held.expect("a row").int(0).expect("a number"), 0);
        assert_eq!(fired(store).await, ["2026-03-02T10:00:00Z"]);
    })
    .await;
}

/// A machine whose clock is off.
struct Off(SignedDuration);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.0
    }

    fn wait_until(&self, _: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct Done(tokio::sync::mpsc::UnboundedSender<i64>);

impl Handler for Done {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let _ = self.0.send(job.id);
            Outcome::Done(Writes::default())
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { panic!("the lease of job {} was stolen", job.id) })
    }
}

#[tokio::test]
async fn bots_whose_clocks_are_far_apart_share_leases_and_schedules() {
    let Some(schema) = Schema::create().await else { return };
    let slow = Store::open_on(&schema.url, Arc::new(Off(SignedDuration::from_mins(-10)))).await.expect("opened");
    let fast = Store::open_on(&schema.url, Arc::new(Off(SignedDuration::from_mins(10)))).await.expect("opened");

    // The slow bot's lease on a job, as its claim writes it, is no past to the fast one.
    let mut tx = slow.begin().await.expect("a transaction");
    let job = NewJob { lane: None, ..repeating("@hourly").job };
    let leased = Queue::enqueue(&mut tx, &job).await.expect("enqueued").expect("an id");
    sql("UPDATE job SET state = 'sending', boot = 'slow', epoch = 1, lease_until = $2 WHERE id = $1")
        .bind(leased)
        .bind(slow.now() + Duration::from_secs(30))
        .execute(&mut tx)
        .await
        .expect("leased");
    let other = Queue::enqueue(&mut tx, &job).await.expect("enqueued").expect("an id");
    tx.commit().await.expect("a commit");
    let (done, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let handler: Arc<dyn Handler> = Arc::new(Done(done));
    let workers = Queue::open(&fast).start(Handlers::from([("report", handler)]), 4);
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), seen.recv()).await.expect("in time"), Some(other));
    workers.shutdown(Duration::from_secs(5)).await;
    let row = sql("SELECT boot FROM job WHERE id = $1").bind(leased).first(slow.read()).await.expect("a read");
    assert_eq!(row.expect("still there").text(0).expect("text"), "slow");

    // Neither takes the other's duty, and what is due for one is due for both, once.
    let (mine, yours) = (hold(&slow, "slow"), hold(&fast, "fast"));
    let fence = take(&mine).await;
    assert_eq!(yours.seek().await.expect("an answer"), None);
    repeat(&slow, &repeating("@hourly")).await;
    change(&slow, "UPDATE schedule SET next_run = next_run - 3600000000").await;
    let (a, b) = (found_due(&slow).await, found_due(&fast).await);
    assert_eq!((a.len(), b.len()), (1, 1));
    let stolen = Fence { boot: "fast".into(), epoch: fence.epoch };
    let (mine, yours) = tokio::join!(fire(&slow, KINDS, &a, &fence), fire(&fast, KINDS, &b, &stolen));
    assert_eq!((mine.expect("fired"), yours.expect("an answer")), (1, 0));
    let (a, b) = (found_due(&slow).await.len(), found_due(&fast).await.len());
    assert_eq!((a, b), (0, 0));
    for store in [slow, fast] {
        store.close().await;
    }
    schema.drop().await;
}
