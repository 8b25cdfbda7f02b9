use expect_test::expect;
use serde_json::json;

use crate::{Button, Call, Message, Span, Text, tracker::groups};

const MARKDOWN: &str = "# Title\n\nHello **bold** _it_ `code` [site](https://example.org) [bad](javascript:x) ![pic](https://example.org/p.png)\nsecond line <!-- hidden --><b>\n\n<!-- a\ntemplate -->\n\n- one\n- two\n  1. inner\n  2. more\n\n     loose\n- [x] done\n\n> quoted\n> more\n>\n> - in quote\n\n```rust\nlet x = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | **2** |\n| long cell | |\n\n---\n\nEnd @**everyone** <!channel>";

#[test]
fn markdown_becomes_blocks() {
    expect![[r#"
        Title
        =====

        Hello bold it code site <https://example.org> bad pic <https://example.org/p.png>
        second line <b>

        - one
        - two
        -   1. inner
        -   2. more
          loose
        - ☑ done

        > quoted
        > more
        > • in quote

            let x = 1;

        a          b
        ---------  -
        1          2
        long cell

        ---

        End @everyone <!channel>"#]]
    .assert_eq(&Message::from_markdown(MARKDOWN).to_plain(&[]));
    expect![[r#"
        Text(
            [
                Plain(
                    "Hello ",
                ),
                Bold(
                    "bold",
                ),
                Plain(
                    " bad ",
                ),
                Link {
                    url: "https://example.org",
                    label: "https://example.org",
                },
                Plain(
                    "\n• a\n• b",
                ),
            ],
        )
    "#]]
    .assert_debug_eq(&Text::from_markdown("Hello **bold** [bad](javascript:x) [](https://example.org)\n\n- a\n- b"));
}

#[test]
fn a_terminal_sees_what_buttons_run() {
    let call = |params| Call::new("redmine", "issue comment", params);
    let message = Message::new()
        .heading("Über #42")
        .facts(vec![("State".into(), "open".into()), ("Assigned to".into(), Text::new().person("U1", "Ana").plain("\nand Ben"))])
        .paragraph(Text::new().link("https://example.org", "site").plain(" ").link("https://example.org", "https://example.org"))
        .buttons(vec![
            Button::run("Thank", call(json!({"issue": 42, "text": "thank you"}))),
            Button::form("Comment", call(json!({"issue": 42}))),
        ])
        .context("just now");
    expect![[r#"
        Über #42
        ========

        State:       open
        Assigned to: Ana
                     and Ben

        site <https://example.org> https://example.org

        [Thank] redmine issue comment 42 thank you
        [Comment] redmine issue comment 42 --form

        just now"#]]
    .assert_eq(&message.to_plain(&groups()));
}

#[test]
fn text_is_cut_at_whole_characters_and_whole_names() {
    let text = Text::new().plain("Grüße ").person("U1", "Ana B").bold(" und mehr");
    let cut = |chars| text.truncated(chars).to_plain();
    assert_eq!(cut(100), "Grüße Ana B und mehr");
    assert_eq!(cut(20), "Grüße Ana B und mehr");
    assert_eq!(cut(15), "Grüße Ana B un…");
    assert_eq!(cut(9), "Grüße …");
    assert_eq!(cut(4), "Grü…");
    assert_eq!(cut(0), "");
    assert_eq!(text.truncated(9).0.last(), Some(&Span::Plain("…".into())));
}

proptest::proptest! {
    #[test]
    fn no_markdown_panics_or_links_elsewhere(markdown in "(?s)[-#>*_`|\\[\\]()<>!a-c0-9.:/ \n~]{0,120}") {
        for block in Message::from_markdown(&markdown).blocks {
            if let crate::Block::Paragraph(text) = block {
                for span in text.0 {
                    if let Span::Link { url, .. } = span {
                        proptest::prop_assert!(url.starts_with("http") || url.starts_with("mailto:"));
                    }
                }
            }
        }
        Text::from_markdown(&markdown).truncated(10);
    }
}
