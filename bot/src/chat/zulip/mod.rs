//! Zulip, by an outgoing-webhook bot or by an event queue.
//!
//! There are two ways in. Zulip posts each message that is for the bot to `POST /zulip`
//! ([`inbound`]), and what must be said at once goes back as the webhook's answer ([`webhook`]); or,
//! where Zulip cannot reach the bot, the bot asks for what happens ([`events`]). Both come to
//! [`webhook::Webhook::answer`], and everything else leaves by the REST API, whose client is
//! [`connectors::zulip::client`], by our own [`way`], from a job.
//! Reactions come by an event queue only, which is there for them in either mode ([`buttons`]). There are
//! no modals, so forms are a conversation ([`conversation`]); there are buttons only in the web client,
//! so each is also a line to type ([`render`]).

#[cfg(test)]
mod attacks;
mod buttons;
mod channels;
mod closed;
mod conversation;
mod ear;
mod escape;
mod events;
mod find;
mod groups;
mod header;
mod health;
mod inbound;
mod marker;
mod parts;
mod places;
mod platform;
pub mod render;
#[cfg(test)]
mod story;
mod talk;
mod way;
mod webhook;

use std::{
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

use commands::{Actor, Error, ErrorKind, Result, param::Secret};
use connectors::cache::Cache;
use connectors::zulip::client::{Client, messages::Recipient, users::User};
use serde::Deserialize;

use crate::{chat::Place, connections::Connections, dispatch::memory::Memory, forms::Forms};
use conversation::Page;
pub use render::sign;
use way::Own;
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
    /// The outgoing webhook's token, from the bot's zuliprc. Not needed with `mode = "events"`.
    #[serde(default)]
    pub webhook_token: Option<Secret>,
    /// `webhook` where `webhook_token` or `server.public_url` is set, else `events`.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// What becomes of reactions to messages with buttons.
    #[serde(default)]
    pub reactions: Reactions,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Zulip posts them to `/zulip`.
    Webhook,
    /// We ask for them by the event queue.
    Events,
}

/// What becomes of reactions to messages with buttons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reactions {
    /// They are not listened to.
    Off,
    /// They press the button.
    #[default]
    Press,
    /// They press the button, and the bot puts the numbers there for people to click on: a request for each.
    Offer,
}

impl Config {
    /// How messages reach a bot that people's browsers find at `public_url`. Whoever enters an outgoing webhook's token has
    /// made one, wherever Zulip finds the bot.
    pub fn mode(&self, public_url: Option<&str>) -> Mode {
        let is_called = public_url.is_some() || self.webhook_token.is_some();
        self.mode.unwrap_or(if is_called { Mode::Webhook } else { Mode::Events })
    }

    /// The key that is wrong or missing, and what to write.
    pub fn problem(&self, public_url: Option<&str>) -> Option<(&'static str, &'static str)> {
        let token = self.webhook_token.as_ref().map(|it| it.expose().trim());
        if token == Some("") {
            return Some((
                "webhook_token",
                "zulip.webhook_token is empty: copy `token` from the bot's zuliprc (Settings > Bots).",
            ));
        }
        if token.is_none() && self.mode(public_url) == Mode::Webhook {
            return Some((
                "webhook_token",
                "zulip.webhook_token is missing: copy `token` from the bot's zuliprc (Settings > Bots), or write mode = \"events\" \
                 for a bot that Zulip cannot reach.",
            ));
        }
        if self.api_key.expose().trim().is_empty() {
            return Some(("api_key", "zulip.api_key is empty: copy `key` from the bot's zuliprc (Settings > Bots)."));
        }
        if !self.email.contains('@') {
            return Some(("email", "zulip.email is no address: copy `email` from the bot's zuliprc (Settings > Bots)."));
        }
        None
    }
}

