//! What reaches the handlers at all, over real HTTP.

use std::sync::Arc;

use axum::{Router, body::Bytes, routing::post};
use commands::param::Secret;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    chat::slack::{Slack, inbound},
    connections::Connections,
};

const SECRET: &str = "signing-canary-55d0";
const NOW: i64 = 1763690000;

/// A guarded route that says how many bytes reached it.
async fn serve() -> String {
    let config = json!({ "signing_secret": SECRET, "bot_token": "xoxb-1", "api_url": "http://127.0.0.1:1/api/" });
    let slack = Slack::new(serde_json::from_value(config).unwrap(), Connections::new(crate::builtins::group())).unwrap();
    let slack = slack.with_clock(Arc::new(|| Timestamp::from_second(NOW).unwrap()));
    let routes = Router::new().route("/slack/events", post(|body: Bytes| async move { body.len().to_string() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/slack/events", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, inbound::guarded(Arc::new(slack), routes)).await });
    url
}

fn sign(secret: &Secret, timestamp: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.expose().as_bytes()).unwrap();
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

async fn send(url: &str, secret: &str, timestamp: i64, body: Vec<u8>) -> (u16, String) {
    let signature = sign(&Secret::from(secret.to_owned()), timestamp, &body);
    let request = reqwest::Client::new().post(url).header("x-slack-signature", signature);
    let answer = request.header("x-slack-request-timestamp", timestamp).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_signed_request_arrives_byte_for_byte() {
    let url = serve().await;
    assert_eq!(send(&url, SECRET, NOW, b"{\"a\":  1}".to_vec()).await, (200, "9".into()));
    assert_eq!(send(&url, SECRET, NOW - 300, vec![0xff, 0xfe, 0x00]).await, (200, "3".into()));
    assert_eq!(send(&url, SECRET, NOW, vec![b'x'; inbound::LIMIT]).await, (200, inbound::LIMIT.to_string()));
}

#[tokio::test]
async fn others_get_no_further() {
    let url = serve().await;
    for (secret, timestamp) in [("another", NOW), (SECRET, NOW - 301), (SECRET, NOW + 301)] {
        let (status, said) = send(&url, secret, timestamp, b"{}".to_vec()).await;
        assert_eq!((status, said.as_str()), (401, "This request is not signed by Slack.\n"));
    }
    let unsigned = reqwest::Client::new().post(&url).body("{}").send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    assert_eq!(send(&url, SECRET, NOW, vec![b'x'; inbound::LIMIT + 1]).await.0, 413);
}
