//! What `doctor` finds.

use super::*;
use crate::{Http, http::Policy};

async fn found(change: impl FnOnce(&mut State)) -> String {
    let desk = desk().await;
    change(&mut desk.standin.state());
    let checks = desk.connected.health().await;
    let line = |it: &crate::Check| {
        format!(
            "{:?} {}: {}{}\n",
            it.state,
            it.name,
            it.detail,
            it.fix.as_ref().map(|it| format!("\n  → {it}")).unwrap_or_default()
        )
    };
    checks.iter().map(line).collect()
}

#[tokio::test]
async fn wrong_credentials_and_missing_scopes_are_found() {
    let mut text = format!("good\n{}", found(|_| {}).await);
    text.push_str(&format!("\nno scopes\n{}", found(|it| it.scopes = Some("gist".into())).await));
    text.push_str(&format!("\nno teams\n{}", found(|it| it.scopes = Some("repo".into())).await));
    text.push_str(&format!("\nfine-grained\n{}", found(|it| it.scopes = None).await));
    text.push_str(&format!("\ndead\n{}", found(|it| it.token_is_dead = true).await));
    text.push_str(&format!("\nnothing to see\n{}", found(|it| it.repos.clear()).await));
    expect![[r#"
        good
        Ok credentials: signed in as bellhop-bot
        Ok permissions: a classic token with read:org, repo, workflow
        Ok repositories: example/demo and others
        Ok quota: 4997 of 5000 requests left

        no scopes
        Ok credentials: signed in as bellhop-bot
        Failed permissions: the token lacks the scope repo and read:org
          → In GitHub, as the bot's user: Settings → Developer settings → Personal access tokens → the token → tick repo and read:org.
        Ok repositories: example/demo and others
        Ok quota: 4997 of 5000 requests left

        no teams
        Ok credentials: signed in as bellhop-bot
        Warning permissions: the token lacks the scope read:org
          → In GitHub, as the bot's user: Settings → Developer settings → Personal access tokens → the token → tick repo and read:org.
        Ok repositories: example/demo and others
        Ok quota: 4997 of 5000 requests left

        fine-grained
        Ok credentials: signed in as bellhop-bot
        Ok permissions: a fine-grained token that reads all of example/demo; whether it writes shows when it does
        Ok repositories: example/demo and others
        Ok quota: 4991 of 5000 requests left

        dead
        Failed credentials: GitHub does not accept the bot's credentials: the token ended or was taken back, or the App's key is another. An administrator can give the connection new ones.
          → Make a new token as the bot's user: Settings → Developer settings → Personal access tokens; an organization with SAML has to authorize it.

        nothing to see
        Ok credentials: signed in as bellhop-bot
        Ok permissions: a classic token with read:org, repo, workflow
        Warning repositories: the bot sees no repository
          → Install the App in repositories, or add the bot's account to them.
        Ok quota: 4997 of 5000 requests left
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn scarce_requests_and_tokens_that_end_are_found() {
    let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    let text = found(|it| {
        it.used = 4_800;
        it.token_ends = Some(ends.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    });
    let text = text.await;
    assert!(text.contains("Warning token: it ends on ") && text.contains("Warning quota: "), "{text}");
}

#[tokio::test]
async fn an_app_without_permissions_is_told_which() {
    let desk = desk_with(|config| {
        config.remove("token");
        config.insert("app_id".into(), APP_ID.into());
        config.insert("private_key".into(), include_str!("../fixtures/app.pem").into());
    });
    let desk = desk.await;
    desk.standin.state().permissions = json!({ "metadata": "read", "issues": "read", "pull_requests": "write", "contents": "write", "actions": "write", "deployments": "write", "checks": "read", "statuses": "read" });
    let checks = desk.connected.health().await;
    let lacking = checks.iter().find(|it| it.state != Health::Ok).unwrap();
    assert_eq!(
        lacking.detail,
        "the App lacks issues: write (for issues, labels and milestones), members: read (for knowing who is in a team that reviews)"
    );
}

#[tokio::test]
async fn an_enterprise_server_says_what_it_is() {
    let desk = desk().await;
    assert_eq!(desk.connected.features().await.unwrap().version.as_deref(), Some("GitHub"));
    desk.standin.state().enterprise = Some("3.11.2".into());
    let old = desk.connected.features().await.unwrap();
    assert_eq!((old.version.as_deref(), old.missing.len()), (Some("GitHub Enterprise Server 3.11.2"), 1));
    desk.standin.state().enterprise = Some("3.17.0".into());
    assert!(desk.connected.features().await.unwrap().missing.is_empty());
}

#[tokio::test]
async fn an_enterprise_server_is_worked_with_below_its_own_path() {
    let cloud = desk().await;
    let url = format!("{}/api/v3", cloud.server.url());
    let mut config = cloud.server.standin().connection(&cloud.server.url());
    config.insert("url".into(), json!(url));
    let kind = Kind::of::<GitHub>();
    let connected = (kind.connect)(config, Http::new("github", "GitHub", &url, Policy::default()).unwrap()).unwrap();
    let group = kind.group("github", Some(&url));
    assert_eq!(group.url, Some(cloud.server.url()), "links have no /api/v3");
    let desk = Desk { connected, group, ..cloud };
    check(&desk, "pr threads 5", expect![[r#"
        > GET /api/v3/repos/example/demo/collaborators/ana/permission
        > POST /api/graphql {"query":"query ReviewThreads($owner: String!, $name: String!, $number: Int!) {\n  repository(owner: $owner, name: $name) { pullRequest(number: $number) { reviewThreads(first: 100) { nodes {\n    id isResolved isOutdated path line\n    comments(first: 1) { totalCount nodes { author { login } bodyText url } }\n  } } } }\n}","variables":{"owner":"example","name":"demo","number":5}}
        example/demo#5: 1 unresolved
        - src/hose.rs:7 chloe: Is it long enough?
        [Resolve src/hose.rs:7: pr resolve {"pr":"example/demo#5","thread":"T1"}]
    "#]]).await;
    let link = format!("{}/example/demo/issues/2", desk.server.url());
    assert!(desk.run(&link).await.unwrap().card.is_some());
    // More than a page: the next one's address is below the same path.
    {
        let mut state = desk.standin.state();
        let label = state.repos[0].labels[0].clone();
        state.repos[0].labels.extend((0..150).map(|it| (format!("label-{it}"), label.1.clone(), String::new())));
    }
    assert!(read(&desk.run("label list").await).starts_with("153 labels in example/demo"));
}

#[tokio::test]
async fn faults_are_found() {
    let desk = desk().await;
    desk.server.set_fault(Fault::Html).await.unwrap();
    let checks = desk.connected.health().await;
    assert!(checks.iter().any(|it| it.state == Health::Failed && it.fix.is_some()), "{checks:?}");
}
