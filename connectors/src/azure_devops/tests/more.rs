//! Files, history and links of work items, saved queries, iterations.

use super::*;

#[tokio::test]
async fn files_are_attached_listed_brought_and_taken_off() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "attachment list 1",
            "attachment download 1",
            "item attach 1 file=https://example.org/fire.txt",
            "attachment list 1",
            "attachment download 1",
            "attachment download 1 name=water.txt",
            "attachment delete 1 fire.txt",
            "attachment delete 1 fire.txt confirm=yes",
            "item attach 99 file=https://example.org/fire.txt",
            "item attach 1 file=https://example.org/none.txt",
        ],
        expect![[r#"
            $ attachment list 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            Bug 1 has no files.
            $ attachment download 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            NotFound: Bug 1 has no files.
            $ item attach 1 file=https://example.org/fire.txt
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > POST /example/demo/_apis/wit/attachments?fileName=fire.txt&api-version=7.1 It burns.
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"AttachedFile","url":"{url}/example/demo-id/_apis/wit/attachments/f11e0000-0000-4000-8000-000000000201","attributes":{"comment":"Asked by Ana in Slack."}}}]
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            Attached fire.txt to 1.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: related 2
            Files: fire.txt
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ attachment list 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            Files of Bug 1
            - fire.txt · 9 bytes
            [fire.txt: attachment download {"item":"1","name":"fire.txt"}]
            $ attachment download 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/attachments/f11e0000-0000-4000-8000-000000000201?fileName=fire.txt&download=true&api-version=7.1
            fire.txt of Bug 1
            + fire.txt (9 bytes)
            $ attachment download 1 name=water.txt
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            BadInput: Bug 1 has no file `water.txt`. It can be fire.txt.
              name: Bug 1 has no file `water.txt`. It can be fire.txt.
            $ attachment delete 1 fire.txt
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            (only you)
            [Warning]
            This takes fire.txt off Bug 1 “Printer prints only cats”.
            - The work item's history still leads to it.
            [Take the file off: attachment delete {"item":"1","name":"fire.txt","confirm":true}]
            $ attachment delete 1 fire.txt confirm=yes
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"test","path":"/rev","value":2},{"op":"remove","path":"/relations/1"}]
            Took fire.txt off 1.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item attach 99 file=https://example.org/fire.txt
            > GET /example/_apis/wit/workitems/99?%24expand=relations&api-version=7.1
            NotFound: Azure DevOps has no work item 99, or hides it from the bot's account. Look at the name and number again.
            $ item attach 1 file=https://example.org/none.txt
            BadInput: `https://example.org/none.txt` cannot be fetched.
              file: `https://example.org/none.txt` cannot be fetched.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.files.len(), 1);
    let relations = state.items[0]["relations"].as_array().cloned().unwrap_or_default();
    assert_eq!(relations.iter().filter(|it| it["rel"] == "AttachedFile").count(), 0);
}

#[tokio::test]
async fn a_file_is_brought_as_it_was_handed_in() {
    let desk = desk().await;
    desk.run("item attach 1 file=https://example.org/fire.txt").await.unwrap();
    let file = desk.run("attachment download 1").await.unwrap().files.remove(0);
    assert_eq!((file.name.as_str(), file.content.as_slice()), ("fire.txt", b"It burns.".as_slice()));
}

