//! What was, and what was linked or deleted, of work items.

use super::*;

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
