//! What Nextcloud tells: webhooks and activity.

use super::*;
use crate::{Connected, Delivery, nextcloud::webhook::WEBHOOK, tests::check_webhook};

#[test]
fn a_new_file_is_reported() {
    check_webhook("nextcloud", "file_created", expect![""]);
}

#[test]
fn a_deleted_file_is_reported() {
    check_webhook("nextcloud", "file_deleted", expect![""]);
}

#[test]
fn a_renamed_file_says_from_where_to_where() {
    check_webhook("nextcloud", "file_renamed", expect![""]);
}

#[test]
fn tags_are_reported() {
    check_webhook("nextcloud", "tag_assigned", expect![""]);
}

#[test]
fn a_calendars_entry_is_reported() {
    check_webhook("nextcloud", "calendar_created", expect![""]);
}

fn delivery(body: &[u8]) -> Delivery<'_> {
    Delivery { hook: "cloud", headers: &[], query: "", url: None, body, received: NOW.parse().expect("a time") }
}

#[test]
fn every_class_has_a_name_people_can_filter_by() {
    let kind = |class: &str| {
        let body =
            json!({ "event": { "class": class, "node": { "path": "/ana/files/a.txt" } }, "user": null, "time": 1_795_168_800 })
                .to_string();
        (WEBHOOK.parse)(&delivery(body.as_bytes())).map(|it| it[0].kind.clone()).unwrap_or_default()
    };
    let classes = [
        "OCP\\Files\\Events\\Node\\NodeWrittenEvent",
        "OCP\\Files\\Events\\Node\\NodeTouchedEvent",
        "OCP\\Files\\Events\\Node\\NodeCopiedEvent",
        "OCP\\Files\\Events\\Node\\NodeRestoredEvent",
        "OCP\\Files\\Events\\Node\\BeforeNodeDeletedEvent",
        "OCP\\Files\\Events\\Node\\BeforeNodeReadEvent",
        "OCP\\SystemTag\\TagUnassignedEvent",
        "OCP\\Calendar\\Events\\CalendarObjectMovedToTrashEvent",
        "OCA\\Forms\\Events\\FormSubmittedEvent",
        "OCA\\Tables\\Event\\RowUpdatedEvent",
        "OCP\\Share\\Events\\ShareCreatedEvent",
        "OCP\\User\\Events\\UserLoggedInEvent",
        "Surprise",
    ];
    expect![""].assert_eq(&classes.map(|it| format!("{it} {}\n", kind(it))).concat());
}

#[test]
fn what_is_no_webhook_is_said() {
    for body in ["", "{}", "fire", r#"{"event": {}}"#, r#"{"event": {"class": 5}}"#] {
        let error = (WEBHOOK.parse)(&delivery(body.as_bytes())).expect_err("no webhook");
        assert_eq!(error.kind, ErrorKind::BadInput, "{body}");
    }
    assert_eq!((WEBHOOK.key)(&delivery(b"{}")), (WEBHOOK.key)(&delivery(b"{}")));
    assert_ne!((WEBHOOK.key)(&delivery(b"{}")), (WEBHOOK.key)(&delivery(b"[]")));
}

#[test]
fn the_vendors_samples_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/nextcloud");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("no samples beside the project: nothing was read");
        return;
    };
    for file in files.filter_map(|it| it.ok()).filter(|it| it.path().extension().is_some_and(|it| it == "json")) {
        let body = std::fs::read(file.path()).expect("a sample");
        let events = (WEBHOOK.parse)(&delivery(&body)).unwrap_or_else(|err| panic!("{}: {err}", file.path().display()));
        assert_eq!(events.len(), 1);
        assert!(events[0].kind.contains('.') && !events[0].object.title.is_empty());
    }
}

