//! Zulip, by an outgoing-webhook bot.
//!
//! Zulip posts each message that is for the bot to `POST /zulip` ([`inbound`]); what must be said
//! at once goes back as the webhook's answer ([`webhook`]), everything else leaves by the REST API
//! ([`client`]) from a job. There are no modals, so forms are a conversation ([`conversation`]);
//! there are buttons only in the web client, so each is also a line to type ([`render`]).

#[cfg(test)]
mod attacks;
mod client;
mod closed;
mod conversation;
mod escape;
mod find;
mod groups;
mod inbound;
mod marker;
mod parts;
mod platform;
pub mod render;
#[cfg(test)]
mod story;
mod talk;
mod webhook;

use std::{sync::Arc, time::Duration};

use commands::{Actor, Error, ErrorKind, Result, param::Secret};
use moka::future::Cache;
use serde::Deserialize;

use crate::{chat::Place, connections::Connections, forms::Forms};
use client::{Client, User};
use conversation::Page;
pub use render::sign;
pub use webhook::routes;

/// The connection that a `[zulip]` section makes by itself, and its kind.
pub const CONNECTION: &str = "zulip";

/// `[zulip]` in the configuration.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The organization's address, `https://chat.example.org`.
    pub site: String,
    /// The bot's own address, from its zuliprc.
    pub email: String,
    /// The bot's API key, from its zuliprc.
    pub api_key: Secret,
    /// The outgoing webhook's token, from the bot's zuliprc.
    pub webhook_token: Secret,
    #[serde(default)]
    pub mode: Mode,
    /// Messages in any minute that we allow ourselves; 0 is no limit of ours.
    #[serde(default = "rate")]
    pub rate: u32,
}

/// Of the 150 requests a minute that the client allows itself; the rest is for looking people up and for the second
/// messages that hold buttons.
fn rate() -> u32 {
    120
}

/// How messages reach us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Zulip posts them to `/zulip`.
    #[default]
    Webhook,
    /// We ask for them by the event queue.
    Events,
}

/// One Zulip organization.
pub struct Zulip {
    client: Client,
    rate: u32,
    webhook_token: Secret,
    public_url: Option<String>,
    connections: Connections,
    forms: Forms,
    me: Cache<(), User>,
    people: Cache<u64, Actor>,
    everyone: Cache<(), Arc<Vec<User>>>,
}

impl Zulip {
    /// `public_url` is where people's browsers find us: long forms then have a web page as well.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`], naming the key and what to write.
    pub fn new(config: Config, public_url: Option<&str>, connections: Connections, forms: Forms) -> Result<Zulip> {
        let bad = |message: &str| Err(Error::new(ErrorKind::BadConfig, message));
        if config.mode == Mode::Events {
            return bad("zulip.mode = \"events\" is not available yet: leave the line out, and make the bot an \
                 outgoing webhook that posts to this server's /zulip.");
        }
        if config.webhook_token.expose().trim().is_empty() {
            return bad("zulip.webhook_token is empty: copy `token` from the bot's zuliprc (Settings > Bots).");
        }
        if config.api_key.expose().trim().is_empty() {
            return bad("zulip.api_key is empty: copy `key` from the bot's zuliprc (Settings > Bots).");
        }
        if !config.email.contains('@') {
            return bad("zulip.email is no address: copy `email` from the bot's zuliprc (Settings > Bots).");
        }
        let fresh = Duration::from_secs(300);
        Ok(Zulip {
            client: Client::new(&config.site, &config.email, config.api_key)?,
            rate: config.rate,
            webhook_token: config.webhook_token,
            public_url: public_url.map(|it| it.trim_end_matches('/').to_owned()),
            connections,
            forms,
            me: Cache::builder().max_capacity(1).time_to_live(fresh).build(),
            people: Cache::builder().max_capacity(10_000).time_to_live(fresh).build(),
            everyone: Cache::builder().max_capacity(1).time_to_live(fresh).build(),
        })
    }

    /// The organization, as it stands in [`crate::chat::Place::workspace`].
    pub fn workspace(&self) -> &str {
        self.client.site()
    }

    /// The one-time page of a form, as it may be spoken of in `place`.
    fn page(&self, form: &str, place: &Place) -> Page {
        match self.address_of(form) {
            None => Page::Nowhere,
            // The bot and one other person.
            Some(address) if place.channel.starts_with("dm:") && !place.channel.contains(',') => Page::Here(address),
            Some(_) => Page::OnDemand,
        }
    }

    fn address_of(&self, form: &str) -> Option<String> {
        self.public_url.as_ref().map(|it| format!("{it}/form/{}", self.forms.tickets().ticket(form)))
    }

    /// Sends the address of a form's page to the person alone.
    async fn send_page(&self, form: &str, person: u64) -> Result<()> {
        let Some(address) = self.address_of(form) else {
            return Err(Error::new(ErrorKind::BadConfig, "There is no web page: an administrator can set server.public_url."));
        };
        let content =
            format!("{}: the link is yours alone, and works for a day.", escape::link(&address, "Fill the form in here"));
        self.client.send(&client::Recipient::People(vec![person]), &content, None).await.map(|_| ())
    }
}
