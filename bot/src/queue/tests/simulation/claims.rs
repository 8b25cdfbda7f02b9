//! What may be claimed, and what a claim must not leave behind.

use anyhow::{Context, ensure};
use jiff::Timestamp;

use super::model::{LEASE, Model, Place, Stage, charges};
use crate::queue::{
    Charge, Priority,
    claim::{Claimed, Fate},
};

impl Model {
    /// What a job of a lane has to wait for.
    fn ahead(&self, id: i64, now: Timestamp) -> Option<i64> {
        let lane = self.jobs[&id].job.lane.as_ref()?;
        let in_lane = self.live().filter(|(other, it)| *other != id && it.job.lane.as_ref() == Some(lane));
        in_lane
            .filter(|(other, it)| match it.place {
                Place::Held { .. } => true,
                _ => *other < id && (it.run_at <= now || it.holds_until.is_some_and(|until| until > now)),
            })
            .map(|(other, _)| other)
            .next()
    }

    pub fn may_run(&self, id: i64, now: Timestamp) -> anyhow::Result<()> {
        let entry = self.jobs.get(&id).with_context(|| format!("nobody accepted job {id}"))?;
        ensure!(entry.place == Place::Ready, "job {id} is run, but {:?}", entry.place);
        ensure!(entry.run_at <= now, "job {id} is run before {}", entry.run_at);
        ensure!(entry.expires.is_none_or(|it| it > now), "job {id} is run, but expired");
        if let Some(other) = self.ahead(id, now) {
            anyhow::bail!("job {id} is run, but job {other} is ahead in its lane");
        }
        Ok(())
    }

    pub fn claim(&mut self, boot: &str, claimed: &Claimed, now: Timestamp) -> anyhow::Result<()> {
        let id = claimed.job.id;
        let stage = match claimed.fate {
            Fate::Unknown => {
                let place = self.jobs.get(&id).map(|it| &it.place);
                let is_lost =
                    matches!(place, Some(Place::Held { stage: Stage::Sending | Stage::Ambiguous, until, .. }) if *until <= now);
                ensure!(is_lost, "job {id} is looked into, but {place:?}");
                Stage::Sending
            }
            fate => {
                self.may_run(id, now)?;
                let leaves_at_once = claimed.job.kind == "post";
                ensure!(
                    (fate == Fate::Sending) == leaves_at_once,
                    "job {id} of kind {} is claimed as {fate:?}",
                    claimed.job.kind
                );
                self.entry(id).attempts += 1;
                if leaves_at_once {
                    charges(&claimed.job).into_iter().try_for_each(|it| self.charge(it, now))?;
                    Stage::Sending
                } else {
                    Stage::Leased
                }
            }
        };
        let entry = self.entry(id);
        entry.epoch += 1;
        entry.place = Place::Held { boot: boot.into(), stage, until: now + LEASE };
        ensure!(
            i64::from(claimed.job.attempt) == entry.attempts,
            "attempt {} of job {id} is its {}",
            claimed.job.attempt,
            entry.attempts
        );
        ensure!(claimed.epoch == entry.epoch, "epoch {} of job {id} is its {}", claimed.epoch, entry.epoch);
        ensure!(claimed.failing_since == entry.failing_since, "job {id} fails since {:?}", claimed.failing_since);
        Ok(())
    }

    /// In no stretch of time more than the burst and one an interval.
    fn charge(&mut self, charge: Charge, now: Timestamp) -> anyhow::Result<()> {
        let taken = self.charges.entry(charge.budget.clone()).or_default();
        taken.push(now);
        for (nth, since) in taken.iter().enumerate() {
            let count = (taken.len() - nth) as i128;
            let allowed = i128::from(charge.burst) + now.duration_since(*since).as_micros() / charge.interval.as_micros() as i128;
            ensure!(count <= allowed, "the budget {} gave {count} since {since}, not {allowed}", charge.budget);
        }
        Ok(())
    }

    pub fn is_spent(&self, charge: &Charge, now: Timestamp) -> bool {
        let mut with_one_more = Model { charges: self.charges.clone(), ..Model::default() };
        with_one_more.charge(charge.clone(), now).is_err()
    }

    /// What a scan had room for and left, though it could be done.
    pub fn left_over(&self, least: Option<Priority>, now: Timestamp) -> anyhow::Result<()> {
        // One that was put back was looked at in place of another; where there is room left, only if there were many.
        if self.put_back >= 8 || (self.put_back > 0 && least.is_some()) {
            return Ok(());
        }
        for (id, entry) in self.live() {
            let is_unknown =
                matches!(entry.place, Place::Held { stage: Stage::Sending | Stage::Ambiguous, until, .. } if until <= now);
            ensure!(!(least.is_none() && is_unknown), "what became of job {id} is not known, and nobody looks into it");
            let is_urgent = least.is_none_or(|it| entry.job.priority < it);
            ensure!(!(is_urgent && self.may_run(id, now).is_ok()), "job {id} could be run, and nobody looks at it");
        }
        Ok(())
    }
}
