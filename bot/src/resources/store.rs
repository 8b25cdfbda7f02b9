//! Rows of documents: every version of each.

use serde_json::{Map, Value};

use super::{
    By, Version,
    ledger::{self, What},
};
use crate::store::{Row, Store, Tx, sql};

pub(super) const VERSION: &str = "r.kind, r.name, r.version, r.body, r.who, r.why, r.at";

/// Writes the next version of a document, or with no body that it is gone, as a change of its own.
pub(super) async fn insert(tx: &mut Tx, kind: &str, name: &str, body: Option<&Map<String, Value>>, by: &By) -> sqlx::Result<i64> {
    let change = ledger::begin(tx, What::Edit, "", by).await?;
    insert_in(tx, change, kind, name, body, by).await
}

/// The same as part of a change.
pub(super) async fn insert_in(
    tx: &mut Tx,
    change: i64,
    kind: &str,
    name: &str,
    body: Option<&Map<String, Value>>,
    by: &By,
) -> sqlx::Result<i64> {
    let now = tx.now();
    // Two that change the same at the same time: the key refuses the second.
    let row = sql("INSERT INTO resource (kind, name, version, body, who, why, at, change_id)
         SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4, $5, $6, $7 FROM resource WHERE kind = $1 AND name = $2
         RETURNING version")
    .bind(kind)
    .bind(name)
    .bind(body.map(|it| Value::Object(it.clone()).to_string()))
    .bind(by.who.as_str())
    .bind(by.why.as_str())
    .bind(now)
    .bind(change)
    .first(&mut *tx)
    .await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// How many versions there are: grows with every change.
pub(super) async fn generation(store: &Store) -> anyhow::Result<i64> {
    let row = sql("SELECT COUNT(*) FROM resource").first(store.read()).await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

/// The newest version of each document. What works in tables of its own is known there.
pub(super) async fn newest(store: &Store) -> anyhow::Result<Vec<Version>> {
    let rows = sql(format!(
        "SELECT {VERSION} FROM resource r
         WHERE r.kind NOT IN ('connection', 'hook', 'subscription', 'team', 'default', 'alias')
             AND r.version = (SELECT MAX(n.version) FROM resource n WHERE n.kind = r.kind AND n.name = r.name)
         ORDER BY r.kind, r.name"
    ))
    .all(store.read())
    .await?;
    rows.iter().map(version).collect()
}

pub(super) async fn history(store: &Store, kind: Option<&str>, name: Option<&str>, limit: u32) -> anyhow::Result<Vec<Version>> {
    let rows = sql(format!(
        "SELECT {VERSION} FROM resource r WHERE (r.kind = $1 OR $1 = '') AND (r.name = $2 OR $2 = '')
         ORDER BY r.at DESC, r.version DESC LIMIT $3"
    ))
    .bind(kind.unwrap_or_default())
    .bind(name.unwrap_or_default())
    .bind(i64::from(limit))
    .all(store.read())
    .await?;
    rows.iter().map(version).collect()
}

pub(super) fn version(row: &Row) -> anyhow::Result<Version> {
    Ok(Version {
        kind: row.text(0)?,
        name: row.text(1)?,
        version: row.int(2)?,
        body: row.maybe_text(3)?.map(|it| serde_json::from_str(&it)).transpose()?,
        by: By { who: row.text(4)?, why: row.text(5)? },
        at: row.time(6)?,
    })
}
