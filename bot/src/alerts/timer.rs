//! What happens to an alert by itself, later. A timer is a job; it looks in its transaction whether what it was set for is
//! still so, and does nothing otherwise.

use std::sync::Arc;

use commands::{BoxFuture, Button, Text};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    State, Who,
    batch::{Batch, Said, Working},
    card,
    rule::{say_span, span},
    store, tell,
};
use crate::{
    app::App,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
    store::Tx,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// It has held for as long as its rule asks.
    Holds,
    /// What kept people from being paged may be over.
    Look,
    /// Whoever acknowledged it is reminded.
    Remind,
    /// The acknowledgement ends.
    Unacknowledge,
    /// It is said again.
    Repeat,
    /// Its source may have forgotten it.
    Stale,
}

/// A timer, as stored in a job of kind [`TimerJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimerJob {
    pub alert: i64,
    pub timer: Timer,
    pub due: Timestamp,
}

impl TimerJob {
    pub const KIND: &'static str = "alert_timer";

    pub fn into_job(self) -> NewJob {
        let what = format!("{:?}", self.timer).to_lowercase();
        NewJob {
            kind: TimerJob::KIND,
            lane: Some(format!("alert-timer:{}", self.alert)),
            priority: Priority::Page,
            payload: Payload::of(&self),
            run_at: Some(self.due),
            expires: None,
            unique: Some(format!("alert-timer:{}:{what}:{}", self.alert, self.due.as_microsecond())),
        }
    }
}

/// The handler of [`TimerJob`].
pub struct Ring {
    pub app: Arc<App>,
}

impl Handler for Ring {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<TimerJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            match self.app.ring(&asked).await {
                Ok(()) => Outcome::Done(Writes::default()),
                Err(err) => Outcome::Retry { after: None, reason: format!("{err:#}"), writes: Writes::default() },
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // A timer that rang already finds nothing to do.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

impl App {
    /// Does what the timer was set for, where that is still wanted.
    pub(super) async fn ring(&self, asked: &TimerJob) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let mut batch = Batch::default();
        let rule = {
            let Some(it) = batch.get(&mut tx, asked.alert).await? else { return Ok(()) };
            self.alert_rule(it.row.rule.as_deref())
        };
        if let Some(it) = batch.get(&mut tx, asked.alert).await? {
            let length = |text: Option<&String>| text.and_then(|it| span(it));
            let repeat = length(rule.as_ref().and_then(|it| it.rule.repeat.as_ref()));
            let resolve_after = length(rule.as_ref().and_then(|it| it.rule.resolve_after.as_ref()));
            match asked.timer {
                // What is to be done is done by settling it.
                Timer::Look => {}
                Timer::Holds => holds(it, asked.due, repeat, tx.now()),
                Timer::Remind => remind(self, &mut tx, it, asked.due).await?,
                Timer::Unacknowledge => unacknowledge(it, asked.due, repeat, tx.now()),
                Timer::Repeat => self.repeat(it, asked.due, repeat, tx.now()),
                Timer::Stale => stale(&mut tx, it, resolve_after).await?,
            }
        }
        batch.finish(self, &mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    fn repeat(&self, it: &mut Working, due: Timestamp, every: Option<SignedDuration>, now: Timestamp) {
        if it.row.repeat_at != Some(due) {
            return;
        }
        if it.row.state == State::Firing && it.row.muted.is_none() {
            let since = say_span(now.duration_since(it.row.opened_at));
            it.say(None, format!("It still fires, since {since}, and nobody has acknowledged it."), Said::InChannel);
        }
        set_repeat(it, every, now);
    }
}

/// From now on it is said again and again.
pub(super) fn set_repeat(it: &mut Working, every: Option<SignedDuration>, now: Timestamp) {
    it.row.repeat_at = every.and_then(|every| now.checked_add(every).ok());
    if let Some(at) = it.row.repeat_at {
        it.timers.push((Timer::Repeat, at));
    }
}

fn holds(it: &mut Working, due: Timestamp, repeat: Option<SignedDuration>, now: Timestamp) {
    if it.row.holds_until != Some(due) || it.row.state != State::Firing {
        return;
    }
    it.row.holds_until = None;
    it.say(None, "It has held long enough to be told.", Said::Quietly);
    set_repeat(it, repeat, now);
}

/// Whoever has it is mentioned where it stands, and told directly, with how to go on.
async fn remind(app: &App, tx: &mut Tx, it: &mut Working, due: Timestamp) -> anyhow::Result<()> {
    let (State::Acknowledged, Some(until), Some(since)) = (it.row.state, it.row.acknowledged_until, it.row.acknowledged_at)
    else {
        return Ok(());
    };
    if super::act::reminds_at(Some(since), until) != Some(due) {
        return Ok(());
    }
    let who = |id: &Option<String>, name: &Option<String>| Some(Who { id: id.clone()?, name: name.clone().unwrap_or_default() });
    let by = who(&it.row.acknowledged_by, &it.row.acknowledged_name);
    let assigned = who(&it.row.assigned_to, &it.row.assigned_name).filter(|it| by.as_ref().is_none_or(|by| by.id != it.id));
    let left = say_span(until.duration_since(due));
    if let Some(by) = &by {
        let text = format!(", it is still not resolved. In {left} it counts as not acknowledged again.");
        it.say_naming(None, "", by, &text);
    }
    let length = until.duration_since(since);
    let minutes = (length.as_secs() + 59) / 60;
    for (who, is_by) in by.iter().map(|it| (it, true)).chain(assigned.iter().map(|it| (it, false))) {
        let text = Text::new().plain("This is still not resolved. It counts as not acknowledged again ").time(until).plain(".");
        // Nobody else can acknowledge what somebody has.
        let go_on = Button::run(
            format!("Go on for {}", say_span(length)),
            card::call("alert ack", it.row.id, json!({ "for": format!("{minutes}m") })),
        );
        let more = if is_by { vec![go_on] } else { Vec::new() };
        tell::directly(app, tx, &it.row, who, text, more, &format!("remind:{}", due.as_microsecond())).await?;
    }
    Ok(())
}

fn unacknowledge(it: &mut Working, due: Timestamp, repeat: Option<SignedDuration>, now: Timestamp) {
    if it.row.state != State::Acknowledged || it.row.acknowledged_until != Some(due) {
        return;
    }
    let name = it.row.acknowledged_name.clone().unwrap_or_default();
    it.row.state = State::Firing;
    it.forget_acknowledgement();
    it.say(None, format!("{name}'s acknowledgement has ended, and it still fires."), Said::InChannel);
    set_repeat(it, repeat, now);
}

async fn stale(tx: &mut Tx, it: &mut Working, after: Option<SignedDuration>) -> anyhow::Result<()> {
    let Some(after) = after.filter(|_| it.row.state != State::Resolved) else { return Ok(()) };
    let over = it.row.heard_at.checked_add(after)?;
    if over > tx.now() {
        it.timers.push((Timer::Stale, over));
        return Ok(());
    }
    store::end_instances(tx, it.row.id).await?;
    let text = format!("Taken to be over: {} has said nothing of it for {}.", it.row.source, say_span(after));
    super::apply::resolve(tx, it, "silence of its source", None, &text).await
}
