//! The same commands in Data Center.

use super::*;

#[tokio::test]
async fn looking_at_pull_requests() {
    let desk = center().await;
    desk.check(
        "pr list repo=website state=all limit=2",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests?state=ALL&order=NEWEST&limit=2
            Pull requests in DEMO/website
            - #2 Rewrite the footer · Ana Example · changes requested
            - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
            [Show more: pr list {"repo":"website","state":"all","waiting":false,"limit":2,"after":"2"}]
        "#]],
    )
    .await;
    desk.check("pr list repo=DEMO/website author=ben into=main text=lamp", expect![[r#"
        > GET /rest/api/latest/users?filter=ben
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests?state=OPEN&order=NEWEST&at=refs%2Fheads%2Fmain&direction=INCOMING&filterText=lamp&username.1=ben&role.1=AUTHOR&limit=10
        Open pull requests in DEMO/website by Ben Example
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check(
        "pr list reviewer=me",
        expect![[r#"
            > GET /rest/api/latest/users?filter=ana%40example.org
            > GET /rest/api/latest/dashboard/pull-requests?role=REVIEWER&user=ana&order=NEWEST&state=OPEN&limit=10
            Open pull requests for review by Ana Example
            - APOLLO/rocket#1 Light the second stage · Chloe Example · 0 of 1 reviewer approved
            - DEMO/website#1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
        "#]],
    )
    .await;
    desk.check(
        "pr list author=me state=all",
        expect![[r#"
        > GET /rest/api/latest/dashboard/pull-requests?role=AUTHOR&user=ana&order=NEWEST&limit=10
        Pull requests by Ana Example
        - DEMO/website#2 Rewrite the footer · Ana Example · changes requested
    "#]],
    )
    .await;
    desk.check("show 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        # #1 Dim the lobby lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-20 09:30 UTC)
    "#]]).await;
    desk.check(
        "pr files 1 repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/changes?limit=30
            Files of DEMO/website#1 Dim the lobby lamps
            File | Change
            lamps.css | modified
            docs/lamps.md | added
        "#]],
    )
    .await;
    desk.check(
        "pr commits 1 repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/commits?limit=10
        Commits of DEMO/website#1
        - d4331a81f Dim the lobby lamps · Ben Example · 2026-11-20 08:55 UTC
    "#]],
    )
    .await;
    desk.check(
        "pr comments 1 repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/activities?limit=10
        Comments on DEMO/website#1
        - Chloe Example 2026-11-20 09:20 UTC lamps.css:2: Much better at night! (no. 11)
        [Comment…: pr comment {"pull":"DEMO/website#1"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn opening_and_changing() {
    let desk = center().await;
    desk.check(
        "branch create feature/dimmer repo=website from=feature/lamps",
        expect![[r#"
        > POST /rest/api/latest/projects/DEMO/repos/website/branches {"name":"feature/dimmer","startPoint":"feature/lamps"}
        Created feature/dimmer in DEMO/website, from feature/lamps at d4331a81f.
        [Open a pull request…: pr create {"repo":"DEMO/website","source":"feature/dimmer"}]
    "#]],
    )
    .await;
    desk.check("pr create Dim them more repo=website source=feature/dimmer reviewer=@ben --draft", expect![[r#"
        > GET /rest/api/latest/users?filter=ben
        > GET /rest/api/latest/projects/DEMO/repos/website
        > GET /rest/api/latest/projects/DEMO/repos/website/default-branch
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests {"title":"Dim them more","description":"Asked by Ana in Slack.","fromRef":{"id":"refs/heads/feature/dimmer","repository":{"slug":"website","project":{"key":"DEMO"}}},"toRef":{"id":"refs/heads/main","repository":{"slug":"website","project":{"key":"DEMO"}}},"reviewers":[{"user":{"name":"ben"}}],"draft":true}
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Opened DEMO/website#4.
        # #4 Dim them more
        DEMO/website#4 · by Bellhop · feature/dimmer → main
        State: Open (draft)
        Waiting for: Ben Example
        Builds: 1 passed
        | Asked by Ana in Slack.
        [Approve: pr approve {"pull":"DEMO/website#4"}] [Merge: pr merge {"pull":"DEMO/website#4"}] [Comment…: pr comment {"pull":"DEMO/website#4"}] [Request changes: pr request changes {"pull":"DEMO/website#4"}] [Files: pr files {"pull":"DEMO/website#4"}] [Decline: pr decline {"pull":"DEMO/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pr update 1 repo=website title=\"Dim all lamps\"", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1 {"version":1,"title":"Dim all lamps","description":"They are too bright at night.\n\nTurns them down at ten.","toRef":{"id":"refs/heads/main","repository":{"slug":"website","project":{"key":"DEMO"}}},"reviewers":[{"user":{"name":"ana"}},{"user":{"name":"chloe"}}]}
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Updated DEMO/website#1.
        # #1 Dim all lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "reviewer add 1 ben repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        BadInput: Ben Example wrote this pull request, and cannot review it.
          person: Ben Example wrote this pull request, and cannot review it.
    "#]],
    )
    .await;
    desk.check("reviewer add 1 bellhop repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/users?filter=bellhop
        > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1 {"version":2,"title":"Dim all lamps","description":"They are too bright at night.\n\nTurns them down at ten.","toRef":{"id":"refs/heads/main","repository":{"slug":"website","project":{"key":"DEMO"}}},"reviewers":[{"user":{"name":"ana"}},{"user":{"name":"chloe"}},{"user":{"name":"bellhop"}}]}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Asked Bellhop to review DEMO/website#1.
        # #1 Dim all lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example, Bellhop
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("reviewer remove 1 chloe repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/users?filter=chloe
        > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1 {"version":3,"title":"Dim all lamps","description":"They are too bright at night.\n\nTurns them down at ten.","toRef":{"id":"refs/heads/main","repository":{"slug":"website","project":{"key":"DEMO"}}},"reviewers":[{"user":{"name":"ana"}},{"user":{"name":"bellhop"}}]}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Chloe Example no longer reviews DEMO/website#1.
        # #1 Dim all lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Waiting for: Ana Example, Bellhop
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    let repo = &state.repos[0];
    assert!(repo.pulls.last().expect("a pull request").draft);
    assert_eq!((repo.pulls[0].title.as_str(), repo.pulls[0].reviews.len()), ("Dim all lamps", 2));
}

#[tokio::test]
async fn discussing() {
    let desk = center().await;
    desk.check("pr comment 1 Looks good to me repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/comments {"text":"Looks good to me\n\nAsked by Ana in Slack."}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Commented on DEMO/website#1.
        # #1 Dim the lobby lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 2
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pr comment 1 Why? repo=website path=lamps.css line=3", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/diff/lamps.css?withComments=false
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/comments {"text":"Why?\n\nAsked by Ana in Slack.","anchor":{"path":"lamps.css","diffType":"EFFECTIVE","line":3,"lineType":"ADDED","fileType":"TO"}}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Commented on DEMO/website#1.
        # #1 Dim the lobby lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 3
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pr comment 1 Because. repo=website reply_to=11", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/comments {"text":"Because.\n\nAsked by Ana in Slack.","parent":{"id":11}}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Commented on DEMO/website#1.
        # #1 Dim the lobby lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 4
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"DEMO/website#1"}] [Merge: pr merge {"pull":"DEMO/website#1"}] [Comment…: pr comment {"pull":"DEMO/website#1"}] [Request changes: pr request changes {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}] [Decline: pr decline {"pull":"DEMO/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "pr comments 1 repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/activities?limit=10
            Comments on DEMO/website#1
            - Bellhop 2026-11-21 10:00 UTC lamps.css:3: Why? Asked by Ana in Slack. (no. 102)
            - Bellhop 2026-11-21 10:00 UTC: Looks good to me Asked by Ana in Slack. (no. 101)
            - Bellhop 2026-11-21 10:00 UTC: Because. Asked by Ana in Slack. (no. 103)
            - Chloe Example 2026-11-20 09:20 UTC lamps.css:2: Much better at night! (no. 11)
            [Comment…: pr comment {"pull":"DEMO/website#1"}]
        "#]],
    )
    .await;
    desk.check(
        "task list 1 repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments?limit=100
        Tasks of DEMO/website#1: 1 open of 1
        - ☐ 21 Try it at noon · Chloe Example
        [Done: Try it at noon: task done {"pull":"DEMO/website#1","task":"21"}] [Add a task…: task add {"pull":"DEMO/website#1"}]
    "#]],
    )
    .await;
    desk.check("task add 1 Try it twice repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments {"text":"Try it twice\n\nAsked by Ana in Slack.","severity":"BLOCKER"}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments?limit=100
        Added task 104 to DEMO/website#1.
        Tasks of DEMO/website#1: 2 open of 2
        - ☐ 21 Try it at noon · Chloe Example
        - ☐ 104 Try it twice Asked by Ana in Slack. · Bellhop
        [Done: Try it at noon: task done {"pull":"DEMO/website#1","task":"21"}] [Done: Try it twice Asked b…: task done {"pull":"DEMO/website#1","task":"104"}] [Add a task…: task add {"pull":"DEMO/website#1"}]
    "#]]).await;
    desk.check(
        "task done 1 21 repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments?limit=100
            > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments/21 {"state":"RESOLVED","version":0}
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments?limit=100
            Task 21 of DEMO/website#1 is done.
            Tasks of DEMO/website#1: 1 open of 2
            - ☑ 21 Try it at noon · Chloe Example
            - ☐ 104 Try it twice Asked by Ana in Slack. · Bellhop
            [Done: Try it twice Asked b…: task done {"pull":"DEMO/website#1","task":"104"}] [Add a task…: task add {"pull":"DEMO/website#1"}]
        "#]],
    )
    .await;
    desk.check(
        "task reopen 1 21 repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments?limit=100
            > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments/21 {"state":"OPEN","version":1}
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/blocker-comments?limit=100
            Task 21 of DEMO/website#1 is open again.
            Tasks of DEMO/website#1: 2 open of 2
            - ☐ 21 Try it at noon · Chloe Example
            - ☐ 104 Try it twice Asked by Ana in Slack. · Bellhop
            [Done: Try it at noon: task done {"pull":"DEMO/website#1","task":"21"}] [Done: Try it twice Asked b…: task done {"pull":"DEMO/website#1","task":"104"}] [Add a task…: task add {"pull":"DEMO/website#1"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_comment_is_anchored_to_what_its_line_is() {
    let desk = center().await;
    for line in [1, 3] {
        desk.run(&format!("pr comment 1 Why? repo=website path=lamps.css line={line}")).await.expect("a comment");
        let state = desk.standin.state();
        let last = state.repos[0].pulls[0].comments.last().expect("a comment");
        assert_eq!(last.place, Some(("lamps.css".to_owned(), Some(line))));
    }
    let sent: Vec<String> = desk.server.exchanges().iter().map(|it| it.request_line()).collect();
    let types: Vec<&str> = sent.iter().filter_map(|it| it.split_once("\"lineType\":\"")?.1.split('"').next()).collect();
    assert_eq!(types, ["CONTEXT", "ADDED"]);
}

#[tokio::test]
async fn words_are_found_in_descriptions_too() {
    let desk = center().await;
    let text = read(&desk.run("pr list repo=website text=\"at ten\"").await);
    assert!(text.contains("#1 Dim the lobby lamps"), "{text}");
}
