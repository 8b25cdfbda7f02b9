//! What stays in sight in a channel: its topic (<https://docs.slack.dev/reference/methods/conversations.setTopic>), and
//! pinned messages (<https://docs.slack.dev/reference/methods/pins.add>).

use commands::{Error, ErrorKind, Result};
use serde_json::json;

use super::{escape::unescape, workspace::Workspace};

/// As long as a topic may be, in characters.
const LONGEST: usize = 250;

impl Workspace {
    pub(super) async fn read_topic(&self, channel: &str) -> Result<String> {
        let channel = self.conversation(channel).await?;
        let info = self.wire().get("conversations.info", &[("channel", channel.as_str())]).await?.body;
        Ok(unescape(info["channel"]["topic"]["value"].as_str().unwrap_or_default()))
    }

    pub(super) async fn set_topic(&self, channel: &str, topic: &str) -> Result<()> {
        if topic.chars().count() > LONGEST {
            let message = format!("Slack takes {LONGEST} characters for a channel's topic: shorten the rest of it.");
            return Err(Error::new(ErrorKind::Validation, message));
        }
        let channel = self.conversation(channel).await?;
        self.wire().post("conversations.setTopic", &json!({ "channel": channel, "topic": topic })).await.map(|_| ())
    }

    /// One that is pinned already stays so.
    pub(super) async fn pin_message(&self, channel: &str, ts: &str) -> Result<()> {
        let channel = self.conversation(channel).await?;
        match self.wire().post("pins.add", &json!({ "channel": channel, "timestamp": ts })).await {
            Err(err) if err.kind == ErrorKind::Conflict => Ok(()),
            pinned => pinned.map(|_| ()),
        }
    }
}
