//! The auditor: what should have happened by now and has not.
//!
//! The workers cannot tell that nobody works, so one bot looks from outside, each minute, for what is
//! late: jobs, leases, schedules, lanes, dead letters, and a log that does not fit its hashes. What it
//! found is kept in the database, where each bot, and `bellhop doctor` without one, reads it.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::{
    Priority, Queue,
    duty::{Duty, Fence},
};
use crate::{
    audit::{self, Mark, Verified},
    store::{Row, Store, sql},
};

/// A lease, or a step of a schedule, that is over for longer was seen by nobody.
const UNSEEN_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// A job at work that others of its lane have waited for longer holds it up.
const LANE_HELD_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Nobody has looked at a dead letter that is older.
const DEAD_LETTER_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// An auditor that was not heard of for longer does not audit.
const SILENT_AFTER: SignedDuration = SignedDuration::from_mins(3);
/// More are not counted.
const COUNTED: i64 = 1000;
/// How far the audit log was found whole.
const VERIFIED: &str = "audit:verified";

/// What something is that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Jobs that nobody has begun, though they are due and nothing is ahead of them.
    LatePages,
    LateCommands,
    LateChatter,
    /// Jobs whose worker was lost and that nobody took over.
    Leases,
    /// Lanes that wait for a job at work.
    Lanes,
    Schedules,
    DeadLetters,
    AuditLog,
    /// The auditor itself.
    Auditor,
}

impl What {
    pub const ALL: [What; 9] = [
        What::LatePages,
        What::LateCommands,
        What::LateChatter,
        What::Leases,
        What::Lanes,
        What::Schedules,
        What::DeadLetters,
        What::AuditLog,
        What::Auditor,
    ];

    /// In metrics.
    pub fn name(self) -> &'static str {
        match self {
            What::LatePages => "late_pages",
            What::LateCommands => "late_commands",
            What::LateChatter => "late_chatter",
            What::Leases => "leases",
            What::Lanes => "lanes",
            What::Schedules => "schedules",
            What::DeadLetters => "dead_letters",
            What::AuditLog => "audit_log",
            What::Auditor => "auditor",
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub what: What,
    /// How many; 1000 stands for more.
    pub count: i64,
    /// The longest of them, in seconds.
    pub seconds: i64,
    /// A sentence for an administrator.
    pub detail: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.detail, self.fix)
    }
}

/// What the auditor found last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    pub at: Timestamp,
    /// Seconds since the longest waiting job of each priority was due: pages, commands, chatter. 0 where none waits.
    pub lateness: [i64; 3],
    /// Empty: all is well.
    pub findings: Vec<Finding>,
}

impl Queue {
    /// What the auditor found last, whichever bot that was; none before the first time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn findings(&self) -> anyhow::Result<Option<Findings>> {
        let store = &self.0.store;
        let row = sql("SELECT report FROM duty WHERE name = $1").bind(Duty::Auditor.name()).first(store.read()).await?;
        let Some(report) = row.map(|row| row.maybe_text(0)).transpose()?.flatten() else { return Ok(None) };
        let mut findings: Findings = serde_json::from_str(&report)?;
        let silent = store.now().duration_since(findings.at);
        if silent > SILENT_AFTER {
            findings.findings.push(Finding {
                what: What::Auditor,
                count: 1,
                seconds: silent.as_secs(),
                detail: format!("Nobody has audited the queue for {}.", said(silent.as_secs())),
                fix: "See that a bot runs (`bellhop serve`) and reaches its database.".into(),
            });
        }
        Ok(Some(findings))
    }

    /// Looks, and keeps what it found while `fence` holds.
    pub(super) async fn audit(&self, fence: &Fence) -> anyhow::Result<()> {
        let store = &self.0.store;
        let mut findings = look(store).await?;
        let mark = match store.cursor(VERIFIED).await? {
            Some(text) => Some(serde_json::from_str::<Mark>(&text)?),
            None => None,
        };
        let mut verified = None;
        match audit::verify_from(store, mark.as_ref()).await? {
            Verified::Intact { rows: 0, .. } => (),
            Verified::Intact { rows, last } => verified = Some(Mark { id: rows, hash: last }),
            Verified::Broken { at } => findings.findings.push(Finding {
                what: What::AuditLog,
                count: 1,
                seconds: 0,
                detail: format!("Line {at} of the audit log is not what was written there, or is missing."),
                fix: "Find out who can write to the database, and compare with a backup.".into(),
            }),
        }
        let mut tx = store.begin().await?;
        if let Some(mark) = verified.filter(|it| Some(it) != mark.as_ref()) {
            tx.set_cursor(VERIFIED, &serde_json::to_string(&mark)?).await?;
        }
        let kept = sql("UPDATE duty SET report = $1 WHERE name = $2 AND boot = $3 AND epoch = $4")
            .bind(serde_json::to_string(&findings)?)
            .bind(Duty::Auditor.name())
            .bind(&*fence.boot)
            .bind(fence.epoch)
            .execute(&mut tx)
            .await?;
        if kept == 0 {
            tx.rollback().await?;
            return Ok(());
        }
        tx.commit().await?;
        Ok(())
    }

    /// Sets `bellhop_lateness_seconds{priority}` and `bellhop_audit_findings{what}`, and logs what changed.
    pub(super) async fn publish_findings(&self) -> anyhow::Result<()> {
        let Some(found) = self.findings().await? else { return Ok(()) };
        for (priority, seconds) in ["page", "command", "chatter"].into_iter().zip(found.lateness) {
            metrics::gauge!("bellhop_lateness_seconds", "priority" => priority).set(seconds as f64);
        }
        let mut shown = self.0.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for what in What::ALL {
            let finding = found.findings.iter().find(|it| it.what == what);
            metrics::gauge!("bellhop_audit_findings", "what" => what.name()).set(finding.map_or(0.0, |it| it.count as f64));
            match (finding, shown.contains(&what)) {
                (Some(finding), false) => {
                    warn!(what = what.name(), count = finding.count, "{finding}");
                    shown.insert(what);
                }
                (None, true) => {
                    info!(what = what.name(), "The auditor finds nothing wrong with {} any more", what.name());
                    shown.remove(&what);
                }
                _ => (),
            }
        }
        Ok(())
    }
}

