//! Buttons where there are none: a link for each, which opens a page with one button.
//!
//! The link holds all there is to know: whom the message went to, the command, until when. We sign it under a key that is
//! derived from the master key, so nobody can write another. Looking at it does nothing ([`page`]), as programs
//! that check mails look at every link; only the page's button does it, once: the link's key is the delivery's, by which
//! a repeat is known for longer than a link lives. Without a public address or a key there are no links, and the message
//! says what to type in chat instead.

mod page;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use commands::{Block, Button, Message, Press, Text, grammar};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

pub use page::routes;

use super::Post;
use crate::connections::Connections;

/// How long a link works: no longer than deliveries are kept ([`crate::store`]), by which a second use is known.
const LIVES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Makes and reads links. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    /// Where people's browsers find us, and the key.
    signing: Option<(Arc<str>, Arc<[u8; 32]>)>,
    connections: Connections,
}

/// What a link does, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Where the message went: `email`, `sms`, `teams`.
    #[serde(rename = "p")]
    pub platform: String,
    /// Whom it went to there.
    #[serde(rename = "a")]
    pub address: String,
    /// Tells this link from every other, and is the same in a repeat of its message.
    #[serde(rename = "k")]
    pub key: String,
    /// Until when it works, in seconds since 1970.
    #[serde(rename = "e")]
    pub expires: i64,
    /// The button's words.
    #[serde(rename = "n")]
    pub label: String,
    /// The command that a person would type.
    #[serde(rename = "c")]
    pub line: String,
    /// A question to answer with yes before anything happens.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
}

/// A button as a place without buttons shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub label: String,
    /// What it does, as people type it in chat.
    pub command: String,
    /// The link's address, where there can be one.
    pub address: Option<String>,
}

impl Links {
    /// `public_url` is where people's browsers find us, `secret` what the key is derived from; without either there are
    /// no links.
    pub fn new(public_url: Option<&str>, secret: Option<&[u8]>, connections: Connections) -> Links {
        let signing = public_url.zip(secret).map(|(url, secret)| {
            let key = digest(secret, &["bellhop: links that act"]);
            (url.trim_end_matches('/').into(), Arc::new(key))
        });
        Links { signing, connections }
    }

    /// The buttons of a message without buttons, of `post`, made now.
    pub fn offer(&self, button: &Button, post: &Post, now: Timestamp) -> Offered {
        let groups = self.connections.groups();
        let command = match button.press {
            Press::Run => grammar::print(&groups, &button.call),
            Press::Form => grammar::print_form(&groups, &button.call),
        };
        let address = self.signing.as_ref().map(|(url, key)| {
            let (platform, address) = (post.to.platform(), post.to.address());
            let act = Act {
                platform: platform.into(),
                address: address.into(),
                key: hex::encode(&digest(key.as_slice(), &["key", platform, address, &post.key, &command])[..12]),
                expires: now.saturating_add(LIVES).unwrap_or(Timestamp::MAX).as_second(),
                label: button.label.clone(),
                line: command.clone(),
                question: button.confirm.clone(),
            };
            format!("{url}/act/{}", token(key.as_slice(), &act))
        });
        Offered { label: button.label.clone(), command, address }
    }

    /// The message with each button as a link, or as what to type.
    pub fn in_place_of_buttons(&self, post: &Post, now: Timestamp) -> Message {
        let list = |buttons: &[Button]| Block::List(buttons.iter().map(|it| self.offer(it, post, now).text()).collect());
        let mut blocks = Vec::with_capacity(post.message.blocks.len());
        for block in &post.message.blocks {
            match block {
                Block::Buttons(buttons) => blocks.push(list(buttons)),
                Block::Menu { label, options } => {
                    blocks.push(Block::Paragraph(Text::from(format!("{label}:"))));
                    blocks.push(list(options));
                }
                other => blocks.push(other.clone()),
            }
        }
        Message { blocks, ..post.message.clone() }
    }

    /// What a link does; none for one that we did not make, or whose time is over.
    fn read(&self, token: &str, now: Timestamp) -> Option<Act> {
        let (_, key) = self.signing.as_ref()?;
        let (payload, signature) = token.split_once('.')?;
        let expected = sign(key.as_slice(), &["act", payload]);
        if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let act: Act = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (act.expires > now.as_second()).then_some(act)
    }

    /// What the page sends back: only what we showed is taken.
    fn shown(&self, token: &str) -> String {
        self.signing.as_ref().map(|(_, key)| sign(key.as_slice(), &["shown", token])).unwrap_or_default()
    }

    fn was_shown(&self, token: &str, given: &str) -> bool {
        let expected = self.shown(token);
        !expected.is_empty() && expected.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl Offered {
    /// In a message.
    pub fn text(&self) -> Text {
        match &self.address {
            Some(address) => Text::new().link(address.clone(), self.label.clone()),
            None => Text::from(format!("{}: type ", self.label)).code(self.command.clone()).plain(" in chat"),
        }
    }
}

impl Act {
    /// As the configuration names a place: `email:ana@example.org`.
    fn whom(&self) -> String {
        format!("{}:{}", self.platform, self.address)
    }
}

fn token(key: &[u8], act: &Act) -> String {
    let payload = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(act).unwrap_or_default());
    let signature = sign(key, &["act", &payload]);
    format!("{payload}.{signature}")
}

fn sign(key: &[u8], parts: &[&str]) -> String {
    hex::encode(&digest(key, parts)[..16])
}

fn digest(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        // Lengths in front: no two lists of parts are the same bytes.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// The text without what differs between two tellings of one message: its links live as long from each.
pub fn without_links(text: &str) -> String {
    let mut words = text.split("/act/");
    let mut rest = words.next().unwrap_or_default().to_owned();
    for word in words {
        let end = word.find(|it: char| !(it.is_ascii_alphanumeric() || "-_.".contains(it))).unwrap_or(word.len());
        rest.push_str("/act/");
        rest.push_str(&word[end..]);
    }
    rest
}
