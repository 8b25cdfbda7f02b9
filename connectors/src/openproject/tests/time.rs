//! Time that is logged, and its sums.

use super::*;

#[tokio::test]
async fn logging() {
    let desk = desk().await;
    desk.check("time log 2 1.5 activity=Development comment=\"Put the fire out\"", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/time_entries/form {"_links":{"entity":{"href":"/api/v3/work_packages/2"},"workPackage":{"href":"/api/v3/work_packages/2"}}}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/users/me
        > POST /api/v3/time_entries {"hours":"PT1H30M","spentOn":"2026-11-21","comment":{"raw":"Put the fire out (Asked by Ana in Slack.)"},"_links":{"entity":{"href":"/api/v3/work_packages/2"},"project":{"href":"/api/v3/projects/1"},"activity":{"href":"/api/v3/time_entries/activities/3"},"user":{"href":"/api/v3/users/5"}}}
        [Good]
        Logged 1.5 h of Development for Ana Example on #2 Dark mode for the lobby, 2026-11-21. 5 h were spent on it in all.
        [Correct…: time update {"entry":101}] [Delete: time delete {"entry":101}]
    "#]]).await;
    desk.check("time log 2 90m date=2026-11-20 user=ben", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/time_entries/form {"_links":{"entity":{"href":"/api/v3/work_packages/2"},"workPackage":{"href":"/api/v3/work_packages/2"}}}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/time_entries {"hours":"PT1H30M","spentOn":"2026-11-20","comment":{"raw":"Asked by Ana in Slack."},"_links":{"entity":{"href":"/api/v3/work_packages/2"},"project":{"href":"/api/v3/projects/1"},"activity":{"href":"/api/v3/time_entries/activities/1"},"user":{"href":"/api/v3/users/6"}}}
        [Good]
        Logged 1.5 h of Management for Ben Example on #2 Dark mode for the lobby, 2026-11-20. 6.5 h were spent on it in all.
        [Correct…: time update {"entry":102}] [Delete: time delete {"entry":102}]
    "#]]).await;
    desk.check("time list package=2", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%2C%7B%22entity_type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22WorkPackage%22%5D%7D%7D%2C%7B%22entity_id%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        4 time entries
        - 2026-11-21 Ana Example 1.5 h on #2 · Development · Put the fire out (Asked by Ana in Slack.) (101)
        - 2026-11-20 Ben Example 1.5 h on #2 · Testing (2)
        - 2026-11-20 Ben Example 1.5 h on #2 · Management · Asked by Ana in Slack. (102)
        - 2026-11-19 Ana Example 2 h on #2 · Development · Found the switch (1)
    "#]]).await;
    desk.check("time list user=me from=2026-11-01 to=2026-11-30 project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-30%22%5D%7D%7D%2C%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22user%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        2 time entries
        - 2026-11-21 Ana Example 1.5 h on #2 · Development · Put the fire out (Asked by Ana in Slack.) (101)
        - 2026-11-19 Ana Example 2 h on #2 · Development · Found the switch (1)
    "#]]).await;
}

#[tokio::test]
async fn correcting() {
    let desk = desk().await;
    desk.check("time update 1 hours=3 date=2026-11-18 activity=Testing comment=\"Found two\"", expect![[r#"
        > GET /api/v3/time_entries/1
        > POST /api/v3/time_entries/1/form {}
        > PATCH /api/v3/time_entries/1 {"hours":"PT3H","spentOn":"2026-11-18","comment":{"raw":"Found two"},"_links":{"activity":{"href":"/api/v3/time_entries/activities/4"}}}
        [Good]
        Time entry 1 is: 3 h of Testing for Ana Example on #2 Dark mode for the lobby, 2026-11-18.
    "#]]).await;
    desk.check(
        "time delete 1",
        expect![[r#"
        > GET /api/v3/time_entries/1
        (only you)
        [Warning]
        This deletes time entry 1: 3 h of Testing for Ana Example on #2 Dark mode for the lobby, 2026-11-18.
        [Delete the entry: time delete {"entry":1,"confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "time delete 1 confirm=yes",
        expect![[r#"
        > GET /api/v3/time_entries/1
        > DELETE /api/v3/time_entries/1
        [Good]
        Deleted time entry 1: 3 h of Testing for Ana Example on #2 Dark mode for the lobby, 2026-11-18.
    "#]],
    )
    .await;
    desk.check("time list", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        1 time entry
        - 2026-11-20 Ben Example 1.5 h on #2 · Testing (2)
    "#]]).await;
}

#[tokio::test]
async fn reporting() {
    let desk = desk().await;
    desk.check("time report", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        # 3.5 h from 2026-11-01 to 2026-11-21
        Person | Hours | Share
        Ana Example | 2 | 57 %
        Ben Example | 1.5 | 43 %
        Total | 3.5 | 100 %
    "#]]).await;
    desk.check("time report project=demo by=activity", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%2C%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        # 3.5 h from 2026-11-01 to 2026-11-21 in demo
        Activity | Hours | Share
        Development | 2 | 57 %
        Testing | 1.5 | 43 %
        Total | 3.5 | 100 %
    "#]]).await;
    desk.check("time report user=ben by=day from=2026-11-01 to=2026-11-30", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-30%22%5D%7D%7D%2C%7B%22user%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%226%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        # 1.5 h from 2026-11-01 to 2026-11-30
        Day | Hours | Share
        2026-11-20 | 1.5 | 100 %
        Total | 1.5 | 100 %
    "#]]).await;
    desk.check("time report package=2 by=package", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%2C%7B%22entity_type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22WorkPackage%22%5D%7D%7D%2C%7B%22entity_id%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        # 3.5 h from 2026-11-01 to 2026-11-21
        Work package | Hours | Share
        #2 Dark mode for the lobby | 3.5 | 100 %
        Total | 3.5 | 100 %
    "#]]).await;
    desk.check("time report by=project activity=testing", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        # 1.5 h from 2026-11-01 to 2026-11-21
        Project | Hours | Share
        Demo | 1.5 | 100 %
        Total | 1.5 | 100 %
    "#]]).await;
    desk.check("time report from=2025-01-01 to=2025-01-31", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222025-01-01%22%2C%222025-01-31%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        # 0 h from 2025-01-01 to 2025-01-31
        Nobody logged time like that then.
    "#]]).await;
}
