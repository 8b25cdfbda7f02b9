//! Tokens and their renewal, against a token server whose refresh tokens are good for once.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{Method, StatusCode},
    response::IntoResponse,
    routing::{delete, post},
};
use commands::{ErrorKind, param::Secret};
use connectors::{Http, auth::Credentials, http::Policy};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::{Map, json};

use super::{
    Desk, Grants, Owner, bearer,
    credential::Bearer,
    record::{Lifetime, Tokens},
    store,
};
use crate::{
    connections::{Live, MasterKey, Origin},
    people::PersonId,
    store::{
        Store, sql,
        testing::{Bench, on_each},
    },
};

const CANARY: &str = "canary-of-a-token-9c1e";

/// A token server that knows one refresh token at a time.
#[derive(Clone, Default)]
struct Server {
    good: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    /// As it was asked to take them back: by which method, and with what.
    given_back: Arc<Mutex<Vec<String>>>,
    url: String,
}

impl Server {
    async fn start(good: &str) -> Server {
        connectors::http::install_crypto();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = Server { good: Arc::new(Mutex::new(good.to_owned())), url, ..Server::default() };
        let routes = Router::new()
            .route("/oauth/token", post(answer))
            .route("/login/oauth/access_token", post(answer))
            .route("/oauth/revoke", post(take_back))
            .route("/applications/app/grant", delete(take_back))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        server
    }

    /// A connection of this kind to it.
    fn live(&self, kind: &str) -> Live {
        let settings = json!({ "url": self.url, "token": "t", "client_id": "app", "client_secret": "s" });
        let settings = settings.as_object().cloned().unwrap_or_default();
        let kind = connectors::find(kind).expect("a connector");
        Live::open(kind.name, kind, settings, Origin::Chat, Vec::new(), None).expect("it opens")
    }

    fn given_back(&self) -> Vec<String> {
        let mut all = std::mem::take(&mut *self.given_back.lock().expect("no panic"));
        all.sort();
        all
    }

    fn desk(&self) -> Desk {
        let kind = connectors::find("gitlab").expect("a connector");
        let settings = json!({ "url": self.url, "token": "t", "client_id": "app", "client_secret": "s" });
        let asks = kind.asks(settings.as_object().unwrap_or(&Map::new())).expect("it has a page");
        let http = Http::new("gitlab", "GitLab", &self.url, Policy { retries: 0, ..Policy::default() }).expect("a client");
        Desk::new("gitlab", "GitLab", asks, http)
    }
}

async fn answer(State(server): State<Server>, Form(form): Form<Vec<(String, String)>>) -> impl IntoResponse {
    let count = server.asked.fetch_add(1, Ordering::SeqCst) + 1;
    let given = form.iter().find(|(key, _)| key == "refresh_token").map_or("", |(_, value)| value.as_str());
    let mut good = server.good.lock().expect("no panic");
    if given != *good {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" })));
    }
    *good = format!("refresh-{count}");
    (StatusCode::OK, Json(json!({ "access_token": format!("access-{count}"), "refresh_token": *good, "expires_in": 7200 })))
}

async fn take_back(State(server): State<Server>, method: Method, body: String) -> impl IntoResponse {
    server.given_back.lock().expect("no panic").push(format!("{method} {body}"));
    Json(json!({}))
}

fn key() -> MasterKey {
    MasterKey::parse(MasterKey::generate().expose_secret()).expect("a key")
}

fn ana() -> Owner {
    Owner::Person(PersonId::new("slack", "T1", "U-ana"))
}

async fn grants(store: &Store, key: &MasterKey) -> Grants {
    Grants::open(store, Some(key.clone())).await.expect("opened")
}

/// Keeps a token that is to be renewed after so many minutes and ends an hour later.
async fn keep(grants: &Grants, desk: &Desk, owner: &Owner, (access, refresh): (&str, Option<&str>), now: Timestamp, renew: i64) {
    let tokens = Tokens { access: Secret::from(access.to_owned()), refresh: refresh.map(|it| Secret::from(it.to_owned())) };
    let renew_at = now + SignedDuration::from_mins(renew);
    let lifetime = Some(Lifetime { renew_at, expires: renew_at + SignedDuration::from_hours(1) });
    let (connection, account) = (desk.connection.as_str(), "ana");
    let kept = store::Kept { connection, owner, bound: &desk.bound, account, scopes: Some("api"), tokens: &tokens, lifetime };
    grants.keep(kept).await.expect("kept");
}

async fn jobs(bench: &Bench) -> i64 {
    let row = sql("SELECT COUNT(*) FROM job").first(bench.store.read()).await.expect("counted");
    row.expect("a row").int(0).expect("a number")
}

