//! What is done to an issue.

use super::*;

#[tokio::test]
async fn updating() {
    check(
        &Here::new().await,
        "issue update 1 priority=Low subject=Cats assignee=none field=Severity=low comment=\"Not so bad\"",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
            > GET /projects/1.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /enumerations/issue_priorities.json
            > GET /custom_fields.json
            > PUT /issues/1.json {"issue":{"priority_id":1,"assigned_to_id":"","custom_fields":[{"id":1,"value":"low"}],"subject":"Cats","notes":"Not so bad"}} (as ana)
            > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
            Updated #1.
            # #1 Cats
            Bug #1 · Demo · by Chloe Example
            Status: New
            Priority: Low
            Assignee: nobody
            Severity: low
            | Every page has a cat on it.
            | The big ones, too.
            [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
            [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn assigning() {
    check(&Here::new().await, "issue assign 1 me", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > PUT /issues/1.json {"issue":{"assigned_to_id":5}} (as ana)
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        [Warning]
        Assigned #1 to Ana Example.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Urgent
        Assignee: Ana Example
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn unassigning() {
    check(&Here::new().await, "issue assign 2 none", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > PUT /issues/2.json {"issue":{"assigned_to_id":""}} (as ana)
        > GET /issues/2.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        #2 is nobody's now.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Ben Example
        Status: In Progress
        Priority: Normal
        Assignee: nobody
        | The lamps are too bright at night.
        [Comment…: issue comment {"issue":"2"}] [Assign to me: issue assign {"issue":"2","to":"me"}] [Close: issue close {"issue":"2"}] [Log time…: time log {"issue":"2"}]
        [New: issue status {"issue":"2","status":"New"}] [Resolved: issue status {"issue":"2","status":"Resolved"}] [Feedback: issue status {"issue":"2","status":"Feedback"}] [Closed: issue status {"issue":"2","status":"Closed"}] [Rejected: issue status {"issue":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn moving() {
    check(&Here::new().await, "issue status 1 In Progress", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issue_statuses.json
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > PUT /issues/1.json {"issue":{"status_id":2}} (as ana)
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        [Warning]
        #1 is In Progress now.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: In Progress
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [New: issue status {"issue":"1","status":"New"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn closing() {
    check(&Here::new().await, "issue close 1 comment=Done", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > GET /issue_statuses.json
        > PUT /issues/1.json {"issue":{"status_id":5,"notes":"Done"}} (as ana)
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        [Good]
        #1 is Closed now.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: Closed
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Log time…: time log {"issue":"1"}]
        [New: issue status {"issue":"1","status":"New"}] [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn closing_again() {
    check(&Here::new().await, "issue close 3", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/3.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        [Good]
        #3 is Closed already.
        # #3 Where is the manual?
        Support #3 · Demo · by Chloe Example
        Status: Closed
        Priority: Low
        Assignee: Ben Example
        Done: 100 %
        | Found under the printer.
        [Comment…: issue comment {"issue":"3"}] [Assign to me: issue assign {"issue":"3","to":"me"}] [Log time…: time log {"issue":"3"}]
        [New: issue status {"issue":"3","status":"New"}] [In Progress: issue status {"issue":"3","status":"In Progress"}] [Resolved: issue status {"issue":"3","status":"Resolved"}] [Feedback: issue status {"issue":"3","status":"Feedback"}] [Rejected: issue status {"issue":"3","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn commenting() {
    check(&Here::new().await, "issue comment 2 The lamps are off.", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > PUT /issues/2.json {"issue":{"notes":"The lamps are off."}} (as ana)
        > GET /issues/2.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        Commented on #2.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Ben Example
        Status: In Progress
        Priority: Normal
        Assignee: Ana Example
        | The lamps are too bright at night.
        [Comment…: issue comment {"issue":"2"}] [Assign to me: issue assign {"issue":"2","to":"me"}] [Close: issue close {"issue":"2"}] [Log time…: time log {"issue":"2"}]
        [New: issue status {"issue":"2","status":"New"}] [Resolved: issue status {"issue":"2","status":"Resolved"}] [Feedback: issue status {"issue":"2","status":"Feedback"}] [Closed: issue status {"issue":"2","status":"Closed"}] [Rejected: issue status {"issue":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn commenting_in_private() {
    check(&Here::new().await, "issue comment 2 Only for us --private", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > PUT /issues/2.json {"issue":{"private_notes":true,"notes":"Only for us"}} (as ana)
        > GET /issues/2.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        (only you)
        Commented on #2.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Ben Example
        Status: In Progress
        Priority: Normal
        Assignee: Ana Example
        | The lamps are too bright at night.
        [Comment…: issue comment {"issue":"2"}] [Assign to me: issue assign {"issue":"2","to":"me"}] [Close: issue close {"issue":"2"}] [Log time…: time log {"issue":"2"}]
        [New: issue status {"issue":"2","status":"New"}] [Resolved: issue status {"issue":"2","status":"Resolved"}] [Feedback: issue status {"issue":"2","status":"Feedback"}] [Closed: issue status {"issue":"2","status":"Closed"}] [Rejected: issue status {"issue":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn attaching() {
    check(&Here::new().await, "issue attach 1 file=https://example.org/fire.txt", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > POST /uploads.json?filename=fire.txt It burns. (as ana)
        > PUT /issues/1.json {"issue":{"uploads":[{"token":"101.1d459dd150fae","filename":"fire.txt","content_type":"text/plain"}]}} (as ana)
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        [Warning]
        Attached fire.txt to #1.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        - fire.txt
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn bringing_a_file() {
    let here = Here::new().await;
    here.bot.run("issue attach 1 file=https://example.org/fire.txt").await.unwrap();
    check(
        &here,
        "issue file 1",
        expect![[r#"
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > GET /attachments/download/102/fire.txt (as ana)
        fire.txt of #1
        + fire.txt (9 bytes)
    "#]],
    )
    .await;
    check(
        &here,
        "issue file 1 name=fier.txt",
        expect![[r#"
            > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
            BadInput: #1 has no file `fier.txt`. Did you mean `fire.txt`? It can be fire.txt.
              name: #1 has no file `fier.txt`. Did you mean `fire.txt`? It can be fire.txt.
        "#]],
    )
    .await;
    check(
        &here,
        "issue file 2",
        expect![[r#"
        > GET /issues/2.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        NotFound: #2 has no files.
    "#]],
    )
    .await;
    let reply = here.bot.run("issue file #1 name=FIRE.txt").await.unwrap();
    assert_eq!(reply.files[0].content, b"It burns.");
}
