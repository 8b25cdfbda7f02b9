use commands::{Call, message::Style};
use expect_test::expect;
use proptest::prelude::*;
use serde_json::Map;

use super::*;

fn write(message: &Message) -> String {
    // A zero-width space cannot be seen in a snapshot.
    super::message(&[], &Address::Direct, message).content.replace(escape::ZERO_WIDTH, "·")
}

#[test]
fn every_block() {
    let at = jiff::Timestamp::from_second(1_795_218_421).expect("a moment");
    let message = Message::new()
        .tone(Tone::Good)
        .heading("Created #42 *now*")
        .paragraph(
            Text::new()
                .plain("By ")
                .person("10", "Ana")
                .plain(" at ")
                .time(at)
                .plain(" see ")
                .link("https://example.org/42", "#42 [x]"),
        )
        .list(vec![Text::from("one\ntwo"), Text::new().bold("three ").code("a`b")])
        .facts(vec![("Status".into(), "New".into()), ("Path".into(), Text::new().code("/srv"))])
        .block(Block::Table {
            header: vec!["Id".into(), "Subject".into()],
            rows: vec![vec!["1".into(), "a | b\nc".into()], vec!["2".into(), Text::new().code("x|y")]],
        })
        .block(Block::Quote("first\n> second".into()))
        .block(Block::Code("```\nrm -rf\n```".into()))
        .block(Block::Divider)
        .context("from Redmine");
    expect![[r#"
        :check: **Created #42 &#42;now&#42;**

        By @**|10** at <time:2026-11-20T23:47:01Z> see [#42 &#91;x&#93;](https://example.org/42)

        * one two
        * **three** ``a`b``

        * **Status**: New
        * **Path**: `/srv`

        | Id | Subject |
        | --- | --- |
        | 1 | a &#124; b c |
        | 2 | x&#124;y |

        > first
        > &#62; second

        ````text
        ```
        rm -rf
        ```
        ````

        ---

        *from Redmine*"#]]
    .assert_eq(&write(&message));
}

#[test]
fn neighbours_do_not_merge() {
    let message =
        Message::text(Text::new().bold("a").bold("b").code("c").code("d").plain("@").bold("all").plain("example.").plain("org"));
    expect!["**a**·**b**`c`·`d`@·**all**example&#46;org"].assert_eq(&write(&message));
}

#[test]
fn too_long_is_cut_with_a_note() {
    let long = Message::new().block(Block::Code("line\n".repeat(5_000)));
    let content = write(&long);
    assert!(content.chars().count() <= LIMIT);
    assert!(content.ends_with("line\n```\n\n*(cut: too long for one Zulip message)*"), "{}", &content[content.len() - 80..]);
    let solid = Message::text("x".repeat(20_000));
    assert!(write(&solid).chars().count() <= LIMIT);
}

#[test]
fn a_widget_says_what_it_does() {
    let choices = [Choice {
        short: "1".into(),
        long: "Close".into(),
        reply: Address::Mention("Bellhop".into()).say("/redmine issue close 42"),
    }];
    let widget = widget("Issue 42", &choices).expect("a widget");
    assert_eq!(widget["widget_type"], "zform");
    assert_eq!(widget["extra_data"]["choices"][0]["reply"], "@**Bellhop** /redmine issue close 42");
    assert_eq!(super::widget("nothing", &[]), None);
    let button = Button {
        style: Style::Primary,
        ..Button::run("Close", Call { group: "redmine".into(), action: "x".into(), params: Map::new() })
    };
    assert_eq!(button.confirm, None);
}

proptest! {
    /// Spans of text from outside, in any order and any kind, never become a mention or a link.
    #[test]
    fn no_spans_make_a_mention_or_a_link(parts in prop::collection::vec((0..4u8, r"[@#*_`a.:/\[\]()<> \n|]{0,12}"), 0..6)) {
        let mut text = Text::new();
        for (kind, words) in parts {
            text = match kind {
                0 => text.plain(words),
                1 => text.bold(words),
                2 => text.italic(words),
                _ => text.link("javascript:x", words),
            };
        }
        let written = write(&Message::text(text));
        for wicked in ["@*", "@_*", "#*", "](", "<", "`", "://", "~"] {
            prop_assert!(!written.contains(wicked), "{wicked} in {written}");
        }
    }
}
