//! What hangs on issues: comments, links, files, watchers, time.

use super::*;

#[tokio::test]
async fn comments_are_written_read_changed_and_deleted() {
    let desk = desk().await;
    desk.check("comment add APO-7 The **fire** is out.", expect![[r#"
        > POST /rest/api/3/issue/APO-7/comment {"body":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"The "},{"type":"text","text":"fire","marks":[{"type":"strong"}]},{"type":"text","text":" is out."}]},{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]}}
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        > GET /rest/api/3/field
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
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let id = desk.standin.state().issues[6].comments[1].id;
    read(
        &desk,
        "comment list APO-7",
        expect![[r#"
        Last comments on APO-7
        - Ben Example 2026-11-20 14:00 UTC (#20026): I can see the smoke from here.
        - Bellhop 2026-11-21 10:00 UTC (#20035): The fire is out.
        Asked by Ana in Slack.
    "#]],
    )
    .await;
    let reply = desk.run("comment add APO-7 For us alone role=Administrators").await.unwrap();
    assert_eq!(reply.audience, commands::Audience::Private);
    assert!(!crate::tests::desk::read(&desk.run("comment list APO-7").await).contains("For us"), "what only a role may read");
    desk.check(&format!("comment edit APO-7 {id} It smoulders."), expect![[r#"
        > PUT /rest/api/3/issue/APO-7/comment/20035 {"body":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"It smoulders."}]},{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]}}
        > GET /rest/api/3/issue/APO-7?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        [Bad]
        Changed the comment 20035 on APO-7.
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
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    read(
        &desk,
        &format!("comment delete APO-7 {id}"),
        expect![[r#"
        (only you)
        [Warning]
        # Delete this comment on APO-7?
        - Bellhop wrote: It smoulders.

        _Asked by Ana in Slack._
        - It cannot be brought back.
        [Delete: comment delete {"issue":"APO-7","comment":"20035","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.run(&format!("comment delete APO-7 {id} confirm=yes")).await.unwrap();
    assert_eq!(desk.standin.state().issues[6].comments.len(), 2);
    read(
        &desk,
        &format!("comment edit APO-7 {id} x"),
        expect![[r#"
        NotFound: Jira has no issue APO-7 with a comment 20035, or hides it from the bot's account. Check the key or the name.
    "#]],
    )
    .await;
    read(
        &desk,
        "comment edit APO-7 last x",
        expect![[r#"
        BadInput: `last` is no number of a comment: `comment list` shows them.
          comment: `last` is no number of a comment: `comment list` shows them.
    "#]],
    )
    .await;
    read(
        &desk,
        "comment add APO-7 x role=Kings",
        expect![[r#"
            Validation: Jira refused the values: Role 'Kings' does not exist. Correct them and try again.
              role: Role 'Kings' does not exist.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn issues_are_linked() {
    let desk = desk().await;
    desk.check("link add APO-9 APO-10 is blocked by", expect![[r#"
        > GET /rest/api/3/issueLinkType
        > POST /rest/api/3/issueLink {"type":{"name":"Blocks"},"inwardIssue":{"key":"APO-10"},"outwardIssue":{"key":"APO-9"}}
        > GET /rest/api/3/issue/APO-9?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        > GET /rest/api/3/field
        APO-9 is blocked by APO-10.
        # APO-9 Water on every floor
        Story APO-9 · apollo · by Ana Example
        Status: To Do
        Priority: Low
        Assignee: nobody
        - is blocked by APO-10 Write the fire drill · To Do
        [Comment…: comment add {"issue":"APO-9"}] [Assign to me: issue assign {"issue":"APO-9","to":"me"}] [Edit…: issue update {"issue":"APO-9"}] [Log time…: worklog add {"issue":"APO-9"}]
        [Start work → In Progress: issue transition {"issue":"APO-9","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-9","to":"Ask for review"}] [Done: issue transition {"issue":"APO-9","to":"Done"}]
        (Updated 2026-11-13 10:00 UTC)
    "#]]).await;
    {
        let state = desk.standin.state();
        let link = state.links.last().unwrap();
        assert_eq!((link.from.as_str(), link.to.as_str(), link.kind), ("APO-10", "APO-9", 0));
    }
    read(
        &desk,
        "link add APO-9 APO-10 smells like",
        expect![[r#"
            BadInput: Jira has no link `smells like` here. It can be blocks, is blocked by or relates to.
              how: Jira has no link `smells like` here. It can be blocks, is blocked by or relates to.
        "#]],
    )
    .await;
    read(
        &desk,
        "link add APO-9 APO-99",
        expect![[r#"
        NotFound: Jira has no issue APO-9 or APO-99, or hides it from the bot's account. Check the key or the name.
    "#]],
    )
    .await;
    desk.check("link remove APO-9 APO-10", expect![[r#"
        > GET /rest/api/3/issue/APO-9?fields=issuelinks
        > DELETE /rest/api/3/issueLink/20035
        > GET /rest/api/3/issue/APO-9?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        APO-9 is no longer linked to APO-10.
        # APO-9 Water on every floor
        Story APO-9 · apollo · by Ana Example
        Status: To Do
        Priority: Low
        Assignee: nobody
        [Comment…: comment add {"issue":"APO-9"}] [Assign to me: issue assign {"issue":"APO-9","to":"me"}] [Edit…: issue update {"issue":"APO-9"}] [Log time…: worklog add {"issue":"APO-9"}]
        [Start work → In Progress: issue transition {"issue":"APO-9","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-9","to":"Ask for review"}] [Done: issue transition {"issue":"APO-9","to":"Done"}]
        (Updated 2026-11-13 10:00 UTC)
    "#]]).await;
    read(
        &desk,
        "link remove APO-9 APO-10",
        expect![[r#"
        BadInput: APO-9 is not linked to APO-10.
          other: APO-9 is not linked to APO-10.
    "#]],
    )
    .await;
    desk.check("link web APO-9 https://example.org/report The report", expect![[r#"
        > POST /rest/api/3/issue/APO-9/remotelink {"globalId":"https://example.org/report","object":{"url":"https://example.org/report","title":"The report"}}
        > GET /rest/api/3/issue/APO-9?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        Linked APO-9 to The report.
        # APO-9 Water on every floor
        Story APO-9 · apollo · by Ana Example
        Status: To Do
        Priority: Low
        Assignee: nobody
        [Comment…: comment add {"issue":"APO-9"}] [Assign to me: issue assign {"issue":"APO-9","to":"me"}] [Edit…: issue update {"issue":"APO-9"}] [Log time…: worklog add {"issue":"APO-9"}]
        [Start work → In Progress: issue transition {"issue":"APO-9","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-9","to":"Ask for review"}] [Done: issue transition {"issue":"APO-9","to":"Done"}]
        (Updated 2026-11-13 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().web_links, [("APO-9".to_owned(), "https://example.org/report".to_owned())]);
}

#[tokio::test]
async fn files_are_attached_and_deleted() {
    let desk = desk().await;
    read(&desk, "issue attach APO-9 file=https://example.org/fire.txt", expect![[r#"
        Attached fire.txt to APO-9.
        # APO-9 Water on every floor
        Story APO-9 · apollo · by Ana Example
        Status: To Do
        Priority: Low
        Assignee: nobody
        - file fire.txt (9 bytes)
        [Comment…: comment add {"issue":"APO-9"}] [Assign to me: issue assign {"issue":"APO-9","to":"me"}] [Edit…: issue update {"issue":"APO-9"}] [Log time…: worklog add {"issue":"APO-9"}]
        [Start work → In Progress: issue transition {"issue":"APO-9","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-9","to":"Ask for review"}] [Done: issue transition {"issue":"APO-9","to":"Done"}]
        (Updated 2026-11-13 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().issues[8].attachments[0].name, "fire.txt");
    desk.check(
        "attachment download APO-9",
        expect![[r#"
        > GET /rest/api/3/issue/APO-9?fields=attachment
        > GET /rest/api/3/attachment/content/20035
        > GET /_media/20035?token=[hidden]
        fire.txt of APO-9
        + fire.txt (9 bytes)
    "#]],
    )
    .await;
    assert_eq!(desk.run("attachment download APO-9 name=fire.txt").await.unwrap().files[0].content, b"It burns.");
    read(
        &desk,
        "attachment download APO-9 name=water.txt",
        expect![[r#"
        BadInput: APO-9 has no file `water.txt`. It can be fire.txt.
          name: APO-9 has no file `water.txt`. It can be fire.txt.
    "#]],
    )
    .await;
    read(
        &desk,
        "attachment download APO-10",
        expect![[r#"
        NotFound: APO-10 has no files.
    "#]],
    )
    .await;
    read(
        &desk,
        "attachment delete APO-9 water.txt",
        expect![[r#"
        BadInput: Jira has no file `water.txt` here. It can be fire.txt.
          file: Jira has no file `water.txt` here. It can be fire.txt.
    "#]],
    )
    .await;
    read(
        &desk,
        "attachment delete APO-9 fire.txt",
        expect![[r#"
            (only you)
            [Warning]
            # Delete fire.txt of APO-9?
            - fire.txt (9 bytes) is deleted for good.
            [Delete: attachment delete {"issue":"APO-9","file":"20035","confirm":"yes"}]
        "#]],
    )
    .await;
    desk.check(
        "attachment delete APO-9 fire.txt confirm=yes",
        expect![[r#"
        > GET /rest/api/3/issue/APO-9?fields=attachment
        > DELETE /rest/api/3/attachment/20035
        Deleted fire.txt of APO-9.
    "#]],
    )
    .await;
    assert!(desk.standin.state().issues[8].attachments.is_empty());
    read(
        &desk,
        "issue attach APO-99 file=https://example.org/fire.txt",
        expect![[r#"
        NotFound: Jira has no issue APO-99, or hides it from the bot's account. Check the key or the name.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn people_watch() {
    let desk = desk().await;
    desk.check(
        "issue watch APO-9",
        expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
        > POST /rest/api/3/issue/APO-9/watchers "5b10a2844c20165700ede21f"
        Ana Example watches APO-9 now.
    "#]],
    )
    .await;
    desk.run("issue watch APO-9 chloe").await.unwrap();
    desk.check(
        "issue watchers APO-9",
        expect![[r#"
            > GET /rest/api/3/issue/APO-9/watchers
            2 people watching APO-9
            - Ana Example
            - Chloe Example
        "#]],
    )
    .await;
    desk.check(
        "issue unwatch APO-9",
        expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
        > DELETE /rest/api/3/issue/APO-9/watchers?accountId=5b10a2844c20165700ede21f
        Ana Example no longer watches APO-9.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues[8].watchers.iter().copied().collect::<Vec<_>>(), [3]);
    read(
        &desk,
        "issue watchers APO-10",
        expect![[r#"
        Nobody watches APO-10.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn time_is_logged() {
    let desk = desk().await;
    desk.check("worklog add APO-9 3h comment=\"Put it out\" remaining=1h", expect![[r#"
        > POST /rest/api/3/issue/APO-9/worklog?adjustEstimate=new&newEstimate=1h {"timeSpent":"3h","started":"2026-11-21T10:00:00.000+0000","comment":{"version":1,"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Put it out"}]},{"type":"paragraph","content":[{"type":"text","text":"Asked by Ana in Slack.","marks":[{"type":"em"}]}]}]}}
        > GET /rest/api/3/issue/APO-9?fields=*all%2C-comment%2C-worklog&expand=transitions%2Ctransitions.fields
        > GET /rest/api/3/field
        Logged 3h on APO-9.
        # APO-9 Water on every floor
        Story APO-9 · apollo · by Ana Example
        Status: To Do
        Priority: Low
        Assignee: nobody
        Time: 3h of 4h
        [Comment…: comment add {"issue":"APO-9"}] [Assign to me: issue assign {"issue":"APO-9","to":"me"}] [Edit…: issue update {"issue":"APO-9"}] [Log time…: worklog add {"issue":"APO-9"}]
        [Start work → In Progress: issue transition {"issue":"APO-9","to":"Start work"}] [Ask for review → In Review: issue transition {"issue":"APO-9","to":"Ask for review"}] [Done: issue transition {"issue":"APO-9","to":"Done"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.run("worklog add APO-9 1d 30m date=yesterday").await.unwrap();
    read(
        &desk,
        "worklog list APO-9",
        expect![[r#"
        1d 3h 30m were logged on APO-9
        - 2026-11-21 Bellhop 3h (#20035): Put it out
        Asked by Ana in Slack.
        - 2026-11-20 Bellhop 1d 30m (#20036): Asked by Ana in Slack.
    "#]],
    )
    .await;
    read(
        &desk,
        "worklog add APO-9 soon",
        expect![[r#"
        BadInput: `soon` is no amount of work. Write it as 3h or 1d 30m.
          spent: `soon` is no amount of work. Write it as 3h or 1d 30m.
    "#]],
    )
    .await;
    let id = desk.standin.state().issues[8].worklogs[0].id;
    read(
        &desk,
        &format!("worklog delete APO-9 {id}"),
        expect![[r#"
        (only you)
        [Warning]
        # Delete the worklog 20035 on APO-9?
        - Bellhop logged 3h. It cannot be brought back.
        [Delete: worklog delete {"issue":"APO-9","worklog":"20035","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        &format!("worklog delete APO-9 {id} confirm=yes"),
        expect![[r#"
        > DELETE /rest/api/3/issue/APO-9/worklog/20035
        Deleted the worklog 20035 on APO-9.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().issues[8].worklogs.len(), 1);
    read(
        &desk,
        "worklog list APO-10",
        expect![[r#"
        Nobody logged time on APO-10.
    "#]],
    )
    .await;
}
