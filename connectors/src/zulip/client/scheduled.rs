//! Messages that Zulip sends later. <https://zulip.com/api/create-scheduled-message>

use commands::Result;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Client, Done, Form, messages::Recipient};

#[derive(Clone, Debug, Deserialize)]
pub struct Scheduled {
    pub scheduled_message_id: u64,
    /// `stream` or `private`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A channel's id, or people's.
    pub to: Value,
    pub topic: Option<String>,
    pub content: String,
    /// Seconds since 1970.
    pub scheduled_delivery_timestamp: i64,
    /// Zulip tried, and could not.
    #[serde(default)]
    pub failed: bool,
}

impl Client {
    /// The bot's own that are still to be sent.
    pub async fn scheduled(&self) -> Result<Vec<Scheduled>> {
        #[derive(Deserialize)]
        struct All {
            scheduled_messages: Vec<Scheduled>,
        }
        Ok(self.get::<All>("scheduled_messages", &[]).await?.scheduled_messages)
    }

    pub async fn schedule(&self, to: &Recipient, content: &str, at: Timestamp) -> Result<u64> {
        #[derive(Deserialize)]
        struct Kept {
            scheduled_message_id: u64,
        }
        let form = match to {
            Recipient::Channel { channel, topic } => Form::new().text("type", "channel").json("to", channel).text("topic", topic),
            Recipient::People(ids) => Form::new().text("type", "direct").json("to", ids),
        };
        let form = form.text("content", content).json("scheduled_delivery_timestamp", at.as_second());
        Ok(self.post::<Kept>("scheduled_messages", form).await?.scheduled_message_id)
    }

    pub async fn reschedule(&self, id: u64, content: Option<&str>, at: Option<Timestamp>) -> Result<()> {
        let form =
            Form::new().some_text("content", content).some_json("scheduled_delivery_timestamp", at.map(Timestamp::as_second));
        self.patch::<Done>(&format!("scheduled_messages/{id}"), form).await.map(drop)
    }

    pub async fn unschedule(&self, id: u64) -> Result<()> {
        self.delete::<Done>(&format!("scheduled_messages/{id}"), Form::new()).await.map(drop)
    }
}
