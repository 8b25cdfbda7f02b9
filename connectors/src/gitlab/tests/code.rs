//! Pipelines, jobs, releases, branches, commits.

use super::*;

#[tokio::test]
async fn pipelines_are_run_and_stopped() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "pipeline list demo/printer",
            "pipeline list ref=main status=success",
            "pipeline show 102",
            "pipeline show latest ref=main",
            "pipeline run main variable=STAGE=live variable=LEVEL=2 input=level=debug",
            "pipeline run",
            "pipeline retry 102",
            "pipeline cancel 103",
            "pipeline delete 101",
            "pipeline delete 101 confirm=yes",
        ],
        expect![[r#"
            $ pipeline list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/pipelines?page=1&per_page=10
            3 pipelines
            - 103 running · main · push
            - 102 failed · quiet-fan · push
            - 101 passed · main · push
            $ pipeline list ref=main status=success
            > GET /api/v4/projects/demo%2Fprinter/pipelines?ref=main&status=success&page=1&per_page=10
            1 pipeline
            - 101 passed · main · push
            $ pipeline show 102
            > GET /api/v4/projects/demo%2Fprinter/pipelines/102
            > GET /api/v4/projects/demo%2Fprinter/pipelines/102/jobs?page=1&per_page=100
            [Bad]
            # Pipeline 102 failed
            demo/printer · push · by Ben Example
            Status: failed
            Branch: quiet-fan
            Commit: 1a2b3c4d
            Took: 1 min 20 s
            - build: compile passed, 42 s
            - test: unit failed, 42 s
            [Log of unit: job log {"job":"1002","project":"demo/printer"}] [Retry: pipeline retry {"pipeline":"102","project":"demo/printer"}] [Run again…: pipeline run {"ref":"quiet-fan","project":"demo/printer"}]
            (Updated 2026-11-20 09:00 UTC)
            $ pipeline show latest ref=main
            > GET /api/v4/projects/demo%2Fprinter/pipelines/latest?ref=main
            > GET /api/v4/projects/demo%2Fprinter/pipelines/103/jobs?page=1&per_page=100
            # Pipeline 103 running
            demo/printer · push · by Ben Example
            Status: running
            Branch: main
            Commit: 5e6f7a8b
            Took: 1 min 20 s
            - build: compile running, 42 s
            [Cancel: pipeline cancel {"pipeline":"103","project":"demo/printer"}] [Run again…: pipeline run {"ref":"main","project":"demo/printer"}]
            (Updated 2026-11-20 09:00 UTC)
            $ pipeline run main variable=STAGE=live variable=LEVEL=2 input=level=debug
            > POST /api/v4/projects/demo%2Fprinter/pipeline {"ref":"main","variables":[{"key":"STAGE","value":"live"},{"key":"LEVEL","value":"2"}],"inputs":{"level":"debug"}}
            > GET /api/v4/projects/demo%2Fprinter/pipelines/2001/jobs?page=1&per_page=100
            Started a pipeline on main.
            # Pipeline 2001 waits
            demo/printer · api · by Bellhop Bot
            Status: waits
            Branch: main
            Commit: 5e6f7a8b
            - build: compile waits
            [Cancel: pipeline cancel {"pipeline":"2001","project":"demo/printer"}] [Run again…: pipeline run {"ref":"main","project":"demo/printer"}]
            (Updated 2026-11-21 10:00 UTC)
            $ pipeline run
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/pipeline {"ref":"main"}
            > GET /api/v4/projects/demo%2Fprinter/pipelines/2003/jobs?page=1&per_page=100
            Started a pipeline on main.
            # Pipeline 2003 waits
            demo/printer · api · by Bellhop Bot
            Status: waits
            Branch: main
            Commit: 5e6f7a8b
            - build: compile waits
            [Cancel: pipeline cancel {"pipeline":"2003","project":"demo/printer"}] [Run again…: pipeline run {"ref":"main","project":"demo/printer"}]
            (Updated 2026-11-21 10:00 UTC)
            $ pipeline retry 102
            > POST /api/v4/projects/demo%2Fprinter/pipelines/102/retry
            > GET /api/v4/projects/demo%2Fprinter/pipelines/102/jobs?page=1&per_page=100
            Running pipeline 102 again.
            # Pipeline 102 running
            demo/printer · push · by Ben Example
            Status: running
            Branch: quiet-fan
            Commit: 1a2b3c4d
            Took: 1 min 20 s
            - build: compile passed, 42 s
            - test: unit waits, 42 s
            [Cancel: pipeline cancel {"pipeline":"102","project":"demo/printer"}] [Run again…: pipeline run {"ref":"quiet-fan","project":"demo/printer"}]
            (Updated 2026-11-21 10:00 UTC)
            $ pipeline cancel 103
            > POST /api/v4/projects/demo%2Fprinter/pipelines/103/cancel
            > GET /api/v4/projects/demo%2Fprinter/pipelines/103/jobs?page=1&per_page=100
            [Warning]
            Cancelled pipeline 103.
            # Pipeline 103 canceled
            demo/printer · push · by Ben Example
            Status: canceled
            Branch: main
            Commit: 5e6f7a8b
            Took: 1 min 20 s
            - build: compile canceled, 42 s
            [Retry: pipeline retry {"pipeline":"103","project":"demo/printer"}] [Run again…: pipeline run {"ref":"main","project":"demo/printer"}]
            (Updated 2026-11-21 10:00 UTC)
            $ pipeline delete 101
            > GET /api/v4/projects/demo%2Fprinter/pipelines/101
            > GET /api/v4/projects/demo%2Fprinter/pipelines/101/jobs?page=1&per_page=100
            (only you)
            [Warning]
            This deletes pipeline 101 of demo/printer (on main, passed).
            - 1 job goes with it, with its log and artifacts.
            [Delete the pipeline: pipeline delete {"pipeline":"101","project":"demo/printer","confirm":true}]
            $ pipeline delete 101 confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/pipelines/101
            > DELETE /api/v4/projects/demo%2Fprinter/pipelines/101
            Deleted pipeline 101 of demo/printer.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let status = |id: u64| state.pipelines.iter().find(|it| it["id"] == id).map(|it| it["status"].clone());
    assert_eq!((status(101), status(102), status(103)), (None, Some(json!("running")), Some(json!("canceled"))));
    let run = &state.pipelines[2];
    assert_eq!(run["variables"], json!([{"key": "STAGE", "value": "live"}, {"key": "LEVEL", "value": "2"}]));
}

#[tokio::test]
async fn what_jobs_left_behind_is_brought_here_and_kept() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "artifact list 102",
            "artifact list 101",
            "job show 1001",
            "artifact download 1001",
            "artifact download 1001 path=widgets.txt",
            "artifact download 1001 path=docs/none.txt",
            "artifact download 1001 path=../secret",
            "artifact download 1002",
            "artifact keep 1001",
            "artifact keep 1002",
        ],
        expect![[r#"
            $ artifact list 102
            > GET /api/v4/projects/demo%2Fprinter/pipelines/102/jobs?page=1&per_page=100
            Artifacts of pipeline 102
            - build: compile passed · artifacts.zip · 127 bytes · until 2026-12-20 09:00 UTC
            [compile: artifact download {"job":"1001","project":"demo/printer"}]
            $ artifact list 101
            > GET /api/v4/projects/demo%2Fprinter/pipelines/101/jobs?page=1&per_page=100
            Pipeline 101 of demo/printer has no artifacts.
            $ job show 1001
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001
            [Good]
            # Job compile passed
            demo/printer · job 1001 · by Ben Example
            Status: passed
            Stage: build
            Branch: quiet-fan
            Took: 42 s
            [Retry: job retry {"job":"1001","project":"demo/printer"}] [Log: job log {"job":"1001","project":"demo/printer"}] [Artifacts: artifact download {"job":"1001","project":"demo/printer"}] [Pipeline: pipeline show {"pipeline":"102","project":"demo/printer"}]
            $ artifact download 1001
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001/artifacts
            > GET /-/storage/1001/artifacts.zip?X-Amz-Signature=[hidden]
            artifacts.zip of compile
            + compile-artifacts.zip (127 bytes)
            $ artifact download 1001 path=widgets.txt
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001/artifacts/widgets.txt
            widgets.txt of compile
            + widgets.txt (7 bytes)
            $ artifact download 1001 path=docs/none.txt
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001/artifacts/docs/none.txt
            BadInput: compile left no file `docs/none.txt` behind.
              path: compile left no file `docs/none.txt` behind.
            $ artifact download 1001 path=../secret
            > GET /api/v4/projects/demo%2Fprinter/jobs/1001
            BadInput: `../secret` is no path of a file. Write it like coverage/index.html.
              path: `../secret` is no path of a file. Write it like coverage/index.html.
            $ artifact download 1002
            > GET /api/v4/projects/demo%2Fprinter/jobs/1002
            NotFound: unit left nothing behind, or it was kept for a while only.
            $ artifact keep 1001
            > POST /api/v4/projects/demo%2Fprinter/jobs/1001/artifacts/keep
            GitLab keeps the artifacts of compile now.
            [Bring here: artifact download {"job":"1001","project":"demo/printer"}]
            $ artifact keep 1002
            > POST /api/v4/projects/demo%2Fprinter/jobs/1002/artifacts/keep
            NotFound: GitLab has no job 1002 in demo/printer with artifacts, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
    assert!(desk.standin.state().jobs[0]["artifacts_expire_at"].is_null());
    let archive = desk.run("artifact download 1001").await.unwrap().files.remove(0);
    assert_eq!(archive.content, crate::standin::ARCHIVE);
}

#[tokio::test]
async fn jobs_are_played_retried_and_cancelled() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "job list demo/printer",
            "job show 1002",
            "job log 1002",
            "job log 1004",
            "job play 1003 variable=STAGE=live",
            "job play 1003",
            "job retry 1002",
            "job retry 1004",
            "job cancel 1004",
        ],
        expect![[r#"
            $ job list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/jobs?page=1&per_page=10
            4 jobs
            - build: compile running, 42 s
            - deploy: deploy-live waits for somebody, 42 s
            - test: unit failed, 42 s
            - build: compile passed, 42 s
            $ job show 1002
            > GET /api/v4/projects/demo%2Fprinter/jobs/1002
            [Bad]
            # Job unit failed
            demo/printer · job 1002 · by Ben Example
            Status: failed
            Stage: test
            Branch: quiet-fan
            Why: script failure
            Took: 42 s
            [Retry: job retry {"job":"1002","project":"demo/printer"}] [Log: job log {"job":"1002","project":"demo/printer"}] [Pipeline: pipeline show {"pipeline":"102","project":"demo/printer"}]
            $ job log 1002
            > GET /api/v4/projects/demo%2Fprinter/jobs/1002
            > GET /api/v4/projects/demo%2Fprinter/jobs/1002/trace
            (only you)
            1002.log: demo/printer: unit, failed
            Running with gitlab-runner
            $ make test
            test fan ... FAILED
            $ job log 1004
            > GET /api/v4/projects/demo%2Fprinter/jobs/1004
            > GET /api/v4/projects/demo%2Fprinter/jobs/1004/trace
            compile has no log yet.
            $ job play 1003 variable=STAGE=live
            > POST /api/v4/projects/demo%2Fprinter/jobs/1003/play {"job_variables_attributes":[{"key":"STAGE","value":"live"}]}
            Started deploy-live.
            # Job deploy-live waits
            demo/printer · job 1003 · by Bellhop Bot
            Status: waits
            Stage: deploy
            Branch: main
            Took: 42 s
            [Cancel: job cancel {"job":"1003","project":"demo/printer"}] [Log: job log {"job":"1003","project":"demo/printer"}] [Pipeline: pipeline show {"pipeline":"101","project":"demo/printer"}]
            $ job play 1003
            > POST /api/v4/projects/demo%2Fprinter/jobs/1003/play {}
            Validation: GitLab refused the values: Bad request - Unplayable Job. Correct them and try again.
            $ job retry 1002
            > POST /api/v4/projects/demo%2Fprinter/jobs/1002/retry
            Running again: unit.
            # Job unit waits
            demo/printer · job 2001 · by Bellhop Bot
            Status: waits
            Stage: test
            Branch: quiet-fan
            Took: 42 s
            [Cancel: job cancel {"job":"2001","project":"demo/printer"}] [Log: job log {"job":"2001","project":"demo/printer"}] [Pipeline: pipeline show {"pipeline":"102","project":"demo/printer"}]
            $ job retry 1004
            > POST /api/v4/projects/demo%2Fprinter/jobs/1004/retry
            Permission: The bot's GitLab account may not do this: Job is not retryable.
            $ job cancel 1004
            > POST /api/v4/projects/demo%2Fprinter/jobs/1004/cancel {}
            [Warning]
            Cancelled compile.
            # Job compile canceled
            demo/printer · job 1004 · by Ben Example
            Status: canceled
            Stage: build
            Branch: main
            Took: 42 s
            [Retry: job retry {"job":"1004","project":"demo/printer"}] [Log: job log {"job":"1004","project":"demo/printer"}] [Pipeline: pipeline show {"pipeline":"103","project":"demo/printer"}]
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let status = |id: u64| state.jobs.iter().find(|it| it["id"] == id).map(|it| it["status"].clone());
    assert_eq!((status(1003), status(1004)), (Some(json!("pending")), Some(json!("canceled"))));
    assert_eq!(state.jobs.len(), 5, "a retried job is another one");
}

#[tokio::test]
async fn releases_are_made_and_changed() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "release list demo/printer",
            "release show v0.9",
            "release create v1.0 name=\"Quieter\" description=\"A quiet fan.\" milestone=v1.0 ref=main",
            "release create v1.0",
            "release update v1.0 name=\"Much quieter\"",
            "release delete v1.0",
            "release delete v1.0 confirm=yes",
            "release show v1.0",
        ],
        expect![[r#"
            $ release list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/releases?page=1&per_page=10
            1 release
            - v0.9 First light · 2026-11-20 09:00 UTC
            $ release show v0.9
            > GET /api/v4/projects/demo%2Fprinter/releases/v0.9
            # First light
            demo/printer · v0.9 · by Ana Example
            Milestones: v0.9
            | It prints.
            - printer.tar.gz
            [Change…: release update {"tag":"v0.9","project":"demo/printer"}] [Next release…: release create {"project":"demo/printer"}]
            (Released 2026-11-20 09:00 UTC)
            $ release create v1.0 name="Quieter" description="A quiet fan." milestone=v1.0 ref=main
            > POST /api/v4/projects/demo%2Fprinter/releases {"tag_name":"v1.0","ref":"main","name":"Quieter","description":"A quiet fan.\n\n*Asked by Ana in Slack.*","milestones":["v1.0"]}
            Released v1.0 of demo/printer.
            # Quieter
            demo/printer · v1.0 · by Bellhop Bot
            Milestones: v1.0
            | A quiet fan.
            | 
            | *Asked by Ana in Slack.*
            [Change…: release update {"tag":"v1.0","project":"demo/printer"}] [Next release…: release create {"project":"demo/printer"}]
            (Released 2026-11-21 10:00 UTC)
            $ release create v1.0
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/releases {"tag_name":"v1.0","ref":"main","description":"Asked by Ana in Slack."}
            Conflict: GitLab has a newer state of this, or has it already: Release already exists. Look at it again before you repeat the change.
            $ release update v1.0 name="Much quieter"
            > PUT /api/v4/projects/demo%2Fprinter/releases/v1.0 {"name":"Much quieter"}
            Updated v1.0.
            # Much quieter
            demo/printer · v1.0 · by Bellhop Bot
            Milestones: v1.0
            | A quiet fan.
            | 
            | *Asked by Ana in Slack.*
            [Change…: release update {"tag":"v1.0","project":"demo/printer"}] [Next release…: release create {"project":"demo/printer"}]
            (Released 2026-11-21 10:00 UTC)
            $ release delete v1.0
            > GET /api/v4/projects/demo%2Fprinter/releases/v1.0
            (only you)
            [Warning]
            This deletes the release “Much quieter” of demo/printer.
            - Its text and 0 links go with it.
            - The tag v1.0 and its commits stay.
            [Delete the release: release delete {"tag":"v1.0","project":"demo/printer","confirm":true}]
            $ release delete v1.0 confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/releases/v1.0
            > DELETE /api/v4/projects/demo%2Fprinter/releases/v1.0
            Deleted the release v1.0 of demo/printer; the tag stays.
            $ release show v1.0
            > GET /api/v4/projects/demo%2Fprinter/releases/v1.0
            NotFound: GitLab has no release v1.0 in demo/printer, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().releases.len(), 1);
}

