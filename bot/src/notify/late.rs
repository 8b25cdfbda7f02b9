//! What becomes of an event by what its object gets a little later.
//!
//! People open a pull request first and label it then; a filter on labels has held the opening by that time. So an event
//! that tells of new labels, another state or another assignee makes a job, which looks at what its object went through in
//! the last ten minutes, as if it had been so from the beginning. What passes now is told, once, and written down.

use std::sync::Arc;

use commands::{
    BoxFuture, Event,
    event::{Concern, Why},
    filter::Subject,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    decide::{Rendered, told},
    news::Kept,
};
use crate::{
    app::App,
    config::Destination,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// How long a filter's answer is not the last.
pub const LOOKS_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// Labels come in storms, and deliveries in any order: they are looked at together.
const SETTLED: SignedDuration = SignedDuration::from_secs(2);

/// An object to look at again, as stored in a job of kind [`LookAgain::KIND`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAgain {
    source: String,
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// Fields whose change may let pass what was held.
const TELLING: &[&str] = &["label", "labels", "assignee", "assignees", "assigned to", "state", "status"];

/// Events that change such a field, whether they say so or not.
const VERBS: &[&str] = &["labeled", "unlabeled", "assigned", "closed", "reopened", "merged", "resolved"];

/// Whether the event tells something new of its object that filters on earlier events wait for.
pub(super) fn overtakes(event: &Event) -> bool {
    event.kind.rsplit('.').next().is_some_and(|verb| VERBS.contains(&verb))
        || event.concerns.iter().any(|it| it.why == Why::Assigned)
        || event.changes.iter().any(|it| TELLING.iter().any(|name| it.field.eq_ignore_ascii_case(name)))
}

impl LookAgain {
    pub const KIND: &'static str = "look_again";

    pub fn at(event: &Event) -> LookAgain {
        let object = &event.object;
        LookAgain { source: event.source.clone(), key: object.key.clone(), url: object.url.clone(), place: object.place.clone() }
    }

    pub fn into_job(self, now: Timestamp) -> NewJob {
        let LookAgain { source, key, place, .. } = &self;
        let object = format!("look_again:{source}:{}:{key}", place.as_deref().unwrap_or_default());
        NewJob {
            kind: LookAgain::KIND,
            priority: Priority::Chatter,
            payload: Payload::of(&self),
            run_at: now.checked_add(SETTLED).ok(),
            expires: None,
            // None that waits already has begun to look: what comes in one second is looked at once.
            unique: Some(format!("{object}:{}", now.as_second())),
            lane: Some(object),
        }
    }

    /// Keys are unique within a place; addresses everywhere.
    fn is_about(&self, event: &Event) -> bool {
        let object = &event.object;
        match (&self.url, &object.url) {
            (Some(one), Some(other)) => one == other,
            _ => self.key == object.key && self.place == object.place,
        }
    }
}

/// What an object has become.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    labels: Option<Vec<String>>,
    state: Option<String>,
    assigned: Vec<Concern>,
}

impl Standing {
    /// What `event` adds, which happened after all that were added before.
    pub fn add(&mut self, event: &Event) {
        let changes_labels =
            event.changes.iter().any(|it| ["label", "labels"].iter().any(|name| it.field.eq_ignore_ascii_case(name)));
        if !event.labels.is_empty() || changes_labels {
            self.labels = Some(event.labels.clone());
        }
        self.state = event.object.state.clone().or(self.state.take());
        let assigned = event.concerns.iter().filter(|it| it.why == Why::Assigned);
        self.assigned.extend(assigned.cloned());
    }

    /// `event` as if its object had been so.
    pub fn of(&self, event: &Event) -> Event {
        let mut event = event.clone();
        if let Some(labels) = &self.labels {
            event.labels.clone_from(labels);
        }
        event.object.state = self.state.clone().or(event.object.state.take());
        event.concerns.extend(self.assigned.iter().cloned());
        event
    }
}

/// Looks at them.
pub struct Look {
    pub app: Arc<App>,
}

impl Handler for Look {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked: LookAgain = match job.payload.read() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let since = job.created_at.checked_sub(LOOKS_AGAIN).unwrap_or(job.created_at);
            match self.app.store.news_of_object(&asked.source, &asked.key, since).await {
                Ok(mut news) => {
                    news.retain(|it| asked.is_about(&it.news.event));
                    Outcome::Done(self.app.looked_at(news))
                }
                Err(err) => {
                    let reason = format!("what was reported cannot be read: {err:#}");
                    Outcome::Retry { after: None, reason, writes: Writes::default() }
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // What it led to is written with its end, or not at all.
        let reason = "the bot stopped while it looked again".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

impl App {
    /// What an object's news, the oldest first, lead to as the object stands now.
    fn looked_at(&self, mut news: Vec<Kept>) -> Writes {
        let mut writes = Writes::default();
        let subscriptions = self.subscriptions.snapshot();
        let Some(heard) = news.first().and_then(|it| subscriptions.of(&it.news.event.source)) else { return writes };
        let mut standing = Standing::default();
        // Deliveries may come in another order than what they report happened.
        let mut in_order: Vec<&Event> = news.iter().map(|it| &it.news.event).collect();
        in_order.sort_by_key(|it| it.at);
        in_order.into_iter().for_each(|it| standing.add(it));
        for Kept { id, at, news } in &mut news {
            let event = standing.of(&news.event);
            let names = |to: &Destination| self.names(&event.source, &to.platform, &to.workspace);
            let rendered = Rendered::of(&event, &names);
            let known = news.decisions.len();
            let wanting = heard.wanting(&Subject::of(&event)).into_iter().filter(|it| it.filter.waits_for_more());
            for subscription in wanting.filter(|it| it.since <= *at) {
                let to = subscription.to.to_string();
                if !news.decisions.iter().any(|it| it.to == to) {
                    let (job, mut decision) = told(&event, &rendered, subscription, self.store.now());
                    decision.late = Some(self.store.now());
                    writes.jobs.push(job);
                    news.decisions.push(decision);
                }
            }
            if news.decisions.len() > known {
                writes.decided.push((*id, std::mem::take(&mut news.decisions)));
            }
        }
        writes
    }
}
