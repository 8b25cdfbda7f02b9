//! What one event leads to: pure, and the same for a thousand subscriptions as for one.

use std::{cell::RefCell, sync::Arc};

use commands::{Event, Message, Text, filter::Subject};
use jiff::Timestamp;

use super::{
    card::{card, line, tone},
    late::{self, LookAgain},
    news::Decision,
    outgoing::{self, OutgoingJob},
    people::Names,
    subscriptions::Known,
};
use crate::{
    chat::Post,
    config::{Broadcast, Destination, Mode, Subscription},
    dispatch::post::{
        PostJob,
        card::{Card, CardPost, History},
        digest::Told,
        storm,
    },
    queue::{NewJob, Priority},
};

/// Who is who where something is told.
pub type Knows<'a> = dyn Fn(&Destination) -> Names + 'a;

/// The jobs that tell `event`, and what was decided.
pub fn decide(known: &Known, event: &Event, now: Timestamp, names: &Knows<'_>) -> (Vec<NewJob>, Vec<Decision>) {
    let (mut jobs, mut decisions) = (Vec::new(), Vec::new());
    let Some(heard) = known.of(&event.source) else { return (jobs, decisions) };
    let rendered = Rendered::of(event, names);
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

/// An event as it is shown: made once for each workspace where it is wanted.
pub(super) struct Rendered<'a> {
    event: &'a Event,
    names: &'a Knows<'a>,
    shown: RefCell<Vec<Arc<Shown>>>,
}

/// An event as the people of one workspace read it.
struct Shown {
    platform: String,
    workspace: String,
    card: Message,
    line: Text,
    kept: Card,
}

impl<'a> Rendered<'a> {
    pub(super) fn of(event: &'a Event, names: &'a Knows<'a>) -> Rendered<'a> {
        Rendered { event, names, shown: RefCell::default() }
    }

    fn at(&self, to: &Destination) -> Arc<Shown> {
        let mut all = self.shown.borrow_mut();
        if let Some(known) = all.iter().find(|it| it.platform == to.platform && it.workspace == to.workspace) {
            return known.clone();
        }
        let names = (self.names)(to).but_actor(self.event);
        let shown = Arc::new(Shown {
            platform: to.platform.clone(),
            workspace: to.workspace.clone(),
            card: card(self.event, &names),
            line: line(self.event, &names.named_only()),
            kept: Card::of(self.event, &names),
        });
        all.push(shown.clone());
        shown
    }
}

/// An event's post as a subscription wants it.
pub(super) fn told(event: &Event, rendered: &Rendered<'_>, subscription: &Subscription, now: Timestamp) -> (NewJob, Decision) {
    let to = subscription.to.to_string();
    let key = format!("{}:{}:{to}", event.source, event.id);
    let about = event.object.url.clone().unwrap_or_else(|| format!("{} {}", event.source, event.object.key));
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
    let shown = rendered.at(&subscription.to);
    let post = Post { about: Some(about), ..Post::new(subscription.to.target(), shown.card.clone(), key.clone()) };
    let told = Told { source: event.source.clone(), kind: event.kind.clone(), at: event.at, line: shown.line.clone() };
    let fallback = subscription.fallback.as_ref().map(Destination::place);
    let job = PostJob::new(post, key).telling(told).or_at(fallback);
    let about = |history| CardPost::Told { card: Box::new(shown.kept.clone()), history, event: Some(Box::new(event.clone())) };
    let job = match (subscription.mode, subscription.broadcast) {
        (Mode::Thread, broadcast) => {
            let job = job.about(about(match broadcast {
                Broadcast::Never => History::Thread,
                Broadcast::Always => History::Broadcast,
                Broadcast::Failures => History::Failures,
            }));
            if tone::is_small(event) { storm::gathered(job, event, now) } else { job.into_job(Priority::Chatter) }
        }
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
