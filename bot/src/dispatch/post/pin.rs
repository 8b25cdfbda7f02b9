//! The job that keeps an answer in sight in its channel, once it is there.
//!
//! It is a job of its own: that a channel cannot be changed must not look like the answer's failure. Whoever asked is told.

use std::sync::Arc;

use commands::{Audience, BoxFuture, Error, ErrorKind, Message, Text, Tone};
use serde::{Deserialize, Serialize};

use super::PostJob;
use crate::{
    app::App,
    chat::{Pin, Post, Posted, Target},
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// A message to keep in sight, as stored in a job of kind [`PinJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PinJob {
    to: Target,
    /// The message's id, where the chat told it.
    message: Option<String>,
    pin: Pin,
    /// The answer's.
    key: String,
}

impl PinJob {
    pub const KIND: &'static str = "pin";

    /// What follows when `asked` is there.
    pub(super) fn of(asked: &PostJob, posted: &Posted) -> Option<NewJob> {
        let pin = asked.post.pin.clone()?;
        let (to, key) = (asked.post.to.clone(), asked.post.key.clone());
        let job = PinJob { to, message: posted.id.clone(), pin, key };
        Some(NewJob {
            kind: PinJob::KIND,
            lane: None,
            priority: Priority::Command,
            payload: Payload::of(&job),
            run_at: None,
            expires: None,
            unique: None,
        })
    }

    /// Tells whoever asked, and nobody else.
    fn refused(&self, err: &Error) -> Writes {
        let Target::Answer { to, .. } = &self.to else { return Writes::default() };
        let text = Text::new().link(&self.pin.url, &self.pin.title).plain(" is not pinned here. ").plain(&err.message);
        let to = Target::Answer { to: to.clone(), audience: Audience::Asker };
        let key = format!("{}-pin", self.key);
        let post = Post::new(to, Message::text(text).tone(Tone::Warning), key.clone());
        Writes { jobs: vec![PostJob::new(post, key).into_job(Priority::Command)], ..Writes::default() }
    }
}

/// Does [`PinJob`]s.
pub struct KeepInSight {
    pub app: Arc<App>,
}

impl Handler for KeepInSight {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<PinJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let place = match &asked.to {
                Target::Answer { to, .. } => &to.place,
                Target::Place(place) => place,
                // What stands between two is in sight.
                Target::Person { .. } => return Outcome::Done(Writes::default()),
            };
            let Some(platform) = self.app.platforms.get(&place.platform) else { return Outcome::Done(Writes::default()) };
            let unseen = || {
                let message =
                    format!("Bellhop is not in this channel, so that {} does not say which message it is.", platform.name());
                Error::new(ErrorKind::Closed, message)
            };
            let pinned = match &asked.message {
                Some(message) => platform.pin(place, message, &asked.pin).await,
                None => Err(unseen()),
            };
            match pinned {
                Ok(()) => Outcome::Done(Writes::default()),
                Err(err) if matches!(err.kind, ErrorKind::RateLimited | ErrorKind::BreakerOpen) => {
                    let after = err.retry_after.unwrap_or(std::time::Duration::from_secs(10));
                    Outcome::Snooze { after, reason: err.message, writes: Writes::default() }
                }
                Err(err) if (err.is_temporary() || err.maybe_done) && job.attempt < 5 => {
                    Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() }
                }
                Err(err) => Outcome::Done(asked.refused(&err)),
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // Pinning twice changes nothing.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}
