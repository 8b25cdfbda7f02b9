//! What is otherwise than it was a moment ago, or than it is with the newest version.

use super::*;
use crate::openproject::standin::state::{Membership, Package};
use crate::{http::telling_age, standin::Fault};
use commands::ErrorKind;

/// Somebody changes the work package between reading and changing it: the stand-in's lock moves on.
fn meanwhile(desk: &Desk<Simulated>, change: impl Fn(&mut Package) + Send + Sync + 'static) {
    desk.standin.state().meanwhile = Some(Box::new(change));
}

#[tokio::test]
async fn a_change_of_something_else_meanwhile_is_no_conflict() {
    let desk = desk().await;
    meanwhile(&desk, |it| it.subject = "Printer prints dogs".into());
    desk.check("wp assign 1 ben", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/work_packages/1 {"lockVersion":1,"_links":{"assignee":{"href":"/api/v3/users/6"}}}
        > GET /api/v3/work_packages/1
        > PATCH /api/v3/work_packages/1 {"lockVersion":2,"_links":{"assignee":{"href":"/api/v3/users/6"}}}
        > POST /api/v3/work_packages/1/activities {"comment":{"raw":"Asked by Ana in Slack."}}
        > POST /api/v3/work_packages/1/form {"lockVersion":3}
        [Warning]
        Assigned #1 to Ben Example.
        # #1 Printer prints dogs
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
    let state = desk.standin.state();
    let package = state.package(1).expect("a work package");
    assert_eq!((package.subject.as_str(), package.assignee), ("Printer prints dogs", Some(6)));
}

#[tokio::test]
async fn a_change_of_the_same_meanwhile_is_told() {
    let desk = desk().await;
    meanwhile(&desk, |it| it.assignee = Some(5));
    desk.check("wp assign 1 ben", expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/work_packages/1 {"lockVersion":1,"_links":{"assignee":{"href":"/api/v3/users/6"}}}
        > GET /api/v3/work_packages/1
        Conflict: Somebody changed the same values in OpenProject a moment ago, so nothing was changed. Look at it again, then repeat the change if it is still right.
    "#]]).await;
    assert_eq!(desk.standin.state().package(1).and_then(|it| it.assignee), Some(5));
    let error = desk.run("wp show 999").await.expect_err("no such work package");
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn an_older_server_is_asked_in_its_own_words() {
    // The published contract is that of the newest.
    let desk = Desk::new(Kind::of::<OpenProject>(), |_| None, Simulated::default()).await;
    {
        let mut state = desk.standin.state();
        (state.clock, state.version) = (NOW.parse().ok(), "15.5.0");
    }
    desk.check("time log 2 1h", expect![[r#"
        > GET /api/v3/work_packages/2
        > POST /api/v3/time_entries/form {"_links":{"entity":{"href":"/api/v3/work_packages/2"},"workPackage":{"href":"/api/v3/work_packages/2"}}}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/users/me
        > POST /api/v3/time_entries {"hours":"PT1H","spentOn":"2026-11-21","comment":{"raw":"Asked by Ana in Slack."},"_links":{"workPackage":{"href":"/api/v3/work_packages/2"},"project":{"href":"/api/v3/projects/1"},"activity":{"href":"/api/v3/time_entries/activities/1"},"user":{"href":"/api/v3/users/5"}}}
        [Good]
        Logged 1 h of Management for Ana Example on #2 Dark mode for the lobby, 2026-11-21. 4.5 h were spent on it in all.
        [Correct…: time update {"entry":101}] [Delete: time delete {"entry":101}]
    "#]]).await;
    desk.check(
        "wp comment 1 Between us --internal",
        expect![[r#"
        > GET /api/v3/work_packages/1/activities
        BadInput: This OpenProject has no internal comments, which came with version 16: nothing was written.
          internal: This OpenProject has no internal comments, which came with version 16: nothing was written.
    "#]],
    )
    .await;
    desk.check("time list package=2", expect![[r#"
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%2C%7B%22entity_type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22WorkPackage%22%5D%7D%7D%2C%7B%22entity_id%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        > GET /api/v3/time_entries?filters=%5B%7B%22spent_on%22%3A%7B%22operator%22%3A%22%3C%3Ed%22%2C%22values%22%3A%5B%222026-11-01%22%2C%222026-11-21%22%5D%7D%7D%2C%7B%22work_package%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&sortBy=%5B%5B%22spent_on%22%2C%22desc%22%5D%5D&pageSize=100&offset=1
        3 time entries
        - 2026-11-21 Ana Example 1 h on #2 · Management · Asked by Ana in Slack. (101)
        - 2026-11-20 Ben Example 1.5 h on #2 · Testing (2)
        - 2026-11-19 Ana Example 2 h on #2 · Development · Found the switch (1)
    "#]]).await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_sent() {
    let desk = desk().await;
    desk.standin.state().largest_file = 5;
    desk.check(
        "wp attach 1 file=https://example.org/fire.txt",
        expect![[r#"
        > GET /api/v3/work_packages/1
        > GET /api/v3/configuration
        BadInput: `fire.txt` has 9 bytes, and this OpenProject takes files of 5 bytes at most.
          file: `fire.txt` has 9 bytes, and this OpenProject takes files of 5 bytes at most.
    "#]],
    )
    .await;
    desk.check(
        "wp attach 1 file=https://example.org/nothing",
        expect![[r#"
        > GET /api/v3/work_packages/1
        BadInput: `https://example.org/nothing` cannot be fetched.
          file: `https://example.org/nothing` cannot be fetched.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_goes_wrong_after_creating_is_told_beside_it() {
    let desk = desk().await;
    // A group is a member, and cannot watch.
    desk.standin.state().memberships.push(Membership { id: 50, project: 1, principal: 20, roles: vec![8] });
    desk.check("wp create Fire project=demo watcher=printers", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/work_packages/form {}
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22printers%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%2C%7B%22member%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/work_packages {"subject":"Fire","description":{"raw":"Asked by Ana in Slack."},"_links":{"project":{"href":"/api/v3/projects/1"},"type":{"href":"/api/v3/types/1"}}}
        > POST /api/v3/work_packages/6/watchers {"user":{"href":"/api/v3/groups/20"}}
        > POST /api/v3/work_packages/6/form {"lockVersion":0}
        Created #6 in Demo.
        (Printers could not be made a watcher: OpenProject refused the values: User is not allowed to view this resource. Correct them and try again.)
        # #6 Fire
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
async fn what_was_seen_is_shown_with_its_age_while_openproject_is_away() {
    let desk = desk().await;
    for line in ["wp show 1", "wp list project=demo"] {
        let (before, age) = telling_age(desk.run(line)).await;
        assert!(before.is_ok() && age.is_none(), "{line}");
    }
    desk.server.set_fault(Fault::Down).await.expect("the same port");
    let (shown, age) = telling_age(desk.run("wp show 1")).await;
    assert!(read(&shown).contains("# #1 Printer prints only cats"), "{shown:?}");
    assert_eq!(age.map(|it| it.why.kind), Some(ErrorKind::Network));
    let (listed, age) = telling_age(desk.run("wp list project=demo")).await;
    assert!(listed.is_ok() && age.is_some(), "{listed:?}");
    let written = desk.run("wp assign 1 ben").await.expect_err("no change");
    assert_eq!(written.kind, ErrorKind::Network);
    assert_eq!(
        tasks_of(&desk).get("demo", "1").await.expect_err("no task").kind,
        ErrorKind::Network,
        "a synchronization wants the truth"
    );
    assert!(desk.connected.health().await.iter().any(|it| it.state == crate::State::Failed));
}

fn tasks_of(desk: &Desk<Simulated>) -> &dyn crate::Tasks {
    desk.connected.tasks().expect("tasks")
}
