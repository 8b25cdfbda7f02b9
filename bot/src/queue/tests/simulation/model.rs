//! The delivery rules in plain Rust: where each accepted job is, and what may become of it.
//!
//! Written from the rules, not from the SQL, with limits of its own (30 s, 15 minutes, 3 days), so that the
//! two are wrong together only where both are.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};

use crate::{
    queue::{
        Charge, Job, NewJob, Outcome, Priority, Writes,
        claim::{Claimed, Fate},
        store::{Fence, Final},
    },
    store::{Row, Store, sql},
};

const LEASE: SignedDuration = SignedDuration::from_secs(30);
const LANE_WAITS: SignedDuration = SignedDuration::from_mins(15);
const GIVES_UP: SignedDuration = SignedDuration::from_hours(72);

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
    charges: HashMap<String, Vec<Timestamp>>,
    pub fired: HashMap<String, Timestamp>,
    put_back: usize,
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

    fn is_taken(&self, unique: Option<&String>) -> bool {
        unique.is_some_and(|key| self.live().any(|(_, it)| it.job.unique.as_ref() == Some(key)))
    }

    pub fn holds(&self, boot: &str, fence: Fence) -> bool {
        self.jobs
            .get(&fence.id)
            .is_some_and(|it| it.epoch == fence.epoch && matches!(&it.place, Place::Held { boot: holder, .. } if holder == boot))
    }

    fn entry(&mut self, id: i64) -> &mut Entry {
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
            Outcome::Retry { writes, .. } if entry.failing_since.is_some_and(|since| now - GIVES_UP >= since) => {
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
                let since = *entry.failing_since.get_or_insert(now);
                entry.place = Place::Ready;
                entry.run_at = now + SignedDuration::from_secs(30 * (entry.attempts - 1));
                entry.holds_until = Some(since + LANE_WAITS);
                entry.expires.get_or_insert(now + GIVES_UP);
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

    /// Takes what is new in the database: all that was planned, in order, and steps of schedules. The ids with the
    /// answers that tell them.
    pub fn arrive(&mut self, rows: &[Row], now: Timestamp) -> anyhow::Result<Vec<(usize, i64)>> {
        let mut told = Vec::new();
        let mut planned = std::mem::take(&mut self.planned).into_iter();
        for row in rows {
            let (id, kind, serial): (i64, String, serde_json::Value) = (row.int(0)?, row.text(14)?, row.json(15)?);
            if self.jobs.contains_key(&id) {
                continue;
            }
            ensure!(self.jobs.last_key_value().is_none_or(|(last, _)| *last < id), "the id {id} is not new");
            if kind == "cron" {
                self.step(&serial, now)?;
                let unique = row.maybe_text(10)?;
                let job = NewJob {
                    kind: "cron",
                    lane: row.maybe_text(11)?,
                    priority: Priority::of(row.int(12)?),
                    payload: serial.into(),
                    run_at: None,
                    expires: None,
                    unique,
                };
                self.insert(id, job, now);
                continue;
            }
            let next = loop {
                let next = planned.next().with_context(|| format!("nobody accepted job {id}: {serial}"))?;
                if !self.is_taken(next.job.unique.as_ref()) {
                    break next;
                }
            };
            ensure!(next.job.payload.value() == serial, "job {id} is {serial}, not {:?}", next.job.payload);
            told.extend(next.answer.map(|answer| (answer, id)));
            self.insert(id, next.job, now);
        }
        for left in planned {
            ensure!(self.is_taken(left.job.unique.as_ref()), "what was accepted is lost: {:?}", left.job.payload);
        }
        Ok(told)
    }

    /// A schedule fires the latest step, once.
    fn step(&mut self, payload: &serde_json::Value, now: Timestamp) -> anyhow::Result<()> {
        let name = payload["schedule"]["name"].as_str().context("a schedule's name")?;
        let step: Timestamp = payload["schedule"]["step"].as_str().context("a step")?.parse()?;
        let (_, _, period, skips) = SCHEDULES.iter().find(|it| it.0 == name).context("one of these")?;
        let latest = Timestamp::from_second(now.as_second() / period * period)?;
        ensure!(step == latest, "{name} fired {step} and not the latest step {latest}");
        ensure!(
            !skips || now.duration_since(step) <= SignedDuration::from_mins(1),
            "{name} fired {step}, which is to be left out"
        );
        let last = self.fired.insert(name.into(), step);
        ensure!(last.is_none_or(|last| last < step), "{name} fired {step} again");
        Ok(())
    }

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

    fn may_run(&self, id: i64, now: Timestamp) -> anyhow::Result<()> {
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

    fn is_spent(&self, charge: &Charge, now: Timestamp) -> bool {
        let mut with_one_more = Model { charges: self.charges.clone(), ..Model::default() };
        with_one_more.charge(charge.clone(), now).is_err()
    }

    /// What a scan had room for and left, though it could be done.
    pub fn left_over(&self, least: Option<Priority>, now: Timestamp) -> anyhow::Result<()> {
        if self.put_back > 0 {
            return Ok(());
        }
        for (id, entry) in self.live() {
            let is_urgent = least.is_none_or(|it| entry.job.priority < it);
            ensure!(!(is_urgent && self.may_run(id, now).is_ok()), "job {id} could be run, and nobody looks at it");
        }
        Ok(())
    }

    /// Compares with the database, job for job.
    pub fn compare(&mut self, rows: &[Row], now: Timestamp) -> anyhow::Result<()> {
        self.put_back = 0;
        let mut seen = 0;
        for row in rows {
            seen += 1;
            let id = row.int(0)?;
            self.take_put_back(row, now)?;
            let entry = self.jobs.get(&id).with_context(|| format!("nobody accepted job {id}"))?;
            let (state, boot, until) = match &entry.place {
                Place::Ready => ("ready", None, None),
                Place::Held { boot, stage: Stage::Leased, until } => ("leased", Some(boot.clone()), Some(*until)),
                Place::Held { boot, stage: Stage::Sending, until } => ("sending", Some(boot.clone()), Some(*until)),
                Place::Held { boot, stage: Stage::Ambiguous, until } => ("ambiguous", Some(boot.clone()), Some(*until)),
                Place::Ended(end) => anyhow::bail!("job {id} was {end:?}, and is there again"),
            };
            let holds = |it: Option<Timestamp>| it.filter(|it| entry.place == Place::Ready && *it > now);
            let expected = (
                state,
                boot,
                until,
                entry.run_at,
                holds(entry.holds_until),
                entry.attempts,
                entry.epoch,
                entry.failing_since,
                entry.expires,
            );
            let found_state = row.text(1)?;
            let found = (
                found_state.as_str(),
                row.maybe_text(7)?,
                row.maybe_time(8)?,
                row.time(2)?,
                holds(row.maybe_time(3)?),
                row.int(4)?,
                row.int(5)?,
                row.maybe_time(6)?,
                row.maybe_time(9)?,
            );
            ensure!(found == expected, "job {id} is\n  {found:?} and not\n  {expected:?}");
        }
        ensure!(
            seen == self.live().count(),
            "a job is lost: {seen} are there of {:?}",
            self.live().map(|it| it.0).collect::<Vec<_>>()
        );
        Ok(())
    }

    /// A post that found its budget spent waits, and so does its lane.
    fn take_put_back(&mut self, row: &Row, now: Timestamp) -> anyhow::Result<()> {
        let (id, run_at) = (row.int(0)?, row.time(2)?);
        let Some(entry) = self.jobs.get(&id) else { return Ok(()) };
        if entry.place != Place::Ready || entry.job.kind != "post" || entry.run_at > now || entry.run_at == run_at {
            return Ok(());
        }
        self.may_run(id, now).context("a job that is put back")?;
        let job = Job {
            id,
            kind: "post".into(),
            lane: None,
            priority: entry.job.priority,
            payload: entry.job.payload.clone(),
            attempt: 0,
            created_at: now,
            expires: None,
        };
        ensure!(charges(&job).iter().any(|it| self.is_spent(it, now)), "job {id} waits for a budget that is not spent");
        ensure!(run_at > now && run_at <= now + SignedDuration::from_secs(120), "job {id} waits for its budget until {run_at}");
        ensure!(row.maybe_time(3)? == Some(run_at), "the lane of job {id} does not wait for its budget");
        let entry = self.entry(id);
        (entry.run_at, entry.holds_until) = (run_at, Some(run_at));
        self.put_back += 1;
        Ok(())
    }

    /// Compares the history: every job that ended is there, once, as it ended.
    pub async fn compare_history(&self, store: &Store) -> anyhow::Result<()> {
        let rows = sql("SELECT id, state, attempts FROM job_history ORDER BY id").all(store.read()).await?;
        let found = rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?, row.int(2)?))).collect::<sqlx::Result<Vec<_>>>()?;
        let ended = self.jobs.iter().filter_map(|(id, it)| match it.place {
            Place::Ended(end) => Some((*id, end.name().to_owned(), it.attempts)),
            _ => None,
        });
        let expected: Vec<_> = ended.collect();
        ensure!(found == expected, "the history is\n  {found:?} and not\n  {expected:?}");
        Ok(())
    }
}
