//! Firing, acknowledged, resolved: each step, what it says and what it shows.

use commands::{Block, Span, Text};
use expect_test::expect;

use super::*;
use crate::{
    alerts::{NewAlert, State},
    people::PersonId,
};

#[tokio::test]
async fn an_alert_is_one_card_through_its_life() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        assert_eq!(desk.report(disk(&desk, "firing", "db2")).await, Some(id), "one reason, one alert");
        assert!(desk.pages(id).await);
        expect![[r#"
            DiskFull <https://monitor.example.org/disks>

            State:      Firing since 2026-03-02 09:00 UTC
            Severity:   critical
            Instances:  2 of 2 on: db1, db2
            Owner:      platform
            Escalation: platform
            Runbook:    what to do <https://wiki.example.org/disks>
            Labels:     instance=db1 service=db

            > 92 % of /var

            Alert 1 · from monitoring · rule disks

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
        .assert_eq(&desk.card(id).await);
        desk.wait(minutes(3)).await;
        desk.app.acknowledge_alert(id, &ana(), None).await.expect("it is hers");
        assert!(!desk.pages(id).await && !desk.row(id).await.is_paging);
        let refused = desk.app.acknowledge_alert(id, &ben(), None).await.expect_err("it is Ana's");
        assert_eq!(refused.message, "Ana has acknowledged alert 1 already. `alert assign 1 @you` takes it over.");
        desk.app.assign_alert(id, &ana(), &ben()).await.expect("it is his");
        desk.app.note_alert(id, &ben(), "/var/log was full").await.expect("a note");
        desk.wait(minutes(3)).await;
        desk.report(disk(&desk, "resolved", "db2")).await;
        desk.report(disk(&desk, "resolved", "db1")).await;
        let row = desk.row(id).await;
        assert_eq!((row.state, row.firing, row.total), (State::Resolved, 0, 2));
        expect![[r#"
            DiskFull <https://monitor.example.org/disks>

            State:       Resolved by monitoring 2026-03-02 09:06 UTC, after 6 min
            Severity:    critical
            Instances:   2 in all
            Assigned to: Ben
            Owner:       platform
            Escalation:  platform
            Runbook:     what to do <https://wiki.example.org/disks>

            Alert 1 · from monitoring · rule disks

            [Note] bellhop alert note alert=1 --form
            [Timeline] bellhop alert timeline alert=1"#]]
        .assert_eq(&desk.card(id).await);
        expect![[r#"
            It fires: db1.
            db2 fires as well: 2 in all.
            Acknowledged by Ana.
            Ana gave it to Ben.
            Ben: /var/log was full
            db2 is well again: 1 still on.
            Resolved by monitoring after 6 min."#]]
        .assert_eq(&without_paging(desk.story(id).await).join("\n"));
        let posts = desk.posts().await;
        assert_eq!(posts.iter().filter(|it| it.ends_with(" card")).count(), 1, "{posts:#?}");
        assert!(posts.contains(&"#ops Story Acknowledged by Ana.".to_owned()), "{posts:#?}");
    })
    .await;
}

/// Whom escalation told of it is its own affair.
fn without_paging(story: Vec<String>) -> Vec<String> {
    story.into_iter().filter(|it| !it.contains("paged") && !it.contains("policy")).collect()
}

#[tokio::test]
async fn what_fires_again_soon_is_the_same_and_later_another() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        desk.wait(minutes(20)).await;
        desk.report(disk(&desk, "resolved", "db1")).await;
        desk.wait(minutes(10)).await;
        assert_eq!(desk.report(disk(&desk, "firing", "db1")).await, Some(id));
        assert!(desk.pages(id).await && desk.row(id).await.is_paging);
        assert!(desk.posts().await.contains(&"#ops News It fires again: db1.".to_owned()));
        desk.wait(minutes(20)).await;
        desk.report(disk(&desk, "resolved", "db1")).await;
        desk.wait(minutes(16)).await;
        let other = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        assert_ne!(other, id);
    })
    .await;
}

#[tokio::test]
async fn an_event_counts_once_and_in_its_own_order() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let (fires, start) = (disk(&desk, "firing", "db1"), desk.now());
        let id = desk.report(fires.clone()).await.expect("an alert");
        desk.report(fires.clone()).await;
        let row = desk.row(id).await;
        assert_eq!((row.firing, row.total), (1, 1));
        desk.wait(minutes(1)).await;
        // What was over before it began again comes late.
        let late = Event { id: "late".into(), at: start - minutes(1), ..disk(&desk, "resolved", "db1") };
        desk.report(late).await;
        assert_eq!(desk.row(id).await.state, State::Firing);
        desk.report(disk(&desk, "resolved", "db1")).await;
        assert_eq!(desk.row(id).await.state, State::Resolved);
        // The same event once more says nothing new.
        desk.report(fires).await;
        assert_eq!(desk.row(id).await.state, State::Resolved);
    })
    .await;
}

