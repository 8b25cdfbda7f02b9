//! From events to messages: which subscription wants what, and how it reads.
//!
//! Routing is pure: the jobs it makes are committed together with whatever produced the events.

pub mod card;
pub mod direct;
pub mod news;
pub mod people;
pub mod remind;
mod store;
pub mod subscriptions;

use std::time::Duration;

use commands::Event;
use jiff::Timestamp;

use self::{
    card::{card, line, tone},
    news::{Decision, News},
    people::Names,
};
use crate::{
    app::App,
    chat::{Place, Post, Target},
    config::{Destination, Mode, Subscription},
    dispatch::post::{
        PostJob,
        card::{Card, CardPost, History},
        digest::Told,
        storm,
    },
    queue::{NewJob, Priority, Writes},
};

/// What events lead to: committed together with what brought them.
#[derive(Debug, Default)]
pub struct Routed {
    pub jobs: Vec<NewJob>,
    pub news: Vec<News>,
}

impl Routed {
    /// With the end of the job that brought them.
    pub fn into_writes(self) -> Writes {
        Writes { jobs: self.jobs, news: self.news, ..Writes::default() }
    }
}

impl App {
    /// What `events` lead to, which the delivery of that key brought; none of what was asked for.
    pub fn route(&self, events: Vec<Event>, delivery: Option<&str>) -> Routed {
        let mut routed = Routed::default();
        for event in events {
            let event = self.linked(event);
            let mut decisions = Vec::new();
            for subscription in self.subscriptions.all().iter().filter(|it| it.from == event.source && it.filter.matches(&event))
            {
                let names = self.names(&event.source, &subscription.to.platform, &subscription.to.workspace);
                let (job, decision) = told(&event, subscription, &names.but_actor(&event), self.store.now());
                routed.jobs.push(job);
                decisions.push(decision);
            }
            let outcome = if decisions.is_empty() { "held" } else { "posted" };
            metrics::counter!("bellhop_events_total", "source" => event.source.clone(), "outcome" => outcome).increment(1);
            routed.jobs.extend(self.direct(&event));
            routed.news.push(News { event, delivery: delivery.map(str::to_owned), decisions });
        }
        routed
    }

    /// The event with the address of what it is about, where its system sends none and can be told apart.
    fn linked(&self, mut event: Event) -> Event {
        if event.object.url.is_none() && self.is_wanted(&event.source) {
            event.object.url = self.address_of(&event);
        }
        event
    }

    fn address_of(&self, event: &Event) -> Option<String> {
        let all = self.connections.all();
        let kind = self.hooks.iter().find(|it| it.name == event.source).map(|it| it.kind.as_str());
        let mut of_kind = all.iter().filter(|it| Some(it.kind.name) == kind);
        let only = of_kind.next().filter(|_| of_kind.next().is_none());
        let live = all.iter().find(|it| it.name == event.source).or(only)?;
        live.kind.link?(live.url.as_deref()?, &event.object)
    }

    /// Whether anything subscribes to what `source` reports.
    pub fn is_wanted(&self, source: &str) -> bool {
        self.subscriptions.all().iter().any(|it| it.from == source)
    }
}

/// An event's post as a subscription wants it.
fn told(event: &Event, subscription: &Subscription, names: &Names, now: Timestamp) -> (NewJob, Decision) {
    let key = format!("{}:{}:{}", event.source, event.id, subscription.to);
    let about = event.object.url.clone().unwrap_or_else(|| format!("{} {}", event.source, event.object.key));
    let post = Post { about: Some(about), ..Post::new(Target::Place(subscription.to.place()), card(event, names), key.clone()) };
    let decision = Decision {
        to: subscription.to.to_string(),
        filter: subscription.filter.to_string(),
        mode: subscription.mode.name().to_owned(),
        post: key.clone(),
    };
    let told =
        Told { source: event.source.clone(), kind: event.kind.clone(), at: event.at, line: line(event, &names.named_only()) };
    let fallback = subscription.fallback.as_ref().map(Destination::place);
    let job = PostJob::new(post, key).telling(told).or_at(fallback);
    let about =
        |history| CardPost::Told { card: Box::new(Card::of(event, names)), history, event: Some(Box::new(event.clone())) };
    let job = match (subscription.mode, subscription.broadcast) {
        (Mode::Live, broadcast) => {
            let job = job.about(about(if broadcast { History::Broadcast } else { History::Thread }));
            if tone::is_small(event) { storm::gathered(job, event, now) } else { job.into_job(Priority::Chatter) }
        }
        (Mode::Compact, _) => job.about(about(History::None)).into_job(Priority::Chatter),
        (Mode::Each, _) => job.into_job(Priority::Chatter),
        (Mode::Digest, _) => job.gathered_until(next(now, subscription.every)),
    };
    (job, decision)
}

/// When the digest after `now` is told: at whole multiples of its interval, in UTC.
fn next(now: Timestamp, every: Duration) -> Timestamp {
    let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
    let at = (now.as_second() / every + 1).saturating_mul(every);
    Timestamp::from_second(at).unwrap_or(Timestamp::MAX)
}

impl Destination {
    /// As a place: platforms take a channel's name where they take its id.
    pub fn place(&self) -> Place {
        let channel = match self.platform.as_str() {
            "zulip" => format!("channel:{}", self.channel),
            _ => self.channel.clone(),
        };
        Place { platform: self.platform.clone(), workspace: self.workspace.clone(), channel, thread: self.topic.clone() }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let slash = if self.workspace.is_empty() { "" } else { "/" };
        write!(f, "{}:{}{slash}{}", self.platform, self.workspace, self.channel)?;
        self.topic.as_ref().map_or(Ok(()), |topic| write!(f, ">{topic}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_told_on_the_hour() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let hour = Duration::from_hours(1);
        assert_eq!(next(at("2026-11-21T09:10:00Z"), hour), at("2026-11-21T10:00:00Z"));
        assert_eq!(next(at("2026-11-21T10:00:00Z"), hour), at("2026-11-21T11:00:00Z"));
        assert_eq!(next(at("2026-11-21T10:00:00Z"), 24 * hour), at("2026-11-22T00:00:00Z"));
    }
}
