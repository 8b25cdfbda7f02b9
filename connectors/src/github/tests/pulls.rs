//! Pull requests: each command once, with what became of the state.

use super::*;
use crate::github::standin::Pull;

pub(super) fn pull(desk: &Desk<Simulated>, number: u64) -> Pull {
    desk.standin.state().repos[0].issue(number).unwrap().pull.clone().unwrap()
}

#[tokio::test]
async fn showing() {
    check(&desk().await, "pr show 5", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":5}
        [Bad]
        # #5 Add a fire hose
        example/demo#5 · pull request · by ben
        State: open
        Branch: fix/hose → main
        Reviews: approved by chloe; waiting for ana
        Checks: 1 failed (lint), 1 passed
        Discussions: 1 unresolved
        Assignees: ben
        Labels: bug, urgent
        Changes: +48 −2 in 2 files
        | Puts the fire out. Fixes #1.
        - Failed: lint
        [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
        [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
        (Updated 2026-11-19 12:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn showing_one_that_is_behind_or_merged() {
    let desk = desk().await;
    let text = told(&desk, &["pr show 6", "pr show 4"]).await;
    expect![[r#"
        pr show 6
          # #6 Dim the lamps
          example/demo#6 · pull request · by ana
          State: open
          Branch: lamp → main
          Reviews: one more is required
          Checks: 1 passed
          Merging: behind its base, which has to be merged in first
          Changes: +5 −1 in 1 file
          [Approve: pr approve {"pr":"example/demo#6"}] [Request changes…: pr request-changes {"pr":"example/demo#6"}] [Comment…: pr comment {"pr":"example/demo#6"}] [Update branch: pr update-branch {"pr":"example/demo#6"}]
          [Ask for a review…: pr ask {"pr":"example/demo#6"}] [Changed files: pr files {"pr":"example/demo#6"}] [Discussions: pr threads {"pr":"example/demo#6"}] [Checks: pr checks {"pr":"example/demo#6"}] [Merge, choosing how…: pr merge {"pr":"example/demo#6"}] [Close without merging: pr close {"pr":"example/demo#6"}]
          (Updated 2026-11-20 10:00 UTC)
        pr show 4
          [Good]
          # #4 Print cats
          example/demo#4 · pull request · by ben
          State: merged by ana
          Branch: cats → main
          Reviews: approved by ana
          Checks: none
          Changes: +120 −30 in 1 file
          [Comment…: pr comment {"pr":"example/demo#4"}]
          (Updated 2026-11-17 00:00 UTC)
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn a_card_leaves_out_what_the_bot_may_not_see() {
    let desk = desk().await;
    desk.standin.state().lacks = vec!["check-runs", "status", "PullRequestFacts"];
    let text = told(&desk, &["pr show 5", "pr checks 5"]).await;
    expect![[r#"
        pr show 5
          # #5 Add a fire hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → main
          Reviews: waiting for ana
          Assignees: ben
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-19 12:00 UTC)
        pr checks 5
          (only you)
          GitHub does not let the bot see the checks of example/demo#5: it lacks the permission “Checks”.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    check(&desk, "pr list reviewer=me", expect![[r#"
        > GET /search/issues?q=is%3Apr+archived%3Afalse+is%3Aopen+user-review-requested%3Aana+draft%3Afalse&sort=updated&order=desc&per_page=10
        > GET /repos/example/demo/collaborators/ana/permission
        1 pull request
        - example/demo#5 Add a fire hose · open · ben · bug, urgent
    "#]]).await;
    check(&desk, "pr list state=any author=ben review=approved checks=failure base=main label=bug --drafts", expect![[r#"
        > GET /search/issues?q=is%3Apr+repo%3Aexample%2Fdemo+author%3Aben+label%3A%22bug%22+review%3Aapproved+status%3Afailure+base%3A%22main%22&sort=updated&order=desc&per_page=10
        1 pull request in example/demo
        - #5 Add a fire hose · open · ben · bug, urgent
    "#]]).await;
}

#[tokio::test]
async fn opening() {
    let desk = desk().await;
    desk.standin.state().repos[0].branches.push(("colour".into(), "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d".into()));
    check(&desk, "pr create colour Print in colour body=\"As asked.\" --draft", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo
        > POST /repos/example/demo/pulls {"title":"Print in colour","head":"colour","base":"main","body":"As asked.\n\n_Asked by Ana in Slack (`ana`)._","draft":true}
        > GET /repos/example/demo/pulls/7
        > GET /repos/example/demo/commits/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d/check-runs?per_page=100
        > GET /repos/example/demo/commits/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":7}
        Opened example/demo#7.
        # #7 Print in colour
        example/demo#7 · pull request · by bellhop-bot
        State: draft
        Branch: colour → main
        Reviews: one more is required
        Checks: 1 passed
        Changes: +10 −4 in 1 file
        | As asked.
        | 
        | _Asked by Ana in Slack (`ana`)._
        [Approve: pr approve {"pr":"example/demo#7"}] [Request changes…: pr request-changes {"pr":"example/demo#7"}] [Comment…: pr comment {"pr":"example/demo#7"}] [Ready for review: pr ready {"pr":"example/demo#7"}]
        [Ask for a review…: pr ask {"pr":"example/demo#7"}] [Changed files: pr files {"pr":"example/demo#7"}] [Discussions: pr threads {"pr":"example/demo#7"}] [Checks: pr checks {"pr":"example/demo#7"}] [Close without merging: pr close {"pr":"example/demo#7"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert!(pull(&desk, 7).draft);
}

#[tokio::test]
async fn approving() {
    let desk = desk().await;
    check(&desk, "pr approve 5 comment=\"Well done.\"", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/5
        > POST /repos/example/demo/pulls/5/reviews {"event":"APPROVE","body":"Well done.\n\n_Asked by Ana in Slack (`ana`)._","commit_id":"6dcb09b5b57875f334f61aebed695e2e4193db5e"}
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":5}
        [Bad]
        Approved example/demo#5.
        # #5 Add a fire hose
        example/demo#5 · pull request · by ben
        State: open
        Branch: fix/hose → main
        Reviews: approved by chloe, bellhop-bot; waiting for ana
        Checks: 1 failed (lint), 1 passed
        Discussions: 1 unresolved
        Assignees: ben
        Labels: bug, urgent
        Changes: +48 −2 in 2 files
        | Puts the fire out. Fixes #1.
        - Failed: lint
        [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
        [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let review = pull(&desk, 5).reviews.pop().unwrap();
    assert_eq!((review.author.as_str(), review.state.as_str()), ("bellhop-bot", "APPROVED"));
    assert_eq!(review.body, "Well done.\n\n_Asked by Ana in Slack (`ana`)._");
}

#[tokio::test]
async fn nobody_approves_their_own() {
    let mut desk = desk().await;
    let own = told(&desk, &["pr approve 6"]).await;
    desk.account = None;
    desk.asker.email = None;
    let unknown = told(&desk, &["pr approve 6", "run approve 1004", "deployment approve 1003"]).await;
    expect![[r#"
        pr approve 6
          Permission: example/demo#6 is your own: somebody else has to approve it.
        pr approve 6
          Permission: To approve something I have to know who you are in GitHub. Tell me with `/bellhop link github LOGIN`.
        run approve 1004
          Permission: To approve something I have to know who you are in GitHub. Tell me with `/bellhop link github LOGIN`.
        deployment approve 1003
          Permission: To approve something I have to know who you are in GitHub. Tell me with `/bellhop link github LOGIN`.
    "#]]
    .assert_eq(&format!("{own}{unknown}"));
    assert!(pull(&desk, 6).reviews.is_empty());
}

#[tokio::test]
async fn reviewing() {
    let desk = desk().await;
    check(&desk, "pr request-changes 5 The hose is missing.", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/5
        > POST /repos/example/demo/pulls/5/reviews {"event":"REQUEST_CHANGES","body":"The hose is missing.\n\n_Asked by Ana in Slack (`ana`)._","commit_id":"6dcb09b5b57875f334f61aebed695e2e4193db5e"}
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":5}
        [Bad]
        Requested changes of example/demo#5.
        # #5 Add a fire hose
        example/demo#5 · pull request · by ben
        State: open
        Branch: fix/hose → main
        Reviews: changes requested by bellhop-bot; approved by chloe; waiting for ana
        Checks: 1 failed (lint), 1 passed
        Discussions: 1 unresolved
        Assignees: ben
        Labels: bug, urgent
        Changes: +48 −2 in 2 files
        | Puts the fire out. Fixes #1.
        - Failed: lint
        [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
        [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(pull(&desk, 5).reviews.last().unwrap().state, "CHANGES_REQUESTED");
    desk.run("pr review 5 Fine so far.").await.unwrap();
    assert_eq!(pull(&desk, 5).reviews.last().unwrap().state, "COMMENTED");
    let text = told(&desk, &["pr dismiss 5 chloe It has changed.", "pr dismiss 5 chloe Once more."]).await;
    assert!(text.contains("Dismissed the review of example/demo#5 by chloe."), "{text}");
    assert!(text.contains("reviewer: chloe has neither approved example/demo#5 nor requested changes of it."), "{text}");
}

#[tokio::test]
async fn asking_for_reviews() {
    let desk = desk().await;
    check(&desk, "pr ask 6 ben example/crew", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /repos/example/demo/pulls/6/requested_reviewers {"reviewers":["ben"],"team_reviewers":["crew"]}
        > GET /repos/example/demo/pulls/6
        > GET /repos/example/demo/commits/c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c/check-runs?per_page=100
        > GET /repos/example/demo/commits/c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":6}
        Asked ben, crew to review example/demo#6.
        # #6 Dim the lamps
        example/demo#6 · pull request · by ana
        State: open
        Branch: lamp → main
        Reviews: waiting for ben, crew
        Checks: 1 passed
        Merging: behind its base, which has to be merged in first
        Changes: +5 −1 in 1 file
        [Approve: pr approve {"pr":"example/demo#6"}] [Request changes…: pr request-changes {"pr":"example/demo#6"}] [Comment…: pr comment {"pr":"example/demo#6"}] [Update branch: pr update-branch {"pr":"example/demo#6"}]
        [Ask for a review…: pr ask {"pr":"example/demo#6"}] [Changed files: pr files {"pr":"example/demo#6"}] [Discussions: pr threads {"pr":"example/demo#6"}] [Checks: pr checks {"pr":"example/demo#6"}] [Merge, choosing how…: pr merge {"pr":"example/demo#6"}] [Close without merging: pr close {"pr":"example/demo#6"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!((pull(&desk, 6).reviewers, pull(&desk, 6).teams), (vec!["ben".to_owned()], vec!["crew".to_owned()]));
    let text = told(&desk, &["pr ask 6 ana", "pr ask 6 zoe"]).await;
    expect![[r#"
        pr ask 6 ana
          BadInput: Review cannot be requested from pull request author.
            reviewer: Review cannot be requested from pull request author.
        pr ask 6 zoe
          BadInput: Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the example/demo repository.
            reviewer: Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the example/demo repository.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn looking_inside() {
    let desk = desk().await;
    check(
        &desk,
        "pr checks 5",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        Checks of example/demo#5 at 6dcb09b5b5: 1 failed (lint), 1 passed
        - failed: lint
        - passed: build
        [Failed runs: run list {"repo":"example/demo","branch":"fix/hose","status":"failure"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "pr files 5",
        expect![[r#"
        > GET /repos/example/demo/pulls/5/files?per_page=100
        2 files changed in example/demo#5
        - src/hose.rs +40 −2
        - docs/fire.md (added) +8 −0
    "#]],
    )
    .await;
    check(
        &desk,
        "pr commits 5",
        expect![[r#"
        > GET /repos/example/demo/pulls/5/commits?per_page=100
        1 commit in example/demo#5
        - 6dcb09b5b5 Add a fire hose · Ben Example · 2026-11-19 12:00 UTC
    "#]],
    )
    .await;
    check(
        &desk,
        "pr threads 5",
        expect![[r#"
        > POST /graphql ReviewThreads {"owner":"example","name":"demo","number":5}
        example/demo#5: 1 unresolved
        - src/hose.rs:7 chloe: Is it long enough?
        [Resolve src/hose.rs:7: pr resolve {"pr":"example/demo#5","thread":"T1"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "pr threads 6 --all",
        expect![[r#"
        > POST /graphql ReviewThreads {"owner":"example","name":"demo","number":6}
        example/demo#6 has no discussions.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn resolving() {
    let desk = desk().await;
    desk.run("pr resolve 5 src/hose.rs:7").await.unwrap();
    assert!(pull(&desk, 5).threads.iter().all(|it| it.resolved));
    let text = told(&desk, &["pr resolve 5 src/hose.rs:7"]).await;
    expect![[r#"
        pr resolve 5 src/hose.rs:7
          BadInput: example/demo#5 has no open discussion at `src/hose.rs:7`. It has none that is open.
            thread: example/demo#5 has no open discussion at `src/hose.rs:7`. It has none that is open.
    "#]]
    .assert_eq(&text);
}
