//! Connections to outside systems: those of the file, those made in chat and kept sealed, what somebody agreed to on a
//! vendor's page ([`grants`]), and what asks them for changes.

pub mod expiry;
pub mod follow;
pub mod grants;
mod live;
pub mod poll;
pub mod seal;
pub mod state;
pub mod store;

pub use live::{Connections, Live, Origin};
pub use seal::MasterKey;
pub use store::{Change, Connection, Rotated, Summary, Vault};

use std::collections::BTreeMap;

use commands::{Error, ErrorKind, FieldKind, Result};
use connectors::Kind;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

/// What may be seen of a connection's settings, and what is to be sealed.
pub fn split(kind: &Kind, settings: Map<String, Value>) -> (Map<String, Value>, BTreeMap<String, SecretString>) {
    let fields = kind.config_fields();
    let is_secret = |name: &str| fields.iter().any(|it| it.name == name && it.kind == FieldKind::Secret);
    let (mut public, mut secrets) = (Map::new(), BTreeMap::new());
    for (name, value) in settings {
        match value {
            Value::String(text) if is_secret(&name) => {
                secrets.insert(name, SecretString::from(text));
            }
            value => {
                public.insert(name, value);
            }
        }
    }
    (public, secrets)
}

/// The keys that every connection has besides those of its connector; they are kept among its settings.
pub const KEYS: [&str; 3] = ["needs", "rate", "expires"];

/// The settings as a connector reads them, with their secrets.
pub fn whole(saved: &Connection) -> Map<String, Value> {
    whole_of(&saved.settings, &saved.secrets)
}

/// The same of settings and secrets that stand apart.
fn whole_of(settings: &Map<String, Value>, secrets: &BTreeMap<String, SecretString>) -> Map<String, Value> {
    let secrets = secrets.iter().map(|(name, secret)| (name.clone(), json!(secret.expose_secret())));
    let own = settings.clone().into_iter().filter(|(key, _)| !KEYS.contains(&key.as_str()));
    own.chain(secrets).collect()
}

/// Makes the client of one that is kept; asks nobody yet.
///
/// # Errors
/// There is no such connector, or these settings cannot work.
pub fn open(saved: &Connection) -> Result<Live> {
    let Some(kind) = connectors::find(&saved.kind) else {
        return Err(Error::new(ErrorKind::BadConfig, format!("This version of Bellhop has no connector `{}`.", saved.kind)));
    };
    let needs = saved.settings.get("needs").and_then(|it| serde_json::from_value(it.clone()).ok()).unwrap_or_default();
    let rate = saved.settings.get("rate").and_then(|it| u32::try_from(it.as_u64()?).ok());
    Live::open(&saved.name, kind, whole(saved), Origin::Chat, needs, rate)
}

#[cfg(test)]
mod tests;
