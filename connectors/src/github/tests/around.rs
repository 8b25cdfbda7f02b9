//! Repositories, people, searches and pickers.

use super::*;

#[tokio::test]
async fn repositories_and_code() {
    let mut desk = desk().await;
    check(
        &desk,
        "repo list",
        expect![[r#"
        > GET /user/repos?per_page=20&sort=pushed
        > GET /repos/example/apollo/collaborators/ana/permission
        Repositories
        - example/demo The printer in the lobby
        - example/apollo To the moon · private
    "#]],
    )
    .await;
    check(&desk, "repo show", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo
        # example/demo
        example/demo
        The printer in the lobby
        Default branch: main
        Language: Rust
        Open issues and pull requests: 4
        Stars: 3
        Last push: 2026-11-20 10:00 UTC
        [Create issue…: issue create {"repo":"example/demo"}] [Issues: issue list {"repo":"example/demo"}] [Pull requests: pr list {"repo":"example/demo"}] [Runs: run list {"repo":"example/demo"}] [Releases: release list {"repo":"example/demo"}]
    "#]]).await;
    check(
        &desk,
        "repo search printer",
        expect![[r#"
        > GET /search/repositories?q=printer&per_page=10
        1 repository
        - example/demo The printer in the lobby
    "#]],
    )
    .await;
    check(
        &desk,
        "code search hose",
        expect![[r#"
        > GET /search/code?q=hose+repo%3Aexample%2Fdemo&per_page=10
        1 file
        - src/hose.rs in example/demo
    "#]],
    )
    .await;
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    let text = told(&desk, &["repo list", "repo show example/apollo"]).await;
    expect![[r#"
        repo list
          Repositories
          - example/demo The printer in the lobby
        repo show example/apollo
          Permission: Your GitHub account `chloe` has no access to example/apollo, and this takes read access. Somebody who administers the repository can give it.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn people() {
    let mut desk = desk().await;
    check(
        &desk,
        "user show chloe@example.org",
        expect![[r#"
        > GET /search/users?q=chloe%40example.org+in%3Aemail&per_page=5
        > GET /users/chloe
        > GET /users/chloe
        # Chloe Example
        chloe
        Email: chloe@example.org
        [Their issues: issue list {"assignee":"chloe"}] [Their pull requests: pr list {"author":"chloe"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "user me",
        expect![[r#"
        (only you)
        You are ana in GitHub.
    "#]],
    )
    .await;
    desk.account = None;
    desk.asker.email = None;
    let text = told(&desk, &["user me", "issue list assignee=me", "user show zoe", "user show zoe@example.org"]).await;
    expect![[r#"
        user me
          (only you)
          I do not know who you are in GitHub: nobody shows your email address there. Tell me with /bellhop link github LOGIN.
        issue list assignee=me
          BadInput: I do not know who you are in GitHub. Tell me with `/bellhop link github LOGIN`.
            assignee: I do not know who you are in GitHub. Tell me with `/bellhop link github LOGIN`.
        user show zoe
          BadInput: GitHub knows nobody called `zoe`.
            user: GitHub knows nobody called `zoe`.
        user show zoe@example.org
          BadInput: GitHub does not tell whose the address zoe@example.org is. Write their GitHub login.
            user: GitHub does not tell whose the address zoe@example.org is. Write their GitHub login.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn picking() {
    let desk = desk().await;
    let mut text = String::new();
    for (lookup, typed, given) in [
        ("repo", "", json!({})),
        ("issue", "", json!({})),
        ("issue", "cat", json!({"repo": "example/demo"})),
        ("pr", "5", json!({})),
        ("run", "ci", json!({})),
        ("label", "u", json!({"issue": "example/demo#1"})),
        ("label", "", json!({"issue": "example/apollo#1"})),
        ("milestone", "", json!({})),
        ("branch", "fix", json!({})),
        ("workflow", "", json!({})),
        ("environment", "", json!({})),
        ("release", "", json!({})),
    ] {
        let found = desk.choices(lookup, typed, given.clone()).await.unwrap();
        let found: Vec<String> = found.iter().map(|it| format!("{} ({})", it.value, it.label)).collect();
        text.push_str(&format!("{lookup} {typed:?} {given}: {}\n", found.join(", ")));
    }
    expect![[r#"
        repo "" {}: example/demo (example/demo), example/apollo (example/apollo)
        issue "" {}: example/demo#2 (#2 Dark mode for the lobby), example/demo#1 (#1 Printer prints only cats)
        issue "cat" {"repo":"example/demo"}: example/demo#1 (#1 Printer prints only cats)
        pr "5" {}: example/demo#5 (#5 Add a fire hose)
        run "ci" {}: 1004 (CI #9 lamp), 1002 (CI #8 fix/hose), 1001 (CI #7 main)
        label "u" {"issue":"example/demo#1"}: bug (bug), feature (feature), urgent (urgent)
        label "" {"issue":"example/apollo#1"}: bug (bug)
        milestone "" {}: 1.0 (1.0)
        branch "fix" {}: fix/hose (fix/hose)
        workflow "" {}: ci.yml (CI), deploy.yml (Deploy)
        environment "" {}: production (production), staging (staging)
        release "" {}: v1.0.0 (1.0), v0.9.0 (The cat release)
    "#]]
    .assert_eq(&text);
}
