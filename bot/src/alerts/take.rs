//! From an event to an alert: which rules want it, where its card stands, and the job that takes it.
//!
//! Routing makes the job in the commit that brings the event, so nothing is lost. In a place where the alert's card stands there
//! is no other card of the event; should there be nothing that fires to which it belongs (somebody comments an incident
//! that nobody knows of here), it is told after all as it would have been.

use std::sync::Arc;

use commands::{BoxFuture, Event, filter::Subject};
use serde::{Deserialize, Serialize};

use super::{
    rule::{Ready, has_cards},
    tell,
};
use crate::{
    app::App,
    chat::Target,
    config::{Destination, Mode},
    dispatch::post::{PostJob, card::alert_stands},
    notify::{
        card::tone,
        news::{Decision, Landed},
    },
    queue::{Handler, Job, Lease, LeaseLost, NewJob, Outcome, Payload, Priority, Queue, Writes},
};

/// Events that are taken in one transaction.
const AT_ONCE: u32 = 256;

/// An event that is an alert's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    pub event: Event,
    /// The rule that governs its alert.
    pub rule: Option<String>,
    /// Where its card stands, as destinations are written.
    pub to: Vec<String>,
    /// What is posted if it belongs to no alert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<PostJob>,
}

impl Taken {
    /// The key of the post that tells it in a place.
    pub(super) fn key(&self, place: &str) -> String {
        format!("{}:{}:{place}", self.event.source, self.event.id)
    }
}

/// Events to take, as stored in a job of kind [`AlertJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertJob {
    pub taken: Vec<Taken>,
}

impl AlertJob {
    pub const KIND: &'static str = "alert";

    /// What one source reports is taken in order; many at once in few transactions.
    pub fn into_job(self) -> NewJob {
        let lane = self.taken.first().map(|it| format!("alert:{}:{}", it.event.source, it.rule.as_deref().unwrap_or_default()));
        NewJob {
            kind: AlertJob::KIND,
            lane,
            priority: Priority::Page,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: None,
        }
    }
}

impl App {
    /// The rules that want it, and where its card stands by them.
    pub(super) fn wanting(&self, event: &Event) -> (Vec<Ready>, Vec<String>) {
        let rules = self.alert_rules();
        if !rules.iter().any(|it| it.rule.from == event.source) {
            return (Vec::new(), Vec::new());
        }
        let subject = Subject::of(event);
        let rules: Vec<Ready> = rules.iter().filter(|it| it.wants(event, &subject)).cloned().collect();
        let mut places: Vec<String> = Vec::new();
        for to in rules.iter().filter_map(|it| it.to.as_ref()).map(ToString::to_string) {
            if !places.contains(&to) {
                places.push(to);
            }
        }
        (rules, places)
    }

    /// Takes what of an event belongs on an alert's card: `jobs` and `decisions` are what subscriptions make of it, of which
    /// the first of one belongs to the first of the other.
    pub fn take_alert(&self, event: &Event, jobs: &mut Vec<NewJob>, decisions: &mut Vec<Decision>) {
        let (rules, mut to) = self.wanting(event);
        let is_alert = tone::is_alert(&event.kind);
        if rules.is_empty() && !is_alert {
            return;
        }
        let mut otherwise = Vec::new();
        let told = decisions.iter().map(Some).chain(std::iter::repeat(None));
        let rest = std::mem::take(jobs).into_iter().zip(told).filter_map(|(job, decision)| {
            let Some(decision) = decision.filter(|_| job.kind == PostJob::KIND) else { return Some(job) };
            let stands = Destination::parse(&decision.to).is_ok_and(|it| has_cards(&it)) && decision.mode != Mode::Digest.name();
            let Some(post) = job.payload.read::<PostJob>().ok().filter(|_| stands && (is_alert || to.contains(&decision.to)))
            else {
                return Some(job);
            };
            if !to.contains(&decision.to) {
                to.push(decision.to.clone());
            }
            otherwise.push(post);
            None
        });
        *jobs = rest.collect();
        if rules.is_empty() && to.is_empty() {
            return;
        }
        let rule = rules.first().map(|it| it.name.clone());
        let taken = Taken { event: event.clone(), rule, to, otherwise };
        for place in &taken.to {
            if !decisions.iter().any(|it| it.to == *place) {
                let by = rules.iter().find(|it| it.to.as_ref().is_some_and(|to| to.to_string() == *place));
                let filter = by.map(|it| it.rule.filter.clone()).unwrap_or_default();
                decisions.push(Decision { to: place.clone(), filter, mode: "alert".into(), post: taken.key(place), late: None });
            }
        }
        jobs.push(AlertJob { taken: vec![taken] }.into_job());
    }

