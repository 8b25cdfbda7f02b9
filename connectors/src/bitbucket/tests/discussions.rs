//! What is said of pull requests, and what is in them, in Cloud.

use super::*;

#[tokio::test]
async fn discussing() {
    let desk = cloud().await;
    desk.check("pr comment 1 Looks good to me repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"type":"pullrequest_comment","content":{"raw":"Looks good to me\n\nAsked by Ana in Slack."}}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Commented on example/website#1.
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 2
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pr comment 1 Why so bright? repo=website path=lamps.css line=3 reply_to=11", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"type":"pullrequest_comment","content":{"raw":"Why so bright?\n\nAsked by Ana in Slack."},"parent":{"type":"pullrequest_comment","id":11},"inline":{"path":"lamps.css","to":3}}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Commented on example/website#1.
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 3
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "pr comments 1 repo=website",
        expect![[r#"
            > GET /2.0/repositories/example/website/pullrequests/1
            > GET /2.0/repositories/example/website/pullrequests/1/comments?sort=-created_on&q=deleted%3Dfalse&pagelen=10
            Comments on example/website#1
            - Bellhop 2026-11-21 10:00 UTC lamps.css:3: Why so bright? Asked by Ana in Slack. (no. 102)
            - Bellhop 2026-11-21 10:00 UTC: Looks good to me Asked by Ana in Slack. (no. 101)
            - Chloe Example 2026-11-20 09:20 UTC lamps.css:2: Much better at night! (no. 11)
            [Comment…: pr comment {"pull":"example/website#1"}]
        "#]],
    )
    .await;
    desk.check(
        "pr comments 2 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/2
        > GET /2.0/repositories/example/website/pullrequests/2/comments?sort=-created_on&q=deleted%3Dfalse&pagelen=10
        Nobody has commented on example/website#2.
        [Comment…: pr comment {"pull":"example/website#2"}]
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let last = state.repos[0].pulls[0].comments.last().expect("a comment").clone();
    assert_eq!((last.parent, last.place), (Some(11), Some(("lamps.css".to_owned(), Some(3)))));
}

#[tokio::test]
async fn what_is_in_it() {
    let desk = cloud().await;
    desk.check("pr files 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/diffstat
        > GET /2.0/repositories/example/website/diffstat/example/website:d4331a81ff11%0D7bfa8692aa70?from_pullrequest_id=1&topic=true&pagelen=30
        Files of example/website#1 Dim the lobby lamps
        File | Change | Lines
        lamps.css | modified | +4 −1
        docs/lamps.md | added | +12 −0
    "#]]).await;
    desk.check("pr files 1 repo=website limit=1", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/diffstat
        > GET /2.0/repositories/example/website/diffstat/example/website:d4331a81ff11%0D7bfa8692aa70?from_pullrequest_id=1&topic=true&pagelen=1
        Files of example/website#1 Dim the lobby lamps
        File | Change | Lines
        lamps.css | modified | +4 −1
        [Show more: pr files {"pull":"1","repo":"website","limit":1,"after":"/repositories/example/website/diffstat/example/website:d4331a81ff11%0D7bfa8692aa70?from_pullrequest_id=1&topic=true&pagelen=1&page=2"}]
    "#]]).await;
    desk.check(
        "pr commits 1 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/commits?pagelen=10
        Commits of example/website#1
        - d4331a81f Dim the lobby lamps · Ben Example · 2026-11-20 08:55 UTC
    "#]],
    )
    .await;
}

#[tokio::test]
async fn tasks_of_it() {
    let desk = cloud().await;
    desk.check("task list 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        Tasks of example/website#1: 1 open of 1
        - ☐ 21 Try it at noon · Chloe Example
        [Done: Try it at noon: task done {"pull":"example/website#1","task":"21"}] [Add a task…: task add {"pull":"example/website#1"}]
    "#]]).await;
    desk.check("task add 1 Try it on the small screen repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/tasks {"content":{"raw":"Try it on the small screen\n\nAsked by Ana in Slack."}}
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        Added task 101 to example/website#1.
        Tasks of example/website#1: 2 open of 2
        - ☐ 21 Try it at noon · Chloe Example
        - ☐ 101 Try it on the small screen Asked by Ana in Slack. · Bellhop
        [Done: Try it at noon: task done {"pull":"example/website#1","task":"21"}] [Done: Try it on the small…: task done {"pull":"example/website#1","task":"101"}] [Add a task…: task add {"pull":"example/website#1"}]
    "#]]).await;
    desk.check("task done 1 21 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        > PUT /2.0/repositories/example/website/pullrequests/1/tasks/21 {"state":"RESOLVED"}
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        Task 21 of example/website#1 is done.
        Tasks of example/website#1: 1 open of 2
        - ☑ 21 Try it at noon · Chloe Example
        - ☐ 101 Try it on the small screen Asked by Ana in Slack. · Bellhop
        [Done: Try it on the small…: task done {"pull":"example/website#1","task":"101"}] [Add a task…: task add {"pull":"example/website#1"}]
    "#]]).await;
    desk.check("task reopen 1 21 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        > PUT /2.0/repositories/example/website/pullrequests/1/tasks/21 {"state":"UNRESOLVED"}
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        Task 21 of example/website#1 is open again.
        Tasks of example/website#1: 2 open of 2
        - ☐ 21 Try it at noon · Chloe Example
        - ☐ 101 Try it on the small screen Asked by Ana in Slack. · Bellhop
        [Done: Try it at noon: task done {"pull":"example/website#1","task":"21"}] [Done: Try it on the small…: task done {"pull":"example/website#1","task":"101"}] [Add a task…: task add {"pull":"example/website#1"}]
    "#]]).await;
    desk.check(
        "task done 1 99 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/pullrequests/1/tasks?pagelen=100
        BadInput: example/website#1 has no task 99. `task list` shows those it has.
          task: example/website#1 has no task 99. `task list` shows those it has.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let tasks = &state.repos[0].pulls[0].tasks;
    assert_eq!(tasks.iter().map(|it| it.done).collect::<Vec<_>>(), [false, false]);
    assert_eq!(tasks[1].text, "Try it on the small screen\n\nAsked by Ana in Slack.");
}
