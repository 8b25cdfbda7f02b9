//! Files of work items.

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
