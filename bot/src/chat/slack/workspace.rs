//! One workspace that the app is installed in: its token, its limits, and what is remembered of it.

use std::{sync::Arc, time::Duration};

use ::commands::{Actor, Error, ErrorKind, Result, param::Secret};
use connectors::cache::Cache;
use futures::FutureExt;
use serde_json::json;
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};
use tokio::sync::OnceCell;
use url::Url;

use super::{
    channels::Memberships,
    find, history,
    install::{Install, credential::Credential},
    past::Past,
    people,
    wire::Wire,
};

/// The way to one workspace.
pub(super) struct Workspace {
    /// Slack's team id; empty for the one whose token stands in the configuration.
    pub id: String,
    /// Which install it is reached by; empty for the configuration's.
    pub by: String,
    /// What slack-morphism wants to be given; the real one is put in by the [`Wire`].
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
    /// Posts, by `ts`, that are one message each, for ten minutes.
    pub whole: Cache<String, ()>,
    /// Pages of threads, for a second: see [`history`].
    pub pages: Cache<String, Arc<history::Page>>,
    /// What stands in channels, of those that were looked into in the last ten minutes.
    pub pasts: Cache<String, Arc<Past>>,
    /// The team's id, as Slack says it.
    team: OnceCell<String>,
    /// The channels that people are in, for a minute.
    pub memberships: Cache<String, Arc<Memberships>>,
}

impl Workspace {
    /// The workspace whose token stands in the configuration.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] when address or token cannot be what they should be.
    pub fn configured(api_url: Url, token: Secret) -> Result<Workspace> {
        if !token.expose().bytes().all(|it| it.is_ascii_graphic()) {
            let message = "`slack.bot_token` holds characters that no token has. Copy it again from OAuth & Permissions.";
            return Err(Error::new(ErrorKind::BadConfig, message));
        }
        Ok(Workspace::over(String::new(), String::new(), Wire::new(api_url, Credential::Configured(token), None)?))
    }

    /// The workspace `id` that `install` reaches.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] when the address cannot be what it should be.
    pub fn of_install(id: &str, by: String, install: &Install, api_url: Url, credential: Credential) -> Result<Workspace> {
        // With the token of an organization, some methods have to be told which of its workspaces is meant.
        let team = (install.id != id).then(|| id.to_owned());
        Ok(Workspace::over(id.to_owned(), by, Wire::new(api_url, credential, team)?))
    }

    fn over(id: String, by: String, wire: Wire) -> Workspace {
        let ten_minutes = Duration::from_secs(600);
        Workspace {
            id,
            by,
            token: SlackApiToken::new(SlackApiTokenValue::new(String::new())),
            api: SlackClient::new(wire),
            people: Cache::new(10_000, ten_minutes),
            directory: Cache::new(1, ten_minutes),
            me: Cache::new(1, Duration::from_secs(3600)),
            channels: Cache::new(10_000, ten_minutes),
            whole: Cache::new(10_000, ten_minutes),
            memberships: Cache::new(1_000, Duration::from_secs(60)),
            pages: Cache::new(1_000, Duration::from_secs(1)),
            pasts: Cache::while_used(1_000, ten_minutes),
            team: OnceCell::new(),
        }
    }

    pub fn wire(&self) -> &Wire {
        &self.api.http_api.connector
    }

    /// A channel's id, where it is known already: by its name it counts against the same limit.
    pub fn channel_id(&self, channel: &str) -> String {
        // It answers at once: only a loader would make it wait.
        self.channels.get(channel.trim_start_matches('#')).now_or_never().flatten().unwrap_or_else(|| channel.to_owned())
    }

    /// Slack's id of the workspace that the token is of.
    pub async fn team(&self) -> Result<String> {
        let asking = async {
            let answer = self.wire().post("auth.test", &json!({})).await?.body;
            Ok::<_, Error>(answer["team_id"].as_str().unwrap_or_default().to_owned())
        };
        self.team.get_or_try_init(|| asking).await.cloned()
    }

    /// The same where nobody can wait.
    pub fn known_team(&self) -> Option<&str> {
        self.team.get().map(String::as_str)
    }

    /// The workspaces that an organization has let the app into, whose token this is.
    /// <https://docs.slack.dev/reference/methods/auth.teams.list>
    pub async fn let_into(&self, pages: usize) -> Result<Vec<String>> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        for _ in 0..pages {
            let page = self.wire().get("auth.teams.list", &[("limit", "1000"), ("cursor", &cursor)]).await?.body;
            found.extend(page["teams"].as_array().into_iter().flatten().filter_map(|it| it["id"].as_str().map(str::to_owned)));
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                break;
            }
        }
        Ok(found)
    }
}
