//! The job that delivers a message.
//!
//! [`PostJob`] is what is stored; [`Deliver`] posts it. What a post takes from the chat's limits is in
//! [`budget`], what becomes of a flood in [`digest`], of a post that nobody takes in [`undeliverable`], and how
//! administrators hear of that in [`note`].

pub mod administrators;
mod budget;
pub mod card;
mod deliver;
pub mod digest;
pub mod edit;
mod landed;
pub mod note;
pub mod pause;
pub mod pin;
pub mod storm;
mod undeliverable;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use self::budget::charges;
pub use self::deliver::Deliver;
use self::{
    card::{Card, CardPost},
    digest::{Digest, Told},
};
use crate::{
    chat::{Place, Post, Target},
    queue::{NewJob, Payload, Priority, Writes},
};

/// A message to deliver, as stored in a job of kind [`PostJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostJob {
    pub post: Post,
    pub request_id: String,
    /// An earlier try may have been delivered: this one says so.
    #[serde(default)]
    pub repeat: bool,
    /// Since when nobody knows whether it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubtful_since: Option<Timestamp>,
    /// What it tells, where it may be told together with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// The many that it tells instead, once it has become a digest; `post.message` shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// What these would have done to cards, by object: see [`card`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub swallowed: BTreeMap<String, Card>,
    /// The keys of the posts that it tells instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Where it goes when its target takes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Place>,
    /// Where it was meant to go, when it goes elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Target>,
    /// Since when it is kept for the end of its reader's quiet hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Timestamp>,
    #[serde(default)]
    pub purpose: Purpose,
    /// What it has to do with an object's card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardPost>,
}

/// Why something is posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    #[default]
    Message,
    /// To tell administrators what needs their hands.
    Note,
    /// To be told with others at a set time.
    Digest,
}

/// A page that was not delivered by then goes to its fallback channel.
pub const PAGE_WITHIN: Duration = Duration::from_secs(120);

impl PostJob {
    pub const KIND: &'static str = "post";

    pub fn new(post: Post, request_id: impl Into<String>) -> PostJob {
        PostJob {
            post,
            request_id: request_id.into(),
            repeat: false,
            doubtful_since: None,
            told: None,
            digest: None,
            swallowed: BTreeMap::new(),
            also: Vec::new(),
            fallback: None,
            instead_of: None,
            held_since: None,
            purpose: Purpose::Message,
            card: None,
        }
    }

    /// The same, which may be told together with others.
    pub fn telling(mut self, told: Told) -> PostJob {
        self.told = Some(told);
        self
    }

    /// The same, which is the card of an object or adds to it.
    pub fn about(mut self, card: CardPost) -> PostJob {
        self.card = Some(card);
        self
    }

    /// The same, with a place that it goes to when its target takes nothing.
    pub fn or_at(mut self, fallback: Option<Place>) -> PostJob {
        self.fallback = fallback;
        self
    }

    pub fn into_job(self, priority: Priority) -> NewJob {
        NewJob {
            kind: PostJob::KIND,
            lane: Some(self.lane(priority)),
            priority,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: None,
        }
    }

    /// Not before then, and told together with all that waits for the same time.
    pub fn gathered_until(mut self, then: Timestamp) -> NewJob {
        self.purpose = Purpose::Digest;
        NewJob { run_at: Some(then), ..self.into_job(Priority::Chatter) }
    }

    /// Ahead of everything else, within [`PAGE_WITHIN`].
    pub fn into_page(self, now: Timestamp) -> NewJob {
        let expires = now.saturating_add(PAGE_WITHIN).unwrap_or(Timestamp::MAX);
        NewJob { expires: Some(expires), ..self.into_job(Priority::Page) }
    }

    /// What is posted one after the other: a page waits for no chatter, and a note for neither.
    fn lane(&self, priority: Priority) -> String {
        let place = match &self.post.to {
            // A reply waits for nobody but the reply before it to the same request.
            Target::Answer { .. } => format!("answer:{}", self.request_id),
            Target::Place(place) => format!("{}:{}", place.channel_key(), place.thread.as_deref().unwrap_or_default()),
            Target::Person { .. } => self.post.to.key(),
        };
        match (priority, self.purpose) {
            (Priority::Page, _) => format!("page:{place}"),
            (_, Purpose::Note) => format!("note:{place}"),
            (_, Purpose::Digest) => format!("digest:{place}"),
            (_, Purpose::Message) => place,
        }
    }

    /// The hook or connection that it reports from, where it reports.
    pub fn source(&self) -> Option<&str> {
        self.told.as_ref().map(|it| it.source.as_str())
    }

    /// What it tells, if that may be told together with others; not if an earlier try may have been seen.
    fn tells(&self) -> Option<Digest> {
        let is_fresh = !self.repeat && self.doubtful_since.is_none();
        self.digest.clone().or_else(|| self.told.as_ref().map(Digest::of)).filter(|_| is_fresh)
    }

    /// This job from when its fate became unknown.
    fn doubtful(&self, now: Timestamp) -> Writes {
        let doubtful_since = Some(self.doubtful_since.unwrap_or(now));
        Writes { payload: Some(Payload::of(&PostJob { doubtful_since, ..self.clone() })), ..Writes::default() }
    }
}

#[cfg(test)]
mod tests;
