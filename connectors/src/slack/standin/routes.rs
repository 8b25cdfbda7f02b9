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

use super::{
    SlackSim,
    client::Act,
    settings::{AppSettings, Rate},
    socket::{Disturbance, Which},
    state::State,
    web_api,
};
use crate::standin::chat::traffic::BODY_LIMIT;

impl SlackSim {
    /// `state`, `events`, `act`, `requests`, `requests/events`, `files/{id}`, `control`.
    pub fn client_routes(&self) -> Router {
        Router::new()
            .route("/state", get(state))
            .route(
                "/events",
                get(|Extract(sim): Extract<SlackSim>, headers: HeaderMap| async move { sim.0.feed.stream(&headers) }),
            )
            .route("/act", post(act))
            .route("/requests", get(|Extract(sim): Extract<SlackSim>| async move { Json(sim.0.traffic.all()) }))
            .route(
                "/requests/events",
                get(|Extract(sim): Extract<SlackSim>, headers: HeaderMap| async move { sim.0.traffic.feed().stream(&headers) }),
            )
            .route("/files/{id}", get(file))
            .route("/control", post(control))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(self.clone())
    }
}

async fn state(Extract(sim): Extract<SlackSim>) -> Json<Value> {
    let last = sim.0.feed.last();
    let mut whole = sim.look(whole);
    whole["last_event_id"] = json!(last);
    whole["fault"] = json!(sim.fault());
    Json(whole)
}

fn whole(state: &State) -> Value {
    let stacks = state.stacks.iter().map(|(user, stack)| {
        let views: Vec<Value> = stack.iter().filter_map(|id| state.views.get(id)).map(|it| web_api::shown(state, it)).collect();
        (user.clone(), json!(views))
    });
    let homes = state.homes.iter().filter_map(|(user, id)| Some((user.clone(), state.view_json(state.views.get(id)?))));
    let channels = state.channels.iter().map(|channel| {
        let mut json = state.channel_json(&channel.id, &state.app.bot_user);
        json["members"] = json!(channel.members);
        json["kind"] = json!(state.channel_type(&channel.id));
        json
    });
    json!({
        "platform": "slack",
        "team": {"id": state.team, "name": state.team_name},
        "app": {"user": state.app.bot_user, "bot_id": state.app.bot_id, "settings": state.settings},
        "people": state.users.iter().map(|it| state.user_json(it)).collect::<Vec<_>>(),
        "channels": channels.collect::<Vec<_>>(),
        "messages": state.messages.values().map(|it| state.shown(it)).collect::<Vec<_>>(),
        "views": stacks.collect::<serde_json::Map<_, _>>(),
        "previews": state.previews.iter().map(|((user, url), it)| json!({"user": user, "url": url, "preview": it})).collect::<Vec<_>>(),
        "homes": homes.collect::<serde_json::Map<_, _>>(),
        "rate": state.rate,
    })
}

async fn act(Extract(sim): Extract<SlackSim>, Json(act): Json<Act>) -> Response {
    match sim.act(act).await {
        Ok(mut outcome) => {
            outcome["ok"] = json!(true);
            Json(outcome).into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"ok": false, "error": error}))).into_response(),
    }
}

async fn file(Extract(sim): Extract<SlackSim>, Path(id): Path<String>) -> Response {
    sim.look(|state| web_api::file_content(state, &id))
}

/// What the person in front of the simulator may switch.
#[derive(Deserialize)]
struct Control {
    fault: Option<Fault>,
    rate: Option<Rate>,
    app: Option<AppSettings>,
    manifest: Option<Value>,
    /// What happens to the app's WebSockets.
    sockets: Option<Disturbed>,
    /// Seconds that the tokens of installs from now on last.
    rotation: Option<i64>,
    /// The workspace that the app is removed from.
    uninstall: Option<String>,
}

#[derive(Deserialize)]
struct Disturbed {
    #[serde(rename = "do")]
    disturbance: Disturbance,
    which: Which,
}

async fn control(Extract(sim): Extract<SlackSim>, Json(control): Json<Control>) -> Json<Value> {
    if let Some(fault) = control.fault {
        sim.set_fault(fault);
    }
    if let Some(rate) = control.rate {
        sim.set_rate(rate);
    }
    if let Some(app) = control.app.or_else(|| control.manifest.as_ref().map(AppSettings::from_manifest)) {
        sim.configure(app);
    }
    if let Some(Disturbed { disturbance, which }) = control.sockets {
        sim.disturb(disturbance, which);
    }
    if let Some(rotation) = control.rotation {
        sim.grants(|it| it.rotation = Some(rotation).filter(|it| *it > 0));
    }
    if let Some(of) = &control.uninstall {
        sim.uninstall(of);
    }
    let rate = sim.look(|state| state.rate);
    Json(json!({"ok": true, "fault": sim.fault(), "rate": rate, "sockets": sim.sockets()}))
}
