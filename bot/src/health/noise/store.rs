//! What alerts there were, as rows for [`super::digest`].

use jiff::Timestamp;

use super::Fired;
use crate::store::{Dialect, Store, sql};

/// The alerts that began since then, the oldest first.
pub(super) async fn fired(store: &Store, since: Timestamp) -> anyhow::Result<Vec<Fired>> {
    if !has_alerts(store).await? {
        return Ok(Vec::new());
    }
    let rows = sql("SELECT source, rule, owner, opened_at, acted_at, resolved_at, total
                    FROM alert WHERE opened_at >= $1 AND holds_until IS NULL ORDER BY opened_at, id")
    .bind(since)
    .all(store.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Fired {
                source: row.text(0)?,
                rule: row.maybe_text(1)?,
                team: row.maybe_text(2)?,
                opened_at: row.time(3)?,
                acted_at: row.maybe_time(4)?,
                resolved_at: row.maybe_time(5)?,
                times: row.int(6)?.max(1),
            })
        })
        .collect()
}

/// Whether this database keeps alerts.
async fn has_alerts(store: &Store) -> anyhow::Result<bool> {
    let text = match store.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'alert'",
        Dialect::Postgres => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'alert'"
        }
    };
    Ok(sql(text).first(store.read()).await?.is_some())
}
