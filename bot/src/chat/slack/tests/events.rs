//! What happens besides messages, as Slack sends it.

use axum::body::Bytes;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::chat::slack::{
    events::{self, Event},
    interactions::{self, Interaction},
};

fn read(event: Value, more: Value) -> Event {
    let mut envelope = json!({"type": "event_callback", "team_id": "T0DEMO", "event_id": "Ev0", "event": event,
        "authorizations": [{"team_id": "T0DEMO", "user_id": "U0BELL", "is_bot": true}]});
    envelope.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    events::read(&super::groups(), &Bytes::from(envelope.to_string()), "r1").unwrap()
}

fn happened(event: Value) -> String {
    match read(event, json!({})) {
        Event::Happened(it) => {
            assert_eq!((it.key.as_str(), it.platform.as_str(), it.workspace.as_str()), ("Ev0", "slack", "T0DEMO"));
            format!("{:?}", it.what)
        }
        Event::Ignored(reason) => format!("ignored: {reason}"),
        other => panic!("{other:?}"),
    }
}

fn check(all: &[Value], expected: Expect) {
    let lines: Vec<String> = all.iter().map(|it| happened(it.clone()) + "\n").collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn a_home_tab_that_is_opened() {
    let opened = json!({"type": "app_home_opened", "user": "U0ANA", "channel": "D0ANA", "tab": "home", "view": {"hash": "1.a"}});
    let mut first = opened.clone();
    first.as_object_mut().unwrap().shift_remove("view");
    let mut messages = opened.clone();
    messages["tab"] = json!("messages");
    check(
        &[opened, first, messages],
        expect![[r#"
            PageOpened { person: "U0ANA", seen: Some("1.a"), wanted: Opened }
            PageOpened { person: "U0ANA", seen: None, wanted: Opened }
            ignored: another tab than the Home tab was opened
        "#]],
    );
}

#[test]
fn links_that_are_shared_or_written() {
    let links = json!([{"domain": "example.org", "url": "https://dev.example.org/issues/42"}]);
    let said = json!({"type": "link_shared", "user": "U0ANA", "channel": "C0OPS", "message_ts": "1.2", "thread_ts": "1.1",
        "unfurl_id": "C0OPS.1.2.x", "source": "conversations_history", "links": links});
    let written = json!({"type": "link_shared", "user": "U0ANA", "channel": "COMPOSER", "message_ts": "U0ANA-x", "unfurl_id": "U0ANA-x",
        "source": "composer", "links": links});
    let mut own = said.clone();
    own["user"] = json!("U0BELL");
    check(
        &[said.clone(), written, own],
        expect![[r#"
        LinksShared { sharing: Sharing { place: Place { platform: "slack", workspace: "T0DEMO", channel: "C0OPS", thread: Some("1.1") }, person: "U0ANA", message: "1.2", preview: Some(Preview { id: "C0OPS.1.2.x", source: "conversations_history" }), stage: Said }, links: ["https://dev.example.org/issues/42"] }
        LinksShared { sharing: Sharing { place: Place { platform: "slack", workspace: "T0DEMO", channel: "", thread: None }, person: "U0ANA", message: "U0ANA-x", preview: Some(Preview { id: "U0ANA-x", source: "composer" }), stage: Writing }, links: ["https://dev.example.org/issues/42"] }
        ignored: links that the bot shared itself
    "#]],
    );
    let foreign = read(said, json!({"is_ext_shared_channel": true}));
    assert!(matches!(foreign, Event::Ignored(_)), "people of other organisations read there: {foreign:?}");
}

#[test]
fn channels_that_change() {
    let channel = json!({"id": "C0OPS", "name": "operations", "created": 1});
    let with = |kind: &str, more: Value| {
        let mut event = json!({"type": kind, "channel": "C0OPS"});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    check(
        &[
            with("channel_rename", json!({"channel": channel})),
            with("group_rename", json!({"channel": channel})),
            with("channel_created", json!({"channel": channel})),
            with("channel_archive", json!({"user": "U0BEN"})),
            with("group_archive", json!({})),
            with("channel_unarchive", json!({"user": "U0BEN"})),
            with("channel_deleted", json!({})),
            with("channel_left", json!({"actor_id": "U0BEN"})),
            with("member_left_channel", json!({"user": "U0BELL"})),
            with("member_left_channel", json!({"user": "U0BEN"})),
            with("member_joined_channel", json!({"user": "U0BELL", "inviter": "U0BEN"})),
            with("member_joined_channel", json!({"user": "U0BELL"})),
            with("member_joined_channel", json!({"user": "U0BEN"})),
        ],
        expect![[r#"
            ChannelChanged { channel: "C0OPS", change: Renamed("operations") }
            ChannelChanged { channel: "C0OPS", change: Renamed("operations") }
            ChannelChanged { channel: "C0OPS", change: Created("operations") }
            ChannelChanged { channel: "C0OPS", change: Archived }
            ChannelChanged { channel: "C0OPS", change: Archived }
            ChannelChanged { channel: "C0OPS", change: Unarchived }
            ChannelChanged { channel: "C0OPS", change: Deleted }
            ChannelChanged { channel: "C0OPS", change: Removed }
            ChannelChanged { channel: "C0OPS", change: Removed }
            ignored: somebody else came or went
            ChannelChanged { channel: "C0OPS", change: Added(Some("U0BEN")) }
            ChannelChanged { channel: "C0OPS", change: Added(None) }
            ignored: somebody else came or went
        "#]],
    );
}

#[test]
fn what_was_attached_is_a_word_of_the_line_and_what_was_edited_is_no_command() {
    let said = json!({"type": "app_mention", "user": "U0ANA", "channel": "C0OPS", "ts": "1.2", "text": "<@U0BELL> redmine attach 42",
        "files": [{"id": "F0PHOTO"}, {"id": "not an id"}, {"id": "F0LOG"}]});
    let Event::Line(line) = read(said.clone(), json!({})) else { panic!("a line") };
    assert_eq!(line.text, "redmine attach 42 slack-file:F0PHOTO slack-file:F0LOG");
    let mut edited = said;
    edited["edited"] = json!({"user": "U0ANA", "ts": "1.3"});
    assert!(matches!(read(edited, json!({})), Event::Ignored(_)));
}

#[test]
fn a_mention_and_a_message_that_are_one_have_one_key() {
    let said = json!({"user": "U0ANA", "channel": "D0ANA", "ts": "1.2", "text": "<@U0BELL> help"});
    let key = |kind: &str| {
        let mut event = said.clone();
        (event["type"], event["channel_type"]) = (json!(kind), json!("im"));
        match read(event, json!({})) {
            Event::Line(line) => line.key,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(key("app_mention"), key("message"));
}

fn pressed(value: &str) -> Interaction {
    let payload = json!({"type": "block_actions", "user": {"id": "U0ANA"}, "team": {"id": "T0DEMO"}, "trigger_id": "9.1",
        "container": {"type": "view", "view_id": "V1"}, "view": {"type": "home", "callback_id": "home", "hash": "1.a"},
        "actions": [{"action_id": "call-1", "value": value}]});
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    interactions::read(&Bytes::from(body), "r1").unwrap()
}

#[test]
fn a_button_at_home_is_a_command_of_its_person() {
    let Interaction::Pressed(line) = pressed("redmine issue create --form") else { panic!("a press") };
    assert_eq!((line.to.place.channel.as_str(), line.trigger.as_deref()), ("U0ANA", Some("9.1")));
    let Interaction::Happened(refreshed) = pressed("bellhop home") else { panic!("a refresh") };
    expect![[r#"PageOpened { person: "U0ANA", seen: Some("1.a"), wanted: Refreshed }"#]]
        .assert_eq(&format!("{:?}", refreshed.what));
}

#[test]
fn a_button_below_a_link_does_not_change_the_message_above_it() {
    let payload = json!({"type": "block_actions", "user": {"id": "U0ANA"}, "team": {"id": "T0DEMO"}, "trigger_id": "9.1",
        "container": {"type": "message_attachment", "message_ts": "1.2", "channel_id": "C0OPS", "is_app_unfurl": true},
        "channel": {"id": "C0OPS"}, "actions": [{"action_id": "call-1", "value": "redmine issue close 42"}]});
    let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    let Interaction::Pressed(line) = interactions::read(&Bytes::from(body), "r1").unwrap() else { panic!("a press") };
    assert_eq!((line.to.pressed, line.to.place.channel.as_str()), (None, "C0OPS"));
}
