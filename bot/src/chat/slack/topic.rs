//! A channel's topic: <https://docs.slack.dev/reference/methods/conversations.setTopic>.

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
}
