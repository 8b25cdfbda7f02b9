//! Deliveries as GitLab documents them, and how each is told. The bodies hold what matters and leave the rest out.

use super::{
    told::{hold, line, told},
    *,
};

/// What every delivery of a project has.
fn from(name: &str, mut body: Value) -> Value {
    body["project"] = json!({
        "name": "Printer", "path_with_namespace": "demo/printer", "web_url": "https://gitlab.example.org/demo/printer", "default_branch": "main",
    });
    body["user"] = json!({ "id": 5, "name": format!("{name} Example"), "username": name.to_lowercase() });
    body
}

fn of_issue(changes: Value) -> Value {
    with(
        json!({
            "id": 4711, "iid": 7, "title": "Printer on fire", "state": "opened", "confidential": false, "description": "It burns, @ben.",
            "url": "https://gitlab.example.org/demo/printer/-/issues/7", "updated_at": "2026-11-20 09:58:00 UTC", "due_date": null,
        }),
        changes,
    )
}

fn of_merge_request(changes: Value) -> Value {
    with(
        json!({
            "id": 815, "iid": 2, "title": "Turn the fan slower (APOLLO-7)", "state": "opened", "draft": false,
            "description": "<!-- why? -->Closes #7", "source_branch": "7-fan", "target_branch": "main",
            "url": "https://gitlab.example.org/demo/printer/-/merge_requests/2", "updated_at": "2026-11-20T09:59:00.000Z",
            "last_commit": { "id": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d", "message": "Turn it slower\n", "author": { "name": "Ben Example" },
                "url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d" },
        }),
        changes,
    )
}

fn with(mut value: Value, changes: Value) -> Value {
    for (field, it) in changes.as_object().unwrap() {
        value[field] = it.clone();
    }
    value
}

fn who(name: &str) -> Value {
    json!({ "name": format!("{name} Example"), "username": name.to_lowercase() })
}

/// Each delivery told, with an empty line between two.
fn check(all: &[Value], expected: Expect) {
    let mut lines = Vec::new();
    for body in all {
        let event = told(body).unwrap();
        hold("own", body, &event);
        lines.push(line(&event));
    }
    expected.assert_eq(&lines.join("\n\n"));
}

