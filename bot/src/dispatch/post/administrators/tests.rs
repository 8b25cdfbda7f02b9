//! Against a Slack that says nothing of its people, and a Zulip that may say who its owners are.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{any, get},
};
use commands::{Event, event::Object};
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::{
    chat::Place,
    cli::start,
    config,
    dispatch::post::note::Tell,
    queue::{Job, Outcome, Writes},
    store::testing::{Bench, on_each},
};

/// A bot without `[alerts]`; Zulip answers with this status who its people are.
async fn bot(bench: &Bench, status: StatusCode, more: &str) -> Arc<App> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let user = |id: u64, role: u16| json!({"user_id": id, "full_name": format!("{id}"), "email": format!("user{id}@chat.example.org"), "is_bot": false, "is_active": true, "role": role});
    let members = json!({"result": "success", "members": [user(10, 400), user(11, 100), user(12, 200)]});
    let router = Router::new()
        .route("/api/users.list", any(async || Json(json!({"ok": false, "error": "missing_scope", "needed": "users:read"}))))
        .route("/api/{method}", any(async || Json(json!({"ok": true, "team_id": "T1", "user_id": "U1", "bot_id": "B1"}))))
        .route("/api/v1/users", get(async move || (status, Json(members))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let site = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n\
         [slack]\nsigning_secret = \"0\"\nbot_token = \"xoxb-1\"\napi_url = \"{site}/api/\"\n\
         [zulip]\nsite = \"{site}\"\nemail = \"bellhop-bot@chat.example.org\"\napi_key = \"k\"\nwebhook_token = \"t\"\n{more}"
    );
    let config = config::read(&text, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
}

fn failed(key: &str) -> Event {
    Event {
        id: format!("health.failed:{key}"),
        source: "bellhop".into(),
        kind: "health.failed".into(),
        object: Object { key: key.into(), title: key.into(), ..Object::default() },
        ..Event::default()
    }
}

/// What becomes of a note.
async fn told(app: &Arc<App>, note: NewJob) -> Outcome {
    assert_eq!(note.kind, NoteJob::KIND);
    let (id, attempt, created_at) = (7, 1, Timestamp::UNIX_EPOCH);
    let NewJob { kind, lane, priority, payload, expires, .. } = note;
    let job = Job { id, kind: kind.into(), lane, priority, payload, attempt, created_at, expires, trace: None };
    Tell { app: app.clone() }.tell(&job).await
}

/// Whom these posts go to.
fn recipients(writes: &Writes) -> Vec<String> {
    let person = |it: &NewJob| {
        let post = it.payload.read::<PostJob>().expect("a post").post;
        format!("{}:@{}", post.to.platform(), post.to.address())
    };
    writes.jobs.iter().map(person).collect()
}

const OWNERS: [&str; 2] = ["zulip:@11", "zulip:@12"];

#[tokio::test]
async fn without_a_place_each_administrator_hears_of_the_bots_own_failures_whatever_one_chat_says() {
    on_each(|bench| async move {
        let app = bot(&bench, StatusCode::OK, "").await;
        let routed = app.told_to_administrators(vec![failed("storage")]);
        let [note] = &routed.jobs[..] else { panic!("{:?}", routed.jobs) };
        assert_eq!(note.unique.as_deref(), Some("note:said:bellhop:health.failed:storage"));
        let Outcome::Done(writes) = told(&app, note.clone()).await else { panic!("it is not told") };
        assert_eq!(recipients(&writes), OWNERS, "Slack keeps nothing from those of Zulip");
        assert!(writes.cursors.is_empty(), "the next failure is told as well");
        let post = writes.jobs[0].payload.read::<PostJob>().expect("a post");
        assert!(post.post.message.to_plain(&[]).contains("storage"), "{:?}", post.post.message);
        assert_eq!(post.purpose, Purpose::Note);
    })
    .await;
}

#[tokio::test]
async fn what_mailboxes_and_phones_do_not_take_is_told_to_those_of_the_chats() {
    on_each(|bench| async move {
        let mail = "[email]\nsmtp = \"smtp://127.0.0.1:9\"\nfrom = \"bellhop@example.org\"\n";
        let app = bot(&bench, StatusCode::OK, mail).await;
        let place = Place { platform: "email".into(), workspace: String::new(), channel: "ops@example.org".into(), thread: None };
        let note = NoteJob::closed(Target::Place(place), None, "There is no such mailbox.").into_job(app.store.now());
        let Outcome::Done(writes) = told(&app, note).await else { panic!("it is not told") };
        assert_eq!(recipients(&writes), OWNERS);
        assert_eq!(writes.cursors.len(), 1, "once a day");
        // That the mail server is down is told to them by another message.
        let routed = app.told_to_administrators(vec![failed("email")]);
        assert!(matches!(told(&app, routed.jobs[0].clone()).await, Outcome::Cancel { .. }));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_could_be_told_is_not_taken_for_told() {
    on_each(|bench| async move {
        let app = bot(&bench, StatusCode::FORBIDDEN, "").await;
        let note = || NoteJob::endpoint_off("outside", "It answered 500.").into_job(app.store.now());
        let Outcome::Retry { writes, reason, after } = told(&app, note()).await else { panic!("it is given up") };
        assert!(writes.cursors.is_empty() && writes.jobs.is_empty(), "{writes:?}");
        assert!(after.is_some() && reason.contains("set `to` in [alerts]"), "{reason}");
        // Somebody is there later.
        let app = bot(&bench, StatusCode::OK, "").await;
        let Outcome::Done(writes) = told(&app, note()).await else { panic!("it is not told") };
        assert_eq!(recipients(&writes), OWNERS);
    })
    .await;
}

#[tokio::test]
async fn with_a_place_it_is_told_there_at_once() {
    on_each(|bench| async move {
        let app = bot(&bench, StatusCode::OK, "[alerts]\nto = \"zulip:ops>bellhop\"\nfallback = \"slack:#ops\"\n").await;
        let job = app.to_administrators(Whom::All, "noise:2026-03-02", Message::text("Quiet"), Vec::new());
        let asked = job.payload.read::<PostJob>().expect("a post");
        assert_eq!((asked.post.to.key().as_str(), asked.purpose), ("zulip::channel:ops", Purpose::Note));
        assert_eq!(asked.fallback.map(|it| it.channel_key()).as_deref(), Some("slack::#ops"));
    })
    .await;
}
