//! Figures.

use super::*;

#[tokio::test]
async fn of_pull_requests() {
    check(
        &desk().await,
        "pr metrics",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /graphql PullRequestMetrics {"query":"repo:example/demo is:pr created:2026-10-23..2026-11-21","after":null}
        # Pull requests in example/demo
        (2026-10-23 to 2026-11-21)
        Opened: 3
        Merged: 1 (100 % of those that ended)
        Closed without merging: 0
        Still open: 2
        Time to first review: 8 h (90 % within 10 h)
        Without any review: 33 %
        Time to merge: 10 h (90 % within 10 h)
        Comments each: 1.0
        Lines changed each: 68
        Who | Opened | Merged | Reviewed
        ana | 1 | 0 | 1
        ben | 2 | 1 | 0
        chloe | 0 | 0 | 1
    "#]],
    )
    .await;
}

#[tokio::test]
async fn of_issues() {
    check(
        &desk().await,
        "issue metrics since=2026-11-10",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /graphql IssueMetrics {"query":"repo:example/demo is:issue created:2026-11-10..2026-11-21","after":null}
        > POST /graphql IssueMetrics {"query":"repo:example/demo is:issue closed:2026-11-10..2026-11-21","after":null}
        > GET /search/issues?q=repo%3Aexample%2Fdemo+is%3Aissue+is%3Aopen&per_page=1
        # Issues in example/demo
        (2026-11-10 to 2026-11-21)
        Opened: 3
        Closed: 1
        Close rate: 33 % of those opened
        Time to close: 2 d 2 h (90 % within 2 d 2 h)
        Comments each: 0.3
        Open now: 2
        Label | Opened | Closed
        bug | 1 | 0
        feature | 1 | 0
    "#]],
    )
    .await;
}

#[tokio::test]
async fn of_commits() {
    check(&desk().await, "commit metrics since=2026-11-01 until=2026-11-21", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /graphql CommitMetrics {"owner":"example","name":"demo","since":"2026-11-01T00:00:00Z","until":"2026-11-21T23:59:59Z","after":null}
        # Commits to example/demo
        (2026-11-01 to 2026-11-21)
        Commits: 3
        A week: 1.0
        Days with commits: 3 of 21
        Busiest day of the week: Wednesday (2)
        Lines: +133 −34
        Lines a commit: 14 (median)
        Author | Commits | Lines
        ana | 2 | +13 −4
        ben | 1 | +120 −30
    "#]]).await;
}

#[tokio::test]
async fn of_more_than_a_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let now = state.now();
        let repo = &mut state.repos[0];
        let (issue, commit) = (repo.issue(2).unwrap().clone(), repo.commits[2].clone());
        for number in 0..150 {
            repo.issues.push(crate::github::standin::Issue { number: 100 + number, created_at: now, ..issue.clone() });
            repo.commits.push(crate::github::standin::Commit { sha: format!("{number:040x}"), at: now, ..commit.clone() });
        }
    }
    let text = told(&desk, &["issue metrics since=2026-11-21", "commit metrics since=2026-11-21"]).await;
    assert!(text.contains("Opened: 150") && text.contains("Commits: 150"), "{text}");
}

#[tokio::test]
async fn of_nothing() {
    let desk = desk().await;
    let text = told(
        &desk,
        &[
            "pr metrics since=2020-01-01 until=2020-01-31",
            "issue metrics since=2020-01-01 until=2020-01-31",
            "commit metrics since=2020-01-01 until=2020-01-31",
            "pr metrics since=2026-12-01 until=2026-11-01",
        ],
    )
    .await;
    expect![[r#"
        pr metrics since=2020-01-01 until=2020-01-31
          No pull request was opened in example/demo from 2020-01-01 to 2020-01-31.
        issue metrics since=2020-01-01 until=2020-01-31
          No issue was opened or closed in example/demo from 2020-01-01 to 2020-01-31. 2 are open.
        commit metrics since=2020-01-01 until=2020-01-31
          Nothing was committed to example/demo from 2020-01-01 to 2020-01-31.
        pr metrics since=2026-12-01 until=2026-11-01
          BadInput: The first day, 2026-12-01, is after the last, 2026-11-01.
            since: The first day, 2026-12-01, is after the last, 2026-11-01.
    "#]]
    .assert_eq(&text);
}
