//! `bellhop manifest`

use std::process::ExitCode;

use clap::Subcommand;
use url::Url;

use super::print;
use crate::chat::slack::manifest;

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
    },
}

pub fn run(manifest: &Manifest) -> anyhow::Result<ExitCode> {
    let Manifest::Slack { url, socket } = manifest;
    anyhow::ensure!(matches!(url.scheme(), "https" | "http"), "--url must start with https://, not {}:", url.scheme());
    let delivery = if *socket { manifest::Delivery::Socket } else { manifest::Delivery::Http };
    let manifest = manifest::manifest(url.as_str().trim_end_matches('/'), delivery);
    print(serde_json::to_string_pretty(&manifest)?);
    Ok(ExitCode::SUCCESS)
}
