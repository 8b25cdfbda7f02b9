//! What the bot's own account wants to hear less of, or more. <https://zulip.com/api/update-user-topic>

use commands::Result;

use super::{Client, Done, Form};

/// How much an account wants of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// As much as of its channel.
    Inherit,
    Muted,
    Unmuted,
    Followed,
}

impl Visibility {
    fn number(self) -> u8 {
        match self {
            Visibility::Inherit => 0,
            Visibility::Muted => 1,
            Visibility::Unmuted => 2,
            Visibility::Followed => 3,
        }
    }
}

/// Whether a person's messages are hidden from the bot's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    Muted,
    Heard,
}

impl Client {
    pub async fn set_visibility(&self, channel: u64, topic: &str, visibility: Visibility) -> Result<()> {
        let form = Form::new().json("stream_id", channel).text("topic", topic).json("visibility_policy", visibility.number());
        self.put_right::<Done>("user_topics", form).await.map(drop)
    }

    /// <https://zulip.com/api/mute-user>; muting whom one has muted is no failure.
    pub async fn set_hearing(&self, user: u64, hearing: Hearing) -> Result<()> {
        let path = format!("users/me/muted_users/{user}");
        let done = match hearing {
            Hearing::Muted => self.put_right::<Done>(&path, Form::new()).await,
            Hearing::Heard => self.delete::<Done>(&path, Form::new()).await,
        };
        match done {
            Err(error) if error.message.contains("already muted") || error.message.contains("is not muted") => Ok(()),
            other => other.map(drop),
        }
    }
}
