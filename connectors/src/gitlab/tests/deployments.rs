//! Environments, deployments, schedules and tags.

use super::*;

#[tokio::test]
async fn environments_are_looked_at_and_stopped() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "environment list demo/printer",
            "environment list state=stopped",
            "environment show production",
            "environment show Production",
            "environment show staging",
            "environment stop review/dogs",
            "environment stop review/dogs confirm=yes",
            "environment stop review/dogs",
            "environment stop production force=yes",
        ],
        expect![[r#"
            $ environment list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/environments?states=available&page=1&per_page=10
            2 environments
            - production · https://printer.example.org
            - review/dogs · development
            $ environment list state=stopped
            > GET /api/v4/projects/demo%2Fprinter/environments?states=stopped&page=1&per_page=10
            1 environment
            - review/cats · development · stopped
            $ environment show production
            > GET /api/v4/projects/demo%2Fprinter/environments?name=production
            > GET /api/v4/projects/demo%2Fprinter/environments/51
            [Warning]
            # Environment production
            demo/printer
            State: available
            Tier: production
            Address: https://printer.example.org
            Last deployment: 62 waits for approval · main 5e6f7a8b First light · Ben Example · 2026-11-20 09:00 UTC
            [Approve: deployment approve {"deployment":"62","project":"demo/printer"}] [Deployments: deployment list {"environment":"production","project":"demo/printer"}] [Stop: environment stop {"environment":"production","project":"demo/printer"}]
            $ environment show Production
            > GET /api/v4/projects/demo%2Fprinter/environments?name=Production
            > GET /api/v4/projects/demo%2Fprinter/environments?page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/environments/51
            [Warning]
            # Environment production
            demo/printer
            State: available
            Tier: production
            Address: https://printer.example.org
            Last deployment: 62 waits for approval · main 5e6f7a8b First light · Ben Example · 2026-11-20 09:00 UTC
            [Approve: deployment approve {"deployment":"62","project":"demo/printer"}] [Deployments: deployment list {"environment":"production","project":"demo/printer"}] [Stop: environment stop {"environment":"production","project":"demo/printer"}]
            $ environment show staging
            > GET /api/v4/projects/demo%2Fprinter/environments?name=staging
            > GET /api/v4/projects/demo%2Fprinter/environments?page=1&per_page=100
            BadInput: demo/printer has no environment `staging`. There is production or review/dogs.
              environment: demo/printer has no environment `staging`. There is production or review/dogs.
            $ environment stop review/dogs
            > GET /api/v4/projects/demo%2Fprinter/environments?name=review%2Fdogs
            > GET /api/v4/projects/demo%2Fprinter/environments/52
            (only you)
            [Warning]
            This stops the environment review/dogs of demo/printer.
            - 1a2b3c4d of dogs is deployed there.
            - Its stop job runs, where its pipeline has one.
            [Stop the environment: environment stop {"environment":"review/dogs","project":"demo/printer","confirm":true}]
            $ environment stop review/dogs confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/environments?name=review%2Fdogs
            > GET /api/v4/projects/demo%2Fprinter/environments/52
            > POST /api/v4/projects/demo%2Fprinter/environments/52/stop {}
            Stopped review/dogs.
            # Environment review/dogs
            demo/printer
            State: stopped
            Tier: development
            Last deployment: 63 succeeded · dogs 1a2b3c4d · Ana Example · 2026-11-20 09:00 UTC
            Stops: 2026-11-27 09:00 UTC
            [Deployments: deployment list {"environment":"review/dogs","project":"demo/printer"}]
            $ environment stop review/dogs
            > GET /api/v4/projects/demo%2Fprinter/environments?name=review%2Fdogs
            > GET /api/v4/projects/demo%2Fprinter/environments/52
            review/dogs is stopped already.
            # Environment review/dogs
            demo/printer
            State: stopped
            Tier: development
            Last deployment: 63 succeeded · dogs 1a2b3c4d · Ana Example · 2026-11-20 09:00 UTC
            Stops: 2026-11-27 09:00 UTC
            [Deployments: deployment list {"environment":"review/dogs","project":"demo/printer"}]
            $ environment stop production force=yes
            > GET /api/v4/projects/demo%2Fprinter/environments?name=production
            > GET /api/v4/projects/demo%2Fprinter/environments/51
            (only you)
            [Warning]
            This stops the environment production of demo/printer.
            - 5e6f7a8b of main is deployed there.
            - The job that takes it down does not run.
            [Stop the environment: environment stop {"environment":"production","project":"demo/printer","force":true,"confirm":true}]
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let states: Vec<&Value> = state.environments.iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["available", "stopped", "stopped"], "only asked whether to stop production");
    assert_eq!(state.environments[1]["stopped_by_force"], false);
}

