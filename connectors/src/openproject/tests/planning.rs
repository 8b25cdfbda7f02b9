//! Work packages in their places: progress, projects, children; what takes them out, and away.

use super::*;

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
        [Add a child…: wp create {"parent":"3","project":"1"}]
    "#]]).await;
    desk.check("wp children 2", expect![[r#"
        > GET /api/v3/work_packages/2
        > GET /api/v3/work_packages?filters=%5B%7B%22parent%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22asc%22%5D%5D&pageSize=100
        #2 has no children.
        [Add a child…: wp create {"parent":"2","project":"1"}]
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
        > GET /api/v3/work_packages/schemas?filters=%5B%7B%22id%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221-1%22%2C%221-3%22%2C%221-4%22%5D%7D%7D%5D
        work-packages.csv: 4 work packages
        ID,Subject,Type,Status,Priority,Assignee,Accountable,Project,Version,Parent,Start,Due,Progress,Work (h),Spent (h),Updated,Author,Category,Budget,Description,Story points,Severity
        4,Where is the manual?,Task,Closed,Low,Ben Example,,Demo,,,,,100,,0,2026-11-20T09:00:00Z,Chloe Example,,,Found under the printer.,,
        3,Make the lobby pleasant,Task,In progress,Normal,Ben Example,,Demo,,,,,0,,0,2026-11-20T09:00:00Z,Chloe Example,,,,,
        2,Dark mode for the lobby,Feature,In progress,Normal,Ana Example,Ben Example,Demo,1.0,3,,2026-11-27,40,8,3.5,2026-11-20T09:00:00Z,Chloe Example,,,The lamps are too bright at night.,,
        1,Printer prints only cats,Bug,New,Immediate,,,Demo,,,,,0,,0,2026-11-20T09:00:00Z,Chloe Example,Hardware,Paper and toner,"Every page has a cat on it.  The big ones, too.",3,high

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
