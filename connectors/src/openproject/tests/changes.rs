//! What people change about work packages, and say about them.

use std::sync::Arc;

use commands::{BoxFuture, param::Secret};

use super::*;
use crate::auth::{Credentials, Person, as_person, basic};

#[tokio::test]
async fn updating() {
    let desk = desk().await;
    desk.check("wp update 1 subject=\"Printer prints dogs\" priority=low assignee=ben status=\"In progress\" due_date=2026-12-01 estimate=4h remaining=2h done=50 field=\"Story points=8\" field=Severity=low comment=\"Better than cats\"", expect![[r#"
        > GET /api/v3/work_packages/1
        > POST /api/v3/work_packages/1/form {"lockVersion":1}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
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
        > GET /api/v3/work_packages/1/activities
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

/// Ana's own API token.
struct Own;

impl Credentials for Own {
    fn header(&self) -> BoxFuture<'_, commands::Result<Secret>> {
        Box::pin(async { Ok(basic("apikey", &Secret::from("openproject-token-of-ana".to_owned()))) })
    }

    fn refused<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn whoever_acts_as_themselves_leaves_no_empty_comment() {
    let desk = desk().await;
    let ana = || Person { connection: "openproject".into(), whose: "ana".into(), credentials: Arc::new(Own) };
    for line in [
        "wp assign 2 ana",
        "wp status 2 On hold",
        "wp progress 2 60",
        "wp update 2 priority=High",
        "wp move 2 apollo",
        "wp close 2",
    ] {
        let reply = as_person(ana(), desk.run(line)).await.unwrap_or_else(|err| panic!("{line}: {err}"));
        let said = read(&Ok(reply));
        assert!(!said.contains("not the comment"), "{line}: {said}");
        tick(&desk, 60);
    }
    as_person(ana(), desk.run("wp update 2 status=New comment=\"Not so fast\"")).await.expect("a change");
    let state = desk.standin.state();
    let written: Vec<(u64, &str)> =
        state.package(2).into_iter().flat_map(|it| &it.activities[1..]).map(|it| (it.user, it.comment.as_str())).collect();
    assert_eq!(written, [(5, ""), (5, ""), (5, ""), (5, ""), (5, ""), (5, ""), (5, "Not so fast")]);
    let comments = desk.server.exchanges().iter().filter(|it| it.request_line().contains("/activities")).count();
    assert_eq!(comments, 1);
}
