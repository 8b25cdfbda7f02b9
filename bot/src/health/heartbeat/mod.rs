//! Heartbeats: a job elsewhere says that it ran, and somebody is told when it does not.
//!
//! A cron job calls its heartbeat's address at its end (and, where it likes, at its start, or when it fails), as with
//! [Healthchecks](https://healthchecks.io/docs/http_api/), whose paths these are. When the next one is overdue is a column, on the
//! database's time; the bot that holds the duty looks for those whose time has come.

mod route;
pub(crate) mod store;

use commands::{FieldProblem, event::Severity};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub use self::{
    route::routes,
    store::{Row, Signaled, State},
};
use super::{config::between, observe::event};
use crate::{app::App, builtins::jobs::age, queue::Timetable, resources::Declared};

/// `[[heartbeat]]`: a job elsewhere that says that it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// How often it runs: `15m`, `1d`, or a cron line such as `0 3 * * *`.
    pub every: String,
    /// How long it may take or be late.
    #[serde(default = "grace")]
    pub grace: String,
    /// How bad it is when it does not run: `info`, `warning`, `error` or `critical`.
    #[serde(default = "severity")]
    pub severity: String,
    /// With a cron line: whose clock it goes by, such as `Europe/Zurich`.
    #[serde(default = "zone")]
    pub timezone: String,
    /// Nothing is expected for now.
    #[serde(default)]
    pub paused: bool,
}

fn grace() -> String {
    "1h".into()
}

fn severity() -> String {
    "error".into()
}

fn zone() -> String {
    "UTC".into()
}

const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(366 * 24));
const GRACE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(31 * 24));

/// When a job runs.
enum Rhythm {
    Every(Duration),
    Cron(Box<Timetable>),
}

impl Heartbeat {
    fn rhythm(&self) -> Result<Rhythm, String> {
        if let Some(every) = between(&self.every, EVERY) {
            return Ok(Rhythm::Every(every));
        }
        if self.every.split_whitespace().count() < 5 && !self.every.trim().starts_with('@') {
            return Err(format!(
                "`{}` is no time: write how often, from 1s to 366d, or a cron line such as 0 3 * * *",
                self.every
            ));
        }
        Timetable::parse(&self.every, &self.timezone).map(|it| Rhythm::Cron(Box::new(it))).map_err(|err| err.to_string())
    }

    fn grace(&self) -> Duration {
        between(&self.grace, GRACE).unwrap_or(Duration::from_secs(3600))
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        severity_of(&self.severity).unwrap_or(Severity::Error)
    }

    /// When the next one is expected after one at `last`, and when that is overdue.
    pub fn expected(&self, last: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let next = match self.rhythm().ok()? {
            Rhythm::Every(every) => last.checked_add(every).ok()?,
            Rhythm::Cron(timetable) => timetable.after(last)?,
        };
        Some((next, next.checked_add(self.grace()).ok()?))
    }
}

/// Reads `warning`.
pub(super) fn severity_of(text: &str) -> Option<Severity> {
    serde_json::from_value(serde_json::Value::String(text.trim().to_lowercase())).ok()
}

/// What to say of a severity that is none.
pub(super) fn severity_problem(text: &str) -> Option<FieldProblem> {
    let message = || format!("`{text}` is no severity: write info, warning, error or critical");
    severity_of(text).is_none().then(|| FieldProblem::new("severity", message()))
}

impl Declared for Heartbeat {
    const KIND: &str = "heartbeat";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        if let Err(problem) = self.rhythm() {
            found.push(FieldProblem::new("every", problem));
        }
        if between(&self.grace, GRACE).is_none() {
            found.push(FieldProblem::new("grace", format!("`{}` is no time: write one from 1s to 31d, such as 1h", self.grace)));
        }
        found.extend(severity_problem(&self.severity));
        found
    }
}

/// What a job says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Success,
    Start,
    Fail,
    /// Nothing changes: it is only kept.
    Log,
}

impl Signal {
    /// Reads the last part of an address: `start`, `fail`, `log`, or an exit code.
    pub fn parse(text: &str) -> Option<(Signal, Option<i64>)> {
        match text {
            "start" => Some((Signal::Start, None)),
            "fail" => Some((Signal::Fail, None)),
            "log" => Some((Signal::Log, None)),
            code => match code.parse::<u8>().ok()? {
                0 => Some((Signal::Success, Some(0))),
                code => Some((Signal::Fail, Some(i64::from(code)))),
            },
        }
    }
}

