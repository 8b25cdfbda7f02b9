//! Both ways between Markdown and markup, and markup that people wrote.

use expect_test::{Expect, expect};

use super::{read, write};
use crate::jira::adf::{from_markdown, to_markdown};

/// Markdown → markup, which says the same when it is read again.
fn check(markdown: &str, expected: Expect) {
    let markup = write(&from_markdown(markdown));
    expected.assert_eq(&markup);
    let again = to_markdown(&read(&markup));
    assert_eq!(write(&from_markdown(&again)), markup, "read as {again:?}");
    assert_eq!(again, to_markdown(&from_markdown(markdown)));
}

#[test]
fn markdown_becomes_markup() {
    check(
        "# Fire\n\nThe **printer** _burns_, ~~again~~: see `lp0` and [the log](https://example.org/log?a=1).\nCall https://example.org.",
        expect![[r#"
            h1. Fire

            The *printer* _burns_, -again-: see {{lp0}} and [the log|https://example.org/log?a=1].
            Call https://example.org."#]],
    );
    check(
        "- one\n- two\n  - deeper\n  - still\n\n1. first\n2. second",
        expect![[r#"
        * one
        * two
        ** deeper
        ** still

        # first
        # second"#]],
    );
    check(
        "```rust\nfn main() {}\n```\n\n> It burns.\n\n---",
        expect![[r#"
        {code:rust}
        fn main() {}
        {code}

        {quote}
        It burns.
        {quote}

        ----"#]],
    );
    check(
        "| Who | What |\n| --- | --- |\n| Ana | a **lot** |",
        expect![[r#"
        ||Who||What||
        |Ana|a *lot*|"#]],
    );
    check(
        "a * b, snake_case, {curly}, [square], C:\\\\temp, 1-2",
        expect![[r#"a * b, snake_case, \{curly}, \[square], C:&#92;temp, 1-2"#]],
    );
}

#[test]
fn markup_becomes_markdown() {
    let markup = "h2. So this is a heading\r\n\r\nAnd some *bold* and _it_ and -gone-, {{code}}.\r\nA second line\\\\and a third.\r\n\r\n\
                  {code:java|title=A.java}\nint a = 1;\n{code}\r\n* one\r\n** two\r\n# first\r\n\r\n{quote}Said.{quote}\r\n\
                  {panel:title=Note}\nMind *this*\n{panel}\r\n||Who||What||\r\n|Ana|[a link|https://example.org/x]|\r\n\
                  bq. Quoted\r\n\r\n[~ana] saw !fire.png|thumbnail! and [^log.txt] {color:red}red{color} a*b*c 2 * 3 * 4";
    expect![[r#"
        ## So this is a heading

        And some **bold** and _it_ and ~~gone~~, `code`.
        A second line
        and a third.

        ```java
        int a = 1;
        ```

        - one
          - two

        1. first

        > Said.

        > **Note**
        >
        > Mind **this**

        | Who | What |
        | --- | --- |
        | Ana | [a link](https://example.org/x) |

        > Quoted

        @ana saw (fire.png) and (log.txt) red a\*b\*c 2 \* 3 \* 4"#]]
    .assert_eq(&to_markdown(&read(markup)));
}

#[test]
fn what_is_no_markup_after_all_is_text() {
    for text in
        ["{code} that never ends", "*", "[", "!", "a_b_c", "-5 and -6", "{{", "\\", "|", "[not a link|javascript:alert(1)]"]
    {
        let plain: String =
            read(text)["content"][0]["content"].as_array().unwrap().iter().filter_map(|it| it["text"].as_str()).collect();
        assert_eq!(plain, text.trim_end_matches('|').to_owned() + if text.ends_with('|') { "|" } else { "" }, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_markup_can_be_read(markup in "(?s)[a-c *_{}|\\[\\]\\\\!#\n-]{0,60}") {
        to_markdown(&read(&markup));
    }

    #[test]
    fn words_survive(words in proptest::collection::vec("[a-z]{1,8}", 1..8)) {
        let text = words.join(" ");
        proptest::prop_assert_eq!(to_markdown(&read(&write(&from_markdown(&text)))), text);
    }
}
