//! What becomes of pull requests, in Cloud.

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use commands::{BoxFuture, param::Secret};
use serde_json::{Map, Value};
use std::sync::Arc;

use super::*;
use crate::{
    auth::{Credentials, Person, as_person},
    bitbucket::standin::Opinion,
    standin::{Panel, Standin},
};

/// Cloud at a moment in which no comment can be written, and whose default reviewers are hidden.
#[derive(Clone)]
pub(super) struct Speechless(pub Simulated);

impl Standin for Speechless {
    fn router(&self) -> Router {
        self.0.router().layer(from_fn(|request: Request, next: Next| async move {
            match request.uri().path() {
                path if path.ends_with("/comments") => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                path if path.ends_with("/effective-default-reviewers") => StatusCode::FORBIDDEN.into_response(),
                _ => next.run(request).await,
            }
        }))
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        self.0.connection(url)
    }

    fn panel(&self) -> Panel {
        self.0.panel()
    }
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
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"type":"pullrequest_comment","content":{"raw":"Too dark to read.\n\nAsked by Ana in Slack."}}
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
async fn a_reason_that_was_not_written_is_said() {
    let desk = Desk::new(Kind::of::<Bitbucket>(), |_| None, Speechless(Simulated::at(Door::Cloud))).await;
    let text = read(&desk.run("pr decline 1 repo=website comment=\"We replace the lamps.\"").await);
    assert!(text.contains("Ana declined example/website#1.\nBut the comment was not written: Bitbucket"), "{text}");
    assert_eq!(desk.standin.0.state().repos[0].pulls[0].state, "DECLINED");
}

#[tokio::test]
async fn declining() {
    let desk = cloud().await;
    desk.check("pr decline 1 repo=website comment=\"We replace the lamps.\"", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/decline
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"type":"pullrequest_comment","content":{"raw":"We replace the lamps.\n\nAsked by Ana in Slack."}}
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

/// Their own token, which the bot keeps for them.
struct Own;

impl Credentials for Own {
    fn header(&self) -> BoxFuture<'_, commands::Result<Secret>> {
        Box::pin(async { Ok(Secret::from("Bearer bitbucket-token-of-ana".to_owned())) })
    }

    fn refused<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn who_declines_as_themselves_without_a_word_says_none() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        let person = Person { connection: "bitbucket".into(), whose: "ana".into(), credentials: Arc::new(Own) };
        let reply = as_person(person, desk.run("pr decline 1 repo=website")).await;
        assert!(!read(&reply).contains("But"), "{}", read(&reply));
        let state = desk.standin.state();
        assert_eq!((state.repos[0].pulls[0].state, state.repos[0].pulls[0].comments.len()), ("DECLINED", 1));
    }
}

#[tokio::test]
async fn a_merge_that_takes_long_is_told_as_such() {
    let desk = cloud().await;
    desk.standin.state().slow_merges = true;
    let reply = desk.run("pr merge 1 repo=website").await.expect("it is under way");
    assert_eq!(reply.message.summary(), "Bitbucket is merging example/website#1: it takes a while.");
}

#[tokio::test]
async fn nobody_reviews_their_own() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        desk.standin.state().repos[0].pulls[0].author = 0;
        for line in ["pr approve 1 repo=website", "pr request changes 1 repo=website"] {
            let error = desk.run(line).await.expect_err("the bot wrote it");
            assert!(error.message.contains("nobody reviews their own"), "{error}");
        }
    }
}