#[tokio::test]
async fn twenty_at_once_on_two_bots_renew_once() {
    on_each(|bench| async move {
        let (server, key) = (Server::start("refresh-0").await, key());
        let (desk, owner) = (server.desk(), ana());
        let bots = [grants(&bench.store, &key).await, grants(&bench.store, &key).await];
        keep(&bots[0], &desk, &owner, ("access-0", Some("refresh-0")), bench.store.now(), 10).await;
        let header = |bot: usize| {
            let granted = bots[bot].held(&desk, &owner);
            async move { Bearer(granted).header().await.map(|it| it.expose().to_owned()) }
        };
        assert_eq!(header(0).await.as_deref(), Ok("Bearer access-0"));
        assert_eq!(server.asked.load(Ordering::SeqCst), 0);
        bench.clock.advance(std::time::Duration::from_secs(11 * 60));
        let all = futures::future::join_all((0..20).map(|it| header(it % 2))).await;
        assert_eq!(server.asked.load(Ordering::SeqCst), 1);
        assert!(all.iter().all(|it| it.as_deref() == Ok("Bearer access-1")), "{all:?}");

        // Not accepted before its end: the same once more, however many are told so.
        let old = bearer(&Secret::from("access-1".to_owned()));
        let told = (0..20).map(|it| {
            let (granted, old) = (bots[it % 2].held(&desk, &owner), old.clone());
            async move { Bearer(granted).refused(&old).await }
        });
        futures::future::join_all(told).await;
        assert_eq!(server.asked.load(Ordering::SeqCst), 2);
        bench.clock.advance(std::time::Duration::from_secs(6));
        assert_eq!((header(0).await.as_deref(), header(1).await.as_deref()), (Ok("Bearer access-2"), Ok("Bearer access-2")));
    })
    .await;
}

#[tokio::test]
async fn what_the_vendor_ended_is_told_once() {
    on_each(|bench| async move {
        let (server, key) = (Server::start("another").await, key());
        let (desk, owner) = (server.desk(), ana());
        let bots = [grants(&bench.store, &key).await, grants(&bench.store, &key).await];
        keep(&bots[0], &desk, &owner, ("access-0", Some("refresh-0")), bench.store.now(), 0).await;
        for bot in [0, 1, 0] {
            let error = Bearer(bots[bot].held(&desk, &owner)).header().await.map(drop).expect_err("it is over");
            assert_eq!(error.kind, ErrorKind::Auth);
            assert!(
                error.message.contains("bellhop link gitlab") && error.message.contains("invalid_grant"),
                "{}",
                error.message
            );
        }
        assert_eq!(server.asked.load(Ordering::SeqCst), 1);
        assert_eq!(jobs(&bench).await, 1);
        // Without anything to renew it with, its end is the end.
        keep(&bots[0], &desk, &Owner::Connection, ("access-9", None), bench.store.now(), -120).await;
        let error = Bearer(bots[0].held(&desk, &Owner::Connection)).header().await.map(drop).expect_err("it is over");
        assert!(error.message.contains("bellhop authorize gitlab"), "{}", error.message);
        assert_eq!(jobs(&bench).await, 2);
        // Who lets the bot in again is acted as again.
        keep(&bots[1], &desk, &owner, ("access-5", Some("another")), bench.store.now(), 10).await;
        bench.clock.advance(std::time::Duration::from_secs(6));
        let header = Bearer(bots[0].held(&desk, &owner)).header().await.map(|it| it.expose().to_owned());
        assert_eq!(header.as_deref(), Ok("Bearer access-5"));
    })
    .await;
}

