//! What becomes of a post that its target will not take: it goes elsewhere, or it is a dead letter, and
//! somebody hears of it.

use commands::{Block, Error, ErrorKind, Text};
use jiff::Timestamp;

use super::{PostJob, Purpose, note::NoteJob};
use crate::{
    chat::{Place, Target},
    queue::{Job, NewJob, Outcome, Priority, Writes},
};

/// The end of a post that was refused for good.
pub(super) fn outcome(asked: &PostJob, job: &Job, err: &Error, now: Timestamp) -> Outcome {
    let mut writes = writes(asked, job, &err.message, now);
    // Who cannot be answered where they asked is answered directly. What is wrong with the message itself stays so.
    if let (Target::Answer { to, .. }, None) = (&asked.post.to, &asked.instead_of)
        && matches!(err.kind, ErrorKind::Closed | ErrorKind::Permission | ErrorKind::NotFound)
    {
        let Place { platform, workspace, .. } = to.place.clone();
        let asker = Target::Person { platform, workspace, id: to.asker.clone() };
        writes.jobs.push(elsewhere(asked, job.priority, asker, &err.message));
    }
    match writes.jobs.iter().any(|it| it.kind == PostJob::KIND) {
        true => Outcome::Cancel { reason: format!("{} It is posted elsewhere instead.", err.message), writes },
        false => Outcome::Dead { reason: err.message.clone(), writes },
    }
}

/// What follows when `asked` will not be posted where it should be: the post at its fallback, and a note.
pub(super) fn writes(asked: &PostJob, job: &Job, reason: &str, now: Timestamp) -> Writes {
    let mut jobs = Vec::new();
    if let (Some(fallback), None) = (&asked.fallback, &asked.instead_of) {
        jobs.push(elsewhere(asked, job.priority, Target::Place(fallback.clone()), reason));
    }
    let about = &asked.post.to;
    // Nobody is told directly that nobody can be told directly.
    let is_told = match (asked.purpose, about) {
        (_, Target::Answer { .. }) | (Purpose::Note, Target::Person { .. }) => false,
        (_, Target::Place(_) | Target::Person { .. }) => true,
    };
    if is_told {
        jobs.push(NoteJob::undeliverable(asked, reason).into_job(now));
    }
    Writes { jobs, ..Writes::default() }
}

impl PostJob {
    /// The cursor under which a post is kept whose place may say later that it did not arrive.
    pub(in crate::dispatch) fn kept_as(key: &str) -> String {
        format!("once:sent:{key}")
    }

    /// This post at its fallback, once its place said that it did not arrive after all.
    pub(in crate::dispatch) fn at_fallback(&self, priority: Priority, reason: &str) -> Option<NewJob> {
        let fallback = self.fallback.as_ref().filter(|_| self.instead_of.is_none())?;
        Some(elsewhere(self, priority, Target::Place(fallback.clone()), reason))
    }

    /// What is kept of it until its place has said whether it arrived: text messages are taken first and fail later.
    pub(super) fn kept(&self) -> Option<(String, String)> {
        let may_fail_later = self.post.to.platform() == "sms" && self.fallback.is_some() && self.instead_of.is_none();
        may_fail_later.then(|| (PostJob::kept_as(&self.post.key), serde_json::to_string(self).unwrap_or_default()))
    }
}

/// The same post to another place, marked with where it was meant to go.
fn elsewhere(asked: &PostJob, priority: Priority, to: Target, reason: &str) -> NewJob {
    let meant = Text::new().plain("Meant for ").code(written(&asked.post.to)).plain(", where it could not be posted: ");
    let marked = Text(meant.0.into_iter().chain(Text::marked(reason).0).collect());
    let mut other = asked.clone();
    other.instead_of = Some(std::mem::replace(&mut other.post.to, to));
    other.fallback = None;
    (other.told, other.digest, other.card, other.repeat) = (None, None, None, false);
    other.post.message.blocks.insert(0, Block::Context(marked));
    other.post.key = format!("{}:elsewhere", other.post.key);
    other.into_job(priority)
}

/// A target as the configuration file names it.
pub(super) fn written(to: &Target) -> String {
    let place = match to {
        Target::Answer { to, .. } => &to.place,
        Target::Place(place) if place.platform == "slack" && !place.workspace.is_empty() => {
            return format!("{}:{}/{}", place.platform, place.workspace, place.channel);
        }
        Target::Place(place) => place,
        Target::Person { platform, id, .. } => return format!("{platform}:@{id}"),
    };
    let channel = place.channel.strip_prefix("channel:").unwrap_or(&place.channel);
    match &place.thread {
        Some(topic) if place.platform == "zulip" => format!("{}:{channel}>{topic}", place.platform),
        _ => format!("{}:{channel}", place.platform),
    }
}
