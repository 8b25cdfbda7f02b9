//! What is discussed on a merge request, its labels, and estimates of issues.

use super::*;

#[tokio::test]
async fn threads_are_answered_and_resolved() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "mr threads !1",
            "mr answer !1 src/fan.rs:12 It is, at noon.",
            "mr resolve demo/printer!1 src/fan.rs:12",
            "mr resolve !1 f00dcafe",
            "mr threads !1",
            "mr threads !1 --all",
            "mr unresolve !1 src/fan.rs:12",
            "mr resolve !1 src/fan.rs:99",
            "mr threads !2",
            "mr answer !2 src/fan.rs:12 Hm.",
        ],
        expect![[r#"
            $ mr threads !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            demo/printer!1: 2 unresolved
            - src/fan.rs:12 Ana Example: Is this not too slow at noon?
            - f00dcafe Chloe Example: Who tells the users?
            [Resolve src/fan.rs:12: mr resolve {"mr":"demo/printer!1","thread":"6a9c1750b37d513a43987b574953fceb50b03ce7"}] [Resolve f00dcafe: mr resolve {"mr":"demo/printer!1","thread":"f00dcafe91a7016a7058e91bdbe7b29d1f284a39"}]
            [Answer src/fan.rs:12…: mr answer {"mr":"demo/printer!1","thread":"6a9c1750b37d513a43987b574953fceb50b03ce7"}] [Answer f00dcafe…: mr answer {"mr":"demo/printer!1","thread":"f00dcafe91a7016a7058e91bdbe7b29d1f284a39"}]
            $ mr answer !1 src/fan.rs:12 It is, at noon.
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            > POST /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions/6a9c1750b37d513a43987b574953fceb50b03ce7/notes {"body":"It is, at noon.\n\n*Asked by Ana in Slack.*"}
            Answered in the thread src/fan.rs:12 of demo/printer!1.
            [Resolve: mr resolve {"mr":"demo/printer!1","thread":"6a9c1750b37d513a43987b574953fceb50b03ce7"}]
            $ mr resolve demo/printer!1 src/fan.rs:12
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions/6a9c1750b37d513a43987b574953fceb50b03ce7?resolved=true
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Resolved the thread src/fan.rs:12 of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ mr resolve !1 f00dcafe
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions/f00dcafe91a7016a7058e91bdbe7b29d1f284a39?resolved=true
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Resolved the thread f00dcafe of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ mr threads !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            demo/printer!1 has no open threads.
            $ mr threads !1 --all
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            demo/printer!1: 0 unresolved
            - src/fan.rs:12 Ana Example: Is this not too slow at noon? (+1) (resolved)
            - f00dcafe Chloe Example: Who tells the users? (resolved)
            [Answer src/fan.rs:12…: mr answer {"mr":"demo/printer!1","thread":"6a9c1750b37d513a43987b574953fceb50b03ce7"}] [Answer f00dcafe…: mr answer {"mr":"demo/printer!1","thread":"f00dcafe91a7016a7058e91bdbe7b29d1f284a39"}]
            $ mr unresolve !1 src/fan.rs:12
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions/6a9c1750b37d513a43987b574953fceb50b03ce7?resolved=false
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            The thread src/fan.rs:12 of demo/printer!1 is open again.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ mr resolve !1 src/fan.rs:99
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            BadInput: demo/printer!1 has no thread `src/fan.rs:99`. There is src/fan.rs:12.
              thread: demo/printer!1 has no thread `src/fan.rs:99`. There is src/fan.rs:12.
            $ mr threads !2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/discussions?page=1&per_page=100
            demo/printer!2 has no open threads.
            $ mr answer !2 src/fan.rs:12 Hm.
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/discussions?page=1&per_page=100
            BadInput: demo/printer!2 has no thread `src/fan.rs:12`. It has none that is open.
              thread: demo/printer!2 has no thread `src/fan.rs:12`. It has none that is open.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let threads = &state.discussions[&201];
    assert_eq!((&threads[0]["notes"][0]["resolved"], &threads[1]["notes"][0]["resolved"]), (&json!(false), &json!(true)));
    assert_eq!(threads[0]["notes"][1]["body"], "It is, at noon.\n\n*Asked by Ana in Slack.*");
}

#[tokio::test]
async fn two_threads_at_one_line_are_told_apart() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let threads = state.discussions.get_mut(&201).expect("threads");
        let mut second = threads[0].clone();
        second["id"] = json!("0ddba11591a7016a7058e91bdbe7b29d1f284a39");
        threads.push(second);
    }
    check(
        &desk,
        &["mr resolve !1 src/fan.rs:12", "mr resolve !1 0ddba115", "mr resolve !1 src/fan.rs:12"],
        expect![[r#"
            $ mr resolve !1 src/fan.rs:12
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            BadInput: There are several threads at `src/fan.rs:12`. Write one of 6a9c1750, 0ddba115.
              thread: There are several threads at `src/fan.rs:12`. Write one of 6a9c1750, 0ddba115.
            $ mr resolve !1 0ddba115
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions/0ddba11591a7016a7058e91bdbe7b29d1f284a39?resolved=true
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Resolved the thread src/fan.rs:12 of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ mr resolve !1 src/fan.rs:12
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions?page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/discussions/6a9c1750b37d513a43987b574953fceb50b03ce7?resolved=true
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Resolved the thread src/fan.rs:12 of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-20 09:00 UTC)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn labels_and_estimates_are_set() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "mr label !1 urgent,doing",
            "mr label !1 remove=doing",
            "mr label !1",
            "issue estimate #1 2d",
            "issue estimate #1 none",
            "issue estimate #1 soon",
        ],
        expect![[r#"
            $ mr label !1 urgent,doing
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1 {"add_labels":["urgent","doing"]}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Changed the labels of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent, doing
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr label !1 remove=doing
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1 {"remove_labels":["doing"]}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Changed the labels of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr label !1
            BadInput: Which label? Write add=urgent or remove=todo.
              add: Which label? Write add=urgent or remove=todo.
            $ issue estimate #1 2d
            > POST /api/v4/projects/demo%2Fprinter/issues/1/time_estimate {"duration":"2d"}
            > GET /api/v4/projects/demo%2Fprinter/issues/1
            Estimated demo/printer#1 at 2d.
            # #1 Printer prints only cats
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: Ben Example
            Labels: bug
            Milestone: v1.0
            Estimate: 2d
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ issue estimate #1 none
            > POST /api/v4/projects/demo%2Fprinter/issues/1/reset_time_estimate
            > GET /api/v4/projects/demo%2Fprinter/issues/1
            demo/printer#1 has no estimate any more.
            # #1 Printer prints only cats
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: Ben Example
            Labels: bug
            Milestone: v1.0
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ issue estimate #1 soon
            > POST /api/v4/projects/demo%2Fprinter/issues/1/time_estimate {"duration":"soon"}
            Validation: GitLab refused the values: time estimate is invalid. Correct them and try again.
              time: time estimate is invalid.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.merge_requests[0]["labels"], json!(["urgent"]));
    assert!(state.issues[0]["time_stats"]["human_time_estimate"].is_null());
}
