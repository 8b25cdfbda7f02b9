//! Requests as Slack sends them, read into what the dispatcher takes.

use axum::body::Bytes;
use expect_test::{Expect, expect};
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::{
    chat::slack::{
        commands::{self, Slash},
        events::{self, Event},
        interactions::{self, Interaction},
    },
    dispatch::Line,
};

fn slash(fields: &[(&str, &str)]) -> Result<Slash, String> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    commands::read(&super::groups(), &Bytes::from(body), "r1")
}

fn typed(command: &str, text: &str) -> Line {
    let fields = [
        ("token", "unused"),
        ("team_id", "T0DEMO"),
        ("channel_id", "C0OPS"),
        ("user_id", "U0ANA"),
        ("command", command),
        ("text", text),
        ("response_url", "https://hooks.slack.com/commands/T0DEMO/1/abc"),
        ("trigger_id", "9000.42.aaaa"),
    ];
    match slash(&fields).unwrap() {
        Slash::Line(line) => *line,
        Slash::SslCheck => panic!("a command"),
    }
}

fn interaction(json: &str) -> Interaction {
    let body = Serializer::new(String::new()).append_pair("payload", json).finish();
    interactions::read(&Bytes::from(body), "r1").unwrap()
}

fn event(json: &str) -> Event {
    events::read(&super::groups(), &Bytes::from(json.to_owned()), "r1").unwrap()
}

fn check(line: &Line, expected: Expect) {
    let Line { key, to, text, trigger, .. } = line;
    expected.assert_eq(&format!("{text:?}\nkey {key}, trigger {trigger:?}\n{to:#?}\n"));
}

