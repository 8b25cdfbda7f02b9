//! Messages. <https://zulip.com/api/send-message> and its neighbours.

use std::fmt;

use commands::Result;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Client, Done, Form};

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A topic of more than 60 characters is cut by Zulip.
    Channel { channel: Key, topic: String },
    /// People, by id: Zulip refuses their real email addresses.
    People(Vec<u64>),
}

impl Recipient {
    /// A topic of the channel with this id.
    pub fn topic(channel: u64, topic: impl Into<String>) -> Recipient {
        Recipient::Channel { channel: Key::Id(channel), topic: topic.into() }
    }
}

/// What a channel is known by where a message is sent. Drafts and scheduled messages take ids only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Key {
    Id(u64),
    Name(String),
}

impl Key {
    /// An id, if it is a number.
    pub fn of(text: &str) -> Key {
        text.parse().map_or_else(|_| Key::Name(text.to_owned()), Key::Id)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Id(id) => write!(f, "{id}"),
            Key::Name(name) => f.write_str(name),
        }
    }
}

/// A message as its sender typed it. <https://zulip.com/api/get-message>
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub id: u64,
    pub sender_id: u64,
    pub sender_full_name: String,
    /// Markdown.
    pub content: String,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// Of a message in a channel.
    pub stream_id: Option<u64>,
    /// The channel's name, or the people of a direct conversation, the bot among them.
    pub display_recipient: DisplayRecipient,
    /// The topic; empty in direct conversations.
    #[serde(default)]
    pub subject: String,
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    pub last_edit_timestamp: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum DisplayRecipient {
    Channel(String),
    People(Vec<Participant>),
}

#[derive(Clone, Debug, Deserialize)]
pub struct Participant {
    pub id: u64,
    pub full_name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Reaction {
    pub emoji_name: String,
    pub user_id: u64,
}

/// Some of the messages that fit a narrow, oldest first.
#[derive(Clone, Debug, Deserialize)]
pub struct Page<M = Message> {
    pub messages: Vec<M>,
    #[serde(default)]
    pub found_oldest: bool,
    #[serde(default)]
    pub found_newest: bool,
    /// Older messages are there, and this organization's plan does not show them.
    #[serde(default)]
    pub history_limited: bool,
}

/// Which part of a narrow to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The newest so many.
    Newest(u32),
    /// At most so many before this message.
    Before(u64, u32),
    /// At most so many after this message.
    After(u64, u32),
    /// This message, and at most so many after it.
    From(u64, u32),
}

/// One term of a narrow. <https://zulip.com/api/construct-narrow>
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    pub operator: &'static str,
    pub operand: Value,
    pub negated: bool,
}

impl Term {
    pub fn is(operator: &'static str, operand: impl Into<Value>) -> Term {
        Term { operator, operand: operand.into(), negated: false }
    }

    pub fn is_not(operator: &'static str, operand: impl Into<Value>) -> Term {
        Term { negated: true, ..Term::is(operator, operand) }
    }
}

/// Another place for a message, and for which others of its topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Move<'a> {
    pub topic: Option<&'a str>,
    pub channel: Option<u64>,
    pub with: With,
    /// Whether Zulip's notification bot says so, where it was and where it is.
    pub announced: Announced,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum With {
    /// It alone.
    #[default]
    Nothing,
    /// What was said after it in the topic.
    Later,
    /// The whole topic.
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Announced {
    /// Where they are now.
    #[default]
    InNew,
    /// And where they were.
    InBoth,
    Nowhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Add,
    Remove,
}

impl Set {
    pub(super) fn word(self) -> &'static str {
        match self {
            Set::Add => "add",
            Set::Remove => "remove",
        }
    }
}

/// One state of a message that was edited. <https://zulip.com/api/get-message-history>
#[derive(Clone, Debug, Deserialize)]
pub struct Version {
    pub content: String,
    #[serde(default)]
    pub topic: String,
    pub user_id: Option<u64>,
    pub timestamp: i64,
}

impl Client {
    /// Sends a message and tells its id. `widget` is a zform, which web clients show as buttons.
    ///
    /// # Errors
    /// [`commands::Error::maybe_done`] when it may have been sent.
    pub async fn send(&self, to: &Recipient, content: &str, widget: Option<&Value>) -> Result<u64> {
        #[derive(Deserialize)]
        struct Sent {
            id: u64,
        }
        let form = match to {
            // `channel` is understood since Zulip 9.0, `stream` by every version.
            Recipient::Channel { channel, topic } => Form::new().text("type", "stream").json("to", channel).text("topic", topic),
            Recipient::People(ids) => Form::new().text("type", "direct").json("to", ids),
        };
        let widget = widget.map(Value::to_string);
        let form = form.text("content", content).some_text("widget_content", widget.as_deref());
        let sent: Sent = self.post("messages", form).await?;
        Ok(sent.id)
    }

