//! Alerts through their life, on both databases, with a clock that stands still.

mod life;
mod model;
mod reasons;
mod shown;
mod sources;

use std::{sync::Arc, time::Duration};

use commands::{
    Event,
    event::{Object, Severity},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    Who,
    store::{self, Row},
    take::AlertJob,
    timer::TimerJob,
};
use crate::{
    app::App,
    cli::start,
    config,
    dispatch::post::{
        PostJob,
        card::{AlertPart, CardPost},
    },
    store::{
        sql,
        testing::{Bench, on_each},
    },
};

/// A bot with a rule that pages, and one that only posts.
const CONFIG: &str = r##"
[server]
listen = "127.0.0.1:0"

[[alert_rule]]
name = "disks"
from = "monitoring"
filter = "title:Disk*"
to = "slack:#ops"
escalation = "platform"
owner = "platform"
runbook = "https://wiki.example.org/disks"

[[escalation]]
name = "platform"
steps = ["ben@example.org"]

[[alert_rule]]
name = "builds"
from = "ci"
filter = "runs"
to = "zulip:ops>builds"
group_by = ["branch"]
for = "5m"
severity = "error"
repeat = "1h"
acknowledged_for = "4h"
resolve_after = "1d"
"##;

fn ana() -> Who {
    Who { id: "slack:T1:U1".into(), name: "Ana".into() }
}

fn ben() -> Who {
    Who { id: "slack:T1:U2".into(), name: "Ben".into() }
}

/// A bot without any chat, on a database.
struct Desk {
    app: Arc<App>,
    bench: Bench,
}

impl Desk {
    async fn new(bench: Bench) -> Desk {
        Desk::with(bench, CONFIG).await
    }

    async fn with(bench: Bench, text: &str) -> Desk {
        let (slack, zulip) = (
            "[slack]\nsigning_secret = \"s\"\nbot_token = \"xoxb-1\"\n",
            "[zulip]\nsite = \"https://chat.example.org\"\nemail = \"bot@chat.example.org\"\napi_key = \"k\"\nwebhook_token = \"t\"\n",
        );
        let config =
            config::read(&format!("{text}\n{slack}{zulip}"), &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
        let app = start::assemble_on(bench.store.clone(), config).await.expect("a bot").0;
        Desk { app, bench }
    }

    fn now(&self) -> Timestamp {
        self.bench.store.now()
    }

    /// What a source reports is routed, and what routing makes of it is taken.
    async fn report(&self, event: Event) -> Option<i64> {
        let routed = self.app.route(vec![event], None);
        let job = routed.jobs.iter().find(|it| it.kind == AlertJob::KIND)?;
        let asked: AlertJob = job.payload.read().expect("events");
        let mut tx = self.bench.store.begin().await.expect("a transaction");
        let found = self.app.apply(&mut tx, &asked.taken).await.expect("it is taken");
        tx.commit().await.expect("a commit");
        found[0]
    }

    async fn row(&self, id: i64) -> Row {
        store::seen(&self.bench.store, id).await.expect("the store").expect("an alert")
    }

    async fn pages(&self, id: i64) -> bool {
        let mut tx = self.bench.store.begin().await.expect("a transaction");
        self.app.pages_now(&mut tx, id).await.expect("the store")
    }

    /// Time passes, and each timer rings when it is due.
    async fn wait(&self, by: SignedDuration) {
        let until = self.now().checked_add(by).expect("a moment");
        loop {
            let found = sql("SELECT id, payload, run_at FROM job WHERE kind = $1 AND run_at <= $2 ORDER BY run_at, id LIMIT 1")
                .bind(TimerJob::KIND)
                .bind(until)
                .first(self.bench.store.read())
                .await
                .expect("jobs");
            let Some(row) = found else { break };
            let (id, timer, due): (i64, TimerJob, Timestamp) =
                (row.int(0).expect("an id"), row.json(1).expect("a timer"), row.time(2).expect("a time"));
            self.advance(due);
            self.app.ring(&timer).await.expect("it rings");
            let mut tx = self.bench.store.begin().await.expect("a transaction");
            sql("DELETE FROM job WHERE id = $1").bind(id).execute(&mut tx).await.expect("done");
            tx.commit().await.expect("a commit");
        }
        self.advance(until);
    }

    fn advance(&self, to: Timestamp) {
        if let Ok(by) = Duration::try_from(to.duration_since(self.now())) {
            self.bench.clock.advance(by);
        }
    }

    /// What was said of it, in order.
    async fn story(&self, id: i64) -> Vec<String> {
        self.app.alert_story(id).await.expect("lines").into_iter().map(|it| it.text).collect()
    }

    /// What is to be posted: `slack:#ops card`, `slack:#ops story It fires again.`
    async fn posts(&self) -> Vec<String> {
        let rows =
            sql("SELECT payload FROM job WHERE kind = 'post' ORDER BY id").all(self.bench.store.read()).await.expect("jobs");
        let posts = rows.iter().map(|it| it.json::<PostJob>(0).expect("a post"));
        posts
            .map(|it| {
                let place = it.post.to.address().to_owned();
                match &it.card {
                    Some(CardPost::Alert { part: AlertPart::Card, .. }) => format!("{place} card"),
                    Some(CardPost::Alert { part, .. }) => format!("{place} {part:?} {}", it.post.message.summary()),
                    _ => format!("{place} plain {}", it.post.message.summary()),
                }
            })
            .collect()
    }

    async fn card(&self, id: i64) -> String {
        let (message, _) = self.app.alert_card(id).await.expect("the store").expect("an alert");
        message.to_plain(&[])
    }
}

/// `alert.firing` of a disk on a machine.
fn disk(desk: &Desk, verb: &str, machine: &str) -> Event {
    Event {
        id: format!("{machine} {verb} {}", desk.now()),
        source: "monitoring".into(),
        kind: format!("alert.{verb}"),
        at: desk.now(),
        object: Object {
            key: machine.into(),
            title: "DiskFull".into(),
            url: Some("https://monitor.example.org/disks".into()),
            place: Some("apollo".into()),
            state: Some(verb.into()),
        },
        labels: vec![format!("instance={machine}"), "service=db".into()],
        text: Some("92 % of /var".into()),
        severity: Some(Severity::Critical),
        ..Event::default()
    }
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}
