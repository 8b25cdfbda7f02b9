//! Links to the dashboard that were asked for, and the browsers that came by them.

use jiff::Timestamp;

use crate::{
    audit::{self, Record},
    store::{Row, Store, sql},
};

/// A link that somebody was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub person: String,
    /// As their chat calls them.
    pub name: String,
    pub until: Timestamp,
    pub opened_at: Option<Timestamp>,
}

/// A browser that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub person: String,
    pub name: String,
    pub opened_at: Timestamp,
    pub seen_at: Timestamp,
}

/// Keeps a link, by the digest of what stands in it.
pub(super) async fn give(store: &Store, link: &str, kept: &Link) -> sqlx::Result<()> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    sql("INSERT INTO dashboard_session (link, person, name, made_at, link_until) VALUES ($1, $2, $3, $4, $5)")
        .bind(link)
        .bind(kept.person.as_str())
        .bind(kept.name.as_str())
        .bind(now)
        .bind(kept.until)
        .execute(&mut tx)
        .await?;
    tx.commit().await
}

pub(super) async fn link(store: &Store, link: &str) -> anyhow::Result<Option<Link>> {
    let row = sql("SELECT person, name, link_until, opened_at FROM dashboard_session WHERE link = $1")
        .bind(link)
        .first(store.read())
        .await?;
    let read = |row: Row| -> sqlx::Result<Link> {
        Ok(Link { person: row.text(0)?, name: row.text(1)?, until: row.time(2)?, opened_at: row.maybe_time(3)? })
    };
    Ok(row.map(read).transpose()?)
}

/// Uses a link up, and writes that down; whether it was still good.
pub(super) async fn open(store: &Store, link: &str, session: &str, request_id: &str) -> sqlx::Result<bool> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    let row = sql("UPDATE dashboard_session SET session = $2, opened_at = $3, seen_at = $3
                   WHERE link = $1 AND session IS NULL AND link_until > $3 RETURNING person")
    .bind(link)
    .bind(session)
    .bind(now)
    .first(&mut tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let action = "[opened in a browser] bellhop dashboard".to_owned();
    audit::append(&mut tx, &Record { actor: row.text(0)?, action, request_id: request_id.to_owned() }).await?;
    tx.commit().await?;
    Ok(true)
}

pub(super) async fn session(store: &Store, session: &str) -> anyhow::Result<Option<Session>> {
    let row = sql("SELECT person, name, opened_at, seen_at FROM dashboard_session WHERE session = $1")
        .bind(session)
        .first(store.read())
        .await?;
    let read = |row: Row| -> sqlx::Result<Session> {
        Ok(Session { person: row.text(0)?, name: row.text(1)?, opened_at: row.time(2)?, seen_at: row.time(3)? })
    };
    Ok(row.map(read).transpose()?)
}

/// Somebody looks.
pub(super) async fn seen(store: &Store, session: &str) -> sqlx::Result<()> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    sql("UPDATE dashboard_session SET seen_at = $2 WHERE session = $1").bind(session).bind(now).execute(&mut tx).await?;
    tx.commit().await
}

pub(super) async fn close(store: &Store, session: &str) -> sqlx::Result<()> {
    let mut tx = store.begin().await?;
    sql("DELETE FROM dashboard_session WHERE session = $1").bind(session).execute(&mut tx).await?;
    tx.commit().await
}

/// Closes all that a person has open, links that nobody used yet among them; how many browsers that were.
pub(super) async fn close_all(store: &Store, person: &str) -> sqlx::Result<u64> {
    let mut tx = store.begin().await?;
    sql("DELETE FROM dashboard_session WHERE person = $1 AND session IS NULL").bind(person).execute(&mut tx).await?;
    let closed = sql("DELETE FROM dashboard_session WHERE person = $1").bind(person).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(closed)
}
