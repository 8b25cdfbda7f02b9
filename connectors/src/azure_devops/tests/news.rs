//! Service hooks.

use std::path::{Path, PathBuf};

use super::*;
use crate::{
    Delivery,
    azure_devops::webhook::WEBHOOK,
    tests::{broken::mangled, check_webhook, told::line},
};

#[test]
fn a_work_item_is_created() {
    check(
        "workitem_created",
        expect![[r##"
            key: e1e1e1e1-0000-4000-8000-000000000001 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000001 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "issue.created",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": "Ana Example",
                "actor_id": "ana@example.org",
                "object": {
                  "key": "#42",
                  "title": "Printer on fire",
                  "url": "https://dev.azure.com/example/demo/_workitems/edit/42",
                  "place": "demo",
                  "state": "New"
                },
                "changes": [],
                "labels": [
                  "Bug",
                  "fire",
                  "urgent"
                ],
                "text": "It **burns**."
              }
            ]"##]],
    );
}

#[test]
fn a_work_item_is_updated() {
    check(
        "workitem_updated",
        expect![[r##"
            key: e1e1e1e1-0000-4000-8000-000000000002 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000002 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "issue.assigned",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": "Ben Example",
                "actor_id": "ben@example.org",
                "object": {
                  "key": "#42",
                  "title": "Printer on fire",
                  "url": "https://dev.azure.com/example/demo/_workitems/edit/42",
                  "place": "demo",
                  "state": "Active"
                },
                "changes": [
                  {
                    "field": "state",
                    "from": "New",
                    "to": "Active"
                  },
                  {
                    "field": "assignee",
                    "from": null,
                    "to": "Ben Example"
                  },
                  {
                    "field": "description",
                    "from": null,
                    "to": null
                  },
                  {
                    "field": "priority",
                    "from": "2",
                    "to": "1"
                  }
                ],
                "labels": [
                  "Bug"
                ],
                "text": "On it.",
                "concerns": [
                  {
                    "name": "Ben Example",
                    "id": "ben@example.org",
                    "why": "assigned"
                  }
                ]
              }
            ]"##]],
    );
}

#[test]
fn a_pull_request_is_updated() {
    check(
        "pullrequest_updated",
        expect![[r#"
            key: e1e1e1e1-0000-4000-8000-000000000003 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000003 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "pull.approved",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": "Chloe Example",
                "object": {
                  "key": "!7",
                  "title": "Quieter fan",
                  "url": "https://dev.azure.com/example/demo/_git/printer/pullrequest/7",
                  "place": "demo/printer",
                  "state": "open"
                },
                "changes": [
                  {
                    "field": "vote",
                    "from": null,
                    "to": "approved"
                  }
                ],
                "labels": [],
                "text": null
              }
            ]"#]],
    );
}

#[test]
fn a_build_fails() {
    check(
        "build_complete",
        expect![[r#"
            key: e1e1e1e1-0000-4000-8000-000000000004 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000004 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "build.failed",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": "Ben Example",
                "object": {
                  "key": "20261120.2",
                  "title": "build",
                  "url": "https://dev.azure.com/example/demo/_build/results?buildId=102",
                  "place": "demo",
                  "state": "failed"
                },
                "changes": [],
                "labels": [],
                "text": null,
                "branch": "quiet-fan",
                "severity": "error"
              }
            ]"#]],
    );
}

#[test]
fn an_approval_is_wanted() {
    check(
        "approval_pending",
        expect![[r#"
            key: e1e1e1e1-0000-4000-8000-000000000005 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000005 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "approval.requested",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": null,
                "object": {
                  "key": "approval a1a1a1a1-0",
                  "title": "deploy",
                  "url": "https://dev.azure.com/example/demo/_build/results?buildId=103",
                  "place": "demo",
                  "state": "pending"
                },
                "changes": [],
                "labels": [],
                "text": null
              }
            ]"#]],
    );
}

