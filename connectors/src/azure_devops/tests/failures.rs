//! What goes wrong, and what people read of it.

use commands::param::Secret;

use super::*;
use crate::{Account, Check, Http, Whose, http::Policy, standin::Standin};

#[tokio::test]
async fn faults_are_told() {
    let desk = desk().await;
    desk.check_faults("item show 1", expect![[r#"
        Failing: Server: Azure DevOps failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Azure DevOps asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Azure DevOps refuses the bot's credentials: the token is wrong, revoked or expired. An administrator can make a new one under User settings → Personal access tokens.
        Forbidden: Permission: The bot's Azure DevOps account may not do this, or its token has not the scope for it.
        Html: Server: Azure DevOps answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Azure DevOps cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("item create Fire", expect![[r#"
        Failing, may be done: Server: Azure DevOps failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Azure DevOps before you repeat it.
        RateLimiting: RateLimited: Azure DevOps asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Azure DevOps refuses the bot's credentials: the token is wrong, revoked or expired. An administrator can make a new one under User settings → Personal access tokens.
        Forbidden: Permission: The bot's Azure DevOps account may not do this, or its token has not the scope for it.
        Html: Server: Azure DevOps answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Azure DevOps cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    assert_eq!(desk.standin.state().items.len(), 5, "only the last one arrived, once");
}

#[tokio::test]
async fn refusals_name_the_field_and_the_way_out() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "item show 99",
            "item show fire",
            "item create Fire type=Epic",
            "item create Fire project=nowhere",
            "item create Fire assignee=zoe",
            "item create Fire assignee=example",
            "item create Fire state=Burning",
            "item create Fire area=nowhere",
            "item create Fire parent=99",
            "item update 1",
            "item update 1 field=Points",
            "item state 1 Burning",
            "item link 1 99",
            "item query \"State is Active\"",
            "pr show 99",
            "pr create Fan repo=nowhere source=quiet-fan",
            "pr create Fan repo=printer source=nowhere",
            "pr create Fan repo=printer source=quiet-fan",
            "pipeline run nothing",
            "pipeline run build branch=nowhere",
            "pipeline run build variable=stage",
            "run show 999",
            "run cancel 103 stage=Nothing",
            "approval approve fire",
            "approval approve a1a1a1a1-0000-4000-8000-00000000000f",
            "branch create hot-fix repo=printer from=nowhere",
            "commit list printer branch=nowhere",
            "commit show 1a repo=printer",
        ],
        expect![[r#"
            $ item show 99
            > GET /example/_apis/wit/workitems/99?%24expand=relations&api-version=7.1
            NotFound: Azure DevOps has no work item 99, or hides it from the bot's account. Look at the name and number again.
            $ item show fire
            BadInput: `fire` is no work item. Write its number, such as 42, or paste its link.
              item: `fire` is no work item. Write its number, such as 42, or paste its link.
            $ item create Fire type=Epic
            > GET /example/demo/_apis/wit/workitemtypes?api-version=7.1
            BadInput: demo has no work items of the type `Epic`. There is Bug, Task or User Story.
              type: demo has no work items of the type `Epic`. There is Bug, Task or User Story.
            $ item create Fire project=nowhere
            > GET /example/nowhere/_apis/wit/workitemtypes?api-version=7.1
            NotFound: Azure DevOps has no project nowhere, or hides it from the bot's account. Look at the name and number again.
            $ item create Fire assignee=zoe
            > GET /example/_apis/identities?searchFilter=General&filterValue=zoe&queryMembership=None&api-version=7.1
            BadInput: Azure DevOps knows nobody called `zoe`. Write an email address or a full name.
              assignee: Azure DevOps knows nobody called `zoe`. Write an email address or a full name.
            $ item create Fire assignee=example
            > GET /example/_apis/identities?searchFilter=General&filterValue=example&queryMembership=None&api-version=7.1
            BadInput: `example` can be ana@example.org, ben@example.org or chloe@example.org. Write the address.
              assignee: `example` can be ana@example.org, ben@example.org or chloe@example.org. Write the address.
            $ item create Fire state=Burning
            BadInput: Work items of the type Task are never `Burning`. They can be New, Active, Resolved or Closed.
              state: Work items of the type Task are never `Burning`. They can be New, Active, Resolved or Closed.
            $ item create Fire area=nowhere
            > POST /example/demo/_apis/wit/workitems/$Task?api-version=7.1 [{"op":"add","path":"/fields/System.Title","value":"Fire"},{"op":"add","path":"/fields/System.Description","value":"<p>Asked by Ana in Slack.</p>"},{"op":"add","path":"/fields/System.AreaPath","value":"nowhere"}]
            Validation: Azure DevOps refused the values: Invalid tree name given for work item, field 'System.AreaPath'. Correct them and try again.
              area: Invalid tree name given for work item, field 'System.AreaPath'.
            $ item create Fire parent=99
            > POST /example/demo/_apis/wit/workitems/$Task?api-version=7.1 [{"op":"add","path":"/fields/System.Title","value":"Fire"},{"op":"add","path":"/fields/System.Description","value":"<p>Asked by Ana in Slack.</p>"},{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Hierarchy-Reverse","url":"{url}/example/_apis/wit/workItems/99"}}]
            NotFound: Azure DevOps has no work item for the parent, or hides it from the bot's account. Look at the name and number again.
            $ item update 1
            BadInput: What shall change in 1? Write it as a name and a value, such as priority=1.
            $ item update 1 field=Points
            BadInput: `Points` is no field with a value. Write it like Microsoft.VSTS.Scheduling.StoryPoints=3.
              field: `Points` is no field with a value. Write it like Microsoft.VSTS.Scheduling.StoryPoints=3.
            $ item state 1 Burning
            > GET /example/_apis/wit/workitems/1?%24expand=relations&api-version=7.1
            BadInput: A Bug cannot be `Burning`. It can be New, Active, Resolved or Closed.
              state: A Bug cannot be `Burning`. It can be New, Active, Resolved or Closed.
            $ item link 1 99
            > PATCH /example/_apis/wit/workitems/1?api-version=7.1 [{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Related","url":"{url}/example/_apis/wit/workItems/99"}}]
            NotFound: Azure DevOps has no work item 1 or 99, or hides it from the bot's account. Look at the name and number again.
            $ item query "State is Active"
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND (State is Active)"}
            Validation: Azure DevOps refused the values: The query statement is missing a FROM clause or is wrong. The error is caused by «State is Active». Correct them and try again.
            $ pr show 99
            > GET /example/_apis/git/pullrequests/99?api-version=7.1
            NotFound: Azure DevOps has no pull request 99, or hides it from the bot's account. Look at the name and number again.
            $ pr create Fan repo=nowhere source=quiet-fan
            > GET /example/demo/_apis/git/repositories/nowhere?api-version=7.1
            NotFound: Azure DevOps has no repository nowhere in demo, or hides it from the bot's account. Look at the name and number again.
            $ pr create Fan repo=printer source=nowhere
            > GET /example/demo/_apis/git/repositories/printer?api-version=7.1
            > POST /example/demo/_apis/git/repositories/r1/pullrequests?api-version=7.1 {"title":"Fan","description":"Asked by Ana in Slack.","sourceRefName":"refs/heads/nowhere","targetRefName":"refs/heads/main"}
            Validation: Azure DevOps refused the values: The pull request cannot be activated because the source branch refs/heads/nowhere and/or the target branch no longer exists. Correct them and try again.
              source: The pull request cannot be activated because the source branch refs/heads/nowhere and/or the target branch no longer exists.
            $ pr create Fan repo=printer source=quiet-fan
            > GET /example/demo/_apis/git/repositories/printer?api-version=7.1
            > POST /example/demo/_apis/git/repositories/r1/pullrequests?api-version=7.1 {"title":"Fan","description":"Asked by Ana in Slack.","sourceRefName":"refs/heads/quiet-fan","targetRefName":"refs/heads/main"}
            Conflict: Azure DevOps has a newer state of this, or has it already: An active pull request for the source and target branch already exists. Look at it again before you repeat the change.
              target: An active pull request for the source and target branch already exists.
            $ pipeline run nothing
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            BadInput: demo has no pipeline `nothing`. There is build or deploy.
              pipeline: demo has no pipeline `nothing`. There is build or deploy.
            $ pipeline run build branch=nowhere
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            > POST /example/demo/_apis/pipelines/11/runs?api-version=7.1 {"resources":{"repositories":{"self":{"refName":"refs/heads/nowhere"}}}}
            Validation: Azure DevOps refused the values: PipelineValidationException: Could not find the branch refs/heads/nowhere. Correct them and try again.
            $ pipeline run build variable=stage
            > GET /example/demo/_apis/pipelines?%24top=500&api-version=7.1
            BadInput: `stage` has no value. Write it as name=value.
              variable: `stage` has no value. Write it as name=value.
            $ run show 999
            > GET /example/demo/_apis/build/builds/999?api-version=7.1
            NotFound: Azure DevOps has no run 999 in demo, or hides it from the bot's account. Look at the name and number again.
            $ run cancel 103 stage=Nothing
            > GET /example/demo/_apis/build/builds/103?api-version=7.1
            > GET /example/demo/_apis/build/builds/103/timeline?api-version=7.1
            BadInput: Run 103 has no stage `Nothing`. There is Deploy.
              stage: Run 103 has no stage `Nothing`. There is Deploy.
            $ approval approve fire
            BadInput: `fire` is no approval. `approval list` shows those that wait, each with its buttons.
              approval: `fire` is no approval. `approval list` shows those that wait, each with its buttons.
            $ approval approve a1a1a1a1-0000-4000-8000-00000000000f
            > GET /example/demo/_apis/pipelines/approvals/a1a1a1a1-0000-4000-8000-00000000000f?api-version=7.1
            NotFound: Azure DevOps has no approval a1a1a1a1-0000-4000-8000-00000000000f in demo, or hides it from the bot's account. Look at the name and number again.
            $ branch create hot-fix repo=printer from=nowhere
            > GET /example/demo/_apis/git/repositories/printer/refs?filter=heads%2Fnowhere&api-version=7.1
            BadInput: printer has no branch `nowhere`.
              from: printer has no branch `nowhere`.
            $ commit list printer branch=nowhere
            > GET /example/demo/_apis/git/repositories/printer/commits?searchCriteria.%24top=11&searchCriteria.%24skip=0&searchCriteria.itemVersion.version=nowhere&searchCriteria.itemVersion.versionType=branch&api-version=7.1
            NotFound: Azure DevOps has no repository printer in demo with such a branch, or hides it from the bot's account. Look at the name and number again.
            $ commit show 1a repo=printer
            > GET /example/demo/_apis/git/repositories/printer/commits/1a?api-version=7.1
            NotFound: Azure DevOps has no commit 1a in demo/printer, or hides it from the bot's account. Look at the name and number again.
        "#]],
    )
    .await;
}

fn said(checks: &[Check]) -> String {
    let fix = |it: &Check| it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
    checks.iter().map(|it| format!("{:?} {}: {}{}\n", it.state, it.name, it.detail, fix(it))).collect()
}

#[tokio::test]
async fn health_finds_wrong_tokens_and_projects() {
    let well = desk().await;
    let wrong = desk_with(|config| drop(config.insert("token".into(), json!("wrong")))).await;
    let project = desk_with(|config| drop(config.insert("project".into(), json!("nowhere")))).await;
    let mut told = String::new();
    for desk in [&well, &wrong, &project] {
        told.push_str(&format!("{}\n", said(&desk.connected.health().await)).replace(&desk.server.url(), "{url}"));
    }
    assert!(well.connected.health().await.iter().all(|it| it.state == State::Ok));
    expect![[r#"
        Ok reachable: {url}/example answers
        Ok credentials: signed in as Bellhop Bot
        Ok projects: sees demo, apollo
        Ok work items: can be read in demo
        Ok code: can be read in demo
        Ok pipelines: can be read in demo
        Ok people: can be found by their addresses

        Failed credentials: Azure DevOps refuses the bot's credentials: the token is wrong, revoked or expired. An administrator can make a new one under User settings → Personal access tokens. → Make a token in Azure DevOps as the bot's user: User settings → Personal access tokens. An app of Entra is added as a user of the organization: Organization settings → Users → Add users.

        Ok reachable: {url}/example answers
        Ok credentials: signed in as Bellhop Bot
        Ok projects: sees demo, apollo
        Failed project: there is no project nowhere that the bot sees → Correct the setting `project`, or add the bot's account to that project.

    "#]].assert_eq(&told);
}

#[tokio::test]
async fn missing_scopes_are_found_one_by_one() {
    let server = wiremock::MockServer::start().await;
    let simulated = Simulated::default();
    let answer = |path: &str, body: Value| {
        let answer = wiremock::ResponseTemplate::new(200).set_body_json(body);
        wiremock::Mock::given(wiremock::matchers::path(path)).respond_with(answer)
    };
    let me = simulated.state().identity("bellhop");
    answer("/example/_apis/connectionData", json!({"authenticatedUser": me})).mount(&server).await;
    answer("/example/_apis/projects", json!({"value": [{"id": "1", "name": "demo"}]})).mount(&server).await;
    answer("/example/demo/_apis/wit/workitemtypes", json!({"value": []})).mount(&server).await;
    let refused = wiremock::ResponseTemplate::new(403)
        .set_body_json(json!({"message": "TF400813: no scope", "typeKey": "UnauthorizedRequestException"}));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(refused).with_priority(9).mount(&server).await;
    let kind = Kind::of::<crate::azure_devops::AzureDevOps>();
    let config = simulated.connection(&server.uri());
    let http = Http::new("azure", kind.title, &format!("{}/example", server.uri()), Policy::default()).unwrap();
    let connected = (kind.connect)(config, http).unwrap();
    expect![[r#"
        Ok reachable: {url}/example answers
        Ok credentials: signed in as Bellhop Bot
        Ok projects: sees demo
        Ok work items: can be read in demo
        Warning code: The bot's Azure DevOps account may not do this: no scope. → Give the token the scope Code (Read & write), and the bot's account the right in demo.
        Warning pipelines: The bot's Azure DevOps account may not do this: no scope. → Give the token the scope Build (Read & execute), and the bot's account the right in demo.
        Warning people: The bot's Azure DevOps account may not do this: no scope. → Give the token the scope Identity (Read), or assigning and reviewers work by nobody's name.
    "#]].assert_eq(&said(&connected.health().await).replace(&server.uri(), "{url}"));
}

#[tokio::test]
async fn an_app_of_entra_signs_in() {
    let with = async |secret: &'static str| {
        let simulated = Simulated::default();
        let server = crate::standin::Server::start(std::sync::Arc::new(simulated.clone()), 0).await.unwrap();
        let login = format!("{}/login", server.url());
        let desk = desk_with(|config| {
            config.remove("token");
            config.extend([
                ("tenant".to_owned(), json!("example.org")),
                ("client_id".to_owned(), json!("app")),
                ("client_secret".to_owned(), json!(secret)),
                ("login_url".to_owned(), json!(login)),
            ]);
        })
        .await;
        let outcome = desk.run("item show 1").await;
        let asked: Vec<String> = server.exchanges().iter().map(|it| it.path.clone()).collect();
        (outcome, asked)
    };
    let (outcome, asked) = with(APP_SECRET).await;
    assert_eq!(outcome.unwrap().message.summary(), "#1 Printer prints only cats");
    assert_eq!(asked, ["/login/example.org/oauth2/v2.0/token"]);
    let error = with("wrong").await.0.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Auth);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let kind = Kind::of::<crate::azure_devops::AzureDevOps>();
    let connect = |config: Value| {
        let http = Http::new("azure", kind.title, "https://dev.azure.com/example", Policy::default()).unwrap();
        let config = config.as_object().cloned().unwrap();
        (kind.connect)(config, http).map(drop).map_err(|it| it.kind)
    };
    let url = "https://dev.azure.com/example";
    assert_eq!(connect(json!({"url": url})), Err(ErrorKind::BadConfig));
    assert_eq!(connect(json!({"url": url, "tenant": "t", "client_id": "c"})), Err(ErrorKind::BadConfig));
    assert_eq!(connect(json!({"url": url, "token": "t", "tenant": "t"})), Err(ErrorKind::BadConfig));
    assert_eq!(connect(json!({"url": url, "token": "t"})), Ok(()));
    assert_eq!(connect(json!({"url": url, "tenant": "t", "client_id": "c", "client_secret": "s"})), Ok(()));
}

#[tokio::test]
async fn accounts_are_found_by_address_and_token() {
    let desk = desk().await;
    let ana =
        Some(Account { login: "ana@example.org".into(), name: "Ana Example".into(), email: Some("ana@example.org".into()) });
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await;
    assert_eq!(find(Whose::Email("Ana@Example.org")).await, Ok(ana.clone()));
    assert_eq!(find(Whose::Login("ana@example.org")).await, Ok(ana.clone()));
    assert_eq!(find(Whose::Key(&Secret::from("azure-token-of-ana".to_owned()))).await, Ok(ana));
    for whose in [Whose::Email("ana@"), Whose::Login("Ana"), Whose::Key(&Secret::from("azure-token-of-nobody".to_owned()))] {
        assert_eq!(find(whose).await, Ok(None));
    }
}

#[tokio::test]
async fn who_is_unknown_is_not_me() {
    let mut desk = desk().await;
    desk.asker = person("Dora");
    assert_eq!(desk.run("item assign 1 me").await.unwrap_err().fields[0].field, "to");
    desk.account = Some("ben@example.org".into());
    desk.run("item assign 1 me").await.unwrap();
    assert_eq!(desk.standin.state().items[0]["fields"]["System.AssignedTo"]["displayName"], "Ben Example");
}
