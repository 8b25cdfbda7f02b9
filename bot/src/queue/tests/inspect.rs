//! What people see of the queue, and what they set right.

use super::*;
use crate::queue::{By, Discarded, Filter, Hurried, Listed, RedrivenAll, Standing, Subjects};

const SUBJECTS: Subjects = Subjects(&[&["call.group"], &["to.platform", "to.channel"]]);

fn about(kind: &'static str, payload: serde_json::Value) -> NewJob {
    NewJob { kind, payload: payload.into(), ..plain("a") }
}

fn by() -> By {
    By { actor: "cli::ana".into(), request_id: "r1".into() }
}

/// `id state connection` of each.
fn lines(jobs: &[Listed]) -> Vec<String> {
    jobs.iter().map(|it| format!("{} {} {}", it.id, it.state.name(), it.connection.as_deref().unwrap_or("-"))).collect()
}

async fn change(store: &Store, text: String) {
    let mut tx = store.begin().await.expect("a transaction");
    sql(text).execute(&mut tx).await.expect("a change");
    tx.commit().await.expect("a commit");
}

/// A job in each place that there is, with ids from 1: waiting, scheduled, working, sending, unknown, retrying, dead.
async fn one_in_each_place(bench: &Bench, queue: &Queue) {
    let call = |group: &str| about("run", json!({ "call": { "group": group } }));
    let to = |channel: &str| about("post", json!({ "to": { "platform": "slack", "channel": channel } }));
    let later = NewJob { run_at: Some(start() + Duration::from_mins(5)), ..call("redmine") };
    let ids = put(queue, vec![call("redmine"), later, call("jira"), to("C1"), to("C2"), to("C1"), to("C1"), plain("x")]).await;
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8]);
    let at = |by: i64| (start() + Duration::from_secs(by.unsigned_abs())).as_microsecond();
    let store = &bench.store;
    change(store, format!("UPDATE job SET state = 'leased', boot = 'b', lease_until = {} WHERE id = 3", at(30))).await;
    change(store, format!("UPDATE job SET state = 'sending', boot = 'b', lease_until = {} WHERE id = 4", at(30))).await;
    change(store, format!("UPDATE job SET state = 'sending', boot = 'b', lease_until = {} WHERE id = 5", at(0))).await;
    change(
        store,
        format!("UPDATE job SET failing_since = {}, run_at = {}, attempts = 2, reason = '500' WHERE id = 6", at(0), at(60)),
    )
    .await;
    kill(bench, 7, "channel_not_found").await;
}

/// Makes a dead letter of a waiting job.
async fn kill(bench: &Bench, id: i64, reason: &str) {
    let mut tx = bench.store.begin().await.expect("a transaction");
    store::finish_unclaimed(&mut tx, &[id], store::Final::Dead, reason).await.expect("ended");
    tx.commit().await.expect("a commit");
}

#[tokio::test]
async fn each_job_is_counted_where_it_stands() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        one_in_each_place(&bench, &queue).await;
        let counts = queue.counts().await.expect("counts");
        let counts: Vec<String> = counts.iter().map(|it| format!("{} {} {}", it.jobs, it.state.name(), it.kind)).collect();
        assert_eq!(
            counts,
            [
                "1 waiting run",
                "1 waiting test",
                "1 scheduled run",
                "1 working run",
                "1 sending post",
                "1 unknown post",
                "1 retrying post",
                "1 dead post"
            ]
        );
        bench.clock.advance(Duration::from_mins(10));
        let overview = queue.overview(SUBJECTS).await.expect("an overview");
        let about: Vec<String> = overview
            .connections
            .iter()
            .map(|it| format!("{} {} {}", it.jobs, it.state.name(), it.connection.as_deref().unwrap_or("-")))
            .collect();
        // Databases differ in where they sort those without a name.
        let mut about: Vec<&str> = about.iter().map(String::as_str).collect();
        about.sort_unstable_by_key(|it| it.rsplit(' ').next().map(str::to_owned));
        // The lease of job 3 ran out while it was at work: the next scan makes it ready.
        let expected = [
            "1 waiting -",
            "1 working jira",
            "2 waiting redmine",
            "1 dead slack:C1",
            "1 retrying slack:C1",
            "1 unknown slack:C1",
            "1 unknown slack:C2",
        ];
        assert_eq!(about, expected);
        assert_eq!(overview.due_since, Some(start()));
        assert_eq!((overview.connections_of_the_oldest, overview.longest_lane), (None, None));
    })
    .await;
}

#[tokio::test]
async fn the_longest_lane_names_who_holds_it_up() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let ids = put(&queue, vec![in_lane("a", "x"), in_lane("b", "y"), in_lane("c", "y"), in_lane("d", "y")]).await;
        let longest = || async { queue.overview(SUBJECTS).await.expect("an overview").longest_lane.expect("a lane") };
        let first = longest().await;
        assert_eq!((first.lane.as_str(), first.jobs, first.held_up_by.id), ("y", 3, ids[1]));
        let until = (start() + Duration::from_secs(30)).as_microsecond();
        change(&bench.store, format!("UPDATE job SET state = 'leased', boot = 'b', lease_until = {until} WHERE id = {}", ids[2]))
            .await;
        assert_eq!(longest().await.held_up_by.id, ids[2]);
    })
    .await;
}

