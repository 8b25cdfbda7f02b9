//! `bellhop keys`

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Printed, print};
use crate::{
    chat::slack::Installs,
    connections::{grants::Grants, seal::MasterKey, store::Vault},
    store::Store,
};

#[derive(Subcommand)]
pub enum Keys {
    /// Print a new key for `[secrets] key`
    New {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a new secret for a connection of kind `webhook`, which signs what it sends
    Webhook {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Seal all stored secrets with the new key of the configuration file, given the old one
    Rotate {
        /// The variable of the environment that holds the old key
        #[arg(long, default_value = "BELLHOP_OLD_KEY", value_name = "VARIABLE")]
        old: String,
        #[command(flatten)]
        printed: Printed,
    },
}

pub async fn run(keys: Keys) -> anyhow::Result<ExitCode> {
    match keys {
        Keys::New { json } => made(MasterKey::generate().expose_secret(), json),
        // 32 random bytes in Base64 both.
        Keys::Webhook { json } => {
            made(&format!("{}{}", connectors::webhook::sign::PREFIX, MasterKey::generate().expose_secret()), json);
        }
        Keys::Rotate { old, printed } => rotate(&old, &printed).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn made(key: &str, json: bool) {
    match json {
        true => print(json!({ "key": key })),
        false => print(key),
    }
}

/// Wraps everything with the new key while bots serve that open both. Interrupted, it goes on where it stopped.
async fn rotate(variable: &str, Printed { configured, json }: &Printed) -> anyhow::Result<()> {
    let config = configured.load()?;
    let Some(new) = &config.secrets.key else {
        anyhow::bail!("{} has no `key` in [secrets]: put the new key there first", configured.config.display())
    };
    let new = MasterKey::parse(new.expose())?;
    let old = match (std::env::var(variable), &config.secrets.previous_key) {
        (Ok(text), _) => MasterKey::parse(&text).with_context(|| format!("the variable {variable}"))?,
        (Err(_), Some(previous)) => MasterKey::parse(previous.expose()).context("`previous_key` in [secrets]")?,
        (Err(_), None) => anyhow::bail!(
            "there is no old key: put it into `previous_key` in [secrets], which bots that serve need as well, or into the \
             variable {variable}"
        ),
    };
    let store = Store::open_beside(&config.store.url).await?;
    let left = Vault::left_to_rotate(&store, &new).await?;
    let tokens = Installs::rotate(&store, &old, &new).await? + Grants::rotate(&store, &old, &new).await?;
    let mut watch = |done: u64| eprintln!("{done} of {left} secrets are sealed with the new key");
    let (_, mut rotated) = Vault::rotate_watched(&store, old.clone(), new.clone(), &mut watch).await?;
    // A bot that still seals with the old key may have done so meanwhile.
    let late = Installs::rotate(&store, &old, &new).await? + Grants::rotate(&store, &old, &new).await?;
    if Vault::left_to_rotate(&store, &new).await? > 0 {
        rotated.secrets += Vault::rotate(&store, old, new).await?.1.secrets;
    }
    let sealed = rotated.secrets + tokens + late;
    if *json {
        print(json!({ "sealed": sealed }));
        return Ok(());
    }
    print(format_args!("{sealed} secrets are sealed with the new key"));
    print("Once every bot serves with the new key, take `previous_key` out of [secrets].");
    Ok(())
}
