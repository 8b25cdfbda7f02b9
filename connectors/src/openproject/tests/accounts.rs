//! Who is who: accounts that are found, the bot's sign-in, what its account may do.

use super::*;
use crate::{Check, Whose, connector::Account};
use commands::param::Secret;

fn told(desk: &Desk<Simulated>, checks: &[Check]) -> String {
    let line = |it: &Check| {
        let fix = it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
        format!("{:?} {}: {}{fix}\n", it.state, it.name, it.detail)
    };
    checks.iter().map(line).collect::<String>().replace(&desk.server.url(), "{url}")
}

#[tokio::test]
async fn accounts_are_found_by_address_login_and_token() {
    let desk = desk().await;
    let ana = Account { login: "ana".into(), name: "Ana Example".into(), email: Some("ana@example.org".into()) };
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await.expect("an answer");
    assert_eq!(find(Whose::Email("Ana@Example.org")).await, Some(ana.clone()));
    assert_eq!(find(Whose::Login("ana")).await, Some(ana.clone()));
    assert_eq!(find(Whose::Login("an")).await, None, "a part of a login is none");
    assert_eq!(find(Whose::Email("na@example.org")).await, None, "a part of an address is none");
    let key = |text: &str| Secret::from(text.to_owned());
    assert_eq!(find(Whose::Key(&key("openproject-token-of-ana"))).await, Some(ana));
    assert_eq!(find(Whose::Key(&key("guess"))).await, None);
    assert_eq!(find(Whose::Key(&key(" "))).await, None);
    desk.standin.state().users.iter_mut().for_each(|it| it.status = "locked".into());
    desk.standin.state().users[0].status = "active".into();
    assert_eq!(find(Whose::Login("ana")).await, None, "a locked account is none");
}

