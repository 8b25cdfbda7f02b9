//! Runs, checks, deployments, alerts.

use super::*;

#[test]
fn builds_and_deployments() {
    let pulls = json!([{ "number": 5, "base": { "repo": { "url": "https://api.github.com/repos/example/demo" } } }, { "number": 6, "base": { "repo": { "url": "https://api.github.com/repos/fork/demo" } } }]);
    let sha = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
    let run = |conclusion: Value| json!({ "id": 1002, "name": "CI", "run_number": 8, "display_title": "Add a fire hose", "head_branch": "fix/DEMO-3-hose", "head_sha": sha, "status": if conclusion.is_null() { "in_progress" } else { "completed" }, "conclusion": conclusion, "html_url": "https://github.com/example/demo/actions/runs/1002", "pull_requests": pulls, "head_commit": { "id": sha, "message": "Add a fire hose", "author": { "name": "Ana" } } });
    let deployment = json!({ "id": 3, "ref": "main", "sha": sha, "environment": "live" });
    check(
        &[
            ("workflow_run", from("ana", json!({ "action": "completed", "workflow_run": run(json!("failure")) }))),
            ("workflow_run", from("ana", json!({ "action": "in_progress", "workflow_run": run(Value::Null) }))),
            (
                "workflow_job",
                from(
                    "ana",
                    json!({ "action": "completed", "workflow_job": { "id": 1, "run_id": 1002, "name": "test", "workflow_name": "CI", "head_branch": "main", "head_sha": sha, "conclusion": "failure", "html_url": "https://github.com/example/demo/actions/runs/1002/job/1", "steps": [{ "name": "cargo test", "conclusion": "failure" }] } }),
                ),
            ),
            (
                "check_run",
                from(
                    "ana",
                    json!({ "action": "completed", "check_run": { "name": "lint", "head_sha": sha, "status": "completed", "conclusion": "success", "html_url": "https://github.com/example/demo/runs/9", "output": { "title": "No warnings" }, "check_suite": { "head_branch": "main" }, "pull_requests": pulls } }),
                ),
            ),
            (
                "status",
                from(
                    "ben",
                    json!({ "sha": sha, "context": "ci/print", "state": "error", "description": "Out of paper", "target_url": "https://ci.example.org/9", "commit": { "html_url": format!("https://github.com/example/demo/commit/{sha}"), "commit": { "message": "Print" } }, "branches": [{ "name": "main", "commit": { "sha": sha } }] }),
                ),
            ),
            (
                "deployment_status",
                from(
                    "ana",
                    json!({ "action": "created", "deployment": deployment, "deployment_status": { "state": "failure", "description": "No water", "environment": "live", "environment_url": "https://live.example.org", "target_url": "https://ci.example.org/3" } }),
                ),
            ),
            (
                "deployment_review",
                from(
                    "ana",
                    json!({ "action": "requested", "environment": "live", "workflow_run": run(Value::Null), "reviewers": [{ "type": "User", "reviewer": { "login": "chloe" } }], "requestor": { "login": "ana" } }),
                ),
            ),
            (
                "page_build",
                from(
                    "ana",
                    json!({ "build": { "status": "errored", "commit": sha, "error": { "message": "Page not found" }, "pusher": { "login": "ana" } } }),
                ),
            ),
            (
                "merge_group",
                from(
                    "ana",
                    json!({ "action": "checks_requested", "merge_group": { "head_sha": sha, "head_ref": "refs/heads/gh-readonly-queue/main/pr-5-7fd1", "base_ref": "refs/heads/main", "head_commit": { "message": "Add a fire hose (#5)" } } }),
                ),
            ),
        ],
        expect![[r#"
            run.failed | ana | CI #8 | Add a fire hose
                in example/demo · failure
                at https://github.com/example/demo/actions/runs/1002
                branch fix/DEMO-3-hose
                severity Error
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d DEMO-3
                commit 7fd1a60 Add a fire hose · Ana https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            run.started | ana | CI #8 | Add a fire hose
                in example/demo · in_progress
                at https://github.com/example/demo/actions/runs/1002
                branch fix/DEMO-3-hose
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d DEMO-3
                commit 7fd1a60 Add a fire hose · Ana https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            job.failed | ana | test | CI on main
                in example/demo · failure
                at https://github.com/example/demo/actions/runs/1002/job/1
                branch main
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d https://github.com/example/demo/actions/runs/1002
                text Failed: cargo test

            check.passed | ana | lint | No warnings
                in example/demo · success
                at https://github.com/example/demo/runs/9
                branch main
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            check.failed | ben | ci/print | Out of paper
                in example/demo · error
                at https://ci.example.org/9
                branch main
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                commit 7fd1a60 Print ·  https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d

            deployment.failed | ana | 7fd1a60b01 | main to live
                in example/demo · failure
                at https://ci.example.org/3
                see https://live.example.org
                branch main
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                text No water

            deployment.review_requested | ana | 7fd1a60b01 | fix/DEMO-3-hose to live
                in example/demo · waiting
                at https://github.com/example/demo/actions/runs/1002
                branch fix/DEMO-3-hose
                for chloe (ReviewAsked)
                about https://github.com/example/demo/pull/5 https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d DEMO-3
                text Add a fire hose

            pages.failed | ana | GitHub Pages | site of 7fd1a60b01
                in example/demo · errored
                at https://github.com/example/demo/deployments/github-pages
                severity Error
                about https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
                text Page not found

            merge_group.checks_requested | ana | example/demo#5 | Add a fire hose (#5)
                in example/demo
                at https://github.com/example/demo/queue/main
                branch main
                about https://github.com/example/demo/pull/5
                commit 7fd1a60 Add a fire hose (#5) ·  https://github.com/example/demo/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"#]],
    );
}

#[test]
fn alerts_and_advisories() {
    check(
        &[
            (
                "dependabot_alert",
                from(
                    "github",
                    json!({ "action": "created", "alert": { "number": 2, "state": "open", "html_url": "https://github.com/example/demo/security/dependabot/2", "dependency": { "package": { "name": "ink" }, "manifest_path": "Cargo.lock" }, "security_advisory": { "summary": "Ink leaks", "severity": "critical" }, "security_vulnerability": { "severity": "critical", "vulnerable_version_range": "< 2", "first_patched_version": { "identifier": "2.0" } } } }),
                ),
            ),
            (
                "code_scanning_alert",
                from(
                    "ana",
                    json!({ "action": "closed_by_user", "ref": "refs/pull/5/merge", "alert": { "number": 3, "state": "dismissed", "html_url": "https://github.com/example/demo/security/code-scanning/3", "dismissed_reason": "won't fix", "dismissed_comment": "It is a test.", "rule": { "description": "Unchecked heat", "security_severity_level": "high", "severity": "warning" } } }),
                ),
            ),
            (
                "secret_scanning_alert",
                from(
                    "github",
                    json!({ "action": "created", "alert": { "number": 4, "secret": "hunter2-of-ana", "secret_type_display_name": "Printer token", "html_url": "https://github.com/example/demo/security/secret-scanning/4", "state": "open" } }),
                ),
            ),
            (
                "repository_vulnerability_alert",
                from(
                    "github",
                    json!({ "action": "dismiss", "alert": { "id": 5, "affected_package_name": "ink", "affected_range": "< 2", "severity": "moderate", "dismiss_reason": "No bandwidth" } }),
                ),
            ),
            (
                "security_advisory",
                json!({ "action": "published", "organization": { "login": "example" }, "security_advisory": { "ghsa_id": "GHSA-aaaa-bbbb-cccc", "summary": "Ink leaks", "severity": "high", "description": "Everywhere.", "vulnerabilities": [{ "package": { "name": "ink" } }] } }),
            ),
        ],
        expect![[r#"
            alert.created | github | Dependabot #2 | Ink leaks
                in example/demo · open
                at https://github.com/example/demo/security/dependabot/2
                severity Critical
                text ink < 2, fixed in 2.0
                paths Cargo.lock

            alert.dismissed | ana | Code scanning #3 | Unchecked heat
                in example/demo · dismissed
                at https://github.com/example/demo/security/code-scanning/3
                change reason:  → won't fix
                severity Error
                about https://github.com/example/demo/pull/5
                text It is a test.

            alert.created | github | Secret scanning #4 | Printer token
                in example/demo · open
                at https://github.com/example/demo/security/secret-scanning/4
                severity Critical

            alert.dismissed | github | Dependabot alert | ink
                in example/demo
                at https://github.com/example/demo/security/dependabot
                change reason:  → No bandwidth
                severity Warning
                text ink < 2

            advisory.published | GitHub | GHSA-aaaa-bbbb-cccc | Ink leaks
                in example
                at https://github.com/advisories/GHSA-aaaa-bbbb-cccc
                labels ink
                severity Error
                text Everywhere."#]],
    );
}
