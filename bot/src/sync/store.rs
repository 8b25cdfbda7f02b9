//! Rows of what is kept the same.

use commands::{Error, ErrorKind, Result, Text};
use jiff::Timestamp;

use super::{Definition, Side, Sync, merge::Base, unreadable};
use crate::{
    people::PersonId,
    queue::{NewJob, Queue},
    store::{Row, Store, Tx, sql},
};

/// Two tasks that are one, or are to become so.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pair {
    pub left: Option<String>,
    pub right: Option<String>,
    pub base: Base,
    /// When the missing one was begun to be made; where both are there, since when they are to be looked at again.
    pub making: Option<Timestamp>,
    pub problem: Option<String>,
    /// One of them is gone.
    pub ended: bool,
    /// What became of it and was not told yet.
    pub untold: Vec<Text>,
}

impl Pair {
    pub fn key(&self, side: Side) -> Option<&str> {
        match side {
            Side::Left => self.left.as_deref(),
            Side::Right => self.right.as_deref(),
        }
    }

    pub fn set(&mut self, side: Side, key: &str) {
        match side {
            Side::Left => self.left = Some(key.to_owned()),
            Side::Right => self.right = Some(key.to_owned()),
        }
    }

    /// To be told once nothing is being made or changed any more.
    pub fn tell(&mut self, text: Text) {
        // A change that is tried again is found again.
        if !self.untold.contains(&text) {
            self.untold.push(text);
        }
    }
}

/// How many pairs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub same: i64,
    /// With something that could not be carried over.
    pub problems: i64,
    pub ended: i64,
}

const PAIR: &str = "SELECT left_key, right_key, base, making, problem, ended, untold FROM sync_pair WHERE sync = $1";
const SYNC: &str = "SELECT name, definition, paused, who FROM sync";

fn read_pair(row: &Row) -> anyhow::Result<Pair> {
    Ok(Pair {
        left: row.maybe_text(0)?,
        right: row.maybe_text(1)?,
        base: serde_json::from_str(&row.text(2)?)?,
        making: row.maybe_time(3)?,
        problem: row.maybe_text(4)?,
        ended: row.int(5)? == 1,
        untold: row.maybe_text(6)?.map(|it| serde_json::from_str(&it)).transpose()?.unwrap_or_default(),
    })
}

fn read_sync(row: &Row) -> anyhow::Result<Sync> {
    let definition: Definition = serde_json::from_str(&row.text(1)?)?;
    Ok(Sync { name: row.text(0)?, definition, is_paused: row.int(2)? == 1, who: row.text(3)? })
}

pub async fn all(store: &Store) -> Result<Vec<Sync>> {
    let rows = sql(format!("{SYNC} ORDER BY name")).all(store.read()).await.map_err(unreadable)?;
    rows.iter().map(|row| read_sync(row).map_err(unreadable)).collect()
}

pub async fn find(store: &Store, name: &str) -> Result<Option<Sync>> {
    let row = sql(format!("{SYNC} WHERE name = $1")).bind(name).first(store.read()).await.map_err(unreadable)?;
    row.map(|row| read_sync(&row).map_err(unreadable)).transpose()
}

