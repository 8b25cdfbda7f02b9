//! What is changed of a pull request, by its own noun.

use super::*;

#[tokio::test]
async fn a_pull_request_is_changed_by_its_own_noun() {
    let desk = desk().await;
    let text = told(
        &desk,
        &[
            "pr comment 5 Looks **good**.",
            "pr assign 5 me",
            "pr assign 5 none",
            "pr unlabel 5 urgent",
            "pr label 5 urgent",
            "pr label 5 fire",
            "pr update 5",
            "pr update 5 title=\"A longer hose\" base=lamp",
            "pr update 5 base=nowhere",
            "pr close 5 comment=\"Done another way\"",
            "pr close 5",
            "pr reopen 5",
            "pr reopen 4",
            "pr comment 1 It is an issue.",
        ],
    )
    .await;
    expect![[r#"
        pr comment 5 Looks **good**.
          [Bad]
          Commented on example/demo#5.
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
          (Updated 2026-11-21 10:00 UTC)
        pr assign 5 me
          [Bad]
          Assigned example/demo#5 to ana.
          # #5 Add a fire hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → main
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Assignees: ana
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          - Failed: lint
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr assign 5 none
          [Bad]
          example/demo#5 is nobody's now.
          # #5 Add a fire hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → main
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          - Failed: lint
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr unlabel 5 urgent
          [Bad]
          Took the label urgent off example/demo#5.
          # #5 Add a fire hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → main
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Labels: bug
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          - Failed: lint
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr label 5 urgent
          [Bad]
          Labelled example/demo#5: urgent.
          # #5 Add a fire hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → main
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          - Failed: lint
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr label 5 fire
          BadInput: example/demo has no label `fire`. It has bug, feature, urgent.
            label: example/demo has no label `fire`. It has bug, feature, urgent.
        pr update 5
          BadInput: What shall change in example/demo#5? Write it as a name and a value, such as base=release.
        pr update 5 title="A longer hose" base=lamp
          [Bad]
          Updated example/demo#5.
          # #5 A longer hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → lamp
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          - Failed: lint
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr update 5 base=nowhere
          Validation: GitHub refused the values: base: is not valid. Correct them and try again.
            base: is not valid.
        pr close 5 comment="Done another way"
          Closed example/demo#5.
          # #5 A longer hose
          example/demo#5 · pull request · by ben
          State: closed
          Branch: fix/hose → lamp
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          [Comment…: pr comment {"pr":"example/demo#5"}] [Reopen: pr reopen {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr close 5
          Conflict: example/demo#5 is closed already.
        pr reopen 5
          [Bad]
          Reopened example/demo#5.
          # #5 A longer hose
          example/demo#5 · pull request · by ben
          State: open
          Branch: fix/hose → lamp
          Reviews: approved by chloe; waiting for ana
          Checks: 1 failed (lint), 1 passed
          Discussions: 1 unresolved
          Labels: bug, urgent
          Changes: +48 −2 in 2 files
          | Puts the fire out. Fixes #1.
          - Failed: lint
          [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
          [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
          (Updated 2026-11-21 10:00 UTC)
        pr reopen 4
          Conflict: example/demo#4 is merged, and stays so. Open a new one.
        pr comment 1 It is an issue.
          Commented on example/demo#1.
    "#]].assert_eq(&text);
    let state = desk.standin.state();
    let issue = state.repos[0].issue(5).unwrap();
    assert_eq!((issue.title.as_str(), issue.state.as_str()), ("A longer hose", "open"));
    let said: Vec<&str> = issue.comments.iter().rev().take(2).map(|it| it.body.lines().next().unwrap_or_default()).collect();
    assert_eq!(said, ["Done another way", "Looks **good**."]);
    assert_eq!(issue.pull.as_ref().unwrap().base, "lamp");
}

#[tokio::test]
async fn what_is_sent_to_change_a_pull_request() {
    check(&desk().await, "pr update 5 title=\"A longer hose\" body=none", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > PATCH /repos/example/demo/pulls/5 {"title":"A longer hose","body":""}
        > GET /repos/example/demo/pulls/5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        > POST /graphql PullRequestFacts {"owner":"example","name":"demo","number":5}
        [Bad]
        Updated example/demo#5.
        # #5 A longer hose
        example/demo#5 · pull request · by ben
        State: open
        Branch: fix/hose → main
        Reviews: approved by chloe; waiting for ana
        Checks: 1 failed (lint), 1 passed
        Discussions: 1 unresolved
        Assignees: ben
        Labels: bug, urgent
        Changes: +48 −2 in 2 files
        - Failed: lint
        [Approve: pr approve {"pr":"example/demo#5"}] [Request changes…: pr request-changes {"pr":"example/demo#5"}] [Comment…: pr comment {"pr":"example/demo#5"}] [Merge: pr merge {"pr":"example/demo#5"}]
        [Ask for a review…: pr ask {"pr":"example/demo#5"}] [Changed files: pr files {"pr":"example/demo#5"}] [Discussions: pr threads {"pr":"example/demo#5"}] [Checks: pr checks {"pr":"example/demo#5"}] [Merge, choosing how…: pr merge {"pr":"example/demo#5"}] [Close without merging: pr close {"pr":"example/demo#5"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}
