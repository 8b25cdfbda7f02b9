//! Rows of subscriptions that were made in chat.

use std::{sync::Arc, time::Duration};

use commands::filter::Filter;

use super::subscriptions::{Made, Wish};
use crate::{
    config::{Destination, Mode, Subscription},
    people::PersonId,
    store::{Row, Store, sql},
};

pub(super) async fn subscriptions(store: &Store) -> anyhow::Result<Vec<Made>> {
    let rows = sql(
        "SELECT id, source, filter, platform, workspace, channel, topic, mode, broadcast, every, who FROM subscription ORDER BY id",
    )
    .all(store.read())
    .await?;
    let read = |row: &Row| -> anyhow::Result<Made> {
        let topic = Some(row.text(6)?).filter(|it| !it.is_empty());
        let to = Destination { platform: row.text(3)?, workspace: row.text(4)?, channel: row.text(5)?, topic };
        let subscription = Subscription {
            from: row.text(1)?,
            filter: Filter::parse(&row.text(2)?)?,
            to,
            fallback: None,
            mode: Mode::named(&row.text(7)?),
            broadcast: row.int(8)? == 1,
            every: Duration::from_secs(row.int(9)?.unsigned_abs()),
            line: None,
        };
        Ok(Made { id: row.int(0)?, subscription: Arc::new(subscription), who: row.text(10)? })
    };
    let known = rows.iter().filter_map(|row| match read(row) {
        Ok(made) => Some(made),
        // One that an older version cannot read must not silence the others.
        Err(err) => {
            tracing::error!("A subscription cannot be read, and is left out: {err:#}");
            None
        }
    });
    Ok(known.collect())
}

pub(super) async fn subscribe(store: &Store, wish: &Wish, who: &PersonId) -> anyhow::Result<bool> {
    let Wish { from, filter, to, mode, broadcast, every } = wish;
    let mut tx = store.begin().await?;
    let now = tx.now();
    let same = sql("DELETE FROM subscription WHERE source = $1 AND filter = $2 AND platform = $3 AND workspace = $4 AND channel = $5 AND topic = $6")
        .bind(from.as_str())
        .bind(filter.to_string())
        .bind(to.platform.as_str())
        .bind(to.workspace.as_str())
        .bind(to.channel.as_str())
        .bind(to.topic.as_deref().unwrap_or_default())
        .execute(&mut tx)
        .await?;
    sql("INSERT INTO subscription (source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(from.as_str())
    .bind(filter.to_string())
    .bind(to.platform.as_str())
    .bind(to.workspace.as_str())
    .bind(to.channel.as_str())
    .bind(to.topic.as_deref().unwrap_or_default())
    .bind(mode.name())
    .bind(i64::from(*broadcast))
    .bind(i64::try_from(every.as_secs()).unwrap_or(3600))
    .bind(who.to_string())
    .bind(now)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(same == 0)
}

pub(super) async fn unsubscribe(store: &Store, id: i64) -> anyhow::Result<bool> {
    let mut tx = store.begin().await?;
    let removed = sql("DELETE FROM subscription WHERE id = $1").bind(id).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(removed > 0)
}
