//! How a system tells us by itself that something happened: what a delivery is, how it is checked and read, and how the
//! system is brought to send any.

use commands::{BoxFuture, Event, Result, param::Secret};
use jiff::{SignedDuration, Timestamp};

/// A request that a system sent to `/hooks/{name}`.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The hook's name, which becomes [`Event::source`].
    pub hook: &'a str,
    /// In capitals: `POST`; some sign it (HubSpot).
    pub method: &'a str,
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    /// The query string, without `?`.
    pub query: &'a str,
    /// The hook's whole address, as we give it out; some sign it (Trello). None while we do not know our own.
    pub url: Option<&'a str>,
    pub body: &'a [u8],
    pub received: Timestamp,
    /// How the payload is read, where the hook's own settings say it (kind `json`).
    pub template: Option<&'a str>,
}

impl Delivery<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// How a system's webhooks are checked and read. All of it is pure.
#[derive(Clone, Copy)]
pub struct Webhook {
    /// # Errors
    /// [`commands::ErrorKind::Auth`], saying what is wrong with the signature or token, never what it should be.
    pub verify: fn(&Delivery<'_>, secret: &str) -> Result<()>,
    /// The delivery's own id, by which a repeat is known. A system without one is told apart by the ids of its events.
    pub key: Option<fn(&Delivery<'_>) -> Option<String>>,
    /// # Errors
    /// [`commands::ErrorKind::BadInput`], saying what cannot be read; the delivery is kept.
    pub parse: fn(&Delivery<'_>) -> Result<Vec<Event>>,
    /// A request by which the vendor tries the address out, and what it wants to hear: asked of every request before
    /// [`Webhook::verify`], with the hook's secret; none for an ordinary delivery.
    pub handshake: Option<Handshake>,
    pub secret: SecretFrom,
    /// How an administrator sets it up at the vendor, in the vendor's words for its menus: Markdown, in which `{url}` and
    /// `{secret}` stand for the hook's.
    pub steps: &'static str,
}

impl Webhook {
    /// By what a repeat of `delivery`, which reports `events`, is known; none where there is nothing.
    pub fn key_of(&self, delivery: &Delivery<'_>, events: &[Event]) -> Option<String> {
        match self.key {
            Some(key) => key(delivery),
            None if events.is_empty() => None,
            None => Some(events.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(" ")),
        }
    }

    /// The same of a delivery as it comes.
    #[cfg(test)]
    pub(crate) fn known_by(&self, delivery: &Delivery<'_>) -> Option<String> {
        self.key_of(delivery, &(self.parse)(delivery).unwrap_or_default())
    }
}

/// See [`Webhook::handshake`].
pub type Handshake = for<'a> fn(&Delivery<'a>, secret: &str) -> Option<Answer>;

/// What a vendor that tries an address out is answered.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
    /// Besides those that every answer has; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// For whoever sets the hook up: what the vendor told (Notion's verification token), to be put in as the hook's secret.
    /// It reaches administrators, never a log.
    pub tell: Option<Secret>,
}

/// Who makes up a hook's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFrom {
    /// We do, and the vendor is told it.
    Us,
    /// The vendor does (Trello's, Notion's): an administrator brings it here.
    Vendor,
}

/// Setting up and taking down a hook at the vendor.
#[derive(Clone, Copy)]
pub struct Hooking<C> {
    /// What the hook is for there, as people say it: `repository`, `board`; none where one is for all.
    pub of: Option<&'static str>,
    /// # Errors
    /// By class; nothing was made then, or the message says what.
    pub create: for<'a> fn(&'a C, HookWanted<'a>) -> BoxFuture<'a, Result<HookMade>>,
    /// One that is gone already is no error.
    pub remove: for<'a> fn(&'a C, &'a HookMade) -> BoxFuture<'a, Result<()>>,
    /// How long the vendor keeps it; it is made anew before. None: until it is removed.
    pub lasts: Option<SignedDuration>,
}

/// A hook that the vendor is to call.
#[derive(Clone, Copy)]
pub struct HookWanted<'a> {
    /// See [`Hooking::of`]: `acme/widgets`.
    pub of: Option<&'a str>,
    pub url: &'a str,
    pub secret: &'a Secret,
}

/// A hook that the vendor calls.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HookMade {
    /// The vendor's own id.
    pub id: String,
    /// As the vendor names it: `acme/widgets`.
    pub of: Option<String>,
}

/// Something that only sends: a monitor, a build server. It becomes a hook's kind, beside the connectors that send.
#[derive(Clone, Copy)]
pub struct Source {
    /// What administrators type: `alertmanager`.
    pub name: &'static str,
    /// What people read: `Alertmanager`.
    pub title: &'static str,
    pub webhook: Webhook,
}
