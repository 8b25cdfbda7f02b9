//! Rich text and Markdown.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::chat::slack::rich_text::{from_markdown, to_markdown};

fn section(elements: Value) -> Value {
    json!({ "type": "rich_text_section", "elements": elements })
}

#[test]
fn what_people_write_with_the_tool_bar_becomes_markdown() {
    let text = |text: &str, style: &str| match style {
        "" => json!({ "type": "text", "text": text }),
        style => json!({ "type": "text", "text": text, "style": { style: true } }),
    };
    let item = |text: &str| section(json!([{ "type": "text", "text": text }]));
    let rich = json!({ "type": "rich_text", "elements": [
        section(json!([
            text("The ", ""), text("printer ", "bold"), text("burns", "italic"), text(" in snake_case at 2 * 3 or *so*, ", ""),
            text("rm -rf", "code"), text(" ", ""), text("gone", "strike"), text("\nsee ", ""),
            { "type": "link", "url": "https://example.org/a(b)", "text": "the log" }, text(" or ", ""),
            { "type": "link", "url": "https://example.org" },
            text(" ", ""), { "type": "user", "user_id": "U0BEN0001" }, text(" ", ""), { "type": "channel", "channel_id": "C0DEV0001" },
            text(" ", ""), { "type": "broadcast", "range": "here" }, text(" ", ""), { "type": "emoji", "name": "fire", "unicode": "1f525" },
            text(" ", ""), { "type": "emoji", "name": "our-own" }, text("\n", "")])),
        { "type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [item("first"), item("second")] },
        { "type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [item("below")] },
        { "type": "rich_text_quote", "elements": [text("he said\nthat", "")] },
        { "type": "rich_text_preformatted", "elements": [text("let x = `1`;\n", "")] },
        section(json!([text("# not a heading\n1. not a list", "")])),
    ]});
    expect_test::expect![[r#"
        The **printer** *burns* in snake_case at 2 * 3 or \*so\*, `rm -rf` ~~gone~~
        see [the log](https://example.org/a%28b%29) or https://example.org <@U0BEN0001> <#C0DEV0001> @here 🔥 :our-own:

        3. first
        4. second
            - below

        > he said
        > that

        ```
        let x = `1`;
        ```

        \# not a heading
        1\. not a list"#]]
    .assert_eq(&to_markdown(&rich));
    assert_eq!(to_markdown(&Value::Null), "");
}

#[test]
fn simple_markdown_comes_back_as_it_was() {
    for markdown in [
        "Printer on fire",
        "two\nlines\n\nand a paragraph",
        "**bold** and *italic* and ~~gone~~ and `code`",
        "- one\n- **two**\n\nthen\n\n3. three\n4. four",
        "> a quote\n> of two lines",
        "```\nlet x = 1;\n```",
        "see [the log](https://example.org/log) or https://example.org",
        "a\\*b and snake_case and 2 * 3",
    ] {
        let rich = from_markdown(markdown).unwrap_or_else(|| panic!("{markdown:?} is simple"));
        assert_eq!(to_markdown(&rich), markdown);
    }
    let bold = from_markdown("**bold**").expect("simple");
    assert_eq!(bold["elements"][0]["elements"][0], json!({ "type": "text", "text": "bold", "style": { "bold": true } }));
}

#[test]
fn what_rich_text_cannot_say_is_left_as_it_is() {
    for markdown in ["", "# A heading", "- one\n  - nested", "```rust\ncode\n```", "text\n- no line between", "***both***"] {
        assert_eq!(from_markdown(markdown), None, "{markdown:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever is drawn comes back unchanged, and nothing panics.
    #[test]
    fn nothing_is_lost(markdown in "[-*_~`>#\\[\\]()\\\\ \n.1a-c<&é]{0,40}") {
        if let Some(rich) = from_markdown(&markdown) {
            prop_assert_eq!(to_markdown(&rich), markdown.trim_matches('\n'));
        }
    }

    /// A plain text means itself: read as Markdown, it says the same.
    #[test]
    fn typed_text_stays_text(text in "[-*_~`>#\\[\\]()\\\\ .1a-cé]{1,30}") {
        let rich = json!({ "type": "rich_text", "elements": [section(json!([{ "type": "text", "text": text }]))] });
        let markdown = to_markdown(&rich);
        if !text.trim().is_empty() {
            let read = commands::Text::from_markdown(&markdown).to_plain();
            let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(folded(&read), folded(&text), "{}", markdown);
        }
    }
}
