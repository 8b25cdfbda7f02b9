//! What people read of alerts: on cards, in pages, in lists and in the week's figures.

use expect_test::expect;

use super::*;
use crate::alerts::{State, Which, rule::Maintenance};

const TOGETHER: &str = r##"
[server]
listen = "127.0.0.1:0"

[[alert_rule]]
name = "databases"
from = "monitoring"
filter = "label:service=db"
to = "slack:#ops"
group_by = ["service"]
runbook = "https://wiki.example.org/databases"
"##;

/// M07, M08: of many things that fire together a card counts which they are, and a page says what whoever is woken has to know.
#[tokio::test]
async fn what_fires_together_is_counted_by_its_title() {
    on_each(async |bench| {
        let desk = Desk::with(bench, TOGETHER).await;
        let titled = |machine: &str, title: &str| {
            let mut event = disk(&desk, "firing", &format!("{machine} {title}"));
            event.object.title = title.into();
            event.labels = vec![format!("instance={machine}"), "service=db".into()];
            event
        };
        let id = desk.report(titled("db1", "DiskFull")).await.expect("an alert");
        assert!(!desk.card(id).await.contains("What:"), "one title stands above the card");
        for (machine, title) in [("db2", "DiskFull"), ("db1", "Slow"), ("db3", "DiskFull"), ("db3", "Slow"), ("db1", "Down")] {
            assert_eq!(desk.report(titled(machine, title)).await, Some(id));
        }
        let card = desk.card(id).await;
        assert!(card.contains("What:      DiskFull ×3, Slow ×2, Down\n"), "{card}");
        for title in ["A", "B", "C", "D"] {
            desk.report(titled("db9", title)).await;
        }
        let page = desk.app.page_message(id, None).await.expect("the store").expect("a page").to_plain(&[]);
        let page: Vec<&str> = page.lines().take_while(|it| !it.starts_with('[')).collect();
        expect![[r#"
            DiskFull <https://monitor.example.org/disks>

            State:     Firing since 2026-03-02 09:00 UTC
            Severity:  critical
            From:      monitoring
            Instances: 10 of 10 on: db1, db2, db3, db9
            What:      DiskFull ×3, Slow ×2, A, B, C and 2 others
            Runbook:   what to do <https://wiki.example.org/databases>
            Labels:    instance=db1, service=db

            > 92 % of /var

            Alert 1
        "#]]
        .assert_eq(&page.join("\n"));
    })
    .await;
}

/// M07: what came and went by itself was noise, whatever is said of its end; who acknowledged it first did so, even if it was taken back.
#[tokio::test]
async fn what_nobody_did_anything_about_is_noise() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        desk.wait(minutes(5)).await;
        desk.report(disk(&desk, "resolved", "db1")).await;
        desk.wait(minutes(20)).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("another");
        desk.wait(minutes(3)).await;
        desk.app.acknowledge_alert(id, &ana(), None).await.expect("it is hers");
        desk.wait(minutes(3)).await;
        desk.app.unacknowledge_alert(id, &ana()).await.expect("it is nobody's");
        desk.report(disk(&desk, "resolved", "db1")).await;
        desk.wait(minutes(20)).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("a third");
        desk.wait(minutes(7)).await;
        desk.app.resolve_alert(id, &ben(), None).await.expect("it is over");
        // One that did not hold long enough woke nobody.
        let run = |verb: &str| Event {
            id: format!("run {verb}"),
            source: "ci".into(),
            kind: format!("run.{verb}"),
            at: desk.now(),
            object: Object { key: "main".into(), title: "Build".into(), ..Object::default() },
            branch: Some("main".into()),
            ..Event::default()
        };
        desk.report(run("failed")).await.expect("an alert");
        desk.report(run("succeeded")).await;
        let digest = desk.app.noise(7).await.expect("figures");
        let share = &digest.rules[0];
        assert_eq!((digest.rules.len(), share.name.as_str(), share.alerts, share.acted_on), (1, "disks", 3, 2));
        assert_eq!(share.to_acknowledge, Some(minutes(3)), "of 3 and 7 minutes");
    })
    .await;
}

#[tokio::test]
async fn a_list_says_how_what_is_over_ended_and_whose_is_whose() {
    let desk = Desk::new(Bench::sqlite().await).await;
    let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
    desk.app.acknowledge_alert(id, &ana(), Some(desk.now() + minutes(60))).await.expect("it is hers");
    assert!(desk.story(id).await.contains(&"Acknowledged by Ana for 1 h.".to_owned()));
    let open = desk.app.alerts_listed(Which::Open).await.expect("alerts");
    assert_eq!(open[0].acknowledged_by.as_deref(), Some("slack:T1:U1"));
    desk.wait(minutes(4)).await;
    desk.app.resolve_alert(id, &ana(), None).await.expect("it is over");
    let over = desk.app.alerts_listed(Which::Resolved).await.expect("alerts");
    let listed = &over[0];
    assert_eq!((listed.state, listed.resolved_by.as_deref()), (State::Resolved, Some("Ana")));
    assert_eq!(listed.resolved_at.map(|it| it.duration_since(listed.since)), Some(minutes(4)));
}

/// M07: windows read as people say times, whatever they are written like.
#[test]
fn a_maintenance_window_says_when_it_is() {
    let now: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a moment");
    let once = |from: &str, to: &str| Maintenance { from: Some(from.into()), to: Some(to.into()), ..Maintenance::default() };
    let weekly = |cron: &str| Maintenance {
        cron: Some(cron.into()),
        lasts: Some("90m".into()),
        zone: Some("Europe/Berlin".into()),
        ..Maintenance::default()
    };
    let said = |it: &Maintenance| it.said(now).to_plain();
    assert_eq!(said(&once("2026-03-02T08:00:00.123456789Z", "2026-03-02T10:00:00.123456789Z")), "on until 2026-03-02 10:00 UTC");
    assert_eq!(said(&once("2026-03-03T08:00:00Z", "2026-03-03T10:00:00Z")), "2026-03-03 08:00 UTC to 2026-03-03 10:00 UTC");
    assert_eq!(said(&once("2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z")), "over since 2026-03-01 10:00 UTC");
    assert_eq!(said(&weekly("0 2 * * sun")), "every Sunday at 02:00 (Europe/Berlin) for 1 h 30 min, next 2026-03-08 01:00 UTC");
    assert_eq!(
        said(&weekly("0 9 * * mon")),
        "every Monday at 09:00 (Europe/Berlin) for 1 h 30 min, on until 2026-03-02 09:30 UTC"
    );
}

#[test]
fn a_length_of_time_is_said_as_it_was_asked_for() {
    let said = |millis: i64| crate::alerts::rule::say_span(SignedDuration::from_millis(millis));
    assert_eq!(said(3_599_990), "1 h");
    assert_eq!(said(29 * 60_000 + 59_000), "30 min");
    assert_eq!(said(58_000), "58 s");
    assert_eq!(said(24 * 3_600_000 + 60_000), "1 d 1 min");
    assert_eq!(said(0), "0 s");
}
