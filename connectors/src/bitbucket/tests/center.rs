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
        [Show more: pr list {"repo":"website","state":"all","limit":2,"after":"2"}]
    "#]],
    )
    .await;
    desk.check("pr list repo=DEMO/website author=ben into=main text=lamp", expect![[r#"
        > GET /rest/api/latest/users?filter=ben&limit=100
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests?state=OPEN&order=NEWEST&at=refs%2Fheads%2Fmain&direction=INCOMING&filterText=lamp&username.1=ben&role.1=AUTHOR&limit=10
        Open pull requests in DEMO/website by Ben Example
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check(
        "pr list reviewer=me",
        expect![[r#"
        > GET /rest/api/latest/users?filter=ana%40example.org&limit=100
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
        > GET /rest/api/latest/users?filter=ben&limit=100
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
        > GET /rest/api/latest/users?filter=bellhop&limit=100
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
        > GET /rest/api/latest/users?filter=chloe&limit=100
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
async fn reviewing() {
    let desk = center().await;
    desk.check("pr approve 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/application-properties
        > GET /rest/api/latest/users?filter=bellhop&limit=100
        > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/participants/bellhop {"status":"APPROVED"}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Ana approved DEMO/website#1.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
        # #1 Dim the lobby lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example, Bellhop
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
    desk.check("pr request changes 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/application-properties
        > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/participants/bellhop {"status":"NEEDS_WORK"}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        [Warning]
        Ana asked for changes to DEMO/website#1.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
        # #1 Dim the lobby lamps
        DEMO/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Changes requested by: Bellhop
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
    desk.check("pr unapprove 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/application-properties
        > GET /rest/api/latest/application-properties
        > PUT /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/participants/bellhop {"status":"UNAPPROVED"}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
        Ana took the review of DEMO/website#1 back.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
        # #1 Dim the lobby lamps
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
}

#[tokio::test]
async fn merging_and_declining() {
    let desk = center().await;
    desk.check(
        "pr merge 1 repo=website strategy=squash close_source=true",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
            > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/1/merge?version=1 {"strategyId":"squash"}
            > DELETE /rest/branch-utils/latest/projects/DEMO/repos/website/branches {"name":"refs/heads/feature/lamps","dryRun":false}
            > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
            > GET /rest/build-status/latest/commits/d4331a81ff111fd360b80c66cee080e232e441b3?limit=100
            [Good]
            Ana merged DEMO/website#1 into main.
            # #1 Dim the lobby lamps
            DEMO/website#1 · by Ben Example · feature/lamps → main
            State: Merged
            Approved by: Chloe Example
            Builds: 1 passed
            Open tasks: 1
            Comments: 1
            Merge commit: 79d03d371
            | They are too bright at night.
            | 
            | Turns them down at ten.
            [Comment…: pr comment {"pull":"DEMO/website#1"}] [Files: pr files {"pull":"DEMO/website#1"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    desk.check("pr merge 2 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/2
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/2/merge?version=1 {}
        Conflict: Bitbucket does not merge DEMO/website#2 now: Merging the pull request has been vetoed; The pull request has merge conflicts.
    "#]]).await;
    desk.check("pr decline 2 repo=website comment=\"Not now.\"", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/2
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/2/decline?version=2 {"comment":"Not now.\n\nAsked by Ana in Slack."}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/2
        > GET /rest/build-status/latest/commits/53c4614f6c3ef1463af760ee9a8cb5ea844e3105?limit=100
        Ana declined DEMO/website#2.
        # #2 Rewrite the footer
        DEMO/website#2 · by Ana Example · feature/footer → main
        State: Declined
        Changes requested by: Ben Example
        Builds: 1 passed, 1 failed: TEST
        Comments: 1
        [Reopen: pr reopen {"pull":"DEMO/website#2"}] [Comment…: pr comment {"pull":"DEMO/website#2"}] [Files: pr files {"pull":"DEMO/website#2"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pr reopen 2 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/2
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests/2/reopen?version=3 {}
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/2
        > GET /rest/build-status/latest/commits/53c4614f6c3ef1463af760ee9a8cb5ea844e3105?limit=100
        [Bad]
        Ana opened DEMO/website#2 again.
        # #2 Rewrite the footer
        DEMO/website#2 · by Ana Example · feature/footer → main
        State: Open
        Changes requested by: Ben Example
        Builds: 1 passed, 1 failed: TEST
        Comments: 1
        [Approve: pr approve {"pull":"DEMO/website#2"}] [Merge: pr merge {"pull":"DEMO/website#2"}] [Comment…: pr comment {"pull":"DEMO/website#2"}] [Request changes: pr request changes {"pull":"DEMO/website#2"}] [Files: pr files {"pull":"DEMO/website#2"}] [Decline: pr decline {"pull":"DEMO/website#2"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    let repo = &state.repos[0];
    assert_eq!((repo.pulls[0].state, repo.pulls[0].merge_strategy.as_deref()), ("MERGED", Some("squash")));
    assert!(repo.branch("feature/lamps").is_none());
    assert_eq!(repo.pulls[1].state, "OPEN");
    assert_eq!(repo.pulls[1].comments.last().expect("why").text, "Not now.\n\nAsked by Ana in Slack.");
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
async fn repositories_and_what_is_in_them() {
    let desk = center().await;
    desk.check(
        "repo list",
        expect![[r#"
        > GET /rest/api/latest/repos?limit=10
        Repositories
        - DEMO/website · What visitors see
        - APOLLO/rocket · Flies to the moon · public
    "#]],
    )
    .await;
    desk.check(
        "repo list project=APOLLO text=rock",
        expect![[r#"
        > GET /rest/api/latest/repos?projectkey=[hidden]&name=rock&limit=10
        Repositories
        - APOLLO/rocket · Flies to the moon · public
    "#]],
    )
    .await;
    desk.check("repo show APOLLO/rocket", expect![[r#"
        > GET /rest/api/latest/projects/APOLLO/repos/rocket
        > GET /rest/api/latest/projects/APOLLO/repos/rocket/default-branch
        # Rocket
        APOLLO/rocket
        Project: APOLLO
        Access: Public
        Main branch: main
        Clone: {url}/scm/apollo/rocket.git
        Clone with SSH: ssh://git@git.example.org:7999/apollo/rocket.git
        | Flies to the moon
        [Pull requests: pr list {"repo":"APOLLO/rocket"}] [Open a pull request…: pr create {"repo":"APOLLO/rocket"}] [Branches: branch list {"repo":"APOLLO/rocket"}] [Commits: commit list {"repo":"APOLLO/rocket"}] [Link to this channel: link {"repo":"APOLLO/rocket"}]
    "#]]).await;
    desk.check("repo create Lobby Display project=DEMO", expect![[r#"
        > POST /rest/api/latest/projects/DEMO/repos {"name":"Lobby Display","scmId":"git","public":false}
        Created DEMO/lobby-display.
        # Lobby Display
        DEMO/lobby-display
        Project: DEMO
        Access: Private
        Main branch: none yet
        Clone: {url}/scm/demo/lobby-display.git
        Clone with SSH: ssh://git@git.example.org:7999/demo/lobby-display.git
        [Pull requests: pr list {"repo":"DEMO/lobby-display"}] [Open a pull request…: pr create {"repo":"DEMO/lobby-display"}] [Branches: branch list {"repo":"DEMO/lobby-display"}] [Commits: commit list {"repo":"DEMO/lobby-display"}] [Link to this channel: link {"repo":"DEMO/lobby-display"}]
    "#]]).await;
    desk.check(
        "branch list repo=website text=feature",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/branches?details=true&orderBy=MODIFICATION&filterText=feature&limit=10
        Branches of DEMO/website
        - feature/footer · 53c4614f6 Rewrite the footer · Ana Example · 2026-11-20 09:35 UTC
        - feature/lamps · d4331a81f Dim the lobby lamps · Ben Example · 2026-11-20 08:55 UTC
    "#]],
    )
    .await;
    desk.check("branch delete feature/lamps repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/branches?details=true&filterText=feature%2Flamps&boostMatches=true&limit=100
        > GET /rest/api/latest/projects/DEMO/repos/website
        > GET /rest/api/latest/projects/DEMO/repos/website/default-branch
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests?state=OPEN&order=NEWEST&limit=50
        (only you)
        This deletes the branch feature/lamps of DEMO/website, at d4331a81f.
        Its last commit is “Dim the lobby lamps” by Ben Example.
        It is the source of the open pull request #1, which loses it.
        Commits that are on no other branch are lost, unless somebody has them or remembers the number above.
        [Delete the branch: branch delete {"branch":"feature/lamps","repo":"DEMO/website","confirm":"yes"}]
    "#]]).await;
    desk.check("branch delete feature/lamps repo=website confirm=yes", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/branches?details=true&filterText=feature%2Flamps&boostMatches=true&limit=100
        > DELETE /rest/branch-utils/latest/projects/DEMO/repos/website/branches {"name":"refs/heads/feature/lamps","dryRun":false}
        Deleted the branch feature/lamps of DEMO/website. It was at d4331a81ff111fd360b80c66cee080e232e441b3.
    "#]]).await;
    desk.check(
        "tag list repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/tags?orderBy=MODIFICATION&limit=10
        Tags of DEMO/website
        - v1.0 · 50ee9f040
    "#]],
    )
    .await;
    desk.check(
        "tag create v1.1 repo=website message=\"The dim one\"",
        expect![[r#"
        > POST /rest/api/latest/projects/DEMO/repos/website/tags {"name":"v1.1","startPoint":"main","message":"The dim one"}
        Tagged main of DEMO/website as v1.1, at 7bfa8692a.
    "#]],
    )
    .await;
    desk.check(
        "tag delete v1.1 repo=website confirm=yes",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/tags/v1.1
        > DELETE /rest/git/latest/projects/DEMO/repos/website/tags/v1.1
        Deleted the tag v1.1 of DEMO/website. It was at 7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2.
    "#]],
    )
    .await;
    desk.check(
        "commit list repo=website limit=1",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/commits?limit=1
        Commits of DEMO/website
        - 7bfa8692a Add a favicon · Chloe Example · 2026-11-20 08:40 UTC
        [Show more: commit list {"repo":"website","limit":1,"after":"1"}]
    "#]],
    )
    .await;
    desk.check("commit show feature/footer repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/commits/feature%2Ffooter
        > GET /rest/build-status/latest/commits/53c4614f6c3ef1463af760ee9a8cb5ea844e3105?limit=100
        [Bad]
        # Rewrite the footer
        53c4614f6 in DEMO/website · by Ana Example · 2026-11-20 09:35 UTC
        - TEST: failed · 1 link is broken
        - LINT: passed
        [Branch from here…: branch create {"repo":"DEMO/website","from":"53c4614f6c3ef1463af760ee9a8cb5ea844e3105"}] [Tag…: tag create {"repo":"DEMO/website","at":"53c4614f6c3ef1463af760ee9a8cb5ea844e3105"}]
    "#]]).await;
    desk.check(
        "commit statuses feature/footer repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/commits/feature%2Ffooter
        > GET /rest/build-status/latest/commits/53c4614f6c3ef1463af760ee9a8cb5ea844e3105?limit=100
        [Bad]
        Builds of 53c4614f6 in DEMO/website
        - TEST: failed · 1 link is broken
        - LINT: passed
    "#]],
    )
    .await;
    desk.check(
        "file show README.md repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/browse/README.md?limit=200
        > GET /rest/api/latest/projects/DEMO/repos/website/raw/README.md
        README.md: README.md of DEMO/website
        # Website

        What visitors see.

    "#]],
    )
    .await;
    desk.check(
        "file show docs repo=website at=main",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/browse/docs?limit=200&at=main
        docs of DEMO/website at main
        - docs/install.md
    "#]],
    )
    .await;
    desk.check(
        "file show repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/browse?limit=200
        DEMO/website
        - docs/
        - README.md
        - lamps.css
    "#]],
    )
    .await;
    desk.check(
        "project list",
        expect![[r#"
        > GET /rest/api/latest/projects?limit=10
        Projects
        - DEMO Demo · What visitors see
        - APOLLO Apollo · To the moon
    "#]],
    )
    .await;
    desk.check(
        "project create Lobby key=LOBBY",
        expect![[r#"
        > POST /rest/api/latest/projects {"key":"LOBBY","name":"Lobby"}
        Created the project LOBBY Lobby.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_it_lacks_it_says() {
    let desk = center().await;
    desk.check("pipeline list repo=website", expect![[r#"
        BadInput: Bitbucket Data Center has no Pipelines. Its builds run elsewhere, such as in Jenkins or Bamboo; `commit statuses` shows what they report.
    "#]]).await;
    desk.check(
        "issue list repo=website",
        expect![[r#"
        BadInput: Bitbucket Data Center has no issue tracker. Issues are kept elsewhere, such as in Jira: connect that.
    "#]],
    )
    .await;
    desk.check("search brightness", expect![[r#"
        BadInput: Bitbucket Data Center has no published API to search code. Search on its web page; `repo list text=…` finds repositories.
    "#]]).await;
    desk.check(
        "workspace list",
        expect![[r#"
        BadInput: Bitbucket Data Center has no workspaces. `project list` shows its projects.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_an_edition_lacks_is_known_beforehand() {
    for (door, version, missing) in [(Door::Cloud, "Bitbucket Cloud", 1), (Door::Center, "Bitbucket Data Center 9.4.1", 16)] {
        let desk = desk(door).await;
        let features = desk.connected.features().await.expect("an answer");
        assert_eq!((features.version.as_deref(), features.missing.len()), (Some(version), missing));
        for it in &features.missing {
            assert!(desk.group.find(it.action).is_some(), "{} is no action", it.action);
            let call = Call::new("bitbucket", it.action, json!({"pull": "1", "repo": "website"}));
            // It says the same when it is asked for all the same.
            if let Err(error) = desk.connected.run(&call, &desk.ctx()).await {
                assert_eq!(error.kind, ErrorKind::BadInput, "{}: {error}", it.action);
            }
        }
    }
}

#[tokio::test]
async fn links_of_data_center_are_followed() {
    let desk = center().await;
    let url = desk.server.url();
    let reply = desk.run(&format!("show {url}/projects/DEMO/repos/website/pull-requests/2/overview")).await.expect("it is there");
    assert_eq!(reply.message.summary(), "#2 Rewrite the footer");
    assert_eq!(reply.card.expect("a card").object, format!("{url}/projects/DEMO/repos/website/pull-requests/2"));
}

#[tokio::test]
async fn nobody_loses_a_change_of_somebody_else() {
    let desk = center().await;
    let standin = desk.standin.clone();
    // Somebody changes it between our look and our merge.
    let mut watch = desk.server.watch();
    let meanwhile = async {
        watch.recv().await.expect("a look at it");
        standin.state().repos[0].pulls[0].version += 1;
    };
    let (outcome, ()) = tokio::join!(desk.run("pr merge 1 repo=website"), meanwhile);
    let merged = desk.standin.state().repos[0].pulls[0].state;
    match outcome {
        Err(error) => assert_eq!((error.kind, merged), (ErrorKind::Conflict, "OPEN"), "{error}"),
        Ok(_) => assert_eq!(merged, "MERGED", "the merge was quicker than the change"),
    }
}
