//! The job that follows an approval: its end when nobody decides, and its messages when somebody did.

use std::{sync::Arc, time::Duration};

use commands::{Audience, BoxFuture, Error, Message, Reply, Text, Tone};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Counted, shown};
use crate::{
    app::App,
    audit,
    chat::Post,
    hooks::replay::State as Stands,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
    store::unreadable,
};

/// How soon is looked again for a message that is still on its way.
const SOON: Duration = Duration::from_secs(2);
/// How long a message that does not arrive is waited for.
const WORTH: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// As stored in a job of kind [`FollowJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowJob {
    pub approval: i64,
    pub step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Its time is over.
    Expire,
    /// It is decided: the messages that asked lose their buttons.
    Lock,
    /// Somebody agreed, and more have to: the messages that asked say so.
    Count,
}

impl FollowJob {
    pub const KIND: &'static str = "approval";

    pub fn into_job(self, run_at: Option<Timestamp>) -> NewJob {
        NewJob {
            kind: FollowJob::KIND,
            lane: None,
            priority: Priority::Command,
            payload: Payload::of(&self),
            run_at,
            expires: None,
            unique: None,
        }
    }
}

/// Does [`FollowJob`]s.
pub struct Follow {
    pub app: Arc<App>,
}

impl Handler for Follow {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<FollowJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let followed = match asked.step {
                Step::Expire => self.expire(asked.approval).await.map(|()| None),
                Step::Lock | Step::Count => self.show(asked.approval).await,
            };
            let age = self.app.store.now().duration_since(job.created_at);
            match followed {
                Ok(Some(reason)) if age < WORTH => Outcome::Snooze { after: SOON, reason, writes: Writes::default() },
                Ok(_) => Outcome::Done(Writes::default()),
                Err(err) if err.is_temporary() => {
                    Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() }
                }
                Err(err) => Outcome::Cancel { reason: err.message, writes: Writes::default() },
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // Editing a message twice changes nothing.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

impl Follow {
    async fn expire(&self, id: i64) -> commands::Result<()> {
        let app = &self.app;
        let Some(it) = app.people.approvals.load(id).await.map_err(unreadable)? else { return Ok(()) };
        let record = audit::Record {
            actor: it.asker.clone(),
            action: format!("[approval {id} expired] {}", it.line),
            request_id: it.job.request_id.clone(),
        };
        let text = Text::new()
            .code(it.line.clone())
            .plain(" is not done: nobody decided it in time. Give the command again to ask once more.");
        let reply = Reply::new(Message::text(text).tone(Tone::Bad), Audience::Asker);
        let told = crate::dispatch::told(&it.job.to, &format!("approval-{id}-expired"), reply);
        if app.people.approvals.expire(id, &record, vec![told]).await.map_err(unreadable)? == Counted::Decided {
            metrics::counter!("bellhop_approvals_total", "outcome" => "expired").increment(1);
        }
        Ok(())
    }

    /// Edits the messages that asked; why that is not done yet, if so.
    async fn show(&self, id: i64) -> commands::Result<Option<String>> {
        let app = &self.app;
        let Some(it) = app.people.approvals.load(id).await.map_err(unreadable)? else { return Ok(None) };
        let keys: Vec<String> = (0..it.asked.len()).map(|at| it.key(at)).collect();
        let states = app.states_of(&keys).await.map_err(unreadable)?;
        let message = shown(&it, Some(app.store.now()));
        let (mut later, mut failure): (Option<String>, Option<Error>) = (None, None);
        for (key, to) in keys.iter().zip(&it.asked) {
            match states.iter().find(|(known, _)| known == key).map(|(_, state)| state) {
                Some(Stands::Waiting) => later = Some("a message that asks is still on its way".into()),
                Some(Stands::Posted(stands)) => {
                    let Some(platform) = app.platforms.get(to.platform()) else { continue };
                    let Some(message_id) = stands.landed.message.as_deref() else { continue };
                    let post = Post::new(to.clone(), message.clone(), key.clone());
                    match platform.update(&post, message_id).await {
                        Ok(()) => {}
                        Err(err) if err.is_temporary() => failure = failure.or(Some(err)),
                        // It is gone, or too old: its buttons say that it was decided.
                        Err(err) => tracing::info!(approval = id, "A message that asked is not edited: {err}"),
                    }
                }
                Some(Stands::New) | None => {}
            }
        }
        failure.map_or(Ok(later), Err)
    }
}
