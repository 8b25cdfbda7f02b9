//! Mails, by a server that takes them from us (SMTP): a place to notify and to page.
//!
//! A mail is text and HTML of one message ([`render`]), handed over in one session ([`smtp`]). Its `Message-ID` is made of
//! the post's key: where it is not known whether the server took a mail, the repeat is the same mail to whoever gets both.
//! Mails about one object refer to one id, so that mail programs show them together. Nothing is read: no mail comes in
//! here, each says that a machine wrote it (RFC 3834), and so no two machines can answer each other.

mod mail;
pub mod render;
mod smtp;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use commands::{Actor, Error, ErrorKind, Result, param::Secret};
use connectors::{
    Check,
    http::{Errand, Gate, Health},
};
use jiff::Timestamp;
use lettre::{Address, message::Mailbox};
use serde::Deserialize;
use url::Url;

use super::{FormView, Limit, Opener, Platform, Post, Posted, Target, links::Links};

/// `[email]` in the configuration.
#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The server that takes our mails: `smtp://mail.example.org:587`, or `smtps://mail.example.org:465` for TLS from the
    /// first byte.
    pub smtp: String,
    /// The account to sign in with.
    pub username: Option<String>,
    /// The account's password.
    pub password: Option<Secret>,
    /// Who mails are from: `Bellhop <bellhop@example.org>`.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Whether mails may leave unencrypted: `required` everywhere but on this machine, unless this says `none`.
    pub encryption: Option<Encryption>,
    /// A certificate in PEM that is trusted besides the system's; `ca_file` names a file.
    pub ca: Option<String>,
    /// Mails in any minute that we allow ourselves; 0 is no limit of ours.
    #[serde(default = "rate")]
    pub rate: u32,
}

fn rate() -> u32 {
    60
}

/// Whether a session is encrypted before anything of ours is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    Required,
    None,
}

impl Config {
    /// What is wrong with it, by key.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        match smtp::Server::of(self) {
            Err(problem) => problems.push(("smtp", problem)),
            Ok(server) if self.password.is_some() && !server.is_encrypted() && !server.is_here() => problems.push((
                "encryption",
                "`password` in [email] would leave unencrypted: leave `encryption` out, or sign in nowhere".into(),
            )),
            Ok(_) => {}
        }
        match (&self.username, &self.password) {
            (Some(_), None) => problems.push(("username", "`username` in [email] needs `password`".into())),
            (None, Some(_)) => problems.push(("password", "`password` in [email] needs `username`".into())),
            _ => {}
        }
        for (key, text) in [("from", Some(&self.from)), ("reply_to", self.reply_to.as_ref())] {
            if text.is_some_and(|it| it.parse::<Mailbox>().is_err()) {
                problems.push((key, format!("`{key}` in [email] is no address: write Bellhop <bellhop@example.org>")));
            }
        }
        if let Some(problem) = self.ca.as_ref().and_then(|it| smtp::certificates(it).err()) {
            problems.push(("ca", problem));
        }
        problems
    }
}

/// Whether mails can be sent to this: an address alone, without a name.
pub fn is_address(text: &str) -> bool {
    text.is_ascii() && text.parse::<Address>().is_ok()
}

/// The mails of one sender.
pub struct Email {
    server: smtp::Server,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    links: Links,
    rate: u32,
    /// Keeps away from a server that keeps failing.
    gate: Gate,
    /// Chats that may know who has an address.
    chats: Vec<Arc<dyn Platform>>,
}

impl Email {
    /// `chats` are asked whose an address is. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`], naming the key and what to write.
    pub fn new(config: &Config, links: Links, chats: Vec<Arc<dyn Platform>>) -> Result<Email> {
        let bad = |message: String| Error::new(ErrorKind::BadConfig, message);
        if let Some((_, problem)) = config.problems().into_iter().next() {
            return Err(bad(problem));
        }
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| bad(format!("`{text}` is no address.")));
        Ok(Email {
            server: smtp::Server::of(config).map_err(bad)?,
            from: mailbox(&config.from)?,
            reply_to: config.reply_to.as_deref().map(mailbox).transpose()?,
            links,
            rate: config.rate,
            gate: Gate::new("email", "The mail server"),
            chats,
        })
    }

    /// The mail that says what a post says, written at `now`.
    fn mail(&self, post: &Post, now: Timestamp) -> Result<lettre::Message> {
        let address = post.to.address();
        let to: Address =
            address.parse().map_err(|_| Error::new(ErrorKind::Closed, format!("`{address}` is no address to send mails to.")))?;
        let message = self.links.in_place_of_buttons(post, now);
        mail::Mail { from: &self.from, reply_to: self.reply_to.as_ref(), to, post, message: &message, now }.build()
    }
}

#[async_trait]
impl Platform for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    async fn post(&self, post: &Post) -> Result<Posted> {
        let mail = self.mail(post, Timestamp::now())?;
        let errand = Errand { pauses: &[], budget: None, patience: Duration::ZERO };
        let pass = self.gate.pass(errand).await?;
        let sent = self.server.send(&mail).await;
        // Who refuses one mail, or puts it off, is well enough to answer.
        let is_down = sent.as_ref().is_err_and(|err| matches!(err.kind, ErrorKind::Network | ErrorKind::Timeout));
        let health = if is_down { Health::Failed } else { Health::Answered };
        pass.report(&reqwest::Method::POST, health, sent.as_ref().err());
        sent?;
        // Nothing that is sent can be edited, so nobody is to remember it.
        Ok(Posted::default())
    }

    fn limits(&self, _: &Target) -> Vec<Limit> {
        match self.rate {
            0 => Vec::new(),
            rate => vec![Limit::in_any_minute("email", rate)],
        }
    }

    async fn update(&self, _: &Post, _: &str) -> Result<()> {
        Err(Error::new(ErrorKind::Permission, "A mail that was sent cannot be changed any more."))
    }

    async fn open_form(&self, _: &Opener, _: &FormView) -> Result<()> {
        Err(Error::bad_input("A mail holds no form. Open it by the link of the message, or give the command in chat."))
    }

    async fn person(&self, _: &str, id: &str) -> Result<Actor> {
        if !is_address(id) {
            return Err(Error::not_found(format!("`{id}` is nobody's address.")));
        }
        let mut unsure = None;
        for chat in &self.chats {
            match chat.person_of(id).await {
                Ok(Some(actor)) => return Ok(actor),
                Ok(None) => {}
                Err(err) => unsure = Some(err),
            }
        }
        match unsure {
            // Somebody may be more than a stranger: that is known later.
            Some(err) if err.is_temporary() => Err(err),
            _ => Ok(super::only_an_address("email", id, Some(id))),
        }
    }

    async fn health(&self) -> Vec<Check> {
        self.server.health().await
    }
}

/// `smtp://mail.example.org:587` as a host and a port.
fn host_and_port(url: &Url, port: u16) -> Option<(String, u16)> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then(|| (host.to_owned(), url.port().unwrap_or(port)))
}
