//! `bellhop simulate`: one simulator alone, for other programs' tests.

use std::{fmt::Display, net::SocketAddr, sync::Arc};

use anyhow::{Context, bail};
use clap::Args;
use connectors::standin::Server;
use serde_json::{Map, Value};

use super::{
    slack::{self, AppSettings, SlackSim},
    zulip::{self, ZulipSim},
};
use crate::cli::print;

/// What to simulate, and what it needs to know of the app under test.
#[derive(Args, Clone, Debug)]
pub struct SimulateOptions {
    /// slack, zulip, or a connector such as redmine
    #[arg(value_parser = kinds(), hide_possible_values = true)]
    pub kind: String,
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// The app's base address; Slack's request URLs and Zulip's webhook are below it, where Bellhop serves them.
    #[arg(long, value_name = "URL")]
    pub app: Option<String>,
    /// Where slash commands go, when not below the app's base
    #[arg(long, value_name = "URL")]
    pub commands_url: Option<String>,
    /// Where buttons and forms go, when not below the app's base
    #[arg(long, value_name = "URL")]
    pub interactions_url: Option<String>,
    /// Where events go, when not below the app's base
    #[arg(long, value_name = "URL")]
    pub events_url: Option<String>,
    /// Slack's Socket Mode: everything goes to the app's WebSockets
    #[arg(long)]
    pub socket: bool,
    /// Zulip's outgoing webhook, when not below the app's base
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// Ids and tokens derive from it
    #[arg(long)]
    pub seed: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What can be simulated.
fn kinds() -> Vec<&'static str> {
    let chats = ["slack", "zulip"];
    chats.into_iter().chain(connectors::ALL.iter().map(|it| it.name).filter(|it| !chats.contains(it))).collect()
}

/// Serves one simulator until it is interrupted; prints its address and credentials, a `NAME=value` each line.
///
/// # Errors
/// When nothing is called `kind`, or the address cannot be listened on.
pub async fn simulate(options: SimulateOptions) -> anyhow::Result<()> {
    let (kind, listen, as_json) = (options.kind.as_str(), options.listen, options.json);
    let cannot = || format!("Cannot listen on {listen}: choose another address with --listen.");
    match kind {
        "slack" => {
            let mut app = options.app.as_deref().map(AppSettings::at).unwrap_or_default();
            for (setting, given) in [
                (&mut app.commands_url, options.commands_url),
                (&mut app.interactions_url, options.interactions_url),
                (&mut app.events_url, options.events_url),
            ] {
                if let Some(given) = given {
                    *setting = given;
                }
            }
            app.socket_mode = options.socket;
            let defaults = slack::Options::default();
            let sim = SlackSim::new(slack::Options { app, seed: options.seed.unwrap_or(defaults.seed), ..defaults })?;
            let served = sim.serve(listen).await.with_context(cannot)?;
            let credentials = sim.credentials();
            let told = [
                ("SLACK_API_URL", format!("{}/api/", served.url)),
                ("SLACK_BOT_TOKEN", credentials.bot_token),
                ("SLACK_APP_TOKEN", credentials.app_token),
                ("SLACK_SIGNING_SECRET", credentials.signing_secret),
                ("SLACK_CLIENT_ID", credentials.client_id),
                ("SLACK_CLIENT_SECRET", credentials.client_secret),
                ("SLACK_CLIENT_URL", format!("{}/client", served.url)),
            ];
            tell(told, as_json);
            tokio::signal::ctrl_c().await?;
        }
        "zulip" => {
            let webhook_url = options.webhook_url.or_else(|| options.app.map(|it| format!("{}/zulip", it.trim_end_matches('/'))));
            let defaults = zulip::Options::default();
            let seed = options.seed.unwrap_or(defaults.seed);
            let sim = ZulipSim::new(zulip::Options { webhook_url: webhook_url.unwrap_or_default(), seed, ..defaults })?;
            let served = sim.serve(listen).await.with_context(cannot)?;
            let credentials = sim.credentials();
            let told = [
                ("ZULIP_SITE", served.url.clone()),
                ("ZULIP_EMAIL", credentials.email),
                ("ZULIP_API_KEY", credentials.api_key),
                ("ZULIP_WEBHOOK_TOKEN", credentials.webhook_token),
                ("ZULIP_CLIENT_URL", format!("{}/client", served.url)),
            ];
            tell(told, as_json);
            tokio::signal::ctrl_c().await?;
        }
        kind => {
            let Some(connector) = connectors::find(kind) else {
                bail!("There is no simulator called {kind}. There are: {}.", kinds().join(", "));
            };
            let server = Server::start_at(Arc::from((connector.standin)()), listen).await.with_context(cannot)?;
            // `azure-devops` is AZURE_DEVOPS to a shell.
            let prefix = kind.to_uppercase().replace('-', "_");
            let told = server.standin().connection(&server.url()).into_iter().map(|(name, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (format!("{prefix}_{}", name.to_uppercase()), value)
            });
            tell(told, as_json);
            tokio::signal::ctrl_c().await?;
            server.stop().await;
        }
    }
    Ok(())
}

/// What it takes to reach a simulator.
fn tell<N: Display + Into<String>>(all: impl IntoIterator<Item = (N, String)>, as_json: bool) {
    if as_json {
        let all: Map<String, Value> = all.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        return print(Value::Object(all));
    }
    for (name, value) in all {
        print(format_args!("{name}={value}"));
    }
}
