//! Pull requests and their tasks, in Cloud.

use super::*;
use crate::{bitbucket::standin::Opinion, tests::desk::read};

#[tokio::test]
async fn listing() {
    let desk = cloud().await;
    desk.check("pr list repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22&pagelen=10
        Open pull requests in example/website
        - #2 Rewrite the footer · Ana Example · changes requested
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check("pr list repo=example/website state=all limit=2", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&pagelen=2
        Pull requests in example/website
        - #2 Rewrite the footer · Ana Example · changes requested
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
        [Show more: pr list {"repo":"example/website","state":"all","limit":2,"after":"sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&pagelen=2&page=2"}]
    "#]]).await;
    desk.check("pr list repo=website state=merged", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22MERGED%22&pagelen=10
        Merged pull requests in example/website
        - #3 Add a favicon · Chloe Example · merged · 1 of 1 reviewer approved
    "#]]).await;
    desk.check("pr list repo=website author=@ben into=main text=lamp", expect![[r#"
        > GET /2.0/workspaces/example/members?pagelen=100
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22+AND+author.uuid%3D%22%7B6700869c-8ff7-480e-84a7-0a708b028700%7D%22+AND+destination.branch.name%3D%22main%22+AND+title%7E%22lamp%22&pagelen=10
        Open pull requests in example/website by Ben Example
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check("pr list repo=website text=nothing", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22+AND+title%7E%22nothing%22&pagelen=10
        No open pull requests in example/website.
    "#]]).await;
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended() {
    let desk = cloud().await;
    let first = desk.run("pr list repo=website state=all limit=2").await.expect("a list");
    let commands::Block::Buttons(buttons) = first.message.blocks.last().expect("a button") else { panic!("{first:?}") };
    let reply = desk.connected.run(&buttons[0].call, &desk.ctx()).await;
    expect![[r#"
        Pull requests in example/website
        - #3 Add a favicon · Chloe Example · merged · 1 of 1 reviewer approved
    "#]]
    .assert_eq(&read(&reply).replace(&desk.server.url(), "{url}"));
    let mut call = buttons[0].call.clone();
    call.params.insert("after".into(), json!("page=2#/../../user"));
    assert_eq!(desk.connected.run(&call, &desk.ctx()).await.expect_err("no address").kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn what_is_mine() {
    let desk = cloud().await;
    desk.check("pr list reviewer=me limit=5", expect![[r#"
        > GET /2.0/workspaces/example/members?q=user.email+IN+%28%22ana%40example.org%22%29&pagelen=2
        > GET /2.0/repositories/example?sort=-updated_on&pagelen=20&fields=values.full_name
        > GET /2.0/repositories/example/website/pullrequests?q=state%3D%22OPEN%22+AND+reviewers.uuid%3D%22%7B24d4b96f-58da-4d4a-8512-313bbd02a28e%7D%22&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&pagelen=50
        > GET /2.0/repositories/example/rocket/pullrequests?q=state%3D%22OPEN%22+AND+reviewers.uuid%3D%22%7B24d4b96f-58da-4d4a-8512-313bbd02a28e%7D%22&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&pagelen=50
        Open pull requests for review by Ana Example
        - example/rocket#1 Light the second stage · Chloe Example · 0 of 1 reviewer approved
        - example/website#1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check("pr list author=me limit=5", expect![[r#"
        > GET /2.0/workspaces/example/pullrequests/%7B24d4b96f-58da-4d4a-8512-313bbd02a28e%7D?fields=%2Bvalues.participants%2C%2Bvalues.reviewers&state=OPEN&pagelen=5
        Open pull requests by Ana Example
        - example/website#2 Rewrite the footer · Ana Example · changes requested
    "#]]).await;
}

#[tokio::test]
async fn showing() {
    let desk = cloud().await;
    desk.check("pr show 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-20 09:30 UTC)
    "#]]).await;
    desk.check("show example/website#2", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/2
        > GET /2.0/repositories/example/website/commit/53c4614f6c3e/statuses?pagelen=100
        [Bad]
        # #2 Rewrite the footer
        example/website#2 · by Ana Example · feature/footer → main
        State: Open
        Changes requested by: Ben Example
        Builds: 1 passed, 1 failed: TEST
        [Approve: pr approve {"pull":"example/website#2"}] [Merge: pr merge {"pull":"example/website#2"}] [Comment…: pr comment {"pull":"example/website#2"}] [Request changes: pr request changes {"pull":"example/website#2"}] [Files: pr files {"pull":"example/website#2"}] [Decline: pr decline {"pull":"example/website#2"}]
        (Updated 2026-11-20 10:10 UTC)
    "#]]).await;
    desk.check(
        "show 3 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/3
        > GET /2.0/repositories/example/website/commit/7bfa8692aa70/statuses?pagelen=100
        [Good]
        # #3 Add a favicon
        example/website#3 · by Chloe Example · feature/icon → main
        State: Merged
        Approved by: Ana Example
        Merge commit: 7bfa8692a
        [Comment…: pr comment {"pull":"example/website#3"}] [Files: pr files {"pull":"example/website#3"}]
        (Updated 2026-11-20 08:50 UTC)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn opening() {
    let desk = cloud().await;
    desk.check("branch create feature/dimmer repo=website from=feature/lamps", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > POST /2.0/repositories/example/website/refs/branches {"name":"feature/dimmer","target":{"hash":"d4331a81ff111fd360b80c66cee080e232e441b3"}}
        Created feature/dimmer in example/website, from feature/lamps at d4331a81f.
        [Open a pull request…: pr create {"repo":"example/website","source":"feature/dimmer"}]
    "#]]).await;
    desk.check("pr create Dim them more repo=website source=feature/dimmer reviewer=@ben reviewer=chloe description=\"For the night shift\" --close_source", expect![[r#"
        > GET /2.0/workspaces/example/members?pagelen=100
        > POST /2.0/repositories/example/website/pullrequests {"title":"Dim them more","description":"For the night shift\n\nAsked by Ana in Slack.","source":{"branch":{"name":"feature/dimmer"}},"close_source_branch":true,"draft":false,"reviewers":[{"uuid":"{6700869c-8ff7-480e-84a7-0a708b028700}"},{"uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"}]}
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Opened example/website#4.
        # #4 Dim them more
        example/website#4 · by Bellhop · feature/dimmer → main
        State: Open
        Waiting for: Ben Example, Chloe Example
        Builds: 1 passed
        | For the night shift
        | 
        | Asked by Ana in Slack.
        [Approve: pr approve {"pull":"example/website#4"}] [Merge: pr merge {"pull":"example/website#4"}] [Comment…: pr comment {"pull":"example/website#4"}] [Request changes: pr request changes {"pull":"example/website#4"}] [Files: pr files {"pull":"example/website#4"}] [Decline: pr decline {"pull":"example/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    let pull = state.repos[0].pulls.last().expect("a pull request");
    assert_eq!(
        (pull.title.as_str(), pull.source.as_str(), pull.target.as_str(), pull.close_source),
        ("Dim them more", "feature/dimmer", "main", true)
    );
    assert_eq!(pull.reviews.iter().map(|it| it.who).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(pull.description, "For the night shift\n\nAsked by Ana in Slack.");
}

#[tokio::test]
async fn changing() {
    let desk = cloud().await;
    desk.check("pr update 1 repo=website title=\"Dim all lamps\" description=Shorter", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > PUT /2.0/repositories/example/website/pullrequests/1 {"title":"Dim all lamps","description":"Shorter"}
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Updated example/website#1.
        # #1 Dim all lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | Shorter
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("reviewer add 1 bellhop repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/workspaces/example/members?pagelen=100
        > PUT /2.0/repositories/example/website/pullrequests/1 {"title":"Dim all lamps","reviewers":[{"uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"},{"uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"},{"uuid":"{08e888d2-1317-4d2c-8470-c05fbeb5d865}"}]}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Asked Bellhop to review example/website#1.
        # #1 Dim all lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example, Bellhop
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | Shorter
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("reviewer remove 1 chloe repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > PUT /2.0/repositories/example/website/pullrequests/1 {"title":"Dim all lamps","reviewers":[{"uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"},{"uuid":"{08e888d2-1317-4d2c-8470-c05fbeb5d865}"}]}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Chloe Example no longer reviews example/website#1.
        # #1 Dim all lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Waiting for: Ana Example, Bellhop
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | Shorter
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "reviewer remove 1 ben repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        BadInput: Ben Example is no reviewer of example/website#1.
          person: Ben Example is no reviewer of example/website#1.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let pull = &state.repos[0].pulls[0];
    assert_eq!((pull.title.as_str(), pull.description.as_str()), ("Dim all lamps", "Shorter"));
    assert_eq!(pull.reviews.iter().filter(|it| it.asked).map(|it| it.who).collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test]
async fn approving() {
    let desk = cloud().await;
    desk.check("pr approve 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/approve
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Ana approved example/website#1.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example, Bellhop
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pr unapprove 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/user
        > DELETE /2.0/repositories/example/website/pullrequests/1/approve
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Ana took the review of example/website#1 back.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "pr unapprove 1 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > DELETE /2.0/repositories/example/website/pullrequests/1/approve
        NotFound: The bot's account has not approved example/website#1.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let own = state.repos[0].pulls[0].reviews.iter().find(|it| it.who == 0).expect("the bot's review");
    assert_eq!(own.opinion, Opinion::Waiting);
}

#[tokio::test]
async fn sending_back() {
    let desk = cloud().await;
    desk.check("pr request changes 1 repo=website comment=\"Too dark to read.\"", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/request-changes
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"content":{"raw":"Too dark to read.\n\nAsked by Ana in Slack."}}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        [Warning]
        Ana asked for changes to example/website#1.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Changes requested by: Bellhop
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
    desk.check("pr unapprove 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/user
        > DELETE /2.0/repositories/example/website/pullrequests/1/request-changes
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Ana took the review of example/website#1 back.
        (Done by the bot's own account: Bitbucket lets nobody act for others.)
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
    let state = desk.standin.state();
    assert_eq!(state.repos[0].pulls[0].comments.last().expect("a comment").text, "Too dark to read.\n\nAsked by Ana in Slack.");
}

#[tokio::test]
async fn merging() {
    let desk = cloud().await;
    desk.check("pr merge 1 repo=website strategy=squash message=\"Dimmer.\" close_source=true", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/merge {"type":"pullrequest_merge_parameters","message":"Dimmer.\n\nAsked by Ana in Slack.","close_source_branch":true,"merge_strategy":"squash"}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        [Good]
        Ana merged example/website#1 into main.
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Merged
        Approved by: Chloe Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        Merge commit: db7b0f3d0
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Comment…: pr comment {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "pr merge 1 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        Conflict: example/website#1 is merged already.
    "#]],
    )
    .await;
    desk.check(
        "pr merge 2 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/2
        > POST /2.0/repositories/example/website/pullrequests/2/merge {"type":"pullrequest_merge_parameters"}
        Validation: Bitbucket does not merge example/website#2 now: The pull request has merge conflicts.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let repo = &state.repos[0];
    assert_eq!((repo.pulls[0].state, repo.pulls[0].merge_strategy.as_deref()), ("MERGED", Some("squash")));
    assert!(repo.branch("feature/lamps").is_none(), "its branch is deleted");
    assert_eq!(repo.commits[0].message, "Dimmer.\n\nAsked by Ana in Slack.");
    assert_eq!(repo.pulls[1].state, "OPEN");
}

#[tokio::test]
async fn declining() {
    let desk = cloud().await;
    desk.check("pr decline 1 repo=website comment=\"We replace the lamps.\"", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"content":{"raw":"We replace the lamps.\n\nAsked by Ana in Slack."}}
        > POST /2.0/repositories/example/website/pullrequests/1/decline
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Ana declined example/website#1.
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Declined
        Approved by: Chloe Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 2
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Comment…: pr comment {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "pr reopen 1 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        BadInput: Bitbucket Cloud cannot reopen a declined pull request. Open a new one from the same branch.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.repos[0].pulls[0].state, "DECLINED");
}

#[tokio::test]
async fn discussing() {
    let desk = cloud().await;
    desk.check("pr comment 1 Looks good to me repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"content":{"raw":"Looks good to me\n\nAsked by Ana in Slack."}}
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
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"content":{"raw":"Why so bright?\n\nAsked by Ana in Slack."},"parent":{"id":11},"inline":{"path":"lamps.css","to":3}}
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
        [Show more: pr files {"pull":"1","repo":"website","limit":1,"after":"from_pullrequest_id=1&topic=true&pagelen=1&page=2"}]
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
