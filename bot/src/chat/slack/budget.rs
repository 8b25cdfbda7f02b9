//! How many posts Slack takes, by what it documents.
//!
//! `chat.postMessage` allows about one message a second in a channel and, above that, several hundred a minute
//! in a workspace: <https://docs.slack.dev/reference/methods/chat.postMessage#rate_limiting>. Other methods have a
//! tier each: <https://docs.slack.dev/apis/web-api/rate-limits>. A `response_url` has a limit of its own, five
//! uses, which the client counts.

use commands::Audience;

use super::{Slack, client::is_private};
use crate::chat::{Limit, Target};

/// "Several hundred" a minute.
const WORKSPACE: u32 = 300;
/// Tier 4: `chat.postEphemeral`.
const EPHEMERAL: u32 = 100;
/// Tier 3: `conversations.open`, without which nobody can be written to directly.
const OPENED: u32 = 50;
/// At once in a channel.
const BURST: u32 = 3;

impl Slack {
    /// None with `channel_rate = 0`.
    pub(super) fn limits_of(&self, to: &Target) -> Vec<Limit> {
        if self.channel_rate <= 0.0 {
            return Vec::new();
        }
        let workspace = self.known_workspace(to.workspace());
        // Each workspace has limits of its own; the configuration's needs no name.
        let of = workspace.as_ref().map_or_else(|| to.workspace().to_owned(), |it| it.id.clone());
        let of = if of.is_empty() { of } else { format!("{of}:") };
        let said = |channel: &str| {
            let channel = workspace.as_ref().map_or_else(|| channel.to_owned(), |it| it.channel_id(channel));
            vec![
                Limit::new(format!("slack:{of}{channel}"), self.channel_rate, BURST),
                Limit::in_any_minute(format!("slack:{of}chat.postMessage"), WORKSPACE),
            ]
        };
        match to {
            Target::Answer { to, .. } if to.response_url.is_some() => Vec::new(),
            Target::Answer { to, audience } if *audience == Audience::Channel || is_private(&to.place.channel) => {
                said(&to.place.channel)
            }
            Target::Answer { .. } => vec![Limit::in_any_minute(format!("slack:{of}chat.postEphemeral"), EPHEMERAL)],
            Target::Place(place) => said(&place.channel),
            Target::Person { id, .. } => {
                let mut limits = said(&format!("@{id}"));
                limits.push(Limit::in_any_minute(format!("slack:{of}conversations.open"), OPENED));
                limits
            }
        }
    }
}
