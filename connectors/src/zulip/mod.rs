//! Zulip: messages, topics, people, channels, groups, files.
//!
//! Everything is done by the bot's own account, which sees more than many who ask: so what a person
//! may not see in Zulip the bot does not show them either ([`access`]). Names that people type
//! become Zulip's ids in [`resolve`]; links into Zulip are read and written in [`link`]. The
//! requests are [`client`]'s. What cannot be undone asks first ([`card::ask_first`]).

use std::{sync::Arc, time::Duration};

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Check, Connector, Features, Http, LookupDef, Poll, Shortcut, cache::Cache, standin::Standin};

mod channels;
mod files;
mod groups;
mod messages;
mod people;
mod reactions;
mod scheduled;
mod subscriptions;
mod topics;

mod lookup;
mod poll;

mod access;
mod card;
mod health;
mod link;
mod param;
mod resolve;
mod seen;
mod server;

pub mod client;
pub mod standin;

#[cfg(test)]
mod tests;

use client::{Client, users::User};

/// A connected Zulip organization.
pub struct Zulip {
    client: Client,
    watch: Vec<String>,
    watch_people: bool,
    sign: bool,
    /// Everybody, for names; people come and go slowly.
    everyone: Cache<(), Arc<Vec<User>>>,
}

/// Connect a Zulip organization.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The organization's address, such as `https://chat.example.org`.
    pub url: String,
    /// The bot's address, from its zuliprc.
    pub email: String,
    /// The bot's API key, from its zuliprc.
    pub api_key: Secret,
    /// Channels whose messages are reported to those who subscribe to this connection.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Report new people and new channels, and what changes about them, too.
    #[serde(default)]
    pub watch_people: bool,
    /// Write below each message who had the bot send it.
    #[serde(default = "yes")]
    pub sign: bool,
    /// Seconds between two looks for news.
    #[serde(default)]
    #[schemars(range(min = 10, max = 86_400))]
    pub poll_seconds: Option<u32>,
}

fn yes() -> bool {
    true
}

impl Connector for Zulip {
    const NAME: &str = "zulip";
    const TITLE: &str = "Zulip";
    const SELF_HOSTED: bool = true;
    const NOUN: Option<&str> = Some("message");
    const SHOW: Option<&str> = Some("message show");
    type Config = Config;
    const ACTIONS: &[ActionDef<Zulip>] = &[
        ActionDef::of::<messages::Send>(),
        ActionDef::of::<messages::Direct>(),
        ActionDef::of::<messages::Show>(),
        ActionDef::of::<messages::Search>(),
        ActionDef::of::<messages::Edit>(),
        ActionDef::of::<messages::Move>(),
        ActionDef::of::<messages::History>(),
        ActionDef::of::<messages::Delete>(),
        ActionDef::of::<scheduled::Schedule>(),
        ActionDef::of::<scheduled::List>(),
        ActionDef::of::<scheduled::Cancel>(),
        ActionDef::of::<reactions::Add>(),
        ActionDef::of::<reactions::Remove>(),
        ActionDef::of::<reactions::List>(),
        ActionDef::of::<topics::List>(),
        ActionDef::of::<topics::Move>(),
        ActionDef::of::<topics::Resolve>(),
        ActionDef::of::<topics::Unresolve>(),
        ActionDef::of::<topics::Delete>(),
        ActionDef::of::<topics::Mute>(),
        ActionDef::of::<topics::Unmute>(),
        ActionDef::of::<people::List>(),
        ActionDef::of::<people::Show>(),
        ActionDef::of::<people::Presence>(),
        ActionDef::of::<people::Create>(),
        ActionDef::of::<people::Update>(),
        ActionDef::of::<people::SetRole>(),
        ActionDef::of::<people::Deactivate>(),
        ActionDef::of::<people::Reactivate>(),
        ActionDef::of::<channels::List>(),
        ActionDef::of::<channels::Show>(),
        ActionDef::of::<channels::Create>(),
        ActionDef::of::<channels::Update>(),
        ActionDef::of::<channels::Rename>(),
        ActionDef::of::<channels::Permissions>(),
        ActionDef::of::<channels::Archive>(),
        ActionDef::of::<channels::Unarchive>(),
        ActionDef::of::<subscriptions::Subscribers>(),
        ActionDef::of::<subscriptions::Subscribe>(),
        ActionDef::of::<subscriptions::Unsubscribe>(),
        ActionDef::of::<subscriptions::Remove>(),
        ActionDef::of::<subscriptions::Join>(),
        ActionDef::of::<subscriptions::Leave>(),
        ActionDef::of::<subscriptions::Settings>(),
        ActionDef::of::<subscriptions::Mute>(),
        ActionDef::of::<subscriptions::Unmute>(),
        ActionDef::of::<groups::List>(),
        ActionDef::of::<groups::Show>(),
        ActionDef::of::<groups::Create>(),
        ActionDef::of::<groups::Rename>(),
        ActionDef::of::<groups::Add>(),
        ActionDef::of::<groups::Remove>(),
        ActionDef::of::<groups::Deactivate>(),
        ActionDef::of::<files::Upload>(),
        ActionDef::of::<files::Open>(),
    ];
    const LOOKUPS: &[LookupDef<Zulip>] = lookup::ALL;
    const SHORTCUTS: &[Shortcut] =
        &[Shortcut { label: "Post to Zulip", action: "message send", title_field: Some("topic"), text_field: Some("text") }];
    const POLL: Option<Poll<Zulip>> = Some(Poll { every: 30, run: |it, cursor, now| Box::pin(poll::run(it, cursor, now)) });
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Zulip> {
        for (name, value) in [("email", config.email.as_str()), ("api_key", config.api_key.expose())] {
            if value.trim().is_empty() {
                let message = format!("`{name}` is empty: copy it from the bot's zuliprc (Settings → Bots → Download zuliprc).");
                return Err(Error::new(ErrorKind::BadConfig, message));
            }
        }
        Ok(Zulip {
            client: Client::new(http, &config.email, &config.api_key),
            watch: config.watch,
            watch_people: config.watch_people,
            sign: config.sign,
            everyone: Cache::new(1, Duration::from_secs(60)),
        })
    }

    async fn health(&self) -> Vec<Check> {
        health::check(self).await
    }

    async fn features(&self) -> Result<Features> {
        server::features(self).await
    }
}
