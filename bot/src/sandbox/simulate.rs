//! `bellhop simulate`: one simulator alone, for other programs' tests.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, bail};
use clap::Args;
use connectors::standin::Server;

use super::{
    slack::{self, AppSettings, SlackSim},
    zulip::{self, ZulipSim},
};
use crate::cli::print;

/// What to simulate, and what it needs to know of the app under test.
#[derive(Args, Clone, Debug)]
pub struct SimulateOptions {
    /// slack, zulip, or a connector such as redmine
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
}

/// Serves one simulator until it is interrupted; prints its address and credentials, a `NAME=value` each line.
///
/// # Errors
/// When nothing is called `kind`, or the address cannot be listened on.
pub async fn simulate(options: SimulateOptions) -> anyhow::Result<()> {
    let (kind, listen) = (options.kind.as_str(), options.listen);
    let cannot = || format!("Cannot listen on {listen}: choose another address with --listen.");
    let served = match kind {
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
            print(format_args!("SLACK_API_URL={}/api/", served.url));
            print(format_args!("SLACK_BOT_TOKEN={}", credentials.bot_token));
            print(format_args!("SLACK_APP_TOKEN={}", credentials.app_token));
            print(format_args!("SLACK_SIGNING_SECRET={}", credentials.signing_secret));
            print(format_args!("SLACK_CLIENT_ID={}", credentials.client_id));
            print(format_args!("SLACK_CLIENT_SECRET={}", credentials.client_secret));
            print(format_args!("SLACK_CLIENT_URL={}/client", served.url));
            served
        }
        "zulip" => {
            let webhook_url = options.webhook_url.or_else(|| options.app.map(|it| format!("{}/zulip", it.trim_end_matches('/'))));
            let defaults = zulip::Options::default();
            let seed = options.seed.unwrap_or(defaults.seed);
            let sim = ZulipSim::new(zulip::Options { webhook_url: webhook_url.unwrap_or_default(), seed, ..defaults })?;
            let served = sim.serve(listen).await.with_context(cannot)?;
            let credentials = sim.credentials();
            print(format_args!("ZULIP_SITE={}", served.url));
            print(format_args!("ZULIP_EMAIL={}", credentials.email));
            print(format_args!("ZULIP_API_KEY={}", credentials.api_key));
            print(format_args!("ZULIP_WEBHOOK_TOKEN={}", credentials.webhook_token));
            print(format_args!("ZULIP_CLIENT_URL={}/client", served.url));
            served
        }
        kind => {
            let Some(connector) = connectors::find(kind) else {
                let others = connectors::ALL.iter().map(|it| it.name).filter(|it| !["slack", "zulip"].contains(it));
                let known: Vec<&str> = others.collect();
                bail!("There is no simulator called {kind}. There are: slack, zulip, {}.", known.join(", "));
            };
            let server = Server::start_at(Arc::from((connector.standin)()), listen).await.with_context(cannot)?;
            for (name, value) in server.standin().connection(&server.url()) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                print(format_args!("{}_{}={value}", kind.to_uppercase(), name.to_uppercase()));
            }
            tokio::signal::ctrl_c().await?;
            server.stop().await;
            return Ok(());
        }
    };
    tokio::signal::ctrl_c().await?;
    drop(served);
    Ok(())
}
