//! How a simulated realm is set up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::state::UserKind;
use crate::standin::chat::clock::Clock;

#[derive(Clone)]
pub struct Options {
    /// The same seed gives the same ids and keys.
    pub seed: u64,
    /// How often this organization was simulated before. Its messages have ids of their own each time, so that a bot that
    /// remembers takes none for a repeat; people, channels and keys stay.
    pub run: u32,
    pub clock: Clock,
    /// What kind of bot it is: one with an outgoing webhook, or a generic one that reads its event queue.
    pub bot: UserKind,
    /// The outgoing webhook's address; empty: the bot has none.
    pub webhook_url: String,
    /// Derived from the seed when none.
    pub api_key: Option<String>,
    /// Derived from the seed when none.
    pub webhook_token: Option<String>,
    /// The bot's role by Zulip's number: 200 administrator (who then may create users), 400 member.
    pub bot_role: i64,
    pub rate: Rate,
    /// How long the outgoing webhook may take.
    pub answer_within: Duration,
    /// How long `GET /events` waits before it says that nothing happened.
    pub heartbeat: Duration,
    /// How long an event queue lives without being read.
    pub queue_life: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 2,
            run: 0,
            clock: Clock::System,
            bot: UserKind::OutgoingWebhookBot,
            webhook_url: String::new(),
            api_key: None,
            webhook_token: None,
            bot_role: 400,
            rate: Rate { per_minute: 200 },
            answer_within: Duration::from_secs(10),
            heartbeat: Duration::from_secs(50),
            queue_life: Duration::from_secs(600),
        }
    }
}

/// Requests a minute for each user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub per_minute: u32,
}
