//! What was said while nobody read: from the history, beginning where the last read ended.
//!
//! Zulip has what concerns the bot in the history of each person it concerns, so two searches find
//! it: what mentions the bot, and what was said to it directly. <https://zulip.com/api/construct-narrow>
//!
//! However long it was, what follows is bounded: a command that is older than [`super::LATE`] is not done,
//! and whoever gave some is told once in each place.

use std::collections::BTreeMap;

use commands::{ErrorKind, Result};
use connectors::zulip::client::messages::Term;
use serde_json::Value;
use tracing::info;

use super::{
    LATE, Reader,
    read::{self, Addressed, Me},
    standing::Stand,
};
use crate::{
    chat::zulip::{Reactions, buttons},
    dispatch::heard::Hearing,
};
use jiff::{SignedDuration, Timestamp};

/// Messages a page.
const PAGE: u32 = 500;
/// Messages get their ids before they are committed: one with a smaller id may have come after the last that was read.
const OVERLAP: u64 = 200;
/// Nobody waits for an answer to what is older, not even for that one.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Messages with buttons whose reactions are looked at.
const SETS: i64 = 50;
/// The first feature level that gives several messages by id in one answer.
const SEVERAL_BY_ID: u32 = 300;
/// The same where each is a request.
const SETS_ONE_BY_ONE: usize = 10;

impl Reader<'_> {
    /// Hears everything after the last message that was taken.
    pub(super) async fn catch_up(&self, me: &Me, stand: &mut Stand) -> Result<()> {
        let now = Timestamp::now();
        let mut late: BTreeMap<(String, Option<String>, u64), Vec<Addressed>> = BTreeMap::new();
        let (mut found, mut newest) = (0, stand.message);
        for narrow in [[Term::is("is", "mentioned")], [Term::is("is", "dm")]] {
            let mut after = stand.message.saturating_sub(OVERLAP).max(stand.first);
            loop {
                let (page, found_newest) = self.zulip.client.missed(&narrow, after, PAGE).await?;
                let Some(last) = page.iter().filter_map(read::id).max() else { break };
                let addressed: Vec<(Addressed, &Value)> =
                    page.iter().filter_map(|it| Some((read::addressed(it, None, me)?, it))).collect();
                for (addressed, message) in addressed {
                    let age = Timestamp::from_second(addressed.at).map_or(SignedDuration::ZERO, |at| now.duration_since(at));
                    if age > FORGOTTEN {
                        continue;
                    }
                    if age > LATE || addressed.is_unsure {
                        let place = &addressed.incoming.place;
                        let key = (place.channel.clone(), place.thread.clone(), addressed.incoming.sender);
                        late.entry(key).or_default().push(addressed);
                    } else if self.hear(&addressed, message).await? == Hearing::New {
                        found += 1;
                    }
                }
                newest = newest.max(last);
                after = last;
                if found_newest {
                    break;
                }
            }
        }
        let mut told = 0;
        for messages in late.values() {
            let messages = self.unheard(messages).await?;
            if !messages.is_empty() && self.hear_late(&messages).await? == Hearing::New {
                told += messages.len() as u64;
            }
        }
        stand.message = newest;
        stand.caught_up += found;
        stand.late += told;
        metrics::counter!("bellhop_zulip_caught_up_total").increment(found);
        info!(found, late = told, "Caught up with what was said to the bot meanwhile");
        Ok(())
    }

    /// Those that were not heard while they were new.
    async fn unheard<'a>(&self, messages: &'a [Addressed]) -> Result<Vec<&'a Addressed>> {
        let mut unheard = Vec::new();
        for message in messages {
            let source = self.zulip.workspace();
            if !self
                .dispatch
                .was_heard("zulip", source, &message.incoming.key)
                .await
                .map_err(|err| super::not_stored(&format!("{err:#}")))?
            {
                unheard.push(message);
            }
        }
        Ok(unheard)
    }

    /// Hears the reactions that the last messages with buttons have by now: those that were heard before are known.
    pub(super) async fn catch_up_reactions(&self, me: &Me, feature_level: u32) -> Result<()> {
        let Some(memory) = self.zulip.memory.as_ref().filter(|_| self.zulip.reactions != Reactions::Off) else { return Ok(()) };
        let sets =
            memory.recent("zulip", self.zulip.workspace(), SETS).await.map_err(|err| super::not_stored(&format!("{err:#}")))?;
        let ids: Vec<u64> = sets.iter().filter_map(|(_, message)| message.parse().ok()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let messages = if feature_level >= SEVERAL_BY_ID {
            self.zulip.client.messages_by_id(&ids).await?
        } else {
            let mut messages = Vec::new();
            for id in ids.into_iter().take(SETS_ONE_BY_ONE) {
                match self.zulip.client.message_as(id).await {
                    Ok(message) => messages.push(message),
                    // It was deleted, or the bot may not see it.
                    Err(err) if matches!(err.kind, ErrorKind::NotFound | ErrorKind::Validation | ErrorKind::Permission) => {}
                    Err(err) => return Err(err),
                }
            }
            messages
        };
        for message in &messages {
            let Some(id) = read::id(message) else { continue };
            for shown in message["reactions"].as_array().into_iter().flatten() {
                if let Some(reaction) = read::reaction_of(shown, id, me).filter(|it| buttons::is_press(&it.code)) {
                    self.zulip.hear_reaction(self.dispatch, &reaction).await?;
                }
            }
        }
        Ok(())
    }
}
