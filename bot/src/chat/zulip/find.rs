//! Looks in Zulip's history for a post whose delivery nobody confirmed.
//!
//! The narrow is the sender and the channel, not the topic: people rename topics and move messages
//! between them. <https://zulip.com/api/get-messages>, <https://zulip.com/api/construct-narrow>

use commands::{ErrorKind, Result};
use connectors::zulip::client::messages::{Key, Page, Part, Recipient, Term};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Zulip, marker};
use crate::chat::{Found, Post, Posted, earliest};

/// Messages a page, and pages, that are looked through; beyond them nobody can tell.
const PAGE: u32 = 200;
const PAGES: usize = 10;

/// A message of the history, as its sender typed it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Said {
    pub id: u64,
    pub sender_id: u64,
    pub content: String,
    /// Seconds since 1970, by Zulip's clock.
    pub timestamp: i64,
}

impl Zulip {
    pub(super) async fn find_post(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let to = self.destination(post).await?;
        match self.look_for(&to, &post.key, since).await {
            Ok(Looked::Through(found)) if found.is_empty() => Ok(Found::No),
            Ok(Looked::Through(found)) => {
                self.add_missing(&to, post, &found).await?;
                let first = found.iter().min().map(|it| it.1.to_string());
                Ok(Found::Yes(Posted { id: first }))
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

    /// Looks for the one message that was said with this key.
    pub(super) async fn find_said(&self, to: &Recipient, key: &str, since: Timestamp) -> Result<Found> {
        match self.look_for(to, key, since).await? {
            Looked::Through(found) => Ok(match found.iter().min() {
                Some((_, id)) => Found::Yes(Posted { id: Some(id.to_string()) }),
                None => Found::No,
            }),
            Looked::NotFarEnough => Ok(Found::CannotTell),
        }
    }

    /// The parts of the post and the ids of their messages, from the newest message back to `since`.
    async fn look_for(&self, to: &Recipient, key: &str, since: Timestamp) -> Result<Looked> {
        let wanted = marker::Mark::of(key);
        let me = self.me().await?.user_id;
        let narrow = [place(to), Term::is("sender", me)];
        let mut found = Vec::new();
        let mut part = Part::Newest(PAGE);
        for _ in 0..PAGES {
            let page: Page<Said> = self.client.messages_as(&narrow, part).await?;
            // Only our own word counts, whatever a server makes of the narrow.
            for Said { id, content, .. } in page.messages.iter().filter(|it| it.sender_id == me) {
                if let Some(mark) = marker::read(content).filter(|it| it.is_of_the_same_post(&wanted)) {
                    found.push((mark.part, *id));
                }
            }
            // The first comes before the others, so once it is found they were, if they are there.
            if found.iter().any(|it| it.0 == 0) {
                return Ok(Looked::Through(found));
            }
            let oldest = page.messages.iter().min_by_key(|it| it.id);
            if oldest.is_some_and(|it| it.timestamp < earliest(since).as_second()) {
                return Ok(Looked::Through(found));
            }
            match oldest {
                _ if page.found_oldest && !page.history_limited => return Ok(Looked::Through(found)),
                _ if page.found_oldest => return Ok(Looked::NotFarEnough),
                Some(oldest) => part = Part::Before(oldest.id, PAGE),
                None => return Ok(Looked::Through(found)),
            }
        }
        Ok(Looked::NotFarEnough)
    }
}

enum Looked {
    Through(Vec<(u8, u64)>),
    NotFarEnough,
}

/// `stream` is what every version calls a channel here; Zulip 9.0 knows `channel` as well.
pub(super) fn place(to: &Recipient) -> Term {
    match to {
        Recipient::Channel { channel: Key::Id(id), .. } => Term::is("stream", *id),
        Recipient::Channel { channel: Key::Name(name), .. } => Term::is("stream", name.as_str()),
        Recipient::People(ids) => Term::is("dm", json!(ids)),
    }
}

#[cfg(test)]
mod tests;
