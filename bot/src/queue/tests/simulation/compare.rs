//! The model beside the database: what is new there, what is live, what has ended.

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};

use super::model::{Model, Place, SCHEDULES, Stage, charges};
use crate::{
    queue::{Job, NewJob, Priority},
    store::{Row, Store, sql},
};

impl Model {
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
            trace: None,
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
