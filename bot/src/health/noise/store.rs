//! What alerts there were, as rows for [`super::digest`].

use jiff::Timestamp;

use super::Fired;
use crate::store::{Dialect, Store, sql};

/// The alerts that began since then, the oldest first.
pub(super) async fn fired(store: &Store, since: Timestamp) -> anyhow::Result<Vec<Fired>> {
    if !has_alerts(store).await? {
        return Ok(Vec::new());
    }
    let rows = sql("SELECT source, rule, owner, opened_at, acknowledged_at, resolved_at, acknowledged_by, resolved_by, total
                    FROM alert WHERE opened_at >= $1 ORDER BY opened_at, id")
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
                acknowledged_at: row.maybe_time(4)?,
                resolved_at: row.maybe_time(5)?,
                acted_on: row.maybe_text(6)?.is_some() || row.maybe_text(7)?.is_some(),
                times: row.int(8)?.max(1),
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
