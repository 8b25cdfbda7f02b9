//! Messages, now and for later. <https://docs.slack.dev/reference/methods/chat.postMessage>

use commands::Result;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Client, Done};

/// A message as a channel's history has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Message {
    pub ts: String,
    /// None of some apps' messages.
    pub user: Option<String>,
    pub bot_id: Option<String>,
    pub username: Option<String>,
    #[serde(default)]
    pub text: String,
    pub thread_ts: Option<String>,
    #[serde(default)]
    pub reply_count: u64,
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    #[serde(default)]
    pub files: Vec<Attached>,
    pub edited: Option<serde_json::Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reaction {
    pub name: String,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attached {
    #[serde(default)]
    pub name: Option<String>,
}

/// A message that Slack posts later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Scheduled {
    pub id: String,
    pub channel_id: String,
    /// Seconds since 1970.
    pub post_at: i64,
    #[serde(default)]
    pub text: String,
}

/// Where a message goes: a channel, or a thread in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    pub channel: &'a str,
    /// The thread's first message.
    pub thread: Option<&'a str>,
    /// Whether a reply is shown in the channel as well.
    pub broadcast: bool,
}

/// Slack makes no mention of a name that stands in the text.
const UNLINKED: [(&str, &str); 2] = [("parse", "none"), ("link_names", "false")];

fn arguments<'a>(more: &[(&'a str, String)]) -> Vec<(&'a str, String)> {
    more.iter().cloned().chain(UNLINKED.map(|(name, value)| (name, value.to_owned()))).collect()
}

impl Client {
    /// Posts `text`, in Slack's own markup; the message's `ts`.
    pub async fn say(&self, place: Place<'_>, text: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Posted {
            ts: String,
        }
        let mut form = arguments(&[("channel", place.channel.to_owned()), ("text", text.to_owned())]);
        if let Some(thread) = place.thread {
            form.push(("thread_ts", thread.to_owned()));
            if place.broadcast {
                form.push(("reply_broadcast", "true".to_owned()));
            }
        }
        Ok(self.post::<Posted>("chat.postMessage", &form).await?.ts)
    }

    /// Changes the text of a message of our own, and takes its blocks away.
    pub async fn rewrite(&self, channel: &str, ts: &str, text: &str) -> Result<()> {
        let form = arguments(&[("channel", channel.to_owned()), ("ts", ts.to_owned()), ("text", text.to_owned())]);
        self.put_right::<Done>("chat.update", &form).await.map(drop)
    }

    /// Deletes a message of our own.
    pub async fn erase(&self, channel: &str, ts: &str) -> Result<()> {
        let form = [("channel", channel.to_owned()), ("ts", ts.to_owned())];
        self.post::<Done>("chat.delete", &form).await.map(drop)
    }

    /// Has Slack post `text` later, within 120 days; its number.
    /// <https://docs.slack.dev/reference/methods/chat.scheduleMessage>
    pub async fn schedule(&self, channel: &str, text: &str, at: Timestamp) -> Result<String> {
        #[derive(Deserialize)]
        struct Kept {
            scheduled_message_id: String,
        }
        let given = [("channel", channel.to_owned()), ("text", text.to_owned()), ("post_at", at.as_second().to_string())];
        Ok(self.post::<Kept>("chat.scheduleMessage", &arguments(&given)).await?.scheduled_message_id)
    }

    /// What we have Slack post later, in one channel or all.
    pub async fn scheduled(&self, channel: Option<&str>) -> Result<Vec<Scheduled>> {
        let query: Vec<_> = channel.map(|it| ("channel", it.to_owned())).into_iter().collect();
        self.all("chat.scheduledMessages.list", &query, "scheduled_messages").await
    }

    pub async fn unschedule(&self, channel: &str, id: &str) -> Result<()> {
        let form = [("channel", channel.to_owned()), ("scheduled_message_id", id.to_owned())];
        self.post::<Done>("chat.deleteScheduledMessage", &form).await.map(drop)
    }

    /// One message, where it is there and we may read it: of a channel itself, or of the thread whose first message is
    /// `thread`.
    pub async fn message(&self, channel: &str, ts: &str, thread: Option<&str>) -> Result<Option<Message>> {
        #[derive(Deserialize)]
        struct Page {
            messages: Vec<Message>,
        }
        let mut query = vec![
            ("channel", channel.to_owned()),
            ("oldest", ts.to_owned()),
            ("latest", ts.to_owned()),
            ("inclusive", "true".to_owned()),
        ];
        let method = match thread {
            Some(thread) => {
                query.push(("ts", thread.to_owned()));
                "conversations.replies"
            }
            None => {
                query.push(("limit", "1".to_owned()));
                "conversations.history"
            }
        };
        // A thread's first message comes with every part of it.
        Ok(self.get::<Page>(method, &query).await?.messages.into_iter().find(|it| it.ts == ts))
    }
}
