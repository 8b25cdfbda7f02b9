//! Channels and direct conversations. <https://docs.slack.dev/reference/methods/conversations.list>

use commands::Result;
use serde::Deserialize;

use super::{Client, Done, people::User};

/// A channel, or a direct conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Channel {
    pub id: String,
    /// Empty for a direct conversation.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_im: bool,
    #[serde(default)]
    pub is_mpim: bool,
    /// Whether we are in it.
    #[serde(default)]
    pub is_member: bool,
    #[serde(default)]
    pub topic: Value,
    #[serde(default)]
    pub purpose: Value,
    #[serde(default)]
    pub created: i64,
    pub creator: Option<String>,
    /// In answers that were asked for it.
    pub num_members: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Value {
    #[serde(default)]
    pub value: String,
}

impl Channel {
    pub fn is_direct(&self) -> bool {
        self.is_im || self.is_mpim
    }

    /// `#dev`
    pub fn title(&self) -> String {
        if self.is_direct() { "a direct conversation".to_owned() } else { format!("#{}", self.name) }
    }
}

/// Who sees a new channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    Public,
    Private,
}

#[derive(Deserialize)]
struct One {
    channel: Channel,
}

const OF_THE_WORKSPACE: &str = "public_channel,private_channel";

impl Client {
    /// The channels that we can see, with those in the archive.
    pub async fn channels(&self) -> Result<Vec<Channel>> {
        let query = [("types", OF_THE_WORKSPACE.to_owned()), ("exclude_archived", "false".to_owned())];
        self.all("conversations.list", &query, "channels").await
    }

    pub async fn channel(&self, id: &str) -> Result<Channel> {
        let query = [("channel", id.to_owned()), ("include_num_members", "true".to_owned())];
        Ok(self.get::<One>("conversations.info", &query).await?.channel)
    }

    /// The channels that a person is in, private ones where we are as well.
    /// <https://docs.slack.dev/reference/methods/users.conversations>
    pub async fn channels_of(&self, user: &User) -> Result<Vec<Channel>> {
        let query = [("user", user.id.clone()), ("types", OF_THE_WORKSPACE.to_owned()), ("exclude_archived", "false".to_owned())];
        self.all("users.conversations", &query, "channels").await
    }

    /// Who is in it, by id.
    pub async fn members(&self, channel: &str) -> Result<Vec<String>> {
        self.all("conversations.members", &[("channel", channel.to_owned())], "members").await
    }

    pub async fn create_channel(&self, name: &str, privacy: Privacy) -> Result<Channel> {
        let form = [("name", name.to_owned()), ("is_private", (privacy == Privacy::Private).to_string())];
        Ok(self.post::<One>("conversations.create", &form).await?.channel)
    }

    /// The channel with its new name as Slack spells it.
    pub async fn rename_channel(&self, id: &str, name: &str) -> Result<Channel> {
        let form = [("channel", id.to_owned()), ("name", name.to_owned())];
        Ok(self.put_right::<One>("conversations.rename", &form).await?.channel)
    }

    pub async fn set_topic(&self, id: &str, topic: &str) -> Result<()> {
        let form = [("channel", id.to_owned()), ("topic", topic.to_owned())];
        self.put_right::<Done>("conversations.setTopic", &form).await.map(drop)
    }

    pub async fn set_purpose(&self, id: &str, purpose: &str) -> Result<()> {
        let form = [("channel", id.to_owned()), ("purpose", purpose.to_owned())];
        self.put_right::<Done>("conversations.setPurpose", &form).await.map(drop)
    }

    /// Brings people into a channel that we are in.
    pub async fn invite(&self, id: &str, users: &[&str]) -> Result<()> {
        let form = [("channel", id.to_owned()), ("users", users.join(","))];
        self.post::<Done>("conversations.invite", &form).await.map(drop)
    }

    pub async fn kick(&self, id: &str, user: &str) -> Result<()> {
        let form = [("channel", id.to_owned()), ("user", user.to_owned())];
        self.post::<Done>("conversations.kick", &form).await.map(drop)
    }

    /// Enters a public channel; again does nothing.
    pub async fn join(&self, id: &str) -> Result<()> {
        self.put_right::<Done>("conversations.join", &[("channel", id.to_owned())]).await.map(drop)
    }

    pub async fn leave(&self, id: &str) -> Result<()> {
        self.post::<Done>("conversations.leave", &[("channel", id.to_owned())]).await.map(drop)
    }

    pub async fn archive(&self, id: &str) -> Result<()> {
        self.post::<Done>("conversations.archive", &[("channel", id.to_owned())]).await.map(drop)
    }

    pub async fn unarchive(&self, id: &str) -> Result<()> {
        self.post::<Done>("conversations.unarchive", &[("channel", id.to_owned())]).await.map(drop)
    }

    /// The direct conversation with these people, opened when there is none; its id.
    pub async fn direct(&self, users: &[&str]) -> Result<String> {
        #[derive(Deserialize)]
        struct Opened {
            channel: Id,
        }
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        Ok(self.put_right::<Opened>("conversations.open", &[("users", users.join(","))]).await?.channel.id)
    }
}
