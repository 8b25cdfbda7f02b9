//! A simulated Zulip organization, at the level of the wire: its REST API, its event queues, its
//! outgoing webhook; and the client of the people in it.

mod client;
mod narrow;
mod objects;
mod organization;
mod outgoing;
mod render;
mod rest;
mod routes;
mod settings;
mod state;
mod widgets;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::standin::{Fault, Panel, Standin};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post},
};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::standin::chat::{
    feed::Feed,
    serve::{self, Served, Switch},
    traffic::{self, Traffic},
};

pub use client::{Act, What};
pub use settings::{Options, Rate};
pub use state::{Message, State, UserKind};

/// An organization. Clones are the same organization.
#[derive(Clone)]
pub struct ZulipSim(Arc<Inner>);

struct Inner {
    options: Options,
    state: Mutex<State>,
    /// Wakes those who wait for events.
    news: watch::Sender<u64>,
    feed: Feed,
    traffic: Traffic,
    switch: Switch,
    http: reqwest::Client,
}

/// What an administrator copies from Zulip into the bot's configuration.
pub struct Credentials {
    pub email: String,
    pub api_key: String,
    pub webhook_token: String,
    pub bot_user_id: i64,
}

impl ZulipSim {
    /// Zulip's Markdown as this organization shows it, in HTML.
    pub fn rendered(&self, markdown: &str) -> String {
        self.look(|state| render::render(state, markdown).html)
    }

    /// An organization with the channels general, dev and ops, and Ana (administrator, the bot's
    /// owner), Ben, Chloe and the bot.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(options: Options) -> anyhow::Result<ZulipSim> {
        let state = State::new(&options);
        let traffic = Traffic::default();
        traffic.mask(None, &state.webhook_token);
        state.users.iter().for_each(|it| traffic.mask(Some(&it.email), &it.api_key));
        let http = reqwest::Client::builder().no_proxy().build()?;
        let inner = Inner {
            options,
            state: Mutex::new(state),
            news: watch::channel(0).0,
            feed: Feed::default(),
            traffic,
            switch: Switch::default(),
            http,
        };
        Ok(ZulipSim(Arc::new(inner)))
    }

    /// Serves the organization's API at `addr` (port 0: a free one), and its client below `/client`.
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
        served.await
    }

    fn api_routes(&self) -> Router {
        Router::new()
            .route("/api/v1/user_uploads", post(rest::upload))
            .route("/api/v1/{*path}", any(rest::call))
            .route("/user_uploads/temporary/{secret}/{name}", get(rest::temporary))
            .route("/user_uploads/{*path}", get(rest::user_upload))
            .layer(middleware::from_fn_with_state(self.0.switch.clone(), serve::misbehave))
            .layer(middleware::from_fn_with_state(self.0.traffic.clone(), traffic::record))
            .layer(DefaultBodyLimit::max(traffic::BODY_LIMIT))
            .with_state(self.clone())
    }

    pub fn credentials(&self) -> Credentials {
        self.look(|state| {
            let bot = state.user(state.bot);
            Credentials {
                email: bot.map(|it| it.email.clone()).unwrap_or_default(),
                api_key: bot.map(|it| it.api_key.clone()).unwrap_or_default(),
                webhook_token: state.webhook_token.clone(),
                bot_user_id: state.bot,
            }
        })
    }

    /// Enters the outgoing webhook's address, as in the bot's settings; empty: none.
    pub fn set_webhook_url(&self, url: &str) {
        self.with(|state| state.webhook_url = url.to_owned());
    }

    pub fn set_fault(&self, fault: Fault) {
        self.0.switch.set(fault);
    }

    pub fn fault(&self) -> Fault {
        self.0.switch.get()
    }

    pub fn set_rate(&self, rate: Rate) {
        self.with(|state| state.per_minute = rate.per_minute);
    }

    /// Gives all event queues up, as a server does that restarts without keeping them, and tells how many there were.
    pub fn lose_queues(&self) -> usize {
        self.with(|state| {
            let lost = std::mem::take(&mut state.queues).len();
            // Whoever waits hears of it at once.
            state.changes.push(("queues", serde_json::json!({ "lost": lost })));
            lost
        })
    }

    pub fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    /// Changes whenever something happened: for tests that wait.
    #[cfg(test)]
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    /// Reads the state.
    pub fn look<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state as of now; then tells those who watch and wait, and the bot.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = self.0.options.clock.micros();
        state.send_scheduled();
        let result = change(&mut state);
        let changes = std::mem::take(&mut state.changes);
        if !changes.is_empty() {
            self.0.news.send_modify(|it| *it += 1);
        }
        for (kind, data) in changes {
            self.0.feed.publish(kind, data);
        }
        let calls = std::mem::take(&mut state.outbox);
        drop(state);
        for (message, trigger) in calls {
            tokio::spawn(self.clone().call_webhook(message, trigger));
        }
        result
    }
}

/// An organization for a connection: its bot is an administrator, so that every command can be tried.
pub(super) fn new() -> Box<dyn Standin> {
    crate::http::install_crypto();
    let sim = ZulipSim::new(Options { bot_role: 200, ..Options::default() });
    Box::new(sim.expect("a client without a proxy or certificates of its own can be made"))
}

impl Standin for ZulipSim {
    fn router(&self) -> Router {
        self.api_routes()
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        self.with(|state| state.base = url.to_owned());
        let Credentials { email, api_key, .. } = self.credentials();
        Map::from_iter([
            ("url".to_owned(), json!(url)),
            ("email".to_owned(), json!(email)),
            ("api_key".to_owned(), json!(api_key)),
        ])
    }

    fn panel(&self) -> Panel {
        self.look(|state| {
            let row = |it: &state::Stream| {
                let state = if it.archived {
                    "archived"
                } else if it.private {
                    "private"
                } else {
                    "public"
                };
                vec![json!(it.id), json!(it.name), json!(it.description), json!(state), json!(it.subscribers.len())]
            };
            Panel {
                title: "Channels".into(),
                header: ["#", "Name", "Description", "State", "Subscribers"].map(str::to_owned).to_vec(),
                rows: state.streams.iter().map(row).collect(),
            }
        })
    }
}
