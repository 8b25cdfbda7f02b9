//! What becomes of channels: renamed, archived, closed to the bot, there again.
//!
//! Zulip tells it by events of the types `stream` and `subscription`, and only while there is a queue. So what the bot
//! knows of channels is kept, and when a queue is new it is held against what channels there are: nothing that
//! happened in between is missed. The names that a channel had stay known, as configurations go by names.
//!
//! An event says that a channel is out of sight, and not why: it may be archived, made private, or the bot was taken out of it. The list of
//! channels tells. A public channel that the bot is not subscribed to takes its posts all the same, so of that nobody is told.

use std::collections::BTreeMap;

use commands::{Error, ErrorKind, Result};
use connectors::zulip::client::channels::Channel;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::{Reader, Zulip, not_stored};
use crate::{
    chat::Change,
    dispatch::{Happening, What},
};

/// How many names of a channel are remembered, the present one first.
const NAMES: usize = 5;

/// What an event tells of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
enum News {
    /// It can be seen, under this name.
    Seen(String),
    /// It is called this now, and was called that.
    Renamed { name: String, before: String },
    /// It cannot be seen any more.
    Gone(String),
    /// The bot was taken out of it.
    Left(String),
}

/// The channels that the bot has seen, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::chat::zulip) struct Known(BTreeMap<u64, Past>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Past {
    /// The newest first.
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_gone: bool,
}

impl Known {
    /// What a channel is and was called, the present name first.
    pub(in crate::chat::zulip) fn names(&self, id: u64) -> &[String] {
        self.0.get(&id).map_or(&[], |it| &it.names)
    }

    fn learn(&mut self, id: u64, name: &str) {
        let past = self.0.entry(id).or_default();
        past.names.retain(|it| it != name);
        past.names.insert(0, name.to_owned());
        past.names.truncate(NAMES);
        past.is_gone = false;
    }

    /// What is different from what is known, as events would have told it.
    fn missed(&self, there: &[Channel]) -> Vec<(u64, News)> {
        let mut news = Vec::new();
        for channel in there {
            let name = channel.name.clone();
            match self.0.get(&channel.stream_id) {
                Some(past) if past.is_gone => news.push((channel.stream_id, News::Seen(name))),
                Some(past) if past.names.first() != Some(&name) => {
                    let before = past.names.first().cloned().unwrap_or_default();
                    news.push((channel.stream_id, News::Renamed { name, before }));
                }
                Some(_) => {}
                None => news.push((channel.stream_id, News::Seen(name))),
            }
        }
        let is_there = |id: u64| there.iter().any(|it| it.stream_id == id);
        let gone = self.0.iter().filter(|(id, past)| !past.is_gone && !is_there(**id));
        news.extend(gone.map(|(id, past)| (*id, News::Gone(past.names.first().cloned().unwrap_or_default()))));
        news
    }
}

/// <https://zulip.com/api/get-events#stream-create>, `stream-update`, `stream-delete`, `subscription-remove`.
fn read(event: &Value) -> Vec<(u64, News)> {
    let named = |list: &Value, news: fn(String) -> News| -> Vec<(u64, News)> {
        let one = |it: &Value| Some((it["stream_id"].as_u64()?, news(it["name"].as_str().unwrap_or_default().to_owned())));
        list.as_array().into_iter().flatten().filter_map(one).collect()
    };
    match (event["type"].as_str(), event["op"].as_str()) {
        (Some("stream"), Some("create")) => named(&event["streams"], News::Seen),
        (Some("stream"), Some("delete")) => {
            let mut gone = named(&event["streams"], News::Gone);
            // All that newer servers say of them.
            for id in event["stream_ids"].as_array().into_iter().flatten().filter_map(Value::as_u64) {
                if gone.iter().all(|it| it.0 != id) {
                    gone.push((id, News::Gone(String::new())));
                }
            }
            gone
        }
        (Some("stream"), Some("update")) if event["property"] == "name" => {
            let (id, name) = (event["stream_id"].as_u64(), event["value"].as_str());
            let before = event["name"].as_str().unwrap_or_default().to_owned();
            id.zip(name).map(|(id, name)| (id, News::Renamed { name: name.to_owned(), before })).into_iter().collect()
        }
        // Of a server that tells clients of the archive, or of one that comes back.
        (Some("stream"), Some("update")) if event["property"] == "is_archived" => {
            let name = event["name"].as_str().unwrap_or_default().to_owned();
            let news = if event["value"] == json!(true) { News::Gone(name) } else { News::Seen(name) };
            event["stream_id"].as_u64().map(|id| (id, news)).into_iter().collect()
        }
        (Some("subscription"), Some("remove")) => named(&event["subscriptions"], News::Left),
        _ => Vec::new(),
    }
}

