//! What GitHub found to be insecure.

use super::*;

#[tokio::test]
async fn alerts_are_shown_to_the_asker_alone() {
    let desk = desk().await;
    desk.standin.state().repos[0].roles.retain(|(who, _)| who != "ana");
    desk.standin.state().repos[0].roles.push(("ana".into(), "admin".into()));
    check(
        &desk,
        "alert list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/dependabot/alerts?state=open&per_page=100
        > GET /repos/example/demo/code-scanning/alerts?state=open&per_page=100
        > GET /repos/example/demo/secret-scanning/alerts?hide_secret=[hidden]&state=open&per_page=100
        (only you)
        Dependabot in example/demo
        - dependabot/1 high · Command injection in lodash · lodash · web/package-lock.json
        Code scanning in example/demo
        - code-scanning/1 critical · Query built from what people type · src/fan.rs:1
        Secret scanning in example/demo
        - secret-scanning/2 · Example API Token
    "#]],
    )
    .await;
    check(
        &desk,
        "alert list by=dependabot --all",
        expect![[r#"
        > GET /repos/example/demo/dependabot/alerts?per_page=100
        (only you)
        Dependabot in example/demo
        - dependabot/1 high · Command injection in lodash · lodash · web/package-lock.json
    "#]],
    )
    .await;
    check(
        &desk,
        "alert show dependabot/1",
        expect![[r#"
        > GET /repos/example/demo/dependabot/alerts/1
        (only you)
        [Bad]
        # Command injection in lodash
        example/demo dependabot/1 · Dependabot
        State: open
        Severity: high
        Package: lodash < 4.17.21 (npm)
        Fixed in: 4.17.21
        Where: web/package-lock.json
        Advisory: GHSA-35jh-r3h4-6jhm (CVE-2021-23337)
        [Dismiss…: alert dismiss {"alert":"dependabot/1","repo":"example/demo"}]
        (Found 2026-11-17 00:00 UTC)
    "#]],
    )
    .await;
    check(
        &desk,
        "alert show code/1",
        expect![[r#"
        > GET /repos/example/demo/code-scanning/alerts/1
        (only you)
        [Bad]
        # Query built from what people type
        example/demo code-scanning/1 · Code scanning
        State: open
        Severity: critical
        Where: src/fan.rs:1
        Branch: main
        | This query depends on a value that people type.
        [Dismiss…: alert dismiss {"alert":"code-scanning/1","repo":"example/demo"}]
        (Found 2026-11-17 10:00 UTC)
    "#]],
    )
    .await;
    check(
        &desk,
        "alert show secret/2",
        expect![[r#"
        > GET /repos/example/demo/secret-scanning/alerts/2?hide_secret=[hidden]
        (only you)
        [Bad]
        # Example API Token
        example/demo secret-scanning/2 · Secret scanning
        State: open
        The secret is: active, and it was seen in public
        [Dismiss…: alert dismiss {"alert":"secret-scanning/2","repo":"example/demo"}]
        (Found 2026-11-17 20:00 UTC)
    "#]],
    )
    .await;
    let link = format!("show {}/example/demo/security/secret-scanning/2", desk.server.url());
    assert!(desk.run(&link).await.is_ok());
}

#[tokio::test]
async fn alerts_are_dismissed_for_a_reason_and_opened_again() {
    let desk = desk().await;
    desk.standin.state().repos[0].roles.retain(|(who, _)| who != "ana");
    desk.standin.state().repos[0].roles.push(("ana".into(), "admin".into()));
    check(&desk, "alert dismiss dependabot/1 not_used comment=\"Only at build time\"", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > PATCH /repos/example/demo/dependabot/alerts/1 {"state":"dismissed","dismissed_reason":"not_used","dismissed_comment":"Only at build time (asked by Ana in Slack)"}
        (only you)
        [Good]
        Dismissed dependabot/1 of example/demo: not used.
        # Command injection in lodash
        example/demo dependabot/1 · Dependabot
        State: dismissed
        Severity: high
        Package: lodash < 4.17.21 (npm)
        Fixed in: 4.17.21
        Where: web/package-lock.json
        Advisory: GHSA-35jh-r3h4-6jhm (CVE-2021-23337)
        Why: not used, by bellhop-bot
        | Only at build time (asked by Ana in Slack)
        [Open again: alert reopen {"alert":"dependabot/1","repo":"example/demo"}]
        (Found 2026-11-17 00:00 UTC)
    "#]]).await;
    check(
        &desk,
        "alert dismiss dependabot/1 revoked",
        expect![[r#"
        BadInput: Dependabot takes false_positive, fix_started, no_bandwidth, not_used, tolerable_risk.
          reason: Dependabot takes false_positive, fix_started, no_bandwidth, not_used, tolerable_risk.
    "#]],
    )
    .await;
    check(&desk, "alert dismiss secret/2 revoked", expect![[r#"
        > PATCH /repos/example/demo/secret-scanning/alerts/2 {"state":"resolved","resolution":"revoked","resolution_comment":"asked by Ana in Slack"}
        (only you)
        [Good]
        Dismissed secret-scanning/2 of example/demo: revoked.
        # Example API Token
        example/demo secret-scanning/2 · Secret scanning
        State: resolved
        The secret is: active, and it was seen in public
        Why: revoked, by bellhop-bot
        | asked by Ana in Slack
        [Open again: alert reopen {"alert":"secret-scanning/2","repo":"example/demo"}]
        (Found 2026-11-17 20:00 UTC)
    "#]]).await;
    check(
        &desk,
        "alert reopen dependabot/1",
        expect![[r#"
        > PATCH /repos/example/demo/dependabot/alerts/1 {"state":"open"}
        (only you)
        [Bad]
        dependabot/1 of example/demo is open again.
        # Command injection in lodash
        example/demo dependabot/1 · Dependabot
        State: open
        Severity: high
        Package: lodash < 4.17.21 (npm)
        Fixed in: 4.17.21
        Where: web/package-lock.json
        Advisory: GHSA-35jh-r3h4-6jhm (CVE-2021-23337)
        [Dismiss…: alert dismiss {"alert":"dependabot/1","repo":"example/demo"}]
        (Found 2026-11-17 00:00 UTC)
    "#]],
    )
    .await;
    let said =
        told(&desk, &["alert dismiss code/1 wont_fix", "alert dismiss code/9 wont_fix", "alert show fire", "alert list"]).await;
    expect![[r#"
        alert dismiss code/1 wont_fix
          (only you)
          [Good]
          Dismissed code-scanning/1 of example/demo: won't fix.
          # Query built from what people type
          example/demo code-scanning/1 · Code scanning
          State: dismissed
          Severity: critical
          Where: src/fan.rs:1
          Branch: main
          Why: won't fix, by bellhop-bot
          | asked by Ana in Slack
          [Open again: alert reopen {"alert":"code-scanning/1","repo":"example/demo"}]
          (Found 2026-11-17 10:00 UTC)
        alert dismiss code/9 wont_fix
          NotFound: There is no alert code-scanning/9 in example/demo that the bot can see. Look at the number or name again.
        alert show fire
          BadInput: `fire` is no alert. Write dependabot/3, code/3 or secret/3, or paste its link.
            alert: `fire` is no alert. Write dependabot/3, code/3 or secret/3, or paste its link.
        alert list
          (only you)
          Dependabot in example/demo
          - dependabot/1 high · Command injection in lodash · lodash · web/package-lock.json
    "#]]
    .assert_eq(&said);
    let state = desk.standin.state();
    let states: Vec<&Value> = state.repos[0].alerts.iter().map(|(_, it)| &it["state"]).collect();
    assert_eq!(states, ["open", "dismissed", "resolved"]);
    assert_eq!(state.repos[0].alerts[1].1["dismissed_reason"], "won't fix");
}

#[tokio::test]
async fn secrets_are_for_those_who_administer() {
    let desk = desk().await;
    let said = told(&desk, &["alert list", "alert show secret/2", "alert list by=secret"]).await;
    expect![[r#"
        alert list
          (only you)
          Dependabot in example/demo
          - dependabot/1 high · Command injection in lodash · lodash · web/package-lock.json
          Code scanning in example/demo
          - code-scanning/1 critical · Query built from what people type · src/fan.rs:1
          (Your GitHub account `ana` has maintain access to example/demo, and this takes admin access. Somebody who administers the repository can give it.)
        alert show secret/2
          Permission: Your GitHub account `ana` has maintain access to example/demo, and this takes admin access. Somebody who administers the repository can give it.
        alert list by=secret
          Permission: Your GitHub account `ana` has maintain access to example/demo, and this takes admin access. Somebody who administers the repository can give it.
    "#]].assert_eq(&said);
    desk.standin.state().repos[0].unscanned = vec!["dependabot", "code-scanning"];
    let said = told(&desk, &["alert list", "alert list by=code", "alert show dependabot/1"]).await;
    expect![[r#"
        alert list
          NotFound: Dependabot finds nothing there: Dependabot alerts are disabled for this repository. Who administers the repository can switch it on under Settings → Advanced Security.
        alert list by=code
          NotFound: Code scanning finds nothing there: no analysis found. Who administers the repository can switch it on under Settings → Advanced Security.
        alert show dependabot/1
          NotFound: Dependabot finds nothing there: Dependabot alerts are disabled for this repository. Who administers the repository can switch it on under Settings → Advanced Security.
    "#]].assert_eq(&said);
}
