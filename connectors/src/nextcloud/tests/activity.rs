//! What Nextcloud's activity tells, where no webhook is.

use super::*;
use crate::{Connected, tests::told};

async fn poll(connected: &dyn Connected, cursor: &mut Option<String>) -> String {
    let polled = connected.poll(cursor.as_deref(), NOW.parse().expect("a time")).await.expect("a poll");
    *cursor = Some(polled.cursor);
    let line = |it: &commands::Event| {
        let mut it = it.clone();
        let path = it.object.url.as_ref().and_then(|it| it.split_once("/index.php")).map(|(_, path)| path.to_owned());
        it.object.url = path;
        format!("{} {}\n", it.id, told::line(&it))
    };
    polled.events.iter().map(line).collect()
}

#[tokio::test]
async fn activity_is_told_once_and_none_is_missed() {
    let desk = desk().await;
    let mut cursor = None;
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "", "the first poll only starts");
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "");
    for line in [
        "file write /Inbox/a.md Hello",
        "file move /Inbox/a.md /Reports",
        "share create /Inbox with=ben",
        "file delete /Reports/a.md confirm=yes",
    ] {
        done(&desk, line).await;
    }
    desk.standin.state().note("file_changed", "ben", "changed", 12, "/Reports/apollo.txt");
    expect![[r#"
        activity-102 file.created | bellhop | #14 a.md | /Inbox | in Inbox/a.md | /f/14
        activity-103 file.changed | bellhop | #14 a.md | /Reports | in Reports/a.md | /f/14
        activity-104 share.changed | bellhop | #3 Inbox | / | in Inbox | /f/3
        activity-105 file.deleted | bellhop | #14 a.md | /Reports | in Reports/a.md | /f/14
        activity-106 file.changed | ben | #12 apollo.txt | /Reports | in Reports/apollo.txt | “ben changed apollo.txt” | /f/12
    "#]]
    .assert_eq(&poll(&*desk.connected, &mut cursor).await);
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "", "nothing comes twice");
    for number in 0..250 {
        desk.standin.state().note("file_created", "ben", "created", 500 + number, &format!("/Inbox/{number}.txt"));
    }
    assert_eq!(poll(&*desk.connected, &mut cursor).await.lines().count(), 250);
    let error = desk.connected.poll(Some("yesterday"), NOW.parse().expect("a time")).await.expect_err("no poll");
    assert_eq!(error.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn who_comes_and_goes_is_told_to_administrators() {
    let desk = desk().await;
    let at = async |cursor: &mut Option<String>, time: &str| {
        let polled = desk.connected.poll(cursor.as_deref(), time.parse().expect("a time")).await.expect("a poll");
        *cursor = Some(polled.cursor);
        let users = polled.events.iter().filter(|it| it.kind.starts_with("user."));
        users.map(|it| format!("{} {} {}\n", it.kind, it.object.key, it.object.title)).collect::<String>()
    };
    // As it was stored before accounts were looked at.
    let mut cursor = Some("101".to_owned());
    assert_eq!(at(&mut cursor, "2026-11-21T10:00:00Z").await, "", "the first look only starts");
    for line in ["user create dora name=Dora group=design email=dora@example.org", "user disable ben"] {
        desk.run(line).await.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    assert_eq!(at(&mut cursor, "2026-11-21T10:01:00Z").await, "", "it is not time yet");
    assert_eq!(at(&mut cursor, "2026-11-21T10:05:00Z").await, "user.created dora Dora\nuser.disabled ben Ben Example\n");
    for line in ["user enable ben", "user delete dora confirm=yes"] {
        desk.run(line).await.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    assert_eq!(at(&mut cursor, "2026-11-21T10:10:00Z").await, "user.enabled ben Ben Example\nuser.deleted dora dora\n");
    // Who does not administer is told nothing, and asks nothing that is refused.
    desk.standin.state().is_admin = false;
    let mut cursor = None;
    for time in ["2026-11-21T11:00:00Z", "2026-11-21T11:10:00Z"] {
        assert_eq!(at(&mut cursor, time).await, "");
    }
    assert!(desk.server.exchanges().iter().rev().take(4).all(|it| !it.request_line().contains("/cloud/users")));
}

#[tokio::test]
async fn a_connection_with_a_folder_tells_of_nothing_else() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    let mut cursor = None;
    poll(&*desk.connected, &mut cursor).await;
    desk.standin.state().note("file_created", "ben", "created", 500, "/Inbox/secret.txt");
    desk.standin.state().note("file_created", "ben", "created", 501, "/Reports/open.txt");
    expect![[r#"
        activity-103 file.created | ben | #501 open.txt | / | in open.txt | “ben created open.txt” | /f/501
    "#]]
    .assert_eq(&poll(&*desk.connected, &mut cursor).await);
}

#[tokio::test]
async fn activity_is_shown_to_who_asks() {
    let desk = desk().await;
    done(&desk, "file write /Inbox/a.md Hello").await;
    check(
        &desk,
        "activity list",
        expect![[r#"
        > GET /ocs/v2.php/apps/activity/api/v2/activity?format=json&limit=20&sort=desc
        # What happened lately
        - The bot created a.md · 2026-11-21 10:00 UTC
        - ana changed apollo.txt · 2026-11-21 10:00 UTC
    "#]],
    )
    .await;
    check(
        &desk,
        "activity list /Reports/apollo.txt",
        expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > GET /ocs/v2.php/apps/activity/api/v2/activity/filter?format=json&object_type=files&object_id=11&limit=20&sort=desc
        # What happened to /Reports/apollo.txt
        - ana changed apollo.txt · 2026-11-21 10:00 UTC
    "#]],
    )
    .await;
    desk.standin.state().activities.clear();
    read_all(
        &desk,
        &["activity list"],
        expect![[r#"
        $ activity list
        Nothing happened that Nextcloud tells of.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_happened_in_the_folder_is_found_behind_what_did_not() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    let note = |count: u64| {
        for number in 0..count {
            desk.standin.state().note("file_created", "ben", "created", 500 + number, &format!("/Inbox/{number}.txt"));
        }
    };
    note(150);
    check(
        &desk,
        "activity list",
        expect![[r#"
            > GET /ocs/v2.php/apps/activity/api/v2/activity?format=json&limit=100&sort=desc
            > GET /ocs/v2.php/apps/activity/api/v2/activity?format=json&limit=100&sort=desc&since=152
            > GET /ocs/v2.php/apps/activity/api/v2/activity?format=json&limit=100&sort=desc&since=101
            # What happened lately
            - ana changed apollo.txt · 2026-11-21 10:00 UTC
        "#]],
    )
    .await;
    note(600);
    read_all(
        &desk,
        &["activity list"],
        expect![[r#"
            $ activity list
            Nothing happened that Nextcloud tells of.
            (Only the last 500 things that happened were looked at.)
        "#]],
    )
    .await;
}
