//! Files that were looked at in chat, as they are kept.

use super::{difference::Unsaid, looked::Planned};
use crate::store::{Store, sql};

/// Keeps it; what is kept already is the same.
pub(super) async fn keep(store: &Store, planned: &Planned) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    sql("INSERT INTO planned (id, file, text, prune, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET at = excluded.at")
    .bind(planned.id.as_str())
    .bind(planned.file.as_str())
    .bind(planned.text.as_str())
    .bind(i64::from(planned.unsaid == Unsaid::Prune))
    .bind(now)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn load(store: &Store, id: &str) -> anyhow::Result<Option<Planned>> {
    let row = sql("SELECT file, text, prune FROM planned WHERE id = $1").bind(id).first(store.read()).await?;
    let Some(row) = row else { return Ok(None) };
    let unsaid = if row.int(2)? == 1 { Unsaid::Prune } else { Unsaid::Keep };
    Ok(Some(Planned { id: id.to_owned(), file: row.text(0)?, text: row.text(1)?, unsaid }))
}
