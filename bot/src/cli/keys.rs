//! `bellhop keys`

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use secrecy::ExposeSecret;

use super::{Configured, print};
use crate::{
    chat::slack::Installs,
    config,
    connections::{seal::MasterKey, store::Vault},
    store::Store,
};

#[derive(Subcommand)]
pub enum Keys {
    /// Print a new key for `[secrets] key`
    New,
    /// Print a new secret for a connection of kind `webhook`, which signs what it sends
    Webhook,
    /// Seal all stored secrets with the new key of the configuration file, given the old one
    Rotate {
        /// The variable of the environment that holds the old key
        #[arg(long, default_value = "BELLHOP_OLD_KEY", value_name = "VARIABLE")]
        old: String,
        #[command(flatten)]
        configured: Configured,
    },
}

pub async fn run(keys: Keys) -> anyhow::Result<ExitCode> {
    match keys {
        Keys::New => print(MasterKey::generate().expose_secret()),
        // 32 random bytes in Base64 both.
        Keys::Webhook => print(format_args!("{}{}", connectors::webhook::sign::PREFIX, MasterKey::generate().expose_secret())),
        Keys::Rotate { old, configured } => {
            let config = config::load(&configured.config)?;
            let Some(new) = &config.secrets.key else {
                anyhow::bail!("{} has no `key` in [secrets]: put the new key there first", configured.config.display())
            };
            let Ok(old_key) = std::env::var(&old) else {
                anyhow::bail!("the environment has no {old}: set it to the key that was in use until now")
            };
            let new = MasterKey::parse(new.expose())?;
            let old = MasterKey::parse(&old_key).with_context(|| format!("the variable {old}"))?;
            let store = Store::open(&config.store.url).await?;
            let tokens = Installs::rotate(&store, &old, &new).await?;
            let (_, rotated) = Vault::rotate(&store, old, new).await?;
            print(format_args!("{} secrets are sealed with the new key", rotated.secrets + tokens));
        }
    }
    Ok(ExitCode::SUCCESS)
}