#[test]
fn a_slash_command_is_a_line_of_its_group() {
    check(
        &typed("/redmine", "issue create Printer &lt;3rd&gt; R&amp;D assignee=<@U0BEN|ben>"),
        expect![[r#"
            "redmine issue create Printer <3rd> R&D assignee=<@U0BEN|ben>"
            key 9000.42.aaaa, trigger Some("9000.42.aaaa")
            Answering {
                place: Place {
                    platform: "slack",
                    workspace: "T0DEMO",
                    channel: "C0OPS",
                    thread: None,
                },
                asker: "U0ANA",
                response_url: Some(
                    "https://hooks.slack.com/commands/T0DEMO/1/abc",
                ),
                pressed: None,
            }
        "#]],
    );
}

#[test]
fn bellhop_leads_to_any_group() {
    assert_eq!(typed("/bellhop", "whoami").text, "bellhop whoami");
    assert_eq!(typed("/bellhop", "").text, "bellhop");
    assert_eq!(typed("/bellhop", "Redmine  issue list").text, "redmine issue list");
    assert_eq!(typed("/bellhop", "bellhop help").text, "bellhop help");
    assert_eq!(typed("/redmine", "").text, "redmine");
}

#[test]
fn what_slack_escaped_is_undone_once() {
    let text = |typed_text: &str| typed("/redmine", typed_text).text;
    assert_eq!(text("&amp;lt;b&amp;gt;"), "redmine &lt;b&gt;");
    assert_eq!(text("<https://example.org/?a=1&amp;b=2|example.org> x"), "redmine https://example.org/?a=1&b=2 x");
    assert_eq!(text("<mailto:ana@example.org|ana@example.org>"), "redmine ana@example.org");
    assert_eq!(text("in <#C0OPS|ops> by <@U0BEN|ben>"), "redmine in <#C0OPS|ops> by <@U0BEN|ben>");
    assert_eq!(text("a < b"), "redmine a < b");
}

#[test]
fn the_certificate_check_is_answered_and_nothing_else_is_missing_fields() {
    assert!(matches!(slash(&[("ssl_check", "1"), ("token", "x")]), Ok(Slash::SslCheck)));
    assert_eq!(slash(&[("command", "/redmine")]).unwrap_err(), "the command has no user_id");
}

#[test]
fn a_repeat_has_the_same_key_and_another_command_has_not() {
    assert_eq!(typed("/redmine", "42").key, typed("/redmine", "42").key);
    let (Interaction::Pressed(first), Interaction::Pressed(again)) = (
        interaction(include_str!("../fixtures/block_actions.json")),
        interaction(include_str!("../fixtures/block_actions.json")),
    ) else {
        panic!("presses")
    };
    assert_eq!(first.key, again.key);
    assert_ne!(first.key, typed("/redmine", "42").key);
}

#[test]
fn a_pressed_button_is_the_command_it_holds() {
    let Interaction::Pressed(line) = interaction(include_str!("../fixtures/block_actions.json")) else { panic!("a press") };
    check(
        &line,
        expect![[r#"
            "redmine issue close 42"
            key 9001.42.aaaa, trigger Some("9001.42.aaaa")
            Answering {
                place: Place {
                    platform: "slack",
                    workspace: "T0DEMO",
                    channel: "C0OPS",
                    thread: Some(
                        "1763690000.000100",
                    ),
                },
                asker: "U0ANA",
                response_url: Some(
                    "https://hooks.slack.com/actions/T0DEMO/1/abc",
                ),
                pressed: Some(
                    Pressed {
                        id: "1763690000.000200",
                        card: None,
                    },
                ),
            }
        "#]],
    );
}

#[test]
fn a_chosen_option_is_the_command_it_holds() {
    let json = include_str!("../fixtures/block_actions.json").replace(
        r#""value": "redmine issue close 42", "type": "button""#,
        r#""type": "static_select", "selected_option": { "value": "redmine issue status 42 Closed" }"#,
    );
    let Interaction::Pressed(line) = interaction(&json) else { panic!("a press") };
    assert_eq!(line.text, "redmine issue status 42 Closed");
}

#[test]
fn the_button_of_a_form_opens_it() {
    let json = include_str!("../fixtures/block_actions.json")
        .replace(r#""action_id": "call-1""#, r#""action_id": "open-form""#)
        .replace("redmine issue close 42", "form-7");
    let Interaction::Open { opener, form } = interaction(&json) else { panic!("a form") };
    assert_eq!((form.as_str(), opener.trigger.as_deref(), opener.to.asker.as_str()), ("form-7", Some("9001.42.aaaa"), "U0ANA"));
}

#[test]
fn a_field_of_a_form_is_no_press() {
    let json = include_str!("../fixtures/block_actions.json")
        .replace(r#""container": { "type": "message""#, r#""container": { "type": "view""#);
    assert!(matches!(interaction(&json), Interaction::Ignored(_)));
}

#[test]
fn a_message_shortcut_brings_the_message() {
    let Interaction::Shortcut { line, text, message } = interaction(include_str!("../fixtures/message_action.json")) else {
        panic!("a shortcut")
    };
    assert_eq!(line.text, "redmine:issue create");
    assert_eq!(text.text, "Printer <3rd floor> is on fire, see https://example.org/p?a=1&b=2");
    assert_eq!(message.as_deref(), Some("1763690000.000300"));
    assert_eq!(line.to.place.thread.as_deref(), Some("1763690000.000300"));
    assert_eq!(line.to.pressed, None);
}

#[test]
fn a_global_shortcut_answers_to_the_person() {
    let json = r#"{"type":"shortcut","team":{"id":"T0DEMO"},"user":{"id":"U0ANA"},"callback_id":"redmine:issue create:global","trigger_id":"9.9.z"}"#;
    let Interaction::Shortcut { line, text, message } = interaction(json) else { panic!("a shortcut") };
    assert_eq!((line.text.as_str(), text.text.as_str(), message), ("redmine:issue create", "", None));
    assert_eq!(line.to.place.channel, "U0ANA");
}

#[test]
fn a_picker_sees_what_was_chosen_already() {
    let Interaction::Options(options) = interaction(include_str!("../fixtures/block_suggestion.json")) else { panic!("options") };
    expect![[r##"
        Options {
            form: "form-7",
            person: "U0ANA",
            field: "version",
            typed: "1.",
            given: {
                "project": String("demo"),
                "#labels": Object {
                    "project": Object {
                        "demo": String("Demo"),
                    },
                },
            },
        }
    "##]]
    .assert_debug_eq(&options);
}

#[test]
fn every_input_is_read_back() {
    let Interaction::Submitted { submission, fields } = interaction(include_str!("../fixtures/view_submission.json")) else {
        panic!("a submission")
    };
    assert_eq!((submission.form.as_str(), submission.person.as_str()), ("form-7", "U0ANA"));
    assert_eq!(fields, ["subject", "project"]);
    expect![[r##"
        {
          "subject": "Printer on fire",
          "note": "",
          "project": "demo",
          "tracker": "",
          "private": [
            "true"
          ],
          "urgent": [],
          "due": "2026-11-30",
          "assignee": "<@U0BEN>",
          "watchers": [
            "<@U0BEN>",
            "<@U0CHLOE>"
          ],
          "versions": [
            "1.0"
          ],
          "photos": [
            "slack-file:F0PHOTO"
          ],
          "hours": "1.5",
          "#labels": {
            "project": {
              "demo": "Demo"
            }
          }
        }"##]]
    .assert_eq(&serde_json::to_string_pretty(&submission.values).unwrap());
}

#[test]
fn a_form_sent_again_by_its_person_is_no_repeat() {
    let key = |json: &str| match interaction(json) {
        Interaction::Submitted { submission, .. } => submission.key,
        other => panic!("{other:?}"),
    };
    let first = include_str!("../fixtures/view_submission.json");
    assert_eq!(key(first), key(first));
    assert_ne!(key(first), key(&first.replace("Printer on fire", "Printer wet")));
    assert_ne!(key(first), key(&first.replace("1763690003.aaaa", "1763690009.bbbb")));
    // The same values once more, after what was refused has been put right elsewhere.
    assert_ne!(key(first), key(&first.replace("9003.42.cccc", "9004.42.dddd")));
}

#[test]
fn a_mention_is_a_line_answered_in_its_thread() {
    let Event::Line(line) = event(include_str!("../fixtures/app_mention.json")) else { panic!("a line") };
    check(
        &line,
        expect![[r#"
        "redmine issue create Tom & Ben assignee=<@U0BEN|ben> see https://example.org/a?x=1&y=2"
        key C0OPS:1763690004.000100, trigger None
        Answering {
            place: Place {
                platform: "slack",
                workspace: "T0DEMO",
                channel: "C0OPS",
                thread: Some(
                    "1763690004.000100",
                ),
            },
            asker: "U0ANA",
            response_url: None,
            pressed: None,
        }
    "#]],
    );
}

#[test]
fn a_direct_message_is_a_line() {
    let Event::Line(line) = event(include_str!("../fixtures/message_im.json")) else { panic!("a line") };
    assert_eq!((line.text.as_str(), line.key.as_str()), ("bellhop whoami", "D0ANA:1763690005.000100"));
    assert_eq!(line.to.place.thread, None);
}

#[test]
fn bots_changes_and_other_channels_are_left_alone() {
    let direct = include_str!("../fixtures/message_im.json");
    let with = |extra: &str| direct.replace(r#""type": "message","#, &format!(r#""type": "message", {extra},"#));
    for json in [
        with(r#""bot_id": "B0BELL""#),
        with(r#""subtype": "message_changed""#),
        direct.replace("U0ANA", "U0BELL"),
        direct.replace(r#""im""#, r#""channel""#),
        direct.replace(r#""type": "message""#, r#""type": "reaction_added""#),
        r#"{"type":"app_rate_limited"}"#.to_owned(),
        r#"{"type":"something_new"}"#.to_owned(),
    ] {
        assert!(matches!(event(&json), Event::Ignored(_)), "{json}");
    }
}

#[test]
fn the_address_is_proved_by_its_challenge() {
    assert!(matches!(event(r#"{"type":"url_verification","challenge":"3eZb"}"#), Event::Challenge(it) if it == "3eZb"));
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    for body in ["", "payload=", "payload=%7B", "payload=%7B%7D", "nothing=1", "\u{0}"] {
        assert!(interactions::read(&Bytes::from(body), "r1").is_err(), "{body}");
    }
    for body in ["", "[]", "{}", r#"{"type":"event_callback"}"#, r#"{"type":"event_callback","event":{"type":"app_mention"}}"#] {
        assert!(events::read(&super::groups(), &Bytes::from(body), "r1").is_err(), "{body}");
    }
}

#[test]
fn every_input_is_read() {
    let option = |value: &str, label: &str| json!({ "text": { "type": "plain_text", "text": label }, "value": value });
    let held = json!({
        "text": { "type": "plain_text_input", "value": "Fire" },
        "empty": { "type": "plain_text_input", "value": null },
        "number": { "type": "number_input", "value": "1.5" },
        "email": { "type": "email_text_input", "value": "ana@example.org" },
        "link": { "type": "url_text_input", "value": "https://example.org" },
        "rich": { "type": "rich_text_input", "rich_text_value": { "type": "rich_text", "elements": [{ "type": "rich_text_section",
            "elements": [{ "type": "text", "text": "It " }, { "type": "text", "text": "burns", "style": { "bold": true } }] }] } },
        "one": { "type": "static_select", "selected_option": option("high", "High") },
        "radio": { "type": "radio_buttons", "selected_option": option("low", "Low") },
        "ticked": { "type": "checkboxes", "selected_options": [option("a", "A"), option("b", "B")] },
        "unticked": { "type": "checkboxes", "selected_options": [] },
        "loaded": { "type": "external_select", "selected_option": option("demo", "Demo project") },
        "several": { "type": "multi_external_select", "selected_options": [option("7", "Seven"), option("8", "8")] },
        "nothing": { "type": "external_select", "selected_option": option("#nothing", "Redmine does not answer now.") },
        "person": { "type": "users_select", "selected_user": "U0ANA" },
        "people": { "type": "multi_users_select", "selected_users": ["U0ANA", "U0BEN"] },
        "channel": { "type": "conversations_select", "selected_conversation": "C0DEV" },
        "public": { "type": "channels_select", "selected_channel": null },
        "channels": { "type": "multi_conversations_select", "selected_conversations": ["C0DEV", "C0OPS"] },
        "date": { "type": "datepicker", "selected_date": "2026-12-01" },
        "time": { "type": "timepicker", "selected_time": "09:00" },
        "moment": { "type": "datetimepicker", "selected_date_time": 1_795_271_400 },
        "never": { "type": "datetimepicker", "selected_date_time": null },
        "files": { "type": "file_input", "files": [{ "id": "F1", "name": "fire.png" }] },
    });
    let values = held.as_object().expect("an object").iter().map(|(name, held)| (format!("field-{name}"), json!({ name: held })));
    let view = json!({ "state": { "values": values.collect::<serde_json::Map<_, _>>() } });
    let read = crate::chat::slack::state::values(&view);
    let lines: Vec<String> = read.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    expect_test::expect![[r#"
        text: "Fire"
        empty: ""
        number: "1.5"
        email: "ana@example.org"
        link: "https://example.org"
        rich: "It **burns**"
        one: "high"
        radio: "low"
        ticked: ["a","b"]
        unticked: []
        loaded: "demo"
        several: ["7","8"]
        nothing: ""
        person: "<@U0ANA>"
        people: ["<@U0ANA>","<@U0BEN>"]
        channel: "<#C0DEV>"
        public: ""
        channels: ["<#C0DEV>","<#C0OPS>"]
        date: "2026-12-01"
        time: "09:00"
        moment: "2026-11-21T14:30:00Z"
        never: ""
        files: ["slack-file:F1"]
        #labels: {"loaded":{"demo":"Demo project"},"several":{"7":"Seven"}}"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_window_that_is_turned_or_closed_keeps_what_is_in_it() {
    let read = |payload: serde_json::Value| {
        let body = Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        interactions::read(&Bytes::from(body), "r1").expect("readable")
    };
    let view = json!({ "id": "V1", "hash": "h1", "callback_id": "form", "private_metadata": "form-7", "type": "modal",
        "state": { "values": { "field-subject": { "subject": { "type": "plain_text_input", "value": "Fire" } } } } });
    let how = |interaction: Interaction| match interaction {
        Interaction::Turned(turned) => {
            assert_eq!((turned.view.as_str(), turned.hash.as_str(), turned.typed.form.as_str()), ("V1", "h1", "form-7"));
            assert_eq!((&turned.typed.values["subject"], turned.typed.person.as_str()), (&json!("Fire"), "U0ANA"));
            format!("{:?}", turned.how)
        }
        other => format!("{other:?}"),
    };
    let used = |action: &str| {
        json!({ "type": "block_actions", "user": { "id": "U0ANA" }, "team": { "id": "T0DEMO" }, "view": view,
        "container": { "type": "view", "view_id": "V1" }, "actions": [{ "action_id": action, "type": "button" }] })
    };
    assert_eq!(how(read(used("form-back"))), "Back");
    assert_eq!(how(read(used("project"))), "Changed");
    let closed = json!({ "type": "view_closed", "user": { "id": "U0ANA" }, "team": { "id": "T0DEMO" }, "view": view, "is_cleared": false });
    assert_eq!(how(read(closed)), "Closed");
    let notice = json!({ "type": "view_closed", "user": { "id": "U0ANA" }, "view": { "callback_id": "notice" } });
    assert!(matches!(read(notice), Interaction::Ignored(_)));
}
