//! What is told when: small changes that come together, people who are told directly, reminders; by a clock that the tests move.

use std::{sync::Arc, time::Duration};

use commands::{
    BoxFuture, Event,
    event::{Change, Concern, Object, Why},
    filter::Filter,
};
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::{
    app::App,
    cli::start,
    config::{self, Broadcast, Destination, Mode, Rhythm, Subscription},
    dispatch::post::{PostJob, storm},
    notify::{
        decide::decide,
        direct::{self, DirectJob},
        people::Names,
        remind::RemindJob,
        subscriptions::{Known, Wish},
    },
    people::{
        PersonId,
        links::{Found, Linked},
    },
    queue::{Acceptance, Handler, Handlers, Job, Lease, NewJob, Outcome, Queue, Timetable, Workers, Writes},
    store::{
        ManualClock, sql,
        testing::{Bench, on_each},
    },
};

/// Notes what it is given, and sends nothing.
struct Noted(mpsc::UnboundedSender<Job>);

impl Handler for Noted {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        let _ = self.0.send(job.clone());
        Box::pin(async { Outcome::Done(Writes::default()) })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        let reason = format!("job {} was noted and not ended", job.id);
        Box::pin(async { Outcome::Dead { reason, writes: Writes::default() } })
    }
}

/// A bot with a connection to GitHub that nobody answers at, its workers, and what they would send.
struct Bot {
    app: Arc<App>,
    workers: Workers,
    noted: mpsc::UnboundedReceiver<Job>,
}

impl Bot {
    async fn on(bench: &Bench) -> Bot {
        let text = "[server]\nlisten = \"127.0.0.1:0\"\n[[connection]]\nname = \"github\"\nkind = \"github\"\n\
                    url = \"http://127.0.0.1:9\"\ntoken = \"none\"\nrepo = \"acme/widgets\"\n";
        let config = config::read(text, &|_| None).unwrap_or_else(|_| panic!("a configuration"));
        let app = start::assemble_on(bench.store.clone(), config).await.expect("a bot").0;
        let (told, noted) = mpsc::unbounded_channel();
        let mut handlers = Handlers::new();
        handlers.insert(storm::StormJob::KIND, Arc::new(storm::Gather { app: app.clone() }));
        handlers.insert(DirectJob::KIND, Arc::new(direct::Tell::new(app.clone())));
        handlers.insert(PostJob::KIND, Arc::new(Noted(told.clone())));
        handlers.insert(RemindJob::KIND, Arc::new(Noted(told)));
        let workers = app.queue.start(handlers, 4);
        Bot { app, workers, noted }
    }

    async fn take(&self, key: &str, jobs: Vec<NewJob>) {
        let (source, key) = ("test".to_owned(), key.to_owned());
        let acceptance = Acceptance { source, key, body: bytes::Bytes::new(), audit: None, jobs, news: Vec::new() };
        self.app.queue.accept(acceptance).await.expect("accepted");
    }

    async fn next(&mut self) -> Job {
        tokio::time::timeout(Duration::from_secs(20), self.noted.recv()).await.expect("something is told").expect("a job")
    }

    /// The next job, while time goes on: who lost a duty over a leap of time takes it again a moment later.
    async fn soon(&mut self, clock: &ManualClock) -> Job {
        for _ in 0..200 {
            match tokio::time::timeout(Duration::from_millis(100), self.noted.recv()).await {
                Ok(job) => return job.expect("a job"),
                Err(_) => clock.advance(Duration::from_secs(1)),
            }
        }
        panic!("nothing is told");
    }

    async fn post(&mut self) -> PostJob {
        self.next().await.payload.read().expect("a post")
    }

    async fn stop(self) {
        self.workers.shutdown(Duration::from_secs(5)).await;
    }
}

fn event(id: &str, kind: &str) -> Event {
    let object = Object {
        key: "acme/widgets#7".into(),
        title: "Printer on fire".into(),
        url: Some("https://github.com/acme/widgets/issues/7".into()),
        place: Some("acme/widgets".into()),
        state: None,
    };
    Event { id: id.into(), source: "github".into(), kind: kind.into(), actor: Some("chloe".into()), object, ..Event::default() }
}

fn labeled(label: &str) -> Event {
    let changes = vec![Change { field: "label".into(), from: None, to: Some(label.into()) }];
    Event { changes, ..event(&format!("labeled-{label}"), "issue.labeled") }
}

