//! What happened in Zulip: messages of the watched channels, new people and channels, and what became of those ([`super::seen`]).
//!
//! Message ids only grow, so a channel's cursor is its last message's id, and nothing is missed or told twice however
//! long a poll was away. The bot's own messages are no news: a subscription that posts into a watched channel would
//! feed itself. What the bot's account has muted is none, either.

use std::collections::BTreeMap;

use commands::{
    Error, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Zulip, card,
    client::{
        channels::Channel,
        messages::{Message, Part, Term},
    },
    link, param,
    resolve::Among,
    seen::Seen,
};
use crate::Polled;

/// Messages in one request.
const PAGE: u32 = 100;
/// Requests for one channel in one poll; the rest comes with the next.
const PAGES: usize = 5;
/// Since when muted messages can be left out: <https://zulip.com/api/construct-narrow>.
const KNOWS_MUTED: u32 = 366;

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cursor {
    /// The last message of each channel, by the channel's id.
    messages: BTreeMap<u64, u64>,
    /// The highest number of a person.
    users: Option<u64>,
    channels: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Seen>,
}

pub(super) async fn run(on: &Zulip, cursor: Option<&str>, now: Timestamp) -> Result<Polled> {
    let mut cursor: Cursor = match cursor {
        Some(text) => serde_json::from_str(text)
            .map_err(|err| Error::internal(format!("the stored cursor of this connection cannot be read: {err}")))?,
        None => Cursor::default(),
    };
    let mut events = Vec::new();
    if !on.watch.is_empty() {
        let me = on.client.me().await?.user_id;
        let mut own = vec![Term::is_not("sender", me)];
        if on.client.server().await?.zulip_feature_level >= KNOWS_MUTED {
            own.push(Term::is_not("is", "muted"));
        }
        for name in &on.watch {
            // One that is gone is told by health, and keeps nobody from hearing of the others.
            let Ok(channel) = on.channel("watch", &param::Channel(name.clone()), Among::Active).await else { continue };
            events.extend(messages(on, &channel, &own, &mut cursor).await?);
        }
    }
    if on.watch_people {
        events.extend(arrivals(on, &mut cursor, now).await?);
    }
    events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let cursor = serde_json::to_string(&cursor).map_err(|err| Error::internal(err.to_string()))?;
    Ok(Polled { events, cursor })
}

async fn messages(on: &Zulip, channel: &Channel, own: &[Term], cursor: &mut Cursor) -> Result<Vec<Event>> {
    let of_channel = Term::is("channel", channel.stream_id);
    let Some(mut last) = cursor.messages.get(&channel.stream_id).copied() else {
        // From now on. The bot's own and muted ones count, too: what comes after them is new.
        let newest = on.client.messages(&[of_channel], Part::Newest(1)).await?;
        cursor.messages.insert(channel.stream_id, newest.messages.last().map_or(0, |it| it.id));
        return Ok(Vec::new());
    };
    let narrow: Vec<Term> = [of_channel].into_iter().chain(own.iter().cloned()).collect();
    let mut events = Vec::new();
    for _ in 0..PAGES {
        let page = on.client.messages(&narrow, Part::After(last, PAGE)).await?;
        last = page.messages.last().map_or(last, |it| it.id);
        events.extend(page.messages.iter().map(|it| posted(on, channel, it)));
        if page.found_newest || page.messages.is_empty() {
            break;
        }
    }
    cursor.messages.insert(channel.stream_id, last);
    Ok(events)
}

fn posted(on: &Zulip, channel: &Channel, message: &Message) -> Event {
    Event {
        id: format!("message-{}", message.id),
        source: String::new(),
        kind: "message.posted".into(),
        at: card::moment(message.timestamp),
        actor: Some(message.sender_full_name.clone()),
        object: Object {
            key: format!("#{}", message.id),
            title: message.subject.clone(),
            url: Some(card::url(on, message)),
            place: Some(channel.name.clone()),
            state: None,
        },
        changes: Vec::new(),
        labels: Vec::new(),
        text: Some(message.content.clone()),
        ..Event::default()
    }
}

/// New people and channels: numbers only grow here, too. And what became of those that were there.
async fn arrivals(on: &Zulip, cursor: &mut Cursor, now: Timestamp) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let users = on.client.users().await?;
    if let Some(known) = cursor.users {
        for user in users.iter().filter(|it| it.user_id > known) {
            let joined = user.date_joined.as_deref().and_then(|it| it.parse().ok());
            let key = user.user_id.to_string();
            let object = Object {
                title: user.full_name.clone(),
                url: Some(format!("{}/#user/{key}", on.client.site())),
                place: None,
                state: None,
                key,
            };
            let kind = if user.is_bot { "bot.created" } else { "user.joined" };
            events.push(arrival(format!("user-{}", user.user_id), kind, joined.unwrap_or(now), object, None));
        }
    }
    cursor.users = users.iter().map(|it| it.user_id).max().max(cursor.users);
    let channels = on.client.channels_ever().await?;
    if let Some(seen) = &cursor.seen {
        events.extend(seen.changes(on.client.site(), &users, &channels, now));
    }
    cursor.seen = Some(Seen::of(&users, &channels));
    if let Some(known) = cursor.channels {
        // That there is a private channel is its subscribers' own business.
        for channel in channels.iter().filter(|it| it.stream_id > known && !it.invite_only && !it.is_archived) {
            let at = channel.date_created.map_or(now, card::moment);
            let object = Object {
                key: format!("#{}", channel.name),
                title: channel.name.clone(),
                url: Some(link::address(on.client.site(), (channel.stream_id, &channel.name), None, None)),
                place: None,
                state: None,
            };
            let text = Some(channel.description.clone()).filter(|it| !it.is_empty());
            events.push(arrival(format!("channel-{}", channel.stream_id), "channel.created", at, object, text));
        }
    }
    cursor.channels = channels.iter().map(|it| it.stream_id).max().max(cursor.channels);
    Ok(events)
}

fn arrival(id: String, kind: &str, at: Timestamp, object: Object, text: Option<String>) -> Event {
    let changes: Vec<Change> = Vec::new();
    Event {
        id,
        source: String::new(),
        kind: kind.into(),
        at,
        actor: None,
        object,
        changes,
        labels: Vec::new(),
        text,
        ..Event::default()
    }
}
