//! Markdown to blocks, and back.

use super::*;
use crate::notion::markdown;

const MARKDOWN: &str = "# The lobby

It is **where** *people* wait, ~~not~~ `here`, see [the manual](https://example.org/manual).

## Rules

- Lamps are on
  - from 8 to 18
    - and later
      - on fridays
- The door is not

1. Come in
2. Wait

- [x] Buy lamps
- [ ] Switch them on

> Patience
> is a lamp.

```rust
fn main() {}
```

| Lamp | On |
| --- | --- |
| big | **yes** |
| small | no |

---

The end.";

#[test]
fn markdown_becomes_blocks() {
    let lines: Vec<String> = markdown::blocks(MARKDOWN).iter().map(Value::to_string).collect();
    expect![[r#"
        {"object":"block","type":"heading_1","heading_1":{"rich_text":[{"text":{"content":"The lobby"}}]}}
        {"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"It is "}},{"text":{"content":"where"},"annotations":{"bold":true}},{"text":{"content":" "}},{"text":{"content":"people"},"annotations":{"italic":true}},{"text":{"content":" wait, "}},{"text":{"content":"not"},"annotations":{"strikethrough":true}},{"text":{"content":" "}},{"text":{"content":"here"},"annotations":{"code":true}},{"text":{"content":", see "}},{"text":{"content":"the manual","link":{"url":"https://example.org/manual"}}},{"text":{"content":"."}}]}}
        {"object":"block","type":"heading_2","heading_2":{"rich_text":[{"text":{"content":"Rules"}}]}}
        {"object":"block","type":"bulleted_list_item","bulleted_list_item":{"rich_text":[{"text":{"content":"Lamps are on"}}],"children":[{"object":"block","type":"bulleted_list_item","bulleted_list_item":{"rich_text":[{"text":{"content":"from 8 to 18"}}],"children":[{"object":"block","type":"bulleted_list_item","bulleted_list_item":{"rich_text":[{"text":{"content":"and later"}}]}},{"object":"block","type":"bulleted_list_item","bulleted_list_item":{"rich_text":[{"text":{"content":"on fridays"}}]}}]}}]}}
        {"object":"block","type":"bulleted_list_item","bulleted_list_item":{"rich_text":[{"text":{"content":"The door is not"}}]}}
        {"object":"block","type":"numbered_list_item","numbered_list_item":{"rich_text":[{"text":{"content":"Come in"}}]}}
        {"object":"block","type":"numbered_list_item","numbered_list_item":{"rich_text":[{"text":{"content":"Wait"}}]}}
        {"object":"block","type":"to_do","to_do":{"checked":true,"rich_text":[{"text":{"content":"Buy lamps"}}]}}
        {"object":"block","type":"to_do","to_do":{"checked":false,"rich_text":[{"text":{"content":"Switch them on"}}]}}
        {"object":"block","type":"quote","quote":{"rich_text":[{"text":{"content":"Patience"}},{"text":{"content":"\n"}},{"text":{"content":"is a lamp."}}]}}
        {"object":"block","type":"code","code":{"language":"rust","rich_text":[{"text":{"content":"fn main() {}"}}]}}
        {"object":"block","type":"table","table":{"table_width":2,"has_column_header":true,"has_row_header":false,"children":[{"object":"block","type":"table_row","table_row":{"cells":[[{"text":{"content":"Lamp"}}],[{"text":{"content":"On"}}]]}},{"object":"block","type":"table_row","table_row":{"cells":[[{"text":{"content":"big"}}],[{"text":{"content":"yes"},"annotations":{"bold":true}}]]}},{"object":"block","type":"table_row","table_row":{"cells":[[{"text":{"content":"small"}}],[{"text":{"content":"no"}}]]}}]}}
        {"object":"block","type":"divider","divider":{}}
        {"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"The end."}}]}}"#]].assert_eq(&lines.join("\n"));
}

#[tokio::test]
async fn what_is_written_is_read_again() {
    let desk = desk().await;
    desk.run("page create Everything place=\"Lobby handbook\"").await.expect("a page");
    let mut call = desk.call("page append Everything text");
    call.params.insert("text".into(), json!(MARKDOWN));
    desk.connected.run(&call, &desk.ctx()).await.expect("an addition");
    expect![[r#"
        page show Everything
        # Everything
        Open in Notion
        everything.md: 
        *Asked by Ana in Slack.*

        # The lobby

        It is **where** *people* wait, ~~not~~ `here`, see [the manual](https://example.org/manual).

        ## Rules

        - Lamps are on
          - from 8 to 18
            - and later
            - on fridays
        - The door is not
        1. Come in
        2. Wait
        - [x] Buy lamps
        - [ ] Switch them on

        > Patience
        > is a lamp.

        ```rust
        fn main() {}
        ```

        | Lamp | On |
        | --- | --- |
        | big | **yes** |
        | small | no |

        ---

        The end.

        *Asked by Ana in Slack.*
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000018"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]].assert_eq(&told(&desk, &["page show Everything"]).await);
}

#[test]
fn nothing_is_too_long_for_notion() {
    let blocks = markdown::blocks(&"ä".repeat(4500));
    let pieces = blocks[0]["paragraph"]["rich_text"].as_array().expect("text");
    let lengths: Vec<usize> =
        pieces.iter().map(|it| it["text"]["content"].as_str().unwrap_or_default().chars().count()).collect();
    assert_eq!(lengths, [2000, 2000, 500]);
    assert_eq!(markdown::blocks("[here](javascript:alert(1))")[0]["paragraph"]["rich_text"][0]["text"].get("link"), None);
    assert_eq!(markdown::blocks("```brainfuck\n+\n```")[0]["code"]["language"], "plain text");
}

#[tokio::test]
async fn long_texts_go_in_several_requests() {
    let desk = desk().await;
    let mut call = desk.call("page append \"Lobby handbook\" text");
    let text: String = (0..250).map(|it| format!("Line {it}\n\n")).collect();
    call.params.insert("text".into(), json!(text));
    let from = desk.server.exchanges().len();
    desk.connected.run(&call, &desk.ctx()).await.expect("an addition");
    assert_eq!(desk.server.exchanges()[from..].iter().filter(|it| it.method == "PATCH").count(), 3);
    let reply = desk.run("page show \"Lobby handbook\"").await.expect("the page");
    let shown = read(&Ok(reply));
    assert!(shown.contains("Line 249"), "all pages of blocks are read");
}

#[tokio::test]
async fn a_file_is_put_on_a_page() {
    let desk = desk().await;
    let from = desk.server.exchanges().len();
    let said = told(&desk, &["page attach \"Lobby handbook\" file=https://example.org/fire.txt caption=\"Last night\""]).await;
    expect![[r#"
        page attach "Lobby handbook" file=https://example.org/fire.txt caption="Last night"
        Put “fire.txt” on “Lobby handbook”.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]].assert_eq(&said);
    let sent: String = desk.server.exchanges()[from..].iter().map(|it| format!("{} {}\n", it.method, it.path)).collect();
    expect![[r#"
        POST /v1/search
        POST /v1/file_uploads
        POST /v1/file_uploads/1de0a9c4-0000-4000-8000-000000000018/send
        PATCH /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children
        GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
    "#]]
    .assert_eq(&sent);
    {
        let state = desk.standin.state();
        assert_eq!(
            (&state.uploads[0]["content"], &state.uploads[0]["content_type"]),
            (&json!("It burns."), &json!("text/plain"))
        );
        let block = state.blocks.last().expect("a block");
        assert_eq!((&block["type"], &block["file"]["name"]), (&json!("file"), &json!("fire.txt")));
    }
    expect![[r#"
        page attach "Lobby handbook" file=https://example.org/none
        BadInput: `https://example.org/none` cannot be fetched.
          file: `https://example.org/none` cannot be fetched.
        page attach Nowhere file=https://example.org/fire.txt
        BadInput: No page that is shared with the integration is called `Nowhere`.
          page: No page that is shared with the integration is called `Nowhere`.
    "#]]
    .assert_eq(
        &told(
            &desk,
            &[
                "page attach \"Lobby handbook\" file=https://example.org/none",
                "page attach Nowhere file=https://example.org/fire.txt",
            ],
        )
        .await,
    );
}
