//! Against a far end that refuses every message, and lists the channels that are left.

use axum::{Json, Router, http::StatusCode, routing::get};
use commands::{ErrorKind, Message};
use serde_json::{Value, json};

use crate::{
    chat::{
        Place, Platform, Post, Target,
        zulip::{Config, Zulip},
    },
    connections::Connections,
    forms::Forms,
};

/// A Zulip with the channels `dev` (3) and `ops` (4) that refuses every message like this.
async fn refusing(status: u16, refusal: Value) -> (Zulip, tempfile::TempDir) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let said = |body: Value| async move || Json(body);
    let user = |id: u64, role: u16, is_bot: bool, is_active: bool| json!({"user_id": id, "full_name": format!("{id}"), "email": format!("user{id}@chat.example.org"), "is_bot": is_bot, "is_active": is_active, "role": role});
    let members = [
        user(26, 100, true, true),
        user(12, 200, false, true),
        user(9, 100, false, false),
        user(11, 100, false, true),
        user(10, 400, false, true),
    ];
    let status = StatusCode::from_u16(status).expect("a status");
    let router = Router::new()
        .route("/api/v1/users/me", get(said(json!({"result": "success", "user_id": 26, "full_name": "Bellhop", "email": "bellhop-bot@chat.example.org", "is_bot": true}))))
        .route("/api/v1/users", get(said(json!({"result": "success", "members": members}))))
        .route(
            "/api/v1/streams",
            get(said(
                json!({"result": "success", "streams": [{"stream_id": 3, "name": "dev"}, {"stream_id": 4, "name": "ops"}]}),
            )),
        )
        .route("/api/v1/messages", axum::routing::post(async move || (status, Json(refusal))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let site = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config: Config = serde_json::from_value(
        json!({"site": site, "email": "bellhop-bot@chat.example.org", "api_key": "k", "webhook_token": "t"}),
    )
    .expect("a configuration");
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/bellhop.db", folder.path().display());
    let store = crate::store::Store::open(&url).await.expect("a store");
    let connections = Connections::new(crate::builtins::group());
    (Zulip::new(config, None, connections, Forms::open(&store)).expect("a configuration that works"), folder)
}

async fn refused(zulip: &Zulip, channel: &str) -> ErrorKind {
    let place =
        Place { platform: "zulip".into(), workspace: String::new(), channel: channel.into(), thread: Some("fire".into()) };
    let post = Post::new(Target::Place(place), Message::text("Printer on fire"), "k1");
    zulip.post(&post).await.expect_err("it is refused").kind
}

#[tokio::test]
async fn what_the_bot_does_not_see_is_closed_in_any_language() {
    let german = json!({"result": "error", "code": "BAD_REQUEST", "msg": "Nicht berechtigt, an den Kanal 'alt' zu senden"});
    let (zulip, _folder) = refusing(400, german).await;
    assert_eq!(refused(&zulip, "channel:alt").await, ErrorKind::Closed);
    assert_eq!(refused(&zulip, "channel:17").await, ErrorKind::Closed);
    // These are there, so something is wrong with the message.
    assert_eq!(refused(&zulip, "channel:ops").await, ErrorKind::Validation);
    assert_eq!(refused(&zulip, "channel:3").await, ErrorKind::Validation);
    assert_eq!(refused(&zulip, "dm:10").await, ErrorKind::Validation);
}

#[tokio::test]
async fn administrators_are_found_the_owners_first() {
    let (zulip, _folder) = refusing(400, json!({})).await;
    let keys = zulip.administrators().await.expect("they are found");
    let people: Vec<String> = keys.iter().map(|it| it.key().rsplit_once('@').expect("a person").1.to_owned()).collect();
    assert_eq!(people, ["11", "12"], "neither bots, nor who has left, nor members");
}