#[test]
fn issues() {
    let labels = |all: &[&str]| all.iter().map(|it| json!({ "title": it })).collect::<Vec<_>>();
    check(
        &[
            from(
                "Ana",
                json!({ "object_kind": "issue", "object_attributes": of_issue(json!({ "action": "open", "due_date": "2026-12-01" })), "assignees": [who("Ben")], "labels": labels(&["bug"]) }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "issue", "object_attributes": of_issue(json!({ "action": "update" })), "labels": labels(&["bug"]), "changes": { "labels": { "previous": labels(&["bug", "urgent"]), "current": labels(&["bug"]) }, "updated_at": { "previous": "a", "current": "b" } } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "issue", "object_attributes": of_issue(json!({ "action": "update" })), "changes": { "assignees": { "previous": [who("Ben")], "current": [who("Chloe")] } } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "issue", "object_attributes": of_issue(json!({ "action": "update" })), "changes": { "title": { "previous": "Printer", "current": "Printer on fire" }, "description": { "previous": "", "current": "It burns." }, "milestone_id": { "previous": null, "current": 31 } } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "work_item", "object_attributes": of_issue(json!({ "action": "update", "type": "Incident", "state": "closed" })), "changes": { "state_id": { "previous": 1, "current": 2 } } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "issue", "object_attributes": of_issue(json!({ "action": "close", "state": "closed" })) }),
            ),
            json!({ "object_kind": "work_item", "project": null, "user": who("Ana"), "object_attributes": { "iid": 2, "title": "Land softly", "type": "Epic", "action": "open", "state": "opened", "url": "https://gitlab.example.org/groups/apollo/-/work_items/2" } }),
        ],
        expect![[r#"
            issue.created | Ana Example | demo/printer#7 | Printer on fire
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/issues/7
                change assignee:  → Ben Example
                change due date:  → 2026-12-01
                labels bug
                for Ben Example (Assigned), ben (Mentioned)
                text It burns, @ben.

            issue.unlabeled | Ana Example | demo/printer#7 | Printer on fire
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/issues/7
                change label: urgent → 
                labels bug

            issue.assigned | Ana Example | demo/printer#7 | Printer on fire
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/issues/7
                change assignee: Ben Example → 
                change assignee:  → Chloe Example
                for Chloe Example (Assigned)

            issue.updated | Ana Example | demo/printer#7 | Printer on fire
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/issues/7
                change title: Printer → Printer on fire
                change description:  → 
                change milestone:  → 

            issue.closed | Ana Example | demo/printer#7 | Printer on fire
                in demo/printer · closed
                at https://gitlab.example.org/demo/printer/-/issues/7
                change state: opened → closed

            issue.closed | Ana Example | demo/printer#7 | Printer on fire
                in demo/printer · closed
                at https://gitlab.example.org/demo/printer/-/issues/7
                change state: opened → closed

            epic.created | Ana Example | apollo#2 | Land softly
                in apollo · opened
                at https://gitlab.example.org/groups/apollo/-/work_items/2
                change type:  → Epic"#]],
    );
}

#[test]
fn merge_requests() {
    let request = |of: Value, more: Value| {
        with(from("Ben", json!({ "object_kind": "merge_request", "object_attributes": of_merge_request(of) })), more)
    };
    check(
        &[
            request(
                json!({ "action": "open", "draft": true }),
                json!({ "reviewers": [who("Chloe")], "assignees": [who("Ben")] }),
            ),
            request(json!({ "action": "update", "oldrev": "5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b" }), json!({})),
            request(
                json!({ "action": "update" }),
                json!({ "changes": { "reviewers": { "previous": [], "current": [who("Chloe")] } } }),
            ),
            request(
                json!({ "action": "update" }),
                json!({ "changes": { "draft": { "previous": true, "current": false }, "title": { "previous": "Draft: Turn", "current": "Turn" } } }),
            ),
            request(
                json!({ "action": "update" }),
                json!({ "changes": { "target_branch": { "previous": "next", "current": "main" } } }),
            ),
            request(json!({ "action": "approval" }), json!({})),
            request(json!({ "action": "unapproved" }), json!({})),
            request(json!({ "action": "unapproved", "system": true, "system_action": "approvals_reset_on_push" }), json!({})),
            request(
                json!({ "action": "merge", "state": "merged" }),
                json!({ "changes": { "state_id": { "previous": 4, "current": 3 } } }),
            ),
            request(json!({ "action": "close", "state": "closed" }), json!({})),
        ],
        expect![[r#"
            merge_request.created | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · draft
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change into:  → main
                change assignee:  → Ben Example
                change reviewer:  → Chloe Example
                for Ben Example (Assigned), Chloe Example (ReviewAsked)
                about APOLLO-7 demo/printer#7
                text Closes #7

            merge_request.pushed | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change head: 5e6f7a8b5e → 1a2b3c4d1a
                about APOLLO-7 demo/printer#7
                text Turn it slower
                commit 1a2b3c4 Turn it slower · Ben Example https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d

            merge_request.review_requested | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change reviewer:  → Chloe Example
                for Chloe Example (ReviewAsked)
                about APOLLO-7 demo/printer#7

            merge_request.ready_for_review | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change state: draft → ready
                change title: Draft: Turn → Turn
                about APOLLO-7 demo/printer#7

            merge_request.updated | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change target branch: next → main
                about APOLLO-7 demo/printer#7

            merge_request.approved | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                about APOLLO-7 demo/printer#7

            merge_request.unapproved | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                about APOLLO-7 demo/printer#7

            merge_request.approvals_reset | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                about APOLLO-7 demo/printer#7
                text approvals reset on push

            merge_request.merged | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · merged
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change state: opened → merged
                change into:  → main
                about APOLLO-7 demo/printer#7

            merge_request.closed | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · closed
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                branch 7-fan
                change state: opened → closed
                about APOLLO-7 demo/printer#7"#]],
    );
}

#[test]
fn comments_and_reactions() {
    let note = |sort: &str, place: &str| json!({ "noteable_type": sort, "note": "See it, @chloe.", "action": "create", "url": format!("https://gitlab.example.org/demo/printer/-/{place}#note_9"), "position": { "new_path": "src/fan.rs" } });
    check(
        &[
            from(
                "Ben",
                json!({ "object_kind": "note", "object_attributes": note("Issue", "issues/7"), "issue": of_issue(json!({ "labels": [{ "title": "bug" }] })) }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "note", "object_attributes": note("MergeRequest", "merge_requests/2"), "merge_request": of_merge_request(json!({})) }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "note", "object_attributes": note("Commit", "commit/1a2b"), "commit": { "id": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d", "message": "Turn it slower\n\nAt last." } }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "note", "object_attributes": with(note("ProjectSnippet", "snippets/3"), json!({ "action": "update" })), "snippet": { "id": 3, "title": "A script" } }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "note", "object_attributes": note("WikiPage::Meta", "wikis/home"), "wiki_page": { "title": "Home" } }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "emoji", "event_type": "award", "object_attributes": { "name": "thumbsup", "awardable_type": "Note", "awarded_on_url": "https://gitlab.example.org/demo/printer/-/issues/7#note_9" }, "note": { "note": "It is out.", "noteable_type": "Issue" }, "issue": of_issue(json!({})) }),
            ),
            from(
                "Ben",
                json!({ "object_kind": "emoji", "event_type": "revoke", "object_attributes": { "name": "heart", "awardable_type": "Note", "awarded_on_url": null }, "note": { "note": "Hi", "noteable_type": "DesignManagement::Design", "position": { "new_path": "designs/issue-7/fan.png" } } }),
            ),
        ],
        expect![[r#"
            issue.commented | Ben Example | demo/printer#7 | Printer on fire
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/issues/7
                see https://gitlab.example.org/demo/printer/-/issues/7#note_9
                labels bug
                for chloe (Mentioned)
                text See it, @chloe.
                paths src/fan.rs

            merge_request.commented | Ben Example | demo/printer!2 | Turn the fan slower (APOLLO-7)
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/merge_requests/2
                see https://gitlab.example.org/demo/printer/-/merge_requests/2#note_9
                branch 7-fan
                for chloe (Mentioned)
                about APOLLO-7
                text See it, @chloe.
                paths src/fan.rs

            commit.commented | Ben Example | 1a2b3c4d1a | Turn it slower
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d
                see https://gitlab.example.org/demo/printer/-/commit/1a2b#note_9
                for chloe (Mentioned)
                text See it, @chloe.
                paths src/fan.rs

            snippet.comment_edited | Ben Example | demo/printer$3 | A script
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/snippets/3
                see https://gitlab.example.org/demo/printer/-/snippets/3#note_9
                text See it, @chloe.
                paths src/fan.rs

            wiki_page.commented | Ben Example | wiki page | Home
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/wikis/home
                see https://gitlab.example.org/demo/printer/-/wikis/home#note_9
                for chloe (Mentioned)
                text See it, @chloe.
                paths src/fan.rs

            issue.reacted | Ben Example | demo/printer#7 | Printer on fire
                in demo/printer · opened
                at https://gitlab.example.org/demo/printer/-/issues/7
                see https://gitlab.example.org/demo/printer/-/issues/7#note_9
                change reaction:  → :thumbsup:
                text It is out.

            design.unreacted | Ben Example | design | fan.png
                in demo/printer
                at https://gitlab.example.org/demo/printer
                change reaction: :heart: → 
                text Hi"#]],
    );
}

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

#[test]
fn what_else_is_in_a_project() {
    check(
        &[
            from(
                "Ana",
                json!({ "object_kind": "release", "action": "create", "tag": "v1", "name": "The fan release", "description": "* A fan", "url": "https://gitlab.example.org/demo/printer/-/releases/v1" }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "wiki_page", "object_attributes": { "action": "create", "title": "Fire drill", "slug": "fire-drill", "url": "https://gitlab.example.org/demo/printer/-/wikis/fire-drill", "message": "Create page: Fire drill" } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "feature_flag", "object_attributes": { "id": 6, "name": "fan", "description": "Turns.", "active": true } }),
            ),
            from(
                "Ana",
                json!({ "object_kind": "milestone", "action": "create", "object_attributes": { "iid": 10, "title": "v1.0", "state": "active", "due_date": "2026-12-01", "description": "The first." } }),
            ),
            json!({ "object_kind": "vulnerability", "object_attributes": { "url": "https://gitlab.example.org/demo/printer/-/security/vulnerabilities/3", "title": "Ink leaks", "state": "confirmed", "severity": "high", "location": { "file": "Cargo.lock", "dependency": { "package": { "name": "ink" }, "version": "1.0" } }, "identifiers": [{ "name": "CVE-2026-1" }], "issues": [{ "url": "https://gitlab.example.org/demo/printer/-/issues/7" }] }, "user": who("Ana") }),
            from(
                "Ana",
                json!({ "object_kind": "printer_of_tomorrow", "object_attributes": { "iid": 3, "title": "A thing", "action": "bend", "url": "https://gitlab.example.org/demo/printer/-/things/3" } }),
            ),
        ],
        expect![[r#"
            release.created | Ana Example | v1 | The fan release
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/releases/v1
                branch v1
                text * A fan

            wiki_page.created | Ana Example | wiki page | Fire drill
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/wikis/fire-drill

            feature_flag.switched_on | Ana Example | fan | feature flag
                in demo/printer · on
                at https://gitlab.example.org/demo/printer/-/feature_flags
                change state: off → on
                text Turns.

            milestone.created | Ana Example | %v1.0 | milestone
                in demo/printer · active
                at https://gitlab.example.org/demo/printer/-/milestones/10
                change due date:  → 2026-12-01
                text The first.

            vulnerability.confirmed | Ana Example | vulnerability #3 | Ink leaks
                in demo/printer · confirmed
                at https://gitlab.example.org/demo/printer/-/security/vulnerabilities/3
                labels CVE-2026-1
                severity Error
                about https://gitlab.example.org/demo/printer/-/issues/7
                text ink 1.0
                paths Cargo.lock

            printer_of_tomorrow.bend | Ana Example | printer of tomorrow 3 | A thing
                in demo/printer
                at https://gitlab.example.org/demo/printer/-/things/3"#]],
    );
}

#[test]
fn members_and_the_server() {
    let all = [
        json!({ "event_name": "user_add_to_group", "group_name": "Apollo", "group_path": "apollo", "user_username": "chloe", "user_name": "Chloe Example", "group_access": "Developer", "expires_at": "2026-12-14T00:00:00Z" }),
        json!({ "event_name": "user_update_for_team", "project_path_with_namespace": "demo/printer", "user_username": "chloe", "user_name": "Chloe Example", "access_level": "Maintainer" }),
        json!({ "event_name": "user_remove_from_team", "project_path_with_namespace": "demo/printer", "user_username": "chloe", "user_name": "Chloe Example", "access_level": "Maintainer" }),
        json!({ "event_name": "user_access_request_to_project", "project_path_with_namespace": "demo/printer", "user_username": "chloe", "user_name": "Chloe Example", "access_level": "Guest" }),
        json!({ "event_name": "subgroup_create", "name": "Landers", "path": "landers", "full_path": "apollo/landers", "parent_full_path": "apollo" }),
        json!({ "event_name": "group_rename", "name": "Apollo", "path": "apollo", "full_path": "apollo", "old_full_path": "mercury" }),
        json!({ "event_name": "project_transfer", "name": "Printer", "path_with_namespace": "demo/printer", "old_path_with_namespace": "apollo/printer" }),
        json!({ "event_name": "project_create", "name": "Printer", "path_with_namespace": "demo/printer", "project_visibility": "private" }),
        json!({ "event_name": "user_rename", "name": "Chloe Example", "username": "chloe", "old_username": "cleo" }),
        json!({ "event_name": "user_failed_login", "name": "Ben Example", "username": "ben", "state": "blocked" }),
        json!({ "object_kind": "access_token", "event_name": "expiring_access_token", "group": { "group_name": "Apollo", "group_path": "apollo", "full_path": "apollo" }, "object_attributes": { "id": 25, "name": "bellhop", "expires_at": "2026-11-26" } }),
        json!({ "event_name": "key_create", "username": "ana", "key": "ssh-rsa AAAA", "id": 4 }),
    ];
    let told: Vec<String> = all.iter().map(|it| line(&told(it).unwrap())).collect();
    assert!(!told.join("").contains("ssh-rsa"), "a key is not told");
    expect![[r#"
        member.added | GitLab | chloe | Chloe Example
            in apollo
            change role:  → Developer
            change until:  → 2026-12-14

        member.updated | GitLab | chloe | Chloe Example
            in demo/printer
            change role:  → Maintainer

        member.removed | GitLab | chloe | Chloe Example
            in demo/printer

        member.access_requested | Chloe Example | chloe | Chloe Example
            in demo/printer
            change role:  → Guest

        subgroup.created | GitLab | apollo/landers | Landers
            in apollo

        group.renamed | GitLab | apollo | Apollo
            in apollo
            change path: mercury → apollo

        project.transferred | GitLab | demo/printer | Printer
            in demo/printer
            change place: apollo/printer → demo/printer

        project.created | GitLab | demo/printer | Printer
            in demo/printer
            change visibility:  → private

        user.renamed | GitLab | chloe | Chloe Example
            in GitLab
            change login: cleo → chloe

        user.login_failed | ben | ben | Ben Example
            in GitLab · blocked
            severity Warning

        access_token.expiring | GitLab | bellhop | access token
            in apollo
            change ends:  → 2026-11-26
            severity Warning

        ssh_key.created | ana | ana | SSH key
            in GitLab"#]]
    .assert_eq(&told.join("\n\n"));
}
