//! Pull requests and their reviews.

use super::*;

#[test]
fn pull_requests() {
    let team = json!({ "name": "Infra", "slug": "infra" });
    check(
        &[
            (
                "pull_request",
                from(
                    "ana",
                    json!({ "action": "opened", "pull_request": pull(json!({ "assignees": [{ "login": "ben" }], "requested_teams": [team], "draft": true })) }),
                ),
            ),
            (
                "pull_request",
                from(
                    "ana",
                    json!({ "action": "review_requested", "pull_request": pull(json!({})), "requested_reviewer": { "login": "chloe" } }),
                ),
            ),
            (
                "pull_request",
                from("ana", json!({ "action": "review_requested", "pull_request": pull(json!({})), "requested_team": team })),
            ),
            (
                "pull_request",
                from(
                    "ben",
                    json!({ "action": "synchronize", "pull_request": pull(json!({})), "before": "5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b", "after": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d" }),
                ),
            ),
            (
                "pull_request",
                from(
                    "ben",
                    json!({ "action": "edited", "pull_request": pull(json!({})), "changes": { "title": { "from": "Add a hose" }, "base": { "ref": { "from": "next" }, "sha": { "from": "1" } } } }),
                ),
            ),
            (
                "pull_request",
                from("ben", json!({ "action": "closed", "pull_request": pull(json!({ "merged": true, "state": "closed" })) })),
            ),
            ("pull_request", from("ben", json!({ "action": "closed", "pull_request": pull(json!({ "state": "closed" })) }))),
            (
                "pull_request",
                from(
                    "ben",
                    json!({ "action": "auto_merge_disabled", "pull_request": pull(json!({})), "reason": "Pull request was pushed to" }),
                ),
            ),
            ("pull_request", from("ana", json!({ "action": "ready_for_review", "pull_request": pull(json!({})) }))),
        ],
        expect![[r#"
            pull.created | ana | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · draft
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change into:  → main
                change assignee:  → ben
                change reviewer:  → Infra
                labels bug
                for ben (Mentioned)
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3
                text Fixes #4, closes other/place#9.
         
                     @ben please look, @ana knows.

            pull.review_requested | ana | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change reviewer:  → chloe
                labels bug
                for chloe (ReviewAsked)
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.review_requested | ana | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change reviewer:  → Infra
                labels bug
                for example/infra (ReviewAsked)
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.pushed | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/compare/5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b...7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                branch fix/DEMO-3-hose
                change head: 5e6f7a8b5e → 7fd1a60b01
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.updated | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change title: Add a hose → APOLLO-7: Add a fire hose
                change base: next → main
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.merged | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · merged
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change state: open → merged
                change into:  → main
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.closed | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · closed
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change state: open → closed
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.auto_merge_disabled | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3
                text Pull request was pushed to

            pull.ready_for_review | ana | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                branch fix/DEMO-3-hose
                change state: draft → open
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3"#]],
    );
}

#[test]
fn reviews_and_comments() {
    let review = |state: &str, body: Value| json!({ "state": state, "body": body, "html_url": "https://github.com/example/demo/pull/5#pullrequestreview-1", "user": { "login": "chloe" } });
    let comment = json!({ "body": "Longer, @ben.", "path": "src/hose.rs", "html_url": "https://github.com/example/demo/pull/5#discussion_r2" });
    let below = |it: Value| json!({ "number": 5, "title": "Add a fire hose", "state": "open", "html_url": "https://github.com/example/demo/pull/5", "pull_request": it });
    check(
        &[
            (
                "pull_request_review",
                from(
                    "chloe",
                    json!({ "action": "submitted", "pull_request": pull(json!({})), "review": review("changes_requested", json!("Too short.")) }),
                ),
            ),
            (
                "pull_request_review",
                from(
                    "chloe",
                    json!({ "action": "submitted", "pull_request": pull(json!({})), "review": review("COMMENTED", Value::Null) }),
                ),
            ),
            (
                "pull_request_review",
                from(
                    "ben",
                    json!({ "action": "dismissed", "pull_request": pull(json!({})), "review": review("dismissed", json!("Too short.")) }),
                ),
            ),
            (
                "pull_request_review_comment",
                from("chloe", json!({ "action": "created", "pull_request": pull(json!({})), "comment": comment })),
            ),
            (
                "pull_request_review_thread",
                from(
                    "ben",
                    json!({ "action": "resolved", "pull_request": pull(json!({})), "thread": { "comments": [comment] } }),
                ),
            ),
            (
                "issue_comment",
                from(
                    "ben",
                    json!({ "action": "created", "issue": below(json!({})), "comment": { "body": "Done.", "html_url": "https://github.com/example/demo/pull/5#issuecomment-3" } }),
                ),
            ),
            (
                "issue_comment",
                from(
                    "ben",
                    json!({ "action": "edited", "issue": issue(), "comment": { "body": "Out.", "html_url": "https://github.com/example/demo/issues/7#issuecomment-4" }, "changes": { "body": { "from": "Ou." } } }),
                ),
            ),
            (
                "commit_comment",
                from(
                    "ben",
                    json!({ "action": "created", "comment": { "commit_id": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d", "path": "src/hose.rs", "body": "Why?", "html_url": "https://github.com/example/demo/commit/7fd1a60b01#commitcomment-5" } }),
                ),
            ),
        ],
        expect![[r#"
            pull.changes_requested | chloe | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/pull/5#pullrequestreview-1
                branch fix/DEMO-3-hose
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3
                text Too short.

            pull.reviewed | chloe | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/pull/5#pullrequestreview-1
                branch fix/DEMO-3-hose
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3

            pull.review_dismissed | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/pull/5#pullrequestreview-1
                branch fix/DEMO-3-hose
                change review by chloe:  → dismissed
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3
                text Too short.

            pull.commented | chloe | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/pull/5#discussion_r2
                branch fix/DEMO-3-hose
                labels bug
                for ben (Mentioned)
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3
                text Longer, @ben.
                paths src/hose.rs

            pull.thread_resolved | ben | example/demo#5 | APOLLO-7: Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/pull/5#discussion_r2
                branch fix/DEMO-3-hose
                labels bug
                about example/demo#4 other/place#9 APOLLO-7 DEMO-3
                text Longer, @ben.
                paths src/hose.rs

            pull.commented | ben | example/demo#5 | Add a fire hose
                in example/demo · open
                at https://github.com/example/demo/pull/5
                see https://github.com/example/demo/pull/5#issuecomment-3
                text Done.

            issue.comment_edited | ben | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                see https://github.com/example/demo/issues/7#issuecomment-4
                change body:  → 
                labels bug
                text Out.

            commit.commented | ben | 7fd1a60b01 | commit, src/hose.rs
                in example/demo
                at https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                see https://github.com/example/demo/commit/7fd1a60b01#commitcomment-5
                text Why?
                paths src/hose.rs"#]],
    );
}
