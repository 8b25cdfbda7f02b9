//! Comments, to-dos and people.

use super::*;

#[tokio::test]
async fn comments() {
    let desk = desk().await;
    desk.check("comment list \"Lobby handbook\"", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/comments?block_id=1de0a9c4-0000-4000-8000-000000000005&page_size=100
        > GET /v1/users?page_size=100
        1 open comment on “Lobby handbook”
        - Ben Example 2026-11-21 02:00 UTC: Are the lamps new?
        [Reply…: comment reply {"page":"1de0a9c4-0000-4000-8000-000000000005","discussion":"1de0a9c4-0000-4000-8000-000000000017"}] [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
    "#]]).await;
    desk.check("comment add \"Lobby handbook\" They are **new**.", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/comments {"parent":{"page_id":"1de0a9c4-0000-4000-8000-000000000005"},"rich_text":[{"text":{"content":"They are "}},{"text":{"content":"new"},"annotations":{"bold":true}},{"text":{"content":"."}},{"text":{"content":"\n\n"}},{"text":{"content":"Asked by Ana in Slack."},"annotations":{"italic":true}}]}
        Commented on “Lobby handbook”.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-19 18:00 UTC)
    "#]]).await;
    desk.check("comment reply \"Lobby handbook\" Thank you.", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/comments?block_id=1de0a9c4-0000-4000-8000-000000000005&page_size=100
        > POST /v1/comments {"discussion_id":"1de0a9c4-0000-4000-8000-000000000018","rich_text":[{"text":{"content":"Thank you."}},{"text":{"content":"\n\n"}},{"text":{"content":"Asked by Ana in Slack."},"annotations":{"italic":true}}]}
        Answered on “Lobby handbook”.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-19 18:00 UTC)
    "#]]).await;
    desk.check("comment list \"Dark mode for the lobby\"", expect![[r#"
        > POST /v1/search {"query":"Dark mode for the lobby","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/comments?block_id=1de0a9c4-0000-4000-8000-00000000000b&page_size=100
        There is no open comment on “Dark mode for the lobby”.
    "#]]).await;
    desk.check("comment reply \"Dark mode for the lobby\" Thank you.", expect![[r#"
        > POST /v1/search {"query":"Dark mode for the lobby","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/comments?block_id=1de0a9c4-0000-4000-8000-00000000000b&page_size=100
        BadInput: There is no such open discussion on “Dark mode for the lobby”. Begin one with comment add.
          discussion: There is no such open discussion on “Dark mode for the lobby”. Begin one with comment add.
    "#]]).await;
    assert_eq!(desk.standin.state().comments.len(), 3);
    let discussion = desk.standin.state().comments[0]["discussion_id"].as_str().expect("an id").to_owned();
    expect![[r#"
        comment reply "Lobby handbook" They are. discussion=1de0a9c4-0000-4000-8000-000000000017
        Answered on “Lobby handbook”.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-19 18:00 UTC)
        comment list "Lobby handbook"
        4 open comments on “Lobby handbook”
        - Ben Example 2026-11-21 02:00 UTC: Are the lamps new?
        - Bellhop 2026-11-21 10:00 UTC: They are new.

        Asked by Ana in Slack.
        - Bellhop 2026-11-21 10:00 UTC: Thank you.

        Asked by Ana in Slack.
        - Bellhop 2026-11-21 10:00 UTC: They are.

        Asked by Ana in Slack.
        [Reply…: comment reply {"page":"1de0a9c4-0000-4000-8000-000000000005","discussion":"1de0a9c4-0000-4000-8000-000000000017"}] [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
    "#]].assert_eq(
        &told(
            &desk,
            &[&format!("comment reply \"Lobby handbook\" They are. discussion={discussion}"), "comment list \"Lobby handbook\""],
        )
        .await,
    );
}

#[tokio::test]
async fn to_dos() {
    let desk = desk().await;
    desk.check("todo list \"Lobby handbook\"", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children?page_size=100
        Lobby handbook 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
    "#]]).await;
    desk.check("todo tick \"Lobby handbook\" switch", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children?page_size=100
        > PATCH /v1/blocks/1de0a9c4-0000-4000-8000-000000000014 {"to_do":{"checked":true}}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
        “Switch them on” of “Lobby handbook” is done.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-19 18:00 UTC)
    "#]]).await;
    desk.check("todo tick \"Lobby handbook\" Buy lamps undo=yes", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children?page_size=100
        > PATCH /v1/blocks/1de0a9c4-0000-4000-8000-000000000013 {"to_do":{"checked":false}}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
        “Buy lamps” of “Lobby handbook” is open again.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-19 18:00 UTC)
    "#]]).await;
    desk.check("todo tick \"Lobby handbook\" Fire", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children?page_size=100
        BadInput: “Lobby handbook” has no to-do `Fire`. There are Buy lamps and Switch them on.
          todo: “Lobby handbook” has no to-do `Fire`. There are Buy lamps and Switch them on.
    "#]]).await;
    desk.check("todo list \"Dark mode for the lobby\"", expect![[r#"
        > POST /v1/search {"query":"Dark mode for the lobby","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-00000000000b/children?page_size=100
        “Dark mode for the lobby” has no to-dos.
    "#]]).await;
    let state = desk.standin.state();
    let ticked: Vec<_> =
        state.blocks.iter().filter(|it| it["type"] == "to_do").map(|it| it["to_do"]["checked"].clone()).collect();
    assert_eq!(ticked, [json!(false), json!(true)]);
}

#[tokio::test]
async fn people() {
    let desk = desk().await;
    desk.check(
        "user list",
        expect![[r#"
        > GET /v1/users?page_size=100
        (only you)
        3 people
        - Ana Example · ana@example.org
        - Ben Example · ben@example.org
        - Chloe Example · chloe@example.org
    "#]],
    )
    .await;
    desk.check(
        "user list chl",
        expect![[r#"
        (only you)
        1 person
        - Chloe Example · chloe@example.org
    "#]],
    )
    .await;
    desk.check(
        "user list zoe",
        expect![[r#"
        (only you)
        Nobody in Notion is called `zoe`.
    "#]],
    )
    .await;
}
