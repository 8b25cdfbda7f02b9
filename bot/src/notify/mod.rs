//! From events to messages: which subscription wants what, and how it reads.
//!
//! What a filter makes of an event is not the last word for ten minutes ([`late`]); what it would have made of the last
//! days is tried before it is kept ([`rehearse`]). Routing is pure: the jobs it makes are committed together with whatever produced the events.

pub mod card;
pub mod decide;
pub mod direct;
pub mod late;
pub mod mine;
pub mod news;
pub mod outgoing;
pub mod own;
pub mod people;
pub mod rehearse;
pub mod remind;
mod store;
pub mod subscriptions;

use commands::Event;

use self::news::News;
use crate::{
    app::App,
    chat::{Place, Target},
    config::Destination,
    queue::{NewJob, Writes},
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
        let subscriptions = self.subscriptions.snapshot();
        let now = self.store.now();
        for event in events {
            let is_heard = self.is_wanted(&event.source);
            let event = if is_heard { self.linked(event) } else { event };
            let names = |to: &Destination| self.names(&event.source, &to.platform, &to.workspace);
            let (mut jobs, mut decisions) = decide::decide(&subscriptions, &event, now, &names);
            self.take_alert(&event, &mut jobs, &mut decisions);
            routed.jobs.extend(jobs);
            let outcome = if decisions.is_empty() { "held" } else { "posted" };
            metrics::counter!("bellhop_events_total", "source" => event.source.clone(), "outcome" => outcome).increment(1);
            routed.jobs.extend(self.direct(&event));
            routed.news.push(News { event, delivery: delivery.map(str::to_owned), decisions });
        }
        routed
    }

    /// The event with the address of what it is about, where its system sends none and can be told apart.
    fn linked(&self, mut event: Event) -> Event {
        if event.object.url.is_none() {
            event.object.url = self.address_of(&event);
        }
        event
    }

    fn address_of(&self, event: &Event) -> Option<String> {
        let all = self.connections.all();
        let hook = self.hooks.find(&event.source);
        let kind = hook.as_ref().map(|it| it.kind.as_str());
        let mut of_kind = all.iter().filter(|it| Some(it.kind.name) == kind);
        let only = of_kind.next().filter(|_| of_kind.next().is_none());
        let live = all.iter().find(|it| it.name == event.source).or(only)?;
        live.kind.link?(live.url.as_deref()?, &event.object)
    }

    /// Whether anything subscribes to what `source` reports, or makes alerts of it.
    pub fn is_wanted(&self, source: &str) -> bool {
        self.subscriptions.snapshot().of(source).is_some() || self.alert_rules().iter().any(|it| it.rule.from == source)
    }
}

impl Destination {
    /// Where it is posted: a place, or a person.
    pub fn target(&self) -> Target {
        match self.person() {
            Some(id) => {
                let (platform, workspace) = (self.platform.clone(), self.workspace.clone());
                Target::Person { platform, workspace, id: id.to_owned() }
            }
            None => Target::Place(self.place()),
        }
    }

    /// The person's id, where it is one whom it goes to.
    pub fn person(&self) -> Option<&str> {
        self.channel.strip_prefix('@').filter(|_| matches!(self.platform.as_str(), "slack" | "zulip"))
    }

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
mod tests;
