//! Issues go through their workflow, and out of the world.

use super::*;

#[tokio::test]
async fn an_issue_goes_through_its_workflow() {
    let desk = desk().await;
    desk.check("issue transition APO-7 In Review comment=\"Please look.\"", expect![[r#"
        > GET /rest/api/3/issue/APO-7/transitions?expand=transitions.fields
        > POST /rest/api/3/issue/APO-7/transitions {"transition":{"id":"31"},"update":{"comment":[{"add":{"body":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Please look."}]},{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]}}}]}}
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        > GET /rest/api/3/field
        [Bad]
        APO-7 is In Review now.
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: In Review
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
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}] [Start work → In Progress: issue transition {"issue":"APO-7","to":"Start work"}] [Done…: issue transition {"issue":"APO-7","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().issues[6].status, 2);
    read(
        &desk,
        "issue transition APO-7 Done",
        expect![[r#"
        BadInput: “Done” wants “Resolution”. It can be Done, Won't Do or Duplicate.
          resolution: “Done” wants “Resolution”. It can be Done, Won't Do or Duplicate.
    "#]],
    )
    .await;
    read(&desk, "issue transition APO-7 Cancelled", expect![[r#"
        BadInput: APO-7 is In Review, and its workflow does not lead to Cancelled. From there it can go by To Do, Start work (→ In Progress) or Done.
          to: APO-7 is In Review, and its workflow does not lead to Cancelled. From there it can go by To Do, Start work (→ In Progress) or Done.
    "#]]).await;
    desk.check("issue close APO-7 resolution=\"won't do\" comment=\"We bought a new one.\"", expect![[r#"
        > GET /rest/api/3/issue/APO-7?fields=status
        > GET /rest/api/3/issue/APO-7/transitions?expand=transitions.fields
        > POST /rest/api/3/issue/APO-7/transitions {"transition":{"id":"41"},"fields":{"resolution":{"name":"Won't Do"}},"update":{"comment":[{"add":{"body":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"We bought a new one."}]},{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]}}}]}}
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        [Good]
        APO-7 is Done now.
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: Done
        Resolution: Won't Do
        Priority: High
        Assignee: Ben Example
        Labels: printer
        Component: Printer
        Fix version: 1.1
        Parent: APO-1 Fire safety
        Due: 2026-11-20
        Sprint: Apollo 3
        Story point estimate: 5
        Severity: high
        | It burns since this morning.
        | • smoke in room 4
        | • see lp0
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    {
        let state = desk.standin.state();
        assert_eq!(
            (state.issues[6].status, state.issues[6].resolution.as_deref(), state.issues[6].comments.len()),
            (3, Some("Won't Do"), 3)
        );
    }
    read(&desk, "issue close APO-7", expect![[r#"
        [Good]
        APO-7 is Done already.
        # APO-7 Printer on fire
        Bug APO-7 · apollo · by Ana Example
        Status: Done
        Resolution: Won't Do
        Priority: High
        Assignee: Ben Example
        Labels: printer
        Component: Printer
        Fix version: 1.1
        Parent: APO-1 Fire safety
        Due: 2026-11-20
        Sprint: Apollo 3
        Story point estimate: 5
        Severity: high
        | It burns since this morning.
        | • smoke in room 4
        | • see lp0
        - blocks APO-8 Buy a new printer · To Do
        - subtask APO-11 Call the manufacturer · To Do
        [Comment…: comment add {"issue":"APO-7"}] [Assign to me: issue assign {"issue":"APO-7","to":"me"}] [Edit…: issue update {"issue":"APO-7"}] [Log time…: worklog add {"issue":"APO-7"}]
        [To Do: issue transition {"issue":"APO-7","to":"To Do"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let offered = desk.choices("transition", "", json!({ "issue": "APO-7" })).await.unwrap();
    assert_eq!(offered.iter().map(|it| it.value.as_str()).collect::<Vec<_>>(), ["To Do"]);
    desk.run("issue close APO-8").await.unwrap();
    assert_eq!(desk.standin.state().issues[7].resolution.as_deref(), Some("Done"));
}

#[tokio::test]
async fn an_issue_is_deleted_when_it_is_meant() {
    let desk = desk().await;
    desk.check(
        "issue delete APO-7",
        expect![[r#"
        > GET /rest/api/3/issue/APO-7?fields=summary%2Csubtasks%2Cattachment%2Ccomment%2Cworklog
        (only you)
        [Warning]
        # Delete APO-7?
        - APO-7 Printer on fire is deleted for good: Jira has no bin for issues.
        - Gone with it: 1 subtask (APO-11), 1 comment.
        [Delete: issue delete {"issue":"APO-7","confirm":"yes"}]
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues.len(), 13);
    desk.check(
        "issue delete APO-7 confirm=yes",
        expect![[r#"
        > DELETE /rest/api/3/issue/APO-7?deleteSubtasks=true
        Deleted APO-7.
    "#]],
    )
    .await;
    assert!(desk.standin.state().issue("APO-7").is_none() && desk.standin.state().issue("APO-11").is_none());
}
