//! Webhooks.

use super::*;
use crate::{Delivery, gitlab::webhook::WEBHOOK, tests::check_webhook};

#[test]
fn an_issue_is_opened() {
    check_webhook(
        "gitlab",
        "issue_opened",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000001
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000001",
                "source": "ci",
                "kind": "issue.created",
                "at": "2026-11-20T09:58:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "demo/printer#7",
                  "title": "Printer on fire",
                  "url": "https://gitlab.example.org/demo/printer/-/issues/7",
                  "place": "demo/printer",
                  "state": "opened"
                },
                "changes": [
                  {
                    "field": "assignee",
                    "from": null,
                    "to": "Ben Example"
                  }
                ],
                "labels": [
                  "bug",
                  "urgent"
                ],
                "text": "It burns.",
                "concerns": [
                  {
                    "name": "Ben Example",
                    "id": "ben",
                    "why": "assigned"
                  }
                ]
              }
            ]"#]],
    );
}

#[test]
fn an_issue_is_updated() {
    check_webhook(
        "gitlab",
        "issue_updated",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000002
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000002",
                "source": "ci",
                "kind": "issue.reopened",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "demo/printer#7",
                  "title": "Printer on fire",
                  "url": "https://gitlab.example.org/demo/printer/-/issues/7",
                  "place": "demo/printer",
                  "state": "opened"
                },
                "changes": [
                  {
                    "field": "label",
                    "from": "urgent",
                    "to": null
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
                    "field": "due date",
                    "from": null,
                    "to": "2026-12-01"
                  },
                  {
                    "field": "state",
                    "from": "closed",
                    "to": "opened"
                  },
                  {
                    "field": "conversation",
                    "from": "open",
                    "to": "locked"
                  }
                ],
                "labels": [
                  "bug"
                ],
                "text": null,
                "concerns": [
                  {
                    "name": "Ben Example",
                    "id": "ben",
                    "why": "assigned"
                  }
                ]
              }
            ]"#]],
    );
}

#[test]
fn a_merge_request_is_merged() {
    check_webhook(
        "gitlab",
        "merge_request_merged",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000003
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000003",
                "source": "ci",
                "kind": "merge_request.merged",
                "at": "2026-11-20T09:59:30Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "demo/printer!1",
                  "title": "Quieter fan",
                  "url": "https://gitlab.example.org/demo/printer/-/merge_requests/1",
                  "place": "demo/printer",
                  "state": "merged"
                },
                "changes": [
                  {
                    "field": "state",
                    "from": "opened",
                    "to": "merged"
                  },
                  {
                    "field": "into",
                    "from": null,
                    "to": "main"
                  }
                ],
                "labels": [],
                "text": null,
                "branch": "quiet-fan"
              }
            ]"#]],
    );
}

#[test]
fn a_comment_is_written() {
    check_webhook(
        "gitlab",
        "note_on_merge_request",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000004
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000004",
                "source": "ci",
                "kind": "merge_request.commented",
                "at": "2026-11-20T09:59:40Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "demo/printer!1",
                  "title": "Quieter fan",
                  "url": "https://gitlab.example.org/demo/printer/-/merge_requests/1",
                  "place": "demo/printer",
                  "state": "opened"
                },
                "changes": [],
                "labels": [
                  "bug"
                ],
                "text": "Looks good.",
                "url": "https://gitlab.example.org/demo/printer/-/merge_requests/1#note_301"
              }
            ]"#]],
    );
}

#[test]
fn a_pipeline_fails() {
    check_webhook(
        "gitlab",
        "pipeline_failed",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000005
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000005",
                "source": "ci",
                "kind": "pipeline.failed",
                "at": "2026-11-20T09:55:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "pipeline #102",
                  "title": "Turn the fan slower",
                  "url": "https://gitlab.example.org/demo/printer/-/pipelines/102",
                  "place": "demo/printer",
                  "state": "failed"
                },
                "changes": [],
                "labels": [],
                "text": "test: unit failed",
                "branch": "quiet-fan",
                "commits": [
                  {
                    "id": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
                    "title": "Turn the fan slower",
                    "author": null,
                    "url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"
                  }
                ],
                "severity": "error",
                "about": [
                  "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"
                ]
              }
            ]"#]],
    );
}

