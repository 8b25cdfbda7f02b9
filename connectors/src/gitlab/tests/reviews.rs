//! Reviews of merge requests, and merging them.

use super::*;

#[tokio::test]
async fn a_merge_request_is_reviewed_and_merged() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "mr checks !1",
            "mr changes !1",
            "mr comment !1 Looks good.",
            "mr review !1 @chloe",
            "mr assign !1 me",
            "mr approve demo/printer!1",
            "mr checks demo/printer!1",
            "mr approve !1",
            "mr unapprove !1",
            "mr unapprove !1",
            "mr merge !1 --squash --remove-branch message=\"Turn it down\"",
            "mr merge !1",
        ],
        expect![[r#"
            $ mr checks !1
            > POST /api/graphql {"query":"query ($project: ID!, $iid: String!) { project(fullPath: $project) { mergeRequest(iid: $iid) { title webUrl mergeabilityChecks { identifier status } resolvableDiscussionsCount resolvedDiscussionsCount headPipeline { status } approvalsLeft } } }","variables":{"project":"demo/printer","iid":"1"}}
            [Warning]
            demo/printer!1 Quieter fan
            It cannot be merged yet:
            - 1 more approval is missing
            - its pipeline has to pass first
            [Show: mr show {"mr":"demo/printer!1"}]
            $ mr changes !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/diffs?page=1&per_page=100
            demo/printer!1 changes 2 files
            - src/fan.rs
            - docs/fan.md (new)
            $ mr comment !1 Looks good.
            > POST /api/v4/projects/demo%2Fprinter/merge_requests/1/notes {"body":"Looks good.\n\n*Asked by Ana in Slack.*"}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Commented on demo/printer!1.
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
            $ mr review !1 @chloe
            > GET /api/v4/users?username=chloe&page=1&per_page=20
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1 {"reviewer_ids":[5,7]}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Asked for a review of demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example, Chloe Example
            Assignee: Ben Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr assign !1 me
            > GET /api/v4/users?search=ana%40example.org&page=1&per_page=20
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1 {"assignee_ids":[5]}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Assigned demo/printer!1.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example, Chloe Example
            Assignee: Ana Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr approve demo/printer!1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > POST /api/v4/projects/demo%2Fprinter/merge_requests/1/approve {"sha":"2012012012012012012012012012012012012012"}
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Approved demo/printer!1 in the bot's name.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: by Bellhop Bot
            Reviewers: Ana Example, Chloe Example
            Assignee: Ana Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr checks demo/printer!1
            > POST /api/graphql {"query":"query ($project: ID!, $iid: String!) { project(fullPath: $project) { mergeRequest(iid: $iid) { title webUrl mergeabilityChecks { identifier status } resolvableDiscussionsCount resolvedDiscussionsCount headPipeline { status } approvalsLeft } } }","variables":{"project":"demo/printer","iid":"1"}}
            [Warning]
            demo/printer!1 Quieter fan
            It cannot be merged yet:
            - its pipeline has to pass first
            [Show: mr show {"mr":"demo/printer!1"}]
            $ mr approve !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > POST /api/v4/projects/demo%2Fprinter/merge_requests/1/approve {"sha":"2012012012012012012012012012012012012012"}
            Permission: demo/printer!1 cannot be approved by this account: it did so already, wrote it itself, or has no right to.
            $ mr unapprove !1
            > POST /api/v4/projects/demo%2Fprinter/merge_requests/1/unapprove
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1/approvals
            [Bad]
            Took the approval of demo/printer!1 back.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: open, can be merged
            Pipeline: failed
            Approvals: none yet, 1 of 1 missing
            Reviewers: Ana Example, Chloe Example
            Assignee: Ana Example
            Files changed: 2
            | Makes it better.
            [Approve: mr approve {"mr":"demo/printer!1"}] [Merge: mr merge {"mr":"demo/printer!1"}] [Comment…: mr comment {"mr":"demo/printer!1"}] [Ask for review…: mr review {"mr":"demo/printer!1"}] [Why not merged?: mr checks {"mr":"demo/printer!1"}] [Close: mr close {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr unapprove !1
            > POST /api/v4/projects/demo%2Fprinter/merge_requests/1/unapprove
            NotFound: demo/printer!1 is not approved by this account, so there is nothing to take back.
            $ mr merge !1 --squash --remove-branch message="Turn it down"
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/merge {"sha":"2012012012012012012012012012012012012012","squash":true,"should_remove_source_branch":true,"merge_commit_message":"Turn it down"}
            [Good]
            Merged demo/printer!1 into main.
            # !1 Quieter fan
            demo/printer!1 · quiet-fan → main · by Ben Example
            State: merged
            Pipeline: failed
            Reviewers: Ana Example, Chloe Example
            Assignee: Ana Example
            Files changed: 2
            | Makes it better.
            [Comment…: mr comment {"mr":"demo/printer!1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ mr merge !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            Conflict: demo/printer!1 is merged, so it cannot be merged.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let it = &state.merge_requests[0];
    assert_eq!(it["state"], "merged");
    assert_eq!(it["reviewers"].as_array().map(Vec::len), Some(2), "who reviewed before still does");
    assert_eq!(state.notes["mr-201"][0]["body"], "Looks good.\n\n*Asked by Ana in Slack.*");
}

#[tokio::test]
async fn what_was_pushed_meanwhile_is_neither_approved_nor_merged_unseen() {
    // As if somebody pushed between our look and our change.
    let server = wiremock::MockServer::start().await;
    let simulated = Simulated::default();
    let one = {
        let state = simulated.state();
        state.shown(&state.merge_requests[0])
    };
    let answer = wiremock::ResponseTemplate::new(200).set_body_json(one);
    wiremock::Mock::given(wiremock::matchers::method("GET")).respond_with(answer).mount(&server).await;
    let ana = wiremock::ResponseTemplate::new(200).set_body_json(json!([simulated.state().user(5)]));
    let users = wiremock::Mock::given(wiremock::matchers::path("/api/v4/users")).respond_with(ana);
    users.with_priority(1).mount(&server).await;
    let conflict =
        wiremock::ResponseTemplate::new(409).set_body_json(json!({"message": "SHA does not match HEAD of source branch"}));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(conflict).with_priority(9).mount(&server).await;
    let url = server.uri();
    let desk = desk_with(|config| drop(config.insert("url".into(), json!(url)))).await;
    for line in ["mr approve !1", "mr merge !1"] {
        let error = desk.run(line).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert!(error.message.starts_with("Somebody pushed to demo/printer!1 just now."), "{error}");
    }
}

#[tokio::test]
async fn nobody_approves_their_own_by_the_bot() {
    let mut desk = desk().await;
    (desk.asker, desk.account) = (person("Ben"), Some("ben".into()));
    check(
        &desk,
        &["mr approve !1", "deployment approve 62"],
        expect![[r#"
            $ mr approve !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            > GET /api/v4/users?username=ben&page=1&per_page=20
            Permission: demo/printer!1 is your own: somebody else has to approve it.
            $ deployment approve 62
            > GET /api/v4/projects/demo%2Fprinter/deployments/62
            Permission: Deployment 62 is your own: somebody else has to approve it.
        "#]],
    )
    .await;
    (desk.account, desk.asker.email) = (None, None);
    check(
        &desk,
        &["mr approve !1", "deployment approve 62"],
        expect![[r#"
            $ mr approve !1
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/1
            Permission: To approve something I have to know who you are in GitLab. Tell me with `/bellhop link gitlab LOGIN`.
            $ deployment approve 62
            > GET /api/v4/projects/demo%2Fprinter/deployments/62
            Permission: To approve something I have to know who you are in GitLab. Tell me with `/bellhop link gitlab LOGIN`.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert!(state.approvals.values().all(Vec::is_empty));
    assert_eq!(state.deployments[1]["status"], "blocked");
}
