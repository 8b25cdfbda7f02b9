//! Rows of health: what checks found, what counts as the state of things, and what is usual for a source.

use std::collections::BTreeMap;

use connectors::State;
use jiff::Timestamp;

use super::settle::{Standing, read, stored};
use crate::store::{Row, Store, Tx, rows_of, sql};

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// The hour of a time, counted from 1970.
pub fn hour_of(at: Timestamp) -> i64 {
    at.as_microsecond().div_euclid(HOUR)
}

/// What one check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub at: Timestamp,
    pub state: State,
    pub score: u8,
    /// Microseconds.
    pub took: i64,
    pub requests: i64,
    pub failed: i64,
    pub timed: i64,
    /// Microseconds of all that were timed.
    pub response: i64,
    pub quota_left: Option<i64>,
    pub quota_limit: Option<i64>,
}

/// What the checks of an hour found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hour {
    pub hour: i64,
    pub samples: i64,
    pub failing: i64,
    /// Of all samples together.
    pub score: i64,
    pub score_least: i64,
    pub took: i64,
    pub requests: i64,
    pub failed: i64,
    pub timed: i64,
    pub response: i64,
    pub quota_left: Option<i64>,
}

impl Hour {
    /// The mean score.
    pub fn mean(&self) -> f64 {
        self.score as f64 / self.samples.max(1) as f64
    }

    /// In the middle of it, in seconds from 1970.
    pub fn second(&self) -> f64 {
        self.hour as f64 * 3600.0 + 1800.0
    }
}

const SAMPLE: &str = "at, state, score, took, requests, failed, timed, response, quota_left, quota_limit";

impl Sample {
    pub(super) async fn record(&self, tx: &mut Tx, name: &str) -> sqlx::Result<()> {
        let state = match self.state {
            State::Ok => 0_i64,
            State::Warning => 1,
            State::Failed => 2,
        };
        sql(format!("INSERT INTO health_sample (name, {SAMPLE}) VALUES {} ON CONFLICT (name, at) DO NOTHING", rows_of(1, 11, 1)))
            .bind(name)
            .bind(self.at)
            .bind(state)
            .bind(i64::from(self.score))
            .bind(self.took)
            .bind(self.requests)
            .bind(self.failed)
            .bind(self.timed)
            .bind(self.response)
            .bind(self.quota_left)
            .bind(self.quota_limit)
            .execute(tx)
            .await
            .map(|_| ())
    }

    fn read(row: &Row) -> anyhow::Result<Sample> {
        let state = match row.int(1)? {
            0 => State::Ok,
            1 => State::Warning,
            _ => State::Failed,
        };
        Ok(Sample {
            at: row.time(0)?,
            state,
            score: u8::try_from(row.int(2)?)?,
            took: row.int(3)?,
            requests: row.int(4)?,
            failed: row.int(5)?,
            timed: row.int(6)?,
            response: row.int(7)?,
            quota_left: row.maybe_int(8)?,
            quota_limit: row.maybe_int(9)?,
        })
    }
}

/// The samples of `name` since then, the oldest first.
pub async fn samples(store: &Store, name: &str, since: Timestamp) -> anyhow::Result<Vec<Sample>> {
    let text = format!("SELECT {SAMPLE} FROM health_sample WHERE name = $1 AND at >= $2 ORDER BY at");
    sql(text).bind(name).bind(since).all(store.read()).await?.iter().map(Sample::read).collect()
}

