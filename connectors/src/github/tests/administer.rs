//! Releases, branches, commits, labels, milestones.

use super::*;

#[tokio::test]
async fn releases() {
    let desk = desk().await;
    check(
        &desk,
        "release list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/releases?per_page=10
        Releases of example/demo
        - v1.0.0 1.0 · draft · 2026-11-20 16:00 UTC
        - v0.9.0 The cat release · 2026-11-08 06:00 UTC
    "#]],
    )
    .await;
    check(
        &desk,
        "release show latest",
        expect![[r#"
            > GET /repos/example/demo/releases/latest
            # The cat release
            example/demo v0.9.0 · published · by ana
            | * The printer prints only cats
            - demo-0.9.0.tar.gz 49 kB
            [Change…: release update {"release":"v0.9.0","repo":"example/demo"}] [Delete: release delete {"release":"v0.9.0","repo":"example/demo"}]
        "#]],
    )
    .await;
    check(
        &desk,
        "release notes v1.1.0 since=v0.9.0",
        expect![[r#"
        > POST /repos/example/demo/releases/generate-notes {"tag_name":"v1.1.0","previous_tag_name":"v0.9.0"}
        # v1.1.0
        notes.md: 
        ## What's Changed
        * Print cats by @ben in #4

        **Full Changelog**: v0.9.0...v1.1.0
    "#]],
    )
    .await;
    check(&desk, "release create v1.1.0 title=\"The dog release\" --prerelease", expect![[r#"
        > POST /repos/example/demo/releases {"tag_name":"v1.1.0","name":"The dog release","draft":false,"prerelease":true,"generate_release_notes":true}
        Created the release v1.1.0 of example/demo.
        # The dog release
        example/demo v1.1.0 · pre-release · by bellhop-bot
        | ## What's Changed
        | * Print cats by @ben in #4
        | 
        | **Full Changelog**: v0.9.0...v1.1.0
        [Change…: release update {"release":"v1.1.0","repo":"example/demo"}] [Delete: release delete {"release":"v1.1.0","repo":"example/demo"}]
    "#]]).await;
    assert!(desk.standin.state().repos[0].releases.iter().any(|it| it.tag == "v1.1.0" && it.prerelease));
    check(
        &desk,
        "release publish v1.0.0",
        expect![[r#"
            > GET /repos/example/demo/releases/tags/v1.0.0
            > GET /repos/example/demo/releases?per_page=100
            > PATCH /repos/example/demo/releases/22 {"draft":false}
            Published v1.0.0 of example/demo.
            # 1.0
            example/demo v1.0.0 · published · by ben
            [Change…: release update {"release":"v1.0.0","repo":"example/demo"}] [Delete: release delete {"release":"v1.0.0","repo":"example/demo"}]
        "#]],
    )
    .await;
    assert!(!desk.standin.state().repos[0].releases[1].draft);
}

#[tokio::test]
async fn deleting_asks_once() {
    let desk = desk().await;
    let lines = ["release delete v0.9.0", "branch delete fix/hose", "label delete bug"];
    let asked = told(&desk, &lines).await;
    expect![[r#"
        release delete v0.9.0
          (only you)
          [Warning]
          # Delete the release v0.9.0 of example/demo?
          - Its files go with it: demo-0.9.0.tar.gz.
          - Its notes go with it.
          - The tag v0.9.0 stays.
          - This cannot be undone.
          [Delete it: release delete {"release":"v0.9.0","repo":"example/demo","confirm":"yes"}]
        branch delete fix/hose
          (only you)
          [Warning]
          # Delete the branch fix/hose of example/demo?
          - 1 commit of it is not in main.
          - Pull requests from it are closed.
          - It can be made again from its last commit, 6dcb09b5b5, as long as GitHub keeps that.
          [Delete it: branch delete {"branch":"fix/hose","repo":"example/demo","confirm":"yes"}]
        label delete bug
          (only you)
          [Warning]
          # Delete the label bug of example/demo?
          - 2 issues or pull requests have it, and lose it.
          - Which they were cannot be found out afterwards.
          [Delete it: label delete {"label":"bug","repo":"example/demo","confirm":"yes"}]
    "#]]
    .assert_eq(&asked);
    assert_eq!(desk.standin.state().repos[0].releases.len(), 2);
    let done = told(&desk, &lines.map(|it| format!("{it} confirm=yes")).iter().map(String::as_str).collect::<Vec<_>>()).await;
    expect![[r#"
        release delete v0.9.0 confirm=yes
          Deleted the release v0.9.0 of example/demo. Its tag stays.
        branch delete fix/hose confirm=yes
          Deleted the branch fix/hose of example/demo. Its last commit was 6dcb09b5b57875f334f61aebed695e2e4193db5e.
        label delete bug confirm=yes
          Deleted the label bug of example/demo.
    "#]]
    .assert_eq(&done);
    let state = desk.standin.state();
    let repo = &state.repos[0];
    assert!(repo.branch("fix/hose").is_none() && repo.releases.len() == 1 && repo.labels.len() == 2);
    assert!(repo.issue(1).unwrap().labels.is_empty());
}

#[tokio::test]
async fn branches() {
    let desk = desk().await;
    check(
        &desk,
        "branch list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/branches?per_page=30
        Branches of example/demo
        - main 7fd1a60b01 · protected
        - fix/hose 6dcb09b5b5
        - lamp c3d0be41ec
    "#]],
    )
    .await;
    check(
        &desk,
        "branch create hotfix from=fix/hose",
        expect![[r#"
        > GET /repos/example/demo/branches/fix%2Fhose
        > POST /repos/example/demo/git/refs {"ref":"refs/heads/hotfix","sha":"6dcb09b5b57875f334f61aebed695e2e4193db5e"}
        Created hotfix in example/demo, from fix/hose at 6dcb09b5b5.
        [Open a pull request…: pr create {"head":"hotfix","repo":"example/demo"}]
    "#]],
    )
    .await;
    assert!(desk.standin.state().repos[0].branch("hotfix").is_some());
    let text = told(
        &desk,
        &["branch create hotfix", "branch create new from=nowhere", "branch delete main confirm=yes", "branch delete nowhere"],
    )
    .await;
    expect![[r#"
        branch create hotfix
          BadInput: GitHub does not create `hotfix`: Reference already exists.
            name: GitHub does not create `hotfix`: Reference already exists.
        branch create new from=nowhere
          NotFound: There is no branch nowhere in example/demo that the bot can see. Look at the number or name again.
        branch delete main confirm=yes
          BadInput: GitHub does not delete main: Cannot delete the default branch.
            branch: GitHub does not delete main: Cannot delete the default branch.
        branch delete nowhere
          NotFound: There is no branch nowhere in example/demo that the bot can see. Look at the number or name again.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn commits() {
    let desk = desk().await;
    check(
        &desk,
        "commit list author=ana path=src since=2026-11-01",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/commits?author=ana&path=src&since=2026-11-01T00%3A00%3A00Z&per_page=15
        Commits in example/demo
        - 7fd1a60b01 Print in colour · ana · 2026-11-18 18:00 UTC
    "#]],
    )
    .await;
    check(
        &desk,
        "commit show 6dcb09b5b5",
        expect![[r#"
        > GET /repos/example/demo/commits/6dcb09b5b5
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/check-runs?per_page=100
        > GET /repos/example/demo/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e/status?per_page=100
        # Add a fire hose
        6dcb09b5b5 Add a fire hose · ben · 2026-11-19 12:00 UTC
        | It reaches the lobby.
        Checks: 1 failed (lint), 1 passed
        1 file changed, +40 −2
        - src/hose.rs +40 −2
    "#]],
    )
    .await;
    check(
        &desk,
        "commit compare main fix/hose",
        expect![[r#"
        > GET /repos/example/demo/compare/main...fix/hose
        main...fix/hose in example/demo: fix/hose is 1 commit ahead of main, and 0 behind.
        - 6dcb09b5b5 Add a fire hose · ben · 2026-11-19 12:00 UTC
    "#]],
    )
    .await;
    check(
        &desk,
        "commit search cats",
        expect![[r#"
        > GET /search/commits?q=cats+repo%3Aexample%2Fdemo&per_page=10
        1 commit
        - b1a2c3d4e5 Print cats · ben · 2026-11-17 00:00 UTC
    "#]],
    )
    .await;
    let text = told(&desk, &["commit show nothing", "commit compare main nowhere"]).await;
    expect![[r#"
        commit show nothing
          BadInput: example/demo has no commit `nothing`.
            commit: example/demo has no commit `nothing`.
        commit compare main nowhere
          NotFound: There is no main or nowhere in example/demo that the bot can see. Look at the number or name again.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn labels_and_milestones() {
    let desk = desk().await;
    check(
        &desk,
        "label list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/labels?per_page=100
        3 labels in example/demo
        - bug It does not work · #d73a4a
        - feature It could work better · #a2eeef
        - urgent · #b60205
    "#]],
    )
    .await;
    check(
        &desk,
        "label create later color=#C5DEF5 description=\"Not now\"",
        expect![[r#"
        > POST /repos/example/demo/labels {"name":"later","color":"c5def5","description":"Not now"}
        Created the label later in example/demo.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].labels[3], ("later".into(), "c5def5".into(), "Not now".into()));
    check(
        &desk,
        "milestone list state=any",
        expect![[r#"
        > GET /repos/example/demo/milestones?state=all&sort=due_on&direction=asc&per_page=100
        2 milestones in example/demo
        - 1.0: 1 of 2 done · due 2026-11-30 · The first one
        - 0.9: 0 of 0 done · closed
    "#]],
    )
    .await;
    check(
        &desk,
        "milestone create 1.1 due=2026-12-24",
        expect![[r#"
        > POST /repos/example/demo/milestones {"title":"1.1","due_on":"2026-12-24T12:00:00Z"}
        Created the milestone 1.1 in example/demo.
    "#]],
    )
    .await;
    check(
        &desk,
        "milestone close 1.0",
        expect![[r#"
        > GET /repos/example/demo/milestones?state=all&per_page=100
        > PATCH /repos/example/demo/milestones/1 {"state":"closed"}
        Closed the milestone 1.0 of example/demo. 1 issue is in it still open.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].milestones[0].state, "closed");
    let text = told(&desk, &["label create bug", "label create x color=red", "milestone create 1.1", "milestone close 7"]).await;
    expect![[r#"
        label create bug
          Validation: GitHub refused the values: name: exists already. Correct them and try again.
            name: exists already.
        label create x color=red
          BadInput: `red` is no colour. Write six hexadecimal digits, such as d73a4a.
            color: `red` is no colour. Write six hexadecimal digits, such as d73a4a.
        milestone create 1.1
          Validation: GitHub refused the values: title: exists already. Correct them and try again.
            title: exists already.
        milestone close 7
          BadInput: example/demo has no milestone `7`. It has 1.1.
            milestone: example/demo has no milestone `7`. It has 1.1.
    "#]]
    .assert_eq(&text);
}
