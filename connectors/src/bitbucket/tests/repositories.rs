//! Repositories and what is in them, in Cloud.

use super::*;

#[tokio::test]
async fn repositories() {
    let desk = cloud().await;
    desk.check(
        "repo list",
        expect![[r#"
        > GET /2.0/repositories/example?sort=-updated_on&pagelen=10
        Repositories
        - example/website · What visitors see
        - example/rocket · Flies to the moon · public
    "#]],
    )
    .await;
    desk.check(
        "repo list project=apollo",
        expect![[r#"
        > GET /2.0/repositories/example?sort=-updated_on&q=project.key%3D%22APOLLO%22&pagelen=10
        Repositories
        - example/rocket · Flies to the moon · public
    "#]],
    )
    .await;
    desk.check(
        "repo list text=web limit=1",
        expect![[r#"
        > GET /2.0/repositories/example?sort=-updated_on&q=name%7E%22web%22&pagelen=1
        Repositories
        - example/website · What visitors see
    "#]],
    )
    .await;
    desk.check("repo show website", expect![[r#"
        > GET /2.0/repositories/example/website
        # Website
        example/website
        Project: DEMO
        Access: Private
        Main branch: main
        Clone: {url}/example/website.git
        Clone with SSH: git@bitbucket.org:example/website.git
        | What visitors see
        [Pull requests: pr list {"repo":"example/website"}] [Open a pull request…: pr create {"repo":"example/website"}] [Branches: branch list {"repo":"example/website"}] [Commits: commit list {"repo":"example/website"}] [Issues: issue list {"repo":"example/website"}] [Link to this channel: link {"repo":"example/website"}]
        (Updated 2026-11-20 10:10 UTC)
    "#]]).await;
    desk.check("repo create Lobby Display project=DEMO description=\"What the lobby shows\"", expect![[r#"
        > POST /2.0/repositories/example/lobby-display {"type":"repository","scm":"git","name":"Lobby Display","is_private":true,"project":{"type":"project","key":"DEMO"},"description":"What the lobby shows"}
        Created example/lobby-display.
        # Lobby Display
        example/lobby-display
        Project: DEMO
        Access: Private
        Main branch: none yet
        Clone: {url}/example/lobby-display.git
        Clone with SSH: git@bitbucket.org:example/lobby-display.git
        | What the lobby shows
        [Pull requests: pr list {"repo":"example/lobby-display"}] [Open a pull request…: pr create {"repo":"example/lobby-display"}] [Branches: branch list {"repo":"example/lobby-display"}] [Commits: commit list {"repo":"example/lobby-display"}] [Link to this channel: link {"repo":"example/lobby-display"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("repo create Website project=DEMO", expect![[r#"
        > POST /2.0/repositories/example/website {"type":"repository","scm":"git","name":"Website","is_private":true,"project":{"type":"project","key":"DEMO"}}
        Validation: Bitbucket refused the values: name: You already have a repository with this name. Correct them and try again.
          name: You already have a repository with this name.
    "#]]).await;
    desk.check("repo create Odd project=NONE", expect![[r#"
        > POST /2.0/repositories/example/odd {"type":"repository","scm":"git","name":"Odd","is_private":true,"project":{"type":"project","key":"NONE"}}
        Validation: Bitbucket refused the values: project: Project NONE does not exist. Correct them and try again.
          project: Project NONE does not exist.
    "#]]).await;
    let state = desk.standin.state();
    let repo = state.repos.last().expect("a repository");
    assert_eq!((repo.slug.as_str(), repo.project.as_str(), repo.private), ("lobby-display", "DEMO", true));
}

#[tokio::test]
async fn searching_code() {
    let desk = cloud().await;
    desk.check(
        "search brightness",
        expect![[r#"
        > GET /2.0/workspaces/example/search/code?search_query=brightness&fields=%2Bvalues.file.links.self&pagelen=10
        Files that hold “brightness”
        - website: lamps.css line 2: brightness: 100%;
    "#]],
    )
    .await;
    desk.check("search brightness repo=rocket", expect![[r#"
        > GET /2.0/workspaces/example/search/code?search_query=brightness+repo%3Arocket&fields=%2Bvalues.file.links.self&pagelen=10
        Nothing in example holds “brightness”.
    "#]]).await;
}

#[tokio::test]
async fn projects_and_workspaces() {
    let desk = cloud().await;
    desk.check(
        "project list",
        expect![[r#"
        > GET /2.0/workspaces/example/projects?pagelen=10
        Projects
        - DEMO Demo · What visitors see
        - APOLLO Apollo · To the moon
    "#]],
    )
    .await;
    desk.check(
        "project create Lobby key=LOBBY description=\"All of it\"",
        expect![[r#"
        > POST /2.0/workspaces/example/projects {"type":"project","key":"LOBBY","name":"Lobby","description":"All of it"}
        Created the project LOBBY Lobby.
    "#]],
    )
    .await;
    desk.check(
        "project create Demo key=demo",
        expect![[r#"
        > POST /2.0/workspaces/example/projects {"type":"project","key":"DEMO","name":"Demo"}
        Validation: Bitbucket refused the values: key: Project with that key already exists. Correct them and try again.
          key: Project with that key already exists.
    "#]],
    )
    .await;
    desk.check(
        "workspace list",
        expect![[r#"
        > GET /2.0/user/workspaces?pagelen=100
        (only you)
        Workspaces
        - example · this connection's
    "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.projects.last().map(|it| it.key.as_str()), Some("LOBBY"));
}

#[tokio::test]
async fn links_lead_to_what_they_show() {
    let desk = cloud().await;
    let url = desk.server.url();
    let hash = desk.standin.state().repos[0].commits[1].hash.clone();
    for (path, heading) in [
        ("pull-requests/1/overview".to_owned(), "#1 Dim the lobby lamps"),
        ("issues/1/the-lobby".to_owned(), "#1 The lobby is too bright"),
        ("pipelines/results/2".to_owned(), "Pipeline #2"),
        (format!("commits/{hash}"), "Dim the lobby lamps"),
        (String::new(), "Website"),
    ] {
        let reply = desk.run(&format!("show {url}/example/website/{path}")).await.expect("what is there");
        assert_eq!(reply.message.summary(), heading, "{path}");
    }
    let file = desk.run(&format!("show {url}/example/website/src/main/2026/notes.md")).await;
    assert!(file.expect_err("a file has no card").message.starts_with("That is in example/website"));
    let branches = desk.run(&format!("branch list repo={url}/example/website/src/main/2026/notes.md")).await;
    assert_eq!(branches.expect("any link tells the repository").message.summary(), "Branches of example/website");
    let elsewhere = desk.run("show https://elsewhere.example.org/example/website/pull-requests/1").await;
    assert_eq!(elsewhere.expect_err("another Bitbucket").fields[0].field, "what");
}

#[tokio::test]
async fn a_channel_and_its_repository() {
    let desk = cloud().await;
    desk.check(
        "link website",
        expect![[r#"
        > GET /2.0/repositories/example/website
        Linking example/website to this channel:
        then bellhop default set {"field":"bitbucket.repo","value":"example/website"}
        then bellhop subscribe {"from":"bitbucket","filter":"repo:example/website","keep":true}
    "#]],
    )
    .await;
    desk.check("link nothing", expect![[r#"
        > GET /2.0/repositories/example/nothing
        NotFound: There is no repository example/nothing in Bitbucket, or it is hidden from the bot's account. Look at the name again.
    "#]]).await;
    desk.check(
        "unlink website",
        expect![[r#"
        Taking example/website away from this channel:
        then bellhop default remove {"field":"bitbucket.repo","value":"example/website"}
        then bellhop unsubscribe {"from":"bitbucket","filter":"repo:example/website"}
    "#]],
    )
    .await;
    desk.check(
        "pr approve 1",
        expect![[r#"
        BadInput: Which repository? Write repo=… with its name, or give this channel one with the command `link`.
          repo: Which repository? Write repo=… with its name, or give this channel one with the command `link`.
    "#]],
    )
    .await;
    desk.check("pr list", expect![[r#"
        BadInput: Of which repository? Write repo=…, or whose: author=me, reviewer=me. With `link` a channel gets a repository of its own.
          repo: Of which repository? Write repo=…, or whose: author=me, reviewer=me. With `link` a channel gets a repository of its own.
    "#]]).await;
}
