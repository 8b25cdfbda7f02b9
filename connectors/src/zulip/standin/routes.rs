//! The client's HTTP API, for the sandbox's page and for tests. Its table is in [`crate::standin::chat`].

use crate::standin::Fault;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State as Extract},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ZulipSim, client::Act, rest::uploads, settings::Rate, state::To};
use crate::standin::chat::traffic::BODY_LIMIT;

impl ZulipSim {
    /// `state`, `events`, `act`, `requests`, `requests/events`, `files/{path}`, `control`.
    pub fn client_routes(&self) -> Router {
        Router::new()
            .route("/state", get(state))
            .route(
                "/events",
                get(|Extract(sim): Extract<ZulipSim>, headers: HeaderMap| async move { sim.0.feed.stream(&headers) }),
            )
            .route("/act", post(act))
            .route("/requests", get(|Extract(sim): Extract<ZulipSim>| async move { Json(sim.0.traffic.all()) }))
            .route(
                "/requests/events",
                get(|Extract(sim): Extract<ZulipSim>, headers: HeaderMap| async move { sim.0.traffic.feed().stream(&headers) }),
            )
            .route("/files/{*path}", get(file))
            .route("/control", post(control))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(self.clone())
    }
}

async fn state(Extract(sim): Extract<ZulipSim>) -> Json<Value> {
    let last = sim.0.feed.last();
    let mut whole = sim.look(|state| {
        let channels = state.streams.iter().map(|stream| {
            let mut topics: Vec<&str> = Vec::new();
            for message in state.messages.values().rev() {
                if let To::Stream { id, topic } = &message.to
                    && *id == stream.id
                    && !topics.contains(&topic.as_str())
                {
                    topics.push(topic);
                }
            }
            json!({"id": stream.id, "name": stream.name, "description": stream.description, "private": stream.private,
                "subscribers": stream.subscribers, "topics": topics})
        });
        json!({
            "platform": "zulip",
            "realm": {"name": "Example"},
            "bot": {"user": state.bot, "webhook_url": state.webhook_url},
            "people": state.users.iter().map(|it| state.user_json(it)).collect::<Vec<_>>(),
            "channels": channels.collect::<Vec<_>>(),
            "direct": state.conversations(),
            "messages": state.messages.values().map(|it| state.shown(it)).collect::<Vec<_>>(),
            "rate": {"per_minute": state.per_minute},
        })
    });
    whole["last_event_id"] = json!(last);
    whole["fault"] = json!(sim.fault());
    Json(whole)
}

async fn act(Extract(sim): Extract<ZulipSim>, Json(act): Json<Act>) -> Response {
    match sim.act(act) {
        Ok(mut outcome) => {
            outcome["ok"] = json!(true);
            Json(outcome).into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"ok": false, "error": error}))).into_response(),
    }
}

async fn file(Extract(sim): Extract<ZulipSim>, Path(path): Path<String>) -> Response {
    sim.look(|state| match state.files.get(&path) {
        Some(content) => uploads::download(content),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

/// What the person in front of the simulator may switch.
#[derive(Deserialize)]
struct Control {
    fault: Option<Fault>,
    rate: Option<Rate>,
    webhook_url: Option<String>,
    /// `lose`: all event queues are given up.
    queues: Option<Queues>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Queues {
    Lose,
}

async fn control(Extract(sim): Extract<ZulipSim>, Json(control): Json<Control>) -> Json<Value> {
    if let Some(fault) = control.fault {
        sim.set_fault(fault);
    }
    if let Some(rate) = control.rate {
        sim.set_rate(rate);
    }
    if let Some(url) = control.webhook_url {
        sim.set_webhook_url(&url);
    }
    if let Some(Queues::Lose) = control.queues {
        sim.lose_queues();
    }
    Json(json!({"ok": true, "fault": sim.fault()}))
}
