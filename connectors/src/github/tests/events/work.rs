//! Issues, discussions, comments.

use super::*;

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
