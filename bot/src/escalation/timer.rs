//! The timer of an escalation: a job that is due when the next step is.
//!
//! It asks who that is, outside of any transaction, and has [`super::desk`] do the rest in one. Whatever happens between the two,
//! the row's tick decides: one timer of each tick does something, once. After downtime the step that is due fires once, and the wait
//! until the next begins then.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use commands::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    desk::{Answer, Ask, Desk, Fire},
    plan::{Next, Turn},
    reach::Way,
    store::{self, Escalation, State},
    whom::{Asked, Party},
};
use crate::{
    alerts::Alert,
    app::App,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Queue, Writes},
    store::Tx,
};

/// How soon what could not be read is tried again: somebody waits for help.
const SOON: Duration = Duration::from_secs(2);

/// A step to take, as stored in a job of kind [`EscalateJob::KIND`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalateJob {
    pub alert: i64,
    /// Of the row when this was made.
    pub tick: i64,
}

impl EscalateJob {
    pub const KIND: &'static str = "escalate";

    /// In a transaction of the caller's.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn enqueue(self, tx: &mut Tx, due: Timestamp) -> anyhow::Result<()> {
        let job = NewJob {
            kind: EscalateJob::KIND,
            lane: None,
            priority: Priority::Page,
            payload: Payload::of(&self),
            run_at: Some(due),
            expires: None,
            unique: Some(format!("escalate:{}:{}", self.alert, self.tick)),
        };
        Queue::enqueue(tx, &job).await.context("a timer cannot be written down")?;
        Ok(())
    }
}

/// Takes [`EscalateJob`]s.
pub struct Escalate {
    pub app: Arc<App>,
    pub desk: Desk,
}

impl Handler for Escalate {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<EscalateJob>() {
                Ok(asked) => asked,
                Err(err) => {
                    let reason = format!("the job cannot be read: {err}");
                    return Outcome::Dead { reason, writes: Writes::default() };
                }
            };
            match self.step(&asked).await {
                Ok(Answer::No(reason)) => Outcome::Cancel { reason, writes: Writes::default() },
                Ok(_) => Outcome::Done(Writes::default()),
                Err(err) => {
                    tracing::error!(alert = asked.alert, "A step cannot be taken, and is tried again: {err:#}");
                    Outcome::Retry { after: Some(SOON), reason: format!("{err:#}"), writes: Writes::default() }
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // It sends nothing itself.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: Some(Duration::ZERO), reason, writes: Writes::default() } })
    }
}

impl Escalate {
    pub(super) async fn step(&self, asked: &EscalateJob) -> anyhow::Result<Answer> {
        let app = &self.app;
        let row = store::read(&app.store, asked.alert).await?;
        let Some(row) = row.filter(|it| it.state == State::Running && it.tick == asked.tick) else {
            return Ok(Answer::No("somebody stopped it, or another timer was faster".into()));
        };
        let Some(alert) = app.alert(row.alert).await? else {
            return Ok(Answer::No(format!("there is no alert {} any more", row.alert)));
        };
        let now = app.store.now();
        let next = row.plan.next(row.step, row.round, now, alert.severity);
        let Asked { parties, mut problems } = self.whom(&row, &next, now).await?;
        let mut reached: Vec<(Party, Vec<Way>)> = Vec::with_capacity(parties.len());
        for party in parties {
            if alert.caused_by.as_ref().is_some_and(|it| party.is(it)) {
                problems.push(format!("{} is not paged: it fires for what they did themselves.", party.name()));
                continue;
            }
            let ways = self.ways(&party, &alert).await;
            reached.push((party, ways));
        }
        let fire = Fire { alert, tick: asked.tick, next, parties: reached, problems };
        self.desk.ask(Ask::Fire(Box::new(fire))).await.map_err(anyhow::Error::msg)
    }

    async fn whom(&self, row: &Escalation, next: &Next, now: Timestamp) -> anyhow::Result<Asked> {
        let Next::Step { step: at, .. } = next else { return Ok(self.app.parties(&row.plan.last, now).await) };
        let step = &row.plan.steps[*at];
        let mut asked = self.app.parties(&step.whom, now).await;
        if step.turn == Turn::Next && asked.parties.len() > 1 {
            let policy = row.plan.title();
            let Answer::Turn(turn) = self.desk.ask(Ask::Turn { policy, step: *at }).await.map_err(anyhow::Error::msg)? else {
                anyhow::bail!("a turn is answered with whose it is");
            };
            asked.parties = vec![asked.parties.swap_remove(whose(turn, asked.parties.len()))];
        }
        Ok(asked)
    }

    async fn ways(&self, party: &Party, alert: &Alert) -> Vec<Way> {
        match party {
            Party::Person { person, .. } => self.app.ways(person, alert.severity).await,
            Party::Place { to, .. } => vec![Way::to_place(to.clone())],
        }
    }
}

/// Whose turn it is among so many.
pub fn whose(turn: i64, count: usize) -> usize {
    usize::try_from(turn.unsigned_abs()).unwrap_or_default() % count.max(1)
}
