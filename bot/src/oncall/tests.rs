//! Schedules as documents, with what changes them, on both databases. No chat is connected: people are named by full ids.

use std::{sync::Arc, time::Duration};

use expect_test::{Expect, expect};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    follow::FollowJob,
    schedule::Schedule,
    store::{self, Override},
    swap::{self, Spell, State, Swap},
    *,
};
use crate::{
    cli::start,
    config,
    resources::{By, Declared},
    store::{
        sql,
        testing::{Bench, on_each},
    },
};

/// A bot without any chat, on this database.
async fn app(bench: &Bench) -> Arc<App> {
    let text = "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://bot.example.org\"\n";
    let config = config::read(text, &|_| None).unwrap_or_else(|_| panic!("a configuration"));
    start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
}

fn person(name: &str) -> PersonId {
    PersonId::new("slack", "T1", name)
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// Ana and Ben, a week each from Monday, 2026-03-02, 10:00 in Berlin: now.
fn schedule() -> Schedule {
    let body = json!({
        "zone": "Europe/Berlin", "channel": "slack:#dev", "header": false,
        "rotation": [{ "people": ["slack:T1:ANA", "slack:T1:BEN"], "start": "2026-03-02", "handoff": "10:00" }],
    });
    serde_json::from_value(body).expect("a schedule")
}

async fn save(app: &App, schedule: &Schedule) {
    app.resources.save("platform", schedule, &By::person(&person("CHLOE"))).await.expect("saved");
}

async fn shown(app: &App, at: &str) -> String {
    let all = app.on_call("platform", moment(at)).await.expect("somebody");
    let line = |it: &OnCall| {
        format!("{} {:?} {} to {}", it.person.id, it.why, it.since, it.until.map_or_else(String::new, |it| it.to_string()))
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What waits to be said, and forgets it: to whom, and what.
async fn said(bench: &Bench) -> String {
    let rows = sql("SELECT payload FROM job WHERE kind = 'post' ORDER BY id").all(bench.store.read()).await.expect("rows");
    let mut lines = Vec::new();
    for row in rows {
        let job: crate::dispatch::post::PostJob = row.json(0).expect("a post");
        let text = job.post.message.to_plain(&[]).lines().filter(|it| !it.trim().is_empty()).collect::<Vec<_>>().join(" / ");
        lines.push(format!("{}: {text}\n", job.post.to.key()));
    }
    let mut tx = bench.store.begin().await.expect("a transaction");
    sql("DELETE FROM job WHERE kind = 'post'").execute(&mut tx).await.expect("deleted");
    tx.commit().await.expect("committed");
    lines.concat()
}

/// The moments for which timers are set.
async fn timers(bench: &Bench) -> Vec<String> {
    let rows = sql("SELECT run_at FROM job WHERE kind = 'oncall' AND unique_key IS NOT NULL ORDER BY run_at");
    let rows = rows.all(bench.store.read()).await.expect("rows");
    rows.iter().map(|it| it.time(0).expect("a time").to_string()).collect()
}

#[tokio::test]
async fn overrides_are_laid_over_turns() {
    on_each(|bench| async move {
        let app = app(&bench).await;
        save(&app, &schedule()).await;
        expect!["ANA Shift 2026-03-02T09:00:00Z to 2026-03-09T09:00:00Z"].assert_eq(&shown(&app, "2026-03-03T00:00:00Z").await);
        assert_eq!(app.on_call("platform", moment("2026-03-01T00:00:00Z")).await.expect("asked"), []);
        let (from, until) = (moment("2026-03-04T09:00:00Z"), moment("2026-03-05T09:00:00Z"));
        let mut tx = bench.store.begin().await.expect("a transaction");
        let new = Override {
            id: 0,
            schedule: "platform".into(),
            person: person("CHLOE"),
            replaces: None,
            from,
            until,
            who: person("ANA").to_string(),
            swap: None,
        };
        let id = store::add_override(&mut tx, &new).await.expect("added");
        tx.commit().await.expect("committed");
        expect!["CHLOE Override 2026-03-04T09:00:00Z to 2026-03-05T09:00:00Z"]
            .assert_eq(&shown(&app, "2026-03-04T12:00:00Z").await);
        expect!["ANA Shift 2026-03-05T09:00:00Z to 2026-03-09T09:00:00Z"].assert_eq(&shown(&app, "2026-03-05T12:00:00Z").await);
        let mut tx = bench.store.begin().await.expect("a transaction");
        assert_eq!(store::remove_override(&mut tx, id).await.expect("removed"), Some(Override { id, ..new }));
        assert_eq!(store::remove_override(&mut tx, id).await.expect("looked"), None);
        tx.commit().await.expect("committed");
        assert!(shown(&app, "2026-03-04T12:00:00Z").await.starts_with("ANA Shift"));
        let missing = app.on_call("platfrom", from).await.expect_err("there is none");
        assert_eq!(missing.message, "There is no schedule `platfrom`. There is `platform`.");
    })
    .await;
}

#[tokio::test]
async fn handoffs_are_told_once_and_timers_are_rows() {
    on_each(|bench| async move {
        let app = app(&bench).await;
        save(&app, &schedule()).await;
        app.look_at("platform").await.expect("looked");
        assert_eq!(said(&bench).await, "", "who was on call already is no news");
        // A day before Ben's shift, and when it begins.
        assert_eq!(timers(&bench).await, ["2026-03-08T09:00:00Z"]);
        app.look_at("platform").await.expect("looked");
        assert_eq!(timers(&bench).await.len(), 1);
        bench.clock.advance(Duration::from_secs(6 * 86_400));
        app.look_at("platform").await.expect("looked");
        expect![[r#"
            slack:T1:@BEN: You are on call for platform from 2026-03-09 09:00 UTC until 2026-03-16 09:00 UTC. / bellhop oncall notices off ends these messages. / [Swap…] bellhop oncall swap schedule=platform --form
        "#]]
        .assert_eq(&said(&bench).await);
        app.look_at("platform").await.expect("looked");
        assert_eq!(said(&bench).await, "", "reminded once");
        // Down for longer than a shift: only what is true now is told, once.
        bench.clock.advance(Duration::from_secs(15 * 86_400));
        app.look_at("platform").await.expect("looked");
        app.look_at("platform").await.expect("looked");
        expect![[r#"
            slack::#dev: BEN is on call for platform now, until 2026-03-30 08:00 UTC. ANA’s shift is over.
            slack:T1:@BEN: You are on call for platform now, until 2026-03-30 08:00 UTC. Before you it was ANA. / bellhop oncall notices off ends these messages. / [Show the rota] bellhop oncall show schedule=platform / [Swap…] bellhop oncall swap schedule=platform --form
            slack:T1:@ANA: Your shift on call for platform is over. BEN is on call now.
        "#]]
        .assert_eq(&said(&bench).await);
        store::hush(&bench.store, &person("ANA")).await.expect("hushed");
        bench.clock.advance(Duration::from_secs(7 * 86_400));
        app.look_at("platform").await.expect("looked");
        let told = said(&bench).await;
        assert!(!told.contains("@ANA") && told.contains("@BEN: Your shift on call for platform is over."), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_swap_moves_both_shifts_and_is_decided_once() {
    on_each(|bench| async move {
        let app = app(&bench).await;
        save(&app, &schedule()).await;
        let spell = |from: &str, until: &str| Spell { from: moment(from), until: moment(until) };
        let (give, take) = (
            spell("2026-03-16T09:00:00Z", "2026-03-23T09:00:00Z"),
            spell("2026-03-09T09:00:00Z", "2026-03-16T09:00:00Z"),
        );
        let new = Swap {
            id: 0,
            schedule: "platform".into(),
            asker: person("ANA"),
            other: person("BEN"),
            give,
            take: Some(take),
            state: State::Asked,
            expires: swap::expiry(give, Some(take), bench.store.now()),
        };
        assert_eq!(new.expires.to_string(), "2026-03-04T09:00:00Z");
        let asked = swap::ask(&app, new.clone(), "r1").await.expect("asked");
        expect![[r#"
            slack:T1:@BEN: ANA asks BEN to swap shifts on call for platform. / ANA’s shift: 2026-03-16 09:00 UTC to 2026-03-23 09:00 UTC / BEN’s shift: 2026-03-09 09:00 UTC to 2026-03-16 09:00 UTC / The request ends 2026-03-04 09:00 UTC. / [Accept] bellhop oncall accept id=1 / [Decline] bellhop oncall decline id=1
        "#]]
        .assert_eq(&said(&bench).await);
        assert_eq!(timers(&bench).await, ["2026-03-04T09:00:00Z"]);
        // Two presses at the same time.
        let (one, other) = tokio::join!(
            swap::decide(&app, &asked, State::Accepted, "r2"),
            swap::decide(&app, &asked, State::Accepted, "r3"),
        );
        let decided = [one.expect("decided"), other.expect("looked")];
        assert_eq!(decided.iter().flatten().count(), 1);
        assert!(swap::decide(&app, &asked, State::Declined, "r4").await.expect("looked").is_none());
        assert_eq!(store::overrides(&bench.store, "platform", bench.store.now()).await.expect("read").len(), 2);
        assert!(shown(&app, "2026-03-10T00:00:00Z").await.starts_with("ANA Override"));
        assert!(shown(&app, "2026-03-17T00:00:00Z").await.starts_with("BEN Override"));
        assert!(shown(&app, "2026-03-24T00:00:00Z").await.starts_with("BEN Shift"));
        let told = said(&bench).await;
        assert_eq!(told.lines().count(), 2, "the channel and the asker: {told}");
        // What was asked of a rota that has changed since puts nobody on call.
        let stale = swap::ask(&app, new.clone(), "r5").await.expect("asked");
        let refused = swap::decide(&app, &stale, State::Accepted, "r6").await.expect_err("refused");
        assert!(refused.message.starts_with("The rota of `platform` has changed"), "{}", refused.message);
        said(&bench).await;
        bench.clock.advance(Duration::from_secs(2 * 86_400));
        assert_eq!(swap::decide(&app, &stale, State::Expired, "r7").await.expect("decided").map(|it| it.state), Some(State::Expired));
        assert!(said(&bench).await.starts_with("slack:T1:@ANA: Nobody answered ANA in time"));
    })
    .await;
}

#[tokio::test]
async fn a_schedule_that_is_gone_is_forgotten() {
    on_each(|bench| async move {
        let app = app(&bench).await;
        save(&app, &schedule()).await;
        app.look_at("platform").await.expect("looked");
        assert_eq!(store::known(&bench.store).await.expect("read"), ["platform"]);
        app.resources.drop::<Schedule>("platform", &By::person(&person("CHLOE"))).await.expect("dropped");
        app.look_at("platform").await.expect("looked");
        assert!(store::known(&bench.store).await.expect("read").is_empty());
    })
    .await;
}

#[tokio::test]
async fn shifts_and_holidays_come_from_calendars() {
    on_each(|bench| async move {
        let app = app(&bench).await;
        let body = json!({
            "zone": "Europe/Berlin", "calendar": "https://calendar.example.org/shifts.ics",
            "holidays": [{ "calendar": "https://calendar.example.org/holidays.ics", "people": ["slack:T1:CHLOE"] }],
        });
        save(&app, &serde_json::from_value(body).expect("a schedule")).await;
        let calendar = |events: &str| format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
        let shifts = calendar("BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:P7D\nSUMMARY:On call: slack:T1:ANA\nEND:VEVENT\n");
        let holidays = calendar("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260304\nSUMMARY:Holiday\nEND:VEVENT\n");
        store::keep_calendar(&bench.store, "https://calendar.example.org/shifts.ics", Some(&shifts), None).await.expect("kept");
        store::keep_calendar(&bench.store, "https://calendar.example.org/holidays.ics", Some(&holidays), None).await.expect("kept");
        assert!(shown(&app, "2026-03-03T12:00:00Z").await.starts_with("ANA Shift"));
        expect!["CHLOE Shift 2026-03-03T23:00:00Z to 2026-03-04T23:00:00Z"].assert_eq(&shown(&app, "2026-03-04T12:00:00Z").await);
        // A failure leaves what was known, and is said.
        store::keep_calendar(&bench.store, "https://calendar.example.org/shifts.ics", None, Some("It did not answer.")).await.expect("kept");
        let loaded = app.rota("platform").await.expect("loaded");
        assert_eq!(loaded.problems, ["It did not answer."]);
        assert_eq!(loaded.keys_at(moment("2026-03-03T12:00:00Z")), ["slack:T1:ANA"]);
        // Nobody who sets one up in chat reads our files, or reaches into our network.
        for source in ["/etc/passwd", "http://127.0.0.1:1/x.ics", "http://169.254.169.254/x.ics"] {
            let schedule = Schedule { calendar: Some(source.into()), ..schedule() };
            app.refresh_calendars(&schedule, crate::resources::Origin::Chat).await.expect("noted");
            let fetched = store::calendar(&bench.store, source).await.expect("read").expect("a row");
            assert!(fetched.body.is_none() && fetched.problem.is_some(), "{fetched:?}");
        }
    })
    .await;
}

#[test]
fn what_is_wrong_with_a_schedule_is_said_at_its_key() {
    fn check(body: &Value, expected: Expect) {
        let schedule: Schedule = serde_json::from_value(body.clone()).expect("a schedule");
        expected.assert_eq(&schedule.problems().iter().map(|it| format!("{}: {}\n", it.field, it.message)).collect::<String>());
    }
    check(
        &json!({ "zone": "Europe/Berln", "channel": "dev", "groups": ["oncall"], "remind": ["soon"] }),
        expect![[r#"
            zone: `Europe/Berln` is no time zone, which is like Europe/Berlin; did you mean `Europe/Berlin`?
            rotation: It has neither a rotation nor a calendar, so nobody would ever be on call.
            remind: `soon` is no time before a shift: write 1d, 2h or 30m, 30d at most.
            channel: `dev` names no chat: write slack:#channel, slack:C0123, slack:T0123/#channel (of several workspaces), zulip:channel>topic, slack:@U0123 or zulip:@10 (a person by their id), teams:name, email:ana@example.org, sms:+41790000000 or webhook:name (a connection of kind webhook).
            groups.0: `oncall` is no user group: write slack:@oncall or zulip:@oncall.
        "#]],
    );
    check(
        &json!({ "zone": "UTC", "rotation": [{ "people": [], "start": "Monday", "handoff": "9 o'clock", "every": 0, "hours": ["late"] }] }),
        expect![[r#"
            rotation.0.people: It needs people: those who take turns, in their order.
            rotation.0.start: `Monday` is no date: write it like 2026-11-23.
            rotation.0.hours: `late` are no hours of the week: write them like `mon-fri 09:00-17:00` or `sat,sun`.
        "#]],
    );
}

#[tokio::test]
async fn two_weeks_are_drawn_and_written_as_a_calendar() {
    let bench = Bench::sqlite().await;
    let app = app(&bench).await;
    let mut schedule = schedule();
    schedule.rotation.push(schedule::Rotation {
        name: Some("weekends".into()),
        people: vec!["slack:T1:CHLOE".into()],
        start: "2026-03-02".into(),
        handoff: "00:00".into(),
        every: 1,
        hours: vec!["sat,sun 09:00-18:00".into()],
        ..schedule::Rotation::default()
    });
    save(&app, &schedule).await;
    let loaded = app.rota("platform").await.expect("loaded");
    expect![[r#"
                 Su Mo Tu We Th Fr Sa Su Mo Tu We Th Fr Sa
                  1  2  3  4  5  6  7  8  9 10 11 12 13 14
        ANA      ·· ▒█ ██ ██ ██ ██ ▒▒ ▒▒ ▒· ·· ·· ·· ·· ··
        BEN      ·· ·· ·· ·· ·· ·· ·· ·· ▒█ ██ ██ ██ ██ ▒▒
        CHLOE    ·· ·· ·· ·· ·· ·· ▒▒ ▒▒ ·· ·· ·· ·· ·· ▒▒
        (nobody) ██ ▒· ·· ·· ·· ·· ·· ·· ·· ·· ·· ·· ·· ··
    "#]]
    .assert_eq(&show::chart(&loaded, "2026-03-01".parse().expect("a date")));
    let now = bench.store.now();
    let text = feed::calendar(&loaded, now);
    let read = ical::read(&text, &jiff::tz::TimeZone::UTC, now, moment("2026-03-12T00:00:00Z")).expect("a calendar");
    let lines: Vec<String> = read.events.iter().map(|it| format!("{} {} {}\n", it.from, it.until, it.summary)).collect();
    expect![[r#"
        2026-03-02T09:00:00Z 2026-03-07T08:00:00Z ANA: on call for platform
        2026-03-07T08:00:00Z 2026-03-07T17:00:00Z CHLOE: on call for platform
        2026-03-07T17:00:00Z 2026-03-08T08:00:00Z ANA: on call for platform
        2026-03-08T08:00:00Z 2026-03-08T17:00:00Z CHLOE: on call for platform
        2026-03-08T17:00:00Z 2026-03-09T09:00:00Z ANA: on call for platform
        2026-03-09T09:00:00Z 2026-03-14T08:00:00Z BEN: on call for platform
    "#]]
    .assert_eq(&lines.concat());
    // A shift keeps its name from one day to the next.
    bench.clock.advance(Duration::from_secs(86_400));
    let later = feed::calendar(&loaded, bench.store.now());
    let uids = |text: &str| {
        text.lines().filter(|it| it.starts_with("UID")).map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(uids(&text).intersection(&uids(&later)).count() > 20);
    expect!["On call: ANA until Sat 09:00"].assert_eq(&words::header(&loaded, moment("2026-03-03T00:00:00Z")));
}

#[test]
fn a_timer_of_one_moment_is_one() {
    let at = moment("2026-03-09T09:00:00Z");
    assert_eq!(FollowJob::of("platform").into_job(Some(at)).unique.as_deref(), Some("oncall:platform:1773046800"));
    assert_eq!(FollowJob::of("platform").into_job(None).unique, None);
}
