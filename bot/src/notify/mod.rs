//! From events to messages: which subscription wants what, and how it reads.
//!
//! Routing is pure: the jobs it makes are committed together with whatever produced the events.

mod store;
pub mod subscriptions;

use std::{borrow::Cow, time::Duration};

use commands::{Event, Message, Span, Text, Tone, event::Object};
use jiff::Timestamp;

use crate::{
    app::App,
    chat::{Place, Post, Target},
    config::{Destination, Mode, Subscription},
    dispatch::post::{
        PostJob,
        card::{Card, CardPost, History},
        digest::Told,
    },
    queue::{NewJob, Priority},
};

impl App {
    /// The posts that `events` lead to.
    pub fn route(&self, events: &[Event]) -> Vec<NewJob> {
        let mut jobs = Vec::new();
        for event in events {
            let event = &*self.linked(event);
            for subscription in self.subscriptions.all().iter().filter(|it| it.from == event.source && it.filter.matches(event)) {
                metrics::counter!("bellhop_events_total", "source" => event.source.clone(), "outcome" => "posted").increment(1);
                jobs.push(job(event, subscription, self.store.now()));
            }
        }
        jobs
    }

    /// The event with the address of what it is about, where its system sends none and can be told apart.
    fn linked<'a>(&self, event: &'a Event) -> Cow<'a, Event> {
        if event.object.url.is_some() || !self.is_wanted(&event.source) {
            return Cow::Borrowed(event);
        }
        let all = self.connections.all();
        let kind = self.hooks.iter().find(|it| it.name == event.source).map(|it| it.kind.as_str());
        let mut of_kind = all.iter().filter(|it| Some(it.kind.name) == kind);
        let only = of_kind.next().filter(|_| of_kind.next().is_none());
        let Some(live) = all.iter().find(|it| it.name == event.source).or(only) else { return Cow::Borrowed(event) };
        let url = live.url.as_deref().and_then(|base| live.kind.link?(base, &event.object));
        Cow::Owned(Event { object: Object { url, ..event.object.clone() }, ..event.clone() })
    }

    /// Whether anything subscribes to what `source` reports.
    pub fn is_wanted(&self, source: &str) -> bool {
        self.subscriptions.all().iter().any(|it| it.from == source)
    }
}

fn job(event: &Event, subscription: &Subscription, now: Timestamp) -> NewJob {
    let key = format!("{}:{}:{}", event.source, event.id, subscription.to);
    let about = event.object.url.clone().unwrap_or_else(|| format!("{} {}", event.source, event.object.key));
    let post = Post { about: Some(about), ..Post::new(Target::Place(subscription.to.place()), card(event), key.clone()) };
    let told = Told { source: event.source.clone(), kind: event.kind.clone(), at: event.at, line: line(event) };
    let fallback = subscription.fallback.as_ref().map(Destination::place);
    let job = PostJob::new(post, key).telling(told).or_at(fallback);
    let about = |history| CardPost::Told { card: Card::of(event, &verb(&event.kind)), history };
    match (subscription.mode, subscription.broadcast) {
        (Mode::Live, false) => job.about(about(History::Thread)).into_job(Priority::Chatter),
        (Mode::Live, true) => job.about(about(History::Broadcast)).into_job(Priority::Chatter),
        (Mode::Compact, _) => job.about(about(History::None)).into_job(Priority::Chatter),
        (Mode::Each, _) => job.into_job(Priority::Chatter),
        (Mode::Digest, _) => job.gathered_until(next(now, subscription.every)),
    }
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

/// Who did what to which, where.
fn line(event: &Event) -> Text {
    let mut line = Text::new();
    if let Some(actor) = &event.actor {
        line = line.bold(actor.clone()).plain(" ");
    }
    line = line.plain(format!("{} ", verb(&event.kind)));
    let label = format!("{} {}", event.object.key, event.object.title);
    line = match &event.object.url {
        Some(url) => line.link(url.clone(), label),
        None => line.bold(label),
    };
    if let Some(place) = &event.object.place {
        line = line.plain(format!(" in {place}"));
    }
    line
}

/// One line that says it all, then what changed, then what was said.
fn card(event: &Event) -> Message {
    let tone = match event.kind.rsplit('.').next() {
        Some("closed" | "merged" | "resolved") => Tone::Good,
        _ => Tone::Neutral,
    };
    let mut message = Message::text(line(event)).tone(tone);
    if !event.changes.is_empty() {
        let change = |it: &commands::event::Change| {
            let text = Text::new().plain(format!("{}: ", it.field));
            match (&it.from, &it.to) {
                (Some(from), Some(to)) => text.plain(from.clone()).plain(" → ").bold(to.clone()),
                (None, Some(to)) => text.bold(to.clone()),
                (Some(from), None) => text.plain(from.clone()).plain(" removed"),
                (None, None) => text.plain("changed"),
            }
        };
        message = message.list(event.changes.iter().map(change).collect());
    }
    if let Some(said) = event.text.as_ref().filter(|it| !it.trim().is_empty()) {
        let short: String = said.chars().take(300).collect();
        let rest = if short.len() < said.len() { "…" } else { "" };
        message = message.block(commands::Block::Quote(Text(vec![Span::Plain(short + rest)])));
    }
    message
}

/// `issue.created` → `created`, `issue.commented` → `commented on`.
fn verb(kind: &str) -> String {
    match kind.rsplit('.').next().unwrap_or(kind) {
        "commented" => "commented on".into(),
        verb => verb.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use commands::event::Change;
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_card_says_who_did_what_to_which_and_what_changed() {
        let event = Event {
            id: "7".into(),
            source: "redmine".into(),
            kind: "issue.updated".into(),
            at: Timestamp::UNIX_EPOCH,
            actor: Some("Ana".into()),
            object: Object {
                key: "#42".into(),
                title: "Printer on fire".into(),
                url: None,
                place: Some("Demo".into()),
                state: None,
            },
            changes: vec![Change { field: "Status".into(), from: Some("New".into()), to: Some("Closed".into()) }],
            labels: Vec::new(),
            text: Some("Put out.".into()),
            ..Event::default()
        };
        expect![[r#"
            Ana updated #42 Printer on fire in Demo

            - Status: New → Closed

            > Put out."#]]
        .assert_eq(card(&event).to_plain(&[]).trim_end());
    }

    #[test]
    fn digests_are_told_on_the_hour() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let hour = Duration::from_hours(1);
        assert_eq!(next(at("2026-11-21T09:10:00Z"), hour), at("2026-11-21T10:00:00Z"));
        assert_eq!(next(at("2026-11-21T10:00:00Z"), hour), at("2026-11-21T11:00:00Z"));
        assert_eq!(next(at("2026-11-21T10:00:00Z"), 24 * hour), at("2026-11-22T00:00:00Z"));
    }
}
