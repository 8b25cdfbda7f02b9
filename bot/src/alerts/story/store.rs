//! Rows of stories, and of the places of cards.

use jiff::Timestamp;

use crate::store::{Executor, Tx, sql};

/// A line of an alert's story.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub at: Timestamp,
    pub who: Option<String>,
    pub text: String,
}

pub(in crate::alerts) async fn add_line(tx: &mut Tx, alert: i64, who: Option<&str>, text: &str) -> sqlx::Result<i64> {
    let now = tx.now();
    let found = sql("INSERT INTO alert_line (alert, at, who, text) VALUES ($1, $2, $3, $4) RETURNING id")
        .bind(alert)
        .bind(now)
        .bind(who)
        .bind(text)
        .first(tx)
        .await?;
    found.map_or(Err(sqlx::Error::RowNotFound), |it| it.int(0))
}

/// The newest, in the order in which they were said.
pub(in crate::alerts) async fn lines<'a>(on: impl Into<Executor<'a>>, alert: i64, most: i64) -> sqlx::Result<Vec<Line>> {
    let found = sql("SELECT at, who, text FROM alert_line WHERE alert = $1 ORDER BY id DESC LIMIT $2")
        .bind(alert)
        .bind(most)
        .all(on)
        .await?;
    let mut lines: Vec<Line> = found
        .iter()
        .map(|it| Ok(Line { at: it.time(0)?, who: it.maybe_text(1)?, text: it.text(2)? }))
        .collect::<sqlx::Result<_>>()?;
    lines.reverse();
    Ok(lines)
}

/// Where the alert's cards stand.
pub(in crate::alerts) async fn places(tx: &mut Tx, alert: i64) -> sqlx::Result<Vec<String>> {
    let found = sql("SELECT place FROM alert_place WHERE alert = $1 ORDER BY place").bind(alert).all(tx).await?;
    found.iter().map(|it| it.text(0)).collect()
}

/// Whether it is new there.
pub(in crate::alerts) async fn add_place(tx: &mut Tx, alert: i64, place: &str) -> sqlx::Result<bool> {
    let added = sql("INSERT INTO alert_place (alert, place) VALUES ($1, $2) ON CONFLICT (alert, place) DO NOTHING");
    Ok(added.bind(alert).bind(place).execute(tx).await? > 0)
}
