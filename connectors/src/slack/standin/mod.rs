//! A simulated Slack workspace, at the level of the wire: its Web API, its signed requests to the
//! app, its response URLs; and the client of the people in it.

mod authorize;
mod blocks;
mod channels;
mod client;
mod commands;
mod connection;
mod deliver;
mod elements;
mod interactions;
mod links;
mod messages;
mod oauth;
mod objects;
mod response_url;
mod routes;
mod settings;
mod sign;
mod socket;
mod state;
mod web_api;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::standin::Fault;
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::any};
use tokio::sync::Notify;

use crate::standin::chat::{
    feed::Feed,
    serve::{self, Served, Switch},
    traffic::{self, Traffic},
};

pub use client::{Act, What};
pub(super) use connection::new;
pub use oauth::Grants;
pub use settings::{AppSettings, Options, Rate, Shortcut, ShortcutKind, SlashCommand};
pub use sign::signature;
pub use socket::{Disturbance, Which};
pub use state::State;

/// A workspace. Clones are the same workspace.
#[derive(Clone)]
pub struct SlackSim(Arc<Inner>);

struct Inner {
    options: Options,
    state: Mutex<State>,
    feed: Feed,
    traffic: Traffic,
    switch: Switch,
    sockets: socket::Sockets,
    /// Events that wait to be sent again wait no longer.
    again: Notify,
    http: reqwest::Client,
    /// The app's credentials and its tokens, the same for all workspaces of one server.
    grants: Arc<Mutex<Grants>>,
    /// The other workspaces that this one's server serves as well.
    neighbours: Mutex<Vec<SlackSim>>,
    /// The organization that all of them are in: id and name.
    organization: Mutex<Option<(String, String)>>,
}

/// What an administrator copies from Slack into the bot's configuration.
pub struct Credentials {
    pub bot_token: String,
    pub signing_secret: String,
    /// `xapp-…`, for Socket Mode.
    pub app_token: String,
    pub team_id: String,
    pub bot_user_id: String,
    /// For installing the app by OAuth.
    pub client_id: String,
    pub client_secret: String,
}