#[tokio::test]
async fn a_linked_account_comes_before_the_email_address() {
    let mut desk = desk().await;
    desk.account = Some("ben".into());
    desk.check("wp assign 1 me", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/work_packages/1 {"lockVersion":1,"_links":{"assignee":{"href":"/api/v3/users/6"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        [Warning]
        Assigned #1 to Ben Example.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: Ben Example
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [In progress: wp status {"package":"1","status":"In progress"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.account = None;
    desk.asker.email = None;
    desk.check(
        "wp assign 1 me",
        expect![[r#"
        > GET /api/v3/work_packages/1
        BadInput: I do not know who you are in OpenProject, so I cannot take `me`. Write your login there, or link your account.
          to: I do not know who you are in OpenProject, so I cannot take `me`. Write your login there, or link your account.
    "#]],
    )
    .await;
    desk.check("user me", expect![[r#"
        > GET /api/v3/users/me
        (only you)
        I do not know who you are in OpenProject: nobody there that the bot can see has your email address. Link your account, and me means you.
        (What you ask for is done by the account Bellhop Bot, with a note that it was you.)
    "#]]).await;
    desk.check("time log 2 1h", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/time_entries/form {"_links":{"entity":{"href":"/api/v3/work_packages/2"},"workPackage":{"href":"/api/v3/work_packages/2"}}}
        > POST /api/v3/time_entries {"hours":"PT1H","spentOn":"2026-11-21","comment":{"raw":"Asked by Ana in Slack."},"_links":{"entity":{"href":"/api/v3/work_packages/2"},"project":{"href":"/api/v3/projects/1"},"activity":{"href":"/api/v3/time_entries/activities/1"},"user":{"href":"/api/v3/users/4"}}}
        [Good]
        Logged 1 h of Management for Bellhop Bot on #2 Dark mode for the lobby, 2026-11-21. 4.5 h were spent on it in all.
        [Correct…: time update {"entry":103}] [Delete: time delete {"entry":103}]
    "#]]).await;
}

#[tokio::test]
async fn an_oauth_application_signs_in() {
    let desk = desk_with(|config| {
        config.remove("api_key");
        let (id, secret) = super::super::standin::CLIENT;
        config.insert("client_id".into(), json!(id));
        config.insert("client_secret".into(), json!(secret));
    })
    .await;
    desk.check("role list", expect![[r#"
        > POST /oauth/token grant_type=client_credentials&scope=api_v3&client_id=bellhop-client&client_secret=bellhop-client-secret
        > GET /api/v3/roles
        3 roles
        - Project admin
        - Member
        - Reader
    "#]]).await;
    assert!(desk.connected.health().await.iter().all(|it| it.state == crate::State::Ok));
}

#[tokio::test]
async fn a_wrong_secret_of_an_oauth_application_is_told() {
    let desk = desk_with(|config| {
        config.remove("api_key");
        config.insert("client_id".into(), json!("bellhop-client"));
        config.insert("client_secret".into(), json!("wrong"));
    })
    .await;
    expect![[r#"
        Failed credentials: No token could be had: OpenProject does not accept the bot's credentials: invalid_client (Client authentication failed). An administrator can give the connection new credentials. → In OpenProject, sign in as the bot's user, Account settings → Access tokens → + API token; with OAuth, see that the application has a Client Credentials User. Its account must be active.
    "#]].assert_eq(&told(&desk, &desk.connected.health().await));
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let connect = |config: Value| {
        let http = crate::Http::new("op", "OpenProject", "https://op.example.org", Default::default()).expect("an address");
        let Value::Object(config) = config else { panic!("no object") };
        (Kind::of::<OpenProject>().connect)(config, http).map(drop).unwrap_err().message
    };
    let url = "https://op.example.org";
    let all = [
        json!({ "url": url }),
        json!({ "url": url, "api_key": " " }),
        json!({ "url": url, "client_id": "a" }),
        json!({ "url": url, "client_secret": "a" }),
        json!({ "url": url, "api_key": "a", "client_id": "b", "client_secret": "c" }),
    ];
    expect![[r#"
        There is no `api_key`: take it from OpenProject, as the bot's user, Account settings → Access tokens → API.
        There is no `api_key`: take it from OpenProject, as the bot's user, Account settings → Access tokens → API.
        `client_secret` is missing: it was shown when the OAuth application was made.
        `client_id` is missing: Administration → Authentication → OAuth applications shows it.
        Give either `api_key`, or `client_id` and `client_secret`: not both."#]]
    .assert_eq(&all.map(connect).join("\n"));
}

#[tokio::test]
async fn health_says_what_the_account_may_not_do() {
    let desk = desk().await;
    expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop (administrator)
        Ok projects: sees 2 projects
        Ok work packages: sees 5 work packages
        Ok permission to log time: may log time
    "#]]
    .assert_eq(&told(&desk, &desk.connected.health().await));
    demote(&mut desk.standin.state());
    desk.standin.state().memberships.iter_mut().for_each(|it| it.roles = vec![7]);
    expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop (no administrator)
        Ok projects: sees 1 project
        Ok work packages: sees 4 work packages
        Warning permission to create work packages: no role of the bot's account has it in any project → Give the bot's role the permission “Add work packages” (Administration → Users and permissions → Roles and permissions).
        Ok permission to manage members: no role of the bot's account has it in any project: `member add` and others are refused
        Warning permission to log time: the bot's account may log time in no project → Give the bot's role “Log time for other users” and “View spent time”, and switch on the module “Time and costs”.
    "#]].assert_eq(&told(&desk, &desk.connected.health().await));
    {
        let mut state = desk.standin.state();
        state.memberships.clear();
        state.projects.iter_mut().for_each(|it| it.public = false);
    }
    expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop (no administrator)
        Warning projects: the bot's account sees no project → In OpenProject, make `bellhop` a member of the projects it is for (Members → + Member), or an administrator.
        Ok work packages: sees 0 work packages
        Warning permission to create work packages: no role of the bot's account has it in any project → Give the bot's role the permission “Add work packages” (Administration → Users and permissions → Roles and permissions).
        Ok permission to manage members: no role of the bot's account has it in any project: `member add` and others are refused
        Warning permission to log time: the bot's account may log time in no project → Give the bot's role “Log time for other users” and “View spent time”, and switch on the module “Time and costs”.
    "#]].assert_eq(&told(&desk, &desk.connected.health().await));
    desk.standin.state().users[0].token = "another".into();
    expect![[r#"
        Failed credentials: OpenProject refuses the bot's credentials. An administrator can put a new API token into this connection: in OpenProject, as the bot's user, Account settings → Access tokens → API. → In OpenProject, sign in as the bot's user, Account settings → Access tokens → + API token; with OAuth, see that the application has a Client Credentials User. Its account must be active.
    "#]].assert_eq(&told(&desk, &desk.connected.health().await));
}

#[tokio::test]
async fn what_an_old_server_cannot_do_is_known() {
    let desk = desk().await;
    let features = desk.connected.features().await.expect("features");
    assert_eq!((features.version.as_deref(), features.missing.len()), (Some("OpenProject 16.6.1"), 0));
    desk.standin.state().version = "11.4.1";
    let features = desk.connected.features().await.expect("features");
    let missing: Vec<String> = features.missing.iter().map(|it| format!("{}: {}", it.action, it.why)).collect();
    expect![[r#"
        notification list: It came with OpenProject 12.0, and this is 11.4.1. Ask who administers it for an update.
        notification read: It came with OpenProject 12.0, and this is 11.4.1. Ask who administers it for an update."#]]
    .assert_eq(&missing.join("\n"));
    desk.standin.state().version = "16.6.1";
    desk.standin.state().modules.retain(|it| *it != "time_entries");
    let features = desk.connected.features().await.expect("features");
    let missing: Vec<&str> = features.missing.iter().map(|it| it.action).collect();
    assert_eq!(missing, ["time log", "time list", "time report", "time update", "time delete"]);
    desk.standin.state().modules.push("time_entries");
    demote(&mut desk.standin.state());
    let features = desk.connected.features().await.expect("features");
    assert_eq!(features, crate::Features::default(), "its version is told to administrators only");
}

#[tokio::test]
async fn a_name_that_is_markup_is_none_in_openproject() {
    let mut desk = desk().await;
    desk.asker.name = "Ana](https://example.org) @ben #1 **\nX".into();
    desk.run("wp comment 1 Hello").await.expect("a comment");
    let state = desk.standin.state();
    let said = state.package(1).and_then(|it| it.activities.last()).map(|it| it.comment.clone());
    assert_eq!(said.as_deref(), Some("Hello\n\nAsked by Ana(https://example.org) ben 1 X in Slack."));
}
