//! The simulated systems, for the page: what is in them, what was asked of them, how they misbehave.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use commands::help;
use connectors::standin::{Exchange, Fault, Server, chat::Feed};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{SlackSim, ZulipSim, run::World};
use crate::{app::App, people};

/// What the page's panels show. Cheap to clone.
#[derive(Clone)]
pub struct Systems(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    slack: SlackSim,
    zulip: ZulipSim,
    standins: BTreeMap<&'static str, Arc<Server>>,
    changes: Feed,
    exchanges: Feed,
}

impl Systems {
    /// Follows every stand-in of `world` for as long as it lives.
    pub fn watch(world: &World, app: Arc<App>) -> Systems {
        let systems = Systems(Arc::new(Inner {
            app,
            slack: world.slack.clone(),
            zulip: world.zulip.clone(),
            standins: world.systems.clone(),
            changes: Feed::default(),
            exchanges: Feed::default(),
        }));
        for (&name, server) in &world.systems {
            let mut exchanges = server.watch();
            let inner = systems.0.clone();
            tokio::spawn(async move {
                loop {
                    match exchanges.recv().await {
                        Ok(exchange) => inner.exchanges.publish("exchange", shown(name, &exchange)),
                        Err(RecvError::Lagged(_)) => inner.exchanges.publish("reset", Value::Null),
                        Err(RecvError::Closed) => return,
                    }
                    inner.changes.publish("changed", Value::Null);
                }
            });
        }
        systems
    }
}

/// `systems`, `systems/events`, `systems/{name}/fault`, `exchanges`, `exchanges/events`, `complete`.
pub fn routes(systems: Systems) -> Router {
    Router::new()
        .route("/systems", get(list))
        .route("/systems/events", get(async |State(it): State<Systems>, headers: HeaderMap| it.0.changes.stream(&headers)))
        .route("/systems/{name}/fault", post(misbehave))
        .route("/exchanges", get(exchanges))
        .route("/exchanges/events", get(async |State(it): State<Systems>, headers: HeaderMap| it.0.exchanges.stream(&headers)))
        .route("/complete", get(complete))
        .with_state(systems)
}

async fn list(State(Systems(it)): State<Systems>) -> Json<Value> {
    let mut all = vec![
        json!({ "name": "slack", "title": "Slack", "url": null, "fault": it.slack.fault(), "panel": null }),
        json!({ "name": "zulip", "title": "Zulip", "url": null, "fault": it.zulip.fault(), "panel": null }),
    ];
    // What everybody uses first.
    let standins = connectors::ALL.iter().filter_map(|kind| Some((kind, it.standins.get(kind.name)?)));
    for (kind, server) in standins {
        let (name, title, panel) = (kind.name, kind.title, server.standin().panel());
        all.push(json!({ "name": name, "title": title, "url": server.url(), "fault": server.fault(), "panel": panel }));
    }
    Json(json!(all))
}

#[derive(Deserialize)]
struct Misbehave {
    fault: Fault,
}

async fn misbehave(State(Systems(it)): State<Systems>, Path(name): Path<String>, Json(wanted): Json<Misbehave>) -> Response {
    match name.as_str() {
        "slack" => it.slack.set_fault(wanted.fault),
        "zulip" => it.zulip.set_fault(wanted.fault),
        name => {
            let Some(server) = it.standins.get(name) else {
                return (StatusCode::NOT_FOUND, format!("there is no simulated {name}\n")).into_response();
            };
            if let Err(err) = server.set_fault(wanted.fault).await {
                return (StatusCode::INTERNAL_SERVER_ERROR, format!("the port cannot be opened again: {err}\n")).into_response();
            }
        }
    }
    it.changes.publish("changed", Value::Null);
    StatusCode::NO_CONTENT.into_response()
}

async fn exchanges(State(Systems(it)): State<Systems>) -> Json<Value> {
    let all = it.standins.iter().flat_map(|(name, server)| server.exchanges().into_iter().map(|exchange| shown(name, &exchange)));
    Json(all.collect())
}

/// In the shape of the simulated chats' exchanges.
fn shown(system: &str, exchange: &Exchange) -> Value {
    let none: [(); 0] = [];
    json!({
        "system": system,
        "direction": "to_system",
        "at": exchange.at,
        "method": exchange.method,
        "url": exchange.path,
        "headers": exchange.headers,
        "body": exchange.body,
        "status": exchange.status,
        "answer_headers": none,
        "answer": exchange.answer,
        "elapsed_ms": exchange.elapsed.as_millis() as u64,
        "error": null,
    })
}

#[derive(Deserialize)]
struct Complete {
    line: String,
    platform: String,
    person: String,
}

/// What can be typed next: commands, fields, and the values that the connected system offers.
async fn complete(State(Systems(it)): State<Systems>, Query(asked): Query<Complete>) -> Json<Value> {
    let app = &it.app;
    let actor = match app.platforms.get(&asked.platform) {
        Some(platform) => platform.person("", &asked.person).await.ok(),
        None => None,
    };
    let actor = actor.unwrap_or_else(|| people::stranger(&asked.platform, "", &asked.person));
    let groups = app.authority(&actor, None).await.visible(&app.groups());
    let line = asked.line.trim_start_matches('/');
    let mut found = help::complete(&groups, line, 12);
    if let Some(completing) = help::completing(&groups, line)
        && let Some(lookup) = &completing.field.lookup
    {
        let choices = app.look_up(&completing.group, lookup, &completing.typed, completing.given.clone()).await;
        found.splice(0..0, choices.iter().take(12).map(|choice| completing.offer(choice)));
    }
    Json(json!(found))
}
