//! One workspace that the app is installed in: its token, its limits, and what is remembered of it.

use std::{sync::Arc, time::Duration};

use ::commands::{Actor, Result};
use futures::FutureExt;
use moka::future::Cache;
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};
use url::Url;

use super::{channels::Memberships, find, people, wire::Wire};

/// The way to one workspace.
pub(super) struct Workspace {
    /// Slack's team id; empty for the one whose token stands in the configuration.
    pub id: String,
    pub token: SlackApiToken,
    /// slack-morphism's typed calls, over our own [`Wire`].
    pub api: SlackClient<Wire>,
    /// People by id, for ten minutes.
    pub people: Cache<String, Actor>,
    /// Everyone's id by name, for ten minutes.
    pub directory: Cache<(), Arc<people::Directory>>,
    /// Who we are, for an hour.
    pub me: Cache<(), find::Me>,
    /// Channels' ids by name, for ten minutes.
    pub channels: Cache<String, String>,
    /// The channels that people are in, for a minute.
    pub memberships: Cache<String, Arc<Memberships>>,
}

impl Workspace {
    /// # Errors
    /// [`::commands::ErrorKind::BadConfig`] when address or token cannot be what they should be.
    pub fn new(id: impl Into<String>, api_url: Url, token: &str) -> Result<Workspace> {
        let ten_minutes = Duration::from_secs(600);
        Ok(Workspace {
            id: id.into(),
            token: SlackApiToken::new(SlackApiTokenValue::new(token.to_owned())),
            api: SlackClient::new(Wire::new(api_url, token)?),
            people: Cache::builder().max_capacity(10_000).time_to_live(ten_minutes).build(),
            directory: Cache::builder().max_capacity(1).time_to_live(ten_minutes).build(),
            me: Cache::builder().max_capacity(1).time_to_live(Duration::from_secs(3600)).build(),
            channels: Cache::builder().max_capacity(10_000).time_to_live(ten_minutes).build(),
            memberships: Cache::builder().max_capacity(1_000).time_to_live(Duration::from_secs(60)).build(),
        })
    }

    pub fn wire(&self) -> &Wire {
        &self.api.http_api.connector
    }

    /// A channel's id, where it is known already: by its name it counts against the same limit.
    pub fn channel_id(&self, channel: &str) -> String {
        // It answers at once: only a loader would make it wait.
        self.channels.get(channel.trim_start_matches('#')).now_or_never().flatten().unwrap_or_else(|| channel.to_owned())
    }
}
