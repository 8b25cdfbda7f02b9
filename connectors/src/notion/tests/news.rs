//! What Notion tells us, and what is found by asking.

use super::*;
use crate::{
    Delivery, Webhook,
    tests::{broken, check_webhook, told},
};
use commands::{ErrorKind, Event};

const WEBHOOK: Webhook = super::super::webhook::WEBHOOK;

fn lines(events: &[Event]) -> String {
    events.iter().map(|it| format!("{}\n", told::line(it))).collect()
}

#[test]
fn an_update_is_an_event() {
    check_webhook(
        "notion",
        "page_properties_updated",
        expect![[r#"
            key: 367cba44-b6f3-4c92-81e7-6a2e9659efd4
            [
              {
                "id": "367cba44-b6f3-4c92-81e7-6a2e9659efd4",
                "source": "ci",
                "kind": "page.updated",
                "at": "2026-11-20T09:59:58Z",
                "actor": "c7c11cca-1d73-471d-9b6e-bdef51470190",
                "actor_id": "c7c11cca-1d73-471d-9b6e-bdef51470190",
                "object": {
                  "key": "page",
                  "title": "a page in Notion",
                  "url": "https://www.notion.so/be633bf1dfa0436db259571129a590e5",
                  "place": "Example",
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": "1 property changed",
                "about": [
                  "https://www.notion.so/13950b26c2034f3bb97d93ec06319565"
                ]
              }
            ]"#]],
    );
}

fn delivery<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        hook: "wiki",
        method: "POST",
        template: None,
        headers,
        query: "",
        url: None,
        body,
        received: NOW.parse().expect("a time"),
    }
}

fn verified(headers: &[(String, String)], body: &str, secret: &str) -> Result<(), ErrorKind> {
    (WEBHOOK.verify)(&delivery(headers, body.as_bytes()), secret).map_err(|it| it.kind)
}

#[test]
fn only_who_knows_the_token_is_believed() {
    // Computed after Notion's documentation.
    let signature = "sha256=8dac936c5230d31ecb80929301f5cbabca1bedb69a1859f45cdaa47d7e79e45f";
    let headers = [("x-notion-signature".to_owned(), signature.to_owned())];
    let body = r#"{"type":"page.created"}"#;
    assert_eq!(verified(&headers, body, "secret_abc"), Ok(()));
    for (headers, body, secret) in [
        (&headers[..], body, "secret_abd"),
        (&headers[..], r#"{"type":"page.deleted"}"#, "secret_abc"),
        (&headers[..], body, ""),
        (&[][..], body, "secret_abc"),
    ] {
        assert_eq!(verified(headers, body, secret), Err(ErrorKind::Auth));
    }
}

#[test]
fn the_token_is_told_to_administrators_and_is_no_event() {
    let body = r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#;
    let handshake = WEBHOOK.handshake.expect("a handshake");
    for secret in ["", "my own", "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"] {
        let answer = handshake(&delivery(&[], body.as_bytes()), secret).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        let token = answer.tell.expect("the token");
        assert_eq!(token.expose(), "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl");
    }
    assert!(handshake(&delivery(&[], body.as_bytes()), "secret_another").is_none(), "a hook is not made another's");
    for ordinary in [r#"{"verification_token":"x","type":"page.created"}"#, r#"{"type":"page.created"}"#, "fire"] {
        assert!(handshake(&delivery(&[], ordinary.as_bytes()), "my own").is_none(), "{ordinary}");
    }
    assert_eq!(verified(&[], body, "secret_another"), Err(ErrorKind::Auth));
    assert_eq!((WEBHOOK.parse)(&delivery(&[], body.as_bytes())), Ok(Vec::new()));
}

/// An event as Notion sends it.
fn of(kind: &str, entity: &str, data: Value) -> Value {
    json!({
        "id": "d1", "timestamp": "2026-11-20T10:00:00.000Z", "workspace_name": "Example", "type": kind,
        "authors": [{ "id": "u1", "type": if kind == "page.locked" { "bot" } else { "person" } }], "attempt_number": 1,
        "entity": { "id": "be633bf1-dfa0-436d-b259-571129a590e5", "type": entity }, "data": data,
    })
}

#[test]
fn every_kind_is_told_in_words() {
    let parent = |kind: &str| json!({ "parent": { "id": "11111111-dfa0-436d-b259-571129a590e5", "type": kind } });
    let blocks =
        |ids: &[&str]| json!({ "updated_blocks": ids.iter().map(|id| json!({ "id": id, "type": "block" })).collect::<Vec<_>>() });
    let on_block = json!({ "page_id": "22222222-dfa0-436d-b259-571129a590e5", "parent": { "id": "33-44", "type": "block" } });
    let on_page = json!({ "page_id": "22222222-dfa0-436d-b259-571129a590e5", "parent": { "id": "22222222-dfa0-436d-b259-571129a590e5", "type": "page" } });
    let column = |name: &str, action: &str| json!({ "id": "a", "name": name, "action": action });
    let schema =
        json!({ "updated_properties": [column("Status", "updated"), column("Due", "created"), column("Old", "deleted")] });
    let mut text = String::new();
    for body in [
        of("page.created", "page", parent("space")),
        of("page.created", "page", parent("database")),
        of("page.content_updated", "page", blocks(&["b-1", "b-2"])),
        of("page.content_updated", "page", blocks(&["b-1"])),
        of("page.properties_updated", "page", json!({ "updated_properties": ["title", "bDf%5B"] })),
        of("page.moved", "page", parent("page")),
        of("page.deleted", "page", parent("page")),
        of("page.undeleted", "page", json!({})),
        of("page.locked", "page", json!({})),
        of("page.unlocked", "page", json!({})),
        of("page.transcription_block.transcript_deleted", "page", json!({})),
        of("comment.created", "comment", on_block),
        of("comment.updated", "comment", on_page.clone()),
        of("comment.deleted", "comment", on_page),
        of("database.created", "database", parent("page")),
        of("database.content_updated", "database", parent("page")),
        of("database.schema_updated", "database", schema.clone()),
        of("data_source.schema_updated", "data_source", schema.clone()),
        of("data_source.moved", "data_source", parent("database")),
        of("data_source.undeleted", "data_source", json!({})),
        of("file_upload.completed", "file_upload", json!({})),
        of("view.something_new", "view", Value::Null),
        json!({ "type": "surprise" }),
    ] {
        let body = body.to_string();
        text.push_str(&told::lines(&(WEBHOOK.parse)(&delivery(&[], body.as_bytes()))));
    }
    expect![[r#"
        page.created | u1 | page a page in Notion | Example | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.created | u1 | page a page in Notion | Example | about https://www.notion.so/11111111dfa0436db259571129a590e5 | “In a database” | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.updated | u1 | page a page in Notion | Example | “2 blocks changed” | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.updated | u1 | page a page in Notion | Example | “1 block changed” | https://www.notion.so/be633bf1dfa0436db259571129a590e5 | at https://www.notion.so/be633bf1dfa0436db259571129a590e5#b1
        page.updated | u1 | page a page in Notion | Example | title | “2 properties changed” | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.moved | u1 | page a page in Notion | Example | parent: - → another page | about https://www.notion.so/11111111dfa0436db259571129a590e5 | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.deleted | u1 | page a page in Notion | Example | in the trash | about https://www.notion.so/11111111dfa0436db259571129a590e5 | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.restored | u1 | page a page in Notion | Example | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.locked | bot u1 (u1) | page a page in Notion | Example | locked | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.unlocked | u1 | page a page in Notion | Example | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.transcript_deleted | u1 | page a page in Notion | Example | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.commented | u1 | page a page in Notion | Example | https://www.notion.so/22222222dfa0436db259571129a590e5 | at https://www.notion.so/22222222dfa0436db259571129a590e5#3344
        comment.updated | u1 | page a page in Notion | Example | https://www.notion.so/22222222dfa0436db259571129a590e5
        comment.deleted | u1 | page a page in Notion | Example | https://www.notion.so/22222222dfa0436db259571129a590e5
        database.created | u1 | database a database in Notion | Example | about https://www.notion.so/11111111dfa0436db259571129a590e5 | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        database.updated | u1 | database a database in Notion | Example | about https://www.notion.so/11111111dfa0436db259571129a590e5 | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        database.schema_updated | u1 | database a database in Notion | Example | Status: - → updated, column: - → Due, column: Old → - | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        data_source.schema_updated | u1 | data source a data source in Notion | Example | Status: - → updated, column: - → Due, column: Old → - | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        data_source.moved | u1 | data source a data source in Notion | Example | parent: - → a database | about https://www.notion.so/11111111dfa0436db259571129a590e5 | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        data_source.restored | u1 | data source a data source in Notion | Example | https://www.notion.so/be633bf1dfa0436db259571129a590e5
        file_upload.completed | u1 | file upload a file upload in Notion | Example
        view.something_new | u1 | view a view in Notion | Example
        surprise.changed | page a page in Notion
    "#]].assert_eq(&text);
    let error = (WEBHOOK.parse)(&delivery(&[], b"{}")).expect_err("no webhook");
    assert_eq!((error.kind, WEBHOOK.known_by(&delivery(&[], b"{}"))), (ErrorKind::BadInput, None));
    let samples = [of("data_source.schema_updated", "data_source", schema), of("comment.created", "comment", blocks(&["b-1"]))];
    assert!(broken::survives(&WEBHOOK, &samples) > 200);
}

/// Deliveries after the documentation, which lie beside the project.
#[test]
fn published_deliveries_are_understood() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/notion");
    let folder = std::env::var_os("BELLHOP_WEBHOOKS").map_or(folder, |it| std::path::Path::new(&it).join("notion"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("No deliveries of Notion beside the project: none was read.");
        return;
    };
    for file in files.map(|it| it.expect("a file").path()) {
        let body = std::fs::read(&file).expect("a delivery");
        let delivery = delivery(&[], &body);
        if let Some(answer) = WEBHOOK.handshake.and_then(|it| it(&delivery, "")) {
            assert!(answer.status == 200 && answer.tell.is_some(), "{}", file.display());
            continue;
        }
        let events = (WEBHOOK.parse)(&delivery);
        let text = told::lines(&events);
        eprintln!("{}: {text}", file.display());
        let is_told = |it: &Event| it.object.url.is_some() && it.object.place.is_some() && it.actor_id.is_some();
        assert!(events.is_ok_and(|it| it.len() == 1 && it.iter().all(is_told)), "{text}");
    }
}

async fn poll(desk: &Desk<Simulated>, cursor: &mut Option<String>) -> String {
    let polled = desk.connected.poll(cursor.as_deref(), NOW.parse().expect("a time")).await.expect("a poll");
    *cursor = Some(polled.cursor);
    lines(&polled.events).replace(&desk.server.url(), "{url}")
}

fn tick(desk: &Desk<Simulated>, seconds: i64) {
    let mut state = desk.standin.state();
    state.clock = state.clock.map(|it| it + jiff::SignedDuration::from_secs(seconds));
}

#[tokio::test]
async fn polling_finds_what_was_edited_once() {
    let desk = desk().await;
    let mut cursor = None;
    assert_eq!(poll(&desk, &mut cursor).await, "", "it starts from now");
    tick(&desk, 90);
    desk.run("page create Printer on fire place=\"demo tasks\" field=Tags=bug").await.expect("a page");
    desk.run("page update \"Dark mode for the lobby\" field=Status=Done").await.expect("a change");
    expect![[r#"
        page.created | Bellhop (1de0a9c4-0000-4000-8000-000000000001) | page Printer on fire | demo tasks | labels bug | {url}/Printer-on-fire-1de0a9c4000040008000000000000018
        page.updated | Bellhop (1de0a9c4-0000-4000-8000-000000000001) | page Dark mode for the lobby | demo tasks | Done | {url}/Dark-mode-for-the-lobby-1de0a9c400004000800000000000000b
    "#]].assert_eq(&poll(&desk, &mut cursor).await);
    tick(&desk, 10);
    assert_eq!(poll(&desk, &mut cursor).await, "", "nothing comes twice");
    tick(&desk, 60);
    desk.run("page update \"Printer on fire\" field=Status=Done").await.expect("a change");
    expect![[r#"
        page.updated | Bellhop (1de0a9c4-0000-4000-8000-000000000001) | page Printer on fire | demo tasks | Done | labels bug | {url}/Printer-on-fire-1de0a9c4000040008000000000000018
    "#]]
    .assert_eq(&poll(&desk, &mut cursor).await);
    tick(&desk, 600);
    assert_eq!(poll(&desk, &mut cursor).await, "");
    let error = desk.connected.poll(Some("yesterday"), NOW.parse().expect("a time")).await.expect_err("no cursor");
    assert_eq!(error.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn polling_reads_more_than_a_page() {
    let desk = desk().await;
    let mut cursor = None;
    poll(&desk, &mut cursor).await;
    tick(&desk, 300);
    {
        let mut state = desk.standin.state();
        let (mut page, now) = (state.pages[1].clone(), state.now());
        page["last_edited_time"] = json!(now);
        for number in 0..250 {
            page["id"] = json!(format!("22222222-0000-4000-8000-{number:012x}"));
            state.pages.push(page.clone());
        }
    }
    assert_eq!(poll(&desk, &mut cursor).await.lines().count(), 250);
    assert_eq!(poll(&desk, &mut cursor).await, "");
}
