//! Topics: there are no objects behind them, they are what messages have in common.

use commands::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::{Client, Form};

/// The longest topic; Zulip cuts longer ones.
pub const LONGEST: usize = 60;
/// What Zulip's clients put before the name of a topic that is resolved.
/// <https://zulip.com/help/resolve-a-topic>
pub const RESOLVED: &str = "✔ ";
/// Batches of one deletion. Each is thousands of messages.
const BATCHES: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Topic {
    pub name: String,
    /// The id of its last message.
    pub max_id: u64,
}

impl Client {
    /// The topics of a channel, the most recent first. <https://zulip.com/api/get-stream-topics>
    pub async fn topics(&self, channel: u64) -> Result<Vec<Topic>> {
        #[derive(Deserialize)]
        struct All {
            topics: Vec<Topic>,
        }
        let query = [("allow_empty_topic_name", "true".to_owned())];
        Ok(self.get::<All>(&format!("users/me/{channel}/topics"), &query).await?.topics)
    }

    /// Deletes every message of a topic, in as many batches as Zulip needs. For administrators.
    /// <https://zulip.com/api/delete-topic>
    pub async fn delete_topic(&self, channel: u64, topic: &str) -> Result<()> {
        #[derive(Deserialize)]
        struct Batch {
            #[serde(default = "yes")]
            complete: bool,
        }
        for _ in 0..BATCHES {
            let form = Form::new().text("topic_name", topic);
            let batch: Batch = self.put_right(&format!("streams/{channel}/delete_topic"), form).await?;
            if batch.complete {
                return Ok(());
            }
        }
        Err(Error::new(ErrorKind::Server, "Zulip has deleted part of the topic, and needs more time for the rest. Do it again."))
    }
}

/// Servers before feature level 154 delete all at once and do not say so.
fn yes() -> bool {
    true
}
