//! What was reported, and what it led to: the memory that `bellhop why` asks.
//!
//! A row an event, written in the transaction that brings what follows from it. Only what was told is written down; why
//! something else was not is found by asking the subscriptions again.

use commands::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::{Arg, Row, Store, Tx, pieces, rows_of, sql};

/// An event that was taken, and what was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub event: Event,
    /// The key of the delivery that brought it; none of what was asked for.
    pub delivery: Option<String>,
    pub decisions: Vec<Decision>,
}

/// That an event is told, where, and by what rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// As a destination is written: `slack:T1/C1`.
    pub to: String,
    /// The filter that let it pass; empty where everything passes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// `thread`, `digest` …
    pub mode: String,
    /// The key of its post.
    pub post: String,
    /// When it was, where that was only decided by what its object got later: a label, a state, an assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Timestamp>,
}

/// News as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: i64,
    pub at: Timestamp,
    pub news: News,
}

pub(super) const COLUMNS: &str = "id, at, delivery, event, decisions";

impl News {
    /// Writes them down, in their order.
    pub(crate) async fn record(tx: &mut Tx, all: &[&News]) -> sqlx::Result<()> {
        let now = tx.now();
        for piece in pieces(all) {
            let args = piece.iter().flat_map(|it| {
                let object = &it.event.object;
                [
                    Arg::from(now),
                    it.event.source.as_str().into(),
                    it.event.id.as_str().into(),
                    it.delivery.as_deref().into(),
                    object.key.as_str().into(),
                    number(&object.key).into(),
                    object.url.as_deref().unwrap_or_default().into(),
                    json(&it.event).as_str().into(),
                    json(&it.decisions).as_str().into(),
                ]
            });
            sql(format!(
                "INSERT INTO news (at, source, event_id, delivery, object_key, object_number, object_url, event, decisions)
                 VALUES {}",
                rows_of(1, 9, piece.len())
            ))
            .bind_all(args)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}

impl Decision {
    /// Writes down what was decided of news that were written down before.
    pub(crate) async fn amend(tx: &mut Tx, all: &[(i64, Vec<Decision>)]) -> sqlx::Result<()> {
        for (id, decisions) in all {
            let amended = sql("UPDATE news SET decisions = $1 WHERE id = $2").bind(json(decisions).as_str()).bind(*id);
            amended.execute(&mut *tx).await?;
        }
        Ok(())
    }
}

/// The digits at a key's end: `acme/widgets#512` → `512`.
pub fn number(key: &str) -> &str {
    &key[key.trim_end_matches(|it: char| it.is_ascii_digit()).len()..]
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn kept(row: &Row) -> anyhow::Result<Kept> {
    let (event, decisions) = (serde_json::from_str(&row.text(3)?)?, serde_json::from_str(&row.text(4)?)?);
    Ok(Kept { id: row.int(0)?, at: row.time(1)?, news: News { event, delivery: row.maybe_text(2)?, decisions } })
}

impl Store {
    /// The news of `source` since then, the oldest first, from after the row `after`, at most `most`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_since(&self, source: &str, since: Timestamp, after: i64, most: i64) -> anyhow::Result<Vec<Kept>> {
        let text = format!("SELECT {COLUMNS} FROM news WHERE source = $1 AND at >= $2 AND id > $3 ORDER BY id LIMIT $4");
        let rows = sql(text).bind(source).bind(since).bind(after).bind(most).all(self.read()).await?;
        rows.iter().map(kept).collect()
    }
}
