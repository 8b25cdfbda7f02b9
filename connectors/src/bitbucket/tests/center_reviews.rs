//! The same commands in Data Center: what becomes of pull requests.

use super::*;
use crate::{
    Connector, Http,
    bitbucket::model::{Merging, RepoId},
    http::Policy,
    standin::Standin,
};

#[tokio::test]
async fn reviewing() {
    let desk = center().await;
    desk.check("pr approve 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/1
        > GET /rest/api/latest/application-properties
        > GET /rest/api/latest/users?filter=bellhop
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
async fn a_branch_that_stays_is_said() {
    let desk = center().await;
    // The main branch cannot be deleted.
    desk.standin.state().repos[0].main = "feature/lamps".into();
    let reply = desk.run("pr merge 1 repo=website close_source=true").await;
    let text = read(&reply);
    assert!(
        text.contains("Ana merged DEMO/website#1 into main.\nBut the branch `feature/lamps` was not deleted: Bitbucket"),
        "{text}"
    );
    assert_eq!(desk.standin.state().repos[0].pulls[0].state, "MERGED");
}

#[tokio::test]
async fn nobody_loses_a_change_of_somebody_else() {
    let desk = center().await;
    let http = Http::new("bitbucket", "Bitbucket", &desk.server.url(), Policy::default()).expect("an address");
    let config = serde_json::Value::Object(desk.standin.connection(&desk.server.url()));
    let config = serde_json::from_value(config).expect("the stand-in's own settings");
    let bitbucket = Bitbucket::connect(config, http).expect("a connection");
    let seen = bitbucket.pull(&RepoId::new("DEMO", "website"), 1).await.expect("a pull request");
    // Somebody changes it between our look and our merge.
    desk.standin.state().repos[0].pulls[0].version += 1;
    let error = bitbucket.api().merge(&seen, &Merging::default()).await.expect_err("it is another now");
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(error.message, "The pull request changed in this moment. Look at it again, and then repeat it.");
    assert_eq!(desk.standin.state().repos[0].pulls[0].state, "OPEN");
}
