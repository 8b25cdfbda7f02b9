//! Slack, over HTTP or Socket Mode.
//!
//! What comes in passes three steps that never mix: [`signature`] checks the raw bytes (what comes by
//! [`socket`] comes over connections that we opened to Slack), one pure reader per kind of request ([`commands`], [`interactions`], [`events`]) turns them into a line
//! or a submission, and [`inbound`] hands these to the dispatcher and answers inside Slack's three
//! seconds. What goes out is drawn by [`render`] (messages) and [`modal`] (forms) and leaves
//! through [`client`], which is the [`crate::chat::Platform`]. Which workspaces there are, and with what
//! token each is spoken to, is [`install`]'s. Text from outside is escaped in one
//! place, [`escape`].

mod admins;
mod answer;
mod budget;
mod channels;
mod client;
mod commands;
mod doctor;
mod elements;
mod escape;
mod events;
mod files;
mod find;
mod flow;
mod groups;
mod history;
mod home;
mod inbound;
mod install;
mod interactions;
pub mod manifest;
mod modal;
mod options;
mod parts;
mod past;
mod people;
mod render;
mod rich_text;
mod shortcuts;
mod signature;
mod socket;
mod state;
mod table;
mod tiers;
mod topic;
mod turns;
mod unfurl;
mod wire;
mod workspace;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use ::commands::{Error, ErrorKind, Press, Result, grammar, message::Button, param::Secret};
use axum::Router;
use connectors::cache::Cache;
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

#[cfg(test)]
pub(crate) use self::render::draw as drawn;
use self::{inbound::Inbound, install::Installing, socket::Socket, workspace::Workspace};
pub use self::{install::Installs, render::color, socket::Listening};
use crate::{connections::Connections, dispatch::Dispatch};

/// The connection that `[slack]` makes of its own token, unless the file names one so.
pub const CONNECTION: &str = "slack";

/// `[slack]` of the configuration file.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Basic Information → App Credentials → Signing Secret: proves that a request is Slack's. Not needed in Socket Mode.
    #[serde(default)]
    pub signing_secret: Option<Secret>,
    /// OAuth & Permissions → Bot User OAuth Token, `xoxb-…`. Not needed where the app is installed by OAuth.
    #[serde(default)]
    pub bot_token: Option<Secret>,
    /// Basic Information → App-Level Tokens, `xapp-…`: Socket Mode when present.
    #[serde(default)]
    pub app_token: Option<Secret>,
    /// WebSockets that are kept open in Socket Mode: Slack allows an app 10, all of its bots together.
    #[serde(default = "socket_connections")]
    pub socket_connections: u8,
    /// Basic Information → App Credentials → Client ID: for installs by OAuth, in any number of workspaces.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Basic Information → App Credentials → Client Secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// The ids of the only workspaces (`T…`) and organizations (`E…`) that may install the app by OAuth; all when left out.
    #[serde(default)]
    pub workspaces: Option<Vec<String>>,
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

fn socket_connections() -> u8 {
    2
}

fn channel_rate() -> f64 {
    1.0
}

/// What a configuration lacks by which Slack could reach the bot.
pub const UNREACHABLE: &str = "Slack cannot reach this bot: set `app_token` (xapp-…, from Basic Information → App-Level Tokens) for Socket Mode, which needs no public address; or `signing_secret`, with `public_url` in [server], for HTTP.";