#[test]
fn something_is_pushed() {
    check(
        "push",
        expect![[r#"
            key: e1e1e1e1-0000-4000-8000-000000000006 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000006 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "commit.pushed",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": "Ben Example",
                "object": {
                  "key": "1a2b3c4d1a",
                  "title": "1 commit to main",
                  "url": "https://dev.azure.com/example/demo/_git/printer?version=GBmain",
                  "place": "demo/printer",
                  "state": null
                },
                "changes": [
                  {
                    "field": "branch",
                    "from": "5e6f7a8b5e",
                    "to": "1a2b3c4d1a"
                  }
                ],
                "labels": [],
                "text": "1a2b3c4d1a Turn the fan slower (Ben Example)",
                "url": "https://dev.azure.com/example/demo/_git/printer/branchCompare?baseVersion=GC5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b&targetVersion=GC1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d&_a=files",
                "branch": "main",
                "commits": [
                  {
                    "id": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
                    "title": "Turn the fan slower",
                    "author": "Ben Example",
                    "url": "https://dev.azure.com/example/demo/_git/printer/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"
                  }
                ]
              }
            ]"#]],
    );
}

#[test]
fn what_is_unknown_is_told_plainly() {
    check(
        "unknown",
        expect![[r#"
            key: e1e1e1e1-0000-4000-8000-000000000007 5b5b5b5b-0000-4000-8000-000000000001
            [
              {
                "id": "e1e1e1e1-0000-4000-8000-000000000007 5b5b5b5b-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "elasticagentpool.resized",
                "at": "2026-11-20T09:59:50.5Z",
                "actor": null,
                "object": {
                  "key": "1",
                  "title": "The pool live was resized",
                  "url": "https://dev.azure.com/example/_settings/agentpools",
                  "place": null,
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": null
              }
            ]"#]],
    );
}

fn check(fixture: &str, expected: Expect) {
    check_webhook("azure-devops", fixture, expected);
}

fn delivery<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        hook: "ci",
        method: "POST",
        template: None,
        headers,
        query: "",
        url: None,
        body,
        received: NOW.parse().expect("a time"),
    }
}

#[test]
fn a_header_of_its_own_may_hold_the_secret() {
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    for (headers, believed) in [
        (header("x-bellhop-token", "s3cret"), true),
        (header("authorization", "Basic YmVsbGhvcDpzM2NyZXQ="), true),
        (header("authorization", "Basic czNjcmV0"), false),
        (header("authorization", "Bearer s3cret"), false),
        (header("x-bellhop-token", ""), false),
        (Vec::new(), false),
    ] {
        assert_eq!((WEBHOOK.verify)(&delivery(&headers, b"{}"), "s3cret").is_ok(), believed, "{headers:?}");
    }
    assert!((WEBHOOK.verify)(&delivery(&header("x-bellhop-token", ""), b"{}"), "").is_err());
}

#[test]
fn what_is_no_service_hook_is_said() {
    assert_eq!((WEBHOOK.parse)(&delivery(&[], b"fire")).unwrap_err().kind, ErrorKind::BadInput);
    assert_eq!((WEBHOOK.parse)(&delivery(&[], b"{}")).unwrap_err().kind, ErrorKind::BadInput);
}

/// The vendor's own samples, where they lie beside the project.
#[test]
fn published_samples_are_read() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    let folder = std::env::var_os("BELLHOP_CONTRACTS").map_or_else(beside, PathBuf::from).join("webhooks/azure-devops");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("no published samples in {}: nothing was read", folder.display());
        return;
    };
    let mut count = 0;
    for file in files.map(|it| it.unwrap().path()) {
        let body = std::fs::read(&file).unwrap();
        let events = (WEBHOOK.parse)(&delivery(&[], &body)).unwrap_or_else(|err| panic!("{}: {err}", file.display()));
        for event in events {
            println!("{}: {}", file.file_name().unwrap_or_default().to_string_lossy(), line(&event));
            let whole = !event.object.title.is_empty()
                && event.object.title != event.object.key
                && event.object.url.as_deref().is_some_and(|it| !it.contains("/_apis/") && !it.contains('@'))
                && event.actor.is_some()
                && event.actor_id.is_some()
                && event.object.place.is_some()
                && event.branch.is_some();
            assert!(whole, "{}: {event:?}", file.display());
            count += 1;
        }
        for broken in mangled(&serde_json::from_slice(&body).unwrap()) {
            drop((WEBHOOK.parse)(&delivery(&[], &broken)));
        }
    }
    assert!(count >= 5, "{count}");
}
