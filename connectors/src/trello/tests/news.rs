//! What Trello tells us, and what is found by asking.

use super::*;
use crate::{Delivery, Webhook, tests::check_webhook};
use commands::Event;

const WEBHOOK: Webhook = super::super::webhook::WEBHOOK;

/// Events, a line each.
fn lines(events: &[Event]) -> String {
    let line = |it: &Event| {
        let changes: Vec<String> = it
            .changes
            .iter()
            .map(|it| format!(" [{}: {} → {}]", it.field, it.from.as_deref().unwrap_or("-"), it.to.as_deref().unwrap_or("-")))
            .collect();
        let said = it.text.as_deref().map(|it| format!(" “{it}”")).unwrap_or_default();
        let (who, place) = (it.actor.as_deref().unwrap_or("-"), it.object.place.as_deref().unwrap_or("-"));
        let state = it.object.state.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
        format!("{} {who}: {} in {place}{state}{}{said}\n", it.kind, it.object.title, changes.concat())
    };
    events.iter().map(line).collect()
}

#[test]
fn a_move_is_an_event() {
    check_webhook(
        "trello",
        "card_moved",
        expect![[r##"
            key: 6a1f00000000000000000042
            [
              {
                "id": "6a1f00000000000000000042",
                "source": "ci",
                "kind": "card.moved",
                "at": "2026-11-20T09:59:58Z",
                "actor": "Ana Example",
                "actor_id": "ana",
                "object": {
                  "key": "#1",
                  "title": "Printer on fire",
                  "url": "https://trello.com/c/PrnCats1",
                  "place": "demo",
                  "state": "Doing"
                },
                "changes": [
                  {
                    "field": "list",
                    "from": "To Do",
                    "to": "Doing"
                  }
                ],
                "labels": [],
                "text": null
              }
            ]"##]],
    );
}

fn delivery<'a>(headers: &'a [(String, String)], url: Option<&'a str>, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        hook: "board",
        method: "POST",
        template: None,
        headers,
        query: "",
        url,
        body,
        received: NOW.parse().expect("a time"),
    }
}

#[test]
fn trello_tries_the_address_out() {
    let handshake = WEBHOOK.handshake.expect("a handshake");
    let post = delivery(&[], None, b"");
    let answer = handshake(&Delivery { method: "HEAD", ..post }, "secret").expect("an answer");
    assert_eq!((answer.status, answer.tell.is_none()), (200, true));
    assert!(handshake(&post, "secret").is_none(), "an ordinary delivery");
}

#[test]
fn only_who_knows_secret_and_address_is_believed() {
    // Computed after Trello's documentation.
    let headers = [("x-trello-webhook".to_owned(), "2rwDi4xyQtrIA7ejjdMwhhV/7vo=".to_owned())];
    let (url, body) = (Some("https://example.com/hooks/trello"), br#"{"action":{"type":"updateCard"}}"#);
    let verify = |url, secret| (WEBHOOK.verify)(&delivery(&headers, url, body), secret).map_err(|it| it.kind);
    assert_eq!(verify(url, "s3cret"), Ok(()));
    for (url, secret) in [(None, "s3cret"), (Some("https://example.com/hooks/other"), "s3cret"), (url, "secret"), (url, "")] {
        assert_eq!(verify(url, secret), Err(commands::ErrorKind::Auth));
    }
}

async fn poll(desk: &Desk<Simulated>, cursor: &mut Option<String>) -> String {
    let polled = desk.connected.poll(cursor.as_deref(), NOW.parse().expect("a time")).await.expect("a poll");
    *cursor = Some(polled.cursor);
    lines(&polled.events)
}

fn tick(desk: &Desk<Simulated>, seconds: i64) {
    let mut state = desk.standin.state();
    state.clock = Some(state.now() + jiff::SignedDuration::from_secs(seconds));
}

#[tokio::test]
async fn polling_finds_what_happened_once() {
    let desk = desk().await;
    let mut cursor = None;
    assert_eq!(poll(&desk, &mut cursor).await, "", "it starts from now");
    for line in ["card move PrnCats1 Doing", "card comment Stage2No It clicks", "card label LobbyDk2 bug"] {
        tick(&desk, 20);
        desk.run(line).await.expect("a change");
    }
    expect![[r#"
        card.moved Bellhop: Printer prints only cats in demo, Doing [list: To Do → Doing]
        card.commented Bellhop: Second stage does not light in apollo, Building “It clicks

        *Asked by Ana in Slack.*”
        card.labeled Bellhop: Dark mode for the lobby in demo [label: - → bug]
    "#]]
    .assert_eq(&poll(&desk, &mut cursor).await);
    tick(&desk, 3);
    assert_eq!(poll(&desk, &mut cursor).await, "", "nothing comes twice");
    let asked = desk.server.exchanges().len();
    tick(&desk, 60);
    desk.run("card archive Stage2No").await.expect("a change");
    let from = desk.server.exchanges().len();
    assert!(from > asked);
    expect![[r#"
        card.archived Bellhop: Second stage does not light in apollo, archived [archived: no → yes]
    "#]]
    .assert_eq(&poll(&desk, &mut cursor).await);
    assert_eq!(desk.server.exchanges().len() - from, 2, "the boards, and one batch");
    let error = desk.connected.poll(Some("yesterday"), NOW.parse().expect("a time")).await.expect_err("no cursor");
    assert_eq!(error.kind, commands::ErrorKind::Internal);
}

#[tokio::test]
async fn polling_loses_nothing_of_a_busy_board() {
    let desk = desk().await;
    let mut cursor = None;
    poll(&desk, &mut cursor).await;
    tick(&desk, 60);
    desk.run("card comment PrnCats1 First").await.expect("a comment");
    {
        let mut state = desk.standin.state();
        let comment = state.actions.last().cloned().expect("the comment");
        for number in 0..1200 {
            let mut action = comment.clone();
            action["id"] = json!(format!("{number:024x}"));
            state.actions.push(action);
        }
    }
    let told = poll(&desk, &mut cursor).await;
    assert_eq!(told.lines().filter(|it| it.starts_with("card.commented")).count(), 1201);
    assert_eq!(poll(&desk, &mut cursor).await, "");
}
