//! What is remembered of a post that told something: where it stands, so that whoever wonders about it can ask.

use std::time::Duration;

use super::{PostJob, Purpose, pin::PinJob};
use crate::{
    chat::{Place, Posted, Target},
    notify::news::Landed,
    people::approvals,
    queue::{Job, Writes},
};

impl PostJob {
    /// The end of a job that posted, with where it stands.
    pub(super) fn landing(&self, job: &Job, posted: &Posted, now: jiff::Timestamp, mut writes: Writes) -> Writes {
        // A card of its own has noted where it stands already.
        if writes.landed.is_empty() {
            let waited = self.held_since.is_some() || self.purpose == Purpose::Digest;
            let took = Duration::try_from(now.duration_since(job.created_at)).ok().filter(|_| !waited);
            writes.landed = self.landed(posted.id.as_deref(), took);
        }
        writes.cursors.extend(self.kept());
        writes.jobs.extend(PinJob::of(self, posted));
        writes
    }

    /// Where this stands, and all that it tells besides; nothing of what reports nothing.
    pub(super) fn landed(&self, message: Option<&str>, took: Option<Duration>) -> Vec<Landed> {
        // Messages that ask for an approval are edited when it is decided.
        let asks = self.post.key.starts_with(approvals::KEY);
        let reports = self.told.is_some() || self.digest.is_some() || !self.also.is_empty();
        if !reports && self.instead_of.is_none() && !asks {
            return Vec::new();
        }
        match &self.post.to {
            Target::Place(place) => self.at(place, message, took),
            Target::Person { platform, workspace, id } => {
                let (platform, workspace) = (platform.clone(), workspace.clone());
                self.at(&Place { platform, workspace, channel: format!("@{id}"), thread: None }, message, took)
            }
            Target::Answer { .. } => Vec::new(),
        }
    }

    fn at(&self, place: &Place, message: Option<&str>, took: Option<Duration>) -> Vec<Landed> {
        let of = |key: &String| Landed {
            key: key.clone(),
            // Keys of what is reported begin with its source.
            source: key.split(':').next().unwrap_or_default().to_owned(),
            platform: place.platform.clone(),
            workspace: place.workspace.clone(),
            channel: place.channel.clone(),
            thread: place.thread.clone(),
            message: message.map(str::to_owned),
            took,
        };
        std::iter::once(&self.post.key).chain(&self.also).map(of).collect()
    }
}
