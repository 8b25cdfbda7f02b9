//! A receiver that checks signatures and keeps what it takes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::sign::Key;
use crate::{
    signature::tokens_match,
    standin::{Panel, Standin},
};

/// `bellhop` thrice and a bit, in Base64: good for a simulation and nothing else.
const SECRET: &str = "whsec_YmVsbGhvcGJlbGxob3BiZWxsaG9wYmVsbGhvcA==";

#[derive(Clone, Default)]
pub(super) struct Receiver(Arc<Mutex<Vec<Taken>>>);

/// A delivery that was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub id: String,
    pub body: Value,
}

pub(super) fn new() -> Box<dyn Standin> {
    Box::new(Receiver::default())
}

impl Receiver {
    pub(super) fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let Ok(at) = header("webhook-timestamp").parse::<i64>().map_err(drop).and_then(|it| Timestamp::from_second(it).map_err(drop))
    else {
        return (StatusCode::BAD_REQUEST, "no webhook-timestamp");
    };
    let Ok(key) = Key::parse(SECRET) else { return (StatusCode::INTERNAL_SERVER_ERROR, "no key") };
    let id = header("webhook-id");
    let expected = key.sign(id, at, &body);
    if id.is_empty() || !header("webhook-signature").split(' ').any(|it| tokens_match(it, &expected)) {
        return (StatusCode::UNAUTHORIZED, "the signature does not fit");
    }
    let Ok(body) = serde_json::from_slice(&body) else { return (StatusCode::BAD_REQUEST, "no JSON") };
    let mut taken = receiver.taken();
    // A repeat is known by its id, and taken without being done again.
    if !taken.iter().any(|it| it.id == id) {
        taken.push(Taken { id: id.to_owned(), body });
    }
    (StatusCode::NO_CONTENT, "")
}

impl Standin for Receiver {
    fn router(&self) -> Router {
        Router::new().route("/", post(receive)).with_state(self.clone())
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        Map::from_iter([
            ("url".to_owned(), json!(url)),
            ("secret".to_owned(), json!(SECRET)),
            ("private".to_owned(), json!(true)),
        ])
    }

    fn panel(&self) -> Panel {
        let row = |it: &Taken| {
            let object = &it.body["data"]["object"];
            vec![
                json!(it.id),
                it.body["type"].clone(),
                object["key"].clone(),
                object["title"].clone(),
                it.body["timestamp"].clone(),
            ]
        };
        Panel {
            title: "Deliveries".into(),
            header: ["Id", "Type", "Key", "Title", "At"].map(str::to_owned).to_vec(),
            rows: self.taken().iter().rev().map(row).collect(),
        }
    }
}
