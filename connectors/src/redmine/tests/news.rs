//! Changes, found by polling and told by webhooks.

use commands::Event;

use super::*;
use crate::{Delivery, redmine::webhook::WEBHOOK};

fn told(events: &[Event]) -> String {
    let one = |it: &Event| {
        let value = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".into());
        let changes: String =
            it.changes.iter().map(|it| format!(" [{}: {} → {}]", it.field, value(&it.from), value(&it.to))).collect();
        let (actor, text) = (value(&it.actor), it.text.as_ref().map(|it| format!(" “{it}”")).unwrap_or_default());
        let place = value(&it.object.place);
        format!(
            "{} {} {actor}: {} {} in {place}, {}{changes}{text}\n",
            it.id,
            it.kind,
            it.object.key,
            it.object.title,
            value(&it.object.state)
        )
    };
    events.iter().map(one).collect()
}

async fn poll(here: &Here, cursor: &mut Option<String>) -> String {
    let now: Timestamp = NOW.parse().expect("a time");
    let Polled { events, cursor: next } = here.bot.redmine.poll(cursor.as_deref(), now).await.expect("a poll");
    *cursor = Some(next);
    told(&events)
}

#[tokio::test]
async fn polling_tells_each_change_once_and_no_secret() {
    let here = Here::new().await;
    let mut cursor = None;
    assert_eq!(poll(&here, &mut cursor).await, "", "the first poll starts from now");
    // In the very second of the first poll.
    here.bot.run("issue comment 1 In the same second").await.expect("a comment");
    expect![[r#"
        journal-101 issue.commented Ana Example: #1 Printer prints only cats in Demo, New “In the same second”
    "#]]
    .assert_eq(&poll(&here, &mut cursor).await);
    assert_eq!(poll(&here, &mut cursor).await, "");
    here.tick(60);
    here.bot.run("issue create New lamp project=demo assignee=ben").await.expect("an issue");
    here.bot.run("issue update 1 status=Feedback priority=Low assignee=ben field=Severity=low").await.expect("a change");
    here.bot.run("issue close 2").await.expect("a change");
    here.bot.run("issue comment 1 For few eyes --private").await.expect("a comment");
    expect![[r#"
        issue-5 issue.created Ana Example: #5 New lamp in Demo, New
        journal-102 issue.updated Ana Example: #1 Printer prints only cats in Demo, Feedback [status: New → Feedback] [priority: Urgent → Low] [assignee: - → Ben Example] [Severity: - → low]
        journal-103 issue.closed Ana Example: #2 Dark mode for the lobby in Demo, Closed [status: In Progress → Closed]
    "#]].assert_eq(&poll(&here, &mut cursor).await);
    here.bot.run("issue comment 2 Still the same second").await.expect("a comment");
    expect![[r#"
        journal-105 issue.commented Ana Example: #2 Dark mode for the lobby in Demo, Closed “Still the same second”
    "#]]
    .assert_eq(&poll(&here, &mut cursor).await);
    here.tick(3);
    assert_eq!(poll(&here, &mut cursor).await, "", "nothing comes twice");
    here.bot.run("issue create Quiet project=demo --private").await.expect("an issue");
    assert_eq!(poll(&here, &mut cursor).await, "", "private issues stay private");
}

#[tokio::test]
async fn polling_loses_nothing_when_more_than_a_page_changed_in_one_second() {
    let here = Here::new().await;
    let mut cursor = None;
    poll(&here, &mut cursor).await;
    here.tick(30);
    {
        let mut state = here.simulated.state();
        let (now, first) = (state.now(), state.issues[0].clone());
        for id in 100..350 {
            state.issues.push(super::super::standin::Issue { id, created_on: now, updated_on: now, ..first.clone() });
        }
    }
    let mut events = poll(&here, &mut cursor).await;
    events.push_str(&poll(&here, &mut cursor).await);
    assert_eq!(events.lines().filter(|it| it.starts_with("issue-")).count(), 250);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_read_is_said() {
    let here = Here::new().await;
    let error = here.bot.redmine.poll(Some("yesterday"), NOW.parse().expect("a time")).await.expect_err("no poll");
    assert_eq!(error.kind, ErrorKind::Internal);
}

fn delivery<'a>(headers: &'a [(String, String)], query: &'a str, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        hook: "tracker",
        method: "POST",
        template: None,
        headers,
        query,
        url: None,
        body,
        received: NOW.parse().expect("a time"),
    }
}

/// Parses a fixture as a delivery to the hook `tracker`.
fn check_webhook(body: &str, expected: Expect) {
    let delivery = delivery(&[], "", body.as_bytes());
    let text = match (WEBHOOK.parse)(&delivery) {
        Ok(events) => {
            assert!(events.iter().all(|it| it.source == "tracker"));
            format!("key: {:?}\n{}", (WEBHOOK.key)(&delivery), told(&events))
        }
        Err(error) => format!("{:?}: {error}\n", error.kind),
    };
    expected.assert_eq(&text);
}

#[test]
fn the_plugin_reports_a_new_issue() {
    check_webhook(
        include_str!("../fixtures/plugin_opened.json"),
        expect![[r#"
        key: Some("issue-42")
        issue-42 issue.created Ana Example: #42 Printer on fire in Demo, In Progress “It burns.”
    "#]],
    );
}

#[test]
fn the_plugin_reports_a_change() {
    check_webhook(
        include_str!("../fixtures/plugin_updated.json"),
        expect![[r#"
        key: Some("journal-57")
        journal-57 issue.commented Ben Example: #42 Printer on fire in Demo, In Progress [status: - → In Progress] [assignee: - → Ben Example] [done_ratio: 0 → 50] “On it.”
    "#]],
    );
}

#[test]
fn redmine_7_reports_a_new_issue() {
    check_webhook(
        include_str!("../fixtures/native_created.json"),
        expect![[r#"
        key: Some("issue-42")
        issue-42 issue.created Ana Example: #42 Printer on fire in Demo, New “It burns.”
    "#]],
    );
}

#[test]
fn redmine_7_reports_a_closed_issue() {
    check_webhook(
        include_str!("../fixtures/native_closed.json"),
        expect![[r#"
        key: Some("journal-58")
        journal-58 issue.closed Ben Example: #42 Printer on fire in Demo, Closed [status: - → Closed] [Severity: high → low] “The fire is out.”
    "#]],
    );
}

#[test]
fn private_things_never_become_events() {
    let private = include_str!("../fixtures/plugin_updated.json").replace("\"private_notes\": false", "\"private_notes\": true");
    check_webhook(
        &private,
        expect![[r#"
        key: None
    "#]],
    );
    let private = include_str!("../fixtures/plugin_opened.json").replace("\"is_private\": false", "\"is_private\": true");
    check_webhook(
        &private,
        expect![[r#"
        key: None
    "#]],
    );
}

#[test]
fn what_is_no_webhook_of_redmine_is_said() {
    check_webhook(
        "{}",
        expect![[r#"
        BadInput: This is no webhook of Redmine that I know: it has neither `payload` nor `type`.
    "#]],
    );
    check_webhook(
        "fire",
        expect![[r#"
        BadInput: This is no webhook of Redmine that I know: expected ident at line 1 column 2.
    "#]],
    );
    check_webhook(
        r#"{"payload": {"action": "opened"}}"#,
        expect![[r#"
        BadInput: This is no webhook of Redmine that I know: missing field `issue`.
    "#]],
    );
    check_webhook(
        r#"{"type": "news.created", "timestamp": "2026-11-21T10:00:00Z", "data": {"news": {"id": 1}}}"#,
        expect![[r#"
        key: None
    "#]],
    );
}

#[test]
fn only_who_knows_the_secret_is_believed() {
    let body = br#"{"payload":{}}"#;
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let signature = "sha256=6500a43287d2c3d8ebb3d625178e5a1aaa9e96bd7c0d656d54ab3d62b5c84a67";
    for (headers, query, believed) in [
        (vec![], "token=s3cret", true),
        (vec![], "a=b&token=s3cret", true),
        (header("x-redmine-token", "s3cret"), "", true),
        (header("authorization", "Bearer s3cret"), "", true),
        (header("x-redmine-signature-256", signature), "", true),
        (vec![], "", false),
        (vec![], "token=", false),
        (vec![], "token=guess", false),
        (header("x-redmine-token", "guess"), "token=s3cret", false),
        (header("x-redmine-signature-256", "sha256=00"), "token=s3cret", false),
        (header("authorization", "s3cret"), "", false),
    ] {
        let verdict = (WEBHOOK.verify)(&delivery(&headers, query, body), "s3cret");
        assert_eq!(verdict.is_ok(), believed, "{headers:?} {query:?}");
        if let Err(error) = verdict {
            assert_eq!(error.kind, ErrorKind::Auth);
            assert!(!error.message.contains("s3cret"));
        }
    }
    assert!((WEBHOOK.verify)(&delivery(&[], "token=", body), "").is_err(), "an empty secret lets nobody in");
}