#[tokio::test]
async fn jobs_are_listed_by_where_they_stand_and_what_they_are_about() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        one_in_each_place(&bench, &queue).await;
        let list = async |state: Option<Standing>, kind: &str, connection: &str, limit: u32| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let filter = Filter { state, kind: some(kind), connection: some(connection) };
            lines(&queue.list(&filter, SUBJECTS, limit).await.expect("jobs"))
        };
        assert_eq!(
            list(None, "", "", 50).await,
            [
                "7 dead slack:C1",
                "1 waiting redmine",
                "2 scheduled redmine",
                "3 working jira",
                "4 sending slack:C1",
                "5 unknown slack:C2",
                "6 retrying slack:C1",
                "8 waiting -"
            ]
        );
        assert_eq!(list(None, "", "", 2).await, ["7 dead slack:C1", "1 waiting redmine"]);
        assert_eq!(list(None, "post", "slack:C1", 50).await, ["7 dead slack:C1", "4 sending slack:C1", "6 retrying slack:C1"]);
        assert_eq!(list(Some(Standing::Unknown), "", "slack", 50).await, ["5 unknown slack:C2"]);
        // Half a name is nobody's.
        assert_eq!(list(None, "", "slack:C", 50).await, Vec::<String>::new());
        assert_eq!(list(Some(Standing::Scheduled), "run", "redmine", 50).await, ["2 scheduled redmine"]);

        let (job, payload) = queue.job(7, SUBJECTS).await.expect("a read").expect("a job");
        assert_eq!((job.state, job.reason.as_deref()), (Standing::Dead, Some("channel_not_found")));
        assert_eq!(payload, Some(json!({ "to": { "platform": "slack", "channel": "C1" } })));
        assert_eq!(queue.job(99, SUBJECTS).await.expect("a read"), None);
    })
    .await;
}

#[tokio::test]
async fn dead_letters_are_put_back_together_and_each_is_audited() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let to = |channel: &str| about("post", json!({ "to": { "platform": "slack", "channel": channel } }));
        let twin = NewJob { unique: Some("twin".into()), ..to("C1") };
        let ids = put(&queue, vec![to("C1"), to("C2"), to("C1"), twin.clone(), plain("x")]).await;
        for id in &ids {
            kill(&bench, *id, "500").await;
            bench.clock.advance(Duration::from_secs(1));
        }
        put(&queue, vec![twin]).await;
        let filter = Filter { kind: Some("post".into()), ..Filter::default() };
        assert_eq!(queue.count_dead(&filter, SUBJECTS).await.expect("a count"), 4);
        let one = queue.redrive_all(&filter, SUBJECTS, 1, &by()).await.expect("put back");
        assert_eq!(one, RedrivenAll { put_back: 1, live: 0 });
        assert_eq!(queue.job(ids[0], SUBJECTS).await.expect("a read").expect("a job").0.redriven_as, Some(ids[4] + 2));
        let rest = queue.redrive_all(&filter, SUBJECTS, u64::MAX, &by()).await.expect("put back");
        assert_eq!(rest, RedrivenAll { put_back: 2, live: 1 });
        let dead = queue.list(&Filter { state: Some(Standing::Dead), ..Filter::default() }, SUBJECTS, 50).await.expect("jobs");
        assert_eq!(lines(&dead), [format!("{} dead -", ids[4]), format!("{} dead slack:C1", ids[3])]);
        let audited = audit::list(&bench.store, 10, &audit::Filter::default()).await.expect("lines");
        let audited: Vec<&str> = audited.iter().map(|it| it.action.as_str()).collect();
        assert_eq!(audited, [ids[2], ids[1], ids[0]].map(|id| format!("bellhop redrive {id}")));
    })
    .await;
}

#[tokio::test]
async fn what_is_given_up_for_good_says_by_whom_and_what_waits_can_be_hurried() {
    on_each(|bench| async move {
        let queue = Queue::open(&bench.store);
        let ids = put(&queue, vec![plain("a"), NewJob { run_at: Some(start() + Duration::from_hours(1)), ..plain("b") }]).await;
        kill(&bench, ids[0], "500").await;
        assert_eq!(queue.discard(ids[0], "Ana").await.expect("an answer"), Discarded::Yes);
        assert_eq!(queue.discard(ids[0], "Ana").await.expect("an answer"), Discarded::NotFound);
        assert_eq!(queue.redrive(ids[0]).await.expect("an answer"), Redriven::NotFound);
        let (job, _) = queue.job(ids[0], SUBJECTS).await.expect("a read").expect("a job");
        assert_eq!((job.state, job.reason.as_deref()), (Standing::Cancelled, Some("500; given up for good by Ana")));

        assert_eq!(queue.hurry(ids[1]).await.expect("an answer"), Hurried::Yes);
        assert_eq!(queue.hurry(ids[1]).await.expect("an answer"), Hurried::NotWaiting);
        let (handlers, mut seen) = probe(|_, _| done());
        let _workers = queue.start(handlers, 8);
        assert_eq!(next(&mut seen).await, ran("b", 1));
    })
    .await;
}
