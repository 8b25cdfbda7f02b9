//! Slack, over HTTP.
//!
//! What comes in passes three steps that never mix: [`signature`] checks the raw bytes, one pure
//! reader per kind of request ([`commands`], [`interactions`], [`events`]) turns them into a line
//! or a submission, and [`inbound`] hands these to the dispatcher and answers inside Slack's three
//! seconds. What goes out is drawn by [`render`] (messages) and [`modal`] (forms) and leaves
//! through [`client`], which is the [`crate::chat::Platform`]. Text from outside is escaped in one
//! place, [`escape`].

mod admins;
mod answer;
mod budget;
mod client;
mod commands;
mod doctor;
mod escape;
mod events;
mod files;
mod find;
mod groups;
mod inbound;
mod interactions;
pub mod manifest;
mod modal;
mod options;
mod people;
mod render;
mod signature;
mod state;
mod table;
mod tiers;
mod wire;
mod workspace;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use ::commands::{Error, ErrorKind, Press, Result, grammar, message::Button, param::Secret};
use axum::Router;
use jiff::Timestamp;
use moka::future::Cache;
use serde::Deserialize;
use url::Url;

pub use self::render::color;
use self::workspace::Workspace;
use crate::{connections::Connections, dispatch::Dispatch};

/// `[slack]` of the configuration file.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Basic Information → App Credentials → Signing Secret: proves that a request is Slack's.
    pub signing_secret: Secret,
    /// OAuth & Permissions → Bot User OAuth Token, `xoxb-…`.
    pub bot_token: Secret,
    /// Basic Information → App-Level Tokens, `xapp-…`: Socket Mode when present.
    #[serde(default)]
    pub app_token: Option<Secret>,
    /// For installing into several workspaces by OAuth.
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// Slack's Web API, or a compatible server's.
    #[serde(default = "api_url")]
    #[schemars(with = "String")]
    pub api_url: Url,
    /// Posts a second that we allow ourselves in one channel, three at once; 0 is no limit of ours.
    #[serde(default = "channel_rate")]
    pub channel_rate: f64,
}

fn api_url() -> Url {
    Url::parse("https://slack.com/api/").expect("a constant address is an address")
}

fn channel_rate() -> f64 {
    1.0
}

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The connection to Slack.
pub struct Slack {
    signing_secret: Secret,
    /// The workspace whose token stands in the configuration.
    home: Arc<Workspace>,
    connections: Connections,
    clock: Clock,
    /// How often each `response_url` was used: Slack allows five times in thirty minutes.
    answered: Cache<[u8; 32], u8>,
    /// Posts a second in a channel; 0 is no limit of ours.
    channel_rate: f64,
}

impl Slack {
    /// # Errors
    /// [`ErrorKind::BadConfig`] when this configuration cannot work, whatever Slack says.
    pub fn new(config: Config, connections: Connections) -> Result<Slack> {
        for (name, secret) in [("signing_secret", &config.signing_secret), ("bot_token", &config.bot_token)] {
            if secret.expose().trim().is_empty() {
                return Err(Error::new(
                    ErrorKind::BadConfig,
                    format!("`slack.{name}` is empty. Copy it from the Slack app's settings."),
                ));
            }
        }
        if !(config.channel_rate.is_finite() && (0.0..=1000.0).contains(&config.channel_rate)) {
            return Err(Error::new(
                ErrorKind::BadConfig,
                format!("`slack.channel_rate` is {}; write posts a second, such as 1.0, or 0 for no limit.", config.channel_rate),
            ));
        }
        let home = Workspace::new("", config.api_url, config.bot_token.expose())?;
        Ok(Slack {
            signing_secret: config.signing_secret,
            home: Arc::new(home),
            connections,
            clock: Arc::new(Timestamp::now),
            answered: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(1800)).build(),
            channel_rate: config.channel_rate,
        })
    }

    /// With another clock than the machine's.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Slack {
        self.clock = clock;
        self
    }

    /// The way to a workspace, by Slack's team id; by an empty one to the workspace of the configuration.
    ///
    /// # Errors
    /// When the app is not installed there.
    async fn workspace(&self, id: &str) -> Result<Arc<Workspace>> {
        let _ = id;
        Ok(self.home.clone())
    }

    /// The same where nobody can wait: none when it would have to be looked up.
    fn known_workspace(&self, id: &str) -> Option<Arc<Workspace>> {
        let _ = id;
        Some(self.home.clone())
    }

    /// What a button's command looks like when typed; a press sends it back to us.
    fn command_of(&self, button: &Button) -> String {
        let groups = self.connections.groups();
        match button.press {
            Press::Run => grammar::print(&groups, &button.call),
            Press::Form => grammar::print_form(&groups, &button.call),
        }
    }
}

/// `POST /slack/commands`, `/slack/interactions`, `/slack/events`.
pub fn routes(slack: Arc<Slack>, dispatch: Dispatch) -> Router {
    inbound::routes(slack, dispatch)
}