#[tokio::test]
async fn an_acknowledgement_ends_with_a_reminder_before() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        let until = desk.now() + minutes(60);
        desk.app.acknowledge_alert(id, &ana(), Some(until)).await.expect("it is hers");
        desk.wait(minutes(46)).await;
        let story = desk.story(id).await;
        assert_eq!(
            story.last().map(String::as_str),
            Some("Ana, it is still not resolved. In 15 min it counts as not acknowledged again.")
        );
        desk.wait(minutes(15)).await;
        let row = desk.row(id).await;
        assert_eq!((row.state, row.is_paging, row.acknowledged_name), (State::Firing, true, None));
        assert!(desk.posts().await.contains(&"#ops News Ana's acknowledgement has ended, and it still fires.".to_owned()));
        // One that was renewed does not end when the first would have.
        desk.app.acknowledge_alert(id, &ana(), Some(desk.now() + minutes(60))).await.expect("it is hers");
        desk.wait(minutes(30)).await;
        desk.app.acknowledge_alert(id, &ana(), Some(desk.now() + minutes(60))).await.expect("longer");
        desk.wait(minutes(45)).await;
        assert_eq!(desk.row(id).await.state, State::Acknowledged);
        // Taken back, nothing of it is left.
        desk.app.unacknowledge_alert(id, &ana()).await.expect("it is nobody's");
        assert!(desk.pages(id).await);
        let lines = desk.story(id).await.len();
        desk.wait(minutes(240)).await;
        assert_eq!(desk.story(id).await.len(), lines);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_hold_long_enough_is_told_to_nobody() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let run = |verb: &str, branch: &str| Event {
            id: format!("{verb} {branch} {}", desk.now()),
            source: "ci".into(),
            kind: format!("run.{verb}"),
            at: desk.now(),
            object: Object { key: format!("CI {branch}"), title: format!("CI on {branch}"), ..Object::default() },
            branch: Some(branch.into()),
            ..Event::default()
        };
        let short = desk.report(run("failed", "main")).await.expect("an alert");
        desk.wait(minutes(4)).await;
        desk.report(run("succeeded", "main")).await;
        desk.wait(minutes(60)).await;
        assert_eq!(desk.posts().await, [""; 0]);
        assert!(desk.app.resolve_alert(short, &ana(), None).await.is_err());
        let id = desk.report(run("failed", "main")).await.expect("an alert");
        assert!(!desk.pages(id).await);
        desk.wait(minutes(5)).await;
        assert_eq!(desk.posts().await, ["channel:ops card"]);
        assert!(desk.pages(id).await);
        assert_eq!(desk.row(id).await.severity, Severity::Error);
        // Said every hour while nobody sees to it, and not once somebody does.
        desk.wait(minutes(121)).await;
        let said = |posts: Vec<String>| posts.iter().filter(|it| it.contains("News It still fires")).count();
        assert_eq!(said(desk.posts().await), 2);
        desk.app.acknowledge_alert(id, &ben(), None).await.expect("it is his");
        assert!(desk.row(id).await.acknowledged_until.is_some(), "as the rule says");
        desk.wait(minutes(200)).await;
        assert_eq!(said(desk.posts().await), 2);
        desk.wait(minutes(48 * 60)).await;
        let row = desk.row(id).await;
        assert_eq!((row.state, row.resolved_by.as_deref()), (State::Resolved, Some("silence of its source")));
    })
    .await;
}

