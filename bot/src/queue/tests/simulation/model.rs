//! The delivery rules in plain Rust: where each accepted job is, and what may become of it.
//!
//! Written from the rules, not from the SQL, with limits of its own (30 s, 15 minutes, 3 days), so that the
//! two are wrong together only where both are.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use crate::queue::{
    Charge, Job, NewJob, Outcome, Priority, Writes,
    claim::{Claimed, Fate},
    store::{Fence, Final},
};

pub const LEASE: SignedDuration = SignedDuration::from_secs(30);
const LANE_WAITS: SignedDuration = SignedDuration::from_mins(15);
const GIVES_UP: SignedDuration = SignedDuration::from_hours(72);
const TRIES: i64 = 8;

/// Name, interval in milliseconds and burst.
pub const BUDGETS: [(&str, u64, u32); 3] = [("quick", 500, 5), ("usual", 1_000, 3), ("slow", 20_000, 1)];
/// Name, cron line, period in seconds, and whether missed steps are left out.
pub const SCHEDULES: [(&str, &str, i64, bool); 2] = [("often", "*/5 * * * *", 300, false), ("hourly", "0 * * * *", 3600, true)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Leased,
    Sending,
    Ambiguous,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Ready,
    Held { boot: String, stage: Stage, until: Timestamp },
    Ended(Final),
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub job: NewJob,
    pub place: Place,
    pub run_at: Timestamp,
    pub holds_until: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub attempts: i64,
    pub epoch: i64,
    pub redriven: bool,
}

/// A job that must be in the database after this step.
pub struct Planned {
    pub job: NewJob,
    /// Which request of the batch is told its id.
    pub answer: Option<usize>,
}

#[derive(Default)]
pub struct Model {
    pub jobs: BTreeMap<i64, Entry>,
    pub planned: Vec<Planned>,
    pub charges: HashMap<String, Vec<Timestamp>>,
    pub fired: HashMap<String, Timestamp>,
    pub put_back: usize,
}

pub fn charges(job: &Job) -> Vec<Charge> {
    let named = |name: &str| BUDGETS.iter().find(|it| it.0 == name).expect("one of these");
    let payload = job.payload.value();
    let names = payload["budgets"].as_array().into_iter().flatten().filter_map(|it| it.as_str());
    names
        .map(|name| {
            let (name, millis, burst) = *named(name);
            Charge { budget: name.into(), interval: Duration::from_millis(millis), burst }
        })
        .collect()
}

/// What is told when the queue gives a job up.
pub fn last_word(job: &Job) -> NewJob {
    told_of(job.id)
}

fn told_of(id: i64) -> NewJob {
    let payload = serde_json::json!({ "serial": format!("the end of {id}") }).into();
    NewJob { kind: "tell", lane: None, priority: Priority::Command, payload, run_at: None, expires: None, unique: None }
}

fn wait(by: Duration) -> SignedDuration {
    by.try_into().expect("short")
}

impl Model {
    pub fn live(&self) -> impl Iterator<Item = (i64, &Entry)> {
        self.jobs.iter().filter(|(_, it)| !matches!(it.place, Place::Ended(_))).map(|(id, it)| (*id, it))
    }

    /// The next moments at which something changes by itself.
    pub fn moments(&self, now: Timestamp) -> Vec<Timestamp> {
        let mut moments = Vec::new();
        for (_, it) in self.live() {
            moments.extend([Some(it.run_at), it.holds_until, it.expires].into_iter().flatten());
            if let Place::Held { until, .. } = it.place {
                moments.push(until);
            }
        }
        moments.retain(|it| *it > now);
        moments.sort_unstable();
        moments
    }

    pub fn insert(&mut self, id: i64, job: NewJob, now: Timestamp) {
        let entry = Entry {
            place: Place::Ready,
            run_at: job.run_at.unwrap_or(now),
            holds_until: None,
            expires: job.expires,
            failing_since: None,
            attempts: 0,
            epoch: 0,
            redriven: false,
            job,
        };
        self.jobs.insert(id, entry);
    }

    pub fn plan(&mut self, writes: &Writes, answer: Option<usize>) {
        self.planned.extend(writes.jobs.iter().map(|job| Planned { job: job.clone(), answer }));
    }

    pub fn is_taken(&self, unique: Option<&String>) -> bool {
        unique.is_some_and(|key| self.live().any(|(_, it)| it.job.unique.as_ref() == Some(key)))
    }

    pub fn holds(&self, boot: &str, fence: Fence) -> bool {
        self.jobs
            .get(&fence.id)
            .is_some_and(|it| it.epoch == fence.epoch && matches!(&it.place, Place::Held { boot: holder, .. } if holder == boot))
    }

    pub fn entry(&mut self, id: i64) -> &mut Entry {
        self.jobs.get_mut(&id).expect("a job of the model")
    }

