//! Escalations on both databases, with a clock that stands still. Alerts are a table of the tests' own.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use commands::event::Severity;
use expect_test::{Expect, expect};
use jiff::Timestamp;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{
    desk::{Answer, Ask, Desk, Landed},
    policy,
    reach::{Kind, Reach, Rule},
    timer::{Escalate, EscalateJob},
    *,
};
use crate::{
    alerts::{self, Alert},
    cli::start,
    config,
    people::teams::Member,
    store::{
        Store, sql,
        testing::{Bench, on_each},
    },
};

/// What stands for alerts, where a test made its table.
pub(super) struct Standin {
    store: Store,
}

pub(super) async fn standin(app: &App) -> Option<Standin> {
    sql("SELECT 1 FROM test_alert LIMIT 1").first(app.store.read()).await.ok()?;
    Some(Standin { store: app.store.clone() })
}

impl Standin {
    pub async fn alert(&self, id: i64) -> anyhow::Result<Option<Alert>> {
        let row = sql("SELECT state, severity, caused_by, at FROM test_alert WHERE id = $1").bind(id);
        let Some(row) = row.first(self.store.read()).await? else { return Ok(None) };
        let state = match row.text(0)?.as_str() {
            "acknowledged" => alerts::State::Acknowledged,
            "resolved" => alerts::State::Resolved,
            _ => alerts::State::Firing,
        };
        Ok(Some(Alert {
            id,
            title: "Disk full".into(),
            severity: policy::severity(&row.text(1)?).unwrap_or(Severity::Error),
            source: "prometheus".into(),
            url: None,
            labels: Vec::new(),
            state,
            rule: None,
            policy: Some("platform".into()),
            caused_by: row.maybe_text(2)?.and_then(|it| PersonId::parse(&it)),
            acknowledged_by: None,
            opened_at: row.time(3)?,
        }))
    }

    pub async fn pages_now(&self, tx: &mut Tx, id: i64) -> anyhow::Result<bool> {
        let row = sql("SELECT state FROM test_alert WHERE id = $1").bind(id).first(tx).await?;
        Ok(row.is_some_and(|row| row.text(0).is_ok_and(|it| it == "firing")))
    }

    pub async fn note(&self, tx: &mut Tx, id: i64, _: Option<&PersonId>, text: &str) -> anyhow::Result<()> {
        let now = tx.now();
        sql("INSERT INTO test_note (alert, text, at) VALUES ($1, $2, $3)").bind(id).bind(text).bind(now).execute(tx).await?;
        Ok(())
    }
}

/// A bot with Ana, Ben and Chloe in teams of their own and in one, each paged by direct message and, after 5 min, by text.
struct World<'a> {
    bench: &'a Bench,
    app: Arc<App>,
    timers: Escalate,
    begin: Timestamp,
}

