//! Rows of silences.

use jiff::Timestamp;

use crate::store::{Executor, Row as Found, Tx, sql};

/// That nobody is to be paged for something, for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    pub id: i64,
    pub filter: String,
    /// Of one alert's alone.
    pub group_key: Option<String>,
    pub title: String,
    pub until: Option<Timestamp>,
    pub who: String,
    pub who_name: String,
    pub why: String,
    pub made_at: Timestamp,
}

fn silence(found: &Found) -> sqlx::Result<Silence> {
    Ok(Silence {
        id: found.int(0)?,
        filter: found.text(1)?,
        group_key: found.maybe_text(2)?,
        title: found.text(3)?,
        until: found.maybe_time(4)?,
        who: found.text(5)?,
        who_name: found.text(6)?,
        why: found.text(7)?,
        made_at: found.time(8)?,
    })
}

/// Those that hold at that moment, the newest first.
pub(in crate::alerts) async fn silences<'a>(on: impl Into<Executor<'a>>, now: Timestamp) -> sqlx::Result<Vec<Silence>> {
    let found = sql("SELECT id, filter, group_key, title, until_at, who, who_name, why, made_at FROM silence
         WHERE ended_at IS NULL AND (until_at IS NULL OR until_at > $1) ORDER BY id DESC")
    .bind(now)
    .all(on)
    .await?;
    found.iter().map(silence).collect()
}

pub(in crate::alerts) async fn add_silence(tx: &mut Tx, it: &Silence) -> sqlx::Result<i64> {
    let found = sql("INSERT INTO silence (filter, group_key, title, until_at, who, who_name, why, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id")
    .bind(it.filter.as_str())
    .bind(it.group_key.as_deref())
    .bind(it.title.as_str())
    .bind(it.until)
    .bind(it.who.as_str())
    .bind(it.who_name.as_str())
    .bind(it.why.as_str())
    .bind(it.made_at)
    .first(tx)
    .await?;
    found.map_or(Err(sqlx::Error::RowNotFound), |it| it.int(0))
}

/// Whether it held until now.
pub(in crate::alerts) async fn end_silence(tx: &mut Tx, id: i64) -> sqlx::Result<bool> {
    let now = tx.now();
    let ended =
        sql("UPDATE silence SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $2)");
    Ok(ended.bind(id).bind(now).execute(tx).await? > 0)
}

/// Those that were to hold until the group is over.
pub(in crate::alerts) async fn end_silences_of(tx: &mut Tx, group: &str) -> sqlx::Result<()> {
    let now = tx.now();
    sql("UPDATE silence SET ended_at = $2 WHERE group_key = $1 AND ended_at IS NULL AND until_at IS NULL")
        .bind(group)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}
