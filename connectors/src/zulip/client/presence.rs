//! Who is there. Bots read presence, and have none themselves. <https://zulip.com/api/get-user-presence>

use std::collections::BTreeMap;

use commands::Result;
use serde::Deserialize;

use super::Client;

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Presence {
    /// `active`, `idle`, `offline`.
    pub status: String,
    /// When that was, in seconds since 1970.
    pub timestamp: f64,
}

/// How long after its last sign of life a client counts as gone, in seconds.
/// <https://zulip.com/help/status-and-availability>
const GONE: f64 = 140.0;

impl Presence {
    /// `active`, `idle`, or `offline` for whoever was not heard of lately.
    pub fn at(&self, now: jiff::Timestamp) -> &str {
        if now.as_second() as f64 - self.timestamp > GONE { "offline" } else { &self.status }
    }
}

impl Client {
    /// Of a person, over all their clients.
    pub async fn presence(&self, user: u64) -> Result<Option<Presence>> {
        #[derive(Deserialize)]
        struct One {
            presence: BTreeMap<String, Presence>,
        }
        let mut one: One = self.get(&format!("users/{user}/presence"), &[]).await?;
        Ok(one.presence.remove("aggregated"))
    }

    /// Of everybody, by the address that the API uses.
    pub async fn presences(&self) -> Result<BTreeMap<String, Presence>> {
        #[derive(Deserialize)]
        struct All {
            presences: BTreeMap<String, BTreeMap<String, Presence>>,
        }
        let all: All = self.get("realm/presence", &[]).await?;
        Ok(all.presences.into_iter().filter_map(|(email, mut all)| Some((email, all.remove("aggregated")?))).collect())
    }
}
