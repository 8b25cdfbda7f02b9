//! Work packages: making, showing, listing, searching.

use super::*;

#[tokio::test]
async fn creating() {
    let desk = desk().await;
    desk.check("wp create Printer on fire project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/work_packages/form {}
        > POST /api/v3/work_packages {"subject":"Printer on fire","description":{"raw":"Asked by Ana in Slack."},"_links":{"project":{"href":"/api/v3/projects/1"},"type":{"href":"/api/v3/types/1"}}}
        > POST /api/v3/work_packages/6/form {"lockVersion":0}
        Created #6 in Demo.
        # #6 Printer on fire
        Task #6 · Demo · by Bellhop Bot
        Status: New
        Priority: Normal
        Assignee: nobody
        | Asked by Ana in Slack.
        [Comment…: wp comment {"package":"6"}] [Assign to me: wp assign {"package":"6","to":"me"}] [Close: wp close {"package":"6"}] [Log time…: time log {"package":"6"}]
        [In progress: wp status {"package":"6","status":"In progress"}] [On hold: wp status {"package":"6","status":"On hold"}] [Closed: wp status {"package":"6","status":"Closed"}] [Rejected: wp status {"package":"6","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn creating_with_everything() {
    let desk = desk().await;
    check_plainly(&desk, "wp create Printer on fire project=Demo description=\"All of it\" type=bug priority=high status=\"in progress\" assignee=@ben accountable=ana category=hardware version=1.0 budget=\"paper and toner\" parent=#3 start_date=2026-11-23 due_date=2026-12-01 estimate=2h30m done=10 watcher=chloe field=\"story points=5\" field=Severity=HIGH file=https://example.org/fire.txt", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22Demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/types
        > POST /api/v3/projects/1/work_packages/form {"_links":{"type":{"href":"/api/v3/types/4"}}}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/configuration
        > POST /api/v3/work_packages {"subject":"Printer on fire","description":{"raw":"All of it\n\nAsked by Ana in Slack."},"estimatedTime":"PT2H30M","startDate":"2026-11-23","dueDate":"2026-12-01","percentageDone":10,"customField1":5,"_links":{"project":{"href":"/api/v3/projects/1"},"type":{"href":"/api/v3/types/4"},"status":{"href":"/api/v3/statuses/7"},"priority":{"href":"/api/v3/priorities/9"},"version":{"href":"/api/v3/versions/1"},"category":{"href":"/api/v3/categories/1"},"budget":{"href":"/api/v3/budgets/1"},"assignee":{"href":"/api/v3/users/6"},"responsible":{"href":"/api/v3/users/5"},"parent":{"href":"/api/v3/work_packages/3"},"customField2":{"href":"/api/v3/custom_options/3"}}}
        > POST /api/v3/work_packages/6/attachments --BOUNDARY
        Content-Disposition: form-data; name="metadata"
        Content-Type: application/json

        {"fileName":"fire.txt","description":{"raw":""}}
        --BOUNDARY
        Content-Disposition: form-data; name="file"; filename="fire.txt"
        Content-Type: text/plain

        It burns.
        --BOUNDARY--

        > POST /api/v3/work_packages/6/watchers {"user":{"href":"/api/v3/users/7"}}
        > GET /api/v3/work_packages/6
        > POST /api/v3/work_packages/6/form {"lockVersion":0}
        [Warning]
        Created #6 in Demo.
        # #6 Printer on fire
        Bug #6 · Demo · by Bellhop Bot
        Status: In progress
        Priority: High
        Assignee: Ben Example
        Accountable: Ana Example
        Version: 1.0
        Category: Hardware
        Budget: Paper and toner
        Parent: #3 Make the lobby pleasant
        Dates: 2026-11-23 to 2026-12-01
        Progress: 10 %
        Time: 2.5 h of work
        Story points: 5
        Severity: high
        | All of it
        | 
        | Asked by Ana in Slack.
        - fire.txt
        [Comment…: wp comment {"package":"6"}] [Assign to me: wp assign {"package":"6","to":"me"}] [Close: wp close {"package":"6"}] [Log time…: time log {"package":"6"}]
        [New: wp status {"package":"6","status":"New"}] [On hold: wp status {"package":"6","status":"On hold"}] [Closed: wp status {"package":"6","status":"Closed"}] [Rejected: wp status {"package":"6","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn showing() {
    let desk = desk().await;
    desk.check("wp show 2", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/work_packages/2/form {"lockVersion":1}
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Chloe Example
        Status: In progress
        Priority: Normal
        Assignee: Ana Example
        Accountable: Ben Example
        Version: 1.0
        Parent: #3 Make the lobby pleasant
        Dates: until 2026-11-27
        Progress: 40 %
        Time: 3.5 h spent, 8 h of work, 5 h left
        | The lamps are too bright at night.
        [Comment…: wp comment {"package":"2"}] [Assign to me: wp assign {"package":"2","to":"me"}] [Close: wp close {"package":"2"}] [Log time…: time log {"package":"2"}]
        [New: wp status {"package":"2","status":"New"}] [On hold: wp status {"package":"2","status":"On hold"}] [Closed: wp status {"package":"2","status":"Closed"}] [Rejected: wp status {"package":"2","status":"Rejected"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]]).await;
    desk.check("1", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        [Warning]
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: nobody
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [In progress: wp status {"package":"1","status":"In progress"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]]).await;
    desk.check("wp show #2 --comments", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/work_packages/2/activities
        > GET /api/v3/users/7
        > POST /api/v3/work_packages/2/form {"lockVersion":1}
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Chloe Example
        Status: In progress
        Priority: Normal
        Assignee: Ana Example
        Accountable: Ben Example
        Version: 1.0
        Parent: #3 Make the lobby pleasant
        Dates: until 2026-11-27
        Progress: 40 %
        Time: 3.5 h spent, 8 h of work, 5 h left
        | The lamps are too bright at night.
        [Comment…: wp comment {"package":"2"}] [Assign to me: wp assign {"package":"2","to":"me"}] [Close: wp close {"package":"2"}] [Log time…: time log {"package":"2"}]
        [New: wp status {"package":"2","status":"New"}] [On hold: wp status {"package":"2","status":"On hold"}] [Closed: wp status {"package":"2","status":"Closed"}] [Rejected: wp status {"package":"2","status":"Rejected"}]
        (Updated 2026-11-20 09:00 UTC)
        No comments yet.
    "#]]).await;
}

#[tokio::test]
async fn showing_a_milestone() {
    let desk = desk().await;
    desk.check("wp show 5", expect![[r#"
        > GET /api/v3/work_packages/5
        > POST /api/v3/work_packages/5/form {"lockVersion":1}
        # #5 Landing
        Milestone #5 · Apollo · by Chloe Example
        Status: New
        Priority: Normal
        Assignee: nobody
        Date: 2026-12-24
        [Comment…: wp comment {"package":"5"}] [Assign to me: wp assign {"package":"5","to":"me"}] [Close: wp close {"package":"5"}] [Log time…: time log {"package":"5"}]
        [In progress: wp status {"package":"5","status":"In progress"}] [On hold: wp status {"package":"5","status":"On hold"}] [Closed: wp status {"package":"5","status":"Closed"}] [Rejected: wp status {"package":"5","status":"Rejected"}]
        (Updated 2026-11-20 09:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    desk.check("wp list", expect![[r#"
        > GET /api/v3/work_packages?filters=%5B%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        4 work packages
        - #5 Landing · New · nobody · due 2026-12-24
        - #3 Make the lobby pleasant · In progress · Ben Example
        - #2 Dark mode for the lobby · In progress · Ana Example · due 2026-11-27
        - #1 Printer prints only cats · New · nobody
    "#]]).await;
    desk.check("wp list project=demo status=any sort=due limit=2", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&sortBy=%5B%5B%22dueDate%22%2C%22asc%22%5D%2C%5B%22priority%22%2C%22desc%22%5D%5D&pageSize=2&offset=1
        1 to 2 of 4 work packages
        - #2 Dark mode for the lobby · In progress · Ana Example · due 2026-11-27
        - #1 Printer prints only cats · New · nobody
        [Show more: wp list {"project":"demo","status":"any","sort":"due","limit":2,"page":2}]
    "#]]).await;
    desk.check("wp list assignee=me", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 work package
        - #2 Dark mode for the lobby · In progress · Ana Example · due 2026-11-27
    "#]]).await;
    desk.check("wp list assignee=none", expect![[r#"
        > GET /api/v3/work_packages?filters=%5B%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22assignee%22%3A%7B%22operator%22%3A%22%21*%22%2C%22values%22%3A%5B%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        2 work packages
        - #5 Landing · New · nobody · due 2026-12-24
        - #1 Printer prints only cats · New · nobody
    "#]]).await;
    desk.check("wp list status=\"in progress\" type=Feature priority=normal author=chloe accountable=ben version=1.0 category=light due=2026-12-01 since=2026-11-01 text=dark project=demo watcher=ana", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/statuses
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/types
        > GET /api/v3/priorities
        > GET /api/v3/projects/1/versions
        > GET /api/v3/projects/1/categories
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%227%22%5D%7D%7D%2C%7B%22author%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%227%22%5D%7D%7D%2C%7B%22responsible%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%226%22%5D%7D%7D%2C%7B%22watcher%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22priority%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%228%22%5D%7D%7D%2C%7B%22version%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22category%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%2C%7B%22dueDate%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%22%22%2C%222026-12-01%22%5D%7D%7D%2C%7B%22updatedAt%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01T00%3A00%3A00Z%22%2C%22%22%5D%7D%7D%2C%7B%22subject%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22dark%22%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        There is no work package like that.
    "#]]).await;
    desk.check("wp list status=closed", expect![[r#"
        > GET /api/v3/work_packages?filters=%5B%7B%22status%22%3A%7B%22operator%22%3A%22c%22%2C%22values%22%3A%5B%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 work package
        - #4 Where is the manual? · Closed · Ben Example
    "#]]).await;
}

#[tokio::test]
async fn listing_by_custom_fields() {
    let desk = desk().await;
    desk.check("wp list project=demo type=Bug field=Severity=high field=\"Story points=3\"", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/types
        > GET /api/v3/projects/1/types
        > POST /api/v3/projects/1/work_packages/form {"_links":{"type":{"href":"/api/v3/types/4"}}}
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%224%22%5D%7D%7D%2C%7B%22customField1%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22customField2%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 work package
        - #1 Printer prints only cats · New · nobody
    "#]]).await;
    desk.check("wp list project=demo field=\"Story points=none\" sort=created", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/work_packages/form {}
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22customField1%22%3A%7B%22operator%22%3A%22%21*%22%2C%22values%22%3A%5B%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        2 work packages
        - #3 Make the lobby pleasant · In progress · Ben Example
        - #2 Dark mode for the lobby · In progress · Ana Example · due 2026-11-27
    "#]]).await;
    desk.check(
        "wp list field=Severity=high",
        expect![[r#"
        BadInput: Custom fields belong to a project: say which, with project=…
          project: Custom fields belong to a project: say which, with project=…
    "#]],
    )
    .await;
    desk.check("wp list project=demo type=Bug field=Severity=hgih", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/work_packages/form {"_links":{"type":{"href":"/api/v3/types/4"}}}
        BadInput: Severity cannot be `hgih`. Did you mean `high`? It can be low, medium or high.
          field: Severity cannot be `hgih`. Did you mean `high`? It can be low, medium or high.
    "#]]).await;
}

#[tokio::test]
async fn searching() {
    let desk = desk().await;
    desk.check("wp search cat page", expect![[r#"
        > GET /api/v3/work_packages?filters=%5B%7B%22search%22%3A%7B%22operator%22%3A%22**%22%2C%22values%22%3A%5B%22cat+page%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 work package
        - #1 Printer prints only cats · New · nobody
    "#]]).await;
    desk.check("wp search manual project=demo --closed", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22search%22%3A%7B%22operator%22%3A%22**%22%2C%22values%22%3A%5B%22manual%22%5D%7D%7D%2C%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 work package
        - #4 Where is the manual? · Closed · Ben Example
    "#]]).await;
    desk.check("wp search no such words", expect![[r#"
        > GET /api/v3/work_packages?filters=%5B%7B%22search%22%3A%7B%22operator%22%3A%22**%22%2C%22values%22%3A%5B%22no+such+words%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        There is no work package like that.
    "#]]).await;
}