#[tokio::test]
async fn what_flaps_pages_nobody_until_it_is_calm() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let mut id = 0;
        for _ in 0..3 {
            id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
            desk.wait(minutes(1)).await;
            desk.report(disk(&desk, "resolved", "db1")).await;
            desk.wait(minutes(1)).await;
        }
        desk.report(disk(&desk, "firing", "db1")).await;
        assert!(!desk.pages(id).await);
        assert!(desk.card(id).await.contains("Flapping since"));
        let story = desk.story(id).await;
        assert_eq!(story.iter().filter(|it| it.starts_with("It flaps")).count(), 1, "{story:#?}");
        assert_eq!(story.iter().filter(|it| it.starts_with("It fires again")).count(), 2, "{story:#?}");
        desk.wait(minutes(16)).await;
        let row = desk.row(id).await;
        assert_eq!((row.state, row.flapping_until, row.is_paging), (State::Firing, None, true));
        assert!(desk.pages(id).await);
        assert!(desk.story(id).await.contains(&"It is calm again, and firing.".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn one_that_is_opened_by_hand_is_opened_once() {
    on_each(async |bench| {
        let config = format!("{CONFIG}\n[alerts]\nto = \"slack:#bellhop-admin\"\n");
        let desk = Desk::with(bench, &config).await;
        let new = NewAlert {
            title: "Call Ana".into(),
            text: None,
            severity: Severity::Critical,
            source: "bellhop".into(),
            fingerprint: "page-7".into(),
            caused_by: None,
            policy: None,
        };
        let mut tx = desk.bench.store.begin().await.expect("a transaction");
        let id = desk.app.open_alert(&mut tx, &new).await.expect("an alert");
        assert_eq!(desk.app.open_alert(&mut tx, &new).await.expect("the same"), id);
        assert!(desk.app.pages_now(&mut tx, id).await.expect("the store"));
        desk.app.note_on_alert(&mut tx, id, None, "Ana was told by a direct message.").await.expect("a line");
        tx.commit().await.expect("a commit");
        assert_eq!(desk.posts().await, ["#bellhop-admin card", "#bellhop-admin Story Ana was told by a direct message."]);
        let alert = desk.app.alert(id).await.expect("the store").expect("an alert");
        assert_eq!((alert.title.as_str(), alert.policy), ("Call Ana", None));
        desk.app.resolve_alert(id, &ana(), Some("she is here")).await.expect("over");
        let mut tx = desk.bench.store.begin().await.expect("a transaction");
        assert_ne!(desk.app.open_alert(&mut tx, &new).await.expect("another"), id);
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_at_once_are_few() {
    let desk = Desk::new(Bench::sqlite().await).await;
    let events = (0..10_000).map(|nth| {
        let mut event = disk(&desk, "firing", &format!("db{nth}"));
        event.object.title = format!("Disk {nth} is full");
        event
    });
    let routed = desk.app.route(events.collect(), None);
    let taken: Vec<_> = routed.jobs.iter().flat_map(|it| it.payload.read::<AlertJob>().expect("events").taken).collect();
    for some in taken.chunks(256) {
        let mut tx = desk.bench.store.begin().await.expect("a transaction");
        desk.app.apply(&mut tx, some).await.expect("they are taken");
        tx.commit().await.expect("a commit");
    }
    let open = desk.app.alerts_listed(crate::alerts::Which::Open).await.expect("alerts");
    assert_eq!(open.len(), 26);
    assert_eq!(open.iter().map(|it| it.firing).sum::<i64>(), 10_000, "none is lost");
    let cards = desk.posts().await.iter().filter(|it| it.ends_with(" card")).count();
    assert_eq!(cards, 26);
    assert!(open.iter().any(|it| it.title == "Many alerts at once from monitoring"));
}

/// Posts to somebody directly, and lines in threads, as jobs.
async fn all_posts(desk: &Desk) -> Vec<PostJob> {
    let rows = sql("SELECT payload FROM job WHERE kind = 'post' ORDER BY id").all(desk.bench.store.read()).await.expect("jobs");
    rows.iter().map(|it| it.json::<PostJob>(0).expect("a post")).collect()
}

/// What somebody is told directly.
async fn told_directly(desk: &Desk, who: &Who) -> Vec<String> {
    let person = PersonId::parse(&who.id).expect("a person");
    let all = all_posts(desk).await.into_iter().filter(|it| it.post.to == person.target());
    all.map(|it| it.post.message.to_plain(&[])).collect()
}

#[tokio::test]
async fn who_has_an_alert_is_reminded_directly_with_how_to_go_on() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        desk.app.acknowledge_alert(id, &ana(), Some(desk.now() + minutes(60))).await.expect("it is hers");
        desk.wait(minutes(46)).await;
        let told = told_directly(&desk, &ana()).await;
        let [told] = &told[..] else { panic!("{told:?}") };
        assert!(
            told.starts_with("This is still not resolved. It counts as not acknowledged again 2026-03-02 10:00 UTC."),
            "{told}"
        );
        for button in ["bellhop alert resolve alert=1", "bellhop alert ack for=60m alert=1"] {
            assert!(told.contains(button), "{button}: {told}");
        }
        // Where its card stands, it is a mention.
        let named = Span::Person { id: "U1".into(), name: "Ana".into() };
        let text =
            Text(vec![named, Span::Plain(", it is still not resolved. In 15 min it counts as not acknowledged again.".into())]);
        assert!(all_posts(&desk).await.iter().any(|it| it.post.message.blocks == [Block::Paragraph(text.clone())]));
        assert!(told_directly(&desk, &ben()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_given_an_alert_is_told_unless_they_took_it() {
    on_each(async |bench| {
        let desk = Desk::new(bench).await;
        let id = desk.report(disk(&desk, "firing", "db1")).await.expect("an alert");
        desk.app.assign_alert(id, &ana(), &ana()).await.expect("it is hers");
        assert!(told_directly(&desk, &ana()).await.is_empty(), "she knows");
        desk.app.assign_alert(id, &ana(), &ben()).await.expect("it is his");
        let told = told_directly(&desk, &ben()).await;
        let [told] = &told[..] else { panic!("{told:?}") };
        assert!(told.starts_with("Ana gave you an alert.") && told.contains("DiskFull"), "{told}");
        assert!(told.contains("bellhop alert ack alert=1"), "{told}");
        assert_eq!(desk.story(id).await.last().map(String::as_str), Some("Ana gave it to Ben."));
        // In another chat he is only named.
        let mentions = |it: &PostJob| matches!(&it.post.message.blocks[..], [Block::Paragraph(text)] if text.0.iter().any(|it| matches!(it, Span::Person { .. })));
        let lines: Vec<String> =
            all_posts(&desk).await.into_iter().filter(mentions).map(|it| it.post.to.platform().to_owned()).collect();
        assert_eq!(lines, ["slack"]);
    })
    .await;
}
