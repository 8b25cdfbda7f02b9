//! Runs, workflows and deployments.

use super::*;
use crate::github::standin::Run;

fn run(desk: &Desk<Simulated>, id: u64) -> Run {
    desk.standin.state().repos[0].runs.iter().find(|it| it.id == id).unwrap().clone()
}

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    check(
        &desk,
        "run list limit=2",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/runs?per_page=2
        Runs in example/demo
        - CI #9 waits for an approval · Dim the lamps · lamp · 2026-11-20 17:00 UTC
        - Deploy #3 waits for its deployment to be approved · Deploy · main · 2026-11-20 16:00 UTC
        [Show more: run list {"limit":2,"page":2}]
    "#]],
    )
    .await;
    check(
        &desk,
        "run list workflow=CI branch=fix/hose status=failure actor=ben",
        expect![[r#"
        > GET /repos/example/demo/actions/workflows?per_page=100
        > GET /repos/example/demo/actions/workflows/11/runs?per_page=10&branch=fix%2Fhose&status=failure&actor=ben
        Runs in example/demo
        - CI #8 failed · Add a fire hose · fix/hose · 2026-11-19 12:00 UTC
    "#]],
    )
    .await;
}

#[tokio::test]
async fn showing() {
    let desk = desk().await;
    check(&desk, "run show 1002", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/runs/1002
        > GET /repos/example/demo/actions/runs/1002/jobs?per_page=100
        [Bad]
        # CI #8 failed
        example/demo run 1002 · on push · by ben
        Commit: 6dcb09b5b5 Add a fire hose
        Branch: fix/hose
        Took: 2 min
        - test failed at Run tests
        [Rerun failed jobs: run rerun-failed {"run":"1002","repo":"example/demo"}] [Show the log: run log {"run":"1002","repo":"example/demo"}] [Rerun: run rerun {"run":"1002","repo":"example/demo"}] [Artifacts: artifact list {"run":"1002","repo":"example/demo"}]
        (Updated 2026-11-19 12:01 UTC)
    "#]]).await;
    check(&desk, "run show 1003", expect![[r#"
        > GET /repos/example/demo/actions/runs/1003
        > GET /repos/example/demo/actions/runs/1003/jobs?per_page=100
        > GET /repos/example/demo/actions/runs/1003/pending_deployments
        [Warning]
        # Deploy #3 waits for its deployment to be approved
        example/demo run 1003 · on push · by ben
        Commit: 7fd1a60b01 Deploy
        Branch: main
        [Cancel: run cancel {"run":"1003","repo":"example/demo"}] [Approve production: deployment approve {"run":"1003","repo":"example/demo","environment":"production"}] [Reject…: deployment reject {"run":"1003","repo":"example/demo","environment":"production"}]
        (Reviewers: ana, crew.)
        (Updated 2026-11-20 16:01 UTC)
    "#]]).await;
}

#[tokio::test]
async fn rerunning() {
    let desk = desk().await;
    check(
        &desk,
        "run rerun-failed 1002",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /repos/example/demo/actions/runs/1002/rerun-failed-jobs
        > GET /repos/example/demo/actions/runs/1002
        > GET /repos/example/demo/actions/runs/1002/jobs?per_page=100
        Runs the failed jobs again.
        # CI #8 is queued
        example/demo run 1002 · on push · by ben
        Commit: 6dcb09b5b5 Add a fire hose
        Branch: fix/hose
        Attempt: 2
        [Cancel: run cancel {"run":"1002","repo":"example/demo"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]],
    )
    .await;
    assert_eq!((run(&desk, 1002).status.as_str(), run(&desk, 1002).attempt), ("queued", 2));
    assert_eq!(run(&desk, 1002).jobs[0].conclusion.as_deref(), Some("success"));
    desk.run("run rerun 1001").await.unwrap();
    assert!(run(&desk, 1001).jobs.iter().all(|it| it.conclusion.is_none()));
    let text =
        told(&desk, &["run rerun 1001", "run cancel 1001", "run cancel 1001", "run cancel 1003 --force", "run rerun 9"]).await;
    expect![[r#"
        run rerun 1001
          Conflict: GitHub does not do this with run 1001: This workflow is already running.
        run cancel 1001
          Cancels it.
          # CI #7 cancelled
          example/demo run 1001 · on push · by ana
          Commit: 7fd1a60b01 Print in colour
          Branch: main
          Took: 2 d 16 h
          Attempt: 2
          [Rerun: run rerun {"run":"1001","repo":"example/demo"}] [Artifacts: artifact list {"run":"1001","repo":"example/demo"}]
          (Updated 2026-11-21 10:00 UTC)
        run cancel 1001
          Conflict: GitHub does not do this with run 1001: Cannot cancel a workflow run that is completed.
        run cancel 1003 --force
          Cancels it.
          # Deploy #3 cancelled
          example/demo run 1003 · on push · by ben
          Commit: 7fd1a60b01 Deploy
          Branch: main
          Took: 18 h
          [Rerun: run rerun {"run":"1003","repo":"example/demo"}] [Artifacts: artifact list {"run":"1003","repo":"example/demo"}]
          (Updated 2026-11-21 10:00 UTC)
        run rerun 9
          NotFound: There is no run 9 in example/demo that the bot can see. Look at the number or name again.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn approving_a_fork() {
    let desk = desk().await;
    check(
        &desk,
        "run approve 1004",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/runs/1004
        > POST /repos/example/demo/actions/runs/1004/approve
        > GET /repos/example/demo/actions/runs/1004
        > GET /repos/example/demo/actions/runs/1004/jobs?per_page=100
        Approved the run.
        # CI #9 is queued
        example/demo run 1004 · on pull_request · by chloe
        Commit: c3d0be41ec Dim the lamps
        Branch: lamp
        [Cancel: run cancel {"run":"1004","repo":"example/demo"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]],
    )
    .await;
    assert_eq!(run(&desk, 1004).status, "queued");
    let text = told(&desk, &["run approve 1001", "run approve 1003"]).await;
    expect![[r#"
        run approve 1001
          Permission: This run is of your own change: somebody else has to approve it.
        run approve 1003
          Conflict: This run waits for a deployment to be approved: `github deployment approve 1003 repo=example/demo`.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn reading_a_log() {
    let desk = desk().await;
    check(
        &desk,
        "run log 1002",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/runs/1002/jobs?per_page=100
        > GET /repos/example/demo/actions/jobs/503/logs
        > GET /_logs/503?sig=a1b2
        test of run 1002
        test.log: 
        Run cargo test
        test hose::reaches ... FAILED
        ##[error]Process completed with exit code 101.
    "#]],
    )
    .await;
    let text = told(&desk, &["run log 1001", "run log 1001 job=build", "run log 1001 job=test"]).await;
    expect![[r#"
        run log 1001
          (only you)
          No job of run 1001 failed. Say which log you want with job=…
        run log 1001 job=build
          build of run 1001
          build.log: 
          Built.
        run log 1001 job=test
          BadInput: Run 1001 has no job `test`. It has build.
            job: Run 1001 has no job `test`. It has build.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn what_runs_left_behind() {
    let desk = desk().await;
    check(
        &desk,
        "artifact list 1001",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/runs/1001/artifacts?per_page=10
        Artifacts of Run 1001
        - coverage · 127 bytes · main · is gone: it was kept until 2026-11-19 18:01 UTC
        - widgets · 127 bytes · main · until 2027-02-16 18:01 UTC
        [widgets: artifact download {"run":"1001","name":"widgets","repo":"example/demo"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "artifact list name=widgets",
        expect![[r#"
        > GET /repos/example/demo/actions/artifacts?per_page=10&name=widgets
        Artifacts of example/demo
        - widgets · 127 bytes · main · until 2027-02-16 18:01 UTC
        [widgets: artifact download {"run":"1001","name":"widgets","repo":"example/demo"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "artifact download 1001 name=widgets",
        expect![[r#"
        > GET /repos/example/demo/actions/runs/1001/artifacts?per_page=100
        > GET /repos/example/demo/actions/artifacts/701/zip
        > GET /_artifacts/701?sig=c3d4
        widgets of run 1001
        + widgets.zip (127 bytes)
    "#]],
    )
    .await;
    let archive = desk.run("artifact download 1001 name=Widgets").await.unwrap().files.remove(0);
    assert_eq!(archive.content, desk.standin.state().repos[0].runs[0].artifacts[0].bytes);
    // Where it lies nobody is told who we are.
    let last = desk.server.exchanges().pop().unwrap();
    assert!(last.path.starts_with("/_artifacts/701"), "{}", last.path);
    let text = told(
        &desk,
        &[
            "artifact list 1002",
            "artifact list 9",
            "artifact download 1001",
            "artifact download 1001 name=coverage",
            "artifact download 1001 name=widget",
            "artifact download 1002",
        ],
    )
    .await;
    expect![[r#"
        artifact list 1002
          Run 1002 has no artifacts.
        artifact list 9
          NotFound: There is no run 9 in example/demo that the bot can see. Look at the number or name again.
        artifact download 1001
          BadInput: Which one? Run 1001 has widgets, coverage.
            name: Which one? Run 1001 has widgets, coverage.
        artifact download 1001 name=coverage
          NotFound: GitHub no longer has `coverage` of run 1001: it keeps artifacts for a while only. Run it again to have it made anew.
        artifact download 1001 name=widget
          BadInput: Run 1001 has no artifact `widget`. Did you mean `widgets`? It can be widgets or coverage.
            name: Run 1001 has no artifact `widget`. Did you mean `widgets`? It can be widgets or coverage.
        artifact download 1002
          NotFound: Run 1002 has no artifacts.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn workflows() {
    let desk = desk().await;
    check(
        &desk,
        "workflow list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/workflows?per_page=100
        2 workflows in example/demo
        - CI .github/workflows/ci.yml
        - Deploy .github/workflows/deploy.yml
        [Run one…: workflow run {"repo":"example/demo"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "workflow run Deploy ref=main input=version=1.2",
        expect![[r#"
        > POST /repos/example/demo/actions/workflows/12/dispatches {"ref":"main","inputs":{"version":"1.2"}}
        Started Deploy on main in example/demo. It is listed in a few seconds.
        [Its runs: run list {"repo":"example/demo","workflow":"deploy.yml"}]
    "#]],
    )
    .await;
    let last = desk.standin.state().repos[0].runs.last().unwrap().clone();
    assert_eq!((last.event.as_str(), last.workflow), ("workflow_dispatch", 12));
    check(
        &desk,
        "workflow disable ci.yml",
        expect![[r#"
        > PUT /repos/example/demo/actions/workflows/11/disable
        CI in example/demo is off.
        [Switch it on: workflow enable {"workflow":"ci.yml","repo":"example/demo"}]
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].workflows[0].state, "disabled_manually");
    desk.run("workflow enable ci.yml").await.unwrap();
    assert_eq!(desk.standin.state().repos[0].workflows[0].state, "active");
    let text = told(
        &desk,
        &[
            "workflow run CI",
            "workflow run Deploy ref=nowhere",
            "workflow run Deploy input=colour=red",
            "workflow run Deploy input=red",
            "workflow run Nightly",
        ],
    )
    .await;
    expect![[r#"
        workflow run CI
          BadInput: CI cannot be started by hand: it has no `workflow_dispatch` trigger.
            workflow: CI cannot be started by hand: it has no `workflow_dispatch` trigger.
        workflow run Deploy ref=nowhere
          BadInput: example/demo has no branch or tag `nowhere`.
            ref: example/demo has no branch or tag `nowhere`.
        workflow run Deploy input=colour=red
          BadInput: Unexpected inputs provided: ["colour"].
            input: Unexpected inputs provided: ["colour"].
        workflow run Deploy input=red
          BadInput: `red` is no input with a value. Write it as version=1.2.
            input: `red` is no input with a value. Write it as version=1.2.
        workflow run Nightly
          BadInput: example/demo has no workflow `Nightly`. It has CI, Deploy.
            workflow: example/demo has no workflow `Nightly`. It has CI, Deploy.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn deployments() {
    let desk = desk().await;
    check(
        &desk,
        "deployment list environment=production",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /graphql Deployments {"owner":"example","name":"demo","first":10,"environments":["production"]}
        Deployments of example/demo
        - production: active · main at 7fd1a60b01 · by ana · 2026-11-20 15:00 UTC · deployment 4
    "#]],
    )
    .await;
    check(&desk, "deployment pending", expect![[r#"
        > GET /repos/example/demo/actions/runs?status=waiting&per_page=20
        > GET /repos/example/demo/actions/runs/1003/pending_deployments
        Waiting in example/demo
        - production: Deploy #3 waits for its deployment to be approved · Deploy · main · 2026-11-20 16:00 UTC · reviewers: ana, crew
        [Approve production #3: deployment approve {"run":"1003","environment":"production","repo":"example/demo"}]
    "#]]).await;
    check(&desk, "deployment create main environment=staging description=\"Try it\"", expect![[r#"
        > POST /repos/example/demo/deployments {"ref":"main","environment":"staging","auto_merge":false,"description":"Try it (asked by Ana in Slack)"}
        Created deployment 101 of main (7fd1a60b01) to staging in example/demo.
    "#]]).await;
    let made = desk.standin.state().repos[0].deployments.last().unwrap().clone();
    assert_eq!((made.environment.as_str(), made.description.as_str()), ("staging", "Try it (asked by Ana in Slack)"));
    check(
        &desk,
        "deployment status 4 failure log=https://ci.example.org/4",
        expect![[r#"
        > POST /repos/example/demo/deployments/4/statuses {"state":"failure","log_url":"https://ci.example.org/4"}
        Deployment 4 of example/demo: failure.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].deployments[1].state, "FAILURE");
    let text = told(
        &desk,
        &[
            "deployment create fix/hose environment=staging",
            "deployment create fix/hose environment=staging --skip-checks",
            "deployment create nowhere environment=staging",
            "deployment status 99 success",
        ],
    )
    .await;
    expect![[r#"
        deployment create fix/hose environment=staging
          Conflict: GitHub does not deploy that: Conflict: Commit status checks failed for fix/hose. `--skip-checks` deploys it all the same.
        deployment create fix/hose environment=staging --skip-checks
          Created deployment 103 of fix/hose (6dcb09b5b5) to staging in example/demo.
        deployment create nowhere environment=staging
          BadInput: example/demo has no branch, tag or commit `nowhere`.
            ref: example/demo has no branch, tag or commit `nowhere`.
        deployment status 99 success
          NotFound: There is no deployment 99 in example/demo that the bot can see. Look at the number or name again.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn approving_a_deployment() {
    let desk = desk().await;
    check(&desk, "deployment approve 1003 comment=\"Ship it.\"", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/actions/runs/1003/pending_deployments
        > POST /repos/example/demo/actions/runs/1003/pending_deployments {"environment_ids":[61],"state":"approved","comment":"Ship it.\n\n_Asked by Ana in Slack (`ana`)._"}
        > GET /repos/example/demo/actions/runs/1003
        > GET /repos/example/demo/actions/runs/1003/jobs?per_page=100
        Approved the deployment to production.
        # Deploy #3 is running
        example/demo run 1003 · on push · by ben
        Commit: 7fd1a60b01 Deploy
        Branch: main
        [Cancel: run cancel {"run":"1003","repo":"example/demo"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(run(&desk, 1003).status, "in_progress");
    let text = told(&desk, &["deployment approve 1003"]).await;
    expect![[r#"
        deployment approve 1003
          Conflict: Nothing of run 1003 in example/demo waits for an approval.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn only_reviewers_decide_on_a_deployment() {
    let mut desk = desk().await;
    (desk.asker, desk.account) = (person("Ben"), Some("ben".into()));
    let ben = told(&desk, &["deployment approve 1003", "deployment approve 1003 environment=staging"]).await;
    expect![[r#"
        deployment approve 1003
          Permission: `ben` is no reviewer of the environment production in example/demo. Reviewers are ana, crew.
        deployment approve 1003 environment=staging
          BadInput: `staging` does not wait in run 1003. production does.
            environment: `staging` does not wait in run 1003. production does.
    "#]]
    .assert_eq(&ben);
    assert_eq!(run(&desk, 1003).status, "waiting");
    // Chloe is in the team that reviews.
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    check(&desk, "deployment reject 1003 Not on a Friday", expect![[r#"
        > GET /repos/example/demo/collaborators/chloe/permission
        > GET /repos/example/demo/actions/runs/1003/pending_deployments
        > GET /orgs/example/teams/crew/memberships/chloe
        > POST /repos/example/demo/actions/runs/1003/pending_deployments {"environment_ids":[61],"state":"rejected","comment":"Not on a Friday\n\n_Asked by Chloe in Slack (`chloe`)._"}
        > GET /repos/example/demo/actions/runs/1003
        > GET /repos/example/demo/actions/runs/1003/jobs?per_page=100
        [Bad]
        Rejected the deployment to production.
        # Deploy #3 failed
        example/demo run 1003 · on push · by ben
        Commit: 7fd1a60b01 Deploy
        Branch: main
        Took: 18 h
        [Rerun: run rerun {"run":"1003","repo":"example/demo"}] [Artifacts: artifact list {"run":"1003","repo":"example/demo"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(run(&desk, 1003).conclusion.as_deref(), Some("failure"));
}
