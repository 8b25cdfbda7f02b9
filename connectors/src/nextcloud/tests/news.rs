//! What Nextcloud tells: webhooks and activity.

use super::*;
use crate::{Connected, Delivery, nextcloud::webhook::WEBHOOK, tests::check_webhook};

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
            "object": {
              "key": "#437",
              "title": "apollo.txt",
              "url": null,
              "place": "ana: /Reports",
              "state": null
            },
            "changes": [],
            "labels": [],
            "text": null
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
            "object": {
              "key": "/old.pdf",
              "title": "old.pdf",
              "url": null,
              "place": "ben: /",
              "state": null
            },
            "changes": [],
            "labels": [],
            "text": null
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
            "text": null
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
            "object": {
              "key": "#437",
              "title": "2 files",
              "url": null,
              "place": null,
              "state": null
            },
            "changes": [],
            "labels": [
              "tag 3",
              "tag 17"
            ],
            "text": null
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
                "kind": "calendar-object.created",
                "at": "2026-11-20T10:04:00Z",
                "actor": null,
                "object": {
                  "key": "calendar-object standup-20261123.ics",
                  "title": "standup-20261123.ics",
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
        OCP\Files\Events\Node\BeforeNodeDeletedEvent file.deleted-before
        OCP\Files\Events\Node\BeforeNodeReadEvent file.read-before
        OCP\SystemTag\TagUnassignedEvent file.untagged
        OCP\Calendar\Events\CalendarObjectMovedToTrashEvent calendar-object.moved-to-trash
        OCA\Forms\Events\FormSubmittedEvent form.submitted
        OCA\Tables\Event\RowUpdatedEvent row.updated
        OCP\Share\Events\ShareCreatedEvent share.created
        OCP\User\Events\UserLoggedInEvent user.logged-in
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
    assert_eq!((WEBHOOK.key)(&delivery(b"{}")), (WEBHOOK.key)(&delivery(b"{}")));
    assert_ne!((WEBHOOK.key)(&delivery(b"{}")), (WEBHOOK.key)(&delivery(b"[]")));
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
        let events = (WEBHOOK.parse)(&delivery(&body)).unwrap_or_else(|err| panic!("{}: {err}", file.path().display()));
        assert_eq!(events.len(), 1);
        assert!(events[0].kind.contains('.') && !events[0].object.title.is_empty());
    }
}

async fn poll(connected: &dyn Connected, cursor: &mut Option<String>) -> String {
    let polled = connected.poll(cursor.as_deref(), NOW.parse().expect("a time")).await.expect("a poll");
    *cursor = Some(polled.cursor);
    let line = |it: &commands::Event| {
        let actor = it.actor.as_deref().unwrap_or("somebody");
        let place = it.object.place.as_deref().unwrap_or_default();
        let text = it.text.as_ref().map(|it| format!(" “{it}”")).unwrap_or_default();
        format!("{} {} {actor}: {} {} in {place}{text}\n", it.id, it.kind, it.object.key, it.object.title)
    };
    polled.events.iter().map(line).collect()
}

#[tokio::test]
async fn activity_is_told_once_and_none_is_missed() {
    let desk = desk().await;
    let mut cursor = None;
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "", "the first poll only starts");
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "");
    for line in [
        "file write /Inbox/a.md Hello",
        "file move /Inbox/a.md /Reports",
        "share create /Inbox with=ben",
        "file delete /Reports/a.md confirm=yes",
    ] {
        done(&desk, line).await;
    }
    desk.standin.state().note("file_changed", "ben", "changed", 12, "/Reports/apollo.txt");
    expect![[r#"
        activity-102 file.created bellhop: #14 a.md in /Inbox
        activity-103 file.changed bellhop: #14 a.md in /Reports
        activity-104 share.changed bellhop: #3 Inbox in /
        activity-105 file.deleted bellhop: #14 a.md in /Reports
        activity-106 file.changed ben: #12 apollo.txt in /Reports “ben changed apollo.txt”
    "#]]
    .assert_eq(&poll(&*desk.connected, &mut cursor).await);
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "", "nothing comes twice");
    for number in 0..250 {
        desk.standin.state().note("file_created", "ben", "created", 500 + number, &format!("/Inbox/{number}.txt"));
    }
    assert_eq!(poll(&*desk.connected, &mut cursor).await.lines().count(), 250);
    let error = desk.connected.poll(Some("yesterday"), NOW.parse().expect("a time")).await.expect_err("no poll");
    assert_eq!(error.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn a_connection_with_a_folder_tells_of_nothing_else() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    let mut cursor = None;
    poll(&*desk.connected, &mut cursor).await;
    desk.standin.state().note("file_created", "ben", "created", 500, "/Inbox/secret.txt");
    desk.standin.state().note("file_created", "ben", "created", 501, "/Reports/open.txt");
    expect![[r#"
        activity-103 file.created ben: #501 open.txt in / “ben created open.txt”
    "#]]
    .assert_eq(&poll(&*desk.connected, &mut cursor).await);
}

#[tokio::test]
async fn activity_is_shown_to_who_asks() {
    let desk = desk().await;
    done(&desk, "file write /Inbox/a.md Hello").await;
    check(
        &desk,
        "activity list",
        expect![[r#"
        > GET /ocs/v2.php/apps/activity/api/v2/activity?format=json&limit=20&sort=desc
        # What happened lately
        - The bot created a.md · 2026-11-21 10:00 UTC
        - ana changed apollo.txt · 2026-11-21 10:00 UTC
    "#]],
    )
    .await;
    check(
        &desk,
        "activity list /Reports/apollo.txt",
        expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > GET /ocs/v2.php/apps/activity/api/v2/activity/filter?format=json&object_type=files&object_id=11&limit=20&sort=desc
        # What happened to /Reports/apollo.txt
        - ana changed apollo.txt · 2026-11-21 10:00 UTC
    "#]],
    )
    .await;
    desk.standin.state().activities.clear();
    read_all(
        &desk,
        &["activity list"],
        expect![[r#"
        $ activity list
        Nothing happened that Nextcloud tells of.
    "#]],
    )
    .await;
}

#[test]
fn events_lead_to_their_files() {
    let link = Kind::of::<Nextcloud>().link.expect("links");
    let object = |key: &str| commands::event::Object { key: key.into(), title: "a".into(), url: None, place: None, state: None };
    assert_eq!(link("https://cloud.example.org", &object("#42")).as_deref(), Some("https://cloud.example.org/index.php/f/42"));
    assert_eq!(link("https://cloud.example.org", &object("/a.txt")), None);
}
