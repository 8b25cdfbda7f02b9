//! Documents on both databases. There is no kind of which the tests know more than that it is there, so these write rows.

use serde_json::json;

use super::*;
use crate::store::testing::on_each;

fn body(text: &str) -> Map<String, Value> {
    json!({ "text": text }).as_object().cloned().unwrap_or_default()
}

fn by(why: &str) -> By {
    By { who: "slack:T1:U1".into(), why: why.into() }
}

#[tokio::test]
async fn every_version_is_kept_and_the_newest_counts() {
    on_each(async |bench| {
        let resources = Resources::new(bench.store.clone(), Vec::new());
        let before = resources.generation();
        let mut tx = bench.store.begin().await.unwrap();
        for (name, written) in [("demo", Some(body("a"))), ("demo", Some(body("b"))), ("gone", Some(body("c"))), ("gone", None)] {
            store::insert(&mut tx, "note", name, written.as_ref(), &by("to try it")).await.unwrap();
        }
        tx.commit().await.unwrap();
        resources.load().await.unwrap();
        assert_ne!(resources.generation(), before);
        let found: Vec<(String, i64, Origin)> =
            resources.documents().into_iter().map(|it| (it.name, it.version, it.origin)).collect();
        assert_eq!(found, [("demo".to_owned(), 2, Origin::Chat)]);
        let history = resources.history(Some("note"), Some("gone"), 10).await.unwrap();
        let versions: Vec<(i64, bool)> = history.iter().map(|it| (it.version, it.body.is_some())).collect();
        assert_eq!(versions, [(2, false), (1, true)]);
        assert_eq!(history[0].by, by("to try it"));
    })
    .await;
}

#[tokio::test]
async fn what_the_file_says_hides_what_was_made_in_chat_and_is_changed_there_alone() {
    on_each(async |bench| {
        let mut tx = bench.store.begin().await.unwrap();
        store::insert(&mut tx, "note", "Demo", Some(&body("chat")), &by("")).await.unwrap();
        tx.commit().await.unwrap();
        let configured = Configured { kind: "note", name: "demo".into(), body: body("file") };
        let resources = Resources::new(bench.store.clone(), vec![configured]);
        resources.load().await.unwrap();
        let documents = resources.documents();
        assert_eq!(documents.len(), 1);
        assert_eq!((documents[0].origin, &documents[0].body), (Origin::File, &body("file")));
        let mut tx = bench.store.begin().await.unwrap();
        let refused = resources.remove(&mut tx, "note", "DEMO", &by("")).await.expect_err("it is in the file");
        assert_eq!(refused.kind, ErrorKind::Conflict);
        assert!(!resources.remove(&mut tx, "note", "other", &by("")).await.unwrap());
    })
    .await;
}
