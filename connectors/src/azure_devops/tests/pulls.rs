//! Pull requests.

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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
            [Approve: pr approve {"pr":"202"}] [Complete: pr complete {"pr":"202"}] [Comment…: pr comment {"pr":"202"}] [Checks: pr checks {"pr":"202"}] [Ask for review…: pr review {"pr":"202"}] [Publish: pr publish {"pr":"202"}]
            (Opened 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.pulls[0]["status"], "completed");
    assert_eq!(state.pulls[0]["completionOptions"]["mergeStrategy"], "squash");
    assert_eq!(state.threads[&7].last().unwrap()["comments"][0]["content"], "Looks good.\n\n*Asked by Ana in Slack.*");
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
            [Approve: pr approve {"pr":"8"}] [Complete: pr complete {"pr":"8"}] [Comment…: pr comment {"pr":"8"}] [Checks: pr checks {"pr":"8"}] [Ask for review…: pr review {"pr":"8"}] [Abandon: pr abandon {"pr":"8"}]
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
            [Approve: pr approve {"pr":"8"}] [Complete: pr complete {"pr":"8"}] [Comment…: pr comment {"pr":"8"}] [Checks: pr checks {"pr":"8"}] [Ask for review…: pr review {"pr":"8"}] [Publish: pr publish {"pr":"8"}]
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
            [Approve: pr approve {"pr":"8"}] [Complete: pr complete {"pr":"8"}] [Comment…: pr comment {"pr":"8"}] [Checks: pr checks {"pr":"8"}] [Ask for review…: pr review {"pr":"8"}] [Publish: pr publish {"pr":"8"}]
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
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
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
async fn nobody_approves_their_own_by_the_bot() {
    let mut desk = desk().await;
    desk.asker = person("Ben");
    let approval = "approval approve a1a1a1a1-0000-4000-8000-000000000001";
    check(
        &desk,
        &["pr approve 7", "pr vote 7 suggest", approval],
        expect![[r#"
            $ pr approve 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=ben%40example.org&queryMembership=None&api-version=7.1
            Permission: !7 is your own: somebody else has to approve it.
            $ pr vote 7 suggest
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Permission: !7 is your own: somebody else has to approve it.
            $ approval approve a1a1a1a1-0000-4000-8000-000000000001
            > GET /example/demo/_apis/pipelines/approvals/a1a1a1a1-0000-4000-8000-000000000001?api-version=7.1
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            Permission: Run 20261120.3 is your own: somebody else has to approve it.
        "#]],
    )
    .await;
    desk.asker.email = None;
    check(
        &desk,
        &["pr approve 7", approval],
        expect![[r#"
            $ pr approve 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Permission: To approve something I have to know who you are in Azure DevOps. Tell me with `/bellhop link azure-devops ADDRESS`.
            $ approval approve a1a1a1a1-0000-4000-8000-000000000001
            > GET /example/demo/_apis/pipelines/approvals/a1a1a1a1-0000-4000-8000-000000000001?api-version=7.1
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            Permission: To approve something I have to know who you are in Azure DevOps. Tell me with `/bellhop link azure-devops ADDRESS`.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.approvals[0]["status"], "pending");
    let pull = state.pulls.iter().find(|it| it["pullRequestId"] == 7).unwrap();
    assert!(pull["reviewers"].as_array().unwrap().iter().all(|it| it["vote"] == 0));
}

#[tokio::test]
async fn a_pull_request_is_looked_into() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "pr checks 7",
            "pr checks 8",
            "pr files 7",
            "pr commits 7",
            "pr threads 7",
            "pr threads 7 all=yes",
            "pr threads 8",
            "pr resolve 7 src/fan.rs:13",
            "pr resolve 7 src/fan.rs:12",
            "pr items 7",
            "pr link 7 1",
            "pr items 7",
            "pr link 7 99",
            "pr update 7",
            "pr update 7 title=\"An even quieter fan\" description=none target=dogs",
        ],
        expect![[r#"
            $ pr checks 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F7&api-version=7.1-preview.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/statuses?api-version=7.1
            [Bad]
            Checks of !7: 2 failed, 1 waiting, 1 passed
            - failed: Work item linking (optional)
            - failed: quality/sonar · 2 smells
            - waiting: Minimum number of reviewers
            - passed: Build: build
            $ pr checks 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F8&api-version=7.1-preview.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/8/statuses?api-version=7.1
            !8 waits for no policy, and nothing was said of it.
            $ pr files 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/iterations?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/iterations/2/changes?%24top=1000&%24skip=0&%24compareTo=0&api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/iterations/2/changes?%24top=1000&%24skip=2&%24compareTo=0&api-version=7.1
            3 files changed in !7
            - src/fan.rs
            - src/hum.rs (edit, rename from src/noise.rs)
            - src/roar.rs (delete)
            $ pr commits 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/commits?%24top=100&api-version=7.1
            1 commit in !7
            - 1a2b3c4d Turn the fan slower · Ben Example
            $ pr threads 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            !7: 1 unresolved
            - src/fan.rs:12 Ana Example: Is 12 not loud? (+1)
            [Resolve src/fan.rs:12: pr resolve {"pr":"7","thread":"71"}]
            $ pr threads 7 all=yes
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            !7: 1 unresolved
            - src/fan.rs:12 Ana Example: Is 12 not loud? (+1)
            - the whole Ana Example: Say why. (resolved)
            [Resolve src/fan.rs:12: pr resolve {"pr":"7","thread":"71"}]
            $ pr threads 8
            > GET /example/_apis/git/pullrequests/8?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/8/threads?api-version=7.1
            !8 has no open discussions.
            $ pr resolve 7 src/fan.rs:13
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            BadInput: !7 has no open discussion at `src/fan.rs:13`. Open are src/fan.rs:12.
              thread: !7 has no open discussion at `src/fan.rs:13`. Open are src/fan.rs:12.
            $ pr resolve 7 src/fan.rs:12
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/threads?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullRequests/7/threads/71?api-version=7.1 {"status":"fixed"}
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            Resolved the discussion at src/fan.rs:12 of !7.
            # !7 Quieter fan
            demo/printer · quiet-fan → main · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            | Makes it better.
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
            $ pr items 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/workitems?api-version=7.1
            !7 has no work items.
            [Add a work item…: pr link {"pr":"7"}]
            $ pr link 7 1
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"ArtifactLink","url":"vstfs:///Git/PullRequestId/demo-id%2Fr1%2F7","attributes":{"name":"Pull Request"}}}]
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            Linked !7 to work item 1.
            # #1 Printer prints only cats
            Bug 1 · demo · by Chloe Example
            State: Active
            Assigned to: Ben Example
            Priority: 2
            Tags: cats, hardware
            Linked: related 2
            | Every page has a **cat** on it.
            [Comment…: item comment {"item":"1"}] [Assign to me: item assign {"item":"1","to":"me"}] [Change…: item update {"item":"1"}] [History: item history {"item":"1"}]
            [New: item state {"item":"1","state":"New"}] [Resolved: item state {"item":"1","state":"Resolved"}] [Closed: item state {"item":"1","state":"Closed"}]
            (Changed 2026-11-21 10:00 UTC)
            $ pr items 7
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > GET /example/demo/_apis/git/repositories/r1/pullRequests/7/workitems?api-version=7.1
            > GET /example/_apis/wit/workitems?ids=1&errorPolicy=omit&api-version=7.1
            Work items of !7
            - Bug 1 Printer prints only cats · Active · Ben Example
            [Add a work item…: pr link {"pr":"7"}]
            $ pr link 7 99
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/_apis/wit/workitems/99?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"ArtifactLink","url":"vstfs:///Git/PullRequestId/demo-id%2Fr1%2F7","attributes":{"name":"Pull Request"}}}]
            NotFound: Azure DevOps has no work item 99, or hides it from the bot's account. Look at the name and number again.
            $ pr update 7
            BadInput: What shall change? Write it as a name and a value, such as title="A quieter fan".
            $ pr update 7 title="An even quieter fan" description=none target=dogs
            > GET /example/_apis/git/pullrequests/7?api-version=7.1
            > PATCH /example/demo/_apis/git/repositories/r1/pullrequests/7?api-version=7.1 {"title":"An even quieter fan","description":"","targetRefName":"refs/heads/dogs"}
            Updated !7.
            # !7 An even quieter fan
            demo/printer · quiet-fan → dogs · by Ben Example
            State: active
            Reviewers: Ana Example (no vote)
            [Approve: pr approve {"pr":"7"}] [Complete: pr complete {"pr":"7"}] [Comment…: pr comment {"pr":"7"}] [Checks: pr checks {"pr":"7"}] [Ask for review…: pr review {"pr":"7"}] [Abandon: pr abandon {"pr":"7"}]
            (Opened 2026-11-20 09:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.threads[&7][0]["status"], "fixed");
    assert_eq!((&state.pulls[0]["targetRefName"], &state.pulls[0]["description"]), (&json!("refs/heads/dogs"), &json!("")));
}
