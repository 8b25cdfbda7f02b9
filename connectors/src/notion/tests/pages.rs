//! Pages: one check an action, and what became of the page.

use super::*;

#[tokio::test]
async fn creating_an_entry() {
    let desk = desk().await;
    desk.check("page create Printer on fire place=\"demo tasks\"", expect![[r#"
        > POST /v1/search {"query":"demo tasks","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007
        > POST /v1/pages {"parent":{"type":"data_source_id","data_source_id":"1de0a9c4-0000-4000-8000-000000000007"},"properties":{"Name":{"title":[{"text":{"content":"Printer on fire"}}]}}}
        > PATCH /v1/blocks/1de0a9c4-0000-4000-8000-000000000018/children {"children":[{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"Asked by Ana in Slack."},"annotations":{"italic":true}}]}}]}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000018
        Created “Printer on fire” in demo tasks.
        # Printer on fire
        Open in Notion · demo tasks
        Reviewed: no
        Edited: 2026-11-21 10:00 UTC
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000018"}]
        [Not started: page update {"page":"1de0a9c4-0000-4000-8000-000000000018","field":["Status=Not started"]}] [In progress: page update {"page":"1de0a9c4-0000-4000-8000-000000000018","field":["Status=In progress"]}] [Done: page update {"page":"1de0a9c4-0000-4000-8000-000000000018","field":["Status=Done"]}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("page create Printer is out place=\"demo tasks\" content=\"It **burns**.

- [ ] Water\" field=\"status=in progress\" field=Owner=me field=\"Tags=bug, urgent\" field=Due=2026-12-01..2026-12-03 field=Effort=2.5 field=Reviewed=yes field=\"Notes=Ask Ben\"", expect![[r#"
    > POST /v1/search {"query":"demo tasks","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
    > GET /v1/users?page_size=100
    > POST /v1/pages {"parent":{"type":"data_source_id","data_source_id":"1de0a9c4-0000-4000-8000-000000000007"},"properties":{"Status":{"status":{"name":"In progress"}},"Owner":{"people":[{"object":"user","id":"1de0a9c4-0000-4000-8000-000000000002"}]},"Tags":{"multi_select":[{"name":"bug"},{"name":"urgent"}]},"Due":{"date":{"start":"2026-12-01","end":"2026-12-03"}},"Effort":{"number":2.5},"Reviewed":{"checkbox":true},"Notes":{"rich_text":[{"text":{"content":"Ask Ben"}}]},"Name":{"title":[{"text":{"content":"Printer is out"}}]}}}
    > PATCH /v1/blocks/1de0a9c4-0000-4000-8000-00000000001a/children {"children":[{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"It "}},{"text":{"content":"burns"},"annotations":{"bold":true}},{"text":{"content":"."}}]}},{"object":"block","type":"to_do","to_do":{"checked":false,"rich_text":[{"text":{"content":"Water"}}]}},{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"Asked by Ana in Slack."},"annotations":{"italic":true}}]}}]}
    > GET /v1/pages/1de0a9c4-0000-4000-8000-00000000001a
    Created “Printer is out” in demo tasks.
    # Printer is out
    Open in Notion · demo tasks
    Status: In progress
    Owner: Ana Example
    Due: 2026-12-01 to 2026-12-03
    Tags: bug, urgent
    Effort: 2.5
    Reviewed: yes
    Notes: Ask Ben
    Edited: 2026-11-21 10:00 UTC
    [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-00000000001a"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-00000000001a"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-00000000001a"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-00000000001a"}]
    [Not started: page update {"page":"1de0a9c4-0000-4000-8000-00000000001a","field":["Status=Not started"]}] [Done: page update {"page":"1de0a9c4-0000-4000-8000-00000000001a","field":["Status=Done"]}]
    (Edited 2026-11-21 10:00 UTC)
"#]]).await;
    let page = page(&desk, "Printer is out");
    assert_eq!(
        (page["properties"]["Status"]["status"]["name"].clone(), page["properties"]["Effort"]["number"].clone()),
        (json!("In progress"), json!(2.5))
    );
}

#[tokio::test]
async fn creating_a_page_below_another() {
    let desk = desk().await;
    desk.check("page create Lamps place=\"Lobby handbook\" content=\"They are new.\"", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/pages {"parent":{"type":"page_id","page_id":"1de0a9c4-0000-4000-8000-000000000005"},"properties":{"title":{"title":[{"text":{"content":"Lamps"}}]}}}
        > PATCH /v1/blocks/1de0a9c4-0000-4000-8000-000000000018/children {"children":[{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"They are new."}}]}},{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"Asked by Ana in Slack."},"annotations":{"italic":true}}]}}]}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000018
        Created “Lamps” in Lobby handbook.
        # Lamps
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000018"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000018"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(page(&desk, "Lamps")["parent"]["page_id"], page(&desk, "Lobby handbook")["id"]);
}