/// Looks for everything but the audit log. However many jobs there are, each question reads a few thousand index
/// entries at most: with a million that are due, 10 ms on either database.
async fn look(store: &Store) -> sqlx::Result<Findings> {
    let now = store.now();
    let mut findings = Vec::new();
    let mut lateness = [0; 3];
    let allowed = [Priority::Page, Priority::Command, Priority::Chatter].into_iter().zip([
        (What::LatePages, 1, "pages"),
        (What::LateCommands, 5, "commands"),
        (What::LateChatter, 15, "chatter"),
    ]);
    for (at, (priority, (what, minutes, name))) in allowed.enumerate() {
        if let Some(due) = longest_due(store, priority, now).await? {
            lateness[at] = now.duration_since(due).as_secs();
        }
        if lateness[at] > minutes * 60 {
            let before = ago(now, SignedDuration::from_mins(minutes) + SignedDuration::from_micros(1));
            let count = count_due(store, priority, before, now).await?;
            findings.push(Finding {
                what,
                count,
                seconds: lateness[at],
                detail: format!(
                    "Due for more than {minutes} min and begun by nobody: {} ({name}), the first for {}.",
                    jobs(count),
                    said(lateness[at])
                ),
                fix: "See whether all bots run, and whether they keep up: `bellhop jobs` says what waits.".into(),
            });
        }
    }
    findings.extend(leases(store, now).await?);
    findings.extend(lanes(store, now).await?);
    findings.extend(schedules(store, now).await?);
    findings.extend(dead_letters(store, now).await?);
    Ok(Findings { at: now, lateness, findings })
}

/// Jobs that a worker could begin: due, not expired, and the first of their lane. One that a limit or its own failure
/// put off is not due, and those behind it are not the first.
const CLAIMABLE: &str = "j.state = 'ready' AND j.blocked = 0 AND j.priority = $1 AND j.run_at <= $2
     AND (j.expires IS NULL OR j.expires > $3)
     AND (j.lane IS NULL OR NOT EXISTS (SELECT 1 FROM job h WHERE h.lane = j.lane AND h.id < j.id)
         AND NOT EXISTS (SELECT 1 FROM job h WHERE h.lane = j.lane AND h.state <> 'ready'))";

async fn longest_due(store: &Store, priority: Priority, now: Timestamp) -> sqlx::Result<Option<Timestamp>> {
    let row = sql(format!("SELECT j.run_at FROM job j WHERE {CLAIMABLE} ORDER BY j.run_at, j.id LIMIT 1"))
        .bind(priority.number())
        .bind(now)
        .bind(now)
        .first(store.read())
        .await?;
    row.map(|row| row.time(0)).transpose()
}