/// The hours of `name` since then, the oldest first.
pub async fn hours(store: &Store, name: &str, since: Timestamp) -> anyhow::Result<Vec<Hour>> {
    let rows = sql("SELECT hour, samples, failing, score, score_least, took, requests, failed, timed, response, quota_left
                    FROM health_hour WHERE name = $1 AND hour >= $2 ORDER BY hour")
    .bind(name)
    .bind(hour_of(since))
    .all(store.read())
    .await?;
    let hour = |row: &Row| -> anyhow::Result<Hour> {
        Ok(Hour {
            hour: row.int(0)?,
            samples: row.int(1)?,
            failing: row.int(2)?,
            score: row.int(3)?,
            score_least: row.int(4)?,
            took: row.int(5)?,
            requests: row.int(6)?,
            failed: row.int(7)?,
            timed: row.int(8)?,
            response: row.int(9)?,
            quota_left: row.maybe_int(10)?,
        })
    };
    rows.iter().map(hour).collect()
}

/// Sums up this hour and the one before from the samples, and counts what sources reported in them; doing it twice
/// changes nothing.
pub(super) async fn sum_up(tx: &mut Tx) -> sqlx::Result<()> {
    let from = (hour_of(tx.now()) - 1) * HOUR;
    let sum = |column: &str| format!("CAST(SUM({column}) AS BIGINT)");
    sql(format!(
        "INSERT INTO health_hour
             (name, hour, samples, failing, score, score_least, took, requests, failed, timed, response, quota_left)
         SELECT name, at / {HOUR}, COUNT(*), {}, {}, MIN(score), {}, {}, {}, {}, {}, MIN(quota_left)
         FROM health_sample WHERE at >= $1 GROUP BY name, at / {HOUR}
         ON CONFLICT (name, hour) DO UPDATE SET samples = excluded.samples, failing = excluded.failing, score = excluded.score,
             score_least = excluded.score_least, took = excluded.took, requests = excluded.requests, failed = excluded.failed,
             timed = excluded.timed, response = excluded.response, quota_left = excluded.quota_left",
        sum("CASE WHEN state = 2 THEN 1 ELSE 0 END"),
        sum("score"),
        sum("took"),
        sum("requests"),
        sum("failed"),
        sum("timed"),
        sum("response"),
    ))
    .bind(from)
    .execute(&mut *tx)
    .await?;
    // What the bot reports of itself has no rhythm.
    sql(format!(
        "INSERT INTO source_hour (source, hour, events)
         SELECT source, at / {HOUR}, COUNT(*) FROM news WHERE at >= $1 AND source <> 'bellhop' GROUP BY source, at / {HOUR}
         ON CONFLICT (source, hour) DO UPDATE SET events = excluded.events"
    ))
    .bind(from)
    .execute(&mut *tx)
    .await
    .map(|_| ())
}

/// The hours in which `source` reported something, with how much, since then.
pub async fn rhythm(store: &Store, source: &str, since: Timestamp) -> anyhow::Result<BTreeMap<i64, i64>> {
    let rows = sql("SELECT hour, events FROM source_hour WHERE source = $1 AND hour >= $2")
        .bind(source)
        .bind(hour_of(since))
        .all(store.read())
        .await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

/// The sources that reported anything since then.
pub(super) async fn sources(store: &Store, since: Timestamp) -> anyhow::Result<Vec<String>> {
    let rows = sql("SELECT DISTINCT source FROM source_hour WHERE hour >= $1 ORDER BY source")
        .bind(hour_of(since))
        .all(store.read())
        .await?;
    rows.iter().map(|row| Ok(row.text(0)?)).collect()
}

/// When `source` reported last, of what is remembered.
pub async fn last_heard(store: &Store, source: &str) -> anyhow::Result<Option<Timestamp>> {
    // In the order in which an index has them.
    let row = sql("SELECT at FROM news WHERE source = $1 ORDER BY id DESC LIMIT 1").bind(source).first(store.read()).await?;
    Ok(row.map_or(Ok(None), |row| row.maybe_time(0))?)
}

/// When something was read last: `poll:redmine`.
pub(super) async fn cursor_moved(store: &Store, name: &str) -> anyhow::Result<Option<Timestamp>> {
    let row = sql("SELECT updated_at FROM cursor WHERE name = $1").bind(name).first(store.read()).await?;
    Ok(row.map_or(Ok(None), |row| row.maybe_time(0))?)
}

/// What counts as the state of everything that is watched.
pub async fn standings(store: &Store) -> anyhow::Result<BTreeMap<String, Standing>> {
    let rows = sql("SELECT name, state, since, recent, explained_by FROM health_standing").all(store.read()).await?;
    rows.iter()
        .map(|row| {
            let (recent, explained_by) = (row.text(3)?, row.maybe_text(4)?);
            Ok((row.text(0)?, Standing { state: read(&row.text(1)?), since: row.time(2)?, recent, explained_by }))
        })
        .collect()
}

impl Standing {
    pub(super) async fn record(&self, tx: &mut Tx, name: &str) -> sqlx::Result<()> {
        let now = tx.now();
        sql("INSERT INTO health_standing (name, state, since, recent, explained_by, at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (name) DO UPDATE SET state = excluded.state, since = excluded.since, recent = excluded.recent,
                 explained_by = excluded.explained_by, at = excluded.at")
        .bind(name)
        .bind(stored(self.state))
        .bind(self.since)
        .bind(self.recent.as_str())
        .bind(self.explained_by.as_deref())
        .bind(now)
        .execute(tx)
        .await
        .map(|_| ())
    }
}

/// Keeps a word about the watching itself: what was told last, when all was well.
pub(in crate::health) async fn mark(tx: &mut Tx, name: &str, word: &str) -> sqlx::Result<()> {
    let now = tx.now();
    Standing { recent: word.to_owned(), ..Standing::new(now) }.record(tx, name).await
}

/// The word that was kept last.
pub(in crate::health) async fn marked(store: &Store, name: &str) -> anyhow::Result<Option<String>> {
    let row = sql("SELECT recent FROM health_standing WHERE name = $1").bind(name).first(store.read()).await?;
    Ok(row.map(|row| row.text(0)).transpose()?)
}

/// Forgets the state of what is not watched any more.
pub(super) async fn forget(tx: &mut Tx, name: &str) -> sqlx::Result<()> {
    sql("DELETE FROM health_standing WHERE name = $1").bind(name).execute(tx).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::testing::on_each;

    fn sample(at: Timestamp, state: State, score: u8) -> Sample {
        Sample {
            at,
            state,
            score,
            took: 40_000,
            requests: 10,
            failed: 1,
            timed: 10,
            response: 500_000,
            quota_left: Some(i64::from(score)),
            quota_limit: Some(100),
        }
    }

    #[tokio::test]
    async fn hours_are_summed_up_from_samples_as_often_as_one_likes() {
        on_each(|bench| async move {
            let store = bench.store;
            for (state, score) in [(State::Ok, 100), (State::Failed, 20), (State::Warning, 60)] {
                let mut tx = store.begin().await.expect("a transaction");
                sample(store.now(), state, score).record(&mut tx, "redmine").await.expect("written");
                sum_up(&mut tx).await.expect("summed up");
                tx.commit().await.expect("committed");
                bench.clock.advance(Duration::from_secs(300));
            }
            let mut tx = store.begin().await.expect("a transaction");
            sum_up(&mut tx).await.expect("again");
            tx.commit().await.expect("committed");
            let hours = hours(&store, "redmine", Timestamp::UNIX_EPOCH).await.expect("read");
            let [hour] = hours.as_slice() else { panic!("{hours:?}") };
            assert_eq!((hour.samples, hour.failing, hour.score, hour.score_least), (3, 1, 180, 20));
            assert_eq!((hour.requests, hour.failed, hour.response, hour.quota_left), (30, 3, 1_500_000, Some(20)));
            let kept = samples(&store, "redmine", Timestamp::UNIX_EPOCH).await.expect("read");
            assert_eq!(kept.iter().map(|it| it.state).collect::<Vec<_>>(), [State::Ok, State::Failed, State::Warning]);
            bench.clock.advance(Duration::from_secs(3600 * 49));
            store.prune().await.expect("pruned");
            assert!(samples(&store, "redmine", Timestamp::UNIX_EPOCH).await.expect("read").is_empty());
            assert_eq!(super::hours(&store, "redmine", Timestamp::UNIX_EPOCH).await.expect("read").len(), 1);
            bench.clock.advance(Duration::from_secs(3600 * 24 * 90));
            store.prune().await.expect("pruned");
            assert!(super::hours(&store, "redmine", Timestamp::UNIX_EPOCH).await.expect("read").is_empty());
        })
        .await;
    }

    #[tokio::test]
    async fn standings_are_as_they_were_written() {
        on_each(|bench| async move {
            let store = bench.store;
            let standing =
                Standing { state: State::Failed, since: store.now(), recent: "off".into(), explained_by: Some("storage".into()) };
            let mut tx = store.begin().await.expect("a transaction");
            standing.record(&mut tx, "ci").await.expect("written");
            standing.record(&mut tx, "ci").await.expect("written again");
            Standing::new(store.now()).record(&mut tx, "gone").await.expect("written");
            forget(&mut tx, "gone").await.expect("forgotten");
            tx.commit().await.expect("committed");
            let found: Vec<_> = standings(&store).await.expect("read").into_iter().collect();
            assert_eq!(found, [("ci".to_owned(), standing)]);
        })
        .await;
    }
}
