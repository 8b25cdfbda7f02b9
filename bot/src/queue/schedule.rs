//! Jobs that repeat.
//!
//! A schedule is a row with the time of its next step. Whoever holds the duty `schedules` looks each
//! second for rows that are due (a notification would only wake it), and fires each in one
//! transaction: the job is inserted, and the row moved on to its next step, on the condition that it
//! still stands at the step that was read. So two bots that both believe to hold the duty insert one
//! job, and a bot that dies in between inserts none or one. Of the steps that passed while no bot ran,
//! only the latest is fired.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tracing::{error, info};

use super::{NewJob, Priority, Queue, Timetable, duty::Fence};
use crate::store::{Row, Store, Tx, sql};

/// With [`CatchUp::Skip`], a step that is later than this is not fired any more.
const SKIPPED_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// Schedules fired in one transaction.
const TOGETHER: usize = 64;

/// A job that is to be done again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeating {
    /// There is one of a name.
    pub name: String,
    pub timetable: Timetable,
    /// Inserted at each step. An object as payload gets a field `schedule` besides: `name`, `step` (the time it
    /// was due), `late_seconds`. `run_at`, `expires` and `unique` are set per step.
    pub job: NewJob,
    pub catch_up: CatchUp,
    /// Who wants it.
    pub who: String,
}

/// What becomes of steps that passed while no bot ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// The latest is fired, once.
    Latest,
    /// None is.
    Skip,
}

/// A schedule as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub name: String,
    /// Five fields, or a name such as `@daily`.
    pub cron: String,
    /// The IANA name of the time zone.
    pub zone: String,
    /// For people: `every weekday at 09:00 (Europe/Berlin)`.
    pub words: String,
    pub kind: String,
    pub who: String,
    pub paused: Paused,
    /// Its next step. In the past: it is late, or paused.
    pub next: Timestamp,
    /// The steps after that.
    pub then: Vec<Timestamp>,
    pub last: Option<Fired>,
}

/// Whether a schedule rests until it is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    No,
    Yes,
}

/// A step that was fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired {
    pub step: Timestamp,
    /// When that was done.
    pub at: Timestamp,
}

impl Fired {
    pub fn late(&self) -> Duration {
        Duration::try_from(self.at.duration_since(self.step)).unwrap_or_default()
    }
}

/// Whether there was a schedule of that name to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Yes,
    NotFound,
}

