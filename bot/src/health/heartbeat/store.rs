//! Rows of heartbeats, and of what their jobs said.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Signal;
use crate::store::{Row as SqlRow, Store, Tx, sql};

/// How it stands with a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Never heard.
    New,
    Up,
    Missed,
    /// The job said that it failed.
    Failed,
    Paused,
}

impl State {
    const ALL: [State; 5] = [State::New, State::Up, State::Missed, State::Failed, State::Paused];

    /// As it is stored, and shown.
    pub fn name(self) -> &'static str {
        match self {
            State::New => "new",
            State::Up => "up",
            State::Missed => "missed",
            State::Failed => "failed",
            State::Paused => "paused",
        }
    }
}

/// What is known of a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Of its document, in lower case.
    pub name: String,
    pub token: String,
    pub state: State,
    pub since: Timestamp,
    /// When the job ended last, well or not.
    pub last_at: Option<Timestamp>,
    /// When it started, if it has not ended since.
    pub started_at: Option<Timestamp>,
    pub overdue_at: Option<Timestamp>,
}

impl Row {
    pub(super) fn enter(&mut self, state: State, now: Timestamp) {
        if self.state != state {
            (self.state, self.since) = (state, now);
        }
    }

    /// Whether its time has come, and nobody was told yet.
    pub(super) fn is_overdue(&self, now: Timestamp) -> bool {
        matches!(self.state, State::New | State::Up) && self.overdue_at.is_some_and(|it| it <= now)
    }

    fn read(row: &SqlRow) -> sqlx::Result<Row> {
        let state = row.text(2)?;
        Ok(Row {
            name: row.text(0)?,
            token: row.text(1)?,
            state: State::ALL.into_iter().find(|it| it.name() == state).unwrap_or(State::New),
            since: row.time(3)?,
            last_at: row.maybe_time(4)?,
            started_at: row.maybe_time(5)?,
            overdue_at: row.maybe_time(6)?,
        })
    }

    pub(super) async fn record(&self, tx: &mut Tx) -> sqlx::Result<()> {
        sql("UPDATE heartbeat SET state = $1, since = $2, last_at = $3, started_at = $4, overdue_at = $5 WHERE name = $6")
            .bind(self.state.name())
            .bind(self.since)
            .bind(self.last_at)
            .bind(self.started_at)
            .bind(self.overdue_at)
            .bind(self.name.as_str())
            .execute(tx)
            .await
            .map(|_| ())
    }
}

const ROW: &str = "name, token, state, since, last_at, started_at, overdue_at";

/// The row of that token, which nobody else changes before this transaction ends.
pub(super) async fn locked(tx: &mut Tx, token: &str) -> sqlx::Result<Option<Row>> {
    sql("UPDATE heartbeat SET token = token WHERE token = $1").bind(token).execute(&mut *tx).await?;
    let row = sql(format!("SELECT {ROW} FROM heartbeat WHERE token = $1")).bind(token).first(tx).await?;
    row.as_ref().map(Row::read).transpose()
}

/// The row of that name, made where there is none.
pub(super) async fn ensured(tx: &mut Tx, name: &str) -> sqlx::Result<Row> {
    let (now, token) = (tx.now(), Uuid::new_v4().simple().to_string());
    sql("INSERT INTO heartbeat (name, token, state, since) VALUES ($1, $2, 'new', $3) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(token)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let row = sql(format!("SELECT {ROW} FROM heartbeat WHERE name = $1")).bind(name).first(tx).await?;
    row.as_ref().map_or(Err(sqlx::Error::RowNotFound), Row::read)
}

/// All there are, by name.
pub(crate) async fn all(store: &Store) -> anyhow::Result<Vec<Row>> {
    let rows = sql(format!("SELECT {ROW} FROM heartbeat ORDER BY name")).all(store.read()).await?;
    Ok(rows.iter().map(Row::read).collect::<sqlx::Result<_>>()?)
}

/// Forgets a heartbeat: its address is nobody's from now on.
pub(crate) async fn forget(store: &Store, name: &str) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    for statement in ["DELETE FROM heartbeat_signal WHERE name = $1", "DELETE FROM heartbeat WHERE name = $1"] {
        sql(statement).bind(name.to_lowercase()).execute(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// What a job said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signaled {
    pub at: Timestamp,
    pub signal: Signal,
    pub exit_code: Option<i64>,
    /// Since it started, where it said so.
    pub took: Option<SignedDuration>,
    pub body: String,
}

fn name(signal: Signal) -> &'static str {
    match signal {
        Signal::Success => "success",
        Signal::Start => "start",
        Signal::Fail => "fail",
        Signal::Log => "log",
    }
}

impl Signaled {
    pub(super) async fn record(&self, tx: &mut Tx, heartbeat: &str) -> sqlx::Result<()> {
        let took = self.took.map(|it| i64::try_from(it.as_micros()).unwrap_or(i64::MAX));
        sql("INSERT INTO heartbeat_signal (name, at, kind, exit_code, took, body) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(heartbeat)
            .bind(self.at)
            .bind(name(self.signal))
            .bind(self.exit_code)
            .bind(took)
            .bind(self.body.as_str())
            .execute(tx)
            .await
            .map(|_| ())
    }
}

/// What a job said last, the newest first.
pub(crate) async fn signals(store: &Store, heartbeat: &str, most: i64) -> anyhow::Result<Vec<Signaled>> {
    let text = "SELECT at, kind, exit_code, took, body FROM heartbeat_signal WHERE name = $1 ORDER BY id DESC LIMIT $2";
    let rows = sql(text).bind(heartbeat.to_lowercase()).bind(most).all(store.read()).await?;
    rows.iter()
        .map(|row| {
            let kind = row.text(1)?;
            let all = [Signal::Success, Signal::Start, Signal::Fail, Signal::Log];
            let signal = all.into_iter().find(|it| name(*it) == kind).unwrap_or(Signal::Log);
            let (exit_code, took) = (row.maybe_int(2)?, row.maybe_int(3)?.map(SignedDuration::from_micros));
            Ok(Signaled { at: row.time(0)?, signal, exit_code, took, body: row.text(4)? })
        })
        .collect()
}
