//! Connections to outside systems: those of the file, those made in chat and kept sealed, and
//! what asks them for changes.

mod live;
pub mod poll;
pub mod seal;
pub mod store;

pub use live::{Connections, Live, Origin};
pub use seal::MasterKey;
pub use store::{Change, Connection, Rotated, Summary, Vault};

use std::collections::BTreeMap;

use commands::FieldKind;
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

/// The settings as a connector reads them, with their secrets.
pub fn whole(saved: &Connection) -> Map<String, Value> {
    let secrets = saved.secrets.iter().map(|(name, secret)| (name.clone(), json!(secret.expose_secret())));
    saved.settings.clone().into_iter().chain(secrets).collect()
}

#[cfg(test)]
mod tests;
