//! What happens besides the writers: schedules, and people who set something right.

use anyhow::{Context, ensure};
use rand::RngExt;

use super::{bot::KINDS, model::Place, world::World};
use crate::{
    queue::{Cancelled, Hurried, NewJob, Redriven, schedule, store::Final},
    store::sql,
};

impl World {
    /// Looks for due schedules, or fires those that were found.
    pub async fn schedules(&mut self, nth: usize) -> anyhow::Result<()> {
        let name = self.bots[nth].boot.clone();
        let Some((due, fence)) = self.bots[nth].due.take() else {
            self.tell(format!("{name} looks for due schedules"));
            if let Some(fence) = self.bots[nth].hold.seek().await? {
                let (due, _) = schedule::due(&self.store, &KINDS).await?;
                self.bots[nth].due = Some((due, fence));
            }
            return Ok(());
        };
        self.tell(format!("{name} fires what it found due"));
        let duty =
            sql("SELECT boot, until FROM duty WHERE name = 'schedules'").first(self.store.read()).await?.context("a duty")?;
        let may = duty.text(0)? == *fence.boot && duty.time(1)? > self.now();
        let fired = schedule::fire(&self.store, &KINDS, &due, &fence).await?;
        ensure!(may || fired == 0, "{name} fires schedules, and they are another's duty");
        self.settle(None).await
    }

    /// Somebody sets something right by hand.
    pub async fn operate(&mut self) -> anyhow::Result<()> {
        let ids: Vec<i64> = self.model.jobs.keys().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let (id, now) = (self.one_of(&ids), self.now());
        let entry = self.model.jobs[&id].clone();
        match self.rng.random_range(0..4) {
            0 => {
                let cancelled = self.operator.cancel(id, "cancelled", None).await?;
                self.tell(format!("somebody cancels {id}: {cancelled:?}"));
                let is_cancelled = self.model.take_back(id, Final::Cancelled);
                ensure!((cancelled == Cancelled::Yes) == is_cancelled, "job {id} was {:?}", entry.place);
            }
            1 => {
                let hurried = self.operator.hurry(id).await?;
                self.tell(format!("somebody hurries {id}: {hurried:?}"));
                let waits = entry.place == Place::Ready && entry.run_at > now;
                ensure!((hurried == Hurried::Yes) == waits, "job {id} was {:?}", entry.place);
                if waits {
                    self.model.jobs.get_mut(&id).context("a job")?.run_at = now;
                }
            }
            _ => {
                let redriven = self.operator.redrive(id).await?;
                self.tell(format!("somebody puts {id} back: {redriven:?}"));
                let is_dead = entry.place == Place::Ended(Final::Dead) && !entry.redriven;
                ensure!((redriven == Redriven::NotFound) != is_dead, "job {id} was {:?}", entry.place);
                let is_live = is_dead && self.model.is_taken(entry.job.unique.as_ref());
                ensure!((redriven == Redriven::Live) == is_live, "job {id} has the key {:?}", entry.job.unique);
                if let Redriven::As(new) = redriven {
                    self.model.jobs.get_mut(&id).context("a job")?.redriven = true;
                    let job = NewJob { run_at: None, expires: None, ..entry.job };
                    ensure!(!self.model.jobs.contains_key(&new), "the id {new} is not new");
                    self.model.insert(new, job, now);
                }
            }
        }
        self.settle(None).await
    }
}
