//! Pull requests, pipelines, approvals, repositories.

use super::*;

#[tokio::test]
async fn pull_requests_are_made_reviewed_and_completed() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "pr list",
            "pr list demo repo=printer state=all author=@ben target=main limit=1",
            "pr list reviewer=me",
            "pr show 7",
            "pr comment 7 Looks good.",
            "pr review 7 @chloe --required",
            "pr dismiss 7 @chloe",
            "pr vote 7 wait",
            "pr vote 7 reset",
            "pr approve 7",
            "pr complete 7 --auto",
            "pr complete 7 strategy=squash --delete-branch --transition-items message=\"Turn it down\"",
            "pr approve 7",
            "pr create Slower fan repo=printer source=quiet-fan reviewer=@ben item=1 --draft",
        ],
        expect![[r#"
            $ pr list
            > GET /example/demo/_apis/git/pullrequests?searchCriteria.status=active&%24top=11&%24skip=0&api-version=7.1
            2 pull requests
            - !8 Dogs as well · draft · by Ben Example · printer
            - !7 Quieter fan · active · by Ben Example · printer · waits for Ana Example
            $ pr list demo repo=printer state=all author=@ben target=main limit=1
            > GET /example/_apis/identities?searchFilter=General&filterValue=ben&queryMembership=None&api-version=7.1
            > GET /example/demo/_apis/git/repositories/printer/pullrequests?searchCriteria.status=all&%24top=2&%24skip=0&searchCriteria.creatorId=00000309-0000-4000-8000-000000000000&searchCriteria.targetRefName=refs%2Fheads%2Fmain&api-version=7.1
            1 to 1 of the pull requests
            - !8 Dogs as well · draft · by Ben Example · printer
            [Show more: pr list {"project":"demo","repo":"printer","state":"all","author":"@ben","target":"main","limit":1,"skip":1}]
            $ pr list reviewer=me
            > GET /example/_apis/identities?searchFilter=General&filterValue=ana%40example.org&queryMembership=None&api-version=7.1
            > GET /example/demo/_apis/git/pullrequests?searchCriteria.status=active&%24top=11&%24skip=0&searchCriteria.reviewerId=00000304-0000-4000-8000-000000000000&api-version=7.1
            1 pull request
            - !7 Quieter fan · active · by Ben Example · printer · waits for Ana Example
            $ pr show 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr comment 7 Looks good.
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > POST /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1 {"comments":[{"parentCommentId":0,"content":"Looks good.\n\n*Asked by Ana in Slack.*","commentType":"text"}],"status":"closed"}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Commented on !7.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr review 7 @chloe --required
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=chloe&queryMembership=None&api-version=7.1
            > PUT /example/demo/_apis/git/repositories/r1/pullRequests/7/reviewers/00000523-0000-4000-8000-000000000000?api-version=7.1 {"vote":0,"isRequired":true}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Asked for a review of !7.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote), Chloe Example (no vote, required)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr dismiss 7 @chloe
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=chloe&queryMembership=None&api-version=7.1
            > DELETE /example/demo/_apis/git/repositories/r1/pullRequests/7/reviewers/00000523-0000-4000-8000-000000000000?api-version=7.1
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Chloe Example is not asked for a review of !7 any more.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr vote 7 wait
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/connectionData?api-version=7.1-preview.1
            > PUT /example/demo/_apis/git/repositories/r1/pullRequests/7/reviewers/00000742-0000-4000-8000-000000000000?api-version=7.1 {"vote":-5}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            [Warning]
            Voted on !7 in the bot's name: waits for the author.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote), Bellhop Bot (waits for the author)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr vote 7 reset
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/connectionData?api-version=7.1-preview.1
            > PUT /example/demo/_apis/git/repositories/r1/pullRequests/7/reviewers/00000742-0000-4000-8000-000000000000?api-version=7.1 {"vote":0}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Took the bot's vote on !7 back.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote), Bellhop Bot (no vote)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr approve 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/connectionData?api-version=7.1-preview.1
            > PUT /example/demo/_apis/git/repositories/r1/pullRequests/7/reviewers/00000742-0000-4000-8000-000000000000?api-version=7.1 {"vote":10}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Voted on !7 in the bot's name: approved.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote), Bellhop Bot (approved)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr complete 7 --auto
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/connectionData?api-version=7.1-preview.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/7?api-version=7.1 {"autoCompleteSetBy":{"id":"00000742-0000-4000-8000-000000000000"},"completionOptions":{}}
            !7 goes into main as soon as its policies are met.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active, completes by itself (set by Bellhop Bot)
            Reviewers: Ana Example (no vote), Bellhop Bot (approved)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr complete 7 strategy=squash --delete-branch --transition-items message="Turn it down"
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/7?api-version=7.1 {"status":"completed","lastMergeSourceCommit":{"commitId":"1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"},"completionOptions":{"mergeStrategy":"squash","deleteSourceBranch":true,"transitionWorkItems":true,"mergeCommitMessage":"Turn it down"}}
            [Good]
            Completed !7: it goes into main.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: completed
            Reviewers: Ana Example (no vote), Bellhop Bot (approved)
            | Makes it better.
            [Comment…: pr comment {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr approve 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Conflict: !7 is completed, so there is nothing to vote on.
            $ pr create Slower fan repo=printer source=quiet-fan reviewer=@ben item=1 --draft
            > GET /example/demo/_apis/git/repositories/printer?api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=ben&queryMembership=None&api-version=7.1
            > POST /example/demo/_apis/git/repositories/r1/pullrequests?api-version=7.1 {"title":"Slower fan","description":"Asked by Ana in Slack.","sourceRefName":"refs/heads/quiet-fan","targetRefName":"refs/heads/main","reviewers":[{"id":"00000309-0000-4000-8000-000000000000"}],"workItemRefs":[{"id":"1"}],"isDraft":true}
            Opened !202.
            # !202 Slower fan
            demo/printer · quiet-fan → main · by Bellhop Bot
            State: draft
            Reviewers: Ben Example (no vote)
            | Asked by Ana in Slack.
            [Approve: pr approve {"pr":"202"}] [Complete: pr complete {"pr":"202"}] [Comment…: pr comment {"pr":"202"}] [Ask for review…: pr review {"pr":"202"}] [Publish: pr publish {"pr":"202"}]
            (Opened 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.pulls[0]["status"], "completed");
    assert_eq!(state.pulls[0]["completionOptions"]["mergeStrategy"], "squash");
    assert_eq!(state.threads[&7][0]["comments"][0]["content"], "Looks good.\n\n*Asked by Ana in Slack.*");
    assert_eq!(state.pulls[2]["isDraft"], true);
}

#[tokio::test]
async fn pull_requests_are_closed_and_opened() {
    let desk = desk().await;
    check(
        &desk,
        &["pr complete 8", "pr publish 8", "pr draft 8", "pr abandon 8", "pr reactivate 8", "pr vote 7 reject", "pr complete 7"],
        expect![[r#"
            $ pr complete 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            Conflict: !8 cannot be completed: it is a draft. Publish it first, with `pr publish`.
            $ pr publish 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/8?api-version=7.1 {"isDraft":false}
            !8 is ready now.
            # !8 Dogs as well
            demo/printer · dogs → main · by Ben Example
            State: active
            Reviewers: nobody
            | Makes it better.
            [Approve: pr approve {"pr":"8"}] [Complete: pr complete {"pr":"8"}] [Comment…: pr comment {"pr":"8"}] [Ask for review…: pr review {"pr":"8"}] [Abandon: pr abandon {"pr":"8"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr draft 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/8?api-version=7.1 {"isDraft":true}
            !8 is a draft now.
            # !8 Dogs as well
            demo/printer · dogs → main · by Ben Example
            State: draft
            Reviewers: nobody
            | Makes it better.
            [Approve: pr approve {"pr":"8"}] [Complete: pr complete {"pr":"8"}] [Comment…: pr comment {"pr":"8"}] [Ask for review…: pr review {"pr":"8"}] [Publish: pr publish {"pr":"8"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr abandon 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/8?api-version=7.1 {"status":"abandoned"}
            Abandoned !8.
            # !8 Dogs as well
            demo/printer · dogs → main · by Ben Example
            State: abandoned
            Reviewers: nobody
            | Makes it better.
            [Comment…: pr comment {"pr":"8"}] [Reactivate: pr reactivate {"pr":"8"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr reactivate 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/8?api-version=7.1 {"status":"active"}
            !8 is active again.
            # !8 Dogs as well
            demo/printer · dogs → main · by Ben Example
            State: draft
            Reviewers: nobody
            | Makes it better.
            [Approve: pr approve {"pr":"8"}] [Complete: pr complete {"pr":"8"}] [Comment…: pr comment {"pr":"8"}] [Ask for review…: pr review {"pr":"8"}] [Publish: pr publish {"pr":"8"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr vote 7 reject
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/connectionData?api-version=7.1-preview.1
            > PUT /example/demo/_apis/git/repositories/r1/pullRequests/7/reviewers/00000742-0000-4000-8000-000000000000?api-version=7.1 {"vote":-10}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            [Warning]
            Voted on !7 in the bot's name: rejected.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote), Bellhop Bot (rejected)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr complete 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/7?api-version=7.1 {"status":"completed","lastMergeSourceCommit":{"commitId":"1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d"},"completionOptions":{}}
            Conflict: !7 was not completed. Azure DevOps has a newer state of this, or has it already: The pull request cannot be edited due to its state: a policy is not met. Look at it again before you repeat the change. With --auto it is, as soon as its policies are met.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!((&state.pulls[1]["status"], &state.pulls[1]["isDraft"]), (&json!("active"), &json!(true)));
    assert_eq!(state.pulls[0]["status"], "active");
}

#[tokio::test]
async fn pipelines_are_run_approved_and_stopped() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "pipeline list",
            "run list",
            "run list demo pipeline=build branch=quiet-fan state=failed",
            "run show 102",
            "run show 103",
            "approval list",
            "approval approve a1a1a1a1-0000-4000-8000-000000000001 comment=\"Go\"",
            "approval list",
            "pipeline run build branch=quiet-fan variable=stage=live parameter=level=debug skip_stage=Deploy",
            "pipeline run live\\deploy",
            "run retry 102",
            "run retry 102 stage=test",
            "run retry 101",
            "run cancel 103 stage=Deploy",
            "run cancel 103",
        ],
        expect![[r#"
            $ pipeline list
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            2 pipelines
            - build · 11
            - deploy · 12 · \live
            $ run list
            > GET /example/demo/_apis/build/builds?%24top=10&queryOrder=queueTimeDescending&api-version=7.1
            3 runs
            - 103 deploy 20261120.3 · running · main
            - 102 build 20261120.2 · failed · quiet-fan
            - 101 build 20261120.1 · succeeded · main
            $ run list demo pipeline=build branch=quiet-fan state=failed
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            > GET /example/demo/_apis/build/builds?%24top=10&queryOrder=queueTimeDescending&definitions=11&branchName=refs%2Fheads%2Fquiet-fan&resultFilter=failed&api-version=7.1
            1 run
            - 102 build 20261120.2 · failed · quiet-fan
            $ run show 102
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/timeline?api-version=7.1
            [Bad]
            # build 20261120.2 failed
            demo · run 102 · by Ben Example
            Status: failed
            Branch: quiet-fan
            Commit: 1a2b3c4d
            Took: 1 min 20 s
            - Build succeeded
            - Test failed
            - cargo test: test fan ... FAILED
            [Retry: run retry {"run":"102","project":"demo"}] [Run again…: pipeline run {"pipeline":"11","project":"demo","branch":"quiet-fan"}]
            (Since 2026-11-20 09:01 UTC)
            $ run show 103
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > GET /example/demo/_apis/build/builds/103/timeline?api-version=7.1
            # deploy 20261120.3 running
            demo · run 103 · by Ben Example
            Status: running
            Branch: main
            Commit: 1a2b3c4d
            - Deploy waiting
            [Waiting approvals: approval list {"project":"demo"}] [Cancel: run cancel {"run":"103","project":"demo"}] [Run again…: pipeline run {"pipeline":"12","project":"demo","branch":"main"}]
            (Since 2026-11-20 09:00 UTC)
            $ approval list
            > GET /example/demo/_apis/pipelines/approvals?state=pending&%24expand=steps&top=20&api-version=7.1
            1 run waits for an approval
            Run 20261120.3 · by Ana Example · Look at the fan first. · 2026-11-20 09:00 UTC
            [Approve: approval approve {"approval":"a1a1a1a1-0000-4000-8000-000000000001","project":"demo"}] [Reject…: approval reject {"approval":"a1a1a1a1-0000-4000-8000-000000000001","project":"demo"}]
            $ approval approve a1a1a1a1-0000-4000-8000-000000000001 comment="Go"
            > PATCH /example/demo/_apis/pipelines/approvals?api-version=7.1 [{"approvalId":"a1a1a1a1-0000-4000-8000-000000000001","status":"approved","comment":"Go\n\n*Asked by Ana in Slack.*"}]
            Run 20261120.3 is approved, and goes on.
            [Show the run: run show {"run":"103","project":"demo"}]
            $ approval list
            > GET /example/demo/_apis/pipelines/approvals?state=pending&%24expand=steps&top=20&api-version=7.1
            Nothing in demo waits for an approval.
            $ pipeline run build branch=quiet-fan variable=stage=live parameter=level=debug skip_stage=Deploy
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            > POST /example/demo/_apis/pipelines/11/runs?api-version=7.1 {"resources":{"repositories":{"self":{"refName":"refs/heads/quiet-fan"}}},"variables":{"stage":{"value":"live"}},"templateParameters":{"level":"debug"},"stagesToSkip":["Deploy"]}
            > GET /example/demo/_apis/build/builds/201?api-version=7.1
            > GET /example/demo/_apis/build/builds/201/timeline?api-version=7.1
            Started build.
            # build 20261121.201 waiting
            demo · run 201 · by Bellhop Bot
            Status: waiting
            Branch: quiet-fan
            Commit: 1a2b3c4d
            [Cancel: run cancel {"run":"201","project":"demo"}] [Run again…: pipeline run {"pipeline":"11","project":"demo","branch":"quiet-fan"}]
            (Since 2026-11-21 10:00 UTC)
            $ pipeline run live\deploy
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            > POST /example/demo/_apis/pipelines/12/runs?api-version=7.1 {}
            > GET /example/demo/_apis/build/builds/202?api-version=7.1
            > GET /example/demo/_apis/build/builds/202/timeline?api-version=7.1
            Started deploy.
            # deploy 20261121.202 waiting
            demo · run 202 · by Bellhop Bot
            Status: waiting
            Branch: main
            Commit: 5e6f7a8b
            [Cancel: run cancel {"run":"202","project":"demo"}] [Run again…: pipeline run {"pipeline":"12","project":"demo","branch":"main"}]
            (Since 2026-11-21 10:00 UTC)
            $ run retry 102
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/timeline?api-version=7.1
            > PATCH /example/demo/_apis/build/builds/102/stages/Test?api-version=7.1-preview.1 {"state":"retry","forceRetryAllJobs":false}
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/timeline?api-version=7.1
            Running Test of 102 again.
            # build 20261120.2 running
            demo · run 102 · by Ben Example
            Status: running
            Branch: quiet-fan
            Commit: 1a2b3c4d
            Took: 1 min 20 s
            - Build succeeded
            - Test waiting
            - cargo test: test fan ... FAILED
            [Cancel: run cancel {"run":"102","project":"demo"}] [Run again…: pipeline run {"pipeline":"11","project":"demo","branch":"quiet-fan"}]
            (Since 2026-11-20 09:01 UTC)
            $ run retry 102 stage=test
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/timeline?api-version=7.1
            > PATCH /example/demo/_apis/build/builds/102/stages/Test?api-version=7.1-preview.1 {"state":"retry","forceRetryAllJobs":false}
            Conflict: Azure DevOps has a newer state of this, or has it already: The stage is still running and cannot be retried. Look at it again before you repeat the change.
            $ run retry 101
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/timeline?api-version=7.1
            BadInput: No stage of run 101 failed. Name one with stage=… to run it again all the same.
              stage: No stage of run 101 failed. Name one with stage=… to run it again all the same.
            $ run cancel 103 stage=Deploy
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > GET /example/demo/_apis/build/builds/103/timeline?api-version=7.1
            > PATCH /example/demo/_apis/build/builds/103/stages/Deploy?api-version=7.1-preview.1 {"state":"cancel"}
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > GET /example/demo/_apis/build/builds/103/timeline?api-version=7.1
            Cancelled the stage Deploy of 103.
            # deploy 20261120.3 running
            demo · run 103 · by Ben Example
            Status: running
            Branch: main
            Commit: 1a2b3c4d
            - Deploy cancelled
            [Waiting approvals: approval list {"project":"demo"}] [Cancel: run cancel {"run":"103","project":"demo"}] [Run again…: pipeline run {"pipeline":"12","project":"demo","branch":"main"}]
            (Since 2026-11-20 09:00 UTC)
            $ run cancel 103
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > PATCH /example/demo/_apis/build/builds/103?api-version=7.1 {"status":"cancelling"}
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > GET /example/demo/_apis/build/builds/103/timeline?api-version=7.1
            [Warning]
            Cancelled run 103.
            # deploy 20261120.3 cancelled
            demo · run 103 · by Ben Example
            Status: cancelled
            Branch: main
            Commit: 1a2b3c4d
            Took: 1500 min 0 s
            - Deploy cancelled
            [Waiting approvals: approval list {"project":"demo"}] [Retry: run retry {"run":"103","project":"demo"}] [Run again…: pipeline run {"pipeline":"12","project":"demo","branch":"main"}]
            (Since 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!((&state.builds[2]["result"], &state.builds[1]["status"]), (&json!("canceled"), &json!("inProgress")));
    assert_eq!(state.builds[3]["asked"]["variables"], json!({"stage": {"value": "live"}}));
    assert_eq!(
        (&state.approvals[0]["status"], &state.approvals[0]["comment"]),
        (&json!("approved"), &json!("Go\n\n*Asked by Ana in Slack.*"))
    );
}

#[tokio::test]
async fn an_approval_is_refused() {
    let desk = desk().await;
    check(&desk, &["approval reject a1a1a1a1-0000-4000-8000-000000000001 comment=Later"], expect![[r#"
        $ approval reject a1a1a1a1-0000-4000-8000-000000000001 comment=Later
        > PATCH /example/demo/_apis/pipelines/approvals?api-version=7.1 [{"approvalId":"a1a1a1a1-0000-4000-8000-000000000001","status":"rejected","comment":"Later\n\n*Asked by Ana in Slack.*"}]
        Run 20261120.3 is rejected, and ends.
        [Show the run: run show {"run":"103","project":"demo"}]
    "#]]).await;
    assert_eq!(desk.standin.state().approvals[0]["status"], "rejected");
}

#[tokio::test]
async fn repositories_branches_and_commits() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "project list",
            "repo list",
            "repo show printer",
            "branch list printer",
            "branch list printer words=fan",
            "branch create hot-fix repo=printer from=main",
            "branch create hot-fix repo=printer",
            "branch delete hot-fix repo=printer",
            "branch delete hot-fix repo=printer confirm=yes",
            "commit list printer branch=main author=Ben since=2026-11-01",
            "commit show 1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d repo=printer",
        ],
        expect![[r#"
            $ project list
            > GET /example/_apis/projects?%24top=100&api-version=7.1
            2 projects
            - demo · Prints what it is told to.
            - apollo · Lands softly.
            $ repo list
            > GET /example/demo/_apis/git/repositories?api-version=7.1
            1 repository
            - printer · main
            $ repo show printer
            > GET /example/demo/_apis/git/repositories/printer?api-version=7.1
            # printer
            demo/printer
            Default branch: main
            Size: 8 KiB
            Clone: https://dev.azure.com/example/demo/_git/printer
            [Pull requests: pr list {"repo":"printer","project":"demo"}] [Branches: branch list {"repo":"printer","project":"demo"}] [Commits: commit list {"repo":"printer","project":"demo"}] [New pull request…: pr create {"repo":"printer","project":"demo"}]
            $ branch list printer
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2F&%24top=500&api-version=7.1
            3 branches
            - dogs 1a2b3c4d · by Ben Example
            - main 5e6f7a8b · by Ben Example
            - quiet-fan 1a2b3c4d · by Ben Example
            $ branch list printer words=fan
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2F&%24top=500&filterContains=fan&api-version=7.1
            1 branch
            - quiet-fan 1a2b3c4d · by Ben Example
            $ branch create hot-fix repo=printer from=main
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2Fmain&api-version=7.1
            > POST /example/demo/_apis/git/repositories/printer/refs?api-version=7.1 [{"name":"refs/heads/hot-fix","oldObjectId":"0000000000000000000000000000000000000000","newObjectId":"5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b"}]
            Created hot-fix from main in printer.
            [Open pull request…: pr create {"repo":"printer","source":"hot-fix","project":"demo"}]
            $ branch create hot-fix repo=printer
            > GET /example/demo/_apis/git/repositories/printer?api-version=7.1
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2Fmain&api-version=7.1
            > POST /example/demo/_apis/git/repositories/printer/refs?api-version=7.1 [{"name":"refs/heads/hot-fix","oldObjectId":"0000000000000000000000000000000000000000","newObjectId":"5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b"}]
            Conflict: The branch hot-fix was left as it was: it is there already, or has changed just now.
              branch: The branch hot-fix was left as it was: it is there already, or has changed just now.
            $ branch delete hot-fix repo=printer
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2Fhot-fix&api-version=7.1
            (only you)
            [Warning]
            This deletes the branch hot-fix of demo/printer.
            - It ends at 5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b; commits that are only there are hard to find again.
            [Delete the branch: branch delete {"branch":"hot-fix","repo":"printer","project":"demo","confirm":true}]
            $ branch delete hot-fix repo=printer confirm=yes
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2Fhot-fix&api-version=7.1
            > POST /example/demo/_apis/git/repositories/printer/refs?api-version=7.1 [{"name":"refs/heads/hot-fix","oldObjectId":"5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b","newObjectId":"0000000000000000000000000000000000000000"}]
            Deleted the branch hot-fix of demo/printer; it ended at 5e6f7a8b.
            $ commit list printer branch=main author=Ben since=2026-11-01
            > GET /example/demo/_apis/git/repositories/printer/commits?searchCriteria.%24top=11&searchCriteria.%24skip=0&searchCriteria.itemVersion.version=main&searchCriteria.itemVersion.versionType=branch&searchCriteria.author=Ben&searchCriteria.fromDate=2026-11-01T00%3A00%3A00Z&api-version=7.1
            1 commit
            - 1a2b3c4d Turn the fan slower · Ben Example
            $ commit show 1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d repo=printer
            > GET /example/demo/_apis/git/repositories/printer/commits/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d?api-version=7.1
            # Turn the fan slower
            1a2b3c4d · demo/printer · by Ben Example
            | As asked for.
            (Written 2026-11-20 09:00 UTC)
        "#]],
    )
    .await;
    assert!(!desk.standin.state().branches.contains_key("hot-fix"));
}