impl SlackSim {
    /// A workspace with the channels #general, #dev and #ops, and Ana (administrator), Ben, Chloe and the app.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(options: Options) -> anyhow::Result<SlackSim> {
        let state = State::new(&options);
        let (client_id, client_secret) = (state.app.client_id.clone(), state.app.client_secret.clone());
        let grants = Arc::new(Mutex::new(Grants::new(client_id, client_secret)));
        SlackSim::with_grants(options, state, grants, Traffic::default())
    }

    fn with_grants(options: Options, state: State, grants: Arc<Mutex<Grants>>, traffic: Traffic) -> anyhow::Result<SlackSim> {
        for secret in [
            &state.app.bot_token,
            &state.app.app_token,
            &state.app.signing_secret,
            &state.app.verification_token,
            &state.app.client_secret,
        ] {
            traffic.mask(None, secret);
        }
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let inner = Inner {
            options,
            state: Mutex::new(state),
            feed: Feed::default(),
            traffic,
            switch: Switch::default(),
            sockets: socket::Sockets::default(),
            again: Notify::new(),
            http,
            grants,
            neighbours: Mutex::default(),
            organization: Mutex::default(),
        };
        Ok(SlackSim(Arc::new(inner)))
    }

    /// Serves the workspace's API at `addr` (port 0: a free one), and its client below `/client`.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve(&self, addr: SocketAddr) -> io::Result<Served> {
        let sim = self.clone();
        let served = serve::serve(addr, self.0.switch.clone(), move |url| {
            sim.with(|state| state.base = url.to_owned());
            let client = sim.client_routes();
            Router::new().nest("/client", client).merge(sim.api_routes())
        });
        let served = served.await?;
        tokio::spawn(Self::post_scheduled(Arc::downgrade(&self.0)));
        Ok(served)
    }

    async fn post_scheduled(inner: std::sync::Weak<Inner>) {
        let mut every = tokio::time::interval(std::time::Duration::from_secs(1));
        loop {
            every.tick().await;
            let Some(inner) = inner.upgrade() else { return };
            SlackSim(inner).with(|_| ());
        }
    }

    /// What the real Slack serves.
    fn api_routes(&self) -> Router {
        Router::new()
            .route("/api/{method}", any(web_api::call))
            .route("/oauth/v2/authorize", axum::routing::get(authorize::show).post(authorize::decide))
            .route("/response/{*token}", axum::routing::post(response_url::respond))
            .route("/upload/v1/{token}", axum::routing::post(web_api::upload).put(web_api::upload))
            .route("/files-pri/{*path}", axum::routing::get(web_api::download))
            .layer(middleware::from_fn_with_state(self.0.switch.clone(), serve::misbehave))
            .layer(middleware::from_fn_with_state(self.0.traffic.clone(), traffic::record))
            // Not recorded: it ends when the connection does.
            .route("/link/", axum::routing::get(socket::link))
            .layer(DefaultBodyLimit::max(traffic::BODY_LIMIT))
            .with_state(self.clone())
    }

    pub fn credentials(&self) -> Credentials {
        self.look(|state| Credentials {
            bot_token: state.app.bot_token.clone(),
            signing_secret: state.app.signing_secret.clone(),
            app_token: state.app.app_token.clone(),
            team_id: state.team.clone(),
            bot_user_id: state.app.bot_user.clone(),
            client_id: state.app.client_id.clone(),
            client_secret: state.app.client_secret.clone(),
        })
    }

    /// Another workspace, which this one's server serves as well, with the same app.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn add_workspace(&self, seed: u64, name: &str) -> anyhow::Result<SlackSim> {
        let options = Options { seed, team_name: name.to_owned(), bot_token: None, ..self.0.options.clone() };
        let mut state = State::new(&options);
        self.look(|own| {
            state.base.clone_from(&own.base);
            state.settings = own.settings.clone();
            state.app.app_id.clone_from(&own.app.app_id);
            state.app.signing_secret.clone_from(&own.app.signing_secret);
            state.app.verification_token.clone_from(&own.app.verification_token);
            state.app.client_id.clone_from(&own.app.client_id);
            state.app.client_secret.clone_from(&own.app.client_secret);
        });
        let sim = SlackSim::with_grants(options, state, self.0.grants.clone(), self.0.traffic.clone())?;
        self.0.neighbours.lock().unwrap_or_else(PoisonError::into_inner).push(sim.clone());
        Ok(sim)
    }

    /// All workspaces that this one's server serves are in an organization; its id.
    pub fn organize(&self, name: &str) -> String {
        let id = self.with(|state| state.ids.slack("E"));
        *self.0.organization.lock().unwrap_or_else(PoisonError::into_inner) = Some((id.clone(), name.to_owned()));
        self.workspaces().iter().for_each(|it| it.with(|state| state.organization = Some(id.clone())));
        id
    }

    /// This one and its neighbours.
    pub(super) fn workspaces(&self) -> Vec<SlackSim> {
        let neighbours = self.0.neighbours.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(self.clone()).chain(neighbours.iter().cloned()).collect()
    }

    pub(super) fn workspace(&self, team: &str) -> Option<SlackSim> {
        self.workspaces().into_iter().find(|it| it.look(|state| state.team == team))
    }

    pub(super) fn organization(&self) -> Option<(String, String)> {
        self.0.organization.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads or changes what was granted to the app.
    pub fn grants<T>(&self, change: impl FnOnce(&mut Grants) -> T) -> T {
        change(&mut self.0.grants.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the app is told that its token may do, with every answer. Nothing is refused for want of it.
    pub fn set_scopes(&self, scopes: &'static str) {
        self.with(|state| state.app.scopes = scopes);
    }

    /// Enters the app's request URLs and features, as at api.slack.com.
    pub fn configure(&self, app: AppSettings) {
        self.with(|state| state.settings = app);
    }

    pub fn set_fault(&self, fault: Fault) {
        self.0.switch.set(fault);
    }

    pub fn fault(&self) -> Fault {
        self.0.switch.get()
    }

    pub fn set_rate(&self, rate: Rate) {
        self.with(|state| state.rate = rate);
    }

    pub fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    /// Reads the state.
    pub fn look<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state as of now; then tells those who watch, and the app.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = self.0.options.clock.micros();
        state.post_due();
        let result = change(&mut state);
        for (kind, data) in std::mem::take(&mut state.changes) {
            self.0.feed.publish(kind, data);
        }
        let events = std::mem::take(&mut state.outbox);
        drop(state);
        for event in events {
            tokio::spawn(self.clone().send_event(event));
        }
        result
    }
}
