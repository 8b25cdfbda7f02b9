//! What events mean, and in which places their alert's card stands.

use commands::Message;

use super::*;
use crate::alerts::signal::{Signal, fingerprint, group, label};

#[test]
fn what_a_source_says_is_understood() {
    for (kind, expected) in [
        ("alert.firing", Signal::Fires),
        ("alert.resolved", Signal::Ends),
        ("alert.ok", Signal::Ends),
        ("alert.alerting", Signal::Fires),
        ("alert.no_data", Signal::Fires),
        ("incident.triggered", Signal::Fires),
        ("incident.acknowledged", Signal::Acknowledged),
        ("incident.unacknowledged", Signal::Unacknowledged),
        ("incident.escalated", Signal::Fires),
        ("incident.annotated", Signal::Told),
        ("incident.reopened", Signal::Fires),
        ("monitor.down", Signal::Fires),
        ("monitor.up", Signal::Ends),
        ("error.occurred", Signal::Fires),
        ("error.resolved", Signal::Ends),
        ("run.failed", Signal::Fires),
        ("run.succeeded", Signal::Ends),
        ("health.failed", Signal::Fires),
        ("health.degraded", Signal::Fires),
        ("health.recovered", Signal::Ends),
        ("heartbeat.missed", Signal::Fires),
        ("heartbeat.recovered", Signal::Ends),
        ("threshold.crossed", Signal::Fires),
        ("threshold.cleared", Signal::Ends),
        ("alert.closed", Signal::Ends),
        ("alert.commented", Signal::Told),
    ] {
        assert_eq!(Signal::of(&Event { kind: kind.into(), ..Event::default() }), expected, "{kind}");
    }
}

#[tokio::test]
async fn what_is_one_alert_and_what_is_one_instance() {
    let desk = Desk::new(Bench::sqlite().await).await;
    let (one, two) = (disk(&desk, "firing", "db1"), disk(&desk, "firing", "db2"));
    assert_ne!(fingerprint(&one), fingerprint(&two));
    assert_eq!(fingerprint(&one), fingerprint(&disk(&desk, "resolved", "db1")));
    assert_eq!(group(&one, None), group(&two, None));
    let rules = desk.app.alert_rules();
    let disks = rules.iter().find(|it| it.name == "disks").expect("a rule");
    let by_machine = crate::alerts::rule::AlertRule { group_by: vec!["instance".into()], ..disks.rule.clone() };
    assert_ne!(group(&one, Some(("disks", &by_machine))), group(&two, Some(("disks", &by_machine))));
    assert_eq!(label(&one, "Service").as_deref(), Some("db"));
    assert_eq!(rules.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["disks", "builds"], "those that page come first");
}

#[tokio::test]
async fn the_alerts_card_takes_the_place_of_the_plain_one() {
    on_each(async |bench| {
        let hook = "\n[[hook]]\nname = \"monitoring\"\nkind = \"alertmanager\"\nsecret = \"a-secret-of-a-test\"\n";
        let to = |to: &str, mode: &str| format!("\n[[subscription]]\nfrom = \"monitoring\"\nto = \"{to}\"\nmode = \"{mode}\"\n");
        let subscriptions =
            [to("slack:#ops", "thread"), to("slack:#dev", "full"), to("slack:#news", "digest"), to("slack:@U7", "thread")];
        let desk = Desk::with(bench, &format!("{CONFIG}{hook}{}", subscriptions.concat())).await;
        let kinds = |event: Event| {
            let routed = desk.app.route(vec![event], None);
            let kinds: Vec<&str> = routed.jobs.iter().map(|it| it.kind).collect();
            let to: Vec<String> = routed.news[0].decisions.iter().map(|it| it.to.clone()).collect();
            (kinds, to)
        };
        let (jobs, told) = kinds(disk(&desk, "firing", "db1"));
        assert_eq!(jobs, ["post", "post", "alert"], "the digest and the person, and the alert");
        assert_eq!(told.len(), 4, "{told:?}");
        desk.report(disk(&desk, "firing", "db1")).await;
        let mut cards = desk.posts().await;
        cards.retain(|it| it.ends_with(" card"));
        assert_eq!(cards, ["#ops card", "#dev card"]);
        // What a rule does not want is an alert all the same, and pages nobody.
        let mut other = disk(&desk, "firing", "web1");
        other.object.title = "HighLatency".into();
        let id = desk.report(other.clone()).await.expect("an alert");
        assert_eq!((desk.row(id).await.policy, desk.row(id).await.rule), (None, None));
        // What is told of something that nobody knows of here is told as it would have been.
        other.kind = "alert.commented".into();
        (other.id, other.object.key) = ("comment".into(), "web9".into());
        let routed = desk.app.route(vec![other], None);
        let job = routed.jobs.iter().find(|it| it.kind == AlertJob::KIND).expect("a job");
        let asked: AlertJob = job.payload.read().expect("events");
        assert_eq!(asked.taken[0].otherwise.len(), 2);
        let mut tx = desk.bench.store.begin().await.expect("a transaction");
        assert_eq!(desk.app.apply(&mut tx, &asked.taken).await.expect("taken"), [None]);
    })
    .await;
}

#[tokio::test]
async fn what_a_source_does_is_done_here_as_well() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "triggered", "db1")).await.expect("an alert");
        let event = Event { actor: Some("ben".into()), ..disk(&desk, "acknowledged", "db1") };
        desk.report(event).await;
        let row = desk.row(id).await;
        assert_eq!((row.state.name(), row.acknowledged_name.as_deref(), row.is_paging), ("acknowledged", Some("ben"), false));
        desk.report(disk(&desk, "unacknowledged", "db1")).await;
        assert!(desk.row(id).await.is_paging);
        let event = Event { actor: Some("ben".into()), text: Some("It is the logs.".into()), ..disk(&desk, "commented", "db1") };
        desk.report(event).await;
        assert!(desk.story(id).await.last().is_some_and(|it| it.ends_with(": It is the logs.")), "{:?}", desk.story(id).await);
    })
    .await;
}

#[tokio::test]
async fn a_page_has_all_that_it_takes() {
    let desk = Desk::new(Bench::sqlite().await).await;
    let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
    let page: Message = desk.app.page_message(id, None).await.expect("the store").expect("an alert");
    expect_test::expect![[r#"
        DiskFull <https://monitor.example.org/disks>

        State:    Firing since 2026-03-02 09:00 UTC
        Severity: critical
        From:     monitoring
        Where:    db1
        Runbook:  what to do <https://wiki.example.org/disks>
        Labels:   instance=db1, service=db

        > 92 % of /var

        Alert 1

        [Acknowledge] bellhop alert ack alert=1
        [Resolve] bellhop alert resolve alert=1
        [Escalate] bellhop alert escalate alert=1
        [Assign] bellhop alert assign alert=1 --form
        [Note] bellhop alert note alert=1 --form
        [Timeline] bellhop alert timeline alert=1

        Silence:
        [30 minutes] bellhop alert silence for=30m alert=1
        [1 hour] bellhop alert silence for=1h alert=1
        [2 hours] bellhop alert silence for=2h alert=1
        [4 hours] bellhop alert silence for=4h alert=1
        [24 hours] bellhop alert silence for=24h alert=1
        [until resolved] bellhop alert silence for=resolved alert=1"#]]
    .assert_eq(&page.to_plain(&[]));
}
