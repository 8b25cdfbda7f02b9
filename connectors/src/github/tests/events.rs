//! Deliveries as GitHub documents them, and how each is told. The bodies hold what matters and leave the rest out.

use super::{
    told::{hold, line, told},
    *,
};

/// What every delivery of a repository has.
fn from(actor: &str, mut body: Value) -> Value {
    body["repository"] = json!({
        "name": "demo", "full_name": "example/demo", "html_url": "https://github.com/example/demo", "description": "The demo.",
        "owner": { "login": "example" },
    });
    body["organization"] = json!({ "login": "example" });
    body["sender"] = json!({ "login": actor, "html_url": format!("https://github.com/{actor}") });
    body
}

fn pull(changes: Value) -> Value {
    let mut pull = json!({
        "number": 5, "title": "APOLLO-7: Add a fire hose", "state": "open", "html_url": "https://github.com/example/demo/pull/5",
        "body": "<!-- say why -->Fixes #4, closes other/place#9.\n\n@ben please look, @ana knows.",
        "head": { "ref": "fix/DEMO-3-hose", "sha": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d" }, "base": { "ref": "main" },
        "labels": [{ "name": "bug" }], "updated_at": "2026-11-20T09:59:00Z", "merged": false,
    });
    for (field, value) in changes.as_object().unwrap() {
        pull[field] = value.clone();
    }
    pull
}

fn issue() -> Value {
    json!({
        "number": 7, "title": "Printer on fire", "state": "open", "html_url": "https://github.com/example/demo/issues/7",
        "body": "It burns.", "labels": [{ "name": "bug" }], "updated_at": "2026-11-20T09:58:00Z",
    })
}

/// Each delivery told, with an empty line between two.
fn check(all: &[(&str, Value)], expected: Expect) {
    let mut lines = Vec::new();
    for (name, body) in all {
        let event = told(name, body);
        hold(name, body, &event);
        lines.push(line(&event));
    }
    expected.assert_eq(&lines.join("\n\n"));
}

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

#[test]
fn issues_and_discussions() {
    let other =
        json!({ "number": 8, "title": "Buy sand", "state": "open", "html_url": "https://github.com/example/demo/issues/8" });
    let mut done = issue();
    done["state"] = json!("closed");
    done["state_reason"] = json!("not_planned");
    check(
        &[
            ("issues", from("ana", json!({ "action": "closed", "issue": done }))),
            ("issues", from("ana", json!({ "action": "labeled", "issue": issue(), "label": { "name": "bug" } }))),
            ("issues", from("ana", json!({ "action": "assigned", "issue": issue(), "assignee": { "login": "ben" } }))),
            ("issues", from("ana", json!({ "action": "milestoned", "issue": issue(), "milestone": { "title": "1.0" } }))),
            ("issues", from("ana", json!({ "action": "typed", "issue": issue(), "type": { "name": "Bug" } }))),
            (
                "issues",
                from(
                    "ana",
                    json!({ "action": "transferred", "issue": issue(), "changes": { "new_issue": { "number": 1, "html_url": "https://github.com/example/next/issues/1" }, "new_repository": { "full_name": "example/next" } } }),
                ),
            ),
            ("sub_issues", from("ana", json!({ "action": "sub_issue_added", "parent_issue": issue(), "sub_issue": other }))),
            (
                "issue_dependencies",
                from("ana", json!({ "action": "blocked_by_added", "blocked_issue": issue(), "blocking_issue": other })),
            ),
            (
                "discussion",
                from(
                    "ana",
                    json!({ "action": "answered", "discussion": { "number": 9, "title": "How long a hose?", "state": "open", "html_url": "https://github.com/example/demo/discussions/9" }, "answer": { "body": "Forty metres.", "html_url": "https://github.com/example/demo/discussions/9#discussioncomment-6" } }),
                ),
            ),
        ],
        expect![[r#"
            issue.closed | ana | example/demo#7 | Printer on fire
                in example/demo · closed
                at https://github.com/example/demo/issues/7
                change state: open → closed as not planned
                labels bug

            issue.labeled | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                change label:  → bug
                labels bug

            issue.assigned | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                change assignee:  → ben
                labels bug
                for ben (Assigned)

            issue.milestoned | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                change milestone:  → 1.0
                labels bug

            issue.typed | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                change type:  → Bug
                labels bug

            issue.transferred | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                see https://github.com/example/next/issues/1
                change repository: example/demo → example/next
                labels bug
                text It burns.

            issue.sub_issue_added | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                change sub-issue:  → #8 Buy sand
                labels bug
                about https://github.com/example/demo/issues/8

            issue.blocked_by_added | ana | example/demo#7 | Printer on fire
                in example/demo · open
                at https://github.com/example/demo/issues/7
                change blocked by:  → #8 Buy sand
                labels bug
                about https://github.com/example/demo/issues/8

            discussion.answered | ana | example/demo#9 | How long a hose?
                in example/demo · open
                at https://github.com/example/demo/discussions/9
                see https://github.com/example/demo/discussions/9#discussioncomment-6
                text Forty metres."#]],
    );
}

#[test]
fn pushes_branches_and_tags() {
    let commit = |id: &str, message: &str| json!({ "id": id.repeat(20), "message": message, "author": { "username": "ana" }, "url": format!("https://github.com/example/demo/commit/{}", id.repeat(20)), "modified": ["src/print.rs"] });
    let many: Vec<Value> = (10..40).map(|it| commit(&it.to_string(), &format!("Step {it}"))).collect();
    let none = "0".repeat(40);
    check(
        &[
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/APOLLO-7-hose", "before": "aa".repeat(20), "after": "bb".repeat(20), "commits": [commit("bb", "Turn it on (#5)\n\nAt last.")], "compare": "https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb" }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/main", "before": "aa".repeat(20), "after": "bb".repeat(20), "forced": true, "commits": [], "compare": "https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb" }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/main", "before": "aa".repeat(20), "after": "39".repeat(20), "commits": many }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/hose", "before": none, "after": "bb".repeat(20), "created": true, "commits": [] }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/heads/hose", "before": "bb".repeat(20), "after": none, "deleted": true, "commits": [] }),
                ),
            ),
            (
                "push",
                from(
                    "ana",
                    json!({ "ref": "refs/tags/v1", "before": none, "after": "bb".repeat(20), "created": true, "commits": [] }),
                ),
            ),
            ("create", from("ana", json!({ "ref": "hose", "ref_type": "branch" }))),
            ("delete", from("ana", json!({ "ref": "v1", "ref_type": "tag" }))),
        ],
        expect![[r#"
            commit.pushed | ana | bbbbbbbbbb | 1 commit to APOLLO-7-hose
                in example/demo
                at https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb
                branch APOLLO-7-hose
                about example/demo#5 APOLLO-7
                text bbbbbbbbbb Turn it on (#5)
                commit bbbbbbb Turn it on (#5) · ana https://github.com/example/demo/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                paths src/print.rs

            commit.force_pushed | ana | bbbbbbbbbb | main set back
                in example/demo
                at https://github.com/example/demo/compare/aaaaaaaaaaaa...bbbbbbbbbbbb
                branch main
                change head: aaaaaaaaaa → bbbbbbbbbb

            commit.pushed | ana | 3939393939 | 30 commits to main
                in example/demo
                at https://github.com/example/demo/compare/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...3939393939393939393939393939393939393939
                branch main
                text … 10 more
                     2020202020 Step 20
                     2121212121 Step 21
                     2222222222 Step 22
                     2323232323 Step 23
                     2424242424 Step 24
                     2525252525 Step 25
                     2626262626 Step 26
                     2727272727 Step 27
                     2828282828 Step 28
                     2929292929 Step 29
                     3030303030 Step 30
                     3131313131 Step 31
                     3232323232 Step 32
                     3333333333 Step 33
                     3434343434 Step 34
                     3535353535 Step 35
                     3636363636 Step 36
                     3737373737 Step 37
                     3838383838 Step 38
                     3939393939 Step 39
                commit 2020202 Step 20 · ana https://github.com/example/demo/commit/2020202020202020202020202020202020202020
                commit 2121212 Step 21 · ana https://github.com/example/demo/commit/2121212121212121212121212121212121212121
                commit 2222222 Step 22 · ana https://github.com/example/demo/commit/2222222222222222222222222222222222222222
                commit 2323232 Step 23 · ana https://github.com/example/demo/commit/2323232323232323232323232323232323232323
                commit 2424242 Step 24 · ana https://github.com/example/demo/commit/2424242424242424242424242424242424242424
                commit 2525252 Step 25 · ana https://github.com/example/demo/commit/2525252525252525252525252525252525252525
                commit 2626262 Step 26 · ana https://github.com/example/demo/commit/2626262626262626262626262626262626262626
                commit 2727272 Step 27 · ana https://github.com/example/demo/commit/2727272727272727272727272727272727272727
                commit 2828282 Step 28 · ana https://github.com/example/demo/commit/2828282828282828282828282828282828282828
                commit 2929292 Step 29 · ana https://github.com/example/demo/commit/2929292929292929292929292929292929292929
                commit 3030303 Step 30 · ana https://github.com/example/demo/commit/3030303030303030303030303030303030303030
                commit 3131313 Step 31 · ana https://github.com/example/demo/commit/3131313131313131313131313131313131313131
                commit 3232323 Step 32 · ana https://github.com/example/demo/commit/3232323232323232323232323232323232323232
                commit 3333333 Step 33 · ana https://github.com/example/demo/commit/3333333333333333333333333333333333333333
                commit 3434343 Step 34 · ana https://github.com/example/demo/commit/3434343434343434343434343434343434343434
                commit 3535353 Step 35 · ana https://github.com/example/demo/commit/3535353535353535353535353535353535353535
                commit 3636363 Step 36 · ana https://github.com/example/demo/commit/3636363636363636363636363636363636363636
                commit 3737373 Step 37 · ana https://github.com/example/demo/commit/3737373737373737373737373737373737373737
                commit 3838383 Step 38 · ana https://github.com/example/demo/commit/3838383838383838383838383838383838383838
                commit 3939393 Step 39 · ana https://github.com/example/demo/commit/3939393939393939393939393939393939393939
                paths src/print.rs

            branch.created | ana | hose | branch
                in example/demo
                at https://github.com/example/demo/tree/hose
                branch hose

            branch.deleted | ana | hose | branch
                in example/demo
                at https://github.com/example/demo/commits/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                branch hose

            tag.created | ana | v1 | tag
                in example/demo
                at https://github.com/example/demo/tree/v1
                branch v1

            branch.created | ana | hose | branch
                in example/demo
                at https://github.com/example/demo/tree/hose
                branch hose

            tag.deleted | ana | v1 | tag
                in example/demo
                at https://github.com/example/demo/tags
                branch v1"#]],
    );
}

#[test]
fn builds_and_deployments() {
    let pulls = json!([{ "number": 5, "base": { "repo": { "url": "https://api.github.com/repos/example/demo" } } }, { "number": 6, "base": { "repo": { "url": "https://api.github.com/repos/fork/demo" } } }]);
    let sha = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
    let run = |conclusion: Value| json!({ "id": 1002, "name": "CI", "run_number": 8, "display_title": "Add a fire hose", "head_branch": "fix/DEMO-3-hose", "head_sha": sha, "status": if conclusion.is_null() { "in_progress" } else { "completed" }, "conclusion": conclusion, "html_url": "https://github.com/example/demo/actions/runs/1002", "pull_requests": pulls, "head_commit": { "id": sha, "message": "Add a fire hose", "author": { "name": "Ana" } } });
    let deployment = json!({ "id": 3, "ref": "main", "sha": sha, "environment": "live" });
    check(
        &[
            ("workflow_run", from("ana", json!({ "action": "completed", "workflow_run": run(json!("failure")) }))),
            ("workflow_run", from("ana", json!({ "action": "in_progress", "workflow_run": run(Value::Null) }))),
            (
                "workflow_job",
                from(
                    "ana",
                    json!({ "action": "completed", "workflow_job": { "id": 1, "run_id": 1002, "name": "test", "workflow_name": "CI", "head_branch": "main", "head_sha": sha, "conclusion": "failure", "html_url": "https://github.com/example/demo/actions/runs/1002/job/1", "steps": [{ "name": "cargo test", "conclusion": "failure" }] } }),
                ),
            ),
            (
                "check_run",
                from(
                    "ana",
                    json!({ "action": "completed", "check_run": { "name": "lint", "head_sha": sha, "status": "completed", "conclusion": "success", "html_url": "https://github.com/example/demo/runs/9", "output": { "title": "No warnings" }, "check_suite": { "head_branch": "main" }, "pull_requests": pulls } }),
                ),
            ),
            (
                "status",
                from(
                    "ben",
                    json!({ "sha": sha, "context": "ci/print", "state": "error", "description": "Out of paper", "target_url": "https://ci.example.org/9", "commit": { "html_url": format!("https://github.com/example/demo/commit/{sha}"), "commit": { "message": "Print" } }, "branches": [{ "name": "main", "commit": { "sha": sha } }] }),
                ),
            ),
            (
                "deployment_status",
                from(
                    "ana",
                    json!({ "action": "created", "deployment": deployment, "deployment_status": { "state": "failure", "description": "No water", "environment": "live", "environment_url": "https://live.example.org", "target_url": "https://ci.example.org/3" } }),
                ),
            ),
            (
                "deployment_review",
                from(
                    "ana",
                    json!({ "action": "requested", "environment": "live", "workflow_run": run(Value::Null), "reviewers": [{ "type": "User", "reviewer": { "login": "chloe" } }], "requestor": { "login": "ana" } }),
                ),
            ),
            (
                "page_build",
                from(
                    "ana",
                    json!({ "build": { "status": "errored", "commit": sha, "error": { "message": "Page not found" }, "pusher": { "login": "ana" } } }),
                ),
            ),
            (
                "merge_group",
                from(
                    "ana",
                    json!({ "action": "checks_requested", "merge_group": { "head_sha": sha, "head_ref": "refs/heads/gh-readonly-queue/main/pr-5-7fd1", "base_ref": "refs/heads/main", "head_commit": { "message": "Add a fire hose (#5)" } } }),
                ),
            ),
        ],
        expect![[r#"
            run.failed | ana | CI #8 | Add a fire hose
                in example/demo · failure
                at https://github.com/example/demo/actions/runs/1002
                branch fix/DEMO-3-hose
                severity Error
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d DEMO-3
                commit 7fd1a60 Add a fire hose · Ana https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            run.started | ana | CI #8 | Add a fire hose
                in example/demo · in_progress
                at https://github.com/example/demo/actions/runs/1002
                branch fix/DEMO-3-hose
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d DEMO-3
                commit 7fd1a60 Add a fire hose · Ana https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            job.failed | ana | test | CI on main
                in example/demo · failure
                at https://github.com/example/demo/actions/runs/1002/job/1
                branch main
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d https://github.com/example/demo/actions/runs/1002
                text Failed: cargo test

            check.passed | ana | lint | No warnings
                in example/demo · success
                at https://github.com/example/demo/runs/9
                branch main
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            check.failed | ben | ci/print | Out of paper
                in example/demo · error
                at https://ci.example.org/9
                branch main
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                commit 7fd1a60 Print ·  https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            deployment.failed | ana | 7fd1a60b01 | main to live
                in example/demo · failure
                at https://ci.example.org/3
                see https://live.example.org
                branch main
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                text No water

            deployment.review_requested | ana | 7fd1a60b01 | fix/DEMO-3-hose to live
                in example/demo · waiting
                at https://github.com/example/demo/actions/runs/1002
                branch fix/DEMO-3-hose
                for chloe (ReviewAsked)
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d DEMO-3
                text Add a fire hose

            pages.failed | ana | GitHub Pages | site of 7fd1a60b01
                in example/demo · errored
                at https://github.com/example/demo/deployments/github-pages
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                text Page not found

            merge_group.checks_requested | ana | example/demo#5 | Add a fire hose (#5)
                in example/demo
                at https://github.com/example/demo/queue/main
                branch main
                about https://github.com/example/demo/pull/5
                commit 7fd1a60 Add a fire hose (#5) ·  https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"#]],
    );
}

#[test]
fn alerts_and_advisories() {
    check(
        &[
            (
                "dependabot_alert",
                from(
                    "github",
                    json!({ "action": "created", "alert": { "number": 2, "state": "open", "html_url": "https://github.com/example/demo/security/dependabot/2", "dependency": { "package": { "name": "ink" }, "manifest_path": "Cargo.lock" }, "security_advisory": { "summary": "Ink leaks", "severity": "critical" }, "security_vulnerability": { "severity": "critical", "vulnerable_version_range": "< 2", "first_patched_version": { "identifier": "2.0" } } } }),
                ),
            ),
            (
                "code_scanning_alert",
                from(
                    "ana",
                    json!({ "action": "closed_by_user", "ref": "refs/pull/5/merge", "alert": { "number": 3, "state": "dismissed", "html_url": "https://github.com/example/demo/security/code-scanning/3", "dismissed_reason": "won't fix", "dismissed_comment": "It is a test.", "rule": { "description": "Unchecked heat", "security_severity_level": "high", "severity": "warning" } } }),
                ),
            ),
            (
                "secret_scanning_alert",
                from(
                    "github",
                    json!({ "action": "created", "alert": { "number": 4, "secret": "hunter2-of-ana", "secret_type_display_name": "Printer token", "html_url": "https://github.com/example/demo/security/secret-scanning/4", "state": "open" } }),
                ),
            ),
            (
                "repository_vulnerability_alert",
                from(
                    "github",
                    json!({ "action": "dismiss", "alert": { "id": 5, "affected_package_name": "ink", "affected_range": "< 2", "severity": "moderate", "dismiss_reason": "No bandwidth" } }),
                ),
            ),
            (
                "security_advisory",
                json!({ "action": "published", "organization": { "login": "example" }, "security_advisory": { "ghsa_id": "GHSA-aaaa-bbbb-cccc", "summary": "Ink leaks", "severity": "high", "description": "Everywhere.", "vulnerabilities": [{ "package": { "name": "ink" } }] } }),
            ),
        ],
        expect![[r#"
            alert.created | github | Dependabot #2 | Ink leaks
                in example/demo · open
                at https://github.com/example/demo/security/dependabot/2
                severity Critical
                text ink < 2, fixed in 2.0
                paths Cargo.lock

            alert.dismissed | ana | Code scanning #3 | Unchecked heat
                in example/demo · dismissed
                at https://github.com/example/demo/security/code-scanning/3
                change reason:  → won't fix
                severity Error
                about https://github.com/example/demo/pull/5
                text It is a test.

            alert.created | github | Secret scanning #4 | Printer token
                in example/demo · open
                at https://github.com/example/demo/security/secret-scanning/4
                severity Critical

            alert.dismissed | github | Dependabot alert | ink
                in example/demo
                at https://github.com/example/demo/security/dependabot
                change reason:  → No bandwidth
                severity Warning
                text ink < 2

            advisory.published | GitHub | GHSA-aaaa-bbbb-cccc | Ink leaks
                in example
                at https://github.com/advisories/GHSA-aaaa-bbbb-cccc
                labels ink
                severity Error
                text Everywhere."#]],
    );
}

#[test]
fn people_and_places() {
    let sponsorship = json!({ "sponsor": { "login": "ben" }, "sponsorable": { "login": "ana" }, "tier": { "name": "$5 a month" }, "privacy_level": "public" });
    check(
        &[
            (
                "member",
                from(
                    "ana",
                    json!({ "action": "edited", "member": { "login": "ben", "html_url": "https://github.com/ben" }, "changes": { "old_permission": { "from": "read" } } }),
                ),
            ),
            (
                "membership",
                from(
                    "ana",
                    json!({ "action": "added", "member": { "login": "ben", "html_url": "https://github.com/ben" }, "team": { "name": "Infra", "html_url": "https://github.com/orgs/example/teams/infra" } }),
                ),
            ),
            (
                "organization",
                from(
                    "ana",
                    json!({ "action": "member_invited", "invitation": { "login": null, "email": "chloe@example.org", "role": "admin" } }),
                ),
            ),
            (
                "team",
                from(
                    "ana",
                    json!({ "action": "edited", "team": { "name": "Infra Team", "slug": "infra-team" }, "changes": { "name": { "from": "Infra" } } }),
                ),
            ),
            ("team_add", from("ana", json!({ "team": { "name": "Infra", "slug": "infra" } }))),
            (
                "repository",
                from("ana", json!({ "action": "renamed", "changes": { "repository": { "name": { "from": "demo-old" } } } })),
            ),
            (
                "repository",
                from(
                    "ana",
                    json!({ "action": "transferred", "changes": { "owner": { "from": { "user": { "login": "ben" } } } } }),
                ),
            ),
            (
                "fork",
                from("chloe", json!({ "forkee": { "full_name": "chloe/demo", "html_url": "https://github.com/chloe/demo" } })),
            ),
            ("watch", from("chloe", json!({ "action": "started" }))),
            (
                "custom_property_values",
                from(
                    "ana",
                    json!({ "action": "updated", "new_property_values": [{ "property_name": "tier", "value": "gold" }], "old_property_values": [{ "property_name": "tier", "value": null }] }),
                ),
            ),
            (
                "sponsorship",
                json!({ "action": "pending_tier_change", "sponsorship": sponsorship, "changes": { "tier": { "from": { "name": "$10 a month" } } }, "effective_date": "2026-12-30T00:00:00+00:00", "sender": { "login": "ben", "html_url": "https://github.com/ben" } }),
            ),
        ],
        expect![[r#"
            member.updated | ana | ben | collaborator
                in example/demo
                at https://github.com/ben
                change permission: read → another

            member.added | ana | ben | team Infra
                in example/demo
                at https://github.com/ben
                see https://github.com/orgs/example/teams/infra

            member.invited | ana | chloe@example.org | member
                in example/demo
                at https://github.com/orgs/example/people
                change role:  → admin

            team.updated | ana | Infra Team | team
                in example/demo
                at https://github.com/orgs/example/teams/infra-team
                see https://github.com/example/demo
                change name: Infra → Infra Team

            team.added_to_repository | ana | Infra | team
                in example/demo
                at https://github.com/orgs/example/teams/infra
                see https://github.com/example/demo

            repository.renamed | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                change name: demo-old → demo

            repository.transferred | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                change owner: ben → example

            repository.forked | chloe | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                see https://github.com/chloe/demo
                change fork:  → chloe/demo

            repository.starred | chloe | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo

            repository.properties_updated | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                change tier:  → gold

            sponsorship.change_pending | ben | ben | $5 a month
                in ana
                at https://github.com/sponsors/ana
                change tier: $10 a month → $5 a month
                change effective:  → 2026-12-30"#]],
    );
}

#[test]
fn what_surrounds_a_repository() {
    check(
        &[
            (
                "milestone",
                from(
                    "ana",
                    json!({ "action": "edited", "milestone": { "number": 1, "title": "1.0", "state": "open", "due_on": "2026-12-24T08:00:00Z" }, "changes": { "due_on": { "from": "2026-12-01T08:00:00Z" } } }),
                ),
            ),
            (
                "label",
                from(
                    "ana",
                    json!({ "action": "edited", "label": { "name": "urgent" }, "changes": { "name": { "from": "soon" } } }),
                ),
            ),
            (
                "deploy_key",
                from(
                    "ana",
                    json!({ "action": "created", "key": { "id": 1, "title": "printer", "key": "ssh-rsa AAAA", "read_only": false } }),
                ),
            ),
            (
                "branch_protection_rule",
                from(
                    "ana",
                    json!({ "action": "edited", "rule": { "name": "main", "admin_enforced": true }, "changes": { "admin_enforced": { "from": false } } }),
                ),
            ),
            (
                "repository_ruleset",
                from(
                    "ana",
                    json!({ "action": "created", "repository_ruleset": { "id": 1, "name": "No fire", "_links": { "html": { "href": "https://github.com/example/demo/rules/1" } } } }),
                ),
            ),
            (
                "release",
                from(
                    "ana",
                    json!({ "action": "published", "release": { "tag_name": "v1", "name": "The hose release", "body": "* A hose", "html_url": "https://github.com/example/demo/releases/tag/v1", "target_commitish": "main", "prerelease": false } }),
                ),
            ),
            (
                "package",
                from(
                    "ana",
                    json!({ "action": "published", "package": { "name": "demo", "package_type": "CONTAINER", "html_url": "https://github.com/example/demo/packages/1", "package_version": { "version": "2.0" } } }),
                ),
            ),
            (
                "gollum",
                from(
                    "ana",
                    json!({ "pages": [{ "page_name": "Home", "title": "Home", "action": "created", "html_url": "https://github.com/example/demo/wiki/Home" }, { "page_name": "Fire-drill", "title": "Fire drill", "action": "edited", "html_url": "https://github.com/example/demo/wiki/Fire-drill" }] }),
                ),
            ),
            (
                "projects_v2_item",
                from(
                    "ana",
                    json!({ "action": "edited", "projects_v2_item": { "id": 1, "content_type": "Issue" }, "changes": { "field_value": { "field_name": "Status", "project_number": 2, "from": { "name": "Todo" }, "to": { "name": "Done" } } } }),
                ),
            ),
            (
                "repository_dispatch",
                from("ana", json!({ "action": "print", "branch": "main", "client_payload": { "pages": 3 } })),
            ),
            ("meta", from("ana", json!({ "action": "deleted", "hook_id": 7, "hook": { "events": ["push"] } }))),
            (
                "widget_of_tomorrow",
                from(
                    "ana",
                    json!({ "action": "bent", "widget": { "id": 3, "title": "A thing", "html_url": "https://github.com/example/demo/widgets/3", "state": "new" } }),
                ),
            ),
        ],
        expect![[r#"
            milestone.updated | ana | 1.0 | milestone
                in example/demo · open
                at https://github.com/example/demo/milestone/1
                change due on: 2026-12-01 → 2026-12-24

            label.updated | ana | urgent | label
                in example/demo
                at https://github.com/example/demo/labels/urgent
                change name: soon → urgent

            deploy_key.created | ana | printer | deploy key
                in example/demo
                at https://github.com/example/demo/settings/keys
                change access:  → write

            branch_protection.updated | ana | main | branch protection
                in example/demo
                at https://github.com/example/demo/settings/branches
                branch main
                change admin enforced: no → yes

            ruleset.created | ana | No fire | ruleset
                in example/demo
                at https://github.com/example/demo/rules/1

            release.published | ana | v1 | The hose release
                in example/demo · published
                at https://github.com/example/demo/releases/tag/v1
                branch main
                text * A hose

            package.published | ana | demo 2.0 | container package
                in example/demo
                at https://github.com/example/demo/packages/1

            wiki_page.updated | ana | wiki | 2 pages
                in example/demo
                at https://github.com/example/demo/wiki
                text created Home
                     edited Fire drill

            project_item.updated | ana | project #2 | issue
                in example/demo
                at https://github.com/orgs/example/projects/2
                change Status: Todo → Done

            repository.dispatched | ana | example/demo | The demo.
                in example/demo
                at https://github.com/example/demo
                branch main
                change event:  → print

            hook.deleted | ana | webhook 7 | webhook of GitHub
                in example/demo
                at https://github.com/example/demo/settings/hooks/7
                change events:  → push

            widget_of_tomorrow.bent | ana | widget 3 | A thing
                in example/demo · new
                at https://github.com/example/demo/widgets/3"#]],
    );
}

#[test]
fn what_names_nothing_is_told_by_where_it_happened() {
    let told = [from("ana", json!({})), json!({ "sender": { "login": "ana" } }), json!({})]
        .map(|it| line(&told("nothing_of_tomorrow", &it)));
    expect![[r#"
        nothing_of_tomorrow.happened | ana | example/demo | nothing of tomorrow
            in example/demo
            at https://github.com/example/demo

        nothing_of_tomorrow.happened | ana | ana | nothing of tomorrow

        nothing_of_tomorrow.happened | - | GitHub | nothing of tomorrow"#]]
    .assert_eq(&told.join("\n\n"));
}

/// What GitHub found of a secret stays at GitHub.
#[test]
fn secrets_are_never_told() {
    let event = told(
        "secret_scanning_alert",
        &from("ana", json!({ "action": "created", "alert": { "number": 4, "secret": "hunter2-of-ana" } })),
    );
    let key =
        told("deploy_key", &from("ana", json!({ "action": "created", "key": { "title": "printer", "key": "ssh-rsa AAAA" } })));
    for event in [event, key] {
        let all = serde_json::to_string(&event).unwrap();
        assert!(!all.contains("hunter2") && !all.contains("ssh-rsa"), "{all}");
    }
}
