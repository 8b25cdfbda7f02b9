//! A Slack that refuses the bot's token for a while.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use axum::{Json, Router, extract::Path, routing::any};
use commands::{Event, event::Object};
use serde_json::json;

use super::*;
use crate::{
    chat::{Place, Target},
    cli::start,
    config,
    dispatch::post::{
        card::{Card, Edit, EditJob, Kept, Spot, State},
        edit::Redraw,
    },
    notify::people::Names,
    queue::{Job, NewJob},
    store::{
        sql,
        testing::{Bench, on_each},
    },
};

/// How Slack takes edits, and how many it got.
#[derive(Default)]
struct Far {
    refuses: AtomicBool,
    edits: AtomicUsize,
}

async fn bot(bench: &Bench, far: &Arc<Far>) -> Arc<App> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let far = far.clone();
    let answer = async move |Path(method): Path<String>| {
        if method == "chat.update" {
            far.edits.fetch_add(1, Relaxed);
            if far.refuses.load(Relaxed) {
                return Json(json!({"ok": false, "error": "token_revoked"}));
            }
        }
        Json(json!({"ok": true, "ts": "1795218421.000100", "channel": "C1", "text": "", "team_id": "T1", "user_id": "U1"}))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = format!("http://{}/api/", listener.local_addr().expect("an address"));
    let router = Router::new().route("/api/{method}", any(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[slack]\nsigning_secret = \"0\"\nbot_token = \"xoxb-1\"\napi_url = \"{api}\"\n"
    );
    let config = config::read(&text, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
}

/// A card that stands in Slack, and the job that brings it up to date.
async fn card(app: &App, name: &str) -> Job {
    let event = Event {
        id: "1".into(),
        source: "ci".into(),
        kind: "issue.created".into(),
        object: Object { key: "#7".into(), title: "Printer on fire".into(), ..Object::default() },
        ..Event::default()
    };
    let place = Place { platform: "slack".into(), workspace: String::new(), channel: "C1".into(), thread: None };
    let id = Some("1795218421.000100".to_owned());
    let spot = Spot { to: Target::Place(place), key: "k1".into(), id, at: app.store.now() };
    let kept = Kept { post: spot, state: State::Told(Card::of(&event, &Names::none())) };
    let mut tx = app.store.begin().await.expect("a transaction");
    sql("INSERT INTO cursor (name, value, updated_at) VALUES ($1, $2, $3)")
        .bind(name)
        .bind(kept.text())
        .bind(app.store.now())
        .execute(&mut tx)
        .await
        .expect("kept");
    tx.commit().await.expect("committed");
    let edit = EditJob { edit: Edit::Told { name: name.into(), version: 1 } };
    let NewJob { kind, lane, priority, payload, expires, .. } = edit.into_job(app.store.now());
    let (id, attempt, created_at) = (7, 1, app.store.now());
    Job { id, kind: kind.into(), lane, priority, payload, attempt, created_at, expires, trace: None }
}

#[tokio::test]
async fn an_edit_waits_for_mended_credentials_and_its_card_is_not_forgotten() {
    on_each(|bench| async move {
        let far = Arc::<Far>::default();
        far.refuses.store(true, Relaxed);
        let app = bot(&bench, &far).await;
        let (one, other) = (card(&app, "card:one").await, card(&app, "card:other").await);
        let redraw = Redraw::new(app.clone());
        let Outcome::Snooze { after, writes, .. } = redraw.edit(&one).await else { panic!("it is given up") };
        assert_eq!((after, writes.cursors.len(), writes.jobs.len()), (PAUSE, 0, 1), "it is kept, and administrators hear of it");
        assert_eq!(writes.jobs[0].unique.as_deref(), Some("note:slack"));
        // What else goes there is not even tried.
        assert!(matches!(redraw.edit(&other).await, Outcome::Snooze { .. }));
        assert_eq!(far.edits.load(Relaxed), 1);

        far.refuses.store(false, Relaxed);
        bench.clock.advance(PAUSE);
        for job in [&one, &other] {
            assert!(matches!(redraw.edit(job).await, Outcome::Done(writes) if writes.cursors.is_empty()), "it is not shown");
        }
        assert_eq!(far.edits.load(Relaxed), 3);
    })
    .await;
}