impl Config {
    /// Values that cannot be used, whatever the others are, each with its key.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let secrets = [
            ("signing_secret", self.signing_secret.as_ref()),
            ("bot_token", self.bot_token.as_ref()),
            ("app_token", self.app_token.as_ref()),
            ("client_secret", self.client_secret.as_ref()),
        ];
        let empty = secrets.into_iter().filter(|(_, it)| it.is_some_and(|it| it.expose().trim().is_empty()));
        let mut faults: Vec<(&'static str, String)> =
            empty.map(|(key, _)| (key, format!("`{key}` in [slack] is empty: copy it from the Slack app's settings"))).collect();
        if !(self.channel_rate.is_finite() && (0.0..=1000.0).contains(&self.channel_rate)) {
            let rate = self.channel_rate;
            let problem = format!(
                "`channel_rate` in [slack] is {rate}: write posts a second, such as 1.0, or 0 for no limit; 1000 at most"
            );
            faults.push(("channel_rate", problem));
        }
        if !(1..=socket::MOST).contains(&self.socket_connections) {
            let (given, most) = (self.socket_connections, socket::MOST);
            faults.push((
                "socket_connections",
                format!("`socket_connections` in [slack] is {given}: Slack allows an app 1 to {most}"),
            ));
        }
        if let Err(err) = wire::base(self.api_url.clone()) {
            faults.push(("api_url", err.message));
        }
        faults
    }

    /// What of the ways to a token cannot work together, each with its key. `public_url` and `secrets_key` are what other
    /// sections say: only whether there is one matters of the latter.
    pub fn problems(&self, public_url: Option<&str>, secrets_key: Option<&str>) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        match (&self.client_id, &self.client_secret) {
            (Some(_), None) => {
                problems.push((
                    "client_id",
                    "`client_id` in [slack] needs `client_secret`, which stands below it in Basic Information → App Credentials"
                        .to_owned(),
                ));
            }
            (None, Some(_)) => {
                problems.push((
                    "client_secret",
                    "`client_secret` in [slack] needs `client_id`, which stands above it in Basic Information → App Credentials"
                        .to_owned(),
                ));
            }
            (None, None) if self.bot_token.is_none() => {
                let message = "[slack] needs `bot_token` (OAuth & Permissions → Bot User OAuth Token), or `client_id` and `client_secret` to be installed by OAuth";
                problems.push(("bot_token", message.to_owned()));
            }
            (None, None) => {
                if self.workspaces.is_some() {
                    problems.push((
                        "workspaces",
                        "`workspaces` in [slack] says who may install the app by OAuth: it needs `client_id` and `client_secret`"
                            .to_owned(),
                    ));
                }
            }
            (Some(_), Some(_)) => {
                if secrets_key.is_none() {
                    let message =
                        "installs by OAuth keep their tokens sealed: set `key` in [secrets]; `bellhop keys new` prints one";
                    problems.push(("client_id", message.to_owned()));
                }
                match public_url.map(Url::parse) {
                    None => {
                        let message = "installs by OAuth bring browsers back here: set `public_url` in [server]; without a public address, use `bot_token`";
                        problems.push(("client_id", message.to_owned()));
                    }
                    // Another address that cannot be one is told at its own line.
                    Some(Ok(url)) if url.scheme() == "http" && !client::is_loopback(&url) => {
                        let message = "Slack brings browsers back to https addresses only: `public_url` in [server] must start with https://";
                        problems.push(("client_id", message.to_owned()));
                    }
                    Some(_) => {}
                }
            }
        }
        for id in self.workspaces.iter().flatten().filter(|it| !is_workspace_id(it)) {
            problems.push((
                "workspaces",
                format!("`{id}` in `workspaces` is no id of a Slack workspace or organization, such as T0123 or E0123"),
            ));
        }
        problems
    }
}

/// Whether it looks like Slack's id of a workspace, or of an organization.
pub fn is_workspace_id(text: &str) -> bool {
    install::oauth::is_id(text)
}

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The connection to Slack.
pub struct Slack {
    /// None in Socket Mode: then nothing is taken over HTTP.
    signing_secret: Option<Secret>,
    /// Socket Mode, where there is an app-level token.
    socket: Option<Arc<Socket>>,
    /// The workspace whose token stands in the configuration.
    home: Option<Arc<Workspace>>,
    /// Those that installed the app by OAuth.
    installing: Option<Installing>,
    api_url: Url,
    /// `client_id` and `client_secret`.
    app: Option<(String, Secret)>,
    /// `workspaces`.
    allowed: Option<Vec<String>>,
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
        if config.signing_secret.is_none() && config.app_token.is_none() {
            return Err(Error::new(ErrorKind::BadConfig, UNREACHABLE));
        }
        if let Some((_, problem)) = config.faults().into_iter().next() {
            return Err(Error::new(ErrorKind::BadConfig, problem));
        }
        let api_url = wire::base(config.api_url)?;
        let socket = config.app_token.as_ref().map(|it| Socket::new(api_url.clone(), it, config.socket_connections));
        let home = config.bot_token.map(|token| Workspace::configured(api_url.clone(), token)).transpose()?;
        Ok(Slack {
            signing_secret: config.signing_secret,
            socket: socket.transpose()?.map(Arc::new),
            home: home.map(Arc::new),
            installing: None,
            api_url,
            app: config.client_id.zip(config.client_secret),
            allowed: config.workspaces,
            connections,
            clock: Arc::new(Timestamp::now),
            answered: Cache::new(100_000, Duration::from_secs(1800)),
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
        self.find_workspace(id).await
    }

    /// The same where nobody can wait: none when it would have to be looked up.
    fn known_workspace(&self, id: &str) -> Option<Arc<Workspace>> {
        let home = || self.home.clone();
        match &self.installing {
            None => home(),
            Some(_) if id.is_empty() && self.home.is_some() => home(),
            Some(installing) => installing.already_open(id).or_else(|| home().filter(|it| it.known_team() == Some(id))),
        }
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

/// `POST /slack/commands`, `/slack/interactions`, `/slack/events`; `GET /slack/install`, `/slack/oauth`.
pub fn routes(slack: Arc<Slack>, dispatch: Dispatch) -> Router {
    install::pages::routes(slack.clone()).merge(inbound::routes(slack, dispatch))
}

/// Opens the connections of Socket Mode and keeps them; none where Slack sends over HTTP.
pub fn listen(slack: &Arc<Slack>, dispatch: Dispatch) -> Option<Listening> {
    let Some(socket) = &slack.socket else {
        tracing::info!("Slack reaches this bot over HTTP: /slack/ below `server.public_url`");
        return None;
    };
    Some(Listening::start(socket.clone(), Inbound::new(slack.clone(), dispatch)))
}
