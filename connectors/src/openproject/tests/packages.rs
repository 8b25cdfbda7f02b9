//! Work packages: what people do to them.

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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D
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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
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

#[tokio::test]
async fn updating() {
    let desk = desk().await;
    desk.check("wp update 1 subject=\"Printer prints dogs\" priority=low assignee=ben status=\"In progress\" due_date=2026-12-01 estimate=4h remaining=2h done=50 field=\"Story points=8\" field=Severity=low comment=\"Better than cats\"", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D
        > PATCH /api/v3/work_packages/1 {"subject":"Printer prints dogs","estimatedTime":"PT4H","remainingTime":"PT2H","dueDate":"2026-12-01","percentageDone":50,"customField1":8,"lockVersion":1,"_links":{"status":{"href":"/api/v3/statuses/7"},"priority":{"href":"/api/v3/priorities/7"},"assignee":{"href":"/api/v3/users/6"},"customField2":{"href":"/api/v3/custom_options/1"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Better than cats\n\nAsked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        Updated #1.
        # #1 Printer prints dogs
        Bug #1 · Demo · by Chloe Example
        Status: In progress
        Priority: Low
        Assignee: Ben Example
        Category: Hardware
        Budget: Paper and toner
        Dates: until 2026-12-01
        Progress: 50 %
        Time: 4 h of work, 2 h left
        Story points: 8
        Severity: low
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [New: wp status {"package":"1","status":"New"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp update 2 version=none assignee=none parent=none description=none estimate=none", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/work_packages/2/form {"lockVersion":1}
        > PATCH /api/v3/work_packages/2 {"description":{"raw":""},"estimatedTime":null,"lockVersion":1,"_links":{"version":{"href":null},"assignee":{"href":null},"parent":{"href":null}}}
        > POST /api/v3/work_packages/2/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/2/form {"lockVersion":2}
        Updated #2.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Chloe Example
        Status: In progress
        Priority: Normal
        Assignee: nobody
        Accountable: Ben Example
        Dates: until 2026-11-27
        Progress: 40 %
        Time: 3.5 h spent, 5 h left
        [Comment…: wp comment {"package":"2"}] [Assign to me: wp assign {"package":"2","to":"me"}] [Close: wp close {"package":"2"}] [Log time…: time log {"package":"2"}]
        [New: wp status {"package":"2","status":"New"}] [On hold: wp status {"package":"2","status":"On hold"}] [Closed: wp status {"package":"2","status":"Closed"}] [Rejected: wp status {"package":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp update 1 type=Task", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/projects/1/types
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        > PATCH /api/v3/work_packages/1 {"lockVersion":2,"_links":{"type":{"href":"/api/v3/types/1"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        Updated #1.
        # #1 Printer prints dogs
        Task #1 · Demo · by Chloe Example
        Status: In progress
        Priority: Low
        Assignee: Ben Example
        Category: Hardware
        Budget: Paper and toner
        Dates: until 2026-12-01
        Progress: 50 %
        Time: 4 h of work, 2 h left
        Story points: 8
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [New: wp status {"package":"1","status":"New"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp update 1 comment=\"Only words\"", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Only words\n\nAsked by Ana in Slack."}}
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        Commented on #1.
        # #1 Printer prints dogs
        Task #1 · Demo · by Chloe Example
        Status: In progress
        Priority: Low
        Assignee: Ben Example
        Category: Hardware
        Budget: Paper and toner
        Dates: until 2026-12-01
        Progress: 50 %
        Time: 4 h of work, 2 h left
        Story points: 8
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [New: wp status {"package":"1","status":"New"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn assigning() {
    let desk = desk().await;
    desk.check("wp assign 1 me", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
        > PATCH /api/v3/work_packages/1 {"lockVersion":1,"_links":{"assignee":{"href":"/api/v3/users/5"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        [Warning]
        Assigned #1 to Ana Example.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: Ana Example
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [In progress: wp status {"package":"1","status":"In progress"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp assign 1 ben", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D
        > PATCH /api/v3/work_packages/1 {"lockVersion":2,"_links":{"assignee":{"href":"/api/v3/users/6"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        [Warning]
        Assigned #1 to Ben Example.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Immediate
        Assignee: Ben Example
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Close: wp close {"package":"1"}] [Log time…: time log {"package":"1"}]
        [In progress: wp status {"package":"1","status":"In progress"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp assign 1 none", expect![[r#"
        > GET /api/v3/work_packages/1
        > PATCH /api/v3/work_packages/1 {"lockVersion":3,"_links":{"assignee":{"href":null}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":4}
        [Warning]
        #1 is nobody's now.
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
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn changing_the_status() {
    let desk = desk().await;
    desk.check("wp status 1 in progress", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        > GET /api/v3/statuses
        > PATCH /api/v3/work_packages/1 {"lockVersion":1,"_links":{"status":{"href":"/api/v3/statuses/7"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        [Warning]
        #1 is In progress now.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: In progress
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
        [New: wp status {"package":"1","status":"New"}] [On hold: wp status {"package":"1","status":"On hold"}] [Closed: wp status {"package":"1","status":"Closed"}] [Rejected: wp status {"package":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp close 1", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        > PATCH /api/v3/work_packages/1 {"lockVersion":2,"_links":{"status":{"href":"/api/v3/statuses/12"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        [Good]
        #1 is Closed now.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: Closed
        Priority: Immediate
        Assignee: nobody
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Log time…: time log {"package":"1"}]
        [New: wp status {"package":"1","status":"New"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp close 1", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        [Good]
        #1 is Closed already.
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: Closed
        Priority: Immediate
        Assignee: nobody
        Category: Hardware
        Budget: Paper and toner
        Story points: 3
        Severity: high
        | Every page has a cat on it.
        | 
        | The big ones, too.
        [Comment…: wp comment {"package":"1"}] [Assign to me: wp assign {"package":"1","to":"me"}] [Log time…: time log {"package":"1"}]
        [New: wp status {"package":"1","status":"New"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp close 2 status=Rejected comment=\"Works as designed\"", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/work_packages/2/form {"lockVersion":1}
        > PATCH /api/v3/work_packages/2 {"lockVersion":1,"_links":{"status":{"href":"/api/v3/statuses/14"}}}
        > POST /api/v3/work_packages/2/activities {"comment":{"raw":"Works as designed\n\nAsked by Ana in Slack."}}
        > POST /api/v3/work_packages/2/form {"lockVersion":2}
        [Good]
        #2 is Rejected now.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Chloe Example
        Status: Rejected
        Priority: Normal
        Assignee: Ana Example
        Accountable: Ben Example
        Version: 1.0
        Parent: #3 Make the lobby pleasant
        Dates: until 2026-11-27
        Progress: 40 %
        Time: 3.5 h spent, 8 h of work, 5 h left
        | The lamps are too bright at night.
        [Comment…: wp comment {"package":"2"}] [Assign to me: wp assign {"package":"2","to":"me"}] [Log time…: time log {"package":"2"}]
        [New: wp status {"package":"2","status":"New"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp status 2 New", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/work_packages/2/form {"lockVersion":2}
        > PATCH /api/v3/work_packages/2 {"lockVersion":2,"_links":{"status":{"href":"/api/v3/statuses/1"}}}
        > POST /api/v3/work_packages/2/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/2/form {"lockVersion":3}
        #2 is New now.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Chloe Example
        Status: New
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
        [In progress: wp status {"package":"2","status":"In progress"}] [On hold: wp status {"package":"2","status":"On hold"}] [Closed: wp status {"package":"2","status":"Closed"}] [Rejected: wp status {"package":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn progress() {
    let desk = desk().await;
    desk.check("wp progress 2 60 remaining=3h", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/work_packages/2/form {"lockVersion":1}
        > PATCH /api/v3/work_packages/2 {"percentageDone":60,"remainingTime":"PT3H","lockVersion":1}
        > POST /api/v3/work_packages/2/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/2/form {"lockVersion":2}
        #2 is 60 % done.
        # #2 Dark mode for the lobby
        Feature #2 · Demo · by Chloe Example
        Status: In progress
        Priority: Normal
        Assignee: Ana Example
        Accountable: Ben Example
        Version: 1.0
        Parent: #3 Make the lobby pleasant
        Dates: until 2026-11-27
        Progress: 60 %
        Time: 3.5 h spent, 8 h of work, 3 h left
        | The lamps are too bright at night.
        [Comment…: wp comment {"package":"2"}] [Assign to me: wp assign {"package":"2","to":"me"}] [Close: wp close {"package":"2"}] [Log time…: time log {"package":"2"}]
        [New: wp status {"package":"2","status":"New"}] [On hold: wp status {"package":"2","status":"On hold"}] [Closed: wp status {"package":"2","status":"Closed"}] [Rejected: wp status {"package":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn commenting() {
    let desk = desk().await;
    desk.check("wp comment 1 The fire is out.", expect![[r#"
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"The fire is out.\n\nAsked by Ana in Slack."}}
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        [Warning]
        Commented on #1.
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
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("wp comment 1 Between us --internal", expect![[r#"
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Between us\n\nAsked by Ana in Slack."},"internal":true}
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        (only you)
        [Warning]
        Commented on #1, internally.
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
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "wp history 1",
        expect![[r#"
        > GET /api/v3/work_packages/1/activities
        > GET /api/v3/users/7
        > GET /api/v3/users/4
        What happened to #1
        2 entries
        - Chloe Example 2026-11-20 09:00 UTC: created
        - Bellhop Bot 2026-11-21 10:00 UTC: “The fire is out.

        Asked by Ana in Slack.”
    "#]],
    )
    .await;
    desk.check(
        "wp history 2",
        expect![[r#"
        > GET /api/v3/work_packages/2/activities
        What happened to #2
        1 entry
        - Chloe Example 2026-11-20 09:00 UTC: created
    "#]],
    )
    .await;
}

#[tokio::test]
async fn moving() {
    let desk = desk().await;
    desk.check("wp move 2 apollo", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/2/types
        > PATCH /api/v3/work_packages/2 {"lockVersion":1,"_links":{"project":{"href":"/api/v3/projects/2"}}}
        > POST /api/v3/work_packages/2/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/2/form {"lockVersion":2}
        Moved #2 to Apollo.
        # #2 Dark mode for the lobby
        Feature #2 · Apollo · by Chloe Example
        Status: In progress
        Priority: Normal
        Assignee: Ana Example
        Accountable: Ben Example
        Parent: #3 Make the lobby pleasant
        Dates: until 2026-11-27
        Progress: 40 %
        Time: 3.5 h spent, 8 h of work, 5 h left
        | The lamps are too bright at night.
        [Comment…: wp comment {"package":"2"}] [Assign to me: wp assign {"package":"2","to":"me"}] [Close: wp close {"package":"2"}] [Log time…: time log {"package":"2"}]
        [New: wp status {"package":"2","status":"New"}] [On hold: wp status {"package":"2","status":"On hold"}] [Closed: wp status {"package":"2","status":"Closed"}] [Rejected: wp status {"package":"2","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn children() {
    let desk = desk().await;
    desk.check("wp children 3", expect![[r#"
        > GET /api/v3/work_packages/3
        > GET /api/v3/work_packages?filters=%5B%7B%22parent%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22asc%22%5D%5D&pageSize=100
        1 child work package
        - #2 Dark mode for the lobby · In progress · Ana Example · due 2026-11-27
        [Add a child…: wp create {"parent":"3","project":"Demo"}]
    "#]]).await;
    desk.check("wp children 2", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/work_packages?filters=%5B%7B%22parent%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22asc%22%5D%5D&pageSize=100
        #2 has no children.
        [Add a child…: wp create {"parent":"2","project":"Demo"}]
    "#]]).await;
}

#[tokio::test]
async fn a_custom_action() {
    let desk = desk().await;
    desk.check("wp run 1 escalate", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/custom_actions/1/execute {"lockVersion":"1","_links":{"workPackage":{"href":"/api/v3/work_packages/1"}}}
        > POST /api/v3/work_packages/1/form {"lockVersion":2}
        [Warning]
        Ran Escalate on #1.
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
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn exporting() {
    let desk = desk().await;
    check_plainly(&desk, "wp export project=demo status=any", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&sortBy=%5B%5B%22updatedAt%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        work-packages.csv: 4 work packages
        ID,Subject,Type,Status,Priority,Assignee,Accountable,Project,Version,Parent,Start,Due,Progress,Work (h),Spent (h),Updated
        4,Where is the manual?,Task,Closed,Low,Ben Example,,Demo,,,,,100,,0,2026-11-20T09:00:00Z
        3,Make the lobby pleasant,Task,In progress,Normal,Ben Example,,Demo,,,,,0,,0,2026-11-20T09:00:00Z
        2,Dark mode for the lobby,Feature,In progress,Normal,Ana Example,Ben Example,Demo,1.0,3,,2026-11-27,40,8,3.5,2026-11-20T09:00:00Z
        1,Printer prints only cats,Bug,New,Immediate,,,Demo,,,,,0,,0,2026-11-20T09:00:00Z

        (The same as PDF, for who is signed in to OpenProject)
    "#]]).await;
}

#[tokio::test]
async fn deleting() {
    let desk = desk().await;
    desk.check(
        "wp delete 3",
        expect![[r#"
            > GET /api/v3/work_packages/3
            (only you)
            [Warning]
            This deletes #3 Make the lobby pleasant in Demo
            - and its comments, files and relations
            - and its child with all that is below (#2)
            OpenProject keeps no copy.
            [Delete for good: wp delete {"package":"3","confirm":"yes"}]
        "#]],
    )
    .await;
    desk.check(
        "wp delete 3 confirm=yes",
        expect![[r#"
        > GET /api/v3/work_packages/3
        > DELETE /api/v3/work_packages/3
        [Good]
        Deleted #3 Make the lobby pleasant.
    "#]],
    )
    .await;
    desk.check(
        "wp show 2",
        expect![[r#"
        > GET /api/v3/work_packages/2
        NotFound: There is no work package #2 in OpenProject that the bot can see. Look at the number or name again.
    "#]],
    )
    .await;
}