#[tokio::test]
async fn nothing_is_taken_off_a_work_item_that_somebody_else_changes_meanwhile() {
    let desk = desk().await;
    desk.run("item attach 1 file=https://example.org/fire.txt").await.unwrap();
    desk.standin.state().moves_on = true;
    check(&desk, &["attachment delete 1 fire.txt confirm=yes", "item unlink 1 2"], expect![[r#"
        $ attachment delete 1 fire.txt confirm=yes
        > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
        > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"test","path":"/rev","value":2},{"op":"remove","path":"/relations/1"}]
        Conflict: Bug 1 was changed in this moment, so nothing was done. Try again.
        $ item unlink 1 2
        > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
        > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"test","path":"/rev","value":3},{"op":"remove","path":"/relations/0"}]
        Conflict: Bug 1 was changed in this moment, so nothing was done. Try again.
    "#]]).await;
    assert_eq!(desk.standin.state().items[0]["relations"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_happened_is_told() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "item history 1",
            "item update 1 priority=1 tags=urgent assignee=@ana description=Hot.",
            "item state 1 Resolved comment=\"It is **out**.\"",
            "item link 1 3",
            "item attach 1 file=https://example.org/fire.txt",
            "item history 1",
            "item history 1 limit=1",
            "item history 99",
            "item comments 1",
            "item comments 2",
        ],
        expect![[r#"
            $ item history 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/1/updates?%24top=200&%24skip=0&api-version=7.1
            History of Bug 1 Printer prints only cats
            - Chloe Example 2026-11-20 09:00 UTC: created it
            $ item update 1 priority=1 tags=urgent assignee=@ana description=Hot.
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=ana&queryMembership=None&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/fields/System.Tags","value":"urgent"},{"op":"add","path":"/fields/Microsoft.VSTS.TCM.ReproSteps","value":"<p>Hot.</p>"},{"op":"add","path":"/fields/System.AssignedTo","value":"ana@example.org"},{"op":"add","path":"/fields/Microsoft.VSTS.Common.Priority","value":1}]
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            Updated 1.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ana Example
            Priority: 1
            Tags: urgent
            Linked: related 2
            | Hot.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item state 1 Resolved comment="It is **out**."
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/fields/System.State","value":"Resolved"},{"op":"add","path":"/fields/System.History","value":"<p>It is <strong>out</strong>.</p><p><em>Asked by Ana in Slack.</em></p>"}]
            1 is Resolved now.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Resolved
            Assigned to: Ana Example
            Priority: 1
            Tags: urgent
            Linked: related 2
            | Hot.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Active: item state {"item":"1","state":"Active"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item link 1 3
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Related","url":"{url}/example/_apis/wit/workItems/3"}}]
            1 is related to 3 now.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Resolved
            Assigned to: Ana Example
            Priority: 1
            Tags: urgent
            Linked: related 2, related 3
            | Hot.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Active: item state {"item":"1","state":"Active"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item attach 1 file=https://example.org/fire.txt
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > POST /example/demo/_apis/wit/attachments?fileName=fire.txt&api-version=7.1 It burns.
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"AttachedFile","url":"{url}/example/demo-id/_apis/wit/attachments/f11e0000-0000-4000-8000-000000000202","attributes":{"comment":"Asked by Ana in Slack."}}}]
            Attached fire.txt to 1.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Resolved
            Assigned to: Ana Example
            Priority: 1
            Tags: urgent
            Linked: related 2, related 3
            Files: fire.txt
            | Hot.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Active: item state {"item":"1","state":"Active"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item history 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/1/updates?%24top=200&%24skip=0&api-version=7.1
            History of Bug 1 Printer prints only cats
            - Bellhop Bot 2026-11-21 10:00 UTC: linked fire.txt
            - Bellhop Bot 2026-11-21 10:00 UTC: linked related 3
            - Bellhop Bot 2026-11-21 10:00 UTC: said: It is **out**.  *Asked by Ana in Slack.*; State Active → Resolved
            - Bellhop Bot 2026-11-21 10:00 UTC: Priority 2 → 1; changed the steps to reproduce; Assigned to Ben Example → Ana Example; Tags cats; hardware → urgent
            - Chloe Example 2026-11-20 09:00 UTC: created it
            $ item history 1 limit=1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/1/updates?%24top=200&%24skip=0&api-version=7.1
            History of Bug 1 Printer prints only cats
            - Bellhop Bot 2026-11-21 10:00 UTC: linked fire.txt
            (4 older changes.)
            $ item history 99
            > GET /example/_apis/wit/workitems/99?%24expand=relations&api-version=7.1
            NotFound: Azure DevOps has no work item 99, or hides it from the bot's account. Look at the name and number again.
            $ item comments 1
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/1/comments?%24top=10&order=desc&api-version=7.1-preview.4
            Comments on Bug 1 Printer prints only cats
            - Bellhop Bot 2026-11-21 10:00 UTC: It is **out**.

            *Asked by Ana in Slack.*
            - Ana Example 2026-11-20 09:00 UTC: I have seen it, too.
            $ item comments 2
            > GET /example/_apis/wit/workitems/2?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workItems/2/comments?%24top=10&order=desc&api-version=7.1-preview.4
            Nobody said anything on Task 2.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn links_are_taken_away() {
    let desk = desk().await;
    check(
        &desk,
        &["item unlink 1 3", "item unlink 1 2", "item unlink 1 2", "item link 1 3 as=child", "item unlink 1 3"],
        expect![[r#"
            $ item unlink 1 3
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            BadInput: Bug 1 is not linked to 3. It has related 2.
              from: Bug 1 is not linked to 3. It has related 2.
            $ item unlink 1 2
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"test","path":"/rev","value":1},{"op":"remove","path":"/relations/0"}]
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            1 and 2 are linked no more.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item unlink 1 2
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            BadInput: Bug 1 is not linked to 2. It is linked to none.
              from: Bug 1 is not linked to 2. It is linked to none.
            $ item link 1 3 as=child
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Hierarchy-Forward","url":"{url}/example/_apis/wit/workItems/3"}}]
            1 is the parent of 3 now.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: child 3
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ item unlink 1 3
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"test","path":"/rev","value":3},{"op":"remove","path":"/relations/0"}]
            1 and 3 are linked no more.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().items[0]["relations"], json!([]));
}

#[tokio::test]
async fn what_was_deleted_comes_back() {
    let desk = desk().await;
    check(
        &desk,
        &["item delete 3", "item delete 3 confirm=yes", "item show 3", "item restore 3", "item restore 3"],
        expect![[r#"
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
            $ item restore 3
            > PATCH /example/demo/_apis/wit/recyclebin/3?api-version=7.1 {"isDeleted":false}
            > GET /example/_apis/wit/workitems/3?%24expand=relations&api-version=7.1
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            [Good]
            Brought 3 back.
            # #3 Fan is loud
            Task 3 · demo · by Chloe Example
            State: Closed
            Assigned to: Ana Example
            Priority: 2
            [Comment…: item comment {"item":"3"}] [Assign to me: item assign {"item":"3","to":"me"}] [Change…: item update {"item":"3"}] [History: item history {"item":"3"}]
            [New: item state {"item":"3","state":"New"}] [Active: item state {"item":"3","state":"Active"}] [Resolved: item state {"item":"3","state":"Resolved"}]
            (Changed 2026-11-20 09:00 UTC)
            $ item restore 3
            > PATCH /example/demo/_apis/wit/recyclebin/3?api-version=7.1 {"isDeleted":false}
            NotFound: Azure DevOps has no deleted work item 3 in demo, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().deleted.len(), 0);
}

#[tokio::test]
async fn saved_queries_are_listed_and_run() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "query list",
            "query list apollo",
            "query run Open bugs",
            "query run q3",
            "query run Everything",
            "query run \"Shared Queries/Everything\"",
            "query run \"Shared Queries/Team/Bugs/Old\"",
            "query run \"Shared Queries/Team/Bugs/None\"",
            "query run Closed bugs",
        ],
        expect![[r#"
            $ query list
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            3 saved queries
            - Everything · My Queries
            - Everything · Shared Queries
            - Open bugs · Shared Queries/Team
            [Everything: query run {"query":"q3","project":"demo"}] [Everything: query run {"query":"q1","project":"demo"}] [Open bugs: query run {"query":"q2","project":"demo"}]
            $ query list apollo
            > GET /example/apollo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            apollo has no saved queries. In Azure DevOps they are made under Boards → Queries.
            $ query run Open bugs
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] = 'Bug' AND [System.State] = 'Active'"}
            > GET /example/_apis/wit/workitems?ids=1&errorPolicy=omit&api-version=7.1
            1 work item
            - Bug 1 Printer prints only cats · Active · Ben Example
            $ query run q3
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 0"}
            > GET /example/_apis/wit/workitems?ids=1%2C2%2C3%2C4&errorPolicy=omit&api-version=7.1
            4 work items
            - Bug 1 Printer prints only cats · Active · Ben Example
            - Task 2 Where is the manual? · New · nobody
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            $ query run Everything
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            BadInput: `Everything` can be My Queries/Everything or Shared Queries/Everything. Write the whole path.
              query: `Everything` can be My Queries/Everything or Shared Queries/Everything. Write the whole path.
            $ query run "Shared Queries/Everything"
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 0"}
            > GET /example/_apis/wit/workitems?ids=1%2C2%2C3%2C4&errorPolicy=omit&api-version=7.1
            4 work items
            - Bug 1 Printer prints only cats · Active · Ben Example
            - Task 2 Where is the manual? · New · nobody
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            $ query run "Shared Queries/Team/Bugs/Old"
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > GET /example/demo/_apis/wit/queries/Shared%20Queries/Team/Bugs/Old?%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 2"}
            > GET /example/_apis/wit/workitems?ids=3%2C4&errorPolicy=omit&api-version=7.1
            2 work items
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            $ query run "Shared Queries/Team/Bugs/None"
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > GET /example/demo/_apis/wit/queries/Shared%20Queries/Team/Bugs/None?%24expand=wiql&api-version=7.1
            NotFound: Azure DevOps has no query `Shared Queries/Team/Bugs/None` in demo, or hides it from the bot's account. Look at the name and number again.
            $ query run Closed bugs
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            BadInput: demo has no saved query `Closed bugs`. It can be Everything or Open bugs.
              query: demo has no saved query `Closed bugs`. It can be Everything or Open bugs.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn iterations_have_their_dates() {
    let desk = desk().await;
    check(&desk, &["iteration list", "iteration list demo all=yes", "iteration list apollo"], expect![[r#"
        $ iteration list
        > GET /example/demo/_apis/wit/classificationnodes?%24depth=10&api-version=7.1
        2 iterations
        - demo\Sprint 1 · 2026-11-09 to 2026-11-22 · now
        - demo\Some day · no dates
        [demo\Sprint 1: item list {"project":"demo","iteration":"demo\\Sprint 1"}] [demo\Some day: item list {"project":"demo","iteration":"demo\\Some day"}]
        (1 that are over: --all lists them.)
        $ iteration list demo all=yes
        > GET /example/demo/_apis/wit/classificationnodes?%24depth=10&api-version=7.1
        3 iterations
        - demo\Sprint 0 · 2026-10-26 to 2026-11-08
        - demo\Sprint 1 · 2026-11-09 to 2026-11-22 · now
        - demo\Some day · no dates
        [demo\Sprint 0: item list {"project":"demo","iteration":"demo\\Sprint 0"}] [demo\Sprint 1: item list {"project":"demo","iteration":"demo\\Sprint 1"}] [demo\Some day: item list {"project":"demo","iteration":"demo\\Some day"}]
        $ iteration list apollo
        > GET /example/apollo/_apis/wit/classificationnodes?%24depth=10&api-version=7.1
        apollo has no iterations. They are made under Project settings → Project configuration.
    "#]]).await;
    let labels = |all: Vec<commands::Choice>| all.into_iter().map(|it| it.label).collect::<Vec<_>>().join(", ");
    let mut offered = String::new();
    for (lookup, typed) in [("area", ""), ("iteration", "sprint"), ("query", "open")] {
        offered.push_str(&format!("{lookup}: {}\n", labels(desk.choices(lookup, typed, json!({})).await.unwrap())));
    }
    expect![[r#"
        area: demo, demo\Hardware, demo\Hardware\Paper
        iteration: demo\Sprint 0, demo\Sprint 1
        query: Shared Queries/Team/Open bugs
    "#]]
    .assert_eq(&offered);
}

#[tokio::test]
async fn a_pull_request_is_looked_into() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "pr checks 7",
            "pr checks 8",
            "pr files 7",
            "pr commits 7",
            "pr threads 7",
            "pr threads 7 all=yes",
            "pr threads 8",
            "pr resolve 7 src/fan.rs:13",
            "pr resolve 7 src/fan.rs:12",
            "pr items 7",
            "pr link 7 1",
            "pr items 7",
            "pr link 7 99",
            "pr update 7",
            "pr update 7 title=\"An even quieter fan\" description=none target=dogs",
        ],
        expect![[r#"
            $ pr checks 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F7&api-version=7.1-preview.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/statuses?api-version=7.1
            [Bad]
            Checks of !7: 2 failed, 1 waiting, 1 passed
            - failed: Work item linking (optional)
            - failed: quality/sonar · 2 smells
            - waiting: Minimum number of reviewers
            - passed: Build: build
            $ pr checks 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F8&api-version=7.1-preview.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/8/statuses?api-version=7.1
            !8 waits for no policy, and nothing was said of it.
            $ pr files 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/iterations?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/iterations/2/changes?%24top=1000&%24skip=0&%24compareTo=0&api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/iterations/2/changes?%24top=1000&%24skip=2&%24compareTo=0&api-version=7.1
            3 files changed in !7
            - src/fan.rs
            - src/hum.rs (edit, rename from src/noise.rs)
            - src/roar.rs (delete)
            $ pr commits 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/commits?%24top=100&api-version=7.1
            1 commit in !7
            - 1a2b3c4d Turn the fan slower · Ben Example
            $ pr threads 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            !7: 1 unresolved
            - src/fan.rs:12 Ana Example: Is 12 not loud? (+1)
            [Resolve src/fan.rs:12: pr resolve {"pr":"7","thread":"71"}]
            $ pr threads 7 all=yes
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            !7: 1 unresolved
            - src/fan.rs:12 Ana Example: Is 12 not loud? (+1)
            - the whole Ana Example: Say why. (resolved)
            [Resolve src/fan.rs:12: pr resolve {"pr":"7","thread":"71"}]
            $ pr threads 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/8/threads?api-version=7.1
            !8 has no open discussions.
            $ pr resolve 7 src/fan.rs:13
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            BadInput: !7 has no open discussion at `src/fan.rs:13`. Open are src/fan.rs:12.
              thread: !7 has no open discussion at `src/fan.rs:13`. Open are src/fan.rs:12.
            $ pr resolve 7 src/fan.rs:12
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullRequests/7/threads/71?api-version=7.1 {"status":"fixed"}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Resolved the discussion at src/fan.rs:12 of !7.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr items 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/workitems?api-version=7.1
            !7 has no work items.
            [Add a work item…: pr link {"pr":"7"}]
            $ pr link 7 1
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"ArtifactLink","url":"vstfs:///Git/PullRequestId/demo-id%2Fr1%2F7","attributes":{"name":"Pull Request"}}}]
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            Linked !7 to work item 1.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ pr items 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/workitems?api-version=7.1
            > GET /example/_apis/wit/workitems?ids=1&errorPolicy=omit&api-version=7.1
            Work items of !7
            - Bug 1 Printer prints only cats · Active · Ben Example
            [Add a work item…: pr link {"pr":"7"}]
            $ pr link 7 99
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/_apis/wit/workitems/99?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"ArtifactLink","url":"vstfs:///Git/PullRequestId/demo-id%2Fr1%2F7","attributes":{"name":"Pull Request"}}}]
            NotFound: Azure DevOps has no work item 99, or hides it from the bot's account. Look at the name and number again.
            $ pr update 7
            BadInput: What shall change? Write it as a name and a value, such as title="A quieter fan".
            $ pr update 7 title="An even quieter fan" description=none target=dogs
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/7?api-version=7.1 {"title":"An even quieter fan","description":"","targetRefName":"refs/heads/dogs"}
            Updated !7.
            # !7 An even quieter fan
            demo/printer · quiet-fan → dogs · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.threads[&7][0]["status"], "fixed");
    assert_eq!((&state.pulls[0]["targetRefName"], &state.pulls[0]["description"]), (&json!("refs/heads/dogs"), &json!("")));
}
