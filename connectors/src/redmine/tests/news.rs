//! Changes, found by polling and told by webhooks.

use commands::Event;

use super::*;
use crate::{
    Delivery,
    redmine::webhook::WEBHOOK,
    tests::{
        broken::survives,
        told::{self, line},
    },
};

fn told(events: &[Event]) -> String {
    events.iter().map(|it| format!("{} {}\n", it.id, line(it))).collect()
}

async fn poll(here: &Here, cursor: &mut Option<String>) -> String {
    let now: Timestamp = NOW.parse().expect("a time");
    let Polled { events, cursor: next } = here.bot.redmine.poll(cursor.as_deref(), now).await.expect("a poll");
    *cursor = Some(next);
    told(&events).replace(here.server.url().as_str(), "{redmine}")
}

#[tokio::test]
async fn polling_tells_each_change_once_and_no_secret() {
    let here = Here::new().await;
    let mut cursor = None;
    assert_eq!(poll(&here, &mut cursor).await, "", "the first poll starts from now");
    // In the very second of the first poll.
    here.bot.run("issue comment 1 In the same second").await.expect("a comment");
    expect![[r#"
        journal-101 issue.commented | Ana Example (ana) | #1 Printer prints only cats | Demo | New | labels Bug, Urgent | “In the same second” | {redmine}/issues/1 | at {redmine}/issues/1#change-101
    "#]]
    .assert_eq(&poll(&here, &mut cursor).await);
    assert_eq!(poll(&here, &mut cursor).await, "");
    here.tick(60);
    here.bot.run("issue create New lamp project=demo assignee=ben").await.expect("an issue");
    here.bot.run("issue update 1 status=Feedback priority=Low assignee=ben field=Severity=low").await.expect("a change");
    here.bot.run("issue close 2").await.expect("a change");
    here.bot.run("issue comment 1 For few eyes --private").await.expect("a comment");
    expect![[r#"
        issue-5 issue.created | Ana Example (ana) | #5 New lamp | Demo | New | labels Bug, Normal | for assigned Ben Example (ben) | {redmine}/issues/5
        journal-102 issue.assigned | Ana Example (ana) | #1 Printer prints only cats | Demo | Feedback | status: New → Feedback, priority: Urgent → Low, assignee: - → Ben Example, Severity: - → low | labels Bug, Low | for assigned Ben Example (ben) | {redmine}/issues/1 | at {redmine}/issues/1#change-102
        journal-103 issue.closed | Ana Example (ana) | #2 Dark mode for the lobby | Demo | Closed | status: In Progress → Closed | labels Feature, Normal | {redmine}/issues/2 | at {redmine}/issues/2#change-103
    "#]].assert_eq(&poll(&here, &mut cursor).await);
    here.bot.run("issue comment 2 Still the same second").await.expect("a comment");
    expect![[r#"
        journal-105 issue.commented | Ana Example (ana) | #2 Dark mode for the lobby | Demo | Closed | labels Feature, Normal | “Still the same second” | {redmine}/issues/2 | at {redmine}/issues/2#change-105
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
            format!("key: {:?}\n{}", WEBHOOK.known_by(&delivery), told(&events))
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
            issue-42 issue.created | Ana Example (ana) | #42 Printer on fire | Demo | In Progress | labels Bug, High | for assigned Ben Example (ben) | “It burns.” | https://redmine.example.org/issues/42
        "#]],
    );
}

#[test]
fn the_plugin_reports_a_change() {
    check_webhook(
        include_str!("../fixtures/plugin_updated.json"),
        expect![[r#"
            key: Some("journal-57")
            journal-57 issue.commented | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | status: - → In Progress, assignee: - → Ben Example, done: 0 → 50 | labels Bug, High | for assigned Ben Example (ben) | “On it.” | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
        "#]],
    );
}

#[test]
fn redmine_7_reports_a_new_issue() {
    check_webhook(
        include_str!("../fixtures/native_created.json"),
        expect![[r#"
            key: Some("issue-42")
            issue-42 issue.created | Ana Example | #42 Printer on fire | Demo | New | labels Bug, High | “It burns.”
        "#]],
    );
}

#[test]
fn redmine_7_reports_a_closed_issue() {
    check_webhook(
        include_str!("../fixtures/native_closed.json"),
        expect![[r#"
            key: Some("journal-58")
            journal-58 issue.closed | Ben Example | #42 Printer on fire | Demo | Closed | status: - → Closed, Severity: high → low | labels Bug, High | “The fire is out.”
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
            BadInput: This is no webhook of Redmine that I know: it has neither an issue nor a `type` with `data`.
        "#]],
    );
    check_webhook(
        "fire",
        expect![[r#"
        BadInput: This is no webhook of Redmine that I know: expected ident at line 1 column 2.
    "#]],
    );
}

#[test]
fn a_payload_that_says_little_is_told_as_far_as_it_goes() {
    for (body, expected) in [
        (
            r#"{"payload": {"action": "opened", "issue": {}}}"#,
            expect![[r#"
                key: Some("issue-0")
                issue-0 issue.created | issue an issue in Redmine
            "#]],
        ),
        (
            r#"{"action": "opened", "issue": {"id": 7, "subject": "Fire", "author": {"name": "Ana Example"}}}"#,
            expect![[r#"
                key: Some("issue-7")
                issue-7 issue.created | Ana Example | #7 Fire
            "#]],
        ),
        (
            r#"{"payload": {"action": "updated", "issue": {"id": 7, "subject": "Fire"}, "url": "not yet"}}"#,
            expect![[r#"
                key: Some("issue-7-updated-1795255200")
                issue-7-updated-1795255200 issue.updated | #7 Fire
            "#]],
        ),
        (
            r#"{"payload": {"action": "archived!", "issue": {"id": 7, "subject": "Fire"}}}"#,
            expect![[r#"
                key: Some("issue-7-archived-1795255200")
                issue-7-archived-1795255200 issue.archived | #7 Fire
            "#]],
        ),
        (
            r#"{"type": "board.created", "data": {"board": {"id": 3, "name": "Questions"}}}"#,
            expect![[r#"
                key: Some("board-3-created-1795255200")
                board-3-created-1795255200 board.created | board Questions
            "#]],
        ),
    ] {
        check_webhook(body, expected);
    }
}

/// A journal with these details and notes, as the plugin reports it.
fn journal(notes: &str, details: Value) -> String {
    let mut body: Value = serde_json::from_str(include_str!("../fixtures/plugin_updated.json")).expect("JSON");
    body["payload"]["journal"]["notes"] = json!(notes);
    body["payload"]["journal"]["details"] = details;
    body.to_string()
}

#[test]
fn what_changed_is_said_in_words() {
    let attr =
        |name: &str, from: Value, to: Value| json!({ "property": "attr", "prop_key": name, "old_value": from, "value": to });
    for (notes, details, expected) in [
        (
            "",
            json!([attr("assigned_to_id", json!("5"), json!("6"))]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.assigned | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | assignee: - → Ben Example | labels Bug, High | for assigned Ben Example (ben) | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "",
            json!([attr("assigned_to_id", json!("6"), Value::Null)]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.unassigned | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | assignee: Ben Example → - | labels Bug, High | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "",
            json!([attr("project_id", json!("9"), json!("1"))]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.moved | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | project: - → Demo | labels Bug, High | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "",
            json!([attr("description", json!("Smoke"), json!("Fire"))]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.updated | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | description: Smoke → Fire | labels Bug, High | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "",
            json!([attr("parent_id", Value::Null, json!("7")), attr("due_date", Value::Null, json!("2026-12-01"))]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.updated | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | parent: - → #7, due date: - → 2026-12-01 | labels Bug, High | about #7 | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "",
            json!([{ "property": "attachment", "prop_key": "3", "old_value": null, "value": "fire.txt" }]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.attached | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | attachment: - → fire.txt | labels Bug, High | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "",
            json!([{ "property": "relation", "prop_key": "blocked", "old_value": null, "value": "41" }]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.updated | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | blocked: - → #41 | labels Bug, High | about #41 | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
        (
            "@ana and @ben: see #41, #42.",
            json!([]),
            expect![[r#"
                key: Some("journal-57")
                journal-57 issue.commented | Ben Example (ben) | #42 Printer on fire | Demo | In Progress | labels Bug, High | for mentioned ana | about #41 | “@ana and @ben: see #41, #42.” | https://redmine.example.org/issues/42 | at https://redmine.example.org/issues/42#change-57
            "#]],
        ),
    ] {
        check_webhook(&journal(notes, details), expected);
    }
}

#[test]
fn redmine_7_reports_more_than_issues() {
    let (demo, ana) = (json!({ "id": 1, "name": "Demo" }), json!({ "id": 5, "name": "Ana Example" }));
    for (kind, data, expected) in [
        (
            "wiki_page.created",
            json!({ "wiki_page": { "title": "Fire_drill", "text": "h1. Leave", "version": 1, "author": ana, "comments": "" } }),
            expect![[r#"
                key: Some("wiki_page-Fire_drill-created-1795255200")
                wiki_page-Fire_drill-created-1795255200 wiki_page.created | Ana Example | wiki Fire drill | “h1. Leave”
            "#]],
        ),
        (
            "wiki_page.updated",
            json!({ "wiki_page": { "title": "Fire_drill", "text": "h1. Run", "version": 2, "author": ana, "comments": "Faster, see #42" } }),
            expect![[r#"
                key: Some("wiki_page-Fire_drill-updated-1795255200")
                wiki_page-Fire_drill-updated-1795255200 wiki_page.updated | Ana Example | wiki Fire drill | about #42 | “Faster, see #42”
            "#]],
        ),
        (
            "time_entry.created",
            json!({ "time_entry": { "time_entry": {
                "id": 9, "project": demo, "issue": { "id": 42 }, "user": ana, "activity": { "id": 3, "name": "Development" },
                "hours": 1.5, "comments": "Put it out", "spent_on": "2026-11-20",
            } } }),
            expect![[r#"
                key: Some("time_entry-9-created-1795255200")
                time_entry-9-created-1795255200 time_entry.created | Ana Example | #42 time entry | Demo | “1.5 h, Development, 2026-11-20: Put it out”
            "#]],
        ),
        (
            "news.created",
            json!({ "news": { "id": 4, "project": demo, "author": ana, "title": "The printer is back", "summary": "It prints.", "description": "" } }),
            expect![[r#"
                key: Some("news-4-created-1795255200")
                news-4-created-1795255200 news.created | Ana Example | news The printer is back | Demo | “It prints.”
            "#]],
        ),
        (
            "version.updated",
            json!({ "version": { "id": 2, "project": demo, "name": "1.0", "description": "First", "status": "closed", "due_date": "2026-12-01" } }),
            expect![[r#"
                key: Some("version-2-updated-1795255200")
                version-2-updated-1795255200 version.updated | version 1.0 | Demo | closed | “First”
            "#]],
        ),
        (
            "issue.deleted",
            json!({ "issue": { "id": 42, "subject": "Printer on fire", "project": demo } }),
            expect![[r#"
                key: Some("deleted-42")
                deleted-42 issue.deleted | #42 Printer on fire | Demo
            "#]],
        ),
        (
            "issue.updated",
            json!({ "issue": { "id": 42, "subject": "Printer on fire", "project": demo } }),
            expect![[r#"
            key: None
        "#]],
        ),
    ] {
        let body = json!({ "type": kind, "timestamp": "2026-11-21T10:00:00Z", "data": data });
        check_webhook(&body.to_string(), expected);
    }
}

#[test]
fn broken_payloads_are_read_as_far_as_they_go() {
    let samples = [include_str!("../fixtures/plugin_updated.json"), include_str!("../fixtures/native_closed.json")];
    let samples = samples.map(|it| serde_json::from_str::<Value>(it).expect("JSON"));
    assert!(survives(&WEBHOOK, &samples) > 500);
}

/// Recorded deliveries, which lie beside the project.
#[test]
fn recorded_deliveries_are_understood() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/redmine");
    let folder = std::env::var_os("BELLHOP_WEBHOOKS").map_or(folder, |it| std::path::Path::new(&it).join("redmine"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("No recorded deliveries of Redmine beside the project: none was read.");
        return;
    };
    for file in files.map(|it| it.expect("a file").path()) {
        let body = std::fs::read(&file).expect("a recorded delivery");
        let events = (WEBHOOK.parse)(&told::delivery(&[], &body));
        let text = told::lines(&events);
        eprintln!("{}: {text}", file.display());
        let is_told = |it: &Event| it.object.key.starts_with('#') && it.object.place.is_some() && it.kind.starts_with("issue.");
        assert!(events.is_ok_and(|it| !it.is_empty() && it.iter().all(is_told)), "{text}");
    }
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
        (header("x-redminewebhook-hmac-signature", "1c827663dd1e8022534d30953eff64ef09cf0ba0"), "", true),
        (header("x-redminewebhook-hmac-signature", "00"), "token=s3cret", false),
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
