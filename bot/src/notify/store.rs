//! Rows of subscriptions that were made in chat, and of what they are tried on.

use std::{sync::Arc, time::Duration};

use commands::filter::Filter;
use jiff::{Timestamp, tz::TimeZone};

use super::{
    news::{Kept, number, store as news},
    subscriptions::{Made, Wish},
};
use crate::{
    config::{Broadcast, Destination, Mode, Rhythm, Subscription},
    people::PersonId,
    resources::{ledger, unread::Unread},
    store::{Row, Store, Tx, sql},
};

/// All, and those that cannot be read, each with why.
pub(super) async fn subscriptions(store: &Store) -> anyhow::Result<(Vec<Made>, Vec<(Unread, String)>)> {
    let rows = sql(
        "SELECT id, source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at, told_at, zone, fallback, mine
         FROM subscription ORDER BY id",
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
            fallback: Destination::parse(&row.text(14)?).ok(),
            mode: Mode::named(&row.text(7)?),
            broadcast: Broadcast::named(&row.text(8)?).unwrap_or_default(),
            rhythm: rhythm(Duration::from_secs(row.int(9)?.unsigned_abs()), &row.text(12)?, &row.text(13)?),
            since: row.time(11)?,
            line: None,
        };
        let mine = Some(row.text(15)?).filter(|it| !it.is_empty()).and_then(|it| Filter::parse(&it).ok());
        Ok(Made { id: row.int(0)?, subscription: Arc::new(subscription), mine, who: row.text(10)? })
    };
    let (mut known, mut left_out) = (Vec::new(), Vec::new());
    for row in &rows {
        match read(row) {
            Ok(made) => known.push(made),
            // One that an older version cannot read must not silence the others.
            Err(err) => {
                let which = format!(" of {} in {}:{}", row.text(1)?, row.text(3)?, row.text(5)?);
                let unread = Unread { which, ..Unread::new(ledger::SUBSCRIPTION, &row.int(0)?.to_string()) };
                left_out.push((unread, format!("{err:#}")));
            }
        }
    }
    Ok((known, left_out))
}

/// A time that cannot be read any more leaves how often.
fn rhythm(every: Duration, told_at: &str, zone: &str) -> Rhythm {
    let zone = TimeZone::get(zone).unwrap_or_else(|_| TimeZone::system());
    match told_at {
        "" => Rhythm::Every(every),
        text => Rhythm::parse(text, &zone).unwrap_or(Rhythm::Every(every)),
    }
}

pub(super) async fn subscribe(store: &Store, wish: &Wish, who: &PersonId) -> anyhow::Result<bool> {
    let mut tx = store.begin().await?;
    let is_new = put(&mut tx, wish, "", &who.to_string()).await?;
    ledger::note(&mut tx).await?;
    tx.commit().await?;
    Ok(is_new)
}

/// Writes one; whether it is new.
pub(super) async fn put(tx: &mut Tx, wish: &Wish, fallback: &str, who: &str) -> sqlx::Result<bool> {
    let Wish { from, filter, mine, to, mode, broadcast, rhythm, replaces } = wish;
    let (every, told_at, zone) = match rhythm {
        Rhythm::Every(every) => (*every, String::new(), ""),
        Rhythm::At { zone, .. } => (Duration::from_hours(1), rhythm.written(), zone.iana_name().unwrap_or_default()),
    };
    let now = tx.now();
    if let Some(id) = replaces {
        sql("DELETE FROM subscription WHERE id = $1").bind(*id).execute(&mut *tx).await?;
    }
    let same = remove(tx, from, filter, to).await?;
    sql("INSERT INTO subscription
             (source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at, told_at, zone, fallback, mine)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
    .bind(from.as_str())
    .bind(filter.to_string())
    .bind(to.platform.as_str())
    .bind(to.workspace.as_str())
    .bind(to.channel.as_str())
    .bind(to.topic.as_deref().unwrap_or_default())
    .bind(mode.name())
    .bind(broadcast.name())
    .bind(i64::try_from(every.as_secs()).unwrap_or(3600))
    .bind(who)
    .bind(now)
    .bind(told_at.as_str())
    .bind(zone)
    .bind(fallback)
    .bind(mine.as_ref().map(Filter::to_string).unwrap_or_default())
    .execute(tx)
    .await?;
    Ok(same == 0)
}

pub(super) async fn rename(store: &Store, renamed: &[(Made, Filter)]) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    for (made, filter) in renamed {
        let subscription = &made.subscription;
        // One that says the same already goes.
        remove(&mut tx, &subscription.from, filter, &subscription.to).await?;
        sql("UPDATE subscription SET filter = $1 WHERE id = $2").bind(filter.to_string()).bind(made.id).execute(&mut tx).await?;
    }
    ledger::note(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// How many there were of it.
pub(super) async fn remove(tx: &mut Tx, from: &str, filter: &Filter, to: &Destination) -> sqlx::Result<u64> {
    sql("DELETE FROM subscription WHERE source = $1 AND filter = $2 AND platform = $3 AND workspace = $4 AND channel = $5 AND topic = $6")
        .bind(from)
        .bind(filter.to_string())
        .bind(to.platform.as_str())
        .bind(to.workspace.as_str())
        .bind(to.channel.as_str())
        .bind(to.topic.as_deref().unwrap_or_default())
        .execute(tx)
        .await
}

pub(super) async fn unsubscribe(store: &Store, id: i64) -> anyhow::Result<bool> {
    let mut tx = store.begin().await?;
    let removed = sql("DELETE FROM subscription WHERE id = $1").bind(id).execute(&mut tx).await?;
    ledger::note(&mut tx).await?;
    tx.commit().await?;
    Ok(removed > 0)
}

impl Store {
    /// The news of `source` since then, the newest first, from before the row `before`, at most `most`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_before(&self, source: &str, since: Timestamp, before: i64, most: i64) -> anyhow::Result<Vec<Kept>> {
        let text =
            format!("SELECT {} FROM news WHERE source = $1 AND at >= $2 AND id < $3 ORDER BY id DESC LIMIT $4", news::COLUMNS);
        let rows = sql(text).bind(source).bind(since).bind(before).bind(most).all(self.read()).await?;
        rows.iter().map(news::kept).collect()
    }

    /// What `source` reported since then of what is called `key`, the oldest first, the newest hundred.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn news_of_object(&self, source: &str, key: &str, since: Timestamp) -> anyhow::Result<Vec<Kept>> {
        // Of the two partial indexes, this says which.
        let is_numbered = if number(key).is_empty() { "object_number = ''" } else { "object_number <> ''" };
        let text = format!(
            "SELECT {} FROM news WHERE {is_numbered} AND object_number = $4 AND object_key = $1 AND source = $2 AND at >= $3
             ORDER BY id DESC LIMIT 100",
            news::COLUMNS
        );
        let asked = sql(text).bind(key).bind(source).bind(since).bind(number(key));
        let rows = asked.all(self.read()).await?;
        rows.iter().rev().map(news::kept).collect()
    }
}