/// Whether the event is about channels.
pub(super) fn is_news(event: &Value) -> bool {
    matches!(event["type"].as_str(), Some("stream" | "subscription"))
}

impl Zulip {
    fn channels_mark(&self) -> String {
        format!("zulip-channels:{}", self.workspace())
    }

    pub(in crate::chat::zulip) async fn known_channels(&self) -> Result<Known> {
        let Some(memory) = &self.memory else { return Ok(Known::default()) };
        let kept = memory.mark(&self.channels_mark()).await.map_err(|err| not_stored(&format!("{err:#}")))?;
        // What another version wrote there is as good as nothing.
        Ok(kept.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
    }

    async fn keep_channels(&self, known: &Known) -> Result<()> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let text = serde_json::to_string(known).map_err(|_| Error::internal("What is known of channels cannot be written."))?;
        memory.set_mark(&self.channels_mark(), &text).await.map_err(|err| not_stored(&format!("{err:#}")))
    }
}

impl Reader<'_> {
    /// Keeps what follows from these events, in their order.
    pub(super) async fn take_channels(&self, queue: &str, events: &[Value]) -> Result<()> {
        let events: Vec<&Value> = events.iter().filter(|it| is_news(it)).collect();
        if events.is_empty() {
            return Ok(());
        }
        let mut known = self.zulip.known_channels().await?;
        for event in events {
            for (id, news) in read(event) {
                let key = format!("channel-{queue}-{}-{id}", event["id"]);
                self.take_news(&mut known, key, event, id, news).await?;
            }
        }
        self.zulip.keep_channels(&known).await
    }

    /// What became of channels while there was no queue. The first time, it only learns what they are called.
    pub(super) async fn catch_up_channels(&self, queue: &str) -> Result<()> {
        if self.zulip.memory.is_none() {
            return Ok(());
        }
        let there = match self.zulip.client.channels().await {
            Ok(there) => there,
            Err(err) if err.is_temporary() => return Err(err),
            Err(err) => {
                info!("Zulip does not say which channels there are, so that nobody hears of those that are renamed: {err}");
                return Ok(());
            }
        };
        let mut known = self.zulip.known_channels().await?;
        let before = known.clone();
        if before == Known::default() {
            there.iter().for_each(|it| known.learn(it.stream_id, &it.name));
        }
        for (id, news) in known.missed(&there) {
            let said = json!({"type": "missed", "stream_id": id});
            self.take_news(&mut known, format!("channel-{queue}-missed-{id}"), &said, id, news).await?;
        }
        if known == before { Ok(()) } else { self.zulip.keep_channels(&known).await }
    }

    async fn take_news(&self, known: &mut Known, key: String, event: &Value, id: u64, news: News) -> Result<()> {
        let change = match news {
            News::Seen(name) => {
                let was_gone = known.0.get(&id).is_some_and(|it| it.is_gone);
                known.learn(id, &name);
                if was_gone { Change::Unarchived } else { Change::Created(name) }
            }
            News::Renamed { name, before } => {
                if !before.is_empty() {
                    known.learn(id, &before);
                }
                known.learn(id, &name);
                Change::Renamed(name)
            }
            News::Gone(name) | News::Left(name) => {
                if !name.is_empty() && known.names(id).is_empty() {
                    known.learn(id, &name);
                }
                let Some(change) = self.fate(id).await? else { return Ok(()) };
                if let Some(past) = known.0.get_mut(&id) {
                    past.is_gone = true;
                }
                change
            }
        };
        // What follows asks for the names.
        self.zulip.keep_channels(known).await?;
        self.zulip.channels.invalidate_all();
        let happening = Happening {
            request_id: format!("zulip-{key}"),
            key,
            raw: bytes::Bytes::from(event.to_string()),
            platform: "zulip".into(),
            workspace: self.zulip.workspace().to_owned(),
            what: What::ChannelChanged { channel: id.to_string(), change },
        };
        self.dispatch.happened(happening).await?;
        Ok(())
    }

    /// Why a channel is out of sight; none while it is not.
    async fn fate(&self, id: u64) -> Result<Option<Change>> {
        match self.zulip.client.channels_ever().await {
            Ok(all) => Ok(match all.iter().find(|it| it.stream_id == id) {
                Some(channel) if channel.is_archived => Some(Change::Archived),
                Some(_) => None,
                None => Some(Change::Removed),
            }),
            Err(err) if err.is_temporary() => Err(err),
            Err(err) if err.kind == ErrorKind::Auth => Err(err),
            Err(err) => {
                warn!("Zulip does not say what became of a channel: {err}");
                Ok(Some(Change::Removed))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(id: u64, name: &str) -> Channel {
        serde_json::from_value(json!({"stream_id": id, "name": name})).expect("a channel")
    }

    #[test]
    fn events_as_zulip_sends_them() {
        let told = |event: Value| read(&event);
        let dev = json!({"stream_id": 2, "name": "dev"});
        assert_eq!(
            told(
                json!({"type": "stream", "op": "update", "property": "name", "value": "development", "name": "dev", "stream_id": 2})
            ),
            [(2, News::Renamed { name: "development".into(), before: "dev".into() })]
        );
        assert_eq!(told(json!({"type": "stream", "op": "create", "streams": [dev]})), [(2, News::Seen("dev".into()))]);
        assert_eq!(
            told(json!({"type": "stream", "op": "delete", "streams": [dev], "stream_ids": [2, 3]})),
            [(2, News::Gone("dev".into())), (3, News::Gone(String::new()))]
        );
        assert_eq!(
            told(json!({"type": "subscription", "op": "remove", "subscriptions": [dev]})),
            [(2, News::Left("dev".into()))]
        );
        for nothing in [
            json!({"type": "stream", "op": "update", "property": "description", "value": "x", "name": "dev", "stream_id": 2}),
            json!({"type": "subscription", "op": "peer_add", "stream_ids": [2], "user_ids": [8]}),
            json!({"type": "message", "message": {}}),
        ] {
            assert_eq!(told(nothing), []);
        }
    }

    #[test]
    fn what_happened_without_a_queue_is_seen_by_comparing() {
        let mut known = Known::default();
        for (id, name) in [(2, "dev"), (3, "ops"), (4, "old"), (5, "new")] {
            known.learn(id, name);
        }
        known.0.get_mut(&4).expect("known").is_gone = true;
        let there = [channel(2, "development"), channel(4, "old"), channel(5, "new"), channel(6, "six")];
        let renamed = News::Renamed { name: "development".into(), before: "dev".into() };
        assert_eq!(
            known.missed(&there),
            [(2, renamed), (4, News::Seen("old".into())), (6, News::Seen("six".into())), (3, News::Gone("ops".into()))]
        );
    }

    #[test]
    fn a_channels_names_are_remembered_the_newest_first() {
        let mut known = Known::default();
        for name in ["a", "b", "a", "c", "d", "e", "f", "a"] {
            known.learn(2, name);
        }
        assert_eq!(known.names(2), ["a", "f", "e", "d", "c"]);
        assert_eq!(known.names(3), [] as [&str; 0]);
    }
}
