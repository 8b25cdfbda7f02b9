//! What happens in the bot itself, as events like any others: `from = "bellhop"`.
//!
//! | kind | when |
//! |---|---|
//! | `command.done` | somebody's command changed something |
//! | `command.failed` | it was refused, and why |
//! | `job.died` | a delivery, command or poll was given up, and why |
//! | `health.failed`, `health.degraded`, `health.recovered` | what counts as the state of a connection, a chat, a hook or the queue changed |
//! | `heartbeat.missed`, `heartbeat.failed`, `heartbeat.recovered` | a job elsewhere did not say that it ran, said that it failed, or is back |
//! | `source.silent`, `source.recovered` | nothing has come from a source for longer than is usual for it |
//! | `threshold.crossed`, `threshold.cleared` | a number went where it should not be, or came back |
//!
//! Those of commands and jobs are made in the transaction that ends the job, and only while somebody subscribes to them. The
//! others go to `[alerts] to` as well, where nobody subscribed for that place; without it, to each administrator.

use std::sync::Arc;

use commands::{BoxFuture, Event, event::Object, filter::Filter};

use super::{
    Routed,
    card::card,
    decide::{Rendered, told},
    outgoing::OutgoingJob,
    people::Names,
};
use crate::{
    app::App,
    config::{Broadcast, Destination, Mode, Rhythm, Subscription},
    dispatch::{
        post::{PostJob, administrators::Whom},
        run::RunJob,
    },
    queue::{Departs, Handler, Job, Lease, Outcome, Writes},
};

/// What subscriptions to the bot's own events are from.
pub const SOURCE: &str = "bellhop";

impl App {
    /// What events of our own lead to that administrators must hear of: what subscriptions make of them, and a card at `[alerts] to`,
    /// or for each of them.
    pub fn told_to_administrators(&self, events: Vec<Event>) -> Routed {
        let now = self.store.now();
        let mut routed = self.route(events, None);
        let Some(to) = &self.alerts.to else {
            for news in &routed.news {
                let (event, key) = (&news.event, format!("{SOURCE}:{}", news.event.id));
                let told = self.to_administrators(self.whom(event), &key, card(event, &Names::none()), Vec::new());
                routed.jobs.push(told);
            }
            return routed;
        };
        let default = Subscription {
            from: SOURCE.into(),
            filter: Filter::all(),
            to: to.clone(),
            fallback: self.alerts.fallback.clone(),
            mode: Mode::Thread,
            broadcast: Broadcast::Never,
            rhythm: Rhythm::default(),
            since: jiff::Timestamp::MIN,
            line: None,
        };
        for news in &mut routed.news {
            if news.decisions.iter().any(|it| it.to == to.to_string()) {
                continue;
            }
            let names = |to: &Destination| self.names(SOURCE, &to.platform, &to.workspace);
            let (job, decision) = told(&news.event, &Rendered::of(&news.event, &names), &default, now);
            routed.jobs.push(job);
            news.decisions.push(decision);
        }
        routed
    }

    /// Those elsewhere hear of a chat that is down, or back, by another message ([`crate::health`]).
    fn whom(&self, event: &Event) -> Whom {
        let is_outage = matches!(event.kind.as_str(), "health.failed" | "health.recovered");
        match self.platforms.get(&event.object.key).filter(|_| is_outage) {
            Some(platform) => Whom::Only(platform.name().to_owned()),
            None => Whom::All,
        }
    }

    /// That a command of `actor` ended; `why` says why it was refused.
    pub fn tell_of_command(&self, asked: &RunJob, actor: &str, why: Option<&str>) -> Writes {
        if !self.is_wanted(SOURCE) {
            return Writes::default();
        }
        let line = format!("{} {}", asked.call.group, asked.call.action);
        let (verb, state) = if why.is_some() { ("failed", "failed") } else { ("done", "done") };
        let event = Event {
            id: format!("command:{}", asked.request_id),
            source: SOURCE.into(),
            kind: format!("command.{verb}"),
            at: self.store.now(),
            actor: Some(actor.to_owned()),
            actor_id: Some(crate::people::PersonId::asker(&asked.to).to_string()),
            object: Object {
                key: line.clone(),
                title: line,
                url: None,
                place: Some(asked.call.group.clone()),
                state: Some(state.into()),
            },
            text: why.map(str::to_owned),
            ..Event::default()
        };
        self.route(vec![event], None).into_writes()
    }

    fn tell_of_death(&self, job: &Job, reason: &str) -> Writes {
        if !self.is_wanted(SOURCE) || !is_worth_telling(job) {
            return Writes::default();
        }
        let event = Event {
            id: format!("died:{}:{}", job.id, job.attempt),
            source: SOURCE.into(),
            kind: "job.died".into(),
            at: self.store.now(),
            object: Object {
                key: format!("job {}", job.id),
                title: job.kind.clone(),
                url: None,
                place: job.lane.clone(),
                state: Some("dead".into()),
            },
            text: Some(reason.to_owned()),
            ..Event::default()
        };
        self.route(vec![event], None).into_writes()
    }
}

/// Telling of what failed to tell of this would go round for ever.
fn is_worth_telling(job: &Job) -> bool {
    let of_own = || job.payload.read::<PostJob>().is_ok_and(|it| it.told.is_some_and(|told| told.source == SOURCE));
    match job.kind.as_str() {
        OutgoingJob::KIND => false,
        PostJob::KIND => !of_own(),
        _ => true,
    }
}

/// A handler whose dead letters are told.
pub struct Watched {
    pub app: Arc<App>,
    pub inner: Arc<dyn Handler>,
}

impl Watched {
    fn told(&self, job: &Job, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Dead { reason, writes } => {
                let writes = writes.and(self.app.tell_of_death(job, &reason));
                Outcome::Dead { reason, writes }
            }
            other => other,
        }
    }
}

impl Handler for Watched {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.told(job, self.inner.run(job, lease).await) })
    }

    fn departs(&self, job: &Job) -> Departs {
        self.inner.departs(job)
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.told(job, self.inner.unknown_fate(job).await) })
    }

    fn died(&self, job: &Job, reason: &str) -> Writes {
        self.inner.died(job, reason).and(self.app.tell_of_death(job, reason))
    }
}