const ALERT: i64 = 7;

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
        for table in [
            "CREATE TABLE test_alert (id BIGINT, state TEXT, severity TEXT, caused_by TEXT, at BIGINT)",
            "CREATE TABLE test_note (alert BIGINT, text TEXT, at BIGINT)",
        ] {
            sql(table).execute(&mut tx).await.expect("a table");
        }
        sql("INSERT INTO test_alert (id, state, severity, caused_by, at) VALUES ($1, 'firing', 'error', NULL, 0)")
            .bind(ALERT)
            .execute(&mut tx)
            .await
            .expect("an alert");
        for (id, number) in [("ANA", "+41790000001"), ("BEN", "+41790000002"), ("CHLOE", "+41790000003")] {
            let rules = vec![Rule { kind: Kind::Dm, after: 0 }, Rule { kind: Kind::Sms, after: 300 }];
            let reach = Reach { number: Some(number.into()), rules: Some(rules), ..Reach::default() };
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
        World { bench, app, timers, begin: bench.store.now() }
    }

    async fn set_policy(&self, steps: &[&str], repeat: u32, last: &[&str]) {
        let all = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        let policy = Policy { steps: all(steps), repeat, last: all(last), zone: Some("UTC".into()) };
        let by = crate::resources::By { who: "test".into(), why: String::new() };
        self.app.resources.save("platform", &policy, &by).await.expect("a policy");
    }

    async fn set(&self, column: &str, value: &str) {
        let mut tx = self.app.store.begin().await.expect("a transaction");
        sql(format!("UPDATE test_alert SET {column} = $1")).bind(value).execute(&mut tx).await.expect("set");
        tx.commit().await.expect("committed");
    }

    async fn begin(&self) {
        let mut tx = self.app.store.begin().await.expect("a transaction");
        self.app.escalate(&mut tx, ALERT, &[Recipient::Policy("platform".into())]).await.expect("begun");
        tx.commit().await.expect("committed");
    }

    /// Somebody acknowledges: the alert's change and the stop are one transaction.
    async fn acknowledge(&self) {
        let mut tx = self.app.store.begin().await.expect("a transaction");
        sql("UPDATE test_alert SET state = 'acknowledged'").execute(&mut tx).await.expect("set");
        self.app.stop_escalating(&mut tx, ALERT).await.expect("stopped");
        tx.commit().await.expect("committed");
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
        let pages = self.app.pages(ALERT).await.expect("pages");
        pages.into_iter().rfind(|it| it.name == name && it.kind == kind).unwrap_or_else(|| panic!("no {kind:?} of {name}"))
    }

    /// `+300 Ana sms waiting`: all pages, by when they are due.
    async fn pages(&self, expected: Expect) {
        let mut text = String::new();
        for it in self.app.pages(ALERT).await.expect("pages") {
            let due = it.due.duration_since(self.begin).as_secs();
            text.push_str(&format!("+{due} {} {} {}\n", it.name, it.kind.word(), it.state.word()));
        }
        expected.assert_eq(&text);
    }

    async fn notes(&self, expected: Expect) {
        let rows = sql("SELECT text, at FROM test_note WHERE alert = $1").bind(ALERT).all(self.app.store.read()).await;
        let mut text = String::new();
        for row in rows.expect("notes") {
            let at = row.time(1).expect("a time").duration_since(self.begin).as_secs();
            text.push_str(&format!("+{at} {}\n", row.text(0).expect("text")));
        }
        expected.assert_eq(&text);
    }

    async fn row(&self) -> Escalation {
        self.app.escalation(ALERT).await.expect("read").expect("a row")
    }
}

