//! Changes: asked for, and told by channels.

use std::path::Path;

use commands::Event;

use super::*;
use crate::{
    Delivery, Polled,
    drive::webhook::WEBHOOK,
    tests::{check_webhook, told},
};

fn events(events: &[Event]) -> String {
    events.iter().map(|it| format!("{}\n", told::line(it))).collect()
}

async fn poll(desk: &Desk<Simulated>, cursor: &mut Option<String>) -> String {
    let now: Timestamp = NOW.parse().expect("a time");
    let Polled { events: found, cursor: next } = desk.connected.poll(cursor.as_deref(), now).await.expect("a poll");
    *cursor = Some(next);
    events(&found)
}

fn tick(desk: &Desk<Simulated>, minutes: i64) {
    let mut state = desk.standin.state();
    let now = state.now() + jiff::SignedDuration::from_mins(minutes);
    state.clock = Some(now);
}

#[tokio::test]
async fn polling_tells_each_change_once() {
    let desk = desk().await;
    let mut cursor = None;
    desk.run("folder create Before parent=Demo").await.unwrap();
    assert_eq!(poll(&desk, &mut cursor).await, "", "the first poll starts from now");
    tick(&desk, 10);
    desk.run("folder create Drafts parent=Demo").await.unwrap();
    desk.run("file rename Brief Letter").await.unwrap();
    desk.run("file trash Budget").await.unwrap();
    desk.run("file delete fire.txt confirm=yes").await.unwrap();
    desk.run("file rename Diary Memoirs").await.unwrap();
    expect![[r#"
        file.removed | 1FireText000000000000000001 a file | removed | “It was deleted, or is no longer shared with the bot's account: Google Drive does not say which, nor its name.”
        file.created | Ana Example (ana@example.org) | folder Drafts | Demo | labels Folder | https://drive.google.com/drive/folders/1New000000000000000000000002
        file.updated | Ana Example (ana@example.org) | document Letter | Demo | labels Document | https://docs.google.com/document/d/1BriefDocument0000000000001/edit
        file.trashed | Ana Example (ana@example.org) | spreadsheet Budget | Demo | trashed | labels Spreadsheet | https://docs.google.com/spreadsheets/d/1BudgetSheet00000000000001A/edit
    "#]].assert_eq(&poll(&desk, &mut cursor).await);
    assert_eq!(poll(&desk, &mut cursor).await, "");
}

#[tokio::test]
async fn more_than_a_page_is_read_to_its_end() {
    let desk = desk().await;
    let mut cursor = None;
    poll(&desk, &mut cursor).await;
    for number in 0..130 {
        desk.run(&format!("folder create \"Folder {number}\" parent=Demo")).await.unwrap();
    }
    assert_eq!(poll(&desk, &mut cursor).await.lines().count(), 130);
}

#[tokio::test]
async fn a_shared_drive_is_heard_of_once_and_no_more_when_one_is_out_of_it() {
    let desk = desk().await;
    let mut cursor = None;
    poll(&desk, &mut cursor).await;
    desk.run("file rename Brief Letter").await.unwrap();
    assert_eq!(poll(&desk, &mut cursor).await.lines().count(), 1, "Ana's change, told to the bot");
    desk.run("drive remove Projects bellhop@example.org confirm=yes").await.unwrap();
    desk.run("file rename Letter Brief").await.unwrap();
    assert_eq!(poll(&desk, &mut cursor).await, "");
    let error = desk.connected.poll(Some("yesterday"), NOW.parse().expect("a time")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn a_log_that_is_gone_starts_from_now() {
    let desk = desk().await;
    desk.run("folder create Before parent=Demo").await.unwrap();
    let kept = state(&desk, |it| it.changes.len());
    desk.standin.state().kept_from = kept;
    let mut cursor = Some(r#"{"own": "1", "drives": {"0AProjectsSharedDrive1": "1"}}"#.to_owned());
    assert_eq!(poll(&desk, &mut cursor).await, "");
    desk.run("folder create After parent=Demo").await.unwrap();
    assert_eq!(poll(&desk, &mut cursor).await.lines().count(), 1);
}

fn hooked(settings: &mut Map<String, Value>) {
    settings.insert("hook_url".into(), json!("https://bot.example.org/hooks/drive"));
    settings.insert("hook_secret".into(), json!("s3cret-of-hook"));
}

#[tokio::test]
async fn channels_are_made_renewed_and_stopped() {
    let desk = desk_with(hooked).await;
    let from = desk.server.exchanges().len();
    let outcome = desk.run("watch start").await;
    let sent = told(&desk, from, &outcome);
    assert!(sent.contains("s3cret-of-hook"), "Google gets it: {sent}");
    expect![[r#"
        > GET changes/startPageToken
        > POST changes/watch?pageToken=[hidden]&includeItemsFromAllDrives=true {"id":"bellhop-…","type":"web_hook","address":"https://bot.example.org/hooks/drive","token":"s3cret-of-hook","expiration":"1795860000000"}
        (only you)
        Google reports what changes for the bot's account until 2026-11-28 10:00 UTC.
        (Google renews no channel by itself: do it before it ends, by a schedule or here.)
        [Renew: watch renew {"channel":"bellhop-…","resource":"changes-of-bellhop-example-org"}] [Stop: watch stop {"channel":"bellhop-…","resource":"changes-of-bellhop-example-org"}]
    "#]].assert_eq(&sent);
    let first = state(&desk, |it| it.channels[0].clone());
    desk.run(&format!("watch renew {} {}", first.id, first.resource)).await.unwrap();
    let second = state(&desk, |it| it.channels.clone());
    assert!(second.len() == 1 && second[0].id != first.id, "{second:?}");
    check(&desk, "watch start file=Brief", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > POST files/1BriefDocument0000000000001/watch {"id":"bellhop-…","type":"web_hook","address":"https://bot.example.org/hooks/drive","token":"s3cret-of-hook","expiration":"1795341600000"}
        (only you)
        Google reports changes of “Brief” until 2026-11-22 10:00 UTC.
        (Google renews no channel by itself: do it before it ends, by a schedule or here.)
        [Renew: watch renew {"channel":"bellhop-…","resource":"resource-of-1BriefDocument0000000000001","file":"1BriefDocument0000000000001"}] [Stop: watch stop {"channel":"bellhop-…","resource":"resource-of-1BriefDocument0000000000001"}]
    "#]]).await;
    check(&desk, "watch start drive=Projects", expect![[r#"
        > GET drives?pageSize=100
        > GET changes/startPageToken?driveId=0AProjectsSharedDrive1
        > POST changes/watch?pageToken=[hidden]&includeItemsFromAllDrives=true&driveId=0AProjectsSharedDrive1 {"id":"bellhop-…","type":"web_hook","address":"https://bot.example.org/hooks/drive","token":"s3cret-of-hook","expiration":"1795860000000"}
        (only you)
        Google reports what changes in the shared drive “Projects” until 2026-11-28 10:00 UTC.
        (Google renews no channel by itself: do it before it ends, by a schedule or here.)
        [Renew: watch renew {"channel":"bellhop-…","resource":"changes-of-bellhop-example-org","drive":"0AProjectsSharedDrive1"}] [Stop: watch stop {"channel":"bellhop-…","resource":"changes-of-bellhop-example-org"}]
    "#]]).await;
    desk.run(&format!("watch stop {} {}", second[0].id, second[0].resource)).await.unwrap();
    assert_eq!(state(&desk, |it| it.channels.len()), 2);
    let gone = desk.run(&format!("watch stop {} {}", second[0].id, second[0].resource)).await;
    expect![[r#"
        BadInput: There is no channel `bellhop-…` that watches that: it may have ended.
          channel: There is no channel `bellhop-…` that watches that: it may have ended.
    "#]]
    .assert_eq(&without_chance(&read(&gone)));
    let unset = self::desk().await.run("watch start").await;
    expect![[r#"
        BadConfig: Google has to be told where to report: set `hook_url` and `hook_secret` of this connection to the address and the secret of a hook of the kind `drive`.
    "#]].assert_eq(&read(&unset));
}

#[tokio::test]
async fn the_bot_opens_channels_for_the_account_and_its_shared_drives_and_closes_them() {
    let desk = desk().await;
    let secret = commands::param::Secret::from("s3cret-of-hook".to_owned());
    let wanted = |url| crate::HookWanted { of: None, url, secret: &secret };
    let made = desk.connected.create_hook(wanted("https://bot.example.org/hooks/drive")).await.expect("channels");
    let channels = state(&desk, |it| it.channels.clone());
    assert_eq!(made.id.split(',').count(), channels.len());
    assert!(channels.len() > 1 && channels.iter().all(|it| it.token == "s3cret-of-hook"), "{channels:?}");
    desk.connected.remove_hook(&made).await.expect("closed");
    desk.connected.remove_hook(&made).await.expect("still closed");
    assert_eq!(state(&desk, |it| it.channels.len()), 0);
    let error = desk.connected.create_hook(wanted("http://bot.example.org/hooks/drive")).await.expect_err("no https");
    assert!(error.message.contains("https addresses only"), "{error}");
}

#[test]
fn every_state_is_told_in_words() {
    let mut text = String::new();
    for (state, changed, uri) in [
        ("add", "", "files/1Brief"),
        ("update", "content,properties", "files/1Brief"),
        ("update", "permissions", "files/1Brief"),
        ("update", "parents", "files/1Brief"),
        ("trash", "", "files/1Brief?alt=json"),
        ("untrash", "", "files/1Brief"),
        ("remove", "", "files/1Brief"),
        ("polished", "", "files/1Brief"),
        ("change", "", "changes?alt=json"),
        ("change", "", "changes?alt=json&driveId=0AProjects"),
        ("change", "", "files/<script>"),
        ("sync", "", "files/1Brief"),
    ] {
        let uri = format!("https://www.googleapis.com/drive/v3/{uri}");
        let all = [("x-goog-resource-state", state), ("x-goog-changed", changed), ("x-goog-resource-uri", &uri)];
        let headers: Vec<(String, String)> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        text.push_str(&told::lines(&(WEBHOOK.parse)(&told::delivery(&headers, b""))));
    }
    expect![[r#"
        file.created | file a watched file | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.updated | file a watched file | content, properties | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.shared | file a watched file | permissions | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.moved | file a watched file | parents | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.trashed | file a watched file | trashed | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.restored | file a watched file | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.removed | file a watched file | removed | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        file.changed | file a watched file | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1Brief
        drive.changed | Drive what the bot's account sees | “Something changed in Google Drive. What it was is told when the bot asks next.” | https://drive.google.com/drive/recent
        drive.changed | Drive a shared drive | “Something changed in Google Drive. What it was is told when the bot asks next.” | https://drive.google.com/drive/folders/0AProjects
        drive.changed | Drive what the bot's account sees | “Something changed in Google Drive. What it was is told when the bot asks next.” | https://drive.google.com/drive/recent
        nothing is told
    "#]].assert_eq(&text);
}

#[test]
fn a_change_of_a_file_is_read() {
    check_webhook(
        "drive",
        "file_updated",
        expect![[r#"
            key: bellhop-4ba78bf0-10
            [
              {
                "id": "bellhop-4ba78bf0-10",
                "source": "ci",
                "kind": "file.updated",
                "at": "2026-11-20T10:00:00Z",
                "actor": null,
                "object": {
                  "key": "file",
                  "title": "a watched file",
                  "url": "https://drive.google.com/open?id=1BriefDocument0000000000001",
                  "place": null,
                  "state": null
                },
                "changes": [
                  {
                    "field": "content",
                    "from": null,
                    "to": null
                  },
                  {
                    "field": "properties",
                    "from": null,
                    "to": null
                  }
                ],
                "labels": [],
                "text": "Google Drive does not tell by a channel what it is called and who it was."
              }
            ]"#]],
    );
}

#[test]
fn that_something_changed_is_read() {
    check_webhook(
        "drive",
        "changed",
        expect![[r#"
            key: bellhop-4ba78bf0-23
            [
              {
                "id": "bellhop-4ba78bf0-23",
                "source": "ci",
                "kind": "drive.changed",
                "at": "2026-11-20T10:00:00Z",
                "actor": null,
                "object": {
                  "key": "Drive",
                  "title": "what the bot's account sees",
                  "url": "https://drive.google.com/drive/recent",
                  "place": null,
                  "state": null
                },
                "changes": [],
                "labels": [],
                "text": "Something changed in Google Drive. What it was is told when the bot asks next."
              }
            ]"#]],
    );
}

#[test]
fn the_first_message_of_a_channel_is_no_event() {
    check_webhook(
        "drive",
        "sync",
        expect![[r#"
        key: bellhop-4ba78bf0-1
        []"#]],
    );
}

#[test]
fn an_unknown_state_is_a_readable_event_and_no_headers_are_none() {
    let headers =
        |all: &[(&str, &str)]| all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
    let read = |headers: &[(String, String)]| {
        let received = NOW.parse().expect("a time");
        (WEBHOOK.parse)(&Delivery {
            hook: "drive",
            method: "POST",
            template: None,
            headers,
            query: "",
            url: None,
            body: b"",
            received,
        })
    };
    let unknown = headers(&[
        ("x-goog-resource-state", "polished"),
        ("x-goog-resource-uri", "https://www.googleapis.com/drive/v3/files/1BriefDocument0000000000001?alt=json"),
    ]);
    expect![[r#"
        file.changed | file a watched file | “Google Drive does not tell by a channel what it is called and who it was.” | https://drive.google.com/open?id=1BriefDocument0000000000001
    "#]]
    .assert_eq(&events(&read(&unknown).unwrap()));
    assert_eq!(read(&[]).unwrap_err().kind, ErrorKind::BadInput);
}

#[test]
fn the_vendors_own_samples_are_read() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/google-drive");
    let Ok(samples) = std::fs::read_dir(&samples) else {
        eprintln!("There are no samples beside the project: none was read.");
        return;
    };
    let mut count = 0;
    for sample in samples {
        let sample: Value = serde_json::from_slice(&std::fs::read(sample.unwrap().path()).unwrap()).unwrap();
        let headers = sample["_headers"].as_object().unwrap();
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned())).collect();
        let received = NOW.parse().expect("a time");
        let delivery = Delivery {
            hook: "drive",
            method: "POST",
            template: None,
            headers: &headers,
            query: "",
            url: None,
            body: b"",
            received,
        };
        let token = delivery.header("x-goog-channel-token").unwrap();
        (WEBHOOK.verify)(&delivery, token).unwrap();
        assert!(WEBHOOK.known_by(&delivery).is_some());
        assert_eq!((WEBHOOK.parse)(&delivery).unwrap().len(), 1);
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn a_refused_token_is_not_repeated() {
    let error: Error = (WEBHOOK.verify)(
        &Delivery {
            hook: "drive",
            method: "POST",
            template: None,
            headers: &[("x-goog-channel-token".into(), "guess".into())],
            query: "",
            url: None,
            body: b"",
            received: NOW.parse().expect("a time"),
        },
        "s3cret-of-hook",
    )
    .unwrap_err();
    assert!(error.kind == ErrorKind::Auth && !error.message.contains("s3cret") && !error.message.contains("guess"));
}
