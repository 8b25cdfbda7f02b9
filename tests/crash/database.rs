//! What the bot's database holds, read from outside: the jobs that are left, and those that were buried.

use std::path::{Path, PathBuf};

use anyhow::Context;
use sqlx::{Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{far_ends::serial_in, oracle::Event};

#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Kinds that carry what was acknowledged; others are the bot's own business.
const LEFT: &str = "SELECT kind, state, payload, COALESCE(reason, ''), attempts, run_at, COALESCE(lease_until, 0)
    FROM job WHERE kind IN ('run', 'post', 'hook') ORDER BY id";
const BURIED: &str = "SELECT kind, state, COALESCE(payload, ''), COALESCE(reason, '') FROM job_history
    WHERE state <> 'done' OR (reason IS NOT NULL AND payload IS NOT NULL) ORDER BY id";

impl Database {
    pub fn in_folder(folder: &Path) -> Database {
        Database::Sqlite(folder.join("bellhop.db"))
    }

    /// The configuration's `store.url`.
    pub fn url(&self) -> String {
        match self {
            Database::Sqlite(path) => format!("sqlite://{}", path.display()),
            Database::Postgres(url) => url.clone(),
        }
    }

    /// Jobs that are still to be done, the bot running or not.
    pub async fn left(&self) -> anyhow::Result<Vec<Event>> {
        let rows = self.rows(LEFT, 4..7).await?;
        Ok(rows.into_iter().map(|(texts, numbers)| left(&texts, &numbers)).collect())
    }

    /// Jobs that came to an end without having been done.
    pub async fn buried(&self) -> anyhow::Result<Vec<Event>> {
        let rows = self.rows(BURIED, 4..4).await?;
        Ok(rows
            .into_iter()
            .map(|(texts, _)| {
                let [kind, state, payload, reason] = texts;
                let serial = serial_in(&payload).unwrap_or(0);
                Event::Buried { serial, text: format!("{kind} {payload}"), state, reason }
            })
            .collect())
    }

    /// The first four columns are texts, those of `numbers` are numbers.
    async fn rows(&self, query: &'static str, numbers: std::ops::Range<usize>) -> anyhow::Result<Vec<([String; 4], Vec<i64>)>> {
        let answer = async {
            match self {
                Database::Sqlite(path) => {
                    let options = SqliteConnectOptions::new().filename(path).read_only(true);
                    let mut connection = SqliteConnection::connect_with(&options).await.context("the bot's SQLite file")?;
                    let rows = sqlx::query(query).fetch_all(&mut connection).await?;
                    rows.iter().map(|row| read(row, numbers.clone())).collect()
                }
                Database::Postgres(url) => {
                    let mut connection = PgConnection::connect(url).await.context("the bot's PostgreSQL")?;
                    let rows = sqlx::query(query).fetch_all(&mut connection).await?;
                    rows.iter().map(|row| read(row, numbers.clone())).collect()
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), answer).await.context("the bot's database does not answer")?
    }
}

fn read<'r, R: Row>(row: &'r R, numbers: std::ops::Range<usize>) -> anyhow::Result<([String; 4], Vec<i64>)>
where
    usize: sqlx::ColumnIndex<R>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let texts = [row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?];
    Ok((texts, numbers.map(|at| row.try_get(at)).collect::<Result<_, _>>()?))
}

fn left(texts: &[String; 4], numbers: &[i64]) -> Event {
    let [kind, state, payload, reason] = texts;
    let now = jiff::Timestamp::now().as_microsecond();
    let until = |at: i64| at.saturating_sub(now) as f64 / 1e6;
    let text = format!(
        "{kind} {state}, attempt {}, due in {:.1} s, lease for {:.1} s, {reason:?}: {payload}",
        numbers[0],
        until(numbers[1]),
        if numbers[2] == 0 { 0.0 } else { until(numbers[2]) }
    );
    Event::Waiting { serial: serial_in(payload).unwrap_or(0), text }
}
