//! Pipelines, approvals, repositories.

use super::*;

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
            [Retry: run retry {"run":"102","project":"demo"}] [Log: run log {"run":"102","project":"demo"}] [Artifacts: artifact list {"run":"102","project":"demo"}] [Run again…: pipeline run {"pipeline":"11","project":"demo","branch":"quiet-fan"}]
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
            > GET /example/demo/_apis/pipelines/approvals/a1a1a1a1-0000-4000-8000-000000000001?api-version=7.1
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > GET /example/_apis/identities?searchFilter=General&filterValue=ana%40example.org&queryMembership=None&api-version=7.1
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
            [Retry: run retry {"run":"103","project":"demo"}] [Log: run log {"run":"103","project":"demo"}] [Artifacts: artifact list {"run":"103","project":"demo"}] [Run again…: pipeline run {"pipeline":"12","project":"demo","branch":"main"}]
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
async fn what_runs_wrote_and_left_behind() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "artifact list 101",
            "artifact list 102",
            "artifact download 101 name=drop",
            "artifact download 101",
            "artifact download 101 name=shared",
            "artifact download 101 name=dorp",
            "artifact download 102",
            "run log 102",
            "run log 101",
            "run log 101 of=linux",
            "run log 101 of=windows",
        ],
        expect![[r#"
            $ artifact list 101
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/artifacts?api-version=7.1
            Artifacts of run 101
            - drop · 127 bytes
            - shared
            [drop: artifact download {"run":"101","name":"drop","project":"demo"}]
            $ artifact list 102
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/artifacts?api-version=7.1
            Run 102 has no artifacts.
            $ artifact download 101 name=drop
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/artifacts?api-version=7.1
            > GET /example/_apis/artifact/cGlwZWxpbmU/content?format=zip
            drop of run 101
            + drop.zip (127 bytes)
            $ artifact download 101
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/artifacts?api-version=7.1
            BadInput: Which one? Run 101 has drop, shared.
              name: Which one? Run 101 has drop, shared.
            $ artifact download 101 name=shared
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/artifacts?api-version=7.1
            BadInput: `shared` lies on a file share, not in Azure DevOps. Look at the run's page for its place.
              name: `shared` lies on a file share, not in Azure DevOps. Look at the run's page for its place.
            $ artifact download 101 name=dorp
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/artifacts?api-version=7.1
            BadInput: Run 101 has no artifact `dorp`. Did you mean `drop`? It can be drop or shared.
              name: Run 101 has no artifact `dorp`. Did you mean `drop`? It can be drop or shared.
            $ artifact download 102
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/artifacts?api-version=7.1
            NotFound: Run 102 has no artifacts.
            $ run log 102
            > GET /example/demo/_apis/build/builds/102?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/timeline?api-version=7.1
            > GET /example/demo/_apis/build/builds/102/logs/4?api-version=7.1
            cargo test of run 102
            cargo-test.log: 
            Starting: cargo test
            ##[error]test fan ... FAILED
            $ run log 101
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/timeline?api-version=7.1
            (only you)
            Nothing of run 101 failed. of= takes Linux.
            $ run log 101 of=linux
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/timeline?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/logs/2?api-version=7.1
            Linux of run 101
            Linux.log: 
            Finishing: Linux
            $ run log 101 of=windows
            > GET /example/demo/_apis/build/builds/101?api-version=7.1
            > GET /example/demo/_apis/build/builds/101/timeline?api-version=7.1
            BadInput: Nothing of run 101 that wrote a log is called `windows`. There is Linux.
              of: Nothing of run 101 that wrote a log is called `windows`. There is Linux.
        "#]],
    )
    .await;
    let archive = desk.run("artifact download 101 name=Drop").await.unwrap().files.remove(0);
    assert_eq!((archive.name.as_str(), archive.content.as_slice()), ("drop.zip", crate::standin::ARCHIVE));
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

#[tokio::test]
async fn runs_are_listed_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..12 {
            let mut build = state.builds[0].clone();
            build["id"] = json!(1_000 + number);
            state.builds.push(build);
        }
    }
    let first = desk.run("run list").await.unwrap();
    let buttons = first.message.blocks.iter().find_map(|it| match it {
        commands::Block::Buttons(buttons) => Some(buttons[0].call.clone()),
        _ => None,
    });
    let second = desk.connected.run(&buttons.unwrap(), &desk.ctx()).await.unwrap();
    let count = |reply: &commands::Reply| match &reply.message.blocks[1] {
        commands::Block::List(items) => items.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!((count(&first), count(&second), second.message.blocks.len()), (10, 5, 2));
}
