//! The Home tab and what links show, as they are drawn.

use axum::response::Response;
use commands::{Block, Button, Call, Message, Text, Tone};
use expect_test::expect;
use serde_json::{Value, json};

use super::{
    calling::{World, ok},
    print,
};

use crate::chat::{
    Place, Platform, Preview, Sharing, Stage,
    slack::{home::view, unfurl::unfurl},
};

/// Slack's yes, with what belongs to it.
fn yes(mut body: Value) -> Response {
    body["ok"] = json!(true);
    ok(body)
}

fn button(label: &str) -> Button {
    Button::run(label, Call::new("redmine", "issue list", json!({})))
}

#[test]
fn a_page_is_its_sections_with_actions_numbered_through() {
    let page = [
        Message::new().heading("What would you like to do?").buttons(vec![button("Create issue"), button("Help")]),
        Message::new()
            .heading("My open issues in Redmine")
            .list(vec!["#42 Printer on fire".into()])
            .buttons(vec![button("Show more")]),
        Message::new().buttons(vec![button("Refresh")]).context("Updated just now."),
    ];
    let view = view(&page, &print);
    let lines: Vec<String> = view["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| {
            let actions = block["elements"].as_array().into_iter().flatten().filter_map(|it| it["action_id"].as_str());
            format!("{} {}\n", block["type"].as_str().unwrap(), actions.collect::<Vec<_>>().join(" "))
        })
        .collect();
    expect![[r#"
        header 
        actions call-1 call-2
        divider 
        header 
        section 
        actions call-3
        divider 
        actions call-4
        context 
    "#]]
    .assert_eq(&lines.concat());
    assert_eq!((&view["type"], &view["callback_id"]), (&json!("home"), &json!("home")));
}

#[test]
fn a_page_that_is_too_long_keeps_its_end() {
    let long = |count: usize, width: usize| {
        let blocks = vec![Block::Paragraph(Text::new().plain("x".repeat(width))); count];
        Message { blocks, ..Message::default() }
    };
    let end = || Message::new().buttons(vec![button("Refresh")]).context("Updated just now.");
    for page in
        [vec![long(45, 10), long(45, 10), long(45, 10), end()], vec![long(40, 2900), long(40, 2900), long(40, 2900), end()]]
    {
        let view = view(&page, &print);
        let blocks = view["blocks"].as_array().unwrap();
        assert!(
            blocks.len() <= 100 && view.to_string().len() < 250_000,
            "{} blocks, {} bytes",
            blocks.len(),
            view.to_string().len()
        );
        let text = Value::from(blocks[blocks.len() - 4..].to_vec()).to_string();
        assert!(text.contains("more parts") && text.contains("Refresh") && text.contains("Updated"), "{text}");
    }
    assert_eq!(view(&[], &print)["blocks"], json!([]));
}

#[test]
fn a_card_below_a_link_has_its_colour_and_while_it_is_written_its_title() {
    let card = Message::new().heading("#42 Printer on fire").buttons(vec![button("Close")]).tone(Tone::Bad);
    let said = unfurl(&card, Stage::Said, &print);
    assert_eq!((said["color"].as_str(), said.get("preview")), (Some("#e01e5a"), None));
    assert_eq!(unfurl(&card, Stage::Writing, &print)["preview"]["title"]["text"], "#42 Printer on fire");
}

fn sharing(stage: Stage) -> Sharing {
    let place = Place { platform: "slack".into(), workspace: "T0DEMO".into(), channel: "C0OPS".into(), thread: None };
    let preview = Some(Preview { id: "u1".into(), source: "composer".into() });
    Sharing { place, person: "U0ANA".into(), message: "1763690004.000100".into(), preview, stage }
}

#[tokio::test]
async fn a_link_is_answered_where_slack_asked() {
    let world = World::new(vec![yes(json!({})), yes(json!({})), yes(json!({}))]).await;
    let cards = [("https://dev.example.org/issues/42".to_owned(), Message::text("Printer on fire"))];
    world.slack.show_links(&sharing(Stage::Said), &cards).await.unwrap();
    world.slack.show_links(&sharing(Stage::Writing), &cards).await.unwrap();
    world.slack.hint_at_links(&sharing(Stage::Said), &Message::text("Say who you are.")).await.unwrap();
    let asked: Vec<String> = world
        .asked()
        .iter()
        .map(|it| {
            assert_eq!(it.path, "/api/chat.unfurl");
            let fields = it.body.as_object().unwrap().iter().map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name}={text}"),
                None => name.clone(),
            });
            fields.collect::<Vec<_>>().join(" ") + "\n"
        })
        .collect();
    expect![[r#"
        channel=C0OPS ts=1763690004.000100 unfurls
        unfurl_id=u1 source=composer unfurls
        channel=C0OPS ts=1763690004.000100 unfurls user_auth_required user_auth_blocks
    "#]]
    .assert_eq(&asked.concat());
}

#[tokio::test]
async fn a_page_is_published_for_its_person_and_not_over_a_newer_one() {
    let refused = ok(json!({"ok": false, "error": "hash_conflict"}));
    let world = World::new(vec![yes(json!({"view": {"id": "V1", "hash": "2.b"}})), refused]).await;
    let page = [Message::text("Yours")];
    let shown = world.slack.show_page("T0DEMO", "U0ANA", &page, None).await.unwrap();
    assert_eq!(shown.as_deref(), Some("2.b"));
    let err = world.slack.show_page("T0DEMO", "U0ANA", &page, Some("1.a")).await.unwrap_err();
    assert_eq!(err.kind, commands::ErrorKind::Conflict);
    let asked = world.asked();
    assert_eq!((&asked[0].body["user_id"], &asked[0].body["hash"]), (&json!("U0ANA"), &Value::Null));
    assert_eq!(asked[1].body["hash"], "1.a");
}

#[tokio::test]
async fn a_channels_names_are_those_it_has_and_had_and_people_are_asked_for_once() {
    let info = yes(json!({"channel": {"id": "C0OPS", "name": "operations", "previous_names": ["ops"]}}));
    let gone = ok(json!({"ok": false, "error": "channel_not_found"}));
    let mine = yes(json!({"channels": [{"id": "C0OPS", "name": "operations"}], "response_metadata": {"next_cursor": ""}}));
    let world = World::new(vec![info, gone, mine]).await;
    assert_eq!(world.slack.names_of("T0DEMO", "C0OPS").await.unwrap(), ["#operations", "#ops"]);
    assert_eq!(world.slack.names_of("T0DEMO", "C0OPS").await.unwrap(), [] as [&str; 0]);
    let place =
        |channel: &str| Place { platform: "slack".into(), workspace: "T0DEMO".into(), channel: channel.into(), thread: None };
    assert_eq!(world.slack.is_in("U0ANA", &place("#operations")).await.unwrap(), Some(true));
    assert_eq!(world.slack.is_in("U0ANA", &place("C0DEV")).await.unwrap(), Some(false));
    assert_eq!(world.asked().len(), 3);
}
