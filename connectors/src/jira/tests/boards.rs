//! Boards, sprints, the backlog, epics.

use super::*;

#[tokio::test]
async fn boards_are_shown() {
    let desk = desk().await;
    desk.check(
        "board list",
        expect![[r#"
        > GET /rest/agile/1.0/board?startAt=0&maxResults=100
        2 boards
        - Apollo board (#1) · scrum · apollo (APO)
        - Demo board (#2) · kanban · demo (DEMO)
    "#]],
    )
    .await;
    desk.check(
        "board list APO",
        expect![[r#"
        > GET /rest/api/3/project/APO
        > GET /rest/agile/1.0/board?projectKeyOrId=[hidden]&startAt=0&maxResults=100
        1 board
        - Apollo board (#1) · scrum · apollo (APO)
    "#]],
    )
    .await;
    desk.check(
        "board show Apollo board",
        expect![[r#"
        > GET /rest/agile/1.0/board?startAt=0&maxResults=100
        > GET /rest/agile/1.0/board/1/configuration
        > GET /rest/agile/1.0/board/1/sprint?state=active&startAt=0&maxResults=100
        > GET /rest/agile/1.0/board/1/sprint/3/issue?fields=summary%2Cstatus%2Cassignee%2Csecurity&startAt=0&maxResults=100
        # Apollo board
        Open in Jira
        Apollo 3 is under way, until 2026-11-28.
        Column | Issues | Which
        To Do | 1 | APO-8
        In Progress | 2 of 3 | APO-6, APO-7
        Done | 0 | 
        [Backlog: backlog list {"board":"1"}] [Sprints: sprint list {"board":"1"}] [Velocity: metrics velocity {"board":"1"}]
    "#]],
    )
    .await;
    read(
        &desk,
        "board show 2",
        expect![[r##"
        # Demo board
        Open in Jira
        Column | Issues | Which
        To Do | 1 | DEMO-1
        In Progress | 0 of 3 | 
        Done | 1 | DEMO-2
        [Backlog: backlog list {"board":"2"}]
    "##]],
    )
    .await;
    read(
        &desk,
        "board show",
        expect![[r#"
        BadInput: Which board? There is Apollo board or Demo board.
          board: Which board? There is Apollo board or Demo board.
    "#]],
    )
    .await;
    read(
        &desk,
        "board show Apolo board",
        expect![[r#"
        BadInput: Jira has no board `Apolo board` here. Did you mean `Apollo board`? It can be Apollo board or Demo board.
          board: Jira has no board `Apolo board` here. Did you mean `Apollo board`? It can be Apollo board or Demo board.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_sprint_is_made_filled_started_and_completed() {
    let desk = desk().await;
    read(
        &desk,
        "sprint list",
        expect![[r#"
        Sprints of Apollo board
        - Apollo 1 (#1) · closed · 2026-10-10 to 2026-10-24 · A first flight
        - Apollo 2 (#2) · closed · 2026-10-24 to 2026-11-07 · Fewer fires
        - Apollo 3 (#3) · under way · 2026-11-14 to 2026-11-28 · Nothing burns
        - Apollo 4 (#4) · to come
    "#]],
    )
    .await;
    desk.check("sprint create Apollo 5 goal=\"More water\" start=monday end=+2w", expect![[r#"
        > GET /rest/agile/1.0/board?startAt=0&maxResults=100
        > POST /rest/agile/1.0/sprint {"name":"Apollo 5","originBoardId":1,"startDate":"2026-11-23T00:00:00.000+0000","endDate":"2026-12-05T00:00:00.000+0000","goal":"More water"}
        > GET /rest/agile/1.0/sprint/5
        > GET /rest/agile/1.0/sprint/5/issue?fields=summary%2Cstatus%2Cassignee%2Csecurity&startAt=0&maxResults=100
        Created the sprint Apollo 5.
        # Apollo 5
        State: to come · 2026-11-23 to 2026-12-05
        Issues: 0 done, 0 under way, 0 to do
        Goal: More water
        [Start…: sprint start {"sprint":"5"}] [Add issues…: sprint move {"sprint":"5"}]
    "#]]).await;
    desk.check(
        "sprint update 5 name=\"Apollo V\" goal=Water",
        expect![[r#"
        > GET /rest/agile/1.0/sprint/5
        > POST /rest/agile/1.0/sprint/5 {"name":"Apollo V","goal":"Water"}
        > GET /rest/agile/1.0/sprint/5
        > GET /rest/agile/1.0/sprint/5/issue?fields=summary%2Cstatus%2Cassignee%2Csecurity&startAt=0&maxResults=100
        Changed the sprint Apollo 5.
        # Apollo V
        State: to come · 2026-11-23 to 2026-12-05
        Issues: 0 done, 0 under way, 0 to do
        Goal: Water
        [Start…: sprint start {"sprint":"5"}] [Add issues…: sprint move {"sprint":"5"}]
    "#]],
    )
    .await;
    desk.check(
        "sprint move APO-9 APO-10 sprint=\"Apollo V\"",
        expect![[r#"
        > GET /rest/agile/1.0/board?startAt=0&maxResults=100
        > GET /rest/agile/1.0/board/1/sprint?state=active%2Cfuture%2Cclosed&startAt=0&maxResults=100
        > POST /rest/agile/1.0/sprint/5/issue {"issues":["APO-9","APO-10"]}
        Moved APO-9, APO-10 to Apollo V.
        [Show the sprint: sprint show {"sprint":"5"}]
    "#]],
    )
    .await;
    read(
        &desk,
        "sprint start \"Apollo V\"",
        expect![[r#"
        Validation: Jira refused the values: There is already an active sprint on this board. Correct them and try again.
    "#]],
    )
    .await;
    desk.check(
        "sprint complete move_open_to=next",
        expect![[r#"
            > GET /rest/agile/1.0/board?startAt=0&maxResults=100
            > GET /rest/agile/1.0/board/1/sprint?state=active%2Cfuture%2Cclosed&startAt=0&maxResults=100
            > GET /rest/agile/1.0/board/1
            > GET /rest/agile/1.0/board/1/sprint?state=active%2Cfuture%2Cclosed&startAt=0&maxResults=100
            > GET /rest/agile/1.0/sprint/3/issue?fields=status&startAt=0&maxResults=100
            > POST /rest/agile/1.0/sprint/3 {"state":"closed"}
            > POST /rest/agile/1.0/sprint/4/issue {"issues":["APO-6","APO-7","APO-8"]}
            > GET /rest/agile/1.0/sprint/3
            > GET /rest/agile/1.0/sprint/3/issue?fields=summary%2Cstatus%2Cassignee%2Csecurity&startAt=0&maxResults=100
            Completed the sprint Apollo 3: 0 of 3 issues done.
            (3 open issues went to Apollo 4.)
            # Apollo 3
            State: closed · 2026-11-14 to 2026-11-21
            Issues: 0 done, 2 under way, 1 to do
            Goal: Nothing burns
            - APO-6 The door sticks · In Review · Ana Example
            - APO-7 Printer on fire · In Progress · Ben Example
            - APO-8 Buy a new printer · To Do · nobody
            [Commitment: metrics commitment {"sprint":"3"}]
        "#]],
    )
    .await;
    {
        let state = desk.standin.state();
        assert_eq!((state.sprints[2].state, state.sprints[2].complete), ("closed", Some(now())));
        assert_eq!(state.issues[6].sprints, [3, 4]);
    }
    read(
        &desk,
        "sprint start Apollo V weeks=1",
        expect![[r#"
        Started the sprint Apollo V.
        # Apollo V
        State: under way · 2026-11-21 to 2026-12-05
        Issues: 0 done, 0 under way, 2 to do
        Time: 13.6 d left
        Goal: Water
        - APO-9 Water on every floor · To Do · nobody
        - APO-10 Write the fire drill · To Do · Ana Example
        [Burndown: metrics burndown {"sprint":"5"}] [Complete…: sprint complete {"sprint":"5"}]
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().sprints[4].state, "active");
    read(
        &desk,
        "sprint start Apollo V",
        expect![[r#"
        BadInput: Apollo V is under way: only one that is to come can be started.
          sprint: Apollo V is under way: only one that is to come can be started.
    "#]],
    )
    .await;
    read(&desk, "sprint show Apollo 7", expect![[r#"
        BadInput: Jira has no sprint `Apollo 7` here. Did you mean `Apollo 1`? It can be Apollo 1, Apollo 2, Apollo 3, Apollo 4 or Apollo V.
          sprint: Jira has no sprint `Apollo 7` here. Did you mean `Apollo 1`? It can be Apollo 1, Apollo 2, Apollo 3, Apollo 4 or Apollo V.
    "#]]).await;
    read(
        &desk,
        "sprint delete 4",
        expect![[r#"
            (only you)
            [Warning]
            # Delete the sprint Apollo 4?
            - Back in the backlog, where they are open: 3 issues.
            - Its dates, its goal and its report cannot be brought back.
            [Delete: sprint delete {"sprint":"4","confirm":"yes"}]
        "#]],
    )
    .await;
    desk.check(
        "sprint delete 4 confirm=yes",
        expect![[r#"
        > GET /rest/agile/1.0/sprint/4
        > DELETE /rest/agile/1.0/sprint/4
        Deleted the sprint Apollo 4.
    "#]],
    )
    .await;
    assert!(desk.standin.state().sprints.iter().all(|it| it.id != 4));
}

#[tokio::test]
async fn open_issues_of_a_completed_sprint_go_to_the_backlog() {
    let desk = desk().await;
    read(
        &desk,
        "sprint show",
        expect![[r##"
        # Apollo 3
        State: under way · 2026-11-14 to 2026-11-28
        Issues: 0 done, 2 under way, 1 to do
        Time: 7 d left
        Goal: Nothing burns
        - APO-6 The door sticks · In Review · Ana Example
        - APO-7 Printer on fire · In Progress · Ben Example
        - APO-8 Buy a new printer · To Do · nobody
        [Burndown: metrics burndown {"sprint":"3"}] [Complete…: sprint complete {"sprint":"3"}]
    "##]],
    )
    .await;
    read(
        &desk,
        "sprint complete",
        expect![[r#"
            Completed the sprint Apollo 3: 0 of 3 issues done.
            (3 open issues went to the backlog.)
            # Apollo 3
            State: closed · 2026-11-14 to 2026-11-21
            Issues: 0 done, 2 under way, 1 to do
            Goal: Nothing burns
            - APO-6 The door sticks · In Review · Ana Example
            - APO-7 Printer on fire · In Progress · Ben Example
            - APO-8 Buy a new printer · To Do · nobody
            [Commitment: metrics commitment {"sprint":"3"}]
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues[6].sprints, [3], "a closed sprint stays in its history");
    read(
        &desk,
        "sprint complete",
        expect![[r#"
        BadInput: No sprint of Apollo board is under way.
          sprint: No sprint of Apollo board is under way.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn the_backlog_is_shown_and_ordered() {
    let desk = desk().await;
    desk.check("backlog list 1", expect![[r#"
        > GET /rest/agile/1.0/board/1
        > GET /rest/agile/1.0/board/1/backlog?fields=summary%2Cstatus%2Cassignee%2Cpriority%2Cissuetype%2Cduedate%2Cupdated%2Csecurity&startAt=0&maxResults=15
        # Backlog of Apollo board
        2 issues
        - APO-9 Water on every floor · To Do · nobody
        - APO-10 Write the fire drill · To Do · Ana Example
    "#]]).await;
    desk.check(
        "backlog rank APO-10 before=APO-9",
        expect![[r#"
        > PUT /rest/agile/1.0/issue/rank {"issues":["APO-10"],"rankBeforeIssue":"APO-9"}
        APO-10 stands before APO-9 now.
    "#]],
    )
    .await;
    desk.check(
        "backlog add APO-7",
        expect![[r#"
        > POST /rest/agile/1.0/backlog/issue {"issues":["APO-7"]}
        Moved APO-7 to the backlog.
    "#]],
    )
    .await;
    desk.run("sprint move APO-8 sprint=backlog").await.unwrap();
    read(
        &desk,
        "backlog list 1",
        expect![[r#"
        # Backlog of Apollo board
        4 issues
        - APO-7 Printer on fire · In Progress · Ben Example
        - APO-8 Buy a new printer · To Do · nobody
        - APO-10 Write the fire drill · To Do · Ana Example
        - APO-9 Water on every floor · To Do · nobody
    "#]],
    )
    .await;
    read(
        &desk,
        "backlog rank APO-10",
        expect![[r#"
        BadInput: Where? Write before=APO-7 or after=APO-7, and not both.
          before: Where? Write before=APO-7 or after=APO-7, and not both.
    "#]],
    )
    .await;
    {
        let mut state = desk.standin.state();
        let template = state.issues[8].clone();
        for number in 100..130 {
            state.issues.push(super::super::standin::Issue {
                key: format!("APO-{number}"),
                id: number,
                rank: 1e6 + number as f64,
                ..template.clone()
            });
        }
    }
    let page = crate::tests::desk::read(&desk.run("backlog list 1 offset=15").await);
    assert!(page.contains("APO-111") && page.contains("15 of 34 issues") && page.contains("\"offset\":30"), "{page}");
}

#[tokio::test]
async fn epics_hold_issues() {
    let desk = desk().await;
    desk.check("epic list APO", expect![[r#"
        > GET /rest/api/3/project/APO
        > POST /rest/api/3/search/jql {"jql":"issuetype = Epic AND project = \"APO\" AND statusCategory != Done ORDER BY Rank ASC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":30}
        > POST /rest/api/3/search/approximate-count {"jql":"parent = \"APO-1\""}
        > POST /rest/api/3/search/approximate-count {"jql":"parent = \"APO-1\" AND statusCategory = Done"}
        1 epic
        - APO-1 Fire safety · In Progress · nobody · 2 of 4 done
    "#]]).await;
    desk.check("epic show APO-1", expect![[r#"
        > GET /rest/api/3/issue/APO-1?fields=summary%2Cstatus%2Cassignee%2Cpriority%2Cissuetype%2Cduedate%2Cupdated%2Csecurity
        > POST /rest/api/3/search/jql {"jql":"parent = \"APO-1\" ORDER BY statusCategory ASC, Rank ASC","fields":["summary","status","assignee","priority","issuetype","duedate","updated","security"],"maxResults":50}
        # Fire safety
        APO-1 · In Progress · 2 of 4 issues done
        - APO-7 Printer on fire · In Progress · Ben Example
        - APO-6 The door sticks · In Review · Ana Example
        - APO-2 Smoke detectors in every room · Done · nobody
        - APO-3 Count the extinguishers · Done · nobody
        [New issue in it…: issue create {"project":"APO","parent":"APO-1"}] [Add issues…: epic add {"epic":"APO-1"}]
    "#]]).await;
    desk.check(
        "epic add APO-8 APO-9 epic=APO-1",
        expect![[r#"
        > PUT /rest/api/3/issue/APO-8 {"fields":{"parent":{"key":"APO-1"}}}
        > PUT /rest/api/3/issue/APO-9 {"fields":{"parent":{"key":"APO-1"}}}
        Put APO-8, APO-9 into APO-1.
        [Show the epic: epic show {"epic":"APO-1"}]
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues[8].parent.as_deref(), Some("APO-1"));
    desk.check(
        "epic remove APO-9",
        expect![[r#"
            > PUT /rest/api/3/issue/APO-9 {"update":{"parent":[{"set":{"none":true}}]}}
            Took APO-9 out of its epic.
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues[8].parent, None);
}
