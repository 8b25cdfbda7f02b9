//! Issues: made, shown, changed.

use super::*;

#[tokio::test]
async fn an_issue_is_created_with_all_that_it_may_have() {
    let desk = desk().await;
    desk.check(
        "issue create Smoke in room 5 project=apollo type=Bug priority=high assignee=ben label=printer label=\"hot stuff\" due=friday \
         parent=APO-1 component=engine fix_version=1.1 affects=1.0 estimate=3h field=Severity=high field=\"Story point estimate=3\" \
         description=\"It is **hot**.\" sprint=next",
        expect![[r#"
            > GET /rest/api/3/project/APOLLO
            > GET /rest/api/3/project/search?orderBy=name&expand=lead&startAt=0&maxResults=100
            > GET /rest/api/3/issue/createmeta/APO/issuetypes?maxResults=100
            > GET /rest/api/3/issue/createmeta/APO/issuetypes/4?maxResults=200
            > GET /rest/api/3/user/assignable/search?maxResults=100&project=APO&query=ben
            > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
            > GET /rest/api/3/project/APO/versions
            > GET /rest/api/3/project/APO/components
            > POST /rest/api/3/issue {"fields":{"summary":"Smoke in room 5","description":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"It is "},{"type":"text","text":"hot","marks":[{"type":"strong"}]},{"type":"text","text":"."}]},{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]},"priority":{"name":"High"},"assignee":{"accountId":"5b10ac8d82e05b22cc7d4ef5"},"reporter":{"accountId":"5b10a2844c20165700ede21f"},"labels":["printer","hot-stuff"],"duedate":"2026-11-27","parent":{"key":"APO-1"},"timetracking":{"originalEstimate":"3h"},"fixVersions":[{"id":"10101"}],"versions":[{"id":"10100"}],"components":[{"id":"10200"}],"customfield_10030":{"id":"10031"},"customfield_10016":3.0,"project":{"key":"APO"},"issuetype":{"id":"4"}}}
            > GET /rest/agile/1.0/board?projectKeyOrId=[hidden]&startAt=0&maxResults=100
            > GET /rest/agile/1.0/board/1/sprint?state=active%2Cfuture%2Cclosed&startAt=0&maxResults=100
            > POST /rest/agile/1.0/sprint/4/issue {"issues":["APO-12"]}
            > GET /rest/api/3/issue/APO-12?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
            > GET /rest/api/3/field
            [Warning]
            Created APO-12.
            (It is in Apollo 4.)
            # APO-12 Smoke in room 5
            Bug APO-12 · apollo · by Ana Example
            Status: To Do
            Priority: High
            Assignee: Ben Example
            Labels: printer, hot-stuff
            Component: Engine
            Fix version: 1.1
            Parent: APO-1 Fire safety
            Due: 2026-11-27
            Estimate: 3h
            Sprint: Apollo 4
            Story point estimate: 3
            Severity: high
            | It is hot.
            | Asked by Ana in Slack.
            [Comment…: comment add {"issue":"APO-12"}] [Assign to me: issue assign {"issue":"APO-12","to":"me"}] [Edit…: issue update {"issue":"APO-12"}] [Log time…: worklog add {"issue":"APO-12"}]
            [Start work → In Progress: issue transition {"issue":"APO-12","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-12","to":"Ask for review"}] [Done…: issue transition {"issue":"APO-12","to":"Done"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let issue = state.issues.last().unwrap();
    assert_eq!((issue.key.as_str(), issue.reporter, issue.assignee, issue.points), ("APO-12", 1, Some(2), Some(3.0)));
    assert_eq!((issue.sprints.as_slice(), issue.estimate, issue.severity), ([4].as_slice(), 3 * 3600, Some(1)));
    assert_eq!(issue.labels, ["printer", "hot-stuff"]);
}

#[tokio::test]
async fn an_issue_is_created_with_little() {
    let desk = desk().await;
    desk.check("create Feed the cat project=DEMO", expect![[r#"
        > GET /rest/api/3/project/DEMO
        > GET /rest/api/3/issue/createmeta/DEMO/issuetypes?maxResults=100
        > GET /rest/api/3/issue/createmeta/DEMO/issuetypes/3?maxResults=200
        > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
        > POST /rest/api/3/issue {"fields":{"summary":"Feed the cat","description":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]},"reporter":{"accountId":"5b10a2844c20165700ede21f"},"project":{"key":"DEMO"},"issuetype":{"id":"3"}}}
        > GET /rest/api/3/issue/DEMO-3?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        > GET /rest/api/3/field
        Created DEMO-3.
        # DEMO-3 Feed the cat
        Task DEMO-3 · demo · by Ana Example
        Status: To Do
        Priority: Medium
        Assignee: nobody
        | Asked by Ana in Slack.
        [Comment…: comment add {"issue":"DEMO-3"}] [Assign to me: issue assign {"issue":"DEMO-3","to":"me"}] [Edit…: issue update {"issue":"DEMO-3"}] [Log time…: worklog add {"issue":"DEMO-3"}]
        [Start work → In Progress: issue transition {"issue":"DEMO-3","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"DEMO-3","to":"Ask for review"}] [Done: issue transition {"issue":"DEMO-3","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    read(&desk, "create With a file project=DEMO file=https://example.org/fire.txt", expect![[r#"
        Created DEMO-4.
        # DEMO-4 With a file
        Task DEMO-4 · demo · by Ana Example
        Status: To Do
        Priority: Medium
        Assignee: nobody
        | Asked by Ana in Slack.
        - file fire.txt (9 bytes)
        [Comment…: comment add {"issue":"DEMO-4"}] [Assign to me: issue assign {"issue":"DEMO-4","to":"me"}] [Edit…: issue update {"issue":"DEMO-4"}] [Log time…: worklog add {"issue":"DEMO-4"}]
        [Start work → In Progress: issue transition {"issue":"DEMO-4","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"DEMO-4","to":"Ask for review"}] [Done: issue transition {"issue":"DEMO-4","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    read(
        &desk,
        "create With another project=DEMO file=https://example.org/none.txt",
        expect![[r#"
        BadInput: `https://example.org/none.txt` cannot be fetched.
          file: `https://example.org/none.txt` cannot be fetched.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues.last().unwrap().key, "DEMO-4", "nothing is made when its file is not there");
}

#[tokio::test]
async fn an_issue_is_shown_by_key_and_link() {
    let desk = desk().await;
    desk.check("issue show APO-7 --comments", expect![[r#"
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        > GET /rest/api/3/field
        > GET /rest/api/3/issue/APO-7/comment?orderBy=-created&startAt=0&maxResults=20
        [Bad]
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: In Progress
        Priority: High
        Assignee: Ben Example
        Labels: printer
        Component: Printer
        Fix version: 1.1
        Parent: APO-1 Fire safety
        Due: 2026-11-20 (overdue)
        Sprint: Apollo 3
        Story point estimate: 5
        Severity: high
        | It burns since this morning.
        | • smoke in room 4
        | • see lp0
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done…: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-18 11:00 UTC)
        Last comments
        - Ben Example 2026-11-20 14:00 UTC (#20026): I can see the smoke from here.
    "#]]).await;
    for line in ["APO-7", "apo-7", &format!("{}/browse/APO-7", desk.server.url())] {
        assert_eq!(desk.call(line).action, "issue show", "{line}");
        assert!(desk.run(line).await.is_ok(), "{line}");
    }
    let card = desk.run("APO-7").await.unwrap().card.unwrap();
    assert_eq!(card.object, format!("{}/browse/APO-7", desk.server.url()));
    desk.standin.state().issues[6].restricted = true;
    assert_eq!(
        desk.run("APO-7").await.unwrap().audience,
        commands::Audience::Private,
        "the channel may hold those who may not see it"
    );
    read(
        &desk,
        "issue list label=printer",
        expect![[r#"
        2 issues
        - APO-8 Buy a new printer · To Do · nobody
        (1 issue with a security level is left out.)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_issue_is_changed() {
    let desk = desk().await;
    desk.check(
        "issue update APO-7 summary=\"Printer still on fire\" priority=highest assignee=chloe due=none label=printer estimate=\"1d 2h\" \
         fix_version=1.2 component=none field=Severity=low field=\"Story point estimate=none\" type=task parent=none description=\"Gone.\" affects=1.0",
        expect![[r#"
            > GET /rest/api/3/issue/APO-7/editmeta
            > GET /rest/api/3/user/assignable/search?maxResults=100&issueKey=[hidden]&query=chloe
            > GET /rest/api/3/project/APO/versions
            > GET /rest/api/3/project/APO/components
            > PUT /rest/api/3/issue/APO-7 {"fields":{"summary":"Printer still on fire","description":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Gone."}]}]},"issuetype":{"name":"Task"},"priority":{"name":"Highest"},"assignee":{"accountId":"5b109f2e9729b51b54dc274d"},"labels":["printer"],"duedate":null,"customfield_10016":null,"timetracking":{"originalEstimate":"1d 2h"},"fixVersions":[{"id":"10102"}],"versions":[{"id":"10100"}],"components":[],"customfield_10030":{"id":"10030"}},"update":{"parent":[{"set":{"none":true}}]}}
            > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
            > GET /rest/api/3/field
            [Warning]
            Updated APO-7.
            # APO-7 Printer still on fire
            Task APO-7 · apollo · by Ana Example
            Status: In Progress
            Priority: Highest
            Assignee: Chloe Example
            Labels: printer
            Fix version: 1.2
            Estimate: 1d 2h
            Sprint: Apollo 3
            Severity: low
            | Gone.
            - blocks APO-8 Buy a new printer · To Do
            - subtask APO-11 Call the manufacturer · To Do
            [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
            [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done: issue transition {"issue":"APO-7","to":"Done"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    {
        let state = desk.standin.state();
        let issue = &state.issues[6];
        assert_eq!((issue.kind.as_str(), issue.priority.as_str(), issue.due.as_deref()), ("Task", "Highest", None));
        assert_eq!((issue.assignee, issue.points, issue.severity, issue.estimate), (Some(3), None, Some(0), 10 * 3600));
        assert_eq!(
            (issue.parent.as_deref(), issue.components.len(), issue.fix_versions.as_slice()),
            (None, 0, [10_102].as_slice())
        );
    }
    read(
        &desk,
        "issue update APO-7",
        expect![[r#"
        BadInput: What shall change in APO-7? Write it as a name and a value, such as priority=High.
    "#]],
    )
    .await;
    read(&desk, "issue update APO-7 priority=hihg assignee=nobody-there due=soon estimate=long field=Colour=red", expect![[r#"
        BadInput: Jira has no priority `hihg` here. Did you mean `High`? It can be Highest, High, Medium, Low or Lowest. Jira knows nobody called `nobody-there` whom APO-7 can be given to. `soon` is no date. Write it as 2026-11-21, friday or none. `long` is no amount of work. Write it as 3h or 2d 4h. Jira has no field `Colour` here. It can be Notes, Sprint or Story point estimate.
          priority: Jira has no priority `hihg` here. Did you mean `High`? It can be Highest, High, Medium, Low or Lowest.
          assignee: Jira knows nobody called `nobody-there` whom APO-7 can be given to.
          due: `soon` is no date. Write it as 2026-11-21, friday or none.
          estimate: `long` is no amount of work. Write it as 3h or 2d 4h.
          field: Jira has no field `Colour` here. It can be Notes, Sprint or Story point estimate.
    "#]])
        .await;
    desk.check("issue assign APO-7 me", expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
        > PUT /rest/api/3/issue/APO-7/assignee {"accountId":"5b10a2844c20165700ede21f"}
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        [Warning]
        Assigned APO-7 to Ana Example.
        # APO-7 Printer still on fire
        Task APO-7 · apollo · by Ana Example
        Status: In Progress
        Priority: Highest
        Assignee: Ana Example
        Labels: printer
        Fix version: 1.2
        Estimate: 1d 2h
        Sprint: Apollo 3
        Severity: low
        | Gone.
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().issues[6].assignee, Some(1));
    read(&desk, "issue assign APO-7 example", expect![[r#"
        BadInput: `example` may be Ana Example (ana@example.org), Ben Example (ben@example.org) or Chloe Example (chloe@example.org). Write the name in full, or what stands in brackets.
          to: `example` may be Ana Example (ana@example.org), Ben Example (ben@example.org) or Chloe Example (chloe@example.org). Write the name in full, or what stands in brackets.
    "#]]).await;
    desk.run("issue assign APO-7 none").await.unwrap();
    assert_eq!(desk.standin.state().issues[6].assignee, None);
    desk.check("issue label APO-7 add=hot add=\"very loud\" remove=printer", expect![[r#"
        > PUT /rest/api/3/issue/APO-7 {"update":{"labels":[{"add":"hot"},{"add":"very-loud"},{"remove":"printer"}]}}
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        [Warning]
        Labelled APO-7 hot, very-loud, and took printer from it.
        # APO-7 Printer still on fire
        Task APO-7 · apollo · by Ana Example
        Status: In Progress
        Priority: Highest
        Assignee: nobody
        Labels: hot, very-loud
        Fix version: 1.2
        Estimate: 1d 2h
        Sprint: Apollo 3
        Severity: low
        | Gone.
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().issues[6].labels, ["hot", "very-loud"]);
    read(&desk, "issue history APO-7", expect![[r#"
        APO-7 Printer still on fire
        - 2026-11-21 10:00 UTC Bellhop: summary Printer on fire → Printer still on fire; description changed; issuetype Bug → Task; priority High → Highest; assignee Ben Example → Chloe Example; duedate 2026-11-20 → none; components Printer → none; fixVersions 1.1 → 1.2; versions → 1.0; timetracking changed; customfield_10016 5 → none; customfield_10030 high → low
        - 2026-11-21 10:00 UTC Bellhop: assignee Chloe Example → Ana Example
        - 2026-11-21 10:00 UTC Bellhop: assignee Ana Example → none
        - 2026-11-21 10:00 UTC Bellhop: labels printer → hot, very-loud
        - 2026-11-18 11:00 UTC Ben Example: status To Do → In Progress
        - 2026-11-13 11:00 UTC Ben Example: Sprint → Apollo 3
    "#]]).await;
}
