//! Slack: messages, reactions, pins, files, channels, people, user groups; and its simulated server.
//!
//! Everything is done by the bot's own account, which sees and may do more than many who ask: so
//! what speaks in a channel is for those who are in it ([`access`]), and what a person may not see in
//! Slack the bot does not show them. Names that people type become Slack's ids in [`resolve`], links
//! to messages are read and written in [`link`]. What people write is posted as [`text`] says:
//! nobody can have the bot mention a channel. The requests are [`client`]'s. What cannot be undone
//! asks first ([`card::ask_first`]).

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Check, Connector, Http, LookupDef, Shortcut, cache::Cache, standin::Standin};

mod channels;
mod files;
mod groups;
mod members;
mod messages;
mod people;
mod pins;
mod reactions;
mod scheduled;

mod lookup;

mod access;
mod card;
mod health;
mod link;
mod param;
mod resolve;
mod text;

pub mod client;
pub mod standin;

#[cfg(test)]
mod tests;

use client::{Client, Identity, channels::Channel, people::User};

pub use health::SCOPES;

/// A connected Slack workspace.
pub struct Slack {
    client: Client,
    sign: bool,
    /// Who the bot is there.
    me: Cache<(), Arc<Identity>>,
    /// Everybody, and every channel that the bot can see, for names.
    everyone: Cache<(), Arc<Vec<User>>>,
    channels: Cache<(), Arc<Vec<Channel>>>,
}

/// Connect a Slack workspace.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Slack's Web API, or a compatible server's.
    #[serde(default = "web_api")]
    pub url: String,
    /// OAuth & Permissions → Bot User OAuth Token, `xoxb-…`.
    pub bot_token: Secret,
    /// Write below each message who had the bot post it.
    #[serde(default = "yes")]
    pub sign: bool,
}

fn web_api() -> String {
    "https://slack.com/api/".to_owned()
}

fn yes() -> bool {
    true
}

impl Connector for Slack {
    const NAME: &str = "slack";
    const TITLE: &str = "Slack";
    const NOUN: Option<&str> = Some("message");
    const SHOW: Option<&str> = Some("message show");
    type Config = Config;
    const ACTIONS: &[ActionDef<Slack>] = &[
        ActionDef::of::<messages::Post>(),
        ActionDef::of::<messages::Show>(),
        ActionDef::of::<messages::Update>(),
        ActionDef::of::<messages::Delete>(),
        ActionDef::of::<messages::Direct>(),
        ActionDef::of::<scheduled::Schedule>(),
        ActionDef::of::<scheduled::List>(),
        ActionDef::of::<scheduled::Cancel>(),
        ActionDef::of::<reactions::Add>(),
        ActionDef::of::<reactions::Remove>(),
        ActionDef::of::<pins::Add>(),
        ActionDef::of::<pins::Remove>(),
        ActionDef::of::<pins::Bookmark>(),
        ActionDef::of::<files::Upload>(),
        ActionDef::of::<channels::List>(),
        ActionDef::of::<channels::Show>(),
        ActionDef::of::<channels::Create>(),
        ActionDef::of::<channels::Rename>(),
        ActionDef::of::<channels::Topic>(),
        ActionDef::of::<channels::Purpose>(),
        ActionDef::of::<channels::Archive>(),
        ActionDef::of::<channels::Unarchive>(),
        ActionDef::of::<members::Invite>(),
        ActionDef::of::<members::Kick>(),
        ActionDef::of::<members::Join>(),
        ActionDef::of::<members::Leave>(),
        ActionDef::of::<people::List>(),
        ActionDef::of::<people::Show>(),
        ActionDef::of::<groups::List>(),
        ActionDef::of::<groups::Show>(),
        ActionDef::of::<groups::Set>(),
    ];
    const LOOKUPS: &[LookupDef<Slack>] = lookup::ALL;
    const SHORTCUTS: &[Shortcut] =
        &[Shortcut { label: "Post to Slack", action: "message post", title_field: None, text_field: Some("text") }];
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Slack> {
        let token = config.bot_token.expose().trim();
        // Another token acts as a person, or is for Socket Mode alone. One that is rotated begins with `xoxe.xoxb-`.
        if !(token.starts_with("xoxb-") || token.starts_with("xoxe.xoxb-")) {
            let message =
                "`bot_token` is no bot token, which begins with xoxb-: copy it from OAuth & Permissions → Bot User OAuth Token.";
            return Err(Error::new(ErrorKind::BadConfig, message));
        }
        let minute = Duration::from_secs(60);
        Ok(Slack {
            client: Client::new(http, &config.bot_token),
            sign: config.sign,
            me: Cache::new(1, 10 * minute),
            everyone: Cache::new(1, minute),
            channels: Cache::new(1, minute),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }
}