impl Queue {
    /// Puts a schedule in place, or changes the one of its name. The same timetable keeps its next step, also one
    /// that is due by now, so that it may be said again at every start; another begins with its first step from now
    /// on, and a step of the old one that is due by now is not fired any more. What was paused stays so.
    pub async fn repeat(tx: &mut Tx, repeating: &Repeating) -> sqlx::Result<()> {
        let now = tx.now();
        let Repeating { name, timetable, job, .. } = repeating;
        let before =
            sql("SELECT cron, zone, next_run, last_run FROM schedule WHERE name = $1").bind(&**name).first(&mut *tx).await?;
        let mut from = now;
        let mut next = None;
        if let Some(row) = before {
            // Should the database's clock have been put back: never again what was fired.
            from = row.maybe_time(3)?.map_or(now, |last| last.max(now));
            if row.text(0)? == timetable.line() && row.text(1)? == timetable.zone() {
                next = Some(row.time(2)?);
            }
        }
        let Some(next) = next.or_else(|| timetable.after(from)) else {
            return Err(sqlx::Error::Encode(format!("the schedule `{name}` has no step after {from}").into()));
        };
        sql("INSERT INTO schedule (name, cron, zone, kind, lane, priority, payload, catch_up, who, changed_at, next_run)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, zone = excluded.zone, kind = excluded.kind,
                 lane = excluded.lane, priority = excluded.priority, payload = excluded.payload, catch_up = excluded.catch_up,
                 who = excluded.who, changed_at = excluded.changed_at,
                 next_run = CASE WHEN schedule.last_run >= excluded.next_run THEN schedule.next_run ELSE excluded.next_run END")
        .bind(&**name)
        .bind(timetable.line())
        .bind(timetable.zone())
        .bind(job.kind)
        .bind(job.lane.as_deref())
        .bind(job.priority.number())
        .bind(job.payload.as_str())
        .bind(repeating.catch_up.word())
        .bind(&*repeating.who)
        .bind(now)
        .bind(next)
        .execute(tx)
        .await?;
        Ok(())
    }

    /// Takes a schedule away. A job that it fired stays.
    pub async fn end_repeating(tx: &mut Tx, name: &str) -> sqlx::Result<Changed> {
        changed(sql("DELETE FROM schedule WHERE name = $1").bind(name).execute(tx).await?)
    }

    /// Lets a schedule rest.
    pub async fn pause(tx: &mut Tx, name: &str) -> sqlx::Result<Changed> {
        changed(
            sql("UPDATE schedule SET paused = 1, changed_at = $2 WHERE name = $1").bind(name).bind(tx.now()).execute(tx).await?,
        )
    }

    /// Lets it go on, with its first step from now on: what it rested through is not made up for.
    pub async fn resume(tx: &mut Tx, name: &str) -> sqlx::Result<Changed> {
        let now = tx.now();
        let row = sql("SELECT cron, zone, next_run, last_run FROM schedule WHERE name = $1").bind(name).first(&mut *tx).await?;
        let Some(row) = row else { return Ok(Changed::NotFound) };
        let mut next = row.time(2)?;
        let from = row.maybe_time(3)?.map_or(now, |last| last.max(now));
        if next <= now
            && let Some(after) = timetable(&row.text(0)?, &row.text(1)?)?.after(from)
        {
            next = after;
        }
        let update = sql("UPDATE schedule SET next_run = $2, changed_at = $3 , paused = 0 WHERE name = $1 AND paused = 1");
        update.bind(name).bind(next).bind(now).execute(tx).await?;
        Ok(Changed::Yes)
    }

    /// Lets go of all steps that have passed, each schedule going on with its first from now on: for a database that was
    /// put back to an earlier state, and does not know what it fired since. How many had passed.
    pub async fn forget_missed(tx: &mut Tx) -> sqlx::Result<usize> {
        let now = tx.now();
        let rows = sql("SELECT name, cron, zone FROM schedule WHERE next_run <= $1").bind(now).all(&mut *tx).await?;
        for row in &rows {
            if let Some(next) = timetable(&row.text(1)?, &row.text(2)?)?.after(now) {
                sql("UPDATE schedule SET next_run = $2 WHERE name = $1").bind(row.text(0)?).bind(next).execute(&mut *tx).await?;
            }
        }
        Ok(rows.len())
    }

    /// All schedules, by name.
    pub async fn schedules(&self) -> anyhow::Result<Vec<Schedule>> {
        let rows = sql("SELECT name, cron, zone, kind, who, paused, next_run, last_run, fired_at FROM schedule ORDER BY name")
            .all(self.0.store.read())
            .await?;
        Ok(rows.iter().map(Schedule::read).collect::<sqlx::Result<_>>()?)
    }
}

fn changed(rows: u64) -> sqlx::Result<Changed> {
    Ok(if rows == 0 { Changed::NotFound } else { Changed::Yes })
}

fn timetable(cron: &str, zone: &str) -> sqlx::Result<Timetable> {
    Timetable::parse(cron, zone).map_err(|err| sqlx::Error::Decode(err.into()))
}

impl CatchUp {
    fn word(self) -> &'static str {
        match self {
            CatchUp::Latest => "latest",
            CatchUp::Skip => "skip",
        }
    }
}

impl Schedule {
    fn read(row: &Row) -> sqlx::Result<Schedule> {
        let (cron, zone, next) = (row.text(1)?, row.text(2)?, row.time(6)?);
        // One that a newer version wrote is still listed.
        let timetable = Timetable::parse(&cron, &zone).ok();
        Ok(Schedule {
            name: row.text(0)?,
            words: timetable.as_ref().map_or_else(|| format!("{cron} ({zone})"), Timetable::words),
            then: timetable.map(|it| it.next(next, 2)).unwrap_or_default(),
            cron,
            zone,
            kind: row.text(3)?,
            who: row.text(4)?,
            paused: if row.int(5)? == 0 { Paused::No } else { Paused::Yes },
            next,
            last: row.maybe_time(7)?.zip(row.maybe_time(8)?).map(|(step, at)| Fired { step, at }),
        })
    }
}

/// A schedule that is due, as it was read.
pub(super) struct Due {
    name: String,
    cron: String,
    zone: String,
    kind: String,
    skip: bool,
    next_run: Timestamp,
}