/// One Zulip organization.
pub struct Zulip {
    client: Client,
    /// How the client's requests leave.
    way: Arc<Own>,
    rate: u32,
    mode: Mode,
    reactions: Reactions,
    webhook_token: Option<Secret>,
    public_url: Option<String>,
    connections: Connections,
    forms: Forms,
    me: Cache<(), User>,
    people: Cache<u64, Actor>,
    everyone: Cache<(), Arc<Vec<User>>>,
    /// Channels' ids by name.
    channels: Cache<String, u64>,
    /// Whether a person is in a channel, where Zulip tells, for a minute.
    memberships: Cache<(u64, u64), Option<bool>>,
    /// Whether somebody is a bot.
    bots: Cache<u64, bool>,
    /// None in tests that need none.
    memory: Option<Memory>,
    /// Messages that were moved, and where they are now.
    moved: Cache<u64, (u64, String)>,
    /// Of all messages after this one, each move was heard of; 0: of none.
    moves_known_from: AtomicU64,
    standing: Mutex<events::Standing>,
}

impl Zulip {
    /// `public_url` is where people's browsers find us: long forms then have a web page as well.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`], naming the key and what to write.
    pub fn new(config: Config, public_url: Option<&str>, connections: Connections, forms: Forms) -> Result<Zulip> {
        if let Some((_, message)) = config.problem(public_url) {
            return Err(Error::new(ErrorKind::BadConfig, message));
        }
        let mode = config.mode(public_url);
        let fresh = Duration::from_secs(300);
        let way = Own::new(&config.site, &config.email, config.api_key)?;
        let way = Arc::new(if config.rate == 0 { way.unbudgeted() } else { way });
        Ok(Zulip {
            client: way.client(),
            way,
            rate: config.rate,
            mode,
            reactions: config.reactions,
            webhook_token: config.webhook_token,
            public_url: public_url.map(|it| it.trim_end_matches('/').to_owned()),
            connections,
            forms,
            me: Cache::new(1, fresh),
            people: Cache::new(10_000, fresh),
            everyone: Cache::new(1, fresh),
            channels: Cache::new(10_000, fresh),
            memberships: Cache::new(10_000, Duration::from_secs(60)),
            bots: Cache::new(10_000, Duration::from_secs(3600)),
            memory: None,
            moved: Cache::new(100_000, Duration::from_hours(24)),
            moves_known_from: AtomicU64::new(0),
            standing: Mutex::default(),
        })
    }

    /// The same with a memory: without one it neither listens nor knows the buttons that it has shown.
    pub fn remembering(mut self, memory: Memory) -> Zulip {
        self.memory = Some(memory);
        self
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
        self.client.send(&Recipient::People(vec![person]), &content, None).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(more: Value) -> Config {
        let mut whole = json!({"site": "https://chat.example.org", "email": "bellhop-bot@chat.example.org", "api_key": "k"});
        for (key, value) in more.as_object().into_iter().flatten() {
            whole[key] = value.clone();
        }
        serde_json::from_value(whole).expect("a configuration")
    }

    #[test]
    fn a_bot_without_an_address_asks_for_its_messages() {
        let public = Some("https://bot.example.org");
        assert_eq!((config(json!({})).mode(None), config(json!({})).mode(public)), (Mode::Events, Mode::Webhook));
        assert_eq!(config(json!({"webhook_token": "t"})).mode(None), Mode::Webhook);
        assert_eq!(config(json!({"mode": "events"})).mode(public), Mode::Events);
        assert_eq!(config(json!({"mode": "webhook"})).mode(None), Mode::Webhook);
        let problem = |more: Value, public| config(more).problem(public).map(|it| it.0);
        assert_eq!(problem(json!({}), None), None, "the event queue needs no token");
        assert_eq!(problem(json!({}), public), Some("webhook_token"));
        assert_eq!(problem(json!({"webhook_token": " "}), None), Some("webhook_token"));
        assert_eq!(problem(json!({"webhook_token": "t", "api_key": ""}), public), Some("api_key"));
        assert_eq!(problem(json!({"webhook_token": "t", "email": "bellhop"}), public), Some("email"));
    }
}