/// Other places begin anew: what belonged together in the old ones is forgotten. With other fields, what could not be carried
/// over is tried again.
pub async fn save(store: &Store, name: &str, definition: &Definition, who: &PersonId) -> Result<()> {
    let text = serde_json::to_string(definition).map_err(unreadable)?;
    let write = async {
        let mut tx = store.begin().await?;
        let now = tx.now();
        let row = sql(format!("{SYNC} WHERE name = $1")).bind(name).first(&mut tx).await?;
        let before = row.map(|it| read_sync(&it)).transpose()?.map(|it| it.definition);
        sql(
            "INSERT INTO sync (name, definition, paused, who, at) VALUES ($1, $2, 0, $3, $4)
             ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, paused = 0, who = excluded.who, at = excluded.at",
        )
        .bind(name)
        .bind(text)
        .bind(who.to_string())
        .bind(now)
        .execute(&mut tx)
        .await?;
        match before {
            Some(before) if definition.moves_from(&before) => forget(&mut tx, name).await?,
            Some(before) if definition.fields != before.fields => {
                sql("UPDATE sync_pair SET problem = NULL,
                            making = CASE WHEN left_key IS NULL OR right_key IS NULL THEN making ELSE $2 END
                     WHERE sync = $1 AND problem IS NOT NULL AND ended = 0")
                .bind(name)
                .bind(now)
                .execute(&mut tx)
                .await?;
            }
            _ => {}
        }
        tx.commit().await?;
        anyhow::Ok(())
    };
    write.await.map_err(unreadable)
}

/// Whether there was one of that name.
pub async fn set_paused(store: &Store, name: &str, paused: bool) -> Result<bool> {
    let write = async {
        let mut tx = store.begin().await?;
        let found =
            sql("UPDATE sync SET paused = $2 WHERE name = $1").bind(name).bind(i64::from(paused)).execute(&mut tx).await?;
        tx.commit().await?;
        anyhow::Ok(found > 0)
    };
    write.await.map_err(unreadable)
}

/// Forgets it and its pairs; the tasks stay as they are.
pub async fn remove(store: &Store, name: &str) -> Result<bool> {
    let write = async {
        let mut tx = store.begin().await?;
        forget(&mut tx, name).await?;
        let found = sql("DELETE FROM sync WHERE name = $1").bind(name).execute(&mut tx).await?;
        tx.commit().await?;
        anyhow::Ok(found > 0)
    };
    write.await.map_err(unreadable)
}

/// Which tasks belong together, and how far they were looked at.
async fn forget(tx: &mut Tx, name: &str) -> anyhow::Result<()> {
    sql("DELETE FROM sync_pair WHERE sync = $1").bind(name).execute(&mut *tx).await?;
    sql("DELETE FROM cursor WHERE name IN ($1, $2)")
        .bind(super::cursor(name, Side::Left))
        .bind(super::cursor(name, Side::Right))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn counts(store: &Store, name: &str) -> Result<Counts> {
    let text = "SELECT COALESCE(SUM(CASE WHEN ended = 0 AND problem IS NULL THEN 1 ELSE 0 END), 0),
                       COALESCE(SUM(CASE WHEN ended = 0 AND problem IS NOT NULL THEN 1 ELSE 0 END), 0),
                       COALESCE(SUM(ended), 0)
                FROM sync_pair WHERE sync = $1";
    // PostgreSQL's sums of BIGINT are NUMERIC.
    let text = text.replace("COALESCE(SUM", "CAST(COALESCE(SUM").replace(", 0)", ", 0) AS BIGINT)");
    let row = sql(text).bind(name).first(store.read()).await.map_err(unreadable)?;
    let Some(row) = row else { return Ok(Counts::default()) };
    let read = || anyhow::Ok(Counts { same: row.int(0)?, problems: row.int(1)?, ended: row.int(2)? });
    read().map_err(unreadable)
}

/// The pairs in which something could not be carried over, the newest first.
pub(super) async fn troubled(store: &Store, name: &str, most: i64) -> Result<Vec<Pair>> {
    let text = format!("{PAIR} AND problem IS NOT NULL ORDER BY updated_at DESC LIMIT $2");
    let rows = sql(text).bind(name).bind(most).all(store.read()).await.map_err(unreadable)?;
    rows.iter().map(|row| read_pair(row).map_err(unreadable)).collect()
}

pub(super) async fn pair(store: &Store, name: &str, side: Side, key: &str) -> Result<Option<Pair>> {
    let row = sql(format!("{PAIR} AND {}_key = $2", side.word())).bind(name).bind(key).first(store.read()).await;
    row.map_err(unreadable)?.map(|row| read_pair(&row).map_err(unreadable)).transpose()
}

/// The pairs that have no task on `side` yet.
pub(super) async fn owed(store: &Store, name: &str, side: Side) -> Result<Vec<Pair>> {
    // What could not be carried over waits for a change of the task or of the mapping.
    let text = format!("{PAIR} AND {}_key IS NULL AND ended = 0 AND problem IS NULL ORDER BY updated_at LIMIT 200", side.word());
    let rows = sql(text).bind(name).all(store.read()).await.map_err(unreadable)?;
    rows.iter().map(|row| read_pair(row).map_err(unreadable)).collect()
}

/// The pairs of two tasks that are to be looked at again.
pub(super) async fn unfinished(store: &Store, name: &str) -> Result<Vec<Pair>> {
    let both = "left_key IS NOT NULL AND right_key IS NOT NULL";
    let text = format!("{PAIR} AND making IS NOT NULL AND {both} AND ended = 0 ORDER BY updated_at LIMIT 200");
    let rows = sql(text).bind(name).all(store.read()).await.map_err(unreadable)?;
    rows.iter().map(|row| read_pair(row).map_err(unreadable)).collect()
}

/// Puts `pair` in the place of what is known of its keys.
///
/// # Errors
/// [`ErrorKind::Conflict`] when `sync` is not what is stored any more.
pub(super) async fn put(store: &Store, sync: &Sync, pair: &Pair) -> Result<()> {
    let name = sync.name.as_str();
    let base = serde_json::to_string(&pair.base).map_err(unreadable)?;
    let untold = (!pair.untold.is_empty()).then(|| serde_json::to_string(&pair.untold)).transpose().map_err(unreadable)?;
    let write = async {
        let mut tx = store.begin().await?;
        let now = tx.now();
        let row = sql(format!("{SYNC} WHERE name = $1")).bind(name).first(&mut tx).await?;
        if row.map(|it| read_sync(&it)).transpose()?.is_none_or(|it| it.definition != sync.definition) {
            return anyhow::Ok(false);
        }
        sql("DELETE FROM sync_pair WHERE sync = $1 AND (left_key = $2 OR right_key = $3)")
            .bind(name)
            .bind(pair.left.as_deref())
            .bind(pair.right.as_deref())
            .execute(&mut tx)
            .await?;
        sql("INSERT INTO sync_pair (sync, left_key, right_key, base, making, problem, ended, updated_at, untold)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(name)
        .bind(pair.left.as_deref())
        .bind(pair.right.as_deref())
        .bind(base)
        .bind(pair.making)
        .bind(pair.problem.as_deref())
        .bind(i64::from(pair.ended))
        .bind(now)
        .bind(untold)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        anyhow::Ok(true)
    };
    match write.await.map_err(unreadable)? {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Conflict, "What is kept the same was changed meanwhile.")),
    }
}

/// Hands the pairs of which something was not told yet to `told`, and enqueues what that makes of them: both, or neither.
pub(super) async fn tell(store: &Store, name: &str, told: impl FnOnce(Vec<Pair>) -> NewJob) -> anyhow::Result<()> {
    /// At a time; the next run tells the rest.
    const MOST: usize = 100;
    let untold = || sql(format!("{PAIR} AND untold IS NOT NULL AND making IS NULL ORDER BY updated_at LIMIT {MOST}")).bind(name);
    // Mostly there is nothing, which takes no writer.
    if untold().first(store.read()).await?.is_none() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    let pairs = untold().all(&mut tx).await?.iter().map(read_pair).collect::<anyhow::Result<Vec<_>>>()?;
    for pair in &pairs {
        sql("UPDATE sync_pair SET untold = NULL WHERE sync = $1 AND (left_key = $2 OR right_key = $3)")
            .bind(name)
            .bind(pair.left.as_deref())
            .bind(pair.right.as_deref())
            .execute(&mut tx)
            .await?;
    }
    if !pairs.is_empty() {
        Queue::enqueue(&mut tx, &told(pairs)).await?;
    }
    tx.commit().await?;
    Ok(())
}
