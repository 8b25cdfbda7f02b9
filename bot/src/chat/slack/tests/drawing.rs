//! Messages as Block Kit.

use commands::{Block, Button, Call, Message, Span, Text, Tone};
use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::chat::slack::render::{self, Rendered, render};

fn draw(message: &Message) -> Rendered {
    render(message, &super::print)
}

fn call(action: &str, params: Value) -> Call {
    Call::new("redmine", action, params)
}

#[test]
fn a_card() {
    let at = jiff::Timestamp::from_second(1763690000).unwrap();
    let close = Button::run("Close", call("issue close", json!({ "issue": "42" }))).danger("Close #42?");
    let message = Message::new()
        .heading("#42 Printer on fire")
        .paragraph(
            Text::new().link("https://redmine.example.org/issues/42", "#42").plain(" is ").bold("New").plain(", since ").time(at),
        )
        .facts(vec![("Project".into(), "demo".into()), ("Assignee".into(), Text::new().person("U0BEN", "Ben"))])
        .block(Block::Quote("first\nsecond".into()))
        .block(Block::Code("let x = `1` < 2;\n```".into()))
        .block(Block::Divider)
        .buttons(vec![Button::form("Comment", call("issue comment", json!({ "issue": "42" }))).primary(), close])
        .block(Block::Menu {
            label: "Status".into(),
            options: vec![Button::run("Closed", call("issue status", json!({ "status": "Closed" })))],
        })
        .context(Text::from("Redmine"))
        .tone(Tone::Bad);
    expect![[r##"
        {
          "attachments": [
            {
              "color": "#e01e5a",
              "fallback": "#42 Printer on fire",
              "blocks": [
                {
                  "type": "header",
                  "text": {
                    "type": "plain_text",
                    "text": "#42 Printer on fire",
                    "emoji": false
                  }
                },
                {
                  "type": "section",
                  "text": {
                    "type": "mrkdwn",
                    "text": "<https://redmine.example.org/issues/42|#42> is *New*, since <!date^1763690000^{date_short_pretty} {time}|2025-11-21 01:53 UTC>",
                    "verbatim": true
                  }
                },
                {
                  "type": "section",
                  "fields": [
                    {
                      "type": "mrkdwn",
                      "text": "*Project*\ndemo",
                      "verbatim": true
                    },
                    {
                      "type": "mrkdwn",
                      "text": "*Assignee*\n<@U0BEN>",
                      "verbatim": true
                    }
                  ]
                },
                {
                  "type": "section",
                  "text": {
                    "type": "mrkdwn",
                    "text": ">first\n>second",
                    "verbatim": true
                  }
                },
                {
                  "type": "section",
                  "text": {
                    "type": "mrkdwn",
                    "text": "```\nlet x = ˋ1ˋ &lt; 2;\nˋˋˋ\n```",
                    "verbatim": true
                  }
                },
                {
                  "type": "divider"
                },
                {
                  "type": "actions",
                  "elements": [
                    {
                      "type": "button",
                      "action_id": "call-1",
                      "text": {
                        "type": "plain_text",
                        "text": "Comment",
                        "emoji": false
                      },
                      "value": "redmine issue comment issue=42 --form",
                      "style": "primary"
                    },
                    {
                      "type": "button",
                      "action_id": "call-2",
                      "text": {
                        "type": "plain_text",
                        "text": "Close",
                        "emoji": false
                      },
                      "value": "redmine issue close issue=42",
                      "style": "danger",
                      "confirm": {
                        "title": {
                          "type": "plain_text",
                          "text": "Are you sure?",
                          "emoji": false
                        },
                        "text": {
                          "type": "plain_text",
                          "text": "Close #42?",
                          "emoji": false
                        },
                        "confirm": {
                          "type": "plain_text",
                          "text": "Close",
                          "emoji": false
                        },
                        "deny": {
                          "type": "plain_text",
                          "text": "Cancel",
                          "emoji": false
                        },
                        "style": "danger"
                      }
                    }
                  ]
                },
                {
                  "type": "actions",
                  "elements": [
                    {
                      "type": "static_select",
                      "action_id": "call-3",
                      "placeholder": {
                        "type": "plain_text",
                        "text": "Status",
                        "emoji": false
                      },
                      "options": [
                        {
                          "text": {
                            "type": "plain_text",
                            "text": "Closed",
                            "emoji": false
                          },
                          "value": "redmine issue status status=Closed"
                        }
                      ]
                    }
                  ]
                },
                {
                  "type": "context",
                  "elements": [
                    {
                      "type": "mrkdwn",
                      "text": "Redmine",
                      "verbatim": true
                    }
                  ]
                }
              ]
            }
          ],
          "unfurl_links": false,
          "unfurl_media": false,
          "parse": "none",
          "link_names": false
        }"##]].assert_eq(&serde_json::to_string_pretty(&draw(&message).into_fields()).unwrap());
}

#[test]
fn a_plain_message_has_no_bar() {
    let fields = draw(&Message::text("Hello & <!channel>")).into_fields();
    assert_eq!(fields["text"], "Hello &amp; &lt;!channel&gt;");
    assert_eq!(fields["blocks"][0]["text"]["text"], "Hello &amp; &lt;!channel&gt;");
    assert_eq!((&fields["unfurl_links"], &fields["parse"]), (&json!(false), &json!("none")));
    assert!(!fields.contains_key("attachments"));
}

#[test]
fn a_table_is_aligned_and_goes_on_in_the_next_block() {
    let rows =
        |count: usize| (0..count).map(|it| vec![Text::from(format!("#{it}")), Text::from("Printer & co")]).collect::<Vec<_>>();
    let table = |count| Message::new().block(Block::Table { header: vec!["Issue".into(), "Subject".into()], rows: rows(count) });
    expect![[r#"
        ```
        Issue  Subject
        ─────  ────────────
        #0     Printer &amp; co
        #1     Printer &amp; co
        ```"#]]
    .assert_eq(draw(&table(2)).blocks[0]["text"]["text"].as_str().unwrap());
    let long = draw(&table(300)).blocks;
    assert!(long.len() > 1);
    let text: String = long.iter().map(|it| it["text"]["text"].as_str().unwrap()).collect();
    assert!((0..300).all(|it| text.contains(&format!("#{it} "))));
}

#[test]
fn a_long_paragraph_is_split_at_lines_and_loses_nothing() {
    let lines: Vec<String> = (0..500).map(|it| format!("line {it} with some words")).collect();
    let drawn = render::draw(&Message::text(lines.join("\n")), &super::print);
    assert_eq!((drawn.messages.len(), drawn.files.len()), (2, 0));
    let blocks: Vec<Value> = drawn.messages.into_iter().flat_map(|it| it.blocks).collect();
    let text: Vec<&str> = blocks.iter().map(|it| it["text"]["text"].as_str().unwrap()).collect();
    assert!(text.len() > 3 && text.iter().all(|it| it.starts_with("line ") && it.ends_with("words")));
    assert_eq!(text.join("\n"), lines.join("\n"));
}

#[test]
fn text_from_outside_formats_nothing_and_names_stay_whole() {
    let text = |plain: &str| draw(&Message::text(plain)).text;
    assert_eq!(text("due_date and snake_case_name"), "due_date and snake_case_name");
    assert_eq!(text("2 * 3 * 4"), "2 * 3 * 4");
    assert_eq!(text("*bold* _it_ ~no~"), "*\u{200b}bold* _\u{200b}it_ ~\u{200b}no~");
    assert_eq!(text("`rm`"), "\u{2cb}rm\u{2cb}");
    assert_eq!(text("> quoted\n> again"), "\u{200b}&gt; quoted\n\u{200b}&gt; again");
    assert_eq!(
        text("<!channel> <@U0BEN> <https://evil.example|safe>"),
        "&lt;!channel&gt; &lt;@U0BEN&gt; &lt;https://evil.example|safe&gt;"
    );
}

#[test]
fn a_link_cannot_be_broken_out_of() {
    let link = |url: &str, label: &str| {
        draw(&Message::text(Text::new().link(url, label))).blocks[0]["text"]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        link("https://example.org/?a=1&b=<x>|y", "see | this"),
        "<https://example.org/?a=1&amp;b=%3Cx%3E%7Cy|see \u{a6} this>"
    );
    assert_eq!(link("https://example.org", "> <!here>"), "<https://example.org/|\u{200b}&gt; &lt;!here&gt;>");
    assert_eq!(link("javascript:alert(1)", "click"), "click");
    assert_eq!(link("!channel", "click"), "click");
    assert_eq!(link("@U0BEN", ""), "@U0BEN");
}

#[test]
fn a_person_of_no_slack_id_is_a_name() {
    let text =
        |id: &str| draw(&Message::text(Text::new().person(id, "Ben *"))).blocks[0]["text"]["text"].as_str().unwrap().to_owned();
    assert_eq!(text("U0BEN"), "<@U0BEN>");
    assert_eq!(text("!channel"), "Ben *\u{200b}");
    assert_eq!(text("U0BEN> <!here"), "Ben *\u{200b}");
}

#[test]
fn a_button_that_slack_would_cut_is_left_out() {
    let long = "x".repeat(1990);
    let buttons = vec![
        Button::run("Long", call("issue create", json!({ "subject": long }))),
        Button::run("Short", call("issue list", json!({}))),
    ];
    let blocks = draw(&Message::new().buttons(buttons)).blocks;
    assert_eq!(blocks[0]["elements"].as_array().unwrap().len(), 1);
    assert_eq!(blocks[0]["elements"][0]["text"]["text"], "Short");
}

#[test]
fn a_menu_of_long_commands_becomes_buttons() {
    let option = |length: usize| Button::run("Pick", call("issue list", json!({ "q": "x".repeat(length) })));
    let kind = |options| {
        draw(&Message::new().block(Block::Menu { label: "More".into(), options })).blocks[0]["elements"][0]["type"].clone()
    };
    assert_eq!(kind(vec![option(10)]), "static_select");
    assert_eq!(kind(vec![option(10), option(200)]), "button");
    assert_eq!(kind(vec![option(10).danger("Sure?")]), "button");
}

#[test]
fn too_much_for_one_message_says_so() {
    let message = (0..80).fold(Message::new(), |message, it| message.paragraph(format!("part {it}")));
    let blocks = draw(&message).blocks;
    assert_eq!(blocks.len(), 50);
    assert_eq!(blocks[49]["elements"][0]["text"], "… and 31 more parts, which do not fit into one Slack message.");
}

#[test]
fn an_empty_message_is_still_one() {
    for message in
        [Message::new(), Message::text(""), Message::text(" \n "), Message::new().heading(""), Message::new().list(vec![])]
    {
        let drawn = draw(&message);
        assert!(!drawn.text.is_empty() && !drawn.blocks.is_empty());
        limits(&drawn);
    }
}

/// Every limit of <https://docs.slack.dev/reference/block-kit>.
fn limits(drawn: &Rendered) {
    let problems = super::kit::message(&drawn.clone().into_fields());
    assert!(problems.is_empty(), "{problems:?}");
}

/// What people elsewhere might write to get at people here.
fn hostile() -> impl Strategy<Value = String> {
    let tricks = [
        "<!channel>",
        "<@U0BEN>",
        "<https://evil.example|bank>",
        "&lt;!here&gt;",
        "*",
        "_",
        "~",
        "`",
        "```",
        ">",
        "|",
        "<",
        "&",
        "\n",
        "@here",
        "a",
    ];
    let trick = prop::sample::select(tricks.to_vec()).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![3 => trick, 1 => any::<String>(), 1 => "\\PC{0,400}"], 0..40).prop_map(|it| it.concat())
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        hostile().prop_map(Span::Plain),
        hostile().prop_map(Span::Bold),
        hostile().prop_map(Span::Italic),
        hostile().prop_map(Span::Code),
        hostile().prop_map(|label| Span::Link { url: format!("https://ours.example/{label}"), label }),
        hostile().prop_map(|label| Span::Link { url: format!("javascript:{label}"), label }),
        hostile().prop_map(|name| Span::Person { id: name.clone(), name }),
    ]
}

fn block() -> impl Strategy<Value = Block> {
    let text = || prop::collection::vec(span(), 0..4).prop_map(Text);
    let button = || hostile().prop_map(|it| Button::run(it.clone(), call("show", json!({ "q": it.clone() }))).danger(it));
    prop_oneof![
        hostile().prop_map(Block::Heading),
        text().prop_map(Block::Paragraph),
        prop::collection::vec(text(), 0..4).prop_map(Block::List),
        prop::collection::vec((hostile(), text()), 0..14).prop_map(Block::Facts),
        (hostile(), prop::collection::vec(text(), 0..9))
            .prop_map(|(head, cells)| Block::Table { header: vec![head], rows: cells.into_iter().map(|it| vec![it]).collect() }),
        text().prop_map(Block::Quote),
        hostile().prop_map(Block::Code),
        text().prop_map(Block::Context),
        prop::collection::vec(button(), 0..30).prop_map(Block::Buttons),
        (hostile(), prop::collection::vec(button(), 0..3)).prop_map(|(label, options)| Block::Menu { label, options }),
        (hostile(), hostile(), prop::option::of(hostile())).prop_map(|(url, alt, title)| Block::Image {
            url: format!("https://ours.example/{url}"),
            alt,
            title
        }),
        (hostile(), hostile(), 0..60usize).prop_map(|(title, text, times)| Block::Document {
            name: "a.csv".into(),
            title,
            text: format!("{text}\n").repeat(times)
        }),
    ]
}

/// Every piece of mrkdwn in a drawn message.
fn markup(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if fields.get("type") == Some(&json!("mrkdwn")) => {
            assert_eq!(fields["verbatim"], json!(true));
            found.push(fields["text"].as_str().unwrap().to_owned());
        }
        Value::Object(fields) => fields.values().for_each(|it| markup(it, found)),
        Value::Array(items) => items.iter().for_each(|it| markup(it, found)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// No text makes a mention, a link that its author did not declare, or a message Slack refuses.
    #[test]
    fn no_text_escapes(blocks in prop::collection::vec(block(), 0..5)) {
        let message = Message { blocks, ..Message::default() };
        let problems = super::kit::drawn_message(&message);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let drawn = draw(&message);
        limits(&drawn);
        let mut found = vec![drawn.text.clone()];
        drawn.blocks.iter().for_each(|it| markup(it, &mut found));
        for text in found {
            // The only `<…>` are the links that the message itself declares.
            for inside in text.split('<').skip(1) {
                let token = inside.split('>').next().unwrap();
                prop_assert!(inside.contains('>'), "{}", text);
                prop_assert!(token.starts_with("https://ours.example/") && token.matches('|').count() == 1, "{}", text);
            }
        }
    }

    /// What a person typed comes back from Slack's escaping as it was.
    #[test]
    fn escaping_is_undone(text in "[a-z&;<> \n]{0,60}") {
        let slack = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        prop_assert_eq!(crate::chat::slack::escape::unescape(&slack), text);
    }

    #[test]
    fn unescaping_never_fails(text in any::<String>(), tricky in "[<>|&@!#a-z;]{0,40}") {
        crate::chat::slack::escape::unescape(&text);
        crate::chat::slack::escape::unescape(&tricky);
    }
}
