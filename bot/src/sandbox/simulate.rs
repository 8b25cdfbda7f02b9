//! `bellhop simulate`: one simulator alone, for other programs' tests.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use axum::{Router, middleware};

use super::{
    serve::{Switch, misbehave, serve},
    slack::{self, AppSettings, SlackSim},
    zulip::{self, ZulipSim},
};

/// What the simulated platform needs to know of the app under test.
#[derive(Clone, Debug, Default)]
pub struct SimulateOptions {
    /// The app's base address; Slack's request URLs and Zulip's webhook are below it, where Bellhop serves them.
    pub app: Option<String>,
    /// Each alone, when the app serves them elsewhere.
    pub commands_url: Option<String>,
    pub interactions_url: Option<String>,
    pub events_url: Option<String>,
    pub webhook_url: Option<String>,
    /// Ids and tokens derive from it.
    pub seed: Option<u64>,
}

/// Serves one simulator until it is interrupted; prints its address and credentials, a `NAME=value` each line.
///
/// # Errors
/// When nothing is called `kind`, or the address cannot be listened on.
pub async fn simulate(kind: &str, listen: SocketAddr, options: SimulateOptions) -> anyhow::Result<()> {
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
            let defaults = slack::Options::default();
            let sim = SlackSim::new(slack::Options { app, seed: options.seed.unwrap_or(defaults.seed), ..defaults })?;
            let served = sim.serve(listen).await.with_context(cannot)?;
            let credentials = sim.credentials();
            println!("SLACK_API_URL={}/api/", served.url);
            println!("SLACK_BOT_TOKEN={}", credentials.bot_token);
            println!("SLACK_SIGNING_SECRET={}", credentials.signing_secret);
            println!("SLACK_CLIENT_URL={}/client", served.url);
            served
        }
        "zulip" => {
            let webhook_url = options.webhook_url.or_else(|| options.app.map(|it| format!("{}/zulip", it.trim_end_matches('/'))));
            let defaults = zulip::Options::default();
            let seed = options.seed.unwrap_or(defaults.seed);
            let sim = ZulipSim::new(zulip::Options { webhook_url: webhook_url.unwrap_or_default(), seed, ..defaults })?;
            let served = sim.serve(listen).await.with_context(cannot)?;
            let credentials = sim.credentials();
            println!("ZULIP_SITE={}", served.url);
            println!("ZULIP_EMAIL={}", credentials.email);
            println!("ZULIP_API_KEY={}", credentials.api_key);
            println!("ZULIP_WEBHOOK_TOKEN={}", credentials.webhook_token);
            println!("ZULIP_CLIENT_URL={}/client", served.url);
            served
        }
        kind => {
            let Some(connector) = connectors::find(kind) else {
                let known: Vec<&str> = connectors::ALL.iter().map(|it| it.name).collect();
                bail!("There is no simulator called {kind}. There are: slack, zulip, {}.", known.join(", "));
            };
            let standin = (connector.standin)();
            let switch = Switch::default();
            let router = standin.router();
            let faulty = |_: &str| Router::new().merge(router).layer(middleware::from_fn_with_state(switch.clone(), misbehave));
            let served = serve(listen, switch.clone(), faulty).await.with_context(cannot)?;
            for (name, value) in standin.connection(&served.url) {
                println!("{}={}", name.to_uppercase(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
            served
        }
    };
    tokio::signal::ctrl_c().await?;
    drop(served);
    Ok(())
}
