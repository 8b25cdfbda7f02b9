//! Merge requests.

use super::*;

#[tokio::test]
async fn a_merge_request_is_made_shown_and_listed() {
    let desk = desk().await;
    desk.standin.state().merge_requests[0]["state"] = json!("closed");
    check(
        &desk,
        &[
            "mr create Slower fan source=quiet-fan reviewer=@ben,chloe label=bug milestone=v1.0 --draft --squash --remove-branch",
            "mr show !1",
            "mr list",
            "mr list fan project=printer state=closed author=@ben target=main draft=no",
            "mr list reviewer=me state=all",
            "mr list reviewer=none assignee=ben",
        ],
        expect![[r#"
            $ mr create Slower fan source=quiet-fan reviewer=@ben,chloe label=bug milestone=v1.0 --draft --squash --remove-branch
            > GET /api/v4/projects/demo%2Fprinter
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > GET /api/v4/users?username=ben&page=1&per_page=20
            > GET /api/v4/users?username=chloe&page=1&per_page=20
            > POST /api/v4/projects/demo%2Fprinter/merge_requests {"title":"Draft: Slower fan","source_branch":"quiet-fan","target_branch":"main","description":"Asked by Ana in Slack.","reviewer_ids":[6,7],"labels":["bug"],"milestone_id":31,"remove_source_branch":true,"squash":true}
            [Bad]
            Opened demo/printer!3.
            # !3 Draft: Slower fan
            demo/printer!3 · quiet-fan → main · by Bellhop Bot
            State: draft
            Pipeline: failed
            Reviewers: Ben Example, Chloe Example
            Assignee: nobody
            Files changed: 1
            Labels: bug
            Milestone: v1.0
            | Asked by Ana in Slack.
            [Approve: mr approve {"mr":"demo/printer!3"}] [Merge: mr merge {"mr":"demo/printer!3"}] [Comment…: mr comment {"mr":"demo/printer!3"}] [Ask for review…: mr review {"mr":"demo/printer!3"}] [Why not merged?: mr checks {"mr":"demo/printer!3"}] [Mark as ready: mr ready {"mr":"demo/printer!3"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr show !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/notes?sort=desc&page=1&per_page=10
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: closed
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Comment…: mr comment {"mr":"demo/printer!1"}] [Reopen: mr reopen {"mr":"demo/printer!1"}]
            (Updated 2026-11-20 09:00 UTC)
            $ mr list
            > GET /api/v4/merge_requests?state=opened&order_by=updated_at&scope=all&page=1&per_page=10
            2 merge requests
            - demo/printer!3 Draft: Slower fan · draft · by Bellhop Bot · reviewed by Ben Example, Chloe Example
            - demo/printer!2 Draft: Dogs as well · draft · by Ben Example
            $ mr list fan project=printer state=closed author=@ben target=main draft=no
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/merge_requests?state=closed&order_by=updated_at&scope=all&author_username=ben&target_branch=main&wip=no&search=fan&page=1&per_page=10
            1 merge request
            - demo/printer!1 Quieter fan · closed · by Ben Example · reviewed by Ana Example
            $ mr list reviewer=me state=all
            > GET /api/v4/users?search=ana%40example.org&page=1&per_page=20
            > GET /api/v4/merge_requests?state=all&order_by=updated_at&scope=all&reviewer_username=ana&page=1&per_page=10
            1 merge request
            - demo/printer!1 Quieter fan · closed · by Ben Example · reviewed by Ana Example
            $ mr list reviewer=none assignee=ben
            > GET /api/v4/merge_requests?state=opened&order_by=updated_at&scope=all&reviewer_id=None&assignee_id=6&page=1&per_page=10
            1 merge request
            - demo/printer!2 Draft: Dogs as well · draft · by Ben Example
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let made = &state.merge_requests[2];
    assert_eq!((&made["title"], &made["draft"]), (&json!("Draft: Slower fan"), &json!(true)));
    assert_eq!(made["reviewers"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_merge_request_is_changed() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "mr merge !2",
            "mr merge !2 --auto",
            "mr ready !2",
            "mr ready !2",
            "mr draft !2",
            "mr draft !2",
            "mr update !2 title=\"Dogs\" label=urgent milestone=v1.0 target=main description=\"All dogs.\"",
            "mr rebase !2",
            "mr close !2",
            "mr reopen !2",
            "mr review !2 none",
        ],
        expect![[r#"
            $ mr merge !2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2/merge {"sha":"2022022022022022022022022022022022022022"}
            Conflict: demo/printer!2 cannot be merged: it is a draft. With --auto GitLab merges it as soon as it can.
            $ mr merge !2 --auto
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2/merge {"sha":"2022022022022022022022022022022022022022","auto_merge":true}
            GitLab merges demo/printer!2 into main as soon as it can.
            # !2 Draft: Dogs as well
            demo/printer!2 · dogs → main · by Ben Example
            State: draft
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Mark as ready: mr ready {"mr":"demo/printer!2"}]
            (Updated 2026-11-20 09:00 UTC)
            $ mr ready !2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2 {"title":"Dogs as well"}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            demo/printer!2 is ready now.
            # !2 Dogs as well
            demo/printer!2 · dogs → main · by Ben Example
            State: open, can be merged
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Close: mr close {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr ready !2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            demo/printer!2 is no draft.
            # !2 Dogs as well
            demo/printer!2 · dogs → main · by Ben Example
            State: open, can be merged
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Close: mr close {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr draft !2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2 {"title":"Draft: Dogs as well"}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            demo/printer!2 is a draft now.
            # !2 Draft: Dogs as well
            demo/printer!2 · dogs → main · by Ben Example
            State: draft
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Mark as ready: mr ready {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr draft !2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            demo/printer!2 is a draft already.
            # !2 Draft: Dogs as well
            demo/printer!2 · dogs → main · by Ben Example
            State: draft
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Mark as ready: mr ready {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr update !2 title="Dogs" label=urgent milestone=v1.0 target=main description="All dogs."
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2 {"title":"Dogs","description":"All dogs.","target_branch":"main","labels":["urgent"],"milestone_id":31}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            Updated demo/printer!2.
            # !2 Dogs
            demo/printer!2 · dogs → main · by Ben Example
            State: open, can be merged
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent
            Milestone: v1.0
            | All dogs.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Close: mr close {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr rebase !2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2/rebase {}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            GitLab is rebasing demo/printer!2. Conflicts would show in it in a moment.
            # !2 Dogs
            demo/printer!2 · dogs → main · by Ben Example
            State: open, can be merged
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent
            Milestone: v1.0
            | All dogs.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Close: mr close {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr close !2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2 {"state_event":"close"}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            Closed demo/printer!2.
            # !2 Dogs
            demo/printer!2 · dogs → main · by Ben Example
            State: closed
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent
            Milestone: v1.0
            | All dogs.
            [Comment…: mr comment {"mr":"demo/printer!2"}] [Reopen: mr reopen {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr reopen !2
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2 {"state_event":"reopen"}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            demo/printer!2 is open again.
            # !2 Dogs
            demo/printer!2 · dogs → main · by Ben Example
            State: open, can be merged
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent
            Milestone: v1.0
            | All dogs.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Close: mr close {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr review !2 none
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/2 {"reviewer_ids":[0]}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/2/approvals
            Nobody is asked for a review of demo/printer!2 any more.
            # !2 Dogs
            demo/printer!2 · dogs → main · by Ben Example
            State: open, can be merged
            Approvals: none yet, 1 of 1 missing
            Reviewers: nobody
            Assignee: Ben Example
            Files changed: 2
            Labels: urgent
            Milestone: v1.0
            | All dogs.
            [Approve: mr approve {"mr":"demo/printer!2"}] [Merge: mr merge {"mr":"demo/printer!2"}] [Comment…: mr comment {"mr":"demo/printer!2"}] [Ask for review…: mr review {"mr":"demo/printer!2"}] [Why not merged?: mr checks {"mr":"demo/printer!2"}] [Close: mr close {"mr":"demo/printer!2"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let it = &state.merge_requests[1];
    assert_eq!((&it["title"], &it["state"], &it["labels"]), (&json!("Dogs"), &json!("opened"), &json!(["urgent"])));
}
