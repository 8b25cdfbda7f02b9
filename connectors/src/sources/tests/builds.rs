//! Build servers.

use expect_test::expect;

use super::check::check;

#[test]
fn circleci() {
    check(
        "circleci",
        expect![[r#"
        gitlab (key: 02ca6868)
          run.passed | Ben (ben) | #3 build-and-deploy | https://app.circleci.com/pipelines/circleci/89x/63A/3/workflows/b23c | demo/apollo | success
            2026-11-20T09:49:34.317Z | branch main | id 02ca6868
            commits: c31f86994c54672f97b5bd5e544315b7bd40e4c1 Cache prices (Ana) https://gitlab.com/demo/apollo/-/commit/c31f86994c54672f97b5bd5e544315b7bd40e4c1
        job_passed (key: 8bd71c28)
          job.passed | Ana | #6 test | https://app.circleci.com/pipelines/github/demo/apollo/4/workflows/fda08377/jobs/6 | demo/apollo | success
            2026-11-20T09:49:34.317Z | branch feature/APOLLO-12-prices | id 8bd71c28
            labels: workflow=build-and-deploy
            commits: 1dc6aa69429bff4806ad6afe58d3d8f57e25973e APOLLO-12 Cache prices (Ana) https://github.com/demo/apollo/commit/1dc6aa69429bff4806ad6afe58d3d8f57e25973e
            about: APOLLO-12
        ping (key: d1264809)
          hook.pinged | - | ping Bellhop | - | - | -
            2026-11-20T09:50:27.457981Z | id d1264809
        tag (key: f2fa57fa)
          run.cancelled | - | #4 build-and-deploy | https://app.circleci.com/pipelines/github/demo/apollo/4/workflows/fda08377 | demo/apollo | canceled
            2026-11-20T09:49:34.317Z | branch v1.4.0 | id f2fa57fa
            labels: tag=v1.4.0
            commits: 1dc6aa69429bff4806ad6afe58d3d8f57e25973e 1dc6aa6942 (-) https://github.com/demo/apollo/commit/1dc6aa69429bff4806ad6afe58d3d8f57e25973e
        version_1 (key: https://circleci.com/gh/demo/apollo/5 fixed)
          build.passed | Ana (ana) | #5 test | https://circleci.com/gh/demo/apollo/5 | demo/apollo | fixed
            2026-11-20T09:23:45.18Z | branch main | id https://circleci.com/gh/demo/apollo/5 fixed
            changes: status: failed → passed
            commits: 121749a519b438f3f006e184abc840e70d456d47 Cache prices (Ana) https://github.com/demo/apollo/commit/121749a519b438f3f006e184abc840e70d456d47
            about: https://github.com/demo/apollo/pull/7
            url: https://github.com/demo/apollo/compare/542d73ba2ec6...121749a519b4
        version_1_minimal (key: https://circleci.com/gh/demo/apollo/48056 failed)
          build.failed | demo | #48056 Build of apollo | https://circleci.com/gh/demo/apollo/48056 | demo/apollo | failed
            2026-11-20T10:00:00Z | error | branch main | id https://circleci.com/gh/demo/apollo/48056 failed
        workflow_failed (key: 3888f21b-eaa7-38e3-8f3d-75a63bba8895)
          run.failed | Ana | #4 build-and-deploy | https://app.circleci.com/pipelines/github/demo/apollo/4/workflows/fda08377 | demo/apollo | failed
            2026-11-20T09:49:34.317Z | error | branch feature/APOLLO-12-prices | id 3888f21b-eaa7-38e3-8f3d-75a63bba8895
            commits: 1dc6aa69429bff4806ad6afe58d3d8f57e25973e APOLLO-12 Cache prices (Ana) https://github.com/demo/apollo/commit/1dc6aa69429bff4806ad6afe58d3d8f57e25973e
            about: APOLLO-12
    "#]],
    );
}

#[test]
fn travis() {
    check(
        "travis",
        expect![[r#"
        broken (key: 92495257 failed 2026-11-20T09:45:25Z)
          build.failed | Ana (ana@example.org) | #4601 Cache prices | https://app.travis-ci.com/demo/apollo/builds/92495257 | demo/apollo | broken
            2026-11-20T09:45:25Z | error | branch main | id 92495257 failed 2026-11-20T09:45:25Z
            changes: status: passed → failed
            labels: event=push
            commits: 6c457d366a31696c989c011ab75b734d8485a9ba Cache prices (Ana) https://github.com/demo/apollo/commit/6c457d366a31696c989c011ab75b734d8485a9ba
            url: https://github.com/demo/apollo/compare/6dccb98bcfd9...6c457d366a31
            text: It took 17 min 3 s.
        pull_request (key: 92495300 passed 2026-11-20T09:45:25Z)
          build.passed | Ana (ana@example.org) | #4602 Prices are cached | https://app.travis-ci.com/demo/apollo/builds/92495257 | demo/apollo | passed
            2026-11-20T09:45:25Z | branch main | id 92495300 passed 2026-11-20T09:45:25Z
            labels: event=pull_request
            commits: 6c457d366a31696c989c011ab75b734d8485a9ba Cache prices (Ana) https://github.com/demo/apollo/commit/6c457d366a31696c989c011ab75b734d8485a9ba
            about: https://github.com/demo/apollo/pull/7
            url: https://github.com/demo/apollo/pull/7
            text: It took 17 min 3 s.
        started (key: 277713426 started 2026-11-20T09:28:22Z)
          build.started | Ana (ana@example.org) | #11 Cache prices | https://app.travis-ci.com/demo/apollo/builds/92495257 | demo/apollo | pending
            2026-11-20T09:28:22Z | branch main | id 277713426 started 2026-11-20T09:28:22Z
            labels: event=cron
            commits: 6c457d366a31696c989c011ab75b734d8485a9ba Cache prices (Ana) https://github.com/demo/apollo/commit/6c457d366a31696c989c011ab75b734d8485a9ba
            url: https://github.com/demo/apollo/compare/6dccb98bcfd9...6c457d366a31
    "#]],
    );
}

#[test]
fn jenkins() {
    check(
        "jenkins",
        expect![[r#"
        failed (key: https://jenkins.example.org/job/acme/job/apollo/18/ 18 failed)
          build.failed | ana | #18 apollo | https://jenkins.example.org/job/acme/job/apollo/18/ | acme | failure
            2026-11-20T09:53:54Z | error | branch main | id https://jenkins.example.org/job/acme/job/apollo/18/ 18 failed
            commits: c6d86dc654b12425e706bcf951adfe5a8627a517 c6d86dc654 (ana) https://github.com/demo/apollo/commit/c6d86dc654b12425e706bcf951adfe5a8627a517
            paths: src/prices.rs, README.md
            text: 27 tests: 24 passed, 2 failed, 1 skipped: prices.caches, prices.expires ⏎ ``` ⏎ one ⏎ two ⏎ error: it does not compile ⏎ ```
        finalized (key: https://jenkins.example.org/job/acme/job/apollo/18/ 18 failed)
          build.failed | ana | #18 apollo | https://jenkins.example.org/job/acme/job/apollo/18/ | acme | failure
            2026-11-20T09:53:54Z | error | branch main | id https://jenkins.example.org/job/acme/job/apollo/18/ 18 failed
            commits: c6d86dc654b12425e706bcf951adfe5a8627a517 c6d86dc654 (ana) https://github.com/demo/apollo/commit/c6d86dc654b12425e706bcf951adfe5a8627a517
            paths: src/prices.rs, README.md
            text: 27 tests: 24 passed, 2 failed, 1 skipped: prices.caches, prices.expires ⏎ ``` ⏎ one ⏎ two ⏎ error: it does not compile ⏎ ```
        flat (key: https://jenkins.example.org/job/apollo/5/ 5 cancelled)
          build.cancelled | - | #5 apollo | https://jenkins.example.org/job/apollo/5/ | - | aborted
            2026-11-20T09:53:54.138Z | id https://jenkins.example.org/job/apollo/5/ 5 cancelled
            text: Started by user Ana
        pipeline (key: https://jenkins.example.org/job/acme/job/apollo/job/main/19/ 19 passed)
          build.passed | - | #19 acme/apollo/main | https://jenkins.example.org/job/acme/job/apollo/job/main/19/ | demo/apollo | success
            2026-11-20T10:00:00Z | branch main | id https://jenkins.example.org/job/acme/job/apollo/job/main/19/ 19 passed
            commits: c6d86dc654b12425e706bcf951adfe5a8627a517 c6d86dc654 (-) https://github.com/demo/apollo/commit/c6d86dc654b12425e706bcf951adfe5a8627a517
        started (key: https://jenkins.example.org/job/acme/job/apollo/18/ 18 started)
          build.started | - | #18 apollo | https://jenkins.example.org/job/acme/job/apollo/18/ | acme | started
            2026-11-20T10:00:00Z | branch main | id https://jenkins.example.org/job/acme/job/apollo/18/ 18 started
            text: Changes by ana, ben.
        unstable (key: https://jenkins.example.org/job/acme/job/apollo/18/ 18 unstable)
          build.unstable | - | #18 apollo | https://jenkins.example.org/job/acme/job/apollo/18/ | acme | unstable
            2026-11-20T09:53:54Z | warning | branch main | id https://jenkins.example.org/job/acme/job/apollo/18/ 18 unstable
            commits: c6d86dc654b12425e706bcf951adfe5a8627a517 c6d86dc654 (-) https://github.com/demo/apollo/commit/c6d86dc654b12425e706bcf951adfe5a8627a517
            paths: src/prices.rs, README.md
            text: 27 tests: 24 passed, 2 failed, 1 skipped: prices.caches, prices.expires ⏎ Changes by ana, ben. ⏎ ``` ⏎ one ⏎ two ⏎ error: it does not compile ⏎ ```
    "#]],
    );
}

#[test]
fn teamcity() {
    check(
        "teamcity",
        expect![[r#"
            agent (key: none)
              agent.registered | - | agent 7 agent-7 | https://teamcity.example.org/agentDetails.html?id=7 | Default | -
                2026-11-20T10:00:00Z | id 2f4902b71ab9ce603488a69517e4103b
            finished (key: BUILD_FINISHED 43 Tests failed: 2 (1 new), passed: 40)
              build.failed | Ana (ana) | #118 Build | https://teamcity.example.org/viewLog.html?buildId=43 | Apollo | failure
                2026-11-20T09:55:00Z | error | branch main | id BUILD_FINISHED 43 Tests failed: 2 (1 new), passed: 40
                commits: c6d86dc654b12425e706bcf951adfe5a8627a517 c6d86dc654 (-) -
                text: Tests failed: 2 (1 new), passed: 40
            interrupted (key: none)
              build.cancelled | ana (ana) | #43 Apollo_Build | - | - | -
                2026-11-20T10:00:00Z | id e9287a4d21dfef62784865fc8905160f
            plugin_broken (key: buildFinished 19952 failure)
              build.failed | Ana (ana) | #5535 Apollo :: Compile | https://teamcity.example.org/viewLog.html?buildTypeId=Apollo_Compile&buildId=19952 | Apollo | failure
                2026-11-20T10:00:00Z | error | branch feature/APOLLO-12 | id buildFinished 19952 failure
                changes: status: passed → failed
                labels: personal
                about: APOLLO-12
                text: Exit code 1 (new)
            plugin_slack (key: none)
              event.received | - | message Failed (broken) : Compile | - | - | -
                2026-11-20T10:00:00Z | id 6e35c8ae8606e2ac98df3f40f418f30f
            plugin_success (key: buildFinished 19952 success)
              build.passed | Git | #5535 Apollo :: Compile | https://teamcity.example.org/viewLog.html?buildTypeId=Apollo_Compile&buildId=19952 | Apollo | success
                2026-11-20T10:00:00Z | branch feature/APOLLO-12 | id buildFinished 19952 success
                about: APOLLO-12
                text: Tests passed: 27
            started (key: BUILD_STARTED 43 Running)
              build.started | Ana (ana) | #118 Build | https://teamcity.example.org/viewLog.html?buildId=43 | Apollo | running
                2026-11-20T09:51:00Z | branch main | id BUILD_STARTED 43 Running
                commits: c6d86dc654b12425e706bcf951adfe5a8627a517 c6d86dc654 (ben) https://teamcity.example.org/viewModification.html?modId=9
                text: Running
        "#]],
    );
}
