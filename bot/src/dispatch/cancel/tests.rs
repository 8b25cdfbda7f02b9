//! Who hears that something was taken back, and what cannot be; on both databases.

use commands::{Actor, Call, ErrorKind};
use serde_json::json;

use super::*;
use crate::{
    app::OWN,
    chat::{Answering, Place},
    cli::start,
    config,
    queue::{NewJob, Priority},
    store::{
        Store, sql,
        testing::{on_each, start},
    },
};

fn to(asker: &str) -> Answering {
    let place = Place { platform: "slack".into(), workspace: "T1".into(), channel: "C1".into(), thread: None };
    Answering { place, asker: asker.into(), response_url: None, pressed: None }
}

/// A command of Ana's that was promised to her.
fn promised() -> NewJob {
    let call = Call::new("redmine", "issue create", json!({ "subject": "Printer on fire" }));
    RunJob { promised: true, asked_at: start(), ..RunJob::new(call, to("ANA"), "r-1".into()) }.into_job()
}

/// Somebody's page.
fn page() -> NewJob {
    NewJob {
        kind: PageJob::KIND,
        lane: None,
        priority: Priority::Page,
        payload: json!({}).into(),
        run_at: None,
        expires: None,
        unique: None,
    }
}

async fn put(store: &Store, job: NewJob) -> i64 {
    let mut tx = store.begin().await.expect("a transaction");
    let id = Queue::enqueue(&mut tx, &job).await.expect("written").expect("a job");
    tx.commit().await.expect("a commit");
    id
}

async fn found(queue: &Queue, id: i64) -> Waiting {
    waiting(queue, id).await.expect("read").expect("it waits")
}

/// The kinds of the jobs that there are, and what they say.
async fn left(store: &Store, queue: &Queue) -> Vec<(String, String)> {
    let rows = sql("SELECT id FROM job ORDER BY id").all(store.read()).await.expect("rows");
    let mut all = Vec::new();
    for row in &rows {
        let (kind, payload) = queue.waiting(row.int(0).expect("an id")).await.expect("read").expect("it waits");
        all.push((kind, payload.to_string()));
    }
    all
}

#[tokio::test]
async fn whoever_was_promised_a_command_hears_that_another_took_it_back() {
    on_each(|bench| async move {
        let (store, queue) = (&bench.store, Queue::open(&bench.store));
        let ben = PersonId::asker(&to("BEN"));
        for person in [Some(&ben), None] {
            let job = found(&queue, put(store, promised()).await).await;
            let taken = cancel(&queue, job, "Ben", person).await.expect("written");
            let Taken::Yes(Some(asked)) = taken else { panic!("{taken:?}") };
            assert_eq!(asked.call.action, "issue create");
            let told = left(store, &queue).await;
            let [(kind, text)] = told.as_slice() else { panic!("{told:?}") };
            assert_eq!(kind, PostJob::KIND);
            assert!(text.contains("was cancelled by Ben: it will not be done.") && text.contains("ANA"), "{text}");
            let mut tx = store.begin().await.expect("a transaction");
            sql("DELETE FROM job").execute(&mut tx).await.expect("done");
            tx.commit().await.expect("a commit");
        }
        let ended = sql("SELECT state, reason FROM job_history ORDER BY id").all(store.read()).await.expect("rows");
        assert_eq!(ended.len(), 2);
        assert_eq!(
            (ended[0].text(0).expect("text").as_str(), ended[0].text(1).expect("text").as_str()),
            ("cancelled", "cancelled by Ben")
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_their_own_back_is_told_by_the_answer_alone_and_once() {
    on_each(|bench| async move {
        let (store, queue) = (&bench.store, Queue::open(&bench.store));
        let ana = PersonId::asker(&to("ANA"));
        let id = put(store, promised()).await;
        let (first, second) = (found(&queue, id).await, found(&queue, id).await);
        assert!(matches!(cancel(&queue, first, "Ana", Some(&ana)).await.expect("written"), Taken::Yes(Some(_))));
        assert_eq!(left(store, &queue).await, []);
        // Another who looked before it was gone comes too late, and nobody is told a second time.
        assert!(matches!(cancel(&queue, second, "Ben", None).await.expect("asked"), Taken::TooLate));
        assert_eq!(left(store, &queue).await, []);
        assert!(waiting(&queue, id).await.expect("read").is_none());
    })
    .await;
}

#[tokio::test]
async fn what_keeps_something_going_or_is_somebodys_page_is_not_cancelled() {
    for kind in [RunJob::KIND, PostJob::KIND, OutgoingJob::KIND] {
        assert_eq!(kept(kind), None, "{kind}");
    }
    for (kind, instead) in [
        (Poll::KIND, "`bellhop disconnect` ends that."),
        (Synchronize::KIND, "`bellhop sync pause` ends that."),
        (PageJob::KIND, "acknowledge, resolve or silence that instead."),
        (EscalateJob::KIND, "acknowledge, resolve or silence that instead."),
        (AlertJob::KIND, "acknowledge, resolve or silence that instead."),
        (TimerJob::KIND, "acknowledge, resolve or silence that instead."),
        (FollowJob::KIND, "deny what was asked for instead."),
        ("expiry", "ends by itself."),
    ] {
        assert!(kept(kind).is_some_and(|it| it.ends_with(instead)), "{kind}: {:?}", kept(kind));
    }
    on_each(|bench| async move {
        let (store, queue) = (&bench.store, Queue::open(&bench.store));
        let job = found(&queue, put(store, page()).await).await;
        assert!(matches!(cancel(&queue, job, "Ben", None).await.expect("asked"), Taken::Kept(_)));
        assert_eq!(left(store, &queue).await, [(PageJob::KIND.to_owned(), "{}".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn the_command_says_why_a_job_goes_on() {
    on_each(|bench| async move {
        let config = config::read("[server]\nlisten = \"127.0.0.1:0\"\n", &|_| None).unwrap_or_else(|it| panic!("{it:?}"));
        let (app, _) = start::assemble_on(bench.store.clone(), config).await.expect("a bot");
        let ctx = |id: &str, admin: bool| {
            let (platform, workspace, id, name) = ("slack".into(), "T1".into(), id.into(), id.into());
            app.ctx(Actor { platform, workspace, id, name, email: None, admin }, OWN, "r-2", &to("BEN").place)
        };
        let call = |job: i64| Call::new(OWN, "cancel", json!({ "job": job }));
        let (asked, paged) = (put(&bench.store, promised()).await, put(&bench.store, page()).await);

        let refused = app.run(&call(asked), &ctx("BEN", false)).await.expect_err("it is Ana's");
        assert_eq!(refused.kind, ErrorKind::Permission);
        let refused = app.run(&call(paged), &ctx("BEN", true)).await.expect_err("it is a page");
        assert_eq!(refused.kind, ErrorKind::Conflict);
        assert!(
            refused.message.starts_with(&format!("Job {paged} goes on. Somebody may have to hear of its alert")),
            "{refused}"
        );
        app.run(&call(asked), &ctx("ANA", false)).await.expect("it is hers");
        let refused = app.run(&call(asked), &ctx("ANA", false)).await.expect_err("it is gone");
        assert_eq!(refused.kind, ErrorKind::NotFound);
        let kinds: Vec<String> = left(&bench.store, &app.queue).await.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [PageJob::KIND]);
    })
    .await;
}