#[tokio::test]
async fn what_is_forgotten_is_given_back_with_a_token_that_counts() {
    on_each(|bench| async move {
        let (server, key, ana) = (Server::start("refresh-0").await, key(), ana());
        let ben = Owner::Person(PersonId::new("slack", "T1", "U-ben"));
        let grants = grants(&bench.store, &key).await;
        let now = bench.store.now();
        // GitHub wants an access token that counts. Ana's ended an hour ago: it is renewed for that, once.
        let github = server.live("github");
        let desk = github.desk().expect("it has an app");
        keep(&grants, desk, &ana, ("access-0", Some("refresh-0")), now, -120).await;
        assert_eq!(grants.forget(Some(&github), "github", &ana).await, Ok(true));
        assert_eq!(
            (server.asked.load(Ordering::SeqCst), server.given_back()),
            (1, vec![r#"DELETE {"access_token":"access-1"}"#.into()])
        );
        assert_eq!(grants.forget(Some(&github), "github", &ana).await, Ok(false));
        // Everybody's goes with the connection; one that the vendor ended itself is only forgotten.
        for (owner, access) in [(&ana, "access-7"), (&ben, "access-8"), (&Owner::Connection, "access-9")] {
            keep(&grants, desk, owner, (access, None), now, 10).await;
        }
        store::refuse(&bench.store, "github", &ben, 1, "revoked there", None).await.expect("noted");
        grants.forget_all(Some(&github), "github").await.expect("forgotten");
        let given = [r#"DELETE {"access_token":"access-7"}"#, r#"DELETE {"access_token":"access-9"}"#];
        assert_eq!((server.asked.load(Ordering::SeqCst), server.given_back()), (1, given.map(str::to_owned).to_vec()));
        for owner in [&ana, &ben, &Owner::Connection] {
            assert_eq!(grants.forget(Some(&github), "github", owner).await, Ok(false));
        }

        // GitLab takes the refresh token, which does not end.
        let gitlab = server.live("gitlab");
        let desk = gitlab.desk().expect("it has an app");
        keep(&grants, desk, &ana, ("access-0", Some("refresh-5")), now, -120).await;
        assert_eq!(grants.forget(Some(&gitlab), "gitlab", &ana).await, Ok(true));
        let given = vec!["POST client_id=app&client_secret=s&token=refresh-5".to_owned()];
        assert_eq!((server.asked.load(Ordering::SeqCst), server.given_back()), (1, given));
    })
    .await;
}

#[tokio::test]
async fn a_renewal_whose_end_is_unknown_is_waited_for_and_explained() {
    on_each(|bench| async move {
        let (server, key) = (Server::start("another").await, key());
        let (desk, owner) = (server.desk(), ana());
        let grants = grants(&bench.store, &key).await;
        keep(&grants, &desk, &owner, ("access-0", Some("refresh-0")), bench.store.now(), 0).await;
        // Another bot took the turn, and was not heard of again.
        let turn = store::begin_renewal(&bench.store, "gitlab", &owner, 1).await.expect("taken");
        assert_eq!(turn, super::record::Turn::Ours);
        assert_eq!(store::begin_renewal(&bench.store, "gitlab", &owner, 1).await.expect("asked"), super::record::Turn::Others);
        bench.clock.advance(std::time::Duration::from_secs(46));
        let error = Bearer(grants.held(&desk, &owner)).header().await.map(drop).expect_err("it is over");
        assert!(error.message.contains("was stopped, or cut off"), "{}", error.message);
    })
    .await;
}

#[tokio::test]
async fn tokens_are_sealed_for_one_server_and_change_keys() {
    on_each(|bench| async move {
        let (server, other, old) = (Server::start("r").await, Server::start("r").await, key());
        let (desk, owner) = (server.desk(), ana());
        let kept = grants(&bench.store, &old).await;
        keep(&kept, &desk, &owner, (CANARY, Some("refresh-canary-77aa")), bench.store.now(), 10).await;
        if let Some(path) = bench.url.strip_prefix("sqlite://") {
            let folder = std::path::Path::new(path).parent().expect("a folder");
            for entry in std::fs::read_dir(folder).expect("files") {
                let bytes = std::fs::read(entry.expect("an entry").path()).expect("bytes");
                for secret in [CANARY, "refresh-canary-77aa"] {
                    assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()));
                }
            }
        }
        // A connection of the same name that leads elsewhere is sent nothing.
        let error = Bearer(kept.held(&other.desk(), &owner)).header().await.map(drop).expect_err("nobody agreed to that");
        assert!(error.message.contains("did not let me in"), "{}", error.message);

        let new = key();
        assert!(Grants::open(&bench.store, Some(new.clone())).await.is_err(), "it is sealed with another key");
        assert_eq!(Grants::rotate(&bench.store, &old, &new).await.expect("wrapped anew"), 1);
        assert_eq!(Grants::rotate(&bench.store, &old, &new).await.expect("nothing is left"), 0);
        let kept = grants(&bench.store, &new).await;
        let header = Bearer(kept.held(&desk, &owner)).header().await.map(|it| it.expose().to_owned());
        assert_eq!(header, Ok(format!("Bearer {CANARY}")));
        // Moved to another row it opens nothing.
        let mut tx = bench.store.begin().await.expect("a transaction");
        sql("UPDATE oauth_grant SET owner = 'slack:T1:U-ben'").execute(&mut tx).await.expect("changed");
        tx.commit().await.expect("a commit");
        let ben = Owner::Person(PersonId::new("slack", "T1", "U-ben"));
        assert!(Bearer(kept.held(&desk, &ben)).header().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_was_begun_is_good_once_and_its_word_for_its_person() {
    on_each(|bench| async move {
        let key = key();
        let ends = bench.store.now() + SignedDuration::from_mins(10);
        for nonce in ["n1", "n2"] {
            let start = store::Start { nonce, person: "slack:T1:U-ana", connection: "gitlab", expires: ends };
            store::start(&bench.store, &key, start, &json!({ "nonce": nonce })).await.expect("begun");
        }
        let take = || store::take::<serde_json::Value>(&bench.store, &key, "n1");
        assert_eq!(take().await.expect("read"), Some(json!({ "nonce": "n1" })));
        assert_eq!(take().await.expect("read"), None, "it is used");
        store::await_word(&bench.store, &key, "n1", "proof", ends, &json!("come")).await.expect("kept");
        let word = async |person: &str, proof: &str| {
            store::take_word::<serde_json::Value>(&bench.store, &key, person, proof).await.expect("read")
        };
        assert_eq!(word("slack:T1:U-ben", "proof").await, None, "it is Ana's");
        assert_eq!(word("slack:T1:U-ana", "guessed").await, None);
        assert_eq!(word("slack:T1:U-ana", "proof").await, Some(json!("come")));
        assert_eq!(word("slack:T1:U-ana", "proof").await, None, "it is used");
        bench.clock.advance(std::time::Duration::from_secs(601));
        assert_eq!(store::take::<serde_json::Value>(&bench.store, &key, "n2").await.expect("read"), None, "it is over");
    })
    .await;
}
