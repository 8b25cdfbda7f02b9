//! What Nextcloud's webhooks tell.

use super::*;
use crate::{
    Delivery,
    nextcloud::webhook::WEBHOOK,
    tests::{broken, check_webhook, told},
};

#[test]
fn a_new_file_is_reported() {
    check_webhook(
        "nextcloud",
        "file_created",
        expect![[r##"
            key: bfdadaf387962c3387799ca86581d629
            [
              {
                "id": "bfdadaf387962c3387799ca86581d629",
                "source": "ci",
                "kind": "file.created",
                "at": "2026-11-20T10:00:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "#437",
                  "title": "apollo.txt",
                  "url": null,
                  "place": "ana: /Reports",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": null,
                "paths": [
                  "Reports/apollo.txt"
                ]
              }
            ]"##]],
    );
}

#[test]
fn a_deleted_file_is_reported() {
    check_webhook(
        "nextcloud",
        "file_deleted",
        expect![[r#"
            key: a25a547bb7aeeddb09329b701c3e287d
            [
              {
                "id": "a25a547bb7aeeddb09329b701c3e287d",
                "source": "ci",
                "kind": "file.deleted",
                "at": "2026-11-20T10:01:00Z",
                "actor": "Ben Example",
                "actor_id": "ben",
                "object": {
                  "key": "/old.pdf",
                  "title": "old.pdf",
                  "url": null,
                  "place": "ben: /",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": null,
                "paths": [
                  "old.pdf"
                ]
              }
            ]"#]],
    );
}

#[test]
fn a_renamed_file_says_from_where_to_where() {
    check_webhook(
        "nextcloud",
        "file_renamed",
        expect![[r##"
            key: 473279c4e9ef641018f4e64c8f2fbecf
            [
              {
                "id": "473279c4e9ef641018f4e64c8f2fbecf",
                "source": "ci",
                "kind": "file.moved",
                "at": "2026-11-20T10:02:00Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "#599",
                  "title": "final.md",
                  "url": null,
                  "place": "ana: /Reports",
                  "state": null
                },
                "changes": [
                  {
                    "field": "path",
                    "from": "/draft.md",
                    "to": "/Reports/final.md"
                  }
                ],
                "labels": [],
                "text": null,
                "paths": [
                  "Reports/final.md",
                  "draft.md"
                ]
              }
            ]"##]],
    );
}

#[test]
fn tags_are_reported() {
    check_webhook(
        "nextcloud",
        "tag_assigned",
        expect![[r##"
            key: 37ab42ab2a8a3d2e89b0bc353612d889
            [
              {
                "id": "37ab42ab2a8a3d2e89b0bc353612d889",
                "source": "ci",
                "kind": "file.tagged",
                "at": "2026-11-20T10:03:00Z",
                "actor": "Chloe Example",
                "actor_id": "chloe",
                "object": {
                  "key": "#437",
                  "title": "2 files",
                  "url": null,
                  "place": null,
                  "state": null
                },
                "changes": [
                  {
                    "field": "label",
                    "from": null,
                    "to": "tag 3"
                  },
                  {
                    "field": "label",
                    "from": null,
                    "to": "tag 17"
                  }
                ],
                "labels": [
                  "tag 3",
                  "tag 17"
                ],
                "text": null,
                "about": [
                  "#438"
                ]
              }
            ]"##]],
    );
}

#[test]
fn a_calendars_entry_is_reported() {
    check_webhook(
        "nextcloud",
        "calendar_created",
        expect![[r#"
            key: f3afd4a82492cbabeede0f49fd5d11d9
            [
              {
                "id": "f3afd4a82492cbabeede0f49fd5d11d9",
                "source": "ci",
                "kind": "calendar_entry.created",
                "at": "2026-11-20T10:04:00Z",
                "actor": null,
                "object": {
                  "key": "calendar entry",
                  "title": "standup-20261123",
                  "url": null,
                  "place": "demo",
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
    Delivery {
        hook: "cloud",
        method: "POST",
        template: None,
        headers: &[],
        query: "",
        url: None,
        body,
        received: NOW.parse().expect("a time"),
    }
}

#[test]
fn every_class_has_a_name_people_can_filter_by() {
    let kind = |class: &str| {
        let body =
            json!({ "event": { "class": class, "node": { "path": "/ana/files/a.txt" } }, "user": null, "time": 1_795_168_800 })
                .to_string();
        (WEBHOOK.parse)(&delivery(body.as_bytes())).map(|it| it[0].kind.clone()).unwrap_or_default()
    };
    let classes = [
        "OCP\\Files\\Events\\Node\\NodeWrittenEvent",
        "OCP\\Files\\Events\\Node\\NodeTouchedEvent",
        "OCP\\Files\\Events\\Node\\NodeCopiedEvent",
        "OCP\\Files\\Events\\Node\\NodeRestoredEvent",
        "OCP\\Files\\Events\\Node\\BeforeNodeDeletedEvent",
        "OCP\\Files\\Events\\Node\\BeforeNodeReadEvent",
        "OCP\\SystemTag\\TagUnassignedEvent",
        "OCP\\Calendar\\Events\\CalendarObjectMovedToTrashEvent",
        "OCA\\Forms\\Events\\FormSubmittedEvent",
        "OCA\\Tables\\Event\\RowUpdatedEvent",
        "OCP\\Share\\Events\\ShareCreatedEvent",
        "OCP\\User\\Events\\UserLoggedInEvent",
        "Surprise",
    ];
    expect![[r#"
        OCP\Files\Events\Node\NodeWrittenEvent file.changed
        OCP\Files\Events\Node\NodeTouchedEvent file.touched
        OCP\Files\Events\Node\NodeCopiedEvent file.copied
        OCP\Files\Events\Node\NodeRestoredEvent file.restored
        OCP\Files\Events\Node\BeforeNodeDeletedEvent file.deleted_before
        OCP\Files\Events\Node\BeforeNodeReadEvent file.read_before
        OCP\SystemTag\TagUnassignedEvent file.untagged
        OCP\Calendar\Events\CalendarObjectMovedToTrashEvent calendar_entry.trashed
        OCA\Forms\Events\FormSubmittedEvent form.submitted
        OCA\Tables\Event\RowUpdatedEvent row.updated
        OCP\Share\Events\ShareCreatedEvent share.created
        OCP\User\Events\UserLoggedInEvent user.logged_in
        Surprise nextcloud.surprise
    "#]]
    .assert_eq(&classes.map(|it| format!("{it} {}\n", kind(it))).concat());
}

#[test]
fn what_is_no_webhook_is_said() {
    for body in ["", "{}", "fire", r#"{"event": {}}"#, r#"{"event": {"class": 5}}"#] {
        let error = (WEBHOOK.parse)(&delivery(body.as_bytes())).expect_err("no webhook");
        assert_eq!(error.kind, ErrorKind::BadInput, "{body}");
    }
    assert_eq!(WEBHOOK.known_by(&delivery(b"{}")), WEBHOOK.known_by(&delivery(b"{}")));
    assert_ne!(WEBHOOK.known_by(&delivery(b"{}")), WEBHOOK.known_by(&delivery(b"[]")));
}

#[test]
fn only_who_knows_the_secret_is_believed() {
    let header = |value: &str| vec![("authorization".to_owned(), value.to_owned())];
    for (headers, query, believed) in [
        (header("Bearer s3cret"), "", true),
        (vec![], "a=b&token=s3cret", true),
        (vec![], "", false),
        (vec![], "token=", false),
        (vec![], "token=guess", false),
        (header("s3cret"), "", false),
        (header("Bearer guess"), "token=s3cret", false),
    ] {
        let verdict = (WEBHOOK.verify)(&Delivery { headers: &headers, query, ..delivery(b"{}") }, "s3cret");
        assert_eq!(verdict.is_ok(), believed, "{headers:?} {query:?}");
        if let Err(error) = verdict {
            assert!(error.kind == ErrorKind::Auth && !error.message.contains("s3cret"));
        }
    }
    let empty = Delivery { query: "token=", ..delivery(b"{}") };
    assert!((WEBHOOK.verify)(&empty, "").is_err(), "an empty secret lets nobody in");
}

fn told(event: &Value, user: &Value) -> String {
    let body = json!({ "event": event, "user": user, "time": 1_795_168_800 }).to_string();
    told::lines(&(WEBHOOK.parse)(&delivery(body.as_bytes())))
}

#[test]
fn every_event_is_told_in_words() {
    let ana = json!({ "uid": "ana", "displayName": "Ana Example" });
    let node = |name: &str, it: Value| json!({ "class": format!("OCP\\Files\\Events\\Node\\{name}"), "node": it });
    let two = |name: &str, from: &str, to: &str| json!({ "class": format!("OCP\\Files\\Events\\Node\\{name}"), "source": { "path": from }, "target": { "id": 599, "path": to } });
    let entry = |name: &str, data: Value| json!({ "class": format!("OCP\\Calendar\\Events\\{name}"), "calendarData": { "uri": "work" }, "objectData": data });
    let row = |name: &str, before: Value, now: Value| json!({ "class": format!("OCA\\Tables\\Event\\{name}"), "tableId": 34, "rowId": 7, "previousValues": before, "values": now });
    let deck = |name: &str| {
        json!({
            "class": format!("OCA\\Deck\\Event\\{name}"), "id": 5, "title": "Printer on fire", "description": "It burns.", "archived": false,
            "labels": [{ "title": "urgent" }], "assignedUsers": [{ "participant": { "uid": "ben", "displayname": "Ben Example" } }],
        })
    };
    let mut text = String::new();
    for event in [
        node("NodeCreatedEvent", json!({ "id": 437, "path": "/ana/files/Reports/apollo.txt" })),
        node("NodeWrittenEvent", json!({ "id": 437, "path": "/ana/files/apollo.txt" })),
        node("NodeTouchedEvent", json!({ "id": 437, "path": "/ana/files" })),
        node("NodeDeletedEvent", json!({ "path": "/ana/files/Reports/apollo.txt" })),
        node("BeforeNodeDeletedEvent", json!({ "id": 437, "path": "/ana/files/Reports/apollo.txt" })),
        two("NodeRenamedEvent", "/ana/files/draft.md", "/ana/files/final.md"),
        two("NodeRenamedEvent", "/ana/files/draft.md", "/ana/files/Reports/draft.md"),
        two("NodeCopiedEvent", "/ana/files/draft.md", "/ana/files/copy.md"),
        two("NodeRestoredEvent", "/ana/files_trashbin/files/draft.md", "/ana/files/draft.md"),
        json!({ "class": "OCP\\SystemTag\\TagAssignedEvent", "objectType": "files", "objectIds": ["437", "438"], "tagIds": [3, 17] }),
        json!({ "class": "OCP\\SystemTag\\TagUnassignedEvent", "objectType": "files", "objectIds": ["437"], "tagIds": [3] }),
        entry(
            "CalendarObjectCreatedEvent",
            json!({ "id": 22, "uri": "standup.ics", "component": "VEVENT", "classification": 0 }),
        ),
        entry(
            "CalendarObjectUpdatedEvent",
            json!({ "uri": "a.ics", "component": "VTODO", "calendardata": "BEGIN:VTODO\r\nSUMMARY:Buy water\\, much\r\n" }),
        ),
        entry("CalendarObjectMovedToTrashEvent", json!({ "uri": "standup.ics" })),
        entry("CalendarObjectDeletedEvent", json!({ "uri": "secret.ics", "classification": 1 })),
        json!({
            "class": "OCP\\Calendar\\Events\\CalendarObjectMovedEvent", "sourceCalendarData": { "uri": "work" },
            "targetCalendarData": { "uri": "meetings", "{DAV:}displayname": "Meetings" }, "objectData": { "uri": "standup.ics" },
        }),
        json!({ "class": "OCA\\Forms\\Events\\FormSubmittedEvent", "form": { "id": 51, "hash": "abc", "title": "Feedback" }, "submission": { "userId": "ben" } }),
        json!({ "class": "OCA\\Forms\\Events\\FormSubmittedEvent", "form": { "id": 51, "title": "Feedback", "isAnonymous": true } }),
        row("RowAddedEvent", Value::Null, json!({ "0": "Apollo", "1": 2026, "2": "active" })),
        row("RowUpdatedEvent", json!({ "0": "Apollo", "2": "active" }), json!({ "0": "Apollo", "2": "done" })),
        row("RowDeletedEvent", json!({ "0": "Apollo" }), Value::Null),
        deck("CardCreatedEvent"),
        deck("CardUpdatedEvent"),
        json!({ "class": "OCP\\Share\\Events\\ShareCreatedEvent", "share": { "id": 9, "path": "/Reports", "sharedWith": "ben" } }),
        json!({ "class": "OCP\\User\\Events\\UserLoggedInEvent", "uid": "ana" }),
        json!({ "class": "OCA\\New\\SurpriseEvent" }),
    ] {
        text.push_str(&told(&event, &ana));
    }
    expect![[r#"
        file.created | Ana Example (ana) | #437 apollo.txt | ana: /Reports | in Reports/apollo.txt
        file.changed | Ana Example (ana) | #437 apollo.txt | ana: / | in apollo.txt
        file.touched | Ana Example (ana) | #437 / | ana: /
        file.deleted | Ana Example (ana) | /Reports/apollo.txt apollo.txt | ana: /Reports | in Reports/apollo.txt
        file.deleted_before | Ana Example (ana) | #437 apollo.txt | ana: /Reports | in Reports/apollo.txt
        file.renamed | Ana Example (ana) | #599 final.md | ana: / | name: draft.md → final.md | in final.md, draft.md
        file.moved | Ana Example (ana) | #599 draft.md | ana: /Reports | path: /draft.md → /Reports/draft.md | in Reports/draft.md, draft.md
        file.copied | Ana Example (ana) | #599 copy.md | ana: / | copy of: /draft.md → /copy.md | in copy.md, draft.md
        file.restored | Ana Example (ana) | #599 draft.md | ana: / | in draft.md
        file.tagged | Ana Example (ana) | #437 2 files | label: - → tag 3, label: - → tag 17 | labels tag 3, tag 17 | about #438
        file.untagged | Ana Example (ana) | #437 1 file | label: tag 3 → -
        calendar_entry.created | Ana Example (ana) | calendar entry standup | work
        calendar_entry.updated | Ana Example (ana) | task Buy water, much | work
        calendar_entry.trashed | Ana Example (ana) | calendar entry standup | work
        nothing is told
        calendar_entry.moved | Ana Example (ana) | calendar entry standup | Meetings | calendar: work → Meetings
        form.submitted | Ana Example (ana) | form 51 Feedback
        form.submitted | form 51 Feedback
        row.added | Ana Example (ana) | row 34/7 Apollo, 2026, active | table 34
        row.updated | Ana Example (ana) | row 34/7 Apollo, done | table 34 | column 2: active → done
        row.deleted | Ana Example (ana) | row 34/7 Apollo | table 34
        card.created | Ana Example (ana) | card 5 Printer on fire | labels urgent | for assigned Ben Example (ben) | “It burns.”
        card.updated | Ana Example (ana) | card 5 Printer on fire | labels urgent
        share.created | Ana Example (ana) | share 9 /Reports
        user.logged_in | Ana Example (ana) | user ana
        nextcloud.surprise | Ana Example (ana) | thing a thing in Nextcloud
    "#]].assert_eq(&text);
    let samples = [
        two("NodeRenamedEvent", "/ana/files/a", "/ana/files/b"),
        row("RowUpdatedEvent", json!({ "0": 1 }), json!([2])),
        deck("CardCreatedEvent"),
    ];
    let samples = samples.map(|it| json!({ "event": it, "user": ana, "time": 1_795_168_800 }));
    assert!(broken::survives(&WEBHOOK, &samples) > 300);
}

#[test]
fn the_vendors_samples_are_read() {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    let folder = std::env::var_os("BELLHOP_CONTRACTS").map_or_else(beside, Into::into).join("webhooks/nextcloud");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("no samples beside the project: nothing was read");
        return;
    };
    for file in files.filter_map(|it| it.ok()).filter(|it| it.path().extension().is_some_and(|it| it == "json")) {
        let body = std::fs::read(file.path()).expect("a sample");
        let events = (WEBHOOK.parse)(&delivery(&body));
        let text = told::lines(&events);
        println!("{}: {text}", file.path().display());
        let is_told = |it: &commands::Event| {
            it.actor.is_some() && it.actor_id.is_some() && it.object.key.starts_with('#') && !it.paths.is_empty()
        };
        assert!(events.is_ok_and(|it| it.len() == 1 && it.iter().all(is_told)), "{text}");
    }
}

#[test]
fn events_lead_to_their_files() {
    let link = Kind::of::<Nextcloud>().link.expect("links");
    let object = |key: &str| commands::event::Object { key: key.into(), title: "a".into(), url: None, place: None, state: None };
    assert_eq!(link("https://cloud.example.org", &object("#42")).as_deref(), Some("https://cloud.example.org/index.php/f/42"));
    assert_eq!(link("https://cloud.example.org", &object("/a.txt")), None);
}
