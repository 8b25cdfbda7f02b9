//! Pull requests: merging them, and what keeps them from it.

use super::*;
use pulls::pull;

#[tokio::test]
async fn merging() {
    let desk = desk().await;
    check(&desk, "pr merge 5 --delete-branch title=\"Add a fire hose (#5)\"", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo
        > PUT /repos/example/demo/pulls/5/merge {"merge_method":"merge","sha":"6dcb09b5b57875f334f61aebed695e2e4193db5e","commit_title":"Add a fire hose (#5)"}
        > DELETE /repos/example/demo/git/refs/heads/fix/hose
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":5}
        [Good]
        Merged example/demo#5 into main. Deleted its branch fix/hose.
        # #5 Add a fire hose
        example/demo#5 · pull request · by ben
        State: merged by bellhop-bot
        Branch: fix/hose → main
        Reviews: approved by chloe; waiting for ana
        Checks: 1 failed (lint), 1 passed
        Discussions: 1 unresolved
        Assignees: ben
        Labels: bug, urgent
        Changes: +48 −2 in 2 files
        | Puts the fire out. Fixes #1.
        [Comment…: pr comment {"pr":"example/demo#5"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert!(pull(&desk, 5).merged_at.is_some());
    assert!(desk.standin.state().repos[0].branch("fix/hose").is_none());
    let text = told(&desk, &["pr merge 5"]).await;
    expect![[r#"
        pr merge 5
          Conflict: example/demo#5 is merged already.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn what_cannot_be_merged_says_why() {
    let desk = desk().await;
    let mut text = told(&desk, &["pr merge 5 method=rebase"]).await;
    for state in ["dirty", "blocked"] {
        desk.standin.state().repos[0].issue_mut(5).unwrap().pull.as_mut().unwrap().mergeable = state.into();
        text.push_str(&told(&desk, &["pr merge 5"]).await);
    }
    desk.standin.state().repos[0].issue_mut(5).unwrap().pull.as_mut().unwrap().draft = true;
    text.push_str(&told(&desk, &["pr merge 5"]).await);
    expect![[r#"
        pr merge 5 method=rebase
          Conflict: GitHub does not merge example/demo#5: Merge commits are not allowed on this repository.
        pr merge 5
          Conflict: GitHub does not merge example/demo#5: Pull Request is not mergeable. It has conflicts with its base.
        pr merge 5
          Conflict: GitHub does not merge example/demo#5: Pull Request is not mergeable. It is blocked: a review or a check that is required is missing. `github pr auto-merge example/demo#5` merges it as soon as it may be.
        pr merge 5
          Conflict: example/demo#5 is a draft. `github pr ready example/demo#5` makes it ready for review.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn merging_later() {
    let desk = desk().await;
    desk.standin.state().repos[0].issue_mut(5).unwrap().pull.as_mut().unwrap().mergeable = "blocked".into();
    check(&desk, "pr auto-merge 5 method=squash", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/5
        > POST /graphql EnableAutoMerge {"pull":"PR_1_5","method":"SQUASH"}
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":5}
        [Bad]
        example/demo#5 merges by itself as soon as it may.
        # #5 Add a fire hose
        example/demo#5 · pull request · by ben
        State: open, merges by itself when it may (squash)
        Branch: fix/hose → main
        Reviews: approved by chloe; waiting for ana
        Checks: 1 failed (lint), 1 passed
        Discussions: 1 unresolved
        Merging: blocked: a review or a check that is required is missing
        Assignees: ben
        Labels: bug, urgent
        Changes: +48 −2 in 2 files
        | Puts the fire out. Fixes #1.
        - Failed: lint
        [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}]
        [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
        (Updated 2026-11-19 12:00 UTC)
    "#]]).await;
    assert_eq!(pull(&desk, 5).auto_merge.as_deref(), Some("squash"));
    desk.run("pr auto-merge 5 --off").await.unwrap();
    assert_eq!(pull(&desk, 5).auto_merge, None);
    assert!(read(&desk.run("pr queue 5").await).contains("example/demo#5 is in the merge queue, at place 1."));
    assert!(pull(&desk, 5).queued);
    desk.run("pr queue 5 --off").await.unwrap();
    assert!(!pull(&desk, 5).queued);
    let refused = desk.run("pr auto-merge 6 method=rebase").await;
    assert!(refused.is_ok(), "{}", read(&refused));
    desk.standin.state().repos[0].issue_mut(5).unwrap().pull.as_mut().unwrap().mergeable = "clean".into();
    let text = told(&desk, &["pr auto-merge 5"]).await;
    expect![[r#"
        pr auto-merge 5
          Validation: GitHub refused this: Pull request is in clean status. Correct the values and try again.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn keeping_up() {
    let desk = desk().await;
    check(&desk, "pr update-branch 6", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/pulls/6
        > PUT /repos/example/demo/pulls/6/update-branch {"expected_head_sha":"c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c"}
        > GET /repos/example/demo/pulls/6
        > GET /repos/example/demo/commits/c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c/check-runs?per_page=100
        > GET /repos/example/demo/commits/c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":6}
        GitHub merges main into example/demo#6.
        # #6 Dim the lamps
        example/demo#6 · pull request · by ana
        State: open
        Branch: lamp → main
        Reviews: one more is required
        Checks: 1 passed
        Changes: +5 −1 in 1 file
        [Approve: pr approve {"pr":"example/demo#6"}] [Request changes…: pr request-changes {"pr":"example/demo#6"}] [Comment…: pr comment {"pr":"example/demo#6"}] [Merge: pr merge {"pr":"example/demo#6"}]
        [Ask for a review…: pr ask {"pr":"example/demo#6"}] [Changed files: pr files {"pr":"example/demo#6"}] [Discussions: pr threads {"pr":"example/demo#6"}] [Checks: pr checks {"pr":"example/demo#6"}] [Merge, choosing how…: pr merge {"pr":"example/demo#6"}] [Close without merging: pr close {"pr":"example/demo#6"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(pull(&desk, 6).mergeable, "clean");
    let text = told(&desk, &["pr update-branch 6"]).await;
    expect![[r#"
        pr update-branch 6
          Conflict: GitHub does not update example/demo#6: There are no new commits on the base branch.
    "#]]
    .assert_eq(&text);
    desk.run("pr draft 6").await.unwrap();
    assert!(pull(&desk, 6).draft);
    desk.run("pr ready 6").await.unwrap();
    assert!(!pull(&desk, 6).draft);
}
