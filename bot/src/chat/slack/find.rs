//! Looks in Slack's history for a post whose delivery nobody confirmed.
//!
//! Every post of ours carries its key as message metadata, which `conversations.history` and
//! `conversations.replies` show to an app that may read the history there, when asked for
//! `include_all_metadata`: <https://docs.slack.dev/messaging/message-metadata>. Reading it takes the
//! `*:history` scope of that kind of conversation and membership in it
//! (<https://docs.slack.dev/reference/methods/conversations.history>); `metadata.message:read` is for
//! event triggers and not needed. Where history is closed to us, nobody can tell.

use std::sync::Arc;

use commands::{Audience, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{render::is_member_id, workspace::Workspace};
use crate::chat::{Found, Post, Posted, Target, earliest};

/// The metadata's `event_type`.
const EVENT: &str = "bellhop_post";
/// Messages a page: Slack recommends no more than 200.
const PAGE: &str = "200";
/// Pages that are looked through; beyond them nobody can tell.
const PAGES: usize = 10;
/// Channels a page, and pages, that are looked through for a name.
const CHANNELS: &str = "1000";
const LISTS: usize = 10;

/// Whose messages are ours.
#[derive(Clone, Debug)]
pub(super) struct Me {
    user: Value,
    bot: Value,
}

/// What a post is found again by.
pub(super) fn metadata(key: &str) -> Value {
    json!({ "event_type": EVENT, "event_payload": { "key": key } })
}

/// Where a post would be.
struct Spot {
    channel: String,
    thread: Option<String>,
}

impl Workspace {
    pub(super) async fn find_post(&self, post: &Post, since: Timestamp) -> Result<Found> {
        match self.look_for(post, since).await {
            Err(err) if matches!(err.kind, ErrorKind::Closed | ErrorKind::Permission | ErrorKind::NotFound) => {
                tracing::info!(%err, "Slack's history is closed to Bellhop here, so nobody can tell whether a post arrived");
                Ok(Found::CannotTell)
            }
            found => found,
        }
    }

    async fn look_for(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let Some(Spot { channel, thread }) = self.spot(&post.to).await? else { return Ok(Found::CannotTell) };
        let me = self.me().await?;
        let oldest = format!("{}.000000", earliest(since).as_second());
        let mut cursor = String::new();
        let mut unreadable = false;
        for _ in 0..PAGES {
            let mut arguments = vec![
                ("channel", channel.as_str()),
                ("oldest", &oldest),
                ("inclusive", "true"),
                ("include_all_metadata", "true"),
                ("limit", PAGE),
            ];
            if !cursor.is_empty() {
                arguments.push(("cursor", &cursor));
            }
            let page = match &thread {
                Some(ts) => {
                    arguments.push(("ts", ts));
                    self.wire().get("conversations.replies", &arguments).await?
                }
                None => self.wire().get("conversations.history", &arguments).await?,
            };
            let messages = page.body["messages"].as_array();
            for message in messages.into_iter().flatten().filter(|it| me.wrote(it) && it["metadata"]["event_type"] == EVENT) {
                match message["metadata"]["event_payload"]["key"].as_str() {
                    Some(key) if key == post.key => {
                        return Ok(Found::Yes(Posted { id: message["ts"].as_str().map(str::to_owned) }));
                    }
                    Some(_) => {}
                    // Slack kept the key to itself: that may be the one.
                    None => unreadable = true,
                }
            }
            cursor = page.body["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                return Ok(if unreadable { Found::CannotTell } else { Found::No });
            }
        }
        Ok(Found::CannotTell)
    }

    /// None for what only one person saw: Slack keeps no history of that.
    async fn spot(&self, to: &Target) -> Result<Option<Spot>> {
        let (channel, thread) = match to {
            Target::Person { id, .. } => return Ok(Some(Spot { channel: self.direct(id).await?, thread: None })),
            Target::Place(place) => (&place.channel, &place.thread),
            Target::Answer { to, audience } => {
                let direct = to.place.channel.starts_with('D') || is_member_id(&to.place.channel);
                // Without a `response_url` an answer in a direct conversation is a message like any other.
                if *audience != Audience::Channel && !(direct && to.response_url.is_none()) {
                    return Ok(None);
                }
                (&to.place.channel, &to.place.thread)
            }
        };
        Ok(Some(Spot { channel: self.conversation(channel).await?, thread: thread.clone() }))
    }

    /// The id of a conversation that `chat.postMessage` takes in other ways too: by a person's id, by name.
    pub(super) async fn conversation(&self, channel: &str) -> Result<String> {
        if is_member_id(channel) {
            return self.direct(channel).await;
        }
        // Names are in lower case.
        let is_id = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit();
        if channel.starts_with(['C', 'G', 'D']) && channel.bytes().all(is_id) {
            return Ok(channel.to_owned());
        }
        let name = channel.trim_start_matches('#');
        if let Some(id) = self.channels.get(name).await {
            return Ok(id);
        }
        let mut cursor = String::new();
        for _ in 0..LISTS {
            let mut arguments =
                vec![("types", "public_channel,private_channel"), ("exclude_archived", "true"), ("limit", CHANNELS)];
            if !cursor.is_empty() {
                arguments.push(("cursor", &cursor));
            }
            let page = self.wire().get("conversations.list", &arguments).await?.body;
            let found = page["channels"].as_array().into_iter().flatten().find(|it| it["name"] == name);
            if let Some(id) = found.and_then(|it| it["id"].as_str()) {
                self.channels.insert(name.to_owned(), id.to_owned()).await;
                return Ok(id.to_owned());
            }
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                break;
            }
        }
        Err(Error::not_found(format!("Slack shows Bellhop no channel `#{name}`.")))
    }

    /// Remembers which channel a name stands for, as Slack answered to a post there.
    pub(super) async fn learn_channel(&self, asked: &str, answered: &Value) {
        if let Some(id) = answered.as_str().filter(|it| *it != asked) {
            self.channels.insert(asked.trim_start_matches('#').to_owned(), id.to_owned()).await;
        }
    }

    pub(super) async fn me(&self) -> Result<Me> {
        let asking = async {
            let it = self.wire().post("auth.test", &json!({})).await?.body;
            Ok(Me { user: it["user_id"].clone(), bot: it["bot_id"].clone() })
        };
        self.me.try_get_with((), asking).await.map_err(|err: Arc<Error>| Error::clone(&err))
    }
}

impl Me {
    /// Other apps' metadata is theirs, whatever it says.
    fn wrote(&self, message: &Value) -> bool {
        let same = |ours: &Value, theirs: &Value| ours.is_string() && ours == theirs;
        same(&self.bot, &message["bot_id"]) || same(&self.user, &message["user"])
    }
}