#[tokio::test]
async fn showing() {
    let desk = desk().await;
    desk.check("page show \"Lobby handbook\"", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children?page_size=100
        # Lobby handbook
        Open in Notion
        lobby-handbook.md: 
        # The lobby

        It is where people wait.

        - Lamps are on from 8 to 18.
        - The door is not.
        - [x] Buy lamps
        - [ ] Switch them on

        ```shell
        lights --on
        ```
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-19 18:00 UTC)
    "#]]).await;
    desk.check("page show \"dark mode\" --brief", expect![[r#"
        > POST /v1/search {"query":"dark mode","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007
        # Dark mode for the lobby
        Open in Notion · demo tasks
        Status: In progress
        Owner: Ana Example
        Due: 2026-12-01
        Reviewed: no
        Edited: 2026-11-21 01:00 UTC
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-00000000000b"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-00000000000b"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-00000000000b"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-00000000000b"}]
        [Not started: page update {"page":"1de0a9c4-0000-4000-8000-00000000000b","field":["Status=Not started"]}] [Done: page update {"page":"1de0a9c4-0000-4000-8000-00000000000b","field":["Status=Done"]}]
        (Edited 2026-11-20 14:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn a_pasted_link_is_shown() {
    let desk = desk().await;
    let url = desk.server.url();
    let id = page(&desk, "Lobby handbook")["id"].as_str().expect("an id").replace('-', "");
    for link in [format!("https://www.notion.so/Lobby-handbook-{id}"), format!("{url}/Lobby-handbook-{id}")] {
        let call = desk.call(&link);
        assert_eq!((call.action.as_str(), call.params["page"].as_str()), ("page show", Some(link.as_str())));
        let shown = desk.connected.run(&call, &desk.ctx()).await.expect("the page");
        assert!(read(&Ok(shown)).contains("# Lobby handbook"));
    }
    let database = desk.standin.state().databases[0]["id"].as_str().expect("an id").replace('-', "");
    let line = format!("https://www.notion.so/{database}?v=11111111111111111111111111111111");
    let shown = desk.run(&line).await.expect("the database");
    assert!(read(&Ok(shown)).contains("# demo tasks"));
}

#[tokio::test]
async fn searching() {
    let desk = desk().await;
    desk.check(
        "page search the",
        expect![[r#"
            > POST /v1/search {"query":"the","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            2 results
            - Where is the manual? · Done · Ana Example
            - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        "#]],
    )
    .await;
    desk.check("page search tasks only=databases", expect![[r#"
        > POST /v1/search {"query":"tasks","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        2 results
        - demo tasks · database
        - apollo tasks · database
    "#]]).await;
    desk.check(
        "page search e limit=2",
        expect![[r#"
            > POST /v1/search {"query":"e","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            The first 2 results
            - Second stage does not light · In progress · Ben Example
            - Where is the manual? · Done · Ana Example
        "#]],
    )
    .await;
    desk.check(
        "page search rocket",
        expect![[r#"
        > POST /v1/search {"query":"rocket","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        Nothing that is shared with the integration has `rocket` in its title.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn mine() {
    let desk = desk().await;
    desk.check("page mine", expect![[r#"
        > GET /v1/users?page_size=100
        > POST /v1/search {"filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007/query {"filter":{"and":[{"property":"Owner","people":{"contains":"1de0a9c4-0000-4000-8000-000000000002"}},{"property":"Status","status":{"does_not_equal":"Done"}}]},"page_size":100}
        > POST /v1/data_sources/1de0a9c4-0000-4000-8000-000000000009/query {"filter":{"and":[{"property":"Owner","people":{"contains":"1de0a9c4-0000-4000-8000-000000000002"}},{"property":"Status","status":{"does_not_equal":"Done"}}]},"page_size":100}
        (only you)
        1 task of Ana Example
        - Dark mode for the lobby · demo tasks · In progress · Ana Example · 2026-12-01
    "#]]).await;
    desk.check(
        "user me",
        expect![[r#"
        (only you)
        # Ana Example
        Email: ana@example.org
        Id: 1de0a9c4-0000-4000-8000-000000000002
        [My tasks: page mine {}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn updating() {
    let desk = desk().await;
    desk.check("page update \"Dark mode for the lobby\" field=Status=Done field=Owner=none field=Due=none field=Tags=none title=\"Dark mode is on\"", expect![[r#"
        > POST /v1/search {"query":"Dark mode for the lobby","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007
        > PATCH /v1/pages/1de0a9c4-0000-4000-8000-00000000000b {"properties":{"Status":{"status":{"name":"Done"}},"Owner":{"people":[]},"Due":{"date":null},"Tags":{"multi_select":[]},"Name":{"title":[{"text":{"content":"Dark mode is on"}}]}}}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-00000000000b
        Updated “Dark mode for the lobby”.
        # Dark mode is on
        Open in Notion · demo tasks
        Status: Done
        Reviewed: no
        Edited: 2026-11-21 01:00 UTC
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-00000000000b"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-00000000000b"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-00000000000b"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-00000000000b"}]
        [Not started: page update {"page":"1de0a9c4-0000-4000-8000-00000000000b","field":["Status=Not started"]}] [In progress: page update {"page":"1de0a9c4-0000-4000-8000-00000000000b","field":["Status=In progress"]}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("page update \"Dark mode is on\"", expect![[r#"
        > POST /v1/search {"query":"Dark mode is on","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        BadInput: What shall change? Write field=Status=Done, or title=…
    "#]]).await;
    desk.check("page update \"Lobby handbook\" title=Handbook", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > PATCH /v1/pages/1de0a9c4-0000-4000-8000-000000000005 {"properties":{"title":{"title":[{"text":{"content":"Handbook"}}]}}}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
        Updated “Lobby handbook”.
        # Handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    let page = page(&desk, "Dark mode is on");
    assert_eq!(
        (page["properties"]["Owner"]["people"].clone(), page["properties"]["Due"]["date"].clone()),
        (json!([]), Value::Null)
    );
}

#[tokio::test]
async fn archiving_and_restoring() {
    let desk = desk().await;
    desk.check("page archive \"Lobby handbook\"", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/blocks/1de0a9c4-0000-4000-8000-000000000005/children?page_size=100
        (only you)
        [Warning]
        “Lobby handbook” would go to the trash with 7 blocks. It can be restored for 30 days, then it is gone for good.
        [Archive the page: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005","confirm":"yes"}]
    "#]]).await;
    assert_eq!(page(&desk, "Lobby handbook")["in_trash"], false, "nothing is gone before the answer");
    desk.check("page archive \"Lobby handbook\" confirm=yes", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > PATCH /v1/pages/1de0a9c4-0000-4000-8000-000000000005 {"in_trash":true}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
        [Warning]
        Archived “Lobby handbook”.
        # Lobby handbook
        Open in Notion · in the trash
        [Restore: page restore {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    let id = page(&desk, "Lobby handbook")["id"].as_str().expect("an id").to_owned();
    assert_eq!(page(&desk, "Lobby handbook")["in_trash"], true);
    desk.check(&format!("page restore {id}"), expect![[r#"
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
        > PATCH /v1/pages/1de0a9c4-0000-4000-8000-000000000005 {"in_trash":false}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-000000000005
        Restored “Lobby handbook”.
        # Lobby handbook
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-000000000005"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-000000000005"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(page(&desk, "Lobby handbook")["in_trash"], false);
}

#[tokio::test]
async fn moving() {
    let desk = desk().await;
    desk.check("page move \"Where is the manual?\" \"Lobby handbook\"", expect![[r#"
        > POST /v1/search {"query":"Where is the manual?","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/search {"query":"Lobby handbook","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/pages/1de0a9c4-0000-4000-8000-00000000000c/move {"parent":{"type":"page_id","page_id":"1de0a9c4-0000-4000-8000-000000000005"}}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-00000000000c
        Moved “Where is the manual?” to Lobby handbook.
        # Where is the manual?
        Open in Notion
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-00000000000c"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-00000000000c"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-00000000000c"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-00000000000c"}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("page move \"Where is the manual?\" \"apollo tasks\"", expect![[r#"
        > POST /v1/search {"query":"Where is the manual?","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/search {"query":"apollo tasks","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000009
        > POST /v1/pages/1de0a9c4-0000-4000-8000-00000000000c/move {"parent":{"type":"data_source_id","data_source_id":"1de0a9c4-0000-4000-8000-000000000009"}}
        > GET /v1/pages/1de0a9c4-0000-4000-8000-00000000000c
        Moved “Where is the manual?” to apollo tasks.
        # Where is the manual?
        Open in Notion · apollo tasks
        [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-00000000000c"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-00000000000c"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-00000000000c"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-00000000000c"}]
        [Not started: page update {"page":"1de0a9c4-0000-4000-8000-00000000000c","field":["Status=Not started"]}] [In progress: page update {"page":"1de0a9c4-0000-4000-8000-00000000000c","field":["Status=In progress"]}] [Done: page update {"page":"1de0a9c4-0000-4000-8000-00000000000c","field":["Status=Done"]}]
        (Edited 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("page move \"Lobby handbook\" \"Lobby handbook\"", expect![[r#"
        > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/search {"query":"Lobby handbook","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        BadInput: A page cannot be moved below itself.
          place: A page cannot be moved below itself.
    "#]]).await;
    assert!(page(&desk, "Where is the manual?")["parent"]["data_source_id"].is_string());
}
