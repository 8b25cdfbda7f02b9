//! What happened: by webhook, and by asking.

use super::*;
use crate::{
    Delivery,
    tests::{broken::mangled, check_webhook, told::line},
};

#[test]
fn an_issue_was_created() {
    check_webhook(
        "jira",
        "issue_created",
        expect![[r#"
            key: b1946ac9-2f4d-4f1c-8a3b-5c9d0e1f2a3b
            [
              {
                "id": "issue-10007",
                "source": "ci",
                "kind": "issue.created",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Ana Example",
                "actor_id": "5b10a2844c20165700ede21f",
                "object": {
                  "key": "APO-7",
                  "title": "Printer on fire",
                  "url": "https://example.atlassian.net/browse/APO-7",
                  "place": "APO",
                  "state": "To Do"
                },
                "changes": [],
                "labels": [
                  "printer",
                  "Bug",
                  "High"
                ],
                "text": "It **burns**, see `lp0`."
              }
            ]"#]],
    );
}

#[test]
fn an_issue_was_closed() {
    check_webhook(
        "jira",
        "issue_closed",
        expect![[r#"
            key: c2a57bd0-3e5f-4a2d-9b4c-6dae1f203b4c
            [
              {
                "id": "history-10553",
                "source": "ci",
                "kind": "issue.closed",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Ana Example",
                "actor_id": "5b10a2844c20165700ede21f",
                "object": {
                  "key": "APO-7",
                  "title": "Printer on fire",
                  "url": "https://example.atlassian.net/browse/APO-7",
                  "place": "APO",
                  "state": "Done"
                },
                "changes": [
                  {
                    "field": "resolution",
                    "from": null,
                    "to": "Done"
                  },
                  {
                    "field": "status",
                    "from": "In Progress",
                    "to": "Done"
                  },
                  {
                    "field": "description",
                    "from": null,
                    "to": null
                  }
                ],
                "labels": [
                  "printer",
                  "Bug",
                  "High"
                ],
                "text": null
              }
            ]"#]],
    );
}

#[test]
fn an_issue_was_commented_on_from_data_center() {
    check_webhook(
        "jira",
        "comment_created",
        expect![[r#"
            key: none
            [
              {
                "id": "comment-10201",
                "source": "ci",
                "kind": "issue.commented",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "APO-7",
                  "title": "Printer on fire",
                  "url": "https://jira.example.org/browse/APO-7",
                  "place": "APO",
                  "state": "In Progress"
                },
                "changes": [],
                "labels": [
                  "printer",
                  "Bug",
                  "High"
                ],
                "text": "The **fire** is out, see [the log](https://example.org/log).\n\n1. first\n2. second",
                "url": "https://jira.example.org/browse/APO-7?focusedCommentId=10201"
              }
            ]"#]],
    );
}

#[test]
fn a_sprint_was_started() {
    check_webhook(
        "jira",
        "sprint_started",
        expect![[r#"
            key: d3b68ce1-4f60-4b3e-8c5d-7ebf20314c5d
            [
              {
                "id": "d3b68ce1-4f60-4b3e-8c5d-7ebf20314c5d",
                "source": "ci",
                "kind": "sprint.started",
                "at": "2026-11-20T09:59:00Z",
                "actor": null,
                "object": {
                  "key": "Apollo 4",
                  "title": "sprint Apollo 4",
                  "url": "https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=1&sprint=4",
                  "place": null,
                  "state": "active"
                },
                "changes": [],
                "labels": [],
                "text": "Nothing burns"
              }
            ]"#]],
    );
}

#[test]
fn automation_sent_an_issue() {
    check_webhook(
        "jira",
        "automation",
        expect![[r#"
        key: none
        [
          {
            "id": "automation-10007-1795168800000",
            "source": "ci",
            "kind": "issue.reported",
            "at": "2026-11-20T10:00:00Z",
            "actor": null,
            "object": {
              "key": "APO-7",
              "title": "Printer on fire",
              "url": "https://example.atlassian.net/browse/APO-7",
              "place": "APO",
              "state": "In Review"
            },
            "changes": [],
            "labels": [
              "printer",
              "Bug",
              "High"
            ],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn what_nobody_knows_is_told() {
    check_webhook(
        "jira",
        "unknown",
        expect![[r#"
            key: e4c79df2-5071-4c4f-9d6e-8fc031425d6e
            [
              {
                "id": "e4c79df2-5071-4c4f-9d6e-8fc031425d6e",
                "source": "ci",
                "kind": "colour.changed",
                "at": "2026-11-20T09:59:00Z",
                "actor": "Ana Example",
                "actor_id": "5b10a2844c20165700ede21f",
                "object": {
                  "key": "colour",
                  "title": "Ana Example",
                  "url": null,
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

fn delivery(body: &[u8]) -> Delivery<'_> {
    Delivery { hook: "ci", method: "POST", template: None, headers: &[], query: "", url: None, body, received: now() }
}

fn events(body: Value) -> Vec<commands::Event> {
    (super::super::webhook::WEBHOOK.parse)(&delivery(body.to_string().as_bytes())).unwrap()
}

#[test]
fn what_a_channel_may_not_hold_is_left_out() {
    let issue = |security: Value| json!({ "id": "1", "key": "APO-7", "fields": { "summary": "x", "security": security } });
    let comment =
        |visibility: Value, public: bool| json!({ "id": "5", "body": "x", "visibility": visibility, "jsdPublic": public });
    assert_eq!(events(json!({ "webhookEvent": "jira:issue_updated", "issue": issue(json!({ "name": "Board only" })) })), []);
    let mut for_roles = issue(Value::Null);
    for_roles["fields"]["issuerestriction"] = json!({ "issuerestrictions": { "projectrole": [{ "name": "Administrators" }] } });
    assert_eq!(events(json!({ "webhookEvent": "jira:issue_updated", "issue": for_roles })), []);
    for_roles["fields"]["issuerestriction"] = json!({ "issuerestrictions": {}, "shouldDisplay": true });
    assert_eq!(events(json!({ "webhookEvent": "jira:issue_updated", "issue": for_roles })).len(), 1);
    let said =
        |comment: Value| events(json!({ "webhookEvent": "comment_created", "issue": issue(Value::Null), "comment": comment }));
    assert_eq!(said(comment(json!({ "type": "role", "value": "Administrators" }), true)), []);
    assert_eq!(said(comment(Value::Null, false)), []);
    assert_eq!(said(comment(Value::Null, true))[0].kind, "issue.commented");
}

#[test]
fn the_same_comment_is_one_event() {
    let issue = json!({ "id": "1", "key": "APO-7", "fields": { "summary": "x" } });
    let comment = json!({ "id": "5", "body": "Fire!", "author": { "displayName": "Ana Example" } });
    let once = events(json!({ "webhookEvent": "comment_created", "issue": issue, "comment": comment }));
    let again = events(
        json!({ "webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_commented", "issue": issue, "comment": comment }),
    );
    assert_eq!(once, again);
}

#[test]
fn whatever_comes_is_read() {
    for body in [
        json!({}),
        json!([]),
        json!("x"),
        json!({ "webhookEvent": 5 }),
        json!({ "webhookEvent": "board_created", "board": { "id": 1, "name": "B" } }),
        json!({ "webhookEvent": "worklog_created", "worklog": { "issueId": "10", "timeSpent": "3h", "comment": "x" } }),
        json!({ "webhookEvent": "issuelink_created", "issueLink": { "id": 1, "sourceIssueId": 2, "issueLinkType": { "name": "Blocks" } } }),
        json!({ "webhookEvent": "jira:version_released", "version": { "id": "1", "name": "1.1", "released": true, "projectId": 3, "self": "https://jira.example.org/rest/api/2/version/1" } }),
        json!({ "webhookEvent": "project_created", "project": { "id": 1, "key": "GEM", "name": "Gemini" } }),
        json!({ "issue": { "key": "APO-1", "fields": null } }),
    ] {
        let found = events(body.clone());
        assert_eq!(found.len(), 1, "{body}");
        assert!(!found[0].object.title.is_empty() || !found[0].object.key.is_empty(), "{body}: {found:?}");
    }
}

/// The samples that lie beside the project, where they do: each is read.
#[test]
fn recorded_deliveries_are_read() {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    let folder = std::env::var_os("BELLHOP_CONTRACTS").map_or_else(beside, Into::into).join("webhooks/jira");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("There are no recorded deliveries of Jira beside the project: none was read.");
        return;
    };
    let mut told = Vec::new();
    for file in files.map(|it| it.unwrap().path()).filter(|it| !it.to_string_lossy().contains(".own.")) {
        let body: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for event in events(body.clone()) {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            println!("{name}: {}", line(&event));
            let whole = event.actor.is_some() && event.actor_id.is_some() && event.object.place.is_some();
            assert!(whole && event.object.title != event.object.key, "{name}: {event:?}");
            let pages = [&event.object.url, &event.url];
            assert!(
                event.object.url.is_some() && !pages.into_iter().flatten().any(|it| it.contains("/rest/")),
                "{name}: {event:?}"
            );
            let fields: Vec<&str> = event.changes.iter().map(|it| it.field.as_str()).collect();
            told.push(format!("{name}: {} {} {fields:?}", event.kind, event.object.key));
        }
        let webhook = Kind::of::<Jira>().webhook.unwrap();
        for broken in mangled(&body) {
            drop((webhook.parse)(&delivery(&broken)));
        }
    }
    told.sort();
    expect![[r#"
        change_status_v1: issue.updated TEST-1 ["status"]
        comment_created: issue.commented SP-1 []
        comment_deleted: issue.comment_deleted SP-1 []
        comment_edited_v2: issue.comment_edited BUG-15 []
        commented_markup_v1: issue.commented TEST-7 []
        commented_v1: issue.commented BUG-15 []
        commented_v2_with_two_full_links: issue.commented BUG-15 []
        created_assignee_v2: issue.created TEST-4 ["assignee"]
        created_v2: issue.created BUG-15 []
        created_with_unicode_v2: issue.created BUG-15 []
        deleted_v2: issue.deleted BUG-15 []
        reassigned_v1: issue.assigned BUG-15 ["assignee"]
        unknown_v1: issue.commented BUG-15 []
        updated_priority_v1: issue.updated TEST-1 ["priority"]"#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn changes_are_found_by_asking() {
    let desk = desk().await;
    let first = desk.connected.poll(None, now()).await.unwrap();
    assert_eq!(first.events, []);
    desk.standin.state().clock = Some(now() + jiff::SignedDuration::from_secs(30));
    desk.run("issue transition APO-8 Done").await.unwrap();
    desk.run("comment add APO-8 It is here.").await.unwrap();
    desk.run("issue create Ink project=APO").await.unwrap();
    let second = desk.connected.poll(Some(&first.cursor), now()).await.unwrap();
    let told = |polled: &crate::Polled| {
        polled.events.iter().map(|it| format!("{} {} {:?}", it.kind, it.object.key, it.text)).collect::<Vec<_>>()
    };
    expect![[r#"
        issue.commented APO-8 Some("It is here.\n\n_Asked by Ana in Slack._")
        issue.closed APO-8 None
        issue.created APO-12 Some("_Asked by Ana in Slack._")"#]]
    .assert_eq(&told(&second).join("\n"));
    let third = desk.connected.poll(Some(&second.cursor), now()).await.unwrap();
    assert_eq!(third.events, [], "nothing comes twice");
    assert_eq!(third.cursor, second.cursor);
}