impl App {
    /// Takes what a job says; whether there is such a heartbeat. When this returns, it is kept.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub async fn beat(&self, token: &str, signal: Signal, exit_code: Option<i64>, body: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(mut row) = store::locked(&mut tx, token).await? else { return Ok(false) };
        let Some(document) = self.resources.get::<Heartbeat>(&row.name) else { return Ok(false) };
        let (heartbeat, now) = (document.value, tx.now());
        let took = row.started_at.filter(|_| matches!(signal, Signal::Success | Signal::Fail)).map(|it| now.duration_since(it));
        let signaled = Signaled { at: now, signal, exit_code, took, body: body.to_owned() };
        signaled.record(&mut tx, &row.name).await?;
        let was = row.clone();
        match signal {
            Signal::Log => {}
            Signal::Start => {
                row.started_at = Some(now);
                // From its start on it has its grace, and no longer than it would have had.
                let done_by = now.checked_add(heartbeat.grace()).ok();
                row.overdue_at = row.overdue_at.into_iter().chain(done_by).min();
            }
            Signal::Success | Signal::Fail => {
                let state = if signal == Signal::Success { State::Up } else { State::Failed };
                (row.last_at, row.started_at) = (Some(now), None);
                row.overdue_at = heartbeat.expected(now).map(|it| it.1);
                row.enter(state, now);
            }
        }
        if was.state == State::Paused {
            (row.state, row.since, row.overdue_at) = (State::Paused, was.since, None);
        }
        row.record(&mut tx).await?;
        let told = match (was.state, row.state) {
            (State::Missed | State::Failed, State::Up) => Some(back(&document.name, &was, now)),
            (was, State::Failed) if was != State::Failed => Some(failed(&document.name, &heartbeat, &signaled)),
            _ => None,
        };
        self.announce(&mut tx, told.into_iter().collect()).await?;
        tx.commit().await?;
        metrics::counter!("bellhop_heartbeats_total", "heartbeat" => document.name).increment(1);
        Ok(true)
    }

    /// Brings rows in line with their documents, and tells of those whose time has come.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub(super) async fn watch_heartbeats(&self) -> anyhow::Result<()> {
        let documents = self.resources.all::<Heartbeat>();
        if documents.is_empty() {
            return Ok(());
        }
        store::seal(&self.store).await?;
        let rows = store::all(&self.store).await?;
        for document in documents {
            let name = document.name.to_lowercase();
            let (heartbeat, now) = (&document.value, self.store.now());
            let Some(known) = rows.iter().find(|it| it.name == name) else {
                // Its address is nobody's before somebody asks for one.
                self.heartbeat_row(&name).await?;
                continue;
            };
            if wanted(known, heartbeat, now) == *known && !known.is_overdue(now) {
                continue;
            }
            // What was read may be old by now: it is read again under its lock.
            let mut tx = self.store.begin().await?;
            let Some(known) = store::locked_as(&mut tx, &known.name).await? else { continue };
            let mut row = wanted(&known, heartbeat, now);
            let mut told = Vec::new();
            if row.is_overdue(now) {
                told.push(missed(&document.name, heartbeat, &row, now));
                row.enter(State::Missed, now);
            }
            row.record(&mut tx).await?;
            self.announce(&mut tx, told).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The row of a heartbeat, which is made where there is none yet; then with its address, which is kept nowhere.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub async fn heartbeat_row(&self, name: &str) -> anyhow::Result<(Row, Option<String>)> {
        let mut tx = self.store.begin().await?;
        let (row, token) = store::ensured(&mut tx, &name.to_lowercase()).await?;
        tx.commit().await?;
        Ok((row, token.map(|it| self.heartbeat_address(&it))))
    }

    /// Another address for a heartbeat; the one before stops working.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn renew_heartbeat(&self, name: &str) -> anyhow::Result<String> {
        let mut tx = self.store.begin().await?;
        store::ensured(&mut tx, &name.to_lowercase()).await?;
        let token = store::renewed(&mut tx, &name.to_lowercase()).await?;
        tx.commit().await?;
        Ok(self.heartbeat_address(&token))
    }

    /// Where its job says that it ran: an address, or only its path where nobody said how the bot is reached.
    fn heartbeat_address(&self, token: &str) -> String {
        format!("{}/heartbeats/{token}", self.public_url.as_deref().unwrap_or_default())
    }
}

/// A row as its document wants it.
fn wanted(known: &Row, heartbeat: &Heartbeat, now: Timestamp) -> Row {
    let mut row = known.clone();
    match (row.state, heartbeat.paused) {
        (State::Paused, true) => {}
        (_, true) => {
            row.enter(State::Paused, now);
            row.overdue_at = None;
        }
        // It has all of its time from now on.
        (State::Paused, false) => {
            row.enter(State::New, now);
            row.overdue_at = row.last_at.and_then(|_| heartbeat.expected(now)).map(|it| it.1);
        }
        // It may have been told to come at other times.
        (State::Up, false) if row.started_at.is_none() => {
            row.overdue_at = row.last_at.and_then(|it| heartbeat.expected(it)).map(|it| it.1);
        }
        _ => {}
    }
    row
}

fn title(name: &str) -> String {
    format!("The heartbeat {name}")
}

fn missed(name: &str, heartbeat: &Heartbeat, row: &Row, now: Timestamp) -> commands::Event {
    let text = match (row.started_at, row.last_at) {
        (Some(started), _) => {
            format!(
                "It started {} ago and has not said that it is done; it has {}.",
                age(now.duration_since(started)),
                heartbeat.grace
            )
        }
        (None, Some(last)) => format!(
            "It was heard {} ago and is expected every {}, with {} to spare. See whether the job runs, and reaches the bot.",
            age(now.duration_since(last)),
            heartbeat.every,
            heartbeat.grace
        ),
        (None, None) => format!("It has never been heard. It is expected every {}.", heartbeat.every),
    };
    event("heartbeat.missed", name, &title(name), now, heartbeat.severity(), "missed", text)
}

fn failed(name: &str, heartbeat: &Heartbeat, signaled: &Signaled) -> commands::Event {
    let code = signaled.exit_code.map(|it| format!(" with exit code {it}")).unwrap_or_default();
    let said = if signaled.body.is_empty() { String::new() } else { format!("\n\n{}", signaled.body) };
    let text = format!("The job says that it failed{code}.{said}");
    event("heartbeat.failed", name, &title(name), signaled.at, heartbeat.severity(), "failed", text)
}

fn back(name: &str, was: &Row, now: Timestamp) -> commands::Event {
    let text = format!("It was {} for {}.", was.state.name(), age(now.duration_since(was.since).max(SignedDuration::ZERO)));
    event("heartbeat.recovered", name, &title(name), now, Severity::Info, "up", text)
}
