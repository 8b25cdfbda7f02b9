//! Rows of heartbeats, and of what their jobs said.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
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
        let state = row.text(1)?;
        Ok(Row {
            name: row.text(0)?,
            state: State::ALL.into_iter().find(|it| it.name() == state).unwrap_or(State::New),
            since: row.time(2)?,
            last_at: row.maybe_time(3)?,
            started_at: row.maybe_time(4)?,
            overdue_at: row.maybe_time(5)?,
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

const ROW: &str = "name, state, since, last_at, started_at, overdue_at";

/// What is kept of a token. It has 122 random bits, so its plain hash tells nothing of it.
fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// The row of that token, which nobody else changes before this transaction ends.
pub(super) async fn locked(tx: &mut Tx, token: &str) -> sqlx::Result<Option<Row>> {
    let digest = digest(token);
    // Versions before kept tokens as they are. What is 32 characters long is no hash.
    let mut known = vec![digest.as_str()];
    known.extend(Some(token).filter(|it| it.len() == 32));
    for known in known {
        sql("UPDATE heartbeat SET token = $2 WHERE token = $1").bind(known).bind(digest.as_str()).execute(&mut *tx).await?;
    }
    let row = sql(format!("SELECT {ROW} FROM heartbeat WHERE token = $1")).bind(digest).first(tx).await?;
    row.as_ref().map(Row::read).transpose()
}

/// The row of that name, which nobody else changes before this transaction ends.
pub(super) async fn locked_as(tx: &mut Tx, name: &str) -> sqlx::Result<Option<Row>> {
    sql("UPDATE heartbeat SET token = token WHERE name = $1").bind(name).execute(&mut *tx).await?;
    let row = sql(format!("SELECT {ROW} FROM heartbeat WHERE name = $1")).bind(name).first(tx).await?;
    row.as_ref().map(Row::read).transpose()
}

/// The row of that name, made where there is none: then with its token, which is kept nowhere.
pub(super) async fn ensured(tx: &mut Tx, name: &str) -> sqlx::Result<(Row, Option<String>)> {
    let (now, token) = (tx.now(), new_token());
    let made = sql("INSERT INTO heartbeat (name, token, state, since) VALUES ($1, $2, 'new', $3) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(digest(&token))
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let row = sql(format!("SELECT {ROW} FROM heartbeat WHERE name = $1")).bind(name).first(tx).await?;
    let row = row.as_ref().map_or(Err(sqlx::Error::RowNotFound), Row::read)?;
    Ok((row, (made > 0).then_some(token)))
}

/// Another token for a heartbeat: the one before is nobody's from now on.
pub(super) async fn renewed(tx: &mut Tx, name: &str) -> sqlx::Result<String> {
    let token = new_token();
    sql("UPDATE heartbeat SET token = $2 WHERE name = $1").bind(name).bind(digest(&token)).execute(tx).await?;
    Ok(token)
}

fn new_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Versions before kept tokens as they are: from now on it is their hashes.
pub(crate) async fn seal(store: &Store) -> anyhow::Result<()> {
    let clear = sql("SELECT name, token FROM heartbeat WHERE LENGTH(token) = 32").all(store.read()).await?;
    if clear.is_empty() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    for row in &clear {
        sql("UPDATE heartbeat SET token = $2 WHERE name = $1 AND LENGTH(token) = 32")
            .bind(row.text(0)?)
            .bind(digest(&row.text(1)?))
            .execute(&mut tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// All there are, by name.
pub(crate) async fn all(store: &Store) -> anyhow::Result<Vec<Row>> {
    let rows = sql(format!("SELECT {ROW} FROM heartbeat ORDER BY name")).all(store.read()).await?;
    Ok(rows.iter().map(Row::read).collect::<sqlx::Result<_>>()?)
}

/// What is kept of all tokens.
#[cfg(test)]
pub(crate) async fn tokens(store: &Store) -> anyhow::Result<Vec<String>> {
    let rows = sql("SELECT token FROM heartbeat ORDER BY name").all(store.read()).await?;
    Ok(rows.iter().map(|it| it.text(0)).collect::<sqlx::Result<_>>()?)
}

/// Writes a token as versions before kept it.
#[cfg(test)]
pub(crate) async fn put_clear(store: &Store, name: &str, token: &str) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    sql("UPDATE heartbeat SET token = $2 WHERE name = $1").bind(name).bind(token).execute(&mut tx).await?;
    Ok(tx.commit().await?)
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
