//! Issues that are in another repository now.

use super::*;

/// A GitHub where `example/demo#1` was moved to `example/apollo#2`.
async fn moved() -> Desk<Simulated> {
    let desk = desk().await;
    desk.run("issue transfer 1 example/apollo").await.unwrap();
    desk
}

#[tokio::test]
async fn where_a_moved_issue_is_now_is_said() {
    check(
        &moved().await,
        "issue show 1",
        expect![[r#"
        > GET /repos/example/demo/issues/1
        > GET /repos/example/demo
        > GET /repos/example/demo/issues/1
        > GET /repositories/2/issues/2
        NotFound: example/demo#1 was moved to another repository: it is example/apollo#2 now. Write that instead.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn nothing_is_done_to_a_moved_issue_under_its_old_name() {
    let desk = moved().await;
    let there = |desk: &Desk<Simulated>| format!("{:?}", desk.standin.state().repos[1].issue(2));
    let before = there(&desk);
    for line in [
        "show #1",
        "issue show 1 --comments",
        "issue comment 1 It burns.",
        "issue assign 1 ben",
        "issue label 1 urgent",
        "issue unlabel 1 bug",
        "issue update 1 title=Dogs",
        "issue close 1 comment=\"It is out.\"",
        "issue reopen 1",
        "issue react 1 rocket",
        "issue lock 1",
        "issue unlock 1",
        "issue transfer 1 example/apollo",
    ] {
        let error = desk.run(line).await.unwrap_err();
        assert_eq!(
            (error.kind, error.maybe_done, error.message.as_str()),
            (
                ErrorKind::NotFound,
                false,
                "example/demo#1 was moved to another repository: it is example/apollo#2 now. Write that instead."
            ),
            "{line}"
        );
    }
    assert_eq!(there(&desk), before);
    let followed = desk.server.exchanges().into_iter().map(|it| it.request_line()).filter(|it| it.contains("/repositories/"));
    assert!(followed.into_iter().all(|it| it == "GET /repositories/2/issues/2"));
}

#[tokio::test]
async fn the_new_name_is_told_only_to_those_who_may_see_it() {
    let mut desk = moved().await;
    // Chloe has no role in example/apollo, which is private.
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    let error = desk.run("issue show 1").await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::NotFound, "example/demo#1 was moved to another repository. GitHub tells which to those who may see it.")
    );
}

#[tokio::test]
async fn a_repository_of_another_name_is_no_moved_issue() {
    let desk = desk().await;
    {
        let repo = &mut desk.standin.state().repos[0];
        repo.name = "shop".into();
        repo.former.push("example/demo".into());
    }
    for line in ["issue show 1", "issue close 1", "run list"] {
        let error = desk.run(line).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (
                ErrorKind::BadConfig,
                "example/demo was renamed, or moved to another owner. GitHub has it under another name now: write that instead."
            ),
            "{line}"
        );
    }
}
