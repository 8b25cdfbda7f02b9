//! What one event leads to: pure, and the same for a thousand subscriptions as for one.

use std::cell::OnceCell;

use commands::{Event, Message, Text, filter::Subject};
use jiff::Timestamp;

use super::{
    card::{card, line, verb},
    late::{self, LookAgain},
    news::Decision,
    subscriptions::Known,
};
use crate::{
    chat::Post,
    config::{Destination, Mode, Subscription},
    dispatch::post::{
        PostJob,
        card::{Card, CardPost, History},
        digest::Told,
    },
    outgoing::{self, OutgoingJob},
    queue::{NewJob, Priority},
};

/// The jobs that tell `event`, and what was decided.
pub fn decide(known: &Known, event: &Event, now: Timestamp) -> (Vec<NewJob>, Vec<Decision>) {
    let (mut jobs, mut decisions) = (Vec::new(), Vec::new());
    let Some(heard) = known.of(&event.source) else { return (jobs, decisions) };
    let rendered = Rendered::of(event);
    for subscription in heard.wanting(&Subject::of(event)) {
        let (job, decision) = told(event, &rendered, subscription, now);
        jobs.push(job);
        decisions.push(decision);
    }
    if heard.waits_for_more && late::overtakes(event) {
        jobs.push(LookAgain::at(event).into_job(now));
    }
    (jobs, decisions)
}

/// An event as it is shown: made once, for the first subscription that wants it.
pub(super) struct Rendered<'a> {
    event: &'a Event,
    card: OnceCell<Message>,
    line: OnceCell<Text>,
}

impl<'a> Rendered<'a> {
    pub(super) fn of(event: &'a Event) -> Rendered<'a> {
        Rendered { event, card: OnceCell::new(), line: OnceCell::new() }
    }

    fn card(&self) -> Message {
        self.card.get_or_init(|| card(self.event)).clone()
    }

    fn line(&self) -> Text {
        self.line.get_or_init(|| line(self.event)).clone()
    }
}

/// An event's post as a subscription wants it.
pub(super) fn told(event: &Event, rendered: &Rendered<'_>, subscription: &Subscription, now: Timestamp) -> (NewJob, Decision) {
    let to = subscription.to.to_string();
    let key = format!("{}:{}:{to}", event.source, event.id);
    let about = event.object.url.clone().unwrap_or_else(|| format!("{} {}", event.source, event.object.key));
    let post = Post { about: Some(about), ..Post::new(subscription.to.target(), rendered.card(), key.clone()) };
    let decision = Decision {
        to,
        filter: subscription.filter.to_string(),
        mode: subscription.mode.name().to_owned(),
        post: key.clone(),
        late: None,
    };
    if subscription.to.platform == outgoing::PLATFORM {
        return (OutgoingJob::new(&subscription.to.channel, event).into_job(), decision);
    }
    let told = Told { source: event.source.clone(), kind: event.kind.clone(), at: event.at, line: rendered.line() };
    let fallback = subscription.fallback.as_ref().map(Destination::place);
    let job = PostJob::new(post, key).telling(told).or_at(fallback);
    let about = |history| CardPost::Told { card: Card::of(event, &verb(&event.kind)), history };
    let job = match (subscription.mode, subscription.broadcast) {
        (Mode::Thread, false) => job.about(about(History::Thread)).into_job(Priority::Chatter),
        (Mode::Thread, true) => job.about(about(History::Broadcast)).into_job(Priority::Chatter),
        (Mode::Compact, _) => job.about(about(History::None)).into_job(Priority::Chatter),
        (Mode::Full, _) => job.into_job(Priority::Chatter),
        (Mode::Digest, _) => {
            let job = job.gathered_until(subscription.rhythm.next(now));
            // One that is told daily must not keep one that is told hourly waiting behind it.
            let lane = job.lane.as_ref().map(|it| format!("{it}:{}", subscription.rhythm.written()));
            NewJob { lane, ..job }
        }
    };
    (job, decision)
}