/// The jobs that tell it in a channel.
fn told(event: &Event, now: Timestamp) -> Vec<NewJob> {
    let subscription = Subscription {
        from: "github".into(),
        filter: Filter::all(),
        to: Destination::parse("slack:C1").expect("a place"),
        fallback: None,
        mode: Mode::Thread,
        broadcast: Broadcast::Never,
        rhythm: Rhythm::default(),
        since: Timestamp::MIN,
        line: None,
    };
    decide(&Known::of_all(&[Arc::new(subscription)], Vec::new()), event, now, &|_| Names::none()).0
}

#[tokio::test]
async fn labels_are_told_together_once_nothing_more_comes() {
    on_each(|bench| async move {
        let mut bot = Bot::on(&bench).await;
        for label in ["bug", "urgent"] {
            bot.take(label, told(&labeled(label), bench.store.now())).await;
            bench.clock.advance(Duration::from_secs(1));
        }
        // Two seconds by now, and another one since the last: not yet. Three since the last: now.
        bench.clock.advance(Duration::from_secs(1));
        bench.clock.advance(Duration::from_secs(1));
        let post = bot.post().await;
        let said = post.post.message.to_plain(&[]);
        assert!(said.contains("bug") && said.contains("urgent") && post.also.len() == 1, "{said} {:?}", post.also);
        bot.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_storm_is_told_after_ten_seconds_at_the_latest() {
    on_each(|bench| async move {
        let mut bot = Bot::on(&bench).await;
        let begin = bench.store.now();
        for label in ["a", "b", "c", "d", "e"] {
            bot.take(label, told(&labeled(label), bench.store.now())).await;
            bench.clock.advance(Duration::from_secs(2));
        }
        let post = bot.post().await;
        assert_eq!(bench.store.now().duration_since(begin).as_secs(), 10);
        assert_eq!(post.also.len(), 4, "all of them: {:?}", post.also);
        bot.stop().await;
    })
    .await;
}

#[tokio::test]
async fn people_are_told_once_of_what_is_for_them() {
    on_each(|bench| async move {
        let mut bot = Bot::on(&bench).await;
        let person = |id: &str| PersonId::new("slack", "T1", id);
        let (ana, ben, chloe) = (person("U1"), person("U2"), person("U3"));
        for (person, account) in [(&ana, "ana"), (&ben, "ben"), (&chloe, "chloe")] {
            let linked = Linked { account: account.into(), found: Found::Administrator };
            bot.app.people.set_link(person, "github", &linked, &chloe).await.expect("linked");
        }
        bot.app.people.save_wanted(&ben, &[Why::Mentioned]).await.expect("saved");
        let concerns = |names: &[&str]| -> Vec<Concern> {
            names.iter().map(|it| Concern { name: (*it).to_owned(), id: None, why: Why::Assigned }).collect()
        };
        // Chloe did it herself, and Ben does not want to hear of it.
        let assigned = Event { concerns: concerns(&["ana", "ben", "chloe"]), ..event("1", "issue.assigned") };
        let direct = |event: &Event| bot.app.route(vec![event.clone()], None).jobs;
        let (first, again) = (direct(&assigned), direct(&assigned));
        let other = Event { concerns: concerns(&["ana"]), ..event("2", "issue.assigned") };
        let other = direct(&other);
        bot.take("first", first).await;
        let post = bot.post().await;
        assert_eq!(post.post.to, ana.target());
        assert!(post.post.message.to_plain(&[]).contains("this was given to you"));
        // The same that is read again tells nobody.
        bot.take("again", again).await;
        bot.take("other", other).await;
        let post = bot.post().await;
        assert!(post.post.key.contains(":2:"), "{}", post.post.key);
        bot.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_cannot_be_found_out_now_is_told_later_and_nobody_twice() {
    on_each(|bench| async move {
        let mut bot = Bot::on(&bench).await;
        let person = |id: &str| PersonId::new("slack", "T1", id);
        for (id, account) in [("U1", "ana"), ("U3", "chloe")] {
            let linked = Linked { account: account.into(), found: Found::Administrator };
            bot.app.people.set_link(&person(id), "github", &linked, &person("U3")).await.expect("linked");
        }
        let concerns = |names: &[&str]| -> Vec<Concern> {
            names.iter().map(|it| Concern { name: (*it).to_owned(), id: None, why: Why::Assigned }).collect()
        };
        // GitHub does not answer whose account `ben` is.
        let assigned = Event { concerns: concerns(&["ana", "ben"]), ..event("1", "issue.assigned") };
        bot.take("first", bot.app.route(vec![assigned], None).jobs).await;
        assert_eq!(bot.post().await.post.to, person("U1").target());
        let waits = async || {
            let waiting = "SELECT attempts FROM job WHERE kind = 'direct' AND state = 'ready' AND failing_since IS NOT NULL";
            let found = sql(waiting).first(bench.store.read()).await.expect("jobs");
            found.map_or(0, |it| it.int(0).expect("a number"))
        };
        while waits().await == 0 {
            tokio::task::yield_now().await;
        }
        // By then he is linked.
        let linked = Linked { account: "ben".into(), found: Found::Administrator };
        bot.app.people.set_link(&person("U2"), "github", &linked, &person("U3")).await.expect("linked");
        let post: PostJob = bot.soon(&bench.clock).await.payload.read().expect("a post");
        assert_eq!(post.post.to, person("U2").target(), "and Ana is not told again");
        bot.stop().await;
    })
    .await;
}

#[tokio::test]
async fn me_is_whoever_the_person_is_by_now() {
    on_each(|bench| async move {
        let bot = Bot::on(&bench).await;
        let ana = PersonId::new("slack", "T1", "U1");
        let link = async |account: &str| {
            let linked = Linked { account: account.into(), found: Found::Themselves };
            bot.app.people.set_link(&ana, "github", &linked, &ana).await.expect("linked");
            bot.app.know_people().await.expect("known");
            bot.app.subscriptions.made().iter().map(|it| it.subscription.filter.to_string()).collect::<Vec<_>>()
        };
        let filter = |text: &str| Filter::parse(text).expect("a filter");
        let wish = |filter, mine| Wish {
            from: "github".into(),
            filter,
            mine,
            to: Destination { workspace: "T1".into(), ..Destination::parse("slack:@U1").expect("a person") },
            mode: Mode::Thread,
            broadcast: Broadcast::Never,
            rhythm: Rhythm::default(),
            replaces: None,
        };
        for wish in [wish(filter("pulls author:ana"), Some(filter("pulls author:me"))), wish(filter("issues author:ana"), None)] {
            bot.app.subscriptions.add(&wish, &ana).await.expect("added");
        }
        assert_eq!(link("ana").await, ["pulls author:ana", "issues author:ana"]);
        assert_eq!(link("ana-abel").await, ["pulls author:ana-abel", "issues author:ana"], "who wrote a name meant the name");
        assert_eq!(link("abel").await, ["pulls author:abel", "issues author:ana"], "and again");
        bot.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_reminder_comes_at_its_time_where_its_person_is() {
    on_each(|bench| async move {
        let mut bot = Bot::on(&bench).await;
        let ana = PersonId::new("slack", "T1", "U1");
        let remind = RemindJob { to: ana.target(), who: ana, schedule: serde_json::Value::Null };
        let timetable = Timetable::parse("0 9 * * mon-fri", "Europe/Berlin").expect("a timetable");
        let mut tx = bench.store.begin().await.expect("a transaction");
        Queue::repeat(&mut tx, &remind.repeating(timetable)).await.expect("repeated");
        tx.commit().await.expect("committed");
        // It is 10:00 on a Monday in Berlin.
        bench.clock.advance(Duration::from_hours(23));
        let step = |job: &Job| job.payload.value()["schedule"]["step"].as_str().unwrap_or_default().to_owned();
        assert_eq!(step(&bot.soon(&bench.clock).await), "2026-03-03T08:00:00Z");
        // Who comes back after three days is reminded of what waits now, once.
        bench.clock.advance(Duration::from_hours(72));
        assert_eq!(step(&bot.soon(&bench.clock).await), "2026-03-06T08:00:00Z");
        // Not on Saturday.
        bench.clock.advance(Duration::from_hours(72));
        assert_eq!(step(&bot.soon(&bench.clock).await), "2026-03-09T08:00:00Z");
        bot.stop().await;
    })
    .await;
}
