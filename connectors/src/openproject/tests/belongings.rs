//! What belongs to work packages: files, relations, watchers.

use super::*;

#[tokio::test]
async fn files() {
    let desk = desk().await;
    check_plainly(&desk, "wp attach 1 file=https://example.org/fire.txt description=\"The log\"", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/configuration
        > POST /api/v3/work_packages/1/attachments --BOUNDARY
        Content-Disposition: form-data; name="metadata"
        Content-Type: application/json

        {"fileName":"fire.txt","description":{"raw":"The log (Asked by Ana in Slack.)"}}
        --BOUNDARY
        Content-Disposition: form-data; name="file"; filename="fire.txt"
        Content-Type: text/plain

        It burns.
        --BOUNDARY--

        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        [Warning]
        Attached fire.txt to #1.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: nobody
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        - fire.txt
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [In progress: wp status {"package":"1","status":"In progress"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "wp files 1",
        expect![[r#"
        > GET /api/v3/work_packages/1/attachments
        1 file
        - fire.txt · 9 bytes · Bellhop Bot · The log (Asked by Ana in Slack.)
    "#]],
    )
    .await;
    desk.check(
        "wp file 1",
        expect![[r#"
        > GET /api/v3/work_packages/1/attachments
        > GET /api/v3/attachments/101/content
        fire.txt of #1
        + fire.txt (9 bytes)
    "#]],
    )
    .await;
    desk.check(
        "wp file 1 name=water.txt",
        expect![[r#"
        > GET /api/v3/work_packages/1/attachments
        BadInput: #1 has no file `water.txt`. It can be fire.txt.
          name: #1 has no file `water.txt`. It can be fire.txt.
    "#]],
    )
    .await;
    assert_eq!(desk.run("wp file 1 name=fire.txt").await.unwrap().files[0].content, b"It burns.");
    desk.check(
        "wp detach 1 fire.txt",
        expect![[r##"
        > GET /api/v3/work_packages/1/attachments
        (only you)
        [Warning]
        This deletes the file fire.txt (9 bytes) from #1. It is gone then.
        [Delete the file: wp detach {"package":"1","name":"#101","confirm":"yes"}]
    "##]],
    )
    .await;
    desk.check("wp detach 1 fire.txt confirm=yes", expect![[r#"
        > GET /api/v3/work_packages/1/attachments
        > DELETE /api/v3/attachments/101
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        [Warning]
        Deleted fire.txt from #1.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: nobody
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [In progress: wp status {"package":"1","status":"In progress"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "wp files 1",
        expect![[r#"
        > GET /api/v3/work_packages/1/attachments
        #1 has no files.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn relations() {
    let desk = desk().await;
    desk.check("wp relations 1", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/relations?filters=%5B%7B%22involved%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D
        1 relation
        - #1 blocks #2 Dark mode for the lobby
    "#]]).await;
    desk.check("wp relate 2 4 kind=follows lag=2 description=\"First the manual\"", expect![[r#"
        > POST /api/v3/work_packages/2/relations {"type":"follows","_links":{"to":{"href":"/api/v3/work_packages/4"}},"lag":2,"description":"First the manual"}
        [Good]
        Now #2 follows #4 Where is the manual? (2 days between): First the manual.
        (Open in OpenProject)
    "#]]).await;
    desk.check("wp relations 2", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/relations?filters=%5B%7B%22involved%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D
        2 relations
        - #2 is blocked by #1 Printer prints only cats
        - #2 follows #4 Where is the manual? (2 days between): First the manual
    "#]]).await;
    desk.check("wp unrelate 2 4", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/relations?filters=%5B%7B%22involved%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D
        > DELETE /api/v3/relations/101
        [Good]
        #2 and #4 are not related any more.
    "#]]).await;
    desk.check("wp unrelate 2 4", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/relations?filters=%5B%7B%22involved%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D
        BadInput: #2 is not related to #4. `wp relations 2` lists what it is related to.
          other: #2 is not related to #4. `wp relations 2` lists what it is related to.
    "#]]).await;
    desk.check("wp relations 4", expect![[r#"
        > GET /api/v3/work_packages/4
        > GET /api/v3/relations?filters=%5B%7B%22involved%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%224%22%5D%7D%7D%5D
        #4 is related to no other work package.
    "#]]).await;
}

#[tokio::test]
async fn watchers() {
    let desk = desk().await;
    desk.check("wp watch 1", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/work_packages/1/watchers {"user":{"href":"/api/v3/users/5"}}
        [Good]
        Ana Example watches #1 now.
    "#]]).await;
    desk.check("wp watch 1 chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/work_packages/1/watchers {"user":{"href":"/api/v3/users/7"}}
        [Good]
        Chloe Example watches #1 now.
    "#]]).await;
    desk.check(
        "wp watchers 1",
        expect![[r#"
        > GET /api/v3/work_packages/1/watchers
        2 watchers
        - Ana Example
        - Chloe Example
    "#]],
    )
    .await;
    desk.check(
        "wp unwatch 1",
        expect![[r#"
        > DELETE /api/v3/work_packages/1/watchers/5
        [Good]
        Ana Example does not watch #1 any more.
    "#]],
    )
    .await;
    desk.check("wp unwatch 1 chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > DELETE /api/v3/work_packages/1/watchers/7
        [Good]
        Chloe Example does not watch #1 any more.
    "#]]).await;
    desk.check(
        "wp watchers 1",
        expect![[r#"
        > GET /api/v3/work_packages/1/watchers
        Nobody watches #1.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn of_two_files_of_a_name_neither_is_deleted() {
    let desk = desk().await;
    for _ in 0..2 {
        desk.run("wp attach 1 file=https://example.org/fire.txt").await.expect("attached");
    }
    let ids = || desk.standin.state().packages[0].files.iter().map(|it| it.id).collect::<Vec<_>>();
    let (first, second) = (ids()[0], ids()[1]);
    for line in ["wp detach 1 fire.txt", "wp detach 1 fire.txt confirm=yes"] {
        let error = desk.run(line).await.expect_err(line);
        let meant = format!("2 files can be meant by `fire.txt`: #{first} (9 bytes) or #{second} (9 bytes).");
        assert_eq!(error.message, format!("{meant} Write the number of one, such as #{first}."));
    }
    desk.run(&format!("wp detach 1 #{second} confirm=yes")).await.expect("deleted");
    assert_eq!(ids(), [first]);
}
