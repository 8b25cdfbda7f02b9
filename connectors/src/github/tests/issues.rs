//! Issues: each command once, with what became of the state.

use super::*;

#[tokio::test]
async fn creating() {
    let desk = desk().await;
    check(&desk, "issue create Printer on fire label=bug assignee=me,ben milestone=1.0 body=\"It burns.\"", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/labels?per_page=100
        > GET /repos/example/demo/milestones?state=all&per_page=100
        > POST /repos/example/demo/issues {"title":"Printer on fire","body":"It burns.\n\n_Asked by Ana in Slack (`ana`)._","labels":["bug"],"assignees":["ana","ben"],"milestone":1}
        Created example/demo#7.
        # #7 Printer on fire
        example/demo#7 · by bellhop-bot
        State: open
        Assignees: ana, ben
        Labels: bug
        Milestone: 1.0
        | It burns.
        | 
        | _Asked by Ana in Slack (`ana`)._
        [Comment…: issue comment {"issue":"example/demo#7"}] [Assign to me: issue assign {"issue":"example/demo#7","to":["me"]}] [Close: issue close {"issue":"example/demo#7"}] [Label…: issue label {"issue":"example/demo#7"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    let made = state.repos[0].issue(7).unwrap();
    assert_eq!(
        (made.title.as_str(), &made.assignees[..], made.milestone),
        ("Printer on fire", &["ana".to_owned(), "ben".to_owned()][..], Some(1))
    );
    assert_eq!(made.body, "It burns.\n\n_Asked by Ana in Slack (`ana`)._");
}

#[tokio::test]
async fn creating_with_the_least() {
    check(&desk().await, "create Lamp flickers repo=example/apollo", expect![[r#"
        > GET /repos/example/apollo/collaborators/ana/permission
        > POST /repos/example/apollo/issues {"title":"Lamp flickers","body":"Asked by Ana in Slack (`ana`)."}
        Created example/apollo#2.
        # #2 Lamp flickers
        example/apollo#2 · by bellhop-bot
        State: open
        Assignees: nobody
        | Asked by Ana in Slack (`ana`).
        [Comment…: issue comment {"issue":"example/apollo#2"}] [Assign to me: issue assign {"issue":"example/apollo#2","to":["me"]}] [Close: issue close {"issue":"example/apollo#2"}] [Label…: issue label {"issue":"example/apollo#2"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn showing() {
    check(&desk().await, "issue show 1 --comments", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/issues/1
        > GET /repos/example/demo/issues/1/comments?per_page=100
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 1
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-18 06:00 UTC)
        Last comments
        - ben 2026-11-18 16:00 UTC: Mine has two. →
    "#]]).await;
}

#[tokio::test]
async fn showing_what_a_number_or_a_link_leads_to() {
    let desk = desk().await;
    let link = |path: &str| format!("{}/{path}", desk.server.url());
    for line in ["#2".to_owned(), link("example/apollo/issues/1?x=y#z"), "show example/demo#3".to_owned()] {
        let reply = desk.run(&line).await.unwrap();
        assert!(reply.card.is_some(), "{line}");
    }
    assert_eq!(desk.run(&link("example/demo/pull/5")).await.unwrap().card.unwrap().call.action, "pr show");
    assert_eq!(desk.run(&link("example/demo/actions/runs/1002/job/503")).await.unwrap().card.unwrap().call.action, "run show");
    assert_eq!(
        desk.run(&format!("show {}", link("example/demo/releases/tag/v0.9.0"))).await.unwrap().card.unwrap().call.action,
        "release show"
    );
    let commit = desk.run(&format!("show {}", link("example/demo/commit/7fd1a60b01f9"))).await;
    assert!(read(&commit).starts_with("# Print in colour"), "{}", read(&commit));
}

#[tokio::test]
async fn listing_in_a_repository() {
    check(
        &desk().await,
        "issue list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /search/issues?q=is%3Aissue+repo%3Aexample%2Fdemo+is%3Aopen&sort=updated&order=desc&per_page=10
        2 issues in example/demo
        - #2 Dark mode for the lobby · open · ana · feature
        - #1 Printer prints only cats · open · nobody · bug
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_filtered() {
    let line =
        "issue list state=any assignee=ben label=bug milestone=none since=2026-11-01 sort=created repo=example/demo limit=5";
    check(&desk().await, line, expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /search/issues?q=is%3Aissue+repo%3Aexample%2Fdemo+assignee%3Aben+label%3A%22bug%22+no%3Amilestone+updated%3A%3E%3D2026-11-01&sort=created&order=desc&per_page=5
        Nothing in example/demo matches.
    "#]]).await;
}

#[tokio::test]
async fn listing_everywhere_shows_only_what_the_person_may_see() {
    let mut desk = desk_with(|config| drop(config.remove("repo"))).await;
    check(
        &desk,
        "issue list",
        expect![[r#"
        > GET /search/issues?q=is%3Aissue+archived%3Afalse+is%3Aopen&sort=updated&order=desc&per_page=10
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/apollo/collaborators/ana/permission
        3 issues
        - example/demo#2 Dark mode for the lobby · open · ana · feature
        - example/demo#1 Printer prints only cats · open · nobody · bug
        - example/apollo#1 Second stage does not light · open · ben
    "#]],
    )
    .await;
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    check(
        &desk,
        "issue list",
        expect![[r#"
            > GET /search/issues?q=is%3Aissue+archived%3Afalse+is%3Aopen&sort=updated&order=desc&per_page=10
            > GET /repos/example/demo/collaborators/chloe/permission
            > GET /repos/example/apollo/collaborators/chloe/permission
            2 issues
            - example/demo#2 Dark mode for the lobby · open · ana · feature
            - example/demo#1 Printer prints only cats · open · nobody · bug
        "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_page_by_page() {
    let desk = desk().await;
    check(
        &desk,
        "issue list state=any limit=2",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /search/issues?q=is%3Aissue+repo%3Aexample%2Fdemo&sort=updated&order=desc&per_page=2
        3 issues in example/demo
        - #2 Dark mode for the lobby · open · ana · feature
        - #1 Printer prints only cats · open · nobody · bug
        [Show more: issue list {"state":"any","sort":"updated","limit":2,"page":2}]
    "#]],
    )
    .await;
    check(
        &desk,
        "issue list state=any limit=2 page=2",
        expect![[r#"
        > GET /search/issues?q=is%3Aissue+repo%3Aexample%2Fdemo&sort=updated&order=desc&per_page=2&page=2
        3 issues in example/demo
        - #3 Where is the manual? · closed · ben
    "#]],
    )
    .await;
}

#[tokio::test]
async fn searching() {
    check(
        &desk().await,
        "issue search cat state=any",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /search/issues?q=is%3Aissue+repo%3Aexample%2Fdemo+cat&sort=updated&order=desc&per_page=10
        1 match in example/demo
        - #1 Printer prints only cats · open · nobody · bug
    "#]],
    )
    .await;
}

#[tokio::test]
async fn commenting() {
    let desk = desk().await;
    check(&desk, "issue comment 1 The fire is out.", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /repos/example/demo/issues/1/comments {"body":"The fire is out.\n\n_Asked by Ana in Slack (`ana`)._"}
        > GET /repos/example/demo/issues/1
        Commented on example/demo#1.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 2
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    assert_eq!(state.repos[0].issue(1).unwrap().comments[1].body, "The fire is out.\n\n_Asked by Ana in Slack (`ana`)._");
}

#[tokio::test]
async fn assigning() {
    let desk = desk().await;
    check(&desk, "issue assign 1 me", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > PATCH /repos/example/demo/issues/1 {"assignees":["ana"]}
        Assigned example/demo#1 to ana.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: ana
        Labels: bug
        Milestone: 1.0
        Comments: 1
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().assignees, ["ana"]);
    desk.run("issue assign 1 chloe@example.org ben").await.unwrap();
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().assignees, ["chloe", "ben"]);
    assert!(read(&desk.run("issue assign 1 none").await).starts_with("example/demo#1 is nobody's now."));
    assert!(desk.standin.state().repos[0].issue(1).unwrap().assignees.is_empty());
}

#[tokio::test]
async fn labelling() {
    let desk = desk().await;
    check(
        &desk,
        "issue label 2 bug,urgent",
        expect![[r#"
            > GET /repos/example/demo/collaborators/ana/permission
            > GET /repos/example/demo/labels?per_page=100
            > POST /repos/example/demo/issues/2/labels {"labels":["bug","urgent"]}
            > GET /repos/example/demo/issues/2
            Labelled example/demo#2: bug, urgent.
            # #2 Dark mode for the lobby
            example/demo#2 · by ben
            State: open
            Assignees: ana
            Labels: bug, feature, urgent
            [Comment…: issue comment {"issue":"example/demo#2"}] [Assign to me: issue assign {"issue":"example/demo#2","to":["me"]}] [Close: issue close {"issue":"example/demo#2"}] [Label…: issue label {"issue":"example/demo#2"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].issue(2).unwrap().labels, ["feature", "bug", "urgent"]);
    check(&desk, "issue unlabel 2 feature", expect![[r#"
        > DELETE /repos/example/demo/issues/2/labels/feature
        > GET /repos/example/demo/issues/2
        Took the label feature off example/demo#2.
        # #2 Dark mode for the lobby
        example/demo#2 · by ben
        State: open
        Assignees: ana
        Labels: bug, urgent
        [Comment…: issue comment {"issue":"example/demo#2"}] [Assign to me: issue assign {"issue":"example/demo#2","to":["me"]}] [Close: issue close {"issue":"example/demo#2"}] [Label…: issue label {"issue":"example/demo#2"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issue(2).unwrap().labels, ["bug", "urgent"]);
}

#[tokio::test]
async fn updating() {
    let desk = desk().await;
    check(&desk, "issue update 1 title=\"Cats everywhere\" milestone=none label=urgent body=none", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/labels?per_page=100
        > PATCH /repos/example/demo/issues/1 {"title":"Cats everywhere","body":"","milestone":null,"labels":["urgent"]}
        Updated example/demo#1.
        # #1 Cats everywhere
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: urgent
        Comments: 1
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    let issue = state.repos[0].issue(1).unwrap();
    assert_eq!((issue.title.as_str(), issue.body.as_str(), issue.milestone), ("Cats everywhere", "", None));
}

#[tokio::test]
async fn closing_and_reopening() {
    let desk = desk().await;
    check(&desk, "issue close 1 reason=not_planned comment=\"Cats are fine.\"", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > PATCH /repos/example/demo/issues/1 {"state":"closed","state_reason":"not_planned"}
        > POST /repos/example/demo/issues/1/comments {"body":"Cats are fine.\n\n_Asked by Ana in Slack (`ana`)._"}
        > GET /repos/example/demo/issues/1
        [Good]
        Closed example/demo#1.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: closed as not planned
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 2
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Reopen: issue reopen {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().state_reason.as_deref(), Some("not_planned"));
    check(&desk, "issue reopen 1", expect![[r#"
        > PATCH /repos/example/demo/issues/1 {"state":"open"}
        Reopened example/demo#1.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 2
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().state, "open");
}

#[tokio::test]
async fn a_comment_that_fails_does_not_hide_the_change() {
    let desk = desk().await;
    desk.standin.state().lacks = vec!["comments"];
    let text = told(&desk, &["issue close 1 comment=Done."]).await;
    assert!(text.contains("Closed example/demo#1. The comment was not written: GitHub does not let the bot do this"), "{text}");
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().state, "closed");
}
