//! Taking a job back that waits, and telling whom it was promised to.

use super::{post::PostJob, replies, run::RunJob};
use crate::{
    alerts::{take::AlertJob, timer::TimerJob},
    connections::poll::Poll,
    escalation::{page::PageJob, timer::EscalateJob},
    notify::outgoing::OutgoingJob,
    people::{PersonId, approvals::FollowJob},
    queue::{Cancelled, Queue},
    sync::run::Synchronize,
};

/// What became of a wish to cancel a job.
#[derive(Debug)]
pub enum Taken {
    /// It is not done any more: what it was, if it was a command.
    Yes(Option<Box<RunJob>>),
    /// It is at work, has ended, or never was.
    TooLate,
    /// It keeps something going, or is somebody's page: what ends that instead.
    Kept(&'static str),
}

/// A job that waits.
pub struct Waiting {
    pub id: i64,
    kind: String,
    /// The command that it is, if it is one.
    pub asked: Option<Box<RunJob>>,
}

/// Why a job of this kind cannot be cancelled; none where it can be.
pub fn kept(kind: &str) -> Option<&'static str> {
    match kind {
        RunJob::KIND | PostJob::KIND | OutgoingJob::KIND => None,
        Poll::KIND => Some("It keeps looking at a system for what changed there: `bellhop disconnect` ends that."),
        Synchronize::KIND => Some("It keeps tasks the same: `bellhop sync pause` ends that."),
        PageJob::KIND | EscalateJob::KIND | AlertJob::KIND | TimerJob::KIND => {
            Some("Somebody may have to hear of its alert: acknowledge, resolve or silence that instead.")
        }
        FollowJob::KIND => Some("Somebody waits for what it does: deny what was asked for instead."),
        _ => Some("It keeps the bot itself going, and ends by itself."),
    }
}

/// The job `id`, if it waits.
///
/// # Errors
/// The store cannot be read.
pub async fn waiting(queue: &Queue, id: i64) -> anyhow::Result<Option<Waiting>> {
    let Some((kind, payload)) = queue.waiting(id).await? else { return Ok(None) };
    let asked = (kind == RunJob::KIND).then(|| serde_json::from_value::<RunJob>(payload)).and_then(Result::ok).map(Box::new);
    Ok(Some(Waiting { id, kind, asked }))
}

/// Takes a job back in the name of `by`. Who asked for it hears of it, unless it is they who take it back.
///
/// # Errors
/// The store cannot be written to.
pub async fn cancel(queue: &Queue, job: Waiting, by: &str, person: Option<&PersonId>) -> anyhow::Result<Taken> {
    if let Some(why) = kept(&job.kind) {
        return Ok(Taken::Kept(why));
    }
    let others = job.asked.as_deref().filter(|it| person != Some(&PersonId::asker(&it.to)));
    let told = others.map(|it| replies::post(&it.to, &format!("{}-cancelled", it.request_id), replies::cancelled(it, by)));
    Ok(match queue.cancel(job.id, &format!("cancelled by {by}"), told).await? {
        Cancelled::Yes => Taken::Yes(job.asked),
        Cancelled::TooLate => Taken::TooLate,
    })
}

#[cfg(test)]
mod tests;