    /// Of several names of one channel the first.
    async fn once_each(&self, taken: &mut Taken) {
        let mut kept: Vec<Destination> = Vec::new();
        for to in taken.to.iter().filter_map(|it| Destination::parse(it).ok()) {
            let mut is_known = false;
            for other in &kept {
                is_known |= self.are_one(&to, other).await;
            }
            if !is_known {
                kept.push(to);
            }
        }
        taken.to = kept.iter().map(ToString::to_string).collect();
    }

    /// Whether a channel's name and an id are of the same channel, as far as the chat says.
    async fn are_one(&self, one: &Destination, other: &Destination) -> bool {
        let (named, by_id) = match (one.channel.starts_with('#'), other.channel.starts_with('#')) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            _ => return false,
        };
        let here = named.workspace.is_empty() || by_id.workspace.is_empty() || named.workspace == by_id.workspace;
        if named.platform != "slack" || by_id.platform != "slack" || !here {
            return false;
        }
        let Some(platform) = self.platforms.get("slack") else { return false };
        let names = platform.names_of(&by_id.workspace, &by_id.channel).await.unwrap_or_else(|err| {
            tracing::warn!("Slack does not say how {} is called: {err}", by_id.channel);
            Vec::new()
        });
        names.iter().any(|it| it.trim_start_matches('#').eq_ignore_ascii_case(named.channel.trim_start_matches('#')))
    }
}

/// Takes them: the handler of [`AlertJob`].
pub struct Take {
    pub app: Arc<App>,
}

impl Take {
    /// With what waits behind it, up to [`AT_ONCE`].
    async fn gathered(&self, job: &Job, lease: &Lease, mut asked: AlertJob) -> Result<AlertJob, LeaseLost> {
        let Some(lane) = &job.lane else { return Ok(asked) };
        let behind = match lease.behind(lane, AT_ONCE).await {
            Ok(behind) => behind,
            Err(err) => {
                tracing::warn!(job.id = job.id, "What waits for {lane} cannot be read, and is taken one by one: {err:#}");
                return Ok(asked);
            }
        };
        let mut ids = Vec::new();
        for it in behind.iter().take_while(|it| it.kind == AlertJob::KIND) {
            let Ok(other) = it.payload.read::<AlertJob>() else { break };
            if asked.taken.len() + other.taken.len() > AT_ONCE as usize {
                break;
            }
            asked.taken.extend(other.taken);
            ids.push(it.id);
        }
        if !ids.is_empty() {
            lease.fold(&ids, Payload::of(&asked)).await?;
        }
        Ok(asked)
    }

    async fn take(&self, mut asked: AlertJob) -> anyhow::Result<Writes> {
        for taken in &mut asked.taken {
            self.app.once_each(taken).await;
        }
        let mut tx = self.app.store.begin().await?;
        let found = self.app.apply(&mut tx, &asked.taken).await?;
        for (taken, _) in asked.taken.iter().zip(&found).filter(|(_, found)| found.is_none()) {
            for post in taken.otherwise.clone() {
                Queue::enqueue(&mut tx, &post.into_job(Priority::Chatter)).await?;
            }
        }
        tx.commit().await?;
        let mut landed = Vec::new();
        for (taken, alert) in asked.taken.iter().zip(found) {
            for place in taken.to.iter().filter(|_| alert.is_some_and(|it| it > 0)) {
                let name = tell::card_name(alert.unwrap_or_default(), place);
                // Where it is not there yet, its own post says so.
                if let Some(Target::Place(at)) = alert_stands(&self.app, &name).await?.map(|(to, id)| match to {
                    Target::Place(it) => Target::Place(crate::chat::Place { thread: Some(id), ..it }),
                    other => other,
                }) {
                    landed.push(Landed {
                        key: taken.key(place),
                        source: taken.event.source.clone(),
                        platform: at.platform,
                        workspace: at.workspace,
                        channel: at.channel,
                        thread: None,
                        message: at.thread,
                        took: None,
                    });
                }
            }
        }
        Ok(Writes { landed, ..Writes::default() })
    }
}

impl Handler for Take {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let retry = |reason: String| Outcome::Retry { after: None, reason, writes: Writes::default() };
            let asked = match job.payload.read::<AlertJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let asked = match self.gathered(job, lease, asked).await {
                Ok(asked) => asked,
                Err(LeaseLost) => return retry("the lease was lost".into()),
            };
            match self.take(asked).await {
                Ok(writes) => Outcome::Done(writes),
                Err(err) => retry(format!("{err:#}")),
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // An event that was taken is not taken twice.
        Box::pin(async { Outcome::Retry { after: None, reason: "the bot stopped".into(), writes: Writes::default() } })
    }
}
