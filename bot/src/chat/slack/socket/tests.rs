//! Frames in, acknowledgements out, and when a connection is replaced. Whole connections are tried in `tests/it/slack_socket.rs`.

use std::time::Duration;

use commands::{Error, ErrorKind, param::Secret};
use connectors::State;
use expect_test::expect;
use serde_json::json;
use url::Url;

use super::{
    Socket,
    envelope::{Envelope, Frame, Reason, acknowledgement, read},
    place::{backoff, before, wait},
    status::{Status, Trouble, Wait},
};
use crate::chat::slack::{
    commands::{self as slash, Slash},
    inbound::Sort,
    interactions::{self, Interaction},
};

fn envelope(text: serde_json::Value) -> Envelope {
    match read(&text.to_string()) {
        Ok(Frame::Envelope(envelope)) => envelope,
        other => panic!("{other:?}"),
    }
}

/// The frames as <https://docs.slack.dev/apis/events-api/using-socket-mode> shows them.
#[test]
fn slacks_words_about_a_connection_are_understood() {
    let read = |text: &str| format!("{:?}", read(text));
    let hello = r#"{"type": "hello", "num_connections": 4, "connection_info": {"app_id": "A1234"},
        "debug_info": {"host": "applink-7", "build_number": 10, "approximate_connection_time": 18060}}"#;
    expect!["Ok(Hello { lasts: Some(18060s) })"].assert_eq(&read(hello));
    expect!["Ok(Hello { lasts: None })"].assert_eq(&read(r#"{"type": "hello"}"#));
    let said = ["warning", "refresh_requested", "link_disabled", "too_many_websockets", "of \u{1b}[2J later"]
        .map(|it| read(&json!({"type": "disconnect", "reason": it, "debug_info": {"host": "wss-111"}}).to_string()));
    expect![[
        r#"Ok(Leaving(Warning)) Ok(Leaving(Refresh)) Ok(Leaving(Disabled)) Ok(Leaving(TooMany)) Ok(Leaving(Other("of[2Jlater")))"#
    ]]
    .assert_eq(&said.join(" "));
    expect![[r#"Ok(Other("pong"))"#]].assert_eq(&read(r#"{"type": "pong"}"#));
    for nonsense in ["", "{", "[]", "null", r#"{"no": "type"}"#, "{\"type\": 7}"] {
        assert!(super::envelope::read(nonsense).is_err(), "{nonsense}");
    }
}

#[test]
fn a_command_is_read_by_the_reader_that_reads_forms() {
    let text = "issue create “Printer” on fire & smoke=50% +1 <@U1|ana>\nproject=demo";
    let envelope = envelope(json!({"envelope_id": "e1", "type": "slash_commands", "accepts_response_payload": true, "payload": {
        "token": "x", "team_id": "T1", "channel_id": "C1", "user_id": "U1", "command": "/redmine", "text": text,
        "response_url": "https://hooks.slack.com/commands/1?a=b&c=d", "trigger_id": "1.2.x", "is_enterprise_install": "false", "gone": null}}));
    assert_eq!((envelope.sort, envelope.takes_payload, &envelope.again), (Some(Sort::Command), true, &None));
    let body = envelope.body(Sort::Command);
    let Ok(Slash::Line(line)) = slash::read(&[], &body, &envelope.id) else { panic!("{body:?}") };
    assert_eq!(line.text, format!("redmine {text}"));
    assert_eq!((line.key.as_str(), line.to.asker.as_str(), line.request_id.as_str()), ("1.2.x", "U1", "e1"));
    assert_eq!(line.to.response_url.as_deref(), Some("https://hooks.slack.com/commands/1?a=b&c=d"));
}

#[test]
fn an_interaction_is_read_by_the_reader_that_reads_forms() {
    let payload = json!({"type": "block_actions", "trigger_id": "3.4.y", "team": {"id": "T1"}, "user": {"id": "U1"}, "channel": {"id": "C1"},
        "container": {"type": "message", "message_ts": "1.2"}, "actions": [{"action_id": "a", "value": "redmine issue show 1 & 2"}]});
    let envelope = envelope(json!({"envelope_id": "e2", "type": "interactive", "payload": payload}));
    assert_eq!((envelope.sort, envelope.takes_payload), (Some(Sort::Interaction), false));
    let Ok(Interaction::Pressed(line)) = interactions::read(&envelope.body(Sort::Interaction), &envelope.id) else { panic!() };
    assert_eq!((line.text.as_str(), line.key.as_str()), ("redmine issue show 1 & 2", "3.4.y"));
}

#[test]
fn an_event_says_how_often_it_was_sent() {
    let event = json!({"envelope_id": "e3", "type": "events_api", "retry_attempt": 2, "retry_reason": "timeout", "payload": {"type": "event_callback"}});
    let envelope = envelope(event);
    assert_eq!((envelope.sort, envelope.again.as_ref()), (Some(Sort::Event), Some(&(2, "timeout".to_owned()))));
    assert_eq!(envelope.body(Sort::Event), r#"{"type":"event_callback"}"#);
    let first = json!({"envelope_id": "e4", "type": "events_api", "retry_attempt": 0, "retry_reason": "", "payload": {}});
    assert_eq!(self::envelope(first).again, None);
    assert_eq!(self::envelope(json!({"envelope_id": "e5", "type": "of_a_later_slack"})).sort, None);
}

#[test]
fn an_acknowledgement_holds_what_is_shown() {
    expect![[r#"{"envelope_id":"e1"}"#]].assert_eq(&acknowledgement("e1", None));
    expect![[r#"{"envelope_id":"e1","payload":{"text":"Which project?"}}"#]]
        .assert_eq(&acknowledgement("e1", Some(&json!({"text": "Which project?"}))));
}

#[test]
fn a_connection_is_replaced_before_it_is_old() {
    for (lasts, least, most) in [(18_060, 17_940, 18_000), (360, 288, 324), (10, 8, 9)] {
        for _ in 0..100 {
            let due = before(Duration::from_secs(lasts)).as_secs_f64();
            assert!((f64::from(least)..=f64::from(most)).contains(&due), "{lasts} s: after {due} s");
        }
    }
}

#[test]
fn each_try_waits_longer_up_to_a_limit() {
    let most = Duration::from_secs(30);
    let waits: Vec<f32> = [0, 1, 2, 5, 6, 9, 40, u32::MAX].map(|it| backoff(it, most).as_secs_f32()).into();
    assert_eq!(waits, [0.5, 1.0, 2.0, 16.0, 30.0, 30.0, 30.0, 30.0]);
    let told = Trouble::refused(Error::new(ErrorKind::RateLimited, "Later.").with_retry_after(Some(Duration::from_secs(7))));
    for _ in 0..100 {
        assert!(wait(&Trouble::passing("Gone."), 3) <= Duration::from_secs(4));
        assert!((7.0..=8.0).contains(&wait(&told, 9).as_secs_f32()), "as long as Slack said");
        let helpless = wait(&Trouble::of(&Reason::Disabled).expect("a trouble"), 1).as_secs_f32();
        assert!((30.0..=60.0).contains(&helpless), "{helpless}");
    }
}

#[test]
fn people_are_told_how_it_stands_and_what_helps() {
    let status = Status::new(2);
    assert!(!status.is_listening());
    let said = |status: &Status| {
        let check = status.check();
        format!("{:?}: {} ({})", check.state, check.detail, check.fix.unwrap_or_default())
    };
    expect!["Ok: 0 of 2 connections are open, and the rest on its way ()"].assert_eq(&said(&status));
    let off = Trouble::of(&Reason::Disabled).expect("a trouble");
    status.trouble(1, &off);
    expect!["Failed: no connection is open: Socket Mode is turned off in the Slack app's settings. (Turn Socket Mode on in the app's settings; or take `slack.app_token` out, set `server.public_url` and `slack.signing_secret`, and restart.)"]
        .assert_eq(&said(&status));
    status.fill(1);
    assert_eq!(status.check().state, State::Warning);
    status.fill(2);
    expect!["Ok: 2 connections are open ()"].assert_eq(&said(&status));
    status.empty(1);
    expect!["Ok: 1 of 2 connections are open, and the rest on its way ()"].assert_eq(&said(&status));
    let refused = Trouble::refused(Error::new(ErrorKind::Auth, "Slack refuses Bellhop's token (invalid_auth)."));
    assert!(refused.fix.contains("connections:write") && refused.wait == Wait::Long, "{refused:?}");
}

#[test]
fn only_an_app_level_token_will_do() {
    let socket = |token: &str| {
        let api = Url::parse("https://slack.com/api/").expect("an address");
        Socket::new(api, &Secret::from(token.to_owned()), 2).map(|_| ()).map_err(|err| err.message)
    };
    assert_eq!(socket("xapp-1-A1-2-abc"), Ok(()));
    for token in ["xoxb-canary-1", "canary", "xapp-canary\u{e4}", "xapp-can ary"] {
        let err = socket(token).expect_err(token);
        assert!(err.contains("connections:write") && !err.contains("canary"), "{err}");
    }
}
