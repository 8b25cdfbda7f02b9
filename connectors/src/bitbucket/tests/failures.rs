//! What goes wrong, and what people and administrators are told then.

use super::*;
use crate::{
    Check, Http, State,
    bitbucket::standin::{CLIENT_ID, CLIENT_SECRET},
    http::Policy,
    standin::Fault,
};

#[tokio::test]
async fn faults_of_cloud() {
    let desk = cloud().await;
    desk.check_faults("pr show 1 repo=website", expect![[r#"
        Failing: Server: Bitbucket failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Bitbucket asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Bitbucket does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Bitbucket does not let the bot's account do this. Somebody who administers Bitbucket can give it the permission.
        Html: Server: Bitbucket answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Bitbucket cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("issue create Fire repo=website", expect![[r#"
        Failing, may be done: Server: Bitbucket failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Bitbucket before you repeat it.
        RateLimiting: RateLimited: Bitbucket asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Bitbucket does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Bitbucket does not let the bot's account do this. Somebody who administers Bitbucket can give it the permission.
        Html: Server: Bitbucket answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Bitbucket cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    assert_eq!(desk.standin.state().repos[0].issues.len(), 4, "created once, when nothing was wrong");
}

#[tokio::test]
async fn faults_of_data_center() {
    let desk = center().await;
    desk.check_faults("pr list repo=website", expect![[r#"
        Failing: Server: Bitbucket failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Bitbucket asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Bitbucket does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Bitbucket does not let the bot's account do this. Somebody who administers Bitbucket can give it the permission.
        Html: Server: Bitbucket answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Bitbucket cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("branch create one repo=website from=main", expect![[r#"
        Failing, may be done: Server: Bitbucket failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Bitbucket before you repeat it.
        RateLimiting: RateLimited: Bitbucket asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Bitbucket does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Bitbucket does not let the bot's account do this. Somebody who administers Bitbucket can give it the permission.
        Html: Server: Bitbucket answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Bitbucket cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

#[tokio::test]
async fn refusals_reach_their_fields() {
    let desk = cloud().await;
    desk.check("pr create Nothing repo=website source=nowhere", expect![[r#"
        > GET /2.0/repositories/example/website/effective-default-reviewers?pagelen=100
        > POST /2.0/repositories/example/website/pullrequests {"type":"pullrequest","title":"Nothing","description":"Asked by Ana in Slack.","source":{"branch":{"name":"nowhere"}},"close_source_branch":false,"draft":false}
        Validation: Bitbucket refused the values: source: branch not found: nowhere. Correct them and try again.
          source: branch not found: nowhere.
    "#]]).await;
    desk.check("pr create Twice repo=website source=feature/lamps", expect![[r#"
        > GET /2.0/repositories/example/website/effective-default-reviewers?pagelen=100
        > POST /2.0/repositories/example/website/pullrequests {"type":"pullrequest","title":"Twice","description":"Asked by Ana in Slack.","source":{"branch":{"name":"feature/lamps"}},"close_source_branch":false,"draft":false}
        Conflict: Bitbucket has a newer state of this, or has it already: Only one pull request may be open for a given source and target branch. Look at it again before you repeat the change.
    "#]]).await;
    desk.check("pr update 1 repo=website target=nowhere", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > PUT /2.0/repositories/example/website/pullrequests/1 {"type":"pullrequest","title":"Dim the lobby lamps","description":"They are too bright at night.\n\nTurns them down at ten.","destination":{"branch":{"name":"nowhere"}},"reviewers":[{"type":"user","uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"},{"type":"user","uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"}],"close_source_branch":false,"draft":false}
        Validation: Bitbucket refused the values: destination: branch not found: nowhere. Correct them and try again.
          target: branch not found: nowhere.
    "#]]).await;
    desk.check(
        "pr update 1 repo=website",
        expect![[r#"
            BadInput: What is to change? Write title=…, description=…, target=… or draft=no.
              title: What is to change? Write title=…, description=…, target=… or draft=no.
        "#]],
    )
    .await;
    desk.check("pr comment 1 Where? repo=website path=none.css", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/comments {"type":"pullrequest_comment","content":{"raw":"Where?\n\nAsked by Ana in Slack."},"inline":{"path":"none.css"}}
        Validation: Bitbucket refused the values: inline: none.css is not in the diff. Correct them and try again.
          path: none.css is not in the diff.
    "#]]).await;
    desk.check(
        "pr comment 1 Where? repo=website line=3",
        expect![[r#"
        BadInput: A line of which file? Write path=…
          path: A line of which file? Write path=…
    "#]],
    )
    .await;
    desk.check("pr show 99 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/99
        NotFound: There is no pull request example/website#99 in Bitbucket, or it is hidden from the bot's account. Look at the name again.
    "#]]).await;
    desk.check("pr show 1 repo=nothing", expect![[r#"
        > GET /2.0/repositories/example/nothing/pullrequests/1
        NotFound: There is no pull request example/nothing#1 in Bitbucket, or it is hidden from the bot's account. Look at the name again.
    "#]]).await;
    desk.check(
        "pr show one repo=website",
        expect![[r#"
        BadInput: `one` is no pull request. Write its number, such as 42 or example/website#42, or paste its link.
          pull: `one` is no pull request. Write its number, such as 42 or example/website#42, or paste its link.
    "#]],
    )
    .await;
    let desk = center().await;
    desk.check("pr create Nothing repo=website source=nowhere", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website
        > GET /rest/api/latest/projects/DEMO/repos/website/default-branch
        > POST /rest/api/latest/projects/DEMO/repos/website/pull-requests {"title":"Nothing","description":"Asked by Ana in Slack.","fromRef":{"id":"refs/heads/nowhere","repository":{"slug":"website","project":{"key":"DEMO"}}},"toRef":{"id":"refs/heads/main","repository":{"slug":"website","project":{"key":"DEMO"}}},"reviewers":[]}
        Validation: Bitbucket refused the values: fromRef: branch not found: nowhere. Correct them and try again.
          source: branch not found: nowhere.
    "#]]).await;
    desk.check("pr show 99 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/pull-requests/99
        NotFound: There is no pull request DEMO/website#99 in Bitbucket, or it is hidden from the bot's account. Look at the name again.
    "#]]).await;
    desk.check("branch create main repo=website", expect![[r#"
        > POST /rest/api/latest/projects/DEMO/repos/website/branches {"name":"main","startPoint":"main"}
        Conflict: Bitbucket has a newer state of this, or has it already: Branch "main" already exists. Look at it again before you repeat the change.
    "#]]).await;
}

/// `Failed scopes: … (fix: …)`, a line each.
fn told(checks: &[Check]) -> String {
    let one = |it: &Check| {
        let fix = it.fix.as_ref().map(|it| format!(" (fix: {it})")).unwrap_or_default();
        format!("{:?} {}: {}{fix}\n", it.state, it.name, it.detail)
    };
    checks.iter().map(one).collect()
}

#[tokio::test]
async fn health_of_cloud() {
    let desk = cloud().await;
    let health = async || told(&desk.connected.health().await).replace(&desk.server.url(), "{url}");
    expect![[r#"
        Ok reachable: Bitbucket Cloud answers at {url}/2.0
        Ok repositories: sees 2 in example
        Ok credentials: signed in as Bellhop
        Ok scopes: all that the commands take
        Ok people: can find members of example
    "#]]
    .assert_eq(&health().await);
    desk.standin.state().scopes = "account, repository, pullrequest".into();
    expect![[r#"
        Ok reachable: Bitbucket Cloud answers at {url}/2.0
        Ok repositories: sees 2 in example
        Ok credentials: signed in as Bellhop
        Warning scopes: the token may not do: pull requests, branches and tags, running pipelines, issues, webhooks (fix: If these commands are wanted, make a token with pullrequest:write (API token: write:pullrequest:bitbucket), repository:write (API token: write:repository:bitbucket), pipeline:write (API token: write:pipeline:bitbucket), issue:write (API token: write:issue:bitbucket), webhook (API token: write:webhook:bitbucket).)
        Ok people: can find members of example
    "#]].assert_eq(&health().await);
    desk.standin.state().scopes =
        "read:user:bitbucket read:repository:bitbucket write:repository:bitbucket write:pullrequest:bitbucket admin:repository:bitbucket write:pipeline:bitbucket write:issue:bitbucket write:webhook:bitbucket".into();
    assert!(desk.connected.health().await.iter().all(|it| it.state == State::Ok), "scopes of API tokens are understood");
    // A token of a workspace is nobody's, and may see no one.
    desk.standin.state().scopes = "repository:write, pullrequest:write, pipeline:write, issue:write, webhook".into();
    expect![[r#"
        Ok reachable: Bitbucket Cloud answers at {url}/2.0
        Ok repositories: sees 2 in example
        Ok credentials: accepted; the token may not say whose it is, or is of a workspace or repository
        Ok scopes: all that the commands take
        Warning people: Bitbucket does not let the bot's account do this: the token lacks a scope: it takes account. Somebody who administers Bitbucket can give it the permission. (fix: Give the token the scope `account` (API tokens: read:workspace:bitbucket and read:user:bitbucket); without it nobody can be named as a reviewer, and `me` is known to nobody.)
    "#]].assert_eq(&health().await);
}

#[tokio::test]
async fn health_with_wrong_settings() {
    let wrong = async |change: fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let desk = Desk::with(Kind::of::<Bitbucket>(), |_| None, Simulated::at(Door::Cloud), change).await;
        told(&desk.connected.health().await).replace(&desk.server.url(), "{url}")
    };
    expect![[r#"
        Failed credentials: Bitbucket does not accept the bot's credentials: Token is invalid, expired, or not supported for this endpoint. An administrator can give the connection new ones. (fix: Cloud: make an API token at https://id.atlassian.com/manage-profile/security/api-tokens, and give it with the email address of its account as username; app passwords are gone. Data Center: Manage account → HTTP access tokens, without a username.)
    "#]].assert_eq(&wrong(|it| drop(it.insert("token".into(), json!("nonsense")))).await);
    expect![[r#"
        Failed workspace: there is no workspace `elsewhere`, or the bot's account is not in it (fix: Set workspace to what follows bitbucket.org/ in your repositories' addresses, and invite the bot's account to it.)
    "#]].assert_eq(&wrong(|it| drop(it.insert("workspace".into(), json!("elsewhere")))).await);
    expect![[r#"
        Failed credentials: Bitbucket does not accept the bot's credentials: Token is invalid, expired, or not supported for this endpoint. An administrator can give the connection new ones. (fix: Cloud: make an API token at https://id.atlassian.com/manage-profile/security/api-tokens, and give it with the email address of its account as username; app passwords are gone. Data Center: Manage account → HTTP access tokens, without a username.)
    "#]].assert_eq(&wrong(|it| drop(it.insert("username".into(), json!("ana@example.org")))).await);
}

#[tokio::test]
async fn health_of_data_center() {
    let desk = center().await;
    let health = async || told(&desk.connected.health().await).replace(&desk.server.url(), "{url}");
    expect![[r#"
        Ok reachable: Bitbucket Data Center 9.4.1 answers at {url}
        Ok credentials: signed in as bellhop
        Ok projects: `bellhop` sees projects
        Ok permission to merge pull requests and make branches: `bellhop` has Repository write in some repositories
        Ok permission to make webhooks: `bellhop` has Repository admin in some repositories
    "#]]
    .assert_eq(&health().await);
    desk.standin.state().repos.clear();
    desk.standin.state().projects.clear();
    expect![[r#"
        Ok reachable: Bitbucket Data Center 9.4.1 answers at {url}
        Ok credentials: signed in as bellhop
        Warning projects: `bellhop` sees no project (fix: Give `bellhop` the permission Project read, or Repository write, where the bot is wanted.)
        Warning permission to merge pull requests and make branches: `bellhop` has Repository write nowhere (fix: If that is wanted, give `bellhop` Repository write, and let its token have it too.)
        Warning permission to make webhooks: `bellhop` has Repository admin nowhere (fix: If that is wanted, give `bellhop` Repository admin, and let its token have it too.)
    "#]].assert_eq(&health().await);
    desk.server.set_fault(Fault::Down).await.expect("the port closes");
    expect![[r#"
        Failed reachable: Bitbucket cannot be reached. Check that it is running and that its address is right. (fix: See that {url} is right, and reachable from where the bot runs.)
    "#]].assert_eq(&health().await);
}

#[tokio::test]
async fn every_way_to_sign_in_works() {
    for settings in [
        json!({"username": "bellhop@example.org"}),
        json!({"token": null, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}),
    ] {
        let change = |it: &mut serde_json::Map<String, serde_json::Value>| {
            it.extend(settings.as_object().expect("settings").clone());
        };
        let desk = Desk::with(Kind::of::<Bitbucket>(), |_| None, Simulated::at(Door::Cloud), change).await;
        let reply = desk.run("pr show 1 repo=website").await.unwrap_or_else(|err| panic!("{settings}: {err}"));
        assert_eq!(reply.message.summary(), "#1 Dim the lobby lamps");
    }
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let mut told = String::new();
    for settings in [
        json!({}),
        json!({"token": "t"}),
        json!({"token": "t", "workspace": " "}),
        json!({"username": "ana", "workspace": "example"}),
        json!({"token": "t", "client_id": "a", "client_secret": "b", "workspace": "example"}),
        json!({"url": "https://git.example.org", "client_id": "a", "client_secret": "b"}),
        json!({"url": "https://git.example.org", "token": "t"}),
        json!({"token": "t", "workspace": "example"}),
        json!({"edition": "cloud", "url": "https://proxy.example.org", "token": "t", "workspace": "example"}),
    ] {
        let url = settings["url"].as_str().unwrap_or("https://bitbucket.org");
        let http = Http::new("bitbucket", "Bitbucket", url, Policy::default()).expect("an address");
        let outcome = (Kind::of::<Bitbucket>().connect)(settings.as_object().expect("settings").clone(), http);
        told.push_str(&format!("{settings}: {}\n", outcome.map_or_else(|err| err.message, |_| "fine".to_owned())));
    }
    expect![[r#"
        {}: `token` is missing: an API token, an access token, or `client_id` and `client_secret`.
        {"token":"t"}: `workspace` is missing: what follows bitbucket.org/ in the addresses of your repositories. Bitbucket Cloud lists nothing without it.
        {"token":"t","workspace":" "}: `workspace` is missing: what follows bitbucket.org/ in the addresses of your repositories. Bitbucket Cloud lists nothing without it.
        {"username":"ana","workspace":"example"}: `username` alone is no credential: `token` is missing.
        {"token":"t","client_id":"a","client_secret":"b","workspace":"example"}: Give either a token or an OAuth consumer, not both.
        {"url":"https://git.example.org","client_id":"a","client_secret":"b"}: OAuth consumers are of Bitbucket Cloud: give Data Center an HTTP access token.
        {"url":"https://git.example.org","token":"t"}: fine
        {"token":"t","workspace":"example"}: fine
        {"edition":"cloud","url":"https://proxy.example.org","token":"t","workspace":"example"}: fine
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let desk = cloud().await;
    desk.standin.state().scopes = "account, repository, pullrequest".into();
    desk.check("pr approve 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > POST /2.0/repositories/example/website/pullrequests/1/approve
        Permission: Bitbucket does not let the bot's account do this: the token lacks a scope: it takes pullrequest:write. Somebody who administers Bitbucket can give it the permission.
    "#]]).await;
    desk.check("pipeline list repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines?sort=-created_on&page=1&pagelen=10
        Permission: Bitbucket does not let the bot's account do this: the token lacks a scope: it takes pipeline. Somebody who administers Bitbucket can give it the permission.
    "#]]).await;
    desk.check("branch create one repo=website from=main", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > POST /2.0/repositories/example/website/refs/branches {"name":"one","target":{"hash":"7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2"}}
        Permission: Bitbucket does not let the bot's account do this: the token lacks a scope: it takes repository:write. Somebody who administers Bitbucket can give it the permission.
    "#]]).await;
    desk.check("repo create One project=DEMO", expect![[r#"
        > POST /2.0/repositories/example/one {"type":"repository","scm":"git","name":"One","is_private":true,"project":{"type":"project","key":"DEMO"}}
        Permission: Bitbucket does not let the bot's account do this: the token lacks a scope: it takes repository:admin. Somebody who administers Bitbucket can give it the permission.
    "#]]).await;
    assert_eq!(desk.standin.state().repos.len(), 2);
}
