//! The same commands in Data Center: what is in repositories, and what it lacks.

use super::*;

#[tokio::test]
async fn repositories_and_what_is_in_them() {
    let desk = center().await;
    desk.check(
        "repo list",
        expect![[r#"
        > GET /rest/api/latest/repos?limit=10
        Repositories
        - DEMO/website · What visitors see
        - APOLLO/rocket · Flies to the moon · public
    "#]],
    )
    .await;
    desk.check(
        "repo list project=APOLLO text=rock",
        expect![[r#"
        > GET /rest/api/latest/repos?projectkey=[hidden]&name=rock&limit=10
        Repositories
        - APOLLO/rocket · Flies to the moon · public
    "#]],
    )
    .await;
    desk.check("repo show APOLLO/rocket", expect![[r#"
        > GET /rest/api/latest/projects/APOLLO/repos/rocket
        > GET /rest/api/latest/projects/APOLLO/repos/rocket/default-branch
        # Rocket
        APOLLO/rocket
        Project: APOLLO
        Access: Public
        Main branch: main
        Clone: {url}/scm/apollo/rocket.git
        Clone with SSH: ssh://git@git.example.org:7999/apollo/rocket.git
        | Flies to the moon
        [Pull requests: pr list {"repo":"APOLLO/rocket"}] [Open a pull request…: pr create {"repo":"APOLLO/rocket"}] [Branches: branch list {"repo":"APOLLO/rocket"}] [Commits: commit list {"repo":"APOLLO/rocket"}] [Link to this channel: link {"repo":"APOLLO/rocket"}]
    "#]]).await;
    desk.check("repo create Lobby Display project=DEMO", expect![[r#"
        > POST /rest/api/latest/projects/DEMO/repos {"name":"Lobby Display","scmId":"git","public":false}
        Created DEMO/lobby-display.
        # Lobby Display
        DEMO/lobby-display
        Project: DEMO
        Access: Private
        Main branch: none yet
        Clone: {url}/scm/demo/lobby-display.git
        Clone with SSH: ssh://git@git.example.org:7999/demo/lobby-display.git
        [Pull requests: pr list {"repo":"DEMO/lobby-display"}] [Open a pull request…: pr create {"repo":"DEMO/lobby-display"}] [Branches: branch list {"repo":"DEMO/lobby-display"}] [Commits: commit list {"repo":"DEMO/lobby-display"}] [Link to this channel: link {"repo":"DEMO/lobby-display"}]
    "#]]).await;
    desk.check(
        "branch list repo=website text=feature",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/branches?details=true&orderBy=MODIFICATION&filterText=feature&limit=10
        Branches of DEMO/website
        - feature/footer · 53c4614f6 Rewrite the footer · Ana Example · 2026-11-20 09:35 UTC
        - feature/lamps · d4331a81f Dim the lobby lamps · Ben Example · 2026-11-20 08:55 UTC
    "#]],
    )
    .await;
    desk.check("branch delete feature/lamps repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/branches?details=true&filterText=feature%2Flamps&boostMatches=true&limit=100
        > GET /rest/api/latest/projects/DEMO/repos/website
        > GET /rest/api/latest/projects/DEMO/repos/website/default-branch
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests?state=OPEN&order=NEWEST&limit=50
        (only you)
        This deletes the branch feature/lamps of DEMO/website, at d4331a81f.
        Its last commit is “Dim the lobby lamps” by Ben Example.
        It is the source of the open pull request #1, which loses it.
        Commits that are on no other branch are lost, unless somebody has them or remembers the number above.
        [Delete the branch: branch delete {"branch":"feature/lamps","repo":"DEMO/website","confirm":"yes"}]
    "#]]).await;
    desk.check("branch delete feature/lamps repo=website confirm=yes", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/branches?details=true&filterText=feature%2Flamps&boostMatches=true&limit=100
        > DELETE /rest/branch-utils/latest/projects/DEMO/repos/website/branches {"name":"refs/heads/feature/lamps","dryRun":false}
        Deleted the branch feature/lamps of DEMO/website. It was at d4331a81ff111fd360b80c66cee080e232e441b3.
    "#]]).await;
    desk.check(
        "tag list repo=website",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/tags?orderBy=MODIFICATION&limit=10
        Tags of DEMO/website
        - v1.0 · 50ee9f040
    "#]],
    )
    .await;
    desk.check(
        "tag create v1.1 repo=website message=\"The dim one\"",
        expect![[r#"
        > POST /rest/api/latest/projects/DEMO/repos/website/tags {"name":"v1.1","startPoint":"main","message":"The dim one"}
        Tagged main of DEMO/website as v1.1, at 7bfa8692a.
    "#]],
    )
    .await;
    desk.check(
        "tag delete v1.1 repo=website confirm=yes",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/tags/v1.1
        > DELETE /rest/git/latest/projects/DEMO/repos/website/tags/v1.1
        Deleted the tag v1.1 of DEMO/website. It was at 7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2.
    "#]],
    )
    .await;
    desk.check(
        "commit list repo=website limit=1",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/commits?limit=1
        Commits of DEMO/website
        - 7bfa8692a Add a favicon · Chloe Example · 2026-11-20 08:40 UTC
        [Show more: commit list {"repo":"website","limit":1,"after":"1"}]
    "#]],
    )
    .await;
    desk.check("commit show feature/footer repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/commits?until=feature%2Ffooter&limit=1
        > GET /rest/build-status/latest/commits/53c4614f6c3ef1463af760ee9a8cb5ea844e3105?limit=100
        [Bad]
        # Rewrite the footer
        53c4614f6 in DEMO/website · by Ana Example · 2026-11-20 09:35 UTC
        - TEST: failed · 1 link is broken
        - LINT: passed
        [Branch from here…: branch create {"repo":"DEMO/website","from":"53c4614f6c3ef1463af760ee9a8cb5ea844e3105"}] [Tag…: tag create {"repo":"DEMO/website","at":"53c4614f6c3ef1463af760ee9a8cb5ea844e3105"}]
    "#]]).await;
    desk.check(
        "commit statuses feature/footer repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/commits?until=feature%2Ffooter&limit=1
            > GET /rest/build-status/latest/commits/53c4614f6c3ef1463af760ee9a8cb5ea844e3105?limit=100
            [Bad]
            Builds of 53c4614f6 in DEMO/website
            - TEST: failed · 1 link is broken
            - LINT: passed
        "#]],
    )
    .await;
    desk.check(
        "file show README.md repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/browse/README.md
            > GET /rest/api/latest/projects/DEMO/repos/website/raw/README.md
            README.md: README.md of DEMO/website
            # Website

            What visitors see.

        "#]],
    )
    .await;
    desk.check(
        "file show docs repo=website at=main",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/browse/docs?at=main
            docs of DEMO/website at main
            - docs/install.md
        "#]],
    )
    .await;
    desk.check(
        "file show repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/browse
            DEMO/website
            - docs/
            - README.md
            - lamps.css
        "#]],
    )
    .await;
    desk.check(
        "project list",
        expect![[r#"
        > GET /rest/api/latest/projects?limit=10
        Projects
        - DEMO Demo · What visitors see
        - APOLLO Apollo · To the moon
    "#]],
    )
    .await;
    desk.check(
        "project create Lobby key=LOBBY",
        expect![[r#"
        > POST /rest/api/latest/projects {"key":"LOBBY","name":"Lobby"}
        Created the project LOBBY Lobby.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_it_lacks_it_says() {
    let desk = center().await;
    desk.check("pipeline list repo=website", expect![[r#"
        BadInput: Bitbucket Data Center has no Pipelines. Its builds run elsewhere, such as in Jenkins or Bamboo; `commit statuses` shows what they report.
    "#]]).await;
    desk.check(
        "issue list repo=website",
        expect![[r#"
        BadInput: Bitbucket Data Center has no issue tracker. Issues are kept elsewhere, such as in Jira: connect that.
    "#]],
    )
    .await;
    desk.check("search brightness", expect![[r#"
        BadInput: Bitbucket Data Center has no published API to search code. Search on its web page; `repo list text=…` finds repositories.
    "#]]).await;
    desk.check(
        "workspace list",
        expect![[r#"
        BadInput: Bitbucket Data Center has no workspaces. `project list` shows its projects.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_an_edition_lacks_is_known_beforehand() {
    for (door, version, missing) in [(Door::Cloud, "Bitbucket Cloud", 1), (Door::Center, "Bitbucket Data Center 9.4.1", 20)] {
        let desk = desk(door).await;
        let features = desk.connected.features().await.expect("an answer");
        assert_eq!((features.version.as_deref(), features.missing.len()), (Some(version), missing));
        for it in &features.missing {
            assert!(desk.group.find(it.action).is_some(), "{} is no action", it.action);
            let call = Call::new("bitbucket", it.action, json!({"pull": "1", "repo": "website"}));
            // It says the same when it is asked for all the same.
            if let Err(error) = desk.connected.run(&call, &desk.ctx()).await {
                assert_eq!(error.kind, ErrorKind::BadInput, "{}: {error}", it.action);
            }
        }
    }
}

#[tokio::test]
async fn links_of_data_center_are_followed() {
    let desk = center().await;
    let url = desk.server.url();
    let reply = desk.run(&format!("show {url}/projects/DEMO/repos/website/pull-requests/2/overview")).await.expect("it is there");
    assert_eq!(reply.message.summary(), "#2 Rewrite the footer");
    assert_eq!(reply.card.expect("a card").object, format!("{url}/projects/DEMO/repos/website/pull-requests/2"));
}