async fn count_due(store: &Store, priority: Priority, before: Timestamp, now: Timestamp) -> sqlx::Result<i64> {
    let row =
        sql(format!("SELECT COUNT(*) FROM (SELECT 1 FROM job j WHERE {CLAIMABLE} ORDER BY j.run_at, j.id LIMIT {COUNTED}) late"))
            .bind(priority.number())
            .bind(before)
            .bind(now)
            .first(store.read())
            .await?;
    row.map_or(Ok(0), |row| row.int(0))
}

async fn leases(store: &Store, now: Timestamp) -> sqlx::Result<Option<Finding>> {
    let row = sql("SELECT COUNT(*), MIN(lease_until) FROM job WHERE state <> 'ready' AND lease_until < $1")
        .bind(ago(now, UNSEEN_AFTER))
        .first(store.read())
        .await?;
    Ok(counted(row, now)?.map(|(count, seconds)| Finding {
        what: What::Leases,
        count,
        seconds,
        detail: format!("Lost with their worker and not taken over: {}, the first {} ago.", jobs(count), said(seconds)),
        fix: "See that a bot of this version runs and knows what they are.".into(),
    }))
}

async fn lanes(store: &Store, now: Timestamp) -> sqlx::Result<Option<Finding>> {
    // Few jobs are at work at a time, and one that waits is found as soon as one is looked at.
    let rows = sql("SELECT r.lane, r.run_at FROM job r WHERE r.state <> 'ready' AND r.lane IS NOT NULL AND r.run_at < $1
             AND EXISTS (SELECT 1 FROM job w WHERE w.lane = r.lane AND w.id > r.id AND w.run_at < $1)
         ORDER BY r.run_at")
    .bind(ago(now, LANE_HELD_AFTER))
    .all(store.read())
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let seconds = now.duration_since(first.time(1)?).as_secs();
    Ok(Some(Finding {
        what: What::Lanes,
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        seconds,
        detail: format!(
            "Messages wait behind a job that was due {} ago and is still at work, in {}.",
            said(seconds),
            first.text(0)?
        ),
        fix: "See the log for what that job waits for.".into(),
    }))
}

async fn schedules(store: &Store, now: Timestamp) -> sqlx::Result<Option<Finding>> {
    let rows = sql("SELECT name, next_run FROM schedule WHERE paused = 0 AND next_run < $1 ORDER BY next_run")
        .bind(ago(now, UNSEEN_AFTER))
        .all(store.read())
        .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let seconds = now.duration_since(first.time(1)?).as_secs();
    Ok(Some(Finding {
        what: What::Schedules,
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        seconds,
        detail: format!("The schedule `{}` is due for {} and was not fired.", first.text(0)?, said(seconds)),
        fix: "See the log for why, and that a bot of this version runs.".into(),
    }))
}

async fn dead_letters(store: &Store, now: Timestamp) -> sqlx::Result<Option<Finding>> {
    let row = sql(format!(
        "SELECT COUNT(*), MIN(ended_at) FROM (SELECT ended_at FROM job_history
             WHERE state = 'dead' AND redriven_as IS NULL AND ended_at < $1 ORDER BY ended_at LIMIT {COUNTED}) dead"
    ))
    .bind(ago(now, DEAD_LETTER_AFTER))
    .first(store.read())
    .await?;
    Ok(counted(row, now)?.map(|(count, seconds)| Finding {
        what: What::DeadLetters,
        count,
        seconds,
        detail: format!("Given up, and nobody has looked after them: {}, the first {} ago.", jobs(count), said(seconds)),
        fix: "`/bellhop jobs` lists them, with a button to try again.".into(),
    }))
}

fn ago(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// From a count and the oldest time, which is none where nothing was counted: the count, and that one's age in seconds.
fn counted(row: Option<Row>, now: Timestamp) -> sqlx::Result<Option<(i64, i64)>> {
    let Some(row) = row else { return Ok(None) };
    let Some(oldest) = row.maybe_time(1)? else { return Ok(None) };
    Ok(Some((row.int(0)?, now.duration_since(oldest).as_secs())))
}

fn jobs(count: i64) -> String {
    match count {
        1 => "1 job".into(),
        COUNTED.. => format!("{COUNTED} jobs or more"),
        count => format!("{count} jobs"),
    }
}

/// `40 s`, `12 min`, `5 h`, `3 days`.
fn said(seconds: i64) -> String {
    let age = Duration::from_secs(seconds.unsigned_abs());
    match age.as_secs() {
        0..120 => format!("{} s", age.as_secs()),
        120..7200 => format!("{} min", age.as_secs() / 60),
        7200..172_800 => format!("{} h", age.as_secs() / 3600),
        _ => format!("{} days", age.as_secs() / 86_400),
    }
}

#[cfg(test)]
mod tests;