#[test]
fn something_is_pushed() {
    check_webhook(
        "gitlab",
        "push",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000006
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000006",
                "source": "ci",
                "kind": "commit.pushed",
                "at": "2026-11-20T10:00:00Z",
                "actor": "Ben Example",
                "actor_id": "ben",
                "object": {
                  "key": "1a2b3c4d1a",
                  "title": "2 commits to main",
                  "url": "https://gitlab.example.org/demo/printer/-/compare/5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b...1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
                  "place": "demo/printer",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": "1a2b3c4d1a Turn the fan slower\n9c9c9c9c1a Oil it",
                "branch": "main",
                "commits": [
                  {
                    "id": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
                    "title": "Turn the fan slower",
                    "author": "Ben Example",
                    "url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"
                  },
                  {
                    "id": "9c9c9c9c1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
                    "title": "Oil it",
                    "author": "Chloe Example",
                    "url": "https://gitlab.example.org/demo/printer/-/commit/9c9c9c9c1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"
                  }
                ]
              }
            ]"#]],
    );
}

#[test]
fn a_deployment_succeeds() {
    check_webhook(
        "gitlab",
        "deployment",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000007
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000007",
                "source": "ci",
                "kind": "deployment.succeeded",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "1a2b3c4d",
                  "title": "live: Turn the fan slower",
                  "url": "https://gitlab.example.org/demo/printer/-/jobs/1003",
                  "place": "demo/printer",
                  "state": "success"
                },
                "changes": [],
                "labels": [],
                "text": null
              }
            ]"#]],
    );
}

#[test]
fn what_is_unknown_is_told_plainly() {
    check_webhook(
        "gitlab",
        "unknown",
        expect![[r#"
            key: 9a8b7c6d-0000-4000-8000-000000000008
            [
              {
                "id": "9a8b7c6d-0000-4000-8000-000000000008",
                "source": "ci",
                "kind": "access_token.expiring",
                "at": "2026-11-20T10:00:00Z",
                "actor": "GitLab",
                "object": {
                  "key": "bellhop",
                  "title": "access token",
                  "url": "https://gitlab.example.org/demo/printer/-/settings/access_tokens",
                  "place": "demo/printer",
                  "state": null
                },
                "changes": [
                  {
                    "field": "ends",
                    "from": null,
                    "to": "2026-11-27"
                  }
                ],
                "labels": [],
                "text": null,
                "severity": "warning"
              }
            ]"#]],
    );
}

fn told(body: &[u8]) -> commands::Result<Vec<commands::Event>> {
    let received = NOW.parse().expect("a time");
    (WEBHOOK.parse)(&Delivery { hook: "ci", method: "POST", template: None, headers: &[], query: "", url: None, body, received })
}

#[test]
fn confidential_things_never_become_events() {
    for body in [
        json!({"object_kind": "issue", "event_type": "confidential_issue", "object_attributes": {"iid": 4, "action": "open"}}),
        json!({"object_kind": "issue", "object_attributes": {"iid": 4, "confidential": true, "action": "open"}}),
        json!({"object_kind": "note", "event_type": "confidential_note", "object_attributes": {"note": "psst"}}),
        json!({"object_kind": "note", "object_attributes": {"note": "psst", "internal": true}}),
        json!({"object_kind": "note", "object_attributes": {"note": "psst"}, "issue": {"iid": 4, "confidential": true}}),
    ] {
        assert_eq!(told(body.to_string().as_bytes()), Ok(Vec::new()), "{body}");
    }
}

#[test]
fn what_is_no_webhook_is_said() {
    assert_eq!(told(b"fire").unwrap_err().kind, ErrorKind::BadInput);
    assert_eq!(told(b"{}").unwrap_err().kind, ErrorKind::BadInput);
}
