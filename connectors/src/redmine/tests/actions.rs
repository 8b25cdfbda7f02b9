//! One check an action.

use super::*;

#[tokio::test]
async fn creating() {
    check(&Here::new().await, "issue create Printer on fire project=demo", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > POST /issues.json {"issue":{"project_id":1,"subject":"Printer on fire"}} (as ana)
        > GET /issues/5.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        Created #5 in Demo.
        # #5 Printer on fire
        Bug #5 · Demo · by Ana Example
        Status: New
        Priority: Normal
        Assignee: nobody
        [Comment…: issue comment {"issue":"5"}] [Assign to me: issue assign {"issue":"5","to":"me"}] [Close: issue close {"issue":"5"}] [Log time…: time log {"issue":"5"}]
        [In Progress: issue status {"issue":"5","status":"In Progress"}] [Resolved: issue status {"issue":"5","status":"Resolved"}] [Feedback: issue status {"issue":"5","status":"Feedback"}] [Closed: issue status {"issue":"5","status":"Closed"}] [Rejected: issue status {"issue":"5","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn creating_with_everything() {
    check(&Here::new().await, "issue create Printer on fire project=Demo description=\"All of it\" tracker=bug priority=high assignee=@ben category=hardware version=1.0 parent=#1 due_date=2026-12-01 estimate=2.5 done_ratio=10 --private watcher=chloe field=severity=HIGH file=https://example.org/fire.txt", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /enumerations/issue_priorities.json
        > GET /users.json?name=ben&limit=100
        > GET /projects/1/versions.json (as ana)
        > GET /custom_fields.json
        > GET /users.json?name=chloe&limit=100
        > POST /uploads.json?filename=fire.txt It burns. (as ana)
        > POST /issues.json {"issue":{"project_id":1,"subject":"Printer on fire","description":"All of it","tracker_id":1,"priority_id":3,"assigned_to_id":6,"category_id":2,"fixed_version_id":1,"parent_issue_id":1,"custom_fields":[{"id":1,"value":"high"}],"due_date":"2026-12-01","estimated_hours":2.5,"done_ratio":10,"is_private":true,"watcher_user_ids":[7],"uploads":[{"token":"101.1d459dd150fae","filename":"fire.txt","content_type":"text/plain"}]}} (as ana)
        > GET /issues/5.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        (only you)
        [Warning]
        Created #5 in Demo.
        # #5 Printer on fire
        Bug #5 · Demo · by Ana Example · private
        Status: New
        Priority: High
        Assignee: Ben Example
        Category: Hardware
        Version: 1.0
        Parent: #1
        Due: 2026-12-01
        Done: 10 %
        Estimate: 2.5 h
        Severity: high
        | All of it
        - fire.txt
        [Comment…: issue comment {"issue":"5"}] [Assign to me: issue assign {"issue":"5","to":"me"}] [Close: issue close {"issue":"5"}] [Log time…: time log {"issue":"5"}]
        [In Progress: issue status {"issue":"5","status":"In Progress"}] [Resolved: issue status {"issue":"5","status":"Resolved"}] [Feedback: issue status {"issue":"5","status":"Feedback"}] [Closed: issue status {"issue":"5","status":"Closed"}] [Rejected: issue status {"issue":"5","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn showing() {
    check(&Here::new().await, "issue show 1", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/1.json?include=attachments%2Callowed_statuses (as ana)
        [Warning]
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn showing_a_link() {
    check(&Here::new().await, "issue show #2 --comments", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/2.json?include=attachments%2Callowed_statuses%2Cjournals (as ana)
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Ben Example
        Status: In Progress
        Priority: Normal
        Assignee: Ana Example
        | The lamps are too bright at night.
        [Comment…: issue comment {"issue":"2"}] [Assign to me: issue assign {"issue":"2","to":"me"}] [Close: issue close {"issue":"2"}] [Log time…: time log {"issue":"2"}]
        [New: issue status {"issue":"2","status":"New"}] [Resolved: issue status {"issue":"2","status":"Resolved"}] [Feedback: issue status {"issue":"2","status":"Feedback"}] [Closed: issue status {"issue":"2","status":"Closed"}] [Rejected: issue status {"issue":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
        No comments yet.
    "#]]).await;
}

#[tokio::test]
async fn listing() {
    check(
        &Here::new().await,
        "issue list",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues.json?status_id=open&sort=updated_on%3Adesc&limit=10&offset=0 (as ana)
        3 issues
        - #4 Second stage does not light · New · Ben Example
        - #2 Dark mode for the lobby · In Progress · Ana Example
        - #1 Printer prints only cats · New · nobody
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_filtered() {
    check(&Here::new().await, "issue list project=demo status=any assignee=me tracker=Feature priority=normal since=2026-11-01 text=lobby sort=due limit=1", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /enumerations/issue_priorities.json
        > GET /issues.json?project_id=1&status_id=*&assigned_to_id=5&tracker_id=2&priority_id=2&updated_on=%3E%3D2026-11-01&subject=%7Elobby&sort=due_date%2Cpriority%3Adesc&limit=1&offset=0 (as ana)
        1 issue
        - #2 Dark mode for the lobby · In Progress · Ana Example
    "#]]).await;
}

#[tokio::test]
async fn listing_page_by_page() {
    check(
        &Here::new().await,
        "issue list status=any limit=2",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues.json?status_id=*&sort=updated_on%3Adesc&limit=2&offset=0 (as ana)
        1 to 2 of 4 issues
        - #4 Second stage does not light · New · Ben Example
        - #3 Where is the manual? · Closed · Ben Example
        [Show more: issue list {"status":"any","limit":2,"offset":2}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn searching() {
    check(
        &Here::new().await,
        "issue search printer",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /search.json?q=printer&issues=1&limit=10&offset=0&open_issues=1 (as ana)
        1 issue
        - Bug #1 (New): Printer prints only cats
    "#]],
    )
    .await;
}

#[tokio::test]
async fn searching_closed() {
    check(
        &Here::new().await,
        "issue search printer project=demo --closed",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /projects/demo/search.json?q=printer&issues=1&limit=10&offset=0 (as ana)
        2 issues
        - Support #3 (Closed): Where is the manual?
        - Bug #1 (New): Printer prints only cats
    "#]],
    )
    .await;
}

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
async fn logging_time() {
    check(&Here::new().await, "time log 1 1h30m activity=Development comment=Looking", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > GET /projects/1.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > POST /time_entries.json {"time_entry":{"issue_id":1,"hours":1.5,"spent_on":"2026-11-21","activity_id":9,"comments":"Looking"}} (as ana)
        [Good]
        Logged 1.5 h of Development on #1 Printer prints only cats for 2026-11-21. 1.5 h were spent on it in all.
    "#]]).await;
}

#[tokio::test]
async fn reporting_time() {
    let here = Here::new().await;
    check(
        &here,
        "time report project=demo by=activity",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /time_entries.json?from=2026-11-01&to=2026-11-21&project_id=1&limit=100&offset=0 (as ana)
        # 0 h from 2026-11-01 to 2026-11-21 in Demo
        Nobody logged time then.
    "#]],
    )
    .await;
    for line in [
        "time log 1 1h30m activity=Development",
        "time log 2 30m activity=Design",
        "time log 2 1,5 activity=Development date=yesterday",
    ] {
        here.bot.run(line).await.expect("time");
    }
    check(
        &here,
        "time report project=demo by=activity",
        expect![[r#"
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /time_entries.json?from=2026-11-01&to=2026-11-21&project_id=1&limit=100&offset=0 (as ana)
        # 3.5 h from 2026-11-01 to 2026-11-21 in Demo
        Activity | Hours | Share
        Development | 3 | 86 %
        Design | 0.5 | 14 %
        Total | 3.5 | 100 %
    "#]],
    )
    .await;
    check(
        &here,
        "time report user=me by=day",
        expect![[r#"
        > GET /time_entries.json?from=2026-11-01&to=2026-11-21&user_id=5&limit=100&offset=0 (as ana)
        # 3.5 h from 2026-11-01 to 2026-11-21 in all projects
        Day | Hours | Share
        2026-11-20 | 1.5 | 43 %
        2026-11-21 | 2 | 57 %
        Total | 3.5 | 100 %
    "#]],
    )
    .await;
    check(
        &here,
        "time report to=2026-11-20",
        expect![[r#"
        > GET /time_entries.json?from=2026-11-01&to=2026-11-20&limit=100&offset=0 (as ana)
        # 1.5 h from 2026-11-01 to 2026-11-20 in all projects
        Person | Hours | Share
        Ana Example | 1.5 | 100 %
        Total | 1.5 | 100 %
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_projects() {
    check(
        &Here::new().await,
        "project list",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects.json?limit=100&offset=0 (as ana)
        2 projects
        - Apollo apollo · To the moon.
        - Demo demo · Where things are tried.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn showing_a_project() {
    check(
        &Here::new().await,
        "project show apollo",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /projects/apollo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /projects/2/versions.json (as ana)
            > GET /projects/2/memberships.json?limit=100&offset=0 (as ana)
            > GET /issues.json?project_id=2&status_id=open&limit=1 (as ana)
            # Apollo
            Open in Redmine
            To the moon.
            Identifier: apollo
            Trackers: Bug, Feature, Support
            Open versions: First stage
            Members: Ana Example, Ben Example
            Open issues: 1
            [New issue…: issue create {"project":"apollo"}] [Open issues: issue list {"project":"apollo"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_versions() {
    check(
        &Here::new().await,
        "version list demo",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /projects/1/versions.json (as ana)
            2 versions
            - 1.0 · open
            - 2.0 · open
        "#]],
    )
    .await;
}

#[tokio::test]
async fn creating_a_version() {
    check(
        &Here::new().await,
        "version create 3.0 project=demo due_date=2026-12-24",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > POST /projects/demo/versions.json {"version":{"name":"3.0","due_date":"2026-12-24"}} (as ana)
        [Good]
        Created version 3.0 of Demo.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn closing_a_version() {
    check(
        &Here::new().await,
        "version close 1.0 project=demo",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /projects/1/versions.json (as ana)
            > PUT /versions/1.json {"version":{"status":"closed"}} (as ana)
            [Good]
            Closed version 1.0 of Demo.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn showing_a_person() {
    check(
        &Here::new().await,
        "user show ben",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users.json?name=ben&limit=100
        > GET /users/6.json?include=memberships (as ana)
        > GET /issues.json?assigned_to_id=6&status_id=open&limit=1 (as ana)
        (only you)
        # Ben Example
        Open in Redmine
        Login: ben
        Projects: Demo (Developer), Apollo (Manager)
        Open issues: 1
        [Open issues: issue list {"assignee":"ben"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn showing_me() {
    check(
        &Here::new().await,
        "user me",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users/current.json?include=memberships (as ana)
        > GET /issues.json?assigned_to_id=5&status_id=open&limit=1 (as ana)
        (only you)
        # Ana Example
        Open in Redmine
        Login: ana
        Projects: Demo (Manager), Apollo (Developer)
        Open issues: 1
        [Open issues: issue list {"assignee":"ana"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_people_is_for_administrators() {
    check(
        &Here::new().await,
        "user list",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users.json?limit=20&offset=0 (as ana)
        Permission: Redmine lets only administrators list people. To see who is in a project, write member list and the project.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_members() {
    check(
        &Here::new().await,
        "member list demo",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /projects/1/memberships.json?limit=100&offset=0 (as ana)
        3 members
        - Ana Example · Manager
        - Ben Example · Developer
        - Chloe Example · Reporter
    "#]],
    )
    .await;
}

#[tokio::test]
async fn adding_a_member_needs_a_right() {
    check(&Here::new().await, "member add chloe project=apollo role=Reporter", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/apollo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /users.json?name=chloe&limit=100
        > GET /roles.json
        > POST /projects/2/memberships.json {"membership":{"user_id":7,"role_ids":[5]}} (as ana)
        Permission: Your Redmine account `ana` may not do this with project Apollo: it takes the right “Manage members”. A manager of the project can give it.
    "#]]).await;
}

#[tokio::test]
async fn removing_a_member() {
    check(
        &Here::new().await,
        "member remove chloe project=demo",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /users.json?name=chloe&limit=100
        > GET /projects/1/memberships.json?limit=100&offset=0 (as ana)
        > DELETE /memberships/3.json (as ana)
        Chloe Example is no member of Demo any more.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_roles() {
    check(
        &Here::new().await,
        "role list",
        expect![[r#"
        > GET /roles.json
        3 roles
        - Manager
        - Developer
        - Reporter
    "#]],
    )
    .await;
}

#[tokio::test]
async fn strangers_are_served_by_the_bot_with_their_name() {
    let mut here = Here::new().await;
    here.bot.asker = person("Dora");
    check(&here, "issue comment 1 Hello", expect![[r#"
        > GET /users.json?name=dora%40example.org&status=1&limit=100
        > GET /users.json?name=dora%40example.org&status=3&limit=100
        > PUT /issues/1.json {"issue":{"notes":"Hello\n\n-- \nAsked by Dora in Slack."}}
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers
        [Warning]
        Commented on #1.
        (Done by the bot's own account, as Redmine knows nobody with your email address.)
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    check(&here, "issue create New lamp project=demo", expect![[r#"
        > GET /users.json?name=dora%40example.org&status=1&limit=100
        > GET /users.json?name=dora%40example.org&status=3&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields
        > POST /issues.json {"issue":{"project_id":1,"subject":"New lamp","description":"Asked by Dora in Slack."}}
        > GET /issues/5.json?include=attachments%2Callowed_statuses%2Cwatchers
        Created #5 in Demo.
        (Done by the bot's own account, as Redmine knows nobody with your email address.)
        # #5 New lamp
        Bug #5 · Demo · by Bellhop Bot
        Status: New
        Priority: Normal
        Assignee: nobody
        | Asked by Dora in Slack.
        [Comment…: issue comment {"issue":"5"}] [Assign to me: issue assign {"issue":"5","to":"me"}] [Close: issue close {"issue":"5"}] [Log time…: time log {"issue":"5"}]
        [In Progress: issue status {"issue":"5","status":"In Progress"}] [Resolved: issue status {"issue":"5","status":"Resolved"}] [Feedback: issue status {"issue":"5","status":"Feedback"}] [Closed: issue status {"issue":"5","status":"Closed"}] [Rejected: issue status {"issue":"5","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn an_administrators_work_needs_the_bots_account() {
    let here = Here::with(|it| drop(it.insert("switch_user".into(), json!(false))), Policy::default()).await;
    check(
        &here,
        "user list text=ana",
        expect![[r#"
        > GET /users.json?limit=20&offset=0&name=ana
        (only you)
        1 user
        - Ana Example ana
        (Done by the bot's own account, as this connection does not act as other people.)
    "#]],
    )
    .await;
    check(&here, "project create Second stage", expect![[r#"
        > POST /projects.json {"project":{"name":"Second stage","identifier":"second-stage","is_public":false,"description":"Asked by Ana in Slack."}}
        [Good]
        Created the project Second stage (second-stage).
        (Done by the bot's own account, as this connection does not act as other people.)
    "#]]).await;
    check(
        &here,
        "member add chloe project=apollo role=Reporter",
        expect![[r#"
        > GET /projects/apollo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields
        > GET /users.json?name=chloe&limit=100
        > GET /roles.json
        > POST /projects/2/memberships.json {"membership":{"user_id":7,"role_ids":[5]}}
        [Good]
        Chloe Example is in Apollo now, as Reporter.
        (Done by the bot's own account, as this connection does not act as other people.)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn pickers_offer_what_fits() {
    let here = Here::new().await;
    let mut text = String::new();
    for (name, typed, given) in [
        ("project", "", json!({})),
        ("project", "apo", json!({})),
        ("tracker", "", json!({ "project": "demo" })),
        ("status", "re", json!({})),
        ("priority", "", json!({})),
        ("user", "an", json!({})),
        ("user", "", json!({ "project": "apollo" })),
        ("version", "", json!({ "project": "apollo" })),
        ("version", "", json!({ "issue": "1" })),
        ("category", "", json!({ "project": "demo" })),
        ("activity", "", json!({ "issue": "#1" })),
        ("role", "", json!({})),
    ] {
        let query = Query { typed: typed.into(), given: given.as_object().cloned().unwrap_or_default(), asker: None };
        let choices = here.bot.redmine.lookup(name, &query).await.expect("choices");
        let choices: Vec<String> = choices.into_iter().map(|it| format!("{}={}", it.value, it.label)).collect();
        text.push_str(&format!("{name} {typed:?} {given}: {}\n", choices.join(", ")));
    }
    expect![[r##"
        project "" {}: apollo=Apollo, demo=Demo
        project "apo" {}: apollo=Apollo
        tracker "" {"project":"demo"}: Bug=Bug, Feature=Feature, Support=Support
        status "re" {}: In Progress=In Progress, Resolved=Resolved, Rejected=Rejected
        priority "" {}: Low=Low, Normal=Normal, High=High, Urgent=Urgent, Immediate=Immediate
        user "an" {}: ana=Ana Example
        user "" {"project":"apollo"}: Ana Example=Ana Example, Ben Example=Ben Example
        version "" {"project":"apollo"}: First stage=First stage
        version "" {"issue":"1"}: 1.0=1.0, 2.0=2.0
        category "" {"project":"demo"}: Backend=Backend, Hardware=Hardware
        activity "" {"issue":"#1"}: Design=Design, Development=Development
        role "" {}: Manager=Manager, Developer=Developer, Reporter=Reporter
    "##]]
    .assert_eq(&text);
}

#[tokio::test]
async fn every_action_has_an_example_that_is_complete() {
    let here = Here::new().await;
    for spec in &here.bot.group.actions {
        assert!(!spec.examples.is_empty(), "{}", spec.name);
        for example in spec.examples {
            assert_eq!(here.bot.call(example).action, spec.name, "{example}");
        }
    }
}
