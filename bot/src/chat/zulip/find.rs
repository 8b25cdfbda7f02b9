//! Looks in Zulip's history for a post whose delivery nobody confirmed.
//!
//! The narrow is the sender and the channel, not the topic: people rename topics and move messages
//! between them. <https://zulip.com/api/get-messages>, <https://zulip.com/api/construct-narrow>

use commands::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Zulip,
    client::{Recipient, Said},
    marker::marker,
    platform,
};
use crate::chat::{Found, Post, Posted, earliest};

/// Messages a page, and pages, that are looked through; beyond them nobody can tell.
const PAGE: u32 = 200;
const PAGES: usize = 10;

impl Zulip {
    pub(super) async fn find_post(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let to = platform::recipient(&post.to)?;
        let wanted = [marker(&post.key, 0), marker(&post.key, 1)];
        match self.look_for(&to, &wanted, since).await {
            Ok(Looked::Through([None, None])) => Ok(Found::No),
            Ok(Looked::Through([text, buttons])) => {
                if buttons.is_none() {
                    self.send_rest(&to, post).await?;
                }
                if let (Some(memory), Some(id)) = (&self.memory, buttons.or(text)) {
                    // Where it has no buttons, there is no set of this key.
                    let noted = memory.shown_as(&self.place_of(&to).await, &post.key, &id.to_string()).await;
                    noted.map_err(|err| Error::new(ErrorKind::Server, format!("What was found cannot be stored: {err:#}")))?;
                }
                Ok(Found::Yes(Posted { id: text.or(buttons).map(|it| it.to_string()) }))
            }
            Ok(Looked::NotFarEnough) => Ok(Found::CannotTell),
            // The channel is closed to the bot, or this server knows no such narrow.
            Err(err)
                if matches!(
                    err.kind,
                    ErrorKind::Closed | ErrorKind::Permission | ErrorKind::NotFound | ErrorKind::Validation
                ) =>
            {
                tracing::info!(%err, "Zulip's history is closed to Bellhop here, so nobody can tell whether a post arrived");
                Ok(Found::CannotTell)
            }
            Err(err) => Err(err),
        }
    }

    /// Looks for one message with this marker.
    pub(super) async fn find_marked(&self, to: &Recipient, marker: &str, since: Timestamp) -> Result<Found> {
        let wanted = [marker.to_owned(), marker.to_owned()];
        match self.look_for(to, &wanted, since).await {
            Ok(Looked::Through([Some(id), _])) => Ok(Found::Yes(Posted { id: Some(id.to_string()) })),
            Ok(Looked::Through(_)) => Ok(Found::No),
            Ok(Looked::NotFarEnough) => Ok(Found::CannotTell),
            Err(err) => Err(err),
        }
    }

    /// The ids of the messages with these markers, from the newest message back to `since`.
    async fn look_for(&self, to: &Recipient, wanted: &[String; 2], since: Timestamp) -> Result<Looked> {
        let me = self.me().await?.user_id;
        let narrow = json!([place(to), { "operator": "sender", "operand": me }]);
        let mut found = [None, None];
        let mut anchor = None;
        for _ in 0..PAGES {
            let page = self.client.messages(&narrow, anchor, PAGE).await?;
            // Only our own word counts, whatever a server makes of the narrow.
            for Said { id, content, .. } in page.messages.iter().filter(|it| it.sender_id == me) {
                for (marker, found) in wanted.iter().zip(&mut found) {
                    if content.contains(marker) {
                        *found = Some(*id);
                    }
                }
            }
            // The text comes first, so once it is found the buttons were, if they are there.
            if found[0].is_some() {
                return Ok(Looked::Through(found));
            }
            let oldest = page.messages.iter().min_by_key(|it| it.id);
            if oldest.is_some_and(|it| it.timestamp < earliest(since).as_second()) {
                return Ok(Looked::Through(found));
            }
            match oldest {
                _ if page.found_oldest && !page.history_limited => return Ok(Looked::Through(found)),
                _ if page.found_oldest => return Ok(Looked::NotFarEnough),
                Some(oldest) => anchor = Some(oldest.id),
                None => return Ok(Looked::Through(found)),
            }
        }
        Ok(Looked::NotFarEnough)
    }
}

enum Looked {
    Through([Option<u64>; 2]),
    NotFarEnough,
}

/// `stream` is what every version calls a channel here; Zulip 9.0 knows `channel` as well.
fn place(to: &Recipient) -> Value {
    match to {
        Recipient::Channel { channel, .. } => match channel.parse::<u64>() {
            Ok(id) => json!({ "operator": "stream", "operand": id }),
            Err(_) => json!({ "operator": "stream", "operand": channel }),
        },
        Recipient::People(ids) => json!({ "operator": "dm", "operand": ids }),
    }
}

#[cfg(test)]
mod tests;
