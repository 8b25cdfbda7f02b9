//! `bellhop manifest`

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;
use url::Url;

use super::print;
use crate::{chat::slack::manifest, config};

#[derive(Subcommand)]
pub enum Manifest {
    /// The Slack app manifest for this deployment, to paste at api.slack.com/apps → Create → From a manifest
    Slack {
        /// Where Slack reaches the bot, such as `https://bot.example.org`
        #[arg(long)]
        url: Url,
        /// For Socket Mode: no public address is needed
        #[arg(long)]
        socket: bool,
        /// For an app that is installed by OAuth (`client_id` and `client_secret`), in any number of workspaces
        #[arg(long)]
        oauth: bool,
        /// With this configuration's systems, whose links then show what they lead to
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Print JSON, as it does anyway
        #[arg(long)]
        json: bool,
    },
}

pub fn run(manifest: &Manifest) -> anyhow::Result<ExitCode> {
    let Manifest::Slack { url, socket, oauth, config, json: _ } = manifest;
    anyhow::ensure!(matches!(url.scheme(), "https" | "http"), "--url must start with https://, not {}:", url.scheme());
    let delivery = if *socket { manifest::Delivery::Socket } else { manifest::Delivery::Http };
    let url = url.as_str().trim_end_matches('/');
    let manifest = if *oauth { manifest::manifest_for_oauth(url, delivery) } else { manifest::manifest(url, delivery) };
    let addresses = match config {
        Some(file) => config::load(file)?.connections.iter().flat_map(config::Connection::sites).collect(),
        None => Vec::new(),
    };
    let manifest = manifest::with_links(manifest, &addresses);
    print(serde_json::to_string_pretty(&manifest)?);
    Ok(ExitCode::SUCCESS)
}
