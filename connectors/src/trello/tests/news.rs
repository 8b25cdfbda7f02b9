//! What Trello tells us, and what is found by asking.

use super::*;
use crate::{Delivery, connector::Webhook, tests::check_webhook};
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
        expect![[r#"
        key: 6a1f00000000000000000042
        [
          {
            "id": "6a1f00000000000000000042",
            "source": "ci",
            "kind": "card.moved",
            "at": "2026-11-20T09:59:58Z",
            "actor": "Ana Example",
            "object": {
              "key": "PrnCats1",
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
        ]"#]],
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

fn parsed(data: Value, kind: &str) -> String {
    let who = json!({ "id": "5f0a00000000000000000001", "fullName": "Ana Example", "username": "ana" });
    let body = json!({ "model": {}, "action": { "id": "a1", "type": kind, "date": "2026-11-20T10:00:00.000Z", "memberCreator": who, "data": data } });
    let body = body.to_string();
    match (WEBHOOK.parse)(&delivery(&[], None, body.as_bytes())) {
        Ok(events) => lines(&events),
        Err(error) => format!("{:?}: {error}\n", error.kind),
    }
}

#[test]
fn every_kind_is_told_in_words() {
    let card = json!({ "id": "c1", "name": "Fire", "shortLink": "PrnCats1", "idShort": 1 });
    let with = |more: Value| {
        let mut data = json!({ "card": card, "board": { "id": "b1", "name": "demo", "shortLink": "DemoBrd1" }, "list": { "id": "l1", "name": "Doing" } });
        for (key, value) in more.as_object().into_iter().flatten() {
            match value.as_object() {
                Some(fields) if data[key].is_object() => fields.iter().for_each(|(name, value)| data[key][name] = value.clone()),
                _ => data[key] = value.clone(),
            }
        }
        data
    };
    let board = json!({ "board": { "id": "b1", "name": "demo", "shortLink": "DemoBrd1" } });
    let list =
        json!({ "board": board["board"], "list": { "id": "l1", "name": "Doing", "closed": true }, "old": { "closed": false } });
    let mut text = String::new();
    for (kind, data) in [
        ("createCard", with(json!({ "card": { "desc": "It burns." } }))),
        ("updateCard", with(json!({ "old": { "name": "Fir" } }))),
        ("updateCard", with(json!({ "old": { "closed": false }, "card": { "closed": true } }))),
        ("updateCard", with(json!({ "old": { "closed": true }, "card": { "closed": false } }))),
        ("updateCard", with(json!({ "old": { "dueComplete": false }, "card": { "dueComplete": true } }))),
        ("updateCard", with(json!({ "old": { "due": null }, "card": { "due": "2026-12-01T09:00:00.000Z" } }))),
        ("updateCard", with(json!({ "old": { "pos": 1 }, "card": { "pos": 2 } }))),
        ("commentCard", with(json!({ "text": "Only cats." }))),
        ("addMemberToCard", with(json!({ "member": { "id": "m1", "name": "Ben Example" } }))),
        ("addLabelToCard", with(json!({ "label": { "id": "x", "name": "", "color": "red" } }))),
        ("removeLabelFromCard", with(json!({ "label": { "id": "x", "name": "urgent", "color": "red" } }))),
        ("addAttachmentToCard", with(json!({ "attachment": { "name": "fire.txt" } }))),
        ("updateCheckItemStateOnCard", with(json!({ "checkItem": { "name": "Water", "state": "complete" } }))),
        (
            "updateCustomFieldItem",
            with(
                json!({ "customField": { "name": "Estimate" }, "customFieldItem": { "value": { "number": "2" } }, "old": { "value": { "number": "1" } } }),
            ),
        ),
        ("deleteCard", json!({ "card": { "id": "c1", "shortLink": "PrnCats1", "idShort": 1 }, "board": board["board"] })),
        ("updateList", list),
        (
            "updateBoard",
            json!({ "board": { "id": "b1", "name": "demo", "shortLink": "DemoBrd1", "closed": true }, "old": { "closed": false } }),
        ),
        ("addMemberToBoard", board.clone()),
        ("voteOnCard", with(json!({ "voted": true }))),
        ("enablePowerUp", board.clone()),
        ("somethingNew", json!({})),
    ] {
        text.push_str(&format!("{kind}: {}", parsed(data, kind)));
    }
    expect![[r#"
        createCard: card.created Ana Example: Fire in demo, Doing “It burns.”
        updateCard: card.updated Ana Example: Fire in demo, Doing [name: Fir → Fire]
        updateCard: card.archived Ana Example: Fire in demo, archived [archived: no → yes]
        updateCard: card.restored Ana Example: Fire in demo, Doing [archived: yes → no]
        updateCard: card.completed Ana Example: Fire in demo, Doing [done: no → yes]
        updateCard: card.updated Ana Example: Fire in demo, Doing [due: - → 2026-12-01T09:00:00.000Z]
        updateCard: card.updated Ana Example: Fire in demo, Doing
        commentCard: card.commented Ana Example: Fire in demo, Doing “Only cats.”
        addMemberToCard: card.assigned Ana Example: Fire in demo, Doing [member: - → Ben Example]
        addLabelToCard: card.labeled Ana Example: Fire in demo, Doing [label: - → red]
        removeLabelFromCard: card.unlabeled Ana Example: Fire in demo, Doing [label: urgent → -]
        addAttachmentToCard: card.attached Ana Example: Fire in demo, Doing [attachment: - → fire.txt]
        updateCheckItemStateOnCard: item.completed Ana Example: Fire in demo, Doing [item: Water → done]
        updateCustomFieldItem: card.updated Ana Example: Fire in demo, Doing [Estimate: 1 → 2]
        deleteCard: card.deleted Ana Example: card #1 in demo
        updateList: list.archived Ana Example: Doing in demo, archived [archived: no → yes]
        updateBoard: board.closed Ana Example: demo in demo [archived: no → yes]
        addMemberToBoard: member.added Ana Example: demo in demo [member: - → -]
        voteOnCard: card.vote_on_card Ana Example: Fire in demo, Doing
        enablePowerUp: board.enable_power_up Ana Example: demo in demo
        somethingNew: trello.something_new Ana Example: Trello in -
    "#]]
    .assert_eq(&text);
    let error = (WEBHOOK.parse)(&delivery(&[], None, b"{}")).expect_err("no webhook");
    assert_eq!((error.kind, (WEBHOOK.key)(&delivery(&[], None, b"{}"))), (commands::ErrorKind::BadInput, None));
}

/// Recorded deliveries, which lie beside the project.
#[test]
fn recorded_deliveries_are_understood() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/trello");
    let folder = std::env::var_os("BELLHOP_WEBHOOKS").map_or(folder, |it| std::path::Path::new(&it).join("trello"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("No recorded deliveries of Trello beside the project: none was read.");
        return;
    };
    for file in files.map(|it| it.expect("a file").path()) {
        let body = std::fs::read(&file).expect("a recorded delivery");
        let delivery = delivery(&[], None, &body);
        let events = (WEBHOOK.parse)(&delivery).unwrap_or_else(|err| panic!("{}: {err}", file.display()));
        assert!((WEBHOOK.key)(&delivery).is_some(), "{}", file.display());
        let event = &events[0];
        assert!(
            event.actor.is_some() && event.object.url.is_some() && event.kind.starts_with("card."),
            "{}: {event:?}",
            file.display()
        );
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
