//! What Notion tells us, and what is found by asking.

use super::*;
use crate::{Delivery, connector::Webhook, tests::check_webhook};
use commands::{ErrorKind, Event};

const WEBHOOK: Webhook = super::super::webhook::WEBHOOK;

/// Events, a line each.
fn lines(events: &[Event]) -> String {
    let line = |it: &Event| {
        let changes: Vec<String> =
            it.changes.iter().map(|it| format!(" [{} {}]", it.field, it.to.as_deref().unwrap_or("-"))).collect();
        let said = it.text.as_deref().map(|it| format!(" “{it}”")).unwrap_or_default();
        let (who, place) = (it.actor.as_deref().unwrap_or("-"), it.object.place.as_deref().unwrap_or("-"));
        let state = it.object.state.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
        format!(
            "{} {who}: {} in {place}{state}{}{said} {}\n",
            it.kind,
            it.object.title,
            changes.concat(),
            it.object.url.as_deref().unwrap_or("-")
        )
    };
    events.iter().map(line).collect()
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
            "kind": "page.properties_updated",
            "at": "2026-11-20T09:59:58Z",
            "actor": "c7c11cca-1d73-471d-9b6e-bdef51470190",
            "object": {
              "key": "be633bf1-dfa0-436d-b259-571129a590e5",
              "title": "a page in Notion",
              "url": "https://www.notion.so/be633bf1dfa0436db259571129a590e5",
              "place": "Example",
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
fn the_token_comes_once_and_is_shown_in_no_event() {
    let body = r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#;
    assert_eq!(verified(&[], body, "my own"), Ok(()));
    assert_eq!(verified(&[], body, "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"), Ok(()));
    for (body, secret) in
        [(body, "secret_another"), (body, ""), (r#"{"verification_token":"x","type":"page.created"}"#, "my own")]
    {
        assert_eq!(verified(&[], body, secret), Err(ErrorKind::Auth));
    }
    let events = (WEBHOOK.parse)(&delivery(&[], body.as_bytes())).expect("an event");
    assert!(!serde_json::to_string(&events).expect("JSON").contains("secret_"));
    expect![[r#"
        webhook.verification -: Notion webhook in - “Notion wants this hook verified. An administrator finds the verification token in this delivery, enters it in Notion (the integration, Webhooks, Verify), and makes it the hook's secret. If nobody made a subscription just now, do nothing.” -
    "#]].assert_eq(&lines(&events));
}

#[test]
fn every_kind_is_told_in_words() {
    let page = "be633bf1-dfa0-436d-b259-571129a590e5";
    let of = |kind: &str, entity: &str, data: Value| {
        json!({
            "id": "d1", "timestamp": "2026-11-20T10:00:00.000Z", "workspace_name": "Example", "type": kind,
            "authors": [{ "id": "u1", "type": if kind == "page.locked" { "bot" } else { "person" } }], "attempt_number": 1,
            "entity": { "id": page, "type": entity }, "data": data,
        })
    };
    let mut text = String::new();
    for body in [
        of("page.created", "page", json!({ "parent": { "id": "s1", "type": "space" } })),
        of(
            "page.content_updated",
            "page",
            json!({ "updated_blocks": [{ "id": "b1", "type": "block" }, { "id": "b2", "type": "block" }] }),
        ),
        of("page.properties_updated", "page", json!({ "updated_properties": ["XGe%40", "bDf%5B"] })),
        of("page.moved", "page", json!({})),
        of("page.deleted", "page", json!({})),
        of("page.locked", "page", json!({})),
        of(
            "comment.created",
            "comment",
            json!({ "page_id": "11111111-dfa0-436d-b259-571129a590e5", "parent": { "id": page, "type": "page" } }),
        ),
        of(
            "data_source.schema_updated",
            "data_source",
            json!({ "updated_properties": [{ "id": "a", "name": "Status", "action": "updated" }] }),
        ),
        of("view.something_new", "view", Value::Null),
    ] {
        let body = body.to_string();
        let events = (WEBHOOK.parse)(&delivery(&[], body.as_bytes())).unwrap_or_else(|err| panic!("{body}: {err}"));
        text.push_str(&lines(&events));
    }
    expect![[r#"
        page.created u1: a page in Notion in Example https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.content_updated u1: a page in Notion in Example “2 blocks changed” https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.properties_updated u1: a page in Notion in Example https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.moved u1: a page in Notion in Example https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.deleted u1: a page in Notion in Example https://www.notion.so/be633bf1dfa0436db259571129a590e5
        page.locked bot u1: a page in Notion in Example https://www.notion.so/be633bf1dfa0436db259571129a590e5
        comment.created u1: a comment in Notion in Example https://www.notion.so/11111111dfa0436db259571129a590e5
        data_source.schema_updated u1: a data source in Notion in Example [Status updated] https://www.notion.so/be633bf1dfa0436db259571129a590e5
        view.something_new u1: a view in Notion in Example -
    "#]].assert_eq(&text);
    let error = (WEBHOOK.parse)(&delivery(&[], b"{}")).expect_err("no webhook");
    assert_eq!((error.kind, (WEBHOOK.key)(&delivery(&[], b"{}"))), (ErrorKind::BadInput, None));
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
        let events = (WEBHOOK.parse)(&delivery(&[], &body)).unwrap_or_else(|err| panic!("{}: {err}", file.display()));
        assert_eq!(events.len(), 1, "{}", file.display());
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
        page.created Bellhop: Printer on fire in demo tasks {url}/Printer-on-fire-1de0a9c4000040008000000000000018
        page.updated Bellhop: Dark mode for the lobby in demo tasks, Done {url}/Dark-mode-for-the-lobby-1de0a9c400004000800000000000000b
    "#]].assert_eq(&poll(&desk, &mut cursor).await);
    tick(&desk, 10);
    assert_eq!(poll(&desk, &mut cursor).await, "", "nothing comes twice");
    tick(&desk, 60);
    desk.run("page update \"Printer on fire\" field=Status=Done").await.expect("a change");
    expect![[r#"
        page.updated Bellhop: Printer on fire in demo tasks, Done {url}/Printer-on-fire-1de0a9c4000040008000000000000018
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
