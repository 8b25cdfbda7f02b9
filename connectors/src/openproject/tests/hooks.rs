//! Deliveries of OpenProject's webhooks, and what they become.

use std::path::Path;

use super::*;
use crate::{Delivery, openproject::webhook::WEBHOOK, tests::check_webhook};
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
              "place": "Demo",
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
            "text": "1.5 h: Put the fire out"
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
            "kind": "attachment.created",
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
              "key": "meeting 3",
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
        assert_eq!((WEBHOOK.key)(&delivery(&[], body.as_bytes())), None);
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
        let events = (WEBHOOK.parse)(&delivery(&[], &body)).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
        assert!(!events.is_empty() && events.iter().all(|it| !it.object.title.is_empty()), "{}", path.display());
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
