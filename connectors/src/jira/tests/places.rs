//! Projects, versions, components, filters, and what pickers offer.

use super::*;

#[tokio::test]
async fn projects_are_listed_shown_made_and_deleted() {
    let desk = desk().await;
    desk.check(
        "project list",
        expect![[r#"
        > GET /rest/api/3/project/search?orderBy=name&expand=lead&startAt=0&maxResults=100
        2 projects
        - APO apollo · software · led by Ana Example
        - DEMO demo · business · led by Ben Example
    "#]],
    )
    .await;
    desk.check("project show apollo", expect![[r#"
        > GET /rest/api/3/project/APOLLO
        > GET /rest/api/3/project/search?orderBy=name&expand=lead&startAt=0&maxResults=100
        > GET /rest/api/3/project/APO
        > POST /rest/api/3/search/approximate-count {"jql":"project = APO AND statusCategory != Done"}
        > GET /rest/api/3/project/APO/versions
        > GET /rest/api/3/project/APO/components
        # APO apollo
        Open in Jira
        Kind: software
        Lead: Ana Example
        Open issues: 7
        Types: Epic, Story, Task, Bug, Sub-task
        Components: Engine, Printer
        Versions to come: 1.1, 1.2
        | To the moon, and back.
        [New issue…: issue create {"project":"APO"}] [Open issues: issue list {"project":"APO"}] [Versions: version list {"project":"APO"}]
    "#]]).await;
    desk.check("project create gem Gemini lead=ben description=Twins", expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ben
        > POST /rest/api/3/project {"key":"GEM","name":"Gemini","projectTypeKey":"software","assigneeType":"UNASSIGNED","leadAccountId":"5b10ac8d82e05b22cc7d4ef5","description":"Twins"}
        Created the project GEM Gemini.
        [New issue…: issue create {"project":"GEM"}]
    "#]]).await;
    assert_eq!(desk.standin.state().projects.last().unwrap().lead, 2);
    read(&desk, "project create APO apollo", expect![[r#"
        Validation: Jira refused the values: Project 'apollo' uses this project key; A project with that name already exists. Correct them and try again.
          key: Project 'apollo' uses this project key.
          name: A project with that name already exists.
    "#]]).await;
    read(
        &desk,
        "project delete GEM",
        expect![[r#"
        (only you)
        [Warning]
        # Delete the project Gemini?
        - GEM Gemini goes, with 0 issues, boards' contents, versions and components.
        - It stays in Jira's bin for 60 days, from where an administrator can restore it.
        [Delete: project delete {"project":"GEM","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "project delete GEM confirm=yes",
        expect![[r#"
        > DELETE /rest/api/3/project/GEM?enableUndo=true
        Deleted the project GEM Gemini.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().projects.len(), 2);
    read(
        &desk,
        "project show APX",
        expect![[r#"
        BadInput: Jira has no project `APX` here. Did you mean `APO`? It can be APO or DEMO.
          project: Jira has no project `APX` here. Did you mean `APO`? It can be APO or DEMO.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn versions_come_and_go() {
    let desk = desk().await;
    desk.check(
        "version list APO",
        expect![[r#"
        > GET /rest/api/3/project/APO
        > GET /rest/api/3/project/APO/versions
        2 versions of apollo
        - 1.1 · due 2026-12-05
        - 1.2
    "#]],
    )
    .await;
    desk.check(
        "version create APO 2.0 due=2026-12-24 description=\"No more fires\"",
        expect![[r#"
        > POST /rest/api/3/version {"name":"2.0","projectId":10000,"releaseDate":"2026-12-24","description":"No more fires"}
        Created the version 2.0 of apollo.
    "#]],
    )
    .await;
    read(
        &desk,
        "version create APO 2.0",
        expect![[r#"
        Validation: Jira refused the values: A version with this name already exists in this project. Correct them and try again.
          name: A version with this name already exists in this project.
    "#]],
    )
    .await;
    read(
        &desk,
        "version release APO 2.0",
        expect![[r#"
        Released 2.0 of apollo.
    "#]],
    )
    .await;
    desk.check("version release APO 1.1 move_open_to=1.2", expect![[r#"
        > GET /rest/api/3/project/APO/versions
        > POST /rest/api/3/search/approximate-count {"jql":"project = \"APO\" AND fixVersion = \"1.1\" AND statusCategory != Done"}
        > GET /rest/api/3/project/APO/versions
        > PUT /rest/api/3/version/10101 {"released":true,"releaseDate":"2026-11-21","moveUnfixedIssuesTo":"{url}/rest/api/3/version/10102"}
        Released 1.1 of apollo.
        (1 open issue went to 1.2.)
    "#]]).await;
    assert_eq!(desk.standin.state().issues[6].fix_versions, [10_102]);
    read(
        &desk,
        "version delete APO 1.2",
        expect![[r#"
            (only you)
            [Warning]
            # Delete the version 1.2 of apollo?
            - Left without a version: 1 issue.
            - The version cannot be brought back.
            [Delete: version delete {"project":"APO","version":"1.2","confirm":"yes"}]
        "#]],
    )
    .await;
    desk.check(
        "version delete APO 1.2 confirm=yes",
        expect![[r#"
        > GET /rest/api/3/project/APO/versions
        > POST /rest/api/3/version/10102/removeAndSwap {}
        Deleted the version 1.2 of apollo.
    "#]],
    )
    .await;
    assert!(desk.standin.state().issues[6].fix_versions.is_empty());
    read(
        &desk,
        "version list APO --all",
        expect![[r#"
        3 versions of apollo
        - 1.0 · released 2026-10-22
        - 1.1 · released 2026-11-21
        - 2.0 · released 2026-11-21 · No more fires
    "#]],
    )
    .await;
}

#[tokio::test]
async fn components_come_and_go() {
    let desk = desk().await;
    desk.check("component create APO Hull lead=ana description=Outside", expect![[r#"
        > GET /rest/api/3/project/APO
        > GET /rest/api/3/user/assignable/search?maxResults=100&project=APO&query=ana
        > POST /rest/api/3/component {"project":"APO","name":"Hull","leadAccountId":"5b10a2844c20165700ede21f","description":"Outside"}
        Created the component Hull of apollo.
    "#]]).await;
    read(
        &desk,
        "component list APO",
        expect![[r#"
        3 components of apollo
        - Engine · led by Ana Example
        - Printer
        - Hull · led by Ana Example · Outside
    "#]],
    )
    .await;
    read(
        &desk,
        "component delete APO Printer",
        expect![[r#"
            (only you)
            [Warning]
            # Delete the component Printer of apollo?
            - Left without it: 1 issue.
            - The component cannot be brought back.
            [Delete: component delete {"project":"APO","component":"Printer","confirm":"yes"}]
        "#]],
    )
    .await;
    desk.check(
        "component delete APO Printer confirm=yes",
        expect![[r#"
        > GET /rest/api/3/project/APO/components
        > DELETE /rest/api/3/component/10201
        Deleted the component Printer of apollo.
    "#]],
    )
    .await;
    assert!(desk.standin.state().issues[6].components.is_empty());
}

#[tokio::test]
async fn filters_are_saved_and_run() {
    let desk = desk().await;
    desk.check(
        "filter list",
        expect![[r#"
        > GET /rest/api/3/filter/search?expand=jql%2Cowner&orderBy=name&startAt=0&maxResults=100
        2 filters
        - Open bugs · Ana Example · issuetype = Bug AND statusCategory != Done ORDER BY priority DESC
        - Everything of apollo · Ben Example · project = APO ORDER BY key ASC
        [Open bugs: filter run {"filter":"10300"}] [Everything of apollo: filter run {"filter":"10301"}]
    "#]],
    )
    .await;
    desk.check("filter run Open bugs", expect![[r#"
        > GET /rest/api/3/filter/search?expand=jql%2Cowner&orderBy=name&filterName=Open+bugs&startAt=0&maxResults=100
        > POST /rest/api/3/search/jql {"jql":"issuetype = Bug AND statusCategory != Done ORDER BY priority DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        # Open bugs
        2 issues
        - APO-7 Printer on fire · In Progress · Ben Example
        - APO-6 The door sticks · In Review · Ana Example
    "#]]).await;
    read(
        &desk,
        "filter run 10301 limit=3",
        expect![[r##"
        # Everything of apollo
        3 of 11 issues
        - APO-1 Fire safety · In Progress · nobody
        - APO-2 Smoke detectors in every room · Done · nobody
        - APO-3 Count the extinguishers · Done · nobody
        [Show more: filter run {"filter":"10301","limit":3,"page":"page-3"}]
    "##]],
    )
    .await;
    desk.check(
        "filter save \"Hot ones\" labels = printer ORDER BY key",
        expect![[r#"
        > POST /rest/api/3/filter {"name":"Hot ones","jql":"labels = printer ORDER BY key","favourite":true}
        Saved the filter Hot ones.
        [Run it: filter run {"filter":"20035"}]
    "#]],
    )
    .await;
    read(&desk, "filter save \"Bad\" colour = red", expect![[r#"
        Validation: Jira refused the values: Field 'colour' does not exist or you do not have permission to view it. Correct them and try again. It was: colour = red
          jql: Field 'colour' does not exist or you do not have permission to view it.
    "#]]).await;
    let id = desk.standin.state().filters.last().unwrap().id;
    read(
        &desk,
        &format!("filter delete {id}"),
        expect![[r#"
        (only you)
        [Warning]
        # Delete the filter Hot ones?
        - Its query is labels = printer ORDER BY key
        - Boards and subscriptions that go by it stop working. No issue is touched.
        [Delete: filter delete {"filter":"20035","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        &format!("filter delete {id} confirm=yes"),
        expect![[r#"
        > GET /rest/api/3/filter/20035
        > DELETE /rest/api/3/filter/20035
        Deleted the filter Hot ones.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().filters.len(), 2);
    read(
        &desk,
        &format!("filter run {id}"),
        expect![[r#"
        NotFound: Jira has no filter 20035, or hides it from the bot's account. Check the key or the name.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn pickers_go_by_the_form() {
    let desk = desk().await;
    let mut told = String::new();
    for (lookup, typed, given) in [
        ("issue", "printer", json!({})),
        ("issue", "APO-10", json!({})),
        ("type", "", json!({ "project": "DEMO" })),
        ("type", "", json!({ "project": "APO" })),
        ("version", "", json!({ "project": "APO" })),
        ("version", "", json!({})),
        ("component", "", json!({ "issue": "APO-7" })),
        ("transition", "", json!({ "issue": "APO-7" })),
        ("transition", "", json!({})),
        ("board", "", json!({ "project": "DEMO" })),
        ("sprint", "", json!({ "board": "1" })),
        ("sprint", "", json!({ "board": "2" })),
        ("epic", "", json!({ "project": "APO" })),
        ("link", "block", json!({})),
        ("user", "a", json!({ "project": "APO" })),
        ("user", "", json!({})),
        ("label", "", json!({})),
        ("status", "o", json!({})),
        ("filter", "", json!({})),
        ("group", "apo", json!({})),
    ] {
        let choices = desk.choices(lookup, typed, given.clone()).await.unwrap();
        let labels: Vec<_> = choices.iter().map(|it| it.label.as_str()).collect();
        told.push_str(&format!("{lookup} `{typed}` {given}: {}\n", labels.join(", ")));
    }
    expect![[r#"
        issue `printer` {}: APO-7 Printer on fire, APO-8 Buy a new printer
        issue `APO-10` {}: APO-10 Write the fire drill
        type `` {"project":"DEMO"}: Task, Sub-task
        type `` {"project":"APO"}: Epic, Story, Task, Bug, Sub-task
        version `` {"project":"APO"}: 1.0, 1.1, 1.2
        version `` {}: 
        component `` {"issue":"APO-7"}: Engine, Printer
        transition `` {"issue":"APO-7"}: To Do, Ask for review → In Review, Done
        transition `` {}: 
        board `` {"project":"DEMO"}: Demo board
        sprint `` {"board":"1"}: Apollo 4, Apollo 3, Apollo 2 (closed), Apollo 1 (closed)
        sprint `` {"board":"2"}: 
        epic `` {"project":"APO"}: APO-1 Fire safety
        link `block` {}: blocks, is blocked by
        user `a` {"project":"APO"}: Ana Example
        user `` {}: Bellhop, Ana Example, Ben Example, Chloe Example
        label `` {}: office, printer
        status `o` {}: open, closed, To Do, In Progress, Done
        filter `` {}: Open bugs, Everything of apollo
        group `apo` {}: apollo-developers
    "#]]
    .assert_eq(&told);
}