/// What is due and could be done here, the longest due first; and when something will be, where nothing more is.
pub(super) async fn due(store: &Store, kinds: &[&'static str]) -> sqlx::Result<(Vec<Due>, Option<Timestamp>)> {
    let now = store.now();
    let rows = sql(
        "SELECT name, cron, zone, kind, catch_up, next_run FROM schedule WHERE paused = 0 AND next_run <= $1 ORDER BY next_run",
    )
    .bind(now)
    .all(store.read())
    .await?;
    let mut due = Vec::new();
    for row in rows {
        let kind = row.text(3)?;
        // A bot of another version will know what to do.
        if kinds.contains(&kind.as_str()) {
            due.push(Due {
                name: row.text(0)?,
                cron: row.text(1)?,
                zone: row.text(2)?,
                kind,
                skip: row.text(4)? == CatchUp::Skip.word(),
                next_run: row.time(5)?,
            });
        }
    }
    let row = sql("SELECT MIN(next_run) FROM schedule WHERE paused = 0 AND next_run > $1").bind(now).first(store.read()).await?;
    let next = row.map_or(Ok(None), |row| row.maybe_time(0))?;
    Ok((due, next))
}

/// Fires what was found due, for as long as `fence` holds; how many jobs that were.
pub(super) async fn fire(store: &Store, kinds: &[&'static str], due: &[Due], fence: &Fence) -> sqlx::Result<usize> {
    let mut fired = 0;
    for chunk in due.chunks(TOGETHER) {
        let mut tx = store.begin().await?;
        let mut told = Vec::new();
        for it in chunk {
            if let Some(step) = fire_one(&mut tx, kinds, it, fence).await? {
                told.push((&*it.name, step));
            }
        }
        tx.commit().await?;
        fired += told.len();
        for (name, Fired { step, at }) in told {
            let late = at.duration_since(step).as_secs_f64().max(0.0);
            metrics::histogram!("bellhop_schedule_late_seconds").record(late);
            info!(schedule = name, step = %step, late_seconds = late, "Fired the schedule {name}");
        }
    }
    Ok(fired)
}

async fn fire_one(tx: &mut Tx, kinds: &[&'static str], due: &Due, fence: &Fence) -> sqlx::Result<Option<Fired>> {
    let Due { name, .. } = due;
    let now = tx.now();
    let timetable = match timetable(&due.cron, &due.zone) {
        Ok(timetable) => timetable,
        Err(err) => {
            // The auditor goes on naming it.
            error!(schedule = %name, "The schedule {name} cannot be read: {err}");
            return Ok(None);
        }
    };
    // Of all that passed, the latest.
    let step = timetable.latest(now).map_or(due.next_run, |latest| latest.max(due.next_run));
    let Some(next) = timetable.after(step.max(now)) else { return Ok(None) };
    let skipped = due.skip && now.duration_since(step) > SKIPPED_AFTER;
    let last = if skipped { None } else { Some(step) };
    // The row as it was read, or somebody else has fired or changed it; and only who holds the duty.
    let row = sql("UPDATE schedule SET next_run = $1, last_run = COALESCE($2, last_run),
             fired_at = CASE WHEN $2 IS NULL THEN fired_at ELSE $3 END
         WHERE name = $4 AND next_run = $5 AND cron = $6 AND zone = $7 AND kind = $8 AND paused = 0
             AND EXISTS (SELECT 1 FROM duty WHERE name = 'schedules' AND boot = $9 AND epoch = $10 AND until > $3)
         RETURNING lane, priority, payload")
    .bind(next)
    .bind(last)
    .bind(now)
    .bind(&**name)
    .bind(due.next_run)
    .bind(&*due.cron)
    .bind(&*due.zone)
    .bind(&*due.kind)
    .bind(&*fence.boot)
    .bind(fence.epoch)
    .first(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if skipped {
        info!(schedule = %name, step = %step, "Left out the step of {name} that nobody was there to fire");
        return Ok(None);
    }
    let Some(kind) = kinds.iter().find(|kind| **kind == due.kind) else { return Ok(None) };
    let mut payload: Value = row.json(2)?;
    if let Some(fields) = payload.as_object_mut() {
        let late = now.duration_since(step).as_secs().max(0);
        fields.insert("schedule".into(), json!({ "name": name, "step": step, "late_seconds": late }));
    }
    let job = NewJob {
        kind,
        lane: row.maybe_text(0)?,
        priority: Priority::of(row.int(1)?),
        payload: payload.into(),
        run_at: None,
        expires: None,
        unique: Some(format!("schedule:{name}:{step}")),
    };
    // A live job with this key is this step's.
    Ok(Queue::enqueue(tx, &job).await?.map(|_| Fired { step, at: now }))
}

#[cfg(test)]
mod tests;
