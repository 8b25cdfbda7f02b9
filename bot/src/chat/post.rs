//! What is said, and where.

use commands::{Audience, Error, File, Message, Pin};
use serde::{Deserialize, Serialize};

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// `slack`, `zulip`, `teams`, `email`, `sms`; `cli` and `api` have no place of their own to post to.
    pub platform: String,
    /// Slack's team id; Zulip's site.
    pub workspace: String,
    /// Slack: the conversation's id. Zulip: `channel:3`, or `dm:10,26` with the other people's ids. Teams: a name of
    /// the configuration. Email and SMS: the address, the number.
    pub channel: String,
    /// Slack: the thread's `ts`. Zulip: the topic.
    pub thread: Option<String>,
}

impl Place {
    /// The channel as one word, without the thread.
    pub fn channel_key(&self) -> String {
        format!("{}:{}:{}", self.platform, self.workspace, self.channel)
    }

    /// The channel of that [`Place::channel_key`].
    pub fn of_channel_key(key: &str) -> Option<Place> {
        let (platform, rest) = key.split_once(':')?;
        // A workspace that is an address has colons too.
        let at = match platform {
            "zulip" => rest.rfind(":channel:").or_else(|| rest.rfind(":dm:"))?,
            _ => rest.find(':')?,
        };
        let (workspace, channel) = (rest[..at].to_owned(), rest[at + 1..].to_owned());
        (!channel.is_empty()).then(|| Place { platform: platform.to_owned(), workspace, channel, thread: None })
    }
}

/// A message on its way out, as it is stored in a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub to: Target,
    pub message: Message,
    /// Tells a repeat of this post from another post: goes into the platform's message metadata.
    pub key: String,
    #[serde(default)]
    pub reach: Reach,
    /// Sent after what it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// The object it tells of, by whatever names it: mail programs show mails about one object together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// To stay in sight where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
}

impl Post {
    pub fn new(to: Target, message: Message, key: impl Into<String>) -> Post {
        Post { to, message, key: key.into(), reach: Reach::Place, files: Vec::new(), about: None, pin: None }
    }
}

/// How far a reply in a thread is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Where it is said.
    #[default]
    Place,
    /// In the thread's channel as well, where the chat can do that: Slack's `reply_broadcast`. Zulip shows topics in their
    /// channel anyway.
    Channel,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// In answer to someone, where they asked.
    Answer { to: Answering, audience: Audience },
    /// To a place, of our own accord.
    Place(Place),
    /// To one person, privately.
    Person { platform: String, workspace: String, id: String },
}

impl Target {
    /// The channel or the person it goes to, as one word, without the thread.
    pub fn key(&self) -> String {
        match self {
            Target::Answer { to, .. } => to.place.channel_key(),
            Target::Place(place) => place.channel_key(),
            Target::Person { platform, workspace, id } => format!("{platform}:{workspace}:@{id}"),
        }
    }

    /// The channel's or the person's own name on the platform: `C0123`, `ana@example.org`.
    pub fn address(&self) -> &str {
        match self {
            Target::Answer { to, .. } => &to.place.channel,
            Target::Place(place) => &place.channel,
            Target::Person { id, .. } => id,
        }
    }

    /// The workspace that it goes to; empty for the configuration's.
    pub fn workspace(&self) -> &str {
        match self {
            Target::Answer { to, .. } => &to.place.workspace,
            Target::Place(place) => &place.workspace,
            Target::Person { workspace, .. } => workspace,
        }
    }

    /// The platform that delivers it.
    pub fn platform(&self) -> &str {
        match self {
            Target::Answer { to, .. } => &to.place.platform,
            Target::Place(place) => &place.platform,
            Target::Person { platform, .. } => platform,
        }
    }
}

/// What it takes to answer someone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answering {
    pub place: Place,
    /// The person's id on the platform.
    pub asker: String,
    /// Slack's `response_url`: 30 minutes, five uses; then the API takes over.
    pub response_url: Option<String>,
    /// The message whose button was pressed.
    pub pressed: Option<Pressed>,
}

/// A message whose button was pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    /// The message's id on the platform.
    pub id: String,
    /// The mark of the object that the message is the card of ([`crate::dispatch::post::card::mark`]), if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
}

/// What the platform said about a delivered message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The message's id (Slack's `ts`), where the platform tells.
    pub id: Option<String>,
}

/// What stands in the place of a part that the chat refused, counted from 0.
pub fn missing_part(at: usize, count: usize, err: &Error) -> String {
    format!("Part {} of {count} of this message could not be posted: {}", at + 1, err.message)
}

/// Whether a post that may have been delivered is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Yes(Posted),
    No,
    /// The chat shows no history of such posts: what only one person saw, a channel closed to us.
    CannotTell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_read_back_from_its_key() {
        let place = |platform: &str, workspace: &str, channel: &str| Place {
            platform: platform.into(),
            workspace: workspace.into(),
            channel: channel.into(),
            thread: None,
        };
        for one in [
            place("slack", "T0123", "C0456"),
            place("zulip", "https://chat.example.org:8443", "channel:3"),
            place("zulip", "https://chat.example.org", "dm:10,26"),
            place("email", "", "ana@example.org"),
        ] {
            assert_eq!(Place::of_channel_key(&one.channel_key()), Some(one));
        }
        for none in ["slack:#dev", "zulip:dev>printers", "slack:T0123:", "#dev", ""] {
            assert_eq!(Place::of_channel_key(none), None, "{none}");
        }
    }
}
