//! What goes wrong, and what people read of it.

use super::*;
use crate::{
    Check, Http,
    http::Policy,
    standin::{Fault, Server},
};

#[tokio::test]
async fn every_fault_is_told() {
    let desk = desk().await;
    desk.check_faults("issue show APO-7", expect![[r#"
        Failing: Server: Jira failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Jira asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Jira does not accept the bot's credentials. An administrator can give the connection a new token: on Cloud from id.atlassian.com, on Data Center from the profile of the bot's account.
        Forbidden: Permission: The bot's Jira account may not do this with issue APO-7: it takes the permission “Browse Projects”. An administrator of the project can give it.
        Html: Server: Jira answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Jira cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("comment add APO-7 Fire!", expect![[r#"
        Failing, may be done: Server: Jira failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Jira before you repeat it.
        RateLimiting: RateLimited: Jira asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Jira does not accept the bot's credentials. An administrator can give the connection a new token: on Cloud from id.atlassian.com, on Data Center from the profile of the bot's account.
        Forbidden: Permission: The bot's Jira account may not do this with issue APO-7: it takes the permission “Add Comments”. An administrator of the project can give it.
        Html: Server: Jira answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Jira cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    assert_eq!(desk.standin.state().issues[6].comments.len(), 2, "one of them came to be");
}

#[tokio::test]
async fn what_jira_refuses_is_told_at_its_field() {
    let desk = desk().await;
    read(
        &desk,
        "issue create x project=APO parent=APO-99",
        expect![[r#"
        Validation: Jira refused the values: Could not find issue by id or key. Correct them and try again.
          parent: Could not find issue by id or key.
    "#]],
    )
    .await;
    read(
        &desk,
        "issue create x project=APX type=Bgu",
        expect![[r#"
        BadInput: Jira has no project `APX` here. Did you mean `APO`? It can be APO or DEMO.
          project: Jira has no project `APX` here. Did you mean `APO`? It can be APO or DEMO.
    "#]],
    )
    .await;
    read(
        &desk,
        "issue create x project=APO type=Bgu",
        expect![[r#"
        BadInput: Jira has no type of issue `Bgu` here. It can be Epic, Story, Task, Bug or Sub-task.
          type: Jira has no type of issue `Bgu` here. It can be Epic, Story, Task, Bug or Sub-task.
    "#]],
    )
    .await;
    read(
        &desk,
        "issue create x project=APO type=Sub-task",
        expect![[r#"
        BadInput: This project wants “Parent”.
          parent: This project wants “Parent”.
    "#]],
    )
    .await;
    read(
        &desk,
        "issue create x project=APO priority=urgent component=hull fix_version=9 assignee=dora field=Severity=grave",
        expect![[r#"
            BadInput: Jira has no priority `urgent` here. It can be Highest, High, Medium, Low or Lowest. Jira knows nobody called `dora` whom issues of APO can be given to. Jira has no version `9` here. It can be 1.0, 1.1 or 1.2. Jira has no component `hull` here. It can be Engine or Printer. Jira has no field `Severity` here. It can be Notes, Sprint or Story point estimate.
              priority: Jira has no priority `urgent` here. It can be Highest, High, Medium, Low or Lowest.
              assignee: Jira knows nobody called `dora` whom issues of APO can be given to.
              fix_version: Jira has no version `9` here. It can be 1.0, 1.1 or 1.2.
              component: Jira has no component `hull` here. It can be Engine or Printer.
              field: Jira has no field `Severity` here. It can be Notes, Sprint or Story point estimate.
        "#]],
    )
    .await;
    read(
        &desk,
        "issue show APO-99",
        expect![[r#"
        NotFound: Jira has no issue APO-99, or hides it from the bot's account. Check the key or the name.
    "#]],
    )
    .await;
    read(
        &desk,
        "issue show nonsense",
        expect![[r#"
        BadInput: `nonsense` is no issue. Write its key, such as APO-7, or paste its link.
          issue: `nonsense` is no issue. Write its key, such as APO-7, or paste its link.
    "#]],
    )
    .await;
    read(&desk, "issue list status=Nowhere", expect![[r#"
        Validation: Jira refused the values: The value 'Nowhere' does not exist for the field 'status'. Correct them and try again. It was: status = "Nowhere" ORDER BY updated DESC
          status: The value 'Nowhere' does not exist for the field 'status'.
          jql: The value 'Nowhere' does not exist for the field 'status'.
    "#]]).await;
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    for (denied, line) in [
        ("CREATE_ISSUES", "issue create x project=APO"),
        ("EDIT_ISSUES", "issue update APO-7 summary=x"),
        ("ASSIGN_ISSUES", "issue assign APO-7 me"),
        ("TRANSITION_ISSUES", "issue transition APO-7 In Review"),
        ("ADD_COMMENTS", "comment add APO-7 x"),
        ("WORK_ON_ISSUES", "worklog add APO-7 1h"),
        ("LINK_ISSUES", "link add APO-7 APO-9"),
        ("SCHEDULE_ISSUES", "sprint move APO-9 sprint=3"),
        ("DELETE_ISSUES", "issue delete APO-7 confirm=yes"),
        ("CREATE_ATTACHMENTS", "issue attach APO-7 file=https://example.org/fire.txt"),
    ] {
        let desk = with(|it| it.denied.extend([denied])).await;
        let error = desk.run(line).await.unwrap_err();
        let name = denied.replace('_', " ").to_lowercase();
        assert!(
            error.message.to_lowercase().contains(&name) || error.fields.iter().any(|it| it.field == "summary"),
            "{line}: {error}"
        );
    }
}

#[tokio::test]
async fn the_asker_is_the_reporter_only_where_the_bot_may_say_so() {
    let desk = with(|it| it.denied.extend(["MODIFY_REPORTER"])).await;
    desk.run("issue create x project=APO").await.unwrap();
    assert_eq!(desk.standin.state().issues.last().unwrap().reporter, 0);
}

fn told(checks: &[Check]) -> String {
    let line = |it: &Check| {
        format!("{:?} {}: {}{}\n", it.state, it.name, it.detail, it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default())
    };
    checks.iter().map(line).collect()
}

#[tokio::test]
async fn health_finds_what_is_wrong() {
    let sound = desk().await;
    expect![[r#"
        Ok reachable: Jira answers at {url} (1001.0.0-SNAPSHOT)
        Ok credentials: signed in as Bellhop
        Ok permissions: has all 10 that the actions need, in at least one project
        Ok projects: sees 2 projects
        Ok boards: sees 2 boards
    "#]]
    .assert_eq(&told(&sound.connected.health().await).replace(&sound.server.url(), "{url}"));
    let lacking = with(|it| {
        it.denied.extend(["ADD_COMMENTS", "LINK_ISSUES"]);
        it.software = false;
    })
    .await;
    expect![[r#"
        Ok reachable: Jira answers at {url} (1001.0.0-SNAPSHOT)
        Ok credentials: signed in as Bellhop
        Warning permissions: lacks Add Comments, Link Issues in every project, and so `comment add`, `link add` → In the permission scheme of its projects, give the bot's account (or a role of it): Add Comments, Link Issues.
        Ok projects: sees 2 projects
        Ok boards: there is no Jira Software here, and so no boards
    "#]].assert_eq(&told(&lacking.connected.health().await).replace(&lacking.server.url(), "{url}"));
    let stranger = Desk::with(Kind::of::<Jira>(), contract, Simulated::at(Deployment::Cloud, now()), |it| {
        drop(it.insert("token".into(), json!("guessed")))
    })
    .await;
    expect![[r#"
        Ok reachable: Jira answers at {url} (1001.0.0-SNAPSHOT)
        Failed credentials: Jira does not accept the bot's credentials. An administrator can give the connection a new token: on Cloud from id.atlassian.com, on Data Center from the profile of the bot's account. → Sign in as the bot's account at https://id.atlassian.com/manage-profile/security/api-tokens, create an API token, and put it into the connection with that account's email address. Tokens end after a year at most; one with scopes needs api_url as well.
    "#]].assert_eq(&told(&stranger.connected.health().await).replace(&stranger.server.url(), "{url}"));
    let narrow = with(|it| it.denied.extend(["SCOPES"])).await;
    expect![[r#"
        Ok reachable: Jira answers at {url} (1001.0.0-SNAPSHOT)
        Failed credentials: The bot's API token lacks a scope that this needs. An administrator can give the connection a token with the scopes that its documentation names, or one without scopes. → Create a token with read:jira-user, read:jira-work and write:jira-work, and for boards and sprints read:board-scope:jira-software, write:board-scope:jira-software, read:sprint:jira-software, write:sprint:jira-software and read:issue:jira-software; api_url has to be set for it.
    "#]].assert_eq(&told(&narrow.connected.health().await).replace(&narrow.server.url(), "{url}"));
    let wrong = Desk::with(Kind::of::<Jira>(), undescribed, Simulated::at(Deployment::DataCenter, now()), |it| {
        it.insert("email".into(), json!("bellhop@example.org"));
        it.insert("deployment".into(), json!("cloud"));
    })
    .await;
    expect![[r#"
        Ok reachable: Jira of Example answers at {url} (10.3.2)
        Failed deployment: the connection says cloud, and Jira says data_center → Set deployment to data_center, or leave it out.
    "#]]
    .assert_eq(&told(&wrong.connected.health().await).replace(&wrong.server.url(), "{url}"));
    sound.server.set_fault(Fault::Html).await.unwrap();
    expect![[r#"
        Failed reachable: Jira answered with a web page instead of data: is the address right, or does a login page stand in front of it? → See that url leads to Jira itself and not to a proxy's or a login page, and look at Jira's status.
    "#]].assert_eq(&told(&sound.connected.health().await).replace(&sound.server.url(), "{url}"));
}

#[tokio::test]
async fn without_software_there_are_no_boards() {
    let desk = with(|it| it.software = false).await;
    let features = desk.connected.features().await.unwrap();
    assert_eq!(features.version.as_deref(), Some("Jira Cloud"));
    let missing: Vec<_> = features.missing.iter().map(|it| it.action).collect();
    assert!(
        ["board list", "sprint start", "backlog rank", "metrics velocity"].iter().all(|it| missing.contains(it)),
        "{missing:?}"
    );
    assert!(!missing.contains(&"epic list") && !missing.contains(&"metrics cycle"), "{missing:?}");
    assert!(features.missing[0].why.contains("Jira Software"));
    read(&desk, "board list", expect![[r#"
        NotFound: This Jira has no boards: they come with Jira Software. An administrator can see under Administration → Applications whether it is licensed, and give the bot's account access to it.
    "#]]).await;
    assert_eq!(super::desk().await.connected.features().await.unwrap().missing, []);
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused() {
    let server = Server::start(std::sync::Arc::new(Simulated::at(Deployment::Cloud, now())), 0).await.unwrap();
    let connect = |settings: Value| {
        let url = settings["url"].as_str().unwrap().to_owned();
        let http = Http::new("jira", "Jira", &url, Policy::default()).unwrap();
        (Kind::of::<Jira>().connect)(settings.as_object().unwrap().clone(), http).err().map(|it| it.message)
    };
    let url = server.url();
    assert_eq!(connect(json!({ "url": url, "token": "x" })), None);
    assert_eq!(
        connect(json!({ "url": url, "email": "a@example.org", "token": "x", "api_url": format!("{url}/ex/jira/1") })),
        None
    );
    for settings in [
        json!({ "url": url, "token": " " }),
        json!({ "url": url, "token": "x", "deployment": "cloud" }),
        json!({ "url": "https://example.atlassian.net", "token": "x" }),
        json!({ "url": url, "token": "x", "colour": "red" }),
    ] {
        assert!(connect(settings.clone()).is_some(), "{settings}");
    }
}
