//! What is different on Data Center: paths, pages, people, texts, epics.

use commands::param::Secret;

use super::*;
use crate::Whose;

async fn desk() -> Desk<Simulated> {
    at(Deployment::DataCenter, undescribed, |_| {}).await
}

#[tokio::test]
async fn jira_is_asked_which_it_is() {
    for (deployment, path) in [(Deployment::Cloud, "/rest/api/3/"), (Deployment::DataCenter, "/rest/api/2/")] {
        let desk = Desk::new(Kind::of::<Jira>(), undescribed, Simulated::at(deployment, now())).await;
        desk.run("issue show APO-7").await.unwrap();
        let lines: Vec<String> = desk.server.exchanges().iter().map(|it| it.request_line()).collect();
        assert_eq!(lines[0], "GET /rest/api/2/serverInfo");
        assert!(lines[1].starts_with(&format!("GET {path}issue/APO-7")), "{lines:?}");
        desk.run("issue show APO-7").await.unwrap();
        let asked = desk.server.exchanges().iter().filter(|it| it.request_line().contains("serverInfo")).count();
        assert_eq!(asked, 1, "it is asked once");
    }
}

#[tokio::test]
async fn files_are_fetched_where_people_see_them() {
    let desk = desk().await;
    desk.run("issue attach APO-9 file=https://example.org/fire.txt").await.unwrap();
    desk.check(
        "attachment download APO-9",
        expect![[r#"
        > GET /rest/api/2/issue/APO-9?fields=attachment
        > GET /secure/attachment/20035/fire.txt
        fire.txt of APO-9
        + fire.txt (9 bytes)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn issues_are_made_and_shown_in_markup() {
    let desk = desk().await;
    desk.check(
        "issue create Smoke project=APO type=Bug assignee=ben parent=APO-1 description=\"It is **hot**: see `lp0`.\"",
        expect![[r#"
            > GET /rest/api/2/project/APO
            > GET /rest/api/2/issue/createmeta/APO/issuetypes?maxResults=100
            > GET /rest/api/2/issue/createmeta/APO/issuetypes/4?maxResults=200
            > GET /rest/api/2/user/assignable/search?maxResults=100&project=APO&username=ben
            > GET /rest/api/2/user/search?maxResults=100&username=ana%40example.org
            > GET /rest/api/2/field
            > POST /rest/api/2/issue {"fields":{"summary":"Smoke","description":"It is *hot*: see {{lp0}}.\n\n_Asked by Ana in Slack._","assignee":{"name":"ben"},"reporter":{"name":"ana"},"customfield_10014":"APO-1","project":{"key":"APO"},"issuetype":{"id":"4"}}}
            > GET /rest/api/2/issue/APO-12?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
            Created APO-12.
            # APO-12 Smoke
            Bug APO-12 · apollo · by Ana Example
            Status: To Do
            Priority: Medium
            Assignee: Ben Example
            Severity: low
            Epic Link: APO-1
            | It is hot: see lp0.
            | Asked by Ana in Slack.
            [Comment…: comment add {"issue":"APO-12"}] [Assign to me: issue assign {"issue":"APO-12","to":"me"}] [Edit…: issue update {"issue":"APO-12"}] [Log time…: worklog add {"issue":"APO-12"}]
            [Start work → In Progress: issue transition {"issue":"APO-12","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-12","to":"Ask for review"}] [Done…: issue transition {"issue":"APO-12","to":"Done"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    desk.check("comment add APO-7 # Out!", expect![[r#"
        > POST /rest/api/2/issue/APO-7/comment {"body":"h1. Out!\n\n_Asked by Ana in Slack._"}
        > GET /rest/api/2/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        [Bad]
        Commented on APO-7.
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: In Progress
        Priority: High
        Assignee: Ben Example
        Labels: printer
        Component: Printer
        Fix version: 1.1
        Due: 2026-11-20 (overdue)
        Sprint: Apollo 3
        Story point estimate: 5
        Severity: high
        Epic Link: APO-1
        | It burns since this morning.
        | • smoke in room 4
        | • see lp0
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done…: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    read(&desk, "issue show APO-7 --comments", expect![[r#"
        [Bad]
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: In Progress
        Priority: High
        Assignee: Ben Example
        Labels: printer
        Component: Printer
        Fix version: 1.1
        Due: 2026-11-20 (overdue)
        Sprint: Apollo 3
        Story point estimate: 5
        Severity: high
        Epic Link: APO-1
        | It burns since this morning.
        | • smoke in room 4
        | • see lp0
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done…: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
        Last comments
        - Ben Example 2026-11-20 14:00 UTC (#20026): I can see the smoke from here.
        - Bellhop 2026-11-21 10:00 UTC (#20036): Out!
        Asked by Ana in Slack.
    "#]]).await;
    desk.check("issue assign APO-7 none", expect![[r#"
        > PUT /rest/api/2/issue/APO-7/assignee {"name":null}
        > GET /rest/api/2/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        [Bad]
        APO-7 is nobody's now.
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: In Progress
        Priority: High
        Assignee: nobody
        Labels: printer
        Component: Printer
        Fix version: 1.1
        Due: 2026-11-20 (overdue)
        Sprint: Apollo 3
        Story point estimate: 5
        Severity: high
        Epic Link: APO-1
        | It burns since this morning.
        | • smoke in room 4
        | • see lp0
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Ask for review → In Review: issue transition {"issue":"APO-7","to":"Ask for review"}] [Done…: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "issue watch APO-9",
        expect![[r#"
        > GET /rest/api/2/user/search?maxResults=100&username=ana%40example.org
        > POST /rest/api/2/issue/APO-9/watchers "ana"
        Ana Example watches APO-9 now.
    "#]],
    )
    .await;
    desk.check(
        "issue unwatch APO-9",
        expect![[r#"
        > GET /rest/api/2/user/search?maxResults=100&username=ana%40example.org
        > DELETE /rest/api/2/issue/APO-9/watchers?username=ana
        Ana Example no longer watches APO-9.
    "#]],
    )
    .await;
    desk.check("worklog add APO-9 1h", expect![[r#"
        > POST /rest/api/2/issue/APO-9/worklog {"timeSpent":"1h","started":"2026-11-21T10:00:00.000+0000","comment":"_Asked by Ana in Slack._"}
        > GET /rest/api/2/issue/APO-9?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        Logged 1h on APO-9.
        # APO-9 Water on every floor
        Story APO-9 · apollo · by Ana Example
        Status: To Do
        Priority: Low
        Assignee: nobody
        Time: 1h
        [Comment…: comment add {"issue":"APO-9"}] [Assign to me: issue assign {"issue":"APO-9","to":"me"}] [Edit…: issue update {"issue":"APO-9"}] [Log time…: worklog add {"issue":"APO-9"}]
        [Start work → In Progress: issue transition {"issue":"APO-9","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-9","to":"Ask for review"}] [Done: issue transition {"issue":"APO-9","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn lists_are_counted() {
    let desk = desk().await;
    desk.check("issue list assignee=me parent=APO-1 limit=1", expect![[r#"
        > GET /rest/api/2/user/search?maxResults=100&username=ana%40example.org
        > GET /rest/api/2/field
        > POST /rest/api/2/search {"jql":"assignee = \"ana\" AND statusCategory != Done AND (\"Epic Link\" = \"APO-1\" OR parent = \"APO-1\") ORDER BY updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":1,"startAt":0}
        1 issue
        - APO-6 The door sticks · In Review · Ana Example
    "#]]).await;
    desk.check("issue list status=all limit=2 page=2", expect![[r#"
        > POST /rest/api/2/search {"jql":"created IS NOT EMPTY ORDER BY updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":2,"startAt":2}
        2 of 13 issues
        - APO-11 Call the manufacturer · To Do · nobody
        - APO-7 Printer on fire · In Progress · Ben Example
        [Show more: issue list {"status":"all","limit":2,"page":"4"}]
    "#]]).await;
    desk.check("epic list APO", expect![[r#"
        > GET /rest/api/2/project/APO
        > POST /rest/api/2/search {"jql":"issuetype = Epic AND project = \"APO\" AND statusCategory != Done ORDER BY Rank ASC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":30,"startAt":0}
        > POST /rest/api/2/search {"jql":"(\"Epic Link\" = \"APO-1\" OR parent = \"APO-1\")","fields":["summary"],"maxResults":0,"startAt":0}
        > POST /rest/api/2/search {"jql":"(\"Epic Link\" = \"APO-1\" OR parent = \"APO-1\") AND statusCategory = Done","fields":["summary"],"maxResults":0,"startAt":0}
        1 epic
        - APO-1 Fire safety · In Progress · nobody · 2 of 4 done
    "#]]).await;
    desk.check(
        "epic add APO-9 epic=APO-1",
        expect![[r#"
        > POST /rest/agile/1.0/epic/APO-1/issue {"issues":["APO-9"]}
        Put APO-9 into APO-1.
        [Show the epic: epic show {"epic":"APO-1"}]
    "#]],
    )
    .await;
    desk.check(
        "epic remove APO-9",
        expect![[r#"
        > POST /rest/agile/1.0/epic/none/issue {"issues":["APO-9"]}
        Took APO-9 out of its epic.
    "#]],
    )
    .await;
    desk.check(
        "filter list bugs",
        expect![[r#"
        > GET /rest/api/2/filter/favourite
        1 filter
        - Open bugs · Ana Example · issuetype = Bug AND statusCategory != Done ORDER BY priority DESC
        [Open bugs: filter run {"filter":"10300"}]
    "#]],
    )
    .await;
    desk.check(
        "project list",
        expect![[r#"
        > GET /rest/api/2/project?expand=lead
        2 projects
        - APO apollo · software · led by Ana Example
        - DEMO demo · business · led by Ben Example
    "#]],
    )
    .await;
    desk.check("user show ben", expect![[r#"
        > GET /rest/api/2/user/search?maxResults=100&username=ben
        > GET /rest/api/2/user?username=ben&expand=groups
        > POST /rest/api/2/search {"jql":"assignee = \"ben\" AND statusCategory != Done","fields":["summary"],"maxResults":0,"startAt":0}
        > GET /rest/api/2/user?username=ben&expand=groups
        # Ben Example
        Open in Jira
        Open issues: 1
        Email: ben@example.org
        Time zone: Europe/Berlin
        Groups: apollo-developers, jira-users
        Account: ben
        [Open issues: issue list {"assignee":"ben"}]
    "#]]).await;
    desk.check(
        "user list",
        expect![[r#"
        > GET /rest/api/2/user/search?maxResults=100&username=.
        4 people
        - Bellhop · bellhop@example.org
        - Ana Example · ana@example.org
        - Ben Example · ben@example.org
        - Chloe Example · chloe@example.org
    "#]],
    )
    .await;
    desk.check(
        "group add apollo-developers chloe",
        expect![[r#"
        > GET /rest/api/2/groups/picker?query=apollo-developers&maxResults=100
        > GET /rest/api/2/user/search?maxResults=100&username=chloe
        > POST /rest/api/2/group/user?groupname=apollo-developers {"name":"chloe"}
        Chloe Example is in apollo-developers now.
    "#]],
    )
    .await;
    desk.check(
        "group remove apollo-developers chloe",
        expect![[r#"
        > GET /rest/api/2/groups/picker?query=apollo-developers&maxResults=100
        > GET /rest/api/2/user/search?maxResults=100&username=chloe
        > DELETE /rest/api/2/group/user?groupname=apollo-developers&username=chloe
        Chloe Example is no longer in apollo-developers.
    "#]],
    )
    .await;
    desk.check("project create GEM Gemini", expect![[r#"
        > GET /rest/api/2/user/search?maxResults=100&username=ana%40example.org
        > POST /rest/api/2/project {"key":"GEM","name":"Gemini","projectTypeKey":"software","assigneeType":"UNASSIGNED","lead":"ana"}
        Created the project GEM Gemini.
        [New issue…: issue create {"project":"GEM"}]
    "#]]).await;
    desk.check(
        "project delete GEM confirm=yes",
        expect![[r#"
        > GET /rest/api/2/project/GEM
        > DELETE /rest/api/2/project/GEM
        Deleted the project GEM Gemini.
    "#]],
    )
    .await;
    desk.check(
        "component create APO Hull lead=ana",
        expect![[r#"
        > GET /rest/api/2/user/assignable/search?maxResults=100&project=APO&username=ana
        > POST /rest/api/2/component {"project":"APO","name":"Hull","leadUserName":"ana"}
        Created the component Hull of apollo.
    "#]],
    )
    .await;
    read(&desk, "metrics cycle APO days=60", expect![[r#"
        4 issues of apollo closed in the last 60 days
        Type | Issues | Cycle (median) | Cycle (85 %) | Lead (median) | Lead (85 %)
        Bug | 1 | 3 d | 3 d | 7 d | 7 d
        Story | 2 | 5 d | 10 d | 14 d | 15 d
        Task | 1 | 18 d | 18 d | 25 d | 25 d
        All | 4 | 5 d | 18 d | 14 d | 25 d
        The longest at work: APO-3 Count the extinguishers (18 d); APO-4 A map of the exits (10 d); APO-2 Smoke detectors in every room (5 d).
    "#]]).await;
    read(
        &desk,
        "metrics velocity",
        expect![[r#"
        Apollo board completes 9 points a sprint.
        Sprint | Committed | Completed | Added | Kept
        Apollo 1 | 8 | 5 | 0 | 63 %
        Apollo 2 | 8 | 13 | 5 | 100 %
        (In points. 81 % of what was committed was done in time.)
    "#]],
    )
    .await;
    assert_eq!(desk.choices("label", "", json!({})).await.unwrap().len(), 2);
}

#[tokio::test]
async fn accounts_are_known_by_their_names() {
    let desk = desk().await;
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await.unwrap().map(|it| it.login);
    assert_eq!(find(Whose::Email("ana@example.org")).await.as_deref(), Some("ana"));
    assert_eq!(find(Whose::Login("ben")).await.as_deref(), Some("ben"));
    assert_eq!(find(Whose::Key(&Secret::from(ANA_TOKEN.to_owned()))).await.as_deref(), Some("ana"));
    assert_eq!(desk.connected.features().await.unwrap().version.as_deref(), Some("Jira Data Center 10.3.2"));
}
