//! Deliveries of OpenProject's webhooks, and what they become.

use std::path::Path;

use super::*;
use crate::{
    Delivery,
    openproject::webhook::WEBHOOK,
    tests::{broken, check_webhook, told},
};
use commands::event::Object;

#[test]
fn a_new_work_package() {
    check_webhook(
        "openproject",
        "work_package_created",
        expect![[r##"
            key: work_package:created 42 0
            [
              {
                "id": "work_package:created 42 0",
                "source": "ci",
                "kind": "work_package.created",
                "at": "2026-11-20T09:50:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "#42",
                  "title": "Printer on fire",
                  "url": null,
                  "place": "Demo",
                  "state": "New"
                },
                "changes": [],
                "labels": [
                  "Bug",
                  "High"
                ],
                "text": "It burns."
              }
            ]"##]],
    );
}

#[test]
fn a_changed_work_package() {
    check_webhook(
        "openproject",
        "work_package_updated",
        expect![[r##"
        key: work_package:updated 42 3
        [
          {
            "id": "work_package:updated 42 3",
            "source": "ci",
            "kind": "work_package.updated",
            "at": "2026-11-20T09:59:00Z",
            "actor": null,
            "object": {
              "key": "#42",
              "title": "Printer on fire",
              "url": null,
              "place": "Demo",
              "state": "In progress"
            },
            "changes": [],
            "labels": [
              "Bug",
              "High"
            ],
            "text": null
          }
        ]"##]],
    );
}

#[test]
fn a_comment() {
    check_webhook(
        "openproject",
        "work_package_comment",
        expect![[r##"
        key: work_package_comment:comment 77 4
        [
          {
            "id": "work_package_comment:comment 77 4",
            "source": "ci",
            "kind": "work_package.commented",
            "at": "2026-11-20T09:59:30Z",
            "actor": "Ben Example",
            "object": {
              "key": "#42",
              "title": "Printer on fire",
              "url": null,
              "place": null,
              "state": null
            },
            "changes": [],
            "labels": [],
            "text": "The fire is out."
          }
        ]"##]],
    );
}

#[test]
fn an_internal_comment_stays_inside() {
    check_webhook(
        "openproject",
        "work_package_internal_comment",
        expect![[r#"
        key: work_package_comment:internal_comment 78 5
        []"#]],
    );
}

#[test]
fn a_project() {
    check_webhook(
        "openproject",
        "project_updated",
        expect![[r#"
            key: project:updated 1 2026-11-20T09:58:00.000Z
            [
              {
                "id": "project:updated 1 2026-11-20T09:58:00.000Z",
                "source": "ci",
                "kind": "project.updated",
                "at": "2026-11-20T09:58:00Z",
                "actor": null,
                "object": {
                  "key": "demo",
                  "title": "Demo",
                  "url": null,
                  "place": null,
                  "state": "At risk"
                },
                "changes": [],
                "labels": [],
                "text": "The printer burns."
              }
            ]"#]],
    );
}

#[test]
fn a_time_entry() {
    check_webhook(
        "openproject",
        "time_entry_created",
        expect![[r##"
            key: time_entry:created 7 2026-11-20T09:57:00.000Z
            [
              {
                "id": "time_entry:created 7 2026-11-20T09:57:00.000Z",
                "source": "ci",
                "kind": "time_entry.created",
                "at": "2026-11-20T09:57:00Z",
                "actor": "Ana Example",
                "object": {
                  "key": "#42",
                  "title": "Printer on fire",
                  "url": null,
                  "place": "Demo",
                  "state": null
                },
                "changes": [],
                "labels": [
                  "Development"
                ],
                "text": "1.5 h, 2026-11-20, Put the fire out"
              }
            ]"##]],
    );
}

#[test]
fn an_attachment() {
    check_webhook(
        "openproject",
        "attachment_created",
        expect![[r##"
            key: attachment:created 9
            [
              {
                "id": "attachment:created 9",
                "source": "ci",
                "kind": "work_package.attached",
                "at": "2026-11-20T09:56:00Z",
                "actor": "Ben Example",
                "object": {
                  "key": "#42",
                  "title": "Printer on fire",
                  "url": null,
                  "place": "Demo",
                  "state": "In progress"
                },
                "changes": [],
                "labels": [],
                "text": "fire.jpg"
              }
            ]"##]],
    );
}

#[test]
fn something_that_is_not_known_yet() {
    check_webhook(
        "openproject",
        "meeting_created",
        expect![[r#"
            key: meeting:created 3
            [
              {
                "id": "meeting:created 3",
                "source": "ci",
                "kind": "meeting.created",
                "at": "2026-11-20T09:55:00Z",
                "actor": "Chloe Example",
                "object": {
                  "key": "Meeting 3",
                  "title": "Fire drill",
                  "url": null,
                  "place": "Demo",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": null
              }
            ]"#]],
    );
}

fn delivery<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        hook: "op",
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
fn what_is_no_webhook_is_said() {
    for (body, said) in [
        ("{}", "This is no webhook of OpenProject that I know: it has no `action`."),
        ("fire", "This is no webhook of OpenProject that I know: expected ident at line 1 column 2."),
    ] {
        assert_eq!((WEBHOOK.parse)(&delivery(&[], body.as_bytes())).expect_err("no webhook").message, said);
        assert_eq!(WEBHOOK.known_by(&delivery(&[], body.as_bytes())), None);
    }
    let events = (WEBHOOK.parse)(&delivery(&[], br#"{"action":"ping"}"#)).expect("an event");
    assert_eq!(events[0].kind, "ping.happened");
}

#[test]
fn only_who_knows_the_secret_is_believed() {
    // Computed after OpenProject's source: 'sha1=' + HMAC-SHA1(secret, body) in hexadecimal.
    let body = br#"{"action":"work_package:created"}"#;
    let right = "sha1=30b42cd1d13a562decb57f59147a7fd51a305570";
    for (header, value, secret, believed) in [
        ("x-op-signature", right, "s3cret", true),
        ("x-op-signature", right, "another", false),
        ("x-op-signature", right, "", false),
        ("x-op-signature", "sha1=00", "s3cret", false),
        ("x-op-signature", "sha1=", "s3cret", false),
        ("x-op-signature", "", "s3cret", false),
        ("x-hub-signature", right, "s3cret", false),
    ] {
        let headers = vec![(header.to_owned(), value.to_owned())];
        assert_eq!((WEBHOOK.verify)(&delivery(&headers, body), secret).is_ok(), believed, "{header} {value} {secret}");
    }
}

fn told(body: &Value) -> String {
    let body = body.to_string();
    told::lines(&(WEBHOOK.parse)(&delivery(&[], body.as_bytes())))
}

#[test]
fn every_event_is_told_in_words() {
    let user = |id: u64, name: &str, login: &str| json!({ "_type": "User", "id": id, "name": name, "login": login });
    let package = json!({
        "_type": "WorkPackage", "id": 42, "lockVersion": 3, "subject": "Printer on fire, see #40", "dueDate": "2026-12-01",
        "percentageDone": 50, "createdAt": "2026-11-20T09:50:00.000Z", "updatedAt": "2026-11-20T09:59:00.000Z",
        "description": { "raw": "Help, <mention class=\"mention\" data-id=\"6\" data-type=\"user\" data-text=\"@Ben Example\">@Ben Example</mention>! <mention data-type=\"work_package\">#41</mention>" },
        "_embedded": {
            "author": user(5, "Ana Example", "ana"), "assignee": user(6, "Ben Example", "ben"), "responsible": user(7, "Chloe Example", "chloe"),
            "project": { "_type": "Project", "id": 1, "identifier": "demo", "name": "Demo" },
            "status": { "name": "In progress", "isClosed": false }, "type": { "name": "Bug" }, "priority": { "name": "High" },
        },
        "_links": { "parent": { "href": "/api/v3/work_packages/7", "title": "Fires" }, "version": { "href": "/api/v3/versions/2", "title": "1.0" } },
    });
    let (project, links) =
        (package["_embedded"]["project"].clone(), json!({ "user": { "title": "Ben Example", "href": "/api/v3/users/6" } }));
    let mut text = String::new();
    for body in [
        json!({ "action": "work_package:created", "work_package": package }),
        json!({ "action": "work_package:updated", "work_package": package }),
        json!({ "action": "work_package_comment:comment", "activity": {
            "id": 77, "comment": { "raw": "Out." }, "_embedded": { "workPackage": package, "user": user(6, "Ben Example", "ben") },
        } }),
        json!({ "action": "time_entry:created", "time_entry": {
            "id": 2, "hours": "PT1H", "spentOn": "2026-11-20", "_embedded": { "project": project, "user": user(5, "Ana Example", "ana") },
        } }),
        json!({ "action": "time_entry:created", "time_entry": { "id": 2, "hours": "soon", "_links": {
            "user": links["user"], "project": { "href": "/api/v3/projects/1", "title": "Demo" }, "entity": { "href": "/api/v3/meetings/3", "title": "Fire drill" },
        } } }),
        json!({ "action": "attachment:created", "attachment": {
            "id": 9, "fileName": "fire.jpg", "description": { "raw": "Proof" }, "_embedded": { "author": user(6, "Ben Example", "ben"), "container": package },
        } }),
        json!({ "action": "attachment:created", "attachment": { "id": 9, "fileName": "plan.pdf", "_links": {
            "author": links["user"], "container": { "href": "/api/v3/wiki_pages/3", "title": "Fire drill" },
        } } }),
        json!({ "action": "project:created", "project": {
            "id": 3, "identifier": "apollo", "name": "Apollo", "active": true, "description": { "raw": "To the moon." },
            "_links": { "parent": { "href": "/api/v3/projects/1", "title": "Demo" }, "status": { "href": null } },
        } }),
        json!({ "action": "project:updated", "project": { "id": 3, "identifier": "apollo", "name": "Apollo", "active": false } }),
        json!({ "action": "new_thing:burnt down", "new_thing": { "id": 4, "_links": { "self": { "href": "/api/v3/new_things/4" } } } }),
        json!({ "action": "work_package:updated" }),
    ] {
        text.push_str(&format!("{}: {}", body["action"].as_str().unwrap_or_default(), told(&body)));
    }
    expect![[r#"
        work_package:created: work_package.created | Ana Example (ana) | #42 Printer on fire, see #40 | Demo | In progress | labels Bug, High | for assigned Ben Example (ben), assigned Chloe Example (chloe), mentioned Ben Example | about #40, #41, #7 | “Help, @Ben Example! #41”
        work_package:updated: work_package.updated | #42 Printer on fire, see #40 | Demo | In progress | labels Bug, High | about #40, #7 | “Assignee Ben Example, accountable Chloe Example, version 1.0, due 2026-12-01, 50 % done”
        work_package_comment:comment: work_package.commented | Ben Example (ben) | #42 Printer on fire, see #40 | Demo | In progress | about #40 | “Out.”
        time_entry:created: time_entry.created | Ana Example (ana) | demo Demo | “1 h, 2026-11-20”
        time_entry:created: time_entry.created | Ben Example | Meeting Fire drill | Demo
        attachment:created: work_package.attached | Ben Example (ben) | #42 Printer on fire, see #40 | Demo | In progress | about #40 | “fire.jpg: Proof”
        attachment:created: attachment.created | Ben Example | Wiki page Fire drill | “plan.pdf”
        project:created: project.created | apollo Apollo | Demo | “To the moon.”
        project:updated: project.updated | apollo Apollo | archived
        new_thing:burnt down: new_thing.burntdown | New thing 4 a new thing in OpenProject
        work_package:updated: work_package.updated | Work package a work package in OpenProject
    "#]].assert_eq(&text);
    assert!(broken::survives(&WEBHOOK, &[json!({ "action": "work_package:created", "work_package": package })]) > 200);
}

#[test]
fn published_samples_are_read() {
    let specs = std::env::var_os("BELLHOP_CONTRACTS").unwrap_or_else(|| "../../shared/specs".into());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(specs).join("webhooks/openproject");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("no samples of OpenProject's webhooks: {} is not there", folder.display());
        return;
    };
    for file in files {
        let path = file.expect("a file").path();
        let body = std::fs::read(&path).expect("a sample");
        let events = (WEBHOOK.parse)(&delivery(&[], &body));
        let text = told::lines(&events);
        println!("{}: {text}", path.display());
        let is_told =
            |it: &commands::Event| it.object.key.starts_with('#') && it.object.place.is_some() && it.object.state.is_some();
        assert!(events.is_ok_and(|it| !it.is_empty() && it.iter().all(is_told)), "{text}");
    }
}

#[test]
fn objects_of_events_have_an_address() {
    let link = Kind::of::<OpenProject>().link.expect("a link");
    let at = |key: &str| {
        let (title, key) = (String::new(), key.to_owned());
        link("https://op.example.org", &Object { key, title, url: None, place: None, state: None })
    };
    assert_eq!(at("#42").as_deref(), Some("https://op.example.org/work_packages/42"));
    assert_eq!(at("demo").as_deref(), Some("https://op.example.org/projects/demo"));
    assert_eq!(at("Wiki page"), None);
    assert_eq!(at(""), None);
}
