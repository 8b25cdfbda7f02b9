//! What goes wrong, and what people read of it.

use commands::param::Secret;

use super::*;
use crate::{Account, Check, Whose};

#[tokio::test]
async fn faults_are_told() {
    let desk = desk().await;
    desk.check_faults("issue show #1", expect![[r#"
        Failing: Server: GitLab failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: GitLab asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: GitLab refuses the bot's token: it is wrong, revoked or expired. An administrator can make a new one under Settings → Access tokens, with the scope `api`.
        Forbidden: Permission: The bot's GitLab account may not do this. Ask a maintainer of the project for a higher role.
        Html: Server: GitLab answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: GitLab cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("issue comment #1 Hello", expect![[r#"
        Failing, may be done: Server: GitLab failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in GitLab before you repeat it.
        RateLimiting: RateLimited: GitLab asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: GitLab refuses the bot's token: it is wrong, revoked or expired. An administrator can make a new one under Settings → Access tokens, with the scope `api`.
        Forbidden: Permission: The bot's GitLab account may not do this. Ask a maintainer of the project for a higher role.
        Html: Server: GitLab answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: GitLab cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    let notes = desk.standin.state().notes["issue-101"].len();
    assert_eq!(notes, 2, "only the last one arrived, once");
}

#[tokio::test]
async fn refusals_name_the_field_and_the_way_out() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "issue show demo/printer#99",
            "issue show fire",
            "issue show demo/printer!1",
            "issue create Fire project=nowhere",
            "issue create Fire project=demo/nowhere",
            "issue create Fire milestone=v7",
            "issue create Fire assignee=zoe",
            "issue update #1 title=\" \"",
            "issue assign #1 example",
            "issue update #1",
            "issue update #1 due=someday",
            "issue label #1",
            "issue spend #1 soon",
            "issue link #1 #99",
            "issue move #1 demo/printer",
            "mr show !99",
            "mr checks !99",
            "mr create Fan source=nowhere",
            "mr create Fan source=quiet-fan",
            "mr update !1",
            "pipeline show 9999",
            "pipeline run nowhere",
            "pipeline run main variable=STAGE",
            "release update v0.9",
            "release create v2.0 milestone=v7",
            "milestone create v1.0",
            "milestone update v1.0",
            "label create bug",
            "label create x color=loud",
            "label update nothing color=red",
            "branch create x from=nowhere",
            "commit show 99999999",
            "member add ben role=guest",
        ],
        expect![[r##"
            $ issue show demo/printer#99
            > GET /api/v4/projects/demo%2Fprinter/issues/99
            NotFound: GitLab has no issue demo/printer#99, or hides it from the bot's account. Look at the name and number again.
            $ issue show fire
            BadInput: `fire` is no issue. Write it like demo/printer#42, or paste its link.
              issue: `fire` is no issue. Write it like demo/printer#42, or paste its link.
            $ issue show demo/printer!1
            BadInput: `demo/printer!1` is no issue. Write it like demo/printer#42, or paste its link.
              issue: `demo/printer!1` is no issue. Write it like demo/printer#42, or paste its link.
            $ issue create Fire project=nowhere
            > GET /api/v4/projects?search=nowhere&membership=true&simple=true&page=1&per_page=100
            BadInput: The bot is in no GitLab project called `nowhere`. Write its path, as in its address.
              project: The bot is in no GitLab project called `nowhere`. Write its path, as in its address.
            $ issue create Fire project=demo/nowhere
            > POST /api/v4/projects/demo%2Fnowhere/issues {"title":"Fire","description":"Asked by Ana in Slack."}
            NotFound: GitLab has no project demo/nowhere, or hides it from the bot's account. Look at the name and number again.
            $ issue create Fire milestone=v7
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            BadInput: demo/printer has no milestone `v7`. There is v1.0.
              milestone: demo/printer has no milestone `v7`. There is v1.0.
            $ issue create Fire assignee=zoe
            > GET /api/v4/users?username=zoe&page=1&per_page=20
            > GET /api/v4/users?search=zoe&active=true&page=1&per_page=20
            BadInput: GitLab knows nobody called `zoe`. Write a login, or an email address shown in GitLab.
              assignee: GitLab knows nobody called `zoe`. Write a login, or an email address shown in GitLab.
            $ issue update #1 title=" "
            BadInput: What shall change in demo/printer#1? Write it as a name and a value, such as due=2026-12-01.
            $ issue assign #1 example
            > GET /api/v4/users?username=example&page=1&per_page=20
            > GET /api/v4/users?search=example&active=true&page=1&per_page=20
            BadInput: `example` can be ana, ben or chloe. Write the login.
              to: `example` can be ana, ben or chloe. Write the login.
            $ issue update #1
            BadInput: What shall change in demo/printer#1? Write it as a name and a value, such as due=2026-12-01.
            $ issue update #1 due=someday
            BadInput: `someday` is no date. Write one like 2026-11-21, friday, or none.
              due: `someday` is no date. Write one like 2026-11-21, friday, or none.
            $ issue label #1
            BadInput: Which label? Write add=urgent or remove=todo.
              add: Which label? Write add=urgent or remove=todo.
            $ issue spend #1 soon
            > POST /api/v4/projects/demo%2Fprinter/issues/1/add_spent_time {"duration":"soon"}
            Validation: GitLab refused the values: time spent is invalid. Correct them and try again.
              time: time spent is invalid.
            $ issue link #1 #99
            > POST /api/v4/projects/demo%2Fprinter/issues/1/links {"target_project_id":"demo/printer","target_issue_iid":"99","link_type":"relates_to"}
            NotFound: GitLab has no issue demo/printer#1 or demo/printer#99, or hides it from the bot's account. Look at the name and number again.
            $ issue move #1 demo/printer
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/issues/1/move {"to_project_id":11}
            Validation: GitLab refused the values: Cannot move issue to project it originates from!. Correct them and try again.
            $ mr show !99
            > GET /api/v4/projects/demo%2Fprinter/merge_requests/99
            NotFound: GitLab has no merge request demo/printer!99, or hides it from the bot's account. Look at the name and number again.
            $ mr checks !99
            > POST /api/graphql {"query":"query ($project: ID!, $iid: String!) { project(fullPath: $project) { mergeRequest(iid: $iid) { title webUrl mergeabilityChecks { identifier status } resolvableDiscussionsCount resolvedDiscussionsCount headPipeline { status } approvalsLeft } } }","variables":{"project":"demo/printer","iid":"99"}}
            NotFound: GitLab has no merge request demo/printer!99, or hides it from the bot's account. Look at the name and number again.
            $ mr create Fan source=nowhere
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/merge_requests {"title":"Fan","source_branch":"nowhere","target_branch":"main","description":"Asked by Ana in Slack."}
            Validation: GitLab refused the values: source branch does not exist. Correct them and try again.
              source: source branch does not exist.
            $ mr create Fan source=quiet-fan
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/merge_requests {"title":"Fan","source_branch":"quiet-fan","target_branch":"main","description":"Asked by Ana in Slack."}
            Conflict: GitLab has a newer state of this, or has it already: Another open merge request already exists for this source branch: !1. Look at it again before you repeat the change.
            $ mr update !1
            BadInput: What shall change in demo/printer!1? Write it as a name and a value, such as target=main.
            $ pipeline show 9999
            > GET /api/v4/projects/demo%2Fprinter/pipelines/9999
            NotFound: GitLab has no pipeline 9999 in demo/printer, or hides it from the bot's account. Look at the name and number again.
            $ pipeline run nowhere
            > POST /api/v4/projects/demo%2Fprinter/pipeline {"ref":"nowhere"}
            Validation: GitLab refused the values: Reference not found. Correct them and try again.
              ref: Reference not found.
            $ pipeline run main variable=STAGE
            BadInput: `STAGE` is no variable. Write it as NAME=value.
              variable: `STAGE` is no variable. Write it as NAME=value.
            $ release update v0.9
            BadInput: What shall change in v0.9? Write name=… or description=….
            $ release create v2.0 milestone=v7
            > GET /api/v4/projects/demo%2Fprinter
            > POST /api/v4/projects/demo%2Fprinter/releases {"tag_name":"v2.0","ref":"main","description":"Asked by Ana in Slack.","milestones":["v7"]}
            Validation: GitLab refused the values: Milestone(s) not found. Correct them and try again.
              milestone: Milestone(s) not found.
            $ milestone create v1.0
            > POST /api/v4/projects/demo%2Fprinter/milestones {"title":"v1.0"}
            Validation: GitLab refused the values: title already being used for another group or project milestone. Correct them and try again.
              title: title already being used for another group or project milestone.
            $ milestone update v1.0
            BadInput: What shall change in v1.0? Write due=… or title=….
            $ label create bug
            > POST /api/v4/projects/demo%2Fprinter/labels {"name":"bug","color":"#428BCA"}
            Conflict: GitLab has a newer state of this, or has it already: Label already exists. Look at it again before you repeat the change.
            $ label create x color=loud
            > POST /api/v4/projects/demo%2Fprinter/labels {"name":"x","color":"loud"}
            Validation: GitLab refused the values: color must be a valid color code. Correct them and try again.
              color: color must be a valid color code.
            $ label update nothing color=red
            > GET /api/v4/projects/demo%2Fprinter/labels?search=nothing&with_counts=true&page=1&per_page=100
            BadInput: demo/printer has no label `nothing`.
              label: demo/printer has no label `nothing`.
            $ branch create x from=nowhere
            > POST /api/v4/projects/demo%2Fprinter/repository/branches {"branch":"x","ref":"nowhere"}
            Validation: GitLab refused the values: Invalid reference name: it does not exist. Correct them and try again.
              from: Invalid reference name: it does not exist.
            $ commit show 99999999
            > GET /api/v4/projects/demo%2Fprinter/repository/commits/99999999
            NotFound: GitLab has no commit 99999999 in demo/printer, or hides it from the bot's account. Look at the name and number again.
            $ member add ben role=guest
            > GET /api/v4/users?username=ben&page=1&per_page=20
            > POST /api/v4/projects/demo%2Fprinter/members {"user_id":6,"access_level":10}
            BadInput: Ben Example is a member of demo/printer already: `member update` changes the role.
              person: Ben Example is a member of demo/printer already: `member update` changes the role.
        "##]],
    )
    .await;
}

#[tokio::test]
async fn a_number_needs_a_project() {
    let desk = desk_with(|config| drop(config.remove("project"))).await;
    check(&desk, &["4", "issue create Fire", "issue show #1 project=printer"], expect![[r#"
        $ 4
        BadInput: Which project? Write it as project=demo/printer, or in front: demo/printer#42.
          project: Which project? Write it as project=demo/printer, or in front: demo/printer#42.
        $ issue create Fire
        BadInput: Which project? Write it as project=demo/printer, or in front: demo/printer#42.
          project: Which project? Write it as project=demo/printer, or in front: demo/printer#42.
        $ issue show #1 project=printer
        > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
        > GET /api/v4/projects/demo%2Fprinter/issues/1
        > GET /api/v4/projects/demo%2Fprinter/issues/1/notes?activity_filter=only_comments&sort=desc&page=1&per_page=3
        # #1 Printer prints only cats
        demo/printer#1 · by Chloe Example
        State: open
        Assignee: Ben Example
        Labels: bug
        Milestone: v1.0
        | Every page has a cat on it.
        | The big ones, too.
        Last comments
        - Ana Example 2026-11-20 09:00 UTC: I have seen it, too.
        [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn with_sudo_it_is_the_person_who_acts() {
    let mut desk = desk_with(|config| drop(config.insert("sudo".into(), json!(true)))).await;
    check(&desk, &["issue comment #1 Hello"], expect![[r#"
        $ issue comment #1 Hello
        > GET /api/v4/users?search=ana%40example.org&page=1&per_page=20
        > POST /api/v4/projects/demo%2Fprinter/issues/1/notes {"body":"Hello"} (as ana)
        > GET /api/v4/projects/demo%2Fprinter/issues/1 (as ana)
        Commented on demo/printer#1.
        # #1 Printer prints only cats
        demo/printer#1 · by Chloe Example
        State: open
        Assignee: Ben Example
        Labels: bug
        Milestone: v1.0
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]]).await;
    let author = desk.standin.state().notes["issue-101"][1]["author"]["username"].clone();
    assert_eq!(author, "ana");
    desk.asker = person("Chloe");
    check(
        &desk,
        &["mr merge !1", "issue show apollo/lander#1"],
        expect![[r#"
        $ mr merge !1
        > GET /api/v4/users?search=chloe%40example.org&page=1&per_page=20
        > GET /api/v4/projects/demo%2Fprinter/merge_requests/1 (as chloe)
        > PUT /api/v4/projects/demo%2Fprinter/merge_requests/1/merge {"sha":"2012012012012012012012012012012012012012"} (as chloe)
        Permission: Your GitLab account `chloe` may not do this. Ask a maintainer of the project for a higher role.
        $ issue show apollo/lander#1
        > GET /api/v4/projects/apollo%2Flander/issues/1 (as chloe)
        NotFound: GitLab has no issue apollo/lander#1, or hides it from the bot's account. Look at the name and number again.
    "#]],
    )
    .await;
    desk.asker = person("Dora");
    check(&desk, &["issue comment #2 Hello"], expect![[r#"
        $ issue comment #2 Hello
        > GET /api/v4/users?search=dora%40example.org&page=1&per_page=20
        > POST /api/v4/projects/demo%2Fprinter/issues/2/notes {"body":"Hello\n\n*Asked by Dora in Slack.*"}
        > GET /api/v4/projects/demo%2Fprinter/issues/2
        Commented on demo/printer#2.
        # #2 Where is the manual?
        demo/printer#2 · by Chloe Example
        State: open
        Assignee: nobody
        [Comment…: issue comment {"issue":"demo/printer#2"}] [Assign to me: issue assign {"issue":"demo/printer#2","to":["me"]}] [Close: issue close {"issue":"demo/printer#2"}] [Change…: issue update {"issue":"demo/printer#2"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]]).await;
    desk.account = Some("ben".into());
    check(&desk, &["issue assign #2 me"], expect![[r#"
        $ issue assign #2 me
        > GET /api/v4/users?username=ben&page=1&per_page=20
        > PUT /api/v4/projects/demo%2Fprinter/issues/2 {"assignee_ids":[6]} (as ben)
        Assigned demo/printer#2.
        # #2 Where is the manual?
        demo/printer#2 · by Chloe Example
        State: open
        Assignee: Ben Example
        [Comment…: issue comment {"issue":"demo/printer#2"}] [Assign to me: issue assign {"issue":"demo/printer#2","to":["me"]}] [Close: issue close {"issue":"demo/printer#2"}] [Change…: issue update {"issue":"demo/printer#2"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.standin.state().users[2]["state"] = json!("blocked");
    let fresh = desk_with(|config| drop(config.insert("sudo".into(), json!(true)))).await;
    fresh.standin.state().users[1]["state"] = json!("blocked");
    assert_eq!(fresh.run("issue show #1").await.unwrap_err().kind, ErrorKind::Permission);
}

fn said(checks: &[Check]) -> String {
    let line = |it: &Check| {
        format!("{:?} {}: {}{}\n", it.state, it.name, it.detail, it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default())
    };
    checks.iter().map(line).collect()
}

#[tokio::test]
async fn health_finds_wrong_tokens_and_missing_scopes() {
    let well = desk_with(|config| drop(config.insert("sudo".into(), json!(true)))).await;
    let reads = desk_with(|config| drop(config.insert("token".into(), json!("glpat-that-only-reads-01")))).await;
    let wrong = desk_with(|config| drop(config.insert("token".into(), json!("glpat-wrong")))).await;
    let user = desk_with(|config| {
        config.insert("token".into(), json!("glpat-of-ana-0123456789"));
        config.insert("sudo".into(), json!(true));
        config.insert("project".into(), json!("demo/nowhere"));
    })
    .await;
    let mut told = String::new();
    for desk in [&well, &reads, &wrong, &user] {
        told.push_str(&format!("{}\n", said(&desk.connected.health().await)).replace(&desk.server.url(), "{url}"));
    }
    assert!(well.connected.health().await.iter().all(|it| it.state == State::Ok));
    expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop, an administrator
        Ok scopes: the token `bellhop` has api, sudo
        Ok acting as people: done as the person who asks, by sudo
        Ok projects: is in 2 projects
        Ok project: demo/printer is there

        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop, an administrator
        Warning scopes: the token has read_api, so the bot can look but change nothing → Make a token with the scope api and put it into the connection; or leave it, where looking is all it shall do.
        Ok projects: is in 2 projects
        Ok project: demo/printer is there

        Failed credentials: GitLab does not accept the bot's credentials. An administrator can give the connection new ones. → Make a token in GitLab with the scope api: Settings → Access tokens of the group or project, or the bot user's Preferences → Access tokens.

        Ok reachable: {url} answers
        Ok credentials: signed in as ana
        Ok scopes: the token `bellhop` has api
        Failed acting as people: ana is no administrator → Use an administrator's personal access token with the scopes api and sudo, or set sudo to false and everything is done by the bot's account.
        Ok projects: is in 2 projects
        Failed project: demo/nowhere: GitLab has no such object, or hides it from the bot's account: Project Not Found. Check the number or the name. → Correct the setting `project`, or invite the bot's account to that project.

    "#]].assert_eq(&told);
    let error = reads.run("issue close #1").await.unwrap_err();
    expect!["The bot's GitLab token has not the scope for this. An administrator can make one with the scope `api`."]
        .assert_eq(&error.message);
}

#[tokio::test]
async fn an_old_gitlab_says_what_it_lacks() {
    let desk = desk().await;
    assert_eq!(desk.connected.features().await.unwrap().version.as_deref(), Some("GitLab Enterprise Edition 18.5.1"));
    let desk = super::desk().await;
    desk.standin.state().version = "15.11.0".into();
    let features = desk.connected.features().await.unwrap();
    expect![[r#"Features { version: Some("GitLab Community Edition 15.11.0"), missing: [Missing { action: "mr checks", why: "The list of what a merge request waits for came with GitLab 16.5, and this is 15.11.0. Update GitLab for it." }, Missing { action: "deployment approve", why: "Approvals of deployments are of GitLab Premium, and this is the Community Edition." }, Missing { action: "deployment reject", why: "Approvals of deployments are of GitLab Premium, and this is the Community Edition." }] }"#]].assert_eq(&format!("{features:?}"));
}

#[tokio::test]
async fn accounts_are_found_by_address_login_and_token() {
    let desk = desk().await;
    let ana = Some(Account { login: "ana".into(), name: "Ana Example".into(), email: Some("ana@example.org".into()) });
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await;
    assert_eq!(find(Whose::Email("Ana@Example.org")).await, Ok(ana.clone()));
    assert_eq!(find(Whose::Login("ANA")).await, Ok(ana.clone()));
    assert_eq!(find(Whose::Key(&Secret::from("glpat-of-ana-0123456789".to_owned()))).await, Ok(ana));
    for whose in [Whose::Email("ana@"), Whose::Login("an"), Whose::Key(&Secret::from("glpat-of-nobody".to_owned()))] {
        assert_eq!(find(whose).await, Ok(None));
    }
    desk.standin.state().users[3]["state"] = json!("blocked");
    assert_eq!(find(Whose::Login("chloe")).await, Ok(None));
}