#[tokio::test]
async fn deployments_that_wait_are_approved_or_rejected() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "deployment list demo/printer",
            "deployment list environment=production status=blocked",
            "deployment show 62",
            "deployment approve 62 comment=\"Go on.\"",
            "deployment approve 62",
            "deployment reject 61 Not today",
            "deployment show 99",
            "deployment show fire",
        ],
        expect![[r#"
            $ deployment list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/deployments?order_by=id&sort=desc&page=1&per_page=10
            3 deployments
            - review/dogs: 63 succeeded · dogs 1a2b3c4d · Ana Example · 2026-11-20 09:00 UTC
            - production: 62 waits for approval · main 5e6f7a8b First light · Ben Example · 2026-11-20 09:00 UTC
            - production: 61 succeeded · main 5e6f7a8b · Ben Example · 2026-11-20 09:00 UTC
            $ deployment list environment=production status=blocked
            > GET /api/v4/projects/demo%2Fprinter/deployments?order_by=id&sort=desc&environment=production&status=blocked&page=1&per_page=10
            1 deployment
            - 62 waits for approval · main 5e6f7a8b First light · Ben Example · 2026-11-20 09:00 UTC
            $ deployment show 62
            > GET /api/v4/projects/demo%2Fprinter/deployments/62
            [Warning]
            # Deployment 62 waits for approval
            demo/printer · by Ben Example
            Status: waits for approval
            Environment: production
            Branch: main
            Commit: 5e6f7a8b First light
            Approvals missing: 1
            [Approve: deployment approve {"deployment":"62","project":"demo/printer"}] [Reject…: deployment reject {"deployment":"62","project":"demo/printer"}] [Job deploy-live: job show {"job":"1003","project":"demo/printer"}] [Environment: environment show {"environment":"production","project":"demo/printer"}]
            (Began 2026-11-20 09:00 UTC)
            $ deployment approve 62 comment="Go on."
            > GET /api/v4/projects/demo%2Fprinter/deployments/62
            > GET /api/v4/users?search=ana%40example.org&page=1&per_page=20
            > POST /api/v4/projects/demo%2Fprinter/deployments/62/approval {"status":"approved","comment":"Go on.\n\n*Asked by Ana in Slack.*"}
            > GET /api/v4/projects/demo%2Fprinter/deployments/62
            Deployment 62 is approved.
            # Deployment 62 waits
            demo/printer · by Ben Example
            Status: waits
            Environment: production
            Branch: main
            Commit: 5e6f7a8b First light
            - Bellhop Bot approved: Go on.
            [Job deploy-live: job show {"job":"1003","project":"demo/printer"}] [Environment: environment show {"environment":"production","project":"demo/printer"}]
            (Began 2026-11-20 09:00 UTC)
            $ deployment approve 62
            > GET /api/v4/projects/demo%2Fprinter/deployments/62
            > POST /api/v4/projects/demo%2Fprinter/deployments/62/approval {"status":"approved","comment":"Asked by Ana in Slack."}
            Validation: GitLab refused the values: This deployment is not waiting for approvals. Correct them and try again. A deployment is approved once, while it waits, by somebody whom its environment's approval rules name and who did not start it; approvals need GitLab Premium.
            $ deployment reject 61 Not today
            > POST /api/v4/projects/demo%2Fprinter/deployments/61/approval {"status":"rejected","comment":"Not today\n\n*Asked by Ana in Slack.*"}
            Validation: GitLab refused the values: This deployment is not waiting for approvals. Correct them and try again. A deployment is rejected once, while it waits, by somebody whom its environment's approval rules name and who did not start it; approvals need GitLab Premium.
            $ deployment show 99
            > GET /api/v4/projects/demo%2Fprinter/deployments/99
            NotFound: GitLab has no deployment 99 in demo/printer, or hides it from the bot's account. Look at the name and number again.
            $ deployment show fire
            BadInput: `fire` is no deployment. Write it like 42, or paste its link.
              deployment: `fire` is no deployment. Write it like 42, or paste its link.
        "#]],
    )
    .await;
    {
        let mut state = desk.standin.state();
        let approval = state.deployments[1]["approvals"][0].clone();
        assert_eq!((&approval["status"], &state.deployments[0]["status"]), (&json!("approved"), &json!("success")));
        state.deployments[1]["status"] = json!("blocked");
    }
    desk.run(&format!("show {}/demo/printer/-/environments/51/deployments/62", desk.server.url())).await.expect("by its link");
    desk.run("deployment reject 62 Not on a Friday").await.expect("it waits");
    assert_eq!(desk.standin.state().deployments[1]["status"], "failed");
}

