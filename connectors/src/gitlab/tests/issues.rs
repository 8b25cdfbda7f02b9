//! Issues.

use super::*;

#[tokio::test]
async fn an_issue_is_made_and_shown_and_listed() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "issue create Printer on fire label=bug,urgent assignee=@ben milestone=v1.0 due=2026-12-01 description=\"It burns.\"",
            "issue create Landed project=apollo/lander type=incident weight=3 --confidential",
            "issue show demo/printer#1",
            "1",
            "issue list",
            "issue list printer project=printer assignee=ben label=bug milestone=v1.0 sort=due",
            "issue list project=demo/printer assignee=none author=@chloe since=2026-11-01 state=all",
        ],
        expect![[r#"
            $ issue create Printer on fire label=bug,urgent assignee=@ben milestone=v1.0 due=2026-12-01 description="It burns."
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > GET /api/v4/users?username=ben&page=1&per_page=20
            > POST /api/v4/projects/demo%2Fprinter/issues {"title":"Printer on fire","description":"It burns.\n\n*Asked by Ana in Slack.*","labels":["bug","urgent"],"assignee_ids":[6],"milestone_id":31,"due_date":"2026-12-01"}
            Created demo/printer#5.
            # #5 Printer on fire
            demo/printer#5 · by Bellhop Bot
            State: open
            Assignee: Ben Example
            Labels: bug, urgent
            Milestone: v1.0
            Due: 2026-12-01
            | It burns.
            | 
            | *Asked by Ana in Slack.*
            [Comment…: issue comment {"issue":"demo/printer#5"}] [Assign to me: issue assign {"issue":"demo/printer#5","to":["me"]}] [Close: issue close {"issue":"demo/printer#5"}] [Change…: issue update {"issue":"demo/printer#5"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue create Landed project=apollo/lander type=incident weight=3 --confidential
            > POST /api/v4/projects/apollo%2Flander/issues {"title":"Landed","description":"Asked by Ana in Slack.","weight":3,"issue_type":"incident","confidential":true}
            (only you)
            Created apollo/lander#2.
            # #2 Landed
            apollo/lander#2 · by Bellhop Bot · confidential
            State: open
            Assignee: nobody
            Weight: 3
            | Asked by Ana in Slack.
            [Comment…: issue comment {"issue":"apollo/lander#2"}] [Assign to me: issue assign {"issue":"apollo/lander#2","to":["me"]}] [Close: issue close {"issue":"apollo/lander#2"}] [Change…: issue update {"issue":"apollo/lander#2"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue show demo/printer#1
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
            $ 1
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
            $ issue list
            > GET /api/v4/issues?state=opened&order_by=updated_at&sort=desc&scope=all&page=1&per_page=10
            6 issues
            - demo/printer#5 Printer on fire · Ben Example · due 2026-12-01 · bug, urgent
            - apollo/lander#1 Legs too short · Ana Example
            - demo/printer#2 Where is the manual? · nobody
            - demo/printer#1 Printer prints only cats · Ben Example · bug
            (2 confidential not shown.)
            $ issue list printer project=printer assignee=ben label=bug milestone=v1.0 sort=due
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/issues?state=opened&order_by=due_date&sort=asc&assignee_username%5B%5D=ben&labels=bug&milestone=v1.0&search=printer&page=1&per_page=10
            2 issues
            - demo/printer#1 Printer prints only cats · Ben Example · bug
            - demo/printer#5 Printer on fire · Ben Example · due 2026-12-01 · bug, urgent
            $ issue list project=demo/printer assignee=none author=@chloe since=2026-11-01 state=all
            > GET /api/v4/users?username=chloe&page=1&per_page=20
            > GET /api/v4/projects/demo%2Fprinter/issues?state=all&order_by=updated_at&sort=desc&assignee_id=None&author_username=chloe&updated_after=2026-11-01T00%3A00%3A00Z&page=1&per_page=10
            1 issue
            - demo/printer#2 Where is the manual? · nobody
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let made = &state.issues[5];
    assert_eq!((&made["title"], &made["labels"]), (&json!("Printer on fire"), &json!(["bug", "urgent"])));
    assert_eq!((&made["assignees"][0]["username"], &made["milestone"]["id"]), (&json!("ben"), &json!(31)));
    assert_eq!(state.issues[6]["confidential"], true);
}

#[tokio::test]
async fn an_issue_is_changed() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "issue update #1 title=\"Printer prints dogs\" milestone=none label=doing due=friday weight=2",
            "issue comment demo/printer#1 It is the driver.",
            "issue comment demo/printer#1 Only for us. --internal",
            "issue assign #1 me",
            "issue assign #1 none",
            "issue label #1 urgent remove=doing",
            "issue close 1 comment=\"Done in v1.0\"",
            "issue reopen 1",
            "issue spend #1 1h30m",
            "issue link #1 apollo/lander#1 how=blocks",
            "issue move #2 apollo/lander",
        ],
        expect![[r#"
            $ issue update #1 title="Printer prints dogs" milestone=none label=doing due=friday weight=2
            > PUT /api/v4/projects/demo%2Fprinter/issues/1 {"title":"Printer prints dogs","labels":["doing"],"milestone_id":0,"due_date":"2026-11-27","weight":2}
            Updated demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: Ben Example
            Labels: doing
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue comment demo/printer#1 It is the driver.
            > POST /api/v4/projects/demo%2Fprinter/issues/1/notes {"body":"It is the driver.\n\n*Asked by Ana in Slack.*"}
            > GET /api/v4/projects/demo%2Fprinter/issues/1
            Commented on demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: Ben Example
            Labels: doing
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue comment demo/printer#1 Only for us. --internal
            > POST /api/v4/projects/demo%2Fprinter/issues/1/notes {"body":"Only for us.\n\n*Asked by Ana in Slack.*","internal":true}
            > GET /api/v4/projects/demo%2Fprinter/issues/1
            (only you)
            Commented on demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: Ben Example
            Labels: doing
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue assign #1 me
            > GET /api/v4/users?search=ana%40example.org&page=1&per_page=20
            > PUT /api/v4/projects/demo%2Fprinter/issues/1 {"assignee_ids":[5]}
            Assigned demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: Ana Example
            Labels: doing
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue assign #1 none
            > PUT /api/v4/projects/demo%2Fprinter/issues/1 {"assignee_ids":[0]}
            demo/printer#1 is nobody's now.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: nobody
            Labels: doing
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue label #1 urgent remove=doing
            > PUT /api/v4/projects/demo%2Fprinter/issues/1 {"add_labels":["urgent"],"remove_labels":["doing"]}
            Changed the labels of demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: nobody
            Labels: urgent
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue close 1 comment="Done in v1.0"
            > POST /api/v4/projects/demo%2Fprinter/issues/1/notes {"body":"Done in v1.0\n\n*Asked by Ana in Slack.*"}
            > PUT /api/v4/projects/demo%2Fprinter/issues/1 {"state_event":"close"}
            [Good]
            Closed demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: closed
            Assignee: nobody
            Labels: urgent
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Reopen: issue reopen {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue reopen 1
            > PUT /api/v4/projects/demo%2Fprinter/issues/1 {"state_event":"reopen"}
            demo/printer#1 is open again.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: nobody
            Labels: urgent
            Due: 2026-11-27
            Weight: 2
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue spend #1 1h30m
            > POST /api/v4/projects/demo%2Fprinter/issues/1/add_spent_time {"duration":"1h30m"}
            > GET /api/v4/projects/demo%2Fprinter/issues/1
            Wrote down 1h30m on demo/printer#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: nobody
            Labels: urgent
            Due: 2026-11-27
            Weight: 2
            Time: 1h30m
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue link #1 apollo/lander#1 how=blocks
            > POST /api/v4/projects/demo%2Fprinter/issues/1/links {"target_project_id":"apollo/lander","target_issue_iid":"1","link_type":"blocks"}
            > GET /api/v4/projects/demo%2Fprinter/issues/1
            Linked: demo/printer#1 blocks apollo/lander#1.
            # #1 Printer prints dogs
            demo/printer#1 · by Chloe Example
            State: open
            Assignee: nobody
            Labels: urgent
            Due: 2026-11-27
            Weight: 2
            Time: 1h30m
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"demo/printer#1"}] [Assign to me: issue assign {"issue":"demo/printer#1","to":["me"]}] [Close: issue close {"issue":"demo/printer#1"}] [Change…: issue update {"issue":"demo/printer#1"}]
            (Updated 2026-11-21 10:00 UTC)
            $ issue move #2 apollo/lander
            > GET /api/v4/projects/apollo%2Flander
            > POST /api/v4/projects/demo%2Fprinter/issues/2/move {"to_project_id":12}
            Moved demo/printer#2: it is apollo/lander#2 now.
            # #2 Where is the manual?
            apollo/lander#2 · by Chloe Example
            State: open
            Assignee: nobody
            [Comment…: issue comment {"issue":"apollo/lander#2"}] [Assign to me: issue assign {"issue":"apollo/lander#2","to":["me"]}] [Close: issue close {"issue":"apollo/lander#2"}] [Change…: issue update {"issue":"apollo/lander#2"}]
            (Updated 2026-11-20 09:00 UTC)
        "#]],
    )
    .await;
    let state = desk.standin.state();
    let it = &state.issues[0];
    assert_eq!(
        (&it["title"], &it["labels"], &it["state"]),
        (&json!("Printer prints dogs"), &json!(["urgent"]), &json!("opened"))
    );
    assert_eq!((&it["due_date"], &it["milestone"], &it["assignees"]), (&json!("2026-11-27"), &Value::Null, &json!([])));
    let notes = &state.notes["issue-101"];
    assert_eq!(notes[1]["body"], "It is the driver.\n\n*Asked by Ana in Slack.*");
    assert_eq!(notes[2]["internal"], true);
    assert_eq!(state.links[0]["link_type"], "blocks");
    assert_eq!(state.issues.last().map(|it| &it["project_id"]), Some(&json!(12)));
}

#[tokio::test]
async fn deleting_says_first_what_is_lost() {
    let desk = desk().await;
    check(
        &desk,
        &["issue delete #3", "issue delete demo/printer#3 confirm=yes", "issue show #3"],
        expect![[r#"
        $ issue delete #3
        > GET /api/v4/projects/demo%2Fprinter/issues/3
        (only you)
        [Warning]
        This deletes demo/printer#3 “Fan is loud” for everybody, with all its comments.
        - Its number is not used again.
        - Closing it would keep it.
        [Delete the issue: issue delete {"issue":"demo/printer#3","confirm":true}]
        $ issue delete demo/printer#3 confirm=yes
        > GET /api/v4/projects/demo%2Fprinter/issues/3
        > DELETE /api/v4/projects/demo%2Fprinter/issues/3
        Deleted demo/printer#3 “Fan is loud”.
        $ issue show #3
        > GET /api/v4/projects/demo%2Fprinter/issues/3
        NotFound: GitLab has no issue demo/printer#3, or hides it from the bot's account. Look at the name and number again.
    "#]],
    )
    .await;
    assert!(desk.standin.state().issues.iter().all(|it| it["id"] != 103));
}

#[tokio::test]
async fn links_lead_to_what_they_show() {
    let desk = desk().await;
    let url = desk.server.url();
    for (path, heading) in [
        ("demo/printer/-/issues/1#note_301", "#1 Printer prints only cats"),
        ("demo/printer/-/work_items/2", "#2 Where is the manual?"),
        ("demo/printer/issues/3?a=b", "#3 Fan is loud"),
        ("demo/printer/-/merge_requests/1/diffs", "!1 Quieter fan"),
        ("demo/printer/-/pipelines/102", "Pipeline 102 failed"),
        ("demo/printer/-/jobs/1002", "Job unit failed"),
        ("apollo/lander/-/issues/1", "#1 Legs too short"),
    ] {
        let reply = desk.run(&format!("{url}/{path}")).await.unwrap();
        assert_eq!(reply.message.summary(), heading);
        assert!(reply.card.is_some());
    }
    let text = async |line: String| desk.run(&line).await.unwrap().message.summary();
    assert_eq!(text(format!("show {url}/demo/printer/-/releases/v0.9")).await, "First light");
    assert_eq!(text(format!("show {url}/demo/printer/-/commit/1a2b3c4d")).await, "Turn the fan slower");
    assert_eq!(text("show demo/printer!1".into()).await, "!1 Quieter fan");
    assert_eq!(desk.run("show nothing").await.unwrap_err().kind, ErrorKind::BadInput);
    assert_eq!(desk.run("show https://evil.example.org/demo/printer/-/issues/1").await.unwrap_err().kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn long_lists_are_shown_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..30 {
            let mut issue = state.issues[0].clone();
            issue["id"] = json!(1_000 + number);
            issue["iid"] = json!(100 + number);
            issue["title"] = json!(format!("Cat {number}"));
            state.issues.push(issue);
        }
    }
    let mut call = desk.call("issue list Cat project=demo/printer");
    let mut seen = Vec::new();
    loop {
        let reply = desk.connected.run(&call, &desk.ctx()).await.unwrap();
        let mut next = None;
        for block in reply.message.blocks {
            match block {
                commands::Block::List(items) => seen.extend(items.iter().map(commands::Text::to_plain)),
                commands::Block::Buttons(buttons) => next = Some(buttons[0].call.clone()),
                _ => {}
            }
        }
        let Some(more) = next else { break };
        call = more;
    }
    seen.sort();
    seen.dedup();
    // Thirty, and the one whose title has cats in it.
    assert_eq!(seen.len(), 31, "{seen:?}");
}
