//! What cannot be read is named until it can be, or is gone; on both databases.

use std::{collections::BTreeMap, sync::Arc};

use secrecy::ExposeSecret;
use serde_json::{Map, json};

use super::*;
use crate::{
    cli::start,
    config,
    connections::{Change, MasterKey},
    health::QUEUE,
    resources::store::insert,
    store::{
        Store, sql,
        testing::{Bench, on_each},
    },
};

/// What stands in documents, and nowhere else.
const CANARY: &str = "canary-5f2d8c";

fn by() -> By {
    By { who: "slack:T1:U1".into(), why: String::new() }
}

async fn bot(bench: &Bench) -> Arc<App> {
    let key = MasterKey::generate();
    let text = format!("[server]\nlisten = \"127.0.0.1:0\"\n[secrets]\nkey = \"{}\"\n", key.expose_secret());
    let config = config::read(&text, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
}

async fn run(store: &Store, statement: &'static str) {
    let mut tx = store.begin().await.expect("a transaction");
    sql(statement).execute(&mut tx).await.expect("run");
    tx.commit().await.expect("a commit");
}

/// One of each sort that this version cannot read.
async fn written_by_another_version(app: &App) {
    let store = &app.store;
    let change = Change {
        name: "fax".into(),
        kind: "fax".into(),
        settings: Map::from_iter([("number".to_owned(), json!(CANARY))]),
        secrets: BTreeMap::from([("pin".to_owned(), CANARY.into())]),
        who: "slack:T1:U1".into(),
    };
    app.vault.as_ref().expect("a vault").save(change).await.expect("saved");
    run(
        store,
        "INSERT INTO hook (name, kind, settings, who, at) VALUES ('ci', 'github', '{\"rate\": \"canary-5f2d8c\"}', 'slack:T1:U1', 0)",
    )
    .await;
    run(
        store,
        "INSERT INTO subscription (source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at, told_at,
             zone, fallback, mine)
         VALUES ('ci', 'canary-5f2d8c or', 'slack', '', 'C1', '', 'thread', 'never', 3600, 'slack:T1:U1', 0, '', '', '', '')",
    )
    .await;
    let mut tx = store.begin().await.expect("a transaction");
    for (kind, name) in [("schedule", "Night"), ("telegraph", "office")] {
        let body = Map::from_iter([("rotation".to_owned(), json!(CANARY))]);
        insert(&mut tx, kind, name, Some(&body), &by()).await.expect("written");
    }
    tx.commit().await.expect("a commit");
    app.know_anew().await.expect("read");
}

fn named(app: &App) -> Vec<String> {
    app.unread().into_iter().map(|it| format!("{} {}{}", it.kind, it.name, it.which)).collect()
}

async fn checks(app: &App) -> Vec<Check> {
    let (_, checked) = app.check(Some(QUEUE)).await.pop().expect("the queue");
    checked.checks.into_iter().filter(|it| it.name == "unreadable").collect()
}

#[tokio::test]
async fn each_is_named_with_what_to_do_and_nothing_of_what_it_says() {
    on_each(|bench| async move {
        let app = bot(&bench).await;
        assert!(app.unread().is_empty() && checks(&app).await.is_empty());
        written_by_another_version(&app).await;
        let all = ["connection fax", "hook ci", "schedule Night", "subscription 1 of ci in slack:C1", "telegraph office"];
        assert_eq!(named(&app), all);
        let checks = checks(&app).await;
        assert_eq!(checks.len(), all.len());
        assert_eq!(checks[1].detail, "the hook `ci` is left out: another version of Bellhop wrote it, or it is damaged");
        let fix = checks[1].fix.as_deref().expect("what to do");
        assert!(fix.contains("Run the version again that wrote it") && fix.contains("`bellhop unreadable remove "), "{fix}");
        assert!(!serde_json::to_string(&checks).expect("written").contains(CANARY));
        let public = app.health_report().to_string();
        assert!(public.contains("something that is set up is left out") && !public.contains("Night"), "{public}");

        // Whoever starts on such a database knows them as well, and starts.
        app.know_anew().await.expect("read");
        assert_eq!(named(&app), all);
    })
    .await;
}

#[tokio::test]
async fn what_can_be_read_again_or_is_gone_is_not_named_any_more() {
    on_each(|bench| async move {
        let app = bot(&bench).await;
        written_by_another_version(&app).await;
        run(&bench.store, "UPDATE hook SET settings = '{}' WHERE name = 'ci'").await;
        app.know_anew().await.expect("read");
        assert!(app.hooks.find("ci").is_some());
        for (kind, name) in [("connection", "fax"), ("schedule", "night"), ("subscription", "1"), ("telegraph", "office")] {
            app.remove_unread(kind, name, &by()).await.unwrap_or_else(|err| panic!("{kind}: {err}"));
        }
        assert_eq!(named(&app), Vec::<String>::new());
        assert!(checks(&app).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_what_cannot_be_read_is_removed_so() {
    on_each(|bench| async move {
        let app = bot(&bench).await;
        written_by_another_version(&app).await;
        app.remove_unread("hook", "ci", &by()).await.expect("removed");
        let refused = app.remove_unread("hook", "ci", &by()).await.expect_err("it is gone");
        assert_eq!(refused.kind, ErrorKind::NotFound);
        assert!(refused.message.starts_with("There is no hook `ci` that cannot be read. Left out: the connection `fax`, "));
        app.remove_unread("alias", "fax", &by()).await.expect_err("there is none");
        assert!(!named(&app).contains(&"hook ci".to_owned()));
    })
    .await;
}