#[tokio::test]
async fn steps_are_taken_one_after_the_other_again_and_then_the_last_resort() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:ben wait=10m"], 1, &["sms:+41790000009"]).await;
        world.begin().await;
        assert_eq!(world.look().await, 1);
        for seconds in [299, 1, 600, 300, 600] {
            world.after(seconds).await;
        }
        assert_eq!((world.row().await.state, world.row().await.due), (State::Ended, None));
        world.after(100_000).await;
        world
            .notes(expect![[r#"
                +0 Step 1: Ana by direct message, by text message in 5 min.
                +300 Step 2: Ben by direct message, by text message in 5 min.
                +900 Step 1, once more (2 of 2): Ana by direct message, by text message in 5 min.
                +1200 Step 2, once more (2 of 2): Ben by direct message, by text message in 5 min.
                +1800 Nobody acknowledged. The last resort: sms:+41790000009 by text message.
            "#]])
            .await;
        world
            .pages(expect![[r#"
                +0 Ana dm waiting
                +300 Ana sms waiting
                +300 Ben dm waiting
                +600 Ben sms waiting
                +900 Ana dm waiting
                +1200 Ana sms waiting
                +1200 Ben dm waiting
                +1500 Ben sms waiting
                +1800 sms:+41790000009 sms waiting
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn nothing_follows_an_acknowledgement() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=1m", "team:ben"], 3, &["team:chloe"]).await;
        world.begin().await;
        world.look().await;
        let dm = world.page("Ana", Kind::Dm).await;
        world.land(&dm, Landed::Sent).await;
        world.acknowledge().await;
        world.after(100_000).await;
        // What is heard of a page later moves nothing any more.
        world.land(&dm, Landed::Failed { reason: "gone".into() }).await;
        world.after(100_000).await;
        assert_eq!(world.row().await.state, State::Stopped);
        world
            .pages(expect![[r#"
            +0 Ana dm failed
            +300 Ana sms off
        "#]])
            .await;
        // It fires again, and begins anew.
        world.set("state", "firing").await;
        world.begin().await;
        world.look().await;
        assert_eq!((world.row().await.state, world.row().await.step), (State::Running, 1));
    })
    .await;
}

#[tokio::test]
async fn a_way_that_fails_brings_the_next_forward_and_who_is_out_of_reach_the_next_step() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=30m", "team:ben"], 0, &[]).await;
        world.begin().await;
        world.look().await;
        bench.clock.advance(Duration::from_secs(10));
        let (dm, down) = (world.page("Ana", Kind::Dm).await, || Landed::Troubled { reason: "Slack is down.".into() });
        world.land(&dm, down()).await;
        world.land(&dm, down()).await;
        world
            .pages(expect![[r#"
            +0 Ana dm waiting
            +10 Ana sms waiting
        "#]])
            .await;
        let sms = world.page("Ana", Kind::Sms).await;
        world.land(&sms, Landed::Failed { reason: "It is no number.".into() }).await;
        assert_eq!(world.look().await, 0, "the direct message may still get through");
        world.land(&dm, Landed::Failed { reason: "Slack is down.".into() }).await;
        assert_eq!(world.look().await, 1);
        world
            .notes(expect![[r#"
                +0 Step 1: Ana by direct message, by text message in 5 min.
                +10 Ana could not be paged yet by direct message: Slack is down. Ana is paged by text message now.
                +10 Ana cannot be paged by text message: It is no number.
                +10 Ana cannot be paged by direct message: Slack is down.
                +10 Ana cannot be reached. Nobody of this step can: the next one at once.
                +10 Step 2: Ben by direct message, by text message in 5 min.
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn who_is_reached_keeps_the_step_for_those_who_are_not() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana team:ben wait=30m", "team:chloe"], 0, &[]).await;
        world.begin().await;
        world.look().await;
        world.land(&world.page("Ben", Kind::Dm).await, Landed::Sent).await;
        for kind in [Kind::Dm, Kind::Sms] {
            world.land(&world.page("Ana", kind).await, Landed::Failed { reason: "No.".into() }).await;
        }
        assert_eq!(world.look().await, 0);
        // Twilio's words come in any order.
        let sms = world.page("Ben", Kind::Sms).await;
        world.land(&sms, Landed::Delivered).await;
        world.land(&sms, Landed::Sent).await;
        assert_eq!(world.page("Ben", Kind::Sms).await.state, PageState::Delivered);
        world.after(1800).await;
        assert_eq!(world.page("Chloe", Kind::Dm).await.state, PageState::Waiting);
    })
    .await;
}

#[tokio::test]
async fn what_is_silenced_waits_and_goes_on_where_it_was() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:ben"], 0, &[]).await;
        world.set("state", "silenced").await;
        world.begin().await;
        assert_eq!(world.look().await, 0);
        for _ in 0..3 {
            world.after(60).await;
        }
        world.pages(expect![""]).await;
        world.set("state", "firing").await;
        world.after(60).await;
        assert_eq!(world.page("Ana", Kind::Dm).await.due.duration_since(world.begin).as_secs(), 240);
        // Resolved by the source, without a word to us: the timer finds out.
        world.set("state", "resolved").await;
        world.after(300).await;
        assert_eq!(world.row().await.state, State::Stopped);
        assert_eq!(world.page("Ana", Kind::Sms).await.state, PageState::Off);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_paged_for_what_they_did_themselves() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:all wait=5m"], 0, &[]).await;
        world.set("caused_by", "slack:T1:ANA").await;
        world.begin().await;
        assert_eq!(world.look().await, 2, "a step that reaches nobody is over at once");
        world
            .notes(expect![[r#"
                +0 Ana is not paged: it fires for what they did themselves.
                +0 Step 1 reaches nobody: the next one at once.
                +0 Ana is not paged: it fires for what they did themselves.
                +0 Step 2: Ben by direct message, by text message in 5 min; Chloe by direct message, by text message in 5 min.
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn after_a_long_night_the_step_that_is_due_fires_once() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m", "team:ben wait=5m", "team:chloe wait=5m"], 5, &[]).await;
        world.begin().await;
        world.look().await;
        bench.clock.advance(Duration::from_secs(8 * 3600));
        assert_eq!(world.look().await, 1);
        assert_eq!(world.row().await.due, Some(bench.store.now() + Duration::from_secs(300)));
        world.after(299).await;
        assert_eq!(world.row().await.step, 2);
        world.after(1).await;
        assert_eq!(world.row().await.step, 3);
    })
    .await;
}

#[tokio::test]
async fn conditions_turns_and_more_help() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        // It is Monday, 09:00 in UTC.
        let steps = ["team:ana severity=critical", "team:ben hours=sat,sun", "team:all turn=next wait=5m", "team:nobody wait=5m"];
        world.set_policy(&steps, 3, &["team:chloe"]).await;
        world.begin().await;
        world.look().await;
        world.after(300).await;
        world.after(0).await;
        let mut tx = bench.store.begin().await.expect("a transaction");
        world.app.escalate_further(&mut tx, ALERT).await.expect("more help");
        tx.commit().await.expect("committed");
        world.look().await;
        world
            .notes(expect![[r#"
                +0 2 steps of `platform`: passed over now, by its hours or its severity.
                +0 Step 3: Ana by direct message, by text message in 5 min.
                +300 There is no team `nobody`.
                +300 Step 4 reaches nobody: the next one at once.
                +300 2 steps of `platform`: passed over now, by its hours or its severity.
                +300 Step 3, once more (2 of 4): Ben by direct message, by text message in 5 min.
                +300 There is no team `nobody`.
                +300 Step 4 reaches nobody: the next one at once.
                +300 2 steps of `platform`: passed over now, by its hours or its severity.
                +300 Step 3, once more (3 of 4): Chloe by direct message, by text message in 5 min.
            "#]])
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_rehearsal_pages_nobody_and_says_what_would_happen() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world
            .set_policy(&["team:ana wait=5m", "team:all turn=next wait=10m severity=error", "team:nobody"], 1, &["slack:#ops"])
            .await;
        let plan = world.app.paging_plan(&[Recipient::Policy("platform".into())]);
        let found = world.app.rehearse_escalation(&plan, Severity::Critical, world.begin).await.expect("rehearsed");
        let mut text = String::new();
        for it in &found {
            let at = it.at.duration_since(world.begin).as_secs();
            text.push_str(&format!("+{at} {:?} {}\n", it.step, it.lines.join("; ")));
        }
        expect![[r#"
            +0 Some(0) Ana (in the team ana): by direct message, by text message after 5 min
            +300 Some(1) Ana (in the team all): by direct message, by text message after 5 min
            +900 Some(2) There is no team `nobody`.
            +900 Some(0) Ana (in the team ana): by direct message, by text message after 5 min
            +1200 Some(1) Ben (in the team all): by direct message, by text message after 5 min
            +1800 Some(2) There is no team `nobody`.
            +1800 None slack:#ops: there
        "#]]
        .assert_eq(&text);
        assert_eq!(world.app.pages(ALERT).await.expect("pages"), []);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_its_owners_voice() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        world.set_policy(&["team:ana wait=5m"], 0, &[]).await;
        assert_eq!(world.app.person_at("+41790000001").await.expect("read"), Some(person("ANA")));
        assert_eq!(world.app.acknowledged_from("+41790000001").await.expect("read"), None, "nobody was paged there");
        world.begin().await;
        world.look().await;
        let sms = world.page("Ana", Kind::Sms).await;
        assert_eq!(world.app.acknowledged_from("+41790000001").await.expect("read"), None, "it has not left yet");
        assert_eq!(world.app.page_told(&format!("page-{}", sms.id), Landed::Delivered).await, Ok(true));
        let answered = world.app.acknowledged_from("+41790000001").await.expect("read").expect("a page");
        assert_eq!((answered.line.as_str(), answered.title.as_str()), ("bellhop alert ack 7", "Disk full"));
        // Two who say that it is theirs: nobody's.
        let mut tx = bench.store.begin().await.expect("a transaction");
        let reach = Reach { number: Some("+41790000001".into()), ..Reach::default() };
        world.app.set_reach(&mut tx, &person("BEN"), &reach).await.expect("set");
        tx.commit().await.expect("committed");
        assert_eq!(world.app.person_at("+41790000001").await.expect("read"), None);
        assert_eq!(world.app.page_told("redmine:42", Landed::Delivered).await, Ok(false), "it is no page");
    })
    .await;
}

/// What happens to an escalation.
#[derive(Clone, Debug)]
enum Happens {
    Wait(u64),
    Further,
    Acknowledged,
}

#[derive(Clone, Debug)]
struct Case {
    /// For each step: how long it waits, in minutes, and whether it counts.
    steps: Vec<(u64, bool)>,
    repeat: u32,
    happens: Vec<Happens>,
}

fn case() -> impl Strategy<Value = Case> {
    let happens = prop_oneof![
        12 => (1_u64..900).prop_map(Happens::Wait),
        2 => Just(Happens::Further),
        1 => Just(Happens::Acknowledged),
    ];
    let step = (0_u64..8, prop::bool::weighted(0.8));
    (prop::collection::vec(step, 1..4), 0_u32..3, prop::collection::vec(happens, 1..14))
        .prop_map(|(steps, repeat, happens)| Case { steps, repeat, happens })
}

/// When which step fires, told by a list of all that there is to do; `9` is the last resort.
fn naive(case: &Case) -> Vec<(u64, usize)> {
    let all = |_| case.steps.iter().enumerate().filter(|(_, (_, counts))| *counts).map(|(at, (wait, _))| (at, wait * 60));
    let mut left: VecDeque<(usize, u64)> = (0..=case.repeat).flat_map(all).collect();
    left.push_back((9, u64::MAX));
    let (mut now, mut due, mut fired) = (0, 0, Vec::new());
    for it in std::iter::once(&Happens::Wait(0)).chain(&case.happens) {
        match it {
            Happens::Wait(seconds) => now += seconds,
            Happens::Further => due = now,
            Happens::Acknowledged => break,
        }
        while due <= now
            && let Some((step, wait)) = left.pop_front()
        {
            fired.push((now, step));
            due = now.saturating_add(wait);
        }
    }
    fired
}

#[tokio::test]
async fn whatever_happens_the_steps_are_those_of_a_naive_interpreter() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        let mut runner = TestRunner::deterministic();
        for nth in 0..40 {
            let mut case = case().new_tree(&mut runner).expect("a case").current();
            // After its end an escalation that is asked for more begins anew, which the list does not know.
            let whole = naive(&case);
            if whole.last().is_some_and(|it| it.1 == 9) {
                case.happens.retain(|it| !matches!(it, Happens::Further));
            }
            let expected = naive(&case);
            let steps: Vec<String> = case
                .steps
                .iter()
                .enumerate()
                .map(|(at, (wait, counts))| {
                    let severity = if *counts { "info" } else { "critical" };
                    format!("sms:+4179000010{at} wait={wait}m severity={severity}")
                })
                .collect();
            world.set_policy(&steps.iter().map(String::as_str).collect::<Vec<_>>(), case.repeat, &["sms:+41790000109"]).await;
            world.set("state", "firing").await;
            let before = world.app.pages(ALERT).await.expect("pages").len();
            let begin = bench.store.now();
            world.begin().await;
            world.look().await;
            for it in &case.happens {
                match it {
                    Happens::Wait(seconds) => bench.clock.advance(Duration::from_secs(*seconds)),
                    Happens::Further => {
                        let mut tx = bench.store.begin().await.expect("a transaction");
                        world.app.escalate_further(&mut tx, ALERT).await.expect("more help");
                        tx.commit().await.expect("committed");
                    }
                    Happens::Acknowledged => {
                        world.acknowledge().await;
                        bench.clock.advance(Duration::from_secs(100_000));
                    }
                }
                world.look().await;
                if matches!(it, Happens::Acknowledged) {
                    break;
                }
            }
            let pages = world.app.pages(ALERT).await.expect("pages").split_off(before);
            let fired: Vec<(u64, usize)> = pages
                .iter()
                .map(|it| {
                    let at = it.due.duration_since(begin).as_secs().unsigned_abs();
                    (at, it.to.address().chars().last().and_then(|it| it.to_digit(10)).expect("a digit") as usize)
                })
                .collect();
            assert_eq!(fired, expected, "case {nth}: {case:?}");
        }
    })
    .await;
}