#[tokio::test]
async fn branches_and_commits() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "branch list",
            "branch list fan project=demo/printer",
            "branch create hot-fix from=main",
            "branch create hot-fix",
            "branch protect hot-fix",
            "branch delete hot-fix confirm=yes",
            "branch unprotect hot-fix",
            "branch unprotect hot-fix",
            "branch delete hot-fix",
            "branch delete hot-fix confirm=yes",
            "commit list main author=Ben since=2026-11-01 path=src",
            "commit show 1a2b3c4d",
            "commit comment 1a2b3c4d Nice and short.",
            "commit revert 1a2b3c4d",
            "commit pick 1a2b3c4d dogs",
        ],
        expect![[r#"
            $ branch list
            > GET /api/v4/projects/demo%2Fprinter/repository/branches?sort=updated_desc&page=1&per_page=10
            3 branches
            - main · default · protected · First light by Ana Example
            - quiet-fan · Turn the fan slower by Ben Example
            - dogs · Turn the fan slower by Ben Example
            $ branch list fan project=demo/printer
            > GET /api/v4/projects/demo%2Fprinter/repository/branches?sort=updated_desc&search=fan&page=1&per_page=10
            1 branch
            - quiet-fan · Turn the fan slower by Ben Example
            $ branch create hot-fix from=main
            > POST /api/v4/projects/demo%2Fprinter/repository/branches {"branch":"hot-fix","ref":"main"}
            Created hot-fix from main.
            [Open merge request…: mr create {"source":"hot-fix","project":"demo/printer"}]
            $ branch create hot-fix
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/repository/branches {"branch":"hot-fix","ref":"main"}
            Validation: GitLab refused the values: Branch already exists. Correct them and try again.
              branch: Branch already exists.
            $ branch protect hot-fix
            > POST /api/v4/projects/demo%2Fprinter/protected_branches {"name":"hot-fix"}
            hot-fix of demo/printer is protected: only maintainers push and merge into it.
            $ branch delete hot-fix confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/repository/branches/hot-fix
            > DELETE /api/v4/projects/demo%2Fprinter/repository/branches/hot-fix
            Permission: The bot's GitLab account may not do this: Protected branch cannot be removed.
            $ branch unprotect hot-fix
            > DELETE /api/v4/projects/demo%2Fprinter/protected_branches/hot-fix
            hot-fix of demo/printer is not protected any more.
            $ branch unprotect hot-fix
            > DELETE /api/v4/projects/demo%2Fprinter/protected_branches/hot-fix
            NotFound: GitLab has no protected branch hot-fix in demo/printer, or hides it from the bot's account. Look at the name and number again.
            $ branch delete hot-fix
            > GET /api/v4/projects/demo%2Fprinter/repository/branches/hot-fix
            (only you)
            [Warning]
            This deletes the branch hot-fix of demo/printer.
            - Its last commit is 5e6f7a8b “First light”.
            - It is not merged: commits that are only there are lost.
            [Delete the branch: branch delete {"branch":"hot-fix","project":"demo/printer","confirm":true}]
            $ branch delete hot-fix confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/repository/branches/hot-fix
            > DELETE /api/v4/projects/demo%2Fprinter/repository/branches/hot-fix
            Deleted the branch hot-fix of demo/printer; it ended at 5e6f7a8b.
            $ commit list main author=Ben since=2026-11-01 path=src
            > GET /api/v4/projects/demo%2Fprinter/repository/commits?ref_name=main&path=src&author=Ben&since=2026-11-01T00%3A00%3A00Z&page=1&per_page=10
            1 commit
            - 1a2b3c4d Turn the fan slower · Ben Example
            $ commit show 1a2b3c4d
            > GET /api/v4/projects/demo%2Fprinter/repository/commits/1a2b3c4d
            # Turn the fan slower
            1a2b3c4d · demo/printer
            Author: Ben Example
            Lines: +12 −3
            | As asked for.
            [Comment…: commit comment {"commit":"1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d","project":"demo/printer"}] [Cherry-pick…: commit pick {"commit":"1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d","project":"demo/printer"}] [Revert…: commit revert {"commit":"1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d","project":"demo/printer"}]
            (Committed 2026-11-20 09:00 UTC)
            $ commit comment 1a2b3c4d Nice and short.
            > POST /api/v4/projects/demo%2Fprinter/repository/commits/1a2b3c4d/comments {"note":"Nice and short.\n\n*Asked by Ana in Slack.*"}
            Commented on 1a2b3c4d of demo/printer.
            $ commit revert 1a2b3c4d
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/repository/commits/1a2b3c4d/revert {"branch":"main"}
            Undone on main: 000007d1 Revert "Turn the fan slower" · Bellhop Bot
            $ commit pick 1a2b3c4d dogs
            > POST /api/v4/projects/demo%2Fprinter/repository/commits/1a2b3c4d/cherry_pick {"branch":"dogs"}
            Copied to dogs: 000007d2 Turn the fan slower · Bellhop Bot
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert!(state.branches.iter().all(|it| it["name"] != "hot-fix"));
    assert_eq!(state.notes["commit-1a2b3c4d"][0]["note"], "Nice and short.\n\n*Asked by Ana in Slack.*");
    assert_eq!(state.commits.len(), 4);
}
