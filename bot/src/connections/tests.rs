//! The vault: versions, seals, keys.

use std::{collections::BTreeMap, fs};

use expect_test::{Expect, expect};
use secrecy::ExposeSecret;
use serde_json::{Map, json};

use super::{
    seal::MasterKey,
    store::{Change, Left, Rotated, Vault, rotate_some},
};
use crate::store::{
    Store, sql,
    testing::{Bench, on_each},
};

/// Looked for where it must not be.
const CANARY: &str = "canary-5f2d8c";

fn key() -> MasterKey {
    MasterKey::parse(MasterKey::generate().expose_secret()).expect("a key")
}

fn redmine(secret: &str) -> Change {
    Change {
        name: "redmine".into(),
        kind: "redmine".into(),
        settings: Map::from_iter([("url".to_owned(), json!("https://redmine.example.org"))]),
        secrets: BTreeMap::from([("api_key".to_owned(), secret.into())]),
        who: "Ana".into(),
    }
}

async fn secret_of(vault: &Vault, version: i64) -> anyhow::Result<String> {
    let connection = vault.load_version("redmine", version).await?.expect("a version");
    Ok(connection.secrets["api_key"].expose_secret().to_owned())
}

async fn change(store: &Store, statement: &'static str) {
    let mut tx = store.begin().await.expect("a transaction");
    sql(statement).execute(&mut tx).await.expect("changed");
    tx.commit().await.expect("a commit");
}

#[tokio::test]
async fn every_version_is_kept() {
    on_each(|bench| async move {
        let vault = Vault::open(&bench.store, key()).await.expect("a vault");
        assert_eq!(vault.save(redmine("one")).await.expect("saved"), 1);
        assert_eq!(vault.save(redmine("two")).await.expect("saved"), 2);
        let now = vault.load("redmine").await.expect("loaded").expect("a connection");
        assert_eq!((now.version, now.secrets["api_key"].expose_secret(), now.who.as_str()), (2, "two", "Ana"));
        assert_eq!(now.settings, redmine("").settings);
        assert_eq!(secret_of(&vault, 1).await.expect("opened"), "one");

        assert_eq!(vault.list().await.expect("listed").len(), 1);
        assert_eq!(vault.remove("redmine", "Ben").await.expect("removed"), Some(3));
        assert_eq!(vault.remove("redmine", "Ben").await.expect("nothing to remove"), None);
        assert!(vault.load("redmine").await.expect("loaded").is_none());
        assert_eq!(vault.list().await.expect("listed"), []);
        let history = vault.history("redmine", 10).await.expect("versions");
        let history: Vec<_> = history.iter().map(|it| (it.version, it.who.as_str(), it.removed)).collect();
        assert_eq!(history, [(3, "Ben", true), (2, "Ana", false), (1, "Ana", false)]);
        assert_eq!(vault.save(redmine("three")).await.expect("connected again"), 4);
    })
    .await;
}

#[tokio::test]
async fn the_file_tells_no_secret() {
    let bench = Bench::sqlite().await;
    let vault = Vault::open(&bench.store, key()).await.expect("a vault");
    vault.save(redmine(CANARY)).await.expect("saved");
    let folder = bench.folder.as_ref().expect("a folder").path();
    let mut seen = false;
    for entry in fs::read_dir(folder).expect("files") {
        let bytes = fs::read(entry.expect("an entry").path()).expect("bytes");
        let holds = |text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
        assert!(!holds(CANARY));
        seen |= holds("https://redmine.example.org");
    }
    assert!(seen, "what is public is there to be found, so a secret would have been");
}

#[tokio::test]
async fn a_changed_or_moved_secret_does_not_open() {
    on_each(|bench| async move {
        let vault = Vault::open(&bench.store, key()).await.expect("a vault");
        vault.save(redmine("one")).await.expect("saved");
        vault.save(redmine("two")).await.expect("saved");
        // Version 1's secret, seal and all, in version 2's place.
        change(
            &bench.store,
            "UPDATE secret SET wrapped = (SELECT wrapped FROM secret WHERE version = 1),
                 sealed = (SELECT sealed FROM secret WHERE version = 1) WHERE version = 2",
        )
        .await;
        assert_eq!(secret_of(&vault, 1).await.expect("opened"), "one");
        let err = secret_of(&vault, 2).await.expect_err("refused").to_string();
        expect![[r#"The secret `api_key` of connection `redmine` was changed in the database, or moved from another place. Connect `redmine` again, or restore a backup."#]].assert_eq(&err);
    })
    .await;
}

#[tokio::test]
async fn keys_are_changed_even_with_an_interruption() {
    on_each(|bench| async move {
        let (old, new) = (key(), key());
        let vault = Vault::open(&bench.store, old.clone()).await.expect("a vault");
        for n in 1..=5 {
            vault.save(redmine(&format!("secret {n}"))).await.expect("saved");
        }
        let sealed = async || {
            let rows = sql("SELECT sealed FROM secret ORDER BY version").all(bench.store.read()).await.expect("rows");
            rows.iter().map(|row| row.bytes(0).expect("bytes")).collect::<Vec<_>>()
        };
        let before = sealed().await;

        let mut rotated = Rotated { secrets: 0 };
        assert!(rotate_some(&bench.store, &old, &new, 2, &mut rotated).await.expect("some") == Left::Some);
        assert_eq!(rotated.secrets, 2);
        // Interrupted here, neither key opens everything, and both say what to do.
        for key in [&old, &new] {
            let err = Vault::open(&bench.store, key.clone()).await.err().expect("refused").to_string();
            assert!(err.contains("`secrets.key`") && err.contains("`bellhop keys rotate`"), "{err}");
        }
        let (vault, rotated) = Vault::rotate(&bench.store, old.clone(), new.clone()).await.expect("the rest");
        assert_eq!(rotated.secrets, 3);
        for n in 1..=5 {
            assert_eq!(secret_of(&vault, n).await.expect("opened"), format!("secret {n}"));
        }
        assert_eq!(sealed().await, before, "only data keys were wrapped anew");

        let err = Vault::open(&bench.store, old.clone()).await.err().expect("refused").to_string();
        let err = err.replace(old.id(), "OLD").replace(new.id(), "NEW");
        expect![[r#"The secrets of connection `redmine` are sealed with the key NEW, and `secrets.key` is the key OLD. Put the old key back in `secrets.key`; to change keys, run `bellhop keys rotate` with both."#]].assert_eq(&err);
        let err = Vault::rotate(&bench.store, old.clone(), key()).await.err().expect("refused").to_string();
        assert!(err.contains(new.id()), "{err}");
    })
    .await;
}

#[test]
fn a_bad_key_is_explained() {
    let check = |text: &str, expected: Expect| expected.assert_eq(&MasterKey::parse(text).err().expect("refused").to_string());
    check(" ", expect!["`secrets.key` is empty. It holds 32 bytes in base64; `bellhop keys new` prints a good one."]);
    check(
        "correct horse",
        expect![
            "`secrets.key` is not base64. It holds 32 bytes in base64 (44 characters); `bellhop keys new` prints a good one."
        ],
    );
    check("Z3JlZW4=", expect!["`secrets.key` holds 5 bytes in base64, and must hold 32; `bellhop keys new` prints a good one."]);
    let key = MasterKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").expect("a key");
    assert_eq!(key.id().len(), 16);
    assert_ne!(key.id(), MasterKey::parse(MasterKey::generate().expose_secret()).expect("a key").id());
}