#[tokio::test]
async fn webhooks_are_registered_listed_and_deleted() {
    let desk = desk().await;
    let call = |params: Value| commands::Call::new("nextcloud", "webhook create", params);
    let url = "https://bellhop.example.org/hooks/cloud";
    let files = call(json!({ "url": url, "secret": "hunter22 hunter22" }));
    let outcome = desk.connected.run(&files, &desk.ctx()).await;
    expect![""].assert_eq(&read(&outcome));
    {
        let state = desk.standin.state();
        assert_eq!(state.webhooks.len(), 6);
        assert_eq!(state.webhooks[0]["authData"]["Authorization"], "Bearer hunter22 hunter22");
        assert_eq!(state.webhooks[0]["authMethod"], "header");
    }
    let more = call(
        json!({ "url": url, "secret": "hunter22 hunter22", "about": ["files", "tags"], "user": "ana", "folder": "/Team & co" }),
    );
    let outcome = desk.connected.run(&more, &desk.ctx()).await;
    expect![""].assert_eq(&read(&outcome));
    let forms = call(json!({ "url": format!("{url}2"), "secret": "hunter22", "folder": "/Team & co" }));
    assert!(desk.connected.run(&forms, &desk.ctx()).await.is_ok());
    {
        let state = desk.standin.state();
        let filters: Vec<String> = state.webhooks.iter().skip(8).map(|it| it["eventFilter"].to_string()).collect();
        assert_eq!(filters[0], r#"{"event.node.path":"/^\\/[^\\/]+\\/files\\/Team \\& co\\//"}"#);
        assert!(filters[3].contains("event.target.path"));
    }
    desk.standin.state().webhooks.truncate(7);
    check(&desk, "webhook list", expect![""]).await;
    read_all(&desk, &["webhook delete 1", "webhook delete 1 confirm=yes", "webhook delete 99"], expect![""]).await;
    assert_eq!(desk.standin.state().webhooks.len(), 6);
    let empty = desk.connected.run(&call(json!({ "url": url, "secret": " " })), &desk.ctx()).await;
    assert_eq!(empty.map_err(|it| it.fields[0].field.clone()), Err("secret".into()));
    desk.standin.state().off.insert("webhook_listeners");
    read_all(&desk, &["webhook list"], expect![""]).await;
}

async fn poll(connected: &dyn Connected, cursor: &mut Option<String>) -> String {
    let polled = connected.poll(cursor.as_deref(), NOW.parse().expect("a time")).await.expect("a poll");
    *cursor = Some(polled.cursor);
    let line = |it: &commands::Event| {
        let actor = it.actor.as_deref().unwrap_or("somebody");
        let place = it.object.place.as_deref().unwrap_or_default();
        let text = it.text.as_ref().map(|it| format!(" “{it}”")).unwrap_or_default();
        format!("{} {} {actor}: {} {} in {place}{text}\n", it.id, it.kind, it.object.key, it.object.title)
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
    expect![""].assert_eq(&poll(&*desk.connected, &mut cursor).await);
    assert_eq!(poll(&*desk.connected, &mut cursor).await, "", "nothing comes twice");
    for number in 0..250 {
        desk.standin.state().note("file_created", "ben", "created", 500 + number, &format!("/Inbox/{number}.txt"));
    }
    assert_eq!(poll(&*desk.connected, &mut cursor).await.lines().count(), 250);
    let error = desk.connected.poll(Some("yesterday"), NOW.parse().expect("a time")).await.expect_err("no poll");
    assert_eq!(error.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn a_connection_with_a_folder_tells_of_nothing_else() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    let mut cursor = None;
    poll(&*desk.connected, &mut cursor).await;
    desk.standin.state().note("file_created", "ben", "created", 500, "/Inbox/secret.txt");
    desk.standin.state().note("file_created", "ben", "created", 501, "/Reports/open.txt");
    expect![""].assert_eq(&poll(&*desk.connected, &mut cursor).await);
}

#[tokio::test]
async fn activity_is_shown_to_who_asks() {
    let desk = desk().await;
    done(&desk, "file write /Inbox/a.md Hello").await;
    check(&desk, "activity list", expect![""]).await;
    check(&desk, "activity list /Reports/apollo.txt", expect![""]).await;
    desk.standin.state().activities.clear();
    read_all(&desk, &["activity list"], expect![""]).await;
}

#[test]
fn events_lead_to_their_files() {
    let link = Kind::of::<Nextcloud>().link.expect("links");
    let object = |key: &str| commands::event::Object { key: key.into(), title: "a".into(), url: None, place: None, state: None };
    assert_eq!(link("https://cloud.example.org", &object("#42")).as_deref(), Some("https://cloud.example.org/index.php/f/42"));
    assert_eq!(link("https://cloud.example.org", &object("/a.txt")), None);
}
