//! Rows of whom names were found to mean.

use jiff::Timestamp;

use super::Known;
use crate::{
    people::PersonId,
    store::{Store, sql},
};

/// Whom the name meant, and when that was asked.
pub async fn find(store: &Store, name: &str) -> anyhow::Result<Option<(Known, Timestamp)>> {
    let row = sql("SELECT person, label, at FROM person_known WHERE name = $1").bind(name).first(store.read()).await?;
    let Some(row) = row else { return Ok(None) };
    let Some(person) = PersonId::parse(&row.text(0)?) else { return Ok(None) };
    Ok(Some((Known { person, label: row.text(1)? }, row.time(2)?)))
}

pub async fn keep(store: &Store, name: &str, known: &Known) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    sql("INSERT INTO person_known (name, person, label, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET person = excluded.person, label = excluded.label, at = excluded.at")
    .bind(name)
    .bind(known.person.to_string())
    .bind(known.label.as_str())
    .bind(now)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}