    /// Whether it took.
    pub fn sending(&mut self, boot: &str, fence: Fence) -> bool {
        let holds = self.holds(boot, fence);
        if holds && let Place::Held { stage, .. } = &mut self.entry(fence.id).place {
            *stage = Stage::Sending;
        }
        holds
    }

    pub fn heartbeat(&mut self, boot: &str, fence: Fence, now: Timestamp) -> bool {
        if !self.holds(boot, fence) {
            return false;
        }
        match &mut self.entry(fence.id).place {
            // Nobody works on it: there is no lease to be renewed.
            Place::Held { stage: Stage::Ambiguous, .. } => false,
            Place::Held { until, .. } => {
                *until = now + LEASE;
                true
            }
            _ => false,
        }
    }

    pub fn release(&mut self, boot: &str, fence: Fence, now: Timestamp) {
        if !self.holds(boot, fence) {
            return;
        }
        let entry = self.entry(fence.id);
        match &mut entry.place {
            Place::Held { stage: Stage::Leased, .. } => {
                entry.place = Place::Ready;
                entry.attempts -= 1;
            }
            Place::Held { stage: Stage::Sending, until, .. } => *until = now,
            _ => (),
        }
    }

    /// Whether the end took; what it writes is planned.
    pub fn end(&mut self, boot: &str, claimed: &Claimed, outcome: &Outcome, now: Timestamp) -> bool {
        let fence = claimed.fence();
        if !self.holds(boot, fence) {
            return false;
        }
        let entry = self.entry(fence.id);
        match outcome {
            Outcome::Done(writes) => {
                entry.place = Place::Ended(Final::Done);
                self.plan(writes, None);
            }
            Outcome::Cancel { writes, .. } => {
                entry.place = Place::Ended(Final::Cancelled);
                self.plan(writes, None);
            }
            Outcome::Dead { writes, .. } => {
                entry.place = Place::Ended(Final::Dead);
                self.plan(writes, None);
            }
            Outcome::Retry { writes, .. } | Outcome::Ambiguous { writes, .. }
                if entry.failing_since.is_some_and(|since| now - GIVES_UP >= since)
                    && match outcome {
                        Outcome::Retry { .. } => entry.attempts >= TRIES,
                        _ => claimed.fate == Fate::Unknown,
                    } =>
            {
                entry.place = Place::Ended(Final::Dead);
                self.plan(writes, None);
                let told = last_word(&claimed.job);
                self.planned.push(Planned { job: told, answer: None });
            }
            Outcome::Retry { after, writes, .. } => {
                let since = *entry.failing_since.get_or_insert(now);
                entry.run_at = now + wait(after.expect("the simulation says when"));
                entry.holds_until = Some(since + LANE_WAITS);
                entry.place = Place::Ready;
                self.plan(writes, None);
            }
            Outcome::Snooze { after, writes, .. } => {
                entry.run_at = now + wait(*after);
                entry.holds_until = Some(entry.run_at);
                entry.place = Place::Ready;
                entry.attempts -= i64::from(claimed.fate != Fate::Unknown);
                self.plan(writes, None);
            }
            Outcome::Ambiguous { after, writes, .. } => {
                entry.failing_since.get_or_insert(now);
                entry.place = Place::Held { boot: boot.into(), stage: Stage::Ambiguous, until: now + wait(*after) };
                self.plan(writes, None);
            }
        }
        true
    }

    /// A bot that is alone on its database begins: whoever held leases is gone.
    pub fn inherit(&mut self, now: Timestamp) {
        for entry in self.jobs.values_mut() {
            if let Place::Held { stage: Stage::Leased | Stage::Sending, until, .. } = &mut entry.place {
                *until = now;
            }
        }
    }

    /// What a scan does before it claims.
    pub fn set_right(&mut self, now: Timestamp) {
        for (id, entry) in &mut self.jobs {
            if matches!(entry.place, Place::Held { stage: Stage::Leased, until, .. } if until <= now) {
                if entry.attempts >= TRIES && entry.failing_since.is_some_and(|since| now - GIVES_UP >= since) {
                    entry.expires = Some(now);
                }
                let since = *entry.failing_since.get_or_insert(now);
                entry.place = Place::Ready;
                let before = entry.attempts - 1;
                let later = if entry.job.priority == Priority::Page { before * 20 } else { 30_000 };
                entry.run_at = now + SignedDuration::from_millis(later * before);
                entry.holds_until = Some(since + LANE_WAITS);
            }
            if entry.place == Place::Ready && entry.expires.is_some_and(|it| it <= now) {
                entry.place = Place::Ended(Final::Dead);
                self.planned.push(Planned { job: told_of(*id), answer: None });
            }
        }
    }

    /// Ends a job that nobody has claimed; whether it could.
    pub fn take_back(&mut self, id: i64, end: Final) -> bool {
        let entry = self.entry(id);
        let is_ready = entry.place == Place::Ready;
        if is_ready {
            entry.place = Place::Ended(end);
        }
        is_ready
    }
}
