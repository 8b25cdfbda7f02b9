//! Databases: listed, asked, made, changed, deleted.

use super::*;

#[tokio::test]
async fn databases() {
    let desk = desk().await;
    desk.check("database list", expect![[r#"
        > POST /v1/search {"filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        2 databases
        - demo tasks · Name, Status, Owner, Due, Tags, Effort, Reviewed, Notes and Edited
        - apollo tasks · Name, Status, Owner, Due, Tags, Effort, Reviewed, Notes and Edited
    "#]]).await;
    desk.check("database show \"demo tasks\"", expect![[r#"
        > POST /v1/search {"query":"demo tasks","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007
        # demo tasks
        Open in Notion
        Name: title
        Status: status: Not started, In progress, Done
        Owner: people
        Due: date
        Tags: multi_select: bug, engine, urgent
        Effort: number
        Reviewed: checkbox
        Notes: rich_text
        Edited: last_edited_time
        [New entry…: page create {"place":"1de0a9c4-0000-4000-8000-000000000007"}] [Entries: database query {"database":"1de0a9c4-0000-4000-8000-000000000007"}]
    "#]]).await;
    desk.check("database query \"demo tasks\"", expect![[r#"
        > POST /v1/search {"query":"demo tasks","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007/query {"sorts":[{"timestamp":"last_edited_time","direction":"descending"}],"page_size":100}
        3 entries of demo tasks
        - Where is the manual? · Done · Ana Example
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        - Printer prints only cats · Not started · 2026-11-20
    "#]]).await;
    desk.check("database query \"demo tasks\" where=Status!=Done where=Owner=me sort=Due", expect![[r#"
        > POST /v1/search {"query":"demo tasks","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > GET /v1/users?page_size=100
        > POST /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007/query {"filter":{"and":[{"property":"Status","status":{"does_not_equal":"Done"}},{"property":"Owner","people":{"contains":"1de0a9c4-0000-4000-8000-000000000002"}}]},"sorts":[{"property":"Due","direction":"ascending"}],"page_size":100}
        1 entry of demo tasks
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
    "#]]).await;
    desk.check("database query \"demo tasks\" limit=1 sort=Name order=descending where=Name~the", expect![[r#"
        > POST /v1/search {"query":"demo tasks","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
        > POST /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007/query {"filter":{"property":"Name","title":{"contains":"the"}},"sorts":[{"property":"Name","direction":"descending"}],"page_size":100}
        The first entry of demo tasks
        - Where is the manual? · Done · Ana Example
        [Show more: database query {"database":"1de0a9c4-0000-4000-8000-000000000007","limit":2,"where":["Name~the"],"sort":"Name","order":"descending"}]
    "#]]).await;
}

#[tokio::test]
async fn conditions_of_every_type() {
    let desk = desk().await;
    let mut text = String::new();
    for condition in [
        "Name=Where is the manual?",
        "Name~printer",
        "Status=in progress",
        "Due<2026-11-21",
        "Due>=2026-11-21",
        "Due=none",
        "Tags=bug",
        "Tags!=bug",
        "Owner=none",
        "Owner!=ana@example.org",
        "Effort>1",
        "Reviewed=no",
        "Notes!=none",
        "Edited>2026-11-20",
    ] {
        let reply = desk.run(&format!("database query \"demo tasks\" sort=Name where=\"{condition}\"")).await;
        let sent = desk.server.exchanges().last().map(|it| it.body.clone()).unwrap_or_default();
        let sent: Value = serde_json::from_str(&sent).expect("a query");
        text.push_str(&format!("{condition}: {}\n{}", sent["filter"], read(&reply)));
    }
    expect![[r#"
        Name=Where is the manual?: {"property":"Name","title":{"equals":"Where is the manual?"}}
        1 entry of demo tasks
        - Where is the manual? · Done · Ana Example
        Name~printer: {"property":"Name","title":{"contains":"printer"}}
        1 entry of demo tasks
        - Printer prints only cats · Not started · 2026-11-20
        Status=in progress: {"property":"Status","status":{"equals":"In progress"}}
        1 entry of demo tasks
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        Due<2026-11-21: {"property":"Due","date":{"before":"2026-11-21"}}
        1 entry of demo tasks
        - Printer prints only cats · Not started · 2026-11-20
        Due>=2026-11-21: {"property":"Due","date":{"on_or_after":"2026-11-21"}}
        1 entry of demo tasks
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        Due=none: {"property":"Due","date":{"is_empty":true}}
        1 entry of demo tasks
        - Where is the manual? · Done · Ana Example
        Tags=bug: {"property":"Tags","multi_select":{"contains":"bug"}}
        1 entry of demo tasks
        - Printer prints only cats · Not started · 2026-11-20
        Tags!=bug: {"property":"Tags","multi_select":{"does_not_contain":"bug"}}
        2 entries of demo tasks
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        - Where is the manual? · Done · Ana Example
        Owner=none: {"property":"Owner","people":{"is_empty":true}}
        1 entry of demo tasks
        - Printer prints only cats · Not started · 2026-11-20
        Owner!=ana@example.org: {"property":"Owner","people":{"does_not_contain":"1de0a9c4-0000-4000-8000-000000000002"}}
        1 entry of demo tasks
        - Printer prints only cats · Not started · 2026-11-20
        Effort>1: {"property":"Effort","number":{"greater_than":1.0}}
        No entry of demo tasks is like that.
        Reviewed=no: {"property":"Reviewed","checkbox":{"equals":false}}
        3 entries of demo tasks
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        - Printer prints only cats · Not started · 2026-11-20
        - Where is the manual? · Done · Ana Example
        Notes!=none: {"property":"Notes","rich_text":{"is_not_empty":true}}
        No entry of demo tasks is like that.
        Edited>2026-11-20: {"property":"Edited","last_edited_time":{"after":"2026-11-20"}}
        3 entries of demo tasks
        - Dark mode for the lobby · In progress · Ana Example · 2026-12-01
        - Printer prints only cats · Not started · 2026-11-20
        - Where is the manual? · Done · Ana Example
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn databases_are_made_and_changed() {
    let desk = desk().await;
    for (line, expected) in [
        (
            "database create Bugs place=\"Lobby handbook\" property=Due=date property=\"Stage=select: New, Doing, Done\" property=Who=person property=\"Task=relation: demo tasks\" property=Cost=number",
            expect![[r#"
                > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
                > POST /v1/search {"query":"demo tasks","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
                > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000007
                > POST /v1/databases {"parent":{"type":"page_id","page_id":"1de0a9c4-0000-4000-8000-000000000005"},"title":[{"text":{"content":"Bugs"}}],"initial_data_source":{"properties":{"Name":{"title":{}},"Due":{"date":{}},"Stage":{"select":{"options":[{"name":"New"},{"name":"Doing"},{"name":"Done"}]}},"Who":{"people":{}},"Task":{"relation":{"data_source_id":"1de0a9c4-0000-4000-8000-000000000007","single_property":{}}},"Cost":{"number":{"format":"number"}}}}}
                > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000019
                Created Bugs in “Lobby handbook”.
                # Bugs
                Open in Notion
                Name: title
                Due: date
                Stage: select: New, Doing, Done
                Who: people
                Task: relation
                Cost: number
                [New entry…: page create {"place":"1de0a9c4-0000-4000-8000-000000000019"}] [Entries: database query {"database":"1de0a9c4-0000-4000-8000-000000000019"}]
            "#]],
        ),
        (
            "database create Bugs place=\"Lobby handbook\" property=State=status",
            expect![[r#"
            > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: Notion's API makes no properties of type status. Take State=select: New, Doing, Done, or add it in Notion.
              property: Notion's API makes no properties of type status. Take State=select: New, Doing, Done, or add it in Notion.
        "#]],
        ),
        (
            "database create Bugs place=\"Lobby handbook\" property=Due=day",
            expect![[r#"
            > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: There are no properties of type `day`. There are rich_text, number, select, multi_select, date, people, checkbox, url, email, phone_number, files, relation, created_time, created_by, last_edited_time, last_edited_by and unique_id.
              property: There are no properties of type `day`. There are rich_text, number, select, multi_select, date, people, checkbox, url, email, phone_number, files, relation, created_time, created_by, last_edited_time, last_edited_by and unique_id.
        "#]],
        ),
        (
            "database create Bugs place=\"Lobby handbook\" property=Due",
            expect![[r#"
            > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: `Due` is no property with a type. Write it as Due=date, or Stage=select: New, Done.
              property: `Due` is no property with a type. Write it as Due=date, or Stage=select: New, Done.
        "#]],
        ),
        (
            "database create Bugs place=\"Lobby handbook\" property=name=text",
            expect![[r#"
            > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: Name is there already: it is the title of each entry.
              property: Name is there already: it is the title of each entry.
        "#]],
        ),
        (
            "database create Bugs place=\"Lobby handbook\" property=Task=relation",
            expect![[r#"
            > POST /v1/search {"query":"Lobby handbook","filter":{"property":"object","value":"page"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: To which database? Write it as Task=relation: demo tasks.
              property: To which database? Write it as Task=relation: demo tasks.
        "#]],
        ),
        (
            "database update Bugs",
            expect![[r#"
            > POST /v1/search {"query":"Bugs","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: What shall change? Write title=…, add=Due=date, rename=Due=Deadline or remove=Due.
        "#]],
        ),
        (
            "database update Bugs title=Defects add=Link=url rename=Due=Deadline",
            expect![[r#"
            > POST /v1/search {"query":"Bugs","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            > PATCH /v1/data_sources/1de0a9c4-0000-4000-8000-000000000019 {"title":[{"text":{"content":"Defects"}}],"properties":{"Link":{"url":{}},"Due":{"name":"Deadline"}}}
            > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000019
            Changed Bugs.
            # Defects
            Open in Notion
            Name: title
            Link: url
            Stage: select: New, Doing, Done
            Who: people
            Task: relation
            Cost: number
            Deadline: date
            [New entry…: page create {"place":"1de0a9c4-0000-4000-8000-000000000019"}] [Entries: database query {"database":"1de0a9c4-0000-4000-8000-000000000019"}]
        "#]],
        ),
        (
            "database update Defects add=Link=url",
            expect![[r#"
            > POST /v1/search {"query":"Defects","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: Defects has a property Link already.
              add: Defects has a property Link already.
        "#]],
        ),
        (
            "database update Defects rename=Due=Day",
            expect![[r#"
            > POST /v1/search {"query":"Defects","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: Defects has no property `Due`. There are Name, Link, Stage, Who, Task, Cost and Deadline.
              rename: Defects has no property `Due`. There are Name, Link, Stage, Who, Task, Cost and Deadline.
        "#]],
        ),
        (
            "database update Defects rename=Deadline",
            expect![[r#"
            > POST /v1/search {"query":"Defects","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: `Deadline` has no new name. Write it as Due=Deadline.
              rename: `Deadline` has no new name. Write it as Due=Deadline.
        "#]],
        ),
        (
            "database update Defects remove=Name",
            expect![[r#"
            > POST /v1/search {"query":"Defects","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            BadInput: Name is the title of each entry, which every database has.
              remove: Name is the title of each entry, which every database has.
        "#]],
        ),
        (
            "database update Defects remove=Cost remove=Link",
            expect![[r#"
            > POST /v1/search {"query":"Defects","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            (only you)
            [Warning]
            This takes Cost and Link away from Defects, with what its entries hold there.
            [Take away: database update {"database":"1de0a9c4-0000-4000-8000-000000000019","remove":["Cost","Link"],"confirm":"yes"}]
        "#]],
        ),
        (
            "database update Defects remove=Cost remove=Link confirm=yes",
            expect![[r#"
            > POST /v1/search {"query":"Defects","filter":{"property":"object","value":"data_source"},"sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            > PATCH /v1/data_sources/1de0a9c4-0000-4000-8000-000000000019 {"properties":{"Cost":null,"Link":null}}
            > GET /v1/data_sources/1de0a9c4-0000-4000-8000-000000000019
            Changed Defects.
            # Defects
            Open in Notion
            Name: title
            Deadline: date
            Stage: select: New, Doing, Done
            Who: people
            Task: relation
            [New entry…: page create {"place":"1de0a9c4-0000-4000-8000-000000000019"}] [Entries: database query {"database":"1de0a9c4-0000-4000-8000-000000000019"}]
        "#]],
        ),
        (
            "page create Printer on fire place=Defects field=Stage=Doing",
            expect![[r#"
            > POST /v1/search {"query":"Defects","sort":{"timestamp":"last_edited_time","direction":"descending"},"page_size":100}
            > POST /v1/pages {"parent":{"type":"data_source_id","data_source_id":"1de0a9c4-0000-4000-8000-000000000019"},"properties":{"Stage":{"select":{"name":"Doing"}},"Name":{"title":[{"text":{"content":"Printer on fire"}}]}}}
            > PATCH /v1/blocks/1de0a9c4-0000-4000-8000-00000000001a/children {"children":[{"object":"block","type":"paragraph","paragraph":{"rich_text":[{"text":{"content":"Asked by Ana in Slack."},"annotations":{"italic":true}}]}}]}
            > GET /v1/pages/1de0a9c4-0000-4000-8000-00000000001a
            Created “Printer on fire” in Defects.
            # Printer on fire
            Open in Notion · Defects
            Stage: Doing
            [Comment…: comment add {"page":"1de0a9c4-0000-4000-8000-00000000001a"}] [Comments: comment list {"page":"1de0a9c4-0000-4000-8000-00000000001a"}] [Append…: page append {"page":"1de0a9c4-0000-4000-8000-00000000001a"}] [Archive: page archive {"page":"1de0a9c4-0000-4000-8000-00000000001a"}]
            [New: page update {"page":"1de0a9c4-0000-4000-8000-00000000001a","field":["Stage=New"]}] [Done: page update {"page":"1de0a9c4-0000-4000-8000-00000000001a","field":["Stage=Done"]}]
            (Edited 2026-11-21 10:00 UTC)
        "#]],
        ),
    ] {
        desk.check(line, expected).await;
    }
    let state = desk.standin.state();
    let properties = state.sources.last().unwrap()["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["Name", "Deadline", "Stage", "Who", "Task"]);
}

#[tokio::test]
async fn a_database_goes_to_the_trash_and_comes_back() {
    let desk = desk().await;
    let said =
        told(&desk, &["database archive database=\"demo tasks\"", "database archive database=\"demo tasks\" confirm=yes"]).await;
    expect![[r#"
        database archive database="demo tasks"
        (only you)
        [Warning]
        “demo tasks” would go to the trash with all its entries. It can be restored for 30 days, then it is gone for good.
        [Archive the database: database archive {"database":"1de0a9c4-0000-4000-8000-000000000007","confirm":"yes"}]
        database archive database="demo tasks" confirm=yes
        Archived demo tasks.
        [Restore: database restore {"database":"1de0a9c4-0000-4000-8000-000000000006"}]
    "#]]
    .assert_eq(&said);
    let id = {
        let state = desk.standin.state();
        let trashed = state.databases.iter().find(|it| it["in_trash"] == true).expect("one in the trash");
        trashed["id"].as_str().expect("an id").to_owned()
    };
    let said = told(
        &desk,
        &["database restore database=\"demo tasks\"", &format!("database restore {id}"), &format!("database restore {id}")],
    )
    .await;
    expect![[r#"
        database restore database="demo tasks"
        BadInput: Paste the link of `demo tasks`: the trash has no names.
          database: Paste the link of `demo tasks`: the trash has no names.
        database restore 1de0a9c4-0000-4000-8000-000000000006
        Restored demo tasks.
        # demo tasks
        Open in Notion
        Name: title
        Status: status: Not started, In progress, Done
        Owner: people
        Due: date
        Tags: multi_select: bug, engine, urgent
        Effort: number
        Reviewed: checkbox
        Notes: rich_text
        Edited: last_edited_time
        [New entry…: page create {"place":"1de0a9c4-0000-4000-8000-000000000007"}] [Entries: database query {"database":"1de0a9c4-0000-4000-8000-000000000007"}]
        database restore 1de0a9c4-0000-4000-8000-000000000006
        demo tasks is not in the trash.
    "#]].assert_eq(&said);
    assert!(desk.standin.state().databases.iter().all(|it| it["in_trash"] == false));
}

#[tokio::test]
async fn more_databases_than_are_looked_at() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..120 {
            let mut source = state.sources[0].clone();
            source["id"] = json!(format!("1de0a9c4-0000-4000-9000-{number:012}"));
            source["title"][0]["plain_text"] = json!(format!("demo tasks {number}"));
            state.sources.push(source);
        }
    }
    let list = read(&desk.run("database list").await);
    assert_eq!(list.lines().next(), Some("The first 100 databases"));
    assert!(desk.run("database show \"demo tasks\"").await.is_ok(), "the very title");
    let error = desk.run("database show \"demo task\"").await.unwrap_err();
    assert_eq!(
        (error.fields[0].field.as_str(), error.message.as_str()),
        (
            "database",
            "None of the first 100 that Notion finds is called `demo task`, and there are more. Paste the link of the database."
        )
    );
}
