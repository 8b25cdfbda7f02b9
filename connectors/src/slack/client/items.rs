//! What is put on messages and channels: reactions, pins, bookmarks.

use commands::{Error, Result};

use super::{Client, Done};

/// Whether a change was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Made,
    /// It was like that before.
    Unneeded,
}

impl Client {
    /// <https://docs.slack.dev/reference/methods/reactions.add>
    pub async fn react(&self, channel: &str, ts: &str, emoji: &str) -> Result<Change> {
        let form = [("channel", channel.to_owned()), ("timestamp", ts.to_owned()), ("name", emoji.to_owned())];
        unless(self.put_right::<Done>("reactions.add", &form).await, "already_reacted")
    }

    pub async fn unreact(&self, channel: &str, ts: &str, emoji: &str) -> Result<Change> {
        let form = [("channel", channel.to_owned()), ("timestamp", ts.to_owned()), ("name", emoji.to_owned())];
        unless(self.put_right::<Done>("reactions.remove", &form).await, "no_reaction")
    }

    /// <https://docs.slack.dev/reference/methods/pins.add>
    pub async fn pin(&self, channel: &str, ts: &str) -> Result<Change> {
        let form = [("channel", channel.to_owned()), ("timestamp", ts.to_owned())];
        unless(self.put_right::<Done>("pins.add", &form).await, "already_pinned")
    }

    pub async fn unpin(&self, channel: &str, ts: &str) -> Result<Change> {
        let form = [("channel", channel.to_owned()), ("timestamp", ts.to_owned())];
        unless(self.put_right::<Done>("pins.remove", &form).await, "no_pin")
    }

    /// A link in a channel's header. <https://docs.slack.dev/reference/methods/bookmarks.add>
    pub async fn bookmark(&self, channel: &str, title: &str, link: &str) -> Result<()> {
        let form = [
            ("channel_id", channel.to_owned()),
            ("title", title.to_owned()),
            ("type", "link".to_owned()),
            ("link", link.to_owned()),
        ];
        self.post::<Done>("bookmarks.add", &form).await.map(drop)
    }
}

fn unless(done: Result<Done>, code: &str) -> Result<Change> {
    match done {
        Ok(Done {}) => Ok(Change::Made),
        Err(Error { code: Some(said), .. }) if said == code => Ok(Change::Unneeded),
        Err(error) => Err(error),
    }
}
