//! Microsoft Teams: channels to notify, each by the incoming webhook of a workflow.
//!
//! The webhook takes an Adaptive Card and says nothing of the message that it became, so nothing is found again, and nothing
//! edited. What a button would do is done by a link ([`super::links`]).
//! <https://support.microsoft.com/en-us/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498>

pub mod card;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use async_trait::async_trait;
use commands::{Actor, Error, ErrorKind, Result, param::Secret};
use connectors::{
    Check, Http,
    http::{Policy, VendorError},
};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;
use url::Url;

use super::{FormView, Limit, Opener, Platform, Post, Posted, Target, links::Links};

/// `[teams]` in the configuration.
#[derive(Clone, Default)]
pub struct Config {
    /// Addresses of workflows' webhooks, by the names that destinations use.
    pub channels: BTreeMap<String, Secret>,
}

impl Config {
    /// Adds a channel.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever wrote it.
    pub fn add(&mut self, name: &str, url: &str) -> std::result::Result<(), String> {
        let is_word = name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-_".contains(&it));
        if !is_word || name.is_empty() {
            return Err(format!("`{name}` in [teams] channels is no name: use small letters, digits, - and _"));
        }
        let why = match Url::parse(url) {
            Ok(it) if !matches!(it.scheme(), "https" | "http") || it.host_str().is_none_or(str::is_empty) => "is no web address",
            Ok(it) if it.scheme() == "http" && !is_here(&it) => "must start with https://: it is a secret",
            Ok(it) if it.path().len() < 2 => "has no path: copy all of it",
            Ok(_) => {
                self.channels.insert(name.to_owned(), Secret::from(url.to_owned()));
                return Ok(());
            }
            Err(_) => "is no web address",
        };
        // Never the address: whoever has it posts there.
        Err(format!("the address of `{name}` in [teams] channels {why} (Workflows → When a Teams webhook request is received)"))
    }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// The channels of a configuration.
pub struct Teams {
    channels: BTreeMap<String, Webhook>,
    links: Links,
}

/// One webhook.
struct Webhook {
    http: Http,
    /// Path and query, which hold its secret.
    path: Secret,
}

impl Teams {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`], naming the channel.
    pub fn new(config: &Config, links: Links) -> Result<Teams> {
        let mut channels = BTreeMap::new();
        for (name, url) in &config.channels {
            let bad =
                |_| Error::new(ErrorKind::BadConfig, format!("The address of `{name}` in [teams] channels is no web address."));
            let url = Url::parse(url.expose()).map_err(bad)?;
            let base = url.origin().ascii_serialization();
            let http = Http::new("teams", "Teams", &base, Policy::default())?.with_errors(said);
            let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
            channels.insert(name.clone(), Webhook { http, path: Secret::from(format!("{}{query}", url.path())) });
        }
        Ok(Teams { channels, links })
    }

    fn webhook(&self, name: &str) -> Result<&Webhook> {
        self.channels.get(name).ok_or_else(|| {
            let message = format!("[teams] has no channel `{name}`: add the address of its workflow's webhook.");
            Error::new(ErrorKind::Closed, message)
        })
    }
}

/// Power Automate's error: `{"error": {"code": …, "message": …}}`.
fn said(_: StatusCode, body: &[u8]) -> Option<VendorError> {
    #[derive(Deserialize)]
    struct Body {
        error: Said,
    }
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let body: Body = serde_json::from_slice(body).ok()?;
    Some(VendorError { messages: vec![body.error.message] })
}

/// One webhook that is gone says nothing of the others: its channel is closed, and Teams is not.
fn classed(err: Error, channel: &str) -> Error {
    if err.maybe_done || !matches!(err.kind, ErrorKind::Auth | ErrorKind::Permission | ErrorKind::NotFound) {
        return err;
    }
    let message = format!(
        "The webhook of Teams channel `{channel}` does not work any more: its workflow was deleted or turned off, or the \
         address is incomplete. Make a new one under Workflows, and put its address into [teams] channels."
    );
    Error { kind: ErrorKind::Closed, message, ..err }
}

#[async_trait]
impl Platform for Teams {
    fn name(&self) -> &'static str {
        "teams"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        let channel = post.to.address();
        let webhook = self.webhook(channel)?;
        let now = Timestamp::now();
        let envelope = card::envelope(&post.message, &|button| self.links.offer(button, post, now));
        let sending = webhook.http.post(webhook.path.expose()).json(&envelope).send_empty();
        sending.await.map_err(|err| classed(err, channel))?;
        Ok(Posted::default())
    }

    /// More than four requests in a second are refused:
    /// <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#rate-limiting-for-connectors>
    fn limits(&self, to: &Target) -> Vec<Limit> {
        vec![Limit::new(format!("teams:{}", to.address()), 1.0, 3)]
    }

    async fn update(&self, _: &Post, _: &str) -> Result<()> {
        Err(Error::new(ErrorKind::Permission, "What a webhook posted to Teams cannot be changed any more."))
    }

    async fn open_form(&self, _: &Opener, _: &FormView) -> Result<()> {
        Err(Error::bad_input(
            "A webhook of Teams shows no form. Open it by the link of the message, or give the command in chat.",
        ))
    }

    /// Whoever reads the channel: nobody in particular.
    async fn person(&self, _: &str, id: &str) -> Result<Actor> {
        match self.channels.contains_key(id) {
            true => Ok(Actor { name: format!("someone in Teams ({id})"), ..super::only_an_address("teams", id, None) }),
            false => Err(Error::not_found(format!("[teams] has no channel `{id}`."))),
        }
    }

    /// A webhook does nothing but post, so it is not tried: what the last posts said is told.
    async fn health(&self) -> Vec<Check> {
        let of = |(name, webhook): (&String, &Webhook)| match webhook.http.condition().last_error {
            Some((at, err)) => Check::warning(
                format!("channel {name}"),
                format!("at {} a post was not taken: {}", at.strftime("%Y-%m-%d %H:%M UTC"), err.message),
                "Post to it once more; if that fails too, make a new webhook.",
            ),
            None => Check::ok(format!("channel {name}"), "no post was refused"),
        };
        self.channels.iter().map(of).collect()
    }
}
