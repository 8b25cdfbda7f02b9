//! Escalations of alerts on both databases, with a clock that stands still.

mod model;
mod steps;
mod ways;

use std::{cell::Cell, sync::Arc, time::Duration};

use commands::event::Severity;
use expect_test::{Expect, expect};
use jiff::Timestamp;

use super::{
    desk::{Answer, Ask, Desk, Landed},
    reach::{Kind, Reach, Rule},
    timer::{Escalate, EscalateJob},
    *,
};
use crate::{
    alerts::{NewAlert, Who, rule::Maintenance},
    cli::start,
    config,
    people::teams::Member,
    resources::By,
    store::{
        sql,
        testing::{Bench, on_each},
    },
};

/// A bot with Ana, Ben and Chloe in teams of their own and in one, each paged by direct message and, after 5 min, by text.
struct World<'a> {
    bench: &'a Bench,
    app: Arc<App>,
    timers: Escalate,
    begin: Timestamp,
    /// The one that fired last.
    alert: Cell<i64>,
}

fn by() -> By {
    By { who: "test".into(), why: String::new() }
}

fn begin_of_time() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn person(id: &str) -> PersonId {
    PersonId::new("slack", "T1", id)
}

impl World<'_> {
    async fn new(bench: &Bench) -> World<'_> {
        let config = "[server]\nlisten = \"127.0.0.1:0\"\n[slack]\nsigning_secret = \"s\"\nbot_token = \"xoxb-1\"\napi_url = \"http://127.0.0.1:1/\"\n\
            [sms]\naccount_sid = \"AC0123456789abcdef0123456789abcdef\"\nauth_token = \"t\"\nfrom = \"+41790000099\"\nvoice = \"+41790000099\"\napi_url = \"http://127.0.0.1:1\"\n";
        let config = config::read(config, &|_| None).unwrap_or_else(|_| panic!("a configuration"));
        let app = start::assemble_on(bench.store.clone(), config).await.expect("a bot").0;
        let desk = Desk::spawn(&app);
        let _ = app.desk.set(desk.clone());
        let mut tx = bench.store.begin().await.expect("a transaction");
        for (id, number) in [("ANA", "+41790000001"), ("BEN", "+41790000002"), ("CHLOE", "+41790000003")] {
            let rules = vec![Rule { kind: Kind::Dm, after: 0 }, Rule { kind: Kind::Sms, after: 300 }];
            let reach =
                Reach { number: Some(number.into()), verified: Some(begin_of_time()), rules: Some(rules), ..Reach::default() };
            app.set_reach(&mut tx, &person(id), &reach).await.expect("set");
        }
        tx.commit().await.expect("committed");
        let teams: [(&str, &[&str]); 4] =
            [("ana", &["ANA"]), ("ben", &["BEN"]), ("chloe", &["CHLOE"]), ("all", &["ANA", "BEN", "CHLOE"])];
        for (team, members) in teams {
            app.people.create_team(team, &person("ANA")).await.expect("made");
            for id in members {
                let label = format!("{}{}", &id[..1], id[1..].to_lowercase());
                app.people.add_member(team, &Member { person: person(id), label }).await.expect("added");
            }
        }
        let timers = Escalate { app: app.clone(), desk };
        World { bench, app, timers, begin: bench.store.now(), alert: Cell::new(0) }
    }

    async fn set_policy(&self, steps: &[&str], repeat: u32, last: &[&str]) {
        let all = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        let policy = Policy { steps: all(steps), repeat, last: all(last), zone: Some("UTC".into()) };
        self.app.resources.save("platform", &policy, &by()).await.expect("a policy");
    }

    /// Something fires, and its policy begins.
    async fn begin(&self) {
        self.begin_for(None).await;
    }

    async fn begin_for(&self, caused_by: Option<PersonId>) {
        let new = NewAlert {
            title: "Disk full".into(),
            text: None,
            severity: Severity::Error,
            source: "prometheus".into(),
            // Another one each time: what fired before is its own alert.
            fingerprint: format!("disk {}", self.alert.get()),
            caused_by,
            policy: Some("platform".into()),
        };
        let mut tx = self.app.store.begin().await.expect("a transaction");
        self.alert.set(self.app.open_alert(&mut tx, &new).await.expect("opened"));
        tx.commit().await.expect("committed");
    }

    fn ben() -> Who {
        Who { id: person("BEN").to_string(), name: "Ben".into() }
    }

    async fn acknowledge(&self) {
        self.app.acknowledge_alert(self.alert.get(), &Self::ben(), None).await.expect("acknowledged");
    }

    /// Takes the timers that are due, as the queue does; how many did something.
    async fn look(&self) -> usize {
        let mut fired = 0;
        loop {
            let rows = sql("SELECT id, payload FROM job WHERE kind = 'escalate' AND run_at <= $1 ORDER BY run_at, id")
                .bind(self.app.store.now())
                .all(self.app.store.read())
                .await
                .expect("timers");
            if rows.is_empty() {
                return fired;
            }
            for row in rows {
                let asked: EscalateJob = serde_json::from_str(&row.text(1).expect("a payload")).expect("a timer");
                let answer = self.timers.step(&asked).await.expect("a step");
                fired += usize::from(answer == Answer::Done);
                // A crash here takes the timer a second time, which does nothing.
                assert!(matches!(self.timers.step(&asked).await.expect("a step"), Answer::No(_)), "one timer fired twice");
                let mut tx = self.app.store.begin().await.expect("a transaction");
                sql("DELETE FROM job WHERE id = $1").bind(row.int(0).expect("an id")).execute(&mut tx).await.expect("ended");
                tx.commit().await.expect("committed");
            }
        }
    }

    async fn after(&self, seconds: u64) {
        self.bench.clock.advance(Duration::from_secs(seconds));
        self.look().await;
    }

    async fn land(&self, page: &Page, landed: Landed) {
        self.timers.desk.ask(Ask::Land { page: page.id, landed }).await.expect("written down");
    }

    async fn page(&self, name: &str, kind: Kind) -> Page {
        let pages = self.app.pages(self.alert.get()).await.expect("pages");
        pages.into_iter().rfind(|it| it.name == name && it.kind == kind).unwrap_or_else(|| panic!("no {kind:?} of {name}"))
    }

    /// `+300 Ana sms waiting`: all pages, by when they are due.
    async fn pages(&self, expected: Expect) {
        let mut text = String::new();
        for it in self.app.pages(self.alert.get()).await.expect("pages") {
            let due = it.due.duration_since(self.begin).as_secs();
            text.push_str(&format!("+{due} {} {} {}\n", it.name, it.kind.word(), it.state.word()));
        }
        expected.assert_eq(&text);
    }

    async fn notes(&self, expected: Expect) {
        let mut text = String::new();
        for line in self.app.alert_story(self.alert.get()).await.expect("a story") {
            let at = line.at.duration_since(self.begin).as_secs();
            text.push_str(&format!("+{at} {}\n", line.text));
        }
        expected.assert_eq(&text);
    }

    async fn row(&self) -> Escalation {
        self.app.escalation(self.alert.get()).await.expect("read").expect("a row")
    }
}