#[tokio::test]
async fn pipelines_run_by_the_clock() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "schedule list demo/printer",
            "schedule show 71",
            "schedule run 71",
            "schedule create \"Lint it\" \"0 4 * * 1-5\" timezone=Europe/Berlin variable=STAGE=night variable=NOT-SO=1",
            "schedule create \"Lint it\" nightly",
            "schedule create \"Lint it\" \"0 4 * * *\" timezone=Berlin",
            "schedule update 71 cron=\"0 5 * * *\" ref=dogs",
            "schedule update 71",
            "schedule enable 72",
            "schedule disable 71",
            "schedule own 72",
            "schedule delete 72",
            "schedule delete 72 confirm=yes",
            "schedule show 72",
        ],
        expect![[r#"
            $ schedule list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/pipeline_schedules?page=1&per_page=10
            2 schedules
            - 71 Nightly build · main · 0 4 * * * · next 2026-11-22 04:00 UTC
            - 72 Weekly report · main · 0 6 * * 1 · switched off
            $ schedule show 71
            > GET /api/v4/projects/demo%2Fprinter/pipeline_schedules/71
            # Schedule 71 Nightly build
            demo/printer
            When: 0 4 * * * (UTC)
            Branch: main
            Next run: 2026-11-22 04:00 UTC
            Runs as: Ben Example
            Last pipeline: 101 passed
            Variables: STAGE
            [Run now: schedule run {"schedule":"71","project":"demo/printer"}] [Switch off: schedule disable {"schedule":"71","project":"demo/printer"}] [Last pipeline: pipeline show {"pipeline":"101","project":"demo/printer"}] [Change…: schedule update {"schedule":"71","project":"demo/printer"}]
            $ schedule run 71
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules/71/play
            GitLab starts the pipeline of schedule 71 in demo/printer.
            [Pipelines: pipeline list {"project":"demo/printer"}]
            $ schedule create "Lint it" "0 4 * * 1-5" timezone=Europe/Berlin variable=STAGE=night variable=NOT-SO=1
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules {"description":"Lint it","ref":"main","cron":"0 4 * * 1-5","cron_timezone":"Europe/Berlin"}
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules/2003/variables {"key":"STAGE","value":"night"}
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules/2003/variables {"key":"NOT-SO","value":"1"}
            Made the schedule “Lint it”.
            It has no variable NOT-SO: GitLab refused the values: key can contain only letters, digits and '_'. Correct them and try again.
            # Schedule 2003 Lint it
            demo/printer
            When: 0 4 * * 1-5 (Europe/Berlin)
            Branch: main
            Next run: 2026-11-23 04:00 UTC
            Runs as: Bellhop Bot
            Variables: STAGE
            [Run now: schedule run {"schedule":"2003","project":"demo/printer"}] [Switch off: schedule disable {"schedule":"2003","project":"demo/printer"}] [Change…: schedule update {"schedule":"2003","project":"demo/printer"}]
            $ schedule create "Lint it" nightly
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules {"description":"Lint it","ref":"main","cron":"nightly"}
            Validation: GitLab refused the values: cron syntax is invalid. Correct them and try again.
              cron: cron syntax is invalid.
            $ schedule create "Lint it" "0 4 * * *" timezone=Berlin
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules {"description":"Lint it","ref":"main","cron":"0 4 * * *","cron_timezone":"Berlin"}
            Validation: GitLab refused the values: cron timezone syntax is invalid. Correct them and try again.
              timezone: cron timezone syntax is invalid.
            $ schedule update 71 cron="0 5 * * *" ref=dogs
            > PUT /api/v4/projects/demo%2Fprinter/pipeline_schedules/71 {"cron":"0 5 * * *","ref":"dogs"}
            Changed “Nightly build”.
            # Schedule 71 Nightly build
            demo/printer
            When: 0 5 * * * (UTC)
            Branch: dogs
            Next run: 2026-11-22 04:00 UTC
            Runs as: Ben Example
            Last pipeline: 101 passed
            Variables: STAGE
            [Run now: schedule run {"schedule":"71","project":"demo/printer"}] [Switch off: schedule disable {"schedule":"71","project":"demo/printer"}] [Last pipeline: pipeline show {"pipeline":"101","project":"demo/printer"}] [Change…: schedule update {"schedule":"71","project":"demo/printer"}]
            $ schedule update 71
            BadInput: What shall change in schedule 71? Write cron=… or ref=….
            $ schedule enable 72
            > PUT /api/v4/projects/demo%2Fprinter/pipeline_schedules/72 {"active":true}
            Switched on “Weekly report”.
            # Schedule 72 Weekly report
            demo/printer
            When: 0 6 * * 1 (UTC)
            Branch: main
            Next run: 2026-11-22 04:00 UTC
            Runs as: Ben Example
            [Run now: schedule run {"schedule":"72","project":"demo/printer"}] [Switch off: schedule disable {"schedule":"72","project":"demo/printer"}] [Change…: schedule update {"schedule":"72","project":"demo/printer"}]
            $ schedule disable 71
            > PUT /api/v4/projects/demo%2Fprinter/pipeline_schedules/71 {"active":false}
            Switched off “Nightly build”.
            # Schedule 71 Nightly build
            demo/printer
            When: 0 5 * * * (UTC)
            Branch: dogs
            Next run: none: it is switched off
            Runs as: Ben Example
            Last pipeline: 101 passed
            Variables: STAGE
            [Run now: schedule run {"schedule":"71","project":"demo/printer"}] [Switch on: schedule enable {"schedule":"71","project":"demo/printer"}] [Last pipeline: pipeline show {"pipeline":"101","project":"demo/printer"}] [Change…: schedule update {"schedule":"71","project":"demo/printer"}]
            $ schedule own 72
            > POST /api/v4/projects/demo%2Fprinter/pipeline_schedules/72/take_ownership
            “Weekly report” runs as Bellhop Bot from now on.
            # Schedule 72 Weekly report
            demo/printer
            When: 0 6 * * 1 (UTC)
            Branch: main
            Next run: 2026-11-22 04:00 UTC
            Runs as: Bellhop Bot
            [Run now: schedule run {"schedule":"72","project":"demo/printer"}] [Switch off: schedule disable {"schedule":"72","project":"demo/printer"}] [Change…: schedule update {"schedule":"72","project":"demo/printer"}]
            $ schedule delete 72
            > GET /api/v4/projects/demo%2Fprinter/pipeline_schedules/72
            (only you)
            [Warning]
            This deletes the schedule “Weekly report” of demo/printer.
            - Nothing runs at 0 6 * * 1 on main any more; what ran stays.
            [Delete the schedule: schedule delete {"schedule":"72","project":"demo/printer","confirm":true}]
            $ schedule delete 72 confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/pipeline_schedules/72
            > DELETE /api/v4/projects/demo%2Fprinter/pipeline_schedules/72
            Deleted the schedule “Weekly report” of demo/printer.
            $ schedule show 72
            > GET /api/v4/projects/demo%2Fprinter/pipeline_schedules/72
            NotFound: GitLab has no schedule 72 in demo/printer, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let all: Vec<Value> = state.schedules.iter().map(|it| json!([it["id"], it["cron"], it["active"], it["ref"]])).collect();
    assert_eq!(all[0], json!([71, "0 5 * * *", false, "dogs"]));
    assert_eq!(state.schedules[1]["variables"][0]["value"], "night");
    assert_eq!((state.schedules.len(), state.pipelines.len()), (2, 4), "one was deleted, one made; one ran");
}

#[tokio::test]
async fn tags_are_made_and_deleted() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "tag list",
            "tag list ^v0.9-",
            "tag create v1.0",
            "tag create v1.1 from=quiet-fan message=\"The quiet one\"",
            "tag create v1.0 from=main",
            "tag create v1.2 from=nowhere",
            "tag delete v0.9",
            "tag delete v0.9-rc",
            "tag delete v0.9-rc confirm=yes",
            "tag delete v0.9-rc",
        ],
        expect![[r#"
            $ tag list
            > GET /api/v4/projects/demo%2Fprinter/repository/tags?page=1&per_page=10
            2 tags
            - v0.9 · released · 5e6f7a8b First light
            - v0.9-rc · 1a2b3c4d Turn the fan slower
            $ tag list ^v0.9-
            > GET /api/v4/projects/demo%2Fprinter/repository/tags?search=%5Ev0.9-&page=1&per_page=10
            1 tag
            - v0.9-rc · 1a2b3c4d Turn the fan slower
            $ tag create v1.0
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/repository/tags {"tag_name":"v1.0","ref":"main"}
            Created the tag v1.0 from main, at 5e6f7a8b First light.
            [Make a release…: release create {"tag":"v1.0","project":"demo/printer"}]
            $ tag create v1.1 from=quiet-fan message="The quiet one"
            > POST /api/v4/projects/demo%2Fprinter/repository/tags {"tag_name":"v1.1","ref":"quiet-fan","message":"The quiet one"}
            Created the tag v1.1 from quiet-fan, at 1a2b3c4d Turn the fan slower.
            [Make a release…: release create {"tag":"v1.1","project":"demo/printer"}]
            $ tag create v1.0 from=main
            > POST /api/v4/projects/demo%2Fprinter/repository/tags {"tag_name":"v1.0","ref":"main"}
            Validation: GitLab refused the values: Tag v1.0 already exists. Correct them and try again.
              tag: Tag v1.0 already exists.
            $ tag create v1.2 from=nowhere
            > POST /api/v4/projects/demo%2Fprinter/repository/tags {"tag_name":"v1.2","ref":"nowhere"}
            Validation: GitLab refused the values: Target nowhere is invalid. Correct them and try again.
              from: Target nowhere is invalid.
            $ tag delete v0.9
            > GET /api/v4/projects/demo%2Fprinter/repository/tags/v0.9
            (only you)
            [Warning]
            This deletes the tag v0.9 of demo/printer.
            - It names 5e6f7a8b “First light”, which stays.
            - Its release v0.9 goes with it.
            [Delete the tag: tag delete {"tag":"v0.9","project":"demo/printer","confirm":true}]
            $ tag delete v0.9-rc
            > GET /api/v4/projects/demo%2Fprinter/repository/tags/v0.9-rc
            (only you)
            [Warning]
            This deletes the tag v0.9-rc of demo/printer.
            - It names 1a2b3c4d “Turn the fan slower”, which stays.
            [Delete the tag: tag delete {"tag":"v0.9-rc","project":"demo/printer","confirm":true}]
            $ tag delete v0.9-rc confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/repository/tags/v0.9-rc
            > DELETE /api/v4/projects/demo%2Fprinter/repository/tags/v0.9-rc
            Deleted the tag v0.9-rc of demo/printer; it named 1a2b3c4d.
            $ tag delete v0.9-rc
            > GET /api/v4/projects/demo%2Fprinter/repository/tags/v0.9-rc
            NotFound: GitLab has no tag v0.9-rc in demo/printer, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let names: Vec<&Value> = state.tags.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["v0.9", "v1.0", "v1.1"]);
    assert_eq!(state.tags[2]["message"], "The quiet one");
}

#[tokio::test]
async fn pickers_offer_what_is_there() {
    let desk = desk().await;
    let mut told = String::new();
    for (lookup, typed) in [("tag", "rc"), ("environment", ""), ("schedule", "night")] {
        let all = desk.choices(lookup, typed, json!({ "project": "demo/printer" })).await.expect("choices");
        let all: Vec<String> = all.iter().map(|it| format!("{} ({})", it.label, it.value)).collect();
        told.push_str(&format!("{lookup}: {}\n", all.join(", ")));
    }
    expect![[r#"
        tag: v0.9-rc (v0.9-rc)
        environment: production (production), review/dogs (review/dogs)
        schedule: 71 Nightly build (main) (71)
    "#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn a_free_gitlab_hides_what_it_cannot_do() {
    let free = desk().await;
    free.standin.state().version = "18.5.1".into();
    let features = free.connected.features().await.expect("a version");
    let hidden: String = features.missing.iter().map(|it| format!("{}: {}\n", it.action, it.why)).collect();
    expect![[r#"
        deployment approve: Approvals of deployments are of GitLab Premium, and this is the Community Edition.
        deployment reject: Approvals of deployments are of GitLab Premium, and this is the Community Edition.
    "#]]
    .assert_eq(&hidden);
}
