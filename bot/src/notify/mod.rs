//! From events to messages: which subscription wants what, and how it reads.
//!
//! Routing is pure: the jobs it makes are committed together with whatever produced the events.

use commands::{Event, Message, Span, Text, Tone};

use crate::{
    app::App,
    chat::{Place, Post, Target},
    config::{Destination, Subscription},
    dispatch::post::{PostJob, digest::Told},
    queue::{NewJob, Priority},
};

impl App {
    /// The posts that `events` lead to.
    pub fn route(&self, events: &[Event]) -> Vec<NewJob> {
        let mut jobs = Vec::new();
        for event in events {
            for subscription in self.subscriptions.iter().filter(|it| it.from == event.source && it.filter.matches(event)) {
                metrics::counter!("bellhop_events_total", "source" => event.source.clone(), "outcome" => "posted").increment(1);
                jobs.push(job(event, subscription));
            }
        }
        jobs
    }

    /// Whether anything subscribes to what `source` reports.
    pub fn is_wanted(&self, source: &str) -> bool {
        self.subscriptions.iter().any(|it| it.from == source)
    }
}

fn job(event: &Event, subscription: &Subscription) -> NewJob {
    let key = format!("{}:{}:{}", event.source, event.id, subscription.to);
    let post = Post { to: Target::Place(subscription.to.place()), message: card(event), key: key.clone() };
    let told = Told { source: event.source.clone(), kind: event.kind.clone(), at: event.at, line: line(event) };
    let fallback = subscription.fallback.as_ref().map(Destination::place);
    PostJob::new(post, key).telling(told).or_at(fallback).into_job(Priority::Chatter)
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
    use commands::event::{Change, Object};
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_card_says_who_did_what_to_which_and_what_changed() {
        let event = Event {
            id: "7".into(),
            source: "redmine".into(),
            kind: "issue.updated".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
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
        };
        expect![[r#"
            Ana updated #42 Printer on fire in Demo

            - Status: New → Closed

            > Put out."#]]
        .assert_eq(card(&event).to_plain(&[]).trim_end());
    }
}
