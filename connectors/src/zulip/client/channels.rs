//! Channels, which the API calls streams. <https://zulip.com/api/get-streams>

use commands::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Client, Done, Form};

/// Since when a channel can be taken out of the archive: <https://zulip.com/api/changelog>.
const UNARCHIVES: u32 = 388;

#[derive(Clone, Debug, Deserialize)]
pub struct Channel {
    pub stream_id: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Only its subscribers see it.
    #[serde(default)]
    pub invite_only: bool,
    /// Everybody on the web sees it.
    #[serde(default)]
    pub is_web_public: bool,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub history_public_to_subscribers: bool,
    #[serde(default)]
    pub creator_id: Option<u64>,
    /// Seconds since 1970.
    #[serde(default)]
    pub date_created: Option<i64>,
    #[serde(default)]
    pub can_send_message_group: Option<Value>,
    #[serde(default)]
    pub can_add_subscribers_group: Option<Value>,
    #[serde(default)]
    pub can_remove_subscribers_group: Option<Value>,
    #[serde(default)]
    pub can_administer_channel_group: Option<Value>,
    #[serde(default)]
    pub can_subscribe_group: Option<Value>,
}

/// Who can see a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Everybody but guests can join and read.
    Public,
    /// Subscribers only; they see what was said before they came.
    PrivateShared,
    /// Subscribers only, from when they came.
    PrivateProtected,
}

/// A right in a channel that a group has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Post,
    Subscribe,
    AddSubscribers,
    RemoveSubscribers,
    Administer,
}

impl Right {
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Right::Post => "can_send_message_group",
            Right::Subscribe => "can_subscribe_group",
            Right::AddSubscribers => "can_add_subscribers_group",
            Right::RemoveSubscribers => "can_remove_subscribers_group",
            Right::Administer => "can_administer_channel_group",
        }
    }
}

/// What becomes of a channel; what is not said stays.
#[derive(Clone, Debug, Default)]
pub struct Update<'a> {
    pub name: Option<&'a str>,
    pub description: Option<&'a str>,
    pub privacy: Option<Privacy>,
    /// Whether newcomers are subscribed.
    pub default: Option<bool>,
    /// Rights, each for the group with this id.
    pub rights: Vec<(Right, u64)>,
}

impl Client {
    /// The channels that the bot can see.
    pub async fn channels(&self) -> Result<Vec<Channel>> {
        self.channel_list(&[]).await
    }

    /// The same with those in the archive.
    pub async fn channels_ever(&self) -> Result<Vec<Channel>> {
        self.channel_list(&[("exclude_archived", "false".to_owned())]).await
    }

    async fn channel_list(&self, query: &[(&'static str, String)]) -> Result<Vec<Channel>> {
        #[derive(Deserialize)]
        struct All {
            streams: Vec<Channel>,
        }
        Ok(self.get::<All>("streams", query).await?.streams)
    }

    pub async fn channel(&self, id: u64) -> Result<Channel> {
        #[derive(Deserialize)]
        struct One {
            stream: Channel,
        }
        Ok(self.get::<One>(&format!("streams/{id}"), &[]).await?.stream)
    }

    pub async fn channel_id(&self, name: &str) -> Result<u64> {
        #[derive(Deserialize)]
        struct One {
            stream_id: u64,
        }
        Ok(self.get::<One>("get_stream_id", &[("stream", name.to_owned())]).await?.stream_id)
    }

    /// Its subscribers. <https://zulip.com/api/get-subscribers>
    pub async fn members(&self, channel: u64) -> Result<Vec<u64>> {
        #[derive(Deserialize)]
        struct All {
            subscribers: Vec<u64>,
        }
        Ok(self.get::<All>(&format!("streams/{channel}/members"), &[]).await?.subscribers)
    }

    /// The address that turns emails into messages of the channel.
    pub async fn channel_email(&self, channel: u64) -> Result<String> {
        #[derive(Deserialize)]
        struct One {
            email: String,
        }
        Ok(self.get::<One>(&format!("streams/{channel}/email_address"), &[]).await?.email)
    }

    /// <https://zulip.com/api/update-stream>
    pub async fn update_channel(&self, id: u64, update: &Update<'_>) -> Result<()> {
        let mut form = Form::new().some_text("new_name", update.name).some_text("description", update.description);
        if let Some(privacy) = update.privacy {
            form = form
                .json("is_private", privacy != Privacy::Public)
                .json("history_public_to_subscribers", privacy != Privacy::PrivateProtected);
        }
        form = form.some_json("is_default_stream", update.default);
        for (right, group) in &update.rights {
            form = form.json(right.parameter(), json!({ "new": group }));
        }
        self.patch::<Done>(&format!("streams/{id}"), form).await.map(drop)
    }

    /// Makes a channel read-only and takes it out of sight. <https://zulip.com/api/archive-stream>
    pub async fn archive(&self, channel: u64) -> Result<()> {
        self.delete::<Done>(&format!("streams/{channel}"), Form::new()).await.map(drop)
    }

    /// # Errors
    /// [`ErrorKind::Validation`] where the server is too old, with what its administrator can do.
    pub async fn unarchive(&self, channel: u64) -> Result<()> {
        let server = self.server().await?;
        if server.zulip_feature_level < UNARCHIVES {
            let message = format!(
                "Zulip {} cannot do that by its API, which Zulip 11 can. Whoever runs the server can: `manage.py unarchive_channel`.",
                server.zulip_version
            );
            return Err(Error::new(ErrorKind::Validation, message));
        }
        self.patch::<Done>(&format!("streams/{channel}"), Form::new().json("is_archived", false)).await.map(drop)
    }
}
