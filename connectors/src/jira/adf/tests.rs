//! Both ways between Markdown and documents.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{from_markdown, to_markdown};

/// Markdown that comes back as it was.
fn same(markdown: &str) {
    let document = from_markdown(markdown);
    assert_eq!(to_markdown(&document), markdown, "{document:#}");
}

/// A document's Markdown, which as a document says the same.
fn said(document: Value, expected: Expect) {
    let markdown = to_markdown(&document);
    expected.assert_eq(&markdown);
    assert_eq!(to_markdown(&from_markdown(&markdown)), markdown);
}

#[test]
fn markdown_comes_back_as_it_was() {
    for markdown in [
        "",
        "It burns.",
        "One line\nand another",
        "# Fire\n\n## In the house\n\n###### Small",
        "A **bold** and _slanted_ word, ~~gone~~, with `code`.",
        "**bold _both_** and _only_",
        "in**side**word and in*side*word",
        "[a link](https://example.org/a) and <https://example.org/b?c=d_e_f>",
        "[**bold** link](https://example.org)",
        "[`code`](https://example.org)",
        "- one\n- two\n  - deeper\n    - deepest\n- three",
        "1. first\n2. second\n   - mixed",
        "3. from three\n4. on",
        "- a paragraph\n\n  and another",
        "- with code\n\n  ```\n  x = 1\n  ```",
        "- [ ] to do\n- [x] done",
        "> quoted\n>\n> - with a list",
        "```rust\nfn main() {\n    println!(\"`*_\");\n}\n```",
        "````\n```\n````",
        "---",
        "| Who | What |\n| --- | --- |\n| Ana | a **lot** |\n| Ben | x \\| y |",
        "\\# no heading",
        "1\\. no list",
        "\\- no list either",
        "2 \\* 3 \\* 4, snake_case, \\_no emphasis\\_, \\[no link\\], \\<no tag>, a \\`tick\\`",
        "&lt; is \\&lt;",
        "``a ` tick``",
        "`` `tick` ``",
    ] {
        let expected = if markdown.starts_with("&lt;") { "\\< is \\&lt;" } else { markdown };
        assert_eq!(to_markdown(&from_markdown(markdown)), expected, "{:#}", from_markdown(markdown));
        same(expected);
    }
}

#[test]
fn a_document_is_as_the_schema_wants_it() {
    let document =
        from_markdown("Fire: https://example.org/log.\n\n- [x] see\n- [ ] act\n\n> # loud\n> \n> | a |\n> | - |\n> | b |");
    expect![[r#"
        [
          {
            "type": "paragraph",
            "content": [
              {
                "type": "text",
                "text": "Fire: "
              },
              {
                "type": "text",
                "text": "https://example.org/log",
                "marks": [
                  {
                    "type": "link",
                    "attrs": {
                      "href": "https://example.org/log"
                    }
                  }
                ]
              },
              {
                "type": "text",
                "text": "."
              }
            ]
          },
          {
            "type": "taskList",
            "content": [
              {
                "type": "taskItem",
                "content": [
                  {
                    "type": "text",
                    "text": "see"
                  }
                ],
                "attrs": {
                  "localId": "task-2",
                  "state": "DONE"
                }
              },
              {
                "type": "taskItem",
                "content": [
                  {
                    "type": "text",
                    "text": "act"
                  }
                ],
                "attrs": {
                  "localId": "task-3",
                  "state": "TODO"
                }
              }
            ],
            "attrs": {
              "localId": "list-1"
            }
          },
          {
            "type": "blockquote",
            "content": [
              {
                "type": "paragraph",
                "content": [
                  {
                    "type": "text",
                    "text": "loud",
                    "marks": [
                      {
                        "type": "strong"
                      }
                    ]
                  }
                ]
              },
              {
                "type": "paragraph",
                "content": [
                  {
                    "type": "text",
                    "text": "a"
                  }
                ]
              },
              {
                "type": "paragraph",
                "content": [
                  {
                    "type": "text",
                    "text": "b"
                  }
                ]
              }
            ]
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&document["content"]).unwrap());
    assert_eq!(document["version"], 1);
}

#[test]
fn addresses_that_run_something_are_text() {
    let document = from_markdown("[click](javascript:alert(1)) <img src=x onerror=alert(1)>");
    assert!(!document.to_string().contains("\"link\""), "{document}");
    assert_eq!(to_markdown(&document), "click \\<img src=x onerror=alert(1)>");
}

#[test]
fn what_markdown_cannot_say_is_said_in_words() {
    said(
        json!({"type": "doc", "version": 1, "content": [
            {"type": "panel", "attrs": {"panelType": "warning"}, "content": [{"type": "paragraph", "content": [
                {"type": "mention", "attrs": {"id": "5b10", "text": "@Ana Example"}},
                {"type": "text", "text": " look at "},
                {"type": "inlineCard", "attrs": {"url": "https://example.org/x"}},
                {"type": "text", "text": " by "},
                {"type": "date", "attrs": {"timestamp": "1795168800000"}},
                {"type": "text", "text": " "},
                {"type": "emoji", "attrs": {"shortName": ":fire:", "text": "🔥"}},
                {"type": "status", "attrs": {"text": "BLOCKED", "color": "red"}}]}]},
            {"type": "expand", "attrs": {"title": "More"}, "content": [{"type": "paragraph", "content": [
                {"type": "text", "text": "under", "marks": [{"type": "underline"}]}, {"type": "text", "text": "lined"}]}]},
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "m", "type": "file", "alt": "fire.png"}}]},
            {"type": "decisionList", "attrs": {"localId": "d"}, "content": [{"type": "decisionItem", "attrs": {"localId": "e", "state": "DECIDED"},
                "content": [{"type": "text", "text": "Buy a new one"}]}]},
            {"type": "layoutSection", "content": [{"type": "layoutColumn", "attrs": {"width": 50}, "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": " spaced ", "marks": [{"type": "strong"}]}, {"type": "text", "text": "out"}]}]}]},
            {"type": "somethingNew", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "still said"}]}]},
            {"type": "extension", "attrs": {"extensionKey": "toc"}}
        ]}),
        expect![[r#"
            > @Ana Example look at <https://example.org/x> by 2026-11-20 🔥\[BLOCKED\]

            **More**

            underlined

            (fire.png)

            - Buy a new one

            **spaced** out

            still said"#]],
    );
}

#[test]
fn two_lists_stay_two() {
    let list = || json!({"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]}]});
    let markdown = to_markdown(&json!({"type": "doc", "version": 1, "content": [list(), list()]}));
    let lists = from_markdown(&markdown)["content"].as_array().unwrap().iter().filter(|it| it["type"] == "bulletList").count();
    assert_eq!(lists, 2, "{markdown}");
}

proptest! {
    #[test]
    fn any_markdown_is_a_document_that_says_the_same_again(markdown in "(?s)[a-c *_`\\[\\]()>#|~\n.0-9-]{0,60}") {
        let once = to_markdown(&from_markdown(&markdown));
        to_markdown(&from_markdown(&once));
    }

    #[test]
    fn plain_text_survives_whatever_it_looks_like(text in "[a-z][a-z *_`\\[\\]()>#|~.&;<!+=-]{0,40}[a-z]") {
        let document = json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]});
        let again = from_markdown(&to_markdown(&document));
        let said: String = again["content"][0]["content"].as_array().unwrap().iter().filter_map(|it| it["text"].as_str()).collect();
        prop_assert_eq!(said, text);
    }
}
