//! What people read when something is wrong, and that each is put at its field.

use super::*;
use crate::{Connector, State};

#[tokio::test]
async fn names_that_do_not_exist_have_a_way_out() {
    let here = Here::new().await;
    let mut text = String::new();
    for line in [
        "issue create Fire project=apolo",
        "issue create Fire project=demo tracker=Bugg priority=Hihg assignee=@zoe field=Severety=high",
        "issue create Fire project=demo field=Severity=hihg",
        "issue create Fire project=demo field=Severity",
        "issue create Fire project=demo assignee=Example",
        "issue create Fire project=demo due_date=2020-01-01",
        "issue create Fire project=demo parent=999",
        "issue create Fire project=demo file=https://example.org/nothing",
        "issue show 999",
        "issue show fire",
        "issue status 3 New",
        "issue close 1 status=New",
        "issue update 1",
        "time log 1 soon",
        "time report from=2026-12-01 to=2026-11-01",
        "issue list version=1.0",
        "version create 1.0 project=demo",
        "member add ben project=demo role=Developer",
        "member remove chloe project=apollo",
    ] {
        text.push_str(&format!("{line}\n{}", read(&here.bot.run(line).await)));
    }
    expect![[r#"
        issue create Fire project=apolo
        BadInput: There is no project `apolo` in Redmine that you can see. Did you mean `apollo`? You can see apollo, demo.
          project: There is no project `apolo` in Redmine that you can see. Did you mean `apollo`? You can see apollo, demo.
        issue create Fire project=demo tracker=Bugg priority=Hihg assignee=@zoe field=Severety=high
        BadInput: Redmine has no tracker `Bugg`. Did you mean `Bug`? It can be Bug, Feature or Support. Redmine has no priority `Hihg`. Did you mean `High`? It can be Low, Normal, High, Urgent or Immediate. Redmine knows nobody called `zoe`. Write a login, an email address, or a full name. Redmine has no custom field `Severety`. Did you mean `Severity`? It can be Severity.
          tracker: Redmine has no tracker `Bugg`. Did you mean `Bug`? It can be Bug, Feature or Support.
          priority: Redmine has no priority `Hihg`. Did you mean `High`? It can be Low, Normal, High, Urgent or Immediate.
          assignee: Redmine knows nobody called `zoe`. Write a login, an email address, or a full name.
          field: Redmine has no custom field `Severety`. Did you mean `Severity`? It can be Severity.
        issue create Fire project=demo field=Severity=hihg
        BadInput: Severity cannot be `hihg`. Did you mean `high`? It can be low, medium or high.
          field: Severity cannot be `hihg`. Did you mean `high`? It can be low, medium or high.
        issue create Fire project=demo field=Severity
        BadInput: `Severity` is no custom field with a value. Write it as Severity=high.
          field: `Severity` is no custom field with a value. Write it as Severity=high.
        issue create Fire project=demo assignee=Example
        BadInput: `Example` can be any of 3 people: Ana Example, Ben Example, Chloe Example. Write the login or the email address.
          assignee: `Example` can be any of 3 people: Ana Example, Ben Example, Chloe Example. Write the login or the email address.
        issue create Fire project=demo due_date=2020-01-01
        Validation: Redmine refused the values: Due date must be greater than start date. Correct them and try again.
          due_date: Due date must be greater than start date.
        issue create Fire project=demo parent=999
        Validation: Redmine refused the values: Parent task is invalid. Correct them and try again.
          parent: Parent task is invalid.
        issue create Fire project=demo file=https://example.org/nothing
        BadInput: `https://example.org/nothing` cannot be fetched.
          file: `https://example.org/nothing` cannot be fetched.
        issue show 999
        NotFound: There is no issue #999 in Redmine that you can see. Is the number right?
        issue show fire
        BadInput: `fire` is no issue. Write its number, such as 42 or #42, or paste its link.
          issue: `fire` is no issue. Write its number, such as 42 or #42, or paste its link.
        issue status 3 New
        #3 is New now.
        # #3 Where is the manual?
        Support #3 · Demo · by Chloe Example
        Status: New
        Priority: Low
        Assignee: Ben Example
        Done: 100 %
        | Found under the printer.
        [Comment…: issue comment {"issue":"3"}] [Assign to me: issue assign {"issue":"3","to":"me"}] [Close: issue close {"issue":"3"}] [Log time…: time log {"issue":"3"}]
        [In Progress: issue status {"issue":"3","status":"In Progress"}] [Resolved: issue status {"issue":"3","status":"Resolved"}] [Feedback: issue status {"issue":"3","status":"Feedback"}] [Closed: issue status {"issue":"3","status":"Closed"}] [Rejected: issue status {"issue":"3","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
        issue close 1 status=New
        BadInput: An issue that is New is not closed. Closed are Closed or Rejected.
          status: An issue that is New is not closed. Closed are Closed or Rejected.
        issue update 1
        BadInput: What shall change in #1? Write it as a name and a value, such as priority=High.
        time log 1 soon
        BadInput: `soon` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.
          hours: `soon` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.
        time report from=2026-12-01 to=2026-11-01
        BadInput: The first day, 2026-12-01, is after the last, 2026-11-01.
          from: The first day, 2026-12-01, is after the last, 2026-11-01.
        issue list version=1.0
        BadInput: Versions belong to a project: say which, with project=…
          project: Versions belong to a project: say which, with project=…
        version create 1.0 project=demo
        Validation: Redmine refused the values: Name has already been taken. Correct them and try again.
          name: Name has already been taken.
        member add ben project=demo role=Developer
        BadInput: Ben Example is a member of Demo already.
          user: Ben Example is a member of Demo already.
        member remove chloe project=apollo
        BadInput: Chloe Example is no member of Apollo.
          user: Chloe Example is no member of Apollo.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn what_a_person_may_not_do_says_which_right_is_missing() {
    let mut here = Here::new().await;
    here.bot.asker = person("Chloe");
    let mut text = String::new();
    for line in [
        "issue create Fire project=apollo",
        "issue show 4",
        "issue status 2 Rejected",
        "issue update 1 priority=Low",
        "version close 1.0 project=demo",
        "issue create Quiet project=demo --private watcher=ben",
    ] {
        text.push_str(&format!("{line}\n{}", read(&here.bot.run(line).await)));
    }
    expect![[r#"
        issue create Fire project=apollo
        BadInput: There is no project `apollo` in Redmine that you can see. You can see demo.
          project: There is no project `apollo` in Redmine that you can see. You can see demo.
        issue show 4
        Permission: There is no issue #4 in Redmine that you can see. Is the number right?
        issue status 2 Rejected
        BadInput: Redmine's workflow does not let #2 go from In Progress to Rejected. From there it can become Closed.
          status: Redmine's workflow does not let #2 go from In Progress to Rejected. From there it can become Closed.
        issue update 1 priority=Low
        [Warning]
        Nothing changed in #1.
        (Redmine did not take: priority. The workflow or the role in this project does not allow it.)
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [Closed: issue status {"issue":"1","status":"Closed"}]
        (Updated 2026-11-21 10:00 UTC)
        version close 1.0 project=demo
        Permission: Your Redmine account `chloe` may not do this with version 1.0: it takes the right “Manage versions”. A manager of the project can give it.
        issue create Quiet project=demo --private watcher=ben
        Created #5 in Demo.
        (Redmine did not take: private. The workflow or the role in this project does not allow it.)
        # #5 Quiet
        Bug #5 · Demo · by Chloe Example
        Status: New
        Priority: Normal
        Assignee: nobody
        [Comment…: issue comment {"issue":"5"}] [Assign to me: issue assign {"issue":"5","to":"me"}] [Close: issue close {"issue":"5"}] [Log time…: time log {"issue":"5"}]
        [Closed: issue status {"issue":"5","status":"Closed"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]].assert_eq(&text.replace(&here.server.url(), "{redmine}"));
}

#[tokio::test]
async fn a_locked_account_is_refused_and_strangers_where_the_administrator_says_so() {
    let here = Here::new().await;
    here.simulated.state().users[1].locked = true;
    check(
        &here,
        "issue show 1",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users.json?name=ana%40example.org&status=3&limit=100
        Permission: Your Redmine account is locked. Ask a Redmine administrator to unlock it.
    "#]],
    )
    .await;
    let mut here = Here::with(|it| drop(it.insert("strangers".into(), json!("refuse"))), Policy::default()).await;
    here.bot.asker = person("Dora");
    check(&here, "issue show 1", expect![[r#"
        > GET /users.json?name=dora%40example.org&status=1&limit=100
        > GET /users.json?name=dora%40example.org&status=3&limit=100
        Permission: I act in Redmine only for people with an account there, but Redmine knows nobody with your email address. Ask a Redmine administrator.
    "#]]).await;
}

#[tokio::test]
async fn an_account_that_is_locked_between_two_commands_is_noticed() {
    let here = Here::new().await;
    assert!(here.bot.run("issue show 1").await.is_ok());
    here.simulated.state().users[1].locked = true;
    check(
        &here,
        "issue show 1",
        expect![[r#"
        > GET /issues/1.json?include=attachments%2Callowed_statuses (as ana)
        Conflict: Redmine no longer lets me act as `ana`: that account was renamed, locked or removed. Try again.
    "#]],
    )
    .await;
    check(
        &here,
        "issue show 1",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users.json?name=ana%40example.org&status=3&limit=100
        Permission: Your Redmine account is locked. Ask a Redmine administrator to unlock it.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_key_of_no_administrator_serves_with_the_bots_account() {
    let here = Here::with(|it| drop(it.insert("api_key".into(), json!("redmine-key-of-ben"))), Policy::default()).await;
    check(&here, "issue create Fire project=demo assignee=ana field=severity=low", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields
        > GET /users.json?name=ana&limit=100
        > GET /projects/1/memberships.json?limit=100&offset=0
        > GET /custom_fields.json
        > GET /projects/1.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields
        > GET /issues.json?project_id=1&status_id=*&limit=1
        > POST /issues.json {"issue":{"project_id":1,"subject":"Fire","description":"Asked by Ana in Slack.","assigned_to_id":5,"custom_fields":[{"id":1,"value":"low"}]}}
        > GET /issues/5.json?include=allowed_statuses
        Created #5 in Demo.
        (Done by the bot's own account, as its user is no administrator in Redmine, which acting as other people needs.)
        # #5 Fire
        Bug #5 · Demo · by Ben Example
        Status: New
        Priority: Normal
        Assignee: Ana Example
        Severity: low
        | Asked by Ana in Slack.
        [Comment…: issue comment {"issue":"5"}] [Assign to me: issue assign {"issue":"5","to":"me"}] [Close: issue close {"issue":"5"}] [Log time…: time log {"issue":"5"}]
        [In Progress: issue status {"issue":"5","status":"In Progress"}] [Resolved: issue status {"issue":"5","status":"Resolved"}] [Feedback: issue status {"issue":"5","status":"Feedback"}] [Closed: issue status {"issue":"5","status":"Closed"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    expect![[r#"
        Ok reachable: {redmine} answers, and its REST API is on
        Ok credentials: signed in as ben (no administrator)
        Warning acting as people: `ben` is no administrator, so the bot acts under its own account → Use the API key of an administrator, or set switch_user to false and everything is done by the bot's account.
        Ok projects: sees 2 projects
        Ok issues: sees 5 issues
    "#]].assert_eq(&health(&here).await);
}

#[tokio::test]
async fn every_class_of_failure_is_told_apart_and_nothing_is_done_twice() {
    let policy = Policy { retries: 0, timeout: Duration::from_millis(300), per_second: 0 };
    let here = Here::with(|_| {}, policy).await;
    assert!(here.bot.run("issue show 1").await.is_ok());
    let mut text = String::new();
    for fault in
        [Fault::Failing, Fault::Unauthorized, Fault::Forbidden, Fault::Html, Fault::Hanging, Fault::Down, Fault::RateLimiting]
    {
        here.server.set_fault(fault).await.expect("a fault");
        let error = here.bot.run("issue comment 1 Hello").await.expect_err("no success");
        text.push_str(&format!("{fault:?}: {:?} (maybe done: {}): {}\n", error.kind, error.maybe_done, error.message));
    }
    here.server.set_fault(Fault::None).await.expect("no fault");
    expect![[r#"
        Failing: Server (maybe done: true): Redmine failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Redmine before you repeat it.
        Unauthorized: Auth (maybe done: false): Redmine refuses the bot's API key. An administrator can put a new one into this connection: in Redmine, My account → API access key.
        Forbidden: Permission (maybe done: false): Your Redmine account `ana` may not do this with issue #1: it takes the right “Edit issues or Add notes”. A manager of the project can give it.
        Html: Server (maybe done: false): Redmine answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Hanging: Timeout (maybe done: true): Redmine did not answer in time. Try again in a minute. It may have been done all the same: look in Redmine before you repeat it.
        Down: Network (maybe done: false): Redmine cannot be reached. Check that it is running and that its address is right.
        RateLimiting: RateLimited (maybe done: false): Redmine asks the bot to slow down. Try again in 30 s.
    "#]].assert_eq(&text);
    let issue = here.simulated.state().issues[0].clone();
    assert_eq!(issue.journals.len(), 0, "no comment was written while Redmine was failing");
}

#[tokio::test]
async fn a_comment_that_got_no_answer_is_sent_once_and_says_so() {
    let policy = Policy { retries: 3, timeout: Duration::from_millis(300), per_second: 0 };
    let here = Here::with(|_| {}, policy).await;
    assert!(here.bot.run("issue show 1").await.is_ok());
    let from = here.server.exchanges().len();
    here.server.set_fault(Fault::Hanging).await.expect("a fault");
    let error = here.bot.run("issue comment 1 Hello").await.expect_err("no answer");
    here.server.set_fault(Fault::None).await.expect("no fault");
    let writes = here.server.exchanges()[from..].iter().filter(|it| it.method == "PUT").count();
    assert_eq!((error.kind, error.maybe_done, writes), (ErrorKind::Timeout, true, 1));
}

async fn health(here: &Here) -> String {
    let checks = here.bot.redmine.health().await;
    let line = |it: &crate::Check| {
        let fix = it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
        format!("{:?} {}: {}{fix}\n", it.state, it.name, it.detail)
    };
    checks.iter().map(line).collect::<String>().replace(&here.server.url(), "{redmine}")
}

#[tokio::test]
async fn health_says_what_works_and_how_to_mend_what_does_not() {
    let here = Here::with(|_| {}, Policy { retries: 0, timeout: Duration::from_millis(300), per_second: 0 }).await;
    expect![[r#"
        Ok reachable: {redmine} answers, and its REST API is on
        Ok credentials: signed in as bellhop (administrator)
        Ok acting as people: done as the person who asks, by X-Redmine-Switch-User
        Ok projects: sees 2 projects
        Ok issues: sees 4 issues
    "#]]
    .assert_eq(&health(&here).await);
    let mut text = String::new();
    for fault in [Fault::Unauthorized, Fault::Forbidden, Fault::Html, Fault::Down] {
        here.server.set_fault(fault).await.expect("a fault");
        assert!(here.bot.redmine.health().await.iter().any(|it| it.state == State::Failed));
        text.push_str(&format!("{fault:?}\n{}", health(&here).await));
    }
    expect![[r#"
        Unauthorized
        Failed credentials: Redmine refuses the bot's API key. An administrator can put a new one into this connection: in Redmine, My account → API access key. → In Redmine, sign in as the bot's user, My account → API access key → Show; if it is the right one, let an administrator tick Administration → Settings → API → Enable REST web service.
        Forbidden
        Failed credentials: The bot's Redmine account may not do this. Ask a Redmine administrator for the right. → Administration → Settings → API → Enable REST web service, and see that the bot's user is active and must not change its password.
        Html
        Failed reachable: Redmine answered with a web page instead of data: is the address right, or does a login page stand in front of it? → See that url leads to Redmine itself and not to a proxy's or a login page, and look at Redmine's log.
        Down
        Failed reachable: Redmine cannot be reached. Check that it is running and that its address is right. → See that {redmine} is right, and reachable from where the bot runs.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn an_empty_key_is_refused_at_once() {
    let http = Http::new("redmine", "Redmine", "http://127.0.0.1:1", Policy::default()).expect("an address");
    let config = serde_json::from_value(json!({ "url": "http://127.0.0.1:1", "api_key": " " })).expect("a configuration");
    let error = super::super::Redmine::connect(config, http).err().expect("no connection");
    assert_eq!(error.kind, ErrorKind::BadConfig);
}

#[tokio::test]
async fn none_empties_what_can_be_empty() {
    let here = Here::new().await;
    here.bot.run("issue create Fire project=demo assignee=ben category=hardware version=1.0 parent=1").await.expect("an issue");
    here.bot.run("issue update 5 assignee=none category=none version=none parent=none").await.expect("a change");
    let issue = here.simulated.state().issues[4].clone();
    assert_eq!((issue.assigned_to, issue.category, issue.version, issue.parent), (None, None, None, None));
}

#[tokio::test]
async fn a_private_issue_is_shown_to_its_asker_only() {
    let here = Here::new().await;
    let created = here.bot.run("issue create Quiet project=demo --private").await.expect("an issue");
    let shown = here.bot.run("issue show 5").await.expect("the issue");
    assert_eq!((created.audience, shown.audience), (commands::Audience::Private, commands::Audience::Private));
}
