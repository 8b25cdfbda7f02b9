//! Which of the bots on one PostgreSQL are gone for good.
//!
//! A lease alone cannot tell a dead bot from a slow one, so what it held waits for the lease's end. But a process that was killed
//! takes its connections along, at once: each connection of a bot shares an advisory lock that is the process's own, and while there is
//! one, somebody is there. Frozen, or cut off from the server, a bot keeps its connections, and its lease decides as ever.
//!
//! A free lock proves something only where it would otherwise be held: in the life of the server in which the process last wrote
//! itself down. Locks do not outlive a server, so its start is written down too; the table is unlogged, so that it is empty after a
//! crash of the server, and on a standby that took over (<https://www.postgresql.org/docs/current/sql-createtable.html>). A bot that lives
//! through any of these is back within a second, and writes itself down anew; and one whose lock is free has [`GRACE`] to do so, unless
//! it ran on this machine and is seen to have ended ([`whereabouts`]).
//!
//! To end a lease here is no more than to say that its time has passed: everything that its holder writes is fenced as before.

mod whereabouts;

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use super::{Dialect, Tx, rows_of, sql};

/// How long the lock of a process is free before it counts as gone: one that only lost its connections asks the database for something
/// each second.
const GRACE: Duration = Duration::from_millis(1500);

/// The key of a process's lock. Other locks of ours have keys of two numbers, which are no such keys:
/// <https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS>.
const HOLD: &str = "SELECT pg_advisory_lock_shared(hashtextextended('bellhop process ' || $1, 0))";
const ENTER: &str =
    "INSERT INTO process (id, server, whereabouts) VALUES ($1, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint, $2)
     ON CONFLICT (id) DO UPDATE SET server = excluded.server, gone_since = NULL";

/// Says on a new connection that this process is there.
pub(super) async fn hold(connection: &mut PgConnection, process: &str) -> sqlx::Result<()> {
    sqlx::query(HOLD).bind(process).execute(connection).await.map(drop)
}

/// Writes down that the lock of this process is held, on a connection that holds it.
pub(super) async fn enter(connection: &mut PgConnection, process: &str) -> sqlx::Result<()> {
    sqlx::query(ENTER).bind(process).bind(whereabouts::own()).execute(connection).await.map(drop)
}

/// Takes the process off the list: it ends by itself, and has given back what it held.
pub(super) async fn leave(pool: &PgPool, process: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM process WHERE id = $1").bind(process).execute(pool).await.map(drop)
}

/// The processes that are gone, each told once. Nobody comes back while `tx` is open.
pub(crate) async fn gone(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let rows = sql("SELECT id, gone_since, pg_try_advisory_xact_lock(hashtextextended('bellhop process ' || id, 0))::int::bigint, whereabouts
         FROM process WHERE id <> $1 AND server = (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint")
    .bind(tx.store.process())
    .all(&mut *tx)
    .await?;
    let (mut missed, mut gone) = (Vec::new(), Vec::new());
    for row in &rows {
        // Where somebody else looks at the same time, they have the lock, and see to it.
        if row.int(2)? == 0 {
            continue;
        }
        match row.maybe_time(1)? {
            _ if row.maybe_text(3)?.is_some_and(|it| whereabouts::is_ended(&it)) => gone.push(row.text(0)?),
            None => missed.push(row.text(0)?),
            Some(since) if since.saturating_add(GRACE).is_ok_and(|it| it <= now) => gone.push(row.text(0)?),
            Some(_) => (),
        }
    }
    if !missed.is_empty() {
        sql(format!("UPDATE process SET gone_since = $1 WHERE gone_since IS NULL AND id IN ({})", rows_of(2, 1, missed.len())))
            .bind(now)
            .bind_all(missed.iter().map(|it| it.as_str().into()))
            .execute(&mut *tx)
            .await?;
    }
    if !gone.is_empty() {
        sql(format!("DELETE FROM process WHERE id IN ({})", rows_of(1, 1, gone.len())))
            .bind_all(gone.iter().map(|it| it.as_str().into()))
            .execute(tx)
            .await?;
    }
    Ok(gone)
}
