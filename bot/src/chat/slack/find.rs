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
use sha2::{Digest, Sha256};

use super::{
    Slack,
    history::{self, Pages},
    render::is_member_id,
    workspace::Workspace,
};
use crate::chat::{Found, Post, Posted, Target, earliest};

/// The metadata's `event_type`.
const EVENT: &str = "bellhop_post";
/// Seconds within which the parts of a post follow the first: a chat is asked for them again for fifteen minutes.
const FOLLOWS: i64 = 1_200;
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

/// The `block_id` of the message that shares a file: the method that shares it takes no metadata, and shows our blocks.
pub(super) fn file_block(key: &str, part: usize) -> String {
    let hash = hex::encode(Sha256::digest(key));
    format!("bellhop-{}-{part}", &hash[..24])
}

/// Where a post would be.
struct Spot {
    channel: String,
    thread: Option<String>,
}

/// What the history holds of a post.
#[derive(Default)]
struct Seen {
    parts: Vec<usize>,
    /// The first part's `ts`.
    head: Option<String>,
    /// Slack showed a post of ours and kept its key to itself: that may be the one.
    is_unreadable: bool,
    /// The history goes on further back than was looked.
    goes_on: bool,
}

/// A message that goes on where the post's first ends.
pub(super) struct Other {
    pub part: usize,
    pub ts: String,
}

impl Slack {
    pub(super) async fn find_post(&self, workspace: &Workspace, post: &Post, since: Timestamp) -> Result<Found> {
        let seen = match workspace.look_for(post, since).await {
            Err(err) if matches!(err.kind, ErrorKind::Closed | ErrorKind::Permission | ErrorKind::NotFound) => {
                tracing::info!(%err, "Slack's history is closed to Bellhop here, so nobody can tell whether a post arrived");
                return Ok(Found::CannotTell);
            }
            Err(err) => return Err(err),
            Ok(None) => return Ok(Found::CannotTell),
            Ok(Some(seen)) => seen,
        };
        if seen.parts.contains(&0) {
            if seen.goes_on {
                // The others may be there, further on.
                return Ok(Found::Yes(Posted { id: seen.head }));
            }
            self.add_missing(workspace, post, &seen.parts, seen.head.as_deref()).await?;
            return Ok(Found::Yes(Posted { id: seen.head }));
        }
        Ok(if seen.is_unreadable || seen.goes_on { Found::CannotTell } else { Found::No })
    }
}

impl Workspace {
    /// None where there is no history.
    async fn look_for(&self, post: &Post, since: Timestamp) -> Result<Option<Seen>> {
        let Some(Spot { channel, thread }) = self.spot(&post.to).await? else { return Ok(None) };
        let me = self.me().await?;
        let oldest = history::start(earliest(since));
        let Some(thread) = thread else {
            let past = self.pasts.get_with(channel.clone(), async { Arc::default() }).await;
            let of = |messages: &[Value]| {
                let mut seen = Seen::default();
                messages.iter().for_each(|it| seen.add(post, it));
                seen
            };
            // Those that come after the first part are newer, and newer ones come first.
            let ours = past.ours((self, &me), &channel, &oldest, |it| of(it).parts.contains(&0)).await?;
            let seen = of(&ours.messages);
            let goes_on = ours.goes_on && !seen.parts.contains(&0);
            return Ok(Some(Seen { goes_on, ..seen }));
        };
        let mut seen = Seen::default();
        let mut pages = Pages::new(&channel, Some(&thread), &oldest);
        while let Some(page) = pages.next(self).await? {
            page.messages.iter().filter(|it| me.wrote(it)).for_each(|it| seen.add(post, it));
        }
        seen.goes_on = pages.goes_on();
        Ok(Some(seen))
    }

    /// The messages that go on where the message `head` ends.
    pub(super) async fn others_of(&self, channel: &str, thread: Option<&str>, head: &str) -> Result<Vec<Other>> {
        let me = self.me().await?;
        let mut pages = Pages::new(channel, thread, head);
        // They follow at once, or when the post's job has looked for them.
        let seconds: i64 = head.split('.').next().and_then(|it| it.parse().ok()).unwrap_or_default();
        pages.latest = Some(format!("{}.000000", seconds + FOLLOWS));
        let mut others = Vec::new();
        while let Some(page) = pages.next(self).await? {
            for message in page.messages.iter().filter(|it| me.wrote(it) && it["metadata"]["event_type"] == EVENT) {
                let payload = &message["metadata"]["event_payload"];
                let part = payload["part"].as_u64().and_then(|it| usize::try_from(it).ok());
                if let (Some(part), Some(ts), true) = (part, message["ts"].as_str(), payload["head"] == head) {
                    others.push(Other { part, ts: ts.to_owned() });
                }
            }
        }
        Ok(others)
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
        let Some(id) = answered.as_str().filter(|it| *it != asked) else { return };
        let name = asked.trim_start_matches('#');
        if self.channels.get(name).await.as_deref() != Some(id) {
            self.channels.insert(name.to_owned(), id.to_owned()).await;
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

impl Seen {
    /// Takes note of a message of ours.
    fn add(&mut self, post: &Post, message: &Value) {
        let payload = &message["metadata"]["event_payload"];
        if message["metadata"]["event_type"] == EVENT {
            match payload["key"].as_str() {
                Some(key) if key == post.key => {
                    let part = payload["part"].as_u64().and_then(|it| usize::try_from(it).ok()).unwrap_or_default();
                    self.parts.push(part);
                    if part == 0 {
                        self.head = message["ts"].as_str().map(str::to_owned);
                    }
                }
                Some(_) => {}
                None => self.is_unreadable = true,
            }
        }
        for block in message["blocks"].as_array().into_iter().flatten() {
            let part = block["block_id"].as_str().and_then(|it| it.rsplit_once('-')).and_then(|(_, part)| part.parse().ok());
            if let Some(part) = part.filter(|part| block["block_id"] == file_block(&post.key, *part)) {
                self.parts.push(part);
            }
        }
    }
}

impl Me {
    /// Other apps' metadata is theirs, whatever it says.
    pub fn wrote(&self, message: &Value) -> bool {
        let same = |ours: &Value, theirs: &Value| ours.is_string() && ours == theirs;
        same(&self.bot, &message["bot_id"]) || same(&self.user, &message["user"])
    }
}
