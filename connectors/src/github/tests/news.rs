//! What GitHub tells by itself, and what is found by asking.

use super::*;
use crate::{Delivery, github::webhook::WEBHOOK};

#[test]
fn an_issue_is_opened() {
    check_webhook(
        "github",
        "issue_opened",
        expect![[r#"
        key: 72d3162e-cc78-11e3-81ab-4c9367dc0958
        [
          {
            "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "source": "ci",
            "kind": "issue.created",
            "at": "2026-11-20T09:58:00Z",
            "actor": "ana",
            "object": {
              "key": "example/demo#7",
              "title": "Printer on fire",
              "url": "https://github.com/example/demo/issues/7",
              "place": "example/demo",
              "state": "open"
            },
            "changes": [],
            "labels": [
              "bug"
            ],
            "text": "It burns."
          }
        ]"#]],
    );
}

#[test]
fn a_pull_request_is_merged() {
    check_webhook(
        "github",
        "pull_merged",
        expect![[r#"
        key: 72d3162e-cc78-11e3-81ab-4c9367dc0958
        [
          {
            "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "source": "ci",
            "kind": "pull.merged",
            "at": "2026-11-20T09:59:00Z",
            "actor": "ana",
            "object": {
              "key": "example/demo#5",
              "title": "Add a fire hose",
              "url": "https://github.com/example/demo/pull/5",
              "place": "example/demo",
              "state": "merged"
            },
            "changes": [
              {
                "field": "state",
                "from": "open",
                "to": "merged"
              }
            ],
            "labels": [
              "bug",
              "urgent"
            ],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn a_review_is_submitted() {
    check_webhook(
        "github",
        "review_approved",
        expect![[r#"
            key: 72d3162e-cc78-11e3-81ab-4c9367dc0958
            [
              {
                "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "source": "ci",
                "kind": "pull.approved",
                "at": "2026-11-20T09:57:00Z",
                "actor": "ana",
                "object": {
                  "key": "example/demo#5",
                  "title": "Add a fire hose",
                  "url": "https://github.com/example/demo/pull/5",
                  "place": "example/demo",
                  "state": "open"
                },
                "changes": [],
                "labels": [
                  "bug",
                  "urgent"
                ],
                "text": "Well done.",
                "url": "https://github.com/example/demo/pull/5#pullrequestreview-1"
              }
            ]"#]],
    );
}

#[test]
fn commits_are_pushed() {
    check_webhook(
        "github",
        "pushed",
        expect![[r#"
            key: 72d3162e-cc78-11e3-81ab-4c9367dc0958
            [
              {
                "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "source": "ci",
                "kind": "commit.pushed",
                "at": "2026-11-20T09:58:00Z",
                "actor": "ana",
                "object": {
                  "key": "7fd1a60b01",
                  "title": "2 commits to main",
                  "url": "https://github.com/example/demo/compare/e5bd3914e2e5...7fd1a60b01f9",
                  "place": "example/demo",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": "b1a2c3d4e5 Print cats\n7fd1a60b01 Print in colour",
                "branch": "main",
                "commits": [
                  {
                    "id": "b1a2c3d4e5f60718293a4b5c6d7e8f9001122334",
                    "title": "Print cats",
                    "author": null,
                    "url": "https://github.com/example/demo/commit/b1a2c3d4e5f60718293a4b5c6d7e8f9001122334"
                  },
                  {
                    "id": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
                    "title": "Print in colour",
                    "author": null,
                    "url": "https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
                  }
                ],
                "paths": [
                  "README.md",
                  "src/cats.rs",
                  "src/print.rs"
                ]
              }
            ]"#]],
    );
}

#[test]
fn a_run_fails_as_a_form() {
    check_webhook(
        "github",
        "run_failed",
        expect![[r#"
            key: 72d3162e-cc78-11e3-81ab-4c9367dc0958
            [
              {
                "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                "source": "ci",
                "kind": "run.failed",
                "at": "2026-11-20T09:56:00Z",
                "actor": "ben",
                "object": {
                  "key": "CI #8",
                  "title": "on fix/hose",
                  "url": "https://github.com/example/demo/actions/runs/1002",
                  "place": "example/demo",
                  "state": "failure"
                },
                "changes": [],
                "labels": [],
                "text": null,
                "branch": "fix/hose",
                "severity": "error"
              }
            ]"#]],
    );
}

#[test]
fn an_event_that_nobody_knows_yet_is_told_all_the_same() {
    check_webhook(
        "github",
        "unknown",
        expect![[r#"
        key: 72d3162e-cc78-11e3-81ab-4c9367dc0958
        [
          {
            "id": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "source": "ci",
            "kind": "sub_issues.sub_issue_added",
            "at": "2026-11-20T10:00:00Z",
            "actor": "ben",
            "object": {
              "key": "widget 3",
              "title": "A thing of tomorrow",
              "url": "https://github.com/example/demo/widgets/3",
              "place": "example",
              "state": "new"
            },
            "changes": [],
            "labels": [],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn what_cannot_be_read_says_so() {
    let parse = |event: Option<&str>, body: &str| {
        let headers: Vec<(String, String)> = event.map(|it| ("x-github-event".to_owned(), it.to_owned())).into_iter().collect();
        let delivery = Delivery {
            hook: "ci",
            method: "POST",
            template: None,
            headers: &headers,
            query: "",
            url: None,
            body: body.as_bytes(),
            received: NOW.parse().unwrap(),
        };
        (WEBHOOK.parse)(&delivery).unwrap_err().message
    };
    let all = [parse(None, "{}"), parse(Some("push"), "{"), parse(Some("push"), "[]"), parse(Some("push"), "payload=x")];
    expect![[r#"
        This is no webhook of GitHub: it has no X-GitHub-Event.
        GitHub's `push` cannot be read: EOF while parsing an object at line 1 column 1.
        GitHub's `push` holds no object.
        GitHub's `push` cannot be read: expected value at line 1 column 1."#]]
    .assert_eq(&all.join("\n"));
}

#[tokio::test]
async fn events_are_asked_for_once() {
    let desk = desk_with(|config| drop(config.insert("watch".into(), json!(["example/demo"])))).await;
    let now = NOW.parse().unwrap();
    let first = desk.connected.poll(None, now).await.unwrap();
    assert_eq!((first.events.len(), first.cursor.as_str()), (0, r#"{"example/demo":9002}"#), "what was before is not told");
    let again = desk.connected.poll(Some(&first.cursor), now).await.unwrap();
    assert_eq!(again, first);
    let last = desk.server.exchanges().last().unwrap().clone();
    assert_eq!((last.status, last.path.as_str()), (Some(304), "/repos/example/demo/events?per_page=100"));

    let event = |id: u64, kind: &str, payload: Value| json!({ "id": id.to_string(), "type": kind, "actor": { "login": "ben" }, "repo": { "name": "example/demo" }, "payload": payload, "created_at": NOW });
    desk.standin.state().events.extend([
        event(9003, "PullRequestEvent", json!({ "action": "labeled", "number": 5, "pull_request": { "number": 5 }, "label": { "name": "bug" } })),
        event(9004, "PushEvent", json!({ "ref": "refs/heads/main", "before": "e5bd3914e2e596debea16f433f57875b5b90bcd6", "head": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d", "commits": [{ "sha": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d", "message": "Print", "author": { "name": "Ben" }, "url": "https://api.github.com/repos/example/demo/commits/7fd1a60b01" }] })),
        event(9005, "PullRequestReviewEvent", json!({ "action": "created", "pull_request": { "number": 5, "title": "Add a fire hose" }, "review": { "state": "approved", "body": "Good." } })),
        event(9006, "CreateEvent", json!({ "ref": "hose", "ref_type": "branch", "full_ref": "refs/heads/hose" })),
        event(9007, "PullRequestEvent", json!({ "action": "merged", "pull_request": { "number": 5, "title": "Add a fire hose" } })),
        event(9008, "PublicEvent", json!([])),
        event(9010, "IssueCommentEvent", json!({ "action": "created", "issue": { "number": 1, "title": "Printer prints only cats", "state": "open" }, "comment": { "body": "Meow." } })),
    ]);
    let found = desk.connected.poll(Some(&first.cursor), now).await.unwrap();
    let lines: Vec<String> = found
        .events
        .iter()
        .map(|it| format!("{} {} {} {} {:?}", it.id, it.kind, it.object.key, it.object.title, it.text))
        .collect();
    expect![[r#"
        event-9003 pull.labeled example/demo#5 Add a fire hose None
        event-9004 commit.pushed 7fd1a60b01 1 commit to main Some("7fd1a60b01 Print")
        event-9005 pull.approved example/demo#5 Add a fire hose Some("Good.")
        event-9006 branch.created hose branch None
        event-9007 pull.merged example/demo#5 Add a fire hose None
        event-9008 repository.publicized example/demo repository None
        event-9010 issue.commented example/demo#1 Printer prints only cats Some("Meow.")"#]]
    .assert_eq(&lines.join("\n"));
    let none = desk.connected.poll(Some(&found.cursor), now).await.unwrap();
    assert!(none.events.is_empty());
}

#[tokio::test]
async fn more_than_a_page_of_events_is_told() {
    let desk = desk_with(|config| drop(config.insert("watch".into(), json!(["example"])))).await;
    let now = NOW.parse().unwrap();
    let first = desk.connected.poll(None, now).await.unwrap();
    let event = |id: u64| json!({ "id": id.to_string(), "type": "WatchEvent", "actor": { "login": "ben" }, "repo": { "name": "example/demo" }, "payload": { "action": "started" }, "created_at": NOW });
    desk.standin.state().events.extend((9100..9250).map(event));
    let found = desk.connected.poll(Some(&first.cursor), now).await.unwrap();
    assert_eq!((found.events.len(), found.events[0].kind.as_str()), (150, "repository.starred"));
    let refused = desk.connected.poll(Some("nonsense"), now).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn nothing_is_asked_for_where_nothing_is_watched() {
    let desk = desk().await;
    let polled = desk.connected.poll(None, NOW.parse().unwrap()).await.unwrap();
    assert_eq!((polled.events.len(), desk.server.exchanges().len()), (0, 0));
}
