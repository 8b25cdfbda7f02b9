//! Who somebody is, and what may be done for them.

use commands::param::Secret;

use super::*;
use crate::connector::Whose;

#[tokio::test]
async fn people_do_not_get_more_than_they_have() {
    let mut desk = desk().await;
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    let text = told(
        &desk,
        &[
            "pr merge 5",
            "issue assign 1 me",
            "issue show 1 repo=example/apollo",
            "issue create Lamp label=bug",
            "run rerun 1001",
            "label create x",
        ],
    )
    .await;
    expect![[r#"
        pr merge 5
          Permission: Your GitHub account `chloe` has read access to example/demo, and this takes write access. Somebody who administers the repository can give it.
        issue assign 1 me
          Permission: Your GitHub account `chloe` has read access to example/demo, and this takes triage access. Somebody who administers the repository can give it.
        issue show 1 repo=example/apollo
          Permission: Your GitHub account `chloe` has no access to example/apollo, and this takes read access. Somebody who administers the repository can give it.
        issue create Lamp label=bug
          Permission: Your GitHub account `chloe` has read access to example/demo, and this takes triage access. Somebody who administers the repository can give it.
        run rerun 1001
          Permission: Your GitHub account `chloe` has read access to example/demo, and this takes write access. Somebody who administers the repository can give it.
        label create x
          Permission: Your GitHub account `chloe` has read access to example/demo, and this takes write access. Somebody who administers the repository can give it.
    "#]].assert_eq(&text);
    // Who opened an issue closes it, as at GitHub.
    assert!(desk.run("issue close 1").await.is_ok());
    assert_eq!(desk.run("issue close 2").await.unwrap_err().kind, ErrorKind::Permission);
}

#[tokio::test]
async fn access_is_not_checked_where_an_administrator_wants_it_so() {
    let mut desk = desk_with(|config| drop(config.insert("check_access".into(), false.into()))).await;
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    assert!(desk.run("issue label 1 urgent").await.is_ok());
}

#[tokio::test]
async fn strangers_are_served_or_refused() {
    let mut desk = desk().await;
    (desk.account, desk.asker.email) = (None, Some("zoe@example.org".into()));
    check(&desk, "issue comment 1 Hello", expect![[r#"
        > GET /search/users?q=zoe%40example.org+in%3Aemail&per_page=5
        > GET /search/commits?q=author-email%3Azoe%40example.org&per_page=1
        > POST /repos/example/demo/issues/1/comments {"body":"Hello\n\n_Asked by Ana in Slack._"}
        > GET /repos/example/demo/issues/1
        Commented on example/demo#1.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 2
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let mut strict = desk_with(|config| drop(config.insert("strangers".into(), "refuse".into()))).await;
    (strict.account, strict.asker.email) = (None, Some("zoe@example.org".into()));
    let text = told(&strict, &["issue show 1"]).await;
    expect![[r#"
        issue show 1
          Permission: I act in GitHub only for people whose account I know. Tell me with `/bellhop link github LOGIN`.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn accounts_are_found() {
    let desk = desk().await;
    let secret = |text: &str| Secret::from(text.to_owned());
    let (good, bad) = (secret(TOKEN_OF_ANA), secret("wrong"));
    let mut text = String::new();
    for (what, whose) in [
        ("login", Whose::Login("ANA")),
        ("no login", Whose::Login("zoe")),
        ("no login at all", Whose::Login("../user")),
        ("shown address", Whose::Email("Ana@example.org")),
        ("address of commits", Whose::Email("ben@example.org")),
        ("nobody's address", Whose::Email("zoe@example.org")),
        ("no address", Whose::Email("zoe repo:x")),
        ("token", Whose::Key(&good)),
        ("wrong token", Whose::Key(&bad)),
    ] {
        let found = desk.connected.account(whose).await.unwrap();
        let found = found.map(|it| format!("{} ({}) {}", it.login, it.name, it.email.unwrap_or_default()));
        text.push_str(&format!("{what}: {}\n", found.as_deref().unwrap_or("none")));
    }
    expect![[r#"
        login: ana (Ana Example) ana@example.org
        no login: none
        no login at all: none
        shown address: ana (Ana Example) ana@example.org
        address of commits: ben (Ben Example) ben@example.org
        nobody's address: none
        no address: none
        token: ana (Ana Example) ana@example.org
        wrong token: none
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn an_email_address_is_looked_up_once() {
    let mut desk = desk().await;
    desk.account = None;
    desk.run("issue show 1").await.unwrap();
    let before = desk.server.exchanges().len();
    desk.run("issue show 1").await.unwrap();
    assert!(desk.server.exchanges()[before..].iter().all(|it| !it.path.starts_with("/search/")));
}

#[tokio::test]
async fn names_cannot_call_anybody() {
    let mut desk = desk().await;
    desk.asker.name = "@everyone `x` <b>\n[a](b)".into();
    desk.run("issue comment 1 Hi").await.unwrap();
    let state = desk.standin.state();
    assert_eq!(state.repos[0].issue(1).unwrap().comments[1].body, "Hi\n\n_Asked by everyone x ba(b) in Slack (`ana`)._");
}

#[tokio::test]
async fn an_app_signs_who_it_is() {
    let app = |config: &mut Map<String, Value>| {
        config.remove("token");
        config.insert("app_id".into(), APP_ID.into());
        config.insert("private_key".into(), include_str!("../fixtures/app.pem").into());
    };
    let desk = desk_with(app).await;
    check(&desk, "issue comment 1 Hello", expect![[r#"
        > GET /app/installations?per_page=100
        > POST /app/installations/4242/access_tokens
        > GET /repos/example/demo/collaborators/ana/permission
        > POST /repos/example/demo/issues/1/comments {"body":"Hello\n\n_Asked by Ana in Slack (`ana`)._"}
        > GET /repos/example/demo/issues/1
        Commented on example/demo#1.
        # #1 Printer prints only cats
        example/demo#1 · by chloe
        State: open
        Assignees: nobody
        Labels: bug
        Milestone: 1.0
        Comments: 2
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"example/demo#1"}] [Assign to me: issue assign {"issue":"example/demo#1","to":["me"]}] [Close: issue close {"issue":"example/demo#1"}] [Label…: issue label {"issue":"example/demo#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issue(1).unwrap().comments[1].author, "bellhop[bot]");
    // The token is had once; an App is no reviewer, but a rule.
    check(&desk, "deployment approve 1003", expect![[r#"
        > GET /repos/example/demo/actions/runs/1003/pending_deployments
        > POST /repos/example/demo/actions/runs/1003/deployment_protection_rule {"environment_name":"production","state":"approved","comment":"Asked by Ana in Slack (`ana`)."}
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
    let checks = desk.connected.health().await;
    assert!(checks.iter().all(|it| it.state == Health::Ok), "{checks:?}");
    assert_eq!(desk.choices("repo", "", json!({})).await.unwrap().len(), 2);
    let named = desk_with(|config| {
        app(config);
        config.insert("installation_id".into(), INSTALLATION.into());
    });
    assert!(named.await.run("issue show 1").await.is_ok());
    let wrong = desk_with(|config| {
        app(config);
        config.insert("app_id".into(), "another".into());
    });
    let text = told(&wrong.await, &["issue show 1"]).await;
    expect![[r#"
        issue show 1
          Auth: GitHub does not accept the bot's credentials: the token ended or was taken back, or the App's key is another. An administrator can give the connection new ones.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn no_name_leads_to_another_place() {
    let desk = desk().await;
    desk.standin.state().repos[1].roles.retain(|(who, _)| who != "ana");
    let lines = [
        "label delete .. confirm=yes",
        "branch delete .. confirm=yes",
        "release delete .. confirm=yes",
        "issue unlabel 1 ..",
        "commit show ..",
        "commit compare main x/../../../../example/apollo/compare/main",
        "show ../apollo#1",
    ];
    let text = told(&desk, &lines).await;
    let sent = desk.server.exchanges();
    assert!(
        sent.iter().all(|it| it.path.starts_with("/repos/example/demo/")),
        "{:?}",
        sent.iter().map(|it| &it.path).collect::<Vec<_>>()
    );
    let deleted: Vec<&str> = sent.iter().filter(|it| it.method == "DELETE").map(|it| it.path.as_str()).collect();
    assert_eq!(deleted, ["/repos/example/demo/issues/1/labels/%252E%252E"]);
    expect![[r#"
        label delete .. confirm=yes
          NotFound: There is no label .. in example/demo that the bot can see. Look at the number or name again.
        branch delete .. confirm=yes
          NotFound: There is no branch .. in example/demo that the bot can see. Look at the number or name again.
        release delete .. confirm=yes
          NotFound: There is no release .. in example/demo that the bot can see. Look at the number or name again.
        issue unlabel 1 ..
          BadInput: example/demo#1 has no label `..`.
            label: example/demo#1 has no label `..`.
        commit show ..
          BadInput: example/demo has no commit `..`.
            commit: example/demo has no commit `..`.
        commit compare main x/../../../../example/apollo/compare/main
          NotFound: There is no main or x/../../../../example/apollo/compare/main in example/demo that the bot can see. Look at the number or name again.
        show ../apollo#1
          BadInput: `../apollo#1` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.
            what: `../apollo#1` leads to nothing that I can show. Write a number, such as 42 or octo/widgets#42, or paste a link.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn a_search_shows_nothing_of_other_repositories() {
    let mut desk = desk().await;
    (desk.asker, desk.account) = (person("Chloe"), Some("chloe".into()));
    // GitHub takes several repositories as any of them.
    let lines = [
        "issue search stage repo:example/apollo",
        "code search README repo:example/apollo",
        "commit search Begin repo:example/apollo",
    ];
    expect![[r#"
        issue search stage repo:example/apollo
          Nothing in example/demo matches.
        code search README repo:example/apollo
          1 file
          - README.md in example/demo
        commit search Begin repo:example/apollo
          1 commit
          - e5bd3914e2 Begin · ana · 2026-11-04 02:00 UTC
    "#]]
    .assert_eq(&told(&desk, &lines).await);
}
