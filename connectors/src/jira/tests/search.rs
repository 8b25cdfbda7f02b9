//! Issues are found: by what they are, by words, by a query.

use super::*;

#[tokio::test]
async fn issues_are_found() {
    let desk = desk().await;
    desk.check("issue list assignee=me", expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
        > POST /rest/api/3/search/jql {"jql":"assignee = \"5b10a2844c20165700ede21f\" AND statusCategory != Done ORDER BY updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        3 issues
        - APO-6 The door sticks · In Review · Ana Example
        - DEMO-1 Try the bot · To Do · Ana Example
        - APO-10 Write the fire drill · To Do · Ana Example
    "#]]).await;
    desk.check(
        "issue list project=APO status=all type=Bug priority=Medium reporter=ben since=2026-01-01 sort=created component=Printer fix_version=1.1 \
         label=printer parent=APO-1 watched",
        expect![[r#"
            > GET /rest/api/3/project/APO
            > GET /rest/api/3/user/search?maxResults=100&query=ben
            > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
            > POST /rest/api/3/search/jql {"jql":"project = \"APO\" AND reporter = \"5b10ac8d82e05b22cc7d4ef5\" AND issuetype = \"Bug\" AND priority = \"Medium\" AND labels = \"printer\" AND fixVersion = \"1.1\" AND component = \"Printer\" AND parent = \"APO-1\" AND watcher = \"5b10a2844c20165700ede21f\" AND updated >= \"2026-01-01\" ORDER BY created DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
            No issue matches.
        "#]],
    )
    .await;
    desk.check("issue list assignee=none status=closed limit=2 sort=priority", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"assignee IS EMPTY AND statusCategory = Done ORDER BY priority DESC, updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":2}
        > POST /rest/api/3/search/approximate-count {"jql":"assignee IS EMPTY AND statusCategory = Done"}
        2 of 5 issues
        - DEMO-2 Show it to Ben · Done · nobody
        - APO-4 A map of the exits · Done · nobody
        [Show more: issue list {"assignee":"none","status":"closed","sort":"priority","limit":2,"page":"page-2"}]
    "#]]).await;
    desk.check("issue list status=all limit=2 page=page-2", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"created IS NOT EMPTY ORDER BY updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":2,"nextPageToken":"page-2"}
        > POST /rest/api/3/search/approximate-count {"jql":"created IS NOT EMPTY"}
        2 of 13 issues
        - APO-11 Call the manufacturer · To Do · nobody
        - APO-7 Printer on fire · In Progress · Ben Example
        [Show more: issue list {"status":"all","limit":2,"page":"page-4"}]
    "#]]).await;
    desk.check("issue search printer fire", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"text ~ \"printer fire\" AND statusCategory != Done ORDER BY updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        1 issue
        - APO-7 Printer on fire · In Progress · Ben Example
    "#]]).await;
    desk.check("issue search detectors project=APO --closed", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"text ~ \"detectors\" AND project = \"APO\" ORDER BY updated DESC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        1 issue
        - APO-2 Smoke detectors in every room · Done · nobody
    "#]]).await;
    desk.check("jql project = DEMO AND sprint in openSprints()", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"project = DEMO AND sprint in openSprints()","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        No issue matches.
    "#]]).await;
    desk.check("issue jql assignee = currentUser() OR sprint in openSprints() ORDER BY key limit=2", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"assignee = currentUser() OR sprint in openSprints() ORDER BY key","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":2}
        > POST /rest/api/3/search/approximate-count {"jql":"assignee = currentUser() OR sprint in openSprints()"}
        2 of 3 issues
        - APO-6 The door sticks · In Review · Ana Example
        - APO-7 Printer on fire · In Progress · Ben Example
        [Show more: issue jql {"jql":"assignee = currentUser() OR sprint in openSprints() ORDER BY key","page":"page-2","limit":2}]
    "#]]).await;
    desk.check("issue jql colour = red", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"colour = red","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        Validation: Jira refused the values: Field 'colour' does not exist or you do not have permission to view it. Correct them and try again. It was: colour = red
          jql: Field 'colour' does not exist or you do not have permission to view it.
    "#]]).await;
    desk.check("issue jql ORDER BY created", expect![[r#"
        > POST /rest/api/3/search/jql {"jql":"ORDER BY created","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":10}
        Validation: Jira refused the values: Unbounded JQL queries are not allowed here. Please add a search restriction to your query. Correct them and try again. It was: ORDER BY created
          jql: Unbounded JQL queries are not allowed here. Please add a search restriction to your query.
    "#]]).await;
}
