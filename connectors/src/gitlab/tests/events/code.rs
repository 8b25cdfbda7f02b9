//! Pushes, pipelines, deployments.

use super::*;

#[test]
fn pushes_branches_and_tags() {
    let push = |more: Value| {
        with(
            json!({ "object_kind": "push", "ref": "refs/heads/7-fan", "before": "5e6f7a8b".repeat(5), "after": "1a2b3c4d".repeat(5), "checkout_sha": "1a2b3c4d".repeat(5), "user_name": "Ben Example", "user_username": "ben", "project": from("Ben", json!({}))["project"], "commits": [], "total_commits_count": 0 }),
            more,
        )
    };
    let commit = json!({ "id": "1a2b3c4d".repeat(5), "message": "Turn it slower\n\nCloses #7, see !2", "author": { "name": "Ben Example" }, "url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d", "modified": ["src/fan.rs"], "added": [], "removed": ["src/oil.rs"] });
    let none = "0".repeat(40);
    check(
        &[
            push(json!({ "commits": [commit], "total_commits_count": 30 })),
            push(json!({ "before": none })),
            push(json!({ "before": none, "commits": [commit], "total_commits_count": 1 })),
            push(json!({ "after": none, "checkout_sha": null })),
            push(json!({ "object_kind": "tag_push", "ref": "refs/tags/v1", "before": none, "message": "The first" })),
            push(json!({ "object_kind": "tag_push", "ref": "refs/tags/v1", "after": none, "checkout_sha": null })),
            json!({ "event_name": "repository_update", "user_name": "Ben Example", "user_username": "ben", "project": from("Ben", json!({}))["project"], "changes": [{ "before": "5e6f7a8b".repeat(5), "after": "1a2b3c4d".repeat(5), "ref": "refs/heads/main" }] }),
            push(json!({ "user_name": "renovate", "user_username": "project_11_bot_0a1b2c" })),
        ],
        expect![[r#"
            commit.pushed | Ben Example | 1a2b3c4d1a | 30 commits to 7-fan
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/compare/5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b...1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d
                branch 7-fan
                about demo/printer#7 demo/printer!2
                text … 29 more
                     1a2b3c4d1a Turn it slower
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d
                paths src/fan.rs src/oil.rs

            branch.created | Ben Example | 7-fan | branch
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/tree/7-fan
                branch 7-fan
                about demo/printer#7

            commit.pushed | Ben Example | 1a2b3c4d1a | 1 commit to the new branch 7-fan
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/commits/7-fan
                branch 7-fan
                about demo/printer#7 demo/printer!2
                text 1a2b3c4d1a Turn it slower
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d
                paths src/fan.rs src/oil.rs

            branch.deleted | Ben Example | 7-fan | branch
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/commits/5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b
                branch 7-fan
                about demo/printer#7

            tag.created | Ben Example | v1 | tag
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/tags/v1
                branch v1
                text The first

            tag.deleted | Ben Example | v1 | tag
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/commits/5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b
                branch v1

            repository.updated | Ben Example | demo/printer | repository
                in demo/printer
                at https://gitlab.example.org/demo/printer
                branch main
                change main: 5e6f7a8b5e → 1a2b3c4d1a

            commit.pushed | renovate[bot] | 1a2b3c4d1a | 7-fan moved
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/compare/5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b...1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d
                branch 7-fan
                about demo/printer#7"#]],
    );
}

#[test]
fn pipelines_jobs_and_deployments() {
    let commit = json!({ "id": "1a2b3c4d".repeat(5), "message": "Turn it slower\n", "url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d", "author": { "name": "Ben Example" } });
    let pipeline = |more: Value| {
        with(
            json!({ "id": 1001, "ref": "main", "sha": "1a2b3c4d".repeat(5), "status": "success", "created_at": "2026-11-20 09:50:00 UTC" }),
            more,
        )
    };
    let request =
        json!({ "iid": 2, "source_branch": "7-fan", "url": "https://gitlab.example.org/demo/printer/-/merge_requests/2" });
    let job = |more: Value| {
        with(
            from(
                "Ben",
                json!({ "object_kind": "build", "ref": "main", "sha": "1a2b3c4d".repeat(5), "build_id": 1003, "build_name": "rspec", "build_stage": "test", "build_status": "failed", "build_failure_reason": "script_failure", "build_allow_failure": false, "pipeline_id": 1001, "commit": { "message": "Turn it slower", "author_name": "Ben Example" } }),
            ),
            more,
        )
    };
    let deployment = |more: Value| {
        with(
            from(
                "Ana",
                json!({ "object_kind": "deployment", "status": "success", "deployment_id": 15, "deployable_url": "https://gitlab.example.org/demo/printer/-/jobs/1003", "environment": "live", "environment_external_url": "https://live.example.org", "short_sha": "1a2b3c4d", "ref": "main", "commit_url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d", "commit_title": "Turn it slower" }),
            ),
            more,
        )
    };
    check(
        &[
            from(
                "Ben",
                json!({ "object_kind": "pipeline", "object_attributes": pipeline(json!({ "status": "failed", "ref": "refs/merge-requests/2/head", "source": "merge_request_event" })), "merge_request": request, "commit": commit, "builds": [{ "stage": "test", "name": "rspec", "status": "failed" }, { "stage": "test", "name": "lint", "status": "failed", "allow_failure": true }] }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "pipeline", "object_attributes": pipeline(json!({ "name": "Nightly", "url": "https://gitlab.example.org/demo/printer/-/pipelines/1001" })), "commit": commit }),
            ),
            from("Ben", json!({ "object_kind": "pipeline", "object_attributes": pipeline(json!({ "status": "manual" })) })),
            job(json!({})),
            job(json!({ "build_status": "canceled", "build_stage": "rspec" })),
            deployment(json!({})),
            deployment(json!({ "status": "approved", "approver": who("Chloe"), "approval": { "comment": "Go." } })),
            deployment(json!({ "status": "failed", "ref": null })),
        ],
        expect![[r#"
            pipeline.failed | Ben Example | pipeline #1001 | Turn it slower
                in demo/printer · failed
                at https://gitlab.example.org/demo/printer/-/pipelines/1001
                branch 7-fan
                severity Error
                about https://gitlab.example.org/demo/printer/-/merge_requests/2 https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d demo/printer#7
                text test: rspec failed
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d

            pipeline.passed | Ben Example | pipeline #1001 | Nightly
                in demo/printer · success
                at https://gitlab.example.org/demo/printer/-/pipelines/1001
                branch main
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d

            pipeline.waiting | Ben Example | pipeline #1001 | on main
                in demo/printer · manual
                at https://gitlab.example.org/demo/printer/-/pipelines/1001
                branch main
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d

            job.failed | Ben Example | rspec | test on main
                in demo/printer · failed
                at https://gitlab.example.org/demo/printer/-/jobs/1003
                branch main
                severity Error
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d https://gitlab.example.org/demo/printer/-/pipelines/1001
                text script failure
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d

            job.cancelled | Ben Example | rspec | job #1003 on main
                in demo/printer · canceled
                at https://gitlab.example.org/demo/printer/-/jobs/1003
                branch main
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d https://gitlab.example.org/demo/printer/-/pipelines/1001
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d

            deployment.succeeded | Ana Example | 1a2b3c4d | main to live
                in demo/printer · success
                at https://gitlab.example.org/demo/printer/-/jobs/1003
                see https://live.example.org
                branch main
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d
                commit 1a2b3c4 Turn it slower ·  https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d

            deployment.approved | Chloe Example | 1a2b3c4d | main to live
                in demo/printer · approved
                at https://gitlab.example.org/demo/printer/-/jobs/1003
                see https://live.example.org
                branch main
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d
                text Go.
                commit 1a2b3c4 Turn it slower ·  https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d

            deployment.failed | Ana Example | 1a2b3c4d | live: Turn it slower
                in demo/printer · failed
                at https://gitlab.example.org/demo/printer/-/jobs/1003
                see https://live.example.org
                severity Error
                about https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d
                commit 1a2b3c4 Turn it slower ·  https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d"#]],
    );
}