    /// Puts `content` in the place of what a message said. Only its sender may.
    pub async fn edit(&self, id: u64, content: &str) -> Result<()> {
        self.patch::<Done>(&format!("messages/{id}"), Form::new().text("content", content)).await.map(drop)
    }

    /// Moves a message, or more of its topic, to another topic or channel.
    pub async fn relocate(&self, id: u64, to: &Move<'_>) -> Result<()> {
        let mode = match to.with {
            With::Nothing => "change_one",
            With::Later => "change_later",
            With::All => "change_all",
        };
        let tell = to.announced != Announced::Nowhere;
        let form = Form::new()
            .some_text("topic", to.topic)
            .some_json("stream_id", to.channel)
            .text("propagate_mode", mode)
            .json("send_notification_to_old_thread", to.announced == Announced::InBoth)
            .json("send_notification_to_new_thread", tell);
        // Moved twice it would be told twice.
        let again = if tell { crate::http::Repeatable::No } else { crate::http::Repeatable::Yes };
        self.change::<Done>(reqwest::Method::PATCH, &format!("messages/{id}"), form, again).await.map(drop)
    }

    pub async fn erase(&self, id: u64) -> Result<()> {
        self.delete::<Done>(&format!("messages/{id}"), Form::new()).await.map(drop)
    }

    pub async fn message(&self, id: u64) -> Result<Message> {
        self.message_as(id).await
    }

    /// The same as whatever of it is of interest; all of it, with reactions and widgets, as a [`Value`].
    pub async fn message_as<M: DeserializeOwned>(&self, id: u64) -> Result<M> {
        #[derive(Deserialize)]
        struct One<M> {
            message: M,
        }
        let query = [("apply_markdown", "false".to_owned()), ("allow_empty_topic_name", "true".to_owned())];
        Ok(self.get::<One<M>>(&format!("messages/{id}"), &query).await?.message)
    }

    /// Messages that fit all of `narrow`. <https://zulip.com/api/get-messages>
    pub async fn messages(&self, narrow: &[Term], part: Part) -> Result<Page> {
        self.messages_as(narrow, part).await
    }

    /// The same, of each what is of interest.
    pub async fn messages_as<M: DeserializeOwned>(&self, narrow: &[Term], part: Part) -> Result<Page<M>> {
        let (anchor, include, before, after) = match part {
            Part::Newest(count) => ("newest".to_owned(), true, count, 0),
            Part::Before(id, count) => (id.to_string(), false, count, 0),
            Part::After(id, count) => (id.to_string(), false, 0, count),
            Part::From(id, count) => (id.to_string(), true, 0, count),
        };
        let query = [
            ("narrow", json!(narrow).to_string()),
            ("anchor", anchor),
            ("include_anchor", include.to_string()),
            ("num_before", before.to_string()),
            ("num_after", after.to_string()),
            ("apply_markdown", "false".to_owned()),
            ("allow_empty_topic_name", "true".to_owned()),
        ];
        self.get("messages", &query).await
    }

    /// Sets or takes away a flag of the bot's own, such as `starred` or `read`.
    /// <https://zulip.com/api/update-message-flags>
    pub async fn flag(&self, ids: &[u64], flag: &str, set: Set) -> Result<()> {
        let form = Form::new().json("messages", ids).text("op", set.word()).text("flag", flag);
        self.put_right::<Done>("messages/flags", form).await.map(drop)
    }

    /// What a message said before, oldest first; an administrator can switch that off.
    pub async fn history(&self, id: u64) -> Result<Vec<Version>> {
        #[derive(Deserialize)]
        struct All {
            message_history: Vec<Version>,
        }
        let query = [("allow_empty_topic_name", "true".to_owned())];
        Ok(self.get::<All>(&format!("messages/{id}/history"), &query).await?.message_history)
    }

    /// Who has read a message, as far as people let it be known.
    pub async fn readers(&self, id: u64) -> Result<Vec<u64>> {
        #[derive(Deserialize)]
        struct All {
            user_ids: Vec<u64>,
        }
        Ok(self.get::<All>(&format!("messages/{id}/read_receipts"), &[]).await?.user_ids)
    }
}
