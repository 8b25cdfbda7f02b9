//! Work items.

use super::*;

#[tokio::test]
async fn work_items_are_made_shown_and_found() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "item create Printer on fire type=bug assignee=@ben priority=1 tags=fire,urgent parent=2 description=\"It **burns**.\"",
            "item create Order paper project=apollo state=Active area=apollo\\Office iteration=\"apollo\\Sprint 1\"",
            "item show 1",
            "1",
            "item list",
            "item list printer type=Bug assignee=ben tag=cats since=2026-11-01 area=demo iteration=demo",
            "item list project=apollo assignee=me state=New",
            "item list assignee=none state=any",
            "item query \"[System.State] = 'Active'\"",
            "item query \"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 2\"",
            "item search cat",
        ],
        expect![[r#"
            $ item create Printer on fire type=bug assignee=@ben priority=1 tags=fire,urgent parent=2 description="It **burns**."
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=ben&queryMembership=None&api-version=7.1
            > POST /example/demo/_apis/wit/workitems/$Bug?api-version=7.1 [{"op":"add","path":"/fields/System.Title","value":"Printer on fire"},{"op":"add","path":"/fields/Microsoft.VSTS.TCM.ReproSteps","value":"<p>It <strong>burns</strong>.</p><p><em>Asked by Ana in Slack.</em></p>"},{"op":"add","path":"/fields/System.AssignedTo","value":"ben@example.org"},{"op":"add","path":"/fields/System.Tags","value":"fire; urgent"},{"op":"add","path":"/fields/Microsoft.VSTS.Common.Priority","value":1},{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Hierarchy-Reverse","url":"{url}/example/_apis/wit/workItems/2"}}]
            Created Bug 201.
            # #201 Printer on fire
            Bug 201 · demo · by Bellhop Bot
            State: New
            Assigned to: Ben Example
            Priority: 1
            Tags: fire, urgent
            Linked: parent 2
            | It **burns**.
            | 
            | *Asked by Ana in Slack.*
            [Comment…: item comment {"item":"201"}] [Assign to me: item assign {"item":"201","to":"me"}] [Change…: item update {"item":"201"}] [History: item history {"item":"201"}]
            [Active: item state {"item":"201","state":"Active"}] [Resolved: item state {"item":"201","state":"Resolved"}] [Closed: item state {"item":"201","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item create Order paper project=apollo state=Active area=apollo\Office iteration="apollo\Sprint 1"
            > GET /example/apollo/_apis/wit/workitemtypes?api-version=7.1
            > POST /example/apollo/_apis/wit/workitems/$Task?api-version=7.1 [{"op":"add","path":"/fields/System.Title","value":"Order paper"},{"op":"add","path":"/fields/System.Description","value":"<p>Asked by Ana in Slack.</p>"},{"op":"add","path":"/fields/System.AreaPath","value":"apollo\\Office"},{"op":"add","path":"/fields/System.IterationPath","value":"apollo\\Sprint 1"}]
            > PATCH /example/_apis/wit/workitems/202?api-version=7.1 [{"op":"add","path":"/fields/System.State","value":"Active"}]
            Created Task 202.
            # #202 Order paper
            Task 202 · apollo · by Bellhop Bot
            State: Active
            Assigned to: nobody
            Priority: 2
            Area: apollo\Office
            Iteration: apollo\Sprint 1
            | Asked by Ana in Slack.
            [Comment…: item comment {"item":"202"}] [Assign to me: item assign {"item":"202","to":"me"}] [Change…: item update {"item":"202"}] [History: item history {"item":"202"}]
            [New: item state {"item":"202","state":"New"}] [Resolved: item state {"item":"202","state":"Resolved"}] [Closed: item state {"item":"202","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item show 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/1/comments?%24top=3&order=desc&api-version=7.1-preview.4
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: related 2
            | Every page has a **cat** on it.
            Last comments
            - Ana Example 2026-11-20 09:00 UTC: I have seen it, too.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-20 09:00 UTC)
            $ 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/1/comments?%24top=3&order=desc&api-version=7.1-preview.4
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: related 2
            | Every page has a **cat** on it.
            Last comments
            - Ana Example 2026-11-20 09:00 UTC: I have seen it, too.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-20 09:00 UTC)
            $ item list
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'demo' AND [System.State] NOT IN ('Closed') ORDER BY [System.ChangedDate] DESC"}
            > GET /example/_apis/wit/workitems?ids=201%2C1%2C2&errorPolicy=omit&api-version=7.1
            3 work items
            - Bug 201 Printer on fire · New · Ben Example
            - Bug 1 Printer prints only cats · Active · Ben Example
            - Task 2 Where is the manual? · New · nobody
            $ item list printer type=Bug assignee=ben tag=cats since=2026-11-01 area=demo iteration=demo
            > GET /example/_apis/identities?searchFilter=General&filterValue=ben&queryMembership=None&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'demo' AND [System.State] NOT IN ('Closed') AND [System.AssignedTo] = 'ben@example.org' AND [System.WorkItemType] = 'Bug' AND [System.Title] CONTAINS 'printer' AND [System.Tags] CONTAINS 'cats' AND [System.AreaPath] UNDER 'demo' AND [System.ChangedDate] >= '2026-11-01' AND [System.IterationPath] UNDER 'demo' ORDER BY [System.ChangedDate] DESC"}
            > GET /example/_apis/wit/workitems?ids=1&errorPolicy=omit&api-version=7.1
            1 work item
            - Bug 1 Printer prints only cats · Active · Ben Example
            $ item list project=apollo assignee=me state=New
            > GET /example/_apis/identities?searchFilter=General&filterValue=ana%40example.org&queryMembership=None&api-version=7.1
            > POST /example/apollo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'apollo' AND [System.State] = 'New' AND [System.AssignedTo] = 'ana@example.org' ORDER BY [System.ChangedDate] DESC"}
            > GET /example/_apis/wit/workitems?ids=4&errorPolicy=omit&api-version=7.1
            1 work item
            - Bug 4 Legs too short · New · Ana Example
            $ item list assignee=none state=any
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'demo' AND [System.AssignedTo] = '' ORDER BY [System.ChangedDate] DESC"}
            > GET /example/_apis/wit/workitems?ids=2&errorPolicy=omit&api-version=7.1
            1 work item
            - Task 2 Where is the manual? · New · nobody
            $ item query "[System.State] = 'Active'"
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND ([System.State] = 'Active')"}
            > GET /example/_apis/wit/workitems?ids=1&errorPolicy=omit&api-version=7.1
            1 work item
            - Bug 1 Printer prints only cats · Active · Ben Example
            $ item query "SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 2"
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 2"}
            > GET /example/_apis/wit/workitems?ids=3%2C4%2C201%2C202&errorPolicy=omit&api-version=7.1
            4 work items
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            - Bug 201 Printer on fire · New · Ben Example
            - Task 202 Order paper · Active · nobody
            $ item search cat
            > POST /example/demo/_apis/search/workitemsearchresults?api-version=7.1 {"searchText":"cat","$skip":0,"$top":10}
            1 work item
            - Bug 1 Printer prints only cats · Active
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let made = &state.items[4]["fields"];
    assert_eq!((&made["System.Title"], &made["System.Tags"]), (&json!("Printer on fire"), &json!("fire; urgent")));
    assert_eq!(made["System.AssignedTo"]["uniqueName"], "ben@example.org");
    assert_eq!(made["Microsoft.VSTS.TCM.ReproSteps"], "<p>It <strong>burns</strong>.</p><p><em>Asked by Ana in Slack.</em></p>");
    assert_eq!(state.items[4]["relations"][0]["rel"], "System.LinkTypes.Hierarchy-Reverse");
}

#[tokio::test]
async fn work_items_are_changed() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "item update 1 title=\"Printer prints dogs\" priority=1 tags=dogs field=Microsoft.VSTS.Scheduling.StoryPoints=3",
            "item assign 1 me",
            "item assign #1 none",
            "item state 1 resolved comment=\"Done in v1.0\"",
            "item comment 1 It is the *driver*.",
            "item link 1 3 as=parent",
            "item delete 3",
            "item delete 3 confirm=yes",
            "item show 3",
        ],
        expect![[r#"
            $ item update 1 title="Printer prints dogs" priority=1 tags=dogs field=Microsoft.VSTS.Scheduling.StoryPoints=3
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/fields/System.Title","value":"Printer prints dogs"},{"op":"add","path":"/fields/System.Tags","value":"dogs"},{"op":"add","path":"/fields/Microsoft.VSTS.Common.Priority","value":1},{"op":"add","path":"/fields/Microsoft.VSTS.Scheduling.StoryPoints","value":"3"}]
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            Updated 1.
            # #1 Printer prints dogs
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 1
            Tags: dogs
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item assign 1 me
            > GET /example/_apis/identities?searchFilter=General&filterValue=ana%40example.org&queryMembership=None&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/fields/System.AssignedTo","value":"ana@example.org"}]
            Assigned 1 to ana@example.org.
            # #1 Printer prints dogs
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ana Example
            Priority: 1
            Tags: dogs
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item assign #1 none
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/fields/System.AssignedTo","value":""}]
            1 is nobody's now.
            # #1 Printer prints dogs
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: nobody
            Priority: 1
            Tags: dogs
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item state 1 resolved comment="Done in v1.0"
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/fields/System.State","value":"Resolved"},{"op":"add","path":"/fields/System.History","value":"<p>Done in v1.0</p><p><em>Asked by Ana in Slack.</em></p>"}]
            1 is Resolved now.
            # #1 Printer prints dogs
            Bug 1 · demo · by Chloe Example
            State: Resolved
            Assigned to: nobody
            Priority: 1
            Tags: dogs
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Active: item state {"item":"1","state":"Active"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item comment 1 It is the *driver*.
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > POST /example/demo/_apis/wit/workItems/1/comments?api-version=7.1-preview.4 {"text":"<p>It is the <em>driver</em>.</p><p><em>Asked by Ana in Slack.</em></p>"}
            Commented on 1.
            # #1 Printer prints dogs
            Bug 1 · demo · by Chloe Example
            State: Resolved
            Assigned to: nobody
            Priority: 1
            Tags: dogs
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Active: item state {"item":"1","state":"Active"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item link 1 3 as=parent
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Hierarchy-Reverse","url":"{url}/example/_apis/wit/workItems/3"}}]
            1 is a child of 3 now.
            # #1 Printer prints dogs
            Bug 1 · demo · by Chloe Example
            State: Resolved
            Assigned to: nobody
            Priority: 1
            Tags: dogs
            Linked: related 2, parent 3
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Active: item state {"item":"1","state":"Active"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item delete 3
            > GET /example/_apis/wit/workitems/3?%24expand=relations&api-version=7.1
            (only you)
            [Warning]
            This deletes Task 3 “Fan is loud” of demo.
            - It goes to the project's recycle bin, from where `item restore 3` brings it back.
            [Delete the work item: item delete {"item":"3","confirm":true}]
            $ item delete 3 confirm=yes
            > GET /example/_apis/wit/workitems/3?%24expand=relations&api-version=7.1
            > DELETE /example/demo/_apis/wit/workitems/3?api-version=7.1
            Deleted Task 3 “Fan is loud”; it is in the recycle bin.
            [Bring it back: item restore {"item":"3","project":"demo"}]
            $ item show 3
            > GET /example/_apis/wit/workitems/3?%24expand=relations&api-version=7.1
            NotFound: Azure DevOps has no work item 3, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let it = &state.items[0]["fields"];
    assert_eq!((&it["System.Title"], &it["System.State"]), (&json!("Printer prints dogs"), &json!("Resolved")));
    assert_eq!((&it["System.AssignedTo"], &it["System.Tags"]), (&Value::Null, &json!("dogs")));
    assert_eq!(state.comments[&1][2]["text"], "<p>It is the <em>driver</em>.</p><p><em>Asked by Ana in Slack.</em></p>");
    assert!(state.items.iter().all(|it| it["id"] != 3));
}

#[tokio::test]
async fn long_lists_are_shown_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..23 {
            let mut item = state.items[0].clone();
            item["id"] = json!(1_000 + number);
            state.items.push(item);
        }
    }
    let mut call = desk.call("item list type=Bug");
    let mut seen = Vec::new();
    loop {
        let reply = desk.connected.run(&call, &desk.ctx()).await.unwrap();
        let mut next = None;
        for block in reply.message.blocks {
            match block {
                commands::Block::List(items) => seen.extend(items.iter().map(commands::Text::to_plain)),
                commands::Block::Buttons(buttons) => next = Some(buttons[0].call.clone()),
                _ => {}
            }
        }
        let Some(more) = next else { break };
        call = more;
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 24, "{seen:?}");
}

#[tokio::test]
async fn links_lead_to_what_they_show() {
    let desk = desk().await;
    let url = desk.server.url();
    for (path, heading) in [
        ("demo/_workitems/edit/1", "#1 Printer prints only cats"),
        ("_workitems/edit/4/", "#4 Legs too short"),
        ("demo/_boards/board/t/demo/Stories?workitem=2", "#2 Where is the manual?"),
        ("demo/_git/printer/pullrequest/7?_a=files", "!7 Quieter fan"),
        ("demo/_build/results?buildId=102&view=results", "build 20261120.2 failed"),
    ] {
        let reply = desk.run(&format!("{url}/example/{path}")).await.unwrap();
        assert_eq!(reply.message.summary(), heading);
        assert!(reply.card.is_some());
    }
    assert_eq!(desk.run("show !7").await.unwrap().message.summary(), "!7 Quieter fan");
    assert_eq!(desk.run("show cats").await.unwrap_err().kind, ErrorKind::BadInput);
    assert_eq!(
        desk.run("show https://evil.example.org/example/demo/_workitems/edit/1").await.unwrap_err().kind,
        ErrorKind::BadInput
    );
}

#[tokio::test]
async fn pickers_offer_what_belongs_to_the_project() {
    let desk = desk().await;
    let offered = async |lookup: &str, typed: &str, given: Value| {
        let all = desk.choices(lookup, typed, given).await.unwrap();
        all.into_iter().map(|it| format!("{}={}", it.value, it.label)).collect::<Vec<_>>().join(" | ")
    };
    let told = [
        offered("project", "", json!({})).await,
        offered("type", "", json!({})).await,
        offered("state", "", json!({"type": "Bug"})).await,
        offered("state", "clo", json!({"item": "1"})).await,
        offered("repository", "PRI", json!({"project": "demo"})).await,
        offered("branch", "fan", json!({"repo": "printer"})).await,
        offered("branch", "", json!({})).await,
        offered("pipeline", "", json!({})).await,
    ];
    expect![[r#"
        demo=demo | apollo=apollo
        Bug=Bug | Task=Task | User Story=User Story
        New=New | Active=Active | Resolved=Resolved | Closed=Closed
        Closed=Closed
        printer=printer
        quiet-fan=quiet-fan

        11=build | 12=deploy"#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn of_two_people_with_the_same_name_neither_is_meant() {
    let desk = desk().await;
    desk.standin.state().people.push(("ana.two", "Ana Example"));
    let error = desk.run("item assign 1 \"Ana Example\"").await.expect_err("two of them");
    let told: Vec<_> = error.fields.iter().map(|it| (it.field.as_str(), it.message.as_str())).collect();
    assert_eq!(told, [("to", "`Ana Example` can be ana@example.org or ana.two@example.org. Write the address.")]);
    desk.run("item assign 1 ana.two@example.org").await.expect("one of them");
}
