//! What keeps a discussion in order.

use super::*;

#[tokio::test]
async fn keeping_order() {
    let desk = desk().await;
    check(
        &desk,
        "issue react 1 rocket",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /repos/example/demo/issues/1/reactions {"content":"rocket"}
        (only you)
        Reacted to example/demo#1 with rocket, as the bot.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().reactions, [("bellhop-bot".to_owned(), "rocket".to_owned())]);
    check(&desk, "issue lock 1 reason=\"too heated\"", expect![[r#"
        > PUT /repos/example/demo/issues/1/lock {"lock_reason":"too heated"}
        > GET /repos/example/demo/issues/1
        Locked the conversation of example/demo#1.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 1
        Conversation: locked
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().locked.as_deref(), Some("too heated"));
    desk.run("issue unlock 1").await.unwrap();
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().locked, None);
    check(&desk, "issue transfer 1 example/apollo", expect![[r#"
        > GET /repos/example/apollo/collaborators/ana/permission
        > GET /repos/example/demo/issues/1
        > GET /repos/example/apollo
        > POST /graphql TransferIssue {"issue":"I_1_1","to":"R_2"}
        > GET /repos/example/apollo/issues/2
        Moved example/demo#1 to example/apollo#2.
        # #2 Printer prints only cats
        example/apollo#2 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Comments: 1
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/apollo#2"}] [Assign to me: issue assign {"issue":"example/apollo#2","to":["me"]}] [Close: issue close {"issue":"example/apollo#2"}] [Label…: issue label {"issue":"example/apollo#2"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    assert!(state.repos[0].issue(1).is_none());
    assert_eq!(state.repos[1].issue(2).unwrap().title, "Printer prints only cats");
}
