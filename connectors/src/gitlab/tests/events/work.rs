//! Issues, merge requests, comments.

use super::*;

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
